//! Workbooks: the template, what comes back filled in, corrections by record number, problems
//! written into a copy, official tables, questionnaires.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::books::{HEAD, Pages, parts, year};
use common::cli::{Office, fixture};
use minsheng::pack::Pack;
use minsheng::report::template;
use minsheng::sheet::CellKind;
use minsheng::step::{input, mask};
use minsheng::words::Lang;
use serde_json::{Map, Value as Json, json};

const PACKS: [&str; 3] = ["nanshan-2020", "dongguan-2020", "haicang-2018"];

/// A folder with a ledger of a regulation, its chain named.
fn bound(pack: &str) -> Office {
    let office = Office::empty();
    office
        .run(&format!("init --origin CLERK.1 --regime {pack}"))
        .ends(0);
    office
}

/// The year in order, filled into the template and recorded.
fn recorded() -> Office {
    let office = bound(PACKS[0]);
    office.run("template -o 台账.xlsx").ends(0);
    let mut pages = Pages::open(&office.path("台账.xlsx"));
    let text = std::fs::read_to_string(fixture("golden/in-order.jsonl")).unwrap();
    pages.fill(&year(&text));
    pages.save(&office.path("填.xlsx"));
    office.run("record 填.xlsx").ends(0);
    office
}

fn events(office: &Office) -> usize {
    office.run("log --format json").ends(0).out.lines().count()
}

#[test]
fn every_example_of_every_sheet_reads_back() {
    for name in PACKS {
        let office = Office::empty();
        office
            .run(&format!("template --regime {name} -o t.xlsx"))
            .ends(0);
        let pack = Pack::load(name).unwrap();
        let mut pages = Pages::open(&office.path("t.xlsx"));
        let steps = template::steps(&pack);
        assert!(steps.len() > 30, "{name}: {}", steps.len());
        for def in steps {
            let heads = template::headings(def, &pack, Lang::Zh);
            let mut raw = Map::new();
            for heading in &heads {
                let text = pages.get(def.zh, HEAD + 1, heading.field.heading);
                assert!(
                    !text.is_empty(),
                    "{name} {} {}",
                    def.id,
                    heading.field.heading
                );
                raw.insert(heading.field.heading.to_owned(), json!(text));
            }
            assert_eq!(pages.get(def.zh, HEAD + 1, "记录号"), "示例");
            if let Err(problems) = input::read(def, &raw, &pack) {
                panic!("{name} {}: {problems:?}", def.id);
            }
            let given: Vec<&str> = heads.iter().map(|h| h.field.name).collect();
            let all = def.fields.iter().filter(|field| !def.filled_in(field));
            assert_eq!(given, all.map(|field| field.name).collect::<Vec<_>>());
        }
        // nothing of it is recorded
        office.run(&format!("init --regime {name}")).ends(0);
        let before = office.bytes();
        let answer = office.run("record t.xlsx").ends(2);
        assert!(answer.err.contains("没有可登记的内容"), "{}", answer.err);
        assert_eq!(office.bytes(), before);
    }
}

#[test]
fn a_heading_says_what_is_wanted_and_which_clause_asks_for_it() {
    let pack = Pack::load(PACKS[0]).unwrap();
    let note = |step: &str, field: &str| {
        let def = minsheng::step::find(step).unwrap();
        let heads = template::headings(def, &pack, Lang::Zh);
        let found = heads.into_iter().find(|h| h.field.name == field);
        found.unwrap().note
    };
    let start = note("publicize.post", "start");
    for part in ["必填", "格式：日期", "A15-DAYS", "第十五条"] {
        assert!(start.contains(part), "{part}: {start}");
    }
    let kind = note("shortlist.candidate", "type");
    assert!(
        kind.contains("只能填：") && kind.contains("工程类"),
        "{kind}"
    );
    let amount = note("shortlist.candidate", "amount");
    assert!(
        amount.contains("单位元") && amount.contains("选填"),
        "{amount}"
    );
    let remark = note("shortlist.candidate", "remark");
    assert!(remark.contains("附件8表2"), "{remark}");
    // a field that no clause reads by itself says which read the record, and the title has all
    let interest = note("register.interest", "kind");
    assert!(
        interest.contains("看整条记录的") || interest.contains("依据 "),
        "{interest}"
    );
    // the conflicts of interest of Annex 4 name no acceptance: their code looks at it
    let accepted = minsheng::step::find("accept.record").unwrap();
    let all = template::clauses(accepted, &pack);
    assert!(all.iter().any(|cite| cite == "附件4第七条"), "{all:?}");
    let english = {
        let def = minsheng::step::find("publicize.post").unwrap();
        template::headings(def, &pack, Lang::En)
    };
    assert!(english[0].note.is_ascii() || !english[0].note.contains('填'));
}

#[test]
fn the_workbook_is_one_that_office_programs_open_without_a_warning() {
    let office = recorded();
    office
        .run("template --filled --year 2022 -o 已.xlsx")
        .ends(0);
    for file in ["台账.xlsx", "已.xlsx"] {
        let (mut sheets, mut lists, mut notes) = (0, 0, 0);
        for (name, text) in parts(&office.path(file)) {
            notes += text.matches("<comment ").count();
            if !name.starts_with("xl/worksheets/sheet") {
                continue;
            }
            sheets += 1;
            assert!(text.contains("<sheetProtection "), "{name}");
            for formula in text.split("<formula1>").skip(1) {
                let formula = formula.split("</formula1>").next().unwrap();
                assert!(formula.len() <= 255, "{name}: {formula}");
                assert!(formula.starts_with("词表!$"), "{name}: {formula}");
                lists += 1;
            }
            let merges: Vec<&str> = text.split("<mergeCell ref=").skip(1).collect();
            assert_eq!(merges.len(), merges.iter().collect::<BTreeSet<_>>().len());
        }
        assert!(
            sheets > 60 && lists > 100 && notes > 600,
            "{sheets} {lists} {notes}"
        );
    }
    let text = parts(&office.path("台账.xlsx"));
    let book = &text
        .iter()
        .find(|(name, _)| name == "xl/workbook.xml")
        .unwrap()
        .1;
    assert!(book.contains("填表说明") && book.contains("词表"));
    // the cases of the ledger stand in the list of the filled one
    let mut pages = Pages::open(&office.path("已.xlsx"));
    let words = pages.sheet("词表");
    let holds = |text: &str| {
        words
            .values()
            .flat_map(BTreeMap::values)
            .any(|(t, _)| t == text)
    };
    assert!(holds("HZ2022-001") && holds("海珠社区"));
}

/// What an audit says, without the numbers of events.
fn verdicts(office: &Office, year: &str) -> Vec<String> {
    let audit = office
        .run(&format!(
            "audit --year {year} --as-of 2023-07-01 --all --format json --fail-on never"
        ))
        .ends(0)
        .json();
    let text = |finding: &Json, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = audit["findings"].as_array().unwrap().iter();
    let mut list: Vec<String> = findings
        .map(|f| {
            ["rule", "subject", "verdict", "message"]
                .map(|key| text(f, key))
                .join(" ")
        })
        .collect();
    list.sort();
    list
}

#[test]
fn a_year_of_each_regulation_is_the_same_whether_it_comes_as_lines_or_as_a_workbook() {
    let years = [
        (PACKS[0], "in-order", "2022"),
        (PACKS[1], "dongguan-2021", "2021"),
        (PACKS[2], "haicang-2022", "2022"),
    ];
    for (pack, file, of) in years {
        let text = std::fs::read_to_string(fixture(&format!("golden/{file}.jsonl"))).unwrap();
        let steps = year(&text);
        let lines = bound(pack);
        let plain: Vec<String> = steps.iter().map(|s| json!(s).to_string()).collect();
        lines.record(&plain.join("\n"), "--as-is").ends(0);
        let book = bound(pack);
        book.run("template -o 台账.xlsx").ends(0);
        let mut pages = Pages::open(&book.path("台账.xlsx"));
        pages.fill(&steps);
        pages.save(&book.path("填.xlsx"));
        book.run("record 填.xlsx --as-is").ends(0);
        assert_eq!(events(&lines), events(&book), "{pack}");
        let (a, b) = (verdicts(&lines, of), verdicts(&book, of));
        assert!(a.len() > 50, "{pack}: {}", a.len());
        assert_eq!(a, b, "{pack}");
        // what is recorded comes out, and comes back without a change
        for more in ["", "--plain"] {
            book.run(&format!("template --filled -o 已.xlsx --force {more}"))
                .ends(0);
            let before = book.bytes();
            let answer = book.run("record 已.xlsx").ends(0);
            assert!(answer.err.contains("没有改动"), "{pack}: {}", answer.err);
            assert_eq!(book.bytes(), before, "{pack}");
        }
    }
}

#[test]
fn only_what_was_changed_is_appended_as_a_correction_of_that_very_record() {
    let office = recorded();
    office
        .run("template --filled --year 2022 -o 已.xlsx")
        .ends(0);
    let before = events(&office);
    let mut pages = Pages::open(&office.path("已.xlsx"));
    let row = pages.row("项目设计", "项目编号", "HZ2022-001");
    let id = pages.get("项目设计", row, "记录号");
    let seq: i64 = id.strip_prefix("CLERK.1/").unwrap().parse().unwrap();
    pages.set("项目设计", row, "实施内容", "每周六天午餐；含汤\n周日休息");
    // the same amount in other words, and a day as text: no change
    pages.set("项目设计", row, "所需资金", "8万");
    pages.set("项目设计", row, "设计日期", "2022年1月30日");
    // a row more, and a row less
    let new = pages.free("需求");
    for (heading, text) in [
        ("社区代码", "HZ"),
        ("年度", "2022"),
        ("提出日期", "2022-03-05"),
        ("项目名称", "加装路灯"),
        ("项目类型", "工程类"),
        ("需求概述", "巷子加装路灯"),
        ("需求理由", "夜间看不清"),
        ("提议人", "王示例"),
        ("联系方式", "13800000099"),
    ] {
        pages.set("需求", new, heading, text);
    }
    let gone = pages.row("设计跟踪", "项目编号", "HZ2022-001");
    let record = pages.get("设计跟踪", gone, "记录号");
    pages.sheet("设计跟踪").remove(&gone);
    pages.save(&office.path("改.xlsx"));
    let answer = office.run("record 改.xlsx --why 居民要求").ends(0);
    assert!(answer.err.contains("1行有改动，成为更正"), "{}", answer.err);
    assert!(
        answer.err.contains("工作表“设计跟踪”比导出时少了1行"),
        "{}",
        answer.err
    );
    let number = record.strip_prefix("CLERK.1/").unwrap();
    let line = format!("minsheng withdraw HZ2022-001 --event {number}");
    assert!(
        answer
            .err
            .contains(&format!("  记录号 {record}，HZ2022-001：{line} --why 理由")),
        "{}",
        answer.err
    );
    assert_eq!(answer.err.matches("  记录号 ").count(), 1);
    assert_eq!(events(&office), before + 2);
    let log = office.run("log --format json").out;
    let last: Vec<Json> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let amend = last.iter().find(|e| e["step"] == "amend").unwrap();
    assert_eq!(amend["subject"], "HZ2022-001");
    assert_eq!(amend["payload"]["event"], seq);
    assert_eq!(amend["payload"]["why"], "居民要求");
    assert_eq!(
        amend["payload"]["set"],
        json!(["content=\"每周六天午餐；含汤\\n周日休息\""])
    );
    // once more: nothing; and a new export agrees
    let answer = office.run("record 改.xlsx").ends(0);
    assert_eq!(events(&office), before + 2, "{}", answer.err);
    office
        .run("template --filled --year 2022 -o 再.xlsx")
        .ends(0);
    let mut pages = Pages::open(&office.path("再.xlsx"));
    assert_eq!(
        pages.get("项目设计", row, "实施内容"),
        "每周六天午餐；含汤\n周日休息"
    );
    office.run("record 再.xlsx").ends(0);
    assert_eq!(events(&office), before + 2);
    // a cell that is cleared takes the value back
    let row = pages.row("候选项目", "项目编号", "HZ2022-001");
    pages.set("候选项目", row, "受益群体", "");
    pages.save(&office.path("清.xlsx"));
    office.run("record 清.xlsx --as-is").ends(0);
    assert_eq!(events(&office), before + 3);
    office.run("record 清.xlsx --as-is").ends(0);
    assert_eq!(events(&office), before + 3);
    office
        .run("template --filled --year 2022 -o 末.xlsx")
        .ends(0);
    let mut pages = Pages::open(&office.path("末.xlsx"));
    assert_eq!(pages.get("候选项目", row, "受益群体"), "");
    office.run("verify").ends(0);
}

#[test]
fn what_cannot_be_corrected_is_told_at_its_cell_and_nothing_is_recorded() {
    let office = recorded();
    office
        .run("template --filled --year 2022 -o 已.xlsx")
        .ends(0);
    let masked = Pages::open(&office.path("已.xlsx")).get("需求", HEAD + 2, "联系方式");
    assert_eq!(masked, mask::mask("13800000001"));
    let before = office.bytes();
    let mut pages = Pages::open(&office.path("已.xlsx"));
    pages.set("需求", HEAD + 2, "联系方式", "13900000000");
    pages.set("需求", HEAD + 3, "需求编号", "HZ2022-D7777");
    pages.set("候选项目", HEAD + 2, "项目名称", "");
    pages.set("候选项目", HEAD + 3, "预计申请经费", "很多");
    let id = pages.get("会议", HEAD + 2, "记录号");
    pages.set("会议", HEAD + 3, "记录号", &id);
    pages.set("合同", HEAD + 2, "记录号", "CLERK.1/99999");
    pages.save(&office.path("改.xlsx"));
    let answer = office.run("record 改.xlsx").ends(2);
    for part in [
        "需求!L4 联系方式“139******00”",
        "minsheng withdraw HZ2022-D9001 --event",
        "需求!D5 需求编号",
        "候选项目!G4 项目名称：“项目名称”必填",
        "候选项目!L5",
        "会议!A5 记录号",
        "合同!A4 记录号",
        "共6处",
    ] {
        assert!(answer.err.contains(part), "{part}: {}", answer.err);
    }
    assert!(!answer.err.contains("13900000000"));
    assert_eq!(office.bytes(), before);
    // the copy says the same beside the cells, and what stood there stands there still
    let mut copy = Pages::open(&office.path("改-问题.xlsx"));
    let said = copy.get("需求", HEAD + 2, "登记问题");
    assert!(
        said.contains("联系方式") && said.contains("withdraw"),
        "{said}"
    );
    assert_eq!(copy.get("需求", HEAD + 2, "联系方式"), "13900000000");
    assert!(
        copy.get("会议", HEAD + 3, "登记问题")
            .contains("前面已有一行")
    );
    // put right in the copy, it is recorded: nothing was changed then
    copy.set("需求", HEAD + 2, "联系方式", &masked);
    copy.set("需求", HEAD + 3, "需求编号", "HZ2022-D9002");
    let mut good = Pages::open(&office.path("已.xlsx"));
    for (sheet, row, heading) in [
        ("候选项目", HEAD + 2, "项目名称"),
        ("候选项目", HEAD + 3, "预计申请经费"),
        ("会议", HEAD + 3, "记录号"),
        ("合同", HEAD + 2, "记录号"),
    ] {
        let text = good.get(sheet, row, heading);
        copy.set(sheet, row, heading, &text);
    }
    copy.save(&office.path("改-问题.xlsx"));
    let answer = office.run("record 改-问题.xlsx").ends(0);
    assert!(answer.err.contains("没有改动"), "{}", answer.err);
    assert_eq!(office.bytes(), before);
}

#[test]
fn rows_that_did_not_come_back_are_named_until_they_are_withdrawn() {
    let office = recorded();
    office
        .run("template --filled --year 2022 -o 已.xlsx")
        .ends(0);
    let mut pages = Pages::open(&office.path("已.xlsx"));
    let id = pages.get("设计跟踪", HEAD + 2, "记录号");
    let rows = pages.sheet("设计跟踪").len() - 3;
    pages.sheet("设计跟踪").retain(|row, _| *row <= HEAD + 1);
    pages.save(&office.path("删.xlsx"));
    let said = office.run("record 删.xlsx").ends(0).err;
    assert!(said.contains(&format!("少了{rows}行")), "{said}");
    let line = said.lines().find(|line| line.contains(&id)).unwrap();
    let (_, command) = line.split_once("minsheng ").unwrap();
    // what is told is what is to be typed
    office
        .run(&command.replace("理由", "重复登记 --as-is"))
        .ends(0);
    let said = office.run("record 删.xlsx").ends(0).err;
    assert!(!said.contains(&id), "{said}");
    assert_eq!(said.matches("  记录号 ").count(), rows - 1, "{said}");
    // without the list of words the number is still told
    pages.sheets.retain(|(name, _)| name != "词表");
    pages.save(&office.path("删2.xlsx"));
    let said = office.run("record 删2.xlsx").ends(0).err;
    assert!(said.contains("“词表”也不在"), "{said}");
    // the copy with the problems knows them as well
    let mut pages = Pages::open(&office.path("删.xlsx"));
    pages.set("候选项目", HEAD + 2, "项目名称", "");
    pages.save(&office.path("删3.xlsx"));
    office.run("record 删3.xlsx").ends(2);
    let mut copy = Pages::open(&office.path("删3-问题.xlsx"));
    let title = pages.get("候选项目", HEAD + 3, "项目名称");
    assert!(!title.is_empty());
    let name = Pages::open(&office.path("已.xlsx")).get("候选项目", HEAD + 2, "项目名称");
    copy.set("候选项目", HEAD + 2, "项目名称", &name);
    copy.save(&office.path("删3-问题.xlsx"));
    let said = office.run("record 删3-问题.xlsx").ends(0).err;
    assert_eq!(said.matches("  记录号 ").count(), rows - 1, "{said}");
}

#[test]
fn a_changed_person_or_identifier_is_recorded_anew_where_that_is_asked_for() {
    let office = recorded();
    office
        .run("template --filled --year 2022 -o 已.xlsx")
        .ends(0);
    let before = events(&office);
    let mut pages = Pages::open(&office.path("已.xlsx"));
    let row = HEAD + 2;
    let demand = pages.get("需求", row, "需求编号");
    let record = pages.get("需求", row, "记录号");
    let proposer = pages.get("需求", row, "提议人");
    assert!(proposer.contains('*'), "{proposer}");
    pages.set("需求", row, "联系方式", "13900000000");
    pages.set("需求", row, "需求概述", "改过的概述");
    pages.save(&office.path("改.xlsx"));
    let refused = office.run("record 改.xlsx").ends(2);
    assert!(refused.err.contains("--replace"), "{}", refused.err);
    assert_eq!(events(&office), before);
    let answer = office
        .run("record 改.xlsx --replace --why 号码抄错")
        .ends(0);
    assert!(
        answer.err.contains("1行撤回了原记录") && answer.err.contains("minsheng erase"),
        "{}",
        answer.err
    );
    assert_eq!(events(&office), before + 2);
    let log: Vec<Json> = office
        .run("log --format json")
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [.., strike, anew] = log.as_slice() else {
        panic!("two events")
    };
    assert_eq!(strike["step"], "withdraw");
    assert_eq!(format!("CLERK.1/{}", strike["payload"]["event"]), record);
    assert_eq!(strike["payload"]["why"], "号码抄错");
    assert_eq!(anew["subject"], json!(demand));
    // the masked name that was left as it was is the name of the record, not its mask
    let shown = office.run(&format!("show {demand} --plain")).ends(0).out;
    assert!(
        shown.contains("13900000000") && shown.contains("改过的概述"),
        "{shown}"
    );
    let text = std::fs::read_to_string(fixture("golden/in-order.jsonl")).unwrap();
    let of = year(&text)
        .into_iter()
        .find(|s| s["step"] == "collect.demand" && s.get("demand") == Some(&json!(demand)))
        .unwrap();
    let name = of["proposer"].as_str().unwrap().to_owned();
    assert!(shown.contains(&name), "{name}: {shown}");
    office.run("verify").ends(0);
    // a new export agrees, and an identifier is changed the same way
    office
        .run("template --filled --year 2022 -o 再.xlsx")
        .ends(0);
    assert!(
        office
            .run("record 再.xlsx")
            .ends(0)
            .err
            .contains("没有改动")
    );
    let mut pages = Pages::open(&office.path("再.xlsx"));
    let row = pages.row("需求", "需求编号", &demand);
    pages.set("需求", row, "需求编号", "HZ2022-D7777");
    pages.save(&office.path("号.xlsx"));
    office.run("record 号.xlsx --replace --as-is").ends(0);
    assert!(
        office
            .run("show HZ2022-D7777")
            .ends(0)
            .out
            .contains("改过的概述")
    );
}

/// Demands of which three have a mistake.
fn three_mistakes(office: &Office) -> Vec<u8> {
    office
        .run("template --step 需求 社区登记 -o 台账.xlsx")
        .ends(0);
    let mut pages = Pages::open(&office.path("台账.xlsx"));
    let line = |title: &str| {
        json!({"step": "collect.demand", "community": "HZ", "year": 2022, "received": "2022-03-05",
            "title": title, "type": "服务类", "summary": "概述", "grounds": "理由",
            "proposer": "王示例", "phone": "13800000099"})
    };
    let steps = ["甲", "乙", "丙", "丁"].map(|t| line(t).as_object().unwrap().clone());
    pages.fill(&[
        json!({"step": "register.community", "community": "HZ", "name": "海珠社区",
        "street": "粤海街道", "date": "2020-09-10"})
        .as_object()
        .unwrap()
        .clone(),
    ]);
    pages.fill(&steps);
    pages.set("需求", 4, "项目类型", "维修");
    pages.set("需求", 5, "提出日期", "2022-02-30");
    // an identity number typed as a number: its end is lost
    pages.put(
        "需求",
        6,
        "联系方式",
        "440300199001011200",
        CellKind::Number,
    );
    pages.set("需求", 7, "社区代码", "ZZ");
    pages.save(&office.path("填.xlsx"));
    std::fs::read(office.path("填.xlsx")).unwrap()
}

#[test]
fn problems_are_told_all_at_once_and_stand_in_a_copy_beside_their_cells() {
    let office = bound(PACKS[0]);
    let original = three_mistakes(&office);
    let before = office.bytes();
    let dry = office.run("record 填.xlsx --dry-run").ends(2);
    assert!(dry.err.contains("--dry-run 不写文件"), "{}", dry.err);
    assert!(!office.path("填-问题.xlsx").exists());
    let answer = office.run("record 填.xlsx").ends(2);
    for part in [
        "填.xlsx!需求!H4 项目类型“维修”",
        "填.xlsx!需求!F5",
        "填.xlsx!需求!L6",
        "共3处",
    ] {
        assert!(answer.err.contains(part), "{part}: {}", answer.err);
    }
    assert!(answer.err.contains("填-问题.xlsx"), "{}", answer.err);
    assert_eq!(office.bytes(), before);
    assert_eq!(std::fs::read(office.path("填.xlsx")).unwrap(), original);
    let mut copy = Pages::open(&office.path("填-问题.xlsx"));
    for (row, part) in [(4, "维修"), (5, "不存在"), (6, "15位")] {
        let said = copy.get("需求", row, "登记问题");
        assert!(said.contains(part), "{row}: {said}");
    }
    assert_eq!(copy.get("需求", 7, "登记问题"), "");
    assert_eq!(copy.get("需求", 7, "项目名称"), "丁");
    assert_eq!(copy.get("社区登记", 4, "社区名称"), "海珠社区");
    let notes = parts(&office.path("填-问题.xlsx"));
    assert!(
        notes
            .iter()
            .any(|(name, text)| name.contains("comments") && text.contains("不存在"))
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = office
            .path("填-问题.xlsx")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // a copy is never written over: the next one has a number
    office.run("record 填.xlsx").ends(2);
    assert!(office.path("填-问题2.xlsx").exists());
    // the copy is mended; what only the ledger knows is told next, at its cell too
    copy.set("需求", 4, "项目类型", "服务类");
    copy.set("需求", 5, "提出日期", "2022-02-28");
    copy.set("需求", 6, "联系方式", "13800000098");
    copy.save(&office.path("填-问题.xlsx"));
    let answer = office.run("record 填-问题.xlsx").ends(2);
    assert!(
        answer.err.contains("社区代码 ZZ 没有登记"),
        "{}",
        answer.err
    );
    assert!(answer.err.contains("填-问题3.xlsx"), "{}", answer.err);
    let mut copy = Pages::open(&office.path("填-问题3.xlsx"));
    assert!(copy.get("需求", 7, "登记问题").contains("ZZ"));
    assert_eq!(copy.get("需求", 4, "登记问题"), "");
    copy.set("需求", 7, "社区代码", "HZ");
    copy.save(&office.path("改好.xlsx"));
    office.run("record 改好.xlsx").ends(0);
    assert_eq!(events(&office), 6);
}

#[test]
fn what_breaks_a_rule_is_written_into_the_copy_and_a_reason_beside_it_lets_it_pass() {
    let office = bound(PACKS[0]);
    office
        .run("register community HZ --name 海珠社区 --street 粤海街道 --date 2020-09-10")
        .ends(0);
    office.run("template --step 需求 -o 台账.xlsx").ends(0);
    let mut pages = Pages::open(&office.path("台账.xlsx"));
    let step = json!({"step": "collect.demand", "community": "HZ", "year": 2022,
        "received": "2022-03-05", "title": "加装路灯", "type": "工程类"});
    pages.fill(&[step.as_object().unwrap().clone()]);
    pages.save(&office.path("填.xlsx"));
    office.run("record 填.xlsx").ends(1);
    let mut copy = Pages::open(&office.path("填-问题.xlsx"));
    let said = copy.get("需求", 4, "登记问题");
    assert!(
        said.contains("A10-DEMANDLIST") && said.contains("第十条"),
        "{said}"
    );
    copy.set("需求", 4, "情况说明", "A10-DEMANDLIST=提议人不愿留名");
    copy.save(&office.path("填-问题.xlsx"));
    let answer = office.run("record 填-问题.xlsx").ends(0);
    assert!(answer.err.contains("仍属违规"), "{}", answer.err);
}

#[test]
fn an_example_that_was_written_over_is_told_and_not_recorded() {
    let office = bound(PACKS[0]);
    office.run("template --step 社区登记 -o 台账.xlsx").ends(0);
    let mut pages = Pages::open(&office.path("台账.xlsx"));
    pages.set("社区登记", HEAD + 1, "社区名称", "海珠社区");
    pages.save(&office.path("填.xlsx"));
    let answer = office.run("record 填.xlsx").ends(2);
    assert!(
        answer.err.contains("标着“示例”，没有登记，但内容改过"),
        "{}",
        answer.err
    );
}

#[test]
fn a_template_needs_no_ledger_and_never_writes_over_a_file() {
    let office = Office::empty();
    office.run("template --step collect -o t.xlsx").ends(0);
    let mut pages = Pages::open(&office.path("t.xlsx"));
    let names: Vec<&str> = pages.sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["填表说明", "集中征集", "需求", "走访", "词表"]);
    assert!(
        pages
            .sheet("填表说明")
            .values()
            .flat_map(BTreeMap::values)
            .any(|(text, _)| { text.contains("minsheng record t.xlsx") })
    );
    let again = office.run("template -o t.xlsx").ends(2);
    assert!(again.err.contains("--force"), "{}", again.err);
    office.run("template -o t.csv").ends(2);
    office.run("template --step 没有这个 -o u.xlsx").ends(2);
    assert!(office.run("template --filled -o u.xlsx").code != 0);
    let english = office
        .run("template --lang en --step collect -o e.xlsx")
        .ends(0);
    assert!(
        english.err.is_ascii() || english.err.starts_with("Wrote e.xlsx"),
        "{}",
        english.err
    );
}

#[test]
fn official_tables_are_numbers_where_they_are_numbers_and_ready_to_print() {
    let years = [
        (
            PACKS[0],
            "in-order",
            vec![
                "T1 --community HZ",
                "T2 --community HZ",
                "T3 --community HZ",
                "T4",
            ],
        ),
        (
            PACKS[1],
            "dongguan-2021",
            vec![
                "F1 --case DA2021-001",
                "F2 --case DA2021-001",
                "F3 --case DA2021-001",
                "P1 --street 示例镇 --year 2021",
                "P2 --street 示例镇 --year 2021",
            ],
        ),
        (
            PACKS[2],
            "haicang-2022",
            vec!["HQ --community AA", "HA --community AA"],
        ),
    ];
    for (pack, file, papers) in years {
        let office = bound(pack);
        let text = std::fs::read_to_string(fixture(&format!("golden/{file}.jsonl"))).unwrap();
        let plain: Vec<String> = year(&text).iter().map(|s| json!(s).to_string()).collect();
        office.record(&plain.join("\n"), "--as-is").ends(0);
        for paper in papers {
            office
                .run(&format!("export {paper} -o 表.xlsx --force"))
                .ends(0);
            let xml = parts(&office.path("表.xlsx"));
            let sheet = &xml
                .iter()
                .find(|(n, _)| n == "xl/worksheets/sheet1.xml")
                .unwrap()
                .1;
            let size = if paper.starts_with("HA") { "8" } else { "9" };
            assert!(sheet.contains(&format!("paperSize=\"{size}\"")), "{paper}");
            for part in ["fitToHeight=\"0\"", "第 &amp;P 页", "<pageMargins"] {
                assert!(sheet.contains(part), "{paper}: {part}");
            }
            let form = paper.starts_with('F');
            assert_eq!(
                sheet.contains("orientation=\"landscape\""),
                !form,
                "{paper}"
            );
            let book = &xml.iter().find(|(n, _)| n == "xl/workbook.xml").unwrap().1;
            assert!(book.contains("_xlnm.Print_Area"), "{paper}");
            assert_eq!(book.contains("_xlnm.Print_Titles"), !form, "{paper}");
            let merges: Vec<&str> = sheet.split("<mergeCell ref=").skip(1).collect();
            assert_eq!(
                merges.len(),
                merges.iter().collect::<BTreeSet<_>>().len(),
                "{paper}"
            );
            let mut pages = Pages::open(&office.path("表.xlsx"));
            let name = pages.sheets[0].0.clone();
            let rows = pages.sheet(&name);
            let money = |text: &str| text.replace('\n', "").contains("（万元）");
            for (row, cells) in rows.iter() {
                for (column, (text, _)) in
                    cells.iter().filter(|(_, (text, _))| money(text) && !form)
                {
                    let below = rows
                        .range(row + 1..)
                        .filter_map(|(_, cells)| cells.get(column));
                    for (value, kind) in below {
                        assert_eq!(*kind, CellKind::Number, "{paper} {text} {value}");
                    }
                }
            }
        }
    }
}

#[test]
fn filled_in_questionnaires_are_read_back() {
    let office = bound(PACKS[1]);
    let text = std::fs::read_to_string(fixture("golden/dongguan-2021.jsonl")).unwrap();
    office.record(&text, "--as-is").ends(0);
    office.run("export F3 --case DA2021-001 -o F3.xlsx").ends(0);
    let blank = Pages::open(&office.path("F3.xlsx"));
    let sheet = blank.sheets[0].1.clone();
    let fill = |name: &str, column: usize, date: &str, sign: &str| {
        let mut sheet = sheet.clone();
        for row in sheet.values_mut() {
            let head = row.get(&0).map_or(String::new(), |(text, _)| text.clone());
            if head.contains("评价") && !head.contains("您") {
                row.insert(column, ("√".into(), CellKind::Text));
            } else if head.contains("意见或建议：") {
                row.insert(0, (format!("{}多装路灯", head.trim_end()), CellKind::Text));
            } else if head.contains("签名") {
                let line = format!("参加者签名（可选择不填写）：　{sign}　　日　　期：　{date}");
                row.insert(0, (line, CellKind::Text));
            }
        }
        (name.to_owned(), sheet)
    };
    let before = events(&office);
    let mut pages = Pages {
        sheets: vec![
            fill("DA2021-001", 1, "2021年6月1日", "张示例"),
            fill("DA2021-001 (2)", 2, "　　年　　月　　日", ""),
            ("DA2021-001 (3)".to_owned(), sheet.clone()),
        ],
    };
    pages.save(&office.path("填.xlsx"));
    let answer = office.run("record 填.xlsx").ends(2);
    assert!(
        answer.err.contains("DA2021-001 (2)!15") && answer.err.contains("日期"),
        "{}",
        answer.err
    );
    assert!(answer.err.contains("空白的测评表"), "{}", answer.err);
    assert!(!answer.err.contains("张示例"));
    let mut copy = Pages::open(&office.path("填-问题.xlsx"));
    let marked = copy.sheet("DA2021-001 (2)")[&15]
        .values()
        .any(|(t, _)| t.contains("缺少“日期”"));
    assert!(marked);
    pages.sheets[1] = fill("DA2021-001 (2)", 2, "2021-06-02", "");
    // two ticks in a row are one too many
    let row = *pages.sheets[1]
        .1
        .iter()
        .find(|(_, r)| r.get(&0).is_some_and(|(t, _)| t == "项目质量评价"))
        .unwrap()
        .0;
    pages.sheets[1]
        .1
        .get_mut(&row)
        .unwrap()
        .insert(4, ("√".into(), CellKind::Text));
    pages.save(&office.path("填.xlsx"));
    assert!(
        office
            .run("record 填.xlsx")
            .ends(2)
            .err
            .contains("不止一项")
    );
    pages.sheets[1].1.get_mut(&row).unwrap().remove(&4);
    pages.save(&office.path("填.xlsx"));
    office.run("record 填.xlsx --as-is").ends(0);
    office.run("record 填.xlsx --as-is").ends(0);
    assert_eq!(events(&office), before + 2);
    let list = office
        .run("export F3-ANSWERS --community DA --year 2021")
        .ends(0)
        .out;
    assert!(
        list.contains("DA2021-001,,2021-06-01,非常满意,非常满意"),
        "{list}"
    );
    assert!(list.contains("DA2021-001,,2021-06-02,满意,满意"), "{list}");
    assert!(
        list.contains("多装路灯,是") && list.contains("多装路灯,否"),
        "{list}"
    );
}

/// The steps of one case's life, as the page of the clerk's year names their sheets.
fn sheets_of_the_page() -> (String, Vec<String>) {
    let page = format!("{}/docs/clerk-year.zh.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(page).unwrap();
    let line = text
        .lines()
        .find(|line| line.contains("template --step"))
        .unwrap();
    let line = line.trim_start_matches("$ minsheng ").to_owned();
    let (_, names) = line.split_once("--step ").unwrap();
    let (names, _) = names.split_once(" -o").unwrap();
    let names = names.split(' ').map(str::to_owned).collect();
    (line, names)
}

/// Makes the workbooks of the page: those that stand in `fixtures/workbooks` are made by
/// `MINSHENG_BLESS=1 cargo test --test workbooks the_clerks_workbooks`.
#[test]
fn the_clerks_workbooks_are_what_the_year_makes_of_the_template() {
    let office = Office::empty();
    office.run("init --name 粤海街道 --origin HAIZHU.1").ends(0);
    let (line, sheets) = sheets_of_the_page();
    office.run(&line).ends(0);
    let text = std::fs::read_to_string(fixture("golden/in-order.jsonl")).unwrap();
    let mine = |step: &Map<String, Json>| {
        let id = step["step"].as_str().unwrap();
        let def = minsheng::step::find(id).unwrap();
        let said = json!(step).to_string();
        let about = ["HZ2022-001", "HZ2022-D9001\"", "HZ2022-M1\""];
        sheets.iter().any(|name| name == def.zh)
            && (id == "register.community" || about.iter().any(|id| said.contains(id)))
    };
    let steps: Vec<_> = year(&text).into_iter().filter(mine).collect();
    let mut pages = Pages::open(&office.path("台账.xlsx"));
    pages.fill(&steps);
    let good = office.path("台账-海珠-改好.xlsx");
    pages.save(&good);
    let mut kind = pages.get("需求", 4, "项目类型");
    assert_eq!(kind, "服务类");
    pages.set("需求", 4, "项目类型", "维修");
    kind = pages.get("候选项目", 4, "项目名称");
    pages.set("候选项目", 4, "项目名称", "");
    assert_eq!(kind, "长者爱心午餐");
    pages.set("开工", 4, "开始实施日期", "2022-02-30");
    pages.save(&office.path("台账-海珠.xlsx"));
    let answer = office.run("record 台账-海珠.xlsx").ends(2);
    assert!(answer.err.contains("共3处"), "{}", answer.err);
    office.run("record 台账-海珠-改好.xlsx").ends(0);
    office
        .run("template --filled --year 2022 -o 台账-2022.xlsx")
        .ends(0);
    let mut pages = Pages::open(&office.path("台账-2022.xlsx"));
    pages.set("项目设计", 4, "预期效益", "每日25人受益");
    pages
        .sheets
        .retain(|(name, rows)| name == "填表说明" || rows.len() > 3);
    pages.save(&office.path("台账-2022-更正.xlsx"));
    let before = events(&office);
    office.run("record 台账-2022-更正.xlsx").ends(0);
    assert_eq!(events(&office), before + 1);
    for name in [
        "台账-海珠.xlsx",
        "台账-海珠-改好.xlsx",
        "台账-2022-更正.xlsx",
    ] {
        let kept = fixture(&format!("workbooks/{name}"));
        if std::env::var("MINSHENG_BLESS").is_ok() {
            std::fs::create_dir_all(fixture("workbooks")).unwrap();
            std::fs::copy(office.path(name), &kept).unwrap();
        }
        let (a, b) = (
            Pages::open(&office.path(name)),
            Pages::open(std::path::Path::new(&kept)),
        );
        assert_eq!(a.sheets, b.sheets, "{name}");
    }
}
