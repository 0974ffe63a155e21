//! Quarters: the streets of a district, put together where a record ties one to another, so
//! that each quarter can be read and judged by itself. A district is never in memory as a whole.
//!
//! What the rules read beyond their own street hangs on such ties (a case that serves another
//! street's community), or stands with no place at all: the lists, the law, what was inspected in
//! the whole district. The latter goes to every quarter. What stands above the streets is judged
//! by a [`Division::district`], which holds those records only that its rules read.

mod look;
mod ties;
mod trace;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::ledger::{Event, Glance, Ledger};
use crate::state::Book;
use crate::step::{Recorded, register};
use look::{Look, Of};

pub use trace::Trace;

/// Streets with their communities that no record ties to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarter {
    /// Codes of the communities.
    pub communities: BTreeSet<String>,
    /// Names of the streets.
    pub streets: BTreeSet<String>,
}

impl Quarter {
    /// What it is called: its first community, else its first street.
    #[must_use]
    pub fn name(&self) -> &str {
        let mut places = self.communities.iter().chain(&self.streets);
        places.next().map_or("", String::as_str)
    }
}

/// A ledger in quarters.
#[derive(Debug)]
pub struct Division<'l> {
    ledger: &'l Ledger,
    /// The quarters, in the order of their communities.
    pub quarters: Vec<Quarter>,
    /// Events of steps that this version does not know.
    pub unknown: usize,
    /// Events that belong to no place.
    shared: Vec<Event>,
    /// By what the ledger was divided.
    pub trace: Trace,
    /// Who is the same person in several chains.
    aliases: Arc<HashMap<String, String>>,
}

impl<'l> Division<'l> {
    /// Divides a ledger; nothing if it is one quarter, or if its quarters cannot be told for
    /// sure. `above` names the steps that the rules above the streets read.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn of(ledger: &'l Ledger, above: &BTreeSet<&'static str>) -> anyhow::Result<Option<Self>> {
        let reader = ledger.reader();
        let mut look = Look::new(reader.chains()? > 1);
        reader.of_steps(&[register::Community::DEF.id], |event| {
            look.register(&event);
        })?;
        if look.streets() < 2 {
            return Ok(None);
        }
        let aliases = Arc::new(reader.aliases()?);
        let mut shared = Vec::new();
        let mut places = (Vec::new(), Vec::new());
        let glance = |event: &Glance<'_>| {
            let of = look.at(event, above)?;
            let place = (event.origin, event.seq);
            match of {
                Of::NoPlace => places.0.push(place),
                Of::Above => places.1.push(place),
            }
            (of == Of::NoPlace).then_some(())
        };
        let take = |event: Event, ()| shared.push(event);
        reader.sweep(glance, take)?;
        let Some((quarters, unknown)) = look.quarters() else {
            return Ok(None);
        };
        Ok((quarters.len() > 1).then_some(Self {
            ledger,
            quarters,
            unknown,
            shared,
            trace: Trace::new(look, reader.origins()?, places),
            aliases,
        }))
    }

    /// Reads a quarter.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn book(&self, quarter: &Quarter) -> anyhow::Result<Book> {
        let places = quarter.communities.iter().chain(&quarter.streets);
        let reader = self.ledger.reader();
        // what was inspected in all of the district names the projects of all
        let mut book = Book::new()
            .with_aliases(self.aliases.clone())
            .of_chain(reader.own()?)
            .of_communities(quarter.communities.clone());
        reader.of_places(places, &self.shared, |line| book.take_line(line))?;
        Ok(book)
    }

    /// Reads what the rules above the streets read: of the quarters the records of the steps that
    /// they read wherever they stand, and those that are named.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn district(&self, records: &BTreeSet<(String, i64)>) -> anyhow::Result<Book> {
        let reader = self.ledger.reader();
        let mut book = Book::new()
            .with_aliases(self.aliases.clone())
            .of_chain(reader.own()?);
        book.extend(reader.at_places(&self.trace.places(records))?);
        Ok(book)
    }
}
