//! What the public may read of the flat rows: persons masked, numbers in free text hidden.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::{Flat, text_of};
use crate::judge;
use crate::ledger::Event;
use crate::pack::Pack;
use crate::report::official::persons;
use crate::report::show::Opener;
use crate::state::{Book, Fact, Value, View};
use crate::step::mask::{self, Sure};
use crate::step::{self, Field, Kind, StepDef};

/// Words in place of what the regulation keeps from the public.
const KEPT: &str = "（不公开）";

/// Masks what the public may not read.
pub(super) struct Public<'a> {
    flat: &'a Flat<'a>,
    book: &'a Book,
    known: HashMap<String, Known>,
}

/// What masking a subject's texts needs.
#[derive(Clone)]
struct Known {
    /// Names and numbers that its records hold.
    persons: Vec<String>,
    /// Fields that the regulation keeps from the public.
    kept: Vec<String>,
}

impl<'a> Public<'a> {
    pub(super) fn new(flat: &'a Flat<'a>, book: &'a Book) -> Self {
        Self {
            flat,
            book,
            known: HashMap::new(),
        }
    }

    fn opener(&self) -> Opener<'a> {
        Opener {
            ledger: self.flat.ledger,
            plain: false,
        }
    }

    fn known(&mut self, subject: &str) -> Known {
        let (book, flat) = (self.book, self.flat);
        let known = self.known.entry(subject.to_owned()).or_insert_with(|| {
            let view = View::new(book, subject, flat.as_of);
            let all = View::new(book, subject, crate::law::Day::MAX);
            Known {
                persons: persons(&all, flat.ledger.reader()),
                kept: kept(flat.pack, &view),
            }
        });
        known.clone()
    }

    /// The actor and the payload of an event.
    pub(super) fn event(&mut self, event: &Event, values: Map<String, Json>) -> (String, String) {
        let actor = mask::mask(&event.actor);
        // what this version cannot read it cannot mask
        let Some(def) = step::find(&event.step).filter(|def| def.id != "erase") else {
            return (actor, "{}".to_owned());
        };
        let known = self.known(&event.subject);
        let mut shown = Map::new();
        for (name, json) in values {
            if let Some(field) = def.field(&name) {
                let json = if is_kept(&known, def, field) {
                    Json::from(KEPT)
                } else {
                    self.json(field, json, &known.persons)
                };
                shown.insert(name, json);
            }
        }
        (actor, Json::Object(shown).to_string())
    }

    fn json(&self, field: &Field, json: Json, persons: &[String]) -> Json {
        match json {
            Json::Array(list) => list
                .into_iter()
                .map(|item| self.json(field, item, persons))
                .collect(),
            Json::Object(map) if map.contains_key("personal") => {
                let token = map["personal"].as_str().unwrap_or_default();
                json!({ "personal": self.opener().open(token) })
            }
            Json::Object(map) => {
                let list = map.into_iter();
                let list = list.map(|(key, item)| (key, self.json(field, item, persons)));
                Json::Object(list.collect())
            }
            Json::String(text) => Json::from(hidden(field, &text, persons)),
            other => other,
        }
    }

    /// One value of a fact as text.
    pub(super) fn value(&mut self, fact: &Fact, index: usize, value: &Value) -> String {
        let field = &fact.def.fields[index];
        let known = self.known(&fact.subject);
        if is_kept(&known, fact.def, field) {
            return KEPT.to_owned();
        }
        match value {
            Value::Member(person) => self.opener().open(&person.who),
            Value::Text(token) if field.kind == Kind::Personal => self.opener().open(token),
            Value::Text(text) => hidden(field, text, &known.persons),
            other => text_of(other),
        }
    }

    /// A text of a case.
    pub(super) fn of_subject(&mut self, subject: &str, text: &str) -> String {
        mask::hide(text, Sure::Likely, &self.known(subject).persons)
    }
}

fn hidden(field: &Field, text: &str, persons: &[String]) -> String {
    match mask::sureness(field) {
        Some(sure) => mask::hide(text, sure, persons),
        None => text.to_owned(),
    }
}

fn is_kept(known: &Known, def: &StepDef, field: &Field) -> bool {
    let path = format!("{}.{}", def.id, field.name);
    known.kept.contains(&path)
}

/// The fields of a subject that the regulation keeps from the public.
fn kept(pack: &Pack, view: &View<'_>) -> Vec<String> {
    let redactions = pack.redactions.iter();
    redactions
        .filter(|redaction| judge::holds(pack, view, &redaction.when))
        .flat_map(|redaction| redaction.fields.iter().cloned())
        .collect()
}
