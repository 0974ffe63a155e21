//! Backup: a copy made while others write, verified whole before it gets its name.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup as Copy, StepResult};

use super::{Head, Ledger, OpenError, evidence, files, open};
use crate::words;
use crate::words::Words;

/// A backup that was made and verified.
#[derive(Debug)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Events that it holds.
    pub events: i64,
    /// The ends of its chains.
    pub heads: Vec<Head>,
    /// SHA-256 of the file, as in `<file>.sha256` beside it.
    pub sha256: String,
    /// Files of evidence that were copied now.
    pub copied: usize,
    /// Digests of evidence that the ledger itself lacks.
    pub lacking: Vec<String>,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file stands there.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// A link, a folder, or the ledger itself.
    #[error("{0} cannot be the backup")]
    Unfit(PathBuf),
    /// The copy cannot be written.
    #[error("cannot write {0}: {1}")]
    Io(PathBuf, io::Error),
    /// The copy cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// `SQLite`'s own word.
    #[error("{1}")]
    Sqlite(PathBuf, rusqlite::Error),
    /// The copy does not verify, so the ledger does not.
    #[error("the copy does not verify")]
    Damaged(Vec<Words>),
    /// A file of evidence was not copied.
    #[error(transparent)]
    Evidence(#[from] evidence::Refused),
}

impl BackupError {
    /// The message for people, with the next step.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Exists(path) => words!(
                "{0} 已经存在；换一个文件名（例如加上日期），或加 --force 覆盖。",
                "{0} exists already; choose another name, with the date perhaps, or add --force.",
                path.display()
            ),
            Self::Unfit(path) => words!(
                "{0} 是链接、文件夹或账本本身，不能作备份文件；请换一个文件名。",
                "{0} is a link, a folder or the ledger itself and cannot be the backup; choose another name.",
                path.display()
            ),
            Self::Io(path, error) => words!(
                "备份写不进 {}（{}），没有留下半份文件。请检查权限和空间。",
                "Cannot write the backup {} ({}); no half copy was left. Check permissions and space.",
                path.display(),
                error
            ),
            Self::Open(error) => error.words(),
            Self::Sqlite(path, error) => super::storage_words(error, &path.display().to_string()),
            Self::Damaged(faults) => words!(
                "账本核验不通过，没有留下备份：{}请运行 minsheng verify，用以前的备份恢复。",
                "The ledger does not verify, so no backup was left: {} Run minsheng verify and restore an earlier backup.",
                faults.first().map_or("", |fault| fault.zh.as_str()),
                faults.first().map_or("", |fault| fault.en.as_str())
            ),
            Self::Evidence(error) => error.words(),
        }
    }
}

impl Ledger {
    /// Copies the ledger as it stands at one moment, with its evidence, and verifies the copy.
    ///
    /// The copy has another name until it is whole; killed at any moment, nothing unfinished
    /// stands under `target`.
    ///
    /// # Errors
    /// See [`BackupError`]; then `target` is as it was.
    pub fn backup(&self, target: &Path, force: bool) -> Result<Backup, BackupError> {
        let target = open::real(target)?;
        if target == self.path || target.is_symlink() || target.is_dir() {
            return Err(BackupError::Unfit(target));
        }
        if target.exists() && !force {
            return Err(BackupError::Exists(target));
        }
        let io = |error| BackupError::Io(target.clone(), error);
        let temporary = files::temporary(&target).map_err(io)?;
        let made = self.copy_to(&temporary, &target);
        if made.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        // the copy's journal is empty and belongs to the temporary name
        let mut journal = temporary.into_os_string();
        journal.push("-journal");
        let _ = std::fs::remove_file(journal);
        made
    }

    fn copy_to(&self, temporary: &Path, target: &Path) -> Result<Backup, BackupError> {
        let io = |error| BackupError::Io(target.to_owned(), error);
        let sqlite = |error| BackupError::Sqlite(target.to_owned(), error);
        files::create_private(temporary).map_err(io)?;
        copy(&self.conn, temporary).map_err(sqlite)?;
        std::fs::File::open(temporary)
            .and_then(|file| file.sync_all())
            .map_err(io)?;
        let copy = Ledger::open_read(temporary)?;
        let found = copy.verify(&[]).map_err(sqlite)?;
        if !found.faults.is_empty() {
            return Err(BackupError::Damaged(found.faults));
        }
        let named = copy.named_evidence().map_err(sqlite)?;
        drop(copy);
        let (copied, lacking) = evidence::carry(&self.path, target, &named)?;
        let sha256 = evidence::measure(temporary)?.digest;
        seal(target, &sha256).map_err(io)?;
        std::fs::rename(temporary, target)
            .and_then(|()| files::sync_folder(target))
            .map_err(io)?;
        Ok(Backup {
            path: target.to_owned(),
            events: found.events,
            heads: found.heads,
            sha256,
            copied,
            lacking,
        })
    }

    /// Compares the file with the `.sha256` that its backup left beside it; none if there is
    /// no such file.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn is_sealed(&self) -> io::Result<Option<bool>> {
        let Ok(text) = std::fs::read_to_string(seal_of(&self.path)) else {
            return Ok(None);
        };
        let found = evidence::measure(&self.path).map_err(|e| io::Error::other(e.to_string()))?;
        Ok(Some(text.split_whitespace().next() == Some(&found.digest)))
    }
}

/// Copies all pages at one moment; writers wait meanwhile, they are not refused.
fn copy(source: &Connection, target: &Path) -> rusqlite::Result<()> {
    let mut conn = open::connect(target, true)?;
    let copy = Copy::new(source, &mut conn)?;
    for _ in 0..600 {
        match copy.step(-1)? {
            StepResult::Done => return Ok(()),
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
    Err(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
        None,
    ))
}

/// Where the digest of a backup stands, in the form that `sha256sum -c` reads.
fn seal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sha256");
    PathBuf::from(name)
}

fn seal(target: &Path, sha256: &str) -> io::Result<()> {
    let path = seal_of(target);
    let temporary = files::temporary(&path)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let mut file = files::create_private(&temporary)?;
    file.write_all(format!("{sha256}  {name}\n").as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&temporary, &path)
}
