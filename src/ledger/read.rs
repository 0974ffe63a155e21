//! Reading events: of one subject, of a range of subjects, or all in order.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Event, Head, Ledger, chain, personal};
use crate::step::StepDef;

const COLUMNS: &str =
    "e.id, o.name, e.seq, e.step, e.subject, e.occurred, e.recorded_at, e.actor, e.payload, e.hash";

/// A view on the events, inside or outside a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    conn: &'a Connection,
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

    /// The events that concern one subject, in order of arrival.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_subject(self, subject: &str) -> rusqlite::Result<Vec<Event>> {
        self.query(
            &format!(
                "SELECT {COLUMNS} FROM mention m JOIN event e ON e.id = m.event
                 JOIN origin o ON o.id = e.origin WHERE m.subject = ?1 ORDER BY m.event"
            ),
            &[&subject],
        )
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
        let ids: Vec<String> = steps.iter().map(|def| format!("'{}'", def.id)).collect();
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM mention m JOIN event e ON e.id = m.event
             WHERE m.subject = ?1 AND m.named = 0 AND e.step IN ({}))",
            ids.join(", ")
        );
        self.conn
            .prepare_cached(&sql)?
            .query_row([subject], |row| row.get(0))
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
        let ids: Vec<String> = steps.iter().map(|id| format!("'{id}'")).collect();
        self.query(
            &format!(
                "SELECT {COLUMNS} FROM mention m JOIN event e ON e.id = m.event
                 JOIN origin o ON o.id = e.origin
                 WHERE m.subject >= ?1 AND m.subject < ?2 AND m.named = 0 AND e.step IN ({})
                 ORDER BY e.id",
                ids.join(", ")
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

    /// Calls `each` with every event in order of arrival, until it says stop.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn all(self, mut each: impl FnMut(Event) -> bool) -> rusqlite::Result<()> {
        let mut statement = self.conn.prepare(&format!(
            "SELECT {COLUMNS} FROM event e JOIN origin o ON o.id = e.origin ORDER BY e.id"
        ))?;
        let mut rows = statement.query([])?;
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

    fn query(self, sql: &str, args: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<Event>> {
        self.conn
            .prepare_cached(sql)?
            .query_map(args, event)?
            .collect()
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

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
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
