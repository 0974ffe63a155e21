//! `export`: the official tables and forms as CSV and as workbooks, word for word.

#[cfg(feature = "parquet")]
mod columns;
mod ocds;
mod parquet;
mod text;
mod xlsx;

use std::io::Write;

use clap::ArgMatches;

use self::text::Text;
use super::context::{Context, Format, day};
use super::{Exit, Fail, talk};
use crate::corridor;
use crate::ledger::Ledger;
use crate::pack::paper::PaperOf;
use crate::pack::{FormDef, Pack, TableDef};
use crate::report::official::{self, Chosen, Filler, List, Paper, Records, Row};
use crate::report::show::Opener;
use crate::state::{Book, Subject, View};
use crate::step;
use crate::words;
use crate::words::did_you_mean;

/// Exports one official table, or the forms of one or many cases.
pub(super) fn export(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Csv, Format::Ocds])?;
    let ocds = matches
        .get_one::<String>("table")
        .is_some_and(|t| t.eq_ignore_ascii_case("ocds"));
    if ocds || context.format == Format::Ocds {
        return ocds::export(matches, context);
    }
    if context.parquet || matches.contains_id("out") {
        return parquet::export(matches, context);
    }
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let name = matches
        .get_one::<String>("table")
        .cloned()
        .unwrap_or_default();
    let table = pack
        .tables
        .iter()
        .find(|t| t.id.eq_ignore_ascii_case(&name));
    let form = pack.forms.iter().find(|f| f.id.eq_ignore_ascii_case(&name));
    let public = matches.get_flag("public");
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let mut chosen = Chosen {
        year: super::audit::year(matches)?,
        round: text("round"),
        batch: batch(matches)?,
        case: text("case"),
        ..Chosen::default()
    };
    // what is masked may stand in any record of a subject
    let reads = table.filter(|_| !public);
    let reads = reads.and_then(|def| official::reads(&pack, def, chosen.batch.is_some()));
    // events of several chains come in one order only if all are read
    let reads = reads.filter(|_| ledger.reader().chains().is_ok_and(|chains| chains < 2));
    let records = table.zip(reads.as_ref());
    let records = records.and_then(|(def, reads)| Records::of(&pack, def, &chosen, &reads.own));
    let (mut book, count) = match (&records, &reads) {
        (Some(records), _) => records.beside(&ledger)?,
        (None, Some(reads)) => (corridor::book_of_steps(&ledger, &reads.own)?, 0),
        (None, None) => (corridor::whole_book(&ledger)?, 0),
    };
    chosen.community = community(&book, matches)?.or_else(|| {
        let case = Subject::parse(matches.get_one::<String>("case")?);
        case.community().map(str::to_owned)
    });
    chosen.street = street(&book, matches)?;
    if let (None, Some(reads), Some(def)) = (&records, &reads, table) {
        // what other subjects say is asked only where a subject has no record of its own
        if !reads.suffice(&book, &chosen, def, context.as_of) {
            book = corridor::book_of_steps(&ledger, &reads.all)?;
        }
    }
    let mut filler = Filler {
        pack: &pack,
        book: &book,
        opener: Opener {
            ledger: &ledger,
            plain: true,
        },
        persons: None,
        public,
        chosen,
        date: text("date").map_or(Ok(context.as_of), |t| day(&t))?,
    };
    let busy = context.busy("正在填表…", "Filling in…");
    let (made, rows) = match (table, form) {
        (Some(def), _) => {
            let source = match &records {
                Some(records) => Source::Records(records, count),
                None => Source::Book,
            };
            let list = of_table(def, &mut filler, &source, matches, context)?;
            // a list needs no names any more
            filler.persons = None;
            let rows = list.len();
            (of_list(list, matches)?, rows)
        }
        (None, Some(def)) => {
            let papers = of_cases(def, &filler, matches, context)?;
            (of_papers(&papers, matches)?, papers.len())
        }
        (None, None) => return Err(no_paper(&pack, &name).into()),
    };
    drop(busy);
    deliver(&made, rows, &ledger, matches, context)?;
    // the process ends with this: taking a large book apart first takes a tenth of the time
    std::mem::forget(book);
    Ok(Exit::Done)
}

fn no_paper(pack: &Pack, name: &str) -> Fail {
    let tables = pack
        .tables
        .iter()
        .map(|t| format!("{}（{}）", t.id, t.title));
    let forms = pack
        .forms
        .iter()
        .map(|f| format!("{}（{}）", f.id, f.title));
    let all: Vec<String> = tables.chain(forms).collect();
    if all.is_empty() {
        return Fail(words!(
            "依据 {0} 没有规定表格。",
            "The regulation {0} prescribes no table.",
            pack.meta.id
        ));
    }
    let ids = pack.tables.iter().map(|t| t.id.as_str());
    let near = did_you_mean(name, ids.chain(pack.forms.iter().map(|f| f.id.as_str())));
    Fail(words!(
        "没有表“{0}”。{2}有：{1}。",
        "There is no table “{0}”.{3} There are: {1}.",
        name,
        all.join("、"),
        near.zh,
        near.en
    ))
}

/// What the rows of a table are made from.
enum Source<'r> {
    /// Records, one by one, and how many there are.
    Records(&'r Records<'r>, usize),
    /// The filler's book.
    Book,
}

/// The rows of a table.
fn of_table(
    def: &TableDef,
    filler: &mut Filler<'_>,
    source: &Source<'_>,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<List> {
    match filler.chosen.lacks_place(def) {
        Some(PaperOf::Community) => {
            return Err(Fail(words!(
                "这张表按社区导出，请加 --community 社区代码。",
                "This table is made per community; add --community CODE."
            ))
            .into());
        }
        Some(PaperOf::Street) => {
            return Err(Fail(words!(
                "这张表按街道导出，请加 --street 街道名称。",
                "This table is made per street; add --street STREET."
            ))
            .into());
        }
        None => {}
    }
    let bare = matches.get_flag("bare");
    let list = match source {
        Source::Records(records, count) => {
            read_persons(filler, *count)?;
            records.list(filler, context.as_of, bare)?
        }
        Source::Book => {
            let (pack, book) = (filler.pack, filler.book);
            let rows = filler.chosen.rows(pack, book, def, context.as_of);
            undetermined(def, &rows, context);
            read_persons(filler, rows.len())?;
            let list = official::list(def, filler, &rows, bare);
            std::mem::forget(rows);
            list
        }
    };
    if list.is_empty() {
        talk(
            context,
            "注意：没有符合条件的行，导出的是空表。",
            "Note: no row fits; the table is empty.",
        );
    }
    Ok(list)
}

/// A table of a good part of the ledger shows a good part of all names and numbers.
fn read_persons(filler: &mut Filler<'_>, rows: usize) -> anyhow::Result<()> {
    let reader = filler.opener.ledger.reader();
    if i64::try_from(rows)? >= reader.count()? / 64 {
        filler.persons = Some(reader.persons()?);
    }
    Ok(())
}

/// What is written.
enum Made {
    /// A file.
    Bytes(Vec<u8>),
    /// A list, as text.
    List(List),
}

/// A list as a workbook or as text, as the file's name asks.
fn of_list(list: List, matches: &ArgMatches) -> anyhow::Result<Made> {
    Ok(if is_workbook(matches) {
        Made::Bytes(xlsx::of_list(&list)?)
    } else {
        Made::List(list)
    })
}

impl Made {
    fn write(&self, matches: &ArgMatches, out: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Self::Bytes(bytes) => out.write_all(bytes)?,
            Self::List(list) => {
                let mut text = Text::new(matches, out)?;
                for (line, _) in &list.above {
                    text.line(&[line])?;
                }
                text.line(&list.headings)?;
                list.rows(|cells| text.line(cells))?;
                text.end()?;
            }
        }
        Ok(())
    }
}

/// Tells which rows were not yet determined, where the table's words say that all were.
fn undetermined(def: &TableDef, rows: &[Row<'_>], context: &mut Context<'_>) {
    let Some(step) = def.requires.as_deref().and_then(step::find) else {
        return;
    };
    let open: Vec<&str> = rows
        .iter()
        .filter(|row| row.view.last(step).is_none())
        .map(|row| row.view.id.as_str())
        .collect();
    if !open.is_empty() {
        let list = open.join(" ");
        talk(
            context,
            &format!(
                "注意：表中写明全部通过审定，但 {list} 没有“{}”记录。",
                step.zh
            ),
            &format!(
                "Note: the table says that all are determined, but {list} have no {}.",
                step.id
            ),
        );
    }
}

/// The forms of one case, or of all cases of a community's year.
fn of_cases(
    def: &FormDef,
    filler: &Filler<'_>,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<Vec<Paper>> {
    let book = filler.book;
    let known =
        |id: &str| matches!(Subject::parse(id), Subject::Case(..)) && !book.about(id).is_empty();
    let cases: Vec<&str> = match matches.get_one::<String>("case") {
        Some(case) if known(case) => vec![case],
        Some(case) => {
            let near = did_you_mean(case, book.subjects().filter(|id| known(id)));
            return Err(Fail(words!(
                "没有项目“{0}”。{1}用 minsheng list 查看项目编号。",
                "There is no case “{0}”.{2} See minsheng list.",
                case,
                near.zh,
                near.en
            ))
            .into());
        }
        None if filler.chosen.community.is_some() => book
            .subjects()
            .filter(|id| known(id))
            .filter(|id| {
                let subject = Subject::parse(id);
                let year = filler.chosen.year;
                subject.community() == filler.chosen.community.as_deref()
                    && year.is_none_or(|year| subject.year() == Some(year))
            })
            .collect(),
        None => {
            return Err(Fail(words!(
                "这张表每个项目一份，请加 --case 项目编号（或 --community 社区代码 --year 年度，一次导出全部）。",
                "This form is one of each case; add --case ID (or --community CODE --year YEAR for all)."
            ))
            .into());
        }
    };
    let papers = cases
        .into_iter()
        .map(|id| View::new(book, id, context.as_of))
        .filter(|view| view.withdrawn().is_none())
        .map(|view| official::form(def, filler, &view))
        .collect();
    Ok(papers)
}

/// Forms as a workbook, or one of them as text, as the file's name asks.
fn of_papers(papers: &[Paper], matches: &ArgMatches) -> anyhow::Result<Made> {
    if is_workbook(matches) {
        return Ok(Made::Bytes(xlsx::of_forms(papers)?));
    }
    let [paper] = papers else {
        return Err(Fail(words!(
            "{0}份表不能写进一个CSV；请加 -o 文件名.xlsx，每个项目一个工作表。",
            "{0} forms do not fit in one CSV; add -o FILE.xlsx, a sheet for each case.",
            papers.len()
        ))
        .into());
    };
    let mut bytes = Vec::new();
    let mut text = Text::new(matches, &mut bytes)?;
    paper.texts().try_for_each(|line| text.line(&line))?;
    text.end()?;
    Ok(Made::Bytes(bytes))
}

fn is_workbook(matches: &ArgMatches) -> bool {
    let output = matches.get_one::<String>("output");
    output.is_some_and(|file| file.to_lowercase().ends_with(".xlsx"))
}

/// Writes an export where it is wanted.
fn deliver(
    made: &Made,
    rows: usize,
    ledger: &Ledger,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let Some(file) = matches.get_one::<String>("output") else {
        made.write(matches, context.out)?;
        return super::proof::tell_head(context, ledger);
    };
    super::files::refuse_database(file)?;
    let put = |out: &mut dyn Write| made.write(matches, out);
    super::files::write_file_by(file, matches.get_flag("force"), put)?;
    let head = ledger.reader().heads()?;
    let hex = head
        .first()
        .map(crate::ledger::Head::hex)
        .unwrap_or_default();
    let short = &hex[..hex.len().min(16)];
    talk(
        context,
        &format!("已导出{rows}行到 {file}（账本链尾 {short}）。"),
        &format!("Exported {rows} rows to {file} (ledger head {short})."),
    );
    Ok(())
}

fn street(book: &Book, matches: &ArgMatches) -> anyhow::Result<Option<String>> {
    let Some(name) = matches.get_one::<String>("street") else {
        return Ok(None);
    };
    let known = book.communities();
    let known = known.iter().filter_map(|code| book.street(code));
    if known.clone().any(|street| street == name) {
        return Ok(Some(name.clone()));
    }
    let mut all: Vec<&str> = known.collect();
    all.sort_unstable();
    all.dedup();
    let near = did_you_mean(name, all.iter().copied());
    Err(Fail(words!(
        "账本中没有街道“{0}”。{2}有：{1}。",
        "The ledger has no street “{0}”.{3} There are: {1}.",
        name,
        all.join("、"),
        near.zh,
        near.en
    ))
    .into())
}

pub(super) fn community(book: &Book, matches: &ArgMatches) -> anyhow::Result<Option<String>> {
    let Some(name) = matches.get_one::<String>("community") else {
        return Ok(None);
    };
    let code = book
        .communities()
        .into_iter()
        .find(|code| code == name || book.community_name(code) == Some(name));
    code.map(Some).ok_or_else(|| {
        let near = super::audit::near_community(book, name);
        Fail(words!(
            "账本中没有社区“{0}”。{1}用 minsheng list communities 查看。",
            "The ledger has no community “{0}”.{2} See minsheng list communities.",
            name,
            near.zh,
            near.en
        ))
        .into()
    })
}

fn batch(matches: &ArgMatches) -> anyhow::Result<Option<i64>> {
    matches
        .get_one::<String>("batch")
        .map(|text| {
            text.parse().map_err(|_| {
                Fail(words!(
                    "批次“{0}”应为数字。",
                    "The batch “{0}” must be a number.",
                    text
                ))
                .into()
            })
        })
        .transpose()
}
