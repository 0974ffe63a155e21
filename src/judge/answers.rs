//! Primitives over hours, over questionnaires, over the time between records, over seasons.

use super::dates::Clock;
use super::eval::{Answer, Facts, path_id};
use super::outcome::Outcome;
use super::sums::day_of;
use crate::law::{Day, FirstDay, Moment, days};
use crate::pack::check::{IfMissing, Lag, Season, Tally};
use crate::pack::expr::Path;
use crate::state::{Fact, Value};
use crate::words;
use crate::words::Words;

/// Minutes of an hour and of a day.
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

impl<'a> Facts<'a> {
    fn moments(&self, path: &Path) -> Option<(Moment, &'a Fact)> {
        let found = self.last_of(path)?;
        Some((found.value.moment()?, found.fact?))
    }

    /// Something must happen within so many hours; where only the day is known, a day that
    /// must be in time passes, one that cannot be breaks, any other is not known.
    pub(super) fn hours(&self, clock: &Clock<'_>) -> Outcome {
        let Clock { from, to, .. } = *clock;
        let n = clock.within.n;
        let (from_label, to_label) = (self.label(from), self.label(to));
        let start = self.started(clock);
        let end = self.stopped(clock, start.map(|(day, _)| day));
        let minute = |path: &Path, (day, fact): (Day, &'a Fact)| {
            let moment = match path {
                Path::Field(def, index) if fact.def == *def => fact.values[*index].moment(),
                _ => None,
            };
            (moment.unwrap_or(Moment::of_day(day)), fact)
        };
        let end = end.map(|end| minute(to, end));
        let Some((start, start_fact)) = start.map(|start| minute(from, start)) else {
            return match end {
                Some((_, fact)) => Outcome::missing(from_label).uses([fact]),
                None => Outcome::waits_for(from_label),
            };
        };
        let limit = n * HOUR;
        let due = Day::from_date(
            start.day().date() + chrono::Duration::minutes(start.span().1 % DAY + limit),
        );
        let due = due.unwrap_or(Day::MAX);
        let said = |end: Moment, verdict: &Words| {
            words!(
                "{}为{}，{}为{}，应在{}小时以内：{}。",
                "{6} {1}, {7} {3}, within {4} hours: {8}.",
                from_label.zh,
                plain(start),
                to_label.zh,
                plain(end),
                n,
                verdict.zh,
                from_label.en,
                to_label.en,
                verdict.en
            )
        };
        let outcome = match end {
            None if self.view.as_of > due => Outcome::broken(words!(
                "至{}没有{}（{}之后{}小时以内）。",
                "No {4} by {0} (within {3} hours after {2}).",
                self.view.as_of,
                to_label.zh,
                plain(start),
                n,
                to_label.en
            )),
            None => Outcome::pending(words!(
                "尚无{}（{}之后{}小时以内）。",
                "No {3} yet (within {2} hours after {1}).",
                to_label.zh,
                plain(start),
                n,
                to_label.en
            )),
            Some((end, fact)) => {
                let (begun, done) = (start.span(), end.span());
                let (least, longest) = (done.0 - begun.1, done.1 - begun.0);
                if longest < 0 {
                    Outcome::missing(words!(
                        "可信的{}（{}早于{}）",
                        "a credible {3} ({1} is before {2})",
                        to_label.zh,
                        plain(end),
                        plain(start),
                        to_label.en
                    ))
                } else if longest <= limit {
                    Outcome::kept(said(end, &Words::new("在期限内", "in time")))
                } else if least > limit {
                    Outcome::broken(said(end, &Words::new("已超过", "too late"))).blames([fact])
                } else {
                    Outcome::missing(words!(
                        "{}、{}的时和分（只有日期，无法判断{}小时）",
                        "hour and minute of {3} and {4} (the days alone do not tell {2} hours)",
                        from_label.zh,
                        to_label.zh,
                        n,
                        from_label.en,
                        to_label.en
                    ))
                }
                .uses([fact])
            }
        };
        self.show(
            outcome.uses([start_fact]).due(due),
            &[from.clone(), to.clone()],
        )
    }

    /// The rows of a table of answers add up to the number of those who answered.
    pub(super) fn tally(&self, tally: &Tally) -> Outcome {
        let mut parts = Vec::new();
        for fact in self.records(tally.of) {
            let found = match fact.values[tally.total].count() {
                None => Outcome::missing(self.label(&Path::Field(tally.of, tally.total))),
                Some(number) => self.tallied(tally, fact, number),
            };
            parts.push(found.blames([fact]));
        }
        Outcome::join(parts)
            .unwrap_or_else(|| Outcome::waits_for(super::eval::step_label(tally.of)))
    }

    fn tallied(&self, tally: &Tally, fact: &Fact, number: i64) -> Outcome {
        let blanks = fact.values[tally.blanks] == Value::Flag(true);
        let answers: Vec<&Fact> = self.view.facts(tally.answers).collect();
        let mut wrong = Vec::new();
        if !answers.is_empty() && i64::try_from(answers.len()) != Ok(number) {
            wrong.push(words!(
                "参与人数{}，答卷{}份。",
                "{} people, {} questionnaires.",
                number,
                answers.len()
            ));
        }
        for &row in &tally.rows {
            let field = &tally.of.fields[row];
            let counts: Vec<i64> = fact.values[row]
                .items()
                .iter()
                .filter_map(Value::count)
                .collect();
            if counts.is_empty() {
                return Outcome::missing(self.label(&Path::Field(tally.of, row)));
            }
            let sum: i64 = counts.iter().fold(0, |sum, n| sum.saturating_add(*n));
            let open = blanks && row != tally.full;
            if counts.len() != tally.levels.len() || sum > number || (sum < number && !open) {
                wrong.push(words!(
                    "“{}”{}档合计{}，参与人数{}。",
                    "{4}: {1} levels, {2} in all, {3} people.",
                    field.heading,
                    counts.len(),
                    sum,
                    number,
                    field.name
                ));
            }
            if answers.is_empty() {
                continue;
            }
            let given: Vec<i64> = tally
                .levels
                .iter()
                .map(|level| {
                    let same = |a: &&&Fact| a.value(field.name).text() == Some(level);
                    i64::try_from(answers.iter().filter(same).count()).unwrap_or(i64::MAX)
                })
                .collect();
            if given != counts {
                let list = |counts: &[i64]| {
                    let texts: Vec<String> = counts.iter().map(i64::to_string).collect();
                    texts.join("、")
                };
                wrong.push(words!(
                    "“{}”填{}，答卷为{}。",
                    "{3}: {1} entered, the questionnaires give {2}.",
                    field.heading,
                    list(&counts),
                    list(&given),
                    field.name
                ));
            }
        }
        let answered = if wrong.is_empty() {
            Outcome::kept(words!("各项合计与参与人数一致。", "Every row adds up."))
        } else {
            Outcome::broken(Words::join(&wrong))
        };
        answered.fact("answered", number)
    }

    /// The time between two records, shown and never judged.
    pub(super) fn lag(&self, lag: &Lag) -> Outcome {
        let (Some((from, a)), Some((to, b))) = (self.moments(&lag.from), self.moments(&lag.to))
        else {
            let lacks = [&lag.from, &lag.to].into_iter();
            let lacks = lacks.filter(|path| self.moments(path).is_none());
            return Outcome::waits_for(super::records::join_labels(lacks.map(|p| self.label(p))));
        };
        let (first, last) = (from.span(), to.span());
        let exact = first.0 == first.1 && last.0 == last.1;
        let minutes = last.0 - first.0;
        let took = if exact {
            words!(
                "{}小时{}分",
                "{} h {} min",
                minutes / HOUR,
                (minutes % HOUR).abs()
            )
        } else {
            words!(
                "{0}天",
                "{0} days",
                days(from.day(), to.day(), FirstDay::Excluded)
            )
        };
        Outcome::kept(words!(
            "自{}（{}）至{}（{}）计{}；条文没有写明期限，只作参考。",
            "From {5} ({1}) to {6} ({3}): {7}; the text sets no limit.",
            self.label(&lag.from).zh,
            plain(from),
            self.label(&lag.to).zh,
            plain(to),
            took.zh,
            self.label(&lag.from).en,
            self.label(&lag.to).en,
            took.en
        ))
        .uses([a, b])
        .fact("took", took.en)
    }

    /// A record within a season of the year.
    pub(super) fn season(&self, season: &Season) -> Outcome {
        let Some(year) = self.view.subject.year() else {
            return Outcome::exempt(Words::default());
        };
        let (Some(first), Some(last)) = (
            day_of(year, season.from.0, season.from.1),
            day_of(year, season.to.0, season.to.1),
        ) else {
            return Outcome::missing(words!("年度", "year"));
        };
        let label = if season.what.is_empty() {
            self.label(&season.of)
        } else {
            season.what.told()
        };
        let mut dates = self.dates(&season.of);
        let filter = season.filter.as_ref();
        dates.retain(|(_, fact)| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes));
        let inside = dates.iter().find(|(day, _)| first <= *day && *day <= last);
        let outcome = match (inside, dates.last()) {
            (Some((day, fact)), _) => Outcome::kept(words!(
                "{}为{}，在{}至{}之内。",
                "{4} is {1}, within {2} to {3}.",
                label.zh,
                day,
                first,
                last,
                label.en
            ))
            .uses([*fact]),
            (None, Some((day, fact))) => Outcome::broken(words!(
                "{}为{}，不在{}至{}之内。",
                "{4} is {1}, not within {2} to {3}.",
                label.zh,
                day,
                first,
                last,
                label.en
            ))
            .blames([*fact]),
            (None, None) if self.view.as_of <= last => Outcome::pending(words!(
                "尚无{}（{}至{}）。",
                "No {3} yet ({1} to {2}).",
                label.zh,
                first,
                last,
                label.en
            )),
            (None, None) if season.if_missing == IfMissing::Breach => Outcome::broken(words!(
                "没有{}（{}至{}）。",
                "No {3} ({1} to {2}).",
                label.zh,
                first,
                last,
                label.en
            )),
            (None, None) => Outcome::missing(label),
        };
        outcome
            .due(last)
            .fact("from", first.to_string())
            .fact("to", last.to_string())
            .fact(
                &path_id(self.pack, &season.of),
                dates.last().map_or(String::new(), |(d, _)| d.to_string()),
            )
    }
}

/// A moment as people read it.
fn plain(moment: Moment) -> String {
    moment.to_string().replace('T', " ")
}
