//! The check of a zip container before anything in it is believed.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use zip::ZipArchive;

use super::corrupt;
use super::xml::{Piece, Xml};
use crate::sheet::{Bound, Limits, ReadError};

/// Parts of a zip container; offices send some dozens, with pictures some hundreds.
const PARTS: usize = 1_000;
/// The shortest shared string, `<si/>`.
const STRING: u64 = 5;
/// Inflated size up to which the ratio says nothing.
const SMALL: u64 = 8 << 20;

/// Passes on a part and counts what all parts may still give.
struct Metered<'a, R> {
    part: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.part.read(buffer)?;
        let left = self.left.get().saturating_sub(read as u64);
        self.left.set(left);
        if left == 0 {
            return Err(io::Error::other("too large"));
        }
        Ok(read)
    }
}

/// Refuses a container whose parts are too many, too large, badly named or not plain XML; says
/// whether a part may merge cells.
pub(super) fn check(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    size: u64,
    limits: &Limits,
) -> Result<bool, ReadError> {
    let over = |bound, limit| ReadError::TooLarge {
        bound,
        limit,
        at: None,
    };
    if zip.len() > PARTS {
        return Err(over(Bound::Parts, PARTS as u64));
    }
    let by_ratio = size.saturating_mul(limits.ratio).max(SMALL);
    let excess = if by_ratio < limits.inflated {
        over(Bound::Ratio, limits.ratio)
    } else {
        over(Bound::Inflated, limits.inflated)
    };
    let allowed = by_ratio.min(limits.inflated);
    let mut declared = 0_u64;
    for index in 0..zip.len() {
        let part = zip.by_index_raw(index).map_err(|e| corrupt("zip", e))?;
        let name = part
            .name()
            .map_err(|e| corrupt("zip", e))?
            .replace('\\', "/");
        if name.starts_with('/') || name.contains(':') || name.split('/').any(|step| step == "..") {
            return Err(corrupt(&name, "path outside the container"));
        }
        if part.encrypted() {
            return Err(ReadError::Encrypted);
        }
        declared = declared.saturating_add(part.size());
    }
    if declared > allowed {
        return Err(excess);
    }
    // one more than allowed, so that nothing left means too much
    let left = Cell::new(allowed + 1);
    let mut merges = false;
    for index in 0..zip.len() {
        let part = zip.by_index(index).map_err(|e| corrupt("zip", e))?;
        let name = part.name().map_err(|e| corrupt("zip", e))?.into_owned();
        let part = BufReader::new(Metered { part, left: &left });
        let checked = scan(part, &name, &left);
        if left.get() == 0 {
            return Err(excess);
        }
        merges |= checked?;
    }
    Ok(merges)
}

/// True for `A1` or `A1:C9` in this order, and for a plain number where a row is named.
fn is_place(text: &str, element: &[u8]) -> bool {
    if element == b"row" {
        return text.parse::<u32>().is_ok_and(|row| row <= 1 << 20);
    }
    let corner = |text: &str| -> Option<(u32, u32)> {
        let digits = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let letters = &text[..text.len() - digits.len()];
        let fits = (1..=3).contains(&letters.len()) && (1..=7).contains(&digits.len());
        if !fits {
            return None;
        }
        let column = letters.bytes().fold(0, |sum, letter| {
            sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1
        });
        let row = digits.parse::<u32>().ok().filter(|row| *row > 0);
        row.map(|row| (row, column))
    };
    match text.split_once(':') {
        None => corner(text).is_some(),
        Some((from, to)) => corner(from)
            .zip(corner(to))
            .is_some_and(|(from, to)| from.0 <= to.0 && from.1 <= to.1),
    }
}

/// Reads one part to its end; says whether it may merge cells.
fn scan(mut part: impl BufRead, name: &str, left: &Cell<u64>) -> Result<bool, ReadError> {
    let before = left.get();
    let start = part.fill_buf().map_err(|e| corrupt(name, e))?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    // drawings may be ill-formed or have document types, and nobody reads them
    let bare = start.trim_ascii_start().first() != Some(&b'<');
    let ending = name.rsplit('.').next().unwrap_or_default();
    if bare || ["vml", "svg"].contains(&ending.to_lowercase().as_str()) {
        let sunk = io::copy(&mut part, &mut io::sink());
        return sunk.map(|_| true).map_err(|e| corrupt(name, e));
    }
    let mut xml = Xml::new(part, name);
    let (mut strings, mut merges) = (0, false);
    while let Some(piece) = xml.next()? {
        if piece != Piece::Open {
            continue;
        }
        // the reader of workbooks computes with places before it looks at them
        let tag = xml.bare_name();
        let colon = tag.iter().rposition(|byte| *byte == b':');
        let local = &tag[colon.map_or(0, |colon| colon + 1)..];
        let place = match local {
            b"c" | b"row" => xml.attr("r"),
            b"dimension" | b"mergeCell" | b"f" | b"table" | b"autoFilter" => xml.attr("ref"),
            b"mergeCells" => {
                merges = true;
                None
            }
            b"sst" => {
                let count = xml.attr("uniqueCount").unwrap_or_default();
                strings = count.trim().parse().unwrap_or(0_u64);
                None
            }
            b"encryption-data" if tag == b"manifest:encryption-data" => {
                return Err(ReadError::Encrypted);
            }
            _ => None,
        };
        if let Some(place) = place.filter(|place| !is_place(place, local)) {
            let shown: String = place.chars().take(40).collect();
            let local = String::from_utf8_lossy(local);
            return Err(corrupt(name, format!("{local} {shown}")));
        }
    }
    let most = before.saturating_sub(left.get()) / STRING;
    if strings > most {
        return Err(ReadError::TooLarge {
            bound: Bound::Strings,
            limit: most,
            at: Some(name.to_owned()),
        });
    }
    Ok(merges)
}
