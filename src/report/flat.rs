//! The ledger as flat rows for other programs: the log, the facts in it, the cases.
//!
//! Rows are made place by place, a place being a community's programme year, so that no more of
//! a ledger is in memory than its largest year of a community.

mod cases;
mod columns;
mod public;

use std::collections::{BTreeMap, HashMap};

use chrono::DateTime;
use serde_json::{Map, Value as Json};

pub use columns::{CASES, Cell, Column, Dataset, EVENTS, FACTS, Row, Sort};

use self::public::Public;
use crate::law::{Day, Money};
use crate::ledger::{Event, Ledger};
use crate::pack::Pack;
use crate::state::{Book, Fact, Subject, Value};
use crate::step::{self, Kind};

/// What is exported, and how.
#[derive(Clone, Copy)]
pub struct Flat<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The regulation, for the amount of a case and what it keeps from the public.
    pub pack: &'a Pack,
    /// The day up to which facts count in the rows of cases.
    pub as_of: Day,
    /// Persons masked, as in the public copies of the official tables.
    pub public: bool,
}

/// The community and the programme year that a subject's identifier names.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The programme year.
    pub year: Option<i32>,
    /// Code of the community.
    pub community: Option<String>,
}

impl Place {
    /// Where a subject belongs.
    #[must_use]
    pub fn of(subject: &str) -> Self {
        let parsed = Subject::parse(subject);
        if parsed != Subject::Other {
            return Self {
                year: parsed.year(),
                community: parsed.community().map(str::to_owned),
            };
        }
        // a round, a meeting, a session: `HZ2022-R1`
        let head = subject.split('-').next().unwrap_or_default();
        match Subject::parse(head) {
            Subject::CommunityYear(code, year) if head.len() < subject.len() => Self {
                year: Some(year),
                community: Some(code),
            },
            _ => Self::default(),
        }
    }

    /// What the identifiers of the place begin with; none if it is not a community's year.
    fn prefix(&self) -> Option<(&str, String)> {
        let (code, year) = (self.community.as_deref()?, self.year?);
        Some((code, format!("{code}{year}")))
    }
}

/// Takes a row of a dataset.
pub type Taker<'t> = dyn FnMut(&'static Dataset, Row) -> anyhow::Result<()> + 't;

/// Where the events of each place stand: their chains and numbers, in the order in which they
/// are folded.
#[derive(Debug, Default)]
pub struct Places {
    origins: Vec<String>,
    places: BTreeMap<Place, Vec<(usize, i64)>>,
}

impl Places {
    /// The places, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.places.keys()
    }
}

impl Flat<'_> {
    /// Where every event of the ledger belongs.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn places(&self) -> anyhow::Result<Places> {
        let mut places = Places::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        self.ledger.reader().all(|event| {
            let next = known.len();
            let origin = *known.entry(event.origin.clone()).or_insert(next);
            if origin == next {
                places.origins.push(event.origin);
            }
            let list = places.places.entry(Place::of(&event.subject)).or_default();
            list.push((origin, event.seq));
            true
        })?;
        Ok(places)
    }

    /// Gives every row of one place: its events, by chain and number, then the facts in the same
    /// order, then its cases.
    ///
    /// # Errors
    /// If the ledger cannot be read, or as `take` says.
    pub fn rows(&self, places: &Places, place: &Place, take: &mut Taker<'_>) -> anyhow::Result<()> {
        let reader = self.ledger.reader();
        let mut events = Vec::new();
        for &(origin, seq) in places.places.get(place).into_iter().flatten() {
            events.extend(reader.at(&places.origins[origin], seq)?);
        }
        let mut book = Book::new()
            .with_aliases(reader.aliases()?)
            .of_chain(reader.own()?);
        book.extend(events.iter().cloned());
        let mut public = self.public.then(|| Public::new(self, &book));
        events.sort_by(|a, b| (&a.origin, a.seq).cmp(&(&b.origin, b.seq)));
        for event in events {
            take(&EVENTS, event_row(event, public.as_mut()))?;
        }
        let mut facts: Vec<&Fact> = book.facts().iter().collect();
        facts.sort_by_key(|fact| &fact.key);
        for fact in facts {
            fact_rows(fact, public.as_mut(), take)?;
        }
        if let Some((code, prefix)) = place.prefix() {
            let mut book = Book::new();
            book.extend(reader.of_prefix(&prefix)?);
            book.extend(reader.of_subject(code)?);
            let mut public = self.public.then(|| Public::new(self, &book));
            for case in cases::cases(&book, &prefix, self.as_of) {
                take(&CASES, cases::row(&case, self.pack, public.as_mut()))?;
            }
        }
        Ok(())
    }
}

fn event_row(event: Event, public: Option<&mut Public<'_>>) -> Row {
    let values: Map<String, Json> = serde_json::from_str(&event.payload).unwrap_or_default();
    let amount = step::find(&event.step)
        .and_then(|def| def.field("amount"))
        .filter(|field| field.kind == Kind::Money)
        .and_then(|_| values.get("amount")?.as_str()?.parse::<Money>().ok());
    let hash = match public {
        Some(_) => Cell::None,
        None => Cell::Digest(event.hash),
    };
    let (actor, payload) = match public {
        Some(public) => public.event(&event, values),
        None => (event.actor.clone(), event.payload.clone()),
    };
    let masked = (&actor, &payload) != (&event.actor, &event.payload);
    let instant = DateTime::parse_from_rfc3339(&event.recorded_at);
    vec![
        Cell::Text(event.origin),
        Cell::Whole(event.seq),
        Cell::Text(event.step),
        Cell::Text(event.subject),
        event.occurred.parse().map_or(Cell::None, day),
        instant.map_or(Cell::None, |at| Cell::Instant(at.timestamp_micros())),
        amount.map_or(Cell::None, |amount| Cell::Whole(amount.fen())),
        Cell::Flag(masked),
        Cell::Text(event.occurred),
        Cell::Text(event.recorded_at),
        Cell::Text(actor),
        Cell::Text(payload),
        hash,
    ]
}

/// A row for each value of a fact, corrections applied.
fn fact_rows(
    fact: &Fact,
    mut public: Option<&mut Public<'_>>,
    take: &mut Taker<'_>,
) -> anyhow::Result<()> {
    for (index, field) in fact.def.fields.iter().enumerate() {
        for (number, value) in fact.values[index].items().iter().enumerate() {
            if value.is_none() {
                continue;
            }
            let (person, role) = match value {
                Value::Member(person) => (Some(&*person.who), Some(&*person.role)),
                Value::Text(token) if field.kind == Kind::Personal => (Some(&**token), None),
                _ => (None, None),
            };
            let text = match (value, public.as_deref_mut()) {
                (value, Some(public)) => public.value(fact, index, value),
                (_, None) if person.is_some() => person.unwrap_or_default().to_owned(),
                (value, None) => text_of(value),
            };
            let mut row = vec![
                Cell::Text(fact.key.origin.to_string()),
                Cell::Whole(fact.key.seq),
                Cell::Text(fact.def.id.to_owned()),
                Cell::Text(fact.subject.clone()),
                fact.occurred.map_or(Cell::None, day),
                Cell::Text(field.name.to_owned()),
                Cell::Whole(i64::try_from(number)? + 1),
                Cell::Text(kind(field.kind).to_owned()),
                Cell::Text(text),
            ];
            row.push(value.money().map_or(Cell::None, |m| Cell::Whole(m.fen())));
            row.push(value.count().map_or(Cell::None, Cell::Whole));
            row.push(value.day().map_or(Cell::None, day));
            row.push(match value {
                Value::Flag(flag) => Cell::Flag(*flag),
                _ => Cell::None,
            });
            row.push(role.map_or(Cell::None, |role| Cell::Text(role.to_owned())));
            row.push(Cell::Flag(!fact.amended.is_empty()));
            row.push(Cell::Flag(fact.struck));
            take(&FACTS, row)?;
        }
    }
    Ok(())
}

/// A value as canonical text.
fn text_of(value: &Value) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Count(number) => number.to_string(),
        Value::Money(money) => money.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Moment(moment) => moment.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Member(person) => person.who.to_string(),
        Value::None | Value::List(_) => String::new(),
    }
}

/// The name of a kind of value in the rows.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Term => "term",
        Kind::Ref => "ref",
        Kind::Code => "code",
        Kind::Day => "date",
        Kind::Moment => "moment",
        Kind::Money => "money",
        Kind::Count => "count",
        Kind::Flag => "flag",
        Kind::Personal => "person",
        Kind::Member => "member",
    }
}

/// A day as a cell: days since 1970.
fn day(day: Day) -> Cell {
    Cell::Day(day.date().to_epoch_days())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_has_its_place() {
        let place = |year, code: &str| Place {
            year,
            community: (!code.is_empty()).then(|| code.to_owned()),
        };
        for (subject, expected) in [
            ("HZ2022-007", place(Some(2022), "HZ")),
            ("HZ2022-D0123", place(Some(2022), "HZ")),
            ("HZ2022-R1", place(Some(2022), "HZ")),
            ("HZ2022", place(Some(2022), "HZ")),
            ("HZ", place(None, "HZ")),
            ("粤海街道2022", place(Some(2022), "")),
            ("粤海街道", place(None, "")),
            ("异常名录", place(None, "")),
            ("HZ.1", place(None, "")),
            ("", place(None, "")),
        ] {
            assert_eq!(Place::of(subject), expected, "{subject}");
        }
    }

    #[test]
    fn days_count_from_1970() {
        for (text, expected) in [("1990-01-01", 7305), ("2022-03-01", 19052)] {
            assert_eq!(day(text.parse().unwrap()), Cell::Day(expected));
        }
    }
}
