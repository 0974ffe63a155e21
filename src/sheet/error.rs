//! Why a file could not be read, in both languages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadError {
    /// There is no such file.
    Missing { path: String },
    /// The file is there but cannot be opened or read.
    Unreadable { path: String, detail: String },
    /// The content is something else.
    NotSpreadsheet { found: Found },
    /// The workbook is locked with a password.
    Encrypted,
    /// A limit is passed; `at` is the place, such as `Sheet1!XFD1048576`.
    TooLarge {
        bound: Bound,
        limit: u64,
        at: Option<String>,
    },
    /// A byte that the encoding does not allow, counted from 0.
    BadEncoding {
        encoding: String,
        offset: u64,
        row: u32,
    },
    /// No encoding goes by this name.
    UnknownEncoding { label: String },
    /// A quotation mark is opened in this row and never closed.
    OpenQuote { row: u32 },
    /// A part declares a document type, which spreadsheets never do.
    Doctype { part: String },
    /// The file breaks the rules of its own format.
    Corrupt { part: String, detail: String },
    /// The worker could not be started, or ended without an answer.
    WorkerDied { how: String },
    /// The worker was ended after so many seconds.
    TimedOut { seconds: u64 },
}

/// What a file is when it is not a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// No bytes, or blanks only.
    Nothing,
    Pdf,
    Image,
    /// A text document or slides.
    Document,
    /// A web page or bare XML, often named `.xls` by web systems.
    Markup,
    /// An archive that holds no workbook.
    Archive,
    /// A binary workbook (`.xlsb`).
    Xlsb,
    /// None of these.
    Binary,
}

/// A limit by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    Bytes,
    Inflated,
    Ratio,
    Parts,
    Strings,
    Cells,
    Rows,
    Columns,
    CellChars,
    Depth,
    Output,
}

impl Found {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Nothing => ("空文件", "empty"),
            Self::Pdf => ("PDF", "a PDF"),
            Self::Image => ("图片", "an image"),
            Self::Document => ("文档或演示文稿", "a document or slides"),
            Self::Markup => ("网页或 XML", "a web page or XML"),
            Self::Archive => ("压缩包", "an archive"),
            Self::Xlsb => ("二进制工作簿 xlsb", "a binary workbook (xlsb)"),
            Self::Binary => ("二进制数据", "binary data"),
        }
    }
}

impl Bound {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Bytes => ("文件字节数", "bytes of the file"),
            Self::Inflated => ("解压后的字节数", "bytes after inflating"),
            Self::Ratio => ("压缩倍数", "compression ratio"),
            Self::Parts => ("内部文件数", "parts"),
            Self::Strings => ("声明的字符串数", "declared strings"),
            Self::Cells => ("单元格数", "cells"),
            Self::Rows => ("行号", "row number"),
            Self::Columns => ("列号", "column number"),
            Self::CellChars => ("单元格字数", "characters of a cell"),
            Self::Depth => ("XML 层数", "depth of the XML"),
            Self::Output => ("读取结果的字节数", "bytes of the result"),
        }
    }
}

impl ReadError {
    /// One sentence in Chinese, with the remedy.
    #[must_use]
    pub fn zh(&self) -> String {
        const RESAVE: &str = "请用 WPS 或 Excel 打开后另存为 .xlsx";
        match self {
            Self::Missing { path } => format!("找不到文件 {path}；请核对路径"),
            Self::Unreadable { path, detail } => {
                format!("无法读取 {path}（{detail}）；请关闭正在使用它的程序并检查权限")
            }
            Self::NotSpreadsheet { found } => {
                format!("不是表格文件，内容是{}；{RESAVE}", found.names().0)
            }
            Self::Encrypted => "工作簿有打开密码；请取消密码后另存".into(),
            Self::TooLarge { bound, limit, at } => {
                let at = at.as_ref().map(|at| format!("（{at}）"));
                let at = at.unwrap_or_default();
                format!(
                    "{}超过上限 {limit}{at}；请只保留需要的内容后另存",
                    bound.names().0
                )
            }
            Self::BadEncoding {
                encoding,
                offset,
                row,
            } => format!(
                "第 {row} 行、第 {offset} 字节（从 0 数）不是合法的 {encoding}；请另存为 UTF-8，或用 --encoding 指明编码"
            ),
            Self::UnknownEncoding { label } => {
                format!("不认识的编码 {label}；可用 utf-8、gb18030、gbk、big5、utf-16le")
            }
            Self::OpenQuote { row } => format!("第 {row} 行的引号没有闭合；请补上引号"),
            Self::Doctype { part } => format!("{part} 含有 DOCTYPE，已拒绝读取；{RESAVE}"),
            Self::Corrupt { part, detail } => format!("文件已损坏：{part}（{detail}）；{RESAVE}"),
            Self::WorkerDied { how } => {
                format!("读取程序意外结束（{how}），文件可能已损坏；{RESAVE}")
            }
            Self::TimedOut { seconds } => {
                format!("{seconds} 秒内没有读完，已停止，文件可能已损坏；{RESAVE}")
            }
        }
    }

    /// One sentence in English, with the remedy.
    #[must_use]
    pub fn en(&self) -> String {
        const RESAVE: &str = "open it in WPS or Excel and save it as .xlsx";
        match self {
            Self::Missing { path } => format!("no such file: {path}; check the path"),
            Self::Unreadable { path, detail } => {
                format!("cannot read {path} ({detail}); close it elsewhere and check permissions")
            }
            Self::NotSpreadsheet { found } => {
                format!("not a spreadsheet but {}; {RESAVE}", found.names().1)
            }
            Self::Encrypted => "the workbook has a password; remove it and save again".into(),
            Self::TooLarge { bound, limit, at } => {
                let at = at.as_ref().map(|at| format!(" ({at})"));
                let at = at.unwrap_or_default();
                format!(
                    "{} over the limit of {limit}{at}; keep only what is needed and save again",
                    bound.names().1
                )
            }
            Self::BadEncoding {
                encoding,
                offset,
                row,
            } => format!(
                "row {row}, byte {offset} (from 0) is not valid {encoding}; save as UTF-8 or name the encoding with --encoding"
            ),
            Self::UnknownEncoding { label } => {
                format!("unknown encoding {label}; use utf-8, gb18030, gbk, big5 or utf-16le")
            }
            Self::OpenQuote { row } => format!("the quote opened in row {row} is never closed"),
            Self::Doctype { part } => format!("{part} declares a DOCTYPE and is refused; {RESAVE}"),
            Self::Corrupt { part, detail } => format!("corrupt file: {part} ({detail}); {RESAVE}"),
            Self::WorkerDied { how } => {
                format!("the reader ended unexpectedly ({how}); the file may be corrupt; {RESAVE}")
            }
            Self::TimedOut { seconds } => {
                format!(
                    "stopped after {seconds} seconds of reading; the file may be corrupt; {RESAVE}"
                )
            }
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zh())
    }
}

impl std::error::Error for ReadError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_in_both_languages() {
        let error = ReadError::TooLarge {
            bound: Bound::Rows,
            limit: 9,
            at: Some("表!A10".into()),
        };
        assert_eq!(
            error.to_string(),
            "行号超过上限 9（表!A10）；请只保留需要的内容后另存"
        );
        assert!(
            error
                .en()
                .starts_with("row number over the limit of 9 (表!A10)")
        );
    }
}
