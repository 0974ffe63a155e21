//! `audit --report`: the report of a year, written into a folder of its own.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::context::{Context, Format, shown};
use super::{Fail, talk};
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::report::audit::Audit;
use crate::report::site::{self, Dossiers, Limits, Wanted};
use crate::words;

/// The list of the files of a report.
const SUMS: &str = "SHA256SUMS";

/// Writes the report, if one is asked for; says whether it was.
pub(super) fn report(
    matches: &ArgMatches,
    context: &mut Context<'_>,
    (ledger, pack, audit): (&Ledger, &Pack, &Audit),
) -> anyhow::Result<bool> {
    let Some(folder) = matches.get_one::<String>("report").map(PathBuf::from) else {
        return Ok(false);
    };
    context.only(&[Format::Json])?;
    let limits = match matches.get_one::<String>("indicators") {
        None => Limits::embedded().map_err(Fail)?,
        Some(file) => read(file)?,
    };
    let force = matches.get_flag("force");
    refuse_used(&folder, force)?;
    let busy = context.busy("正在写报告…", "Writing the report…");
    let site = site::build(&Wanted {
        ledger,
        pack,
        audit,
        limits: &limits,
        lang: context.lang,
        public: matches.get_flag("public"),
        dossiers: match matches.get_one::<String>("dossiers").map(String::as_str) {
            None => Dossiers::None,
            Some("all") => Dossiers::All,
            Some(_) => Dossiers::Found,
        },
    })?;
    drop(busy);
    if context.dry_run {
        talk(
            context,
            "试运行：没有写入文件。",
            "Dry run: nothing was written.",
        );
    } else {
        write(&folder, &site.files, force)?;
    }
    let index = folder.join("index.html");
    if context.format == Format::Json {
        let json = serde_json::to_value(&site.figures)?;
        context.json(&json)?;
    } else {
        writeln!(context.out, "{}", shown(&index))?;
    }
    talk(
        context,
        &format!(
            "报告共{}个文件，用浏览器打开 {}；不需要网络。",
            site.files.len(),
            shown(&index)
        ),
        &format!(
            "{} files; open {} in a browser, no network is needed.",
            site.files.len(),
            shown(&index)
        ),
    );
    Ok(true)
}

fn read(file: &str) -> anyhow::Result<Limits> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Fail(words!(
            "读不了 {}：{}。",
            "Cannot read {}: {}.",
            file,
            error
        ))
    })?;
    Ok(Limits::parse(&text).map_err(|error| {
        Fail(words::Words::new(
            format!("{file}：{}", error.zh),
            format!("{file}: {}", error.en),
        ))
    })?)
}

/// A folder that holds something is left alone unless `force`; a link always is.
fn refuse_used(folder: &Path, force: bool) -> anyhow::Result<()> {
    match std::fs::symlink_metadata(folder) {
        Ok(there) if there.file_type().is_symlink() || !there.is_dir() => {
            return Err(Fail(words!(
                "{0} 是链接或文件，没有写入；请换一个文件夹。",
                "{0} is a link or a file and was left alone; choose another folder.",
                folder.display()
            ))
            .into());
        }
        _ => {}
    }
    let used = folder
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if used && !force {
        return Err(Fail(words!(
            "文件夹 {0} 不是空的，没有改动；换一个文件夹，或加 --force 更新其中的报告。",
            "The folder {0} is not empty and was left alone; choose another, or add --force to renew the report in it.",
            folder.display()
        ))
        .into());
    }
    Ok(())
}

/// The files of an earlier report in the folder: only plain names of its own list.
fn earlier(folder: &Path) -> Vec<String> {
    let list = std::fs::read_to_string(folder.join(SUMS)).unwrap_or_default();
    list.lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(_, name)| name.to_owned())
        .filter(|name| !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.'))
        .collect()
}

fn write(folder: &Path, files: &[(String, Vec<u8>)], force: bool) -> anyhow::Result<()> {
    make(folder).map_err(|error| {
        Fail(words!(
            "建不了文件夹 {}：{}。",
            "Cannot make {}: {}.",
            folder.display(),
            error
        ))
    })?;
    // pages of communities that are no more
    for name in earlier(folder).iter().filter(|_| force) {
        if !files.iter().any(|(new, _)| new == name) {
            let _ = std::fs::remove_file(folder.join(name));
        }
    }
    for (name, bytes) in files {
        super::files::write_file(&shown(&folder.join(name)), bytes, force)?;
    }
    Ok(())
}

/// Makes the folder for its owner alone.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
