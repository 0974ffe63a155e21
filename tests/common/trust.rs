//! Tampering, other offices, the second verifier: what the tests of trust share.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

use super::cli::{Answer, Office, answer};

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
        sql.push_str(&format!(
            "UPDATE event SET hash = unhex('{}') WHERE id = {};",
            chain::hex(&before),
            event.id
        ));
    }
    drop(conn);
    tamper(ledger, &sql);
}

/// A ledger of a community with one demand of one resident, in a folder of its own.
pub fn community(code: &str, name: &str, phone: &str) -> Office {
    let office = Office::empty();
    office.run(&format!("init --origin {code}.1")).ends(0);
    office
        .run(&format!(
            "register community {code} --name {name} --street 粤海街道 --date 2020-09-10"
        ))
        .ends(0);
    office.run(&demand(code, "测试甲", phone)).ends(0);
    office
}

/// A command that records one demand.
pub fn demand(code: &str, who: &str, phone: &str) -> String {
    format!(
        "collect demand {code} --year 2022 --received 2022-01-03 --title 加装扶手 --type 工程类 --summary 楼梯 --grounds 安全 --proposer {who} --phone {phone} --again"
    )
}

/// Where the ledger of another office stands.
pub fn path(office: &Office) -> String {
    office.ledger().to_str().unwrap().to_owned()
}

/// The second verifier; none where there is no Python 3.
pub fn second(ledger: &Path, more: &[&str]) -> Option<Answer> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tools/verify.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(ledger)
        .args(more)
        .output()
        .ok()?;
    Some(answer(&output))
}
