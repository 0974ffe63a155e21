//! `export`: the official tables as CSV, word for word.

mod grid;

use clap::ArgMatches;

use self::grid::Exporter;
use super::context::{Context, Format, day};
use super::{Exit, Fail, talk};
use crate::report::show::Opener;
use crate::state::Book;
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
            plain: true,
        },
        public: matches.get_flag("public"),
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
        None => {
            context.out.write_all(&bytes)?;
            super::proof::tell_head(context, &ledger)?;
        }
        Some(file) => {
            super::files::refuse_database(file)?;
            super::files::write_file(file, &bytes, matches.get_flag("force"))?;
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
