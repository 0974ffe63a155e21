//! Events borrowed from the file: for who takes from them and keeps none.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::read::{Reader, every, of_steps, of_subject};
use super::{Event, order, scan};

/// One event as it stands in the file, borrowed from it.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Order of arrival in this file, from 1.
    pub id: i64,
    /// Name of the chain.
    pub origin: &'a str,
    /// Place in the chain, from 1.
    pub seq: i64,
    /// Name of the step.
    pub step: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// Business date.
    pub occurred: &'a str,
    /// UTC time of recording.
    pub recorded_at: &'a str,
    /// Who recorded it.
    pub actor: &'a str,
    /// The values, as JSON text.
    pub payload: &'a str,
}

impl Event {
    /// The event, borrowed.
    #[must_use]
    pub fn line(&self) -> Line<'_> {
        Line {
            id: self.id,
            origin: &self.origin,
            seq: self.seq,
            step: &self.step,
            subject: &self.subject,
            occurred: &self.occurred,
            recorded_at: &self.recorded_at,
            actor: &self.actor,
            payload: &self.payload,
        }
    }
}

impl Reader<'_> {
    /// As [`Reader::of_steps`], each event borrowed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn lines_of_steps(
        self,
        steps: &[&str],
        mut each: impl FnMut(&Line<'_>),
    ) -> rusqlite::Result<()> {
        let wanted = |step: &[u8]| steps.iter().any(|id| id.as_bytes() == step);
        scan::events(self.conn, wanted, &of_steps(steps), |event| {
            each(event);
            Ok(())
        })
    }

    /// As [`Reader::of_subject`], each event borrowed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn lines_of_subject(
        self,
        subject: &str,
        mut each: impl FnMut(&Line<'_>),
    ) -> rusqlite::Result<()> {
        if self.chains()? > 1 {
            for event in self.of_subject(subject)? {
                each(&event.line());
            }
            return Ok(());
        }
        let mut statement = self.conn.prepare_cached(&of_subject(None))?;
        let mut rows = statement.query([subject])?;
        while let Some(row) = rows.next()? {
            each(&line(row)?);
        }
        Ok(())
    }

    /// Calls `each` with every event, as [`Reader::all`], borrowed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn lines(self, mut each: impl FnMut(&Line<'_>)) -> rusqlite::Result<()> {
        if self.chains()? > 1 {
            return order::all(self.conn, |event| {
                each(&event.line());
                true
            });
        }
        scan::events(
            self.conn,
            |_| true,
            &every(),
            |event| {
                each(event);
                Ok(())
            },
        )
    }
}

/// A text of a row, borrowed.
pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    let value = row.get_ref(column)?;
    if let ValueRef::Text(bytes) = value
        && let Ok(text) = simdutf8::basic::from_utf8(bytes)
    {
        return Ok(text);
    }
    value.as_str().map_err(|error| {
        // which error it is, is known there
        match row.get::<_, String>(column) {
            Err(known) => known,
            Ok(_) => rusqlite::Error::UserFunctionError(error.into()),
        }
    })
}

/// The event of a row, borrowed.
pub(super) fn line<'a>(row: &'a Row<'_>) -> rusqlite::Result<Line<'a>> {
    Ok(Line {
        id: row.get(0)?,
        origin: text(row, 1)?,
        seq: row.get(2)?,
        step: text(row, 3)?,
        subject: text(row, 4)?,
        occurred: text(row, 5)?,
        recorded_at: text(row, 6)?,
        actor: text(row, 7)?,
        payload: text(row, 8)?,
    })
}
