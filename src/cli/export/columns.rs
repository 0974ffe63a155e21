//! Flat rows into one Parquet file: a row group for every so many rows.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::TypePtr;

use crate::report::flat::{Cell, Dataset, Row, Sort};

/// Rows of a group: what a reader takes up at once, and what is kept in memory here.
const GROUP: usize = 50_000;

/// Writes rows of a dataset into one file.
pub(super) struct Sink {
    dataset: &'static Dataset,
    file: SerializedFileWriter<File>,
    rows: Vec<Row>,
    written: usize,
}

impl Sink {
    /// Begins a new file, readable by its owner only.
    pub(super) fn new(dataset: &'static Dataset, path: &Path) -> anyhow::Result<Self> {
        let file = crate::ledger::create_private(path)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let schema = schema(dataset)?;
        Ok(Self {
            dataset,
            file: SerializedFileWriter::new(file, schema, Arc::new(properties.build()))?,
            rows: Vec::new(),
            written: 0,
        })
    }

    pub(super) fn push(&mut self, row: Row) -> anyhow::Result<()> {
        self.rows.push(row);
        if self.rows.len() == GROUP {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for (index, column) in self.dataset.columns.iter().enumerate() {
            let cells: Vec<&Cell> = self.rows.iter().map(|row| &row[index]).collect();
            write(&mut group, &cells, column.full)?;
        }
        group.close()?;
        self.written += self.rows.len();
        self.rows.clear();
        Ok(())
    }

    /// Ends the file, durable; gives the number of its rows.
    pub(super) fn close(mut self) -> anyhow::Result<usize> {
        self.flush()?;
        let file = self.file.into_inner()?;
        file.sync_all()?;
        Ok(self.written)
    }
}

fn schema(dataset: &Dataset) -> anyhow::Result<TypePtr> {
    use std::fmt::Write as _;
    let mut text = format!("message {} {{\n", dataset.name);
    for column in dataset.columns {
        let need = if column.full { "REQUIRED" } else { "OPTIONAL" };
        let (physical, logical) = match column.sort {
            Sort::Text => ("BYTE_ARRAY", " (STRING)"),
            Sort::Whole => ("INT64", ""),
            Sort::Day => ("INT32", " (DATE)"),
            Sort::Instant => ("INT64", " (TIMESTAMP(MICROS,true))"),
            Sort::Digest => ("FIXED_LEN_BYTE_ARRAY (32)", ""),
            Sort::Flag => ("BOOLEAN", ""),
        };
        writeln!(text, "  {need} {physical} {}{logical};", column.name)?;
    }
    text.push('}');
    Ok(Arc::new(parse_message_type(&text)?))
}

/// Writes one column of a group.
fn write(
    group: &mut SerializedRowGroupWriter<'_, File>,
    cells: &[&Cell],
    full: bool,
) -> anyhow::Result<()> {
    let Some(mut column) = group.next_column()? else {
        anyhow::bail!("a column too many");
    };
    let levels: Vec<i16> = cells
        .iter()
        .map(|cell| i16::from(**cell != Cell::None))
        .collect();
    let levels = (!full).then_some(levels.as_slice());
    let there = cells.iter().copied();
    match column.untyped() {
        ColumnWriter::ByteArrayColumnWriter(to) => {
            let values: Vec<ByteArray> = there
                .filter_map(|cell| match cell {
                    Cell::Text(text) => Some(text.as_str().into()),
                    _ => None,
                })
                .collect();
            to.write_batch(&values, levels, None)?;
        }
        ColumnWriter::Int64ColumnWriter(to) => {
            let values: Vec<i64> = there
                .filter_map(|cell| match cell {
                    Cell::Whole(number) | Cell::Instant(number) => Some(*number),
                    _ => None,
                })
                .collect();
            to.write_batch(&values, levels, None)?;
        }
        ColumnWriter::Int32ColumnWriter(to) => {
            let values: Vec<i32> = there
                .filter_map(|cell| match cell {
                    Cell::Day(day) => Some(*day),
                    _ => None,
                })
                .collect();
            to.write_batch(&values, levels, None)?;
        }
        ColumnWriter::BoolColumnWriter(to) => {
            let values: Vec<bool> = there
                .filter_map(|cell| match cell {
                    Cell::Flag(flag) => Some(*flag),
                    _ => None,
                })
                .collect();
            to.write_batch(&values, levels, None)?;
        }
        ColumnWriter::FixedLenByteArrayColumnWriter(to) => {
            let values: Vec<FixedLenByteArray> = there
                .filter_map(|cell| match cell {
                    Cell::Digest(bytes) => Some(ByteArray::from(bytes.to_vec()).into()),
                    _ => None,
                })
                .collect();
            to.write_batch(&values, levels, None)?;
        }
        _ => anyhow::bail!("a column of no such sort"),
    }
    column.close()?;
    Ok(())
}
