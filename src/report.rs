//! Reports: findings, audits, cases and rules in words, tables and JSON.

pub mod audit;
pub mod command;
pub mod dossier;
pub mod draw;
pub mod examples;
pub mod explain;
pub mod flags;
pub mod flat;
pub mod fund;
pub mod json;
pub mod junit;
pub mod lacks;
pub mod notice;
pub mod ocds;
pub mod official;
pub mod partial;
pub mod regimes;
pub mod rollup;
pub mod rules;
pub mod sarif;
pub mod show;
pub mod site;
pub mod survey;
pub mod table;
pub mod template;
pub mod todo;

pub use table::Table;

use crate::pack::Pack;
use crate::words::Lang;

/// What a report needs to know to speak.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// The language.
    pub lang: Lang,
    /// The words of the regulation.
    pub pack: &'a Pack,
    /// Columns of the terminal.
    pub width: usize,
    /// Headings may be coloured; nothing is said by colour alone.
    pub color: bool,
}

impl Voice<'_> {
    /// A word of the regulation for people: its own word in Chinese, the canonical one in English.
    #[must_use]
    pub fn term<'t>(&'t self, vocabulary: &str, term: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => self.pack.label(vocabulary, term),
            Lang::En => term,
        }
    }

    /// A text in a colour (an SGR code), where colours are wanted.
    #[must_use]
    pub fn paint(&self, code: &str, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
