//! P-08, P-09, P-14, P-17: supervision, one-off services, upkeep, done as declared.

use serde_json::{Value as Json, json};

use super::{Draft, money_share, plain, share};
use crate::law::{Day, FirstDay, days};
use crate::report::site::charts::{self, Axes, COLOURS};
use crate::report::site::figures::Case;
use crate::report::site::gather::Year;
use crate::report::site::stats::{float, median};
use crate::state::Fact;
use crate::step::{close, deliberate, evaluate, implement, shortlist};

/// The day (UTC) on which a fact was entered.
fn entered(fact: &Fact) -> Option<Day> {
    fact.recorded_at.get(..10)?.parse().ok()
}

fn day(text: Option<&String>) -> Option<Day> {
    text?.parse().ok()
}

fn number(days: i64) -> f64 {
    i32::try_from(days).map_or(0.0, f64::from)
}

/// What was recorded of the work while it went on.
fn records<'a>(year: &Year<'a>, case: &str) -> Vec<&'a Fact> {
    let mut list = year.of::<implement::Progress>(case);
    list.extend(year.of::<evaluate::Daily>(case));
    list
}

pub(super) fn supervision(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let limit = &year.limits.limit;
    let mut draft = Draft::default();
    let (mut long, mut bare, mut all, mut late, mut after) = (0, 0, 0, 0, 0);
    let (mut lags, mut rows) = (Vec::new(), Vec::new());
    for case in year.live() {
        let (Some(from), Some(to)) = (day(case.started.as_ref()), day(case.completed.as_ref()))
        else {
            continue;
        };
        let facts = records(year, &case.id);
        let inside = facts
            .iter()
            .filter(|f| f.occurred.is_some_and(|d| d > from && d < to));
        let inside = inside.count();
        let length = days(from, to, FirstDay::Excluded);
        if length >= limit.short_days {
            long += 1;
            bare += usize::from(inside == 0);
        }
        let mut back = 0;
        for fact in &facts {
            let (Some(done), Some(entry)) = (fact.occurred, entered(fact)) else {
                continue;
            };
            all += 1;
            let lag = days(done, entry, FirstDay::Excluded);
            late += usize::from(lag > limit.lag_days);
            back += usize::from(entry > to);
            lags.push(number(lag.max(0)));
        }
        after += back;
        rows.push(vec![
            json!(case.id),
            json!(case.title),
            json!(length),
            json!(facts.len()),
            json!(inside),
            json!(back),
        ]);
    }
    if rows.is_empty() {
        draft.lack("finished");
    }
    if all == 0 {
        draft.lack("progress");
    }
    let label = say("没有过程记录的项目", "projects without a record on the way");
    draft.measures.push(share("bare", label, bare, long, 1));
    let label = say("登记滞后（中位数）", "lag of entry (median)");
    draft.measures.push(plain(
        "lag",
        label,
        "days",
        median(&lags),
        (lags.len(), json!(null)),
    ));
    let label = say("滞后超过界限的记录", "records entered late");
    draft.measures.push(share("late", label, late, all, 1));
    let label = say("完工以后补登的记录", "records entered after completion");
    draft.measures.push(share("backfill", label, after, all, 1));
    draft.grid(
        "cases",
        say("各项目的过程记录", "Records by project"),
        &[
            (say("项目", "Case"), "case"),
            (say("名称", "Title"), "text"),
            (say("工期（天）", "Days"), "number"),
            (say("记录", "Records"), "number"),
            (say("工期之内", "Inside"), "number"),
            (say("完工后补登", "Entered after"), "number"),
        ],
        rows,
    );
    if !lags.is_empty() {
        draft.charts.push(charts::ecdf(
            "p08",
            say("过程记录的登记滞后", "Lag of entry of the records"),
            &[(String::new(), lags)],
            &Axes {
                x: say("滞后天数", "days"),
                y: say("累计占比", "share"),
                marks: vec![(number(limit.lag_days), say("界限", "limit").to_owned())],
                ..Axes::default()
            },
        ));
    }
    draft
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

/// One matter as declared and as done.
struct Pair {
    id: &'static str,
    label: [&'static str; 2],
    declared: Json,
    done: Json,
    changed: bool,
}

fn pairs(year: &Year<'_>, case: &Case) -> Vec<Pair> {
    let plan = year.last::<shortlist::Plan>(&case.id);
    let form = year.last::<close::Close>(&case.id);
    let contract = year.last::<implement::Contract>(&case.id);
    let text = |fact: Option<&Fact>, field: &str| {
        fact.and_then(|f| f.value(field).text())
            .map(|t| year.free(&case.id, t))
    };
    let mut list = Vec::new();
    let mut both = |id, label, declared: Option<String>, done: Option<String>| {
        if let (Some(declared), Some(done)) = (declared, done) {
            let changed = declared.trim() != done.trim();
            list.push(Pair {
                id,
                label,
                declared: json!(declared),
                done: json!(done),
                changed,
            });
        }
    };
    let planned =
        text(plan, "unit").or_else(|| text(year.last::<deliberate::Deliberate>(&case.id), "unit"));
    let unit = text(contract, "unit").or_else(|| text(form, "unit"));
    both("unit", ["执行单位", "contractor"], planned, unit);
    let candidate = year.last::<shortlist::Candidate>(&case.id);
    both(
        "title",
        ["名称", "title"],
        text(candidate, "title"),
        text(form, "title"),
    );
    both(
        "type",
        ["类型", "type"],
        text(candidate, "type"),
        text(form, "type"),
    );
    if let (Some(declared), Some(done)) = (case.budget, case.settled) {
        list.push(Pair {
            id: "amount",
            label: ["金额（高于预算）", "amount (above the budget)"],
            declared: json!(declared),
            done: json!(done),
            changed: done > declared,
        });
    }
    let finish = plan.and_then(|f| f.value("finish").day());
    let end = year
        .last::<implement::Complete>(&case.id)
        .and_then(|f| f.occurred);
    if let (Some(finish), Some(end)) = (finish, end) {
        list.push(Pair {
            id: "finish",
            label: ["完成日期（晚于计划）", "completion (after the plan)"],
            declared: json!(finish.to_string()),
            done: json!(end.to_string()),
            changed: end > finish,
        });
    }
    list
}

pub(super) fn fidelity(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    let all: Vec<(&Case, Vec<Pair>)> = year
        .live()
        .map(|case| (case, pairs(year, case)))
        .filter(|(_, pairs)| !pairs.is_empty())
        .collect();
    if all.is_empty() {
        draft.lack("pairs");
        return draft;
    }
    let fields = ["unit", "title", "type", "amount", "finish"];
    for id in fields {
        let same: Vec<&Pair> = all
            .iter()
            .flat_map(|(_, pairs)| pairs)
            .filter(|p| p.id == id)
            .collect();
        let Some(first) = same.first() else { continue };
        let changed = same.iter().filter(|pair| pair.changed).count();
        let label = year.lang.pick(first.label[0], first.label[1]);
        draft
            .measures
            .push(share(id, label, changed, same.len(), 1));
    }
    let any = all
        .iter()
        .filter(|(_, pairs)| pairs.iter().any(|p| p.changed))
        .count();
    let label = say("有任一栏不一致的项目", "projects with any difference");
    draft
        .measures
        .insert(0, share("any", label, any, all.len(), 1));
    let rows = all
        .iter()
        .flat_map(|(case, pairs)| {
            pairs.iter().filter(|pair| pair.changed).map(|pair| {
                vec![
                    json!(case.id),
                    json!(case.title),
                    json!(year.lang.pick(pair.label[0], pair.label[1])),
                    pair.declared.clone(),
                    pair.done.clone(),
                ]
            })
        })
        .collect();
    draft.grid(
        "changes",
        say("不一致之处", "Differences"),
        &[
            (say("项目", "Case"), "case"),
            (say("名称", "Title"), "text"),
            (say("事项", "Matter"), "text"),
            (say("申报、计划", "Declared"), "text"),
            (say("实施、结算", "Done"), "text"),
        ],
        rows,
    );
    let bars: Vec<(String, f64)> = draft
        .measures
        .iter()
        .filter_map(|m| Some((m.label.clone(), m.value?)))
        .collect();
    draft.charts.push(charts::bars(
        "p17",
        say(
            "申报与实施不一致的占比",
            "Share that differs from what was declared",
        ),
        &bars,
        &Axes {
            share: true,
            ..Axes::default()
        },
    ));
    draft
}
