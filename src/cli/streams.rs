//! What the program says: the answer is held back until the ledger is closed, the talk never
//! fails and carries no control characters.

use std::io::{self, ErrorKind, Write};

use encoding_rs::Encoding;

use super::console;
use crate::report::table::clean;

/// The answer, kept until the work is done.
///
/// A reader who stands still (`minsheng log | less`) holds no lock on the ledger, and an answer
/// that cannot be written is known as such when it is known what was recorded.
pub(super) struct Answer<'a> {
    held: Vec<u8>,
    /// The encoding in which people read it; of data none.
    pub(super) encoding: Option<&'static Encoding>,
    out: &'a mut dyn Write,
}

impl<'a> Answer<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            held: Vec::new(),
            encoding: None,
            out,
        }
    }

    /// Cleans what is held, for data that goes to a terminal as it is.
    pub(super) fn clean(&mut self) {
        let text = String::from_utf8_lossy(&self.held);
        self.held = clean(&text).into_bytes();
    }
}

impl Write for Answer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Passes on what is held; a closed pipe is the reader's choice and no failure.
    fn flush(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        let held = console::encoded(&held, self.encoding);
        match self.out.write_all(&held).and_then(|()| self.out.flush()) {
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
