//! Steps about the ledger itself: opening it, correcting it, extending a regulation, erasing
//! a personal value, receiving another ledger's chain, attaching evidence.

use super::field::{PaperTerm, Ref};
use super::step;
use crate::law::Day;

step! {
    /// Opens a ledger and binds a regulation pack to it
    Init = "init" "建账" (subject: ledger, dated: date, args: []) {
        /// Identifier of this ledger: the origin of its chain
        ledger: String = "账本编号",
        /// Name of the office that keeps the ledger
        name: Option<String> = "单位" ["名称"],
        /// Pack that the ledger is judged by
        regime: String = "依据",
        /// SHA-256 of the pack's files
        pack_sha256: String = "依据摘要",
        /// Day on which the ledger was opened
        date: Day = "日期",
    }
}

step! {
    /// Records that the files of the regulation's pack have changed
    Bind = "regime.bind" "依据更新" (subject: ledger, dated: date, args: []) {
        /// The ledger concerned; filled in by the tool
        ledger: Option<String> = "账本编号",
        /// Pack that the ledger is judged by
        pack: String = "依据",
        /// SHA-256 of the pack's files
        pack_sha256: String = "依据摘要",
        /// Day of the change
        date: Option<Day> = "日期",
    }
}

step! {
    /// Records a notice that extends the validity of the regulation
    Extend = "regime.extend" "延长有效期" (subject: ledger, dated: date, args: []) {
        /// The ledger concerned; filled in by the tool
        ledger: Option<String> = "账本编号",
        /// Last day on which the regulation is in force
        until: Day = "有效期至",
        /// Number of the document that renews it
        basis: String = "依据文号" ["文号"],
        /// Day of that document
        date: Option<Day> = "日期",
    }
}

step! {
    /// Records the competent office's answer on how a clause is to be read
    Ruling = "regime.ruling" "口径答复" (subject: ledger, dated: date, args: [rule]) {
        /// The ledger concerned; filled in by the tool
        ledger: Option<String> = "账本编号",
        /// Rule that the answer is about
        rule: String = "规则编号" ["规则"],
        /// Reading that holds; `default` for the one that the pack takes
        reading: String = "读法",
        /// First day that it holds for
        from: Day = "适用起始日期",
        /// Number of the document
        basis: String = "答复文号" ["依据文号", "文号"],
        /// Day of that document
        date: Option<Day> = "日期",
    }
}

step! {
    /// Records the holiday notice of a year, for the counting of working days
    Holidays = "regime.calendar" "放假通知" (subject: ledger, dated: date, args: []) {
        /// The ledger concerned; filled in by the tool
        ledger: Option<String> = "账本编号",
        /// Days, each `date 休|班 holiday`
        days: Vec<String> = "放假调休安排",
        /// Number of the notice
        basis: String = "通知文号" ["文号"],
        /// Day of the notice
        date: Option<Day> = "日期",
    }
}

step! {
    /// Corrects fields of an earlier event; the earlier one stays readable
    Amend = "amend" "更正" (subject: subject, dated: date, args: [event]) {
        /// Number of the event that is corrected
        event: i64 = "事件号" ["序号"],
        /// Chain that the event stands in; this ledger's own if left out
        origin: Option<String> = "账本编号",
        /// Subject of the corrected event; filled in by the tool
        subject: Option<Ref> = "对象",
        /// Everything else that the event concerns; filled in by the tool
        concerns: Vec<Ref> = "相关对象",
        /// Corrected values, each `field=value`
        set: Vec<String> = "更正内容" ["改为"],
        /// Why it is corrected
        why: String = "更正理由" ["理由"],
        /// Day of the correction
        date: Option<Day> = "日期",
    }
}

step! {
    /// Withdraws a case or a demand, or strikes an event recorded in error
    Withdraw = "withdraw" "撤回" (subject: subject, dated: date, args: [subject]) {
        /// Identifier of the case or demand, or of the subject of the event
        subject: Ref = "对象" ["项目编号"],
        /// Number of a single event to strike; the whole subject if left out
        event: Option<i64> = "事件号",
        /// Chain that the event stands in; this ledger's own if left out
        origin: Option<String> = "账本编号",
        /// Everything else that the event concerns; filled in by the tool
        concerns: Vec<Ref> = "相关对象",
        /// Why it is withdrawn
        why: String = "撤回理由" ["理由"],
        /// Day of the withdrawal
        date: Option<Day> = "日期",
    }
}

step! {
    /// Attaches a file to a case: a copy is kept beside the ledger, its digest in the chain
    Attach = "attach" "附件" (subject: case, dated: date, args: [case, file]) {
        /// Identifier of the case
        case: Ref = "项目编号",
        /// File to attach; the record holds its name only
        file: String = "文件" ["附件"],
        /// What paper it is: a contract, an invoice, papers on approval
        r#as: PaperTerm = "材料名称" ["材料"],
        /// Day of the paper
        date: Option<Day> = "日期",
        /// SHA-256 of the file; filled in by the tool
        digest: Option<String> = "文件摘要",
        /// Bytes of the file whose copy is kept; filled in by the tool
        size: Option<i64> = "文件字节数",
        /// Remark
        note: Option<String> = "备注",
    }
}

step! {
    /// Erases personal values: the tokens stay in the events, the values behind them go
    Erase = "erase" "删除个人信息" (subject: ledger, dated: date, args: []) {
        /// The ledger in which it was done
        ledger: String = "账本编号",
        /// Tokens whose values were erased
        tokens: Vec<String> = "个人信息代号",
        /// What the values were recorded with
        concerns: Vec<Ref> = "相关对象",
        /// Why they were erased
        why: String = "删除理由" ["理由"],
        /// On whose request
        request: Option<String> = "请求人身份",
        /// Day of the erasure
        date: Option<Day> = "日期",
    }
}

step! {
    /// Records that another ledger's chain was received, up to an event
    Receive = "ledger.receive" "并入账本" (subject: ledger, dated: date, args: []) {
        /// The ledger that received it
        ledger: String = "账本编号",
        /// The chain that was received
        origin: String = "来源账本",
        /// How many of its events this ledger holds from now on
        size: i64 = "事件数",
        /// Hash of the last of them, in hexadecimal
        head: String = "链尾",
        /// Personal values of them did not come along
        withheld: Option<bool> = "未带个人信息",
        /// Day of the reception
        date: Option<Day> = "日期",
    }
}
