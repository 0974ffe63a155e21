//! The table in a sheet: its header row, its columns, and the rows that are records.

mod foot;
mod head;
mod missing;

use std::sync::Arc;

use super::{Cell, Row, Sheet};
use crate::sheet;
use head::{Header, Wanted, flatten, trimmed};

pub use head::norm_heading;
pub use missing::NoTable;

/// The header row is looked for in rows up to this number.
const HEAD: u32 = 40;

/// A column to look for.
#[derive(Debug, Clone, Copy)]
pub struct ColumnSpec<'a> {
    /// The word the caller knows the column by.
    pub key: &'a str,
    /// The heading of the official form.
    pub heading: &'a str,
    /// Other headings in use.
    pub aliases: &'a [&'a str],
}

/// A column that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The key of its [`ColumnSpec`].
    pub key: String,
    /// Its place, counted from 0; see [`column_letter`].
    pub index: usize,
    /// The heading as it stands, with the group heading before it where one was needed.
    pub heading: String,
    /// The heading, or the group heading over it, says 万元.
    pub wan: bool,
}

/// The table found in a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The name of the sheet.
    pub sheet: String,
    /// The number of the last row of the header.
    pub header_row: u32,
    /// The columns found, from left to right.
    pub columns: Vec<Column>,
    /// The records, top to bottom.
    pub rows: Vec<Record>,
    /// What stands above the header, such as a title or `单位：万元`.
    pub preamble: Vec<(u32, String)>,
    /// The rows below the header that are no records, each with the reason in Chinese.
    pub skipped: Vec<(u32, String)>,
    /// Headings that no spec asks for.
    pub unknown: Vec<(usize, String)>,
    /// Headings whose key was already taken by a better or earlier column.
    pub duplicate: Vec<(usize, String)>,
}

/// One record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The number of its row.
    pub row: u32,
    /// A cell for every column found; empty ones too.
    pub cells: Cells,
}

/// The cells of a record, by the keys of the columns; each trimmed, and nothing if it is blank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// Key and place of each column; the same for all records of a table.
    columns: Arc<[(String, usize)]>,
    row: sheet::Cells,
}

impl Cells {
    /// The cell of a column.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Cell<'_>> {
        let (_, place) = self.columns.iter().find(|(known, _)| known == key)?;
        Some(self.at(*place))
    }

    /// The cells in the order of the columns.
    pub fn all(&self) -> impl Iterator<Item = Cell<'_>> {
        self.columns.iter().map(|(_, place)| self.at(*place))
    }

    fn at(&self, place: usize) -> Cell<'_> {
        let cell = self.row.get(place).unwrap_or_default();
        match trimmed(cell.text) {
            "" => Cell::default(),
            text => Cell { text, ..cell },
        }
    }
}

/// The letters over a column counted from 0: `A`, `Z`, `AA`.
#[must_use]
pub fn column_letter(index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index.saturating_add(1);
    while rest > 0 {
        rest -= 1;
        // below 26, so it fits
        letters.push(b'A' + u8::try_from(rest % 26).unwrap_or_default());
        rest /= 26;
    }
    letters
        .iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect()
}

/// Finds the table in a sheet.
///
/// # Errors
/// [`NoTable`] when no row among the first 40 has all the required headings.
pub fn locate(sheet: &Sheet, specs: &[ColumnSpec], required: &[&str]) -> Result<Table, NoTable> {
    let wanted = Wanted::new(specs);
    let (place, header) = header(sheet, required, &wanted)?;
    Ok(table(sheet.clone(), place, header, &wanted))
}

/// As [`locate`], from a sheet that nobody needs any more.
///
/// # Errors
/// As [`locate`].
pub fn take(sheet: Sheet, specs: &[ColumnSpec], required: &[&str]) -> Result<Table, NoTable> {
    let wanted = Wanted::new(specs);
    let (place, header) = header(&sheet, required, &wanted)?;
    Ok(table(sheet, place, header, &wanted))
}

/// The header of a sheet, with the place of its last row.
fn header<'s>(
    sheet: &Sheet,
    required: &[&str],
    wanted: &Wanted<'s>,
) -> Result<(usize, Header<'s>), NoTable> {
    let mut best: Option<(usize, Header)> = None;
    let head = sheet.rows.iter().take_while(|row| row.number <= HEAD);
    for (place, row) in head.enumerate() {
        let above = place.checked_sub(1).and_then(|above| sheet.rows.get(above));
        let above = above.filter(|above| above.number + 1 == row.number);
        // a row that repeats itself across is a title, not a group
        let above = above.filter(|above| texts(above).nth(1).is_some());
        for group in [None, above] {
            let header = wanted.read(row, group);
            let most = best.as_ref().map_or(0, |(_, best)| best.columns.len());
            if header.columns.len() > most {
                best = Some((place, header));
            }
        }
    }
    let least = wanted.specs.len().min(2);
    let fits = |header: &Header| {
        let has = |key: &&str| header.columns.contains_key(key);
        header.columns.len() >= least && required.iter().all(has)
    };
    match best {
        Some((place, header)) if fits(&header) => Ok((place, header)),
        best => Err(missing::explain(sheet, best.as_ref(), required, wanted)),
    }
}

fn table(sheet: Sheet, place: usize, header: Header, wanted: &Wanted) -> Table {
    let mut above = sheet.rows;
    let below = above.split_off(place.min(above.len()));
    let row = below.first();
    let header_row = row.map_or(0, |row| row.number);
    // a group row shares its vertically merged headings with the row below it
    let grouped = above.last().zip(row).is_some_and(|(group, row)| {
        let shared = |column: &Column| {
            let cell = row.cells.get(column.index);
            let merged = cell.is_some_and(|cell| cell.merged);
            let over = text(group, column.index);
            (merged && text(row, column.index) == over)
                || (!over.is_empty() && column.heading.starts_with(&format!("{over} ")))
                || (!over.is_empty() && column.heading == over)
        };
        group.number + 1 == row.number && header.columns.values().any(shared)
    });
    let mut columns: Vec<Column> = header.columns.into_values().collect();
    columns.sort_by_key(|column| column.index);
    if let Some(group) = above.last().filter(|_| grouped) {
        for column in &mut columns {
            column.wan |= flatten(text(group, column.index)).contains("万元");
        }
    }
    let preamble = &above[..above.len() - usize::from(grouped)];
    let preamble = preamble
        .iter()
        .map(|row| (row.number, texts(row).collect::<Vec<_>>().join(" ")));
    let mut table = Table {
        sheet: sheet.name,
        header_row,
        columns,
        rows: Vec::new(),
        preamble: preamble.collect(),
        skipped: Vec::new(),
        unknown: header.unknown,
        duplicate: header.duplicate,
    };
    let places = table.columns.iter().map(|c| (c.key.clone(), c.index));
    let places: Arc<[(String, usize)]> = places.collect();
    let mut note = false;
    for row in below.into_iter().skip(1) {
        let (first, alone) = {
            let mut texts = texts(&row);
            let first = texts.next();
            (first, first.is_some() && texts.next().is_none())
        };
        let reason = foot::refuse(&row, (first, alone), &table.columns, wanted, note);
        note = alone && (note || reason == Some("说明文字"));
        match reason {
            Some("") => {}
            Some(reason) => table.skipped.push((row.number, reason.to_owned())),
            None => table.rows.push(Record {
                row: row.number,
                cells: Cells {
                    columns: places.clone(),
                    row: row.cells,
                },
            }),
        }
    }
    table
}

fn text(row: &Row, column: usize) -> &str {
    row.cells.get(column).map_or("", |cell| trimmed(cell.text))
}

/// The texts of a row, each merged area once.
fn texts(row: &Row) -> impl Iterator<Item = &str> {
    let mut last = None;
    row.cells.iter().filter_map(move |cell| {
        let text = trimmed(cell.text);
        let again = cell.merged && last == Some(text);
        let new = !text.is_empty() && !again;
        new.then(|| *last.insert(text))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
