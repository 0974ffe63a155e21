//! P-10, P-11, P-12: who is served, how many, and what the surveys are worth.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Draft, plain, share};
use crate::report::site::charts::{self, Axes};
use crate::report::site::gather::Year;
use crate::report::site::stats::{float, icc, rounded, wilson};
use crate::state::{Fact, Value};
use crate::step::{close, survey};

/// The questions of a survey.
const QUESTIONS: [&str; 7] = [
    "overall",
    "quality",
    "effect",
    "attitude",
    "efficiency",
    "fit",
    "openness",
];

pub(super) fn same_people(_: &Year<'_>) -> Draft {
    let mut draft = Draft::default();
    draft.lack("attendance");
    draft
}

pub(super) fn reached(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    draft.lack("planned");
    draft.lack("attendance");
    let counts: Vec<(&str, i64)> = year
        .live()
        .filter_map(|case| {
            let fact = year.last::<close::Close>(&case.id)?;
            let number = fact.value("participants").count();
            Some((
                case.id.as_str(),
                number.or(fact.value("served_number").count())?,
            ))
        })
        .collect();
    if counts.is_empty() {
        draft.lack("served");
        return draft;
    }
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
        "p11",
        say("申报人数的末位数字", "Last digit of the declared numbers"),
        &bars,
        &Axes {
            x: say("项目数", "projects"),
            ..Axes::default()
        },
    ));
    let rows = counts
        .iter()
        .map(|(case, n)| vec![json!(case), json!(n)])
        .collect();
    draft.grid(
        "numbers",
        say(
            "申报的受益或参与人数（未经签到核实）",
            "Declared numbers (not verified)",
        ),
        &[
            (say("项目", "Case"), "case"),
            (say("人数", "People"), "number"),
        ],
        rows,
    );
    draft
}

/// A survey as a table of seven rows.
struct Table<'a> {
    case: &'a str,
    organiser: &'a str,
    answered: Option<i64>,
    rows: Vec<Vec<i64>>,
}

impl Table<'_> {
    /// All rows are there and equal.
    fn equal(&self) -> bool {
        self.rows.len() == QUESTIONS.len() && self.rows.iter().all(|row| *row == self.rows[0])
    }

    /// Nothing but the best level.
    fn perfect(&self) -> bool {
        !self.rows.is_empty()
            && self
                .rows
                .iter()
                .all(|row| row.iter().sum::<i64>() > 0 && row.iter().skip(1).all(|n| *n == 0))
    }

    /// Answers to the first question, and how many of them are of the two best levels.
    fn satisfied(&self) -> Option<(usize, usize)> {
        let row = self.rows.first()?;
        let best: i64 = row.iter().take(2).sum();
        Some((
            usize::try_from(best).ok()?,
            usize::try_from(row.iter().sum::<i64>()).ok()?,
        ))
    }
}

fn tables<'y>(year: &'y Year<'_>) -> Vec<Table<'y>> {
    year.live()
        .filter_map(|case| {
            let fact = year.last::<survey::Survey>(&case.id)?;
            let rows = QUESTIONS
                .iter()
                .map(|question| {
                    fact.value(question)
                        .items()
                        .iter()
                        .filter_map(Value::count)
                        .collect()
                })
                .filter(|row: &Vec<i64>| !row.is_empty())
                .collect();
            Some(Table {
                case: &case.id,
                organiser: fact.value("organiser").text().unwrap_or_default(),
                answered: fact.value("answered").count(),
                rows,
            })
        })
        .collect()
}

pub(super) fn surveys(year: &Year<'_>) -> Draft {
    let say = |zh, en| year.say(zh, en);
    let mut draft = Draft::default();
    let tables = tables(year);
    if tables.is_empty() {
        draft.lack("surveys");
    }
    let least = year
        .pack
        .parameter(&year.limits.limit.answers)
        .and_then(|p| p.value.as_ref()?.as_integer());
    let all = tables.len();
    if let Some(least) = least {
        let few = tables
            .iter()
            .filter(|t| t.answered.is_some_and(|n| n < least))
            .count();
        let known = tables.iter().filter(|t| t.answered.is_some()).count();
        let label = format!(
            "a {}（{least}）",
            say("人数少于条文要求", "fewer answers than asked")
        );
        draft.measures.push(share("a", &label, few, known, 1));
    }
    answers(year, &mut draft);
    let equal = tables.iter().filter(|t| t.equal() && !t.perfect()).count();
    let label = say(
        "c 七个问题没有各自的信息（七行相同）",
        "c the seven questions carry no separate information",
    );
    let mut measure = share("c", label, equal, all, 1);
    measure.flag = equal > 0;
    draft.measures.push(measure);
    let perfect = tables.iter().filter(|t| t.perfect()).count();
    let label = say("d 全部“非常满意”", "d everything very satisfied");
    draft.measures.push(share("d", label, perfect, all, 1));
    let mut by_organiser: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for table in &tables {
        let (perfect, all) = by_organiser.entry(table.organiser).or_default();
        *perfect += usize::from(table.perfect());
        *all += 1;
    }
    let many = year.limits.limit.same_organiser;
    let organisers = by_organiser.values().filter(|(_, all)| *all >= many);
    let always = organisers
        .clone()
        .filter(|(perfect, all)| perfect == all)
        .count();
    let mut repeated = share(
        "e",
        say(
            "e 次次满分的组织单位（测评够多的）",
            "e organisers with nothing but perfect tables",
        ),
        always,
        organisers.count(),
        1,
    );
    repeated.flag = always > 0;
    draft.measures.push(repeated);
    show(year, &tables, &mut draft);
    draft.measures.sort_by(|a, b| a.id.cmp(&b.id));
    draft
}

/// The table of the surveys, and satisfaction with its intervals.
fn show(year: &Year<'_>, tables: &[Table<'_>], draft: &mut Draft) {
    const MOST: usize = 40;
    let say = |zh, en| year.say(zh, en);
    let (mut rows, mut points) = (Vec::new(), Vec::new());
    for table in tables {
        let satisfied = table.satisfied();
        let interval = satisfied.and_then(|(k, n)| wilson(k, n));
        if let (Some((k, n)), Some((low, high))) = (satisfied, interval) {
            points.push((table.case.to_owned(), float(k) / float(n), low, high));
        }
        rows.push(vec![
            json!(table.case),
            json!(table.answered),
            json!(satisfied.map(|(k, _)| k)),
            json!(
                satisfied
                    .filter(|(_, n)| *n > 0)
                    .map(|(k, n)| rounded(float(k) / float(n)))
            ),
            json!(interval.map(|i| i.0)),
            json!(interval.map(|i| i.1)),
            json!(if table.equal() {
                say("是", "yes")
            } else {
                say("否", "no")
            }),
            json!(if table.perfect() {
                say("是", "yes")
            } else {
                say("否", "no")
            }),
        ]);
    }
    draft.grid(
        "surveys",
        say("各次测评（“满意”及以上）", "Surveys (satisfied or better)"),
        &[
            (say("项目", "Case"), "case"),
            (say("人数", "Answers"), "number"),
            (say("满意", "Satisfied"), "number"),
            (say("满意率", "Share"), "share"),
            (say("区间下限", "Low"), "share"),
            (say("区间上限", "High"), "share"),
            (say("七行相同", "Equal rows"), "text"),
            (say("全满分", "Perfect"), "text"),
        ],
        rows,
    );
    if !points.is_empty() {
        points.truncate(MOST);
        draft.charts.push(charts::forest(
            "p12",
            say(
                "各项目的总体满意率（95%区间）",
                "Satisfaction by project (95% interval)",
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

/// b, f and i, from single questionnaires.
fn answers(year: &Year<'_>, draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    let level = |fact: &Fact, question: &str| -> Option<f64> {
        let id = fact.value(question).text()?;
        let levels = year.pack.vocabularies.iter().find(|v| v.id == "level")?;
        levels
            .terms
            .iter()
            .position(|term| term.id == id)
            .map(float)
    };
    let (mut all, mut straight, mut comments, mut groups) = (0, 0, 0, Vec::new());
    for case in year.live() {
        let mut group = Vec::new();
        for fact in year.of::<survey::Answer>(&case.id) {
            all += 1;
            comments += usize::from(!fact.value("comment").is_none());
            let levels: Vec<f64> = QUESTIONS.iter().filter_map(|q| level(fact, q)).collect();
            let one = levels.len() == QUESTIONS.len();
            straight += usize::from(one && levels.iter().all(|l| l.total_cmp(&levels[0]).is_eq()));
            group.extend(levels.first());
        }
        groups.push(group);
    }
    if all == 0 {
        draft.lack("answers");
        return;
    }
    let label = say("b 整卷同一答案", "b one answer throughout");
    draft.measures.push(share("b", label, straight, all, 1));
    let label = say("f 项目之间的区分度 ICC(1)", "f ICC(1) between projects");
    let used = groups.iter().filter(|g| g.len() > 1).count();
    draft
        .measures
        .push(plain("f", label, "index", icc(&groups), (used, all)));
    let label = say("i 留下意见的答卷", "i with a comment");
    draft.measures.push(share("i", label, comments, all, 1));
}
