//! Checks: a primitive with its parameters, a guard, and other readings of the clause.

mod primitive;
mod sums;

pub use primitive::{Gate, IfMissing, Least, Primitive, Side, Span};
pub use sums::{
    Among, Amount, Bound, Cohort, Lag, Members, Overflow, Per, Portion, Season, Tally, Total,
};

use super::Scope;
use super::expr::Expr;
use crate::step::StepDef;
use crate::words::Words;

/// One check of a rule.
#[derive(Debug)]
pub struct Check {
    /// The check applies only if this holds.
    pub when: Option<Expr>,
    /// Why it does not apply otherwise.
    pub unless: Words,
    /// Judged in this scope instead of the rule's.
    pub scope: Option<Scope>,
    /// Run for each of these records by itself.
    pub each: Option<Each>,
    /// What is checked.
    pub primitive: Primitive,
    /// Other defensible readings of the clause.
    pub readings: Vec<Reading>,
}

/// The records that a check is run for, one by one.
#[derive(Debug)]
pub struct Each {
    /// The step.
    pub of: &'static StepDef,
    /// Only these records.
    pub filter: Option<Expr>,
    /// Records of other steps belong to the one at hand if these fields, as far as they have
    /// them, are the same.
    pub same: Vec<&'static str>,
    /// Only the latest of these records, or of those with the same value of a field.
    pub last: Latest,
    /// Only records whose day in this field lies in the year that is judged.
    pub year_of: Option<&'static str>,
}

/// Which of several records count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Latest {
    /// Every one.
    Each,
    /// The latest.
    One,
    /// Of each value of this field the latest.
    Per(&'static str),
}

/// Another defensible reading of a clause.
#[derive(Debug)]
pub struct Reading {
    /// Identifier, for rulings.
    pub id: String,
    /// Why it can be read so.
    pub why: Words,
    /// The guard under this reading, if it has its own.
    pub when: Option<Expr>,
    /// The check under this reading.
    pub primitive: Primitive,
}
