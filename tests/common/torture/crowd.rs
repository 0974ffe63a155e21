//! Many writers and readers at once on one ledger.

use std::fmt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Acked, Desk, acknowledged, said};

/// What a crowd found.
#[derive(Default)]
pub struct Crowd {
    pub writers: usize,
    pub each: usize,
    pub acked: usize,
    /// Reads in between: the log, the check, an export.
    pub reads: usize,
    /// How long one append took, from start to exit, sorted.
    pub took: Vec<Duration>,
    pub wrong: Vec<String>,
}

impl fmt::Display for Crowd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |per_mille: usize| {
            let index = self.took.len() * per_mille / 1000;
            self.took
                .get(index.min(self.took.len().saturating_sub(1)))
                .copied()
                .unwrap_or_default()
        };
        write!(
            f,
            "{} writers x {}: {} acknowledged, {} reads in between, {} wrong; \
             one append p50 {:?}, p99 {:?}, longest {:?}",
            self.writers,
            self.each,
            self.acked,
            self.reads,
            self.wrong.len(),
            at(500),
            at(990),
            at(1000)
        )
    }
}

/// Lets `writers` processes append `each` events one by one, while two others read.
pub fn crowd(exe: &Path, writers: usize, each: usize) -> Crowd {
    let mut desk = Desk::new(exe);
    let before = usize::try_from(desk.events()).unwrap();
    let (acked, took, wrong) = (
        Mutex::new(Vec::<Acked>::new()),
        Mutex::new(Vec::new()),
        Mutex::new(Vec::new()),
    );
    let (over, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let readers: Vec<_> = ["log --format json", "verify"]
            .into_iter()
            .map(|line| {
                let (desk, over, reads, wrong) = (&desk, &over, &reads, &wrong);
                scope.spawn(move || {
                    while !over.load(Ordering::SeqCst) {
                        let output = desk.run(line);
                        reads.fetch_add(1, Ordering::SeqCst);
                        if !output.status.success() {
                            wrong
                                .lock()
                                .unwrap()
                                .push(format!("{line}: {}", said(&output)));
                        } else if let Some(mixed) = mixed(&output.stdout, line) {
                            wrong.lock().unwrap().push(format!("{line}: {mixed}"));
                        }
                    }
                })
            })
            .collect();
        let all: Vec<_> = (0..writers)
            .map(|writer| {
                let (desk, acked, took, wrong) = (&desk, &acked, &took, &wrong);
                scope.spawn(move || {
                    for n in 0..each {
                        let line = format!(
                            "register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01 --title 第{writer}人第{n}份 --format json"
                        );
                        let begun = Instant::now();
                        let output = desk.run(&line);
                        took.lock().unwrap().push(begun.elapsed());
                        let events = acknowledged(&output.stdout);
                        if events.len() != 1 {
                            wrong.lock().unwrap().push(said(&output));
                        }
                        acked.lock().unwrap().extend(events);
                    }
                })
            })
            .collect();
        for writer in all {
            writer.join().unwrap();
        }
        over.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.join().unwrap();
        }
    });
    let mut found = Crowd {
        writers,
        each,
        reads: reads.into_inner(),
        took: took.into_inner().unwrap(),
        wrong: wrong.into_inner().unwrap(),
        ..Crowd::default()
    };
    found.took.sort_unstable();
    desk.acked = acked.into_inner().unwrap();
    found.acked = desk.acked.len();
    found.wrong.extend(desk.wrong());
    let mut places: Vec<i64> = desk.acked.iter().map(|(seq, _)| *seq).collect();
    places.sort_unstable();
    places.dedup();
    if places.len() != writers * each {
        found
            .wrong
            .push(format!("{} places acknowledged", places.len()));
    }
    if usize::try_from(desk.events()).unwrap() != before + writers * each {
        found.wrong.push(format!("{} events stored", desk.events()));
    }
    found
}

/// A log that is no prefix of the chain: read from two states.
fn mixed(stdout: &[u8], line: &str) -> Option<String> {
    if !line.starts_with("log") {
        return None;
    }
    for (index, text) in String::from_utf8_lossy(stdout).lines().enumerate() {
        let event: serde_json::Value = serde_json::from_str(text).ok()?;
        if event["seq"] != index + 1 {
            return Some(format!("line {} is event {}", index + 1, event["seq"]));
        }
    }
    None
}
