//! A year as it is judged: the subjects that were judged so far, and what was found.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;
use serde::{Deserialize, Serialize};

use super::tally::Tally;
use super::{Heading, Held, Wanted, names_of, subjects_of, title};
use crate::corridor::quarters::{Quarter, Trace};
use crate::judge::{self, Docket, Finding, Verdict};
use crate::law::Day;
use crate::ledger::Stated;
use crate::pack::{Pack, Severity};
use crate::state::{Book, Counted, Ids, Subject};

/// Takes what is told of subjects.
pub(in crate::report) trait Sink: Send {
    /// Takes some subjects, in their order.
    ///
    /// # Errors
    /// If they cannot be kept.
    fn take(&mut self, subjects: Vec<Judged>) -> anyhow::Result<()>;

    /// Takes what is to be known of a quarter besides.
    ///
    /// # Errors
    /// If it cannot be kept.
    fn account(&mut self, _quarter: &Quarter, _account: &Account) -> anyhow::Result<()> {
        Ok(())
    }

    /// Takes by what the ledger was divided.
    ///
    /// # Errors
    /// If it cannot be kept.
    fn trace(&mut self, _trace: &Trace) -> anyhow::Result<()> {
        Ok(())
    }
}

/// What a quarter adds to its year, apart from its findings.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::report) struct Account {
    projects: usize,
    communities: BTreeSet<String>,
    tally: Tally,
    unmatched: Vec<(String, String)>,
    /// The projects that the rules above the streets count, by population.
    counted: Vec<Vec<Ids>>,
    /// The records by which they are counted: chain and place in it.
    records: BTreeSet<(String, i64)>,
}

/// A year of which more and more is judged.
pub(in crate::report) struct Year<'a, S> {
    pub(in crate::report) pack: &'a Pack,
    /// The year, and the day up to which facts count.
    pub(in crate::report) of: (i32, Day),
    pub(in crate::report) wanted: &'a Wanted,
    /// The names of the communities by their codes.
    pub(in crate::report) names: BTreeMap<String, String>,
    /// Events of steps that this version does not know.
    pub(in crate::report) unknown: usize,
    projects: usize,
    communities: BTreeSet<String>,
    tally: Tally,
    unmatched: Vec<(String, String)>,
    /// The projects of the quarters that the rules above the streets count.
    pub(super) counted: Vec<Counted>,
    /// The records by which they are counted.
    pub(super) records: BTreeSet<(String, i64)>,
    pub(super) sink: S,
}

/// What was found of some subjects.
#[derive(Debug, Default)]
pub(in crate::report) struct Part {
    /// All verdicts, those too that are not told.
    pub(in crate::report) tally: Tally,
    /// The subjects, in the order in which they were judged.
    pub(in crate::report) subjects: Vec<Judged>,
    /// Reasons that answer no breach: subject and rule.
    pub(in crate::report) unmatched: Vec<(String, String)>,
}

/// A subject with what is told of it.
#[derive(Debug)]
pub(in crate::report) struct Judged {
    pub(in crate::report) id: String,
    /// Name of the project.
    pub(in crate::report) title: Option<String>,
    pub(in crate::report) findings: Vec<Finding>,
}

impl Part {
    /// Nothing yet.
    pub(in crate::report) fn new(pack: &Pack) -> Self {
        Self {
            tally: Tally::new(pack),
            ..Self::default()
        }
    }

    /// Counts a verdict of the rule at a place.
    pub(in crate::report) fn count(
        &mut self,
        rule: usize,
        verdict: Verdict,
        told: Option<&Finding>,
    ) {
        self.tally.add(rule, verdict);
        if told.is_some_and(|finding| finding.severity == Severity::Advisory) {
            self.tally.advise(rule, verdict);
        }
    }
}

impl<'a, S: Sink> Year<'a, S> {
    pub(in crate::report) fn new(
        pack: &'a Pack,
        of: (i32, Day),
        wanted: &'a Wanted,
        sink: S,
    ) -> Self {
        Self {
            pack,
            of,
            wanted,
            names: BTreeMap::new(),
            unknown: 0,
            projects: 0,
            communities: BTreeSet::new(),
            tally: Tally::new(pack),
            unmatched: Vec::new(),
            counted: Vec::new(),
            records: BTreeSet::new(),
            sink,
        }
    }

    /// Judges what is wanted of a book that holds the whole ledger.
    ///
    /// # Errors
    /// If what is found cannot be kept.
    pub(super) fn whole(&mut self, book: &Book) -> anyhow::Result<()> {
        self.names = names_of(book);
        self.unknown = book.unknown;
        let wants = |code: &str| self.wanted.wants(&self.names, code);
        let streets = self.wanted.community.is_none();
        let subjects = subjects_of(book, self.of.0, self.of.1, &wants, streets);
        let part = self.judge(book, &subjects);
        self.take(part)
    }

    /// Judges subjects on all processors.
    pub(super) fn judge(&self, book: &Book, subjects: &[String]) -> Part {
        let docket = Docket::of(self.pack, |rule| self.wanted.takes(rule));
        let tell = |verdict| self.wanted.tells(verdict);
        let (pack, as_of) = (self.pack, self.of.1);
        let some = |subjects: &[String]| {
            let mut part = Part::new(pack);
            for id in subjects {
                let mut findings = Vec::new();
                let take = |rule, verdict, told: Option<Finding>| {
                    part.count(rule, verdict, told.as_ref());
                    findings.extend(told);
                };
                let subject = Subject::parse(id);
                let rules = docket.on(&subject).iter().copied();
                judge::judge_for(pack, book, (id, as_of), rules, &tell, take);
                let case = matches!(subject, Subject::Case(..));
                part.subjects.push(Judged {
                    id: id.clone(),
                    title: case.then(|| title(book, id, as_of)).flatten(),
                    findings,
                });
            }
            part
        };
        let parts: Vec<Part> = subjects.par_chunks(64).map(some).collect();
        let mut part = Part::new(pack);
        for other in parts {
            part.tally.join(&other.tally);
            part.subjects.extend(other.subjects);
        }
        part.unmatched = self.unmatched(book, &part.subjects);
        part
    }

    /// The reasons on some subjects that answer no breach.
    pub(in crate::report) fn unmatched(
        &self,
        book: &Book,
        subjects: &[Judged],
    ) -> Vec<(String, String)> {
        let wanted = self
            .pack
            .rules
            .iter()
            .filter(|rule| self.wanted.takes(rule));
        let rules: BTreeSet<&str> = wanted.map(|rule| rule.id.as_str()).collect();
        let mut answered: BTreeSet<(&str, &str)> = BTreeSet::new();
        for judged in subjects {
            let breaches = judged.findings.iter().filter(|f| f.is_breach());
            answered.extend(breaches.map(|f| (judged.id.as_str(), f.rule.as_str())));
        }
        let judged: BTreeSet<&str> = subjects.iter().map(|judged| judged.id.as_str()).collect();
        let reasons = book.of_step(<crate::step::register::Reason as crate::step::Recorded>::DEF);
        reasons
            .filter(|fact| fact.occurred.is_none_or(|day| day <= self.of.1))
            .filter_map(|fact| Some((fact.subject.as_str(), fact.value("rule").text()?)))
            .filter(|(subject, rule)| judged.contains(subject) && rules.contains(rule))
            .filter(|pair| !answered.contains(pair))
            .map(|(subject, rule)| (subject.to_owned(), rule.to_owned()))
            .collect()
    }

    /// Takes up what was found of some subjects.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub(in crate::report) fn take(&mut self, part: Part) -> anyhow::Result<()> {
        let subjects = self.note(part);
        self.sink.take(subjects)
    }

    /// Takes up a quarter: what was found there, and the projects counted.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub(super) fn take_quarter(
        &mut self,
        quarter: &Quarter,
        mut part: Part,
        counted: &[Counted],
    ) -> anyhow::Result<()> {
        let mut account = self.account(&mut part);
        account.counted = counted.iter().map(Counted::lists).collect();
        let records = counted.iter().flat_map(|counted| &counted.named);
        let records = records.flat_map(|named| &named.records);
        account.records = records
            .map(|key| (key.origin.to_string(), key.seq))
            .collect();
        self.add(&account);
        self.sink.account(quarter, &account)?;
        self.sink.take(part.subjects)
    }

    /// What a part adds to the year; its findings stay in it.
    fn account(&self, part: &mut Part) -> Account {
        let mut account = Account {
            tally: std::mem::take(&mut part.tally),
            unmatched: std::mem::take(&mut part.unmatched),
            ..Account::default()
        };
        for judged in &part.subjects {
            let subject = Subject::parse(&judged.id);
            account.projects += usize::from(matches!(subject, Subject::Case(..)));
            let code = subject.community();
            if let Some(code) = code.filter(|code| self.wanted.wants(&self.names, code)) {
                account.communities.insert(code.to_owned());
            }
        }
        account
    }

    /// Adds what a part of the year adds to it.
    pub(super) fn add(&mut self, account: &Account) {
        self.projects += account.projects;
        self.communities.extend(account.communities.iter().cloned());
        self.tally.join(&account.tally);
        self.unmatched.extend(account.unmatched.iter().cloned());
        for (here, there) in self.counted.iter_mut().zip(&account.counted) {
            here.add(there);
        }
        self.records.extend(account.records.iter().cloned());
    }

    /// Counts what was found, and hands on what is told of it.
    fn note(&mut self, mut part: Part) -> Vec<Judged> {
        let account = self.account(&mut part);
        self.add(&account);
        part.subjects
    }

    /// What is said of the year, with what takes the findings.
    pub(in crate::report) fn done(mut self, chains: &[Stated]) -> (Heading, S) {
        self.unmatched.sort();
        let (counts, advice) = self.tally.counts(self.pack, self.wanted);
        let heading = Heading {
            regime: self.pack.meta.id.clone(),
            year: self.of.0,
            as_of: self.of.1,
            events: chains.iter().map(|chain| chain.events).sum(),
            head: Stated::head(chains),
            projects: self.projects,
            communities: self.communities.len(),
            names: self.names,
            tally: self.tally,
            counts,
            advice,
            unmatched: self.unmatched,
            unknown: self.unknown,
        };
        (heading, self.sink)
    }
}

impl Year<'_, Held> {
    /// Takes up what was found of some subjects into memory.
    pub(in crate::report) fn hold(&mut self, part: Part) {
        let subjects = self.note(part);
        self.sink.hold(subjects);
    }
}
