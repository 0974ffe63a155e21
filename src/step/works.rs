//! Steps of works projects: costs, contracting, safety filing (工程类项目).

use super::field::{BodyTerm, NatureTerm, PaperTerm, PhaseTerm, Ref, TradeTerm, WorksTerm};
use super::step;
use crate::law::{Day, Money};

step! {
    /// Records what a works project is
    Works = "implement.works" "工程概况" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the record
        date: Day = "日期",
        /// Kind of works
        kind: Option<WorksTerm> = "工程种类",
        /// New building, rebuilding, extension, or none of them
        nature: Option<NatureTerm> = "建设性质",
        /// Investment
        investment: Option<Money> = "工程投资额",
        /// Floor area in square metres
        area: Option<i64> = "建筑面积（平方米）" ["建筑面积"],
        /// Small works that are filed for safety
        small: Option<bool> = "小散工程",
        /// Why they are none
        why_not: Option<String> = "不属于小散工程的理由",
        /// Approval by the basic construction procedure
        procedure: Option<String> = "基本建设程序文号",
    }
}

step! {
    /// Records the review of a works budget or settlement
    Cost = "implement.cost" "造价审核" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Budget or settlement
        phase: PhaseTerm = "审核阶段",
        /// Day of the third party's review
        date: Day = "审核日期" ["日期"],
        /// Third party that reviewed it
        agency: Option<String> = "第三方机构",
        /// Reviewed amount
        amount: Option<Money> = "审定金额" ["金额"],
        /// Day on which the construction unit reviewed it itself
        own: Option<Day> = "建设单位审查日期",
    }
}

step! {
    /// Records that works or an engineering service were contracted out
    Commission = "implement.commission" "工程发包" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// The street's or community's year; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// What was contracted out
        kind: TradeTerm = "发包内容",
        /// Day of the award
        date: Day = "发包日期" ["日期"],
        /// Estimated price of the contract
        estimate: Money = "合同估算价" ["金额"],
        /// Unit that was engaged
        unit: Option<String> = "承接单位" ["单位名称"],
        /// Unified social credit code
        code: Option<String> = "统一社会信用代码",
        /// Evidence of its qualification
        qualification: Option<String> = "资质证明",
        /// Contracted by the district's flow for small works
        flow: Option<bool> = "按小型建设工程流程发包",
        /// Number of the record of that flow
        document: Option<String> = "发包文号",
    }
}

step! {
    /// Records the safety filing of small works
    Safety = "implement.safety" "安全生产备案" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the filing
        date: Day = "备案日期" ["日期"],
        /// Body that keeps the filing
        body: Option<BodyTerm> = "备案单位",
        /// Number of the receipt
        receipt: Option<String> = "备案回执",
    }
}

step! {
    /// Records what was put up at the site of small works
    Placard = "implement.placard" "现场张贴" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day
        date: Day = "张贴日期" ["日期"],
        /// Papers that were put up
        papers: Vec<PaperTerm> = "张贴内容",
    }
}

step! {
    /// Records that a works settlement was filed with the cost station
    Station = "accept.station" "造价站备案" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the filing
        date: Day = "备案日期" ["日期"],
    }
}

step! {
    /// Records that the cost station checked a filed settlement
    Check = "accept.check" "造价站核查" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the check
        date: Day = "核查日期" ["日期"],
        /// Result
        result: Option<String> = "核查结果",
        /// Day on which the construction unit was told
        told: Option<Day> = "告知建设单位日期",
    }
}

step! {
    /// Records that finished works were put to use
    Use = "accept.use" "投入使用" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day
        date: Day = "投入使用日期" ["日期"],
    }
}
