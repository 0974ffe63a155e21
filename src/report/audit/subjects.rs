//! The subjects of a year: which are judged, what they are called.

use std::collections::{BTreeMap, BTreeSet};

use crate::law::Day;
use crate::state::{Book, Subject};

/// The names of the communities by their codes.
pub(in crate::report) fn names_of(book: &Book) -> BTreeMap<String, String> {
    book.communities()
        .into_iter()
        .filter_map(|code| Some((code.clone(), book.community_name(&code)?.to_owned())))
        .collect()
}

/// The name of a project.
#[must_use]
pub fn title(book: &Book, case: &str, as_of: Day) -> Option<String> {
    let facts = book.about(case).iter().map(|&index| book.fact(index));
    facts
        .filter(|fact| !fact.struck && fact.occurred.is_none_or(|day| day <= as_of))
        .find_map(|fact| fact.value("title").text().map(str::to_owned))
}

/// Every subject of a year that is judged.
#[must_use]
pub fn subjects(book: &Book, year: i32, as_of: Day) -> Vec<String> {
    subjects_of(book, year, as_of, &|_| true, true)
}

/// The subjects that belong to a year: cases by their first day of implementation, else by
/// programme year; communities and streets by programme year.
pub(in crate::report) fn subjects_of(
    book: &Book,
    year: i32,
    as_of: Day,
    wants: &dyn Fn(&str) -> bool,
    streets: bool,
) -> Vec<String> {
    let mut list = Vec::new();
    for id in book.subjects() {
        let subject = Subject::parse(id);
        let Some(code) = subject.community() else {
            continue;
        };
        if !wants(code) && !serves(book, id, wants) {
            continue;
        }
        let made = || {
            book.about(id).iter().any(|&index| {
                let fact = book.fact(index);
                fact.def.stage() != "register" && fact.occurred.is_none_or(|day| day <= as_of)
            })
        };
        match &subject {
            Subject::Case(..) if made() && book.year_of(id, as_of) == Some(year) => {
                list.push(id.to_owned());
            }
            Subject::Demand(_, y) if *y == year && made() => list.push(id.to_owned()),
            Subject::Community(code) if book.street(code).is_some() => {
                list.push(format!("{code}{year}"));
            }
            _ => {}
        }
    }
    if streets {
        list.extend(above(book, year));
    }
    list
}

/// What is judged above the communities: the streets, the district, the ledger.
pub(in crate::report) fn above(book: &Book, year: i32) -> Vec<String> {
    let codes = book.subjects().filter_map(|id| match Subject::parse(id) {
        Subject::Community(code) => Some(code),
        _ => None,
    });
    let streets: BTreeSet<String> = codes
        .filter_map(|code| book.street(&code).map(str::to_owned))
        .collect();
    let streets = streets.into_iter().map(|street| format!("{street}{year}"));
    streets
        .chain([format!("全区{year}"), "账本".to_owned()])
        .collect()
}

/// True if a case of another community also serves one that is wanted.
pub(in crate::report) fn serves(book: &Book, id: &str, wants: &dyn Fn(&str) -> bool) -> bool {
    matches!(Subject::parse(id), Subject::Case(..))
        && book.of_subject(id).iter().any(|&index| {
            let fact = book.fact(index);
            fact.subject == id
                && fact
                    .value("communities")
                    .items()
                    .iter()
                    .any(|code| code.text().is_some_and(wants))
        })
}
