//! Costs of like projects, compared by median and median absolute deviation.

use std::collections::{BTreeMap, BTreeSet};

use super::projects::{Project, alike, groups, plain};
use super::{Raised, Search, keys};
use crate::law::Money;
use crate::state::Fact;
use crate::step::{Recorded, close};
use crate::words;
use crate::words::Words;

/// One cost of one unit.
struct Cost<'a> {
    project: usize,
    /// Yuan a unit.
    each: f64,
    facts: Vec<&'a Fact>,
}

/// A median, and the median of the distances from it.
pub(super) fn median_and_mad(values: &[f64]) -> Option<(f64, f64)> {
    let middle = median(values)?;
    let apart: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    Some((middle, median(&apart)?))
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(sorted[half - 1], upper))
}

/// Yuan as a number to reckon with; the amounts that are shown are never made from it.
#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio of amounts, compared with a factor"
)]
fn yuan(money: Money) -> f64 {
    money.fen() as f64 / 100.0
}

/// A quantity as a form has it: `120`, `120米`.
fn quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    text[..end].parse().ok().filter(|n: &f64| *n > 0.0)
}

impl Search<'_> {
    /// The unit costs of works by unit of measure, of services by person who took part, and of
    /// like projects as a whole, each under the name of its group.
    fn unit_costs(&self) -> Vec<(Words, Vec<Cost<'_>>)> {
        let mut by_unit: BTreeMap<(String, String), Vec<Cost<'_>>> = BTreeMap::new();
        let mut whole: Vec<usize> = Vec::new();
        for (index, project) in self.projects.iter().enumerate() {
            let Some((amount, fact)) = project.contract else {
                continue;
            };
            let measured = project.view.last(close::Close::DEF).and_then(|form| {
                let text = |field: &str| form.value(field).text();
                let number = |field: &str| form.value(field).count();
                let built = text("actual").or(text("planned")).and_then(quantity);
                let people = number("participants").or(number("served_number"));
                let people = people
                    .and_then(|n| u32::try_from(n).ok())
                    .filter(|n| *n > 0);
                match (built.zip(text("measure")), people) {
                    (Some((count, unit)), _) => {
                        Some((count, format!("{}：{unit}", text("content")?), form))
                    }
                    (None, Some(people)) if project.r#type.as_deref() == Some("service") => {
                        Some((f64::from(people), "人".to_owned(), form))
                    }
                    _ => None,
                }
            });
            match measured {
                Some((count, unit, form)) => {
                    let kind = project.category.clone().or(project.r#type.clone());
                    let cost = Cost {
                        project: index,
                        each: yuan(amount) / count,
                        facts: vec![fact, form],
                    };
                    let key = (kind.unwrap_or_default(), unit);
                    by_unit.entry(key).or_default().push(cost);
                }
                None => whole.push(index),
            }
        }
        let mut list: Vec<(Words, Vec<Cost<'_>>)> = by_unit
            .into_iter()
            .map(|((_, unit), costs)| (words!("每{}", "for each {}", unit), costs))
            .collect();
        list.extend(self.like_projects(&whole));
        list
    }

    /// Whole projects of one library item, or of almost one name.
    fn like_projects(&self, among: &[usize]) -> Vec<(Words, Vec<Cost<'_>>)> {
        let of = |i: usize| &self.projects[among[i]];
        let names: Vec<String> = (0..among.len()).map(|i| self.bare_title(of(i))).collect();
        let mut pairs = Vec::new();
        for i in 0..among.len() {
            for j in i + 1..among.len() {
                let (a, b) = (of(i), of(j));
                let same_item = a.item.is_some() && a.item == b.item;
                let same_name = a.r#type == b.r#type
                    && alike(&names[i], &names[j], self.limits.split.alike.value);
                if same_item || same_name {
                    pairs.push((i, j));
                }
            }
        }
        groups(among.len(), pairs)
            .into_iter()
            .map(|group| {
                let costs = group.iter().filter_map(|&i| {
                    let (amount, fact) = of(i).contract?;
                    Some(Cost {
                        project: among[i],
                        each: yuan(amount),
                        facts: vec![fact],
                    })
                });
                (words!("每个项目", "for each project"), costs.collect())
            })
            .collect()
    }

    /// The name of a project without that of its community.
    fn bare_title(&self, project: &Project<'_>) -> String {
        let community = self.book.community_name(&project.community);
        let community = community.unwrap_or_default();
        let short = community.trim_end_matches("社区");
        let mut title = plain(&project.title).replace(&plain(community), "");
        if short.chars().count() >= 2 {
            title = title.replace(&plain(short), "");
        }
        title
    }

    pub(super) fn costs(&mut self) {
        let limits = &self.limits.cost;
        let groups = self.unit_costs();
        let mut raised = Vec::new();
        let mut asked = false;
        for (unit, costs) in groups {
            let communities: BTreeSet<&str> = costs
                .iter()
                .map(|cost| self.projects[cost.project].community.as_str())
                .collect();
            let enough = costs.len() >= limits.least.size()
                && communities.len() >= limits.communities.size();
            let logs: Vec<f64> = costs.iter().map(|cost| cost.each.ln()).collect();
            let Some((middle, spread)) = median_and_mad(&logs).filter(|_| enough) else {
                continue;
            };
            asked = true;
            let cut = if spread > 0.0 {
                f64::from(limits.deviations.value) * 1.4826 * spread
            } else {
                f64::from(limits.ratio.value).ln()
            };
            let far: Vec<(&Cost<'_>, f64)> = costs
                .iter()
                .zip(&logs)
                .filter(|(_, log)| (*log - middle).abs() > cut + 1e-9)
                .map(|(cost, log)| (cost, (log - middle).exp()))
                .collect();
            if far.is_empty() {
                continue;
            }
            let shown: Vec<String> = far
                .iter()
                .map(|(cost, ratio)| {
                    let id = self.projects[cost.project].id;
                    format!("{id} {:.2}（×{ratio:.2}）", cost.each)
                })
                .collect();
            let threshold = if spread > 0.0 {
                limits.deviations.line("×1.4826×MAD")
            } else {
                limits.ratio.line("×")
            };
            raised.push(Raised {
                subjects: far
                    .iter()
                    .map(|(cost, _)| self.projects[cost.project].id.to_owned())
                    .collect(),
                counted: (far.len(), costs.len()),
                statistic: words!(
                    "同类项目{0}个（{1}个社区），{2}费用中位数{3}元，偏离界线×{4}；界线以外：{5}。",
                    "{0} like projects in {1} communities; median {6} {3} yuan, line ×{4}; beyond it: {5}.",
                    costs.len(),
                    communities.len(),
                    unit.zh,
                    format!("{:.2}", middle.exp()),
                    format!("{:.2}", cut.exp()),
                    shown.join("；"),
                    unit.en
                ),
                threshold,
                caution: words!(
                    "名称相近的项目规模、场次、材料和场地条件可以不同；账本没有数量时只能按整个项目比。先补登数量再看。",
                    "Projects of one name differ in size, sessions, material and site; without recorded quantities only whole projects can be compared. Record quantities first."
                ),
                events: keys(far.iter().flat_map(|(cost, _)| cost.facts.iter().copied())),
            });
        }
        for raised in raised {
            self.raise("F-COST", raised);
        }
        if !asked {
            let (least, communities) = (limits.least.value, limits.communities.value);
            self.silent(
                "F-COST",
                words!(
                    "没有一类项目够{}个、分布在{}个社区（同一项目库编号、名称相近，或结项表有数量）。",
                    "No kind of project has {} in {} communities (one library item, names alike, or quantities in the closing form).",
                    least,
                    communities
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_not_moved_by_one_that_stands_out() {
        assert_eq!(median_and_mad(&[]), None);
        assert_eq!(
            median_and_mad(&[3.0, 1.0, 2.0, 2.0, 1000.0]),
            Some((2.0, 1.0))
        );
        assert_eq!(median_and_mad(&[1.0, 3.0]), Some((2.0, 1.0)));
    }

    #[test]
    fn quantities_are_read_from_the_form() {
        assert_eq!(quantity("120"), Some(120.0));
        assert_eq!(quantity("12.5米"), Some(12.5));
        assert_eq!(quantity("若干"), None);
        assert_eq!(quantity("0"), None);
    }
}
