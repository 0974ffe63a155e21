//! References: whether what a step names was ever recorded.

use std::collections::BTreeSet;

use super::complete::{Incomplete, series};
use crate::ledger::{Event, read::Reader};
use crate::state::Subject;
use crate::step::{Field, Held as _, Kind, STEPS, Step, StepDef};
use crate::words;
use crate::words::Words;

/// What the new events name, to be looked up when all of them are on record.
#[derive(Default)]
pub(super) struct Refs {
    checked: BTreeSet<String>,
    doubts: Vec<Doubt>,
}

/// What may be wrong with a reference.
enum Doubt {
    /// It is wrong.
    Wrong(Incomplete),
    /// A withdrawal of something that may never have been recorded.
    Withdrawn(Option<String>, String),
    /// A field that names something that may never have been recorded.
    Named(Option<String>, &'static Field, String),
}

impl Refs {
    /// Notes what a new event names.
    pub(super) fn take(&mut self, event: &Event, step: &Step, place: Option<&String>) {
        let def = step.def;
        if def.id == "withdraw" && !step.values.contains_key("event") {
            let doubt = Doubt::Withdrawn(place.cloned(), event.subject.clone());
            self.doubts.push(doubt);
        }
        for field in def.fields.iter().filter(|field| field.kind == Kind::Ref) {
            let makes =
                field.name == def.subject && series(field.name).is_some() && !field.required;
            // a body or a subject may be a case, or a place that was looked up before
            let no_reference = is_no_reference(def, field) && !of_a_case(step, field);
            if makes || no_reference {
                continue;
            }
            if field.name == "item" && def.id == "register.library" {
                continue;
            }
            // a session, or the case of a daily evaluation
            let either = def.id == "evaluate.file";
            let several = step.values.list(field.name).iter();
            let several = several.filter_map(serde_json::Value::as_str);
            for name in step.text(field.name).into_iter().chain(several) {
                if let Some(words) = wrong_kind(field, name).filter(|_| !either) {
                    let place = place.cloned();
                    self.doubts.push(Doubt::Wrong(Incomplete { place, words }));
                } else if !self.checked.contains(name) {
                    self.checked.insert(name.to_owned());
                    let doubt = Doubt::Named(place.cloned(), field, name.to_owned());
                    self.doubts.push(doubt);
                }
            }
        }
    }

    /// References to subjects that nobody has recorded.
    pub(super) fn dangling(self, reader: Reader<'_>) -> anyhow::Result<Vec<Incomplete>> {
        let mut missing = Vec::new();
        for doubt in self.doubts {
            let (place, words) = match doubt {
                Doubt::Wrong(wrong) => (wrong.place, wrong.words),
                Doubt::Withdrawn(_, subject) if exists(reader, &subject)? => continue,
                Doubt::Withdrawn(place, subject) => (place, nothing_to_withdraw(&subject)),
                Doubt::Named(_, _, name) if exists(reader, &name)? => continue,
                Doubt::Named(place, field, name) => {
                    let words = unknown_subject(reader, field.heading, field.name, &name)?;
                    (place, words)
                }
            };
            missing.push(Incomplete { place, words });
        }
        Ok(missing)
    }
}

/// True for a field whose value names no subject that a step must have made.
fn is_no_reference(def: &StepDef, field: &Field) -> bool {
    matches!(
        field.name,
        "body" | "subject" | "concerns" | "shelf" | "scope"
    ) || (field.name == "entry" && def.id == "register.blocklist")
}

/// True if the step's body or subject is a case or a demand that it does not make itself.
fn of_a_case(step: &Step, field: &Field) -> bool {
    let named = matches!(
        step.def.id,
        "register.document" | "register.reason" | "implement.decide"
    );
    let subject = step.text(field.name).map(Subject::parse);
    named && matches!(subject, Some(Subject::Case(..) | Subject::Demand(..)))
}

fn nothing_to_withdraw(subject: &str) -> Words {
    words!(
        "没有可撤回的“{0}”：可整个撤回项目、需求、征集、会议、评价；撤回单个事件用 --event 事件号（见 minsheng log {0}）。",
        "There is no “{0}” to withdraw: cases, demands, rounds, meetings and sessions are withdrawn whole; a single event with --event N (see minsheng log {0}).",
        subject
    )
}

/// A reference to another kind of subject than the field is for.
fn wrong_kind(field: &Field, name: &str) -> Option<Words> {
    let singular = field.name.trim_end_matches('s');
    let (letter, _) = series(singular)?;
    let fits = name.rsplit_once('-').is_some_and(|(_, tail)| {
        tail.strip_prefix(letter)
            .is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
    });
    (!fits).then(|| {
        words!(
            "“{}”不是{}；它的编号形如 HZ2022-{}{}。",
            "“{0}” is no {4}; its identifiers look like HZ2022-{2}{3}.",
            name,
            field.heading,
            letter,
            if letter.is_empty() { "001" } else { "1" },
            singular
        )
    })
}

/// True if some step made this subject.
fn exists(reader: Reader<'_>, subject: &str) -> anyhow::Result<bool> {
    let makers: Vec<&StepDef> = STEPS.iter().copied().filter(|def| makes(def)).collect();
    Ok(reader.made_by(subject, &makers)?)
}

/// True for the steps that make a numbered subject: a case, a demand, a round, a meeting.
#[must_use]
pub fn numbers(def: &StepDef) -> bool {
    series(def.subject).is_some() && def.field(def.subject).is_some_and(|field| !field.required)
}

/// True for the steps that make their subject.
fn makes(def: &StepDef) -> bool {
    numbers(def) || matches!(def.id, "register.library" | "register.blocklist")
}

fn unknown_subject(
    reader: Reader<'_>,
    heading: &str,
    name: &str,
    subject: &str,
) -> anyhow::Result<Words> {
    let near = match Subject::parse(subject) {
        Subject::Case(code, year) | Subject::Demand(code, year) => {
            let all = reader.subjects(&format!("{code}{year}-"))?;
            let digits = |id: &str| id.bytes().filter(u8::is_ascii_digit).count();
            all.into_iter()
                .filter(|id| {
                    digits(id) == digits(subject) && id.len() == subject.len() && id != subject
                })
                .find(|id| {
                    id.bytes()
                        .zip(subject.bytes())
                        .filter(|(a, b)| a != b)
                        .count()
                        <= 1
                })
        }
        _ => None,
    };
    let (zh, en) = near.map_or((String::new(), String::new()), |id| {
        (format!("是不是 {id}？"), format!(" Did you mean {id}?"))
    });
    Ok(words!(
        "{}“{}”不存在。{}用 minsheng list 查看已有的编号。",
        "{3} “{1}” does not exist.{4} See what there is with minsheng list.",
        heading,
        subject,
        zh,
        name,
        en
    ))
}
