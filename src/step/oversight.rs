//! Steps of `audit`: inspections, what they found, and what came of it (督查).

use super::field::{BodyTerm, InspectionTerm, Personal, PointTerm, Ref};
use super::step;
use crate::law::Day;

step! {
    /// Records an inspection, a census, a self-check or a special audit of a year's projects
    Inspect = "audit.inspect" "检查" (subject: inspection, dated: date, args: [scope]) {
        /// What was inspected: a community's code, a street, or the district
        scope: String = "检查范围",
        /// Year whose projects were inspected
        year: i64 = "所属年度" ["年度"],
        /// Identifier of the inspection; numbered by the tool if left out
        inspection: Option<Ref> = "检查编号",
        /// Kind of inspection
        kind: InspectionTerm = "检查类别" ["类别"],
        /// Bodies that inspected
        by: Vec<BodyTerm> = "检查单位",
        /// Day on which it was completed
        date: Day = "完成日期" ["日期"],
        /// Projects that were inspected
        cases: Vec<Ref> = "检查项目" ["项目编号"],
        /// Questions that were answered
        covers: Vec<PointTerm> = "检查内容",
        /// Earlier checks that were drawn on
        based: Option<bool> = "结合自查普查情况",
        /// Audit firm that was charged with it
        unit: Option<String> = "第三方机构",
        /// People who inspected
        people: Vec<Personal> = "检查人员",
    }
}

step! {
    /// Records a draw of projects to inspect; made by `audit sample`, which can redo it
    Sample = "audit.sample" "抽样" (subject: sample, dated: date, args: [scope]) {
        /// What was drawn from: the district
        scope: String = "抽样范围",
        /// Year whose projects were drawn from
        year: i64 = "所属年度" ["年度"],
        /// Identifier of the draw; numbered by the tool if left out
        sample: Option<Ref> = "抽样编号",
        /// Day of the draw
        date: Day = "抽样日期" ["日期"],
        /// Day up to which facts counted
        as_of: Day = "截至日期",
        /// Seed of the tickets
        seed: String = "种子",
        /// The ends of the chains that were drawn from, each ORIGIN:SIZE:HASH
        heads: Vec<String> = "账本链尾",
        /// Regulation that asked for it
        regime: String = "依据",
        /// SHA-256 of its files
        pack_sha256: String = "依据摘要",
        /// Projects that were drawn from
        population: i64 = "项目数量",
        /// Projects drawn, by ticket
        cases: Vec<Ref> = "抽中项目" ["项目编号"],
        /// Of each clause what was asked and drawn
        clauses: Vec<String> = "各条要求",
    }
}

step! {
    /// Records what an inspection found
    Finding = "audit.finding" "检查问题" (subject: finding, dated: date, args: [inspection]) {
        /// Identifier of the inspection
        inspection: Ref = "检查编号",
        /// Identifier of the finding; numbered by the tool if left out
        finding: Option<Ref> = "问题编号",
        /// Case concerned
        case: Option<Ref> = "项目编号",
        /// Day on which it was found
        date: Day = "发现日期" ["日期"],
        /// What was found
        text: String = "问题",
        /// A serious problem
        serious: Option<bool> = "严重问题",
        /// With bad effects in public
        effect: Option<bool> = "造成不良社会影响",
    }
}

step! {
    /// Records that a finding was rectified
    Rectify = "audit.rectify" "问题整改" (subject: finding, dated: date, args: [finding]) {
        /// Identifier of the finding
        finding: Ref = "问题编号",
        /// Day on which it was rectified
        date: Day = "整改完成日期" ["日期"],
        /// What was done
        note: Option<String> = "整改情况",
        /// Day on which problem and rectification were reported to the street
        reported: Option<Day> = "上报街道日期",
    }
}

step! {
    /// Records that the result of an inspection was reported
    Report = "audit.report" "检查上报" (subject: inspection, dated: date, args: [inspection]) {
        /// Identifier of the inspection
        inspection: Ref = "检查编号",
        /// Body that it was reported to
        to: BodyTerm = "报送单位",
        /// Day of the report
        date: Day = "报送日期" ["日期"],
        /// The report also says how the findings were rectified
        rectification: Option<bool> = "含整改情况",
    }
}

step! {
    /// Records a periodic report on the progress of the programme
    Progress = "audit.progress" "进度报告" (subject: subject, dated: date, args: [scope]) {
        /// A community's code, a street, or the district
        scope: String = "范围",
        /// Year
        year: i64 = "年度",
        /// The year of that place; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Quarter that it is about
        quarter: Option<i64> = "季度",
        /// Day of the report
        date: Day = "报告日期" ["日期"],
        /// Body that reports
        by: Option<BodyTerm> = "报告单位",
        /// Body that it reports to
        to: Option<BodyTerm> = "报送单位",
    }
}
