//! The share of one contractor in the contracts of a street's year.

use std::collections::BTreeMap;

use super::{Project, Raised, Search, keys};
use crate::law::Money;
use crate::words;

/// A part of a whole in tenths of a percent, reckoned in whole fen.
fn tenths(part: Money, whole: Money) -> i128 {
    if whole.fen() <= 0 {
        return 0;
    }
    i128::from(part.fen()) * 1000 / i128::from(whole.fen())
}

/// The contracts of one contractor.
struct Held<'p, 'a> {
    name: &'p str,
    sum: Money,
    contracts: Vec<&'p Project<'a>>,
}

impl Search<'_> {
    pub(super) fn contractors(&mut self) {
        let limits = &self.limits.contractor;
        let mut streets: BTreeMap<&str, Vec<&Project<'_>>> = BTreeMap::new();
        let mut bare = 0;
        for project in &self.projects {
            let known = project.contractor.is_some() && project.contract.is_some();
            match project.street.filter(|_| known) {
                Some(street) => streets.entry(street).or_default().push(project),
                None => bare += 1,
            }
        }
        let mut raised = Vec::new();
        let mut asked = false;
        for (street, projects) in streets {
            if projects.len() < limits.least.size() {
                continue;
            }
            asked = true;
            let mut held: BTreeMap<&str, Held<'_, '_>> = BTreeMap::new();
            let mut whole = Money::ZERO;
            for &project in &projects {
                let (Some(contractor), Some((amount, _))) = (&project.contractor, project.contract)
                else {
                    continue;
                };
                whole = whole.checked_add(amount).unwrap_or(whole);
                let held = held.entry(&contractor.key).or_insert_with(|| Held {
                    name: &contractor.name,
                    sum: Money::ZERO,
                    contracts: Vec::new(),
                });
                held.sum = held.sum.checked_add(amount).unwrap_or(held.sum);
                held.contracts.push(project);
            }
            let square = |held: &Held<'_, '_>| {
                let share = tenths(held.sum, whole);
                share * share
            };
            let concentration: i128 = held.values().map(square).sum();
            for one in held.values() {
                let share = tenths(one.sum, whole);
                if share < i128::from(limits.share.value) * 10 {
                    continue;
                }
                raised.push(Raised {
                    subjects: one.contracts.iter().map(|p| p.id.to_owned()).collect(),
                    counted: (one.contracts.len(), projects.len()),
                    statistic: words!(
                        "{0}：{1}承接{3}份合同中的{2}份，金额{4}元，占{5}元的{6}；全部{7}家的集中度（HHI）{8}。",
                        "{0}: {1} holds {2} of {3} contracts, {4} of {5} yuan ({6}); concentration of all {7} (HHI) {8}.",
                        street,
                        one.name,
                        one.contracts.len(),
                        projects.len(),
                        one.sum,
                        whole,
                        format!("{}.{}%", share / 10, share % 10),
                        held.len(),
                        format!("{:.2}", ratio(concentration))
                    ),
                    threshold: limits.share.line("%"),
                    caution: words!(
                        "项目库项目、集中采购和框架协议的承接单位由区里选定；专业性强的工程可选的单位本来就少。看有没有比选记录。",
                        "Contractors of library items, central procurement and framework agreements are chosen elsewhere, and few firms do special works. Look for the record of the choice."
                    ),
                    events: keys(one.contracts.iter().filter_map(|p| Some(p.contract?.1))),
                });
            }
        }
        for raised in raised {
            self.raise("F-CONTRACTOR", raised);
        }
        if !asked {
            self.silent(
                "F-CONTRACTOR",
                words!(
                    "没有街道当年登记了{0}份有金额的合同（{1}个项目没有承接单位或金额）。",
                    "No street has {0} contracts with an amount in the year ({1} projects lack contractor or amount).",
                    self.limits.contractor.least.value,
                    bare
                ),
            );
        }
    }
}

/// The sum of squared shares from tenths of a percent.
fn ratio(squares: i128) -> f64 {
    let millionths = u32::try_from(squares).unwrap_or(1_000_000);
    f64::from(millionths) / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_reckoned_in_fen() {
        let money = Money::from_fen;
        assert_eq!(tenths(money(1), money(3)), 333);
        assert_eq!(tenths(money(3), money(10)), 300);
        assert_eq!(tenths(money(1), Money::ZERO), 0);
        assert!((ratio(500 * 500 * 2) - 0.5).abs() < 1e-9);
    }
}
