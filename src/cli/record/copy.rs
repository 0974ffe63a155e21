//! The copy of a workbook with its problems beside the cells that they are about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::tables::{Desk, Mark};
use crate::cli::context::Context;
use crate::cli::pages::{self, Column, Look, Page};
use crate::cli::{files, talk, template as books};
use crate::corridor::{Refusal, whole_book};
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::report::template::{
    self, EXAMPLE, Form, GUIDE, Heading, List, PROBLEM, REASON, RECORD, WORDS,
};
use crate::sheet::table::Table;
use crate::sheet::{CellKind, Sheet};
use crate::step::{Kind, StepDef};
use crate::words::{Lang, Words};

/// What is wrong, by sheet and row: the column, and the words.
type Wrongs = BTreeMap<(usize, u32), Told>;
/// What is wrong with a row: the column, if one is meant, and the words.
type Told = Vec<(Option<usize>, Words)>;

/// Colour of the tabs of sheets with problems.
const RED: u32 = 0x00D3_3A2C;

/// Where each problem stands.
pub(super) fn wrongs(desk: &Desk, refusal: &Refusal) -> Wrongs {
    let mut wrongs = Wrongs::new();
    let mut add = |mark: &Mark, column: Option<usize>, words: Words| {
        let list = wrongs.entry((mark.sheet, mark.row)).or_default();
        if !list.iter().any(|(_, known)| *known == words) {
            list.push((column, words));
        }
    };
    match refusal {
        Refusal::Input(problems) => {
            for problem in problems {
                let place = problem.place.as_deref().unwrap_or_default();
                for mark in desk.marks.iter().filter(|mark| mark.place == place) {
                    let words = mark.words.clone().unwrap_or_else(|| problem.words.clone());
                    let column = mark
                        .column
                        .or_else(|| named_cell(desk, mark, &problem.words));
                    add(mark, column, words);
                }
            }
        }
        Refusal::Breach(findings) => {
            for (finding, place) in findings {
                let place = place.as_deref().unwrap_or_default();
                let mark = desk.marks.iter().find(|mark| mark.place == place);
                if let Some(mark) = mark {
                    let said = |lang: Lang| {
                        format!(
                            "{} {}：{}（{}）",
                            finding.rule,
                            finding.title.in_lang(lang),
                            finding.message.in_lang(lang),
                            finding.cite
                        )
                    };
                    let zh = format!(
                        "{}。确已发生的，在“{REASON}”写：{}=理由",
                        said(Lang::Zh),
                        finding.rule
                    );
                    let en = format!(
                        "{}. If it did happen, write in {REASON}: {}=REASON",
                        said(Lang::En),
                        finding.rule
                    );
                    add(mark, None, Words::new(zh, en));
                }
            }
        }
    }
    wrongs
}

/// The cell of a row that a message quotes: an identifier, a code, a word.
fn named_cell(desk: &Desk, mark: &Mark, words: &Words) -> Option<usize> {
    let (_, def, table) = desk.found.iter().find(|(sheet, ..)| *sheet == mark.sheet)?;
    let record = table.rows.iter().find(|record| record.row == mark.row)?;
    let mut columns = table.columns.iter();
    columns
        .find(|column| {
            let field = def.field(&column.key);
            let apt = field.is_some_and(|f| {
                matches!(
                    f.kind,
                    Kind::Ref | Kind::Code | Kind::Term | Kind::Text | Kind::Day
                )
            });
            let text = record.cells.get(&column.key).map_or("", |c| c.text);
            apt && text.chars().count() >= 2 && words.zh.contains(text)
        })
        .map(|column| column.index)
}

/// Writes the copy beside the workbook, and says where it is.
pub(super) fn write(
    context: &mut Context<'_>,
    desk: &Desk,
    wrongs: &Wrongs,
    pack: &Pack,
    ledger: &Ledger,
) -> anyhow::Result<()> {
    if wrongs.is_empty() || desk.file.is_empty() {
        return Ok(());
    }
    if context.dry_run {
        talk(
            context,
            "（--dry-run 不写文件；去掉它再登记，会另存一份标出问题的副本。）",
            "(--dry-run writes no file; without it a copy with the problems is written.)",
        );
        return Ok(());
    }
    let mut lists = template::lists(pack, Some(&whole_book(ledger)?));
    lists.extend(super::gone::exported(&desk.book));
    let bytes = pages::workbook(&pages_of(desk, wrongs, pack, &lists, context.lang))?;
    let Some(path) = free_name(Path::new(&desk.file)) else {
        return Ok(());
    };
    let file = path.display().to_string();
    match files::write_file(&file, &bytes, false) {
        Ok(()) => {
            let rows = wrongs.len();
            talk(
                context,
                &format!(
                    "已把问题写进副本 {file}：{rows}行有错，错的单元格标红，行末一栏是“{PROBLEM}”。改好后登记这份副本：minsheng record {file}"
                ),
                &format!(
                    "The problems stand in the copy {file}: {rows} rows, wrong cells in red, the last column says why. Mend it and record it: minsheng record {file}"
                ),
            );
        }
        Err(error) => {
            let words = error
                .downcast_ref::<crate::cli::Fail>()
                .map(|fail| fail.0.clone())
                .unwrap_or_default();
            talk(context, &words.zh, &words.en);
        }
    }
    Ok(())
}

/// A name beside the workbook that no file has.
fn free_name(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let base = match stem.rsplit_once("-问题") {
        Some((base, rest)) if rest.bytes().all(|b| b.is_ascii_digit()) => base.to_owned(),
        _ => stem,
    };
    (1..1000)
        .map(|number| {
            let number = if number == 1 {
                String::new()
            } else {
                number.to_string()
            };
            path.with_file_name(format!("{base}-问题{number}.xlsx"))
        })
        .find(|path| path.symlink_metadata().is_err())
}

fn pages_of(desk: &Desk, wrongs: &Wrongs, pack: &Pack, lists: &[List], lang: Lang) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for (place, sheet) in desk.book.sheets.iter().enumerate() {
        if sheet.name.trim() == WORDS {
            continue;
        }
        let found = desk.found.iter().find(|(sheet, ..)| *sheet == place);
        let found = found.map(|(_, def, table)| (*def, table));
        let mut page = page(sheet, found, pack, lists, lang);
        if sheet.name.is_empty() {
            found
                .map_or("表", |(def, _)| def.zh)
                .clone_into(&mut page.name);
        }
        let table = found.map(|(_, table)| table);
        tell(&mut page, sheet, place, table, wrongs, lang);
        pages.push(page);
    }
    // the first sheet with a problem is the one to see
    if let Some(page) = pages.iter_mut().find(|page| page.tab == Some(RED)) {
        page.active = true;
    }
    pages.push(books::words_page(lists, lang));
    pages
}

/// A sheet as it was, in the dress of its step.
fn page(
    sheet: &Sheet,
    found: Option<(&'static StepDef, &Table)>,
    pack: &Pack,
    lists: &[List],
    lang: Lang,
) -> Page {
    let mut page = Page {
        name: sheet.name.clone(),
        ..Page::default()
    };
    let guide = sheet.name.trim() == GUIDE;
    if guide {
        for (at, width) in (0_u16..).zip([16.0, 20.0, 26.0, 70.0]) {
            page.columns.insert(at, column(width, Form::Text));
        }
    }
    let headings: Vec<Heading> =
        found.map_or_else(Vec::new, |(def, _)| template::headings(def, pack, lang));
    let head = found.map_or(0, |(_, table)| table.header_row);
    if let Some((_, table)) = found {
        page.freeze = Some((head, 0));
        page.head = head.checked_sub(1);
        for known in &table.columns {
            let at = u16::try_from(known.index).unwrap_or(u16::MAX);
            let heading = headings.iter().find(|h| h.field.name == known.key);
            if let Some(heading) = heading {
                let form = form(known.wan, heading);
                page.columns.insert(at, column(heading.width, form));
                page.choices
                    .extend(books::choices(heading, at, head, lists));
                page.notes.push((head - 1, at, heading.note.clone()));
            } else {
                let width = if known.key == RECORD { 16.0 } else { 30.0 };
                page.columns.insert(at, column(width, Form::Text));
            }
        }
    }
    let old = problem_column(sheet, found.map(|(_, table)| table));
    for row in &sheet.rows {
        let example = found.is_some_and(|(_, table)| {
            let at = table.columns.iter().find(|c| c.key == RECORD);
            let cell = at.and_then(|at| row.cells.get(at.index));
            cell.is_some_and(|cell| cell.text == EXAMPLE)
        });
        for (index, cell) in row.cells.iter().enumerate() {
            if cell.text.is_empty() || cell.merged || Some(index) == old {
                continue;
            }
            let known = found.and_then(|(_, t)| t.columns.iter().find(|c| c.index == index));
            let heading = known.and_then(|c| headings.iter().find(|h| h.field.name == c.key));
            let look = match () {
                () if found.is_none() => Look::Guide,
                () if row.number < head => Look::Title,
                () if row.number == head => match heading {
                    Some(heading) if heading.field.required => Look::Required,
                    Some(_) => Look::Heading,
                    None if known.is_some_and(|c| c.key != RECORD) => Look::Heading,
                    None => Look::Own,
                },
                () if example => Look::Example,
                () if known.is_some_and(|c| c.key == RECORD) => Look::Record,
                () => Look::Data,
            };
            page.cells.push(pages::Cell {
                row: row.number - 1,
                column: u16::try_from(index).unwrap_or(u16::MAX),
                text: cell.text.to_owned(),
                form: match (heading, cell.kind) {
                    (Some(heading), _) if look == Look::Data || look == Look::Example => {
                        form(known.is_some_and(|c| c.wan), heading)
                    }
                    (None, CellKind::Number) if look == Look::Data => Form::Money,
                    _ => Form::Text,
                },
                look,
                link: None,
            });
        }
    }
    page
}

fn column(width: f64, form: Form) -> Column {
    Column {
        width,
        form,
        open: true,
    }
}

/// The form of a column; an amount in 万元 is written as it was.
fn form(wan: bool, heading: &Heading) -> Form {
    match Form::of(heading.field) {
        Form::Money if wan => Form::Text,
        form => form,
    }
}

/// The column of the problems of an earlier copy.
fn problem_column(sheet: &Sheet, table: Option<&Table>) -> Option<usize> {
    let head = table?.header_row;
    let row = sheet.rows.iter().find(|row| row.number == head)?;
    row.cells
        .iter()
        .position(|cell| cell.text.trim() == PROBLEM)
}

/// Marks the cells that are wrong, and says in the last column why.
fn tell(
    page: &mut Page,
    sheet: &Sheet,
    place: usize,
    table: Option<&Table>,
    wrongs: &Wrongs,
    lang: Lang,
) {
    let mine: Vec<(u32, &Told)> = wrongs
        .iter()
        .filter(|((sheet, _), _)| *sheet == place)
        .map(|((_, row), list)| (*row, list))
        .collect();
    if mine.is_empty() {
        return;
    }
    page.tab = Some(RED);
    let widest = page.cells.iter().map(|cell| cell.column + 1).max();
    let last = match problem_column(sheet, table) {
        Some(old) => u16::try_from(old).unwrap_or(u16::MAX),
        None => widest.unwrap_or(0),
    };
    page.columns.insert(last, column(60.0, Form::Text));
    if let Some(table) = table {
        page.put(table.header_row - 1, last, PROBLEM, Look::Own);
    }
    for (row, list) in mine {
        let row = row - 1;
        let said: Vec<&str> = list.iter().map(|(_, words)| words.in_lang(lang)).collect();
        page.put(row, last, &said.join("\n"), Look::Problem);
        let mut notes: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        for (column, words) in list {
            let Some(column) = column.and_then(|c| u16::try_from(c).ok()) else {
                continue;
            };
            notes.entry(column).or_default().push(words.in_lang(lang));
        }
        for (column, words) in notes {
            let at = page
                .cells
                .iter_mut()
                .find(|cell| (cell.row, cell.column) == (row, column));
            if let Some(cell) = at {
                cell.look = Look::Wrong;
            } else {
                page.put(row, column, "", Look::Wrong);
            }
            page.notes.push((row, column, words.join("\n")));
        }
    }
}
