//! The steps of a project once it is a candidate, kept or broken in one thing.

use minsheng::step::{
    Recorded as _, accept, evaluate, implement, library, procure, publicize, shortlist, works,
};
use serde_json::json;

use super::case::Case;
use super::draw::{Draw, later, text};
use super::world::{Facts, person, yuan};

/// The one thing in which a project breaks the regulation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    None,
    ShortNotice,
    LateFiling,
    OverCap,
    NoReview,
    NoAnnouncement,
    LateAcceptance,
    EarlyStart,
    FewConsents,
    Overpaid,
    NoDesign,
    NotTold,
    ShortConsultation,
}

/// All of them.
pub const BREACHES: [Breach; 12] = [
    Breach::ShortNotice,
    Breach::LateFiling,
    Breach::OverCap,
    Breach::NoReview,
    Breach::NoAnnouncement,
    Breach::LateAcceptance,
    Breach::EarlyStart,
    Breach::FewConsents,
    Breach::Overpaid,
    Breach::NoDesign,
    Breach::NotTold,
    Breach::ShortConsultation,
];

/// What the steps of a project have in common.
pub struct Life<'f, 'a> {
    pub facts: &'f mut Facts,
    pub case: &'f Case<'a>,
    pub id: String,
    pub kind: &'static str,
    pub title: String,
    pub unit: String,
    pub amount: u64,
    pub breach: Breach,
    pub library: Option<String>,
}

impl Life<'_, '_> {
    pub fn on(&self, days: u64) -> String {
        text(later(self.case.meeting, days))
    }

    pub fn works(&self) -> bool {
        self.kind == "works"
    }

    /// The body that answers for it.
    pub fn body(&self) -> &'static str {
        if self.works() { "street" } else { "community" }
    }
}

fn plan(life: &mut Life<'_, '_>) {
    let case = life.case;
    let (home, id) = (case.home, life.id.clone());
    let member = |n: usize, role: &str| {
        json!({
            "who": person(case.team.get(n).map_or("领头甲", String::as_str)), "role": role
        })
    };
    let values = json!({
        "case": id, "date": life.on(17), "by": "community",
        "summary": format!("{}，面向本社区居民", life.title), "amount": yuan(life.amount),
        "begin": life.on(50), "finish": life.on(200),
        "leader": person(&case.team[0]), "leader_phone": person("13800000000"),
        "leader_kind": "social-worker",
        "team": [member(1, "proposer"), member(2, "leader"), member(3, "two-reps"),
            member(4, "third-party")],
        "unit": life.unit,
    });
    life.facts.put(home, shortlist::Plan::DEF, values);
    let mut search = json!({ "case": id, "date": life.on(18), "searched": ["city", "district"] });
    if let Some(item) = &life.library {
        search["item"] = json!(item);
    }
    life.facts.put(home, shortlist::Search::DEF, search);
    if life.breach != Breach::NoDesign {
        let values = json!({
            "case": id, "date": life.on(20), "organiser": "community",
            "content": format!("{}的实施方案", life.title),
            "time": format!("{}年3月至12月", case.year), "place": "党群服务中心",
            "amount": yuan(life.amount), "served": "本社区居民", "benefit": "受益不少于二百人",
        });
        life.facts.put(home, shortlist::Design::DEF, values);
        let values = json!({ "case": id, "date": life.on(21), "note": "方案已核对" });
        life.facts.put(home, shortlist::Follow::DEF, values);
    }
    if life.breach != Breach::NoReview && life.library.is_none() {
        let values = json!({
            "case": id, "date": life.on(31), "kind": "residents", "lead": "community",
            "support": ["committee"],
            "heard": ["proposer", "leader", "two-reps", "resident-rep", "served-rep"],
            "covers": ["necessity", "reasonableness", "content", "time", "place", "funds",
                "served"],
            "provider": life.unit, "outcome": "同意",
        });
        life.facts.put(home, shortlist::Review::DEF, values);
    }
}

pub fn publicity(life: &mut Life<'_, '_>, demands: &[String]) {
    plan(life);
    let case = life.case;
    let (home, id) = (case.home, life.id.clone());
    let end = if life.breach == Breach::ShortNotice {
        36
    } else {
        38
    };
    let values = json!({
        "case": id, "start": life.on(35), "end": life.on(end), "by": "community",
        "online": ["南山先锋"], "offline": ["board", "site", "building"],
        "content": ["time", "place", "served", "benefit", "leader-name", "leader-contact"],
    });
    life.facts.put(home, publicize::Post::DEF, values);
    if life.breach != Breach::NotTold {
        for demand in demands {
            let values =
                json!({ "case": id, "demand": demand, "date": life.on(36), "how": "电话" });
            life.facts.put(home, publicize::Notify::DEF, values);
        }
    }
    let mut values = json!({
        "case": id, "date": life.on(41), "by": "community", "responsible": life.body(),
    });
    if life.kind == "goods" {
        values["central"] = json!(false);
    }
    values["budget"] = json!(yuan(life.amount));
    values["fund_year"] = json!(case.year);
    values["fund_level"] = json!("community");
    life.facts.put(home, implement::Determine::DEF, values);
    let filed = if life.breach == Breach::LateFiling {
        75
    } else {
        43
    };
    let values = json!({ "case": id, "date": life.on(filed), "by": "community", "to": "street" });
    life.facts.put(home, shortlist::File::DEF, values);
    let number = format!("PT-{}-{}-{:03}", case.year, case.code, case.number);
    let values = json!({ "case": id, "date": life.on(44), "number": number });
    life.facts.put(home, implement::Platform::DEF, values);
}

pub fn procurement(life: &mut Life<'_, '_>) {
    let case = life.case;
    let (home, id) = (case.home, life.id.clone());
    let head = person(&case.team[5]);
    let values = json!({
        "case": id, "date": life.on(42), "purchaser": life.body(), "representative": head,
        "head": head, "plan": format!("采购计划〔{}〕{}号", case.year, case.number),
        "documents": format!("采购文件〔{}〕{}号", case.year, case.number),
        "needs": ["need-bidders", "need-function", "need-standards", "need-quality",
            "need-quantity", "need-service", "need-acceptance"],
        "central": false, "route": "self", "method": "self", "central_limit": false,
        "impact": false, "tender_limit": false, "own_rule": false, "converted": false,
        "team": [person(&case.team[1]), person(&case.team[2]), person(&case.team[3])],
        "market_date": life.on(42), "market": ["suppliers", "specifications", "prices"],
    });
    life.facts.put(home, procure::Procure::DEF, values);
    if !life.works() {
        return;
    }
    let values = json!({
        "case": id, "date": life.on(18), "kind": "repair", "nature": "none",
        "investment": yuan(life.amount), "area": 120, "small": true,
    });
    life.facts.put(home, works::Works::DEF, values);
    let values = json!({
        "case": id, "phase": "budget", "date": life.on(29), "agency": "示例造价咨询公司",
        "amount": yuan(life.amount), "own": life.on(31),
    });
    life.facts.put(home, works::Cost::DEF, values);
    let day = later(case.meeting, 45);
    let values = json!({
        "case": id, "kind": "construction", "date": text(day), "estimate": yuan(life.amount),
        "unit": life.unit, "qualification": format!("资质〔{}〕1号", case.year), "flow": true,
        "document": format!("小型工程〔{}〕{}号", case.year, case.number),
        "shelf": format!("{}{}", case.street, chrono::Datelike::year(&day)),
    });
    life.facts.put(home, works::Commission::DEF, values);
    let values =
        json!({ "case": id, "date": life.on(47), "body": "street", "receipt": "备案回执" });
    life.facts.put(home, works::Safety::DEF, values);
}

pub fn work(life: &mut Life<'_, '_>, draw: &mut Draw) -> u64 {
    let case = life.case;
    let (home, id) = (case.home, life.id.clone());
    let number = format!("合〔{}〕{}号", case.year, case.number);
    let mut values = json!({ "case": id, "date": life.on(45), "unit": life.unit,
        "confirmed": true, "decision": format!("会议纪要〔{}〕{}号", case.year, case.number) });
    if life.kind == "goods" {
        values["published"] = json!(life.on(46));
    }
    life.facts.put(home, procure::Award::DEF, values);
    let values = json!({
        "case": id, "signed": life.on(46), "unit": life.unit, "amount": yuan(life.amount),
        "number": number, "qualification": format!("资质证明〔{}〕1号", case.year),
        "staff": true, "material": true, "review": format!("审〔{}〕1号", case.year),
        "announced": life.on(47), "filed": life.on(48),
    });
    life.facts.put(home, implement::Contract::DEF, values);
    let start = if life.breach == Breach::EarlyStart {
        37
    } else {
        50
    };
    let values = json!({ "case": id, "date": life.on(start) });
    life.facts.put(home, implement::Start::DEF, values);
    let values = json!({ "case": id, "date": life.on(50),
        "items": ["logo", "name", "introduction", "builder", "time", "hotline"] });
    life.facts.put(home, implement::Sign::DEF, values);
    if life.works() {
        let values =
            json!({ "case": id, "date": life.on(51), "papers": ["receipt", "pledge", "risk"] });
        life.facts.put(home, works::Placard::DEF, values);
    }
    let done = draw.within(105, 135);
    let values =
        json!({ "case": id, "date": life.on(done - 40), "note": "按计划推进，已到现场查看" });
    life.facts.put(home, implement::Progress::DEF, values);
    let values = json!({
        "case": id, "date": life.on(done - 35), "organiser": "community",
        "who": person(&case.team[4]), "method": "入户走访", "satisfaction": "满意",
        "fit": "符合需求",
    });
    life.facts.put(home, evaluate::Daily::DEF, values);
    if draw.permille(8) {
        let values = json!({ "case": id, "kind": "shirking", "date": life.on(done - 20),
            "note": "未按约定时间到场" });
        life.facts.put(home, library::Conduct::DEF, values);
    }
    let values = json!({ "case": id, "date": life.on(done) });
    life.facts.put(home, implement::Complete::DEF, values);
    done
}

pub fn acceptance(life: &mut Life<'_, '_>, done: u64, draw: &mut Draw) {
    let case = life.case;
    let (home, id) = (case.home, life.id.clone());
    let day = done
        + if life.breach == Breach::LateAcceptance {
            95
        } else {
            12
        };
    let report = format!("验收报告〔{}〕{}号", case.year, case.number);
    let mut values = json!({
        "case": id, "date": life.on(day), "organiser": life.body(),
        "groups": ["proposer", "resident-rep"], "result": "pass",
    });
    if life.works() {
        values["completion"] = json!(true);
    } else {
        values["route"] = json!("self");
        values["contract"] = json!(format!("合〔{}〕{}号", case.year, case.number));
    }
    values["report"] = json!(report);
    values["report_date"] = json!(life.on(day + 1));
    values["confirmed_body"] = json!(life.on(day + 2));
    values["confirmed_unit"] = json!(life.on(day + 2));
    life.facts.put(home, accept::Record::DEF, values);
    if life.breach != Breach::NoAnnouncement {
        let values = json!({ "case": id, "date": life.on(day + 4), "channel": "社区公开栏" });
        life.facts.put(home, accept::Announce::DEF, values);
    }
    if life.works() {
        let values = json!({
            "case": id, "phase": "settlement", "date": life.on(day + 4),
            "agency": "示例造价咨询公司", "amount": yuan(life.amount), "own": life.on(day + 7),
        });
        life.facts.put(home, works::Cost::DEF, values);
        let values = json!({ "case": id, "date": life.on(day + 14) });
        life.facts.put(home, works::Use::DEF, values);
    }
    let values = json!({ "case": id, "date": life.on(day + 9), "amount": yuan(life.amount),
        "report": report });
    life.facts.put(home, accept::Settle::DEF, values);
    let more = if life.breach == Breach::Overpaid {
        8_000
    } else {
        0
    };
    if draw.permille(150) {
        let first = life.amount / 2;
        let values = json!({ "case": id, "date": life.on(done - 30), "amount": yuan(first),
            "payer": "community" });
        life.facts.put(home, implement::Pay::DEF, values);
        pay(life, day, life.amount - first + more);
    } else {
        pay(life, day, life.amount + more);
    }
    let values = json!({ "case": id, "date": life.on(day + 19), "performance": "按合同履约",
        "benefit": "达到预期效益" });
    life.facts.put(home, procure::Supplier::DEF, values);
    let values = json!({ "session": id, "date": life.on(day + 20), "to": "street" });
    life.facts.put(home, evaluate::File::DEF, values);
    let values = json!({ "case": id, "date": life.on(day + 25),
        "papers": ["application", "third-party", "payment", "procurement"], "whole": true });
    life.facts.put(home, implement::Archive::DEF, values);
}

fn pay(life: &mut Life<'_, '_>, day: u64, amount: u64) {
    let values = json!({ "case": life.id, "date": life.on(day + 14), "amount": yuan(amount),
        "final": true, "payer": "community" });
    life.facts.put(life.case.home, implement::Pay::DEF, values);
}

/// A project that the street determined at once, after a storm.
pub fn emergency(life: &mut Life<'_, '_>) {
    let case = life.case;
    let (home, id) = (case.home, life.id.clone());
    let values = json!({
        "community": case.code, "year": case.year, "case": id, "date": life.on(30),
        "by": "street", "document": format!("街纪〔{}〕8号", case.year), "cause": "disaster",
        "title": "台风后护坡抢修", "type": "works", "category": "safety",
        "amount": yuan(life.amount),
    });
    life.facts.put(home, implement::Emergency::DEF, values);
    let values = json!({ "case": id, "date": life.on(32), "channel": "街道公众号" });
    life.facts.put(home, implement::Report::DEF, values);
    let values = json!({
        "case": id, "date": life.on(30), "by": "street", "responsible": "street",
        "budget": yuan(life.amount), "fund_year": case.year, "fund_level": "community",
    });
    life.facts.put(home, implement::Determine::DEF, values);
    let values = json!({ "case": id, "date": life.on(32), "by": "street", "to": "street" });
    life.facts.put(home, shortlist::File::DEF, values);
    let values = json!({ "case": id, "date": life.on(33) });
    life.facts.put(home, implement::Start::DEF, values);
    let values = json!({ "case": id, "date": life.on(60) });
    life.facts.put(home, implement::Complete::DEF, values);
    let values = json!({ "case": id, "date": life.on(70), "organiser": "street",
        "groups": ["proposer", "resident-rep"], "result": "pass", "completion": true });
    life.facts.put(home, accept::Record::DEF, values);
    let values = json!({ "case": id, "date": life.on(75), "channel": "社区公开栏" });
    life.facts.put(home, accept::Announce::DEF, values);
    let values = json!({ "case": id, "date": life.on(80), "amount": yuan(life.amount) });
    life.facts.put(home, accept::Settle::DEF, values);
    let values = json!({ "case": id, "date": life.on(90),
        "papers": ["application", "third-party", "payment", "procurement"], "whole": true });
    life.facts.put(home, implement::Archive::DEF, values);
}
