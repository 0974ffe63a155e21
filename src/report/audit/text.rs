//! An audit told: grouped for people, flat for CSV.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Audit, entry};
use crate::judge::{Finding, Verdict};
use crate::pack::Severity;
use crate::report::table::{Table, clean};
use crate::report::{Voice, lacks};
use crate::state::Subject;
use crate::words::{Lang, Words};

impl Audit {
    /// The findings to print: all but what passes or does not apply, unless `all`.
    #[must_use]
    pub fn shown(&self, all: bool) -> Vec<&Finding> {
        self.findings
            .iter()
            .filter(|f| all || !matches!(f.verdict, Verdict::Pass | Verdict::NotApplicable))
            .collect()
    }

    /// The audit for people: what is wrong, what deviates, what is missing, the counts.
    #[must_use]
    pub fn text(&self, voice: Voice<'_>, all: bool) -> String {
        let lang = voice.lang;
        let mut text = self.heading(voice);
        let of = |verdict: Verdict, advisory: bool| -> Vec<&Finding> {
            self.findings
                .iter()
                .filter(|f| f.verdict == verdict && (f.severity == Severity::Advisory) == advisory)
                .collect()
        };
        let sections = [
            (
                lang.pick("违规", "Violations"),
                of(Verdict::Violation, false),
            ),
            (
                lang.pick(
                    "偏离（原则上的要求，未说明理由）",
                    "Deviations (principles, no reason recorded)",
                ),
                of(Verdict::Deviation, false),
            ),
            (
                lang.pick(
                    "临界（两种读法结论不同）",
                    "Borderline (two readings disagree)",
                ),
                of(Verdict::Borderline, false),
            ),
            (
                lang.pick(
                    "已说明（原则上的要求，已记理由）",
                    "Justified (principles, reason recorded)",
                ),
                of(Verdict::Justified, false),
            ),
        ];
        for (title, list) in sections {
            self.section(&mut text, voice, title, &list);
        }
        self.missing(&mut text, voice);
        Self::advice(&mut text, voice, &of(Verdict::Deviation, true));
        if all {
            self.all(&mut text, voice);
        }
        self.numbers(&mut text, voice);
        self.notes(&mut text, voice, all);
        for (subject, rule) in &self.unmatched {
            let _ = writeln!(
                text,
                "{}",
                lang.pick(
                    &format!("注意：{subject} 记有对 {rule} 的说明，但没有对应的问题。"),
                    &format!(
                        "Note: {subject} has a reason for {rule}, but nothing that it answers."
                    ),
                )
            );
        }
        if self.unknown > 0 {
            let _ = writeln!(
                text,
                "{}",
                lang.pick(
                    &format!("注意：有{}个事件是较新版本写的，未参与判断。请升级 minsheng。", self.unknown),
                    &format!("Note: {} events were written by a newer version and not judged. Upgrade minsheng.", self.unknown),
                )
            );
        }
        text
    }

    /// What the numbers do not say by themselves.
    fn notes(&self, text: &mut String, voice: Voice<'_>, all: bool) {
        let lang = voice.lang;
        let advice = self
            .findings
            .iter()
            .filter(|f| f.verdict == Verdict::Deviation && f.severity == Severity::Advisory)
            .count();
        let pending = self.counts.get(Verdict::Pending);
        let mut note = |count: usize, zh: &str, en: &str| {
            if count > 0 {
                let line = lang.pick(zh, en).replace("{}", &count.to_string());
                let _ = writeln!(text, "{line}");
            }
        };
        note(
            advice,
            "偏离中有{}项是提倡性条款的提示，不拦截，也不影响返回码。",
            "{} of the deviations are advice of advisory clauses: they neither block nor count for the exit code.",
        );
        note(
            if all { 0 } else { pending },
            "未到期{}项，加 --all 列出。",
            "{} are pending; --all lists them.",
        );
    }

    fn heading(&self, voice: Voice<'_>) -> String {
        let (lang, meta) = (voice.lang, &voice.pack.meta);
        let document = meta.document.as_deref().unwrap_or_default();
        let short = &self.head[..self.head.len().min(16)];
        let mut text = lang.pick(
            &format!(
                "{}年度审计（截至{}）\n依据：《{}》{}\n账本：{}个事件，链尾 {short}；社区{}个，项目{}个\n",
                self.year, self.as_of, meta.name, document, self.events, self.communities, self.projects
            ),
            &format!(
                "Audit of {} (as of {})\nRegulation: {} {}\nLedger: {} events, head {short}; {} communities, {} projects\n",
                self.year, self.as_of, meta.name_en, document, self.events, self.communities, self.projects
            ),
        ).to_owned();
        if self.counts.get(Verdict::OutOfForce) > 0 {
            let until = meta.to.map_or(String::new(), |d| d.to_string());
            text.push_str(lang.pick(
                &format!(
                    "！有{}项判断的日期不在依据的有效期内（{}至{until}），不作合规判断。如已续期，请登记续期文件：minsheng regime extend --until 日期 --basis 文号\n",
                    self.counts.get(Verdict::OutOfForce),
                    meta.from.map_or(String::new(), |d| d.to_string()),
                ),
                &format!(
                    "! {} judgements fall outside the validity of the regulation (until {until}) and are not judged. If it was renewed, record the notice: minsheng regime extend --until DATE --basis NUMBER\n",
                    self.counts.get(Verdict::OutOfForce),
                ),
            ));
        }
        text
    }

    fn name(&self, subject: &str) -> String {
        let parsed = Subject::parse(subject);
        let community = parsed
            .community()
            .and_then(|code| self.names.get(code))
            .map(String::as_str)
            .unwrap_or_default();
        match self.titles.get(subject) {
            Some(title) => clean(&format!("{subject} {community} {title}")),
            None => clean(&format!("{subject} {community}")),
        }
    }

    fn section(&self, text: &mut String, voice: Voice<'_>, title: &str, list: &[&Finding]) {
        if list.is_empty() {
            return;
        }
        let lang = voice.lang;
        let heading = format!("【{title}】{}", list.len());
        let _ = writeln!(text, "\n{}", voice.paint(color(list[0].verdict), &heading));
        let mut subject = "";
        for finding in list {
            if finding.subject != subject {
                let _ = writeln!(text, "{}", self.name(&finding.subject));
                subject = &finding.subject;
            }
            text.push_str(&entry(finding, lang, "  "));
        }
    }

    /// The missing records, grouped by subject, each told once.
    fn missing(&self, text: &mut String, voice: Voice<'_>) {
        let lang = voice.lang;
        let mut by_subject: BTreeMap<&str, BTreeMap<String, (Words, Vec<&str>)>> = BTreeMap::new();
        for finding in self
            .findings
            .iter()
            .filter(|f| f.verdict == Verdict::Unverifiable)
        {
            let forms = by_subject.entry(&finding.subject).or_default();
            for (record, field) in lacks::records(&finding.missing) {
                let (said, rules) = forms.entry(record.zh.clone()).or_default();
                *said = lacks::with_field(said, &record, &field);
                if !rules.contains(&finding.rule.as_str()) {
                    rules.push(&finding.rule);
                }
            }
        }
        if by_subject.is_empty() {
            return;
        }
        let _ = writeln!(
            text,
            "\n【{}】{}",
            lang.pick(
                "资料不足（请补下列记录）",
                "Unverifiable (records to bring)"
            ),
            self.counts.get(Verdict::Unverifiable)
        );
        for (subject, forms) in by_subject {
            let _ = writeln!(text, "{}", self.name(subject));
            for (what, rules) in forms.values() {
                let _ = writeln!(
                    text,
                    "  □ {}  [{}]",
                    clean(what.in_lang(lang)),
                    rules.join(" ")
                );
            }
        }
    }

    /// Advisory clauses, grouped by rule: they are told, not counted against anyone.
    fn advice(text: &mut String, voice: Voice<'_>, list: &[&Finding]) {
        let lang = voice.lang;
        let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in list {
            by_rule.entry(&finding.rule).or_default().push(finding);
        }
        if by_rule.is_empty() {
            return;
        }
        let _ = writeln!(
            text,
            "\n【{}】{}",
            lang.pick("提示（提倡性条款）", "Advice (advisory clauses)"),
            list.len()
        );
        for (rule, findings) in by_rule {
            let subjects: Vec<&str> = findings.iter().map(|f| f.subject.as_str()).collect();
            let _ = writeln!(
                text,
                "  {rule} {}：{}",
                findings[0].title.in_lang(lang),
                subjects.join(" ")
            );
        }
    }

    fn all(&self, text: &mut String, voice: Voice<'_>) {
        let lang = voice.lang;
        let mut table = Table::new(vec![
            ("subject", lang.pick("对象", "Subject").into()),
            ("rule", lang.pick("规则", "Rule").into()),
            ("verdict", lang.pick("结论", "Verdict").into()),
            ("message", lang.pick("说明", "Message").into()),
        ]);
        table.whole = vec![0, 1, 2];
        for finding in &self.findings {
            table.rows.push(vec![
                finding.subject.clone(),
                finding.rule.clone(),
                finding.verdict.label(lang).into(),
                finding.message.in_lang(lang).into(),
            ]);
        }
        let _ = write!(text, "\n{}", table.terminal(voice.width));
    }

    fn numbers(&self, text: &mut String, voice: Voice<'_>) {
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
                .map(|verdict| self.counts.get(*verdict).to_string())
                .collect(),
        );
        let _ = write!(text, "\n{}", table.terminal(voice.width.max(80)));
    }

    /// The findings as a flat table, for CSV.
    #[must_use]
    pub fn table(&self, shown: &[&Finding], lang: Lang) -> Table {
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
        let mut table = Table::new(COLUMNS.iter().map(|c| (*c, (*c).to_owned())).collect());
        for finding in shown {
            let json =
                crate::report::json::finding(finding, &|code| self.names.get(code).cloned(), lang);
            table.rows.push(
                COLUMNS
                    .iter()
                    .map(|column| match &json[*column] {
                        serde_json::Value::Null => String::new(),
                        serde_json::Value::String(text) => text.clone(),
                        other => other.to_string(),
                    })
                    .collect(),
            );
        }
        table
    }
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
