//! Questionnaires as they were exported and filled in: a sheet for each answer, a tick in a row.

use std::collections::BTreeMap;

use serde_json::{Map, json};

use super::Batch;
use super::tables::Mark;
use crate::corridor::Entry;
use crate::pack::Pack;
use crate::sheet::{CellKind, Row, Sheet};
use crate::step::{Kind, StepDef, find, input};
use crate::words;
use crate::words::Words;

/// Rows with a question that make a form a questionnaire.
const QUESTIONS: usize = 3;

/// A filled-in sheet, taken apart.
#[derive(Default)]
struct Sheetful {
    raw: Map<String, serde_json::Value>,
    /// Row of each field, and of the line with the signature.
    rows: BTreeMap<String, u32>,
    /// Rows with more than one tick.
    torn: Vec<(u32, String)>,
    /// Anything was filled in.
    touched: bool,
}

/// The step whose answers a form of the regulation asks for, if the sheet is such a form.
pub(super) fn asked(sheet: &Sheet, pack: &Pack) -> Option<&'static StepDef> {
    let def = find("evaluate.answer")?;
    let first = sheet.rows.first()?.cells.get(0)?.text.trim();
    let form = pack.forms.iter().find(|form| form.title.trim() == first)?;
    let questions = form.rows.iter().filter(|pieces| {
        let heading = pieces.first().map_or("", |piece| piece.parts().0);
        question(def, heading).is_some()
    });
    (questions.count() >= QUESTIONS).then_some(def)
}

/// The field that a row asks for.
fn question(def: &'static StepDef, heading: &str) -> Option<&'static str> {
    let field = input::find_field(def, heading.trim())?;
    (field.kind == Kind::Term).then_some(field.name)
}

impl Batch<'_> {
    /// Reads one questionnaire as one record; says if it is blank.
    pub(super) fn answer(
        &mut self,
        (file, place): (&str, usize),
        sheet: &Sheet,
        def: &'static StepDef,
    ) -> Option<Words> {
        let mut full = taken_apart(sheet, def, self.pack);
        if !full.touched {
            return Some(words!(
                "{}!{}：空白的测评表，未登记。",
                "{}!{}: a blank questionnaire; not recorded.",
                file,
                sheet.name
            ));
        }
        // a copy of a sheet is named “DA2021-001 (2)”
        let case = sheet.name.split([' ', '(', '（', '　']).next();
        full.raw
            .insert("case".into(), json!(case.unwrap_or_default()));
        let at = format!("{file}!{}", sheet.name);
        let before = self.problems.len();
        for (row, heading) in std::mem::take(&mut full.torn) {
            let words = words!(
                "“{0}”勾了不止一项，只能选一项。",
                "“{0}” has more than one tick; only one counts.",
                heading
            );
            self.told(&at, place, row, &words);
        }
        match input::read(def, &full.raw, self.pack) {
            Ok(step) if self.problems.len() == before => {
                self.desk.marks.push(Mark {
                    place: at.clone(),
                    sheet: place,
                    row: sheet.rows.first().map_or(1, |row| row.number),
                    column: None,
                    words: None,
                });
                self.entries.push(Entry {
                    step,
                    place: Some(at),
                    reasons: self.reasons.clone(),
                    again: false,
                });
            }
            Ok(_) => {}
            Err(problems) => {
                for problem in problems {
                    let row = full.rows.get(&problem.field).copied();
                    self.told(&at, place, row.unwrap_or(1), &problem.words);
                }
            }
        }
        None
    }

    fn told(&mut self, at: &str, sheet: usize, row: u32, words: &Words) {
        let place = format!("{at}!{row}");
        self.desk.marks.push(Mark {
            place: place.clone(),
            sheet,
            row,
            column: Some(0),
            words: Some(words.clone()),
        });
        self.wrong(&place, words);
    }
}

fn taken_apart(sheet: &Sheet, def: &'static StepDef, pack: &Pack) -> Sheetful {
    let mut full = Sheetful::default();
    let mut levels: BTreeMap<usize, String> = BTreeMap::new();
    for row in &sheet.rows {
        let said = |index: usize| row.cells.get(index).filter(|cell| !cell.merged);
        let head = said(0).map_or("", |cell| cell.text.trim());
        let found = headings(row, def, pack);
        if found.len() >= QUESTIONS {
            levels = found;
        } else if let Some(name) = question(def, head).filter(|_| !levels.is_empty()) {
            full.rows.insert(name.to_owned(), row.number);
            let ticks = levels.iter().filter(|(column, _)| {
                said(**column).is_some_and(|cell| !cell.text.trim().is_empty())
            });
            let ticks: Vec<&String> = ticks.map(|(_, level)| level).collect();
            match ticks.as_slice() {
                [] => {}
                [level] => {
                    full.touched = true;
                    full.raw.insert(name.to_owned(), json!(level));
                }
                _ => {
                    full.touched = true;
                    full.torn.push((row.number, head.to_owned()));
                }
            }
        } else if head.contains("签名") {
            full.signature(row, head);
        } else if let Some((_, text)) = head.split_once("意见或建议：") {
            let text = text.trim();
            if !text.is_empty() {
                full.touched = true;
                full.raw.insert("comment".into(), json!(text));
            }
            full.rows.insert("comment".into(), row.number);
        }
    }
    full
}

/// The levels that stand over the columns of a row.
fn headings(row: &Row, def: &StepDef, pack: &Pack) -> BTreeMap<usize, String> {
    let vocabulary = def.field("overall").map_or("", |field| field.vocabulary);
    let known = pack.vocabularies.iter().find(|v| v.id == vocabulary);
    let terms = known.map_or(&[][..], |known| &known.terms);
    let cells = row.cells.iter().enumerate();
    cells
        .filter(|(_, cell)| terms.iter().any(|term| term.label == cell.text.trim()))
        .map(|(column, cell)| (column, cell.text.trim().to_owned()))
        .collect()
}

impl Sheetful {
    /// The line to be signed and dated: `…签名（…）：　王　　日　　期：　2021年6月1日`.
    fn signature(&mut self, row: &Row, line: &str) {
        self.rows.insert("date".into(), row.number);
        self.rows.insert("signed".into(), row.number);
        let flat: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        let (name, date) = flat.split_once("日期：").unwrap_or((&flat, ""));
        let name = name.split_once("签名").map_or("", |(_, rest)| rest);
        let name = name.split_once('：').map_or("", |(_, name)| name);
        self.raw.insert(
            "signed".into(),
            json!(if name.is_empty() { "否" } else { "是" }),
        );
        let cell = row.cells.iter().find(|cell| cell.kind == CellKind::Date);
        let date = cell.map_or(date, |cell| cell.text);
        if date.chars().any(|c| c.is_ascii_digit()) {
            self.touched = true;
            self.raw.insert("date".into(), json!(date));
        }
    }
}
