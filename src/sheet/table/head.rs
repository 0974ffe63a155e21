//! Headings: compared without their dress, and matched to what is looked for.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Column, ColumnSpec, text};
use crate::sheet::Row;
use crate::words::{nfkc, settled};

/// A heading without width, spaces, brackets and the signs around it, for comparison.
///
/// What is all in brackets keeps its content, since nothing else is left of it.
#[must_use]
pub fn norm_heading(heading: &str) -> String {
    let flat = flatten(heading);
    let signs = [':', '*', '※', '★'];
    if !flat.contains(['(', '[', '【', '〔', '〖', ')', ']', '】', '〕', '〗']) {
        let bare = flat.trim_matches(signs);
        if bare.len() == flat.len() {
            return flat;
        }
    }
    let mut depth = 0_u32;
    let outside = |c: &char| match c {
        '(' | '[' | '【' | '〔' | '〖' => {
            depth += 1;
            false
        }
        ')' | ']' | '】' | '〕' | '〗' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    };
    let bare: String = flat.chars().filter(outside).collect();
    let bare = bare.trim_matches(signs);
    if bare.is_empty() {
        return flat.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    }
    bare.to_owned()
}

/// NFKC in lower case without white space or invisible signs.
pub(super) fn flatten(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    for c in text.chars() {
        let Some(c) = settled(c) else {
            // its form may depend on what stands beside it
            flat.clear();
            nfkc(text).chars().for_each(|c| push_flat(&mut flat, c));
            break;
        };
        push_flat(&mut flat, c);
    }
    flat
}

fn push_flat(flat: &mut String, c: char) {
    match c {
        '!'..='~' => flat.push(c.to_ascii_lowercase()),
        // neither invisible nor of two cases
        '一'..='龥' => flat.push(c),
        '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
        c if c.is_whitespace() || c.is_control() => {}
        c => flat.extend(c.to_lowercase()),
    }
}

/// The character with which a text begins also when it is flattened or made a heading, if that is
/// known without doing it.
pub(super) fn begins(text: &str) -> Option<char> {
    // neither changes, whatever stands behind it
    text.chars()
        .next()
        .filter(|c| matches!(c, '一'..='龥' | '0'..='9'))
}

/// The text without white space or byte order marks at its ends.
pub(super) fn trimmed(text: &str) -> &str {
    // most texts begin and end with a letter, a digit or a Chinese character
    let han = |byte: Option<&u8>| byte.is_some_and(|byte| (0xE4..=0xE9).contains(byte));
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    let last = bytes.len().checked_sub(3).and_then(|at| bytes.get(at));
    if (plain(bytes.first()) || han(bytes.first())) && (plain(bytes.last()) || han(last)) {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// A row, or two rows as one, read as a header.
#[derive(Default)]
pub(super) struct Header<'a> {
    /// The best column of each key, with the worse ones.
    pub(super) columns: BTreeMap<&'a str, Column>,
    pub(super) unknown: Vec<(usize, String)>,
    pub(super) duplicate: Vec<(usize, String)>,
}

/// The headings each spec answers to, the best first.
pub(super) struct Wanted<'a> {
    pub(super) specs: &'a [ColumnSpec<'a>],
    norms: FxHashMap<String, (usize, &'a str)>,
    /// The characters with which the headings begin.
    begin: FxHashSet<char>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(specs: &'a [ColumnSpec<'a>]) -> Self {
        let mut norms = FxHashMap::default();
        for spec in specs {
            let names = std::iter::once(&spec.heading).chain(spec.aliases);
            for (rank, name) in names.enumerate() {
                let found = norms.entry(norm_heading(name)).or_insert((rank, spec.key));
                if rank < found.0 {
                    *found = (rank, spec.key);
                }
            }
        }
        norms.remove("");
        let begin = norms
            .keys()
            .filter_map(|norm| norm.chars().next())
            .collect();
        Self {
            specs,
            norms,
            begin,
        }
    }

    /// The rank and the key of a heading.
    pub(super) fn find(&self, heading: &str) -> Option<(usize, &'a str)> {
        // most texts are no headings
        if heading.is_empty() || begins(heading).is_some_and(|c| !self.begin.contains(&c)) {
            return None;
        }
        let norm = norm_heading(heading);
        let plain = norm.trim_end_matches("万元").trim_end_matches(':');
        let plain = plain.trim_end_matches("单位");
        let found = self.norms.get(&norm);
        let found = found.or_else(|| self.norms.get(plain).filter(|_| plain.len() < norm.len()));
        found.copied()
    }

    /// Reads `row` as a header, with `group` above it.
    pub(super) fn read(&self, row: &Row, group: Option<&Row>) -> Header<'a> {
        let mut header = Header::default();
        let mut ranks = BTreeMap::new();
        let width = group
            .map_or(0, |group| group.cells.len())
            .max(row.cells.len());
        for index in 0..width {
            let own = text(row, index);
            let above = group.map_or("", |group| text(group, index));
            let above = if above == own { "" } else { above };
            let joined = match (above, own) {
                ("", name) | (name, "") => name.to_owned(),
                (above, own) => format!("{above} {own}"),
            };
            if joined.is_empty() {
                continue;
            }
            let found = match self.find(&joined) {
                None if !own.is_empty() => self.find(own).map(|found| (found, own.to_owned())),
                found => found.map(|found| (found, joined.clone())),
            };
            let Some(((rank, key), heading)) = found else {
                header.unknown.push((index, joined));
                continue;
            };
            let column = Column {
                key: key.to_owned(),
                index,
                heading,
                wan: flatten(&joined).contains("万元"),
            };
            let worse = match ranks.get(key) {
                Some(best) if *best <= rank => Some(column),
                _ => {
                    ranks.insert(key, rank);
                    header.columns.insert(key, column)
                }
            };
            header
                .duplicate
                .extend(worse.map(|worse| (worse.index, worse.heading)));
        }
        header
    }

    /// The official headings of some keys.
    pub(super) fn headings(&self, keep: impl Fn(&str) -> bool) -> Vec<String> {
        let specs = self.specs.iter().filter(|spec| keep(spec.key));
        specs.map(|spec| spec.heading.to_owned()).collect()
    }
}
