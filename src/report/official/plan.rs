//! Templates of papers, cut once into what they say and what is filled in.

use crate::step::{self, StepDef};

/// A template, cut up.
#[derive(Debug)]
pub struct Plan<'p>(pub(super) Vec<Piece<'p>>);

/// A part of a template.
#[derive(Debug)]
pub(super) enum Piece<'p> {
    /// Words that stand there as they are.
    Words(&'p str),
    /// What is filled in.
    Slot(Slot<'p>),
}

/// What is filled in.
#[derive(Debug)]
pub(super) struct Slot<'p> {
    /// The whole of it, as the pack writes it.
    pub(super) name: &'p str,
    /// Every word of the vocabulary with a box.
    pub(super) ticks: bool,
    /// A day in words.
    pub(super) dated: bool,
    /// The name of the field or of the fact.
    pub(super) path: &'p str,
    /// Which of several values, from 1.
    pub(super) nth: Option<usize>,
    /// The field, if the path names one.
    pub(super) field: Option<(&'static StepDef, usize)>,
}

impl<'p> Plan<'p> {
    /// Cuts a template.
    #[must_use]
    pub fn of(template: &'p str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, tail) = after.split_once('}').unwrap_or((after, ""));
            pieces.push(Piece::Words(before));
            pieces.push(Piece::Slot(Slot::of(slot)));
            rest = tail;
        }
        pieces.push(Piece::Words(rest));
        Self(pieces)
    }

    /// What is filled in, in order.
    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot<'p>> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(slot),
            Piece::Words(_) => None,
        })
    }
}

impl<'p> Slot<'p> {
    fn of(name: &'p str) -> Self {
        let cut = |text: &'p str, sign: &str| match text.strip_prefix(sign) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (ticks, rest) = cut(name, "?");
        let (dated, rest) = cut(rest, "date:");
        let (path, nth) = match rest.split_once('#') {
            Some((path, nth)) => (path, nth.parse().ok()),
            None => (rest, None),
        };
        Self {
            name,
            ticks,
            dated,
            path,
            nth,
            field: field(path),
        }
    }
}

/// A field by its dotted name.
pub(super) fn field(path: &str) -> Option<(&'static StepDef, usize)> {
    let (head, name) = path.rsplit_once('.')?;
    let def = step::find(head)?;
    Some((def, def.index(name)?))
}
