//! Erasures that come along with a merge: which act by themselves, which must be accepted.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::Connection;

use super::copies::Copies;
use super::read::Reader;
use super::{Ledger, Writer, personal};
use crate::words;
use crate::words::Words;

/// Erasures of one ledger that concern what other ledgers recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The chain that erases.
    pub origin: String,
    /// Personal values of other chains that would go.
    pub values: usize,
    /// Copies of evidence that only other chains name and that would go.
    pub copies: usize,
}

impl Foreign {
    /// What is at stake, for people.
    #[must_use]
    pub fn words(&self) -> Words {
        words!(
            "账本 {0} 登记的删除涉及其他账本登记的{1}条个人信息、{2}份附件；删除后不能恢复。请先向 {0} 核实是谁申请、为什么删。",
            "Ledger {0} erases {1} personal values and {2} files of evidence that other ledgers recorded; what is erased cannot be brought back. Ask {0} first who requested it and why.",
            self.origin,
            self.values,
            self.copies
        )
    }
}

/// What this ledger held before anything came along.
pub(super) struct Before {
    /// Tokens whose erasure was on record.
    erased: HashSet<String>,
    /// Number of its last event.
    last: i64,
    /// Copies that it kept.
    copies: BTreeSet<String>,
}

impl Before {
    pub(super) fn of(conn: &Connection) -> rusqlite::Result<Self> {
        let last = conn.query_row("SELECT coalesce(max(id), 0) FROM event", [], |r| r.get(0))?;
        Ok(Self {
            erased: personal::on_record(conn)?,
            last,
            copies: Copies::read(Reader::new(conn))?.living(),
        })
    }
}

/// The erasures by which values of other chains would go that were not on record here before.
///
/// By itself an erasure acts on values that its own chain holds; this ledger's own ones act on
/// everything. What an erasure took or kept away here before is settled.
pub(super) fn foreign(
    writer: &Writer<'_>,
    before: &Before,
    own: &str,
    other: &Ledger,
    copies: &Copies,
) -> anyhow::Result<Vec<Foreign>> {
    let by_token = erasers(writer)?;
    let mut doubtful = HashSet::new();
    for (token, chains) in &by_token {
        if chains.iter().any(|chain| chain == own) {
            continue;
        }
        let known = before.erased.contains(token);
        let taken = !known && personal::open(writer.conn(), token)?.is_some();
        if taken || personal::open(&other.conn, token)?.is_some() {
            doubtful.insert(token.clone());
        }
    }
    let mut settled = HashSet::new();
    if !doubtful.is_empty() {
        writer.reader().arrivals(|event| {
            for token in event.tokens() {
                let here = before.erased.contains(&token) && event.id <= before.last;
                let its_own = || {
                    by_token
                        .get(&token)
                        .is_some_and(|c| c.contains(&event.origin))
                };
                if doubtful.contains(&token) && (here || its_own()) {
                    settled.insert(token);
                }
            }
            true
        })?;
    }
    let mut list: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for token in doubtful.difference(&settled) {
        for chain in by_token.get(token).into_iter().flatten() {
            list.entry(chain.clone()).or_default().0 += 1;
        }
    }
    for digest in copies.gone().intersection(&before.copies) {
        for chain in copies.foreign(digest, own) {
            list.entry(chain.to_owned()).or_default().1 += 1;
        }
    }
    let list = list.into_iter();
    Ok(list
        .map(|(origin, (values, copies))| Foreign {
            origin,
            values,
            copies,
        })
        .collect())
}

/// Every token whose erasure is on record, with the chains that erased it.
fn erasers(writer: &Writer<'_>) -> rusqlite::Result<HashMap<String, HashSet<String>>> {
    let mut map: HashMap<String, HashSet<String>> = HashMap::new();
    writer.reader().of_steps(&["erase"], |event| {
        let values: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&event.payload).unwrap_or_default();
        for token in personal::erased(&values) {
            map.entry(token).or_default().insert(event.origin.clone());
        }
    })?;
    Ok(map)
}
