//! The roll-up: partial results put together to the audit that one run over all of it gives.
//!
//! What a part found of its own subjects is taken over. The rules that read beyond a community
//! are judged here, by the same code, on the events that the parts brought. A community of which
//! another ledger holds records that its own does not have is judged anew with them.

mod check;
mod touch;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;

use super::audit::{
    Audit, Held, Judged, Part, Wanted, Year, above, names_of, serves, subjects_of, title, worded,
};
use super::partial::{Carried, Found, Listed, Partial, Reach, Rules};
use crate::judge::{Finding, Verdict, scope_of};
use crate::law::Day;
use crate::ledger::{Event, Stated};
use crate::pack::Pack;
use crate::state::subject::code_of;
use crate::state::{Book, EventKey, Subject};
use crate::step::{Recorded, general};
use crate::words::Words;
use touch::Anew;

/// A partial result with the name of its file.
pub type Given = (String, Partial);

/// Puts partial results together; the first stands for the ledger into which the others would
/// be merged.
///
/// # Errors
/// Says everything for which they do not fit together.
pub fn roll_up(pack: &Pack, given: Vec<Given>, wanted: &Wanted) -> Result<Audit, Vec<Words>> {
    let refused = check::refusals(pack, &given, wanted);
    let Some((_, first)) = given.first().filter(|_| refused.is_empty()) else {
        return Err(refused);
    };
    let (year, as_of, own) = (first.year, first.as_of, first.own.clone());
    let reach = Reach::of(pack);
    let touched = touch::touched(&reach, &given);
    let book = book(&given, own, !touched.is_empty())?;
    let chains = chains(&given);
    let unknown: BTreeSet<(String, i64)> = given
        .iter()
        .flat_map(|(_, partial)| partial.unknown.iter().cloned())
        .collect();
    let mut asked = Year::new(pack, (year, as_of), wanted, Held::default());
    asked.names = names_of(&book);
    asked.unknown = unknown.len();
    let mut roll = Roll {
        pack,
        reach: &reach,
        book: &book,
        as_of,
        wanted,
        part: Part::new(pack),
    };
    let wants = |code: &str| wanted.wants(&asked.names, code);
    let anew = |id: &str| code_of(id).and_then(|code| touched.get(code));
    for (_, partial) in given {
        let origins: Vec<String> = partial.chains.into_iter().map(|c| c.origin).collect();
        for listed in partial.subjects {
            let serves = listed.serves.iter().any(|code| wants(code));
            let mine = code_of(&listed.id).is_some_and(wants) || serves;
            match anew(&listed.id) {
                None if mine => roll.take_over(listed, &partial.words, &origins, None),
                Some(Anew::Reading(steps)) if mine => {
                    roll.take_over(listed, &partial.words, &origins, Some(steps));
                }
                _ => {}
            }
        }
    }
    let all = |code: &str| touched.get(code) == Some(&Anew::All);
    for id in subjects_of(&book, year, as_of, &all, false) {
        let mine = code_of(&id).is_some_and(wants) || serves(&book, &id, &wants);
        if mine && code_of(&id).is_some_and(all) {
            roll.judge(&id, true);
        }
    }
    if wanted.community.is_none() {
        for id in above(&book, year) {
            roll.judge(&id, false);
        }
    }
    let mut part = roll.part;
    part.unmatched = asked.unmatched(&book, &part.subjects);
    asked.hold(part);
    let (heading, held) = asked.done(&chains);
    Ok(held.told(heading))
}

/// What was put together so far.
struct Roll<'a> {
    pack: &'a Pack,
    reach: &'a Reach<'a>,
    book: &'a Book,
    as_of: Day,
    wanted: &'a Wanted,
    part: Part,
}

impl Roll<'_> {
    /// Takes what a part found, and judges what it could not, or not with all that is known of
    /// some steps.
    fn take_over(
        &mut self,
        listed: Listed,
        words: &[(String, String)],
        origins: &[String],
        anew: Option<&BTreeSet<String>>,
    ) {
        let id = listed.id;
        let mut findings = self.judged(&id, Rules::Wide);
        let mut found = listed.findings;
        let (mut kept, mut exempt) = (listed.kept, listed.exempt);
        if let (Some(steps), Some(scope)) = (anew, scope_of(&Subject::parse(&id))) {
            let again = Rules::Reading(steps);
            found.retain(|found| !self.reach.holds(again, found.rule, scope));
            for quiet in [&mut kept, &mut exempt] {
                quiet.retain(|rule| !self.reach.holds(again, *rule, scope));
            }
            findings.extend(self.judged(&id, again));
        }
        for (quiet, verdict) in [(kept, Verdict::Pass), (exempt, Verdict::NotApplicable)] {
            for &place in &quiet {
                let rule = self.pack.rules.get(place);
                if rule.is_some_and(|rule| self.wanted.takes(rule)) {
                    self.part.count(place, verdict, None);
                }
            }
        }
        for found in found {
            let finding = self.finding(&id, found, words, origins);
            let takes = |at: &usize| self.wanted.takes(&self.pack.rules[*at]);
            let place = |finding: &Finding| self.reach.places.get(finding.rule.as_str());
            let Some(finding) = finding.filter(|f| place(f).is_some_and(takes)) else {
                continue;
            };
            let place = place(&finding).copied().unwrap_or_default();
            let told = self.wanted.tells(finding.verdict);
            self.part
                .count(place, finding.verdict, told.then_some(&finding));
            if told {
                findings.push(finding);
            }
        }
        self.add(id, listed.title, findings);
    }

    /// Judges a subject here.
    fn judge(&mut self, id: &str, inside: bool) {
        let mut findings = self.judged(id, Rules::Wide);
        if inside {
            findings.extend(self.judged(id, Rules::Inside));
        }
        let case = matches!(Subject::parse(id), Subject::Case(..));
        let title = case.then(|| title(self.book, id, self.as_of)).flatten();
        self.add(id.to_owned(), title, findings);
    }

    /// Judges some rules on a subject, and counts all verdicts.
    fn judged(&mut self, id: &str, rules: Rules<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let part = &mut self.part;
        let take = |place, verdict, told: Option<Finding>| {
            part.count(place, verdict, told.as_ref());
            findings.extend(told);
        };
        let subject = (id, self.as_of);
        self.reach
            .judge(self.book, subject, rules, self.wanted, take);
        findings
    }

    fn add(&mut self, id: String, title: Option<String>, mut findings: Vec<Finding>) {
        findings.sort_by_key(|finding| self.reach.places.get(finding.rule.as_str()));
        self.part.subjects.push(Judged {
            id,
            title,
            findings,
        });
    }

    /// A finding of a part, with what the pack says of its rule.
    fn finding(
        &self,
        id: &str,
        found: Found,
        words: &[(String, String)],
        origins: &[String],
    ) -> Option<Finding> {
        let rule = self.pack.rules.get(found.rule)?;
        let said = |place: usize| {
            let (zh, en) = words.get(place).cloned().unwrap_or_default();
            Words::new(zh, en)
        };
        let origin = |(place, seq): (usize, i64)| {
            let origin = origins.get(place)?.as_str().into();
            Some(EventKey { origin, seq })
        };
        Some(Finding {
            severity: found.severity.unwrap_or(rule.severity),
            message: said(found.message),
            facts: found.facts,
            events: found.events.into_iter().filter_map(origin).collect(),
            due: found.due,
            reading: found.reading,
            reason: found.reason,
            missing: found.missing.into_iter().map(said).collect(),
            ..worded(rule, id, Verdict::find(&found.verdict)?)
        })
    }
}

/// Every chain once, as far as somebody has it.
fn chains(given: &[Given]) -> Vec<Stated> {
    let mut chains: BTreeMap<&str, &Stated> = BTreeMap::new();
    for chain in given.iter().flat_map(|(_, partial)| &partial.chains) {
        let longest = chains.entry(&chain.origin).or_insert(chain);
        if chain.size > longest.size {
            *longest = chain;
        }
    }
    chains.into_values().cloned().collect()
}

/// The events of all parts in the order of one ledger that holds them all.
fn book(given: &[Given], own: Option<String>, whole: bool) -> Result<Book, Vec<Words>> {
    let mut events: BTreeMap<(&str, &str, i64), (&str, &Carried)> = BTreeMap::new();
    let mut refused = Vec::new();
    for (file, partial) in given {
        let more = if whole { partial.more.as_slice() } else { &[] };
        for event in partial.events.iter().chain(more) {
            let Some(chain) = partial.chains.get(event.0) else {
                continue;
            };
            let place = (event.2.as_str(), chain.origin.as_str(), event.1);
            match events.get(&place) {
                Some((other, same)) if !same_event(same, event) => {
                    refused.push(check::forked(other, file, &chain.origin, event.1));
                }
                Some(_) => {}
                None => {
                    events.insert(place, (file, event));
                }
            }
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut book = Book::new().with_aliases(aliases(given)).of_chain(own);
    for (id, ((at, origin, seq), (_, event))) in (1..).zip(events) {
        book.take(Event {
            id,
            origin: origin.to_owned(),
            seq,
            step: event.3.clone(),
            subject: event.4.clone(),
            occurred: event.5.clone(),
            recorded_at: at.to_owned(),
            actor: String::new(),
            payload: event.6.to_string(),
            hash: [0; 32],
        });
    }
    Ok(book)
}

fn same_event(a: &Carried, b: &Carried) -> bool {
    (&a.3, &a.4, &a.5, &a.6) == (&b.3, &b.4, &b.5, &b.6)
}

/// Tokens of one person, each with the one that stands for all.
fn aliases(given: &[Given]) -> HashMap<String, String> {
    let partials = || given.iter().map(|(_, partial)| partial);
    if partials().any(|partial| partial.key.is_none()) {
        let known = partials().flat_map(|partial| partial.people.clone());
        return known.collect();
    }
    // who was erased in one ledger is nobody in the union
    let mut erased = BTreeSet::new();
    for event in partials().flat_map(|partial| partial.events.iter().chain(&partial.more)) {
        if event.3 == general::Erase::DEF.id {
            let tokens = event.6.get("tokens").and_then(Json::as_array);
            erased.extend(tokens.into_iter().flatten().filter_map(Json::as_str));
        }
    }
    let mut of_mark: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (token, mark) in partials().flat_map(|partial| &partial.people) {
        if !erased.contains(token.as_str()) {
            of_mark.entry(mark).or_default().insert(token);
        }
    }
    let mut aliases = HashMap::new();
    for tokens in of_mark.into_values() {
        let mut tokens = tokens.into_iter().map(str::to_owned);
        if let Some(first) = tokens.next() {
            aliases.extend(tokens.map(|token| (token, first.clone())));
        }
    }
    aliases
}
