//! Reading the log in one sweep without building what is not wanted, and the events of some
//! places.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension as _, Row};

use super::line::{Line, text};
use super::read::{COLUMNS, Reader, event, every, of_id};
use super::{Event, chain as chains, order, scan};

/// An event as far as a sweep looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Glance<'e> {
    /// Number of the chain in the file.
    pub origin: i64,
    /// Place in the chain.
    pub seq: i64,
    /// Step.
    pub step: &'e str,
    /// Subject.
    pub subject: &'e str,
    /// UTC time of recording.
    pub recorded_at: &'e str,
    /// The payload.
    pub payload: &'e str,
}

/// Where an event stands: the number of its chain in the file, and its place in the chain.
pub type Place = (i64, i64);

impl<'e> Glance<'e> {
    fn of(line: &Line<'e>, origin: i64) -> Self {
        Self {
            origin,
            seq: line.seq,
            step: line.step,
            subject: line.subject,
            recorded_at: line.recorded_at,
            payload: line.payload,
        }
    }
}

impl Reader<'_> {
    /// Looks at every event in order of arrival, and hands over those of which `look` says
    /// something, with what it says, in the one order of all chains.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn sweep<T>(
        self,
        mut look: impl FnMut(&Glance<'_>) -> Option<T>,
        mut take: impl FnMut(Event, T),
    ) -> rusqlite::Result<()> {
        let mut whole = self.conn().prepare_cached(&of_id())?;
        let numbers = self.origins()?.into_iter().map(|(id, name)| (name, id));
        let numbers: HashMap<String, i64> = numbers.collect();
        let mut last = (String::new(), 0);
        let one = numbers.len() < 2;
        let (mut events, mut said) = (Vec::new(), HashMap::new());
        scan::events(
            self.conn(),
            |_| true,
            &every(),
            |line| {
                if last.0 != line.origin {
                    let number = numbers.get(line.origin);
                    let number = number.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
                    last = (line.origin.to_owned(), *number);
                }
                let Some(about) = look(&Glance::of(line, last.1)) else {
                    return Ok(());
                };
                let event = whole.query_row([line.id], event)?;
                if one {
                    take(event, about);
                } else {
                    said.insert(event.id, about);
                    events.push(event);
                }
                Ok(())
            },
        )?;
        order::settle(&mut events);
        for event in events {
            if let Some(about) = said.remove(&event.id) {
                take(event, about);
            }
        }
        Ok(())
    }

    /// Looks at the events of a chain after a place in it, in their order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn sweep_after(
        self,
        (origin, seq): Place,
        mut look: impl FnMut(&Glance<'_>),
    ) -> rusqlite::Result<()> {
        let mut statement = self.conn().prepare_cached(
            "SELECT id, origin, seq, step, subject, recorded_at, payload FROM event
             WHERE origin = ?1 AND seq > ?2 ORDER BY seq",
        )?;
        let mut rows = statement.query([origin, seq])?;
        while let Some(row) = rows.next()? {
            look(&glance(row)?);
        }
        Ok(())
    }

    /// The events at some places of the chains, in the one order of all chains.
    ///
    /// # Errors
    /// If the file cannot be read, or holds no event at one of the places.
    pub fn at_places(self, places: &[Place]) -> rusqlite::Result<Vec<Event>> {
        let mut one = self.conn().prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin
             WHERE e.origin = ?1 AND e.seq = ?2"
        ))?;
        let events = places.iter();
        let events = events.map(|(origin, seq)| one.query_row([origin, seq], event));
        let mut events = events.collect::<Result<Vec<Event>, _>>()?;
        settle(&mut events);
        Ok(events)
    }

    /// The chains with their numbers in the file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn origins(self) -> rusqlite::Result<Vec<(i64, String)>> {
        self.conn()
            .prepare_cached("SELECT id, name FROM origin ORDER BY id")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    /// The hash of the event at a place of a chain, in hexadecimal; nothing if none is there.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn hash_at(self, chain: &str, seq: i64) -> rusqlite::Result<Option<String>> {
        let hash: Option<[u8; 32]> = self
            .conn()
            .prepare_cached(
                "SELECT e.hash FROM event e JOIN origin o ON o.id = e.origin
                 WHERE o.name = ?1 AND e.seq = ?2",
            )?
            .query_row(rusqlite::params![chain, seq], |row| row.get(0))
            .optional()?;
        Ok(hash.map(|hash| chains::hex(&hash)))
    }

    /// Calls `each` with the events that concern some places, their years and what is numbered by
    /// these, and with `shared` ones that were read before, each once, in the one order of all
    /// chains. `shared` stand in that order, too.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_places<'p>(
        self,
        places: impl IntoIterator<Item = &'p String>,
        shared: &[Event],
        mut each: impl FnMut(&Line<'_>),
    ) -> rusqlite::Result<()> {
        let mut ids = self.ids_of_places(places)?;
        let known: HashSet<i64> = shared.iter().map(|event| event.id).collect();
        ids.retain(|id| !known.contains(id));
        if self.chains()? > 1 {
            let mut one = self.conn().prepare_cached(&of_id())?;
            let events = ids.into_iter().map(|id| one.query_row([id], event));
            let mut events = events.collect::<Result<Vec<Event>, _>>()?;
            events.extend(shared.iter().cloned());
            settle(&mut events);
            for event in &events {
                each(&event.line());
            }
            return Ok(());
        }
        let mut shared = shared.iter().peekable();
        scan::picked(self.conn(), &ids, |line| {
            while let Some(event) = shared.next_if(|event| event.id < line.id) {
                each(&event.line());
            }
            each(line);
            Ok(())
        })?;
        for event in shared {
            each(&event.line());
        }
        Ok(())
    }

    /// The events that concern some places, by their order of arrival.
    fn ids_of_places<'p>(
        self,
        places: impl IntoIterator<Item = &'p String>,
    ) -> rusqlite::Result<Vec<i64>> {
        let conn = self.conn();
        let mut of_place = conn.prepare_cached("SELECT event FROM mention WHERE subject = ?1")?;
        let mut of_years =
            conn.prepare_cached("SELECT event FROM mention WHERE subject >= ?1 AND subject < ?2")?;
        let mut ids: Vec<i64> = Vec::new();
        for place in places {
            let mut rows = of_place.query([place])?;
            while let Some(row) = rows.next()? {
                ids.push(row.get(0)?);
            }
            // what begins with the place and a digit
            let mut rows = of_years.query([format!("{place}0"), format!("{place}:")])?;
            while let Some(row) = rows.next()? {
                ids.push(row.get(0)?);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }
}

/// Puts events in order of arrival into the one order of all chains.
fn settle(events: &mut Vec<Event>) {
    events.sort_by_key(|event| event.id);
    order::settle(events);
}

fn glance<'r>(row: &'r Row<'_>) -> rusqlite::Result<Glance<'r>> {
    Ok(Glance {
        origin: row.get(1)?,
        seq: row.get(2)?,
        step: text(row, 3)?,
        subject: text(row, 4)?,
        recorded_at: text(row, 5)?,
        payload: text(row, 6)?,
    })
}
