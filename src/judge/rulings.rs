//! Rulings: the competent office's answers on how a clause is to be read.

use super::eval::Facts;
use super::outcome::{Outcome, Status};
use crate::law::Day;
use crate::state::Fact;
use crate::step::{Recorded, general};
use crate::words::Words;

/// The reading that a pack takes, in a ruling.
pub(super) const DEFAULT: &str = "default";

/// A competent office's answer on how a clause is read.
pub(super) struct Ruled {
    /// The reading that holds.
    pub(super) reading: String,
    /// Number of the document.
    pub(super) basis: String,
}

/// What all checks of a rule found together.
pub(super) struct Judged {
    pub(super) outcome: Outcome,
    /// A reading that says the opposite, with its grounds.
    pub(super) disagrees: Option<Box<(String, Words)>>,
    /// The answer by which a reading was chosen.
    pub(super) ruled: Option<Box<Ruled>>,
}

impl Judged {
    /// What was found where there is but one reading.
    pub(super) fn alone(outcome: Outcome) -> Self {
        Self {
            outcome,
            disagrees: None,
            ruled: None,
        }
    }
}

/// The latest answer on a rule that holds on a day; one of the ledger's own chain goes before
/// one that was received.
pub(super) fn ruling(facts: &Facts<'_>, rule: &str, day: Day) -> Option<Ruled> {
    let book = facts.view.book;
    let fits = |fact: &&Fact| {
        let from = fact.value("from").day();
        fact.value("rule").text() == Some(rule) && from.is_some_and(|from| from <= day)
    };
    let latest = book
        .of_step(general::Ruling::DEF)
        .filter(fits)
        .max_by_key(|fact| {
            let own = book.is_own(fact);
            (own, fact.value("from").day(), fact.occurred)
        })?;
    let text = |field: &str| fact_text(latest, field);
    Some(Ruled {
        reading: text("reading"),
        basis: text("basis"),
    })
}

fn fact_text(fact: &Fact, field: &str) -> String {
    fact.value(field).text().unwrap_or_default().to_owned()
}

/// True if one is broken and the other surely not.
pub(super) fn crosses(a: Status, b: Status) -> bool {
    (a == Status::Broken && b < Status::Missing) || (a < Status::Missing && b == Status::Broken)
}

/// A reading that breaks, or that no longer does.
pub(super) fn turned(taken: Status, other: Status) -> bool {
    let fine = |status| matches!(status, Status::Kept | Status::Exempt);
    (taken == Status::Broken && fine(other)) || (fine(taken) && other == Status::Broken)
}
