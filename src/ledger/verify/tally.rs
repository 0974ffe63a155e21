//! Tallies: whether two scans saw the same rows, without keeping them.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};

use crate::ledger::personal::Token;

/// Tokens that were seen.
pub(super) type Tokens = HashSet<Token, Keys>;

/// Random numbers of this process, under which rows are hashed: nobody who makes up a file knows
/// them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    begin: u64,
    factor: u64,
    end: u64,
}

impl Default for Keys {
    fn default() -> Self {
        let random = RandomState::new();
        Self {
            begin: random.hash_one(1),
            // an even one would lose a digit
            factor: random.hash_one(2) | 1,
            end: random.hash_one(3),
        }
    }
}

impl BuildHasher for Keys {
    type Hasher = Keyed;

    fn build_hasher(&self) -> Keyed {
        Keyed {
            keys: *self,
            state: self.begin,
        }
    }
}

/// A hash under way.
#[derive(Clone, Debug)]
pub(super) struct Keyed {
    keys: Keys,
    state: u64,
}

impl Keyed {
    #[inline]
    fn number(&mut self, number: u64) {
        self.state = fold(self.state ^ number, self.keys.factor);
    }
}

impl Hasher for Keyed {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        // none flows into the next
        self.number(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.number(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let rest = rest.iter().rev();
            self.number(rest.fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.number(number as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        fold(self.state ^ self.keys.end, self.keys.factor)
    }
}

/// Both halves of a product in one.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = (u128::from(a) * u128::from(b)).to_le_bytes();
    let (halves, _) = product.as_chunks();
    halves
        .iter()
        .fold(0, |both, half| both ^ u64::from_le_bytes(*half))
}

/// Number and sum of the hashes of some rows, whatever their order.
///
/// The hashes are keyed with random numbers of this process, so nobody can make up other rows
/// that give the same sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    keys: Keys,
    count: u64,
    sum: u64,
}

impl Tally {
    /// Nothing yet, to be compared with this one.
    pub(super) fn other(&self) -> Self {
        Self {
            keys: self.keys,
            ..Self::default()
        }
    }

    /// Counts one row; those of one tally have as many numbers and texts as one another.
    #[inline]
    pub(super) fn add(&mut self, numbers: &[i64], texts: &[&str]) {
        let mut hash = self.keys.build_hasher();
        for number in numbers {
            hash.number(number.cast_unsigned());
        }
        for text in texts {
            hash.write(text.as_bytes());
        }
        self.count += 1;
        self.sum = self.sum.wrapping_add(hash.finish());
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
