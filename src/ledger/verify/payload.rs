//! What a payload names, found in one pass over its text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::ledger::personal;
use crate::step::{Kind, StepDef};

/// Subjects and tokens of a payload, borrowed from it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// The subjects that it names, each once.
    pub(super) subjects: Vec<&'a str>,
    /// The tokens of personal values.
    pub(super) tokens: Vec<&'a str>,
}

/// Reads a payload of the form in which this program writes them, to its last byte; none if it
/// is any other text, which is then to be read as JSON and field by field.
pub(super) fn named<'a>(def: &'static StepDef, payload: &'a str) -> Option<Named<'a>> {
    let mut named = Named::default();
    let mut from = serde_json::Deserializer::from_str(payload);
    from.deserialize_map(Fields(def, &mut named)).ok()?;
    from.end().ok()?;
    Some(named)
}

/// Any form but the usual one ends the pass.
fn unusual<E: serde::de::Error>() -> E {
    E::custom("not the usual form")
}

/// The object of a payload.
struct Fields<'b, 'de>(&'static StepDef, &'b mut Named<'de>);

impl<'de> Visitor<'de> for Fields<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the values of a step")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let Self(def, named) = self;
        let mut seen = 0_u64;
        while let Some(name) = map.next_key::<&str>()? {
            let Some(index) = def.index(name).filter(|index| *index < 64) else {
                return Err(unusual());
            };
            // of a field that stands there twice the last one counts
            if seen & (1 << index) != 0 {
                return Err(unusual());
            }
            seen |= 1 << index;
            let field = &def.fields[index];
            map.next_value_seed(One {
                single: field.name == def.subject || field.kind == Kind::Ref,
                several: field.kind == Kind::Ref,
                inside: Inside::Field,
                named: &mut *named,
            })?;
        }
        Ok(())
    }
}

/// What a value stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Field,
    List,
    Member,
}

/// One value.
struct One<'b, 'de> {
    /// A text here is a subject.
    single: bool,
    /// A text in a list here is a subject.
    several: bool,
    inside: Inside,
    named: &'b mut Named<'de>,
}

impl<'de> DeserializeSeed<'de> for One<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        let subjects = &mut self.named.subjects;
        if self.single && !text.is_empty() && !subjects.contains(&text) {
            subjects.push(text);
        }
        Ok(())
    }

    /// A text with escapes, which cannot be borrowed.
    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        if self.single { Err(unusual()) } else { Ok(()) }
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        if self.inside != Inside::Field {
            return Err(unusual());
        }
        loop {
            let item = One {
                single: self.several,
                several: false,
                inside: Inside::List,
                named: &mut *self.named,
            };
            if list.next_element_seed(item)?.is_none() {
                return Ok(());
            }
        }
    }

    /// A personal value `{"personal": TOKEN}`, or a member `{"who": {…}, "role": TEXT}`.
    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let (mut who, mut role) = (false, false);
        while let Some(name) = map.next_key::<&str>()? {
            match name {
                "personal" if !who && !role => {
                    let token = map.next_value::<&str>()?;
                    if personal::is_token(token) {
                        self.named.tokens.push(token);
                    }
                    return match map.next_key::<&str>()? {
                        None => Ok(()),
                        Some(_) => Err(unusual()),
                    };
                }
                "who" if !who && self.inside != Inside::Member => {
                    who = true;
                    map.next_value_seed(One {
                        single: false,
                        several: false,
                        inside: Inside::Member,
                        named: &mut *self.named,
                    })?;
                }
                "role" if !role => {
                    role = true;
                    map.next_value::<&str>()?;
                }
                _ => return Err(unusual()),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value as Json};

    use super::*;
    use crate::step::{STEPS, Step};

    /// The slow way: the whole text as JSON, then field by field.
    fn slowly(def: &'static StepDef, payload: &str) -> Option<(Vec<String>, Vec<String>)> {
        let values: Map<String, Json> = serde_json::from_str(payload).ok()?;
        let mut tokens = Vec::new();
        personal::tokens(&values, &mut |token| tokens.push(token.to_owned()));
        let mut subjects = Step { def, values }.mentions();
        subjects.sort();
        Some((subjects, tokens))
    }

    /// What the pass says is what the slow way says; gives whether it said anything.
    fn agrees(def: &'static StepDef, payload: &str) -> bool {
        let Some(mut quick) = named(def, payload) else {
            return false;
        };
        quick.subjects.sort_unstable();
        let quick = (
            quick.subjects.into_iter().map(str::to_owned).collect(),
            quick.tokens.into_iter().map(str::to_owned).collect(),
        );
        assert_eq!(Some(quick), slowly(def, payload), "{payload}");
        true
    }

    #[test]
    fn both_ways_of_reading_agree_on_every_field_and_form() {
        let token = "0123456789abcdef".repeat(4);
        let forms = [
            "null",
            "true",
            "-3",
            "2.5",
            "18446744073709551615",
            "\"\"",
            "\"HZ2022-001\"",
            "\"a\\n\\u4e2d\"",
            "[]",
            "[null]",
            "[\"a\",\"b\",\"a\",7]",
            "[[\"a\"]]",
            "{}",
            "{\"personal\":\"T\"}",
            "{\"personal\":\"t\"}",
            "{\"personal\":7}",
            "{\"personal\":{\"personal\":\"T\"}}",
            "{\"personal\":\"T\",\"personal\":\"t\"}",
            "{\"personal\":\"T\",\"x\":1}",
            "{\"role\":\"r\",\"personal\":\"T\"}",
            "{\"who\":{\"personal\":\"T\"},\"role\":\"r\"}",
            "{\"role\":\"r\"}",
            "{\"who\":{\"who\":{\"personal\":\"T\"}},\"role\":\"r\"}",
            "{\"who\":\"t\",\"role\":\"r\"}",
            "{\"who\":[{\"personal\":\"T\"}],\"role\":\"r\"}",
            "[{\"who\":{\"personal\":\"T\"},\"role\":\"r\"},{\"personal\":\"T\"}]",
        ];
        let mut usual = 0;
        for def in STEPS {
            for field in def.fields {
                for form in &forms {
                    let form = form.replace('T', &token);
                    let name = field.name;
                    for payload in [
                        format!("{{\"{name}\":{form}}}"),
                        format!("{{\"{name}\":\"HZ\",\"{name}\":{form}}}"),
                        format!("{{\"zz\":1,\"{name}\":{form}}}"),
                    ] {
                        usual += usize::from(agrees(def, &payload));
                    }
                }
            }
        }
        assert!(usual > 10_000, "{usual}");
    }

    #[test]
    fn a_text_that_is_no_json_object_is_never_said_to_be_usual() {
        let def = STEPS[0];
        for broken in [
            "",
            "[]",
            "7",
            "{\"name\":",
            "{} x",
            "{\"name\":\"a\"}}",
            "{\"name\":\"\\ud800\"}",
            "{\"name\":\"a\nb\"}",
            "{\"name\":1e999}",
            "{\"name\":01}",
            "{\"name\":\"\\q\"}",
        ] {
            assert!(named(def, broken).is_none(), "{broken}");
            assert!(
                serde_json::from_str::<Map<String, Json>>(broken).is_err(),
                "{broken}"
            );
        }
        assert!(named(def, "{}").is_some());
    }
}
