//! P-09, P-14: one-off services, upkeep.

use serde_json::json;

use super::{Draft, money_share, plain, share};
use crate::law::{Day, FirstDay, days};
use crate::report::site::charts::{self, Axes, COLOURS};
use crate::report::site::figures::Case;
use crate::report::site::gather::Year;
use crate::report::site::stats::{float, median};
use crate::step::close;

/// A day of the figures.
pub(super) fn day(text: Option<&String>) -> Option<Day> {
    text?.parse().ok()
}

/// A number of days to reckon with.
pub(super) fn number(days: i64) -> f64 {
    i32::try_from(days).map_or(0.0, f64::from)
}

fn amount(case: &Case) -> i64 {
    case.settled
        .or(case.contract)
        .or(case.budget)
        .map_or(0, |y| y.0)
}

pub(super) fn one_off(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    draft.lack("sessions");
    let once = |case: &&Case| {
        case.kind == "service" && case.started.is_some() && case.started == case.completed
    };
    let dated = |case: &&Case| case.started.is_some() && case.completed.is_some();
    let all = year.live().filter(dated).count();
    if all == 0 {
        draft.lack("finished");
        return draft;
    }
    let hits = year.live().filter(once).count();
    let services = year
        .live()
        .filter(dated)
        .filter(|case| case.kind == "service")
        .count();
    let label = say(
        "一日服务 ÷ 全部完工项目（数量）",
        "one-day services over all (number)",
    );
    draft.measures.push(share("number", label, hits, all, 1));
    let label = say(
        "一日服务 ÷ 服务类（数量）",
        "one-day services over services",
    );
    draft
        .measures
        .push(share("services", label, hits, services, 1));
    let money: i64 = year.live().filter(once).map(amount).sum();
    let whole: i64 = year.live().filter(dated).map(amount).sum();
    let label = say(
        "一日服务 ÷ 全部完工项目（金额）",
        "one-day services over all (money)",
    );
    draft
        .measures
        .push(money_share("money", label, money, whole));
    let bars: Vec<(String, f64)> = draft
        .measures
        .iter()
        .filter_map(|m| Some((m.label.clone(), m.value?)))
        .collect();
    // bars of nothing are an empty box
    if bars.iter().all(|(_, value)| *value <= 0.0) {
        return draft;
    }
    let line = (year.limits.limit.one_off, say("半数", "half").to_owned());
    draft.charts.push(charts::bars(
        "p09",
        say("一日服务的占比", "Share of one-day services"),
        &bars,
        &Axes {
            share: true,
            marks: vec![line],
            ..Axes::default()
        },
    ));
    draft
}

pub(super) fn upkeep(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    draft.lack("term");
    let works: Vec<&Case> = year
        .live()
        .filter(|case| case.kind == "works" && case.completed.is_some())
        .collect();
    if works.is_empty() {
        draft.lack("works");
        return draft;
    }
    let of = |case: &Case| year.last::<close::Maintain>(&case.id);
    if works.iter().all(|case| of(case).is_none()) {
        draft.lack("upkeep");
    }
    let fields = [
        ("unit", say("单位", "unit")),
        ("duties", say("责任", "duties")),
        ("funding", say("资金", "money")),
    ];
    let has = |case: &Case, field: &str| of(case).is_some_and(|f| !f.value(field).is_none());
    let mut bars = Vec::new();
    for (field, label) in fields {
        let hits = works.iter().filter(|case| has(case, field)).count();
        let label = format!("{}{label}", say("写明管护", "upkeep: "));
        draft
            .measures
            .push(share(field, &label, hits, works.len(), 1));
        bars.push((label, vec![float(hits), float(works.len() - hits)]));
    }
    let whole = works
        .iter()
        .filter(|c| fields.iter().all(|(f, _)| has(c, f)))
        .count();
    let label = say("三项齐全", "all three");
    draft
        .measures
        .push(share("whole", label, whole, works.len(), 1));
    let gaps: Vec<f64> = works
        .iter()
        .filter_map(|case| {
            Some(number(days(
                day(case.completed.as_ref())?,
                of(case)?.occurred?,
                FirstDay::Excluded,
            )))
        })
        .collect();
    let label = say(
        "完工到明确管护的天数（中位数）",
        "days from completion to upkeep (median)",
    );
    draft.measures.push(plain(
        "days",
        label,
        "days",
        median(&gaps),
        (gaps.len(), works.len()),
    ));
    let rows = works
        .iter()
        .filter(|case| of(case).is_none())
        .map(|case| vec![json!(case.id), json!(case.title), json!(case.completed)])
        .collect();
    draft.grid(
        "orphans",
        say("没有管护记录的工程", "Works without upkeep"),
        &[
            (say("项目", "Case"), "case"),
            (say("名称", "Title"), "text"),
            (say("完工", "Completed"), "text"),
        ],
        rows,
    );
    let parts = [
        (say("写明", "stated").to_owned(), COLOURS[0]),
        (say("没有", "not").to_owned(), "var(--quiet)"),
    ];
    draft.charts.push(charts::stacked(
        "p14",
        say("已完工工程的管护安排（项）", "Upkeep of completed works"),
        &parts,
        &bars,
        &Axes::default(),
    ));
    draft
}
