//! Why a sheet gives no table, and what a wrong heading may mean.

use std::collections::BTreeSet;
use std::fmt;

use super::head::{Header, Wanted};
use super::{HEAD, norm_heading, texts};
use crate::sheet::Sheet;

/// Why a sheet gives no table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoTable {
    /// The row that comes nearest to a header, if any does.
    pub row: Option<u32>,
    /// The headings that were looked for.
    pub looked: Vec<String>,
    /// Those of them that this row has.
    pub found: Vec<String>,
    /// Those of them that are required and missing.
    pub missing: Vec<String>,
    /// What the sheet says, and the missing heading it may mean.
    pub near: Vec<(String, String)>,
}

impl NoTable {
    /// What is missing and what may be meant, in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        let near = self.near.iter();
        let near = near.map(|(seen, meant)| format!("“{seen}”是否应为“{meant}”？"));
        let near: String = near.collect();
        match self.row {
            Some(row) => format!(
                "第 {row} 行最像表头，有“{}”，缺少“{}”；请补上或改名。{near}",
                self.found.join("”“"),
                self.missing.join("”“"),
            ),
            None => format!(
                "前 {HEAD} 行里找不到表头；查找的是“{}”。{near}",
                self.looked.join("”“"),
            ),
        }
    }

    /// What is missing and what may be meant, in English.
    #[must_use]
    pub fn en(&self) -> String {
        let near = self.near.iter();
        let near = near.map(|(seen, meant)| format!(" Is \"{seen}\" meant to be \"{meant}\"?"));
        let near: String = near.collect();
        match self.row {
            Some(row) => format!(
                "row {row} is most like a header, with {}, but lacks {}; add or rename them.{near}",
                self.found.join(", "),
                self.missing.join(", "),
            ),
            None => format!(
                "no header in the first {HEAD} rows; looked for {}.{near}",
                self.looked.join(", "),
            ),
        }
    }
}

impl fmt::Display for NoTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zh())
    }
}

impl std::error::Error for NoTable {}

/// Says what the nearest row lacks.
pub(super) fn explain(
    sheet: &Sheet,
    best: Option<&(usize, Header)>,
    required: &[&str],
    wanted: &Wanted,
) -> NoTable {
    let found = best.map(|(_, header)| &header.columns);
    let has = |key: &str| found.is_some_and(|found| found.contains_key(key));
    let needed = |key: &str| required.is_empty() || required.contains(&key);
    let missing = wanted.headings(|key| needed(key) && !has(key));
    let row = best.and_then(|(place, _)| sheet.rows.get(*place));
    let seen: BTreeSet<&str> = if let Some((_, header)) = best {
        let unknown = header.unknown.iter();
        unknown.map(|(_, seen)| seen.as_str()).collect()
    } else {
        let head = sheet.rows.iter().take_while(|row| row.number <= HEAD);
        head.flat_map(texts).collect()
    };
    let mut near = Vec::new();
    for spec in wanted
        .specs
        .iter()
        .filter(|spec| needed(spec.key) && !has(spec.key))
    {
        let names = std::iter::once(&spec.heading).chain(spec.aliases);
        let names: Vec<String> = names.map(|name| norm_heading(name)).collect();
        for seen in &seen {
            let norm = norm_heading(seen);
            if names.iter().any(|name| resembles(&norm, name)) {
                near.push(((*seen).to_owned(), spec.heading.to_owned()));
            }
        }
    }
    near.truncate(10);
    NoTable {
        row: row.map(|row| row.number),
        looked: wanted.headings(|_| true),
        found: wanted.headings(has),
        missing,
        near,
    }
}

/// Two headings of which one may be a slip of the other.
fn resembles(seen: &str, meant: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (seen.chars().collect(), meant.chars().collect());
    if a.len() < 2 || b.len() < 2 || a.len() > 20 {
        return false;
    }
    let mut line: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        line[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let swapped = corner + usize::from(x != y);
            corner = line[j + 1];
            line[j + 1] = swapped.min(corner + 1).min(line[j] + 1);
        }
    }
    let slips = line.last().copied().unwrap_or_default();
    slips <= b.len().max(a.len()) / 3 || seen.contains(meant) || meant.contains(seen)
}
