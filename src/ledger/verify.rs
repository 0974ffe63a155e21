//! `verify`: every byte of every event, the chain, the schema and what stands beside them.

mod integrity;
mod payload;
mod stored;
mod stream;
mod tally;
mod walk;
mod whole;

pub(crate) use walk::subjects;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::Connection;

use self::stored::{Mentions, Persons};
use self::walk::Walk;
use super::checkpoint::Anchor;
use super::evidence::{self, Found};
use super::format::{APPLICATION, FORMAT};
use super::personal::{self, Token};
use super::{Head, Ledger, chain};
use crate::words;
use crate::words::Words;

/// What `verify` found.
#[derive(Debug)]
pub struct Verification {
    /// Events that were recomputed.
    pub events: i64,
    /// The ends of the chains, as recomputed.
    pub heads: Vec<Head>,
    /// What became of each anchor, in the order in which they were given.
    pub anchors: Vec<Anchored>,
    /// Events of this ledger's own chain after its last anchor, if one was given and holds.
    pub unanchored: Option<u64>,
    /// Everything that is not as it must be; empty if the ledger is whole.
    pub faults: Vec<Words>,
    /// The files beside the ledger.
    pub evidence: Found,
    /// The schema could be compared: the file is not of a newer format.
    pub schema_known: bool,
    /// What is no fault and should be known.
    pub notes: Vec<Words>,
}

impl Verification {
    /// The chains, what was anchored and the evidence are as they must be, and the schema as
    /// far as this version knows it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
            && self.evidence.missing.is_empty()
            && self.evidence.altered.is_empty()
    }
}

/// What became of one anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// The chain that it is of.
    pub origin: String,
    /// How many events it vouches for.
    pub size: u64,
    /// The chain still begins as it did then.
    pub holds: bool,
}

/// At most this many faults are told one by one.
const TOLD: usize = 20;

impl Ledger {
    /// Rechecks the whole file, and that its chains still begin as the anchors say.
    ///
    /// # Errors
    /// If the file cannot be read at all; what can be read but is wrong is a fault.
    pub fn verify(&self, against: &[Anchor]) -> rusqlite::Result<Verification> {
        let mut faults = Faults::default();
        let mut notes = Vec::new();
        self.check_identity(&mut faults)?;
        self.check_schema(&mut faults, &mut notes)?;
        let schema_fits = faults.are_none();
        let whole = schema_fits && self.version.format == FORMAT;
        let whole = whole.then(|| self.whole(against).ok()).flatten();
        let (walk, mentions, persons) = whole.unwrap_or_else(|| {
            let (walk, walked) = self.walk(against);
            let mentions = Mentions::read(&self.conn, &walk.mentions);
            let persons = Persons::read(&self.conn);
            self.check_integrity(&walk, (&mentions, &persons), schema_fits, &mut faults);
            faults.append(walked);
            (walk, mentions, persons)
        });
        self.check_mentions(&walk, &mentions, &mut faults);
        self.check_personal(&walk, &persons, &mut faults, &mut notes)?;
        self.check_received(&walk, &mut faults);
        let (anchors, unanchored) = walk.conclude(against, &mut faults);
        let evidence = evidence::check(&self.path, &walk.copies.living());
        Ok(Verification {
            events: walk.events,
            heads: walk.heads(),
            anchors,
            unanchored,
            faults: faults.conclude(),
            evidence,
            schema_known: self.version.schema().is_some(),
            notes,
        })
    }

    fn check_identity(&self, faults: &mut Faults) -> rusqlite::Result<()> {
        let stamp = self.version.stamp();
        for (pragma, expected) in [("application_id", APPLICATION), ("user_version", stamp)] {
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

    fn check_schema(&self, faults: &mut Faults, notes: &mut Vec<Words>) -> rusqlite::Result<()> {
        let Some(schema) = self.version.schema() else {
            if self.version.format > FORMAT {
                notes.push(words!(
                    "账本是较新版本写的（格式{0}）：事件和链已核验，表结构未核验。请升级 minsheng 后再核验一次。",
                    "The ledger was written by a newer version (format {0}): events and chains were verified, the schema was not. Upgrade minsheng and verify again.",
                    self.version.format
                ));
            } else {
                faults.tell(words!(
                    "文件头 user_version 不是任何格式：{0}。",
                    "The header's user_version is no format: {0}.",
                    self.version.format
                ));
            }
            return Ok(());
        };
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(schema)?;
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

    /// Walks along all chains; the faults are those of the events.
    fn walk(&self, against: &[Anchor]) -> (Walk, Faults) {
        let mut faults = Faults::default();
        let mut walk = Walk::new(&self.origin.name, against);
        let read = stream::arrivals(&self.conn, |event| walk.step(event, &mut faults));
        if let Err(error) = read {
            faults.tell(words!(
                "第{}个事件之后读不下去：{}。",
                "Cannot read on after event {}: {}.",
                walk.events,
                error
            ));
        }
        (walk, faults)
    }

    /// The derived table must be what the events say.
    fn check_mentions(&self, walk: &Walk, stored: &Mentions, faults: &mut Faults) {
        let told = match &stored.rows {
            Ok(rows) if rows.is(&walk.mentions) => return,
            Ok(_) => self.mentions_apart(),
            Err(error) => Err(error.to_string()),
        };
        faults.tell(match told {
            Ok((0, 0)) => return,
            Ok((missing, extra)) => words!(
                "索引表 mention 与事件不符：缺{}条，多{}条。",
                "The table mention is not what the events say: {} missing, {} extra.",
                missing,
                extra
            ),
            Err(error) => words!(
                "读不出索引表 mention：{0}。",
                "Cannot read the table mention: {0}.",
                error
            ),
        });
    }

    /// How many mentions are missing, and how many no event makes.
    fn mentions_apart(&self) -> Result<(usize, usize), String> {
        let mut stored: BTreeSet<(String, bool, i64)> = BTreeSet::new();
        stored::scan(
            &self.conn,
            "SELECT subject, named, event FROM mention",
            |row| {
                stored.insert((row.get(0)?, row.get(1)?, row.get(2)?));
                Ok(())
            },
        )
        .map_err(|error| error.to_string())?;
        let mut said = BTreeSet::new();
        // how far the events can be read is told elsewhere
        let _ = self.reader().arrivals(|event| {
            for subject in subjects(&event) {
                let named = subject != event.subject;
                said.insert((subject, named, event.id));
            }
            true
        });
        Ok((
            said.difference(&stored).count(),
            stored.difference(&said).count(),
        ))
    }

    /// Every token must be the hash of its salt and value, and have a value unless its erasure
    /// is on record.
    fn check_personal(
        &self,
        walk: &Walk,
        stored: &Persons,
        faults: &mut Faults,
        notes: &mut Vec<Words>,
    ) -> rusqlite::Result<()> {
        match &stored.wrong {
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
        let gone = walk.tokens.iter();
        let stored = &stored.tokens;
        let gone = gone.filter(|token| !stored.contains(*token) && !walk.erased.contains(*token));
        let mut gone: HashSet<&Token> = gone.collect();
        let withheld = self.withheld(walk, &mut gone)?;
        if withheld > 0 {
            notes.push(words!(
                "有{0}条个人信息没有随链送来（收到时就没有带）；要补上，请对方送账本来并入，或 minsheng sync pull --with-personal。",
                "{0} personal values did not come along with their chains (they were kept back then); to get them merge the ledger itself, or minsheng sync pull --with-personal.",
                withheld
            ));
        }
        // the first format had no record of erasures
        match gone.len() {
            0 => {}
            _ if self.version.format < 2 => {}
            count => faults.tell(words!(
                "有{0}条个人信息不见了，却没有删除登记。",
                "{0} personal values are gone without an erasure on record.",
                count
            )),
        }
        match walk.erased.iter().filter(|token| stored.contains(*token)).count() {
            0 => {}
            count => faults.tell(words!(
                "有{0}条已登记删除的个人信息仍在账本里；再删除一次：minsheng erase --again。",
                "{0} personal values are still there although their erasure is on record; erase them again: minsheng erase --again.",
                count
            )),
        }
        Ok(())
    }

    /// Takes out of the missing tokens those that are only in events that were received without
    /// personal values; gives how many.
    fn withheld(&self, walk: &Walk, gone: &mut HashSet<&Token>) -> rusqlite::Result<usize> {
        if gone.is_empty() || (walk.withheld.is_empty() && !self.parcel) {
            return Ok(0);
        }
        let mut faults = HashSet::new();
        self.reader().arrivals(|event| {
            let size = walk.withheld.get(&event.origin);
            if !self.parcel && size.is_none_or(|size| event.seq > *size) {
                let tokens = event.tokens();
                let tokens = tokens.iter().filter_map(|token| personal::bytes(token));
                faults.extend(tokens.filter(|token| gone.contains(token)));
            }
            true
        })?;
        let before = gone.len();
        gone.retain(|token| faults.contains(*token));
        Ok(before - gone.len())
    }

    /// What other ledgers were received must still be here; what another ledger received must be
    /// the same as far as it is here.
    fn check_received(&self, walk: &Walk, faults: &mut Faults) {
        for (origin, size, head, own) in &walk.received {
            let found = self.reader().at(origin, *size);
            let must = *own && !self.parcel;
            let holds = found.is_ok_and(|event| match event {
                Some(event) => chain::hex(&event.hash) == *head,
                None => !must,
            });
            if !holds {
                faults.tell(words!(
                    "并入过账本 {} 的{}个事件，现在对不上：这部分被截去或换过。",
                    "{1} events of ledger {0} were received and are no longer here as they were: they were cut or replaced.",
                    origin,
                    size
                ));
            }
        }
    }
}

pub(super) fn schema_of(conn: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    conn.prepare("SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Faults so far: the first ones in words, the rest counted.
#[derive(Default)]
pub(super) struct Faults {
    told: Vec<Words>,
    more: usize,
}

impl Faults {
    pub(super) fn tell(&mut self, words: Words) {
        if self.told.len() < TOLD {
            self.told.push(words);
        } else {
            self.more += 1;
        }
    }

    fn are_none(&self) -> bool {
        self.told.is_empty()
    }

    /// Tells others after these.
    fn append(&mut self, others: Self) {
        others.told.into_iter().for_each(|words| self.tell(words));
        self.more += others.more;
    }

    fn conclude(mut self) -> Vec<Words> {
        if self.more > 0 {
            self.told
                .push(words!("另有{0}处。", "And {0} more.", self.more));
        }
        self.told
    }
}
