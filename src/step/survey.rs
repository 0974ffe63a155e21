//! Steps of satisfaction: surveys, answers, assessments (满意度测评).

use super::field::{AssessmentTerm, BodyTerm, GatheringTerm, GroupTerm, LevelTerm, PointTerm, Ref};
use super::step;
use crate::law::Day;

/// The seven questions of the form, by the names of their fields: a survey has the numbers of
/// answers to each, a questionnaire the answer to each.
pub const QUESTIONS: [&str; 7] = [
    "overall",
    "quality",
    "effect",
    "attitude",
    "efficiency",
    "fit",
    "openness",
];

step! {
    /// Records a satisfaction survey of a project; of each question the numbers of answers
    /// from the best level to the worst
    Survey = "evaluate.survey" "满意度测评" (subject: case, dated: start, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// First day
        start: Day = "测评开始日期" ["日期"],
        /// Last day
        end: Option<Day> = "测评结束日期",
        /// Body that organised it
        organiser: Option<BodyTerm> = "组织单位",
        /// Day on which the result was entered
        entered: Option<Day> = "结果录入日期",
        /// Body that entered it
        entered_by: Option<BodyTerm> = "结果录入单位",
        /// People who answered
        answered: Option<i64> = "参与测评人数",
        /// The whole
        overall: Vec<i64> = "总体评价" ["项目总体评价"],
        /// Quality
        quality: Vec<i64> = "项目质量评价",
        /// Effect
        effect: Vec<i64> = "项目效果评价",
        /// Attitude
        attitude: Vec<i64> = "项目服务态度评价",
        /// Efficiency
        efficiency: Vec<i64> = "项目办理效率评价",
        /// Fit with the need
        fit: Vec<i64> = "项目与您的需求贴近程度",
        /// Openness
        openness: Vec<i64> = "信息公开程度",
        /// Some answers leave questions blank
        blanks: Option<bool> = "有未答项",
    }
}

step! {
    /// Records one filled-in questionnaire, without the name of who filled it in
    Answer = "evaluate.answer" "满意度答卷" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Number of the questionnaire
        number: Option<String> = "答卷编号" ["序号"],
        /// Day
        date: Day = "日期" ["日    期"],
        /// The whole
        overall: Option<LevelTerm> = "项目总体评价" ["总体评价"],
        /// Quality
        quality: Option<LevelTerm> = "项目质量评价",
        /// Effect
        effect: Option<LevelTerm> = "项目效果评价",
        /// Attitude
        attitude: Option<LevelTerm> = "项目服务态度评价",
        /// Efficiency
        efficiency: Option<LevelTerm> = "项目办理效率评价",
        /// Fit with the need
        fit: Option<LevelTerm> = "项目与您的需求贴近程度",
        /// Openness
        openness: Option<LevelTerm> = "信息公开程度",
        /// Other matters
        other: Option<LevelTerm> = "其他",
        /// Opinions and proposals
        comment: Option<String> = "其它意见或建议" ["意见或建议"],
        /// Whether it was signed
        signed: Option<bool> = "是否签名",
    }
}

step! {
    /// Records an assessment of several projects: by a third party, after the year, for a prize
    Assess = "evaluate.assess" "综合评议" (subject: subject, dated: date, args: [scope]) {
        /// A community's code, a street, or the district
        scope: String = "范围",
        /// Year
        year: i64 = "年度",
        /// The year of that place; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Kind of assessment
        kind: AssessmentTerm = "评议类别",
        /// Day on which it was completed
        date: Day = "评议日期" ["日期"],
        /// Body that had it made
        by: Option<BodyTerm> = "组织单位",
        /// Third party that was charged with it
        unit: Option<String> = "第三方评估机构" ["第三方机构"],
        /// Groups that took part
        groups: Vec<GroupTerm> = "参与人员",
        /// How it was made
        methods: Vec<GatheringTerm> = "评议方式",
        /// What was assessed
        covers: Vec<PointTerm> = "评议内容",
        /// Projects assessed, or chosen
        cases: Vec<Ref> = "项目编号",
        /// Day on which the result was published
        published: Option<Day> = "结果公开日期",
    }
}
