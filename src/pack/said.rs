//! The words of a rule's text that may name facts: of `@limit == implement.pay.amount` the last.

/// The words, without dots around them; a field of a step stands with its step.
pub fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric() && !"._".contains(c));
    parts
        .map(|part| part.trim_matches('.'))
        .filter(|part| !part.is_empty())
}
