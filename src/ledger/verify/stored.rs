//! The tables beside the events, each read in one scan.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::tally::{Ascent, Tally, Tokens};
use crate::ledger::line::text;
use crate::ledger::personal;

/// What the table of mentions says.
pub(super) struct Mentions {
    /// Its rows, or why it cannot be read.
    pub(super) rows: rusqlite::Result<Tally>,
    /// It stands in the order of its key.
    pub(super) ordered: bool,
}

impl Mentions {
    /// Reads the table; to be compared with a tally of what it should say.
    pub(super) fn read(conn: &Connection, expected: &Tally) -> Self {
        let mut rows = expected.other();
        let mut ascent = Ascent::default();
        let read = scan(conn, "SELECT subject, named, event FROM mention", |row| {
            let subject = text(row, 0)?;
            let key: (bool, i64) = (row.get(1)?, row.get(2)?);
            rows.add(&[key.1, i64::from(key.0)], &[subject]);
            ascent.next(
                |(last, before): &(String, (bool, i64))| (last.as_str(), *before) < (subject, key),
                |last| (again(last.map(|last| last.0), subject), key),
            );
            Ok(())
        });
        Self {
            rows: read.map(|()| rows),
            ordered: ascent.holds(),
        }
    }
}

/// What the table of personal values says.
pub(super) struct Persons {
    /// How many values do not match their tokens, or why the table cannot be read.
    pub(super) wrong: rusqlite::Result<u64>,
    /// The tokens that have a value here.
    pub(super) tokens: Tokens,
    /// Values with their tokens.
    pub(super) rows: Tally,
    /// It stands in the order of its key.
    pub(super) ordered: bool,
}

impl Persons {
    /// Reads the table.
    pub(super) fn read(conn: &Connection) -> Self {
        let (mut wrong, mut tokens, mut rows) = (0, Tokens::default(), Tally::default());
        let mut ascent = Ascent::default();
        let read = scan(conn, "SELECT token, salt, value FROM personal", |row| {
            let (token, value) = (text(row, 0)?, text(row, 2)?);
            let salt = match row.get_ref(1)?.as_blob() {
                Ok(salt) => salt,
                Err(_) => &row.get::<_, Vec<u8>>(1)?,
            };
            let digest = Sha256::new().chain_update(salt).chain_update(value);
            let spelt = personal::bytes(token);
            wrong += u64::from(spelt != Some(digest.finalize().into()));
            tokens.extend(spelt);
            rows.add(&[], &[value, token]);
            ascent.next(
                |last: &String| last.as_str() < token,
                |last| again(last, token),
            );
            Ok(())
        });
        Self {
            wrong: read.map(|()| wrong),
            tokens,
            rows,
            ordered: ascent.holds(),
        }
    }
}

/// Calls `each` with every row of a query.
pub(super) fn scan(
    conn: &Connection,
    sql: &str,
    mut each: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row)?;
    }
    Ok(())
}

/// A text in the place of another one.
pub(super) fn again(last: Option<String>, text: &str) -> String {
    let mut last = last.unwrap_or_default();
    last.clear();
    last.push_str(text);
    last
}
