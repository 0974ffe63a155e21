//! Partial results: what one part of a year's audit found, and what the other parts must know.
//!
//! A partial result holds the findings of its own subjects for every rule that reads nothing
//! beyond their community, and the events that the other rules read, wherever they are judged.
//! Which those are is read from the pack ([`crate::pack::reads`]). It holds tokens of persons,
//! never names.

mod make;
mod reach;
mod read;

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

pub(super) use make::collect;
pub use make::{Key, Source, partial};
pub(super) use reach::{Reach, Rules};

use crate::law::Day;
use crate::ledger::Stated;
use crate::pack::Severity;
use crate::words;
use crate::words::Words;

/// The version of the form.
pub const SCHEMA: &str = "minsheng.partial/2";

/// One part of a year's audit.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partial {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of the tool that judged.
    pub version: String,
    /// Identifier of the pack.
    pub regime: String,
    /// SHA-256 of the pack.
    pub pack: String,
    /// The year.
    pub year: i32,
    /// The day up to which facts count.
    pub as_of: Day,
    /// What passes and what does not apply is told in words, too.
    pub all: bool,
    /// Which part of a ledger; none for a ledger as a whole.
    pub part: Option<Part>,
    /// Name of the ledger's own chain.
    pub own: Option<String>,
    /// Mark of the key by which persons of several ledgers are known.
    pub key: Option<String>,
    /// The chains of the ledger, in order of their names.
    pub chains: Vec<Stated>,
    /// Events of steps that the tool does not know.
    pub unknown: Vec<(String, i64)>,
    /// What the cases of each community rest on outside it.
    pub communities: BTreeMap<String, Vec<String>>,
    /// Messages, each once, in both languages.
    pub words: Vec<(String, String)>,
    /// The subjects that were judged here.
    pub subjects: Vec<Listed>,
    /// The events that rules beyond a community read.
    pub events: Vec<Carried>,
    /// The other events of a ledger: needed only where another ledger speaks of its subjects.
    pub more: Vec<Carried>,
    /// Tokens of persons, each with what is the same for the same person everywhere.
    pub people: BTreeMap<String, String>,
}

/// One of several parts of a ledger: its communities are those whose codes fall to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which one, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

/// A subject with the findings that were made here.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Identifier.
    pub id: String,
    /// Name of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Other communities that the case serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serves: Vec<String>,
    /// The ledger holds the record that gave it its number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made: bool,
    /// What was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Found>,
    /// The rules that are kept, by their places in the pack; empty where all is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<usize>,
    /// The rules that do not apply, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exempt: Vec<usize>,
}

/// One finding; what the pack says of its rule is not repeated.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Place of the rule in the pack.
    pub rule: usize,
    /// The verdict.
    pub verdict: String,
    /// How hard, if not as the rule says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The message, by its place in the words.
    pub message: usize,
    /// The facts used.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Json>,
    /// The events used: the place of the chain, the number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<(usize, i64)>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// The reading that disagrees or holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// The recorded reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is missing, by its places in the words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<usize>,
}

/// An event that is carried along: what judging needs of it, nobody's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Carried(
    /// Place of the chain.
    pub usize,
    /// Number in the chain.
    pub i64,
    /// Its place in time: when it was recorded, or the event before it if that was later.
    pub String,
    /// Step.
    pub String,
    /// Subject.
    pub String,
    /// Business date.
    pub String,
    /// The values.
    pub Json,
);

impl Part {
    /// True if a community falls to this part: by a hash of its code alone, so that another
    /// community more moves none.
    #[must_use]
    pub fn holds(&self, code: &str) -> bool {
        let hash = Sha256::digest(code);
        let head: [u8; 8] = std::array::from_fn(|i| hash[i]);
        u64::from_be_bytes(head) % u64::from(self.of) == u64::from(self.number - 1)
    }
}

impl FromStr for Part {
    type Err = Words;

    fn from_str(text: &str) -> Result<Self, Words> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        match numbers {
            Some((number, of)) if 1 <= number && number <= of => Ok(Self { number, of }),
            _ => Err(words!(
                "--partition 应写成 第几份/共几份，例如 2/8；“{}”不是。",
                "--partition is written number/of, for example 2/8; “{}” is not.",
                text
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_community_falls_to_one_part() {
        for of in [1, 2, 3, 8] {
            for code in ["HZ", "TG", "DL", "AAAA", "ZZZZ"] {
                let parts = (1..=of).map(|number| Part { number, of });
                assert_eq!(parts.filter(|part| part.holds(code)).count(), 1);
            }
        }
        assert!("9/8".parse::<Part>().is_err() && "0/8".parse::<Part>().is_err());
        assert_eq!("2/8".parse(), Ok(Part { number: 2, of: 8 }));
    }
}
