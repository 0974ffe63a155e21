//! Steps of `shortlist`: from the joint meeting to the filed list (候选、征求意见、评议、拟实施).

use super::field::{
    BodyTerm, CategoryTerm, CharityTerm, Code, GroupTerm, ItemTerm, LeadTerm, LibraryTerm,
    MeetingTerm, Personal, Ref, SourceTerm, TeamMember, TypeTerm,
};
use super::step;
use crate::law::{Day, Money};

step! {
    /// Records a meeting that studies demands
    Meet = "shortlist.meet" "会议" (subject: meeting, dated: date, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Programme year
        year: i64 = "年度" ["项目年度"],
        /// Identifier of the meeting; numbered by the tool if left out
        meeting: Option<Ref> = "会议编号",
        /// Kind of meeting
        kind: MeetingTerm = "会议类型",
        /// Day of the meeting
        date: Day = "会议日期" ["日期"],
        /// Body that led it
        lead: Option<BodyTerm> = "牵头单位",
        /// Demands that were studied
        demands: Vec<Ref> = "研究的需求" ["需求编号"],
        /// Demands that a project cannot solve
        unresolvable: Vec<Ref> = "不能解决的需求",
        /// Number of the minutes
        minutes: Option<String> = "会议纪要",
    }
}

step! {
    /// Puts a project on the candidate list
    Candidate = "shortlist.candidate" "候选项目" (subject: case, dated: date, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Programme year
        year: i64 = "年度" ["项目年度"],
        /// Identifier of the case; numbered by the tool if left out
        case: Option<Ref> = "项目编号",
        /// Day of the candidate list
        date: Day = "列入日期" ["日期"],
        /// Number of the batch
        batch: Option<i64> = "批次",
        /// Name of the project
        title: String = "项目名称" ["名称"],
        /// Type of the project
        r#type: TypeTerm = "项目类型" ["类型"],
        /// Category of the project
        category: Option<CategoryTerm> = "项目类别",
        /// Decision of the district, for projects of the last category
        decision: Option<String> = "区级决定文号",
        /// Description
        summary: Option<String> = "项目概述" ["概述"],
        /// Estimated amount applied for
        amount: Option<Money> = "预计申请经费" ["预计申请经费（万元）"],
        /// Meeting that studied the demands
        meeting: Option<Ref> = "会议编号",
        /// Demands that the project answers
        demands: Vec<Ref> = "需求编号" ["对应需求"],
        /// Body that drew up the list
        organiser: Option<BodyTerm> = "组织单位" ["牵头单位"],
        /// Further communities that the project serves
        communities: Vec<Code> = "涉及社区",
        /// Why the street leads the project
        led: Vec<LeadTerm> = "街道牵头原因",
        /// Why the project is eligible
        eligibility: Option<String> = "符合范围的说明",
        /// Groups whom the project serves in particular
        beneficiaries: Vec<String> = "受益群体",
        /// Public health emergency that the project answers
        incident: Option<String> = "突发公共卫生事件",
        /// Charity that the project is for
        charity: Vec<CharityTerm> = "公益事业类别",
        /// Remark
        remark: Option<String> = "备注",
    }
}

step! {
    /// Records the consultation of residents
    Consult = "shortlist.consult" "征求意见" (subject: case, dated: start, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// First day
        start: Day = "开始日期",
        /// Last day
        end: Day = "结束日期",
        /// Body that leads
        lead: Option<BodyTerm> = "牵头单位",
        /// Bodies that support
        support: Vec<BodyTerm> = "配合单位",
        /// Number of consents where names were not kept
        agreed: Option<i64> = "同意户数",
        /// Residents affected by the project
        affected: Option<i64> = "受影响人数",
        /// Affected residents who were informed
        informed: Option<i64> = "已告知人数",
        /// How they were informed
        informing: Option<String> = "告知方式",
        /// Day of the publicity around the site
        site_date: Option<Day> = "周边宣传日期",
        /// Place of the publicity around the site
        site_place: Option<String> = "周边宣传地点",
    }
}

step! {
    /// Records one consent or objection of the consultation
    Consent = "shortlist.consent" "居民意见" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the signature
        date: Day = "日期",
        /// Kind of source
        source: SourceTerm = "来源类型" ["来源"],
        /// Name
        who: Option<Personal> = "姓名",
        /// Phone number
        phone: Option<Personal> = "联系方式" ["电话"],
        /// Household
        household: Option<Personal> = "户号" ["家庭"],
        /// Consents or objects
        agrees: bool = "是否同意" ["同意"],
    }
}

step! {
    /// Puts a project on the list of planned projects
    Plan = "shortlist.plan" "拟实施项目" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the list
        date: Day = "列入日期" ["日期"],
        /// Body that decided
        by: Option<BodyTerm> = "确定单位",
        /// Description
        summary: Option<String> = "项目概述" ["概述"],
        /// Amount applied for
        amount: Option<Money> = "申请经费" ["申请经费（万元）"],
        /// Planned first day of implementation
        begin: Option<Day> = "预计实施时间",
        /// Planned day of completion
        finish: Option<Day> = "预计完成时间",
        /// Project leader
        leader: Option<Personal> = "项目负责人",
        /// Phone number of the leader
        leader_phone: Option<Personal> = "负责人联系方式",
        /// What the leader is
        leader_kind: Option<GroupTerm> = "负责人身份",
        /// Supervision team: each member with a role
        team: Vec<TeamMember> = "监督团队",
        /// Proposed contractor
        unit: Option<String> = "执行单位",
        /// Unified social credit code of the contractor
        code: Option<String> = "统一社会信用代码",
    }
}

step! {
    /// Records a search of the project libraries, and the item chosen
    Search = "shortlist.search" "项目库检索" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the search or choice
        date: Day = "检索日期" ["日期"],
        /// Libraries searched
        searched: Vec<LibraryTerm> = "检索的项目库",
        /// Item chosen; none if no item fits
        item: Option<Ref> = "项目库编号",
        /// Adjustments of the item, each `what=old→new`
        adjust: Vec<String> = "调整内容",
    }
}

step! {
    /// Records the design of a project
    Design = "shortlist.design" "项目设计" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the design
        date: Day = "设计日期" ["日期"],
        /// Body that organised it
        organiser: Option<BodyTerm> = "组织单位",
        /// Content of the implementation
        content: Option<String> = "实施内容",
        /// Time
        time: Option<String> = "实施时间" ["时间"],
        /// Place
        place: Option<String> = "实施地点" ["地点"],
        /// Funds needed
        amount: Option<Money> = "所需资金",
        /// People served
        served: Option<String> = "服务对象",
        /// Expected benefit
        benefit: Option<String> = "预期效益",
    }
}

step! {
    /// Records that the leader followed up the design
    Follow = "shortlist.follow" "设计跟踪" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day
        date: Day = "日期",
        /// What was found
        note: Option<String> = "跟踪情况",
    }
}

step! {
    /// Records the review of a project before it is decided
    Review = "shortlist.review" "项目评议" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the meeting
        date: Day = "评议日期" ["日期"],
        /// Kind of meeting
        kind: Option<MeetingTerm> = "会议类型",
        /// Body that leads
        lead: Option<BodyTerm> = "牵头单位",
        /// Bodies that support
        support: Vec<BodyTerm> = "配合单位",
        /// Groups that were heard
        heard: Vec<GroupTerm> = "听取意见的群体",
        /// What the review covered
        covers: Vec<ItemTerm> = "评议内容",
        /// Proposed service provider or supplier
        provider: Option<String> = "拟选择单位" ["拟选择服务机构", "拟选择供应商"],
        /// Unified social credit code of the provider
        provider_code: Option<String> = "统一社会信用代码",
        /// Outcome
        outcome: Option<String> = "评议结果",
        /// Opinions
        opinions: Option<String> = "意见建议",
    }
}

step! {
    /// Records the filing of a project
    File = "shortlist.file" "备案" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the filing
        date: Day = "备案日期" ["日期"],
        /// Body that files
        by: Option<BodyTerm> = "报送单位",
        /// Body that keeps the filing
        to: Option<BodyTerm> = "备案单位",
    }
}

step! {
    /// Answers the checklist of what the fund does not pay for
    Screen = "shortlist.screen" "不支出情形核对" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// Day of the check
        date: Day = "核对日期" ["日期"],
        /// Above the limit for one project
        over_limit: Option<bool> = "单项资金超过规定",
        /// Government investment under way or planned
        investment: Option<bool> = "在建拟建政府投资项目",
        /// Entered as government fixed assets
        fixed_asset: Option<bool> = "已纳入政府固定资产投资",
        /// Already in the street's budget as another item
        budgeted: Option<bool> = "已列入街道部门预算",
        /// Fitting out or equipping community offices
        office: Option<bool> = "社区办公用房装修及设备",
        /// Owed by party, government or residents' bodies
        public_duty: Option<bool> = "应由党委政府或自治组织提供",
        /// Owed by another legal person
        other_duty: Option<bool> = "应由其它法人主体提供",
        /// No such project for another cause
        ineligible: Option<bool> = "其它不应认定的情形",
    }
}
