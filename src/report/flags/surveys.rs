//! Satisfaction surveys that say nothing by their seven questions, or nothing at all.

use std::collections::BTreeMap;

use super::{Raised, Search, keys};
use crate::report::survey::{Margins, seat};
use crate::state::Fact;
use crate::step::survey::QUESTIONS;
use crate::step::{Recorded, survey};
use crate::words;

impl<'a> Search<'a> {
    /// The surveys of the year whose seven rows are known, each with its project, and how many
    /// are not. Questionnaires with blank answers say nothing of equal rows.
    fn margins(&self) -> (Vec<(usize, Margins<'a>)>, usize) {
        let mut list = Vec::new();
        let mut blank = 0;
        for (index, project) in self.projects.iter().enumerate() {
            let surveys: Vec<&Fact> = project.view.facts(survey::Survey::DEF).collect();
            for margins in surveys.iter().map(|fact| Margins::of_form(fact)) {
                if margins.whole() {
                    list.push((index, margins));
                } else {
                    blank += 1;
                }
            }
            let sheets: Vec<&Fact> = project.view.facts(survey::Answer::DEF).collect();
            if surveys.is_empty() && !sheets.is_empty() {
                let all = sheets.len();
                let filled = |m: &Margins<'_>| {
                    let full = |row: &Vec<i64>| usize::try_from(row.iter().sum::<i64>()) == Ok(all);
                    m.rows.iter().all(full)
                };
                match Margins::counted(self.pack, sheets).filter(filled) {
                    Some(margins) => list.push((index, margins)),
                    None => blank += 1,
                }
            }
        }
        (list, blank)
    }

    pub(super) fn same_margins(&mut self) {
        let limits = &self.limits.survey;
        let (all, blank) = self.margins();
        let large: Vec<&(usize, Margins<'_>)> = all
            .iter()
            .filter(|(_, m)| m.first() >= i64::from(limits.least.value))
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
        let found: Vec<&&(usize, Margins<'_>)> = large
            .iter()
            .filter(|(_, m)| m.same() && !m.perfect())
            .collect();
        let raised: Vec<Raised> = found
            .iter()
            .map(|(project, one)| Raised {
                subjects: vec![self.projects[*project].id.to_owned()],
                counted: (QUESTIONS.len(), QUESTIONS.len()),
                statistic: words!(
                    "{0}人作答，七题各档人数完全相同（{1}）；当年{2}次测评中这样的有{3}次。",
                    "{0} people answered and all seven questions have the same numbers at each level ({1}); so have {3} of the {2} surveys of the year.",
                    one.first(),
                    one.rows[0].iter().map(i64::to_string).collect::<Vec<_>>().join("/"),
                    large.len(),
                    found.len()
                ),
                threshold: limits.least.counted("人", " people"),
                caution: words!(
                    "八成以上的人每题都选同一档时也会如此，不等于编造；只说明七题没有各自的信息。看原始答卷。",
                    "It also comes about when more than four fifths tick one column throughout; that is no forgery, the questions only say nothing of their own. Look at the sheets."
                ),
                events: keys(one.facts.iter().copied()),
            })
            .collect();
        for raised in raised {
            self.raise("F-SURVEY-SAME", raised);
        }
    }

    pub(super) fn perfect_surveys(&mut self) {
        let least = &self.limits.survey.perfect;
        let (all, _) = self.margins();
        let mut organisers: BTreeMap<(&str, &str), Vec<&(usize, Margins<'_>)>> = BTreeMap::new();
        for survey in &all {
            let Some(organiser) = survey.1.organiser else {
                continue;
            };
            let project = &self.projects[survey.0];
            let place = seat(organiser, project.street, &project.community);
            organisers
                .entry((organiser, place))
                .or_default()
                .push(survey);
        }
        let mut raised = Vec::new();
        let mut asked = false;
        for ((organiser, place), surveys) in organisers {
            if surveys.len() < least.size() {
                continue;
            }
            asked = true;
            if !surveys.iter().all(|(_, m)| m.perfect()) {
                continue;
            }
            let people: i64 = surveys.iter().map(|(_, m)| m.first()).sum();
            raised.push(Raised {
                subjects: surveys
                    .iter()
                    .map(|(project, _)| self.projects[*project].id.to_owned())
                    .collect(),
                counted: (surveys.len(), surveys.len()),
                statistic: words!(
                    "{0}（{1}）组织的{2}次测评、共{3}人，七题全部选最高档，没有一个例外。",
                    "{4} ({1}) organised {2} surveys of {3} people in all; every answer to every question is the best level.",
                    self.pack.label("body", organiser),
                    place,
                    surveys.len(),
                    people,
                    organiser
                ),
                threshold: least.counted("次", " surveys"),
                caution: words!(
                    "居民确实满意、又当面作答时会这样；一次说明不了问题，多次才值得问。看是谁发的、谁收的。",
                    "It happens where residents are content and answer face to face; once means little, many times is worth a question. See who handed the sheets out and took them in."
                ),
                events: keys(surveys.iter().flat_map(|(_, m)| m.facts.iter().copied())),
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
