//! Who belongs to a case, who is related to whom, and who has an interest in which unit.

use std::collections::{BTreeMap, BTreeSet};

use super::eval::Facts;
use super::modules::same_unit;
use super::outcome::Outcome;
use crate::law::Day;
use crate::state::Fact;
use crate::state::subject::DISTRICT;
use crate::step::{Recorded, StepDef, conflict};
use crate::words;
use crate::words::Words;

/// Which relatives count.
pub(super) struct Kin<'p> {
    /// The relations.
    pub(super) relations: &'p [String],
    /// Collateral kin up to so many generations.
    pub(super) generations: i64,
}

/// The interests of some people, themselves or by those related to them.
#[derive(Default)]
pub(super) struct Interests<'a> {
    pub(super) of: BTreeMap<&'a str, Vec<&'a Fact>>,
    /// Relations of which it cannot be told whether they count.
    pub(super) unclear: Vec<&'a Fact>,
}

impl<'a> Facts<'a> {
    /// The live records of a step in the whole book, up to the day that is judged.
    pub(super) fn known(&self, def: &'static StepDef) -> impl Iterator<Item = &'a Fact> + '_ {
        let until = self.view.as_of;
        self.view
            .book
            .of_step(def)
            .filter(move |fact| fact.occurred.is_none_or(|day| day <= until))
    }

    /// The people who are registered where the case belongs, on a day.
    pub(super) fn registered(&self, day: Option<Day>) -> Vec<&'a Fact> {
        let mut staff = self.staff_here();
        staff.retain(|fact| active(fact, day));
        staff
    }

    /// The people who are registered where the case belongs.
    pub(super) fn find_staff(&self) -> Vec<&'a Fact> {
        let view = self.view;
        let mut scopes = view.book.served(&view.id);
        let streets: Vec<String> = scopes
            .iter()
            .filter_map(|code| view.book.street(code).map(str::to_owned))
            .collect();
        scopes.extend(streets);
        scopes.push(DISTRICT.to_owned());
        scopes.sort();
        scopes.dedup();
        let about = scopes.iter().flat_map(|scope| view.book.about(scope));
        let mut places: Vec<usize> = about.copied().collect();
        places.sort_unstable();
        let staff = places.into_iter().map(|at| view.book.fact(at));
        staff
            .filter(|fact| fact.def == conflict::Staff::DEF && !fact.struck)
            .filter(|fact| fact.occurred.is_none_or(|on| on <= view.as_of))
            .collect()
    }

    /// What these people, and those related to them, have an interest in.
    pub(super) fn interests(&self, people: &BTreeSet<&'a str>, kin: &Kin<'_>) -> Interests<'a> {
        let declared: Vec<&Fact> = self.known(conflict::Interest::DEF).collect();
        // kin without an interest matter in no generation
        if declared.is_empty() {
            return Interests::default();
        }
        let has_any = |person: &str| {
            let mut of = declared.iter();
            of.any(|interest| interest.value("person").person() == Some(person))
        };
        let mut near: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut unclear = Vec::new();
        for relation in self.known(conflict::Relation::DEF) {
            let (Some(one), Some(other), Some(kind)) = (
                relation.value("person").person(),
                relation.value("other").person(),
                relation.value("kind").text(),
            ) else {
                continue;
            };
            if !kin.relations.iter().any(|known| known == kind) {
                continue;
            }
            if !people.contains(one) && !people.contains(other) {
                continue;
            }
            match relation.value("generations").count() {
                Some(generations) if kind == "collateral" && generations > kin.generations => {
                    continue;
                }
                None if kind == "collateral" => {
                    if has_any(one) || has_any(other) {
                        unclear.push(relation);
                    }
                    continue;
                }
                _ => {}
            }
            near.entry(one).or_default().insert(other);
            near.entry(other).or_default().insert(one);
        }
        let mut of: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        for person in people {
            let circle = near.get(person);
            let mine = declared.iter().copied().filter(|interest| {
                let who = interest.value("person").person();
                who.is_some_and(|who| {
                    who == *person || circle.is_some_and(|circle| circle.contains(who))
                })
            });
            let mine: Vec<&Fact> = mine.collect();
            if !mine.is_empty() {
                of.insert(person, mine);
            }
        }
        Interests { of, unclear }
    }

    /// True if kin whose degree nobody recorded have an interest in the unit.
    pub(super) fn unclear(&self, interests: &Interests<'_>, taker: &Fact) -> bool {
        let kin: BTreeSet<&str> = interests
            .unclear
            .iter()
            .flat_map(|relation| ["person", "other"].map(|field| relation.value(field).person()))
            .flatten()
            .collect();
        self.known(conflict::Interest::DEF).any(|interest| {
            let who = interest.value("person").person();
            who.is_some_and(|who| kin.contains(who)) && same_unit(interest, taker)
        })
    }
}

/// In force on a day, as far as its dates say.
pub(super) fn active(fact: &Fact, day: Option<Day>) -> bool {
    let Some(day) = day else { return true };
    fact.value("from").day().is_none_or(|from| from <= day)
        && fact.value("to").day().is_none_or(|to| day <= to)
}

pub(super) fn unregistered() -> Words {
    words!(
        "工作人员和监督人员的登记（register staff）",
        "register of staff and supervisors (register staff)"
    )
}

pub(super) fn generations(interests: &Interests<'_>) -> Outcome {
    let label = words!("旁系血亲的代数", "generations between collateral kin");
    Outcome::missing(label).uses(interests.unclear.iter().copied())
}
