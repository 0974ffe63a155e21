//! Outcomes: what a primitive found, before it is judged.

use serde_json::{Map, Value as Json};

use crate::law::Day;
use crate::state::{EventKey, Fact};
use crate::words::{Words, is_silent};

/// What a primitive found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The check does not apply.
    Exempt,
    /// The duty is met.
    Kept,
    /// The duty is not due yet.
    Pending,
    /// A fact is missing.
    Missing,
    /// The duty is broken.
    Broken,
}

/// What an outcome says, and what it rests on.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What was found, in words.
    pub words: Words,
    /// The records or fields that are missing.
    pub missing: Vec<Words>,
    /// The events that make the breach; a step that adds one of them is refused.
    pub causes: Vec<EventKey>,
    /// All events that were used.
    pub uses: Vec<EventKey>,
    /// The facts that were used, by name.
    pub facts: Map<String, Json>,
    /// How it was counted, line by line.
    pub count: Vec<Words>,
}

/// What a primitive found, with the facts that it used.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was found.
    pub status: Status,
    /// When the duty is due.
    pub due: Option<Day>,
    /// What only who is told of it asks for; nothing while nobody is.
    pub told: Option<Box<Told>>,
    /// The day whose law governs.
    pub governed: Option<Day>,
    /// Of several broken records the days of the others.
    pub also: Vec<Day>,
    /// What a pending check waits for; missing once its stage has passed.
    pub lacks: Vec<Words>,
    /// A pending check that another rule stands for once its stage has passed.
    pub idle: bool,
}

impl Outcome {
    fn new(status: Status, words: Words) -> Self {
        let told = || {
            Box::new(Told {
                words,
                ..Told::default()
            })
        };
        Self {
            status,
            due: None,
            told: (!is_silent()).then(told),
            governed: None,
            also: Vec::new(),
            lacks: Vec::new(),
            idle: false,
        }
    }

    /// The duty is met.
    #[must_use]
    pub fn kept(words: Words) -> Self {
        Self::new(Status::Kept, words)
    }

    /// The duty is broken.
    #[must_use]
    pub fn broken(words: Words) -> Self {
        Self::new(Status::Broken, words)
    }

    /// The duty is not due yet.
    #[must_use]
    pub fn pending(words: Words) -> Self {
        Self::new(Status::Pending, words)
    }

    /// The check does not apply.
    #[must_use]
    pub fn exempt(words: Words) -> Self {
        Self::new(Status::Exempt, words)
    }

    /// A fact is missing.
    #[must_use]
    pub fn missing(what: Words) -> Self {
        let words = crate::words!("缺少：{0}。", "Missing: {1}.", what.zh, what.en);
        Self::new(Status::Missing, words).without(|| vec![what])
    }

    /// Names the records or fields that are missing.
    #[must_use]
    pub fn without(mut self, missing: impl FnOnce() -> Vec<Words>) -> Self {
        if !is_silent() {
            self.told().missing = missing();
        }
        self
    }

    /// What was found, in words; nothing where nobody is told.
    #[must_use]
    pub fn words(&self) -> Words {
        let told = self.told.as_ref();
        told.map_or_else(Words::default, |told| told.words.clone())
    }

    /// Says it in other words.
    #[must_use]
    pub fn saying(mut self, words: impl FnOnce(&Words) -> Words) -> Self {
        if !is_silent() {
            let told = self.told();
            told.words = words(&told.words);
        }
        self
    }

    /// These facts are missing.
    #[must_use]
    pub fn lacking(missing: Vec<Words>) -> Self {
        let labels = super::records::join_labels(missing.iter().cloned());
        Self::missing(labels).without(|| missing)
    }

    /// Nothing is recorded yet that could be checked.
    #[must_use]
    pub fn waits_for(what: Words) -> Self {
        let words = crate::words!("尚无{}。", "No {1} yet.", what.zh, what.en);
        let mut outcome = Self::pending(words);
        outcome.lacks.push(what);
        outcome
    }

    /// What was waited for is missing, now that its stage has passed.
    #[must_use]
    pub fn overdue(self) -> Self {
        if self.status != Status::Pending {
            return self;
        }
        if self.idle {
            return Self::exempt(self.words());
        }
        if self.lacks.is_empty() {
            return self;
        }
        let mut outcome = Self::lacking(self.lacks);
        if let Some(told) = self.told {
            outcome.told().uses = told.uses;
        }
        outcome.governed = self.governed;
        outcome
    }

    /// Names a fact that was used.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Json>) -> Self {
        if is_silent() {
            return self;
        }
        self.told().facts.insert(name.to_owned(), value.into());
        self
    }

    /// Names a fact that was used, written out only where it is told.
    #[must_use]
    pub fn fact_of<V: Into<Json>>(self, name: &str, value: impl FnOnce() -> V) -> Self {
        if is_silent() {
            return self;
        }
        self.fact(name, value())
    }

    /// Names an event that was used.
    #[must_use]
    pub fn uses<'f>(mut self, facts: impl IntoIterator<Item = &'f Fact>) -> Self {
        if is_silent() {
            let mut days = facts.into_iter().filter_map(|fact| fact.occurred);
            self.governed = self.governed.or_else(|| days.next());
            return self;
        }
        for fact in facts {
            let uses = &mut self.told().uses;
            if !uses.contains(&fact.key) {
                uses.push(fact.key.clone());
            }
            self.governed = self.governed.or(fact.occurred);
        }
        self
    }

    /// Names the events that make the breach.
    #[must_use]
    pub fn blames<'f>(mut self, facts: impl IntoIterator<Item = &'f Fact>) -> Self {
        if is_silent() {
            return self.uses(facts);
        }
        for fact in facts {
            let new = self.status == Status::Broken;
            let causes = &mut self.told().causes;
            if new && !causes.contains(&fact.key) {
                causes.push(fact.key.clone());
            }
            self = self.uses([fact]);
        }
        self
    }

    /// What is told beside the words.
    pub(super) fn told(&mut self) -> &mut Told {
        self.told.get_or_insert_default()
    }

    /// Tells how it was counted.
    pub(super) fn counted<I: IntoIterator<Item = Words>>(&mut self, lines: impl FnOnce() -> I) {
        if !is_silent() {
            self.told().count.extend(lines());
        }
    }

    /// True if an event is among those that make the breach.
    #[must_use]
    pub fn is_caused_by(&self, key: &EventKey) -> bool {
        let told = self.told.as_ref();
        told.is_some_and(|told| told.causes.contains(key))
    }

    /// Sets the due date, which also governs.
    #[must_use]
    pub fn due(mut self, due: Day) -> Self {
        self.due = Some(due);
        self.governed = Some(due);
        self
    }

    /// Joins the checks of one rule: the worst one decides.
    #[must_use]
    pub fn join(outcomes: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut outcomes = outcomes.into_iter();
        let mut first = outcomes.next()?;
        let Some(second) = outcomes.next() else {
            if first.status == Status::Broken {
                first.also.splice(0..0, first.governed);
            }
            return Some(first);
        };
        let rest = std::iter::once(second).chain(outcomes);
        if is_silent() {
            return Some(rest.fold(first.alone(), Self::worse));
        }
        let all = std::iter::once(first).chain(rest);
        Some(Self::told_together(all.collect()))
    }

    /// As one of several, of which only the days are kept.
    fn alone(mut self) -> Self {
        self.lacks.clear();
        self.idle = false;
        self.told = None;
        if self.status == Status::Broken {
            self.also.splice(0..0, self.governed);
        }
        self
    }

    /// The worse of two, without words.
    fn worse(mut self, other: Self) -> Self {
        if other.status != self.status {
            return if other.status > self.status {
                other.alone()
            } else {
                self
            };
        }
        self.due = self.due.or(other.due);
        if self.status == Status::Broken {
            self.also.extend(other.governed);
        }
        self.also.extend(other.also);
        self.governed = self.governed.or(other.governed);
        self
    }

    /// Several outcomes with all that they rest on.
    fn told_together(outcomes: Vec<Self>) -> Self {
        let worst = outcomes.iter().map(|o| o.status).max();
        let worst = worst.unwrap_or(Status::Exempt);
        let mut joined = Self::new(worst, Words::default());
        let mut said: Vec<Words> = Vec::new();
        for outcome in outcomes {
            if outcome.status == worst {
                joined.due = joined.due.or(outcome.due);
                joined
                    .also
                    .extend(outcome.governed.filter(|_| worst == Status::Broken));
                joined.also.extend(outcome.also);
                joined.governed = joined.governed.or(outcome.governed);
            }
            let Some(told) = outcome.told else { continue };
            let all = joined.told();
            if outcome.status == worst {
                if !said.contains(&told.words) {
                    said.push(told.words);
                }
                all.missing.extend(told.missing);
                all.causes.extend(told.causes);
            }
            for key in told.uses {
                if !all.uses.contains(&key) {
                    all.uses.push(key);
                }
            }
            all.facts.extend(told.facts);
            all.count.extend(told.count);
        }
        joined.saying(|_| Words::join(&said))
    }
}
