//! Formats of the file: which this version reads, which it writes, and the schema of each.
//!
//! `user_version` holds the format in its lower sixteen bits and, above them, the oldest
//! format whose readers understand the file: a newer file says itself who may still read it.
//! Format 1 says nothing there and is read as format 1.

/// Format that this version writes.
pub const FORMAT: i64 = 2;

/// `user_version` of what this version writes: readers of format 1 understand it.
pub(super) const STAMP: i64 = 1 << 16 | FORMAT;

/// `application_id`: "MSHL".
pub(super) const APPLICATION: i64 = 0x4D53_484C;

/// The schema, as in `schema.sql` at the top of the project.
pub(super) const SCHEMA: &str = include_str!("../../schema.sql");

/// The way from one format to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Migration {
    /// Format that it starts from.
    pub(super) from: i64,
    /// Schema of that format.
    pub(super) schema: &'static str,
    /// Reads every value of every event of that format, in order of arrival.
    pub(super) events: &'static str,
    /// What changes the tables; it never touches a value of an event.
    pub(super) sql: &'static str,
    /// `user_version` afterwards.
    pub(super) version: i64,
}

/// Reads every value of every event of the format that this version writes.
pub(super) const EVENTS: &str =
    "SELECT o.name, e.seq, e.step, e.subject, e.occurred, e.recorded_at,
    e.actor, e.payload, e.hash FROM event e JOIN origin o ON o.id = e.origin ORDER BY e.id";

/// All ways, oldest first. Ledgers of these formats are read for ever.
pub(super) const MIGRATIONS: &[Migration] = &[Migration {
    from: 1,
    schema: include_str!("schema-1.sql"),
    events: EVENTS,
    sql: include_str!("upgrade-2.sql"),
    version: STAMP,
}];

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its format.
    pub format: i64,
    /// The oldest format whose readers understand it.
    pub reader: i64,
}

impl Version {
    /// Reads `user_version`.
    #[must_use]
    pub fn of(user_version: i64) -> Self {
        // SQLite hands it out with a sign
        let stamp = user_version & 0xFFFF_FFFF;
        let format = stamp & 0xFFFF;
        let reader = match stamp >> 16 {
            0 => format,
            reader => reader,
        };
        Self { format, reader }
    }

    /// This version of the program can read the file.
    #[must_use]
    pub fn readable(self) -> bool {
        self.reader <= FORMAT
    }

    /// The schema of the file, if this version knows it.
    pub(super) fn schema(self) -> Option<&'static str> {
        if self.format == FORMAT {
            return Some(SCHEMA);
        }
        let of = |m: &&Migration| m.from == self.format;
        MIGRATIONS.iter().find(of).map(|m| m.schema)
    }

    /// `user_version` as a file of this format must hold it.
    pub(super) fn stamp(self) -> i64 {
        match self.format {
            1 => 1,
            format => self.reader << 16 | format,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_who_may_read() {
        let of = |v| Version::of(v);
        assert_eq!(
            of(1),
            Version {
                format: 1,
                reader: 1
            }
        );
        assert_eq!(
            of(65538),
            Version {
                format: 2,
                reader: 1
            }
        );
        assert!(of(1 << 16 | 9).readable() && of(FORMAT << 16 | 9).readable());
        assert!(!of(-1).readable() && !of(-65534).readable());
        assert!(!of(9).readable() && !of((FORMAT + 1) << 16 | 9).readable());
        assert!(SCHEMA.contains(&format!("user_version = {STAMP};")));
        assert_eq!(MIGRATIONS.last().map(|m| m.version), Some(STAMP));
        assert_eq!(of(STAMP).stamp(), STAMP);
    }
}
