//! Tallies: whether two scans saw the same rows, without keeping them.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Number and sum of the hashes of some rows, whatever their order.
///
/// The hashes are keyed with random numbers of this process, so nobody can make up other rows
/// that give the same sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    keys: RandomState,
    count: u64,
    sum: u64,
    /// The bytes of the last row, kept for the next one.
    row: Vec<u8>,
}

impl Tally {
    /// Nothing yet, to be compared with this one.
    pub(super) fn other(&self) -> Self {
        Self {
            keys: self.keys.clone(),
            ..Self::default()
        }
    }

    /// Counts one row; those of one tally have as many numbers and texts as one another.
    pub(super) fn add(&mut self, numbers: &[i64], texts: &[&str]) {
        self.row.clear();
        for number in numbers {
            self.row.extend_from_slice(&number.to_le_bytes());
        }
        for text in texts {
            self.row.extend_from_slice(text.as_bytes());
            // no text holds this byte, so none flows into the next
            self.row.push(0xFF);
        }
        let mut hasher = self.keys.build_hasher();
        hasher.write(&self.row);
        self.count += 1;
        self.sum = self.sum.wrapping_add(hasher.finish());
    }

    /// True if both saw the same rows.
    pub(super) fn is(&self, other: &Self) -> bool {
        (self.count, self.sum) == (other.count, other.sum)
    }
}

/// Rows that must come one after the other, each once.
#[derive(Debug, Default)]
pub(super) struct Ascent<T> {
    last: Option<T>,
    broken: bool,
}

impl<T> Ascent<T> {
    /// Takes the next row: `is_after` compares it with the one before, `keep` makes it that.
    pub(super) fn next(
        &mut self,
        is_after: impl Fn(&T) -> bool,
        keep: impl FnOnce(Option<T>) -> T,
    ) {
        self.broken |= self.last.as_ref().is_some_and(|last| !is_after(last));
        self.last = Some(keep(self.last.take()));
    }

    /// True if every row stood after the one before.
    pub(super) fn holds(&self) -> bool {
        !self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_in_any_order_are_the_same_and_no_others() {
        let one = Tally::default();
        let of = |rows: &[(&str, i64)]| {
            let mut tally = one.other();
            for (text, number) in rows {
                tally.add(&[*number], &[text]);
            }
            tally
        };
        let both = of(&[("a", 1), ("b", 2)]);
        assert!(both.is(&of(&[("b", 2), ("a", 1)])));
        for other in [
            &[("a", 1)][..],
            &[("a", 1), ("b", 3)],
            &[("a", 2), ("b", 1)],
            &[("a", 1), ("b", 2), ("b", 2)],
        ] {
            assert!(!both.is(&of(other)), "{other:?}");
        }
    }

    #[test]
    fn a_row_that_does_not_go_up_is_seen() {
        let climbs = |rows: &[i64]| {
            let mut ascent = Ascent::default();
            for row in rows {
                ascent.next(|last| last < row, |_| *row);
            }
            ascent.holds()
        };
        assert!(climbs(&[]) && climbs(&[1, 2, 5]));
        assert!(!climbs(&[1, 1]) && !climbs(&[1, 3, 2, 4]));
    }
}
