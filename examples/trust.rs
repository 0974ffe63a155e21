//! The long version of the tests of trust; prints the figures of docs/reliability.md.
//!
//! `cargo build --release && cargo run --release --example trust -- [PART] [COUNT]`
//! Parts: merge, deep, tamper, erase, attach, upgrade, backup; all of them if none is named.

#![allow(clippy::unwrap_used, reason = "a run stops at what it did not expect")]
#![allow(clippy::print_stdout, reason = "it prints its figures")]

#[path = "../tests/common/forge.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod forge;
#[path = "../tests/common/schedules.rs"]
mod schedules;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use forge::Dice;
use minsheng::ledger::Ledger;
use minsheng::ledger::checkpoint::Anchor;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let wanted = args.first().map(String::as_str);
    let count = args.get(1).and_then(|n| n.parse().ok());
    let parts: [(&str, usize, Part); 7] = [
        ("merge", 10_000, merge),
        ("deep", 20, deep),
        ("tamper", 200, tamper),
        ("erase", 1001, erase),
        ("attach", 1000, attach),
        ("upgrade", 100, upgrade),
        ("backup", 200, backup),
    ];
    for (name, usual, run) in parts {
        if wanted.is_none_or(|w| w == name) {
            let begun = Instant::now();
            run(count.unwrap_or(usual));
            println!("  {name}: {:.0} s", begun.elapsed().as_secs_f64());
        }
    }
}

/// A part, told how often.
type Part = fn(usize);

/// The program, built beside this one.
fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().parent().unwrap().join("minsheng")
}

fn command(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .current_dir(folder)
        .env("MINSHENG_ACTOR", "测试员")
        .args(line.split(' '));
    command
}

fn run(folder: &Path, line: &str) -> Output {
    command(folder, line).output().unwrap()
}

fn done(folder: &Path, line: &str) -> String {
    let output = run(folder, line);
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Starts a command, kills it after a while; true if it was still at work.
fn kill(folder: &Path, line: &str, after: u64) -> bool {
    let mut child = command(folder, line)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_micros(after));
    let busy = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    busy
}

/// How long a command takes that nobody kills, in microseconds, and a little more.
fn whole(folder: &Path, line: &str) -> u64 {
    let begun = Instant::now();
    done(folder, line);
    u64::try_from(begun.elapsed().as_micros()).unwrap() * 5 / 4
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

fn office(folder: &Path) {
    done(folder, "init --origin TEST.1");
    done(
        folder,
        "register community HZ --name 海珠社区 --street 粤海街道 --date 2020-09-10",
    );
}

fn merge(count: usize) {
    let report = schedules::run(1, count, 16, 12);
    println!("merge, 16 chains of 12 events: {report:?}");
    assert!(report.unions == 1 && report.forks_injected == report.forks_reported);
}

fn deep(count: usize) {
    let report = schedules::run(2, count, 16, 1000);
    println!("merge, 16 chains of 1,000 events: {report:?}");
    assert!(report.unions == 1 && report.forks_injected == report.forks_reported);
}

fn tamper(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("minsheng.db");
    std::fs::copy(fixture("ledger/format-1.ledger"), &path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let ledger = Ledger::open_read(&path).unwrap();
    let anchor = [Anchor::Whole(ledger.checkpoint().unwrap())];
    drop(ledger);
    let mut dice = Dice(20_220_401);
    for (class, sql, by_checkpoint) in forge::CLASSES {
        let (mut plain, mut anchored) = (0, 0);
        for _ in 0..count {
            std::fs::write(&path, &bytes).unwrap();
            let target = (dice.roll(167) + 2).to_string();
            forge::forge(&path, &sql.replace("{n}", &target));
            let ledger = Ledger::open_read(&path).unwrap();
            plain += usize::from(!ledger.verify(&[]).unwrap().is_whole());
            anchored += usize::from(!ledger.verify(&anchor).unwrap().is_whole());
        }
        println!(
            "tamper, {class}: {plain}/{count} by the chain, {anchored}/{count} with a checkpoint"
        );
        assert_eq!(
            (plain, anchored),
            (if by_checkpoint { 0 } else { count }, count)
        );
    }
}

fn erase(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    office(folder);
    let name = |n: usize| format!("金丝雀{n:05}");
    let lines: Vec<String> = (0..count + 50)
        .map(|n| format!("{{\"step\":\"collect.contact\",\"community\":\"HZ\",\"year\":2022,\"date\":\"2022-01-05\",\"source\":\"居民\",\"who\":\"{}\"}}", name(n)))
        .collect();
    std::fs::write(folder.join("c.jsonl"), lines.join("\n")).unwrap();
    done(folder, "record c.jsonl --as-is");
    std::fs::write(folder.join("kept.txt"), done(folder, "checkpoint -q")).unwrap();
    let values: Vec<String> = (0..count).map(|n| format!("--value {}", name(n))).collect();
    done(folder, &format!("erase --why 申请 {}", values.join(" ")));
    let mut bytes = std::fs::read(folder.join("minsheng.db")).unwrap();
    bytes.extend(std::fs::read(folder.join("minsheng.db-journal")).unwrap_or_default());
    let there = |n: usize| bytes.windows(14).any(|w| w == name(n).as_bytes());
    let left = (0..count).filter(|&n| there(n)).count();
    let kept = (count..count + 50).filter(|&n| there(n)).count();
    println!("erase: {left} of {count} erased values found in the file, {kept} of 50 kept ones");
    assert_eq!((left, kept), (0, 50));
    done(folder, "verify --against kept.txt");
}

fn attach(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::copy(
        fixture("ledger/format-1.ledger"),
        folder.join("minsheng.db"),
    )
    .unwrap();
    done(folder, "upgrade");
    let mut dice = Dice(11);
    let mut busy = 0;
    std::fs::write(folder.join("a.bin"), "首份".repeat(70_000)).unwrap();
    let most = whole(folder, "attach HZ2022-001 a.bin --as 首份");
    for n in 0..count {
        std::fs::write(folder.join("a.bin"), format!("{n:07}").repeat(60_000)).unwrap();
        let line = format!("attach HZ2022-001 a.bin --as 第{n}份");
        busy += usize::from(kill(folder, &line, dice.roll(most)));
        if n % 20 == 19 {
            done(folder, "verify");
        }
    }
    done(folder, "verify");
    let ledger = Ledger::open_read(&folder.join("minsheng.db")).unwrap();
    let found = ledger.verify(&[]).unwrap().evidence;
    println!(
        "attach: {count} kills, {busy} while at work, {} recorded, {} copies without an event, 0 events without their file",
        found.whole - 1,
        found.orphans.len()
    );
}

fn upgrade(count: usize) {
    let mut dice = Dice(3);
    let (mut old, mut new) = (0, 0);
    let trial = tempfile::tempdir().unwrap();
    std::fs::copy(
        fixture("ledger/format-1.ledger"),
        trial.path().join("minsheng.db"),
    )
    .unwrap();
    let most = whole(trial.path(), "upgrade");
    for _ in 0..count {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        std::fs::copy(
            fixture("ledger/format-1.ledger"),
            folder.join("minsheng.db"),
        )
        .unwrap();
        kill(folder, "upgrade", dice.roll(most));
        let kept = fixture("ledger/format-1.checkpoint");
        done(folder, &format!("verify --against {}", kept.display()));
        let format = Ledger::open_read(&folder.join("minsheng.db"))
            .unwrap()
            .version()
            .format;
        if format == 1 {
            old += 1;
        } else {
            new += 1;
        }
        done(folder, "upgrade");
    }
    println!("upgrade: {count} kills, {old} of the old format, {new} of the new, 0 between");
}

fn backup(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    office(folder);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let mut verified = 0;
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut n = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                done(folder, &format!("register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01 --title 第{n}份"));
                n += 1;
            }
            n
        });
        let mut dice = Dice(5);
        let mut killed = 0;
        for n in 0..count {
            done(folder, &format!("backup b{n}.db -q"));
            killed += usize::from(kill(folder, &format!("backup k{n}.db"), dice.roll(20_000)));
            assert!(
                !folder.join(format!("k{n}.db")).exists()
                    || run(folder, &format!("verify --sealed --ledger k{n}.db"))
                        .status
                        .success()
            );
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        println!(
            "backup: {count} during {} writes, {killed} more killed",
            writer.join().unwrap()
        );
    });
    let log = done(folder, "log --format json");
    for n in 0..count {
        done(folder, &format!("verify --sealed --ledger b{n}.db"));
        let copy = done(folder, &format!("log --format json --ledger b{n}.db"));
        verified += usize::from(log.starts_with(&copy));
    }
    println!("backup: {verified}/{count} verify and are a beginning of the ledger");
    assert_eq!(verified, count);
}
