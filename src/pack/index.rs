//! Where a word stands in the rules, so that a step compiles and asks only the rules that can
//! have to do with it.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::embedded::Said;
use super::expr::ModuleFact;
use super::reads::Part;
use super::said::{with_head, words_of};
use super::{Pack, Rule};
use crate::step::{Recorded, StepDef, register};

/// Which rules say a word: words in their order, each with the places of the rules.
#[derive(Debug)]
pub(super) enum Index {
    /// Made when the program was built.
    Fixed(Said),
    /// Made of the texts of a folder.
    Own(Vec<(String, Vec<u16>)>),
}

impl Index {
    /// The index of some rules.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut all = std::collections::BTreeMap::<String, Vec<u16>>::new();
        for (place, rule) in (0..).zip(rules) {
            let words = rule.body.texts().flat_map(words_of).flat_map(with_head);
            for word in words.collect::<BTreeSet<_>>() {
                all.entry(word.to_owned()).or_default().push(place);
            }
        }
        Self::Own(all.into_iter().collect())
    }

    fn places(&self, word: &str) -> &[u16] {
        match self {
            Self::Fixed(words) => words
                .binary_search_by_key(&word, |(known, _)| known)
                .map_or(&[], |at| words[at].1),
            Self::Own(words) => words
                .binary_search_by_key(&word, |(known, _)| known.as_str())
                .map_or(&[], |at| &words[at].1),
        }
    }
}

/// Checks that look at records whose steps their text does not name.
const BY_CODE: [&str; 12] = [
    "blocklist",
    "conflict",
    "coverage",
    "members",
    "overflow",
    "periods",
    "portion",
    "running_sum",
    "share",
    "taken_up",
    "total",
    "validity",
];

impl Pack {
    /// The rules in whose checks one of these words stands, in the order of the law.
    fn saying(&self, words: &[&str]) -> impl Iterator<Item = &Rule> + use<'_> {
        let places = words.iter().flat_map(|word| self.index.places(word));
        let places: BTreeSet<u16> = places.copied().collect();
        places
            .into_iter()
            .filter_map(|at| self.rules.get(usize::from(at)))
    }

    /// The rules of which a check may blame this step, and perhaps a few more.
    pub fn blaming(&self, step: &StepDef) -> impl Iterator<Item = &Rule> {
        self.saying(&[step.id, "conflict", "running_sum"])
    }

    /// The identifiers of the rules that may read one of these steps, and perhaps of a few more:
    /// by its name, by a named fact, by a condition, by the gate of their stage, by code.
    #[must_use]
    pub fn may_read(&self, steps: &BTreeSet<&str>) -> FxHashSet<&str> {
        let reads = |what| self.reads_of(what).iter().any(|step| steps.contains(step));
        let conditions: Vec<usize> = (0..self.conditions.len())
            .filter(|&at| reads(Part::Condition(at)))
            .collect();
        if conditions
            .iter()
            .any(|&at| self.conditions[at].reading.is_some())
        {
            // it is asked for every rule
            return self.rules.iter().map(|rule| rule.id.as_str()).collect();
        }
        let stages: Vec<&str> = self
            .stages
            .iter()
            .filter(|(_, gate)| reads(Part::Paths(gate)))
            .map(|(stage, _)| stage.as_str())
            .collect();
        let facts = self.facts.iter();
        let facts = facts.filter(|fact| reads(Part::Paths(&fact.from)));
        let mut words: Vec<&str> = facts.map(|fact| fact.id.as_str()).collect();
        words.extend(steps);
        words.extend(BY_CODE);
        words.extend(ModuleFact::ALL.iter().map(|(name, _, _)| *name));
        words.extend(conditions.iter().map(|&at| self.conditions[at].id.as_str()));
        let otherwise = |rule: &&Rule| {
            rule.exempt.iter().any(|at| conditions.contains(at))
                || stages.contains(&rule.stage.as_str())
                || rule.reads_besides(steps)
        };
        let said = self.saying(&words);
        let besides = self.rules.iter().filter(otherwise);
        said.chain(besides).map(|rule| rule.id.as_str()).collect()
    }
}

impl Rule {
    /// True if it reads one of some steps otherwise than in a check.
    fn reads_besides(&self, steps: &BTreeSet<&str>) -> bool {
        let filed = self.justified_by.as_ref().map(|filing| filing.of.id);
        let attested = self
            .body
            .is_attested()
            .then_some(register::Document::DEF.id);
        let mut read = filed.into_iter().chain(attested);
        read.any(|step| steps.contains(step))
    }
}
