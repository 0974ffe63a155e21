//! Steps of `implement`: determination, contract, work and completion (实施).

use super::field::{
    BodyTerm, CategoryTerm, CauseTerm, Code, CostTerm, FundTerm, ItemTerm, PaperTerm, Personal,
    Ref, TypeTerm,
};
use super::step;
use crate::law::{Day, Money};

step! {
    /// Opens an emergency project by determination of the street
    Emergency = "implement.emergency" "应急项目" (subject: case, dated: date, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Programme year
        year: i64 = "年度" ["项目年度"],
        /// Identifier of the case; numbered by the tool if left out
        case: Option<Ref> = "项目编号",
        /// Day of the determination
        date: Day = "确定日期" ["日期"],
        /// Body that determined it
        by: Option<BodyTerm> = "确定单位",
        /// Number of the determination
        document: Option<String> = "文号",
        /// Cause of the emergency
        cause: Option<CauseTerm> = "应急原因",
        /// Name of the project
        title: String = "项目名称",
        /// Type of the project
        r#type: TypeTerm = "项目类型",
        /// Category of the project
        category: Option<CategoryTerm> = "项目类别",
        /// Decision of the district, for projects of the last category
        decision: Option<String> = "区级决定文号",
        /// Description
        summary: Option<String> = "项目概述",
        /// Amount
        amount: Option<Money> = "预计经费",
        /// Further communities that the project serves
        communities: Vec<Code> = "涉及社区",
    }
}

step! {
    /// Records the determination of a project and who answers for it
    Determine = "implement.determine" "项目确定" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the determination
        date: Day = "确定日期" ["日期"],
        /// Body that determined
        by: Option<BodyTerm> = "确定单位",
        /// Body responsible for the implementation
        responsible: Option<BodyTerm> = "实施责任主体",
        /// Goods that stand in the central procurement catalogue
        central: Option<bool> = "属于集中采购",
        /// Preliminary budget
        budget: Option<Money> = "初步预算",
        /// Year of the fund that pays
        fund_year: Option<i64> = "资金年度",
        /// Level of the fund that pays
        fund_level: Option<FundTerm> = "资金级别",
        /// Body that supervises the implementation
        supervising: Option<BodyTerm> = "监督管理主体",
    }
}

step! {
    /// Records the contract
    Contract = "implement.contract" "合同" (subject: case, dated: signed, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of signing
        signed: Day = "签订日期" ["日期"],
        /// Contractor
        unit: String = "执行单位" ["单位名称"],
        /// Unified social credit code
        code: Option<String> = "统一社会信用代码",
        /// Contract amount
        amount: Option<Money> = "合同金额",
        /// People who provide the service
        personnel: Vec<Personal> = "服务人员",
        /// Attested that the content does not repeat what is already purchased
        distinct: Option<bool> = "内容不重复",
        /// Number of the contract
        number: Option<String> = "合同编号",
        /// Evidence of the contractor's qualification
        qualification: Option<String> = "资质证明",
        /// The contractor has the people for it
        staff: Option<bool> = "具有人力资源保障",
        /// The contractor has the material for it
        material: Option<bool> = "具有物质资源保障",
        /// Record of the internal review of the contract
        review: Option<String> = "合同审核记录",
        /// Day on which the contract was announced
        announced: Option<Day> = "合同公告日期",
        /// Day on which the contract was filed
        filed: Option<Day> = "合同备案日期",
    }
}

step! {
    /// Records the first day of implementation
    Start = "implement.start" "开工" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// First day of implementation
        date: Day = "开始实施日期" ["开工日期", "日期"],
    }
}

step! {
    /// Records progress
    Progress = "implement.progress" "进展" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day
        date: Day = "日期",
        /// What was done
        note: String = "进展情况",
    }
}

step! {
    /// Records the public report of an emergency project
    Report = "implement.report" "社会通报" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the report
        date: Day = "通报日期" ["日期"],
        /// Where it was published
        channel: Option<String> = "通报渠道",
    }
}

step! {
    /// Records the sign of a project
    Sign = "implement.sign" "标识牌" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day on which it was put up
        date: Day = "设置日期" ["日期"],
        /// What the sign says
        items: Vec<ItemTerm> = "标注内容",
    }
}

step! {
    /// Records a payment
    Pay = "implement.pay" "付款" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the payment
        date: Day = "付款日期" ["日期"],
        /// Amount paid
        amount: Money = "付款金额" ["金额"],
        /// Final payment
        r#final: Option<bool> = "是否尾款" ["尾款"],
        /// Payer
        payer: Option<BodyTerm> = "付款单位",
        /// What the money pays for
        cost: Option<CostTerm> = "支出内容",
    }
}

step! {
    /// Records the completion of the implementation
    Complete = "implement.complete" "完工" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of completion
        date: Day = "完成日期" ["完工日期", "日期"],
    }
}

step! {
    /// Records the entry of a project on the service platform
    Platform = "implement.platform" "平台登记" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the entry
        date: Day = "登记日期" ["日期"],
        /// Number of the entry
        number: Option<String> = "平台编号",
    }
}

step! {
    /// Records what the archive of a project holds
    Archive = "implement.archive" "项目归档" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day
        date: Day = "归档日期" ["日期"],
        /// Papers that it holds
        papers: Vec<PaperTerm> = "归档材料",
        /// Covers every step that was taken
        whole: Option<bool> = "全流程完整",
    }
}
