//! The life of one project, from the demand to the final payment, kept or broken.

use chrono::NaiveDate;
use minsheng::step::{Recorded as _, collect, shortlist};
use serde_json::json;

use super::draw::{Draw, text};
use super::life::{BREACHES, Breach, Life, acceptance, emergency, procurement, publicity, work};
use super::world::{Facts, GOODS, Home, WORKS, case_id, person, yuan};

/// The project and where it stands.
pub struct Case<'a> {
    /// Whose ledger.
    pub home: Home,
    /// Short code of the community.
    pub code: &'a str,
    /// Name of its street.
    pub street: &'a str,
    /// Programme year.
    pub year: i32,
    /// Number among the community's cases of the year.
    pub number: u64,
    /// The day of the joint meeting.
    pub meeting: NaiveDate,
    /// Identifier of the joint meeting.
    pub meeting_id: &'a str,
    /// The people who supervise.
    pub team: &'a [String],
    /// First number of its demands.
    pub demand: u64,
}

/// What became of the project.
pub struct Outcome {
    /// Its identifier.
    pub id: String,
    /// Its demands.
    pub demands: Vec<String>,
    /// True once it was accepted.
    pub accepted: bool,
    /// True once its work has begun.
    pub begun: bool,
    /// True if it is a works project.
    pub works: bool,
}

/// How far the project came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Candidate,
    Determined,
    Started,
    Whole,
}

const SERVICES: [&str; 10] = [
    "长者爱心午餐",
    "四点半课堂",
    "邻里文化节",
    "青少年暑期托管",
    "健康义诊进社区",
    "亲子阅读计划",
    "残障人士居家探访",
    "垃圾分类宣导",
    "家庭教育讲座",
    "社区书画班",
];
const THINGS: [&str; 5] = [
    "楼栋配置灭火器",
    "便民座椅采购",
    "应急药箱配置",
    "社区图书更新",
    "健身器材采购",
];
const BUILDINGS: [&str; 6] = [
    "雨污分流",
    "破损路面修复",
    "楼道照明改造",
    "护坡加固",
    "儿童游乐场修缮",
    "无障碍坡道改造",
];

/// Makes one project and says what became of it.
pub fn make(case: &Case<'_>, draw: &mut Draw, facts: &mut Facts) -> Outcome {
    let sort = draw.below(1000);
    let (kind, titles): (_, &[&str]) = match sort {
        n if n < WORKS => ("works", &BUILDINGS),
        n if n < WORKS + GOODS => ("goods", &THINGS),
        _ => ("service", &SERVICES),
    };
    let title = format!("{}（{}期）", draw.of(titles), case.number);
    let breach = if draw.permille(45) {
        let at = usize::try_from(draw.below(BREACHES.len() as u64)).unwrap_or(0);
        BREACHES[at]
    } else {
        Breach::None
    };
    let most = if kind == "works" { 240_000 } else { 110_000 };
    let amount = match breach {
        Breach::OverCap if kind == "works" => 1_200_000,
        Breach::OverCap => 620_000,
        _ => draw.within(30_000, most) / 100 * 100,
    };
    let reach = match draw.below(1000) {
        0..120 => Reach::Candidate,
        120..160 => Reach::Determined,
        160..190 => Reach::Started,
        _ => Reach::Whole,
    };
    let unit = format!(
        "示例{}{}号",
        match kind {
            "works" => "建筑公司",
            "goods" => "器材商行",
            _ => "服务中心",
        },
        draw.within(1, 60)
    );
    let library = (kind == "service" && draw.permille(100))
        .then(|| format!("LIB-{}-{:02}", case.year, draw.within(1, 20)));
    let mut life = Life {
        id: case_id(case.code, case.year, case.number),
        facts,
        case,
        kind,
        title,
        unit,
        amount,
        breach,
        library,
    };
    if draw.permille(12) {
        emergency(&mut life);
        let id = life.id.clone();
        return Outcome {
            id,
            demands: Vec::new(),
            accepted: true,
            begun: true,
            works: true,
        };
    }
    let demands = demand(&mut life, draw);
    candidate(&mut life, &demands, draw);
    let outcome = |accepted, begun| Outcome {
        id: case_id(case.code, case.year, case.number),
        demands: demands.clone(),
        accepted,
        begun,
        works: kind == "works",
    };
    if reach == Reach::Candidate {
        return outcome(false, false);
    }
    publicity(&mut life, &demands);
    if life.kind != "service" || draw.permille(500) {
        procurement(&mut life);
    }
    if reach == Reach::Determined {
        return outcome(false, false);
    }
    let done = work(&mut life, draw);
    if reach == Reach::Started {
        return outcome(false, true);
    }
    acceptance(&mut life, done, draw);
    outcome(true, true)
}

fn demand(life: &mut Life<'_, '_>, draw: &mut Draw) -> Vec<String> {
    let case = life.case;
    let count = if draw.permille(150) { 2 } else { 1 };
    let mut ids = Vec::new();
    for n in 0..count {
        let id = format!("{}{}-D{:04}", case.code, case.year, case.demand + n);
        let daily = draw.permille(250);
        let online = daily && draw.permille(500);
        let back = draw.within(12, 24);
        life.facts.put(
            case.home,
            collect::Demand::DEF,
            json!({
                "community": case.code, "year": case.year, "demand": id,
                "received": text(super::draw::earlier(case.meeting, back)),
                "title": life.title, "type": life.kind,
                "summary": format!("希望开展{}", life.title),
                "grounds": "居民反映较多，周边没有同类项目",
                "proposer": person(&draw.name()), "phone": person(&draw.phone()),
                "source": "person",
                "mode": if daily { "daily" } else { "concentrated" },
                "way": if online { "online" } else { "offline" },
                "channel": if online { "南山先锋" } else { "主动入户走访" },
            }),
        );
        ids.push(id);
    }
    ids
}

fn candidate(life: &mut Life<'_, '_>, demands: &[String], draw: &mut Draw) {
    let case = life.case;
    let (home, id) = (case.home, life.id.clone());
    let category = match life.kind {
        "works" => "environment",
        "goods" => "safety",
        _ => draw.of(&["aid", "public-service", "mutual-help", "culture-sports"]),
    };
    let day = life.on(5);
    life.facts.put(
        home,
        shortlist::Candidate::DEF,
        json!({
            "community": case.code, "year": case.year, "case": id, "date": day,
            "batch": 1, "title": life.title, "type": life.kind, "category": category,
            "summary": format!("{}，面向本社区居民", life.title), "amount": yuan(life.amount),
            "meeting": case.meeting_id, "demands": demands, "organiser": "community",
            "eligibility": "居民关注度高、受益面广", "beneficiaries": ["高龄老人"],
        }),
    );
    let end = if life.breach == Breach::ShortConsultation {
        11
    } else {
        16
    };
    let affected = draw.within(60, 400);
    let few = life.breach == Breach::FewConsents;
    let single = !few && draw.permille(15);
    let mut consult = json!({
        "case": id, "start": life.on(10), "end": life.on(end), "lead": "community",
        "support": ["committee"],
    });
    if !single {
        consult["agreed"] = json!(if few {
            draw.within(5, 25)
        } else {
            draw.within(31, 58)
        });
    }
    consult["affected"] = json!(affected);
    consult["informed"] = json!(affected);
    consult["informing"] = json!("入户告知");
    if life.works() {
        consult["site_date"] = json!(life.on(12));
        consult["site_place"] = json!("项目现场围挡");
    }
    life.facts.put(home, shortlist::Consult::DEF, consult);
    for _ in 0..if single { draw.within(31, 38) } else { 0 } {
        let day = life.on(draw.within(10, 15));
        life.facts.put(
            home,
            shortlist::Consent::DEF,
            json!({
                "case": id, "date": day, "source": "person", "who": person(&draw.name()),
                "phone": person(&draw.phone()), "agrees": true,
            }),
        );
    }
    let day = life.on(16);
    life.facts.put(
        home,
        shortlist::Screen::DEF,
        json!({
            "case": id, "date": day, "over_limit": false, "investment": false,
            "fixed_asset": false, "budgeted": false, "office": false, "public_duty": false,
            "other_duty": false, "ineligible": false,
        }),
    );
}
