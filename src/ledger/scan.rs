//! Many events read at once: from the pages of the file, where these are of the usual form, else
//! by `SQLite`.

use std::path::Path;

use rusqlite::{Connection, TransactionState};
use rustc_hash::FxHashMap;

use super::line::{Line, line, text};
use super::pages::record::{Raw, Record};
use super::pages::tree::{Form, Trees};
use super::pages::{Doubt, Pages, must};

/// The columns of the table of events, in their order.
const COLUMNS: [&str; 10] = [
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

/// An event on its page: its texts are still bytes.
struct Stored<'a> {
    id: i64,
    origin: i64,
    seq: i64,
    texts: Raw<'a, 6>,
}

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
    let found = pages(conn).and_then(|(pages, root)| {
        let names = names(conn)?;
        stored(&pages, root, |event| {
            if !wanted(event.texts.first()) {
                return Ok(());
            }
            let [step, subject, occurred, recorded_at, actor, payload] = event.texts.texts()?;
            let line = Line {
                id: event.id,
                origin: names.get(&event.origin).ok_or(Doubt)?,
                seq: event.seq,
                step,
                subject,
                occurred,
                recorded_at,
                actor,
                payload,
            };
            last = event.id;
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

/// The pages of a connection's file, which it holds as long as it reads, and the first page of
/// the events.
fn pages(conn: &Connection) -> Result<(Pages, u32), Doubt> {
    let columns = conn.prepare("SELECT * FROM event LIMIT 0")?;
    must(columns.column_names().eq(COLUMNS))?;
    let sql = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = 'event'";
    let root = conn.query_row(sql, [], |row| row.get(0))?;
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

/// Calls `each` with every event of the file.
fn stored(
    pages: &Pages,
    root: u32,
    mut each: impl FnMut(&Stored<'_>) -> Result<(), Doubt>,
) -> Result<(), Doubt> {
    Trees::new(pages).rows(root, Form::Table, |id, data| {
        let mut record = Record::new(data)?;
        record.nothing()?;
        each(&Stored {
            id,
            origin: record.whole()?,
            seq: record.whole()?,
            texts: record.raw()?,
        })
    })
}
