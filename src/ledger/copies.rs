//! Which copies of evidence are still to be there: named after their last erasure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value as Json};

use super::read::Reader;
use super::{Event, evidence, personal};

/// The steps that say something of copies.
const STEPS: [&str; 4] = ["attach", "register.document", "erase", "ledger.receive"];

/// What the events say of copies.
///
/// An erasure covers the events before it in its own chain, and those of another chain up to
/// the last reception of that chain that stands before it.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Digest, with chain and number of each event that names it.
    named: BTreeMap<String, Vec<(String, i64)>>,
    /// Digest, with chain and number of each erasure that lists it.
    erased: HashMap<String, Vec<(String, i64)>>,
    /// Receiving and received chain, with the number of each reception and its size.
    received: HashMap<(String, String), Vec<(i64, i64)>>,
}

impl Copies {
    pub(super) fn read(reader: Reader<'_>) -> rusqlite::Result<Self> {
        let mut copies = Self::default();
        reader.of_steps(&STEPS, |event| {
            let values = serde_json::from_str(&event.payload).unwrap_or_default();
            copies.note(&event, &values);
        })?;
        Ok(copies)
    }

    /// Takes note of an event; those of one chain come in their order.
    pub(super) fn note(&mut self, event: &Event, values: &Map<String, Json>) {
        let place = || (event.origin.clone(), event.seq);
        match event.step.as_str() {
            "erase" => {
                for digest in personal::erased(values) {
                    self.erased.entry(digest).or_default().push(place());
                }
            }
            "ledger.receive" => {
                if let Some((origin, size, _)) = received(values) {
                    let chains = (event.origin.clone(), origin);
                    let list = self.received.entry(chains).or_default();
                    list.push((event.seq, size));
                }
            }
            _ => {
                if let Some(digest) = evidence::named_by(event) {
                    self.named.entry(digest).or_default().push(place());
                }
            }
        }
    }

    /// The digests that an event names which no erasure covers.
    pub(super) fn living(&self) -> BTreeSet<String> {
        let lives = |(digest, places): &(&String, &Vec<(String, i64)>)| {
            let erasures = self.erased.get(*digest);
            places.iter().any(|place| {
                let mut erasures = erasures.into_iter().flatten();
                !erasures.any(|erasure| self.covers(erasure, place))
            })
        };
        let living = self.named.iter().filter(lives);
        living.map(|(digest, _)| digest.clone()).collect()
    }

    /// The digests that events name, all of them erased since.
    pub(super) fn gone(&self) -> BTreeSet<String> {
        let living = self.living();
        let named = self.named.keys();
        named.filter(|d| !living.contains(*d)).cloned().collect()
    }

    /// The chains that erased a digest; none if one of them is `own` or names it itself.
    pub(super) fn foreign(&self, digest: &str, own: &str) -> BTreeSet<&str> {
        let chains = |map: Option<&'_ Vec<(String, i64)>>| -> BTreeSet<String> {
            map.into_iter()
                .flatten()
                .map(|(chain, _)| chain.clone())
                .collect()
        };
        let named = chains(self.named.get(digest));
        let erasers = self.erased.get(digest).into_iter().flatten();
        let erasers: BTreeSet<&str> = erasers.map(|(chain, _)| chain.as_str()).collect();
        if erasers.iter().any(|c| *c == own || named.contains(*c)) {
            return BTreeSet::new();
        }
        erasers
    }

    fn covers(&self, erasure: &(String, i64), place: &(String, i64)) -> bool {
        let (chain, at) = erasure;
        if *chain == place.0 {
            return place.1 < *at;
        }
        let list = self.received.get(&(chain.clone(), place.0.clone()));
        let mut before = list.into_iter().flatten().filter(|(seq, _)| seq < at);
        before.next_back().is_some_and(|(_, size)| place.1 <= *size)
    }
}

/// What an event `ledger.receive` says: chain, size, head.
pub(super) fn received(values: &Map<String, Json>) -> Option<(String, i64, String)> {
    let text = |name: &str| values.get(name)?.as_str().map(str::to_owned);
    Some((
        text("origin")?,
        values.get("size")?.as_i64()?,
        text("head")?,
    ))
}
