//! `explain`: every verdict with the facts it used, the count and the clause's words.

use std::fmt::Write as _;

use super::Voice;
use super::table::clean;
use crate::judge::{Finding, Verdict};
use crate::step;
use crate::words::Lang;

/// A value for people: terms by the regulation's words.
fn shown(name: &str, value: &serde_json::Value, voice: Voice<'_>) -> String {
    let vocabulary = name
        .rsplit_once('.')
        .and_then(|(head, field)| step::find(head)?.field(field))
        .map_or("", |field| field.vocabulary);
    match value {
        serde_json::Value::String(text) if voice.lang == Lang::Zh => {
            let named = voice.pack.vocabularies.iter().find(|v| v.id == name);
            voice
                .pack
                .label(named.map_or(vocabulary, |v| &v.id), text)
                .to_owned()
        }
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(list) => {
            let items: Vec<String> = list.iter().map(|item| shown(name, item, voice)).collect();
            items.join("、")
        }
        other => other.to_string(),
    }
}

/// The name of a fact for people: the column of its step, or one of a few words.
fn fact_label(name: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return name.to_owned();
    }
    if let Some(def) = step::find(name) {
        return def.zh.to_owned();
    }
    if let Some((head, field)) = name.rsplit_once('.')
        && let Some(def) = step::find(head)
        && let Some(field) = def.field(field)
    {
        return format!("{}·{}", def.zh, field.heading);
    }
    let known = [
        ("from", "自"),
        ("to", "至"),
        ("days", "天数"),
        ("min", "不少于"),
        ("max", "不超过"),
        ("due", "期限"),
        ("need", "应有"),
        ("count", "计"),
        ("records", "记录"),
        ("persons", "居民（名）"),
        ("households", "居民户"),
        ("organisations", "单位（不计）"),
        ("repeats", "重复（不计）"),
        ("demands", "其中需求"),
        ("sum", "累计"),
        ("contracts", "合同份数"),
        ("version", "名册版本"),
        ("lacking", "未征集"),
        ("projects", "项目数"),
        ("covered", "已包括"),
        ("left_out", "未包括"),
        ("left_out_more", "另有未列出的"),
        ("spent", "支出合计"),
        ("total", "资金总额"),
        ("percent", "上限（%）"),
        ("listed", "列入日期"),
        ("barred_until", "不能执行至"),
        ("first", "最早"),
        ("last", "最晚"),
        ("document", "文件"),
        ("type", "项目类型"),
        ("category", "项目类别"),
        ("budget", "初步预算"),
    ];
    known
        .iter()
        .find(|(key, _)| *key == name)
        .map_or_else(|| name.to_owned(), |(_, zh)| (*zh).to_owned())
}

/// The explanation of some findings of one subject.
#[must_use]
pub fn explain(findings: &[Finding], voice: Voice<'_>) -> String {
    let lang = voice.lang;
    let mut text = String::new();
    for finding in findings {
        let kept = matches!(
            finding.verdict,
            Verdict::Pass | Verdict::NotApplicable | Verdict::Pending
        );
        // a title names the defect: it would contradict a verdict that finds none
        let title = if kept {
            ""
        } else {
            finding.title.in_lang(lang)
        };
        let _ = writeln!(
            text,
            "{} 【{}】{title}（{}）",
            finding.rule,
            finding.verdict.label(lang),
            finding.severity.label(lang)
        );
        let _ = writeln!(text, "  {}「{}」", finding.cite, finding.quote);
        let _ = writeln!(text, "  {}", clean(finding.message.in_lang(lang)));
        for (name, value) in &finding.facts {
            let value = shown(name, value, voice);
            let _ = writeln!(text, "    {} = {}", fact_label(name, lang), clean(&value));
        }
        for line in &finding.count {
            let _ = writeln!(text, "    · {}", line.in_lang(lang));
        }
        if let Some(due) = finding.due {
            let _ = writeln!(text, "  {}{due}", lang.pick("期限：", "Due: "));
        }
        if !finding.events.is_empty() {
            let list: Vec<String> = finding.events.iter().map(|e| e.seq.to_string()).collect();
            let _ = writeln!(
                text,
                "  {}{}",
                lang.pick("所据事件：", "Events: "),
                list.join(" ")
            );
        }
        if let Some(reason) = &finding.reason {
            let _ = writeln!(
                text,
                "  {}{}",
                lang.pick("已记说明：", "Reason: "),
                clean(reason)
            );
        }
        if !kept && !finding.remedy.is_empty() {
            let _ = writeln!(text, "  → {}", finding.remedy.in_lang(lang));
        }
        text.push('\n');
    }
    text
}
