//! Many identifiers in little room.

use serde::{Deserialize, Serialize};

/// Ends an identifier: none holds a line break.
const END: char = '\n';

/// Identifiers whose texts stand one after the other: those of a district's projects take a
/// quarter of what as many texts of their own would.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    text: String,
    len: usize,
}

impl Ids {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds one.
    pub fn push(&mut self, id: &str) {
        debug_assert!(!id.contains(END), "{id:?}");
        self.text.push_str(id);
        self.text.push(END);
        self.len += 1;
    }

    /// All of them, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.text.split_terminator(END)
    }

    /// The same in the order of their texts.
    #[must_use]
    pub fn sorted(&self) -> Self {
        let mut list: Vec<&str> = self.iter().collect();
        list.sort_unstable();
        list.into_iter().collect()
    }
}

impl<'i> FromIterator<&'i str> for Ids {
    fn from_iter<T: IntoIterator<Item = &'i str>>(list: T) -> Self {
        let mut ids = Self::default();
        ids.extend(list);
        ids
    }
}

impl<'i> Extend<&'i str> for Ids {
    fn extend<T: IntoIterator<Item = &'i str>>(&mut self, list: T) {
        for id in list {
            self.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_come_out_as_they_went_in_and_in_order() {
        let mut ids: Ids = ["TG2022-001", "", "HZ2022-007"].into_iter().collect();
        ids.extend(["A1"]);
        let all = |ids: &Ids| ids.iter().map(str::to_owned).collect::<Vec<String>>();
        assert_eq!(all(&ids), ["TG2022-001", "", "HZ2022-007", "A1"]);
        assert_eq!(all(&ids.sorted()), ["", "A1", "HZ2022-007", "TG2022-001"]);
        assert_eq!((ids.len(), ids.is_empty()), (4, false));
        assert!(Ids::default().is_empty());
    }
}
