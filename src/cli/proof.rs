//! `verify`, `checkpoint`: trusting a ledger, and giving others something to hold it to.

use std::path::Path;

use clap::ArgMatches;
use serde_json::json;

use super::context::{Context, Format};
use super::{Exit, Fail, keys, talk};
use crate::ledger::checkpoint::Anchor;
use crate::ledger::verify::Verification;
use crate::ledger::{Checkpoint, Head, Ledger, chain};
use crate::report::table::clean;
use crate::words;
use crate::words::{Lang, Words};

/// Rechecks the whole file, the files beside it, and what others hold of it.
pub(super) fn verify(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let lang = context.lang;
    let (anchors, names, unchecked) = anchors(matches)?;
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
    let busy = context.busy("正在核验…", "Verifying…");
    let mut found = ledger.verify(&anchors)?;
    drop(busy);
    found.notes.extend(unchecked);
    if matches.get_flag("sealed") {
        sealed(&ledger, &mut found)?;
    }
    let lost = lost(&ledger, &found, lang)?;
    if context.format == Format::Json {
        let json = contract(&found, &names, lang);
        context.json(&json)?;
    } else {
        tell(context, &found, &names, &lost)?;
    }
    Ok(match (found.is_whole(), found.schema_known) {
        (true, true) => Exit::Done,
        (true, false) => Exit::Failed,
        (false, _) => Exit::Integrity,
    })
}

/// The checkpoints and fingerprints of the command line, with what to call each.
///
/// And what is to be said of signatures that nobody checks.
fn anchors(matches: &ArgMatches) -> anyhow::Result<(Vec<Anchor>, Vec<String>, Vec<Words>)> {
    let (mut anchors, mut names, mut unchecked) = (Vec::new(), Vec::new(), Vec::new());
    let verifiers = keys::verifiers(matches)?;
    for file in matches.get_many::<String>("against").into_iter().flatten() {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Fail(words!(
                "读不到校验点文件 {}：{}。",
                "Cannot read the checkpoint {}: {}.",
                file,
                error
            ))
        })?;
        let signed = text.lines().any(|line| line.starts_with("— "));
        if verifiers.is_empty() && signed {
            unchecked.push(words!(
                "{0} 带有签名，但没有核对签名：内容可能是别人写的。要核对，加 --verifier-key 公钥。",
                "{0} is signed, but the signature was not checked: anyone may have written it. To check it add --verifier-key KEY.",
                file
            ));
        }
        let text = keys::open(&verifiers, file, text)?;
        let checkpoint = Checkpoint::parse(&text).map_err(|error| {
            Fail(words!(
                "{} 不是校验点文件（{}）；应为 minsheng checkpoint 输出的前三行。",
                "{} is no checkpoint ({}); it must begin with the three lines of minsheng checkpoint.",
                file,
                error
            ))
        })?;
        anchors.push(Anchor::Whole(checkpoint));
        names.push(file.clone());
    }
    for text in matches
        .get_many::<String>("fingerprint")
        .into_iter()
        .flatten()
    {
        let anchor = Anchor::paper(text).ok_or_else(|| {
            Fail(words!(
                "“{0}”应写作“事件数=校验指纹”，例如 170=6f1d-0a2b-…（八组，每组四位）。",
                "“{0}” must read SIZE=FINGERPRINT, for example 170=6f1d-0a2b-… (eight groups of four).",
                text
            ))
        })?;
        anchors.push(anchor);
        names.push(text.clone());
    }
    Ok((anchors, names, unchecked))
}

/// A backup must have the bytes that it had when it was made.
fn sealed(ledger: &Ledger, found: &mut Verification) -> anyhow::Result<()> {
    match ledger.is_sealed()? {
        Some(true) => found.notes.push(words!(
            "文件与备份时的 .sha256 一致，一个字节都没有变。",
            "The file has the bytes of its .sha256: not one has changed since the backup."
        )),
        Some(false) => found.faults.push(words!(
            "文件与备份时的 .sha256 不一致：备份之后有字节变了。",
            "The file differs from its .sha256: bytes have changed since the backup."
        )),
        None => {
            return Err(Fail(words!(
                "{0} 旁边没有 .sha256 文件；--sealed 只用于 minsheng backup 做的备份。",
                "There is no .sha256 beside {0}; --sealed is for what minsheng backup made.",
                ledger.path().display()
            ))
            .into());
        }
    }
    Ok(())
}

/// The files of evidence that are missing or altered, with the events that name them.
fn lost(ledger: &Ledger, found: &Verification, lang: Lang) -> anyhow::Result<Vec<String>> {
    let mut list = Vec::new();
    let missing = found.evidence.missing.iter().map(|digest| (digest, true));
    let altered = found.evidence.altered.iter().map(|digest| (digest, false));
    for (digest, missing) in missing.chain(altered) {
        let events = ledger.reader().holding(digest)?;
        let by: Vec<String> = events
            .iter()
            .take(3)
            .map(|event| format!("{} {}", event.subject, event.seq))
            .collect();
        let (zh, en) = if missing {
            ("附件的副本不见了", "a file of evidence is missing")
        } else {
            ("附件的副本被改动过", "a file of evidence was altered")
        };
        list.push(format!(
            "{}{}{}（{} {}）",
            lang.pick(zh, en),
            lang.pick("：", ": "),
            digest,
            lang.pick("登记于", "named by"),
            by.join("、")
        ));
    }
    Ok(list)
}

fn contract(found: &Verification, names: &[String], lang: Lang) -> serde_json::Value {
    let anchors: Vec<_> = found
        .anchors
        .iter()
        .zip(names)
        .map(
            |(a, name)| json!({"from": name, "origin": a.origin, "size": a.size, "holds": a.holds}),
        )
        .collect();
    json!({
        "schema": "minsheng.verify/1",
        "ok": found.is_whole() && found.schema_known,
        "schema_known": found.schema_known,
        "events": found.events,
        "heads": found.heads.iter().map(|h| json!({
            "origin": h.origin, "size": h.size, "head": h.hex(), "anchored": anchored(found, h),
        })).collect::<Vec<_>>(),
        "anchors": anchors,
        "unanchored": found.unanchored,
        "evidence": {
            "whole": found.evidence.whole, "missing": found.evidence.missing,
            "altered": found.evidence.altered, "orphans": found.evidence.orphans,
        },
        "notes": found.notes.iter().map(|n| n.in_lang(lang)).collect::<Vec<_>>(),
        "faults": found.faults.iter().map(|f| f.in_lang(lang)).collect::<Vec<_>>(),
    })
}

/// Up to which event of a chain an anchor vouches; none if no anchor of it holds.
fn anchored(found: &Verification, head: &Head) -> Option<u64> {
    let of = found
        .anchors
        .iter()
        .filter(|a| a.origin == head.origin && a.holds);
    of.map(|a| a.size).max()
}

fn tell(
    context: &mut Context<'_>,
    found: &Verification,
    names: &[String],
    lost: &[String],
) -> anyhow::Result<()> {
    let lang = context.lang;
    for fault in &found.faults {
        writeln!(context.out, "✗ {}", clean(fault.in_lang(lang)))?;
    }
    for line in lost {
        writeln!(context.out, "✗ {line}")?;
    }
    for note in &found.notes {
        writeln!(context.out, "{}", clean(note.in_lang(lang)))?;
    }
    for head in &found.heads {
        writeln!(
            context.out,
            "{} {}：{}{}，{} {}",
            lang.pick("链", "chain"),
            clean(&head.origin),
            head.size,
            lang.pick("个事件", " events"),
            lang.pick("链尾", "head"),
            head.hex()
        )?;
        if let Some(size) = anchored(found, head) {
            let after = u64::try_from(head.size)
                .unwrap_or_default()
                .saturating_sub(size);
            writeln!(
                context.out,
                "{}",
                lang.pick(
                    &format!("  校验点之前的历史未变（{size}个事件）；之后有{after}个事件，尚无校验点保护。"),
                    &format!("  History up to the checkpoint is unchanged ({size} events); {after} events after it have no checkpoint yet.")
                )
            )?;
        }
    }
    for (anchor, name) in found.anchors.iter().zip(names).filter(|(a, _)| !a.holds) {
        let zh = format!(
            "✗ 与 {name} 不符（账本 {}，{}个事件）",
            clean(&anchor.origin),
            anchor.size
        );
        let en = format!(
            "✗ {name} does not fit (ledger {}, {} events)",
            clean(&anchor.origin),
            anchor.size
        );
        writeln!(context.out, "{}", lang.pick(&zh, &en))?;
    }
    let evidence = &found.evidence;
    if evidence.whole > 0 {
        let zh = format!("附件：{}份，与登记的摘要一致。", evidence.whole);
        let en = format!("Evidence: {} files as recorded.", evidence.whole);
        writeln!(context.out, "{}", lang.pick(&zh, &en))?;
    }
    for orphan in evidence.orphans.iter().take(10) {
        let zh = format!("附件文件夹里多出 {orphan}：没有登记它，可以删除。");
        let en = format!(
            "The evidence folder has an extra {orphan}: no event names it, it may be deleted."
        );
        writeln!(context.out, "{}", lang.pick(&zh, &en))?;
    }
    let verdict = if found.is_whole() && found.schema_known {
        lang.pick("核验通过。", "Verified.")
    } else if found.is_whole() {
        lang.pick(
            "链完整，但表结构属于较新的版本，未能核验：防改动的保护是否还在，本程序看不出。请升级 minsheng 后再核验。",
            "The chains are whole, but the schema is of a newer version and was not verified: whether its guards still stand cannot be told. Upgrade minsheng and verify again.",
        )
    } else {
        lang.pick(
            "核验不通过：请停止使用此文件，保留它作为证据，用备份恢复。",
            "Verification failed: stop using this file, keep it as evidence, restore a backup.",
        )
    };
    writeln!(context.out, "{verdict}")?;
    Ok(())
}

/// Says which state of the ledger an answer was made from, where the answer itself does not.
pub(super) fn tell_head(context: &mut Context<'_>, ledger: &Ledger) -> anyhow::Result<()> {
    if let Some(head) = ledger.reader().heads()?.first() {
        let (size, hex) = (head.size, head.hex());
        let short = &hex[..16];
        talk(
            context,
            &format!(
                "据账本 {} 的{size}个事件，链尾 {short}。",
                clean(&head.origin)
            ),
            &format!(
                "Made from {size} events of ledger {}, head {short}.",
                clean(&head.origin)
            ),
        );
    }
    Ok(())
}

/// Prints the checkpoint of the ledger, signed if a key is given; or makes a key.
pub(super) fn checkpoint(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    if let Some(file) = matches.get_one::<String>("new-key") {
        return keys::make(file, matches, context);
    }
    let key = matches
        .get_one::<String>("key")
        .map(|file| (file, keys::read(file)));
    let ledger = context.open_read()?;
    let past = key
        .as_ref()
        .map(|(file, _)| keys::signed(Path::new(file), &ledger));
    let past = past.transpose()?.unwrap_or_default();
    // a checkpoint vouches for the history: it is made of a whole one only, and a key signs
    // nothing that does not go on from what it signed before
    let found = ledger.verify(&past)?;
    if let Some(fault) = found.faults.first() {
        let lang = context.lang;
        writeln!(context.err, "✗ {}", clean(fault.in_lang(lang)))?;
        let broken = found.anchors.iter().any(|anchor| !anchor.holds);
        let (zh, en) = if broken {
            (
                "账本与这个密钥以前签过的校验点不符，不再签名；见密钥旁的 .signed 文件。",
                "The ledger does not go on from what this key signed before, so it signs nothing; see the .signed file beside the key.",
            )
        } else {
            (
                "账本核验不通过，不出具校验点；见 minsheng verify。",
                "The ledger does not verify, so there is no checkpoint; see minsheng verify.",
            )
        };
        talk(context, zh, en);
        return Ok(Exit::Integrity);
    }
    let checkpoint = ledger.checkpoint()?;
    let note = match key {
        None => checkpoint.body(),
        Some((file, key)) => {
            keys::remember(Path::new(file), &checkpoint)?;
            key?.sign(&checkpoint.body())
        }
    };
    let own = found
        .heads
        .iter()
        .find(|head| head.origin == checkpoint.origin);
    let head = own.map(Head::hex).unwrap_or_default();
    let (at, print) = (context.now(), checkpoint.fingerprint());
    let local = context.surroundings.now + chrono::Duration::hours(8);
    let local = local.format("%Y年%m月%d日%H:%M").to_string();
    let notice = words!(
        "账本 {0} 截至{1}共登记{2}个事件，校验指纹：{3}",
        "Ledger {0}, {4}: {2} events, fingerprint {3}",
        clean(&checkpoint.origin),
        local,
        checkpoint.size,
        print,
        at
    );
    if context.format == Format::Json {
        let notice = notice.in_lang(context.lang);
        context.json(&json!({
            "schema": "minsheng.checkpoint/1", "origin": checkpoint.origin, "size": checkpoint.size,
            "root": chain::hex(&checkpoint.root), "head": head, "time": at,
            "body": checkpoint.body(), "note": note, "fingerprint": print, "notice": notice,
        }))?;
        return Ok(Exit::Done);
    }
    write!(context.out, "{note}")?;
    talk(
        context,
        &format!("链尾：{head}，出具时间（UTC）：{at}"),
        &format!("Head: {head}, made {at}"),
    );
    talk(
        context,
        &format!("校验指纹（可抄入会议纪要、公开栏）：{print}"),
        &format!("Fingerprint (for minutes and notice boards): {print}"),
    );
    talk(
        context,
        &format!("公开栏文字：{}", notice.zh),
        &format!("For the notice board: {}", notice.en),
    );
    Ok(Exit::Done)
}
