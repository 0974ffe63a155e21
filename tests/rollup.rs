//! A year audited in parts and put together gives the very bytes of one run.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use common::cli::{Office, base_case, fixture};
use common::examples::{Base, Example, bases, examples_of, folder_of, ledger, read, terms};
use common::trust::path;
use minsheng::corridor::{Entry, record};
use minsheng::law::Day;
use minsheng::ledger::Ledger;
use minsheng::pack::Pack;
use minsheng::report::audit::{Audit, Wanted, audit};
use minsheng::report::partial::{Part, Partial, Source, partial};
use minsheng::report::rollup::roll_up;
use minsheng::report::{Voice, examples, json};
use minsheng::state::Subject;
use minsheng::words::Lang;
use serde_json::Value as Json;

/// An audit in the forms that hold all of it.
fn told(audit: &Audit, pack: &Pack) -> Vec<String> {
    let voice = |lang| Voice {
        lang,
        pack,
        width: 0,
        color: false,
    };
    let shown = audit.shown(true);
    let english = json::audit(audit, &shown, Lang::En);
    vec![
        audit.text(voice(Lang::Zh), true),
        audit.text(voice(Lang::En), false),
        serde_json::to_string_pretty(&english).unwrap(),
    ]
}

/// The first line that differs.
fn difference(one: &[String], other: &[String]) -> Option<String> {
    let lines = |forms: &[String]| -> Vec<String> {
        forms
            .iter()
            .flat_map(|f| f.lines())
            .map(str::to_owned)
            .collect()
    };
    if one == other {
        return None;
    }
    let (one, other) = (lines(one), lines(other));
    let place = one.iter().zip(&other).position(|(a, b)| a != b);
    let place = place.unwrap_or(one.len().min(other.len()));
    let around =
        |list: &[String]| list[place.saturating_sub(8)..(place + 3).min(list.len())].join("\n");
    Some(format!(
        "one run:\n{}\nin parts:\n{}",
        around(&one),
        around(&other)
    ))
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
        };
        let made = partial(source, pack, year, as_of).unwrap();
        (format!("{number}"), written(&made))
    });
    roll_up(pack, given.collect(), &Wanted::default()).unwrap()
}

fn by_itself(ledger: &Ledger, pack: &Pack, year: i32, as_of: Day) -> Audit {
    let source = Source {
        ledger,
        part: None,
        own: false,
        key: None,
    };
    let made = partial(source, pack, year, as_of).unwrap();
    let given = vec![("one".to_owned(), written(&made))];
    roll_up(pack, given, &Wanted::default()).unwrap()
}

/// Which examples of a file are tried: all with `MINSHENG_FULL`, else a few.
fn chosen(place: usize, file: usize) -> bool {
    std::env::var_os("MINSHENG_FULL").is_some() || (place == 1 && file.is_multiple_of(12))
}

type Bases = BTreeMap<String, Base>;

/// The years that some ledger has cases of.
fn years(ledger: &Ledger) -> BTreeSet<i32> {
    let subjects = ledger.reader().subjects("").unwrap();
    let of_case = |id: &String| match Subject::parse(id) {
        Subject::Case(_, year) => Some(year),
        _ => None,
    };
    subjects.iter().filter_map(of_case).collect()
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
    let as_of = example.as_of.as_deref().or(base.as_of.as_deref());
    let as_of: Day = as_of.unwrap_or("2023-07-01").parse().unwrap();
    years(&ledger).into_iter().find_map(|year| {
        let whole = audit(&ledger, pack, year, as_of, &Wanted::default()).unwrap();
        let whole = told(&whole, pack);
        let parts = told(&in_parts(&ledger, pack, year, as_of, number), pack);
        let alone = told(&by_itself(&ledger, pack, year, as_of), pack);
        difference(&whole, &parts).or_else(|| difference(&whole, &alone))
    })
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
    let mut wrong = Vec::new();
    let mut count = 0;
    for (number, file) in files.iter().enumerate() {
        let text = std::fs::read_to_string(file).unwrap();
        let rule = file.file_stem().unwrap().to_string_lossy().into_owned();
        let list = examples::of_rule(&text, &rule).unwrap();
        for (place, example) in list.iter().enumerate() {
            if !chosen(place, number) {
                continue;
            }
            count += 1;
            if let Some(found) = one_example(&pack, &bases, example, 2 + count % 2) {
                wrong.push(format!("{rule} {}: {found}", example.name));
            }
        }
    }
    assert!(count > 0);
    let shown = wrong[..wrong.len().min(5)].join("\n\n");
    assert!(wrong.is_empty(), "{} of {count}\n{shown}", wrong.len());
}

#[test]
fn examples_of_every_pack_roll_up() {
    for id in ["nanshan-2020", "dongguan-2020", "haicang-2018"] {
        every_example(id);
    }
}

const FORMS: [&str; 4] = ["--format json --all", "--format csv", "--all", "--lang en"];

/// A year and the day up to which it is audited.
const YEAR: &str = "--year 2022 --as-of 2024-06-01";

/// Runs a command that must succeed.
fn must(office: &Office, line: &str) -> String {
    office.run(line).ends(0).out
}

/// The ledger of an office in so many parts, each made by a process of its own, gives what one
/// run gives, in every form and with every filter.
fn same_in_parts(office: &Office, year: &str, counts: &[u32], filters: &[&str]) {
    for of in counts {
        let mut files = Vec::new();
        for number in 1..=*of {
            let file = format!("{number}-{of}.json");
            must(
                office,
                &format!("audit {year} --partition {number}/{of} -o {file} --force"),
            );
            files.push(file);
        }
        for form in FORMS.iter().chain(filters) {
            let whole = must(office, &format!("audit {year} --fail-on never {form}"));
            let files = files.join(" ");
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

/// An office with a ledger of its own name.
fn origin(name: &str) -> Office {
    let office = Office::empty();
    must(&office, &format!("init --origin {name}"));
    office
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

/// The results of several offices, the first of which received the others', against one run.
fn same_as_merged(first: &Office, others: &[&Office], forms: &[&str]) -> Json {
    let key = first.path("key");
    std::fs::write(&key, [7; 32]).unwrap();
    let key = key.to_str().unwrap().to_owned();
    let mut files = Vec::new();
    for (number, office) in std::iter::once(&first).chain(others).enumerate() {
        let file = first.path(&format!("{number}.json"));
        let file = file.to_str().unwrap().to_owned();
        let own = if number == 0 { "--own" } else { "" };
        must(
            office,
            &format!("audit {YEAR} --partial {own} --key {key} -o {file} --force"),
        );
        files.push(file);
    }
    let ledgers: Vec<String> = others.iter().map(|office| path(office)).collect();
    must(first, &format!("merge {} --as-is", ledgers.join(" ")));
    let files = files.join(" ");
    let mut last = String::new();
    for form in FORMS.iter().chain(forms).chain(&["--format json --all"]) {
        last = must(first, &format!("audit {YEAR} --fail-on never {form}"));
        let rolled = must(
            first,
            &format!("audit roll-up {files} --fail-on never {form}"),
        );
        assert!(
            last == rolled,
            "{form}: {:?}",
            difference(&[last], &[rolled])
        );
    }
    serde_json::from_str(&last).unwrap()
}

/// The verdict of a rule on a subject.
fn verdict(audit: &Json, subject: &str, rule: &str) -> String {
    let mut findings = audit["findings"].as_array().unwrap().iter();
    let found = findings.find(|f| f["subject"] == subject && f["rule"] == rule);
    found.unwrap()["verdict"].as_str().unwrap().to_owned()
}

/// A community's ledger with some steps.
fn place(code: &str, name: &str, lines: &str) -> Office {
    let office = origin(&format!("{code}.1"));
    must(
        &office,
        &format!("register community {code} --name {name} --street 粤海街道 --date 2020-09-10"),
    );
    office.record(lines, "--as-is").ends(0);
    office
}

fn started(code: &str, count: u32) -> String {
    let case = |n: u32| {
        format!(
            r#"{{"step":"implement.emergency","community":"{code}","year":2022,"case":"{code}2022-{n:03}","date":"2022-01-05","by":"街道党工委","cause":"自然灾害","title":"抢修{n}","type":"工程类"}}
{{"step":"implement.start","case":"{code}2022-{n:03}","date":"2022-04-02"}}
"#
        )
    };
    (1..=count).map(case).collect()
}

/// A street that has received the ledgers of its communities and goes on by itself.
fn street(others: &[&Office], lines: &str) -> Office {
    let street = origin("ST.1");
    for office in others {
        must(&street, &format!("merge {}", path(office)));
    }
    if !lines.is_empty() {
        street.record(lines, "--as-is").ends(0);
    }
    street
}

#[test]
fn five_percent_is_met_or_missed_only_over_the_district() {
    let inspect = |cases: &str| {
        format!(
            r#"{{"step":"audit.inspect","scope":"全区","year":2022,"kind":"区级抽查","by":["区民政局"],"date":"2023-09-01","cases":[{cases}],"based":true}}"#
        )
    };
    let (one, two) = (r#""HZ2022-001""#, r#""HZ2022-001","TG2022-002""#);
    for (extra, cases, expected) in [(10, one, "pass"), (11, one, "violation"), (11, two, "pass")] {
        let hz = place("HZ", "海珠社区", &started("HZ", 10));
        let tg = place("TG", "铜鼓社区", &started("TG", extra));
        let st = street(&[&hz, &tg], &inspect(cases));
        // every community by itself has enough, or nothing at all
        let audit = same_as_merged(&st, &[&hz, &tg], &[]);
        assert_eq!(verdict(&audit, "全区2022", "A24-5PCT"), expected);
        // three of each street, whichever community they are of
        assert_eq!(verdict(&audit, "粤海街道2022", "A25-ENG3"), "unverifiable");
    }
}

#[test]
fn a_unit_is_barred_by_what_only_another_ledger_knows() {
    let hz = place("HZ", "海珠社区", &base_case("service").join("\n"));
    let tg = place(
        "TG",
        "铜鼓社区",
        r#"{"step":"register.blocklist","entry":"YC-1","unit":"示例服务中心","cause":"验收不合格","ground":"不合格","listed":"2021-03-15"}"#,
    );
    let alone = must(
        &hz,
        &format!("audit {YEAR} --fail-on never --all --format json"),
    );
    let alone: Json = serde_json::from_str(&alone).unwrap();
    assert_eq!(verdict(&alone, "HZ2022-001", "X3.14-BAN"), "pass");
    let st = street(&[], "");
    let audit = same_as_merged(&st, &[&hz, &tg], &["--community HZ --format json"]);
    assert_eq!(verdict(&audit, "HZ2022-001", "X3.14-BAN"), "violation");
}

#[test]
fn a_conflict_is_seen_across_ledgers() {
    // the supervisor's interest stands in the street's ledger, under a token of its own
    let hz = place("HZ", "海珠社区", &base_case("service").join("\n"));
    let tg = place("TG", "铜鼓社区", &started("TG", 1));
    let interest = r#"{"step":"register.interest","person":"工作人员甲","unit":"示例服务中心","kind":"股东","from":"2020-01-01"}"#;
    let st = street(&[], interest);
    let alone = must(
        &hz,
        &format!("audit {YEAR} --fail-on never --all --format json"),
    );
    let alone: Json = serde_json::from_str(&alone).unwrap();
    assert_eq!(verdict(&alone, "HZ2022-001", "X4.6-STAFF"), "pass");
    let audit = same_as_merged(&st, &[&hz, &tg], &[]);
    assert_eq!(verdict(&audit, "HZ2022-001", "X4.6-STAFF"), "violation");
}
