//! Encodings read strictly: no byte is passed over and none is guessed at.

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};

use crate::sheet::ReadError;

/// The text and the name of its encoding: by label, by BOM, else UTF-8, else GB18030.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> Result<(String, String), ReadError> {
    if let Some(label) = label {
        let encoding = Encoding::for_label(label.trim().as_bytes());
        let encoding = encoding.ok_or_else(|| ReadError::UnknownEncoding {
            label: label.to_owned(),
        })?;
        return strict(bytes, encoding);
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return strict(bytes, encoding);
    }
    strict(bytes, UTF_8).or_else(|utf8| {
        strict(bytes, GB18030).map_err(|gb| match (&utf8, &gb) {
            // the encoding that got further is the one the file was meant to be
            (
                ReadError::BadEncoding { offset: a, .. },
                ReadError::BadEncoding { offset: b, .. },
            ) if a >= b => utf8,
            _ => gb,
        })
    })
}

fn strict(bytes: &[u8], encoding: &'static Encoding) -> Result<(String, String), ReadError> {
    let bom = Encoding::for_bom(bytes).filter(|(found, _)| *found == encoding);
    let skip = bom.map_or(0, |(_, length)| length);
    let body = bytes.get(skip..).unwrap_or_default();
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(body.len());
    let mut text = String::with_capacity(room.unwrap_or(body.len()));
    let (result, read) = decoder.decode_to_string_without_replacement(body, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok((text, encoding.name().to_owned())),
        // the room was computed for the worst case, so OutputFull cannot come
        DecoderResult::OutputFull => Err(bad(encoding, skip + read, &text)),
        DecoderResult::Malformed(length, after) => {
            let back = usize::from(length) + usize::from(after);
            Err(bad(encoding, skip + read.saturating_sub(back), &text))
        }
    }
}

fn bad(encoding: &'static Encoding, offset: usize, before: &str) -> ReadError {
    let lines = before.replace("\r\n", "\n").replace('\r', "\n");
    let lines = lines.matches('\n').count();
    ReadError::BadEncoding {
        encoding: encoding.name().to_owned(),
        offset: offset as u64,
        row: u32::try_from(lines + 1).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_found_without_guessing() {
        let text = "编号,名称\n1,䶮𠮷㙓";
        let (gb, _, lost) = GB18030.encode(text);
        assert!(!lost);
        let utf16: Vec<u8> = [0xfeff]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = [0xfeff]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        let plain = text.as_bytes().to_vec();
        for bytes in [plain, gb.to_vec(), utf16, big] {
            assert_eq!(decode(&bytes, None).unwrap().0, text);
        }
    }

    #[test]
    fn a_bad_byte_is_told_with_its_place() {
        let mut bytes = GB18030.encode("编号,名称\n1,甲\n2,").0.to_vec();
        let place = bytes.len();
        bytes.extend(b"\xff\n3,x");
        let ReadError::BadEncoding {
            encoding,
            offset,
            row,
        } = decode(&bytes, None).unwrap_err()
        else {
            panic!()
        };
        assert_eq!(
            (encoding.as_str(), offset, row),
            ("gb18030", place as u64, 3)
        );
        // a lead byte whose second byte is not allowed
        bytes[place] = 0xb0;
        assert!(
            matches!(decode(&bytes, None).unwrap_err(), ReadError::BadEncoding { offset, .. } if offset == place as u64)
        );
        // UTF-8 that got further than GB18030 can
        let mut bytes = "编号,名称\r\n1,大中文字".as_bytes().to_vec();
        bytes.extend(b"\xff");
        let ReadError::BadEncoding {
            encoding,
            offset,
            row,
        } = decode(&bytes, None).unwrap_err()
        else {
            panic!()
        };
        assert_eq!(
            (encoding.as_str(), offset, row),
            ("UTF-8", bytes.len() as u64 - 1, 2)
        );
    }

    #[test]
    fn a_named_encoding_is_obeyed() {
        let (big5, _, _) = encoding_rs::BIG5.encode("臺");
        let read = decode(&big5, Some(" big5"));
        assert_eq!(read, Ok(("臺".into(), "Big5".into())));
        let none = decode(&big5, Some("klingon"));
        assert!(matches!(none, Err(ReadError::UnknownEncoding { .. })));
    }

    #[test]
    fn every_character_survives_gb18030() {
        // U+E5E5 is the one character without a code
        let coded = ('\u{1}'..=char::MAX).filter(|c| *c != '\u{e5e5}');
        let all: String = coded.collect();
        let (bytes, _, _) = GB18030.encode(&all);
        let (back, name) = strict(&bytes, GB18030).unwrap();
        assert_eq!(name, "gb18030");
        let other = all.chars().zip(back.chars()).filter(|(a, b)| a != b);
        // some private signs became public ones, and come back as such
        let private = |(a, _): (char, char)| ('\u{e000}'..='\u{f8ff}').contains(&a);
        assert!(
            other.clone().all(private),
            "{:?}",
            other.take(9).collect::<Vec<_>>()
        );
    }
}
