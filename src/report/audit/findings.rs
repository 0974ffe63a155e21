//! The findings of a judged year, wherever they are: in memory, or in a file until they are told.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::tally::Tally;
use super::year::{Judged, Sink};
use crate::judge::{Counts, Finding, Verdict};
use crate::law::Day;

/// What is said of a judged year as a whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Heading {
    /// Identifier of the pack.
    pub regime: String,
    /// The year.
    pub year: i32,
    /// The day up to which facts count.
    pub as_of: Day,
    /// Events of all chains, receipts of other chains not counted.
    pub events: i64,
    /// One head for all chains, the same for a union and for its parts: see
    /// [`Stated::head`](crate::ledger::Stated::head).
    pub head: String,
    /// Cases of the year.
    pub projects: usize,
    /// Communities that were judged.
    pub communities: usize,
    /// Names of the communities by code.
    pub names: BTreeMap<String, String>,
    /// How many of each verdict each rule gave.
    pub(in crate::report) tally: Tally,
    /// How many of each verdict the rules gave that are wanted.
    pub counts: Counts,
    /// How many of these, as far as they are told, only advise.
    pub advice: Counts,
    /// Reasons that answer no breach: subject and rule, in their order.
    pub unmatched: Vec<(String, String)>,
    /// Events of steps that this version does not know.
    pub unknown: usize,
}

/// Takes a finding, with the title of its project.
pub type Tell<'t> = dyn FnMut(&Finding, Option<&str>) -> anyhow::Result<()> + 't;

/// The findings of a year, those of a verdict by subject and in the order of the law.
pub trait Findings {
    /// What is said of the year as a whole.
    fn heading(&self) -> &Heading;

    /// Hands over what is told of one verdict.
    ///
    /// # Errors
    /// If they cannot be read, or `tell` fails.
    fn each(&self, verdict: Verdict, tell: &mut Tell<'_>) -> anyhow::Result<()>;
}

/// The verdicts that are shown: all but what passes or does not apply, unless `all`.
pub fn shown(all: bool) -> impl Iterator<Item = Verdict> {
    let verdicts = Verdict::ALL.into_iter();
    verdicts
        .filter(move |verdict| all || !matches!(verdict, Verdict::Pass | Verdict::NotApplicable))
}

/// A judged year in memory.
#[derive(Debug)]
pub struct Audit {
    /// What is said of it as a whole.
    pub heading: Heading,
    /// Titles of the cases.
    pub titles: BTreeMap<String, String>,
    /// The findings that are told; with `Wanted::all` every verdict on every subject.
    pub findings: Vec<Finding>,
}

impl Audit {
    /// The findings to show: all but what passes or does not apply, unless `all`.
    #[must_use]
    pub fn shown(&self, all: bool) -> Vec<&Finding> {
        self.findings
            .iter()
            .filter(|f| all || !matches!(f.verdict, Verdict::Pass | Verdict::NotApplicable))
            .collect()
    }
}

impl Deref for Audit {
    type Target = Heading;

    fn deref(&self) -> &Heading {
        &self.heading
    }
}

impl Findings for Audit {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn each(&self, verdict: Verdict, tell: &mut Tell<'_>) -> anyhow::Result<()> {
        let from = self.findings.partition_point(|f| f.verdict < verdict);
        let of = self.findings[from..].iter();
        for finding in of.take_while(|f| f.verdict == verdict) {
            tell(
                finding,
                self.titles.get(&finding.subject).map(String::as_str),
            )?;
        }
        Ok(())
    }
}

/// Findings that are gathered in memory.
#[derive(Debug, Default)]
pub(in crate::report) struct Held {
    titles: BTreeMap<String, String>,
    findings: Vec<Finding>,
}

impl Held {
    pub(super) fn hold(&mut self, subjects: Vec<Judged>) {
        for judged in subjects {
            if let Some(title) = judged.title {
                self.titles.insert(judged.id, title);
            }
            self.findings.extend(judged.findings);
        }
    }

    /// The audit, in its order.
    pub(in crate::report) fn told(mut self, heading: Heading) -> Audit {
        self.findings
            .sort_by(|a, b| (a.verdict, &a.subject).cmp(&(b.verdict, &b.subject)));
        Audit {
            heading,
            titles: self.titles,
            findings: self.findings,
        }
    }
}

impl Sink for Held {
    fn take(&mut self, subjects: Vec<Judged>) -> anyhow::Result<()> {
        self.hold(subjects);
        Ok(())
    }
}
