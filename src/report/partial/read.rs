//! Reading what one part needs of a ledger: its communities and what belongs to none.

use std::collections::{BTreeSet, HashMap};

use super::{Part, Reach, Source};
use crate::ledger::Event;
use crate::state::subject::{code_of, ids};
use crate::state::{Book, EventKey, Fact, Subject, Wanted};
use crate::step::{self, Recorded, StepDef, general};

/// What was read.
pub(super) struct Stock {
    pub(super) book: Book,
    /// Events that may have to be carried along, each with its place in time.
    pub(super) raw: HashMap<EventKey, (String, Event)>,
    /// Events of steps that this version does not know.
    pub(super) unknown: Vec<(String, i64)>,
}

/// Reads a ledger, or one part of it.
///
/// # Errors
/// If the ledger cannot be read.
pub(super) fn read(source: Source<'_>, reach: &Reach<'_>) -> anyhow::Result<Stock> {
    let ledger = source.ledger;
    let mut pass = Pass::new(source, reach, BTreeSet::new())?;
    ledger.reader().all(|event| pass.take(event))?;
    if pass.links.is_empty() {
        return Ok(pass.stock);
    }
    // what cases here rest on elsewhere is known now
    let links = std::mem::take(&mut pass.links);
    let mut pass = Pass::new(source, reach, links)?;
    ledger.reader().all(|event| pass.take(event))?;
    Ok(pass.stock)
}

/// One pass over the log.
struct Pass<'r> {
    reach: &'r Reach<'r>,
    part: Option<Part>,
    /// Only this chain.
    only: Option<String>,
    stock: Stock,
    /// The latest time of each chain so far.
    latest: HashMap<String, String>,
    /// Identifiers of other communities whose events are read too.
    also: BTreeSet<String>,
    /// Such identifiers that were found.
    links: BTreeSet<String>,
}

impl<'r> Pass<'r> {
    fn new(
        source: Source<'_>,
        reach: &'r Reach<'r>,
        also: BTreeSet<String>,
    ) -> anyhow::Result<Self> {
        let reader = source.ledger.reader();
        let own = reader.own()?;
        let book = Book::new()
            .with_aliases(reader.aliases()?)
            .of_chain(own.clone());
        Ok(Self {
            reach,
            part: source.part,
            only: own.filter(|_| source.own),
            stock: Stock {
                book,
                raw: HashMap::new(),
                unknown: Vec::new(),
            },
            latest: HashMap::new(),
            also,
            links: BTreeSet::new(),
        })
    }

    fn take(&mut self, event: Event) -> bool {
        let at = self.latest.entry(event.origin.clone()).or_default();
        if event.recorded_at > *at {
            at.clone_from(&event.recorded_at);
        }
        let at = at.clone();
        let left_out = self.only.as_ref().is_some_and(|own| event.origin != *own);
        if left_out || event.step == general::Receive::DEF.id {
            return true;
        }
        let Some(def) = step::find(&event.step) else {
            self.stock.unknown.push((event.origin, event.seq));
            return true;
        };
        if !self.keeps(&event) {
            return true;
        }
        let of_case = matches!(Subject::parse(&event.subject), Subject::Case(..));
        if of_case {
            self.look_beyond(def, &event);
        }
        // a ledger as a whole carries all that somebody else may speak of
        let raw = self.part.is_none()
            || of_case
            || self.reach.carries(&event.step)
            || ids(&event.payload).any(|id| matches!(Subject::parse(id), Subject::Case(..)));
        if raw {
            let key = EventKey {
                origin: event.origin.as_str().into(),
                seq: event.seq,
            };
            self.stock.raw.insert(key, (at, event.clone()));
        }
        self.stock.book.take(event);
        true
    }

    fn is_mine(&self, id: &str) -> bool {
        let Some(part) = self.part else { return true };
        code_of(id).is_some_and(|code| part.holds(code))
    }

    /// What is about this part, or names it, or belongs to no community.
    fn keeps(&self, event: &Event) -> bool {
        self.part.is_none()
            || code_of(&event.subject).is_none()
            || self.is_mine(&event.subject)
            || self.also.contains(&event.subject)
            || ids(&event.payload).any(|id| self.is_mine(id) || self.also.contains(id))
    }

    /// Notes what a case of this part names in other parts.
    fn look_beyond(&mut self, def: &'static StepDef, event: &Event) {
        if self.part.is_none() || !self.also.is_empty() || !self.is_mine(&event.subject) {
            return;
        }
        let there = |id: &&str| !self.is_mine(id) && code_of(id) != Some(*id);
        let found: Vec<String> = ids(&event.payload)
            .filter(there)
            .map(str::to_owned)
            .collect();
        if found.is_empty() {
            return;
        }
        // a correction names in its text what the corrected event will name
        let amends = def == general::Amend::DEF;
        let key = EventKey {
            origin: event.origin.as_str().into(),
            seq: event.seq,
        };
        let fact = Fact::decode(def, key, &event.line(), None, Wanted::ALL);
        let named = fact.mentions();
        let links = found
            .into_iter()
            .filter(|id| amends || named.contains(&id.as_str()));
        self.links.extend(links);
    }
}
