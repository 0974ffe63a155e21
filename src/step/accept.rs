//! Steps of `accept`: acceptance, announcement, settlement (验收).

use super::field::{BodyTerm, GroupTerm, Ref, ResultTerm};
use super::step;
use crate::law::{Day, Money};

step! {
    /// Records an acceptance
    Record = "accept.record" "验收" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day on which the acceptance was organised
        date: Day = "验收日期" ["日期"],
        /// Body that organised it
        organiser: Option<BodyTerm> = "组织单位",
        /// Groups that took part
        groups: Vec<GroupTerm> = "参与人员",
        /// Passed or failed
        result: Option<ResultTerm> = "验收结果",
        /// Number of the report
        report: Option<String> = "验收报告",
    }
}

step! {
    /// Records the announcement of the result
    Announce = "accept.announce" "验收公告" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the announcement
        date: Day = "公告日期" ["日期"],
        /// Where it was announced
        channel: Option<String> = "公告渠道",
    }
}

step! {
    /// Records the settlement
    Settle = "accept.settle" "结算" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the settlement
        date: Day = "结算日期" ["日期"],
        /// Settled amount
        amount: Money = "结算金额" ["金额"],
    }
}

step! {
    /// Records the filing that defers an acceptance
    Defer = "accept.defer" "推迟验收备案" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the filing
        date: Day = "备案日期" ["日期"],
        /// Body that keeps the filing
        to: Option<BodyTerm> = "备案单位",
        /// Why it is deferred
        why: String = "推迟原因" ["理由"],
    }
}

step! {
    /// Records the rectification after a failed acceptance
    Rectify = "accept.rectify" "整改" (subject: case, dated: due, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Last day that was set
        due: Day = "整改期限",
        /// Day on which it was done
        done: Option<Day> = "整改完成日期",
        /// What was done
        note: Option<String> = "整改情况",
    }
}
