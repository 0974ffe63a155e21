//! Every rule seen kept, broken and exempt: the examples of `fixtures/rules`.
//!
//! An example starts from a base case that is entirely in order, changes a little, and
//! says what the whole book must say. `MINSHENG_BLESS=1` rewrites the `says` of each
//! example; the `expect` is written by hand and must hold all the same.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::examples::{Example, bases, judge, pack_folder};
use minsheng::pack::check::{IfMissing, Side};
use minsheng::pack::{Pack, Primitive, Rule, Severity, Treatment};

const PACK: &str = "nanshan-2020";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/rules")
        .join(PACK)
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .filter(|path| path.file_stem().is_some_and(|s| s != "base"))
        .filter(|path| wanted(&path.file_stem().unwrap_or_default().to_string_lossy()))
        .collect();
    files.sort();
    files
}

/// `MINSHENG_ONLY=A11,A12` looks at the rules that begin so.
fn wanted(rule: &str) -> bool {
    std::env::var("MINSHENG_ONLY").map_or(true, |only| only.split(',').any(|p| rule.starts_with(p)))
}

#[test]
fn bases_are_entirely_in_order() {
    let pack = Pack::load(&pack_folder()).unwrap();
    let mut wrong = Vec::new();
    for name in bases(&folder()).keys() {
        let example = Example::plain(name);
        let says = judge(&folder(), &pack, &example);
        wrong.extend(
            says.into_iter()
                .filter(|(_, verdict)| !matches!(verdict.as_str(), "pass" | "not-applicable"))
                .map(|(rule, verdict)| format!("{name}: {rule} {verdict}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_holds() {
    let pack = Pack::load(&pack_folder()).unwrap();
    let files = files();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            let (files, pack) = (&files, &pack);
            scope.spawn(move || -> Vec<String> {
                files
                    .iter()
                    .skip(half)
                    .step_by(2)
                    .flat_map(|path| check(path, pack))
                    .collect()
            })
        });
        halves
            .into_iter()
            .flat_map(|half| half.join().unwrap())
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the examples of one rule.
fn check(path: &Path, pack: &Pack) -> Vec<String> {
    let bless = std::env::var_os("MINSHENG_BLESS").is_some();
    let mut wrong = Vec::new();
    let rule = path.file_stem().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let mut blessed = String::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty())
    {
        let place = format!("{rule}.jsonl:{}", number + 1);
        let mut example: Example =
            serde_json::from_str(line).unwrap_or_else(|e| panic!("{place}: {e}"));
        let judged = std::panic::catch_unwind(|| judge(&folder(), pack, &example));
        let Ok(says) = judged else {
            wrong.push(format!(
                "{place} {}: cannot be recorded, expected",
                example.name
            ));
            continue;
        };
        let found = says
            .get(&rule)
            .cloned()
            .unwrap_or_else(|| "not judged".into());
        if found != example.expect {
            wrong.push(format!(
                "{place} {}: {rule} is {found}, expected {}",
                example.name, example.expect
            ));
        }
        let noise = by_verdict(&says, &rule);
        if bless {
            example.says = noise;
            blessed.push_str(&serde_json::to_string(&example).unwrap());
            blessed.push('\n');
        } else if noise != example.says {
            wrong.push(format!(
                "{place} {}: the book says {noise:?}, the example {:?}",
                example.name, example.says
            ));
        }
    }
    if bless {
        std::fs::write(path, blessed).unwrap();
    }
    wrong
}

/// What the rest of the book says, but for what passes or does not apply.
fn by_verdict(says: &BTreeMap<String, String>, rule: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut list: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, verdict) in says {
        if id != rule && !matches!(verdict.as_str(), "pass" | "not-applicable") {
            list.entry(verdict.clone()).or_default().insert(id.clone());
        }
    }
    list
}

#[test]
fn every_computed_rule_is_seen_kept_broken_and_exempt() {
    let pack = Pack::load(&pack_folder()).unwrap();
    let mut lacking = Vec::new();
    for rule in &pack.rules {
        if matches!(rule.treatment, Treatment::Recorded(_)) || !wanted(&rule.id) {
            continue;
        }
        let path = folder().join(format!("{}.jsonl", rule.id));
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let seen: BTreeSet<String> = text
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(|line| serde_json::from_str::<Example>(line).unwrap().expect)
            .collect();
        // a closed list, a permission to say “mainly”, any source at all: these cannot break
        let unbreakable = ["A2-TYPES", "A2-CATEGORY", "A8-SOURCES", "A36-VALID"];
        let broken: &[&str] = if rule.severity == Severity::Info {
            // a permission is used or not
            &["not-applicable"]
        } else if never_breaks(rule) {
            &["unverifiable", "borderline"]
        } else if matches!(rule.treatment, Treatment::Attested { .. }) {
            // a document is there or not
            &["unverifiable"]
        } else if unbreakable.contains(&rule.id.as_str()) || rule.id.ends_with("-VALID") {
            &["out-of-force"]
        } else {
            &["violation", "deviation"]
        };
        let has = |any: &[&str]| any.iter().any(|v| seen.contains(*v));
        if !has(&["pass"]) || !has(broken) {
            lacking.push(format!("{} needs kept and broken, has {seen:?}", rule.id));
        }
        let can_be_exempt = !rule.exempt.is_empty()
            || matches!(&rule.treatment, Treatment::Computed(checks) if checks[0].when.is_some() && checks.iter().all(|c| c.when == checks[0].when));
        if can_be_exempt && !has(&["not-applicable"]) {
            lacking.push(format!("{} needs an exempt example", rule.id));
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// True if all that a rule can miss is a paper that may still be brought.
fn never_breaks(rule: &Rule) -> bool {
    let Treatment::Computed(checks) = &rule.treatment else {
        return false;
    };
    checks.iter().all(|check| match &check.primitive {
        Primitive::Presence {
            if_missing, after, ..
        } => *if_missing == IfMissing::Unverifiable && after.is_none(),
        // one of a kind, of which there is one or none
        Primitive::Count {
            of,
            min,
            if_missing,
            ..
        } => {
            *min == 1
                && *if_missing == IfMissing::Unverifiable
                && of.iter().all(|(_, filter)| filter.is_none())
        }
        Primitive::Conflict { role, .. } => matches!(role, Side::Listed | Side::Reminded),
        _ => false,
    })
}

#[test]
fn the_files_of_the_pack_are_the_pack_that_is_built_in() {
    let (files, built_in) = (Pack::load(&pack_folder()), Pack::load(PACK));
    let ids = |pack: Pack| {
        let mut ids: Vec<String> = pack.rules.into_iter().map(|rule| rule.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(files.unwrap()), ids(built_in.unwrap()));
}

#[test]
fn every_file_is_of_a_rule() {
    let pack = Pack::load(&pack_folder()).unwrap();
    for path in files() {
        let rule = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(pack.rule(&rule).is_some(), "{rule}");
    }
}
