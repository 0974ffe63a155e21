//! Workbooks as people hand them around: read, filled in, changed, written again.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeMap;
use std::path::Path;

use minsheng::sheet::{self, CellKind, ReadOptions};
use minsheng::step::{self, Kind};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Map, Value as Json};

/// One cell: its text, and what it is.
pub type Cell = (String, CellKind);

/// The cells of a sheet.
pub type Rows = BTreeMap<u32, BTreeMap<usize, Cell>>;

/// The visible sheets of a workbook, by row (from 1) and column (from 0).
pub struct Pages {
    pub sheets: Vec<(String, Rows)>,
}

/// The row of the headings.
pub const HEAD: u32 = 2;

impl Pages {
    pub fn open(path: &Path) -> Self {
        let book = sheet::read(path, &ReadOptions::default()).unwrap();
        let sheets = book.sheets.into_iter().map(|sheet| {
            let rows = sheet.rows.into_iter().map(|row| {
                let cells = row.cells.iter().enumerate();
                let cells = cells.filter(|(_, cell)| !cell.text.is_empty() && !cell.merged);
                let cells = cells.map(|(at, cell)| (at, (cell.text.to_owned(), cell.kind)));
                (row.number, cells.collect())
            });
            (sheet.name, rows.collect())
        });
        Self {
            sheets: sheets.collect(),
        }
    }

    /// Writes the cells, each as what it is.
    pub fn save(&self, path: &Path) {
        let mut book = Workbook::new();
        let made = ExcelDateTime::from_ymd(2020, 1, 1).unwrap();
        book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&made));
        for (name, rows) in &self.sheets {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (row, cells) in rows {
                for (column, (text, kind)) in cells {
                    let (row, column) = (row - 1, u16::try_from(*column).unwrap());
                    match kind {
                        CellKind::Number => {
                            let number: f64 = text.parse().unwrap();
                            sheet.write_number(row, column, number).unwrap();
                        }
                        CellKind::Date if text.len() == 10 => {
                            let day = ExcelDateTime::parse_from_str(text).unwrap();
                            let format = Format::new().set_num_format("yyyy-mm-dd");
                            sheet
                                .write_datetime_with_format(row, column, &day, &format)
                                .unwrap();
                        }
                        _ => {
                            sheet.write_string(row, column, text).unwrap();
                        }
                    }
                }
            }
        }
        book.save(path).unwrap();
    }

    pub fn sheet(&mut self, name: &str) -> &mut Rows {
        let found = self.sheets.iter_mut().find(|(known, _)| known == name);
        &mut found.unwrap_or_else(|| panic!("no sheet {name}")).1
    }

    /// The column under a heading.
    pub fn column(&mut self, name: &str, heading: &str) -> usize {
        let heads = &self.sheet(name)[&HEAD];
        let found = heads.iter().find(|(_, (text, _))| text == heading);
        *found.unwrap_or_else(|| panic!("{name}: no {heading}")).0
    }

    pub fn get(&mut self, name: &str, row: u32, heading: &str) -> String {
        let column = self.column(name, heading);
        let row = self.sheet(name).get(&row);
        row.and_then(|row| row.get(&column))
            .map_or(String::new(), |(text, _)| text.clone())
    }

    /// Writes text under a heading; nothing clears the cell.
    pub fn set(&mut self, name: &str, row: u32, heading: &str, text: &str) {
        self.put(name, row, heading, text, CellKind::Text);
    }

    pub fn put(&mut self, name: &str, row: u32, heading: &str, text: &str, kind: CellKind) {
        let column = self.column(name, heading);
        let row = self.sheet(name).entry(row).or_default();
        if text.is_empty() {
            row.remove(&column);
        } else {
            row.insert(column, (text.to_owned(), kind));
        }
    }

    /// The first row below the headings where a column holds a text.
    pub fn row(&mut self, name: &str, heading: &str, text: &str) -> u32 {
        let column = self.column(name, heading);
        let mut rows = self.sheet(name).iter();
        let found = rows.find(|(row, cells)| {
            **row > HEAD && cells.get(&column).is_some_and(|(known, _)| known == text)
        });
        *found
            .unwrap_or_else(|| panic!("{name}: no {heading} {text}"))
            .0
    }

    /// The next free row.
    pub fn free(&mut self, name: &str) -> u32 {
        self.sheet(name).keys().max().unwrap() + 1
    }

    /// Fills in steps given as JSON, as a clerk types them.
    pub fn fill(&mut self, steps: &[Map<String, Json>]) {
        for step in steps {
            let def = step::find(step["step"].as_str().unwrap()).unwrap();
            let row = self.free(def.zh);
            for (name, value) in step.iter().filter(|(name, _)| *name != "step") {
                if name == "reason" {
                    let reasons = value.as_object().unwrap().iter();
                    let text =
                        reasons.map(|(rule, why)| format!("{rule}={}", why.as_str().unwrap()));
                    let text: Vec<String> = text.collect();
                    self.set(def.zh, row, "情况说明", &text.join("；"));
                    continue;
                }
                let field = def.field(name).unwrap();
                let text = typed(value);
                let kind = match field.kind {
                    _ if field.list => CellKind::Text,
                    Kind::Money | Kind::Count if text.parse::<f64>().is_ok() => CellKind::Number,
                    Kind::Day => CellKind::Date,
                    _ => CellKind::Text,
                };
                self.put(def.zh, row, field.heading, &text, kind);
            }
        }
    }
}

fn typed(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Bool(true) => "是".to_owned(),
        Json::Bool(false) => "否".to_owned(),
        Json::Array(list) => {
            let items: Vec<String> = list.iter().map(typed).collect();
            let sign = if items.iter().any(|item| item.contains('、')) {
                "；"
            } else {
                "、"
            };
            items.join(sign)
        }
        Json::Object(map) => format!("{}:{}", typed(&map["role"]), typed(&map["who"])),
        other => other.to_string(),
    }
}

/// A year of JSON Lines, repeated steps written out.
pub fn year(text: &str) -> Vec<Map<String, Json>> {
    let mut list = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut step: Map<String, Json> = serde_json::from_str(line).unwrap();
        let times = step.remove("repeat").and_then(|n| n.as_u64());
        for n in 1..=times.unwrap_or(1) {
            let mut one = step.clone();
            for value in one.values_mut() {
                if let Json::String(text) = value {
                    let long = format!("{n:04}");
                    *text = text.replace("{n:04}", &long).replace("{n}", &n.to_string());
                }
            }
            list.push(one);
        }
    }
    list
}

/// The parts of a workbook's package.
pub fn parts(path: &Path) -> Vec<(String, String)> {
    use std::io::Read;
    let file = std::fs::File::open(path).unwrap();
    let mut zip = zip::ZipArchive::new(file).unwrap();
    let mut list = Vec::new();
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        list.push((part.name().unwrap().to_string(), text));
    }
    list
}
