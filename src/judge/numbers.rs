//! Primitives over numbers: caps on amounts, floors on counts, running sums.

use std::collections::BTreeSet;

use super::eval::{Answer, Facts, path_id};
use super::modules;
use super::outcome::Outcome;
use crate::law::{Day, Money};
use crate::pack::check::{Gate, IfMissing};
use crate::pack::expr::{Expr, Path};
use crate::state::{Fact, Subject};
use crate::step::{Recorded, StepDef, implement};
use crate::words;

/// How records are counted.
pub(super) struct Counting<'p> {
    pub(super) of: &'p [(&'static StepDef, Option<Expr>)],
    pub(super) sources: bool,
    pub(super) min: i64,
    pub(super) headcount: Option<&'p Path>,
    pub(super) gate: &'p Gate,
    pub(super) yearly: Option<(u32, u32)>,
    pub(super) if_missing: IfMissing,
}

impl Facts<'_> {
    pub(super) fn cap(&self, of: &[Path], max: Money) -> Outcome {
        let mut parts = Vec::new();
        for path in of {
            let Path::Field(_, index) = path else { continue };
            for fact in self.facts(path) {
                let label = self.label(path);
                let Some(amount) = fact.values[*index].money() else {
                    parts.push(Outcome::missing(label).uses([fact]));
                    continue;
                };
                let said = words!(
                    "{}为{}元（{}万元），上限{}元（含）。",
                    "{4} is {1} yuan, at most {3} (inclusive).",
                    label.zh,
                    amount,
                    amount.to_wan(),
                    max,
                    label.en
                );
                let outcome = if amount > max {
                    Outcome::broken(said).blames([fact])
                } else {
                    Outcome::kept(said).uses([fact])
                };
                parts.push(
                    outcome
                        .fact(&path_id(self.pack, path), amount.to_string())
                        .fact("max", max.to_string()),
                );
            }
        }
        Outcome::join(parts)
            .unwrap_or_else(|| Outcome::waits_for(words!("金额", "amount")))
    }

    pub(super) fn count(&self, counting: &Counting<'_>) -> Outcome {
        let mut unknown = Vec::new();
        let mut any = false;
        let mut records: Vec<&Fact> = Vec::new();
        for (def, filter) in counting.of {
            for fact in self.view.facts(def) {
                any = true;
                match filter.as_ref().map(|expr| self.test(expr, Some(fact))) {
                    None | Some(Answer::Yes) => records.push(fact),
                    Some(Answer::No) => {}
                    Some(Answer::Unknown(_)) => unknown.push(fact),
                }
            }
        }
        let tally = tally(&records);
        let number = if counting.sources {
            whole(tally.sources())
        } else {
            whole(records.len())
        };
        let headcount = counting
            .headcount
            .and_then(|path| self.value(path))
            .and_then(|found| found.value.count());
        let what = if counting.sources {
            words!("不重复的来源（名、户）", "distinct sources")
        } else {
            let labels = counting.of.iter().map(|(def, _)| crate::judge::eval::step_label(def));
            crate::judge::records::join_labels(labels)
        };
        let min = counting.min;
        let end = counting.yearly.and_then(|on| self.year_end(on));
        let enough = number >= min;
        let said = words!(
            "{}计{}，要求不少于{}。",
            "{3}: {1}, at least {2} required.",
            what.zh,
            number,
            min,
            what.en
        );
        let outcome = if enough {
            Outcome::kept(said)
        } else if end.is_some_and(|end| self.view.as_of <= end) {
            let mut pending = Outcome::pending(said);
            pending.due = end;
            pending
        } else {
            match (self.passed(counting.gate), headcount) {
                (None, _) => Outcome::pending(said),
                // names were not kept: repeats and organisations cannot be told
                (Some(_), Some(heads)) if heads + number >= min => Outcome::missing(words!(
                    "{}（只有人数{}，无法核对重复和单位）",
                    "{2} (only the number {1}; repeats cannot be told)",
                    what.zh,
                    heads,
                    what.en
                )),
                _ if counting.sources && number + whole(tally.nameless) >= min => Outcome::missing(words!(
                    "{}条记录的姓名或联系方式",
                    "names or phone numbers of {} records",
                    tally.nameless
                )),
                _ if whole(unknown.len()) + number >= min => {
                    Outcome::missing(words!(
                        "{}条{}缺少核对所需的栏目",
                        "fields of {0} × {2}",
                        unknown.len(),
                        what.zh,
                        what.en
                    ))
                }
                (Some(gates), heads) => {
                    if !any && heads.is_none() && counting.if_missing == IfMissing::Unverifiable {
                        Outcome::missing(what).uses(gates)
                    } else {
                        Outcome::broken(said).blames(gates)
                    }
                }
            }
        };
        let mut outcome = outcome.uses(records.iter().copied().take(1)).fact("count", number).fact("min", min);
        // naming five hundred events helps nobody; the count says what was counted
        if !counting.sources {
            outcome = outcome.uses(records.iter().copied());
        }
        if counting.sources {
            outcome = outcome
                .fact("records", records.len())
                .fact("persons", tally.persons())
                .fact("households", tally.households())
                .fact("organisations", tally.organisations)
                .fact("repeats", tally.repeats());
            outcome.count.push(words!(
                "记录{}条：居民{}名，居民户{}户，合计{}；单位{}个不计，重复或同户{}条不重计，无姓名{}条不计。",
                "{} records: {} persons, {} households, {} in all; {} organisations and {} repeats not counted, {} without a name.",
                records.len(),
                tally.persons(),
                tally.households(),
                tally.sources(),
                tally.organisations,
                tally.repeats(),
                tally.nameless
            ));
            let demands = records.iter().filter(|f| f.def.id == "collect.demand").count();
            outcome = outcome.fact("demands", demands);
        }
        outcome.governed = end.or(outcome.governed);
        outcome
    }

    /// A day of the programme year that is judged.
    pub(super) fn year_end(&self, (month, day): (u32, u32)) -> Option<Day> {
        match self.view.subject {
            Subject::CommunityYear(_, year) => Day::new(year, month, day),
            _ => None,
        }
    }

    /// The contracts of one community with one unit in one calendar year, up to this one.
    pub(super) fn running_sum(&self, max: Money) -> Outcome {
        let def = implement::Contract::DEF;
        let Some(contract) = self.view.last(def) else {
            return Outcome::pending(words!("尚无合同。", "No contract yet."));
        };
        let (Some(signed), Some(code)) = (contract.value("signed").day(), self.view.subject.community())
        else {
            return Outcome::missing(words!("合同签订日期", "day of signing")).uses([contract]);
        };
        let before = |other: &Fact| {
            other.value("signed").day().is_some_and(|day| {
                day.year() == signed.year()
                    && (day, &other.subject) <= (signed, &contract.subject)
            })
        };
        let same = self
            .view
            .book
            .of_step(def)
            .filter(|other| Subject::parse(&other.subject).community() == Some(code))
            .filter(|other| modules::same_unit(other, contract) && before(other))
            .filter(|other| !self.view.book.is_withdrawn(&other.subject));
        let mut latest: Vec<&Fact> = Vec::new();
        for fact in same {
            latest.retain(|other| other.subject != fact.subject);
            latest.push(fact);
        }
        let mut sum = Money::ZERO;
        for fact in &latest {
            match fact.value("amount").money() {
                Some(amount) => sum = sum.checked_add(amount).unwrap_or(sum),
                None => {
                    return Outcome::missing(words!(
                        "{}的合同金额",
                        "contract amount of {}",
                        fact.subject
                    ))
                    .uses([*fact]);
                }
            }
        }
        let unit = contract.value("unit").text().unwrap_or_default();
        let said = words!(
            "{}在{}年与“{}”签订的合同累计{}元（至本合同，共{}份），上限{}元（含）。",
            "{0} signed contracts of {3} yuan with “{2}” in {1} (up to this one, {4} in all), at most {5} (inclusive).",
            code,
            signed.year(),
            unit,
            sum,
            latest.len(),
            max
        );
        let outcome = if sum > max {
            Outcome::broken(said).blames([contract])
        } else {
            Outcome::kept(said)
        };
        outcome
            .uses(latest.iter().copied())
            .fact("sum", sum.to_string())
            .fact("max", max.to_string())
            .fact("contracts", latest.len())
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Distinct sources 名（户） among some records.
///
/// A source is a person or a household, never both: the row of a household of which
/// somebody is counted by name adds nothing. Organisations do not count.
#[derive(Default)]
struct Tally {
    households: BTreeSet<String>,
    people: BTreeSet<(String, String)>,
    /// Households that named people belong to.
    homes: BTreeSet<String>,
    organisations: usize,
    nameless: usize,
    records: usize,
}

impl Tally {
    fn persons(&self) -> usize {
        self.people.len()
    }

    /// Households of which nobody is counted by name.
    fn households(&self) -> usize {
        self.households.difference(&self.homes).count()
    }

    fn sources(&self) -> usize {
        self.persons() + self.households()
    }

    fn repeats(&self) -> usize {
        self.records
            .saturating_sub(self.organisations + self.nameless + self.sources())
    }
}

fn tally(records: &[&Fact]) -> Tally {
    let mut tally = Tally {
        records: records.len(),
        ..Tally::default()
    };
    for fact in records {
        let text = |field: &str| fact.value(field).text().map(str::to_owned);
        let name = text("who").or_else(|| text("proposer"));
        let phone = text("phone");
        let home = text("household");
        match text("source").as_deref() {
            // a party member counts where recorded as a resident
            Some("organisation" | "member") => tally.organisations += 1,
            Some("household") => match home.or(phone).or(name) {
                Some(home) => {
                    tally.households.insert(home);
                }
                None => tally.nameless += 1,
            },
            _ if name.is_none() && phone.is_none() => tally.nameless += 1,
            _ => {
                let person = (name.unwrap_or_default(), phone.unwrap_or_default());
                tally.people.insert(person);
                tally.homes.extend(home);
            }
        }
    }
    tally
}
