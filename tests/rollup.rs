//! A year audited in parts and put together gives the very bytes of one run.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Office, fixture};
use common::examples::{Example, ledger, read, terms};
use common::parts::{FORMS, YEAR, difference, must};
use common::years::{Bases, as_of, each_example, told, years};
use minsheng::corridor::{Entry, record};
use minsheng::law::Day;
use minsheng::ledger::Ledger;
use minsheng::pack::Pack;
use minsheng::report::audit::{Audit, Wanted, audit};
use minsheng::report::examples;
use minsheng::report::partial::{Part, Partial, Source, partial};
use minsheng::report::rollup::roll_up;
use serde_json::Value as Json;

/// What passes and what does not apply, too.
fn everything() -> Wanted {
    Wanted {
        all: true,
        ..Wanted::default()
    }
}

/// As it stands in a file and comes back.
fn written(partial: &Partial) -> Partial {
    serde_json::from_slice(&serde_json::to_vec(partial).unwrap()).unwrap()
}

fn in_parts(ledger: &Ledger, pack: &Pack, year: i32, as_of: Day, of: u32) -> Audit {
    let given = (1..=of).map(|number| {
        let source = Source {
            ledger,
            part: Some(Part { number, of }),
            own: false,
            key: None,
            all: true,
        };
        let made = partial(source, pack, year, as_of).unwrap();
        (format!("{number}"), written(&made))
    });
    roll_up(pack, given.collect(), &everything()).unwrap()
}

fn by_itself(ledger: &Ledger, pack: &Pack, year: i32, as_of: Day) -> Audit {
    let source = Source {
        ledger,
        part: None,
        own: false,
        key: None,
        all: true,
    };
    let made = partial(source, pack, year, as_of).unwrap();
    let given = vec![("one".to_owned(), written(&made))];
    roll_up(pack, given, &everything()).unwrap()
}

/// What the parts of an example's ledger say otherwise than the whole.
fn one_example(pack: &Pack, bases: &Bases, example: &Example, number: u32) -> Option<String> {
    let place = tempfile::tempdir().unwrap();
    let mut ledger = ledger(place.path(), pack);
    let base = &bases[&example.base];
    let entries = examples::steps(base, example).unwrap();
    let entries = entries.into_iter().map(|map| Entry::new(read(pack, map)));
    record(&mut ledger, pack, entries.collect(), &terms(true))
        .unwrap()
        .unwrap();
    let as_of = as_of(base, example);
    years(&ledger).into_iter().find_map(|year| {
        let whole = audit(&ledger, pack, year, as_of, &everything()).unwrap();
        let whole = told(&whole, pack);
        let parts = told(&in_parts(&ledger, pack, year, as_of, number), pack);
        let alone = told(&by_itself(&ledger, pack, year, as_of), pack);
        difference(&whole, &parts).or_else(|| difference(&whole, &alone))
    })
}

#[test]
fn examples_of_every_pack_roll_up() {
    for id in ["nanshan-2020", "dongguan-2020", "haicang-2018"] {
        let chosen = |place: usize, file: usize| place == 1 && file.is_multiple_of(12);
        each_example(id, chosen, |pack, bases, example, tried| {
            let number = if tried % 2 == 0 { 3 } else { 2 };
            one_example(pack, bases, example, number)
        });
    }
}

/// The ledger of an office in so many parts, each made by a process of its own, gives what one
/// run gives, in every form and with every filter.
fn same_in_parts(office: &Office, year: &str, counts: &[u32], filters: &[&str]) {
    for of in counts {
        let mut files = Vec::new();
        for number in 1..=*of {
            // what passes is told in words only where that is asked for
            for all in ["", "--all"] {
                let file = format!("{number}-{of}{all}.json");
                must(
                    office,
                    &format!("audit {year} --partition {number}/{of} -o {file} --force {all}"),
                );
                files.push(file);
            }
        }
        for form in FORMS.iter().chain(filters) {
            let whole = must(office, &format!("audit {year} --fail-on never {form}"));
            let all = form.contains("--all");
            let files = files.iter().filter(|f| f.contains("--all") == all);
            let files = files.cloned().collect::<Vec<_>>().join(" ");
            let parts = must(
                office,
                &format!("audit roll-up {files} --fail-on never {form}"),
            );
            assert!(
                whole == parts,
                "{of} parts, {form}: {:?}",
                difference(&[whole], &[parts])
            );
        }
    }
}

fn recorded(file: &str, regime: &str) -> Office {
    let office = Office::empty();
    must(
        &office,
        &format!("init --origin GOLDEN.1 --regime {regime}"),
    );
    let text = std::fs::read_to_string(fixture(file)).unwrap();
    let steps = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines = steps
        .flat_map(examples::repeated)
        .map(|step| format!("{}\n", Json::Object(step)));
    office.record(&lines.collect::<String>(), "--as-is").ends(0);
    office
}

#[test]
fn golden_years_roll_up() {
    let two = recorded("golden/two-communities.jsonl", "nanshan-2020");
    let filters = [
        "--community AA --format json --all",
        "--community 乙示例社区",
        "--stage publicize --format json",
        "--rule A24-5PCT --rule X3.14-BAN --format json --all",
    ];
    same_in_parts(&two, YEAR, &[2, 3, 8], &filters);
    let order = recorded("golden/in-order.jsonl", "nanshan-2020");
    same_in_parts(&order, YEAR, &[3], &[]);
    let dongguan = recorded("golden/dongguan-2021.jsonl", "dongguan-2020");
    same_in_parts(&dongguan, "--year 2021 --as-of 2022-06-01", &[2], &[]);
    let haicang = recorded("golden/haicang-2022.jsonl", "haicang-2018");
    same_in_parts(&haicang, "--year 2022 --as-of 2023-06-01", &[2], &[]);
}

#[test]
fn the_demo_rolls_up() {
    let office = Office::empty();
    must(&office, "demo demo");
    let ledger = office.path("demo/minsheng.db");
    std::fs::copy(ledger, office.ledger()).unwrap();
    same_in_parts(&office, YEAR, &[2, 3, 8], &["--community TG --format json"]);
}
