//! Flags across projects: each is raised by what it is about and by nothing else, and says what
//! was counted against what. None of them moves a verdict or an exit code.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Answer, Office, answer};
use serde_json::{Value as Json, json};

const AS_OF: &str = "2023-12-31";

/// Records steps as they were, at some time of the clock.
fn at(office: &Office, now: &str, steps: &[Json]) {
    let lines: Vec<String> = steps.iter().map(Json::to_string).collect();
    office.write("at.jsonl", &lines.join("\n"));
    let output = office
        .command(&["record", "at.jsonl", "--as-is"])
        .env("MINSHENG_NOW", now)
        .output()
        .unwrap();
    answer(&output).ends(0);
}

/// Four communities of one street.
fn office(regime: &str) -> Office {
    let office = Office::empty();
    office
        .run(&format!("init --origin TEST.1 --regime {regime}"))
        .ends(0);
    let steps: Vec<Json> = ["HZ", "TG", "DL", "HM"]
        .iter()
        .map(|code| {
            json!({"step": "register.community", "community": code, "name": format!("{code}社区"), "street": "粤海街道", "date": "2020-09-10"})
        })
        .collect();
    at(&office, "2021-01-01T00:00:00Z", &steps);
    office
}

fn flags(office: &Office) -> Json {
    office
        .run(&format!(
            "audit flags --year 2022 --as-of {AS_OF} --format json"
        ))
        .ends(0)
        .json()
}

fn of<'j>(json: &'j Json, id: &str) -> Vec<&'j Json> {
    let list = json["flags"].as_array().unwrap();
    list.iter().filter(|flag| flag["id"] == id).collect()
}

fn subjects(flag: &Json) -> Vec<&str> {
    let list = flag["subjects"].as_array().unwrap();
    list.iter().map(|s| s.as_str().unwrap()).collect()
}

/// One project: candidate, contract, start, all entered on their days or later.
struct Project<'t> {
    case: &'t str,
    title: &'t str,
    kind: &'t str,
    summary: &'t str,
    amount: &'t str,
    unit: &'t str,
    code: &'t str,
    start: &'t str,
}

impl<'t> Project<'t> {
    /// An ordinary service of this name.
    fn of(case: &'t str, title: &'t str) -> Self {
        Self {
            case,
            title,
            kind: "service",
            summary: "",
            amount: "30000.00",
            unit: "某某社工服务中心",
            code: "",
            start: "2022-05-10",
        }
    }
}

fn record(office: &Office, project: &Project<'_>) {
    let Project { case, .. } = *project;
    let mut contract = json!({"step": "implement.contract", "case": case, "signed": "2022-05-01", "unit": project.unit, "amount": project.amount});
    if !project.code.is_empty() {
        contract["code"] = json!(project.code);
    }
    at(
        office,
        "2022-05-02T01:00:00Z",
        &[
            json!({"step": "shortlist.candidate", "community": &case[..2], "year": 2022, "case": case, "date": "2022-04-30",
                "title": project.title, "type": project.kind, "summary": project.summary, "amount": project.amount}),
            contract,
        ],
    );
    let day = format!("{}T02:00:00Z", project.start);
    at(
        office,
        &day,
        &[json!({"step": "implement.start", "case": case, "date": project.start})],
    );
}

#[test]
fn an_empty_year_raises_nothing_and_says_what_could_not_be_looked_for() {
    let office = office("nanshan-2020");
    let json = flags(&office);
    assert_eq!(json["schema"], "minsheng.flags/1");
    assert_eq!(json["flags"], json!([]));
    assert!(json["silent"].as_array().unwrap().len() >= 9, "{json}");
    for silent in json["silent"].as_array().unwrap() {
        assert!(silent["why"].as_str().unwrap().chars().count() > 8);
    }
}

#[test]
fn like_projects_below_a_limit_and_above_it_together() {
    let office = office("nanshan-2020");
    let path = |case, title, start, kind| Project {
        kind,
        amount: "600000.00",
        unit: "",
        start,
        ..Project::of(case, title)
    };
    for project in [
        path("HZ2022-001", "健身路径改造一期工程", "2022-05-10", "works"),
        path("HZ2022-002", "健身路径改造二期工程", "2022-08-10", "works"),
        // another name, another community, another half-year
        path("HZ2022-003", "雨污分流管网疏通", "2022-05-10", "works"),
        path("TG2022-001", "健身路径改造一期工程", "2022-05-10", "works"),
        path("HZ2022-004", "健身路径改造三期工程", "2022-12-20", "works"),
    ] {
        let unit = format!("施工单位{}", project.case);
        record(
            &office,
            &Project {
                unit: &unit,
                ..project
            },
        );
    }
    let json = flags(&office);
    let found = of(&json, "F-SPLIT");
    let cap: Vec<_> = found
        .iter()
        .filter(|flag| flag["threshold"]["value"] == "1000000.00")
        .collect();
    assert_eq!(cap.len(), 1, "{json}");
    // the third phase began within 180 days of the second
    assert_eq!(subjects(cap[0]), ["HZ2022-001", "HZ2022-002", "HZ2022-004"]);
    let said = cap[0]["statistic"].as_str().unwrap();
    assert!(said.contains("1800000.00"), "{said}");
    let source = cap[0]["threshold"]["source"].as_str().unwrap();
    assert!(
        source.contains("A18-CAP") && source.contains("第十八条"),
        "{source}"
    );
    assert!(!cap[0]["events"].as_array().unwrap().is_empty());
}

#[test]
fn amounts_below_a_limit_and_none_above_it() {
    let make = |amounts: &[&str]| {
        let office = office("nanshan-2020");
        for (n, amount) in amounts.iter().enumerate() {
            let case = format!("{}2022-00{n}", ["HZ", "TG", "DL", "HM"][n % 4]);
            let (title, unit) = (format!("{n}号院子的事情{n}"), format!("单位{n}"));
            record(
                &office,
                &Project {
                    unit: &unit,
                    amount,
                    ..Project::of(&case, &title)
                },
            );
        }
        let json = flags(&office);
        of(&json, "F-BUNCH").len()
    };
    let below = [
        "190000.00",
        "195000.00",
        "200000.00",
        "180000.00",
        "199999.99",
    ];
    assert_eq!(make(&below), 1);
    // one above: five of six happen by chance in eleven percent
    assert_eq!(make(&[below.as_slice(), &["205000.00"]].concat()), 0);
    // beyond the band on either side
    assert_eq!(
        make(&[below.as_slice(), &["220000.01", "179999.99"]].concat()),
        1
    );
    assert_eq!(make(&below[..4]), 0);
}

#[test]
fn descriptions_alike_are_told_and_library_items_are_not() {
    let office = office("nanshan-2020");
    let text = "为辖区六十岁以上长者每周开展一次健康讲座和血压测量，由专业社工带队，全年共四十八场，服务六百人次";
    let other = text.replace("四十八", "三十六");
    for (case, title, summary) in [
        ("HZ2022-001", "长者健康讲座", text),
        ("TG2022-001", "长者健康讲座", &*other),
        (
            "DL2022-001",
            "楼道照明更换",
            "更换三栋楼道内老化的照明灯具和线路，加装声控开关，保障夜间出行安全，惠及二百户居民",
        ),
    ] {
        record(
            &office,
            &Project {
                summary,
                ..Project::of(case, title)
            },
        );
    }
    let json = flags(&office);
    let found = of(&json, "F-CLONE");
    assert_eq!(found.len(), 1, "{json}");
    assert_eq!(subjects(found[0]), ["HZ2022-001", "TG2022-001"]);
    assert_eq!(
        (&found[0]["numerator"], &found[0]["denominator"]),
        (&json!(2), &json!(3))
    );
    let item = json!({"step": "register.library", "item": "QK-2022-07", "level": "区库", "name": "长者健康讲座", "issued": "2022-03-01"});
    at(&office, "2022-05-03T00:00:00Z", &[item]);
    let searches: Vec<Json> = ["HZ2022-001", "TG2022-001"]
        .iter()
        .map(|case| json!({"step": "shortlist.search", "case": case, "date": "2022-04-01", "searched": ["district"], "item": "QK-2022-07"}))
        .collect();
    at(&office, "2022-05-03T00:00:00Z", &searches);
    assert!(of(&flags(&office), "F-CLONE").is_empty());
}

#[test]
fn demands_that_one_recorder_repeats_within_minutes() {
    let office = office("nanshan-2020");
    let demand = |n: usize, title: &str| json!({"step": "collect.demand", "community": "HZ", "year": 2022, "demand": format!("HZ2022-D{n:04}"), "received": "2022-01-05", "title": title, "type": "works"});
    let topics: Vec<char> = ('一'..='龥').step_by(41).collect();
    let own = |n: usize| -> String { topics[n * 9..n * 9 + 9].iter().collect() };
    let honest: Vec<Json> = (0..27).map(|n| demand(n, &own(n))).collect();
    at(&office, "2022-01-06T00:00:00Z", &honest);
    at(
        &office,
        "2022-01-07T00:00:00Z",
        &[demand(27, "希望在三栋门口加装一盏路灯")],
    );
    at(
        &office,
        "2022-01-07T01:00:00Z",
        &[demand(28, "希望在三栋门口加装一盏路灯！")],
    );
    at(
        &office,
        "2022-01-07T03:00:00Z",
        &[demand(29, "希望在三栋门口加装一盏路灯。")],
    );
    assert!(
        of(&flags(&office), "F-CLONE-DEMAND").is_empty(),
        "an hour apart"
    );
    let burst: Vec<Json> = (30..34)
        .map(|n| demand(n, &format!("希望在四栋门口加装一盏路灯{n}")))
        .collect();
    at(&office, "2022-01-08T00:00:00Z", &burst);
    let json = flags(&office);
    let found = of(&json, "F-CLONE-DEMAND");
    assert_eq!(found.len(), 1, "{json}");
    assert_eq!(subjects(found[0]), ["HZ2022"]);
    assert_eq!(
        (&found[0]["numerator"], &found[0]["denominator"]),
        (&json!(4), &json!(34))
    );
    assert!(
        !found[0].to_string().contains("路灯"),
        "no words of residents"
    );
}

#[test]
fn a_cost_far_from_that_of_like_projects() {
    let office = office("nanshan-2020");
    let amounts = ["30000.00", "31000.00", "29500.00", "30500.00", "90000.00"];
    for (n, amount) in amounts.iter().enumerate() {
        let code = ["HZ", "TG", "DL", "HM"][n % 4];
        let case = format!("{code}2022-01{n}");
        let title = format!("{code}社区长者健康讲座");
        record(
            &office,
            &Project {
                amount,
                ..Project::of(&case, &title)
            },
        );
    }
    let json = flags(&office);
    let found = of(&json, "F-COST");
    assert_eq!(found.len(), 1, "{json}");
    assert_eq!(subjects(found[0]), ["HZ2022-014"]);
    let said = found[0]["statistic"].as_str().unwrap();
    assert!(
        said.contains("中位数30500.00元") && said.contains("×2.95"),
        "{said}"
    );
}

#[test]
fn the_share_of_a_contractor_by_code_or_by_name() {
    let office = office("nanshan-2020");
    let code = "91440300MA5FAKE001";
    for n in 0..10 {
        let case = format!("{}2022-02{n}", ["HZ", "TG", "DL", "HM"][n % 4]);
        let title: String = ('一'..='龥').step_by(53).skip(n * 9).take(9).collect();
        let (unit, code) = match n {
            0 => ("示例（深圳）服务有限公司", code),
            1 => ("示例(深圳)服务有限责任公司", ""),
            2 => ("示例（深圳）服务 有限公司", code),
            _ => ("", ""),
        };
        let unit = if unit.is_empty() {
            format!("单位{n}")
        } else {
            unit.to_owned()
        };
        record(
            &office,
            &Project {
                unit: &unit,
                code,
                ..Project::of(&case, &title)
            },
        );
    }
    let json = flags(&office);
    let found = of(&json, "F-CONTRACTOR");
    assert_eq!(found.len(), 1, "{json}");
    assert_eq!(
        (&found[0]["numerator"], &found[0]["denominator"]),
        (&json!(3), &json!(10))
    );
    let said = found[0]["statistic"].as_str().unwrap();
    assert!(
        said.contains("90000.00元") && said.contains("30.0%") && said.contains("0.16"),
        "{said}"
    );
}

/// A survey of a village project with the same row for every question but those given.
fn survey(case: &str, row: [i64; 5], other: Option<[i64; 5]>, organiser: &str) -> Json {
    let rest = other.unwrap_or(row);
    json!({"step": "evaluate.survey", "case": case, "start": "2022-09-01", "organiser": organiser,
        "answered": row.iter().sum::<i64>(), "overall": row, "quality": row, "effect": row, "attitude": rest,
        "efficiency": row, "fit": row, "openness": row})
}

#[test]
fn seven_questions_that_say_the_same_and_surveys_that_are_all_perfect() {
    let office = office("dongguan-2020");
    let mut steps = Vec::new();
    for n in 0..8 {
        let case = format!("HZ2022-03{n}");
        steps.push(json!({"step": "shortlist.candidate", "community": "HZ", "year": 2022, "case": case, "date": "2022-04-30",
            "title": format!("事项{n}"), "type": "service", "amount": "20000.00"}));
        steps.push(json!({"step": "implement.start", "case": case, "date": "2022-05-10"}));
    }
    let perfect = [30, 0, 0, 0, 0];
    for n in 0..5 {
        steps.push(survey(&format!("HZ2022-03{n}"), perfect, None, "community"));
    }
    steps.push(survey("HZ2022-035", [27, 2, 1, 0, 0], None, "street"));
    steps.push(survey(
        "HZ2022-036",
        [27, 2, 1, 0, 0],
        Some([26, 3, 1, 0, 0]),
        "street",
    ));
    // too few to say anything
    steps.push(survey("HZ2022-037", [9, 1, 0, 0, 0], None, "street"));
    at(&office, "2022-09-02T00:00:00Z", &steps);
    let json = flags(&office);
    let same = of(&json, "F-SURVEY-SAME");
    assert_eq!(same.len(), 1, "{json}");
    assert_eq!(subjects(same[0]), ["HZ2022-035"]);
    assert!(
        same[0]["statistic"]
            .as_str()
            .unwrap()
            .contains("27/2/1/0/0")
    );
    assert!(same[0]["caution"].as_str().unwrap().contains("不等于编造"));
    let all = of(&json, "F-SURVEY-PERFECT");
    assert_eq!(all.len(), 1, "{json}");
    assert_eq!(all[0]["numerator"], 5);
    // a single dissenting answer of 150 lifts it
    at(
        &office,
        "2022-09-03T00:00:00Z",
        &[survey(
            "HZ2022-037",
            [29, 1, 0, 0, 0],
            Some([30, 0, 0, 0, 0]),
            "community",
        )],
    );
    assert!(of(&flags(&office), "F-SURVEY-PERFECT").is_empty());
}

#[test]
fn entries_that_come_late_after_completion_and_before_an_inspection() {
    let office = office("nanshan-2020");
    let step = |n: usize, day: &str| json!({"step": "implement.progress", "case": "HZ2022-001", "date": day, "note": format!("第{n}次")});
    record(&office, &Project::of("HZ2022-001", "长者健康讲座"));
    let on_time: Vec<Json> = (0..8).map(|n| step(n, "2022-06-01")).collect();
    at(&office, "2022-06-02T00:00:00Z", &on_time);
    at(
        &office,
        "2022-07-01T00:00:00Z",
        &[json!({"step": "implement.complete", "case": "HZ2022-001", "date": "2022-06-30"})],
    );
    for id in ["F-LATE", "F-BACKFILL", "F-RUSH", "F-REVERSE"] {
        assert!(of(&flags(&office), id).is_empty(), "{id}");
    }
    let late: Vec<Json> = (10..22).map(|n| step(n, "2022-06-10")).collect();
    at(&office, "2023-03-06T00:00:00Z", &late);
    let early = step(30, "2022-06-11");
    at(&office, "2022-08-01T00:00:00Z", &[early]);
    at(
        &office,
        "2023-03-10T00:00:00Z",
        &[
            json!({"step": "audit.inspect", "scope": "全区", "year": 2022, "kind": "district", "by": ["civil-affairs"], "date": "2023-03-09", "cases": ["HZ2022-001"]}),
        ],
    );
    let json = flags(&office);
    let rush = of(&json, "F-RUSH");
    assert_eq!(rush.len(), 1, "{json}");
    assert_eq!(
        (&rush[0]["numerator"], &rush[0]["denominator"]),
        (&json!(12), &json!(13))
    );
    let back = of(&json, "F-BACKFILL");
    assert_eq!(
        (&back[0]["numerator"], &back[0]["denominator"]),
        (&json!(13), &json!(21))
    );
    let lag = of(&json, "F-LATE");
    assert_eq!(
        (&lag[0]["numerator"], &lag[0]["denominator"]),
        (&json!(13), &json!(25))
    );
    let verdicts = office.run(&format!(
        "audit --year 2022 --as-of {AS_OF} --fail-on never"
    ));
    assert!(!verdicts.out.contains("F-LATE"), "a flag is no verdict");
}

#[test]
fn a_demand_that_was_entered_after_the_contract() {
    let office = office("nanshan-2020");
    record(&office, &Project::of("HZ2022-001", "长者健康讲座"));
    let demand = |id: &str| json!({"step": "collect.demand", "community": "HZ", "year": 2022, "demand": id, "received": "2022-01-05", "title": "讲座", "type": "service"});
    at(&office, "2022-01-06T00:00:00Z", &[demand("HZ2022-D0001")]);
    at(&office, "2022-06-06T00:00:00Z", &[demand("HZ2022-D0002")]);
    let candidate = office.run("log HZ2022-001 --format json").ends(0).out;
    let first: Json = serde_json::from_str(candidate.lines().next().unwrap()).unwrap();
    office
        .run(&format!(
            "amend {} --set demands=HZ2022-D0001、HZ2022-D0002 --why 补填 --as-is",
            first["seq"]
        ))
        .ends(0);
    let json = flags(&office);
    let found = of(&json, "F-REVERSE");
    assert_eq!(found.len(), 1, "{json}");
    assert_eq!(
        (&found[0]["numerator"], &found[0]["denominator"]),
        (&json!(1), &json!(2))
    );
}

#[test]
fn every_form_and_language_says_the_same_flags() {
    let office = office("nanshan-2020");
    let text = "为辖区六十岁以上长者每周开展一次健康讲座和血压测量，由专业社工带队，全年共四十八场，服务六百人次";
    for case in ["HZ2022-001", "TG2022-001"] {
        record(
            &office,
            &Project {
                summary: text,
                ..Project::of(case, "长者健康讲座")
            },
        );
    }
    let run = |more: &str| -> Answer {
        office
            .run(&format!("audit flags --year 2022 --as-of {AS_OF} {more}"))
            .ends(0)
    };
    let zh = run("").out;
    for part in [
        "F-CLONE 项目内容雷同",
        "可能的正当原因",
        "不是结论",
        "没有查的",
    ] {
        assert!(zh.contains(part), "{part}: {zh}");
    }
    let en = run("--lang en").out;
    for part in [
        "F-CLONE Project descriptions alike",
        "May be innocent",
        "no verdict",
    ] {
        assert!(en.contains(part), "{part}: {en}");
    }
    let han = |text: &str| text.chars().filter(|c| ('一'..='龥').contains(c)).count();
    assert_eq!(han(&en), 0, "{en}");
    let csv = run("--format csv").out;
    assert!(csv.lines().nth(1).unwrap().starts_with("F-CLONE,"), "{csv}");
}
