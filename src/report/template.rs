//! The workbook to fill in: a sheet for each step, its headings, notes, words to choose from, an
//! example, and the records that stand in the ledger; as cells, before any file format.

mod example;
mod lists;
mod note;

pub use lists::{List, lists};

use super::Voice;
use super::show::{Opener, value_text};
use crate::pack::Pack;
use crate::state::{Book, Fact, Subject};
use crate::step::{Field, Kind, STEPS, StepDef};
use crate::words::Lang;

/// Heading of the column that says which record a row is.
pub const RECORD: &str = "记录号";
/// What stands there in the row that is an example.
pub const EXAMPLE: &str = "示例";
/// Heading of the reasons for breaches.
pub const REASON: &str = "情况说明";
/// Heading of the problems that were found in a row (问题 is a field of one step).
pub const PROBLEM: &str = "登记问题";
/// The sheet that explains how to fill in the others.
pub const GUIDE: &str = "填表说明";
/// The sheet with the words to choose from.
pub const WORDS: &str = "词表";

/// What a column holds, as far as a spreadsheet is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text, whatever it looks like: numbers keep their zeros.
    Text,
    /// A day.
    Day,
    /// An amount in yuan.
    Money,
    /// A whole number.
    Count,
}

impl Form {
    /// The form of a field's column; a list is text.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        match field.kind {
            Kind::Day if !field.list => Self::Day,
            Kind::Money if !field.list => Self::Money,
            Kind::Count if !field.list => Self::Count,
            _ => Self::Text,
        }
    }
}

/// One column of a sheet.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The field.
    pub field: &'static Field,
    /// What stands in the note on the heading.
    pub note: String,
    /// The list of words to choose from, by its key.
    pub choices: Option<String>,
    /// A value that the field can have.
    pub example: String,
    /// Width in characters.
    pub width: f64,
}

/// One record of the ledger as a row.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which record it is: chain and number.
    pub record: String,
    /// What it is about.
    pub subject: String,
    /// A text for each heading.
    pub cells: Vec<String>,
}

/// Which records of the ledger are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this year; those of no year stand in every year's workbook.
    pub year: Option<i32>,
    /// Of this community; those of none stand in every community's workbook.
    pub community: Option<String>,
    /// Of this case only.
    pub case: Option<String>,
}

/// The steps that a workbook can hold, in the order of the tabs: those that the regulation knows
/// and those that every ledger has.
#[must_use]
pub fn steps(pack: &Pack) -> Vec<&'static StepDef> {
    let general = |def: &StepDef| !def.id.contains('.') || def.stage() == "regime";
    let of_all = |def: &StepDef| {
        matches!(
            def.id,
            "register.community"
                | "register.reason"
                | "register.document"
                | "amend"
                | "withdraw"
                | "attach"
                | "implement.contract"
        ) || matches!(def.stage(), "regime" | "fund")
    };
    let fit = STEPS
        .iter()
        .copied()
        .filter(|def| recordable(def) && (of_all(def) || pack.knows(def)));
    let (last, first): (Vec<_>, Vec<_>) = fit.partition(|def| general(def));
    first.into_iter().chain(last).collect()
}

/// True for a step that a row can record: the others are recorded by a command of their own.
#[must_use]
pub fn recordable(def: &StepDef) -> bool {
    !matches!(def.id, "init" | "erase" | "regime.bind" | "ledger.receive")
}

/// The columns of a step's sheet, without that of the record and that of the reason.
#[must_use]
pub fn headings(def: &'static StepDef, pack: &Pack, lang: Lang) -> Vec<Heading> {
    let fields = def.fields.iter().enumerate();
    fields
        .filter(|(_, field)| !def.filled_in(field))
        .map(|(index, field)| Heading {
            field,
            note: note::of(def, index, pack, lang),
            choices: lists::key(def, field, pack),
            example: example::of(def, field, pack),
            width: width(field),
        })
        .collect()
}

/// The clauses that read a step, by their words or by code, each once.
#[must_use]
pub fn clauses(def: &StepDef, pack: &Pack) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for rule in pack.judging(def) {
        if !list.contains(&rule.cite) {
            list.push(rule.cite.clone());
        }
    }
    list
}

/// The records of a step, each as a row under the headings.
#[must_use]
pub fn lines(
    def: &'static StepDef,
    book: &Book,
    wanted: &Wanted,
    voice: Voice<'_>,
    opener: Opener<'_>,
) -> Vec<Line> {
    let correctable = !matches!(def.id, "amend" | "withdraw");
    book.of_step(def)
        .filter(|fact| correctable && wanted.has(fact))
        .map(|fact| Line {
            record: format!("{}/{}", fact.key.origin, fact.key.seq),
            subject: fact.subject.clone(),
            cells: texts(fact, voice, opener),
        })
        .collect()
}

/// The records of a step that a workbook is exported with, as a list of its words: so a row that
/// does not come back has a name.
#[must_use]
pub fn exported(def: &StepDef, lines: &[Line]) -> List {
    let words = lines.iter();
    List {
        key: exported_key(def),
        title: exported_title(def),
        words: words
            .map(|line| (line.record.clone(), line.subject.clone()))
            .collect(),
        closed: false,
    }
}

/// The key of the list of a step's exported records.
#[must_use]
pub fn exported_key(def: &StepDef) -> String {
    format!("exported.{}", def.id)
}

/// Its title.
#[must_use]
pub fn exported_title(def: &StepDef) -> String {
    format!("{RECORD} {}", def.zh)
}

/// The values of a record under the headings of its step.
#[must_use]
pub fn texts(fact: &Fact, voice: Voice<'_>, opener: Opener<'_>) -> Vec<String> {
    let fields = fact.def.fields.iter().enumerate();
    fields
        .filter(|(_, field)| !fact.def.filled_in(field))
        .map(|(index, _)| value_text(fact, index, voice, opener))
        .collect()
}

impl Wanted {
    fn has(&self, fact: &Fact) -> bool {
        if let Some(case) = &self.case {
            return fact.mentions().iter().any(|subject| subject == case);
        }
        let code = Subject::parse(&fact.subject)
            .community()
            .map(str::to_owned)
            .or_else(|| place(&fact.subject).map(|(code, _)| code.to_owned()));
        let placed = match (&self.community, code) {
            (Some(wanted), Some(code)) => *wanted == code,
            _ => true,
        };
        let year = Subject::parse(&fact.subject)
            .year()
            .or_else(|| place(&fact.subject).map(|(_, year)| year));
        placed && (self.year.is_none() || year.is_none() || self.year == year)
    }
}

/// The community and the year that an identifier of any series begins with.
fn place(id: &str) -> Option<(&str, i32)> {
    let letters = id.bytes().take_while(u8::is_ascii_uppercase).count();
    let (code, rest) = id.split_at(letters);
    let year = rest.get(..4)?.parse().ok()?;
    (!code.is_empty()).then_some((code, year))
}

/// A width that shows the heading, and most of what stands below it.
fn width(field: &Field) -> f64 {
    const LONG: [&str; 8] = [
        "title", "summary", "grounds", "content", "note", "text", "why", "remark",
    ];
    let letters = field.heading.chars().count();
    let heading = f64::from(u16::try_from(letters).unwrap_or(20)) * 2.1 + 3.0;
    let value = match (Form::of(field), field.kind) {
        (Form::Day, _) => 12.5,
        (Form::Money, _) => 14.0,
        (Form::Count, _) => 9.0,
        (_, Kind::Moment) => 18.0,
        (_, Kind::Flag) => 8.0,
        _ if LONG.contains(&field.name) => 30.0,
        _ if field.list => 24.0,
        (_, Kind::Ref | Kind::Personal) => 15.0,
        _ => 18.0,
    };
    heading.clamp(value, 32.0)
}
