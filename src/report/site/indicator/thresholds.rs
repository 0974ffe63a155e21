//! P-16: what happens near a limit.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{Draft, plain};
use crate::law::{Day, FirstDay, Money, days};
use crate::report::site::charts::{self, Axes};
use crate::report::site::figures::{Case, Measure, Yuan};
use crate::report::site::gather::Year;
use crate::report::site::stats::{bins, float, yuan};

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
