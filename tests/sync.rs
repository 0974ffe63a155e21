//! The ledgers of a district on one server: pushed, pulled, refused; against a real `PostgreSQL`.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

#[cfg(not(feature = "postgres"))]
#[test]
fn without_the_feature_one_line_says_how_to_get_it() {
    let office = common::cli::Office::new();
    for line in ["sync push", "sync pull", "sync status", "sync init"] {
        let answer = office
            .run(&format!("{line} --server postgresql://x"))
            .ends(2);
        assert!(answer.err.contains("--features postgres"), "{}", answer.err);
        assert_eq!(answer.err.lines().count(), 1, "{}", answer.err);
    }
    let help = office.run("sync push --help").ends(0).out;
    assert!(help.contains("--with-personal"), "{help}");
}

#[cfg(all(feature = "postgres", unix))]
mod with {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Stdio;

    use serde_json::Value as Json;

    use crate::common::cli::{Answer, Office, answer, base_case, words};
    use crate::common::postgres::Database;
    use crate::common::trust::{community, demand, path, second};

    /// A database with the tables.
    fn district() -> Option<Database> {
        let database = Database::new()?;
        let office = Office::empty();
        let made = sync(&office, &database, "owner", "init").ends(0).out;
        assert!(made.contains("minsheng_writer"), "{made}");
        Some(database)
    }

    fn sync(office: &Office, database: &Database, login: &str, line: &str) -> Answer {
        office.run(&format!("sync {line} --server {}", database.url(login)))
    }

    /// A community's ledger with a whole case.
    fn full(code: &str) -> Office {
        let office = Office::empty();
        office.run(&format!("init --origin {code}.1")).ends(0);
        office
            .run(&format!(
                "register community {code} --name {code}社区 --street 粤海街道 --date 2020-09-10"
            ))
            .ends(0);
        let lines = base_case("works").join("\n");
        let lines = lines.replace("HZ2022", &format!("{code}2022"));
        let lines = lines.replace("\"HZ\"", &format!("\"{code}\""));
        office.record(&lines, "--as-is").ends(0);
        office.run(&demand(code, "测试甲", "13800000001")).ends(0);
        office
    }

    fn street(origin: &str) -> Office {
        let office = Office::empty();
        office.run(&format!("init --origin {origin}")).ends(0);
        office
    }

    fn audit(office: &Office) -> String {
        let line = "audit --year 2022 --as-of 2023-07-01 --fail-on never --all --format json";
        office.run(line).ends(0).out
    }

    fn events(office: &Office) -> i64 {
        let json = office.run("verify --format json").ends(0).json();
        json["events"].as_i64().unwrap()
    }

    #[test]
    fn a_round_trip_gives_the_bytes_of_the_direct_merge() {
        let Some(database) = district() else { return };
        let (hz, tg) = (full("HZ"), full("TG"));
        let direct = street("QU.1");
        direct
            .run(&format!("merge {} {}", path(&hz), path(&tg)))
            .ends(0);
        // who may not see personal values may not push them either
        let refused = sync(&hz, &database, "hz", "push --with-personal").ends(2);
        assert!(refused.err.contains("minsheng_personal"), "{}", refused.err);
        assert_eq!(database.count("SELECT count(*) FROM minsheng.event"), 0);
        for (office, login) in [(&hz, "hzp"), (&tg, "tgp")] {
            sync(office, &database, login, "push --with-personal").ends(0);
        }
        let pulled = street("QU.1");
        let said = sync(&pulled, &database, "qu", "pull --with-personal")
            .ends(0)
            .out;
        assert!(said.contains("HZ.1") && said.contains("TG.1"), "{said}");
        assert_eq!(audit(&pulled), audit(&direct));
        let log = |office: &Office| office.run("log --format json").ends(0).out;
        assert_eq!(log(&pulled), log(&direct));
        let shown = pulled.run("show HZ2022-D0001 --plain").ends(0).out;
        assert_eq!(shown, direct.run("show HZ2022-D0001 --plain").ends(0).out);
        pulled.run("verify").ends(0);
        // twice adds nothing, whichever way
        let before = (
            events(&pulled),
            database.count("SELECT count(*) FROM minsheng.event"),
        );
        for (office, login) in [(&hz, "hzp"), (&tg, "tgp")] {
            let again = sync(office, &database, login, "push --with-personal").ends(0);
            assert!(again.out.contains("没有新内容"), "{}", again.out);
        }
        for more in ["", "--with-personal"] {
            sync(&pulled, &database, "qu", &format!("pull {more}")).ends(0);
        }
        let after = (
            events(&pulled),
            database.count("SELECT count(*) FROM minsheng.event"),
        );
        assert_eq!(before, after);
        assert_eq!(database.count("SELECT count(*) FROM minsheng.broken"), 0);
        // what is where
        let answer = sync(&pulled, &database, "reader", "status --format json")
            .ends(0)
            .json();
        let states: Vec<&str> = answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["state"].as_str().unwrap())
            .collect();
        assert_eq!(states, ["相同", "待送出", "相同"]);
    }

    #[test]
    fn personal_values_stay_at_home_and_the_ledger_says_so() {
        let Some(database) = district() else { return };
        let hz = full("HZ");
        sync(&hz, &database, "hz", "push").ends(0);
        assert_eq!(database.count("SELECT count(*) FROM minsheng.personal"), 0);
        let held = "SELECT count(*) FROM minsheng.event e WHERE e::text LIKE '%13800000001%'";
        assert_eq!(database.count(held), 0);
        let (direct, pulled) = (street("QU.1"), street("QU.1"));
        direct.run(&format!("merge {}", path(&hz))).ends(0);
        sync(&pulled, &database, "qu", "pull").ends(0);
        // every verdict is the same; the chain's end is another one: the receipt says what is not here
        let plain = |office: &Office| {
            let mut json: Json = serde_json::from_str(&audit(office)).unwrap();
            json["ledger"] = Json::Null;
            json
        };
        assert_eq!(plain(&pulled), plain(&direct));
        let log = pulled.run("log --format json").ends(0).out;
        assert!(
            log.lines().last().unwrap().contains("\"withheld\":true"),
            "{log}"
        );
        let verified = pulled.run("verify").ends(0);
        let said = verified.out + &verified.err;
        assert!(said.contains("没有随链送来"), "{said}");
        if let Some(second) = second(&pulled.ledger(), &[]) {
            second.ends(0);
        }
        // it goes on to the next ledger as it is
        let city = street("SZ.1");
        city.run(&format!("merge {}", path(&pulled))).ends(0);
        let said = city.run("verify").ends(0);
        assert!((said.out + &said.err).contains("没有随链送来"));
        // and the ledger itself fills the gap
        pulled.run(&format!("merge {}", path(&hz))).ends(0);
        let verified = pulled.run("verify").ends(0);
        assert!(!(verified.out + &verified.err).contains("没有随链送来"));
        let shown = pulled.run("show HZ2022-D0001 --plain").ends(0).out;
        assert!(shown.contains("13800000001"), "{shown}");
        // a value that is missing without any such word is damage
        crate::common::forge::tamper(
            &hz.ledger(),
            "DELETE FROM personal WHERE value = '13800000001'",
        );
        hz.run("verify").ends(3);
        let refused = sync(&hz, &database, "hz", "push").ends(3);
        assert!(refused.err.contains("什么也没有送"), "{}", refused.err);
    }

    #[test]
    fn a_push_that_is_killed_goes_on_from_there() {
        let Some(database) = district() else { return };
        let hz = full("HZ");
        let many: Vec<String> = (0..1200)
            .map(|i| format!("{{\"step\":\"collect.demand\",\"community\":\"HZ\",\"year\":2022,\"received\":\"2022-01-03\",\"title\":\"需求{i}\",\"type\":\"工程类\",\"summary\":\"楼梯\",\"grounds\":\"安全\",\"proposer\":\"测试{i}\",\"phone\":\"139{i:08}\"}}"))
            .collect();
        hz.record(&many.join("\n"), "--as-is").ends(0);
        let total = events(&hz);
        // the second batch hangs at its hundredth event
        database
            .client("owner")
            .batch_execute(
                "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN IF NEW.seq = 600 THEN PERFORM pg_sleep(600); END IF; RETURN NULL; END $$;
                 CREATE TRIGGER hang AFTER INSERT ON minsheng.event FOR EACH ROW EXECUTE FUNCTION hang()",
            )
            .unwrap();
        let url = database.url("hz");
        let args = ["sync", "push", "--server", &url];
        let mut child = hz
            .command(&args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
        while database.count(sleeping) == 0 {
            assert!(child.try_wait().unwrap().is_none(), "ended by itself");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let count = || database.count("SELECT count(*) FROM minsheng.event");
        // the batch that was done stays, nothing of the other
        assert_eq!(count(), 500);
        database
            .client("owner")
            .batch_execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database();
                 DROP TRIGGER hang ON minsheng.event",
            )
            .unwrap();
        let said = sync(&hz, &database, "hz", "push").ends(0).out;
        assert!(said.contains(&format!("新增{}个", total - 500)), "{said}");
        assert_eq!(count(), total);
        assert_eq!(database.count("SELECT count(*) FROM minsheng.broken"), 0);
        // and what came in two pieces is pulled as one
        let qu = street("QU.1");
        sync(&qu, &database, "qu", "pull").ends(0);
        assert_eq!(events(&qu), total + 2);
    }

    /// SQL that appends an event as any client could, with the hash that belongs to it if `right`.
    fn insert(origin: &str, seq: i64, payload: &str, hash: &str) -> String {
        let parts = format!(
            "'{origin}', {seq}, 'collect.demand', 'HZ2022-D0009', '2022-01-03', '2022-01-03T00:00:00Z', 'x', '{payload}'"
        );
        let hash = match hash {
            "right" => format!(
                "minsheng.event_hash(coalesce((SELECT hash FROM minsheng.event WHERE origin = '{origin}' AND seq = {seq} - 1), decode(repeat('00', 32), 'hex')), {parts})"
            ),
            other => other.to_owned(),
        };
        format!(
            "INSERT INTO minsheng.event (origin, seq, step, subject, occurred, recorded_at, actor, payload, hash) VALUES ({parts}, {hash})"
        )
    }

    #[test]
    fn the_database_refuses_what_does_not_belong_there() {
        let Some(database) = district() else { return };
        let hz = community("HZ", "海珠社区", "13800000001");
        sync(&hz, &database, "hz", "push").ends(0);
        let refused = |login: &str, sql: &str| database.refusal(login, sql);
        // nothing is changed or deleted: the writer may not, the owner is stopped
        for sql in [
            "UPDATE minsheng.event SET actor = 'x' WHERE seq = 2",
            "DELETE FROM minsheng.event",
            "TRUNCATE minsheng.event",
            "DELETE FROM minsheng.origin",
            "UPDATE minsheng.origin SET name = 'X'",
        ] {
            assert_eq!(refused("hz", sql), "42501", "{sql}");
            assert_eq!(refused("reader", sql), "42501", "{sql}");
            assert_eq!(refused("owner", sql), "MS005", "{sql}");
        }
        assert_eq!(
            refused(
                "owner",
                "SET session_replication_role = replica; DELETE FROM minsheng.event"
            ),
            "MS005"
        );
        assert_eq!(
            refused("reader", &insert("HZ.1", 4, "{}", "right")),
            "42501"
        );
        assert_eq!(
            refused(
                "hz",
                "INSERT INTO minsheng.origin_login VALUES ('HZ.1', 'tg')"
            ),
            "42501"
        );
        assert_eq!(refused("hz", "SELECT * FROM minsheng.personal"), "42501");
        // an event that is not what its hash says, that leaves a gap, that another one is
        let zeros = "decode(repeat('00', 32), 'hex')";
        assert_eq!(refused("hz", &insert("HZ.1", 4, "{}", zeros)), "MS003");
        assert_eq!(refused("hz", &insert("HZ.1", 4, "[]", "right")), "MS003");
        assert_eq!(refused("hz", &insert("HZ.1", 5, "{}", "right")), "MS002");
        assert_eq!(refused("hz", &insert("HZ.1", 3, "{}", "right")), "MS001");
        assert_eq!(refused("hz", &insert("TG.1", 2, "{}", "right")), "MS002");
        // a chain is continued by the login that began it, until the owner adds another
        assert_eq!(refused("tg", &insert("HZ.1", 4, "{}", "right")), "MS004");
        // the hash that the database computes is the one that the ledger has
        assert_eq!(database.count("SELECT count(*) FROM minsheng.broken"), 0);
        assert_eq!(database.count("SELECT count(*) FROM minsheng.event"), 3);
        let mut hz_client = database.client("hz");
        hz_client
            .batch_execute(&insert("HZ.1", 4, "{\"title\":\"x\"}", "right"))
            .unwrap();
        database
            .client("owner")
            .batch_execute("INSERT INTO minsheng.origin_login VALUES ('HZ.1', 'tg')")
            .unwrap();
        database
            .client("tg")
            .batch_execute(&insert("HZ.1", 5, "{}", "right"))
            .unwrap();
        // a personal value that is not the token's
        let value = "INSERT INTO minsheng.personal VALUES (repeat('0', 64), decode(repeat('00', 16), 'hex'), 'x')";
        assert_eq!(refused("qu", value), "MS003");
        assert_eq!(refused("hz", value), "42501");
    }

    #[test]
    fn a_changed_event_is_neither_pushed_nor_pulled() {
        let Some(database) = district() else { return };
        let hz = community("HZ", "海珠社区", "13800000001");
        sync(&hz, &database, "hz", "push").ends(0);
        let qu = street("QU.1");
        // whoever owns the database can take the guards off; it shows
        database
            .client("owner")
            .batch_execute(
                "ALTER TABLE minsheng.event DISABLE TRIGGER never;
                 UPDATE minsheng.event SET payload = replace(payload, '扶手', '栏杆') WHERE seq = 3;
                 ALTER TABLE minsheng.event ENABLE ALWAYS TRIGGER never",
            )
            .unwrap();
        assert_eq!(database.count("SELECT count(*) FROM minsheng.broken"), 1);
        let before = qu.bytes();
        let refused = sync(&qu, &database, "qu", "pull").ends(3);
        assert!(refused.err.contains("与其摘要不符"), "{}", refused.err);
        assert_eq!(qu.bytes(), before);
        // a folder of the pull is not left behind
        let left: Vec<_> = std::fs::read_dir(qu.dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(left.len(), 1, "{left:?}");
        let tg = community("TG", "铜鼓社区", "13800000002");
        crate::common::forge::tamper(
            &tg.ledger(),
            "UPDATE event SET payload = replace(payload, '扶手', '栏杆') WHERE id = 3",
        );
        sync(&tg, &database, "tg", "push").ends(3);
        assert_eq!(
            database.count("SELECT count(*) FROM minsheng.event WHERE origin = 'TG.1'"),
            0
        );
    }

    #[test]
    fn a_fork_is_explained_and_never_joined() {
        let Some(database) = district() else { return };
        let hz = community("HZ", "海珠社区", "13800000001");
        let copy = Office::empty();
        std::fs::copy(hz.ledger(), copy.ledger()).unwrap();
        hz.run(&demand("HZ", "测试乙", "13800000002")).ends(0);
        copy.run(&demand("HZ", "测试丙", "13800000003")).ends(0);
        sync(&hz, &database, "hz", "push").ends(0);
        let before = database.count("SELECT count(*) FROM minsheng.event");
        for line in ["push", "pull"] {
            let said = sync(&copy, &database, "hz", line).ends(3);
            assert!(
                said.err.contains("两个分支") && said.err.contains("从第4个起"),
                "{}",
                said.err
            );
        }
        let json = sync(&copy, &database, "hz", "push --format json")
            .ends(3)
            .json();
        assert_eq!(json["chains"][0]["fork"]["seq"], 4);
        let status = sync(&copy, &database, "hz", "status").ends(3).out;
        assert!(status.contains("分支"), "{status}");
        assert_eq!(
            database.count("SELECT count(*) FROM minsheng.event"),
            before
        );
        assert_eq!(events(&copy), 4);
    }

    #[test]
    fn many_push_at_once() {
        let Some(database) = district() else { return };
        let hz = full("HZ");
        let copy = Office::empty();
        std::fs::copy(hz.ledger(), copy.ledger()).unwrap();
        let tg = full("TG");
        let start = |office: &Office, login: &str| {
            let line = format!("sync push --server {}", database.url(login));
            let words = words(&line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            office
                .command(&words)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        // four of one chain from two copies, two of another
        let children: Vec<_> = [
            (&hz, "hz"),
            (&copy, "hz"),
            (&tg, "tg"),
            (&hz, "hz"),
            (&copy, "hz"),
            (&tg, "tg"),
        ]
        .into_iter()
        .map(|(office, login)| start(office, login))
        .collect();
        for child in children {
            answer(&child.wait_with_output().unwrap()).ends(0);
        }
        assert_eq!(
            database.count("SELECT count(*) FROM minsheng.event"),
            events(&hz) + events(&tg)
        );
        assert_eq!(database.count("SELECT count(*) FROM minsheng.broken"), 0);
        // two copies that were continued apart: one arrives, the other is told
        hz.run(&demand("HZ", "测试乙", "13800000002")).ends(0);
        copy.run(&demand("HZ", "测试丙", "13800000003")).ends(0);
        let children = [start(&hz, "hz"), start(&copy, "hz")];
        let mut codes: Vec<i32> = children
            .into_iter()
            .map(|child| answer(&child.wait_with_output().unwrap()).code)
            .collect();
        codes.sort_unstable();
        assert_eq!(codes, [0, 3]);
        assert_eq!(database.count("SELECT count(*) FROM minsheng.broken"), 0);
    }

    #[test]
    fn an_erasure_reaches_the_server_for_good() {
        let Some(database) = district() else { return };
        let hz = community("HZ", "海珠社区", "13800000001");
        let old = Office::empty();
        std::fs::copy(hz.ledger(), old.ledger()).unwrap();
        sync(&hz, &database, "hzp", "push --with-personal").ends(0);
        let held =
            || database.count("SELECT count(*) FROM minsheng.personal WHERE value = '13800000001'");
        assert_eq!(held(), 1);
        assert_eq!(
            database.refusal("owner", "DELETE FROM minsheng.personal"),
            "MS005"
        );
        hz.run("erase --value 13800000001 --why 本人请求 --request 提议人")
            .ends(0);
        sync(&hz, &database, "hzp", "push").ends(0);
        assert_eq!(held(), 0);
        // an old copy does not bring it back
        sync(&old, &database, "hzp", "push --with-personal").ends(0);
        assert_eq!(held(), 0);
        // the union loses it, too
        let qu = street("QU.1");
        qu.run(&format!("merge {}", path(&old))).ends(0);
        sync(&qu, &database, "qu", "pull").ends(0);
        let shown = qu.run("show HZ2022-D0001 --plain").ends(0).out;
        assert!(
            !shown.contains("13800000001") && shown.contains("测试甲"),
            "{shown}"
        );
        qu.run("verify").ends(0);
        // what another ledger recorded waits for the administrator
        let tg = community("TG", "铜鼓社区", "13800000009");
        sync(&tg, &database, "tgp", "push --with-personal").ends(0);
        qu.run(&format!("merge {}", path(&tg))).ends(0);
        qu.run("erase --value 13800000009 --why 本人请求 --request 提议人")
            .ends(0);
        let said = sync(&qu, &database, "qu", "push").ends(0);
        assert!(said.err.contains("核实"), "{}", said.err);
        let held =
            || database.count("SELECT count(*) FROM minsheng.personal WHERE value = '13800000009'");
        assert_eq!(held(), 1);
        let refused = sync(&tg, &database, "tgp", "pull QU.1").ends(1);
        assert!(refused.err.contains("--accept-erasures"), "{}", refused.err);
        sync(&tg, &database, "owner", "erase").ends(1);
        assert_eq!(held(), 1);
        sync(&tg, &database, "tgp", "erase --accept-erasures").ends(2);
        sync(&tg, &database, "owner", "erase --accept-erasures").ends(0);
        assert_eq!(held(), 0);
        sync(&tg, &database, "tgp", "push --with-personal").ends(0);
        assert_eq!(held(), 0);
        sync(&tg, &database, "tgp", "pull QU.1 --accept-erasures").ends(0);
        assert!(
            !tg.run("show TG2022-D0001 --plain")
                .ends(0)
                .out
                .contains("13800000009")
        );
    }

    #[test]
    fn receipts_do_not_answer_each_other_for_ever() {
        let Some(database) = district() else { return };
        let (hz, tg) = (
            community("HZ", "海珠社区", "13800000001"),
            community("TG", "铜鼓社区", "13800000002"),
        );
        for _ in 0..4 {
            for (office, login) in [(&hz, "hz"), (&tg, "tg")] {
                sync(office, &database, login, "push").ends(0);
                sync(office, &database, login, "pull").ends(0);
            }
        }
        // three events of its own, three of the other, one receipt
        assert_eq!((events(&hz), events(&tg)), (7, 7));
    }

    #[test]
    fn an_old_backup_is_told_and_brought_up_to_date() {
        let Some(database) = district() else { return };
        let hz = community("HZ", "海珠社区", "13800000001");
        let old = Office::empty();
        std::fs::copy(hz.ledger(), old.ledger()).unwrap();
        hz.run(&demand("HZ", "测试乙", "13800000002")).ends(0);
        sync(&hz, &database, "hz", "push").ends(0);
        let said = sync(&old, &database, "hz", "push").ends(0);
        assert!(
            said.err.contains("旧备份") && said.err.contains("sync pull HZ.1"),
            "{}",
            said.err
        );
        sync(&old, &database, "hz", "pull HZ.1").ends(0);
        old.run("verify").ends(0);
        old.run(&demand("HZ", "测试丙", "13800000003")).ends(0);
        sync(&old, &database, "hz", "push").ends(0);
        assert_eq!(database.count("SELECT count(*) FROM minsheng.broken"), 0);
        let missing = sync(&old, &database, "hz", "pull NO.1").ends(2);
        assert!(missing.err.contains("NO.1"), "{}", missing.err);
    }

    #[test]
    fn the_password_comes_from_the_usual_places_and_is_never_told() {
        let Some(database) = district() else { return };
        let hz = community("HZ", "海珠社区", "13800000001");
        let bare = database.bare("hz");
        let run = |env: &[(&str, &str)], server: &str| {
            let mut command = hz.command(&["sync", "status", "--server", server]);
            command.envs(env.iter().copied());
            answer(&command.output().unwrap())
        };
        run(&[("PGPASSWORD", "hz-word")], &bare).ends(0);
        run(
            &[("MINSHENG_SERVER", &database.url("hz"))],
            &database.url("hz"),
        )
        .ends(0);
        let line = format!(
            "127.0.0.1:{}:{}:hz:hz-word\n",
            database.port(),
            database.name()
        );
        hz.write("words", &format!("# kept\nelse:*:*:hz:x\n{line}"));
        let file = hz.path("words").to_str().unwrap().to_owned();
        let open = run(&[("PGPASSFILE", &file)], &bare).ends(2);
        assert!(open.err.contains("chmod 600"), "{}", open.err);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        run(&[("PGPASSFILE", &file)], &bare).ends(0);
        // whatever is wrong, the password is not in the message
        for (server, said) in [
            (database.url("hz").replace("hz-word", "ganz-geheim"), "密码"),
            (
                database
                    .url("hz")
                    .replace("hz-word", "ganz-geheim")
                    .replace(&format!("/{}", database.name()), "/nowhere"),
                "密码",
            ),
            (
                format!(
                    "postgresql://hz:ganz-geheim@127.0.0.1:1/{}",
                    database.name()
                ),
                "连不上",
            ),
            (
                "postgresql://hz:ganz-geheim@host:port/x".to_owned(),
                "读不懂",
            ),
            (
                "host=x password=ganz-geheim sslmode=verify-ca".to_owned(),
                "读不懂",
            ),
            (
                database.url("hz").replace(database.name(), "postgres"),
                "sync init",
            ),
        ] {
            for lang in ["zh", "en"] {
                let mut command =
                    hz.command(&["sync", "push", "--lang", lang, "--server", &server]);
                let answer = answer(&command.env("RUST_BACKTRACE", "1").output().unwrap()).ends(2);
                assert!(
                    !answer.err.contains("geheim") && !answer.err.contains("hz-word"),
                    "{}",
                    answer.err
                );
                assert!(
                    lang == "en" || answer.err.contains(said),
                    "{said}: {}",
                    answer.err
                );
            }
        }
        let none = hz.run("sync push").ends(2);
        assert!(none.err.contains("MINSHENG_SERVER"), "{}", none.err);
    }

    #[test]
    fn the_schema_is_made_once_and_can_be_read_before() {
        let Some(database) = Database::new() else {
            return;
        };
        let office = Office::empty();
        let sql = office.run("sync init --print").ends(0).out;
        assert!(sql.contains("CREATE TABLE minsheng.event"), "{sql}");
        let refused = sync(&office, &database, "hz", "init").ends(2);
        assert!(refused.err.contains("权限"), "{}", refused.err);
        database.client("owner").batch_execute(&sql).unwrap();
        let again = sync(&office, &database, "owner", "init").ends(0).out;
        assert!(again.contains("没有改动"), "{again}");
        let dry = community("HZ", "海珠社区", "13800000001");
        let said = sync(&dry, &database, "hz", "push --dry-run").ends(0).out;
        assert!(
            said.contains("将送出") && database.count("SELECT count(*) FROM minsheng.event") == 0,
            "{said}"
        );
        assert_eq!(
            database.text("SELECT obj_description('minsheng'::regnamespace)"),
            "minsheng sync, format 1"
        );
    }

    #[test]
    fn an_encrypted_connection_is_made_with_the_right_certificate_only() {
        let Some(database) = Database::encrypted() else {
            return;
        };
        let office = Office::empty();
        sync(&office, &database, "owner", "init").ends(0);
        let hz = community("HZ", "海珠社区", "13800000001");
        let named = database.url("hz").replace("127.0.0.1", "localhost");
        let run = |server: &str, more: &str| {
            let mut command = hz.command(&["sync", "push", "--server", server]);
            command.args(more.split(' ').filter(|word| !word.is_empty()));
            command.env_remove("PGSSLROOTCERT");
            answer(&command.output().unwrap())
        };
        // this login is let in with encryption only
        let plain = run(&named, "").ends(2);
        assert!(plain.err.contains("no encryption"), "{}", plain.err);
        let (right, wrong) = (
            format!("--ca {}", database.certificate("ca.pem")),
            format!("--ca {}", database.certificate("other.pem")),
        );
        let require = format!("{named}?sslmode=require");
        for more in [wrong.as_str(), ""] {
            let refused = run(&require, more).ends(2);
            for part in ["证书不是可信的CA签发的", "--ca", "密码没有送出"] {
                assert!(refused.err.contains(part), "{part}: {}", refused.err);
            }
            assert!(!refused.err.contains("hz-word"), "{}", refused.err);
        }
        let english = run(&require, &format!("{wrong} --lang en")).ends(2);
        assert!(
            english.err.contains("not signed by a CA that is trusted"),
            "{}",
            english.err
        );
        // a certificate for another name
        let number = format!("{}?sslmode=require", database.url("hz"));
        let refused = run(&number, &right).ends(2);
        assert!(
            refused.err.contains("不是给这个主机名的"),
            "{}",
            refused.err
        );
        assert_eq!(database.count("SELECT count(*) FROM minsheng.event"), 0);
        for mode in ["require", "verify-full"] {
            run(&format!("{named}?sslmode={mode}"), &right).ends(0);
        }
        assert_eq!(database.count("SELECT count(*) FROM minsheng.event"), 3);
        // a server that does not encrypt
        let Some(open) = district() else { return };
        let refused = run(&format!("{}?sslmode=require", open.url("hz")), &right).ends(2);
        assert!(refused.err.contains("没有开启加密"), "{}", refused.err);
    }

    /// A ledger with two papers, the second of them long; gives their digests.
    fn papers(code: &str) -> (Office, Vec<String>) {
        let office = full(code);
        office.write("合同.pdf", &format!("合同 {code}"));
        office.write("纪要.pdf", &"纪要".repeat(300_000));
        for file in ["合同.pdf", "纪要.pdf"] {
            office
                .run(&format!("attach {code}2022-001 {file} --as 其他 --as-is"))
                .ends(0);
        }
        let log = office.run("log --format json").ends(0).out;
        let digests = log.lines().filter_map(|line| {
            let event: Json = serde_json::from_str(line).unwrap();
            let digest = event["payload"]["digest"].as_str()?;
            Some(digest.to_owned())
        });
        let digests: Vec<String> = digests.collect();
        assert_eq!(digests.len(), 2);
        (office, digests)
    }

    #[test]
    fn papers_travel_where_that_is_asked_for_and_only_whole() {
        let Some(database) = district() else { return };
        let (hz, digests) = papers("HZ");
        let held = || database.count("SELECT count(*) FROM minsheng.evidence");
        sync(&hz, &database, "hz", "push").ends(0);
        assert_eq!(held(), 0);
        let qu = street("QU.1");
        let said = sync(&qu, &database, "qu", "pull").ends(0);
        assert!(said.err.contains("pull --with-evidence"), "{}", said.err);
        // a paper may hold what a personal value is: the same grant
        let refused = sync(&hz, &database, "hz", "push --with-evidence").ends(2);
        assert!(refused.err.contains("minsheng_personal"), "{}", refused.err);
        database
            .client("owner")
            .batch_execute("INSERT INTO minsheng.origin_login VALUES ('HZ.1', 'hzp')")
            .unwrap();
        // one of them is there already, as after a push that was stopped
        let bytes = std::fs::read(hz.path("合同.pdf")).unwrap();
        let sql = "INSERT INTO minsheng.evidence (digest, bytes) VALUES ($1, $2)";
        let mut hzp = database.client("hzp");
        assert_eq!(hzp.execute(sql, &[&digests[0], &bytes]).unwrap(), 1);
        assert_eq!(hzp.execute(sql, &[&digests[0], &bytes]).unwrap(), 0);
        let said = sync(&hz, &database, "hzp", "push --with-evidence").ends(0);
        assert!(said.err.contains("附件：送出1份"), "{}", said.err);
        let again = sync(&hz, &database, "hzp", "push --with-evidence").ends(0);
        assert!(!again.err.contains("附件"), "{}", again.err);
        assert_eq!(held(), 2);
        // a ledger that has the events gets the copies that it lacks, once
        let said = sync(&qu, &database, "qu", "pull --with-evidence").ends(0);
        assert!(said.err.contains("附件：带来2份"), "{}", said.err);
        let said = sync(&qu, &database, "qu", "pull --with-evidence").ends(0);
        assert!(!said.err.contains("附件"), "{}", said.err);
        for digest in &digests {
            let at = |office: &Office| {
                let name = format!("minsheng.db.evidence/sha256/{}/{digest}", &digest[..2]);
                std::fs::read(office.path(&name)).unwrap()
            };
            assert_eq!(at(&qu), at(&hz));
        }
        qu.run("verify").ends(0);
        // the database checks the digest itself, keeps to what events name, and lets nothing go
        let code = |login: &str, digest: &str, bytes: &[u8]| {
            let error = database.client(login).execute(sql, &[&digest, &bytes]);
            error.unwrap_err().code().unwrap().code().to_owned()
        };
        assert_eq!(code("hzp", &digests[0], b"x"), "MS003");
        // of `x`
        let other = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
        assert_eq!(code("hzp", other, b"x"), "MS006");
        assert_eq!(code("hz", other, b"x"), "42501");
        for line in [
            "DELETE FROM minsheng.evidence",
            "UPDATE minsheng.evidence SET login = 'x'",
            "TRUNCATE minsheng.evidence",
        ] {
            assert_eq!(database.refusal("hzp", line), "42501", "{line}");
            assert_eq!(database.refusal("owner", line), "MS005", "{line}");
        }
        assert_eq!(
            database.refusal("reader", "SELECT * FROM minsheng.evidence"),
            "42501"
        );
    }

    #[test]
    fn an_erased_paper_leaves_the_server_and_does_not_come_back() {
        let Some(database) = district() else { return };
        let (hz, digests) = papers("HZ");
        let bytes = std::fs::read(hz.path("合同.pdf")).unwrap();
        sync(&hz, &database, "hzp", "push --with-evidence").ends(0);
        let held = |digest: &str| {
            database.count(&format!(
                "SELECT count(*) FROM minsheng.evidence WHERE digest = '{digest}'"
            ))
        };
        let erase = |office: &Office, digest: &str| {
            office
                .run(&format!(
                    "erase --evidence {digest} --why 申请 --request 居民"
                ))
                .ends(0);
        };
        erase(&hz, &digests[0]);
        sync(&hz, &database, "hzp", "push").ends(0);
        assert_eq!((held(&digests[0]), held(&digests[1])), (0, 1));
        let sql = "INSERT INTO minsheng.evidence (digest, bytes) VALUES ($1, $2)";
        let put = || database.client("hzp").execute(sql, &[&digests[0], &bytes]);
        assert_eq!(put().unwrap(), 0);
        // attached anew it is a paper again
        hz.run("attach HZ2022-001 合同.pdf --as 其他 --again --as-is")
            .ends(0);
        sync(&hz, &database, "hzp", "push --with-evidence").ends(0);
        assert_eq!(held(&digests[0]), 1);
        // what another ledger erases waits for the owner
        let qu = street("QU.1");
        sync(&qu, &database, "qu", "pull --with-evidence").ends(0);
        erase(&qu, &digests[1]);
        let said = sync(&qu, &database, "qu", "push").ends(0);
        assert!(said.err.contains("minsheng sync erase"), "{}", said.err);
        assert_eq!(held(&digests[1]), 1);
        sync(
            &Office::empty(),
            &database,
            "owner",
            "erase --accept-erasures",
        )
        .ends(0);
        assert_eq!((held(&digests[0]), held(&digests[1])), (1, 0));
    }
}
