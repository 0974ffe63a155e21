//! What corrections and withdrawals do to the facts of a book.

use serde_json::{Map, Value as Json};

use super::{Book, Fact, Subject, Value};

impl Book {
    /// Keeps a correction until its target is taken up.
    fn await_target(&mut self, fact: &Fact, index: usize) {
        if let Some((origin, seq)) = target_of(fact) {
            let place = (self.chain(origin), seq);
            self.early.entry(place).or_default().push(index);
        }
    }

    fn target(&self, fact: &Fact) -> Option<usize> {
        let (origin, seq) = target_of(fact)?;
        let place = (self.chain_of(origin)?, seq);
        self.by_place.get(&place).copied()
    }

    pub(super) fn amend(&mut self, fact: &Fact, own: usize) {
        let Some(index) = self.target(fact) else {
            self.await_target(fact, own);
            return;
        };
        let mut raw = Map::new();
        for line in fact.value("set").items() {
            if let Some((field, value)) = line.text().and_then(|text| text.split_once('=')) {
                let json = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
                raw.insert(field.to_owned(), json);
            }
        }
        let target = &mut self.facts[index];
        for (field, json) in &raw {
            if let Some(slot) = target.def.index(field) {
                target.values[slot] = Value::decode(&target.def.fields[slot], json);
            }
        }
        target.date_again();
        target.amended.push(fact.key.clone());
        // a correction may name subjects that the event did not name before
        for subject in self.facts[index].mentions() {
            if !self.subjects.of(subject).all.contains(&index) {
                self.subjects.add(subject, index);
            }
        }
    }

    /// Strikes the event that is named; a whole demand, round or meeting with all its
    /// facts. A withdrawn case keeps its facts and is judged no more.
    pub(super) fn strike(&mut self, fact: &Fact, own: usize) {
        if let Some(index) = self.target(fact) {
            self.facts[index].struck = true;
        } else if !fact.value("event").is_none() {
            self.await_target(fact, own);
        } else if !matches!(Subject::parse(&fact.subject), Subject::Case(..)) {
            for index in self.about(&fact.subject).to_vec() {
                self.facts[index].struck = true;
            }
        }
    }
}

/// The place of the event that a correction or a withdrawal names.
fn target_of(fact: &Fact) -> Option<(&str, i64)> {
    let seq = fact.value("event").count()?;
    let origin = fact.value("origin").text().unwrap_or(&fact.key.origin);
    Some((origin, seq))
}
