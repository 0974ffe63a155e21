//! Good workbooks give what a user sees; hostile ones are refused.

use std::io::{Read, Write};

use rust_xlsxwriter::{Format, Formula};
use zip::write::SimpleFileOptions;

use super::*;
use crate::sheet::{Bound, Row};

/// A zip container of these parts.
pub(in crate::sheet) fn pack(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A small workbook with one text in one part replaced.
pub(in crate::sheet) fn altered(part: &str, from: &str, to: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "名称").unwrap();
    sheet.write_number(1, 0, 1.15).unwrap();
    let mut zip = ZipArchive::new(Cursor::new(book.save_to_buffer().unwrap())).unwrap();
    let mut parts = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        if file.name().unwrap() == part {
            assert!(text.contains(from), "{text}");
            text = text.replacen(from, to, 1);
        }
        parts.push((file.name().unwrap().into_owned(), text));
    }
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    pack(&parts)
}

pub(in crate::sheet) const SHEET: &str = "xl/worksheets/sheet1.xml";
pub(in crate::sheet) const STRINGS: &str = "xl/sharedStrings.xml";
const ODS: &str = r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">
    <style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>
    <table:table table:name="一"><table:table-column table:number-columns-repeated="16384"/>
    <table:table-row><table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="2" office:value-type="string"><office:annotation><text:p>批注</text:p></office:annotation><text:p>甲&amp;<text:s text:c="2"/>乙</text:p><text:p>二</text:p></table:table-cell><table:covered-table-cell><text:p>旧</text:p></table:covered-table-cell>
    <table:table-cell office:value-type="float" office:value="1.150" calcext:value-type="float"><text:p>1.2</text:p></table:table-cell></table:table-row>
    <table:table-row table:number-rows-repeated="2"><table:covered-table-cell table:number-columns-repeated="2"/><table:table-cell office:value-type="date" office:date-value="2022-04-01T09:30:00"/><table:table-cell office:value-type="boolean" office:boolean-value="true"/></table:table-row>
    <table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
    </table:table><table:table table:name="藏" table:style-name="ta2"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>
    </office:document-content>"#;

fn texts(row: &Row) -> Vec<&str> {
    row.cells.iter().map(|cell| cell.text).collect()
}

fn fail(bytes: &[u8]) -> ReadError {
    zipped(bytes, &Limits::default()).unwrap_err()
}

#[test]
fn an_xlsx_gives_what_a_user_sees() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let sheet = book.add_worksheet().set_name("清单").unwrap();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 3, "标题", &plain).unwrap();
    sheet.merge_range(2, 0, 3, 0, "石湖\n社区", &plain).unwrap();
    sheet.write_number(2, 1, 500_000).unwrap();
    sheet.write_number(2, 2, 1.1 + 2.2).unwrap();
    sheet.write_number_with_format(2, 3, 44_652, &day).unwrap();
    sheet
        .write_number_with_format(3, 3, 44_652.395_833_333_336, &day)
        .unwrap();
    sheet
        .write_formula(3, 1, Formula::new("=B3*2").set_result("1000000"))
        .unwrap();
    sheet
        .write_number(3, 2, 350_582_199_001_011_260_f64)
        .unwrap();
    sheet.write_boolean(5, 0, true).unwrap();
    sheet
        .write_formula(5, 1, Formula::new("=1/0").set_result("#DIV/0!"))
        .unwrap();
    sheet.write_number_with_format(5, 2, 60, &day).unwrap();
    sheet.write_blank(900, 16_000, &day).unwrap();
    book.add_worksheet()
        .set_name("藏")
        .unwrap()
        .set_hidden(true);
    let read = zipped(&book.save_to_buffer().unwrap(), &Limits::default()).unwrap();
    assert_eq!(read.sheets.len(), 1);
    let rows = &read.sheets[0].rows;
    let numbers: Vec<u32> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [1, 3, 4, 6]);
    assert_eq!(texts(&rows[0]), ["标题"; 4]);
    assert!(!rows[0].cells.get(0).unwrap().merged && rows[0].cells.get(3).unwrap().merged);
    assert_eq!(
        texts(&rows[1]),
        ["石湖\n社区", "500000", "3.3", "2022-04-01"]
    );
    assert_eq!(
        texts(&rows[2]),
        [
            "石湖\n社区",
            "1000000",
            "350582199001011260",
            "2022-04-01T09:30"
        ]
    );
    assert!(rows[2].cells.get(0).unwrap().merged && !rows[1].cells.get(0).unwrap().merged);
    let kinds: Vec<CellKind> = rows[3].cells.iter().map(|cell| cell.kind).collect();
    assert_eq!(kinds, [CellKind::Bool, CellKind::Error, CellKind::Number]);
    assert_eq!(texts(&rows[3]), ["TRUE", "#DIV/0!", "60"]);
}

#[test]
fn a_formula_without_its_value_is_an_error() {
    let bytes = altered(SHEET, "<v>1.15</v>", "<f>SUM(B1)</f>");
    let read = zipped(&bytes, &Limits::default()).unwrap();
    let cell = read.sheets[0].rows[1].cells.get(0).unwrap();
    assert_eq!((cell.text, cell.kind), ("=SUM(B1)", CellKind::Error));
}

#[test]
fn an_ods_gives_what_a_user_sees() {
    let read = zipped(
        &pack(&[("content.xml", ODS.as_bytes())]),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(read.sheets.len(), 1);
    let rows = &read.sheets[0].rows;
    assert_eq!(rows.len(), 3);
    assert_eq!(texts(&rows[0]), ["甲&  乙\n二", "甲&  乙\n二", "1.15"]);
    assert_eq!(
        texts(&rows[1])[1..],
        ["甲&  乙\n二", "2022-04-01T09:30", "TRUE"]
    );
    assert!(rows[1].cells.get(0).unwrap().merged);
    assert_eq!(
        (rows[2].number, texts(&rows[2])),
        (3, vec!["", "", "2022-04-01T09:30", "TRUE"])
    );
    let cut = ODS.replacen("</table:table>", "", 1);
    assert!(matches!(
        fail(&pack(&[("content.xml", cut.as_bytes())])),
        ReadError::Corrupt { .. }
    ));
    let many = ODS.replacen(
        "1.150\"",
        "1.150\" table:number-columns-repeated=\"99999\"",
        1,
    );
    assert!(matches!(
        fail(&pack(&[("content.xml", many.as_bytes())])),
        ReadError::TooLarge {
            bound: Bound::Columns,
            ..
        }
    ));
}

#[test]
fn hostile_containers_are_refused() {
    let bound = |bytes: &[u8]| match fail(bytes) {
        ReadError::TooLarge { bound, at, .. } => (bound, at),
        other => panic!("{other:?}"),
    };
    let far = altered(SHEET, "r=\"A2\"", "r=\"XFD1048576\"");
    assert_eq!(bound(&far), (Bound::Rows, Some("Sheet1!XFD1048576".into())));
    let many = altered(STRINGS, "uniqueCount=\"1\"", "uniqueCount=\"4294967295\"");
    assert_eq!(bound(&many), (Bound::Strings, Some(STRINGS.into())));
    let bomb = pack(&[("xl/workbook.xml", &vec![b' '; 300 << 20])]);
    assert_eq!(bound(&bomb).0, Bound::Ratio);
    let parts: Vec<(String, &[u8])> = (0..1_001).map(|n| (format!("xl/{n}"), &b""[..])).collect();
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, part)| (name.as_str(), *part))
        .collect();
    assert_eq!(bound(&pack(&parts)).0, Bound::Parts);
    let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    assert_eq!(bound(&pack(&[("xl/x", deep.as_bytes())])).0, Bound::Depth);
    let doctype = altered(STRINGS, "<sst", "<!DOCTYPE x [<!ENTITY a \"b\">]><sst");
    assert_eq!(
        fail(&doctype),
        ReadError::Doctype {
            part: STRINGS.into()
        }
    );
    assert!(matches!(
        fail(&pack(&[("xl/../../x", b"")])),
        ReadError::Corrupt { .. }
    ));
    let good = altered(SHEET, "A2", "A2");
    for end in [4, 30, good.len() / 2, good.len() - 1] {
        assert!(
            matches!(fail(&good[..end]), ReadError::Corrupt { .. }),
            "{end}"
        );
    }
    let merge = altered(
        SHEET,
        "</sheetData>",
        "</sheetData><mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>",
    );
    let read = zipped(&merge, &Limits::default()).unwrap();
    assert_eq!(read.sheets[0].rows[1].cells.len(), 1);
}

#[test]
fn a_size_told_too_small_is_counted() {
    let mut bomb = pack(&[("xl/workbook.xml", &vec![b' '; 20 << 20])]);
    let size = u32::to_le_bytes(20 << 20);
    while let Some(place) = bomb.windows(4).position(|bytes| bytes == size) {
        bomb[place..place + 4].copy_from_slice(&[9, 0, 0, 0]);
    }
    assert!(matches!(
        fail(&bomb),
        ReadError::TooLarge { .. } | ReadError::Corrupt { .. }
    ));
}

#[test]
fn other_containers_are_named() {
    let found = |name: &str| fail(&pack(&[(name, b"<a/>")]));
    assert_eq!(found("word/document.xml"), not(Found::Document));
    assert_eq!(found("xl/workbook.bin"), not(Found::Xlsb));
    assert_eq!(found("a.txt"), not(Found::Archive));
    assert_eq!(found("encrypted-package"), ReadError::Encrypted);
    let mut ole2 = vec![0; 1024];
    let named = |name: &str| {
        name.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let name = named("EncryptedPackage");
    ole2[512..512 + name.len()].copy_from_slice(&name);
    assert_eq!(
        super::ole2(&ole2, &Limits::default()),
        Err(ReadError::Encrypted)
    );
    assert_eq!(
        super::ole2(&ole2[..512], &Limits::default()),
        Err(not(Found::Binary))
    );
    let name = named("Workbook");
    ole2[512..512 + name.len()].copy_from_slice(&name);
    ole2[512 + name.len()..544].fill(0);
    assert!(matches!(
        super::ole2(&ole2, &Limits::default()),
        Err(ReadError::Corrupt { .. })
    ));
}

#[test]
fn a_picture_with_a_document_type_does_no_harm() {
    let mut parts = vec![("content.xml", ODS.as_bytes())];
    parts.push(("Pictures/1.svg", b"<!DOCTYPE svg><svg>"));
    assert!(zipped(&pack(&parts), &Limits::default()).is_ok());
}
