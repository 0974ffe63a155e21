//! Cells: what a value of a workbook reads like.

use calamine::{Data, ExcelDateTime};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use super::grid::Filled;
use crate::sheet::CellKind;

pub(super) fn cell(value: Data) -> Filled {
    match value {
        Data::Empty => Filled::default(),
        Data::Int(number) => plain(CellKind::Number, number.to_string()),
        Data::Float(number) => self::number(number),
        Data::String(text) | Data::DurationIso(text) => plain(CellKind::Text, text),
        Data::Bool(true) => plain(CellKind::Bool, "TRUE".to_owned()),
        Data::Bool(false) => plain(CellKind::Bool, "FALSE".to_owned()),
        Data::DateTime(serial) => date(&serial),
        Data::DateTimeIso(text) => iso(&text),
        Data::Error(error) => plain(CellKind::Error, error.to_string()),
    }
}

pub(super) fn plain(kind: CellKind, text: String) -> Filled {
    Filled {
        text,
        kind,
        merged: false,
    }
}

/// A number in its shortest form, with the 15 digits that office programs keep.
pub(super) fn number(number: f64) -> Filled {
    let digits = format!("{number:.14e}").parse().unwrap_or(number);
    // longer whole numbers are left alone, so that a mistyped id is still seen as one
    let shown = if number.fract() == 0.0 {
        number
    } else {
        digits
    };
    plain(CellKind::Number, format!("{}", shown + 0.0))
}

pub(super) fn date(serial: &ExcelDateTime) -> Filled {
    let days = serial.as_f64();
    let moment = serial
        .as_datetime()
        .filter(|_| (0.0..2_958_466.0).contains(&days));
    match moment {
        _ if serial.is_duration() => number(days),
        // 29 February 1900 is a day only Excel knows
        Some(_) if (60.0..61.0).contains(&days) => number(days),
        Some(moment) if days < 1.0 => {
            let moment = moment + TimeDelta::milliseconds(500);
            plain(CellKind::Text, moment.format("%H:%M:%S").to_string())
        }
        Some(moment) => stamp(moment),
        None => number(days),
    }
}

pub(super) fn iso(text: &str) -> Filled {
    let text = text.trim().trim_end_matches('Z');
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    match text.parse::<NaiveDateTime>().ok().or_else(day) {
        Some(moment) => stamp(moment),
        None => plain(CellKind::Text, text.to_owned()),
    }
}

pub(super) fn stamp(moment: NaiveDateTime) -> Filled {
    let moment = moment + TimeDelta::milliseconds(500);
    let format = match (moment.num_seconds_from_midnight(), moment.second()) {
        (0, _) => "%Y-%m-%d",
        (_, 0) => "%Y-%m-%dT%H:%M",
        _ => "%Y-%m-%dT%H:%M:%S",
    };
    plain(CellKind::Date, moment.format(format).to_string())
}
