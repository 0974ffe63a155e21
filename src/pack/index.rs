//! Where a word stands in the rules, so that a step compiles and asks only the rules that can
//! have to do with it.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::embedded::Said;
use super::expr::ModuleFact;
use super::reads::Part;
use super::{Pack, Rule};
use crate::step::{Recorded, StepDef, register};

/// Which rules say a word.
#[derive(Debug)]
pub(super) enum Index {
    /// Words in their order, each with the places of the rules, made when the program was built.
    Fixed(Said),
    /// The texts of a folder are searched; they may name what they will.
    Texts,
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
    fn saying(&self, words: &[&str]) -> Vec<&Rule> {
        let Index::Fixed(index) = self.index else {
            let says = |rule: &&Rule| {
                let mut texts = rule.body.texts();
                texts.any(|text| words.iter().any(|word| text.contains(word)))
            };
            return self.rules.iter().filter(says).collect();
        };
        let places = words.iter().filter_map(|word| {
            let at = index.binary_search_by_key(word, |(known, _)| known).ok()?;
            Some(index[at].1)
        });
        let places: BTreeSet<u16> = places.flatten().copied().collect();
        let rules = places.into_iter();
        rules
            .filter_map(|at| self.rules.get(usize::from(at)))
            .collect()
    }

    /// The rules of which a check may blame this step, and perhaps a few more.
    #[must_use]
    pub fn blaming(&self, step: &StepDef) -> Vec<&Rule> {
        self.saying(&[step.id, step.zh, "conflict", "running_sum"])
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
        // a pack may call a step by its Chinese name
        let named = steps.iter().filter_map(|id| crate::step::find(id));
        words.extend(named.map(|def| def.zh));
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
        said.into_iter()
            .chain(besides)
            .map(|rule| rule.id.as_str())
            .collect()
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
