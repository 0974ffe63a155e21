//! What the chains of a file state, whichever file they stand in: its receipts of other chains
//! left out, so that ledgers apart and their union have the same numbers and the same head.

use rusqlite::OptionalExtension;

use super::{Ledger, chain};
use crate::step::{Recorded, general};

/// One chain as far as it states something.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stated {
    /// Name of the chain.
    pub origin: String,
    /// Events, receipts of other chains not counted.
    pub events: i64,
    /// Hash of the last of them, in hexadecimal; zeros for none.
    pub head: String,
    /// Number of the last event, receipts counted.
    pub size: i64,
    /// Hash of that event, in hexadecimal.
    pub tip: String,
}

impl Stated {
    /// One head for several chains: of one chain its own; of more the SHA-256 of a line for each
    /// (`origin events head`), in order of their names.
    #[must_use]
    pub fn head(chains: &[Self]) -> String {
        if let [one] = chains {
            return one.head.clone();
        }
        let mut lines: Vec<String> = chains
            .iter()
            .map(|chain| format!("{} {} {}\n", chain.origin, chain.events, chain.head))
            .collect();
        lines.sort();
        chain::digest(lines.concat().as_bytes())
    }
}

impl Ledger {
    /// What each chain of the file states, in order of their names.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn stated(&self) -> rusqlite::Result<Vec<Stated>> {
        let receipt = general::Receive::DEF.id;
        // a receipt is about the ledger itself, which is named like its chain
        let mut receipts = self.conn.prepare(
            "SELECT count(*) FROM mention m JOIN event e ON e.id = m.event
             WHERE m.subject = ?1 AND m.named = 0 AND e.step = ?2
             AND e.origin = (SELECT id FROM origin WHERE name = ?1)",
        )?;
        let mut last = self.conn.prepare(
            "SELECT e.hash FROM event e JOIN origin o ON o.id = e.origin
             WHERE o.name = ?1 AND e.step <> ?2 ORDER BY e.seq DESC LIMIT 1",
        )?;
        let mut chains = Vec::new();
        for head in self.reader().heads()? {
            let aside: i64 = receipts.query_row([&head.origin, receipt], |row| row.get(0))?;
            let hash: Option<[u8; 32]> = last
                .query_row([&head.origin, receipt], |row| row.get(0))
                .optional()?;
            chains.push(Stated {
                events: head.size - aside,
                head: chain::hex(&hash.unwrap_or(chain::GENESIS)),
                size: head.size,
                tip: head.hex(),
                origin: head.origin,
            });
        }
        chains.sort_by(|a, b| a.origin.cmp(&b.origin));
        Ok(chains)
    }
}
