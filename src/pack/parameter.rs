//! Parameters: the answers of a regulation to one catalogue of questions, each with its clause.
//!
//! A number of law stands once, as a parameter; the rules refer to it by `@id`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use toml::Value;

use super::late;
use crate::words::{Lang, Words};

/// The questions, the same for every city.
const CATALOGUE: &str = include_str!("catalogue.toml");

/// What of a duty a parameter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// A limit, a date, a list, a name.
    Value,
    /// Where the clock starts, or where the step stands among the others.
    Position,
    /// By what instrument it is done.
    Instrument,
    /// What a word means here.
    Meaning,
}

/// One question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Name of the parameter.
    pub id: String,
    /// The step of a project's life that it belongs to.
    pub step: String,
    /// The question.
    pub zh: String,
    /// The question in English.
    pub en: String,
    /// What of a duty it tells.
    pub aspect: Aspect,
    /// The form of the answer: money, days, months, number, percent, date, text, list.
    pub form: String,
}

impl Question {
    /// The question for people.
    #[must_use]
    pub fn said(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// A step of a project's life, for the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeStep {
    /// Name.
    pub id: String,
    /// For people.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// The catalogue of questions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The steps, in order.
    #[serde(rename = "step")]
    pub steps: Vec<LifeStep>,
    /// The questions, in order.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
}

impl Catalogue {
    /// The catalogue inside the program; a test says that it can be read.
    pub fn get() -> &'static Self {
        static CATALOGUE_READ: OnceLock<Catalogue> = OnceLock::new();
        CATALOGUE_READ.get_or_init(|| toml::from_str(CATALOGUE).unwrap_or_default())
    }

    /// A question by the name of its parameter.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.id == id)
    }

    /// The name of a step for people.
    #[must_use]
    pub fn step(&self, id: &str, lang: Lang) -> &str {
        let step = self.steps.iter().find(|step| step.id == id);
        step.map_or("", |step| lang.pick(&step.zh, &step.en))
    }
}

/// One answer: a value with its clause, or that the text has no such rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Name, as in the catalogue.
    pub id: String,
    /// The value.
    #[serde(default)]
    pub value: Option<Value>,
    /// The text is silent.
    #[serde(default)]
    pub absent: bool,
    /// The rule whose clause says so.
    #[serde(default)]
    pub rule: Option<String>,
    /// The clause, where no rule stands for it.
    #[serde(default)]
    pub cite: String,
    /// Its words.
    #[serde(default)]
    pub quote: String,
    /// In words for people, where the value alone does not tell.
    #[serde(default)]
    pub note: String,
}

impl Parameter {
    /// Answered, one way or the other.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.absent || self.value.is_some()
    }

    /// The answer for people.
    #[must_use]
    pub fn said(&self) -> Words {
        let value = match &self.value {
            Some(value) => shown(value),
            None if self.absent => "—".to_owned(),
            None => return Words::new("（未答）", "(unanswered)"),
        };
        if self.note.is_empty() {
            Words::new(value.clone(), value)
        } else {
            let both = format!("{value}（{}）", self.note);
            Words::new(both.clone(), both)
        }
    }
}

/// A value as text.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

/// Puts values in the place of `@id`.
#[derive(Debug)]
pub(super) enum Filler {
    /// The values by the names of their parameters.
    Read(BTreeMap<String, Value>),
    /// The same as texts of JSON inside the program, in the order of their names.
    Texts(&'static [(&'static str, &'static str)]),
}

impl Filler {
    pub(super) fn new(parameters: &[Parameter]) -> Self {
        let answered = parameters
            .iter()
            .filter_map(|p| Some((p.id.clone(), p.value.clone()?)));
        Self::Read(answered.collect())
    }

    fn value(&self, id: &str) -> Option<Value> {
        match self {
            Self::Read(values) => values.get(id).cloned(),
            Self::Texts(texts) => {
                let at = texts.binary_search_by_key(&id, |(known, _)| known).ok()?;
                Some(late::said(texts[at].1))
            }
        }
    }

    /// A whole value `@id` becomes the parameter; inside a text it becomes its text.
    pub(super) fn fill(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) if text.contains('@') => {
                if text.starts_with('@')
                    && let Some(whole) = self.value(text.trim_start_matches('@'))
                {
                    *value = whole;
                } else {
                    *text = self.text(text)?;
                }
            }
            Value::Array(list) => {
                for item in list {
                    self.fill(item)?;
                }
            }
            Value::Table(table) => {
                for (_, item) in table.iter_mut() {
                    self.fill(item)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A text with parameters in it.
    pub(super) fn text(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('@') {
            let id = id_before(after);
            let value = self
                .value(id)
                .ok_or_else(|| format!("@{id} is not answered in the parameters"))?;
            filled.push_str(before);
            filled.push_str(&shown(&value));
            rest = &after[id.len()..];
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// The name that a text begins with.
fn id_before(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')))
        .unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

/// The parameters that a text refers to.
pub(super) fn referred(text: &str) -> impl Iterator<Item = &str> {
    text.split('@').skip(1).map(id_before)
}
