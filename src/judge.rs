//! Judging: every rule of a pack on a subject gives one of nine verdicts.
//!
//! A primitive finds, this module judges (exemption, validity, readings, reasons),
//! and `report` words the rest.

mod answers;
mod blocklist;
mod cohort;
mod conflict;
mod dates;
mod eval;
mod finding;
mod funds;
mod interests;
mod lists;
mod members;
mod modules;
mod next;
mod numbers;
mod outcome;
mod parts;
mod periods;
mod records;
mod rule;
mod rulings;
mod run;
mod sources;
mod sums;
mod totals;

pub use finding::{Counts, Finding, Verdict};
pub use funds::{Fund, Line};
pub use next::{Next, Wait, earliest};
pub use outcome::{Outcome, Status};
pub use rule::{give_reason, judge_rule};

use std::collections::BTreeSet;

use crate::law::Day;
use crate::pack::{Expr, Pack, Path, Scope};
use crate::state::{Book, Subject, Value, View};

/// Judges every rule of the pack that concerns this subject.
#[must_use]
pub fn judge(pack: &Pack, book: &Book, subject: &str, as_of: Day) -> Vec<Finding> {
    let view = View::new(book, subject, as_of);
    let scope = scope_of(&view.subject);
    pack.rules
        .iter()
        .filter(|rule| scope.is_some_and(|scope| rule.judged_in(scope)))
        .map(|rule| judge_rule(pack, &view, rule))
        .collect()
}

/// Judges only the rules that can blame one of some steps, by the facts that those need.
#[must_use]
pub fn judge_blaming(
    pack: &Pack,
    book: &Book,
    subject: &str,
    as_of: Day,
    steps: &BTreeSet<&str>,
) -> Vec<Finding> {
    let view = View::new(book, subject, as_of);
    let Some(scope) = scope_of(&view.subject) else {
        return Vec::new();
    };
    pack.rules
        .iter()
        .filter(|rule| rule.blames(scope, steps))
        .map(|rule| judge_rule(pack, &view, rule))
        .collect()
}

/// What stands under a path of the pack for a subject.
#[must_use]
pub fn value(pack: &Pack, view: &View<'_>, path: &Path) -> Option<Value> {
    let facts = eval::Facts {
        pack,
        view,
        focus: None,
        read_as: None,
    };
    facts.value(path).map(|found| found.value)
}

/// True if a condition of the pack surely holds of a subject.
#[must_use]
pub fn holds(pack: &Pack, view: &View<'_>, condition: &Expr) -> bool {
    let facts = eval::Facts {
        pack,
        view,
        focus: None,
        read_as: None,
    };
    facts.test(condition, None) == eval::Answer::Yes
}

/// The scope in which an identifier is judged; none if it is not judged itself.
#[must_use]
pub fn scope_of(subject: &Subject) -> Option<Scope> {
    match subject {
        Subject::Case(..) => Some(Scope::Case),
        Subject::Demand(..) => Some(Scope::Demand),
        Subject::CommunityYear(..) => Some(Scope::CommunityYear),
        Subject::StreetYear(..) => Some(Scope::StreetYear),
        Subject::DistrictYear(_) => Some(Scope::DistrictYear),
        Subject::Ledger => Some(Scope::Ledger),
        Subject::Community(_) | Subject::Other => None,
    }
}
