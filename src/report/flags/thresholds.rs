//! Amounts about a number of the regulation: projects split below it, projects bunched below it.

use super::limits::Below;
use super::projects::{alike, groups, money, plain};
use super::{Line, Raised, Search, keys};
use crate::law::{FirstDay, Money, days};
use crate::pack::Parameter;
use crate::state::Fact;
use crate::words;
use crate::words::Words;

/// A number of the regulation, with the projects that it is about: place, amount, fact.
struct Threshold<'a> {
    at: Money,
    source: Words,
    projects: Vec<(usize, Money, &'a Fact)>,
}

impl<'a> Search<'a> {
    /// The numbers that this regulation gives.
    fn thresholds(&self) -> Vec<Threshold<'a>> {
        let mut list = Vec::new();
        for below in &self.limits.thresholds {
            let parameter = self.pack.parameter(&below.parameter);
            let at = parameter.and_then(amount_of);
            let (Some(parameter), Some(at)) = (parameter, at) else {
                continue;
            };
            let fact = below.fact.as_deref().unwrap_or("amount");
            let of_type = |project: &&(usize, &super::Project<'a>)| {
                below.r#type.is_none() || project.1.r#type == below.r#type
            };
            let projects = self.projects.iter().enumerate();
            let projects: Vec<(usize, Money, &Fact)> = projects
                .filter(|project| of_type(&project))
                .filter_map(|(index, project)| {
                    let (amount, fact) = money(self.pack, &project.view, fact)?;
                    Some((index, amount, fact))
                })
                .collect();
            list.push(Threshold {
                at,
                source: Below::source(self.pack, parameter),
                projects,
            });
        }
        list
    }

    /// Two projects that may be one: same community and type, begun within some days, and the
    /// same contractor, the same place or almost the same name.
    fn may_be_one(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.projects[a], &self.projects[b]);
        if a.community != b.community || a.r#type != b.r#type || a.category != b.category {
            return false;
        }
        let (Some(first), Some(second)) = (a.begun, b.begun) else {
            return false;
        };
        let (first, second) = (first.min(second), first.max(second));
        let apart = days(first, second, FirstDay::Excluded);
        if apart > i64::from(self.limits.split.days.value) {
            return false;
        }
        let contractor = |p: &super::Project<'_>| p.contractor.as_ref().map(|c| c.key.clone());
        let one = |left: Option<String>, right: Option<String>| left.is_some() && left == right;
        one(contractor(a), contractor(b))
            || one(a.place.as_deref().map(plain), b.place.as_deref().map(plain))
            || alike(
                &plain(&a.title),
                &plain(&b.title),
                self.limits.split.alike.value,
            )
    }

    pub(super) fn splitting(&mut self) {
        let thresholds = self.thresholds();
        if thresholds.is_empty() {
            self.silent(
                "F-SPLIT",
                words!(
                    "依据没有这样的金额门槛。",
                    "The regulation has no such limit."
                ),
            );
        }
        for threshold in thresholds {
            let below: Vec<_> = threshold
                .projects
                .iter()
                .filter(|(_, amount, _)| *amount <= threshold.at)
                .collect();
            let mut pairs = Vec::new();
            for i in 0..below.len() {
                for j in i + 1..below.len() {
                    if self.may_be_one(below[i].0, below[j].0) {
                        pairs.push((i, j));
                    }
                }
            }
            for group in groups(below.len(), pairs) {
                let sum = group
                    .iter()
                    .try_fold(Money::ZERO, |sum, &i| sum.checked_add(below[i].1));
                let Some(sum) = sum.filter(|sum| *sum > threshold.at) else {
                    continue;
                };
                let amounts: Vec<String> = group
                    .iter()
                    .map(|&i| format!("{} {}", self.projects[below[i].0].id, below[i].1))
                    .collect();
                let subjects: Vec<String> = group
                    .iter()
                    .map(|&i| self.projects[below[i].0].id.to_owned())
                    .collect();
                let raised = Raised {
                    counted: (group.len(), below.len()),
                    statistic: words!(
                        "同社区、同类、{0}天内开工，且承接单位、地点相同或名称相近的项目{1}个，各不超过{2}元，合计{3}元（{4}）。",
                        "{1} projects of one community and kind, begun within {0} days, of one contractor or place or almost one name; each at most {2} yuan, together {3} ({4}).",
                        self.limits.split.days.value,
                        group.len(),
                        threshold.at,
                        sum,
                        amounts.join("；")
                    ),
                    threshold: Line {
                        value: Words::same(threshold.at),
                        source: threshold.source.clone(),
                    },
                    caution: words!(
                        "不同小区、不同内容的同类项目可以分别立项；同一单位承接几个项目本身不违规。看设计、地点和立项时间。",
                        "Like projects in different estates may each stand alone, and one contractor may have several. Look at designs, places and days."
                    ),
                    events: keys(group.iter().map(|&i| below[i].2)),
                    subjects,
                };
                self.raise("F-SPLIT", raised);
            }
        }
    }

    pub(super) fn bunching(&mut self) {
        for threshold in self.thresholds() {
            let band = i64::from(self.limits.bunch.band.value);
            let at = threshold.at.fen();
            let (low, high) = (at - at * band / 100, at + at * band / 100);
            let fen = |amount: &Money| amount.fen();
            let below: Vec<_> = threshold
                .projects
                .iter()
                .filter(|(_, amount, _)| (low..=at).contains(&fen(amount)))
                .collect();
            let above = threshold
                .projects
                .iter()
                .filter(|(_, amount, _)| fen(amount) > at && fen(amount) <= high)
                .count();
            let chance = tail(below.len(), below.len() + above);
            let least = self.limits.bunch.least.size();
            if below.len() < least || chance * 100.0 > f64::from(self.limits.bunch.chance.value) {
                continue;
            }
            let raised = Raised {
                subjects: below
                    .iter()
                    .map(|(index, ..)| self.projects[*index].id.to_owned())
                    .collect(),
                counted: (below.len(), below.len() + above),
                statistic: words!(
                    "{0}元至{1}元的项目{2}个，{1}元以上至{3}元的{4}个；上下机会均等时，偶然如此的概率为{5}。",
                    "{2} projects from {0} to {1} yuan, {4} above that up to {3}; by chance, were both as likely, in {5}.",
                    Money::from_fen(low),
                    threshold.at,
                    below.len(),
                    Money::from_fen(high),
                    above,
                    format!("{:.1}%", chance * 100.0)
                ),
                threshold: Line {
                    value: Words::same(threshold.at),
                    source: threshold.source.clone(),
                },
                caution: words!(
                    "金额上限本来就要求不超过；先定预算再设计，金额自然靠近上限。看有没有同地点、同内容的另一个项目。",
                    "A cap itself asks for amounts below it, and a design made to a budget comes close to it. Look for a second project of the same place and content."
                ),
                events: keys(below.iter().map(|(_, _, fact)| *fact)),
            };
            self.raise("F-BUNCH", raised);
        }
    }
}

/// The amount of a parameter, if it has one.
fn amount_of(parameter: &Parameter) -> Option<Money> {
    parameter.value.as_ref()?.as_str()?.parse().ok()
}

/// The probability that at least `k` of `n` fall on one side, both being as likely.
fn tail(k: usize, n: usize) -> f64 {
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let (mut term, mut sum) = (0.5_f64.powf(count(n)), 0.0);
    // from n of n downwards: C(n, i − 1) = C(n, i) · i / (n − i + 1)
    for i in (k..=n).rev() {
        sum += term;
        term *= count(i) / count(n - i + 1);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_fair_coin() {
        for (k, n, expected) in [
            (0, 0, 1.0),
            (5, 5, 1.0 / 32.0),
            (4, 4, 1.0 / 16.0),
            (9, 10, 11.0 / 1024.0),
            (0, 10, 1.0),
        ] {
            assert!((tail(k, n) - expected).abs() < 1e-12, "{k} of {n}");
        }
    }
}
