//! Masking of names and numbers in what is shown.

mod numbers;

pub use numbers::{Sure, hide_numbers, hide_runs, holds_number};

use crate::step::Field;
use crate::step::Kind;
use crate::words::Words;

/// How sure a number in a field must be to be one of a person; none if there is none: the
/// field holds codes of units, or no text.
#[must_use]
pub fn sureness(field: &Field) -> Option<Sure> {
    const DOCUMENTS: [&str; 8] = [
        "basis", "number", "minutes", "contract", "decision", "document", "approval", "sha256",
    ];
    let named = |name: &&str| field.name.split('_').any(|part| part == *name);
    match field.kind {
        Kind::Text if field.name.ends_with("code") || field.name.ends_with("sha256") => None,
        Kind::Text if DOCUMENTS.iter().any(named) => Some(Sure::Certain),
        Kind::Text | Kind::Term => Some(Sure::Likely),
        _ => None,
    }
}

/// Hides the numbers of persons in a text, and every value of those that are given.
#[must_use]
pub fn hide(text: &str, sure: Sure, values: &[String]) -> String {
    let mut text = text.to_owned();
    for value in values.iter().filter(|value| value.chars().count() >= 2) {
        if text.contains(value.as_str()) {
            text = text.replace(value.as_str(), &mask(value));
        }
    }
    hide_numbers(&text, sure)
}

/// Hides a personal value: of a number the middle, of a name all but the first character.
#[must_use]
pub fn mask(value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let digits = chars.iter().filter(|c| c.is_ascii_digit()).count();
    if digits >= 7 {
        let mut seen = 0;
        return chars
            .iter()
            .map(|c| {
                if !c.is_ascii_digit() {
                    return *c;
                }
                seen += 1;
                if seen <= 3 || seen + 2 > digits {
                    *c
                } else {
                    '*'
                }
            })
            .collect();
    }
    match chars.split_first() {
        Some((first, rest)) if !rest.is_empty() => std::iter::once(*first)
            .chain(rest.iter().map(|_| '*'))
            .collect(),
        _ => "*".to_owned(),
    }
}

/// A value as a message may quote it: see [`hide_runs`]; a value of a person of the same row is
/// hidden too.
#[must_use]
pub fn quoted(value: &str, kind: Option<Kind>, persons: &[String]) -> String {
    if persons.iter().any(|person| person.trim() == value.trim()) && !value.is_empty() {
        return mask(value);
    }
    hide_runs(value, kind)
}

/// A message with what it quotes hidden in the same way.
#[must_use]
pub fn quoting(words: &Words, kind: Option<Kind>, persons: &[String]) -> Words {
    let hide = |text: &str| {
        let mut text = text.to_owned();
        for person in persons {
            text = text.replace(&format!("“{person}”"), &format!("“{}”", mask(person)));
        }
        hide_runs(&text, kind)
    };
    Words::new(hide(&words.zh), hide(&words.en))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hides_names_and_numbers() {
        assert_eq!(mask("13800000001"), "138******01");
        assert_eq!(mask("张示例"), "张**");
        assert_eq!(mask("甲"), "*");
        assert_eq!(mask(""), "*");
    }

    proptest! {
        #[test]
        fn never_shows_seven_digits_in_a_row(text in "[0-9 \\-]{0,30}") {
            let masked = mask(&text);
            let longest = masked
                .split(|c: char| !c.is_ascii_digit())
                .map(str::len)
                .max()
                .unwrap_or(0);
            prop_assert!(longest < 7);
        }
    }
}
