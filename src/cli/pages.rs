//! Sheets of cells as a workbook: what the template and the copy with problems are written by.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, FormatUnderline, Formula, Note, ObjectMovement, ProtectionOptions,
    Url, Workbook, Worksheet,
};

use crate::report::template::Form;

/// Font of the cells.
const FONT: &str = "微软雅黑";
/// The last row that has a drop-down.
const LAST: u32 = 4999;

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The title of a sheet.
    Title,
    /// Text that explains.
    Guide,
    /// Text that leads somewhere.
    Link,
    /// Heading of a field that may be left out.
    Heading,
    /// Heading of a field that must be filled in.
    Required,
    /// Heading of what the tool fills in.
    Own,
    /// What the tool filled in.
    Record,
    /// The row that is an example.
    Example,
    /// A value.
    Data,
    /// A value that is wrong.
    Wrong,
    /// What is wrong with a row.
    Problem,
}

/// One cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u16,
    pub(super) text: String,
    pub(super) form: Form,
    pub(super) look: Look,
    /// The sheet that a click leads to.
    pub(super) link: Option<String>,
}

/// Words to choose from in the cells of a column.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    pub(super) column: u16,
    pub(super) first_row: u32,
    /// A range with the words.
    pub(super) source: String,
    /// Other words are refused.
    pub(super) closed: bool,
}

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) width: f64,
    pub(super) form: Form,
    /// May be written in where the sheet is protected.
    pub(super) open: bool,
}

/// One sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) name: String,
    pub(super) columns: BTreeMap<u16, Column>,
    pub(super) cells: Vec<Cell>,
    pub(super) notes: Vec<(u32, u16, String)>,
    pub(super) choices: Vec<Choices>,
    /// Rows above and columns left of this cell stay where they are.
    pub(super) freeze: Option<(u32, u16)>,
    /// The row of headings, repeated on each printed page.
    pub(super) head: Option<u32>,
    pub(super) protect: bool,
    /// Shown first.
    pub(super) active: bool,
    /// Colour of the tab.
    pub(super) tab: Option<u32>,
}

impl Page {
    /// Adds a cell of text.
    pub(super) fn put(&mut self, row: u32, column: u16, text: &str, look: Look) {
        self.cells.push(Cell {
            row,
            column,
            text: text.to_owned(),
            form: Form::Text,
            look,
            link: None,
        });
    }
}

/// The pages as a workbook; the same pages give the same bytes.
pub(super) fn workbook(pages: &[Page]) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2020, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for page in pages {
        write(workbook.add_worksheet(), page)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn write(sheet: &mut Worksheet, page: &Page) -> anyhow::Result<()> {
    sheet.set_name(&page.name)?;
    for (&number, column) in &page.columns {
        sheet.set_column_width(number, column.width)?;
        let format = dress(Look::Data, column.form, !column.open);
        sheet.set_column_format(number, &format)?;
    }
    let mut heights: BTreeMap<u32, f64> = BTreeMap::new();
    for cell in &page.cells {
        place(sheet, page, cell)?;
        let lines = heights.entry(cell.row).or_insert(1.0);
        *lines = lines.max(lines_of(page, cell));
    }
    for (row, lines) in heights {
        sheet.set_row_height(row, (lines * 16.5 + 4.0).min(300.0))?;
    }
    for (row, column, text) in &page.notes {
        sheet.insert_note(*row, *column, &note(text))?;
    }
    for choices in &page.choices {
        let list = DataValidation::new().allow_list_formula(Formula::new(&choices.source));
        let list = if choices.closed {
            list.set_error_style(DataValidationErrorStyle::Stop)
                .set_error_title("请从列表中选")?
                .set_error_message("这一栏只能填列表里的词；单击单元格右边的箭头选择。")?
        } else {
            list.show_error_message(false)
        };
        sheet.add_data_validation(
            choices.first_row,
            choices.column,
            LAST.max(choices.first_row),
            choices.column,
            &list,
        )?;
    }
    if let Some((row, column)) = page.freeze {
        sheet.set_freeze_panes(row, column)?;
    }
    sheet.set_paper_size(9); // A4
    sheet.set_landscape();
    match page.head.filter(|_| page.freeze.is_some()) {
        // wide sheets go on to the right, each page with its headings and its first column
        Some(row) => {
            sheet.set_repeat_rows(row, row)?;
            sheet.set_repeat_columns(0, 0)?;
            sheet.set_print_gridlines(true);
            sheet.set_print_scale(85);
            sheet.set_page_order(true);
        }
        None => {
            sheet.set_print_fit_to_pages(1, 0);
        }
    }
    if page.active {
        sheet.set_active(true);
    }
    sheet.set_footer("&C&A　第 &P 页，共 &N 页");
    if let Some(color) = page.tab {
        sheet.set_tab_color(Color::RGB(color));
    }
    if page.protect {
        // no password: it keeps from slips, not from people
        sheet.protect_with_options(&ProtectionOptions {
            format_cells: true,
            format_columns: true,
            format_rows: true,
            insert_rows: true,
            insert_links: true,
            delete_rows: true,
            sort: true,
            use_autofilter: true,
            ..ProtectionOptions::new()
        });
    }
    Ok(())
}

fn place(sheet: &mut Worksheet, page: &Page, cell: &Cell) -> anyhow::Result<()> {
    let open = page.columns.get(&cell.column).is_some_and(|c| c.open);
    let locked = !(open && matches!(cell.look, Look::Data | Look::Wrong));
    let format = dress(cell.look, cell.form, locked);
    let (row, column) = (cell.row, cell.column);
    if let Some(target) = &cell.link {
        let url = Url::new(format!("internal:'{}'!A1", target.replace('\'', "''")));
        sheet.write_url_with_options(row, column, &url, &cell.text, "", Some(&format))?;
        return Ok(());
    }
    match number(cell) {
        Some(number) => sheet.write_number_with_format(row, column, number, &format)?,
        None if cell.text.is_empty() => sheet.write_blank(row, column, &format)?,
        None => sheet.write_string_with_format(row, column, &cell.text, &format)?,
    };
    Ok(())
}

/// The number that a cell holds: an amount, a whole number, the serial number of a day. What a
/// spreadsheet cannot keep exactly is text.
fn number(cell: &Cell) -> Option<f64> {
    match cell.form {
        Form::Text => None,
        Form::Count | Form::Money => {
            let digits = cell.text.bytes().filter(u8::is_ascii_digit).count();
            let plain = cell
                .text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
            let number: f64 = cell.text.parse().ok()?;
            (plain && digits <= 15).then_some(number)
        }
        Form::Day => {
            let day: crate::law::Day = cell.text.parse().ok()?;
            let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30)?;
            let days = day.date().signed_duration_since(first).num_days();
            Some(f64::from(i32::try_from(days).ok()?))
        }
    }
}

fn dress(look: Look, form: Form, locked: bool) -> Format {
    let plain = Format::new()
        .set_font_name(FONT)
        .set_font_size(10)
        .set_align(FormatAlign::VerticalCenter);
    let numbers = match form {
        Form::Text => "@",
        Form::Day => "yyyy-mm-dd",
        Form::Money => "#,##0.00",
        Form::Count => "0",
    };
    let value = match form {
        Form::Day | Form::Count => plain.clone().set_align(FormatAlign::Center),
        Form::Text | Form::Money => plain.clone(),
    }
    .set_num_format(numbers);
    let boxed = |format: Format| {
        format
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0x00BF_C5CC))
    };
    let heading = |fill: u32, text: u32| {
        boxed(plain.clone())
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_background_color(Color::RGB(fill))
            .set_font_color(Color::RGB(text))
    };
    let format = match look {
        Look::Title => plain.set_bold().set_font_size(14),
        Look::Guide => plain.set_text_wrap(),
        Look::Link => plain
            .set_font_color(Color::RGB(0x0015_5AA8))
            .set_underline(FormatUnderline::Single),
        Look::Heading => heading(0x00DD_E7F2, 0x001F_3347),
        Look::Required => heading(0x001F_5F9E, 0x00FF_FFFF),
        Look::Own => heading(0x00E4_E6E9, 0x0060_666D),
        Look::Record => boxed(value)
            .set_background_color(Color::RGB(0x00F1_F2F4))
            .set_font_color(Color::RGB(0x0076_7C84)),
        Look::Example => boxed(value)
            .set_italic()
            .set_background_color(Color::RGB(0x00FA_F6E6))
            .set_font_color(Color::RGB(0x0080_7340)),
        Look::Data => value,
        Look::Wrong => boxed(value)
            .set_background_color(Color::RGB(0x00FF_D6D1))
            .set_font_color(Color::RGB(0x0090_1A10)),
        Look::Problem => plain
            .set_text_wrap()
            .set_background_color(Color::RGB(0x00FF_F3F1))
            .set_font_color(Color::RGB(0x0090_1A10)),
    };
    if locked {
        format
    } else {
        format.set_unlocked()
    }
}

/// Half-widths of a text.
fn letters(text: &str) -> f64 {
    let letters: u32 = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    f64::from(letters)
}

/// Lines that a cell takes, where its text is wrapped.
fn lines_of(page: &Page, cell: &Cell) -> f64 {
    let wrapped = matches!(
        cell.look,
        Look::Guide | Look::Heading | Look::Required | Look::Own | Look::Problem
    );
    if cell.look == Look::Title {
        return 1.5;
    }
    let width = page.columns.get(&cell.column).map_or(9.0, |c| c.width);
    if !wrapped {
        return 1.0;
    }
    let lines = cell.text.split('\n');
    lines
        .map(|line| {
            (letters(line) * 1.05 / (width - 1.0).max(1.0))
                .ceil()
                .max(1.0)
        })
        .sum()
}

/// A note that is large enough for its text.
fn note(text: &str) -> Note {
    const WIDTH: f64 = 46.0;
    let lines: f64 = text
        .split('\n')
        .map(|line| (letters(line) / WIDTH).ceil().max(1.0))
        .sum();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few hundred pixels"
    )]
    let height = (lines * 17.0 + 14.0).min(600.0) as u32;
    Note::new(text)
        .add_author_prefix(false)
        .set_width(330)
        .set_height(height)
        .set_font_name(FONT)
        .set_font_size(9)
        .set_object_movement(ObjectMovement::DontMoveOrSizeWithCells)
}
