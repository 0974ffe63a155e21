//! The findings as the pages need them: compact for the filters, grouped for reading.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::gather::Year;
use crate::judge::{Finding, Verdict};
use crate::report::audit::Audit;
use crate::report::rules::stage_label;
use crate::report::{flags, lacks};
use crate::state::Subject;
use crate::words::{Words, clean};

/// One finding as a page prints it.
#[derive(Debug, Serialize)]
pub struct Line {
    rule: String,
    verdict: &'static str,
    verdict_label: &'static str,
    severity: &'static str,
    severity_label: &'static str,
    subject: String,
    title: String,
    message: String,
    cite: String,
    quote: String,
    due: Option<String>,
    reason: Option<String>,
    remedy: String,
}

/// What was found about one subject.
#[derive(Debug, Serialize)]
pub struct About {
    subject: String,
    title: String,
    lines: Vec<Line>,
    /// Records to bring, each with the rules that ask for it.
    missing: Vec<(String, String)>,
    pending: Vec<Line>,
    passed: usize,
}

/// The finding as this edition may print it.
fn line(year: &Year<'_>, finding: &Finding) -> Line {
    let lang = year.lang;
    let free = |text: &str| clean(&year.free(&finding.subject, text));
    // what an office wrote to explain itself may name people that no record names
    let reason = finding.reason.as_deref().map(|text| {
        if year.public {
            year.say(
                "已记说明（公开版不列原文）",
                "reason recorded (not in the public edition)",
            )
            .to_owned()
        } else {
            clean(text)
        }
    });
    Line {
        rule: finding.rule.clone(),
        verdict: finding.verdict.id(),
        verdict_label: finding.verdict.label(lang),
        severity: finding.severity.id(),
        severity_label: finding.severity.label(lang),
        subject: finding.subject.clone(),
        title: finding.title.in_lang(lang).to_owned(),
        message: free(finding.message.in_lang(lang)),
        cite: finding.cite.clone(),
        quote: finding.quote.clone(),
        due: finding.due.map(|day| day.to_string()),
        reason,
        remedy: finding.remedy.in_lang(lang).to_owned(),
    }
}

/// True if a duty is broken or in doubt.
fn stands_out(finding: &Finding) -> bool {
    matches!(
        finding.verdict,
        Verdict::Violation | Verdict::Deviation | Verdict::Borderline | Verdict::Justified
    )
}

/// The findings of some subjects, grouped.
pub fn about(year: &Year<'_>, audit: &Audit, of: &dyn Fn(&Finding) -> bool) -> Vec<About> {
    let mut by_subject: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in audit.findings.iter().filter(|f| of(f)) {
        by_subject
            .entry(&finding.subject)
            .or_default()
            .push(finding);
    }
    by_subject
        .into_iter()
        .map(|(subject, findings)| {
            let pick = |keep: &dyn Fn(&Finding) -> bool| -> Vec<Line> {
                findings
                    .iter()
                    .filter(|f| keep(f))
                    .map(|f| line(year, f))
                    .collect()
            };
            let title = year.cases.iter().find(|case| case.id == subject);
            About {
                subject: subject.to_owned(),
                title: title.map_or_else(|| name(year, subject), |case| case.title.clone()),
                lines: pick(&stands_out),
                missing: missing(year, &findings),
                pending: pick(&|f| f.verdict == Verdict::Pending),
                passed: findings
                    .iter()
                    .filter(|f| f.verdict == Verdict::Pass)
                    .count(),
            }
        })
        .filter(|about| {
            !(about.lines.is_empty() && about.missing.is_empty() && about.pending.is_empty())
        })
        .collect()
}

fn name(year: &Year<'_>, subject: &str) -> String {
    match Subject::parse(subject) {
        Subject::CommunityYear(code, of) => format!("{} {of}", year.name(&code)),
        Subject::Demand(..) => year.say("需求", "demand").to_owned(),
        _ => String::new(),
    }
}

/// The records that are missing, each told once.
fn missing(year: &Year<'_>, findings: &[&Finding]) -> Vec<(String, String)> {
    let mut forms: BTreeMap<String, (Words, Vec<&str>)> = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|f| f.verdict == Verdict::Unverifiable)
    {
        for (record, field) in lacks::records(&finding.missing) {
            let (said, rules) = forms.entry(record.zh.clone()).or_default();
            *said = lacks::with_field(said, &record, &field);
            if !rules.contains(&finding.rule.as_str()) {
                rules.push(&finding.rule);
            }
        }
    }
    forms
        .into_values()
        .map(|(said, rules)| (clean(said.in_lang(year.lang)), rules.join(" ")))
        .collect()
}

/// Something that stands out across projects.
#[derive(Debug, Serialize)]
pub struct Flagged {
    /// What kind of flag.
    pub id: &'static str,
    /// What stands out.
    pub title: String,
    /// What it is about.
    pub subjects: Vec<String>,
    /// How many were found.
    pub numerator: usize,
    /// Of how many.
    pub denominator: usize,
    /// What was counted.
    pub statistic: String,
    /// What it was compared with.
    pub threshold: String,
    /// Where that comes from.
    pub source: String,
    /// What innocent reasons there may be.
    pub caution: String,
}

/// A flag that could not be looked for.
#[derive(Debug, Serialize)]
pub struct Unsought {
    /// What kind of flag.
    pub id: &'static str,
    /// What would stand out.
    pub title: String,
    /// What is missing.
    pub why: String,
}

/// What stands out across projects, as this edition may print it.
pub fn flagged(year: &Year<'_>) -> (Vec<Flagged>, Vec<Unsought>) {
    let lang = year.lang;
    let found = flags::flags(year.pack, year.book, year.year, year.as_of);
    let shown = |flag: &flags::Flag| {
        let about = flag.subjects.first().map_or("", String::as_str);
        let free = |words: &Words| clean(&year.free(about, words.in_lang(lang)));
        Flagged {
            id: flag.id,
            title: flag.title.in_lang(lang).to_owned(),
            subjects: flag.subjects.clone(),
            numerator: flag.numerator,
            denominator: flag.denominator,
            statistic: free(&flag.statistic),
            threshold: flag.threshold.value.in_lang(lang).to_owned(),
            source: free(&flag.threshold.source),
            caution: free(&flag.caution),
        }
    };
    let silent = found.silent.iter().map(|silent| Unsought {
        id: silent.id,
        title: silent.title.in_lang(lang).to_owned(),
        why: silent.why.in_lang(lang).to_owned(),
    });
    (found.flags.iter().map(shown).collect(), silent.collect())
}

/// The worst findings, for a page without a script.
pub fn worst(year: &Year<'_>, audit: &Audit, most: usize) -> Vec<Line> {
    audit
        .findings
        .iter()
        .filter(|f| stands_out(f))
        .take(most)
        .map(|f| line(year, f))
        .collect()
}

/// Every finding but what passes or does not apply, as a script with data: rules once, a row each.
pub fn script(year: &Year<'_>, audit: &Audit) -> String {
    let (mut rules, mut place): (Vec<Json>, HashMap<&str, usize>) = (Vec::new(), HashMap::new());
    let mut rows: Vec<Json> = Vec::new();
    for finding in audit.shown(false) {
        let index = *place.entry(&finding.rule).or_insert_with(|| {
            let line = line(year, finding);
            rules.push(json!({
                "id": line.rule, "title": line.title, "cite": line.cite, "quote": line.quote,
                "severity": line.severity, "severity_label": line.severity_label,
                "stage": finding.stage, "stage_label": stage_label(&finding.stage, year.lang),
                "remedy": line.remedy,
            }));
            rules.len() - 1
        });
        let line = line(year, finding);
        rows.push(json!([
            index,
            line.verdict,
            line.subject,
            finding.community,
            line.message,
            line.due,
            line.reason
        ]));
    }
    let labels: BTreeMap<&str, &str> = Verdict::ALL
        .iter()
        .map(|v| (v.id(), v.label(year.lang)))
        .collect();
    let names: BTreeMap<&String, &str> = year
        .codes
        .iter()
        .map(|code| (code, year.name(code)))
        .collect();
    let files: BTreeMap<&String, &String> = year
        .cases
        .iter()
        .filter_map(|case| Some((&case.id, case.dossier.as_ref()?)))
        .collect();
    let mut text = String::from("window.minsheng = {\n");
    for (name, value) in [
        ("verdicts", json!(labels)),
        ("communities", json!(names)),
        ("dossiers", json!(files)),
        ("rules", json!(rules)),
    ] {
        let _ = writeln!(text, "\"{name}\": {value},");
    }
    text.push_str("\"rows\": [\n");
    for (index, row) in rows.iter().enumerate() {
        let comma = if index + 1 < rows.len() { "," } else { "" };
        let _ = writeln!(text, "{row}{comma}");
    }
    text.push_str("]};\n");
    text
}
