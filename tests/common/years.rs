//! The years of the examples' ledgers, and how they are told.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use minsheng::law::Day;
use minsheng::ledger::Ledger;
use minsheng::pack::Pack;
use minsheng::report::audit::{Findings, text};
use minsheng::report::{Voice, examples, json};
use minsheng::state::Subject;
use minsheng::words::Lang;
use serde_json::Value as Json;

use super::examples::{Base, Example, bases, examples_of, folder_of};

/// The bases of a pack's examples, by their names.
pub type Bases = BTreeMap<String, Base>;

/// A judged year in the forms that hold all of it.
pub fn told(findings: &dyn Findings, pack: &Pack) -> Vec<String> {
    let voice = |lang| Voice {
        lang,
        pack,
        width: 0,
        color: false,
    };
    let written = |lang, all| {
        let mut out = Vec::new();
        text(findings, voice(lang), all, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let english = json::audit(findings, true, Lang::En);
    vec![
        written(Lang::Zh, true),
        written(Lang::En, false),
        serde_json::to_string_pretty(&english).unwrap(),
    ]
}

/// The years that some ledger has cases of.
pub fn years(ledger: &Ledger) -> BTreeSet<i32> {
    let subjects = ledger.reader().subjects("").unwrap();
    let of_case = |id: &String| match Subject::parse(id) {
        Subject::Case(_, year) => Some(year),
        _ => None,
    };
    subjects.iter().filter_map(of_case).collect()
}

/// The day up to which an example is judged.
pub fn as_of(base: &Base, example: &Example) -> Day {
    let as_of = example.as_of.as_deref().or(base.as_of.as_deref());
    as_of.unwrap_or("2023-07-01").parse().unwrap()
}

/// Tries examples of a pack, all with `MINSHENG_FULL`, else those of which `chosen` says so by
/// their place in the file and the number of the file; `one` says what is wrong with an example,
/// told how many were tried before. How many were tried.
pub fn each_example(
    id: &str,
    chosen: impl Fn(usize, usize) -> bool,
    mut one: impl FnMut(&Pack, &Bases, &Example, usize) -> Option<String>,
) -> usize {
    let pack = Pack::load(&folder_of(id)).unwrap();
    let folder = examples_of(id);
    let bases = bases(&folder);
    let full = std::env::var_os("MINSHENG_FULL").is_some();
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("base.jsonl"))
        .collect();
    files.sort();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (number, file) in files.iter().enumerate() {
        let text = std::fs::read_to_string(file).unwrap();
        let rule = file.file_stem().unwrap().to_string_lossy().into_owned();
        let list = examples::of_rule(&text, &rule).unwrap();
        for (place, example) in list.iter().enumerate() {
            if full || chosen(place, number) {
                if let Some(found) = one(&pack, &bases, example, count) {
                    wrong.push(format!("{rule} {}: {found}", example.name));
                }
                count += 1;
            }
        }
    }
    assert!(count > 0);
    let shown = wrong[..wrong.len().min(5)].join("\n\n");
    assert!(wrong.is_empty(), "{} of {count}\n{shown}", wrong.len());
    count
}

/// The steps of an example, and the same once more for communities of another street: persons,
/// contractors and lists are those of the first.
pub fn twice(steps: Vec<examples::Fields>) -> Vec<examples::Fields> {
    let text = |step: &examples::Fields, field: &str| {
        step.get(field).and_then(Json::as_str).map(str::to_owned)
    };
    let mut codes = BTreeSet::new();
    let mut streets = BTreeSet::new();
    for step in &steps {
        if text(step, "step").as_deref() == Some("register.community") {
            codes.extend(text(step, "community"));
            streets.extend(text(step, "street"));
        }
    }
    let far = |step: &examples::Fields| {
        let near = serde_json::to_string(step).unwrap();
        let mut far = near.clone();
        for code in &codes {
            far = far.replace(&format!("\"{code}"), &format!("\"QQ{code}"));
        }
        for street in &streets {
            far = far.replace(street.as_str(), &format!("外{street}"));
        }
        let number = text(step, "event").is_some() || step.contains_key("event");
        (far != near && !number).then(|| serde_json::from_str(&far).unwrap())
    };
    let others: Vec<examples::Fields> = steps.iter().filter_map(far).collect();
    steps.into_iter().chain(others).collect()
}
