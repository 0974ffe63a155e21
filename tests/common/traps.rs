//! The traps of a text: places where a quick reading goes wrong, by number.

use std::collections::BTreeMap;

use minsheng::pack::Pack;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::cli::fixture;
use super::examples::{Example, examples_of, folder_of, judge};

/// One line of `fixtures/traps`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number of the trap.
    #[serde(rename = "trap")]
    pub number: String,
    /// What it shows, or why nothing can be shown.
    pub name: String,
    /// The facts; none for a trap that concerns no behaviour.
    #[serde(default)]
    pub facts: Option<Facts>,
    /// What the book says, by rule.
    #[serde(default)]
    pub expect: BTreeMap<String, String>,
}

/// The facts of a trap, as in the examples of the rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    base: String,
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    set: Map<String, Json>,
    #[serde(default)]
    add: Vec<Map<String, Json>>,
    #[serde(default)]
    subject: Option<String>,
}

/// The traps of a pack.
pub fn lines(id: &str) -> Vec<Line> {
    let text = std::fs::read_to_string(fixture(&format!("traps/{id}.jsonl"))).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

/// What the book says otherwise than the lines of a pack expect.
pub fn wrong(id: &str, lines: Vec<Line>) -> Vec<String> {
    let (pack, folder) = (Pack::load(&folder_of(id)).unwrap(), examples_of(id));
    let mut wrong = Vec::new();
    for line in lines {
        let Some(facts) = line.facts else { continue };
        let place = format!("{} {}", line.number, line.name);
        assert!(!line.expect.is_empty(), "{place}");
        let example = Example {
            name: line.name,
            base: facts.base,
            as_of: facts.as_of,
            drop: facts.drop,
            set: facts.set,
            add: facts.add,
            subject: facts.subject,
            ..Example::default()
        };
        let says = judge(&folder, &pack, &example);
        for (rule, verdict) in &line.expect {
            let said = says.get(rule).map_or("not judged", String::as_str);
            if said != verdict {
                wrong.push(format!("{place}: {rule} is {said}, expected {verdict}"));
            }
        }
    }
    wrong
}
