//! New demands that no rule can tell apart: one of them is judged for all.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::gather::{Gathered, load_with};
use super::judging::Asked;
use crate::law::Day;
use crate::ledger::{Event, read::Reader};
use crate::pack::{Pack, Rule, Scope};
use crate::state::Fact;
use crate::step::{Kind, Said, Step, StepDef};

/// The fact of a new event, and the group of those that are judged like it.
#[derive(Default)]
pub(super) struct Kept {
    /// Of a group only the first is kept.
    pub(super) fact: Option<Box<Fact>>,
    pub(super) group: Option<usize>,
}

impl Kept {
    /// True unless it was left out for another of its group.
    pub(super) fn is_whole(&self) -> bool {
        self.group.is_none() || self.fact.is_some()
    }
}

/// Puts new demands into groups.
#[derive(Default)]
pub(super) struct Groups {
    /// By step what of its fields rules can tell apart.
    forms: FxHashMap<&'static str, Option<Vec<Told>>>,
    numbers: FxHashMap<Box<[u8]>, usize>,
    key: Vec<u8>,
}

/// What rules can tell apart of a field.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    /// Nothing: it names the subject itself.
    Nothing,
    /// Whether something is said.
    There,
    /// What is said.
    Value,
}

impl Groups {
    /// The group of a new event that makes the demand it is about, and whether it is the first of it.
    pub(super) fn put(&mut self, pack: &Pack, event: &Event, step: &Step) -> Option<(usize, bool)> {
        let def = step.def;
        let form = self.forms.entry(def.id).or_insert_with(|| form(pack, def));
        let form = form.as_deref()?;
        let digit = |c: char| c.is_ascii_digit();
        self.key.clear();
        for part in [
            def.id,
            event.subject.trim_end_matches(digit),
            &event.occurred,
        ] {
            self.key.extend_from_slice(part.as_bytes());
            self.key.push(0);
        }
        let mut next = 0;
        for (name, said) in step.values.iter() {
            // they stand in the order of the form, but for what was filled in
            let here = def.fields.get(next).is_some_and(|field| field.name == name);
            let index = if here { next } else { def.index(name)? };
            next = index + 1;
            if form[index] == Told::Nothing {
                continue;
            }
            self.key.push(u8::try_from(index).ok()?);
            match said {
                _ if form[index] == Told::There => self.key.push(u8::from(is_blank(said))),
                Said::Text(text) => self.key.extend_from_slice(text.as_bytes()),
                Said::Count(number) => self.key.extend_from_slice(&number.to_le_bytes()),
                other => self.key.extend_from_slice(other.to_string().as_bytes()),
            }
            // no text holds it
            self.key.push(0);
        }
        if let Some(group) = self.numbers.get(&*self.key) {
            return Some((*group, false));
        }
        let group = self.numbers.len();
        self.numbers.insert(self.key.as_slice().into(), group);
        Some((group, true))
    }
}

fn is_blank(said: &Said) -> bool {
    matches!(said, Said::Text(text) | Said::Personal(text) if text.is_empty())
}

/// What of the fields of a step that makes a demand rules can tell apart; none if it makes something
/// else, or if code may look at all of them.
fn form(pack: &Pack, def: &'static StepDef) -> Option<Vec<Told>> {
    if def.subject != "demand" || !super::refs::numbers(def) {
        return None;
    }
    let readers = pack.may_read(&BTreeSet::from([def.id]));
    let rules = pack.rules.iter();
    let rules = rules.filter(|rule| readers.contains(rule.id.as_str()));
    let rules: Vec<&Rule> = rules.filter(|r| r.judged_in(Scope::Demand)).collect();
    let looked_at = pack.looked_at(def, &rules, Scope::Demand)?;
    let fields = def.fields.iter().enumerate();
    let told = fields.map(|(index, field)| match field.kind {
        _ if field.name == def.subject => (!looked_at.contains(&index)).then_some(Told::Nothing),
        _ if looked_at.contains(&index) || field.list => Some(Told::Value),
        Kind::Text | Kind::Personal | Kind::Term => Some(Told::There),
        // days, and what ties a demand to a year, a place or a round
        _ => Some(Told::Value),
    });
    told.collect()
}

/// Demands that are judged like one of them.
pub(super) struct Group {
    pub(super) judged: String,
    pub(super) others: Vec<String>,
}

impl Gathered {
    /// Judges one of each group; where a rule finds something to tell, all of the group are to be
    /// judged.
    pub(super) fn judge_groups(
        &mut self,
        reader: Reader<'_>,
        pack: &Pack,
        as_of: Day,
    ) -> anyhow::Result<()> {
        if self.groups.is_empty() {
            return Ok(());
        }
        let asked = Asked::new(pack, self, as_of);
        let mut found = Vec::new();
        for (number, group) in self.groups.iter().enumerate() {
            if !asked.wanting(&self.book, &group.judged).is_empty() {
                found.push(number);
            }
        }
        let mut shared = BTreeSet::new();
        for number in found {
            for subject in std::mem::take(&mut self.groups[number].others) {
                load_with(reader, &mut self.book, &subject, &mut shared)?;
                self.subjects.insert(subject);
            }
        }
        Ok(())
    }

    /// How many facts were read to judge the steps; of a group each has one.
    pub(super) fn read(&self) -> usize {
        let others = self.groups.iter().map(|group| group.others.len());
        self.book.facts().len() + others.sum::<usize>()
    }
}

/// The new subjects that stand in groups.
#[derive(Default)]
pub(super) struct Grouped {
    judged: FxHashMap<usize, String>,
    others: FxHashMap<usize, Vec<String>>,
}

impl Grouped {
    /// Takes the subject of a group that is judged.
    pub(super) fn judged(&mut self, group: usize, subject: &str) {
        self.judged.insert(group, subject.to_owned());
    }

    /// Takes another subject of a group, which only one new event concerns.
    pub(super) fn other(&mut self, group: usize, subject: String) {
        self.others.entry(group).or_default().push(subject);
    }

    /// The groups, and the subjects of those of which none is judged for all.
    pub(super) fn done(mut self) -> (Vec<Group>, Vec<String>) {
        let mut groups = Vec::with_capacity(self.judged.len());
        for (number, judged) in self.judged {
            let others = self.others.remove(&number).unwrap_or_default();
            groups.push(Group { judged, others });
        }
        (groups, self.others.into_values().flatten().collect())
    }
}
