//! What is due, what is missing, and what may come next: for people and for a calendar.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use icalendar::{Calendar, Component, Event, EventLike};
use serde_json::{Value as Json, json};

use super::Voice;
use super::table::clean;
use crate::judge::{self, Finding, Next, Verdict};
use crate::law::{Day, FirstDay, days};
use crate::pack::Pack;
use crate::state::{Book, Subject, View};
use crate::words;
use crate::words::{Lang, Words};

/// What kind of matter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Its last day has passed.
    Overdue,
    /// It has a last day.
    Due,
    /// It may be done from a day on.
    Next,
    /// A record is missing; the law gives no day.
    Missing,
}

impl Kind {
    fn id(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Next => "next",
            Self::Missing => "missing",
        }
    }

    fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Overdue => lang.pick("已逾期", "overdue"),
            Self::Due => lang.pick("期限", "due"),
            Self::Next => lang.pick("最早可办", "from"),
            Self::Missing => lang.pick("待补", "missing"),
        }
    }
}

/// One matter.
#[derive(Clone, Debug)]
pub struct Matter {
    /// Kind.
    pub kind: Kind,
    /// Its day, if the law gives one.
    pub date: Option<Day>,
    /// Subject.
    pub subject: String,
    /// What there is to do.
    pub what: Words,
    /// Rules that ask for it.
    pub rules: Vec<String>,
    /// The clause.
    pub cite: String,
}

/// Gathers the matters of some subjects, in order of their days, those without a day last.
#[must_use]
pub fn matters(pack: &Pack, book: &Book, subjects: &[String], as_of: Day) -> Vec<Matter> {
    let mut list = Vec::new();
    for subject in subjects {
        let findings = judge::judge(pack, book, subject, as_of);
        list.extend(findings.iter().filter_map(|finding| dated(finding, as_of)));
        list.extend(missing(&findings));
        if matches!(Subject::parse(subject), Subject::Case(..)) {
            let view = View::new(book, subject, as_of);
            if view.withdrawn().is_none() {
                let next = judge::earliest(pack, &view);
                list.extend(next.into_iter().map(|next| may(subject, next)));
            }
        }
    }
    let mut list = merged(list);
    list.sort_by(|a, b| {
        let key = |m: &Matter| (m.date.is_none(), m.date, m.kind, m.subject.clone());
        key(a).cmp(&key(b))
    });
    list
}

/// What several clauses ask for in the same words is one matter.
fn merged(list: Vec<Matter>) -> Vec<Matter> {
    let mut whole: Vec<Matter> = Vec::new();
    for matter in list {
        let same = |known: &&mut Matter| {
            (known.kind, known.date, &known.subject, &known.what)
                == (matter.kind, matter.date, &matter.subject, &matter.what)
        };
        match whole.iter_mut().find(same) {
            Some(known) => known.rules.extend(matter.rules),
            None => whole.push(matter),
        }
    }
    whole
}

/// A duty with a last day that nothing has met yet.
fn dated(finding: &Finding, as_of: Day) -> Option<Matter> {
    let date = finding.due?;
    let kind = match finding.verdict {
        Verdict::Pending | Verdict::Unverifiable if date >= as_of => Kind::Due,
        // the day has passed and nothing is recorded
        Verdict::Unverifiable => Kind::Overdue,
        // nobody is to blame for what is not there
        Verdict::Violation | Verdict::Deviation if finding.causes.is_empty() => Kind::Overdue,
        _ => return None,
    };
    Some(Matter {
        kind,
        date: Some(date),
        subject: finding.subject.clone(),
        what: finding.message.clone(),
        rules: vec![finding.rule.clone()],
        cite: finding.cite.clone(),
    })
}

/// The missing records, each told once with all the rules that ask for it.
fn missing(findings: &[Finding]) -> Vec<Matter> {
    let mut records: BTreeMap<String, Matter> = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|f| f.verdict == Verdict::Unverifiable && f.due.is_none())
    {
        for (record, what) in super::lacks::records(&finding.missing) {
            let matter = records.entry(record.zh.clone()).or_insert_with(|| Matter {
                kind: Kind::Missing,
                date: None,
                subject: finding.subject.clone(),
                what: Words::default(),
                rules: Vec::new(),
                cite: finding.cite.clone(),
            });
            matter.what = super::lacks::with_field(&matter.what, &record, &what);
            if !matter.rules.contains(&finding.rule) {
                matter.rules.push(finding.rule.clone());
            }
        }
    }
    records.into_values().collect()
}

fn may(subject: &str, next: Next) -> Matter {
    Matter {
        kind: Kind::Next,
        date: Some(next.date),
        subject: subject.to_owned(),
        what: words!(
            "{}（{}）",
            "{1}",
            next.def.zh,
            next.def.id.replace('.', " ")
        ),
        rules: vec![next.rule],
        cite: next.cite,
    }
}

/// Days from one day to another.
fn left(matter: &Matter, as_of: Day) -> Option<i64> {
    matter
        .date
        .map(|date| days(as_of, date, FirstDay::Excluded))
}

/// The matters as lines for people.
#[must_use]
pub fn text(matters: &[Matter], as_of: Day, voice: Voice<'_>) -> String {
    let lang = voice.lang;
    let mut text = String::new();
    let mut dateless = "";
    for matter in matters {
        let rules = matter.rules.join(" ");
        let what = clean(matter.what.in_lang(lang));
        let Some(date) = matter.date else {
            if dateless.is_empty() {
                let _ = writeln!(
                    text,
                    "{}",
                    lang.pick("没有期限，待补：", "No last day, to be brought:")
                );
            }
            if dateless != matter.subject {
                let _ = writeln!(text, "{}", matter.subject);
                dateless = &matter.subject;
            }
            let _ = writeln!(text, "  □ {what}  [{rules}]");
            continue;
        };
        let days = match left(matter, as_of).unwrap_or_default() {
            0 => lang.pick("今天", "today").to_owned(),
            days if days > 0 => lang
                .pick(&format!("还有{days}天"), &format!("in {days} days"))
                .to_owned(),
            days => lang
                .pick(&format!("已过{}天", -days), &format!("{} days ago", -days))
                .to_owned(),
        };
        let line = format!(
            "{date} {} {} {}  {what}  {}〔{rules}〕",
            matter.kind.label(lang),
            if matter.kind == Kind::Next && date < as_of {
                String::new()
            } else {
                days
            },
            matter.subject,
            matter.cite
        );
        let color = match matter.kind {
            Kind::Overdue => "31",
            Kind::Due => "33",
            Kind::Next | Kind::Missing => "0",
        };
        let _ = writeln!(text, "{}", voice.paint(color, &line));
    }
    text
}

/// The matters for machines.
#[must_use]
pub fn json(matters: &[Matter], as_of: Day, lang: Lang) -> Json {
    let list: Vec<Json> = matters
        .iter()
        .map(|matter| {
            json!({
                "kind": matter.kind.id(),
                "date": matter.date.map(|date| date.to_string()),
                "days_left": left(matter, as_of),
                "subject": matter.subject,
                "what": matter.what.in_lang(lang),
                "rules": matter.rules,
                "cite": matter.cite,
            })
        })
        .collect();
    json!({ "schema": "minsheng.todo/1", "as_of": as_of.to_string(), "matters": list })
}

/// The matters with a day as an iCalendar file: one all-day event each, the same matter
/// always under the same identifier.
#[must_use]
pub fn icalendar(matters: &[Matter], stamp: chrono::DateTime<chrono::Utc>, lang: Lang) -> String {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//minsheng//todo//ZH"))
        .append_property(("CALSCALE", "GREGORIAN"));
    for matter in matters {
        let Some(date) = matter.date else { continue };
        let what = clean(matter.what.in_lang(lang));
        let rules = matter.rules.join(" ");
        let event = Event::new()
            .uid(&format!(
                "{}/{}/{rules}@minsheng",
                matter.subject,
                matter.kind.id()
            ))
            .timestamp(stamp)
            // without an end an event of a date lasts that day
            .starts(date.date())
            .summary(&format!(
                "{} {}：{what}",
                matter.subject,
                matter.kind.label(lang)
            ))
            .description(&format!("{} {rules}", matter.cite))
            .done();
        calendar.push(event);
    }
    calendar.done().to_string()
}
