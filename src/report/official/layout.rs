//! Widths of the columns of a list: by what stands in them, as wide as the paper.

use super::{Face, List};

/// Half-widths that a line of A4 across holds.
const A4: f64 = 128.0;
/// The same of A3.
const A3: f64 = 184.0;
/// A column of at most so many half-widths is centred.
const SHORT: f64 = 14.0;

/// Half-widths of a text: a Chinese character takes two.
#[must_use]
pub fn letters(text: &str) -> f64 {
    // a character that takes two begins with such a byte
    let letter = |byte: &u8| u32::from(*byte < 0x80) + 2 * u32::from(*byte >= 0xC0);
    let letters = text.as_bytes().iter().map(letter);
    // no text is so long that this would not hold its letters
    f64::from(letters.fold(0, u32::wrapping_add))
}

/// What a column needs.
struct Need {
    /// The least that looks well.
    least: f64,
    /// All in one line.
    whole: f64,
    short: bool,
}

/// How a list stands on its page.
#[derive(Debug)]
pub struct Layout {
    /// Widths of the columns, in characters.
    pub widths: Vec<f64>,
    /// What the cells of each column are; short values are centred.
    pub faces: Vec<Face>,
    /// So many columns that it wants A3.
    pub large: bool,
}

impl Layout {
    /// Gives the columns of a list their widths.
    #[must_use]
    pub fn of(list: &List) -> Self {
        let needs = needs(list);
        let faces = list.faces.iter().zip(&needs);
        let faces = faces.map(|(face, need)| match face {
            Face::Value if need.short => Face::Short,
            face => *face,
        });
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
        Self {
            widths: widths.iter().map(|w| w * stretch).collect(),
            faces: faces.collect(),
            large,
        }
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Default)]
struct Column {
    longest: f64,
    all: f64,
    count: f64,
}

impl Column {
    fn add(&mut self, text: &str) {
        let width = text.split('\n').map(letters).fold(0.0, f64::max);
        self.longest = self.longest.max(width);
        if width > 0.0 {
            self.all += width;
            self.count += 1.0;
        }
    }
}

fn needs(list: &List) -> Vec<Need> {
    let mut columns = vec![Column::default(); list.headings.len()];
    // what stands above the columns is as wide as all of them
    if let [column] = columns.as_mut_slice() {
        list.above.iter().for_each(|(text, _)| column.add(text));
    }
    let read: Result<(), std::convert::Infallible> = list.rows(|cells| {
        for (column, text) in columns.iter_mut().zip(cells) {
            column.add(text);
        }
        Ok(())
    });
    let Ok(()) = read;
    let columns = list.headings.iter().zip(&list.faces).zip(&columns);
    columns
        .map(|((heading, face), column)| {
            let number = matches!(face, Face::Number | Face::Count) && !list.is_empty();
            need(heading, number, column)
        })
        .collect()
}

fn need(text: &str, number: bool, column: &Column) -> Need {
    let heading = text.split('\n').map(letters).fold(0.0, f64::max);
    let unit = text.split_once('（').filter(|_| heading <= 22.0);
    let bracket = unit.map_or(0.0, |(name, unit)| letters(name).max(letters(unit) + 2.0));
    let longest = column.longest;
    let mean = if column.count > 0.0 {
        column.all / column.count
    } else {
        0.0
    };
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
