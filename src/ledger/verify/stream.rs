//! All events in order of arrival: read on one processor, looked at on another.

use std::collections::HashMap;
use std::sync::mpsc;
use std::thread;

use rusqlite::{Connection, Row, types::FromSql};

use crate::ledger::Event;
use crate::ledger::chain::Parts;

/// Events that travel together.
const BLOCK: usize = 512;
/// Blocks that wait at most.
const WAITING: usize = 4;

/// One event as it stands in the file, borrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    /// Order of arrival.
    pub(super) id: i64,
    /// Which of the file's chains it is in, from 0.
    pub(super) chain: usize,
    /// The row of that chain's name.
    pub(super) row: i64,
    /// What is hashed of it.
    pub(super) parts: Parts<'a>,
    /// Its hash.
    pub(super) hash: &'a [u8; 32],
}

impl Seen<'_> {
    /// The event by itself.
    pub(super) fn owned(&self) -> Event {
        let parts = &self.parts;
        Event {
            id: self.id,
            origin: parts.origin.to_owned(),
            seq: parts.seq,
            step: parts.step.to_owned(),
            subject: parts.subject.to_owned(),
            occurred: parts.occurred.to_owned(),
            recorded_at: parts.recorded_at.to_owned(),
            actor: parts.actor.to_owned(),
            payload: parts.payload.to_owned(),
            hash: *self.hash,
        }
    }
}

/// Some events: their texts one after the other, and where each ends.
#[derive(Default)]
struct Block {
    text: String,
    rows: Vec<Place>,
}

struct Place {
    id: i64,
    chain: usize,
    row: i64,
    seq: i64,
    begin: usize,
    ends: [usize; 6],
    hash: [u8; 32],
}

impl Block {
    fn take(&mut self, row: &Row<'_>, chain: usize) -> rusqlite::Result<()> {
        let begin = self.text.len();
        let mut ends = [begin; 6];
        for (end, column) in ends.iter_mut().zip(3..) {
            match row.get_ref(column)?.as_str() {
                Ok(text) => self.text.push_str(text),
                // which error it is, is known there
                Err(_) => self.text.push_str(&row.get::<_, String>(column)?),
            }
            *end = self.text.len();
        }
        let hash = <[u8; 32]>::column_result(row.get_ref(9)?);
        self.rows.push(Place {
            id: row.get(0)?,
            chain,
            row: row.get(1)?,
            seq: row.get(2)?,
            begin,
            ends,
            hash: hash.or_else(|_| row.get(9))?,
        });
        Ok(())
    }

    fn events<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = Seen<'a>> {
        self.rows.iter().map(|place| {
            let mut from = place.begin;
            let mut texts = place.ends.iter().map(|end| {
                let text = &self.text[from..*end];
                from = *end;
                text
            });
            let mut next = || texts.next().unwrap_or_default();
            Seen {
                id: place.id,
                chain: place.chain,
                row: place.row,
                parts: Parts {
                    origin: &names[place.chain],
                    seq: place.seq,
                    step: next(),
                    subject: next(),
                    occurred: next(),
                    recorded_at: next(),
                    actor: next(),
                    payload: next(),
                },
                hash: &place.hash,
            }
        })
    }

    fn clear(&mut self) {
        self.text.clear();
        self.rows.clear();
    }
}

/// Calls `each` with every event in order of arrival, on a thread of its own.
///
/// # Errors
/// If the file cannot be read on; `each` has then seen what stands before.
pub(super) fn arrivals(
    conn: &Connection,
    mut each: impl FnMut(&Seen<'_>) + Send,
) -> rusqlite::Result<()> {
    let (names, chains) = names(conn)?;
    let (send, receive) = mpsc::sync_channel::<Block>(WAITING);
    let (send_back, back) = mpsc::channel::<Block>();
    thread::scope(|scope| {
        scope.spawn(|| {
            for mut block in receive {
                block.events(&names).for_each(|event| each(&event));
                block.clear();
                // the reader may have come to its end
                let _ = send_back.send(block);
            }
        });
        let send = send;
        read(conn, &chains, |block| {
            let next = back.try_recv().unwrap_or_default();
            // it goes on to the end of all blocks, or panics: then the scope does, too
            let _ = send.send(std::mem::replace(block, next));
        })
    })
}

/// Reads all events, and hands on every full block and what is left at the end.
fn read(
    conn: &Connection,
    chains: &HashMap<i64, usize>,
    mut hand_on: impl FnMut(&mut Block),
) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(
        "SELECT id, origin, seq, step, subject, occurred, recorded_at, actor, payload, hash
         FROM event NOT INDEXED ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let mut block = Block::default();
    let mut all = || {
        while let Some(row) = rows.next()? {
            // an event of no chain is an event that is not there
            if let Some(chain) = chains.get(&row.get(1)?) {
                block.take(row, *chain)?;
            }
            if block.rows.len() == BLOCK {
                hand_on(&mut block);
            }
        }
        Ok(())
    };
    let read = all();
    hand_on(&mut block);
    read
}

/// The names of the chains, each once, and which of them each origin is.
pub(super) fn names(conn: &Connection) -> rusqlite::Result<(Vec<String>, HashMap<i64, usize>)> {
    let (mut names, mut chains) = (Vec::new(), HashMap::new());
    let mut statement = conn.prepare("SELECT id, name FROM origin ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        let known = names.iter().position(|other| *other == name);
        let chain = known.unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        chains.insert(row.get(0)?, chain);
    }
    Ok((names, chains))
}
