//! Primitives over the projects of a year and over its parts.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use serde_json::json;

use super::eval::{Answer, Cases, Facts};
use super::outcome::Outcome;
use super::sums::day_of;
use crate::law::Day;
use crate::pack::check::{Cohort, Least};
use crate::pack::expr::Expr;
use crate::state::subject::DISTRICT;
use crate::state::{Counted, Fact, Subject, Value, View};
use crate::step::StepDef;
use crate::words;
use crate::words::Words;

/// So many of the projects that are left out stand in a finding: more than that nobody reads.
const LISTED: usize = 10_000;

/// Records that name projects, and which projects they must name.
pub(super) struct Covering<'p> {
    pub(super) by: &'static StepDef,
    pub(super) filter: Option<&'p Expr>,
    pub(super) cohort: Cohort,
    pub(super) among: Option<&'p Expr>,
    pub(super) what: &'p Words,
}

/// What is missing for there to be enough.
enum Lacking<'m> {
    Cases(&'m [&'m str]),
    Communities(Vec<String>),
}

impl Lacking<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Cases(list) => list.len(),
            Self::Communities(list) => list.len(),
        }
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first of them, so many at most.
    fn first(&self, most: usize) -> Vec<&str> {
        match self {
            Self::Cases(list) => list.iter().take(most).copied().collect(),
            Self::Communities(list) => list.iter().take(most).map(String::as_str).collect(),
        }
    }
}

impl<'a> Facts<'a> {
    /// The projects of the year that stand in the lists of some records.
    pub(super) fn coverage(
        &self,
        covering: &Covering<'_>,
        least: Least,
        (month, day, offset): (u32, u32, i32),
    ) -> Outcome {
        let view = self.view;
        let Covering {
            by,
            filter,
            cohort,
            among,
            what,
        } = *covering;
        let name = if what.is_empty() {
            Words::new(by.zh, by.id)
        } else {
            what.told()
        };
        let all = self.population(cohort, among);
        let (population, unknown) = (&all.sure, &all.unknown);
        if population.is_empty() && unknown.is_empty() {
            return Outcome::exempt(words!(
                "该年度没有这样的项目。",
                "No such project in the year."
            ));
        }
        let records = self.lists_of(by, filter, &all.places);
        let counted = self.counted_above(cohort, among);
        let named = match counted.and_then(|counted| counted.named_by(by, filter)) {
            Some(named) => named.iter().collect(),
            None => self.named_in(&records, population),
        };
        let (covered, missing): (Vec<&str>, Vec<&str>) =
            population.iter().partition(|case| named.contains(*case));
        let lacking = self.lacking(least, population, &covered, &missing);
        let (need, said) = needed(&name, least, population.len(), covered.len(), &lacking);
        let year = view.subject.year().unwrap_or_default();
        let until = day_of(year + offset, month, day);
        let outcome = if lacking.is_empty() && unknown.is_empty() {
            Outcome::kept(said)
        } else if until.is_some_and(|until| view.as_of <= until) {
            let mut pending = Outcome::pending(said);
            pending.due = until;
            pending
        } else if records.is_empty() {
            Outcome::missing(name).saying(|words| Words::join(&[words.clone(), said]))
        } else if lacking.is_empty() {
            Outcome::missing(words!(
                "{}的金额或类型",
                "amount or type of {}",
                unknown.join("、")
            ))
        } else {
            Outcome::broken(said)
        };
        let outcome = outcome
            .uses(records.iter().copied())
            .fact("projects", population.len())
            .fact("covered", covered.len())
            .fact("need", need);
        let mut outcome = left_out(outcome, &lacking, LISTED);
        outcome.governed = Day::new(year, 12, 31);
        outcome
    }

    /// The records of a step of the judged year that may name some projects and for which a
    /// condition holds.
    pub(super) fn lists_of(
        &self,
        by: &'static StepDef,
        filter: Option<&Expr>,
        places: &FxHashSet<String>,
    ) -> Vec<&'a Fact> {
        let view = self.view;
        // a street looks through the records of the whole district
        let (of_year, of_scope) = (by.index("year"), by.index("scope"));
        let said = |fact: &'a Fact, field: Option<usize>| field.map(|at| &fact.values[at]);
        let year = view.subject.year().map(i64::from);
        let this_year = |fact: &&'a Fact| said(fact, of_year).and_then(Value::count) == year;
        // what was inspected elsewhere is no inspection here
        let here = |fact: &&'a Fact| {
            let scope = said(fact, of_scope).and_then(Value::text);
            !places.is_empty() && scope.is_none_or(|scope| places.contains(scope))
        };
        view.book
            .of_step(by)
            .filter(this_year)
            .filter(here)
            .filter(|fact| fact.occurred.is_none_or(|day| day <= view.as_of))
            .filter(|fact| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes))
            .collect()
    }

    /// The projects of a population that stand in the lists of some records.
    pub(super) fn named_in(
        &self,
        records: &[&'a Fact],
        population: &[&'a str],
    ) -> FxHashSet<&'a str> {
        // what was inspected in all of the district names many projects of others
        let mine: FxHashSet<&str> = population.iter().copied().collect();
        let mut named = FxHashSet::default();
        for fact in records {
            let cases = fact.value("cases").items().iter().filter_map(Value::text);
            named.extend(cases.filter(|case| mine.contains(case) && self.reaches(fact, case)));
        }
        named
    }

    /// What was counted beforehand of the projects of the district's year.
    fn counted_above(&self, cohort: Cohort, among: Option<&Expr>) -> Option<&'a Counted> {
        let of_district = matches!(self.view.subject, Subject::DistrictYear(_));
        self.view
            .book
            .counted(cohort, among)
            .filter(|_| of_district)
    }

    /// The scopes that hold any of some cases: the district, streets and communities; none if
    /// there is no case.
    pub(super) fn places(&self, cases: &[&str]) -> FxHashSet<String> {
        let book = self.view.book;
        if cases.is_empty() {
            return FxHashSet::default();
        }
        let mut places = FxHashSet::from_iter([DISTRICT.to_owned()]);
        for case in cases {
            for code in book.served_by(case) {
                if !places.contains(code) {
                    places.extend(book.street(code).map(str::to_owned));
                    places.insert(code.to_owned());
                }
            }
        }
        places
    }

    /// True if the scope of a record, if it names one, holds the case.
    fn reaches(&self, record: &Fact, case: &str) -> bool {
        let book = self.view.book;
        let Some(scope) = record.value("scope").text() else {
            return true;
        };
        let mut served = book.served_by(case);
        scope == DISTRICT || served.any(|code| code == scope || book.street(code) == Some(scope))
    }

    /// The projects of the year for which a condition holds, and those for which nobody knows.
    pub(super) fn cases_of(&self, cohort: Cohort, among: Option<&Expr>) -> Cases<'a> {
        let view = self.view;
        if let Some(counted) = self.counted_above(cohort, among) {
            return (
                counted.sure.iter().collect(),
                counted.unknown.iter().collect(),
            );
        }
        let (mut population, mut unknown) = (Vec::new(), Vec::new());
        let cases = match cohort {
            Cohort::Started => view.book.cohort(&view.subject, view.as_of),
            Cohort::Programme => view.book.programme(&view.subject),
            Cohort::Completed => view.book.completed(&view.subject, view.as_of),
        };
        for case in cases
            .into_iter()
            .filter(|case| !view.book.is_withdrawn(case))
        {
            let Some(among) = among else {
                population.push(case);
                continue;
            };
            let of_case = View::new(view.book, case, view.as_of);
            let facts = self.of(&of_case);
            match facts.test(among, None) {
                Answer::Yes => population.push(case),
                Answer::No => {}
                Answer::Unknown(_) => unknown.push(case),
            }
        }
        (population, unknown)
    }

    /// What is missing for there to be enough: cases, or communities.
    fn lacking<'m>(
        &self,
        least: Least,
        population: &[&str],
        covered: &[&str],
        missing: &'m [&'a str],
    ) -> Lacking<'m> {
        let enough = |need: usize| {
            let enough = covered.len() >= need;
            Lacking::Cases(if enough { &[] } else { missing })
        };
        match least {
            Least::All => Lacking::Cases(missing),
            Least::Percent(percent) => enough(ceil_percent(population.len(), percent)),
            Least::Number(number) => {
                enough(population.len().min(usize::try_from(number).unwrap_or(0)))
            }
            Least::EachCommunity => {
                let book = self.view.book;
                let mut communities: BTreeMap<&str, bool> = BTreeMap::new();
                for (cases, seen) in [(covered, true), (missing, false)] {
                    for code in cases.iter().flat_map(|case| book.served_by(case)) {
                        *communities.entry(code).or_default() |= seen;
                    }
                }
                let unseen = communities.into_iter().filter(|(_, seen)| !seen);
                Lacking::Communities(unseen.map(|(code, _)| code.to_owned()).collect())
            }
        }
    }
}

/// Tells what is missing, so many of it at most, and of how many more.
fn left_out(outcome: Outcome, lacking: &Lacking<'_>, most: usize) -> Outcome {
    let listed = lacking.first(most);
    let more = lacking.len() - listed.len();
    let outcome = outcome.fact("left_out", json!(listed));
    if more == 0 {
        return outcome;
    }
    outcome.fact("left_out_more", more)
}

/// The words for how many there are and how many there must be, with that number.
fn needed(
    name: &Words,
    least: Least,
    all: usize,
    covered: usize,
    lacking: &Lacking<'_>,
) -> (usize, Words) {
    let need = match least {
        Least::Percent(percent) => ceil_percent(all, percent),
        Least::Number(number) => all.min(usize::try_from(number).unwrap_or(0)),
        Least::All | Least::EachCommunity => all,
    };
    let more = lacking.len().saturating_sub(10);
    let mut names = lacking.first(10).join("、");
    if more > 0 {
        names = format!("{names}…（+{more}）");
    }
    let gap = if lacking.is_empty() {
        Words::default()
    } else {
        words!("未包括：{}。", "Left out: {}.", names)
    };
    let said = if least == Least::EachCommunity {
        words!(
            "项目{}个，{}包括{}个，每个社区应至少一个。",
            "{0} projects, {2} in {3}; at least one of each community required.",
            all,
            name.zh,
            covered,
            name.en
        )
    } else {
        words!(
            "项目{}个，{}包括{}个，应不少于{}个。",
            "{0} projects, {2} in {4}, at least {3} required.",
            all,
            name.zh,
            covered,
            need,
            name.en
        )
    };
    (need, Words::join(&[said, gap]))
}

/// The least whole number that is so many percent.
pub(super) fn ceil_percent(all: usize, percent: i64) -> usize {
    (all * usize::try_from(percent).unwrap_or(0)).div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_project_is_a_project() {
        for (all, need) in [(0, 0), (1, 1), (20, 1), (21, 2), (40, 2), (41, 3)] {
            assert_eq!(ceil_percent(all, 5), need, "{all}");
        }
    }

    #[test]
    fn what_is_left_out_is_listed_or_counted() {
        let cases = ["HZ2022-001", "HZ2022-002", "HZ2022-003"];
        for (lacking, listed, more) in [
            (Lacking::Cases(&cases[..2]), 2, None),
            (Lacking::Cases(&cases), 2, Some(1)),
            (Lacking::Communities(vec!["HZ".into()]), 1, None),
        ] {
            let mut outcome = left_out(Outcome::kept(Words::default()), &lacking, 2);
            let facts = &outcome.told().facts;
            assert_eq!(facts["left_out"].as_array().map(Vec::len), Some(listed));
            assert_eq!(
                facts
                    .get("left_out_more")
                    .and_then(serde_json::Value::as_u64),
                more
            );
        }
    }
}
