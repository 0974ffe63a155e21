//! Primitives over periods: windows, durations, validity.

use super::eval::{Facts, step_label};
use super::outcome::Outcome;
use crate::law::{Counted, Day, FirstDay, days, days_listed};
use crate::pack::expr::Path;
use crate::state::{Fact, Value};
use crate::step::StepDef;
use crate::words;
use crate::words::Words;

impl Facts<'_> {
    #[expect(clippy::too_many_arguments, reason = "the parameters of the primitive")]
    pub(super) fn window(
        &self,
        each: &'static StepDef,
        event: &'static StepDef,
        key: usize,
        date: usize,
        unless: Option<usize>,
        from: &Path,
        to: &Path,
    ) -> Outcome {
        let linked: Vec<&Fact> = self.records(each).collect();
        let (Some((first, first_fact)), Some((last, last_fact))) =
            (self.dates(from).pop(), self.dates(to).pop())
        else {
            return Outcome::waits_for(self.label(from));
        };
        let period = [first_fact, last_fact];
        if linked.is_empty() {
            return Outcome::missing(words!("对应的{}", "linked {1}", each.zh, each.id))
                .uses(period);
        }
        let answers: Vec<&Fact> = self.records(event).collect();
        let mut parts = Vec::new();
        for item in linked {
            let mine: Vec<&Fact> = answers
                .iter()
                .copied()
                .filter(|a| a.values[key].text() == Some(item.subject.as_str()))
                .collect();
            let inside = |a: &&&Fact| {
                a.values[date]
                    .day()
                    .is_some_and(|d| first <= d && d <= last)
            };
            let excused = |a: &&&Fact| unless.is_some_and(|slot| !a.values[slot].is_none());
            let told = |a: &&&Fact| inside(a) && !excused(a);
            let outcome = if let Some(answer) = mine.iter().find(told) {
                Outcome::kept(words!(
                    "{}均在期间内。",
                    "{1}: all within the period.",
                    event.zh,
                    event.id
                ))
                .uses([*answer])
            } else if let Some(answer) = mine.iter().find(excused) {
                Outcome::missing(words!(
                    "{}的{}（已说明原因）",
                    "{2} for {0} (excused)",
                    item.subject,
                    event.zh,
                    event.id
                ))
                .uses([*answer])
            } else if let Some(answer) = mine.last() {
                let day = answer.values[date]
                    .day()
                    .map_or(String::new(), |d| d.to_string());
                Outcome::broken(words!(
                    "{}（{}）在{}，不在{}至{}之内。",
                    "{5} for {1} on {2} is not within {3} to {4}.",
                    event.zh,
                    item.subject,
                    day,
                    first,
                    last,
                    event.id
                ))
                .blames([*answer])
            } else if self.view.as_of <= last {
                Outcome::pending(words!(
                    "{}尚未{}，最迟{}。",
                    "No {3} for {0} yet, due {2}.",
                    item.subject,
                    event.zh,
                    last,
                    event.id
                ))
            } else {
                Outcome::broken(words!(
                    "{}没有{}（{}至{}）。",
                    "No {4} for {0} within {2} to {3}.",
                    item.subject,
                    event.zh,
                    first,
                    last,
                    event.id
                ))
            };
            parts.push(outcome.uses([item]).uses(period).due(last));
        }
        let outcome = Outcome::join(parts).unwrap_or_else(|| Outcome::kept(Words::default()));
        self.show(outcome, [from, to])
    }

    pub(super) fn duration(
        &self,
        of: &'static StepDef,
        (from, to): (usize, usize),
        min: i64,
        first_day: FirstDay,
        per: Option<(usize, &[String])>,
    ) -> Outcome {
        let records: Vec<(Day, Day, &Fact)> = self
            .records(of)
            .filter_map(|fact| Some((fact.values[from].day()?, fact.values[to].day()?, fact)))
            .collect();
        let length = |(a, b, _): &(Day, Day, &Fact)| days(*a, *b, first_day);
        // an interrupted period: the longest unbroken span counts
        let longest = |item: Option<&Value>| {
            let names = |fact: &Fact| {
                per.zip(item)
                    .is_none_or(|((list, _), item)| fact.values[list].items().contains(item))
            };
            let mine = records.iter().copied().filter(|(_, _, fact)| names(fact));
            mine.max_by_key(length)
        };
        let items = records
            .iter()
            .flat_map(|(_, _, fact)| per.map_or(&[][..], |(list, _)| fact.values[list].items()))
            .filter(|item| {
                let terms = per.map_or(&[][..], |(_, terms)| terms);
                let named = |term: &String| item.text() == Some(term);
                terms.is_empty() || terms.iter().any(named)
            });
        let of_items = items.filter_map(|item| longest(Some(item)));
        let longest = of_items.min_by_key(length).or_else(|| longest(None));
        let Some((first, last, fact)) = longest else {
            return Outcome::waits_for(step_label(of));
        };
        let counted = days(first, last, first_day);
        let how = match first_day {
            FirstDay::Excluded => Words::new("首日不计", "the first day not counted"),
            FirstDay::Counted => Words::new("首日计入", "the first day counted"),
        };
        let said = words!(
            "{}自{}至{}，计{}天（{}），要求不少于{}天。",
            "{6} from {1} to {2}: {3} days ({7}), at least {5} required.",
            of.zh,
            first,
            last,
            counted,
            how.zh,
            min,
            of.id,
            how.en
        );
        let mut outcome = if counted >= min && last > self.view.as_of {
            let mut running = Outcome::pending(said).uses([fact]);
            running.due = Some(last);
            running
        } else if counted >= min {
            Outcome::kept(said).uses([fact])
        } else {
            Outcome::broken(said).blames([fact])
        };
        outcome.counted(|| {
            let days = days_listed(first, last, first_day);
            days.iter().map(count_line).collect::<Vec<_>>()
        });
        outcome.governed = Some(last);
        outcome
            .fact_of("from", || first.to_string())
            .fact_of("to", || last.to_string())
            .fact("days", counted)
            .fact("min", min)
    }

    pub(super) fn validity(&self) -> Outcome {
        let meta = &self.pack.meta;
        let dated = self.dated();
        let (Some((first, a)), Some((last, b))) = (
            dated.iter().min_by_key(|d| d.0),
            dated.iter().max_by_key(|d| d.0),
        ) else {
            return Outcome::missing(words!("业务日期", "business dates"));
        };
        let within = |day: &Day| {
            meta.from.is_none_or(|from| from <= *day)
                && self.in_force_until().is_none_or(|to| *day <= to)
        };
        let said = words!(
            "各环节日期在{}至{}之间。",
            "The dates of the steps lie between {} and {}.",
            first,
            last
        );
        let outside: Vec<&Fact> = dated
            .iter()
            .filter(|(d, _)| !within(d))
            .map(|(_, f)| *f)
            .collect();
        let mut outcome = Outcome::kept(said).uses([*a, *b]);
        // the governing date decides: the one that lies farthest outside
        let gap = |day: Day| {
            let before = meta
                .from
                .map_or(0, |from| days(day, from, FirstDay::Excluded));
            let after = self
                .in_force_until()
                .map_or(0, |to| days(to, day, FirstDay::Excluded));
            before.max(after)
        };
        outcome.governed = outside
            .iter()
            .filter_map(|fact| fact.occurred)
            .max_by_key(|day| gap(*day))
            .or(Some(*last));
        outcome
            .fact_of("first", || first.to_string())
            .fact_of("last", || last.to_string())
    }

    /// Last day in force, as extended by a recorded renewal.
    pub(super) fn validity_end(&self) -> Option<Day> {
        let to = self.pack.meta.to?;
        let extended = self
            .view
            .book
            .of_step(<crate::step::general::Extend as crate::step::Recorded>::DEF)
            .filter_map(|fact| fact.value("until").day())
            .max();
        Some(extended.map_or(to, |until| until.max(to)))
    }
}

fn count_line(counted: &Counted) -> Words {
    let number = counted.number.map_or_else(
        || ("—".to_owned(), "–".to_owned()),
        |n| (format!("第{n}天"), format!("day {n}")),
    );
    words!(
        "{} {} {} {}",
        "{0} {4} {5}",
        counted.day,
        counted.day.weekday_zh(),
        number.0,
        counted.note.zh(),
        number.1,
        counted.note.en()
    )
}
