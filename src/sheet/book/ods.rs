//! The sheets of an ODS `content.xml`; calamine would lose merged areas and can loop for ever.

use std::collections::BTreeSet;
use std::io::BufRead;

use calamine::Dimensions;

use super::grid::{Filled, Grid};
use super::value::{iso, number, plain};
use super::xml::{Piece, Xml};
use crate::sheet::{Bound, CellKind, ReadError, Sheet};

/// Reads all visible sheets.
pub(super) fn read(mut xml: Xml<impl BufRead>, grid: Grid) -> Result<Vec<Sheet>, ReadError> {
    let mut ods = Ods::new(grid);
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Open if ods.skipped > 0 => ods.skipped += 1,
            Piece::Close if ods.skipped > 0 => ods.skipped -= 1,
            Piece::Text if ods.skipped > 0 => {}
            Piece::Open => ods.open(&xml)?,
            Piece::Close => ods.close(xml.name())?,
            Piece::Text => {
                if let Some(open) = ods.cell.as_mut().filter(|_| ods.paragraph) {
                    open.cell.text.push_str(&xml.text()?);
                }
            }
        }
    }
    Ok(ods.sheets)
}

/// The cell that is being read.
struct Open {
    cell: Filled,
    covered: bool,
    repeat: u32,
    span: (u32, u32),
    paragraphs: u32,
}

/// Where the reading stands.
struct Ods<'a> {
    grid: Grid<'a>,
    sheets: Vec<Sheet>,
    /// The last style named, and the styles that hide a sheet.
    style: String,
    hidden: BTreeSet<String>,
    /// How deep inside something to pass over.
    skipped: u32,
    /// Inside a sheet, and whether a user sees it.
    shown: Option<bool>,
    row: u32,
    repeat: u32,
    column: u32,
    /// The filled cells of the row: column, repetitions, value.
    line: Vec<(u32, u32, Filled)>,
    merged: Vec<Dimensions>,
    cell: Option<Open>,
    /// Inside a paragraph whose text counts.
    paragraph: bool,
}

impl<'a> Ods<'a> {
    fn new(grid: Grid<'a>) -> Self {
        Self {
            grid,
            sheets: Vec::new(),
            style: String::new(),
            hidden: BTreeSet::new(),
            skipped: 0,
            shown: None,
            row: 0,
            repeat: 1,
            column: 0,
            line: Vec::new(),
            merged: Vec::new(),
            cell: None,
            paragraph: false,
        }
    }

    fn open(&mut self, xml: &Xml<impl BufRead>) -> Result<(), ReadError> {
        match xml.name() {
            "style:style" => self.style = xml.attr("style:name").unwrap_or_default().into(),
            "style:table-properties" => {
                let display = xml.attr("table:display");
                if display.as_deref() == Some("false") {
                    self.hidden.insert(std::mem::take(&mut self.style));
                }
            }
            "table:table" if self.shown.is_none() => {
                let style = xml.attr("table:style-name").unwrap_or_default();
                self.shown = Some(!self.hidden.contains(&*style));
                self.grid.name = xml.attr("table:name").unwrap_or_default().into();
                self.row = 0;
            }
            // a table inside a cell, a comment, drawings, the history of changes
            "table:table" | "office:annotation" | "table:shapes" | "table:tracked-changes" => {
                self.skipped = 1;
            }
            name if name.starts_with("draw:") => self.skipped = 1,
            "table:table-row" => {
                self.repeat = count(xml, "table:number-rows-repeated");
                self.column = 0;
            }
            name @ ("table:table-cell" | "table:covered-table-cell") => {
                let rows = count(xml, "table:number-rows-spanned");
                let columns = count(xml, "table:number-columns-spanned");
                self.cell = Some(Open {
                    cell: typed(xml),
                    covered: name == "table:covered-table-cell",
                    repeat: count(xml, "table:number-columns-repeated"),
                    span: (rows, columns),
                    paragraphs: 0,
                });
            }
            "text:p" | "text:h" => {
                if let Some(open) = &mut self.cell {
                    // a value of its own goes before the text that shows it
                    self.paragraph = matches!(open.cell.kind, CellKind::Empty | CellKind::Error);
                    if self.paragraph && open.paragraphs > 0 {
                        open.cell.text.push('\n');
                    }
                    open.paragraphs += 1;
                }
            }
            "text:s" => self.blank(" ", count(xml, "text:c"))?,
            "text:tab" => self.blank("\t", 1)?,
            "text:line-break" => self.blank("\n", 1)?,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), ReadError> {
        match name {
            "text:p" | "text:h" => self.paragraph = false,
            "table:table-cell" | "table:covered-table-cell" => {
                if let Some(open) = self.cell.take() {
                    self.end_cell(open);
                }
            }
            "table:table-row" => self.end_row()?,
            "table:table" => {
                let merged = std::mem::take(&mut self.merged);
                let sheet = self.grid.finish(&merged)?;
                if self.shown.take() == Some(true) {
                    self.sheets.push(sheet);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_cell(&mut self, open: Open) {
        let (row, column) = (self.row, self.column);
        self.column = column.saturating_add(open.repeat);
        if open.covered || self.shown != Some(true) || open.cell.text.trim().is_empty() {
            return;
        }
        if open.span != (1, 1) {
            let bottom = row.saturating_add(open.span.0 - 1);
            let right = column.saturating_add(open.span.1 - 1);
            let area = Dimensions::new((row, column), (bottom, right));
            self.merged.push(area);
        }
        let mut cell = open.cell;
        if cell.kind == CellKind::Empty {
            cell.kind = CellKind::Text;
        }
        self.line.push((column, open.repeat, cell));
    }

    fn end_row(&mut self) -> Result<(), ReadError> {
        let row = self.row;
        self.row = row.saturating_add(self.repeat);
        for (column, columns, cell) in self.line.drain(..) {
            // the first cell past a limit ends this
            for down in 0..self.repeat {
                for right in 0..columns {
                    let row = row.saturating_add(down);
                    let column = column.saturating_add(right);
                    self.grid.put(row, column, cell.clone())?;
                }
            }
        }
        Ok(())
    }

    fn blank(&mut self, blank: &str, times: u32) -> Result<(), ReadError> {
        let most = self.grid.limits.cell_chars;
        let Some(open) = self.cell.as_mut().filter(|_| self.paragraph) else {
            return Ok(());
        };
        let length = open.cell.text.len() as u64 + u64::from(times);
        // four bytes at most make a character
        if length > u64::from(most) * 4 {
            let bound = Bound::CellChars;
            return Err(self.grid.over(bound, most.into(), self.row, self.column));
        }
        open.cell.text.push_str(&blank.repeat(times as usize));
        Ok(())
    }
}

/// A count that an attribute gives, at least 1.
fn count(xml: &Xml<impl BufRead>, attr: &str) -> u32 {
    let count = xml.attr(attr).unwrap_or_default();
    let count = count.trim().parse::<u64>().unwrap_or(1).max(1);
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The value that the attributes of a cell give; without text when the text inside counts.
fn typed(xml: &Xml<impl BufRead>) -> Filled {
    if xml.attr("calcext:value-type").as_deref() == Some("error") {
        return plain(CellKind::Error, String::new());
    }
    let value = |attr: &str| xml.attr(attr).filter(|value| !value.is_empty());
    let found = match xml.attr("office:value-type").as_deref() {
        Some("float" | "currency" | "percentage") => {
            let parsed = value("office:value").and_then(|value| value.parse().ok());
            parsed.map(number)
        }
        Some("date") => value("office:date-value").map(|value| iso(&value)),
        Some("boolean") => {
            let value = value("office:boolean-value");
            value.map(|value| plain(CellKind::Bool, value.to_uppercase()))
        }
        Some("string") => {
            let value = value("office:string-value");
            value.map(|value| plain(CellKind::Text, value.into()))
        }
        _ => None,
    };
    found.unwrap_or_default()
}
