//! A table as a value, and its forms: terminal, CSV, JSON.

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
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns.iter().map(|(key, _)| *key))?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
        Ok(())
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

/// Text that is safe on a terminal: no control characters, no changes of direction.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\n' => Some('\n'),
            '\t' | '\r' => Some(' '),
            '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{200B}'..='\u{200F}'
            | '\u{FEFF}' => None,
            c if c.is_control() => Some('\u{FFFD}'),
            c => Some(c),
        })
        .collect()
}

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
    }
}
