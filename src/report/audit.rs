//! The audit of a year: judging every subject of it, and telling what was found.

mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;

use super::table::clean;
use crate::corridor::whole_book;
use crate::judge::{self, Asked, Counts, Finding, Verdict};
use crate::law::Day;
use crate::ledger::{Ledger, Stated};
use crate::pack::{Pack, Rule};
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
    /// Also what passes and what does not apply.
    pub all: bool,
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
    /// Events of all chains, receipts of other chains not counted.
    pub events: i64,
    /// One head for all chains, the same for a union and for its parts: see [`Stated::head`].
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
    /// The findings that are told; with `Wanted::all` every verdict on every subject.
    pub findings: Vec<Finding>,
    /// Reasons that answer no breach: subject and rule.
    pub unmatched: Vec<(String, String)>,
    /// Events of steps that this version does not know.
    pub unknown: usize,
}

impl Wanted {
    /// True if a rule is wanted.
    pub(super) fn takes(&self, rule: &Rule) -> bool {
        self.stage.as_ref().is_none_or(|stage| rule.stage == *stage)
            && (self.rules.is_empty() || self.rules.contains(&rule.id))
    }

    /// True if a verdict is told in words.
    pub(super) fn tells(&self, verdict: Verdict) -> bool {
        self.all || !matches!(verdict, Verdict::Pass | Verdict::NotApplicable)
    }

    /// True if a community is wanted, by its code or its name.
    pub(super) fn wants(&self, names: &BTreeMap<String, String>, code: &str) -> bool {
        match &self.community {
            None => true,
            Some(w) => w == code || names.get(code).is_some_and(|name| name == w),
        }
    }
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
    let names = names_of(&book);
    let wants = |code: &str| wanted.wants(&names, code);
    let subjects = subjects_of(&book, year, as_of, &wants, wanted.community.is_none());
    let rule = |rule: &Rule| wanted.takes(rule);
    let tell = |verdict| wanted.tells(verdict);
    let asked = Asked {
        rule: &rule,
        tell: &tell,
    };
    let (counts, findings) = judged(pack, &book, &subjects, as_of, asked);
    let titles = subjects
        .iter()
        .filter(|id| matches!(Subject::parse(id), Subject::Case(..)))
        .filter_map(|id| Some((id.clone(), title(&book, id, as_of)?)))
        .collect();
    Ok(Judged {
        pack,
        year,
        as_of,
        chains: ledger.stated()?,
        unknown: book.unknown,
        book: &book,
        subjects,
        titles,
        counts,
        findings,
    }
    .told(wanted))
}

/// The names of the communities by their codes.
pub(super) fn names_of(book: &Book) -> BTreeMap<String, String> {
    book.communities()
        .into_iter()
        .filter_map(|code| Some((code.clone(), book.community_name(&code)?.to_owned())))
        .collect()
}

/// A year whose subjects are judged, by one run or by many.
pub(super) struct Judged<'a> {
    pub(super) pack: &'a Pack,
    pub(super) year: i32,
    pub(super) as_of: Day,
    pub(super) chains: Vec<Stated>,
    pub(super) unknown: usize,
    /// Holds the communities and the reasons.
    pub(super) book: &'a Book,
    pub(super) subjects: Vec<String>,
    pub(super) titles: BTreeMap<String, String>,
    /// All verdicts, those too that are not told.
    pub(super) counts: Counts,
    pub(super) findings: Vec<Finding>,
}

impl Judged<'_> {
    /// The audit, in its order.
    pub(super) fn told(mut self, wanted: &Wanted) -> Audit {
        self.findings
            .sort_by(|a, b| (a.verdict, &a.subject).cmp(&(b.verdict, &b.subject)));
        let rules = self.pack.rules.iter().filter(|rule| wanted.takes(rule));
        let known: BTreeSet<&str> = rules.map(|rule| rule.id.as_str()).collect();
        let names = names_of(self.book);
        let is_case = |id: &&String| matches!(Subject::parse(id), Subject::Case(..));
        let communities: BTreeSet<String> = self
            .subjects
            .iter()
            .filter_map(|id| Subject::parse(id).community().map(str::to_owned))
            .filter(|code| wanted.wants(&names, code))
            .collect();
        Audit {
            regime: self.pack.meta.id.clone(),
            year: self.year,
            as_of: self.as_of,
            events: self.chains.iter().map(|chain| chain.events).sum(),
            head: Stated::head(&self.chains),
            projects: self.subjects.iter().filter(is_case).count(),
            communities: communities.len(),
            titles: self.titles,
            counts: self.counts,
            unmatched: unmatched(
                self.book,
                &self.subjects,
                &self.findings,
                &known,
                self.as_of,
            ),
            unknown: self.unknown,
            names,
            findings: self.findings,
        }
    }
}

/// Judges subjects on all processors; the order is that of the subjects.
fn judged(
    pack: &Pack,
    book: &Book,
    subjects: &[String],
    as_of: Day,
    asked: Asked<'_>,
) -> (Counts, Vec<Finding>) {
    let some = |subjects: &[String]| {
        let mut counts = Counts::default();
        let mut findings = Vec::new();
        for subject in subjects {
            let take = |_: &Rule, _, told| findings.extend(told);
            let of_subject = judge::judge_for(pack, book, (subject, as_of), asked, take);
            counts.join(of_subject);
        }
        (counts, findings)
    };
    let parts: Vec<(Counts, Vec<Finding>)> = subjects.par_chunks(64).map(some).collect();
    let mut counts = Counts::default();
    let mut findings = Vec::new();
    for (part, found) in parts {
        counts.join(part);
        findings.extend(found);
    }
    (counts, findings)
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
pub(super) fn subjects_of(
    book: &Book,
    year: i32,
    as_of: Day,
    wants: &dyn Fn(&str) -> bool,
    streets: bool,
) -> Vec<String> {
    let mut list = Vec::new();
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
            }
            _ => {}
        }
    }
    if streets {
        list.extend(above(book, year));
    }
    list
}

/// What is judged above the communities: the streets, the district, the ledger.
pub(super) fn above(book: &Book, year: i32) -> Vec<String> {
    let codes = book.subjects().filter_map(|id| match Subject::parse(id) {
        Subject::Community(code) => Some(code),
        _ => None,
    });
    let streets: BTreeSet<String> = codes
        .filter_map(|code| book.street(&code).map(str::to_owned))
        .collect();
    let streets = streets.into_iter().map(|street| format!("{street}{year}"));
    streets
        .chain([format!("全区{year}"), "账本".to_owned()])
        .collect()
}

/// True if a case of another community also serves one that is wanted.
pub(super) fn serves(book: &Book, id: &str, wants: &dyn Fn(&str) -> bool) -> bool {
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
    shown: &BTreeSet<&str>,
    as_of: Day,
) -> Vec<(String, String)> {
    let answered: BTreeSet<(&str, &str)> = findings
        .iter()
        .filter(|f| f.is_breach())
        .map(|f| (f.subject.as_str(), f.rule.as_str()))
        .collect();
    let judged: BTreeSet<&str> = subjects.iter().map(String::as_str).collect();
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
