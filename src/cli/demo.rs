//! `demo`: a year of three communities, by the public commands and nothing else.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::context::{Context, shown};
use super::{Exit, Fail};
use crate::words;

/// The script: `# ` tells in Chinese and `#en ` in English, `$ ` runs, `$1 ` runs and must end with exit code 1.
const SCRIPT: &str = crate::pack::DEMO;

macro_rules! files {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_bytes!(concat!("../../fixtures/", $file)))),*]
    };
}

/// The files that the script reads, as offices send them.
const FILES: &[(&str, &[u8])] = files![
    "import/haizhu-2022-r1.xlsx",
    "import/huaming-2022-r1.xlsx",
    "import/dengliang-2022-r1.csv",
    "import/contacts-haizhu-2022.csv",
    "import/focus-haizhu-2022.csv",
    "demo/consents.csv",
    "demo/contacts-tonggu-2022.csv",
    "demo/haizhu-2022.jsonl",
    "demo/haizhu-annexes-2022.jsonl",
    "demo/tonggu-2022.jsonl",
    "demo/tonggu-annexes-2022.jsonl",
    "demo/dengliang-2022.jsonl",
    "demo/street-2022.jsonl",
];

/// Makes a fresh folder and walks the year in it.
pub(super) fn demo(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let folder = PathBuf::from(
        matches
            .get_one::<String>("dir")
            .cloned()
            .unwrap_or_default(),
    );
    prepare(&folder)?;
    for line in SCRIPT.lines() {
        let tells = context.lang.pick("# ", "#en ");
        if let Some(said) = line.strip_prefix(tells) {
            writeln!(context.out, "\n# {said}")?;
        } else if let Some(command) = line.strip_prefix("$1 ") {
            run(command, Exit::Findings, &folder, context)?;
        } else if let Some(command) = line.strip_prefix("$ ") {
            run(command, Exit::Done, &folder, context)?;
        }
    }
    writeln!(
        context.out,
        "\n{}",
        context.lang.pick(
            &format!(
                "演示用的账本、导入的清单和导出的表都在 {} 里。",
                shown(&folder)
            ),
            &format!(
                "Ledger, lists and exported tables are in {}.",
                shown(&folder)
            ),
        )
    )?;
    Ok(Exit::Done)
}

fn prepare(folder: &Path) -> anyhow::Result<()> {
    let used = folder
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if used {
        return Err(Fail(words!(
            "文件夹 {0} 不是空的，没有改动。换一个文件夹：minsheng demo 新文件夹",
            "The folder {0} is not empty and was left alone. Choose another: minsheng demo DIR",
            folder.display()
        ))
        .into());
    }
    std::fs::create_dir_all(folder).map_err(|e| {
        Fail(words!(
            "建不了文件夹 {}：{}。",
            "Cannot make {}: {}.",
            folder.display(),
            e
        ))
    })?;
    for (name, bytes) in FILES {
        let name = name.rsplit('/').next().unwrap_or(name);
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

/// Prints a command as one would type it, and runs it by the same code.
fn run(
    command: &str,
    expected: Exit,
    folder: &Path,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    writeln!(context.out, "$ {command}")?;
    let mut args: Vec<OsString> = Vec::new();
    for word in words_of(command) {
        let file = folder.join(&word);
        // files of the script stand in the demo's folder, wherever the demo is run from
        let is_file = file.is_file()
            || args
                .last()
                .is_some_and(|arg| arg == "-o" || arg == "--against" || arg == "--ics");
        args.push(if is_file {
            file.into_os_string()
        } else {
            word.into()
        });
    }
    args.push("--ledger".into());
    args.push(folder.join("minsheng.db").into_os_string());
    args.push("--lang".into());
    args.push(context.lang.pick("zh", "en").into());
    let mut said = Vec::new();
    let code = super::walk(
        &args,
        context.lang,
        None,
        context.surroundings,
        &mut *context.out,
        &mut said,
    );
    context.out.write_all(&said)?;
    if code != expected as u8 {
        return Err(Fail(words!(
            "演示的这一步返回了{}，应为{}：{}",
            "This step of the demo ended with {}, {} was expected: {}",
            code,
            expected as u8,
            command
        ))
        .into());
    }
    if code != 0 {
        let note = context.lang.pick("（返回码 1）", "(exit code 1)");
        writeln!(context.out, "{note}")?;
    }
    Ok(())
}

/// Splits a command line at blanks, double quotes kept together.
fn words_of(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    let mut any = false;
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                any = true;
            }
            c if c.is_whitespace() && !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_a_shell_does() {
        assert_eq!(
            words_of(r#"a "b c" --x="d e" """#),
            ["a", "b c", "--x=d e", ""]
        );
    }
}
