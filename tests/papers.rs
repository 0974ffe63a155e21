//! Official papers of each city: forms and tables, as CSV and as workbooks, and back again.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Office, base_case, before, fixture, judged};
use common::examples;
use minsheng::corridor;
use minsheng::ledger::{Draft, Ledger};
use minsheng::pack::Pack;
use minsheng::report::official::{self, Chosen, Filler};
use minsheng::report::show::Opener;
use minsheng::step::{Recorded as _, general};
use serde_json::{Map, Value as Json};

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
    office
        .run("register community HC --name 示例村居 --street 示例街道 --date 2018-07-13")
        .ends(0);
    let lines = [
        r#"{"step":"shortlist.candidate","community":"HC","year":2022,"case":"HC2022-001","date":"2022-02-10","title":"健身器材","type":"goods","amount":"100000"}"#,
        r#"{"step":"fund.mix","case":"HC2022-001","phase":"预算","date":"2022-02-11","special":"60000","cash":"30000","hours":100,"rate":"100","rate_basis":"代表会议决定"}"#,
        r#"{"step":"shortlist.apply","case":"HC2022-001","date":"2022-03-20","summary":"更新器材","amount":"100000"}"#,
    ];
    office.record(&lines.join("\n"), "--as-is").ends(0);
    let application = office.run("export HA --case HC2022-001").ends(0).out;
    assert!(application.contains("样式没有随文公布"), "{application}");
    // the valued labour stands in the sums: 30,000 + 10,000, and all
    assert!(application.contains(",4,10,"), "{application}");
    let none = office.run("export HA --case HC2022-002").ends(0);
    assert!(none.err.contains("空表"), "{}", none.err);
}

/// A table as it is filled from a book of the whole ledger.
fn by_book(office: &Office, table: &str, chosen: Chosen, as_of: &str) -> String {
    let ledger = Ledger::open_read(&office.ledger()).unwrap();
    let book = corridor::whole_book(&ledger).unwrap();
    let init = book.of_step(general::Init::DEF).next().unwrap();
    let pack = Pack::load(init.value("regime").text().unwrap()).unwrap();
    let def = pack.tables.iter().find(|def| def.id == table).unwrap();
    let as_of = as_of.parse().unwrap();
    let filler = Filler {
        pack: &pack,
        book: &book,
        opener: Opener {
            ledger: &ledger,
            plain: true,
        },
        persons: None,
        public: false,
        chosen,
        date: as_of,
    };
    let rows = filler.chosen.rows(&pack, &book, def, as_of);
    let list = official::list(def, &filler, &rows, false);
    let writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut writer = writer;
    for (line, _) in &list.above {
        writer.write_record([line]).unwrap();
    }
    writer.write_record(&list.headings).unwrap();
    list.rows(|cells| writer.write_record(cells)).unwrap();
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Every table of a ledger's regulation is the same, however it is filled.
fn agrees(office: &Office, code: &str, street: &str, tables: &[&str]) {
    for table in tables {
        for as_of in ["2022-02-15", "2023-07-01"] {
            for year in [None, Some(2021), Some(2022)] {
                let chosen = Chosen {
                    community: Some(code.to_owned()),
                    street: Some(street.to_owned()),
                    year,
                    ..Chosen::default()
                };
                let year = year.map_or(String::new(), |year| format!("--year {year}"));
                let told = office
                    .run(&format!(
                        "export {table} --community {code} --street {street} {year} --encoding utf-8 --date {as_of} --as-of {as_of}"
                    ))
                    .ends(0);
                assert_eq!(told.out, by_book(office, table, chosen, as_of), "{table}");
            }
        }
    }
}

/// A demand.
fn demand(id: &str, received: &str, title: &str, proposer: &str) -> String {
    format!(
        r#"{{"step":"collect.demand","community":"HZ","year":2022,"demand":"{id}","received":"{received}","title":"{title}","type":"service","summary":"讲“课”\n一次","grounds":"=1+1","proposer":"{proposer}","phone":"13811112222"}}"#
    )
}

#[test]
fn a_table_filled_record_by_record_is_the_one_filled_from_a_book() {
    let office = Office::new();
    office
        .record(&base_case("works").join("\n"), "--as-is")
        .ends(0);
    let lines = [
        demand("HZ2022-D9999", "2022-01-05", "讲座", "居民丙"),
        demand("HZ2022-D10000", "2022-01-06", "路灯", "居民丁"),
        demand("HZ2022-D0700", "2022-01-07", "花坛", "居民戊"),
        demand("HZ2022-D0701", "2022-03-01", "+雨棚", "居民己"),
        demand("HZ2022-D0702", "2022-01-08", "扶手", "居民庚"),
        demand("HZ2022-D0703", "2022-01-08", "坡道", "居民辛"),
    ];
    office.record(&lines.join("\n"), "--as-is").ends(0);
    agrees(&office, "HZ", "粤海街道", &["T1", "T2", "T3", "T4"]);
    let log = office.run("log --format json").ends(0).out;
    let seq = |subject: &str| {
        let mut events = log.lines().map(|line| line.parse::<Json>().unwrap());
        let event = events.find(|event| event["subject"] == subject);
        event.unwrap()["seq"].as_i64().unwrap()
    };
    let (lamp, ramp) = (seq("HZ2022-D10000"), seq("HZ2022-D0703"));
    for line in [
        format!("amend {lamp} --set title=新路灯 --why 抄录笔误"),
        format!("amend {lamp} --set received=2022-04-01 --why 抄录笔误"),
        "withdraw HZ2022-D0700 --why 重复登记".to_owned(),
        format!("withdraw HZ2022-D0703 --event {ramp} --why 登记错"),
    ] {
        office.run(&line).ends(0);
    }
    // said once more, as ledgers of others may hold it, and once after it was withdrawn
    let again = [
        demand("HZ2022-D9999", "2022-01-09", "讲座两次", "居民丙"),
        demand("HZ2022-D0703", "2022-01-10", "新坡道", "居民辛"),
    ];
    let pack = Pack::load("nanshan-2020").unwrap();
    let mut ledger = Ledger::open(&office.ledger()).unwrap();
    let mut writer = ledger.write("测试员", "2023-07-01T02:03:04Z").unwrap();
    for line in again {
        let values: Map<String, Json> = serde_json::from_str(&line).unwrap();
        let text = |name: &str| values[name].as_str().unwrap().to_owned();
        let (subject, occurred) = (text("demand"), text("received"));
        let step = examples::read(&pack, values);
        writer
            .append(Draft {
                step,
                subject,
                occurred,
            })
            .unwrap();
    }
    writer.commit().unwrap();
    drop(ledger);
    office.run("erase --value 居民庚 --why 本人申请").ends(0);
    agrees(&office, "HZ", "粤海街道", &["T1", "T2", "T3", "T4"]);
    let list = office
        .run("export T1 --community HZ --year 2022")
        .ends(0)
        .out;
    for part in ["新路灯", "讲座两次", "'=1+1", "（已删除）"] {
        assert!(list.contains(part), "{part}: {list}");
    }
    assert!(!list.contains("花坛"), "{list}");
    // a case that was planned and not determined yet looks further
    let planned = before("service", "implement.determine");
    let planned = planned.replace("HZ2022-001", "HZ2022-055");
    let of_case = planned
        .lines()
        .filter(|line| line.contains("\"case\":\"HZ2022-055\""));
    office
        .record(&of_case.collect::<Vec<_>>().join("\n"), "--as-is")
        .ends(0);
    agrees(&office, "HZ", "粤海街道", &["T2", "T3"]);
}

#[test]
fn tables_of_other_cities_are_the_same_however_they_are_filled() {
    let office = town();
    agrees(&office, "DA", "示例镇", &["P1", "P2"]);
    let office = Office::empty();
    office
        .run("init --origin PLAN.1 --regime haicang-2018")
        .ends(0);
    office
        .run("register community HC --name 示例村居 --street 示例街道 --date 2018-07-13")
        .ends(0);
    let lines = [
        r#"{"step":"shortlist.candidate","community":"HC","year":2022,"case":"HC2022-002","date":"2022-02-10","title":"步道","type":"works","amount":"200000"}"#,
        r#"{"step":"shortlist.candidate","community":"HC","year":2022,"case":"HC2022-001","date":"2022-02-10","title":"健身器材","type":"goods","amount":"100000"}"#,
        r#"{"step":"shortlist.apply","case":"HC2022-001","date":"2022-03-20","summary":"更新器材","amount":"100000"}"#,
    ];
    office.record(&lines.join("\n"), "--as-is").ends(0);
    agrees(&office, "HC", "示例街道", &["HQ", "HA"]);
}
