//! Formats: an older ledger is upgraded on request and faithfully, a newer one is left alone.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::process::Stdio;

use common::cli::{Office, fixture};
use common::forge::tamper;
use rusqlite::Connection;

fn format(office: &Office) -> i64 {
    let conn = Connection::open(office.ledger()).unwrap();
    let version: i64 = conn
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    version & 0xFFFF
}

const WRITE: &str =
    "register document --rule A6-STREETTF --body 粤海街道 --date 2021-01-01 --title 示例";

#[test]
fn an_older_ledger_is_read_as_it_is_and_written_after_an_upgrade() {
    let office = Office::kept(1);
    let bytes = office.bytes();
    let log = office.run("log --format json").ends(0).out;
    let audit = "audit --year 2022 --as-of 2023-07-01 --fail-on never --all --format json";
    let judged = office.run(audit).ends(0).out;
    for line in [
        WRITE,
        "erase --value 测试1 --why 申请",
        "amend 3 --set title=x --why y",
    ] {
        assert!(office.run(line).ends(2).err.contains("upgrade"), "{line}");
    }
    office.run("upgrade --dry-run").ends(0);
    assert_eq!(office.bytes(), bytes);
    let done = office.run("upgrade --format json").ends(0).json();
    assert_eq!(
        (&done["from"], &done["to"], &done["events"]),
        (&1.into(), &2.into(), &170.into())
    );
    assert_eq!(office.run("log --format json").ends(0).out, log);
    assert_eq!(office.run(audit).ends(0).out, judged);
    let kept = fixture("ledger/format-1.checkpoint");
    office.args(&["verify", "--against", &kept]).ends(0);
    // the copy made before is the old ledger, whole
    let backup = done["backup"].as_str().unwrap();
    office
        .args(&["verify", "--sealed", "--ledger", backup, "--against", &kept])
        .ends(0);
    assert_eq!(
        office
            .args(&["log", "--format", "json", "--ledger", backup])
            .out,
        log
    );
    office.run(WRITE).ends(0);
    let again = office.run("upgrade").ends(0);
    assert!(again.out.contains("不用升级"), "{}", again.out);
}

#[test]
fn what_does_not_verify_is_not_upgraded() {
    let office = Office::kept(1);
    tamper(
        &office.ledger(),
        "UPDATE event SET actor = '别人' WHERE id = 20",
    );
    let bytes = office.bytes();
    office.run("upgrade").ends(3);
    assert_eq!(office.bytes(), bytes);
    let names = std::fs::read_dir(office.dir.path()).unwrap();
    assert!(
        names
            .flatten()
            .all(|e| !e.file_name().to_string_lossy().contains("format-1"))
    );
}

#[test]
fn killed_in_the_middle_it_is_of_the_old_format_or_of_the_new() {
    let office = Office::kept(1);
    let begun = std::time::Instant::now();
    office.run("upgrade").ends(0);
    let whole = begun.elapsed();
    let (mut old, mut new) = (0, 0);
    for moment in 0..20 {
        let office = Office::kept(1);
        let mut child = office
            .command(&["upgrade"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole * moment / 18);
        let _ = child.kill();
        let _ = child.wait();
        let kept = fixture("ledger/format-1.checkpoint");
        office.args(&["verify", "--against", &kept]).ends(0);
        match format(&office) {
            1 => old += 1,
            _ => new += 1,
        }
        office.run("upgrade").ends(0);
        office.run(WRITE).ends(0);
    }
    // the first kill comes before anything is done
    assert!(old > 0, "{old} {new}");
}

#[test]
fn a_newer_ledger_is_read_if_it_says_so_and_never_written() {
    // format 9, which readers of format 2 understand
    let office = Office::new();
    let log = office.run("log --format json").ends(0).out;
    tamper(
        &office.ledger(),
        &format!(
            "PRAGMA user_version = {}; CREATE TABLE later (x)",
            2 << 16 | 9
        ),
    );
    let bytes = office.bytes();
    assert_eq!(office.run("log --format json").ends(0).out, log);
    office.run("audit --year 2022 --fail-on never").ends(0);
    let verified = office.run("verify").ends(2).out;
    assert!(
        verified.contains("链完整，但表结构属于较新的版本"),
        "{verified}"
    );
    assert!(!verified.contains("核验通过"), "{verified}");
    assert_eq!(
        office.run("verify --format json").ends(2).json()["ok"],
        false
    );
    for line in [WRITE, "upgrade", "erase --again"] {
        let answer = office.run(line).ends(2);
        assert!(answer.err.contains("较新版本"), "{line}: {}", answer.err);
    }
    assert_eq!(office.bytes(), bytes);
    // format 9, which needs a reader of format 3
    for stamp in [3 << 16 | 9, -1, -65534] {
        tamper(&office.ledger(), &format!("PRAGMA user_version = {stamp}"));
        for line in ["list", "verify", WRITE, "upgrade"] {
            assert!(office.run(line).ends(2).err.contains("较新版本"), "{line}");
        }
    }
}
