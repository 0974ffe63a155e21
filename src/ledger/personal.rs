//! Personal values: out of the payload into the side table, and back.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::BuildHasher as _;

use rusqlite::{Connection, OptionalExtension, Statement, params};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::copies::Copies;
use super::{Event, Ledger, chain, line, scan};
use crate::step::{Held, Said, Values};

/// Puts tokens in the place of personal values, entering new ones in the table.
#[derive(Debug)]
pub(super) struct Seal<'a> {
    conn: &'a Connection,
    /// Prepared with the first value.
    statements: Option<[Statement<'a>; 2]>,
    /// Random salts from the system that no value has yet.
    salts: Vec<[u8; 16]>,
    /// Of every value of the table a mark: what has none of them is surely not there.
    marks: Option<FxHashSet<u64>>,
    /// New values that are entered last.
    waiting: Option<Waiting>,
}

/// Values that wait to be entered in the order of their tokens: in a large table each then stands
/// on a page of its own, and no page is fetched twice.
#[derive(Debug, Default)]
struct Waiting {
    rows: Vec<(Token, [u8; 16])>,
    /// Where in `rows` each value stands.
    places: FxHashMap<Box<str>, usize>,
}

/// So many steps at once are worth a look through the table before.
const MANY: usize = 256;

/// Values of the table that are looked through at most, for each step that is to come.
const LOOKED: usize = 4;

fn mark(value: &str) -> u64 {
    FxBuildHasher.hash_one(value)
}

impl<'a> Seal<'a> {
    pub(super) fn new(conn: &'a Connection) -> Self {
        Self {
            conn,
            statements: None,
            salts: Vec::new(),
            marks: None,
            waiting: None,
        }
    }

    /// Says how many steps are to come: before many of them the values of the table are marked, so
    /// that those which are not there are not looked for one by one. If there are too many for that,
    /// new ones wait until [`Seal::enter_waiting`].
    pub(super) fn expect(&mut self, steps: usize) -> rusqlite::Result<()> {
        if steps < MANY {
            return Ok(());
        }
        let most = steps.saturating_mul(LOOKED);
        let mut marks = FxHashSet::default();
        let mut statement = self.conn.prepare("SELECT value FROM personal")?;
        let mut rows = statement.query([])?;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            seen += 1;
            if seen > most {
                self.waiting = Some(Waiting::default());
                return Ok(());
            }
            marks.insert(mark(line::text(row, 0)?));
        }
        self.marks = Some(marks);
        Ok(())
    }

    /// Replaces every `{"personal": VALUE}` by its token.
    pub(super) fn values(&mut self, values: &mut Values) -> anyhow::Result<()> {
        for value in values.values_mut() {
            match value {
                Said::Personal(text) if !is_token(text) => *text = self.token(text)?.into(),
                Said::Json(json) => self.value(json)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn value(&mut self, value: &mut Json) -> anyhow::Result<()> {
        match value {
            Json::Array(list) => {
                for item in list {
                    self.value(item)?;
                }
            }
            Json::Object(map) => {
                if let Some(Json::String(text)) = map.get_mut("personal") {
                    if !is_token(text) {
                        *text = self.token(text)?;
                    }
                } else {
                    map.values_mut().try_for_each(|value| self.value(value))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The token of a value: the one that the table has, else a new one with a fresh salt.
    ///
    /// One value has one token, so that distinct people can be counted by tokens
    /// alone, also after a value was erased.
    fn token(&mut self, value: &str) -> anyhow::Result<String> {
        let waits = |waiting: &Waiting| {
            let (token, _) = waiting.rows[*waiting.places.get(value)?];
            Some(chain::hex(&token))
        };
        if let Some(token) = self.waiting.as_ref().and_then(waits) {
            return Ok(token);
        }
        if let Some(token) = self.known(value)? {
            return Ok(token);
        }
        let salt = self.salt()?;
        let Some(waiting) = &mut self.waiting else {
            return self.enter(value, salt);
        };
        let token = digest_of(value, salt);
        waiting.places.insert(value.into(), waiting.rows.len());
        waiting.rows.push((token, salt));
        Ok(chain::hex(&token))
    }

    /// Enters the values that wait.
    pub(super) fn enter_waiting(&mut self) -> rusqlite::Result<()> {
        let Some(Waiting { rows, places }) = self.waiting.take() else {
            return Ok(());
        };
        let mut values: Vec<(Token, [u8; 16], Box<str>)> = places
            .into_iter()
            .map(|(value, at)| (rows[at].0, rows[at].1, value))
            .collect();
        values.sort_unstable();
        let [_, enter] = self.statements()?;
        for (token, salt, value) in values {
            enter.execute(params![chain::hex(&token), salt, value])?;
        }
        Ok(())
    }

    /// The token that the table has for a value.
    fn known(&mut self, value: &str) -> rusqlite::Result<Option<String>> {
        let marks = self.marks.as_ref();
        if marks.is_some_and(|marks| !marks.contains(&mark(value))) {
            return Ok(None);
        }
        let [find, _] = self.statements()?;
        let found = find.query_row([value], |row| row.get(0));
        Ok(found.optional()?.flatten())
    }

    /// Enters a value under a salt, if it is not there under it, and gives its token.
    pub(super) fn enter(&mut self, value: &str, salt: [u8; 16]) -> anyhow::Result<String> {
        let token = token_of(value, salt);
        let [_, enter] = self.statements()?;
        enter.execute(params![token, salt, value])?;
        if let Some(marks) = &mut self.marks {
            marks.insert(mark(value));
        }
        Ok(token)
    }

    /// Finding the token of a value, and entering one.
    fn statements(&mut self) -> rusqlite::Result<&mut [Statement<'a>; 2]> {
        let both = match self.statements.take() {
            Some(both) => both,
            None => [
                self.conn
                    .prepare("SELECT min(token) FROM personal WHERE value = ?1")?,
                self.conn.prepare(
                    "INSERT INTO personal (token, salt, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                )?,
            ],
        };
        Ok(self.statements.insert(both))
    }

    /// A salt that was never used.
    fn salt(&mut self) -> anyhow::Result<[u8; 16]> {
        if self.salts.is_empty() {
            let mut random = [0_u8; 16 * 32];
            getrandom::fill(&mut random)
                .map_err(|error| anyhow::anyhow!("no random numbers from the system: {error}"))?;
            self.salts.extend_from_slice(random.as_chunks().0);
        }
        Ok(self.salts.pop().unwrap_or_default())
    }
}

/// The token of a value under a salt.
fn token_of(value: &str, salt: [u8; 16]) -> String {
    chain::hex(&digest_of(value, salt))
}

/// The digest that a token spells, of a value under a salt.
fn digest_of(value: &str, salt: [u8; 16]) -> Token {
    let digest = Sha256::new().chain_update(salt).chain_update(value);
    digest.finalize().into()
}

/// True for a token: 64 lower-case hexadecimal digits.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The digest that a token spells.
pub(super) type Token = [u8; 32];

/// The value of each lower-case hexadecimal digit, and 255 of every other byte.
const DIGITS: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// The digest that a token spells; none if it is no token.
pub(super) fn bytes(token: &str) -> Option<Token> {
    let (pairs, []) = token.as_bytes().as_chunks() else {
        return None;
    };
    let pairs: &[[u8; 2]; 32] = pairs.try_into().ok()?;
    let mut bytes = [0; 32];
    let mut wrong = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
        wrong |= high | low;
        *byte = high << 4 | low;
    }
    // what is no digit has a bit that no digit has
    (wrong < 16).then_some(bytes)
}

/// The value behind a token; none if it was erased.
pub(super) fn open(conn: &Connection, token: &str) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT value FROM personal WHERE token = ?1")?
        .query_row([token], |row| row.get(0))
        .optional()
}

/// Every personal value of a ledger, for who shows many of them.
#[derive(Debug, Default)]
pub struct Persons {
    /// All values, one after the other.
    text: String,
    /// Where in `text` the value of each token begins and ends.
    places: FxHashMap<Token, (usize, usize)>,
}

impl Persons {
    pub(super) fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let mut persons = Self::default();
        scan::persons(conn, |token, value| {
            if let Some(token) = bytes(token) {
                let begin = persons.text.len();
                persons.text.push_str(value);
                let place = (begin, persons.text.len());
                persons.places.insert(token, place);
            }
        })?;
        Ok(persons)
    }

    /// The value behind a token; none if it was erased.
    #[must_use]
    pub fn get(&self, token: &str) -> Option<&str> {
        let (begin, end) = *self.places.get(&bytes(token)?)?;
        self.text.get(begin..end)
    }
}

/// Calls `each` with every token of a payload.
pub(super) fn tokens(values: &Map<String, Json>, each: &mut dyn FnMut(&str)) {
    for value in values.values() {
        tokens_of(value, each);
    }
}

fn tokens_of(value: &Json, each: &mut dyn FnMut(&str)) {
    match value {
        Json::Array(list) => list.iter().for_each(|item| tokens_of(item, each)),
        Json::Object(map) => match map.get("personal") {
            Some(Json::String(token)) if is_token(token) => each(token),
            _ => tokens(map, each),
        },
        _ => {}
    }
}

/// The tokens that an event `erase` erases.
pub(super) fn erased(values: &impl Held) -> Vec<String> {
    let list = values.list("tokens").iter();
    let texts = list.filter_map(Json::as_str);
    texts
        .filter(|token| is_token(token))
        .map(str::to_owned)
        .collect()
}

/// Every token whose erasure is on record in this file.
pub(super) fn on_record(conn: &Connection) -> rusqlite::Result<HashSet<String>> {
    let mut tokens = HashSet::new();
    let mut statement = conn.prepare("SELECT payload FROM event WHERE step = 'erase'")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let payload: String = row.get(0)?;
        tokens.extend(erased(
            &serde_json::from_str::<Map<String, Json>>(&payload).unwrap_or_default(),
        ));
    }
    Ok(tokens)
}

/// True if one of some tokens has neither a value here nor an erasure on record.
pub(super) fn lacking(conn: &Connection, tokens: &HashSet<String>) -> rusqlite::Result<bool> {
    let mut missing = Vec::new();
    for token in tokens {
        if open(conn, token)?.is_none() {
            missing.push(token);
        }
    }
    if missing.is_empty() {
        return Ok(false);
    }
    let erased = on_record(conn)?;
    Ok(missing.iter().any(|token| !erased.contains(*token)))
}

/// Takes the value of a token away; gives whether there was one.
pub(super) fn remove(conn: &Connection, token: &str) -> rusqlite::Result<bool> {
    let gone = conn
        .prepare_cached("DELETE FROM personal WHERE token = ?1")?
        .execute([token])?;
    Ok(gone > 0)
}

/// The tokens that stand for a value.
pub(super) fn tokens_for(conn: &Connection, value: &str) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached("SELECT token FROM personal WHERE value = ?1 ORDER BY token")?
        .query_map([value], |row| row.get(0))?
        .collect()
}

/// Tokens that other ledgers gave to a value that has a token already, each with the first
/// of them all: one person stays one person in the union.
pub(super) fn aliases(conn: &Connection) -> rusqlite::Result<HashMap<String, String>> {
    conn.prepare_cached(
        "SELECT p.token, f.first FROM personal p JOIN
         (SELECT value, min(token) AS first FROM personal GROUP BY value HAVING count(*) > 1) f
         ON p.value = f.value WHERE p.token <> f.first",
    )?
    .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
    .collect()
}

impl Event {
    /// The tokens of personal values in the payload.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        let mut list = Vec::new();
        let values = serde_json::from_str(&self.payload).unwrap_or_default();
        tokens(&values, &mut |token| list.push(token.to_owned()));
        list
    }
}

impl Ledger {
    /// Takes away the values that are on record as erased and stand here all the same; gives
    /// how many.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn erase_again(&mut self) -> rusqlite::Result<usize> {
        let tx = self
            .conn
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut gone = 0;
        for token in on_record(&tx)? {
            gone += usize::from(remove(&tx, &token)?);
        }
        tx.commit()?;
        Ok(gone)
    }

    /// Digests of evidence whose erasure is on record and that no event has named since.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn erased_evidence(&self) -> rusqlite::Result<BTreeSet<String>> {
        Ok(Copies::read(self.reader())?.gone())
    }
}
