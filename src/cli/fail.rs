//! Failures with words in both languages and the right exit code.

use std::fmt;
use std::io::Write;

use super::Exit;
use crate::ledger::{OpenError, StorageError, Tampered, storage_words};
use crate::words;
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
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind);
        let json = cause
            .downcast_ref::<serde_json::Error>()
            .and_then(serde_json::Error::io_error_kind);
        let table = cause
            .downcast_ref::<csv::Error>()
            .and_then(|error| match error.kind() {
                csv::ErrorKind::Io(io) => Some(io.kind()),
                _ => None,
            });
        io.or(json).or(table) == Some(std::io::ErrorKind::BrokenPipe)
    };
    // who closes the pipe has read enough
    if error.chain().any(closed) {
        return Exit::Done;
    }
    if let Some(tampered) = error.downcast_ref::<Tampered>() {
        let words = words!(
            "账本 {} 的第{}号事件与其摘要不符，没有登记任何内容。请停止使用此文件，运行 minsheng verify，用备份恢复。",
            "Event {1} of ledger {0} does not match its hash; nothing was recorded. Stop using this file, run minsheng verify, restore a backup.",
            tampered.origin,
            tampered.seq
        );
        let _ = writeln!(
            err,
            "{}{}",
            lang.pick("错误：", "error: "),
            words.in_lang(lang)
        );
        return Exit::Integrity;
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
