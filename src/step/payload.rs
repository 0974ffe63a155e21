//! Payloads as this program writes them, read sign by sign.
//!
//! Of JSON, which has many forms, this reads the usual one only. Whoever comes upon another form
//! gets none and reads the payload as JSON.

/// A place in the text of a payload.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// Where the first byte stands that ends a text, begins an escape or may not stand in one.
#[inline]
fn stop(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // the high bit of every byte below `limit`; above such a byte perhaps of others, too
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let escape = below(word ^ (ONES * u64::from(b'\\')), 1);
        let hits = (quote | escape | below(word, 32)) & HIGH;
        if hits != 0 {
            return Some(8 * index + hits.trailing_zeros() as usize / 8);
        }
    }
    let stops = |byte: &u8| *byte < 32 || matches!(byte, b'"' | b'\\');
    Some(bytes.len() - rest.len() + rest.iter().position(stops)?)
}

impl<'a> Cursor<'a> {
    /// The beginning of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next sign.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// True if nothing is left.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Passes a sign, if it is the next one.
    #[inline]
    pub fn passes(&mut self, sign: u8) -> bool {
        let is = self.peek() == Some(sign);
        self.at += usize::from(is);
        is
    }

    /// Passes a sign, which must be the next one.
    #[inline]
    pub fn must(&mut self, sign: u8) -> Option<()> {
        self.passes(sign).then_some(())
    }

    /// Passes a name with its colon, if it is the next one.
    #[inline]
    pub fn names(&mut self, name: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let end = name.len() + 1;
        let is = rest.get(end..end + 2) == Some(b"\":")
            && rest[0] == b'"'
            && rest[1..end] == *name.as_bytes();
        self.at += if is { end + 2 } else { 0 };
        is
    }

    /// Passes a personal value in its usual form, if it is the next one and `is` finds a token in
    /// its text.
    #[inline]
    pub fn token<T>(&mut self, is: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        let rest = self.text.get(self.at..)?;
        let rest = rest.strip_prefix("{\"personal\":\"")?;
        let (token, rest) = rest.split_at_checked(64)?;
        let found = is(token).filter(|_| rest.starts_with("\"}"))?;
        self.at += 13 + 64 + 2;
        Some(found)
    }

    /// Passes a text without escapes.
    #[inline]
    pub fn plain(&mut self) -> Option<&'a str> {
        let (text, escapes) = self.string()?;
        (!escapes).then_some(text)
    }

    /// Passes a text; says whether it has escapes, as line breaks and quotes are written.
    #[inline]
    pub fn string(&mut self) -> Option<(&'a str, bool)> {
        self.must(b'"')?;
        let from = self.at;
        let mut escapes = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            self.at += stop(rest)?;
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    escapes = true;
                    self.at += 1;
                    unescaped(self.peek()?)?;
                    self.at += 1;
                }
                _ => return None,
            }
        }
        // it ends at a quote, which is a character of its own
        let text = self.text.get(from..self.at)?;
        self.at += 1;
        Some((text, escapes))
    }

    /// Passes a word, which must be the next one.
    pub fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        rest.starts_with(word).then(|| self.at += word.len())
    }

    /// Passes a whole number of a usual length.
    pub fn whole(&mut self) -> Option<i64> {
        let negative = self.passes(b'-');
        let zero = self.peek() == Some(b'0');
        let (from, mut number) = (self.at, 0_i64);
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            self.at += 1;
            // eighteen digits are not too many for it
            number = number
                .wrapping_mul(10)
                .wrapping_add(i64::from(digit - b'0'));
        }
        let digits = self.at - from;
        // what follows, a fraction or an exponent, is no sign that may follow
        let usual = (1..=18).contains(&digits) && (digits == 1 || !zero);
        // JSON knows a zero below zero
        let usual = usual && !(zero && negative);
        usual.then_some(if negative { -number } else { number })
    }
}

/// The sign that an escape stands for.
fn unescaped(sign: u8) -> Option<char> {
    match sign {
        b'"' => Some('"'),
        b'\\' => Some('\\'),
        b'n' => Some('\n'),
        b'r' => Some('\r'),
        b't' => Some('\t'),
        _ => None,
    }
}

/// What a text says that [`Cursor::string`] found to have escapes.
#[must_use]
pub fn without_escapes(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        said.push_str(before);
        let mut signs = after.chars();
        let sign = signs.next().and_then(|sign| u8::try_from(sign).ok());
        said.extend(sign.and_then(unescaped));
        rest = signs.as_str();
    }
    said.push_str(rest);
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_stops_a_text_is_found_wherever_it_stands() {
        for stopping in 0..=u8::MAX {
            let stops = stopping < 32 || stopping == b'"' || stopping == b'\\';
            for at in 0..20 {
                let mut bytes = [b' ', b'!', b'#', b'~', 127, 128, 160, 162, 220, 255].repeat(3);
                bytes[at] = stopping;
                let usual = stop(&bytes);
                assert_eq!(usual, stops.then_some(at), "{stopping} at {at}");
                bytes[at + 1] = b'"';
                assert_eq!(stop(&bytes), Some(at + usize::from(!stops)));
            }
        }
        assert_eq!(stop(b""), None);
    }

    #[test]
    fn escapes_say_what_json_says() {
        for text in [
            "",
            "a",
            "\\n",
            "\\\\n",
            "a\\\"b\\\\",
            "\\t中\\r",
            "\\\\\\\"",
        ] {
            let quoted = format!("\"{text}\"");
            let mut cursor = Cursor::new(&quoted);
            let found = cursor.string().map(|(text, _)| without_escapes(text));
            assert_eq!(found, serde_json::from_str(&quoted).ok(), "{text}");
            assert!(cursor.is_at_end());
        }
        for text in ["\"\\u4e2d\"", "\"\\q\"", "\"\\\"", "\"a", "\"\n\""] {
            assert_eq!(Cursor::new(text).string(), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_those_of_json() {
        for text in ["0", "7", "-3", "999999999999999999", "-999999999999999999"] {
            assert_eq!(Cursor::new(text).whole(), text.parse().ok());
        }
        for text in ["", "-", "-0", "01", "x", "1000000000000000000"] {
            assert_eq!(Cursor::new(text).whole(), None, "{text}");
        }
    }
}
