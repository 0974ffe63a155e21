//! Steps of the project library and of the blocklist (项目库、异常名录).

use super::field::{
    BodyTerm, ConductTerm, EntryTerm, GroundTerm, ItemTerm, LibraryTerm, Personal, Ref, TagTerm,
};
use super::step;
use crate::law::Day;

step! {
    /// Enters an item of a project library, or its removal
    Library = "register.library" "项目库条目" (subject: item, dated: issued, args: [item]) {
        /// Identifier of the library item
        item: Ref = "项目库编号",
        /// The list of library items; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// Municipal or district library
        level: Option<LibraryTerm> = "项目库级别" ["级别"],
        /// Name of the item
        name: Option<String> = "项目名称",
        /// Unit that provides it
        unit: Option<String> = "单位名称",
        /// Unified social credit code of that unit
        code: Option<String> = "统一社会信用代码",
        /// By what right it is in the library
        source: Option<EntryTerm> = "入库来源",
        /// What it is about
        tags: Vec<TagTerm> = "聚焦方向",
        /// Day on which the item was issued
        issued: Option<Day> = "入库日期" ["印发日期"],
        /// Number of the document that issued it
        document: Option<String> = "印发文号",
        /// Day on which it was entered on the service platform
        platform: Option<Day> = "平台录入日期",
        /// Body that recommended it
        recommended: Option<BodyTerm> = "推荐单位",
        /// Body that reviewed it
        reviewed: Option<BodyTerm> = "审核单位",
        /// Bodies that selected it
        selected: Vec<BodyTerm> = "评选单位",
        /// Day on which the item was taken out
        removed: Option<Day> = "移出日期" ["出库日期"],
        /// Why it was taken out
        ground: Option<GroundTerm> = "出库原因",
    }
}

step! {
    /// Enters a unit in the blocklist
    Blocklist = "register.blocklist" "异常名录登记" (subject: entry, dated: listed, args: [entry]) {
        /// Identifier of the entry
        entry: Ref = "名录编号",
        /// The blocklist; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// Unified social credit code
        code: Option<String> = "统一社会信用代码",
        /// Name of the unit
        unit: String = "单位名称",
        /// Legal representative
        person: Option<Personal> = "法人",
        /// Cause of the listing
        cause: String = "列入事由" ["事由"],
        /// Ground of the listing
        ground: Option<GroundTerm> = "列入情形",
        /// Case in which it came up
        case: Option<Ref> = "项目编号",
        /// Day of the listing
        listed: Day = "列入日期",
    }
}

step! {
    /// Records that an entry of the blocklist was published
    Publish = "register.publish" "异常名录公布" (subject: entry, dated: date, args: [entry]) {
        /// Identifier of the entry
        entry: Ref = "名录编号",
        /// The blocklist; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// Day of the publication
        date: Day = "公布日期" ["日期"],
        /// Where it was published
        channels: Vec<String> = "公布渠道",
        /// What was published
        content: Vec<ItemTerm> = "公布内容",
    }
}

step! {
    /// Records the appeal of a unit against its entry in the blocklist
    Appeal = "register.appeal" "申诉" (subject: entry, dated: received, args: [entry]) {
        /// Identifier of the entry
        entry: Ref = "名录编号",
        /// The blocklist; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// Day on which it was received
        received: Day = "收到日期" ["日期"],
        /// What the unit says
        note: Option<String> = "申诉内容",
    }
}

step! {
    /// Records the reply to an appeal
    Reply = "register.reply" "申诉回复" (subject: entry, dated: date, args: [entry]) {
        /// Identifier of the entry
        entry: Ref = "名录编号",
        /// The blocklist; filled in by the tool
        shelf: Option<Ref> = "名册",
        /// Day of the reply
        date: Day = "回复日期" ["日期"],
        /// In writing
        written: Option<bool> = "书面回复",
        /// The entry is struck from the list
        struck: Option<bool> = "撤销列入",
    }
}

step! {
    /// Records the conduct of a contractor that matters for library and blocklist
    Conduct = "implement.conduct" "执行单位行为" (subject: case, dated: date, args: [case]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// What the contractor did
        kind: ConductTerm = "行为",
        /// Day
        date: Day = "日期",
        /// Unit that verified it
        verified: Option<String> = "查实单位",
        /// Details
        note: Option<String> = "情况",
    }
}
