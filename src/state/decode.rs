//! Payloads to typed values, in one pass over the text: a quick one over those that this program
//! wrote, and one over any JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

mod usual;

use super::Value;
use crate::step::{Field, Kind, StepDef};

/// The values of a payload, in the order of the step's fields. Fields that it lacks are
/// nothing, fields since given up are passed over, and a text that is no object says nothing.
/// Fields that are not wanted are passed over, too.
pub(super) fn values(def: &'static StepDef, payload: &str, wanted: Wanted) -> Vec<Value> {
    usual::values(def, payload, wanted).unwrap_or_else(|| any(def, payload, wanted))
}

/// As [`values`], whatever the form of the payload.
fn any(def: &'static StepDef, payload: &str, wanted: Wanted) -> Vec<Value> {
    let mut from = serde_json::Deserializer::from_str(payload);
    let read = from.deserialize_map(Fields(def, wanted));
    match read {
        Ok(values) if from.end().is_ok() => values,
        _ => vec![Value::None; def.fields.len()],
    }
}

/// Fields of a step that are wanted, as bits in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted(u64);

impl Wanted {
    /// All fields.
    pub const ALL: Self = Self(u64::MAX);

    /// Those of which `is` says so.
    #[must_use]
    pub fn of(def: &StepDef, mut is: impl FnMut(usize, &Field) -> bool) -> Self {
        let fields = def.fields.iter().enumerate();
        let wanted = fields.filter(|(index, field)| *index < 64 && is(*index, field));
        Self(wanted.fold(0, |all, (index, _)| all | 1 << index))
    }

    fn has(self, index: usize) -> bool {
        // who has so many fields wants those beyond
        index >= 64 || self.0 & (1 << index) != 0
    }
}

/// Reads the object of a payload.
struct Fields(&'static StepDef, Wanted);

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the values of a step")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Vec<Value>, M::Error> {
        let mut values = vec![Value::None; self.0.fields.len()];
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match self.0.index(&name).filter(|slot| self.1.has(*slot)) {
                Some(slot) => {
                    let field = &self.0.fields[slot];
                    values[slot] = map.next_value_seed(One {
                        kind: field.kind,
                        list: field.list,
                        inside: false,
                    })?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

/// Reads one value of a field, or one item of its list.
#[derive(Clone, Copy)]
struct One {
    kind: Kind,
    list: bool,
    inside: bool,
}

impl One {
    /// A value that was written alone; for a field of several it is a list of one.
    fn done(self, value: Option<Value>) -> Value {
        let value = value.unwrap_or_default();
        if self.list && !self.inside {
            Value::List([value].into())
        } else {
            value
        }
    }

    /// What a text says in a field of this kind; nothing if it is not of that kind.
    fn text(self, text: Cow<'_, str>) -> Option<Value> {
        match self.kind {
            Kind::Money => text.parse().ok().map(Value::Money),
            Kind::Day => text.parse().ok().map(Value::Day),
            Kind::Moment => text.parse().ok().map(Value::Moment),
            Kind::Text | Kind::Ref | Kind::Code | Kind::Term | Kind::Personal => {
                Some(Value::from_text(text))
            }
            Kind::Flag | Kind::Count | Kind::Member => None,
        }
    }
}

impl<'de> DeserializeSeed<'de> for One {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(self.done(None))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        let is = self.kind == Kind::Flag;
        Ok(self.done(is.then_some(Value::Flag(flag))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        let is = self.kind == Kind::Count;
        Ok(self.done(is.then_some(Value::Count(number))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        let number = i64::try_from(number)
            .ok()
            .filter(|_| self.kind == Kind::Count);
        Ok(self.done(number.map(Value::Count)))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(self.done(None))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value, E> {
        Ok(self.done(self.text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(self.done(self.text(Cow::Borrowed(text))))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(self.done(self.text(Cow::Owned(text))))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Value, S::Error> {
        if self.inside {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::None);
        }
        let item = One {
            inside: true,
            ..self
        };
        let mut items = Vec::with_capacity(list.size_hint().unwrap_or(0));
        while let Some(value) = list.next_element_seed(item)? {
            items.push(value);
        }
        Ok(Value::List(items.into()))
    }

    /// A personal value `{"personal": token}`, or a member `{"who": {…}, "role": …}`.
    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Value, M::Error> {
        let (mut token, mut who, mut role) = (None, None, None);
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match &*name {
                "personal" => token = map.next_value_seed(ONE_TEXT)?,
                "role" => role = map.next_value_seed(ONE_TEXT)?,
                "who" => who = map.next_value_seed(PERSON)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let value = match self.kind {
            Kind::Member => who.zip(role).map(|(who, role)| Value::member(who, role)),
            Kind::Text | Kind::Ref | Kind::Code | Kind::Term | Kind::Personal => {
                token.map(Value::from_text)
            }
            _ => None,
        };
        Ok(self.done(value))
    }
}

/// A text that stands inside an object.
const ONE_TEXT: Inner = Inner { object: false };
/// The object of a personal value that stands inside another.
const PERSON: Inner = Inner { object: true };

/// Reads what stands inside an object: a text, or the token of a personal value.
#[derive(Clone, Copy)]
struct Inner {
    object: bool,
}

impl<'de> DeserializeSeed<'de> for Inner {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<String>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inner {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((!self.object).then(|| text.to_owned()))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Self::Value, S::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut token = None;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if self.object && name == "personal" {
                token = map.next_value_seed(ONE_TEXT)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value as Json};

    use super::*;
    use crate::step::STEPS;

    /// The slow way: the whole text as JSON, then field by field.
    fn slowly(def: &'static StepDef, payload: &str) -> Vec<Value> {
        let json: Map<String, Json> = serde_json::from_str(payload).unwrap_or_default();
        let value = |field: &Field| {
            json.get(field.name)
                .map_or(Value::None, |value| Value::decode(field, value))
        };
        def.fields.iter().map(value).collect()
    }

    fn payload_is_broken(payload: &str) -> bool {
        serde_json::from_str::<Map<String, Json>>(payload).is_err()
    }

    #[test]
    fn what_is_not_wanted_is_nothing_and_the_rest_as_ever() {
        let payload = "{\"case\":\"a\",\"date\":\"2022-04-01\",\"note\":\"n\"}";
        for def in STEPS {
            let all = values(def, payload, Wanted::ALL);
            for wanted in 0..def.fields.len() {
                let found = values(def, payload, Wanted::of(def, |index, _| index == wanted));
                for (index, value) in found.iter().enumerate() {
                    let expected = if index == wanted {
                        &all[index]
                    } else {
                        &Value::None
                    };
                    assert_eq!(value, expected);
                }
            }
        }
    }

    #[test]
    fn both_ways_of_reading_agree_on_every_field_and_form() {
        let forms = [
            "null",
            "true",
            "7",
            "-3",
            "2.5",
            "1e3",
            "18446744073709551615",
            "\"\"",
            "\"2022-04-01\"",
            "\"2022-04-01T09:30\"",
            "\"2022年4月1日\"",
            "\"12.30\"",
            "\"a\\n\\u4e2d\"",
            "[]",
            "[null]",
            "[\"a\",7,true,[1],{}]",
            "{}",
            "{\"personal\":\"t\"}",
            "{\"personal\":7}",
            "{\"personal\":{\"personal\":\"t\"}}",
            "{\"who\":{\"personal\":\"t\"},\"role\":\"r\"}",
            "{\"who\":\"t\",\"role\":\"r\"}",
            "{\"role\":\"r\"}",
            "[{\"who\":{\"personal\":\"t\"},\"role\":\"r\"},{\"personal\":\"u\"}]",
            "{\"who\":{\"personal\":\"t\\n\"},\"role\":\"r\"}",
            "{\"personal\":\"t\\\"\"}",
            "{\"personal\":\"T\"}",
            "{\"personal\":\"t\",\"personal\":\"u\"}",
            "\"a\\n\\\"\\\\\\t中\"",
            "\"\\ud800\"",
            "\"a\nb\"",
            "-0",
            "01",
            "-",
            "truth",
            "\"open",
            "[\"a\"",
            "[,]",
        ];
        let mut usually = 0;
        let forms = forms.map(|form| form.replace('T', &"0f".repeat(32)));
        for def in STEPS {
            for field in def.fields {
                for form in &forms {
                    let name = field.name;
                    for payload in [
                        format!("{{\"zz\":[1],\"{name}\":{form}}}"),
                        format!("{{\"{name}\":{form}}}"),
                        format!("{{\"{name}\":{form},\"{name}\":{form}}}"),
                    ] {
                        let slow = slowly(def, &payload);
                        assert_eq!(any(def, &payload, Wanted::ALL), slow, "{payload}");
                        let quick = usual::values(def, &payload, Wanted::ALL);
                        usually += usize::from(quick.is_some());
                        assert!(quick.is_none_or(|quick| quick == slow), "{payload}");
                        // what is passed over must be as well formed as what is taken
                        let none = usual::values(def, &payload, Wanted::of(def, |_, _| false));
                        assert!(none.is_none_or(|none| !payload_is_broken(&payload)
                            && none.iter().all(|value| *value == Value::None)));
                    }
                }
            }
        }
        assert!(usually > 10_000, "{usually}");
        for broken in ["", "[]", "7", "{\"case\":", "{} x", "{\"case\":\"a\"}}"] {
            let def = STEPS[0];
            assert_eq!(
                values(def, broken, Wanted::ALL),
                slowly(def, broken),
                "{broken}"
            );
        }
    }
}
