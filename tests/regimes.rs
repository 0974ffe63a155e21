//! Regulations as a user meets them: side by side, checked, begun, ruled on; working days
//! beyond the notices; official papers of each city.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Answer, Office, fixture};
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

fn judged(office: &Office, subject: &str, rule: &str, as_of: &str) -> Json {
    let json = office
        .run(&format!(
            "explain {subject} {rule} --as-of {as_of} --format json"
        ))
        .ends(0)
        .json();
    json["findings"].as_array().unwrap()[0].clone()
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

/// A year of a town, for its papers.
fn town() -> Office {
    let office = Office::empty();
    office
        .run("init --origin TOWN.1 --regime dongguan-2020 --name 示例镇公共服务办")
        .ends(0);
    office
        .args(&[
            "record",
            &fixture("golden/dongguan-2021.jsonl"),
            "--as-is",
            "--quiet",
        ])
        .ends(0);
    office
}

#[test]
fn the_three_forms_are_filled_in_as_csv_and_as_workbooks() {
    let office = town();
    let first = office.run("export F1 --case DA2021-001").ends(0).out;
    for part in [
        "东莞市“民生大莞家”服务项目“民生微实事”登记备案表",
        "☑便民工程项目  □公益服务项目",
        "驻村（社区）企事业单位、社会组织提议  □其他",
        "项目预算（万元）,30",
        "三、镇（街道）审核意见",
        "该表格主要用于“民生大莞家”服务项目的申报和备案。",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    let second = office.run("export F2 --case DA2021-001").ends(0).out;
    for part in [
        "结项表",
        "参与测评人数",
        "项目与您的需求贴近程度",
        "非常不满意",
    ] {
        assert!(second.contains(part), "{part}: {second}");
    }
    let third = office.run("export F3 --case DA2021-001").ends(0).out;
    assert!(
        third.contains("其他") && third.contains("可选择不填写"),
        "{third}"
    );
    for form in ["F1", "F2", "F3"] {
        office
            .run(&format!("export {form} --case DA2021-001 -o {form}.xlsx"))
            .ends(0);
        let bytes = std::fs::read(office.path(&format!("{form}.xlsx"))).unwrap();
        assert!(bytes.starts_with(b"PK"));
        office
            .run(&format!("export {form} --case DA2021-001 -o {form}-2.xlsx"))
            .ends(0);
        let again = std::fs::read(office.path(&format!("{form}-2.xlsx"))).unwrap();
        assert_eq!(bytes, again, "the same paper gives the same bytes");
    }
    // a sheet for each case of a year; a CSV holds one
    office
        .run("export F1 --community DA --year 2021 -o all.xlsx")
        .ends(0);
    office.run("export F1 --community DA --year 2021").ends(2);
    office.run("export F1").ends(2);
    office.run("export F1 --case DA2021-099").ends(2);
    let missing = office.run("export T1 --community DA").ends(2);
    assert!(missing.err.contains("F1"), "{}", missing.err);
}

#[test]
fn what_a_public_copy_keeps_back_is_said_by_the_pack() {
    let office = town();
    office.run("amend 1 --set category=s6 --why 测试").ends(2);
    let lines = [
        r#"{"step":"shortlist.candidate","community":"DA","year":2021,"case":"DA2021-077","date":"2021-05-01","title":"特殊人群关爱","type":"service","category":"s6","amount":"30000.00"}"#,
        r#"{"step":"shortlist.deliberate","case":"DA2021-077","date":"2021-05-05","result":"pass","served":"社区矫正人员三名","amount":"30000.00"}"#,
        r#"{"step":"shortlist.apply","case":"DA2021-077","date":"2021-05-06","summary":"心理疏导","contact":"联系甲","phone":"13800000090","amount":"30000.00"}"#,
    ];
    office.record(&lines.join("\n"), "--as-is").ends(0);
    let full = office.run("export F1 --case DA2021-077").ends(0).out;
    assert!(full.contains("社区矫正人员三名") && full.contains("13800000090"));
    let public = office
        .run("export F1 --case DA2021-077 --public")
        .ends(0)
        .out;
    assert!(!public.contains("社区矫正人员"), "{public}");
    assert!(
        !public.contains("13800000090") && !public.contains("联系甲"),
        "{public}"
    );
    // ticks and named facts are kept back with the field that they rest on
    let pack = office.path("mine");
    std::fs::create_dir(&pack).unwrap();
    let source = format!("{}/src/packs/dongguan-2020", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, pack.join(path.file_name().unwrap())).unwrap();
    }
    let rows = pack.join("forms.toml");
    let mut text = std::fs::read_to_string(&rows).unwrap();
    text.push_str(
        r#"
[[redaction]]
when = "category == 's6'"
fields = ["shortlist.candidate.type", "shortlist.candidate.amount", "shortlist.deliberate.amount", "shortlist.apply.amount"]
"#,
    );
    std::fs::write(&rows, text).unwrap();
    let line = "export F1 --case DA2021-077 --public --regime mine";
    let stricter = office.run(line).ends(0).out;
    assert!(public.contains("☑公益服务项目") && public.contains("项目预算（万元）,3"));
    assert!(!stricter.contains("☑公益服务项目"), "{stricter}");
    assert!(
        stricter.contains("项目预算（万元）,（不公开）"),
        "{stricter}"
    );
    // another category is shown
    let other = office
        .run("export F1 --case DA2021-001 --public")
        .ends(0)
        .out;
    assert!(!other.contains("不公开"), "{other}");
}

#[test]
fn answers_of_the_third_form_come_back_from_a_spreadsheet() {
    let office = town();
    office.write(
        "answers.csv",
        "答卷编号,日期,项目总体评价,项目质量评价,项目效果评价,项目服务态度评价,项目办理效率评价,项目与您的需求贴近程度,信息公开程度,其他,其它意见或建议\n\
         1,2021-06-12,非常满意,满意,满意,非常满意,满意,满意,满意,,多办几次\n\
         2,2021-06-12,5,4,4,5,4,4,4,,\n\
         3,2021-06-13,基本满意,不满意,满意,满意,满意,满意,非常不满意,满意,\n",
    );
    office
        .run("record answers.csv --step evaluate.answer --set case=DA2021-001 --as-is")
        .ends(0);
    let out = office
        .run("export F3-ANSWERS --community DA --year 2021 --bare")
        .ends(0)
        .out;
    assert_eq!(out.lines().count(), 4, "{out}");
    assert!(
        out.lines().nth(2).unwrap().contains("非常满意,满意"),
        "{out}"
    );
    // exported and recorded again: nothing is added
    office
        .run("export F3-ANSWERS --community DA --year 2021 --bare -o back.csv")
        .ends(0);
    let before = office.run("log --format json").ends(0).out.lines().count();
    office
        .run("record back.csv --step evaluate.answer --as-is")
        .ends(0);
    let after = office.run("log --format json").ends(0).out.lines().count();
    assert_eq!(before, after);
    // the matrix of the closing form no longer agrees with three answers
    let tally = judged(&office, "DA2021-001", "DF2-SATSUM", "2022-12-31");
    assert_eq!(tally["verdict"], "violation", "{tally}");
    // a word that is no level names row and column
    office.write("bad.csv", "日期,项目总体评价\n2021-06-12,还行\n");
    let bad = office
        .run("record bad.csv --step evaluate.answer --set case=DA2021-001")
        .ends(2);
    assert!(
        bad.err.contains("还行") && bad.err.contains('2'),
        "{}",
        bad.err
    );
}

#[test]
fn tables_of_a_street_and_the_application_that_is_not_published() {
    let office = town();
    let plan = office
        .run("export P1 --street 示例镇 --year 2021 --date 2021-02-25")
        .ends(0)
        .out;
    assert!(
        plan.contains("示例镇2021年度“民生微实事”项目实施计划表"),
        "{plan}"
    );
    let lost = office.run("export P1 --year 2021").ends(2);
    assert!(lost.err.contains("--street"), "{}", lost.err);
    let unknown = office.run("export P1 --street 某镇").ends(2);
    assert!(unknown.err.contains("示例镇"), "{}", unknown.err);
    let office = Office::empty();
    office
        .run("init --origin PLAN.1 --regime haicang-2018")
        .ends(0);
    let pack = minsheng::pack::Pack::load("haicang-2018").unwrap();
    let application = pack.tables.iter().find(|t| t.rows == "shortlist.apply");
    assert!(
        application.unwrap().cite.contains("未"),
        "the form itself is not published"
    );
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
