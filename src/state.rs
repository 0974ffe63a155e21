//! State: the facts of the ledger folded into books of subjects.
//!
//! Folding knows no regulation: it decodes payloads, applies corrections and
//! withdrawals, and finds the facts that concern a subject.

mod change;
mod cohort;
mod decode;
mod fact;
mod ids;
mod places;
pub mod subject;
mod view;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

pub use cohort::{Counted, Named, Started};
pub use decode::Wanted;
pub use fact::{EventKey, Fact, Value};
pub use ids::Ids;
pub use subject::Subject;
pub use view::View;

use places::Subjects;

use crate::law::{Calendar, Day};
use crate::ledger::{Event, Line};
use crate::step::implement::Start;
use crate::step::{self, Recorded as _, StepDef, general, register};

/// Facts in memory, found by subject. May hold a whole ledger or a few subjects of it.
#[derive(Debug, Default)]
pub struct Book {
    facts: Vec<Fact>,
    subjects: Subjects,
    /// By the number of the chain and the place in it.
    by_place: FxHashMap<(usize, i64), usize>,
    /// The name of each chain, kept once; its place here is its number.
    chains: Vec<Arc<str>>,
    by_step: FxHashMap<u64, Vec<usize>>,
    /// Events of steps that this version does not know: kept and verified, not judged.
    pub unknown: usize,
    /// Events from this one on are not taken up.
    limit: Option<i64>,
    /// The fields that are read of some steps; of all others all are.
    wanted: FxHashMap<u64, Wanted>,
    /// Tokens of one person that several ledgers gave: each with the one that stands for all.
    aliases: Arc<HashMap<String, String>>,
    /// The communities whose subjects are found by being named; all of them if none are said.
    only: Option<Arc<BTreeSet<String>>>,
    /// Name of the ledger's own chain, where it is known.
    own: Option<String>,
    /// Corrections and withdrawals of events that have not been taken up yet.
    early: FxHashMap<(usize, i64), Vec<usize>>,
    /// The started projects; made when first asked for.
    cohorts: OnceLock<cohort::Index>,
    /// Projects of the district that were counted beforehand.
    counted: Vec<Counted>,
    /// The working days, with the notices that are recorded; made when first asked for.
    calendar: OnceLock<Calendar>,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty book that takes up only the events that arrived before one.
    #[must_use]
    pub fn before(event: i64) -> Self {
        Self {
            limit: Some(event),
            ..Self::default()
        }
    }

    /// Takes tokens that several ledgers gave to one person for one; to be said first.
    #[must_use]
    pub fn with_aliases(mut self, aliases: impl Into<Arc<HashMap<String, String>>>) -> Self {
        self.aliases = aliases.into();
        self
    }

    /// Finds of the subjects that a fact names those of some communities only, and those of none;
    /// to be said first.
    #[must_use]
    pub fn of_communities(mut self, communities: BTreeSet<String>) -> Self {
        self.only = Some(Arc::new(communities));
        self
    }

    /// Reads of some steps only the fields that are wanted, whatever else their events say; to be
    /// said first.
    #[must_use]
    pub fn wanting(mut self, wanted: impl IntoIterator<Item = (&'static StepDef, Wanted)>) -> Self {
        let wanted = wanted.into_iter();
        self.wanted = wanted.map(|(def, wanted)| (def.mark, wanted)).collect();
        self
    }

    /// Says which chain is the ledger's own.
    #[must_use]
    pub fn of_chain(mut self, own: Option<String>) -> Self {
        self.own = own;
        self
    }

    /// True if a fact stands in the ledger's own chain.
    #[must_use]
    pub fn is_own(&self, fact: &Fact) -> bool {
        self.own.as_deref() == Some(&*fact.key.origin)
    }

    /// Takes up events in order of arrival; an event that is there already is left out.
    pub fn extend(&mut self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.take(event);
        }
    }

    /// Takes up one event.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "who has read it needs it no more"
    )]
    pub fn take(&mut self, event: Event) {
        self.take_line(&event.line());
    }

    /// As [`Book::take`], borrowed from the file.
    pub fn take_line(&mut self, event: &Line<'_>) {
        let chain = self.chain(event.origin);
        let place = (chain, event.seq);
        let late = self.limit.is_some_and(|limit| event.id >= limit);
        if late || self.by_place.contains_key(&place) {
            return;
        }
        let Some(def) = step::find(event.step) else {
            self.unknown += 1;
            return;
        };
        let key = EventKey {
            origin: self.chains[chain].clone(),
            seq: event.seq,
        };
        let wanted = self.wanted.get(&def.mark).copied();
        let wanted = wanted.unwrap_or(Wanted::ALL);
        let fact = Fact::decode(def, key, event, self.facts.last(), wanted);
        self.enter(fact, place);
    }

    /// Takes up the fact of an event, wherever it stands, unless it is there already.
    pub fn take_fact(&mut self, mut fact: Fact) {
        let chain = self.chain(&fact.key.origin);
        fact.key.origin = self.chains[chain].clone();
        let place = (chain, fact.key.seq);
        if !self.by_place.contains_key(&place) {
            self.enter(fact, place);
        }
    }

    fn enter(&mut self, mut fact: Fact, place: (usize, i64)) {
        let def = fact.def;
        self.cohorts = OnceLock::new();
        self.calendar = OnceLock::new();
        if !self.aliases.is_empty() {
            fact.rename(&self.aliases);
        }
        let index = self.facts.len();
        match def.id {
            "amend" => self.amend(&fact, index),
            "withdraw" => self.strike(&fact, index),
            _ => {}
        }
        let only = &self.only;
        let here = |name: &&str| {
            let code = only.as_ref().and(subject::code_of(name));
            let known = |only: &Arc<BTreeSet<String>>| code.is_none_or(|code| only.contains(code));
            only.as_ref().is_none_or(known)
        };
        self.subjects.add_own(&fact.subject, index);
        for subject in fact.named().filter(here) {
            self.subjects.add(subject, index);
        }
        self.by_place.insert(place, index);
        self.by_step.entry(def.mark).or_default().push(index);
        self.facts.push(fact);
        // another ledger's correction may be read before what it corrects
        for early in self.early.remove(&place).unwrap_or_default() {
            let change = self.facts[early].clone();
            if change.def.id == "amend" {
                self.amend(&change, early);
            } else {
                self.strike(&change, early);
            }
        }
    }

    /// The number of a chain that is known.
    fn chain_of(&self, name: &str) -> Option<usize> {
        self.chains.iter().position(|known| **known == *name)
    }

    /// The number of a chain, whose name is kept once for all its facts.
    fn chain(&mut self, name: &str) -> usize {
        self.chain_of(name).unwrap_or_else(|| {
            self.chains.push(name.into());
            self.chains.len() - 1
        })
    }

    /// The working days: those that come with the tool, and those of recorded notices.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        let def = general::Holidays::DEF;
        if self.of_step(def).next().is_none() {
            return Calendar::embedded();
        }
        self.calendar.get_or_init(|| {
            let mut calendar = Calendar::embedded().clone();
            for fact in self.of_step(def) {
                let lines = fact.value("days").items().iter().filter_map(Value::text);
                let basis = fact.value("basis").text().unwrap_or_default();
                // a notice was read whole before it was recorded
                let rows = Calendar::table(lines, basis);
                calendar = calendar.extend(&rows).unwrap_or(calendar);
            }
            calendar
        })
    }

    fn cohorts(&self) -> &cohort::Index {
        self.cohorts.get_or_init(|| cohort::Index::new(self))
    }

    /// A fact by its place in the book.
    #[must_use]
    pub fn fact(&self, index: usize) -> &Fact {
        &self.facts[index]
    }

    /// All facts, in order of arrival.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The facts that concern a subject, as places in the book.
    #[must_use]
    pub fn of_subject(&self, subject: &str) -> &[usize] {
        &self.subjects.of(subject).all
    }

    /// The facts that are about a subject itself, as places in the book.
    #[must_use]
    pub fn about(&self, subject: &str) -> &[usize] {
        &self.subjects.of(subject).about
    }

    /// The facts that concern any subject that begins with `prefix`, each once.
    #[must_use]
    pub fn of_prefix(&self, prefix: &str) -> Vec<usize> {
        let subjects = self.subjects.with(prefix);
        let mut list: Vec<usize> = subjects
            .flat_map(|subject| self.of_subject(subject).iter().copied())
            .collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// The facts of one step that are not struck, in order of arrival.
    pub fn of_step(&self, def: &StepDef) -> impl Iterator<Item = &Fact> {
        self.by_step
            .get(&def.mark)
            .into_iter()
            .flatten()
            .map(|&index| &self.facts[index])
            .filter(|fact| !fact.struck)
    }

    /// The subjects of the book, in order.
    pub fn subjects(&self) -> impl Iterator<Item = &str> {
        self.subjects.in_order().iter().map(String::as_str)
    }

    /// The place of an event in the book.
    #[must_use]
    pub fn place(&self, key: &EventKey) -> Option<usize> {
        let place = (self.chain_of(&key.origin)?, key.seq);
        self.by_place.get(&place).copied()
    }

    /// The subjects that a subject's own facts name, itself left out.
    #[must_use]
    pub fn links(&self, subject: &str) -> Vec<&str> {
        let mut links: Vec<&str> = Vec::new();
        // what another subject's fact names besides is no concern of this one, and telling a
        // proposer makes no demand part of the case
        for &index in self.about(subject) {
            let fact = &self.facts[index];
            if fact.def.id.starts_with("publicize.") {
                continue;
            }
            for name in fact.named() {
                if name != subject && !links.contains(&name) && !subject::is_above(name) {
                    links.push(name);
                }
            }
        }
        links
    }

    /// The live facts of a step that concern a subject up to a day, in order of arrival.
    pub fn live(
        &self,
        subject: &str,
        def: &'static StepDef,
        as_of: Day,
    ) -> impl Iterator<Item = &Fact> {
        let facts = self.of_subject(subject).iter().map(|&i| &self.facts[i]);
        facts.filter(move |fact| {
            fact.def == def && !fact.struck && fact.occurred.is_none_or(|day| day <= as_of)
        })
    }

    /// The latest of these facts by business date, and of one day the one recorded last.
    #[must_use]
    pub fn latest(&self, subject: &str, def: &'static StepDef, as_of: Day) -> Option<&Fact> {
        self.live(subject, def, as_of)
            .max_by_key(|fact| fact.occurred)
    }

    /// The year that a case belongs to: that of its first day of implementation as last
    /// recorded, else the programme year.
    #[must_use]
    pub fn year_of(&self, case: &str, as_of: Day) -> Option<i32> {
        let started = self.live(case, Start::DEF, as_of);
        let days = started.filter_map(|fact| fact.occurred);
        let year = days.map(Day::year).last();
        year.or_else(|| Subject::parse(case).year())
    }

    /// The whole subject was withdrawn.
    #[must_use]
    pub fn is_withdrawn(&self, subject: &str) -> bool {
        let withdraw = general::Withdraw::DEF;
        if !self.by_step.contains_key(&withdraw.mark) {
            return false;
        }
        self.about(subject).iter().any(|&index| {
            let fact = &self.facts[index];
            fact.def == withdraw && !fact.struck && fact.value("event").is_none()
        })
    }

    /// The street of a community, as last registered.
    #[must_use]
    pub fn street(&self, community: &str) -> Option<&str> {
        self.registered(community)?.value("street").text()
    }

    /// The name of a community, as last registered.
    #[must_use]
    pub fn community_name(&self, community: &str) -> Option<&str> {
        self.registered(community)?.value("name").text()
    }

    fn registered(&self, community: &str) -> Option<&Fact> {
        let facts = self.about(community).iter().rev();
        facts
            .map(|&index| &self.facts[index])
            .find(|fact| fact.def == register::Community::DEF && !fact.struck)
    }

    /// The communities that a case serves: its own, and those that it names.
    #[must_use]
    pub fn served(&self, case: &str) -> Vec<String> {
        let own = Subject::parse(case).community().map(str::to_owned);
        let mut codes: Vec<String> = own.into_iter().collect();
        codes.extend(self.named_by(case).map(str::to_owned));
        if codes.len() > 1 {
            codes.sort();
            codes.dedup();
        }
        codes
    }

    /// As [`Book::served`], in any order and perhaps more than once, of what is surely a case.
    pub fn served_by<'b>(&'b self, case: &'b str) -> impl Iterator<Item = &'b str> {
        let own = subject::code_of(case).into_iter();
        own.chain(self.named_by(case))
    }

    /// The communities that the records of a case name.
    fn named_by(&self, case: &str) -> impl Iterator<Item = &str> {
        let facts = self.about(case).iter().map(|&index| &self.facts[index]);
        let lists = facts.filter(|fact| !fact.struck).filter_map(|fact| {
            let place = fact.def.serves()?;
            Some(fact.values[place].items())
        });
        lists.flatten().filter_map(Value::text)
    }

    /// Codes of the registered communities, in order.
    #[must_use]
    pub fn communities(&self) -> Vec<String> {
        let mut codes: Vec<String> = self
            .by_step
            .get(&register::Community::DEF.mark)
            .into_iter()
            .flatten()
            .map(|&index| self.facts[index].subject.clone())
            .collect();
        codes.sort();
        codes.dedup();
        codes
    }
}
