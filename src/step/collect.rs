//! Steps of `collect`: rounds, demands and contacts (征集).

use super::field::{BodyTerm, Code, ModeTerm, Personal, Ref, SourceTerm, TypeTerm, WayTerm};
use super::step;
use crate::law::Day;

step! {
    /// Records a concentrated collection round
    Round = "collect.round" "集中征集" (subject: round, dated: completed, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Programme year that the round serves
        year: i64 = "年度" ["项目年度"],
        /// Identifier of the round; numbered by the tool if left out
        round: Option<Ref> = "征集编号" ["征集批次"],
        /// First day of the round
        started: Option<Day> = "开始日期",
        /// Day on which the round was completed
        completed: Day = "完成日期",
        /// Body that organised it
        organiser: BodyTerm = "组织单位" ["牵头单位"],
        /// Bodies that took part
        support: Vec<BodyTerm> = "参与单位" ["配合单位"],
        /// Other work that the round was combined with
        combined: Option<String> = "结合工作",
    }
}

step! {
    /// Records one demand of a resident, a household or an organisation
    Demand = "collect.demand" "需求" (subject: demand, dated: received, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Programme year
        year: i64 = "年度" ["项目年度"],
        /// Identifier of the demand; numbered by the tool if left out
        demand: Option<Ref> = "需求编号",
        /// Round in which it was collected
        round: Option<Ref> = "征集编号" ["征集批次"],
        /// Day on which it was received
        received: Day = "提出日期" ["收到日期", "日期"],
        /// Name of the project asked for
        title: String = "项目名称" ["名称", "需求名称"],
        /// Type of the project
        r#type: TypeTerm = "项目类型" ["类型", "类别"],
        /// What is asked for
        summary: Option<String> = "需求概述" ["需求内容", "需求描述", "概述"],
        /// Why it is asked for
        grounds: Option<String> = "需求理由" ["理由"],
        /// Who asks
        proposer: Option<Personal> = "提议人" ["提出人", "姓名", "建议人"],
        /// How the proposer can be reached
        phone: Option<Personal> = "联系方式" ["电话", "联系电话", "手机", "手机号码"],
        /// Household of the proposer
        household: Option<Personal> = "户号" ["家庭"],
        /// Kind of source
        source: Option<SourceTerm> = "来源类型" ["来源"],
        /// Concentrated or daily collection
        mode: Option<ModeTerm> = "征集类别",
        /// Online or offline
        way: Option<WayTerm> = "征集方式" ["方式"],
        /// Platform or place
        channel: Option<String> = "征集渠道" ["渠道"],
        /// Remark
        remark: Option<String> = "备注",
    }
}

step! {
    /// Records a contact with a source, with or without a demand
    Contact = "collect.contact" "走访" (subject: subject, dated: date, args: [community]) {
        /// Short code of the community
        community: Code = "社区代码",
        /// Programme year
        year: i64 = "年度" ["项目年度"],
        /// The community's year; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Round in which it was made
        round: Option<Ref> = "征集编号" ["征集批次"],
        /// Day of the contact
        date: Day = "日期" ["走访日期"],
        /// Kind of source
        source: SourceTerm = "来源类型" ["来源"],
        /// Name
        who: Option<Personal> = "姓名" ["提议人", "来源"],
        /// Phone number
        phone: Option<Personal> = "联系方式" ["电话", "联系电话", "手机"],
        /// Household
        household: Option<Personal> = "户号" ["家庭"],
        /// Concentrated or daily collection
        mode: Option<ModeTerm> = "征集类别",
        /// Online or offline
        way: Option<WayTerm> = "征集方式" ["方式"],
        /// Platform or place
        channel: Option<String> = "征集渠道" ["渠道"],
    }
}
