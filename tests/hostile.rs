//! Files made to do harm, given to the real program: one clear error or a clean value, the ledger
//! as it was, within bounded memory. Every file is made here.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::io::{Cursor, Write};
use std::process::Stdio;

use common::cli::{Answer, Office, answer};
use zip::write::SimpleFileOptions;

const HEAD: &str = "项目名称,项目类型,需求概述,需求理由,提议人,联系方式,提出日期";

fn office() -> Office {
    let office = Office::new();
    office
        .run("collect round HZ --year 2022 --completed 2021-12-20 --organiser 社区党委 --support 居委会")
        .ends(0);
    office
}

/// Imports a file; the program itself stays below 100 MB, and its worker within its limits.
fn import(office: &Office, name: &str, bytes: &[u8]) -> Answer {
    std::fs::write(office.path(name), bytes).unwrap();
    let line = format!("collect import {name} --community HZ --round HZ2022-R1");
    let words: Vec<&str> = line.split(' ').collect();
    let mut child = office
        .command(&words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(peak(child.id()));
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
    assert!(most < 100 << 10, "{name}: the program took {most} KiB");
    answer(&child.wait_with_output().unwrap())
}

/// Most memory that a process has had so far, in KiB; 0 where it cannot be known.
fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The file is refused with these words, and the ledger is as it was.
#[track_caller]
fn refused(office: &Office, name: &str, bytes: &[u8], words: &[&str]) {
    let before = office.bytes();
    let told = import(office, name, bytes).ends(2);
    for word in words {
        assert!(
            told.err.contains(word),
            "{name}: no “{word}” in {}",
            told.err
        );
    }
    assert!(told.err.chars().count() < 2000, "{name}: {}", told.err);
    assert_eq!(office.bytes(), before, "{name}");
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook with these shared strings and this sheet.
fn xlsx(strings: &str, sheet: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let rel = "http://schemas.openxmlformats.org/package/2006/relationships";
    let book = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="表一" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    let rels = format!(
        r#"<Relationships xmlns="{rel}"><Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
    );
    let root = format!(
        r#"<Relationships xmlns="{rel}"><Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    packed(&[
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn sheet(rows: &str) -> String {
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

fn row(number: u32, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .zip('A'..)
        .map(|(text, column)| {
            if text.starts_with('<') {
                format!(r#"<c r="{column}{number}">{text}</c>"#)
            } else {
                format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#)
            }
        })
        .collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

fn demands(rows: &str) -> String {
    let head: Vec<&str> = HEAD.split(',').collect();
    sheet(&format!("{}{rows}", row(1, &head)))
}

const NO_STRINGS: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="0" uniqueCount="0"/>"#;

#[test]
fn workbooks_that_lie_about_their_size_are_refused() {
    let office = office();
    let good = row(
        2,
        &[
            "路灯",
            "工程类",
            "修",
            "暗",
            "测试甲",
            "13800000001",
            "2021-12-01",
        ],
    );
    // the makers of hostile files start from a good one
    let well = import(&office, "good.xlsx", &xlsx(NO_STRINGS, &demands(&good)));
    well.ends(0);
    let far = demands(&good).replace("r=\"G2\"", "r=\"XFD1048576\"");
    refused(
        &office,
        "far.xlsx",
        &xlsx(NO_STRINGS, &far),
        &["表一!XFD1048576", "上限"],
    );
    let nowhere = demands(&good).replace("r=\"G2\"", "r=\"G18446744073709551616\"");
    refused(
        &office,
        "nowhere.xlsx",
        &xlsx(NO_STRINGS, &nowhere),
        &["sheet1.xml", "G1844674407370955"],
    );
    let backwards = demands(&good).replace("<sheetData>", "<dimension ref=\"G9:A1\"/><sheetData>");
    refused(
        &office,
        "backwards.xlsx",
        &xlsx(NO_STRINGS, &backwards),
        &["G9:A1"],
    );
    let many = NO_STRINGS.replace("uniqueCount=\"0\"", "uniqueCount=\"4294967295\"");
    refused(
        &office,
        "many.xlsx",
        &xlsx(&many, &demands(&good)),
        &["sharedStrings.xml", "上限"],
    );
    let bomb = format!("{}<!--{}-->", NO_STRINGS, " ".repeat(150 << 20));
    refused(
        &office,
        "bomb.xlsx",
        &xlsx(&bomb, &demands(&good)),
        &["上限"],
    );
    let wide: String = (0..1_000_000).map(|_| "<c/>").collect();
    let wide = demands(&format!(
        "<row r=\"2\">{wide}<c t=\"inlineStr\"><is><t>x</t></is></c></row>"
    ));
    refused(&office, "wide.xlsx", &xlsx(NO_STRINGS, &wide), &["上限"]);
    let long = row(2, &["路", "工程类", &"长".repeat(40_000)]);
    refused(
        &office,
        "long.xlsx",
        &xlsx(NO_STRINGS, &demands(&long)),
        &["表一!C2", "32767"],
    );
}

#[test]
fn containers_that_reach_outside_are_refused() {
    let office = office();
    for name in ["../../etc/x", "/etc/x", "xl\\..\\..\\x", "C:/x"] {
        let bytes = packed(&[("xl/workbook.xml", b"<a/>"), (name, b"x")]);
        refused(&office, "paths.xlsx", &bytes, &["文件已损坏"]);
    }
    assert!(!office.path("x").exists());
    let secret = "到不了这里";
    office.write("secret.txt", secret);
    let entity = format!(
        "<!DOCTYPE sst [<!ENTITY x SYSTEM \"file://{}\">]>{}",
        office.path("secret.txt").display(),
        NO_STRINGS.replace("/>", "><si><t>&x;</t></si></sst>")
    );
    let lol = format!(
        "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"{}\">]>{NO_STRINGS}",
        "&a;".repeat(1000)
    );
    for (name, strings) in [("xxe.xlsx", &entity), ("lol.xlsx", &lol)] {
        refused(&office, name, &xlsx(strings, &demands("")), &["DOCTYPE"]);
    }
    let undefined = NO_STRINGS.replace("/>", "><si><t>&lol;</t></si></sst>");
    let text = demands("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c></row>");
    let told = import(&office, "undefined.xlsx", &xlsx(&undefined, &text)).ends(2);
    assert!(!told.err.contains(secret));
    let parts: Vec<(String, Vec<u8>)> = (0..1_200).map(|n| (format!("xl/{n}"), vec![])).collect();
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(n, c)| (n.as_str(), c.as_slice()))
        .collect();
    refused(&office, "parts.xlsx", &packed(&parts), &["1000"]);
}

#[test]
fn sheets_that_never_end_are_refused() {
    let office = office();
    let ods = |rows: &str, end: &str| {
        let content = format!(
            r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="表一">{rows}{end}</office:spreadsheet></office:body></office:document-content>"#
        );
        packed(&[
            (
                "mimetype",
                b"application/vnd.oasis.opendocument.spreadsheet",
            ),
            ("content.xml", content.as_bytes()),
        ])
    };
    let cell = |attributes: &str| {
        format!(
            "<table:table-row><table:table-cell {attributes}><text:p>路灯</text:p></table:table-cell></table:table-row>"
        )
    };
    refused(&office, "endless.ods", &ods(&cell(""), ""), &["文件已损坏"]);
    let end = "</table:table>";
    let wide = cell("table:number-columns-repeated=\"4294967295\"");
    refused(&office, "wide.ods", &ods(&wide, end), &["上限"]);
    let tall = cell("").replace(
        "<table:table-row>",
        "<table:table-row table:number-rows-repeated=\"4294967295\">",
    );
    refused(&office, "tall.ods", &ods(&tall, end), &["上限"]);
    let blanks = cell("").replace("路灯", "<text:s text:c=\"4294967295\"/>路灯");
    refused(&office, "blanks.ods", &ods(&blanks, end), &["上限"]);
    let deep = format!(
        "{}{}",
        "<table:table>".repeat(100_000),
        "</table:table>".repeat(100_000)
    );
    refused(&office, "deep.ods", &ods(&deep, end), &["上限"]);
}

#[test]
fn text_that_is_no_table_is_told_by_row_or_byte() {
    let office = office();
    let good = "路灯,工程类,修,暗,测试甲,13800000001,2021-12-01";
    let wide = format!("{HEAD}\n{}x\n", ",".repeat(1_000_000));
    refused(&office, "wide.csv", wide.as_bytes(), &["BDWGO2", "上限"]);
    let long = format!("{HEAD}\n路灯,工程类,{}\n", "长".repeat(20 << 20));
    refused(&office, "long.csv", long.as_bytes(), &["C2", "上限"]);
    refused(&office, "huge.csv", &vec![b'a'; 70 << 20], &["上限"]);
    let open = format!("{HEAD}\n{good}\n\"路灯,工程类\n{good}\n");
    refused(&office, "open.csv", open.as_bytes(), &["第 3 行", "引号"]);
    refused(
        &office,
        "nul.csv",
        format!("{HEAD}\n路\0灯,工程类\n").as_bytes(),
        &["二进制"],
    );
    let tall = format!("{HEAD}\n{}", "x,y\n".repeat(250_000));
    refused(&office, "tall.csv", tall.as_bytes(), &["上限"]);
    // bytes that no encoding has: where, and nothing is put in their place
    let mut bad = encoding_rs::GB18030.encode(HEAD).0.into_owned();
    let offset = bad.len() + 1;
    bad.extend_from_slice(b"\n\x81\x20,x\n");
    refused(
        &office,
        "bad.csv",
        &bad,
        &[&format!("第 {offset} 字节"), "第 2 行"],
    );
    let mark = format!("{HEAD}\n\u{FEFF}路灯,工程类,修,暗,测试甲,13800000001,2021-12-01\n");
    // a mark of the byte order in the middle is no part of a name on the screen
    let read = import(&office, "mark.csv", mark.as_bytes()).ends(0);
    assert!(!read.out.contains('\u{FEFF}'));
    let mixed = format!("{HEAD}\r\n{good}甲\r{good}\n");
    assert!(matches!(
        import(&office, "mixed.csv", mixed.as_bytes()).code,
        0 | 2
    ));
}

#[test]
fn values_that_are_not_what_they_seem_are_told_at_their_cell() {
    let office = office();
    let date = "2021-12-01";
    for (cell, place) in [
        // eighteen digits typed as a number have lost their end
        ("<v>3.5058219900101126E+17</v>", "F2"),
        ("<f>A1&amp;B1</f>", "F2"),
    ] {
        let rows = row(2, &["路灯", "工程类", "修", "暗", "测试甲", cell, date]);
        refused(
            &office,
            "cell.xlsx",
            &xlsx(NO_STRINGS, &demands(&rows)),
            &[&format!("表一!{place}")],
        );
    }
    // in whichever column, and written to text by an office program
    let rows = row(
        2,
        &[
            "<v>350582199001011260</v>",
            "工程类",
            "修",
            "暗",
            "甲",
            "13800000001",
            date,
        ],
    );
    refused(
        &office,
        "id.xlsx",
        &xlsx(NO_STRINGS, &demands(&rows)),
        &["表一!A2", "15位"],
    );
    for number in ["3.50582E+17", "1e+11"] {
        let text = format!("{HEAD}\n路灯,工程类,修,暗,甲,{number},{date}\n");
        refused(&office, "id.csv", text.as_bytes(), &["F2", "15位"]);
    }
    for day in [
        "2026.2.30",
        "1900-02-29",
        "2022年13月1日",
        "昨天",
        "999999",
        "2022-04-31",
    ] {
        let text = format!("{HEAD}\n路灯,工程类,修,暗,测试甲,13800000001,{day}\n");
        refused(&office, "day.csv", text.as_bytes(), &["G2", day]);
    }
    // a formula without its value, an error, a type that is none
    for kind in ["=1+1", "#REF!", "工程", ""] {
        let text = format!("{HEAD}\n路灯,{kind},修,暗,测试甲,13800000001,{date}\n");
        let told = import(&office, "kind.csv", text.as_bytes());
        assert!(told.code == 2 || kind == "工程", "{kind}: {}", told.err);
        if told.code == 2 {
            assert!(told.err.contains("B2"), "{kind}: {}", told.err);
        }
    }
}

#[test]
fn json_lines_that_do_harm_are_told_by_line() {
    let office = office();
    let deep = format!(
        "{{\"step\":\"init\",\"x\":{}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let cases: [(&str, &str); 9] = [
        (&deep, "steps.jsonl:1"),
        ("{\"step\":\"collect.demand\"", "steps.jsonl:1"),
        ("{\"step\":1}", "steps.jsonl:1"),
        ("{}\n[]\n", "steps.jsonl:1"),
        (
            "{\"step\":\"collect.demand\",\"year\":1e400}",
            "steps.jsonl:1",
        ),
        (
            "{\"step\":\"collect.demand\",\"title\":\"\\ud800\"}",
            "steps.jsonl:1",
        ),
        (
            "{\"step\":\"collect.demand\",\"title\":{\"personal\":\"x\"},\"year\":-1}",
            "steps.jsonl:1",
        ),
        (
            "{\"step\":\"register.document\",\"reason\":[1]}",
            "steps.jsonl:1",
        ),
        (
            "{\"step\":\"fund.budget\",\"total\":\"999999999999999999999\"}",
            "steps.jsonl:1",
        ),
    ];
    let before = office.bytes();
    for (text, place) in cases {
        let told = office.record(text, "").ends(2);
        assert!(told.err.contains(place), "{text:.80}: {}", told.err);
        assert!(!told.err.contains("panicked"), "{text:.80}");
    }
    let utf8 = office.path("bytes.jsonl");
    std::fs::write(utf8, b"{\"step\":\"\xff\"}").unwrap();
    assert!(
        office
            .run("record bytes.jsonl")
            .ends(2)
            .err
            .contains("UTF-8")
    );
    // what never ends is not begun
    #[cfg(unix)]
    for device in ["/dev/zero", "/dev/urandom", "/dev/null"] {
        for command in ["record", "collect import --community HZ --year 2022"] {
            office.run(&format!("{command} {device}")).ends(2);
        }
    }
    std::fs::write(
        office.path("large.jsonl"),
        format!("{{\"step\":\"{}", " ".repeat(65 << 20)),
    )
    .unwrap();
    assert!(
        office
            .run("record large.jsonl")
            .ends(2)
            .err
            .contains("67108864")
    );
    assert_eq!(office.bytes(), before);
}

#[test]
fn packs_that_do_harm_are_told() {
    let office = Office::empty();
    std::fs::create_dir(office.path("pack")).unwrap();
    let deep = format!("id = {}", "[".repeat(100_000));
    let brackets = "(".repeat(100_000);
    let guard = format!(
        "[meta]\nid = \"x\"\nname = \"x\"\nname_en = \"x\"\ndocument = \"1\"\n[[condition]]\nid = \"a\"\nwhen = \"{brackets}\"\n"
    );
    for text in [deep.as_str(), &guard, "[meta]\n", "\0", "[meta]\nid = 1\n"] {
        std::fs::write(office.path("pack/pack.toml"), text).unwrap();
        let told = office.run("rule --all --regime ./pack").ends(2);
        assert!(!told.err.contains("panicked") && told.err.chars().count() < 9000);
    }
}
