//! A community's year: registers, rounds, contacts, meetings, its projects, evaluations.

use minsheng::step::{Recorded as _, collect, conflict, evaluate, oversight, register, shortlist};
use serde_json::json;

use super::case::{Case, Outcome, make};
use super::draw::{Draw, day, later, text};
use super::world::{Facts, Home, STREET, World, code, person, street};

/// Makes the facts of a community and year; gives its cases.
pub fn year(world: &World, community: u64, year: i32, facts: &mut Facts) -> Vec<Outcome> {
    let mut draw = Draw::at(world.seed, community, year);
    let home = Home::Community(community);
    let code = code(community);
    let street = street(community / STREET);
    // the same people over the years
    let mut people = Draw::at(world.seed, community, 0);
    let team: Vec<String> = (0..6).map(|_| people.name()).collect();
    if world.years.first() == Some(&year) {
        founded(home, &code, &street, &team, facts);
    }
    registers(home, &code, year, &mut draw, facts);
    rounds(home, &code, year, &mut draw, facts);
    let cases = world.share(community, year);
    let early = cases * 13 / 20;
    let mut made = Vec::new();
    let mut demand = 1;
    for (batch, range) in [(0, 1..early + 1), (1, early + 1..cases + 1)] {
        let first = if batch == 0 {
            day(year, 1, 4)
        } else {
            day(year, 7, 4)
        };
        let meeting = later(first, draw.below(12));
        let before = made.len();
        let meeting_id = format!("{code}{year}-M{}", batch + 1);
        for number in range {
            let case = Case {
                home,
                code: &code,
                street: &street,
                year,
                number,
                meeting,
                meeting_id: &meeting_id,
                team: &team,
                demand,
            };
            let outcome = make(&case, &mut draw, facts);
            demand += outcome.demands.len() as u64;
            made.push(outcome);
        }
        let batch_cases = &made[before..];
        let demands: Vec<&String> = batch_cases.iter().flat_map(|c| &c.demands).collect();
        facts.put(
            home,
            shortlist::Meet::DEF,
            json!({
                "community": code, "year": year, "meeting": meeting_id, "kind": "joint",
                "date": text(meeting), "lead": "community", "demands": demands,
                "minutes": format!("纪要〔{year}〕{}号", batch + 1),
            }),
        );
        session(home, &code, year, batch, batch_cases, facts);
    }
    let ids: Vec<&str> = made
        .iter()
        .filter(|c| c.begun)
        .map(|c| c.id.as_str())
        .collect();
    facts.put(
        home,
        oversight::Inspect::DEF,
        json!({
            "scope": code, "year": year, "inspection": format!("{code}{year}-I1"),
            "kind": "self-check", "by": ["community"], "date": text(day(year + 1, 4, 10)),
            "cases": ids,
            "covers": ["progress", "completeness", "procedure", "contractors", "budgeting",
                "spending"],
        }),
    );
    made
}

fn founded(home: Home, code: &str, street: &str, team: &[String], facts: &mut Facts) {
    facts.put(
        home,
        register::Community::DEF,
        json!({
            "community": code, "name": format!("{code}社区"), "street": street,
            "date": "2020-09-10", "shelf": "社区名单",
        }),
    );
    facts.put(
        home,
        register::Operator::DEF,
        json!({
            "community": code, "unit": format!("示例运营机构{code}"), "from": "2020-10-01",
            "to": "2024-09-30",
        }),
    );
    for (name, role) in [(&team[0], "staff"), (&team[4], "supervisor")] {
        facts.put(
            home,
            conflict::Staff::DEF,
            json!({
                "scope": code, "person": person(name), "role": role, "from": "2020-11-01",
            }),
        );
    }
}

fn registers(home: Home, code: &str, year: i32, draw: &mut Draw, facts: &mut Facts) {
    for (n, group) in [(0, "elderly"), (1, "disabled")] {
        let household = format!("{code}户{n:03}");
        facts.put(
            home,
            register::Household::DEF,
            json!({
                "community": code, "year": year, "version": text(day(year, 3, 1)),
                "household": person(&household), "groups": [group],
                "subject": format!("{code}{year}"),
            }),
        );
        let met = text(day(year, 6, 1 + n));
        facts.put(
            home,
            collect::Contact::DEF,
            json!({
                "community": code, "year": year, "date": met, "source": "household",
                "who": person(&draw.name()), "household": person(&household),
                "mode": "concentrated", "way": "offline", "subject": format!("{code}{year}"),
            }),
        );
    }
    facts.put(
        home,
        register::Document::DEF,
        json!({
            "rule": "X3.11-NOTICE", "body": code, "date": text(day(year, 3, 15)),
            "title": "项目库项目发布公告",
        }),
    );
}

fn rounds(home: Home, code: &str, year: i32, draw: &mut Draw, facts: &mut Facts) {
    for (n, (from, to)) in [
        (day(year - 1, 12, 1), day(year - 1, 12, 22)),
        (day(year, 6, 1), day(year, 6, 22)),
    ]
    .into_iter()
    .enumerate()
    {
        facts.put(
            home,
            collect::Round::DEF,
            json!({
                "community": code, "year": year, "round": format!("{code}{year}-R{}", n + 1),
                "started": text(from), "completed": text(later(to, draw.below(6))),
                "organiser": "community", "support": ["committee"],
            }),
        );
    }
    // one in a hundred visits the five hundred that the measure wants; the others stay below
    let visits = if draw.permille(10) {
        510
    } else {
        draw.within(4, 12)
    };
    for _ in 0..visits {
        let met = later(day(year - 1, 12, 1), draw.below(20));
        facts.put(
            home,
            collect::Contact::DEF,
            json!({
                "community": code, "year": year, "round": format!("{code}{year}-R1"),
                "date": text(met), "source": "person", "who": person(&draw.name()),
                "phone": person(&draw.phone()), "mode": "concentrated", "way": "offline",
                "subject": format!("{code}{year}"),
            }),
        );
    }
}

fn session(home: Home, code: &str, year: i32, batch: u32, cases: &[Outcome], facts: &mut Facts) {
    let held = if batch == 0 {
        day(year, 6, 26)
    } else {
        day(year, 12, 26)
    };
    let ids: Vec<&str> = cases
        .iter()
        .filter(|c| c.accepted)
        .map(|c| c.id.as_str())
        .collect();
    if ids.is_empty() {
        return;
    }
    let id = format!("{code}{year}-E{}", batch + 1);
    facts.put(
        home,
        evaluate::Session::DEF,
        json!({
            "community": code, "year": year, "session": id, "date": text(held),
            "organiser": "community", "kind": "party-mass", "cases": ids,
            "groups": ["proposer", "leader", "two-reps", "resident-rep", "served-rep"],
            "satisfaction": "96%", "fit": "符合需求", "result": "pass",
        }),
    );
    facts.put(
        home,
        evaluate::File::DEF,
        json!({
            "session": id, "date": text(later(held, 3)), "to": "street",
        }),
    );
}
