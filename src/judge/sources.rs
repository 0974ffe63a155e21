//! Facts about the sources of a project's money: who pays, and how much in all.

use std::borrow::Cow;

use super::eval::{Facts, Found};
use crate::law::Money;
use crate::pack::expr::ModuleFact;
use crate::state::{Fact, Value, View};
use crate::step::{Recorded, close, fund};

/// What the government gives.
const GOVERNMENT: &[&str] = &["special", "match", "fiscal"];
/// What is donated.
const DONATED: &[&str] = &["cash", "inkind"];

/// The sum of some sources of one record; a source that it leaves blank gives nothing.
fn given(fact: &Fact, fields: &[&str]) -> Option<Money> {
    fields.iter().try_fold(Money::ZERO, |sum, field| {
        sum.checked_add(fact.value(field).money().unwrap_or(Money::ZERO))
    })
}

/// The value of the labour: as stated, else hours by their value. Hours without a value, or
/// labour without a source for its value, are not known.
fn labour(fact: &Fact) -> Option<Money> {
    let hours = fact.value("hours").count();
    let stated = fact.value("labour").money();
    if hours.is_none() && stated.is_none() {
        return Some(Money::ZERO);
    }
    fact.value("rate_basis").text()?;
    let rate = fact.value("rate").money()?;
    let worth = rate.fen().checked_mul(hours?).map(Money::from_fen)?;
    match stated {
        Some(stated) if stated != worth => None,
        _ => Some(worth),
    }
}

/// A sum of sources of the record at hand, or of the latest.
pub(super) fn mixed<'a>(which: ModuleFact, facts: &Facts<'a>) -> Option<Found<'a>> {
    let at = facts.focus.map(|focus| focus.fact);
    let budgets = || {
        let records = facts.view.facts(fund::Mix::DEF);
        records
            .filter(|fact| fact.value("phase").text() == Some("budget"))
            .max_by_key(|fact| fact.occurred)
    };
    let fact = match at.filter(|fact| fact.def == fund::Mix::DEF) {
        _ if which == ModuleFact::MixBudget => budgets()?,
        Some(fact) => fact,
        None => facts.view.last(fund::Mix::DEF)?,
    };
    // a record that names no source at all says nothing
    let sources = [GOVERNMENT, DONATED, &["own", "labour"]].concat();
    let named = sources.iter().any(|field| !fact.value(field).is_none());
    if !named && fact.value("hours").is_none() {
        return None;
    }
    let government = || given(fact, GOVERNMENT);
    let social = || given(fact, DONATED)?.checked_add(labour(fact)?);
    let own = || given(fact, &["own"]);
    let amount = match which {
        ModuleFact::MixGovernment => government(),
        ModuleFact::MixSocial => social(),
        ModuleFact::MixDonated => given(fact, DONATED),
        ModuleFact::MixRaised => social()?.checked_add(own()?),
        _ => government()?.checked_add(social()?)?.checked_add(own()?),
    }?;
    Some(Found {
        value: Cow::Owned(Value::Money(amount)),
        fact: Some(fact),
    })
}

/// The sum of three amounts of the closing form; not known while one is blank.
pub(super) fn closing<'a>(view: &View<'a>, fields: [&str; 3]) -> Option<Found<'a>> {
    let fact = view.last(close::Close::DEF)?;
    let amount = fields.iter().try_fold(Money::ZERO, |sum, field| {
        sum.checked_add(fact.value(field).money()?)
    })?;
    Some(Found {
        value: Cow::Owned(Value::Money(amount)),
        fact: Some(fact),
    })
}

/// All that was handed out for the case.
pub(super) fn disbursed<'a>(view: &View<'a>) -> Option<Found<'a>> {
    let list: Vec<&Fact> = view
        .facts(fund::Disburse::DEF)
        .filter(|fact| fact.value("case").text() == Some(&view.id))
        .collect();
    let amount = list.iter().try_fold(Money::ZERO, |sum, fact| {
        sum.checked_add(fact.value("amount").money()?)
    })?;
    Some(Found {
        value: Cow::Owned(Value::Money(amount)),
        fact: list.last().copied(),
    })
}
