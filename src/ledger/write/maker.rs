//! Making events: each continues the chain that the one before it ended.

use super::Draft;
use crate::ledger::chain::{Parts, Recipe};
use crate::ledger::{Event, chain};
use crate::step::Step;

/// An event that is to be written, with the other subjects that its step names.
pub(super) type Made = (Event, Vec<String>);

/// What all events that are appended together share, and what the next one continues.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    pub(super) origin: String,
    pub(super) now: String,
    pub(super) actor: String,
    /// Number of the next event in the file.
    pub(super) id: i64,
    /// Its place in the chain.
    pub(super) seq: i64,
    /// Hash of the event that it continues.
    pub(super) previous: [u8; 32],
    pub(super) recipe: Recipe,
    /// The payload of the last event, kept for the next one.
    pub(super) payload: String,
}

impl Maker {
    /// The next event of the chain, from a step whose personal values are sealed.
    pub(super) fn make(&mut self, draft: Draft) -> anyhow::Result<(Made, Step)> {
        let Draft {
            step,
            subject,
            occurred,
        } = draft;
        let mut event = Event {
            id: self.id,
            origin: self.origin.clone(),
            seq: self.seq,
            step: step.def.id.to_owned(),
            subject,
            occurred,
            recorded_at: self.now.clone(),
            actor: self.actor.clone(),
            payload: payload_of(&step, &mut self.payload)?,
            hash: chain::GENESIS,
        };
        event.hash = self.recipe.hash(&self.previous, &Parts::of(&event));
        self.follow(&event);
        let mut named = step.mentions();
        named.retain(|subject| *subject != event.subject);
        Ok(((event, named), step))
    }

    /// The next event continues this one, which stands or is to stand in the file.
    pub(super) fn follow(&mut self, event: &Event) {
        (self.id, self.seq, self.previous) = (event.id + 1, event.seq + 1, event.hash);
    }
}

/// The payload of a step, written into a buffer that is kept.
fn payload_of(step: &Step, buffer: &mut String) -> anyhow::Result<String> {
    buffer.clear();
    step.values.write(buffer)?;
    Ok(buffer.clone())
}
