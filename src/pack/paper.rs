//! Official papers as data: tables with a row for each record, forms with a page for each case.

use super::expr::Expr;

/// An official table.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDef {
    /// Short name on the command line.
    pub id: String,
    /// The clause that prescribes it.
    pub cite: String,
    /// Exact title.
    pub title: String,
    /// Exact header line, with `{street}`, `{community}`, `{date}`.
    pub header: String,
    /// Exact sentence below the header, with slots.
    #[serde(default)]
    pub summary: Option<String>,
    /// The step whose facts are the rows.
    pub rows: String,
    /// Each record is a row, not the latest of each subject.
    #[serde(default)]
    pub every: bool,
    /// Whose table it is.
    #[serde(default)]
    pub per: PaperOf,
    /// Only rows of cases for which this condition of the pack holds.
    #[serde(default)]
    pub r#where: Option<String>,
    /// Step that every row should have; rows without it are told.
    #[serde(default)]
    pub requires: Option<String>,
    /// A yes-or-no field that takes a row out, from the day of its record on.
    #[serde(default)]
    pub struck_by: Option<String>,
    /// Where the amount of a row stands, for the sum.
    #[serde(default)]
    pub amount: Option<String>,
    /// The columns.
    pub columns: Vec<ColumnDef>,
}

/// Whose table it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaperOf {
    /// A community's; of steps of `register` the whole ledger's.
    #[default]
    Community,
    /// A street's.
    Street,
}

/// A column of an official table.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnDef {
    /// Exact heading.
    pub heading: String,
    /// What stands in it: text with `{path}` slots, `{#}` for the running number.
    pub value: String,
}

/// An official form: a page for one case.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormDef {
    /// Short name on the command line.
    pub id: String,
    /// The clause that prescribes it.
    pub cite: String,
    /// Exact title.
    pub title: String,
    /// Widths of the columns, in characters.
    pub widths: Vec<f64>,
    /// The rows: each cell takes its width, the last one all that is left. A cell without a
    /// slot is a heading; before its text stand `= ` for a heading, `- ` for a line without a
    /// border, `~ ` for plain text.
    pub rows: Vec<Vec<Piece>>,
}

/// A cell of a form.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Piece {
    /// Text with slots, one column wide; the last of a row as wide as what is left.
    Text(String),
    /// Text with slots that takes so many columns and rows.
    Wide {
        /// The text.
        t: String,
        /// Columns.
        #[serde(default = "one")]
        w: usize,
        /// Rows: the rows below leave its columns out.
        #[serde(default = "one")]
        h: usize,
    },
}

fn one() -> usize {
    1
}

impl Piece {
    /// Its text, and the columns and rows that it takes, if it says so.
    #[must_use]
    pub fn parts(&self) -> (&str, Option<usize>, usize) {
        match self {
            Self::Text(text) => (text, None, 1),
            Self::Wide { t, w, h } => (t, Some(*w), *h),
        }
    }
}

/// Fields that a public copy leaves out where a condition holds.
#[derive(Debug)]
pub struct Redaction {
    /// The condition on the case.
    pub when: Expr,
    /// The fields, by their dotted names.
    pub fields: Vec<String>,
}
