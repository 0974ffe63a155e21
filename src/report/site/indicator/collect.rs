//! P-01, P-03, P-04, P-05: whom the collection reached and what became of what they asked.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Draft, plain, share};
use crate::law::{Day, FirstDay, days};
use crate::report::site::charts::{self, Axes};
use crate::report::site::gather::{Year, source};
use crate::report::site::stats::{float, median, rounded, wilson};
use crate::report::site::totals::flows;
use crate::state::{Fact, Subject, Value};
use crate::step::{Recorded, collect, implement, publicize, register, shortlist};

/// Distinct residents of all communities.
fn everyone<'a>(year: &Year<'a>) -> BTreeSet<&'a str> {
    year.sources.values().flatten().copied().collect()
}

/// Residents asked in the two years before.
fn earlier<'a>(year: &Year<'a>) -> BTreeSet<&'a str> {
    let before = i64::from(year.year) - 2..i64::from(year.year);
    let of = |fact: &&'a Fact| {
        fact.value("year")
            .count()
            .is_some_and(|y| before.contains(&y))
    };
    let demands = year.facts::<collect::Demand>().filter(of);
    let contacts = year.facts::<collect::Contact>().filter(of);
    demands.chain(contacts).filter_map(source).collect()
}

/// The least number of sources that the pack asks for.
fn wanted(year: &Year<'_>) -> Option<usize> {
    let parameter = year.pack.parameter(&year.limits.limit.sources)?;
    usize::try_from(parameter.value.as_ref()?.as_integer()?).ok()
}

/// What is known of one community's reach.
struct Reach<'y> {
    name: &'y str,
    sources: usize,
    households: Option<usize>,
    focus: usize,
    missed: usize,
}

fn reaches<'y>(year: &'y Year<'_>) -> Vec<Reach<'y>> {
    let of = |code: &'y String| {
        let registers = year.limits.households.iter();
        let known = registers.filter(|h| h.community == *code && h.date <= year.as_of);
        let (focus, missed) = focus_gap(year, code);
        Reach {
            name: year.name(code),
            sources: year.sources.get(code).map_or(0, BTreeSet::len),
            households: known
                .max_by_key(|h| h.date)
                .map(|h| h.number)
                .filter(|n| *n > 0),
            focus,
            missed,
        }
    };
    year.codes.iter().map(of).collect()
}

pub(super) fn reach(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    let all = everyone(year);
    if all.is_empty() {
        draft.lack("demands");
    }
    let list = reaches(year);
    let known = || list.iter().filter(|r| r.households.is_some());
    let households: usize = known().filter_map(|r| r.households).sum();
    if households > 0 {
        let asked = known().map(|r| r.sources).sum();
        let label = say(
            "来源 ÷ 户数（有户数的社区）",
            "sources over households (where known)",
        );
        draft
            .measures
            .push(share("coverage", label, asked, households, 1));
    }
    if known().count() < list.len() {
        draft.lack("households");
    }
    let before = earlier(year);
    if before.is_empty() {
        draft.lack("earlier");
    } else {
        let new = all.iter().filter(|key| !before.contains(*key)).count();
        let label = say("新来源占比", "share of new sources");
        draft.measures.push(share("new", label, new, all.len(), 1));
    }
    let focus: usize = list.iter().map(|r| r.focus).sum();
    if focus > 0 {
        let missed = list.iter().map(|r| r.missed).sum();
        let label = say("重点户中没有征集到的", "focus households not asked");
        draft.measures.push(share("gap", label, missed, focus, 1));
    }
    draft.measures.push(plain(
        "sources",
        say("不重复的居民来源", "distinct residents"),
        "number",
        (!all.is_empty()).then(|| float(all.len())),
        (all.len(), json!(null)),
    ));
    show_reach(year, &list, &mut draft);
    draft
}

/// The table and the drawing of the communities' reach.
fn show_reach(year: &Year<'_>, list: &[Reach<'_>], draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    let least = wanted(year);
    let (mut rows, mut points, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    for reach in list {
        let coverage = reach.households.map(|n| float(reach.sources) / float(n));
        if let (Some(n), Some(value)) = (reach.households, coverage) {
            let (low, high) = wilson(reach.sources, n).unwrap_or((value, value));
            points.push((reach.name.to_owned(), value.min(1.0), low, high));
            if let Some(least) = least.filter(|_| marks.is_empty()) {
                let said = format!("{} {least}", say("条文", "clause"));
                marks.push((float(least) / float(n), said));
            }
        }
        rows.push(vec![
            json!(reach.name),
            json!(reach.sources),
            json!(least),
            json!(reach.households),
            json!(coverage.map(rounded)),
            json!(reach.focus),
            json!(reach.missed),
        ]);
    }
    draft.grid(
        "communities",
        say("各社区的来源数", "Sources by community"),
        &[
            (say("社区", "Community"), "text"),
            (say("不重复来源", "Distinct sources"), "number"),
            (say("条文要求", "Asked by the clause"), "number"),
            (say("户数", "Households"), "number"),
            (say("覆盖", "Coverage"), "share"),
            (say("重点户", "Focus households"), "number"),
            (say("未征集到", "Not asked"), "number"),
        ],
        rows,
    );
    if !points.is_empty() {
        marks.push((
            year.limits.limit.majority,
            say("多数", "majority").to_owned(),
        ));
        draft.charts.push(charts::forest(
            "p01",
            say(
                "各社区覆盖率（95%区间）",
                "Coverage by community (95% interval)",
            ),
            &points,
            None,
            &Axes {
                x: say("覆盖率", "coverage"),
                share: true,
                marks,
                ..Axes::default()
            },
        ));
    }
}

/// Focus households of a community, and those of them that no contact or demand names.
fn focus_gap(year: &Year<'_>, code: &str) -> (usize, usize) {
    let of = |fact: &&Fact| {
        Subject::parse(&fact.subject).community() == Some(code)
            && fact.value("year").count() == Some(i64::from(year.year))
    };
    let listed: BTreeSet<&str> = year
        .facts::<register::Household>()
        .filter(of)
        .filter_map(|fact| fact.value("household").text())
        .collect();
    let demands = year
        .demands
        .iter()
        .filter(|d| d.community == code)
        .map(|d| d.fact);
    let contacts = year.contacts.iter().copied().filter(of);
    let met: BTreeSet<&str> = demands
        .chain(contacts)
        .filter_map(|fact| fact.value("household").text())
        .collect();
    (listed.len(), listed.difference(&met).count())
}

pub(super) fn awareness(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    draft.lack("aware");
    let told: Vec<&str> = year
        .demands
        .iter()
        .filter_map(|d| d.fact.value("way").text())
        .collect();
    let online = told.iter().filter(|way| **way == "online").count();
    let proxy = share(
        "online",
        say("替代：线上提出的需求", "proxy: demands made online"),
        online,
        told.len(),
        1,
    );
    draft.measures.push(proxy);
    let before = earlier(year);
    if before.is_empty() {
        draft.lack("earlier");
    } else {
        let all = everyone(year);
        let new = all.iter().filter(|key| !before.contains(*key)).count();
        let label = say("替代：新来源", "proxy: new sources");
        draft.measures.push(share("new", label, new, all.len(), 1));
    }
    let of_year = |fact: &&Fact| fact.value("year").count() == Some(i64::from(year.year));
    let events = year.facts::<publicize::Promote>().filter(of_year).count()
        + year
            .facts::<publicize::Experience>()
            .filter(of_year)
            .count();
    draft.measures.push(plain(
        "events",
        say(
            "替代：宣传活动和体验日",
            "proxy: promotions and experience days",
        ),
        "number",
        Some(float(events)),
        (events, json!(null)),
    ));
    for measure in &mut draft.measures {
        measure.proxy = true;
    }
    draft
}

/// The funnel of all demands, and its steps in each community, where a page has it drawn.
fn funnels(year: &Year<'_>, draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    let flows = flows(year);
    let Some(all) = flows.first() else { return };
    let steps: Vec<(String, f64)> = all
        .demands
        .iter()
        .map(|stage| (stage.label.clone(), float(stage.count)))
        .collect();
    draft.charts.push(charts::funnel(
        "p05-funnel",
        say(
            "需求：从收到到完工（各社区见社区页面）",
            "Demands: from receipt to completion (each community on its page)",
        ),
        &steps,
    ));
    let mut columns = vec![(say("社区", "Community"), "text")];
    columns.extend(all.demands.iter().map(|s| (s.label.as_str(), "number")));
    let rows = flows.iter().skip(1).map(|flow| {
        let counts = flow.demands.iter().map(|stage| json!(stage.count));
        std::iter::once(json!(flow.label)).chain(counts).collect()
    });
    draft.grid(
        "funnel",
        say(
            "各社区：需求走到哪一步",
            "By community: how far demands came",
        ),
        &columns,
        rows.collect(),
    );
}

pub(super) fn conversion(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    if year.demands.is_empty() {
        draft.lack("demands");
        return draft;
    }
    let determined = |case: &String| year.last::<implement::Determine>(case).is_some();
    let able = || year.demands.iter().filter(|d| d.studied && !d.unresolvable);
    let converted = able().filter(|d| d.cases.iter().any(determined)).count();
    let label = say(
        "对应到已确定项目 ÷ 可解决的需求",
        "determined over resolvable",
    );
    draft
        .measures
        .push(share("conversion", label, converted, able().count(), 1));
    let (mut waits, mut times, mut ended, mut old) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let span = |from: Day, to: Day| {
        i32::try_from(days(from, to, FirstDay::Excluded)).map_or(0.0, f64::from)
    };
    for demand in &year.demands {
        let Some(from) = demand.fact.occurred else {
            continue;
        };
        let wait = span(from, demand.disposed.unwrap_or(year.as_of).max(from));
        times.push(wait);
        ended.push(demand.disposed.is_some());
        if demand.disposed.is_some() {
            waits.push(wait);
        } else if wait > f64::from(i32::try_from(year.limits.limit.backlog_days).unwrap_or(0)) {
            old += 1;
        }
    }
    draft.measures.push(plain(
        "days",
        say(
            "提出到有结果的天数（中位数）",
            "days to an outcome (median)",
        ),
        "days",
        median(&waits),
        (waits.len(), year.demands.len()),
    ));
    let label = say("超过界限仍无结果", "backlog beyond the limit");
    draft
        .measures
        .push(share("backlog", label, old, year.demands.len(), 1));
    let merged: Vec<f64> = year
        .live()
        .filter_map(|case| {
            let fact = year.last::<shortlist::Candidate>(&case.id)?;
            Some(float(fact.value("demands").items().len()))
        })
        .collect();
    draft.measures.push(plain(
        "merge",
        say(
            "每个项目对应的需求（中位数）",
            "demands per project (median)",
        ),
        "number",
        median(&merged),
        (merged.len(), json!(null)),
    ));
    draft.grid(
        "communities",
        say("各社区：需求与问题", "By community: demands and findings"),
        &[
            (say("社区", "Community"), "text"),
            (say("需求", "Demands"), "number"),
            (say("对应到项目", "Taken up"), "number"),
            (say("项目", "Projects"), "number"),
            (say("违规和偏离", "Breaches"), "number"),
            (say("每个项目", "Per project"), "index"),
        ],
        by_community(year),
    );
    funnels(year, &mut draft);
    if !waits.is_empty() {
        draft.charts.push(charts::waiting(
            "p05",
            say(
                "提出后仍在等待结果的需求",
                "Demands still waiting for an outcome",
            ),
            times,
            ended,
            &Axes {
                x: say("提出后的天数", "days after the demand"),
                y: say("仍在等待", "waiting"),
                ..Axes::default()
            },
        ));
    }
    draft
}

fn by_community(year: &Year<'_>) -> Vec<Vec<serde_json::Value>> {
    year.codes
        .iter()
        .map(|code| {
            let demands = || year.demands.iter().filter(|d| d.community == *code);
            let cases = || year.cases.iter().filter(|case| case.community == *code);
            let breaches: usize = cases()
                .flat_map(|case| ["violation", "deviation"].map(|v| case.verdicts[v]))
                .sum();
            let number = cases().count();
            json!([
                year.name(code),
                demands().count(),
                demands().filter(|d| !d.cases.is_empty()).count(),
                number,
                breaches,
                (number > 0).then(|| rounded(float(breaches) / float(number))),
            ])
        })
        .filter_map(|row| row.as_array().cloned())
        .collect()
}

/// Candidates of the year, chosen or not, with how many proposers each has.
pub(super) fn supporters(year: &Year<'_>, case: &str) -> usize {
    let demands = year
        .last::<shortlist::Candidate>(case)
        .map_or(&[][..], |fact| fact.value("demands").items());
    let keys: BTreeSet<&str> = demands
        .iter()
        .filter_map(Value::text)
        .flat_map(|id| year.book.about(id))
        .map(|&index| year.book.fact(index))
        .filter(|fact| fact.def == collect::Demand::DEF && !fact.struck)
        .filter_map(source)
        .collect();
    keys.len()
}
