//! `regime`: the regulations that there are, side by side, and those that are being made.

use std::path::Path;

use clap::ArgMatches;
use serde_json::json;

use super::context::{Context, Format, load};
use super::{Exit, Fail, talk};
use crate::pack::Pack;
use crate::report::Table;
use crate::report::regimes::begin::{Beginning, begin};
use crate::report::regimes::diff;
use crate::report::regimes::lint::{self, Examples};
use crate::words;

/// The embedded regulations.
pub(super) fn regimes(context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let lang = context.lang;
    let mut table = Table::new(vec![
        ("id", lang.pick("编号", "Id").into()),
        ("name", lang.pick("名称", "Name").into()),
        ("document", lang.pick("文号", "Document").into()),
        ("from", lang.pick("施行", "From").into()),
        ("to", lang.pick("有效期至", "To").into()),
        ("rules", lang.pick("条目", "Rules").into()),
    ]);
    for id in Pack::embedded() {
        let pack = load(id)?;
        let day = |day: Option<crate::law::Day>| day.map_or(String::new(), |d| d.to_string());
        table.rows.push(vec![
            id.to_owned(),
            lang.pick(&pack.meta.name, &pack.meta.name_en).to_owned(),
            pack.meta.document.clone().unwrap_or_default(),
            day(pack.meta.from),
            day(pack.meta.to),
            pack.rules.len().to_string(),
        ]);
    }
    context.table(&table, "minsheng.regimes/1")?;
    Ok(Exit::Done)
}

/// One regulation: what it is, and its words.
pub(super) fn regime(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[])?;
    let pack = match matches.get_one::<String>("id") {
        Some(id) => load(id)?,
        None => context.pack_alone()?,
    };
    let lang = context.lang;
    let day = |day: Option<crate::law::Day>| day.map_or("—".to_owned(), |d| d.to_string());
    writeln!(
        context.out,
        "{} 《{}》 {}",
        pack.meta.id,
        pack.meta.name,
        pack.meta.document.as_deref().unwrap_or_default()
    )?;
    writeln!(
        context.out,
        "{}{} — {}\nSHA-256 {}",
        lang.pick("有效期：", "In force: "),
        day(pack.meta.from),
        day(pack.meta.to),
        pack.sha256
    )?;
    for list in pack.vocabularies.iter() {
        let words: Vec<String> = list
            .terms
            .iter()
            .map(|t| format!("{}={}", t.id, t.label))
            .collect();
        let lang = context.lang;
        let (colon, comma) = (lang.pick("：", ": "), lang.pick("、", ", "));
        writeln!(context.out, "{}{colon}{}", list.id, words.join(comma))?;
    }
    Ok(Exit::Done)
}

/// Two regulations side by side.
pub(super) fn compare(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let pack = |name: &str| load(matches.get_one::<String>(name).map_or("", String::as_str));
    let (a, b) = (pack("a")?, pack("b")?);
    let table = diff::diff(&a, &b, matches.get_flag("all"), context.lang);
    context.table(&table, "minsheng.regime-diff/1")?;
    Ok(Exit::Done)
}

/// What a pack lacks; ends with 1 if there is something.
pub(super) fn check(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let pack = match matches.get_one::<String>("id") {
        Some(id) => load(id)?,
        None => context.pack_alone()?,
    };
    let text = matches
        .get_many::<String>("text")
        .map(|files| files.map(|file| read(file)).collect::<Result<Vec<_>, _>>())
        .transpose()?
        .map(|texts| texts.join("\n"));
    let examples = matches
        .get_one::<String>("examples")
        .map(|folder| Examples::read(Path::new(folder)))
        .transpose()
        .map_err(|error| Fail(words!("{}。", "{}.", error)))?;
    let expected = examples.as_ref().map(Examples::expected);
    let mut flaws = lint::lint(&pack, text.as_deref(), expected.as_ref());
    if let Some(examples) = &examples {
        flaws.extend(examples.untrue(&pack));
    }
    let lang = context.lang;
    if context.format == Format::Json {
        let list: Vec<_> = flaws
            .iter()
            .map(|flaw| json!({ "at": flaw.at, "message": flaw.words.in_lang(lang) }))
            .collect();
        context.json(&json!({
            "schema": "minsheng.regime-lint/1", "regime": pack.meta.id,
            "rules": pack.rules.len(), "flaws": list,
        }))?;
    } else {
        context.only(&[])?;
        for flaw in &flaws {
            let colon = lang.pick("：", ": ");
            writeln!(
                context.out,
                "{}{colon}{}",
                flaw.at,
                flaw.words.in_lang(lang)
            )?;
        }
        let said = if flaws.is_empty() {
            lang.pick(
                &format!(
                    "{}：{}条规则，没有发现问题。",
                    pack.meta.id,
                    pack.rules.len()
                ),
                &format!(
                    "{}: {} rules, nothing found.",
                    pack.meta.id,
                    pack.rules.len()
                ),
            )
            .to_owned()
        } else {
            lang.pick(
                &format!("{}：{}处要补。", pack.meta.id, flaws.len()),
                &format!("{}: {} things to mend.", pack.meta.id, flaws.len()),
            )
            .to_owned()
        };
        writeln!(context.out, "{said}")?;
        if text.is_none() {
            talk(
                context,
                "没有对照原文；加 --text 文件 核对引文和漏掉的条款。",
                "Not held against the text; add --text FILE to check quotes and clauses left out.",
            );
        }
    }
    Ok(if flaws.is_empty() {
        Exit::Done
    } else {
        Exit::Findings
    })
}

fn read(file: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(file).map_err(|error| {
        Fail(words!(
            "读不到 {}：{}。",
            "Cannot read {}: {}.",
            file,
            error
        ))
        .into()
    })
}

/// Begins a new pack in a folder.
pub(super) fn new(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[])?;
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let folder = text("folder").unwrap_or_default();
    let folder = Path::new(&folder);
    let id = text("id").unwrap_or_else(|| {
        folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    });
    let law = text("text").map(|file| read(&file)).transpose()?;
    let first = law
        .as_deref()
        .and_then(|t| t.lines().map(str::trim).find(|l| !l.is_empty()));
    let name = text("name")
        .or_else(|| first.map(str::to_owned))
        .unwrap_or_else(|| id.clone());
    let files = begin(&Beginning {
        id: &id,
        name: &name,
        text: law.as_deref(),
    });
    if files.iter().any(|(file, _)| folder.join(file).exists()) {
        return Err(Fail(words!(
            "{0} 里已有依据文件，未改动；换一个文件夹。",
            "{0} holds a pack already and was not changed; take another folder.",
            folder.display()
        ))
        .into());
    }
    std::fs::create_dir_all(folder)?;
    for (file, content) in &files {
        std::fs::write(folder.join(file), content)?;
    }
    writeln!(
        context.out,
        "{}",
        context.lang.pick(
            &format!(
                "已新建 {}：pack.toml、words.toml、parameters.toml、rows.toml。\n逐项回答 parameters.toml，把 rows.toml 的每一条改成核对；随时用 minsheng regime lint {} 看还缺什么。",
                folder.display(),
                folder.display()
            ),
            &format!(
                "Began {}: pack.toml, words.toml, parameters.toml, rows.toml.\nAnswer parameters.toml, turn each row of rows.toml into checks; minsheng regime lint {} says what is lacking.",
                folder.display(),
                folder.display()
            )
        )
    )?;
    Ok(Exit::Done)
}
