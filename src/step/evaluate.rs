//! Steps of `evaluate`: what residents think of a finished project (评价).

use super::field::{BodyTerm, Code, GroupTerm, MeetingTerm, Personal, Ref, ResultTerm};
use super::step;
use crate::law::Day;

step! {
    /// Records a concentrated evaluation of several projects
    Session = "evaluate.session" "集中评价" (subject: session, dated: date, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Year of the evaluation
        year: i64 = "年度",
        /// Identifier of the session; numbered by the tool if left out
        session: Option<Ref> = "评价编号",
        /// Day of the meeting
        date: Day = "评价日期" ["日期"],
        /// Body that organised it
        organiser: Option<BodyTerm> = "组织单位" ["牵头单位"],
        /// Kind of meeting
        kind: Option<MeetingTerm> = "会议类型",
        /// Projects that were evaluated
        cases: Vec<Ref> = "评价项目" ["项目编号"],
        /// Groups that were invited
        groups: Vec<GroupTerm> = "参与人员",
        /// Satisfaction, as measured
        satisfaction: Option<String> = "满意度",
        /// Fit of the result with the need
        fit: Option<String> = "契合度",
        /// Verdict
        result: Option<ResultTerm> = "评价结果",
    }
}

step! {
    /// Records a daily evaluation of one project
    Daily = "evaluate.daily" "日常评价" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day
        date: Day = "评价日期" ["日期"],
        /// Body that organised it
        organiser: Option<BodyTerm> = "组织单位",
        /// Member of the supervision team who asked
        who: Option<Personal> = "评价人员" ["姓名"],
        /// How residents were asked
        method: Option<String> = "评价方式",
        /// Satisfaction, as measured
        satisfaction: Option<String> = "满意度",
        /// Fit of the result with the need
        fit: Option<String> = "契合度",
        /// Verdict
        result: Option<ResultTerm> = "评价结果",
    }
}

step! {
    /// Records that the results of an evaluation were filed with the street
    File = "evaluate.file" "评价备案" (subject: session, dated: date, args: [session]) {
        /// What was evaluated: a session, or the case of a daily evaluation
        session: Ref = "评价编号" ["项目编号", "对象"],
        /// Day of the filing
        date: Day = "备案日期" ["日期"],
        /// Body that keeps the filing
        to: Option<BodyTerm> = "备案单位",
    }
}
