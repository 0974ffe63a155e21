//! What new events touch: the subjects to judge, and what must be loaded to judge them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::alike::{Groups, Kept};
use crate::ledger::{Event, read::Reader};
use crate::pack::{Pack, Scope, Treatment};
use crate::state::{EventKey, Fact, Subject};
use crate::step::{Said, Step};

/// A community and a programme year.
type Place = (String, i32);

/// What some events touch.
#[derive(Default)]
pub(super) struct Touched {
    /// Cases and demands, each with a new event that concerns it as a place among the facts, or
    /// none if an event only bears on it; those that several concern stand there several times.
    pub(super) subjects: Vec<(String, Option<usize>)>,
    /// The events that are added or changed.
    pub(super) changed: Vec<EventKey>,
    /// Where the contracts of a year add up.
    pub(super) contracts: BTreeSet<Place>,
    /// Where somebody supervises.
    pub(super) supervised: BTreeSet<Place>,
    /// Years of streets and of the district.
    pub(super) streets: BTreeSet<String>,
    /// Corrections and withdrawals: the new event, the event it aims at, its subject.
    pub(super) aims: Vec<(EventKey, EventKey, String)>,
    /// Years of communities, with the steps that can be blamed in them.
    pub(super) years: BTreeMap<String, BTreeSet<&'static str>>,
    /// One of the events takes something away.
    pub(super) takes_away: bool,
    /// The facts of these events.
    pub(super) facts: Vec<Kept>,
    /// The steps of these events.
    pub(super) steps: BTreeSet<&'static str>,
    /// Puts new demands into groups, where many are to come and none of them looks back.
    groups: Option<Groups>,
    /// The chain of the new events.
    chain: Option<Arc<str>>,
    /// What of a community's year is looked at for each kind of step.
    looked_at: HashMap<&'static str, BTreeSet<&'static str>>,
}

impl Touched {
    /// For many steps, none of which looks back.
    pub(super) fn of_many() -> Self {
        Self {
            groups: Some(Groups::default()),
            ..Self::default()
        }
    }

    /// As [`Touched::take`], of an event that may look back on others, which are on record.
    pub(super) fn take_back(
        &mut self,
        reader: Reader<'_>,
        pack: &Pack,
        event: &Event,
        step: Step,
    ) -> anyhow::Result<()> {
        let mut more = Vec::new();
        if looks_back(&step) {
            // a changed demand or meeting changes what is said of the cases that rest on it
            for subject in step.mentions() {
                more.extend(reader.of_subject(&subject)?.into_iter().map(|e| e.subject));
            }
        }
        self.take(pack, event, step, &more);
        Ok(())
    }

    /// Notes what a new event touches: what it mentions, and some more subjects.
    pub(super) fn take(&mut self, pack: &Pack, event: &Event, step: Step, more: &[String]) {
        let own = self.key(event);
        self.changed.push(own.clone());
        let def = step.def;
        let mut touched = step.mentions();
        let named = touched.len();
        touched.extend_from_slice(more);
        if looks_back(&step) {
            if let Some(seq) = step.values.get("event").and_then(Said::as_i64) {
                let target = EventKey {
                    origin: step.text("origin").unwrap_or(&event.origin).into(),
                    seq,
                };
                self.aims
                    .push((own.clone(), target.clone(), event.subject.clone()));
                self.changed.push(target);
            }
            self.takes_away |= def.id == "withdraw";
        }
        let (place, mut needed) = (self.facts.len(), false);
        for (number, subject) in touched.into_iter().enumerate() {
            match Subject::parse(&subject) {
                Subject::Case(code, year) => {
                    if matches!(
                        def.id,
                        "accept.record" | "audit.inspect" | "evaluate.daily" | "shortlist.plan"
                    ) {
                        self.supervised.insert((code.clone(), year));
                    }
                    if def.id == "implement.contract" || def.id == "amend" {
                        self.contracts.insert((code, year));
                    }
                }
                Subject::Demand(..) => {}
                Subject::StreetYear(..) | Subject::DistrictYear(_) => {
                    self.streets.insert(subject);
                    continue;
                }
                _ => continue,
            }
            let concerns = number < named;
            needed |= concerns;
            self.subjects.push((subject, concerns.then_some(place)));
        }
        let looked_at = self.looked_at.entry(def.id);
        let looked_at = &*looked_at.or_insert_with(|| yearly(pack, def.id));
        if !looked_at.is_empty()
            && let Some((community, year)) = super::complete::community_year(&step)
        {
            self.years
                .entry(format!("{community}{year}"))
                .or_default()
                .extend(looked_at);
        }
        self.steps.insert(def.id);
        if needed {
            // what is said of a year is read from the facts of all
            let groups = self.groups.as_mut().filter(|_| looked_at.is_empty());
            let put = groups.and_then(|groups| groups.put(pack, event, &step));
            let fact = put.is_none_or(|(_, first)| first).then(|| {
                let like = self.facts.last().and_then(|kept| kept.fact.as_deref());
                Box::new(Fact::of_step(step, own, event, like))
            });
            let group = put.map(|(group, _)| group);
            self.facts.push(Kept { fact, group });
        }
    }
}

/// True for a step that changes what was recorded before.
pub(super) fn looks_back(step: &Step) -> bool {
    matches!(step.def.id, "amend" | "withdraw" | "erase")
}

impl Touched {
    /// The place of a new event; all stand in one chain, whose name is kept once.
    fn key(&mut self, event: &Event) -> EventKey {
        let chain = self
            .chain
            .get_or_insert_with(|| event.origin.as_str().into());
        EventKey {
            origin: chain.clone(),
            seq: event.seq,
        }
    }
}

/// The checks of a community's year that can blame a step: the steps that they look at.
fn yearly(pack: &Pack, step: &str) -> BTreeSet<&'static str> {
    let mut steps = BTreeSet::new();
    let def = crate::step::find(step).into_iter();
    for rule in def.flat_map(|def| pack.blaming(def)) {
        if let Treatment::Computed(checks) = rule.treatment() {
            let mine = checks
                .iter()
                .filter(|check| check.scope.unwrap_or(rule.scope) == Scope::CommunityYear)
                .map(|check| check.primitive.blames())
                .filter(|blamed| blamed.iter().any(|def| def.id == step));
            steps.extend(mine.flatten().map(|def| def.id));
        }
    }
    steps
}
