//! What the clauses ask of the projects that are inspected in a year: of which, how many.

use std::collections::BTreeMap;

use super::cohort::{Covering, ceil_percent};
use super::eval::{Answer, Facts};
use super::rulings::{DEFAULT, ruling};
use crate::law::Day;
use crate::pack::check::{Check, Least};
use crate::pack::{Pack, Primitive, Rule, Scope, Treatment};
use crate::state::subject::DISTRICT;
use crate::state::{Book, View};
use crate::step::{Recorded, oversight};
use crate::words::Words;

/// A clause on one subject: so many of these projects must be inspected.
#[derive(Clone, Debug)]
pub struct Quota {
    /// The rule.
    pub rule: String,
    /// The clause.
    pub cite: String,
    /// Its operative words.
    pub quote: String,
    /// The reading under which it is asked, if the text can be read in two ways.
    pub reading: Option<String>,
    /// The year of the district, a street or a community.
    pub subject: String,
    /// Which inspection the clause speaks of.
    pub what: Words,
    /// The projects that count.
    pub population: Vec<String>,
    /// How many of them.
    pub need: usize,
    /// Of the population those of which a fact is missing, so that they count to be sure.
    pub unknown: usize,
}

/// What the regulation asks of a choice of projects to inspect. A clause that wants every
/// project inspected asks for no choice and is left out.
#[must_use]
pub fn quotas(pack: &Pack, book: &Book, year: i32, as_of: Day) -> Vec<Quota> {
    let communities = book.communities();
    let mut streets: Vec<&str> = communities
        .iter()
        .filter_map(|code| book.street(code))
        .collect();
    streets.sort_unstable();
    streets.dedup();
    let mut list = Vec::new();
    for rule in &pack.rules {
        let Treatment::Computed(checks) = rule.treatment() else {
            continue;
        };
        for check in checks {
            let subjects: Vec<String> = match check.scope.unwrap_or(rule.scope) {
                Scope::DistrictYear => vec![format!("{DISTRICT}{year}")],
                Scope::StreetYear => streets.iter().map(|s| format!("{s}{year}")).collect(),
                Scope::CommunityYear => communities.iter().map(|c| format!("{c}{year}")).collect(),
                _ => continue,
            };
            for subject in subjects {
                let view = View::new(book, &subject, as_of);
                let facts = Facts::new(pack, &view);
                asked(&facts, rule, check, &mut list);
            }
        }
    }
    list.retain(|quota| quota.need > 0);
    list
}

/// What a check asks on one subject, under each reading that is open.
fn asked(facts: &Facts<'_>, rule: &Rule, check: &Check, list: &mut Vec<Quota>) {
    let excluded = check
        .when
        .as_ref()
        .is_some_and(|when| facts.test(when, None) == Answer::No);
    if excluded || !is_choice(&check.primitive) {
        return;
    }
    let answer = ruling(facts, &rule.id, facts.view.as_of).map(|ruled| ruled.reading);
    let open = |id: &str| answer.as_deref().is_none_or(|ruled| ruled == id);
    let before = list.len();
    if open(DEFAULT) || !check.readings.iter().any(|r| open(&r.id)) {
        one(facts, rule, &check.primitive, None, list);
    }
    let taken = list[before..].to_vec();
    for reading in check.readings.iter().filter(|reading| open(&reading.id)) {
        one(facts, rule, &reading.primitive, Some(&reading.id), list);
    }
    // a reading that asks for the same is told once
    let mut at = 0;
    list.retain(|quota| {
        at += 1;
        let same = |t: &Quota| t.population == quota.population && t.need == quota.need;
        at <= before || quota.reading.is_none() || !taken.iter().any(same)
    });
}

/// True if a check wants some projects inspected; one that wants every project inspected asks for
/// no choice, however it is read.
fn is_choice(primitive: &Primitive) -> bool {
    match primitive {
        Primitive::Coverage {
            by, among, least, ..
        } => *by == oversight::Inspect::DEF && (*least != Least::All || among.is_some()),
        _ => false,
    }
}

fn one(
    facts: &Facts<'_>,
    rule: &Rule,
    primitive: &Primitive,
    reading: Option<&String>,
    list: &mut Vec<Quota>,
) {
    let Primitive::Coverage {
        by,
        filter,
        cohort,
        among,
        least,
        what,
        ..
    } = primitive
    else {
        return;
    };
    let covering = Covering {
        by,
        filter: filter.as_ref(),
        cohort: *cohort,
        among: among.as_ref(),
        what,
    };
    let population = facts.population(covering.cohort, covering.among);
    let (known, unknown) = (&population.sure, &population.unknown);
    let quota = |subject: &str, population: &[&str], need: usize, unknown: usize| Quota {
        rule: rule.id.clone(),
        cite: rule.cite.clone(),
        quote: rule.quotes.first().cloned().unwrap_or_default(),
        reading: reading.cloned(),
        subject: subject.to_owned(),
        what: if covering.what.is_empty() {
            Words::new(by.zh, by.id)
        } else {
            covering.what.told()
        },
        population: population.iter().map(|case| (*case).to_owned()).collect(),
        need,
        unknown,
    };
    let subject = &facts.view.id;
    match least {
        // a project whose amount nobody recorded may be one of them
        Least::All => {
            let all = [known.as_slice(), unknown].concat();
            list.push(quota(subject, &all, all.len(), unknown.len()));
        }
        Least::Percent(percent) => {
            let need = ceil_percent(known.len(), *percent);
            list.push(quota(subject, known, need, 0));
        }
        Least::Number(number) => {
            let need = known.len().min(usize::try_from(*number).unwrap_or(0));
            list.push(quota(subject, known, need, 0));
        }
        Least::EachCommunity => {
            let mut of_community: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for case in known {
                for code in facts.view.book.served(case) {
                    of_community.entry(code).or_default().push(case);
                }
            }
            let year = facts.view.subject.year().unwrap_or_default();
            for (code, cases) in of_community {
                list.push(quota(&format!("{code}{year}"), &cases, 1, 0));
            }
        }
    }
}
