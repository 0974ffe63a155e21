//! What of a pack can be judged inside a community, and what must be known from elsewhere.

use std::collections::{BTreeSet, HashMap};

use crate::judge::{self, Counts, Finding, Verdict};
use crate::law::Day;
use crate::pack::{Pack, Reads, Scope, reads};
use crate::report::audit::Wanted;
use crate::state::{Book, Subject};
use crate::step::STEPS;

/// The scopes whose subjects belong to one community.
const INSIDE: [Scope; 3] = [Scope::Case, Scope::Demand, Scope::CommunityYear];

/// The reach of the rules of a pack.
pub(in crate::report) struct Reach<'p> {
    pack: &'p Pack,
    /// Places of the rules in the pack.
    pub(in crate::report) places: HashMap<&'p str, usize>,
    /// What each rule, by its place, reads in a scope inside a community.
    inside: HashMap<(usize, Scope), Reads>,
    /// The steps that rules beyond a community read, and those on streets, the district and the
    /// ledger.
    carried: BTreeSet<&'static str>,
}

/// Some of the rules on a subject.
#[derive(Clone, Copy)]
pub(in crate::report) enum Rules<'a> {
    /// Those that read nothing beyond its community.
    Inside,
    /// Those that do; all on what belongs to no community.
    Wide,
    /// Of the first those that read one of some steps.
    Reading(&'a BTreeSet<String>),
}

impl<'p> Reach<'p> {
    pub(in crate::report) fn of(pack: &'p Pack) -> Self {
        let mut reach = Self {
            pack,
            places: pack.rules.iter().map(|r| r.id.as_str()).zip(0..).collect(),
            inside: HashMap::new(),
            carried: BTreeSet::new(),
        };
        let always = STEPS.iter().filter(|def| reads::always(def));
        reach.carried.extend(always.map(|def| def.id));
        let scopes = [Scope::StreetYear, Scope::DistrictYear, Scope::Ledger];
        for (place, rule) in pack.rules.iter().enumerate() {
            for scope in INSIDE.into_iter().chain(scopes) {
                if !rule.judged_in(scope) {
                    continue;
                }
                let found = pack.reads(rule, scope);
                if found.wide || !INSIDE.contains(&scope) {
                    reach.carried.extend(&found.steps);
                }
                if INSIDE.contains(&scope) {
                    reach.inside.insert((place, scope), found);
                }
            }
        }
        reach
    }

    /// True for the steps that every roll-up needs.
    pub(in crate::report) fn carries(&self, step: &str) -> bool {
        self.carried.contains(step)
    }

    /// True for the steps that some rule reads.
    pub(in crate::report) fn reads(&self, step: &str) -> bool {
        self.carries(step) || self.inside.values().any(|reads| reads.steps.contains(step))
    }

    /// True if a rule inside a community reads one of some steps.
    pub(in crate::report) fn is_moved(&self, steps: &BTreeSet<String>) -> bool {
        let places = self.inside.keys();
        places
            .into_iter()
            .any(|(place, scope)| self.holds(Rules::Reading(steps), *place, *scope))
    }

    /// True if a rule is one of some in a scope.
    pub(in crate::report) fn holds(&self, rules: Rules<'_>, place: usize, scope: Scope) -> bool {
        let reads = self.inside.get(&(place, scope));
        let wide = reads.is_none_or(|reads| reads.wide);
        match rules {
            Rules::Inside => !wide,
            Rules::Wide => wide,
            Rules::Reading(steps) => {
                let any = |reads: &Reads| steps.iter().any(|s| reads.steps.contains(s.as_str()));
                !wide && reads.is_some_and(any)
            }
        }
    }

    /// Judges some rules on a subject, as [`judge::judge_for`], with the words that are wanted.
    pub(in crate::report) fn judge(
        &self,
        book: &Book,
        (subject, as_of): (&str, Day),
        rules: Rules<'_>,
        wanted: &Wanted,
        take: impl FnMut(usize, Verdict, Option<Finding>),
    ) -> Counts {
        let Some(scope) = judge::scope_of(&Subject::parse(subject)) else {
            return Counts::default();
        };
        let all = self.pack.rules.iter().enumerate();
        let mine =
            all.filter(|(place, rule)| wanted.takes(rule) && self.holds(rules, *place, scope));
        let tell = |verdict| wanted.tells(verdict);
        judge::judge_for(self.pack, book, (subject, as_of), mine, &tell, take)
    }
}
