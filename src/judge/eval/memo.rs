//! What many rules ask of one subject, found out once.

use std::cell::{OnceCell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::{Answer, Facts, Found, modules};
use crate::law::Day;
use crate::pack::check::Cohort;
use crate::pack::expr::{Expr, ModuleFact, Path};
use crate::state::Fact;
use crate::words::is_silent;

/// What many rules ask of one subject, kept from the first time: it holds while no record is
/// in focus and no condition is read otherwise.
#[derive(Default)]
pub(in crate::judge) struct Memo<'a> {
    named: RefCell<Vec<Option<Rc<Vec<Found<'a>>>>>>,
    conditions: RefCell<Vec<Option<Answer>>>,
    modules: RefCell<Vec<Option<Computed<'a>>>>,
    stages: RefCell<Vec<(String, bool)>>,
    until: OnceCell<Option<Day>>,
    staff: OnceCell<Vec<&'a Fact>>,
    dated: OnceCell<Rc<[(Day, &'a Fact)]>>,
    populations: RefCell<Vec<Known<'a>>>,
}

/// Values under a path, found for this question or kept from an earlier one.
pub(in crate::judge) enum Values<'a> {
    Found(Vec<Found<'a>>),
    Kept(Rc<Vec<Found<'a>>>),
}

impl<'a> Deref for Values<'a> {
    type Target = [Found<'a>];

    fn deref(&self) -> &[Found<'a>] {
        match self {
            Self::Found(list) => list,
            Self::Kept(list) => list,
        }
    }
}

/// What code computed: a value, or that it cannot be told.
struct Computed<'a>(Option<Found<'a>>);

/// Keeps what was found out of the part of a pack at a place.
fn keep<T>(list: &RefCell<Vec<Option<T>>>, at: usize, what: T) {
    let mut list = list.borrow_mut();
    if list.len() <= at {
        list.resize_with(at + 1, || None);
    }
    list[at] = Some(what);
}

/// A population that was found, with that by which it is asked for.
type Known<'a> = (Cohort, Option<Expr>, Rc<Population<'a>>);

/// Projects of a year that rules count.
pub(in crate::judge) struct Population<'a> {
    /// Those for which a condition holds.
    pub(in crate::judge) sure: Vec<&'a str>,
    /// Those for which nobody knows.
    pub(in crate::judge) unknown: Vec<&'a str>,
    /// The scopes that hold any of the former.
    pub(in crate::judge) places: FxHashSet<String>,
}

/// The projects of a year for which a condition holds, and those for which nobody knows.
pub(in crate::judge) type Cases<'a> = (Vec<&'a str>, Vec<&'a str>);

impl<'a> Facts<'a> {
    /// What may be kept from one rule to the next.
    fn memo(&self) -> Option<&'a Memo<'a>> {
        self.memo
            .filter(|_| self.focus.is_none() && self.read_as.is_none())
    }

    /// The last day in force, asked once for all rules.
    pub(in crate::judge) fn in_force_until(&self) -> Option<Day> {
        match self.memo {
            Some(memo) => *memo.until.get_or_init(|| self.validity_end()),
            None => self.validity_end(),
        }
    }

    /// The people who are registered where the subject belongs, asked once for all rules.
    pub(in crate::judge) fn staff_here(&self) -> Vec<&'a Fact> {
        match self.memo {
            Some(memo) => memo.staff.get_or_init(|| self.find_staff()).clone(),
            None => self.find_staff(),
        }
    }

    /// The records of the subject itself with their dates, asked once for all rules.
    pub(in crate::judge) fn dated(&self) -> Rc<[(Day, &'a Fact)]> {
        let find = || {
            let own = self.view.own();
            own.filter(|fact| fact.subject == self.view.id && fact.def.stage() != "register")
                .filter_map(|fact| Some((fact.occurred?, fact)))
                .collect()
        };
        match self.memo {
            Some(memo) => memo.dated.get_or_init(find).clone(),
            None => find(),
        }
    }

    /// What is asked of a stage, once for all rules of it.
    pub(in crate::judge) fn once(&self, stage: &str, ask: impl FnOnce() -> bool) -> bool {
        let Some(memo) = self.memo() else {
            return ask();
        };
        let known = memo
            .stages
            .borrow()
            .iter()
            .find(|(id, _)| id == stage)
            .map(|(_, is)| *is);
        known.unwrap_or_else(|| {
            let is = ask();
            memo.stages.borrow_mut().push((stage.to_owned(), is));
            is
        })
    }

    /// The projects of a year for which a condition holds: several rules ask for the same.
    pub(in crate::judge) fn population(
        &self,
        cohort: Cohort,
        among: Option<&Expr>,
    ) -> Rc<Population<'a>> {
        let found = || {
            let (sure, unknown) = self.cases_of(cohort, among);
            let places = self.places(&sure);
            Rc::new(Population {
                sure,
                unknown,
                places,
            })
        };
        let Some(memo) = self.memo() else {
            return found();
        };
        let populations = memo.populations.borrow();
        let mut known = populations.iter();
        if let Some((.., list)) = known.find(|(c, a, _)| *c == cohort && a.as_ref() == among) {
            return list.clone();
        }
        drop(populations);
        let list = found();
        let kept = (cohort, among.cloned(), list.clone());
        memo.populations.borrow_mut().push(kept);
        list
    }

    /// The last value under a named fact.
    pub(in crate::judge) fn last_of(&self, path: &Path) -> Option<Found<'a>> {
        match self.values(path) {
            Values::Found(mut list) => list.pop(),
            Values::Kept(list) => list.last().cloned(),
        }
    }

    /// The values under a path that say something, with their facts.
    pub(in crate::judge) fn values(&self, path: &Path) -> Values<'a> {
        let (Some(memo), Path::Named(index)) = (self.memo(), path) else {
            return Values::Found(self.found(path));
        };
        if let Some(Some(list)) = memo.named.borrow().get(*index) {
            return Values::Kept(list.clone());
        }
        let list = Rc::new(self.found(path));
        keep(&memo.named, *index, list.clone());
        Values::Kept(list)
    }

    /// A fact that code computes.
    pub(in crate::judge) fn computed(&self, fact: ModuleFact) -> Option<Found<'a>> {
        let Some(memo) = self.memo() else {
            return modules::compute(fact, self);
        };
        let at = fact as usize;
        if let Some(Some(Computed(found))) = memo.modules.borrow().get(at) {
            return found.clone();
        }
        let found = modules::compute(fact, self);
        keep(&memo.modules, at, Computed(found.clone()));
        found
    }

    /// The answer of a condition of the pack, as it is read here.
    pub(in crate::judge) fn answer(&self, index: usize) -> Answer {
        let memo = self.memo();
        // what is missing may have been kept without its name
        let whole = |answer: &Answer| is_silent() || !matches!(answer, Answer::Unknown(_));
        if let Some(memo) = memo
            && let Some(Some(answer)) = memo.conditions.borrow().get(index)
            && whole(answer)
        {
            return answer.clone();
        }
        let answer = self.test(self.condition(index), None);
        if let Some(memo) = memo {
            keep(&memo.conditions, index, answer.clone());
        }
        answer
    }
}
