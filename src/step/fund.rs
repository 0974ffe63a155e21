//! Steps of `fund`: a street's project money and what becomes of it (资金).

use super::field::{
    AccountTerm, BodyTerm, Code, CostTerm, ExpenseTerm, MisuseTerm, PhaseTerm, PointTerm, PotTerm,
    Ref,
};
use super::step;
use crate::law::{Day, Money};

step! {
    /// Records the project fund of a street and fund year, or its adjustment
    Budget = "fund.budget" "街道项目资金" (subject: subject, dated: date, args: [street]) {
        /// Name of the street
        street: String = "街道",
        /// Fund year
        year: i64 = "资金年度" ["年度"],
        /// The street's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Whole project fund of the street in that year
        total: Money = "资金总额" ["总额"],
        /// Day from which this figure holds
        date: Day = "生效日期" ["日期"],
        /// Number of the budget document
        document: Option<String> = "文号" ["预算文号"],
        /// Pot that the money is in
        pot: Option<PotTerm> = "资金渠道",
    }
}

step! {
    /// Records what of the fund is set aside for a community
    Allocate = "fund.allocate" "资金安排" (subject: subject, dated: date, args: [street]) {
        /// Name of the street
        street: String = "街道",
        /// Fund year
        year: i64 = "资金年度" ["年度"],
        /// The street's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Short code of the community; the street itself if left out
        community: Option<Code> = "社区代码",
        /// Amount set aside
        amount: Money = "安排金额" ["金额"],
        /// Day of the decision
        date: Day = "安排日期" ["日期"],
    }
}

step! {
    /// Records money that the street hands to a unit that uses it
    Disburse = "fund.disburse" "资金发放" (subject: subject, dated: date, args: [street]) {
        /// Name of the street
        street: String = "街道",
        /// Fund year
        year: i64 = "资金年度" ["年度"],
        /// The street's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Community that receives it; the street's own use if left out
        community: Option<Code> = "社区代码" ["使用单位"],
        /// Case that it is for
        case: Option<Ref> = "项目编号",
        /// Amount handed out
        amount: Money = "发放金额" ["金额"],
        /// Day of the disbursement
        date: Day = "发放日期" ["日期"],
        /// Number of the voucher
        voucher: Option<String> = "凭证号",
        /// Body that pays
        payer: Option<BodyTerm> = "拨付单位",
        /// Kind of account that is paid
        account: Option<AccountTerm> = "收款账户",
        /// Pot that the money comes from
        pot: Option<PotTerm> = "资金渠道",
    }
}

step! {
    /// Records an expense of the fund that is no payment of a case
    Expense = "fund.expense" "资金支出" (subject: subject, dated: date, args: [street]) {
        /// Name of the street
        street: String = "街道",
        /// Fund year
        year: i64 = "资金年度" ["年度"],
        /// The street's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Kind of expense
        kind: Option<ExpenseTerm> = "支出类别" ["类别"],
        /// What the money pays for
        cost: Option<CostTerm> = "支出内容" ["内容"],
        /// Case that it belongs to
        case: Option<Ref> = "项目编号",
        /// Community that spends it; the street itself if left out
        community: Option<Code> = "社区代码",
        /// Amount paid
        amount: Money = "支出金额" ["金额"],
        /// Amount contracted, if it is more than what is paid so far
        contract: Option<Money> = "合同金额",
        /// Number of the contract; payments of one contract count together
        number: Option<String> = "合同编号",
        /// Body that answers for the work
        responsible: Option<BodyTerm> = "实施责任主体",
        /// Carried out in the form of a service project of one year
        service: Option<bool> = "以服务类项目形式实施",
        /// Day of the payment
        date: Day = "支出日期" ["日期"],
        /// Unit that is paid
        unit: Option<String> = "收款单位" ["单位名称"],
        /// What it is for
        note: Option<String> = "说明",
    }
}

step! {
    /// Records that money was found to be misused
    Misuse = "fund.misuse" "违规使用资金" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Kind of misuse
        kind: MisuseTerm = "违规情形",
        /// Unit that misused it
        unit: Option<String> = "资金使用单位" ["单位名称"],
        /// Amount already paid that is concerned
        amount: Option<Money> = "涉及金额",
        /// Day on which it was established
        date: Day = "认定日期" ["日期"],
        /// Day on which payments were released again
        cleared: Option<Day> = "恢复拨付日期",
    }
}

step! {
    /// Records misused money that was paid back
    Clawback = "fund.clawback" "追回资金" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Amount paid back
        amount: Money = "追回金额" ["金额"],
        /// Day
        date: Day = "追回日期" ["日期"],
    }
}

step! {
    /// Records the performance evaluation of a street's fund
    Evaluate = "fund.evaluate" "资金绩效评价" (subject: subject, dated: date, args: [street]) {
        /// Name of the street
        street: String = "街道",
        /// Fund year
        year: i64 = "资金年度" ["年度"],
        /// The street's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Day on which it was completed
        date: Day = "评价日期" ["日期"],
        /// What was evaluated
        covers: Vec<PointTerm> = "评价内容",
        /// Third party that was charged with it
        unit: Option<String> = "第三方机构",
    }
}

step! {
    /// Records by which sources a project is paid, as planned or as settled
    Mix = "fund.mix" "资金构成" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Budget or settlement
        phase: PhaseTerm = "阶段",
        /// Day of the figures
        date: Day = "日期",
        /// From the programme's special fund
        special: Option<Money> = "专项资金",
        /// Paid to match donations
        r#match: Option<Money> = "以奖代补",
        /// Other government money
        fiscal: Option<Money> = "其他财政资金",
        /// The community's own money
        own: Option<Money> = "自筹资金" ["集体经济投入"],
        /// Donated money
        cash: Option<Money> = "社会捐款" ["社会投入"],
        /// Donated goods, valued
        inkind: Option<Money> = "实物捐赠折价",
        /// Labour, valued
        labour: Option<Money> = "投工投劳折价",
        /// Hours of labour
        hours: Option<i64> = "投工投劳工时",
        /// Value of an hour
        rate: Option<Money> = "工时单价",
        /// Where that value comes from
        rate_basis: Option<String> = "工时单价依据",
        /// Of all that, for coordination and management
        overhead: Option<Money> = "统筹管理经费",
    }
}
