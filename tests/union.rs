//! Many ledgers: merging, forks, conflicts, backup, and that the union is judged as its parts.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use common::cli::{Office, base_case, fixture};
use common::forge::{Dice, append, tamper, text};
use common::trust::{community, demand, path, second};
use serde_json::Value as Json;

/// A street's ledger with nothing in it.
fn street(origin: &str) -> Office {
    let office = Office::empty();
    office.run(&format!("init --origin {origin}")).ends(0);
    office
}

/// Everything that the chains but the office's own hold, in the order in which it is folded.
fn union(office: &Office, own: &str) -> Vec<String> {
    let log = office.run("log --format json").ends(0).out;
    let own = format!("\"origin\":\"{own}\"");
    log.lines()
        .filter(|line| !line.contains(&own))
        .map(str::to_owned)
        .collect()
}

fn heads(office: &Office) -> BTreeMap<String, String> {
    let json = office.run("verify --format json").ends(0).json();
    let heads = json["heads"].as_array().unwrap().iter();
    let text = |j: &Json| j.as_str().unwrap().to_owned();
    heads
        .map(|h| (text(&h["origin"]), text(&h["head"])))
        .collect()
}

#[test]
fn merged_chains_are_kept_byte_for_byte_and_only_once() {
    let (hz, tg) = (
        community("HZ", "海珠社区", "13800000001"),
        community("TG", "铜鼓社区", "13800000002"),
    );
    let st = street("ST.1");
    let answer = st
        .run(&format!("merge {} {} --format json", path(&hz), path(&tg)))
        .ends(0)
        .json();
    assert_eq!(answer["files"][1]["received"][0]["after"], 3);
    let dump = "SELECT group_concat(o.name || e.seq || e.step || e.subject || e.occurred || e.recorded_at || e.actor || e.payload || hex(e.hash), char(10))
                FROM event e JOIN origin o ON o.id = e.origin WHERE o.name = 'HZ.1'";
    assert_eq!(text(&st.ledger(), dump), text(&hz.ledger(), dump));
    // what was received is on record in the own chain, and the people came along
    let receipts =
        "SELECT CAST(count(*) AS TEXT) FROM event WHERE step = 'ledger.receive' AND origin = 1";
    assert_eq!(text(&st.ledger(), receipts), "2");
    let shown = st.run("show HZ2022-D0001 --plain").ends(0).out;
    assert!(shown.contains("13800000001"), "{shown}");
    let before = (union(&st, "-"), heads(&st));
    for _ in 0..2 {
        let again = st
            .run(&format!("merge {} {}", path(&tg), path(&hz)))
            .ends(0);
        assert!(again.out.contains("没有新内容"), "{}", again.out);
    }
    assert_eq!((union(&st, "-"), heads(&st)), before);
    // a street's ledger brings its communities along to the district
    let qu = street("QU.1");
    qu.run(&format!("merge {}", path(&st))).ends(0);
    assert_eq!(heads(&qu)["HZ.1"], heads(&hz)["HZ.1"]);
    // what was received and is cut afterwards is found without any checkpoint
    tamper(
        &st.ledger(),
        "DELETE FROM mention WHERE event = 8; DELETE FROM event WHERE id = 8;
         UPDATE event SET id = 8 WHERE id = 9; UPDATE mention SET event = 8 WHERE event = 9",
    );
    let cut = st.run("verify").ends(3).out;
    assert!(cut.contains("并入过账本"), "{cut}");
}

#[test]
fn the_order_of_merging_does_not_matter() {
    let offices: Vec<Office> = [("HZ", "海珠社区"), ("TG", "铜鼓社区"), ("DL", "登良社区")]
        .iter()
        .map(|(code, name)| community(code, name, &format!("138000000{:02}", name.len())))
        .collect();
    // a part of one ledger is merged early, the rest later
    let early = Office::empty();
    std::fs::copy(offices[0].ledger(), early.ledger()).unwrap();
    offices[0]
        .run(&demand("HZ", "测试乙", "13800000077"))
        .ends(0);
    offices[0].run("withdraw HZ2022-D0001 --why 重复").ends(0);
    let files: Vec<String> = offices.iter().chain([&early]).map(path).collect();
    let mut unions = Vec::new();
    let mut audits = Vec::new();
    let mut dice = Dice(7);
    for round in 0..6 {
        let st = street("ST.1");
        let mut order = files.clone();
        order.extend(files[..round % 4].iter().cloned());
        for i in (1..order.len()).rev() {
            order.swap(i, usize::try_from(dice.roll(i as u64 + 1)).unwrap());
        }
        // one by one, or all at once
        if round % 2 == 0 {
            st.run(&format!("merge {}", order.join(" "))).ends(0);
        } else {
            for file in &order {
                st.run(&format!("merge {file}")).ends(0);
            }
        }
        let audit =
            st.run("audit --year 2022 --as-of 2023-07-01 --fail-on never --all --format json");
        let mut audit = audit.ends(0).json();
        audit["ledger"] = Json::Null;
        audits.push(audit);
        unions.push(union(&st, "ST.1"));
    }
    assert!(unions.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(audits.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn another_ledgers_correction_counts_whatever_the_clocks_say() {
    let hz = community("HZ", "海珠社区", "13800000001");
    let st = street("ST.1");
    st.run(&format!("merge {}", path(&hz))).ends(0);
    // the street's clock is years behind
    let mut command = st.command(&[
        "amend",
        "3",
        "--origin",
        "HZ.1",
        "--set",
        "title=加装栏杆",
        "--why",
        "笔误",
    ]);
    assert!(
        command
            .env("MINSHENG_NOW", "2021-01-01T00:00:00Z")
            .status()
            .unwrap()
            .success()
    );
    let title = |office: &Office| {
        office.run("list demands --format json").ends(0).json()["rows"][0]["title"].clone()
    };
    assert_eq!(title(&st), "加装栏杆");
    let qu = street("QU.1");
    qu.run(&format!("merge {} {}", path(&st), path(&hz)))
        .ends(0);
    assert_eq!(title(&qu), "加装栏杆");
}

#[test]
fn one_person_stays_one_person_in_the_union() {
    let (hz, tg) = (
        community("HZ", "海珠社区", "13800000001"),
        community("TG", "铜鼓社区", "13800000001"),
    );
    let st = street("ST.1");
    st.run(&format!("merge {} {}", path(&hz), path(&tg)))
        .ends(0);
    let tokens = "SELECT CAST(count(*) AS TEXT) FROM personal WHERE value = '13800000001'";
    assert_eq!(text(&st.ledger(), tokens), "2");
    let ledger = minsheng::ledger::Ledger::open_read(&st.ledger()).unwrap();
    let book = minsheng::corridor::whole_book(&ledger).unwrap();
    let phones: std::collections::BTreeSet<String> = book
        .facts()
        .iter()
        .filter_map(|fact| fact.value("phone").text().map(str::to_owned))
        .collect();
    assert_eq!(phones.len(), 1);
    drop(ledger);
    // and is erased as one
    st.run("erase --value 13800000001 --why 本人申请").ends(0);
    assert_eq!(text(&st.ledger(), tokens), "0");
}

#[test]
fn a_fork_is_explained_and_never_joined() {
    let hz = community("HZ", "海珠社区", "13800000001");
    let copy = Office::empty();
    std::fs::copy(hz.ledger(), copy.ledger()).unwrap();
    let st = street("ST.1");
    st.run(&format!("merge {}", path(&copy))).ends(0);
    hz.run(&demand("HZ", "测试乙", "13800000002")).ends(0);
    copy.run(&demand("HZ", "测试丙", "13800000003")).ends(0);
    hz.run(&demand("HZ", "测试丁", "13800000004")).ends(0);
    st.run(&format!("merge {}", path(&copy))).ends(0);
    let bytes = st.bytes();
    let answer = st
        .run(&format!("merge {} --format json", path(&hz)))
        .ends(3)
        .json();
    let fork = &answer["files"][0]["forks"][0];
    assert_eq!((&fork["origin"], &fork["seq"]), (&"HZ.1".into(), &4.into()));
    assert_eq!(
        (&fork["our_size"], &fork["their_size"]),
        (&4.into(), &5.into())
    );
    assert_eq!(fork["theirs"]["actor"], "测试员");
    let told = st.run(&format!("merge {}", path(&hz))).ends(3).err;
    assert!(
        told.contains("从第4个起不同") && told.contains("测试员"),
        "{told}"
    );
    assert_eq!(st.bytes(), bytes);
    // the other way round, and through a third ledger
    let qu = street("QU.1");
    qu.run(&format!("merge {}", path(&hz))).ends(0);
    qu.run(&format!("merge {}", path(&st))).ends(3);
    // one bad file does not keep the good ones out
    let tg = community("TG", "铜鼓社区", "13800000005");
    let mixed = st
        .run(&format!("merge {} {}", path(&hz), path(&tg)))
        .ends(3);
    assert!(mixed.out.contains("TG.1"), "{}", mixed.out);
    st.run("verify").ends(0);
}

#[test]
fn an_old_copy_of_the_own_ledger_is_brought_up_to_date() {
    let st = community("HZ", "海珠社区", "13800000001");
    let old = Office::empty();
    std::fs::copy(st.ledger(), old.ledger()).unwrap();
    st.run(&demand("HZ", "测试乙", "13800000002")).ends(0);
    old.run(&format!("merge {}", path(&st))).ends(0);
    assert_eq!(heads(&old), heads(&st));
    old.run(&demand("HZ", "测试丙", "13800000003")).ends(0);
    st.run(&format!("merge {}", path(&old))).ends(0);
    assert_eq!(heads(&old), heads(&st));
}

#[test]
fn what_two_ledgers_call_alike_is_reported() {
    let hz = community("HZ", "海珠社区", "13800000001");
    let other = Office::empty();
    other.run("init --origin XX.9").ends(0);
    other
        .run("register community HZ --name 海月社区 --street 招商街道 --date 2020-09-10")
        .ends(0);
    other.run(&demand("HZ", "测试乙", "13800000002")).ends(0);
    let st = street("ST.1");
    st.run(&format!("merge {}", path(&hz))).ends(0);
    let bytes = st.bytes();
    let refused = st.run(&format!("merge {}", path(&other))).ends(1).err;
    for part in [
        "社区代码 HZ",
        "海月社区",
        "海珠社区",
        "HZ2022-D0001",
        "--as-is",
    ] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    assert_eq!(st.bytes(), bytes);
    let json = st
        .run(&format!("merge {} --as-is --format json", path(&other)))
        .ends(0)
        .json();
    assert_eq!(json["files"][0]["conflicts"].as_array().unwrap().len(), 2);
    // the same community, registered by the street as well, is no conflict
    let st = street("ST.2");
    st.run("register community HZ --name 海珠社区 --street 粤海街道 --date 2020-09-10")
        .ends(0);
    st.run(&format!("merge {}", path(&hz))).ends(0);
}

#[test]
fn what_is_no_ledger_to_merge_is_refused_with_the_reason() {
    let st = street("ST.1");
    let bytes = st.bytes();
    st.write(
        "text.db",
        "not a database at all, but long enough to be looked at by a reader",
    );
    let newer = community("HZ", "海珠社区", "13800000001");
    tamper(&newer.ledger(), "PRAGMA user_version = 9");
    let broken = community("TG", "铜鼓社区", "13800000001");
    tamper(
        &broken.ledger(),
        "UPDATE event SET actor = '别人' WHERE id = 2",
    );
    for (file, code, part) in [
        ("missing.db".to_owned(), 2, "找不到"),
        ("text.db".to_owned(), 2, "不是 minsheng 的账本"),
        (path(&st), 2, "就是当前的账本"),
        (path(&newer), 2, "较新版本"),
        (path(&broken), 3, "核验不通过"),
    ] {
        let answer = st.run(&format!("merge {file}")).ends(code);
        assert!(answer.err.contains(part), "{file}: {}", answer.err);
        assert_eq!(st.bytes(), bytes, "{file}");
    }
    // a ledger of the first format is read as it is
    st.run(&format!("merge {}", fixture("ledger/format-1.ledger")))
        .ends(0);
    st.run("verify").ends(0);
}

#[test]
fn a_dry_run_of_a_merge_changes_nothing() {
    let (st, hz) = (street("ST.1"), community("HZ", "海珠社区", "13800000001"));
    let bytes = st.bytes();
    let answer = st.run(&format!("merge {} --dry-run", path(&hz))).ends(0);
    assert!(answer.out.contains("将并入"), "{}", answer.out);
    assert_eq!(st.bytes(), bytes);
}

/// What a finding says, without where its events stand.
fn said(office: &Office, code: &str) -> Vec<Json> {
    let audit = office
        .run("audit --year 2022 --as-of 2023-07-01 --fail-on never --all --format json")
        .ends(0)
        .json();
    let mut list: Vec<Json> = audit["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["subject"].as_str().unwrap().starts_with(code))
        .cloned()
        .collect();
    list.sort_by_key(ToString::to_string);
    list
}

#[test]
fn the_union_is_judged_as_its_parts() {
    let hz = Office::new();
    hz.record(&base_case("service").join("\n"), "").ends(0);
    let tg = Office::empty();
    tg.run("init --origin TG.1").ends(0);
    tg.run("register community TG --name 铜鼓社区 --street 招商街道 --date 2020-09-10")
        .ends(0);
    let works = base_case("works")
        .join("\n")
        .replace("HZ", "TG")
        .replace("粤海街道", "招商街道");
    tg.record(&works, "--as-is").ends(0);
    let qu = street("QU.1");
    qu.run(&format!("merge {} {}", path(&tg), path(&hz)))
        .ends(0);
    for (office, code) in [
        (&hz, "HZ"),
        (&tg, "TG"),
        (&hz, "粤海街道"),
        (&tg, "招商街道"),
    ] {
        let (part, whole) = (said(office, code), said(&qu, code));
        assert!(!part.is_empty(), "{code}");
        assert_eq!(part, whole, "{code}");
    }
}

#[test]
fn a_killed_merge_is_taken_up_again() {
    let offices: Vec<Office> = (0..6)
        .map(|n| {
            let letter = char::from(b'A' + n);
            let office = community(&format!("C{letter}"), &format!("社区{n}"), "13800000001");
            let lines: Vec<String> = (0..40)
                .map(|i| format!("{{\"step\":\"collect.contact\",\"community\":\"C{letter}\",\"year\":2022,\"date\":\"2022-01-0{}\",\"source\":\"居民\",\"who\":\"来源{i}\",\"phone\":\"139000{n}00{i:02}\"}}", i % 9 + 1))
                .collect();
            office.record(&lines.join("\n"), "--as-is").ends(0);
            office
        })
        .collect();
    let files: Vec<String> = offices.iter().map(path).collect();
    let whole = street("ST.1");
    whole.run(&format!("merge {}", files.join(" "))).ends(0);
    let st = street("ST.1");
    let seed = 5;
    let mut dice = Dice(seed);
    let (mut kills, mut finished) = (0, 0);
    for _ in 0..12 {
        let mut args = vec!["merge"];
        args.extend(files.iter().map(String::as_str));
        let mut child = st
            .command(&args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(dice.roll(60_000)));
        kills += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        finished += usize::from(child.wait().unwrap().success());
        // each chain is there whole or not at all, and the file is sound
        for (origin, size) in st.run("verify --format json").ends(0).json()["heads"]
            .as_array()
            .unwrap()
            .iter()
            .map(|h| {
                (
                    h["origin"].as_str().unwrap().to_owned(),
                    h["size"].as_i64().unwrap(),
                )
            })
        {
            assert!(
                origin == "ST.1" || size == 43,
                "seed {seed}: {origin} {size}"
            );
        }
    }
    assert!(kills > 0, "no kill hit the work: {finished}");
    st.run(&format!("merge {}", files.join(" "))).ends(0);
    assert_eq!(union(&st, "ST.1"), union(&whole, "ST.1"));
}

#[test]
fn a_backup_is_whole_private_and_never_takes_anothers_place() {
    let hz = community("HZ", "海珠社区", "13800000001");
    hz.write("合同.txt", "合同");
    hz.run(
        "register document --rule A6-STREETTF --body 粤海街道 --date 2020-10-01 --file 合同.txt",
    )
    .ends(0);
    let made = hz.run("backup copy.db --format json").ends(0).json();
    assert_eq!(made["evidence_copied"], 1);
    hz.run("verify --ledger copy.db --sealed").ends(0);
    assert_eq!(
        hz.run("log --format json").out,
        hz.run("log --format json --ledger copy.db").out
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let bits = std::fs::metadata(hz.path("copy.db"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(bits & 0o777, 0o600);
        symlink(hz.path("elsewhere.db"), hz.path("link.db")).unwrap();
        assert!(
            hz.run("backup link.db --force")
                .ends(2)
                .err
                .contains("链接")
        );
        assert!(!hz.path("elsewhere.db").exists());
    }
    assert!(hz.run("backup copy.db").ends(2).err.contains("--force"));
    assert!(
        hz.run("backup minsheng.db --force")
            .ends(2)
            .err
            .contains("账本本身")
    );
    assert!(
        hz.run("backup nowhere/copy.db")
            .ends(2)
            .err
            .contains("nowhere")
    );
    hz.run(&demand("HZ", "测试乙", "13800000002")).ends(0);
    hz.run("backup copy.db --force").ends(0);
    hz.run("verify --ledger copy.db --sealed").ends(0);
    // nothing but the copies stands in the folder
    let names = || -> Vec<String> {
        std::fs::read_dir(hz.dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|n| n.contains("tmp"))
            .collect()
    };
    assert!(names().is_empty(), "{:?}", names());
    // every changed byte of a sealed file shows
    let good = std::fs::read(hz.path("copy.db")).unwrap();
    let mut dice = Dice(3);
    for _ in 0..20 {
        let mut bad = good.clone();
        let at = usize::try_from(dice.roll(good.len() as u64 - 4096)).unwrap() + 4096;
        bad[at] ^= 1 << dice.roll(8);
        std::fs::write(hz.path("copy.db"), &bad).unwrap();
        hz.run("verify --ledger copy.db --sealed").ends(3);
    }
    // no backup is made of what does not verify
    tamper(&hz.ledger(), "UPDATE event SET actor = '别人' WHERE id = 2");
    hz.run("backup bad.db").ends(3);
    assert!(!hz.path("bad.db").exists() && names().is_empty());
}

#[test]
fn backups_made_during_writes_are_prefixes_of_what_was_acknowledged() {
    let hz = community("HZ", "海珠社区", "13800000001");
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..15 {
                hz.run(&demand("HZ", &format!("来源{n}"), "13800000002"))
                    .ends(0);
            }
        });
        let mut n = 0;
        while !writer.is_finished() || n < 3 {
            n += 1;
            hz.run(&format!("backup b{n}.db -q")).ends(0);
        }
    });
    let log = hz.run("log --format json").ends(0).out;
    for n in 1..=3 {
        hz.run(&format!("verify --sealed --ledger b{n}.db")).ends(0);
        assert!(
            log.starts_with(
                &hz.run(&format!("log --format json --ledger b{n}.db"))
                    .ends(0)
                    .out
            )
        );
    }
}

#[test]
fn random_schedules_end_in_the_same_union_and_report_every_fork() {
    let report = common::schedules::run(20_220_401, 60, 5, 12);
    assert!(
        report.forks_injected > 10 && report.abandoned > 10,
        "{report:?}"
    );
    assert_eq!(report.forks_injected, report.forks_reported, "{report:?}");
    assert_eq!(report.unions, 1, "{report:?}");
}

/// A ledger whose one erasure lists every token of another one.
fn eraser(origin: &str, of: &Office) -> Office {
    let office = street(origin);
    office
        .run("register community XX --name 坏社区 --street 粤海街道 --date 2020-09-10")
        .ends(0);
    let tokens = text(&of.ledger(), "SELECT json_group_array(token) FROM personal");
    let payload = format!(
        "{{\"ledger\":\"{origin}\",\"tokens\":{tokens},\"concerns\":[],\"why\":\"x\",\"date\":\"2022-01-05\"}}"
    );
    append(&office.ledger(), "erase", &payload);
    office.run("verify").ends(0);
    office
}

#[test]
fn another_ledgers_erasure_takes_no_values_of_third_ones_unless_accepted() {
    let hz = community("HZ", "海珠社区", "13800000001");
    let evil = eraser("XX.1", &hz);
    let values = |office: &Office| {
        text(
            &office.ledger(),
            "SELECT CAST(count(*) AS TEXT) FROM personal",
        )
    };
    let agree = |office: &Office| {
        office.run("verify").ends(0);
        if let Some(said) = second(&office.ledger(), &[]) {
            said.ends(0);
        }
    };
    let mut unions = Vec::new();
    for (first, then) in [(&hz, &evil), (&evil, &hz)] {
        let qu = street("QU.1");
        qu.run(&format!("merge {}", path(first))).ends(0);
        let bytes = qu.bytes();
        for more in ["", " --dry-run", " --as-is"] {
            let refused = qu.run(&format!("merge {}{more}", path(then))).ends(1).err;
            for part in ["XX.1", "2条", "--accept-erasures"] {
                assert!(refused.contains(part), "{part}: {refused}");
            }
            assert_eq!(qu.bytes(), bytes);
        }
        agree(&qu);
        let json = qu
            .run(&format!(
                "merge {} --accept-erasures --format json",
                path(then)
            ))
            .ends(0)
            .json();
        assert_eq!(json["files"][0]["foreign_erasures"][0]["values"], 2);
        // accepted once it stays so
        for _ in 0..2 {
            qu.run(&format!("merge {} {}", path(&hz), path(&evil)))
                .ends(0);
        }
        assert_eq!(values(&qu), "0");
        agree(&qu);
        unions.push(union(&qu, "QU.1"));
    }
    assert_eq!(unions[0], unions[1]);
    // the ledger itself is asked as well; without the flag it keeps what it has
    hz.run(&format!("merge {}", path(&evil))).ends(1);
    assert_eq!(values(&hz), "2");
    agree(&hz);
}

#[test]
fn what_a_street_erased_of_its_communities_is_accepted_by_the_district_once() {
    let hz = community("HZ", "海珠社区", "13800000001");
    let (st, qu) = (street("ST.1"), street("QU.1"));
    st.run(&format!("merge {}", path(&hz))).ends(0);
    qu.run(&format!("merge {}", path(&st))).ends(0);
    st.run("erase --value 13800000001 --why 本人申请").ends(0);
    // the street alone: what it erased of others it does not bring back to itself
    st.run(&format!("merge {}", path(&hz))).ends(0);
    qu.run(&format!("merge {}", path(&st))).ends(1);
    qu.run(&format!("merge {} --accept-erasures", path(&st)))
        .ends(0);
    qu.run(&format!("merge {} {}", path(&hz), path(&st)))
        .ends(0);
    let needle = b"13800000001";
    assert!(!qu.bytes().windows(11).any(|w| w == needle));
    // who had the values only from the street has nothing to decide
    let late = street("QU.2");
    late.run(&format!("merge {} {}", path(&st), path(&hz)))
        .ends(0);
    late.run("verify").ends(0);
}

#[test]
fn chains_of_another_regulation_and_contradicting_answers_are_conflicts() {
    let st = street("ST.1");
    let other = Office::empty();
    other
        .run("init --origin DG.1 --regime dongguan-2020")
        .ends(0);
    let answer = st.run(&format!("merge {}", path(&other))).ends(1);
    for word in ["DG.1", "dongguan-2020", "nanshan-2020", "--as-is"] {
        assert!(answer.err.contains(word), "{word}: {}", answer.err);
    }
    let audit = st.run("audit --year 2022");
    assert!(!audit.err.contains("DG.1"), "{}", audit.err);
    st.run(&format!("merge {} --as-is", path(&other))).ends(0);
    let audit = st.run("audit --year 2022");
    assert!(
        audit.err.contains("DG.1") && audit.err.contains("--regime"),
        "{}",
        audit.err
    );
    // holiday notices of one year that differ
    let st = street("ST.2");
    for (origin, days, code) in [
        ("K1", "2029-01-01 休 元旦、2029-10-01 休 国庆节", 0),
        (
            "K2",
            "2029-01-01 休 元旦、2029-10-01 休 国庆节、2029-10-02 休 国庆节",
            1,
        ),
    ] {
        let office = street(origin);
        office
            .args(&["regime", "calendar", "--days", days, "--basis", "通知"])
            .ends(0);
        let answer = st.run(&format!("merge {}", path(&office))).ends(code);
        assert_eq!(answer.err.contains("2029"), code == 1, "{}", answer.err);
    }
}

#[test]
fn the_name_of_a_chain_sends_nothing_to_the_terminal() {
    let st = street("ST.1");
    let other = street("XX.1");
    tamper(
        &other.ledger(),
        "UPDATE origin SET name = 'X' || char(27) || '[2J'",
    );
    let merged = st.run(&format!("merge {}", path(&other)));
    assert_eq!(merged.code, 3, "{}", merged.err);
    for answer in [merged, other.run("verify"), other.run("checkpoint")] {
        assert!(!(answer.out + &answer.err).contains('\u{1b}'));
    }
    assert!(!heads(&st).keys().any(|origin| origin.starts_with('X')));
}
