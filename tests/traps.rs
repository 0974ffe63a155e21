//! The numbered traps of the regulation's text: places where a quick reading goes wrong.
//!
//! `fixtures/traps/nanshan-2020.jsonl` holds for each number the facts and what the book
//! must say of them, or why the trap concerns nothing that a ledger does.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use common::cli::fixture;
use common::examples::{Example, judge, pack_folder};
use minsheng::pack::Pack;
use serde::Deserialize;

/// One line of the fixture.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// Number of the trap.
    trap: u32,
    /// What it shows, or why nothing can be shown.
    name: String,
    /// The facts; none for a trap that concerns no behaviour.
    #[serde(default)]
    facts: Option<Facts>,
    /// What the book says, by rule.
    #[serde(default)]
    expect: BTreeMap<String, String>,
}

/// The facts of a trap, as in the examples of the rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    base: String,
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    set: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    add: Vec<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    subject: Option<String>,
}

fn lines(trap: u32) -> Vec<Line> {
    let text = std::fs::read_to_string(fixture("traps/nanshan-2020.jsonl")).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str::<Line>(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .filter(|line| line.trap == trap)
        .collect()
}

/// Runs every line of a trap that concerns behaviour.
fn trap(number: u32) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules/nanshan-2020");
    let pack = Pack::load(&pack_folder()).unwrap();
    let lines = lines(number);
    assert!(
        lines.iter().any(|line| line.facts.is_some()),
        "no facts for trap {number}"
    );
    for line in lines {
        let Some(facts) = line.facts else { continue };
        let example = Example {
            name: line.name.clone(),
            base: facts.base,
            as_of: facts.as_of,
            drop: facts.drop,
            set: facts.set,
            add: facts.add,
            subject: facts.subject,
            ..Example::default()
        };
        assert!(!line.expect.is_empty(), "{}", line.name);
        let says = judge(&folder, &pack, &example);
        for (rule, verdict) in &line.expect {
            let said = says.get(rule).map_or("not judged", String::as_str);
            assert_eq!(said, verdict, "trap {number}: {rule}: {}", line.name);
        }
    }
}

macro_rules! traps {
    ($($name:ident = $number:literal),* $(,)?) => {
        $(#[test] fn $name() { trap($number); })*

        /// Every number from 1 to 63 has its test, or says why it needs none.
        #[test]
        fn every_trap_is_shown_or_concerns_no_behaviour() {
            let shown = [$($number),*];
            for number in 1..=63 {
                if shown.contains(&number) {
                    continue;
                }
                let lines = lines(number);
                assert!(!lines.is_empty(), "trap {number} is not told");
                assert!(lines.iter().all(|line| line.facts.is_none()), "trap {number} has facts and no test");
            }
        }
    };
}

traps! {
    trap_01 = 1, trap_02 = 2, trap_03 = 3, trap_04 = 4, trap_05 = 5, trap_06 = 6, trap_07 = 7,
    trap_08 = 8, trap_10 = 10, trap_11 = 11, trap_12 = 12, trap_13 = 13, trap_14 = 14,
    trap_15 = 15, trap_16 = 16, trap_17 = 17, trap_18 = 18, trap_19 = 19, trap_20 = 20,
}
