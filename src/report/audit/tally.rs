//! How many verdicts the rules of a pack gave.

use serde::{Deserialize, Serialize};

use crate::judge::{Counts, Verdict};
use crate::pack::Pack;

use super::Wanted;

/// The verdicts of each rule, by its place in the pack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::report) struct Tally {
    /// All verdicts, those too that are not told.
    all: Vec<Counts>,
    /// Of those that are told the ones that only advise.
    advice: Vec<Counts>,
}

impl Tally {
    pub(in crate::report) fn new(pack: &Pack) -> Self {
        let none = vec![Counts::default(); pack.rules.len()];
        Self {
            all: none.clone(),
            advice: none,
        }
    }

    /// Counts a verdict of the rule at a place.
    pub(in crate::report) fn add(&mut self, rule: usize, verdict: Verdict) {
        self.all[rule].add(verdict);
    }

    /// Counts a verdict that is told and only advises.
    pub(in crate::report) fn advise(&mut self, rule: usize, verdict: Verdict) {
        self.advice[rule].add(verdict);
    }

    /// Adds what was counted elsewhere.
    pub(in crate::report) fn join(&mut self, other: &Self) {
        let here = self.all.iter_mut().chain(&mut self.advice);
        for (here, there) in here.zip(other.all.iter().chain(&other.advice)) {
            here.join(*there);
        }
    }

    /// The counts of the rules that are wanted: of all verdicts, and of those that only advise.
    pub(in crate::report) fn counts(&self, pack: &Pack, wanted: &Wanted) -> (Counts, Counts) {
        let (mut all, mut advice) = (Counts::default(), Counts::default());
        for (place, rule) in pack.rules.iter().enumerate() {
            if wanted.takes(rule) {
                all.join(self.all[place]);
                advice.join(self.advice[place]);
            }
        }
        (all, advice)
    }

    /// The counts of the rule at a place.
    pub(in crate::report) fn of(&self, rule: usize) -> Counts {
        self.all.get(rule).copied().unwrap_or_default()
    }
}
