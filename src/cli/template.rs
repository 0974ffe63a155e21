//! `template`: the workbook to fill in, empty or with what the ledger holds.

mod guide;

use std::collections::BTreeMap;

use clap::ArgMatches;

use super::context::Context;
use super::pages::{self, Choices, Column, Look, Page};
use super::{Exit, Fail, files, talk};
use crate::corridor::whole_book;
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::report::Voice;
use crate::report::show::Opener;
use crate::report::template::{
    self, EXAMPLE, Form, Heading, Line, List, REASON, RECORD, WORDS, Wanted,
};
use crate::state::Book;
use crate::step::{self, STEPS, StepDef};
use crate::words;
use crate::words::Lang;

/// Row of the headings, from 0; the title stands above, the example below.
const HEAD: u32 = 1;

/// Writes the workbook.
pub(super) fn template(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[])?;
    let file = matches.get_one::<String>("output").cloned();
    let filled = matches.get_flag("filled");
    let file = file.unwrap_or_else(|| {
        let name = if filled {
            "台账-已登记.xlsx"
        } else {
            "台账.xlsx"
        };
        name.to_owned()
    });
    if !file.to_lowercase().ends_with(".xlsx") {
        return Err(Fail(words!(
            "{0}：工作簿的文件名应以 .xlsx 结尾。",
            "{0}: the name of a workbook must end in .xlsx.",
            file
        ))
        .into());
    }
    let ledger = if filled || context.ledger.exists() {
        Some(context.open_read()?)
    } else {
        None
    };
    let pack = match &ledger {
        Some(ledger) => context.pack(ledger)?,
        None => context.pack_alone()?,
    };
    let book = ledger.as_ref().map(whole_book).transpose()?;
    let chosen = chosen(matches, &pack)?;
    let wanted = wanted(matches, book.as_ref())?;
    let records = records(
        &chosen,
        &pack,
        ledger.as_ref(),
        book.as_ref(),
        &wanted,
        matches,
    );
    let mut lists = template::lists(&pack, book.as_ref());
    let held = chosen.iter().filter_map(|def| {
        let lines = records.get(def.id).filter(|lines| !lines.is_empty())?;
        Some(template::exported(def, lines))
    });
    lists.extend(held);
    let binder = Binder {
        pack: &pack,
        lang: context.lang,
        lists,
        filled,
        records,
        file: file.clone(),
    };
    files::refuse_database(&file)?;
    let bytes = pages::workbook(&binder.pages(&chosen))?;
    files::write_file(&file, &bytes, matches.get_flag("force"))?;
    let rows: usize = binder.records.values().map(Vec::len).sum();
    let (zh, en) = if filled {
        (
            format!(
                "已写入 {file}：{}个工作表，{rows}条记录。改过的行登记为更正，新增的行登记为新记录：minsheng record {file}",
                chosen.len()
            ),
            format!(
                "Wrote {file}: {} sheets, {rows} records. Changed rows become corrections, new rows new records: minsheng record {file}",
                chosen.len()
            ),
        )
    } else {
        (
            format!(
                "已写入 {file}：{}个工作表。填好以后登记：minsheng record {file}",
                chosen.len()
            ),
            format!(
                "Wrote {file}: {} sheets. When it is filled in: minsheng record {file}",
                chosen.len()
            ),
        )
    };
    talk(context, &zh, &en);
    Ok(Exit::Done)
}

/// The steps that are asked for, by name, Chinese name or stage; all that the regulation knows
/// if none is.
fn chosen(matches: &ArgMatches, pack: &Pack) -> anyhow::Result<Vec<&'static StepDef>> {
    let all = template::steps(pack);
    let Some(names) = matches.get_many::<String>("step") else {
        return Ok(all);
    };
    let mut list: Vec<&'static StepDef> = Vec::new();
    for name in names.flat_map(|name| name.split([',', '、', '，'])) {
        let name = name.trim();
        let of_stage = |def: &&&'static StepDef| def.id.contains('.') && def.stage() == name;
        let mut found: Vec<&'static StepDef> = all.iter().filter(of_stage).copied().collect();
        found.extend(step::find(name).filter(|def| template::recordable(def)));
        if found.is_empty() {
            let known = STEPS.iter().filter(|def| template::recordable(def));
            let known: Vec<&str> = known.map(|def| def.zh).collect();
            return Err(Fail(words!(
                "没有步骤或环节“{0}”；步骤有：{1}。环节有：register collect shortlist publicize implement accept evaluate fund audit。",
                "There is no step or stage “{0}”; see minsheng schema. Stages: register collect shortlist publicize implement accept evaluate fund audit.",
                name,
                known.join("、")
            ))
            .into());
        }
        for def in found {
            if !list.contains(&def) {
                list.push(def);
            }
        }
    }
    // in the order of the tabs, whatever the order of the names
    list.sort_by_key(|def| all.iter().position(|known| known == def));
    Ok(list)
}

fn wanted(matches: &ArgMatches, book: Option<&Book>) -> anyhow::Result<Wanted> {
    let community = match (matches.get_one::<String>("community"), book) {
        (Some(_), Some(book)) => super::export::community(book, matches)?,
        _ => None,
    };
    Ok(Wanted {
        year: super::audit::year(matches)?,
        community,
        case: matches.get_one::<String>("case").cloned(),
    })
}

/// The records of each step, where they are asked for.
fn records(
    chosen: &[&'static StepDef],
    pack: &Pack,
    ledger: Option<&Ledger>,
    book: Option<&Book>,
    wanted: &Wanted,
    matches: &ArgMatches,
) -> BTreeMap<&'static str, Vec<Line>> {
    let (Some(ledger), Some(book), true) = (ledger, book, matches.get_flag("filled")) else {
        return BTreeMap::new();
    };
    let opener = Opener {
        ledger,
        plain: matches.get_flag("plain"),
    };
    let lines = chosen.iter().map(|def| {
        let lines = template::lines(def, book, wanted, chinese(pack), opener);
        (def.id, lines)
    });
    lines.collect()
}

/// What stands in cells is Chinese, in whatever language the tool speaks.
pub(super) fn chinese(pack: &Pack) -> Voice<'_> {
    Voice {
        lang: Lang::Zh,
        pack,
        width: 0,
        color: false,
    }
}

/// Everything that the pages are made of.
struct Binder<'a> {
    pack: &'a Pack,
    lang: Lang,
    lists: Vec<List>,
    filled: bool,
    records: BTreeMap<&'static str, Vec<Line>>,
    file: String,
}

impl Binder<'_> {
    fn pages(&self, chosen: &[&'static StepDef]) -> Vec<Page> {
        let mut pages = vec![self.guide(chosen)];
        pages.extend(chosen.iter().map(|def| self.sheet(def)));
        pages.push(words_page(&self.lists, self.lang));
        pages
    }

    /// The sheet of one step.
    fn sheet(&self, def: &'static StepDef) -> Page {
        let lines = self.records.get(def.id).map_or(&[][..], Vec::as_slice);
        let mut page = Page {
            name: def.zh.to_owned(),
            freeze: Some((HEAD + 1, 1)),
            head: Some(HEAD),
            protect: true,
            tab: (!lines.is_empty()).then_some(0x001F_5F9E),
            ..Page::default()
        };
        let headings = template::headings(def, self.pack, self.lang);
        page.put(0, 0, &self.title(def, lines), Look::Title);
        let clauses = template::clauses(def, self.pack);
        if !clauses.is_empty() {
            let head = self.lang.pick(
                "核对这一步的全部条文：",
                "Every clause that reads this step: ",
            );
            let note = format!("{head}{}", clauses.join(self.lang.pick("、", ", ")));
            page.notes.push((0, 0, note));
        }
        dress(&mut page, def, &headings, &self.lists, HEAD, self.lang);
        let row = HEAD + 1;
        page.put(row, 0, EXAMPLE, Look::Example);
        for (at, heading) in (1_u16..).zip(&headings) {
            page.cells.push(pages::Cell {
                row,
                column: at,
                text: heading.example.clone(),
                form: Form::of(heading.field),
                look: Look::Example,
                link: None,
            });
        }
        for (row, line) in (HEAD + 2..).zip(lines) {
            page.put(row, 0, &line.record, Look::Record);
            for ((at, heading), text) in (1_u16..).zip(&headings).zip(&line.cells) {
                if text.is_empty() {
                    continue;
                }
                page.cells.push(pages::Cell {
                    row,
                    column: at,
                    text: text.clone(),
                    form: Form::of(heading.field),
                    look: Look::Data,
                    link: None,
                });
            }
        }
        page
    }

    fn title(&self, def: &StepDef, lines: &[Line]) -> String {
        let held = match (self.filled, self.lang) {
            (false, _) => String::new(),
            (true, Lang::Zh) => format!("　{}", exported(lines.len())),
            (true, Lang::En) => format!("　{}　{} records", exported(lines.len()), lines.len()),
        };
        let clauses = template::clauses(def, self.pack);
        let few = clauses
            .iter()
            .take(4)
            .cloned()
            .collect::<Vec<_>>()
            .join("、");
        let more = if clauses.len() > 4 { "等" } else { "" };
        let basis = match (few.is_empty(), self.lang) {
            (true, _) => String::new(),
            (false, Lang::Zh) => format!("　（依据：{few}{more}）"),
            (false, Lang::En) => format!("　(clauses: {few}{more})"),
        };
        format!("{}{held}{basis}", self.lang.pick(def.zh, def.id))
    }
}

/// What the title of an exported sheet says of its rows.
fn exported(rows: usize) -> String {
    format!("已登记{rows}条")
}

/// How many rows the title of an exported sheet says there were.
pub(super) fn rows_exported(title: &str) -> Option<usize> {
    let (_, rest) = title.split_once("已登记")?;
    rest.split_once('条')?.0.parse().ok()
}

/// Headings, notes, forms and drop-downs of a step's columns, from column 1 on.
fn dress(
    page: &mut Page,
    def: &StepDef,
    headings: &[Heading],
    lists: &[List],
    head: u32,
    lang: Lang,
) {
    let column = |page: &mut Page, at: u16, width: f64, form: Form, open: bool| {
        page.columns.insert(at, Column { width, form, open });
    };
    column(page, 0, 16.0, Form::Text, false);
    page.put(head, 0, RECORD, Look::Own);
    let own = lang.pick(
        "由程序填写：这一行是哪条记录。新增的行留空。",
        "Filled in by the tool: which record the row is. Leave it blank in new rows.",
    );
    page.notes.push((head, 0, own.to_owned()));
    let mut last = 1;
    for (at, heading) in (1_u16..).zip(headings) {
        last = at + 1;
        let form = Form::of(heading.field);
        column(page, at, heading.width, form, true);
        let look = if heading.field.required {
            Look::Required
        } else {
            Look::Heading
        };
        page.put(head, at, heading.field.heading, look);
        page.notes.push((head, at, heading.note.clone()));
        page.choices.extend(choices(heading, at, head + 2, lists));
    }
    if def.id == "register.reason" {
        return;
    }
    column(page, last, 30.0, Form::Text, true);
    page.put(head, last, REASON, Look::Heading);
    let reason = lang.pick(
        "情况说明（选填）\n与规定不符又确已发生的，写“规则编号=理由”，例如 A11-DAYS=台风停工",
        "Reason (optional)\nWhere a rule is broken and it did happen: RULE=REASON",
    );
    page.notes.push((head, last, reason.to_owned()));
}

/// The drop-down of a column.
pub(super) fn choices(
    heading: &Heading,
    column: u16,
    first_row: u32,
    lists: &[List],
) -> Option<Choices> {
    let key = heading.choices.as_ref()?;
    let at = lists.iter().position(|list| list.key == *key)?;
    let list = &lists[at];
    // two columns for each list: the word, and what it stands for
    let letter = crate::sheet::table::column_letter(at * 2);
    let bottom = list.words.len() + 2;
    Some(Choices {
        column,
        first_row,
        source: format!("={WORDS}!${letter}$3:${letter}${bottom}"),
        closed: list.closed && !heading.field.list,
    })
}

/// The sheet with the words to choose from.
pub(super) fn words_page(lists: &[List], lang: Lang) -> Page {
    let mut page = Page {
        name: WORDS.to_owned(),
        freeze: Some((2, 0)),
        protect: true,
        ..Page::default()
    };
    let title = lang.pick(
        "可填的词和代码（下拉列表取自这里，请不要改动）",
        "Words and codes of the drop-downs; do not change them",
    );
    page.put(0, 0, title, Look::Title);
    for (at, list) in (0_u16..).zip(lists) {
        let column = at * 2;
        for (at, width) in [(column, 22.0), (column + 1, 16.0)] {
            let form = Form::Text;
            let open = false;
            page.columns.insert(at, Column { width, form, open });
        }
        page.put(1, column, &list.title, Look::Heading);
        page.put(
            1,
            column + 1,
            lang.pick("含义或代号", "Stands for"),
            Look::Own,
        );
        for (row, (word, gloss)) in (2_u32..).zip(&list.words) {
            page.put(row, column, word, Look::Data);
            if !gloss.is_empty() {
                page.put(row, column + 1, gloss, Look::Data);
            }
        }
    }
    page
}
