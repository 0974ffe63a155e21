//! What many rules ask of one subject, found out once.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Answer, Facts, Found};
use crate::law::Day;
use crate::pack::check::Cohort;
use crate::pack::expr::{Expr, Path};
use crate::state::Fact;
use crate::words::is_silent;

/// What many rules ask of one subject, kept from the first time: it holds while no record is
/// in focus and no condition is read otherwise.
#[derive(Default)]
pub(in crate::judge) struct Memo<'a> {
    named: RefCell<FxHashMap<usize, Vec<Found<'a>>>>,
    conditions: RefCell<FxHashMap<usize, Answer>>,
    stages: RefCell<Vec<(String, bool)>>,
    until: OnceCell<Option<Day>>,
    staff: OnceCell<Vec<&'a Fact>>,
    populations: RefCell<Vec<Known<'a>>>,
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
    pub(in crate::judge) places: HashSet<String>,
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
        let (Some(memo), Path::Named(index)) = (self.memo(), path) else {
            return self.found(path).pop();
        };
        if let Some(list) = memo.named.borrow().get(index) {
            return list.last().cloned();
        }
        self.values(path).pop()
    }

    /// The values under a path that say something, with their facts.
    pub(in crate::judge) fn values(&self, path: &Path) -> Vec<Found<'a>> {
        let (Some(memo), Path::Named(index)) = (self.memo(), path) else {
            return self.found(path);
        };
        if let Some(list) = memo.named.borrow().get(index) {
            return list.clone();
        }
        let list = self.found(path);
        memo.named.borrow_mut().insert(*index, list.clone());
        list
    }

    /// The answer of a condition of the pack, as it is read here.
    pub(in crate::judge) fn answer(&self, index: usize) -> Answer {
        let memo = self.memo();
        let kept = memo.and_then(|m| m.conditions.borrow().get(&index).cloned());
        // what is missing may have been kept without its name
        let whole = |answer: &Answer| is_silent() || !matches!(answer, Answer::Unknown(_));
        if let Some(answer) = kept.filter(whole) {
            return answer;
        }
        let answer = self.test(self.condition(index), None);
        if let Some(memo) = memo {
            memo.conditions.borrow_mut().insert(index, answer.clone());
        }
        answer
    }
}
