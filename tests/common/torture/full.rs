//! A disk that is full, and a shell that limits the size of files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{Desk, Dice, said, surround};

/// What small disks found.
#[derive(Default)]
pub struct Full {
    pub seed: u64,
    pub passes: usize,
    /// Commands that did not fit, each told with an exit code.
    pub refused: usize,
    pub acked: usize,
    pub wrong: Vec<String>,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {}: {} disks filled, {} commands told that it is full, {} events \
             acknowledged, {} wrong",
            self.seed,
            self.passes,
            self.refused,
            self.acked,
            self.wrong.len()
        )
    }
}

/// A small file system in memory, gone when it is dropped.
pub struct Disk {
    pub at: PathBuf,
    _own: tempfile::TempDir,
}

impl Disk {
    /// Mounts one; none where that is not allowed.
    pub fn of(kilobytes: usize) -> Option<Self> {
        let own = tempfile::tempdir().unwrap();
        let at = own.path().join("disk");
        std::fs::create_dir(&at).unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs"])
            .arg(&at)
            .output()
            .is_ok_and(|output| output.status.success());
        done.then_some(Self { at, _own: own })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.at).status();
    }
}

/// Fills small disks; none where mounting is not allowed.
pub fn disks(exe: &Path, passes: usize, seed: u64) -> Option<Full> {
    let mut dice = Dice::new(seed);
    let mut found = Full {
        seed,
        ..Full::default()
    };
    for pass in 0..passes {
        let small = Disk::of(200 + dice.below(300))?;
        let elsewhere = tempfile::tempdir().unwrap();
        let mut desk = Desk::at(exe, &small.at);
        desk.open();
        found.passes += 1;
        let size = [50, 400, 7, 1][pass % 4];
        for _ in 0..2000 {
            let job = match size {
                1 => desk.step(),
                400 => {
                    // the list itself stands elsewhere
                    let mut other = Desk::at(exe, elsewhere.path());
                    desk.serial += 1;
                    other.serial = desk.serial;
                    let mut job = other.batch(size);
                    let path = elsewhere.path().join(&job.args[1]);
                    path.to_str().unwrap().clone_into(&mut job.args[1]);
                    job
                }
                _ => desk.batch(size),
            };
            let output = desk.command(&job.args).output().unwrap();
            let acked = desk.note(&job, &output.stdout);
            if acked {
                continue;
            }
            found.refused += 1;
            told(&output, "磁盘已满", &mut found.wrong);
            break;
        }
        // whole with no space left, and at work again with some
        found.wrong.extend(desk.wrong());
        let verified = desk.run("verify");
        if verified.status.code() != Some(0) {
            found
                .wrong
                .push(format!("verify on a full disk: {}", said(&verified)));
        }
        let _ = Command::new("mount")
            .args(["-o", "remount,size=4m"])
            .arg(&small.at)
            .status();
        let next = desk.step();
        desk.done(&next);
        found.wrong.extend(desk.wrong());
        found.acked += desk.acked.len();
    }
    Some(found)
}

/// Limits the size of files (`ulimit -f`) below what the ledger needs: for everybody.
pub fn limits(exe: &Path) -> Full {
    let mut found = Full::default();
    let mut desk = Desk::new(exe);
    for more in [0_u64, 8, 16, 24, 40, 64, 200] {
        found.passes += 1;
        let job = desk.batch(60);
        let blocks = std::fs::metadata(desk.ledger()).unwrap().len() / 512 + more;
        let mut command = Command::new("sh");
        surround(&mut command, &desk.folder);
        command
            .args(["-c", &format!("ulimit -f {blocks}; exec \"$0\" \"$@\"")])
            .arg(exe)
            .args(&job.args);
        let output = command.output().unwrap();
        if !desk.note(&job, &output.stdout) {
            found.refused += 1;
            told(&output, "大小限制", &mut found.wrong);
        }
        found.wrong.extend(desk.wrong());
        let next = desk.step();
        desk.done(&next);
    }
    found.acked = desk.acked.len();
    found
}

/// Too little memory, too few open files, too little processor time: failed or done, and the
/// ledger is whole.
pub fn scarce(exe: &Path) -> Full {
    let mut found = Full::default();
    let mut desk = Desk::new(exe);
    let memory = (8..80)
        .step_by(4)
        .map(|mb| format!("ulimit -v {}", mb << 10));
    let files = (3..12).map(|n| format!("ulimit -n {n}"));
    let time = ["ulimit -t 0".to_owned(), "ulimit -t 1".to_owned()];
    for limit in memory.chain(files).chain(time) {
        found.passes += 1;
        let job = desk.batch(30);
        let mut command = Command::new("sh");
        surround(&mut command, &desk.folder);
        command
            .args(["-c", &format!("{limit} && exec \"$0\" \"$@\"")])
            .arg(exe)
            .args(&job.args);
        let output = command.output().unwrap();
        let acked = desk.note(&job, &output.stdout);
        found.refused += usize::from(!output.status.success());
        if output.status.success() != acked {
            found.wrong.push(format!("{limit}: {}", said(&output)));
        }
        found.wrong.extend(desk.wrong());
    }
    let next = desk.step();
    desk.done(&next);
    found.acked = desk.acked.len();
    found
}

/// The exit code is 2, and a sentence says why and where.
fn told(output: &Output, word: &str, wrong: &mut Vec<String>) {
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code() != Some(2) || !talk.contains(word) || !talk.contains("minsheng.db") {
        wrong.push(said(output));
    }
}
