//! Official papers as CSV, in the encoding that is asked for.

use std::io::Write;

use clap::ArgMatches;

use crate::cli::Fail;
use crate::words;

/// A CSV on its way.
pub(super) struct Text<'o> {
    lines: csv::Writer<Sink<'o>>,
}

/// Where it goes.
enum Sink<'o> {
    /// As it is.
    Plain(&'o mut dyn Write),
    /// In another encoding, once all of it is there: a character may have no form in it.
    Encoded(Vec<u8>, &'o mut dyn Write),
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Encoded(held, _) => held.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Encoded(..) => Ok(()),
        }
    }
}

impl<'o> Text<'o> {
    pub(super) fn new(matches: &ArgMatches, out: &'o mut dyn Write) -> anyhow::Result<Self> {
        let encoding = matches.get_one::<String>("encoding").map(String::as_str);
        let sink = match encoding {
            Some("gb18030") => Sink::Encoded(Vec::new(), out),
            Some("utf-8") => Sink::Plain(out),
            _ => {
                // what spreadsheets know UTF-8 by
                out.write_all(b"\xef\xbb\xbf")?;
                Sink::Plain(out)
            }
        };
        Ok(Self {
            lines: csv::WriterBuilder::new()
                .flexible(true)
                .terminator(csv::Terminator::CRLF)
                .buffer_capacity(1 << 16)
                .from_writer(sink),
        })
    }

    pub(super) fn line(&mut self, texts: &[impl AsRef<[u8]>]) -> anyhow::Result<()> {
        let written = self.lines.write_record(texts);
        Ok(written.map_err(std::io::Error::from)?)
    }

    /// Writes what is left.
    pub(super) fn end(mut self) -> anyhow::Result<()> {
        self.lines.flush()?;
        let sink = self.lines.into_inner();
        let sink = sink.map_err(|error| anyhow::anyhow!("{error}"))?;
        let (text, out) = match sink {
            Sink::Plain(_) => return Ok(()),
            Sink::Encoded(held, out) => (String::from_utf8(held)?, out),
        };
        let (bytes, _, lost) = encoding_rs::GB18030.encode(&text);
        if lost {
            return Err(Fail(words!(
                "有字符不能用GB18030表示，请改用UTF-8。",
                "Some characters have no GB18030 form; use UTF-8."
            ))
            .into());
        }
        Ok(out.write_all(&bytes)?)
    }
}
