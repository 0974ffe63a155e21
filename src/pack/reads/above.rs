//! What the rules of the district and of the ledger read of single projects, where the projects
//! for which a condition holds are counted beforehand.

use std::collections::BTreeSet;

use super::{LAW, Walk, always};
use crate::pack::check::{Cohort, Primitive};
use crate::pack::expr::Expr;
use crate::pack::{Pack, Rule, Scope, Treatment};
use crate::step::{STEPS, StepDef};

/// The scopes above the streets.
const ABOVE: [Scope; 2] = [Scope::DistrictYear, Scope::Ledger];

/// Projects that a rule counts: those of a year, and of these those for which a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Population<'p> {
    /// Projects of which year.
    pub cohort: Cohort,
    /// What must hold of them.
    pub among: Option<&'p Expr>,
    /// The records that name them, with what must hold of these.
    pub by: Vec<(&'static StepDef, Option<&'p Expr>)>,
}

impl Pack {
    /// The steps whose records the rules of the district and of the ledger read wherever they
    /// stand, apart from those by which the [`Pack::populations`] are counted and those that
    /// these name.
    #[must_use]
    pub fn steps_above(&self) -> BTreeSet<&'static str> {
        let mut steps: BTreeSet<&'static str> = LAW.iter().map(|def| def.id).collect();
        let mut cases = false;
        for (rule, scope) in self.judged_above() {
            let mut around = Walk::new(self, scope);
            around.around(rule);
            for (when, primitive) in primitives(rule, scope) {
                around.maybe(when);
                let mut walk = Walk::new(self, scope);
                match primitive {
                    Primitive::Coverage { filter, .. } => {
                        walk.maybe(filter.as_ref());
                        walk.reads.wide = true;
                    }
                    counted @ (Primitive::Share { .. } | Primitive::Members(_)) => {
                        walk.primitive(counted);
                    }
                    other => {
                        walk.primitive(other);
                        // sums and parts are those of the projects of the year
                        walk.reads.wide |= matches!(
                            other,
                            Primitive::Portion(_) | Primitive::Total(_) | Primitive::Overflow(_)
                        );
                        cases |= walk.looks_beyond();
                    }
                }
                if walk.looks_beyond() {
                    steps.extend(walk.reads.steps);
                }
            }
            if around.looks_beyond() {
                cases = true;
                steps.extend(around.reads.steps);
            }
        }
        if cases {
            steps.extend(STEPS.iter().filter(|def| always(def)).map(|def| def.id));
        }
        steps
    }

    /// The projects that the rules of the district and of the ledger count.
    #[must_use]
    pub fn populations(&self) -> Vec<Population<'_>> {
        let mut list: Vec<Population<'_>> = Vec::new();
        for (rule, scope) in self.judged_above() {
            for (_, primitive) in primitives(rule, scope) {
                let Primitive::Coverage {
                    cohort,
                    among,
                    by,
                    filter,
                    ..
                } = primitive
                else {
                    continue;
                };
                let (cohort, among) = (*cohort, among.as_ref());
                let records = (*by, filter.as_ref());
                let mut known = list.iter_mut();
                match known.find(|known| known.cohort == cohort && known.among == among) {
                    Some(known) if known.by.contains(&records) => {}
                    Some(known) => known.by.push(records),
                    None => list.push(Population {
                        cohort,
                        among,
                        by: vec![records],
                    }),
                }
            }
        }
        list
    }

    fn judged_above(&self) -> impl Iterator<Item = (&Rule, Scope)> {
        self.rules.iter().flat_map(|rule| {
            let judged = ABOVE.into_iter().filter(|scope| rule.judged_in(*scope));
            judged.map(move |scope| (rule, scope))
        })
    }
}

impl Walk<'_> {
    /// True if records of other subjects than the one that is judged are read.
    fn looks_beyond(&self) -> bool {
        self.reads.wide || self.starts
    }
}

/// What the checks of a rule ask in a scope, as they stand and as they may be read otherwise.
fn primitives(rule: &Rule, scope: Scope) -> impl Iterator<Item = (Option<&Expr>, &Primitive)> {
    let checks = match rule.treatment() {
        Treatment::Computed(checks) => checks.as_slice(),
        Treatment::Recorded(_) | Treatment::Attested { .. } => &[],
    };
    let mine = checks
        .iter()
        .filter(move |check| check.scope.unwrap_or(rule.scope) == scope);
    mine.flat_map(|check| {
        let readings = check.readings.iter();
        let readings = readings.map(|reading| (reading.when.as_ref(), &reading.primitive));
        std::iter::once((check.when.as_ref(), &check.primitive)).chain(readings)
    })
}
