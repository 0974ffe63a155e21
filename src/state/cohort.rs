//! Cohorts: the projects of a year, of a community, a street or the district.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Book, EventKey, Fact, Ids, Subject};
use crate::law::Day;
use crate::pack::Expr;
use crate::pack::Population;
use crate::pack::check::Cohort;
use crate::step::implement::{Complete, Start};
use crate::step::works::Commission;
use crate::step::{Recorded, StepDef};

/// One project that was started.
#[derive(Clone, Debug)]
pub struct Started {
    /// Identifier of the case.
    pub case: String,
    /// First day of implementation.
    pub on: Day,
}

/// Projects that were counted beforehand, in a book that holds them no longer.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Projects of which year.
    pub cohort: Cohort,
    /// What must hold of them.
    pub among: Option<Expr>,
    /// The projects for which it holds.
    pub sure: Ids,
    /// Those for which nobody knows.
    pub unknown: Ids,
    /// By the records that name them.
    pub named: Vec<Named>,
}

/// What the records of a step name for which a condition holds.
#[derive(Clone, Debug)]
pub struct Named {
    /// The step.
    pub by: &'static StepDef,
    /// What must hold of the records.
    pub filter: Option<Expr>,
    /// The projects.
    pub cases: Ids,
    /// The records.
    pub records: Vec<EventKey>,
}

impl Counted {
    /// The projects that the records of a step name for which a condition holds.
    #[must_use]
    pub fn named_by(&self, by: &StepDef, filter: Option<&Expr>) -> Option<&Ids> {
        let mut named = self.named.iter();
        let found = named.find(|named| named.by == by && named.filter.as_ref() == filter);
        found.map(|named| &named.cases)
    }

    /// Nothing counted yet of a population.
    #[must_use]
    pub fn none(population: &Population<'_>) -> Self {
        let by = population.by.iter();
        let by = by.map(|(def, filter)| Named {
            by: def,
            filter: filter.cloned(),
            cases: Ids::default(),
            records: Vec::new(),
        });
        Self {
            cohort: population.cohort,
            among: population.among.cloned(),
            sure: Ids::default(),
            unknown: Ids::default(),
            named: by.collect(),
        }
    }

    /// The same without the projects that `here` does not want.
    pub fn retain(&mut self, here: impl Fn(&str) -> bool) {
        for ids in self.all_mut() {
            *ids = ids.iter().filter(|id| here(id)).collect();
        }
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Ids> {
        let named = self.named.iter_mut().map(|named| &mut named.cases);
        [&mut self.sure, &mut self.unknown].into_iter().chain(named)
    }

    /// What was counted, apart from what it was counted by.
    #[must_use]
    pub fn lists(&self) -> Vec<Ids> {
        let named = self.named.iter().map(|named| &named.cases);
        let lists = [&self.sure, &self.unknown].into_iter().chain(named);
        lists.cloned().collect()
    }

    /// Adds such lists that were counted elsewhere by the same.
    pub fn add(&mut self, lists: &[Ids]) {
        let here = self.all_mut();
        for (here, there) in here.zip(lists) {
            here.extend(there.iter());
        }
    }

    /// The projects in the order of their identifiers.
    pub fn sort(&mut self) {
        self.sure = self.sure.sorted();
        self.unknown = self.unknown.sorted();
    }
}

/// The started cases of each community, in order of their identifiers.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_community: BTreeMap<String, Vec<Started>>,
    /// All cases of each community, started or not.
    cases: BTreeMap<String, Vec<String>>,
    /// The communities of each street.
    streets: BTreeMap<String, Vec<String>>,
    /// The records of a step that name a community in their field of that name.
    of_step: FxHashMap<u64, BTreeMap<String, Vec<usize>>>,
    /// The commissions of the cases of each community.
    commissions: FxHashMap<String, Vec<usize>>,
}

impl Index {
    pub(super) fn new(book: &Book) -> Self {
        let mut last: BTreeMap<&str, Day> = BTreeMap::new();
        for fact in book
            .of_step(Start::DEF)
            .filter(|fact| !book.is_withdrawn(&fact.subject))
        {
            if let Some(day) = fact.occurred {
                last.insert(&fact.subject, day);
            }
        }
        let mut by_community: BTreeMap<String, Vec<Started>> = BTreeMap::new();
        for (case, on) in last {
            if let Subject::Case(code, _) = Subject::parse(case) {
                by_community.entry(code).or_default().push(Started {
                    case: case.to_owned(),
                    on,
                });
            }
        }
        let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for id in book.subjects() {
            if let Subject::Case(code, _) = Subject::parse(id) {
                cases.entry(code).or_default().push(id.to_owned());
            }
        }
        let mut streets: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for code in book.communities() {
            if let Some(street) = book.street(&code) {
                streets.entry(street.to_owned()).or_default().push(code);
            }
        }
        let mut of_step: FxHashMap<u64, BTreeMap<String, Vec<usize>>> = FxHashMap::default();
        let mut commissions: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, fact) in book.facts().iter().enumerate() {
            if fact.def == Commission::DEF
                && let Subject::Case(code, _) = Subject::parse(&fact.subject)
            {
                commissions.entry(code).or_default().push(index);
            }
            if let Some(code) = fact.value("community").text().filter(|_| !fact.struck) {
                let places = of_step.entry(fact.def.mark).or_default();
                places.entry(code.to_owned()).or_default().push(index);
            }
        }
        Self {
            by_community,
            cases,
            streets,
            of_step,
            commissions,
        }
    }
}

impl Book {
    /// Takes over what was counted of the year that is judged.
    #[must_use]
    pub fn with_counted(mut self, counted: Vec<Counted>) -> Self {
        self.counted = counted;
        self
    }

    /// What was counted beforehand of the projects of the district's year.
    #[must_use]
    pub fn counted(&self, cohort: Cohort, among: Option<&Expr>) -> Option<&Counted> {
        let mut counted = self.counted.iter();
        counted.find(|counted| counted.cohort == cohort && counted.among.as_ref() == among)
    }

    /// The cases of a community that were started, in any year.
    #[must_use]
    pub fn started(&self, community: &str) -> &[Started] {
        self.cohorts()
            .by_community
            .get(community)
            .map_or(&[], Vec::as_slice)
    }

    /// A community with the others of its street, in order; itself alone if its street is not
    /// known.
    #[must_use]
    pub fn neighbours(&self, community: &str) -> Vec<String> {
        let near = self
            .street(community)
            .and_then(|street| self.cohorts().streets.get(street));
        near.cloned().unwrap_or_else(|| vec![community.to_owned()])
    }

    /// All cases of a community, in order.
    #[must_use]
    pub fn cases(&self, community: &str) -> &[String] {
        self.cohorts()
            .cases
            .get(community)
            .map_or(&[], Vec::as_slice)
    }

    /// The communities of a street, in order.
    #[must_use]
    pub fn communities_of(&self, street: &str) -> &[String] {
        let of = self.cohorts().streets.get(street);
        of.map_or(&[], Vec::as_slice)
    }

    /// The live records of a step whose field `community` names one, in order of arrival.
    pub fn of_step_in(&self, def: &StepDef, community: &str) -> impl Iterator<Item = &Fact> {
        let places = self.cohorts().of_step.get(&def.mark);
        let places = places.and_then(|places| places.get(community));
        let facts = places.into_iter().flatten().map(|&at| self.fact(at));
        facts.filter(|fact| !fact.struck)
    }

    /// The live commissions of the cases of a community.
    pub fn commissions(&self, community: &str) -> impl Iterator<Item = &Fact> {
        let places = self.cohorts().commissions.get(community);
        let facts = places.into_iter().flatten().map(|&at| self.fact(at));
        facts.filter(|fact| !fact.struck)
    }

    /// What stands under the communities of a year's scope, in their order.
    fn within<'m, T>(
        &'m self,
        map: &'m BTreeMap<String, Vec<T>>,
        scope: &Subject,
    ) -> impl Iterator<Item = &'m T> + use<'m, T> {
        let of = |codes: &[String]| codes.iter().filter_map(|code| map.get(code)).collect();
        let lists: Vec<&Vec<T>> = match scope {
            Subject::CommunityYear(code, _) => of(std::slice::from_ref(code)),
            Subject::StreetYear(street, _) => of(self.communities_of(street)),
            _ => map.values().collect(),
        };
        lists.into_iter().flatten()
    }

    /// The cases that carry the number of a year of a community, a street or the district.
    #[must_use]
    pub fn programme(&self, scope: &Subject) -> Vec<&str> {
        let Some(year) = scope.year() else {
            return Vec::new();
        };
        self.within(&self.cohorts().cases, scope)
            .map(String::as_str)
            .filter(|case| Subject::parse(case).year() == Some(year))
            .collect()
    }

    /// The cases that were completed in a year of a community, a street or the district, up
    /// to a day.
    #[must_use]
    pub fn completed(&self, scope: &Subject, as_of: Day) -> Vec<&str> {
        let Some(year) = scope.year() else {
            return Vec::new();
        };
        let done = |case: &&str| {
            let facts = self.about(case).iter().map(|&index| self.fact(index));
            let mut days = facts
                .filter(|fact| fact.def == Complete::DEF && !fact.struck)
                .filter_map(|fact| fact.occurred);
            days.any(|day| day.year() == year && day <= as_of)
        };
        self.within(&self.cohorts().cases, scope)
            .map(String::as_str)
            .filter(done)
            .collect()
    }

    /// The cases that a year of a community, a street or the district answers for: those
    /// whose first day of implementation lies in it, up to a day.
    #[must_use]
    pub fn cohort(&self, scope: &Subject, as_of: Day) -> Vec<&str> {
        let Some(year) = scope.year() else {
            return Vec::new();
        };
        self.within(&self.cohorts().by_community, scope)
            .filter(|started| started.on.year() == year && started.on <= as_of)
            .map(|started| started.case.as_str())
            .collect()
    }
}
