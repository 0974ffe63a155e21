//! Workbooks: what a zip or OLE2 container holds, checked before it is read.

mod grid;
mod guard;
mod ods;
mod value;
mod xml;

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{BufReader, Cursor};

use calamine::{
    Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError, XlsxFormulaMetadata,
};
use zip::ZipArchive;

use super::{CellKind, Found, Limits, ReadError, Sheet, Workbook};
use grid::Grid;
use value::cell;
use xml::Xml;

/// Reads a zip container that should be XLSX or ODS.
pub(super) fn zipped(bytes: &[u8], limits: &Limits) -> Result<Workbook, ReadError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| corrupt("zip", e))?;
    let names = zip
        .file_names()
        .filter_map(Result::ok)
        .map(|n| n.replace('\\', "/").to_lowercase());
    let names: BTreeSet<String> = names.collect();
    let inside = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if names.contains("encrypted-package") {
        return Err(ReadError::Encrypted);
    }
    let found = match () {
        () if names.contains("xl/workbook.bin") => Some(Found::Xlsb),
        () if inside("xl/") || names.contains("content.xml") => None,
        () if inside("word/") || inside("ppt/") => Some(Found::Document),
        () => Some(Found::Archive),
    };
    if let Some(found) = found {
        return Err(ReadError::NotSpreadsheet { found });
    }
    let may_merge = guard::check(&mut zip, bytes.len() as u64, limits)?;
    let grid = Grid::new(limits);
    let sheets = if inside("xl/") {
        drop(zip);
        xlsx(bytes, grid, may_merge)?
    } else {
        let part = zip.by_name("content.xml");
        let part = part.map_err(|e| corrupt("content.xml", e))?;
        ods::read(Xml::new(BufReader::new(part), "content.xml"), grid)?
    };
    Ok(Workbook {
        sheets,
        encoding: None,
    })
}

/// Reads an OLE2 container that should be XLS.
pub(super) fn ole2(bytes: &[u8], limits: &Limits) -> Result<Workbook, ReadError> {
    // directory entries are 128 bytes long and begin with the name in UTF-16
    let has = |name: &str| {
        let name: Vec<u8> = name
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect();
        bytes.chunks(128).any(|entry| entry.starts_with(&name))
    };
    if !has("Workbook") && !has("Book") && !has("WORKBOOK") && !has("BOOK") {
        return Err(match () {
            () if has("EncryptedPackage") => ReadError::Encrypted,
            () if has("WordDocument") || has("PowerPoint Document") => not(Found::Document),
            () => not(Found::Binary),
        });
    }
    let failed = |e| match e {
        XlsError::Password => ReadError::Encrypted,
        e => corrupt("xls", e),
    };
    let mut book = Xls::new(Cursor::new(bytes)).map_err(failed)?;
    let mut grid = Grid::new(limits);
    let mut sheets = Vec::new();
    for name in visible(book.sheets_metadata()) {
        let range = book.worksheet_range(&name).map_err(failed)?;
        let merged = book.merge_cells_by_sheet_name(&name).map_err(failed)?;
        let (top, left) = range.start().unwrap_or_default();
        grid.name.clone_from(&name);
        for (row, column, value) in range.used_cells() {
            let row = top.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
            let column = left.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
            grid.put(row, column, cell(value.clone()))?;
        }
        sheets.push(grid.finish(&merged)?);
    }
    Ok(Workbook {
        sheets,
        encoding: None,
    })
}

fn not(found: Found) -> ReadError {
    ReadError::NotSpreadsheet { found }
}

fn corrupt(part: &str, detail: impl Display) -> ReadError {
    ReadError::Corrupt {
        part: part.to_owned(),
        detail: detail.to_string(),
    }
}

/// The sheets a user can see; a workbook of charts alone has none.
fn visible(sheets: &[calamine::Sheet]) -> Vec<String> {
    let shown = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    };
    sheets
        .iter()
        .filter(shown)
        .map(|sheet| sheet.name.clone())
        .collect()
}

fn xlsx(bytes: &[u8], mut grid: Grid, may_merge: bool) -> Result<Vec<Sheet>, ReadError> {
    let failed = |e| match e {
        XlsxError::Password => ReadError::Encrypted,
        e => corrupt("xlsx", e),
    };
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(failed)?;
    let mut sheets = Vec::new();
    for name in visible(book.sheets_metadata()) {
        // to find them a whole sheet is read
        let merged = if may_merge {
            book.merge_cells_by_sheet_name(&name).map_err(failed)?
        } else {
            Vec::new()
        };
        grid.name.clone_from(&name);
        let mut cells = book.worksheet_cells_reader(&name).map_err(failed)?;
        while let Some(found) = cells.next_cell_with_formula_metadata().map_err(failed)? {
            let mut cell = cell(found.value.into());
            if cell.kind == CellKind::Empty
                && let Some(formula) = found.formula
            {
                cell.kind = CellKind::Error;
                cell.text = match formula {
                    XlsxFormulaMetadata::Normal { formula }
                    | XlsxFormulaMetadata::Shared { formula, .. } => format!("={formula}"),
                    _ => "=".to_owned(),
                };
            }
            grid.put(found.pos.0, found.pos.1, cell)?;
        }
        sheets.push(grid.finish(&merged)?);
    }
    Ok(sheets)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests;
