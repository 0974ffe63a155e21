//! What checks of something that must hold say of the steps that may follow: what a step waits
//! for, and from which day on it may be taken.

use super::super::eval::{Answer, Facts, step_label};
use super::{Steps, record_of};
use crate::law::{Unit, add};
use crate::pack::Rule;
use crate::pack::expr::{Expr, Op, Path, Summand};
use crate::state::Fact;
use crate::step::{Kind, StepDef};
use crate::words::Words;

/// A check, and the step that it rules once that is recorded.
pub(super) struct Held<'a, 'f> {
    pub(super) facts: &'a Facts<'f>,
    pub(super) rule: &'a Rule,
    pub(super) def: &'static StepDef,
    /// What is said if it does not hold.
    pub(super) broken: &'a Words,
}

impl<'a> Held<'a, '_> {
    /// Looks at every part that must hold when the step is taken.
    pub(super) fn look(&self, that: &'a Expr, steps: &mut Steps) {
        for part in self.parts(that) {
            if self.facts.test(part, None) == Answer::Yes {
                continue;
            }
            match part {
                Expr::Exists(first, fits) if *first != self.def => self.exists(first, fits, steps),
                Expr::Facts(left, op, right) if self.is_own(left) => {
                    self.compared(left, *op, right, steps);
                }
                Expr::Facts(left, op, right) if self.is_own(right) => {
                    self.compared(right, turned(*op), left, steps);
                }
                part => self.told(part, steps),
            }
        }
    }

    /// The parts of which all must hold.
    fn parts(&self, expr: &'a Expr) -> Vec<&'a Expr> {
        match expr {
            Expr::All(list) => list.iter().flat_map(|expr| self.parts(expr)).collect(),
            Expr::Condition(index) => self.parts(self.facts.condition(*index)),
            expr => vec![expr],
        }
    }

    fn is_own(&self, path: &Path) -> bool {
        path.step() == Some(self.def)
    }

    /// A value of the step itself against one that another step gives.
    fn compared(&self, own: &Path, op: Op, other: &Path, steps: &mut Steps) {
        if self.is_own(other) {
            return;
        }
        if self.facts.values(other).is_empty() {
            let what = record_of(self.facts, other);
            steps.waits(self.def, Some(other), what, self.rule);
        } else if is_day(own) && matches!(op, Op::Ge | Op::Gt) {
            let days = self.facts.dates(other).into_iter().map(|(day, _)| day);
            let from = days.max();
            self.from(from, op == Op::Gt, steps);
        }
    }

    /// Some record must fit, often one of before the step.
    fn exists(&self, first: &'static StepDef, fits: &'a Expr, steps: &mut Steps) {
        let (timing, other): (Vec<&Expr>, Vec<&Expr>) = self
            .parts(fits)
            .into_iter()
            .partition(|part| paths(part).into_iter().any(|path| self.is_own(path)));
        let wait = |what, steps: &mut Steps| {
            steps.waits(self.def, Some(&Path::Step(first)), what, self.rule);
        };
        let records: Vec<&Fact> = self.facts.records(first).collect();
        if records.is_empty() {
            return wait(step_label(first), steps);
        }
        let fit = |fact: &&&Fact| {
            let mut parts = other.iter();
            parts.all(|part| self.facts.test(part, Some(fact)) == Answer::Yes)
        };
        let fitting: Vec<&&Fact> = records.iter().filter(fit).collect();
        if fitting.is_empty() {
            // another record may be what it waits for, to be compared with
            let open = other.iter().flat_map(|part| self.lacking(part));
            let open: Vec<&Path> = open.collect();
            for path in &open {
                let what = record_of(self.facts, path);
                steps.waits(self.def, Some(path), what, self.rule);
            }
            if open.is_empty() {
                wait(self.broken.clone(), steps);
            }
            return;
        }
        for part in timing {
            let Expr::Facts(left, op, right) = part else {
                continue;
            };
            let (index, op) = match (left, right) {
                (Path::Item(index), own) if is_day(own) => (*index, *op),
                (own, Path::Item(index)) if is_day(own) => (*index, turned(*op)),
                _ => continue,
            };
            if matches!(op, Op::Le | Op::Lt) {
                let days = fitting.iter().filter_map(|fact| fact.values[index].day());
                self.from(days.min(), op == Op::Lt, steps);
            }
        }
    }

    fn from(&self, day: Option<crate::law::Day>, strict: bool, steps: &mut Steps) {
        let Some(day) = day else { return };
        let calendar = self.facts.view.book.calendar();
        let next = || add(day, 1, Unit::Day, calendar).unwrap_or(day);
        let from = if strict { next() } else { day };
        steps.may_from(self.def, from, self.rule);
    }

    /// Anything else: what it lacks, or that it does not hold.
    fn told(&self, part: &'a Expr, steps: &mut Steps) {
        // what the step itself will say is not known yet
        if paths(part).into_iter().any(|path| self.is_own(path)) {
            return;
        }
        match self.facts.test(part, None) {
            Answer::Yes => {}
            Answer::No => steps.waits(self.def, None, self.broken.clone(), self.rule),
            Answer::Unknown(_) => {
                for path in self.lacking(part) {
                    let what = record_of(self.facts, path);
                    steps.waits(self.def, Some(path), what, self.rule);
                }
            }
        }
    }

    /// What a part looks at and nobody has recorded.
    fn lacking(&self, part: &'a Expr) -> Vec<&'a Path> {
        let mut list = paths(part);
        list.retain(|path| !matches!(path, Path::Item(_)) && self.facts.values(path).is_empty());
        list
    }
}

/// The operator with its sides exchanged.
fn turned(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        same => same,
    }
}

fn is_day(path: &Path) -> bool {
    matches!(path, Path::Field(def, index) if matches!(def.fields[*index].kind, Kind::Day | Kind::Moment))
}

/// Every fact that an expression looks at.
fn paths(expr: &Expr) -> Vec<&Path> {
    match expr {
        Expr::All(list) | Expr::Any(list) => list.iter().flat_map(paths).collect(),
        Expr::Not(inner) | Expr::Exists(_, inner) => paths(inner),
        Expr::Compare(path, ..)
        | Expr::In(path, _)
        | Expr::Mentions(path, _)
        | Expr::Present(path)
        | Expr::Flag(path) => vec![path],
        Expr::Facts(left, _, right) => vec![left, right],
        Expr::Sums(left, _, right) => {
            let both = left.iter().chain(right);
            both.filter_map(|part| match part {
                Summand::Times(path, _) => Some(path),
                Summand::Plain(_) => None,
            })
            .collect()
        }
        Expr::Condition(_) => Vec::new(),
    }
}
