//! What is wrong with the arguments, and what was probably meant.

use std::io::Write;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::super::Exit;
use crate::step;
use crate::step::mask::{Sure, hide_numbers};
use crate::words::{Lang, near};

/// The one word of a usage line that clap does not let us choose.
pub(in crate::cli) fn in_language(help: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => help.replace("[OPTIONS]", "[选项]"),
        Lang::En => help.to_owned(),
    }
}

/// Tells what is wrong with the arguments; help and version are answers.
pub(in crate::cli) fn complain(
    error: &clap::Error,
    lang: Lang,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = write!(out, "{}", in_language(&error.render().to_string(), lang));
            return Exit::Done;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = write!(err, "{}", in_language(&error.render().to_string(), lang));
            return Exit::Failed;
        }
        _ => {}
    }
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(list)) => list.join("、"),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::StyledStrs(list)) => list
            .iter()
            .map(StyledStr::to_string)
            .collect::<Vec<_>>()
            .join(" "),
        _ => String::new(),
    };
    let typed = text(ContextKind::InvalidSubcommand);
    let meant = meant(&typed);
    if lang == Lang::En {
        let _ = write!(err, "{}", hidden(&error.render().to_string()));
        if let Some(command) = meant {
            let _ = writeln!(err, "Did you mean: minsheng {command}?");
        }
        return Exit::Failed;
    }
    let arg = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let said = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("缺少必填参数：{arg}"),
        ErrorKind::UnknownArgument => format!("不认识的参数：{arg}"),
        ErrorKind::InvalidSubcommand => format!("没有这个命令：{typed}"),
        ErrorKind::MissingSubcommand => "请选一个命令".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 后面要有值"),
        ErrorKind::InvalidValue => format!(
            "{arg} 的值“{value}”不对，可用：{}",
            text(ContextKind::ValidValue)
        ),
        ErrorKind::ArgumentConflict => format!("参数重复或冲突：{arg}"),
        _ => {
            return {
                let _ = write!(err, "{}", error.render());
                Exit::Failed
            };
        }
    };
    let _ = writeln!(err, "错误：{}。", hidden(&said));
    let close = [
        text(ContextKind::SuggestedSubcommand),
        text(ContextKind::SuggestedArg),
        text(ContextKind::SuggestedValue),
        meant.unwrap_or_default(),
    ];
    if let Some(close) = close.iter().find(|n| !n.is_empty()) {
        let _ = writeln!(err, "是不是：{close}？");
    }
    let usage = text(ContextKind::Usage);
    let usage = in_language(usage.trim().trim_start_matches("Usage:").trim(), lang);
    if !usage.is_empty() {
        let _ = writeln!(err, "用法：{usage}");
    }
    let _ = writeln!(err, "加 --help 查看说明。");
    Exit::Failed
}

/// The command of a step that was called by its verb, or by its Chinese name.
fn meant(typed: &str) -> Option<String> {
    if typed.is_empty() {
        return None;
    }
    let command = |id: &str| id.replace('.', " ");
    let exact = step::STEPS
        .iter()
        .find(|def| def.zh == typed || def.verb() == typed);
    if let Some(def) = exact {
        return Some(command(def.id));
    }
    let name = near(typed, step::STEPS.iter().map(|def| def.zh))
        .or_else(|| near(typed, step::STEPS.iter().map(|def| def.verb())))?;
    let mut steps = step::STEPS.iter();
    let def = steps.find(|def| def.zh == name || def.verb() == name)?;
    Some(command(def.id))
}

/// What was typed in the wrong place, without numbers of persons.
fn hidden(text: &str) -> String {
    hide_numbers(text, Sure::Certain)
}
