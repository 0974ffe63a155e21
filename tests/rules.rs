//! Every rule seen kept, broken and exempt: the examples of `fixtures/rules`.
//!
//! An example starts from a base case that is entirely in order, changes a little, and
//! says what the whole book must say. `MINSHENG_BLESS=1` rewrites the `says` of each
//! example; the `expect` is written by hand and must hold all the same.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::examples::{Example, bases, examples_of, folder_of, judge};
use minsheng::pack::check::{IfMissing, Side};
use minsheng::pack::{Pack, Primitive, Rule, Severity, Treatment};

/// The packs that come with the tool; `MINSHENG_PACK=…` looks at one of them.
fn packs() -> impl Iterator<Item = &'static str> {
    let only = std::env::var("MINSHENG_PACK").ok();
    Pack::embedded().filter(move |id| only.as_deref().is_none_or(|only| only == *id))
}

fn load(id: &str) -> Pack {
    Pack::load(&folder_of(id)).unwrap()
}

fn files(pack: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(examples_of(pack))
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
    let mut wrong = Vec::new();
    for id in packs() {
        let (pack, folder) = (load(id), examples_of(id));
        for name in bases(&folder).keys() {
            let says = judge(&folder, &pack, &Example::plain(name));
            wrong.extend(
                says.into_iter()
                    .filter(|(_, verdict)| !matches!(verdict.as_str(), "pass" | "not-applicable"))
                    .map(|(rule, verdict)| format!("{id} {name}: {rule} {verdict}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_holds() {
    for id in packs() {
        let pack = load(id);
        let files = files(id);
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
        assert!(wrong.is_empty(), "{id}\n{}", wrong.join("\n"));
    }
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
        let folder = path.parent().unwrap();
        let judged = std::panic::catch_unwind(|| judge(folder, pack, &example));
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
    for id in packs() {
        let pack = load(id);
        let lacking: Vec<String> = pack
            .rules
            .iter()
            .filter(|rule| !matches!(rule.treatment(), Treatment::Recorded(_)) && wanted(&rule.id))
            .flat_map(|rule| lacks(id, rule))
            .collect();
        assert!(lacking.is_empty(), "{id}\n{}", lacking.join("\n"));
    }
}

/// Rules that cannot be broken: a closed list, a permission to say “mainly”, any source, a
/// number that is only shown.
const UNBREAKABLE: [&str; 5] = [
    "H3.1-TYPES",
    "A2-TYPES",
    "A2-CATEGORY",
    "A8-SOURCES",
    "A36-VALID",
];

/// What the examples of one rule do not show.
fn lacks(pack: &str, rule: &Rule) -> Vec<String> {
    let mut lacking = Vec::new();
    let path = examples_of(pack).join(format!("{}.jsonl", rule.id));
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let seen: BTreeSet<String> = text
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(|line| serde_json::from_str::<Example>(line).unwrap().expect)
        .collect();
    let broken: &[&str] = if rule.severity == Severity::Info {
        // a permission is used or not
        &["not-applicable"]
    } else if never_breaks(rule) {
        &["unverifiable", "borderline"]
    } else if matches!(rule.treatment(), Treatment::Attested { .. }) {
        // a document is there or not
        &["unverifiable"]
    } else if UNBREAKABLE.contains(&rule.id.as_str()) || rule.id.ends_with("-VALID") {
        &["out-of-force", "unverifiable"]
    } else {
        &["violation", "deviation"]
    };
    let has = |any: &[&str]| any.iter().any(|v| seen.contains(*v));
    if !has(&["pass"]) || !has(broken) {
        lacking.push(format!("{} needs kept and broken, has {seen:?}", rule.id));
    }
    let can_be_exempt = !rule.exempt.is_empty()
        || matches!(rule.treatment(), Treatment::Computed(checks) if checks[0].when.is_some() && checks.iter().all(|c| c.when == checks[0].when));
    if can_be_exempt && !has(&["not-applicable"]) {
        lacking.push(format!("{} needs an exempt example", rule.id));
    }
    lacking
}

/// The readings of a rule, of its checks and of how hard it is.
fn readings(rule: &Rule) -> BTreeSet<String> {
    let Treatment::Computed(checks) = rule.treatment() else {
        return BTreeSet::new();
    };
    let of_checks = checks.iter().flat_map(|check| &check.readings);
    let ids = of_checks.map(|reading| reading.id.clone());
    ids.chain(rule.contested.iter().map(|c| c.id.clone()))
        .collect()
}

#[test]
fn every_reading_is_seen_to_disagree() {
    let mut lacking = Vec::new();
    for id in packs() {
        let (pack, folder) = (load(id), examples_of(id));
        for rule in pack.rules.iter().filter(|rule| wanted(&rule.id)) {
            let mut open = readings(rule);
            // what can only be missing cannot be turned
            if open.is_empty() || never_breaks(rule) {
                continue;
            }
            let path = folder.join(format!("{}.jsonl", rule.id));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            for line in text.lines().filter(|line| line.contains("\"borderline\"")) {
                let example: Example = serde_json::from_str(line).unwrap();
                if example.expect == "borderline" {
                    let found = common::examples::findings(&folder, &pack, &example);
                    let own = found.into_iter().filter(|f| f.rule == rule.id);
                    own.filter_map(|f| f.reading).for_each(|reading| {
                        open.remove(&reading);
                    });
                }
            }
            if !open.is_empty() {
                lacking.push(format!("{id} {}: {open:?}", rule.id));
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// True if all that a rule can miss is a paper that may still be brought.
fn never_breaks(rule: &Rule) -> bool {
    let Treatment::Computed(checks) = rule.treatment() else {
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
        Primitive::SetCover { lacking, .. } => *lacking == IfMissing::Unverifiable,
        Primitive::Lag(_) => true,
        _ => false,
    })
}

#[test]
fn the_files_of_the_pack_are_the_pack_that_is_built_in() {
    for id in Pack::embedded() {
        let (files, built_in) = (load(id), Pack::load(id).unwrap());
        let ids = |pack: Pack| {
            let mut ids: Vec<String> = pack.rules.into_iter().map(|rule| rule.id).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(files), ids(built_in), "{id}");
    }
}

#[test]
fn every_file_is_of_a_rule() {
    for id in packs() {
        let pack = load(id);
        for path in files(id) {
            let rule = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(pack.rule(&rule).is_some(), "{id} {rule}");
        }
    }
}
