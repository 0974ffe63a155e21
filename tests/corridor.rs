//! The corridor: what is refused leaves nothing, what happened can always be recorded.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Office, base_case, before};

const SHORT: &str = "publicize post HZ2022-001 --start 2022-02-14 --end 2022-02-15 --by 社区党委 --online 南山先锋 --offline 社区公开栏、项目实施地点、楼栋 --content 时间、地点、服务对象、预期效益、项目负责人、负责人联系方式";

fn ready() -> Office {
    let office = Office::new();
    office
        .record(&before("service", "publicize.post"), "")
        .ends(0);
    office
}

#[test]
fn a_refused_step_leaves_the_file_as_it_was() {
    let office = ready();
    let bytes = office.bytes();
    let answer = office.run(SHORT).ends(1);
    assert_eq!(office.bytes(), bytes);
    for part in ["A15-DAYS", "公示时间不少于3天", "→", "--reason A15-DAYS="] {
        assert!(answer.err.contains(part), "{part}: {}", answer.err);
    }
    assert!(answer.out.is_empty());
    let json = office.run(&format!("{SHORT} --format json")).ends(1).json();
    assert_eq!(json["schema"], "minsheng.refusal/1");
    assert_eq!(json["findings"][0]["rule"], "A15-DAYS");
}

#[test]
fn a_must_is_recorded_with_its_reason_and_stays_a_violation() {
    let office = ready();
    let answer = office
        .run(&format!("{SHORT} --reason A15-DAYS=台风撤展"))
        .ends(0);
    assert!(answer.err.contains("仍属违规"), "{}", answer.err);
    let json = office
        .run("explain HZ2022-001 A15-DAYS --format json")
        .ends(0)
        .json();
    assert_eq!(json["findings"][0]["verdict"], "violation");
    assert_eq!(json["findings"][0]["reason"], "台风撤展");
}

#[test]
fn a_principle_with_a_reason_is_justified() {
    let office = Office::new();
    office
        .record(&before("service", "shortlist.consult"), "")
        .ends(0);
    let line = "shortlist consult HZ2022-001 --start 2022-01-20 --end 2022-01-22 --lead 社区党委 --support 居委会 --affected 9 --informed 9";
    let bytes = office.bytes();
    office.run(line).ends(1);
    assert_eq!(office.bytes(), bytes);
    office
        .run(&format!("{line} --reason A11-DAYS=防汛抢险急需"))
        .ends(0);
    let json = office
        .run("explain HZ2022-001 A11-DAYS --format json")
        .ends(0)
        .json();
    assert_eq!(json["findings"][0]["verdict"], "justified");
}

#[test]
fn a_reason_that_answers_nothing_is_told_and_not_recorded() {
    let office = ready();
    let events = office.run("log --format csv").out.lines().count();
    let answer = office
        .run("implement progress HZ2022-001 --date 2022-02-12 --note 正常 --reason A15-DAYS=没有的事")
        .ends(0);
    assert!(answer.err.contains("A15-DAYS 没有问题"), "{}", answer.err);
    assert_eq!(
        office.run("log --format csv").out.lines().count(),
        events + 1
    );
    office
        .run("implement progress HZ2022-001 --date 2022-02-13 --note 正常 --reason A99-X=x")
        .ends(2);
}

#[test]
fn dry_run_says_it_all_and_changes_nothing() {
    let office = ready();
    let bytes = office.bytes();
    let good = SHORT.replace("2022-02-15", "2022-02-17");
    assert!(
        office
            .run(&format!("{good} --dry-run"))
            .ends(0)
            .out
            .contains("将登记")
    );
    office.run(&format!("{SHORT} --dry-run")).ends(1);
    assert_eq!(office.bytes(), bytes);
}

#[test]
fn a_past_year_is_loaded_as_it_is_and_the_audit_tells() {
    let office = ready();
    office.run(&format!("{SHORT} --as-is")).ends(0);
    let text = office
        .run("audit --year 2022 --as-of 2022-03-01")
        .ends(1)
        .out;
    assert!(text.contains("A15-DAYS"), "{text}");
}

#[test]
fn the_order_of_entry_is_free() {
    let office = Office::new();
    let mut lines = base_case("service");
    lines.reverse();
    office.record(&lines.join("\n"), "").ends(0);
    let json = office
        .run("audit --year 2022 --as-of 2023-07-01 --format json --fail-on never")
        .json();
    let wrong: Vec<_> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["scope"] == "case")
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_same_record_twice_adds_nothing() {
    let office = Office::new();
    let lines = base_case("service").join("\n");
    office.record(&lines, "").ends(0);
    let bytes = office.bytes();
    let answer = office.record(&lines, "").ends(0);
    assert!(answer.out.contains("已有相同的记录"), "{}", answer.out);
    assert_eq!(office.bytes(), bytes);
}

#[test]
fn a_batch_is_recorded_whole_or_not_at_all() {
    let office = Office::new();
    let bytes = office.bytes();
    let mut lines = base_case("service");
    lines.push(
        "{\"step\":\"publicize.post\",\"case\":\"HZ2022-777\",\"start\":\"2022-02-30\",\"wer\":1}"
            .into(),
    );
    lines.push("{\"step\":\"publish\"}".into());
    lines.push("not json".into());
    let answer = office.record(&lines.join("\n"), "").ends(2);
    assert_eq!(office.bytes(), bytes);
    let last = lines.len();
    for part in [
        format!("steps.jsonl:{} start", last - 2),
        format!("steps.jsonl:{} end", last - 2),
        format!("steps.jsonl:{} wer", last - 2),
        format!("steps.jsonl:{}", last - 1),
        format!("steps.jsonl:{last}"),
    ] {
        assert!(answer.err.contains(&part), "{part}: {}", answer.err);
    }
}

#[test]
fn a_breach_in_a_batch_names_its_line() {
    let office = Office::new();
    let lines: Vec<String> = base_case("service")
        .into_iter()
        .map(|line| line.replace("\"end\":\"2022-02-17\"", "\"end\":\"2022-02-15\""))
        .collect();
    let at = lines
        .iter()
        .position(|l| l.contains("publicize.post"))
        .unwrap()
        + 1;
    let answer = office.record(&lines.join("\n"), "").ends(1);
    assert!(
        answer.err.contains(&format!("steps.jsonl:{at}")),
        "{}",
        answer.err
    );
}

#[test]
fn what_is_not_there_is_named_with_the_nearest() {
    let office = ready();
    let answer = office
        .run("implement progress HZ2022-002 --date 2022-02-12 --note x")
        .ends(2);
    assert!(
        answer.err.contains("HZ2022-002") && answer.err.contains("HZ2022-001"),
        "{}",
        answer.err
    );
    assert!(
        office
            .run("collect round YH --year 2022 --completed 2021-12-20 --organiser 社区党委")
            .ends(2)
            .err
            .contains("register community YH")
    );
}

#[test]
fn a_correction_keeps_what_stood_before() {
    let office = ready();
    office.run(&format!("{SHORT} --as-is")).ends(0);
    let json = office
        .run("explain HZ2022-001 A15-DAYS --format json")
        .json();
    let seq = json["findings"][0]["events"][0]["seq"].as_i64().unwrap();
    office
        .run(&format!("amend {seq} --set end=2022-02-17 --why 抄录笔误"))
        .ends(0);
    let json = office
        .run("explain HZ2022-001 A15-DAYS --format json")
        .json();
    assert_eq!(json["findings"][0]["verdict"], "pass");
    let log = office.run("log HZ2022-001 --format json").out;
    assert!(
        log.contains("\"end\":\"2022-02-15\"") && log.contains("end=\\\"2022-02-17\\\""),
        "{log}"
    );
    assert!(office.run("show HZ2022-001").out.contains("已更正"));
    office.run("verify").ends(0);
    // a correction is judged like a step
    office
        .run(&format!("amend {seq} --set end=2022-02-15 --why 又改回"))
        .ends(1);
    office
        .run(&format!("amend {seq} --set end=2022-02-31 --why x"))
        .ends(2);
    office
        .run("amend 9999 --set end=2022-02-17 --why x")
        .ends(2);
    office
        .run(&format!("amend {seq} --set ende=2022-02-17 --why x"))
        .ends(2);
}

#[test]
fn a_withdrawn_case_is_judged_no_more_and_a_struck_event_counts_no_more() {
    let office = ready();
    let answer = office.run("publicize post HZ2022-001 --start 2022-02-14 --end 2022-02-17 --by 社区党委 --online 南山先锋 --offline 公开栏、现场、楼栋 --content 时间、地点、服务对象、预期效益、项目负责人、负责人联系方式 --format json").ends(0);
    let seq = answer.json()["events"][0]["seq"].as_i64().unwrap();
    office
        .run(&format!(
            "withdraw HZ2022-001 --event {seq} --why 登记错项目"
        ))
        .ends(0);
    let json = office
        .run("explain HZ2022-001 A15-DAYS --format json")
        .json();
    assert_eq!(json["findings"][0]["verdict"], "pending");
    office.run("withdraw HZ2022-001 --why 居民改主意").ends(0);
    let json = office
        .run("explain HZ2022-001 A15-DAYS --format json")
        .json();
    assert_eq!(json["findings"][0]["verdict"], "not-applicable");
    office.run("verify").ends(0);
}

/// How many facts a step reads to be judged.
fn read(office: &Office, line: &str) -> u64 {
    office
        .run(&format!("{line} --format json --dry-run"))
        .ends(0)
        .json()["facts_read"]
        .as_u64()
        .unwrap()
}

#[test]
fn one_step_reads_only_its_own_subjects_however_large_the_ledger() {
    let office = Office::new();
    office.record(&base_case("service").join("\n"), "").ends(0);
    let lines = [
        "implement progress HZ2022-001 --date 2022-04-01 --note 正常",
        "implement contract HZ2022-001 --signed 2022-02-26 --unit 示例服务中心 --amount 8万",
        "collect contact HZ --year 2022 --date 2022-04-01 --source 居民 --who 甲乙 --phone 13811111111",
        "collect demand HZ --year 2022 --received 2022-04-01 --title 路灯 --type 工程类 --summary 修 --grounds 暗 --proposer 甲乙 --phone 13811111111",
        "collect round HZ --year 2022 --completed 2021-12-20 --organiser 社区党委",
    ];
    let before = lines.map(|line| read(&office, line));
    office
        .run("register community YH --name 粤海社区 --street 粤海街道")
        .ends(0);
    let other: Vec<String> = base_case("works")
        .iter()
        .map(|l| l.replace("HZ", "YH"))
        .collect();
    office.record(&other.join("\n"), "").ends(0);
    let contacts = common::cli::fixture("import/contacts-haizhu-2022.csv");
    for community in ["HZ", "YH"] {
        let set = format!("community={community}");
        let line = [
            "record",
            &contacts,
            "--step",
            "collect.contact",
            "--set",
            &set,
            "--set",
            "year=2022",
        ];
        office.args(&line).ends(0);
    }
    assert_eq!(lines.map(|line| read(&office, line)), before);
}

#[test]
fn a_table_records_as_a_command_does() {
    let office = ready();
    office.write(
        "公示.csv",
        "项目编号,公示开始日期,公示结束日期,公示单位,线上渠道,线下地点,公示内容\nHZ2022-001,2022年2月14日,2022/2/17,社区党委,南山先锋,公开栏、现场、楼栋,时间、地点、服务对象、预期效益、项目负责人、负责人联系方式\n",
    );
    office.run("record 公示.csv --step publicize.post").ends(0);
    let json = office
        .run("explain HZ2022-001 A15-DAYS --format json")
        .json();
    assert_eq!(json["findings"][0]["verdict"], "pass");
    let answer = office.run("record 公示.csv").ends(2);
    assert!(answer.err.contains("--step"), "{}", answer.err);
}

#[test]
fn a_reason_answers_its_own_step_only() {
    let office = Office::new();
    let one = base_case("service");
    let two: Vec<String> = one
        .iter()
        .map(|l| {
            l.replace("HZ2022-001", "HZ2022-002")
                .replace("HZ2022-D0001", "HZ2022-D0002")
        })
        .filter(|l| !l.contains("shortlist.meet") && !l.contains("evaluate.session"))
        .map(|l| {
            l.replace("\"amount\":\"80000\"", "\"amount\":\"610000\"")
                .replace("M1", "M2")
        })
        .collect();
    let meet = one.iter().find(|l| l.contains("shortlist.meet")).unwrap();
    let meet = meet.replace("M1", "M2").replace("D0001", "D0002");
    let big = |line: &String| line.replace("\"amount\":\"80000\"", "\"amount\":\"600000\"");
    let reasoned = |line: String| line.replacen('{', "{\"reason\":{\"A16-CAP\":\"甲的理由\"},", 1);
    let mut lines: Vec<String> = one.iter().map(big).map(reasoned).collect();
    lines.push(meet);
    lines.extend(two);
    // the second case breaks the cap as well and gives no reason
    let answer = office.record(&lines.join("\n"), "").ends(1);
    assert!(
        answer.err.contains("HZ2022-002") && !answer.err.contains("HZ2022-001\n"),
        "{}",
        answer.err
    );
}

#[test]
fn a_withdrawal_is_judged_like_a_step() {
    let office = Office::new();
    office.record(&base_case("service").join("\n"), "").ends(0);
    let json = office
        .run("explain HZ2022-001 A15-DAYS --format json")
        .json();
    let seq = json["findings"][0]["events"][0]["seq"].as_i64().unwrap();
    let bytes = office.bytes();
    let line = format!("withdraw HZ2022-001 --event {seq} --why 登记错");
    let answer = office.run(&line).ends(1);
    assert!(answer.err.contains("A15-PUB"), "{}", answer.err);
    assert_eq!(office.bytes(), bytes);
    office
        .run(&format!("{line} --reason A15-PUB=公示记录遗失"))
        .ends(0);
    for nothing in ["NOPE", "HZ", "HZ2022", "HZ2022-D0999"] {
        office.run(&format!("withdraw {nothing} --why x")).ends(2);
    }
}

#[test]
fn a_withdrawn_demand_round_or_meeting_counts_no_more() {
    let office = Office::new();
    office
        .run("collect round HZ --year 2022 --completed 2021-12-20 --organiser 社区党委")
        .ends(0);
    let count = || {
        office.run("explain HZ2022 A8-ROUNDS --format json").json()["findings"][0]["facts"]["count"]
            .clone()
    };
    assert_eq!(count(), 1);
    office.run("withdraw HZ2022-R1 --why 重复登记").ends(0);
    assert_eq!(count(), 0);
}

#[test]
fn years_kinds_and_periods_must_make_sense() {
    let office = ready();
    for (line, part) in [
        (
            "collect round HZ --year 22 --completed 2021-12-20 --organiser 社区党委",
            "四位年份",
        ),
        (
            "collect round HZ --year 2022 --started 2021-12-20 --completed 2021-12-01 --organiser 社区党委",
            "早于",
        ),
        ("accept record HZ2022-D0001 --date 2022-06-01", "项目编号"),
        (
            "register community HZ --name 别的社区 --street 别街道",
            "amend",
        ),
        (
            "regime extend --until 2022-01-01 --basis 文号",
            "2023-09-09",
        ),
    ] {
        let answer = office.run(line).ends(2);
        assert!(answer.err.contains(part), "{line}: {}", answer.err);
    }
}

#[test]
fn the_latest_fact_counts_whenever_it_was_entered() {
    let office = Office::new();
    office.record(&base_case("service").join("\n"), "").ends(0);
    // an earlier evaluation that is entered late takes nothing away
    office
        .run("evaluate daily HZ2022-001 --date 2022-04-01 --satisfaction 满意")
        .ends(0);
    let json = office
        .run("explain HZ2022-001 A20-AFTER --format json")
        .json();
    assert_eq!(json["findings"][0]["verdict"], "pass");
}

#[test]
fn two_equal_payments_can_both_be_recorded() {
    let office = Office::new();
    office.record(&base_case("service").join("\n"), "").ends(0);
    let line = "implement pay HZ2022-001 --date 2022-04-01 --amount 1万";
    office.run(line).ends(0);
    assert!(office.run(line).ends(0).out.contains("--again"));
    assert!(
        office
            .run(&format!("{line} --again"))
            .ends(0)
            .out
            .contains("付款")
    );
}

#[test]
fn a_changed_pack_is_an_event() {
    let office = Office::empty();
    let from = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/packs/nanshan-2020");
    let to = office.path("city");
    std::fs::create_dir(&to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
    office.run("init --origin TEST.1 --regime ./city").ends(0);
    office
        .run("register community HZ --name 海珠社区 --street 粤海街道")
        .ends(0);
    assert!(!office.run("log").out.contains("依据更新"));
    let file = to.join("04-publicize.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + "\n# a remark\n").unwrap();
    office
        .run("register community YH --name 粤海社区 --street 粤海街道")
        .ends(0);
    office
        .run("register community TG --name 铜鼓社区 --street 粤海街道")
        .ends(0);
    assert_eq!(office.run("log").out.matches("依据更新").count(), 1);
    office.run("verify").ends(0);
}

#[test]
fn a_sheet_of_records_under_a_strange_name_is_not_passed_over() {
    let office = ready();
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, heads) in [
        ("进展", ["项目编号", "日期", "进展情况"]),
        ("验收记录", ["项目编号", "验收日期", "组织单位"]),
    ] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (column, head) in (0..).zip(heads) {
            sheet.write_string(0, column, head).unwrap();
        }
        for (column, value) in (0..).zip(["HZ2022-001", "2022-02-12", "社区党委"]) {
            sheet.write_string(1, column, value).unwrap();
        }
    }
    book.save(office.path("台账.xlsx")).unwrap();
    let bytes = office.bytes();
    let answer = office.run("record 台账.xlsx").ends(2);
    assert!(
        answer.err.contains("验收记录") && answer.err.contains("是不是“验收”"),
        "{}",
        answer.err
    );
    assert_eq!(office.bytes(), bytes);
}
