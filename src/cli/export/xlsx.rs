//! Official papers as a workbook: laid out like the form, ready to print.

use std::borrow::Cow;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

use crate::report::official::{Cell, Face, Paper};

/// Font of official papers.
const FONT: &str = "宋体";
/// Points of a line of text in a cell.
const LINE: f64 = 15.5;
/// Points of the lowest row of a form: it is filled in by hand, too.
const FORM_ROW: f64 = 27.0;

/// How hard the parts of a workbook are pressed together, of 9.
const EFFORT: u8 = 2;

/// A workbook with a sheet for each paper; the same papers give the same bytes.
pub(super) fn workbook(papers: &[Paper]) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    // much of a list says the same again and again: more effort makes it hardly smaller
    workbook.set_zip_compression_level(EFFORT);
    // the time of the export is no part of the paper
    let made = ExcelDateTime::from_ymd(2020, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for paper in papers {
        write(workbook.add_worksheet(), paper)?;
    }
    if papers.is_empty() {
        workbook.add_worksheet();
    }
    Ok(workbook.save_to_buffer()?)
}

fn write(sheet: &mut Worksheet, paper: &Paper) -> anyhow::Result<()> {
    sheet.set_name(&paper.name)?;
    for (column, width) in paper.widths.iter().enumerate() {
        sheet.set_column_width(u16::try_from(column)?, *width)?;
    }
    let formats = Formats::new(paper.form);
    let mut headings = None;
    let mut runs = Runs::default();
    for (number, cells) in paper.rows.iter().enumerate() {
        let row = u32::try_from(number)?;
        sheet.set_row_height(row, height(cells, paper))?;
        for cell in cells {
            place(sheet, row, cell, paper, (&formats, &mut runs))?;
        }
        let all_headings = cells.len() > 1 && cells.iter().all(|c| c.face == Face::Heading);
        if all_headings && !paper.form && headings.is_none() {
            headings = Some(row);
        }
    }
    runs.end(sheet, &formats)?;
    // A4, or A3 for a list that would be too small to read
    sheet.set_paper_size(if paper.large { 8 } else { 9 });
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.6, 0.6, 0.7, 0.7, 0.3, 0.3);
    sheet.set_print_center_horizontally(true);
    sheet.set_footer("&C第 &P 页，共 &N 页");
    if !paper.form {
        sheet.set_landscape();
    }
    if let Some(row) = headings {
        sheet.set_repeat_rows(0, row)?;
        sheet.set_freeze_panes(row + 1, 0)?;
    }
    let last_row = u32::try_from(paper.rows.len().saturating_sub(1))?;
    let last_column = u16::try_from(paper.widths.len().saturating_sub(1))?;
    sheet.set_print_area(0, 0, last_row, last_column)?;
    Ok(())
}

fn place(
    sheet: &mut Worksheet,
    row: u32,
    cell: &Cell,
    paper: &Paper,
    (formats, runs): (&Formats, &mut Runs),
) -> anyhow::Result<()> {
    let column = u16::try_from(cell.column)?;
    let last = u16::try_from(cell.column + cell.width.max(1) - 1)?;
    let below = row + u32::try_from(cell.height.max(1) - 1)?;
    let format = formats.of(cell.face);
    let widths = if paper.form { &[][..] } else { &paper.widths };
    let wide = last > column || below > row;
    if wide {
        sheet.merge_range(row, column, below, last, "", format)?;
    }
    // what is a number is a number, exactly as it is printed
    let numeric = matches!(cell.face, Face::Number | Face::Count);
    let number = cell
        .text
        .parse::<f64>()
        .ok()
        .filter(|_| numeric && cell.text.len() <= 15 && !cell.text.starts_with('+'));
    if let Some(number) = number {
        if !wide && runs.take(row, column, cell.face) {
            sheet.write_number(row, column, number)?;
        } else {
            sheet.write_number_with_format(row, column, number, format)?;
        }
    } else {
        // in a workbook a text is a text, whatever it begins with
        let text = cell.text.strip_prefix('\'').unwrap_or(&cell.text);
        let text = broken(text, cell, widths);
        // without a format nothing would stand where the text is empty
        if !wide && !text.is_empty() && runs.take(row, column, cell.face) {
            sheet.write_string(row, column, text)?;
        } else {
            sheet.write_string_with_format(row, column, text, format)?;
        }
    }
    Ok(())
}

/// A heading of a list that does not fit in one line breaks before its bracket.
fn broken<'t>(text: &'t str, cell: &Cell, widths: &[f64]) -> Cow<'t, str> {
    if cell.face != Face::Heading {
        return text.into();
    }
    let width = widths.get(cell.column).copied().unwrap_or(f64::MAX);
    let letters: u32 = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    if f64::from(letters) * 1.1 + 1.0 > width {
        return text.replacen('（', "\n（", 1).into();
    }
    text.into()
}

/// Cells one below the other that look the same: the library looks a format up by all that it
/// says, so it is given once for all of them.
#[derive(Default)]
struct Runs {
    /// Of each column the run that goes on: its look, its first row and its last.
    open: Vec<Option<(Face, u32, u32)>>,
    /// Columns with runs that have ended.
    ended: Vec<(u16, (Face, u32, u32))>,
}

impl Runs {
    /// Takes a cell; it needs no format of its own then, unless it is the first of its run: the
    /// library numbers formats as they come.
    fn take(&mut self, row: u32, column: u16, face: Face) -> bool {
        let place = usize::from(column);
        if self.open.len() <= place {
            self.open.resize(place + 1, None);
        }
        let run = &mut self.open[place];
        match run {
            Some((of, _, last)) if *of == face && *last + 1 == row => {
                *last = row;
                true
            }
            _ => {
                let ended = run.replace((face, row, row));
                self.ended.extend(ended.map(|run| (column, run)));
                false
            }
        }
    }

    fn end(self, sheet: &mut Worksheet, formats: &Formats) -> anyhow::Result<()> {
        let open = (0..).zip(self.open);
        let open = open.filter_map(|(column, run)| Some((column, run?)));
        let runs = self.ended.into_iter().chain(open);
        for (column, (face, first, last)) in runs.filter(|(_, run)| run.1 < run.2) {
            let format = formats.of(face);
            sheet.set_range_format(first, column, last, column, format)?;
        }
        Ok(())
    }
}

/// The looks of a paper, each made once.
struct Formats(Vec<(Face, Format)>);

impl Formats {
    fn new(form: bool) -> Self {
        let faces = [
            Face::Value,
            Face::Short,
            Face::Number,
            Face::Count,
            Face::Heading,
            Face::Line,
            Face::Title,
        ];
        Self(faces.map(|of| (of, face(of, form))).into())
    }

    fn of(&self, face: Face) -> &Format {
        let found = self.0.iter().find(|(of, _)| *of == face);
        &found.unwrap_or(&self.0[0]).1
    }
}

fn face(face: Face, form: bool) -> Format {
    let plain = Format::new()
        .set_font_name(FONT)
        .set_font_size(11)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap();
    let boxed = || plain.clone().set_border(FormatBorder::Thin);
    match face {
        Face::Title => plain
            .clone()
            .set_bold()
            .set_font_size(16)
            .set_align(FormatAlign::Center),
        Face::Line => plain.clone(),
        Face::Heading => boxed().set_bold().set_align(FormatAlign::Center),
        Face::Value => boxed(),
        Face::Short => boxed().set_align(FormatAlign::Center),
        Face::Count => boxed().set_align(FormatAlign::Center).set_num_format("0"),
        // 万元: two places at least, and every place that the fen needs
        Face::Number => boxed()
            .set_align(if form {
                FormatAlign::Center
            } else {
                FormatAlign::Right
            })
            .set_num_format("0.00####"),
    }
}

/// A height that shows every line of the highest cell.
fn height(cells: &[Cell], paper: &Paper) -> f64 {
    let lines = cells.iter().filter(|cell| cell.height == 1).map(|cell| {
        let columns = cell.column..(cell.column + cell.width).min(paper.widths.len());
        let width: f64 = paper.widths[columns].iter().sum();
        let lines = cell.text.split('\n').map(|line| {
            let letters: u32 = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            // no font is quite as narrow as the widths promise, and headings are bold
            let wide = if cell.face == Face::Heading {
                1.2
            } else {
                1.06
            };
            (f64::from(letters) * wide / (width - 1.0).max(1.0))
                .ceil()
                .max(1.0)
        });
        let title = if cell.face == Face::Title { 2.0 } else { 1.0 };
        lines.sum::<f64>() * title
    });
    let most = lines.fold(1.0, f64::max);
    let least = if paper.form && cells.iter().any(|cell| cell.face != Face::Line) {
        FORM_ROW
    } else {
        0.0
    };
    (most * LINE + 7.0).clamp(least, 400.0)
}
