//! A reader of balanced XML that refuses document types and never looks anything up.

use std::borrow::Cow;
use std::io::BufRead;
use std::ops::Range;

use super::corrupt;
use crate::sheet::{Bound, ReadError};

/// Elements inside one another.
const DEPTH: usize = 256;

/// What a step has come to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Open,
    Close,
    Text,
}

/// A reader of balanced XML without document types; it never looks anything up.
pub(super) struct Xml<'a, R> {
    input: R,
    part: &'a str,
    /// The last tag without its brackets, or the last text.
    piece: Vec<u8>,
    /// Where the name of the last tag stands in it.
    name: Range<usize>,
    /// The names of the open elements, end to end, and where each begins.
    names: Vec<u8>,
    open: Vec<usize>,
    tag: bool,
    empty: bool,
}

impl<'a, R: BufRead> Xml<'a, R> {
    pub(super) fn new(input: R, part: &'a str) -> Self {
        Self {
            input,
            part,
            piece: Vec::new(),
            name: 0..0,
            names: Vec::new(),
            open: Vec::new(),
            tag: false,
            empty: false,
        }
    }

    /// The name of the innermost element; on [`Piece::Close`] the one that ended.
    pub(super) fn name(&self) -> &str {
        str::from_utf8(self.bare_name()).unwrap_or_default()
    }

    /// As [`Xml::name`], not looked at.
    pub(super) fn bare_name(&self) -> &[u8] {
        self.piece.get(self.name.clone()).unwrap_or_default()
    }

    /// Finds the name of the tag that was just read; one that is no text is none.
    fn find_name(&mut self) {
        let piece = self.piece.as_slice();
        let name = piece.trim_ascii_start();
        let name = name.strip_prefix(b"/").unwrap_or(name);
        let from = piece.len() - name.len();
        let end = name.iter().position(u8::is_ascii_whitespace);
        let length = end.unwrap_or(name.len());
        let known = name[..length].is_ascii() || str::from_utf8(&name[..length]).is_ok();
        self.name = from..from + if known { length } else { 0 };
    }

    /// The value of an attribute of the tag just opened.
    pub(super) fn attr(&self, wanted: &str) -> Option<Cow<'_, str>> {
        let tag = str::from_utf8(&self.piece).ok()?;
        let bytes = tag.as_bytes();
        let mut at = bytes.iter().position(u8::is_ascii_whitespace)? + 1;
        loop {
            let equals = at + bytes[at..].iter().position(|byte| *byte == b'=')?;
            let after = tag[equals + 1..].trim_start();
            let quote = after.bytes().next().filter(u8::is_ascii)?;
            let from = tag.len() - after.len() + 1;
            let end = from + bytes[from..].iter().position(|byte| *byte == quote)?;
            if tag[at..equals].trim() == wanted {
                let value = &tag[from..end];
                return if value.contains('&') {
                    unescape(value).map(Cow::Owned)
                } else {
                    Some(Cow::Borrowed(value))
                };
            }
            at = end + 1;
        }
    }

    pub(super) fn text(&self) -> Result<String, ReadError> {
        let text = str::from_utf8(&self.piece).ok().and_then(unescape);
        text.ok_or_else(|| corrupt(self.part, "bad text"))
    }

    fn until(&mut self, end: u8) -> Result<bool, ReadError> {
        let read = self.input.read_until(end, &mut self.piece);
        read.map_err(|e| corrupt(self.part, e))?;
        Ok(self.piece.last() == Some(&end))
    }

    pub(super) fn next(&mut self) -> Result<Option<Piece>, ReadError> {
        if std::mem::take(&mut self.empty) {
            self.close();
            return Ok(Some(Piece::Close));
        }
        loop {
            self.piece.clear();
            if !std::mem::take(&mut self.tag) {
                self.tag = self.until(b'<')?;
                if self.tag {
                    self.piece.pop();
                } else if self.piece.is_empty() {
                    if self.open.is_empty() {
                        return Ok(None);
                    }
                    return Err(corrupt(self.part, "ends too early"));
                }
                if !self.piece.is_empty() {
                    return Ok(Some(Piece::Text));
                }
                continue;
            }
            self.read_tag()?;
            match self.piece.first() {
                Some(b'?') => {}
                Some(b'!') if self.piece.starts_with(b"!--") => {}
                Some(b'!') => {
                    let Some(text) = self.piece.strip_prefix(b"![CDATA[") else {
                        let part = self.part.to_owned();
                        return Err(ReadError::Doctype { part });
                    };
                    let text = String::from_utf8_lossy(text);
                    let text = text
                        .strip_suffix("]]")
                        .unwrap_or(&text)
                        .replace('&', "&amp;");
                    self.piece = text.into_bytes();
                    return Ok(Some(Piece::Text));
                }
                Some(b'/') => {
                    self.find_name();
                    let start = self.open.last().copied().unwrap_or_default();
                    let expected = self.names.get(start..).unwrap_or_default();
                    if self.open.is_empty() || expected != self.bare_name() {
                        return Err(corrupt(self.part, "tags do not match"));
                    }
                    self.close();
                    return Ok(Some(Piece::Close));
                }
                _ => {
                    self.empty = self.piece.last() == Some(&b'/');
                    if self.empty {
                        self.piece.pop();
                    }
                    if self.open.len() >= DEPTH {
                        return Err(ReadError::TooLarge {
                            bound: Bound::Depth,
                            limit: DEPTH as u64,
                            at: Some(self.part.to_owned()),
                        });
                    }
                    self.find_name();
                    self.open.push(self.names.len());
                    let name = self.piece.get(self.name.clone()).unwrap_or_default();
                    self.names.extend_from_slice(name);
                    return Ok(Some(Piece::Open));
                }
            }
        }
    }

    fn close(&mut self) {
        let start = self.open.pop().unwrap_or_default();
        self.names.truncate(start);
    }

    /// Reads up to the bracket that ends a tag, a comment or a section.
    fn read_tag(&mut self) -> Result<(), ReadError> {
        let mut quote = None;
        loop {
            let seen = self.piece.len();
            if !self.until(b'>')? || self.piece.len() == seen {
                return Err(corrupt(self.part, "ends inside a tag"));
            }
            let piece = self.piece.as_slice();
            let done = match piece {
                [b'!', b'-', b'-', ..] => piece.len() >= 6 && piece.ends_with(b"-->"),
                [b'!', b'[', ..] => piece.ends_with(b"]]>"),
                [b'?', ..] => piece.ends_with(b"?>"),
                _ => {
                    for byte in &piece[seen..] {
                        match quote {
                            Some(open) if open == *byte => quote = None,
                            None if matches!(byte, b'"' | b'\'') => quote = Some(*byte),
                            _ => {}
                        }
                    }
                    quote.is_none()
                }
            };
            if done {
                self.piece.pop();
                return Ok(());
            }
        }
    }
}

/// The text meant by XML text; `None` for an entity that XML itself does not define.
fn unescape(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, tail) = after.split_once(';')?;
        text.push_str(before);
        text.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => {
                let code = other.strip_prefix('#')?;
                let code = match code.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => code.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = tail;
    }
    text.push_str(rest);
    Some(text)
}
