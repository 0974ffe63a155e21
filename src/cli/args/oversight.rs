//! The verbs of `audit` that are no steps.

use clap::{Arg, Command};

use super::commands::year;
use super::{flag, option};
use crate::words::Lang;

/// What an auditor asks of a year beside its verdicts.
pub(super) fn oversight(lang: Lang) -> Vec<Command> {
    vec![
        Command::new("flags")
            .about(lang.pick(
                "疑点线索：跨项目看金额、文字、费用、承接单位、测评和登记时间；不是结论",
                "Flags across projects: amounts, texts, costs, contractors, surveys, days of entry; no verdicts",
            ))
            .arg(year(lang).required(true)),
        Command::new("sample")
            .about(lang.pick(
                "抽样：一次抽齐各条抽查要求的项目，越少越好，票号人人可以重算；抽样登记入账",
                "Draw projects to inspect: all clauses met at once by as few as can be, tickets that anybody can redo; the draw is recorded",
            ))
            .arg(year(lang).required_unless_present("check"))
            .arg(
                option(
                    "seed",
                    "TEXT",
                    lang.pick(
                        "种子：抽样当场公开产生的文字，例如当天的开奖号码",
                        "Seed: a text made in public at the draw, such as the day's lottery numbers",
                    ),
                )
                .required_unless_present("check"),
            )
            .arg(
                option(
                    "check",
                    "SAMPLE",
                    lang.pick(
                        "重抽已登记的抽样，看是否一致（不写编号为全部）",
                        "Redo a recorded draw and say whether it holds (all of them if none is named)",
                    ),
                )
                .num_args(0..=1)
                .default_missing_value("")
                .conflicts_with("seed"),
            )
            .arg(flag(
                "all",
                lang.pick("也列出没有抽中的项目", "Also the projects that were not drawn"),
            ))
            .arg(flag(
                "again",
                lang.pick(
                    "该年度已有抽样，仍另抽一次",
                    "Draw once more although the year has a draw",
                ),
            )),
    ]
}

/// Options of `export --format ocds`.
pub(super) fn ocds(lang: Lang) -> Vec<Arg> {
    vec![
        option(
            "ocid-prefix",
            "PREFIX",
            lang.pick(
                "与 --format ocds 连用：登记过的前缀，例如 ocds-a1b2c3",
                "With --format ocds: the registered prefix, for example ocds-a1b2c3",
            ),
        ),
        option(
            "publisher",
            "NAME",
            lang.pick(
                "与 --format ocds 连用：发布单位，默认账本的单位名称",
                "With --format ocds: who publishes, default the ledger's office",
            ),
        ),
    ]
}

/// Options of `show CASE --dossier`.
pub(super) fn dossier(lang: Lang) -> Vec<Arg> {
    vec![
        option(
            "dossier",
            "FILE",
            lang.pick(
                "写成一页卷宗（HTML，可打印）：经过、结论、资金、材料、线索",
                "Write a dossier (HTML, to print): life, verdicts, money, evidence, flags",
            ),
        ),
        flag(
            "public",
            lang.pick(
                "卷宗的公开版：不出现居民",
                "Public edition of the dossier: no resident is named",
            ),
        )
        .requires("dossier")
        .conflicts_with("plain"),
        flag("force", lang.pick("覆盖已有文件", "Overwrite a file")).requires("dossier"),
    ]
}
