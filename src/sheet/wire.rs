//! Cells between the worker and the program: most of them are plain text, and are sent as that.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Cell, CellKind};

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match (self.kind, self.merged) {
            (CellKind::Empty, false) if self.text.is_empty() => to.serialize_unit(),
            (CellKind::Text, false) => to.serialize_str(&self.text),
            (kind, merged) => (&self.text, kind, merged).serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Sent)
    }
}

struct Sent;

impl<'de> Visitor<'de> for Sent {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::default())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Cell, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E>(self, text: String) -> Result<Cell, E> {
        Ok(Cell {
            text,
            kind: CellKind::Text,
            merged: false,
        })
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Cell, S::Error> {
        let lacks = || S::Error::custom("a cell is text, kind and whether it is merged");
        Ok(Cell {
            text: list.next_element()?.ok_or_else(lacks)?,
            kind: list.next_element()?.ok_or_else(lacks)?,
            merged: list.next_element()?.ok_or_else(lacks)?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_arrives_as_it_was_sent() {
        for kind in [
            CellKind::Empty,
            CellKind::Text,
            CellKind::Number,
            CellKind::Date,
            CellKind::Bool,
            CellKind::Error,
        ] {
            for merged in [false, true] {
                for text in ["", "甲\n\"乙\"", "1.5"] {
                    let cell = Cell {
                        text: text.to_owned(),
                        kind,
                        merged,
                    };
                    let sent = serde_json::to_string(&cell).unwrap();
                    assert_eq!(serde_json::from_str::<Cell>(&sent).unwrap(), cell, "{sent}");
                }
            }
        }
        assert!(serde_json::from_str::<Cell>("[\"a\"]").is_err());
        assert!(serde_json::from_str::<Cell>("7").is_err());
    }
}
