//! The files of a report.

use std::fmt::Write as _;

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde_json::Value as Json;

use super::charts::{self, Axes, Chart};
use super::figures::{Figures, Flow, Sums};
use super::gather::Year;
use super::render::Renderer;
use super::stats::{float, yuan};
use super::{charts::COLOURS, findings};
use crate::ledger::chain::digest;
use crate::report::audit::Audit;
use crate::step::{Recorded, survey};

/// Findings that a page shows without a script.
const WITHOUT_SCRIPT: usize = 300;

/// Drawings of a page as the templates take them.
fn drawings(charts: &[Chart]) -> Value {
    let list: Vec<Value> = charts
        .iter()
        .map(|chart| {
            context! {
                id => chart.id.clone(),
                title => chart.title.clone(),
                svg => Value::from_safe_string(chart.svg.clone()),
            }
        })
        .collect();
    Value::from(list)
}

/// All files of the report, the list of their digests last.
pub fn files(
    year: &Year<'_>,
    figures: &Figures,
    audit: &Audit,
    dossiers: Vec<(String, Vec<u8>)>,
) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let data = serde_json::to_value(figures)?;
    let mut pretty = serde_json::to_string_pretty(&data)?;
    pretty.push('\n');
    let renderer = Renderer::new(&data, year.lang)?;
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("site.css".into(), super::render::STYLE.into()),
        ("site.js".into(), super::render::SCRIPT.into()),
        (
            "findings.js".into(),
            findings::script(year, audit).into_bytes(),
        ),
        ("data.json".into(), pretty.into_bytes()),
    ];
    let mut page = |file: &str, template: &str, title: &str, more: Value| -> anyhow::Result<()> {
        let text = renderer.page(template, file, title, more)?;
        files.push((file.to_owned(), text.into_bytes()));
        Ok(())
    };
    every_page(year, figures, audit, &data, &mut page)?;
    files.extend(dossiers);
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let mut sums = String::new();
    for (name, bytes) in &files {
        let _ = writeln!(sums, "{}  {name}", digest(bytes));
    }
    files.push(("SHA256SUMS".to_owned(), sums.into_bytes()));
    Ok(files)
}

/// Takes a file's name, its template, its title and what is shown on it.
type Page<'p> = dyn FnMut(&str, &str, &str, Value) -> anyhow::Result<()> + 'p;

/// Makes every page.
fn every_page(
    year: &Year<'_>,
    figures: &Figures,
    audit: &Audit,
    data: &Json,
    page: &mut Page<'_>,
) -> anyhow::Result<()> {
    let say = |zh, en| year.say(zh, en);
    page(
        "index.html",
        "index.html",
        say("总览", "Overview"),
        context! {
            drawings => drawings(&[verdict_bars(year, data)]),
        },
    )?;
    page(
        "findings.html",
        "findings.html",
        say("问题", "Findings"),
        context! {
            worst => Value::from(Serde(findings::worst(year, audit, WITHOUT_SCRIPT))),
        },
    )?;
    page(
        "flow.html",
        "flow.html",
        say("流程", "Flow"),
        context! {
            drawings => drawings(&flow_charts(year, &figures.flow[0], "all")),
        },
    )?;
    page(
        "money.html",
        "money.html",
        say("资金", "Money"),
        context! {
            drawings => drawings(&money_charts(year, figures)),
        },
    )?;
    page(
        "deadlines.html",
        "deadlines.html",
        say("期限", "Deadlines"),
        context! {
            drawings => drawings(&deadline_charts(year, figures)),
        },
    )?;
    indicators(year, figures, page)?;
    page(
        "flags.html",
        "flags.html",
        say("线索", "Flags"),
        context! {},
    )?;
    let higher = findings::about(year, audit, &|f| f.community.is_none());
    page(
        "communities.html",
        "communities.html",
        say("社区", "Communities"),
        context! {
            about => Value::from(Serde(higher)),
        },
    )?;
    for (index, community) in figures.communities.iter().enumerate() {
        let code = community.code.as_str();
        let about = findings::about(year, audit, &|f| f.community.as_deref() == Some(code));
        let flow = figures
            .flow
            .iter()
            .position(|f| f.id == code)
            .unwrap_or_default();
        page(
            &format!("c-{code}.html"),
            "community.html",
            &community.name,
            context! {
                at => index,
                flow => flow,
                drawings => drawings(&flow_charts(year, &figures.flow[flow], code)),
                about => Value::from(Serde(about)),
            },
        )?;
    }
    page(
        "about.html",
        "about.html",
        say("说明", "About"),
        context! {},
    )?;
    Ok(())
}

/// The page of the indicators.
fn indicators(year: &Year<'_>, figures: &Figures, page: &mut Page<'_>) -> anyhow::Result<()> {
    let say = |zh, en| year.say(zh, en);
    let questions: Vec<&str> = survey::Survey::DEF
        .fields
        .iter()
        .filter(|field| survey::QUESTIONS.contains(&field.name))
        .map(|field| say(field.heading, field.name))
        .collect();
    let all: Vec<Value> = figures
        .indicators
        .iter()
        .map(|i| drawings(&i.charts))
        .collect();
    page(
        "indicators.html",
        "indicators.html",
        say("指标", "Indicators"),
        context! {
            drawings => Value::from(all),
            questions => questions,
        },
    )
}

/// The verdicts of each stage that call for something, as bars of parts.
fn verdict_bars(year: &Year<'_>, data: &Json) -> Chart {
    let say = |zh, en| year.say(zh, en).to_owned();
    let parts = [
        (say("违规", "violation"), "var(--v-violation)", "violation"),
        (say("偏离", "deviation"), "var(--v-deviation)", "deviation"),
        (
            say("临界", "borderline"),
            "var(--v-borderline)",
            "borderline",
        ),
        (
            say("资料不足", "unverifiable"),
            "var(--v-unverifiable)",
            "unverifiable",
        ),
    ];
    let rows: Vec<(String, Vec<f64>)> = data["summary"]["stages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|stage| {
            let counts = parts
                .iter()
                .map(|(_, _, id)| stage["verdicts"][id].as_f64().unwrap_or_default());
            (
                stage["label"].as_str().unwrap_or_default().to_owned(),
                counts.collect(),
            )
        })
        .collect();
    let parts: Vec<(String, &'static str)> = parts.into_iter().map(|(l, c, _)| (l, c)).collect();
    charts::stacked(
        "stages",
        year.say(
            "各环节需要处理的结论",
            "Verdicts that call for something, by stage",
        ),
        &parts,
        &rows,
        &Axes {
            x: year.say("项", "findings"),
            ..Axes::default()
        },
    )
}

fn flow_charts(year: &Year<'_>, flow: &Flow, id: &str) -> Vec<Chart> {
    let steps = |list: &[super::figures::Stage]| -> Vec<(String, f64)> {
        list.iter()
            .map(|s| (s.label.clone(), float(s.count)))
            .collect()
    };
    let mut charts = Vec::new();
    if flow.demands[0].count > 0 {
        let title = year.say("需求：从收到到完工", "Demands: from receipt to completion");
        charts.push(charts::funnel(
            &format!("d-{id}"),
            title,
            &steps(&flow.demands),
        ));
    }
    if flow.projects.iter().any(|s| s.count > 0) {
        let title = year.say(
            "项目：从候选到评价",
            "Projects: from candidate to evaluation",
        );
        charts.push(charts::bars(
            &format!("p-{id}"),
            title,
            &steps(&flow.projects),
            &Axes {
                x: year.say("项目数", "projects"),
                ..Axes::default()
            },
        ));
    }
    charts
}

fn money_charts(year: &Year<'_>, figures: &Figures) -> Vec<Chart> {
    let parts = [
        (year.say("预算", "budget").to_owned(), COLOURS[0]),
        (year.say("合同", "contract").to_owned(), COLOURS[1]),
        (year.say("结算", "settled").to_owned(), COLOURS[2]),
    ];
    let wan = |fen: i64| yuan(fen) / 1e4;
    let axes = Axes {
        x: year.say("万元", "10,000 yuan"),
        ..Axes::default()
    };
    let draw = |id: &str, title: &str, list: &[Sums]| {
        let rows: Vec<(String, Vec<f64>)> = list
            .iter()
            .filter(|sums| sums.like.projects > 0)
            .map(|sums| {
                let like = &sums.like;
                (
                    sums.label.clone(),
                    vec![
                        wan(like.budget.0),
                        wan(like.contract.0),
                        wan(like.settled.0),
                    ],
                )
            })
            .collect();
        (!rows.is_empty()).then(|| charts::grouped(id, title, &parts, &rows, &axes))
    };
    let money = &figures.money;
    [
        draw(
            "types",
            year.say(
                "按类型：三项金额齐全的项目",
                "By type: projects with all three amounts",
            ),
            &money.types,
        ),
        draw(
            "levels",
            year.say(
                "按资金级别：三项金额齐全的项目",
                "By level: projects with all three amounts",
            ),
            &money.levels,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn deadline_charts(year: &Year<'_>, figures: &Figures) -> Vec<Chart> {
    let days: Vec<(String, Vec<f64>)> = figures
        .deadlines
        .iter()
        .filter(|d| !d.days.is_empty())
        .map(|d| {
            let days = d
                .days
                .iter()
                .filter_map(|n| i32::try_from(*n).ok().map(f64::from));
            (d.rule.clone(), days.collect())
        })
        .collect();
    if days.is_empty() {
        return Vec::new();
    }
    let shares: Vec<(String, f64, f64, f64)> = figures
        .deadlines
        .iter()
        .filter_map(|d| Some((d.rule.clone(), d.share.value?, d.share.low?, d.share.high?)))
        .collect();
    vec![
        charts::strip(
            "spare",
            year.say(
                "与期限相差的天数（0 以左为逾期）",
                "Days to spare (left of 0 is late)",
            ),
            &days,
            &Axes {
                x: year.say("天", "days"),
                marks: vec![(0.0, year.say("期限", "limit").to_owned())],
                ..Axes::default()
            },
        ),
        charts::forest(
            "met",
            year.say("按期的占比（95%区间）", "Share met (95% interval)"),
            &shares,
            None,
            &Axes {
                share: true,
                ..Axes::default()
            },
        ),
    ]
}
