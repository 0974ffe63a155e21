//! Steps after the work: closing form, upkeep, posting of the result (结项、管护、结果公示).

use super::field::{
    BodyTerm, HandlingTerm, ItemTerm, PaperTerm, PlaceTerm, PlatformTerm, Ref, TypeTerm,
};
use super::step;
use crate::law::{Day, Money};

step! {
    /// Records the closing form of a project, as it stands on the form
    Close = "accept.close" "结项" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day on which the form was filled in
        date: Day = "填报日期" ["日期"],
        /// Body that filled it in
        by: Option<BodyTerm> = "填报单位",
        /// Day on which the higher body received it
        received: Option<Day> = "接收日期",
        /// Name of the project
        title: Option<String> = "项目名称",
        /// Type of the project
        r#type: Option<TypeTerm> = "项目类型",
        /// How it was handled
        handling: Option<HandlingTerm> = "办理方式",
        /// Day of the deliberation that passed it
        deliberated: Option<Day> = "协商日期",
        /// Contractor
        unit: Option<String> = "实施主体",
        /// First day of the implementation
        begin: Option<Day> = "实施开始日期",
        /// Last day of the implementation
        finish: Option<Day> = "实施完成日期",
        /// Who benefits
        served: Option<String> = "受益对象",
        /// How many benefit
        served_number: Option<i64> = "受益人数",
        /// Budget: from the special fund
        special: Option<Money> = "预算投入专项资金" ["预算投入专项资金（万元）"],
        /// Budget: from the community's own money
        own: Option<Money> = "预算投入集体经济" ["预算投入集体经济（万元）"],
        /// Budget: from society
        social: Option<Money> = "预算投入社会资金" ["预算投入社会资金（万元）"],
        /// Spent: of the special fund
        special_spent: Option<Money> = "实际投入专项资金" ["实际投入专项资金（万元）"],
        /// Spent: of the community's own money
        own_spent: Option<Money> = "实际投入集体经济" ["实际投入集体经济（万元）"],
        /// Spent: of society's money
        social_spent: Option<Money> = "实际投入社会资金" ["实际投入社会资金（万元）"],
        /// Works: what was built
        content: Option<String> = "施工内容",
        /// Works: unit of measure
        measure: Option<String> = "计量单位",
        /// Works: planned quantity
        planned: Option<String> = "计划工程量",
        /// Works: actual quantity
        actual: Option<String> = "实际工程量",
        /// Service: when
        time: Option<String> = "服务时间",
        /// Service: where
        place: Option<String> = "服务地点",
        /// Service: how many took part
        participants: Option<i64> = "参与人数",
        /// Evidence of the effect
        effect: Vec<String> = "项目成效",
        /// A tender was needed
        tendered: Option<bool> = "需开展招投标",
        /// Papers handed in with it
        papers: Vec<PaperTerm> = "归档资料" ["附件"],
    }
}

step! {
    /// Records who keeps finished works in repair
    Maintain = "accept.maintain" "管护" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the decision
        date: Day = "明确日期" ["日期"],
        /// Unit in charge
        unit: Option<String> = "管护单位",
        /// What it must do
        duties: Option<String> = "管护责任",
        /// Money for it
        funding: Option<String> = "配套资金安排",
    }
}

step! {
    /// Records the posting of a project's result
    Post = "evaluate.post" "结果公示" (subject: case, dated: start, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// First day
        start: Day = "公示开始日期" ["日期"],
        /// Last day
        end: Option<Day> = "公示结束日期",
        /// Body that posts
        by: Option<BodyTerm> = "公示单位",
        /// Online platforms
        online: Vec<PlatformTerm> = "线上渠道",
        /// Offline places
        offline: Vec<PlaceTerm> = "线下地点",
        /// What it says
        content: Vec<ItemTerm> = "公示内容",
    }
}
