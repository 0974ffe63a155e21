//! Failures with words in both languages and the right exit code.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use super::Exit;
use super::context::shown;
use crate::ledger::results::{Unkept, Unread};
use crate::ledger::{OpenError, StorageError, Tampered, storage_words};
use crate::step::mask::{Sure, hide_numbers};
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
pub(super) fn tell(
    error: &anyhow::Error,
    lang: Lang,
    ledger: Option<&Path>,
    err: &mut dyn Write,
) -> Exit {
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
    } else if error.downcast_ref::<Unread>().is_some() {
        unread().in_lang(lang).to_owned()
    } else if let Some(unkept) = error.downcast_ref::<Unkept>() {
        unkept_words(unkept).in_lang(lang).to_owned()
    } else if let Some(sqlite) = error.downcast_ref::<StorageError>() {
        let path = ledger.map_or(String::new(), shown);
        storage_words(sqlite, &path).in_lang(lang).to_owned()
    } else {
        format!("{error:#}")
    };
    let text = hide_numbers(&shortened(&text), Sure::Certain);
    let _ = writeln!(err, "{}{text}", lang.pick("错误：", "error: "));
    Exit::Failed
}

/// The message about findings that were kept and cannot be read.
fn unread() -> Words {
    words!(
        "上次审计留下的结果读不出，账本没有问题：加 --from-events 重新判断。",
        "What an earlier audit found cannot be read; the ledger is not at fault. Judge anew with --from-events."
    )
}

/// The message about findings that find no room.
fn unkept_words(error: &Unkept) -> Words {
    words!(
        "审计结果没有地方放（{0}）：腾出磁盘空间，或者把 MINSHENG_RESULTS 设为空，不留结果。账本没有改动。",
        "There is no room for what was found ({0}): free some space, or set MINSHENG_RESULTS to nothing, which keeps none. The ledger was not changed.",
        error.why()
    )
}

/// The text with its longest lines cut: a message quotes what it is about, never all of it.
fn shortened(text: &str) -> String {
    const MOST: usize = 2000;
    let cut = |line: &str| match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    text.lines().map(cut).collect::<Vec<_>>().join("\n")
}

/// The message when the answer could not be written, with what is in the ledger.
pub(super) fn unwritten(error: &io::Error, recorded: bool) -> Words {
    let (zh, en) = if recorded {
        (
            "记录已经写入账本，不要重复登记（用 minsheng log 查看）",
            "the records are in the ledger, do not record them again (see minsheng log)",
        )
    } else {
        ("账本没有改动", "the ledger was not changed")
    };
    words!(
        "错误：写不出答复（{0}）；{1}。",
        "error: the answer cannot be written ({0}); {2}.",
        error,
        zh,
        en
    )
}

/// The message after Ctrl-C or another signal that asks to stop.
pub(super) fn stopped() -> Words {
    words!(
        "已中断：没有登记任何内容，账本没有改动。重新运行即可。",
        "Interrupted: nothing was recorded, the ledger was not changed. Run it again."
    )
}
