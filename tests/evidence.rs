//! Evidence: copies beside the ledger under their digests, in the chain, found when they go.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use common::cli::{Office, base_case};
use common::forge::Dice;
use common::trust::{path, second};

fn office() -> Office {
    let office = Office::new();
    let lines: Vec<String> = base_case("service")
        .into_iter()
        .filter(|l| !l.contains("implement.archive"))
        .collect();
    office.record(&lines.join("\n"), "--as-is").ends(0);
    office.write("合同.pdf", "一份合同");
    office
}

fn copies(office: &Office) -> Vec<PathBuf> {
    let mut list = Vec::new();
    let mut folders = vec![office.path("minsheng.db.evidence")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                list.push(path);
            }
        }
    }
    list.sort();
    list
}

#[test]
fn a_copy_is_kept_and_its_digest_is_in_the_chain() {
    let office = office();
    office
        .run("attach HZ2022-001 合同.pdf --as 合同 --date 2022-03-01")
        .ends(0);
    let digest = minsheng::ledger::chain::digest("一份合同".as_bytes());
    let kept = office.path(&format!(
        "minsheng.db.evidence/sha256/{}/{digest}",
        &digest[..2]
    ));
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "一份合同");
    let log = office.run("log HZ2022-001 --format json").ends(0).out;
    assert!(
        log.contains(&digest)
            && log.contains("合同.pdf")
            && !log.contains(office.dir.path().to_str().unwrap())
    );
    // the file itself may go, and attaching it again adds nothing
    let again = office
        .run("attach HZ2022-001 合同.pdf --as 合同 --date 2022-03-01")
        .ends(0);
    assert!(again.out.contains("已有相同"), "{}", again.out);
    std::fs::remove_file(office.path("合同.pdf")).unwrap();
    let whole = office.run("verify --format json").ends(0).json();
    assert_eq!(whole["evidence"]["whole"], 1);
    // a document is kept in the same way, and both by JSON Lines
    office.write("文件.txt", "一份文件");
    office.run("register document --rule A6-STREETTF --body 粤海街道 --date 2020-10-01 --file 文件.txt").ends(0);
    office.write("发票.txt", "一张发票");
    office.record("{\"step\":\"attach\",\"case\":\"HZ2022-001\",\"file\":\"发票.txt\",\"as\":\"资金拨付材料\"}", "").ends(0);
    assert_eq!(
        office.run("verify --format json").ends(0).json()["evidence"]["whole"],
        3
    );
    assert_eq!(copies(&office).len(), 3);
}

#[test]
fn missing_altered_and_extra_files_are_told_apart() {
    let office = office();
    for n in 0..3 {
        office.write("a.txt", &format!("附件{n}"));
        office
            .run(&format!("attach HZ2022-001 a.txt --as 材料{n}"))
            .ends(0);
    }
    let files = copies(&office);
    std::fs::remove_file(&files[0]).unwrap();
    let changed = &files[1];
    let mut permissions = std::fs::metadata(changed).unwrap().permissions();
    #[expect(
        clippy::permissions_set_readonly_false,
        reason = "a file of this test alone"
    )]
    permissions.set_readonly(false);
    std::fs::set_permissions(changed, permissions).unwrap();
    std::fs::write(changed, "别的").unwrap();
    std::fs::write(office.path("minsheng.db.evidence/sha256/extra"), "x").unwrap();
    let json = office.run("verify --format json").ends(3).json();
    let evidence = &json["evidence"];
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(evidence["missing"][0], name(&files[0]));
    assert_eq!(evidence["altered"][0], name(&files[1]));
    assert_eq!(evidence["orphans"][0], "sha256/extra");
    assert_eq!(
        (&evidence["whole"], &json["faults"]),
        (&1.into(), &serde_json::json!([]))
    );
    let told = office.run("verify").ends(3).out;
    for part in ["不见了", "被改动过", "sha256/extra", "HZ2022-001"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    if let Some(said) = second(&office.ledger(), &[]) {
        let said = said.ends(3).out;
        assert!(
            said.contains("missing") && said.contains("altered"),
            "{said}"
        );
    }
    // attaching the same file again brings the copy back
    office.write("a.txt", "附件0");
    for n in 0..3 {
        office.write("a.txt", &format!("附件{n}"));
        office
            .run(&format!("attach HZ2022-001 a.txt --as 补{n}"))
            .ends(0);
    }
    office.run("verify").ends(0);
}

#[cfg(unix)]
#[test]
fn only_plain_files_of_a_bounded_size_are_taken() {
    use std::os::unix::fs::symlink;
    let office = office();
    let bytes = office.bytes();
    symlink(office.path("合同.pdf"), office.path("link.pdf")).unwrap();
    std::fs::create_dir(office.path("folder")).unwrap();
    let fifo = std::process::Command::new("mkfifo")
        .arg(office.path("pipe"))
        .status();
    let large = std::fs::File::create(office.path("large.bin")).unwrap();
    large
        .set_len(minsheng::ledger::evidence::LARGEST + 1)
        .unwrap();
    let mut files = vec![
        ("link.pdf", "链接"),
        ("folder", "文件夹"),
        ("/dev/zero", "设备"),
        ("none.pdf", "读不到"),
        ("large.bin", "512 MB"),
    ];
    if fifo.is_ok_and(|status| status.success()) {
        files.push(("pipe", "设备"));
    }
    for (file, part) in files {
        let answer = office
            .run(&format!("attach HZ2022-001 {file} --as 合同"))
            .ends(2);
        assert!(answer.err.contains(part), "{file}: {}", answer.err);
    }
    office.run("attach HZ2022-009 合同.pdf --as 合同").ends(2);
    office
        .run("attach HZ2022-001 合同.pdf --as 合同 --dry-run")
        .ends(0);
    assert_eq!(office.bytes(), bytes);
    assert!(copies(&office).is_empty(), "{:?}", copies(&office));
}

#[test]
fn attached_papers_count_for_a_complete_archive() {
    let office = office();
    let verdict = |office: &Office| {
        let json = office
            .run("explain HZ2022-001 X1.15-ARCHIVE --as-of 2023-07-01 --format json")
            .ends(0)
            .json();
        json["findings"][0]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&office), "unverifiable");
    for (n, paper) in [
        "项目申请审批材料",
        "购买第三方机构实施项目材料",
        "资金拨付材料",
    ]
    .iter()
    .enumerate()
    {
        office.write("a.txt", &format!("附件{n}"));
        office
            .run(&format!(
                "attach HZ2022-001 a.txt --as {paper} --date 2022-12-01"
            ))
            .ends(0);
    }
    assert_eq!(verdict(&office), "pass");
}

#[test]
fn evidence_comes_along_and_can_be_erased() {
    let office = office();
    office.run("attach HZ2022-001 合同.pdf --as 合同").ends(0);
    let st = Office::empty();
    st.run("init --origin ST.1").ends(0);
    // without its folder the ledger is merged and what lacks is told
    let bare = Office::empty();
    std::fs::copy(office.ledger(), bare.ledger()).unwrap();
    assert!(
        st.run(&format!("merge {}", path(&bare)))
            .ends(0)
            .err
            .contains(".evidence")
    );
    st.run("verify").ends(3);
    st.run(&format!("merge {}", path(&office))).ends(0);
    st.run("verify").ends(0);
    let digest = minsheng::ledger::chain::digest("一份合同".as_bytes());
    office
        .run(&format!("erase --evidence {digest} --why 本人申请"))
        .ends(0);
    assert!(copies(&office).is_empty());
    office.run("verify").ends(0);
    st.run(&format!("merge {}", path(&office))).ends(0);
    st.run("verify").ends(0);
    if let Some(said) = second(&office.ledger(), &[]) {
        said.ends(0);
    }
}

#[test]
fn a_file_attached_again_after_its_erasure_is_guarded_again() {
    let office = office();
    let digest = minsheng::ledger::chain::digest("一份合同".as_bytes());
    office.run("attach HZ2022-001 合同.pdf --as 合同").ends(0);
    office
        .run(&format!("erase --evidence {digest} --why 本人申请"))
        .ends(0);
    office.run("attach HZ2022-001 合同.pdf --as 补交").ends(0);
    let json = office.run("verify --format json").ends(0).json();
    assert_eq!(json["evidence"]["whole"], 1);
    assert_eq!(json["evidence"]["orphans"], serde_json::json!([]));
    // a further erasure covers it again, and again nothing of it is asked for
    let file = copies(&office).remove(0);
    std::fs::remove_file(&file).unwrap();
    office.run("verify").ends(3);
    if let Some(said) = second(&office.ledger(), &[]) {
        assert!(said.ends(3).out.contains("missing"));
    }
    office.run("erase --again").ends(0);
    office
        .run(&format!("erase --evidence {digest} --why 本人申请"))
        .ends(0);
    office.run("verify").ends(0);
    if let Some(said) = second(&office.ledger(), &[]) {
        said.ends(0);
    }
}

#[test]
fn the_same_attachment_after_its_erasure_is_a_record_of_its_own() {
    let office = office();
    let digest = minsheng::ledger::chain::digest("一份合同".as_bytes());
    let line = r#"{"step":"attach","case":"HZ2022-001","file":"合同.pdf","as":"合同"}"#;
    for again in 0..2 {
        office.run("attach HZ2022-001 合同.pdf --as 合同").ends(0);
        office
            .run(&format!("erase --evidence {digest} --why 申请{again}"))
            .ends(0);
    }
    office.run("attach HZ2022-001 合同.pdf --as 合同").ends(0);
    let guarded = || {
        let json = office.run("verify --format json").ends(0).json();
        assert_eq!(json["evidence"]["whole"], 1);
        assert_eq!(json["evidence"]["orphans"], serde_json::json!([]));
    };
    guarded();
    // it stands: a repetition adds nothing
    let again = office.run("attach HZ2022-001 合同.pdf --as 合同").ends(0);
    assert!(again.out.contains("已有相同"), "{}", again.out);
    // from a list of records as well
    office
        .run(&format!("erase --evidence {digest} --why 再申请"))
        .ends(0);
    office.record(line, "").ends(0);
    guarded();
}

#[test]
fn an_erasure_of_evidence_travels_with_a_merge() {
    let office = office();
    let digest = minsheng::ledger::chain::digest("一份合同".as_bytes());
    office.run("attach HZ2022-001 合同.pdf --as 合同").ends(0);
    let empty = |origin: &str| {
        let office = Office::empty();
        office.run(&format!("init --origin {origin}")).ends(0);
        office
    };
    let (st, qu) = (empty("ST.1"), empty("QU.1"));
    for receiver in [&st, &qu] {
        receiver.run(&format!("merge {}", path(&office))).ends(0);
        assert_eq!(copies(receiver).len(), 1);
    }
    // erased by the street, which only received it: the others are asked
    st.run(&format!("erase --evidence {digest} --why 本人申请"))
        .ends(0);
    for receiver in [&qu, &office] {
        let refused = receiver.run(&format!("merge {}", path(&st))).ends(1).err;
        for part in ["ST.1", "1份附件", "--accept-erasures"] {
            assert!(refused.contains(part), "{part}: {refused}");
        }
        assert_eq!(copies(receiver).len(), 1);
    }
    let told = qu
        .run(&format!("merge {} --accept-erasures", path(&st)))
        .ends(0);
    assert!(told.err.contains("副本：1份"), "{}", told.err);
    // an old copy does not bring it back, in whatever order
    qu.run(&format!("merge {} {}", path(&office), path(&st)))
        .ends(0);
    assert!(copies(&qu).is_empty());
    // attached anew after the erasure it comes along again
    office.run("attach HZ2022-001 合同.pdf --as 补交").ends(0);
    qu.run(&format!("merge {}", path(&office))).ends(0);
    assert_eq!(copies(&qu).len(), 1);
    // the ledger that attached it erases it: nobody is asked
    office
        .run(&format!("erase --evidence {digest} --why 本人申请"))
        .ends(0);
    let told = qu.run(&format!("merge {}", path(&office))).ends(0);
    assert!(told.err.contains("副本：1份"), "{}", told.err);
    assert!(copies(&qu).is_empty());
    for ledger in [&qu, &st, &office] {
        ledger.run("verify").ends(0);
        if let Some(said) = second(&ledger.ledger(), &[]) {
            said.ends(0);
        }
    }
}

#[test]
fn killed_while_attaching_no_event_names_a_file_that_is_not_there() {
    let office = office();
    office.write("large.bin", &"附件".repeat(200_000));
    let seed = 11;
    let mut dice = Dice(seed);
    let (mut killed, mut recorded) = (0, 0);
    for n in 0..25 {
        let name = format!("第{n}份");
        let mut child = office
            .command(&["attach", "HZ2022-001", "large.bin", "--as", &name])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(dice.roll(90_000)));
        killed += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        let _ = child.wait();
        let json = office.run("verify --format json").ends(0).json();
        recorded = json["events"].as_u64().unwrap();
        // each copy of the next rounds is another one
        office.write("large.bin", &format!("{n}").repeat(700_000));
    }
    assert!(killed > 0, "seed {seed}: no kill hit the work ({recorded})");
}
