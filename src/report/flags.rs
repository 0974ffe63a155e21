//! Flags across projects: what was counted and against what. A flag is a question to ask, never
//! a verdict: each says its threshold, where that comes from, and what innocent reasons there are.

mod costs;
mod entries;
mod limits;
mod projects;
mod shares;
mod surveys;
mod texts;
mod thresholds;

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::table::{Table, clean};
use crate::law::Day;
use crate::pack::Pack;
use crate::state::{Book, EventKey, Fact};
use crate::words::{Lang, Words};

pub use entries::{entered, lag};
pub use limits::{Limit, Limits};
use projects::Project;
pub(in crate::report) use projects::named;

/// The figure that a flag is compared with, and where it comes from.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The figure, with its unit.
    pub value: Words,
    /// A clause of the regulation, an indicator of the evaluation, or the analyst's own choice.
    pub source: Words,
}

/// Something that stands out across projects.
#[derive(Clone, Debug, Serialize)]
pub struct Flag {
    /// What kind of flag, for ever.
    pub id: &'static str,
    /// What stands out.
    pub title: Words,
    /// The projects, years, surveys or inspections that it is about.
    pub subjects: Vec<String>,
    /// How many were found.
    pub numerator: usize,
    /// Of how many that were looked at.
    pub denominator: usize,
    /// What was counted, with its figures.
    pub statistic: Words,
    /// What it was compared with.
    pub threshold: Line,
    /// What innocent reasons there may be.
    pub caution: Words,
    /// The events that it rests on.
    pub events: Vec<EventKey>,
}

/// A flag that could not be looked for, and what is missing.
#[derive(Clone, Debug, Serialize)]
pub struct Silent {
    /// What kind of flag.
    pub id: &'static str,
    /// What would stand out.
    pub title: Words,
    /// Which fact is missing, or that there are too few.
    pub why: Words,
}

/// Everything that stands out in a year, and what could not be looked for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Flags {
    /// The flags, kind by kind.
    pub flags: Vec<Flag>,
    /// What could not be looked for.
    pub silent: Vec<Silent>,
}

/// What the seekers share: the year's projects and all that stands behind them.
struct Search<'a> {
    pack: &'a Pack,
    book: &'a Book,
    year: i32,
    as_of: Day,
    limits: &'static Limits,
    projects: Vec<Project<'a>>,
    found: Flags,
}

/// The kinds of flags with their titles, in the order in which they are sought.
pub const KINDS: [(&str, &str, &str); 12] = [
    (
        "F-SPLIT",
        "同类项目各在门槛以内、合计超过门槛",
        "Like projects, each within a limit, above it together",
    ),
    (
        "F-BUNCH",
        "金额集中在门槛以下",
        "Amounts bunch below a limit",
    ),
    ("F-CLONE", "项目内容雷同", "Project descriptions alike"),
    (
        "F-CLONE-DEMAND",
        "同一登记人短时间内登记的需求雷同",
        "Demands alike, entered by one recorder in minutes",
    ),
    (
        "F-COST",
        "同类项目费用明显偏离",
        "Cost far from that of like projects",
    ),
    (
        "F-CONTRACTOR",
        "一家单位承接份额大",
        "One contractor has a large share",
    ),
    (
        "F-SURVEY-SAME",
        "测评七题没有各自的信息",
        "The seven questions carried no separate information",
    ),
    (
        "F-SURVEY-PERFECT",
        "同一组织单位的测评全部最高档",
        "Every survey of one organiser is perfect",
    ),
    (
        "F-LATE",
        "登记普遍晚于办理",
        "Records come long after what they record",
    ),
    (
        "F-BACKFILL",
        "过程记录完工后补登",
        "Process records entered after completion",
    ),
    (
        "F-REVERSE",
        "需求登记在设计、预算或合同之后",
        "Demands entered after design, budget or contract",
    ),
    (
        "F-RUSH",
        "检查前集中补登",
        "Late entries in the days before an inspection",
    ),
];

fn title(id: &str) -> Words {
    let kind = KINDS.iter().find(|(kind, ..)| *kind == id);
    kind.map_or_else(Words::default, |(_, zh, en)| Words::new(*zh, *en))
}

/// Looks for everything that stands out in the projects of a year.
#[must_use]
pub fn flags(pack: &Pack, book: &Book, year: i32, as_of: Day) -> Flags {
    let mut search = Search {
        pack,
        book,
        year,
        as_of,
        limits: Limits::get(),
        projects: projects::of_year(pack, book, year, as_of),
        found: Flags::default(),
    };
    search.splitting();
    search.bunching();
    search.clones();
    search.cloned_demands();
    search.costs();
    search.contractors();
    search.same_margins();
    search.perfect_surveys();
    search.late();
    search.backfill();
    search.reverse();
    search.rush();
    search.found
}

/// What of a flag differs from one to the next.
struct Raised {
    subjects: Vec<String>,
    counted: (usize, usize),
    statistic: Words,
    threshold: Line,
    caution: Words,
    events: Vec<EventKey>,
}

impl Search<'_> {
    fn raise(&mut self, id: &'static str, raised: Raised) {
        let mut events = raised.events;
        events.sort();
        events.dedup();
        self.found.flags.push(Flag {
            id,
            title: title(id),
            subjects: raised.subjects,
            numerator: raised.counted.0,
            denominator: raised.counted.1,
            statistic: raised.statistic,
            threshold: raised.threshold,
            caution: raised.caution,
            events,
        });
    }

    fn silent(&mut self, id: &'static str, why: Words) {
        self.found.silent.push(Silent {
            id,
            title: title(id),
            why,
        });
    }
}

/// The places of some facts.
fn keys<'f>(facts: impl IntoIterator<Item = &'f Fact>) -> Vec<EventKey> {
    facts.into_iter().map(|fact| fact.key.clone()).collect()
}

/// One decimal of a share in percent.
fn percent(part: usize, whole: usize) -> String {
    let tenths = (part * 1000 + whole / 2).checked_div(whole).unwrap_or(0);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

impl Flags {
    /// The flags that concern a subject.
    pub fn of_subject<'f>(&'f self, subject: &'f str) -> impl Iterator<Item = &'f Flag> {
        self.flags
            .iter()
            .filter(move |flag| flag.subjects.iter().any(|s| s == subject))
    }

    /// The flags for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        let colon = lang.pick("：", ": ");
        for flag in &self.flags {
            let shown: Vec<&str> = flag.subjects.iter().take(8).map(String::as_str).collect();
            let more = flag.subjects.len().saturating_sub(shown.len());
            let _ = writeln!(
                text,
                "{} {}{colon}{}{}",
                flag.id,
                flag.title.in_lang(lang),
                clean(&shown.join(lang.pick("、", ", "))),
                if more > 0 {
                    lang.pick(&format!(" …（+{more}）"), &format!(" … (+{more})"))
                        .to_owned()
                } else {
                    String::new()
                }
            );
            let lines = [
                (lang.pick("计数", "Counted"), flag.statistic.in_lang(lang)),
                (
                    lang.pick("界线", "Line"),
                    &format!(
                        "{}{}{}{}",
                        flag.threshold.value.in_lang(lang),
                        lang.pick("（", " ("),
                        flag.threshold.source.in_lang(lang),
                        lang.pick("）", ")")
                    ),
                ),
                (
                    lang.pick("可能的正当原因", "May be innocent"),
                    flag.caution.in_lang(lang),
                ),
            ];
            for (name, said) in lines {
                let _ = writeln!(text, "  {name}{colon}{}", clean(said));
            }
        }
        if !self.silent.is_empty() {
            let _ = writeln!(text, "\n{}", lang.pick("没有查的：", "Not looked for:"));
        }
        for silent in &self.silent {
            let _ = writeln!(
                text,
                "  {} {}{colon}{}",
                silent.id,
                silent.title.in_lang(lang),
                silent.why.in_lang(lang)
            );
        }
        text
    }

    /// The flags as rows.
    #[must_use]
    pub fn table(&self, lang: Lang) -> Table {
        let mut table = Table::new(vec![
            ("id", lang.pick("线索", "Flag").into()),
            ("title", lang.pick("内容", "What").into()),
            ("subjects", lang.pick("对象", "Subjects").into()),
            ("numerator", lang.pick("分子", "Numerator").into()),
            ("denominator", lang.pick("分母", "Denominator").into()),
            ("statistic", lang.pick("计数", "Counted").into()),
            ("threshold", lang.pick("界线", "Line").into()),
            ("source", lang.pick("界线来源", "Source of the line").into()),
            (
                "caution",
                lang.pick("可能的正当原因", "May be innocent").into(),
            ),
        ]);
        for flag in &self.flags {
            table.rows.push(vec![
                flag.id.to_owned(),
                flag.title.in_lang(lang).to_owned(),
                flag.subjects.join("、"),
                flag.numerator.to_string(),
                flag.denominator.to_string(),
                flag.statistic.in_lang(lang).to_owned(),
                flag.threshold.value.in_lang(lang).to_owned(),
                flag.threshold.source.in_lang(lang).to_owned(),
                flag.caution.in_lang(lang).to_owned(),
            ]);
        }
        table
    }

    /// The flags as in `minsheng.flags/1`, without the frame.
    #[must_use]
    pub fn json(&self, lang: Lang) -> (Json, Json) {
        let flags = self.flags.iter().map(|flag| {
            json!({
                "id": flag.id,
                "title": flag.title.in_lang(lang),
                "subjects": flag.subjects,
                "numerator": flag.numerator,
                "denominator": flag.denominator,
                "statistic": flag.statistic.in_lang(lang),
                "threshold": {
                    "value": flag.threshold.value.in_lang(lang),
                    "source": flag.threshold.source.in_lang(lang),
                },
                "caution": flag.caution.in_lang(lang),
                "events": flag.events,
            })
        });
        let silent = self.silent.iter().map(|silent| {
            json!({
                "id": silent.id,
                "title": silent.title.in_lang(lang),
                "why": silent.why.in_lang(lang),
            })
        });
        (flags.collect(), silent.collect())
    }
}
