//! The annexes by the public commands: money, oversight, lists of the district, what is due.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Office, before};

/// An office with two streets.
fn office() -> Office {
    let office = Office::new();
    office
        .run("register community TG --name 铜鼓社区 --street 南头街道 --date 2020-09-10")
        .ends(0);
    office
}

/// The cells of a rendered table row, for comparing.
fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

#[test]
fn both_ledgers_of_a_fund_agree_to_the_fen() {
    let office = office();
    for line in [
        "fund budget 粤海街道 --year 2022 --total 1000万 --date 2022-01-05",
        "fund allocate 粤海街道 --year 2022 --community HZ --amount 200万 --date 2022-01-10",
        "fund disburse 粤海街道 --year 2022 --community HZ --amount 100000.05 --date 2022-02-01",
        "fund disburse 粤海街道 --year 2022 --amount 50000 --date 2022-02-01",
        "fund expense 粤海街道 --year 2022 --kind 支撑经费 --cost 监理 --amount 0.1 --date 2022-03-01 --responsible 街道 --service 是",
        "fund expense 粤海街道 --year 2022 --kind 支撑经费 --cost 造价 --amount 0.2 --date 2022-03-02 --responsible 街道 --service 是",
    ] {
        office.run(&format!("{line} --as-is")).ends(0);
    }
    let pay = r#"{"step":"implement.emergency","community":"HZ","year":2022,"date":"2022-02-01","by":"街道党工委","title":"抢修","type":"工程类","amount":"100000"}
{"step":"implement.pay","case":"HZ2022-001","date":"2022-03-05","amount":"60000.03"}
{"step":"implement.pay","case":"HZ2022-001","date":"2022-04-05","amount":"40000.02"}"#;
    office.record(pay, "--as-is").ends(0);
    let text = office.run("show fund --year 2022").ends(0).out;
    let rows = rows(&text);
    let row = |name: &str| rows.iter().find(|row| row[0] == name).unwrap().clone();
    assert_eq!(
        row("HZ")[1..],
        ["2000000.00", "100000.05", "100000.05", "0.00", "0.00"]
    );
    assert_eq!(
        row("街道")[1..],
        ["0.00", "50000.00", "0.30", "0.00", "49999.70"]
    );
    assert_eq!(
        row("合计")[1..],
        ["2000000.00", "150000.05", "100000.35", "0.00", "49999.70"]
    );
    assert!(text.contains("取大者）：0.30"), "{text}");
    let json = office
        .run("show fund 粤海街道 --year 2022 --format json")
        .ends(0)
        .json();
    let account = &json["accounts"][0];
    assert_eq!(account["sums"]["left"], "49999.70");
    assert_eq!(account["paid"].as_array().unwrap().len(), 4);
    // money that comes back is money left; what does not fit is told
    assert!(!text.contains("注意"), "{text}");
    office
        .run("fund misuse HZ2022-001 --kind 挪用 --amount 0.03 --date 2022-06-01")
        .ends(0);
    office
        .run("fund clawback HZ2022-001 --amount 0.03 --date 2022-07-01 --as-is")
        .ends(0);
    office
        .run("fund expense 粤海街道 --year 2022 --kind 支撑经费 --cost 评价 --amount 60000 --date 2022-08-01 --responsible 街道 --service 是")
        .ends(0);
    let text = office.run("show fund --year 2022").ends(0).out;
    assert!(
        text.contains("0.03") && text.contains("注意：街道的支出大于发放，差10000.30元"),
        "{text}"
    );
    // a street without a line of money is told how to begin
    let answer = office.run("show fund 南头街道 --year 2022").ends(2);
    assert!(answer.err.contains("fund budget"), "{}", answer.err);
    let answer = office.run("show fund 蛇口街道 --year 2022").ends(2);
    assert!(answer.err.contains("南头街道"), "{}", answer.err);
}

#[test]
fn seven_percent_is_exact_and_the_next_fen_is_refused() {
    let office = office();
    office
        .run("fund budget 粤海街道 --year 2022 --total 10000007.5 --date 2022-01-05")
        .ends(0);
    let expense = "fund expense 粤海街道 --year 2022 --kind 支撑经费 --cost 全流程督导 --responsible 街道 --service 是 --date 2022-03-01 --amount";
    // 7 % is 700000.525: no fen lies on it
    office.run(&format!("{expense} 700000.52")).ends(0);
    let refused = office.run(&format!("{expense} 0.01")).ends(1);
    assert!(refused.err.contains("X1.4-2-7PCT"), "{}", refused.err);
    // a figure that is raised later makes room
    office
        .run("fund budget 粤海街道 --year 2022 --total 10000008 --date 2022-06-05")
        .ends(0);
    office.run(&format!("{expense} 0.01")).ends(0);
}

#[test]
fn inspections_and_findings_are_numbered_under_what_they_inspect() {
    let office = office();
    let json = office
        .run("audit inspect 粤海街道 --year 2022 --kind 专项审计 --by 街道 --date 2023-06-20 --format json")
        .ends(0)
        .json();
    assert_eq!(json["events"][0]["subject"], "粤海街道2022-I1");
    let json = office
        .run("audit finding 粤海街道2022-I1 --date 2023-06-20 --text 台账不全 --format json")
        .ends(0)
        .json();
    assert_eq!(json["events"][0]["subject"], "粤海街道2022-I1-F1");
    office
        .run("audit rectify 粤海街道2022-I1-F1 --date 2023-06-28")
        .ends(0);
    office
        .run("audit report 粤海街道2022-I1 --to 区专责小组 --date 2023-06-29 --rectification 是")
        .ends(0);
    office
        .run("audit inspect HZ --year 2022 --kind 社区自查 --by 社区 --date 2023-04-20")
        .ends(0);
    let text = office.run("log").ends(0).out;
    assert!(text.contains("HZ2022-I1"), "{text}");
    // what nobody recorded is not reported on
    let answer = office
        .run("audit report 粤海街道2022-I7 --to 区专责小组 --date 2023-06-29")
        .ends(2);
    assert!(answer.err.contains("不存在"), "{}", answer.err);
    // a street that no community belongs to is a slip of the pen
    let answer = office
        .run("audit inspect 粤海街 --year 2022 --kind 街道普查 --date 2023-04-20")
        .ends(2);
    assert!(answer.err.contains("粤海街道"), "{}", answer.err);
    // judging a year needs no verb
    office.run("audit --year 2022 --fail-on never").ends(0);
}

#[test]
fn inspections_of_the_district_are_numbered_by_its_year() {
    let office = office();
    office
        .run("audit inspect 全区 --year 2022 --kind 区级抽查 --by 区委组织部、区民政局 --date 2023-05-20")
        .ends(0);
    let json = office.run("audit inspect 全区 --year 2022 --kind 住建抽查 --by 区住房建设局 --date 2023-05-21 --format json");
    assert_eq!(json.json()["events"][0]["subject"], "全区2022-I2");
}

#[test]
fn records_of_the_annexes_come_as_tables_too() {
    let office = office();
    office.write(
        "支出.csv",
        "街道,资金年度,支出类别,支出内容,支出金额,支出日期,实施责任主体,以服务类项目形式实施\n粤海街道,2022,支撑经费,监理,12.5万,2022年3月1日,街道党工委,是\n粤海街道,2022,支撑经费,造价,30000,2022-03-02,街道党工委,是\n",
    );
    office
        .run("fund budget 粤海街道 --year 2022 --total 1000万 --date 2022-01-05")
        .ends(0);
    let json = office
        .run("record 支出.csv --step 资金支出 --format json")
        .ends(0)
        .json();
    assert_eq!(json["events"].as_array().unwrap().len(), 2);
    // again adds nothing
    let json = office
        .run("record 支出.csv --step 资金支出 --format json")
        .ends(0)
        .json();
    assert_eq!(json["events"].as_array().unwrap().len(), 0);
    assert_eq!(json["known"].as_array().unwrap().len(), 2);
    office.write(
        "人员.csv",
        "工作范围,姓名,人员类别,起始日期\nHZ,张三,工作人员,2021-01-01\n粤海街道,李四,监督人员,2021-01-01\n",
    );
    office.run("record 人员.csv --step register.staff").ends(0);
    office.write(
        "检查.csv",
        "检查范围,所属年度,检查类别,检查单位,完成日期,检查内容\nHZ,2022,社区自查,社区党委,2023-04-20,开展情况、资料完整性、资格要求、评审和定标方法、程序执行、承接方确定、预算编制、资金使用\n",
    );
    office.run("record 检查.csv --step 检查").ends(0);
    let json = office.run("show HZ2022-I1 --format json").ends(0).json();
    let covers = json["facts"][0]["values"]["covers"].as_str().unwrap();
    assert_eq!(
        covers,
        "项目开展情况；项目资料完整性；资格要求、评审和定标方法；程序执行；承接方确定；预算编制；资金使用"
    );
    // a wrong word is told with its cell and the words there are
    office.write("错.csv", "街道,资金年度,违规\n粤海街道,2022,是\n");
    assert_eq!(office.run("record 错.csv --step 资金支出").code, 2);
}

#[test]
fn a_barred_unit_is_refused_by_its_code_whatever_it_calls_itself() {
    let office = office();
    office
        .record(&before("service", "implement.contract"), "--as-is")
        .ends(0);
    office
        .run("register blocklist YC-1 --unit 旧名公司 --code 91440300MA5EXAMPLE --cause 验收不合格 --listed 2021-06-01")
        .ends(0);
    let contract = "implement contract HZ2022-001 --signed 2022-02-25 --amount 8万 --qualification 资质 --staff 是 --material 是";
    let refused = office
        .run(&format!(
            "{contract} --unit 新名公司 --code 91440300MA5EXAMPLE"
        ))
        .ends(1);
    assert!(refused.err.contains("X3.14-BAN"), "{}", refused.err);
    assert!(refused.err.contains("2024-06-01"), "{}", refused.err);
    // an appeal that succeeds strikes the entry
    office
        .run("register appeal YC-1 --received 2022-01-05")
        .ends(0);
    office
        .run("register reply YC-1 --date 2022-01-20 --written 是 --struck 是")
        .ends(0);
    let answer = office.run(&format!(
        "{contract} --unit 新名公司 --code 91440300MA5EXAMPLE"
    ));
    assert!(!answer.err.contains("X3.14-BAN"), "{}", answer.err);
}

#[test]
fn what_is_due_stands_in_order_of_its_day() {
    let office = office();
    office
        .record(&before("works", "implement.complete"), "--as-is")
        .ends(0);
    let json = office
        .run("todo HZ2022-001 --as-of 2022-04-01 --format json")
        .ends(0)
        .json();
    assert_eq!(json["schema"], "minsheng.todo/1");
    let matters = json["matters"].as_array().unwrap();
    let dates: Vec<&str> = matters.iter().filter_map(|m| m["date"].as_str()).collect();
    assert!(dates.is_sorted(), "{dates:?}");
    // nine months after the start, that day included
    let due = matters.iter().find(|m| m["rules"][0] == "A19-ENG").unwrap();
    assert_eq!(
        (&due["kind"], &due["date"]),
        (&"due".into(), &"2022-12-01".into())
    );
    assert_eq!(due["days_left"], 244);
    // past it the same matter is overdue
    let json = office
        .run("todo HZ2022-001 --as-of 2022-12-02 --format json")
        .ends(0)
        .json();
    let overdue = json["matters"]
        .as_array()
        .unwrap()
        .iter()
        .find(|m| m["rules"][0] == "A19-ENG")
        .unwrap()
        .clone();
    assert_eq!(overdue["kind"], "overdue");
    assert_eq!(overdue["days_left"], -1);
    // records without a last day stand once each, with all the rules that ask for them
    let mut missing: Vec<&str> = matters
        .iter()
        .filter(|m| m["kind"] == "missing")
        .map(|m| m["what"].as_str().unwrap().split('：').next().unwrap())
        .collect();
    let all = missing.len();
    missing.sort_unstable();
    missing.dedup();
    assert_eq!(missing.len(), all);
}

#[test]
fn the_earliest_lawful_day_is_offered_once_the_way_is_free() {
    let office = office();
    office
        .record(&before("service", "publicize.notify"), "--as-is")
        .ends(0);
    let start = || {
        let json = office
            .run("todo HZ2022-001 --as-of 2022-02-25 --format json")
            .ends(0)
            .json();
        let matters = json["matters"].as_array().unwrap().clone();
        matters.into_iter().find(|m| {
            m["kind"] == "next" && m["what"].as_str().unwrap().contains("implement start")
        })
    };
    // the notice runs until the 17th, but nothing is determined or filed yet
    assert_eq!(start(), None);
    office
        .run("implement determine HZ2022-001 --date 2022-02-16 --by 社区党委 --responsible 社区党委 --as-is")
        .ends(0);
    office
        .run("shortlist file HZ2022-001 --date 2022-02-17 --by 社区党委 --to 街道党工委 --as-is")
        .ends(0);
    let next = start().unwrap();
    assert_eq!(next["date"], "2022-02-18");
    // a day earlier is refused, that day is not refused for the notice
    let early = office
        .run("implement start HZ2022-001 --date 2022-02-17")
        .ends(1);
    assert!(early.err.contains("A15-PUB"), "{}", early.err);
    let right = office.run("implement start HZ2022-001 --date 2022-02-18");
    assert!(!right.err.contains("A15-PUB"), "{}", right.err);
}

#[test]
fn a_calendar_program_reads_what_is_due() {
    let office = office();
    office
        .record(&before("works", "implement.complete"), "--as-is")
        .ends(0);
    office
        .run("todo HZ2022-001 --as-of 2022-04-01 --ics due.ics")
        .ends(0);
    let text = std::fs::read_to_string(office.path("due.ics")).unwrap();
    let calendar: icalendar::Calendar = text.parse().unwrap();
    let json = office
        .run("todo HZ2022-001 --as-of 2022-04-01 --format json")
        .json();
    let dated = json["matters"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| !m["date"].is_null())
        .count();
    assert_eq!(calendar.components.len(), dated);
    assert!(text.contains("DTSTART;VALUE=DATE:20221201"), "{text}");
    assert!(
        text.lines().all(|line| line.len() <= 75),
        "lines are folded"
    );
    // the same matter keeps its identifier, so that a calendar updates it
    office
        .run("todo HZ2022-001 --as-of 2022-04-01 --ics again.ics")
        .ends(0);
    assert_eq!(
        text,
        std::fs::read_to_string(office.path("again.ics")).unwrap()
    );
    // a ledger is never written over
    let answer = office.run("todo --ics minsheng.db").ends(2);
    assert!(answer.err.contains("账本"), "{}", answer.err);
}

#[test]
fn the_book_tells_the_law_clause_by_clause() {
    let office = Office::empty();
    let text = office.run("rule --coverage").ends(0).out;
    let total = text.lines().last().unwrap();
    assert!(
        total.contains("共346款") && total.contains("判断236款"),
        "{total}"
    );
    let json = office.run("rule --coverage --format json").ends(0).json();
    assert_eq!(json["total"]["clauses"], 346);
    assert_eq!(json["total"]["recorded"], 110);
}

#[test]
fn what_names_nothing_is_refused_and_leaves_no_trace() {
    let office = office();
    for (line, part) in [
        (
            "register document --rule A6-STREETTF --body ZZ --date 2022-10-12",
            "ZZ",
        ),
        (
            "register document --rule A6-STREETTF --body 火星街道 --date 2022-10-12",
            "火星街道",
        ),
        (
            "register document --rule A6-NOPE --body 粤海街道 --date 2022-10-12",
            "A6-NOPE",
        ),
        (
            "register reason HZ2022 --rule A9-999 --text 理由 --date 2022-12-01",
            "A9-999",
        ),
        (
            "implement decide HZ2022-099 --matter 其他事项 --date 2022-02-14 --members 4 --for 3 --against 1",
            "HZ2022-099",
        ),
        (
            "audit finding HZ2022-I9 --date 2023-05-01 --text 问题",
            "HZ2022-I9",
        ),
        (
            "fund budget 粤海街 --year 2022 --total 1000万 --date 2022-01-05",
            "粤海街道",
        ),
    ] {
        let answer = office.run(line).ends(2);
        assert!(answer.err.contains(part), "{line}: {}", answer.err);
    }
    let json = office
        .run("audit --year 2022 --format json --all --fail-on never")
        .json();
    assert!(!json.to_string().contains("ZZ2022"));
}

#[test]
fn the_same_money_is_not_recorded_twice() {
    let office = office();
    let line = "fund disburse 粤海街道 --year 2022 --community HZ --amount 8万 --date 2022-06-30";
    office.run(line).ends(0);
    let again = office.run(&format!("{line} --format json")).ends(0).json();
    assert_eq!(again["events"].as_array().unwrap().len(), 0);
    let meant = office
        .run(&format!("{line} --again --format json"))
        .ends(0)
        .json();
    assert_eq!(meant["events"].as_array().unwrap().len(), 1);
}

#[test]
fn a_unit_struck_from_the_blocklist_leaves_the_table_and_may_sign() {
    let office = office();
    office
        .run("register blocklist YC-1 --unit 甲公司 --code 91440300ma5gxxxx20 --person 法人甲 --cause 违约 --listed 2022-02-20")
        .ends(0);
    office
        .run("export T4 --date 2022-03-01 --as-of 2022-03-01 -o before.csv --bare")
        .ends(0);
    let before = std::fs::read_to_string(office.path("before.csv")).unwrap();
    // however it was typed, it is one code
    assert!(before.contains("91440300MA5GXXXX20"), "{before}");
    office
        .run("register appeal YC-1 --received 2022-03-01")
        .ends(0);
    office
        .run("register reply YC-1 --date 2022-03-31 --written 是 --struck 是")
        .ends(0);
    office
        .run("export T4 --date 2022-12-30 -o after.csv --bare")
        .ends(0);
    let after = std::fs::read_to_string(office.path("after.csv")).unwrap();
    assert!(!after.contains("甲公司"), "{after}");
}

#[test]
fn a_document_keeps_the_digest_of_its_file() {
    let office = office();
    office.write("通知.txt", "abc");
    office
        .run("register document --rule A6-STREETTF --body 粤海街道 --date 2020-10-12 --file 通知.txt")
        .ends(0);
    let log = office.run("log 粤海街道 --format json").ends(0).out;
    let event: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(event["payload"]["file"], "通知.txt");
    assert_eq!(
        event["payload"]["digest"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    let missing = office
        .run("register document --rule A6-STREETTF --body 粤海街道 --date 2020-10-13 --file 没有.txt")
        .ends(2);
    assert!(missing.err.contains("没有.txt"), "{}", missing.err);
}

#[test]
fn what_a_year_owes_is_still_due_in_the_next() {
    let office = office();
    let json = office
        .run("todo HZ --as-of 2023-03-01 --format json")
        .ends(0)
        .json();
    let due: Vec<&str> = json["matters"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["subject"] == "HZ2022")
        .filter_map(|m| m["date"].as_str())
        .collect();
    assert!(due.contains(&"2023-05-31"), "{due:?}");
    // the district is a subject like any other, and a slip of the pen is none
    office.run("todo 全区 --as-of 2023-03-01").ends(0);
    office.run("todo 火星街道 --as-of 2023-03-01").ends(2);
}
