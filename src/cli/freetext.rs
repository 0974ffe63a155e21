//! Telephones and identity numbers in free text: recorded, and told, for they can never be erased.

use serde_json::Value as Json;

use super::context::Context;
use super::steps::answer_with;
use super::{Exit, talk};
use crate::corridor::{Entry, Receipt, Refusal};
use crate::step::mask::{Sure, holds_number, sureness};

/// The places of entries where free text holds such a number, in both languages.
pub(super) fn places(entries: &[Entry]) -> Vec<(String, String)> {
    let mut list = Vec::new();
    for entry in entries {
        let place = entry
            .place
            .as_deref()
            .map_or(String::new(), |p| format!("{p} "));
        for field in entry.step.def.fields {
            // a correction is written as field and value
            let sure = sureness(field).filter(|_| field.name != "set");
            let value = entry.step.values.get(field.name);
            if let (Some(sure), Some(value)) = (sure, value)
                && holds(value, sure)
            {
                list.push((
                    format!("{place}“{}”", field.heading),
                    format!("{place}{}", field.name),
                ));
            }
        }
        if entry
            .reasons
            .iter()
            .any(|(_, text)| holds_number(text, Sure::Likely))
        {
            list.push((format!("{place}“情况说明”"), format!("{place}reason")));
        }
    }
    list
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
