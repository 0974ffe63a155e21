//! P-04: what is asked for against what is paid for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Draft, plain};
use crate::report::site::charts::{self, Axes};
use crate::report::site::figures::Yuan;
use crate::report::site::gather::{Year, source};
use crate::report::site::stats::{float, rounded, total_variation, yuan};

/// What is asked for and paid for of one type.
#[derive(Default)]
struct Kind<'a> {
    sources: BTreeSet<&'a str>,
    fen: i64,
    projects: usize,
}

fn kinds<'a>(year: &Year<'a>) -> BTreeMap<String, Kind<'a>> {
    let mut kinds: BTreeMap<String, Kind<'a>> = BTreeMap::new();
    for demand in &year.demands {
        let kind = demand.fact.value("type").text().unwrap_or_default();
        if let Some(key) = source(demand.fact) {
            kinds
                .entry(kind.to_owned())
                .or_default()
                .sources
                .insert(key);
        }
    }
    for case in year.live() {
        if let Some(Yuan(fen)) = case.settled.or(case.contract).or(case.budget) {
            let kind = kinds.entry(case.kind.clone()).or_default();
            kind.fen += fen;
            kind.projects += 1;
        }
    }
    kinds
}

pub(super) fn mismatch(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    draft.lack("category");
    let kinds = kinds(year);
    let askers: usize = kinds.values().map(|k| k.sources.len()).sum();
    let money: i64 = kinds.values().map(|k| k.fen).sum();
    let projects: usize = kinds.values().map(|k| k.projects).sum();
    if askers == 0 {
        draft.lack("demands");
    }
    if money == 0 {
        draft.lack("amounts");
    }
    let part = |hits: f64, all: f64| if all > 0.0 { hits / all } else { 0.0 };
    let of = |value: &dyn Fn(&Kind<'_>) -> f64, all: f64| -> Vec<f64> {
        kinds.values().map(|kind| part(value(kind), all)).collect()
    };
    let asked = of(&|k| float(k.sources.len()), float(askers));
    let paid = of(&|k| yuan(k.fen), yuan(money));
    let number = of(&|k| float(k.projects), float(projects));
    let least = year.limits.limit.sources_least;
    let mut add = |id, label: &str, other: &[f64], whole: Json| {
        let mut measure = plain(id, label, "index", None, (askers, whole));
        measure.least = least;
        measure.held_back = askers < least && money > 0 && askers > 0;
        measure.value = (askers >= least && money > 0).then(|| total_variation(&asked, other));
        draft.measures.push(measure);
    };
    let label = say("TV（需求来源对资金）", "TV (sources against money)");
    add("money", label, &paid, json!(Yuan(money)));
    let label = say("TV（需求来源对项目数）", "TV (sources against projects)");
    add("number", label, &number, json!(projects));
    let (mut rows, mut points) = (Vec::new(), Vec::new());
    for (index, (id, kind)) in kinds.iter().enumerate() {
        let label = year.pack.label("type", id).to_owned();
        points.push((label.clone(), asked[index], paid[index]));
        rows.push(vec![
            json!(label),
            json!(kind.sources.len()),
            json!(rounded(asked[index])),
            json!(Yuan(kind.fen)),
            json!(rounded(paid[index])),
            json!(kind.projects),
            json!(rounded(number[index])),
        ]);
    }
    draft.grid(
        "types",
        say("各类型：需求来源与资金", "By type: sources and money"),
        &[
            (say("类型", "Type"), "text"),
            (say("来源", "Sources"), "number"),
            (say("来源占比", "Share of sources"), "share"),
            (say("金额（元）", "Money (yuan)"), "yuan"),
            (say("资金占比", "Share of money"), "share"),
            (say("项目", "Projects"), "number"),
            (say("项目占比", "Share of projects"), "share"),
        ],
        rows,
    );
    if askers > 0 && money > 0 {
        draft.charts.push(charts::dumbbell(
            "p04",
            say(
                "各类型的需求占比与资金占比",
                "Share of demand and of money by type",
            ),
            [say("需求占比", "demand"), say("资金占比", "money")],
            &points,
            &Axes {
                share: true,
                ..Axes::default()
            },
        ));
    }
    draft
}
