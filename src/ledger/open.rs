//! Making and opening the file: the recipe that keeps events through crashes and power cuts.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::format::{APPLICATION, FORMAT, SCHEMA, STAMP, Version};
use super::{Ledger, Origin};
use crate::words;
use crate::words::Words;

/// Why a file cannot be opened as a ledger.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No file there.
    #[error("no ledger at {0}")]
    Missing(PathBuf),
    /// A file stands where a new ledger should be made.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// The folder does not exist or cannot be written.
    #[error("cannot make {0}: {1}")]
    Folder(PathBuf, std::io::Error),
    /// The file is something else.
    #[error("{0} is not a ledger of minsheng")]
    Foreign(PathBuf),
    /// The path is a symbolic link or a folder.
    #[error("{0} is a link or a folder")]
    NotAFile(PathBuf),
    /// The file was written by a newer version.
    #[error("{0} has format {1}; this version reads up to {FORMAT}")]
    Newer(PathBuf, i64),
    /// The file was written by a newer version; this one may read it, not write it.
    #[error("{0} has format {1}; this version writes {FORMAT}")]
    NewerToRead(PathBuf, i64),
    /// The file was written by an older version and must be upgraded before it is written.
    #[error("{0} has format {1}; this version writes {FORMAT}")]
    Older(PathBuf, i64),
    /// A write was interrupted and the file cannot be written to finish it.
    #[error("{0} holds an interrupted write")]
    Interrupted(PathBuf),
    /// `SQLite`'s own word.
    #[error("{0}: {1}")]
    Sqlite(PathBuf, rusqlite::Error),
}

impl OpenError {
    /// The message for people, with the next step.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Missing(path) => words!(
                "找不到账本 {0}。用 --ledger 指明账本文件，或先建账：minsheng --ledger {0} init",
                "There is no ledger at {0}. Name the file with --ledger, or make one: minsheng --ledger {0} init",
                path.display()
            ),
            Self::Exists(path) => words!(
                "{0} 已经存在，没有改动。换一个文件名，或直接使用它。",
                "{0} exists already and was left alone. Choose another name, or use it as it is.",
                path.display()
            ),
            Self::Folder(path, error) => words!(
                "不能在这里建账：{0}（{1}）。请检查文件夹是否存在、是否可写。",
                "Cannot make a ledger at {0} ({1}). Check that the folder exists and can be written.",
                path.display(),
                error
            ),
            Self::Foreign(path) => words!(
                "{0} 不是 minsheng 的账本，没有改动。用 --ledger 指明正确的文件。",
                "{0} is not a ledger of minsheng and was left alone. Name the right file with --ledger.",
                path.display()
            ),
            Self::NotAFile(path) => words!(
                "{0} 是链接或文件夹；请给出账本文件本身的路径。",
                "{0} is a link or a folder; give the path of the ledger file itself.",
                path.display()
            ),
            Self::Newer(path, version) => words!(
                "{0} 是较新版本写的（格式{1}，本程序支持到{2}）。请升级 minsheng。",
                "{0} was written by a newer version (format {1}; this one reads up to {2}). Upgrade minsheng.",
                path.display(),
                version,
                FORMAT
            ),
            Self::NewerToRead(path, format) => words!(
                "{0} 是较新版本写的（格式{1}，本程序写格式{2}）：可以查看，不能登记，没有改动。请升级 minsheng。",
                "{0} was written by a newer version (format {1}; this one writes {2}): it can be read, not written, and was left alone. Upgrade minsheng.",
                path.display(),
                format,
                FORMAT
            ),
            Self::Older(path, format) => words!(
                "{0} 是较早版本的账本（格式{1}，现为{2}）：可以查看；要登记，先升级：minsheng --ledger {0} upgrade（会先做备份，事件不改）。",
                "{0} is of an older format ({1}, now {2}): it can be read; to write it, first run: minsheng --ledger {0} upgrade (makes a backup first, changes no event).",
                path.display(),
                format,
                FORMAT
            ),
            Self::Interrupted(path) => words!(
                "{0} 上一次写入被中断，需要恢复：在可写的文件夹里用任一命令打开一次即可，已确认的事件不会丢失。",
                "{0} holds an interrupted write: open it once with any command in a folder that can be written; no acknowledged event is lost.",
                path.display()
            ),
            Self::Sqlite(path, error) => words!(
                "打不开账本 {0}：{1}。请检查文件权限，或用备份替换损坏的文件。",
                "Cannot open the ledger {0}: {1}. Check its permissions, or replace a damaged file by its backup.",
                path.display(),
                error
            ),
        }
    }
}

impl OpenError {
    /// True if the file is a database that is damaged, not another kind of file.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        use std::io::Read;
        match self {
            Self::Sqlite(..) => true,
            Self::Foreign(path) => {
                let mut start = [0_u8; 16];
                std::fs::File::open(path)
                    .and_then(|mut file| file.read(&mut start))
                    .is_ok_and(|n| n > 0 && b"SQLite format 3\0".starts_with(&start[..n]))
            }
            _ => false,
        }
    }
}

impl Ledger {
    /// Makes a new, empty ledger file, readable by its owner only.
    ///
    /// # Errors
    /// If something stands there already or the folder cannot be written.
    pub fn create(path: &Path, origin: &str) -> Result<Self, OpenError> {
        let path = real(path)?;
        super::files::create_private(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => OpenError::Exists(path.clone()),
            _ => OpenError::Folder(path.clone(), error),
        })?;
        let sqlite = |error| OpenError::Sqlite(path.clone(), error);
        let conn = connect(&path, true).map_err(sqlite)?;
        let made = conn
            .execute_batch(&format!(
                "PRAGMA page_size = 8192; BEGIN IMMEDIATE; {SCHEMA}"
            ))
            .and_then(|()| conn.execute("INSERT INTO origin (id, name) VALUES (1, ?1)", [origin]))
            .and_then(|_| conn.execute_batch("COMMIT"));
        if let Err(error) = made {
            drop(conn);
            remove(&path);
            return Err(OpenError::Sqlite(path, error));
        }
        Ok(Self {
            conn,
            path,
            version: Version::of(STAMP),
            origin: Origin {
                id: 1,
                name: origin.to_owned(),
            },
            stop: Arc::default(),
            parcel: false,
        })
    }

    /// Gives a ledger that was made under another name its own, in the same folder.
    ///
    /// Whoever is killed while making a ledger leaves nothing under the name itself.
    ///
    /// # Errors
    /// If something stands there already or the folder cannot be written.
    pub fn publish(self, path: &Path) -> Result<PathBuf, OpenError> {
        let path = real(path)?;
        let made = self.path.clone();
        drop(self.conn);
        let published = publish(&made, &path);
        remove(&made);
        published.map(|()| path)
    }

    /// Removes a ledger that was made and of which nobody has been told.
    pub fn discard(self) {
        drop(self.conn);
        remove(&self.path);
    }

    /// Opens a ledger for reading and writing.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let ledger = Self::open_mode(path, true, false)?;
        let (path, format) = (ledger.path.clone(), ledger.version.format);
        match format {
            FORMAT => Ok(ledger),
            newer if newer > FORMAT => Err(OpenError::NewerToRead(path, newer)),
            older => Err(OpenError::Older(path, older)),
        }
    }

    /// Opens a ledger of any known format for writing: for the upgrade.
    pub(super) fn open_any(path: &Path) -> Result<Self, OpenError> {
        Self::open_mode(path, true, false)
    }

    /// Opens a ledger for reading only, as it stands at this moment.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_read(path: &Path) -> Result<Self, OpenError> {
        // a reader must be able to roll back what a crash left; only a file
        // that cannot be written is opened read-only
        let writable = OpenOptions::new().write(true).open(path).is_ok();
        Self::open_mode(path, writable, true)
    }

    fn open_mode(path: &Path, write: bool, snapshot: bool) -> Result<Self, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        let path = real(path)?;
        if path.is_symlink() || path.is_dir() {
            return Err(OpenError::NotAFile(path));
        }
        let wrap = |error: rusqlite::Error| wrap(&path, error);
        let conn = connect(&path, write).map_err(wrap)?;
        if snapshot {
            // a command that reads more than once sees one state, whoever writes meanwhile
            conn.execute_batch("BEGIN").map_err(wrap)?;
        }
        let pragma = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |r| r.get(0));
        let application: i64 = pragma("application_id").map_err(wrap)?;
        if application != APPLICATION {
            return Err(OpenError::Foreign(path));
        }
        let version = Version::of(pragma("user_version").map_err(wrap)?);
        if !version.readable() {
            return Err(OpenError::Newer(path, version.format));
        }
        let origin = conn
            .query_row("SELECT id, name FROM origin WHERE id = 1", [], |row| {
                Ok(Origin {
                    id: row.get(0)?,
                    name: row.get(1)?,
                })
            })
            .map_err(wrap)?;
        Ok(Self {
            conn,
            path,
            version,
            origin,
            stop: Arc::default(),
            parcel: false,
        })
    }

    /// The format of the file.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The chain that this ledger appends to.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

fn publish(made: &Path, path: &Path) -> Result<(), OpenError> {
    let told = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => OpenError::Exists(path.to_owned()),
        _ => OpenError::Folder(path.to_owned(), error),
    };
    match std::fs::hard_link(made, path) {
        // a stick of the old kind has no links
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            if path.symlink_metadata().is_ok() {
                return Err(OpenError::Exists(path.to_owned()));
            }
            std::fs::rename(made, path).map_err(told)?;
        }
        linked => linked.map_err(told)?,
    }
    // the name must outlast a power cut as the content does
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(told)?;
    }
    Ok(())
}

/// Removes a ledger that nobody has been told of, with what stands beside it.
fn remove(path: &Path) {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    // what cannot be removed is not there or does no harm
    let _ = std::fs::remove_file(path);
    let _ = std::fs::remove_file(journal);
}

fn wrap(path: &Path, error: rusqlite::Error) -> OpenError {
    use rusqlite::ffi;
    let path = path.to_owned();
    match error.sqlite_error().map(|e| e.extended_code) {
        Some(ffi::SQLITE_NOTADB) => OpenError::Foreign(path),
        Some(ffi::SQLITE_READONLY_ROLLBACK) => OpenError::Interrupted(path),
        _ => OpenError::Sqlite(path, error),
    }
}

/// The path with its folder resolved: the file itself must not be a link.
pub(super) fn real(path: &Path) -> Result<PathBuf, OpenError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let folder = folder
        .canonicalize()
        .map_err(|error| OpenError::Folder(path.to_owned(), error))?;
    match path.file_name() {
        Some(name) => Ok(folder.join(name)),
        None => Err(OpenError::Foreign(path.to_owned())),
    }
}

/// Waits for another program, thirty seconds at most.
///
/// `SQLite`'s own waiting asks often at first and seldom later, so that who comes last is served
/// first; here all who wait ask equally often, and nobody waits much longer than the others.
fn patient(tries: i32) -> bool {
    const STEP: Duration = Duration::from_millis(5);
    const TRIES: i32 = 6000;
    std::thread::sleep(STEP);
    tries < TRIES
}

pub(super) fn connect(path: &Path, write: bool) -> rusqlite::Result<Connection> {
    let mode = if write {
        OpenFlags::SQLITE_OPEN_READ_WRITE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    let mut conn = Connection::open_with_flags(
        path,
        mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW,
    )?;
    conn.busy_handler(Some(patient))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // a plan does not depend on the values that are bound, so no statement is prepared again
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(128);
    conn.execute_batch(
        "PRAGMA cell_size_check = ON;
         PRAGMA mmap_size = 0;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA synchronous = EXTRA;",
    )?;
    if write {
        // TRUNCATE with EXTRA lost no acknowledged event in simulated power cuts; WAL did
        conn.query_row("PRAGMA journal_mode = TRUNCATE", [], |_| Ok(()))?;
    }
    Ok(conn)
}
