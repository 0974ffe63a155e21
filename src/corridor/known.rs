//! What the ledger holds already: the same record twice adds nothing, two equal rows of
//! one file are two records.

use std::collections::HashMap;
use std::fmt::Display;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};

use super::complete::numbered_prefix;
use crate::ledger::{Event, read::Reader};
use crate::step::{self, Step, Values};

/// The fields that make a demand the same demand: the columns of the official list.
const DEMAND: &[&str] = &[
    "title", "type", "summary", "grounds", "proposer", "phone", "remark",
];

/// A record that stands in the ledger.
struct Standing {
    subject: String,
    round: Option<String>,
}

/// Puts corrected values in the place of the first ones.
fn amend(values: &mut Map<String, Json>, change: &Map<String, Json>) {
    let set = change.get("set").and_then(Json::as_array);
    for line in set.into_iter().flatten().filter_map(Json::as_str) {
        if let Some((field, value)) = line.split_once('=') {
            let json = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
            // what was cleared is as if it had never been said
            if json.is_null() || json.as_array().is_some_and(Vec::is_empty) {
                values.remove(field);
            } else {
                values.insert(field.to_owned(), json);
            }
        }
    }
}

/// Counts equal records, so that a file that is recorded again adds nothing.
pub(super) struct Known<'a> {
    reader: Reader<'a>,
    loaded: FxHashMap<String, Place>,
}

/// What stands in one place: by its key once its step was asked for, else as it was read.
#[derive(Default)]
struct Place {
    standing: HashMap<String, Vec<Standing>>,
    /// Events of steps that were not asked for, and all that change others; read when a second
    /// step is asked for.
    rest: Option<Vec<Event>>,
    asked: Vec<&'static str>,
}

impl<'a> Known<'a> {
    pub(super) fn new(reader: Reader<'a>) -> Self {
        Self {
            reader,
            loaded: FxHashMap::default(),
        }
    }

    /// The subject under which this very record stands already; each standing record
    /// answers once.
    pub(super) fn find(&mut self, step: &Step) -> anyhow::Result<Option<String>> {
        let numbered = numbered_prefix(step);
        let is_numbered = numbered.is_some();
        let place = match numbered {
            Some(prefix) => prefix,
            None => match super::complete::under(step) {
                Some(under) if step.def.subject == "subject" => under,
                _ => step.text(step.def.subject).unwrap_or_default().to_owned(),
            },
        };
        if place.is_empty() {
            return Ok(None);
        }
        // a new list is compared with nothing
        let none = |place: &Place| place.standing.is_empty() && place.asked.contains(&step.def.id);
        if self.loaded.get(&place).is_some_and(none) {
            return Ok(None);
        }
        self.ask(&place, step.def.id, is_numbered)?;
        let standing = self.loaded.get(&place);
        if standing.is_none_or(|place| place.standing.is_empty()) {
            return Ok(None);
        }
        let key = natural_key(step.def.id, &step.values, step.def.subject);
        let round = step.text("round");
        Ok(self
            .loaded
            .get_mut(&place)
            .and_then(|place| place.standing.get_mut(&key))
            .and_then(|standing| {
                // a list without rounds may be of any round
                let fits = |s: &Standing| {
                    round.is_none() || s.round.is_none() || s.round.as_deref() == round
                };
                let at = standing.iter().position(fits)?;
                Some(standing.remove(at).subject)
            }))
    }

    /// Makes the records of one step in a place ready to be compared.
    fn ask(&mut self, place: &str, step: &'static str, is_numbered: bool) -> anyhow::Result<()> {
        if !self.loaded.contains_key(place) {
            self.loaded.insert(place.to_owned(), Place::default());
        }
        let Some(loaded) = self.loaded.get_mut(place) else {
            return Ok(());
        };
        if loaded.asked.contains(&step) {
            return Ok(());
        }
        let changes = |event: &Event| matches!(event.step.as_str(), "withdraw" | "amend");
        // most subjects take one step of a batch, and have many others; the order of what several
        // chains say is found among all of it
        let first = loaded.asked.is_empty() && !is_numbered;
        let index = if first && self.reader.chains()? < 2 {
            let steps = [step, "withdraw", "amend"];
            let events = self.reader.of_subject_steps(place, &steps)?;
            index(self.reader, &events, step)?
        } else {
            let mut rest = match loaded.rest.take() {
                Some(rest) => rest,
                None if is_numbered => self.reader.of_prefix(place)?,
                None => self.reader.of_subject(place)?,
            };
            let index = index(self.reader, &rest, step)?;
            rest.retain(|event| event.step != step || changes(event));
            loaded.rest = Some(rest);
            index
        };
        loaded.asked.push(step);
        loaded.standing.extend(index);
        Ok(())
    }
}

/// What stands of one step among some events, by its key.
fn index(
    reader: Reader<'_>,
    events: &[Event],
    step: &str,
) -> anyhow::Result<HashMap<String, Vec<Standing>>> {
    let mut index: HashMap<String, Vec<Standing>> = HashMap::new();
    let changes: Vec<(&str, String, Map<String, Json>)> = events
        .iter()
        .filter(|event| matches!(event.step.as_str(), "withdraw" | "amend"))
        .map(|event| {
            let values: Map<String, Json> =
                serde_json::from_str(&event.payload).unwrap_or_default();
            // a number alone names an event of the same chain
            let origin = values.get("origin").and_then(Json::as_str);
            let origin = origin.unwrap_or(&event.origin).to_owned();
            (event.step.as_str(), origin, values)
        })
        .collect();
    for event in events.iter().filter(|event| event.step == step) {
        let Some(def) = step::find(&event.step) else {
            continue;
        };
        let mut values: Map<String, Json> =
            serde_json::from_str(&event.payload).unwrap_or_default();
        let mine = changes.iter().filter(|(_, origin, change)| {
            change.get("event").and_then(Json::as_i64) == Some(event.seq) && *origin == event.origin
        });
        let mut struck = false;
        for (step, _, change) in mine {
            struck |= *step == "withdraw";
            amend(&mut values, change);
        }
        if struck {
            continue;
        }
        for value in values.values_mut() {
            open(reader, value)?;
        }
        let standing = Standing {
            subject: event.subject.clone(),
            round: values
                .get("round")
                .and_then(Json::as_str)
                .map(str::to_owned),
        };
        index
            .entry(natural_key(def.id, &values, def.subject))
            .or_default()
            .push(standing);
    }
    Ok(index)
}

/// Puts plain values in the place of tokens, so that they compare with new input.
fn open(reader: Reader<'_>, value: &mut Json) -> anyhow::Result<()> {
    match value {
        Json::Array(list) => {
            for item in list {
                open(reader, item)?;
            }
        }
        Json::Object(map) => {
            if let Some(Json::String(token)) = map.get_mut("personal") {
                if let Some(plain) = reader.personal(token)? {
                    *token = plain;
                }
            } else {
                for item in map.values_mut() {
                    open(reader, item)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Values in the order in which they were written; each is shown as JSON.
trait Shown {
    fn one(&self, name: &str) -> Option<&dyn Display>;

    fn each(&self, take: &mut dyn FnMut(&str, &dyn Display));
}

impl Shown for Values {
    fn one(&self, name: &str) -> Option<&dyn Display> {
        self.get(name).map(|value| value as &dyn Display)
    }

    fn each(&self, take: &mut dyn FnMut(&str, &dyn Display)) {
        self.iter().for_each(|(name, value)| take(name, value));
    }
}

impl Shown for Map<String, Json> {
    fn one(&self, name: &str) -> Option<&dyn Display> {
        self.get(name).map(|value| value as &dyn Display)
    }

    fn each(&self, take: &mut dyn FnMut(&str, &dyn Display)) {
        self.iter().for_each(|(name, value)| take(name, value));
    }
}

fn natural_key(step: &str, values: &impl Shown, subject: &str) -> String {
    let mut key = step.to_owned();
    let mut add = |name: &str, value: &dyn Display| {
        key.push('\n');
        key.push_str(name);
        key.push('=');
        key.push_str(&value.to_string());
    };
    if step == "collect.demand" {
        for name in DEMAND {
            if let Some(value) = values.one(name) {
                add(name, value);
            }
        }
    } else {
        values.each(&mut |name, value| {
            if name != subject && name != "shelf" {
                add(name, value);
            }
        });
    }
    key
}
