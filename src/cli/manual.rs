//! `help`, `man`, `completions`: the manual, and what a shell needs to complete a line.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use clap::{ArgMatches, Command};
use clap_complete::env::{EnvCompleter, Shells};

use super::args;
use super::context::Context;
use super::{Exit, Fail, Surroundings, talk};
use crate::words;
use crate::words::{Lang, did_you_mean};

/// The variable by which a shell asks for completions.
pub(super) const COMPLETE: &str = "MINSHENG_COMPLETE";

/// The help of a command, with examples.
pub(super) fn help(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let path: Vec<String> = matches
        .get_many::<String>("command")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let mut command = args::command(context.lang);
    command.build();
    for word in &path {
        let names = command.get_subcommands().map(Command::get_name);
        let names: Vec<String> = names.map(str::to_owned).collect();
        let Some(sub) = command.find_subcommand(word).cloned() else {
            let near = did_you_mean(word, names.iter().map(String::as_str));
            return Err(Fail(words!(
                "没有命令“{}”。{}用 minsheng help 查看全部命令。",
                "There is no command “{0}”.{2} See minsheng help.",
                path.join(" "),
                near.zh,
                near.en
            ))
            .into());
        };
        command = sub;
    }
    let text = command.render_long_help().to_string();
    let text = args::in_language(&text, context.lang);
    write!(context.out, "{text}")?;
    Ok(Exit::Done)
}

/// The manual: one page to standard output, or all of them, in both languages, to a folder.
pub(super) fn man(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let Some(folder) = matches.get_one::<String>("dir") else {
        let page = page(args::command(context.lang), "minsheng", context.lang)?;
        context.out.write_all(&page)?;
        return Ok(Exit::Done);
    };
    let mut count = 0;
    for (lang, place) in [(Lang::En, "man1"), (Lang::Zh, "zh_CN/man1")] {
        let place = Path::new(folder).join(place);
        std::fs::create_dir_all(&place).map_err(|error| unmade(&place, &error))?;
        let mut root = args::command(lang);
        root.build();
        pages(&root, "minsheng", lang, &mut |name, page| {
            count += 1;
            let file = place.join(format!("{name}.1"));
            std::fs::write(&file, page).map_err(|error| unmade(&file, &error).into())
        })?;
    }
    talk(
        context,
        &format!("已写出{count}页手册（中文在 zh_CN）：{folder}。man -M {folder} minsheng 查看。"),
        &format!(
            "{count} pages written (Chinese in zh_CN): {folder}. See man -M {folder} minsheng."
        ),
    );
    Ok(Exit::Done)
}

fn unmade(path: &Path, error: &std::io::Error) -> Fail {
    Fail(words!(
        "写不了 {}：{}。",
        "Cannot write {}: {}.",
        path.display(),
        error
    ))
}

type Keep<'k> = dyn FnMut(&str, &[u8]) -> anyhow::Result<()> + 'k;

/// The page of a command and of those below it.
fn pages(command: &Command, name: &str, lang: Lang, keep: &mut Keep<'_>) -> anyhow::Result<()> {
    keep(name, &page(command.clone(), name, lang)?)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let name = format!("{name}-{}", sub.get_name());
        pages(sub, &name, lang, keep)?;
    }
    Ok(())
}

/// One page.
fn page(command: Command, name: &str, lang: Lang) -> anyhow::Result<Vec<u8>> {
    // the page's name is that of its file
    let command = command.name(name.to_owned()).display_name(name.to_owned());
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .manual(lang.pick("minsheng 手册", "minsheng manual"))
        .render(&mut page)?;
    if lang == Lang::En {
        return Ok(page);
    }
    let mut text = String::from_utf8(page)?;
    for (en, zh) in [
        ("NAME", "名称"),
        ("SYNOPSIS", "用法"),
        ("DESCRIPTION", "说明"),
        ("OPTIONS", "选项"),
        ("SUBCOMMANDS", "子命令"),
        ("EXTRA", "补充"),
        ("VERSION", "版本"),
    ] {
        text = text.replace(&format!("\n.SH {en}\n"), &format!("\n.SH {zh}\n"));
    }
    Ok(text.into_bytes())
}

/// The script that a shell reads to complete command lines.
pub(super) fn completions(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let name = matches
        .get_one::<String>("shell")
        .map_or("", String::as_str);
    let shells = Shells::builtins();
    let shell = shells.completer(name).ok_or_else(|| {
        Fail(words!(
            "没有“{0}”的补全。",
            "There are no completions for “{0}”.",
            name
        ))
    })?;
    shell.write_registration(
        COMPLETE,
        "minsheng",
        "minsheng",
        "minsheng",
        &mut *context.out,
    )?;
    if name == "zsh" {
        context.out.write_all(ZSH_FIRST.as_bytes())?;
    }
    Ok(Exit::Done)
}

/// A file of `fpath` is read at the first Tab, and must answer that one, too.
const ZSH_FIRST: &str = r#"
if [[ "$funcstack[1]" == _minsheng ]]; then
    _clap_dynamic_completer_minsheng "$@"
fi
"#;

/// Answers a shell: the words that may stand at the cursor.
pub(super) fn complete(
    shell: &str,
    args: &[OsString],
    lang: Lang,
    surroundings: &Surroundings,
    out: &mut dyn Write,
) -> Exit {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(shell) else {
        return Exit::Failed;
    };
    // what is typed so far stands after the first `--`
    let start = args
        .iter()
        .position(|arg| arg == "--")
        .map_or(1, |at| at + 1);
    let typed: Vec<OsString> = args.get(start..).unwrap_or_default().to_vec();
    let mut command = super::complete::command(lang, &typed, surroundings);
    // a completion that fails says nothing: the line is still there to be typed
    match answer(shell, &mut command, typed, out) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failed,
    }
}

fn answer(
    shell: &dyn EnvCompleter,
    command: &mut Command,
    typed: Vec<OsString>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let folder = std::env::current_dir().ok();
    shell.write_complete(command, typed, folder.as_deref(), out)?;
    out.flush()
}
