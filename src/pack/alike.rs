//! What rules can tell apart: the fields of a step whose values they look at. Records that differ
//! in other fields only are judged alike, so that one of them is judged for all.

use std::collections::BTreeSet;

use super::check::{Check, Primitive};
use super::expr::{Expr, Path, Summand};
use super::reads::Part;
use super::{Pack, Rule, Scope, Treatment};
use crate::step::StepDef;

impl Pack {
    /// The fields of a step whose values some rules look at where they are judged in a scope; of
    /// every other field they see at most that something is said. None if code may look at all.
    #[must_use]
    pub fn looked_at(
        &self,
        def: &'static StepDef,
        rules: &[&Rule],
        scope: Scope,
    ) -> Option<BTreeSet<usize>> {
        let mut look = Look {
            pack: self,
            def,
            fields: BTreeSet::new(),
            seen: BTreeSet::new(),
            all: false,
        };
        for rule in rules {
            look.rule(rule, scope);
        }
        (!look.all).then_some(look.fields)
    }
}

struct Look<'p> {
    pack: &'p Pack,
    def: &'static StepDef,
    fields: BTreeSet<usize>,
    /// Conditions that were looked into.
    seen: BTreeSet<usize>,
    all: bool,
}

impl Look<'_> {
    fn rule(&mut self, rule: &Rule, scope: Scope) {
        if let Treatment::Computed(checks) = rule.treatment() {
            let of = |check: &&Check| check.scope.unwrap_or(rule.scope) == scope;
            for check in checks.iter().filter(of) {
                if self.check(check).is_none() {
                    let reads = self.pack.reads(rule, scope);
                    self.all |= reads.steps.contains(self.def.id);
                }
            }
        }
        let readable = self.pack.conditions.iter().enumerate();
        let readable = readable.filter(|(_, condition)| condition.reading.is_some());
        let readable = readable.map(|(index, _)| index);
        for index in rule.exempt.iter().copied().chain(readable) {
            self.condition(index);
        }
        let must = rule.justified_by.as_ref().and_then(|f| f.must.as_ref());
        self.maybe(must);
    }

    /// Nothing if code of the check may look at more than its text names.
    fn check(&mut self, check: &Check) -> Option<()> {
        if check.each.is_some() {
            return None;
        }
        self.maybe(check.when.as_ref());
        self.primitive(&check.primitive)?;
        for reading in &check.readings {
            self.maybe(reading.when.as_ref());
            self.primitive(&reading.primitive)?;
        }
        Some(())
    }

    fn primitive(&mut self, primitive: &Primitive) -> Option<()> {
        match primitive {
            Primitive::Presence { of, after, .. } => {
                for path in of {
                    self.there(path);
                }
                if let Some((start, _)) = after {
                    self.path(start);
                }
            }
            Primitive::Holds { that, uses, .. } => {
                self.expr(that);
                for path in uses {
                    self.path(path);
                }
            }
            Primitive::Role { of, .. } => {
                for path in of {
                    self.path(path);
                }
            }
            Primitive::Order {
                first,
                then,
                filter,
                ..
            } => {
                self.path(first);
                self.path(then);
                self.maybe(filter.as_ref());
            }
            Primitive::Deadline {
                from,
                to,
                filter,
                start,
                ..
            } => {
                self.path(from);
                self.path(to);
                self.maybe(filter.as_ref());
                self.maybe(start.as_ref());
            }
            Primitive::Lag(lag) => {
                self.path(&lag.from);
                self.path(&lag.to);
            }
            _ => return None,
        }
        Some(())
    }

    /// A path of which only is asked whether something stands under it.
    fn there(&mut self, path: &Path) {
        match path {
            Path::Step(_) | Path::Field(..) => {}
            Path::Named(index) => {
                let pack = self.pack;
                for p in &pack.facts[*index].from {
                    self.there(p);
                }
            }
            Path::Item(_) | Path::Module(_) => self.path(path),
        }
    }

    fn path(&mut self, path: &Path) {
        match path {
            Path::Step(_) => {}
            Path::Field(def, index) => {
                if *def == self.def {
                    self.fields.insert(*index);
                }
            }
            // of whichever step the record is
            Path::Item(index) => {
                self.fields.insert(*index);
            }
            Path::Named(index) => {
                let pack = self.pack;
                for p in &pack.facts[*index].from {
                    self.path(p);
                }
            }
            Path::Module(fact) => {
                let steps = self.pack.reads_of(Part::Module(*fact));
                self.all |= steps.contains(self.def.id);
            }
        }
    }

    fn condition(&mut self, index: usize) {
        if self.seen.insert(index) {
            let pack = self.pack;
            let condition = &pack.conditions[index];
            self.expr(&condition.is);
            self.maybe(condition.reading.as_ref().map(|turned| &turned.is));
        }
    }

    fn maybe(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::All(list) | Expr::Any(list) => {
                for e in list {
                    self.expr(e);
                }
            }
            Expr::Not(inner) | Expr::Exists(_, inner) => self.expr(inner),
            Expr::Compare(path, ..)
            | Expr::In(path, _)
            | Expr::Mentions(path, _)
            | Expr::Present(path)
            | Expr::Flag(path) => self.path(path),
            Expr::Facts(one, _, other) => {
                self.path(one);
                self.path(other);
            }
            Expr::Sums(left, _, right) => {
                for part in left.iter().chain(right) {
                    if let Summand::Times(path, _) = part {
                        self.path(path);
                    }
                }
            }
            Expr::Condition(index) => self.condition(*index),
        }
    }
}
