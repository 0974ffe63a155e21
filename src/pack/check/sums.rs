//! Parameters of the checks over many projects, over questionnaires and over seasons.

use super::{IfMissing, Scope};
use crate::law::Money;
use crate::pack::expr::{Expr, Path};
use crate::step::StepDef;
use crate::words::Words;

/// Which projects of a year are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cohort {
    /// Those that were started in it.
    #[default]
    Started,
    /// Those that carry its number.
    Programme,
    /// Those that were completed in it.
    Completed,
}

/// Some projects.
#[derive(Debug)]
pub struct Among {
    /// Whose year is looked at, if not that of the subject.
    pub over: Option<Scope>,
    /// Which of its projects.
    pub cohort: Cohort,
    /// Only those for which this holds.
    pub which: Option<Expr>,
}

/// A part of the projects, or of their money, is at least or at most a fraction of the whole.
#[derive(Debug)]
pub struct Portion {
    /// The projects of the whole.
    pub among: Among,
    /// Those that belong to the part; all if none.
    pub part_where: Option<Expr>,
    /// What is added up for the part; projects are counted if none.
    pub part: Option<Path>,
    /// What is added up for the whole.
    pub whole: Option<Path>,
    /// The fraction.
    pub ratio: (i64, i64),
    /// The part is at most that much, not at least.
    pub at_most: bool,
    /// The part has at least so many projects besides.
    pub min: usize,
    /// Pending until this month and day, so many years after the one that is judged.
    pub until: Option<(u32, u32, i32)>,
    /// What the part is, in words.
    pub what: Words,
}

/// An amount to compare with.
#[derive(Debug)]
pub enum Amount {
    /// A number of projects.
    Number(i64),
    /// Money.
    Money(Money),
    /// What is recorded of the year: the latest of the records that fit.
    Recorded(Path, Option<Expr>),
}

/// Which way an amount bounds.
#[derive(Debug)]
pub enum Bound {
    /// At least so much.
    Least(Amount),
    /// At most so much.
    Most(Amount),
    /// No bound: the number is shown.
    Shown(Amount),
}

/// Of whom a number is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// Of the subject as a whole.
    #[default]
    Whole,
    /// Of each street.
    Street,
}

/// A sum over projects, or their number, within a bound.
#[derive(Debug)]
pub struct Total {
    /// The projects.
    pub among: Among,
    /// What is added up; projects are counted if none.
    pub of: Option<Path>,
    /// The records of the year themselves are added up, not the projects: those that fit.
    pub records: Option<(&'static StepDef, Option<Expr>)>,
    /// The bound.
    pub bound: Bound,
    /// Of whom.
    pub per: Per,
    /// Pending until this month and day, so many years after the one that is judged.
    pub until: Option<(u32, u32, i32)>,
    /// What is counted, in words.
    pub what: Words,
}

/// Each community of a street, or one of them, has a record by a yearly date.
#[derive(Debug)]
pub struct Members {
    /// The records.
    pub of: &'static StepDef,
    /// Only these records.
    pub filter: Option<Expr>,
    /// Field with the day that counts.
    pub date: usize,
    /// Due on this month and day, so many years after the one that is judged.
    pub due: (u32, u32, i32),
    /// Each community, not one of them.
    pub all: bool,
    /// A due day that is a day of rest moves to the next working day.
    pub rollover: bool,
    /// What the records are, in words.
    pub what: Words,
}

/// Projects taken in order of their days: from the one on that exceeds a budget something holds.
#[derive(Debug)]
pub struct Overflow {
    /// The projects.
    pub among: Among,
    /// Their amounts.
    pub of: Path,
    /// Their days.
    pub by: Path,
    /// The budget: the latest of the records that fit.
    pub budget: (Path, Option<Expr>),
    /// What must hold of those beyond it.
    pub then: Expr,
    /// What is said of one for which it does not hold.
    pub broken: Words,
}

/// The rows of a table of answers add up to the number of those who answered.
#[derive(Debug)]
pub struct Tally {
    /// The record.
    pub of: &'static StepDef,
    /// Its rows.
    pub rows: Vec<usize>,
    /// The row that nobody leaves blank.
    pub full: usize,
    /// Field with the number of those who answered.
    pub total: usize,
    /// Field that says that answers are blank.
    pub blanks: usize,
    /// The columns: terms of the questionnaires, from the best to the worst.
    pub levels: Vec<String>,
    /// The questionnaires, with fields of the same names.
    pub answers: &'static StepDef,
}

/// The time between two records, shown and never judged.
#[derive(Debug)]
pub struct Lag {
    /// From.
    pub from: Path,
    /// To.
    pub to: Path,
}

/// A record within a season of the year.
#[derive(Debug)]
pub struct Season {
    /// The dates of the records.
    pub of: Path,
    /// Only these records.
    pub filter: Option<Expr>,
    /// First month and day.
    pub from: (u32, u32),
    /// Last month and day.
    pub to: (u32, u32),
    /// What none at all means.
    pub if_missing: IfMissing,
    /// What the records are, in words; the field's name if empty.
    pub what: Words,
}
