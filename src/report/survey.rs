//! Satisfaction surveys as tables of seven rows: from the form, or counted from questionnaires.

use crate::pack::Pack;
use crate::state::{Fact, Value};
use crate::step::survey::QUESTIONS;

/// One survey: of each question the numbers of answers from the best level to the worst.
pub struct Margins<'a> {
    /// The seven rows; a row that was not filled in is empty.
    pub rows: Vec<Vec<i64>>,
    /// How many answered, as the form says; the number of questionnaires where they were counted.
    pub answered: Option<i64>,
    /// Who organised it.
    pub organiser: Option<&'a str>,
    /// What it rests on.
    pub facts: Vec<&'a Fact>,
}

impl<'a> Margins<'a> {
    /// The table of a form.
    #[must_use]
    pub fn of_form(fact: &'a Fact) -> Self {
        let row = |question: &&str| {
            let row = fact.value(question).items().iter();
            row.filter_map(Value::count).collect()
        };
        Self {
            rows: QUESTIONS.iter().map(row).collect(),
            answered: fact.value("answered").count(),
            organiser: fact.value("organiser").text(),
            facts: vec![fact],
        }
    }

    /// The table that single questionnaires add up to; a blank answer is in no row.
    #[must_use]
    pub fn counted(pack: &Pack, sheets: Vec<&'a Fact>) -> Option<Self> {
        let levels = pack.vocabularies.iter().find(|v| v.id == "level")?;
        let mut rows = vec![vec![0_i64; levels.terms.len()]; QUESTIONS.len()];
        for sheet in &sheets {
            for (row, question) in rows.iter_mut().zip(QUESTIONS) {
                if let Some(level) = level(pack, sheet, question) {
                    row[level] += 1;
                }
            }
        }
        Some(Self {
            rows,
            answered: i64::try_from(sheets.len()).ok(),
            organiser: None,
            facts: sheets,
        })
    }

    /// All seven rows are there.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.rows.iter().all(|row| !row.is_empty())
    }

    /// Answers to the first question.
    #[must_use]
    pub fn first(&self) -> i64 {
        self.rows[0].iter().sum()
    }

    /// The seven questions have the same numbers at each level.
    #[must_use]
    pub fn same(&self) -> bool {
        self.whole() && self.rows.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// Nothing but the best level, in every row that is there.
    #[must_use]
    pub fn perfect(&self) -> bool {
        let mut given = self.rows.iter().filter(|row| !row.is_empty()).peekable();
        given.peek().is_some()
            && given.all(|row| row[0] > 0 && row.iter().skip(1).all(|number| *number == 0))
    }
}

/// The place of an answer among the levels, 0 for the best.
#[must_use]
pub fn level(pack: &Pack, sheet: &Fact, question: &str) -> Option<usize> {
    let id = sheet.value(question).text()?;
    let levels = pack.vocabularies.iter().find(|v| v.id == "level")?;
    levels.terms.iter().position(|term| term.id == id)
}

/// Where an organiser is one body: one in each community, one in each street, one above them.
#[must_use]
pub fn seat<'p>(organiser: &str, street: Option<&'p str>, community: &'p str) -> &'p str {
    match organiser {
        "district" => "",
        "street" => street.unwrap_or_default(),
        _ => community,
    }
}
