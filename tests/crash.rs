//! Killed, interrupted, crowded or without space, the ledger opens, verifies, and holds every
//! acknowledged event. The long versions: `cargo run --release --example torture`.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::path::Path;

use common::cli::Office;
use common::torture::{Desk, crowd, full, kills, signals};

fn exe() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_minsheng"))
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let found = kills::kills(exe(), 60, 20_220_401);
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
    assert!(
        found.nothing > 0 && found.told > 0,
        "no kill hit the work: {found}"
    );
    assert!(found.by_job.iter().all(|kills| *kills > 0), "{found}");
}

#[test]
fn a_write_that_was_cut_off_is_rolled_back_by_the_next_command() {
    let mut desk = Desk::new(exe());
    // killed until a write was under way
    let mut hot = false;
    for delay in (0..400).cycle().take(4000) {
        let job = desk.batch(300);
        let mut child = desk.command(&job.args).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_micros(delay * 500));
        let _ = child.kill();
        let _ = child.wait();
        desk.groups.push(job.group);
        hot = desk.is_hot();
        if hot {
            break;
        }
    }
    assert!(hot, "no kill left a hot journal");
    let copy = tempfile::tempdir().unwrap();
    for name in ["minsheng.db", "minsheng.db-journal"] {
        std::fs::copy(desk.folder.join(name), copy.path().join(name)).unwrap();
    }
    // a reader rolls back and sees the ledger as it was; it is neither tampered nor lost
    let verified = desk.run("verify");
    assert_eq!(verified.status.code(), Some(0));
    assert!(!desk.is_hot());
    assert_eq!(desk.wrong(), None);
    // the same without its journal is what a stick holds after `cp *.db`: told, never believed
    std::fs::remove_file(copy.path().join("minsheng.db-journal")).unwrap();
    let stick = Desk::at(exe(), copy.path());
    let code = stick.run("verify").status.code();
    assert!(matches!(code, Some(0 | 3)), "{code:?}");
}

#[test]
fn eight_writers_at_once_lose_nothing_and_readers_see_one_state() {
    let found = crowd::crowd(exe(), 8, 5);
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
    assert_eq!(found.acked, 40);
    assert!(found.reads > 2);
}

#[test]
fn a_signal_in_an_import_leaves_all_rows_or_none_and_says_which() {
    let found = signals::signals(exe(), 9, 1500, 3);
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
    assert!(found.rolled_back > 0, "no signal hit the work: {found}");
}

#[test]
fn a_limit_on_the_size_of_files_is_told_and_loses_nothing() {
    let found = full::limits(exe());
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
    assert!(found.refused > 2, "no limit was hit: {found}");
}

#[test]
fn too_little_memory_files_or_time_loses_nothing() {
    let found = full::scarce(exe());
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
    assert!(found.refused > 5 && found.acked > 100, "{found}");
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    // only the superuser mounts; the limit on file sizes stands in for everybody else
    if let Some(found) = full::disks(exe(), 2, 5) {
        assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
        assert!(found.refused > 0, "no disk was filled: {found}");
    }
}

/// The exit code and the words of each way in which a place is not fit for a ledger, with the
/// names of the files before and after.
#[test]
fn a_place_that_is_not_fit_is_told_and_left_as_it_was() {
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let office = Office::new();
    std::fs::create_dir(office.path("folder.db")).unwrap();
    office.write("text.db", "姓名,电话\n甲,1\n");
    office.write("empty.db", "");
    std::fs::write(office.path("binary.db"), [0x50, 0x4b, 3, 4, 0, 0]).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(office.ledger(), office.path("link.db")).unwrap();
    let (before, bytes) = (names(office.dir.path()), office.bytes());
    for (ledger, words) in [
        ("none.db", "找不到账本"),
        ("none/x.db", "找不到账本"),
        ("folder.db", "链接或文件夹"),
        ("text.db", "不是 minsheng 的账本"),
        ("empty.db", "不是 minsheng 的账本"),
        ("binary.db", "不是 minsheng 的账本"),
        #[cfg(unix)]
        ("link.db", "链接或文件夹"),
        #[cfg(unix)]
        ("/dev/null", "不是"),
    ] {
        for command in [
            "list",
            "log",
            "audit --year 2022",
            "checkpoint",
            "register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01",
            "collect import x.csv --community HZ --year 2022",
            "record x.jsonl",
        ] {
            let answer = office.run(&format!("{command} --ledger {ledger}")).ends(2);
            assert!(
                answer.err.contains(words),
                "{command} {ledger}: {}",
                answer.err
            );
        }
    }
    for ledger in [
        "folder.db",
        "text.db",
        "empty.db",
        "none/x.db",
        "minsheng.db",
    ] {
        office.run(&format!("init --ledger {ledger}")).ends(2);
    }
    assert_eq!(names(office.dir.path()), before);
    assert_eq!(office.bytes(), bytes);
}

#[cfg(unix)]
#[test]
fn a_folder_or_file_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::new();
    let bytes = office.bytes();
    let set = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let step = "register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01";
    // the superuser writes everywhere but on a file that is marked immutable
    let root = common::torture::is_root();
    let mark = |flag: &str, path: &Path| {
        let done = std::process::Command::new("chattr")
            .arg(flag)
            .arg(path)
            .output();
        done.is_ok_and(|output| output.status.success())
    };
    let ledger = office.ledger();
    let journal = office.path("minsheng.db-journal");
    let _ = std::fs::remove_file(&journal);
    for place in [office.dir.path(), &ledger] {
        let usual = if place.is_dir() { 0o700 } else { 0o600 };
        if root {
            if !mark("+i", place) {
                return;
            }
        } else {
            set(place, usual & 0o500);
        }
        let (answer, list) = (office.run(step), office.run("list"));
        if root {
            assert!(mark("-i", place));
        } else {
            set(place, usual);
        }
        assert_eq!(answer.code, 2, "{}", answer.err);
        assert!(answer.err.contains("不可写"), "{}", answer.err);
        assert_eq!(list.code, 0, "reading needs no writing: {}", list.err);
        assert_eq!(office.bytes(), bytes);
        assert!(!journal.exists());
    }
    office.run(step).ends(0);
}

#[test]
fn a_clock_set_back_is_recorded_and_told() {
    let office = Office::new();
    let step = |now: &str, title: &str| {
        let line = format!(
            "register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01 --title {title}"
        );
        let words: Vec<&str> = line.split(' ').collect();
        let output = office.command(&words).env("MINSHENG_NOW", now).output();
        common::cli::answer(&output.unwrap())
    };
    // who waited for another writer is some seconds out of turn: nothing is wrong
    assert!(
        !step("2023-07-01T02:00:00Z", "甲")
            .ends(0)
            .err
            .contains("时钟")
    );
    let answer = step("2021-01-01T00:00:00Z", "乙").ends(0);
    assert!(
        answer.err.contains("时钟") && answer.err.contains("2023-07-01T02:00:00Z"),
        "{}",
        answer.err
    );
    // the order is the chain's, whatever the clock says
    let log = office.run("log --format json").ends(0).out;
    let titles: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter_map(|event| Some(event["payload"]["title"].as_str()?.to_owned()))
        .collect();
    assert_eq!(titles, ["甲", "乙"]);
    office.run("verify").ends(0);
    // the ends of time: told or recorded, no panic
    for now in [
        "1970-01-01T00:00:00Z",
        "2038-01-19T03:14:08Z",
        "9999-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z",
    ] {
        let answer = step(now, now);
        assert!(matches!(answer.code, 0 | 2), "{now}: {}", answer.err);
        assert!(!answer.err.contains("panicked"), "{now}: {}", answer.err);
    }
    office.run("verify").ends(0);
}
