//! The pages of the file, read beside `SQLite`, and which of them something has taken.
//!
//! They are read while a connection of this process holds the file, so that nobody writes
//! meanwhile. Where anything is not of the form in which `SQLite` writes this program's ledgers,
//! whoever reads them is in doubt and asks `SQLite`.

pub(super) mod record;
pub(super) mod tree;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The file is not of the form that is read here: `SQLite` has to look at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt;

impl From<io::Error> for Doubt {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl From<rusqlite::Error> for Doubt {
    fn from(_: rusqlite::Error) -> Self {
        Self
    }
}

/// None if something does not hold.
pub(super) fn must(holds: bool) -> Result<(), Doubt> {
    if holds { Ok(()) } else { Err(Doubt) }
}

/// The pages of a file in which nobody writes meanwhile.
#[derive(Debug)]
pub(super) struct Pages {
    file: Arc<File>,
    /// Bytes of a page.
    size: usize,
    /// How many pages there are.
    count: u32,
    /// First page of the list of free pages, and how many are free.
    free: (u32, u32),
    /// A bit for each page that something has taken.
    taken: Vec<AtomicU64>,
}

/// The byte at which `SQLite` locks; the page around it is never used.
const LOCKED: u64 = 0x4000_0000;

impl Pages {
    /// Opens a ledger's file beside the connection that holds it.
    pub(super) fn open(path: &Path) -> Result<Self, Doubt> {
        let file = open::beside(path)?;
        let length = file.metadata()?.len();
        let mut head = [0; 100];
        read_at(&file, &mut head, 0)?;
        let number = |at: usize| word(&head, at);
        must(head.starts_with(b"SQLite format 3\0"))?;
        let size = u32::from(u16::from_be_bytes([head[16], head[17]]));
        // no log beside the file, no bytes set aside, texts as UTF-8, pages where they are
        must(size.is_power_of_two() && (512..=32768).contains(&size))?;
        must(head[18..24] == [1, 1, 0, 64, 32, 32])?;
        must(number(24)? == number(92)?)?;
        must((number(52)?, number(56)?, number(64)?) == (0, 1, 0))?;
        let count = number(28)?;
        must(count > 0 && u64::from(count) * u64::from(size) == length)?;
        let pages = Self {
            file,
            size: usize::try_from(size).map_err(|_| Doubt)?,
            count,
            free: (number(32)?, number(36)?),
            taken: (0..=count / 64).map(|_| AtomicU64::new(0)).collect(),
        };
        if LOCKED < length {
            pages.take(u32::try_from(LOCKED / u64::from(size)).map_err(|_| Doubt)? + 1)?;
        }
        Ok(pages)
    }

    /// Takes a page, which must be there and not be taken.
    fn take(&self, number: u32) -> Result<(), Doubt> {
        must((1..=self.count).contains(&number))?;
        let bit = 1 << (number % 64);
        let word = self.taken.get(number as usize / 64).ok_or(Doubt)?;
        must(word.fetch_or(bit, Ordering::Relaxed) & bit == 0)
    }

    /// Takes a page and reads it.
    fn read(&self, number: u32, page: &mut Vec<u8>) -> Result<(), Doubt> {
        self.take(number)?;
        page.resize(self.size, 0);
        let from = u64::from(number - 1) * self.size as u64;
        Ok(read_at(&self.file, page, from)?)
    }

    /// Takes the pages that are free.
    pub(super) fn take_free(&self) -> Result<(), Doubt> {
        let (mut next, mut left) = self.free;
        let mut page = Vec::new();
        while next != 0 {
            self.read(next, &mut page)?;
            let leaves = word(&page, 4)?;
            must(leaves as usize <= self.size / 4 - 2)?;
            left = left.checked_sub(leaves + 1).ok_or(Doubt)?;
            for leaf in 0..leaves as usize {
                self.take(word(&page, 8 + 4 * leaf)?)?;
            }
            next = word(&page, 0)?;
        }
        must(left == 0)
    }

    /// Every page is taken.
    pub(super) fn are_all_taken(&self) -> Result<(), Doubt> {
        let taken = self.taken.iter();
        let taken: u64 = taken
            .map(|word| u64::from(word.load(Ordering::Relaxed).count_ones()))
            .sum();
        must(taken == u64::from(self.count))
    }
}

/// The number in four bytes of a page.
pub(super) fn word(page: &[u8], at: usize) -> Result<u32, Doubt> {
    let bytes = page.get(at..).and_then(|rest| rest.first_chunk());
    Ok(u32::from_be_bytes(*bytes.ok_or(Doubt)?))
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], from: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, from)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], from: u64) -> io::Result<()> {
    // a page is read at once, or it is not there
    let read = std::os::windows::fs::FileExt::seek_read(file, bytes, from)?;
    if read == bytes.len() {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Elsewhere `SQLite` does it all.
#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
mod open {
    use std::fs::{File, metadata};
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use std::sync::{Arc, Mutex, PoisonError};

    /// Files that are kept open at most.
    const KEPT: usize = 64;

    /// Files that stay open: closing one would take from every connection of this process the
    /// locks that it holds on the same file.
    static OPEN: Mutex<Vec<Arc<File>>> = Mutex::new(Vec::new());

    pub(super) fn beside(path: &Path) -> io::Result<Arc<File>> {
        let wanted = metadata(path)?;
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        for file in open.iter() {
            let kept = file.metadata()?;
            if (kept.dev(), kept.ino()) == (wanted.dev(), wanted.ino()) {
                return Ok(Arc::clone(file));
            }
        }
        if open.len() == KEPT {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let file = Arc::new(File::open(path)?);
        open.push(Arc::clone(&file));
        Ok(file)
    }
}

#[cfg(not(unix))]
mod open {
    use std::fs::File;
    use std::io;
    use std::path::Path;
    use std::sync::Arc;

    pub(super) fn beside(path: &Path) -> io::Result<Arc<File>> {
        Ok(Arc::new(File::open(path)?))
    }
}
