//! What the program says: the answer is held back until the ledger is closed, the talk never
//! fails and carries no control characters.

use std::io::{self, ErrorKind, Read as _, Seek as _, Write};

use encoding_rs::Encoding;
use tempfile::SpooledTempFile;

use super::console;
use crate::report::table::clean;

/// The answer, kept until the work is done.
///
/// A reader who stands still (`minsheng log | less`) holds no lock on the ledger, and an answer
/// that cannot be written is known as such when it is known what was recorded. What is too much
/// for the memory waits in a file without a name.
pub(super) struct Answer<'a> {
    held: SpooledTempFile,
    /// The encoding in which people read it; of data none.
    pub(super) encoding: Option<&'static Encoding>,
    out: &'a mut dyn Write,
}

/// So many bytes are held in memory.
const SHORT: usize = 4 << 20;

impl<'a> Answer<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            held: SpooledTempFile::new(SHORT),
            encoding: None,
            out,
        }
    }

    /// Cleans what is held, for data that goes to a terminal as it is.
    ///
    /// # Errors
    /// If what is held cannot be read or written.
    pub(super) fn clean(&mut self) -> io::Result<()> {
        let held = self.taken()?;
        let text = clean(&String::from_utf8_lossy(&held));
        self.held.write_all(text.as_bytes())
    }

    /// Takes out what is held.
    fn taken(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut held = std::mem::replace(&mut self.held, SpooledTempFile::new(SHORT));
        held.rewind()?;
        held.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn pass_on(&mut self) -> io::Result<()> {
        if self.encoding.is_some() {
            let held = self.taken()?;
            let held = console::encoded(&held, self.encoding);
            self.out.write_all(&held)?;
        } else {
            let mut held = std::mem::replace(&mut self.held, SpooledTempFile::new(SHORT));
            held.rewind()?;
            io::copy(&mut held, &mut self.out)?;
        }
        self.out.flush()
    }
}

impl Write for Answer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.write(bytes)
    }

    /// Passes on what is held; a closed pipe is the reader's choice and no failure.
    fn flush(&mut self) -> io::Result<()> {
        match self.pass_on() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// Standard error: what cannot be said there is no reason to fail.
pub(super) struct Talk<'a> {
    pub(super) err: &'a mut dyn Write,
    pub(super) encoding: Option<&'static Encoding>,
}

impl Write for Talk<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // formatted text comes in whole pieces
        let text = String::from_utf8_lossy(bytes);
        let text = console::encoded(clean(&text).as_bytes(), self.encoding);
        let _ = self.err.write_all(&text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.err.flush();
        Ok(())
    }
}
