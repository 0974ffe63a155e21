//! Primitives over numbers: caps on amounts, floors on counts, running sums.

use std::collections::BTreeSet;

use super::eval::{Answer, Facts, path_id, step_label};
use super::modules;
use super::outcome::Outcome;
use super::records::join_labels;
use super::sums::day_of;
use crate::law::{Day, Money};
use crate::pack::check::{Gate, IfMissing};
use crate::pack::expr::{Expr, Path};
use crate::state::{Fact, Subject, Value};
use crate::step::{Recorded, StepDef, implement};
use crate::words;
use crate::words::{Words, is_silent};

/// How records are counted.
pub(super) struct Counting<'p> {
    pub(super) of: &'p [(&'static StepDef, Option<Expr>)],
    pub(super) among: Option<&'p Expr>,
    pub(super) sources: bool,
    /// Distinct values of this field are counted.
    pub(super) distinct: Option<&'static str>,
    pub(super) min: i64,
    pub(super) headcount: Option<&'p Path>,
    pub(super) gate: &'p Gate,
    pub(super) yearly: Option<(u32, u32, i32)>,
    pub(super) if_missing: IfMissing,
    pub(super) what: &'p Words,
}

impl<'a> Facts<'a> {
    pub(super) fn cap(&self, of: &[Path], max: Money) -> Outcome {
        let mut parts = Vec::new();
        for path in of {
            if let Path::Field(_, index) = path {
                for fact in self.facts(path) {
                    let amount = fact.values[*index].money();
                    parts.push(self.capped(path, amount, Some(fact), max));
                }
            } else if let Some(found) = self.value(path) {
                parts.push(self.capped(path, found.value.money(), found.fact, max));
            }
        }
        Outcome::join(parts).unwrap_or_else(|| Outcome::waits_for(words!("金额", "amount")))
    }

    /// One amount against its limit.
    fn capped(
        &self,
        path: &Path,
        amount: Option<Money>,
        fact: Option<&Fact>,
        max: Money,
    ) -> Outcome {
        let label = self.label(path);
        let Some(amount) = amount else {
            return Outcome::missing(label).uses(fact);
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
            Outcome::broken(said).blames(fact)
        } else {
            Outcome::kept(said).uses(fact)
        };
        if is_silent() {
            return outcome;
        }
        outcome
            .fact(&path_id(self.pack, path), amount.to_string())
            .fact("max", max.to_string())
    }

    pub(super) fn count(&self, counting: &Counting<'_>) -> Outcome {
        let counted = self.counted(counting);
        let what = if counting.sources {
            words!("不重复的来源（名、户）", "distinct sources")
        } else if !counting.what.is_empty() {
            counting.what.told()
        } else {
            let labels = counting.of.iter().map(|(def, _)| step_label(def));
            join_labels(labels)
        };
        let (number, min) = (counted.number, counting.min);
        let said = words!(
            "{}计{}，要求不少于{}。",
            "{3}: {1}, at least {2} required.",
            what.zh,
            number,
            min,
            what.en
        );
        let end = counting
            .yearly
            .and_then(|(month, day, offset)| self.year_end((month, day), offset));
        let outcome = if number >= min {
            Outcome::kept(said)
        } else if end.is_some_and(|end| self.view.as_of <= end) {
            let mut pending = Outcome::pending(said);
            pending.due = end;
            pending
        } else if let Some(gates) = self.passed(counting.gate) {
            match counted.unclear(counting, &what) {
                Some(missing) => Outcome::missing(missing).uses(gates),
                None => Outcome::broken(said).blames(gates),
            }
        } else {
            Outcome::pending(said)
        };
        let mut outcome = counted.show(outcome, counting);
        // a duty of the year is governed by the year, even if it falls due after it
        let governed = match counting.yearly {
            Some((_, _, offset)) if offset > 0 => self.year_end((12, 31), 0),
            _ => end,
        };
        outcome.governed = governed.or(outcome.governed);
        outcome
    }

    fn counted(&self, counting: &Counting<'_>) -> Counted<'a> {
        let mut counted = Counted::default();
        for (def, filter) in counting.of {
            for fact in self.records(def) {
                let looked_at = counting
                    .among
                    .is_none_or(|among| self.test(among, Some(fact)) == Answer::Yes);
                if !looked_at {
                    continue;
                }
                counted.any = true;
                match filter.as_ref().map(|expr| self.test(expr, Some(fact))) {
                    None | Some(Answer::Yes) => counted.records.push(fact),
                    Some(Answer::No) => {}
                    Some(Answer::Unknown(_)) => counted.unknown += 1,
                }
            }
        }
        counted.tally = tally(&counted.records);
        counted.number = if counting.sources {
            whole(counted.tally.sources())
        } else if let Some(field) = counting.distinct {
            let values = counted.records.iter().flat_map(|f| f.value(field).items());
            let distinct: BTreeSet<&str> = values.filter_map(Value::text).collect();
            whole(distinct.len())
        } else {
            whole(counted.records.len())
        };
        counted.heads = counting
            .headcount
            .and_then(|path| self.value(path))
            .and_then(|found| found.value.count());
        counted
    }

    /// A day of the programme year that is judged.
    pub(super) fn year_end(&self, (month, day): (u32, u32), offset: i32) -> Option<Day> {
        match self.view.subject {
            Subject::CommunityYear(_, year)
            | Subject::StreetYear(_, year)
            | Subject::DistrictYear(year) => day_of(year + offset, month, day),
            _ => None,
        }
    }

    /// The contracts of one community with one unit in one calendar year, up to this one.
    pub(super) fn running_sum(&self, max: Money) -> Outcome {
        let def = implement::Contract::DEF;
        let Some(contract) = self.view.last(def) else {
            return Outcome::pending(words!("尚无合同。", "No contract yet."));
        };
        let (Some(signed), Some(code)) = (
            contract.value("signed").day(),
            self.view.subject.community(),
        ) else {
            return Outcome::missing(words!("合同签订日期", "day of signing")).uses([contract]);
        };
        let before = |other: &Fact| {
            other.value("signed").day().is_some_and(|day| {
                day.year() == signed.year() && (day, &other.subject) <= (signed, &contract.subject)
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
                Some(amount) => match sum.checked_add(amount) {
                    Some(total) => sum = total,
                    // more than can be counted is not less than it was
                    None => {
                        return Outcome::missing(words!(
                            "可计算的合同金额",
                            "amounts that can be added"
                        ));
                    }
                },
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

/// What was counted.
#[derive(Default)]
struct Counted<'f> {
    records: Vec<&'f Fact>,
    /// Records that lack a field that tells whether they count.
    unknown: i64,
    /// Some record is there, counting or not.
    any: bool,
    tally: Tally,
    number: i64,
    /// A number that stands for records without names.
    heads: Option<i64>,
}

impl Counted<'_> {
    /// Why the number cannot be told although it falls short; none if it surely does.
    fn unclear(&self, counting: &Counting<'_>, what: &Words) -> Option<Words> {
        let min = counting.min;
        let nameless = whole(self.tally.nameless);
        match self.heads {
            // names were not kept: repeats and organisations cannot be told
            Some(heads) if heads + self.number >= min => Some(words!(
                "{}（只有人数{}，无法核对重复和单位）",
                "{2} (only the number {1}; repeats cannot be told)",
                what.zh,
                heads,
                what.en
            )),
            _ if counting.sources && self.number + nameless >= min => Some(words!(
                "{0}条记录的姓名或联系方式",
                "names or phone numbers of {0} records",
                nameless
            )),
            _ if self.number + self.unknown >= min => Some(words!(
                "{}条{}缺少核对所需的栏目",
                "fields of {0} × {2}",
                self.unknown,
                what.zh,
                what.en
            )),
            None if !self.any && counting.if_missing == IfMissing::Unverifiable => {
                Some(what.told())
            }
            _ => None,
        }
    }

    /// Shows the number with its parts.
    fn show(&self, outcome: Outcome, counting: &Counting<'_>) -> Outcome {
        let outcome = outcome.fact("count", self.number).fact("min", counting.min);
        if !counting.sources {
            return outcome.uses(self.records.iter().copied());
        }
        let tally = &self.tally;
        let demands = self
            .records
            .iter()
            .filter(|f| f.def.id == "collect.demand")
            .count();
        // naming five hundred events helps nobody; the parts say what was counted
        let mut outcome = outcome
            .uses(self.records.iter().copied().take(1))
            .fact("records", self.records.len())
            .fact("persons", tally.persons())
            .fact("households", tally.households())
            .fact("organisations", tally.organisations)
            .fact("repeats", tally.repeats())
            .fact("demands", demands);
        outcome.counted(|| [words!(
            "记录{}条：居民{}名，居民户{}户，合计{}；单位{}个不计，重复或同户{}条不重计，无姓名{}条不计。",
            "{} records: {} persons, {} households, {} in all; {} organisations and {} repeats not counted, {} without a name.",
            self.records.len(),
            tally.persons(),
            tally.households(),
            tally.sources(),
            tally.organisations,
            tally.repeats(),
            tally.nameless
        )]);
        outcome
    }
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
