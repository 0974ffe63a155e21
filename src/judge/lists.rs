//! Primitives over lists: sets that must be covered, registers that must be worked through.

use std::collections::BTreeSet;

use serde_json::json;

use super::eval::{Answer, Facts, path_id, step_label};
use super::outcome::Outcome;
use super::records::join_labels;
use crate::law::Day;
use crate::pack::check::{Gate, IfMissing};
use crate::pack::expr::{Expr, Path};
use crate::state::{Fact, Value};
use crate::step::StepDef;
use crate::words;
use crate::words::{Words, is_silent};

/// What a list must contain.
#[derive(Clone, Copy)]
pub(super) struct Cover<'p> {
    pub(super) need: &'p [String],
    pub(super) min: Option<usize>,
    pub(super) persons: bool,
    pub(super) together: bool,
    pub(super) filter: Option<&'p Expr>,
    /// What a term that is not in it means.
    pub(super) lacking: IfMissing,
}

impl<'a> Facts<'a> {
    pub(super) fn set_cover(&self, of: &Path, cover: &Cover<'_>, gate: &Gate) -> Outcome {
        let Cover {
            need,
            min,
            persons,
            together,
            filter,
            lacking: if_lacking,
        } = *cover;
        // of a named fact the first list is the record; what the others name counts with it
        let (of, others) = match of {
            Path::Named(index) if together => match self.pack.facts[*index].from.split_first() {
                Some((first, rest)) => (first, rest),
                None => (of, &[][..]),
            },
            _ => (of, &[][..]),
        };
        let together = together && others.is_empty();
        let attached: Vec<&Value> = others
            .iter()
            .flat_map(|path| self.all_items(path))
            .collect();
        let facts: Vec<&Fact> = match of {
            Path::Field(def, _) if together => self
                .records(def)
                .filter(|fact| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes))
                .collect(),
            _ => self.facts(of),
        };
        let label = self.label(of);
        if facts.is_empty() && filter.is_some() {
            return Outcome::exempt(words!("没有这样的记录。", "No such record."));
        }
        if facts.is_empty() && !attached.is_empty() && covers(&attached, need) {
            return Outcome::kept(words!("{}齐全。", "{1}: complete.", label.zh, label.en));
        }
        if facts.is_empty() {
            return self.unlisted(of, label, gate);
        }
        let said = match of {
            Path::Field(..) if together => None,
            _ => Some(self.values(of)),
        };
        let said = said.as_deref().unwrap_or_default();
        let mut items: Vec<&Value> = match of {
            Path::Field(_, index) if together => facts
                .iter()
                .flat_map(|fact| fact.values[*index].items())
                .collect(),
            _ => said.iter().flat_map(|found| found.value.items()).collect(),
        };
        items.extend(attached);
        if items.is_empty() {
            return Outcome::missing(label).uses(facts);
        }
        let covered = if persons {
            roles_by_person(&items, need)
        } else {
            need.iter()
                .map(String::as_str)
                .filter(|term| items.iter().any(|item| role(item) == Some(term)))
                .collect()
        };
        let lacking: Vec<&String> = need
            .iter()
            .filter(|term| !covered.contains(term.as_str()))
            .collect();
        let enough = min.map_or(lacking.is_empty(), |min| covered.len() >= min);
        let outcome = if enough {
            Outcome::kept(words!("{}齐全。", "{1}: complete.", label.zh, label.en)).uses(facts)
        } else {
            let names = join_labels(lacking.iter().map(|term| self.term(of, term)));
            if if_lacking == IfMissing::Unverifiable {
                return Outcome::missing(words!(
                    "{}中的{}",
                    "{3} in {2}",
                    label.zh,
                    names.zh,
                    label.en,
                    names.en
                ))
                .uses(facts);
            }
            Outcome::broken(words!(
                "{}缺少：{}。",
                "{2} lacks: {3}.",
                label.zh,
                names.zh,
                label.en,
                names.en
            ))
            .blames(facts)
        };
        if is_silent() {
            return outcome;
        }
        let items: Vec<_> = items.into_iter().map(Self::json).collect();
        outcome
            .fact(&path_id(self.pack, of), items)
            .fact("need", json!(need))
    }

    /// What a list that is not recorded means.
    fn unlisted(&self, of: &Path, label: Words, gate: &Gate) -> Outcome {
        match self.passed(gate) {
            Some(gates) if !gate.is_empty() => {
                let record = match of {
                    Path::Field(def, _) => step_label(def),
                    _ => label,
                };
                Outcome::missing(record).uses(gates)
            }
            // a list that is due from some record on is not due before it
            None => Outcome::pending(words!(
                "尚未到办理{}的环节。",
                "{1} is not due yet.",
                label.zh,
                label.en
            )),
            _ => Outcome::waits_for(label),
        }
    }

    /// The values of a field in every record, the earlier ones included.
    fn all_items(&self, path: &Path) -> Vec<&'a Value> {
        let Path::Field(def, index) = path else {
            return Vec::new();
        };
        self.records(def)
            .flat_map(|fact| fact.values[*index].items())
            .collect()
    }

    /// Every household of the register's version that counts must be among those asked.
    pub(super) fn register(
        &self,
        of: &'static StepDef,
        key: &str,
        until: Option<&(Path, usize)>,
        within: &[&'static StepDef],
    ) -> Outcome {
        let last = until.and_then(|(path, nth)| {
            let mut days: Vec<Day> = self
                .values(path)
                .iter()
                .filter_map(|found| found.value.day())
                .collect();
            days.sort_unstable();
            days.get(nth.checked_sub(1)?).copied()
        });
        let entries: Vec<&Fact> = self
            .records(of)
            .filter(|f| last.is_none_or(|last| f.value("version").day().is_none_or(|v| v <= last)))
            .collect();
        let Some(version) = entries
            .iter()
            .filter_map(|f| f.value("version").day())
            .max()
        else {
            return Outcome::missing(words!("{}名册", "register {1}", of.zh, of.id));
        };
        let current: Vec<&&Fact> = entries
            .iter()
            .filter(|f| f.value("version").day() == Some(version))
            .collect();
        let homes: BTreeSet<&str> = current.iter().filter_map(|f| f.value(key).text()).collect();
        let asked: BTreeSet<String> = within
            .iter()
            .flat_map(|def| self.records(def))
            .filter_map(|f| f.value(key).text().map(str::to_owned))
            .collect();
        let lacking = homes.iter().filter(|home| !asked.contains(**home)).count();
        let said = words!(
            "名册（{}版）{}户，已征集{}户，未征集{}户。",
            "Register of {}: {} households, {} asked, {} not asked.",
            version,
            homes.len(),
            homes.len() - lacking,
            lacking
        );
        let end = self.year_end((12, 31), 0);
        let outcome = if lacking == 0 {
            Outcome::kept(said)
        } else if end.is_some_and(|end| self.view.as_of <= end) {
            Outcome::pending(said)
        } else {
            Outcome::broken(said)
        };
        let mut outcome = outcome
            .uses(current.iter().take(1).map(|f| **f))
            .fact("version", version.to_string())
            .fact("households", homes.len())
            .fact("lacking", lacking);
        outcome.due = end.filter(|_| lacking > 0);
        outcome.governed = end;
        outcome
    }
}

/// True if every term that is needed is among the items.
fn covers(items: &[&Value], need: &[String]) -> bool {
    need.iter()
        .all(|term| items.iter().any(|item| role(item) == Some(term.as_str())))
}

fn role(item: &Value) -> Option<&str> {
    match item {
        Value::Member(person) => Some(&person.role),
        other => other.text(),
    }
}

/// The needed roles that can be filled at once if nobody fills two.
fn roles_by_person<'v>(items: &[&'v Value], need: &'v [String]) -> BTreeSet<&'v str> {
    fn place<'v>(
        role: &'v str,
        items: &[&'v Value],
        taken: &mut Vec<(&'v str, &'v str)>,
        tried: &mut BTreeSet<&'v str>,
    ) -> bool {
        for item in items {
            let Value::Member(person) = item else {
                continue;
            };
            let (who, its) = (&*person.who, &*person.role);
            if its != role || !tried.insert(who) {
                continue;
            }
            let holder = taken.iter().position(|(person, _)| *person == who);
            match holder {
                None => {
                    taken.push((who, role));
                    return true;
                }
                Some(index) => {
                    let other = taken[index].1;
                    if place(other, items, taken, tried) {
                        taken.retain(|(person, r)| !(*person == who && *r == other));
                        taken.push((who, role));
                        return true;
                    }
                }
            }
        }
        false
    }
    let mut taken = Vec::new();
    for role in need {
        place(role, items, &mut taken, &mut BTreeSet::new());
    }
    taken.into_iter().map(|(_, role)| role).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_fills_two_roles_and_nobody_is_wasted() {
        let member = |who: &str, role: &str| Value::member(who, role);
        let need: Vec<String> = ["a", "b"].map(String::from).to_vec();
        let one = [member("x", "a"), member("x", "b")];
        assert_eq!(roles_by_person(&one.each_ref(), &need).len(), 1);
        // x could fill both, y only a: x must take b
        let two = [member("x", "a"), member("x", "b"), member("y", "a")];
        assert_eq!(roles_by_person(&two.each_ref(), &need).len(), 2);
    }
}
