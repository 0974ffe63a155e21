//! The numbers that were free before anything was appended.

use std::collections::HashMap;

/// The first free number of each prefix, before anything was appended.
#[derive(Debug, Default)]
pub(super) struct Numbered {
    pub(super) free: HashMap<String, u64>,
}

impl Numbered {
    /// True for a subject that surely nothing concerned before: its number was free.
    pub(super) fn is_new(&self, subject: &str) -> bool {
        let prefix = subject.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = subject[prefix.len()..].parse::<u64>();
        let free = self.free.get(prefix);
        free.is_some_and(|free| number.is_ok_and(|number| number >= *free))
    }
}
