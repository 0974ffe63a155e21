//! Whether the pages of the file, its rows and its indexes hold together.
//!
//! `SQLite`'s own check of the indexes looks each row up in each of them. Here every index is
//! read once, in its order, and compared with the tally of the rows that it must hold; what does
//! not fit is left to `SQLite` to find and to name.

use super::stored::{Mentions, Persons, again, scan};
use super::tally::Ascent;
use super::walk::Walk;
use super::{Faults, Ledger};
use crate::ledger::format::FORMAT;
use crate::ledger::line::text;
use crate::words;

impl Ledger {
    /// `schema_fits`: the tables and indexes are those of this format, and no others.
    pub(super) fn check_integrity(
        &self,
        walk: &Walk,
        (mentions, persons): (&Mentions, &Persons),
        schema_fits: bool,
        faults: &mut Faults,
    ) {
        let ordered = mentions.ordered && persons.ordered && persons.wrong.is_ok();
        if schema_fits
            && self.version.format == FORMAT
            && ordered
            && mentions.rows.is_ok()
            && self.is_sound(walk, persons).unwrap_or(false)
        {
            return;
        }
        match self.pragma("integrity_check(20)") {
            Ok(lines) => {
                for line in lines.iter().filter(|line| *line != "ok") {
                    faults.tell(words!(
                        "数据库文件损坏：{0}。",
                        "The database file is damaged: {0}.",
                        line
                    ));
                }
            }
            Err(error) => faults.tell(words!(
                "数据库文件损坏：{0}。",
                "The database file is damaged: {0}.",
                error
            )),
        }
    }

    /// All that `PRAGMA integrity_check` looks at, without looking rows up one by one.
    pub(super) fn is_sound(&self, walk: &Walk, persons: &Persons) -> rusqlite::Result<bool> {
        // pages, rows, types and constraints of all tables; and the index of the names of chains
        for check in ["quick_check(1)", "integrity_check(origin)"] {
            if self.pragma(check)? != ["ok"] {
                return Ok(false);
            }
        }
        Ok(self.places_fit(walk)? && self.erasures_fit(walk)? && self.values_fit(persons)?)
    }

    pub(super) fn pragma(&self, check: &str) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.conn.prepare(&format!("PRAGMA {check}"))?;
        statement.query_map([], |row| row.get(0))?.collect()
    }

    fn places_fit(&self, walk: &Walk) -> rusqlite::Result<bool> {
        let mut places = walk.places.other();
        let mut ascent = Ascent::default();
        let sql = "SELECT origin, seq, id FROM event INDEXED BY event_place ORDER BY origin, seq";
        scan(&self.conn, sql, |row| {
            let place: (i64, i64) = (row.get(0)?, row.get(1)?);
            places.add(&[place.0, place.1, row.get(2)?], &[]);
            ascent.next(|last| *last < place, |_| place);
            Ok(())
        })?;
        Ok(ascent.holds() && places.is(&walk.places))
    }

    pub(super) fn erasures_fit(&self, walk: &Walk) -> rusqlite::Result<bool> {
        let mut found = Vec::new();
        let sql = "SELECT id FROM event INDEXED BY event_erase WHERE step = 'erase' ORDER BY id";
        scan(&self.conn, sql, |row| {
            found.push(row.get::<_, i64>(0)?);
            Ok(())
        })?;
        Ok(found == walk.erasures)
    }

    fn values_fit(&self, persons: &Persons) -> rusqlite::Result<bool> {
        let mut rows = persons.rows.other();
        let mut ascent = Ascent::default();
        let sql =
            "SELECT value, token FROM personal INDEXED BY personal_value ORDER BY value, token";
        scan(&self.conn, sql, |row| {
            let (value, token) = (text(row, 0)?, text(row, 1)?);
            rows.add(&[], &[value, token]);
            ascent.next(
                |(last, before): &(String, String)| {
                    (last.as_str(), before.as_str()) < (value, token)
                },
                |last| {
                    let (last, before) = last.unzip();
                    (again(last, value), again(before, token))
                },
            );
            Ok(())
        })?;
        Ok(ascent.holds() && rows.is(&persons.rows))
    }
}
