//! The audit of a year: judging every subject of it, and telling what was found.

mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::table::clean;
use crate::corridor::whole_book;
use crate::judge::{self, Counts, Finding, Verdict};
use crate::law::Day;
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::state::{Book, Subject, View};
use crate::words::Lang;

/// What of an audit is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only this community, by code or name.
    pub community: Option<String>,
    /// Only rules of this stage.
    pub stage: Option<String>,
    /// Only these rules.
    pub rules: Vec<String>,
}

/// A judged year.
#[derive(Debug)]
pub struct Audit {
    /// Identifier of the pack.
    pub regime: String,
    /// The year.
    pub year: i32,
    /// The day up to which facts count.
    pub as_of: Day,
    /// Events in the ledger.
    pub events: i64,
    /// Hash of the last event of the ledger's own chain.
    pub head: String,
    /// Cases of the year.
    pub projects: usize,
    /// Communities that were judged.
    pub communities: usize,
    /// Names of the communities by code.
    pub names: BTreeMap<String, String>,
    /// Titles of the cases.
    pub titles: BTreeMap<String, String>,
    /// How many of each verdict.
    pub counts: Counts,
    /// Every verdict on every subject.
    pub findings: Vec<Finding>,
    /// Reasons that answer no breach: subject and rule.
    pub unmatched: Vec<(String, String)>,
    /// Events of steps that this version does not know.
    pub unknown: usize,
}

/// Judges a year of a ledger: reads the log once, folds it, judges every subject.
///
/// # Errors
/// If the ledger cannot be read.
pub fn audit(
    ledger: &Ledger,
    pack: &Pack,
    year: i32,
    as_of: Day,
    wanted: &Wanted,
) -> anyhow::Result<Audit> {
    let book = whole_book(ledger)?;
    let head = ledger.reader().heads()?;
    let names: BTreeMap<String, String> = book
        .communities()
        .into_iter()
        .filter_map(|code| Some((code.clone(), book.community_name(&code)?.to_owned())))
        .collect();
    let wants = |code: &str| match &wanted.community {
        None => true,
        Some(w) => w == code || names.get(code).is_some_and(|name| name == w),
    };
    let subjects = subjects_of(&book, year, as_of, &wants, wanted.community.is_none());
    let mut findings: Vec<Finding> = subjects
        .iter()
        .flat_map(|subject| judge::judge(pack, &book, subject, as_of))
        .filter(|f| wanted.stage.as_ref().is_none_or(|stage| f.stage == *stage))
        .filter(|f| wanted.rules.is_empty() || wanted.rules.contains(&f.rule))
        .collect();
    findings.sort_by(|a, b| (a.verdict, &a.subject).cmp(&(b.verdict, &b.subject)));
    let cases: Vec<&String> = subjects
        .iter()
        .filter(|id| matches!(Subject::parse(id), Subject::Case(..)))
        .collect();
    let communities: BTreeSet<String> = subjects
        .iter()
        .filter_map(|id| Subject::parse(id).community().map(str::to_owned))
        .filter(|code| wants(code))
        .collect();
    Ok(Audit {
        regime: pack.meta.id.clone(),
        year,
        as_of,
        events: ledger.reader().count()?,
        head: head
            .first()
            .map(crate::ledger::Head::hex)
            .unwrap_or_default(),
        projects: cases.len(),
        communities: communities.len(),
        titles: cases
            .iter()
            .filter_map(|id| Some(((*id).clone(), title(&book, id, as_of)?)))
            .collect(),
        counts: Counts::of(&findings),
        unmatched: unmatched(&book, &subjects, &findings, as_of),
        unknown: book.unknown,
        names,
        findings,
    })
}

/// The name of a project.
#[must_use]
pub fn title(book: &Book, case: &str, as_of: Day) -> Option<String> {
    View::new(book, case, as_of)
        .own()
        .filter(|fact| fact.subject == case)
        .find_map(|fact| fact.value("title").text().map(str::to_owned))
}

/// Every subject of a year that is judged.
#[must_use]
pub fn subjects(book: &Book, year: i32, as_of: Day) -> Vec<String> {
    subjects_of(book, year, as_of, &|_| true, true)
}

/// The subjects that belong to a year: cases by their first day of implementation, else by
/// programme year; communities and streets by programme year.
fn subjects_of(
    book: &Book,
    year: i32,
    as_of: Day,
    wants: &dyn Fn(&str) -> bool,
    streets: bool,
) -> Vec<String> {
    let mut list = Vec::new();
    let mut street_names = BTreeSet::new();
    for id in book.subjects() {
        let subject = Subject::parse(id);
        let Some(code) = subject.community() else {
            continue;
        };
        if !wants(code) && !serves(book, id, wants) {
            continue;
        }
        let made = || {
            book.about(id).iter().any(|&index| {
                let fact = book.fact(index);
                fact.def.stage() != "register" && fact.occurred.is_none_or(|day| day <= as_of)
            })
        };
        match &subject {
            Subject::Case(..) if made() && View::new(book, id, as_of).year() == Some(year) => {
                list.push(id.to_owned());
            }
            Subject::Demand(_, y) if *y == year && made() => list.push(id.to_owned()),
            Subject::Community(code) if book.street(code).is_some() => {
                list.push(format!("{code}{year}"));
                street_names.extend(book.street(code).map(str::to_owned));
            }
            _ => {}
        }
    }
    if streets {
        let streets = street_names
            .into_iter()
            .map(|street| format!("{street}{year}"));
        list.extend(streets);
        list.push(format!("全区{year}"));
        list.push("账本".to_owned());
    }
    list
}

/// True if a case of another community also serves one that is wanted.
fn serves(book: &Book, id: &str, wants: &dyn Fn(&str) -> bool) -> bool {
    matches!(Subject::parse(id), Subject::Case(..))
        && book.of_subject(id).iter().any(|&index| {
            let fact = book.fact(index);
            fact.subject == id
                && fact
                    .value("communities")
                    .items()
                    .iter()
                    .any(|code| code.text().is_some_and(wants))
        })
}

fn unmatched(
    book: &Book,
    subjects: &[String],
    findings: &[Finding],
    as_of: Day,
) -> Vec<(String, String)> {
    let answered: BTreeSet<(&str, &str)> = findings
        .iter()
        .filter(|f| f.is_breach())
        .map(|f| (f.subject.as_str(), f.rule.as_str()))
        .collect();
    let judged: BTreeSet<&str> = subjects.iter().map(String::as_str).collect();
    let shown: BTreeSet<&str> = findings.iter().map(|f| f.rule.as_str()).collect();
    book.facts()
        .iter()
        .filter(|fact| fact.def.id == "register.reason" && !fact.struck)
        .filter(|fact| fact.occurred.is_none_or(|day| day <= as_of))
        .filter_map(|fact| Some((fact.subject.as_str(), fact.value("rule").text()?)))
        .filter(|(subject, rule)| judged.contains(subject) && shown.contains(rule))
        .filter(|pair| !answered.contains(pair))
        .map(|(subject, rule)| (subject.to_owned(), rule.to_owned()))
        .collect()
}

/// One finding in a few lines: what, the clause, the next move.
#[must_use]
pub fn entry(finding: &Finding, lang: Lang, indent: &str) -> String {
    let mut text = String::new();
    let colon = lang.pick("：", ": ");
    let _ = writeln!(
        text,
        "{indent}{} {}{colon}{}",
        finding.rule,
        finding.title.in_lang(lang),
        clean(finding.message.in_lang(lang))
    );
    let _ = writeln!(text, "{indent}  {}「{}」", finding.cite, finding.quote);
    if let Some(reason) = &finding.reason {
        let _ = writeln!(
            text,
            "{indent}  {}{colon}{}",
            lang.pick("已记说明", "Reason recorded"),
            clean(reason)
        );
    }
    // a reason justifies a principle; it does not cure a violation
    if !finding.remedy.is_empty()
        && (finding.reason.is_none() || finding.verdict == Verdict::Violation)
    {
        let _ = writeln!(text, "{indent}  → {}", finding.remedy.in_lang(lang));
    }
    text
}
