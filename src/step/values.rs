//! The values of a step: a short list, searched where it stands.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value as Json};

use super::{Field, StepDef};

/// Where the value of a field is found by its name.
pub trait Held {
    /// The value of a field.
    fn held(&self, field: &str) -> Option<&Json>;
}

impl Held for Map<String, Json> {
    fn held(&self, field: &str) -> Option<&Json> {
        self.get(field)
    }
}

/// The values of a step by field name, in canonical JSON and in the order in which they are
/// written. A step has a dozen of them, so that no index is needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(Vec<(&'static str, Json)>);

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
        let known = known.filter_map(|(name, value)| Some((def.field(&name)?.name, value)));
        Self(known.collect())
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Json> {
        let found = self.0.iter().find(|(name, _)| *name == field);
        found.map(|(_, value)| value)
    }

    /// True if there is a value for the field.
    #[must_use]
    pub fn contains_key(&self, field: &str) -> bool {
        self.get(field).is_some()
    }

    /// Says a value, in the place of one that the field has, else behind the others.
    pub fn insert(&mut self, field: &'static str, value: Json) {
        match self.0.iter_mut().find(|(name, _)| *name == field) {
            Some((_, old)) => *old = value,
            None => self.0.push((field, value)),
        }
    }

    /// Says a value of a field that has none yet.
    pub(super) fn push(&mut self, field: &'static Field, value: Json) {
        self.0.push((field.name, value));
    }

    /// The fields and their values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Json)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// The values, to be changed where they stand.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Json> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The same values as an object.
    #[must_use]
    pub fn into_map(self) -> Map<String, Json> {
        let own = |(name, value): (&str, Json)| (name.to_owned(), value);
        self.0.into_iter().map(own).collect()
    }
}

impl IntoIterator for Values {
    type Item = (&'static str, Json);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Held for Values {
    fn held(&self, field: &str) -> Option<&Json> {
        self.get(field)
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_stand_as_in_an_object() {
        let mut values = Values::with_capacity(1);
        let mut map = Map::new();
        for (name, value) in [("b", json!(1)), ("a", json!("x")), ("b", json!([2]))] {
            values.insert(name, value.clone());
            map.insert(name.to_owned(), value);
        }
        assert_eq!(values.get("b"), Some(&json!([2])));
        assert!(values.contains_key("a") && !values.contains_key("c"));
        let text = serde_json::to_string(&values).ok();
        assert_eq!(text, serde_json::to_string(&map).ok());
        assert_eq!(values.held("a"), map.held("a"));
        assert_eq!(values.into_map(), map);
    }
}
