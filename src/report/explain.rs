//! `explain`: every verdict with the facts it used, the count and the clause's words.

use std::fmt::Write as _;

use super::Voice;
use super::table::clean;
use crate::judge::{Finding, Verdict};

/// The explanation of some findings of one subject.
#[must_use]
pub fn explain(findings: &[Finding], voice: Voice<'_>) -> String {
    let lang = voice.lang;
    let mut text = String::new();
    for finding in findings {
        let _ = writeln!(
            text,
            "{} 【{}】{}（{}）",
            finding.rule,
            finding.verdict.label(lang),
            finding.title.in_lang(lang),
            finding.severity.label(lang)
        );
        let _ = writeln!(text, "  {}「{}」", finding.cite, finding.quote);
        let _ = writeln!(text, "  {}", clean(finding.message.in_lang(lang)));
        for (name, value) in &finding.facts {
            let value = match value {
                serde_json::Value::String(value) => value.clone(),
                other => other.to_string(),
            };
            let _ = writeln!(text, "    {name} = {}", clean(&value));
        }
        for line in &finding.count {
            let _ = writeln!(text, "    · {}", line.in_lang(lang));
        }
        if let Some(due) = finding.due {
            let _ = writeln!(text, "  {}{due}", lang.pick("期限：", "Due: "));
        }
        if !finding.events.is_empty() {
            let list: Vec<String> = finding.events.iter().map(|e| e.seq.to_string()).collect();
            let _ = writeln!(text, "  {}{}", lang.pick("所据事件：", "Events: "), list.join(" "));
        }
        if let Some(reason) = &finding.reason {
            let _ = writeln!(text, "  {}{}", lang.pick("已记说明：", "Reason: "), clean(reason));
        }
        let wrong = !matches!(
            finding.verdict,
            Verdict::Pass | Verdict::NotApplicable | Verdict::Pending
        );
        if wrong && !finding.remedy.is_empty() {
            let _ = writeln!(text, "  → {}", finding.remedy.in_lang(lang));
        }
        text.push('\n');
    }
    text
}
