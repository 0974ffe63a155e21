//! The seventeen indicators: what an evaluation found wrong, as numbers from the ledger.
//!
//! Each is its own function of the year; it says what it could not compute and which step would
//! record it. Nothing is folded into one score.

mod balance;
mod choose;
mod collect;
mod fidelity;
mod people;
mod price;
mod round;
mod size;
mod supervision;
mod survey;
mod thresholds;
mod work;

use serde_json::{Value as Json, json};

use super::charts::Chart;
use super::figures::{Grid, Indicator, Measure, Yuan};
use super::gather::Year;
use super::stats::rounded;

pub use super::totals::share;

/// An indicator while it is made.
#[derive(Default)]
pub struct Draft {
    measures: Vec<Measure>,
    lacks: Vec<&'static str>,
    grids: Vec<Grid>,
    charts: Vec<Chart>,
}

impl Draft {
    fn lack(&mut self, id: &'static str) {
        if !self.lacks.contains(&id) {
            self.lacks.push(id);
        }
    }

    fn grid(
        &mut self,
        id: &str,
        caption: &str,
        columns: &[(&str, &'static str)],
        rows: Vec<Vec<Json>>,
    ) {
        if rows.is_empty() {
            return;
        }
        self.grids.push(Grid {
            id: id.to_owned(),
            caption: caption.to_owned(),
            columns: columns.iter().map(|(l, f)| ((*l).to_owned(), *f)).collect(),
            rows,
        });
    }
}

/// A text with something in brackets after it.
#[must_use]
pub fn bracketed(year: &Year<'_>, text: &str, inner: impl std::fmt::Display) -> String {
    let (open, shut) = (year.say("（", " ("), year.say("）", ")"));
    format!("{text}{open}{inner}{shut}")
}

/// A value that is no share: an index, days, a number of things.
#[must_use]
pub fn plain(
    id: &str,
    label: &str,
    form: &'static str,
    value: Option<f64>,
    counted: (impl Into<Json>, impl Into<Json>),
) -> Measure {
    Measure {
        id: id.to_owned(),
        label: label.to_owned(),
        numerator: counted.0.into(),
        denominator: counted.1.into(),
        value: value.map(rounded),
        form,
        ..Measure::default()
    }
}

/// A share of money.
#[must_use]
pub fn money_share(id: &str, label: &str, part: i64, whole: i64) -> Measure {
    let value = (whole > 0).then(|| super::stats::yuan(part) / super::stats::yuan(whole));
    Measure {
        id: id.to_owned(),
        label: label.to_owned(),
        numerator: json!(Yuan(part)),
        denominator: json!(Yuan(whole)),
        value: value.map(rounded),
        form: "share",
        ..Measure::default()
    }
}

/// All seventeen, in order.
#[must_use]
pub fn all(year: &Year<'_>) -> Vec<Indicator> {
    type Made = fn(&Year<'_>) -> Draft;
    let made: [(&str, Made); 17] = [
        ("P-01", collect::reach),
        ("P-02", round::formality),
        ("P-03", collect::awareness),
        ("P-04", balance::mismatch),
        ("P-05", collect::conversion),
        ("P-06", choose::selection),
        ("P-07", choose::contractors),
        ("P-08", supervision::supervision),
        ("P-09", work::one_off),
        ("P-10", people::same_people),
        ("P-11", people::reached),
        ("P-12", survey::surveys),
        ("P-13", price::unit_cost),
        ("P-14", work::upkeep),
        ("P-15", size::size),
        ("P-16", thresholds::thresholds),
        ("P-17", fidelity::fidelity),
    ];
    year.limits
        .indicators
        .iter()
        .filter_map(|words| {
            let (_, draw) = made.iter().find(|(id, _)| *id == words.id)?;
            let draft = draw(year);
            let pick = |zh: &str, en: &str| year.say(zh, en).to_owned();
            let any = draft.measures.iter().any(|m| m.value.is_some() && !m.proxy);
            let held = draft.measures.iter().any(|m| m.held_back);
            let status = match (any, draft.lacks.is_empty(), held) {
                (true, true, _) => "measured",
                (true, false, _) => "part",
                (false, _, true) => "held-back",
                (false, _, false) => "missing",
            };
            Some(Indicator {
                id: words.id.clone(),
                title: pick(&words.title, &words.title_en),
                problem: pick(&words.problem, &words.problem_en),
                definition: pick(&words.definition, &words.definition_en),
                caution: pick(&words.caution, &words.caution_en),
                status,
                measures: draft.measures,
                lacks: draft
                    .lacks
                    .iter()
                    .map(|id| year.limits.lack(id, year.lang))
                    .collect(),
                grids: draft.grids,
                charts: draft.charts,
            })
        })
        .collect()
}
