//! Appending: the only way in which a ledger grows.

mod maker;
mod many;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement, Transaction, TransactionBehavior, params};

use super::chain::{Parts, Recipe};
use super::{Event, Ledger, Origin, Stopped, Tampered, chain, line, personal, read};
use crate::step::Step;
use maker::Maker;

/// What the caller wants appended.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The step with its values, personal ones still plain.
    pub step: Step,
    /// What the event is about.
    pub subject: String,
    /// Business date, `YYYY-MM-DD`.
    pub occurred: String,
}

/// An open transaction: everything appended through it stands or falls together.
#[derive(Debug)]
pub struct Writer<'a> {
    tx: Transaction<'a>,
    statements: Statements<'a>,
    origin: Origin,
    maker: Maker,
    /// Place and hash of the last event that stood there before.
    before: (i64, [u8; 32]),
    /// When that event was recorded; empty if there was none.
    last_time: String,
    stop: Arc<AtomicBool>,
}

/// The statements by which every event is appended, prepared once.
#[derive(Debug)]
struct Statements<'a> {
    event: Statement<'a>,
    /// What stands in it already of the last event: its chain, step, time and clerk.
    shared: Option<(i64, String, String, String)>,
    mention: Statement<'a>,
    seal: personal::Seal<'a>,
}

impl<'a> Statements<'a> {
    fn new(conn: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            event: conn.prepare(
                "INSERT INTO event (id, origin, seq, step, subject, occurred, recorded_at, actor, payload, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?,
            shared: None,
            mention: conn
                .prepare("INSERT INTO mention (subject, named, event) VALUES (?1, ?2, ?3)")?,
            seal: personal::Seal::new(conn),
        })
    }

    /// Writes an event; what it shares with the one before is not handed over again.
    fn insert(&mut self, origin: i64, event: &Event) -> rusqlite::Result<()> {
        let to = &mut self.event;
        let same = |(of, step, time, clerk): &(i64, String, String, String)| {
            (*of, step, time, clerk) == (origin, &event.step, &event.recorded_at, &event.actor)
        };
        if !self.shared.as_ref().is_some_and(same) {
            to.raw_bind_parameter(2, origin)?;
            to.raw_bind_parameter(4, &event.step)?;
            to.raw_bind_parameter(7, &event.recorded_at)?;
            to.raw_bind_parameter(8, &event.actor)?;
            let (step, time) = (event.step.clone(), event.recorded_at.clone());
            self.shared = Some((origin, step, time, event.actor.clone()));
        }
        to.raw_bind_parameter(1, event.id)?;
        to.raw_bind_parameter(3, event.seq)?;
        to.raw_bind_parameter(5, &event.subject)?;
        to.raw_bind_parameter(6, &event.occurred)?;
        to.raw_bind_parameter(9, &event.payload)?;
        to.raw_bind_parameter(10, event.hash)?;
        to.raw_execute()?;
        Ok(())
    }
}

impl Ledger {
    /// Rebuilds the file so that nothing of erased values is left in the free bytes of its
    /// pages.
    ///
    /// # Errors
    /// If the file cannot be written; what was erased stays erased.
    pub fn scrub(&self) -> rusqlite::Result<()> {
        self.conn.execute_batch("VACUUM")
    }

    /// Begins a transaction that appends to this ledger's own chain.
    ///
    /// `now` is the UTC time of recording (`YYYY-MM-DDTHH:MM:SSZ`), from the clock.
    ///
    /// # Errors
    /// If another process holds the ledger for more than thirty seconds, or the file
    /// cannot be written.
    pub fn write(&mut self, actor: &str, now: &str) -> anyhow::Result<Writer<'_>> {
        let stop = self.stop.clone();
        // between two events nothing is half done, so it is there that a signal stops the work
        let asked = stop.clone();
        self.conn
            .progress_handler(20_000, Some(move || asked.load(Ordering::SeqCst)))?;
        // pages that are changed more than once wait in memory, up to 64 MB of them
        self.conn.pragma_update(None, "cache_size", -65_536)?;
        let conn = &self.conn;
        // nobody else can begin one: the ledger itself is borrowed
        let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
        let (seq, previous, last_time) = match check_tail(read::Reader::new(&tx), &self.origin)? {
            Some(last) => (last.seq, last.hash, last.recorded_at),
            None => (0, chain::GENESIS, String::new()),
        };
        let id: Option<i64> = tx.query_row("SELECT max(id) FROM event", [], |row| row.get(0))?;
        Ok(Writer {
            tx,
            origin: self.origin.clone(),
            maker: Maker {
                origin: self.origin.name.clone(),
                now: now.to_owned(),
                actor: actor.to_owned(),
                id: id.unwrap_or(0) + 1,
                seq: seq + 1,
                previous,
                recipe: Recipe::default(),
                payload: String::new(),
            },
            before: (seq, previous),
            last_time,
            stop,
            statements: Statements::new(conn)?,
        })
    }
}

/// The event that the next one is chained to, which must be what its hash says.
fn check_tail(reader: read::Reader<'_>, origin: &Origin) -> anyhow::Result<Option<Event>> {
    let mut tail = reader.tail(origin)?.into_iter();
    let Some(last) = tail.next() else {
        return Ok(None);
    };
    let before = tail.next().filter(|event| event.seq + 1 == last.seq);
    let before = before.map_or(chain::GENESIS, |event| event.hash);
    if chain::hash(&before, &last) == last.hash {
        return Ok(Some(last));
    }
    Err(Tampered {
        origin: origin.name.clone(),
        seq: last.seq,
    }
    .into())
}

impl Writer<'_> {
    /// Appends one event and says how it stands in the chain.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn append(&mut self, draft: Draft) -> anyhow::Result<Event> {
        self.append_step(draft).map(|(event, _)| event)
    }

    /// As [`Writer::append`]; also gives the step as it was recorded, personal values sealed.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn append_step(&mut self, mut draft: Draft) -> anyhow::Result<(Event, Step)> {
        self.go_on()?;
        let values = &mut draft.step.values;
        self.statements.seal.values(values)?;
        let ((event, named), step) = self.maker.make(draft)?;
        self.put(&event, &named)?;
        if event.step == "erase" {
            // the record and the erasure stand or fall together
            for token in personal::erased(&step.values) {
                personal::remove(&self.tx, &token)?;
            }
        }
        Ok((event, step))
    }

    /// Writes an event that continues this ledger's own chain, with the other subjects that it
    /// names.
    fn put(&mut self, event: &Event, named: &[String]) -> anyhow::Result<()> {
        self.insert_into(self.origin.id, event)?;
        for subject in named {
            self.mention(subject, true, event.id)?;
        }
        self.mention(&event.subject, false, event.id)?;
        Ok(())
    }

    /// Enters a personal value under a given salt, and says its token, which stands for the
    /// value in steps.
    ///
    /// Only for made-up ledgers that are to be the same each time: a salt that can be guessed
    /// hides nothing. [`Writer::append`] takes the salts of real values from the system.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn enter_personal(&mut self, value: &str, salt: [u8; 16]) -> anyhow::Result<String> {
        self.statements.seal.enter(value, salt)
    }

    /// Takes in an event of another ledger's chain, byte for byte.
    ///
    /// # Errors
    /// If it does not continue its chain, or the file cannot be written.
    pub(super) fn take_in(&mut self, event: &Event) -> anyhow::Result<()> {
        let mut event = event.clone();
        event.id = self.maker.id;
        let origin = self.origin_of(&event.origin)?;
        self.insert_into(origin, &event)?;
        for subject in super::verify::subjects(&event) {
            self.mention(&subject, subject != event.subject, event.id)?;
        }
        if event.origin == self.origin.name {
            self.maker.follow(&event);
        } else {
            self.maker.id += 1;
        }
        Ok(())
    }

    /// Takes in a personal value that came along.
    pub(super) fn value(&self, token: &str, salt: &[u8], value: &str) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO personal (token, salt, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?
            .execute(params![token, salt, value])?;
        Ok(())
    }

    fn origin_of(&self, name: &str) -> anyhow::Result<i64> {
        self.tx
            .prepare_cached("INSERT INTO origin (name) VALUES (?1) ON CONFLICT DO NOTHING")?
            .execute([name])?;
        Ok(self
            .tx
            .prepare_cached("SELECT id FROM origin WHERE name = ?1")?
            .query_row([name], |row| row.get(0))?)
    }

    pub(super) fn conn(&self) -> &rusqlite::Connection {
        &self.tx
    }

    fn insert_into(&mut self, origin: i64, event: &Event) -> anyhow::Result<()> {
        let written = self.statements.insert(origin, event);
        written.context("append to the ledger")?;
        Ok(())
    }

    fn mention(&mut self, subject: &str, named: bool, event: i64) -> anyhow::Result<()> {
        let mention = &mut self.statements.mention;
        mention.execute(params![subject, named, event])?;
        Ok(())
    }

    /// Reads within the transaction, what was appended included.
    #[must_use]
    pub fn reader(&self) -> read::Reader<'_> {
        read::Reader::new(&self.tx)
    }

    /// Fails if somebody asked to stop.
    fn go_on(&self) -> Result<(), Stopped> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(Stopped);
        }
        Ok(())
    }

    /// When the last event before these was recorded, if the clock now says an earlier time.
    ///
    /// Writers who wait for one another may record some seconds out of turn; that is no clock
    /// set back. Nothing is ordered by these times.
    #[must_use]
    pub fn clock_went_back(&self) -> Option<&str> {
        let time = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
        let (last, now) = (time(&self.last_time)?, time(&self.maker.now)?);
        (last - now > chrono::Duration::minutes(5)).then_some(self.last_time.as_str())
    }

    /// Makes everything appended durable, after reading it back.
    ///
    /// # Errors
    /// If somebody asked to stop, what was written does not read back as it was meant, or the
    /// disk is full or fails; then nothing was appended.
    pub fn commit(self) -> anyhow::Result<()> {
        self.go_on()?;
        self.read_back()?;
        self.tx.commit().context("commit")
    }

    /// Makes everything taken in durable as it came.
    pub(super) fn keep(self) -> anyhow::Result<()> {
        self.go_on()?;
        self.tx.commit().context("commit")
    }

    /// As [`Writer::commit`], for who has kept every event that was appended: what stands in the
    /// file is compared with them, byte for byte.
    ///
    /// # Errors
    /// As [`Writer::commit`]; also if the events are not those that were appended.
    pub fn commit_all(self, events: &[Event]) -> anyhow::Result<()> {
        self.go_on()?;
        self.same_as(events)?;
        self.tx.commit().context("commit")
    }

    /// Reads back what was appended until now, as [`Writer::commit_all`] does; that then reads
    /// what comes after.
    ///
    /// # Errors
    /// As [`Writer::commit_all`].
    pub fn check(&mut self, events: &[Event]) -> anyhow::Result<()> {
        self.same_as(events)?;
        self.before = (self.maker.seq - 1, self.maker.previous);
        Ok(())
    }

    /// The file must hold those of these events that were not read back before, and none besides
    /// that was appended.
    fn same_as(&self, events: &[Event]) -> anyhow::Result<()> {
        let tampered = |seq| {
            let origin = self.origin.name.clone();
            Err(Tampered { origin, seq }.into())
        };
        let (mut last, _) = self.before;
        let mut statement = self.appended()?;
        let mut rows = statement.query(params![self.origin.id, last])?;
        let mut events = events.iter().skip_while(|event| event.seq <= self.before.0);
        while let Some(row) = rows.next()? {
            let Some(event) = events.next() else {
                return tampered(last + 1);
            };
            let texts = [
                &event.step,
                &event.subject,
                &event.occurred,
                &event.recorded_at,
                &event.actor,
                &event.payload,
            ];
            let mut same = event.seq == last + 1 && row.get_ref(0)? == ValueRef::Integer(event.seq);
            for (column, text) in (1..).zip(texts) {
                same &= row.get_ref(column)? == ValueRef::Text(text.as_bytes());
            }
            same &= row.get_ref(7)? == ValueRef::Blob(&event.hash);
            if !same || event.origin != self.origin.name {
                return tampered(last + 1);
            }
            last = event.seq;
        }
        if last + 1 == self.maker.seq && events.next().is_none() {
            return Ok(());
        }
        tampered(self.maker.seq - 1)
    }

    /// What was appended to this ledger's own chain, as it stands in the file.
    fn appended(&self) -> rusqlite::Result<Statement<'_>> {
        self.tx.prepare(
            "SELECT seq, step, subject, occurred, recorded_at, actor, payload, hash FROM event
             WHERE origin = ?1 AND seq > ?2 ORDER BY seq",
        )
    }

    /// Everything appended must stand in the file as it was hashed.
    fn read_back(&self) -> anyhow::Result<()> {
        let (before, mut previous) = self.before;
        let mut last = before;
        let origin = &self.origin.name;
        let mut recipe = Recipe::default();
        let mut statement = self.appended()?;
        let mut rows = statement.query(params![self.origin.id, before])?;
        while let Some(row) = rows.next()? {
            let parts = Parts {
                origin,
                seq: row.get(0)?,
                step: line::text(row, 1)?,
                subject: line::text(row, 2)?,
                occurred: line::text(row, 3)?,
                recorded_at: line::text(row, 4)?,
                actor: line::text(row, 5)?,
                payload: line::text(row, 6)?,
            };
            let stored: [u8; 32] = row.get(7)?;
            if parts.seq != last + 1 || recipe.hash(&previous, &parts) != stored {
                return Err(Tampered {
                    origin: origin.clone(),
                    seq: last + 1,
                }
                .into());
            }
            (last, previous) = (parts.seq, stored);
        }
        if last + 1 == self.maker.seq && previous == self.maker.previous {
            return Ok(());
        }
        Err(Tampered {
            origin: self.origin.name.clone(),
            seq: self.maker.seq - 1,
        }
        .into())
    }

    /// Leaves the ledger as it was.
    ///
    /// # Errors
    /// If `SQLite` cannot roll back; opening the ledger anew does it then.
    pub fn roll_back(self) -> anyhow::Result<()> {
        self.tx.rollback().context("roll back")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
