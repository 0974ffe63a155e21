//! Derived results in a file of their own: what was found in a ledger, by kind and place. It can
//! be thrown away at any time, for the ledger gives it again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

/// The tables of a file of results.
const TABLES: &str = "
CREATE TABLE said (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE found (
  kind  INTEGER NOT NULL,
  place TEXT NOT NULL,
  body  BLOB NOT NULL,
  PRIMARY KEY (kind, place)
) STRICT, WITHOUT ROWID;
BEGIN";

/// A file of results holds what nobody wrote there.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("findings that were kept cannot be read; judge anew with --from-events")]
pub struct Unread;

/// Results cannot be written: the disk or the quota is full, or the folder is gone.
#[derive(Clone, Debug, thiserror::Error)]
#[error("what was found cannot be kept ({0}); MINSHENG_RESULTS set to nothing keeps none")]
pub struct Unkept(String);

impl Unkept {
    /// What the system says.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.0
    }
}

impl From<rusqlite::Error> for Unkept {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for Unkept {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Results by kind and place.
#[derive(Debug)]
pub struct Results {
    conn: Connection,
    /// The file that is being written, until it gets its name.
    draft: Option<PathBuf>,
}

impl Results {
    /// Results that go when they are dropped; in memory as long as they are few.
    ///
    /// # Errors
    /// If no temporary file can be made.
    pub fn passing() -> Result<Self, Unkept> {
        Self::made(Connection::open("")?, None)
    }

    /// Results that are kept under a name once they are complete; private to the user.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn draft(path: &Path) -> Result<Self, Unkept> {
        forget_drafts(path);
        let draft = path.with_extension(std::process::id().to_string());
        drop(super::create_private(&draft)?);
        Self::made(Connection::open(&draft)?, Some(draft))
    }

    /// Opens results that were kept, to change some of them; nothing if there are none that can
    /// be read, or another process changes them. They are as before until they are complete.
    #[must_use]
    pub fn again(path: &Path) -> Option<Self> {
        let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).ok()?;
        conn.busy_timeout(Duration::from_secs(2)).ok()?;
        conn.execute_batch("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE")
            .ok()?;
        Self::whole(conn, path)
    }

    fn made(conn: Connection, draft: Option<PathBuf>) -> Result<Self, Unkept> {
        conn.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
        conn.execute_batch(TABLES)?;
        Ok(Self { conn, draft })
    }

    /// Opens results that were kept; nothing if there are none that can be read.
    #[must_use]
    pub fn kept(path: &Path) -> Option<Self> {
        let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        // all that is read is of one moment
        conn.execute_batch("BEGIN").ok()?;
        Self::whole(conn, path)
    }

    /// Results that are complete.
    fn whole(conn: Connection, path: &Path) -> Option<Self> {
        let number = |name: &str| -> Option<u64> {
            let sql = format!("PRAGMA {name}");
            let number: i64 = conn.query_row(&sql, [], |row| row.get(0)).ok()?;
            u64::try_from(number).ok()
        };
        // a file that was cut off
        let length = number("page_count")?.checked_mul(number("page_size")?);
        if length != std::fs::metadata(path).ok().map(|file| file.len()) {
            return None;
        }
        let results = Self { conn, draft: None };
        results.said("complete").ok().flatten().map(|_| results)
    }

    /// Keeps what was found at a place; a place has one body of each kind.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, kind: u8, place: &str, body: &[u8]) -> Result<(), Unkept> {
        self.conn
            .prepare_cached("INSERT INTO found (kind, place, body) VALUES (?1, ?2, ?3)")?
            .execute(params![kind, place, body])?;
        Ok(())
    }

    /// Forgets what was found of a kind at a place.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn forget(&self, kind: u8, place: &str) -> Result<(), Unkept> {
        self.conn
            .prepare_cached("DELETE FROM found WHERE kind = ?1 AND place = ?2")?
            .execute(params![kind, place])?;
        Ok(())
    }

    /// Says something of the whole.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn say(&self, name: &str, body: &[u8]) -> Result<(), Unkept> {
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO said (name, body) VALUES (?1, ?2)")?
            .execute(params![name, body])?;
        Ok(())
    }

    /// What was said of the whole.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn said(&self, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        self.conn
            .prepare_cached("SELECT body FROM said WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()
    }

    /// Hands over what was found of a kind, in the order of the places.
    ///
    /// # Errors
    /// If the file cannot be read ([`Unread`]), or `each` fails.
    pub fn each(
        &self,
        kind: u8,
        mut each: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let sql = "SELECT body FROM found WHERE kind = ?1 ORDER BY place";
        let mut statement = self.conn.prepare_cached(sql).map_err(|_| Unread)?;
        let mut rows = statement.query([kind]).map_err(|_| Unread)?;
        while let Some(row) = rows.next().map_err(|_| Unread)? {
            each(row.get_ref(0)?.as_blob()?)?;
        }
        Ok(())
    }

    /// Says that all is there, and gives the file its name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn complete(&mut self, path: Option<&Path>) -> Result<(), Unkept> {
        self.say("complete", &[])?;
        // and what is told of them is of one moment
        self.conn.execute_batch("COMMIT; BEGIN")?;
        if let (Some(path), Some(draft)) = (path, &self.draft) {
            // a change that was broken off is not to be undone in the new file
            match std::fs::remove_file(journal(path)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => std::fs::rename(draft, path)?,
            }
            self.draft = None;
        }
        Ok(())
    }
}

/// Where `SQLite` keeps what is to be undone of a file.
fn journal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    name.into()
}

impl Drop for Results {
    fn drop(&mut self) {
        // what was not completed is no result
        if let Some(draft) = &self.draft {
            let _ = std::fs::remove_file(draft);
        }
    }
}

/// Drafts that a process left behind: of this number, or older than a day.
fn forget_drafts(path: &Path) {
    let old = |draft: &Path| {
        let changed = std::fs::metadata(draft)
            .and_then(|file| file.modified())
            .ok();
        let age = changed.and_then(|at| at.elapsed().ok());
        age.is_some_and(|age| age.as_secs() > 86_400)
    };
    let own = path.with_extension(std::process::id().to_string());
    let folder = path
        .parent()
        .and_then(|folder| std::fs::read_dir(folder).ok());
    for entry in folder.into_iter().flatten().flatten() {
        let draft = entry.path();
        let of_this = draft.file_stem() == path.file_name() && draft.extension().is_some();
        if of_this && (draft == own || old(&draft)) {
            let _ = std::fs::remove_file(&draft);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn results_come_by_place_and_are_kept_only_when_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        let results = Results::draft(&path).unwrap();
        results.keep(1, "TG", b"b").unwrap();
        results.keep(1, "HZ", b"a").unwrap();
        results.keep(2, "HZ", b"c").unwrap();
        drop(results);
        assert!(Results::kept(&path).is_none());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        // what a process of this number left behind is no hindrance
        let left = path.with_extension(std::process::id().to_string());
        std::fs::write(left, b"x").unwrap();
        let mut results = Results::draft(&path).unwrap();
        results.keep(1, "TG", b"b").unwrap();
        results.keep(1, "HZ", b"a").unwrap();
        results.say("head", b"1").unwrap();
        results.complete(Some(&path)).unwrap();
        for results in [results, Results::kept(&path).unwrap()] {
            let mut all = Vec::new();
            let each = |body: &[u8]| {
                all.extend_from_slice(body);
                Ok(())
            };
            results.each(1, each).unwrap();
            assert_eq!(all, b"ab");
            assert_eq!(results.said("head").unwrap().as_deref(), Some(&b"1"[..]));
            assert_eq!(results.said("other").unwrap(), None);
        }
    }
}
