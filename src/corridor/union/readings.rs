//! What chains say of the law: the regulation, answers on clauses, notices of holidays.

use std::collections::{BTreeMap, BTreeSet};

use super::Conflict;
use crate::law::Day;
use crate::ledger::read::Reader;
use crate::state::{Book, Value};
use crate::step::{Recorded, general};
use crate::words;
use crate::words::clean;

/// The regulation of each chain, in order of the chains' names.
fn regimes(reader: Reader<'_>) -> anyhow::Result<BTreeMap<String, String>> {
    let mut bound = BTreeMap::new();
    reader.of_steps(&["init", "regime.bind"], |event| {
        let key = if event.step == "init" {
            "regime"
        } else {
            "pack"
        };
        let json: Option<serde_json::Value> = serde_json::from_str(&event.payload).ok();
        let json = json.unwrap_or_default();
        if let Some(regime) = json.get(key).and_then(|v| v.as_str()) {
            bound.insert(event.origin, regime.to_owned());
        }
    })?;
    Ok(bound)
}

/// The chains received from others whose ledgers are bound to another regulation than one.
///
/// # Errors
/// If the ledger cannot be read.
pub fn strangers(reader: Reader<'_>, regime: &str) -> anyhow::Result<Vec<(String, String)>> {
    // a ledger alone is bound to its own, for which the log need not be searched
    if reader.chains()? < 2 {
        return Ok(Vec::new());
    }
    let own = reader.own()?;
    let all = regimes(reader)?.into_iter();
    Ok(all
        .filter(|(origin, bound)| Some(origin) != own.as_ref() && bound != regime)
        .map(|(origin, bound)| (clean(&origin), clean(&bound)))
        .collect())
}

/// Chains that are bound to another regulation than the ledger itself.
pub(super) fn other_laws(reader: Reader<'_>) -> anyhow::Result<Vec<Conflict>> {
    let own = reader.own()?.unwrap_or_default();
    let Some(ours) = regimes(reader)?.remove(&own) else {
        return Ok(Vec::new());
    };
    let list = strangers(reader, &ours)?.into_iter();
    Ok(list
        .map(|(origin, theirs)| Conflict {
            words: words!(
                "账本 {0} 依据的是 {1}，本账本依据的是 {2}：并入后会按 {2} 判断。请并入依据相同的账本；确要并在一起的，加 --as-is，审查时用 --regime {1} 另看一次。",
                "Ledger {0} is bound to {1}, this one to {2}: merged, it would be judged by {2}. Merge it into a ledger of the same regulation; to have both in one add --as-is, and audit once more with --regime {1}.",
                origin,
                theirs,
                ours
            ),
            id: origin,
        })
        .collect())
}

/// What each chain answers on each rule: the readings by their first days.
type Answers = BTreeMap<String, BTreeMap<String, BTreeMap<Day, String>>>;

/// Answers on one rule that differ for the same days, and notices that differ for one year.
pub(super) fn readings(reader: Reader<'_>) -> anyhow::Result<Vec<Conflict>> {
    let mut book = Book::new();
    let steps = ["regime.ruling", "regime.calendar", "amend", "withdraw"];
    reader.lines_of_steps(&steps, |event| book.take_line(event))?;
    let mut answers = Answers::new();
    for fact in book.of_step(general::Ruling::DEF) {
        let text = |field: &str| clean(fact.value(field).text().unwrap_or_default());
        if let Some(from) = fact.value("from").day() {
            let of_rule = answers.entry(text("rule")).or_default();
            let of_chain = of_rule.entry(fact.key.origin.to_string()).or_default();
            of_chain.insert(from, text("reading"));
        }
    }
    let mut list = Vec::new();
    for (rule, chains) in &answers {
        let Some((day, said)) = apart(chains) else {
            continue;
        };
        list.push(Conflict {
            id: rule.clone(),
            words: words!(
                "规则 {0} 的口径答复互相矛盾（自{1}起）：{2}。请核对答复原文，用 minsheng withdraw 撤回不对的一条；在此之前以本账本自己登记的为准。",
                "The rulings on {0} contradict each other (from {1}): {2}. Compare the documents and take back the wrong one with minsheng withdraw; until then the ledger's own goes first.",
                rule,
                day,
                said
            ),
        });
    }
    list.extend(years(&book));
    Ok(list)
}

/// The first day on which two chains read a rule differently, and how each does.
fn apart(chains: &BTreeMap<String, BTreeMap<Day, String>>) -> Option<(Day, String)> {
    let days: BTreeSet<Day> = chains.values().flat_map(|c| c.keys().copied()).collect();
    days.into_iter().find_map(|day| {
        let held = chains.iter().filter_map(|(origin, from)| {
            let (_, reading) = from.range(..=day).next_back()?;
            Some((origin, reading))
        });
        let held: Vec<(&String, &String)> = held.collect();
        let differ = held.iter().any(|(_, reading)| *reading != held[0].1);
        let said = held
            .iter()
            .map(|(origin, reading)| format!("{} {reading}", clean(origin)));
        differ.then(|| (day, said.collect::<Vec<_>>().join("、")))
    })
}

/// Years whose days off differ between chains.
fn years(book: &Book) -> Vec<Conflict> {
    let mut years: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for fact in book.of_step(general::Holidays::DEF) {
        for line in fact.value("days").items().iter().filter_map(Value::text) {
            let day: Vec<&str> = line.split_whitespace().take(2).collect();
            let year: String = line.trim().chars().take(4).collect();
            let of_year = years.entry(clean(&year)).or_default();
            let of_chain = of_year.entry(clean(&fact.key.origin)).or_default();
            of_chain.insert(day.join(" "));
        }
    }
    let mut list = Vec::new();
    for (year, chains) in years {
        let mut days = chains.values();
        let first = days.next();
        if days.all(|other| Some(other) == first) {
            continue;
        }
        let origins: Vec<&str> = chains.keys().map(String::as_str).collect();
        list.push(Conflict {
            words: words!(
                "{0}年的放假安排在账本 {1} 里登记得不一样。请核对放假通知，用 minsheng withdraw 撤回不对的一条，重新登记。",
                "The days off of {0} differ between the ledgers {1}. Compare the notice, take back the wrong record with minsheng withdraw and record it anew.",
                year,
                origins.join("、")
            ),
            id: year,
        });
    }
    list
}
