//! `collect import`: demand lists as offices send them.

mod bad;

use std::path::Path;

use clap::ArgMatches;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::context::{Context, day};
use super::files::{self, Given};
use super::steps::reasons;
use super::{Exit, Fail, freetext, talk};
use crate::corridor::{self, Entry};
use crate::law::Day;
use crate::pack::{Pack, Path as FactPath, Primitive, Scope, Treatment};
use crate::sheet::Sheet;
use crate::sheet::table::{self, Table};
use crate::state::Book;
use crate::step::input::{self, Problem};
use crate::step::{Field, Recorded, Step, StepDef, collect};
use crate::words;

/// What the command line says of every row.
struct Plan {
    file: String,
    community: String,
    year: String,
    round: Option<String>,
    received: Option<Day>,
    mode: String,
    reasons: Vec<(String, String)>,
    /// Columns that must be filled on every row, with the rule that says so.
    required: Vec<(String, usize)>,
    places: Places,
}

/// Where fields that the command line says stand in the form.
struct Places {
    community: usize,
    year: usize,
    round: usize,
    mode: usize,
    received: usize,
}

impl Places {
    fn of(def: &StepDef) -> Option<Self> {
        Some(Self {
            community: def.index("community")?,
            year: def.index("year")?,
            round: def.index("round")?,
            mode: def.index("mode")?,
            received: def.index("received")?,
        })
    }
}

/// A table of the file, and what it says of its rows.
struct Source<'t> {
    table: &'t Table,
    /// The fields that its columns are.
    fields: Vec<Option<usize>>,
    /// The date of rows that have none.
    received: Option<Day>,
}

/// Imports a demand list: every row is good, or nothing is appended.
pub(super) fn import(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let mut plan = plan(matches)?;
    let mut ledger = context.open()?;
    let pack = context.pack(&ledger)?;
    plan.required = required(&pack, collect::Demand::DEF);
    let book = files::read(
        Path::new(&plan.file),
        matches.get_one::<String>("encoding"),
        context,
    )?;
    let only = matches.get_one::<String>("sheet");
    let def = collect::Demand::DEF;
    let (mut tables, mut excuses) = (Vec::new(), Vec::new());
    let wanted = |sheet: &Sheet| only.is_none_or(|name| *name == sheet.name);
    // a long list stands in memory once
    for sheet in book.sheets.into_iter().filter(wanted) {
        match table::take(sheet, &files::specs(def), &["title", "type"]) {
            Ok(table) => tables.push(table),
            Err(none) => excuses.push(none),
        }
    }
    if tables.is_empty() {
        return Err(no_table(&plan.file, only, &excuses));
    }
    community_of(&ledger, &plan, &tables, context)?;
    let (mut entries, mut problems, mut bad_rows) = (Vec::new(), Vec::new(), Vec::new());
    for table in &tables {
        let source = Source {
            table,
            fields: files::fields(def, table),
            received: plan.received.or_else(|| date_above(table)),
        };
        for (index, read) in rows(&plan, &pack, &source).into_iter().enumerate() {
            match read {
                Ok(step) => entries.push(Entry {
                    step,
                    place: Some(files::row_place(&plan.file, table, index)),
                    reasons: plan.reasons.clone(),
                    again: false,
                }),
                Err(list) => {
                    bad_rows.push((table, index));
                    problems.extend(
                        list.into_iter()
                            .map(|p| files::at_cell(&plan.file, def, table, index, &p)),
                    );
                }
            }
        }
        for (number, why) in &table.skipped {
            let zh = format!("{}第{number}行未导入：{why}", plan.file);
            let why = files::why_skipped(why);
            talk(
                context,
                &zh,
                &format!("{} row {number} was not imported: {why}", plan.file),
            );
        }
    }
    if !problems.is_empty() {
        bad::tell(context, &problems)?;
        if !matches.get_flag("skip-bad") {
            let (p, r) = (problems.len(), bad_rows.len());
            talk(
                context,
                &format!(
                    "共{p}处问题，涉及{r}行；账本没有改动。改好后重新导入，或加 --skip-bad 先导入其余行。"
                ),
                &format!(
                    "{p} problems in {r} rows; the ledger was not changed. Mend them and import again, or add --skip-bad to import the other rows first."
                ),
            );
            return Ok(Exit::Failed);
        }
        if !context.dry_run {
            bad::leave_out(context, &plan.file, &bad_rows)?;
        }
    }
    if entries.is_empty() {
        return Err(Fail(words!(
            "{0} 里没有可导入的行。",
            "{0} has no row to import.",
            plan.file
        ))
        .into());
    }
    drop(bad_rows);
    drop(tables);
    let terms = context.terms(matches.get_flag("as-is"));
    let places = freetext::places(&entries);
    let answer = context.stepwise(entries.len(), |told| {
        corridor::record_telling(&mut ledger, &pack, entries, &terms, told)
    });
    let answer = answer?;
    freetext::answer_telling(context, answer, &places)
}

fn plan(matches: &ArgMatches) -> anyhow::Result<Plan> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let community = text("community").unwrap_or_default().to_ascii_uppercase();
    let round = text("round");
    let of_round = round
        .as_ref()
        .and_then(|r| r.strip_prefix(community.as_str()))
        .and_then(|rest| rest.get(..4))
        .map(str::to_owned);
    if let Some(round) = round
        .as_ref()
        .filter(|r| !r.starts_with(community.as_str()))
    {
        return Err(Fail(words!(
            "征集 {} 不是社区 {} 的，请核对 --community 和 --round。",
            "Round {} is not one of community {}; check --community and --round.",
            round,
            community
        ))
        .into());
    }
    let year = text("year").or(of_round).ok_or_else(|| {
        Fail(words!(
            "请给出 --year 项目年度，或 --round 征集编号（例如 HZ2022-R1）。",
            "Give --year, or --round (for example HZ2022-R1)."
        ))
    })?;
    Ok(Plan {
        file: text("file").unwrap_or_default(),
        mode: text("mode").unwrap_or_else(|| {
            if round.is_some() {
                "concentrated"
            } else {
                "daily"
            }
            .to_owned()
        }),
        received: text("received").map(|t| day(&t)).transpose()?,
        reasons: reasons(matches)?,
        required: Vec::new(),
        places: Places::of(collect::Demand::DEF)
            .ok_or_else(|| anyhow::anyhow!("a demand has other fields"))?,
        community,
        year,
        round,
    })
}

fn no_table(
    file: &str,
    only: Option<&String>,
    excuses: &[crate::sheet::table::NoTable],
) -> anyhow::Error {
    match excuses.first() {
        Some(none) => Fail(words!("{}：{}", "{0}: {2}", file, none.zh(), none.en())).into(),
        None => Fail(words!(
            "{}：没有工作表{}。",
            "{}: there is no sheet {}.",
            file,
            only.map_or(String::new(), |name| format!("“{name}”"))
        ))
        .into(),
    }
}

/// Warns if the sheet names another community than the command.
fn community_of(
    ledger: &crate::ledger::Ledger,
    plan: &Plan,
    tables: &[Table],
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let mut book = Book::new();
    book.extend(ledger.reader().of_subject(&plan.community)?);
    let Some(name) = book.community_name(&plan.community) else {
        return Ok(());
    };
    for (_, line) in tables.iter().flat_map(|table| &table.preamble) {
        if line.contains("单位") && line.contains("社区") && !line.contains(name) {
            let zh = format!("注意：表头写的是“{}”，现导入到 {name}。", line.trim());
            let en = format!(
                "Note: the sheet says “{}”, it is imported to {name}.",
                line.trim()
            );
            talk(context, &zh, &en);
        }
    }
    Ok(())
}

/// The date in the lines above the header: `日期：2021年12月20日`.
fn date_above(table: &Table) -> Option<Day> {
    table.preamble.iter().find_map(|(_, line)| {
        let (_, rest) = line.split_once("日期")?;
        let text: String = rest
            .trim_start_matches(['：', ':', ' ', '\u{3000}'])
            .chars()
            .take_while(|c| c.is_numeric() || "年月日-/. \u{3000}".contains(*c))
            .filter(|c| !c.is_whitespace())
            .collect();
        text.parse().ok()
    })
}

/// Fewer rows than these are read on one processor.
const MANY: usize = 1000;

/// Every row of a table as a step, or everything that is wrong with it.
fn rows(plan: &Plan, pack: &Pack, source: &Source<'_>) -> Vec<Result<Step, Vec<Problem>>> {
    let length = source.table.rows.len();
    let read = |index| row(plan, pack, source, index);
    if length < MANY {
        return (0..length).map(read).collect();
    }
    (0..length).into_par_iter().map(read).collect()
}

/// One row as a step, or everything that is wrong with it.
fn row(plan: &Plan, pack: &Pack, source: &Source<'_>, index: usize) -> Result<Step, Vec<Problem>> {
    let def = collect::Demand::DEF;
    let mut given = Given::of_row(def, &source.fields, source.table, index);
    let places = &plan.places;
    given.set(places.community, plan.community.as_str().into());
    given.set(places.year, plan.year.as_str().into());
    if let Some(round) = &plan.round {
        given.or(places.round, || round.as_str().into());
    }
    given.or(places.mode, || plan.mode.as_str().into());
    if let Some(day) = source.received {
        given.or(places.received, || day.to_string().into());
    }
    let read = input::read_texts(def, &given.values, pack);
    let read = files::checked(source.table, index, read);
    let mut problems = match &read {
        Ok(_) => Vec::new(),
        Err(problems) => problems.clone(),
    };
    if !given.has(places.received) {
        problems.retain(|p| p.field != "received");
        problems.push(Problem {
            field: "received".into(),
            value: String::new(),
            words: words!(
                "没有提出日期；请加一列“提出日期”，或用 --received 日期 给出。",
                "No date; add a column 提出日期, or give --received DATE."
            ),
        });
    }
    for (rule, field) in &plan.required {
        if given.has(*field) {
            continue;
        }
        let Field { name, heading, .. } = &def.fields[*field];
        let excused = || plan.reasons.iter().any(|(r, _)| r == rule);
        let told = || problems.iter().any(|p| p.field == *name);
        if excused() || told() {
            continue;
        }
        problems.push(Problem {
            field: (*name).to_owned(),
            value: String::new(),
            words: words!(
                "缺少“{0}”，请补填（{1}；确无法补填时用 --reason {1}=理由 照实导入）。",
                "“{2}” is missing; fill it in ({1}; if that cannot be done, import with --reason {1}=REASON).",
                heading,
                rule,
                name
            ),
        });
    }
    match read {
        Ok(step) if problems.is_empty() => Ok(step),
        _ => Err(problems),
    }
}

/// The columns that the regulation wants filled on every row, with the rule that says so.
fn required(pack: &Pack, def: &StepDef) -> Vec<(String, usize)> {
    let mut list = Vec::new();
    for rule in pack.rules.iter().filter(|rule| rule.scope == Scope::Demand) {
        let Treatment::Computed(checks) = rule.treatment() else {
            continue;
        };
        for check in checks {
            let Primitive::Presence { of, any: false, .. } = &check.primitive else {
                continue;
            };
            for path in of {
                if let FactPath::Field(step, index) = path
                    && step.id == def.id
                {
                    list.push((rule.id.clone(), *index));
                }
            }
        }
    }
    list
}
