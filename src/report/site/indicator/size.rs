//! P-15: how large the projects are, over the years and in each street.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::price::cost;
use super::{Draft, money_share, plain};
use crate::judge;
use crate::pack::Path;
use crate::report::audit::subjects;
use crate::report::site::charts::{self, Axes};
use crate::report::site::figures::Yuan;
use crate::report::site::gather::Year;
use crate::report::site::stats::{bins, mean, median, quantile, yuan};
use crate::state::Subject;
use crate::step::implement;

/// The amounts of an earlier year's projects, reckoned in the same way.
fn amounts_of<'y>(year: &'y Year<'_>, other: i32) -> Amounts<'y> {
    let named = year.pack.facts.iter().position(|fact| fact.id == "budget");
    let mut amounts = Amounts::new();
    for id in subjects(year.book, other, year.as_of) {
        let subject = Subject::parse(&id);
        if !matches!(subject, Subject::Case(..)) || year.book.is_withdrawn(&id) {
            continue;
        }
        let contract = || {
            year.last::<implement::Contract>(&id)
                .and_then(|f| f.value("amount").money())
        };
        let budget = || judge::value(year.pack, &year.view(&id), &Path::Named(named?))?.money();
        if let Some(amount) = year.settled(&id).or_else(contract).or_else(budget) {
            let street = subject.community().and_then(|code| year.book.street(code));
            let of = amounts.entry(street.unwrap_or_default()).or_default();
            of.push(amount.fen());
        }
    }
    amounts
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
    let sets = by_year(year);
    if sets.len() < 2 {
        draft.lack("year_before");
    }
    let rows = sets
        .iter()
        .map(|(of, set)| row(json!(of.to_string()), set.values().flatten()))
        .collect();
    draft.grid(
        "years",
        say("各年度", "By year"),
        &columns(year, say("年度", "Year")),
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
    by_street(year, &sets, &mut draft);
    draft
}

/// The amounts of one year, by street.
type Amounts<'y> = BTreeMap<&'y str, Vec<i64>>;

/// The year and those before it of which the ledger has projects, at most five.
fn by_year<'y>(year: &'y Year<'_>) -> Vec<(i32, Amounts<'y>)> {
    const MOST: usize = 5;
    let known: BTreeSet<i32> = year
        .book
        .subjects()
        .filter_map(|id| match Subject::parse(id) {
            subject @ Subject::Case(..) => subject.year(),
            _ => None,
        })
        .filter(|of| *of < year.year)
        .collect();
    let mut sets: Vec<(i32, Amounts<'_>)> = known
        .into_iter()
        .rev()
        .take(MOST - 1)
        .map(|of| (of, amounts_of(year, of)))
        .filter(|(_, set)| !set.is_empty())
        .collect();
    sets.reverse();
    let mut own = Amounts::new();
    for case in year.live() {
        if let Some(fen) = cost(case) {
            let street = year.book.street(&case.community).unwrap_or_default();
            own.entry(street).or_default().push(fen);
        }
    }
    sets.push((year.year, own));
    sets
}

fn columns<'w>(year: &Year<'_>, first: &'w str) -> [(&'w str, &'static str); 6]
where
    'static: 'w,
{
    [
        (first, "text"),
        (year.lang.pick("项目", "Projects"), "number"),
        (year.lang.pick("总额（元）", "Total (yuan)"), "yuan"),
        (year.lang.pick("均值", "Mean"), "index"),
        (year.lang.pick("中位数", "Median"), "index"),
        ("P90", "index"),
    ]
}

/// Number, total, mean, median and P90 of some amounts.
fn row<'f>(name: Json, amounts: impl Iterator<Item = &'f i64>) -> Vec<Json> {
    let amounts: Vec<i64> = amounts.copied().collect();
    let values: Vec<f64> = amounts.iter().map(|fen| yuan(*fen)).collect();
    vec![
        name,
        json!(amounts.len()),
        json!(Yuan(amounts.iter().sum())),
        json!(mean(&values)),
        json!(median(&values)),
        json!(quantile(&values, 0.9)),
    ]
}

/// The streets over the years: how the mean project grew or shrank in each.
fn by_street(year: &Year<'_>, sets: &[(i32, Amounts<'_>)], draft: &mut Draft) {
    const MOST: usize = 12;
    let say = |zh, en| year.say(zh, en);
    let streets: BTreeSet<&str> = sets
        .iter()
        .flat_map(|(_, set)| set.keys().copied())
        .collect();
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for street in streets {
        let mut means = Vec::new();
        for (of, set) in sets {
            let amounts = set.get(street).map_or(&[][..], Vec::as_slice);
            let values: Vec<f64> = amounts.iter().map(|fen| yuan(*fen) / 1e4).collect();
            means.push(mean(&values));
            if !amounts.is_empty() {
                rows.push(row(json!(format!("{street} {of}")), amounts.iter()));
            }
        }
        lines.push((street.to_owned(), means));
    }
    let caption = say("各街道各年度", "By street and year");
    let first = say("街道、年度", "Street, year");
    draft.grid("streets", caption, &columns(year, first), rows);
    let years: Vec<i32> = sets.iter().map(|(of, _)| *of).collect();
    if years.len() > 1 {
        lines.truncate(MOST);
        draft.charts.push(charts::slopes(
            "p15-streets",
            say(
                "各街道历年每个项目的平均金额（万元）",
                "Mean project of each street over the years (10,000 yuan)",
            ),
            &years,
            &lines,
            &Axes {
                x: say("年度", "year"),
                y: say("万元", "10,000 yuan"),
                ..Axes::default()
            },
        ));
    }
}
