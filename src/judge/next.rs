//! What can be done next, and on which day at the earliest: read from the checks on order.

use std::collections::{BTreeMap, BTreeSet};

use super::eval::{Answer, Facts};
use crate::law::{Day, Unit, add};
use crate::pack::check::IfMissing;
use crate::pack::expr::Path;
use crate::pack::{Pack, Primitive, Treatment};
use crate::state::View;
use crate::step::StepDef;

/// A step that is not recorded yet, and the first day on which it may lawfully be.
#[derive(Clone, Debug)]
pub struct Next {
    /// The step.
    pub def: &'static StepDef,
    /// The earliest lawful day.
    pub date: Day,
    /// The rule that sets the day.
    pub rule: String,
    /// Its clause.
    pub cite: String,
}

/// The steps of a case that may follow, each with its earliest lawful day.
///
/// A step is told once the day that it depends on is recorded; of several days the latest
/// decides.
#[must_use]
pub fn earliest(pack: &Pack, view: &View<'_>) -> Vec<Next> {
    let facts = Facts {
        pack,
        view,
        focus: None,
        read_as: None,
    };
    let scope = super::scope_of(&view.subject);
    let mut steps: BTreeMap<&str, Next> = BTreeMap::new();
    let mut blocked: BTreeSet<&str> = BTreeSet::new();
    for rule in &pack.rules {
        let Treatment::Computed(checks) = &rule.treatment else {
            continue;
        };
        let exempt = rule
            .exempt
            .iter()
            .any(|&index| facts.test(&pack.conditions[index].is, None) == Answer::Yes);
        if exempt {
            continue;
        }
        for check in checks {
            let mine = Some(check.scope.unwrap_or(rule.scope)) == scope && check.each.is_none();
            let applies = |when| facts.test(when, None) == Answer::Yes;
            if !mine || !check.when.as_ref().is_none_or(applies) {
                continue;
            }
            match &check.primitive {
                Primitive::Order {
                    first,
                    then: Path::Step(def) | Path::Field(def, _),
                    strict,
                    filter: None,
                    ..
                } if facts.facts(&Path::Step(def)).is_empty() => {
                    let after = facts.dates(first).into_iter().map(|(day, _)| day).max();
                    let Some(after) = after else {
                        // what must come first is not there
                        blocked.insert(def.id);
                        continue;
                    };
                    let date = if *strict {
                        add(after, 1, Unit::Day, view.book.calendar()).unwrap_or(after)
                    } else {
                        after
                    };
                    let next = Next {
                        def,
                        date,
                        rule: rule.id.clone(),
                        cite: rule.cite.clone(),
                    };
                    let known = steps.entry(def.id).or_insert_with(|| next.clone());
                    if date > known.date {
                        *known = next;
                    }
                }
                Primitive::Presence {
                    of,
                    any,
                    gate,
                    if_missing: IfMissing::Breach,
                    after: None,
                } => {
                    let there = |path: &&Path| !facts.values(path).is_empty();
                    let enough = if *any {
                        of.iter().any(|path| there(&path))
                    } else {
                        of.iter().all(|path| there(&path))
                    };
                    let own = |def: &StepDef| of.iter().any(|path| path.step() == Some(def));
                    let gates = gate.iter().filter_map(Path::step);
                    blocked.extend(gates.filter(|def| !enough && !own(def)).map(|def| def.id));
                }
                _ => {}
            }
        }
    }
    steps.retain(|id, _| !blocked.contains(id));
    let mut list: Vec<Next> = steps.into_values().collect();
    list.sort_by_key(|next| next.date);
    list
}
