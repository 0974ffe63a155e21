//! Rows of an exported workbook that did not come back: named, never withdrawn by themselves.

use std::collections::BTreeSet;

use crate::ledger::Ledger;
use crate::report::template::{List, RECORD, WORDS, exported_key, exported_title};
use crate::sheet::Workbook;
use crate::state::{Book, EventKey, Fact};
use crate::step::{STEPS, StepDef};
use crate::words;
use crate::words::Words;

/// Rows that are named one by one; of more the number is told.
const MOST: usize = 20;

/// The records that a workbook was exported with, as its list of words keeps them: a list for
/// each step.
pub(super) fn exported(book: &Workbook) -> Vec<List> {
    let words = book.sheets.iter().find(|sheet| sheet.name.trim() == WORDS);
    let Some((head, rows)) = words.and_then(|sheet| {
        let starts = |text: &str| text.starts_with(RECORD);
        let mut rows = sheet.rows.iter();
        let head = rows.find(|row| row.cells.iter().any(|cell| starts(cell.text.trim())))?;
        Some((head, rows.as_slice()))
    }) else {
        return Vec::new();
    };
    let list = |def: &&'static StepDef| {
        let title = exported_title(def);
        let column = head
            .cells
            .iter()
            .position(|cell| cell.text.trim() == title)?;
        let text = |row: &crate::sheet::Row, at: usize| {
            let cell = row.cells.get(at);
            cell.map_or(String::new(), |cell| cell.text.trim().to_owned())
        };
        let words = rows
            .iter()
            .map(|row| (text(row, column), text(row, column + 1)));
        Some(List {
            key: exported_key(def),
            title,
            words: words.filter(|(record, _)| !record.is_empty()).collect(),
            closed: false,
        })
    };
    STEPS.iter().filter_map(list).collect()
}

/// What is told of the rows of a sheet that are not there any more.
pub(super) fn told(
    def: &StepDef,
    exported: &[List],
    came: &BTreeSet<String>,
    book: &Book,
    ledger: &Ledger,
) -> Vec<Words> {
    let key = exported_key(def);
    let Some(list) = exported.iter().find(|list| list.key == key) else {
        return Vec::new();
    };
    let gone = list
        .words
        .iter()
        .filter(|(record, _)| !came.contains(record));
    // what was withdrawn since needs nothing more
    let standing = gone.filter_map(|(record, _)| {
        let fact = fact(record, book)?;
        (!fact.struck && fact.def == def).then_some(fact)
    });
    let standing: Vec<&Fact> = standing.collect();
    if standing.is_empty() {
        return Vec::new();
    }
    let mut notes = vec![words!(
        "工作表“{0}”比导出时少了{1}行：删掉的行不撤回登记，账本不变。仍要撤回的：",
        "Sheet “{0}” has {1} rows less than when it was exported: a deleted row withdraws nothing, the ledger is as it was. To withdraw them all the same:",
        def.zh,
        standing.len()
    )];
    let lines = standing.iter().take(MOST).map(|fact| {
        words!(
            "  记录号 {0}，{1}：{2} --why 理由",
            "  record {0}, {1}: {2} --why REASON",
            format!("{}/{}", fact.key.origin, fact.key.seq),
            fact.subject,
            withdraw(fact, ledger)
        )
    });
    notes.extend(lines);
    if standing.len() > MOST {
        notes.push(words!(
            "  另有{0}条；逐条的记录号见词表的“{1}”一列。",
            "  and {0} more; the numbers stand in the column “{1}” of the list of words.",
            standing.len() - MOST,
            exported_title(def)
        ));
    }
    notes
}

/// The same where somebody has taken the list of words out of the workbook.
pub(super) fn unnamed(def: &StepDef, count: usize) -> Words {
    words!(
        "工作表“{0}”比导出时少了{1}行（“词表”也不在，说不出是哪几行）：删掉的行不撤回登记，账本不变；要撤回用 minsheng withdraw 对象 --event 事件号 --why 理由。",
        "Sheet “{0}” has {1} rows less than when it was exported (and no list of words that would name them): a deleted row withdraws nothing. To withdraw: minsheng withdraw SUBJECT --event N --why REASON.",
        def.zh,
        count
    )
}

/// The command that withdraws a record, but for the reason.
pub(super) fn withdraw(fact: &Fact, ledger: &Ledger) -> String {
    let (origin, seq) = (&fact.key.origin, fact.key.seq);
    let chain = if origin.to_string() == ledger.origin().name {
        String::new()
    } else {
        format!(" --origin {origin}")
    };
    format!("minsheng withdraw {} --event {seq}{chain}", fact.subject)
}

/// The record that a number of a workbook names.
pub(super) fn fact<'b>(record: &str, book: &'b Book) -> Option<&'b Fact> {
    let (origin, seq) = record.rsplit_once('/')?;
    let key = EventKey {
        origin: origin.trim().into(),
        seq: seq.trim().parse().ok()?,
    };
    book.place(&key).map(|place| book.fact(place))
}
