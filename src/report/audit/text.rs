//! An audit told: grouped for people, flat for CSV.

use std::collections::BTreeMap;
use std::io::Write;

use super::{Findings, Heading, entry, shown};
use crate::judge::Verdict;
use crate::pack::Severity;
use crate::report::table::{Rows, Table, clean};
use crate::report::{Voice, lacks};
use crate::state::Subject;
use crate::words::{Lang, Words};

/// Writes the audit for people: what is wrong, what deviates, what is missing, the counts.
///
/// # Errors
/// If the findings cannot be read, or the text cannot be written.
pub fn text(
    findings: &dyn Findings,
    voice: Voice<'_>,
    all: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let (lang, heading) = (voice.lang, findings.heading());
    write!(out, "{}", top(heading, voice))?;
    let sections = [
        (Verdict::Violation, lang.pick("违规", "Violations")),
        (
            Verdict::Deviation,
            lang.pick(
                "偏离（原则上的要求，未说明理由）",
                "Deviations (principles, no reason recorded)",
            ),
        ),
        (
            Verdict::Borderline,
            lang.pick(
                "临界（两种读法结论不同）",
                "Borderline (two readings disagree)",
            ),
        ),
        (
            Verdict::Justified,
            lang.pick(
                "已说明（原则上的要求，已记理由）",
                "Justified (principles, reason recorded)",
            ),
        ),
    ];
    for (verdict, title) in sections {
        section(findings, voice, (verdict, title), out)?;
    }
    missing(findings, voice, out)?;
    advice(findings, voice, out)?;
    if all {
        list_all(findings, voice, out)?;
    }
    write!(out, "\n{}", numbers(heading, voice))?;
    notes(heading, voice, all, out)?;
    for (subject, rule) in &heading.unmatched {
        let line = lang
            .pick(
                &format!("注意：{subject} 记有对 {rule} 的说明，但没有对应的问题。"),
                &format!("Note: {subject} has a reason for {rule}, but nothing that it answers."),
            )
            .to_owned();
        writeln!(out, "{line}")?;
    }
    if heading.unknown > 0 {
        let line = lang.pick(
            &format!("注意：有{}个事件是较新版本写的，未参与判断。请升级 minsheng。", heading.unknown),
            &format!("Note: {} events were written by a newer version and not judged. Upgrade minsheng.", heading.unknown),
        ).to_owned();
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What the numbers do not say by themselves.
pub(super) fn notes(
    heading: &Heading,
    voice: Voice<'_>,
    all: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let lang = voice.lang;
    let pending = heading.counts.get(Verdict::Pending);
    let mut note = |count: usize, zh: &str, en: &str| -> anyhow::Result<()> {
        if count > 0 {
            let line = lang.pick(zh, en).replace("{}", &count.to_string());
            writeln!(out, "{line}")?;
        }
        Ok(())
    };
    note(
        heading.advice.get(Verdict::Deviation),
        "偏离中有{}项是提倡性条款的提示，不拦截，也不影响返回码。",
        "{} of the deviations are advice of advisory clauses: they neither block nor count for the exit code.",
    )?;
    note(
        if all { 0 } else { pending },
        "未到期{}项，加 --all 列出。",
        "{} are pending; --all lists them.",
    )
}

/// What an audit begins with.
pub(super) fn top(heading: &Heading, voice: Voice<'_>) -> String {
    let (lang, meta) = (voice.lang, &voice.pack.meta);
    let document = meta.document.as_deref().unwrap_or_default();
    let short = &heading.head[..heading.head.len().min(16)];
    let mut text = lang.pick(
        &format!(
            "{}年度审计（截至{}）\n依据：《{}》{}\n账本：{}个事件，链尾 {short}；社区{}个，项目{}个\n",
            heading.year, heading.as_of, meta.name, document, heading.events, heading.communities, heading.projects
        ),
        &format!(
            "Audit of {} (as of {})\nRegulation: {} {}\nLedger: {} events, head {short}; {} communities, {} projects\n",
            heading.year, heading.as_of, meta.name_en, document, heading.events, heading.communities, heading.projects
        ),
    ).to_owned();
    if heading.counts.get(Verdict::OutOfForce) > 0 {
        let until = meta.to.map_or(String::new(), |d| d.to_string());
        text.push_str(lang.pick(
            &format!(
                "！有{}项判断的日期不在依据的有效期内（{}至{until}），不作合规判断。如已续期，请登记续期文件：minsheng regime extend --until 日期 --basis 文号\n",
                heading.counts.get(Verdict::OutOfForce),
                meta.from.map_or(String::new(), |d| d.to_string()),
            ),
            &format!(
                "! {} judgements fall outside the validity of the regulation (until {until}) and are not judged. If it was renewed, record the notice: minsheng regime extend --until DATE --basis NUMBER\n",
                heading.counts.get(Verdict::OutOfForce),
            ),
        ));
    }
    text
}

/// A subject with its community and the name of the project.
fn named(heading: &Heading, subject: &str, title: Option<&str>) -> String {
    let parsed = Subject::parse(subject);
    let community = parsed
        .community()
        .and_then(|code| heading.names.get(code))
        .map(String::as_str)
        .unwrap_or_default();
    match title {
        Some(title) => clean(&format!("{subject} {community} {title}")),
        None => clean(&format!("{subject} {community}")),
    }
}

fn section(
    findings: &dyn Findings,
    voice: Voice<'_>,
    (verdict, title): (Verdict, &str),
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let heading = findings.heading();
    let number = heading.counts.get(verdict) - heading.advice.get(verdict);
    if number == 0 {
        return Ok(());
    }
    let painted = voice.paint(color(verdict), &format!("【{title}】{number}"));
    writeln!(out, "\n{painted}")?;
    let mut subject = String::new();
    findings.each(verdict, &mut |finding, title| {
        if finding.severity == Severity::Advisory {
            return Ok(());
        }
        if finding.subject != subject {
            writeln!(out, "{}", named(heading, &finding.subject, title))?;
            subject.clone_from(&finding.subject);
        }
        write!(out, "{}", entry(finding, voice.lang, "  "))?;
        Ok(())
    })
}

/// Records that are missing, by form: what is said of it, and the rules that ask for it.
type Forms = BTreeMap<String, (Words, Vec<String>)>;

/// The missing records, grouped by subject, each told once.
fn missing(findings: &dyn Findings, voice: Voice<'_>, out: &mut dyn Write) -> anyhow::Result<()> {
    let (lang, heading) = (voice.lang, findings.heading());
    let number = heading.counts.get(Verdict::Unverifiable);
    if number == 0 {
        return Ok(());
    }
    let title = lang.pick(
        "资料不足（请补下列记录）",
        "Unverifiable (records to bring)",
    );
    writeln!(out, "\n【{title}】{number}")?;
    let mut of: Option<(String, Option<String>, Forms)> = None;
    let told = |of: Option<(String, Option<String>, Forms)>, out: &mut dyn Write| {
        let Some((subject, title, forms)) = of else {
            return Ok(());
        };
        writeln!(out, "{}", named(heading, &subject, title.as_deref()))?;
        for (what, rules) in forms.values() {
            let (what, rules) = (clean(what.in_lang(lang)), rules.join(" "));
            writeln!(out, "  □ {what}  [{rules}]")?;
        }
        anyhow::Ok(())
    };
    findings.each(Verdict::Unverifiable, &mut |finding, title| {
        if of
            .as_ref()
            .is_none_or(|(subject, ..)| *subject != finding.subject)
        {
            told(of.take(), out)?;
            let title = title.map(str::to_owned);
            of = Some((finding.subject.clone(), title, Forms::new()));
        }
        let Some((_, _, forms)) = &mut of else {
            return Ok(());
        };
        for (record, field) in lacks::records(&finding.missing) {
            let (said, rules) = forms.entry(record.zh.clone()).or_default();
            *said = lacks::with_field(said, &record, &field);
            if !rules.contains(&finding.rule) {
                rules.push(finding.rule.clone());
            }
        }
        Ok(())
    })?;
    told(of.take(), out)
}

/// Advisory clauses, grouped by rule: they are told, not counted against anyone.
fn advice(findings: &dyn Findings, voice: Voice<'_>, out: &mut dyn Write) -> anyhow::Result<()> {
    let lang = voice.lang;
    let mut by_rule: BTreeMap<String, (Words, Vec<String>)> = BTreeMap::new();
    findings.each(Verdict::Deviation, &mut |finding, _| {
        if finding.severity == Severity::Advisory {
            let of_rule = by_rule.entry(finding.rule.clone());
            let (_, subjects) = of_rule.or_insert_with(|| (finding.title.clone(), Vec::new()));
            subjects.push(finding.subject.clone());
        }
        Ok(())
    })?;
    if by_rule.is_empty() {
        return Ok(());
    }
    let number: usize = by_rule.values().map(|(_, subjects)| subjects.len()).sum();
    let title = lang.pick("提示（提倡性条款）", "Advice (advisory clauses)");
    writeln!(out, "\n【{title}】{number}")?;
    for (rule, (title, subjects)) in by_rule {
        writeln!(
            out,
            "  {rule} {}：{}",
            title.in_lang(lang),
            subjects.join(" ")
        )?;
    }
    Ok(())
}

/// Every verdict that is told, in one table.
fn list_all(findings: &dyn Findings, voice: Voice<'_>, out: &mut dyn Write) -> anyhow::Result<()> {
    let lang = voice.lang;
    let mut table = Table::new(vec![
        ("subject", lang.pick("对象", "Subject").into()),
        ("rule", lang.pick("规则", "Rule").into()),
        ("verdict", lang.pick("结论", "Verdict").into()),
        ("message", lang.pick("说明", "Message").into()),
    ]);
    table.whole = vec![0, 1, 2];
    for verdict in shown(true) {
        findings.each(verdict, &mut |finding, _| {
            table.rows.push(vec![
                finding.subject.clone(),
                finding.rule.clone(),
                finding.verdict.label(lang).into(),
                finding.message.in_lang(lang).into(),
            ]);
            Ok(())
        })?;
    }
    write!(out, "\n{}", table.terminal(voice.width))?;
    Ok(())
}

/// How many of each verdict.
pub(super) fn numbers(heading: &Heading, voice: Voice<'_>) -> String {
    let lang = voice.lang;
    let mut table = Table::new(
        Verdict::ALL
            .iter()
            .map(|verdict| (verdict.id(), verdict.label(lang).to_owned()))
            .collect(),
    );
    table.right = (0..9).collect();
    table.rows.push(
        Verdict::ALL
            .iter()
            .map(|verdict| heading.counts.get(*verdict).to_string())
            .collect(),
    );
    table.terminal(voice.width.max(80))
}

/// Writes the findings as a flat table, in CSV.
///
/// # Errors
/// If the findings cannot be read, or the table cannot be written.
pub fn csv(
    findings: &dyn Findings,
    all: bool,
    lang: Lang,
    out: &mut dyn std::io::Write,
) -> anyhow::Result<()> {
    const COLUMNS: [&str; 17] = [
        "rule",
        "verdict",
        "severity",
        "stage",
        "scope",
        "subject",
        "community",
        "title",
        "message",
        "cite",
        "quote",
        "facts",
        "events",
        "due",
        "reading",
        "reason",
        "remedy",
    ];
    let names = &findings.heading().names;
    let mut rows = Rows::new(out, &COLUMNS)?;
    for verdict in shown(all) {
        findings.each(verdict, &mut |finding, _| {
            let json =
                crate::report::json::finding(finding, &|code| names.get(code).cloned(), lang);
            rows.write(COLUMNS.iter().map(|column| match &json[*column] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            }))
        })?;
    }
    rows.end()
}

/// The colour of a verdict.
fn color(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Violation => "1;31",
        Verdict::Deviation => "1;33",
        Verdict::Borderline => "1;35",
        Verdict::Unverifiable => "1;36",
        _ => "1",
    }
}
