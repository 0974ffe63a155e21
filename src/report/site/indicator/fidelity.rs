//! P-17: what was done against what was declared.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use unicode_normalization::UnicodeNormalization;

use super::{Draft, bracketed, share};
use crate::report::site::charts::{self, Axes};
use crate::report::site::figures::Case;
use crate::report::site::gather::Year;
use crate::report::site::stats::{float, rounded, wilson};
use crate::state::Fact;
use crate::step::{close, deliberate, implement, shortlist};

/// One matter as declared and as done.
struct Pair {
    id: &'static str,
    label: [&'static str; 2],
    declared: Json,
    done: Json,
    changed: bool,
    /// Free text on both sides: other words are not yet another thing.
    words: bool,
}

impl Pair {
    /// Something that can be told apart is not as declared.
    fn differs(&self) -> bool {
        self.changed && !self.words
    }
}

/// The letters and signs of a text, of one width, without spaces and punctuation.
fn letters(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphanumeric()).collect()
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
            let changed = letters(&declared) != letters(&done);
            list.push(Pair {
                id,
                label,
                declared: json!(declared),
                done: json!(done),
                changed,
                words: ["content", "place", "served"].contains(&id),
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
    let design = year.last::<shortlist::Design>(&case.id);
    let talk = year.last::<deliberate::Deliberate>(&case.id);
    let applied = year.last::<deliberate::Apply>(&case.id);
    both(
        "content",
        ["内容（文字不同）", "content (other words)"],
        text(design, "content").or_else(|| text(talk, "content")),
        text(form, "content"),
    );
    both(
        "place",
        ["地点（文字不同）", "place (other words)"],
        text(design, "place").or_else(|| text(applied, "place")),
        text(form, "place"),
    );
    both(
        "served",
        ["受益对象（文字不同）", "who benefits (other words)"],
        text(design, "served").or_else(|| text(talk, "served")),
        text(form, "served"),
    );
    if let (Some(declared), Some(done)) = (case.budget, case.settled) {
        list.push(Pair {
            id: "amount",
            label: ["金额（高于预算）", "amount (above the budget)"],
            declared: json!(declared),
            done: json!(done),
            changed: done > declared,
            words: false,
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
            words: false,
        });
    }
    list
}

pub(super) fn fidelity(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    // what was changed by a decision on the way cannot be told from what was changed without
    draft.lack("change");
    draft.lack("staff");
    let all: Vec<(&Case, Vec<Pair>)> = year
        .live()
        .map(|case| (case, pairs(year, case)))
        .filter(|(_, pairs)| !pairs.is_empty())
        .collect();
    if all.is_empty() {
        draft.lack("pairs");
        return draft;
    }
    let fields = [
        "unit", "title", "type", "content", "place", "served", "amount", "finish",
    ];
    for id in fields {
        let same: Vec<&Pair> = all
            .iter()
            .flat_map(|(_, pairs)| pairs)
            .filter(|p| p.id == id)
            .collect();
        let Some(first) = same.first() else { continue };
        let changed = same.iter().filter(|pair| pair.changed).count();
        let label = year.lang.pick(first.label[0], first.label[1]);
        let mut measure = share(id, label, changed, same.len(), 1);
        measure.proxy = first.words;
        draft.measures.push(measure);
    }
    let any = all
        .iter()
        .filter(|(_, pairs)| pairs.iter().any(Pair::differs))
        .count();
    let label = say(
        "有任一栏不一致的项目（不计文字不同的）",
        "projects with any difference (other words do not count)",
    );
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
    by_contractor(year, &all, &mut draft);
    draft
}

/// How often what was done differs from what was declared, contractor by contractor.
fn by_contractor(year: &Year<'_>, all: &[(&Case, Vec<Pair>)], draft: &mut Draft) {
    const MOST: usize = 25;
    let say = |zh, en| year.say(zh, en);
    let mut firms: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (case, pairs) in all {
        if let Some(firm) = &case.contractor {
            let (changed, compared) = firms.entry(firm).or_default();
            *changed += usize::from(pairs.iter().any(Pair::differs));
            *compared += 1;
        }
    }
    let mut list: Vec<(&str, usize, usize)> = firms
        .into_iter()
        .map(|(firm, (c, n))| (firm, c, n))
        .collect();
    list.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(b.0)));
    let rate = |changed: usize, compared: usize| {
        let (low, high) = wilson(changed, compared)?;
        Some((rounded(float(changed) / float(compared)), low, high))
    };
    let rows = list.iter().map(|(firm, changed, compared)| {
        let rate = rate(*changed, *compared);
        vec![
            json!(firm),
            json!(changed),
            json!(compared),
            json!(rate.map(|r| r.0)),
            json!(rate.map(|r| r.1)),
            json!(rate.map(|r| r.2)),
        ]
    });
    draft.grid(
        "contractors",
        say("各承接单位", "By contractor"),
        &[
            (say("承接单位", "Contractor"), "text"),
            (say("有不一致的项目", "Projects that differ"), "number"),
            (say("对照的项目", "Projects compared"), "number"),
            (say("占比", "Share"), "share"),
            (say("区间下限", "Low"), "share"),
            (say("区间上限", "High"), "share"),
        ],
        rows.collect(),
    );
    let points: Vec<(String, f64, f64, f64)> = list
        .iter()
        .take(MOST)
        .filter_map(|(firm, changed, compared)| {
            let (value, low, high) = rate(*changed, *compared)?;
            Some((bracketed(year, firm, compared), value, low, high))
        })
        .collect();
    if !points.is_empty() {
        draft.charts.push(charts::forest(
            "p17-contractors",
            say(
                "各承接单位：有不一致的项目占比（括号内为项目数，95%区间）",
                "By contractor: share of projects that differ (number of projects in brackets, 95% interval)",
            ),
            &points,
            None,
            &Axes {
                share: true,
                ..Axes::default()
            },
        ));
    }
}
