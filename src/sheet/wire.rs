//! A workbook between the worker and the program: numbers and texts, each with its length.

use std::io::{self, Write};

use simdutf8::basic::from_utf8;

use super::cells::Packer;
use super::{Cell, CellKind, Cells, Row, Sheet, Workbook};

/// How a workbook begins that was sent; nothing else that the worker says does.
const BEGIN: &[u8] = b"minsheng.workbook/1\n";

/// Elements for which room is made before they are there.
const ROOM: usize = 1024;

const KINDS: [CellKind; 6] = [
    CellKind::Empty,
    CellKind::Text,
    CellKind::Number,
    CellKind::Date,
    CellKind::Bool,
    CellKind::Error,
];

/// Beside the number of the kind: the cell was covered by another.
const MERGED: u8 = 8;
/// The cell has a text.
const SAID: u8 = 16;

/// Sends a workbook.
pub(super) fn write(book: &Workbook, out: &mut impl Write) -> io::Result<()> {
    out.write_all(BEGIN)?;
    number(out, u64::from(book.encoding.is_some()))?;
    text(out, book.encoding.as_deref().unwrap_or_default())?;
    number(out, book.sheets.len() as u64)?;
    for sheet in &book.sheets {
        text(out, &sheet.name)?;
        number(out, sheet.rows.len() as u64)?;
        for row in &sheet.rows {
            number(out, row.number.into())?;
            number(out, row.cells.len() as u64)?;
            for cell in row.cells.iter() {
                let merged = if cell.merged { MERGED } else { 0 };
                let said = if cell.text.is_empty() { 0 } else { SAID };
                out.write_all(&[cell.kind as u8 | merged | said])?;
                if said > 0 {
                    number(out, cell.text.len() as u64)?;
                }
            }
            for cell in row.cells.iter() {
                out.write_all(cell.text.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Seven bits a byte, the lowest first; all but the last byte have the highest bit.
fn number(out: &mut impl Write, mut number: u64) -> io::Result<()> {
    while number > 0x7F {
        out.write_all(&[low(number) | 0x80])?;
        number >>= 7;
    }
    out.write_all(&[low(number)])
}

fn low(number: u64) -> u8 {
    // seven bits fit
    u8::try_from(number & 0x7F).unwrap_or_default()
}

fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    number(out, text.len() as u64)?;
    out.write_all(text.as_bytes())
}

/// Receives a workbook; none if it is something else, or not whole.
pub(super) fn read(sent: &[u8]) -> Option<Workbook> {
    let mut sent = Sent {
        rest: sent.strip_prefix(BEGIN)?,
        packer: Packer::default(),
        cells: Vec::new(),
    };
    let known = sent.number()? == 1;
    let encoding = sent.text()?;
    let book = Workbook {
        encoding: known.then_some(encoding),
        sheets: sent.list(|sent| {
            Some(Sheet {
                name: sent.text()?,
                rows: sent.list(|sent| {
                    Some(Row {
                        number: sent.number()?.try_into().ok()?,
                        cells: sent.cells()?,
                    })
                })?,
            })
        })?,
    };
    sent.rest.is_empty().then_some(book)
}

/// What was sent and has not been read yet.
struct Sent<'a> {
    rest: &'a [u8],
    packer: Packer,
    /// Of each cell of a row what it is, and how long its text is.
    cells: Vec<(u8, usize)>,
}

impl<'a> Sent<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        self.number()?.try_into().ok()
    }

    fn text(&mut self) -> Option<String> {
        let length = self.length()?;
        Some(self.taken(length)?.to_owned())
    }

    /// The next text, of so many bytes.
    fn taken(&mut self, length: usize) -> Option<&'a str> {
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        from_utf8(text).ok()
    }

    /// The cells of a row: first what each is, then the texts of all.
    fn cells(&mut self) -> Option<Cells> {
        self.cells.clear();
        let mut whole = 0_usize;
        for _ in 0..self.length()? {
            let byte = self.byte().filter(|byte| *byte < 2 * SAID)?;
            let length = if byte & SAID > 0 { self.length()? } else { 0 };
            whole = whole.checked_add(length)?;
            self.cells.push((byte, length));
        }
        let mut text = self.taken(whole)?;
        for (byte, length) in &self.cells {
            let (own, rest) = text.split_at_checked(*length)?;
            text = rest;
            self.packer.push(Cell {
                kind: *KINDS.get(usize::from(byte & 7))?,
                merged: byte & MERGED > 0,
                text: own,
            });
        }
        Some(self.packer.done())
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.length()?;
        // who sends a length need not have so much
        let mut list = Vec::with_capacity(ROOM.min(count));
        for _ in 0..count {
            list.push(one(self)?);
        }
        Some(list)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sent(book: &Workbook) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(book, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn every_cell_arrives_as_it_was_sent() {
        let long = "长".repeat(32_767);
        let mut cells = Vec::new();
        for kind in KINDS {
            for merged in [false, true] {
                for text in ["", "甲\n\"乙\"", "1.5", &long] {
                    cells.push(Cell { text, kind, merged });
                }
            }
        }
        let row = |number, cells: &[Cell<'_>]| Row {
            number,
            cells: cells.iter().copied().collect(),
        };
        for encoding in [None, Some("UTF-8".to_owned()), Some(String::new())] {
            let book = Workbook {
                encoding,
                sheets: vec![
                    Sheet::default(),
                    Sheet {
                        name: "需求".into(),
                        rows: vec![row(3, &cells), row(u32::MAX, &[])],
                    },
                ],
            };
            assert_eq!(read(&sent(&book)), Some(book));
        }
        assert!(KINDS.iter().zip(0_u8..).all(|(kind, n)| *kind as u8 == n));
    }

    #[test]
    fn what_is_not_whole_is_no_workbook() {
        let book = Workbook {
            encoding: Some("UTF-8".into()),
            sheets: vec![Sheet {
                name: "甲".into(),
                rows: vec![Row {
                    number: 300,
                    cells: Cells::from_iter([Cell {
                        text: "乙",
                        kind: CellKind::Text,
                        merged: false,
                    }]),
                }],
            }],
        };
        let bytes = sent(&book);
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None, "{end}");
        }
        assert_eq!(read(&[&bytes[..], b"\0"].concat()), None);
        // any one byte changed makes another workbook or none, and never a failure
        for at in 0..bytes.len() {
            for byte in 0..=u8::MAX {
                let mut other = bytes.clone();
                other[at] = byte;
                assert!(byte == bytes[at] || read(&other) != Some(book.clone()));
            }
        }
        let endless = [BEGIN, &[0, 0], &[0xFF; 9], &[1]].concat();
        assert_eq!(read(&endless), None);
    }
}
