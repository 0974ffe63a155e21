//! What of a pack can be judged inside a community, and what must be known from elsewhere.

use std::collections::{BTreeSet, HashSet};

use crate::judge::{self, Finding};
use crate::law::Day;
use crate::pack::{Pack, Rule, Scope, reads};
use crate::state::{Book, View};
use crate::step::STEPS;

/// The scopes whose subjects belong to one community.
const INSIDE: [Scope; 3] = [Scope::Case, Scope::Demand, Scope::CommunityYear];

/// The reach of the rules of a pack.
pub(in crate::report) struct Reach<'p> {
    pack: &'p Pack,
    /// Rules, by their places, that read beyond the community in a scope inside it.
    wide: HashSet<(usize, Scope)>,
    /// The steps that these read, and the rules on streets, the district and the ledger.
    carried: BTreeSet<&'static str>,
    /// The steps that the other rules read.
    inside: BTreeSet<&'static str>,
}

impl<'p> Reach<'p> {
    pub(in crate::report) fn of(pack: &'p Pack) -> Self {
        let mut reach = Self {
            pack,
            wide: HashSet::new(),
            carried: BTreeSet::new(),
            inside: BTreeSet::new(),
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
                if !INSIDE.contains(&scope) {
                    reach.carried.extend(found.steps);
                } else if found.wide {
                    reach.wide.insert((place, scope));
                    reach.carried.extend(found.steps);
                } else {
                    reach.inside.extend(found.steps);
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
        self.carried.contains(step) || self.inside.contains(step)
    }

    /// Judges the rules on a subject that read beyond its community, or those that do not.
    pub(in crate::report) fn judge(
        &self,
        book: &Book,
        subject: &str,
        as_of: Day,
        wide: bool,
    ) -> Vec<Finding> {
        let view = View::new(book, subject, as_of);
        let Some(scope) = judge::scope_of(&view.subject) else {
            return Vec::new();
        };
        let mine = |(place, rule): &(usize, &Rule)| {
            rule.judged_in(scope)
                && wide == (!INSIDE.contains(&scope) || self.wide.contains(&(*place, scope)))
        };
        let rules = self.pack.rules.iter().enumerate().filter(mine);
        rules
            .map(|(_, rule)| judge::judge_rule(self.pack, &view, rule))
            .collect()
    }
}
