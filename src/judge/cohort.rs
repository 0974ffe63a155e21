//! Primitives over the projects of a year and over its parts.

use std::collections::BTreeMap;

use serde_json::json;

use super::eval::{Answer, Facts, step_label};
use super::outcome::Outcome;
use crate::law::{Day, Period};
use crate::pack::check::Least;
use crate::pack::expr::{Expr, Path};
use crate::state::{Fact, Value, View};
use crate::step::StepDef;
use crate::words;
use crate::words::Words;

impl<'a> Facts<'a> {
    /// The projects of the year that stand in the lists of some records.
    pub(super) fn coverage(
        &self,
        by: &'static StepDef,
        filter: Option<&Expr>,
        among: Option<&Expr>,
        least: Least,
        (month, day, offset): (u32, u32, i32),
    ) -> Outcome {
        let view = self.view;
        let (population, unknown) = self.population(among);
        if population.is_empty() && unknown.is_empty() {
            return Outcome::exempt(words!("该年度没有这样的项目。", "No such project in the year."));
        }
        let records: Vec<&Fact> = view
            .book
            .of_step(by)
            .filter(|fact| fact.value("year").count() == view.subject.year().map(i64::from))
            .filter(|fact| fact.occurred.is_none_or(|day| day <= view.as_of))
            .filter(|fact| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes))
            .collect();
        let named = |case: &str| {
            records.iter().any(|fact| {
                let cases = fact.value("cases").items();
                cases.iter().any(|value| value.text() == Some(case))
            })
        };
        let (covered, missing): (Vec<&str>, Vec<&str>) =
            population.iter().partition(|case| named(case));
        let lacking = self.lacking(least, &population, &covered, &missing);
        let (need, said) = needed(by, least, population.len(), covered.len(), &lacking);
        let year = view.subject.year().unwrap_or_default();
        let until = Day::new(year + offset, month, day);
        let outcome = if lacking.is_empty() && unknown.is_empty() {
            Outcome::kept(said)
        } else if until.is_some_and(|until| view.as_of <= until) {
            let mut pending = Outcome::pending(said);
            pending.due = until;
            pending
        } else if records.is_empty() {
            let mut outcome = Outcome::missing(step_label(by));
            outcome.words = Words::join(&[outcome.words, said]);
            outcome
        } else if lacking.is_empty() {
            Outcome::missing(words!("{}的金额或类型", "amount or type of {}", unknown.join("、")))
        } else {
            Outcome::broken(said)
        };
        let mut outcome = outcome
            .uses(records.iter().copied())
            .fact("projects", population.len())
            .fact("covered", covered.len())
            .fact("need", need)
            .fact("lacking", json!(lacking));
        outcome.governed = Day::new(year, 12, 31);
        outcome
    }

    /// The projects of the year for which a condition holds, and those for which nobody knows.
    fn population(&self, among: Option<&Expr>) -> (Vec<&'a str>, Vec<&'a str>) {
        let view = self.view;
        let (mut population, mut unknown) = (Vec::new(), Vec::new());
        for case in view.book.cohort(&view.subject, view.as_of) {
            let Some(among) = among else {
                population.push(case);
                continue;
            };
            let of_case = View::new(view.book, case, view.as_of);
            let facts = Facts {
                pack: self.pack,
                view: &of_case,
                focus: None,
            };
            match facts.test(among, None) {
                Answer::Yes => population.push(case),
                Answer::No => {}
                Answer::Unknown(_) => unknown.push(case),
            }
        }
        (population, unknown)
    }

    /// What is missing for there to be enough: cases, or communities.
    fn lacking(
        &self,
        least: Least,
        population: &[&str],
        covered: &[&str],
        missing: &[&str],
    ) -> Vec<String> {
        let all = |list: &[&str]| list.iter().map(|case| (*case).to_owned()).collect();
        let enough = |need: usize| {
            if covered.len() >= need {
                Vec::new()
            } else {
                all(missing)
            }
        };
        match least {
            Least::All => all(missing),
            Least::Percent(percent) => enough(ceil_percent(population.len(), percent)),
            Least::Number(number) => {
                enough(population.len().min(usize::try_from(number).unwrap_or(0)))
            }
            Least::EachCommunity => {
                let mut communities: BTreeMap<String, bool> = BTreeMap::new();
                for case in population {
                    let seen = covered.contains(case);
                    for code in self.view.book.served(case) {
                        *communities.entry(code).or_default() |= seen;
                    }
                }
                let unseen = communities.into_iter().filter(|(_, seen)| !seen);
                unseen.map(|(code, _)| code).collect()
            }
        }
    }

    /// A record in each part of the year.
    pub(super) fn periods(
        &self,
        of: &'static StepDef,
        filter: Option<&Expr>,
        per: Period,
        needs: Option<&'static StepDef>,
    ) -> Outcome {
        let view = self.view;
        let Some(year) = view.subject.year() else {
            return Outcome::exempt(Words::default());
        };
        let records: Vec<&Fact> = self
            .records(of)
            .filter(|fact| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes))
            .collect();
        let (mut parts, mut shown) = (Vec::new(), Vec::new());
        for part in 1..=per.of_year() {
            let (first, last) = per.bounds(year, part);
            let inside = |day: Option<Day>| day.is_some_and(|day| first <= day && day <= last);
            let days: Vec<Day> = records.iter().filter_map(|f| f.occurred).filter(|d| inside(Some(*d))).collect();
            shown.extend(days.iter().map(ToString::to_string));
            let name = part_name(year, part, per);
            if !self.whole_in_force(first, last) || !self.needed(needs, &inside) {
                continue;
            }
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
                Outcome::missing(words!("{}的{}", "{2} in {3}", name.zh, of.zh, of.id, name.en))
            } else {
                Outcome::broken(words!("{}没有{}。", "No {2} in {3}.", name.zh, of.zh, of.id, name.en))
            });
        }
        let mut outcome = Outcome::join(parts)
            .unwrap_or_else(|| Outcome::exempt(words!("没有要核对的期间。", "No part to be judged.")))
            .uses(records)
            .fact("days", json!(shown));
        outcome.governed = Day::new(year, 12, 31);
        outcome
    }

    /// True if some case of the community has such a record in the part.
    fn needed(&self, needs: Option<&'static StepDef>, inside: &dyn Fn(Option<Day>) -> bool) -> bool {
        let (Some(def), Some(code)) = (needs, self.view.subject.community()) else {
            return true;
        };
        let book = self.view.book;
        book.started(code).iter().any(|started| {
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
                outcome.words = Words::join(&[outcome.words, said]);
                outcome
            } else {
                Outcome::broken(said)
            };
            parts.push(outcome.uses(filed));
        }
        let mut outcome = Outcome::join(parts).unwrap_or_else(|| {
            Outcome::exempt(words!("该年度没有{}。", "No {1} in the year.", of.zh, of.id))
        });
        outcome.governed = Day::new(year, 12, 31);
        outcome
    }

    /// The case stands in the first such record after some day.
    pub(super) fn taken_up(
        &self,
        by: &'static StepDef,
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
        let own = |fact: &&Fact| {
            fact.value("community").text() == Some(code)
                && fact.occurred.is_some_and(|day| start <= day && day <= view.as_of)
        };
        let first = view.book.of_step(by).filter(own).min_by_key(|fact| fact.occurred);
        let due = match per.period_of(start) {
            (year, part) if part == per.of_year() => per.bounds(year + 1, 1),
            (year, part) => per.bounds(year, part + 1),
        };
        let due = due.1;
        let outcome = match first {
            Some(fact) => {
                let day = fact.occurred.unwrap_or(start);
                let listed = fact.values[list].items().iter();
                if listed.filter_map(Value::text).any(|case| case == view.id) {
                    Outcome::kept(words!("{}（{}）包括本项目。", "{2} of {1} takes up the case.", by.zh, day, by.id))
                        .uses([fact])
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
                    .blames([fact])
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

/// The words for how many there are and how many there must be, with that number.
fn needed(
    by: &StepDef,
    least: Least,
    all: usize,
    covered: usize,
    lacking: &[String],
) -> (usize, Words) {
    let need = match least {
        Least::Percent(percent) => ceil_percent(all, percent),
        Least::Number(number) => all.min(usize::try_from(number).unwrap_or(0)),
        Least::All | Least::EachCommunity => all,
    };
    let (shown, more) = (lacking.len().min(10), lacking.len().saturating_sub(10));
    let mut names = lacking[..shown].join("、");
    if more > 0 {
        names = format!("{names}…（+{more}）");
    }
    let gap = if lacking.is_empty() {
        Words::default()
    } else {
        words!("未包括：{}。", "Left out: {}.", names)
    };
    let said = if least == Least::EachCommunity {
        words!("项目{}个，{}包括{}个，每个社区应至少一个。", "{0} projects, {2} in {3}; at least one of each community required.", all, by.zh, covered, by.id)
    } else {
        words!(
            "项目{}个，{}包括{}个，应不少于{}个。",
            "{0} projects, {2} in {4}, at least {3} required.",
            all,
            by.zh,
            covered,
            need,
            by.id
        )
    };
    (need, Words::join(&[said, gap]))
}

/// The least whole number that is so many percent.
fn ceil_percent(all: usize, percent: i64) -> usize {
    (all * usize::try_from(percent).unwrap_or(0)).div_ceil(100)
}

fn part_name(year: i32, part: u32, per: Period) -> Words {
    match per {
        Period::Year => words!("{}年", "{}", year),
        Period::Quarter => words!("{}年第{}季度", "quarter {1} of {0}", year, part),
        Period::Half => words!("{0}年{2}半年", "half {1} of {0}", year, part, if part == 1 { "上" } else { "下" }),
    }
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
}
