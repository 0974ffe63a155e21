//! The union of ledgers: identifiers that two of them use for different things.

mod readings;

pub use readings::strangers;

use std::collections::{BTreeMap, BTreeSet};

use super::refs::numbers;
use crate::ledger::read::Reader;
use crate::state::Book;
use crate::step::{STEPS, StepDef};
use crate::words;
use crate::words::Words;

/// One identifier that two ledgers gave to different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The identifier.
    pub id: String,
    /// Who gave it to what, with the next step.
    pub words: Words,
}

/// Community codes and numbers that more than one chain gave, in order; then the regulations,
/// rulings and holiday notices in which chains differ.
///
/// # Errors
/// If the ledger cannot be read.
pub fn conflicts(reader: Reader<'_>) -> anyhow::Result<Vec<Conflict>> {
    let mut list = communities(reader)?;
    list.extend(numbered(reader)?);
    list.extend(readings::other_laws(reader)?);
    list.extend(readings::readings(reader)?);
    Ok(list)
}

/// Codes that were registered under different names or streets in different chains.
fn communities(reader: Reader<'_>) -> anyhow::Result<Vec<Conflict>> {
    let mut origins: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    reader.of_steps(&["register.community"], |event| {
        origins
            .entry(event.subject)
            .or_default()
            .insert(event.origin);
    })?;
    let mut list = Vec::new();
    for (code, origins) in origins.into_iter().filter(|(_, origins)| origins.len() > 1) {
        let events = reader.of_subject(&code)?;
        let mut said: BTreeMap<(String, String), String> = BTreeMap::new();
        for origin in origins {
            let mut book = Book::new();
            book.extend(events.iter().filter(|e| e.origin == origin).cloned());
            let name = book.community_name(&code).unwrap_or_default().to_owned();
            let street = book.street(&code).unwrap_or_default().to_owned();
            said.entry((name, street)).or_insert(origin);
        }
        if said.len() < 2 {
            continue;
        }
        let each = |zh: bool| {
            let all = said.iter().map(|((name, street), origin)| {
                if zh {
                    format!("账本 {origin} 登记为{street}的“{name}”")
                } else {
                    format!("ledger {origin} has it as “{name}” of {street}")
                }
            });
            all.collect::<Vec<_>>().join(if zh { "，" } else { ", " })
        };
        list.push(Conflict {
            words: words!(
                "社区代码 {} 有两个含义：{}。一个代码只能是一个社区；登记错的用 minsheng amend 更正，真是两个社区的，其中一个账本要换代码重新登记。",
                "Code {0} means two things: {2}. A code is one community; correct a wrong registration with minsheng amend; two real communities need two codes, one ledger must be recorded anew.",
                code,
                each(true),
                each(false)
            ),
            id: code,
        });
    }
    Ok(list)
}

/// Cases, demands, rounds and meetings that were numbered alike in different chains.
fn numbered(reader: Reader<'_>) -> anyhow::Result<Vec<Conflict>> {
    let makers: Vec<&StepDef> = STEPS.iter().copied().filter(|def| numbers(def)).collect();
    let mut by_subject: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for event in reader.made_twice(&makers)? {
        let places = by_subject.entry(event.subject).or_default();
        places.entry(event.origin).or_insert(event.seq);
    }
    Ok(by_subject
        .into_iter()
        .map(|(id, places)| {
            let each = |zh: bool| {
                let all = places.iter().map(|(origin, seq)| {
                    if zh {
                        format!("账本 {origin} 第{seq}号事件")
                    } else {
                        format!("event {seq} of ledger {origin}")
                    }
                });
                all.collect::<Vec<_>>().join(if zh { "、" } else { " and " })
            };
            Conflict {
                words: words!(
                    "编号 {} 在两个账本里各登记了一次：{}。同一社区只能在一个账本里编号；请由一方撤回后重新登记。",
                    "{0} was made in two ledgers: {2}. A community is numbered in one ledger only; one of them must withdraw it and record it anew.",
                    id,
                    each(true),
                    each(false)
                ),
                id,
            }
        })
        .collect())
}
