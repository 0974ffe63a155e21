//! The command that records a step, as one would type it.

use std::fmt::Write as _;

use crate::law::Day;
use crate::state::{Fact, Subject};
use crate::step::{Field, Kind, StepDef};
use crate::words::{Lang, Words};

/// The command that records a step of a subject: what is known is filled in, what must be given
/// stands as a word to be replaced, and so do the fields that are wanted.
#[must_use]
pub fn record(def: &StepDef, subject: &str, day: Option<Day>, wanted: &[&Field]) -> Words {
    let one = |lang: Lang| {
        let mut line = format!("minsheng {}", def.id.replace('.', " "));
        let id = Subject::parse(subject);
        let known = |field: &Field| match field.name {
            name if name == def.subject => Some(subject.to_owned()),
            "community" => id.community().map(str::to_owned),
            "year" => id.year().map(|year| year.to_string()),
            name if name == def.dated => day.map(|day| day.to_string()),
            _ => None,
        };
        let positional = def.fields.iter().filter(|f| is_positional(def, f));
        let options = def.fields.iter().filter(|field| {
            let asked = wanted.iter().any(|other| other.name == field.name);
            let dated = field.name == def.dated && day.is_some();
            !is_positional(def, field) && (field.required || asked || dated)
        });
        for field in positional {
            line.push(' ');
            line.push_str(&known(field).unwrap_or_else(|| place(field, lang)));
        }
        for field in options {
            let value = known(field).unwrap_or_else(|| place(field, lang));
            let _ = write!(line, " --{} {value}", field.option());
        }
        line
    };
    Words::new(one(Lang::Zh), one(Lang::En))
}

/// The command that adds fields to a record that is there.
#[must_use]
pub fn amend(fact: &Fact, fields: &[&Field], own: bool) -> Words {
    let origin = if own {
        String::new()
    } else {
        format!(" --origin {}", fact.key.origin)
    };
    let one = |name: fn(&Field) -> &str, value: &str, why: &str| {
        let mut line = format!("minsheng amend {}{origin}", fact.key.seq);
        for field in fields {
            let _ = write!(line, " --set {}={value}", name(field));
        }
        format!("{line} --why {why}")
    };
    Words::new(
        one(|field| field.heading, "内容", "理由"),
        one(|field| field.name, "VALUE", "TEXT"),
    )
}

fn is_positional(def: &StepDef, field: &Field) -> bool {
    def.positional.contains(&field.name)
}

/// A word that stands for a value to be typed.
fn place(field: &Field, lang: Lang) -> String {
    match (field.kind, lang) {
        (Kind::Day, Lang::En) => "DATE".to_owned(),
        (_, Lang::En) => field.name.to_uppercase(),
        (_, Lang::Zh) => field
            .heading
            .split(['（', '('])
            .next()
            .unwrap_or_default()
            .to_owned(),
    }
}
