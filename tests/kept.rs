//! Findings that are kept are told again only while they are what the events give.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::path::PathBuf;

use common::cli::{Answer, Office, answer, words};
use common::parts::{YEAR, must};
use rusqlite::Connection;

/// The forms in which findings are told, and the filters.
const FORMS: [&str; 9] = [
    "--format json",
    "--format csv",
    "--lang en",
    "--summary",
    "--summary --format json --lang en",
    "--summary --format csv --stage publicize",
    "--rule A24-5PCT --rule X3.14-BAN --format json",
    "--stage accept",
    "--stage accept --summary --format json",
];

/// An office with the demo's ledger, and a folder for findings.
fn office() -> Office {
    let office = Office::empty();
    must(&office, "demo demo");
    std::fs::copy(office.path("demo/minsheng.db"), office.ledger()).unwrap();
    office
}

fn keeping(office: &Office, line: &str) -> Answer {
    let args = words(line);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = office.command(&args);
    command.env("MINSHENG_RESULTS", office.path("results"));
    answer(&command.output().unwrap())
}

/// What an audit says with findings that are kept, and without.
fn same(office: &Office, form: &str) {
    let line = format!("audit {YEAR} --fail-on never {form}");
    let anew = must(office, &line);
    let kept = keeping(office, &line).ends(0);
    assert!(anew == kept.out, "{form}:\n{anew}\n{}", kept.out);
}

/// The only file of findings.
fn file(office: &Office) -> PathBuf {
    let files = std::fs::read_dir(office.path("results")).unwrap();
    let files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

/// Puts another verdict's findings in the place of the violations: a trace that shows whether
/// the kept findings are told.
fn falsified(office: &Office) {
    let conn = Connection::open(file(office)).unwrap();
    conn.execute_batch("DELETE FROM found WHERE kind = 0")
        .unwrap();
}

#[test]
fn kept_findings_are_told_in_every_form() {
    let office = office();
    for _ in 0..2 {
        for form in FORMS {
            same(&office, form);
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let found = std::fs::metadata(file(&office)).unwrap();
        assert_eq!(found.permissions().mode() & 0o077, 0);
    }
    // they are what is told: without the violations of the file there are none
    falsified(&office);
    let line = format!("audit {YEAR} --fail-on never --format csv");
    let told = keeping(&office, &line).ends(0).out;
    assert!(!told.contains(",violation,"), "{told}");
    // and judging anew takes no notice of them, and keeps what it finds
    let anew = keeping(&office, &format!("{line} --from-events"))
        .ends(0)
        .out;
    assert!(anew.contains(",violation,"));
    same(&office, "--format csv");
}

#[test]
fn what_they_rest_on_is_looked_at() {
    let office = office();
    same(&office, "--format json");
    // another event
    falsified(&office);
    must(
        &office,
        "register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01 --title 方案",
    );
    same(&office, "--format json");
    // another day
    falsified(&office);
    let line = "audit --year 2022 --as-of 2022-09-01 --fail-on never --format json";
    let anew = must(&office, line);
    assert_eq!(keeping(&office, line).ends(0).out, anew);
    same(&office, "--format json");
    // another program, another pack
    for change in ["program", "pack", "persons"] {
        falsified(&office);
        let conn = Connection::open(file(&office)).unwrap();
        let sql = format!(
            "UPDATE said SET body = CAST(json_set(CAST(body AS TEXT), '$.{change}', 'x') AS BLOB)
             WHERE name = 'stamp'"
        );
        assert_eq!(conn.execute(&sql, []).unwrap(), 1);
        drop(conn);
        same(&office, "--format json");
    }
}

#[test]
fn after_a_record_only_its_quarter_is_judged() {
    let office = office();
    must(
        &office,
        "register community WJ --name 外街社区 --street 外街道 --date 2020-09-10",
    );
    let first = format!("audit {YEAR} --fail-on never --format csv");
    keeping(&office, &first).ends(0);
    let record = |title: &str| {
        let line = format!(
            "register document --rule A6-STREETTF --body 外街道 --date 2022-01-01 --title {title}"
        );
        must(&office, &line);
    };
    record("方案");
    for form in FORMS {
        same(&office, form);
    }
    // of the other street is told what was kept
    falsified(&office);
    record("方案二");
    let told = keeping(&office, &first).ends(0).out;
    let mut violations = told.lines().filter(|line| line.contains(",violation,"));
    assert!(violations.all(|line| line.contains(",WJ2022,")), "{told}");
    // not so if the findings rest on a chain that is not the beginning of this one
    let conn = Connection::open(file(&office)).unwrap();
    let sql =
        "UPDATE said SET body = CAST(json_set(CAST(body AS TEXT), '$.chains[0].tip', 'x') AS BLOB)
               WHERE name = 'stamp'";
    assert_eq!(conn.execute(sql, []).unwrap(), 1);
    drop(conn);
    same(&office, "--format csv");
    // nor if the record bears on all streets
    falsified(&office);
    must(
        &office,
        "register community WJ --name 外街社区 --street 外街道 --date 2020-09-11 --again",
    );
    same(&office, "--format csv");
    // and a reader who is not done yet does not stand in the way
    record("方案三");
    let reader = Connection::open(file(&office)).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM found")
        .unwrap();
    same(&office, "--format csv");
}

#[test]
fn a_damaged_file_is_judged_anew_and_one_community_keeps_nothing() {
    let office = office();
    same(&office, "--format json");
    let file = file(&office);
    std::fs::write(&file, b"no findings").unwrap();
    same(&office, "--format json");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    same(&office, "--format json");
    // what is damaged inside is said, with the next step
    let conn = Connection::open(&file).unwrap();
    conn.execute_batch("UPDATE found SET body = x'FFFFFF'")
        .unwrap();
    drop(conn);
    let line = format!("audit {YEAR} --fail-on never --format csv");
    let told = keeping(&office, &line).ends(2);
    assert!(told.err.contains("--from-events"), "{}", told.err);
    keeping(&office, &format!("{line} --from-events")).ends(0);
    same(&office, "--format csv");
    std::fs::remove_file(&file).unwrap();
    same(&office, "--community TG --format json");
    same(&office, "--all");
    assert_eq!(
        std::fs::read_dir(office.path("results")).map_or(0, Iterator::count),
        0
    );
}

#[test]
fn without_a_folder_nothing_is_kept_and_numbers_add_up() {
    let office = office();
    let line = format!("audit {YEAR} --fail-on never --summary --format json");
    let sum = office.run(&line).ends(0).json();
    assert!(!office.path("results").exists());
    let all = office
        .run(&format!("audit {YEAR} --fail-on never --format json --all"))
        .ends(0)
        .json();
    assert_eq!(sum["verdicts"], all["summary"]["verdicts"]);
    assert_eq!(sum["projects"], all["summary"]["projects"]);
    let findings = all["findings"].as_array().unwrap();
    for rule in sum["rules"].as_array().unwrap() {
        for (verdict, number) in rule["verdicts"].as_object().unwrap() {
            let of = |f: &&serde_json::Value| {
                f["rule"] == rule["rule"] && f["verdict"] == *verdict.as_str()
            };
            let counted = findings.iter().filter(of).count();
            assert_eq!(
                number.as_u64(),
                Some(counted as u64),
                "{} {verdict}",
                rule["rule"]
            );
        }
    }
    // where no folder can be made the year is judged all the same
    let args = words(&line);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = office.command(&args);
    command.env("MINSHENG_RESULTS", office.ledger());
    assert_eq!(answer(&command.output().unwrap()).ends(0).json(), sum);
    for wrong in ["--all", "--report site", "--format sarif"] {
        office
            .run(&format!("audit {YEAR} --summary {wrong}"))
            .ends(2);
    }
}
