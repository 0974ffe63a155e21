//! The cells of a sheet while it is read, counted against the limits.

use std::collections::BTreeMap;

use calamine::Dimensions;

use crate::sheet::cells::{Cell, Packer};
use crate::sheet::table::column_letter;
use crate::sheet::{Bound, CellKind, Limits, ReadError, Row, Sheet};

/// A cell while its sheet is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    pub(super) text: String,
    pub(super) kind: CellKind,
    pub(super) merged: bool,
}

/// The cells of one sheet while it is read, and what all sheets have used of the limits.
pub(super) struct Grid<'a> {
    pub(super) limits: &'a Limits,
    /// The name of the sheet.
    pub(super) name: String,
    rows: BTreeMap<u32, Vec<Filled>>,
    /// The row that was last put into, which is not among the others.
    last: Option<(u32, Vec<Filled>)>,
    cells: u64,
    text: u64,
}

impl<'a> Grid<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            name: String::new(),
            rows: BTreeMap::new(),
            last: None,
            cells: 0,
            text: 0,
        }
    }

    pub(super) fn over(&self, bound: Bound, limit: u64, row: u32, column: u32) -> ReadError {
        let letter = column_letter(column as usize);
        ReadError::TooLarge {
            bound,
            limit,
            at: Some(format!("{}!{letter}{}", self.name, u64::from(row) + 1)),
        }
    }

    /// Puts a cell at a place counted from 0; blank ones are only formatting.
    pub(super) fn put(&mut self, row: u32, column: u32, mut cell: Filled) -> Result<(), ReadError> {
        if cell.text.trim().is_empty() {
            return Ok(());
        }
        let chars = self.limits.cell_chars;
        if row >= self.limits.rows {
            return Err(self.over(Bound::Rows, self.limits.rows.into(), row, column));
        }
        if column >= self.limits.columns {
            return Err(self.over(Bound::Columns, self.limits.columns.into(), row, column));
        }
        // a byte has at most one character
        if cell.text.len() > chars as usize && cell.text.chars().count() > chars as usize {
            return Err(self.over(Bound::CellChars, chars.into(), row, column));
        }
        if cell.text.contains('\r') {
            cell.text = cell.text.replace("\r\n", "\n").replace('\r', "\n");
        }
        let width = column as usize + 1;
        let line = self.line(row);
        let more = width.saturating_sub(line.len()) as u64;
        line.resize(width.max(line.len()), Filled::default());
        let length = cell.text.len() as u64;
        if let Some(place) = line.last_mut().filter(|_| more > 0) {
            *place = cell;
        } else if let Some(place) = line.get_mut(column as usize) {
            *place = cell;
        }
        self.spend(more, length, row, column)
    }

    /// The cells of a row, which may be new; most cells stand in the row of the one before.
    fn line(&mut self, row: u32) -> &mut Vec<Filled> {
        let own = match self.last.take() {
            Some((last, line)) if last == row => line,
            other => {
                self.rows.extend(other);
                self.rows.remove(&row).unwrap_or_default()
            }
        };
        &mut self.last.insert((row, own)).1
    }

    fn spend(&mut self, cells: u64, text: u64, row: u32, column: u32) -> Result<(), ReadError> {
        self.cells += cells;
        self.text += text;
        let Limits {
            cells, inflated, ..
        } = *self.limits;
        match () {
            () if self.cells > cells => Err(self.over(Bound::Cells, cells, row, column)),
            () if self.text > inflated => Err(self.over(Bound::Inflated, inflated, row, column)),
            () => Ok(()),
        }
    }

    /// Hands out the sheet, with the covered cells of merged areas filled.
    pub(super) fn finish(&mut self, merged: &[Dimensions]) -> Result<Sheet, ReadError> {
        self.rows.extend(self.last.take());
        let width = self.rows.values().map(Vec::len).max().unwrap_or(0);
        for area in merged {
            let ((top, left), (bottom, right)) = (area.start, area.end);
            let (left, right) = (left as usize, (right as usize + 1).min(width));
            let first = self.rows.get(&top).and_then(|line| line.get(left));
            let Some(mut value) = first.cloned() else {
                continue;
            };
            if value.kind == CellKind::Empty || bottom < top {
                continue;
            }
            value.merged = true;
            // an area may cover more rows than there are: only those with text count
            let covered: Vec<u32> = self.rows.range(top..=bottom).map(|(row, _)| *row).collect();
            for row in covered {
                let from = if row == top { left + 1 } else { left };
                let count = right.saturating_sub(from) as u64;
                self.spend(count, count * value.text.len() as u64, row, area.start.1)?;
                if let Some(line) = self.rows.get_mut(&row).filter(|_| count > 0) {
                    line.resize(line.len().max(right), Filled::default());
                    line[from..right].fill(value.clone());
                }
            }
        }
        let rows = std::mem::take(&mut self.rows).into_iter();
        let mut packer = Packer::default();
        let rows = rows.map(|(row, cells)| {
            for cell in &cells {
                packer.push(Cell {
                    text: &cell.text,
                    kind: cell.kind,
                    merged: cell.merged,
                });
            }
            Row {
                number: row + 1,
                cells: packer.done(),
            }
        });
        Ok(Sheet {
            name: std::mem::take(&mut self.name),
            rows: rows.collect(),
        })
    }
}
