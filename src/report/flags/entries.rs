//! When things were entered: long after they happened, after completion, before an inspection.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::{Project, Raised, Search, keys, percent};
use crate::law::{Day, FirstDay, days};
use crate::state::{Fact, Value};
use crate::step::{Recorded, implement, oversight};
use crate::words;

/// The time of recording.
pub(super) fn at(fact: &Fact) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(&fact.recorded_at).ok()?;
    Some(time.with_timezone(&Utc))
}

/// The day of recording, as days are in China.
#[must_use]
pub fn entered(fact: &Fact) -> Option<Day> {
    Day::from_date((at(fact)? + Duration::hours(8)).date_naive())
}

/// Days from what a fact says to its recording.
#[must_use]
pub fn lag(fact: &Fact) -> Option<i64> {
    Some(days(fact.occurred?, entered(fact)?, FirstDay::Excluded))
}

/// The records of a project's own life: no corrections, reasons or registers.
fn life<'p, 'a>(project: &'p Project<'a>) -> impl Iterator<Item = &'a Fact> + 'p {
    project.view.own().filter(|fact| {
        fact.subject == project.id
            && !matches!(
                fact.def.stage(),
                "register" | "amend" | "withdraw" | "attach"
            )
    })
}

/// Records that come about while the work goes on.
const PROCESS: [&str; 6] = [
    "implement.progress",
    "implement.sign",
    "implement.safety",
    "shortlist.follow",
    "implement.placard",
    "evaluate.daily",
];

/// The process records of a community that were entered after completion.
#[derive(Default)]
struct Backfilled<'a> {
    cases: Vec<&'a str>,
    after: usize,
    process: usize,
    facts: Vec<&'a Fact>,
}

/// The largest number of facts that one recorder entered in one minute.
fn batch(facts: &[&Fact]) -> usize {
    let mut minutes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for fact in facts {
        let minute = fact.recorded_at.get(..16).unwrap_or_default();
        *minutes.entry((&fact.actor, minute)).or_default() += 1;
    }
    minutes.into_values().max().unwrap_or(0)
}

impl Search<'_> {
    pub(super) fn late(&mut self) {
        let limits = &self.limits.late;
        let mut of_community: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        for project in &self.projects {
            let facts = of_community.entry(&project.community).or_default();
            facts.extend(life(project).filter(|fact| lag(fact).is_some()));
        }
        let mut raised = Vec::new();
        let mut asked = false;
        for (code, facts) in of_community {
            if facts.len() < limits.least.size() {
                continue;
            }
            asked = true;
            let beyond = i64::from(limits.days.value);
            let late: Vec<&Fact> = facts
                .iter()
                .copied()
                .filter(|fact| lag(fact).is_some_and(|lag| lag > beyond))
                .collect();
            if late.len() * 100 < facts.len() * limits.share.size() {
                continue;
            }
            let mut lags: Vec<i64> = facts.iter().filter_map(|fact| lag(fact)).collect();
            lags.sort_unstable();
            raised.push(Raised {
                subjects: vec![format!("{code}{}", self.year)],
                counted: (late.len(), facts.len()),
                statistic: words!(
                    "项目记录{0}条，{1}条（{2}）晚于办理日{3}天以上才登记；滞后中位数{4}天，最多的一分钟内登记{5}条。",
                    "{0} records of projects, {1} ({2}) entered more than {3} days after the day they name; median lag {4} days, at most {5} in one minute.",
                    facts.len(),
                    late.len(),
                    percent(late.len(), facts.len()),
                    beyond,
                    lags[lags.len() / 2],
                    batch(&facts)
                ),
                threshold: limits.share.line("%"),
                caution: words!(
                    "以前年度的台账整批补录、月底集中登记都会这样；一分钟内登记很多条的多半是批量导入。晚登不等于晚办。",
                    "A past year that was loaded at once, or entry at the end of each month, looks like this; many in one minute are an import. Entered late is not done late."
                ),
                events: keys(late),
            });
        }
        for raised in raised {
            self.raise("F-LATE", raised);
        }
        if !asked {
            let least = self.limits.late.least.value;
            self.silent(
                "F-LATE",
                words!(
                    "没有社区当年有{0}条项目记录。",
                    "No community has {0} records of projects in the year.",
                    least
                ),
            );
        }
    }

    pub(super) fn backfill(&mut self) {
        let limits = &self.limits.backfill;
        let mut of_community: BTreeMap<&str, Backfilled<'_>> = BTreeMap::new();
        for project in &self.projects {
            let done = project.view.last(implement::Complete::DEF);
            let Some((done, day)) = done.and_then(|fact| Some((fact, fact.occurred?))) else {
                continue;
            };
            let process: Vec<&Fact> = life(project)
                .filter(|fact| PROCESS.contains(&fact.def.id))
                .filter(|fact| fact.occurred.is_some_and(|on| on < day))
                .collect();
            if process.is_empty() {
                continue;
            }
            let after = process.iter().copied();
            let after: Vec<&Fact> = after
                .filter(|fact| entered(fact).is_some_and(|on| on > day))
                .collect();
            let here = of_community.entry(&project.community).or_default();
            here.process += process.len();
            if after.len() >= limits.least.size() {
                here.cases.push(project.id);
                here.after += after.len();
                here.facts.extend(after.into_iter().chain([done]));
            }
        }
        let asked = !of_community.is_empty();
        let found = of_community
            .into_iter()
            .filter(|(_, b)| !b.cases.is_empty());
        let raised: Vec<Raised> = found
            .map(|(code, found)| Raised {
                subjects: found.cases.iter().map(|id| (*id).to_owned()).collect(),
                counted: (found.after, found.process),
                statistic: words!(
                    "{0}的{1}个项目，完工日以前的过程记录中有{2}条是完工以后登记的（该社区已完工项目的过程记录共{3}条）。",
                    "{1} projects of {0}: {2} process records of days before the completion were entered after it (of {3} of all completed projects there).",
                    code,
                    found.cases.len(),
                    found.after,
                    found.process
                ),
                threshold: limits.least.counted("条", " records"),
                caution: words!(
                    "现场先记在纸上、完工后录入的也是这样；看纸质记录、照片的日期。以前年度补录的不说明问题。",
                    "Notes taken on site and typed in afterwards look the same; see the dates of papers and photographs. Nothing follows for a past year that was loaded."
                ),
                events: keys(found.facts.iter().copied()),
            })
            .collect();
        for raised in raised {
            self.raise("F-BACKFILL", raised);
        }
        if !asked {
            self.silent(
                "F-BACKFILL",
                words!(
                    "完工的项目没有过程记录（进展、设计跟踪、日常评价……）。",
                    "The completed projects have no process records (progress, follow-up, daily evaluation …)."
                ),
            );
        }
    }

    pub(super) fn reverse(&mut self) {
        let mut raised = Vec::new();
        let mut asked = false;
        for project in &self.projects {
            let named: BTreeSet<&str> = life(project)
                .flat_map(|fact| fact.value("demands").items())
                .filter_map(Value::text)
                .collect();
            let demands: Vec<&Fact> = named
                .iter()
                .flat_map(|id| self.book.about(id))
                .map(|&index| self.book.fact(index))
                .filter(|fact| fact.def.id == "collect.demand" && !fact.struck)
                .collect();
            let first = life(project)
                .filter(|fact| {
                    matches!(
                        fact.def.id,
                        "shortlist.design"
                            | "shortlist.plan"
                            | "implement.determine"
                            | "implement.contract"
                    )
                })
                .filter_map(|fact| Some((at(fact)?, fact)))
                .min_by_key(|(time, _)| *time);
            let Some((time, first)) = first.filter(|_| !demands.is_empty()) else {
                continue;
            };
            asked = true;
            let after: Vec<&Fact> = demands
                .iter()
                .copied()
                .filter(|fact| at(fact).is_some_and(|entered| entered > time))
                .collect();
            if after.is_empty() {
                continue;
            }
            raised.push(Raised {
                subjects: vec![project.id.to_owned()],
                counted: (after.len(), demands.len()),
                statistic: words!(
                    "对应的需求{0}条，{1}条的登记时间晚于本项目的“{2}”（{3}登记）。",
                    "Of {0} demands that it answers {1} were entered after “{4}” of the project (entered {3}).",
                    demands.len(),
                    after.len(),
                    first.def.zh,
                    first.recorded_at,
                    first.def.id
                ),
                threshold: self.limits.reverse.most.counted("条", " records"),
                caution: words!(
                    "两本账先后合并、纸质需求表后录入时也会这样；看需求的提出日期和原件。",
                    "Ledgers merged one after the other, or paper forms typed in later, look the same; see the day of the demand and the original."
                ),
                events: keys(after.into_iter().chain([first])),
            });
        }
        for raised in raised {
            self.raise("F-REVERSE", raised);
        }
        if !asked {
            self.silent(
                "F-REVERSE",
                words!(
                    "没有既写明对应需求、又有设计、预算或合同记录的项目。",
                    "No project names its demands and has a record of design, budget or contract."
                ),
            );
        }
    }

    pub(super) fn rush(&mut self) {
        let limits = &self.limits.rush;
        let (window, behind) = (
            i64::from(limits.days.value),
            i64::from(self.limits.late.days.value),
        );
        let year = i64::from(self.year);
        let inspections: Vec<&Fact> = self
            .book
            .of_step(oversight::Inspect::DEF)
            .filter(|fact| fact.value("year").count() == Some(year))
            .filter(|fact| fact.occurred.is_some_and(|day| day <= self.as_of))
            .collect();
        let mut raised = Vec::new();
        for inspection in &inspections {
            let Some(day) = inspection.occurred else {
                continue;
            };
            let cases: BTreeSet<&str> = inspection
                .value("cases")
                .items()
                .iter()
                .filter_map(Value::text)
                .collect();
            let late: Vec<(&Fact, i64)> = self
                .projects
                .iter()
                .filter(|project| cases.contains(project.id))
                .flat_map(|project| life(project).collect::<Vec<_>>())
                .filter(|fact| lag(fact).is_some_and(|lag| lag > behind))
                .filter_map(|fact| Some((fact, days(entered(fact)?, day, FirstDay::Excluded))))
                .filter(|(_, before)| *before >= 0)
                .collect();
            let near: Vec<&Fact> = late
                .iter()
                .filter(|(_, before)| *before <= window)
                .map(|(fact, _)| *fact)
                .collect();
            // the pace over the whole time in which late entries were made, at least a window
            let span = late.iter().map(|(_, before)| before + 1).max().unwrap_or(0);
            let span = usize::try_from(span.max(window + 1)).unwrap_or(usize::MAX);
            let window = limits.days.size() + 1;
            let fast = near.len() * span >= late.len() * window * limits.times.size();
            if near.len() < limits.least.size() || !fast {
                continue;
            }
            raised.push(Raised {
                subjects: vec![inspection.subject.clone()],
                counted: (near.len(), late.len()),
                statistic: words!(
                    "检查（{0}）所查的{1}个项目有{2}条迟登记录，其中{3}条（{4}）在检查完成前{5}天内登记；这段时间占全部{6}天的{7}。",
                    "The {1} projects of the inspection of {0} have {2} late entries; {3} ({4}) were made within the {5} days before it was completed, which are {7} of the {6} days.",
                    day,
                    cases.len(),
                    late.len(),
                    near.len(),
                    percent(near.len(), late.len()),
                    limits.days.value,
                    span,
                    percent(window, span)
                ),
                threshold: limits.times.line("×"),
                caution: words!(
                    "检查当中要求补齐的材料也在这几天登记，这正是检查的作用；看补登的是结果还是过程。",
                    "What the inspectors asked for is entered in these days too, as it should be. See whether results or the process were filled in."
                ),
                events: keys(near.into_iter().chain([*inspection])),
            });
        }
        for raised in raised {
            self.raise("F-RUSH", raised);
        }
        if inspections.is_empty() {
            self.silent(
                "F-RUSH",
                words!(
                    "没有登记当年项目的检查（audit inspect）。",
                    "No inspection of the year's projects is recorded (audit inspect)."
                ),
            );
        }
    }
}
