//! Findings in a file until they are told: of no more than one community at a time are they in
//! memory. A file of a whole year may be kept, and the next audit of the same ledger tells it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::findings::{Findings, Heading, Tell};
use super::year::{Account, Judged, Sink};
use super::{Wanted, worded};
use crate::corridor::quarters::{Quarter, Trace};
use crate::judge::{Finding, Verdict};
use crate::law::Day;
use crate::ledger::{
    Ledger, Stated,
    results::{Results, Unread},
};
use crate::pack::{Pack, Severity};
use crate::state::EventKey;
use crate::state::subject::code_of;
use crate::words::Words;

/// Under what is kept by what the ledger was divided.
const TRACE: &str = "division";

/// A subject with its findings of one verdict.
#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    id: &'a str,
    title: Option<&'a str>,
    #[serde(borrow)]
    findings: Vec<Brief<'a>>,
}

/// A finding without what the pack says of its rule.
#[derive(Serialize, Deserialize)]
struct Brief<'a> {
    /// Place of the rule in the pack.
    rule: usize,
    severity: Severity,
    /// The message in both languages.
    message: (&'a str, &'a str),
    /// The facts as JSON, empty for none.
    facts: String,
    /// The place of the chain, the number in it.
    events: Vec<(usize, i64)>,
    due: Option<Day>,
    reading: Option<&'a str>,
    reason: Option<&'a str>,
    missing: Vec<(&'a str, &'a str)>,
}

/// Puts findings into a file.
pub(in crate::report) struct Keeper {
    results: Results,
    rules: HashMap<String, usize>,
    origins: HashMap<Arc<str>, usize>,
}

impl Keeper {
    /// Keeps findings in a file that goes again, or for `path` in a draft of it.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub(in crate::report) fn new(pack: &Pack, path: Option<&Path>) -> anyhow::Result<Self> {
        let rules = pack.rules.iter().map(|rule| rule.id.clone());
        Ok(Self {
            results: match path {
                // who has no room for a draft is told all the same
                Some(path) => Results::draft(path).or_else(|_| Results::passing())?,
                None => Results::passing()?,
            },
            rules: rules.zip(0..).collect(),
            origins: HashMap::new(),
        })
    }

    fn brief<'f>(&mut self, finding: &'f Finding) -> anyhow::Result<Brief<'f>> {
        let mut events = Vec::with_capacity(finding.events.len());
        for key in &finding.events {
            let next = self.origins.len();
            let place = *self.origins.entry(key.origin.clone()).or_insert(next);
            events.push((place, key.seq));
        }
        let said = |words: &'f Words| (words.zh.as_str(), words.en.as_str());
        Ok(Brief {
            rule: self.rules.get(&finding.rule).copied().unwrap_or_default(),
            severity: finding.severity,
            message: said(&finding.message),
            facts: if finding.facts.is_empty() {
                String::new()
            } else {
                serde_json::to_string(&finding.facts)?
            },
            events,
            due: finding.due,
            reading: finding.reading.as_deref(),
            reason: finding.reason.as_deref(),
            missing: finding.missing.iter().map(said).collect(),
        })
    }

    /// Keeps what was found at one place.
    fn keep(&mut self, place: &str, subjects: &[Judged]) -> anyhow::Result<()> {
        for verdict in Verdict::ALL {
            let mut entries = Vec::new();
            for judged in subjects {
                let of = judged.findings.iter().filter(|f| f.verdict == verdict);
                let findings = of.map(|finding| self.brief(finding));
                let findings = findings.collect::<anyhow::Result<Vec<Brief<'_>>>>()?;
                if !findings.is_empty() {
                    entries.push(Entry {
                        id: &judged.id,
                        title: judged.title.as_deref(),
                        findings,
                    });
                }
            }
            if !entries.is_empty() {
                let body = postcard::to_stdvec(&entries)?;
                self.results.keep(verdict as u8, place, &body)?;
            }
        }
        Ok(())
    }

    /// Goes on with findings that were kept of an earlier state of a ledger, with that by which
    /// it was divided; nothing if there are none.
    pub(super) fn of_earlier(
        ledger: &Ledger,
        pack: &Pack,
        path: &Path,
        stamp: &Stamp,
    ) -> Option<(Self, Trace)> {
        let results = Results::again(path)?;
        let said = |name: &str| results.said(name).ok().flatten();
        let kept: Stamp = serde_json::from_slice(&said("stamp")?).ok()?;
        if !kept.is_earlier(stamp, ledger)? {
            return None;
        }
        let trace = postcard::from_bytes(&said(TRACE)?).ok()?;
        let names: Vec<String> = serde_json::from_slice(&said("origins")?).ok()?;
        let rules = pack.rules.iter().map(|rule| rule.id.clone());
        let keeper = Self {
            rules: rules.zip(0..).collect(),
            origins: names.into_iter().map(Into::into).zip(0..).collect(),
            results,
        };
        Some((keeper, trace))
    }

    /// Forgets what was found at a place.
    pub(super) fn forget(&mut self, place: &str) -> anyhow::Result<()> {
        for verdict in Verdict::ALL {
            self.results.forget(verdict as u8, place)?;
        }
        Ok(())
    }

    /// What was kept of a quarter besides its findings.
    pub(super) fn accounted(&self, quarter: &Quarter) -> anyhow::Result<Account> {
        let body = self.results.said(&said_of(quarter))?.ok_or(Unread)?;
        Ok(postcard::from_bytes(&body).map_err(|_| Unread)?)
    }

    /// The findings, to be told; under `path` they are kept with what they rest on.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(in crate::report) fn told<'p>(
        mut self,
        pack: &'p Pack,
        heading: Heading,
        kept: Option<(&Path, &Stamp)>,
    ) -> anyhow::Result<Kept<'p>> {
        let mut origins: Vec<(Arc<str>, usize)> = self.origins.into_iter().collect();
        origins.sort_by_key(|(_, place)| *place);
        let origins: Vec<Arc<str>> = origins.into_iter().map(|(name, _)| name).collect();
        if let Some((_, stamp)) = kept {
            let names: Vec<&str> = origins.iter().map(|name| &**name).collect();
            self.results.say("stamp", &serde_json::to_vec(stamp)?)?;
            self.results
                .say("heading", &serde_json::to_vec(&heading)?)?;
            self.results.say("origins", &serde_json::to_vec(&names)?)?;
        }
        self.results.complete(kept.map(|(path, _)| path))?;
        Ok(Kept {
            pack,
            heading,
            results: self.results,
            origins,
            wanted: Wanted::default(),
        })
    }
}

impl Sink for Keeper {
    fn take(&mut self, subjects: Vec<Judged>) -> anyhow::Result<()> {
        let place = |judged: &Judged| code_of(&judged.id).unwrap_or(&judged.id).to_owned();
        for of_place in subjects.chunk_by(|a, b| place(a) == place(b)) {
            self.keep(&place(&of_place[0]), of_place)?;
        }
        Ok(())
    }

    fn account(&mut self, quarter: &Quarter, account: &Account) -> anyhow::Result<()> {
        let body = postcard::to_stdvec(account)?;
        Ok(self.results.say(&said_of(quarter), &body)?)
    }

    fn trace(&mut self, trace: &Trace) -> anyhow::Result<()> {
        Ok(self.results.say(TRACE, &postcard::to_stdvec(trace)?)?)
    }
}

/// Under what a quarter's account is kept.
fn said_of(quarter: &Quarter) -> String {
    format!("quarter {}", quarter.name())
}

/// What the findings of a year rest on: another ledger, book, day or program finds anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Digest of the program's sources.
    pub program: String,
    /// SHA-256 of the pack.
    pub pack: String,
    /// The year.
    pub year: i32,
    /// The day up to which facts count.
    pub as_of: Day,
    /// The chains of the ledger with their ends.
    pub chains: Vec<Stated>,
    /// Digest of who is the same person in several chains.
    pub persons: String,
}

impl Stamp {
    /// True if this rests on an earlier state of the chains of a ledger, and on the same besides.
    fn is_earlier(&self, now: &Self, ledger: &Ledger) -> Option<bool> {
        let besides = Self {
            chains: self.chains.clone(),
            ..now.clone()
        };
        if *self != besides || self.chains.len() != now.chains.len() {
            return Some(false);
        }
        for (then, now) in self.chains.iter().zip(&now.chains) {
            let tip = ledger.reader().hash_at(&then.origin, then.size).ok()?;
            let known = then.size == 0 || tip.as_ref() == Some(&then.tip);
            if then.origin != now.origin || !known {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// The findings of a judged year in a file.
pub struct Kept<'p> {
    pack: &'p Pack,
    heading: Heading,
    results: Results,
    /// Names of the chains.
    origins: Vec<Arc<str>>,
    /// Of which rules they are told.
    wanted: Wanted,
}

impl<'p> Kept<'p> {
    /// Findings that were kept under a path, if they rest on what is the case now; of the rules
    /// that are wanted.
    #[must_use]
    pub fn open(path: &Path, stamp: &Stamp, pack: &'p Pack, wanted: &Wanted) -> Option<Self> {
        let results = Results::kept(path)?;
        let said = |name: &str| results.said(name).ok().flatten();
        let kept: Stamp = serde_json::from_slice(&said("stamp")?).ok()?;
        if kept != *stamp {
            return None;
        }
        let heading: Heading = serde_json::from_slice(&said("heading")?).ok()?;
        let origins: Vec<String> = serde_json::from_slice(&said("origins")?).ok()?;
        let kept = Self {
            pack,
            heading,
            origins: origins.into_iter().map(Into::into).collect(),
            results,
            wanted: Wanted::default(),
        };
        Some(kept.only(wanted))
    }

    /// The same, of some rules only.
    #[must_use]
    pub(super) fn only(mut self, wanted: &Wanted) -> Self {
        (self.heading.counts, self.heading.advice) = self.heading.tally.counts(self.pack, wanted);
        self.heading
            .unmatched
            .retain(|(_, rule)| self.pack.rule(rule).is_some_and(|rule| wanted.takes(rule)));
        self.wanted = wanted.clone();
        self
    }

    fn finding(&self, id: &str, verdict: Verdict, brief: Brief<'_>) -> anyhow::Result<Finding> {
        let said = |(zh, en): (&str, &str)| Words::new(zh, en);
        let key = |(place, seq): (usize, i64)| {
            let origin = self.origins.get(place)?.clone();
            Some(EventKey { origin, seq })
        };
        Ok(Finding {
            severity: brief.severity,
            message: said(brief.message),
            facts: match brief.facts.as_str() {
                "" => serde_json::Map::new(),
                facts => serde_json::from_str(facts)?,
            },
            events: brief.events.into_iter().filter_map(key).collect(),
            due: brief.due,
            reading: brief.reading.map(str::to_owned),
            reason: brief.reason.map(str::to_owned),
            missing: brief.missing.into_iter().map(said).collect(),
            ..worded(&self.pack.rules[brief.rule], id, verdict)
        })
    }
}

impl Findings for Kept<'_> {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn each(&self, verdict: Verdict, tell: &mut Tell<'_>) -> anyhow::Result<()> {
        self.results.each(verdict as u8, |body| {
            let entries: Vec<Entry<'_>> = postcard::from_bytes(body).map_err(|_| Unread)?;
            for entry in entries {
                for brief in entry.findings {
                    let rule = self.pack.rules.get(brief.rule);
                    if rule.is_some_and(|rule| self.wanted.takes(rule)) {
                        let finding = self.finding(entry.id, verdict, brief)?;
                        tell(&finding, entry.title)?;
                    }
                }
            }
            Ok(())
        })
    }
}
