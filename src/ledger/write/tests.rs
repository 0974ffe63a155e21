//! What is written is read back before it counts, and a raised flag leaves nothing.

use super::*;
use crate::step::general;

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
        let mut writer = ledger.write("甲", "2023-07-01T00:00:00Z").unwrap();
        writer.append(draft(2)).unwrap();
        let error = writer.commit().unwrap_err();
        assert!(error.downcast_ref::<Tampered>().is_some(), "{change}");
        assert_eq!(ledger.reader().count().unwrap(), 1, "{change}");
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
