//! What streets and the district record: standing documents, funds, lists, inspections.

use minsheng::step::{Recorded as _, fund, library, oversight, procure, publicize, register};
use serde_json::json;

use super::case::Outcome;
use super::draw::{Draw, day, text};
use super::world::{Facts, Home, World, code, person, street, yuan};

const HOME: Home = Home::District;

/// Documents that a street made once.
const STANDING: [(&str, &str); 6] = [
    ("A6-STREETTF", "专责小组成立通知"),
    ("A28-CENSUSRULE", "项目普查制度"),
    ("X7.3-DEPT", "采购归口管理部门的通知"),
    ("X7.3-CONTROL", "采购内部控制制度"),
    ("X7.10-ACCEPT", "采购履约验收制度"),
    ("X3.10-RECOMMEND", "项目库项目推荐目录"),
];

/// A street's year; `cases` are those of its communities.
pub fn street_year(world: &World, number: u64, year: i32, cases: &[Outcome], facts: &mut Facts) {
    let name = street(number);
    let subject = format!("{name}{year}");
    if world.years.first() == Some(&year) {
        founded(&name, facts);
    }
    facts.put(
        HOME,
        register::Document::DEF,
        json!({
            "rule": "X3.10-FEEDBACK", "body": name, "date": text(day(year, 12, 5)),
            "title": "项目库项目选用情况及成效反馈",
        }),
    );
    facts.put(
        HOME,
        publicize::Promote::DEF,
        json!({
            "street": name, "year": year, "date": text(day(year, 5, 10)), "by": "street",
            "form": "社区宣传栏", "subject": subject,
        }),
    );
    for month in [3, 6, 9, 12] {
        facts.put(
            HOME,
            publicize::Experience::DEF,
            json!({
                "street": name, "year": year, "date": text(day(year, month, 16)), "by": "street",
                "subject": subject,
            }),
        );
    }
    money(world, number, year, facts);
    inspections(&name, year, cases, facts);
}

fn founded(name: &str, facts: &mut Facts) {
    for (rule, title) in STANDING {
        facts.put(
            HOME,
            register::Document::DEF,
            json!({
                "rule": rule, "body": name, "date": "2020-11-02", "title": title,
            }),
        );
    }
    facts.put(
        HOME,
        register::Document::DEF,
        json!({
            "rule": "A34-SYSTEM", "body": name, "date": "2020-12-01",
            "title": "街道民生微实事管理制度",
            "covers": ["征集", "设计", "公告", "审批", "实施", "验收", "评价", "监督", "权责"],
            "approved": "2020-12-20",
        }),
    );
    for (matter, date) in [("rules", "2020-10-20"), ("agents", "2020-10-21")] {
        facts.put(
            HOME,
            procure::Decide::DEF,
            json!({
                "subject": name, "matter": matter, "date": date, "members": 9, "for": 7,
                "against": 1, "minutes": "纪要〔2020〕2号",
            }),
        );
    }
}

fn money(world: &World, number: u64, year: i32, facts: &mut Facts) {
    let name = street(number);
    let subject = format!("{name}{year}");
    let communities = world.of_street(number);
    let total = 3_000_000 * (communities.end - communities.start);
    facts.put(
        HOME,
        fund::Budget::DEF,
        json!({
            "street": name, "year": year, "total": yuan(total), "date": text(day(year, 1, 5)),
            "document": format!("街预〔{year}〕1号"), "subject": subject,
        }),
    );
    for community in communities {
        facts.put(
            HOME,
            fund::Allocate::DEF,
            json!({
                "street": name, "year": year, "community": code(community),
                "amount": yuan(2_600_000), "date": text(day(year, 1, 20)), "subject": subject,
            }),
        );
        facts.put(
            HOME,
            fund::Disburse::DEF,
            json!({
                "street": name, "year": year, "community": code(community),
                "amount": yuan(2_600_000), "date": text(day(year, 2, 1)),
                "voucher": format!("发〔{year}〕{community}号"), "subject": subject,
            }),
        );
    }
    facts.put(
        HOME,
        fund::Expense::DEF,
        json!({
            "street": name, "year": year, "kind": "support", "cost": "guidance",
            "amount": yuan(150_000), "contract": yuan(300_000), "responsible": "street",
            "service": true, "date": text(day(year, 7, 20)), "unit": "示例督导中心",
            "note": "年度全流程督导首期款", "subject": subject,
        }),
    );
    facts.put(
        HOME,
        fund::Evaluate::DEF,
        json!({
            "street": name, "year": year, "date": text(day(year + 1, 2, 20)),
            "covers": ["spending", "performance"], "unit": "示例会计师事务所", "subject": subject,
        }),
    );
}

/// The checks of a year: every project once by the street, a part by others.
fn inspections(name: &str, year: i32, cases: &[Outcome], facts: &mut Facts) {
    let done = || cases.iter().filter(|case| case.begun);
    let all: Vec<&str> = done().map(|case| case.id.as_str()).collect();
    let works = done().filter(|case| case.works);
    let works: Vec<&str> = works.map(|case| case.id.as_str()).step_by(3).collect();
    let some: Vec<&str> = all.iter().copied().step_by(4).collect();
    let checks = [
        ("census", "street", day(year + 1, 4, 20), &all),
        ("internal-audit", "street", day(year + 1, 5, 8), &some),
        ("special-audit", "street", day(year + 1, 6, 10), &all),
        ("housing", "housing", day(year + 1, 6, 12), &works),
    ];
    for (n, (kind, by, date, cases)) in checks.into_iter().enumerate() {
        let id = format!("{name}{year}-I{}", n + 1);
        let mut values = json!({
            "scope": name, "year": year, "inspection": id, "kind": kind, "by": [by],
            "date": text(date), "cases": cases,
        });
        match kind {
            "census" => {
                values["covers"] = json!([
                    "progress",
                    "completeness",
                    "procedure",
                    "contractors",
                    "budgeting",
                    "spending"
                ]);
            }
            "housing" => values["based"] = json!(true),
            "special-audit" => values["unit"] = json!("示例会计师事务所"),
            _ => {}
        }
        facts.put(HOME, oversight::Inspect::DEF, values);
        let to = match kind {
            "census" => "district-office",
            "internal-audit" => "audit-bureau",
            _ => continue,
        };
        facts.put(
            HOME,
            oversight::Report::DEF,
            json!({
                "inspection": id, "to": to, "date": text(super::draw::later(date, 7)),
            }),
        );
    }
    let Some(case) = all.first() else { return };
    let inspection = format!("{name}{year}-I3");
    let finding = format!("{inspection}-F1");
    facts.put(
        HOME,
        oversight::Finding::DEF,
        json!({
            "inspection": inspection, "finding": finding, "case": case,
            "date": text(day(year + 1, 6, 5)), "text": "验收资料缺少签名",
        }),
    );
    facts.put(
        HOME,
        oversight::Rectify::DEF,
        json!({
            "finding": finding, "date": text(day(year + 1, 6, 20)), "note": "已补签",
        }),
    );
    facts.put(
        HOME,
        oversight::Report::DEF,
        json!({
            "inspection": inspection, "to": "district-taskforce",
            "date": text(day(year + 1, 6, 25)), "rectification": true,
        }),
    );
}

/// The district's year: library, blocklist, sampling of every twentieth project.
pub fn district_year(world: &World, year: i32, sample: &[String], facts: &mut Facts) {
    let mut draw = Draw::at(world.seed, u64::MAX, year);
    for n in 1..=20 {
        let issued = day(year - 1, 11, 2);
        facts.put(
            HOME,
            library::Library::DEF,
            json!({
                "item": format!("LIB-{year}-{n:02}"), "level": "city",
                "name": format!("示例服务项目{n}"),
                "unit": format!("示例服务中心{}号", draw.within(1, 60)), "source": "city-library",
                "tags": ["service"], "issued": text(issued),
                "document": format!("市民发〔{}〕6号", year - 1),
                "platform": text(super::draw::later(issued, 4)), "shelf": "项目库",
            }),
        );
    }
    for n in 1..=2 {
        let entry = format!("YC-{year}-{n:02}");
        let code = format!("91440300MA5F{:06}", draw.below(1_000_000));
        facts.put(
            HOME,
            library::Blocklist::DEF,
            json!({
                "entry": entry, "code": code, "unit": format!("示例违约公司{year}{n}"),
                "person": person(&draw.name()), "cause": "拒不按照协议履约", "ground": "shirking",
                "listed": text(day(year, 7, n)), "shelf": "异常名录",
            }),
        );
        facts.put(
            HOME,
            library::Publish::DEF,
            json!({
                "entry": entry, "date": text(day(year, 7, n + 4)), "channels": ["区政府门户网站"],
                "content": ["name", "contractor", "cause"], "shelf": "异常名录",
            }),
        );
        facts.put(
            HOME,
            library::Appeal::DEF,
            json!({
                "entry": entry, "received": text(day(year, 7, n + 10)),
                "note": "对列入事由有异议", "shelf": "异常名录",
            }),
        );
        facts.put(
            HOME,
            library::Reply::DEF,
            json!({
                "entry": entry, "date": text(day(year, 8, n + 4)), "written": true,
                "struck": false, "shelf": "异常名录",
            }),
        );
    }
    facts.put(
        HOME,
        oversight::Inspect::DEF,
        json!({
            "scope": "全区", "year": year, "inspection": format!("全区{year}-I1"),
            "kind": "district", "by": ["organisation-department", "civil-affairs"],
            "date": text(day(year + 1, 6, 15)), "cases": sample, "based": true,
        }),
    );
}
