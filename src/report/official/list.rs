//! A list: the rows of a table as texts, one after the other in one place.
//!
//! A list may have very many rows. A cell takes its bytes here and four more.

use super::{Face, Filler, Plan, Row, face, guard};
use crate::pack::TableDef;
use crate::state::Fact;

/// A table with a row for each record.
#[derive(Debug)]
pub struct List {
    /// Name of the sheet.
    pub name: String,
    /// The title and the lines below it.
    pub above: Vec<(String, Face)>,
    /// The headings of the columns.
    pub headings: Vec<String>,
    /// What the cells of each column are.
    pub faces: Vec<Face>,
    /// Columns that hold the number of the row.
    numbered: Vec<bool>,
    /// The texts of all cells.
    text: String,
    /// Where each row begins, and at the end where the last one ends.
    begins: Vec<usize>,
    /// Bytes of each cell.
    lengths: Vec<u32>,
    /// The rows in their order, if they do not stand in it.
    order: Option<Vec<usize>>,
}

/// Makes a list row by row.
pub(super) struct Maker<'f, 'a, 'p> {
    filler: &'f Filler<'a>,
    plans: Vec<Plan<'p>>,
    list: List,
}

/// What a row is filled from.
pub(super) enum From<'r, 'v> {
    /// A record and all that is known of its subject.
    Row(&'r Row<'v>),
    /// A record alone.
    Record(&'r Fact),
}

impl<'f, 'a, 'p> Maker<'f, 'a, 'p> {
    pub(super) fn new(def: &'p TableDef, filler: &'f Filler<'a>) -> Self {
        let columns = def.columns.iter();
        Self {
            filler,
            plans: columns.clone().map(|c| Plan::of(&c.value)).collect(),
            list: List {
                name: def.id.clone(),
                above: Vec::new(),
                headings: columns.clone().map(|c| c.heading.clone()).collect(),
                faces: columns.clone().map(|c| face(&c.value)).collect(),
                numbered: columns.map(|c| c.value == "{#}").collect(),
                text: String::new(),
                begins: vec![0],
                lengths: Vec::new(),
                order: None,
            },
        }
    }

    /// Fills the next row.
    pub(super) fn push(&mut self, from: &From<'_, '_>) {
        let number = self.list.begins.len();
        let text = &mut self.list.text;
        for (plan, numbered) in self.plans.iter().zip(&self.list.numbered) {
            let begin = text.len();
            match from {
                _ if *numbered => {}
                From::Row(row) => self.filler.put_row(plan, row, number, text),
                From::Record(record) => self.filler.put_record(plan, record, text),
            }
            guard(text, begin);
            // a cell of so many bytes fits in no file of tables
            let length = u32::try_from(text.len() - begin).unwrap_or(u32::MAX);
            text.truncate(begin + length as usize);
            self.list.lengths.push(length);
        }
        self.list.begins.push(text.len());
    }

    pub(super) fn done(self, above: Vec<(String, Face)>) -> List {
        List { above, ..self.list }
    }
}

impl List {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let all = self.begins.len() - 1;
        self.order.as_ref().map_or(all, Vec::len)
    }

    /// True if there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `each` with the texts of the cells of every row, until it fails.
    ///
    /// # Errors
    /// As `each` says.
    pub fn rows<E>(&self, mut each: impl FnMut(&[&str]) -> Result<(), E>) -> Result<(), E> {
        let columns = self.numbered.len();
        for place in 0..self.len() {
            let number = (place + 1).to_string();
            let row = self.order.as_ref().map_or(place, |order| order[place]);
            let mut at = self.begins[row];
            let lengths = &self.lengths[row * columns..(row + 1) * columns];
            let cells = lengths
                .iter()
                .zip(&self.numbered)
                .map(|(length, numbered)| {
                    let from = at;
                    at += *length as usize;
                    if *numbered {
                        number.as_str()
                    } else {
                        &self.text[from..at]
                    }
                });
            let cells: Vec<&str> = cells.collect();
            each(&cells)?;
        }
        Ok(())
    }

    /// Puts the rows in order; those that are not named are left out.
    pub(super) fn order(&mut self, rows: impl Iterator<Item = usize>) {
        self.order = Some(rows.collect());
    }

    /// The rows of another list of the same table after these.
    pub(super) fn append(&mut self, other: &Self) {
        let end = self.text.len();
        self.text.push_str(&other.text);
        let begins = other.begins.iter().skip(1);
        self.begins.extend(begins.map(|begin| begin + end));
        self.lengths.extend_from_slice(&other.lengths);
    }
}

/// The list of a table.
#[must_use]
pub fn list(def: &TableDef, filler: &Filler<'_>, rows: &[Row<'_>], bare: bool) -> List {
    let mut maker = Maker::new(def, filler);
    for row in rows {
        maker.push(&From::Row(row));
    }
    maker.done(above(def, filler, rows, rows.len(), bare))
}

/// The title of a table and the lines below it.
pub(super) fn above(
    def: &TableDef,
    filler: &Filler<'_>,
    rows: &[Row<'_>],
    count: usize,
    bare: bool,
) -> Vec<(String, Face)> {
    if bare {
        return Vec::new();
    }
    let texts = [
        (Some(&def.title), Face::Title),
        (Some(&def.header), Face::Line),
        (def.summary.as_ref(), Face::Line),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(text, face)| Some((text?, face)));
    texts
        .map(|(text, face)| (filler.of_table(text, def, rows, count), face))
        .collect()
}
