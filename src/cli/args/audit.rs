//! The arguments of `audit`, in one run and in parts.

use clap::{Arg, ArgAction, Command};

use super::{flag, option};
use crate::words::Lang;

/// `audit`, with the verbs of oversight beside it.
pub(super) fn audit(lang: Lang) -> Command {
    Command::new("audit")
        .about(lang.pick(
            "审计一个年度；登记检查、问题、整改、上报",
            "Audit a year; record inspections, findings, rectification, reports",
        ))
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true)
        .arg(super::commands::year(lang).required(true))
        .args(wanted(lang))
        .arg(
            flag(
                "summary",
                lang.pick(
                    "只要数字：各规则各结论多少项",
                    "Only the numbers: how many of each verdict each rule gave",
                ),
            )
            .conflicts_with_all(["all", "partition", "partial", "report"]),
        )
        .arg(flag(
            "from-events",
            lang.pick(
                "从事件重新判断，不用上次审计留下的结果",
                "Judge anew from the events, whatever an earlier audit found",
            ),
        ))
        .args(parts(lang))
        .args(super::reporting::report(lang))
        .subcommand(roll_up(lang))
        .subcommands(super::oversight::oversight(lang))
}

/// What of an audit is wanted.
fn wanted(lang: Lang) -> Vec<Arg> {
    vec![
        super::commands::community(lang),
        option(
            "stage",
            "STAGE",
            lang.pick("只看这个环节", "Only this stage"),
        ),
        option(
            "rule",
            "ID",
            lang.pick("只看这条规则（可重复）", "Only this rule (repeat)"),
        )
        .action(ArgAction::Append),
        option(
            "fail-on",
            "VERDICT",
            lang.pick(
                "出现该结论及更重的即返回1（默认 violation；never 不返回）",
                "Exit 1 at this verdict or worse (default violation; never)",
            ),
        ),
        flag(
            "all",
            lang.pick("也列出合规和不适用的", "Also what passes or does not apply"),
        ),
    ]
}

/// An audit in parts.
fn parts(lang: Lang) -> Vec<Arg> {
    let wanted = ["community", "stage", "rule", "fail-on"];
    vec![
        option(
            "partition",
            "I/N",
            lang.pick(
                "只判断账本的一份（按社区代码分成N份），写成分部结果",
                "Judge only one of N parts of the ledger (by community code), as a partial result",
            ),
        )
        .conflicts_with_all(wanted),
        flag(
            "partial",
            lang.pick(
                "账本只有一部分社区：写成分部结果，用 audit roll-up 汇总",
                "The ledger holds some communities only: a partial result, for audit roll-up",
            ),
        )
        .conflicts_with_all(wanted)
        .conflicts_with("partition"),
        flag(
            "own",
            lang.pick(
                "只取本账本自己的链：并入的账本由它们各自的分部结果算",
                "The ledger's own chain only: ledgers merged into it have results of their own",
            ),
        )
        .requires("partial"),
        option(
            "key",
            "FILE",
            lang.pick(
                "各账本共用的密钥（至少32字节随机数）：认出几个账本里的同一个人",
                "Key that the ledgers share (32 random bytes or more): knows one person in several",
            ),
        ),
        option(
            "output",
            "FILE",
            lang.pick("分部结果的文件", "File of the partial result"),
        )
        .short('o'),
        flag(
            "force",
            lang.pick(
                "覆盖已有文件，更新文件夹里已有的报告",
                "Overwrite a file, renew the report in its folder",
            ),
        ),
    ]
}

/// `audit roll-up`.
fn roll_up(lang: Lang) -> Command {
    Command::new("roll-up")
        .about(lang.pick(
            "汇总分部结果：与对全部账本审计一次完全相同",
            "Put partial results together: the same as one audit of it all",
        ))
        .arg(
            Arg::new("file")
                .value_name("RESULT")
                .required(true)
                .num_args(1..)
                .help(lang.pick(
                    "分部结果；第一个是合并时以它为主的账本",
                    "Partial results; the first is the ledger into which one would merge",
                )),
        )
        .args(wanted(lang))
}
