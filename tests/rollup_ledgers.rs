//! A year of several ledgers, each judged where it is kept, gives the very bytes of one run over
//! their union; and what only the union can see is seen.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[allow(dead_code, reason = "only its ledgers of many communities are wanted")]
#[path = "../examples/generate/made.rs"]
mod made;

mod common;

use std::path::Path;

use common::cli::{Office, base_case};
use common::parts::{FORMS, YEAR, difference, must, origin};
use common::trust::path;
use made::world::World;
use made::write::{Target, write};
use serde_json::Value as Json;

/// A file in the folder of an office.
fn file(office: &Office, name: &str) -> String {
    office.path(name).to_str().unwrap().to_owned()
}

fn key(office: &Office) -> String {
    let key = office.path("key");
    std::fs::write(&key, [7; 32]).unwrap();
    file(office, "key")
}

/// The results of several offices, the first of which received the others', against one run.
fn same_as_merged(first: &Office, others: &[&Office], forms: &[&str]) -> Json {
    let key = key(first);
    let mut files = Vec::new();
    for (number, office) in std::iter::once(&first).chain(others).enumerate() {
        let file = first.path(&format!("{number}.json"));
        let file = file.to_str().unwrap().to_owned();
        let own = if number == 0 { "--own" } else { "" };
        for all in ["", "--all"] {
            must(
                office,
                &format!("audit {YEAR} --partial {own} --key {key} -o {file}{all} --force {all}"),
            );
        }
        files.push(file);
    }
    let ledgers: Vec<String> = others.iter().map(|office| path(office)).collect();
    must(first, &format!("merge {} --as-is", ledgers.join(" ")));
    let files = |all: &str| {
        let files = files.iter().map(|file| format!("{file}{all}"));
        files.collect::<Vec<_>>().join(" ")
    };
    let mut last = String::new();
    for form in FORMS.iter().chain(forms).chain(&["--format json --all"]) {
        last = must(first, &format!("audit {YEAR} --fail-on never {form}"));
        let rolled = must(
            first,
            &format!(
                "audit roll-up {} --fail-on never {form}",
                files(if form.contains("--all") { "--all" } else { "" })
            ),
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

/// Two ledgers that read the law differently, and the street's that received them.
fn rulings(street_too: bool) -> Json {
    let base = base_case("service").join("\n");
    let ruled = |reading: &str| {
        format!(
            "{base}\n{{\"step\":\"regime.ruling\",\"rule\":\"A11-DAYS\",\"reading\":\"{reading}\",\"from\":\"2020-10-01\",\"basis\":\"复〔2020〕1号\",\"date\":\"2020-10-01\"}}"
        )
    };
    let hz = place("HZ", "海珠社区", &ruled("default"));
    let readings = minsheng::pack::Pack::load("nanshan-2020").unwrap();
    let other = readings
        .rule("A11-DAYS")
        .unwrap()
        .readings()
        .next()
        .unwrap();
    let tg = place("TG", "铜鼓社区", &ruled(other).replace("HZ", "TG"));
    let own = format!(
        r#"{{"step":"regime.ruling","rule":"A11-DAYS","reading":"{other}","from":"2020-09-20","basis":"复〔2020〕2号","date":"2020-09-20"}}"#
    );
    let st = street(&[], if street_too { &own } else { "" });
    same_as_merged(&st, &[&hz, &tg], &["--rule A11-DAYS --all --format json"])
}

#[test]
fn rulings_that_contradict_each_other_hold_as_in_the_union() {
    let said = |audit: &Json| {
        let mut findings = audit["findings"].as_array().unwrap().iter();
        let found = findings
            .find(|f| f["subject"] == "HZ2022-001" && f["rule"] == "A11-DAYS")
            .unwrap();
        found["message"].as_str().unwrap().to_owned()
    };
    // the street's own answer goes before those that it received
    assert!(said(&rulings(true)).contains("复〔2020〕2号"));
    assert!(said(&rulings(false)).contains("复〔2020〕1号"));
}

#[test]
fn corrections_reasons_and_validity_of_another_ledger_count() {
    let hz = place("HZ", "海珠社区", &base_case("service").join("\n"));
    let tg = place(
        "TG",
        "铜鼓社区",
        &base_case("goods").join("\n").replace("HZ", "TG"),
    );
    let contract = must(&hz, "log --format json");
    let contract = contract
        .lines()
        .find(|line| line.contains("implement.contract"));
    let contract: Json = serde_json::from_str(contract.unwrap()).unwrap();
    let st = street(
        &[&hz, &tg],
        &format!(
            r#"{{"step":"amend","event":{},"origin":"HZ.1","set":["amount=9000000.00"],"why":"录错","date":"2023-02-01"}}
{{"step":"register.reason","subject":"TG2022-001","rule":"A17-CAP","text":"统一采购","date":"2023-02-02"}}
{{"step":"register.document","rule":"A28-CENSUSRULE","body":"粤海街道","date":"2021-01-05","title":"制度"}}
{{"step":"regime.extend","until":"2026-12-31","basis":"深南府办规〔2023〕9号","date":"2023-06-01"}}"#,
            contract["seq"]
        ),
    );
    let audit = same_as_merged(&st, &[&hz, &tg], &["--community TG --all"]);
    assert_eq!(verdict(&audit, "HZ2022-001", "A16-CAP"), "deviation");
}

#[test]
fn made_up_ledgers_roll_up() {
    for seed in [3, 4] {
        let office = Office::empty();
        let folder = office.path("ledgers");
        let world = World::new(90, seed, Some(5), vec![2021, 2022, 2023]);
        let mut target = Target::split(&folder, &world).unwrap();
        write(&world, &mut target, &|_| ()).unwrap();
        drop(target);
        let mut names: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "db"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort_by_key(|name| (name != "DISTRICT", name.clone()));
        rolled(&office, &folder, &names);
    }
}

fn rolled(office: &Office, folder: &Path, names: &[String]) {
    let key = key(office);
    let mut files = Vec::new();
    for name in names {
        let ledger = folder.join(format!("{name}.db"));
        let out = file(office, &format!("{name}.json"));
        must(
            office,
            &format!(
                "audit {YEAR} --partial --key {key} --ledger {} -o {out} --all",
                ledger.display()
            ),
        );
        files.push(out);
    }
    std::fs::copy(folder.join("DISTRICT.db"), office.ledger()).unwrap();
    for name in &names[1..] {
        must(
            office,
            &format!("merge {}", folder.join(format!("{name}.db")).display()),
        );
    }
    for form in FORMS {
        let whole = must(office, &format!("audit {YEAR} --fail-on never {form}"));
        let rolled = must(
            office,
            &format!("audit roll-up {} --fail-on never {form}", files.join(" ")),
        );
        assert!(
            whole == rolled,
            "{form}: {:?}",
            difference(&[whole], &[rolled])
        );
    }
}

/// What a roll-up that is refused says.
fn refused(office: &Office, files: &str, parts: &[&str]) {
    let answer = office.run(&format!("audit roll-up {files}")).ends(2);
    for part in parts {
        assert!(answer.err.contains(part), "{part}: {}", answer.err);
    }
    assert!(answer.out.is_empty());
}

#[test]
fn what_does_not_belong_together_is_refused_by_name() {
    let hz = place("HZ", "海珠社区", &base_case("service").join("\n"));
    for part in ["1/2", "2/2", "1/3"] {
        let name = part.replace('/', "-");
        must(
            &hz,
            &format!("audit {YEAR} --partition {part} -o {name}.json"),
        );
    }
    assert!(
        hz.run(&format!("audit {YEAR} --partition 1/2 -o 1-2.json"))
            .ends(2)
            .err
            .contains("--force")
    );
    refused(&hz, "1-2.json", &["2/2", "1-2.json"]);
    refused(&hz, "1-2.json 1-2.json", &["1-2.json", "1/2"]);
    refused(&hz, "1-2.json 2-2.json 1-3.json", &["1-3.json", "3"]);
    must(
        &hz,
        "audit --year 2022 --as-of 2023-01-01 --partition 2/2 -o day.json",
    );
    refused(&hz, "1-2.json day.json", &["day.json", "2023-01-01"]);
    must(
        &hz,
        &format!("audit {YEAR} --regime dongguan-2020 --partition 2/2 -o law.json"),
    );
    refused(&hz, "1-2.json law.json", &["law.json", "dongguan-2020"]);
    must(
        &hz,
        "register document --rule A28-CENSUSRULE --body 粤海街道 --date 2021-01-05 --title 制度",
    );
    must(&hz, &format!("audit {YEAR} --partition 2/2 -o later.json"));
    refused(&hz, "1-2.json later.json", &["1-2.json", "later.json"]);
    hz.write("other.json", "{\"schema\":\"minsheng.partial/9\"}");
    refused(&hz, "other.json", &["other.json", "minsheng.partial/9"]);
    refused(&hz, "steps.jsonl", &["steps.jsonl"]);
    // ledgers: without a key, with two keys, the same community twice, two versions of a chain
    let tg = place(
        "TG",
        "铜鼓社区",
        &base_case("service").join("\n").replace("HZ", "TG"),
    );
    let key = key(&hz);
    let out = |name: &str| file(&hz, name);
    must(&hz, &format!("audit {YEAR} --partial -o hz.json"));
    // what passes was not written into it
    let brief = hz.run("audit roll-up hz.json --all --fail-on never");
    assert!(brief.ends(2).err.contains("--all"));
    must(&hz, "audit roll-up hz.json --fail-on never");
    must(
        &tg,
        &format!("audit {YEAR} --partial -o {}", out("tg.json")),
    );
    refused(&hz, "hz.json tg.json", &["hz.json", "tg.json", "--key"]);
    refused(&hz, "1-2.json tg.json", &["1-2.json", "tg.json"]);
    must(
        &hz,
        &format!("audit {YEAR} --partial --key {key} -o hz.json --force"),
    );
    std::fs::write(tg.path("key2"), [8; 32]).unwrap();
    must(
        &tg,
        &format!(
            "audit {YEAR} --partial --key key2 -o {}  --force",
            out("tg.json")
        ),
    );
    refused(&hz, "hz.json tg.json", &["hz.json", "tg.json"]);
    hz.write("short", "secret");
    assert!(
        hz.run(&format!("audit {YEAR} --partial --key short"))
            .ends(2)
            .err
            .contains("32")
    );
    let both = street(&[&hz, &tg], "");
    must(
        &both,
        &format!("audit {YEAR} --partial --key {key} -o {}", out("both.json")),
    );
    refused(
        &hz,
        "both.json hz.json",
        &["both.json", "hz.json", "HZ", "--own"],
    );
    let fork = Office::empty();
    std::fs::copy(hz.ledger(), fork.ledger()).unwrap();
    let document = "register document --rule X1.13-PERF --body 粤海街道 --date 2021-01-05 --title";
    must(&fork, &format!("{document} 甲"));
    must(&hz, &format!("{document} 乙"));
    for (office, name) in [(&fork, "fork.json"), (&hz, "hz.json")] {
        must(
            office,
            &format!(
                "audit {YEAR} --partial --key {key} -o {} --force",
                out(name)
            ),
        );
    }
    refused(&hz, "hz.json fork.json", &["hz.json", "fork.json", "HZ.1"]);
}

#[test]
fn a_partial_result_names_nobody() {
    let hz = place("HZ", "海珠社区", &base_case("service").join("\n"));
    let key = key(&hz);
    for more in [
        "--partial",
        "--partition 1/1",
        &format!("--partial --key {key}"),
    ] {
        let text = must(&hz, &format!("audit {YEAR} {more}"));
        for name in ["工作人员甲", "测试员"] {
            assert!(!text.contains(name), "{more}: {name}");
        }
    }
}
