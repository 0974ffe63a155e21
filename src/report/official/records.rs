//! Tables whose rows are each said by one record alone: filled record by record, without a book
//! of them all.
//!
//! What was corrected, withdrawn or recorded again is read once more, with a book.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::list::{From, List, Maker, above};
use super::plan::{Plan, Slot};
use super::{Chosen, Filler};
use crate::corridor;
use crate::law::Day;
use crate::ledger::{Ledger, Line};
use crate::pack::{Pack, TableDef};
use crate::state::{Book, EventKey, Fact, Subject, Wanted};
use crate::step::{self, Recorded as _, StepDef, general};

/// A table of which every row is said by its record.
#[derive(Debug)]
pub struct Records<'t> {
    def: &'t TableDef,
    /// The step whose records are the rows.
    step: &'static StepDef,
    /// The fields of it that are shown or asked for.
    wanted: Wanted,
    /// All steps that bear on the table.
    steps: &'t [(&'static StepDef, Wanted)],
}

/// The records that were read one by one.
#[derive(Default)]
struct Seen {
    /// Their subjects.
    names: String,
    /// Where each subject ends, and which row its record became.
    ends: Vec<(u32, Option<u32>)>,
    /// They do not stand in the order of their subjects, or not each once.
    mixed: bool,
}

impl<'t> Records<'t> {
    /// The table, if its rows are said by their records; `steps` are all that bear on it.
    #[must_use]
    pub fn of(
        pack: &Pack,
        def: &'t TableDef,
        chosen: &Chosen,
        steps: &'t [(&'static StepDef, Wanted)],
    ) -> Option<Self> {
        let rows = step::find(&def.rows)?;
        // who stands in the table must not depend on other records
        let alone = !pack.rows.contains_key(&def.id)
            && def.requires.is_none()
            && def.struck_by.is_none()
            && (chosen.batch.is_none() || rows.id == "shortlist.candidate");
        let of_lines = |slot: &Slot<'_>| {
            let place = ["street", "community", "office"].contains(&slot.name);
            place || ["year", "date", "n"].contains(&slot.name)
        };
        let of_row = |slot: &Slot<'_>| match slot.field {
            Some((step, _)) => step == rows,
            None => ["street", "community", "office", "case", "year", "date"].contains(&slot.name),
        };
        let lines = [Some(&def.title), Some(&def.header), def.summary.as_ref()];
        let mut lines = lines.into_iter().flatten();
        let lines_do = lines.all(|text| Plan::of(text).slots().all(of_lines));
        let rows_do = def.columns.iter().all(|column| {
            // the number of a row is known when all are
            column.value == "{#}" || Plan::of(&column.value).slots().all(of_row)
        });
        let (_, wanted) = steps.iter().find(|(step, _)| *step == rows)?;
        (alone && lines_do && rows_do).then_some(Self {
            def,
            step: rows,
            wanted: *wanted,
            steps,
        })
    }

    /// The book of all but the records, and how many of these there are.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn beside(&self, ledger: &Ledger) -> anyhow::Result<(Book, usize)> {
        let mut count = 0;
        let book = corridor::book_where(ledger, self.steps, |line| {
            let record = line.step == self.step.id;
            count += usize::from(record);
            !record
        })?;
        Ok((book, count))
    }

    /// The list, filled; the filler's book is that of [`Records::beside`].
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn list(&self, filler: &Filler<'_>, as_of: Day, bare: bool) -> anyhow::Result<List> {
        let ledger = filler.opener.ledger;
        let mut maker = Maker::new(self.def, filler);
        let (seen, mut aside) = self.read(filler, as_of, &mut maker)?;
        let mut list = maker.done(Vec::new());
        if seen.mixed || !aside.is_empty() {
            let mut order = seen.ordered(&mut aside);
            order.retain(|(subject, _)| !aside.contains(*subject));
            if !aside.is_empty() {
                let book = corridor::book_where(ledger, self.steps, |line| {
                    line.step != self.step.id || aside.contains(line.subject)
                })?;
                let chosen = &filler.chosen;
                let rows = chosen.rows(filler.pack, &book, self.def, as_of);
                let mut maker = Maker::new(self.def, filler);
                for row in &rows {
                    maker.push(&From::Row(row));
                }
                let subjects = rows.iter().map(|row| aside.get(&row.fact.subject));
                let subjects = subjects.map(|subject| subject.map_or("", String::as_str));
                order.extend(subjects.zip(list.len()..));
                list.append(&maker.done(Vec::new()));
                order.sort_unstable();
            }
            list.order(order.into_iter().map(|(_, at)| at));
        }
        list.above = above(self.def, filler, &[], list.len(), bare);
        Ok(list)
    }

    /// Fills the rows of the records in order of arrival; gives the subjects that are to be read
    /// with a book.
    fn read(
        &self,
        filler: &Filler<'_>,
        as_of: Day,
        maker: &mut Maker<'_, '_, '_>,
    ) -> anyhow::Result<(Seen, BTreeSet<String>)> {
        let touched = Touched::of(filler.book);
        let (mut seen, mut aside) = (Seen::default(), BTreeSet::new());
        let mut like: Option<Fact> = None;
        let mut rows = 0;
        let reader = filler.opener.ledger.reader();
        reader.lines_of_steps(&[self.step.id], |line| {
            let chosen = &filler.chosen;
            let subject = Subject::parse(line.subject);
            let other = chosen.case.as_ref().is_some_and(|id| id != line.subject);
            if other || !chosen.wants(filler.book, self.def, self.step, &subject) {
                return;
            }
            if touched.holds(line) {
                aside.insert(line.subject.to_owned());
                return;
            }
            let chain = like.as_ref().map(|fact| &fact.key.origin);
            let key = EventKey {
                origin: chain.map_or_else(|| line.origin.into(), Arc::clone),
                seq: line.seq,
            };
            let fact = Fact::decode(self.step, key, line, like.as_ref(), self.wanted);
            if fact.occurred.is_none_or(|day| day <= as_of) {
                let row = chosen.fits_record(&fact).then(|| {
                    maker.push(&From::Record(&fact));
                    rows += 1;
                    rows - 1
                });
                seen.push(line.subject, row);
            }
            like = Some(fact);
        })?;
        Ok((seen, aside))
    }
}

impl Seen {
    fn push(&mut self, subject: &str, row: Option<u32>) {
        self.mixed |= self.last().is_some_and(|last| last >= subject);
        self.names.push_str(subject);
        // there is no memory for so many names that this would not hold
        let end = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.ends.push((end, row));
    }

    fn last(&self) -> Option<&str> {
        self.names().next_back().map(|(name, _)| name)
    }

    fn names(&self) -> impl DoubleEndedIterator<Item = (&str, Option<u32>)> {
        (0..self.ends.len()).map(|at| {
            let begin = at.checked_sub(1).map_or(0, |before| self.ends[before].0);
            let (end, row) = self.ends[at];
            (&self.names[begin as usize..end as usize], row)
        })
    }

    /// Subjects with their rows, in order of the subjects; those that were recorded more than
    /// once go to `again`.
    fn ordered(&self, again: &mut BTreeSet<String>) -> Vec<(&str, usize)> {
        let mut list: Vec<(u64, &str, Option<u32>)> =
            self.names().map(|(name, row)| (0, name, row)).collect();
        // most subjects of a table begin with the same letters; what follows is compared at once
        let same = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        let first = list.first().map_or("", |(_, name, _)| name);
        let common = list.iter().map(|(_, name, _)| same(first, name)).min();
        for (key, name, _) in &mut list {
            let rest = name.as_bytes().iter().skip(common.unwrap_or_default());
            let bytes = rest.copied().chain(std::iter::repeat(0)).take(8);
            *key = bytes.fold(0, |key, byte| key << 8 | u64::from(byte));
        }
        list.sort_unstable();
        for pair in list.windows(2) {
            if pair[0].1 == pair[1].1 {
                again.insert(pair[0].1.to_owned());
            }
        }
        let rows = list.into_iter();
        rows.filter_map(|(_, name, row)| Some((name, row? as usize)))
            .collect()
    }
}

/// What corrections and withdrawals name.
struct Touched<'b> {
    /// Places in the chain.
    places: FxHashSet<i64>,
    subjects: FxHashSet<&'b str>,
}

impl<'b> Touched<'b> {
    fn of(book: &'b Book) -> Self {
        let changes = [general::Amend::DEF, general::Withdraw::DEF];
        let facts = book.facts().iter();
        let facts = facts.filter(|fact| changes.contains(&fact.def));
        Self {
            places: facts
                .clone()
                .filter_map(|fact| fact.value("event").count())
                .collect(),
            subjects: facts.map(|fact| fact.subject.as_str()).collect(),
        }
    }

    fn holds(&self, line: &Line<'_>) -> bool {
        self.places.contains(&line.seq) || self.subjects.contains(line.subject)
    }
}
