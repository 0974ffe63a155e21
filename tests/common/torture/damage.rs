//! A damaged file: flipped bits, cut tails, pages swapped, emptied, or taken from an old copy.
//! Nothing of it changes a fact unseen, and no command panics or loops on it.

use std::fmt;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use minsheng::cli::{self, Surroundings};

use super::Dice;

/// Size of a page of a ledger.
pub const PAGE: usize = 8192;

/// Commands that must take any file: what they may end with is documented.
const COMMANDS: [&str; 9] = [
    "log --format json",
    "list",
    "list demands --plain",
    "show HZ2022-001 --plain",
    "audit --year 2022 --as-of 2023-07-01 --format json",
    "todo --as-of 2023-07-01",
    "export T1 --community HZ --year 2022",
    "checkpoint",
    "implement progress HZ2022-001 --date 2022-04-02 --note 正常",
];

/// What the damage found.
#[derive(Default)]
pub struct Damage {
    pub tried: usize,
    /// Found by `verify`.
    pub detected: usize,
    /// Not found, and nothing that can be read has changed.
    pub harmless: usize,
    /// Commands run on damaged files.
    pub commands: usize,
    pub wrong: Vec<String>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} damaged files: {} detected, {} in bytes that hold nothing, 0 of them changed \
             what is read; {} commands on them; {} wrong",
            self.tried,
            self.detected,
            self.harmless,
            self.commands,
            self.wrong.len()
        )
    }
}

/// One damaged file.
pub struct Case {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A way to make damaged files one after the other, by number.
pub type Maker<'a> = dyn Fn(usize) -> Option<Case> + Sync + 'a;

/// Every bit of the header, then `random` bits anywhere.
pub fn flips(good: &[u8], random: usize, seed: u64) -> impl Fn(usize) -> Option<Case> + Sync {
    let good = good.to_vec();
    move |number| {
        let (at, bit) = if number < 800 {
            (number / 8, number % 8)
        } else if number < 800 + random {
            let mut dice = Dice::new(seed.wrapping_add(number as u64 * 0x1_0000_01B3));
            dice.below(7);
            (dice.below(good.len()), dice.below(8))
        } else {
            return None;
        };
        let mut bytes = good.clone();
        bytes[at] ^= 1 << bit;
        Some(Case {
            name: format!("byte {at} bit {bit}"),
            bytes,
        })
    }
}

/// Cut tails, pages swapped, emptied, doubled, and taken from an older copy.
pub fn pages(good: &[u8], old: &[u8], step: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: String, bytes: Vec<u8>| cases.push(Case { name, bytes });
    for size in (0..good.len()).step_by(step) {
        add(format!("cut to {size}"), good[..size].to_vec());
    }
    let count = good.len() / PAGE;
    let page = |n: usize| n * PAGE..(n + 1) * PAGE;
    for n in 0..count {
        let mut bytes = good.to_vec();
        bytes[page(n)].fill(0);
        add(format!("page {n} emptied"), bytes);
        for m in n + 1..count {
            let mut bytes = good.to_vec();
            bytes.copy_within(page(m), page(n).start);
            bytes[page(m)].copy_from_slice(&good[page(n)]);
            add(format!("pages {n} and {m} swapped"), bytes);
        }
        if n < old.len() / PAGE && old[page(n)] != good[page(n)] {
            let mut bytes = good.to_vec();
            bytes[page(n)].copy_from_slice(&old[page(n)]);
            add(format!("page {n} of an older copy"), bytes);
        }
    }
    cases
}

/// What a command says: its exit code and its answer.
type Said = (u8, Vec<u8>);

/// Runs a command of the program in this process; none if it panics.
fn run(folder: &Path, line: &str) -> Option<Said> {
    let surroundings = Surroundings {
        now: "2023-07-01T02:03:04Z".parse().unwrap(),
        terminal: false,
        talk_terminal: false,
        width: 100,
        exe: None,
        env: |_| None,
    };
    let ledger = folder.join("minsheng.db");
    let args = ["minsheng"]
        .into_iter()
        .chain(line.split(' '))
        .chain(["--ledger", ledger.to_str().unwrap(), "--actor", "测试员"])
        .map(Into::into)
        .collect::<Vec<_>>();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = catch_unwind(AssertUnwindSafe(|| {
        cli::run(&args, &surroundings, &mut out, &mut err)
    }));
    Some((code.ok()?, out))
}

/// What can be read of a ledger: the log with its tokens, and the values behind them.
fn readable(folder: &Path) -> Vec<Option<Said>> {
    COMMANDS[..4].iter().map(|line| run(folder, line)).collect()
}

/// Tries every damaged file of `make` on `threads` threads; the other commands run on every
/// `sparse`th file.
pub fn damage(good: &[u8], make: &Maker<'_>, sparse: usize, threads: usize) -> Damage {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), good);
    let original = readable(home.path());
    assert!(original.iter().flatten().all(|(code, _)| *code < 2));
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Damage::default()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let own = tempfile::tempdir().unwrap();
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(case) = make(number) else {
                        return;
                    };
                    let one = judge(own.path(), &case, &original, number % sparse == 0);
                    let mut found = found.lock().unwrap();
                    found.tried += one.tried;
                    found.detected += one.detected;
                    found.harmless += one.harmless;
                    found.commands += one.commands;
                    found.wrong.extend(one.wrong);
                }
            });
        }
    });
    found.into_inner().unwrap()
}

fn write(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("minsheng.db");
    let _ = std::fs::remove_file(folder.join("minsheng.db-journal"));
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(bytes).unwrap();
    path
}

fn judge(folder: &Path, case: &Case, original: &[Option<Said>], all: bool) -> Damage {
    let mut found = Damage {
        tried: 1,
        commands: 1,
        ..Damage::default()
    };
    write(folder, &case.bytes);
    let verified = run(folder, "verify");
    let code = verified.as_ref().map(|(code, _)| *code);
    match code {
        None => found.wrong.push(format!("{}: verify panicked", case.name)),
        Some(0) => {
            found.harmless = 1;
            found.commands += 4;
            if readable(folder) != original {
                found.wrong.push(format!("{}: changed unseen", case.name));
            }
        }
        Some(2 | 3) => found.detected = 1,
        Some(other) => found
            .wrong
            .push(format!("{}: verify ended with {other}", case.name)),
    }
    if all {
        for line in COMMANDS {
            // a step may have changed the file
            write(folder, &case.bytes);
            found.commands += 1;
            match run(folder, line) {
                None => found.wrong.push(format!("{}: {line} panicked", case.name)),
                Some((code, _)) if code > 3 => {
                    found
                        .wrong
                        .push(format!("{}: {line} ended with {code}", case.name));
                }
                Some((code, _)) if line.starts_with("implement") && code == 0 => {
                    // what was whole stays whole
                    let after = run(folder, "verify").map(|(code, _)| code);
                    if verified.as_ref().map(|(code, _)| *code) == Some(0) && after != Some(0) {
                        found.wrong.push(format!("{}: a step broke it", case.name));
                    }
                }
                Some(_) => {}
            }
        }
    }
    found
}
