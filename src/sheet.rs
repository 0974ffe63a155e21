//! Spreadsheets as offices really send them, told apart by content and read inside limits.

mod book;
mod cells;
mod error;
pub mod table;
mod text;
mod wire;
mod worker;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use cells::{Cell, Cells};
pub use error::{Bound, Found, ReadError};
pub use worker::worker;

/// Everything a user can see in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workbook {
    /// The visible sheets, in the order of their tabs.
    pub sheets: Vec<Sheet>,
    /// The encoding the text was read as; `None` for workbooks.
    pub encoding: Option<String>,
}

/// One sheet, or the whole of a text file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The name on the tab; empty for text files.
    pub name: String,
    /// The rows that hold text of their own, top to bottom.
    pub rows: Vec<Row>,
}

/// One row of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The number the user sees at the left edge, counted from 1.
    pub number: u32,
    /// The cells from column A on; trailing empty cells are left out.
    pub cells: Cells,
}

/// What a file says a cell holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellKind {
    /// Nothing.
    #[default]
    Empty,
    /// Text, and everything in a text file.
    Text,
    /// A number in its shortest form, without a trailing `.0`.
    Number,
    /// `2022-04-01` or `2022-04-01T09:30`.
    Date,
    /// `TRUE` or `FALSE`.
    Bool,
    /// An error such as `#REF!`, or `=…` for a formula saved without its value.
    Error,
}

/// How a file is to be read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The encoding of a text file, when it is not to be found out.
    pub encoding: Option<String>,
    /// The executable started as `EXE sheet-worker PATH`; `None` reads in this process, where
    /// nothing bounds what a hostile `.xls` takes.
    pub worker: Option<PathBuf>,
    /// What is too much.
    pub limits: Limits,
}

/// What is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of all parts after inflating, and bytes of all cell text.
    pub inflated: u64,
    /// Inflated bytes per byte of the file, once they pass 8 MiB.
    pub ratio: u64,
    /// Cells of all sheets, with the empty ones before the last in each row.
    pub cells: u64,
    /// The last row that may hold text.
    pub rows: u32,
    /// The last column that may hold text.
    pub columns: u32,
    /// Characters of one cell.
    pub cell_chars: u32,
    /// Seconds until the worker is ended.
    pub seconds: u64,
    /// Bytes of address space of the worker.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            inflated: 200 << 20,
            ratio: 200,
            cells: 2_000_000,
            rows: 200_000,
            columns: 1_000,
            cell_chars: 32_767,
            seconds: 60,
            memory: 1 << 30,
        }
    }
}

/// Reads a file, in a limited child process when `options.worker` names one.
///
/// # Errors
/// Every reason why the file gives no workbook; see [`ReadError`].
pub fn read(path: &Path, options: &ReadOptions) -> Result<Workbook, ReadError> {
    match &options.worker {
        Some(exe) => worker::start(exe, path, options),
        None => worker::caught(path, options),
    }
}

/// Reads a file in this process, telling its kind by its content.
fn read_here(path: &Path, options: &ReadOptions) -> Result<Workbook, ReadError> {
    let bytes = load(path, options.limits.bytes)?;
    parse(&bytes, options)
}

/// Reads the content of a file in this process: what the worker does inside its limits.
///
/// # Errors
/// Every reason why the content gives no workbook; see [`ReadError`].
pub fn parse(bytes: &[u8], options: &ReadOptions) -> Result<Workbook, ReadError> {
    match bytes.get(..8) {
        Some([b'P', b'K', 3 | 5, ..]) => book::zipped(bytes, &options.limits),
        Some(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => book::ole2(bytes, &options.limits),
        _ => text::read(bytes, options),
    }
}

/// The bytes of a regular file that is not too large.
fn load(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let shown = path.display().to_string();
    let failed = |e: std::io::Error| match e.kind() {
        ErrorKind::NotFound => ReadError::Missing {
            path: shown.clone(),
        },
        _ => ReadError::Unreadable {
            path: shown.clone(),
            detail: e.to_string(),
        },
    };
    // before opening: a named pipe would block
    let meta = std::fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        return Err(failed(std::io::Error::other("not a regular file")));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge {
            bound: Bound::Bytes,
            limit,
            at: None,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_or_not_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let options = ReadOptions::default();
        let gone = read(&folder.path().join("没有.csv"), &options);
        assert!(matches!(gone, Err(ReadError::Missing { .. })));
        let here = read(folder.path(), &options);
        assert!(matches!(here, Err(ReadError::Unreadable { .. })));
    }

    #[test]
    fn the_kind_is_told_by_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("其实是文本.xls");
        std::fs::write(&path, "名称\t金额\n路灯\t1").unwrap();
        let book = read(&path, &ReadOptions::default()).unwrap();
        assert_eq!(book.sheets[0].rows[1].cells.get(1).unwrap().text, "1");
        let limits = Limits {
            bytes: 5,
            ..Limits::default()
        };
        let options = ReadOptions {
            limits,
            ..Default::default()
        };
        let large = read(&path, &options);
        assert!(matches!(
            large,
            Err(ReadError::TooLarge {
                bound: Bound::Bytes,
                ..
            })
        ));
    }
}
