//! Which records stand in a table.

use crate::judge;
use crate::law::Day;
use crate::pack::paper::PaperOf;
use crate::pack::{Pack, TableDef};
use crate::state::{Book, Fact, Subject, Value, View};
use crate::step::{self, StepDef};

/// What of a table is wanted.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Code of the community.
    pub community: Option<String>,
    /// Name of the street.
    pub street: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// Only this round.
    pub round: Option<String>,
    /// Only this batch.
    pub batch: Option<i64>,
    /// Only this case.
    pub case: Option<String>,
}

/// One row: a record, and what is known of its subject.
#[derive(Debug)]
pub struct Row<'a> {
    /// The subject.
    pub view: View<'a>,
    /// The record.
    pub fact: &'a Fact,
}

impl Chosen {
    /// True if the table is of a community or a street that is not named.
    #[must_use]
    pub fn lacks_place(&self, def: &TableDef) -> Option<PaperOf> {
        let of_all = step::find(&def.rows).is_some_and(|step| step.stage() == "register");
        match def.per {
            PaperOf::Street if self.street.is_none() => Some(PaperOf::Street),
            PaperOf::Community if self.community.is_none() && !of_all => Some(PaperOf::Community),
            _ => None,
        }
    }

    /// The rows of a table, in order of their subjects.
    #[must_use]
    pub fn rows<'a>(
        &self,
        pack: &Pack,
        book: &'a Book,
        def: &TableDef,
        as_of: Day,
    ) -> Vec<Row<'a>> {
        let Some(step) = step::find(&def.rows) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        let mut subjects: Vec<&str> = book.of_step(step).map(|f| f.subject.as_str()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        for id in subjects {
            if !self.wants(book, def, step, &Subject::parse(id)) {
                continue;
            }
            let view = View::new(book, id, as_of);
            let mut records: Vec<&Fact> = view
                .own()
                .filter(|f| f.def == step && f.subject == id)
                .collect();
            if !def.every {
                records.drain(..records.len().saturating_sub(1));
            }
            records.retain(|fact| self.fits(&view, fact));
            if self.case.as_ref().is_some_and(|case| *case != view.id) {
                continue;
            }
            let condition = pack.rows.get(&def.id);
            let kept = condition.is_none_or(|c| judge::holds(pack, &view, c));
            if records.is_empty() || !kept || view.withdrawn().is_some() || struck(def, &view) {
                continue;
            }
            let last = records.pop();
            for fact in records {
                let view = View::new(book, id, as_of);
                rows.push(Row { view, fact });
            }
            rows.extend(last.map(|fact| Row { view, fact }));
        }
        rows
    }

    pub(super) fn wants(
        &self,
        book: &Book,
        def: &TableDef,
        step: &StepDef,
        subject: &Subject,
    ) -> bool {
        if step.stage() == "register" {
            return true;
        }
        let placed = match (def.per, subject) {
            (PaperOf::Street, Subject::StreetYear(street, _)) => {
                Some(street.as_str()) == self.street.as_deref()
            }
            (PaperOf::Street, _) => {
                let street = subject.community().and_then(|code| book.street(code));
                street.is_some() && street == self.street.as_deref()
            }
            (PaperOf::Community, _) => subject.community() == self.community.as_deref(),
        };
        placed && self.year.is_none_or(|year| subject.year() == Some(year))
    }

    /// As [`Chosen::fits`], for a record that stands alone.
    pub(super) fn fits_record(&self, fact: &Fact) -> bool {
        let round = self.round.as_ref();
        round.is_none_or(|round| fact.value("round").text() == Some(round))
            && (self.batch).is_none_or(|batch| fact.value("batch").count() == Some(batch))
    }

    fn fits(&self, view: &View<'_>, fact: &Fact) -> bool {
        let round = self.round.as_ref();
        round.is_none_or(|round| fact.value("round").text() == Some(round))
            && self
                .batch
                .is_none_or(|batch| super::fill::batch(view) == Some(batch))
    }
}

/// True if a record takes the row out of the table.
fn struck(def: &TableDef, view: &View<'_>) -> bool {
    let field = def.struck_by.as_deref();
    let Some((step, field)) = field.and_then(|path| path.rsplit_once('.')) else {
        return false;
    };
    let mut records = view.own().filter(|fact| fact.def.id == step);
    records.any(|fact| fact.value(field) == &Value::Flag(true))
}
