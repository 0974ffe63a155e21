//! Notices: what the clause wants and no more, the last lawful day, what is missing, pages.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Office, before, fixture};
use minsheng::pack::{NoticeKind, Pack, Primitive, Treatment};

/// A community with one candidate, its plan and design.
fn small(title: &str) -> Office {
    let office = Office::new();
    let lines = [
        format!(
            r#"{{"step":"shortlist.candidate","community":"HZ","year":2022,"date":"2022-01-14","title":{},"type":"服务类","amount":"8万"}}"#,
            serde_json::to_string(title).unwrap()
        ),
        r#"{"step":"shortlist.plan","case":"HZ2022-001","date":"2022-01-26","by":"社区党委","begin":"2022-03-01","finish":"2022-08-31","leader":"负责人甲","leader_phone":"13900009001","team":["居民代表:监督甲"]}"#.to_owned(),
        r#"{"step":"shortlist.design","case":"HZ2022-001","date":"2022-02-08","place":"党群服务中心，找监督甲","served":"长者","benefit":"约20人"}"#.to_owned(),
    ];
    office.record(&lines.join("\n"), "--as-is").ends(0);
    office
}

#[test]
fn a_notice_says_the_six_things_of_its_clause_and_names_the_leader_alone() {
    let office = small("午餐");
    let answer = office
        .run("publicize notice HZ2022-001 --start 2022-02-17")
        .ends(0);
    for part in [
        "一、项目实施时间：2022年3月1日至2022年8月31日",
        "二、地点：党群服务中心，找监**",
        "三、服务对象：长者",
        "四、预期效益：约20人",
        "五、项目负责人：负责人甲",
        "六、负责人联系方式：13900009001",
        "公示时间：2022年2月17日至2022年2月20日（不少于3天，首日不计）",
        "海珠社区党委",
        "第十五条",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
    assert!(!answer.out.contains("监督甲") && !answer.out.contains("七、"));
    assert!(!answer.out.contains("缺"), "{}", answer.out);
    // the command that records it is accepted as it stands, up to what is not done yet
    let line = answer
        .err
        .lines()
        .find(|l| l.starts_with("办完以后登记：minsheng "))
        .unwrap();
    let command = line.trim_start_matches("办完以后登记：minsheng ");
    office.run(&format!("{command} --as-is")).ends(0);
    let judged = office.run("explain HZ2022-001 A15-CONTENT").ends(0);
    assert!(judged.out.contains("合规"), "{}", judged.out);
    let judged = office.run("explain HZ2022-001 A15-DAYS").ends(0);
    assert!(judged.out.contains("合规"), "{}", judged.out);
}

#[test]
fn every_term_that_a_rule_asks_for_has_its_item() {
    for id in Pack::embedded() {
        let pack = Pack::load(id).unwrap();
        for (kind, word, _) in NoticeKind::ALL {
            let of_kind: Vec<_> = pack.notices().iter().filter(|n| n.kind == kind).collect();
            assert!(!of_kind.is_empty(), "{id} is silent on {word}");
            for notice in of_kind {
                let silent = notice.absent.is_some();
                assert_ne!(silent, !notice.items.is_empty(), "{id} {word}");
                assert!(silent || !notice.cite.is_empty(), "{id} {word}");
            }
        }
    }
    // the clause and the notice speak of the same things
    let pack = Pack::load("nanshan-2020").unwrap();
    let Treatment::Computed(checks) = pack.rule("A15-CONTENT").unwrap().treatment() else {
        panic!("computed");
    };
    let Primitive::SetCover { need, .. } = &checks[0].primitive else {
        panic!("a list");
    };
    let notice = pack
        .notices()
        .iter()
        .find(|n| n.kind == NoticeKind::Publicity)
        .unwrap();
    let said: Vec<_> = notice.items.iter().filter_map(|i| i.term.clone()).collect();
    assert_eq!(&said, need);
}

#[test]
fn the_last_lawful_day_and_the_day_before_it() {
    let office = small("午餐");
    let run = |days: &str| office.run(&format!("publicize notice HZ2022-001 {days}"));
    run("--start 2022-02-17 --end 2022-02-20").ends(0);
    let short = run("--start 2022-02-17 --end 2022-02-19").ends(1);
    assert!(short.out.is_empty());
    assert!(
        short.err.contains("A15-DAYS") && short.err.contains("--end 2022-02-20"),
        "{}",
        short.err
    );
    // over the end of a month, and of a leap year
    assert!(
        run("--start 2024-02-27")
            .ends(0)
            .out
            .contains("2024年3月1日")
    );
    run("--start 2022-02-17 --end 2022-02-16").ends(2);
    run("--start 2022-02-30").ends(2);
    // today by default
    assert!(run("").ends(0).out.contains("2023年7月1日至2023年7月4日"));
}

#[test]
fn what_is_missing_stands_as_a_blank_and_is_told_with_its_command() {
    let office = Office::new();
    let candidate = r#"{"step":"shortlist.candidate","community":"HZ","year":2022,"date":"2022-01-14","title":"午餐","type":"服务类"}"#;
    let design =
        r#"{"step":"shortlist.design","case":"HZ2022-001","date":"2022-02-08","place":"中心"}"#;
    office
        .record(&format!("{candidate}\n{design}"), "--as-is")
        .ends(0);
    let answer = office.run("publicize notice HZ2022-001").ends(0);
    for what in [
        "项目实施时间",
        "服务对象",
        "预期效益",
        "项目负责人",
        "负责人联系方式",
    ] {
        assert!(
            answer.out.contains(&format!("「　　　　（缺：{what}）」")),
            "{what}: {}",
            answer.out
        );
        assert!(
            answer.err.contains(&format!("缺：{what}。")),
            "{what}: {}",
            answer.err
        );
    }
    // a record that is there is amended, one that is not is made
    assert!(
        answer.err.contains("minsheng amend 4 --set 服务对象="),
        "{}",
        answer.err
    );
    assert!(
        answer
            .err
            .contains("minsheng shortlist plan HZ2022-001 --date"),
        "{}",
        answer.err
    );
    let page = office.run("publicize notice HZ2022-001 -o x.html").ends(0);
    assert!(page.out.is_empty());
    let html = std::fs::read_to_string(office.path("x.html")).unwrap();
    assert!(html.contains("（缺：预期效益）") && html.contains("class=\"missing\""));
    // in English the talk is English, the paper stays Chinese
    let english = office.run("publicize notice HZ2022-001 --lang en").ends(0);
    assert!(
        english
            .err
            .contains("Missing: 预期效益. minsheng amend 4 --set benefit="),
        "{}",
        english.err
    );
    // what the ledger has no place for is given here, what it knows is not overwritten
    let sign = "notice sign HZ2022-001 --set 监督电话=12345 --set 项目名称=别的";
    let sign = office.run(sign).ends(0);
    assert!(
        sign.out.contains("监督电话：12345") && sign.out.contains("项目名称：午餐"),
        "{}",
        sign.out
    );
    let wrong = office
        .run("notice sign HZ2022-001 --set 监督电活=12345")
        .ends(2);
    assert!(wrong.err.contains("是不是 监督电话？"), "{}", wrong.err);
}

#[test]
fn an_erased_leader_is_missing() {
    let office = small("午餐");
    office.run("erase --value 负责人甲 --why 本人申请").ends(0);
    let answer = office.run("publicize notice HZ2022-001").ends(0);
    assert!(answer.out.contains("（缺：项目负责人）"), "{}", answer.out);
}

#[test]
fn a_hostile_title_is_text_on_the_page_and_on_the_terminal() {
    let title = "</title><script>alert(1)</script>\u{1b}[31m{{ 7*7 }}\u{202e}\"'&";
    let office = small(title);
    for kind in ["publicity", "sign"] {
        office
            .run(&format!("notice {kind} HZ2022-001 -o {kind}.html"))
            .ends(0);
        let html = std::fs::read_to_string(office.path(&format!("{kind}.html"))).unwrap();
        assert!(
            !html.contains("<script") && html.contains("&lt;script&gt;"),
            "{html}"
        );
        assert!(!html.contains('\u{1b}') && !html.contains('\u{202e}') && !html.contains("49"));
        assert!(html.contains("{{ 7*7 }}"), "{html}");
        // nothing is fetched from anywhere
        assert!(!html.contains("http") && !html.contains("src=") && !html.contains("url("));
        assert!(html.len() < 8000, "{}", html.len());
    }
    let text = office.run("publicize notice HZ2022-001").ends(0).out;
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
}

#[test]
fn the_other_notices_of_the_first_city() {
    let office = small("午餐");
    office
        .run(
            "accept record HZ2022-001 --date 2022-09-09 --organiser 社区党委 --result 通过 --as-is",
        )
        .ends(0);
    let case = "HZ2022-001";
    let accepted = office.run(&format!("accept notice {case}")).ends(0);
    assert!(
        accepted.out.contains("验收结果：通过") && accepted.out.contains("附件2第七条"),
        "{}",
        accepted.out
    );
    let sign = office.run(&format!("notice 标识牌 {case}")).ends(0);
    for heading in [
        "标识：",
        "项目名称：",
        "项目介绍：",
        "建设单位：",
        "时间：",
        "监督电话：",
    ] {
        assert!(sign.out.contains(heading), "{heading}: {}", sign.out);
    }
    let refused = office.run(&format!("implement notice {case}")).ends(2);
    assert!(refused.err.contains("不适用"), "{}", refused.err);
    let silent = office.run(&format!("notice result {case}")).ends(2);
    assert!(silent.err.contains("没有这种文书"), "{}", silent.err);
    let near = office.run("publicize notice HZ2022-01").ends(2);
    assert!(near.err.contains("是不是 HZ2022-001？"), "{}", near.err);
    // an acceptance has no period
    office
        .run(&format!("accept notice {case} --end 2023-01-01"))
        .ends(2);
    // a file is not overwritten by itself
    office
        .run(&format!("accept notice {case} -o a.txt"))
        .ends(0);
    office
        .run(&format!("accept notice {case} -o a.txt"))
        .ends(2);
    office
        .run(&format!("accept notice {case} -o a.txt --force"))
        .ends(0);
}

#[test]
fn a_blocklist_entry_names_project_unit_and_cause_and_no_person() {
    let office = small("午餐");
    office.run("register blocklist YC-1 --unit 示例队 --person 法人乙 --cause 中途退出 --ground 主动退出 --listed 2022-11-30 --case HZ2022-001").ends(0);
    let answer = office.run("notice blocklist YC-1").ends(0);
    for part in [
        "项目名称：午餐",
        "项目执行单位：示例队",
        "原因：中途退出",
        "2022年11月30日",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
    assert!(!answer.out.contains("法人乙"));
    office.run("notice blocklist HZ2022-001").ends(2);
    office
        .run("register reply YC-1 --date 2023-01-12 --written 是 --struck 是")
        .ends(0);
    assert!(
        office
            .run("notice blocklist YC-1")
            .ends(2)
            .err
            .contains("撤销")
    );
}

#[test]
fn other_cities_by_their_own_clauses() {
    let town = Office::empty();
    town.run("init --origin TOWN.1 --regime dongguan-2020")
        .ends(0);
    town.args(&[
        "record",
        &fixture("golden/dongguan-2021.jsonl"),
        "--as-is",
        "--quiet",
    ])
    .ends(0);
    let large = town
        .run("publicize notice DA2021-001 --start 2021-05-06")
        .ends(0);
    assert!(
        large.out.contains("2021年5月6日至2021年5月11日（不少于5天"),
        "{}",
        large.out
    );
    assert!(
        large.err.contains("四个平台") && large.err.contains("12345"),
        "{}",
        large.err
    );
    town.run("publicize notice DA2021-001 --start 2021-05-06 --end 2021-05-10")
        .ends(1);
    // the contact of the form is not for the public
    let show = town.run("show DA2021-001 --plain").ends(0).out;
    for line in show.lines().filter(|l| l.contains("联系电话")) {
        let phone = line.rsplit('：').next().unwrap().trim();
        assert!(!large.out.contains(phone), "{phone}");
    }
    for kind in ["acceptance", "emergency", "blocklist", "sign"] {
        let silent = town.run(&format!("notice {kind} DA2021-001")).ends(2);
        assert!(silent.err.contains("没有这种文书"), "{}", silent.err);
    }
    town.run("notice result DA2021-001").ends(0);

    let village = Office::empty();
    village
        .run("init --origin SEA.1 --regime haicang-2018")
        .ends(0);
    village
        .args(&[
            "record",
            &fixture("golden/haicang-2022.jsonl"),
            "--as-is",
            "--quiet",
        ])
        .ends(0);
    let cases = village.run("list cases --format json").ends(0).json();
    let case = cases["rows"][0]["case"].as_str().unwrap();
    let notice = village
        .run(&format!("publicize notice {case} --start 2022-03-01"))
        .ends(0);
    assert!(
        notice.out.contains("自2022年3月1日起") && !notice.out.contains("不少于"),
        "{}",
        notice.out
    );
    assert!(notice.err.contains("提交申报之前"), "{}", notice.err);
    assert!(notice.out.contains("项目具体内容："), "{}", notice.out);
}

#[test]
fn a_notice_before_its_turn_is_told() {
    let office = small("午餐");
    let run = |start: &str| {
        let line = format!("publicize notice HZ2022-001 --start {start}");
        office.run(&line).ends(0).err
    };
    let waits = run("2022-02-17");
    assert!(
        waits.contains("先要登记：") && waits.contains("项目评议记录〔"),
        "{waits}"
    );
    assert!(
        !waits.contains("A2-DEFN"),
        "advice keeps nobody waiting: {waits}"
    );
}

#[test]
fn a_case_says_what_may_come_next_and_how_it_is_typed() {
    let office = Office::new();
    office
        .record(&before("service", "publicize.notify"), "--as-is")
        .ends(0);
    let todo = |as_of: &str| {
        office
            .run(&format!("todo HZ2022-001 --as-of {as_of} --format json"))
            .ends(0)
            .json()
    };
    let command = |json: &serde_json::Value, word: &str| {
        let matters = json["matters"].as_array().unwrap().clone();
        let found = matters
            .into_iter()
            .find(|m| m["kind"] == "next" && m["what"].as_str().unwrap().contains(word));
        found.map(|m| m["command"].as_str().unwrap().to_owned())
    };
    // what the start waits for, and what may be done now for it
    let json = todo("2022-02-25");
    let waiting = json["waiting"].as_array().unwrap();
    let start = waiting
        .iter()
        .find(|w| w["step"].as_str().unwrap().contains("implement start"))
        .unwrap();
    let first: Vec<&str> = start["first"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["rule"].as_str().unwrap())
        .collect();
    assert!(first.contains(&"A6-FILING"), "{first:?}");
    assert_eq!(
        command(&json, "shortlist file").unwrap(),
        "minsheng shortlist file HZ2022-001 --date 2022-02-25"
    );
    // the text says the same, and the command under it
    let text = office.run("todo HZ2022-001 --as-of 2022-02-25").ends(0).out;
    assert!(
        text.contains("\n      minsheng shortlist file HZ2022-001"),
        "{text}"
    );
    assert!(
        text.contains("还不能办：") && text.contains("先登记"),
        "{text}"
    );
    let english = office
        .run("todo HZ2022-001 --as-of 2022-02-25 --lang en")
        .ends(0);
    assert!(english.out.contains("Not yet:"), "{}", english.out);
    for line in [
        "implement determine HZ2022-001 --date 2022-02-16 --by 社区党委 --responsible 社区党委 --as-is",
        "shortlist file HZ2022-001 --date 2022-02-17 --by 社区党委 --to 街道党工委 --as-is",
    ] {
        office.run(line).ends(0);
    }
    // the notice runs until the 17th: the day after it is the earliest, a later day is taken as it is
    let line = |as_of: &str| command(&todo(as_of), "implement start").unwrap();
    assert!(line("2022-02-17").ends_with("--date 2022-02-18"));
    assert!(line("2022-02-18").ends_with("--date 2022-02-18"));
    assert!(line("2022-02-19").ends_with("--date 2022-02-19"));
}

#[test]
fn days_left_are_said_in_words_and_only_then_in_colour() {
    let office = Office::new();
    office
        .record(&before("works", "implement.complete"), "--as-is")
        .ends(0);
    let line = |as_of: &str, more: &str| {
        let answer = office.run(&format!("todo HZ2022-001 --as-of {as_of} {more}"));
        let out = answer.ends(0).out;
        let line = out.lines().find(|line| line.contains("A19-ENG"));
        line.unwrap().to_owned()
    };
    for (as_of, words, color) in [
        ("2022-11-23", "还有8天", "\u{1b}[32m"),
        ("2022-11-24", "还有7天", "\u{1b}[33m"),
        ("2022-12-01", "今天", "\u{1b}[33m"),
        ("2022-12-02", "已逾期 已过1天", "\u{1b}[1;31m"),
    ] {
        let plain = line(as_of, "");
        assert!(
            plain.contains(words) && !plain.contains('\u{1b}'),
            "{plain}"
        );
        let painted = line(as_of, "--color always");
        assert!(
            painted.contains(words) && painted.contains(color),
            "{painted}"
        );
    }
}
