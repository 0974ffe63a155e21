//! The ledger: its recipe recomputed with plain tools, its guards, its checkpoints.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use common::cli::{Office, base_case};
use rusqlite::Connection;

fn office() -> Office {
    let office = Office::new();
    office.record(&base_case("service").join("\n"), "").ends(0);
    office
}

/// The recipe of README.md as one SQL expression: the text that is hashed.
const PREIMAGE: &str = "
    WITH part(n, seq, text) AS (
      SELECT 1, seq, coalesce((SELECT lower(hex(p.hash)) FROM event p WHERE p.origin = e.origin AND p.seq = e.seq - 1),
                              '0000000000000000000000000000000000000000000000000000000000000000') FROM event e
      UNION ALL SELECT 2, seq, (SELECT name FROM origin WHERE id = e.origin) FROM event e
      UNION ALL SELECT 3, seq, CAST(seq AS TEXT) FROM event e
      UNION ALL SELECT 4, seq, step FROM event e
      UNION ALL SELECT 5, seq, subject FROM event e
      UNION ALL SELECT 6, seq, occurred FROM event e
      UNION ALL SELECT 7, seq, recorded_at FROM event e
      UNION ALL SELECT 8, seq, actor FROM event e
      UNION ALL SELECT 9, seq, payload FROM event e)
    SELECT 'minsheng.event/1' || char(10) || group_concat(length(CAST(text AS BLOB)) || ':' || text || ',', '')
    FROM (SELECT * FROM part WHERE seq = ?1 ORDER BY n)";

fn sha256sum(text: &str) -> String {
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}

#[test]
fn plain_sql_and_sha256sum_recompute_the_chain() {
    let office = office();
    let conn = Connection::open(office.ledger()).unwrap();
    let count: i64 = conn
        .query_row("SELECT max(seq) FROM event", [], |r| r.get(0))
        .unwrap();
    assert!(count > 40);
    for seq in 1..=count {
        let text: String = conn.query_row(PREIMAGE, [seq], |r| r.get(0)).unwrap();
        let stored: String = conn
            .query_row(
                "SELECT lower(hex(hash)) FROM event WHERE seq = ?1",
                [seq],
                |r| r.get(0),
            )
            .unwrap();
        assert_eq!(sha256sum(&text), stored, "event {seq}");
    }
}

#[test]
fn the_file_says_what_it_is_and_only_its_owner_reads_it() {
    let office = office();
    let conn = Connection::open(office.ledger()).unwrap();
    let pragma = |name: &str| {
        conn.query_row(&format!("PRAGMA {name}"), [], |r| r.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(
        (pragma("application_id"), pragma("user_version")),
        (0x4D53_484C, 65538)
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(office.ledger())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn sql_cannot_change_delete_or_skip() {
    let office = office();
    let conn = Connection::open(office.ledger()).unwrap();
    for sql in [
        "UPDATE event SET actor = 'x' WHERE seq = 3",
        "DELETE FROM event WHERE seq = 3",
        "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
        "INSERT INTO event SELECT max(id)+2, origin, max(seq)+2, step, subject, occurred, recorded_at, actor, payload, hash FROM event",
        "INSERT INTO event SELECT max(id)+2, origin, max(seq)+1, step, subject, occurred, recorded_at, actor, payload, hash FROM event",
        "UPDATE origin SET name = 'x'",
        "DELETE FROM origin",
        "UPDATE personal SET value = 'x'",
    ] {
        assert!(conn.execute_batch(sql).is_err(), "{sql}");
    }
    office.run("verify").ends(0);
}

fn tamper(office: &Office, sql: &str) {
    common::forge::tamper(&office.ledger(), sql);
}

#[test]
fn verify_finds_every_kind_of_tampering() {
    for sql in [
        "UPDATE event SET payload = replace(payload, '80000.00', '90000.00') WHERE step = 'shortlist.plan'",
        "UPDATE event SET occurred = '2022-02-13' WHERE step = 'publicize.post'",
        "UPDATE event SET actor = '别人' WHERE seq = 9",
        "UPDATE event SET recorded_at = '2020-01-01T00:00:00Z' WHERE seq = 9",
        "UPDATE event SET subject = 'HZ2022-002' WHERE step = 'publicize.post'",
        "UPDATE event SET step = 'publicize.pos' WHERE step = 'publicize.post'",
        "UPDATE event SET hash = zeroblob(32) WHERE seq = 5",
        "DELETE FROM event WHERE seq = 7",
        "DELETE FROM mention WHERE subject = 'HZ2022-001'",
        "INSERT INTO mention VALUES ('HZ2022-009', 0, 3)",
        "UPDATE mention SET named = 1 - named WHERE subject = 'HZ2022-001'",
        "UPDATE personal SET value = '别人'",
        "DELETE FROM personal WHERE value = '测试1'",
        "UPDATE origin SET name = 'OTHER.1'",
        "CREATE TABLE extra (x)",
        "PRAGMA user_version = 0",
    ] {
        let office = office();
        office.run("verify").ends(0);
        tamper(&office, sql);
        let answer = office.run("verify").ends(3);
        assert!(answer.out.contains('✗'), "{sql}: {}", answer.out);
    }
}

#[test]
fn a_dropped_guard_is_found() {
    let office = office();
    let conn = Connection::open(office.ledger()).unwrap();
    conn.execute_batch("DROP TRIGGER event_never_changes")
        .unwrap();
    drop(conn);
    assert!(
        office
            .run("verify")
            .ends(3)
            .out
            .contains("event_never_changes")
    );
}

#[test]
fn an_erased_name_leaves_the_chain_whole() {
    let office = office();
    let conn = Connection::open(office.ledger()).unwrap();
    // not behind the ledger's back
    let sql = "DELETE FROM personal WHERE value = '测试1'";
    assert!(conn.execute(sql, []).is_err());
    drop(conn);
    office.run("erase --value 测试1 --why 本人申请").ends(0);
    office.run("verify").ends(0);
    assert!(
        office
            .run("show HZ2022-D0001")
            .ends(0)
            .out
            .contains("（已删除）")
    );
    // and who is erased still counts as one source
    office.run("explain HZ2022 A9-500").ends(0);
}

#[test]
fn names_and_numbers_stand_in_the_side_table_only() {
    let office = office();
    let conn = Connection::open(office.ledger()).unwrap();
    let payloads: String = conn
        .query_row("SELECT group_concat(payload) FROM event", [], |r| r.get(0))
        .unwrap();
    for value in ["测试1", "13800000001", "同意人7", "负责人甲", "监督甲"] {
        assert!(!payloads.contains(value), "{value}");
        let kept: i64 = conn
            .query_row(
                "SELECT count(*) FROM personal WHERE value = ?1",
                [value],
                |r| r.get(0),
            )
            .unwrap();
        assert_eq!(kept, 1, "{value}");
    }
}

#[test]
fn a_checkpoint_kept_elsewhere_finds_what_the_chain_alone_cannot() {
    let office = office();
    let body = office.run("checkpoint").ends(0).out;
    assert_eq!(body.lines().count(), 3);
    office.write("kept.txt", &body);
    office.run("verify --against kept.txt").ends(0);
    // later events are told as not yet anchored
    office
        .run("implement progress HZ2022-001 --date 2022-04-02 --note 正常")
        .ends(0);
    let json = office
        .run("verify --against kept.txt --format json")
        .ends(0)
        .json();
    assert_eq!(json["unanchored"], 1);
    // a tail that was cut passes the chain, not the checkpoint
    tamper(
        &office,
        "DELETE FROM mention WHERE event > (SELECT max(id) - 3 FROM event);
         DELETE FROM event WHERE id > (SELECT max(id) - 3 FROM event)",
    );
    office.run("verify").ends(0);
    office.run("verify --against kept.txt").ends(3);
}

#[test]
fn what_is_no_ledger_is_told_apart() {
    let office = Office::empty();
    assert!(office.run("list").ends(2).err.contains("init"));
    office.write(
        "minsheng.db",
        "not a database at all, but long enough to be looked at by a reader",
    );
    assert!(
        office
            .run("list")
            .ends(2)
            .err
            .contains("不是 minsheng 的账本")
    );
    assert!(office.run("init").ends(2).err.contains("已经存在"));
    let newer = Office::new();
    Connection::open(newer.ledger())
        .unwrap()
        .execute_batch("PRAGMA user_version = 9")
        .unwrap();
    assert!(newer.run("list").ends(2).err.contains("较新版本"));
    let folder = Office::empty();
    assert!(
        folder
            .run("init --ledger nowhere/x.db")
            .ends(2)
            .err
            .contains("nowhere")
    );
}

#[test]
fn an_event_of_a_newer_version_verifies_and_is_told() {
    let office = office();
    // written as the recipe says, by another program
    let conn = Connection::open(office.ledger()).unwrap();
    let (seq, hash): (i64, Vec<u8>) = conn
        .query_row(
            "SELECT seq, hash FROM event ORDER BY id DESC LIMIT 1",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    let hex = minsheng::ledger::chain::hex(&hash);
    let next = (seq + 1).to_string();
    let mut text = "minsheng.event/1\n".to_owned();
    for part in [
        hex.as_str(),
        "TEST.1",
        &next,
        "future.step",
        "HZ2022-001",
        "2022-05-01",
        "2023-07-02T00:00:00Z",
        "某人",
        "{\"x\":1}",
    ] {
        write!(text, "{}:{part},", part.len()).unwrap();
    }
    conn.execute(
        "INSERT INTO event VALUES (?1, 1, ?1, 'future.step', 'HZ2022-001', '2022-05-01', '2023-07-02T00:00:00Z', '某人', '{\"x\":1}', unhex(?2))",
        (seq + 1, sha256sum(&text)),
    )
    .unwrap();
    conn.execute(
        "INSERT INTO mention VALUES ('HZ2022-001', 0, ?1)",
        [seq + 1],
    )
    .unwrap();
    drop(conn);
    office.run("verify").ends(0);
    let text = office
        .run("audit --year 2022 --as-of 2023-07-01 --fail-on never")
        .ends(0)
        .out;
    assert!(text.contains("较新版本"), "{text}");
}

#[test]
fn nothing_is_built_on_a_tampered_or_broken_file() {
    let office = office();
    tamper(
        &office,
        "UPDATE event SET actor = '别人' WHERE seq = (SELECT max(seq) FROM event)",
    );
    let bytes = office.bytes();
    office
        .run("implement progress HZ2022-001 --date 2022-04-02 --note x")
        .ends(3);
    office.run("checkpoint").ends(3);
    assert_eq!(office.bytes(), bytes);
    for size in [50, 100, 4096, bytes.len() / 2] {
        std::fs::write(office.ledger(), &bytes[..size]).unwrap();
        assert_eq!(office.run("verify").code, 3, "{size}");
    }
}

/// Steps that came with format 2.
const SINCE: [&str; 23] = [
    "accept.close",
    "accept.maintain",
    "attach",
    "audit.progress",
    "collect.dispatch",
    "collect.feedback",
    "erase",
    "evaluate.answer",
    "evaluate.assess",
    "evaluate.post",
    "evaluate.survey",
    "fund.mix",
    "ledger.receive",
    "regime.calendar",
    "regime.ruling",
    "shortlist.annual",
    "shortlist.apply",
    "shortlist.confirm",
    "shortlist.deliberate",
    "shortlist.opinion",
    "shortlist.route",
    "shortlist.transfer",
    "audit.sample",
];

/// Ledgers of each format with every step in them, kept as they were written.
#[test]
fn ledgers_of_every_format_are_read_for_ever() {
    for (format, events, missing) in [(1, 170, &SINCE[..]), (2, 200, &["audit.sample"][..])] {
        let office = Office::kept(format);
        let kept = common::cli::fixture(&format!("ledger/format-{format}.checkpoint"));
        std::fs::copy(kept, office.path("kept.txt")).unwrap();
        let verified = office
            .run("verify --against kept.txt --format json")
            .ends(0)
            .json();
        assert_eq!(
            (&verified["events"], &verified["unanchored"]),
            (&events.into(), &0.into())
        );
        understood(&office, missing);
        let json = office
            .run("explain HZ2022-001 A11-INFORMALL --format json")
            .ends(0)
            .json();
        assert_eq!(json["findings"][0]["verdict"], "justified");
        let json = office
            .run("explain HZ2022-003 A15-DAYS --format json")
            .ends(0)
            .json();
        assert_eq!(json["findings"][0]["verdict"], "not-applicable");
        let shown = office.run("show HZ2022-D0001 --plain").ends(0).out;
        assert!(shown.contains("测试1"));
        assert_eq!(shown.contains("13800000001"), format == 1);
    }
}

/// Every step is there, and every stored field is still a field and understood.
fn understood(office: &Office, missing: &[&str]) {
    let log = office.run("log --format json").ends(0).out;
    let events: Vec<serde_json::Value> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    for def in minsheng::step::STEPS {
        let there = events.iter().any(|event| event["step"] == def.id);
        assert!(
            there || missing.contains(&def.id),
            "{} is not in the fixture",
            def.id
        );
    }
    for event in &events {
        let id = event["step"].as_str().unwrap();
        let def = minsheng::step::find(id).unwrap_or_else(|| panic!("{id} is no step any more"));
        for (name, value) in event["payload"].as_object().unwrap() {
            let field = def
                .field(name)
                .unwrap_or_else(|| panic!("{}.{name}", def.id));
            let decoded = minsheng::state::Value::decode(field, value);
            assert!(!decoded.is_none(), "{}.{name}", def.id);
        }
    }
}
