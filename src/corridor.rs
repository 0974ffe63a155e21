//! The corridor that every step walks: complete, append, fold, judge, then commit or
//! roll back, in one transaction.
//!
//! Log and state cannot part, two clerks cannot race, and a refused step leaves nothing
//! behind. [`record`] is the whole of it.

mod aim;
mod alike;
mod append;
mod books;
mod complete;
mod gather;
mod judging;
mod known;
mod numbered;
pub mod quarters;
mod reasons;
mod refs;
mod shelf;
mod touch;
pub mod union;

use std::collections::HashMap;

use crate::judge::Finding;
use crate::law::Day;
use crate::ledger::{Draft, Event, Ledger, Writer};
use crate::pack::Pack;
use crate::state::{Book, EventKey, Value};
use crate::step::{Recorded, Step, general};
use crate::words::Words;

pub use books::{book_of, book_of_steps, book_where, whole_book};
pub use complete::Incomplete;
use reasons::{Given, explain};
pub use refs::numbers;

/// One step on its way to the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The step as read.
    pub step: Step,
    /// Where it comes from, for messages: a file's line, a sheet's row.
    pub place: Option<String>,
    /// Reasons given for breaches: rule and text.
    pub reasons: Vec<(String, String)>,
    /// Record it although the very same record stands in the ledger.
    pub again: bool,
}

impl Entry {
    /// A step without a place or reasons.
    #[must_use]
    pub fn new(step: Step) -> Self {
        Self {
            step,
            place: None,
            reasons: Vec::new(),
            again: false,
        }
    }
}

/// How steps are recorded.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Who records.
    pub actor: String,
    /// UTC time of recording.
    pub now: String,
    /// The calendar day of the recording.
    pub today: Day,
    /// The day up to which the steps are judged.
    pub as_of: Day,
    /// Record what happened without gates.
    pub as_is: bool,
    /// Say what would happen, change nothing.
    pub dry_run: bool,
}

/// What was recorded.
#[derive(Debug, Default)]
pub struct Receipt {
    /// The events, in order.
    pub events: Vec<Event>,
    /// Entries that stood in the ledger already, with the subject they stand under.
    pub known: Vec<String>,
    /// Breaches that these steps make and that were recorded all the same.
    pub breaches: Vec<Finding>,
    /// Rules that ask for a field which a new record leaves blank, where one to three are new.
    pub blanks: Vec<Finding>,
    /// Reasons that matched no breach: rule and text.
    pub unmatched: Vec<(String, String)>,
    /// How many facts were read to judge the steps.
    pub read: usize,
    /// When the event before these was recorded, if the clock has gone back since.
    pub clock_back: Option<String>,
}

/// Why nothing was recorded.
#[derive(Debug)]
pub enum Refusal {
    /// Values that cannot be completed or that name what is not there.
    Input(Vec<Incomplete>),
    /// New breaches without a reason, with the places they come from.
    Breach(Vec<(Finding, Option<String>)>),
}

/// Records steps: all of them or none.
///
/// # Errors
/// If the ledger cannot be read or written; a [`Refusal`] is no error but an answer.
pub fn record(
    ledger: &mut Ledger,
    pack: &Pack,
    entries: Vec<Entry>,
    terms: &Terms,
) -> anyhow::Result<Result<Receipt, Refusal>> {
    record_telling(ledger, pack, entries, terms, &|_| ())
}

/// As [`record`], telling how many events have been appended so far.
///
/// # Errors
/// As [`record`].
pub fn record_telling(
    ledger: &mut Ledger,
    pack: &Pack,
    entries: Vec<Entry>,
    terms: &Terms,
    tell: &dyn Fn(usize),
) -> anyhow::Result<Result<Receipt, Refusal>> {
    let mut writer = ledger.write(&terms.actor, &terms.now)?;
    let mut entries = entries;
    if let Some(step) = rebound(&writer, pack, terms)? {
        entries.insert(0, Entry::new(step));
    }
    let Prepared {
        drafts,
        known,
        numbered,
    } = match prepare(&writer, pack, entries, terms)? {
        Ok(prepared) => prepared,
        Err(problems) => {
            writer.roll_back()?;
            return Ok(Err(Refusal::Input(problems)));
        }
    };
    let mut receipt = Receipt {
        known,
        ..Receipt::default()
    };
    receipt.clock_back = writer.clock_went_back().map(str::to_owned);
    let day = |ready: &Ready| ready.0.occurred.parse().ok();
    let last = drafts.iter().filter_map(day).max();
    let as_of = last.map_or(terms.as_of, |last: Day| terms.as_of.max(last));
    let append::Appended {
        events,
        places,
        reasons,
        refs,
        touched,
    } = append::append(&mut writer, pack, drafts, tell)?;
    receipt.events = events;
    let missing = refs.dangling(writer.reader())?;
    if !missing.is_empty() {
        writer.roll_back()?;
        return Ok(Err(Refusal::Input(missing)));
    }
    let mut gathered = gather::gather(writer.reader(), pack, &receipt.events, touched, &numbered)?;
    gathered.judge_groups(writer.reader(), pack, as_of)?;
    receipt.read = gathered.read();
    let judge = || judging::judged(pack, &gathered, as_of);
    // if nothing is to be appended after them, many events are read back meanwhile
    let aside = receipt.events.len() >= judging::MANY && reasons.is_empty() && !terms.dry_run;
    let ((mut caused, blanks), read_back) = if aside {
        std::thread::scope(|scope| {
            let judging = scope.spawn(judge);
            let read_back = writer.check(&receipt.events);
            let judged = judging.join();
            let judged = judged.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (judged, read_back)
        })
    } else {
        (judge(), Ok(()))
    };
    receipt.blanks = blanks;
    // where the text names the filing that justifies, no other reason does
    let free = |rule: &str| pack.rule(rule).is_none_or(|r| r.justified_by.is_none());
    let (reasons, idle): (Vec<Given>, Vec<Given>) =
        reasons.into_iter().partition(|given| free(&given.rule));
    receipt
        .unmatched
        .extend(idle.into_iter().map(|given| (given.rule, given.text)));
    explain(
        &mut writer,
        &mut receipt,
        &mut caused,
        &reasons,
        &gathered,
        terms,
    )?;
    if !terms.as_is && caused.iter().any(Finding::blocks) {
        writer.roll_back()?;
        caused.retain(Finding::blocks);
        let places = receipt.events.iter().map(key).zip(places);
        let places: HashMap<EventKey, Option<String>> = places.collect();
        return Ok(Err(Refusal::Breach(
            caused
                .into_iter()
                .map(|finding| {
                    let place = finding
                        .causes
                        .iter()
                        .find_map(|key| places.get(key).cloned().flatten());
                    (finding, place)
                })
                .collect(),
        )));
    }
    receipt.breaches = caused;
    if terms.dry_run {
        writer.roll_back()?;
    } else {
        read_back?;
        writer.commit_all(&receipt.events)?;
    }
    Ok(Ok(receipt))
}

/// The event that says that the bound pack's files are no longer those of the last one.
fn rebound(writer: &Writer<'_>, pack: &Pack, terms: &Terms) -> anyhow::Result<Option<Step>> {
    let reader = writer.reader();
    let Some(own) = reader.own()? else {
        return Ok(None);
    };
    let mut book = Book::new();
    let mut events = reader.of_subject(&own)?;
    events.retain(|event| event.subject == own);
    book.extend(events);
    let opened = book.of_step(general::Init::DEF).last();
    let bound = opened.and_then(|init| init.value("regime").text());
    let of_bind = book
        .of_step(general::Bind::DEF)
        .last()
        .map(|bind| bind.value("pack_sha256"));
    let sha = of_bind.or(opened.map(|init| init.value("pack_sha256")));
    let changed = sha
        .and_then(Value::text)
        .is_some_and(|sha| sha != pack.sha256);
    if bound != Some(&pack.source) || !changed {
        return Ok(None);
    }
    let step = Step::of(&general::Bind {
        ledger: Some(own),
        pack: pack.source.clone(),
        pack_sha256: pack.sha256.clone(),
        date: Some(terms.today),
    })?;
    Ok(Some(step))
}

/// A step that is ready to be appended, with the place it comes from and the reasons given.
type Ready = (Draft, Option<String>, Vec<(String, String)>);

/// Steps that are ready to be appended.
struct Prepared {
    drafts: Vec<Ready>,
    /// Subjects of entries that stand in the ledger already.
    known: Vec<String>,
    /// The numbers that were free before.
    numbered: numbered::Numbered,
}

/// Completes every entry and leaves out those that the ledger holds already.
fn prepare(
    writer: &Writer<'_>,
    pack: &Pack,
    entries: Vec<Entry>,
    terms: &Terms,
) -> anyhow::Result<Result<Prepared, Vec<Incomplete>>> {
    let reader = writer.reader();
    let mut completer = complete::Completer::new(reader, pack, terms.today);
    let mut known = known::Known::new(reader);
    let (mut drafts, mut already, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        // a demand or a contact given by hand is meant; all else is compared with the ledger
        let by_hand = matches!(entry.step.def.id, "collect.demand" | "collect.contact");
        let listed = entry.place.is_some() || !by_hand || complete::has_own_subject(&entry.step);
        if listed
            && !entry.again
            && let Some(subject) = known.find(&entry.step)?
        {
            already.push(subject);
            continue;
        }
        let unknown_rules = complete::unknown_rules(pack, &entry);
        match completer.complete(entry.step, entry.place.as_deref())? {
            Ok(draft) if unknown_rules.is_empty() => {
                drafts.push((draft, entry.place, entry.reasons));
            }
            Ok(_) => {}
            Err(more) => problems.extend(more),
        }
        problems.extend(unknown_rules);
    }
    Ok(if problems.is_empty() {
        Ok(Prepared {
            drafts,
            known: already,
            numbered: completer.numbered(),
        })
    } else {
        Err(problems)
    })
}

pub(crate) fn key(event: &Event) -> EventKey {
    EventKey {
        origin: event.origin.as_str().into(),
        seq: event.seq,
    }
}

impl Incomplete {
    /// The message with its place, for people.
    #[must_use]
    pub fn said(&self) -> Words {
        match &self.place {
            Some(place) => Words::new(
                format!("{place}：{}", self.words.zh),
                format!("{place}: {}", self.words.en),
            ),
            None => self.words.clone(),
        }
    }
}
