//! A year judged quarter by quarter gives the very bytes of a year judged at once, and so does one
//! of which only the quarters are judged to which something was added.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::examples::{Example, ledger, read, terms};
use common::parts::difference;
use common::years::{Bases, as_of, each_example, told, twice, years};
use minsheng::corridor::quarters::Division;
use minsheng::corridor::{Entry, record};
use minsheng::law::Day;
use minsheng::ledger::Ledger;
use minsheng::pack::Pack;
use minsheng::report::audit::{Stamp, Wanted, audit, audit_at_once, audit_to_file, renewed};
use minsheng::report::examples;

const PACKS: [&str; 3] = ["nanshan-2020", "dongguan-2020", "haicang-2018"];

/// How many quarters a ledger has, one if it is not divided.
fn quarters(ledger: &Ledger, pack: &Pack) -> usize {
    let division = Division::of(ledger, &pack.steps_above()).unwrap();
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

/// The records of an example, each for two streets.
fn entries(pack: &Pack, bases: &Bases, example: &Example) -> Vec<Entry> {
    let steps = twice(examples::steps(&bases[&example.base], example).unwrap());
    let entries = steps.into_iter().map(|map| Entry {
        again: true,
        ..Entry::new(read(pack, map))
    });
    entries.collect()
}

/// How many quarters an example's ledger has, and what is said of it otherwise in quarters;
/// nothing of an example whose records cannot stand twice.
fn in_quarters(pack: &Pack, bases: &Bases, example: &Example) -> Option<(usize, Option<String>)> {
    let place = tempfile::tempdir().unwrap();
    let mut ledger = ledger(place.path(), pack);
    let entries = entries(pack, bases, example);
    record(&mut ledger, pack, entries, &terms(true))
        .unwrap()
        .ok()?;
    let as_of = as_of(&bases[&example.base], example);
    let found = years(&ledger)
        .into_iter()
        .find_map(|year| apart(&ledger, pack, year, as_of));
    Some((quarters(&ledger, pack), found))
}

#[test]
fn examples_are_judged_in_quarters_as_at_once() {
    for id in PACKS {
        let mut divided = 0;
        let chosen = |place: usize, file: usize| (place + file).is_multiple_of(37);
        let count = each_example(id, chosen, |pack, bases, example, _| {
            let (quarters, found) = in_quarters(pack, bases, example)?;
            divided += usize::from(quarters > 1);
            found
        });
        assert!(2 * divided > count, "{divided} of {count} were divided");
    }
}

/// What findings of a year rest on.
fn stamp(ledger: &Ledger, pack: &Pack, year: i32, as_of: Day) -> Stamp {
    Stamp {
        program: "test".into(),
        pack: pack.sha256.clone(),
        year,
        as_of,
        chains: ledger.stated().unwrap(),
        persons: String::new(),
    }
}

/// Records the last of an example's records one by one and brings up the findings each time: how
/// often they were, and what they say otherwise than findings from the events.
fn one_by_one(pack: &Pack, bases: &Bases, example: &Example) -> Option<(usize, Option<String>)> {
    const LAST: usize = 5;
    let place = tempfile::tempdir().unwrap();
    let mut ledger = ledger(place.path(), pack);
    let mut first = entries(pack, bases, example);
    let last = first.split_off(first.len().saturating_sub(LAST));
    record(&mut ledger, pack, first, &terms(true))
        .unwrap()
        .ok()?;
    let as_of = as_of(&bases[&example.base], example);
    let year = years(&ledger).into_iter().next()?;
    let wanted = Wanted::default();
    let path = place.path().join("found");
    let mut stamps = stamp(&ledger, pack, year, as_of);
    let of = (year, as_of);
    audit_to_file(&ledger, pack, of, &wanted, Some((&path, &stamps))).unwrap();
    let mut count = 0;
    for entry in last {
        record(&mut ledger, pack, vec![entry], &terms(true))
            .unwrap()
            .ok()?;
        stamps = stamp(&ledger, pack, year, as_of);
        let kept = renewed(&ledger, pack, (&path, &stamps), &wanted).unwrap();
        let Some(kept) = kept else {
            audit_to_file(&ledger, pack, of, &wanted, Some((&path, &stamps))).unwrap();
            continue;
        };
        count += 1;
        let anew = audit_to_file(&ledger, pack, of, &wanted, None).unwrap();
        if let Some(found) = difference(&told(&anew, pack), &told(&kept, pack)) {
            return Some((count, Some(found)));
        }
    }
    Some((count, None))
}

#[test]
fn findings_are_brought_up_record_by_record() {
    for id in PACKS {
        let mut renewed = 0;
        let chosen = |place: usize, file: usize| (place + file) % 37 == 5;
        let count = each_example(id, chosen, |pack, bases, example, _| {
            let (count, found) = one_by_one(pack, bases, example)?;
            renewed += count;
            found
        });
        assert!(2 * renewed > count, "{renewed} in {count} examples");
    }
}
