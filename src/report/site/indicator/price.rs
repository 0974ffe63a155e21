//! P-13, P-15, P-16: prices of like things, size of projects, what happens near a limit.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Draft, money_share, plain};
use crate::judge;
use crate::law::{Day, FirstDay, Money, days};
use crate::pack::Path;
use crate::report::audit::subjects;
use crate::report::site::charts::{self, Axes};
use crate::report::site::figures::{Case, Measure, Yuan};
use crate::report::site::gather::Year;
use crate::report::site::stats::{bins, float, mean, median, quantile, rounded, yuan};
use crate::state::Subject;
use crate::step::{accept, implement, shortlist};

fn cost(case: &Case) -> Option<i64> {
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
    let (mut rows, mut strips, mut held) = (Vec::new(), Vec::new(), 0);
    for (item, list) in &groups {
        let places: BTreeSet<&str> = list.iter().map(|(c, _)| c.community.as_str()).collect();
        let enough = list.len() >= limit.group_projects && places.len() >= limit.group_communities;
        if !enough {
            held += 1;
            continue;
        }
        let prices: Vec<f64> = list.iter().map(|(_, price)| *price).collect();
        let (middle, variation, outside) = spread_of(year, &prices);
        let (low, high) = (quantile(&prices, 0.1), quantile(&prices, 0.9));
        rows.push(vec![
            json!(item),
            json!(list.len()),
            json!(places.len()),
            json!(rounded(middle)),
            json!(rounded(variation)),
            json!(high.zip(low).map(|(h, l)| rounded(h / l))),
            json!(outside),
        ]);
        let mut measure = plain(
            "spread",
            &format!("{} {item}", say("稳健变异系数", "robust variation")),
            "index",
            Some(variation),
            (list.len(), places.len()),
        );
        measure.flag = outside > 0;
        draft.measures.push(measure);
        strips.push(((*item).to_owned(), prices));
    }
    if strips.is_empty() {
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
        ],
        rows,
    );
    if !strips.is_empty() {
        draft.charts.push(charts::strip(
            "p13",
            say(
                "同一项目库条目的项目金额（对数轴）",
                "Amounts of the same library item (log axis)",
            ),
            &strips,
            &Axes {
                x: say("元", "yuan"),
                log: true,
                ..Axes::default()
            },
        ));
    }
    draft
}

/// The middle of some prices, their robust variation, and how many stand out.
fn spread_of(year: &Year<'_>, prices: &[f64]) -> (f64, f64, usize) {
    let limit = &year.limits.limit;
    let spread = |values: &[f64]| {
        let mid = median(values)?;
        median(&values.iter().map(|v| (v - mid).abs()).collect::<Vec<_>>())
    };
    let middle = median(prices).unwrap_or_default();
    let logs: Vec<f64> = prices.iter().map(|p| p.ln()).collect();
    let centre = median(&logs).unwrap_or_default();
    let log_mad = spread(&logs).unwrap_or_default();
    let far = |price: &&f64| {
        if log_mad > 0.0 {
            (price.ln() - centre).abs() > limit.spreads * ROBUST * log_mad
        } else {
            **price > limit.ratio * middle || **price * limit.ratio < middle
        }
    };
    let outside = prices.iter().filter(far).count();
    let mad = spread(prices).unwrap_or_default();
    (middle, ROBUST * mad / middle, outside)
}

/// The amounts of another year's projects, reckoned in the same way.
fn amounts_of(year: &Year<'_>, other: i32) -> Vec<i64> {
    let named = year.pack.facts.iter().position(|fact| fact.id == "budget");
    subjects(year.book, other, year.as_of)
        .iter()
        .filter(|id| matches!(Subject::parse(id), Subject::Case(..)))
        .filter(|id| !year.book.is_withdrawn(id))
        .filter_map(|id| {
            let settled = year
                .last::<accept::Settle>(id)
                .and_then(|f| f.value("amount").money());
            let contract = || {
                year.last::<implement::Contract>(id)
                    .and_then(|f| f.value("amount").money())
            };
            let budget = || judge::value(year.pack, &year.view(id), &Path::Named(named?))?.money();
            settled.or_else(contract).or_else(budget).map(Money::fen)
        })
        .collect()
}

pub(super) fn size(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    let mut amounts: Vec<i64> = year.live().filter_map(cost).collect();
    if amounts.is_empty() {
        draft.lack("amounts");
        return draft;
    }
    amounts.sort_unstable_by_key(|fen| std::cmp::Reverse(*fen));
    let total: i64 = amounts.iter().sum();
    let values: Vec<f64> = amounts.iter().map(|fen| yuan(*fen)).collect();
    let n = amounts.len();
    let mut add = |id: &str, zh, en, value| {
        draft.measures.push(plain(
            id,
            say(zh, en),
            "yuan",
            value,
            (json!(Yuan(total)), n),
        ));
    };
    add("mean", "均值", "mean", mean(&values));
    add("median", "中位数", "median", median(&values));
    add("p90", "P90", "P90", quantile(&values, 0.9));
    let ten: i64 = amounts.iter().take(10).sum();
    let label = say("最大10个项目的金额占比", "share of the ten largest");
    draft.measures.push(money_share("ten", label, ten, total));
    let before = amounts_of(year, year.year - 1);
    let row = |year: i32, amounts: &[i64]| -> Vec<Json> {
        let values: Vec<f64> = amounts.iter().map(|fen| yuan(*fen)).collect();
        vec![
            json!(year.to_string()),
            json!(amounts.len()),
            json!(Yuan(amounts.iter().sum())),
            json!(mean(&values)),
            json!(median(&values)),
            json!(quantile(&values, 0.9)),
        ]
    };
    let mut rows = Vec::new();
    if before.is_empty() {
        draft.lack("year_before");
    } else {
        rows.push(row(year.year - 1, &before));
    }
    rows.push(row(year.year, &amounts));
    draft.grid(
        "years",
        say("各年度", "By year"),
        &[
            (say("年度", "Year"), "text"),
            (say("项目", "Projects"), "number"),
            (say("总额（元）", "Total (yuan)"), "yuan"),
            (say("均值", "Mean"), "index"),
            (say("中位数", "Median"), "index"),
            ("P90", "index"),
        ],
        rows,
    );
    let title = say(
        "项目金额的分布（万元）",
        "Amounts of projects (10,000 yuan)",
    );
    let tens: Vec<f64> = values.iter().map(|v| v / 1e4).collect();
    let (edges, counts) = bins(&tens, 5.0);
    let axes = Axes {
        x: say("万元", "10,000 yuan"),
        y: say("项目", "projects"),
        ..Axes::default()
    };
    draft
        .charts
        .push(charts::histogram("p15", title, &edges, &counts, &axes));
    draft
}

/// The amounts of the regulation that projects may crowd under.
fn limits(year: &Year<'_>) -> Vec<(String, i64, String)> {
    let catalogue = crate::pack::Catalogue::get();
    let mut list: Vec<(String, i64, String)> = year
        .limits
        .limit
        .thresholds
        .iter()
        .filter_map(|id| {
            let parameter = year.pack.parameter(id)?;
            let amount: Money = parameter.value.as_ref()?.as_str()?.parse().ok()?;
            let words = catalogue
                .question(id)
                .map_or(id.as_str(), |q| q.said(year.lang));
            let cite = parameter
                .rule
                .clone()
                .unwrap_or_else(|| parameter.cite.clone());
            Some((words.to_owned(), amount.fen(), cite))
        })
        .collect();
    list.sort_by_key(|(_, fen, _)| *fen);
    list
}

pub(super) fn thresholds(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    let limits = limits(year);
    if limits.is_empty() {
        draft.lack("thresholds");
    }
    let amounts: Vec<i64> = year
        .live()
        .filter_map(|c| c.contract.or(c.budget))
        .map(|y| y.0)
        .collect();
    if amounts.is_empty() {
        draft.lack("amounts");
        return draft;
    }
    let near = year.limits.limit.near;
    let (mut rows, mut marks, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (words, limit, cite) in &limits {
        if !seen.insert(*limit) {
            continue;
        }
        let (t, low, high) = (
            yuan(*limit),
            yuan(*limit) * (1.0 - near),
            yuan(*limit) * (1.0 + near),
        );
        let count = |keep: &dyn Fn(f64) -> bool| amounts.iter().filter(|f| keep(yuan(**f))).count();
        let below = count(&|v| v >= low && v <= t);
        let above = count(&|v| v > t && v <= high);
        let amount = Money::from_fen(*limit);
        let value = (above > 0).then(|| float(below) / float(above));
        let label = format!(
            "{} T={}{}",
            say("扎堆", "bunching"),
            amount.to_wan(),
            say("万元", "0,000 yuan")
        );
        let mut measure: Measure = plain("bunching", &label, "index", value, (below, above));
        let bunch = &year.limits.limit;
        measure.flag =
            below >= bunch.bunch_least && value.is_none_or(|ratio| ratio > bunch.bunch_ratio);
        draft.measures.push(measure);
        marks.push((t / 1e4, amount.to_wan()));
        rows.push(vec![
            json!(words),
            json!(Yuan(*limit)),
            json!(cite),
            json!(below),
            json!(above),
        ]);
    }
    draft.grid(
        "limits",
        say("依据中的金额界限", "Amount limits of the regulation"),
        &[
            (say("界限", "Limit"), "text"),
            (say("金额（元）", "Amount (yuan)"), "yuan"),
            (say("规则", "Rule"), "text"),
            (say("紧靠以下（含）", "Just below"), "number"),
            (say("紧靠以上", "Just above"), "number"),
        ],
        rows,
    );
    splitting(year, &limits, &mut draft);
    let values: Vec<f64> = amounts.iter().map(|fen| yuan(*fen) / 1e4).collect();
    let (edges, counts) = bins(&values, 2.5);
    let axes = Axes {
        x: say(
            "合同额，其次预算（万元）",
            "contract, else budget (10,000 yuan)",
        ),
        y: say("项目", "projects"),
        marks,
        ..Axes::default()
    };
    let title = say(
        "项目金额与依据中的界限",
        "Amounts and the limits of the regulation",
    );
    draft
        .charts
        .push(charts::histogram("p16", title, &edges, &counts, &axes));
    draft
}

/// Cases of one community, contractor and type, with their first days and amounts.
type Group<'c> = Vec<(Day, &'c Case, i64)>;

/// Groups of one community and contractor that together pass a limit which each keeps.
fn splitting(year: &Year<'_>, limits: &[(String, i64, String)], draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    let mut groups: BTreeMap<(&str, &str, &str), Group<'_>> = BTreeMap::new();
    for case in year.live() {
        let started = case.started.as_ref().and_then(|d| d.parse::<Day>().ok());
        let amount = case.contract.or(case.budget);
        if let (Some(day), Some(Yuan(fen)), Some(firm)) = (started, amount, &case.contractor) {
            let key = (case.community.as_str(), firm.as_str(), case.kind.as_str());
            groups.entry(key).or_default().push((day, case, fen));
        }
    }
    let mut rows = Vec::new();
    for ((community, firm, kind), list) in &mut groups {
        list.sort_by_key(|(day, case, _)| (*day, case.id.as_str()));
        let cap = limits.iter().map(|(_, fen, _)| *fen).filter(|cap| {
            let sum: i64 = list.iter().map(|(_, _, fen)| *fen).sum();
            list.iter().all(|(_, _, fen)| fen <= cap) && sum > *cap
        });
        let (Some(first), Some(last)) = (list.first(), list.last()) else {
            continue;
        };
        let close = days(first.0, last.0, FirstDay::Excluded) <= year.limits.limit.split_days;
        if let (Some(cap), true, true) = (cap.max(), close, list.len() > 1) {
            let sum: i64 = list.iter().map(|(_, _, fen)| *fen).sum();
            let ids: Vec<&str> = list.iter().map(|(_, case, _)| case.id.as_str()).collect();
            rows.push(vec![
                json!(year.name(community)),
                json!(firm),
                json!(year.pack.label("type", kind)),
                json!(ids.join(" ")),
                json!(Yuan(sum)),
                json!(Yuan(cap)),
            ]);
        }
    }
    let label = say("拆分线索（组）", "hints of splitting (groups)");
    let mut measure = plain(
        "splitting",
        label,
        "number",
        Some(float(rows.len())),
        (rows.len(), groups.len()),
    );
    measure.flag = !rows.is_empty();
    draft.measures.push(measure);
    draft.grid(
        "splitting",
        say("合计超过界限的组", "Groups that together pass a limit"),
        &[
            (say("社区", "Community"), "text"),
            (say("承接单位", "Contractor"), "text"),
            (say("类型", "Type"), "text"),
            (say("项目", "Cases"), "text"),
            (say("合计（元）", "Together (yuan)"), "yuan"),
            (say("界限（元）", "Limit (yuan)"), "yuan"),
        ],
        rows,
    );
}
