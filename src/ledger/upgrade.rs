//! Upgrading a ledger of an older format: tables change, no byte of an event does.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::backup::BackupError;
use super::format::{FORMAT, MIGRATIONS, Migration, SCHEMA, Version};
use super::verify::schema_of;
use super::{Backup, Ledger, OpenError};
use crate::words::Words;

/// An upgrade that was made.
#[derive(Debug)]
pub struct Upgraded {
    /// Format before.
    pub from: i64,
    /// Format now.
    pub to: i64,
    /// Events, the same before and after.
    pub events: i64,
    /// The copy that was made before; none if the ledger had this format already.
    pub backup: Option<PathBuf>,
}

/// Why a ledger was not upgraded; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It does not verify, before or after.
    #[error("the ledger does not verify")]
    Damaged(Vec<Words>),
    /// The backup was not made.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The new tables do not hold what the old ones held, or are not as they must be.
    #[error("the upgrade would change the ledger: {0}")]
    Unfaithful(&'static str),
    /// `SQLite`'s own word.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Upgrades the ledger at `path` to the format of this version, after a backup that verifies.
///
/// It is one transaction: killed at any moment, the file is of the old format or of the new.
///
/// # Errors
/// See [`UpgradeError`].
pub fn upgrade(path: &Path) -> Result<Upgraded, UpgradeError> {
    let ledger = Ledger::open_any(path)?;
    let from = ledger.version().format;
    if from > FORMAT {
        return Err(OpenError::NewerToRead(path.to_owned(), from).into());
    }
    let found = ledger.verify(&[])?;
    if !found.faults.is_empty() {
        return Err(UpgradeError::Damaged(found.faults));
    }
    let mut done = Upgraded {
        from,
        to: FORMAT,
        events: found.events,
        backup: None,
    };
    if from == FORMAT {
        return Ok(done);
    }
    done.backup = Some(set_aside(&ledger, from)?.path);
    let steps = MIGRATIONS.iter().filter(|m| m.from >= from);
    migrate(&ledger.conn, &steps.copied().collect::<Vec<_>>(), SCHEMA)?;
    drop(ledger);
    let after = Ledger::open_any(path)?.verify(&[])?;
    if !after.faults.is_empty() {
        return Err(UpgradeError::Damaged(after.faults));
    }
    Ok(done)
}

/// The backup before the upgrade, under the first free name.
fn set_aside(ledger: &Ledger, from: i64) -> Result<Backup, BackupError> {
    let mut number = 1;
    loop {
        let mut name = ledger.path().as_os_str().to_owned();
        let tail = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        name.push(format!(".format-{from}{tail}"));
        match ledger.backup(Path::new(&name), false) {
            Err(BackupError::Exists(_)) if number < 1000 => number += 1,
            other => return other,
        }
    }
}

/// Runs the migrations in one transaction and compares before it commits.
fn migrate(conn: &Connection, steps: &[Migration], schema: &str) -> Result<(), UpgradeError> {
    let Some(first) = steps.first() else {
        return Ok(());
    };
    let tx = rusqlite::Transaction::new_unchecked(conn, rusqlite::TransactionBehavior::Immediate)?;
    let before = content(&tx, first.events)?;
    for step in steps {
        tx.execute_batch(step.sql)?;
        tx.execute_batch(&format!("PRAGMA user_version = {}", step.version))?;
    }
    if content(&tx, super::format::EVENTS)? != before {
        return Err(UpgradeError::Unfaithful("events"));
    }
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(schema)?;
    if schema_of(&fresh)? != schema_of(&tx)? {
        return Err(UpgradeError::Unfaithful("schema"));
    }
    let stamp = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if steps.last().map(|step| step.version) != Some(stamp) || Version::of(stamp).format < 1 {
        return Err(UpgradeError::Unfaithful("version"));
    }
    tx.commit()?;
    Ok(())
}

/// Digest of every value of every event, in order of arrival.
fn content(conn: &Connection, sql: &str) -> rusqlite::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut statement = conn.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            let value = row.get_ref(column)?;
            hasher.update(format!("{value:?};"));
        }
    }
    Ok(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Event, chain};

    /// A ledger as it might have been: other tables, other names, other columns.
    const OLD: &str = "
        PRAGMA application_id = 0x4D53484C; PRAGMA user_version = 1;
        CREATE TABLE fact (n INTEGER PRIMARY KEY, chain TEXT, place INTEGER, what TEXT, about TEXT,
          day TEXT, at TEXT, who TEXT, body TEXT, before BLOB, sum BLOB);
        CREATE TABLE people (sum TEXT, seed BLOB, plain TEXT);";
    const OLD_EVENTS: &str =
        "SELECT chain, place, what, about, day, at, who, body, sum FROM fact ORDER BY n";

    fn way() -> String {
        let tables = SCHEMA.replace("PRAGMA", "-- PRAGMA");
        format!(
            "{tables}
             INSERT INTO origin (name) SELECT DISTINCT chain FROM fact ORDER BY n;
             INSERT INTO event SELECT n, (SELECT id FROM origin WHERE name = chain), place, what, about,
               day, at, who, body, sum FROM fact ORDER BY n;
             INSERT INTO mention SELECT about, 0, n FROM fact;
             INSERT INTO personal SELECT sum, seed, plain FROM people;
             DROP TABLE fact; DROP TABLE people;"
        )
    }

    fn old(path: &Path) -> Connection {
        let conn = Connection::open(path).unwrap();
        conn.execute_batch(OLD).unwrap();
        let mut before = chain::GENESIS;
        for seq in 1..=5 {
            let mut event = Event {
                id: seq,
                origin: "OLD.1".into(),
                seq,
                step: "future.step".into(),
                subject: format!("HZ2022-00{seq}"),
                occurred: "2022-01-01".into(),
                recorded_at: "2022-01-01T00:00:00Z".into(),
                actor: "测试甲".into(),
                payload: "{\"x\":1}".into(),
                hash: chain::GENESIS,
            };
            event.hash = chain::hash(&before, &event);
            conn.execute(
                "INSERT INTO fact VALUES (?1, 'OLD.1', ?1, 'future.step', ?2, '2022-01-01',
                 '2022-01-01T00:00:00Z', '测试甲', '{\"x\":1}', ?3, ?4)",
                rusqlite::params![seq, event.subject, before, event.hash],
            )
            .unwrap();
            before = event.hash;
        }
        conn
    }

    fn step(sql: &'static str) -> Migration {
        Migration {
            from: 1,
            schema: OLD,
            sql,
            events: OLD_EVENTS,
            version: 1 << 16 | FORMAT,
        }
    }

    #[test]
    fn quite_other_tables_become_a_ledger_whose_chain_is_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.db");
        let conn = old(&path);
        let head: Vec<u8> = conn
            .query_row("SELECT sum FROM fact WHERE n = 5", [], |row| row.get(0))
            .unwrap();
        migrate(&conn, &[step(way().leak())], SCHEMA).unwrap();
        drop(conn);
        let ledger = Ledger::open(&path).unwrap();
        let found = ledger.verify(&[]).unwrap();
        assert_eq!((found.events, &found.faults), (5, &Vec::new()));
        assert_eq!(found.heads[0].hash.to_vec(), head);
    }

    #[test]
    fn a_way_that_changes_an_event_or_forgets_a_guard_leaves_the_file_as_it_was() {
        for (more, what) in [
            (
                "DROP TRIGGER event_never_changes; UPDATE event SET actor = 'x' WHERE id = 3;",
                "events",
            ),
            ("DROP TRIGGER event_never_changes;", "schema"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("old.db");
            let conn = old(&path);
            let bytes = std::fs::read(&path).unwrap();
            let failed = migrate(&conn, &[step(format!("{}{more}", way()).leak())], SCHEMA);
            assert!(
                matches!(failed, Err(UpgradeError::Unfaithful(w)) if w == what),
                "{failed:?}"
            );
            drop(conn);
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "{what}");
        }
    }
}
