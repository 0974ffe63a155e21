//! The verbs of `audit` that are no steps.

use clap::Command;

use super::commands::year;
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
    ]
}
