//! The options of `audit --report`.

use clap::Arg;

use super::{flag, option};
use crate::words::Lang;

/// The report of an audit.
pub(super) fn report(lang: Lang) -> Vec<Arg> {
    vec![
        option(
            "report",
            "DIR",
            lang.pick(
                "把报告写成网页（不联网，可放U盘）",
                "Write the report as pages (no network, opens from a stick)",
            ),
        )
        .conflicts_with_all(["community", "stage", "rule", "all", "partition", "partial"]),
        flag(
            "public",
            lang.pick(
                "公开版报告：不出现居民姓名和联系方式",
                "Public edition: no resident is named",
            ),
        )
        .requires("report"),
        option(
            "indicators",
            "FILE",
            lang.pick(
                "报告指标的参数文件（显示界限、社区户数）",
                "Parameter file of the indicators (display limits, households)",
            ),
        )
        .requires("report"),
        option(
            "dossiers",
            "WHICH",
            lang.pick(
                "报告里附卷宗：有问题的项目（found，默认）或全部项目（all）",
                "Dossiers beside the report: of cases with findings (found, the default) or of all",
            ),
        )
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("found")
        .value_parser(["found", "all"])
        .requires("report"),
    ]
}
