//! What stands on the pages is what `SQLite` reads.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::ledger::{Draft, Ledger, Line};
use crate::step::{self, Step, Values};

/// A ledger in which some events are longer than a page.
fn made(folder: &Path, events: usize) -> PathBuf {
    let path = folder.join("x.db");
    let mut ledger = Ledger::create(&path, "TEST.1").unwrap();
    append(&mut ledger, events);
    path
}

fn append(ledger: &mut Ledger, events: usize) {
    let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
    for number in 0..events {
        let name = json!({"personal": format!("居民{number}")});
        let long = "楼道".repeat(number * 7 % 4000);
        let (id, values) = if number.is_multiple_of(3) {
            (
                "regime.bind",
                json!({"ledger": "TEST.1", "pack": long, "date": "2023-07-01"}),
            )
        } else {
            (
                "collect.demand",
                json!({"community": "HZ", "title": "照明", "proposer": name}),
            )
        };
        let def = step::find(id).unwrap();
        let values = Values::of(def, values.as_object().unwrap().clone());
        let subject = format!("HZ2022-D{number:04}");
        let draft = Draft {
            step: Step { def, values },
            subject,
            occurred: "2023-07-01".into(),
        };
        writer.append(draft).unwrap();
    }
    writer.commit().unwrap();
}

/// All that an event says.
fn told(line: &Line<'_>) -> String {
    format!("{line:?}")
}

/// The events and the personal values as they are read together.
fn together(ledger: &Ledger, steps: &[&str]) -> rusqlite::Result<(Vec<String>, Vec<String>)> {
    let mut lines = Vec::new();
    let reader = ledger.reader();
    reader.lines_of_steps(steps, |line| lines.push(told(line)))?;
    let mut all = Vec::new();
    reader.lines(|line| all.push(told(line)))?;
    Ok((lines, all))
}

/// The same as `SQLite` reads them one by one.
fn apart(ledger: &Ledger, steps: &[&str]) -> rusqlite::Result<(Vec<String>, Vec<String>)> {
    let (mut lines, mut all) = (Vec::new(), Vec::new());
    let reader = ledger.reader();
    reader.of_steps(steps, |event| lines.push(told(&event.line())))?;
    reader.arrivals(|event| {
        all.push(told(&event.line()));
        true
    })?;
    Ok((lines, all))
}

#[test]
fn events_of_the_pages_are_those_of_sqlite() {
    for events in [0, 1, 7, 900] {
        let folder = tempfile::tempdir().unwrap();
        let path = made(folder.path(), events);
        // who does not hold the file does not read its pages
        let open = Ledger::open(&path).unwrap();
        assert!(super::pages(&open.conn, "event", &super::EVENT).is_err());
        let ledger = Ledger::open_read(&path).unwrap();
        assert!(super::pages(&ledger.conn, "event", &super::EVENT).is_ok());
        assert_eq!(together(&open, &["erase"]), together(&ledger, &["erase"]));
        for steps in [&["regime.bind"][..], &["collect.demand", "amend"], &[]] {
            assert_eq!(together(&ledger, steps), apart(&ledger, steps));
        }
        let persons = ledger.reader().persons().unwrap();
        let mut seen = 0;
        let mut tokens = ledger
            .conn
            .prepare("SELECT token, value FROM personal")
            .unwrap();
        let mut rows = tokens.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (token, value): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
            assert_eq!(persons.get(&token), Some(value.as_str()));
            seen += 1;
        }
        assert_eq!(seen, events - events.div_ceil(3));
    }
}

#[test]
fn single_events_of_the_pages_are_those_of_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path(), 900);
    let ledger = Ledger::open_read(&path).unwrap();
    let mut all = Vec::new();
    let all_lines = ledger
        .reader()
        .lines(|line| all.push((line.id, told(line))));
    all_lines.unwrap();
    for every in [1, 2, 37, 1000] {
        let chosen: Vec<(i64, String)> = all.iter().step_by(every).cloned().collect();
        let ids: Vec<i64> = chosen.iter().map(|(id, _)| *id).collect();
        let (pages, root) = super::pages(&ledger.conn, "event", &super::EVENT).unwrap();
        let mut seen = Vec::new();
        let picked = super::Trees::new(&pages).picked(root, &ids, |id, _| {
            seen.push(id);
            Ok(())
        });
        assert!(picked.is_ok());
        assert_eq!(seen, ids);
        let mut lines = Vec::new();
        let read = super::picked(&ledger.conn, &ids, |line| {
            lines.push((line.id, told(line)));
            Ok(())
        });
        read.unwrap();
        assert_eq!(lines, chosen);
    }
    let none = |ids: &[i64]| super::picked(&ledger.conn, ids, |_| Ok(()));
    assert!(none(&[]).is_ok());
    assert!(none(&[1, 100_000]).is_err());
}

#[test]
fn what_is_not_committed_yet_is_read_by_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&made(folder.path(), 40)).unwrap();
    append(&mut ledger, 3);
    ledger.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    ledger
        .conn
        .execute(
            "INSERT INTO event SELECT id + 1, origin, seq + 1, step, subject, occurred,
             recorded_at, actor, payload, hash FROM event ORDER BY id DESC LIMIT 1",
            [],
        )
        .unwrap();
    let steps = ["collect.demand"];
    let (lines, all) = together(&ledger, &steps).unwrap();
    assert_eq!((lines, all.clone()), apart(&ledger, &steps).unwrap());
    assert_eq!(all.len(), 44);
    ledger.conn.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn of_a_damaged_file_is_told_what_sqlite_tells() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path(), 40);
    let good = std::fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged.db");
    let steps = ["regime.bind"];
    let mut told = 0;
    for round in 0..80 {
        let mut bytes = good.clone();
        // heads of pages, and all else here and there
        let at = if round % 2 == 0 {
            round / 2 * 8192 % good.len() + round / 7 % 24
        } else {
            (round * 7919 + 100) * 31 % good.len()
        };
        if at < 100 {
            continue;
        }
        bytes[at] ^= 1 << (round % 8);
        std::fs::write(&damaged, &bytes).unwrap();
        let Ok(ledger) = Ledger::open_read(&damaged) else {
            continue;
        };
        if let Ok(expected) = apart(&ledger, &steps) {
            told += 1;
            assert_eq!(together(&ledger, &steps).ok(), Some(expected), "byte {at}");
        }
    }
    assert!(told > 20, "{told}");
}
