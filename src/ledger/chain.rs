//! The hash of an event: SHA-256 over the stored text, each part with its length.

use sha2::{Digest, Sha256};

use super::Event;

/// First line of every hashed text: names the purpose and the version of the recipe.
pub const DOMAIN: &str = "minsheng.event/1\n";

/// The hash before the first event of a chain.
pub const GENESIS: [u8; 32] = [0; 32];

/// The hash of an event that follows `previous` in its chain.
///
/// Hashed is [`DOMAIN`], then nine netstrings (`LENGTH:BYTES,` with the length in
/// decimal): the previous hash in hexadecimal, origin, seq, step, subject, occurred,
/// `recorded_at`, actor, payload. The bytes are those stored, never a rendering anew.
#[must_use]
pub fn hash(previous: &[u8; 32], event: &Event) -> [u8; 32] {
    Recipe::default().hash(previous, &Parts::of(event))
}

/// What is hashed of an event, in the order of the recipe.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    pub(super) origin: &'a str,
    pub(super) seq: i64,
    pub(super) step: &'a str,
    pub(super) subject: &'a str,
    pub(super) occurred: &'a str,
    pub(super) recorded_at: &'a str,
    pub(super) actor: &'a str,
    pub(super) payload: &'a str,
}

impl<'a> Parts<'a> {
    /// The parts of an event.
    pub(super) fn of(event: &'a Event) -> Self {
        Self {
            origin: &event.origin,
            seq: event.seq,
            step: &event.step,
            subject: &event.subject,
            occurred: &event.occurred,
            recorded_at: &event.recorded_at,
            actor: &event.actor,
            payload: &event.payload,
        }
    }
}

/// The hashed text, kept for the next event.
#[derive(Clone, Debug, Default)]
pub(super) struct Recipe {
    text: Vec<u8>,
}

impl Recipe {
    /// As [`hash`].
    pub(super) fn hash(&mut self, previous: &[u8; 32], parts: &Parts<'_>) -> [u8; 32] {
        self.text.clear();
        self.text.extend_from_slice(DOMAIN.as_bytes());
        self.text.extend_from_slice(b"64:");
        self.text.extend_from_slice(&spelt(previous));
        self.netstring(parts.origin.as_bytes());
        let mut seq = [0; DECIMAL];
        self.netstring(decimal(parts.seq.unsigned_abs(), parts.seq < 0, &mut seq));
        for part in [
            parts.step,
            parts.subject,
            parts.occurred,
            parts.recorded_at,
            parts.actor,
            parts.payload,
        ] {
            self.netstring(part.as_bytes());
        }
        self.text.push(b',');
        Sha256::digest(&self.text).into()
    }

    /// Ends what stands before and adds a part, up to its own end.
    #[inline]
    fn netstring(&mut self, bytes: &[u8]) {
        let mut length = [0; DECIMAL];
        let digits = decimal(bytes.len() as u64, false, &mut length).len();
        // `,LENGTH:` in one go
        let mut head = [b':'; DECIMAL + 2];
        head[0] = b',';
        head[1..=digits].copy_from_slice(&length[DECIMAL - digits..]);
        self.text.extend_from_slice(&head[..digits + 2]);
        self.text.extend_from_slice(bytes);
    }
}

/// Most digits of a number, with a sign.
const DECIMAL: usize = 21;

/// A number in decimal.
fn decimal(mut number: u64, negative: bool, digits: &mut [u8; DECIMAL]) -> &[u8] {
    let mut at = DECIMAL;
    loop {
        at -= 1;
        // below ten, so it fits
        digits[at] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            break;
        }
    }
    if negative {
        at -= 1;
        digits[at] = b'-';
    }
    &digits[at..]
}

/// The two digits of a byte.
#[inline]
fn digits(byte: u8) -> [u8; 2] {
    PAIRS[usize::from(byte)]
}

/// The two digits of every byte.
const PAIRS: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
};

/// A hash in lower-case hexadecimal.
fn spelt(hash: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(hash) {
        *pair = digits(*byte);
    }
    text
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = vec![0; 2 * bytes.len()];
    for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = digits(*byte);
    }
    // digits are text
    String::from_utf8(text).unwrap_or_default()
}

/// SHA-256 of some bytes, in hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            id: 1,
            origin: "HZ.1".into(),
            seq: 1,
            step: "init".into(),
            subject: "HZ.1".into(),
            occurred: "2022-01-01".into(),
            recorded_at: "2022-01-01T00:00:00Z".into(),
            actor: "测试甲".into(),
            payload: "{}".into(),
            hash: GENESIS,
        }
    }

    #[test]
    fn hashes_the_text_of_the_recipe() {
        let text = format!(
            "minsheng.event/1\n64:{},4:HZ.1,1:1,4:init,4:HZ.1,10:2022-01-01,20:2022-01-01T00:00:00Z,9:测试甲,2:{{}},",
            "0".repeat(64)
        );
        assert_eq!(hex(&hash(&GENESIS, &event())), digest(text.as_bytes()));
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        for number in [0, 7, 10, -1, 1234, i64::MAX, i64::MIN] {
            let mut digits = [0; DECIMAL];
            let found = decimal(number.unsigned_abs(), number < 0, &mut digits);
            assert_eq!(found, number.to_string().as_bytes());
        }
    }

    #[test]
    fn no_part_can_flow_into_its_neighbour() {
        let mut moved = event();
        moved.step = "ini".into();
        moved.subject = "tHZ.1".into();
        assert_ne!(hash(&GENESIS, &event()), hash(&GENESIS, &moved));
    }
}
