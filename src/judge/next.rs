//! What can be done next, and on which day at the earliest: read from the checks on order.

use std::collections::BTreeMap;

use super::eval::{Answer, Facts};
use crate::law::{Day, Unit, add};
use crate::pack::check::IfMissing;
use crate::pack::expr::Path;
use crate::pack::{Pack, Primitive, Rule, Severity, Treatment};
use crate::state::View;
use crate::step::StepDef;
use crate::words::Words;

/// A step that is not recorded yet, and the first day on which it may lawfully be.
#[derive(Clone, Debug)]
pub struct Next {
    /// The step.
    pub def: &'static StepDef,
    /// The earliest lawful day; none while something that must come first is not recorded.
    pub date: Option<Day>,
    /// The rule that sets the day, or that waits.
    pub rule: String,
    /// Its clause.
    pub cite: String,
    /// What must be recorded first.
    pub waits: Vec<Wait>,
}

/// Something that must be recorded first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What.
    pub what: Words,
    /// The rule that wants it.
    pub rule: String,
}

impl Next {
    fn new(def: &'static StepDef, rule: &Rule) -> Self {
        Self {
            def,
            date: None,
            rule: rule.id.clone(),
            cite: rule.cite.clone(),
            waits: Vec::new(),
        }
    }
}

/// The steps as they are found, by name.
#[derive(Default)]
struct Steps {
    dated: BTreeMap<&'static str, Next>,
    waiting: BTreeMap<&'static str, Next>,
    /// What others wait for, with the first rule that wants it.
    wanted: BTreeMap<&'static str, Next>,
}

impl Steps {
    /// A step may follow from a day on; of several days the latest decides.
    fn may_from(&mut self, def: &'static StepDef, date: Day, rule: &Rule) {
        let known = self
            .dated
            .entry(def.id)
            .or_insert_with(|| Next::new(def, rule));
        if known.date.is_none_or(|before| date > before) {
            *known = Next {
                date: Some(date),
                ..Next::new(def, rule)
            };
        }
    }

    /// A step waits for something.
    fn waits(&mut self, def: &'static StepDef, path: &Path, what: Words, rule: &Rule) {
        if let Some(first) = path.step().filter(|first| first.subject == "case") {
            self.wanted
                .entry(first.id)
                .or_insert_with(|| Next::new(first, rule));
        }
        let known = self
            .waiting
            .entry(def.id)
            .or_insert_with(|| Next::new(def, rule));
        if known.waits.iter().all(|wait| wait.what != what) {
            known.waits.push(Wait {
                what,
                rule: rule.id.clone(),
            });
        }
    }
}

/// The steps of a case that may follow, each with its earliest lawful day, and after them those
/// that wait for something, with what they wait for.
///
/// A step is told once the day that it depends on is recorded; of several days the latest
/// decides.
#[must_use]
pub fn earliest(pack: &Pack, view: &View<'_>) -> Vec<Next> {
    let facts = Facts::new(pack, view);
    let scope = super::scope_of(&view.subject);
    let mut steps = Steps::default();
    for rule in &pack.rules {
        let Treatment::Computed(checks) = rule.treatment() else {
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
            let mine = Some(check.scope.unwrap_or(rule.scope)) == scope;
            // a check of each record by itself also rules the first of them
            let own = check.each.as_ref().is_none_or(|each| {
                matches!(&check.primitive, Primitive::Order { then, .. }
                    if then.step() == Some(each.of))
            });
            let applies = |when| facts.test(when, None) == Answer::Yes;
            if mine && own && check.when.as_ref().is_none_or(applies) {
                look(&facts, rule, &check.primitive, &mut steps);
            }
        }
    }
    let Steps {
        mut dated,
        waiting,
        wanted,
    } = steps;
    // what is recorded already waits no more
    let open = |next: &Next| facts.facts(&Path::Step(next.def)).is_empty();
    // what others wait for, and no rule on order holds back, may be done now
    for (id, next) in wanted.into_iter().filter(|(_, next)| open(next)) {
        dated.entry(id).or_insert(Next {
            date: Some(view.as_of),
            ..next
        });
    }
    let mut list: Vec<Next> = dated.into_values().collect();
    list.retain(|next| !waiting.contains_key(next.def.id));
    list.sort_by_key(|next| next.date);
    list.extend(waiting.into_values().filter(open));
    list
}

/// What one check says of the steps that may follow.
fn look(facts: &Facts<'_>, rule: &Rule, primitive: &Primitive, steps: &mut Steps) {
    match primitive {
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
                steps.waits(def, first, record_of(facts, first), rule);
                return;
            };
            let calendar = facts.view.book.calendar();
            let date = if *strict {
                add(after, 1, Unit::Day, calendar).unwrap_or(after)
            } else {
                after
            };
            steps.may_from(def, date, rule);
        }
        Primitive::Presence {
            of,
            any,
            gate,
            if_missing: IfMissing::Breach,
            after: None,
        } if matches!(rule.severity, Severity::Must | Severity::Principle) => {
            let absent = |path: &&Path| facts.values(path).is_empty();
            let lacking: Vec<&Path> = of.iter().filter(absent).collect();
            let enough = if *any {
                lacking.len() < of.len()
            } else {
                lacking.is_empty()
            };
            let own = |def: &StepDef| of.iter().any(|path| path.step() == Some(def));
            for def in gate.iter().filter_map(Path::step) {
                if !enough && !own(def) {
                    for path in &lacking {
                        steps.waits(def, path, facts.label(path), rule);
                    }
                }
            }
        }
        _ => {}
    }
}

/// The record that a day stands in, as a thing to be recorded.
fn record_of(facts: &Facts<'_>, path: &Path) -> Words {
    match path.step() {
        Some(def) if facts.facts(&Path::Step(def)).is_empty() => super::eval::step_label(def),
        _ => facts.label(path),
    }
}
