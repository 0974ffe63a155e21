//! The commands that are no steps.

use clap::{Arg, ArgAction, Command};

use super::{audit, flag, option, recording};
use crate::words::Lang;

/// `collect import`.
pub(super) fn import(lang: Lang) -> Command {
    Command::new("import")
        .about(lang.pick(
            "导入需求清单（XLSX、XLS、ODS、CSV）",
            "Import a demand list (XLSX, XLS, ODS, CSV)",
        ))
        .arg(Arg::new("file").value_name("FILE").required(true))
        .arg(option("community", "CODE", lang.pick("社区代码", "Community code")).required(true))
        .arg(option(
            "year",
            "YEAR",
            lang.pick(
                "项目年度，默认取自征集编号",
                "Programme year, default that of the round",
            ),
        ))
        .arg(option(
            "round",
            "ROUND",
            lang.pick("征集编号，例如 HZ2022-R1", "Round, for example HZ2022-R1"),
        ))
        .arg(option(
            "received",
            "DATE",
            lang.pick("没有提出日期的行用此日期", "Day of rows that give none"),
        ))
        .arg(option(
            "mode",
            "WORD",
            lang.pick(
                "没有征集类别的行用此值（默认：有征集编号为集中，否则日常）",
                "Mode of rows that give none",
            ),
        ))
        .arg(option(
            "sheet",
            "NAME",
            lang.pick("只读这个工作表", "Only this sheet"),
        ))
        .arg(option(
            "encoding",
            "NAME",
            lang.pick("文本编码", "Encoding of a text file"),
        ))
        .arg(flag(
            "skip-bad",
            lang.pick(
                "跳过有问题的行，写入 FILE.bad.csv",
                "Leave out bad rows, written to FILE.bad.csv",
            ),
        ))
        .args(recording(lang))
}

/// The verbs of `regime` that are no steps.
pub(super) fn regimes(group: Command, lang: Lang) -> Command {
    let pack = |name: &'static str| Arg::new(name).value_name("ID|DIR");
    let group = if group.find_subcommand("calendar").is_none() {
        group
    } else {
        group.mut_subcommand("calendar", |calendar| {
            calendar.arg(option(
                "file",
                "FILE",
                lang.pick(
                    "放假通知的CSV（date,holiday,kind；kind 写“休”或“班”）",
                    "CSV of the notice (date,holiday,kind; kind is 休 or 班)",
                ),
            ))
        })
    };
    group
        .subcommand(
            Command::new("list").about(lang.pick("列出内置的依据", "List the built-in regulations")),
        )
        .subcommand(
            Command::new("show")
                .about(lang.pick("查看一个依据", "Show a regulation"))
                .arg(pack("id")),
        )
        .subcommand(
            Command::new("diff")
                .about(lang.pick(
                    "逐项对比两个依据：限额、期限、起算、次序、做法、同词异义",
                    "Lay two regulations side by side",
                ))
                .arg(pack("a").required(true))
                .arg(pack("b").required(true))
                .arg(flag("all", lang.pick("也列出相同的", "Also what is the same"))),
        )
        .subcommand(
            Command::new("lint")
                .about(lang.pick(
                    "检查一个依据还缺什么：引文、漏掉的条款、未答的参数、例子",
                    "What a regulation lacks: quotes, clauses left out, unanswered parameters, examples",
                ))
                .arg(pack("id"))
                .arg(
                    option("text", "FILE", lang.pick("原文（可重复）", "The text (repeat)"))
                        .action(ArgAction::Append),
                )
                .arg(option(
                    "examples",
                    "DIR",
                    lang.pick("例子文件夹", "Folder of examples"),
                )),
        )
        .subcommand(
            Command::new("new")
                .about(lang.pick(
                    "新建一个依据：要回答的参数和逐条草稿",
                    "Begin a regulation: questions to answer, a draft row for each clause",
                ))
                .arg(Arg::new("folder").value_name("DIR").required(true))
                .arg(option("id", "ID", lang.pick("编号，默认文件夹名", "Identifier, default the folder's name")))
                .arg(option("name", "NAME", lang.pick("名称，默认原文第一行", "Title, default the text's first line")))
                .arg(option("text", "FILE", lang.pick("原文", "The text"))),
        )
}

/// Every command that is no step.
pub(super) fn own(lang: Lang) -> Vec<Command> {
    let mut list = keeping(lang);
    list.extend(reading(lang));
    list.extend(giving(lang));
    list.extend(super::notice::manual(lang));
    list
}

pub(super) fn year(lang: Lang) -> Arg {
    option("year", "YEAR", lang.pick("年度", "Year"))
}

pub(super) fn community(lang: Lang) -> Arg {
    option(
        "community",
        "CODE",
        lang.pick(
            "只看这个社区（代码或名称）",
            "Only this community (code or name)",
        ),
    )
}

fn known_by(lang: Lang) -> Arg {
    option(
        "known-by",
        "DATE",
        lang.pick(
            "只看这一天（UTC）之前登记的",
            "Only what was recorded by this day (UTC)",
        ),
    )
}

fn plain(lang: Lang) -> Arg {
    flag(
        "plain",
        lang.pick(
            "显示完整的姓名、电话",
            "Show names and phone numbers in full",
        ),
    )
}

/// Making, filling and trusting a ledger.
fn keeping(lang: Lang) -> Vec<Command> {
    vec![
        Command::new("init")
            .about(lang.pick(
                "建账：新建账本并选定依据",
                "Make a new ledger and bind a regulation",
            ))
            .arg(option(
                "name",
                "NAME",
                lang.pick("单位名称", "Name of the office"),
            ))
            .arg(option(
                "origin",
                "ID",
                lang.pick(
                    "账本编号，默认随机",
                    "Identifier of the ledger, default random",
                ),
            )),
        Command::new("record")
            .about(lang.pick(
                "批量登记（JSONL、CSV、XLSX、ODS；- 为标准输入的JSONL）",
                "Record many steps (JSONL, CSV, XLSX, ODS; - is JSON Lines from standard input)",
            ))
            .arg(Arg::new("file").value_name("FILE").required(true))
            .arg(option(
                "step",
                "STEP",
                lang.pick(
                    "表格的步骤，例如 collect.contact（默认看工作表名）",
                    "Step of a table, default by sheet name",
                ),
            ))
            .arg(
                option(
                    "set",
                    "FIELD=VALUE",
                    lang.pick(
                        "各行共用的值，例如 community=HZ（可重复）",
                        "A value for all rows (repeat)",
                    ),
                )
                .action(ArgAction::Append),
            )
            .arg(super::books::why(lang))
            .arg(option(
                "encoding",
                "NAME",
                lang.pick("文本编码", "Encoding of a text file"),
            ))
            .args(recording(lang)),
        Command::new("demo")
            .about(lang.pick("演示：三个社区的一年", "A year of three communities, shown"))
            .arg(
                Arg::new("dir")
                    .value_name("DIR")
                    .default_value("minsheng-demo")
                    .hide_default_value(true),
            ),
    ]
}

/// Judging and reading.
fn reading(lang: Lang) -> Vec<Command> {
    vec![
        audit::audit(lang),
        Command::new("explain")
            .about(lang.pick(
                "解释：每条结论所用的事实、天数和条文",
                "Explain each verdict: facts, count, clause",
            ))
            .arg(Arg::new("subject").value_name("CASE").required(true))
            .arg(Arg::new("rule").value_name("RULE")),
        Command::new("show")
            .about(lang.pick(
                "查看一个项目、需求、社区年度的全部登记",
                "Show everything recorded of a case, a demand, a community's year",
            ))
            .args_conflicts_with_subcommands(true)
            .subcommand_negates_reqs(true)
            .arg(Arg::new("subject").value_name("ID").required(true))
            .arg(known_by(lang))
            .arg(plain(lang))
            .args(super::oversight::dossier(lang))
            .subcommand(
                Command::new("fund")
                    .about(lang.pick(
                        "街道资金的发放台账和使用台账，核对到分",
                        "The two ledgers of a street's fund, reconciled to the fen",
                    ))
                    .arg(Arg::new("street").value_name("STREET"))
                    .arg(year(lang)),
            ),
        Command::new("todo")
            .about(lang.pick(
                "待办：到期、缺少的，以及下一步最早可办的日期",
                "What is due, what is missing, and what may come next",
            ))
            .arg(Arg::new("subject").value_name("CASE|COMMUNITY|STREET"))
            .arg(year(lang))
            .arg(option(
                "ics",
                "FILE",
                lang.pick("写成日历文件（iCalendar）", "Write an iCalendar file"),
            )),
        super::notice::notice(lang),
        Command::new("list")
            .about(lang.pick(
                "列出项目（cases）、需求（demands）或社区（communities）",
                "List cases, demands or communities",
            ))
            .arg(
                Arg::new("what")
                    .value_name("cases|demands|communities")
                    .default_value("cases")
                    .hide_default_value(true),
            )
            .arg(year(lang))
            .arg(community(lang))
            .arg(known_by(lang))
            .arg(plain(lang)),
        Command::new("log")
            .about(lang.pick("事件日志", "The log of events"))
            .arg(Arg::new("subject").value_name("ID"))
            .arg(known_by(lang)),
    ]
}

fn export(lang: Lang) -> Command {
    Command::new("export")
        .about(lang.pick(
            "导出依据规定的表（-o 文件名.xlsx 为工作簿，否则为CSV）",
            "Export the tables and forms of the regulation (-o FILE.xlsx is a workbook, else CSV)",
        ))
        .arg(
            Arg::new("table")
                .value_name("TABLE")
                .required_unless_present_any(["out", "format"]),
        )
        .arg(option(
            "out",
            "DIR",
            lang.pick(
                "与 --format parquet 连用：写入这个新文件夹（事件、事实、项目，供DuckDB、pandas、Spark读）",
                "With --format parquet: into this new folder (events, facts, cases, for DuckDB, pandas, Spark)",
            ),
        ))
        .arg(community(lang))
        .arg(year(lang))
        .arg(option(
            "street",
            "STREET",
            lang.pick("街道（按街道的表）", "Street, for tables of a street"),
        ))
        .arg(option(
            "case",
            "CASE",
            lang.pick("只导出这个项目的", "Only this case"),
        ))
        .arg(option(
            "round",
            "ROUND",
            lang.pick("只导出这次集中征集的", "Only this round"),
        ))
        .arg(option(
            "batch",
            "N",
            lang.pick("只导出这一批", "Only this batch"),
        ))
        .arg(option(
            "date",
            "DATE",
            lang.pick(
                "表头日期，默认截至日期",
                "Date of the header, default as-of",
            ),
        ))
        .arg(
            option(
                "encoding",
                "utf-8-bom|utf-8|gb18030",
                lang.pick("编码，默认带BOM的UTF-8", "Encoding, default UTF-8 with BOM"),
            )
            .value_parser(["utf-8-bom", "utf-8", "gb18030"]),
        )
        .arg(
            option(
                "output",
                "FILE",
                lang.pick(
                    "写入文件，默认标准输出",
                    "Write to a file, default standard output",
                ),
            )
            .short('o'),
        )
        .arg(flag(
            "bare",
            lang.pick(
                "只要列，不要标题、表头和情况说明",
                "Columns only, no title, header or summary",
            ),
        ))
        .arg(flag(
            "public",
            lang.pick(
                "公开版：遮盖姓名和联系方式",
                "Public copy: names and phone numbers masked",
            ),
        ))
        .arg(flag("force", lang.pick("覆盖已有文件", "Overwrite a file")))
        .args(super::oversight::ocds(lang))
}

/// Tables, rules and schemas.
fn giving(lang: Lang) -> Vec<Command> {
    vec![
        export(lang),
        Command::new("rule")
            .about(lang.pick(
                "规则书：一页，或全部",
                "The book of rules: one page, or all",
            ))
            .arg(Arg::new("id").value_name("RULE"))
            .arg(flag("all", lang.pick("全部规则", "All rules")))
            .arg(flag(
                "coverage",
                lang.pick(
                    "逐条列出条文如何处理，并给出总数",
                    "The law clause by clause: how each is treated, and the total",
                ),
            ))
            .arg(flag(
                "markdown",
                lang.pick("全部规则，Markdown", "All rules as Markdown"),
            )),
        Command::new("schema")
            .about(lang.pick("步骤的 JSON Schema", "JSON Schema of the steps"))
            .arg(Arg::new("step").value_name("STEP")),
    ]
}
