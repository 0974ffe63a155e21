//! `init`, `backup`, `upgrade`: making a ledger and keeping it.

use std::path::Path;

use clap::ArgMatches;
use serde_json::json;

use super::context::{Context, Format, default_pack, load, regime_of, shown};
use super::{Exit, Fail, talk};
use crate::ledger::upgrade::{UpgradeError, upgrade as upgrade_ledger};
use crate::ledger::{BackupError, Draft, Ledger, OpenError, chain};
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
    let regime = regime_of(&context.ledger, &regime);
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

/// Copies the ledger with its evidence and verifies the copy.
pub(super) fn backup(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let file = matches
        .get_one::<String>("file")
        .cloned()
        .unwrap_or_default();
    let ledger = context.open_read()?;
    if context.dry_run {
        talk(
            context,
            &format!("将备份到 {file}。"),
            &format!("Would back up to {file}."),
        );
        return Ok(Exit::Done);
    }
    let made = match ledger.backup(std::path::Path::new(&file), matches.get_flag("force")) {
        Ok(made) => made,
        Err(error) => return not_backed_up(context, &error),
    };
    let own = made.heads.iter().find(|h| h.origin == ledger.origin().name);
    let head = own.map(crate::ledger::Head::hex).unwrap_or_default();
    if context.format == Format::Json {
        context.json(&json!({
            "schema": "minsheng.backup/1", "file": shown(&made.path), "events": made.events,
            "head": head, "sha256": made.sha256, "evidence_copied": made.copied,
            "evidence_lacking": made.lacking,
        }))?;
    } else {
        let short = &head[..head.len().min(16)];
        let zh = format!(
            "已备份并核验：{file}，{}个事件，链尾 {short}，SHA-256 {}。",
            made.events, made.sha256
        );
        let en = format!(
            "Backed up and verified: {file}, {} events, head {short}, SHA-256 {}.",
            made.events, made.sha256
        );
        writeln!(context.out, "{}", context.lang.pick(&zh, &en))?;
        if made.copied > 0 {
            let zh = format!("附件：复制了{}份，在 {file}.evidence。", made.copied);
            let en = format!("Evidence: {} files copied to {file}.evidence.", made.copied);
            talk(context, &zh, &en);
        }
    }
    if !made.lacking.is_empty() {
        let lacking = made.lacking.len();
        talk(
            context,
            &format!("注意：账本缺{lacking}份附件，备份里也没有；见 minsheng verify。"),
            &format!(
                "Note: the ledger lacks {lacking} files of evidence, and so does the backup; see minsheng verify."
            ),
        );
        return Ok(Exit::Integrity);
    }
    Ok(Exit::Done)
}

fn not_backed_up(context: &mut Context<'_>, error: &BackupError) -> anyhow::Result<Exit> {
    let lang = context.lang;
    let words = error.words();
    let label = lang.pick("错误：", "error: ");
    writeln!(context.err, "{label}{}", words.in_lang(lang))?;
    let damaged = match error {
        BackupError::Damaged(_) => true,
        BackupError::Open(open) => open.is_damage(),
        _ => false,
    };
    Ok(if damaged {
        Exit::Integrity
    } else {
        Exit::Failed
    })
}

/// Brings a ledger of an older format to the format of this version.
pub(super) fn upgrade(context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let lang = context.lang;
    if context.dry_run {
        let ledger = context.open_read()?;
        let (from, to) = (ledger.version().format, crate::ledger::FORMAT);
        talk(
            context,
            &format!("账本格式为{from}，本程序的格式为{to}；没有改动。"),
            &format!(
                "The ledger has format {from}, this version writes {to}; nothing was changed."
            ),
        );
        return Ok(Exit::Done);
    }
    let done = match upgrade_ledger(&context.ledger) {
        Ok(done) => done,
        Err(UpgradeError::Open(error)) => return Err(error.into()),
        Err(UpgradeError::Sqlite(error)) => return Err(error.into()),
        Err(UpgradeError::Backup(error)) => return not_backed_up(context, &error),
        Err(UpgradeError::Damaged(faults)) => {
            for fault in &faults {
                writeln!(context.out, "✗ {}", fault.in_lang(lang))?;
            }
            talk(
                context,
                "账本核验不通过，没有升级。请用备份恢复后再升级。",
                "The ledger does not verify and was not upgraded. Restore a backup, then upgrade.",
            );
            return Ok(Exit::Integrity);
        }
        Err(error @ UpgradeError::Unfaithful(_)) => return Err(error.into()),
    };
    if context.format == Format::Json {
        context.json(&json!({
            "schema": "minsheng.upgrade/1", "from": done.from, "to": done.to,
            "events": done.events, "backup": done.backup.as_deref().map(shown),
        }))?;
        return Ok(Exit::Done);
    }
    let (zh, en) = match &done.backup {
        None => (
            format!("账本已是格式{}，不用升级。", done.to),
            format!("The ledger has format {} already.", done.to),
        ),
        Some(backup) => (
            format!(
                "已从格式{}升级到格式{}：{}个事件一字未改，核验通过。升级前的备份：{}",
                done.from,
                done.to,
                done.events,
                shown(backup)
            ),
            format!(
                "Upgraded from format {} to {}: {} events unchanged, verified. Backup made before: {}",
                done.from,
                done.to,
                done.events,
                shown(backup)
            ),
        ),
    };
    writeln!(context.out, "{}", lang.pick(&zh, &en))?;
    Ok(Exit::Done)
}
