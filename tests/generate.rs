//! Made-up ledgers: sound, the same for the same seed, with projects that keep the
//! regulation and some that do not.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "../examples/generate/made.rs"]
mod made;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use made::world::{World, YEARS};
use made::write::{Target, write};
use minsheng::ledger::Ledger;
use minsheng::pack::Pack;
use minsheng::step::{self, input};
use serde_json::Value as Json;

const CASES: u64 = 120;

fn one(folder: &Path, seed: u64) -> PathBuf {
    let world = World::new(CASES, seed, None, YEARS.to_vec());
    let path = folder.join(format!("{seed}.db"));
    let mut target = Target::one(&path, &world).unwrap();
    write(&world, &mut target, &|_| ()).unwrap();
    path
}

fn minsheng(ledger: &Path, args: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("minsheng").unwrap();
    let output = command
        .arg("--ledger")
        .arg(ledger)
        .args(args)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    (code, String::from_utf8(output.stdout).unwrap())
}

fn audit(ledger: &Path) -> Json {
    let args = [
        "audit",
        "--year",
        "2022",
        "--as-of",
        "2023-07-01",
        "--format",
        "json",
    ];
    let (code, stdout) = minsheng(ledger, &args);
    assert_eq!(code, 1, "{stdout}");
    serde_json::from_str(&stdout).unwrap()
}

/// How often each fact stands in some ledgers, whatever its chain; without what each ledger
/// says of itself.
fn facts(ledgers: &[PathBuf]) -> BTreeMap<(String, String, String, String), u32> {
    let mut facts = BTreeMap::new();
    for path in ledgers {
        let ledger = Ledger::open_read(path).unwrap();
        let each = |event: minsheng::ledger::Event| {
            if !matches!(event.step.as_str(), "init" | "regime.extend") {
                let fact = (event.step, event.subject, event.occurred, event.payload);
                *facts.entry(fact).or_default() += 1;
            }
            true
        };
        ledger.reader().all(each).unwrap();
    }
    facts
}

#[test]
fn the_same_seed_gives_the_same_ledger_and_another_another() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let head = |path: &Path| audit(path)["ledger"]["head"].as_str().unwrap().to_owned();
    let first = head(&one(a.path(), 7));
    assert_eq!(first, head(&one(b.path(), 7)));
    assert_ne!(first, head(&one(a.path(), 8)));
}

#[test]
fn it_verifies_and_the_audit_finds_kept_and_broken_projects() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = one(folder.path(), 1);
    let (code, stdout) = minsheng(&ledger, &["verify"]);
    assert_eq!(code, 0, "{stdout}");
    let audit = audit(&ledger);
    let projects = audit["summary"]["projects"].as_u64().unwrap();
    assert!((30..50).contains(&projects), "{projects}");
    let broken: BTreeSet<&str> = audit["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["scope"] == "case")
        .filter(|f| f["verdict"] == "violation" || f["verdict"] == "deviation")
        .map(|f| f["subject"].as_str().unwrap())
        .collect();
    assert!(!broken.is_empty());
    // a few of a hundred, not all
    assert!(broken.len() as u64 * 5 < projects, "{broken:?}");
    let verdicts = &audit["summary"]["verdicts"];
    assert!(
        verdicts["pass"].as_u64() > Some(50 * projects),
        "{verdicts}"
    );
}

#[test]
fn many_small_ledgers_hold_the_same_facts_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let whole = one(folder.path(), 3);
    let world = World::new(CASES, 3, None, YEARS.to_vec());
    let split = folder.path().join("split");
    let mut target = Target::split(&split, &world).unwrap();
    write(&world, &mut target, &|_| ()).unwrap();
    let small: Vec<PathBuf> = std::fs::read_dir(&split)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "db"))
        .collect();
    assert_eq!(
        small.len(),
        3,
        "two communities and the district: {small:?}"
    );
    for path in &small {
        assert_eq!(minsheng(path, &["verify"]).0, 0, "{}", path.display());
    }
    assert_eq!(facts(&[whole]), facts(&small));
}

/// What the example writes are steps as the corridor would have written them: read again from
/// their payload they are the same to the byte.
#[test]
fn every_made_step_is_in_canonical_form() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open_read(&one(folder.path(), 5)).unwrap();
    let pack = Pack::load("nanshan-2020").unwrap();
    let mut kinds = BTreeSet::new();
    let each = |event: minsheng::ledger::Event| {
        let def = step::find(&event.step).unwrap();
        let Json::Object(values) = serde_json::from_str(&event.payload).unwrap() else {
            panic!("{}", event.payload);
        };
        let read = input::read(def, &values, &pack);
        let read = read.unwrap_or_else(|problems| panic!("{} {problems:?}", event.payload));
        // what the tool fills in may stand elsewhere than in the form
        let given = |mut values: serde_json::Map<String, Json>| {
            let filled = |field: &&step::Field| ["shelf", "subject"].contains(&field.name);
            for field in def.fields.iter().filter(filled) {
                values.shift_remove(field.name);
            }
            Json::Object(values).to_string()
        };
        assert_eq!(
            given(read.values.into_map()),
            given(values),
            "{}",
            event.step
        );
        kinds.insert(event.step);
        true
    };
    ledger.reader().all(each).unwrap();
    assert!(kinds.len() >= 50, "{}: {kinds:?}", kinds.len());
}
