//! The arguments of notices and of the manual.

use clap::{Arg, ArgAction, Command};

use super::{flag, option};
use crate::pack::NoticeKind;
use crate::words::Lang;

/// `notice KIND ID`.
pub(super) fn notice(lang: Lang) -> Command {
    let kinds = NoticeKind::ALL.iter();
    let words: Vec<&str> = kinds.flat_map(|(_, id, zh)| [*id, *zh]).collect();
    let command = Command::new("notice")
        .about(lang.pick(
            "文书：公示、验收公告、应急通报、结果公示、异常名录公布、标识牌",
            "Write a notice: publicity, acceptance, emergency, result, blocklist, sign",
        ))
        .arg(
            Arg::new("kind")
                .value_name("KIND")
                .help(lang.pick(
                    "哪一种：publicity、acceptance、emergency、result、blocklist、sign（或写中文）",
                    "Which: publicity, acceptance, emergency, result, blocklist, sign",
                ))
                .value_parser(words)
                .hide_possible_values(true)
                .required(true),
        );
    options(command, lang)
}

/// `publicize notice`, `accept notice`, `implement notice`: one kind each.
pub(super) fn of_stage(stage: &str, lang: Lang) -> Option<Command> {
    let about = match stage {
        "publicize" => lang.pick(
            "写公示（同 notice publicity）",
            "Write the notice of a project (as notice publicity)",
        ),
        "accept" => lang.pick(
            "写验收公告（同 notice acceptance）",
            "Write the announcement of the result (as notice acceptance)",
        ),
        "implement" => lang.pick(
            "写应急项目实施情况通报（同 notice emergency）",
            "Write the report on an emergency project (as notice emergency)",
        ),
        _ => return None,
    };
    Some(options(
        Command::new("notice").about(about.to_owned()),
        lang,
    ))
}

fn options(command: Command, lang: Lang) -> Command {
    command
        .arg(
            Arg::new("subject")
                .value_name("CASE")
                .help(lang.pick(
                    "项目编号；异常名录写名录编号",
                    "Case; of the blocklist the entry",
                ))
                .required(true),
        )
        .arg(option(
            "start",
            "DATE",
            lang.pick(
                "第一天，默认已登记的公示，没有登记的为今天",
                "First day, default that of the recorded notice, else today",
            ),
        ))
        .arg(option(
            "end",
            "DATE",
            lang.pick(
                "最后一天，默认条文允许的最早一天",
                "Last day, default the earliest that the text allows",
            ),
        ))
        .arg(
            option(
                "set",
                "HEADING=TEXT",
                lang.pick(
                    "账本里没有的一项，例如 监督电话=12345（可重复）",
                    "What the ledger does not hold, for example 监督电话=12345 (repeat)",
                ),
            )
            .action(ArgAction::Append),
        )
        .arg(
            option(
                "output",
                "FILE",
                lang.pick(
                    "写入文件：.html 为可打印的网页，其他为文本；默认标准输出",
                    "Write to a file: .html is a page to print, else text; default standard output",
                ),
            )
            .short('o'),
        )
        .arg(flag("force", lang.pick("覆盖已有文件", "Overwrite a file")))
}

/// The manual, and what shells need.
pub(super) fn manual(lang: Lang) -> Vec<Command> {
    vec![
        Command::new("help")
            .about(lang.pick("说明和例子", "Help, with examples"))
            .arg(
                Arg::new("command")
                    .value_name("COMMAND")
                    .help(lang.pick(
                        "命令，例如 publicize post",
                        "Command, for example publicize post",
                    ))
                    .num_args(0..),
            ),
        Command::new("completions")
            .about(lang.pick(
                "命令行补全：命令、选项，也补项目编号、社区、规则、用词",
                "Completions for a shell: commands, options, and cases, communities, rules, words",
            ))
            .arg(
                Arg::new("shell")
                    .value_name("bash|zsh|fish|powershell")
                    .value_parser(["bash", "zsh", "fish", "powershell", "elvish"])
                    .hide_possible_values(true)
                    .required(true),
            ),
        Command::new("man")
            .about(lang.pick(
                "手册页：一页到标准输出，或全部写进文件夹（中英文）",
                "Manual pages: one to standard output, or all to a folder, in both languages",
            ))
            .arg(Arg::new("dir").value_name("DIR")),
    ]
}
