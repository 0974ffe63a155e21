//! P-06, P-07: how projects and contractors are chosen.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Draft, money_share, plain, share};
use crate::report::site::charts::{self, Axes};
use crate::report::site::figures::{Measure, Yuan};
use crate::report::site::gather::Year;
use crate::report::site::stats::{auc, concentration, float, rounded, yuan};
use crate::state::Subject;
use crate::step::{implement, procure, shortlist};

pub(super) fn selection(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    draft.lack("criteria");
    // how many supported those of a community that were chosen, and those that were not
    let mut of: BTreeMap<String, [Vec<f64>; 2]> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for fact in year.facts::<shortlist::Candidate>() {
        let subject = Subject::parse(&fact.subject);
        if subject.year() != Some(year.year) || !seen.insert(fact.subject.as_str()) {
            continue;
        }
        let support = float(super::collect::supporters(year, &fact.subject));
        let taken = !year.of::<shortlist::Plan>(&fact.subject).is_empty()
            || !year.of::<implement::Determine>(&fact.subject).is_empty();
        let code = subject.community().unwrap_or_default().to_owned();
        of.entry(code).or_default()[usize::from(!taken)].push(support);
    }
    let all = |at: usize| of.values().flat_map(move |both| both[at].iter().copied());
    let (chosen, not): (Vec<f64>, Vec<f64>) = (all(0).collect(), all(1).collect());
    if not.is_empty() {
        draft.lack("rejected");
    }
    let least = year.limits.limit.selected_least;
    let enough = chosen.len() >= least && not.len() >= least;
    let found = auc(&chosen, &not).filter(|_| enough);
    draft.measures.push(Measure {
        id: "auc".to_owned(),
        label: say("AUC（入选 × 未入选）", "AUC (chosen × not)").to_owned(),
        numerator: json!(chosen.len()),
        denominator: json!(not.len()),
        value: found.map(|f| f.0),
        low: found.map(|f| f.1),
        high: found.map(|f| f.2),
        form: "index",
        least,
        held_back: !enough && !not.is_empty(),
        ..Measure::default()
    });
    let led = |case: &str| {
        year.last::<shortlist::Candidate>(case)
            .is_some_and(|fact| !fact.value("led").is_none())
    };
    let number = year.live().filter(|case| led(&case.id)).count();
    let label = say("街道牵头的项目（数量）", "street-led projects (number)");
    draft
        .measures
        .push(share("led", label, number, year.live().count(), 1));
    let money = |of: &dyn Fn(&str) -> bool| -> i64 {
        let cases = year.live().filter(|case| of(&case.id));
        cases
            .filter_map(|c| c.settled.or(c.contract).or(c.budget))
            .map(|y| y.0)
            .sum()
    };
    let label = say("街道牵头的项目（金额）", "street-led projects (money)");
    draft.measures.push(money_share(
        "led-money",
        label,
        money(&led),
        money(&|_| true),
    ));
    if let Some(found) = found {
        support(year, &mut draft, found, &of);
    }
    draft
}

/// Whether support matters, over all and in each community that has enough of both.
fn support(
    year: &Year<'_>,
    draft: &mut Draft,
    (value, low, high): (f64, f64, f64),
    of: &BTreeMap<String, [Vec<f64>; 2]>,
) {
    let say = |zh, en| year.say(zh, en);
    let least = year.limits.limit.selected_least;
    let mut drawn = vec![(say("全部社区", "all").to_owned(), value, low, high)];
    let mut rows = Vec::new();
    for (code, [chosen, not]) in of {
        let enough = chosen.len() >= least && not.len() >= least;
        let found = auc(chosen, not).filter(|_| enough);
        let name = year.name(code).to_owned();
        rows.push(vec![
            json!(name),
            json!(chosen.len()),
            json!(not.len()),
            json!(found.map(|f| f.0)),
            json!(found.map(|f| f.1)),
            json!(found.map(|f| f.2)),
        ]);
        drawn.extend(found.map(|(value, low, high)| (name, value, low, high)));
    }
    draft.charts.push(charts::forest(
        "p06",
        say("入选与提出人多少的关系（AUC）", "Does support matter (AUC)"),
        &drawn,
        Some(0.5),
        &Axes {
            x: "AUC",
            ..Axes::default()
        },
    ));
    draft.grid(
        "support",
        say("各社区", "By community"),
        &[
            (say("社区", "Community"), "text"),
            (say("入选", "Chosen"), "number"),
            (say("未入选", "Not chosen"), "number"),
            ("AUC", "index"),
            (say("下限", "low"), "index"),
            (say("上限", "high"), "index"),
        ],
        rows,
    );
}

/// A contract of the year.
struct Contract<'y> {
    case: &'y str,
    street: &'y str,
    community: &'y str,
    firm: String,
    fen: Option<i64>,
}

fn contracts<'y>(year: &'y Year<'_>) -> Vec<Contract<'y>> {
    year.live()
        .filter_map(|case| {
            let firm = case.contractor.clone()?;
            Some(Contract {
                case: &case.id,
                street: year.book.street(&case.community).unwrap_or_default(),
                community: year.name(&case.community),
                firm,
                fen: case.contract.map(|y| y.0),
            })
        })
        .collect()
}

pub(super) fn contractors(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    draft.lack("offers");
    let list = contracts(year);
    if list.is_empty() {
        draft.lack("contracts");
        return draft;
    }
    let count = |of: &dyn Fn(&Contract<'_>) -> bool| list.iter().filter(|c| of(c)).count();
    let all = list.len();
    let qualified = count(&|c| {
        year.last::<implement::Contract>(c.case)
            .is_some_and(|fact| !fact.value("qualification").is_none())
    });
    let label = say(
        "合同附有资质证明",
        "contracts with evidence of qualification",
    );
    draft
        .measures
        .push(share("qualified", label, qualified, all, 1));
    let needs = count(&|c| {
        let awarded = year.last::<procure::Award>(c.case).map(|f| &*f.recorded_at);
        let signed = year
            .last::<implement::Contract>(c.case)
            .map(|f| &*f.recorded_at);
        year.last::<procure::Procure>(c.case).is_some_and(|fact| {
            !fact.value("needs").is_none()
                && awarded
                    .or(signed)
                    .is_none_or(|end| &*fact.recorded_at <= end)
        })
    });
    let label = say("采购需求先于成交登记", "needs recorded before the award");
    draft.measures.push(share("needs", label, needs, all, 1));
    let known = count(&|c| !year.of::<procure::Supplier>(c.case).is_empty());
    let label = say("有履约评价", "performance recorded");
    draft
        .measures
        .push(share("performance", label, known, all, 1));
    let library = count(&|c| {
        year.last::<shortlist::Search>(c.case)
            .is_some_and(|f| !f.value("item").is_none())
    });
    let label = say(
        "其中项目库条目（外部遴选）",
        "of them library items (chosen elsewhere)",
    );
    draft
        .measures
        .push(share("library", label, library, all, 1));
    hhi(year, &list, &mut draft);
    heat(year, &list, &mut draft);
    draft
}

/// The concentration of contract value in each street.
fn hhi(year: &Year<'_>, list: &[Contract<'_>], draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    let mut by_street: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
    for contract in list {
        if let Some(fen) = contract.fen {
            let firms = by_street.entry(contract.street).or_default();
            *firms.entry(&contract.firm).or_default() += fen;
        }
    }
    let (mut rows, mut bars) = (Vec::new(), Vec::new());
    for (street, firms) in &by_street {
        let amounts: Vec<i64> = firms.values().copied().collect();
        let value = concentration(&amounts);
        let total: i64 = amounts.iter().sum();
        let largest = firms.iter().max_by_key(|(_, fen)| **fen);
        let top = largest.map_or(0, |(_, fen)| *fen);
        draft.measures.push(plain(
            "hhi",
            &format!("HHI {street}"),
            "index",
            value,
            (json!(Yuan(total)), firms.len()),
        ));
        if let Some(value) = value {
            bars.push(((*street).to_owned(), value));
        }
        rows.push(vec![
            json!(street),
            json!(firms.len()),
            json!(Yuan(total)),
            json!(value),
            json!(largest.map(|(firm, _)| firm)),
            json!((total > 0).then(|| rounded(yuan(top) / yuan(total)))),
        ]);
    }
    draft.grid(
        "streets",
        say("各街道的合同额集中度", "Concentration by street"),
        &[
            (say("街道", "Street"), "text"),
            (say("承接单位", "Contractors"), "number"),
            (say("合同额（元）", "Contracts (yuan)"), "yuan"),
            ("HHI", "index"),
            (say("最大的一家", "Largest"), "text"),
            (say("所占份额", "Its share"), "share"),
        ],
        rows,
    );
    if !bars.is_empty() {
        draft.charts.push(charts::bars(
            "p07",
            say(
                "各街道合同额集中度（HHI，1 为一家独占）",
                "Concentration by street (HHI, 1 is one firm)",
            ),
            &bars,
            &Axes {
                x: "HHI",
                ..Axes::default()
            },
        ));
    }
}

/// Contract value by contractor and community.
fn heat(year: &Year<'_>, list: &[Contract<'_>], draft: &mut Draft) {
    const MOST: usize = 15;
    let mut firms: BTreeMap<&str, i64> = BTreeMap::new();
    for contract in list {
        *firms.entry(&contract.firm).or_default() += contract.fen.unwrap_or_default();
    }
    let mut order: Vec<(&str, i64)> = firms.into_iter().collect();
    order.sort_by_key(|(firm, fen)| (std::cmp::Reverse(*fen), *firm));
    let mut places: Vec<&str> = list.iter().map(|c| c.community).collect();
    places.sort_unstable();
    places.dedup();
    let sum = |firm: &str, place: &str| -> i64 {
        let here = list
            .iter()
            .filter(|c| c.firm == firm && c.community == place);
        here.filter_map(|c| c.fen).sum()
    };
    let mut rows: Vec<Vec<Json>> = Vec::new();
    for (firm, fen) in &order {
        let number = list.iter().filter(|c| c.firm == *firm).count();
        let here = places.iter().filter(|place| sum(firm, place) > 0).count();
        rows.push(vec![
            json!(firm),
            json!(number),
            json!(here),
            json!(Yuan(*fen)),
        ]);
    }
    let say = |zh, en| year.say(zh, en);
    draft.grid(
        "firms",
        say("承接单位", "Contractors"),
        &[
            (say("承接单位", "Contractor"), "text"),
            (say("合同", "Contracts"), "number"),
            (say("社区", "Communities"), "number"),
            (say("合同额（元）", "Contracts (yuan)"), "yuan"),
        ],
        rows,
    );
    if places.len() > 1 && places.len() <= MOST && order.len() > 1 {
        let firms: Vec<&str> = order.iter().take(MOST).map(|(firm, _)| *firm).collect();
        let cells = firms
            .iter()
            .map(|firm| {
                places
                    .iter()
                    .map(|place| yuan(sum(firm, place)) / 1e4)
                    .collect()
            })
            .collect();
        draft.charts.push(charts::heat(
            "p07-heat",
            say(
                "承接单位 × 社区：合同额（万元）",
                "Contractor by community: contracts (10,000 yuan)",
            ),
            &firms.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>(),
            &places.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>(),
            cells,
        ));
    }
}
