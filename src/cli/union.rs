//! `merge`: ledgers of communities into one of a street or the district.

use std::path::Path;

use clap::ArgMatches;
use serde_json::{Value as Json, json};

use super::context::Context;
use super::context::Format;
use super::{Exit, talk};
use crate::corridor::union::{Conflict, conflicts};
use crate::ledger::erasures::Foreign;
use crate::ledger::merge::{Fork, Merging, Received};
use crate::ledger::{Head, Ledger, OpenError, evidence};
use crate::report::table::clean;
use crate::words;
use crate::words::Words;

/// What the command line lets pass.
#[derive(Clone, Copy)]
pub(super) struct Allowed {
    pub(super) conflicts: bool,
    pub(super) erasures: bool,
}

/// What became of one file.
pub(super) struct Outcome {
    file: String,
    exit: Exit,
    /// What was refused or should be known, in words.
    pub(super) said: Vec<Words>,
    received: Vec<Received>,
    forks: Vec<Fork>,
    conflicts: Vec<Conflict>,
    foreign: Vec<Foreign>,
    personal: usize,
    erased: usize,
    pub(super) copied: usize,
    lacking: usize,
    removed: usize,
}

impl Outcome {
    fn refused(file: &str, exit: Exit, words: Words) -> Self {
        Self {
            said: vec![words],
            ..Self::of(file, exit)
        }
    }

    pub(super) fn of(file: &str, exit: Exit) -> Self {
        Self {
            file: file.to_owned(),
            exit,
            said: Vec::new(),
            received: Vec::new(),
            forks: Vec::new(),
            conflicts: Vec::new(),
            foreign: Vec::new(),
            personal: 0,
            erased: 0,
            copied: 0,
            lacking: 0,
            removed: 0,
        }
    }

    fn json(&self, context: &Context<'_>) -> Json {
        let lang = context.lang;
        json!({
            "file": self.file,
            "exit": self.exit as u8,
            "received": self.received.iter().map(|part| json!({
                "origin": part.origin, "before": part.before, "after": part.after, "head": part.head,
            })).collect::<Vec<_>>(),
            "forks": self.forks.iter().map(|fork| json!({
                "origin": fork.origin, "seq": fork.ours.seq,
                "ours": event(&fork.ours), "theirs": event(&fork.theirs),
                "our_size": fork.our_size, "their_size": fork.their_size,
            })).collect::<Vec<_>>(),
            "conflicts": self.conflicts.iter().map(|conflict| json!({
                "id": conflict.id, "message": conflict.words.in_lang(lang),
            })).collect::<Vec<_>>(),
            "foreign_erasures": self.foreign.iter().map(|foreign| json!({
                "origin": foreign.origin, "values": foreign.values, "copies": foreign.copies,
            })).collect::<Vec<_>>(),
            "personal": self.personal,
            "erased": self.erased,
            "evidence_copied": self.copied,
            "evidence_lacking": self.lacking,
            "evidence_erased": self.removed,
            "messages": self.said.iter().map(|words| words.in_lang(lang)).collect::<Vec<_>>(),
        })
    }
}

fn event(event: &crate::ledger::Event) -> Json {
    json!({
        "step": event.step, "subject": event.subject, "occurred": event.occurred,
        "recorded_at": event.recorded_at, "actor": event.actor,
        "hash": crate::ledger::chain::hex(&event.hash),
    })
}

/// Merges each file, one transaction each: what is done stays done if a later one fails.
pub(super) fn merge(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let mut ledger = context.open()?;
    let allowed = Allowed {
        conflicts: matches.get_flag("as-is"),
        erasures: matches.get_flag("accept-erasures"),
    };
    let mut outcomes = Vec::new();
    for file in matches.get_many::<String>("file").into_iter().flatten() {
        let outcome = one(&mut ledger, file, allowed, context)?;
        if context.format != Format::Json {
            tell(context, &outcome)?;
        }
        outcomes.push(outcome);
    }
    answer(context, &outcomes)
}

/// The worst exit code of what was done; as JSON the whole answer.
pub(super) fn answer(context: &mut Context<'_>, outcomes: &[Outcome]) -> anyhow::Result<Exit> {
    if context.format == Format::Json {
        let list: Vec<Json> = outcomes
            .iter()
            .map(|outcome| outcome.json(context))
            .collect();
        let dry_run = context.dry_run;
        context
            .json(&json!({ "schema": "minsheng.merge/1", "dry_run": dry_run, "files": list }))?;
    }
    let worst = outcomes.iter().map(|outcome| outcome.exit);
    Ok(worst.max_by_key(|exit| *exit as u8).unwrap_or(Exit::Done))
}

fn one(
    ledger: &mut Ledger,
    file: &str,
    allowed: Allowed,
    context: &mut Context<'_>,
) -> anyhow::Result<Outcome> {
    let other = match Ledger::open_read(Path::new(file)) {
        Ok(other) => other,
        Err(error) => return Ok(unopened(file, &error)),
    };
    if other.path() == ledger.path() {
        return Ok(Outcome::refused(
            file,
            Exit::Failed,
            words!(
                "{0} 就是当前的账本；请给出另一份账本。",
                "{0} is this very ledger; give another one.",
                file
            ),
        ));
    }
    take(ledger, &other, file, allowed, context)
}

/// Verifies another ledger and takes it in; `file` is its name in messages.
pub(super) fn take(
    ledger: &mut Ledger,
    other: &Ledger,
    file: &str,
    allowed: Allowed,
    context: &mut Context<'_>,
) -> anyhow::Result<Outcome> {
    let busy = context.busy("正在核验对方的账本…", "Verifying the other ledger…");
    let found = other.verify(&[])?;
    drop(busy);
    if !found.faults.is_empty() {
        let mut outcome = Outcome::of(file, Exit::Integrity);
        outcome.said = found.faults;
        outcome.said.push(words!(
            "{0} 核验不通过，没有并入。请对方用备份恢复后再送。",
            "{0} does not verify and was not merged. Ask for a file restored from a backup.",
            file
        ));
        return Ok(outcome);
    }
    let mut origins = found.heads.iter().map(|head| head.origin.as_str());
    if let Some(odd) = origins.find(|origin| !is_plain(origin)) {
        return Ok(unprintable(file, odd));
    }
    let (actor, now) = (context.actor.clone(), context.now());
    let home = ledger.path().to_owned();
    let bar = context.bar(coming(ledger, &found.heads)?);
    let told = |came: usize| bar.set_position(came as u64);
    let merging = ledger.merge(other, &actor, &now, context.today, &told);
    bar.finish_and_clear();
    let busy = context.busy("正在核对…", "Judging…");
    let mut merging = match merging? {
        Ok(merging) => merging,
        Err(forks) => {
            let mut outcome = Outcome::of(file, Exit::Integrity);
            outcome.said = forks.iter().map(Fork::words).collect();
            outcome.said.push(words!(
                "{0} 没有并入，账本没有改动。",
                "{0} was not merged; the ledger was not changed.",
                file
            ));
            outcome.forks = forks;
            return Ok(outcome);
        }
    };
    let mut outcome = weigh(&merging, file, allowed)?;
    drop(busy);
    if outcome.exit != Exit::Done {
        merging.roll_back()?;
        return Ok(outcome);
    }
    let grew = merging.received.iter().any(|part| part.after > part.before);
    outcome.received.clone_from(&merging.received);
    outcome.personal = merging.personal;
    outcome.erased = merging.erased;
    if context.dry_run {
        merging.roll_back()?;
        return Ok(outcome);
    }
    // the copies are there before the events that name them
    let (copied, lacking) = match evidence::carry(other.path(), &home, &merging.evidence) {
        Ok(done) => done,
        Err(error) => {
            merging.roll_back()?;
            return Ok(Outcome::refused(file, Exit::Failed, error.words()));
        }
    };
    outcome.copied = copied;
    outcome.lacking = lacking.len();
    let gone = std::mem::take(&mut merging.copies_gone);
    merging.commit()?;
    context.recorded |= grew;
    for digest in &gone {
        outcome.removed += usize::from(evidence::remove(&home, digest)?);
    }
    if outcome.erased > 0 {
        ledger.scrub()?;
    }
    if outcome.lacking > 0 && other.is_parcel() {
        outcome.said.push(words!(
            "有{0}份附件的副本不在本机；服务器上有的，用 minsheng sync pull --with-evidence 取回；没有的，请对方 sync push --with-evidence，或把账本和 .evidence 文件夹送来，用 minsheng merge 并入。",
            "{0} files of evidence are not here; what the server has comes with minsheng sync pull --with-evidence; for the others ask for sync push --with-evidence, or for the ledger with its .evidence folder and merge that.",
            outcome.lacking
        ));
    } else if outcome.lacking > 0 {
        outcome.said.push(words!(
            "{} 有{}份附件的副本没有一起送来；把 {0}.evidence 文件夹放到它旁边，再并入一次。",
            "{} came without {} files of evidence; put the folder {0}.evidence beside it and merge again.",
            file,
            outcome.lacking
        ));
    }
    Ok(outcome)
}

/// How many events another ledger, whose chains end so, has beyond this one.
fn coming(ledger: &Ledger, theirs: &[Head]) -> anyhow::Result<usize> {
    let ours = ledger.reader().heads()?;
    let held = |origin: &str| {
        let mine = ours.iter().find(|head| head.origin == origin);
        mine.map_or(0, |head| head.size)
    };
    let new = theirs.iter().map(|head| head.size - held(&head.origin));
    let new: i64 = new.filter(|count| *count > 0).sum();
    Ok(usize::try_from(new)?)
}

/// Whether the union may stand, as far as people must decide.
fn weigh(merging: &Merging<'_>, file: &str, allowed: Allowed) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::of(file, Exit::Done);
    outcome.conflicts = conflicts(merging.reader())?;
    outcome.said = outcome.conflicts.iter().map(|c| c.words.clone()).collect();
    outcome.foreign.clone_from(&merging.foreign);
    let foreign = outcome.foreign.iter().map(Foreign::words);
    outcome.said.extend(foreign);
    let grew = merging.received.iter().any(|part| part.after > part.before);
    if !outcome.conflicts.is_empty() && grew && !allowed.conflicts {
        outcome.exit = Exit::Findings;
        outcome.said.push(words!(
            "{0} 没有并入，账本没有改动。仍要并入，加 --as-is（冲突照样报告）。",
            "{0} was not merged; the ledger was not changed. To merge all the same add --as-is (the conflicts stay reported).",
            file
        ));
    }
    if !outcome.foreign.is_empty() && !allowed.erasures {
        outcome.exit = Exit::Findings;
        outcome.said.push(words!(
            "{0} 没有并入，账本没有改动。核实后同意一并删除，加 --accept-erasures。",
            "{0} was not merged; the ledger was not changed. If the erasure is right, accept it with --accept-erasures.",
            file
        ));
    }
    Ok(outcome)
}

fn unprintable(file: &str, origin: &str) -> Outcome {
    let words = words!(
        "{0} 里有编号不合规定的账本“{1}”，没有并入。账本编号只能含文字、数字和 . - _，不超过64字；请对方用 minsheng init --origin 另建账本。",
        "{0} has a chain of the name “{1}” and was not merged. A name has letters, digits and . - _ only, at most 64; ask for a ledger made anew with minsheng init --origin.",
        file,
        clean(origin)
    );
    Outcome::refused(file, Exit::Integrity, words)
}

/// True if the name of a chain can be printed and typed.
fn is_plain(origin: &str) -> bool {
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=64).contains(&origin.chars().count()) && origin.chars().all(fine)
}

fn unopened(file: &str, error: &OpenError) -> Outcome {
    let exit = if error.is_damage() {
        Exit::Integrity
    } else {
        Exit::Failed
    };
    let words = match error {
        OpenError::Missing(_) => words!(
            "找不到要并入的账本 {0}。",
            "There is no ledger {0} to merge.",
            file
        ),
        other => other.words(),
    };
    Outcome::refused(file, exit, words)
}

pub(super) fn tell(context: &mut Context<'_>, outcome: &Outcome) -> anyhow::Result<()> {
    let lang = context.lang;
    for words in &outcome.said {
        let mark = if outcome.exit == Exit::Done {
            "！"
        } else {
            "✗ "
        };
        writeln!(context.err, "{mark}{}", clean(words.in_lang(lang)))?;
    }
    let verb = if context.dry_run {
        lang.pick("将并入", "Would merge")
    } else {
        lang.pick("已并入", "Merged")
    };
    for part in &outcome.received {
        let new = part.after - part.before;
        let line = if new == 0 {
            let zh = format!("账本 {} 没有新内容（{}个事件）。", part.origin, part.after);
            let en = format!(
                "Ledger {}: nothing new ({} events).",
                part.origin, part.after
            );
            lang.pick(&zh, &en).to_owned()
        } else {
            let zh = format!(
                "{verb}账本 {}：新增{new}个事件，共{}个。",
                part.origin, part.after
            );
            let en = format!(
                "{verb} ledger {}: {new} new events, {} in all.",
                part.origin, part.after
            );
            lang.pick(&zh, &en).to_owned()
        };
        writeln!(context.out, "{line}")?;
    }
    if outcome.copied > 0 {
        let zh = format!("附件：带来{}份。", outcome.copied);
        let en = format!("Evidence: {} files came along.", outcome.copied);
        talk(context, &zh, &en);
    }
    if outcome.removed > 0 {
        let zh = format!(
            "对方已登记删除的附件，本账本一并删除副本：{}份。",
            outcome.removed
        );
        let en = format!(
            "Files of evidence whose erasure came along: {} copies deleted.",
            outcome.removed
        );
        talk(context, &zh, &en);
    }
    if outcome.erased > 0 {
        let zh = format!(
            "对方已登记删除的个人信息，本账本一并删除：{}条。",
            outcome.erased
        );
        let en = format!(
            "Personal values whose erasure came along: {}.",
            outcome.erased
        );
        talk(context, &zh, &en);
    }
    Ok(())
}
