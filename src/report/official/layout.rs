//! Widths of the columns of a list: by what stands in them, as wide as the paper.

use super::{Cell, Face};

/// Half-widths that a line of A4 across holds.
const A4: f64 = 128.0;
/// The same of A3.
const A3: f64 = 184.0;
/// A column of at most so many half-widths is centred.
const SHORT: f64 = 14.0;

/// Half-widths of a text: a Chinese character takes two.
pub(super) fn letters(text: &str) -> f64 {
    let letters: u32 = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    f64::from(letters)
}

/// What a column needs.
struct Need {
    /// The least that looks well.
    least: f64,
    /// All in one line.
    whole: f64,
    short: bool,
}

/// Widths for the columns of a list, and whether it wants A3; short values are centred.
pub(super) fn arrange(rows: &mut [Vec<Cell>], columns: usize) -> (Vec<f64>, bool) {
    let needs: Vec<Need> = (0..columns).map(|column| need(rows, column)).collect();
    for row in rows.iter_mut() {
        for cell in row.iter_mut().filter(|cell| cell.width == 1) {
            let short = needs.get(cell.column).is_some_and(|need| need.short);
            if short && cell.face == Face::Value {
                cell.face = Face::Short;
            }
        }
    }
    let least: f64 = needs.iter().map(|need| need.least).sum();
    let large = least > A4 * 1.15;
    let page = if large { A3 } else { A4 };
    // what is left goes to the columns that have more to say
    let wish: f64 = needs.iter().map(|n| (n.whole - n.least).max(0.0)).sum();
    let free = (page - least).max(0.0);
    let part = if wish > 0.0 {
        (free / wish).min(1.0)
    } else {
        0.0
    };
    let widths: Vec<f64> = needs
        .iter()
        .map(|need| need.least + (need.whole - need.least).max(0.0) * part)
        .collect();
    // short lists are not stretched beyond all measure
    let all: f64 = widths.iter().sum();
    let stretch = (page / all).clamp(1.0, 1.35);
    (widths.iter().map(|w| w * stretch).collect(), large)
}

fn need(rows: &[Vec<Cell>], column: usize) -> Need {
    let cells = rows.iter().flatten();
    let cells = cells.filter(|cell| cell.width == 1 && cell.column == column);
    let (mut heading, mut longest, mut all, mut count) = (4.0_f64, 0.0_f64, 0.0, 0.0_f64);
    let (mut number, mut bracket) = (false, 0.0_f64);
    for cell in cells {
        let width = cell.text.split('\n').map(letters).fold(0.0, f64::max);
        if cell.face == Face::Heading {
            heading = width;
            let unit = cell.text.split_once('（').filter(|_| width <= 22.0);
            bracket = unit.map_or(0.0, |(name, unit)| letters(name).max(letters(unit) + 2.0));
            continue;
        }
        number |= matches!(cell.face, Face::Number | Face::Count);
        longest = longest.max(width);
        if width > 0.0 {
            all += width;
            count += 1.0;
        }
    }
    let mean = if count > 0.0 { all / count } else { 0.0 };
    // a heading may break once, or twice if it is long
    let lines = if heading > 16.0 { 3.0 } else { 2.0 };
    let head = (heading / lines).ceil() + 3.0;
    // a unit in brackets stands in a line of its own
    let head = head.max(bracket + 2.0);
    let least = if number || longest <= SHORT {
        head.max(longest + 2.0)
    } else {
        head.max((mean / 2.5 + 6.0).clamp(14.0, 30.0))
    };
    Need {
        least: least.max(6.0),
        whole: (heading + 2.0).max((longest + 2.0).min(44.0)),
        short: !number && longest <= SHORT,
    }
}
