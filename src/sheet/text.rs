//! Text files with separators: the encoding found strictly, the separator by counting.

mod encoding;

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder};
use simdutf8::basic::from_utf8;

use super::cells::Packer;
use super::{Bound, Cell, CellKind, Found, Limits, ReadError, ReadOptions, Row, Sheet, Workbook};

/// A row that no file holds; it comes out alone unless a quote swallowed it.
const LAST: &str = "\u{1}end\u{1}";

/// Reads CSV or TSV.
pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<Workbook, ReadError> {
    refuse_others(bytes)?;
    let (text, encoding) = encoding::decode(bytes, options.encoding.as_deref())?;
    if text.contains('\0') {
        return Err(not(Found::Binary));
    }
    if text.trim().is_empty() {
        return Err(not(Found::Nothing));
    }
    let mut text = broken(text);
    let tag = text.trim_start().strip_prefix('<');
    if tag.is_some_and(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic() || "?!".contains(c)))
    {
        return Err(not(Found::Markup));
    }
    let separator = separator(&text);
    text.push('\n');
    text.push_str(LAST);
    let rows = rows(&text, separator, &options.limits)?;
    let name = String::new();
    Ok(Workbook {
        sheets: vec![Sheet { name, rows }],
        encoding: Some(encoding),
    })
}

fn not(found: Found) -> ReadError {
    ReadError::NotSpreadsheet { found }
}

fn refuse_others(bytes: &[u8]) -> Result<(), ReadError> {
    const MAGIC: [(&[u8], Found); 8] = [
        (b"%PDF", Found::Pdf),
        (b"\x89PNG", Found::Image),
        (b"\xff\xd8\xff", Found::Image),
        (b"GIF8", Found::Image),
        (b"{\\rtf", Found::Document),
        (b"Rar!", Found::Archive),
        (b"7z\xbc\xaf", Found::Archive),
        (b"\x1f\x8b", Found::Archive),
    ];
    match MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        Some((_, found)) => Err(not(*found)),
        None => Ok(()),
    }
}

/// The separator that cuts most of the first rows into the same number of columns.
fn separator(text: &str) -> u8 {
    let head = text.as_bytes();
    let head = head.get(..1 << 20).unwrap_or(head);
    let score = |separator: u8| {
        let mut counts = BTreeMap::<usize, usize>::new();
        for record in reader(head, separator).byte_records().take(40).flatten() {
            *counts.entry(record.len()).or_default() += 1;
        }
        let scores = counts.iter().map(|(columns, rows)| (columns - 1) * rows);
        scores.max().unwrap_or(0)
    };
    let mut best = (b',', score(b','));
    for other in *b"\t;" {
        let found = score(other);
        if found > best.1 {
            best = (other, found);
        }
    }
    best.0
}

fn reader(text: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text)
}

fn rows(text: &str, separator: u8, limits: &Limits) -> Result<Vec<Row>, ReadError> {
    let mut reader = reader(text.as_bytes(), separator);
    let mut record = ByteRecord::new();
    let mut packer = Packer::default();
    let mut rows = Vec::new();
    let (mut number, mut cells) = (0_u32, 0_u64);
    loop {
        // the csv crate passes over blank lines, which the user counts
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let ahead = text.as_bytes().get(start..).unwrap_or_default();
        let blank = ahead.iter().take_while(|byte| **byte == b'\n').count();
        number = number.saturating_add(u32::try_from(blank + 1).unwrap_or(u32::MAX));
        let corrupt = |detail: String| ReadError::Corrupt {
            part: format!("第 {number} 行"),
            detail,
        };
        let more = reader.read_byte_record(&mut record);
        let more = more.map_err(|e| corrupt(e.to_string()))?;
        let fields = from_utf8(record.as_slice()).map_err(|e| corrupt(e.to_string()))?;
        let last = record.len().checked_sub(1);
        let last = last.and_then(|last| field(fields, &record, last));
        if record.len() == 1 && last == Some(LAST) {
            return Ok(rows);
        }
        // what an open quote swallows is the last field
        if !more || last.is_some_and(|last| last.ends_with(LAST)) {
            return Err(ReadError::OpenQuote { row: number });
        }
        let row = row(number, (&record, fields), limits, &mut packer)?;
        cells += row.cells.len() as u64;
        if cells > limits.cells {
            return Err(over(Bound::Cells, limits.cells, number, None));
        }
        if !row.cells.is_empty() {
            rows.push(row);
        }
    }
}

/// One field of a record, whose fields are this text.
fn field<'t>(fields: &'t str, record: &ByteRecord, column: usize) -> Option<&'t str> {
    fields.get(record.range(column)?)
}

fn row(
    number: u32,
    (record, fields): (&ByteRecord, &str),
    limits: &Limits,
    packer: &mut Packer,
) -> Result<Row, ReadError> {
    let text = |column| field(fields, record, column).unwrap_or_default();
    let filled = |column: &usize| !is_blank(text(*column));
    let used = (0..record.len()).rev().find(filled);
    let used = used.map_or(0, |last| last + 1);
    if used > limits.columns as usize {
        return Err(over(
            Bound::Columns,
            limits.columns.into(),
            number,
            Some(used - 1),
        ));
    }
    if used > 0 && number > limits.rows {
        return Err(over(Bound::Rows, limits.rows.into(), number, None));
    }
    for column in 0..used {
        let text = text(column);
        // a byte has at most one character
        let long = limits.cell_chars as usize;
        if text.len() > long && text.chars().count() > long {
            return Err(over(Bound::CellChars, long as u64, number, Some(column)));
        }
        packer.push(if is_blank(text) {
            Cell::default()
        } else {
            Cell {
                text,
                kind: CellKind::Text,
                merged: false,
            }
        });
    }
    Ok(Row {
        number,
        cells: packer.done(),
    })
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// The text with line breaks of one kind.
fn broken(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    let mut unified = String::with_capacity(text.len() + 2 + LAST.len());
    let mut rest = text.as_str();
    while let Some((line, after)) = rest.split_once('\r') {
        unified.push_str(line);
        unified.push('\n');
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    unified.push_str(rest);
    unified
}

fn over(bound: Bound, limit: u64, row: u32, column: Option<usize>) -> ReadError {
    let column = column.map(super::table::column_letter).unwrap_or_default();
    ReadError::TooLarge {
        bound,
        limit,
        at: Some(format!("{column}{row}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sheet(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let book = read(bytes, &ReadOptions::default()).unwrap();
        let row = |row: &Row| {
            let cells = row.cells.iter().map(|cell| cell.text.to_owned());
            (row.number, cells.collect())
        };
        book.sheets[0].rows.iter().map(row).collect()
    }

    fn fail(bytes: &[u8]) -> ReadError {
        read(bytes, &ReadOptions::default()).unwrap_err()
    }

    #[test]
    fn rows_keep_the_numbers_a_user_sees() {
        let csv = "\u{feff}表\r\n\r\n名称,金额\r\n\"第一行\r\n第二行\",1.50\r\n,,\r\n末,2";
        let rows = sheet(csv.as_bytes());
        let numbers: Vec<u32> = rows.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 3, 4, 6]);
        assert_eq!(rows[2].1, ["第一行\n第二行", "1.50"]);
        assert_eq!(
            sheet(b"a,b\rc,d\r\re,f")[2],
            (4, vec!["e".into(), "f".into()])
        );
    }

    #[test]
    fn the_separator_is_counted() {
        assert_eq!(
            sheet("标题，一\n编号\t名称\t金额\n1\t甲,乙\t1,000".as_bytes())[1]
                .1
                .len(),
            3
        );
        assert_eq!(
            sheet("编号;名称\n1;\"a;b\"\n".as_bytes())[1].1,
            ["1", "a;b"]
        );
        assert_eq!(sheet("只有一列\n甲".as_bytes())[1].1, ["甲"]);
        // ragged rows
        assert_eq!(sheet(b"a,b,c\n1\n1,2,3,4\n1,2,3")[2].1.len(), 4);
    }

    #[test]
    fn what_is_no_table_of_text_is_named() {
        assert_eq!(fail(b"%PDF-1.7 x"), not(Found::Pdf));
        assert_eq!(fail(b"<html><table>"), not(Found::Markup));
        assert_eq!(fail(b" \r\n\t"), not(Found::Nothing));
        assert_eq!(fail(b""), not(Found::Nothing));
        assert_eq!(fail(b"MZ\0\0"), not(Found::Binary));
        assert_eq!(sheet(b"a,b\n<5,6").len(), 2);
    }

    #[test]
    fn limits_say_where() {
        let at = |bytes: &[u8]| match fail(bytes) {
            ReadError::TooLarge { bound, at, .. } => (bound, at.unwrap()),
            other => panic!("{other}"),
        };
        let wide = format!("a,b\n{}x", ",".repeat(1_000_000));
        assert_eq!(at(wide.as_bytes()), (Bound::Columns, "BDWGO2".into()));
        let long = format!("a,b\n1,{}\n", "长".repeat(32_768));
        assert_eq!(at(long.as_bytes()), (Bound::CellChars, "B2".into()));
        assert_eq!(fail(b"a,b\n1,\"x\n2,y\n"), ReadError::OpenQuote { row: 2 });
        assert_eq!(
            at("x\n".repeat(200_001).as_bytes()),
            (Bound::Rows, "200001".into())
        );
    }
}
