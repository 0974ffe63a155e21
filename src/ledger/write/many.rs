//! Many events at once: while some are written to the file, the next are made beside.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use super::maker::Made;
use super::{Draft, Writer};
use crate::ledger::Event;
use crate::step::Step;

/// Steps that are made into events at a time.
const CHUNK: usize = 256;

/// Fewer steps than these are appended one after the other.
const MANY: usize = 4 * CHUNK;

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
        let mut maker = self.maker.clone();
        // who makes the events also has the memory that their steps leave
        rayon::in_place_scope(|scope| {
            let (give, given) = sync_channel(2);
            let (hand, made) = channel();
            scope.spawn(move |_| {
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
                writer.maker.follow(&event);
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
}
