//! The ledger: an append-only `SQLite` file of events, one hash chain per origin.
//!
//! This module and its children are the only ones that know `SQLite`.

mod backup;
pub mod chain;
pub mod checkpoint;
mod copies;
pub mod erasures;
pub mod evidence;
mod files;
pub mod format;
mod line;
pub mod merge;
pub mod note;
mod open;
mod order;
mod pages;
pub mod parcel;
mod personal;
pub mod read;
pub mod results;
mod scan;
mod stated;
mod sweep;
pub mod upgrade;
pub mod verify;
mod write;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

pub use backup::{Backup, BackupError};
pub use checkpoint::Checkpoint;
pub use files::{create_private, private_folder};
pub use format::FORMAT;
pub use line::Line;
pub use open::OpenError;
pub use personal::Persons;
pub use stated::Stated;
pub use sweep::{Glance, Place};
pub use write::{Draft, Writer};

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    conn: Connection,
    path: PathBuf,
    version: format::Version,
    origin: Origin,
    stop: Arc<AtomicBool>,
    /// Chains on their way from a server, which may come without personal values.
    parcel: bool,
}

impl Ledger {
    /// From now on a raised flag ends what is being recorded with [`Stopped`], nothing of it
    /// recorded.
    pub fn heed(&mut self, stop: Arc<AtomicBool>) {
        self.stop = stop;
    }
}

/// The flag of [`Ledger::heed`] was raised; nothing was recorded.
#[derive(Debug, thiserror::Error)]
#[error("stopped; nothing was recorded")]
pub struct Stopped;

/// A chain of events: the ledger in which they were first recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Row number in this file.
    pub id: i64,
    /// Name, the same in every file that the chain is merged into.
    pub name: String,
}

/// One event as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Order of arrival in this file, from 1.
    pub id: i64,
    /// Name of the chain.
    pub origin: String,
    /// Place in the chain, from 1.
    pub seq: i64,
    /// Name of the step.
    pub step: String,
    /// What it is about.
    pub subject: String,
    /// Business date, `YYYY-MM-DD`.
    pub occurred: String,
    /// UTC time of recording.
    pub recorded_at: String,
    /// Who recorded it.
    pub actor: String,
    /// The values, as JSON text, byte for byte as hashed.
    pub payload: String,
    /// Hash of this event and, through the chain, of all before it.
    pub hash: [u8; 32],
}

/// The last event does not match its hash: nothing may be built on it.
#[derive(Debug, thiserror::Error)]
#[error("event {seq} of chain {origin} does not match its hash")]
pub struct Tampered {
    /// Name of the chain.
    pub origin: String,
    /// Place of the event.
    pub seq: i64,
}

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Name of the chain.
    pub origin: String,
    /// Number of events.
    pub size: i64,
    /// Hash of the last event; zeros for an empty chain.
    pub hash: [u8; 32],
}

impl Head {
    /// The hash in hexadecimal.
    #[must_use]
    pub fn hex(&self) -> String {
        chain::hex(&self.hash)
    }
}

/// What the storage says when it fails.
pub use rusqlite::Error as StorageError;

/// The message for a failure of the storage, with the next step.
#[must_use]
pub fn storage_words(error: &StorageError, path: &str) -> crate::words::Words {
    use rusqlite::ErrorCode;
    if matches!(
        error,
        StorageError::FromSqlConversionFailure(..)
            | StorageError::InvalidColumnType(..)
            | StorageError::Utf8Error(..)
    ) {
        return crate::words!(
            "账本文件损坏（{}）。请运行 minsheng verify，并用备份恢复。",
            "The ledger file is damaged ({}). Run minsheng verify, and restore a backup.",
            error
        );
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => crate::words!(
            "磁盘已满，没有登记任何内容（账本 {0}）。请在该磁盘上腾出空间后重试。",
            "The disk is full; nothing was recorded (ledger {0}). Free some space on it and try again.",
            path
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => crate::words!(
            "账本 {0} 正被另一个程序使用，等了30秒仍未空出；没有登记任何内容。请稍后重试。",
            "Another program held the ledger {0} for 30 seconds; nothing was recorded. Try again later.",
            path
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            crate::words!(
                "账本 {0} 或所在文件夹不可写，没有登记任何内容。请检查权限。",
                "The ledger {0} or its folder cannot be written; nothing was recorded. Check the permissions.",
                path
            )
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => crate::words!(
            "账本文件损坏（{}）。请运行 minsheng verify，并用备份恢复。",
            "The ledger file is damaged ({}). Run minsheng verify, and restore a backup.",
            error
        ),
        // of a failed write the disk alone knows whether it arrived
        Some(ErrorCode::SystemIoFailure) => crate::words!(
            "读写账本 {0} 时磁盘出错（{1}）。请检查磁盘、剩余空间和文件大小限制，再用 minsheng log 查看是否已登记。",
            "The disk failed at the ledger {0} ({1}). Check the disk, its free space and limits on file sizes, then see in minsheng log what was recorded.",
            path,
            error
        ),
        _ => crate::words!(
            "账本读写出错：{0}。",
            "The ledger cannot be read or written: {0}.",
            error
        ),
    }
}
