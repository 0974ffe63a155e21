//! Steps of `publicize`: the notice before implementation (公示).

use super::field::{BodyTerm, Code, ItemTerm, PlaceTerm, PlatformTerm, Ref};
use super::step;
use crate::law::Day;

step! {
    /// Records a notice: its period, its channels and its contents
    Post = "publicize.post" "公示" (subject: case, dated: start, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号" ["项目"],
        /// First day of the notice
        start: Day = "公示开始日期" ["开始日期"],
        /// Last day of the notice
        end: Day = "公示结束日期" ["结束日期"],
        /// Body that posts
        by: Option<BodyTerm> = "公示单位",
        /// Online platforms
        online: Vec<PlatformTerm> = "线上渠道",
        /// Offline places
        offline: Vec<PlaceTerm> = "线下地点",
        /// What the notice says
        content: Vec<ItemTerm> = "公示内容",
        /// Why there is no building of the people served to post at
        no_building: Option<String> = "无对应楼栋的说明",
    }
}

step! {
    /// Records that a proposer was told of the notice
    Notify = "publicize.notify" "告知提出方" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号" ["项目"],
        /// Demand whose proposer was told
        demand: Ref = "需求编号",
        /// Day
        date: Day = "告知日期" ["日期"],
        /// How
        how: Option<String> = "告知方式",
        /// Why the proposer could not be reached
        unreachable: Option<String> = "无法告知的原因",
    }
}

step! {
    /// Records a public experience day
    Experience = "publicize.day" "公众体验日" (subject: subject, dated: date, args: [street]) {
        /// Name of the street
        street: String = "街道",
        /// Year
        year: i64 = "年度",
        /// The street's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Day on which it was held
        date: Day = "举办日期" ["日期"],
        /// Body that held it
        by: Option<BodyTerm> = "举办单位",
        /// Community that held it
        community: Option<Code> = "社区代码",
    }
}

step! {
    /// Records promotion of the programme
    Promote = "publicize.promote" "宣传" (subject: subject, dated: date, args: [street]) {
        /// Name of the street
        street: String = "街道",
        /// Year
        year: i64 = "年度",
        /// The street's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Day
        date: Day = "宣传日期" ["日期"],
        /// Body that promoted it
        by: Option<BodyTerm> = "宣传单位",
        /// Form
        form: Option<String> = "宣传形式",
    }
}
