//! Official papers as CSV, in the encoding that is asked for.

use clap::ArgMatches;

use crate::cli::Fail;
use crate::words;

/// A CSV on its way.
pub(super) struct Text {
    lines: csv::Writer<Vec<u8>>,
    gb18030: bool,
}

impl Text {
    pub(super) fn new(matches: &ArgMatches) -> Self {
        let encoding = matches.get_one::<String>("encoding").map(String::as_str);
        let begin: &[u8] = match encoding {
            Some("utf-8" | "gb18030") => b"",
            // what spreadsheets know UTF-8 by
            _ => b"\xef\xbb\xbf",
        };
        Self {
            lines: csv::WriterBuilder::new()
                .flexible(true)
                .terminator(csv::Terminator::CRLF)
                .buffer_capacity(1 << 16)
                .from_writer(begin.to_vec()),
            gb18030: encoding == Some("gb18030"),
        }
    }

    pub(super) fn line(&mut self, texts: &[impl AsRef<[u8]>]) -> anyhow::Result<()> {
        Ok(self.lines.write_record(texts)?)
    }

    /// The bytes of the file.
    pub(super) fn end(self) -> anyhow::Result<Vec<u8>> {
        let lines = self.lines.into_inner();
        let bytes = lines.map_err(|error| anyhow::anyhow!("{error}"))?;
        if !self.gb18030 {
            return Ok(bytes);
        }
        let text = String::from_utf8(bytes)?;
        let (bytes, _, lost) = encoding_rs::GB18030.encode(&text);
        if lost {
            return Err(Fail(words!(
                "有字符不能用GB18030表示，请改用UTF-8。",
                "Some characters have no GB18030 form; use UTF-8."
            ))
            .into());
        }
        Ok(bytes.into_owned())
    }
}
