//! Who there is: the district's streets and communities, and how many projects they have.
//!
//! The volumes are those of public reports (`real-volumes`): a community carries out about
//! twenty projects a year (利锦社区 2018: 22, `ibaoan.sznews.com/content/2019-01/08/content_21332680.htm`);
//! of 1,075 projects 221 were works, 61 goods, 793 services (龙岗区 2017,
//! `gjxwbob.cn/a/junshi/huanqiushiye/2017/0319/36259.html`); a project costs 75,400 to 95,000
//! yuan on average (坪山区 2021 to 2023: 4,368.20 万 for 579, 4,683.04 万 for 493).

use minsheng::step::{Step, StepDef, Values};
use serde_json::Value as Json;

use super::draw::Draw;

/// The programme years, if no other are asked for.
pub const YEARS: [i32; 3] = [2021, 2022, 2023];
/// Projects of a community and year.
pub const CASES: u64 = 20;
/// Of a thousand projects so many are works (221 of 1,075).
pub const WORKS: u64 = 206;
/// Of a thousand projects so many are goods (61 of 1,075).
pub const GOODS: u64 = 57;
/// Communities of a street.
pub const STREET: u64 = 12;
/// The regulation.
pub const PACK: &str = "nanshan-2020";

/// What is to be made.
#[derive(Clone, Debug)]
pub struct World {
    /// How many cases there shall be in all.
    pub cases: u64,
    /// How many communities carry them out.
    pub communities: u64,
    /// The seed of everything.
    pub seed: u64,
    /// The programme years, in order.
    pub years: Vec<i32>,
}

/// Which ledger a fact stands in if each community keeps its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// The lists of the streets and of the district.
    District,
    /// The ledger of a community, by its number.
    Community(u64),
}

/// One fact on its way to a ledger.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Whose it is.
    pub home: Home,
    /// The step with its values, personal ones still plain.
    pub step: Step,
    /// What it is about.
    pub subject: String,
    /// Business date, `YYYY-MM-DD`.
    pub occurred: String,
}

/// Facts in the making.
#[derive(Debug, Default)]
pub struct Facts {
    /// What there is so far.
    pub list: Vec<Fact>,
}

impl Facts {
    /// Adds a fact; its subject and its day are those that the step says.
    pub fn put(&mut self, home: Home, def: &'static StepDef, values: Json) {
        let Json::Object(values) = values else {
            return;
        };
        let values = Values::of(def, values);
        let step = Step { def, values };
        let subject = step.text(def.subject).unwrap_or_default().to_owned();
        let occurred = step.text(def.dated).unwrap_or_default().to_owned();
        self.list.push(Fact {
            home,
            step,
            subject,
            occurred,
        });
    }

    /// In the order of the days; of one day in the order in which they were made.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| a.occurred.cmp(&b.occurred));
    }
}

impl World {
    /// A world of so many cases; the communities follow from the usual volume.
    pub fn new(cases: u64, seed: u64, communities: Option<u64>, years: Vec<i32>) -> Self {
        let usual = cases.div_ceil(CASES * years.len() as u64);
        Self {
            cases,
            communities: communities.unwrap_or(usual).max(1),
            seed,
            years,
        }
    }

    /// How many cases a community has in a year: evenly shared, then a few moved between
    /// neighbours.
    pub fn share(&self, community: u64, year: i32) -> u64 {
        let slots = self.communities * self.years.len() as u64;
        let index = self.years.iter().position(|y| *y == year).unwrap_or(0) as u64;
        let even = |community: u64| {
            let slot = index * self.communities + community;
            self.cases / slots + u64::from(slot < self.cases % slots)
        };
        let mine = even(community);
        let pair = community / 2;
        if pair * 2 + 1 >= self.communities {
            return mine;
        }
        let most = even(pair * 2 + 1) / 3;
        let moved = Draw::at(self.seed, pair | 1 << 40, year).below(most + 1);
        if community.is_multiple_of(2) {
            mine + moved
        } else {
            mine - moved
        }
    }

    /// How many streets there are.
    pub fn streets(&self) -> u64 {
        self.communities.div_ceil(STREET)
    }

    /// The communities of a street.
    pub fn of_street(&self, street: u64) -> std::ops::Range<u64> {
        street * STREET..((street + 1) * STREET).min(self.communities)
    }
}

/// The short code of a community: four letters.
pub fn code(community: u64) -> String {
    let letter = |n: u64| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
    [17_576, 676, 26, 1]
        .iter()
        .map(|unit| letter(community / unit))
        .collect()
}

/// The name of a street.
pub fn street(street: u64) -> String {
    format!("第{}街道", street + 1)
}

/// The case of a community and year with this number.
pub fn case_id(code: &str, year: i32, number: u64) -> String {
    format!("{code}{year}-{number:03}")
}

/// A personal value as steps hold it.
pub fn person(value: &str) -> Json {
    serde_json::json!({ "personal": value })
}

/// Yuan as the ledger holds them.
pub fn yuan(amount: u64) -> String {
    format!("{amount}.00")
}
