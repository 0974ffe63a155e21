//! Books of a ledger: all of it, or what bears on some subjects or steps.

use super::gather;
use crate::ledger::{Ledger, Line};
use crate::state::{Book, Wanted};
use crate::step::StepDef;

/// Loads the whole ledger.
///
/// # Errors
/// If the ledger cannot be read.
pub fn whole_book(ledger: &Ledger) -> anyhow::Result<Book> {
    let mut book = Book::new()
        .with_aliases(ledger.reader().aliases()?)
        .of_chain(ledger.reader().own()?);
    ledger.reader().lines(|event| book.take_line(event))?;
    Ok(book)
}

/// Loads the facts of some steps, of each the fields that are wanted; of several chains all facts,
/// which come in one order only then.
///
/// # Errors
/// If the ledger cannot be read.
pub fn book_of_steps(
    ledger: &Ledger,
    steps: &[(&'static StepDef, Wanted)],
) -> anyhow::Result<Book> {
    if ledger.reader().chains()? > 1 {
        return whole_book(ledger);
    }
    book_where(ledger, steps, |_| true)
}

/// As [`book_of_steps`], of the events of the one chain that `which` chooses.
///
/// # Errors
/// If the ledger cannot be read.
pub fn book_where(
    ledger: &Ledger,
    steps: &[(&'static StepDef, Wanted)],
    mut which: impl FnMut(&Line<'_>) -> bool,
) -> anyhow::Result<Book> {
    let reader = ledger.reader();
    let ids: Vec<&str> = steps.iter().map(|(def, _)| def.id).collect();
    let mut book = Book::new()
        .of_chain(reader.own()?)
        .wanting(steps.iter().copied());
    reader.lines_of_steps(&ids, |event| {
        if which(event) {
            book.take_line(event);
        }
    })?;
    Ok(book)
}

/// Loads what bears on some subjects, for showing and explaining them.
///
/// # Errors
/// If the ledger cannot be read.
pub fn book_of(ledger: &Ledger, subjects: &[String]) -> anyhow::Result<Book> {
    let mut book = Book::new()
        .with_aliases(ledger.reader().aliases()?)
        .of_chain(ledger.reader().own()?);
    for subject in subjects {
        gather::load(ledger.reader(), &mut book, subject)?;
    }
    Ok(book)
}
