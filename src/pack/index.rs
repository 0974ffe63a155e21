//! Where a word stands in the rules, so that a step compiles and asks only the rules that can
//! have to do with it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::blames::UNNAMED;
use super::expr::ModuleFact;
use super::reads::{self, Part};
use super::{Pack, Rule};
use crate::step::{Recorded, StepDef, register};

/// Which rules lead to a word.
#[derive(Debug)]
pub(super) enum Index {
    /// Made when the program was built.
    Fixed {
        /// Rules that say the word in their checks.
        said: &'static str,
        /// Rules that come to it through facts, conditions, stages and filings as well.
        reached: &'static str,
    },
    /// The texts of a folder are searched; they may name what they will.
    Texts,
}

/// Checks that look at every project of a year: whatever makes a project be of that year bears on
/// them.
const YEARLY: [&str; 11] = [
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
];

/// Checks of every date there is.
const DATES: &str = "validity";

impl Pack {
    /// The rules in whose checks one of these words stands, in the order of the law.
    pub(super) fn saying(&self, words: &[&str]) -> Vec<&Rule> {
        let Index::Fixed { said, .. } = self.index else {
            let says = |rule: &&Rule| {
                let mut texts = rule.body.texts();
                texts.any(|text| words.iter().any(|word| text.contains(word)))
            };
            return self.rules.iter().filter(says).collect();
        };
        self.leading(said, words)
    }

    /// The rules that lead to one of these words, in the order of the law.
    fn leading(&self, index: &str, words: &[&str]) -> Vec<&Rule> {
        let lines = words.iter().filter_map(|word| line(index, word));
        let places: BTreeSet<usize> = lines
            .flat_map(str::split_ascii_whitespace)
            .filter_map(|place| place.parse().ok())
            .collect();
        let rules = places.into_iter();
        rules.filter_map(|at| self.rules.get(at)).collect()
    }

    /// The rules of which a check may blame this step, and perhaps a few more.
    #[must_use]
    pub fn blaming(&self, step: &StepDef) -> Vec<&Rule> {
        let unnamed = UNNAMED.iter().filter(|(_, steps)| steps.contains(&step.id));
        let mut words = vec![step.id, step.zh];
        words.extend(unnamed.map(|(primitive, _)| *primitive));
        self.saying(&words)
    }

    /// The identifiers of the rules that may read one of these steps, and perhaps of a few more:
    /// by its name, by a named fact, by a condition, by the gate of their stage, by code.
    #[must_use]
    pub fn may_read<'p>(&'p self, steps: &BTreeSet<&'p str>) -> FxHashSet<&'p str> {
        let mut words: Vec<&str> = steps.iter().copied().collect();
        // a pack may call a step by its Chinese name
        let named = steps.iter().filter_map(|id| crate::step::find(id));
        words.extend(named.map(|def| def.zh));
        words.extend(self.unnamed(steps));
        let unsaid = unsaid(steps);
        let Index::Fixed { reached, .. } = self.index else {
            words.extend(unsaid);
            return self.may_come_to(words, steps);
        };
        if steps.contains(register::Document::DEF.id) {
            words.push("attest");
        }
        let rules = self.leading(reached, &words).into_iter();
        rules
            .chain(self.saying(&unsaid))
            .map(|rule| rule.id.as_str())
            .collect()
    }

    /// What rules may say of some steps without their names: primitives, and facts that code
    /// computes.
    fn unnamed(&self, steps: &BTreeSet<&str>) -> Vec<&'static str> {
        let primitives = reads::UNNAMED.iter();
        let primitives =
            primitives.filter(|(_, read)| read.iter().any(|step| steps.contains(step.id)));
        let facts = ModuleFact::ALL.iter().filter(|(_, _, fact)| {
            let read = self.reads_of(Part::Module(*fact));
            read.iter().any(|step| steps.contains(step))
        });
        primitives
            .map(|(name, _)| *name)
            .chain(facts.map(|(name, _, _)| *name))
            .chain([DATES])
            .collect()
    }

    /// The same of a folder: by its texts, with what its facts, conditions and stages rest on.
    fn may_come_to<'p>(
        &'p self,
        mut words: Vec<&'p str>,
        steps: &BTreeSet<&'p str>,
    ) -> FxHashSet<&'p str> {
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
        words.extend(facts.map(|fact| fact.id.as_str()));
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

/// What rules say that look at whole years or compute by code, if one of some steps bears on
/// whatever is judged.
fn unsaid(steps: &BTreeSet<&str>) -> Vec<&'static str> {
    let mut named = steps.iter().filter_map(|id| crate::step::find(id));
    if !named.any(reads::always) {
        return Vec::new();
    }
    let facts = ModuleFact::ALL.iter().map(|(name, _, _)| *name);
    YEARLY.into_iter().chain(facts).collect()
}

/// What stands behind a word in lines that are in the order of their words.
fn line<'t>(mut text: &'t str, word: &str) -> Option<&'t str> {
    while !text.is_empty() {
        let begin = text[..text.len() / 2].rfind('\n').map_or(0, |end| end + 1);
        let (line, after) = text[begin..].split_once('\n')?;
        let (known, behind) = line.split_once(' ')?;
        match word.cmp(known) {
            Ordering::Equal => return Some(behind),
            Ordering::Less => text = &text[..begin],
            Ordering::Greater => text = after,
        }
    }
    None
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
