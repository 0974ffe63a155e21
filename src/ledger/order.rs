//! The one order of events of several chains, whatever the order in which they arrived.
//!
//! Within a chain its own order; between chains the time of recording decides, then the name
//! of the chain. A clock that was set back does not break a chain: an event counts as no
//! earlier than the one before it. So the same events always come in the same order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use rusqlite::{Connection, Rows, Statement};

use super::Event;
use super::read::{COLUMNS, event};

/// Puts events that were read in order of arrival into their order.
pub(super) fn settle(events: &mut Vec<Event>) {
    if events
        .windows(2)
        .all(|pair| pair[0].origin == pair[1].origin)
    {
        return;
    }
    events.sort_by(|a, b| (&a.origin, a.seq).cmp(&(&b.origin, b.seq)));
    let mut latest: HashMap<String, String> = HashMap::new();
    let mut keyed: Vec<(String, Event)> = std::mem::take(events)
        .into_iter()
        .map(|event| {
            let at = latest.entry(event.origin.clone()).or_default();
            if event.recorded_at > *at {
                at.clone_from(&event.recorded_at);
            }
            (at.clone(), event)
        })
        .collect();
    keyed.sort_by(|(at, a), (bt, b)| (at, &a.origin, a.seq).cmp(&(bt, &b.origin, b.seq)));
    events.extend(keyed.into_iter().map(|(_, event)| event));
}

/// The next event of a chain, in the order in which chains are read side by side.
struct Next {
    at: String,
    event: Event,
    chain: usize,
}

impl Next {
    fn key(&self) -> (&str, &str, i64) {
        (&self.at, &self.event.origin, self.event.seq)
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Next {}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// Calls `each` with every event of all chains in their order, until it says stop.
pub(super) fn all(conn: &Connection, mut each: impl FnMut(Event) -> bool) -> rusqlite::Result<()> {
    let origins: Vec<i64> = conn
        .prepare_cached("SELECT id FROM origin ORDER BY id")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let sql = format!(
        "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin
         WHERE e.origin = ?1 ORDER BY e.seq"
    );
    let mut statements: Vec<Statement<'_>> = origins
        .iter()
        .map(|_| conn.prepare(&sql))
        .collect::<Result<_, _>>()?;
    let mut chains: Vec<Rows<'_>> = statements
        .iter_mut()
        .zip(&origins)
        .map(|(statement, id)| statement.query([id]))
        .collect::<Result<_, _>>()?;
    let mut waiting = BinaryHeap::new();
    for chain in 0..chains.len() {
        push(&mut waiting, &mut chains, chain, String::new())?;
    }
    while let Some(Reverse(next)) = waiting.pop() {
        push(&mut waiting, &mut chains, next.chain, next.at)?;
        if !each(next.event) {
            break;
        }
    }
    Ok(())
}

fn push(
    waiting: &mut BinaryHeap<Reverse<Next>>,
    chains: &mut [Rows<'_>],
    chain: usize,
    latest: String,
) -> rusqlite::Result<()> {
    if let Some(row) = chains[chain].next()? {
        let event = event(row)?;
        let at = latest.max(event.recorded_at.clone());
        waiting.push(Reverse(Next { at, event, chain }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(origin: &str, seq: i64, at: u32) -> Event {
        Event {
            id: 0,
            origin: origin.into(),
            seq,
            step: "x".into(),
            subject: "HZ".into(),
            occurred: "2022-01-01".into(),
            recorded_at: format!("2022-01-01T00:00:{at:02}Z"),
            actor: String::new(),
            payload: "{}".into(),
            hash: [0; 32],
        }
    }

    proptest! {
        #[test]
        fn arrival_does_not_matter_and_chains_stay_in_order(
            times in prop::collection::vec((0..3_usize, 0..60_u32), 0..40),
            turns in prop::collection::vec(0..1000_u32, 40),
        ) {
            let mut sizes = [0; 3];
            let events: Vec<Event> = times
                .iter()
                .map(|&(chain, at)| {
                    sizes[chain] += 1;
                    made(["A", "B", "C"][chain], sizes[chain], at)
                })
                .collect();
            let mut one = events.clone();
            settle(&mut one);
            let mut keyed: Vec<_> = turns.iter().zip(events).collect();
            keyed.sort_by_key(|(turn, _)| **turn);
            let mut other: Vec<Event> = keyed.into_iter().map(|(_, event)| event).collect();
            // a single chain is never read out of its order
            if one.windows(2).any(|pair| pair[0].origin != pair[1].origin) {
                settle(&mut other);
                prop_assert_eq!(&one, &other);
            }
            for name in ["A", "B", "C"] {
                let seqs: Vec<i64> = one.iter().filter(|e| e.origin == name).map(|e| e.seq).collect();
                prop_assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
