//! Appending what is ready, and noting what follows from it.

use super::judging::MANY;
use super::reasons::Given;
use super::refs::Refs;
use super::touch::{self, Touched};
use super::{Ready, key};
use crate::ledger::{Event, Writer};
use crate::pack::Pack;
use crate::step::Step;

/// What was appended, and what follows from it.
pub(super) struct Appended {
    pub(super) events: Vec<Event>,
    /// Where each comes from.
    pub(super) places: Vec<Option<String>>,
    pub(super) reasons: Vec<Given>,
    pub(super) refs: Refs,
    pub(super) touched: Touched,
}

/// Appends all steps; many that only add to what is recorded by two threads.
pub(super) fn append(
    writer: &mut Writer<'_>,
    pack: &Pack,
    drafts: Vec<Ready>,
    tell: &dyn Fn(usize),
) -> anyhow::Result<Appended> {
    let (mut refs, mut touched) = (Refs::default(), Touched::default());
    let (mut steps, mut places, mut given) = (Vec::new(), Vec::new(), Vec::new());
    for (step, place, reasons) in drafts {
        steps.push(step);
        places.push(place);
        given.push(reasons);
    }
    let events = if steps.iter().any(|draft| touch::looks_back(&draft.step)) {
        let mut events: Vec<Event> = Vec::with_capacity(steps.len());
        for (draft, place) in steps.into_iter().zip(&places) {
            let (event, step) = writer.append_step(draft)?;
            refs.take(&event, &step, place.as_ref());
            touched.take_back(writer.reader(), pack, &event, step)?;
            events.push(event);
            tell(events.len());
        }
        events
    } else {
        if steps.len() >= MANY {
            touched = Touched::of_many();
        }
        let each = |number: usize, event: &Event, step: Step| {
            refs.take(event, &step, places[number].as_ref());
            touched.take(pack, event, step, &[]);
        };
        writer.append_many(steps, each, tell)?
    };
    let given = events.iter().zip(given);
    let given = given.flat_map(|(event, given)| {
        let of = move |(rule, text)| Given {
            event: key(event),
            rule,
            text,
        };
        given.into_iter().map(of)
    });
    Ok(Appended {
        reasons: given.collect(),
        events,
        places,
        refs,
        touched,
    })
}
