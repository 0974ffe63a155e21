//! One pass over the pages says of no ledger that it is whole of which `SQLite` would not.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;
use crate::ledger::Draft;
use crate::step::{self, Step, Values};

fn draft(number: usize) -> Draft {
    let (step, subject, values) = if number.is_multiple_of(5) {
        let pack = "依据".repeat(number * 7 % 4000);
        let values = json!({"ledger": "TEST.1", "pack": pack, "date": "2023-07-01"});
        ("regime.bind", "TEST.1".to_owned(), values)
    } else {
        let name = json!({"personal": format!("居民{number}")});
        let values = json!({"community": "HZ", "title": "楼道照明", "proposer": name});
        let subject = format!("HZ2022-D{number:04}");
        ("collect.demand", subject, values)
    };
    let def = step::find(step).unwrap();
    let values = Values::of(def, values.as_object().unwrap().clone());
    Draft {
        step: Step { def, values },
        subject,
        occurred: "2023-07-01".into(),
    }
}

fn made(folder: &Path, events: usize) -> PathBuf {
    let path = folder.join("x.db");
    let mut ledger = Ledger::create(&path, "TEST.1").unwrap();
    let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
    for number in 0..events {
        writer.append(draft(number)).unwrap();
    }
    writer.commit().unwrap();
    path
}

/// What `SQLite` says.
fn is_sound(ledger: &Ledger) -> bool {
    let (walk, faults) = ledger.walk(&[]);
    let mentions = Mentions::read(&ledger.conn, &walk.mentions);
    let persons = Persons::read(&ledger.conn);
    let rows = mentions.rows.is_ok_and(|rows| rows.is(&walk.mentions));
    let values = persons.wrong.as_ref().is_ok_and(|wrong| *wrong == 0);
    let sound = ledger.is_sound(&walk, &persons).unwrap_or(false);
    let lines = ledger.pragma("integrity_check").unwrap_or_default();
    faults.are_none() && rows && mentions.ordered && values && sound && lines == ["ok"]
}

#[test]
fn a_ledger_that_is_whole_is_found_to_be() {
    for events in [0, 1, 7, 900] {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open_read(&made(folder.path(), events)).unwrap();
        let (walk, mentions, persons) = ledger.whole(&[]).unwrap();
        let (other, faults) = ledger.walk(&[]);
        assert!(faults.are_none());
        assert_eq!(walk.heads(), other.heads());
        assert_eq!(walk.tokens.len(), other.tokens.len());
        assert_eq!(persons.tokens, Persons::read(&ledger.conn).tokens);
        assert!(mentions.ordered && is_sound(&ledger), "{events}");
    }
}

#[test]
fn who_writes_leaves_it_to_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path(), 3);
    let ledger = Ledger::open(&path).unwrap();
    assert!(ledger.whole(&[]).is_err());
    ledger.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(ledger.whole(&[]).is_err());
    assert!(ledger.verify(&[]).unwrap().is_whole());
}

#[test]
fn nothing_is_whole_here_that_sqlite_finds_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path(), 120);
    let good = std::fs::read(&path).unwrap();
    let pages = good.len() / 8192;
    // headers of pages closely, all else here and there
    let heads = (0..pages).flat_map(|page| (0..24).map(move |at| page * 8192 + at));
    let rest = (0..good.len()).step_by(499);
    let (mut doubts, mut whole) = (0, 0);
    for (number, at) in heads.chain(rest).enumerate() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (number % 8);
        std::fs::write(&path, &bytes).unwrap();
        let Ok(ledger) = Ledger::open_read(&path) else {
            continue;
        };
        if ledger.whole(&[]).is_err() {
            doubts += 1;
        } else {
            whole += 1;
            assert!(is_sound(&ledger), "bit {} of byte {at}", number % 8);
        }
    }
    assert!(doubts > 300 && whole > 20, "{doubts} {whole}");
}

#[test]
fn rows_that_are_not_what_the_events_say_are_seen() {
    for change in [
        "DELETE FROM mention WHERE event = 2",
        "INSERT INTO mention VALUES ('HZ', 1, 2)",
        "UPDATE mention SET event = 3 WHERE event = 2",
        "DROP TRIGGER personal_goes_on_record; UPDATE personal SET value = value || 'x'",
        "DROP TRIGGER event_never_changes; UPDATE event SET actor = '乙' WHERE id = 2",
        "DROP TRIGGER event_never_goes; DELETE FROM event WHERE id = 10",
        "DROP TRIGGER event_never_goes; DELETE FROM event WHERE id = 4",
        "INSERT INTO origin VALUES (2, 'TEST.2'); DROP TRIGGER event_never_changes;
         UPDATE event SET origin = 2 WHERE id = 10",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = made(folder.path(), 10);
        let conn = rusqlite::Connection::open(&path).unwrap();
        let drop_all = "DROP TRIGGER personal_never_changes;";
        conn.execute_batch(&format!("{drop_all}{change}")).unwrap();
        drop(conn);
        let ledger = Ledger::open_read(&path).unwrap();
        let whole = ledger.whole(&[]);
        // one event less at the end is another ledger, which is whole
        let cut = change.ends_with("id = 10") && change.contains("DELETE");
        assert_eq!(whole.is_ok(), cut && is_sound(&ledger), "{change}");
    }
}
