//! Random schedules of merges: reordered, repeated, partial, abandoned, with forks thrown in.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use minsheng::law::Day;
use minsheng::ledger::{Draft, Ledger, chain};
use minsheng::step::{Ref, Step, register};

use super::forge::Dice;

/// What a run of schedules showed.
#[derive(Debug, Default)]
pub struct Report {
    pub schedules: usize,
    pub merges: usize,
    pub abandoned: usize,
    pub forks_injected: usize,
    pub forks_reported: usize,
    /// Different unions at the end; must be one.
    pub unions: usize,
    /// Events of the union.
    pub events: usize,
}

/// A chain as it was at three moments, and a copy that was continued otherwise.
struct Source {
    copies: [PathBuf; 3],
    fork: PathBuf,
}

fn day() -> Day {
    "2022-01-01".parse().unwrap()
}

fn grow(ledger: &mut Ledger, count: usize, word: &str, minute: &mut usize) {
    let mut writer = ledger.write("测试员", &stamp(*minute)).unwrap();
    for n in 0..count {
        let step = Step::of(&register::Document {
            rule: "A6-STREETTF".into(),
            body: Ref("粤海街道".into()),
            date: day(),
            title: Some(format!("{word}{n}")),
            covers: Vec::new(),
            file: None,
            digest: None,
            size: None,
            approved: None,
        })
        .unwrap();
        writer
            .append(Draft {
                step,
                subject: "粤海街道".into(),
                occurred: "2022-01-01".into(),
            })
            .unwrap();
    }
    writer.commit().unwrap();
    *minute += 7;
}

fn stamp(minute: usize) -> String {
    format!(
        "2022-01-{:02}T{:02}:{:02}:00Z",
        minute / 1440 + 1,
        minute / 60 % 24,
        minute % 60
    )
}

fn source(folder: &Path, name: &str, events: usize, dice: &mut Dice) -> Source {
    let path = folder.join(format!("{name}.db"));
    // offices do not record in step with each other, and one clock is set back
    let mut minute = usize::try_from(dice.roll(600)).unwrap();
    let mut ledger = Ledger::create(&path, name).unwrap();
    let part = events.div_ceil(3);
    let mut copies = Vec::new();
    for n in 0..3 {
        grow(&mut ledger, part, &format!("{name}-{n}-"), &mut minute);
        minute = minute.saturating_sub(usize::try_from(dice.roll(9)).unwrap());
        let copy = folder.join(format!("{name}-{n}.db"));
        std::fs::copy(&path, &copy).unwrap();
        copies.push(copy);
    }
    let fork = folder.join(format!("{name}-fork.db"));
    std::fs::copy(&copies[0], &fork).unwrap();
    let mut apart = Ledger::open(&fork).unwrap();
    grow(&mut apart, part, "另一份", &mut minute);
    Source {
        copies: copies.try_into().unwrap(),
        fork,
    }
}

/// The chains but the own one, in the order in which they are folded, as one digest.
fn union(ledger: &Ledger) -> (String, usize) {
    let mut text = String::new();
    let mut count = 0;
    ledger
        .reader()
        .all(|event| {
            if event.origin != "ST.1" {
                text.push_str(&chain::hex(&event.hash));
                count += 1;
            }
            true
        })
        .unwrap();
    (chain::digest(text.as_bytes()), count)
}

/// Runs schedules over `origins` chains of `events` events each.
pub fn run(seed: u64, schedules: usize, origins: usize, events: usize) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(seed);
    let sources: Vec<Source> = (0..origins)
        .map(|n| source(folder.path(), &format!("C{n:02}.1"), events, &mut dice))
        .collect();
    let mut report = Report::default();
    let mut unions = BTreeSet::new();
    for number in 0..schedules {
        let path = folder.path().join("street.db");
        let mut street = Ledger::create(&path, "ST.1").unwrap();
        // how much of each chain the street holds: 0 nothing, 1 to 3 the copies
        let mut held = vec![0; origins];
        let mut left: Vec<usize> = (0..origins).collect();
        while !left.is_empty() {
            let which = usize::try_from(dice.roll(origins as u64)).unwrap();
            let copy = usize::try_from(dice.roll(3)).unwrap();
            let fork = dice.roll(8) == 0 && held[which] > 1;
            let file = if fork {
                &sources[which].fork
            } else {
                &sources[which].copies[copy]
            };
            let other = Ledger::open_read(file).unwrap();
            let merging = street
                .merge(&other, "测试员", "2022-03-01T00:00:00Z", day(), &|_| ())
                .unwrap();
            report.merges += 1;
            match merging {
                Err(forks) => {
                    assert!(fork && forks.len() == 1, "seed {seed} schedule {number}");
                    report.forks_reported += 1;
                }
                Ok(merging) => {
                    assert!(!fork, "seed {seed} schedule {number}: a fork was joined");
                    // as if killed before the commit
                    if dice.roll(5) == 0 {
                        drop(merging);
                        report.abandoned += 1;
                    } else {
                        merging.commit().unwrap();
                        held[which] = held[which].max(copy + 1);
                    }
                }
            }
            report.forks_injected += usize::from(fork);
            left.retain(|&n| held[n] < 3);
        }
        if number % 50 == 0 {
            let found = street.verify(&[]).unwrap();
            assert!(
                found.faults.is_empty(),
                "seed {seed} schedule {number}: {:?}",
                found.faults
            );
        }
        let (digest, count) = union(&street);
        unions.insert(digest);
        report.events = count;
        report.schedules += 1;
        drop(street);
        for name in ["street.db", "street.db-journal"] {
            let _ = std::fs::remove_file(folder.path().join(name));
        }
    }
    report.unions = unions.len();
    report
}
