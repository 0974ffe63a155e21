//! Many events read at once: from the pages of the file, where these are of the usual form, else
//! by `SQLite`.

use std::path::Path;

use rusqlite::{Connection, TransactionState};
use rustc_hash::FxHashMap;

use super::line::{Line, line, text};
use super::pages::record::Record;
use super::pages::tree::{Form, Trees};
use super::pages::{Doubt, Pages, must};
use super::read::of_id;

/// The columns of the table of events, in their order.
const EVENT: [&str; 10] = [
    "id",
    "origin",
    "seq",
    "step",
    "subject",
    "occurred",
    "recorded_at",
    "actor",
    "payload",
    "hash",
];

/// The columns of the table of personal values; its rows stand in the tree of its key.
const PERSONAL: [&str; 3] = ["token", "salt", "value"];

/// Calls `each` with every event whose step is wanted, in order of arrival. `sql` reads the same
/// events after a given one.
///
/// # Errors
/// If the file cannot be read, or `each` fails.
pub(super) fn events(
    conn: &Connection,
    wanted: impl Fn(&[u8]) -> bool,
    sql: &str,
    mut each: impl FnMut(&Line<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let (mut last, mut failed) = (0, None);
    // what was begun here ends when all is read, by whomever
    let read = conn.unchecked_transaction();
    let found = pages(conn, "event", &EVENT).and_then(|(pages, root)| {
        let names = names(conn)?;
        Trees::new(&pages).rows(root, Form::Table, |id, data| {
            let Some(line) = event(id, data, &names, &wanted)? else {
                return Ok(());
            };
            last = id;
            failed = each(&line).err();
            must(failed.is_none())
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if found.is_err() {
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query([last])?;
        while let Some(row) = rows.next()? {
            each(&line(row)?)?;
        }
    }
    drop(read);
    Ok(())
}

/// Calls `each` with the events of some numbers, which are in order.
///
/// # Errors
/// If the file cannot be read, one of them is not there, or `each` fails.
pub(super) fn picked(
    conn: &Connection,
    ids: &[i64],
    mut each: impl FnMut(&Line<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let (mut done, mut failed) = (0, None);
    let read = conn.unchecked_transaction();
    let found = pages(conn, "event", &EVENT).and_then(|(pages, root)| {
        let names = names(conn)?;
        Trees::new(&pages).picked(root, ids, |id, data| {
            let line = event(id, data, &names, |_| true)?.ok_or(Doubt)?;
            done += 1;
            failed = each(&line).err();
            must(failed.is_none())
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if found.is_err() {
        let mut one = conn.prepare_cached(&of_id())?;
        for id in &ids[done..] {
            one.query_row([id], |row| each(&line(row)?))?;
        }
    }
    drop(read);
    Ok(())
}

/// The event of a row, if its step is wanted.
fn event<'r>(
    id: i64,
    data: &'r [u8],
    names: &'r FxHashMap<i64, String>,
    wanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<Line<'r>>, Doubt> {
    let mut record = Record::new(data)?;
    record.nothing()?;
    let (origin, seq) = (record.whole()?, record.whole()?);
    if !wanted(record.peek()?) {
        return Ok(None);
    }
    let [step, subject, occurred, recorded_at, actor, payload] = record.texts()?;
    Ok(Some(Line {
        id,
        origin: names.get(&origin).ok_or(Doubt)?,
        seq,
        step,
        subject,
        occurred,
        recorded_at,
        actor,
        payload,
    }))
}

/// The pages of a connection's file, which it holds as long as it reads, and the first page of a
/// table that has these columns.
fn pages(conn: &Connection, table: &str, columns: &[&str]) -> Result<(Pages, u32), Doubt> {
    let all = conn.prepare(&format!("SELECT * FROM {table} LIMIT 0"))?;
    must(all.column_names().eq(columns.iter().copied()))?;
    let sql = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    let root = conn.query_row(sql, [table], |row| row.get(0))?;
    // it holds the file, and has written nothing itself
    must(conn.transaction_state(None::<&str>)? == TransactionState::Read)?;
    let path = conn.path().filter(|path| !path.is_empty()).ok_or(Doubt)?;
    Ok((Pages::open(Path::new(path))?, root))
}

/// The names of the chains.
fn names(conn: &Connection) -> Result<FxHashMap<i64, String>, Doubt> {
    let mut names = FxHashMap::default();
    let mut statement = conn.prepare("SELECT id, name FROM origin")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        names.insert(row.get(0)?, text(row, 1)?.to_owned());
    }
    Ok(names)
}

/// Calls `each` with every personal value and its token; it may see them twice, if they are read
/// again by `SQLite`.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn persons(conn: &Connection, mut each: impl FnMut(&str, &str)) -> rusqlite::Result<()> {
    let read = conn.unchecked_transaction();
    let found = pages(conn, "personal", &PERSONAL).and_then(|(pages, root)| {
        Trees::new(&pages).rows(root, Form::Index, |_, data| {
            let mut record = Record::new(data)?;
            let ([token], _, [value]) = (record.texts()?, record.blob()?, record.texts()?);
            each(token, value);
            Ok(())
        })
    });
    if found.is_err() {
        let mut statement = conn.prepare("SELECT token, value FROM personal")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(text(row, 0)?, text(row, 1)?);
        }
    }
    drop(read);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
