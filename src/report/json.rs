//! The frozen JSON contracts: findings, audits, refusals, rules.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::corridor::Incomplete;
use crate::judge::{Counts, Finding, Verdict};
use crate::pack::{Pack, Rule};
use crate::report::audit::Audit;
use crate::state::EventKey;
use crate::words::Lang;

/// A finding as it is told, its fields in the order of the contract.
#[derive(Serialize)]
struct Told<'f> {
    rule: &'f str,
    verdict: &'static str,
    severity: &'static str,
    stage: &'f str,
    scope: &'static str,
    subject: &'f str,
    community: Option<&'f str>,
    title: &'f str,
    message: &'f str,
    cite: &'f str,
    quote: &'f str,
    facts: &'f Map<String, Json>,
    events: &'f [EventKey],
    due: Option<String>,
    reading: Option<&'f str>,
    reason: Option<&'f str>,
    remedy: &'f str,
}

impl<'f> Told<'f> {
    fn new(finding: &'f Finding, community: Option<&'f str>, lang: Lang) -> Self {
        Self {
            rule: &finding.rule,
            verdict: finding.verdict.id(),
            severity: finding.severity.id(),
            stage: &finding.stage,
            scope: finding.scope.id(),
            subject: &finding.subject,
            community,
            title: finding.title.in_lang(lang),
            message: finding.message.in_lang(lang),
            cite: &finding.cite,
            quote: &finding.quote,
            facts: &finding.facts,
            events: &finding.events,
            due: finding.due.map(|day| day.to_string()),
            reading: finding.reading.as_deref(),
            reason: finding.reason.as_deref(),
            remedy: finding.remedy.in_lang(lang),
        }
    }
}

/// One finding, as in `minsheng.audit/1`.
#[must_use]
pub fn finding(finding: &Finding, names: &dyn Fn(&str) -> Option<String>, lang: Lang) -> Json {
    let community = finding
        .community
        .as_deref()
        .map(|code| names(code).unwrap_or_else(|| code.to_owned()));
    json!(Told::new(finding, community.as_deref(), lang))
}

fn summary(counts: &Counts) -> Json {
    let verdicts: Map<String, Json> = Verdict::ALL
        .iter()
        .rev()
        .map(|verdict| (verdict.id().to_owned(), json!(counts.get(*verdict))))
        .collect();
    Json::Object(verdicts)
}

/// An audit, as `minsheng.audit/1`: written finding by finding, since a district has tens of
/// thousands of them.
#[derive(Serialize)]
pub struct Audited<'a> {
    schema: &'static str,
    regime: &'a str,
    year: i32,
    as_of: String,
    ledger: Json,
    summary: Json,
    findings: Vec<Told<'a>>,
}

/// The findings that are shown of an audit, with what is said of the whole.
#[must_use]
pub fn audit<'a>(audit: &'a Audit, shown: &[&'a Finding], lang: Lang) -> Audited<'a> {
    let named = |finding: &&'a Finding| {
        let code = finding.community.as_deref();
        let name = code.map(|code| audit.names.get(code).map_or(code, String::as_str));
        Told::new(finding, name, lang)
    };
    Audited {
        schema: "minsheng.audit/1",
        regime: &audit.regime,
        year: audit.year,
        as_of: audit.as_of.to_string(),
        ledger: json!({ "events": audit.events, "head": audit.head }),
        summary: json!({
            "projects": audit.projects,
            "communities": audit.communities,
            "verdicts": summary(&audit.counts),
        }),
        findings: shown.iter().map(named).collect(),
    }
}

/// A refused step, as `minsheng.refusal/1`.
#[must_use]
pub fn refusal(
    findings: &[(Finding, Option<String>)],
    names: &dyn Fn(&str) -> Option<String>,
    lang: Lang,
) -> Json {
    json!({
        "schema": "minsheng.refusal/1",
        "findings": findings
            .iter()
            .map(|(f, place)| {
                let mut json = finding(f, names, lang);
                if let Some(place) = place {
                    json["place"] = json!(place);
                }
                json
            })
            .collect::<Vec<_>>(),
        "problems": [],
    })
}

/// Input that could not be taken, as `minsheng.refusal/1`.
#[must_use]
pub fn problems(list: &[Incomplete], lang: Lang) -> Json {
    json!({
        "schema": "minsheng.refusal/1",
        "findings": [],
        "problems": list
            .iter()
            .map(|p| json!({ "place": p.place, "message": p.words.in_lang(lang) }))
            .collect::<Vec<_>>(),
    })
}

/// One rule of the book.
#[must_use]
pub fn rule(rule: &Rule, lang: Lang) -> Json {
    let readings: Vec<&str> = match rule.treatment() {
        crate::pack::Treatment::Computed(checks) => checks
            .iter()
            .flat_map(|check| &check.readings)
            .map(|reading| reading.id.as_str())
            .collect(),
        _ => Vec::new(),
    };
    json!({
        "id": rule.id,
        "cite": rule.cite,
        "quotes": rule.quotes,
        "title": rule.title.in_lang(lang),
        "severity": rule.severity.id(),
        "stage": rule.stage,
        "scope": rule.scope.id(),
        "check": rule.check_id(),
        "reading": (!readings.is_empty()).then(|| readings.join(" ")),
        "remedy": rule.remedy.in_lang(lang),
    })
}

/// The whole book, as `minsheng.rules/1`.
#[must_use]
pub fn rules(pack: &Pack, lang: Lang) -> Json {
    json!({
        "schema": "minsheng.rules/1",
        "regime": pack.meta.id,
        "rules": pack.rules.iter().map(|r| rule(r, lang)).collect::<Vec<_>>(),
    })
}
