//! Regulations as a user meets them: side by side, checked, begun, ruled on; working days
//! beyond the notices.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Answer, Office, fixture, judged};
use serde_json::Value as Json;

/// A ledger under a regulation, with one community.
fn office(regime: &str) -> Office {
    let office = Office::empty();
    office
        .run(&format!("init --origin REGIME.1 --regime {regime}"))
        .ends(0);
    office
        .run("register community HZ --name 示例村 --street 示例镇 --date 2020-01-01")
        .ends(0);
    office
}

/// A project of exactly 50,000.00, which the guide calls both small and not small.
fn fifty_thousand() -> Office {
    let office = office("dongguan-2020");
    let lines = [
        r#"{"step":"collect.demand","community":"HZ","year":2022,"demand":"HZ2022-D0001","received":"2022-03-01","title":"路灯","type":"works","mode":"daily"}"#,
        r#"{"step":"shortlist.candidate","community":"HZ","year":2022,"case":"HZ2022-001","date":"2022-03-05","title":"路灯","type":"works","amount":"50000.00","demands":["HZ2022-D0001"]}"#,
        r#"{"step":"shortlist.deliberate","case":"HZ2022-001","date":"2022-03-10","result":"pass","amount":"50000.00"}"#,
    ];
    office.record(&lines.join("\n"), "--as-is").ends(0);
    office
}

#[test]
fn an_answer_of_the_office_selects_a_reading_from_a_day_on() {
    let office = fifty_thousand();
    let before = judged(&office, "HZ2022-001", "D2.2-SMALL", "2022-03-10");
    assert_eq!(before["verdict"], "borderline");
    let reading = before["reading"].as_str().unwrap().to_owned();
    // a reading or a rule that is not there is told with those that are
    let wrong = office
        .run("regime ruling D2.2-SMALL --reading 某种 --from 2022-01-01 --basis 东民函〔2022〕1号")
        .ends(2);
    assert!(
        wrong.err.contains(&reading) && wrong.err.contains("default"),
        "{}",
        wrong.err
    );
    let wrong = office
        .run("regime ruling D9 --reading default --from 2022-01-01 --basis 东民函〔2022〕1号")
        .ends(2);
    assert!(wrong.err.contains("rule --all"), "{}", wrong.err);
    // from a later day on it says nothing of this project
    office
        .run("regime ruling D2.2-SMALL --reading default --from 2022-03-11 --basis 东民函〔2022〕2号")
        .ends(0);
    let later = judged(&office, "HZ2022-001", "D2.2-SMALL", "2022-03-10");
    assert_eq!(later["verdict"], "borderline");
    office
        .run("regime ruling D2.2-SMALL --reading default --from 2022-01-01 --basis 东民函〔2022〕1号")
        .ends(0);
    let ruled = judged(&office, "HZ2022-001", "D2.2-SMALL", "2022-03-10");
    assert_eq!(ruled["verdict"], "pass");
    assert!(
        ruled["message"]
            .as_str()
            .unwrap()
            .contains("东民函〔2022〕1号")
    );
    office
        .run(&format!(
            "regime ruling D2.2-SMALL --reading {reading} --from 2022-02-01 --basis 东民函〔2022〕3号"
        ))
        .ends(0);
    let other = judged(&office, "HZ2022-001", "D2.2-SMALL", "2022-03-10");
    assert_eq!(other["verdict"], "not-applicable");
    office.run("verify").ends(0);
}

#[test]
fn an_answer_on_one_rule_holds_for_every_rule_that_asks_the_same() {
    let office = fifty_thousand();
    // carried out as a small project: posted by the village, never confirmed by the town
    let lines = [
        r#"{"step":"publicize.post","case":"HZ2022-001","start":"2022-03-14","end":"2022-03-20","by":"community","offline":["village-board"]}"#,
        r#"{"step":"implement.start","case":"HZ2022-001","date":"2022-03-25"}"#,
    ];
    office.record(&lines.join("\n"), "--as-is").ends(0);
    let verdicts = |office: &Office| {
        ["D2.3-5WD", "D2.4-SMALLPUB"].map(|rule| {
            let found = judged(office, "HZ2022-001", rule, "2022-06-01");
            found["verdict"].as_str().unwrap().to_owned()
        })
    };
    assert_eq!(verdicts(&office), ["borderline", "pass"]);
    let ruling = |reading: &str, number: u8| {
        office
            .run(&format!(
                "regime ruling D2.2-SMALL --reading {reading} --from 2022-01-01 --basis 东民函〔2022〕{number}号"
            ))
            .ends(0);
    };
    ruling("lt", 4);
    assert_eq!(verdicts(&office), ["violation", "not-applicable"]);
    let said = judged(&office, "HZ2022-001", "D2.3-5WD", "2022-06-01");
    assert!(
        said["message"]
            .as_str()
            .unwrap()
            .contains("东民函〔2022〕4号"),
        "{said}"
    );
    ruling("default", 5);
    assert_eq!(verdicts(&office), ["not-applicable", "pass"]);
}

/// The deadline of five working days, from the last days of a year that has no notice yet.
#[test]
fn working_days_beyond_the_notices_wait_for_the_notice() {
    let office = office("dongguan-2020");
    let lines = [
        r#"{"step":"shortlist.candidate","community":"HZ","year":2026,"case":"HZ2026-001","date":"2026-12-01","title":"公园","type":"works","amount":"300000.00"}"#,
        r#"{"step":"shortlist.apply","case":"HZ2026-001","date":"2026-12-28","submitted":"2026-12-28","amount":"300000.00"}"#,
        r#"{"step":"shortlist.confirm","case":"HZ2026-001","received":"2026-12-28","date":"2027-01-06","by":"street","departments":["财政"]}"#,
    ];
    office.record(&lines.join("\n"), "--as-is").ends(0);
    let before = judged(&office, "HZ2026-001", "D2.3-5WD", "2027-03-01");
    assert_eq!(before["verdict"], "unverifiable");
    assert!(
        before["message"].as_str().unwrap().contains("放假通知"),
        "{before}"
    );
    office.write("bad.csv", "date,holiday,kind\n2027-01-01,元旦,休\n");
    let bad = office
        .run("regime calendar --file bad.csv --basis 国办发明电〔2026〕1号")
        .ends(2);
    assert!(bad.err.contains("2027"), "{}", bad.err);
    // 1 January is a Friday; the Sunday after it is a working day in this notice
    office.write(
        "2027.csv",
        "date,holiday,kind\n2027-01-01,元旦,休\n2027-01-02,元旦,休\n2027-01-03,元旦,班\n2027-10-01,国庆节,休\n",
    );
    office
        .run("regime calendar --file 2027.csv --basis 国办发明电〔2026〕1号 --date 2026-11-20")
        .ends(0);
    // 29, 30, 31 December, 3 and 4 January: the fifth is the 4th
    let late = judged(&office, "HZ2026-001", "D2.3-5WD", "2027-03-01");
    assert_eq!(late["verdict"], "violation");
    assert_eq!(late["due"], "2027-01-04");
    office.run("verify").ends(0);
}

fn rows(answer: &Answer) -> Vec<Json> {
    answer.json()["rows"].as_array().unwrap().clone()
}

#[test]
fn two_regulations_lie_side_by_side() {
    let office = Office::empty();
    let answer = office
        .run("regime diff nanshan-2020 dongguan-2020 --format json")
        .ends(0);
    let rows = rows(&answer);
    let row = |parameter: &str| {
        let found = rows.iter().find(|row| row["parameter"] == parameter);
        found.unwrap_or_else(|| panic!("{parameter}"))
    };
    let cap = row("服务类单项限额（元）");
    assert!(cap["a"].as_str().unwrap().starts_with("500000.00"));
    assert!(cap["b"].as_str().unwrap().starts_with("200000.00"));
    assert_eq!(cap["a_cite"], "第十六条");
    assert_eq!(cap["class"], "P");
    assert_eq!(row("“项目库”指什么")["class"], "F");
    assert_eq!(row("收尾方式")["class"], "X");
    assert_eq!(row("公示在何环节")["class"], "O");
    assert_eq!(row("社区服务中心运营机构年度限额（元）")["class"], "A");
    let all = office
        .run("regime diff nanshan-2020 nanshan-2020 --all --format json")
        .ends(0);
    let same = all.json()["rows"].as_array().unwrap().clone();
    assert!(same.len() > rows.len());
    assert!(
        same.iter()
            .all(|row| row["class"] == "=" || row["class"] == "—")
    );
    let none = office
        .run("regime diff nanshan-2020 nanshan-2020 --format json")
        .ends(0);
    assert!(none.json()["rows"].as_array().unwrap().is_empty());
    office.run("regime diff nanshan-2020 某地-2020").ends(2);
}

#[test]
fn the_list_names_every_built_in_regulation() {
    let office = Office::empty();
    let list = office.run("regime list --format json").ends(0);
    let ids: Vec<String> = rows(&list)
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["nanshan-2020", "dongguan-2020", "haicang-2018"]);
    let shown = office.run("regime show haicang-2018").ends(0).out;
    assert!(shown.contains("厦海政办〔2018〕63号"), "{shown}");
    // without a validity in the text it says so
    let shown = office.run("regime show dongguan-2020").ends(0).out;
    assert!(shown.contains('—'), "{shown}");
}

#[test]
fn a_new_regulation_begins_with_questions_and_a_draft_of_every_clause() {
    let office = Office::empty();
    office.write(
        "law.txt",
        "某区微项目办法\n第一条 项目应公示，公示不少于5日。\n第二条 原则上每个项目不超过10万元。\n",
    );
    office.run("regime new mine --text law.txt").ends(0);
    let pack = minsheng::pack::Pack::load(office.path("mine").to_str().unwrap()).unwrap();
    assert_eq!(pack.meta.id, "mine");
    assert_eq!(pack.meta.name, "某区微项目办法");
    assert!(pack.parameters.iter().all(|p| !p.is_answered()));
    let principle = pack.rules.iter().find(|r| r.quotes[0].contains("原则上"));
    assert_eq!(principle.unwrap().severity.id(), "principle");
    // every question is open, every clause has its row
    let lint = office
        .run("regime lint mine --text law.txt --format json")
        .ends(1)
        .json();
    let flaws = lint["flaws"].as_array().unwrap();
    let questions = minsheng::pack::Catalogue::get().questions.len();
    let drafts = flaws
        .iter()
        .filter(|f| f["at"].as_str().unwrap().starts_with('R'));
    assert_eq!(drafts.count(), 3, "{flaws:#?}");
    assert_eq!(flaws.len(), questions + 3, "{flaws:#?}");
    // what is there is not overwritten
    let again = office.run("regime new mine --text law.txt").ends(2);
    assert!(again.err.contains("mine"), "{}", again.err);
    // a clause that no row quotes is found, and a quote that the text does not have
    office.write(
        "longer.txt",
        "第一条 项目应公示，公示不少于5日。\n第三条 每年不少于两次。\n",
    );
    let lint = office.run("regime lint mine --text longer.txt").ends(1).out;
    assert!(lint.contains("每年不少于两次"), "{lint}");
    assert!(lint.contains("原则上每个项目不超过10万元"), "{lint}");
}

#[test]
fn an_unknown_parameter_or_one_twice_is_told_with_its_rule() {
    let office = Office::empty();
    office.run("regime new mine").ends(0);
    let path = office.path("mine");
    std::fs::write(
        path.join("rows.toml"),
        "[[rule]]\nid = \"M1\"\ncite = \"第一条\"\nquotes = [\"x\"]\ntitle = \"x\"\ntitle_en = \"x\"\nseverity = \"must\"\nstage = \"publicize\"\nscope = \"case\"\nremedy = \"x\"\n[[rule.check]]\nduration = { of = \"publicize.post\", from = \"start\", to = \"end\", min = \"@publicity.days\" }\n",
    )
    .unwrap();
    let answer = office.run("rule M1 --regime mine").ends(2);
    assert!(
        answer.err.contains("M1") && answer.err.contains("@publicity.days"),
        "{}",
        answer.err
    );
    let parameters = path.join("parameters.toml");
    let text = std::fs::read_to_string(&parameters).unwrap();
    let twice = format!("{text}\n[[parameter]]\nid = \"publicity.days\"\nvalue = 5\n");
    std::fs::write(&parameters, twice).unwrap();
    let answer = office.run("rule M1 --regime mine").ends(2);
    assert!(answer.err.contains("publicity.days"), "{}", answer.err);
}

/// A mistake in a pack, and what `lint` says of it.
#[test]
fn mistakes_of_a_pack_are_told_apart() {
    let office = Office::empty();
    let source = fixture("packs/baishi-2024");
    let folder = office.path("mine");
    std::fs::create_dir(&folder).unwrap();
    for (file, from, to, says) in [
        ("parameters.toml", "value = 7", "value = 6", "没有“6”这个数"),
        ("rows.toml", "'works'", "'wroks'", "wroks"),
        ("tables.toml", "{#}", "{shortlist.apply.sumary}", "sumary"),
        (
            "pack.toml",
            "to = \"2025-12-31\"",
            "to = \"2026-12-31\"",
            "force.to",
        ),
        ("rows.toml", "unless = ", "# unless = ", "unless"),
    ] {
        for entry in std::fs::read_dir(&source).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "toml") {
                std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
            }
        }
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let out = office.run("regime lint mine").ends(1).out;
        assert!(out.contains(says), "{file}: {says}: {out}");
    }
}

#[test]
fn an_example_that_is_not_true_is_told() {
    let office = Office::empty();
    let source = fixture("packs/baishi-2024");
    let folder = office.path("examples");
    std::fs::create_dir(&folder).unwrap();
    for file in ["base.jsonl", "B6-7D.jsonl"] {
        std::fs::copy(format!("{source}/examples/{file}"), folder.join(file)).unwrap();
    }
    let path = folder.join("B6-7D.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let turned = text.replacen("\"expect\": \"pass\"", "\"expect\": \"violation\"", 1);
    assert_ne!(text, turned);
    std::fs::write(&path, turned).unwrap();
    let out = office
        .args(&["regime", "lint", &source, "--examples", "examples"])
        .ends(1)
        .out;
    assert!(out.contains("B6-7D") && out.contains("violation"), "{out}");
}

#[test]
fn a_pack_on_disk_is_found_from_everywhere_and_a_change_of_it_is_told() {
    let office = Office::empty();
    let pack = office.path("mine");
    std::fs::create_dir(&pack).unwrap();
    for entry in std::fs::read_dir(fixture("packs/baishi-2024")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            std::fs::copy(&path, pack.join(path.file_name().unwrap())).unwrap();
        }
    }
    office.run("init --origin MINE.1 --regime ./mine").ends(0);
    let from_elsewhere = |line: &str| {
        let args: Vec<&str> = line.split(' ').collect();
        let mut command = office.command(&args);
        command.current_dir(std::env::temp_dir());
        command.arg("--ledger").arg(office.ledger());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), said)
    };
    let (code, said) = from_elsewhere("audit --year 2024 --fail-on never");
    assert!(code == 0 && !said.contains("改过"), "{said}");
    let file = pack.join("parameters.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + "\n# changed\n").unwrap();
    let (code, said) = from_elsewhere("audit --year 2024 --fail-on never");
    assert!(code == 0 && said.contains("改过"), "{said}");
    std::fs::rename(&pack, office.path("moved")).unwrap();
    let (code, said) = from_elsewhere("audit --year 2024 --fail-on never");
    assert!(
        code == 2 && said.contains("mine") && said.contains("--regime"),
        "{said}"
    );
}

#[test]
fn a_line_of_a_notice_replaces_no_year_that_is_known() {
    let office = office("dongguan-2020");
    office.write("one.csv", "date,holiday,kind\n2021-10-09,国庆节,休\n");
    let refused = office
        .run("regime calendar --file one.csv --basis 国办发明电〔2020〕27号")
        .ends(2);
    assert!(refused.err.contains("2021"), "{}", refused.err);
}

#[test]
fn what_lies_after_the_day_is_told_with_its_day() {
    let office = fifty_thousand();
    let told = office.run("show HZ2022-001 --as-of 2020-01-01").ends(2);
    assert!(told.err.contains("--as-of 2022-"), "{}", told.err);
}

#[test]
fn the_highest_level_has_the_name_that_the_regulation_gives_it() {
    let office = office("dongguan-2020");
    office
        .run("audit progress 全市 --year 2022 --date 2022-04-01 --quarter 1")
        .ends(0);
    let log = office.run("log 全区2022").ends(0).out;
    assert!(log.contains("进度报告"), "{log}");
    let page = office.run("rule D2.1-CENTRAL").ends(0).out;
    assert!(page.contains("镇（街道）年度"), "{page}");
}
