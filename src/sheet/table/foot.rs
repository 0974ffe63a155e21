//! Rows below a header that are no records: totals, notes, signatures, repeated headers.

use super::head::{Wanted, begins, flatten};
use super::{Column, norm_heading, text};
use crate::sheet::Row;
use crate::words::settled;

/// First words of rows that sum others up.
const TOTALS: [&str; 5] = ["合计", "总计", "小计", "共计", "累计"];
/// Openings of notes; what follows such a row alone belongs to it.
const NOTES: [&str; 6] = ["填表说明", "填报说明", "情况说明", "说明", "备注", "注"];
/// Openings of lines to be signed.
const SIGNATURES: [&str; 22] = [
    "填表人",
    "填报人",
    "填表单位",
    "填报单位",
    "填表日期",
    "填报日期",
    "填报时间",
    "制表",
    "审核",
    "审批",
    "复核",
    "经办",
    "负责人",
    "单位负责人",
    "分管领导",
    "主管领导",
    "联系人",
    "联系电话",
    "单位(盖章",
    "盖章",
    "签字",
    "报送单位",
];

/// Why a row below the header is no record; an empty reason for a blank row.
///
/// `first` is the first text of the row, `alone` says that it has no other; `note` says that the
/// row above belongs to a note.
pub(super) fn refuse(
    row: &Row,
    (first, alone): (Option<&str>, bool),
    columns: &[Column],
    wanted: &Wanted,
    note: bool,
) -> Option<&'static str> {
    let Some(first) = first else {
        return Some("");
    };
    let flat = || flatten(first);
    let says = |words: &[&str]| {
        // most texts begin with no such word
        let may = begins(first).is_none_or(|c| words.iter().any(|word| word.starts_with(c)));
        may && words.iter().any(|word| opens(&flat(), word))
    };
    let filled = || {
        let columns = columns.iter();
        columns.filter(|column| !text(row, column.index).is_empty())
    };
    let merged = |column: &&Column| row.cells.get(column.index).is_some_and(|cell| cell.merged);
    match () {
        () if repeats(row, columns, wanted) => Some("重复的表头"),
        () if sums(row) => Some("合计行"),
        () if alone && says(&NOTES) => Some("说明文字"),
        () if says(&SIGNATURES) => Some("填表或签章信息"),
        () if alone && note => Some("说明文字"),
        () if alone && (spans(row) || ordinal(&flat())) => Some("分组标题或说明，不是数据"),
        () if filled().next().is_none() => Some("已识别的列里没有内容"),
        () if filled().all(|column| merged(&column)) => Some("与上一行合并，不另成一条"),
        () if alone => {
            let mut filled = filled();
            let only = filled.next().filter(|_| filled.next().is_none());
            let number = only.is_some_and(|only| norm_heading(&only.heading) == "序号");
            number.then_some("只有序号")
        }
        () => None,
    }
}

/// At least half of the columns hold their own heading again.
fn repeats(row: &Row, columns: &[Column], wanted: &Wanted) -> bool {
    let again = |column: &&Column| {
        let found = wanted.find(text(row, column.index));
        found.is_some_and(|(_, key)| key == column.key)
    };
    let (mut own, mut others) = (0, 0);
    for column in columns {
        if again(&column) {
            own += 1;
        } else {
            others += 1;
            // most rows are records, and need no look at all their cells
            if others * 2 > columns.len() {
                return false;
            }
        }
    }
    own >= columns.len().min(2)
}

/// One of the first cells says that the row sums others up.
///
/// A community merged down over its projects often stands before `小计`.
fn sums(row: &Row) -> bool {
    let filled = || row.cells.iter().filter(|cell| !cell.text.trim().is_empty());
    let own = filled().find(|cell| !cell.merged);
    let first = filled().next();
    // most often they are one cell
    let own = own.filter(|own| first.is_none_or(|first| !std::ptr::eq(own.text, first.text)));
    let firsts = first.into_iter().chain(own);
    // all words of totals end so
    let may = |text: &str| !text.chars().all(|c| settled(c).is_some_and(|c| c != '计'));
    let firsts = firsts.filter(|cell| may(cell.text));
    firsts.map(|cell| norm_heading(cell.text)).any(|norm| {
        TOTALS.iter().any(|word| {
            let rest = norm.strip_prefix(word);
            let counts = rest.is_some_and(|rest| !rest.starts_with(char::is_alphabetic));
            counts || (norm.ends_with(word) && norm.chars().count() <= 8)
        })
    })
}

/// The flattened text begins with the word and goes on like a label.
fn opens(flat: &str, word: &str) -> bool {
    let Some(rest) = flat.strip_prefix(word) else {
        return false;
    };
    let rest = rest.trim_start_matches(|c: char| c == '人' || c.is_ascii_digit());
    rest.is_empty() || rest.starts_with([':', '(', ')', '.', '、', ','])
}

/// One text lies over several columns.
fn spans(row: &Row) -> bool {
    let own = row.cells.iter().filter(|cell| !cell.text.trim().is_empty());
    own.count() > 1
}

/// The flattened text begins like a chapter: 一、 or (二).
fn ordinal(flat: &str) -> bool {
    let rest = flat.trim_start_matches('(');
    let body = rest.trim_start_matches(|c| "一二三四五六七八九十".contains(c));
    body.len() < rest.len() && body.starts_with(['、', ')', '.'])
}
