//! The commands of workbooks.

use clap::{Arg, ArgAction, Command};

use super::{flag, option};
use crate::words::Lang;

/// `template`.
pub(super) fn template(lang: Lang) -> Command {
    Command::new("template")
        .about(lang.pick(
            "填报工作簿：每个步骤一个工作表，填好用 record 登记；--filled 导出已登记的，改后再登记",
            "A workbook to fill in, a sheet for each step; --filled holds what is recorded, to be corrected",
        ))
        .arg(
            option(
                "step",
                "STEP",
                lang.pick(
                    "只要这些步骤或环节，如 collect.contact、走访、collect（可重复；默认依据用到的全部）",
                    "Only these steps or stages, such as collect.contact or collect (repeat; default all that the regulation knows)",
                ),
            )
            .action(ArgAction::Append)
            .num_args(1..),
        )
        .arg(
            option(
                "output",
                "FILE.xlsx",
                lang.pick(
                    "写入这个文件，默认 台账.xlsx",
                    "Write to this file, default 台账.xlsx",
                ),
            )
            .short('o'),
        )
        .arg(flag(
            "filled",
            lang.pick(
                "填入账本里已登记的：改过的行再登记时成为更正",
                "With what the ledger holds: changed rows become corrections when recorded again",
            ),
        ))
        .arg(option("year", "YEAR", lang.pick("只要这个年度的", "Only of this year")).requires("filled"))
        .arg(
            option(
                "community",
                "CODE",
                lang.pick("只要这个社区的（代码或名称）", "Only of this community (code or name)"),
            )
            .requires("filled"),
        )
        .arg(option("case", "CASE", lang.pick("只要这个项目的", "Only of this case")).requires("filled"))
        .arg(
            flag(
                "plain",
                lang.pick(
                    "姓名、电话不遮盖（默认遮盖；遮盖的原样留着不算改动）",
                    "Names and phone numbers in full (masked by default; left as they are they change nothing)",
                ),
            )
            .requires("filled"),
        )
        .arg(flag("force", lang.pick("覆盖已有文件", "Overwrite a file")))
}

/// Why records are corrected, for rows of a filled workbook that were changed.
pub(super) fn why(lang: Lang) -> Arg {
    option(
        "why",
        "TEXT",
        lang.pick(
            "改过的行的更正理由（默认写明按哪本工作簿）",
            "Why changed rows are corrected (default names the workbook)",
        ),
    )
}

/// A changed person or identifier: no correction can say it.
pub(super) fn replace(lang: Lang) -> Arg {
    flag(
        "replace",
        lang.pick(
            "姓名、电话、编号改了的行：撤回原记录，按这一行重新登记",
            "A row with another name, number or identifier withdraws its record and is recorded anew",
        ),
    )
}
