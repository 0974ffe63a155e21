//! What is due, what is missing, and what may come next: for people and for a calendar.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use icalendar::{Calendar, Component, Event, EventLike};
use serde_json::{Value as Json, json};

use super::Voice;
use super::command;
use super::table::clean;
use crate::judge::{self, Finding, Next, Verdict, Wait};
use crate::law::{Day, FirstDay, days};
use crate::pack::Pack;
use crate::state::{Book, Subject, View};
use crate::step::{self, Field, StepDef};
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
    /// The command to type, where one can be told.
    pub command: Words,
}

/// A step of a case that cannot be taken yet.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The step.
    pub what: Words,
    /// What must be recorded first, each with the rule that wants it.
    pub first: Vec<Wait>,
}

/// The steps of a case that wait for others.
#[must_use]
pub fn waiting(pack: &Pack, book: &Book, case: &str, as_of: Day) -> Vec<Waiting> {
    let view = View::new(book, case, as_of);
    if view.withdrawn().is_some() || !matches!(view.subject, Subject::Case(..)) {
        return Vec::new();
    }
    let steps = judge::earliest(pack, &view).into_iter();
    steps
        .filter(|next| next.date.is_none())
        .map(|next| Waiting {
            what: named(next.def),
            first: next.waits,
        })
        .collect()
}

/// Gathers the matters of some subjects, in order of their days, those without a day last.
#[must_use]
pub fn matters(pack: &Pack, book: &Book, subjects: &[String], as_of: Day) -> Vec<Matter> {
    let mut list = Vec::new();
    for subject in subjects {
        let findings = judge::judge(pack, book, subject, as_of);
        list.extend(findings.iter().filter_map(|finding| dated(finding, as_of)));
        list.extend(missing(&findings, &View::new(book, subject, as_of)));
        if matches!(Subject::parse(subject), Subject::Case(..)) {
            let view = View::new(book, subject, as_of);
            if view.withdrawn().is_none() {
                let next = judge::earliest(pack, &view);
                let may = |next| may(subject, next, as_of);
                list.extend(next.into_iter().filter_map(may));
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
        command: Words::default(),
    })
}

/// The missing records, each told once with all the rules that ask for it.
fn missing(findings: &[Finding], view: &View<'_>) -> Vec<Matter> {
    let mut records: BTreeMap<String, (Matter, Vec<String>)> = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|f| f.verdict == Verdict::Unverifiable && f.due.is_none())
    {
        for (record, what) in super::lacks::records(&finding.missing) {
            let entry = records.entry(record.zh.clone());
            let (matter, fields) = entry.or_insert_with(|| {
                let matter = Matter {
                    kind: Kind::Missing,
                    date: None,
                    subject: finding.subject.clone(),
                    what: Words::default(),
                    rules: Vec::new(),
                    cite: finding.cite.clone(),
                    command: Words::default(),
                };
                (matter, Vec::new())
            });
            fields.push(what.zh.clone());
            matter.what = super::lacks::with_field(&matter.what, &record, &what);
            if !matter.rules.contains(&finding.rule) {
                matter.rules.push(finding.rule.clone());
            }
        }
    }
    let told = records.into_iter().map(|(record, (mut matter, fields))| {
        matter.command = bringing(&record, &fields, view);
        matter
    });
    told.collect()
}

/// The command that brings a missing record, or the missing fields of one that is there.
fn bringing(record: &str, fields: &[String], view: &View<'_>) -> Words {
    let Some(def) = step::find(record).filter(|def| of_subject(def, view)) else {
        return Words::default();
    };
    let named = |field: &&Field| fields.iter().any(|name| name == field.heading);
    let wanted: Vec<&Field> = def.fields.iter().filter(named).collect();
    match view.last(def) {
        Some(fact) if !wanted.is_empty() => command::amend(fact, &wanted, view.book.is_own(fact)),
        _ => command::record(def, &view.id, None, &wanted),
    }
}

/// The step is recorded with a subject of this kind.
fn of_subject(def: &StepDef, view: &View<'_>) -> bool {
    match view.subject {
        Subject::Case(..) => matches!(def.subject, "case"),
        Subject::Demand(..) => matches!(def.subject, "demand"),
        _ => false,
    }
}

/// A step for people, with its command.
fn named(def: &StepDef) -> Words {
    words!("{}（{}）", "{1}", def.zh, def.id.replace('.', " "))
}

fn may(subject: &str, next: Next, as_of: Day) -> Option<Matter> {
    let date = next.date?;
    Some(Matter {
        kind: Kind::Next,
        date: Some(date),
        subject: subject.to_owned(),
        what: named(next.def),
        rules: vec![next.rule],
        cite: next.cite,
        command: command::record(next.def, subject, Some(date.max(as_of)), &[]),
    })
}

/// Days from one day to another.
fn left(matter: &Matter, as_of: Day) -> Option<i64> {
    matter
        .date
        .map(|date| days(as_of, date, FirstDay::Excluded))
}

/// The matters as lines for people; with the commands to type, if they are wanted.
#[must_use]
pub fn text(matters: &[Matter], as_of: Day, commands: bool, voice: Voice<'_>) -> String {
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
            line_of(&mut text, matter, commands, lang);
            continue;
        };
        let left = left(matter, as_of).unwrap_or_default();
        // what may be done already has no days to wait
        let days = if matter.kind == Kind::Next && left <= 0 {
            lang.pick("现在可办", "now").to_owned()
        } else {
            in_words(left, lang)
        };
        let color = match (matter.kind, left) {
            (Kind::Overdue, _) => "1;31",
            (Kind::Due, ..=SOON) => "33",
            (Kind::Due, _) => "32",
            (Kind::Next | Kind::Missing, _) => "36",
        };
        let head = format!("{date} {} {days}", matter.kind.label(lang));
        let _ = writeln!(
            text,
            "{} {}  {what}  {}〔{rules}〕",
            voice.paint(color, &head),
            matter.subject,
            matter.cite
        );
        line_of(&mut text, matter, commands, lang);
    }
    text
}

/// So many days before its last day a matter is marked.
const SOON: i64 = 7;

fn in_words(left: i64, lang: Lang) -> String {
    let (zh, en) = match left {
        0 => ("今天".to_owned(), "today".to_owned()),
        1.. => (format!("还有{left}天"), format!("in {left} days")),
        _ => (format!("已过{}天", -left), format!("{} days ago", -left)),
    };
    lang.pick(&zh, &en).to_owned()
}

fn line_of(text: &mut String, matter: &Matter, commands: bool, lang: Lang) {
    if commands && !matter.command.is_empty() {
        let _ = writeln!(text, "      {}", clean(matter.command.in_lang(lang)));
    }
}

/// The steps that wait for others, as lines for people.
#[must_use]
pub fn waiting_text(list: &[Waiting], lang: Lang) -> String {
    let mut text = String::new();
    if list.is_empty() {
        return text;
    }
    let _ = writeln!(text, "{}", lang.pick("还不能办：", "Not yet:"));
    for waiting in list {
        let first = waiting.first.iter();
        let first: Vec<String> = first
            .map(|wait| format!("{}〔{}〕", clean(wait.what.in_lang(lang)), wait.rule))
            .collect();
        let _ = writeln!(
            text,
            "  × {}{}{}",
            waiting.what.in_lang(lang),
            lang.pick("：先登记 ", ": first "),
            first.join(lang.pick("、", ", "))
        );
    }
    text
}

/// The matters for machines.
#[must_use]
pub fn json(matters: &[Matter], waiting: &[Waiting], as_of: Day, lang: Lang) -> Json {
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
                "command": Some(matter.command.in_lang(lang)).filter(|line| !line.is_empty()),
            })
        })
        .collect();
    let waiting = waiting.iter().map(|waiting| {
        let first = waiting.first.iter();
        let first = first.map(|w| json!({ "what": w.what.in_lang(lang), "rule": w.rule }));
        json!({ "step": waiting.what.in_lang(lang), "first": first.collect::<Vec<_>>() })
    });
    json!({
        "schema": "minsheng.todo/1", "as_of": as_of.to_string(), "matters": list,
        "waiting": waiting.collect::<Vec<_>>(),
    })
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
