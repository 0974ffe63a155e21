//! Steps from the rows of tables: a sheet for each step, every problem at its cell.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ArgMatches;
use serde_json::{Map, Value as Json, json};

use super::edits::{self, Outcome};
use super::{Batch, unknown_step};
use crate::cli::context::Context;
use crate::cli::files::CellProblem;
use crate::cli::{Fail, files, talk, template};
use crate::corridor::Entry;
use crate::report::template::{EXAMPLE, GUIDE, List, PROBLEM, RECORD, WORDS};
use crate::sheet::table::{ColumnSpec, Table, locate};
use crate::sheet::{Row, Sheet, Workbook};
use crate::step::input::Problem;
use crate::step::{self, STEPS, StepDef, input};
use crate::words;
use crate::words::Words;

/// A workbook that was read, and where its problems stand.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) file: String,
    pub(super) book: Workbook,
    /// The tables that were found: the sheet's place in the book, the step, the table.
    pub(super) found: Vec<(usize, &'static StepDef, Table)>,
    pub(super) marks: Vec<Mark>,
    /// The records that it was exported with.
    pub(super) exported: Vec<List>,
}

/// A place that a message names.
pub(super) struct Mark {
    pub(super) place: String,
    pub(super) sheet: usize,
    pub(super) row: u32,
    /// The column, from 0; none if the whole row is meant.
    pub(super) column: Option<usize>,
    /// What is wrong there, where that is known already.
    pub(super) words: Option<Words>,
}

impl Batch<'_> {
    pub(super) fn tables(
        &mut self,
        file: &str,
        matches: &ArgMatches,
        context: &mut Context<'_>,
    ) -> anyhow::Result<()> {
        let book = files::read(
            Path::new(file),
            matches.get_one::<String>("encoding"),
            context,
        )?;
        let named = match matches.get_one::<String>("step") {
            Some(name) => Some(step::find(name).ok_or_else(|| Fail(unknown_step(name)))?),
            None => None,
        };
        let common = common(matches)?;
        let (mut notes, mut questionnaires) = (Vec::new(), false);
        file.clone_into(&mut self.desk.file);
        self.desk.exported = super::gone::exported(&book);
        for (place, sheet) in book.sheets.iter().enumerate() {
            let name = sheet.name.trim();
            if matches!(name, GUIDE | WORDS) {
                continue;
            }
            if let Some(def) = super::answers::asked(sheet, self.pack) {
                notes.extend(self.answer((file, place), sheet, def));
                questionnaires = true;
                continue;
            }
            let Some(def) = named.or_else(|| step::find(name)) else {
                if !name.is_empty() && looks_like_records(sheet) {
                    let first = sheet.rows.first().map_or(1, |row| row.number);
                    let words = unnamed_sheet(&sheet.name);
                    self.mark(
                        &format!("{file}!{}", sheet.name),
                        place,
                        first,
                        None,
                        &words,
                    );
                    continue;
                }
                let zh = format!("工作表“{}”不是步骤名，未读取。", sheet.name);
                let en = format!(
                    "Sheet “{}” is not named after a step and was not read.",
                    sheet.name
                );
                talk(context, &zh, &en);
                continue;
            };
            self.table((file, place), sheet, def, &common, &mut notes)?;
        }
        self.desk.book = book;
        // a community is registered before what is recorded of it, whatever the order of the tabs
        self.entries
            .sort_by_key(|entry| entry.step.def.id != "register.community");
        for note in notes {
            talk(context, &note.zh, &note.en);
        }
        if named.is_none()
            && self.entries.is_empty()
            && self.problems.is_empty()
            && self.desk.found.is_empty()
            && !questionnaires
        {
            return Err(Fail(words!(
                "看不出 {} 是哪个步骤：请加 --step，例如 --step collect.contact，或把工作表改名为步骤名（{}）。",
                "Cannot tell which step {} records: add --step, for example --step collect.contact, or name the sheet after a step ({}).",
                file,
                STEPS.iter().map(|def| def.zh).collect::<Vec<_>>().join("、")
            ))
            .into());
        }
        Ok(())
    }

    /// Reads one sheet as records of a step.
    fn table(
        &mut self,
        (file, place): (&str, usize),
        sheet: &Sheet,
        def: &'static StepDef,
        common: &Map<String, Json>,
        notes: &mut Vec<Words>,
    ) -> anyhow::Result<()> {
        let required: Vec<&str> = def
            .fields
            .iter()
            .filter(|f| f.required && input_of(def, common, f.name).is_none())
            .map(|f| f.name)
            .collect();
        let mut specs = files::specs(def);
        specs.push(ColumnSpec {
            key: RECORD,
            heading: RECORD,
            aliases: &[],
        });
        let table = match locate(sheet, &specs, &required) {
            Ok(table) => table,
            Err(none) => {
                let first = sheet.rows.first().map_or(1, |row| row.number);
                let at = if sheet.name.is_empty() {
                    file.to_owned()
                } else {
                    format!("{file}!{}", sheet.name)
                };
                self.mark(&at, place, first, None, &Words::new(none.zh(), none.en()));
                return Ok(());
            }
        };
        notes.extend(left_out(file, &table));
        let mut came = BTreeSet::new();
        for index in 0..table.rows.len() {
            let id = table.rows[index].cells.get(RECORD);
            let id = id.map_or("", |cell| cell.text).to_owned();
            if id == EXAMPLE {
                if let Some(note) = edits::example_changed(self.pack, file, def, &table, index) {
                    notes.push(note);
                }
            } else if id.is_empty() {
                self.row((file, place), def, &table, index, common);
            } else {
                came.insert(id.clone());
                self.held_row((file, place), def, &table, index, &id)?;
            }
        }
        notes.extend(self.gone(file, def, &table, &came)?);
        self.desk.found.push((place, def, table));
        Ok(())
    }

    /// What is told of the rows that did not come back.
    fn gone(
        &mut self,
        file: &str,
        def: &'static StepDef,
        table: &Table,
        came: &BTreeSet<String>,
    ) -> anyhow::Result<Vec<Words>> {
        let titles = table.preamble.iter();
        let before = titles
            .filter_map(|(_, text)| template::rows_exported(text))
            .max();
        let Some(count) = before.and_then(|before| before.checked_sub(came.len())) else {
            return Ok(Vec::new());
        };
        if count == 0 {
            return Ok(Vec::new());
        }
        if self.editor.is_none() {
            self.editor = Some(edits::Editor::new(self.ledger, file)?);
        }
        let Some(editor) = &self.editor else {
            return Ok(Vec::new());
        };
        let exported = &self.desk.exported;
        if !exported.is_empty() {
            let told = super::gone::told(def, exported, came, &editor.book, self.ledger);
            return Ok(told);
        }
        Ok(vec![super::gone::unnamed(def, count)])
    }

    /// A row that is a new record.
    fn row(
        &mut self,
        (file, sheet): (&str, usize),
        def: &'static StepDef,
        table: &Table,
        index: usize,
        common: &Map<String, Json>,
    ) {
        let mut raw = files::raw(def, table, index);
        for (key, value) in common {
            raw.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let place = files::row_place(file, table, index);
        let reasons = self.reasons_of(table, index);
        let before = self.problems.len();
        self.measure(&place, def, &mut raw);
        let row = table.rows[index].row;
        if self.problems.len() == before {
            self.known_place(&place, sheet, row);
        } else if let Some(problem) = self.problems.last() {
            let words = problem.words.clone();
            self.desk.marks.push(Mark {
                place: place.clone(),
                sheet,
                row,
                column: None,
                words: Some(words),
            });
        }
        let read = input::read(def, &raw, self.pack);
        match files::checked(table, index, read) {
            Ok(step) => self.entries.push(Entry {
                step,
                place: Some(place),
                reasons,
                again: false,
            }),
            Err(problems) => {
                for problem in problems {
                    let cell = files::at_cell(file, def, table, index, &problem);
                    self.wrong_cell(sheet, table, &cell, &problem);
                }
            }
        }
    }

    /// A row that says which record it is: unchanged, or a correction of it.
    fn held_row(
        &mut self,
        (file, sheet): (&str, usize),
        def: &'static StepDef,
        table: &Table,
        index: usize,
        id: &str,
    ) -> anyhow::Result<()> {
        let place = files::row_place(file, table, index);
        let editor = match &mut self.editor {
            Some(editor) => editor,
            None => self.editor.insert(edits::Editor::new(self.ledger, file)?),
        };
        match editor.row(
            self.ledger,
            self.pack,
            self.why.as_ref(),
            self.replace,
            (def, table, index),
            id,
        ) {
            Outcome::Same => {}
            Outcome::Changed(step) => {
                let reasons = self.reasons_of(table, index);
                self.known_place(&place, sheet, table.rows[index].row);
                self.entries.push(Entry {
                    step,
                    place: Some(place),
                    reasons,
                    again: false,
                });
            }
            Outcome::Replaced(steps) => {
                let reasons = self.reasons_of(table, index);
                self.known_place(&place, sheet, table.rows[index].row);
                self.entries.extend(steps.map(|step| Entry {
                    step,
                    place: Some(place.clone()),
                    reasons: reasons.clone(),
                    again: false,
                }));
            }
            Outcome::Wrong(problems) => {
                for problem in problems {
                    let cell = files::at_cell(file, def, table, index, &problem);
                    self.wrong_cell(sheet, table, &cell, &problem);
                }
            }
        }
        Ok(())
    }

    fn reasons_of(&self, table: &Table, index: usize) -> Vec<(String, String)> {
        let mut reasons = self.reasons.clone();
        if let Some(cell) = table.rows[index].cells.get("reason")
            && let Some((rule, text)) = cell.text.split_once(['=', '：', ':'])
        {
            reasons.push((rule.trim().to_owned(), text.trim().to_owned()));
        }
        reasons
    }

    fn wrong_cell(&mut self, sheet: usize, table: &Table, cell: &CellProblem, problem: &Problem) {
        let column = table.columns.iter().find(|c| c.key == problem.field);
        let words = Words::new(
            format!("{}：{}", cell.heading, cell.words.zh),
            format!("{}: {}", cell.heading, cell.words.en),
        );
        self.desk.marks.push(Mark {
            place: cell.place(),
            sheet,
            row: cell.row,
            column: column.map(|column| column.index),
            words: Some(words),
        });
        self.wrong(&cell.place(), &cell.words);
    }

    fn mark(&mut self, at: &str, sheet: usize, row: u32, column: Option<usize>, words: &Words) {
        self.desk.marks.push(Mark {
            place: at.to_owned(),
            sheet,
            row,
            column,
            words: Some(words.clone()),
        });
        self.wrong(at, words);
    }

    /// A row about which the corridor may have something to say.
    fn known_place(&mut self, place: &str, sheet: usize, row: u32) {
        self.desk.marks.push(Mark {
            place: place.to_owned(),
            sheet,
            row,
            column: None,
            words: None,
        });
    }
}

/// What of a table is not read, for people.
fn left_out(file: &str, table: &Table) -> Vec<Words> {
    let mut notes: Vec<Words> = table
        .skipped
        .iter()
        .map(|(number, why)| {
            words!(
                "{}第{}行未登记：{}",
                "{0} row {1} was not recorded: {3}",
                file,
                number,
                why,
                files::why_skipped(why)
            )
        })
        .collect();
    let unknown = table.unknown.iter().map(|(_, name)| name.as_str());
    let unknown: Vec<&str> = unknown.filter(|name| *name != PROBLEM).collect();
    if !unknown.is_empty() {
        let names = unknown.join("、");
        notes.push(Words::new(
            format!("{file}：未读取的列：{names}"),
            format!("{file}: columns that were not read: {names}"),
        ));
    }
    notes
}

/// Two rows or more of three cells or more: a table, not a note.
fn looks_like_records(sheet: &Sheet) -> bool {
    let wide = |row: &&Row| {
        row.cells
            .iter()
            .filter(|cell| !cell.text.is_empty())
            .count()
            >= 3
    };
    sheet.rows.iter().filter(wide).count() >= 2
}

fn unnamed_sheet(name: &str) -> Words {
    let near = STEPS
        .iter()
        .map(|def| def.zh)
        .filter(|zh| name.contains(zh) || zh.contains(name.trim()))
        .max_by_key(|zh| zh.len());
    let (zh, en) = near.map_or((String::new(), String::new()), |zh| {
        (format!("是不是“{zh}”？"), format!(" Did you mean “{zh}”?"))
    });
    let all: Vec<&str> = STEPS.iter().map(|def| def.zh).collect();
    words!(
        "工作表“{}”里有数据，但不是步骤名，不能登记。{}请改为步骤名：{}。",
        "Sheet “{0}” holds records but is not named after a step.{3} Name it after one: {2}.",
        name,
        zh,
        all.join("、"),
        en
    )
}

fn input_of<'a>(
    def: &'static StepDef,
    common: &'a Map<String, Json>,
    field: &str,
) -> Option<&'a Json> {
    common
        .iter()
        .find(|(key, _)| input::find_field(def, key).is_some_and(|f| f.name == field))
        .map(|(_, value)| value)
}

fn common(matches: &ArgMatches) -> anyhow::Result<Map<String, Json>> {
    matches
        .get_many::<String>("set")
        .into_iter()
        .flatten()
        .map(|text| match text.split_once('=') {
            Some((key, value)) => Ok((key.to_owned(), json!(value))),
            None => Err(Fail(words!(
                "--set “{0}”应写作“栏目=值”。",
                "--set “{0}” must read FIELD=VALUE.",
                text
            ))
            .into()),
        })
        .collect()
}
