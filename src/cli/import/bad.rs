//! Rows that cannot be imported: told, and written into a file of their own.

use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::super::context::{Context, Format};
use super::super::files::CellProblem;
use super::super::{Fail, talk};
use crate::report::table::inert;
use crate::sheet::table::Table;
use crate::words;

/// Tells every problem at once, also as CSV or JSON.
pub(super) fn tell(context: &mut Context<'_>, problems: &[CellProblem]) -> anyhow::Result<()> {
    let lang = context.lang;
    match context.format {
        Format::Json => {
            let list: Vec<_> = problems
                .iter()
                .map(|p| {
                    json!({
                        "file": p.file, "sheet": p.sheet, "row": p.row, "column": p.column,
                        "heading": p.heading, "value": p.value, "message": p.words.in_lang(lang),
                    })
                })
                .collect();
            context.json(&json!({ "schema": "minsheng.import-problems/1", "problems": list }))
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(&mut *context.out);
            writer.write_record([
                "file", "sheet", "row", "column", "heading", "value", "message",
            ])?;
            for p in problems {
                let row = p.row.to_string();
                writer.write_record([
                    &*inert(&p.file),
                    &inert(&p.sheet),
                    &row,
                    &p.column,
                    &inert(&p.heading),
                    &inert(&p.value),
                    p.words.in_lang(lang),
                ])?;
            }
            writer.flush()?;
            Ok(())
        }
        _ => {
            for p in problems {
                writeln!(
                    context.err,
                    "{}{}{}{}",
                    lang.pick("错误：", "error: "),
                    p.place(),
                    lang.pick("：", ": "),
                    p.words.in_lang(lang)
                )?;
            }
            Ok(())
        }
    }
}

/// Writes the rows that were left out into a file beside the original.
pub(super) fn leave_out(
    context: &mut Context<'_>,
    file: &str,
    rows: &[(&Table, usize)],
) -> anyhow::Result<()> {
    let mut path = format!("{file}.bad.csv");
    for number in 2..1000 {
        if !Path::new(&path).exists() {
            break;
        }
        path = format!("{file}.bad-{number}.csv");
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&path).map_err(|error| {
        Fail(words!(
            "写不了 {}：{}。",
            "Cannot write {}: {}.",
            path,
            error
        ))
    })?;
    out.write_all(b"\xef\xbb\xbf")?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    for (number, (table, index)) in rows.iter().enumerate() {
        if number == 0 || table.sheet != rows[number - 1].0.sheet {
            writer.write_record(table.columns.iter().map(|c| c.heading.as_str()))?;
        }
        let record = &table.rows[*index];
        writer.write_record(table.columns.iter().map(|c| {
            let cell = record.cells.get(&c.key);
            cell.map_or(String::new(), |cell| inert(cell.text).into_owned())
        }))?;
    }
    writer.flush()?;
    let zh = format!("跳过{}行，已写入 {path}。", rows.len());
    talk(
        context,
        &zh,
        &format!("{} rows were left out and written to {path}.", rows.len()),
    );
    Ok(())
}
