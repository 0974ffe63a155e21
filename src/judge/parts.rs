//! Primitives over the parts of a year: quarters and half-years.

use serde_json::json;

use super::cohort::ceil_percent;
use super::eval::{Answer, Facts, step_label};
use super::outcome::Outcome;
use crate::law::{Day, Period, Unit, add};
use crate::pack::expr::{Expr, Path};
use crate::state::{Fact, Value, View};
use crate::step::StepDef;
use crate::words;
use crate::words::Words;

/// What must be recorded in each part of a year.
pub(super) struct Recurring<'p> {
    pub(super) of: &'static StepDef,
    pub(super) filter: Option<&'p Expr>,
    pub(super) per: Period,
    pub(super) needs: Option<&'static StepDef>,
    pub(super) among: Option<&'p Expr>,
    /// Parts that are only partly in force count too.
    pub(super) partly: bool,
    /// Two records that follow one another are at most so many months apart.
    pub(super) gap: Option<i64>,
    /// The field that says which part a record is about; its day, if none does.
    pub(super) part: Option<usize>,
}

impl Facts<'_> {
    /// A record in each part of the year.
    pub(super) fn periods(&self, recurring: &Recurring<'_>) -> Outcome {
        let Recurring {
            of,
            filter,
            per,
            needs,
            among,
            partly,
            gap,
            part: about,
        } = *recurring;
        let view = self.view;
        let Some(year) = view.subject.year() else {
            return Outcome::exempt(Words::default());
        };
        let records: Vec<&Fact> = self
            .records(of)
            .filter(|fact| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes))
            .collect();
        let (mut parts, mut shown, mut judged) = (Vec::new(), Vec::new(), None);
        for part in 1..=per.of_year() {
            let (first, last) = per.bounds(year, part);
            let inside = |day: Option<Day>| day.is_some_and(|day| first <= day && day <= last);
            // what came after the last record is for the next one
            let last_before = records
                .iter()
                .filter_map(|f| f.occurred)
                .filter(|d| *d < first);
            let from = last_before.max();
            let since = |day: Option<Day>| {
                day.is_some_and(|day| from.map_or(first <= day, |from| from < day) && day <= last)
            };
            let of_part = |fact: &&&Fact| match about {
                Some(field) => fact.values[field].count() == Some(i64::from(part)),
                None => inside(fact.occurred),
            };
            let days: Vec<Day> = records
                .iter()
                .filter(of_part)
                .filter_map(|f| f.occurred)
                .collect();
            shown.extend(days.iter().map(ToString::to_string));
            let name = part_name(year, part, per);
            let from = if partly { last } else { first };
            if !self.whole_in_force(from, last) || !self.needed(needs, among, &since) {
                continue;
            }
            judged = Some(last);
            parts.push(if !days.is_empty() {
                Outcome::kept(words!("各期均有记录。", "Recorded in every part."))
            } else if view.as_of <= last {
                let mut pending = Outcome::pending(words!(
                    "{}尚无{}（至{}）。",
                    "No {3} in {4} yet (until {2}).",
                    name.zh,
                    of.zh,
                    last,
                    of.id,
                    name.en
                ));
                pending.due = Some(last);
                pending
            } else if records.is_empty() {
                Outcome::missing(words!(
                    "{1}的“{0}”",
                    "{3} of {2}",
                    name.zh,
                    of.zh,
                    of.id,
                    name.en
                ))
            } else {
                Outcome::broken(words!(
                    "{}没有{}。",
                    "No {2} in {3}.",
                    name.zh,
                    of.zh,
                    of.id,
                    name.en
                ))
            });
        }
        if let Some(gap) = gap.and_then(|months| self.gap(of, &records, months)) {
            parts.push(gap);
        }
        let mut outcome = Outcome::join(parts)
            .unwrap_or_else(|| {
                Outcome::exempt(words!("没有要核对的期间。", "No part to be judged."))
            })
            .uses(records)
            .fact("days", json!(shown));
        outcome.governed = judged.or(Day::new(year, 12, 31));
        outcome
    }

    /// Two records that follow one another more than so many months apart.
    fn gap(&self, of: &StepDef, records: &[&Fact], months: i64) -> Option<Outcome> {
        let mut days: Vec<Day> = records.iter().filter_map(|f| f.occurred).collect();
        days.sort_unstable();
        let calendar = self.view.book.calendar();
        days.windows(2).find_map(|pair| {
            let due = add(pair[0], months, Unit::Month, calendar).ok()?;
            (pair[1] > due).then(|| {
                Outcome::broken(words!(
                    "两次{}（{}、{}）相隔超过{}个月。",
                    "Two {4} ({1}, {2}) are more than {3} months apart.",
                    of.zh,
                    pair[0],
                    pair[1],
                    months,
                    of.id
                ))
            })
        })
    }

    /// True if some case of the community has such a record in the part.
    fn needed(
        &self,
        needs: Option<&'static StepDef>,
        among: Option<&Expr>,
        inside: &dyn Fn(Option<Day>) -> bool,
    ) -> bool {
        let (Some(def), Some(code)) = (needs, self.view.subject.community()) else {
            return true;
        };
        let book = self.view.book;
        let counts = |case: &str| {
            let view = View::new(book, case, self.view.as_of);
            let facts = self.of(&view);
            among.is_none_or(|among| facts.test(among, None) != Answer::No)
        };
        book.started(code)
            .iter()
            .filter(|s| counts(&s.case))
            .any(|started| {
                let facts = book.about(&started.case).iter().map(|&i| book.fact(i));
                facts
                    .filter(|fact| fact.def == def && !fact.struck)
                    .filter(|fact| fact.occurred.is_none_or(|day| day <= self.view.as_of))
                    .any(|fact| inside(fact.occurred))
            })
    }

    fn whole_in_force(&self, first: Day, last: Day) -> bool {
        self.pack.meta.from.is_none_or(|from| from <= first)
            && self.in_force_until().is_none_or(|to| last <= to)
    }

    /// Of the records of each part of the year so many percent must be done.
    pub(super) fn share(
        &self,
        of: &'static StepDef,
        done: &'static StepDef,
        same: &str,
        (percent, down): (i64, bool),
        per: Period,
    ) -> Outcome {
        let view = self.view;
        let year = view.subject.year().unwrap_or_default();
        let live = |def: &'static StepDef| {
            let facts = view.book.of_step(def);
            facts.filter(|fact| fact.occurred.is_none_or(|day| day <= view.as_of))
        };
        let checked: Vec<&Fact> = live(done).collect();
        let mut parts = Vec::new();
        for part in 1..=per.of_year() {
            let (first, last) = per.bounds(year, part);
            let filed: Vec<&Fact> = live(of)
                .filter(|fact| fact.occurred.is_some_and(|day| first <= day && day <= last))
                .collect();
            if filed.is_empty() {
                continue;
            }
            let found = filed
                .iter()
                .filter(|fact| checked.iter().any(|c| c.value(same) == fact.value(same)))
                .count();
            let need = if down {
                filed.len() * usize::try_from(percent).unwrap_or(0) / 100
            } else {
                ceil_percent(filed.len(), percent)
            };
            let name = part_name(year, part, per);
            let said = words!(
                "{}{}{}份，{}{}份，应不少于{}份。",
                "{6}: {2} × {7}, {4} × {8}, at least {5} required.",
                name.zh,
                of.zh,
                filed.len(),
                done.zh,
                found,
                need,
                name.en,
                of.id,
                done.id
            );
            let outcome = if found >= need {
                Outcome::kept(said)
            } else if view.as_of <= last {
                Outcome::pending(said)
            } else if checked.is_empty() {
                let mut outcome = Outcome::missing(step_label(done));
                outcome = outcome.saying(|words| Words::join(&[words.clone(), said]));
                outcome
            } else {
                Outcome::broken(said)
            };
            parts.push(outcome.uses(filed));
        }
        let mut outcome = Outcome::join(parts).unwrap_or_else(|| {
            Outcome::exempt(words!(
                "该年度没有{}。",
                "No {1} in the year.",
                of.zh,
                of.id
            ))
        });
        outcome.governed = Day::new(year, 12, 31);
        outcome
    }

    /// The case stands in the first such record after some day.
    pub(super) fn taken_up(
        &self,
        by: &'static StepDef,
        filter: Option<&Expr>,
        list: usize,
        from: &Path,
        per: Period,
    ) -> Outcome {
        let view = self.view;
        let Some((start, start_fact)) = self.dates(from).pop() else {
            return Outcome::waits_for(self.label(from));
        };
        let Some(code) = view.subject.community() else {
            return Outcome::exempt(Words::default());
        };
        let lists = |fact: &&Fact| {
            let cases = fact.values[list].items().iter();
            cases.filter_map(Value::text).any(|case| case == view.id)
        };
        // a record of another kind counts for the cases that it lists
        let own = |fact: &&Fact| {
            (lists(fact) || filter.is_none_or(|f| self.test(f, Some(fact)) != Answer::No))
                && fact
                    .occurred
                    .is_some_and(|day| start <= day && day <= view.as_of)
        };
        let held: Vec<&Fact> = view.book.of_step_in(by, code).filter(own).collect();
        let first = held.iter().filter_map(|fact| fact.occurred).min();
        let due = match per.period_of(start) {
            (year, part) if part == per.of_year() => per.bounds(year + 1, 1),
            (year, part) => per.bounds(year, part + 1),
        };
        let due = due.1;
        let outcome = match first {
            Some(day) => {
                let those: Vec<&Fact> = held.into_iter().filter(|f| f.occurred == first).collect();
                if let Some(fact) = those.iter().find(|fact| lists(fact)) {
                    Outcome::kept(words!(
                        "{}（{}）包括本项目。",
                        "{2} of {1} takes up the case.",
                        by.zh,
                        day,
                        by.id
                    ))
                    .uses([*fact])
                } else {
                    Outcome::broken(words!(
                        "{}后的第一次{}（{}）没有包括本项目。",
                        "The first {3} after {4}, on {2}, leaves the case out.",
                        self.label(from).zh,
                        by.zh,
                        day,
                        by.id,
                        self.label(from).en
                    ))
                    .blames(those)
                }
            }
            None if view.as_of > due => Outcome::broken(words!(
                "至{}没有{}（最迟{}）。",
                "No {3} by {0} (due {2}).",
                view.as_of,
                by.zh,
                due,
                by.id
            )),
            None => Outcome::pending(words!(
                "尚无{}，最迟{}。",
                "No {2} yet, due {1}.",
                by.zh,
                due,
                by.id
            )),
        };
        let mut outcome = outcome.uses([start_fact]);
        if first.is_none() {
            outcome.due = Some(due);
        }
        outcome
    }
}

fn part_name(year: i32, part: u32, per: Period) -> Words {
    match per {
        Period::Year => words!("{}年", "{}", year),
        Period::Quarter => words!("{}年第{}季度", "quarter {1} of {0}", year, part),
        Period::Half => words!(
            "{0}年{2}半年",
            "half {1} of {0}",
            year,
            part,
            if part == 1 { "上" } else { "下" }
        ),
    }
}
