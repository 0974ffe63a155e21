//! Gathering the facts that bear on new events: only their subjects, never the whole log.

use std::collections::BTreeSet;

use super::alike::{Group, Grouped};
use super::numbered::Numbered;
use super::touch::Touched;
use crate::ledger::{Event, read::Reader};
use crate::pack::Pack;
use crate::state::subject::{BLOCKED, COMMUNITIES, DISTRICT, INTERESTS};
use crate::state::{Book, EventKey, Subject};
use crate::step::{Recorded, conflict};

/// What a step touches, loaded.
pub(super) struct Gathered {
    pub(super) book: Book,
    /// Subjects to judge.
    pub(super) subjects: BTreeSet<String>,
    /// The events that the steps add or change.
    pub(super) changed: Vec<EventKey>,
    /// The book without the new events, if one of them takes something away.
    pub(super) before: Option<Book>,
    /// Years of communities of which only the steps that can be blamed are loaded.
    pub(super) years: BTreeSet<String>,
    /// New demands of which one is judged for all.
    pub(super) groups: Vec<Group>,
    /// How many events are new.
    pub(super) events: usize,
    /// The steps of the new events.
    steps: BTreeSet<&'static str>,
    /// Corrections and withdrawals: the new event, the event it aims at, its subject.
    aims: Vec<(EventKey, EventKey, String)>,
}

impl Gathered {
    /// The events that a reason given with this one may answer for.
    pub(super) fn targets(&self, event: &EventKey) -> Vec<EventKey> {
        let aimed = self
            .aims
            .iter()
            .filter(|(by, ..)| by == event)
            .map(|(_, at, _)| at.clone());
        aimed.chain([event.clone()]).collect()
    }

    /// The steps of the events that are added or changed.
    pub(super) fn steps(&self) -> BTreeSet<&'static str> {
        let aimed = self.aims.iter();
        let aimed = aimed.filter_map(|(_, at, _)| self.book.place(at));
        let mut steps = self.steps.clone();
        steps.extend(aimed.map(|index| self.book.fact(index).def.id));
        steps
    }

    /// True if this event took something away from the subject.
    pub(super) fn struck_by(&self, event: &EventKey, subject: &str) -> bool {
        self.before.is_some()
            && self
                .aims
                .iter()
                .any(|(by, _, of)| by == event && of == subject)
    }
}

/// Loads the subjects of new events and what they rest on.
pub(super) fn gather(
    reader: Reader<'_>,
    pack: &Pack,
    events: &[Event],
    touched: Touched,
    numbered: &Numbered,
) -> anyhow::Result<Gathered> {
    let Touched {
        subjects: mut touching,
        changed,
        aims,
        years,
        streets,
        contracts,
        supervised,
        takes_away,
        mut facts,
        steps,
        ..
    } = touched;
    let first = events.first().map_or(0, |event| event.id);
    let mut book = Book::new()
        .with_aliases(reader.aliases()?)
        .of_chain(reader.own()?);
    let mut shared = BTreeSet::new();
    if let Some(own) = reader.own()? {
        reader.lines_of_subject(&own, |line| book.take_line(line))?;
    }
    let mut grouped = Grouped::default();
    let mut subjects = BTreeSet::new();
    touching.sort_unstable();
    touching.dedup();
    for run in touching.chunk_by_mut(|one, other| one.0 == other.0) {
        let subject = std::mem::take(&mut run[0].0);
        let places: Vec<usize> = run.iter().filter_map(|(_, place)| *place).collect();
        let new =
            !places.is_empty() && (numbered.is_new(&subject) || !reader.knew(&subject, first)?);
        if let ([place], true) = (&places[..], new)
            && let Some(group) = facts[*place].group
        {
            if facts[*place].fact.is_none() {
                grouped.other(group, subject);
                continue;
            }
            grouped.judged(group, &subject);
        }
        if new && places.iter().all(|place| facts[*place].is_whole()) {
            // what is new altogether need not be read again; a fact that was taken for another
            // subject is there already
            let facts = places.iter().filter_map(|place| facts[*place].fact.take());
            facts.for_each(|fact| book.take_fact(*fact));
            load_around(reader, &mut book, &subject, &mut shared)?;
        } else {
            load_with(reader, &mut book, &subject, &mut shared)?;
        }
        subjects.insert(subject);
    }
    let (groups, alone) = grouped.done();
    for subject in alone {
        load_with(reader, &mut book, &subject, &mut shared)?;
        subjects.insert(subject);
    }
    if pack.looks_around() {
        load_siblings(reader, &mut book, &subjects)?;
    }
    for (subject, steps) in &years {
        let steps: Vec<&str> = steps.iter().copied().collect();
        book.extend(reader.of_prefix_steps(subject, &steps)?);
        if let Some(code) = Subject::parse(subject).community()
            && shared.insert(code.to_owned())
        {
            reader.lines_of_subject(code, |line| book.take_line(line))?;
        }
    }
    let before = if takes_away {
        Some(book_before(reader, events, &subjects)?)
    } else {
        None
    };
    load_contracts(reader, &mut book, contracts)?;
    // who has no interest in anybody has no conflict
    if book.of_step(conflict::Interest::DEF).next().is_some() {
        for (code, year) in supervised {
            load_neighbours(reader, &mut book, &code, year)?;
        }
    }
    for street in &streets {
        load_street(reader, &mut book, street)?;
    }
    Ok(Gathered {
        book,
        subjects,
        changed,
        before,
        years: years.into_keys().chain(streets).collect(),
        groups,
        events: events.len(),
        steps,
        aims,
    })
}

/// The other cases of the years of some cases.
fn load_siblings(
    reader: Reader<'_>,
    book: &mut Book,
    subjects: &BTreeSet<String>,
) -> anyhow::Result<()> {
    let years: BTreeSet<String> = subjects
        .iter()
        .filter_map(|id| match Subject::parse(id) {
            Subject::Case(code, year) => Some(format!("{code}{year}")),
            _ => None,
        })
        .collect();
    for year in years {
        for digit in 0..=9 {
            book.extend(reader.of_prefix(&format!("{year}-{digit}"))?);
        }
    }
    Ok(())
}

/// The subjects without the new events.
fn book_before(
    reader: Reader<'_>,
    events: &[Event],
    subjects: &BTreeSet<String>,
) -> anyhow::Result<Book> {
    let first = events.iter().map(|event| event.id).min();
    let before = Book::before(first.unwrap_or(i64::MAX));
    let mut before = before
        .with_aliases(reader.aliases()?)
        .of_chain(reader.own()?);
    let mut seen = BTreeSet::new();
    for subject in subjects {
        load_with(reader, &mut before, subject, &mut seen)?;
    }
    Ok(before)
}

/// Who takes the cases of the same street around a year: what conflicts of interest rest on.
fn load_neighbours(
    reader: Reader<'_>,
    book: &mut Book,
    code: &str,
    year: i32,
) -> anyhow::Result<()> {
    const STEPS: [&str; 9] = [
        "implement.contract",
        "implement.commission",
        "implement.complete",
        "implement.determine",
        "implement.emergency",
        "implement.start",
        "shortlist.candidate",
        "shortlist.plan",
        "withdraw",
    ];
    reader.lines_of_subject(COMMUNITIES, |line| book.take_line(line))?;
    let street = book.street(code).map(str::to_owned);
    let near: Vec<String> = book
        .communities()
        .into_iter()
        .filter(|other| book.street(other).map(str::to_owned) == street)
        .collect();
    for other in near {
        for year in year - 1..=year + 1 {
            for digit in 0..=9 {
                let prefix = format!("{other}{year}-{digit}");
                book.extend(reader.of_prefix_steps(&prefix, &STEPS)?);
            }
        }
    }
    Ok(())
}

/// What is recorded of a street's year itself, with what its body contracted out in it.
fn load_street(reader: Reader<'_>, book: &mut Book, id: &str) -> anyhow::Result<()> {
    let events = reader.of_prefix(id)?;
    let cases: BTreeSet<String> = events
        .iter()
        .filter(|event| event.step == "implement.commission")
        .map(|event| event.subject.clone())
        .collect();
    book.extend(events);
    if let Subject::StreetYear(street, _) = Subject::parse(id) {
        reader.lines_of_subject(&street, |line| book.take_line(line))?;
    }
    for case in cases {
        book.extend(reader.of_prefix_steps(&case, &["implement.determine", "withdraw"])?);
        if let Some(code) = Subject::parse(&case).community() {
            reader.lines_of_subject(code, |line| book.take_line(line))?;
        }
    }
    Ok(())
}

/// The contracts of some communities around some programme years, for sums over a year.
fn load_contracts(
    reader: Reader<'_>,
    book: &mut Book,
    contracts: BTreeSet<(String, i32)>,
) -> anyhow::Result<()> {
    for (code, year) in contracts {
        for year in year - 1..=year + 1 {
            for digit in 0..=9 {
                let prefix = format!("{code}{year}-{digit}");
                book.extend(reader.of_prefix_steps(&prefix, &["implement.contract", "withdraw"])?);
            }
        }
    }
    Ok(())
}

/// Loads one subject with all it rests on, the ledger's own facts included.
pub(super) fn load(reader: Reader<'_>, book: &mut Book, subject: &str) -> anyhow::Result<()> {
    if let Some(own) = reader.own()? {
        reader.lines_of_subject(&own, |line| book.take_line(line))?;
    }
    let parsed = Subject::parse(subject);
    if matches!(parsed, Subject::StreetYear(..) | Subject::DistrictYear(_)) {
        // a street's year rests on every project of it
        reader.lines(|event| book.take_line(event))?;
        return Ok(());
    }
    load_with(reader, book, subject, &mut BTreeSet::new())?;
    if let Subject::Case(code, year) = parsed {
        load_neighbours(reader, book, &code, year)?;
        for year in year - 1..=year + 1 {
            book.extend(reader.of_prefix(&format!("{code}{year}-E"))?);
            for digit in 0..=9 {
                book.extend(reader.of_prefix(&format!("{code}{year}-{digit}"))?);
            }
        }
    }
    Ok(())
}

pub(super) fn load_with(
    reader: Reader<'_>,
    book: &mut Book,
    subject: &str,
    shared: &mut BTreeSet<String>,
) -> anyhow::Result<()> {
    let parsed = Subject::parse(subject);
    match &parsed {
        Subject::CommunityYear(..) => book.extend(reader.of_prefix(subject)?),
        _ => reader.lines_of_subject(subject, |line| book.take_line(line))?,
    }
    load_around(reader, book, subject, shared)
}

/// Loads what a subject rests on, beside what concerns it.
fn load_around(
    reader: Reader<'_>,
    book: &mut Book,
    subject: &str,
    shared: &mut BTreeSet<String>,
) -> anyhow::Result<()> {
    let parsed = Subject::parse(subject);
    if let Some(code) = parsed.community() {
        // what many subjects rest on is read once
        if !shared.contains(code) {
            shared.insert(code.to_owned());
            reader.lines_of_subject(code, |line| book.take_line(line))?;
            if let Some(street) = book.street(code).map(str::to_owned) {
                reader.lines_of_subject(&street, |line| book.take_line(line))?;
            }
        }
    }
    if let Subject::StreetYear(street, _) = &parsed {
        reader.lines_of_subject(street, |line| book.take_line(line))?;
    }
    if matches!(parsed, Subject::Case(..)) {
        for list in [BLOCKED, INTERESTS, DISTRICT] {
            if shared.insert(list.to_owned()) {
                reader.lines_of_subject(list, |line| book.take_line(line))?;
            }
        }
        let links: Vec<String> = book.links(subject).into_iter().map(str::to_owned).collect();
        for link in links {
            if !shared.insert(link.clone()) {
                continue;
            }
            book.extend(reader.about(&link)?);
            // the meetings that studied a demand, for a case that names none
            if matches!(Subject::parse(&link), Subject::Demand(..)) {
                reader.lines_of_subject(&link, |line| book.take_line(line))?;
            }
        }
    }
    Ok(())
}
