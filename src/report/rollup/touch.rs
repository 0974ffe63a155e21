//! Which communities another ledger speaks of with records that their own does not have.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;

use super::Given;
use crate::report::partial::{Carried, Partial, Reach};
use crate::state::subject::{code_of, ids};
use crate::step::{self, Recorded, general};

/// What of a community must be judged anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Anew {
    /// Everything: another ledger tells of its cases, or of the law.
    All,
    /// What reads one of these steps: other subjects that name its own.
    Reading(BTreeSet<String>),
}

/// The communities of which something must be judged anew, with what the others brought.
pub(super) fn touched(reach: &Reach<'_>, given: &[Given]) -> BTreeMap<String, Anew> {
    // the parts of one ledger were judged with all of it
    if given.iter().all(|(_, partial)| partial.part.is_some()) {
        return BTreeMap::new();
    }
    let mut look = Look::new(given);
    for (_, partial) in given {
        for event in partial.events.iter().chain(&partial.more) {
            if let Some(chain) = partial.chains.get(event.0) {
                look.at(&chain.origin, event);
            }
        }
    }
    look.rulings(given);
    let mut touched = look.touched;
    touched.retain(|_, anew| match anew {
        Anew::All => true,
        Anew::Reading(steps) => reach.is_moved(steps),
    });
    touched
}

/// Steps that change what others say. A meeting changes which meetings a case rests on.
const CHANGES: [&str; 2] = [general::Amend::DEF.id, general::Withdraw::DEF.id];

struct Look<'g> {
    given: &'g [Given],
    /// How much of each chain a ledger has.
    knows: Vec<HashMap<&'g str, i64>>,
    /// The ledgers that judged a community.
    owners: HashMap<&'g str, Vec<usize>>,
    /// What the cases of communities rest on outside them.
    links: HashMap<&'g str, Vec<&'g str>>,
    touched: BTreeMap<String, Anew>,
}

impl<'g> Look<'g> {
    fn new(given: &'g [Given]) -> Self {
        let mut owners: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut links: HashMap<&str, Vec<&str>> = HashMap::new();
        for (place, (_, partial)) in given.iter().enumerate() {
            for (code, list) in &partial.communities {
                owners.entry(code).or_default().push(place);
                for link in list {
                    links.entry(link).or_default().push(code);
                }
            }
        }
        let several = owners.iter().filter(|(_, places)| places.len() > 1);
        let touched = several
            .map(|(code, _)| ((*code).to_owned(), Anew::All))
            .collect();
        Self {
            given,
            knows: given.iter().map(|(_, partial)| known(partial)).collect(),
            owners,
            links,
            touched,
        }
    }

    fn is_known(&self, place: usize, origin: &str, seq: i64) -> bool {
        let size = self.knows[place].get(origin);
        size.is_some_and(|size| seq <= *size)
    }

    /// Marks the communities that an event speaks of.
    fn at(&mut self, origin: &str, event: &Carried) {
        let law = [
            general::Extend::DEF.id,
            general::Ruling::DEF.id,
            general::Holidays::DEF.id,
        ];
        if law.contains(&event.3.as_str()) {
            self.all(|look, place| !look.is_known(place, origin, event.1));
        }
        if let Some(seq) = event.6.get("event").and_then(Json::as_i64) {
            let target = event.6.get("origin").and_then(Json::as_str);
            let target = target.unwrap_or(origin).to_owned();
            self.all(|look, place| {
                look.is_known(place, &target, seq) && !look.is_known(place, origin, event.1)
            });
        }
        // what is said of a subject by its own events may change what it is linked to, and
        // whether it is one
        let own = code_of(&event.4);
        let mut texts = vec![event.4.as_str()];
        leaves(&event.6, &mut texts);
        for text in texts {
            let linked: Vec<&str> = self.links.get(text).cloned().unwrap_or_default();
            let codes = ids(text)
                .flat_map(|id| {
                    let by_link = self.links.get(id).into_iter().flatten().copied();
                    by_link.chain(code_of(id))
                })
                .chain(linked);
            let codes: BTreeSet<String> = codes.map(str::to_owned).collect();
            for code in codes {
                let places = self.owners.get(code.as_str()).into_iter().flatten();
                let unknown = |place: &usize| !self.is_known(*place, origin, event.1);
                if !places.copied().any(|place| unknown(&place)) {
                    continue;
                }
                let meeting = step::find(&event.3).is_some_and(|def| def.subject == "meeting");
                let all = own == Some(&code) || CHANGES.contains(&event.3.as_str()) || meeting;
                self.mark(code, (!all).then_some(&event.3));
            }
        }
    }

    /// Marks a community: all of it, or what reads a step.
    fn mark(&mut self, code: String, step: Option<&String>) {
        let anew = self.touched.entry(code);
        let anew = anew.or_insert_with(|| Anew::Reading(BTreeSet::new()));
        match (anew, step) {
            (Anew::Reading(steps), Some(step)) => {
                steps.insert(step.clone());
            }
            (anew, None) => *anew = Anew::All,
            (Anew::All, Some(_)) => {}
        }
    }

    /// Marks all communities of some ledgers.
    fn all(&mut self, which: impl Fn(&Self, usize) -> bool) {
        for (place, (_, partial)) in self.given.iter().enumerate() {
            if which(self, place) {
                let codes = partial.communities.keys().cloned();
                self.touched.extend(codes.map(|code| (code, Anew::All)));
            }
        }
    }

    /// Of answers that contradict each other the own ledger's goes first; which one that is
    /// the roll-up says.
    fn rulings(&mut self, given: &[Given]) {
        let own = given.first().and_then(|(_, first)| first.own.as_ref());
        let any = given.iter().any(|(_, partial)| {
            let ruling = general::Ruling::DEF.id;
            partial.events.iter().any(|event| event.3 == ruling)
        });
        if any {
            self.all(|look, place| look.given[place].1.own.as_ref() != own);
        }
    }
}

fn known(partial: &Partial) -> HashMap<&str, i64> {
    let chains = partial.chains.iter();
    chains.map(|c| (c.origin.as_str(), c.size)).collect()
}

/// Every text in a value.
fn leaves<'j>(value: &'j Json, texts: &mut Vec<&'j str>) {
    match value {
        Json::String(text) => texts.push(text),
        Json::Array(list) => list.iter().for_each(|item| leaves(item, texts)),
        Json::Object(map) => map.values().for_each(|item| leaves(item, texts)),
        _ => {}
    }
}
