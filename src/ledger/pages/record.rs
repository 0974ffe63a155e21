//! The columns of a row as they stand in the file, borrowed.

use super::tree::varint;
use super::{Doubt, must};

/// The columns of one row, taken one after the other.
#[derive(Clone)]
pub(in crate::ledger) struct Record<'a> {
    data: &'a [u8],
    /// Where the next form stands, and where they end.
    form: usize,
    forms: usize,
    /// Where the next column stands.
    at: usize,
}

impl<'a> Record<'a> {
    #[inline]
    pub(in crate::ledger) fn new(data: &'a [u8]) -> Result<Self, Doubt> {
        let mut form = 0;
        let forms = usize::try_from(varint(data, &mut form)?).map_err(|_| Doubt)?;
        must(forms <= data.len())?;
        Ok(Self {
            data,
            form,
            forms,
            at: forms,
        })
    }

    #[inline]
    fn form(&mut self) -> Result<i64, Doubt> {
        must(self.form < self.forms)?;
        varint(self.data, &mut self.form)
    }

    #[inline]
    fn bytes(&mut self, length: usize) -> Result<&'a [u8], Doubt> {
        let bytes = self.data.get(self.at..).and_then(|rest| rest.get(..length));
        self.at += length;
        bytes.ok_or(Doubt)
    }

    /// The number of the row, which stands elsewhere.
    #[inline]
    pub(in crate::ledger) fn nothing(&mut self) -> Result<(), Doubt> {
        must(self.form()? == 0)
    }

    #[inline]
    pub(in crate::ledger) fn whole(&mut self) -> Result<i64, Doubt> {
        let length = match self.form()? {
            form @ 8..=9 => return Ok(form - 8),
            1 => 1,
            2 => 2,
            3 => 3,
            4 => 4,
            5 => 6,
            6 => 8,
            _ => return Err(Doubt),
        };
        let bytes = self.bytes(length)?;
        let negative = bytes[0] >= 128;
        let begin = if negative { u64::MAX } else { 0 };
        let number = bytes
            .iter()
            .fold(begin, |number, byte| number << 8 | u64::from(*byte));
        Ok(number.cast_signed())
    }

    #[inline]
    pub(in crate::ledger) fn blob(&mut self) -> Result<&'a [u8], Doubt> {
        let form = self.form()?;
        must(form >= 12 && form % 2 == 0)?;
        self.bytes(usize::try_from((form - 12) / 2).map_err(|_| Doubt)?)
    }

    /// The bytes of a text, which is not taken yet.
    #[inline]
    pub(in crate::ledger) fn peek(&self) -> Result<&'a [u8], Doubt> {
        let mut ahead = self.clone();
        let form = ahead.form()?;
        must(form >= 13 && form % 2 == 1)?;
        ahead.bytes(usize::try_from((form - 13) / 2).map_err(|_| Doubt)?)
    }

    /// Some texts that stand side by side.
    #[inline]
    pub(in crate::ledger) fn texts<const N: usize>(&mut self) -> Result<[&'a str; N], Doubt> {
        let mut lengths = [0; N];
        for length in &mut lengths {
            let form = self.form()?;
            must(form >= 13 && form % 2 == 1)?;
            *length = usize::try_from((form - 13) / 2).map_err(|_| Doubt)?;
        }
        let length = lengths.iter().try_fold(0, |a: usize, b| a.checked_add(*b));
        let bytes = self.bytes(length.ok_or(Doubt)?)?;
        let mut rest = simdutf8::basic::from_utf8(bytes).map_err(|_| Doubt)?;
        let mut texts = [""; N];
        for (text, length) in texts.iter_mut().zip(lengths) {
            // none may end amid a character
            (*text, rest) = rest.split_at_checked(length).ok_or(Doubt)?;
        }
        Ok(texts)
    }

    /// That was the last column.
    #[inline]
    pub(in crate::ledger) fn end(&self) -> Result<(), Doubt> {
        must(self.form == self.forms && self.at == self.data.len())
    }
}
