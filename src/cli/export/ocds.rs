//! `export --format ocds`: the cases of a year as releases of the Open Contracting standard.

use clap::ArgMatches;

use super::super::context::Context;
use super::super::{Exit, Fail, files, talk};
use crate::corridor::whole_book;
use crate::report::ocds::{Source, package};
use crate::words;

/// What stands for a prefix that nobody registered.
const UNREGISTERED: &str = "ocds-000000";

/// Writes the release package of a year.
pub(super) fn export(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let Some(year) = super::super::audit::year(matches)? else {
        return Err(Fail(words!(
            "请写明年度：minsheng export --format ocds --year 2022",
            "Name the year: minsheng export --format ocds --year 2022"
        ))
        .into());
    };
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let given = text("ocid-prefix");
    let prefix = given.clone().unwrap_or_else(|| UNREGISTERED.to_owned());
    let tail = prefix.strip_prefix("ocds-").unwrap_or_default();
    if tail.len() != 6 || !tail.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Fail(words!(
            "前缀“{0}”应为 ocds- 加六个字母或数字，在 Open Contracting Partnership 登记。",
            "The prefix “{0}” must be ocds- and six letters or digits, registered with the Open Contracting Partnership.",
            prefix
        ))
        .into());
    }
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let book = whole_book(&ledger)?;
    let origin = ledger.origin().name.clone();
    let office = book
        .of_step(<crate::step::general::Init as crate::step::Recorded>::DEF)
        .filter_map(|fact| fact.value("name").text())
        .last();
    let publisher = text("publisher").or_else(|| office.map(str::to_owned));
    let now = context.now();
    let json = package(&Source {
        pack: &pack,
        ledger: &ledger,
        book: &book,
        year,
        as_of: context.as_of,
        prefix: &prefix,
        publisher: publisher.as_deref().unwrap_or(&origin),
        origin: &origin,
        now: &now,
    });
    let count = json["releases"].as_array().map_or(0, Vec::len);
    if count == 0 {
        return Err(Fail(words!(
            "{0}年度没有项目，没有可发布的（minsheng list --year {0}）。",
            "No case of {0}, nothing to release (minsheng list --year {0}).",
            year
        ))
        .into());
    }
    match text("output") {
        Some(file) => {
            files::refuse_database(&file)?;
            let mut bytes = serde_json::to_vec_pretty(&json)?;
            bytes.push(b'\n');
            files::write_file(&file, &bytes, matches.get_flag("force"))?;
            talk(
                context,
                &format!("已导出{count}个项目的 OCDS 发布包到 {file}。"),
                &format!("Exported {count} cases as an OCDS release package to {file}."),
            );
        }
        None => context.json(&json)?,
    }
    if given.is_none() {
        talk(
            context,
            "注意：没有写登记过的前缀（--ocid-prefix），用的是 ocds-000000，公开发布前请换成自己的。",
            "Note: no registered prefix was given (--ocid-prefix); ocds-000000 stands in. Use your own before publishing.",
        );
    }
    Ok(Exit::Done)
}
