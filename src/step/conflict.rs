//! Steps about conflicts of interest: people, relations, interests, recusal (利益冲突回避).

use super::field::{Personal, Ref, RelationTerm, StaffTerm};
use super::step;
use crate::law::Day;

step! {
    /// Enters a person who works for the programme or supervises it
    Staff = "register.staff" "人员登记" (subject: scope, dated: from, args: [scope]) {
        /// Where the person works: a community's code, a street, or the district
        scope: Ref = "工作范围" ["单位"],
        /// The person
        person: Personal = "姓名",
        /// Staff or supervisor
        role: StaffTerm = "人员类别",
        /// First day
        from: Option<Day> = "起始日期",
        /// Last day
        to: Option<Day> = "截止日期",
    }
}

step! {
    /// Records how two persons are related
    Relation = "register.relation" "关系登记" (subject: shelf, dated: date, args: []) {
        /// The list of interests; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// The person
        person: Personal = "姓名",
        /// The related person
        other: Personal = "关系人",
        /// How they are related
        kind: RelationTerm = "关系",
        /// Generations between collateral kin, the common ancestor counted as the first
        generations: Option<i64> = "旁系代数",
        /// Day of the declaration
        date: Option<Day> = "申报日期" ["日期"],
    }
}

step! {
    /// Records the interest that a person has in a unit
    Interest = "register.interest" "利益登记" (subject: shelf, dated: from, args: []) {
        /// The list of interests; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// The person
        person: Personal = "姓名",
        /// Name of the unit
        unit: String = "利益相关单位" ["单位名称"],
        /// Unified social credit code
        code: Option<String> = "统一社会信用代码",
        /// What the interest is
        kind: Option<String> = "利益关系",
        /// First day
        from: Option<Day> = "起始日期" ["日期"],
        /// Last day
        to: Option<Day> = "截止日期",
    }
}

step! {
    /// Records that a person stepped aside from a case
    Recusal = "register.recusal" "回避登记" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// The person
        person: Personal = "姓名",
        /// Day from which the person takes no part
        date: Day = "回避日期" ["日期"],
    }
}

step! {
    /// Records the notice to a person who should have stepped aside
    Remind = "register.remind" "回避通知" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// The person
        person: Personal = "姓名",
        /// Day of the notice
        date: Day = "通知日期" ["日期"],
    }
}
