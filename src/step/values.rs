//! The values of a step: a short list, searched where it stands.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::{Field, StepDef};

/// Where the value of a field is found by its name.
pub trait Held {
    /// The text of a field, if it is one.
    fn text(&self, field: &str) -> Option<&str>;

    /// The values of a field that has several.
    fn list(&self, field: &str) -> &[Json];

    /// Calls `each` with the text of a field, or with all of its texts.
    fn texts(&self, field: &str, each: &mut dyn FnMut(&str));
}

/// The texts of a list.
fn texts_of(list: &[Json], each: &mut dyn FnMut(&str)) {
    list.iter().filter_map(Json::as_str).for_each(each);
}

impl Held for Map<String, Json> {
    fn text(&self, field: &str) -> Option<&str> {
        self.get(field).and_then(Json::as_str)
    }

    fn list(&self, field: &str) -> &[Json] {
        let list = self.get(field).and_then(Json::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    fn texts(&self, field: &str, each: &mut dyn FnMut(&str)) {
        match self.get(field) {
            Some(Json::String(text)) => each(text),
            Some(Json::Array(list)) => texts_of(list, each),
            _ => {}
        }
    }
}

/// One value in canonical form. A long list has a million of them, most of them texts, so that they
/// take little room and no more than one piece of memory each.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A text, a day, an amount, an identifier, a canonical term.
    Text(Box<str>),
    /// `{"personal": …}`: a personal value, or its token.
    Personal(Box<str>),
    /// A whole number.
    Count(i64),
    /// Yes or no.
    Flag(bool),
    /// Several values, a person in a role.
    Json(Box<Json>),
}

impl Said {
    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Count(number) => Some(*number),
            _ => None,
        }
    }

    /// The values of a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&Vec<Json>> {
        match self {
            Self::Json(json) => json.as_array(),
            _ => None,
        }
    }

    /// Writes the value as JSON.
    fn write(&self, to: &mut String) -> serde_json::Result<()> {
        match self {
            Self::Text(text) => quote(text, to)?,
            Self::Personal(text) => {
                to.push_str("{\"personal\":");
                quote(text, to)?;
                to.push('}');
            }
            Self::Count(number) => to.push_str(&number.to_string()),
            Self::Flag(flag) => to.push_str(if *flag { "true" } else { "false" }),
            Self::Json(json) => to.push_str(&serde_json::to_string(json)?),
        }
        Ok(())
    }
}

impl From<Json> for Said {
    fn from(json: Json) -> Self {
        match json {
            Json::String(text) => Self::Text(text.into()),
            Json::Bool(flag) => Self::Flag(flag),
            Json::Number(number) if number.is_i64() => {
                Self::Count(number.as_i64().unwrap_or_default())
            }
            Json::Object(mut map) if map.len() == 1 => match map.get_mut("personal") {
                Some(Json::String(text)) => Self::Personal(std::mem::take(text).into()),
                _ => Self::Json(Json::Object(map).into()),
            },
            json => Self::Json(json.into()),
        }
    }
}

impl From<Said> for Json {
    fn from(said: Said) -> Self {
        match said {
            Said::Text(text) => Self::String(text.into()),
            Said::Personal(text) => {
                let personal = ("personal".to_owned(), Self::String(text.into()));
                Self::Object(Map::from_iter([personal]))
            }
            Said::Count(number) => number.into(),
            Said::Flag(flag) => flag.into(),
            Said::Json(json) => *json,
        }
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// As JSON.
impl fmt::Display for Said {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text).map_err(|_| fmt::Error)?;
        to.write_str(&text)
    }
}

/// True if JSON writes the text as it stands.
fn is_plain(text: &str) -> bool {
    // without a branch for each byte many are looked at at once
    let is = |yes: bool| u8::from(yes);
    let escaped = |byte: u8| is(byte < b' ') | is(byte == b'"') | is(byte == b'\\');
    let any = |part: &[u8]| part.iter().fold(0, |any, byte| any | escaped(*byte)) != 0;
    !text.as_bytes().chunks(64).any(any)
}

/// Writes a text as JSON.
fn quote(text: &str, to: &mut String) -> serde_json::Result<()> {
    if is_plain(text) {
        to.push('"');
        to.push_str(text);
        to.push('"');
    } else {
        to.push_str(&serde_json::to_string(text)?);
    }
    Ok(())
}

/// The values of a step by field name, in canonical form and in the order in which they are
/// written. A step has a dozen of them, so that no index is needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(Vec<(&'static str, Said)>);

impl Values {
    /// No value, with room for some.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// Values of a step's fields, as they stand in an object; what else it holds is left out.
    #[must_use]
    pub fn of(def: &StepDef, map: Map<String, Json>) -> Self {
        let known = map.into_iter();
        let known = known.filter_map(|(name, value)| Some((def.field(&name)?.name, value.into())));
        Self(known.collect())
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Said> {
        let found = self.0.iter().find(|(name, _)| *name == field);
        found.map(|(_, value)| value)
    }

    /// True if there is a value for the field.
    #[must_use]
    pub fn contains_key(&self, field: &str) -> bool {
        self.get(field).is_some()
    }

    /// Says a value, in the place of one that the field has, else behind the others.
    pub fn insert(&mut self, field: &'static str, value: impl Into<Said>) {
        let value = value.into();
        match self.0.iter_mut().find(|(name, _)| *name == field) {
            Some((_, old)) => *old = value,
            None => self.0.push((field, value)),
        }
    }

    /// Says a value of a field that has none yet.
    pub(super) fn push(&mut self, field: &'static Field, value: Said) {
        self.0.push((field.name, value));
    }

    /// The fields and their values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Said)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// The values, to be changed where they stand.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Said> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Writes the values as a JSON object.
    ///
    /// # Errors
    /// None of these values has any.
    pub fn write(&self, to: &mut String) -> serde_json::Result<()> {
        to.push('{');
        for (number, (name, value)) in self.0.iter().enumerate() {
            // the name of a field is one of the language that steps are defined in
            to.push_str(if number == 0 { "\"" } else { ",\"" });
            to.push_str(name);
            to.push_str("\":");
            value.write(to)?;
        }
        to.push('}');
        Ok(())
    }

    /// The same values as an object.
    #[must_use]
    pub fn into_map(self) -> Map<String, Json> {
        let own = |(name, value): (&str, Said)| (name.to_owned(), value.into());
        self.0.into_iter().map(own).collect()
    }
}

impl IntoIterator for Values {
    type Item = (&'static str, Said);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Held for Values {
    fn text(&self, field: &str) -> Option<&str> {
        self.get(field).and_then(Said::as_str)
    }

    fn list(&self, field: &str) -> &[Json] {
        let list = self.get(field).and_then(Said::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    fn texts(&self, field: &str, each: &mut dyn FnMut(&str)) {
        match self.get(field) {
            Some(Said::Text(text)) => each(text),
            Some(Said::Json(json)) => texts_of(json.as_array().map_or(&[], Vec::as_slice), each),
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_stand_as_in_an_object() {
        let mut values = Values::with_capacity(1);
        let mut map = Map::new();
        let list = json!([2, {"personal": "丙"}]);
        for (name, value) in [("b", json!(1)), ("a", json!("x")), ("b", list)] {
            values.insert(name, value.clone());
            map.insert(name.to_owned(), value);
        }
        assert_eq!(values.list("b"), map.list("b"));
        assert!(values.contains_key("a") && !values.contains_key("c"));
        let mut text = String::new();
        values.write(&mut text).unwrap();
        assert_eq!(text, serde_json::to_string(&map).unwrap());
        assert_eq!(Held::text(&values, "a"), Held::text(&map, "a"));
        assert_eq!(values.into_map(), map);
    }

    #[test]
    fn a_value_is_the_json_that_it_came_from() {
        for json in [
            json!("引号\"、\\、\n 和 \u{1}"),
            json!(""),
            json!({"personal": "甲"}),
            json!({"personal": 1}),
            json!({"personal": "甲", "role": "乙"}),
            json!({"who": {"personal": "甲"}, "role": "proposer"}),
            json!(0),
            json!(-7),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1.5),
            json!(true),
            json!(null),
            json!([]),
            json!([{"personal": "甲"}, "乙", 3]),
            json!({}),
        ] {
            let said = Said::from(json.clone());
            assert_eq!(said.to_string(), json.to_string());
            assert_eq!(said.as_str(), json.as_str());
            assert_eq!(said.as_i64(), json.as_i64());
            assert_eq!(said.as_array(), json.as_array());
            assert_eq!(Json::from(said), json);
        }
    }
}
