//! `sync push`: what the server does not have yet of this ledger's chains.

use std::collections::BTreeSet;

use clap::ArgMatches;
use serde_json::{Value as Json, json};

use super::connect::{agreed, connect};
use super::papers;
use crate::cli::context::{Context, Format};
use crate::cli::{Exit, talk};
use crate::ledger::merge::Fork;
use crate::ledger::{Event, Head, Ledger};
use crate::report::table::clean;
use crate::server::{BATCH, LARGEST, Sealed, Server, ServerError};
use crate::words;
use crate::words::Words;

/// What goes along with the events.
#[derive(Clone, Copy)]
struct Along {
    values: bool,
    papers: bool,
}

/// What became of one chain.
struct Pushed {
    origin: String,
    /// Events on the server before and now.
    before: i64,
    after: i64,
    /// Personal values that went along.
    personal: u64,
    /// Files of evidence that went along.
    evidence: usize,
    /// Files that are too large for the server.
    large: usize,
    fork: Option<Fork>,
}

pub(super) fn push(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let ledger = context.open_read()?;
    let found = ledger.verify(&[])?;
    if !found.faults.is_empty() {
        let mut said = found.faults;
        said.push(words!(
            "账本核验不通过，什么也没有送。请用备份恢复。",
            "The ledger does not verify; nothing was pushed. Restore a backup."
        ));
        for words in &said {
            writeln!(context.err, "✗ {}", clean(words.in_lang(context.lang)))?;
        }
        return Ok(Exit::Integrity);
    }
    let (mut server, name) = connect(matches, context)?;
    let along = Along {
        values: matches.get_flag("with-personal"),
        papers: matches.get_flag("with-evidence"),
    };
    // who may not is told before anything is sent
    if along.values {
        server.wanted(&[])?;
    }
    if along.papers {
        server.lacks(&[])?;
    }
    let mut heads = ledger.reader().heads()?;
    if !matches.get_flag("all") {
        // the chains of others are theirs to bring
        heads.retain(|head| head.origin == ledger.origin().name);
    }
    let (mut exit, mut list) = (Exit::Done, Vec::new());
    for head in &heads {
        let pushed = chain(&ledger, &mut server, head, along, context)?;
        if pushed.fork.is_some() {
            exit = Exit::Integrity;
        }
        if context.format == Format::Json {
            list.push(contract(&pushed, context));
        } else {
            tell(&pushed, head, context)?;
        }
    }
    let own = &ledger.origin().name;
    let waiting = server
        .waiting()?
        .into_iter()
        .find(|(origin, _)| origin == own);
    if let Some((_, count)) = &waiting {
        talk(
            context,
            &format!(
                "有{count}条删除涉及别的账本登记的个人信息，要等区管理员核实（minsheng sync erase）。"
            ),
            &format!(
                "{count} erasures concern values that other ledgers recorded; they wait for the administrator (minsheng sync erase)."
            ),
        );
    }
    if context.format == Format::Json {
        let dry_run = context.dry_run;
        let waiting = waiting.map_or(0, |(_, count)| count);
        context.json(&json!({
            "schema": "minsheng.push/1", "server": name, "dry_run": dry_run,
            "chains": list, "erasures_waiting": waiting,
        }))?;
    }
    Ok(exit)
}

/// Pushes one chain, batch by batch; who is stopped in between goes on from there next time.
fn chain(
    ledger: &Ledger,
    server: &mut Server,
    head: &Head,
    along: Along,
    context: &Context<'_>,
) -> anyhow::Result<Pushed> {
    let origin = &head.origin;
    let before = server.size(origin)?;
    let mut pushed = Pushed {
        origin: origin.clone(),
        before,
        after: before,
        personal: 0,
        evidence: 0,
        large: 0,
        fork: branch(ledger, server, head)?,
    };
    if pushed.fork.is_some() {
        return Ok(pushed);
    }
    if context.dry_run {
        pushed.after = before.max(head.size);
        return Ok(pushed);
    }
    let bar = context.bar(usize::try_from(head.size - before).unwrap_or(0));
    let mut batch: Vec<Event> = Vec::with_capacity(BATCH);
    let deliver = |batch: &mut Vec<Event>, server: &mut Server| -> anyhow::Result<()> {
        server.append(origin, batch)?;
        bar.inc(batch.len() as u64);
        batch.clear();
        Ok(())
    };
    let sent = ledger
        .reader()
        .of_chain(origin, before, |event| -> anyhow::Result<()> {
            batch.push(event);
            if batch.len() == BATCH {
                deliver(&mut batch, server)?;
            }
            Ok(())
        })
        .and_then(|()| {
            if batch.is_empty() {
                return Ok(());
            }
            deliver(&mut batch, server)
        });
    bar.finish_and_clear();
    if let Err(error) = sent {
        let overtaken = error.downcast_ref::<ServerError>();
        if overtaken.is_some_and(ServerError::is_overtaken) {
            // another copy of this ledger was quicker
            pushed.fork = branch(ledger, server, head)?;
        }
        if pushed.fork.is_some() {
            return Ok(pushed);
        }
        return Err(error);
    }
    pushed.after = before.max(head.size);
    if along.values {
        pushed.personal = people(ledger, server, origin)?;
    }
    if along.papers {
        (pushed.evidence, pushed.large) = papers::push(ledger, server, origin)?;
    }
    Ok(pushed)
}

/// Where the chain goes on differently here and on the server.
fn branch(ledger: &Ledger, server: &mut Server, head: &Head) -> anyhow::Result<Option<Fork>> {
    let (origin, ours) = (&head.origin, ledger.reader());
    let their_size = server.size(origin)?;
    let common = head.size.min(their_size);
    let same = agreed(ours, server, origin, common)?;
    if same == common {
        return Ok(None);
    }
    let pair = ours.at(origin, same + 1)?.zip(server.at(origin, same + 1)?);
    Ok(pair.map(|(ours, theirs)| Fork {
        origin: origin.clone(),
        ours,
        theirs,
        our_size: head.size,
        their_size,
    }))
}

/// The personal values of a chain that the server lacks.
fn people(ledger: &Ledger, server: &mut Server, origin: &str) -> anyhow::Result<u64> {
    let reader = ledger.reader();
    let mut tokens = BTreeSet::new();
    reader.of_chain(origin, 0, |event| -> anyhow::Result<()> {
        tokens.extend(event.tokens());
        Ok(())
    })?;
    let tokens: Vec<String> = tokens.into_iter().collect();
    let mut given = 0;
    for some in tokens.chunks(BATCH) {
        let mut values: Vec<Sealed> = Vec::new();
        for token in server.wanted(some)? {
            if let Some((salt, value)) = reader.sealed(&token)? {
                values.push((token, salt, value));
            }
        }
        if !values.is_empty() {
            given += server.give(&values)?;
        }
    }
    Ok(given)
}

fn contract(pushed: &Pushed, context: &Context<'_>) -> Json {
    json!({
        "origin": pushed.origin, "before": pushed.before, "after": pushed.after,
        "personal": pushed.personal, "evidence": pushed.evidence,
        "fork": pushed.fork.as_ref().map(|fork| json!({
            "seq": fork.ours.seq, "our_size": fork.our_size, "their_size": fork.their_size,
            "message": explained(fork).in_lang(context.lang),
        })),
    })
}

/// The branch in words: the other one is the server's.
fn explained(fork: &Fork) -> Words {
    Words::join(&[
        fork.words(),
        words!(
            "服务器上的是先送到的那一支，没有改动。",
            "The server has the branch that arrived first; nothing was changed there."
        ),
    ])
}

fn tell(pushed: &Pushed, head: &Head, context: &mut Context<'_>) -> anyhow::Result<()> {
    let lang = context.lang;
    if let Some(fork) = &pushed.fork {
        writeln!(context.err, "✗ {}", clean(explained(fork).in_lang(lang)))?;
        return Ok(());
    }
    let (origin, new) = (&pushed.origin, pushed.after - pushed.before);
    let verb = if context.dry_run {
        lang.pick("将送出", "Would push")
    } else {
        lang.pick("已送出", "Pushed")
    };
    let line = if new > 0 {
        let zh = format!(
            "{verb}账本 {origin}：新增{new}个事件，服务器共{}个。",
            pushed.after
        );
        let en = format!(
            "{verb} ledger {origin}: {new} new events, {} on the server.",
            pushed.after
        );
        lang.pick(&zh, &en).to_owned()
    } else {
        let zh = format!(
            "账本 {origin} 没有新内容要送（服务器共{}个事件）。",
            pushed.before
        );
        let en = format!(
            "Ledger {origin}: nothing to push ({} events on the server).",
            pushed.before
        );
        lang.pick(&zh, &en).to_owned()
    };
    writeln!(context.out, "{line}")?;
    if pushed.before > head.size {
        let more = pushed.before - head.size;
        talk(
            context,
            &format!(
                "服务器上的账本 {origin} 比本机多{more}个事件：本机的可能是旧备份。先取回再登记：minsheng sync pull {origin}"
            ),
            &format!(
                "The server has {more} more events of ledger {origin} than this file, which may be an old backup. Before recording: minsheng sync pull {origin}"
            ),
        );
    }
    if pushed.large > 0 {
        let (large, most) = (pushed.large, LARGEST >> 20);
        talk(
            context,
            &format!(
                "有{large}份附件超过{most} MB，服务器不收；用 minsheng merge 带 .evidence 文件夹送。"
            ),
            &format!(
                "{large} files of evidence are larger than {most} MB, which the server does not take; bring them with minsheng merge and the .evidence folder."
            ),
        );
    }
    if pushed.evidence > 0 {
        talk(
            context,
            &format!("附件：送出{}份。", pushed.evidence),
            &format!("Evidence: {} files pushed.", pushed.evidence),
        );
    }
    if pushed.personal > 0 {
        talk(
            context,
            &format!("个人信息：送出{}条。", pushed.personal),
            &format!("Personal values: {} pushed.", pushed.personal),
        );
    }
    Ok(())
}

/// How a chain stands here and on the server.
pub(super) fn standing(
    ledger: &Ledger,
    server: &mut Server,
    ours: Option<&Head>,
    theirs: Option<&Head>,
) -> anyhow::Result<Standing> {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return Ok(if ours.is_some() {
            Standing::Here
        } else {
            Standing::There
        });
    };
    let common = ours.size.min(theirs.size);
    let same = agreed(ledger.reader(), server, &ours.origin, common)?;
    Ok(match ours.size - theirs.size {
        _ if same < common => Standing::Fork(same + 1),
        0 => Standing::Same,
        more if more > 0 => Standing::Push(more),
        less => Standing::Pull(-less),
    })
}

/// How a chain stands here and on the server.
pub(super) enum Standing {
    Same,
    Here,
    There,
    Push(i64),
    Pull(i64),
    Fork(i64),
}
