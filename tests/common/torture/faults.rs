//! Every system call that touches the disk fails in turn: the first, the second, the third, until
//! a run completes untouched. `strace` makes it fail; the program is the real one.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{Desk, Dice, Job, acknowledged, has, said, surround};

/// The calls that are made to fail.
const CALLS: [&str; 14] = [
    "openat",
    "read",
    "pread64",
    "write",
    "pwrite64",
    "fdatasync",
    "fsync",
    "ftruncate",
    "unlink",
    "rename",
    "link",
    "fcntl",
    "newfstatat",
    "fstat",
];

const ERRORS: [&str; 2] = ["EIO", "ENOSPC"];

/// What the faults found.
#[derive(Default)]
pub struct Faults {
    /// Points at which a call failed.
    pub points: usize,
    /// Points at which the program said so by its exit code.
    pub told: usize,
    /// Points by call.
    pub by_call: BTreeMap<&'static str, usize>,
    /// Stored all the same, and told as failed: the answer alone was lost.
    pub stored: usize,
    pub wrong: Vec<String>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_call: Vec<String> = self
            .by_call
            .iter()
            .map(|(call, points)| format!("{call} {points}"))
            .collect();
        write!(
            f,
            "{} points of failure ({}), {} ended with an exit code that says so, \
             {} of those had stored the event; {} wrong",
            self.points,
            by_call.join(", "),
            self.told,
            self.stored,
            self.wrong.len()
        )
    }
}

/// Why the test cannot run here.
pub fn missing() -> Option<&'static str> {
    (!has("strace", "-V")).then_some(
        "needs strace (Debian, Ubuntu: apt-get install strace), and the right to trace processes",
    )
}

/// A job that is made to fail, and what it leaves behind.
struct Target<'a> {
    exe: &'a Path,
    name: &'static str,
    /// The folder as it is before the job.
    start: PathBuf,
    job: Job,
    /// A write was cut off before, and the job must recover it first.
    hot: bool,
}

/// Fails every call in turn for a step, a batch, a new ledger, an import and a recovery.
pub fn faults(exe: &Path, most: usize) -> Faults {
    let mut found = Faults::default();
    for make in [step, batch, import, init, recovery] {
        let own = tempfile::tempdir().unwrap();
        let target = make(exe, own.path());
        for call in CALLS {
            for error in ERRORS {
                for mode in ["", "+"] {
                    series(&target, call, error, mode, most, &mut found);
                }
            }
        }
    }
    found
}

fn desk(exe: &Path, folder: &Path) -> Desk {
    let mut desk = Desk::at(exe, folder);
    desk.open();
    for _ in 0..3 {
        let job = desk.step();
        desk.done(&job);
    }
    desk
}

fn step<'a>(exe: &'a Path, folder: &Path) -> Target<'a> {
    let job = desk(exe, folder).step();
    target(exe, "step", folder, job, false)
}

fn batch<'a>(exe: &'a Path, folder: &Path) -> Target<'a> {
    let job = desk(exe, folder).batch(60);
    target(exe, "batch", folder, job, false)
}

fn import<'a>(exe: &'a Path, folder: &Path) -> Target<'a> {
    let job = desk(exe, folder).import(20);
    target(exe, "import", folder, job, false)
}

fn init<'a>(exe: &'a Path, folder: &Path) -> Target<'a> {
    let job = Job {
        args: ["init", "--origin", "TEST.1"].map(str::to_owned).into(),
        group: ("无".into(), 0),
    };
    target(exe, "init", folder, job, false)
}

/// A ledger whose last batch was killed while it was written.
fn recovery<'a>(exe: &'a Path, folder: &Path) -> Target<'a> {
    let mut desk = desk(exe, folder);
    let mut dice = Dice::new(1);
    for _ in 0..2000 {
        let job = desk.batch(200);
        let mut child = desk.command(&job.args).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_micros(dice.below(60_000) as u64));
        let _ = child.kill();
        let _ = child.wait();
        if desk.is_hot() {
            break;
        }
    }
    assert!(desk.is_hot(), "no kill left a hot journal");
    let job = desk.step();
    target(exe, "recovery", folder, job, true)
}

fn target<'a>(exe: &'a Path, name: &'static str, folder: &Path, job: Job, hot: bool) -> Target<'a> {
    Target {
        exe,
        name,
        start: folder.to_owned(),
        job,
        hot,
    }
}

/// One call, one error, once or from then on: the first, the second, … until none is hit.
fn series(
    target: &Target<'_>,
    call: &'static str,
    error: &str,
    mode: &str,
    most: usize,
    found: &mut Faults,
) {
    for nth in 1..=most {
        let own = tempfile::tempdir().unwrap();
        copy(&target.start, own.path());
        let trace = own.path().join("trace.txt");
        let mut command = Command::new("strace");
        surround(&mut command, own.path());
        command
            .args(["-f", "-qq", "-o"])
            .arg(&trace)
            .args(["-e", &format!("trace={call}")])
            .args([
                "-e",
                &format!("inject={call}:error={error}:when={nth}{mode}"),
            ])
            .arg(target.exe)
            .args(&target.job.args);
        let output = command.output().unwrap();
        let hit = std::fs::read_to_string(&trace).is_ok_and(|text| text.contains("(INJECTED)"));
        if !hit {
            return;
        }
        found.points += 1;
        *found.by_call.entry(call).or_default() += 1;
        found.told += usize::from(!output.status.success());
        let point = format!("{} {call} {error} {nth}{mode}", target.name);
        if let Err(wrong) = judge(target, own.path(), &output, found) {
            found.wrong.push(format!("{point}: {wrong}"));
        }
    }
}

/// Judges the folder after one failed run.
fn judge(
    target: &Target<'_>,
    folder: &Path,
    output: &Output,
    found: &mut Faults,
) -> Result<(), String> {
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    if talk.contains("panicked") {
        return Err(format!("panic: {}", said(output)));
    }
    let mut desk = Desk::at(target.exe, folder);
    desk.serial = 1000;
    desk.acked = acknowledged(&output.stdout);
    desk.groups.push(target.job.group.clone());
    if target.name == "init" && !desk.ledger().exists() {
        if output.status.success() {
            return Err("no ledger, and the exit code is 0".into());
        }
        let left = std::fs::read_dir(folder).map_or(0, |list| {
            list.flatten()
                .filter(|entry| entry.file_name().to_string_lossy().contains(".new"))
                .count()
        });
        // what cannot be unlinked is left: the call itself was made to fail
        let again = desk.run("init --origin TEST.1");
        return if again.status.success() && desk.wrong().is_none() {
            Ok(())
        } else {
            Err(format!("{left} left; init again: {}", said(&again)))
        };
    }
    if target.hot && !output.status.success() {
        // the next command finishes the recovery
        let again = desk.run("list");
        if !again.status.success() {
            return Err(format!("list after it: {}", said(&again)));
        }
    }
    if let Some(wrong) = desk.wrong() {
        return Err(format!("{wrong}; {}", said(output)));
    }
    let (mark, size) = &target.job.group;
    let stored = *size > 0 && desk.landed(mark) == *size;
    if !stored && *size > 0 && output.status.success() {
        return Err(format!(
            "not stored, and the exit code is 0: {}",
            said(output)
        ));
    }
    if stored && !output.status.success() {
        found.stored += 1;
        if talk.contains("没有登记任何内容") || talk.contains("账本没有改动") {
            return Err(format!("stored, and the message denies it: {talk}"));
        }
    }
    if target.name == "init" {
        let list = desk.run("list");
        return if list.status.success() {
            Ok(())
        } else {
            Err(format!("list after it: {}", said(&list)))
        };
    }
    // and the next command works on what is there
    let next = desk.step();
    desk.done(&next);
    match desk.wrong() {
        Some(wrong) => Err(format!("after the next command: {wrong}")),
        None => Ok(()),
    }
}

/// Copies the files of a folder.
pub fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
