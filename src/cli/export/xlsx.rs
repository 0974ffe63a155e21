//! Official papers as a workbook: laid out like the form, ready to print.

use std::borrow::Cow;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

use crate::report::official::{Cell, Face, Layout, List, Paper, letters};

/// Font of official papers.
const FONT: &str = "宋体";
/// Points of a line of text in a cell.
const LINE: f64 = 15.5;
/// Points of the lowest row of a form: it is filled in by hand, too.
const FORM_ROW: f64 = 27.0;

/// How hard the parts of a workbook are pressed together, of 9.
const EFFORT: u8 = 2;

/// A workbook with a sheet for each form; the same forms give the same bytes.
pub(super) fn of_forms(papers: &[Paper]) -> anyhow::Result<Vec<u8>> {
    let mut workbook = begin()?;
    for paper in papers {
        form(workbook.add_worksheet(), paper)?;
    }
    if papers.is_empty() {
        workbook.add_worksheet();
    }
    Ok(workbook.save_to_buffer()?)
}

/// A workbook with one list; the same list gives the same bytes.
pub(super) fn of_list(listed: &List) -> anyhow::Result<Vec<u8>> {
    let mut workbook = begin()?;
    list(workbook.add_worksheet(), listed)?;
    Ok(workbook.save_to_buffer()?)
}

fn begin() -> anyhow::Result<Workbook> {
    let mut workbook = Workbook::new();
    // much of a list says the same again and again: more effort makes it hardly smaller
    workbook.set_zip_compression_level(EFFORT);
    // the time of the export is no part of the paper
    let made = ExcelDateTime::from_ymd(2020, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(workbook)
}

/// A cell where it stands.
#[derive(Clone, Copy)]
struct Spot<'t> {
    text: &'t str,
    face: Face,
    column: usize,
    width: usize,
    height: usize,
}

impl<'t> Spot<'t> {
    /// A cell of one column and one row.
    fn single(column: usize, text: &'t str, face: Face) -> Self {
        Self {
            text,
            face,
            column,
            width: 1,
            height: 1,
        }
    }
}

impl<'t> From<&'t Cell> for Spot<'t> {
    fn from(cell: &'t Cell) -> Self {
        Self {
            text: &cell.text,
            face: cell.face,
            column: cell.column,
            width: cell.width,
            height: cell.height,
        }
    }
}

/// A sheet on its way.
struct Page<'s> {
    sheet: &'s mut Worksheet,
    widths: &'s [f64],
    form: bool,
    formats: Formats,
    runs: Runs,
    /// Rows that are written.
    rows: u32,
}

impl<'s> Page<'s> {
    fn new(
        sheet: &'s mut Worksheet,
        name: &str,
        widths: &'s [f64],
        form: bool,
    ) -> anyhow::Result<Self> {
        sheet.set_name(name)?;
        for (column, width) in widths.iter().enumerate() {
            sheet.set_column_width(u16::try_from(column)?, *width)?;
        }
        Ok(Self {
            sheet,
            widths,
            form,
            formats: Formats::new(form),
            runs: Runs::default(),
            rows: 0,
        })
    }

    /// Writes the next row.
    fn row(&mut self, spots: &[Spot<'_>]) -> anyhow::Result<()> {
        let height = height(spots, self.widths, self.form);
        self.sheet.set_row_height(self.rows, height)?;
        spots.iter().try_for_each(|spot| self.place(*spot))?;
        self.rows += 1;
        Ok(())
    }

    /// Sets what is the same for all pages.
    fn end(self, large: bool, headings: Option<u32>) -> anyhow::Result<()> {
        let sheet = self.sheet;
        self.runs.end(sheet, &self.formats)?;
        // A4, or A3 for a list that would be too small to read
        sheet.set_paper_size(if large { 8 } else { 9 });
        sheet.set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.6, 0.6, 0.7, 0.7, 0.3, 0.3);
        sheet.set_print_center_horizontally(true);
        sheet.set_footer("&C第 &P 页，共 &N 页");
        if !self.form {
            sheet.set_landscape();
        }
        if let Some(row) = headings {
            sheet.set_repeat_rows(0, row)?;
            sheet.set_freeze_panes(row + 1, 0)?;
        }
        let last_row = self.rows.saturating_sub(1);
        let last_column = u16::try_from(self.widths.len().saturating_sub(1))?;
        sheet.set_print_area(0, 0, last_row, last_column)?;
        Ok(())
    }

    fn place(&mut self, spot: Spot<'_>) -> anyhow::Result<()> {
        let (sheet, row) = (&mut *self.sheet, self.rows);
        let column = u16::try_from(spot.column)?;
        let last = u16::try_from(spot.column + spot.width.max(1) - 1)?;
        let below = row + u32::try_from(spot.height.max(1) - 1)?;
        let format = self.formats.of(spot.face);
        let widths = if self.form { &[][..] } else { self.widths };
        let wide = last > column || below > row;
        if wide {
            sheet.merge_range(row, column, below, last, "", format)?;
        }
        // what is a number is a number, exactly as it is printed
        let numeric = matches!(spot.face, Face::Number | Face::Count);
        let fits = numeric && spot.text.len() <= 15 && !spot.text.starts_with('+');
        let number = fits.then(|| spot.text.parse::<f64>().ok()).flatten();
        if let Some(number) = number {
            if !wide && self.runs.take(row, column, spot.face) {
                sheet.write_number(row, column, number)?;
            } else {
                sheet.write_number_with_format(row, column, number, format)?;
            }
        } else {
            // in a workbook a text is a text, whatever it begins with
            let text = spot.text.strip_prefix('\'').unwrap_or(spot.text);
            let text = broken(text, spot, widths);
            // without a format nothing would stand where the text is empty
            if !wide && !text.is_empty() && self.runs.take(row, column, spot.face) {
                sheet.write_string(row, column, text)?;
            } else {
                sheet.write_string_with_format(row, column, text, format)?;
            }
        }
        Ok(())
    }
}

fn form(sheet: &mut Worksheet, paper: &Paper) -> anyhow::Result<()> {
    let mut page = Page::new(sheet, &paper.name, &paper.widths, true)?;
    for cells in &paper.rows {
        let spots: Vec<Spot<'_>> = cells.iter().map(Spot::from).collect();
        page.row(&spots)?;
    }
    page.end(false, None)
}

fn list(sheet: &mut Worksheet, list: &List) -> anyhow::Result<()> {
    let layout = Layout::of(list);
    let columns = list.headings.len();
    let mut page = Page::new(sheet, &list.name, &layout.widths, false)?;
    for (text, face) in &list.above {
        page.row(&[Spot {
            width: columns,
            ..Spot::single(0, text, *face)
        }])?;
    }
    let headings = list.headings.iter().enumerate();
    let headings = headings.map(|(column, text)| Spot::single(column, text, Face::Heading));
    let repeated = (columns > 1).then_some(page.rows);
    page.row(&headings.collect::<Vec<_>>())?;
    list.rows(|cells| {
        let faces = layout.faces.iter().zip(cells).enumerate();
        let row = faces.map(|(column, (face, text))| Spot::single(column, text, *face));
        page.row(&row.collect::<Vec<_>>())
    })?;
    page.end(layout.large, repeated)
}

/// A heading of a list that does not fit in one line breaks before its bracket.
fn broken<'t>(text: &'t str, spot: Spot<'_>, widths: &[f64]) -> Cow<'t, str> {
    if spot.face != Face::Heading {
        return text.into();
    }
    let width = widths.get(spot.column).copied().unwrap_or(f64::MAX);
    if letters(text) * 1.1 + 1.0 > width {
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
fn height(spots: &[Spot<'_>], widths: &[f64], form: bool) -> f64 {
    let lines = spots.iter().filter(|spot| spot.height == 1).map(|spot| {
        let columns = spot.column..(spot.column + spot.width).min(widths.len());
        let width: f64 = widths[columns].iter().sum();
        let lines = spot.text.split('\n').map(|line| {
            // no font is quite as narrow as the widths promise, and headings are bold
            let wide = if spot.face == Face::Heading {
                1.2
            } else {
                1.06
            };
            (letters(line) * wide / (width - 1.0).max(1.0))
                .ceil()
                .max(1.0)
        });
        let title = if spot.face == Face::Title { 2.0 } else { 1.0 };
        lines.sum::<f64>() * title
    });
    let most = lines.fold(1.0, f64::max);
    let least = if form && spots.iter().any(|spot| spot.face != Face::Line) {
        FORM_ROW
    } else {
        0.0
    };
    (most * LINE + 7.0).clamp(least, 400.0)
}
