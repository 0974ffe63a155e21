//! The dossiers of a report: a page for each case that is asked for, beside the other pages.

use std::collections::BTreeMap;

use super::Wanted;
use super::gather::Year;
use crate::judge::Verdict;
use crate::report::Voice;
use crate::report::dossier::{Back, Source};
use crate::report::flags;

/// Which cases get a dossier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dossiers {
    /// None.
    #[default]
    None,
    /// Those with a violation, a deviation, a borderline case or a breach that was explained.
    Found,
    /// All of the year, also those that were withdrawn.
    All,
}

/// The name of the page of a case.
fn file(case: &str) -> String {
    format!("d-{case}.html")
}

/// The cases that get a dossier, each with the name of its page.
pub(super) fn chosen(year: &Year<'_>, wanted: Dossiers) -> BTreeMap<String, String> {
    let found = [
        Verdict::Violation,
        Verdict::Deviation,
        Verdict::Borderline,
        Verdict::Justified,
    ];
    year.cases
        .iter()
        .filter(|case| match wanted {
            Dossiers::None => false,
            Dossiers::Found => found
                .iter()
                .any(|verdict| case.verdicts.get(verdict.id()).is_some_and(|n| *n > 0)),
            Dossiers::All => true,
        })
        .map(|case| (case.id.clone(), file(&case.id)))
        .collect()
}

/// The pages of the cases that got one.
///
/// # Errors
/// If the ledger cannot be read or a page cannot be made.
pub(super) fn files(
    year: &Year<'_>,
    wanted: &Wanted<'_>,
) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let cases = || {
        year.cases
            .iter()
            .filter_map(|case| Some((case, case.dossier.as_ref()?)))
    };
    if cases().next().is_none() {
        return Ok(Vec::new());
    }
    let flags = flags::flags(year.pack, year.book, year.year, year.as_of);
    let mut files = Vec::new();
    for (case, file) in cases() {
        let view = year.view(&case.id);
        let page = Source {
            ledger: wanted.ledger,
            view: &view,
            voice: Voice {
                pack: wanted.pack,
                lang: wanted.lang,
                width: 80,
                color: false,
            },
            flags: &flags,
            plain: false,
            public: wanted.public,
            back: Some(Back {
                report: year.year,
                community: case.community.clone(),
            }),
        };
        let text = page
            .html()?
            .map_err(|words| anyhow::anyhow!("{}", words.in_lang(wanted.lang)))?;
        files.push((file.clone(), text.into_bytes()));
    }
    Ok(files)
}
