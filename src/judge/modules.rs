//! Facts that code computes, for concepts that are more than parameters.

use std::collections::BTreeSet;

use super::eval::Found;
use crate::pack::expr::ModuleFact;
use crate::state::{Fact, Value, View};
use crate::step::{Recorded, implement, register, shortlist};
use crate::words::Words;

/// The name of a computed fact for people.
pub(super) fn label(fact: ModuleFact) -> Words {
    match fact {
        ModuleFact::LibraryInForce => {
            Words::new("项目库条目的入库日期", "issue date of the library item")
        }
        ModuleFact::Communities => Words::new("涉及社区", "communities served"),
        ModuleFact::OperatorPersonnel => Words::new("运营机构的服务人员", "people of the operator"),
        ModuleFact::OperatorHere => Words::new("执行单位的身份", "identity of the contractor"),
    }
}

/// Computes a fact; nothing if what it rests on is missing.
pub(super) fn compute<'a>(fact: ModuleFact, view: &View<'a>) -> Option<Found<'a>> {
    match fact {
        ModuleFact::LibraryInForce => library_in_force(view),
        ModuleFact::Communities => Some(communities(view)),
        ModuleFact::OperatorHere => operator_here(view),
        ModuleFact::OperatorPersonnel => operator_personnel(view),
    }
}

/// The chosen item was issued by the day on which it was chosen, and not yet removed.
fn library_in_force<'a>(view: &View<'a>) -> Option<Found<'a>> {
    let search = view.last(shortlist::Search::DEF)?;
    let item = search.value("item").text()?;
    let chosen = search.occurred?;
    let entries: Vec<&Fact> = view
        .facts(register::Library::DEF)
        .filter(|entry| entry.subject == item)
        .collect();
    let day = |field: &str| entries.iter().rev().find_map(|e| e.value(field).day());
    // an item whose library is not known is not known to be in one
    entries.iter().rev().find_map(|e| e.value("level").text())?;
    let issued = day("issued")?;
    let in_force = issued <= chosen && day("removed").is_none_or(|removed| chosen < removed);
    Some(Found {
        value: Value::Flag(in_force),
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
        value: Value::Count(i64::try_from(codes.len()).unwrap_or(i64::MAX)),
        fact: from,
    }
}

/// The contractor is the operator of this community's service centre on the day of signing.
fn operator_here<'a>(view: &View<'a>) -> Option<Found<'a>> {
    let contract = view.last(implement::Contract::DEF)?;
    let here = operator_of(view, contract).is_some();
    Some(Found {
        value: Value::Flag(here),
        fact: Some(contract),
    })
}

fn operator_personnel<'a>(view: &View<'a>) -> Option<Found<'a>> {
    let contract = view.last(implement::Contract::DEF)?;
    let operator = operator_of(view, contract)?;
    let people = operator.value("personnel").clone();
    (!people.is_none()).then_some(Found {
        value: people,
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
