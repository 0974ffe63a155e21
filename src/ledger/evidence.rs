//! Evidence: copies of files beside the ledger, each under its own SHA-256.
//!
//! `<ledger>.evidence/sha256/ab/<hash>`. The copy is durable before the event that names it,
//! so an event never names a file that is not there; a copy that no event names is harmless.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::copies::Copies;
use super::{Event, Ledger, chain, files};
use crate::words;
use crate::words::Words;

/// Most bytes of one file of evidence: 512 MiB.
pub const LARGEST: u64 = 512 << 20;

/// A stored copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the bytes that were copied, in hexadecimal.
    pub digest: String,
    /// How many bytes.
    pub size: u64,
}

/// What stands beside the ledger, compared with what its events name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Files that are as they must be.
    pub whole: usize,
    /// Digests that an event names and no file has.
    pub missing: Vec<String>,
    /// Digests whose file has other bytes.
    pub altered: Vec<String>,
    /// Files that no event names, relative to the folder.
    pub orphans: Vec<String>,
}

/// Why a file was not taken as evidence.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A link, a folder, a pipe, a device.
    #[error("{0} is not a plain file")]
    NotPlain(PathBuf),
    /// Longer than [`LARGEST`].
    #[error("{0} is longer than {LARGEST} bytes")]
    TooLarge(PathBuf),
    /// It cannot be read.
    #[error("cannot read {0}: {1}")]
    Unread(PathBuf, io::Error),
    /// The copy cannot be written.
    #[error("cannot write {0}: {1}")]
    Unwritten(PathBuf, io::Error),
}

impl Refused {
    /// The message for people, with the next step.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::NotPlain(path) => words!(
                "{0} 是链接、文件夹或设备，不能作附件；请给出文件本身。",
                "{0} is a link, a folder or a device and cannot be attached; give the file itself.",
                path.display()
            ),
            Self::TooLarge(path) => words!(
                "{0} 超过{1} MB，不能作附件；请压缩扫描件或分成几份。",
                "{0} is larger than {1} MB and cannot be attached; compress the scan or split it.",
                path.display(),
                LARGEST >> 20
            ),
            Self::Unread(path, error) => words!(
                "读不到 {}：{}。",
                "Cannot read {}: {}.",
                path.display(),
                error
            ),
            Self::Unwritten(path, error) => words!(
                "附件的副本写不进 {}（{}），没有登记任何内容。请检查权限和磁盘空间。",
                "Cannot write the copy to {} ({}); nothing was recorded. Check permissions and space.",
                path.display(),
                error
            ),
        }
    }
}

/// The folder of a ledger's evidence.
#[must_use]
pub fn folder(ledger: &Path) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(".evidence");
    PathBuf::from(name)
}

/// Where the copy with a digest stands.
#[must_use]
pub fn place(ledger: &Path, digest: &str) -> PathBuf {
    let shelf = digest.get(..2).unwrap_or("xx");
    folder(ledger).join("sha256").join(shelf).join(digest)
}

/// Copies a file beside the ledger while hashing the bytes that are copied.
///
/// # Errors
/// See [`Refused`]; then nothing stands under a final name.
pub fn store(ledger: &Path, source: &Path) -> Result<Stored, Refused> {
    let mut input = open(source)?;
    let root = folder(ledger);
    // a link in the place of the folder would put the copies somewhere else
    if root.is_symlink() || root.join("sha256").is_symlink() {
        return Err(Refused::NotPlain(root));
    }
    let unwritten = |path: &Path| {
        let path = path.to_owned();
        move |error| Refused::Unwritten(path, error)
    };
    let inbox = root.join("sha256");
    files::private_folder(&inbox).map_err(unwritten(&inbox))?;
    let temporary = files::temporary(&inbox.join("copy")).map_err(unwritten(&inbox))?;
    let mut output = files::create_private(&temporary).map_err(unwritten(&temporary))?;
    let copied = copy(&mut input, &mut output, source, &temporary);
    let finished = copied.and_then(|stored| {
        let target = place(ledger, &stored.digest);
        put(&output, &temporary, &target).map_err(unwritten(&target))?;
        Ok(stored)
    });
    if finished.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    finished
}

/// The digest of a file without keeping a copy.
///
/// # Errors
/// See [`Refused`].
pub fn measure(source: &Path) -> Result<Stored, Refused> {
    copy(&mut open(source)?, &mut io::sink(), source, source)
}

fn open(source: &Path) -> Result<File, Refused> {
    let plain = fs::symlink_metadata(source)
        .map_err(|error| Refused::Unread(source.to_owned(), error))?
        .is_file();
    if !plain {
        return Err(Refused::NotPlain(source.to_owned()));
    }
    files::open_plain(source).map_err(|error| Refused::Unread(source.to_owned(), error))
}

fn copy(
    input: &mut File,
    output: &mut dyn io::Write,
    source: &Path,
    target: &Path,
) -> Result<Stored, Refused> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Refused::Unread(source.to_owned(), error)),
        };
        size += read as u64;
        if size > LARGEST {
            return Err(Refused::TooLarge(source.to_owned()));
        }
        hasher.update(&buffer[..read]);
        output
            .write_all(&buffer[..read])
            .map_err(|error| Refused::Unwritten(target.to_owned(), error))?;
    }
    Ok(Stored {
        digest: chain::hex(&hasher.finalize()),
        size,
    })
}

/// Makes the copy durable and puts it under its final name.
fn put(output: &File, temporary: &Path, target: &Path) -> io::Result<()> {
    #[cfg(unix)]
    output.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o400))?;
    output.sync_all()?;
    if let Some(shelf) = target.parent() {
        files::private_folder(shelf)?;
        files::sync_folder(shelf)?;
    }
    fs::rename(temporary, target)?;
    files::sync_folder(target)
}

/// The copy that an event rests on: its digest.
#[must_use]
pub fn named_by(event: &Event) -> Option<String> {
    if !matches!(event.step.as_str(), "attach" | "register.document") {
        return None;
    }
    let values: Map<String, Json> = serde_json::from_str(&event.payload).ok()?;
    // a digest without a size was recorded before copies were kept
    values.get("size")?.as_i64()?;
    let digest = values.get("digest")?.as_str()?;
    super::personal::is_token(digest).then(|| digest.to_owned())
}

/// True if the copy is there with the bytes of its digest.
#[must_use]
pub fn is_whole(ledger: &Path, digest: &str) -> bool {
    measure(&place(ledger, digest)).is_ok_and(|found| found.digest == digest)
}

/// Compares the folder of a ledger with the digests that its events name.
#[must_use]
pub fn check(ledger: &Path, named: &BTreeSet<String>) -> Found {
    let mut found = Found::default();
    for digest in named {
        let path = place(ledger, digest);
        if fs::symlink_metadata(&path).is_err() {
            found.missing.push(digest.clone());
        } else if is_whole(ledger, digest) {
            found.whole += 1;
        } else {
            found.altered.push(digest.clone());
        }
    }
    let root = folder(ledger);
    let mut list = Vec::new();
    walk(&root, &mut list);
    let expected: BTreeSet<PathBuf> = named.iter().map(|digest| place(ledger, digest)).collect();
    found.orphans = list
        .into_iter()
        .filter(|path| !expected.contains(path))
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap_or(&path);
            inside.display().to_string()
        })
        .collect();
    found.orphans.sort();
    found
}

fn walk(folder: &Path, list: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), list),
            _ => list.push(entry.path()),
        }
    }
}

impl Ledger {
    /// The digests of all copies that the events of this ledger name and that were not erased since.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn named_evidence(&self) -> rusqlite::Result<BTreeSet<String>> {
        Ok(Copies::read(self.reader())?.living())
    }
}

/// Takes a copy away; gives whether there was one.
///
/// # Errors
/// If it is there and cannot be removed.
pub fn remove(ledger: &Path, digest: &str) -> io::Result<bool> {
    match fs::remove_file(place(ledger, digest)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Copies what is named and stands beside `from` but not yet beside `to`; gives the number
/// of copies made and the digests that `from` lacks as well.
///
/// # Errors
/// If a copy cannot be written.
pub fn carry(
    from: &Path,
    to: &Path,
    named: &BTreeSet<String>,
) -> Result<(usize, Vec<String>), Refused> {
    let (mut copied, mut lacking) = (0, Vec::new());
    for digest in named {
        if place(to, digest).is_file() {
            continue;
        }
        if !is_whole(from, digest) {
            lacking.push(digest.clone());
            continue;
        }
        copied += usize::from(store(to, &place(from, digest))?.digest == *digest);
    }
    Ok((copied, lacking))
}
