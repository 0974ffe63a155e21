//! Many events at once: while some are written to the file, the next are made beside.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use super::{Draft, Writer, payload_of};
use crate::ledger::chain::{Parts, Recipe};
use crate::ledger::{Event, chain};
use crate::step::Step;

/// Steps that are made into events at a time.
const CHUNK: usize = 256;

/// Fewer steps than these are appended one after the other.
const MANY: usize = 4 * CHUNK;

/// An event that is to be written, with the other subjects that its step names.
type Made = (Event, Vec<String>);

/// What all events that are appended together share, and what the next one continues.
struct Maker {
    origin: String,
    now: String,
    actor: String,
    id: i64,
    seq: i64,
    previous: [u8; 32],
    recipe: Recipe,
    payload: Vec<u8>,
}

impl Maker {
    /// The next event of the chain, from a step whose personal values are sealed.
    fn make(&mut self, draft: Draft) -> anyhow::Result<(Made, Step)> {
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
        (self.id, self.seq, self.previous) = (self.id + 1, self.seq + 1, event.hash);
        let mut named = step.mentions();
        named.retain(|subject| *subject != event.subject);
        Ok(((event, named), step))
    }
}

impl Writer<'_> {
    /// Appends steps, all of which only add to what is recorded, and gives their events. Each is
    /// handed to `each` with its number among them when it is made, not always on this thread, and
    /// its number is told to `told` when it is written.
    ///
    /// # Errors
    /// If the file cannot be written or somebody asked to stop; what was appended until then
    /// stands or falls with the transaction.
    pub fn append_many(
        &mut self,
        drafts: Vec<Draft>,
        mut each: impl FnMut(usize, &Event, Step) + Send,
        told: &dyn Fn(usize),
    ) -> anyhow::Result<Vec<Event>> {
        let mut events = Vec::with_capacity(drafts.len());
        if drafts.len() < MANY {
            for (number, draft) in drafts.into_iter().enumerate() {
                let (event, step) = self.append_step(draft)?;
                each(number, &event, step);
                events.push(event);
                told(events.len());
            }
            return Ok(events);
        }
        self.statements.seal.expect(drafts.len())?;
        let maker = self.maker();
        // who makes the events also has the memory that their steps leave
        rayon::in_place_scope(|scope| {
            let (give, given) = sync_channel(2);
            let (hand, made) = channel();
            scope.spawn(move |_| {
                let mut maker = maker;
                let mut number = 0;
                let given: Receiver<Vec<Draft>> = given;
                for drafts in given {
                    let made = drafts.into_iter().map(|draft| {
                        let (made, step) = maker.make(draft)?;
                        each(number, &made.0, step);
                        number += 1;
                        Ok(made)
                    });
                    let made: anyhow::Result<Vec<Made>> = made.collect();
                    // who waits for it no longer has failed already
                    if hand.send(made).is_err() {
                        return;
                    }
                }
            });
            self.write_chunks(drafts, give, &made, |event| {
                events.push(event);
                told(events.len());
            })
        })?;
        self.statements.seal.enter_waiting()?;
        Ok(events)
    }

    /// Seals chunk after chunk and writes what was made of the chunk before; the order of all
    /// that is written does not depend on which thread is faster.
    fn write_chunks(
        &mut self,
        drafts: Vec<Draft>,
        give: SyncSender<Vec<Draft>>,
        made: &Receiver<anyhow::Result<Vec<Made>>>,
        mut each: impl FnMut(Event),
    ) -> anyhow::Result<()> {
        let gone = || anyhow::anyhow!("the thread that makes events has ended");
        let mut write = |writer: &mut Self| -> anyhow::Result<()> {
            for (event, named) in made.recv().map_err(|_| gone())?? {
                writer.go_on()?;
                writer.put(&event, &named)?;
                each(event);
            }
            Ok(())
        };
        let mut drafts = drafts.into_iter();
        let mut waits = false;
        loop {
            let mut chunk: Vec<Draft> = drafts.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            for draft in &mut chunk {
                self.statements.seal.values(&mut draft.step.values)?;
            }
            give.send(chunk).map_err(|_| gone())?;
            if waits {
                write(self)?;
            }
            waits = true;
        }
        drop(give);
        if waits {
            write(self)?;
        }
        Ok(())
    }

    fn maker(&self) -> Maker {
        Maker {
            origin: self.origin.name.clone(),
            now: self.now.clone(),
            actor: self.actor.clone(),
            id: self.next_id,
            seq: self.next_seq,
            previous: self.previous,
            recipe: Recipe::default(),
            payload: Vec::new(),
        }
    }
}
