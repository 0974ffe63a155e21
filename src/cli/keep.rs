//! `init`, `verify`, `checkpoint`: making a ledger and trusting it.

use std::path::Path;

use clap::ArgMatches;
use serde_json::json;

use super::context::{Context, Format, default_pack, load, shown};
use super::{Exit, Fail, talk};
use crate::ledger::{Checkpoint, Draft, Ledger, OpenError, chain};
use crate::pack::Pack;
use crate::step::{Step, general};
use crate::words;

/// Makes a new ledger and binds a pack to it.
pub(super) fn init(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let regime = context
        .regime
        .clone()
        .unwrap_or_else(|| default_pack().to_owned());
    let pack = load(&regime)?;
    let origin = match matches.get_one::<String>("origin") {
        Some(origin)
            if origin
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
                && !origin.is_empty()
                && origin.len() <= 64 =>
        {
            origin.clone()
        }
        Some(origin) => {
            return Err(Fail(words!(
                "账本编号“{0}”只能用字母、数字和 . - _，最长64个。",
                "The identifier “{0}” may have letters, digits and . - _ only, at most 64.",
                origin
            ))
            .into());
        }
        None => {
            let mut bytes = [0_u8; 8];
            getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("no random numbers: {e}"))?;
            chain::hex(&bytes)
        }
    };
    if context.dry_run {
        talk(
            context,
            &format!("将建账：{}（依据 {regime}）", shown(&context.ledger)),
            &format!(
                "Would make {} (regulation {regime})",
                shown(&context.ledger)
            ),
        );
        return Ok(Exit::Done);
    }
    // made aside, so that who is killed here leaves no half ledger under the name
    if context.ledger.symlink_metadata().is_ok() {
        return Err(OpenError::Exists(context.ledger.clone()).into());
    }
    let mut aside = context.ledger.clone().into_os_string();
    aside.push(format!(".{}.new", std::process::id()));
    let mut ledger = Ledger::create(Path::new(&aside), &origin)?;
    let name = matches.get_one::<String>("name").cloned();
    if let Err(error) = open_with(&mut ledger, context, &origin, &regime, &pack, name) {
        ledger.discard();
        return Err(error);
    }
    let path = ledger.publish(&context.ledger)?;
    context.recorded = true;
    if context.format == Format::Json {
        context.json(&json!({
            "schema": "minsheng.receipt/1", "ledger": shown(&path), "origin": origin,
            "regime": regime, "pack_sha256": pack.sha256,
        }))?;
    } else {
        let zh = format!(
            "已建账：{}，编号 {origin}，依据《{}》。",
            shown(&context.ledger),
            pack.meta.name
        );
        let en = format!(
            "Made {}, origin {origin}, regulation {}.",
            shown(&context.ledger),
            pack.meta.name_en
        );
        writeln!(context.out, "{}", context.lang.pick(&zh, &en))?;
    }
    Ok(Exit::Done)
}

/// Records the event that opens a ledger.
fn open_with(
    ledger: &mut Ledger,
    context: &Context<'_>,
    origin: &str,
    regime: &str,
    pack: &Pack,
    name: Option<String>,
) -> anyhow::Result<()> {
    let step = Step::of(&general::Init {
        ledger: origin.to_owned(),
        name,
        regime: regime.to_owned(),
        pack_sha256: pack.sha256.clone(),
        date: context.today,
    })?;
    let mut writer = ledger.write(&context.actor, &context.now())?;
    writer.append(Draft {
        step,
        subject: origin.to_owned(),
        occurred: context.today.to_string(),
    })?;
    writer.commit()
}

/// Rechecks the whole file.
pub(super) fn verify(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let lang = context.lang;
    let against = match matches.get_one::<String>("against") {
        None => None,
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Fail(words!(
                    "读不到校验点文件 {}：{}。",
                    "Cannot read the checkpoint {}: {}.",
                    file,
                    error
                ))
            })?;
            Some(Checkpoint::parse(&text).map_err(|error| {
                Fail(words!(
                    "{} 不是校验点文件（{}）；应为 minsheng checkpoint 输出的前三行。",
                    "{} is no checkpoint ({}); it must begin with the three lines of minsheng checkpoint.",
                    file,
                    error
                ))
            })?)
        }
    };
    let ledger = match Ledger::open_read(&context.ledger) {
        Ok(ledger) => ledger,
        Err(error) if error.is_damage() => {
            let words = words!(
                "账本文件损坏，打不开：{0}。请停止使用此文件，用备份恢复。",
                "The ledger file is damaged and cannot be opened: {0}. Stop using it, restore a backup.",
                error
            );
            writeln!(context.out, "✗ {}", words.in_lang(lang))?;
            return Ok(Exit::Integrity);
        }
        Err(error) => return Err(error.into()),
    };
    let found = ledger.verify(against.as_ref())?;
    if context.format == Format::Json {
        context.json(&json!({
            "schema": "minsheng.verify/1",
            "ok": found.faults.is_empty(),
            "events": found.events,
            "heads": found.heads.iter().map(|h| json!({"origin": h.origin, "size": h.size, "head": h.hex()})).collect::<Vec<_>>(),
            "unanchored": found.unanchored,
            "faults": found.faults.iter().map(|f| f.in_lang(lang)).collect::<Vec<_>>(),
        }))?;
    } else {
        for fault in &found.faults {
            writeln!(context.out, "✗ {}", fault.in_lang(lang))?;
        }
        for head in &found.heads {
            writeln!(
                context.out,
                "{} {}：{}{}，{} {}",
                lang.pick("链", "chain"),
                head.origin,
                head.size,
                lang.pick("个事件", " events"),
                lang.pick("链尾", "head"),
                head.hex()
            )?;
        }
        if let Some(after) = found.unanchored {
            writeln!(
                context.out,
                "{}",
                lang.pick(
                    &format!("校验点之前的历史未变；之后有{after}个事件，尚无校验点保护。"),
                    &format!("History up to the checkpoint is unchanged; {after} events after it have no checkpoint yet.")
                )
            )?;
        }
        let verdict = if found.faults.is_empty() {
            lang.pick("核验通过。", "Verified.")
        } else {
            lang.pick(
                "核验不通过：请停止使用此文件，保留它作为证据，用备份恢复。",
                "Verification failed: stop using this file, keep it as evidence, restore a backup.",
            )
        };
        writeln!(context.out, "{verdict}")?;
    }
    Ok(if found.faults.is_empty() {
        Exit::Done
    } else {
        Exit::Integrity
    })
}

/// Prints the checkpoint of the ledger.
pub(super) fn checkpoint(context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let ledger = context.open_read()?;
    // a checkpoint vouches for the history: it is made of a whole one only
    let found = ledger.verify(None)?;
    if let Some(fault) = found.faults.first() {
        let lang = context.lang;
        writeln!(context.err, "✗ {}", fault.in_lang(lang))?;
        talk(
            context,
            "账本核验不通过，不出具校验点；见 minsheng verify。",
            "The ledger does not verify, so there is no checkpoint; see minsheng verify.",
        );
        return Ok(Exit::Integrity);
    }
    let checkpoint = ledger.checkpoint()?;
    if context.format == Format::Json {
        context.json(&json!({
            "schema": "minsheng.checkpoint/1", "origin": checkpoint.origin, "size": checkpoint.size,
            "root": chain::hex(&checkpoint.root), "body": checkpoint.body(),
            "fingerprint": checkpoint.fingerprint(),
        }))?;
        return Ok(Exit::Done);
    }
    write!(context.out, "{}", checkpoint.body())?;
    let zh = format!(
        "校验指纹（可抄入会议纪要、公开栏）：{}",
        checkpoint.fingerprint()
    );
    let en = format!(
        "Fingerprint (for minutes and notice boards): {}",
        checkpoint.fingerprint()
    );
    talk(context, &zh, &en);
    Ok(Exit::Done)
}
