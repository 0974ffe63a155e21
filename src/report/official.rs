//! Official papers: tables and forms as cells, before any file format.

mod fill;
mod layout;
mod list;
mod plan;
mod reads;
mod records;
mod rows;

pub use fill::{Filler, in_words};
pub(in crate::report) use fill::{persons, persons_about};
pub use layout::{Layout, letters};
pub use list::{List, list};
pub use plan::Plan;
pub use reads::reads;
pub use records::Records;
pub use rows::{Chosen, Row};

use crate::pack::FormDef;
use crate::state::View;
use crate::step;

/// What a cell is, for the file formats that can show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The title of the paper.
    Title,
    /// A line below the title, without a border.
    Line,
    /// A heading of a column or a section, a label.
    Heading,
    /// A value.
    Value,
    /// A value in a column of short ones: centred.
    Short,
    /// An amount in 万元: right-aligned, a number in a workbook.
    Number,
    /// A whole number.
    Count,
}

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// What it is.
    pub face: Face,
    /// First column, from 0.
    pub column: usize,
    /// Columns that it takes.
    pub width: usize,
    /// Rows that it takes.
    pub height: usize,
}

/// A form as rows of cells.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Name of the sheet.
    pub name: String,
    /// Widths of the columns, in characters.
    pub widths: Vec<f64>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Paper {
    /// The cells as text, row by row: a wide cell is followed by blanks.
    pub fn texts(&self) -> impl Iterator<Item = Vec<&str>> {
        self.rows.iter().map(|row| {
            let mut texts = vec![""; self.widths.len()];
            for cell in row {
                if let Some(slot) = texts.get_mut(cell.column) {
                    *slot = &cell.text;
                }
            }
            texts
        })
    }
}

/// A form filled in for one case.
#[must_use]
pub fn form(def: &FormDef, filler: &Filler<'_>, view: &View<'_>) -> Paper {
    let columns = def.widths.len();
    let mut list = vec![vec![Cell {
        text: def.title.clone(),
        face: Face::Title,
        column: 0,
        width: columns,
        height: 1,
    }]];
    // rows that cells above still take, by column
    let mut taken = vec![0_usize; columns];
    for pieces in &def.rows {
        let mut cells = Vec::new();
        let mut column = 0;
        let mut below = vec![0_usize; columns];
        for (index, piece) in pieces.iter().enumerate() {
            while taken.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            if column >= columns {
                break;
            }
            let (text, wide, height) = piece.parts();
            let final_one = index + 1 == pieces.len();
            let free = (column..columns).take_while(|c| taken[*c] == 0).count();
            let width = wide
                .unwrap_or(if final_one { free } else { 1 })
                .clamp(1, free);
            let (text, heading) = match text.strip_prefix("= ") {
                Some(rest) => (rest, true),
                None => (text, !text.contains('{')),
            };
            let face = if text.starts_with("- ") {
                Face::Line
            } else if text.starts_with("~ ") {
                Face::Value
            } else if heading {
                Face::Heading
            } else {
                face(text)
            };
            let bare = text.strip_prefix("- ").or(text.strip_prefix("~ "));
            let text = bare.unwrap_or(text);
            cells.push(Cell {
                text: guarded(filler.of_case(text, view)),
                face,
                column,
                width,
                height,
            });
            below[column..column + width].fill(height);
            column += width;
        }
        for (rows, more) in taken.iter_mut().zip(below) {
            *rows = rows.saturating_sub(1).max(more.saturating_sub(1));
        }
        list.push(cells);
    }
    Paper {
        name: view.id.clone(),
        widths: def.widths.clone(),
        rows: list,
    }
}

/// A cell that is one slot of money or a number is a number.
fn face(template: &str) -> Face {
    let slot = template
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|slot| !slot.contains('{'));
    let Some(slot) = slot else {
        return Face::Value;
    };
    let path = slot.split('#').next().unwrap_or(slot);
    let kind = path
        .rsplit_once('.')
        .and_then(|(head, field)| step::find(head)?.field(field))
        .map(|field| field.kind);
    match kind {
        Some(step::Kind::Money) => Face::Number,
        Some(step::Kind::Count) => Face::Count,
        _ if slot == "#" => Face::Count,
        // a sum that the pack names
        _ if slot.ends_with("_sum") => Face::Number,
        _ => Face::Value,
    }
}

/// Keeps a spreadsheet from reading text of residents, which begins at a byte, as a formula.
fn guard(text: &mut String, begin: usize) {
    let cell = &text[begin..];
    if !super::table::is_plain(cell) {
        let cell = super::table::inert(&super::table::clean(cell)).into_owned();
        text.truncate(begin);
        text.push_str(&cell);
    }
}

fn guarded(mut cell: String) -> String {
    guard(&mut cell, 0);
    cell
}
