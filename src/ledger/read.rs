//! Reading events: of one subject, of a range of subjects, or all in order.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Event, Head, Ledger, Origin, chain, line, order, personal};
use crate::step::StepDef;

pub(super) const COLUMNS: &str =
    "e.id, o.name, e.seq, e.step, e.subject, e.occurred, e.recorded_at, e.actor, e.payload, e.hash";

/// A view on the events, inside or outside a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub(super) conn: &'a Connection,
}

impl Ledger {
    /// Reads the committed events.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.conn)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(conn: &'a Connection) -> Self {
        Self { conn }
    }

    pub(super) fn conn(self) -> &'a Connection {
        self.conn
    }

    /// The events that concern one subject, in order of arrival.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_subject(self, subject: &str) -> rusqlite::Result<Vec<Event>> {
        self.query(&of_subject(None), &[&subject])
    }

    /// As [`Reader::of_subject`], but only the events of some steps.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_subject_steps(self, subject: &str, steps: &[&str]) -> rusqlite::Result<Vec<Event>> {
        self.query(&of_subject(Some(steps)), &[&subject])
    }

    /// The events that are about one subject itself, in order of arrival.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn about(self, subject: &str) -> rusqlite::Result<Vec<Event>> {
        self.query(
            &format!(
                "SELECT {COLUMNS} FROM mention m JOIN event e ON e.id = m.event
                 JOIN origin o ON o.id = e.origin
                 WHERE m.subject = ?1 AND m.named = 0 ORDER BY m.event"
            ),
            &[&subject],
        )
    }

    /// True if an event of one of these steps is about the subject itself.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn made_by(self, subject: &str, steps: &[&StepDef]) -> rusqlite::Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT e.step FROM mention m JOIN event e ON e.id = m.event
             WHERE m.subject = ?1 AND m.named = 0",
        )?;
        let mut rows = statement.query([subject])?;
        while let Some(row) = rows.next()? {
            let step = line::text(row, 0)?;
            if steps.iter().any(|def| def.id == step) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// True if an event that arrived before `event` concerns the subject.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn knew(self, subject: &str, event: i64) -> rusqlite::Result<bool> {
        self.conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM mention WHERE subject = ?1 AND event < ?2)",
            )?
            .query_row(params![subject, event], |row| row.get(0))
    }

    /// The events that concern any subject that begins with `prefix`, each once, in
    /// order of arrival.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_prefix(self, prefix: &str) -> rusqlite::Result<Vec<Event>> {
        let end = after(prefix);
        self.query(
            &format!(
                "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin WHERE e.id IN
                 (SELECT event FROM mention WHERE subject >= ?1 AND subject < ?2) ORDER BY e.id"
            ),
            &[&prefix, &end.as_str()],
        )
    }

    /// As [`Reader::of_prefix`], but only the events of some steps.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_prefix_steps(self, prefix: &str, steps: &[&str]) -> rusqlite::Result<Vec<Event>> {
        let end = after(prefix);
        self.query(
            &format!(
                "SELECT {COLUMNS} FROM mention m JOIN event e ON e.id = m.event
                 JOIN origin o ON o.id = e.origin
                 WHERE m.subject >= ?1 AND m.subject < ?2 AND m.named = 0 AND e.step IN ({})
                 ORDER BY e.id",
                quoted(steps)
            ),
            &[&prefix, &end.as_str()],
        )
    }

    /// The subjects that begin with `prefix`, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn subjects(self, prefix: &str) -> rusqlite::Result<Vec<String>> {
        let end = after(prefix);
        self.conn
            .prepare_cached(
                "SELECT DISTINCT subject FROM mention WHERE subject >= ?1 AND subject < ?2",
            )?
            .query_map(params![prefix, end], |row| row.get(0))?
            .collect()
    }

    /// Calls `each` with every event in order, until it says stop: chain by chain as they
    /// were recorded, the same whatever the order in which chains were merged.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn all(self, each: impl FnMut(Event) -> bool) -> rusqlite::Result<()> {
        if self.chains()? > 1 {
            order::all(self.conn, each)
        } else {
            self.arrivals(each)
        }
    }

    /// Calls `each` with every event of some steps, in order of arrival.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_steps(self, steps: &[&str], mut each: impl FnMut(Event)) -> rusqlite::Result<()> {
        let mut statement = self.conn.prepare(&of_steps(steps))?;
        let mut rows = statement.query([0])?;
        while let Some(row) = rows.next()? {
            each(event(row)?);
        }
        Ok(())
    }

    /// Calls `each` with the events of one chain after `after`, in their order.
    ///
    /// # Errors
    /// If the file cannot be read, or `each` fails.
    pub fn of_chain<E: From<rusqlite::Error>>(
        self,
        origin: &str,
        after: i64,
        mut each: impl FnMut(Event) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.conn.prepare(&format!(
            "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin
             WHERE o.name = ?1 AND e.seq > ?2 ORDER BY e.seq"
        ))?;
        let mut rows = statement.query(params![origin, after])?;
        while let Some(row) = rows.next()? {
            each(event(row)?)?;
        }
        Ok(())
    }

    /// The subjects that more than one chain made by one of these steps, with those events.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn made_twice(self, steps: &[&StepDef]) -> rusqlite::Result<Vec<Event>> {
        let ids: Vec<String> = steps.iter().map(|def| format!("'{}'", def.id)).collect();
        let ids = ids.join(", ");
        self.query(
            &format!(
                "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin
                 WHERE e.step IN ({ids}) AND e.subject IN
                 (SELECT subject FROM event WHERE step IN ({ids})
                  GROUP BY subject HAVING count(DISTINCT origin) > 1)
                 ORDER BY e.subject, e.id"
            ),
            &[],
        )
    }

    /// Calls `each` with every event in order of arrival, until it says stop.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn arrivals(self, mut each: impl FnMut(Event) -> bool) -> rusqlite::Result<()> {
        let mut statement = self.conn.prepare(&every())?;
        let mut rows = statement.query([0])?;
        while let Some(row) = rows.next()? {
            if !each(event(row)?) {
                break;
            }
        }
        Ok(())
    }

    /// One event by its place in a chain.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn at(self, origin: &str, seq: i64) -> rusqlite::Result<Option<Event>> {
        let list = self.query(
            &format!(
                "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin
                 WHERE o.name = ?1 AND e.seq = ?2"
            ),
            &[&origin, &seq],
        )?;
        Ok(list.into_iter().next())
    }

    /// The last two events of a chain, the last one first.
    pub(super) fn tail(self, origin: &Origin) -> rusqlite::Result<Vec<Event>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, ?2, seq, step, subject, occurred, recorded_at, actor, payload, hash
             FROM event WHERE origin = ?1 ORDER BY seq DESC LIMIT 2",
        )?;
        statement
            .query_map(params![origin.id, origin.name], event)?
            .collect()
    }

    fn query(self, sql: &str, args: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<Event>> {
        let mut events: Vec<Event> = self
            .conn
            .prepare_cached(sql)?
            .query_map(args, event)?
            .collect::<Result<_, _>>()?;
        order::settle(&mut events);
        Ok(events)
    }

    /// The ends of all chains in the file, this ledger's own first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn heads(self) -> rusqlite::Result<Vec<Head>> {
        let mut statement = self
            .conn
            .prepare("SELECT id, name FROM origin ORDER BY id")?;
        let origins: Vec<(i64, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut heads = Vec::new();
        for (id, origin) in origins {
            let last = self
                .conn
                .query_row(
                    "SELECT seq, hash FROM event WHERE origin = ?1 ORDER BY seq DESC LIMIT 1",
                    [id],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let (size, hash) = last.unwrap_or((0, chain::GENESIS));
            heads.push(Head { origin, size, hash });
        }
        Ok(heads)
    }

    /// Name of the ledger's own chain.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn own(self) -> rusqlite::Result<Option<String>> {
        self.conn
            .prepare_cached("SELECT name FROM origin ORDER BY id LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()
    }

    /// Number of events in the file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn count(self) -> rusqlite::Result<i64> {
        self.conn
            .query_row("SELECT coalesce(max(id), 0) FROM event", [], |row| {
                row.get(0)
            })
    }

    /// The chains in this file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn chains(self) -> rusqlite::Result<i64> {
        self.conn
            .prepare_cached("SELECT count(*) FROM origin")?
            .query_row([], |row| row.get(0))
    }

    /// Tokens of one person that several ledgers gave, each with the one that stands for all.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn aliases(self) -> rusqlite::Result<HashMap<String, String>> {
        if self.chains()? < 2 {
            return Ok(HashMap::new());
        }
        personal::aliases(self.conn)
    }

    /// The tokens that stand for a personal value.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn tokens_for(self, value: &str) -> rusqlite::Result<Vec<String>> {
        personal::tokens_for(self.conn, value)
    }

    /// The events whose payload holds a text: a token, or a value that was written into free
    /// text.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn holding(self, text: &str) -> rusqlite::Result<Vec<Event>> {
        // inside JSON a text has its quotes and backslashes escaped
        let json = serde_json::Value::from(text).to_string();
        let inner = &json[1..json.len() - 1];
        self.query(
            &format!(
                "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin
                 WHERE instr(e.payload, ?1) > 0 OR instr(e.actor, ?2) > 0 OR instr(e.subject, ?2) > 0
                 ORDER BY e.id"
            ),
            &[&inner, &text],
        )
    }

    /// Salt and personal value behind a token; none if it was erased or is not here.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn sealed(self, token: &str) -> rusqlite::Result<Option<(Vec<u8>, String)>> {
        self.conn
            .prepare_cached("SELECT salt, value FROM personal WHERE token = ?1")?
            .query_row([token], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    }

    /// All personal values, read at once.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn persons(self) -> rusqlite::Result<personal::Persons> {
        personal::Persons::read(self.conn)
    }

    /// The personal value behind a token; none if it was erased.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn personal(self, token: &str) -> rusqlite::Result<Option<String>> {
        personal::open(self.conn, token)
    }
}

/// The first text after all that begin with `prefix`.
fn after(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

/// Those that concern one subject, perhaps only of some steps.
pub(super) fn of_subject(steps: Option<&[&str]>) -> String {
    let steps = steps.map_or_else(String::new, |steps| {
        format!("AND e.step IN ({})", quoted(steps))
    });
    format!(
        "SELECT {COLUMNS} FROM mention m JOIN event e ON e.id = m.event
         JOIN origin o ON o.id = e.origin WHERE m.subject = ?1 {steps} ORDER BY m.event"
    )
}

/// Names of steps as SQL lists them.
fn quoted(steps: &[&str]) -> String {
    let ids: Vec<String> = steps.iter().map(|id| format!("'{id}'")).collect();
    ids.join(", ")
}

/// All events after one, in order of arrival.
pub(super) fn every() -> String {
    format!(
        "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin
         WHERE e.id > ?1 ORDER BY e.id"
    )
}

/// One event by its number in the file.
pub(super) fn of_id() -> String {
    format!("SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin WHERE e.id = ?1")
}

/// Those of some steps after one.
pub(super) fn of_steps(steps: &[&str]) -> String {
    format!(
        "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin
         WHERE e.id > ?1 AND e.step IN ({}) ORDER BY e.id",
        quoted(steps)
    )
}

pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        id: row.get(0)?,
        origin: row.get(1)?,
        seq: row.get(2)?,
        step: row.get(3)?,
        subject: row.get(4)?,
        occurred: row.get(5)?,
        recorded_at: row.get(6)?,
        actor: row.get(7)?,
        payload: row.get(8)?,
        hash: row.get(9)?,
    })
}
