//! P-02: six signals of a collection for form's sake, each for itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use super::{Draft, share};
use crate::law::{FirstDay, days};
use crate::report::site::charts::{self, Axes, Kind};
use crate::report::site::gather::{Demand, Year};
use crate::report::site::stats::{float, quantile, rounded};
use crate::state::{Fact, Value};
use crate::step::mask;
use crate::step::{accept, collect, deliberate, implement, shortlist};

/// One round with its demands.
struct Round<'y, 'a> {
    id: &'y str,
    demands: Vec<&'y Demand<'a>>,
}

fn rounds<'y, 'a>(year: &'y Year<'a>) -> Vec<Round<'y, 'a>> {
    let mut by_round: BTreeMap<&str, Vec<&Demand<'a>>> = BTreeMap::new();
    for demand in &year.demands {
        if let Some(id) = demand.fact.value("round").text() {
            by_round.entry(id).or_default().push(demand);
        }
    }
    by_round
        .into_iter()
        .map(|(id, demands)| Round { id, demands })
        .collect()
}

/// Seconds from UTC to the time of China.
const CHINA: i64 = 8 * 3600;

fn entered(fact: &Fact) -> Option<DateTime<Utc>> {
    fact.recorded_at.parse().ok()
}

/// The demands that one recorder entered within the minutes of a burst, the largest such group.
fn burst<'y, 'a>(round: &Round<'y, 'a>, minutes: i64) -> Vec<&'y Demand<'a>> {
    let mut by_actor: BTreeMap<&str, Vec<(DateTime<Utc>, &Demand<'a>)>> = BTreeMap::new();
    for demand in &round.demands {
        if let Some(at) = entered(demand.fact) {
            by_actor
                .entry(&demand.fact.actor)
                .or_default()
                .push((at, demand));
        }
    }
    let mut best: Vec<&Demand<'a>> = Vec::new();
    for list in by_actor.values_mut() {
        list.sort_by_key(|(at, demand)| (*at, demand.fact.key.clone()));
        let mut first = 0;
        for last in 0..list.len() {
            while (list[last].0 - list[first].0).num_minutes() > minutes {
                first += 1;
            }
            if last + 1 - first > best.len() {
                best = list[first..=last].iter().map(|(_, d)| *d).collect();
            }
        }
    }
    best
}

/// The trigrams of a text: letters and signs of one width, without punctuation.
fn trigrams(demand: &Demand<'_>) -> HashSet<[char; 3]> {
    let text = ["title", "summary", "grounds"]
        .iter()
        .filter_map(|field| demand.fact.value(field).text())
        .collect::<String>();
    let letters: Vec<char> = text.nfkc().filter(|c| c.is_alphanumeric()).collect();
    letters.windows(3).map(|w| [w[0], w[1], w[2]]).collect()
}

/// How many of a burst read like another of it.
fn copies(burst: &[&Demand<'_>], likeness: f64) -> usize {
    let grams: Vec<HashSet<[char; 3]>> = burst.iter().map(|d| trigrams(d)).collect();
    let mut alike = BTreeSet::new();
    for (i, a) in grams.iter().enumerate() {
        for (j, b) in grams.iter().enumerate().skip(i + 1) {
            let (small, large) = if a.len() < b.len() { (a, b) } else { (b, a) };
            // too different in length to be alike at all
            if small.is_empty() || float(small.len()) < likeness * float(large.len()) {
                continue;
            }
            let both = small.intersection(large).count();
            let either = a.len() + b.len() - both;
            if float(both) >= likeness * float(either) {
                alike.extend([i, j]);
            }
        }
    }
    alike.len()
}

/// Entered after the first design, budget, contract or settlement of its project.
fn reversed(year: &Year<'_>, demand: &Demand<'_>) -> bool {
    demand.cases.iter().any(|case| {
        let first = [
            year.of::<shortlist::Design>(case),
            year.of::<implement::Determine>(case),
            year.of::<implement::Contract>(case),
            year.of::<accept::Settle>(case),
        ]
        .into_iter()
        .flatten()
        .map(|fact| &*fact.recorded_at)
        .min();
        first.is_some_and(|first| &*demand.fact.recorded_at > first)
    })
}

pub(super) fn formality(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    if year.demands.is_empty() {
        draft.lack("demands");
    }
    let rounds = rounds(year);
    if rounds.is_empty() {
        draft.lack("rounds");
    }
    let linked: Vec<&Demand<'_>> = year
        .demands
        .iter()
        .filter(|d| !d.cases.is_empty())
        .collect();
    let late = linked.iter().filter(|d| reversed(year, d)).count();
    let label = say(
        "c 先有项目后有需求（按登记时间）",
        "c demand entered after its project",
    );
    let mut reverse = share("c", label, late, linked.len(), 1);
    reverse.flag = late > 0;
    let answered = year
        .demands
        .iter()
        .filter(|d| d.disposed.is_some() && d.replied)
        .count();
    let label = say("e 有结果且有答复", "e with outcome and reply");
    draft
        .measures
        .extend([reverse, share("e", label, answered, year.demands.len(), 1)]);
    origins(year, &mut draft);
    let strips = by_round(year, &rounds, &mut draft);
    recorders(year, &rounds, &mut draft);
    draft.measures.sort_by(|a, b| a.id.cmp(&b.id));
    if !strips.is_empty() {
        draft.charts.push(charts::strip(
            "p02",
            say(
                "各轮次：需求在截止前多少天提出",
                "By round: days before its end on which demands came",
            ),
            &strips,
            &Axes {
                x: say("截止前的天数", "days before the end"),
                ..Axes::default()
            },
        ));
    }
    draft
}

/// a, b and f, round by round; gives the days before the end on which demands came.
fn by_round(
    year: &Year<'_>,
    rounds: &[Round<'_, '_>],
    draft: &mut Draft,
) -> Vec<(String, Vec<f64>)> {
    let say = |zh, en| year.say(zh, en);
    let limit = &year.limits.limit;
    let (mut rows, mut strips) = (Vec::new(), Vec::new());
    for round in rounds {
        let n = round.demands.len();
        let shown = n >= limit.round_least;
        let burst = burst(round, limit.burst_minutes);
        let part = |hits: usize| shown.then(|| rounded(float(hits) / float(n)));
        let end = year
            .facts::<collect::Round>()
            .find(|fact| fact.subject == round.id)
            .and_then(|fact| fact.occurred);
        let before: Vec<f64> = round
            .demands
            .iter()
            .filter_map(|d| Some(days(d.fact.occurred?, end?, FirstDay::Excluded)))
            .filter_map(|days| i32::try_from(days).ok().map(f64::from))
            .collect();
        let last = i32::try_from(limit.last_days).map_or(0.0, f64::from);
        let final_days = before.iter().filter(|d| **d >= 0.0 && **d < last).count();
        rows.push(vec![
            json!(round.id),
            json!(n),
            json!(part(burst.len())),
            json!(part(copies(&burst, limit.likeness))),
            json!(part(final_days).filter(|_| !before.is_empty())),
        ]);
        if !before.is_empty() {
            strips.push((round.id.to_owned(), before));
        }
    }
    for (at, id, zh, en) in [
        (
            2,
            "a",
            "a 一人十分钟内集中登记（各轮次中位数）",
            "a burst of one recorder (median of rounds)",
        ),
        (
            3,
            "b",
            "b 同一批近似重复（各轮次中位数）",
            "b near duplicates in the burst (median of rounds)",
        ),
        (
            4,
            "f",
            "f 截止前三天（各轮次中位数）",
            "f last three days (median of rounds)",
        ),
    ] {
        let values: Vec<f64> = rows.iter().filter_map(|row| row[at].as_f64()).collect();
        let mut measure = super::plain(
            id,
            say(zh, en),
            "share",
            quantile(&values, 0.5),
            (values.len(), rounds.len()),
        );
        measure.least = limit.round_least;
        measure.held_back = values.is_empty() && !rounds.is_empty();
        draft.measures.push(measure);
    }
    draft.grid(
        "rounds",
        say("各轮次", "By round"),
        &[
            (say("轮次", "Round"), "text"),
            (say("需求", "Demands"), "number"),
            (say("a 集中登记", "a burst"), "share"),
            (say("b 近似重复", "b copies"), "share"),
            (say("f 最后三天", "f last days"), "share"),
        ],
        rows,
    );
    strips
}

/// Who entered what when: a strip for each of the rounds that were entered most in bursts.
fn recorders(year: &Year<'_>, rounds: &[Round<'_, '_>], draft: &mut Draft) {
    const MOST: usize = 6;
    const RECORDERS: usize = 12;
    // a few dots show nothing
    const LEAST: usize = 5;
    let say = |zh, en| year.say(zh, en);
    let limit = &year.limits.limit;
    let share = |round: &Round<'_, '_>| {
        float(burst(round, limit.burst_minutes).len()) / float(round.demands.len())
    };
    let mut worst: Vec<(f64, &Round<'_, '_>)> = rounds
        .iter()
        .filter(|round| round.demands.len() >= LEAST)
        .map(|round| (share(round), round))
        .collect();
    worst.sort_by(|(a, x), (b, y)| {
        (y.demands.len() >= limit.round_least)
            .cmp(&(x.demands.len() >= limit.round_least))
            .then(b.total_cmp(a))
            .then(x.id.cmp(y.id))
    });
    for (index, (_, round)) in worst.iter().take(MOST).enumerate() {
        let mut by_actor: BTreeMap<&str, Vec<(f64, &str)>> = BTreeMap::new();
        for demand in &round.demands {
            let at = entered(demand.fact).map(|at| at.timestamp() + CHINA);
            if let Some(at) = at.and_then(|at| usize::try_from(at).ok()) {
                let kind = demand.fact.value("source").text().unwrap_or_default();
                let of = by_actor.entry(&demand.fact.actor).or_default();
                of.push((float(at), kind));
            }
        }
        let mut actors: Vec<(&str, Vec<(f64, &str)>)> = by_actor.into_iter().collect();
        actors.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0)));
        actors.truncate(RECORDERS);
        let mut kinds: BTreeMap<&str, Vec<(f64, usize)>> = BTreeMap::new();
        for (row, (_, entries)) in actors.iter().enumerate() {
            for (at, kind) in entries {
                kinds.entry(kind).or_default().push((*at, row));
            }
        }
        let kinds: Vec<Kind> = kinds
            .into_iter()
            .map(|(kind, points)| match kind {
                "" => (say("来源未写", "source not said").to_owned(), points),
                kind => (year.pack.label("source", kind).to_owned(), points),
            })
            .collect();
        let names: Vec<String> = actors
            .iter()
            .map(|(actor, _)| {
                if year.public {
                    mask::mask(actor)
                } else {
                    (*actor).to_owned()
                }
            })
            .collect();
        let title = format!(
            "{} {}{}",
            say("谁在什么时候登记：", "Who entered when:"),
            round.id,
            say("（按来源着色）", " (coloured by source)")
        );
        draft.charts.push(charts::entries(
            &format!("p02-{index}"),
            &title,
            &names,
            &kinds,
            &Axes::default(),
        ));
    }
}

/// d: projects that come from committees and superiors, where the application says so.
fn origins(year: &Year<'_>, draft: &mut Draft) {
    let told: Vec<Vec<&str>> = year
        .live()
        .filter_map(|case| {
            let fact = year.last::<deliberate::Apply>(&case.id)?;
            let origins: Vec<&str> = fact
                .value("origins")
                .items()
                .iter()
                .filter_map(Value::text)
                .collect();
            (!origins.is_empty()).then_some(origins)
        })
        .collect();
    if told.is_empty() {
        draft.lack("origins");
        return;
    }
    let official = told
        .iter()
        .filter(|list| list.contains(&"committee"))
        .count();
    let label = year.say(
        "d 由委员会提议的项目",
        "d projects that a committee proposed",
    );
    draft
        .measures
        .push(share("d", label, official, told.len(), 1));
}
