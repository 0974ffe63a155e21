//! Steps of `accept`: acceptance, announcement, settlement (验收).

use super::field::{BodyTerm, GroupTerm, Ref, ResultTerm, RouteTerm, TeamMember};
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
        /// People who took part, each in a role
        people: Vec<TeamMember> = "验收人员",
        /// Organised by the body itself or by a third party
        route: Option<RouteTerm> = "验收方式",
        /// Third party that was charged with it
        agency: Option<String> = "第三方机构",
        /// Evidence of the third party's qualification
        qualification: Option<String> = "第三方机构资质",
        /// Contract or agreement that was checked against
        contract: Option<String> = "依据合同" ["合同编号"],
        /// Completion acceptance of works
        completion: Option<bool> = "竣工验收",
        /// Number of the report
        report: Option<String> = "验收报告",
        /// Day of the report
        report_date: Option<Day> = "报告日期",
        /// Day on which the responsible body confirmed the report in writing
        confirmed_body: Option<Day> = "实施责任主体确认日期",
        /// Day on which the contractor confirmed the report in writing
        confirmed_unit: Option<Day> = "实施单位确认日期",
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
        /// Acceptance report that it rests on
        report: Option<String> = "验收报告",
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
    Rectify = "accept.rectify" "整改" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day on which it was ordered
        date: Option<Day> = "责令整改日期" ["日期"],
        /// Last day that was set
        due: Day = "整改期限",
        /// Day on which it was done
        done: Option<Day> = "整改完成日期",
        /// What was done
        note: Option<String> = "整改情况",
        /// The contractor refuses to rectify
        refused: Option<bool> = "拒不整改",
    }
}

step! {
    /// Enters a failed project in a negative list
    Negative = "accept.negative" "负面清单" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the entry
        date: Day = "列入日期" ["日期"],
        /// Body that keeps the list
        by: Option<BodyTerm> = "列入单位",
        /// Unit that is entered
        unit: Option<String> = "单位名称",
        /// Why
        cause: Option<String> = "列入原因",
    }
}

step! {
    /// Records that the contractor was held to the contract
    Claim = "accept.claim" "合同追责" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day
        date: Day = "追责日期" ["日期"],
        /// What was claimed
        note: Option<String> = "追责情况",
    }
}
