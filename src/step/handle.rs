//! Steps of a demand on its way: work order, feedback, route, transfer (诉求办理).

use super::field::{BodyTerm, FeedbackTerm, GroupTerm, PathTerm, Personal, Ref};
use super::step;
use crate::law::{Day, Moment};

step! {
    /// Records how a demand was entered in the system and handed to the community
    Dispatch = "collect.dispatch" "诉求交派" (subject: demand, dated: entered, args: [demand]) {
        /// Identifier of the demand
        demand: Ref = "需求编号" ["诉求编号"],
        /// Entered in the system
        entered: Moment = "录入时间",
        /// Body that entered it
        by: Option<BodyTerm> = "录入单位",
        /// Received by the system, where that is not the entry
        system: Option<Moment> = "系统接收时间",
        /// Handed to the community
        dispatched: Option<Moment> = "交派时间",
        /// Work order received by the community
        received: Option<Moment> = "工单接收时间",
        /// Who received it
        receiver: Option<Personal> = "接收人",
        /// What the receiver is
        receiver_kind: Option<GroupTerm> = "接收人身份",
    }
}

step! {
    /// Records what a proposer was told
    Feedback = "collect.feedback" "反馈" (subject: demand, dated: at, args: [demand]) {
        /// Identifier of the demand
        demand: Ref = "需求编号" ["诉求编号"],
        /// What the proposer was told of
        kind: FeedbackTerm = "反馈类别",
        /// When
        at: Moment = "反馈时间",
        /// Body that told
        by: Option<BodyTerm> = "反馈单位",
        /// Path that the proposer was told of
        path: Option<PathTerm> = "办理途径",
        /// Words of the feedback
        text: Option<String> = "反馈内容",
    }
}

step! {
    /// Records how a meeting sorted a demand
    Route = "shortlist.route" "诉求研判" (subject: demand, dated: date, args: [demand]) {
        /// Identifier of the demand
        demand: Ref = "需求编号" ["诉求编号"],
        /// Meeting that sorted it
        meeting: Option<Ref> = "会议编号",
        /// Day
        date: Day = "研判日期" ["日期"],
        /// Put in the plan of the year
        planned: Option<bool> = "列入实施计划",
        /// By what it is met
        path: Option<PathTerm> = "办理途径",
        /// Why
        why: Option<String> = "理由",
    }
}

step! {
    /// Records that a demand was handed to a department under an existing policy
    Transfer = "shortlist.transfer" "转办" (subject: demand, dated: date, args: [demand]) {
        /// Identifier of the demand
        demand: Ref = "需求编号" ["诉求编号"],
        /// Case that was to answer it
        case: Option<Ref> = "项目编号",
        /// Day
        date: Day = "转办日期" ["日期"],
        /// Department that follows it up
        department: Option<String> = "跟办部门",
        /// Policy
        policy: Option<String> = "现行政策",
        /// Person in charge there
        officer: Option<Personal> = "跟办人",
        /// How to reach the department
        phone: Option<Personal> = "跟办部门联系方式",
        /// The department has put its seal on the form
        sealed: Option<bool> = "部门盖章",
        /// Told to the proposer
        replied: Option<Day> = "回复诉求提出方日期",
    }
}
