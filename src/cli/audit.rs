//! `audit --year`: the year judged.

use std::io::{BufWriter, IntoInnerError};

use clap::ArgMatches;

use super::context::{Context, Format};
use super::{Exit, Fail};
use crate::corridor::whole_book;
use crate::judge::Verdict;
use crate::pack::Pack;
use crate::report::audit::{
    Audit, Findings, Heading, Wanted, audit as judge_year, csv, shown, summary, text,
};
use crate::report::{flags, json};
use crate::state::Book;
use crate::words;
use crate::words::{Words, did_you_mean};

/// Judges a year and prints what was found; or writes a partial result for the roll-up.
pub(super) fn audit(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    if matches.get_flag("partial") || matches.contains_id("partition") {
        return super::rollup::partial(matches, context);
    }
    for only in ["output", "key"] {
        if matches.contains_id(only) {
            return Err(Fail(words!(
                "--{0} 只和 --partition 或 --partial 一起用；结果写文件请用 > 文件。",
                "--{0} goes with --partition or --partial only; write the answer to a file with > FILE.",
                only
            ))
            .into());
        }
    }
    let year = year(matches)?.unwrap_or_else(|| context.today.year());
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let wanted = wanted(matches, &pack)?;
    let threshold = threshold(matches)?;
    let busy = context.busy("正在审计…", "Judging the year…");
    let all = matches.get_flag("all");
    if matches.get_flag("summary") {
        context.only(&[Format::Table, Format::Json, Format::Csv])?;
    }
    let exit = if reported(matches) || matches!(context.format, Format::Sarif | Format::Junit) {
        let audit = judge_year(&ledger, &pack, year, context.as_of, &wanted)?;
        drop(busy);
        if !super::site::report(matches, context, (&ledger, &pack, &audit))? {
            tell_held(&audit, &pack, &wanted, matches, context)?;
        }
        exit(&audit, all, threshold)
    } else {
        let of = (year, matches.get_flag("from-events"));
        let kept = super::results::audit(context, (&ledger, &pack), of, &wanted)?;
        drop(busy);
        if matches.get_flag("summary") {
            unknown_community(&kept, &wanted, context)?;
            sum_up(kept.heading(), &pack, &wanted, context)?;
        } else {
            tell(&kept, &pack, &wanted, matches, context)?;
        }
        if context.format == Format::Csv {
            super::proof::tell_head(context, &ledger)?;
        }
        exit(&kept, all, threshold)
    };
    other_laws(&ledger, &pack.meta.id, context)?;
    Ok(exit)
}

/// True if a report is asked for.
fn reported(matches: &ArgMatches) -> bool {
    let folder = matches.try_get_one::<String>("report");
    folder.is_ok_and(|folder| folder.is_some())
}

/// What is wanted of an audit, checked against the regulation.
pub(super) fn wanted(matches: &ArgMatches, pack: &Pack) -> anyhow::Result<Wanted> {
    let wanted = Wanted {
        community: matches.get_one::<String>("community").cloned(),
        stage: matches.get_one::<String>("stage").cloned(),
        rules: matches
            .get_many::<String>("rule")
            .into_iter()
            .flatten()
            .map(|rule| rule.to_ascii_uppercase())
            .collect(),
        // a report tells how much is in order, too
        all: matches.get_flag("all") || reported(matches),
    };
    for rule in &wanted.rules {
        if pack.rule(rule).is_none() {
            return Err(super::book::no_rule(pack, rule).into());
        }
    }
    if let Some(stage) = &wanted.stage
        && !pack.rules.iter().any(|rule| rule.stage == *stage)
    {
        let stages = pack.rules.iter().map(|rule| rule.stage.as_str());
        let near = did_you_mean(stage, stages);
        return Err(Fail(words!(
            "没有环节“{0}”。{1}可用：collect shortlist publicize implement accept evaluate audit。",
            "There is no stage “{0}”.{2} Use collect, shortlist, publicize, implement, accept, evaluate or audit.",
            stage,
            near.zh,
            near.en
        ))
        .into());
    }
    Ok(wanted)
}

/// Prints an audit that is in memory in the wanted form.
pub(super) fn tell_held(
    audit: &Audit,
    pack: &Pack,
    wanted: &Wanted,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let shown = audit.shown(matches.get_flag("all"));
    match context.format {
        Format::Sarif | Format::Junit => unknown_community(audit, wanted, context)?,
        _ => return tell(audit, pack, wanted, matches, context),
    }
    if context.format == Format::Sarif {
        let sarif = crate::report::sarif::sarif(audit, &shown, pack, context.lang);
        return context.json(&sarif);
    }
    let xml = crate::report::junit::junit(audit, &shown, context.lang)?;
    write!(context.out, "{xml}")?;
    Ok(())
}

/// Prints an audit for people, as JSON or as CSV.
fn tell(
    findings: &dyn Findings,
    pack: &Pack,
    wanted: &Wanted,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    unknown_community(findings, wanted, context)?;
    let all = matches.get_flag("all");
    match context.format {
        Format::Json => context.json(&json::audit(findings, all, context.lang)),
        Format::Csv => csv(findings, all, context.lang, &mut *context.out),
        _ => {
            let voice = context.voice(pack);
            let mut out = BufWriter::with_capacity(1 << 16, &mut *context.out);
            text(findings, voice, all, &mut out)?;
            // to the answer, which is passed on when the ledger is closed
            out.into_inner().map_err(IntoInnerError::into_error)?;
            Ok(())
        }
    }
}

/// Prints an audit in numbers.
fn sum_up(
    heading: &Heading,
    pack: &Pack,
    wanted: &Wanted,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let voice = context.voice(pack);
    match context.format {
        Format::Json => context.json(&summary::json(heading, wanted, voice)),
        Format::Csv => summary::csv(heading, wanted, voice, &mut *context.out),
        _ => summary::text(heading, wanted, voice, &mut *context.out),
    }
}

/// Refuses a community that the ledger does not have.
fn unknown_community(
    findings: &dyn Findings,
    wanted: &Wanted,
    context: &Context<'_>,
) -> anyhow::Result<()> {
    let Some(community) = &wanted.community else {
        return Ok(());
    };
    if findings.heading().communities > 0 {
        return Ok(());
    }
    let book = context.open_read().ok().and_then(|l| whole_book(&l).ok());
    let near = book.map_or_else(Words::default, |book| near_community(&book, community));
    Err(Fail(words!(
        "账本中没有社区“{0}”。{1}用 minsheng list communities 查看。",
        "The ledger has no community “{0}”.{2} See minsheng list communities.",
        community,
        near.zh,
        near.en
    ))
    .into())
}

/// The exit code of an audit: advice never counts.
pub(super) fn exit(findings: &dyn Findings, all: bool, threshold: Option<Verdict>) -> Exit {
    let heading = findings.heading();
    let any = |verdict| heading.counts.get(verdict) > heading.advice.get(verdict);
    let failed = threshold.is_some_and(|worst| shown(all).any(|v| v <= worst && any(v)));
    if failed { Exit::Findings } else { Exit::Done }
}

/// What stands out across the projects of a year; no verdict, so never an exit code of its own.
pub(super) fn flags(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let year = year(matches)?.unwrap_or_else(|| context.today.year());
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let book = crate::corridor::whole_book(&ledger)?;
    let found = flags::flags(&pack, &book, year, context.as_of);
    let head = ledger.reader().heads()?;
    let head = head.first().map(crate::ledger::Head::hex);
    let lang = context.lang;
    match context.format {
        Format::Json => {
            let (list, silent) = found.json(lang);
            let json = serde_json::json!({
                "schema": "minsheng.flags/1",
                "regime": pack.meta.id,
                "year": year,
                "as_of": context.as_of.to_string(),
                "ledger": { "events": ledger.reader().count()?, "head": head },
                "flags": list,
                "silent": silent,
            });
            context.json(&json)?;
        }
        Format::Csv => found.table(lang).csv(&mut *context.out)?,
        _ => {
            let count = found.flags.len();
            writeln!(
                context.out,
                "{}\n",
                lang.pick(
                    &format!("{year}年度疑点线索{count}条（截至{}）。线索只提示去看，不是结论。", context.as_of),
                    &format!("{count} flags in {year} (as of {}). A flag says where to look; it is no verdict.", context.as_of),
                )
            )?;
            write!(context.out, "{}", found.text(lang))?;
        }
    }
    Ok(Exit::Done)
}

/// The community that was probably meant, by code or name.
pub(super) fn near_community(book: &Book, typed: &str) -> Words {
    let codes = book.communities();
    let names = codes.iter().filter_map(|code| book.community_name(code));
    did_you_mean(typed, codes.iter().map(String::as_str).chain(names))
}

/// The year of `--year`.
pub(super) fn year(matches: &ArgMatches) -> anyhow::Result<Option<i32>> {
    let Some(text) = matches.get_one::<String>("year") else {
        return Ok(None);
    };
    match text.trim_end_matches('年').parse() {
        Ok(year) if (1990..=2100).contains(&year) => Ok(Some(year)),
        _ => Err(Fail(words!(
            "年度“{0}”应为四位数字，例如 2022。",
            "The year “{0}” must be four digits, for example 2022.",
            text
        ))
        .into()),
    }
}

/// Says which received chains are bound to another regulation than the one they are judged by.
fn other_laws(
    ledger: &crate::ledger::Ledger,
    regime: &str,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let list = crate::corridor::union::strangers(ledger.reader(), regime)?;
    if list.is_empty() {
        return Ok(());
    }
    let chains: Vec<String> = list
        .iter()
        .map(|(origin, bound)| format!("{origin}（{bound}）"))
        .collect();
    let chains = chains.join("、");
    super::talk(
        context,
        &format!(
            "注意：账本 {chains} 依据的是别的办法，这里一律按 {regime} 判断；要按它们自己的依据看，加 --regime。"
        ),
        &format!(
            "Note: {chains} are bound to another regulation; all is judged by {regime} here. To judge by theirs add --regime."
        ),
    );
    Ok(())
}

/// The verdict from which the exit code is 1; none for `never`.
pub(super) fn threshold(matches: &ArgMatches) -> anyhow::Result<Option<Verdict>> {
    match matches.get_one::<String>("fail-on").map(String::as_str) {
        None => Ok(Some(Verdict::Violation)),
        Some("never") => Ok(None),
        Some(word) => Verdict::find(word).map(Some).ok_or_else(|| {
            let all: Vec<&str> = Verdict::ALL.iter().map(|v| v.id()).collect();
            Fail(words!(
                "--fail-on 不认识“{}”；可用：{}、never。",
                "--fail-on does not know “{}”; use {} or never.",
                word,
                all.join("、")
            ))
            .into()
        }),
    }
}
