//! The face of the tool: help, exit codes, schemas, the book, exports.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::process::Stdio;

use common::cli::{Office, base_case};
use minsheng::step::STEPS;
use serde_json::Value as Json;

fn office() -> Office {
    let office = Office::new();
    office.record(&base_case("service").join("\n"), "").ends(0);
    office
}

#[test]
fn every_command_has_help_in_both_languages() {
    let office = Office::empty();
    let mut commands: Vec<String> = STEPS
        .iter()
        .filter(|def| def.id != "ledger.receive")
        .map(|def| def.id.replace('.', " "))
        .chain(
            [
                "record",
                "collect import",
                "audit",
                "explain",
                "show",
                "list",
                "log",
                "export",
                "rule",
                "schema",
                "verify",
                "checkpoint",
                "merge",
                "sync",
                "sync init",
                "sync push",
                "sync pull",
                "sync status",
                "sync erase",
                "backup",
                "upgrade",
                "erase",
                "demo",
                "regime list",
                "regime show",
                "collect",
                "shortlist",
                "publicize",
                "implement",
                "accept",
                "evaluate",
                "register",
                "regime",
            ]
            .map(String::from),
        )
        .collect();
    commands.push(String::new());
    for command in commands {
        let zh = office.run(&format!("{command} --help")).ends(0).out;
        assert!(
            zh.contains("用法") && !zh.contains("Options:") && !zh.contains("[OPTIONS]"),
            "{command}: {zh}"
        );
        let en = office
            .run(&format!("{command} --help --lang en"))
            .ends(0)
            .out;
        assert!(
            en.contains("Usage") && !en.contains("选项"),
            "{command}: {en}"
        );
    }
}

#[test]
fn usage_mistakes_end_with_two_and_a_next_step() {
    let office = office();
    for (line, part) in [
        ("publicise", "publicize"),
        ("publicize post", "CASE"),
        ("publicize post HZ2022-001 --strat 2022-01-01", "--start"),
        ("audit", "--year"),
        ("audit --year 二〇二二", "2022"),
        ("rule A15", "A15-DAYS"),
        ("rule", "--all"),
        ("schema publish", "publicize.post"),
        ("export T9", "T1"),
        ("export T1", "--community"),
        ("explain HZ2022-099", "minsheng list"),
        ("list --format yaml", "csv"),
    ] {
        let answer = office.run(line).ends(2);
        assert!(answer.err.contains(part), "{line}: {}", answer.err);
        assert!(answer.out.is_empty(), "{line}: {}", answer.out);
    }
}

#[test]
fn several_mistakes_of_one_step_are_told_at_once() {
    let office = office();
    let answer = office
        .run("publicize post HZ2022-001 --start 2022-02-30 --end 昨天 --by 业委会 --content 金额")
        .ends(2);
    for part in ["--start", "--end", "--by", "--content"] {
        assert!(answer.err.contains(part), "{part}: {}", answer.err);
    }
}

#[test]
fn schemas_cover_every_field_of_every_step() {
    let office = Office::empty();
    let json = office.run("schema").ends(0).json();
    let list = json["oneOf"].as_array().unwrap();
    assert_eq!(list.len(), STEPS.len());
    for (def, schema) in STEPS.iter().zip(list) {
        assert_eq!(schema["properties"]["step"]["const"], def.id);
        for field in def.fields {
            assert_eq!(
                schema["properties"][field.name]["title"], field.heading,
                "{}",
                def.id
            );
            let required = schema["required"]
                .as_array()
                .unwrap()
                .iter()
                .any(|r| r == field.name);
            assert_eq!(required, field.required, "{}.{}", def.id, field.name);
        }
    }
    assert_eq!(
        office.run("schema publicize.post").ends(0).json()["title"],
        "公示"
    );
}

#[test]
fn steps_have_one_name_and_one_heading_each() {
    let mut ids: Vec<&str> = STEPS.iter().map(|d| d.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), STEPS.len());
    let mut names: Vec<&str> = STEPS.iter().map(|d| d.zh).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), STEPS.len());
    for def in STEPS {
        let mut heads: Vec<&str> = def.fields.iter().map(|f| f.heading).collect();
        heads.sort_unstable();
        heads.dedup();
        assert_eq!(heads.len(), def.fields.len(), "{}", def.id);
        assert!(def.field(def.subject).is_some(), "{}", def.id);
        assert!(def.field(def.dated).is_some(), "{}", def.id);
    }
}

#[test]
fn the_book_needs_no_ledger_and_has_its_contract() {
    let office = Office::empty();
    let json = office.run("rule --all --format json").ends(0).json();
    assert_eq!(json["schema"], "minsheng.rules/1");
    let rules = json["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 346);
    let keys: Vec<&String> = rules[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id", "cite", "quotes", "title", "severity", "stage", "scope", "check", "reading",
            "remedy"
        ]
    );
    for rule in rules {
        assert!(
            ["must", "principle", "advisory", "info"].contains(&rule["severity"].as_str().unwrap()),
            "{rule}"
        );
        assert!(
            ["computed", "attested", "recorded"].contains(&rule["check"].as_str().unwrap()),
            "{rule}"
        );
        assert!(
            !rule["quotes"].as_array().unwrap().is_empty()
                && !rule["title"].as_str().unwrap().is_empty()
        );
    }
    let page = office.run("rule A15-DAYS").ends(0).out;
    assert!(
        page.contains("公示时间不少于3天") && page.contains("first-day"),
        "{page}"
    );
    assert!(
        office
            .run("rule --all --markdown")
            .ends(0)
            .out
            .matches("\n# A")
            .count()
            > 100
    );
    assert!(office.run("rule --all").ends(0).out.lines().count() == 348);
}

#[test]
fn explain_counts_the_days_one_by_one() {
    let office = office();
    let text = office.run("explain HZ2022-001 A15-DAYS").ends(0).out;
    for part in [
        "2022-02-14",
        "2022-02-15 周二 第1天",
        "2022-02-17 周四 第3天",
        "公示时间不少于3天",
        "合规",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let all = office.run("explain HZ2022-001").ends(0).out;
    assert!(all.matches("【").count() > 60, "{all}");
}

#[test]
fn lists_mask_people_unless_asked() {
    let office = office();
    let masked = office.run("list demands").ends(0).out;
    assert!(
        masked.contains("138******01") && !masked.contains("13800000001"),
        "{masked}"
    );
    assert!(
        office
            .run("list demands --plain")
            .ends(0)
            .out
            .contains("13800000001")
    );
    assert!(
        !office
            .run("show HZ2022-001")
            .ends(0)
            .out
            .contains("13800009999")
    );
    let audit = office
        .run("audit --year 2022 --format json --fail-on never --all")
        .ends(0)
        .out;
    assert!(!audit.contains("1380000"), "an audit names no resident");
}

#[test]
fn what_was_known_on_a_day_can_be_seen() {
    let office = office();
    office.run("list --known-by 2023-06-30").ends(0);
    assert!(
        !office
            .run("list --known-by 2023-06-30")
            .out
            .contains("HZ2022-001")
    );
    assert!(
        office
            .run("list --known-by 2023-07-01")
            .out
            .contains("HZ2022-001")
    );
    assert!(office.run("show HZ2022-001 --known-by 2023-06-30").code == 2);
}

#[test]
fn the_official_tables_have_their_words() {
    let office = office();
    office
        .run("register blocklist BL-1 --code 91440300TEST000001 --unit 示例公司 --person 法人甲 --cause 验收不合格 --listed 2022-08-01")
        .ends(0);
    let t2 = office
        .run("export T2 --community HZ --year 2022 --encoding utf-8")
        .ends(0)
        .out;
    assert!(
        t2.starts_with("南山区“民生微实事”社区候选项目清单\r\n"),
        "{t2}"
    );
    assert!(t2.contains("情况说明：粤海街道海珠社区第1批共征集项目1个，其中工程类项目0个，服务类项目1个，货物类项目0个，现将该批项目列入本社区候选项目，预计申请经费8万元。"), "{t2}");
    assert!(
        t2.contains(
            "序号,申报单位,项目名称,项目类型,项目概述,预计申请经费（万元）,备注\r\n1,海珠社区,"
        ),
        "{t2}"
    );
    let t3 = office
        .run("export T3 --community 海珠社区 --encoding utf-8 --date 2022-01-27")
        .ends(0)
        .out;
    assert!(
        t3.contains("单位：粤海街道海珠社区　　日期：2022年1月27日"),
        "{t3}"
    );
    assert!(
        t3.contains("现已全部通过审定，特将该批项目列入海珠社区拟实施项目，累计申请经费8万元。"),
        "{t3}"
    );
    assert!(
        t3.contains("2022-03-01至2022-08-31,负责人甲,测试1、领头甲、代表甲、监督甲,示例服务中心"),
        "{t3}"
    );
    let t4 = office.run("export T4 --bare --encoding utf-8").ends(0).out;
    assert_eq!(
        t4,
        "序号,统一社会信用代码,单位名称,法人,列入事由\r\n1,91440300TEST000001,示例公司,法人甲,验收不合格\r\n"
    );
    let public = office
        .run("export T1 --community HZ --public --encoding utf-8")
        .ends(0)
        .out;
    assert!(
        !public.contains("13800000001") && public.contains("138******01"),
        "{public}"
    );
    let public = office
        .run("export T3 --community HZ --public --encoding utf-8")
        .ends(0)
        .out;
    assert!(
        public.contains("负责人甲") && public.contains("测*") && !public.contains("测试1"),
        "{public}"
    );
    office.run("export T4 -o t4.csv").ends(0);
    office.run("export T4 -o t4.csv").ends(2);
    office.run("export T4 -o t4.csv --force").ends(0);
}

#[test]
fn an_amount_is_never_rounded() {
    let office = Office::new();
    let lines: Vec<String> = base_case("works")
        .into_iter()
        .map(|l| l.replace("\"amount\":\"600000\"", "\"amount\":\"1000000.01\""))
        .collect();
    office.record(&lines.join("\n"), "--as-is").ends(0);
    let t3 = office
        .run("export T3 --community HZ --encoding utf-8")
        .ends(0)
        .out;
    assert!(t3.contains("100.000001"), "{t3}");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let office = office();
    for args in [
        &["rule", "--all", "--format", "markdown"][..],
        &["schema"],
        &[
            "audit",
            "--year",
            "2022",
            "--all",
            "--format",
            "json",
            "--fail-on",
            "never",
        ],
        &[
            "audit",
            "--year",
            "2022",
            "--all",
            "--format",
            "csv",
            "--fail-on",
            "never",
        ],
    ] {
        let mut child = office
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // only which state of the ledger was read
        let other = said.lines().find(|line| !line.starts_with("据账本"));
        assert_eq!(other, None, "{args:?}");
    }
}

#[test]
fn the_audit_is_grouped_and_in_line() {
    let office = office();
    let text = office
        .run("audit --year 2022 --as-of 2023-07-01")
        .ends(1)
        .out;
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    assert!(at("【违规】") < at("【偏离"));
    assert!(at("【偏离") < at("【资料不足"));
    assert!(at("【资料不足") < at("| 违规 |"));
    let en = office
        .run("audit --year 2022 --as-of 2023-07-01 --lang en")
        .ends(1)
        .out;
    assert!(
        en.contains("Violations") && en.contains("Unverifiable"),
        "{en}"
    );
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let office = office();
    let line = "audit --year 2022 --as-of 2023-07-01 --fail-on never";
    let plain = office.run(line).ends(0).out;
    assert!(!plain.contains('\u{1b}'));
    let painted = office.run(&format!("{line} --color always")).ends(0).out;
    assert!(painted.contains("\u{1b}[1;31m【违规】"), "{painted}");
}

#[test]
fn a_table_never_takes_the_place_of_a_ledger() {
    let office = office();
    let bytes = office.bytes();
    office.run("export T4 --force -o minsheng.db").ends(2);
    office.run("export T4 --force -o ./minsheng.db").ends(2);
    assert_eq!(office.bytes(), bytes);
}

#[test]
fn a_form_that_a_command_does_not_have_is_refused() {
    let office = office();
    for line in [
        "export T4 --format json",
        "show HZ2022-001 --format csv",
        "explain HZ2022-001 --format csv",
        "verify --format csv",
        "rule --markdown --format json",
        "regime show --format json",
    ] {
        office.run(line).ends(2);
    }
    office.run("log NOPE").ends(2);
}

/// The part of JSON Schema that `schema` uses.
fn fits(schema: &Json, value: &Json) -> bool {
    if let Some(any) = schema["anyOf"].as_array() {
        return any.iter().any(|one| fits(one, value));
    }
    if !schema["const"].is_null() {
        return schema["const"] == *value;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Json::String(one) => vec![one],
        Json::Array(list) => list.iter().map(|k| k.as_str().unwrap()).collect(),
        _ => vec![],
    };
    let kind = match value {
        Json::String(_) => "string",
        Json::Bool(_) => "boolean",
        Json::Number(n) if n.is_i64() => "integer",
        Json::Number(_) => "number",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
        Json::Null => "null",
    };
    let mut items = value.as_array().into_iter().flatten();
    kinds
        .iter()
        .any(|k| *k == kind || (*k == "number" && kind == "integer"))
        && items.all(|item| fits(&schema["items"], item))
}

#[test]
fn what_record_takes_fits_its_schema() {
    let office = Office::empty();
    let json = office.run("schema").ends(0).json();
    let schemas = json["oneOf"].as_array().unwrap();
    let mut lines = 0;
    for file in [
        "demo/haizhu-2022.jsonl",
        "demo/haizhu-annexes-2022.jsonl",
        "demo/tonggu-annexes-2022.jsonl",
        "demo/street-2022.jsonl",
        "demo/tonggu-2022.jsonl",
        "demo/dengliang-2022.jsonl",
        "golden/two-communities.jsonl",
    ] {
        for line in std::fs::read_to_string(common::cli::fixture(file))
            .unwrap()
            .lines()
        {
            let record: Json = serde_json::from_str(line).unwrap();
            let schema = schemas
                .iter()
                .find(|s| s["properties"]["step"]["const"] == record["step"])
                .unwrap();
            for (key, value) in record.as_object().unwrap() {
                assert!(
                    fits(&schema["properties"][key], value),
                    "{file}: {key} in {line}"
                );
            }
            for key in schema["required"].as_array().unwrap() {
                assert!(
                    !record[key.as_str().unwrap()].is_null(),
                    "{file}: {key} in {line}"
                );
            }
            lines += 1;
        }
    }
    assert!(lines > 1000);
}
