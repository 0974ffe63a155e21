//! What judging a rule reads, found from its parameters: which steps, and whether of subjects
//! outside the community. So the rules of a pack say by themselves what must be known from
//! elsewhere; nothing here names a rule or a city.

mod above;
mod yearly;

use std::collections::BTreeSet;

pub use above::Population;
pub(super) use yearly::UNNAMED;

use super::check::{Check, Gate, Primitive};
use super::expr::{Expr, ModuleFact, Path, Summand};
use super::{Pack, Rule, Scope, Treatment};
use crate::step::{
    Recorded, STEPS, StepDef, accept, close, fund, general, implement, library, register,
    shortlist, works,
};

/// The steps that one rule reads in one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Names of the steps.
    pub steps: BTreeSet<&'static str>,
    /// It also looks at what no subject of the community names: other communities, lists,
    /// documents and records of the street or the district.
    pub wide: bool,
}

/// Corrections, the law, who belongs where.
const LAW: [&StepDef; 7] = [
    general::Amend::DEF,
    general::Withdraw::DEF,
    general::Erase::DEF,
    general::Extend::DEF,
    general::Ruling::DEF,
    general::Holidays::DEF,
    register::Community::DEF,
];

/// Steps that bear on whatever is judged: corrections, reasons, the law, who belongs where, to
/// which year a project belongs, what links a case to others.
#[must_use]
pub fn always(def: &StepDef) -> bool {
    let named = [
        register::Reason::DEF,
        implement::Start::DEF,
        implement::Complete::DEF,
    ];
    LAW.contains(&def)
        || named.contains(&def)
        || def.subject == "meeting"
        || def.index("communities").is_some()
}

/// A part of a pack that reads facts.
#[derive(Clone, Copy)]
pub(super) enum Part<'p> {
    /// A condition, by its place.
    Condition(usize),
    /// The gate of a stage, or where a named fact may stand.
    Paths(&'p [Path]),
    /// A fact that code computes.
    Module(ModuleFact),
}

impl Pack {
    /// The steps that a part of the pack reads.
    pub(super) fn reads_of(&self, part: Part<'_>) -> BTreeSet<&'static str> {
        let mut walk = Walk::new(self, Scope::Case);
        match part {
            Part::Condition(at) => walk.condition(at),
            Part::Paths(paths) => walk.paths(paths),
            Part::Module(fact) => walk.module(fact),
        }
        walk.reads.steps
    }

    /// The rules whose checks read a step, in the order of the law: those that name it, and those
    /// whose code looks at it. Checks of every date there is do not count.
    pub fn judging<'a>(&'a self, def: &'a StepDef) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| {
            if rule.names_field(self, def, None) {
                return true;
            }
            let mut walk = Walk::new(self, rule.scope);
            walk.own(rule);
            walk.reads.steps.contains(def.id)
        })
    }

    /// What a rule reads where it is judged in a scope.
    #[must_use]
    pub fn reads(&self, rule: &Rule, scope: Scope) -> Reads {
        let mut walk = Walk::new(self, scope);
        walk.rule(rule);
        walk.reads
    }
}

struct Walk<'p> {
    pack: &'p Pack,
    scope: Scope,
    /// Conditions that were looked into.
    seen: BTreeSet<usize>,
    reads: Reads,
    /// It looks for the first start of a year's projects.
    starts: bool,
}

impl<'p> Walk<'p> {
    fn new(pack: &'p Pack, scope: Scope) -> Self {
        Self {
            pack,
            scope,
            seen: BTreeSet::new(),
            reads: Reads::default(),
            starts: false,
        }
    }

    /// The steps of what a rule's checks are about, in every scope; not of when they apply.
    fn own(&mut self, rule: &Rule) {
        match rule.treatment() {
            Treatment::Recorded(_) => {}
            Treatment::Attested { .. } => self.step(register::Document::DEF),
            Treatment::Computed(checks) => {
                let counted = |check: &&Check| !matches!(check.primitive, Primitive::Validity);
                for check in checks.iter().filter(counted) {
                    self.primitive(&check.primitive);
                }
            }
        }
    }

    fn rule(&mut self, rule: &Rule) {
        match rule.treatment() {
            Treatment::Recorded(_) => {}
            Treatment::Attested { body, .. } => {
                self.step(register::Document::DEF);
                self.reads.wide |= body != "community";
            }
            Treatment::Computed(checks) => {
                let scope = self.scope;
                let of = |check: &&Check| check.scope.unwrap_or(rule.scope) == scope;
                for check in checks.iter().filter(of) {
                    self.check(check);
                }
            }
        }
        self.around(rule);
    }

    /// What is asked beside the checks of a rule.
    fn around(&mut self, rule: &Rule) {
        for &index in &rule.exempt {
            self.condition(index);
        }
        // a condition that may be read otherwise is asked for every rule
        for (index, condition) in self.pack.conditions.iter().enumerate() {
            if condition.reading.is_some() {
                self.condition(index);
            }
        }
        for (stage, gate) in self.pack.stages.iter() {
            if *stage == rule.stage {
                self.gate(gate);
            }
        }
        if let Some(filing) = &rule.justified_by {
            self.step(filing.of);
            self.maybe(filing.must.as_ref());
        }
    }

    fn check(&mut self, check: &Check) {
        self.maybe(check.when.as_ref());
        if let Some(each) = &check.each {
            self.step(each.of);
            self.maybe(each.filter.as_ref());
        }
        self.primitive(&check.primitive);
        for reading in &check.readings {
            self.maybe(reading.when.as_ref());
            self.primitive(&reading.primitive);
        }
    }

    fn step(&mut self, def: &'static StepDef) {
        self.reads.steps.insert(def.id);
    }

    fn steps(&mut self, list: &[&'static StepDef]) {
        for def in list {
            self.step(def);
        }
    }

    fn gate(&mut self, gate: &Gate) {
        for path in gate {
            self.path(path);
        }
    }

    fn paths(&mut self, list: &[Path]) {
        for path in list {
            self.path(path);
        }
    }

    fn path(&mut self, path: &Path) {
        match path {
            Path::Step(def) | Path::Field(def, _) => self.step(def),
            Path::Named(index) => {
                let pack = self.pack;
                self.paths(&pack.facts[*index].from);
            }
            Path::Item(_) => {}
            Path::Module(fact) => self.module(*fact),
        }
    }

    fn maybe(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn condition(&mut self, index: usize) {
        if !self.seen.insert(index) {
            return;
        }
        let pack = self.pack;
        let condition = &pack.conditions[index];
        self.expr(&condition.is);
        self.maybe(condition.reading.as_ref().map(|turned| &turned.is));
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::All(list) | Expr::Any(list) => list.iter().for_each(|e| self.expr(e)),
            Expr::Not(inner) => self.expr(inner),
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
            Expr::Exists(def, fits) => {
                self.step(def);
                self.expr(fits);
            }
            Expr::Condition(index) => self.condition(*index),
        }
    }

    /// The steps that the code of a computed fact looks at.
    fn module(&mut self, fact: ModuleFact) {
        use ModuleFact as M;
        match fact {
            M::LibraryInForce => self.steps(&[shortlist::Search::DEF, library::Library::DEF]),
            M::Communities => self.steps(&[shortlist::Candidate::DEF, implement::Emergency::DEF]),
            M::OperatorHere | M::OperatorPersonnel => {
                self.steps(&[implement::Contract::DEF, register::Operator::DEF]);
            }
            M::CasePaid => self.steps(&[implement::Pay::DEF, fund::Expense::DEF]),
            M::CaseMisused => self.step(fund::Misuse::DEF),
            M::CaseClawed => self.step(fund::Clawback::DEF),
            M::CaseFailures | M::AcceptStanding | M::AcceptFirst => self.step(accept::Record::DEF),
            M::PayCloses => self.steps(&[implement::Pay::DEF, implement::Contract::DEF]),
            M::CommissionTotal => {
                self.steps(&[works::Commission::DEF, implement::Determine::DEF]);
                self.reads.wide = true;
            }
            M::FundPaid | M::FundDisbursed | M::FundOverdrawn | M::FundLastPayment => {
                self.steps(&[
                    fund::Disburse::DEF,
                    fund::Expense::DEF,
                    fund::Clawback::DEF,
                    implement::Pay::DEF,
                    implement::Determine::DEF,
                ]);
            }
            M::YearEnd => self.step(implement::Start::DEF),
            M::FirstStart => {
                self.step(implement::Start::DEF);
                self.starts = true;
            }
            M::YearNumber => {}
            M::Streets => {
                self.step(register::Community::DEF);
                self.reads.wide = true;
            }
            M::MixTotal
            | M::MixBudget
            | M::MixGovernment
            | M::MixSocial
            | M::MixDonated
            | M::MixRaised => self.step(fund::Mix::DEF),
            M::CloseBudget | M::CloseSpent => self.step(close::Close::DEF),
            M::CaseDisbursed => self.step(fund::Disburse::DEF),
        }
    }

    fn primitive(&mut self, primitive: &Primitive) {
        match primitive {
            Primitive::Presence {
                of, gate, after, ..
            } => {
                self.paths(of);
                self.gate(gate);
                if let Some((start, _)) = after {
                    self.path(start);
                }
            }
            Primitive::Holds {
                that, gate, uses, ..
            } => {
                self.expr(that);
                self.gate(gate);
                self.paths(uses);
            }
            Primitive::SetCover {
                of, filter, gate, ..
            } => {
                self.path(of);
                self.maybe(filter.as_ref());
                self.gate(gate);
            }
            Primitive::Subset { of, within, .. } => {
                self.path(of);
                self.path(within);
            }
            Primitive::Disjoint { of, from, .. } => {
                self.path(of);
                self.path(from);
            }
            Primitive::Cap { of, .. } | Primitive::Role { of, .. } => self.paths(of),
            Primitive::Count {
                of,
                headcount,
                gate,
                among,
                ..
            } => {
                for (def, filter) in of {
                    self.step(def);
                    self.maybe(filter.as_ref());
                }
                if let Some(path) = headcount {
                    self.path(path);
                }
                self.gate(gate);
                self.maybe(among.as_ref());
            }
            Primitive::RunningSum { .. } => self.step(implement::Contract::DEF),
            Primitive::Register {
                of, until, within, ..
            } => {
                self.step(of);
                if let Some((path, _)) = until {
                    self.path(path);
                }
                self.steps(within);
            }
            // every date of the subject
            Primitive::Validity => self.steps(STEPS),
            other => self.dated(other),
        }
    }

    fn dated(&mut self, primitive: &Primitive) {
        match primitive {
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
            Primitive::FixedDate { of, filter, .. } => {
                self.path(of);
                self.maybe(filter.as_ref());
            }
            Primitive::Window {
                each,
                event,
                from,
                to,
                ..
            } => {
                self.steps(&[each, event]);
                self.path(from);
                self.path(to);
            }
            Primitive::Duration { of, .. } | Primitive::Majority { of, .. } => self.step(of),
            Primitive::Ratio {
                of, filter, total, ..
            } => {
                self.step(of);
                self.maybe(filter.as_ref());
                self.path(total);
            }
            Primitive::Season(season) => {
                self.path(&season.of);
                self.maybe(season.filter.as_ref());
            }
            Primitive::Lag(lag) => {
                self.path(&lag.from);
                self.path(&lag.to);
            }
            Primitive::Tally(tally) => self.steps(&[tally.of, tally.answers]),
            other => self.yearly(other),
        }
    }
}
