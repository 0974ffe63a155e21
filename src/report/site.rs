//! The report of a year: a folder of pages that opens from a USB stick.
//!
//! One structure, [`Figures`], holds every number; it is written as `data.json`, and the pages show
//! numbers only by looking them up in it. Nothing is fetched: style sheet, script, drawings and
//! data are files of the folder. The same ledger, pack, day and parameter file give the same bytes.

pub mod charts;
mod dossiers;
pub mod figures;
mod findings;
pub mod gather;
mod indicator;
pub mod limits;
mod pages;
mod render;
mod stats;
mod totals;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

pub use dossiers::Dossiers;
use figures::{Figures, Provenance, Regime, Source};
use gather::Year;
pub use limits::Limits;

use super::audit::Audit;
use crate::corridor::whole_book;
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::words::Lang;

/// What a report is made from.
pub struct Wanted<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The regulation.
    pub pack: &'a Pack,
    /// The judged year.
    pub audit: &'a Audit,
    /// Limits of the indicators.
    pub limits: &'a Limits,
    /// The language.
    pub lang: Lang,
    /// A public edition: names no resident.
    pub public: bool,
    /// Which cases get a dossier beside the report.
    pub dossiers: Dossiers,
}

/// A report, ready to be written.
pub struct Site {
    /// Every number.
    pub figures: Figures,
    /// The files: name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Makes the report of a year.
///
/// # Errors
/// If the ledger cannot be read or a page cannot be made.
pub fn build(wanted: &Wanted<'_>) -> anyhow::Result<Site> {
    let book = whole_book(wanted.ledger)?;
    let audit = wanted.audit;
    let mut year = Year {
        book: &book,
        pack: wanted.pack,
        ledger: wanted.ledger,
        year: audit.year,
        as_of: audit.as_of,
        lang: wanted.lang,
        public: wanted.public,
        limits: wanted.limits,
        codes: Vec::new(),
        cases: Vec::new(),
        demands: Vec::new(),
        contacts: Vec::new(),
        sources: BTreeMap::new(),
        persons: RefCell::new(HashMap::new()),
    };
    year.fill(&audit.findings);
    let mut pages = dossiers::chosen(&year, wanted.dossiers);
    for case in &mut year.cases {
        case.dossier = pages.remove(&case.id);
    }
    let figures = figures(&year, wanted)?;
    let dossiers = dossiers::files(&year, wanted)?;
    let files = pages::files(&year, &figures, audit, dossiers)?;
    Ok(Site { figures, files })
}

fn figures(year: &Year<'_>, wanted: &Wanted<'_>) -> anyhow::Result<Figures> {
    let (audit, pack, ledger) = (wanted.audit, wanted.pack, wanted.ledger);
    let checkpoint = ledger.checkpoint()?;
    let meta = &pack.meta;
    let (flags, silent) = findings::flagged(year);
    Ok(Figures {
        schema: "minsheng.report/1",
        year: audit.year,
        as_of: audit.as_of.to_string(),
        public: wanted.public,
        regime: Regime {
            id: meta.id.clone(),
            name: year.say(&meta.name, &meta.name_en).to_owned(),
            document: meta.document.clone(),
            from: meta.from.map(|day| day.to_string()),
            to: meta.to.map(|day| day.to_string()),
            sha256: pack.sha256.clone(),
        },
        ledger: Source {
            origin: ledger.origin().name.clone(),
            events: audit.events,
            chains: ledger.reader().chains()?,
            head: audit.head.clone(),
            size: checkpoint.size,
            fingerprint: checkpoint.fingerprint(),
            unknown: audit.unknown,
        },
        parameters: Provenance {
            source: year
                .say(&wanted.limits.source, &wanted.limits.source_en)
                .to_owned(),
            sha256: wanted.limits.sha256.clone(),
        },
        summary: totals::summary(year, audit),
        money: totals::money(year),
        flow: totals::flows(year),
        deadlines: totals::deadlines(year, audit),
        communities: totals::communities(year, audit),
        cases: year.cases.clone(),
        indicators: indicator::all(year),
        flags,
        silent,
    })
}
