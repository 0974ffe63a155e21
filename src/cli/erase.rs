//! `erase`: personal values taken out of the ledger, with a record that it was done.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;

use super::context::{Context, Format};
use super::{Exit, Fail, talk};
use crate::ledger::{Draft, Event, Ledger, evidence};
use crate::step::input::tidy;
use crate::step::mask::mask;
use crate::step::{self, Ref, Step, general};
use crate::words;
use crate::words::Lang;

/// One value that goes.
struct Doomed {
    token: String,
    /// The value; none for a file of evidence or a value that is gone.
    value: Option<String>,
    /// Events that hold the token.
    events: Vec<Event>,
}

/// Erases values and says what went and what stays.
pub(super) fn erase(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    if matches.get_flag("again") {
        return again(context);
    }
    let mut ledger = if context.dry_run {
        context.open_read()?
    } else {
        context.open()?
    };
    let doomed = doomed(&ledger, matches)?;
    let values: BTreeSet<String> = doomed.iter().filter_map(|d| d.value.clone()).collect();
    let written = written_out(&ledger, &values)?;
    if !context.dry_run {
        let Some(why) = matches.get_one::<String>("why") else {
            return Err(Fail(words!(
                "删除后不能恢复，请写明理由：--why 理由（先看会删除什么，加 --dry-run）。",
                "What is erased cannot be brought back; say why: --why REASON (see what would go with --dry-run)."
            ))
            .into());
        };
        let step = record(
            &ledger,
            &doomed,
            why,
            matches.get_one::<String>("request"),
            context,
        )?;
        let mut writer = ledger.write(&context.actor, &context.now())?;
        let subject = step.text("ledger").unwrap_or_default().to_owned();
        writer.append(Draft {
            step,
            subject,
            occurred: context.today.to_string(),
        })?;
        writer.commit()?;
        context.recorded = true;
        clean(&ledger, &doomed)?;
    }
    let left = if context.dry_run {
        0
    } else {
        // what was written into free text is chained and stays; all else must be gone
        let hidden = values.iter().filter(|v| !written.contains_key(*v));
        standing(ledger.path(), &hidden.collect::<Vec<_>>())
    };
    tell(context, &doomed, &written)?;
    if left > 0 {
        return Err(Fail(words!(
            "有{0}条的字节仍在账本文件里；请运行 minsheng erase --again。",
            "Bytes of {0} values still stand in the file; run minsheng erase --again.",
            left
        ))
        .into());
    }
    Ok(Exit::Done)
}

/// Removes what is on record as erased but came back, and what an interrupted erasure left.
fn again(context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let mut ledger = context.open()?;
    let gone = ledger.erase_again()?;
    ledger.scrub()?;
    let files = ledger.erased_evidence()?;
    for digest in &files {
        evidence::remove(ledger.path(), digest)?;
    }
    let zh = format!("已重新清除：{gone}条；文件已整理，不留字节。");
    let en =
        format!("Erased again: {gone} values; no bytes of erased values are left in the file.");
    writeln!(context.out, "{}", context.lang.pick(&zh, &en))?;
    Ok(Exit::Done)
}

/// What the arguments name.
fn doomed(ledger: &Ledger, matches: &ArgMatches) -> anyhow::Result<Vec<Doomed>> {
    let reader = ledger.reader();
    let texts = |name: &str| -> Vec<String> {
        matches
            .get_many(name)
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    };
    let mut tokens = BTreeSet::new();
    for given in texts("value") {
        let given = if given == "-" {
            std::io::read_to_string(std::io::stdin())?
        } else {
            given
        };
        let found = spellings(given.trim())
            .iter()
            .map(|value| reader.tokens_for(value))
            .collect::<Result<Vec<_>, _>>()?;
        let found: Vec<String> = found.into_iter().flatten().collect();
        if found.is_empty() {
            return Err(Fail(words!(
                "账本的个人信息里没有“{0}”；请照登记时的写法给出全文。",
                "The ledger has no personal value “{0}”; give it in full as it was recorded.",
                mask(given.trim())
            ))
            .into());
        }
        tokens.extend(found);
    }
    for subject in texts("subject") {
        let before = tokens.len();
        for event in reader.about(&subject)? {
            tokens.extend(event.tokens());
        }
        if tokens.len() == before {
            return Err(Fail(words!(
                "{0} 没有登记个人信息，或编号不对；见 minsheng log。",
                "No personal value is recorded under {0}, or there is no such identifier; see minsheng log.",
                subject
            ))
            .into());
        }
    }
    let copies = texts("evidence");
    for digest in &copies {
        if !ledger.named_evidence()?.contains(digest) {
            return Err(Fail(words!(
                "没有登记摘要为 {0} 的附件；摘要见 minsheng log --format json。",
                "No file with the digest {0} is recorded; see minsheng log --format json.",
                digest
            ))
            .into());
        }
    }
    tokens.extend(copies.iter().cloned());
    let mut places = places(ledger, &tokens)?;
    let mut list = Vec::new();
    for token in tokens {
        let value = reader.personal(&token)?;
        // what was erased before is not erased anew
        if value.is_some() || copies.contains(&token) {
            let events = places.remove(&token).unwrap_or_default();
            list.push(Doomed {
                token,
                value,
                events,
            });
        }
    }
    if list.is_empty() {
        return Err(Fail(words!(
            "没有可删除的：用 --value 原文、--subject 编号或 --evidence 摘要指明；已删除过的不再删除。",
            "Nothing to erase: name it with --value TEXT, --subject ID or --evidence DIGEST; what is erased already is not erased anew."
        ))
        .into());
    }
    Ok(list)
}

/// The events that hold each of some tokens or digests, found in one walk.
fn places(
    ledger: &Ledger,
    wanted: &BTreeSet<String>,
) -> anyhow::Result<HashMap<String, Vec<Event>>> {
    let mut places: HashMap<String, Vec<Event>> = HashMap::new();
    ledger.reader().arrivals(|event| {
        let mut held = event.tokens();
        held.extend(evidence::named_by(&event));
        held.sort();
        held.dedup();
        for token in held.into_iter().filter(|token| wanted.contains(token)) {
            places.entry(token).or_default().push(event.clone());
        }
        true
    })?;
    Ok(places)
}

/// The ways in which a value may have been written down when it was recorded.
fn spellings(given: &str) -> Vec<String> {
    let plain = tidy(given);
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    let mut list = vec![given.to_owned(), plain.clone()];
    let numeric = |c: char| c.is_ascii_digit() || " -+()".contains(c);
    if digits.len() >= 7 && plain.chars().all(numeric) {
        list.extend(digits.strip_prefix("86").map(str::to_owned));
        list.push(digits);
    }
    list.sort();
    list.dedup();
    list
}

fn record(
    ledger: &Ledger,
    doomed: &[Doomed],
    why: &str,
    request: Option<&String>,
    context: &Context<'_>,
) -> anyhow::Result<Step> {
    for text in [Some(why), request.map(String::as_str)]
        .into_iter()
        .flatten()
    {
        let hit = doomed
            .iter()
            .filter_map(|d| d.value.as_deref())
            .find(|v| text.contains(*v));
        if hit.is_some() {
            return Err(Fail(words!(
                "理由和请求人里写着要删除的内容；它们记在链里，删不掉。请改写，例如“本人申请”。",
                "The reason or the requester repeats what is to be erased; both stand in the chain for ever. Write it without, for example “by the person concerned”."
            ))
            .into());
        }
    }
    let mut concerns: Vec<Ref> = Vec::new();
    for event in doomed.iter().flat_map(|d| &d.events) {
        if !concerns.iter().any(|known| known.0 == event.subject) {
            concerns.push(Ref(event.subject.clone()));
        }
    }
    Ok(Step::of(&general::Erase {
        ledger: ledger.origin().name.clone(),
        tokens: doomed.iter().map(|d| d.token.clone()).collect(),
        concerns,
        why: why.to_owned(),
        request: request.cloned(),
        date: Some(context.today),
    })?)
}

/// Leaves no byte of the erased values in the file, and no copy of the erased files.
fn clean(ledger: &Ledger, doomed: &[Doomed]) -> anyhow::Result<()> {
    ledger.scrub()?;
    for gone in doomed.iter().filter(|d| d.value.is_none()) {
        evidence::remove(ledger.path(), &gone.token)?;
    }
    Ok(())
}

/// Values that stand in free text as well, with the numbers of those events.
fn written_out(
    ledger: &Ledger,
    values: &BTreeSet<String>,
) -> anyhow::Result<BTreeMap<String, Vec<i64>>> {
    let mut written: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    ledger.reader().arrivals(|event| {
        for value in values {
            // inside JSON a text has its quotes and backslashes escaped
            let json = json!(value).to_string();
            let inner = &json[1..json.len() - 1];
            let elsewhere = event.actor.contains(value) || event.subject.contains(value);
            if elsewhere || event.payload.contains(inner) {
                written.entry(value.clone()).or_default().push(event.seq);
            }
        }
        true
    })?;
    Ok(written)
}

/// How many of the values have their bytes in the ledger's file or its journal.
fn standing(ledger: &Path, values: &[&String]) -> usize {
    let mut journal = ledger.as_os_str().to_owned();
    journal.push("-journal");
    let mut by_start: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for value in values {
        // a single character is no value that a search could tell from chance
        if value.chars().count() > 1 {
            let bytes = value.as_bytes();
            by_start.entry(&bytes[..2]).or_default().push(bytes);
        }
    }
    let mut found: HashSet<&[u8]> = HashSet::new();
    for path in [ledger.to_owned(), PathBuf::from(journal)] {
        let bytes = std::fs::read(path).unwrap_or_default();
        for (at, start) in bytes.windows(2).enumerate() {
            let here = by_start.get(start).into_iter().flatten();
            found.extend(here.filter(|value| bytes[at..].starts_with(value)).copied());
        }
    }
    found.len()
}

fn tell(
    context: &mut Context<'_>,
    doomed: &[Doomed],
    written: &BTreeMap<String, Vec<i64>>,
) -> anyhow::Result<()> {
    let lang = context.lang;
    if context.format == Format::Json {
        let erased: Vec<_> = doomed
            .iter()
            .map(|d| {
                json!({
                    "token": d.token, "masked": d.value.as_deref().map(mask),
                    "events": d.events.iter().map(|e| json!({"origin": e.origin, "seq": e.seq, "subject": e.subject})).collect::<Vec<_>>(),
                })
            })
            .collect();
        let dry_run = context.dry_run;
        let stays: Vec<_> = written.values().flatten().collect();
        return context.json(&json!({
            "schema": "minsheng.erasure/1", "dry_run": dry_run, "erased": erased, "stays_in_text": stays,
        }));
    }
    let verb = match (context.dry_run, lang) {
        (true, Lang::Zh) => "将删除",
        (false, Lang::Zh) => "已删除",
        (true, Lang::En) => "Would erase",
        (false, Lang::En) => "Erased",
    };
    for gone in doomed {
        let what = gone.value.as_deref().map_or_else(
            || lang.pick("附件副本", "a file of evidence").to_owned(),
            mask,
        );
        let places: Vec<String> = gone.events.iter().map(|e| place(e, lang)).collect();
        let shown = places.len().min(8);
        let more = if places.len() > shown { " …" } else { "" };
        writeln!(
            context.out,
            "{verb}{}{what}{}{}{more}",
            lang.pick("：", ": "),
            lang.pick("，登记于 ", ", recorded in "),
            places[..shown].join(lang.pick("、", ", "))
        )?;
    }
    for (value, seqs) in written {
        let list: Vec<String> = seqs.iter().take(8).map(ToString::to_string).collect();
        let list = list.join(" ");
        talk(
            context,
            &format!(
                "注意：{} 还写在文字栏里（事件号 {list}），那是链上的文字，删不掉。",
                mask(value)
            ),
            &format!(
                "Note: {} also stands in free text (events {list}); that is chained and stays.",
                mask(value)
            ),
        );
    }
    if !context.dry_run {
        talk(
            context,
            "链和以前的校验点仍然有效。以前的备份、导出的表和原表里还有，请一并处理。",
            "The chain and earlier checkpoints still hold. Earlier backups, exports and source lists still have it; see to them too.",
        );
    }
    Ok(())
}

fn place(event: &Event, lang: Lang) -> String {
    let name = step::find(&event.step).map_or(event.step.as_str(), |def| lang.pick(def.zh, def.id));
    format!("{} {name}（{}）", event.subject, event.seq)
}
