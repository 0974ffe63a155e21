//! By what a ledger was divided: so that of the same ledger, when something was added to it,
//! only this is looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Division;
use super::look::{Look, Of};
use crate::ledger::{Ledger, Place};
use crate::step::{Recorded, register};

/// By what a ledger was divided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trace {
    look: Look,
    /// The chains with their numbers in the file.
    origins: Vec<(i64, String)>,
    /// Where the events stand that belong to no place.
    shared: Vec<Place>,
    /// Where the others stand that the rules above the streets read.
    above: Vec<Place>,
}

impl Trace {
    pub(super) fn new(
        look: Look,
        origins: Vec<(i64, String)>,
        (shared, above): (Vec<Place>, Vec<Place>),
    ) -> Self {
        Self {
            look,
            origins,
            shared,
            above,
        }
    }

    /// Where what the rules above the streets read stands, some named records included.
    pub(super) fn places(&self, records: &BTreeSet<(String, i64)>) -> Vec<Place> {
        let number = |name: &str| {
            let mut origins = self.origins.iter();
            origins.find(|(_, known)| known == name).map(|(id, _)| *id)
        };
        let named = records.iter();
        let named = named.filter_map(|(origin, seq)| Some((number(origin)?, *seq)));
        let known = self.shared.iter().chain(&self.above).copied();
        let mut places: Vec<Place> = known.chain(named).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

impl<'l> Division<'l> {
    /// Divides a ledger that was divided before and to which events were added, and says of which
    /// quarters these are, by their places in the division. Nothing if they bear on all quarters
    /// or divide the ledger otherwise.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn again(
        ledger: &'l Ledger,
        above: &BTreeSet<&'static str>,
        mut trace: Trace,
    ) -> anyhow::Result<Option<(Self, BTreeSet<usize>)>> {
        let reader = ledger.reader();
        let before = trace.look.quarters();
        if reader.origins()? != trace.origins {
            return Ok(None);
        }
        let mut everywhere = false;
        let mut changed: BTreeSet<String> = BTreeSet::new();
        for (chain, _) in &trace.origins {
            let end = trace.look.ends.get(chain).copied().unwrap_or_default();
            reader.sweep_after((*chain, end), |event| {
                // who belongs to which street is read before all else
                everywhere |= event.step == register::Community::DEF.id;
                changed.extend(trace.look.place_of(event).map(str::to_owned));
                match trace.look.at(event, above) {
                    Some(Of::NoPlace) => everywhere = true,
                    Some(Of::Above) => trace.above.push((event.origin, event.seq)),
                    None => {}
                }
            })?;
        }
        let after = trace.look.quarters();
        let (Some((before, _)), Some((quarters, unknown))) = (before, after) else {
            return Ok(None);
        };
        if everywhere || quarters != before {
            return Ok(None);
        }
        let of = |place: &String| {
            let mut all = quarters.iter();
            all.position(|q| q.communities.contains(place) || q.streets.contains(place))
        };
        let changed = changed.iter().filter_map(of).collect();
        let aliases = Arc::new(reader.aliases()?);
        let division = Self {
            ledger,
            unknown,
            shared: reader.at_places(&trace.shared)?,
            quarters,
            trace,
            aliases,
        };
        Ok(Some((division, changed)))
    }
}
