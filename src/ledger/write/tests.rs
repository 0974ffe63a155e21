//! What is written is read back before it counts, and a raised flag leaves nothing.

use std::collections::HashSet;

use super::*;
use crate::step::{Values, general};

fn ledger(folder: &std::path::Path) -> Ledger {
    let mut ledger = Ledger::create(&folder.join("x.db"), "TEST.1").unwrap();
    let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
    writer.append(draft(1)).unwrap();
    writer.commit().unwrap();
    ledger
}

fn draft(day: u32) -> Draft {
    let bind = general::Bind {
        ledger: Some("TEST.1".into()),
        pack: "x".into(),
        pack_sha256: "0".repeat(64),
        date: Some(format!("2023-07-{day:02}").parse().unwrap()),
    };
    Draft {
        step: Step::of(&bind).unwrap(),
        subject: "TEST.1".into(),
        occurred: format!("2023-07-{day:02}"),
    }
}

#[test]
fn what_does_not_read_back_is_rolled_back() {
    // a storage that alters what it is given: every part that the hash covers, and the hash
    for change in [
        "payload = payload || ' '",
        "actor = 'x'",
        "recorded_at = '2023-07-01T00:00:01Z'",
        "occurred = '2023-07-09'",
        "subject = 'TEST.2'",
        "step = 'init'",
        "hash = zeroblob(32)",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = ledger(folder.path());
        ledger
            .conn
            .execute_batch(&format!(
                "DROP TRIGGER event_never_changes;
                 CREATE TEMP TRIGGER faulty AFTER INSERT ON main.event
                 BEGIN UPDATE event SET {change} WHERE id = NEW.id; END"
            ))
            .unwrap();
        for kept in [false, true] {
            let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
            let event = writer.append(draft(2)).unwrap();
            let done = if kept {
                writer.commit_all(&[event])
            } else {
                writer.commit()
            };
            let error = done.unwrap_err();
            assert!(error.downcast_ref::<Tampered>().is_some(), "{change}");
            assert_eq!(ledger.reader().count().unwrap(), 1, "{change}");
        }
    }
}

#[test]
fn a_raised_flag_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let flag: Arc<AtomicBool> = Arc::default();
    ledger.heed(flag.clone());
    let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
    writer.append(draft(2)).unwrap();
    flag.store(true, Ordering::SeqCst);
    assert!(writer.append(draft(3)).unwrap_err().is::<Stopped>());
    assert!(writer.commit().unwrap_err().is::<Stopped>());
    flag.store(false, Ordering::SeqCst);
    assert_eq!(ledger.reader().count().unwrap(), 1);
    let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
    writer.append(draft(2)).unwrap();
    writer.commit().unwrap();
    assert_eq!(ledger.reader().count().unwrap(), 2);
}

#[test]
fn only_the_very_events_that_were_appended_are_committed() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let now = "2023-07-01T00:00:00Z";
    for kept in [0..0, 0..1, 1..2, 0..3] {
        let mut writer = ledger.write("甲", now).unwrap();
        let mut events = [2, 3]
            .map(|day| writer.append(draft(day)).unwrap())
            .to_vec();
        events.push(events[1].clone());
        assert!(
            writer
                .commit_all(&events[kept])
                .unwrap_err()
                .is::<Tampered>()
        );
        assert_eq!(ledger.reader().count().unwrap(), 1);
    }
    let mut writer = ledger.write("甲", now).unwrap();
    let events = [2, 3].map(|day| writer.append(draft(day)).unwrap());
    writer.commit_all(&events).unwrap();
    assert_eq!(ledger.reader().count().unwrap(), 3);
}

#[test]
fn a_person_keeps_one_token_whether_many_steps_were_expected_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let names = ["测试甲", "测试乙", "测试甲"];
    let mut of = |expected: usize| {
        let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
        writer.statements.seal.expect(expected).unwrap();
        let tokens = names.map(|name| {
            let mut values = Values::default();
            values.insert("proposer", serde_json::json!({ "personal": name }));
            writer.statements.seal.values(&mut values).unwrap();
            let mut text = String::new();
            values.write(&mut text).unwrap();
            text
        });
        writer.tx.commit().unwrap();
        tokens
    };
    let first = of(1);
    assert_eq!(first[0], first[2]);
    assert_ne!(first[0], first[1]);
    assert_eq!(first, of(1000));
    assert_eq!(first, of(1));
}

/// Steps of persons, of whom every third is the same.
fn many(persons: impl IntoIterator<Item = usize>) -> Vec<Draft> {
    let persons = persons.into_iter().map(|n| {
        let mut draft = draft(2);
        let who = if n % 3 == 0 { 0 } else { n };
        let name = serde_json::json!({ "personal": format!("测试{who}") });
        draft.step.values.insert("ledger", name);
        draft
    });
    persons.collect()
}

#[test]
fn many_steps_become_the_events_that_they_would_one_by_one() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut ledgers = folders.each_ref().map(|folder| ledger(folder.path()));
    let now = "2023-07-01T00:00:00Z";
    // without personal values nothing is left to chance
    let plain: Vec<Draft> = (0..3000).map(|n| draft(1 + n % 28)).collect();
    let [one, other] = &mut ledgers;
    let mut writer = one.write("甲", now).unwrap();
    let single: Vec<Event> = plain
        .iter()
        .map(|d| writer.append(d.clone()).unwrap())
        .collect();
    writer.commit().unwrap();
    let mut writer = other.write("甲", now).unwrap();
    let mut seen = Vec::new();
    let told = std::cell::Cell::new(0);
    let each = |number: usize, event: &Event, _: Step| seen.push((number, event.seq));
    let events = writer.append_many(plain, each, &|n| told.set(n)).unwrap();
    writer.check(&events).unwrap();
    writer.commit_all(&events).unwrap();
    assert_eq!(events, single);
    assert_eq!(told.get(), 3000);
    assert!(seen.iter().copied().eq((0..3000).zip(2..)));
    // a person has one token in all of them
    for count in [5, 3000] {
        let mut writer = other.write("甲", now).unwrap();
        let events = writer
            .append_many(many(0..count), |_, _, _| (), &|_| ())
            .unwrap();
        writer.commit_all(&events).unwrap();
        let tokens = |n: usize| events[n].tokens();
        assert_eq!(tokens(0), tokens(3));
        assert_eq!(tokens(0), tokens(count / 3 * 3 - 3));
        assert_ne!(tokens(1), tokens(2));
    }
    let persons: i64 = other
        .conn
        .query_row("SELECT count(*) FROM personal", [], |row| row.get(0))
        .unwrap();
    assert_eq!(persons, 2001);
}

#[test]
fn a_person_keeps_one_token_in_a_table_that_is_too_large_to_look_through() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let mut append = |persons: Vec<usize>| {
        let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
        let events = writer
            .append_many(many(persons), |_, _, _| (), &|_| ())
            .unwrap();
        writer.commit_all(&events).unwrap();
        events.iter().map(Event::tokens).collect::<Vec<_>>()
    };
    let before = append((0..12_000).collect());
    // half of them are there
    let after = append((11_400..12_600).collect());
    assert_eq!(before[11_400..], after[..600]);
    let known: HashSet<_> = before.iter().collect();
    let new = after[600..].iter().filter(|tokens| !known.contains(tokens));
    assert_eq!(new.collect::<HashSet<_>>().len(), 400);
    // new ones that come twice
    let twice = append((12_600..13_400).chain(12_600..13_400).collect());
    assert_eq!(twice[..800], twice[800..]);
    assert_eq!(twice.iter().collect::<HashSet<_>>().len(), 534);
    let persons: i64 = ledger
        .conn
        .query_row("SELECT count(*) FROM personal", [], |row| row.get(0))
        .unwrap();
    assert_eq!(persons, 8001 + 400 + 533);
    let twins = "SELECT count(*) FROM (SELECT 1 FROM personal GROUP BY value HAVING count(*) > 1)";
    let twins: i64 = ledger.conn.query_row(twins, [], |row| row.get(0)).unwrap();
    assert_eq!(twins, 0);
    assert!(ledger.verify(&[]).unwrap().is_whole());
}

#[test]
fn a_flag_raised_among_many_steps_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let flag: Arc<AtomicBool> = Arc::default();
    ledger.heed(flag.clone());
    let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
    let raise = |number: usize| flag.store(number > 1500, Ordering::SeqCst);
    let error = writer.append_many(many(0..3000), |_, _, _| (), &raise);
    assert!(error.unwrap_err().is::<Stopped>());
    drop(writer);
    flag.store(false, Ordering::SeqCst);
    assert_eq!(ledger.reader().count().unwrap(), 1);
}
