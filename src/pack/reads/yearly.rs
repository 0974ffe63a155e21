//! What the primitives over years, units and many projects read.

use super::Walk;
use crate::pack::Scope;
use crate::pack::check::{Amount, Bound, Per, Primitive, Total};
use crate::step::{
    Recorded, StepDef, accept, close, conflict, evaluate, fund, implement, library, oversight,
    procure, shortlist, works,
};

/// Primitives that look at records whose steps their text does not name, with these steps.
pub(in crate::pack) const UNNAMED: [(&str, &[&StepDef]); 6] = [
    ("blocklist", BLOCKLIST),
    ("conflict", CONFLICT),
    ("overflow", MONEY),
    ("portion", MONEY),
    ("running_sum", &[implement::Contract::DEF]),
    ("total", MONEY),
];

const BLOCKLIST: &[&StepDef] = &[
    library::Blocklist::DEF,
    library::Reply::DEF,
    implement::Contract::DEF,
    implement::Start::DEF,
];

const CONFLICT: &[&StepDef] = &[
    conflict::Staff::DEF,
    conflict::Relation::DEF,
    conflict::Interest::DEF,
    conflict::Recusal::DEF,
    conflict::Remind::DEF,
    library::Blocklist::DEF,
    shortlist::Plan::DEF,
    shortlist::Candidate::DEF,
    procure::Procure::DEF,
    procure::Award::DEF,
    implement::Contract::DEF,
    implement::Complete::DEF,
    implement::Emergency::DEF,
    works::Commission::DEF,
    accept::Record::DEF,
    evaluate::Daily::DEF,
    oversight::Inspect::DEF,
];

const MONEY: &[&StepDef] = &[fund::Mix::DEF, close::Close::DEF];

impl Walk<'_> {
    pub(super) fn yearly(&mut self, primitive: &Primitive) {
        match primitive {
            Primitive::Periods {
                of,
                filter,
                needs,
                among,
                ..
            } => {
                self.step(of);
                self.maybe(filter.as_ref());
                self.maybe(among.as_ref());
                if let Some(needs) = needs {
                    self.step(needs);
                }
            }
            Primitive::Coverage {
                by, filter, among, ..
            } => {
                self.step(by);
                self.maybe(filter.as_ref());
                self.maybe(among.as_ref());
                self.reads.wide = true;
            }
            Primitive::Share { of, done, .. } => {
                self.steps(&[of, done]);
                self.reads.wide = true;
            }
            Primitive::TakenUp {
                by, filter, from, ..
            } => {
                self.step(by);
                self.maybe(filter.as_ref());
                self.path(from);
                self.reads.wide = true;
            }
            Primitive::Blocklist { of, .. } => {
                self.paths(of);
                self.steps(BLOCKLIST);
                self.reads.wide = true;
            }
            Primitive::Conflict { .. } => {
                self.steps(CONFLICT);
                self.reads.wide = true;
            }
            other => self.summed(other),
        }
    }

    fn summed(&mut self, primitive: &Primitive) {
        match primitive {
            Primitive::Portion(portion) => {
                self.over(portion.among.over);
                self.maybe(portion.among.which.as_ref());
                self.maybe(portion.part_where.as_ref());
                self.paths(portion.part.as_slice());
                self.paths(portion.whole.as_slice());
                self.steps(MONEY);
            }
            Primitive::Total(total) => self.total(total),
            Primitive::Members(members) => {
                self.step(members.of);
                self.maybe(members.filter.as_ref());
                self.reads.wide = true;
            }
            Primitive::Overflow(overflow) => {
                self.over(overflow.among.over);
                self.maybe(overflow.among.which.as_ref());
                self.path(&overflow.of);
                self.path(&overflow.by);
                self.path(&overflow.budget.0);
                self.maybe(overflow.budget.1.as_ref());
                self.expr(&overflow.then);
            }
            _ => {}
        }
    }

    fn total(&mut self, total: &Total) {
        self.over(total.among.over);
        self.maybe(total.among.which.as_ref());
        self.paths(total.of.as_slice());
        if let Some((def, filter)) = &total.records {
            self.step(def);
            self.maybe(filter.as_ref());
        }
        let (Bound::Least(amount) | Bound::Most(amount) | Bound::Shown(amount)) = &total.bound;
        if let Amount::Recorded(path, filter) = amount {
            self.path(path);
            self.maybe(filter.as_ref());
        }
        self.reads.wide |= total.per == Per::Street;
    }

    /// The projects of a year that is not the community's own.
    fn over(&mut self, over: Option<Scope>) {
        self.reads.wide |= !matches!(over, None | Some(Scope::CommunityYear));
    }
}
