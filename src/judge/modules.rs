//! Facts that code computes, for concepts that are more than parameters.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::eval::{Facts, Found};
use super::funds;
use super::sources;
use crate::law::Day;
use crate::pack::expr::ModuleFact;
use crate::state::{Fact, Subject, Value, View};
use crate::step::{Recorded, accept, fund, implement, library, register, shortlist};
use crate::words::Words;

/// The name of a computed fact for people.
pub(super) fn label(fact: ModuleFact) -> Words {
    let (zh, en) = match fact {
        ModuleFact::LibraryInForce => ("项目库条目的入库日期", "issue date of the library item"),
        ModuleFact::Communities => ("涉及社区", "communities served"),
        ModuleFact::OperatorPersonnel => ("运营机构的服务人员", "people of the operator"),
        ModuleFact::OperatorHere => ("执行单位的身份", "identity of the contractor"),
        ModuleFact::CasePaid => ("本项目已付款", "payments of the case"),
        ModuleFact::CaseMisused => ("违规使用的金额", "misused money"),
        ModuleFact::CaseClawed => ("追回资金的金额", "money paid back"),
        ModuleFact::CaseFailures => ("验收未通过的次数", "failed acceptances"),
        ModuleFact::PayCloses => ("是否尾款", "whether it is the final payment"),
        ModuleFact::AcceptStanding => ("此前的验收结果", "result of the acceptance before"),
        ModuleFact::AcceptFirst => ("首次验收日期", "day of the first acceptance"),
        ModuleFact::CommissionTotal => ("年度同类发包累计", "yearly sum of the same kind"),
        ModuleFact::FundPaid => ("街道资金的支出", "payments from the fund"),
        ModuleFact::FundDisbursed | ModuleFact::FundOverdrawn => ("资金发放记录", "disbursements"),
        ModuleFact::FundLastPayment => ("最后一笔付款", "last payment"),
        ModuleFact::YearEnd => ("年度末日", "last day of the year"),
        ModuleFact::FirstStart => ("年度首个项目的开工", "first start of the year"),
        ModuleFact::YearNumber => ("年度", "year"),
        ModuleFact::Streets => ("各街道", "the streets"),
        ModuleFact::MixTotal => ("项目总资金", "money from all sources"),
        ModuleFact::MixBudget => ("预算总额", "budget from all sources"),
        ModuleFact::MixGovernment => ("政府财政资金", "government money"),
        ModuleFact::MixSocial => ("社会资源投入", "what society gives"),
        ModuleFact::MixDonated => ("社会捐赠", "donations"),
        ModuleFact::MixRaised => ("社会投入和自筹", "what society gives and own money"),
        ModuleFact::CloseBudget => ("结项表预算投入", "budget on the closing form"),
        ModuleFact::CloseSpent => ("结项表实际投入", "spent by the closing form"),
        ModuleFact::CaseDisbursed => ("本项目资金发放", "disbursed for the case"),
    };
    Words::new(zh, en)
}

/// Computes a fact; nothing if what it rests on is missing.
pub(super) fn compute<'a>(fact: ModuleFact, facts: &Facts<'a>) -> Option<Found<'a>> {
    let view = facts.view;
    match fact {
        ModuleFact::LibraryInForce => library_in_force(view),
        ModuleFact::Communities => Some(communities(view)),
        ModuleFact::OperatorHere => operator_here(view),
        ModuleFact::OperatorPersonnel => operator_personnel(view),
        ModuleFact::CasePaid => funds::case_paid(view),
        ModuleFact::CaseMisused => funds::case_sum(view, fund::Misuse::DEF),
        ModuleFact::CaseClawed => funds::case_sum(view, fund::Clawback::DEF),
        ModuleFact::CaseFailures => Some(failures(view)),
        ModuleFact::PayCloses => funds::pay_closes(facts),
        ModuleFact::AcceptStanding => standing(facts),
        ModuleFact::AcceptFirst => {
            let days = view.facts(accept::Record::DEF).filter_map(|f| f.occurred);
            plain(Some(days.min().unwrap_or(view.as_of)))
        }
        ModuleFact::CommissionTotal => commission_total(facts),
        ModuleFact::FundPaid => funds::of_fund(view, funds::paid),
        ModuleFact::FundDisbursed => funds::of_fund(view, funds::disbursed),
        ModuleFact::FundOverdrawn => funds::of_fund(view, funds::overdrawn),
        ModuleFact::FundLastPayment => funds::of_fund(view, funds::last_payment),
        ModuleFact::YearEnd => plain(view.year().and_then(|year| Day::new(year, 12, 31))),
        ModuleFact::FirstStart => plain(first_start(view)),
        ModuleFact::YearNumber => view.subject.year().map(|year| Found {
            value: Cow::Owned(Value::Count(i64::from(year))),
            fact: None,
        }),
        ModuleFact::Streets => Some(Found {
            value: Cow::Owned(super::sums::streets(view)),
            fact: None,
        }),
        ModuleFact::MixTotal
        | ModuleFact::MixBudget
        | ModuleFact::MixGovernment
        | ModuleFact::MixSocial
        | ModuleFact::MixDonated
        | ModuleFact::MixRaised => sources::mixed(fact, facts),
        ModuleFact::CloseBudget => sources::closing(view, ["special", "own", "social"]),
        ModuleFact::CloseSpent => {
            sources::closing(view, ["special_spent", "own_spent", "social_spent"])
        }
        ModuleFact::CaseDisbursed => sources::disbursed(view),
    }
}

fn plain<'a>(day: Option<Day>) -> Option<Found<'a>> {
    day.map(|day| Found {
        value: Cow::Owned(Value::Day(day)),
        fact: None,
    })
}

/// The first day on which a project of the year was started.
fn first_start(view: &View<'_>) -> Option<Day> {
    let cases = view.book.cohort(&view.subject, view.as_of);
    let started = cases.iter().flat_map(|case| {
        let facts = view.book.about(case).iter().map(|&i| view.book.fact(i));
        facts.filter(|fact| fact.def == implement::Start::DEF && !fact.struck)
    });
    started.filter_map(|fact| fact.occurred).min()
}

/// How often the acceptance failed.
fn failures<'a>(view: &View<'a>) -> Found<'a> {
    let failed: Vec<&Fact> = view
        .facts(accept::Record::DEF)
        .filter(|fact| fact.value("result").text() == Some("fail"))
        .collect();
    Found {
        value: Cow::Owned(Value::Count(
            i64::try_from(failed.len()).unwrap_or(i64::MAX),
        )),
        fact: failed.last().copied(),
    }
}

/// Result of the latest acceptance up to the day of the record at hand; `none` without one.
fn standing<'a>(facts: &Facts<'a>) -> Option<Found<'a>> {
    let until = facts.focus.and_then(|focus| focus.fact.occurred);
    let latest = facts
        .view
        .facts(accept::Record::DEF)
        .filter(|fact| until.is_none_or(|until| fact.occurred.is_none_or(|day| day <= until)))
        .max_by_key(|fact| fact.occurred);
    let result = match latest {
        Some(fact) => fact.value("result").clone(),
        None => Value::from_text("none"),
    };
    // an acceptance without a result is neither
    (!result.is_none()).then_some(Found {
        value: Cow::Owned(result),
        fact: latest,
    })
}

/// All that the body answering for the case contracted out of the same kind in the calendar
/// year, up to and including the commission at hand.
fn commission_total<'a>(facts: &Facts<'a>) -> Option<Found<'a>> {
    let at = facts.focus?.fact;
    let book = facts.view.book;
    let owner = |case: &str| -> Option<String> {
        let code = Subject::parse(case).community()?.to_owned();
        let responsible = book.latest(case, implement::Determine::DEF, facts.view.as_of)?;
        match responsible.value("responsible").text()? {
            "community" => Some(code),
            _ => book.street(&code).map(str::to_owned),
        }
    };
    let own = owner(&at.subject)?;
    let year = at.occurred?.year();
    let mut total = crate::law::Money::ZERO;
    // only cases of the same community or street can have the same owner
    let code = Subject::parse(&at.subject).community()?.to_owned();
    let near = book.neighbours(&code);
    for other in near.iter().flat_map(|code| book.commissions(code)) {
        let upto = (other.occurred, &other.key) <= (at.occurred, &at.key);
        let same = other.value("kind") == at.value("kind")
            && other.occurred.is_some_and(|day| day.year() == year)
            && upto
            && !book.is_withdrawn(&other.subject);
        if same && owner(&other.subject).as_ref() == Some(&own) {
            total = total.checked_add(other.value("estimate").money()?)?;
        }
    }
    Some(Found {
        value: Cow::Owned(Value::Money(total)),
        fact: Some(at),
    })
}

/// The chosen item was issued by the day on which it was chosen, and not yet removed.
fn library_in_force<'a>(view: &View<'a>) -> Option<Found<'a>> {
    let search = view.last(shortlist::Search::DEF)?;
    let item = search.value("item").text()?;
    let chosen = search.occurred?;
    let entries: Vec<&Fact> = view
        .facts(library::Library::DEF)
        .filter(|entry| entry.subject == item)
        .collect();
    let day = |field: &str| entries.iter().rev().find_map(|e| e.value(field).day());
    // an item whose library is not known is not known to be in one
    entries.iter().rev().find_map(|e| e.value("level").text())?;
    let issued = day("issued")?;
    let in_force = issued <= chosen && day("removed").is_none_or(|removed| chosen < removed);
    Some(Found {
        value: Cow::Owned(Value::Flag(in_force)),
        fact: Some(search),
    })
}

/// How many communities the case serves: its own, and those that the list names.
fn communities<'a>(view: &View<'a>) -> Found<'a> {
    let mut codes: BTreeSet<String> = view
        .subject
        .community()
        .map(str::to_owned)
        .into_iter()
        .collect();
    let mut from = None;
    for def in [
        shortlist::Candidate::DEF,
        crate::step::implement::Emergency::DEF,
    ] {
        if let Some(fact) = view.last(def) {
            codes.extend(
                fact.value("communities")
                    .items()
                    .iter()
                    .filter_map(Value::text)
                    .map(str::to_owned),
            );
            from = Some(fact);
        }
    }
    Found {
        value: Cow::Owned(Value::Count(i64::try_from(codes.len()).unwrap_or(i64::MAX))),
        fact: from,
    }
}

/// The contractor is the operator of this community's service centre on the day of signing.
fn operator_here<'a>(view: &View<'a>) -> Option<Found<'a>> {
    let contract = view.last(implement::Contract::DEF)?;
    let here = operator_of(view, contract).is_some();
    Some(Found {
        value: Cow::Owned(Value::Flag(here)),
        fact: Some(contract),
    })
}

fn operator_personnel<'a>(view: &View<'a>) -> Option<Found<'a>> {
    let contract = view.last(implement::Contract::DEF)?;
    let operator = operator_of(view, contract)?;
    let people = operator.value("personnel").clone();
    (!people.is_none()).then_some(Found {
        value: Cow::Owned(people),
        fact: Some(operator),
    })
}

/// The operator's registration that a contract falls under.
pub(super) fn operator_of<'a>(view: &View<'a>, contract: &Fact) -> Option<&'a Fact> {
    let signed = contract.value("signed").day()?;
    view.facts(register::Operator::DEF)
        .filter(|operator| {
            operator
                .value("from")
                .day()
                .is_none_or(|from| from <= signed)
                && operator.value("to").day().is_none_or(|to| signed <= to)
        })
        .find(|operator| same_unit(operator, contract))
}

/// Two records name the same unit: by credit code if both have one, else by name.
pub(super) fn same_unit(a: &Fact, b: &Fact) -> bool {
    match (a.value("code").text(), b.value("code").text()) {
        (Some(a), Some(b)) => a == b,
        _ => a.value("unit").text().is_some() && a.value("unit") == b.value("unit"),
    }
}
