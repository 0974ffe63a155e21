//! Reading a step from what people give: arguments, JSON records, cells of a sheet.

mod personal;
mod reading;

use std::borrow::Cow;

use serde_json::{Map, Value as Json, json};

use super::field::{Field, Kind};
use super::{Step, StepDef};
use crate::law::{Day, Moment, Money};
use crate::step::mask::{quoted, quoting};
use crate::words;
use crate::words::{Words, nfkc};
use personal::{personal, read_personal};
use reading::{Reading, persons};

/// The words that a regulation uses for canonical terms.
pub trait Vocabulary {
    /// The canonical form of a word.
    ///
    /// # Errors
    /// Says which words the vocabulary has, if it is closed and lacks this one.
    fn term(&self, vocabulary: &str, word: &str) -> Result<String, Words>;
}

/// One thing wrong with one value.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Canonical name of the field; empty if no single field is meant.
    pub field: String,
    /// The value as given; masked by the caller where it is personal.
    pub value: String,
    /// What is wrong, and what to write instead.
    pub words: Words,
}

impl Problem {
    fn new(field: &Field, value: &str, words: Words) -> Self {
        Self {
            field: field.name.to_owned(),
            value: value.to_owned(),
            words,
        }
    }

    /// Hides numbers and names that stand where they do not belong.
    fn hide(&mut self, def: &'static StepDef, persons: &[String]) {
        let kind = def.field(&self.field).map(|field| field.kind);
        self.value = quoted(&self.value, kind, persons);
        self.words = quoting(&self.words, kind, persons);
        if kind.is_none() {
            self.field = quoted(&self.field, kind, persons);
        }
    }
}

/// Reads a step from loosely typed values: keys may be field names or column
/// headings, values may be text as people type it.
///
/// # Errors
/// Every problem at once.
pub fn read(
    def: &'static StepDef,
    raw: &Map<String, Json>,
    vocabulary: &dyn Vocabulary,
) -> Result<Step, Vec<Problem>> {
    let mut reading = Reading::new(def, vocabulary);
    for (key, value) in raw {
        match find_index(def, key) {
            Some(index) => reading.take(index, value),
            None => reading.problems.push(Problem {
                field: key.clone(),
                value: String::new(),
                words: unknown_field(def, key),
            }),
        }
    }
    reading.done(|| {
        let named = raw.iter();
        let known = named.filter_map(|(key, value)| Some((find_index(def, key)?, value)));
        persons(def, known)
    })
}

/// As [`read`], from texts whose fields are known by their place in the form.
///
/// # Errors
/// Every problem at once.
pub fn read_texts(
    def: &'static StepDef,
    given: &[(usize, Cow<'_, str>)],
    vocabulary: &dyn Vocabulary,
) -> Result<Step, Vec<Problem>> {
    let mut reading = Reading::new(def, vocabulary);
    for (index, text) in given {
        reading.take_text(*index, text);
    }
    reading.done(|| {
        let personal = |(index, _): &&(usize, _)| def.fields[*index].kind == Kind::Personal;
        let texts = given.iter().filter(personal);
        texts.map(|(_, text)| text.to_string()).collect()
    })
}

/// Reads one value of a step.
///
/// # Errors
/// What is wrong with it.
pub fn read_field(field: &Field, value: &Json, vocabulary: &dyn Vocabulary) -> Result<Json, Words> {
    read_value(field, value, vocabulary)
}

/// Finds a field by its name, option, heading or an alias of the heading.
#[must_use]
pub fn find_field(def: &'static StepDef, key: &str) -> Option<&'static Field> {
    find_index(def, key).map(|index| &def.fields[index])
}

fn find_index(def: &'static StepDef, key: &str) -> Option<usize> {
    if let Some(index) = def.index(key) {
        return Some(index);
    }
    let key = key.trim();
    let plain = key.replace('-', "_");
    def.fields.iter().position(|field| {
        field.name == plain || field.heading == key || field.aliases.contains(&key)
    })
}

/// Most characters of a text.
const LONGEST: usize = 5000;

fn unknown_field(def: &StepDef, key: &str) -> Words {
    let names = |f: fn(&Field) -> String| {
        let list: Vec<_> = def.fields.iter().map(f).collect();
        list.join(" ")
    };
    words!(
        "“{}”没有“{}”这一栏；可用的有：{}。",
        "“{3}” has no field “{1}”; it has: {4}.",
        def.zh,
        key,
        names(|f| f.heading.to_owned()),
        def.id,
        names(|f| f.name.to_owned())
    )
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(list) => list.iter().all(is_empty),
        _ => false,
    }
}

fn shown(value: &Json) -> Cow<'_, str> {
    match value {
        Json::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

fn read_value(field: &Field, value: &Json, vocabulary: &dyn Vocabulary) -> Result<Json, Words> {
    if !field.list {
        return read_one(field, value, vocabulary);
    }
    let parts: Vec<Json> = match value {
        Json::Array(list) => list
            .iter()
            .flat_map(|item| match item {
                Json::String(text) => split(text, field, vocabulary),
                other => vec![other.clone()],
            })
            .collect(),
        Json::String(text) => split(text, field, vocabulary),
        other => vec![other.clone()],
    };
    let mut list = Vec::with_capacity(parts.len());
    for part in parts.iter().filter(|part| !is_empty(part)) {
        list.push(read_one(field, part, vocabulary)?);
    }
    Ok(Json::Array(list))
}

/// Cuts one text into the values of a list: `、`, `；`, line breaks, and commas where
/// a value cannot hold one itself.
fn split(text: &str, field: &Field, vocabulary: &dyn Vocabulary) -> Vec<Json> {
    let commas = field.kind != Kind::Text;
    let cut =
        |c: char| matches!(c, '、' | '；' | ';' | '\n') || (commas && matches!(c, ',' | '，'));
    // a word of the regulation may hold such a sign itself: the longest one wins
    let known = |part: &str| {
        let term = vocabulary.term(field.vocabulary, part.trim());
        field.kind == Kind::Term && term.is_ok_and(|term| term != part.trim())
    };
    let mut list = Vec::new();
    let mut rest = text;
    loop {
        let ends = rest.match_indices(cut).map(|(at, _)| at);
        let ends: Vec<usize> = ends.chain([rest.len()]).collect();
        let whole = ends.iter().rev().find(|&&end| known(&rest[..end]));
        let end = *whole.unwrap_or(&ends[0]);
        list.push(Json::String(rest[..end].trim().to_owned()));
        let mut after = rest[end..].chars();
        if after.next().is_none() {
            return list;
        }
        rest = after.as_str();
    }
}

/// Reads one text of a field that holds one value.
fn read_text(field: &Field, text: &str, vocabulary: &dyn Vocabulary) -> Result<Json, Words> {
    let tidy = || nfkc(text);
    match field.kind {
        // a byte has at most one character
        Kind::Text
            if text.contains('\0') || text.len() > LONGEST && text.chars().count() > LONGEST =>
        {
            Err(not_a(
                field,
                "不超过5000字的文字",
                "text of at most 5,000 characters",
            ))
        }
        // a credit code is one code however it was typed
        Kind::Text if field.name.ends_with("code") => {
            let code: String = nfkc(text).chars().filter(|c| !c.is_whitespace()).collect();
            Ok(json!(code.to_uppercase()))
        }
        Kind::Text => Ok(text.trim().into()),
        Kind::Day => match tidy().trim().parse::<Day>() {
            Ok(day) => Ok(day.to_string().into()),
            Err(error) => Err(Words::new(error.zh(), error.en())),
        },
        Kind::Moment => match tidy().trim().parse::<Moment>() {
            Ok(moment) => Ok(json!(moment)),
            Err(error) => Err(Words::new(error.zh(), error.en())),
        },
        Kind::Ref => read_ref(field, tidy().trim()),
        Kind::Code => read_code(field, tidy().trim()),
        Kind::Term => Ok(vocabulary.term(field.vocabulary, tidy().trim())?.into()),
        Kind::Personal => read_personal(field, text),
        Kind::Count | Kind::Flag | Kind::Money | Kind::Member => {
            read_one(field, &Json::String(text.to_owned()), vocabulary)
        }
    }
}

fn read_one(field: &Field, value: &Json, vocabulary: &dyn Vocabulary) -> Result<Json, Words> {
    let text = || tidy(&shown(value));
    match field.kind {
        Kind::Text => match value {
            Json::String(text) => read_text(field, text, vocabulary),
            Json::Number(number) => Ok(json!(number.to_string())),
            _ => Err(not_a(field, "文字", "text")),
        },
        Kind::Count => read_count(field, value),
        Kind::Flag => match (value, text().to_lowercase().as_str()) {
            (Json::Bool(flag), _) => Ok(json!(flag)),
            (_, "是" | "有" | "同意" | "y" | "yes" | "true" | "1" | "√") => Ok(json!(true)),
            (_, "否" | "无" | "不同意" | "反对" | "n" | "no" | "false" | "0" | "×") => {
                Ok(json!(false))
            }
            _ => Err(words!(
                "“{}”应为“是”或“否”。",
                "“{1}” must be yes or no.",
                field.heading,
                field.name
            )),
        },
        Kind::Money => match serde_json::from_value::<Money>(value.clone()) {
            Ok(money) => Ok(json!(money)),
            Err(_) => match text().parse::<Money>() {
                Ok(money) => Ok(json!(money)),
                Err(error) => Err(Words::new(error.zh(), error.en())),
            },
        },
        Kind::Day | Kind::Moment | Kind::Ref | Kind::Code | Kind::Term => {
            read_text(field, &shown(value), vocabulary)
        }
        Kind::Personal => match value {
            Json::Object(map) => {
                let text = map.get("personal").map(shown);
                read_text(field, &text.unwrap_or_default(), vocabulary)
            }
            other => read_text(field, &shown(other), vocabulary),
        },
        Kind::Member => read_member(field, value, vocabulary),
    }
}

fn not_a(field: &Field, zh: &str, en: &str) -> Words {
    words!(
        "“{}”应为{}。",
        "“{2}” must be {3}.",
        field.heading,
        zh,
        field.name,
        en
    )
}

fn read_count(field: &Field, value: &Json) -> Result<Json, Words> {
    let number = match value {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => tidy(text)
            .trim_end_matches(['年', '个', '户', '人', '名'])
            .parse()
            .ok(),
        _ => None,
    };
    let year = field.name.contains("year");
    match number {
        Some(number) if year && !(1990..=2100).contains(&number) => Err(not_a(
            field,
            "四位年份，例如2022",
            "a year of four digits, for example 2022",
        )),
        Some(number) if number >= 0 => Ok(json!(number)),
        _ => Err(not_a(
            field,
            "不小于0的整数",
            "a whole number of at least 0",
        )),
    }
}

fn read_ref(field: &Field, text: &str) -> Result<Json, Words> {
    let fine = !text.is_empty()
        && text.chars().count() <= 40
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if fine {
        Ok(json!(text))
    } else {
        Err(words!(
            "“{}”应为编号，只含文字、数字和短横，例如 HZ2022-007。",
            "“{1}” must be an identifier of letters, digits and dashes, for example HZ2022-007.",
            field.heading,
            field.name
        ))
    }
}

fn read_code(field: &Field, text: &str) -> Result<Json, Words> {
    let code = text.to_ascii_uppercase();
    let fine = (1..=8).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase());
    if fine {
        Ok(json!(code))
    } else {
        Err(words!(
            "“{}”应为1至8个大写字母，例如 HZ。",
            "“{1}” must be one to eight capital letters, for example HZ.",
            field.heading,
            field.name
        ))
    }
}

fn read_member(field: &Field, value: &Json, vocabulary: &dyn Vocabulary) -> Result<Json, Words> {
    let (role, who) = match value {
        Json::Object(map) => {
            let who = match map.get("who") {
                Some(Json::Object(inner)) => inner.get("personal").map(shown),
                other => other.map(shown),
            };
            let own = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
            (own(map.get("role").map(shown)), own(who))
        }
        other => {
            let text = tidy(&shown(other));
            if let Some((role, who)) = text.split_once([':', '=']) {
                (Some(role.trim().to_owned()), Some(who.trim().to_owned()))
            } else if let Some((who, role)) = text.strip_suffix(')').and_then(|t| t.split_once('('))
            {
                (Some(role.trim().to_owned()), Some(who.trim().to_owned()))
            } else {
                (None, None)
            }
        }
    };
    match (role, who) {
        (Some(role), Some(who)) if !who.is_empty() => {
            let role = vocabulary.term(field.vocabulary, &role)?;
            Ok(json!({ "who": { "personal": who }, "role": role }))
        }
        _ => Err(words!(
            "“{}”的每个成员应写作“角色:姓名”，例如“需求提出方:测试甲”。",
            "each member of “{1}” must read “role:name”, for example “proposer:Test A”.",
            field.heading,
            field.name
        )),
    }
}

/// Full-width forms to half-width, blanks at the ends removed.
#[must_use]
pub fn tidy(text: &str) -> String {
    nfkc(text).trim().to_owned()
}
