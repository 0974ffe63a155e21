//! Personal data: who can read the files, what is masked, what an erasure leaves.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::HashMap;
use std::fmt::Write as _;

use calamine::Reader as _;
use common::cli::{Answer, Office, fixture};
use common::forge::{tamper, text};
use common::trust::{community, demand, path, second};
use rusqlite::Connection;

/// A planted value: telephone, identity number, bank card, name, address, number plate.
fn canary(n: usize) -> String {
    // digits that nothing else in the ledger has, and no two canaries share
    let mixed = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 14;
    let digits = |count: usize| format!("{mixed:020}").split_off(20 - count);
    match n % 6 {
        0 => format!("139{}", digits(8)),
        1 => identity(&format!(
            "440305{}{:02}{:02}{}",
            1940 + mixed % 60,
            mixed % 12 + 1,
            mixed % 28 + 1,
            digits(3)
        )),
        2 => format!("622848{}", digits(13)),
        3 => format!("金丝雀{}", digits(6)),
        4 => format!("测试路{}号楼", digits(6)),
        _ => format!("粤B·{}", digits(6)),
    }
}

/// An identity number with its check digit.
fn identity(body: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .chars()
        .zip(weights)
        .map(|(c, w)| c.to_digit(10).unwrap() * w)
        .sum();
    format!(
        "{body}{}",
        &"10X98765432"[(sum % 11) as usize..=(sum % 11) as usize]
    )
}

/// A ledger of every step whose personal values are all canaries; gives them.
fn planted() -> (Office, Vec<String>) {
    let office = Office::kept(2);
    let contacts = fixture("import/contacts-haizhu-2022.csv");
    office
        .args(&[
            "record",
            &contacts,
            "--step",
            "collect.contact",
            "--set",
            "community=HZ",
            "--set",
            "year=2021",
            "--as-is",
        ])
        .ends(0);
    let conn = Connection::open(office.ledger()).unwrap();
    let tokens: Vec<String> = conn
        .prepare("SELECT token FROM personal ORDER BY token")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(conn);
    let mut sql = String::new();
    let mut canaries = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        let value = canary(n);
        let _ = write!(
            sql,
            "UPDATE personal SET value = '{value}' WHERE token = '{token}';"
        );
        canaries.push(value);
    }
    tamper(&office.ledger(), &sql);
    (office, canaries)
}

/// Finds canaries in a text: seven digits in a row of a number, or seven characters of others.
struct Search<'a>(HashMap<Vec<char>, &'a String>);

impl<'a> Search<'a> {
    fn new(canaries: &'a [String]) -> Self {
        let mut parts = HashMap::new();
        for canary in canaries {
            let chars: Vec<char> = canary.chars().collect();
            if chars[0].is_ascii_digit() {
                // the first three digits are shown by the mask
                parts.extend(chars[3..].windows(7).map(|part| (part.to_vec(), canary)));
            } else {
                parts.insert(chars[chars.len() - 7..].to_vec(), canary);
            }
        }
        Self(parts)
    }

    fn hits(&self, text: &str) -> Vec<&'a String> {
        // a hash may have any seven digits by chance; no canary has a hexadecimal letter
        let hash = |word: &str| word.len() >= 12 && word.contains(|c| matches!(c, 'a'..='f'));
        let words =
            text.split_inclusive(|c: char| !c.is_ascii_hexdigit() || c.is_ascii_uppercase());
        let chars: Vec<char> = words
            .filter(|word| !hash(word))
            .flat_map(str::chars)
            .collect();
        let found = chars.windows(7).filter_map(|part| self.0.get(part));
        found.copied().collect()
    }
}

#[test]
fn no_planted_value_is_in_any_public_export_or_in_what_is_shown() {
    let (office, canaries) = planted();
    assert!(canaries.len() >= 1000, "{}", canaries.len());
    let search = Search::new(&canaries);
    // the detector works: where names are asked for, they are there
    let plain = office.run("list demands --plain --format json").ends(0);
    assert!(!search.hits(&plain.out).is_empty());
    let full = office.run("export T1 --community HZ --year 2022").ends(0);
    assert!(!search.hits(&full.out).is_empty());
    let told = |answer: &Answer| format!("{}\n{}", answer.out, answer.err);
    let leaders: Vec<String> = text(
        &office.ledger(),
        "SELECT group_concat(DISTINCT p.value) FROM personal p JOIN event e
         ON e.step = 'shortlist.plan' AND json_extract(e.payload, '$.leader.personal') = p.token",
    )
    .split(',')
    .map(str::to_owned)
    .collect();
    let listed: Vec<String> = text(
        &office.ledger(),
        "SELECT group_concat(DISTINCT p.value) FROM personal p JOIN event e
         ON e.step = 'register.blocklist' AND json_extract(e.payload, '$.person.personal') = p.token",
    )
    .split(',')
    .map(str::to_owned)
    .collect();
    let (mut commands, mut bytes) = (0, 0);
    let mut look = |line: &str, allowed: &[String]| {
        let answer = office.run(line);
        assert!(answer.code < 3, "{line}: {}", answer.err);
        let mut text = told(&answer);
        for value in allowed {
            text = text.replace(value, "");
        }
        let hits = search.hits(&text);
        assert!(hits.is_empty(), "{line}: {hits:?}");
        commands += 1;
        bytes += text.len();
    };
    for table in ["T1", "T2", "T3", "T4"] {
        for more in ["", "--bare", "--encoding utf-8"] {
            // the law has the leader of a planned project published, and the head of a listed unit
            let allowed = match table {
                "T3" => &leaders[..],
                "T4" => &listed[..],
                _ => &[],
            };
            look(
                &format!("export {table} --community HZ --year 2022 --public {more}"),
                allowed,
            );
        }
    }
    let ids = text(
        &office.ledger(),
        "SELECT group_concat(DISTINCT subject) FROM mention",
    );
    for id in ids.split(',').step_by(2) {
        look(&format!("show {id}"), &[]);
    }
    for id in [
        "HZ2022-001",
        "HZ2022-002",
        "HZ2022-003",
        "HZ2022",
        "HZ2022-D0001",
        "粤海街道2022",
        "全区2022",
    ] {
        look(&format!("explain {id}"), &[]);
        look(&format!("explain {id} --format json"), &[]);
    }
    for line in [
        "list cases",
        "list demands",
        "list demands --format csv",
        "list communities",
        "log",
        "log --format json",
        "log --format csv",
        "todo --year 2022",
        "todo --year 2022 --format json",
        "audit --year 2022 --all",
        "audit --year 2022 --all --format json",
        "audit --year 2022 --all --format csv",
        "show fund 粤海街道 --year 2022",
        "erase --value 13912345678 --dry-run",
        "erase --subject HZ2022-001 --dry-run",
    ] {
        look(line, &[]);
    }
    assert!(commands > 50 && bytes > 100_000, "{commands} {bytes}");
}

#[test]
fn no_paper_of_any_regulation_names_a_resident_in_public() {
    let (office, canaries) = planted();
    let search = Search::new(&canaries);
    let mut named = 0;
    for (regime, paper, place) in PAPERS {
        let line = format!("export {paper} --regime {regime} {place}");
        let book = format!("{line} --force -o paper.xlsx");
        let public = office.run(&format!("{line} --public")).ends(0);
        assert!(search.hits(&public.out).is_empty(), "{line}");
        office.run(&format!("{book} --public")).ends(0);
        assert!(
            search.hits(&cells(&office.path("paper.xlsx"))).is_empty(),
            "{book}"
        );
        // the control: what is not made for the public has them in both
        let plain = office.run(&line).ends(0).out;
        office.run(&book).ends(0);
        let (text, cells) = (
            !search.hits(&plain).is_empty(),
            !search.hits(&cells(&office.path("paper.xlsx"))).is_empty(),
        );
        assert_eq!(text, cells, "{line}");
        named += usize::from(text);
    }
    assert!(named > 0);
}

#[test]
fn canaries_in_free_text_are_in_no_public_copy_and_are_told_when_recorded() {
    let (office, _) = planted();
    let canaries: Vec<String> = (0..60)
        .filter(|n| n % 6 < 3)
        .map(|n| canary(900_000 + n))
        .collect();
    let search = Search::new(&canaries);
    for (n, some) in canaries.chunks(3).enumerate() {
        let answer = office
            .args(&[
                "collect",
                "demand",
                "HZ",
                "--year",
                "2022",
                "--received",
                "2022-01-03",
                "--type",
                "工程类",
                "--title",
                &format!("扶手{n}{}", some[0]),
                "--summary",
                &format!("楼梯，请联系{}，金丝先生", some[1]),
                "--grounds",
                &format!("安全{}", some[2]),
                "--remark",
                &format!("预算1234567元，{}", some[0]),
                "--proposer",
                "金丝先生",
                "--phone",
                "13800000001",
                "--as-is",
            ])
            .ends(0);
        assert!(
            answer.err.contains("“项目名称”") && answer.err.contains("删不掉"),
            "{}",
            answer.err
        );
        assert!(search.hits(&answer.err).is_empty(), "{}", answer.err);
    }
    for (line, name) in [
        ("export T1 --community HZ --year 2022", true),
        ("export HA --regime haicang-2018 --community HZ", false),
        ("export HQ --regime haicang-2018 --community HZ", false),
    ] {
        let plain = office.run(line).ends(0).out;
        let public = office.run(&format!("{line} --public")).ends(0).out;
        assert!(search.hits(&public).is_empty(), "{line}");
        assert!(!public.contains("金丝先生"), "{line}");
        assert!(!name || !search.hits(&plain).is_empty() && plain.contains("，金丝先生"));
        assert!(
            !name || public.contains("扶手0") && public.contains("金***"),
            "{public}"
        );
        office
            .run(&format!("{line} --public --force -o paper.xlsx"))
            .ends(0);
        let cells = cells(&office.path("paper.xlsx"));
        assert!(search.hits(&cells).is_empty() && !cells.contains("金丝先生"));
    }
}

/// Papers of the further regulations.
const PAPERS: [(&str, &str, &str); 7] = [
    ("dongguan-2020", "P1", "--street 粤海街道"),
    ("dongguan-2020", "P2", "--street 粤海街道"),
    ("dongguan-2020", "F1", "--case HZ2022-001"),
    ("dongguan-2020", "F2", "--case HZ2022-001"),
    ("dongguan-2020", "F3", "--case HZ2022-001"),
    ("haicang-2018", "HA", "--community HZ"),
    ("haicang-2018", "HQ", "--community HZ"),
];

/// Every cell of a workbook, a line each.
fn cells(path: &std::path::Path) -> String {
    let mut book = calamine::open_workbook_auto(path).unwrap();
    let mut all = String::new();
    for (_, sheet) in book.worksheets() {
        for cell in sheet.cells().map(|(_, _, cell)| cell) {
            let _ = writeln!(all, "{cell}");
        }
    }
    all
}

#[test]
fn errors_do_not_repeat_what_they_complain_of() {
    let office = community("HZ", "海珠社区", "13800000001");
    let value = "1391234567";
    office.write(
        "bad.csv",
        &format!(
            "项目名称,项目类型,需求概述,提议人,联系方式\n扶手,工程类,楼梯,金丝雀一号,{value}\n"
        ),
    );
    office.write("bad.jsonl", &format!("{{\"step\":\"collect.contact\",\"community\":\"HZ\",\"year\":2022,\"date\":\"2022-01-01\",\"source\":\"居民\",\"who\":\"金丝雀一号\",\"phone\":\"{value}\"}}\n"));
    for line in [
        format!(
            "collect demand HZ --year 2022 --received 2022-01-03 --title 扶手 --type 工程类 --summary 楼梯 --grounds 安全 --proposer 金丝雀一号 --phone {value}"
        ),
        "collect import bad.csv --community HZ --year 2022".to_owned(),
        "record bad.jsonl".to_owned(),
        format!("erase --value {value} --why 申请"),
        "erase --value 金丝雀一号 --why 申请".to_owned(),
    ] {
        let answer = office.run(&line).ends(2);
        let said = answer.out + &answer.err;
        assert!(
            !said.contains(value) && !said.contains("金丝雀一号"),
            "{line}: {said}"
        );
    }
}

#[test]
fn what_stands_in_the_wrong_place_is_not_repeated_either() {
    let office = community("HZ", "海珠社区", "13800000001");
    let (phone, card) = ("13912345678", "440305198001011234");
    // columns shifted by one or two
    office.write("shift.csv", &format!(
        "项目名称,项目类型,需求概述,提议人,联系方式,提出日期\n扶手,金丝先生,楼梯,金丝先生,13900000001,{phone}\n扶手,{card},楼梯,乙先生,13900000002,2022-01-03\n"
    ));
    office.write("shift.jsonl", &format!("{{\"step\":\"collect.contact\",\"community\":\"HZ\",\"year\":2022,\"date\":\"{phone}\",\"source\":\"金丝先生\",\"who\":\"金丝先生\",\"{card}\":\"x\"}}\n"));
    let import = "collect import shift.csv --community HZ --year 2022";
    let mut told = String::new();
    for line in [
        import.to_owned(),
        format!("{import} --format json"),
        format!("{import} --format csv"),
        format!("{import} --lang en"),
        format!("{import} --received {phone}"),
        "record shift.jsonl".to_owned(),
        "record shift.jsonl --format json".to_owned(),
        format!("audit --year {phone}"),
        format!("list {phone}"),
        format!("show HZ2022-D0001 --as-of {card}"),
        format!("show HZ2022-D0001 {phone} --lang en"),
        format!(
            "collect demand HZ --year 2022 --received {phone} --title 扶手 --type 金丝先生 --proposer 金丝先生"
        ),
    ] {
        let answer = office.run(&line).ends(2);
        let said = answer.out + &answer.err;
        for value in [phone, card, "金丝先生"] {
            assert!(!said.contains(value), "{line}: {said}");
        }
        told += &said;
    }
    assert!(
        told.contains("139******78") && told.contains("金***"),
        "{told}"
    );
    // an unknown word, a day and an amount stay as they were written
    office.write("word.csv", "项目名称,项目类型,需求概述,提议人,联系方式,提出日期\n扶手,维修活,楼梯,乙先生,13900000001,20221340\n");
    let said = office
        .run("collect import word.csv --community HZ --year 2022")
        .ends(2)
        .err;
    assert!(said.contains("“维修活”"), "{said}");
}

#[test]
fn an_erased_value_is_gone_from_the_file_and_everything_still_holds() {
    let office = community("HZ", "海珠社区", "13800000001");
    // enough values to split the pages of the table many times
    let lines: Vec<String> = (0..400)
        .map(|n| format!("{{\"step\":\"collect.contact\",\"community\":\"HZ\",\"year\":2022,\"date\":\"2022-01-05\",\"source\":\"居民\",\"who\":\"金丝雀{n:04}\",\"phone\":\"1391{n:07}\"}}"))
        .collect();
    office.record(&lines.join("\n"), "--as-is").ends(0);
    office.write("kept.txt", &office.run("checkpoint").ends(0).out);
    let counted = |office: &Office| {
        let json = office
            .run("explain HZ2022 A9-500 --format json")
            .ends(0)
            .json();
        json["findings"][0]["facts"].clone()
    };
    let before = counted(&office);
    let mut gone: Vec<String> = Vec::new();
    for n in (0..400).step_by(8) {
        gone.push(format!("金丝雀{n:04}"));
        gone.push(format!("1391{n:07}"));
    }
    let args: Vec<&str> = gone.iter().flat_map(|v| ["--value", v]).collect();
    let seen = office
        .args(&[&["erase", "--dry-run", "--format", "json"], &args[..]].concat())
        .ends(0)
        .json();
    assert_eq!(seen["erased"].as_array().unwrap().len(), 100);
    assert!(
        office
            .args(&[&["erase"], &args[..]].concat())
            .ends(2)
            .err
            .contains("--why")
    );
    office
        .args(
            &[
                &["erase", "--why", "本人申请", "--request", "本人"],
                &args[..],
            ]
            .concat(),
        )
        .ends(0);
    let file = office.bytes();
    let journal = std::fs::read(office.path("minsheng.db-journal")).unwrap_or_default();
    for value in &gone {
        let needle = value.as_bytes();
        let there = |bytes: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        assert!(!there(&file) && !there(&journal), "{value}");
    }
    // the control: a value that was not erased is found by the same search
    let kept = "金丝雀0001".as_bytes();
    assert!(file.windows(kept.len()).any(|w| w == kept));
    office.run("verify --against kept.txt").ends(0);
    if let Some(said) = second(&office.ledger(), &[]) {
        said.ends(0);
    }
    assert_eq!(counted(&office), before);
    // what was erased is not erased twice, and who comes again is a new entry
    office.run("erase --value 金丝雀0000 --why 申请").ends(2);
    office.run("erase --again").ends(0);
    office
        .run(&demand("HZ", "金丝雀0000", "13910000000"))
        .ends(0);
    office.run("verify").ends(0);
    let record = office.run("log --format json").ends(0).out;
    let erasure = record
        .lines()
        .find(|l| l.contains("\"step\":\"erase\""))
        .unwrap();
    assert!(
        erasure.contains("本人申请") && !erasure.contains("金丝雀"),
        "{erasure}"
    );
}

#[test]
fn all_values_of_a_subject_or_a_spelling_of_a_number_can_be_named() {
    let office = community("HZ", "海珠社区", "13800000001");
    office
        .run("erase --value \"+86 138-0000-0001\" --why 本人申请")
        .ends(0);
    let told = office.run("show HZ2022-D0001 --plain").ends(0).out;
    assert!(
        told.contains("测试甲") && !told.contains("13800000001"),
        "{told}"
    );
    office
        .run("erase --subject HZ2022-D0001 --why 期满")
        .ends(0);
    assert!(
        !office
            .run("show HZ2022-D0001 --plain")
            .ends(0)
            .out
            .contains("测试甲")
    );
    for line in [
        "erase --subject HZ2022-D0009 --why x",
        "erase --why x",
        "erase --evidence 00 --why x",
    ] {
        office.run(line).ends(2);
    }
    // a step that only the command may record
    let line = "{\"step\":\"erase\",\"ledger\":\"HZ.1\",\"tokens\":[\"x\"],\"why\":\"x\"}";
    assert!(
        office
            .record(line, "")
            .ends(2)
            .err
            .contains("minsheng erase")
    );
}

#[test]
fn what_was_written_into_free_text_is_told_because_it_stays() {
    let office = community("HZ", "海珠社区", "13800000001");
    office
        .run("collect demand HZ --year 2022 --received 2022-01-04 --title 扶手 --type 工程类 --summary 请联系13800000001 --grounds 安全 --proposer 测试乙 --phone 13800000002")
        .ends(0);
    let answer = office
        .run("erase --value 13800000001 --why 本人申请")
        .ends(0);
    assert!(answer.err.contains("事件号 4"), "{}", answer.err);
    let reason = office
        .run("erase --value 13800000002 --why 13800000002的机主申请")
        .ends(2);
    assert!(reason.err.contains("删不掉"), "{}", reason.err);
}

#[test]
fn an_erasure_travels_with_a_merge_and_is_never_undone_by_one() {
    let hz = community("HZ", "海珠社区", "13800000001");
    let st = Office::empty();
    st.run("init --origin ST.1").ends(0);
    let old = Office::empty();
    std::fs::copy(hz.ledger(), old.ledger()).unwrap();
    st.run(&format!("merge {}", path(&hz))).ends(0);
    hz.run("erase --value 13800000001 --why 本人申请").ends(0);
    // an old copy brings nothing back, the new one takes it away
    st.run(&format!("merge {}", path(&hz))).ends(0);
    st.run(&format!("merge {}", path(&old))).ends(0);
    let needle = b"13800000001";
    assert!(!st.bytes().windows(11).any(|w| w == needle));
    st.run("verify").ends(0);
    // put back behind the ledger's back, it is found and taken away again
    let row = Connection::open(old.ledger())
        .unwrap()
        .query_row(
            "SELECT token || ' ' || hex(salt) FROM personal WHERE value = '13800000001'",
            [],
            |r| r.get::<_, String>(0),
        )
        .unwrap();
    let (token, salt) = row.split_once(' ').unwrap();
    Connection::open(st.ledger())
        .unwrap()
        .execute_batch(&format!(
            "INSERT INTO personal VALUES ('{token}', x'{salt}', '13800000001')"
        ))
        .unwrap();
    assert!(st.run("verify").ends(3).out.contains("erase --again"));
    st.run("erase --again").ends(0);
    st.run("verify").ends(0);
}

#[cfg(unix)]
#[test]
fn files_are_made_for_their_owner_and_never_through_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    for umask in ["000", "022"] {
        let office = Office::empty();
        office.write("合同.txt", "合同");
        office.write(
            "bad.csv",
            "项目名称,项目类型,需求概述,提议人,联系方式\n扶手,工程类,楼梯,甲,13900000001\n,,,乙,\n",
        );
        let shell = |line: &str| {
            let binary = env!("CARGO_BIN_EXE_minsheng");
            let script = format!("umask {umask}; exec {binary} {line}");
            let mut command = std::process::Command::new("/bin/sh");
            command
                .current_dir(office.dir.path())
                .env_clear()
                .env("MINSHENG_NOW", "2023-07-01T02:03:04Z")
                .env("MINSHENG_ACTOR", "测试员")
                .args(["-c", &script]);
            common::cli::answer(&command.output().unwrap())
        };
        shell("init --origin TEST.1").ends(0);
        shell("register community HZ --name 海珠社区 --street 粤海街道 --date 2020-09-10").ends(0);
        shell(&demand("HZ", "测试甲", "13800000001")).ends(0);
        shell("register document --rule A6-STREETTF --body 粤海街道 --date 2020-10-01 --file 合同.txt").ends(0);
        shell(
            "collect import bad.csv --community HZ --year 2022 --received 2022-01-01 --skip-bad --as-is",
        );
        shell("export T1 --community HZ --year 2022 -o T1.csv").ends(0);
        shell("export T1 --community HZ --year 2022 --public -o T1p.csv").ends(0);
        shell("backup copy.db").ends(0);
        shell("checkpoint --new-key k.key").ends(0);
        shell("checkpoint --key k.key").ends(0);
        shell("todo --year 2022 --ics c.ics");
        let mut seen = 0;
        let mut folders = vec![office.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let mode = path.metadata().unwrap().permissions().mode() & 0o777;
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() {
                    assert_eq!(mode, 0o700, "umask {umask}: {name}");
                    folders.push(path);
                    continue;
                }
                // what the test itself wrote
                if matches!(name.as_str(), "合同.txt" | "bad.csv") {
                    continue;
                }
                assert!(
                    matches!(mode, 0o600 | 0o400),
                    "umask {umask}: {name} {mode:o}"
                );
                assert!(!name.contains(".tmp"), "{name}");
                seen += 1;
            }
        }
        assert!(seen >= 12, "{seen}");
        symlink(office.path("target.csv"), office.path("link.csv")).unwrap();
        for line in [
            "export T1 --community HZ --year 2022 -o link.csv",
            "export T1 --community HZ --year 2022 -o link.csv --force",
            "checkpoint --new-key link.csv",
            "backup link.csv --force",
        ] {
            shell(line).ends(2);
            assert!(!office.path("target.csv").exists(), "{line}");
        }
        symlink(office.ledger(), office.path("link.db")).unwrap();
        shell("list --ledger link.db").ends(2);
        std::fs::remove_dir_all(office.path("minsheng.db.evidence")).unwrap();
        std::fs::create_dir(office.path("elsewhere")).unwrap();
        symlink(
            office.path("elsewhere"),
            office.path("minsheng.db.evidence"),
        )
        .unwrap();
        shell("register document --rule A6-STREETTF --body 粤海街道 --date 2020-10-02 --file 合同.txt").ends(2);
        assert_eq!(
            std::fs::read_dir(office.path("elsewhere")).unwrap().count(),
            0
        );
    }
}
