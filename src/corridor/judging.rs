//! Judging what new events touch.

use std::collections::BTreeSet;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use rustc_hash::FxHashSet;

use super::gather::Gathered;
use crate::judge::{self, Finding, Verdict};
use crate::law::Day;
use crate::pack::{Pack, Rule, Scope};
use crate::state::{Book, EventKey, Subject};

/// What so many events leave blank at most is told.
const FEW: usize = 3;

/// Fewer subjects than these are judged on one processor.
pub(super) const MANY: usize = 256;

/// The rules that are asked of what new events touch.
pub(super) struct Asked<'p> {
    pack: &'p Pack,
    as_of: Day,
    of_cases: Vec<&'p Rule>,
    of_demands: Vec<&'p Rule>,
    /// Fields that are left blank are told.
    few: bool,
}

impl<'p> Asked<'p> {
    pub(super) fn new(pack: &'p Pack, gathered: &Gathered, as_of: Day) -> Self {
        // what does not read them cannot have them among its facts; the last of a subject taken
        // away can show anywhere
        let readers = pack.may_read(&gathered.steps());
        let asked = |rule: &&Rule| gathered.before.is_some() || readers.contains(rule.id.as_str());
        let of = |scope: Scope| -> Vec<&Rule> {
            let rules = pack.rules.iter().filter(asked);
            rules.filter(|rule| rule.judged_in(scope)).collect()
        };
        Self {
            pack,
            as_of,
            of_cases: of(Scope::Case),
            of_demands: of(Scope::Demand),
            few: gathered.events <= FEW,
        }
    }

    /// What is to be told of a subject.
    pub(super) fn wanting(&self, book: &Book, subject: &str) -> Vec<Finding> {
        let rules = match Subject::parse(subject) {
            Subject::Demand(..) => &*self.of_demands,
            _ => &*self.of_cases,
        };
        let tell = |verdict: Verdict| {
            verdict <= Verdict::Justified && (self.few || verdict != Verdict::Unverifiable)
        };
        judge::found_wanting(self.pack, book, (subject, self.as_of), rules, &tell)
    }
}

/// The breaches that the new events make, on every subject that they touch.
///
/// A step is blamed for what it is a cause of. A withdrawal is no cause itself: it is blamed
/// for every breach that was not there before it. Beside them stand the rules that ask for a
/// field which a new record leaves blank, if only a few are new.
pub(super) fn judged(pack: &Pack, gathered: &Gathered, as_of: Day) -> (Vec<Finding>, Vec<Finding>) {
    let before: BTreeSet<(String, String)> = gathered
        .before
        .iter()
        .flat_map(|book| {
            let subjects = gathered.subjects.iter();
            subjects.flat_map(|subject| judge::judge(pack, book, subject, as_of))
        })
        .filter(Finding::is_breach)
        .map(|finding| (finding.subject, finding.rule))
        .collect();
    // of a year only what the new steps can break is loaded, and only that is believed
    let steps = gathered.steps();
    let of_years = gathered
        .years
        .iter()
        .flat_map(|year| judge::judge_blaming(pack, &gathered.book, year, as_of, &steps));
    let asked = Asked::new(pack, gathered, as_of);
    let wanting = |subject: &String| asked.wanting(&gathered.book, subject);
    let subjects = &gathered.subjects;
    let wanting: Vec<Finding> = if subjects.len() < MANY {
        subjects.iter().flat_map(wanting).collect()
    } else {
        subjects.par_iter().flat_map_iter(wanting).collect()
    };
    let wanting: Vec<Finding> = wanting.into_iter().chain(of_years).collect();
    if wanting.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let new: FxHashSet<&EventKey> = gathered.changed.iter().collect();
    let is_new = |finding: &Finding| finding.events.iter().any(|key| new.contains(key));
    let (blank, rest): (Vec<Finding>, Vec<Finding>) = wanting
        .into_iter()
        .partition(|finding| finding.verdict == Verdict::Unverifiable);
    let caused = rest
        .into_iter()
        .filter(|finding| finding.is_breach() || finding.verdict == Verdict::Borderline)
        .filter(|finding| {
            finding.causes.iter().any(|key| new.contains(key))
                || (gathered.before.is_some()
                    && finding.is_breach()
                    && !before.contains(&(finding.subject.clone(), finding.rule.clone())))
        })
        .collect();
    (caused, blank.into_iter().filter(is_new).collect())
}
