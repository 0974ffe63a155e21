//! The year at a glance, money, flows and deadlines.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::figures::{
    Community, Deadline, Flow, FundYear, Group, Like, Measure, MoneyFigures, RuleCount, Stage,
    Summary, Sums, Yuan,
};
use super::gather::{STAGES, Year, reached, verdicts};
use super::stats::{float, median, wilson};
use crate::judge::{Finding, Fund, Line, Verdict};
use crate::law::Day;
use crate::pack::Severity;
use crate::report::audit::Audit;
use crate::report::fund::Account;
use crate::state::View;

/// A share with its interval.
#[must_use]
pub fn share(id: &str, label: &str, hits: usize, all: usize, least: usize) -> Measure {
    let held_back = all > 0 && all < least;
    let interval = wilson(hits, all).filter(|_| !held_back);
    Measure {
        id: id.to_owned(),
        label: label.to_owned(),
        numerator: json!(hits),
        denominator: json!(all),
        value: (!held_back && all > 0).then(|| super::stats::rounded(float(hits) / float(all))),
        form: "share",
        low: interval.map(|i| i.0),
        high: interval.map(|i| i.1),
        least: least.max(1),
        held_back,
        ..Measure::default()
    }
}

/// The year at a glance.
#[must_use]
pub fn summary(year: &Year<'_>, audit: &Audit) -> Summary {
    let mut stages: Vec<String> = [
        "collect",
        "shortlist",
        "publicize",
        "implement",
        "accept",
        "evaluate",
        "audit",
    ]
    .map(str::to_owned)
    .into();
    for rule in &year.pack.rules {
        if !stages.contains(&rule.stage) {
            stages.push(rule.stage.clone());
        }
    }
    let group = |id: &str, label: &str, keep: &dyn Fn(&Finding) -> bool| Group {
        id: id.to_owned(),
        label: label.to_owned(),
        verdicts: verdicts(audit.findings.iter().filter(|f| keep(f))),
    };
    let severities = [
        Severity::Must,
        Severity::Principle,
        Severity::Advisory,
        Severity::Info,
    ];
    let advice = audit
        .findings
        .iter()
        .filter(|f| f.verdict == Verdict::Deviation && f.severity == Severity::Advisory);
    Summary {
        projects: audit.projects,
        withdrawn: year.cases.iter().filter(|case| case.withdrawn).count(),
        communities: audit.communities,
        judgements: audit.findings.len(),
        verdicts: verdicts(&audit.findings),
        advice: advice.count(),
        demands: year.demands.len(),
        stages: stages
            .iter()
            .map(|stage| {
                let label = crate::report::rules::stage_label(stage, year.lang);
                group(stage, label, &|f| f.stage == *stage)
            })
            .filter(|group| group.verdicts.values().sum::<usize>() > 0)
            .collect(),
        severities: severities
            .iter()
            .map(|s| group(s.id(), s.label(year.lang), &|f| f.severity == *s))
            .filter(|group| group.verdicts.values().sum::<usize>() > 0)
            .collect(),
        rules: rules(year, audit),
    }
}

/// The rules with breaches, those most often broken first.
fn rules(year: &Year<'_>, audit: &Audit) -> Vec<RuleCount> {
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &audit.findings {
        by_rule.entry(&finding.rule).or_default().push(finding);
    }
    let mut list: Vec<RuleCount> = by_rule
        .into_iter()
        .filter_map(|(rule, findings)| {
            let of = |verdict: Verdict| findings.iter().filter(|f| f.verdict == verdict).count();
            let [violation, deviation, borderline, justified] = [
                Verdict::Violation,
                Verdict::Deviation,
                Verdict::Borderline,
                Verdict::Justified,
            ]
            .map(of);
            let all = violation + deviation + borderline + justified;
            let first = findings.first()?;
            (all > 0).then(|| RuleCount {
                rule: rule.to_owned(),
                title: first.title.in_lang(year.lang).to_owned(),
                cite: first.cite.clone(),
                severity: first.severity.id(),
                violation,
                deviation,
                borderline,
                justified,
                all,
            })
        })
        .collect();
    list.sort_by(|a, b| (b.violation, b.all, &a.rule).cmp(&(a.violation, a.all, &b.rule)));
    list
}

fn add(sum: &mut Yuan, count: &mut usize, amount: Option<Yuan>) {
    if let Some(amount) = amount {
        sum.0 = sum.0.saturating_add(amount.0);
        *count += 1;
    }
}

/// Adds up the money of some cases; withdrawn ones only as far as they were paid.
fn sums<'c>(id: &str, label: &str, cases: impl Iterator<Item = &'c super::figures::Case>) -> Sums {
    let mut sums = Sums {
        id: id.to_owned(),
        label: label.to_owned(),
        ..Sums::default()
    };
    for case in cases {
        add(&mut sums.paid, &mut sums.with_paid, case.paid);
        if case.withdrawn {
            continue;
        }
        sums.projects += 1;
        add(&mut sums.budget, &mut sums.with_budget, case.budget);
        add(&mut sums.contract, &mut sums.with_contract, case.contract);
        add(&mut sums.settled, &mut sums.with_settled, case.settled);
        if let (Some(b), Some(c), Some(s)) = (case.budget, case.contract, case.settled) {
            let like: &mut Like = &mut sums.like;
            like.projects += 1;
            like.budget.0 += b.0;
            like.contract.0 += c.0;
            like.settled.0 += s.0;
            like.above += usize::from(s > c);
        }
    }
    sums
}

/// Money by type, level and street, and the funds of the streets.
#[must_use]
pub fn money(year: &Year<'_>) -> MoneyFigures {
    let split = |of: &dyn Fn(&super::figures::Case) -> String, vocabulary: &str| -> Vec<Sums> {
        let keys: BTreeSet<String> = year.cases.iter().map(of).collect();
        keys.iter()
            .map(|key| {
                let label = if key.is_empty() {
                    year.say("未登记", "not recorded")
                } else {
                    year.pack.label(vocabulary, key)
                };
                sums(
                    key,
                    label,
                    year.cases.iter().filter(|case| of(case) == *key),
                )
            })
            .filter(|sums| sums.projects > 0 || sums.with_paid > 0)
            .collect()
    };
    let street = |case: &super::figures::Case| {
        year.book
            .street(&case.community)
            .unwrap_or_default()
            .to_owned()
    };
    let streets: BTreeSet<&str> = year
        .codes
        .iter()
        .filter_map(|c| year.book.street(c))
        .collect();
    MoneyFigures {
        all: sums("all", year.say("合计", "All"), year.cases.iter()),
        types: split(&|case| case.kind.clone(), "type"),
        levels: split(&|case| case.level.clone(), "fund"),
        streets: split(&street, ""),
        funds: streets
            .iter()
            .filter_map(|street| fund(year, street))
            .collect(),
    }
}

fn fund(year: &Year<'_>, street: &str) -> Option<FundYear> {
    let view = View::new(year.book, &format!("{street}{}", year.year), year.as_of);
    let account = Account::of(&view)?;
    if account.is_empty() {
        return None;
    }
    let sum = |lines: &[Line]| Fund::sum(lines).map(|m| Yuan(m.fen()));
    Some(FundYear {
        id: account.id.clone(),
        total: account.total.map(|m| Yuan(m.fen())),
        disbursed: sum(&account.fund.disbursed),
        paid: sum(&account.fund.paid),
        returned: sum(&account.fund.returned),
        support: account.fund.support.map(|m| Yuan(m.fen())),
    })
}

/// The flows of all communities together, and of each.
#[must_use]
pub fn flows(year: &Year<'_>) -> Vec<Flow> {
    let stages: BTreeMap<&str, BTreeSet<&'static str>> = year
        .live()
        .map(|case| (case.id.as_str(), reached(&year.view(&case.id))))
        .collect();
    let all = year.say("全部社区", "All communities");
    let mut list = vec![flow(year, "all", all, &|_| true, &stages)];
    for code in &year.codes {
        list.push(flow(year, code, year.name(code), &|c| c == code, &stages));
    }
    list
}

fn flow(
    year: &Year<'_>,
    id: &str,
    label: &str,
    of: &dyn Fn(&str) -> bool,
    stages: &BTreeMap<&str, BTreeSet<&'static str>>,
) -> Flow {
    let demands: Vec<_> = year.demands.iter().filter(|d| of(&d.community)).collect();
    let reached = |case: &String, stage: &str| {
        stages
            .get(case.as_str())
            .is_some_and(|done| done.contains(stage))
    };
    let count = |keep: &dyn Fn(&super::gather::Demand<'_>) -> bool| {
        demands.iter().filter(|d| keep(d)).count()
    };
    let stage = |id: &'static str, zh: &str, en: &str, count: usize| Stage {
        id,
        label: year.say(zh, en).to_owned(),
        count,
    };
    Flow {
        id: id.to_owned(),
        label: label.to_owned(),
        demands: vec![
            stage("received", "收到需求", "Demands", demands.len()),
            stage(
                "studied",
                "经会议研究或研判",
                "Studied",
                count(&|d| d.studied || !d.cases.is_empty()),
            ),
            stage(
                "linked",
                "对应到项目",
                "Taken up by a project",
                count(&|d| !d.cases.is_empty()),
            ),
            stage(
                "determined",
                "项目已确定",
                "Project determined",
                count(&|d| d.cases.iter().any(|case| reached(case, "determined"))),
            ),
            stage(
                "completed",
                "项目已完工",
                "Project completed",
                count(&|d| d.cases.iter().any(|case| reached(case, "completed"))),
            ),
        ],
        projects: STAGES
            .iter()
            .map(|(id, words, _)| {
                let cases = year.live().filter(|case| of(&case.community));
                let here = cases.filter(|case| reached(&case.id, id));
                stage(id, words[0], words[1], here.count())
            })
            .collect(),
    }
}

/// The communities of the year.
#[must_use]
pub fn communities(year: &Year<'_>, audit: &Audit) -> Vec<Community> {
    let mut by_code: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &audit.findings {
        if let Some(code) = finding.community.as_deref() {
            by_code.entry(code).or_default().push(finding);
        }
    }
    year.codes
        .iter()
        .map(|code| {
            let cases = || year.cases.iter().filter(|case| case.community == *code);
            let demands = year.demands.iter().filter(|d| d.community == *code);
            let findings = by_code.get(code.as_str()).map_or(&[][..], Vec::as_slice);
            Community {
                code: code.clone(),
                name: year.name(code).to_owned(),
                street: year.book.street(code).unwrap_or_default().to_owned(),
                projects: cases().count(),
                demands: demands.count(),
                sources: year.sources.get(code).map_or(0, BTreeSet::len),
                verdicts: verdicts(findings.iter().copied()),
                money: sums(code, year.name(code), cases()),
            }
        })
        .collect()
}

/// Days to spare of one finding; `None` if its rule counts no days here.
enum Spare {
    /// Done, with so many days to spare.
    Done(i64),
    /// Not done, the last day is over.
    Open,
    /// Not done, the last day is to come.
    Running,
}

fn spare(finding: &Finding, as_of: Day) -> Option<(&'static str, Spare)> {
    if !matches!(
        finding.verdict,
        Verdict::Pass
            | Verdict::Violation
            | Verdict::Deviation
            | Verdict::Justified
            | Verdict::Borderline
            | Verdict::Pending
    ) {
        return None;
    }
    let number = |name: &str| finding.facts.get(name)?.as_i64();
    let due = finding.facts.get("due").and_then(|due| due.as_str());
    if let Some(due) = due.and_then(|due| due.parse::<Day>().ok())
        && finding.facts.contains_key("spare")
    {
        let spare = match number("spare") {
            Some(days) => Spare::Done(days),
            None if due < as_of => Spare::Open,
            None => Spare::Running,
        };
        return Some(("due", spare));
    }
    let (counted, least) = (number("days")?, number("min")?);
    let running = finding.verdict == Verdict::Pending;
    Some((
        "length",
        if running {
            Spare::Running
        } else {
            Spare::Done(counted - least)
        },
    ))
}

/// Days against limits, rule by rule, in the order of the law.
#[must_use]
pub fn deadlines(year: &Year<'_>, audit: &Audit) -> Vec<Deadline> {
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &audit.findings {
        by_rule.entry(&finding.rule).or_default().push(finding);
    }
    let mut list = Vec::new();
    for rule in &year.pack.rules {
        let findings = by_rule.get(rule.id.as_str()).map_or(&[][..], Vec::as_slice);
        let found: Vec<(&'static str, Spare)> = findings
            .iter()
            .filter_map(|f| spare(f, year.as_of))
            .collect();
        let Some((kind, _)) = found.first() else {
            continue;
        };
        let mut days: Vec<i64> = found
            .iter()
            .filter_map(|(_, spare)| match spare {
                Spare::Done(days) => Some(*days),
                _ => None,
            })
            .collect();
        days.sort_unstable();
        let late = days.iter().filter(|days| **days < 0).count();
        let open = found
            .iter()
            .filter(|(_, s)| matches!(s, Spare::Open))
            .count();
        let met = days.len() - late;
        let spread: Vec<f64> = days
            .iter()
            .filter_map(|days| i32::try_from(*days).ok().map(f64::from))
            .collect();
        list.push(Deadline {
            rule: rule.id.clone(),
            title: rule.title.in_lang(year.lang).to_owned(),
            cite: rule.cite.clone(),
            kind,
            met,
            late,
            open,
            running: found.len() - days.len() - open,
            median: median(&spread),
            share: share("met", year.say("按期", "met"), met, met + late + open, 1),
            days,
        });
    }
    list
}
