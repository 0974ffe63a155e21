//! P-12: what the surveys are worth, each signal for itself, a card for each survey.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Draft, bracketed, plain, share};
use crate::law::Day;
use crate::report::site::charts::{self, Axes};
use crate::report::site::figures::Case;
use crate::report::site::gather::Year;
use crate::report::site::stats::{float, icc, rounded, wilson};
use crate::report::survey::{Margins, level, seat};
use crate::state::Fact;
use crate::step::survey::{self, QUESTIONS};
use crate::step::{accept, close, implement};

/// The survey of one project, with what else is recorded around it.
struct Card<'y, 'a> {
    case: &'y Case,
    street: &'a str,
    /// The table, from the form, else counted from the questionnaires.
    margins: Margins<'a>,
    /// Single questionnaires.
    sheets: Vec<&'a Fact>,
    /// People that the project reached, as declared.
    reached: Option<i64>,
    /// First day of the survey, last day of the work.
    days: (Option<Day>, Option<Day>),
    /// Questionnaires with one answer to all seven questions.
    straight: usize,
    /// Questionnaires with a comment.
    comments: usize,
    /// The most questionnaires of one day.
    busiest: usize,
    /// Something of the project was put right on or after the first day of the survey.
    righted: bool,
}

impl<'y, 'a> Card<'y, 'a> {
    fn of(year: &Year<'a>, case: &'y Case) -> Option<Self> {
        let sheets = year.of::<survey::Answer>(&case.id);
        let form = year.last::<survey::Survey>(&case.id);
        let margins = match form {
            Some(form) => Margins::of_form(form),
            None if sheets.is_empty() => return None,
            None => Margins::counted(year.pack, sheets.clone())?,
        };
        let closed = year.last::<close::Close>(&case.id);
        let completed = year
            .last::<implement::Complete>(&case.id)
            .and_then(|fact| fact.occurred)
            .or_else(|| closed?.value("finish").day());
        let began = margins.facts.iter().filter_map(|fact| fact.occurred).min();
        let mut by_day: BTreeMap<Day, usize> = BTreeMap::new();
        for day in sheets.iter().filter_map(|sheet| sheet.occurred) {
            *by_day.entry(day).or_default() += 1;
        }
        let straight = |sheet: &&&Fact| {
            let all: Vec<usize> = QUESTIONS
                .iter()
                .filter_map(|question| level(year.pack, sheet, question))
                .collect();
            all.len() == QUESTIONS.len() && all.iter().all(|one| *one == all[0])
        };
        Some(Self {
            case,
            street: year.book.street(&case.community).unwrap_or_default(),
            reached: closed.and_then(super::people::declared),
            days: (began, completed),
            straight: sheets.iter().filter(straight).count(),
            comments: sheets
                .iter()
                .filter(|sheet| !sheet.value("comment").is_none())
                .count(),
            busiest: by_day.values().copied().max().unwrap_or(0),
            righted: year.of::<accept::Rectify>(&case.id).iter().any(|fact| {
                let day = fact.value("done").day().or(fact.occurred);
                day.zip(began).is_some_and(|(day, began)| day >= began)
            }),
            margins,
            sheets,
        })
    }

    /// Answers to the first question, and how many of them are of the two best levels.
    fn satisfied(&self) -> Option<(usize, usize)> {
        let row = &self.margins.rows[0];
        let best: i64 = row.iter().take(2).sum();
        let all = usize::try_from(self.margins.first()).ok()?;
        (all > 0).then_some((usize::try_from(best).ok()?, all))
    }

    /// Answers to any question that are not even fair: below the third level.
    fn unhappy(&self) -> i64 {
        let below = |row: &Vec<i64>| row.iter().skip(3).sum::<i64>();
        self.margins.rows.iter().map(below).sum()
    }

    /// It began before the work was finished; none if a day is not known.
    fn early(&self) -> Option<bool> {
        let (began, completed) = self.days;
        Some(began? < completed?)
    }

    /// Somebody was not content or wrote what to do better.
    fn asks(&self) -> bool {
        self.unhappy() > 0 || self.comments > 0
    }

    /// The answers to the first question, one by one, as places among the levels.
    fn answers(&self) -> Vec<f64> {
        let row = self.margins.rows[0].iter().enumerate();
        row.flat_map(|(place, number)| {
            let times = usize::try_from(*number).unwrap_or(0);
            std::iter::repeat_n(float(place), times)
        })
        .collect()
    }
}

pub(super) fn surveys(year: &Year<'_>) -> Draft {
    let mut draft = Draft::default();
    let cards: Vec<Card<'_, '_>> = year
        .live()
        .filter_map(|case| Card::of(year, case))
        .collect();
    if cards.is_empty() {
        draft.lack("surveys");
    }
    if cards.iter().all(|card| card.sheets.is_empty()) {
        draft.lack("answers");
    }
    // what no step records: g, the hour of h, the follow-up of one answer of j
    for lack in ["respondents", "hour", "followup"] {
        draft.lack(lack);
    }
    numbers(year, &cards, &mut draft);
    sheets(year, &cards, &mut draft);
    rows(year, &cards, &mut draft);
    organisers(year, &cards, &mut draft);
    streets(year, &cards, &mut draft);
    follow(year, &cards, &mut draft);
    draft.measures.sort_by(|a, b| a.id.cmp(&b.id));
    show(year, &cards, &mut draft);
    draft
}

/// a: how many answered, against the clause and against those who were reached.
fn numbers(year: &Year<'_>, cards: &[Card<'_, '_>], draft: &mut Draft) {
    let least = year
        .pack
        .parameter(&year.limits.limit.answers)
        .and_then(|p| p.value.as_ref()?.as_integer());
    if let Some(least) = least {
        let known = cards.iter().filter_map(|card| card.margins.answered);
        let few = known.clone().filter(|answered| *answered < least).count();
        let label = year.say("a 人数少于条文要求", "a fewer answers than asked");
        let label = bracketed(year, label, least);
        draft
            .measures
            .push(share("a", &label, few, known.count(), 1));
    }
    let both = cards
        .iter()
        .filter_map(|card| Some((card.margins.answered?, card.reached?)));
    let (answered, reached) = both.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    if reached == 0 {
        draft.lack("served");
    }
    let value = (reached > 0).then(|| whole(answered) / whole(reached));
    draft.measures.push(plain(
        "a2",
        year.say("a 作答人数 ÷ 受益人数", "a answers over people reached"),
        "share",
        value,
        (answered, reached),
    ));
}

/// A number of people to reckon with.
fn whole(number: i64) -> f64 {
    float(usize::try_from(number).unwrap_or(0))
}

/// b, i and the days of h: from single questionnaires.
fn sheets(year: &Year<'_>, cards: &[Card<'_, '_>], draft: &mut Draft) {
    let sum = |of: fn(&Card<'_, '_>) -> usize| cards.iter().map(of).sum::<usize>();
    let all = sum(|card| card.sheets.len());
    if all > 0 {
        for (id, zh, en, hits) in [
            (
                "b",
                "b 整卷同一答案",
                "b one answer throughout",
                sum(|card| card.straight),
            ),
            (
                "h2",
                "h 集中在一天填写（各项目答卷最多的一天合计）",
                "h filled in on one day (the fullest day of each project)",
                sum(|card| card.busiest),
            ),
            (
                "i",
                "i 留下意见的答卷",
                "i with a comment",
                sum(|card| card.comments),
            ),
        ] {
            draft
                .measures
                .push(share(id, year.say(zh, en), hits, all, 1));
        }
    }
    let known = cards.iter().filter_map(Card::early);
    let early = known.clone().filter(|early| *early).count();
    if early + known.clone().count() == 0 && !cards.is_empty() {
        draft.lack("finished");
    }
    let label = year.say(
        "h 完工以前就开始的测评",
        "h surveys that began before completion",
    );
    let mut measure = share("h", label, early, known.count(), 1);
    measure.flag = early > 0;
    draft.measures.push(measure);
}

/// c and d: what the seven rows say.
fn rows(year: &Year<'_>, cards: &[Card<'_, '_>], draft: &mut Draft) {
    let count = |of: &dyn Fn(&Margins<'_>) -> bool| cards.iter().filter(|c| of(&c.margins)).count();
    let equal = count(&|margins| margins.same() && !margins.perfect());
    let label = year.say(
        "c 七个问题没有各自的信息（七行相同）",
        "c the seven questions carry no separate information",
    );
    let mut measure = share("c", label, equal, cards.len(), 1);
    measure.flag = equal > 0;
    draft.measures.push(measure);
    let label = year.say("d 全部“非常满意”", "d everything very satisfied");
    let perfect = count(&|margins| margins.perfect());
    draft
        .measures
        .push(share("d", label, perfect, cards.len(), 1));
}

/// e: organisers whose every survey is perfect.
fn organisers(year: &Year<'_>, cards: &[Card<'_, '_>], draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    let mut by_organiser: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for card in cards {
        if let Some(body) = card.margins.organiser {
            let place = seat(body, Some(card.street), &card.case.community);
            let (perfect, all) = by_organiser.entry((body, place)).or_default();
            *perfect += usize::from(card.margins.perfect());
            *all += 1;
        }
    }
    let many = year.limits.limit.same_organiser;
    let large = by_organiser.values().filter(|(_, all)| *all >= many);
    let always = large.clone().filter(|(perfect, all)| perfect == all);
    let always = always.count();
    let label = say(
        "e 次次满分的组织单位（测评够多的）",
        "e organisers with nothing but perfect tables",
    );
    let mut repeated = share("e", label, always, large.count(), 1);
    repeated.flag = always > 0;
    draft.measures.push(repeated);
    let rows = by_organiser.iter().map(|((body, place), (perfect, all))| {
        vec![
            json!(year.pack.label("body", body)),
            json!(year.name(place)),
            json!(all),
            json!(perfect),
        ]
    });
    draft.grid(
        "organisers",
        say("各组织单位", "By organiser"),
        &[
            (say("组织单位", "Organiser"), "text"),
            (say("地方", "Place"), "text"),
            (say("测评", "Surveys"), "number"),
            (say("全满分", "Perfect"), "number"),
        ],
        rows.collect(),
    );
}

/// f: how far the surveys tell projects apart, over all and in each street.
fn streets(year: &Year<'_>, cards: &[Card<'_, '_>], draft: &mut Draft) {
    let say = |zh, en| year.say(zh, en);
    let row = |name: &str, cards: &[&Card<'_, '_>]| -> Vec<Json> {
        let answers: Vec<Vec<f64>> = cards.iter().map(|card| card.answers()).collect();
        let count = |of: &dyn Fn(&Card<'_, '_>) -> bool| cards.iter().filter(|c| of(c)).count();
        vec![
            json!(name),
            json!(cards.len()),
            json!(answers.iter().map(Vec::len).sum::<usize>()),
            json!(icc(&answers)),
            json!(count(&|card| card.margins.same() && !card.margins.perfect())),
            json!(count(&|card| card.margins.perfect())),
            json!(count(&|card| card.early() == Some(true))),
        ]
    };
    let all: Vec<&Card<'_, '_>> = cards.iter().collect();
    let whole = row(say("全部", "all"), &all);
    let label = say("f 项目之间的区分度 ICC(1)", "f ICC(1) between projects");
    draft.measures.push(plain(
        "f",
        label,
        "index",
        whole[3].as_f64(),
        (cards.len(), whole[2].clone()),
    ));
    let mut by_street: BTreeMap<&str, Vec<&Card<'_, '_>>> = BTreeMap::new();
    for card in cards {
        by_street.entry(card.street).or_default().push(card);
    }
    let mut rows: Vec<Vec<Json>> = by_street.iter().map(|(name, of)| row(name, of)).collect();
    if rows.len() > 1 {
        rows.push(whole);
    }
    draft.grid(
        "streets",
        say(
            "各街道：测评能不能区分项目",
            "By street: do the surveys tell projects apart",
        ),
        &[
            (say("街道", "Street"), "text"),
            (say("测评", "Surveys"), "number"),
            (say("答卷", "Answers"), "number"),
            ("ICC(1)", "index"),
            (say("七行相同", "Equal rows"), "number"),
            (say("全满分", "Perfect"), "number"),
            (say("完工前测评", "Before completion"), "number"),
        ],
        rows,
    );
}

/// j: what came of answers that were not content, as far as the ledger can tell.
fn follow(year: &Year<'_>, cards: &[Card<'_, '_>], draft: &mut Draft) {
    let asked = cards.iter().filter(|card| card.asks());
    let righted = asked.clone().filter(|card| card.righted).count();
    let label = year.say(
        "j 有不满意或意见、其后项目有整改的（按项目）",
        "j dissatisfaction or comments, and the project was put right afterwards",
    );
    draft
        .measures
        .push(share("j", label, righted, asked.count(), 1));
}

/// The cards, and satisfaction with its intervals.
fn show(year: &Year<'_>, cards: &[Card<'_, '_>], draft: &mut Draft) {
    const MOST: usize = 40;
    let say = |zh, en| year.say(zh, en);
    let yes = |it: bool| {
        if it {
            say("是", "yes")
        } else {
            say("否", "no")
        }
    };
    let (mut rows, mut points) = (Vec::new(), Vec::new());
    for card in cards {
        let satisfied = card.satisfied();
        let interval = satisfied.and_then(|(k, n)| wilson(k, n));
        let part = satisfied.map(|(k, n)| float(k) / float(n));
        if let (Some(part), Some((low, high))) = (part, interval) {
            points.push((card.case.id.clone(), part, low, high));
        }
        let sheets = card.sheets.len();
        let of_sheets = |hits: usize| (sheets > 0).then(|| rounded(float(hits) / float(sheets)));
        let reach = card.margins.answered.zip(card.reached);
        rows.push(vec![
            json!(card.case.id),
            json!(card.case.title),
            json!(card.margins.answered),
            json!(
                reach
                    .filter(|r| r.1 > 0)
                    .map(|(a, r)| rounded(whole(a) / whole(r)))
            ),
            json!(part.map(rounded)),
            json!(interval.map(|i| i.0)),
            json!(interval.map(|i| i.1)),
            json!(of_sheets(card.straight)),
            json!(yes(card.margins.same())),
            json!(yes(card.margins.perfect())),
            json!(card.early().map(yes)),
            json!(of_sheets(card.busiest)),
            json!(of_sheets(card.comments)),
            json!(card.unhappy()),
            json!(card.asks().then(|| yes(card.righted))),
            json!(card.margins.rows),
        ]);
    }
    draft.grid(
        "cards",
        say("各次测评", "Surveys"),
        &[
            (say("项目", "Case"), "case"),
            (say("名称", "Title"), "text"),
            (say("a 作答人数", "a answers"), "number"),
            (say("a ÷ 受益人数", "a over people reached"), "share"),
            (say("“满意”及以上", "satisfied or better"), "share"),
            (say("区间下限", "interval from"), "share"),
            (say("区间上限", "interval to"), "share"),
            (say("b 整卷同一答案", "b one answer throughout"), "share"),
            (say("c 七行相同", "c equal rows"), "text"),
            (say("d 全部最高档", "d perfect"), "text"),
            (say("h 完工前开始", "h before completion"), "text"),
            (say("h 最多的一天", "h fullest day"), "share"),
            (say("i 留下意见", "i with a comment"), "share"),
            (say("j 不满意的答案", "j dissatisfied answers"), "number"),
            (say("j 其后有整改", "j put right afterwards"), "text"),
            (say("七题各档人数", "answers at each level"), "margins"),
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
