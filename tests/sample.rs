//! A draw meets every clause at once, can be redone with a hash tool and by `--check`, and is not
//! reshuffled by what is recorded later.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Answer, Office};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

const DRAW: &str = "audit sample --year 2022 --as-of 2023-07-01";

fn community(code: &str, street: &str) -> Json {
    json!({"step": "register.community", "community": code, "name": format!("{code}社区"), "street": street, "date": "2020-09-10"})
}

/// A project that was started, of a type and an amount.
fn project(case: &str, kind: &str, amount: &str) -> [Json; 2] {
    [
        json!({"step": "shortlist.candidate", "community": &case[..2], "year": 2022, "case": case, "date": "2022-03-01", "title": format!("项目{case}"), "type": kind, "amount": amount}),
        json!({"step": "implement.start", "case": case, "date": "2022-05-10"}),
    ]
}

fn record(office: &Office, steps: &[Json]) {
    let lines: Vec<String> = steps.iter().map(Json::to_string).collect();
    office.record(&lines.join("\n"), "--as-is").ends(0);
}

/// Two streets with five communities: works here and there, one project above 200,000 yuan.
fn office() -> Office {
    let office = Office::empty();
    office.run("init --origin TEST.1").ends(0);
    let mut steps = vec![
        community("HZ", "粤海街道"),
        community("TG", "粤海街道"),
        community("DL", "粤海街道"),
        community("HM", "南头街道"),
        community("XX", "南头街道"),
    ];
    for n in 1..=6 {
        for code in ["HZ", "TG", "DL", "HM", "XX"] {
            let kind = if n % 2 == 0 { "works" } else { "service" };
            let amount = if (code, n) == ("TG", 3) {
                "200000.01"
            } else {
                "200000.00"
            };
            steps.extend(project(&format!("{code}2022-00{n}"), kind, amount));
        }
    }
    record(&office, &steps);
    office
}

fn draw(office: &Office, more: &str) -> Json {
    office
        .run(&format!("{DRAW} --format json {more}"))
        .ends(0)
        .json()
}

fn texts(json: &Json) -> Vec<String> {
    let list = json.as_array().unwrap().iter();
    list.map(|v| v.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_clause_is_met_by_as_few_as_can_be() {
    let office = office();
    let json = draw(&office, "--seed 20230701-一等奖 --dry-run");
    assert_eq!(json["schema"], "minsheng.sample/1");
    assert_eq!(
        (&json["population"], &json["smallest"]),
        (&json!(30), &json!(true))
    );
    let drawn = texts(&json["drawn"]);
    // three works in each street, at least one project in each community, and the large one,
    // which is a service
    let of = |code: &str| drawn.iter().filter(|c| c.starts_with(code)).count();
    assert!(
        ["HZ", "TG", "DL", "HM", "XX"]
            .iter()
            .all(|code| of(code) > 0),
        "{drawn:?}"
    );
    assert!(drawn.contains(&"TG2022-003".to_owned()));
    assert_eq!(drawn.len(), 7, "{drawn:?}");
    let works = |codes: &[&str]| {
        let even = |c: &&String| c.ends_with(['2', '4', '6']);
        drawn
            .iter()
            .filter(even)
            .filter(|c| codes.contains(&&c[..2]))
            .count()
    };
    assert_eq!((works(&["HZ", "TG", "DL"]), works(&["HM", "XX"])), (3, 3));
    let clauses = json["clauses"].as_array().unwrap();
    let find = |rule: &str| clauses.iter().find(|c| c["rule"] == rule).unwrap();
    assert_eq!(
        (&find("A24-5PCT")["need"], &find("A24-5PCT")["population"]),
        (&json!(2), &json!(30))
    );
    assert_eq!(find("A24-200K")["need"], 1);
    assert_eq!(find("A25-ENG3")["need"], 3);
    assert!(
        clauses
            .iter()
            .all(|c| c["drawn"].as_u64() >= c["need"].as_u64())
    );
    // what wants every project inspected asks for no draw
    assert!(clauses.iter().all(|c| c["rule"] != "A28-SCOPE"));
}

#[test]
fn anybody_can_make_the_tickets_and_what_comes_later_moves_none() {
    let office = office();
    let before = draw(&office, "--seed 公开种子 --dry-run");
    let tickets = |json: &Json| -> Vec<(String, String)> {
        let list = json["tickets"].as_array().unwrap().iter();
        let text = |v: &Json| v.as_str().unwrap().to_owned();
        list.map(|t| (text(&t["ticket"]), text(&t["case"])))
            .collect()
    };
    for (ticket, case) in tickets(&before) {
        let digest = Sha256::digest(format!("公开种子|{case}"));
        assert_eq!(ticket, minsheng::ledger::chain::hex(&digest));
    }
    assert!(tickets(&before).is_sorted());
    for n in 7..=9 {
        record(
            &office,
            &project(&format!("XX2022-00{n}"), "service", "1000.00"),
        );
        let after = draw(&office, "--seed 公开种子 --dry-run");
        let mut kept = tickets(&after);
        kept.retain(|(_, case)| {
            !matches!(case.as_str(), "XX2022-007" | "XX2022-008" | "XX2022-009")
        });
        assert_eq!(kept, tickets(&before));
        // one more project changes at most one of those drawn here
        let (old, new) = (texts(&before["drawn"]), texts(&after["drawn"]));
        let gone = old.iter().filter(|case| !new.contains(case)).count();
        assert!(gone <= n - 6, "{old:?} {new:?}");
    }
}

#[test]
fn a_draw_is_recorded_once_and_can_be_redone() {
    let office = office();
    let size = office.bytes().len();
    office.run(&format!("{DRAW} --seed 甲 --dry-run")).ends(0);
    assert_eq!(office.bytes().len(), size);
    let first = draw(&office, "--seed 甲");
    assert_eq!(first["sample"], "全区2022-S1");
    let log = office.run("log 全区2022-S1 --format json").ends(0).out;
    let event: Json = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(event["step"], "audit.sample");
    assert_eq!(event["payload"]["cases"], first["drawn"]);
    let head = &first["heads"][0];
    assert_eq!(
        event["payload"]["heads"][0],
        format!("TEST.1:{}:{}", head["size"], head["head"].as_str().unwrap())
    );
    // the same once more: nothing is added
    let again = office.run(&format!("{DRAW} --seed 甲")).ends(0);
    assert!(again.err.contains("没有重复登记"), "{}", again.err);
    // another seed is refused unless it is meant, and stays visible
    let other = office.run(&format!("{DRAW} --seed 乙")).ends(2);
    assert!(other.err.contains("全区2022-S1"), "{}", other.err);
    let other = draw(&office, "--seed 乙 --again");
    assert_eq!(other["sample"], "全区2022-S2");
    // later facts do not change what was drawn
    record(&office, &project("XX2022-010", "works", "900000.00"));
    let check = office.run("audit sample --check").ends(0);
    assert_eq!(check.out.matches('✓').count(), 2, "{}", check.out);
    let verdicts = |office: &Office| -> Answer {
        office.run("explain 全区2022 A24-5PCT --as-of 2023-07-01 --format json")
    };
    let judged = verdicts(&office).ends(0).json();
    assert_eq!(
        judged["findings"][0]["verdict"], "pending",
        "a draw is no inspection"
    );
}

#[test]
fn a_draw_that_was_made_by_hand_is_found_out() {
    let office = office();
    let log = draw(&office, "--seed 甲");
    let event = office.run("log 全区2022-S1 --format json").ends(0).out;
    let event: Json = serde_json::from_str(event.lines().next().unwrap()).unwrap();
    let mut forged = event["payload"].clone();
    let map = forged.as_object_mut().unwrap();
    map.insert("step".into(), json!("audit.sample"));
    map.remove("sample");
    let mut cases = texts(&log["drawn"]);
    cases.swap(0, 1);
    cases[2] = "HZ2022-001".into();
    map.insert("cases".into(), json!(cases));
    record(&office, &[forged.clone()]);
    let check = office.run("audit sample --check 全区2022-S2").ends(1);
    assert!(
        check.out.contains('✗') && check.out.contains("重抽得到"),
        "{}",
        check.out
    );
    let head = forged["heads"][0].as_str().unwrap().to_owned();
    let (start, _) = head.rsplit_once(':').unwrap();
    forged["heads"] = json!([format!("{start}:{}", "0".repeat(64))]);
    forged["seed"] = json!("丙");
    record(&office, &[forged]);
    office.run("audit sample --check 全区2022-S3").ends(3);
    office.run("audit sample --check 全区2022-S9").ends(2);
}

#[test]
fn a_draw_holds_in_the_ledger_that_it_is_merged_into() {
    let office = office();
    draw(&office, "--seed 甲");
    let other = Office::empty();
    other.run("init --origin TEST.2").ends(0);
    record(
        &other,
        &[community("YY", "西丽街道"), community("ZZ", "西丽街道")],
    );
    record(&other, &project("YY2022-001", "works", "900000.00"));
    let path = office.ledger();
    other.args(&["merge", path.to_str().unwrap()]).ends(0);
    let check = other.run("audit sample --check").ends(0);
    assert!(check.out.contains("✓ 全区2022-S1"), "{}", check.out);
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let office = Office::empty();
    office
        .run("init --origin TEST.1 --regime haicang-2018")
        .ends(0);
    record(&office, &[community("HZ", "粤海街道")]);
    let none = office.run(&format!("{DRAW} --seed 甲")).ends(2);
    assert!(none.err.contains("没有可抽的项目"), "{}", none.err);
    let bad = office.run(&format!("{DRAW} --seed 甲|乙")).ends(2);
    assert!(bad.err.contains("竖线"), "{}", bad.err);
    assert!(
        office
            .run("audit sample --check")
            .ends(2)
            .err
            .contains("没有登记")
    );
    let en = office.run(&format!("{DRAW} --seed a --lang en")).ends(2);
    assert!(en.err.contains("Nothing to draw from"), "{}", en.err);
}
