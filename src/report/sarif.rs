//! An audit as SARIF 2.1.0, for tools that gather findings.
//!
//! A breach is a `fail`; one with a recorded reason is a `fail` that is suppressed with it; two
//! readings that disagree want a `review`; a missing fact leaves the question `open`, which is
//! never a pass.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::audit::Audit;
use crate::judge::{Finding, Verdict};
use crate::ledger::chain::hex;
use crate::pack::{Pack, Rule, Severity};
use crate::words::Lang;

/// The schema that the log is written to.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// How hard a breach of a clause is.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Must => "error",
        Severity::Principle => "warning",
        Severity::Advisory | Severity::Info => "note",
    }
}

/// What became of the question; every kind but `fail` has the level `none`.
fn kind(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Violation | Verdict::Deviation | Verdict::Justified => "fail",
        Verdict::Borderline => "review",
        Verdict::Unverifiable => "open",
        Verdict::Pending => "informational",
        Verdict::OutOfForce | Verdict::NotApplicable => "notApplicable",
        Verdict::Pass => "pass",
    }
}

/// A log may not hold empty texts.
fn said(text: &str) -> &str {
    if text.is_empty() { "—" } else { text }
}

fn rule(rule: &Rule, lang: Lang) -> Json {
    json!({
        "id": rule.id,
        "shortDescription": { "text": said(rule.title.in_lang(lang)) },
        "fullDescription": { "text": said(&format!("{}「{}」", rule.cite, rule.quotes.join("；"))) },
        "help": { "text": said(rule.remedy.in_lang(lang)) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "severity": rule.severity.id(),
            "stage": rule.stage,
            "scope": rule.scope.id(),
            "check": rule.check_id(),
        },
    })
}

fn result(audit: &Audit, finding: &Finding, index: usize, lang: Lang) -> Json {
    let kind = kind(finding.verdict);
    let level = if kind == "fail" {
        level(finding.severity)
    } else {
        "none"
    };
    let community = finding.community.as_deref().unwrap_or_default();
    let name = audit.names.get(community).map_or(community, String::as_str);
    // the same question on the same subject is the same result next year's tool run too
    let print = hex(&Sha256::digest(format!(
        "{}|{}|{}",
        audit.regime, finding.rule, finding.subject
    )));
    let mut json = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": { "text": said(finding.message.in_lang(lang)) },
        "locations": [{
            "logicalLocations": [{
                "name": finding.subject,
                "fullyQualifiedName": if name.is_empty() {
                    finding.subject.clone()
                } else {
                    format!("{name}/{}", finding.subject)
                },
                "kind": finding.scope.id(),
            }],
        }],
        "partialFingerprints": { "minshengFinding/v1": print },
        "properties": {
            "verdict": finding.verdict.id(),
            "severity": finding.severity.id(),
            "cite": finding.cite,
            "quote": finding.quote,
            "facts": finding.facts,
            "events": finding.events,
            "due": finding.due.map(|day| day.to_string()),
            "reading": finding.reading,
            "remedy": finding.remedy.in_lang(lang),
        },
    });
    // a reason justifies a principle; beside a violation it only stands
    if let Some(reason) = &finding.reason {
        if finding.verdict == Verdict::Justified {
            json["suppressions"] = json!([{ "kind": "external", "justification": reason }]);
        } else {
            json["properties"]["reason"] = json!(reason);
        }
    }
    json
}

/// The findings to show as a SARIF log.
#[must_use]
pub fn sarif(audit: &Audit, shown: &[&Finding], pack: &Pack, lang: Lang) -> Json {
    let place: BTreeMap<&str, usize> = pack
        .rules
        .iter()
        .enumerate()
        .map(|(index, rule)| (rule.id.as_str(), index))
        .collect();
    let results = shown.iter().map(|finding| {
        let index = place
            .get(finding.rule.as_str())
            .copied()
            .unwrap_or_default();
        result(audit, finding, index, lang)
    });
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "minsheng",
                    "version": env!("CARGO_PKG_VERSION"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "shortDescription": { "text": lang.pick("民生微实事项目审计", "Audit of neighbourhood micro-projects") },
                    "rules": pack.rules.iter().map(|r| rule(r, lang)).collect::<Vec<_>>(),
                },
            },
            "language": lang.pick("zh-CN", "en-US"),
            "automationDetails": { "id": format!("minsheng/{}/{}", audit.regime, audit.year) },
            "results": results.collect::<Vec<_>>(),
            "properties": {
                "regime": audit.regime,
                "year": audit.year,
                "asOf": audit.as_of.to_string(),
                "ledger": { "events": audit.events, "head": audit.head },
            },
        }],
    })
}
