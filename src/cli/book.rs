//! `rule`, `schema`, `regime`: the book and the shapes, no ledger needed.

use clap::ArgMatches;
use serde_json::{Value as Json, json};

use super::context::{Context, Format};
use super::{Exit, Fail};
use crate::pack::Pack;
use crate::report::{json as contract, rules};
use crate::step::{self, Kind, STEPS, StepDef};
use crate::words;
use crate::words::{Lang, did_you_mean};

/// One page of the book, or all of it.
pub(super) fn rule(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let pack = context.pack_alone()?;
    let voice = context.voice(&pack);
    if matches.get_flag("markdown") || (context.markdown && matches.get_flag("all")) {
        context.only(&[])?;
        write!(context.out, "{}", rules::markdown(voice))?;
        return Ok(Exit::Done);
    }
    if matches.get_flag("coverage") {
        let totals = rules::totals(&pack);
        if context.format == Format::Json {
            let mut json = contract::rules(&pack, context.lang);
            json["schema"] = json!("minsheng.coverage/1");
            json["total"] = json!(totals);
            context.json(&json)?;
            return Ok(Exit::Done);
        }
        context.table(&rules::coverage(voice), "minsheng.coverage/1")?;
        if context.format == Format::Table {
            writeln!(context.out, "{}", totals.said(context.lang))?;
        }
        return Ok(Exit::Done);
    }
    let Some(id) = matches.get_one::<String>("id") else {
        if !matches.get_flag("all") {
            return Err(Fail(words!(
                "请给出规则编号，或加 --all 查看全部规则。",
                "Give a rule's identifier, or --all for the whole book."
            ))
            .into());
        }
        if context.format == Format::Json {
            let json = contract::rules(&pack, context.lang);
            context.json(&json)?;
        } else {
            let table = rules::book(voice);
            context.table(&table, "minsheng.rules/1")?;
        }
        return Ok(Exit::Done);
    };
    let rule = pack.rule(id).ok_or_else(|| no_rule(&pack, id))?;
    if context.format == Format::Json {
        let json = contract::rule(rule, context.lang);
        context.json(&json)?;
    } else {
        write!(context.out, "{}", rules::page(rule, voice))?;
    }
    Ok(Exit::Done)
}

/// No such rule; names those that look alike.
pub(super) fn no_rule(pack: &Pack, id: &str) -> Fail {
    let wanted = id.to_uppercase();
    let head = wanted.split('-').next().unwrap_or_default();
    let near: Vec<&str> = pack
        .rules
        .iter()
        .map(|rule| rule.id.as_str())
        .filter(|known| known.eq_ignore_ascii_case(id) || known.split('-').next() == Some(head))
        .take(5)
        .collect();
    let meant = did_you_mean(id, pack.rules.iter().map(|rule| rule.id.as_str()));
    Fail(words!(
        "没有规则“{}”。{3}{1}用 minsheng rule --all 查看全部。",
        "There is no rule “{0}”.{4}{2} See minsheng rule --all.",
        id,
        if near.is_empty() {
            String::new()
        } else {
            format!("相近的有：{}。", near.join(" "))
        },
        if near.is_empty() {
            String::new()
        } else {
            format!(" Near: {}.", near.join(" "))
        },
        meant.zh,
        meant.en
    ))
}

/// The JSON Schemas of the steps.
pub(super) fn schema(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let pack = context.pack_alone()?;
    let json = match matches.get_one::<String>("step") {
        Some(name) => {
            let def = step::find(name).ok_or_else(|| {
                let all: Vec<&str> = STEPS.iter().map(|def| def.id).collect();
                let near = did_you_mean(name, STEPS.iter().flat_map(|def| [def.id, def.zh]));
                Fail(words!(
                    "没有步骤“{0}”。{2}有：{1}。",
                    "There is no step “{0}”.{3} There are: {1}.",
                    name,
                    all.join(" "),
                    near.zh,
                    near.en
                ))
            })?;
            schema_of(def, &pack, context.lang)
        }
        None => json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "minsheng record",
            "description": "One line of a JSON Lines file for `minsheng record`",
            "oneOf": STEPS.iter().map(|def| schema_of(def, &pack, context.lang)).collect::<Vec<_>>(),
        }),
    };
    context.json(&json)?;
    Ok(Exit::Done)
}

/// The schema of one step: what `record` takes for it, with headings and words.
fn schema_of(def: &StepDef, pack: &Pack, lang: Lang) -> Json {
    let mut properties = serde_json::Map::new();
    properties.insert("step".into(), json!({ "const": def.id }));
    properties.insert(
        "reason".into(),
        json!({
            "type": "object", "additionalProperties": { "type": "string" },
            "description": lang.pick("对规则的说明：规则编号到理由", "Reasons: rule to text"),
        }),
    );
    for field in def.fields {
        let one = value_schema(field.kind);
        let mut property = if field.list {
            json!({ "anyOf": [{ "type": "array", "items": one }, { "type": "string" }] })
        } else {
            one
        };
        property["title"] = json!(field.heading);
        property["description"] = json!(field.en.trim());
        if let Some(list) = pack.vocabularies.iter().find(|v| v.id == field.vocabulary) {
            let words: Vec<Json> = list
                .terms
                .iter()
                .map(|t| json!({ "const": t.id, "title": t.label, "aliases": t.aliases }))
                .collect();
            property["x-terms"] = json!({ "open": list.open, "terms": words });
        }
        properties.insert(field.name.to_owned(), property);
    }
    let mut required = vec!["step"];
    required.extend(def.fields.iter().filter(|f| f.required).map(|f| f.name));
    json!({
        "title": def.zh,
        "description": def.en.trim(),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// The JSON forms of one value.
fn value_schema(kind: Kind) -> Json {
    match kind {
        Kind::Text | Kind::Term => json!({ "type": ["string", "number"] }),
        Kind::Ref => json!({ "type": "string", "examples": ["HZ2022-007"] }),
        Kind::Code => json!({ "type": "string", "pattern": "^[A-Za-z]{1,8}$" }),
        Kind::Day => json!({ "type": "string", "format": "date", "examples": ["2022-04-01"] }),
        Kind::Moment => {
            json!({ "type": "string", "examples": ["2022-04-01T09:30", "2022-04-01"] })
        }
        Kind::Count => json!({ "type": ["integer", "string"] }),
        Kind::Flag => json!({ "type": ["boolean", "string"], "examples": [true, "是", "否"] }),
        Kind::Money => {
            json!({ "type": ["string", "integer"], "examples": ["485000.00", "48.5万"] })
        }
        Kind::Personal => json!({ "anyOf": [
            { "type": ["string", "number"] },
            { "type": "object", "properties": { "personal": { "type": "string" } },
              "required": ["personal"], "additionalProperties": false },
        ], "x-personal": true }),
        Kind::Member => json!({ "anyOf": [
            { "type": "string", "examples": ["需求提出方:测试甲"] },
            { "type": "object", "required": ["who", "role"] },
        ], "x-personal": true }),
    }
}
