//! Forging: what somebody can do who holds the file.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::Connection;

/// A small generator, so that a failure can be run again by its seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below.max(1)
    }
}

/// Changes a ledger behind its back: the guards are taken off and put on again.
pub fn tamper(ledger: &Path, sql: &str) {
    let conn = Connection::open(ledger).unwrap();
    let triggers: Vec<(String, String)> = conn
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (name, _) in &triggers {
        conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    conn.execute_batch(sql).unwrap();
    for (_, sql) in &triggers {
        conn.execute_batch(sql).unwrap();
    }
}

/// The answer of one query that gives a text.
pub fn text(ledger: &Path, sql: &str) -> String {
    let conn = Connection::open(ledger).unwrap();
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Rewrites the whole chain of a ledger from an event on, as one can who holds the file.
pub fn rewrite(ledger: &Path, change: &str) {
    use minsheng::ledger::{Event, chain};
    tamper(ledger, change);
    let conn = Connection::open(ledger).unwrap();
    let events: Vec<Event> = conn
        .prepare(
            "SELECT e.id, o.name, seq, step, subject, occurred, recorded_at, actor, payload
             FROM event e JOIN origin o ON o.id = e.origin WHERE o.id = 1 ORDER BY seq",
        )
        .unwrap()
        .query_map([], |row| {
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
                hash: [0; 32],
            })
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut sql = String::new();
    let mut before = chain::GENESIS;
    for event in events {
        before = chain::hash(&before, &event);
        let hex = chain::hex(&before);
        let _ = write!(
            sql,
            "UPDATE event SET hash = unhex('{hex}') WHERE id = {};",
            event.id
        );
    }
    drop(conn);
    tamper(ledger, &sql);
}

/// The classes of tampering with an event, by its number: each is found, with a checkpoint
/// where the chain alone cannot.
pub const CLASSES: [(&str, &str, bool); 12] = [
    (
        "the body changed",
        "UPDATE event SET payload = payload || ' ' WHERE id = {n}",
        false,
    ),
    (
        "the day changed",
        "UPDATE event SET occurred = '1999-12-31' WHERE id = {n}",
        false,
    ),
    (
        "the time of recording changed",
        "UPDATE event SET recorded_at = '2021-01-01T00:00:00Z' WHERE id = {n}",
        false,
    ),
    (
        "the actor changed",
        "UPDATE event SET actor = '别人' WHERE id = {n}",
        false,
    ),
    (
        "the subject changed",
        "UPDATE event SET subject = 'HZ2022-999' WHERE id = {n}",
        false,
    ),
    (
        "the hash changed",
        "UPDATE event SET hash = randomblob(32) WHERE id = {n}",
        false,
    ),
    (
        "a middle event taken out",
        "DELETE FROM mention WHERE event = {n}; DELETE FROM event WHERE id = {n} AND id < (SELECT max(id) FROM event)",
        false,
    ),
    (
        "two events swapped",
        "UPDATE event SET payload = (SELECT payload FROM event WHERE id = 1), step = 'init' WHERE id = {n} + 1",
        false,
    ),
    (
        "a forged event put at the end",
        "INSERT INTO mention VALUES ('HZ', 0, (SELECT max(id) + 1 FROM event)); INSERT INTO event SELECT max(id) + 1, 1, max(seq) + 1, 'future.step', 'HZ', '2022-01-01', '2022-01-01T00:00:00Z', 'x', '{}', randomblob(32) FROM event",
        false,
    ),
    (
        "the chain renamed",
        "UPDATE origin SET name = 'OTHER.{n}'",
        false,
    ),
    (
        "the tail cut",
        "DELETE FROM mention WHERE event >= {n}; DELETE FROM personal WHERE token NOT IN (SELECT p.token FROM personal p JOIN event e ON instr(e.payload, p.token) WHERE e.id < {n}); DELETE FROM event WHERE id >= {n}",
        true,
    ),
    (
        "the whole chain rewritten",
        "REWRITE UPDATE event SET actor = '别人' WHERE id = {n}",
        true,
    ),
];

/// Does to a ledger what a class of tampering says.
pub fn forge(ledger: &Path, sql: &str) {
    match sql.strip_prefix("REWRITE ") {
        Some(sql) => rewrite(ledger, sql),
        None => tamper(ledger, sql),
    }
}

/// Appends one event to a ledger's own chain behind its back, with a hash that fits.
pub fn append(ledger: &Path, step: &str, payload: &str) {
    use minsheng::ledger::{Event, chain};
    let conn = Connection::open(ledger).unwrap();
    let (id, origin, seq, before): (i64, String, i64, [u8; 32]) = conn
        .query_row(
            "SELECT (SELECT max(id) FROM event), o.name, e.seq, e.hash FROM event e
             JOIN origin o ON o.id = e.origin WHERE o.id = 1 ORDER BY e.seq DESC LIMIT 1",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)),
        )
        .unwrap();
    let event = Event {
        id: id + 1,
        subject: origin.clone(),
        origin,
        seq: seq + 1,
        step: step.to_owned(),
        occurred: "2022-01-05".to_owned(),
        recorded_at: "2023-07-01T02:03:04Z".to_owned(),
        actor: "测试员".to_owned(),
        payload: payload.to_owned(),
        hash: [0; 32],
    };
    conn.execute(
        "INSERT INTO event VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        rusqlite::params![
            event.id,
            event.seq,
            event.step,
            event.subject,
            event.occurred,
            event.recorded_at,
            event.actor,
            event.payload,
            chain::hash(&before, &event),
        ],
    )
    .unwrap();
    conn.execute(
        "INSERT OR IGNORE INTO mention VALUES (?1, 0, ?2)",
        rusqlite::params![event.subject, event.id],
    )
    .unwrap();
}

/// Makes a change that an index of the ledger does not take part in.
pub fn beside_index(ledger: &Path, index: &str, change: impl FnOnce()) {
    let open = || {
        let conn = Connection::open(ledger).unwrap();
        conn.execute_batch("PRAGMA writable_schema = ON").unwrap();
        conn
    };
    let conn = open();
    let (table, page, sql): (String, i64, String) = conn
        .query_row(
            "SELECT tbl_name, rootpage, sql FROM sqlite_schema WHERE name = ?1",
            [index],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    conn.execute("DELETE FROM sqlite_schema WHERE name = ?1", [index])
        .unwrap();
    drop(conn);
    change();
    open()
        .execute(
            "INSERT INTO sqlite_schema VALUES ('index', ?1, ?2, ?3, ?4)",
            rusqlite::params![index, table, page, sql],
        )
        .unwrap();
}
