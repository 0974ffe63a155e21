//! What each community of a street, or one of them, must have done by a date.

use super::eval::{Answer, Facts};
use super::outcome::Outcome;
use super::sums::{day_of, few, rolled};
use crate::law::Day;
use crate::pack::check::Members;
use crate::state::{Fact, Subject};
use crate::words;
use crate::words::Words;

impl Facts<'_> {
    /// Each community of the street has a record by a date, or one of them has.
    pub(super) fn members(&self, members: &Members) -> Outcome {
        let view = self.view;
        let book = view.book;
        let Some(year) = view.subject.year() else {
            return Outcome::exempt(Words::default());
        };
        let (month, day, offset) = members.due;
        let due = day_of(year + offset, month, day).map(|due| {
            if members.rollover {
                rolled(due, book.calendar())
            } else {
                Ok(due)
            }
        });
        let due = match due {
            Some(Ok(due)) => due,
            Some(Err(error)) => return Outcome::missing(Words::new(error.zh(), error.en())),
            None => return Outcome::missing(words!("年度", "year")),
        };
        let codes = match &view.subject {
            Subject::StreetYear(street, _) => book.communities_of(street).to_vec(),
            _ => book.communities(),
        };
        let (mut held, mut lacking, mut late) = (Vec::new(), Vec::new(), Vec::new());
        for code in &codes {
            let records: Vec<(Day, &Fact)> = book
                .of_prefix(&format!("{code}{year}"))
                .into_iter()
                .map(|index| book.fact(index))
                .filter(|fact| fact.def == members.of && !fact.struck)
                .filter(|fact| fact.value("year").count() == Some(i64::from(year)))
                .filter(|fact| fact.occurred.is_none_or(|day| day <= view.as_of))
                .filter(|fact| {
                    let filter = members.filter.as_ref();
                    filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes)
                })
                .filter_map(|fact| Some((fact.values[members.date].day()?, fact)))
                .collect();
            match records.iter().min_by_key(|(day, _)| *day) {
                Some((day, fact)) if *day <= due => held.push(*fact),
                Some((day, fact)) => late.push((code.clone(), *day, *fact)),
                None => lacking.push(code.clone()),
            }
        }
        let named = |codes: &[String]| {
            let names: Vec<String> = codes
                .iter()
                .map(|code| book.community_name(code).unwrap_or(code).to_owned())
                .collect();
            few(&names)
        };
        let kept = !held.is_empty() && (!members.all || (lacking.is_empty() && late.is_empty()));
        let said = words!(
            "{}个社区中{}个有{}（至{}）。",
            "{1} of {0} communities have {4} (by {3}).",
            codes.len(),
            held.len(),
            members.what.zh,
            due,
            members.what.en
        );
        let outcome = if kept {
            Outcome::kept(said)
        } else if view.as_of <= due {
            Outcome::pending(said)
        } else if held.is_empty() && late.is_empty() {
            Outcome::missing(members.what.told())
        } else {
            let late_names: Vec<String> = late.iter().map(|(code, ..)| code.clone()).collect();
            let mut parts = vec![said];
            if !lacking.is_empty() && members.all {
                parts.push(words!("没有的：{}。", "None in: {}.", named(&lacking)));
            }
            if let Some((_, day, _)) = late.first() {
                parts.push(words!(
                    "逾期的：{}（{}）。",
                    "Late: {} ({}).",
                    named(&late_names),
                    day
                ));
            }
            Outcome::broken(Words::join(&parts))
        };
        let records = held.iter().copied().chain(late.iter().map(|(_, _, f)| *f));
        let mut outcome = outcome
            .uses(records)
            .due(due)
            .fact("communities", codes.len())
            .fact("covered", held.len());
        outcome.governed = Some(due);
        outcome
    }
}
