//! Primitives over dates: order, deadlines, windows, periods, validity.

use serde_json::{Value as Json, json};

use super::eval::{Answer, Facts, path_id};
use super::outcome::{Outcome, Status};
use super::sums::{day_of, rolled};
use crate::law::{Day, FirstDay, Unit, add, days};
use crate::pack::check::Span;
use crate::pack::expr::{Expr, Path};
use crate::state::Fact;
use crate::words;
use crate::words::{Words, is_silent};

/// A yearly date that records must meet.
pub(super) struct Yearly<'p> {
    pub(super) of: &'p Path,
    pub(super) filter: Option<&'p Expr>,
    /// Which one, of how many.
    pub(super) slot: (usize, usize),
    /// Month, day, and how many years after the one that is judged.
    pub(super) on: (u32, u32, i32),
    pub(super) last: (u32, u32),
    pub(super) what: &'p Words,
    pub(super) rollover: bool,
}

/// A clock that starts with one record and is stopped by another.
pub(super) struct Clock<'p> {
    pub(super) from: &'p Path,
    /// Only these records start it.
    pub(super) start: Option<&'p Expr>,
    pub(super) to: &'p Path,
    /// Only these records stop it, and only since it started.
    pub(super) filter: Option<&'p Expr>,
    /// The earliest record stops it, not the latest.
    pub(super) first: bool,
    pub(super) within: Span,
    /// Whether the day that starts it counts.
    pub(super) first_day: FirstDay,
    pub(super) rollover: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn dates(&self, path: &Path) -> Vec<(Day, &'a Fact)> {
        let found = self.values(path);
        let days = found
            .iter()
            .filter_map(|found| Some((found.value.day()?, found.fact?)));
        days.collect()
    }

    /// The last of these dates.
    fn last_date(&self, path: &Path) -> Option<(Day, &'a Fact)> {
        if let Path::Field(def, index) = path
            && !self.is_focused(def)
        {
            let mut facts = self.view.counting(def).rev();
            return facts.find_map(|fact| Some((fact.values[*index].day()?, fact)));
        }
        self.dates(path).pop()
    }

    pub(super) fn order(
        &self,
        first: &Path,
        then: &Path,
        strict: bool,
        filter: Option<&Expr>,
        any: bool,
    ) -> Outcome {
        let (first_label, then_label) = (self.label(first), self.label(then));
        let mut later = self.dates(then);
        let recorded = !later.is_empty();
        later.retain(|(_, fact)| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes));
        if later.is_empty() && recorded {
            return Outcome::exempt(words!("没有这样的记录。", "No such record."));
        }
        let earlier = self.dates(first);
        if later.is_empty() {
            let mut outcome = Outcome::waits_for(then_label).uses(facts(&earlier));
            outcome.idle = true;
            return outcome;
        }
        if earlier.is_empty() {
            return Outcome::missing(first_label).uses(facts(&later));
        }
        let wrong = |a: Day, b: Day| if strict { a >= b } else { a > b };
        let mut broken = Vec::new();
        for (b, fact_b) in &later {
            if any && earlier.iter().any(|(a, _)| !wrong(*a, *b)) {
                continue;
            }
            for (a, fact_a) in earlier.iter().filter(|(a, _)| wrong(*a, *b)) {
                broken.push(
                    Outcome::broken(words!(
                        "{}（{}）应{}{}（{}）。",
                        "{5} ({1}) must be {6} {7} ({4}).",
                        then_label.zh,
                        b,
                        if strict { "晚于" } else { "不早于" },
                        first_label.zh,
                        a,
                        then_label.en,
                        if strict { "after" } else { "on or after" },
                        first_label.en
                    ))
                    .blames([*fact_b, *fact_a]),
                );
            }
        }
        let outcome = Outcome::join(broken).unwrap_or_else(|| {
            Outcome::kept(words!("先后次序正确。", "The order is right."))
                .uses(facts(&later))
                .uses(facts(&earlier))
        });
        self.show(outcome, [first, then])
    }

    /// The day that stops a clock: that of the last record, or of the first one since it
    /// started.
    pub(super) fn stopped(&self, clock: &Clock<'_>, since: Option<Day>) -> Option<(Day, &'a Fact)> {
        let Clock {
            to, filter, first, ..
        } = *clock;
        let Path::Field(def, index) = to else {
            return self.last_date(to);
        };
        let answers = self
            .records(def)
            .filter(|fact| filter.is_none_or(|f| self.test(f, Some(fact)) != Answer::No))
            .filter_map(|fact| Some((fact.values[*index].day()?, fact)))
            .filter(|(day, _)| since.is_none_or(|since| since <= *day));
        let earliest = answers.min_by_key(|(day, _)| *day);
        if filter.is_some() {
            return earliest;
        }
        earliest.filter(|_| first).or_else(|| self.last_date(to))
    }

    /// The day that starts a clock: that of the latest record that may start it.
    pub(super) fn started(&self, clock: &Clock<'_>) -> Option<(Day, &'a Fact)> {
        let (Some(filter), Path::Field(def, index)) = (clock.start, clock.from) else {
            return self.last_date(clock.from);
        };
        self.records(def)
            .filter(|fact| self.test(filter, Some(fact)) == Answer::Yes)
            .filter_map(|fact| Some((fact.values[*index].day()?, fact)))
            .max_by_key(|(day, _)| *day)
    }

    pub(super) fn deadline(&self, clock: &Clock<'_>) -> Outcome {
        let Clock {
            from, to, within, ..
        } = *clock;
        let start = self.started(clock);
        let end = self.stopped(clock, start.map(|(day, _)| day));
        let (from_label, to_label) = (self.label(from), self.label(to));
        let Some((start, start_fact)) = start else {
            return match end {
                Some((_, fact)) => Outcome::missing(from_label).uses([fact]),
                None => Outcome::waits_for(from_label),
            };
        };
        let calendar = self.view.book.calendar();
        // the first day counted is counting from the day before
        let zero = match clock.first_day {
            FirstDay::Excluded => start,
            FirstDay::Counted => add(start, -1, Unit::Day, calendar).unwrap_or(start),
        };
        let due = add(zero, within.n, within.unit, calendar).and_then(|due| {
            if clock.rollover {
                rolled(due, calendar)
            } else {
                Ok(due)
            }
        });
        let due = match due {
            Ok(due) => due,
            Err(error) => {
                return Outcome::missing(Words::new(error.zh(), error.en())).uses([start_fact]);
            }
        };
        if let Some((end, fact)) = end
            && end < start
        {
            return Outcome::missing(words!(
                "可信的{}（{}早于{}）",
                "a credible {4} ({1} is before {2})",
                to_label.zh,
                end,
                start,
                from_label.zh,
                to_label.en
            ))
            .uses([fact, start_fact]);
        }
        let span = span_words(within);
        let line = words!(
            "自{}（{}）起{}，至{}{}（含当日）。",
            "{5} from {6} ({1}): until {3}, that day included.",
            from_label.zh,
            start,
            span.zh,
            due,
            weekend(due, clock.rollover),
            span.en,
            from_label.en
        );
        let outcome = self.met(end, &to_label, due, &span);
        let kept = end.filter(|_| outcome.status == Status::Kept);
        let mut outcome = self
            .show(outcome.uses([start_fact]).due(due), [from, to])
            .fact_of("due", || due.to_string())
            .fact_of("spare", || spare(end.map(|(day, _)| day), due));
        // what was done in time is governed by the day on which it was done
        outcome.governed = kept.map(|(day, _)| day).or(outcome.governed);
        outcome.counted(|| [line]);
        outcome
    }

    /// Whether something came by its due day.
    fn met(&self, end: Option<(Day, &'a Fact)>, to: &Words, due: Day, span: &Words) -> Outcome {
        match end {
            Some((end, fact)) if end > due => Outcome::broken(words!(
                "{}为{}，超过期限{}（{}内）。",
                "{4} is {1}, after the due date {2} (within {5}).",
                to.zh,
                end,
                due,
                span.zh,
                to.en,
                span.en
            ))
            .blames([fact]),
            Some((end, fact)) => Outcome::kept(words!(
                "{}为{}，期限{}。",
                "{3} is {1}, due {2}.",
                to.zh,
                end,
                due,
                to.en
            ))
            .uses([fact]),
            None if self.view.as_of > due => Outcome::broken(words!(
                "至{}没有{}，期限{}已过。",
                "No {3} by {0}; it was due {2}.",
                self.view.as_of,
                to.zh,
                due,
                to.en
            )),
            None => Outcome::pending(words!(
                "尚无{1}，最迟{0}。",
                "Due {0}, no {2} yet.",
                due,
                to.zh,
                to.en
            )),
        }
    }

    pub(super) fn fixed_date(&self, wanted: &Yearly<'_>) -> Outcome {
        let Yearly {
            of,
            filter,
            slot: (slot, slots),
            on: (month, day, year_offset),
            last,
            what,
            rollover,
        } = *wanted;
        let year = self.view.subject.year().unwrap_or_default();
        let Some(due) = day_of(year + year_offset, month, day) else {
            return Outcome::missing(words!("年度", "programme year"));
        };
        let due = match Some(due)
            .filter(|_| rollover)
            .map(|d| rolled(d, self.view.book.calendar()))
        {
            None => due,
            Some(Ok(due)) => due,
            Some(Err(error)) => return Outcome::missing(Words::new(error.zh(), error.en())),
        };
        let mut dates = self.dates(of);
        dates.retain(|(_, fact)| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes));
        dates.sort_by_key(|(date, _)| *date);
        let label = if what.is_empty() {
            self.label(of)
        } else {
            what.told()
        };
        // the earliest record answers the first date; once the last date has passed with too
        // few records, the last dates are answered and the rule on their number tells the gap
        let over = Day::new(year, last.0, last.1).is_some_and(|end| self.view.as_of > end);
        let position = if dates.len() < slots && over {
            (slot + dates.len()).checked_sub(slots + 1)
        } else {
            slot.checked_sub(1)
        };
        let answered = position.and_then(|i| dates.get(i));
        let left = spare(answered.map(|(day, _)| *day), due);
        let outcome = match answered {
            None if !dates.is_empty() && over => Outcome::exempt(words!(
                "只有{}次，按后一次的期限核对；次数不足另行指出。",
                "Only {0} recorded: judged by the later date; the number is told apart.",
                dates.len()
            )),
            None if self.view.as_of <= due => Outcome::pending(words!(
                "尚无{1}，最迟{0}。",
                "Due {0}, no {2} yet.",
                due,
                label.zh,
                label.en
            )),
            None => Outcome::missing(label).uses(dates.iter().map(|(_, f)| *f)),
            Some((date, fact)) if *date > due => Outcome::broken(words!(
                "{}为{}，晚于{}。",
                "{3} is {1}, after {2}.",
                label.zh,
                date,
                due,
                label.en
            ))
            .blames([*fact]),
            Some((date, fact)) => Outcome::kept(words!(
                "{}为{}，期限{}。",
                "{3} is {1}, due {2}.",
                label.zh,
                date,
                due,
                label.en
            ))
            .uses([*fact]),
        };
        if is_silent() {
            return outcome.due(due);
        }
        let all: Vec<String> = dates.iter().map(|(d, _)| d.to_string()).collect();
        outcome
            .due(due)
            .fact("due", due.to_string())
            .fact("spare", left)
            .fact(&path_id(self.pack, of), json!(all))
    }
}

fn facts<'l, 'a>(dates: &'l [(Day, &'a Fact)]) -> impl Iterator<Item = &'a Fact> + use<'l, 'a> {
    dates.iter().map(|(_, fact)| *fact)
}

/// Days to spare, below zero if it came late; null while it has not come.
fn spare(done: Option<Day>, due: Day) -> Json {
    json!(done.map(|done| days(done, due, FirstDay::Excluded)))
}

fn span_words(span: Span) -> Words {
    let (zh, en) = match span.unit {
        Unit::Hour => ("小时", "hours"),
        Unit::Day => ("天", "days"),
        Unit::Workday => ("个工作日", "working days"),
        Unit::Month => ("个月", "months"),
        Unit::Year => ("年", "years"),
    };
    words!("{0}{1}", "{0} {2}", span.n, zh, en)
}

/// Notes a due date on a weekend: the text has no roll-over.
fn weekend(due: Day, rolled: bool) -> String {
    match due.weekday_zh() {
        _ if rolled => String::new(),
        day @ ("周六" | "周日") => format!("（{day}，条文未规定顺延）"),
        _ => String::new(),
    }
}
