//! Satisfaction surveys that say nothing by their seven questions, or nothing at all.

use std::collections::BTreeMap;

use super::{Raised, Search, keys};
use crate::state::{Fact, Value};
use crate::step::{Recorded, survey};
use crate::words;

/// The seven questions of the form.
const QUESTIONS: [&str; 7] = [
    "overall",
    "quality",
    "effect",
    "attitude",
    "efficiency",
    "fit",
    "openness",
];

/// One survey: seven rows of answers from the best level to the worst.
struct Margins<'a> {
    project: usize,
    rows: Vec<Vec<i64>>,
    answered: i64,
    organiser: Option<String>,
    facts: Vec<&'a Fact>,
}

impl Margins<'_> {
    fn same(&self) -> bool {
        self.rows.windows(2).all(|pair| pair[0] == pair[1])
    }

    fn perfect(&self) -> bool {
        self.rows
            .iter()
            .all(|row| row.iter().skip(1).all(|n| *n == 0))
    }
}

impl<'a> Search<'a> {
    /// The surveys of the year whose seven rows are known, and how many are not.
    fn margins(&self) -> (Vec<Margins<'a>>, usize) {
        let mut list = Vec::new();
        let mut blank = 0;
        for (index, project) in self.projects.iter().enumerate() {
            let surveys: Vec<&Fact> = project.view.facts(survey::Survey::DEF).collect();
            for fact in &surveys {
                let rows: Vec<Vec<i64>> = QUESTIONS
                    .iter()
                    .map(|q| {
                        let row = fact.value(q).items().iter();
                        row.filter_map(Value::count).collect()
                    })
                    .collect();
                if rows.iter().any(Vec::is_empty) {
                    blank += 1;
                    continue;
                }
                list.push(Margins {
                    project: index,
                    answered: rows[0].iter().sum(),
                    rows,
                    organiser: fact.value("organiser").text().map(str::to_owned),
                    facts: vec![fact],
                });
            }
            let sheets: Vec<&Fact> = project.view.facts(survey::Answer::DEF).collect();
            if surveys.is_empty() && !sheets.is_empty() {
                match self.counted(index, sheets) {
                    Some(margins) => list.push(margins),
                    None => blank += 1,
                }
            }
        }
        (list, blank)
    }

    /// The rows that single questionnaires add up to.
    fn counted(&self, project: usize, sheets: Vec<&'a Fact>) -> Option<Margins<'a>> {
        let levels = self.pack.vocabularies.iter().find(|v| v.id == "level")?;
        let place = |level: &str| levels.terms.iter().position(|term| term.id == level);
        let mut rows = vec![vec![0_i64; levels.terms.len()]; QUESTIONS.len()];
        for sheet in &sheets {
            for (row, question) in rows.iter_mut().zip(QUESTIONS) {
                let level = sheet.value(question).text().and_then(place)?;
                row[level] += 1;
            }
        }
        Some(Margins {
            project,
            answered: i64::try_from(sheets.len()).unwrap_or(i64::MAX),
            rows,
            organiser: None,
            facts: sheets,
        })
    }

    pub(super) fn same_margins(&mut self) {
        let limits = &self.limits.survey;
        let (all, blank) = self.margins();
        let large: Vec<&Margins<'_>> = all
            .iter()
            .filter(|m| m.answered >= i64::from(limits.least.value))
            .collect();
        if large.is_empty() {
            self.silent(
                "F-SURVEY-SAME",
                words!(
                    "没有{0}人以上作答、七题都有各档人数的测评（{1}次缺项）；登记：minsheng evaluate survey。",
                    "No survey of {0} people or more has the numbers of all seven questions ({1} lack some); record: minsheng evaluate survey.",
                    limits.least.value,
                    blank
                ),
            );
            return;
        }
        let found = large.iter().filter(|m| m.same() && !m.perfect());
        let found: Vec<Raised> = found
            .map(|one| Raised {
                subjects: vec![self.projects[one.project].id.to_owned()],
                counted: (QUESTIONS.len(), QUESTIONS.len()),
                statistic: words!(
                    "{0}人作答，七题各档人数完全相同（{1}）；当年{2}次测评中这样的有{3}次。",
                    "{0} people answered and all seven questions have the same numbers at each level ({1}); so have {3} of the {2} surveys of the year.",
                    one.answered,
                    one.rows[0].iter().map(i64::to_string).collect::<Vec<_>>().join("/"),
                    large.len(),
                    large.iter().filter(|m| m.same() && !m.perfect()).count()
                ),
                threshold: limits.least.line("人"),
                caution: words!(
                    "八成以上的人每题都选同一档时也会如此，不等于编造；只说明七题没有各自的信息。看原始答卷。",
                    "It also comes about when more than four fifths tick one column throughout; that is no forgery, the questions only say nothing of their own. Look at the sheets."
                ),
                events: keys(one.facts.iter().copied()),
            })
            .collect();
        for raised in found {
            self.raise("F-SURVEY-SAME", raised);
        }
    }

    pub(super) fn perfect_surveys(&mut self) {
        let least = &self.limits.survey.perfect;
        let (all, _) = self.margins();
        let mut organisers: BTreeMap<(String, String), Vec<&Margins<'_>>> = BTreeMap::new();
        for margins in &all {
            let Some(organiser) = margins.organiser.clone() else {
                continue;
            };
            let project = &self.projects[margins.project];
            // one body of each community, one of each street, one above them
            let place = match organiser.as_str() {
                "district" => String::new(),
                "street" => project.street.unwrap_or_default().to_owned(),
                _ => project.community.clone(),
            };
            let of = organisers.entry((organiser, place)).or_default();
            of.push(margins);
        }
        let mut raised = Vec::new();
        let mut asked = false;
        for ((organiser, place), surveys) in organisers {
            if surveys.len() < least.size() {
                continue;
            }
            asked = true;
            if !surveys.iter().all(|m| m.perfect()) {
                continue;
            }
            let people: i64 = surveys.iter().map(|m| m.answered).sum();
            raised.push(Raised {
                subjects: surveys
                    .iter()
                    .map(|m| self.projects[m.project].id.to_owned())
                    .collect(),
                counted: (surveys.len(), surveys.len()),
                statistic: words!(
                    "{0}（{1}）组织的{2}次测评、共{3}人，七题全部选最高档，没有一个例外。",
                    "{4} ({1}) organised {2} surveys of {3} people in all; every answer to every question is the best level.",
                    self.pack.label("body", &organiser),
                    place,
                    surveys.len(),
                    people,
                    organiser
                ),
                threshold: least.line("次"),
                caution: words!(
                    "居民确实满意、又当面作答时会这样；一次说明不了问题，多次才值得问。看是谁发的、谁收的。",
                    "It happens where residents are content and answer face to face; once means little, many times is worth a question. See who handed the sheets out and took them in."
                ),
                events: keys(surveys.iter().flat_map(|m| m.facts.iter().copied())),
            });
        }
        for raised in raised {
            self.raise("F-SURVEY-PERFECT", raised);
        }
        if !asked {
            let least = self.limits.survey.perfect.value;
            self.silent(
                "F-SURVEY-PERFECT",
                words!(
                    "没有同一组织单位的{0}次测评（七题都有各档人数）。",
                    "No organiser has {0} surveys with the numbers of all seven questions.",
                    least
                ),
            );
        }
    }
}
