//! Demand lists as offices send them: every form read alike, every mistake told at its cell.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::BTreeSet;

use common::cli::{Office, fixture};
use rusqlite::Connection;
use serde_json::{Map, Value as Json};

fn office() -> Office {
    let office = Office::new();
    office
        .run("collect round HZ --year 2022 --completed 2021-12-20 --organiser 社区党委 --support 居委会")
        .ends(0);
    office
}

fn import(office: &Office, file: &str) -> common::cli::Answer {
    let path = fixture(&format!("import/{file}"));
    office.args(&[
        "collect",
        "import",
        &path,
        "--community",
        "HZ",
        "--round",
        "HZ2022-R1",
    ])
}

/// The demands of a ledger with their personal values, in order.
fn demands(office: &Office) -> Vec<Map<String, Json>> {
    let conn = Connection::open(office.ledger()).unwrap();
    let open = |token: &str| -> Json {
        conn.query_row(
            "SELECT value FROM personal WHERE token = ?1",
            [token],
            |r| r.get::<_, String>(0),
        )
        .map_or(Json::Null, Json::from)
    };
    conn.prepare("SELECT payload FROM event WHERE step = 'collect.demand' ORDER BY id")
        .unwrap()
        .query_map([], |r| r.get::<_, String>(0))
        .unwrap()
        .map(|payload| {
            let mut map: Map<String, Json> = serde_json::from_str(&payload.unwrap()).unwrap();
            for value in map.values_mut() {
                if let Some(token) = value.get("personal").and_then(Json::as_str) {
                    *value = open(token);
                }
            }
            map
        })
        .collect()
}

fn expected(name: &str) -> Vec<Map<String, Json>> {
    serde_json::from_str(&std::fs::read_to_string(fixture(&format!("import/{name}"))).unwrap())
        .unwrap()
}

/// Compares as the fixture writes it: NFKC, so that brackets of both widths are one.
fn same(found: &[Map<String, Json>], expected: &[Map<String, Json>]) {
    use unicode_normalization::UnicodeNormalization;
    let norm = |v: &Json| {
        v.as_str()
            .unwrap_or_default()
            .nfkc()
            .collect::<String>()
            .trim()
            .to_owned()
    };
    assert_eq!(found.len(), expected.len());
    for (number, (f, e)) in found.iter().zip(expected).enumerate() {
        for key in [
            "title", "type", "summary", "grounds", "proposer", "phone", "received", "remark",
        ] {
            let wanted = e.get(if key == "grounds" { "reason" } else { key });
            let wanted = wanted
                .filter(|v| !v.is_null())
                .map(norm)
                .unwrap_or_default();
            if wanted.is_empty() && key == "received" {
                continue;
            }
            let found = f.get(key).map(norm).unwrap_or_default();
            assert_eq!(found, wanted, "row {} {key}", number + 1);
        }
    }
}

#[test]
fn seven_forms_of_one_list_give_the_same_demands() {
    for file in [
        "haizhu-2022-r1.xlsx",
        "haizhu-2022-r1.xls",
        "haizhu-2022-r1.ods",
        "haizhu-2022-r1.csv",
        "haizhu-2022-r1-gb18030.csv",
        "haizhu-2022-r1-utf16.tsv",
    ] {
        let office = office();
        import(&office, file).ends(0);
        same(&demands(&office), &expected("haizhu-2022-r1.expected.json"));
        // the same list again, in whichever form, adds nothing
        let bytes = office.bytes();
        import(&office, "haizhu-2022-r1.xlsx").ends(0);
        import(&office, file).ends(0);
        assert_eq!(office.bytes(), bytes, "{file}");
        office.run("verify").ends(0);
    }
}

#[test]
fn other_headings_and_encodings_are_understood() {
    let office = office();
    import(&office, "huaming-2022-r1.xlsx").ends(0);
    same(
        &demands(&office),
        &expected("huaming-2022-r1.expected.json"),
    );
    let office = self::office();
    let path = fixture("import/dengliang-2022-r1.csv");
    let line = [
        "collect",
        "import",
        &path,
        "--community",
        "HZ",
        "--round",
        "HZ2022-R1",
        "--received",
        "2021-12-22",
    ];
    office.args(&line).ends(0);
    same(
        &demands(&office),
        &expected("dengliang-2022-r1.expected.json"),
    );
    assert!(
        demands(&office)
            .iter()
            .all(|d| d["received"] == "2021-12-22")
    );
}

#[test]
fn twelve_mistakes_are_told_at_once_each_at_its_cell() {
    let office = office();
    let bytes = office.bytes();
    let path = fixture("import/twelve-mistakes.xlsx");
    let line = [
        "collect",
        "import",
        &path,
        "--community",
        "HZ",
        "--round",
        "HZ2022-R1",
        "--format",
        "json",
    ];
    let json = office.args(&line).ends(2).json();
    let cells = |list: &[Map<String, Json>]| -> BTreeSet<String> {
        list.iter()
            .map(|p| {
                format!(
                    "{}!{}{}",
                    p["sheet"].as_str().unwrap(),
                    p["column"].as_str().unwrap(),
                    p["row"]
                )
            })
            .collect()
    };
    let found: Vec<Map<String, Json>> = serde_json::from_value(json["problems"].clone()).unwrap();
    let wanted = expected("twelve-mistakes.expected.json");
    assert_eq!(wanted.len(), 12);
    assert_eq!(cells(&found), cells(&wanted));
    assert_eq!(found.len(), 12);
    assert_eq!(office.bytes(), bytes);
    // the words name file, sheet, row and column for people too
    let text = import(&office, "twelve-mistakes.xlsx").ends(2).err;
    for problem in &wanted {
        let place = format!(
            "twelve-mistakes.xlsx!{}!{}{}",
            problem["sheet"].as_str().unwrap(),
            problem["column"].as_str().unwrap(),
            problem["row"]
        );
        assert!(text.contains(&place), "{place}: {text}");
    }
    // and as CSV
    let mut line = line;
    line[8] = "csv";
    let csv_text = office.args(&line).ends(2).out;
    assert_eq!(
        csv::Reader::from_reader(csv_text.as_bytes())
            .records()
            .count(),
        12
    );
}

#[test]
fn bad_rows_can_be_left_out_and_are_kept_in_a_file() {
    let office = office();
    let copy = office.path("list.xlsx");
    std::fs::copy(fixture("import/twelve-mistakes.xlsx"), copy).unwrap();
    office
        .run("collect import list.xlsx --community HZ --round HZ2022-R1 --skip-bad")
        .ends(0);
    assert_eq!(demands(&office).len(), 12);
    let left = std::fs::read_to_string(office.path("list.xlsx.bad.csv")).unwrap();
    assert!(left.contains("维修"), "{left}");
}

#[test]
fn table_one_goes_out_and_comes_back_without_a_change() {
    for encoding in ["utf-8-bom", "utf-8", "gb18030"] {
        let office = office();
        import(&office, "haizhu-2022-r1.xlsx").ends(0);
        let bytes = office.bytes();
        office
            .run(&format!("export T1 --community HZ --year 2022 --date 2021-12-20 --encoding {encoding} -o t1.csv"))
            .ends(0);
        let answer = office
            .run("collect import t1.csv --community HZ --round HZ2022-R1")
            .ends(0);
        assert!(answer.out.contains("26条"), "{}", answer.out);
        assert_eq!(office.bytes(), bytes, "{encoding}");
    }
}

#[test]
fn equal_rows_of_one_file_both_survive() {
    let office = office();
    office.write(
        "a.csv",
        "项目名称,项目类型,需求概述,需求理由,提议人,联系方式,提出日期\n路灯,工程类,修,暗,测试甲,13800000001,2021-12-01\n路灯,工程类,修,暗,测试甲,13800000001,2021-12-01\n",
    );
    office
        .run("collect import a.csv --community HZ --round HZ2022-R1")
        .ends(0);
    assert_eq!(demands(&office).len(), 2);
    office
        .run("collect import a.csv --community HZ --round HZ2022-R1")
        .ends(0);
    assert_eq!(demands(&office).len(), 2);
}

#[test]
fn what_holds_no_list_is_told_with_the_next_step() {
    let office = office();
    let bytes = office.bytes();
    for (file, part) in [
        ("no-table.xlsx", "项目名称"),
        ("empty.csv", "empty.csv"),
        ("bad-bytes.csv", "31"),
        ("nothing-here.csv", "nothing-here.csv"),
    ] {
        let answer = import(&office, file).ends(2);
        assert!(answer.err.contains(part), "{file}: {}", answer.err);
    }
    assert_eq!(office.bytes(), bytes);
}

#[test]
fn five_hundred_and_twenty_contacts_are_five_hundred_and_five_sources() {
    let office = office();
    let contacts = fixture("import/contacts-haizhu-2022.csv");
    office
        .args(&[
            "record",
            &contacts,
            "--step",
            "collect.contact",
            "--set",
            "community=HZ",
            "--set",
            "year=2022",
        ])
        .ends(0);
    let facts = |rule: &str| {
        office
            .run(&format!("explain HZ2022 {rule} --format json"))
            .ends(0)
            .json()["findings"][0]
            .clone()
    };
    assert_eq!(facts("A9-500")["facts"]["count"], 505);
    let focus = fixture("import/focus-haizhu-2022.csv");
    office
        .args(&[
            "record",
            &focus,
            "--step",
            "register.household",
            "--set",
            "community=HZ",
            "--set",
            "year=2022",
        ])
        .ends(0);
    assert_eq!(facts("A9-FOCUS")["verdict"], "pass");
}

#[test]
fn a_formula_in_a_residents_text_stays_text() {
    let office = office();
    office.write(
        "a.csv",
        "项目名称,项目类型,需求概述,需求理由,提议人,联系方式,提出日期\n路灯,工程类,=HYPERLINK(1),-1层暗,@测试,13800000001,2021-12-01\n",
    );
    office
        .run("collect import a.csv --community HZ --round HZ2022-R1")
        .ends(0);
    office
        .run("export T1 --community HZ --year 2022 -o t1.csv")
        .ends(0);
    let text = std::fs::read_to_string(office.path("t1.csv")).unwrap();
    assert!(
        text.contains("'=HYPERLINK(1)") && text.contains("'-1层暗") && text.contains("'@测试"),
        "{text}"
    );
    let answer = office
        .run("collect import t1.csv --community HZ --round HZ2022-R1 --received 2021-12-01")
        .ends(0);
    assert!(answer.out.contains("已有相同的记录1条"), "{}", answer.out);
}

/// A list of so many rows; every seventh is of the same person.
fn long(rows: usize) -> Vec<String> {
    let row = |n: usize| {
        let person = if n.is_multiple_of(7) { 0 } else { n };
        let day = 1 + n % 19;
        format!("路灯{n}号,工程类,修第{n}盏,暗,居民{person},1380{person:07},2021-12-{day:02}")
    };
    let head = "项目名称,项目类型,需求概述,需求理由,提议人,联系方式,提出日期".to_owned();
    std::iter::once(head).chain((0..rows).map(row)).collect()
}

#[test]
fn a_long_list_is_recorded_as_its_parts_would_be() {
    let (whole, parts) = (office(), office());
    let lines = long(2500);
    let line = "collect import a.csv --community HZ --round HZ2022-R1";
    whole.write("a.csv", &lines.join("\n"));
    whole.run(line).ends(0);
    for part in lines[1..].chunks(500) {
        parts.write("a.csv", &format!("{}\n{}", lines[0], part.join("\n")));
        parts.run(line).ends(0);
    }
    let found = demands(&whole);
    assert_eq!(found.len(), 2500);
    assert_eq!(found, demands(&parts));
    let count = |office: &Office, sql: &str| -> i64 {
        let conn = Connection::open(office.ledger()).unwrap();
        conn.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    for office in [&whole, &parts] {
        office.run("verify").ends(0);
        // one person has one token, in whatever row
        let persons = 2 * (1 + 2500 - 358);
        assert_eq!(count(office, "SELECT count(*) FROM personal"), persons);
        let bytes = office.bytes();
        let answer = office.run(line).ends(0);
        assert!(answer.out.contains("未重复登记"), "{}", answer.out);
        assert_eq!(office.bytes(), bytes);
    }
    let mentions = "SELECT count(*) FROM mention WHERE subject LIKE 'HZ2022-D%'";
    assert_eq!(count(&whole, mentions), count(&parts, mentions));
}

#[test]
fn every_mistake_of_a_long_list_is_told_in_its_order_and_nothing_is_recorded() {
    let office = office();
    let bytes = office.bytes();
    let mut lines = long(2500);
    for (row, (from, to)) in [(7, ("工程类", "维修")), (1800, ("2021-12-", "2021-13-"))] {
        lines[row] = lines[row].replace(from, to);
    }
    lines[2400] = lines[2400]
        .replace("工程类", "维修")
        .replace("2021-12-", "昨天");
    office.write("a.csv", &lines.join("\n"));
    let line = "collect import a.csv --community HZ --round HZ2022-R1 --format json";
    let json = office.run(line).ends(2).json();
    let problems = json["problems"].as_array().unwrap().iter();
    let places: Vec<String> = problems
        .map(|p| format!("{}{}", p["column"].as_str().unwrap(), p["row"]))
        .collect();
    assert_eq!(places, ["B8", "G1801", "B2401", "G2401"]);
    assert_eq!(office.bytes(), bytes);
}

#[test]
fn demands_of_a_long_record_are_told_as_in_short_ones() {
    let (whole, parts) = (office(), office());
    let kinds = ["服务类", "货物类", "工程类"];
    let row = |n: usize| {
        let kind = kinds[n % 3];
        let mut demand = serde_json::json!({
            "step": "collect.demand", "community": "HZ", "year": 2022, "round": "HZ2022-R1",
            "received": format!("2021-12-{:02}", 1 + n % 5), "title": format!("路灯{n}号"),
            "type": kind, "summary": "修灯", "grounds": "暗",
            "proposer": format!("居民{n}"), "phone": format!("1380{n:07}"), "mode": "集中",
        });
        let map = demand.as_object_mut().unwrap();
        match n {
            3 | 150 | 151 => drop(map.remove("summary")),
            77 => drop(map.remove("phone")),
            299 => drop(map.remove("proposer")),
            _ => {}
        }
        demand.to_string()
    };
    let lines: Vec<String> = (0..300).map(row).collect();
    let record = |office: &Office, lines: &[String]| {
        office.write("d.jsonl", &lines.join("\n"));
        let answer = office.run("record d.jsonl --as-is --format json").ends(0);
        answer.json()["breaches"].as_array().unwrap().clone()
    };
    let found = record(&whole, &lines);
    let alone: Vec<Json> = lines
        .chunks(100)
        .flat_map(|part| record(&parts, part))
        .collect();
    let named = |finding: &Json| finding["subject"].as_str().unwrap().to_owned();
    let subjects: BTreeSet<String> = found.iter().map(named).collect();
    let wanting = ["0004", "0078", "0151", "0152", "0300"];
    assert_eq!(
        subjects,
        wanting
            .map(|n| format!("HZ2022-D{n}"))
            .into_iter()
            .collect()
    );
    assert_eq!(found, alone);
    assert_eq!(demands(&whole), demands(&parts));
    // those that another is judged for are read as well
    let other = office();
    other.write("d.jsonl", &lines.join("\n"));
    let answer = other.run("record d.jsonl --dry-run --as-is --format json");
    let read = answer.ends(0).json()["facts_read"].as_u64().unwrap();
    assert!(read >= 300, "{read}");
}
