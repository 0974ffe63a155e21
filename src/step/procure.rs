//! Steps of procurement: needs, decisions, approval, award (政府采购).

use super::field::{
    BodyTerm, MatterTerm, MethodTerm, Personal, PointTerm, Ref, RouteTerm, UnitTerm,
};
use super::step;
use crate::law::Day;

step! {
    /// Records the procurement of a case: who, how, and what is needed
    Procure = "implement.procure" "采购" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// First day of the procurement
        date: Day = "采购开始日期" ["日期"],
        /// Purchaser
        purchaser: Option<BodyTerm> = "采购人",
        /// Legal representative of the purchaser
        representative: Option<Personal> = "法定代表人",
        /// Head of the purchasing unit
        head: Option<Personal> = "单位负责人",
        /// Entry of the procurement plan
        plan: Option<String> = "采购计划",
        /// Number of the procurement documents
        documents: Option<String> = "采购文件",
        /// What the statement of needs covers
        needs: Vec<PointTerm> = "采购需求内容",
        /// Belongs to central procurement
        central: Option<bool> = "属于集中采购",
        /// Who organises it
        route: Option<RouteTerm> = "采购组织形式",
        /// Method
        method: Option<MethodTerm> = "采购方式",
        /// Agent
        agent: Option<String> = "代理机构",
        /// Body that supervises the agent
        supervised: Option<BodyTerm> = "监管单位",
        /// Reaches the yearly limit of central procurement
        central_limit: Option<bool> = "达到集中采购限额标准",
        /// Of great social effect
        impact: Option<bool> = "社会影响较大",
        /// Reaches the limit of open tender
        tender_limit: Option<bool> = "达到公开招标限额标准",
        /// The winner is chosen by the purchaser's own rule
        own_rule: Option<bool> = "采用自定法",
        /// Central procurement that is turned into the purchaser's own
        converted: Option<bool> = "转为自行采购",
        /// Members of the purchasing group
        team: Vec<Personal> = "采购小组",
        /// Day of the written note on the market
        market_date: Option<Day> = "市场调查日期",
        /// What the note on the market covers
        market: Vec<PointTerm> = "市场调查内容",
        /// Rules that the procurement follows
        basis: Option<String> = "采购依据",
        /// Record of how the contracting out was supervised
        supervision: Option<String> = "发包督导记录",
    }
}

step! {
    /// Records a decision of the purchaser's leadership, with its votes
    Decide = "implement.decide" "集体决策" (subject: subject, dated: date, args: [subject]) {
        /// What it is about: a case, a street, a community
        subject: Ref = "对象" ["项目编号"],
        /// Matter that was decided
        matter: MatterTerm = "决策事项",
        /// Day of the decision
        date: Day = "决策日期" ["日期"],
        /// Members of the leadership, present or not
        members: i64 = "班子成员人数" ["应到人数"],
        /// Votes for
        r#for: i64 = "赞成票" ["赞成"],
        /// Votes against
        against: i64 = "反对票" ["反对"],
        /// Number of the minutes
        minutes: Option<String> = "会议纪要",
    }
}

step! {
    /// Records the application to the finance department for another method, and its approval
    Apply = "implement.apply" "采购方式申请" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the application
        date: Day = "申请日期" ["日期"],
        /// What the project is
        facts: Option<String> = "项目基本情况",
        /// Why another method is sought
        why: Option<String> = "理由",
        /// Day of the approval
        approved: Option<Day> = "批准日期",
    }
}

step! {
    /// Records the award of a procurement
    Award = "implement.award" "采购结果" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the award
        date: Day = "成交日期" ["日期"],
        /// Unit that won
        unit: String = "成交供应商" ["单位名称"],
        /// Unified social credit code
        code: Option<String> = "统一社会信用代码",
        /// Confirmed by the purchaser, as the documents say
        confirmed: Option<bool> = "采购人已确认",
        /// Record of the collective decision
        decision: Option<String> = "集体决策记录",
        /// Day on which the result was published
        published: Option<Day> = "结果公示日期",
        /// Bodies that chose the unit
        by: Vec<BodyTerm> = "确定单位",
        /// Kind of unit
        kind: Option<UnitTerm> = "单位性质",
    }
}

step! {
    /// Records how a supplier performed and what the purchase was worth
    Supplier = "evaluate.supplier" "供应商履约评价" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day
        date: Day = "评价日期" ["日期"],
        /// How the supplier performed
        performance: Option<String> = "履约情况",
        /// What the purchase was worth
        benefit: Option<String> = "效益评价",
    }
}
