//! Failures with words in both languages and the right exit code.

use std::fmt;
use std::io::Write;

use super::Exit;
use crate::ledger::{OpenError, StorageError, storage_words};
use crate::words::{Lang, Words};

/// A failure that people are told of.
#[derive(Debug)]
pub struct Fail(pub Words);

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.zh)
    }
}

impl std::error::Error for Fail {}

/// Prints an error and gives its exit code.
pub(super) fn tell(error: &anyhow::Error, lang: Lang, err: &mut dyn Write) -> Exit {
    if let Some(io) = error.downcast_ref::<std::io::Error>()
        && io.kind() == std::io::ErrorKind::BrokenPipe
    {
        return Exit::Done;
    }
    let text = if let Some(fail) = error.downcast_ref::<Fail>() {
        fail.0.in_lang(lang).to_owned()
    } else if let Some(open) = error.downcast_ref::<OpenError>() {
        open.words().in_lang(lang).to_owned()
    } else if let Some(sqlite) = error.downcast_ref::<StorageError>() {
        storage_words(sqlite).in_lang(lang).to_owned()
    } else {
        format!("{error:#}")
    };
    let _ = writeln!(err, "{}{text}", lang.pick("错误：", "error: "));
    Exit::Failed
}
