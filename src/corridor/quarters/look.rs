//! One look over the log: where each event belongs, and which places it ties together.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::Quarter;
use super::ties::Ties;
use crate::ledger::{Event, Glance};
use crate::state::subject::{BLOCKED, DISTRICT, INTERESTS, body_of, code_of};
use crate::step::{self, Recorded, StepDef, general, register};

/// Why an event is read for what stands above the streets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// It belongs to no place, so every quarter has it, too.
    NoPlace,
    /// The rules above read it.
    Above,
}

/// What was seen of a log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Look {
    /// There is more than one chain.
    several: bool,
    streets: FxHashSet<String>,
    ties: Ties,
    /// Codes that an event of another community names, with that one: tied if both are places.
    named: FxHashSet<(String, String)>,
    latest: FxHashMap<i64, String>,
    /// The last event of each chain that was looked at.
    pub(super) ends: BTreeMap<i64, i64>,
    unknown: usize,
    /// The quarters cannot be told for sure.
    unsure: bool,
}

impl Look {
    pub(super) fn new(several: bool) -> Self {
        Self {
            several,
            streets: FxHashSet::default(),
            ties: Ties::default(),
            named: FxHashSet::default(),
            latest: FxHashMap::default(),
            ends: BTreeMap::new(),
            unknown: 0,
            unsure: false,
        }
    }

    /// Takes up that a community belongs to a street.
    pub(super) fn register(&mut self, event: &Event) {
        let values: Option<serde_json::Value> = serde_json::from_str(&event.payload).ok();
        let street = values.as_ref().and_then(|values| values["street"].as_str());
        self.ties.add(&event.subject);
        if let Some(street) = street {
            self.ties.tie(&event.subject, street);
            self.streets.insert(street.to_owned());
        }
    }

    /// How many streets there are.
    pub(super) fn streets(&self) -> usize {
        self.streets.len()
    }

    /// Looks at one event; `above` are the steps that the rules above the streets read.
    pub(super) fn at(&mut self, event: &Glance<'_>, above: &BTreeSet<&str>) -> Option<Of> {
        self.clock(event);
        self.ends.insert(event.origin, event.seq);
        let Some(def) = step::find(event.step) else {
            self.unknown += 1;
            return None;
        };
        // a correction of the register may move a community to a street that nobody has heard of
        let community = code_of(event.subject) == Some(event.subject);
        self.unsure |=
            community && *def == *general::Amend::DEF && event.payload.contains("street=");
        let own = self.place(def, event.subject);
        if let Some(own) = own {
            self.ties.add(own);
        }
        let mut shared = own.is_none();
        let mut codes: Vec<&str> = Vec::new();
        words(event.payload, |word| match word {
            Word::Code(code) => {
                if Some(code) != own && !codes.contains(&code) {
                    codes.push(code);
                }
            }
            Word::Body(body) => {
                shared |= [DISTRICT, BLOCKED, INTERESTS].contains(&body);
                if let Some(own) = own.filter(|own| *own != body && self.streets.contains(body)) {
                    self.ties.tie(own, body);
                }
            }
        });
        if shared {
            return Some(Of::NoPlace);
        }
        if let Some(own) = own {
            let pairs = codes
                .into_iter()
                .map(|code| (own.to_owned(), code.to_owned()));
            self.named.extend(pairs);
        }
        let serves =
            def.index("communities").is_some() && event.payload.contains("\"communities\":[\"");
        (serves || above.contains(def.id)).then_some(Of::Above)
    }

    /// The community or street that an event is about, if its step is known.
    pub(super) fn place_of<'e>(&self, event: &Glance<'e>) -> Option<&'e str> {
        self.place(step::find(event.step)?, event.subject)
    }

    /// The community or street that an event is about; the items of lists and the law have none.
    fn place<'e>(&self, def: &StepDef, subject: &'e str) -> Option<&'e str> {
        // what a case or a community does stands where it belongs, whatever list has it, too
        let placed = def.subject == "case" || *def == *register::Community::DEF;
        let listed = def.index("shelf").is_some() && !placed;
        if listed || def.subject == "ledger" {
            return None;
        }
        let body = body_of(subject);
        code_of(subject).or_else(|| self.streets.contains(body).then_some(body))
    }

    /// Events of several chains come in the order of their times, which those of a part keep
    /// only if no clock went back.
    fn clock(&mut self, event: &Glance<'_>) {
        if !self.several {
            return;
        }
        let latest = self.latest.entry(event.origin).or_default();
        if event.recorded_at < latest.as_str() {
            self.unsure = true;
        } else {
            event.recorded_at.clone_into(latest);
        }
    }

    /// The quarters, and how many events are unknown; nothing if that is not sure.
    pub(super) fn quarters(&self) -> Option<(Vec<Quarter>, usize)> {
        if self.unsure {
            return None;
        }
        // what only looks like a code is no place
        let mut ties = self.ties.clone();
        for (own, code) in &self.named {
            if ties.has(code) {
                ties.tie(own, code);
            }
        }
        let streets = &self.streets;
        let mut quarters: BTreeMap<String, Quarter> = BTreeMap::new();
        for set in ties.sets() {
            let (streets, communities): (BTreeSet<String>, BTreeSet<String>) =
                set.into_iter().partition(|place| streets.contains(place));
            let first = communities.first().or(streets.first()).cloned();
            let quarter = Quarter {
                communities,
                streets,
            };
            quarters.insert(first.unwrap_or_default(), quarter);
        }
        Some((quarters.into_values().collect(), self.unknown))
    }
}

/// What in a payload may name a place.
#[derive(Debug, PartialEq, Eq)]
enum Word<'t> {
    /// The code with which an identifier begins.
    Code(&'t str),
    /// The name with which a text begins that is not ASCII, a corrected value (`field=value`)
    /// included.
    Body(&'t str),
}

/// What a byte of a payload may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Other,
    /// An identifier goes on, but none that names a place begins.
    Digit,
    /// An identifier may begin.
    Capital,
    /// A text may begin.
    Opens,
}

impl Sign {
    fn of(byte: u8) -> Self {
        match byte {
            b'0'..=b'9' | b'-' => Self::Digit,
            b'A'..=b'Z' => Self::Capital,
            b'"' | b'=' => Self::Opens,
            _ => Self::Other,
        }
    }
}

/// Everything in a payload that may name a place: read byte by byte, for it is done for all of
/// the log.
fn words<'t>(payload: &'t str, mut each: impl FnMut(Word<'t>)) {
    let bytes = payload.as_bytes();
    let sign = |at: usize| bytes.get(at).map(|byte| Sign::of(*byte));
    let end_of_id = |mut at: usize| {
        while matches!(sign(at), Some(Sign::Digit | Sign::Capital)) {
            at += 1;
        }
        at
    };
    let mut at = 0;
    while let Some(here) = sign(at) {
        match here {
            Sign::Other => at += 1,
            Sign::Digit => at = end_of_id(at),
            Sign::Capital => {
                let end = end_of_id(at);
                if let Some(code) = code_of(&payload[at..end]) {
                    each(Word::Code(code));
                }
                at = end;
            }
            Sign::Opens => {
                at += 1;
                if bytes.get(at).is_some_and(|next| *next >= 0x80) {
                    let rest = &payload[at..];
                    let text = rest.split_once('"').map_or(rest, |(text, _)| text);
                    each(Word::Body(body_of(text.trim_end_matches('\\'))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_searched_for_codes_and_bodies() {
        let payload = r#"{"case":"HZ2022-007","fund":"第1街道2022","set":["scope=粤海街道","cases=[\"TG2022-001\",\"沙河街道\"]"],"code":"91440300MA5DL1AB0X","unit":"甲公司PVC厂"}"#;
        let mut found = Vec::new();
        words(payload, |word| found.push(word));
        let expected = [
            Word::Code("HZ"),
            Word::Body("第1街道"),
            Word::Body("粤海街道"),
            Word::Code("TG"),
            Word::Body("沙河街道"),
            Word::Body("甲公司PVC厂"),
            Word::Code("PVC"),
        ];
        assert_eq!(found, expected);
    }
}
