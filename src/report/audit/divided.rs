//! A year judged quarter by quarter: one is read while the one before is judged, and what stands
//! above the streets comes last.

use std::sync::mpsc::sync_channel;
use std::thread;

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
/// If the ledger cannot be read.
pub(super) fn judge<S: Sink>(
    year: &mut Year<'_, S>,
    mut division: Division<'_>,
) -> anyhow::Result<()> {
    year.names = names_of(&division.district);
    year.unknown = division.unknown;
    let populations = year.pack.populations();
    let mut counted: Vec<Counted> = Vec::new();
    let wanted: Vec<&Quarter> = division
        .quarters
        .iter()
        .filter(|quarter| {
            let mut codes = quarter.communities.iter();
            codes.any(|code| year.wanted.wants(&year.names, code))
        })
        .collect();
    thread::scope(|scope| {
        let (give, books) = sync_channel::<(&Quarter, Book)>(1);
        let year = &mut *year;
        let counted = &mut counted;
        let judging = scope.spawn(move || -> anyhow::Result<()> {
            for (quarter, book) in books {
                let part = year.judge(&book, &subjects(year, quarter, &book));
                year.take(part)?;
                add(counted, of_quarter(year, quarter, &book, &populations));
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
    })?;
    if year.wanted.community.is_none() {
        for counted in &mut counted {
            counted.sort();
        }
        let district = std::mem::take(&mut division.district).with_counted(counted);
        let above = [format!("{DISTRICT}{}", year.of.0), "账本".to_owned()];
        let part = year.judge(&district, &above);
        year.take(part)?;
    }
    Ok(())
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

/// The projects of a quarter that the rules above the streets count.
fn of_quarter<S: Sink>(
    year: &Year<'_, S>,
    quarter: &Quarter,
    book: &Book,
    populations: &[Population<'_>],
) -> Vec<Counted> {
    let here = |id: &str| code_of(id).is_some_and(|code| quarter.communities.contains(code));
    populations
        .iter()
        .map(|population| {
            let mut counted = count(year.pack, book, year.of, population);
            counted.retain(here);
            counted
        })
        .collect()
}

/// Adds what was counted in a quarter.
fn add(all: &mut Vec<Counted>, more: Vec<Counted>) {
    if all.is_empty() {
        all.extend(more);
        return;
    }
    for (here, there) in all.iter_mut().zip(more) {
        here.join(&there);
    }
}
