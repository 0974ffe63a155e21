//! Steps that keep the registers: communities, operators, focus households, documents, reasons.

use super::field::{BodyTerm, Code, FocusTerm, Personal, Ref};
use super::step;
use crate::law::Day;

step! {
    /// Registers a community and the street that it belongs to
    Community = "register.community" "社区登记" (subject: community, dated: date, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// The list of communities; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// Name of the community
        name: String = "社区名称" ["社区"],
        /// Name of its street
        street: String = "街道",
        /// Day of the registration
        date: Option<Day> = "日期",
    }
}

step! {
    /// Registers the operator of a community's service centre
    Operator = "register.operator" "运营机构登记" (subject: community, dated: from, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Name of the operator
        unit: String = "运营机构" ["单位名称"],
        /// Unified social credit code of the operator
        code: Option<String> = "统一社会信用代码",
        /// Number of the purchase contract
        contract: Option<String> = "合同编号",
        /// First day of the contract
        from: Day = "起始日期",
        /// Last day of the contract
        to: Option<Day> = "截止日期",
        /// People who provide the purchased service
        personnel: Vec<Personal> = "服务人员",
    }
}

step! {
    /// Records that a body delegates collection and the candidate list
    Delegation = "register.delegation" "委托登记" (subject: community, dated: date, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Body that is charged
        to: BodyTerm = "受托单位",
        /// Day of the delegation
        date: Day = "委托日期" ["日期"],
    }
}

step! {
    /// Enters a focus household in the register of a programme year
    Household = "register.household" "重点人群登记" (subject: subject, dated: version, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Programme year
        year: i64 = "年度",
        /// The community's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Day of this version of the register
        version: Day = "版本日期",
        /// Number or address of the household
        household: Personal = "户号" ["家庭"],
        /// Why the household is in focus
        groups: Vec<FocusTerm> = "人群" ["人群类别"],
    }
}

step! {
    /// Records a document that meets a standing duty
    Document = "register.document" "文件登记" (subject: body, dated: date, args: []) {
        /// Rule that the document answers
        rule: String = "规则编号" ["规则"],
        /// Body concerned: a street, a community's code, a case
        body: Ref = "主体" ["单位"],
        /// Day of the document
        date: Day = "日期",
        /// Title or number of the document
        title: Option<String> = "文件名称" ["文号"],
        /// What the document covers
        covers: Vec<String> = "涵盖内容",
        /// File that holds it
        file: Option<String> = "文件" ["附件"],
        /// SHA-256 of that file; filled in by the tool
        digest: Option<String> = "文件摘要",
        /// Bytes of the file whose copy is kept; filled in by the tool
        size: Option<i64> = "文件字节数",
        /// Day on which a higher body approved it
        approved: Option<Day> = "批准日期",
    }
}

step! {
    /// Records the reason for a breach
    Reason = "register.reason" "情况说明" (subject: subject, dated: date, args: [subject]) {
        /// Subject of the finding: a case, a community's year, a street's year
        subject: Ref = "对象" ["项目编号"],
        /// Rule that was not kept
        rule: String = "规则编号" ["规则"],
        /// The reason
        text: String = "说明" ["理由"],
        /// Day of the explanation
        date: Option<Day> = "日期",
    }
}
