//! The frozen JSON contracts: findings, audits, refusals, rules.

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::corridor::Incomplete;
use crate::judge::{Counts, Finding, Verdict};
use crate::pack::{Pack, Rule};
use crate::report::audit::{Findings, shown};
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

/// How many of each verdict.
pub(super) fn summary(counts: &Counts) -> Json {
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
    findings: List<'a>,
}

/// The findings that are told.
struct List<'a> {
    findings: &'a dyn Findings,
    all: bool,
    lang: Lang,
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = &self.findings.heading().names;
        let mut list = serializer.serialize_seq(None)?;
        for verdict in shown(self.all) {
            let mut failed = None;
            let told = self.findings.each(verdict, &mut |finding, _| {
                let code = finding.community.as_deref();
                let name = code.map(|code| names.get(code).map_or(code, String::as_str));
                list.serialize_element(&Told::new(finding, name, self.lang))
                    .map_err(|error| {
                        let words = error.to_string();
                        failed = Some(error);
                        anyhow::Error::msg(words)
                    })
            });
            match (told, failed) {
                (_, Some(error)) => return Err(error),
                (Err(error), None) => return Err(S::Error::custom(error)),
                (Ok(()), None) => {}
            }
        }
        list.end()
    }
}

/// The findings of an audit, with what is said of the whole; all verdicts, or all that are shown.
#[must_use]
pub fn audit(findings: &dyn Findings, all: bool, lang: Lang) -> Audited<'_> {
    let heading = findings.heading();
    Audited {
        schema: "minsheng.audit/1",
        regime: &heading.regime,
        year: heading.year,
        as_of: heading.as_of.to_string(),
        ledger: json!({ "events": heading.events, "head": heading.head }),
        summary: json!({
            "projects": heading.projects,
            "communities": heading.communities,
            "verdicts": summary(&heading.counts),
        }),
        findings: List {
            findings,
            all,
            lang,
        },
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
