//! A year judged quarter by quarter: one is read while the one before is judged, and what stands
//! above the streets comes last.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::thread;

use super::kept::Keeper;
use super::year::Sink;
use super::{Year, names_of, subjects_of};
use crate::corridor::quarters::{Division, Quarter};
use crate::judge::count;
use crate::pack::Population;
use crate::state::subject::{DISTRICT, code_of};
use crate::state::{Book, Counted, Subject};

/// Judges the year of a divided ledger.
///
/// # Errors
/// If the ledger cannot be read, or what is found cannot be kept.
pub(super) fn judge<S: Sink>(
    year: &mut Year<'_, S>,
    division: &Division<'_>,
) -> anyhow::Result<()> {
    begin(year, division)?;
    let wanted = division.quarters.iter().filter(|quarter| {
        let mut codes = quarter.communities.iter();
        codes.any(|code| year.wanted.wants(&year.names, code))
    });
    let wanted: Vec<&Quarter> = wanted.collect();
    quarters(year, division, &wanted)?;
    if year.wanted.community.is_none() {
        district(year, division)?;
    }
    Ok(())
}

/// Judges the quarters of a year to which something was added, by their places; of the others is
/// told what was kept.
///
/// # Errors
/// If the ledger cannot be read, or what is found cannot be kept.
pub(super) fn judge_again(
    year: &mut Year<'_, Keeper>,
    division: &Division<'_>,
    changed: &BTreeSet<usize>,
) -> anyhow::Result<()> {
    begin(year, division)?;
    let mut anew = Vec::new();
    for (place, quarter) in division.quarters.iter().enumerate() {
        if changed.contains(&place) {
            let streets = quarter.streets.iter();
            let years = streets.map(|street| format!("{street}{}", year.of.0));
            for place in quarter.communities.iter().cloned().chain(years) {
                year.sink.forget(&place)?;
            }
            anew.push(quarter);
        } else {
            let account = year.sink.accounted(quarter)?;
            year.add(&account);
        }
    }
    for place in above(year.of.0) {
        year.sink.forget(&place)?;
    }
    quarters(year, division, &anew)?;
    district(year, division)
}

/// What is known before anything is judged.
fn begin<S>(year: &mut Year<'_, S>, division: &Division<'_>) -> anyhow::Result<()> {
    year.names = names_of(&division.district(&BTreeSet::new())?);
    year.unknown = division.unknown;
    year.counted = year.pack.populations().iter().map(Counted::none).collect();
    Ok(())
}

/// Judges some quarters, the next being read meanwhile.
fn quarters<S: Sink>(
    year: &mut Year<'_, S>,
    division: &Division<'_>,
    wanted: &[&Quarter],
) -> anyhow::Result<()> {
    let populations = year.pack.populations();
    thread::scope(|scope| {
        let (give, books) = sync_channel::<(&Quarter, Book)>(1);
        let populations = &populations;
        let judging = scope.spawn(move || -> anyhow::Result<()> {
            for (quarter, book) in books {
                let part = year.judge(&book, &subjects(year, quarter, &book));
                let counted = counted(year, quarter, &book, populations);
                year.take_quarter(quarter, part, &counted)?;
            }
            Ok(())
        });
        let mut given = Ok(());
        for quarter in wanted {
            match division.book(quarter) {
                // who takes no more has failed, which shows when joined
                Ok(book) => {
                    if give.send((quarter, book)).is_err() {
                        break;
                    }
                }
                Err(error) => {
                    given = Err(error);
                    break;
                }
            }
        }
        drop(give);
        match judging.join() {
            Ok(judged) => given.and(judged),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Judges what stands above the streets, when the projects of all quarters are counted.
fn district<S: Sink>(year: &mut Year<'_, S>, division: &Division<'_>) -> anyhow::Result<()> {
    let mut counted = std::mem::take(&mut year.counted);
    for counted in &mut counted {
        counted.sort();
    }
    let records = std::mem::take(&mut year.records);
    let district = division.district(&records)?.with_counted(counted);
    let part = year.judge(&district, &above(year.of.0));
    year.take(part)?;
    year.sink.trace(&division.trace)
}

/// The subjects above the streets.
fn above(year: i32) -> [String; 2] {
    [format!("{DISTRICT}{year}"), "账本".to_owned()]
}

/// The subjects of a quarter, those of its streets' years included.
fn subjects<S: Sink>(year: &Year<'_, S>, quarter: &Quarter, book: &Book) -> Vec<String> {
    let here = |id: &str| code_of(id).is_some_and(|code| quarter.communities.contains(code));
    let wants = |code: &str| year.wanted.wants(&year.names, code);
    let streets = year.wanted.community.is_none();
    let all = subjects_of(book, year.of.0, year.of.1, &wants, streets);
    all.into_iter()
        .filter(|id| match Subject::parse(id) {
            Subject::StreetYear(street, _) => quarter.streets.contains(&street),
            Subject::DistrictYear(_) | Subject::Ledger => false,
            _ => here(id),
        })
        .collect()
}

/// What the rules above the streets count of a quarter, by population.
fn counted<S: Sink>(
    year: &Year<'_, S>,
    quarter: &Quarter,
    book: &Book,
    populations: &[Population<'_>],
) -> Vec<Counted> {
    let here = |id: &str| code_of(id).is_some_and(|code| quarter.communities.contains(code));
    let of = |population| {
        let mut counted = count(year.pack, book, year.of, population);
        counted.retain(here);
        counted
    };
    populations.iter().map(of).collect()
}
