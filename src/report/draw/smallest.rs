//! The smallest choice that meets every quota, and among those the first by ticket.
//!
//! Items stand in the order of their tickets. A quota says that at least `need` of its items
//! must be chosen. Wanted is the choice with the fewest items that meets all quotas, and among
//! all choices of that size the one that is first when they are compared ticket by ticket.
//!
//! **Fewest.** What must be taken is taken first: where a quota needs all its items, they are
//! forced. A quota over all items only tops up: whatever else is chosen counts for it, so the
//! fewest is `forced + max(what the other quotas need, what is left of the quotas over all)`.
//! The other quotas fall apart into groups that share no item, a group for each street as a
//! rule, whose fewest add up. Within a group, items that count for the same quotas are
//! interchangeable and make one class; the search goes over classes, not items. At each step it
//! takes the quota with the fewest useful classes and tries each of them, leaving out a class
//! that counts for less than another that still has items: if a smallest choice holds an item of
//! the lesser class and none of the better one is left out of it, it holds one of the better
//! class anyway; else the two can be exchanged and nothing is lost. What is left to do depends
//! only on the open needs and on how many items each class has left, so each such state is
//! solved once. The bound is the larger of the greatest open need and the sum of the open needs
//! over the most that one item can serve. Clauses that ask for whole sets make an instance of
//! set cover, which has no fast method in general: after [`PATIENCE`] states the search gives
//! up and says so, and a plain greedy choice stands instead.
//!
//! **First by ticket.** With the fewest known, the items are gone through in the order of their
//! tickets. An item is chosen if the rest can still be completed within the fewest: either it
//! lowers by one what its group still needs, or there is room to spare. What is passed over
//! cannot stand in any choice that is as small and begins as this one does.

use std::collections::{BTreeMap, HashMap};

/// States that the search goes through before it gives up.
const PATIENCE: usize = 200_000;

/// At least so many of these items, which are places in the order of tickets.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) items: Vec<usize>,
    pub(super) need: usize,
}

/// A choice, with what was forced, and whether it is proved that none is smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) items: Vec<usize>,
    pub(super) forced: Vec<usize>,
    pub(super) proved: bool,
}

/// What is left to do in a group: open needs, and how many items each class has left.
type State = (Vec<usize>, Vec<usize>);

/// Quotas that share items, and the classes of their items.
struct Group {
    needs: Vec<usize>,
    /// Of each class the quotas that it counts for, as places in `needs`.
    classes: Vec<Vec<usize>>,
    left: Vec<usize>,
    known: HashMap<State, usize>,
}

impl Group {
    /// The fewest items that meet the needs; nothing once the patience is used up.
    fn fewest(&mut self, needs: &[usize], left: &[usize], patience: &mut usize) -> Option<usize> {
        if needs.iter().all(|need| *need == 0) {
            return Some(0);
        }
        let most = needs.iter().sum::<usize>();
        let state = (
            needs.to_vec(),
            left.iter().map(|n| *n.min(&most)).collect::<Vec<_>>(),
        );
        if let Some(known) = self.known.get(&state) {
            return Some(*known);
        }
        *patience = patience.checked_sub(1)?;
        let useful = self.useful(needs, left);
        let widest = useful.iter().map(|(_, sig)| sig.len()).max().unwrap_or(1);
        let greatest = needs.iter().copied().max().unwrap_or(0);
        let bound = greatest.max(most.div_ceil(widest.max(1)));
        // the open quota with the fewest ways
        let ways = |quota: usize| {
            let serving = useful.iter().filter(move |(_, sig)| sig.contains(&quota));
            serving.map(|(class, sig)| (*class, sig.clone()))
        };
        let tightest = (0..needs.len())
            .filter(|q| needs[*q] > 0)
            .min_by_key(|q| ways(*q).count())?;
        let mut best: Option<usize> = None;
        for (class, sig) in ways(tightest).collect::<Vec<_>>() {
            let (mut needs, mut left) = (needs.to_vec(), left.to_vec());
            for quota in sig {
                needs[quota] -= 1;
            }
            left[class] -= 1;
            let rest = self.fewest(&needs, &left, patience)?;
            let all = rest.saturating_add(1);
            best = Some(best.map_or(all, |b| b.min(all)));
            if best == Some(bound) {
                break;
            }
        }
        // a need that no item is left for
        let best = best.unwrap_or(usize::MAX);
        self.known.insert(state, best);
        Some(best)
    }

    /// The classes that still count for something, each with the open quotas that it counts
    /// for, without those that count for no more than another.
    fn useful(&self, needs: &[usize], left: &[usize]) -> Vec<(usize, Vec<usize>)> {
        let open: Vec<(usize, Vec<usize>)> = (0..self.classes.len())
            .filter(|class| left[*class] > 0)
            .map(|class| {
                let sig = self.classes[class].iter().copied();
                (class, sig.filter(|q| needs[*q] > 0).collect())
            })
            .filter(|(_, sig): &(usize, Vec<usize>)| !sig.is_empty())
            .collect();
        let within = |a: &[usize], b: &[usize]| a.iter().all(|q| b.contains(q));
        let lesser = |i: usize| {
            let (_, sig) = &open[i];
            open.iter().enumerate().any(|(j, (_, other))| {
                within(sig, other)
                    && (other.len() > sig.len() || (j < i && other.len() == sig.len()))
            })
        };
        (0..open.len())
            .filter(|i| !lesser(*i))
            .map(|i| open[i].clone())
            .collect()
    }
}

/// Chooses among `count` items; every need is at most the number of its items.
pub(super) fn smallest(count: usize, quotas: &[Need]) -> Chosen {
    let mut taken = vec![false; count];
    let mut forced = Vec::new();
    for quota in quotas.iter().filter(|q| q.need >= q.items.len()) {
        for &item in &quota.items {
            if !taken[item] {
                taken[item] = true;
                forced.push(item);
            }
        }
    }
    forced.sort_unstable();
    let open = |quota: &Need| {
        let have = quota.items.iter().filter(|i| taken[**i]).count();
        quota.need.saturating_sub(have)
    };
    let top = quotas.iter().filter(|q| q.items.len() == count);
    let top = top.map(&open).max().unwrap_or(0);
    let rest: Vec<(&Need, usize)> = quotas
        .iter()
        .filter(|q| q.items.len() < count)
        .map(|q| (q, open(q)))
        .filter(|(_, need)| *need > 0)
        .collect();
    let (mut groups, place) = grouped(count, &rest, &taken);
    let mut patience = PATIENCE;
    let more = by_ticket(&mut groups, &place, &taken, top, &mut patience);
    let (more, proved) = match more {
        Some(more) => (more, true),
        None => (greedy(count, quotas, &taken), false),
    };
    let mut items = [forced.clone(), more].concat();
    items.sort_unstable();
    Chosen {
        items,
        forced,
        proved,
    }
}

/// The groups of quotas, and of each item its group and class.
fn grouped(
    count: usize,
    rest: &[(&Need, usize)],
    taken: &[bool],
) -> (Vec<Group>, Vec<Option<(usize, usize)>>) {
    let mut of_item: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (quota, (need, _)) in rest.iter().enumerate() {
        for &item in need.items.iter().filter(|i| !taken[**i]) {
            of_item[item].push(quota);
        }
    }
    // quotas that one item counts for belong together
    let mut leader: Vec<usize> = (0..rest.len()).collect();
    for sig in &of_item {
        for pair in sig.windows(2) {
            let (a, b) = (leader[pair[0]], leader[pair[1]]);
            let (low, high) = (a.min(b), a.max(b));
            leader
                .iter_mut()
                .filter(|l| **l == high)
                .for_each(|l| *l = low);
        }
    }
    let mut number: BTreeMap<usize, usize> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut inside = Vec::new();
    for (quota, lead) in leader.iter().enumerate() {
        let group = *number.entry(*lead).or_insert_with(|| {
            groups.push(Group {
                needs: Vec::new(),
                classes: Vec::new(),
                left: Vec::new(),
                known: HashMap::new(),
            });
            groups.len() - 1
        });
        inside.push((group, groups[group].needs.len()));
        groups[group].needs.push(rest[quota].1);
    }
    let place = of_item
        .iter()
        .map(|sig| {
            let first = sig.first()?;
            let group = inside[*first].0;
            let sig: Vec<usize> = sig.iter().map(|q| inside[*q].1).collect();
            let known = groups[group].classes.iter().position(|c| *c == sig);
            let class = known.unwrap_or_else(|| {
                groups[group].classes.push(sig);
                groups[group].left.push(0);
                groups[group].classes.len() - 1
            });
            groups[group].left[class] += 1;
            Some((group, class))
        })
        .collect();
    (groups, place)
}

/// Goes through the items by ticket and takes those with which the rest can still be completed.
fn by_ticket(
    groups: &mut [Group],
    place: &[Option<(usize, usize)>],
    taken: &[bool],
    top: usize,
    patience: &mut usize,
) -> Option<Vec<usize>> {
    let mut fewest = Vec::new();
    for group in groups.iter_mut() {
        let (needs, left) = (group.needs.clone(), group.left.clone());
        fewest.push(group.fewest(&needs, &left, patience)?);
    }
    let needed: usize = fewest.iter().sum();
    let mut spare = top.saturating_sub(needed);
    let mut chosen = Vec::new();
    for item in (0..place.len()).filter(|item| !taken[*item]) {
        let Some((number, class)) = place[item] else {
            if spare > 0 {
                spare -= 1;
                chosen.push(item);
            }
            continue;
        };
        let group = &mut groups[number];
        let mut needs = group.needs.clone();
        for quota in &group.classes[class] {
            needs[*quota] = needs[*quota].saturating_sub(1);
        }
        group.left[class] -= 1;
        let left = group.left.clone();
        let with = group.fewest(&needs, &left, patience)?;
        let lowers = with < fewest[number];
        if lowers || spare > 0 {
            spare -= usize::from(!lowers);
            chosen.push(item);
            group.needs = needs;
            fewest[number] = with;
        }
    }
    Some(chosen)
}

/// Where the search gave up: by ticket whatever a quota still needs, each quota in its turn.
fn greedy(count: usize, quotas: &[Need], taken: &[bool]) -> Vec<usize> {
    let mut taken = taken.to_vec();
    let mut chosen = Vec::new();
    let mut order: Vec<&Need> = quotas.iter().collect();
    order.sort_by_key(|quota| quota.items.len() - quota.need.min(quota.items.len()));
    for quota in order {
        let mut items = quota.items.clone();
        items.sort_unstable();
        let have = items.iter().filter(|i| taken[**i]).count();
        let open: Vec<usize> = items.into_iter().filter(|i| !taken[*i]).collect();
        for item in open.into_iter().take(quota.need.saturating_sub(have)) {
            taken[item] = true;
            chosen.push(item);
        }
    }
    debug_assert!(chosen.len() <= count);
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn meets(items: &[usize], quotas: &[Need]) -> bool {
        quotas.iter().all(|quota| {
            let have = quota.items.iter().filter(|i| items.contains(i)).count();
            have >= quota.need
        })
    }

    /// Every choice, the smallest first, those of one size ticket by ticket.
    fn by_force(count: usize, quotas: &[Need]) -> Vec<usize> {
        let all = (0..1_u32 << count).map(|bits| {
            let items = (0..count).filter(|i| bits & (1 << i) != 0);
            items.collect::<Vec<usize>>()
        });
        let fits = all.filter(|items| meets(items, quotas));
        fits.min_by_key(|items| (items.len(), items.clone()))
            .unwrap_or_default()
    }

    fn quotas(count: usize) -> impl Strategy<Value = Vec<Need>> {
        let one = (prop::collection::btree_set(0..count, 1..=count), 0..=count).prop_map(
            |(items, need)| {
                let items: Vec<usize> = items.into_iter().collect();
                let need = need.min(items.len());
                Need { items, need }
            },
        );
        prop::collection::vec(one, 0..7)
    }

    /// Community, works, size and second community of a project.
    type Item = (usize, bool, u8, usize);

    /// Streets and communities as they are: a community of each item, some items works, some
    /// above the amount, some serving a second community.
    fn district(count: usize) -> impl Strategy<Value = Vec<Need>> {
        let item = (0..4_usize, any::<bool>(), 0..8_u8, 0..6_usize);
        prop::collection::vec(item, count..=count).prop_map(move |items| {
            let of = |fits: &dyn Fn(&Item) -> bool| -> Vec<usize> {
                (0..items.len()).filter(|i| fits(&items[*i])).collect()
            };
            let mut list = Vec::new();
            for code in 0..4 {
                list.push((of(&|i| i.0 == code || i.3 == code), 1));
            }
            for street in 0..2 {
                list.push((of(&|i| i.0 / 2 == street && i.1), 3));
            }
            let large = of(&|i| i.2 == 0);
            list.push((large.clone(), large.len()));
            list.push(((0..items.len()).collect(), items.len().div_ceil(3)));
            list.into_iter()
                .map(|(items, need)| Need {
                    need: need.min(items.len()),
                    items,
                })
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn no_choice_is_smaller_or_comes_first(list in quotas(9)) {
            let chosen = smallest(9, &list);
            prop_assert!(chosen.proved);
            prop_assert_eq!(chosen.items, by_force(9, &list));
        }

        #[test]
        fn no_sample_of_a_district_is_smaller_or_comes_first(list in district(11)) {
            let chosen = smallest(11, &list);
            prop_assert!(chosen.proved);
            prop_assert_eq!(chosen.items, by_force(11, &list));
        }

        #[test]
        fn the_greedy_choice_meets_every_quota(list in quotas(9)) {
            let items = greedy(9, &list, &[false; 9]);
            prop_assert!(meets(&items, &list));
        }
    }

    #[test]
    fn a_large_district_is_solved() {
        // 8 streets of 12 communities, 1,920 projects, each third works, each 20th in two
        let (mut communities, mut works) = (vec![Vec::new(); 96], vec![Vec::new(); 8]);
        for item in 0..1920_usize {
            let code = (item * 37) % 96;
            communities[code].push(item);
            if item % 20 == 0 {
                communities[(code + 1) % 96].push(item);
            }
            if item % 3 == 0 {
                works[code / 12].push(item);
            }
        }
        let mut list: Vec<Need> = Vec::new();
        let mut add = |items: &[usize], need| {
            list.push(Need {
                items: items.to_vec(),
                need,
            });
        };
        for items in &communities {
            add(items, 1);
        }
        for items in &works {
            add(items, 3);
        }
        add(&(0..1920).collect::<Vec<_>>(), 96);
        let chosen = smallest(1920, &list);
        assert!(chosen.proved && meets(&chosen.items, &list));
        assert_eq!(chosen.items.len(), 96);
    }
}
