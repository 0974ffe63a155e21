//! Primitives and facts about money: what is paid from a fund, and by whom.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::eval::{Answer, Facts, Found};
use super::outcome::Outcome;
use super::records::join_labels;
use crate::law::{Day, Money};
use crate::pack::expr::{Expr, Path};
use crate::state::{Book, EventKey, Fact, Subject, Value, View};
use crate::step::{Recorded, StepDef, fund, implement};
use crate::words;

/// A money field of a record.
fn money(fact: &Fact, field: &str) -> Option<Money> {
    fact.value(field).money()
}

/// The sum of some amounts; nothing if one is missing or the sum cannot be told.
fn sum(amounts: impl Iterator<Item = Option<Money>>) -> Option<Money> {
    amounts
        .into_iter()
        .try_fold(Money::ZERO, |sum, amount| sum.checked_add(amount?))
}

/// What some expenses bind: of each contract its amount or what is paid of it, whichever
/// is more. Expenses of one contract are known by its number, else by unit, kind and amount.
fn committed(records: &[&Fact]) -> Option<Money> {
    let mut contracts: BTreeMap<Vec<String>, (Money, Money)> = BTreeMap::new();
    let mut total = Money::ZERO;
    for fact in records {
        let paid = money(fact, "amount")?;
        let contract = money(fact, "contract");
        let text = |field: &str| fact.value(field).text().map(str::to_owned);
        let key = match (text("number"), contract) {
            (Some(number), _) => vec![number],
            (None, Some(amount)) => vec![
                text("unit").unwrap_or_default(),
                text("cost").unwrap_or_default(),
                amount.to_string(),
            ],
            (None, None) => {
                total = total.checked_add(paid)?;
                continue;
            }
        };
        let (agreed, sum) = contracts.entry(key).or_insert((Money::ZERO, Money::ZERO));
        *agreed = (*agreed).max(contract.unwrap_or(Money::ZERO));
        *sum = sum.checked_add(paid)?;
    }
    for (agreed, paid) in contracts.into_values() {
        total = total.checked_add(agreed.max(paid))?;
    }
    Some(total)
}

impl Facts<'_> {
    /// A sum over records is at most so many percent of a total.
    pub(super) fn ratio(
        &self,
        def: &'static StepDef,
        filter: Option<&Expr>,
        total: &Path,
        percent: i64,
    ) -> Outcome {
        let (mut records, mut unknown) = (Vec::new(), None);
        for fact in self.records(def) {
            match filter.map_or(Answer::Yes, |f| self.test(f, Some(fact))) {
                Answer::Yes => records.push(fact),
                Answer::No => {}
                // an expense of unknown kind may be one of these
                Answer::Unknown(missing) => {
                    unknown = Some(Outcome::missing(join_labels(missing.into_iter())).uses([fact]));
                }
            }
        }
        let Some(spent) = committed(&records) else {
            return Outcome::missing(words!("可计算的支出金额", "amounts that can be added"))
                .uses(records);
        };
        // the figure that holds at the end of the year
        let year = self.view.subject.year().unwrap_or_default();
        let mut totals = self.dates_with(total);
        totals.retain(|(day, _, _)| day.is_none_or(|day| day.year() <= year));
        totals.sort_by_key(|(day, _, _)| *day);
        let Some((_, total_amount, total_fact)) = totals.pop() else {
            return if records.is_empty() && unknown.is_none() {
                Outcome::waits_for(self.label(total))
            } else {
                Outcome::missing(self.label(total)).uses(records)
            };
        };
        let exact = |amount: Money, by: i64| i128::from(amount.fen()) * i128::from(by);
        let said = words!(
            "支出合计{}元，总额{}元，上限{}%（含）。",
            "{} yuan spent of {}, at most {}% (inclusive).",
            spent,
            total_amount,
            percent
        );
        let outcome = if exact(spent, 100) > exact(total_amount, percent) {
            Outcome::broken(said).blames(records.iter().copied())
        } else if let Some(unknown) = unknown {
            unknown
        } else {
            Outcome::kept(said)
        };
        outcome
            .uses(records)
            .uses([total_fact])
            .fact("spent", spent.to_string())
            .fact("total", total_amount.to_string())
            .fact("percent", percent)
    }

    /// The amounts under a path with the days from which they hold.
    fn dates_with(&self, path: &Path) -> Vec<(Option<Day>, Money, &Fact)> {
        self.values(path)
            .iter()
            .filter_map(|found| {
                let fact = found.fact?;
                Some((fact.occurred, found.value.money()?, fact))
            })
            .collect()
    }

    /// More votes for than against, and for more than half of all members.
    pub(super) fn majority(
        &self,
        of: &'static StepDef,
        [votes, against, members]: [usize; 3],
        times: i64,
    ) -> Outcome {
        let parts = self.records(of).map(|fact| {
            let number = |index: usize| fact.values[index].count();
            let (Some(votes), Some(against), Some(members)) =
                (number(votes), number(against), number(members))
            else {
                return Outcome::missing(words!("表决人数", "numbers of votes")).uses([fact]);
            };
            let said = words!(
                "班子成员{}人，赞成{}票，反对{}票；赞成须多于反对，且超过全体成员的半数。",
                "{} members, {} for, {} against; more for than against and more than half of all members required.",
                members,
                votes,
                against
            );
            if votes.saturating_add(against) > members {
                return Outcome::missing(words!(
                    "可信的票数（{}票多于{}人）",
                    "credible votes ({} votes of {} members)",
                    votes.saturating_add(against),
                    members
                ))
                .uses([fact]);
            }
            if votes > against && votes.saturating_mul(times) > members {
                Outcome::kept(said).uses([fact])
            } else {
                Outcome::broken(said).blames([fact])
            }
        });
        Outcome::join(parts).unwrap_or_else(|| Outcome::waits_for(super::eval::step_label(of)))
    }
}

/// The live payments of a case up to a day, in order.
fn payments<'a>(view: &View<'a>, case: &str) -> Vec<&'a Fact> {
    let book = view.book;
    let mut list: Vec<&Fact> = book
        .about(case)
        .iter()
        .map(|&index| book.fact(index))
        .filter(|fact| fact.def == implement::Pay::DEF && !fact.struck)
        .filter(|fact| fact.occurred.is_none_or(|day| day <= view.as_of))
        .collect();
    list.sort_by_key(|fact| (fact.occurred, fact.key.clone()));
    list
}

/// All payments of the case.
pub(super) fn case_paid<'a>(view: &View<'a>) -> Option<Found<'a>> {
    let mut list = payments(view, &view.id);
    // what was entered as an expense of the case is paid for it too
    let expenses = view.facts(fund::Expense::DEF);
    list.extend(expenses.filter(|fact| {
        fact.value("case").text() == Some(&view.id)
            && fact.value("kind").text() == Some("implementation")
    }));
    added(&list, "amount")
}

/// The sum of a field of some records.
fn added<'a>(list: &[&'a Fact], field: &str) -> Option<Found<'a>> {
    let total = sum(list.iter().map(|fact| money(fact, field)))?;
    Some(Found {
        value: Cow::Owned(Value::Money(total)),
        fact: list.last().copied(),
    })
}

/// All amounts of some records of the case: what was misused, what was paid back.
pub(super) fn case_sum<'a>(view: &View<'a>, def: &'static StepDef) -> Option<Found<'a>> {
    let list: Vec<&Fact> = view.facts(def).collect();
    (!list.is_empty()).then(|| added(&list, "amount"))?
}

/// The payment at hand is declared to be the last, or reaches the contract amount.
pub(super) fn pay_closes<'a>(facts: &Facts<'a>) -> Option<Found<'a>> {
    let at = facts.focus?.fact;
    let found = |closes: bool| {
        Some(Found {
            value: Cow::Owned(Value::Flag(closes)),
            fact: Some(at),
        })
    };
    if at.value("final") == &Value::Flag(true) {
        return found(true);
    }
    let Some(contract) = facts
        .view
        .last(implement::Contract::DEF)
        .and_then(|fact| money(fact, "amount"))
    else {
        // without a contract only what is declared can be the last
        return match at.value("final") {
            Value::Flag(false) => found(false),
            _ => None,
        };
    };
    let list = payments(facts.view, &facts.view.id);
    let upto = list
        .iter()
        .take_while(|fact| (fact.occurred, &fact.key) <= (at.occurred, &at.key));
    let paid = sum(upto.map(|fact| money(fact, "amount")))?;
    found(paid >= contract)
}

/// One line of a ledger of money.
#[derive(Clone, Debug)]
pub struct Line {
    /// Business date.
    pub day: Day,
    /// Unit that receives or spends: a community's code, or empty for the street itself.
    pub unit: String,
    /// Case that it belongs to, if it does.
    pub case: Option<String>,
    /// Amount.
    pub amount: Money,
    /// The fact behind it.
    pub key: EventKey,
    /// The step of the fact.
    pub def: &'static StepDef,
    /// Kind of expense; none of a payment of a case or a disbursement.
    pub kind: Option<String>,
}

/// What was paid from and handed out of the fund of a street's year.
#[derive(Debug, Default)]
pub struct Fund {
    /// The usage ledgers: payments of cases and other expenses, in order of their days.
    pub paid: Vec<Line>,
    /// The disbursement ledger, in order of its days.
    pub disbursed: Vec<Line>,
    /// Misused money that came back, in order of its days.
    pub returned: Vec<Line>,
    /// What is bound for the support of the programme: of each contract the larger of its
    /// amount and what is paid.
    pub support: Option<Money>,
}

impl Fund {
    /// Gathers the payments and disbursements of a street and fund year.
    #[must_use]
    pub fn of(view: &View<'_>) -> Option<Self> {
        let Subject::StreetYear(street, year) = &view.subject else {
            return None;
        };
        let mut fund = Self::default();
        fund.disbursed
            .extend(view.facts(fund::Disburse::DEF).filter_map(line));
        fund.paid
            .extend(view.facts(fund::Expense::DEF).filter_map(line));
        let support: Vec<&Fact> = view
            .facts(fund::Expense::DEF)
            .filter(|fact| fact.value("kind").text() == Some("support"))
            .collect();
        fund.support = committed(&support);
        let book = view.book;
        for code in book.communities_of(street) {
            for case in book.cases(code) {
                // money that was paid stays in the ledger, whatever became of the case
                if fund_year(book, case, view.as_of) == Some(*year) {
                    let determined = book.latest(case, implement::Determine::DEF, view.as_of);
                    let level = determined.and_then(|fact| fact.value("fund_level").text());
                    let unit = if level == Some("street") {
                        ""
                    } else {
                        code.as_str()
                    };
                    let of_unit = |line: Line| Line {
                        unit: unit.to_owned(),
                        ..line
                    };
                    let paid = payments(view, case);
                    fund.paid
                        .extend(paid.into_iter().filter_map(line).map(of_unit));
                    let back = book.live(case, fund::Clawback::DEF, view.as_of);
                    fund.returned.extend(back.filter_map(line).map(of_unit));
                }
            }
        }
        for list in [&mut fund.paid, &mut fund.disbursed, &mut fund.returned] {
            list.sort_by(|a, b| (a.day, &a.key).cmp(&(b.day, &b.key)));
        }
        Some(fund)
    }

    /// The sum of some lines; nothing if it cannot be told.
    #[must_use]
    pub fn sum<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Option<Money> {
        sum(lines.into_iter().map(|line| Some(line.amount)))
    }

    /// The lines of one unit.
    pub fn of_unit<'l>(lines: &'l [Line], unit: &'l str) -> impl Iterator<Item = &'l Line> {
        lines.iter().filter(move |line| line.unit == unit)
    }

    /// Every unit that stands in one of the ledgers, in order.
    #[must_use]
    pub fn units(&self) -> Vec<&str> {
        let lines = self.paid.iter().chain(&self.disbursed);
        let mut units: Vec<&str> = lines.map(|line| line.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// Communities that paid more than they were handed.
    fn overdrawn(&self) -> Option<Vec<Value>> {
        let mut list = Vec::new();
        for unit in self.units().into_iter().filter(|unit| !unit.is_empty()) {
            let paid = Self::sum(Self::of_unit(&self.paid, unit))?;
            if paid > Self::sum(Self::of_unit(&self.disbursed, unit))? {
                list.push(Value::from_text(unit));
            }
        }
        Some(list)
    }
}

/// The year of the fund that pays for a case: as determined, else the programme year.
fn fund_year(book: &Book, case: &str, as_of: Day) -> Option<i32> {
    let determined = book.latest(case, implement::Determine::DEF, as_of);
    match determined.and_then(|fact| fact.value("fund_year").count()) {
        Some(year) => i32::try_from(year).ok(),
        None => Subject::parse(case).year(),
    }
}

fn line(fact: &Fact) -> Option<Line> {
    let text = |field: &str| fact.value(field).text().map(str::to_owned);
    Some(Line {
        day: fact.occurred?,
        unit: text("community").unwrap_or_default(),
        case: text("case"),
        amount: money(fact, "amount")?,
        key: fact.key.clone(),
        def: fact.def,
        kind: text("kind"),
    })
}

/// A fact about the fund of a street's year; nothing while nothing is recorded of it.
pub(super) fn of_fund<'a>(
    view: &View<'a>,
    value: impl Fn(&Fund) -> Option<Value>,
) -> Option<Found<'a>> {
    let value = value(&Fund::of(view)?)?;
    Some(Found {
        value: Cow::Owned(value),
        fact: None,
    })
}

pub(super) fn paid(fund: &Fund) -> Option<Value> {
    Fund::sum(&fund.paid).map(Value::Money)
}

pub(super) fn disbursed(fund: &Fund) -> Option<Value> {
    let known = !fund.disbursed.is_empty();
    Fund::sum(&fund.disbursed)
        .filter(|_| known)
        .map(Value::Money)
}

pub(super) fn overdrawn(fund: &Fund) -> Option<Value> {
    let known = !fund.disbursed.is_empty();
    fund.overdrawn()
        .filter(|_| known)
        .map(|list| Value::List(list.into()))
}

pub(super) fn last_payment(fund: &Fund) -> Option<Value> {
    fund.paid.iter().map(|line| line.day).max().map(Value::Day)
}
