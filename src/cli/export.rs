//! `export`: the official tables as CSV, word for word.

use std::fmt::Write as _;
use std::io::Write;

use clap::ArgMatches;

use super::context::{Context, Format, day};
use super::{Exit, Fail, talk};
use crate::law::{Day, Money};
use crate::pack::{Pack, TableDef};
use crate::report::show::Opener;
use crate::state::{Book, Fact, Subject, Value, View};
use crate::step::{self, Kind, Recorded, StepDef, general};
use crate::words;

/// Exports one official table.
pub(super) fn export(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Csv])?;
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let name = matches
        .get_one::<String>("table")
        .cloned()
        .unwrap_or_default();
    let def = pack
        .tables
        .iter()
        .find(|t| t.id.eq_ignore_ascii_case(&name))
        .ok_or_else(|| {
            let all: Vec<String> = pack
                .tables
                .iter()
                .map(|t| format!("{}（{}）", t.id, t.title))
                .collect();
            Fail(words!(
                "没有表“{0}”；有：{1}。",
                "There is no table “{0}”; there are: {1}.",
                name,
                all.join("、")
            ))
        })?;
    let mut book = Book::new();
    ledger.reader().all(|event| {
        book.take(event);
        true
    })?;
    let exporter = Exporter {
        pack: &pack,
        def,
        book: &book,
        as_of: context.as_of,
        opener: Opener {
            ledger: &ledger,
            // in public copies residents are masked; leaders are named by the notice itself
            plain: !(matches.get_flag("public") && def.rows.starts_with("collect.")),
        },
        community: community(&book, matches)?,
        year: super::audit::year(matches)?,
        round: matches.get_one::<String>("round").cloned(),
        batch: batch(matches)?,
        date: matches
            .get_one::<String>("date")
            .map(|t| day(t))
            .transpose()?
            .unwrap_or(context.as_of),
    };
    let rows = exporter.rows()?;
    if rows.is_empty() {
        talk(
            context,
            "注意：没有符合条件的行，导出的是空表。",
            "Note: no row fits; the table is empty.",
        );
    }
    exporter.undetermined(&rows, context);
    let grid = exporter.grid(&rows, matches.get_flag("bare"));
    let bytes = encode(
        &grid,
        matches.get_one::<String>("encoding").map(String::as_str),
    )?;
    let head = ledger.reader().heads()?;
    match matches.get_one::<String>("output") {
        None => context.out.write_all(&bytes)?,
        Some(file) => {
            refuse_database(file)?;
            write_file(file, &bytes, matches.get_flag("force"))?;
            let hex = head
                .first()
                .map(crate::ledger::Head::hex)
                .unwrap_or_default();
            let short = &hex[..hex.len().min(16)];
            let (zh, en) = (
                format!("已导出{}行到 {file}（账本链尾 {short}）。", rows.len()),
                format!(
                    "Exported {} rows to {file} (ledger head {short}).",
                    rows.len()
                ),
            );
            talk(context, &zh, &en);
        }
    }
    Ok(Exit::Done)
}

fn community(book: &Book, matches: &ArgMatches) -> anyhow::Result<Option<String>> {
    let Some(name) = matches.get_one::<String>("community") else {
        return Ok(None);
    };
    let code = book
        .communities()
        .into_iter()
        .find(|code| code == name || book.community_name(code) == Some(name));
    code.map(Some).ok_or_else(|| {
        Fail(words!(
            "账本中没有社区“{0}”；用 minsheng list communities 查看。",
            "The ledger has no community “{0}”; see minsheng list communities.",
            name
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

struct Exporter<'a> {
    pack: &'a Pack,
    def: &'a TableDef,
    book: &'a Book,
    as_of: Day,
    opener: Opener<'a>,
    community: Option<String>,
    year: Option<i32>,
    round: Option<String>,
    batch: Option<i64>,
    date: Day,
}

impl<'a> Exporter<'a> {
    /// The subjects of the rows, in order of their identifiers.
    fn rows(&self) -> anyhow::Result<Vec<View<'a>>> {
        let step = step::find(&self.def.rows)
            .ok_or_else(|| anyhow::anyhow!("{}: no step {}", self.def.id, self.def.rows))?;
        let per_community = !matches!(step.stage(), "register");
        if per_community && self.community.is_none() {
            return Err(Fail(words!(
                "这张表按社区导出，请加 --community 社区代码。",
                "This table is made per community; add --community CODE."
            ))
            .into());
        }
        let mut views = Vec::new();
        for id in self.book.subjects() {
            let subject = Subject::parse(id);
            if per_community && subject.community() != self.community.as_deref() {
                continue;
            }
            if self
                .year
                .is_some_and(|year| per_community && subject.year() != Some(year))
            {
                continue;
            }
            let view = View::new(self.book, id, self.as_of);
            let Some(fact) = view
                .own()
                .filter(|f| f.def.id == step.id && f.subject == id)
                .last()
            else {
                continue;
            };
            let value = |path: &str| fact.value(path).clone();
            if self
                .round
                .as_ref()
                .is_some_and(|r| value("round").text() != Some(r))
                || self
                    .batch
                    .is_some_and(|b| candidate_batch(&view) != Some(b))
                || view.withdrawn().is_some()
            {
                continue;
            }
            views.push(view);
        }
        Ok(views)
    }

    /// Tells which rows were not yet determined, where the table's words say that all were.
    fn undetermined(&self, rows: &[View<'_>], context: &mut Context<'_>) {
        let Some(step) = self.def.requires.as_deref().and_then(step::find) else {
            return;
        };
        let open: Vec<&str> = rows
            .iter()
            .filter(|v| v.last(step).is_none())
            .map(|v| v.id.as_str())
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

    fn grid(&self, rows: &[View<'_>], bare: bool) -> Vec<Vec<String>> {
        let mut grid = Vec::new();
        if !bare {
            grid.push(vec![self.def.title.clone()]);
            grid.push(vec![self.fill(&self.def.header, None, 0, rows)]);
            if let Some(summary) = &self.def.summary {
                grid.push(vec![self.fill(summary, None, 0, rows)]);
            }
        }
        grid.push(self.def.columns.iter().map(|c| c.heading.clone()).collect());
        for (index, view) in rows.iter().enumerate() {
            grid.push(
                self.def
                    .columns
                    .iter()
                    .map(|c| guard(&self.fill(&c.value, Some(view), index + 1, rows)))
                    .collect(),
            );
        }
        grid
    }

    /// Fills the slots of a text: of a row, or of the whole table.
    fn fill(
        &self,
        template: &str,
        view: Option<&View<'_>>,
        number: usize,
        rows: &[View<'_>],
    ) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (slot, tail) = after.split_once('}').unwrap_or((after, ""));
            let _ = write!(text, "{}", self.slot(slot, view, number, rows));
            rest = tail;
        }
        text.push_str(rest);
        text
    }

    fn slot(
        &self,
        slot: &str,
        view: Option<&View<'_>>,
        number: usize,
        rows: &[View<'_>],
    ) -> String {
        let code = self.community.clone().unwrap_or_default();
        match slot {
            "#" => number.to_string(),
            "street" => self.book.street(&code).unwrap_or_default().to_owned(),
            "community" => self
                .book
                .community_name(&code)
                .unwrap_or_default()
                .to_owned(),
            "office" => self
                .book
                .of_step(general::Init::DEF)
                .filter_map(|fact| fact.value("name").text().map(str::to_owned))
                .last()
                .unwrap_or_default(),
            "date" => format!(
                "{}年{}月{}日",
                self.date.year(),
                self.date.month(),
                self.date.date().format("%-d")
            ),
            "n" => rows.len().to_string(),
            "batch" => Self::batches(rows),
            "wan" => self.sum(rows),
            kind @ ("works" | "service" | "goods") => rows
                .iter()
                .filter(|v| Self::find_type(v).as_deref() == Some(kind))
                .count()
                .to_string(),
            path => view.map_or(String::new(), |view| self.value(path, view)),
        }
    }

    fn batches(rows: &[View<'_>]) -> String {
        let mut list: Vec<i64> = rows.iter().filter_map(candidate_batch).collect();
        list.sort_unstable();
        list.dedup();
        list.iter()
            .map(i64::to_string)
            .collect::<Vec<_>>()
            .join("、")
    }

    /// The sum of the rows: added in fen, converted once, never rounded.
    fn sum(&self, rows: &[View<'_>]) -> String {
        let Some((def, index)) = self.def.amount.as_deref().and_then(field) else {
            return String::new();
        };
        rows.iter()
            .filter_map(|view| view.last(def)?.values[index].money())
            .try_fold(Money::ZERO, Money::checked_add)
            .map_or(String::new(), |sum| sum.to_wan())
    }

    fn find_type(view: &View<'_>) -> Option<String> {
        view.own()
            .filter(|f| f.subject == view.id)
            .find_map(|f| f.value("type").text().map(str::to_owned))
    }

    fn value(&self, path: &str, view: &View<'_>) -> String {
        let Some((def, index)) = field(path) else {
            return String::new();
        };
        let Some(fact) = view.last(def) else {
            return String::new();
        };
        self.text(fact, index)
    }

    fn text(&self, fact: &Fact, index: usize) -> String {
        let field = &fact.def.fields[index];
        let one = |value: &Value| match value {
            Value::Money(money) => money.to_wan(),
            Value::Member(who, _) => self.opener.open(who),
            Value::Text(text) if field.kind == Kind::Personal => self.opener.open(text),
            Value::Text(text) if field.kind == Kind::Term => {
                self.pack.label(field.vocabulary, text).to_owned()
            }
            Value::Text(text) => text.clone(),
            Value::Day(day) => day.to_string(),
            Value::Count(number) => number.to_string(),
            Value::Flag(flag) => if *flag { "是" } else { "否" }.to_owned(),
            Value::None | Value::List(_) => String::new(),
        };
        fact.values[index]
            .items()
            .iter()
            .map(one)
            .collect::<Vec<_>>()
            .join("、")
    }
}

fn candidate_batch(view: &View<'_>) -> Option<i64> {
    view.last(step::find("shortlist.candidate")?)?
        .value("batch")
        .count()
}

/// A field by its dotted name.
fn field(path: &str) -> Option<(&'static StepDef, usize)> {
    let (head, name) = path.rsplit_once('.')?;
    let def = step::find(head)?;
    Some((def, def.index(name)?))
}

/// Keeps a spreadsheet from reading text of residents as a formula.
fn guard(cell: &str) -> String {
    let cell = crate::report::table::clean(cell);
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}

fn encode(grid: &[Vec<String>], encoding: Option<&str>) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in grid {
        writer.write_record(row)?;
    }
    let text = writer
        .into_inner()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    match encoding {
        Some("utf-8") => Ok(text),
        Some("gb18030") => {
            let text = String::from_utf8(text)?;
            let (bytes, _, lost) = encoding_rs::GB18030.encode(&text);
            if lost {
                return Err(Fail(words!(
                    "有字符不能用GB18030表示，请改用UTF-8。",
                    "Some characters have no GB18030 form; use UTF-8."
                ))
                .into());
            }
            Ok(bytes.into_owned())
        }
        _ => {
            let mut bytes = b"\xef\xbb\xbf".to_vec();
            bytes.extend(text);
            Ok(bytes)
        }
    }
}

/// A table never takes the place of a ledger, nor of any other database.
fn refuse_database(file: &str) -> anyhow::Result<()> {
    use std::io::Read;
    let mut start = [0_u8; 16];
    let database = std::fs::File::open(file)
        .and_then(|mut f| f.read_exact(&mut start))
        .is_ok_and(|()| start == *b"SQLite format 3\0");
    if database || file.ends_with("-journal") {
        return Err(Fail(words!(
            "{0} 是数据库文件（账本），不能被覆盖；请换一个文件名。",
            "{0} is a database (a ledger) and is never overwritten; choose another name.",
            file
        ))
        .into());
    }
    Ok(())
}

fn write_file(file: &str, bytes: &[u8], force: bool) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Fail(words!(
            "{0} 已经存在；换一个文件名，或加 --force 覆盖。",
            "{0} exists already; choose another name, or add --force.",
            file
        )),
        _ => Fail(words!(
            "写不了 {}：{}。",
            "Cannot write {}: {}.",
            file,
            error
        )),
    })?;
    out.write_all(bytes)?;
    Ok(())
}
