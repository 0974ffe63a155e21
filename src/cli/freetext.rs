//! Telephones and identity numbers in free text: recorded, and told, for they can never be erased.

use serde_json::Value as Json;

use super::context::Context;
use super::steps::answer_with;
use super::{Exit, talk};
use crate::corridor::{Entry, Receipt, Refusal};
use crate::step::mask::{Sure, holds_number, sureness};
use crate::step::{Field, Said, StepDef};

/// The places of entries where free text holds such a number, in both languages.
pub(super) fn places(entries: &[Entry]) -> Vec<(String, String)> {
    let mut list = Vec::new();
    let mut free: Option<(&StepDef, Vec<(&Field, Sure)>)> = None;
    for entry in entries {
        let def = entry.step.def;
        let (_, free) = match free.take().filter(|(of, _)| *of == def) {
            Some(same) => free.insert(same),
            None => free.insert((def, free_text(def))),
        };
        let mut tell = |zh: &str, en: &str| {
            let place = entry.place.as_deref();
            let place = place.map_or(String::new(), |p| format!("{p} "));
            list.push((format!("{place}“{zh}”"), format!("{place}{en}")));
        };
        for (field, sure) in free.iter() {
            let value = entry.step.values.get(field.name);
            let holds = value.is_some_and(|value| match value {
                Said::Text(text) => holds_number(text, *sure),
                Said::Json(json) => holds(json, *sure),
                _ => false,
            });
            if holds {
                tell(field.heading, field.name);
            }
        }
        let mut reasons = entry.reasons.iter();
        if reasons.any(|(_, text)| holds_number(text, Sure::Likely)) {
            tell("情况说明", "reason");
        }
    }
    list
}

/// The fields of a step in which a number of a person does not belong.
fn free_text(def: &'static StepDef) -> Vec<(&'static Field, Sure)> {
    // a correction is written as field and value
    let fields = def.fields.iter().filter(|field| field.name != "set");
    let sure = fields.filter_map(|field| Some((field, sureness(field)?)));
    sure.collect()
}

fn holds(value: &Json, sure: Sure) -> bool {
    match value {
        Json::String(text) => holds_number(text, sure),
        Json::Array(list) => list.iter().any(|item| holds(item, sure)),
        _ => false,
    }
}

/// Answers a recording, and tells once where free text holds numbers of persons.
pub(super) fn answer_telling(
    context: &mut Context<'_>,
    answer: Result<Receipt, Refusal>,
    places: &[(String, String)],
) -> anyhow::Result<Exit> {
    let done = answer.is_ok();
    let exit = answer_with(context, answer)?;
    if done && !places.is_empty() {
        let first = places.iter().take(3);
        let zh: Vec<&str> = first.clone().map(|(zh, _)| zh.as_str()).collect();
        let en: Vec<&str> = first.map(|(_, en)| en.as_str()).collect();
        let more = places.len() > 3;
        talk(
            context,
            &format!(
                "注意：{}{}栏里像是电话或身份证号；写进文字的删不掉，请改填到联系方式一栏（公开版会遮盖）。",
                zh.join("、"),
                if more {
                    format!("等{}处", places.len())
                } else {
                    String::new()
                }
            ),
            &format!(
                "Note: {}{} seems to hold a telephone or identity number; what stands in free text can never be erased, give it in the field for the phone instead (public copies hide it).",
                en.join(", "),
                if more {
                    format!(" and {} more", places.len() - 3)
                } else {
                    String::new()
                }
            ),
        );
    }
    Ok(exit)
}
