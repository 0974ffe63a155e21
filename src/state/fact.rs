//! One fact: an event decoded into typed values.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::decode::Wanted;
use crate::law::{Day, Moment, Money};
use crate::ledger::{Event, Line};
use crate::step::{Field, Kind, Said, Step, StepDef};

/// A typed value of a fact.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing was said.
    #[default]
    None,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(i64),
    /// An amount.
    Money(Money),
    /// A day.
    Day(Day),
    /// A minute, or a day alone.
    Moment(Moment),
    /// Text, a canonical term, an identifier, the token of a personal value.
    Text(Box<str>),
    /// A person in a role.
    Member(Box<Person>),
    /// Several values.
    List(Box<[Value]>),
}

/// A person in a role.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The person's token.
    pub who: Box<str>,
    /// The role.
    pub role: Box<str>,
}

static NOTHING: Value = Value::None;

/// Puts the token that stands for all in the place of another of the same person.
fn rename(token: &mut Box<str>, aliases: &HashMap<String, String>) {
    if let Some(first) = aliases.get(&**token) {
        *token = first.as_str().into();
    }
}

impl Value {
    /// Decodes canonical JSON; what is not of the field's kind is nothing.
    #[must_use]
    pub fn decode(field: &Field, json: &Json) -> Self {
        match json {
            Json::Array(list) => Self::List(
                list.iter()
                    .map(|item| Self::one(field.kind, item))
                    .collect(),
            ),
            // a list that was written as one value
            other if field.list => Self::List([Self::one(field.kind, other)].into()),
            other => Self::one(field.kind, other),
        }
    }

    /// As [`Value::decode`], from what nobody else needs.
    #[must_use]
    pub fn of(field: &Field, said: Said) -> Self {
        match (field.kind, said) {
            (Kind::Text | Kind::Ref | Kind::Code | Kind::Term, Said::Text(text))
            | (Kind::Personal, Said::Personal(text))
                if !field.list =>
            {
                Self::Text(text)
            }
            (_, said) => Self::decode(field, &said.into()),
        }
    }

    fn one(kind: Kind, json: &Json) -> Self {
        let text = || match json {
            Json::String(text) => Some(text.as_str().into()),
            Json::Object(map) => map.get("personal").and_then(Json::as_str).map(Box::from),
            _ => None,
        };
        let value = match kind {
            Kind::Flag => json.as_bool().map(Self::Flag),
            Kind::Count => json.as_i64().map(Self::Count),
            Kind::Money => json.as_str().and_then(|t| t.parse().ok()).map(Self::Money),
            Kind::Day => json.as_str().and_then(|t| t.parse().ok()).map(Self::Day),
            Kind::Moment => json.as_str().and_then(|t| t.parse().ok()).map(Self::Moment),
            Kind::Member => json.as_object().and_then(|map| {
                let who = map.get("who")?.get("personal")?.as_str()?;
                let role = map.get("role")?.as_str()?;
                Some(Self::member(who, role))
            }),
            Kind::Text | Kind::Ref | Kind::Code | Kind::Term | Kind::Personal => {
                text().map(Self::Text)
            }
        };
        value.unwrap_or_default()
    }

    /// A text.
    pub fn from_text(text: impl Into<Box<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A person in a role.
    pub fn member(who: impl Into<Box<str>>, role: impl Into<Box<str>>) -> Self {
        let (who, role) = (who.into(), role.into());
        Self::Member(Box::new(Person { who, role }))
    }

    /// Nothing was said, or an empty list.
    #[must_use]
    pub fn is_none(&self) -> bool {
        match self {
            Self::None => true,
            Self::List(list) => list.is_empty(),
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The token of the person, with or without a role.
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        match self {
            Self::Text(token) => Some(token),
            Self::Member(person) => Some(&person.who),
            _ => None,
        }
    }

    fn rename(&mut self, aliases: &HashMap<String, String>) {
        match self {
            Self::Text(token) => rename(token, aliases),
            Self::Member(person) => rename(&mut person.who, aliases),
            Self::List(list) => list.iter_mut().for_each(|value| value.rename(aliases)),
            _ => {}
        }
    }

    /// The same value, or the same person whatever the role.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self.person(), other.person()) {
            (Some(a), Some(b)) => a == b,
            _ => self == other,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn count(&self) -> Option<i64> {
        match self {
            Self::Count(number) => Some(*number),
            _ => None,
        }
    }

    /// The day, if it is one or a minute of one.
    #[must_use]
    pub fn day(&self) -> Option<Day> {
        match self {
            Self::Day(day) => Some(*day),
            Self::Moment(moment) => Some(moment.day()),
            _ => None,
        }
    }

    /// The minute, or the day where it is all that is known.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Self::Moment(moment) => Some(*moment),
            Self::Day(day) => Some(Moment::of_day(*day)),
            _ => None,
        }
    }

    /// The amount, if it is one.
    #[must_use]
    pub fn money(&self) -> Option<Money> {
        match self {
            Self::Money(money) => Some(*money),
            _ => None,
        }
    }

    /// The values of a list; a single value is a list of one.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::None => &[],
            Self::List(list) => list,
            one => std::slice::from_ref(one),
        }
    }
}

/// Where an event stands: its chain and its place there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct EventKey {
    /// Name of the chain.
    pub origin: Arc<str>,
    /// Place in the chain.
    pub seq: i64,
}

/// One event, decoded.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What kind of fact.
    pub def: &'static StepDef,
    /// Where it stands.
    pub key: EventKey,
    /// What it is about.
    pub subject: String,
    /// Business date.
    pub occurred: Option<Day>,
    /// UTC time of recording.
    pub recorded_at: Arc<str>,
    /// Who recorded it.
    pub actor: Arc<str>,
    /// The values, in the order of the step's fields, corrections applied.
    pub values: Vec<Value>,
    /// Struck by a withdrawal.
    pub struck: bool,
    /// The corrections that were applied, in order.
    pub amended: Vec<EventKey>,
}

impl Fact {
    /// Decodes an event of a known step; what it says like another fact is kept once. A payload
    /// of an older version decodes as far as it goes: fields it lacks are nothing, fields since
    /// given up are passed over.
    #[must_use]
    pub fn decode(
        def: &'static StepDef,
        key: EventKey,
        event: &Line<'_>,
        like: Option<&Self>,
        wanted: Wanted,
    ) -> Self {
        let values = super::decode::values(def, event.payload, wanted);
        Self::new(def, key, event, values, like)
    }

    /// The fact of an event whose step is still at hand as it was recorded: the same as its
    /// payload says.
    #[must_use]
    pub fn of_step(step: Step, key: EventKey, event: &Event, like: Option<&Self>) -> Self {
        let fields = step.def.fields;
        let mut values = vec![Value::None; fields.len()];
        let mut next = 0;
        for (name, value) in step.values {
            // they stand in the order of the form, but for what was filled in
            let is = |field: &&Field| field.name == name;
            let place = fields.get(next).filter(is).map(|_| next);
            let place = place.or_else(|| step.def.index(name));
            if let Some(place) = place {
                values[place] = Value::of(&fields[place], value);
                next = place + 1;
            }
        }
        Self::new(step.def, key, &event.line(), values, like)
    }

    fn new(
        def: &'static StepDef,
        key: EventKey,
        event: &Line<'_>,
        values: Vec<Value>,
        like: Option<&Self>,
    ) -> Self {
        // most events have the clerk of the one before, and many its time
        let shared = |text: &str, known: Option<&Arc<str>>| match known {
            Some(known) if **known == *text => known.clone(),
            _ => text.into(),
        };
        Self {
            def,
            key,
            subject: event.subject.to_owned(),
            occurred: event.occurred.parse().ok(),
            recorded_at: shared(event.recorded_at, like.map(|fact| &fact.recorded_at)),
            actor: shared(event.actor, like.map(|fact| &fact.actor)),
            values,
            struck: false,
            amended: Vec::new(),
        }
    }

    /// A value by field name; nothing if the step has no such field.
    #[must_use]
    pub fn value(&self, field: &str) -> &Value {
        self.def
            .index(field)
            .and_then(|index| self.values.get(index))
            .unwrap_or(&NOTHING)
    }

    /// The subjects that the fact's references name, perhaps more than once.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let fields = self.def.fields.iter().zip(&self.values);
        fields
            .filter(|(field, _)| field.kind == Kind::Ref)
            .flat_map(|(_, value)| value.items())
            .filter_map(Value::text)
    }

    /// Every subject that the fact concerns, its own first.
    #[must_use]
    pub fn mentions(&self) -> Vec<&str> {
        let mut list = vec![self.subject.as_str()];
        for name in self.named() {
            if !list.contains(&name) {
                list.push(name);
            }
        }
        list
    }

    /// Puts one token in the place of others that stand for the same person.
    pub(super) fn rename(&mut self, aliases: &HashMap<String, String>) {
        for (field, value) in self.def.fields.iter().zip(&mut self.values) {
            if matches!(field.kind, Kind::Personal | Kind::Member) {
                value.rename(aliases);
            }
        }
    }

    /// Takes the business date from the values again, after a correction.
    pub(super) fn date_again(&mut self) {
        if let Some(day) = self.value(self.def.dated).day() {
            self.occurred = Some(day);
        }
    }
}
