//! P-10, P-11: who is served, and how many.

use serde_json::json;

use super::{Draft, plain, share};
use crate::report::site::charts::{self, Axes};
use crate::report::site::figures::Case;
use crate::report::site::gather::Year;
use crate::report::site::stats::{float, median, rounded};
use crate::state::Fact;
use crate::step::{close, deliberate, shortlist};

pub(super) fn same_people(_: &Year<'_>) -> Draft {
    let mut draft = Draft::default();
    draft.lack("attendance");
    draft
}

/// People that a project reached, as its closing form declares.
pub(super) fn declared(closed: &Fact) -> Option<i64> {
    let took_part = closed.value("participants").count();
    took_part.or(closed.value("served_number").count())
}

/// The number of people that a text names, if it names just one: 「6至12岁儿童60名」 is 60.
fn people(text: &str) -> Option<i64> {
    let units = ['人', '名', '位'];
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut digits = String::new();
    for (place, letter) in letters.iter().enumerate() {
        if letter.is_ascii_digit() {
            digits.push(*letter);
            continue;
        }
        // a span has two numbers, a decimal is none of people
        let apart = place
            .checked_sub(digits.len() + 1)
            .is_none_or(|before| !matches!(letters[before], '-' | '至' | '到' | '~' | '～' | '.'));
        if !digits.is_empty() && units.contains(letter) {
            found.push(digits.parse().ok().filter(|_| apart));
        }
        digits.clear();
    }
    match found[..] {
        [Some(number)] if number > 0 => Some(number),
        _ => None,
    }
}

/// How many people a project was to reach, where its design or deliberation says so.
fn planned(year: &Year<'_>, case: &Case) -> Option<i64> {
    let text = |fact: Option<&Fact>| people(fact?.value("served").text()?);
    text(year.last::<shortlist::Design>(&case.id))
        .or_else(|| text(year.last::<deliberate::Deliberate>(&case.id)))
}

/// The bars of attainment; what was attained exactly stands alone.
const EXACT: usize = 6;

/// The bar of a project.
fn bar(planned: i64, reached: i64) -> usize {
    let (p, r) = (i128::from(planned), i128::from(reached));
    match r.cmp(&p) {
        std::cmp::Ordering::Equal => EXACT,
        std::cmp::Ordering::Less => {
            let tenths = usize::try_from(r * 10 / p).unwrap_or(0);
            tenths.saturating_sub(4)
        }
        std::cmp::Ordering::Greater if r * 10 <= p * 11 => EXACT + 1,
        std::cmp::Ordering::Greater if r * 10 <= p * 12 => EXACT + 2,
        std::cmp::Ordering::Greater if r * 10 <= p * 15 => EXACT + 3,
        std::cmp::Ordering::Greater => EXACT + 4,
    }
}

/// The share of the plan that was attained, its spike at exactly 1.
fn attainment(year: &Year<'_>, pairs: &[(&Case, i64, i64)], draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    let ratios: Vec<f64> = pairs
        .iter()
        .map(|(_, planned, reached)| {
            let number = |n: i64| float(usize::try_from(n).unwrap_or(0));
            rounded(number(*reached) / number(*planned))
        })
        .collect();
    let all = pairs.len();
    draft.measures.push(plain(
        "attained",
        say(
            "申报实际 ÷ 计划（中位数，未经签到核实）",
            "declared over planned (median, not verified)",
        ),
        "index",
        median(&ratios),
        (all, json!(null)),
    ));
    let least = year.limits.limit.attainment;
    let below = ratios.iter().filter(|ratio| **ratio < least).count();
    let label = format!("{}{least}", say("达成低于", "attained below "));
    let mut measure = share("below", &label, below, all, 1);
    measure.flag = below > 0;
    draft.measures.push(measure);
    let exact = pairs
        .iter()
        .filter(|(_, planned, reached)| planned == reached);
    let label = say("恰好等于计划", "exactly as planned");
    draft
        .measures
        .push(share("exact", label, exact.count(), all, 1));
    let names = [
        "<0.5", "0.5–", "0.6–", "0.7–", "0.8–", "0.9–", "=1.00", "–1.1", "–1.2", "–1.5", ">1.5",
    ];
    let mut counts = [0_usize; 11];
    for (_, planned, reached) in pairs {
        counts[bar(*planned, *reached)] += 1;
    }
    let bars: Vec<(String, usize)> = names.iter().map(|n| (*n).to_owned()).zip(counts).collect();
    if all > 0 {
        draft.charts.push(charts::attained(
            "p11",
            say(
                "申报实际人数 ÷ 计划人数（空心：未经签到核实；恰好等于计划的单独一柱）",
                "Declared over planned people (hollow: not verified; exactly as planned stands alone)",
            ),
            &bars,
            EXACT,
            &Axes {
                x: say("实际 ÷ 计划", "declared over planned"),
                y: say("项目数", "projects"),
                ..Axes::default()
            },
        ));
    }
}

pub(super) fn reached(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    draft.lack("attendance");
    draft.lack("recruitment");
    let counts: Vec<(&Case, i64)> = year
        .live()
        .filter_map(|case| Some((case, declared(year.last::<close::Close>(&case.id)?)?)))
        .collect();
    if counts.is_empty() {
        draft.lack("planned");
        draft.lack("served");
        return draft;
    }
    let pairs: Vec<(&Case, i64, i64)> = counts
        .iter()
        .filter_map(|(case, reached)| Some((*case, planned(year, case)?, *reached)))
        .collect();
    if pairs.len() < counts.len() {
        draft.lack("planned");
    }
    attainment(year, &pairs, &mut draft);
    let tens = counts.iter().filter(|(_, n)| n % 10 == 0).count();
    let label = say("人数是10的整数倍", "multiples of ten");
    let mut measure = share("tens", label, tens, counts.len(), 1);
    let usual = year.limits.limit.round_numbers;
    measure.flag = measure.low.is_some_and(|low| low > usual);
    draft.measures.push(measure);
    let mut last_digits = [0_usize; 10];
    for (_, n) in &counts {
        let digit = usize::try_from(n.rem_euclid(10)).unwrap_or_default();
        last_digits[digit] += 1;
    }
    let bars: Vec<(String, f64)> = last_digits
        .iter()
        .enumerate()
        .map(|(digit, n)| (digit.to_string(), float(*n)))
        .collect();
    draft.charts.push(charts::bars(
        "p11-digits",
        say("申报人数的末位数字", "Last digit of the declared numbers"),
        &bars,
        &Axes {
            x: say("项目数", "projects"),
            ..Axes::default()
        },
    ));
    let rows = counts
        .iter()
        .map(|(case, reached)| {
            let plan = pairs.iter().find(|(one, ..)| one.id == case.id);
            vec![
                json!(case.id),
                json!(case.title),
                json!(plan.map(|(_, planned, _)| planned)),
                json!(reached),
            ]
        })
        .collect();
    draft.grid(
        "numbers",
        say(
            "计划和申报的受益或参与人数（未经签到核实）",
            "Planned and declared numbers (not verified)",
        ),
        &[
            (say("项目", "Case"), "case"),
            (say("名称", "Title"), "text"),
            (say("计划人数", "Planned"), "number"),
            (say("申报人数", "Declared"), "number"),
        ],
        rows,
    );
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_where_the_text_names_one_number_of_people() {
        for (text, number) in [
            ("6至12岁儿童60名", Some(60)),
            ("4个小区约2600名居民", Some(2600)),
            ("60岁以上长者", None),
            ("40个单元的住户", None),
            ("长者30人、儿童20人", None),
            ("30至50人", None),
            ("全体村民", None),
            ("0人", None),
        ] {
            assert_eq!(people(text), number, "{text}");
        }
    }

    #[test]
    fn a_project_stands_in_the_bar_of_its_attainment() {
        let bars: Vec<usize> = [0, 49, 50, 99, 100, 101, 110, 111, 150, 151]
            .map(|reached| bar(100, reached))
            .to_vec();
        assert_eq!(bars, [0, 0, 1, 5, 6, 7, 7, 8, 9, 10]);
    }
}
