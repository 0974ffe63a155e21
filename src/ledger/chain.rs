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
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    netstring(&mut hasher, &hex(previous));
    netstring(&mut hasher, &event.origin);
    netstring(&mut hasher, &event.seq.to_string());
    for part in [
        &event.step,
        &event.subject,
        &event.occurred,
        &event.recorded_at,
        &event.actor,
        &event.payload,
    ] {
        netstring(&mut hasher, part);
    }
    hasher.finalize().into()
}

fn netstring(hasher: &mut Sha256, text: &str) {
    hasher.update(text.len().to_string());
    hasher.update(b":");
    hasher.update(text);
    hasher.update(b",");
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
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
    fn no_part_can_flow_into_its_neighbour() {
        let mut moved = event();
        moved.step = "ini".into();
        moved.subject = "tHZ.1".into();
        assert_ne!(hash(&GENESIS, &event()), hash(&GENESIS, &moved));
    }
}
