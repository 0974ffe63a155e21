//! `verify`: every byte of every event, the chain, the schema and the derived tables.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use serde_json::{Map, Value as Json};

use super::checkpoint::Merkle;
use super::open::{APPLICATION, FORMAT, SCHEMA};
use super::{Checkpoint, Event, Head, Ledger, chain};
use crate::step::{self, Step};
use crate::words;
use crate::words::Words;

/// What `verify` found.
#[derive(Debug)]
pub struct Verification {
    /// Events that were recomputed.
    pub events: i64,
    /// The ends of the chains, as recomputed.
    pub heads: Vec<Head>,
    /// Events of this ledger's own chain after the checkpoint, if one was given.
    pub unanchored: Option<u64>,
    /// Everything that is not as it must be; empty if the ledger is whole.
    pub faults: Vec<Words>,
}

/// At most this many faults are told one by one.
const TOLD: usize = 20;

impl Ledger {
    /// Rechecks the whole file, and if a checkpoint is given that the chain still begins
    /// as it did then.
    ///
    /// # Errors
    /// If the file cannot be read at all; what can be read but is wrong is a fault.
    pub fn verify(&self, against: Option<&Checkpoint>) -> rusqlite::Result<Verification> {
        let mut faults = Faults::default();
        self.check_identity(&mut faults)?;
        self.check_schema(&mut faults)?;
        self.check_integrity(&mut faults);
        let mut walk = Walk::new(&self.origin.name, against);
        if let Err(error) = self.reader().all(|event| {
            walk.step(&event, &mut faults);
            true
        }) {
            faults.tell(words!(
                "第{}个事件之后读不下去：{}。",
                "Cannot read on after event {}: {}.",
                walk.events,
                error
            ));
        }
        self.check_mentions(&walk, &mut faults);
        self.check_personal(&mut faults);
        let unanchored = walk.conclude(against, &mut faults);
        let heads = walk
            .heads
            .into_iter()
            .map(|(origin, (size, hash))| Head { origin, size, hash })
            .collect();
        Ok(Verification {
            events: walk.events,
            heads,
            unanchored,
            faults: faults.conclude(),
        })
    }

    fn check_identity(&self, faults: &mut Faults) -> rusqlite::Result<()> {
        for (pragma, expected) in [("application_id", APPLICATION), ("user_version", FORMAT)] {
            let found: i64 = self
                .conn
                .query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))?;
            if found != expected {
                faults.tell(words!(
                    "文件头 {} 是 {}，应为 {}。",
                    "The header's {} is {}, it must be {}.",
                    pragma,
                    found,
                    expected
                ));
            }
        }
        Ok(())
    }

    fn check_schema(&self, faults: &mut Faults) -> rusqlite::Result<()> {
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(SCHEMA)?;
        let expected = schema_of(&fresh)?;
        let found = schema_of(&self.conn)?;
        for (name, sql) in &expected {
            match found.get(name) {
                None => faults.tell(words!(
                    "表结构缺少 {}：保护被拆除。",
                    "The schema lacks {}: a guard was removed.",
                    name
                )),
                Some(other) if other != sql => faults.tell(words!(
                    "表结构 {} 被改动。",
                    "The schema's {} was changed.",
                    name
                )),
                Some(_) => {}
            }
        }
        for name in found.keys().filter(|name| !expected.contains_key(*name)) {
            faults.tell(words!(
                "表结构多出 {}。",
                "The schema has an extra {}.",
                name
            ));
        }
        Ok(())
    }

    fn check_integrity(&self, faults: &mut Faults) {
        let result = self
            .conn
            .prepare("PRAGMA integrity_check(20)")
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| row.get::<_, String>(0))?
                    .collect::<Result<Vec<_>, _>>()
            });
        match result {
            Ok(lines) => {
                for line in lines.iter().filter(|line| *line != "ok") {
                    faults.tell(words!(
                        "数据库文件损坏：{0}。",
                        "The database file is damaged: {0}.",
                        line
                    ));
                }
            }
            Err(error) => faults.tell(words!(
                "数据库文件损坏：{0}。",
                "The database file is damaged: {0}.",
                error
            )),
        }
    }

    /// The derived table must be what the events say.
    fn check_mentions(&self, walk: &Walk, faults: &mut Faults) {
        let stored = self
            .conn
            .prepare("SELECT subject, named, event FROM mention")
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                    .collect::<Result<BTreeSet<(String, bool, i64)>, _>>()
            });
        match stored {
            Ok(stored) if stored == walk.mentions => {}
            Ok(stored) => faults.tell(words!(
                "索引表 mention 与事件不符：缺{}条，多{}条。",
                "The table mention is not what the events say: {} missing, {} extra.",
                walk.mentions.difference(&stored).count(),
                stored.difference(&walk.mentions).count()
            )),
            Err(error) => faults.tell(words!(
                "读不出索引表 mention：{0}。",
                "Cannot read the table mention: {0}.",
                error
            )),
        }
    }

    /// Every token must be the hash of its salt and value.
    fn check_personal(&self, faults: &mut Faults) {
        let wrong = self
            .conn
            .prepare("SELECT token, salt, value FROM personal")
            .and_then(|mut statement| {
                let mut wrong = 0;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let (token, mut bytes): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
                    let value: String = row.get(2)?;
                    bytes.extend_from_slice(value.as_bytes());
                    wrong += i64::from(chain::digest(&bytes) != token);
                }
                Ok(wrong)
            });
        match wrong {
            Ok(0) => {}
            Ok(count) => faults.tell(words!(
                "个人信息表有{0}条与事件中的摘要不符。",
                "{0} personal values do not match the digests in the events.",
                count
            )),
            Err(error) => faults.tell(words!(
                "读不出个人信息表：{0}。",
                "Cannot read the personal values: {0}.",
                error
            )),
        }
    }
}

fn schema_of(conn: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    conn.prepare("SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Faults so far: the first ones in words, the rest counted.
#[derive(Default)]
struct Faults {
    told: Vec<Words>,
    more: usize,
}

impl Faults {
    fn tell(&mut self, words: Words) {
        if self.told.len() < TOLD {
            self.told.push(words);
        } else {
            self.more += 1;
        }
    }

    fn conclude(mut self) -> Vec<Words> {
        if self.more > 0 {
            self.told
                .push(words!("另有{0}处。", "And {0} more.", self.more));
        }
        self.told
    }
}

/// The walk along all chains.
struct Walk {
    own: String,
    anchor: u64,
    events: i64,
    heads: BTreeMap<String, (i64, [u8; 32])>,
    mentions: BTreeSet<(String, bool, i64)>,
    merkle: Merkle,
    own_size: u64,
    anchored_root: Option<[u8; 32]>,
}

impl Walk {
    fn new(own: &str, against: Option<&Checkpoint>) -> Self {
        let merkle = Merkle::default();
        let anchor = against.map_or(0, |c| c.size);
        Self {
            own: own.to_owned(),
            anchor,
            events: 0,
            heads: BTreeMap::new(),
            mentions: BTreeSet::new(),
            anchored_root: (anchor == 0).then(|| merkle.root()),
            merkle,
            own_size: 0,
        }
    }

    fn step(&mut self, event: &Event, faults: &mut Faults) {
        self.events += 1;
        let (size, previous) = self
            .heads
            .get(&event.origin)
            .copied()
            .unwrap_or((0, chain::GENESIS));
        if event.id != self.events {
            faults.tell(words!(
                "到达序号断开：应为{}，实为{}。",
                "The order of arrival breaks: {} expected, {} found.",
                self.events,
                event.id
            ));
            self.events = event.id;
        }
        if event.seq != size + 1 {
            faults.tell(words!(
                "链 {} 断开：第{}个之后是第{}个。",
                "The chain {} breaks: after {} stands {}.",
                event.origin,
                size,
                event.seq
            ));
        } else if chain::hash(&previous, event) != event.hash {
            faults.tell(words!(
                "链 {} 第{}个事件（{}，{}）与其摘要不符：内容被改动过。",
                "Event {1} of chain {0} ({2}, {3}) does not match its hash: it was changed.",
                event.origin,
                event.seq,
                event.step,
                event.subject
            ));
        }
        self.heads
            .insert(event.origin.clone(), (event.seq, event.hash));
        if event.origin == self.own {
            self.merkle.push(&event.hash);
            self.own_size += 1;
            if self.own_size == self.anchor {
                self.anchored_root = Some(self.merkle.root());
            }
        }
        for subject in mentions(event) {
            let named = subject != event.subject;
            self.mentions.insert((subject, named, event.id));
        }
    }

    /// Compares with the checkpoint; returns how many events stand after it.
    fn conclude(&self, against: Option<&Checkpoint>, faults: &mut Faults) -> Option<u64> {
        let checkpoint = against?;
        if checkpoint.origin != self.own {
            faults.tell(words!(
                "校验点属于账本 {}，不是本账本 {}。",
                "The checkpoint is of the ledger {}, not of this one, {}.",
                checkpoint.origin,
                self.own
            ));
            return None;
        }
        if self.own_size < checkpoint.size {
            faults.tell(words!(
                "校验点时有{}个事件，现在只有{}个：末尾被截去，或换成了旧文件。",
                "At the checkpoint there were {} events, now there are {}: the tail was cut, or an old file put in place.",
                checkpoint.size,
                self.own_size
            ));
            return None;
        }
        if self.anchored_root != Some(checkpoint.root) {
            faults.tell(words!(
                "前{0}个事件与校验点不符：历史被改写过。",
                "The first {0} events are not those of the checkpoint: history was rewritten.",
                checkpoint.size
            ));
        }
        Some(self.own_size - checkpoint.size)
    }
}

/// The subjects that an event concerns, from its stored text alone.
fn mentions(event: &Event) -> Vec<String> {
    let values: Map<String, Json> = serde_json::from_str(&event.payload).unwrap_or_default();
    let mut subjects = match step::find(&event.step) {
        Some(def) => Step { def, values }.mentions(),
        None => Vec::new(),
    };
    if !subjects.contains(&event.subject) {
        subjects.push(event.subject.clone());
    }
    subjects
}
