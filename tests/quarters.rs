//! A year judged quarter by quarter gives the very bytes of a year judged at once.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use common::examples::{Base, Example, bases, examples_of, folder_of, ledger, read, terms};
use common::parts::difference;
use minsheng::corridor::quarters::Division;
use minsheng::corridor::{Entry, record};
use minsheng::law::Day;
use minsheng::ledger::Ledger;
use minsheng::pack::Pack;
use minsheng::report::audit::{Audit, Wanted, audit, audit_at_once, text};
use minsheng::report::{Voice, examples, json};
use minsheng::state::Subject;
use minsheng::words::Lang;
use serde_json::Value as Json;

/// An audit in the forms that hold all of it.
fn told(audit: &Audit, pack: &Pack) -> Vec<String> {
    let voice = Voice {
        lang: Lang::Zh,
        pack,
        width: 0,
        color: false,
    };
    let mut zh = Vec::new();
    text(audit, voice, true, &mut zh).unwrap();
    let english = json::audit(audit, true, Lang::En);
    vec![
        String::from_utf8(zh).unwrap(),
        serde_json::to_string_pretty(&english).unwrap(),
    ]
}

/// The years that some ledger has cases of.
fn years(ledger: &Ledger) -> BTreeSet<i32> {
    let subjects = ledger.reader().subjects("").unwrap();
    let of_case = |id: &String| match Subject::parse(id) {
        Subject::Case(_, year) => Some(year),
        _ => None,
    };
    subjects.iter().filter_map(of_case).collect()
}

/// How many quarters a ledger has, one if it is not divided.
fn quarters(ledger: &Ledger, pack: &Pack) -> usize {
    let division = Division::of(ledger, &pack.read_above()).unwrap();
    division.map_or(1, |division| division.quarters.len())
}

/// What a year judged in quarters says otherwise than at once.
fn apart(ledger: &Ledger, pack: &Pack, year: i32, as_of: Day) -> Option<String> {
    [true, false].into_iter().find_map(|all| {
        let wanted = Wanted {
            all,
            ..Wanted::default()
        };
        let whole = audit_at_once(ledger, pack, year, as_of, &wanted).unwrap();
        let divided = audit(ledger, pack, year, as_of, &wanted).unwrap();
        difference(&told(&whole, pack), &told(&divided, pack))
    })
}

/// Which examples of a file are tried: all with `MINSHENG_FULL`, else a few.
fn chosen(place: usize, file: usize) -> bool {
    std::env::var_os("MINSHENG_FULL").is_some() || (place + file).is_multiple_of(37)
}

/// The steps of an example, and the same once more for communities of another street: persons,
/// contractors and lists are those of the first.
fn twice(steps: Vec<examples::Fields>) -> Vec<examples::Fields> {
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

/// How many quarters an example's ledger has, and what is said of it otherwise in quarters.
fn one_example(
    pack: &Pack,
    bases: &BTreeMap<String, Base>,
    example: &Example,
) -> (usize, Option<String>) {
    let place = tempfile::tempdir().unwrap();
    let mut ledger = ledger(place.path(), pack);
    let base = &bases[&example.base];
    let steps = twice(examples::steps(base, example).unwrap());
    let entries = steps.into_iter().map(|map| Entry {
        again: true,
        ..Entry::new(read(pack, map))
    });
    if let Err(refusal) = record(&mut ledger, pack, entries.collect(), &terms(true)).unwrap() {
        // an example whose records cannot stand twice is left out, which is counted
        let _ = refusal;
        return (0, None);
    }
    let as_of = example.as_of.as_deref().or(base.as_of.as_deref());
    let as_of: Day = as_of.unwrap_or("2023-07-01").parse().unwrap();
    let found = years(&ledger)
        .into_iter()
        .find_map(|year| apart(&ledger, pack, year, as_of));
    (quarters(&ledger, pack), found)
}

fn every_example(id: &str) {
    let pack = Pack::load(&folder_of(id)).unwrap();
    let folder = examples_of(id);
    let bases = bases(&folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("base.jsonl"))
        .collect();
    files.sort();
    let (mut wrong, mut divided, mut count) = (Vec::new(), 0, 0);
    for (number, file) in files.iter().enumerate() {
        let text = std::fs::read_to_string(file).unwrap();
        let rule = file.file_stem().unwrap().to_string_lossy().into_owned();
        let list = examples::of_rule(&text, &rule).unwrap();
        for (place, example) in list.iter().enumerate() {
            if !chosen(place, number) {
                continue;
            }
            let (quarters, found) = one_example(&pack, &bases, example);
            count += 1;
            divided += usize::from(quarters > 1);
            if let Some(found) = found {
                wrong.push(format!("{rule} {}: {found}", example.name));
            }
        }
    }
    let shown = wrong[..wrong.len().min(5)].join("\n\n");
    assert!(wrong.is_empty(), "{} of {count}\n{shown}", wrong.len());
    assert!(2 * divided > count, "{divided} of {count} were divided");
}

#[test]
fn examples_are_judged_in_quarters_as_at_once() {
    for id in ["nanshan-2020", "dongguan-2020", "haicang-2018"] {
        every_example(id);
    }
}
