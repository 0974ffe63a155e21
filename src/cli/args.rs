//! The arguments of every command, made from the steps and a few lists.

mod audit;
mod books;
mod commands;
mod examples;
mod notice;
mod oversight;
mod reporting;
mod sync;
mod tell;
mod trust;

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command};

pub(super) use tell::{complain, in_language};

use crate::step::{Field, Kind, STEPS, StepDef};
use crate::words::Lang;

/// The stages in the order of a case's life, with their names.
const STAGES: [(&str, &str, &str); 9] = [
    (
        "collect",
        "征集：轮次、需求、走访、导入",
        "Collect: rounds, demands, contacts, import",
    ),
    (
        "shortlist",
        "候选：会议、征求意见、设计、评议、拟实施、备案",
        "Shortlist: meetings, consultation, design, review, plan, filing",
    ),
    ("publicize", "公示与告知", "Publicize: notices"),
    (
        "implement",
        "实施：确定、合同、开工、付款、完工",
        "Implement: determination, contract, work, payment, completion",
    ),
    (
        "accept",
        "验收、公告、结算",
        "Accept: acceptance, announcement, settlement",
    ),
    ("evaluate", "评价", "Evaluate: what residents think"),
    (
        "fund",
        "资金：年度总额、安排、发放、支出、违规与追回",
        "Funds: yearly total, allocation, disbursement, expenses, misuse",
    ),
    (
        "register",
        "登记：社区、运营机构、重点人群、项目库、说明",
        "Register: communities, operators, focus households, library, reasons",
    ),
    (
        "regime",
        "依据：列出、查看、对比、检查、新建、续期、口径",
        "Regime: list, show, compare, check, begin, extend, rule on a reading",
    ),
];

/// The names of the commands that are no steps and stand under no stage.
const OWN: [&str; 24] = [
    "init",
    "record",
    "demo",
    "audit",
    "explain",
    "show",
    "todo",
    "notice",
    "list",
    "log",
    "export",
    "rule",
    "schema",
    "help",
    "completions",
    "man",
    "template",
    "verify",
    "checkpoint",
    "erase",
    "merge",
    "backup",
    "upgrade",
    "sync",
];

/// The language, before anything is parsed: `--lang`, else `MINSHENG_LANG`.
pub(super) fn language(args: &[OsString], env: fn(&str) -> Option<String>) -> Lang {
    let given = super::console::option(args, "--lang");
    match given.or_else(|| env("MINSHENG_LANG")).as_deref() {
        Some("en") => Lang::En,
        _ => Lang::Zh,
    }
}

/// What is typed, parsed: by the commands that it can mean, and only where that fails, or help
/// is asked for, by the whole command line with all that it says.
///
/// # Errors
/// As the parser: a mistake with its words, or help.
pub(super) fn parse(args: &[OsString], lang: Lang) -> Result<ArgMatches, clap::Error> {
    let typed = |name: &str| args.iter().any(|arg| arg == name);
    let tree = tree(lang, &typed);
    if !tree.has_subcommands() {
        return command(lang).try_get_matches_from(args);
    }
    tree.try_get_matches_from(args)
        .or_else(|_| command(lang).try_get_matches_from(args))
}

/// The whole command line.
pub(super) fn command(lang: Lang) -> Command {
    dress(tree(lang, &|_| true), 0, lang)
}

/// The commands whose names are wanted, without their help.
fn tree(lang: Lang, wanted: &dyn Fn(&str) -> bool) -> Command {
    let mut root = Command::new("minsheng")
        .version(env!("CARGO_PKG_VERSION"))
        .about(lang.pick(
            "民生微实事项目台账：登记、核对、审计、导出",
            "Case files of neighbourhood micro-projects: record, check, audit, export",
        ))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .args(globals(lang));
    for (stage, zh, en) in STAGES.into_iter().filter(|(stage, ..)| wanted(stage)) {
        root = root.subcommand(group(stage, lang.pick(zh, en), lang, wanted));
    }
    for def in STEPS
        .iter()
        .filter(|def| !def.id.contains('.') && !matches!(def.id, "init" | "erase"))
        .filter(|def| wanted(def.verb()))
    {
        root = root.subcommand(step(def, lang));
    }
    // most commands record a step; these are made only if one of them may be meant
    let own = OWN.iter().any(|name| wanted(name)).then(|| own(lang));
    for sub in own.into_iter().flatten() {
        debug_assert!(OWN.contains(&sub.get_name()), "{}", sub.get_name());
        if !wanted(sub.get_name()) {
            continue;
        }
        // what oversight records stands under the command that judges the year
        let verbs = STEPS
            .iter()
            .filter(|def| def.id.contains('.') && def.stage() == sub.get_name())
            // a draw is made, not told
            .filter(|def| def.id != "audit.sample" && wanted(def.verb()));
        root = root.subcommand(sub.clone().subcommands(verbs.map(|def| step(def, lang))));
    }
    root
}

/// The commands that are no steps and stand under no stage.
fn own(lang: Lang) -> Vec<Command> {
    let mut list = commands::own(lang);
    list.push(books::template(lang));
    list.extend(trust::trust(lang));
    list
}

pub(super) fn option(name: &'static str, value: &'static str, help: &str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(help.to_owned())
        .hide_possible_values(true)
}

pub(super) fn flag(name: &'static str, help: &str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help.to_owned())
}

fn globals(lang: Lang) -> Vec<Arg> {
    let heading = lang.pick("通用选项", "Global options").to_owned();
    let list = vec![
        option(
            "ledger",
            "FILE",
            lang.pick(
                "账本文件（MINSHENG_LEDGER，默认 ./minsheng.db）",
                "Ledger file (MINSHENG_LEDGER, default ./minsheng.db)",
            ),
        ),
        option(
            "actor",
            "NAME",
            lang.pick(
                "登记人（MINSHENG_ACTOR，默认登录名）",
                "Who records (MINSHENG_ACTOR, default the login name)",
            ),
        ),
        option(
            "format",
            "table|json|csv",
            lang.pick("输出格式", "Form of the answer"),
        )
        .value_parser([
            "table", "json", "csv", "markdown", "parquet", "sarif", "junit", "ocds",
        ]),
        option(
            "lang",
            "zh|en",
            lang.pick("语言（MINSHENG_LANG）", "Language (MINSHENG_LANG)"),
        )
        .value_parser(["zh", "en"]),
        option(
            "as-of",
            "DATE",
            lang.pick("截至日期，默认今天", "Judge as of this day, default today"),
        ),
        option(
            "regime",
            "ID|DIR",
            lang.pick(
                "依据，默认账本所用的",
                "Regulation, default the ledger's own",
            ),
        ),
        option(
            "console-encoding",
            "utf-8|gb18030",
            lang.pick(
                "屏幕编码（MINSHENG_ENCODING，默认按系统区域）",
                "Encoding of the console (MINSHENG_ENCODING, default by locale)",
            ),
        ),
        option("color", "auto|always|never", lang.pick("颜色", "Colour"))
            .value_parser(["auto", "always", "never"]),
        flag("quiet", lang.pick("只输出结果", "Only the answer")).short('q'),
        flag(
            "dry-run",
            lang.pick(
                "只说明会登记什么，不改动账本",
                "Say what would be recorded, change nothing",
            ),
        )
        .short('n'),
    ];
    list.into_iter()
        .map(|arg| arg.global(true).help_heading(heading.clone()))
        .collect()
}

fn group(stage: &'static str, about: &str, lang: Lang, wanted: &dyn Fn(&str) -> bool) -> Command {
    let mut group = Command::new(stage)
        .about(about.to_owned())
        .subcommand_required(true)
        .arg_required_else_help(true);
    let steps = STEPS.iter();
    let steps: Vec<_> = steps
        .filter(|def| def.id.contains('.') && def.stage() == stage)
        .collect();
    let none = !steps.iter().any(|def| wanted(def.verb()));
    for def in steps.into_iter().filter(|def| none || wanted(def.verb())) {
        group = group.subcommand(step(def, lang));
    }
    if let Some(notice) = notice::of_stage(stage, lang) {
        group = group.subcommand(notice);
    }
    match stage {
        "collect" => group = group.subcommand(commands::import(lang)),
        "regime" => group = commands::regimes(group, lang),
        _ => {}
    }
    group
}

/// The command of one step, made from its fields.
fn step(def: &'static StepDef, lang: Lang) -> Command {
    let about = lang.pick(def.zh, def.en.trim()).to_owned();
    let mut command = Command::new(def.verb()).about(about);
    for field in def.fields.iter().filter(|field| !def.filled_in(field)) {
        command = command.arg(field_arg(def, field, lang));
    }
    command.args(recording(lang)).arg(flag(
        "again",
        lang.pick(
            "账本中已有相同记录也再登记一条",
            "Record it although the same record stands there already",
        ),
    ))
}

fn field_arg(def: &'static StepDef, field: &'static Field, lang: Lang) -> Arg {
    let note = if field.list {
        lang.pick("（可重复，或用、分隔）", " (repeat, or separate by 、)")
    } else {
        ""
    };
    let help = match lang {
        Lang::Zh => format!("{}{note}", field.heading),
        Lang::En => format!("{}{note}", field.en.trim()),
    };
    let form = match field.kind {
        Kind::Day => "DATE",
        Kind::Moment => lang.pick("日期 时:分", "DATE HH:MM"),
        Kind::Money => lang.pick("金额，如8万", "YUAN"),
        Kind::Count => "N",
        Kind::Flag => lang.pick("是|否", "yes|no"),
        Kind::Ref => "ID",
        Kind::Code => "CODE",
        Kind::Member => lang.pick("角色:姓名", "ROLE:NAME"),
        Kind::Term => lang.pick("用词", "WORD"),
        Kind::Text | Kind::Personal => lang.pick("文字", "TEXT"),
    };
    let mut arg = Arg::new(field.name)
        .value_name(if def.positional.contains(&field.name) {
            field.name.to_uppercase()
        } else {
            form.to_owned()
        })
        .help(help)
        .allow_hyphen_values(true);
    if def.positional.contains(&field.name) {
        arg = arg.required(true);
    } else {
        arg = arg.long(field.option()).required(field.required);
    }
    if field.list {
        arg.action(ArgAction::Append)
    } else {
        arg
    }
}

/// Options of everything that records.
pub(super) fn recording(lang: Lang) -> Vec<Arg> {
    vec![
        option(
            "reason",
            "RULE=TEXT",
            lang.pick(
                "对某条规则的说明，例如 A11-DAYS=台风停工（可重复）",
                "Reason for a breach of a rule, for example A11-DAYS=typhoon (repeat)",
            ),
        )
        .action(ArgAction::Append),
        flag(
            "as-is",
            lang.pick(
                "照实补录，不拦截（审计照常指出）",
                "Record as it was, without gates (the audit tells)",
            ),
        ),
    ]
}

/// What stands under the help of a command.
fn after(name: &str, depth: usize, lang: Lang) -> String {
    let examples = if depth < 2 {
        examples::of(name, lang)
    } else {
        String::new()
    };
    if depth > 0 {
        return examples;
    }
    let words = lang.pick(
        "可用的用词（类型、单位、群体、地点……）见 minsheng regime show。",
        "For the words of the regulation (types, bodies, groups, places) see minsheng regime show.",
    );
    format!("{examples}\n\n{words}")
}

/// Gives every command the headings and the help of the language.
fn dress(command: Command, depth: usize, lang: Lang) -> Command {
    let template = match lang {
        Lang::Zh => "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}",
        Lang::En => "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
    };
    let root = depth == 0;
    let under = after(command.get_name(), depth, lang);
    let command = command
        .after_help(under)
        .help_template(template)
        .subcommand_help_heading(lang.pick("命令", "Commands"))
        .subcommand_value_name(lang.pick("命令", "COMMAND"))
        .mut_args(|arg| {
            if arg.get_help_heading().is_some() {
                return arg;
            }
            let heading = if arg.is_positional() {
                lang.pick("参数", "Arguments")
            } else {
                lang.pick("选项", "Options")
            };
            arg.help_heading(heading.to_owned())
        })
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help_heading(lang.pick("选项", "Options").to_owned())
                .help(lang.pick("显示帮助", "Print help").to_owned()),
        );
    let command = if root {
        command.arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help_heading(lang.pick("选项", "Options").to_owned())
                .help(lang.pick("显示版本", "Print the version").to_owned()),
        )
    } else {
        command
    };
    let names: Vec<String> = command
        .get_subcommands()
        .map(|c| c.get_name().to_owned())
        .collect();
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |sub| dress(sub, depth + 1, lang))
    })
}
