//! P-08: supervision while the work goes on.

use serde_json::{Value as Json, json};

use super::work::{day, number};
use super::{Draft, plain, share};
use crate::law::{Day, FirstDay, days};
use crate::report::flags::entered;
use crate::report::site::charts::{self, Axes, Span};
use crate::report::site::figures::Case;
use crate::report::site::gather::Year;
use crate::report::site::stats::{float, median, rounded, seconds};
use crate::state::Fact;
use crate::step::{evaluate, implement};

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// Days of a month, on the average.
const MONTH: f64 = 30.4;

/// What was recorded of the work while it went on.
fn records<'a>(year: &Year<'a>, case: &str) -> Vec<&'a Fact> {
    let mut list = year.of::<implement::Progress>(case);
    list.extend(year.of::<evaluate::Daily>(case));
    list
}

/// What was found of the projects that have a first and a last day.
#[derive(Default)]
struct Found {
    /// Long enough to be looked at, and of them without a record on the way.
    long: usize,
    bare: usize,
    /// Records; of them entered late, and after completion.
    all: usize,
    late: usize,
    after: usize,
    /// Days from each record to its entry.
    lags: Vec<f64>,
    /// Months of work.
    months: f64,
    rows: Vec<Vec<Json>>,
    spans: Vec<(bool, Span)>,
}

impl Found {
    fn of(year: &Year<'_>) -> Self {
        let mut found = Self::default();
        for case in year.live() {
            let (from, to) = (day(case.started.as_ref()), day(case.completed.as_ref()));
            if let (Some(from), Some(to)) = (from, to) {
                found.add(year, case, (from, to));
            }
        }
        found
    }

    fn add(&mut self, year: &Year<'_>, case: &Case, (from, to): (Day, Day)) {
        let limit = &year.limits.limit;
        let facts = records(year, &case.id);
        let within = |fact: &&&Fact| fact.occurred.is_some_and(|d| d > from && d < to);
        let inside = facts.iter().filter(within).count();
        let length = days(from, to, FirstDay::Excluded);
        let bare = length >= limit.short_days && inside == 0;
        self.long += usize::from(length >= limit.short_days);
        self.bare += usize::from(bare);
        let mut span = Span {
            name: case.id.clone(),
            // a day of work has a length, too; a record lies in the middle of its day
            ends: (seconds(from), seconds(to) + DAY),
            ..Span::default()
        };
        for fact in &facts {
            let (Some(done), Some(entry)) = (fact.occurred, entered(fact)) else {
                continue;
            };
            self.all += 1;
            let lag = days(done, entry, FirstDay::Excluded);
            self.late += usize::from(lag > limit.lag_days);
            self.lags.push(number(lag.max(0)));
            if entry > to {
                span.late.push(seconds(done) + DAY / 2.0);
            } else {
                span.timely.push(seconds(done) + DAY / 2.0);
            }
        }
        self.after += span.late.len();
        self.months += number(length).max(1.0) / MONTH;
        self.rows.push(vec![
            json!(case.id),
            json!(case.title),
            json!(length),
            json!(facts.len()),
            json!(inside),
            json!(span.late.len()),
        ]);
        self.spans.push((bare, span));
    }
}

pub(super) fn supervision(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let limit = &year.limits.limit;
    let mut draft = Draft::default();
    let Found {
        long,
        bare,
        all,
        late,
        after,
        lags,
        months,
        rows,
        spans,
    } = Found::of(year);
    if rows.is_empty() {
        draft.lack("finished");
    }
    if all == 0 {
        draft.lack("progress");
    }
    let label = say("没有过程记录的项目", "projects without a record on the way");
    draft.measures.push(share("bare", label, bare, long, 1));
    draft.measures.push(plain(
        "rate",
        say("每个项目每月的过程记录", "records per project and month"),
        "index",
        (months > 0.0).then(|| float(all) / months),
        (all, json!(rounded(months))),
    ));
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
    lives(year, spans, &mut draft);
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

/// The projects with their records, those first whose records say least of the work.
fn lives(year: &Year<'_>, mut spans: Vec<(bool, Span)>, draft: &mut Draft) {
    const MOST: usize = 30;
    let say = |zh, en| year.say(zh, en);
    let all = spans.len();
    if all == 0 {
        return;
    }
    spans.sort_by(|(bare_a, a), (bare_b, b)| {
        (b.late.len().cmp(&a.late.len()))
            .then(bare_b.cmp(bare_a))
            .then(a.name.cmp(&b.name))
    });
    spans.truncate(MOST);
    let mut shown: Vec<Span> = spans.into_iter().map(|(_, span)| span).collect();
    shown.sort_by(|a, b| a.name.cmp(&b.name));
    let title = say(
        "各项目从开工到完工和其间的过程记录（空心：完工后补登）",
        "Each project from start to completion with its records (hollow: entered afterwards)",
    );
    let title = if all > MOST {
        let part = say(
            "；补登多的和没有记录的",
            "; most entered afterwards or none first, ",
        );
        format!("{title}{part} {MOST}/{all}")
    } else {
        title.to_owned()
    };
    draft
        .charts
        .push(charts::timeline("p08-lives", &title, &shown));
}
