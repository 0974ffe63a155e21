//! Judging: every rule of a pack on a subject gives one of nine verdicts.
//!
//! A primitive finds, this module judges (exemption, validity, readings, reasons),
//! and `report` words the rest.

mod answers;
mod blocklist;
mod cohort;
mod conflict;
mod dates;
mod eval;
mod finding;
mod funds;
mod interests;
mod lists;
mod members;
mod modules;
mod next;
mod numbers;
mod outcome;
mod parts;
mod periods;
mod quota;
mod records;
mod rule;
mod rulings;
mod run;
mod sources;
mod sums;
mod totals;

pub use finding::{Counts, Finding, Verdict};
pub use funds::{Fund, Line};
pub use next::{Next, Wait, earliest};
pub use outcome::{Outcome, Status};
pub use quota::{Quota, quotas};
pub use rule::{give_reason, judge_rule};

use std::collections::BTreeSet;

use crate::law::Day;
use crate::pack::{Expr, Pack, Path, Population, Rule, Scope};
use crate::state::subject::DISTRICT;
use crate::state::{Book, Counted, Named, Subject, Value, View};

/// Judges every rule of the pack that concerns this subject.
#[must_use]
pub fn judge(pack: &Pack, book: &Book, subject: &str, as_of: Day) -> Vec<Finding> {
    let view = View::new(book, subject, as_of);
    let scope = scope_of(&view.subject);
    told(pack, &view, |rule| {
        scope.is_some_and(|scope| rule.judged_in(scope))
    })
}

/// Judges some rules on a subject, each with its words.
fn told(pack: &Pack, view: &View<'_>, wanted: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    let memo = eval::Memo::default();
    let facts = eval::Facts {
        memo: Some(&memo),
        ..eval::Facts::new(pack, view)
    };
    pack.rules
        .iter()
        .filter(|rule| wanted(rule))
        .map(|rule| rule::found(&facts, rule))
        .collect()
}

/// The findings on a subject of the verdicts that are to be told, of the rules that are asked
/// for, given in the order of the law.
#[must_use]
pub fn found_wanting(
    pack: &Pack,
    book: &Book,
    (subject, as_of): (&str, Day),
    rules: &[&Rule],
    tell: &dyn Fn(Verdict) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let view = View::new(book, subject, as_of);
    let rules = rules.iter().map(|rule| ((), *rule));
    weigh_all(pack, &view, rules, tell, |(), _, told| {
        findings.extend(told);
    });
    findings
}

/// Judges some rules on a subject as of a day: counts every verdict and hands it over with what
/// stands for the place of its rule, and with the finding in words if `tell` says so, in the
/// order in which the rules are given. Rules of other scopes are passed over.
pub fn judge_for<'r, P>(
    pack: &Pack,
    book: &Book,
    (subject, as_of): (&str, Day),
    rules: impl IntoIterator<Item = (P, &'r Rule)>,
    tell: &dyn Fn(Verdict) -> bool,
    take: impl FnMut(P, Verdict, Option<Finding>),
) -> Counts {
    let view = View::new(book, subject, as_of);
    weigh_all(pack, &view, rules.into_iter(), tell, take)
}

/// Rules by the scopes in which they are judged, each with its place in the pack.
pub struct Docket<'p>([Vec<(usize, &'p Rule)>; Scope::ALL.len()]);

impl<'p> Docket<'p> {
    /// The rules of a pack that are wanted, in the order of the law.
    pub fn of(pack: &'p Pack, wanted: impl Fn(&Rule) -> bool) -> Self {
        Self(Scope::ALL.map(|scope| {
            let rules = pack.rules.iter().enumerate();
            let mine = rules.filter(|(_, rule)| wanted(rule) && rule.judged_in(scope));
            mine.collect()
        }))
    }

    /// Those that are judged on a subject.
    #[must_use]
    pub fn on(&self, subject: &Subject) -> &[(usize, &'p Rule)] {
        let scope = scope_of(subject);
        let place = scope.and_then(|scope| Scope::ALL.iter().position(|other| *other == scope));
        place.map_or(&[], |place| &self.0[place])
    }
}

/// Judges those of some rules, each with what stands for its place, that concern the subject of a
/// view; see [`judge_for`].
fn weigh_all<'a, 'r: 'a, P>(
    pack: &'a Pack,
    view: &'a View<'a>,
    rules: impl Iterator<Item = (P, &'r Rule)>,
    tell: &dyn Fn(Verdict) -> bool,
    mut take: impl FnMut(P, Verdict, Option<Finding>),
) -> Counts {
    let memo = eval::Memo::default();
    let facts = eval::Facts {
        memo: Some(&memo),
        ..eval::Facts::new(pack, view)
    };
    let scope = scope_of(&view.subject);
    let mine = |rule: &Rule| scope.is_some_and(|scope| rule.judged_in(scope));
    let mut counts = Counts::default();
    for (place, rule) in rules.filter(|(_, rule)| mine(rule)) {
        let verdict = rule::weigh(&facts, rule);
        debug_assert_eq!(
            verdict,
            rule::found(&facts, rule).verdict,
            "{} on {}: the verdict depends on its words",
            rule.id,
            view.id
        );
        counts.add(verdict);
        let told = tell(verdict).then(|| rule::found(&facts, rule));
        take(place, verdict, told);
    }
    counts
}

/// Judges only the rules that can blame one of some steps, by the facts that those need.
#[must_use]
pub fn judge_blaming(
    pack: &Pack,
    book: &Book,
    subject: &str,
    as_of: Day,
    steps: &BTreeSet<&str>,
) -> Vec<Finding> {
    let view = View::new(book, subject, as_of);
    let Some(scope) = scope_of(&view.subject) else {
        return Vec::new();
    };
    let steps: Vec<_> = steps
        .iter()
        .filter_map(|id| crate::step::find(id))
        .collect();
    let may: BTreeSet<&str> = steps
        .iter()
        .flat_map(|step| pack.blaming(step))
        .map(|rule| rule.id.as_str())
        .collect();
    let ids = steps.iter().map(|step| step.id).collect();
    told(pack, &view, |rule| {
        may.contains(rule.id.as_str()) && rule.blames(scope, &ids)
    })
}

/// The projects of the district's year for which a condition holds, and those for which nobody
/// knows, of those that a book holds.
#[must_use]
pub fn count(
    pack: &Pack,
    book: &Book,
    (year, as_of): (i32, Day),
    population: &Population<'_>,
) -> Counted {
    let view = View::new(book, &format!("{DISTRICT}{year}"), as_of);
    let facts = eval::Facts::new(pack, &view);
    let Population { cohort, among, by } = population;
    let counted = facts.population(*cohort, *among);
    let (sure, unknown) = (&counted.sure, &counted.unknown);
    let named = by.iter().map(|(by, filter)| {
        let records = facts.lists_of(by, *filter, &counted.places);
        Named {
            by,
            filter: filter.cloned(),
            cases: facts.named_in(&records, sure).into_iter().collect(),
            records: records.iter().map(|fact| fact.key.clone()).collect(),
        }
    });
    Counted {
        cohort: *cohort,
        among: among.cloned(),
        named: named.collect(),
        sure: sure.iter().copied().collect(),
        unknown: unknown.iter().copied().collect(),
    }
}

/// What stands under a path of the pack for a subject.
#[must_use]
pub fn value(pack: &Pack, view: &View<'_>, path: &Path) -> Option<Value> {
    let facts = eval::Facts::new(pack, view);
    facts.value(path).map(|found| found.value.into_owned())
}

/// True if a condition of the pack surely holds of a subject.
#[must_use]
pub fn holds(pack: &Pack, view: &View<'_>, condition: &Expr) -> bool {
    let facts = eval::Facts::new(pack, view);
    facts.test(condition, None) == eval::Answer::Yes
}

/// The scope in which an identifier is judged; none if it is not judged itself.
#[must_use]
pub fn scope_of(subject: &Subject) -> Option<Scope> {
    match subject {
        Subject::Case(..) => Some(Scope::Case),
        Subject::Demand(..) => Some(Scope::Demand),
        Subject::CommunityYear(..) => Some(Scope::CommunityYear),
        Subject::StreetYear(..) => Some(Scope::StreetYear),
        Subject::DistrictYear(_) => Some(Scope::DistrictYear),
        Subject::Ledger => Some(Scope::Ledger),
        Subject::Community(_) | Subject::Other => None,
    }
}
