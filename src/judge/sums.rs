//! Primitives over many projects: who belongs, and a part of them or of their money.

use serde_json::json;

use super::eval::{Answer, Facts};
use super::outcome::Outcome;
use super::records::join_labels;
use crate::law::{Calendar, CountError, Day, Money};
use crate::pack::Scope;
use crate::pack::check::{Among, Cohort, Portion};
use crate::pack::expr::{Expr, Path};
use crate::state::{Subject, Value, View};
use crate::step::{Recorded, close, fund};
use crate::words;
use crate::words::Words;

/// The projects that a check looks at.
pub(super) struct Population<'a> {
    /// Each with what is known of it.
    pub(super) cases: Vec<View<'a>>,
    /// Those of which nobody knows whether they belong.
    pub(super) unknown: Vec<String>,
}

/// A sum, and the projects of which an amount is not known.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) fen: i128,
    pub(super) unknown: Vec<String>,
}

/// A day of a month of a year; the last of a shorter month.
pub(super) fn day_of(year: i32, month: u32, day: u32) -> Option<Day> {
    (0..4).find_map(|less| Day::new(year, month, day.checked_sub(less)?))
}

/// The first working day from a day on.
///
/// # Errors
/// Beyond the calendar.
pub(super) fn rolled(day: Day, calendar: &Calendar) -> Result<Day, CountError> {
    let mut at = day;
    while !calendar.is_workday(at)? {
        let next = at.date().succ_opt().and_then(Day::from_date);
        at = next.ok_or(CountError::OutOfRange { from: day })?;
    }
    Ok(at)
}

/// An amount in yuan.
pub(super) fn yuan(fen: i128) -> String {
    i64::try_from(fen).map_or_else(
        |_| format!("{fen}分"),
        |fen| Money::from_fen(fen).to_string(),
    )
}

impl<'a> Facts<'a> {
    /// The year of a community, a street or the district that a check looks at.
    fn year_of(&self, over: Option<Scope>) -> Option<Subject> {
        let view = self.view;
        let year = view.subject.year()?;
        let code = view.subject.community();
        match over {
            None => Some(view.subject.clone()),
            Some(Scope::CommunityYear) => Some(Subject::CommunityYear(code?.to_owned(), year)),
            Some(Scope::StreetYear) => {
                let street = view.book.street(code?)?.to_owned();
                Some(Subject::StreetYear(street, year))
            }
            Some(_) => Some(Subject::DistrictYear(year)),
        }
    }

    pub(super) fn projects(&self, among: &Among) -> Population<'a> {
        let mut population = Population {
            cases: Vec::new(),
            unknown: Vec::new(),
        };
        let Some(scope) = self.year_of(among.over) else {
            return population;
        };
        let (book, as_of) = (self.view.book, self.view.as_of);
        let ids = match among.cohort {
            Cohort::Started => book.cohort(&scope, as_of),
            Cohort::Programme => book.programme(&scope),
            Cohort::Completed => book.completed(&scope, as_of),
        };
        for id in ids {
            let view = View::new(book, id, as_of);
            let made = view
                .own()
                .any(|f| f.subject == id && f.def.stage() != "register");
            if view.withdrawn().is_some() || !made {
                continue;
            }
            match among.which.as_ref().map(|which| self.of_case(&view, which)) {
                None | Some(Answer::Yes) => population.cases.push(view),
                Some(Answer::No) => {}
                Some(Answer::Unknown(_)) => population.unknown.push(id.to_owned()),
            }
        }
        population
    }

    pub(super) fn of_case(&self, view: &View<'a>, expr: &Expr) -> Answer {
        let facts = self.of(view);
        facts.test(expr, None)
    }

    pub(super) fn amount_of(&self, view: &View<'a>, path: &Path) -> Option<Money> {
        let facts = self.of(view);
        facts.value(path)?.value.money()
    }

    /// Adds up an amount of some projects, or counts them.
    pub(super) fn added(&self, cases: &[&View<'a>], of: Option<&Path>) -> Sum {
        let mut sum = Sum::default();
        for view in cases {
            match of {
                None => sum.fen += 1,
                Some(path) => match self.amount_of(view, path) {
                    Some(amount) => sum.fen += i128::from(amount.fen()),
                    None => sum.unknown.push(view.id.clone()),
                },
            }
        }
        sum
    }

    /// True if something is recorded that a path rests on.
    fn recorded_under(&self, path: &Path) -> bool {
        match path {
            Path::Module(_) => [fund::Mix::DEF, close::Close::DEF]
                .iter()
                .any(|def| self.view.last(def).is_some()),
            path => !self.facts(path).is_empty(),
        }
    }

    /// Whether a yearly duty may still be met.
    pub(super) fn waits(&self, until: Option<(u32, u32, i32)>) -> Option<Day> {
        let (month, day, offset) = until?;
        let end = day_of(self.view.subject.year()? + offset, month, day)?;
        (self.view.as_of <= end).then_some(end)
    }

    pub(super) fn portion(&self, portion: &Portion) -> Outcome {
        let case = matches!(self.view.subject, Subject::Case(..)) && portion.among.over.is_none();
        let (part, whole, said) = if case {
            let amount = |path: &Option<Path>| {
                let path = path.as_ref()?;
                let label = self.label(path);
                Some((self.value(path).and_then(|f| f.value.money()), label))
            };
            let (Some((part, part_label)), Some((whole, whole_label))) =
                (amount(&portion.part), amount(&portion.whole))
            else {
                return Outcome::exempt(Words::default());
            };
            let (Some(part), Some(whole)) = (part, whole) else {
                // without a record there is nothing to compare yet
                let recorded = self.focus.is_some()
                    || [&portion.part, &portion.whole]
                        .into_iter()
                        .flatten()
                        .any(|path| self.recorded_under(path));
                let lacking = [(part, part_label), (whole, whole_label)];
                let lacking = lacking.into_iter().filter(|(amount, _)| amount.is_none());
                let labels = join_labels(lacking.map(|(_, label)| label));
                return if recorded {
                    Outcome::missing(labels)
                } else {
                    Outcome::waits_for(labels)
                };
            };
            let said = words!(
                "{}{}元，{}{}元",
                "{4} {1}, {5} {3} yuan",
                part_label.zh,
                part,
                whole_label.zh,
                whole,
                part_label.en,
                whole_label.en
            );
            (i128::from(part.fen()), i128::from(whole.fen()), said)
        } else {
            match self.portion_of_year(portion) {
                Ok(found) => found,
                Err(outcome) => return *outcome,
            }
        };
        let (p, q) = (i128::from(portion.ratio.0), i128::from(portion.ratio.1));
        let fits = if portion.at_most {
            part * q <= whole * p
        } else {
            part * q >= whole * p
        };
        let enough = part >= i128::try_from(portion.min).unwrap_or(0) || portion.part.is_some();
        let bound = if portion.at_most {
            Words::new("不高于", "at most")
        } else {
            Words::new("不低于", "at least")
        };
        let mut said = words!(
            "{}：应{}{}/{}（含）。",
            "{4}: {5} {2}/{3} required (inclusive).",
            said.zh,
            bound.zh,
            portion.ratio.0,
            portion.ratio.1,
            said.en,
            bound.en
        );
        if !enough {
            said = words!(
                "{}总数不少于{}个。",
                "{2} At least {1} in all.",
                said.zh,
                portion.min,
                said.en
            );
        }
        let mut outcome = if let Some(end) = self.waits(portion.until) {
            let mut pending = Outcome::pending(said);
            pending.due = Some(end);
            pending
        } else if fits && enough {
            Outcome::kept(said)
        } else {
            Outcome::broken(said)
        };
        if let Some(focus) = self.focus {
            outcome = outcome.blames([focus.fact]);
        }
        let shown = |fen: i128| {
            if portion.part.is_some() {
                json!(yuan(fen))
            } else {
                json!(i64::try_from(fen).unwrap_or(i64::MAX))
            }
        };
        outcome
            .fact("part", shown(part))
            .fact("whole", shown(whole))
            .fact("ratio", format!("{}/{}", portion.ratio.0, portion.ratio.1))
    }

    /// Part and whole over the projects of a year, with words for them.
    fn portion_of_year(&self, portion: &Portion) -> Result<(i128, i128, Words), Box<Outcome>> {
        let population = self.projects(&portion.among);
        // what a year says of projects that this one is none of says nothing of this one
        let own = matches!(self.view.subject, Subject::Case(..));
        if own && !population.cases.iter().any(|view| view.id == self.view.id) {
            return Err(Box::new(Outcome::missing(words!(
                "本项目的申报",
                "the application of this project"
            ))));
        }
        if population.cases.is_empty() && population.unknown.is_empty() {
            return Err(Box::new(Outcome::exempt(words!(
                "该年度没有这样的项目。",
                "No such project in the year."
            ))));
        }
        let all: Vec<&View<'a>> = population.cases.iter().collect();
        let (mut mine, mut unknown) = (Vec::new(), population.unknown.clone());
        for view in &all {
            match portion.part_where.as_ref().map(|e| self.of_case(view, e)) {
                None | Some(Answer::Yes) => mine.push(*view),
                Some(Answer::No) => {}
                Some(Answer::Unknown(_)) => unknown.push(view.id.clone()),
            }
        }
        let part = self.added(&mine, portion.part.as_ref());
        let whole = self.added(&all, portion.whole.as_ref());
        unknown.extend(part.unknown);
        unknown.extend(whole.unknown);
        unknown.sort();
        unknown.dedup();
        if !unknown.is_empty() && self.waits(portion.until).is_none() {
            return Err(Box::new(Outcome::missing(words!(
                "{}的类型、金额或资金构成",
                "type, amount or sources of money of {}",
                few(&unknown)
            ))));
        }
        let said = if portion.part.is_some() {
            words!(
                "{}{}元，全部{}元",
                "{3}: {1} of {2} yuan",
                portion.what.zh,
                yuan(part.fen),
                yuan(whole.fen),
                portion.what.en
            )
        } else {
            words!(
                "{}{}个，全部{}个",
                "{3}: {1} of {2}",
                portion.what.zh,
                part.fen,
                whole.fen,
                portion.what.en
            )
        };
        Ok((part.fen, whole.fen, said))
    }
}

/// Some of many names.
pub(super) fn few(names: &[String]) -> String {
    let shown = names.len().min(10);
    let more = names.len() - shown;
    let list = names[..shown].join("、");
    if more == 0 {
        list
    } else {
        format!("{list}…（+{more}）")
    }
}

/// The names of the streets of all registered communities.
pub(super) fn streets(view: &View<'_>) -> Value {
    let codes = view.book.communities().into_iter();
    let mut names: Vec<String> = codes
        .filter_map(|code| view.book.street(&code).map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    Value::List(names.into_iter().map(Value::from_text).collect())
}
