//! A table as a value, and its forms: terminal, CSV, JSON.

pub use crate::words::{clean, is_clean};

use std::borrow::Cow;
use std::io::Write;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, presets};
use serde_json::{Map, Value as Json};

/// Rows under headings.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Key in JSON and heading for people, one per column.
    pub columns: Vec<(&'static str, String)>,
    /// The cells, as text.
    pub rows: Vec<Vec<String>>,
    /// Columns that are not broken over lines: identifiers and amounts.
    pub whole: Vec<usize>,
    /// Columns that are set to the right.
    pub right: Vec<usize>,
}

/// A table as CSV, written row by row.
pub struct Rows<'o> {
    writer: csv::Writer<&'o mut dyn Write>,
}

impl<'o> Rows<'o> {
    /// Writes the header.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(out: &'o mut dyn Write, keys: &[&str]) -> anyhow::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(keys)?;
        Ok(Self { writer })
    }

    /// Writes a row, its cells so that no spreadsheet takes them for formulas.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, cells: impl Iterator<Item = String>) -> anyhow::Result<()> {
        self.writer
            .write_record(cells.map(|cell| inert(&cell).into_owned()))?;
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn end(mut self) -> anyhow::Result<()> {
        self.writer.flush()?;
        Ok(())
    }
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(columns: Vec<(&'static str, String)>) -> Self {
        Self {
            columns,
            ..Self::default()
        }
    }

    /// The table for a terminal of some width.
    #[must_use]
    pub fn terminal(&self, width: usize) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header(self.columns.iter().map(|(_, heading)| heading.as_str()));
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| clean(cell)));
        }
        if width > 0 {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            if self.whole.contains(&index) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
            if self.right.contains(&index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        format!("{table}\n")
    }

    /// The table as CSV with the JSON keys as header.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn csv(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let keys: Vec<&str> = self.columns.iter().map(|(key, _)| *key).collect();
        let mut rows = Rows::new(out, &keys)?;
        for row in &self.rows {
            rows.write(row.iter().cloned())?;
        }
        rows.end()
    }

    /// The rows as JSON objects.
    #[must_use]
    pub fn json(&self) -> Json {
        self.rows
            .iter()
            .map(|row| {
                let object: Map<String, Json> = self
                    .columns
                    .iter()
                    .zip(row)
                    .map(|((key, _), cell)| ((*key).to_owned(), Json::from(cell.as_str())))
                    .collect();
                Json::Object(object)
            })
            .collect()
    }
}

/// Text that a spreadsheet does not take for a formula: in CSV, a quote before what begins
/// as one, in either width. A signed number stays as it is.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    let signed = text.strip_prefix(['+', '-']).is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
    });
    if text.starts_with(FORMULA) && !signed {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// True if neither [`clean`] nor [`inert`] changes a text.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    is_clean(text) && !text.starts_with(FORMULA)
}

/// Takes off the quote of [`inert`].
#[must_use]
pub fn uninert(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => text,
    }
}

/// What may begin a formula in a spreadsheet.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_chinese_stand_in_line() {
        let mut table = Table::new(vec![("a", "项目".into()), ("b", "金额".into())]);
        table.rows.push(vec!["雨污分流".into(), "1.00".into()]);
        table.rows.push(vec!["x".into(), "20000.00".into()]);
        table.right = vec![1];
        let widths: Vec<usize> = table
            .terminal(80)
            .lines()
            .map(unicode_width::UnicodeWidthStr::width)
            .collect();
        assert!(widths.windows(2).all(|w| w[0] == w[1]), "{widths:?}");
    }

    #[test]
    fn escapes_do_not_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\u{202E}c\td"), "a\u{FFFD}[31mbc d");
        // the second width of escapes, invisible signs, a line of its own
        assert_eq!(
            clean("a\u{9b}31m\u{2060}\u{ad}b\u{2028}c"),
            "a\u{FFFD}31mb c"
        );
        assert_eq!(clean("𠮷䶮㙓é中·"), "𠮷䶮㙓é中·");
    }

    #[test]
    fn formulas_are_text_and_come_back() {
        let formulas = [
            "=1+1", "+1+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "-",
        ];
        for text in formulas {
            assert!(inert(text).starts_with('\''), "{text}");
            assert_eq!(uninert(&inert(text)), text);
        }
        for text in ["-5", "+8613800000001", "-0.50", "1-2", "a=b", "", "'a", "'"] {
            assert_eq!((&*inert(text), uninert(text)), (text, text));
        }
    }
}
