//! Steps from the residents' word to the street's: opinions, deliberation, application,
//! confirmation, plan of the year (协商、申报、审核确认).

use super::field::{
    BodyTerm, DepartmentTerm, ForumTerm, GroupTerm, HandlingTerm, ItemTerm, MoneyTerm, OriginTerm,
    PaperTerm, PathTerm, Personal, PotTerm, Ref, ResultTerm,
};
use super::step;
use crate::law::{Day, Money};

step! {
    /// Records the opinion of a group on a project
    Opinion = "shortlist.opinion" "群体意见" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Group that was heard
        group: GroupTerm = "征求意见的群体" ["群体"],
        /// Day
        date: Day = "征求日期" ["日期"],
        /// What it said
        text: Option<String> = "意见",
        /// Why there is no such group here
        absent: Option<String> = "无此群体的说明",
    }
}

step! {
    /// Records a deliberation of residents on a project, or their vote on it
    Deliberate = "shortlist.deliberate" "协商" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the meeting
        date: Day = "协商时间" ["协商日期", "日期"],
        /// Place
        place: Option<String> = "协商地点",
        /// Who chaired it
        chair: Option<Personal> = "主持人",
        /// Who kept the minutes
        recorder: Option<Personal> = "记录人",
        /// Form of the meeting
        forms: Vec<ForumTerm> = "协商形式",
        /// Groups that took part
        groups: Vec<GroupTerm> = "参与主体",
        /// Number of people who took part
        attendance: Option<i64> = "参与人数" ["合共"],
        /// Put to the vote of the residents' assembly after a failed deliberation
        vote: Option<bool> = "提交村（居）民（代表）会议表决" ["表决"],
        /// What was discussed
        covers: Vec<ItemTerm> = "协商内容",
        /// Passed or failed
        result: Option<ResultTerm> = "协商结果",
        /// Number of the minutes
        minutes: Option<String> = "协商记录",
        /// What is to be built or done
        content: Option<String> = "项目建设（服务）内容" ["实施内容"],
        /// Who benefits
        served: Option<String> = "项目惠及人群" ["受益人群"],
        /// When it is to be done
        time: Option<String> = "实施时限",
        /// How it is handled
        handling: Option<HandlingTerm> = "项目办理方式" ["办理方式"],
        /// Budget
        amount: Option<Money> = "项目经费预算" ["经费预算"],
        /// Where the money comes from
        sources: Vec<MoneyTerm> = "项目经费来源" ["经费来源"],
        /// Contractor
        unit: Option<String> = "实施主体（承接服务方）" ["承接服务方"],
    }
}

step! {
    /// Records the application of a community for a project
    Apply = "shortlist.apply" "申报" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day on which the form was filled in
        date: Day = "填报日期" ["日期"],
        /// Day on which it was handed in
        submitted: Option<Day> = "提交日期",
        /// Body that applies
        by: Option<BodyTerm> = "申报单位",
        /// Body that decides
        to: Option<BodyTerm> = "受理单位",
        /// Rank by urgency
        priority: Option<i64> = "轻重缓急次序",
        /// What is to be done
        summary: Option<String> = "内容" ["项目内容"],
        /// Where the project comes from
        origins: Vec<OriginTerm> = "来源渠道",
        /// Place
        place: Option<String> = "实施地点",
        /// Budget, from all sources
        amount: Option<Money> = "项目预算" ["项目预算（万元）"],
        /// Person to ask
        contact: Option<Personal> = "项目联系人",
        /// Post of that person
        post: Option<String> = "职务",
        /// Phone number of that person
        phone: Option<Personal> = "联系电话",
        /// Papers handed in with it
        papers: Vec<PaperTerm> = "上传材料" ["附件"],
    }
}

step! {
    /// Records how a higher body examined and decided an application
    Confirm = "shortlist.confirm" "审核确认" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day on which the application was received
        received: Option<Day> = "收到日期",
        /// Day of the decision
        date: Day = "确认日期" ["审批日期", "日期"],
        /// Body that decides
        by: Option<BodyTerm> = "审核单位" ["审批单位"],
        /// Departments that took part
        departments: Vec<DepartmentTerm> = "会同部门",
        /// The deliberation followed the rules
        deliberated: Option<bool> = "协商过程规范",
        /// The budget is sound
        budgeted: Option<bool> = "预算安排合理",
        /// The way of handling works
        feasible: Option<bool> = "办理方式可行",
        /// An existing policy or another fund can meet it
        elsewhere: Option<bool> = "可由现行政策或其他专项资金解决",
        /// By what it is met
        path: Option<PathTerm> = "确认途径",
        /// Approved or not
        result: Option<ResultTerm> = "审批结果",
        /// Opinion of the departments
        departments_opinion: Option<String> = "部门审核意见",
        /// Opinion of the body
        opinion: Option<String> = "审核意见",
        /// Pots that pay
        pots: Vec<PotTerm> = "资金渠道",
        /// Day on which a project beyond the plan was reported upwards
        reported: Option<Day> = "报备日期",
    }
}

step! {
    /// Records the plan of a year: of a community, a street or the district
    Annual = "shortlist.annual" "年度计划" (subject: subject, dated: date, args: [scope]) {
        /// A community's code, a street, or the district
        scope: String = "范围",
        /// Year
        year: i64 = "年度",
        /// The year of that place; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Day of the plan, or of its change
        date: Day = "制定日期" ["日期"],
        /// What it says
        covers: Vec<ItemTerm> = "计划内容",
        /// Demands that it rests on
        demands: Vec<Ref> = "需求编号",
        /// Projects in it
        cases: Vec<Ref> = "项目编号",
        /// Whose seal it bears
        sealed: Option<BodyTerm> = "加盖公章单位",
        /// Body that it is reported to
        to: Option<BodyTerm> = "报送单位",
        /// Day of the report
        reported: Option<Day> = "报送日期",
        /// The projects were found to be feasible
        feasible: Option<bool> = "已评估可行性",
    }
}
