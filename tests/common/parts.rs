//! A year in parts: the forms of an audit, and where two of them differ.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use super::cli::Office;

/// The forms of an audit.
pub const FORMS: [&str; 4] = ["--format json --all", "--format csv", "--all", "--lang en"];

/// A year and the day up to which it is audited.
pub const YEAR: &str = "--year 2022 --as-of 2024-06-01";

/// Runs a command that must succeed.
pub fn must(office: &Office, line: &str) -> String {
    office.run(line).ends(0).out
}

/// The first line that differs.
pub fn difference(one: &[String], other: &[String]) -> Option<String> {
    let lines = |forms: &[String]| -> Vec<String> {
        forms
            .iter()
            .flat_map(|f| f.lines())
            .map(str::to_owned)
            .collect()
    };
    if one == other {
        return None;
    }
    let (one, other) = (lines(one), lines(other));
    let place = one.iter().zip(&other).position(|(a, b)| a != b);
    let place = place.unwrap_or(one.len().min(other.len()));
    let around =
        |list: &[String]| list[place.saturating_sub(8)..(place + 3).min(list.len())].join("\n");
    Some(format!(
        "one run:\n{}\nin parts:\n{}",
        around(&one),
        around(&other)
    ))
}

/// An office with a ledger of its own name.
pub fn origin(name: &str) -> Office {
    let office = Office::empty();
    must(&office, &format!("init --origin {name}"));
    office
}
