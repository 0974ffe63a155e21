//! Streams that are closed, full or a terminal: no panic, the right exit code, nothing lost,
//! nothing hostile on the screen.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use common::cli::{Answer, Office, answer, base_case};

/// Commands that only read, each with an answer.
const READING: [&str; 16] = [
    "list",
    "list demands --plain",
    "list communities --format csv",
    "log",
    "log --format json",
    "show HZ2022-001",
    "show HZ2022-D0001 --format json",
    "explain HZ2022-001",
    "audit --year 2022 --as-of 2023-07-01 --fail-on never",
    "audit --year 2022 --format json --fail-on never",
    "todo --as-of 2022-07-01",
    "export T1 --community HZ --year 2022",
    "rule --all",
    "schema",
    "verify",
    "checkpoint",
];

fn office() -> Office {
    let office = Office::new();
    office.record(&base_case("service").join("\n"), "").ends(0);
    office
}

/// Runs a command through the shell, with its streams as the shell makes them.
fn shell(office: &Office, line: &str, streams: &str) -> Answer {
    let output = Command::new("bash")
        .current_dir(office.dir.path())
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .env("MINSHENG_NOW", "2023-07-01T02:03:04Z")
        .env("RUST_BACKTRACE", "1")
        .args(["-c", &format!("set -o pipefail; \"$0\" {line} {streams}")])
        .arg(env!("CARGO_BIN_EXE_minsheng"))
        .stdin(Stdio::null())
        .output();
    answer(&output.unwrap())
}

fn quiet(line: &str, answer: &Answer) {
    for text in [&answer.err, &answer.out] {
        assert!(
            !text.contains("panicked") && !text.contains("backtrace"),
            "{line}: {text}"
        );
    }
}

#[test]
fn closed_and_full_streams_are_no_panic() {
    let office = office();
    for line in READING {
        let well = shell(&office, line, "").ends(0);
        quiet(line, &well);
        assert!(!well.out.is_empty(), "{line}");
        // who closes the pipe has read enough
        let piped = shell(&office, line, "| head -c 1 >/dev/null");
        quiet(line, &piped);
        assert_eq!(piped.code, 0, "{line}: {}", piped.err);
        // an answer that cannot be written is a failure, and told
        let full = shell(&office, line, ">/dev/full");
        quiet(line, &full);
        assert_eq!(full.code, 2, "{line}");
        assert!(full.err.contains("写不出答复"), "{line}: {}", full.err);
        // nobody listens to the talk: the answer is the same
        for streams in ["2>&-", "2>/dev/full"] {
            let deaf = shell(&office, line, streams).ends(0);
            assert_eq!(deaf.out, well.out, "{line} {streams}");
        }
        quiet(line, &shell(&office, line, ">&-").ends(0));
        quiet(line, &shell(&office, line, "<&- >&- 2>&-").ends(0));
    }
    office.run("verify").ends(0);
}

#[test]
fn exit_codes_outlast_the_streams() {
    let office = office();
    for (line, code) in [
        ("audit --year 2022 --as-of 2023-07-01", 1),
        (
            "publicize post HZ2022-001 --start 2022-02-14 --end 2022-02-14 --by 社区党委",
            1,
        ),
        ("list nothing", 2),
        ("no-such-command", 2),
    ] {
        for streams in [
            "",
            "| head -c 1 >/dev/null",
            "2>&-",
            "2>/dev/full",
            ">&- 2>&-",
        ] {
            let answer = shell(&office, line, streams);
            quiet(line, &answer);
            assert_eq!(answer.code, code, "{line} {streams}: {}", answer.err);
        }
    }
}

#[test]
fn a_record_outlasts_an_answer_that_cannot_be_written() {
    for streams in [
        ">/dev/full",
        ">&-",
        "| true",
        "2>&-",
        "2>/dev/full",
        "</dev/null",
    ] {
        let office = office();
        let events = office.run("log --format json").out.lines().count();
        let line = "implement progress HZ2022-001 --date 2022-04-02 --note 正常";
        let told = shell(&office, line, streams);
        quiet(line, &told);
        assert_eq!(
            office.run("log --format json").out.lines().count(),
            events + 1
        );
        office.run("verify").ends(0);
        if streams == ">/dev/full" {
            assert_eq!(told.code, 2);
            assert!(told.err.contains("已经写入账本"), "{}", told.err);
        } else {
            assert_eq!(told.code, 0, "{streams}: {}", told.err);
        }
    }
}

/// What a resident, or who fills in the list, may write to move another's cursor.
const HOSTILE: &str = "路灯\u{1b}[2J\u{1b}]0;题\u{7}\u{9b}31m\u{202E}gnp\u{2066}\u{200B}\u{2060}\u{AD}\u{8}\u{FEFF}\u{E0041}末";

#[test]
fn nothing_hostile_reaches_the_screen_and_nothing_is_changed_in_the_ledger() {
    let office = Office::new();
    office
        .run("collect round HZ --year 2022 --completed 2021-12-20 --organiser 社区党委 --support 居委会")
        .ends(0);
    let text = |name: &str| format!("{name}{HOSTILE}");
    office.write(
        "list.csv",
        &format!(
            "项目名称,项目类型,需求概述,需求理由,提议人,联系方式,提出日期,备注\n{},工程类,{},{},{},13800000001,2021-12-01,{}\n",
            text("名"), text("概"), text("理"), text("甲"), text("注")
        ),
    );
    let line = "collect import list.csv --community HZ --round HZ2022-R1";
    let words: Vec<&str> = line.split(' ').collect();
    let imported = office
        .command(&words)
        .env("MINSHENG_ACTOR", text("员"))
        .output();
    let imported = answer(&imported.unwrap()).ends(0);
    clean(line, &imported);
    for line in [
        "list demands",
        "list demands --plain",
        "log",
        "log HZ2022-D0001",
        "show HZ2022-D0001 --plain",
        "explain HZ2022-D0001",
        "todo --as-of 2022-07-01",
        "audit --year 2022 --fail-on never",
        "export T1 --community HZ --year 2022",
    ] {
        clean(line, &office.run(line).ends(0));
    }
    // what is said of bad input is clean too
    let bad = text("坏");
    for line in [
        vec!["show", bad.as_str()],
        vec!["list", bad.as_str()],
        vec!["explain", "HZ2022-D0001", bad.as_str()],
        vec!["record", bad.as_str()],
        vec!["collect", "demand", "HZ", "--type", bad.as_str()],
        vec![bad.as_str()],
        vec!["list", "--ledger", bad.as_str()],
    ] {
        let told = office.args(&line).ends(2);
        clean(&line.join(" "), &told);
    }
    office.write(
        "bad.csv",
        &format!(
            "项目名称,项目类型,提出日期\n{},{},{}\n",
            text("名"),
            text("类"),
            text("日")
        ),
    );
    let told = office
        .run("collect import bad.csv --community HZ --round HZ2022-R1")
        .ends(2);
    clean("import of bad rows", &told);
    // untouched in the ledger; the edges alone are trimmed
    let log = office.run("log --format json").ends(0).out;
    let stored = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .find(|event| event["step"] == "collect.demand")
        .unwrap();
    assert_eq!(stored["payload"]["title"], text("名"));
    assert_eq!(stored["actor"], text("员"));
}

#[track_caller]
fn clean(line: &str, answer: &Answer) {
    for text in [&answer.out, &answer.err] {
        let bad = text.chars().find(|c| {
            (c.is_control() && !matches!(c, '\n' | '\r'))
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{AD}' | '\u{E0000}'..='\u{E007F}')
                // a mark of the byte order stands at the start of an export alone
                || (*c == '\u{FEFF}' && text.trim_start_matches('\u{FEFF}').contains('\u{FEFF}'))
        });
        assert_eq!(bad, None, "{line}: {text:?}");
    }
}

#[test]
fn no_cell_of_any_csv_is_a_formula() {
    let office = Office::new();
    office
        .run("collect round HZ --year 2022 --completed 2021-12-20 --organiser 社区党委 --support 居委会")
        .ends(0);
    let starts = ["=", "+", "-", "@", "＝", "＋", "－", "＠"];
    let payloads = [
        "HYPERLINK(\"\"http://x\"\")",
        "1+cmd|'/C calc'!A0",
        "SUM(A1:A9)",
        "x",
        "2+3",
    ];
    let mut list = "项目名称,项目类型,需求概述,需求理由,提议人,联系方式,提出日期,备注\n".to_owned();
    let mut count = 0;
    for start in starts {
        for payload in payloads {
            let cell = format!("\"{start}{payload}\"");
            let _ = writeln!(
                list,
                "{cell},工程类,{cell},{cell},{cell},13800000001,2021-12-01,{cell}"
            );
            count += 1;
        }
    }
    office.write("list.csv", &list);
    office
        .run("collect import list.csv --community HZ --round HZ2022-R1")
        .ends(0);
    office
        .run("register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01 --title =1+1")
        .ends(0);
    for line in [
        "export T1 --community HZ --year 2022",
        "export T1 --community HZ --year 2022 --bare --encoding utf-8",
        "list demands --plain --format csv",
        "log --format csv",
        "audit --year 2022 --fail-on never --format csv",
    ] {
        let text = office.run(line).ends(0).out;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let mut guarded = 0;
        for record in reader.records() {
            for cell in &record.unwrap() {
                let number = cell.trim_start_matches(['+', '-']).parse::<f64>().is_ok();
                assert!(
                    number
                        || !cell
                            .starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']),
                    "{line}: {cell}"
                );
                guarded += usize::from(cell.starts_with('\''));
            }
        }
        if line.contains("T1") {
            assert!(guarded >= count * 4, "{line}: {guarded}");
        }
    }
    // and what goes out comes back as it was
    let bytes = office.bytes();
    office
        .run("export T1 --community HZ --year 2022 --date 2021-12-01 -o t1.csv")
        .ends(0);
    let again = office
        .run("collect import t1.csv --community HZ --round HZ2022-R1 --received 2021-12-01")
        .ends(0);
    assert!(again.out.contains(&format!("{count}条")), "{}", again.out);
    assert_eq!(office.bytes(), bytes);
}
