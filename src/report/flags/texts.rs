//! Texts that are alike: three-character shingles, compared by Jaccard.

use std::collections::{BTreeMap, HashMap};

use super::entries::at;
use super::projects::{groups, plain};
use super::{Raised, Search, keys, percent};
use crate::state::{Fact, Subject};
use crate::step::{Recorded, collect};
use crate::words;

/// The shingles of a text as numbers, the rarest first.
type Shingles = Vec<u32>;

/// Shingles of some texts, numbered from the rarest to the commonest.
fn shingles(texts: &[String]) -> Vec<Shingles> {
    let sets: Vec<Vec<[char; 3]>> = texts
        .iter()
        .map(|text| {
            let chars: Vec<char> = text.chars().collect();
            let mut set: Vec<[char; 3]> = chars.windows(3).map(|w| [w[0], w[1], w[2]]).collect();
            set.sort_unstable();
            set.dedup();
            set
        })
        .collect();
    let mut often: HashMap<[char; 3], u32> = HashMap::new();
    for shingle in sets.iter().flatten() {
        *often.entry(*shingle).or_default() += 1;
    }
    let mut order: Vec<([char; 3], u32)> = often.into_iter().collect();
    order.sort_unstable_by_key(|(shingle, count)| (*count, *shingle));
    let rank: HashMap<[char; 3], u32> = (0..).zip(order).map(|(i, (s, _))| (s, i)).collect();
    sets.into_iter()
        .map(|set| {
            let mut ranks: Shingles = set.iter().map(|shingle| rank[shingle]).collect();
            ranks.sort_unstable();
            ranks
        })
        .collect()
}

/// Numbers that two sorted lists share.
fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j, count) = (i + 1, j + 1, count + 1);
            }
        }
    }
    count
}

/// Every pair of texts whose Jaccard similarity is at least so many percent, with it.
///
/// Two sets so alike share one of the rarest shingles of each: only the first
/// `n − ⌈t·n⌉ + 1` are looked up, which misses no pair.
pub(super) fn pairs_alike(texts: &[String], least: usize) -> Vec<(usize, usize, usize)> {
    let sets = shingles(texts);
    let mut holding: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut pairs = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        let prefix = set.len() - (set.len() * least).div_ceil(100) + usize::from(!set.is_empty());
        let mut seen: Vec<usize> = Vec::new();
        for shingle in set.iter().take(prefix) {
            let list = holding.entry(*shingle).or_default();
            seen.extend_from_slice(list);
            list.push(index);
        }
        seen.sort_unstable();
        seen.dedup();
        for other in seen {
            let both = shared(set, &sets[other]);
            let either = set.len() + sets[other].len() - both;
            if both * 100 >= least * either {
                pairs.push((other, index, both * 100 / either));
            }
        }
    }
    pairs
}

impl Search<'_> {
    pub(super) fn clones(&mut self) {
        let limits = &self.limits.clone;
        let long: Vec<usize> = (0..self.projects.len())
            .filter(|&i| plain(&self.projects[i].text).chars().count() >= limits.length.size())
            .collect();
        let texts: Vec<String> = long
            .iter()
            .map(|&i| plain(&self.projects[i].text))
            .collect();
        // projects of one library item are alike by right
        let item = |i: usize| self.projects[long[i]].item.as_deref();
        let pairs: Vec<_> = pairs_alike(&texts, limits.alike.size())
            .into_iter()
            .filter(|(a, b, _)| item(*a).is_none() || item(*a) != item(*b))
            .collect();
        for group in groups(texts.len(), pairs.iter().map(|(a, b, _)| (*a, *b))) {
            let of_group = pairs.iter().filter(|(a, _, _)| group.contains(a));
            let range: Vec<usize> = of_group.map(|(.., alike)| *alike).collect();
            let (low, high) = (range.iter().min(), range.iter().max());
            let own = |&i: &usize| self.projects[long[i]].view.own();
            let facts = group.iter().flat_map(own).filter(|fact| {
                matches!(
                    fact.def.id,
                    "shortlist.candidate" | "implement.emergency" | "shortlist.design"
                )
            });
            let raised = Raised {
                subjects: group
                    .iter()
                    .map(|&i| self.projects[long[i]].id.to_owned())
                    .collect(),
                counted: (group.len(), texts.len()),
                statistic: words!(
                    "{0}个项目的名称和内容相似度为{1}%至{2}%（三字片段的雅卡尔系数），比较了{3}个。",
                    "Names and contents of {0} projects are {1} to {2} percent alike (Jaccard of three-character shingles); {3} were compared.",
                    group.len(),
                    low.copied().unwrap_or_default(),
                    high.copied().unwrap_or_default(),
                    texts.len()
                ),
                threshold: limits.alike.line("%"),
                caution: words!(
                    "同一街道统一设计的项目、连续开展的服务，文字本来相近；看地点、对象和实际做法是否各有不同。",
                    "Projects designed by the street for several communities, or services that go on, read alike. See whether place, people and work differ."
                ),
                events: keys(facts),
            };
            self.raise("F-CLONE", raised);
        }
        if texts.len() < 2 {
            self.silent(
                "F-CLONE",
                words!(
                    "有足够文字的项目不足2个；内容写在 shortlist candidate --summary 或 shortlist design --content。",
                    "Fewer than two projects have enough text; it is recorded by shortlist candidate --summary or shortlist design --content."
                ),
            );
        }
    }

    pub(super) fn cloned_demands(&mut self) {
        let limits = &self.limits.clone;
        let mut of_community: BTreeMap<String, Vec<&Fact>> = BTreeMap::new();
        for fact in self.book.of_step(collect::Demand::DEF) {
            let known = fact.occurred.is_none_or(|day| day <= self.as_of);
            if let Subject::Demand(code, year) = Subject::parse(&fact.subject)
                && year == self.year
                && known
            {
                of_community.entry(code).or_default().push(fact);
            }
        }
        let mut asked = false;
        for (code, demands) in of_community {
            if demands.len() < limits.least.size() {
                continue;
            }
            asked = true;
            let said = |fact: &Fact| {
                let part = |field: &str| fact.value(field).text().unwrap_or_default().to_owned();
                plain(&format!("{}{}", part("title"), part("summary")))
            };
            let texts: Vec<String> = demands
                .iter()
                .map(|fact| said(fact))
                .map(|text| {
                    let long = text.chars().count() >= limits.demand_length.size();
                    if long { text } else { String::new() }
                })
                .collect();
            let minutes = i64::from(limits.minutes.value);
            let burst = |a: usize, b: usize| {
                let (a, b) = (demands[a], demands[b]);
                let apart = at(a).zip(at(b)).map(|(a, b)| (a - b).num_minutes().abs());
                a.actor == b.actor && apart.is_some_and(|apart| apart <= minutes)
            };
            let pairs = pairs_alike(&texts, limits.alike.size());
            let pairs = pairs.into_iter().filter(|(a, b, _)| burst(*a, *b));
            let alike: Vec<usize> = groups(texts.len(), pairs.map(|(a, b, _)| (a, b))).concat();
            if alike.len() * 100 < demands.len() * limits.share.size() {
                continue;
            }
            let raised = Raised {
                subjects: vec![format!("{code}{}", self.year)],
                counted: (alike.len(), demands.len()),
                statistic: words!(
                    "{0}条需求中有{1}条（{2}）与同一登记人{3}分钟内登记的另一条相似{4}%以上。",
                    "Of {0} demands {1} ({2}) are at least {4} percent like another that the same recorder entered within {3} minutes.",
                    demands.len(),
                    alike.len(),
                    percent(alike.len(), demands.len()),
                    limits.minutes.value,
                    limits.alike.value
                ),
                threshold: limits.share.line("%"),
                caution: words!(
                    "居民确实常提同样的需求；纸质表集中录入、清单导入时登记时间也会相同。看提出日期、提出人是否各不相同。",
                    "Residents do ask for the same thing, and paper forms or lists are entered at one time. See whether days and proposers differ."
                ),
                events: keys(alike.iter().map(|&i| demands[i])),
            };
            self.raise("F-CLONE-DEMAND", raised);
        }
        if !asked {
            let least = self.limits.clone.least.value;
            self.silent(
                "F-CLONE-DEMAND",
                words!(
                    "没有社区当年登记了{0}条以上需求。",
                    "No community has {0} demands in the year.",
                    least
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pair_is_missed() {
        // texts cut from one long text, so that every degree of likeness occurs
        let base: Vec<char> = ('一'..='龥').step_by(7).take(60).collect();
        let texts: Vec<String> = (0..40)
            .map(|i| {
                let (from, len) = ((i * 7) % 23, 12 + (i * 5) % 19);
                base[from..(from + len).min(60)].iter().collect()
            })
            .collect();
        let sets = shingles(&texts);
        let mut all = Vec::new();
        for b in 0..sets.len() {
            for a in 0..b {
                let both = shared(&sets[a], &sets[b]);
                let either = sets[a].len() + sets[b].len() - both;
                if both * 100 >= 60 * either {
                    all.push((a, b, both * 100 / either));
                }
            }
        }
        let mut found = pairs_alike(&texts, 60);
        found.sort_unstable();
        all.sort_unstable();
        assert!(all.len() > 20, "{}", all.len());
        assert_eq!(found, all);
    }

    #[test]
    fn texts_without_shingles_are_like_nothing() {
        assert!(pairs_alike(&[String::new(), "甲乙".into(), String::new()], 80).is_empty());
    }
}
