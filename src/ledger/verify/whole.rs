//! Whether a ledger is whole, by one pass over the pages of its file.
//!
//! Here only that a ledger is whole is found out. Where anything is not as it must be, or not of
//! the form in which `SQLite` writes this program's ledgers, `SQLite` reads it all again, to say
//! what is wrong.

use std::collections::HashMap;
use std::thread;

use rusqlite::TransactionState;
use sha2::{Digest, Sha256};

use super::stored::{Mentions, Persons, again};
use super::stream::{Seen, names};
use super::tally::{Ascent, Tally, Tokens};
use super::walk::Walk;
use super::{Faults, Ledger};
use crate::ledger::chain::Parts;
use crate::ledger::checkpoint::Anchor;
use crate::ledger::pages::record::Record;
use crate::ledger::pages::tree::{Form, Trees};
use crate::ledger::pages::{Doubt, Pages, must};
use crate::ledger::personal;

/// What a pass over a whole ledger gives.
pub(super) type Whole = (Walk, Mentions, Persons);

/// The first pages of the trees.
struct Roots(HashMap<String, u32>);

impl Roots {
    fn of(&self, name: &str) -> Result<u32, Doubt> {
        self.0.get(name).copied().ok_or(Doubt)
    }
}

/// What stands beside the events.
struct Beside {
    mentions: Tally,
    persons: Persons,
    places: Tally,
}

/// The trees that are read here; of all others only the pages are.
const READ: [&str; 5] = [
    "event",
    "event_place",
    "mention",
    "personal",
    "personal_value",
];

impl Ledger {
    /// What the events say, if the ledger is whole as far as the file itself goes; the schema
    /// must be that of this format.
    pub(super) fn whole(&self, against: &[Anchor]) -> Result<Whole, Doubt> {
        // nobody writes while this connection reads, and it has written nothing itself
        let state = self.conn.transaction_state(None::<&str>)?;
        must(state == TransactionState::Read)?;
        let roots = self.roots()?;
        let pages = Pages::open(&self.path)?;
        pages.take_free()?;
        let (names, chains) = names(&self.conn)?;
        let mut walk = Walk::new(&self.origin.name, against);
        let (mentions, places) = (walk.mentions.other(), walk.places.other());
        let beside = thread::scope(|scope| {
            let beside = scope.spawn(|| beside(&pages, &roots, mentions, places));
            let events = events(&pages, &roots, (&names, &chains), &mut walk);
            let beside = beside.join().map_err(|_| Doubt)?;
            events.and(beside)
        })?;
        pages.are_all_taken()?;
        must(beside.mentions.is(&walk.mentions) && beside.places.is(&walk.places))?;
        must(self.pragma("integrity_check(origin)")? == ["ok"] && self.erasures_fit(&walk)?)?;
        let mut heads = self.reader().heads()?;
        heads.retain(|head| head.size > 0);
        heads.sort_by(|a, b| a.origin.cmp(&b.origin));
        must(heads == walk.heads() && self.reader().count()? == walk.events)?;
        let mentions = Mentions {
            rows: Ok(beside.mentions),
            ordered: true,
        };
        Ok((walk, mentions, beside.persons))
    }

    fn roots(&self) -> Result<Roots, Doubt> {
        let mut roots = HashMap::from([("sqlite_schema".to_owned(), 1)]);
        let sql = "SELECT name, rootpage FROM sqlite_schema WHERE rootpage <> 0";
        super::stored::scan(&self.conn, sql, |row| {
            roots.insert(row.get(0)?, row.get(1)?);
            Ok(())
        })?;
        Ok(Roots(roots))
    }
}

/// Walks along all chains.
fn events(
    pages: &Pages,
    roots: &Roots,
    (names, chains): (&[String], &HashMap<i64, usize>),
    walk: &mut Walk,
) -> Result<(), Doubt> {
    let mut faults = Faults::default();
    // mostly the chain is that of the event before
    let mut last = (0, None);
    Trees::strict(pages).rows(roots.of("event")?, Form::Table, |id, data| {
        let mut record = Record::new(data)?;
        record.nothing()?;
        let (row, seq) = (record.whole()?, record.whole()?);
        let [step, subject, occurred, recorded_at, actor, payload] = record.texts()?;
        let hash = record.blob()?.try_into().map_err(|_| Doubt)?;
        record.end()?;
        if last.0 != row || last.1.is_none() {
            last = (row, chains.get(&row).copied());
        }
        let chain = last.1.ok_or(Doubt)?;
        let parts = Parts {
            origin: &names[chain],
            seq,
            step,
            subject,
            occurred,
            recorded_at,
            actor,
            payload,
        };
        let seen = Seen {
            id,
            chain,
            row,
            parts,
            hash,
        };
        walk.step(&seen, &mut faults);
        must(faults.are_none())
    })
}

/// Reads what stands beside the events, and the pages of all other trees.
fn beside(
    pages: &Pages,
    roots: &Roots,
    mut mentions: Tally,
    mut places: Tally,
) -> Result<Beside, Doubt> {
    let mut trees = Trees::strict(pages);
    for (name, root) in &roots.0 {
        let form = match name.as_str() {
            name if READ.contains(&name) => continue,
            "sqlite_schema" | "origin" => Form::Table,
            _ => Form::Index,
        };
        trees.rows(*root, form, |_, data| must(data.first() > Some(&1)))?;
    }
    let mut ascent = Ascent::default();
    trees.rows(roots.of("mention")?, Form::Index, |_, data| {
        let mut record = Record::new(data)?;
        let [subject] = record.texts()?;
        let key = (record.whole()?, record.whole()?);
        record.end()?;
        must((0..=1).contains(&key.0))?;
        mentions.add(&[key.1, key.0], &[subject]);
        ascent.next(
            |(last, before): &(String, (i64, i64))| (last.as_str(), *before) < (subject, key),
            |last| (again(last.map(|last| last.0), subject), key),
        );
        must(ascent.holds())
    })?;
    let mut ascent = Ascent::default();
    trees.rows(roots.of("event_place")?, Form::Index, |_, data| {
        let mut record = Record::new(data)?;
        let place = (record.whole()?, record.whole()?);
        places.add(&[place.0, place.1, record.whole()?], &[]);
        record.end()?;
        ascent.next(|last| *last < place, |_| place);
        must(ascent.holds())
    })?;
    Ok(Beside {
        mentions,
        persons: persons(&mut trees, roots)?,
        places,
    })
}

fn persons(trees: &mut Trees<'_>, roots: &Roots) -> Result<Persons, Doubt> {
    let (mut tokens, mut rows) = (Tokens::default(), Tally::default());
    let mut ascent = Ascent::default();
    trees.rows(roots.of("personal")?, Form::Index, |_, data| {
        let mut record = Record::new(data)?;
        let ([token], salt, [value]) = (record.texts()?, record.blob()?, record.texts()?);
        record.end()?;
        must(salt.len() == 16)?;
        let digest = Sha256::new().chain_update(salt).chain_update(value);
        let spelt = personal::bytes(token).ok_or(Doubt)?;
        must(spelt == <[u8; 32]>::from(digest.finalize()))?;
        rows.add(&[], &[value, token]);
        tokens.insert(spelt);
        // as the tokens spell them
        ascent.next(|last| *last < spelt, |_| spelt);
        must(ascent.holds())
    })?;
    let (mut found, mut ascent) = (rows.other(), Ascent::default());
    trees.rows(roots.of("personal_value")?, Form::Index, |_, data| {
        let mut record = Record::new(data)?;
        let [value, token] = record.texts()?;
        record.end()?;
        found.add(&[], &[value, token]);
        ascent.next(
            |(last, before): &(String, String)| (last.as_str(), before.as_str()) < (value, token),
            |last| {
                let (last, before) = last.unzip();
                (again(last, value), again(before, token))
            },
        );
        must(ascent.holds())
    })?;
    must(found.is(&rows))?;
    Ok(Persons {
        wrong: Ok(0),
        tokens,
        rows,
        ordered: true,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
