//! Which places hang together.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Places, of which some are tied to others: sets that grow together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ties {
    places: FxHashMap<String, usize>,
    /// For each place one that it is tied to, itself for the first of a set.
    to: Vec<usize>,
}

impl Ties {
    /// Takes up a place.
    pub(super) fn add(&mut self, place: &str) -> usize {
        if let Some(&at) = self.places.get(place) {
            return at;
        }
        let at = self.to.len();
        self.places.insert(place.to_owned(), at);
        self.to.push(at);
        at
    }

    pub(super) fn has(&self, place: &str) -> bool {
        self.places.contains_key(place)
    }

    /// Ties two places.
    pub(super) fn tie(&mut self, one: &str, other: &str) {
        let (one, other) = (self.add(one), self.add(other));
        let (one, other) = (self.first(one), self.first(other));
        self.to[other] = one;
    }

    fn first(&mut self, mut at: usize) -> usize {
        while self.to[at] != at {
            self.to[at] = self.to[self.to[at]];
            at = self.to[at];
        }
        at
    }

    /// The sets.
    pub(super) fn sets(mut self) -> Vec<Vec<String>> {
        let mut sets: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (place, at) in std::mem::take(&mut self.places) {
            sets.entry(self.first(at)).or_default().push(place);
        }
        sets.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tied_to_the_same_is_tied() {
        let mut ties = Ties::default();
        for place in ["A", "B", "C", "D", "E"] {
            ties.add(place);
        }
        ties.tie("A", "C");
        ties.tie("E", "D");
        ties.tie("D", "C");
        let mut sets = ties.sets();
        for set in &mut sets {
            set.sort();
        }
        sets.sort();
        assert_eq!(sets, [vec!["A", "C", "D", "E"], vec!["B"]]);
    }
}
