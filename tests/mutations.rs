//! A year that is entirely in order, and one change for each judged rule that turns on
//! exactly what it must: the regression suite of the book.
//!
//! `fixtures/golden/in-order.jsonl` is the year, `mutations.jsonl` the changes. A change
//! names the rule that it is for; `turns` says all that the book then says. With
//! `MINSHENG_BLESS=1` `turns` is written anew; the rule itself must turn all the same.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use common::cli::{Office, fixture};
use common::examples::{Change, ledger, pack_folder, read, repeated, terms};
use minsheng::corridor::{Entry, record};
use minsheng::law::Day;
use minsheng::pack::{Pack, Severity, Treatment};
use minsheng::report::audit::subjects;
use minsheng::state::Book;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

const AS_OF: &str = "2023-09-30";

/// One change of the year.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    /// The rule that it is for.
    rule: String,
    /// What it shows, as a sentence.
    name: String,
    /// The case or subject whose steps are meant; all if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Steps to leave out, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    drop: Vec<String>,
    /// Fields to change, `step.field` or `step#1.field` for the second; null takes it away.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    set: Map<String, Json>,
    /// Steps to add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    add: Vec<Map<String, Json>>,
    /// All that the book then says, but for what passes or does not apply.
    #[serde(default)]
    turns: BTreeSet<String>,
}

type Steps = Vec<Map<String, Json>>;

fn year() -> Steps {
    let text = std::fs::read_to_string(fixture("golden/in-order.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn mutations() -> Vec<Mutation> {
    let text = std::fs::read_to_string(fixture("golden/mutations.jsonl")).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

/// True if a step is of the case that is meant, of its demand or its meeting, or of none.
fn is_at(step: &Map<String, Json>, at: Option<&String>) -> bool {
    let Some(case) = at else { return true };
    let number = case.rsplit('0').next().unwrap();
    let near = [
        case.clone(),
        format!("HZ2022-D900{number}"),
        format!("HZ2022-M{number}"),
    ];
    let own: Vec<&str> = [
        "case",
        "demand",
        "meeting",
        "subject",
        "session",
        "inspection",
    ]
    .into_iter()
    .filter_map(|field| step.get(field)?.as_str())
    .filter(|id| id.starts_with("HZ2022-"))
    .collect();
    own.is_empty() || own.iter().any(|id| near.iter().any(|n| n == id))
}

fn mutated(mutation: &Mutation) -> Steps {
    let mut steps = year();
    let change = Change {
        drop: &mutation.drop,
        set: &mutation.set,
        add: &mutation.add,
    };
    let meant = |step: &Map<String, Json>| is_at(step, mutation.at.as_ref());
    change
        .make(&mut steps, &meant)
        .unwrap_or_else(|e| panic!("{}: {e}", mutation.rule));
    steps
}

/// What the whole book says of the year, but for what passes or does not apply.
fn says(pack: &Pack, steps: Steps, as_is: bool) -> BTreeSet<String> {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = ledger(dir.path(), pack);
    let entries = steps
        .into_iter()
        .flat_map(repeated)
        .map(|map| Entry::new(read(pack, map)))
        .collect();
    record(&mut ledger, pack, entries, &terms(as_is))
        .unwrap()
        .unwrap_or_else(|refusal| panic!("{refusal:#?}"));
    let mut book = Book::new();
    let all = ledger.reader().all(|event| {
        book.take(event);
        true
    });
    all.unwrap();
    let as_of: Day = AS_OF.parse().unwrap();
    subjects(&book, 2022, as_of)
        .iter()
        .flat_map(|subject| minsheng::judge::judge(pack, &book, subject, as_of))
        .filter(|finding| !matches!(finding.verdict.id(), "pass" | "not-applicable"))
        .map(|f| format!("{} {} {}", f.rule, f.subject, f.verdict.id()))
        .collect()
}

#[test]
fn a_year_in_order_is_recorded_through_every_gate_and_nothing_is_found() {
    let pack = Pack::load(&pack_folder()).unwrap();
    let found = says(&pack, year(), false);
    assert!(found.is_empty(), "{found:#?}");
    // and through the commands
    let office = Office::empty();
    office.run("init --origin GOLDEN.2").ends(0);
    let lines: Vec<String> = year()
        .into_iter()
        .flat_map(repeated)
        .map(|step| Json::Object(step).to_string())
        .collect();
    office.record(&lines.join("\n"), "").ends(0);
    let json = office
        .run(&format!(
            "audit --year 2022 --as-of {AS_OF} --format json --fail-on unverifiable"
        ))
        .ends(0)
        .json();
    let verdicts = json["summary"]["verdicts"].as_object().unwrap();
    for verdict in [
        "violation",
        "deviation",
        "borderline",
        "unverifiable",
        "pending",
        "out-of-force",
    ] {
        assert_eq!(verdicts[verdict], 0, "{verdict}");
    }
    assert_eq!(json["summary"]["projects"], 6);
}

#[test]
fn each_change_turns_on_exactly_what_it_must() {
    let pack = Pack::load(&pack_folder()).unwrap();
    let bless = std::env::var_os("MINSHENG_BLESS").is_some();
    let only = std::env::var("MINSHENG_ONLY").unwrap_or_default();
    let list: Vec<Mutation> = mutations();
    let wanted = |m: &&Mutation| only.is_empty() || only.split(',').any(|o| m.rule.starts_with(o));
    let found: BTreeMap<usize, BTreeSet<String>> = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            let (pack, list) = (&pack, &list);
            scope.spawn(move || {
                let mine = list.iter().enumerate().skip(half).step_by(2);
                mine.filter(|(_, m)| wanted(m))
                    .map(|(i, m)| {
                        // a change that cannot be recorded is told with the others
                        let said = std::panic::catch_unwind(|| says(pack, mutated(m), true));
                        (i, said.unwrap_or_default())
                    })
                    .collect::<Vec<_>>()
            })
        });
        halves
            .into_iter()
            .flat_map(|half| half.join().unwrap())
            .collect()
    });
    let mut wrong = Vec::new();
    let mut blessed = list.clone();
    for (index, says) in &found {
        let mutation = &list[*index];
        let own = format!("{} ", mutation.rule);
        if !says.iter().any(|said| said.starts_with(&own)) {
            wrong.push(format!(
                "{}: does not turn {}",
                mutation.rule, mutation.name
            ));
        }
        if *says != mutation.turns && !bless {
            wrong.push(format!(
                "{}: {} turns {says:?}, expected {:?}",
                mutation.rule, mutation.name, mutation.turns
            ));
        }
        blessed[*index].turns.clone_from(says);
    }
    if bless {
        let lines: Vec<String> = blessed
            .iter()
            .map(|m| serde_json::to_string(m).unwrap())
            .collect();
        std::fs::write(
            PathBuf::from(fixture("golden/mutations.jsonl")),
            lines.join("\n") + "\n",
        )
        .unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_judged_rule_has_its_change() {
    let pack = Pack::load(&pack_folder()).unwrap();
    let changed: BTreeSet<String> = mutations().into_iter().map(|m| m.rule).collect();
    let lacking: Vec<&str> = pack
        .rules
        .iter()
        .filter(|rule| !matches!(rule.treatment(), Treatment::Recorded(_)))
        // a permission gives no finding
        .filter(|rule| rule.severity != Severity::Info)
        .map(|rule| rule.id.as_str())
        .filter(|id| !changed.contains(*id))
        .collect();
    assert!(lacking.is_empty(), "{}: {lacking:?}", lacking.len());
}
