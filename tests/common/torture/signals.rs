//! Ctrl-C, SIGTERM and SIGHUP at any moment of an import: all rows or none, and a word which.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Desk, Dice, said};

/// What the signals found.
#[derive(Default)]
pub struct Signals {
    pub seed: u64,
    pub count: usize,
    /// Signals that found the program rolling back, done already, or not yet listening.
    pub rolled_back: usize,
    pub done: usize,
    pub early: usize,
    pub wrong: Vec<String>,
}

impl fmt::Display for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {}: {} signals: {} rolled back and said so, {} after the rows were durable, \
             {} before the program listened; {} wrong",
            self.seed,
            self.count,
            self.rolled_back,
            self.done,
            self.early,
            self.wrong.len()
        )
    }
}

/// Interrupts `count` imports of `rows` rows.
pub fn signals(exe: &Path, count: usize, rows: usize, seed: u64) -> Signals {
    let mut found = Signals {
        seed,
        ..Signals::default()
    };
    let mut dice = Dice::new(seed);
    let start = tempfile::tempdir().unwrap();
    let mut desk = Desk::at(exe, start.path());
    desk.open();
    let job = desk.import(rows);
    let mut usual = Duration::from_millis(300);
    for round in 0..count {
        let own = tempfile::tempdir().unwrap();
        super::faults::copy(start.path(), own.path());
        let mut desk = Desk::at(exe, own.path());
        let (name, code) = [("INT", 130), ("TERM", 143), ("HUP", 129)][round % 3];
        let begun = Instant::now();
        let child = desk
            .command(&job.args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let most = usize::try_from(usual.as_micros()).unwrap();
        std::thread::sleep(Duration::from_micros(dice.below(most * 11 / 10) as u64));
        let _ = Command::new("kill")
            .args(["-s", name, &child.id().to_string()])
            .stderr(Stdio::null())
            .status();
        let output = child.wait_with_output().unwrap();
        let ended = output.status.code();
        found.count += 1;
        let acked = desk.note(&job, &output.stdout);
        if acked {
            usual = (usual * 3 + begun.elapsed()) / 4;
        } else {
            usual += usual / 10;
        }
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        let landed = desk.landed(&job.group.0);
        match (ended, landed) {
            (Some(0), n) if n == rows && acked => found.done += 1,
            (Some(ended), 0) if ended == code && talk.contains("没有登记任何内容") => {
                found.rolled_back += 1;
                if desk.is_hot() {
                    found
                        .wrong
                        .push("told as rolled back, and it was not".into());
                }
            }
            // killed before it listened: nothing was begun
            (None, 0) => found.early += 1,
            _ => found
                .wrong
                .push(format!("{name}: {landed} rows: {}", said(&output))),
        }
        found.wrong.extend(desk.wrong());
        // the same import again ends with all rows, once
        let again = desk.command(&job.args).output().unwrap();
        if !again.status.success() || desk.landed(&job.group.0) != rows {
            found.wrong.push(format!("again: {}", said(&again)));
        }
    }
    found
}
