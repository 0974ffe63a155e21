//! P-13: prices of like things, and what the money went into.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Draft, bracketed, plain};
use crate::report::site::charts::{self, Axes, COLOURS, Kind};
use crate::report::site::figures::{Case, Yuan};
use crate::report::site::gather::Year;
use crate::report::site::stats::{float, mean, median, quantile, rounded, yuan};
use crate::step::{fund, implement, shortlist};

/// What a project cost: settled, else by contract, else by budget.
pub(super) fn cost(case: &Case) -> Option<i64> {
    case.settled.or(case.contract).or(case.budget).map(|y| y.0)
}

/// Makes a robust spread of a median absolute deviation.
const ROBUST: f64 = 1.4826;

pub(super) fn unit_cost(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let limit = &year.limits.limit;
    let mut draft = Draft::default();
    draft.lack("function");
    let mut groups: BTreeMap<&str, Vec<(&Case, f64)>> = BTreeMap::new();
    for case in year.live() {
        let search = year.last::<shortlist::Search>(&case.id);
        let item = search.and_then(|fact| fact.value("item").text());
        if let (Some(item), Some(fen)) = (item, cost(case).filter(|fen| *fen > 0)) {
            groups.entry(item).or_default().push((case, yuan(fen)));
        }
    }
    let (mut rows, mut far, mut shown, mut held) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (item, list) in &groups {
        let places: BTreeSet<&str> = list.iter().map(|(c, _)| c.community.as_str()).collect();
        let enough = list.len() >= limit.group_projects && places.len() >= limit.group_communities;
        if !enough {
            held += 1;
            continue;
        }
        let prices: Vec<f64> = list.iter().map(|(_, price)| *price).collect();
        let spread = Spread::of(year, &prices);
        let outside = prices
            .iter()
            .filter(|price| spread.outside(**price))
            .count();
        let (low, high) = (quantile(&prices, 0.1), quantile(&prices, 0.9));
        rows.push(vec![
            json!(item),
            json!(list.len()),
            json!(places.len()),
            json!(rounded(spread.middle)),
            json!(rounded(spread.variation)),
            json!(high.zip(low).map(|(h, l)| rounded(h / l))),
            json!(outside),
            json!(between(list)),
        ]);
        for (case, price) in list.iter().filter(|(_, price)| spread.outside(*price)) {
            far.push(vec![
                json!(item),
                json!(case.id),
                json!(case.title),
                json!(year.name(&case.community)),
                json!(rounded(*price)),
                json!(rounded(price / spread.middle)),
            ]);
        }
        let mut measure = plain(
            "spread",
            &format!("{} {item}", say("稳健变异系数", "robust variation")),
            "index",
            Some(spread.variation),
            (list.len(), places.len()),
        );
        measure.flag = outside > 0;
        draft.measures.push(measure);
        shown.push((*item, list));
    }
    if shown.is_empty() {
        let mut measure = plain(
            "groups",
            say("够比较的功能组", "groups large enough"),
            "number",
            None,
            (0, groups.len()),
        );
        measure.held_back = held > 0;
        measure.least = limit.group_projects;
        draft.measures.push(measure);
    }
    tables(year, rows, far, &mut draft);
    strips(year, &shown, &mut draft);
    structure(year, &mut draft);
    draft
}

/// The groups, and the projects that stand out in them.
fn tables(year: &Year<'_>, rows: Vec<Vec<Json>>, far: Vec<Vec<Json>>, draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    draft.grid(
        "groups",
        say(
            "各组单价（每个项目，元）",
            "Prices by group (per project, yuan)",
        ),
        &[
            (say("组", "Group"), "text"),
            (say("项目", "Projects"), "number"),
            (say("社区", "Communities"), "number"),
            (say("中位数（元）", "Median (yuan)"), "index"),
            (say("稳健变异系数", "Robust variation"), "index"),
            ("P90/P10", "index"),
            (say("偏离的", "Outside"), "number"),
            (say("社区之间占差异的", "Between communities"), "share"),
        ],
        rows,
    );
    draft.grid(
        "outliers",
        say("偏离同组的项目", "Projects far from their group"),
        &[
            (say("组", "Group"), "text"),
            (say("项目", "Case"), "case"),
            (say("名称", "Title"), "text"),
            (say("社区", "Community"), "text"),
            (say("金额（元）", "Amount (yuan)"), "index"),
            (say("÷ 中位数", "Over the median"), "index"),
        ],
        far,
    );
}

/// A dot for each project, a row for each group, the communities with the most projects in colour.
fn strips(year: &Year<'_>, groups: &[(&str, &Vec<(&Case, f64)>)], draft: &mut Draft) {
    const MOST: usize = 5;
    if groups.is_empty() {
        return;
    }
    let say = |zh, en| year.say(zh, en);
    let mut by_place: BTreeMap<&str, Vec<(f64, usize)>> = BTreeMap::new();
    for (row, (_, list)) in groups.iter().enumerate() {
        for (case, price) in *list {
            let points = by_place.entry(&case.community).or_default();
            points.push((*price, row));
        }
    }
    let mut places: Vec<(&str, Vec<(f64, usize)>)> = by_place.into_iter().collect();
    places.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0)));
    let rest = places.split_off(places.len().min(MOST));
    let mut kinds: Vec<Kind> = places
        .into_iter()
        .map(|(code, points)| (year.name(code).to_owned(), points))
        .collect();
    if !rest.is_empty() {
        let label = bracketed(year, say("其他社区", "others"), rest.len());
        let points = rest.into_iter().flat_map(|(_, points)| points);
        kinds.push((label, points.collect()));
    }
    let names: Vec<String> = groups.iter().map(|(item, _)| (*item).to_owned()).collect();
    draft.charts.push(charts::values(
        "p13",
        say(
            "同一项目库条目的项目金额（对数轴）",
            "Amounts of the same library item (log axis)",
        ),
        &names,
        &kinds,
        &Axes {
            x: say("元", "yuan"),
            log: true,
            ..Axes::default()
        },
    ));
}

/// How much of the differences of the logarithm lies between communities: 0 none, 1 all.
fn between(list: &[(&Case, f64)]) -> Option<f64> {
    let logs: Vec<f64> = list.iter().map(|(_, price)| price.ln()).collect();
    let grand = mean(&logs)?;
    let whole: f64 = logs.iter().map(|log| (log - grand).powi(2)).sum();
    let mut places: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (case, price) in list {
        let of = places.entry(&case.community).or_default();
        of.push(price.ln());
    }
    let parts = places
        .values()
        .filter_map(|logs| Some(float(logs.len()) * (mean(logs)? - grand).powi(2)));
    let parts: f64 = parts.sum();
    (whole > 1e-9).then(|| rounded((parts / whole).min(1.0)))
}

/// What the payments were for, by type of project, as far as they say.
fn structure(year: &Year<'_>, draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    draft.lack("structure");
    let mut sums: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
    let (mut told, mut all) = (0_i64, 0_i64);
    for case in year.live() {
        let pays = year.of::<implement::Pay>(&case.id);
        let spent = year.facts::<fund::Expense>();
        let spent = spent.filter(|fact| fact.value("case").text() == Some(&case.id));
        for fact in pays.into_iter().chain(spent) {
            let Some(amount) = fact.value("amount").money() else {
                continue;
            };
            all += amount.fen();
            if let Some(cost) = fact.value("cost").text() {
                told += amount.fen();
                let of = sums.entry(&case.kind).or_default();
                *of.entry(cost).or_default() += amount.fen();
            }
        }
    }
    if all == 0 {
        return;
    }
    let label = say(
        "写明支出内容的付款（金额）",
        "payments that say what for (money)",
    );
    draft
        .measures
        .push(super::money_share("told", label, told, all));
    let costs: BTreeSet<&str> = sums.values().flat_map(|of| of.keys().copied()).collect();
    let mut rows: Vec<Vec<Json>> = Vec::new();
    let mut bars = Vec::new();
    for (kind, of) in &sums {
        let name = year.pack.label("type", kind);
        let whole = yuan(of.values().sum());
        let part = |cost: &&str| of.get(*cost).map_or(0.0, |fen| yuan(*fen) / whole);
        bars.push((name.to_owned(), costs.iter().map(part).collect()));
        for (cost, fen) in of {
            rows.push(vec![
                json!(name),
                json!(year.pack.label("cost", cost)),
                json!(Yuan(*fen)),
                json!(rounded(yuan(*fen) / whole)),
            ]);
        }
    }
    draft.grid(
        "structure",
        say("写明支出内容的付款", "Payments that say what for"),
        &[
            (say("类型", "Type"), "text"),
            (say("支出内容", "What for"), "text"),
            (say("金额（元）", "Amount (yuan)"), "yuan"),
            (say("占比", "Share"), "share"),
        ],
        rows,
    );
    if bars.is_empty() {
        return;
    }
    let parts: Vec<(String, &'static str)> = costs
        .iter()
        .map(|cost| year.pack.label("cost", cost).to_owned())
        .zip(COLOURS.iter().cycle().copied())
        .collect();
    draft.charts.push(charts::stacked(
        "p13-structure",
        say(
            "投入构成：写明支出内容的付款（各类型内占比）",
            "What the money went into: payments that say so (share inside each type)",
        ),
        &parts,
        &bars,
        &Axes {
            share: true,
            ..Axes::default()
        },
    ));
}

/// The middle of some prices, and how far apart they are.
struct Spread {
    middle: f64,
    /// Robust variation.
    variation: f64,
    /// Middle and median deviation of the logarithm.
    log: (f64, f64),
    /// Spreads, and the ratio where there is no spread, beyond which a price stands out.
    limits: (f64, f64),
}

impl Spread {
    fn of(year: &Year<'_>, prices: &[f64]) -> Self {
        let spread = |values: &[f64]| {
            let mid = median(values)?;
            median(&values.iter().map(|v| (v - mid).abs()).collect::<Vec<_>>())
        };
        let middle = median(prices).unwrap_or_default();
        let logs: Vec<f64> = prices.iter().map(|p| p.ln()).collect();
        let limit = &year.limits.limit;
        Self {
            middle,
            variation: ROBUST * spread(prices).unwrap_or_default() / middle,
            log: (
                median(&logs).unwrap_or_default(),
                spread(&logs).unwrap_or_default(),
            ),
            limits: (limit.spreads, limit.ratio),
        }
    }

    fn outside(&self, price: f64) -> bool {
        let (centre, mad) = self.log;
        let (spreads, ratio) = self.limits;
        if mad > 0.0 {
            (price.ln() - centre).abs() > spreads * ROBUST * mad
        } else {
            price > ratio * self.middle || price * ratio < self.middle
        }
    }
}
