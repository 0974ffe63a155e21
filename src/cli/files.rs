//! Spreadsheet rows as loosely typed values, each with its place.

use std::borrow::Cow;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::Fail;
use super::context::{Context, shown};
use crate::report::table::{clean, uninert};
use crate::sheet::table::{Column, ColumnSpec, Table, column_letter};
use crate::sheet::{self, Cell, CellKind, ReadOptions, Workbook};
use crate::step::input::Problem;
use crate::step::mask::{mask, quoted, quoting};
use crate::step::{Field, Kind, Step, StepDef};
use crate::words;
use crate::words::Words;

/// One problem at one cell.
#[derive(Clone, Debug)]
pub(super) struct CellProblem {
    pub(super) file: String,
    pub(super) sheet: String,
    pub(super) row: u32,
    /// Letter of the column; empty if the column is not there.
    pub(super) column: String,
    pub(super) heading: String,
    pub(super) value: String,
    pub(super) words: Words,
}

impl CellProblem {
    /// `文件!工作表!C17 项目类型“维修”`
    pub(super) fn place(&self) -> String {
        let sheet = if self.sheet.is_empty() {
            String::new()
        } else {
            format!("!{}", self.sheet)
        };
        let value = if self.value.is_empty() {
            String::new()
        } else {
            format!("“{}”", clean(&self.value).replace('\n', " "))
        };
        format!(
            "{}{sheet}!{}{} {}{value}",
            self.file, self.column, self.row, self.heading
        )
    }
}

/// Reads a workbook or text file in the limited worker.
pub(super) fn read(
    path: &Path,
    encoding: Option<&String>,
    context: &Context<'_>,
) -> anyhow::Result<Workbook> {
    let options = ReadOptions {
        encoding: encoding.cloned(),
        worker: worker(context.surroundings.exe.clone()),
        ..ReadOptions::default()
    };
    sheet::read(path, &options).map_err(|error| {
        let file = shown(path);
        Fail(Words::new(
            format!("{file}：{}", error.zh()),
            format!("{file}: {}", error.en()),
        ))
        .into()
    })
}

/// The program itself as worker; not another program that uses the library.
fn worker(exe: Option<PathBuf>) -> Option<PathBuf> {
    exe.filter(|exe| exe.file_stem().is_some_and(|stem| stem == "minsheng"))
}

/// The columns under which a step's fields are found.
pub(super) fn specs(def: &'static StepDef) -> Vec<ColumnSpec<'static>> {
    let mut specs: Vec<ColumnSpec<'static>> = def
        .fields
        .iter()
        .map(|field| ColumnSpec {
            key: field.name,
            heading: field.heading,
            aliases: field.aliases,
        })
        .collect();
    specs.push(ColumnSpec {
        key: "reason",
        heading: "情况说明",
        aliases: &["规则说明"],
    });
    specs
}

/// The values of one row by field, amounts of 万元 columns as such.
pub(super) fn raw(def: &StepDef, table: &Table, index: usize) -> Map<String, Json> {
    let columns = table.columns.iter().zip(table.rows[index].cells.all());
    let filled = columns.filter(|(column, cell)| !cell.text.is_empty() && column.key != "reason");
    let value = |(column, cell): (&Column, Cell<'_>)| {
        let text = said(def.field(&column.key), column.wan, cell.text);
        (column.key.clone(), Json::String(text.into_owned()))
    };
    filled.map(value).collect()
}

/// What a cell says in a field.
fn said<'c>(field: Option<&Field>, wan: bool, text: &'c str) -> Cow<'c, str> {
    let text = uninert(text);
    let money = field.is_some_and(|field| field.kind == Kind::Money);
    if money && wan && !text.contains('万') && !text.contains('元') {
        format!("{text}万").into()
    } else {
        text.into()
    }
}

/// The values of a row, each with the place of its field in the form.
#[derive(Debug)]
pub(super) struct Given<'t> {
    pub(super) values: Vec<(usize, Cow<'t, str>)>,
}

impl<'t> Given<'t> {
    /// The values of one row of a table whose columns are fields of the step, or reasons.
    pub(super) fn of_row(
        def: &'static StepDef,
        fields: &[Option<usize>],
        table: &'t Table,
        index: usize,
    ) -> Self {
        let cells = table.rows[index].cells.all();
        let mut values = Vec::with_capacity(table.columns.len() + 5);
        for ((column, cell), field) in table.columns.iter().zip(cells).zip(fields) {
            if let Some(place) = field.filter(|_| !cell.text.is_empty()) {
                let text = said(Some(&def.fields[place]), column.wan, cell.text);
                values.push((place, text));
            }
        }
        Self { values }
    }

    /// Says a value of a field, whatever was said of it.
    pub(super) fn set(&mut self, field: usize, value: Cow<'t, str>) {
        match self.values.iter_mut().find(|(at, _)| *at == field) {
            Some((_, old)) => *old = value,
            None => self.values.push((field, value)),
        }
    }

    /// Says a value of a field where none was given.
    pub(super) fn or(&mut self, field: usize, value: impl FnOnce() -> Cow<'t, str>) {
        if !self.has(field) {
            self.values.push((field, value()));
        }
    }

    /// True if there is a value for the field.
    pub(super) fn has(&self, field: usize) -> bool {
        self.values.iter().any(|(at, _)| *at == field)
    }
}

/// The fields of a step that the columns of a table are.
pub(super) fn fields(def: &StepDef, table: &Table) -> Vec<Option<usize>> {
    let columns = table.columns.iter();
    columns.map(|column| def.index(&column.key)).collect()
}

/// What was read of a row, unless a cell of it holds something else than what was written there:
/// a formula without its value, or a long number whose end the office program has lost.
pub(super) fn checked(
    table: &Table,
    index: usize,
    read: Result<Step, Vec<Problem>>,
) -> Result<Step, Vec<Problem>> {
    let wrong = |cell: Cell<'_>| cell.kind == CellKind::Error || has_lost_digits(cell);
    let mut problems = read.as_ref().err().cloned().unwrap_or_default();
    for (column, cell) in table.columns.iter().zip(table.rows[index].cells.all()) {
        if wrong(cell) && !problems.iter().any(|told| told.field == column.key) {
            problems.push(Problem {
                field: column.key.clone(),
                value: cell.text.to_owned(),
                words: words!(
                    "这个数字超过15位，末尾已被表格软件改掉；请把该列设为文本格式，重新填写完整号码。",
                    "This number has more than 15 digits, and the office program has lost its end; format the column as text and write the number again."
                ),
            });
        }
    }
    if problems.is_empty() {
        read
    } else {
        Err(problems)
    }
}

/// A number of more than fifteen digits, or one that was written to text as `3.50582E+17`.
fn has_lost_digits(cell: Cell<'_>) -> bool {
    let text = cell.text;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if cell.kind == CellKind::Number {
        return text.len() > 15 && digits(text);
    }
    // no other begins with a digit, as most texts do not
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    text.split_once(['E', 'e']).is_some_and(|(head, power)| {
        let power = power.strip_prefix('+').unwrap_or_default();
        let (whole, rest) = head.split_once('.').unwrap_or((head, "0"));
        whole.len() == 1 && digits(whole) && digits(rest) && digits(power)
    })
}

/// `文件!工作表!17`
pub(super) fn row_place(file: &str, table: &Table, index: usize) -> String {
    let row = table.rows[index].row;
    if table.sheet.is_empty() {
        format!("{file}!{row}")
    } else {
        format!("{file}!{}!{row}", table.sheet)
    }
}

/// Places a problem of a row at its cell.
pub(super) fn at_cell(
    file: &str,
    def: &StepDef,
    table: &Table,
    index: usize,
    problem: &Problem,
) -> CellProblem {
    let record = &table.rows[index];
    let column = table.columns.iter().find(|c| c.key == problem.field);
    let field = def.field(&problem.field);
    let personal = field.is_some_and(|f| f.kind == Kind::Personal);
    let cell = column.and_then(|c| record.cells.get(&c.key));
    let error = cell.is_some_and(|cell| cell.kind == CellKind::Error);
    let value = cell.map_or(problem.value.clone(), |cell| cell.text.to_owned());
    let persons = table.columns.iter().filter_map(|column| {
        let personal = def.field(&column.key)?.kind == Kind::Personal;
        let cell = record.cells.get(&column.key).filter(|_| personal)?;
        Some(cell.text.to_owned()).filter(|text| !text.is_empty())
    });
    let persons: Vec<String> = persons.collect();
    let kind = field.map(|f| f.kind);
    CellProblem {
        file: file.to_owned(),
        sheet: table.sheet.clone(),
        row: record.row,
        column: column.map_or(String::new(), |c| column_letter(c.index)),
        heading: column
            .map(|c| c.heading.clone())
            .or_else(|| field.map(|f| f.heading.to_owned()))
            .unwrap_or_else(|| problem.field.clone()),
        value: if personal && !value.is_empty() {
            mask(&value)
        } else {
            quoted(&value, kind, &persons)
        },
        words: if error {
            Words::new(
                "单元格是公式错误，请改为实际内容。",
                "The cell is a formula error; write the content itself.",
            )
        } else {
            quoting(&problem.words, kind, &persons)
        },
    }
}

/// Why a row is no record, in English.
pub(super) fn why_skipped(zh: &str) -> &str {
    match zh {
        "合计行" => "a line of totals",
        "说明文字" => "a remark",
        "与上一行合并，不另成一条" => "merged with the row above",
        "填表或签章信息" => "who filled it in or sealed it",
        "重复的表头" => "the header again",
        "分组标题或说明，不是数据" => "a heading or a remark, no data",
        "已识别的列里没有内容" => "nothing in the known columns",
        "只有序号" => "a running number and nothing else",
        other => other,
    }
}

/// What is written never takes the place of a ledger, nor of any other database.
pub(super) fn refuse_database(file: &str) -> anyhow::Result<()> {
    use std::io::Read;
    let mut start = [0_u8; 16];
    let database = std::fs::File::open(file)
        .and_then(|mut f| f.read_exact(&mut start))
        .is_ok_and(|()| start == *b"SQLite format 3\0");
    if database || file.ends_with("-journal") {
        return Err(Fail(words!(
            "{0} 是数据库文件（账本），不能被覆盖；请换一个文件名。",
            "{0} is a database (a ledger) and is never overwritten; choose another name.",
            file
        ))
        .into());
    }
    Ok(())
}

/// A name that Windows keeps for a device, or cannot write: the file could not be copied there.
pub(super) fn is_reserved(path: &Path) -> bool {
    // what this system itself keeps as a device is written to as ever
    let device = std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // `C:\dir\file` is a path on the other system and not a name
    let name = name.rsplit(['\\', '/']).next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let numbered = |port: &str| {
        let number = stem.strip_prefix(port).and_then(|n| n.parse::<u8>().ok());
        stem.len() == 4 && number.is_some_and(|n| n > 0)
    };
    !device
        && (matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
            || numbered("COM")
            || numbered("LPT")
            || name.ends_with(['.', ' '])
            || name.contains(['<', '>', ':', '"', '|', '?', '*'])
            || name.chars().any(char::is_control))
}

/// Writes a file for its owner, whole or not at all; one that is there is replaced only if
/// `force`, and through a link never.
///
/// It is written aside and then given its name: who is killed here, or whose disk is full,
/// leaves the old file or none.
pub(super) fn write_file(file: &str, bytes: &[u8], force: bool) -> anyhow::Result<()> {
    write_file_by(file, force, |out| Ok(out.write_all(bytes)?))
}

/// As [`write_file`], what `put` writes.
pub(super) fn write_file_by(
    file: &str,
    force: bool,
    put: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let path = Path::new(file);
    if is_reserved(path) {
        return Err(Fail(words!(
            "{0} 这个文件名在 Windows 上是设备或写不了（CON、NUL、COM1…，或以点、空格结尾，或含 <>:\"|?*）；请换一个文件名。",
            "{0}: on Windows this name is a device or cannot be written (CON, NUL, COM1…, a dot or a blank at the end, or one of <>:\"|?*); choose another name.",
            file
        ))
        .into());
    }
    let unwritten = |error: std::io::Error| {
        Fail(words!(
            "写不了 {}：{}。",
            "Cannot write {}: {}.",
            file,
            error
        ))
    };
    // what cannot be made is told as it is, and what cannot be written as that
    let told = |error: anyhow::Error| match error.downcast::<std::io::Error>() {
        Ok(error) => unwritten(error).into(),
        Err(error) => error,
    };
    match std::fs::symlink_metadata(path).map(|there| there.file_type()) {
        Ok(kind) if kind.is_symlink() || kind.is_dir() => {
            return Err(Fail(words!(
                "{0} 是链接或文件夹，没有写入；请换一个文件名。",
                "{0} is a link or a folder and was not written; choose another name.",
                file
            ))
            .into());
        }
        Ok(_) if !force => {
            return Err(Fail(words!(
                "{0} 已经存在；换一个文件名，或加 --force 覆盖。",
                "{0} exists already; choose another name, or add --force.",
                file
            ))
            .into());
        }
        // a device or a pipe is written to, not replaced
        Ok(kind) if !kind.is_file() => {
            let mut out = std::fs::OpenOptions::new()
                .write(true)
                .open(path)
                .map_err(unwritten)?;
            return put(&mut out).map_err(told);
        }
        _ => {}
    }
    let mut random = [0_u8; 6];
    getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let random = crate::ledger::chain::hex(&random);
    let temporary = path.with_file_name(format!(".{name}.{random}.tmp"));
    let write = || -> anyhow::Result<()> {
        let mut out = crate::ledger::create_private(&temporary)?;
        put(&mut out)?;
        out.sync_all()?;
        Ok(std::fs::rename(&temporary, path)?)
    };
    let written = write().inspect_err(|_| drop(std::fs::remove_file(&temporary)));
    written.map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_windows_keeps_for_itself() {
        for name in [
            "CON",
            "con.csv",
            "nul.html",
            "dir/COM1.xlsx",
            "Lpt9",
            "a.",
            "a ",
            "a?.csv",
            "AUX.tar.gz",
            r"C:\办公\prn.txt",
            "a\u{7}.csv",
        ] {
            assert!(is_reserved(Path::new(name)), "{name}");
        }
        for name in [
            "CON2022-001.csv",
            "console.csv",
            "COM0",
            "COM10.csv",
            "LPTA",
            "公示-HZ2022-001.html",
            r"C:\办公\公示.html",
            r"\\server\share\T1.csv",
            "./a.csv",
            ".hidden",
            "/dev/null",
        ] {
            assert!(!is_reserved(Path::new(name)), "{name}");
        }
    }
}
