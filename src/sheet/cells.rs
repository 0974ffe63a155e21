//! The cells of a row: their texts stand one after the other, since a long list has a million of
//! them.

use super::CellKind;

/// One cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell<'r> {
    /// What the cell says; line breaks are `\n`.
    pub text: &'r str,
    /// What the file says the text is.
    pub kind: CellKind,
    /// The value was taken from the merged area that covers the cell.
    pub merged: bool,
}

/// The cells of one row, from column A on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    text: Box<str>,
    ends: Box<[End]>,
}

/// Where the text of a cell ends; it begins where that of the cell before ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End {
    at: u32,
    kind: CellKind,
    merged: bool,
}

impl Cells {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell of a column, counted from 0.
    #[must_use]
    pub fn get(&self, column: usize) -> Option<Cell<'_>> {
        let end = self.ends.get(column)?;
        let before = column.checked_sub(1).and_then(|left| self.ends.get(left));
        let from = before.map_or(0, |before| before.at);
        Some(Cell {
            text: self.text.get(from as usize..end.at as usize)?,
            kind: end.kind,
            merged: end.merged,
        })
    }

    /// All of them, from left to right.
    pub fn iter(&self) -> impl Iterator<Item = Cell<'_>> + Clone {
        (0..self.len()).filter_map(|column| self.get(column))
    }
}

impl<'c> FromIterator<Cell<'c>> for Cells {
    fn from_iter<T: IntoIterator<Item = Cell<'c>>>(cells: T) -> Self {
        let mut packer = Packer::default();
        cells.into_iter().for_each(|cell| packer.push(cell));
        packer.done()
    }
}

/// Packs the cells of row after row.
#[derive(Debug, Default)]
pub(super) struct Packer {
    text: String,
    ends: Vec<End>,
}

impl Packer {
    /// Adds the next cell of the row.
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        self.text.push_str(cell.text);
        // no file has four billion characters in one row: see the limits
        let at = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.ends.push(End {
            at,
            kind: cell.kind,
            merged: cell.merged,
        });
    }

    /// The row, in as much memory as it needs.
    pub(super) fn done(&mut self) -> Cells {
        let cells = Cells {
            text: self.text.as_str().into(),
            ends: self.ends.as_slice().into(),
        };
        self.text.clear();
        self.ends.clear();
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_out_as_they_went_in() {
        let cell = |text, kind, merged| Cell { text, kind, merged };
        let row = [
            cell("甲", CellKind::Text, false),
            cell("", CellKind::Empty, true),
            cell("1.5", CellKind::Number, true),
            cell("", CellKind::Empty, false),
        ];
        let cells: Cells = row.into_iter().collect();
        assert!(cells.iter().eq(row));
        assert_eq!((cells.len(), cells.is_empty()), (4, false));
        assert_eq!((cells.get(2), cells.get(4)), (Some(row[2]), None));
        assert!(Cells::default().is_empty() && Cells::default().get(0).is_none());
        let mut packer = Packer::default();
        for row in [&row[..2], &row[2..], &[]] {
            for cell in row {
                packer.push(*cell);
            }
            assert!(packer.done().iter().eq(row.iter().copied()));
        }
    }
}
