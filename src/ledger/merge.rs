//! Merging: the chains of another ledger taken in byte for byte, each whole, forks refused.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::copies::Copies;
use super::erasures::{self, Before, Foreign};
use super::read::Reader;
use super::{Draft, Event, Ledger, Writer, chain, evidence, personal};
use crate::law::Day;
use crate::step::{Step, general};
use crate::words;
use crate::words::Words;

/// One chain of the other ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Name of the chain.
    pub origin: String,
    /// Events that this ledger held of it before.
    pub before: i64,
    /// Events that it holds of it now.
    pub after: i64,
    /// Hash of the last of them, in hexadecimal.
    pub head: String,
}

/// One chain that goes on differently in two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// Name of the chain.
    pub origin: String,
    /// The first event that differs, as this ledger has it.
    pub ours: Event,
    /// The same place in the other ledger.
    pub theirs: Event,
    /// Events of the chain in this ledger.
    pub our_size: i64,
    /// Events of the chain in the other one.
    pub their_size: i64,
}

impl Fork {
    /// What happened, for people, with the next step.
    #[must_use]
    pub fn words(&self) -> Words {
        let zh = |event: &Event| {
            let name = crate::step::find(&event.step).map_or(event.step.as_str(), |def| def.zh);
            format!(
                "{} {}（{}，{}登记）",
                name, event.subject, event.actor, event.recorded_at
            )
        };
        let en = |event: &Event| {
            format!(
                "{} {} (by {}, recorded {})",
                event.step, event.subject, event.actor, event.recorded_at
            )
        };
        words!(
            "账本 {0} 有了两个分支：前{1}个事件相同，从第{2}个起不同——本账本是{3}，另一份是{4}；其后本账本还有{5}个，另一份还有{6}个。有人把同一账本的两份拷贝分别登记过。两份都请保留，由双方核对后，把其中一份多出的内容用 record 重新登记到另一份。",
            "Chain {0} has two branches: the first {1} events agree, from number {2} on they differ: here {7}, there {8}; {5} more follow here, {6} there. Two copies of one ledger were continued apart. Keep both files; settle between you which one goes on, and record there anew what only the other one has.",
            self.origin,
            self.ours.seq - 1,
            self.ours.seq,
            zh(&self.ours),
            zh(&self.theirs),
            self.our_size - self.ours.seq,
            self.their_size - self.ours.seq,
            en(&self.ours),
            en(&self.theirs)
        )
    }
}

/// A merge that is not committed yet.
#[derive(Debug)]
pub struct Merging<'a> {
    writer: Writer<'a>,
    /// The chains of the other ledger, with what is new of each.
    pub received: Vec<Received>,
    /// Personal values that came along.
    pub personal: usize,
    /// Personal values that went because the other ledger has erased them.
    pub erased: usize,
    /// Erasures on which the caller must decide: they concern values of other chains.
    pub foreign: Vec<Foreign>,
    /// Digests of the evidence that the other ledger's events name.
    pub evidence: BTreeSet<String>,
    /// Digests whose copies are to go: no event has named them since their erasure.
    pub copies_gone: BTreeSet<String>,
}

impl Ledger {
    /// Takes in all chains of another ledger, whose verification the caller has seen.
    ///
    /// Nothing is committed yet. The own chain gets one event for each chain that grew: what
    /// was received, up to which event, and whether personal values were kept back. `told` hears
    /// how many events came over so far.
    ///
    /// # Errors
    /// If a file cannot be read or written; a fork is no error but an answer.
    pub fn merge(
        &mut self,
        other: &Ledger,
        actor: &str,
        now: &str,
        today: Day,
        told: &dyn Fn(usize),
    ) -> anyhow::Result<Result<Merging<'_>, Vec<Fork>>> {
        // who was opened for reading shows one state already
        let open = other.conn.is_autocommit();
        let snapshot = open
            .then(|| other.conn.unchecked_transaction())
            .transpose()?;
        let theirs = Reader::new(snapshot.as_deref().unwrap_or(&other.conn));
        let own = self.origin.name.clone();
        let mut writer = self.write(actor, now)?;
        let mut received = Vec::new();
        let mut forks = Vec::new();
        let ours = writer.reader().heads()?.into_iter();
        let sizes: HashMap<String, i64> = ours.map(|head| (head.origin, head.size)).collect();
        for head in theirs.heads()? {
            let before = sizes.get(&head.origin).copied().unwrap_or(0);
            match fork(writer.reader(), theirs, &head.origin, before, head.size)? {
                Some(fork) => forks.push(fork),
                None => received.push(Received {
                    before,
                    after: before.max(head.size),
                    head: head.hex(),
                    origin: head.origin,
                }),
            }
        }
        if !forks.is_empty() {
            writer.roll_back()?;
            return Ok(Err(forks));
        }
        // the own chain first: what follows is appended to it
        received.sort_by(|a, b| (a.origin != own, &a.origin).cmp(&(b.origin != own, &b.origin)));
        let mut evidence = BTreeSet::new();
        let before = Before::of(writer.conn())?;
        let mut named: HashMap<String, HashSet<String>> = HashMap::new();
        let mut came = 0;
        for part in received.iter().filter(|part| part.after > part.before) {
            let named = named.entry(part.origin.clone()).or_default();
            theirs.of_chain(&part.origin, part.before, |event| {
                named.extend(event.tokens());
                came += 1;
                told(came);
                writer.take_in(&event)
            })?;
        }
        theirs.of_steps(&["attach", "register.document"], |event| {
            evidence.extend(evidence::named_by(&event));
        })?;
        let copies = Copies::read(writer.reader())?;
        let foreign = erasures::foreign(&writer, &before, &own, other, &copies)?;
        let (personal, erased) = people(&writer, &other.conn)?;
        let living = copies.living();
        evidence.retain(|digest| living.contains(digest));
        for part in received.iter().filter(|part| part.after > part.before) {
            let withheld = personal::lacking(writer.conn(), &named[&part.origin])?;
            if part.origin != own || withheld {
                writer.append(receipt(&own, part, withheld, today)?)?;
            }
        }
        Ok(Ok(Merging {
            writer,
            received,
            personal,
            erased,
            foreign,
            evidence,
            copies_gone: copies.gone(),
        }))
    }
}

impl Merging<'_> {
    /// Reads the union.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        self.writer.reader()
    }

    /// Makes the union durable.
    ///
    /// # Errors
    /// If the disk is full or fails; then nothing was merged.
    pub fn commit(self) -> anyhow::Result<()> {
        self.writer.commit()
    }

    /// Leaves the ledger as it was.
    ///
    /// # Errors
    /// If `SQLite` cannot roll back.
    pub fn roll_back(self) -> anyhow::Result<()> {
        self.writer.roll_back()
    }
}

fn receipt(own: &str, part: &Received, withheld: bool, today: Day) -> anyhow::Result<Draft> {
    let step = Step::of(&general::Receive {
        ledger: own.to_owned(),
        origin: part.origin.clone(),
        size: part.after,
        head: part.head.clone(),
        withheld: withheld.then_some(true),
        date: Some(today),
    })?;
    Ok(Draft {
        step,
        subject: own.to_owned(),
        occurred: today.to_string(),
    })
}

/// Personal values come along, but for those whose erasure either ledger has on record.
fn people(writer: &Writer<'_>, other: &rusqlite::Connection) -> anyhow::Result<(usize, usize)> {
    let conn = writer.conn();
    let erased = personal::on_record(conn)?;
    let mut came = 0;
    let mut insert = conn.prepare(
        "INSERT INTO personal (token, salt, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    let mut statement = other.prepare("SELECT token, salt, value FROM personal")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (token, salt, value): (String, Vec<u8>, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        if !erased.contains(&token) {
            came += insert.execute(rusqlite::params![token, salt, value])?;
        }
    }
    let mut gone = 0;
    for token in &erased {
        gone += usize::from(personal::remove(conn, token)?);
    }
    Ok((came, gone))
}

/// Up to which event two copies of a chain agree, of which both hold `common` events.
///
/// Each hash depends on all before it, so the copies agree up to a place and never after.
///
/// # Errors
/// As `agree` says, which tells of a place whether both hold the same event there.
pub fn agreement<E>(common: i64, mut agree: impl FnMut(i64) -> Result<bool, E>) -> Result<i64, E> {
    if common == 0 || agree(common)? {
        return Ok(common);
    }
    let (mut same, mut other) = (0, common);
    while other - same > 1 {
        let middle = i64::midpoint(same, other);
        if agree(middle)? {
            same = middle;
        } else {
            other = middle;
        }
    }
    Ok(same)
}

/// The first event at which two copies of a chain differ, if one is no part of the other.
fn fork(
    ours: Reader<'_>,
    theirs: Reader<'_>,
    origin: &str,
    our_size: i64,
    their_size: i64,
) -> rusqlite::Result<Option<Fork>> {
    let agree = |seq: i64| -> rusqlite::Result<bool> {
        let hash = |event: Option<Event>| event.map_or(chain::GENESIS, |event| event.hash);
        Ok(hash(ours.at(origin, seq)?) == hash(theirs.at(origin, seq)?))
    };
    let common = our_size.min(their_size);
    let same = agreement(common, agree)?;
    if same == common {
        return Ok(None);
    }
    let other = same + 1;
    let (ours, theirs) = (ours.at(origin, other)?, theirs.at(origin, other)?);
    Ok(ours.zip(theirs).map(|(ours, theirs)| Fork {
        origin: origin.to_owned(),
        ours,
        theirs,
        our_size,
        their_size,
    }))
}
