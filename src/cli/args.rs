//! The arguments of every command, made from the steps and a few lists.

use std::ffi::OsString;
use std::io::Write;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use super::Exit;
use crate::step::{Field, STEPS, StepDef};
use crate::words::Lang;

/// The stages in the order of a case's life, with their names.
const STAGES: [(&str, &str, &str); 8] = [
    ("collect", "征集：轮次、需求、走访、导入", "Collect: rounds, demands, contacts, import"),
    ("shortlist", "候选：会议、征求意见、设计、评议、拟实施、备案", "Shortlist: meetings, consultation, design, review, plan, filing"),
    ("publicize", "公示与告知", "Publicize: notices"),
    ("implement", "实施：确定、合同、开工、付款、完工", "Implement: determination, contract, work, payment, completion"),
    ("accept", "验收、公告、结算", "Accept: acceptance, announcement, settlement"),
    ("evaluate", "评价", "Evaluate: what residents think"),
    ("register", "登记：社区、运营机构、重点人群、项目库、说明", "Register: communities, operators, focus households, library, reasons"),
    ("regime", "依据：列出、查看、续期", "Regime: the regulations"),
];

/// The language, before anything is parsed: `--lang`, else `MINSHENG_LANG`.
pub(super) fn language(args: &[OsString], env: fn(&str) -> Option<String>) -> Lang {
    let texts: Vec<String> = args.iter().map(|a| a.to_string_lossy().into_owned()).collect();
    let given = texts.iter().enumerate().find_map(|(i, text)| {
        text.strip_prefix("--lang=")
            .map(str::to_owned)
            .or_else(|| (text == "--lang").then(|| texts.get(i + 1).cloned().unwrap_or_default()))
    });
    match given.or_else(|| env("MINSHENG_LANG")).as_deref() {
        Some("en") => Lang::En,
        _ => Lang::Zh,
    }
}

/// The whole command line.
pub(super) fn command(lang: Lang) -> Command {
    let mut root = Command::new("minsheng")
        .version(env!("CARGO_PKG_VERSION"))
        .about(lang.pick(
            "民生微实事项目台账：登记、核对、审计、导出",
            "Case files of neighbourhood micro-projects: record, check, audit, export",
        ))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(globals(lang));
    for (stage, zh, en) in STAGES {
        root = root.subcommand(group(stage, lang.pick(zh, en), lang));
    }
    for def in STEPS.iter().filter(|def| !def.id.contains('.') && def.id != "init") {
        root = root.subcommand(step(def, lang));
    }
    for sub in own(lang) {
        root = root.subcommand(sub);
    }
    dress(root, lang)
}

fn option(name: &'static str, value: &'static str, help: &str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(help.to_owned())
        .hide_possible_values(true)
}

fn flag(name: &'static str, help: &str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help.to_owned())
}

fn globals(lang: Lang) -> Vec<Arg> {
    let heading = lang.pick("通用选项", "Global options").to_owned();
    let list = vec![
        option("ledger", "FILE", lang.pick("账本文件（MINSHENG_LEDGER，默认 ./minsheng.db）", "Ledger file (MINSHENG_LEDGER, default ./minsheng.db)")),
        option("actor", "NAME", lang.pick("登记人（MINSHENG_ACTOR，默认登录名）", "Who records (MINSHENG_ACTOR, default the login name)")),
        option("format", "table|json|csv", lang.pick("输出格式", "Form of the answer")).value_parser(["table", "json", "csv"]),
        option("lang", "zh|en", lang.pick("语言（MINSHENG_LANG）", "Language (MINSHENG_LANG)")).value_parser(["zh", "en"]),
        option("as-of", "DATE", lang.pick("截至日期，默认今天", "Judge as of this day, default today")),
        option("regime", "ID|DIR", lang.pick("依据，默认账本所用的", "Regulation, default the ledger's own")),
        option("color", "auto|always|never", lang.pick("颜色", "Colour")).value_parser(["auto", "always", "never"]),
        flag("quiet", lang.pick("只输出结果", "Only the answer")).short('q'),
        flag("dry-run", lang.pick("只说明会登记什么，不改动账本", "Say what would be recorded, change nothing")).short('n'),
    ];
    list.into_iter()
        .map(|arg| arg.global(true).help_heading(heading.clone()))
        .collect()
}

fn group(stage: &'static str, about: &str, lang: Lang) -> Command {
    let mut group = Command::new(stage)
        .about(about.to_owned())
        .subcommand_required(true)
        .arg_required_else_help(true);
    for def in STEPS.iter().filter(|def| def.id.contains('.') && def.stage() == stage) {
        group = group.subcommand(step(def, lang));
    }
    match stage {
        "collect" => group = group.subcommand(import(lang)),
        "regime" => {
            group = group
                .subcommand(Command::new("list").about(lang.pick("列出内置的依据", "List the built-in regulations")))
                .subcommand(
                    Command::new("show")
                        .about(lang.pick("查看一个依据", "Show a regulation"))
                        .arg(Arg::new("id").value_name("ID|DIR")),
                );
        }
        _ => {}
    }
    group
}

/// The command of one step, made from its fields.
fn step(def: &'static StepDef, lang: Lang) -> Command {
    let about = lang.pick(def.zh, def.en.trim()).to_owned();
    let mut command = Command::new(def.verb()).about(about);
    for field in def.fields.iter().filter(|field| !filled_in(def, field)) {
        command = command.arg(field_arg(def, field, lang));
    }
    command.args(recording(lang))
}

/// Fields that the tool fills in itself.
fn filled_in(def: &StepDef, field: &Field) -> bool {
    match def.id {
        "amend" => matches!(field.name, "subject" | "concerns"),
        "withdraw" => field.name == "concerns",
        "regime.extend" => field.name == "ledger",
        _ => field.name == "subject" && def.subject == "subject" && !field.required,
    }
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
    let mut arg = Arg::new(field.name)
        .value_name(field.name.to_uppercase())
        .help(help)
        .allow_hyphen_values(true);
    if def.positional.contains(&field.name) {
        arg = arg.required(true);
    } else {
        arg = arg.long(field.option()).required(field.required);
    }
    if field.list { arg.action(ArgAction::Append) } else { arg }
}

/// Options of everything that records.
fn recording(lang: Lang) -> Vec<Arg> {
    vec![
        option("reason", "RULE=TEXT", lang.pick("对某条规则的说明，例如 A11-DAYS=台风停工（可重复）", "Reason for a breach of a rule, for example A11-DAYS=typhoon (repeat)"))
            .action(ArgAction::Append),
        flag("as-is", lang.pick("照实补录，不拦截（审计照常指出）", "Record as it was, without gates (the audit tells)")),
    ]
}

fn import(lang: Lang) -> Command {
    Command::new("import")
        .about(lang.pick("导入需求清单（XLSX、XLS、ODS、CSV）", "Import a demand list (XLSX, XLS, ODS, CSV)"))
        .arg(Arg::new("file").value_name("FILE").required(true))
        .arg(option("community", "CODE", lang.pick("社区代码", "Community code")).required(true))
        .arg(option("year", "YEAR", lang.pick("项目年度，默认取自征集编号", "Programme year, default that of the round")))
        .arg(option("round", "ROUND", lang.pick("征集编号，例如 HZ2022-R1", "Round, for example HZ2022-R1")))
        .arg(option("received", "DATE", lang.pick("没有提出日期的行用此日期", "Day of rows that give none")))
        .arg(option("mode", "WORD", lang.pick("没有征集类别的行用此值（默认：有征集编号为集中，否则日常）", "Mode of rows that give none")))
        .arg(option("sheet", "NAME", lang.pick("只读这个工作表", "Only this sheet")))
        .arg(option("encoding", "NAME", lang.pick("文本编码", "Encoding of a text file")))
        .arg(flag("skip-bad", lang.pick("跳过有问题的行，写入 FILE.bad.csv", "Leave out bad rows, written to FILE.bad.csv")))
        .args(recording(lang))
}

/// Commands that are no steps.
fn own(lang: Lang) -> Vec<Command> {
    let year = || option("year", "YEAR", lang.pick("年度", "Year"));
    let community = || option("community", "CODE", lang.pick("只看这个社区（代码或名称）", "Only this community (code or name)"));
    let known_by = || option("known-by", "DATE", lang.pick("只看这一天（UTC）之前登记的", "Only what was recorded by this day (UTC)"));
    let plain = || flag("plain", lang.pick("显示完整的姓名、电话", "Show names and phone numbers in full"));
    vec![
        Command::new("init")
            .about(lang.pick("建账：新建账本并选定依据", "Make a new ledger and bind a regulation"))
            .arg(option("name", "NAME", lang.pick("单位名称", "Name of the office")))
            .arg(option("origin", "ID", lang.pick("账本编号，默认随机", "Identifier of the ledger, default random"))),
        Command::new("record")
            .about(lang.pick("批量登记（JSONL、CSV、XLSX，- 为标准输入）", "Record many steps (JSONL, CSV, XLSX, - is standard input)"))
            .arg(Arg::new("file").value_name("FILE").required(true))
            .arg(option("step", "STEP", lang.pick("表格的步骤，例如 collect.contact（默认看工作表名或“步骤”列）", "Step of a table, default by sheet name or the column 步骤")))
            .arg(option("set", "FIELD=VALUE", lang.pick("各行共用的值，例如 community=HZ（可重复）", "A value for all rows (repeat)")).action(ArgAction::Append))
            .arg(option("encoding", "NAME", lang.pick("文本编码", "Encoding of a text file")))
            .args(recording(lang)),
        Command::new("audit")
            .about(lang.pick("审计一个年度", "Audit a year"))
            .arg(year().required(true))
            .arg(community())
            .arg(option("stage", "STAGE", lang.pick("只看这个环节", "Only this stage")))
            .arg(option("rule", "ID", lang.pick("只看这条规则（可重复）", "Only this rule (repeat)")).action(ArgAction::Append))
            .arg(option("fail-on", "VERDICT", lang.pick("出现该结论及更重的即返回1（默认 violation；never 不返回）", "Exit 1 at this verdict or worse (default violation; never)")))
            .arg(flag("all", lang.pick("也列出合规和不适用的", "Also what passes or does not apply"))),
        Command::new("explain")
            .about(lang.pick("解释：每条结论所用的事实、天数和条文", "Explain each verdict: facts, count, clause"))
            .arg(Arg::new("subject").value_name("CASE").required(true))
            .arg(Arg::new("rule").value_name("RULE")),
        Command::new("show")
            .about(lang.pick("查看一个项目、需求、社区年度的全部登记", "Show everything recorded of a case, a demand, a community's year"))
            .arg(Arg::new("subject").value_name("ID").required(true))
            .arg(known_by())
            .arg(plain()),
        Command::new("list")
            .about(lang.pick("列出项目（cases）、需求（demands）或社区（communities）", "List cases, demands or communities"))
            .arg(Arg::new("what").value_name("cases|demands|communities").default_value("cases").hide_default_value(true))
            .arg(year())
            .arg(community())
            .arg(known_by())
            .arg(plain()),
        Command::new("log")
            .about(lang.pick("事件日志", "The log of events"))
            .arg(Arg::new("subject").value_name("ID"))
            .arg(known_by()),
        Command::new("export")
            .about(lang.pick("导出附件8的表（T1 需求、T2 候选、T3 拟实施、T4 异常名录）", "Export the official tables (T1 demands, T2 candidates, T3 planned, T4 blocklist)"))
            .arg(Arg::new("table").value_name("T1|T2|T3|T4").required(true))
            .arg(community())
            .arg(year())
            .arg(option("round", "ROUND", lang.pick("只导出这次集中征集的", "Only this round")))
            .arg(option("batch", "N", lang.pick("只导出这一批", "Only this batch")))
            .arg(option("date", "DATE", lang.pick("表头日期，默认截至日期", "Date of the header, default as-of")))
            .arg(option("encoding", "utf-8-bom|utf-8|gb18030", lang.pick("编码，默认带BOM的UTF-8", "Encoding, default UTF-8 with BOM")).value_parser(["utf-8-bom", "utf-8", "gb18030"]))
            .arg(option("output", "FILE", lang.pick("写入文件，默认标准输出", "Write to a file, default standard output")).short('o'))
            .arg(flag("bare", lang.pick("只要列，不要标题、表头和情况说明", "Columns only, no title, header or summary")))
            .arg(flag("public", lang.pick("公开版：遮盖姓名和联系方式", "Public copy: names and phone numbers masked")))
            .arg(flag("force", lang.pick("覆盖已有文件", "Overwrite a file"))),
        Command::new("rule")
            .about(lang.pick("规则书：一页，或全部", "The book of rules: one page, or all"))
            .arg(Arg::new("id").value_name("RULE"))
            .arg(flag("all", lang.pick("全部规则", "All rules")))
            .arg(flag("markdown", lang.pick("全部规则，Markdown", "All rules as Markdown"))),
        Command::new("schema")
            .about(lang.pick("步骤的 JSON Schema", "JSON Schema of the steps"))
            .arg(Arg::new("step").value_name("STEP")),
        Command::new("verify")
            .about(lang.pick("核验账本：每个事件、链、表结构", "Verify the ledger: every event, the chain, the schema"))
            .arg(option("against", "FILE", lang.pick("与保存的校验点对照", "Compare with a kept checkpoint"))),
        Command::new("checkpoint").about(lang.pick("校验点：抄进会议纪要或公开栏", "A checkpoint to keep elsewhere")),
        Command::new("demo")
            .about(lang.pick("演示：三个社区的一年", "A year of three communities, shown"))
            .arg(Arg::new("dir").value_name("DIR").default_value("minsheng-demo").hide_default_value(true)),
    ]
}

/// Gives every command the headings and the help of the language.
fn dress(command: Command, lang: Lang) -> Command {
    let template = match lang {
        Lang::Zh => "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}",
        Lang::En => "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
    };
    let command = command
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
    let command = if command.get_name() == "minsheng" {
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
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    names
        .into_iter()
        .fold(command, |command, name| command.mut_subcommand(name, |sub| dress(sub, lang)))
}

/// The one word of a usage line that clap does not let us choose.
fn in_language(help: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => help.replace("[OPTIONS]", "[选项]"),
        Lang::En => help.to_owned(),
    }
}

/// Tells what is wrong with the arguments; help and version are answers.
pub(super) fn complain(
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
    if lang == Lang::En {
        let _ = write!(err, "{}", error.render());
        return Exit::Failed;
    }
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(list)) => list.join("、"),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::StyledStrs(list)) => {
            list.iter().map(StyledStr::to_string).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    };
    let arg = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let said = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("缺少必填参数：{arg}"),
        ErrorKind::UnknownArgument => format!("不认识的参数：{arg}"),
        ErrorKind::InvalidSubcommand => format!("没有这个命令：{}", text(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => "请选一个命令".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 后面要有值"),
        ErrorKind::InvalidValue => format!("{arg} 的值“{value}”不对，可用：{}", text(ContextKind::ValidValue)),
        ErrorKind::ArgumentConflict => format!("参数重复或冲突：{arg}"),
        _ => return {
            let _ = write!(err, "{}", error.render());
            Exit::Failed
        },
    };
    let _ = writeln!(err, "错误：{said}。");
    let near = [
        text(ContextKind::SuggestedSubcommand),
        text(ContextKind::SuggestedArg),
        text(ContextKind::SuggestedValue),
    ];
    if let Some(near) = near.iter().find(|n| !n.is_empty()) {
        let _ = writeln!(err, "是不是：{near}？");
    }
    let usage = text(ContextKind::Usage);
    let usage = in_language(usage.trim().trim_start_matches("Usage:").trim(), lang);
    if !usage.is_empty() {
        let _ = writeln!(err, "用法：{usage}");
    }
    let _ = writeln!(err, "加 --help 查看说明。");
    Exit::Failed
}
