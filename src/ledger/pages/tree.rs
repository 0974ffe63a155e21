//! The trees of the file: every page of them checked, and their rows in order.

use super::{Doubt, Pages, must, word};

/// What a tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) enum Form {
    /// Rows under a number.
    Table,
    /// Rows that are their own key.
    Index,
}

/// Levels of a tree at most, as in `SQLite`.
const DEEPEST: usize = 20;

/// A walk through trees.
pub(in crate::ledger) struct Trees<'p> {
    pages: &'p Pages,
    /// A page of each level.
    levels: Vec<Vec<u8>>,
    /// First and last bytes of what stands on a page.
    spans: Vec<u32>,
    /// A row that goes on on other pages, and such a page.
    long: (Vec<u8>, Vec<u8>),
    /// The number of the row before.
    last: Option<i64>,
    form: Form,
    /// All that `PRAGMA quick_check` asks of the pages is asked.
    strict: bool,
}

/// The head of a page.
struct Page {
    cells: usize,
    /// Where the places of the cells stand.
    places: usize,
    /// The page after all cells, on a page that is no leaf.
    right: Option<u32>,
}

/// A cell of a page.
struct Cell<'a> {
    /// The page before it.
    left: Option<u32>,
    /// The number of its row.
    number: i64,
    /// Bytes of its row, of which some may be elsewhere.
    length: usize,
    /// Those that stand here.
    local: &'a [u8],
    /// Where the others are.
    more: Option<u32>,
    /// Bytes of the cell.
    size: usize,
}

impl<'p> Trees<'p> {
    /// Reads the rows, as `SQLite` would.
    pub(in crate::ledger) fn new(pages: &'p Pages) -> Self {
        Self {
            pages,
            levels: Vec::new(),
            spans: Vec::new(),
            long: (Vec::new(), Vec::new()),
            last: None,
            form: Form::Table,
            strict: false,
        }
    }

    /// Asks of the pages all that `PRAGMA quick_check` asks.
    pub(in crate::ledger) fn strict(pages: &'p Pages) -> Self {
        Self {
            strict: true,
            ..Self::new(pages)
        }
    }

    /// Calls `each` with every row of a tree, in its order.
    pub(in crate::ledger) fn rows(
        &mut self,
        root: u32,
        form: Form,
        mut each: impl FnMut(i64, &[u8]) -> Result<(), Doubt>,
    ) -> Result<(), Doubt> {
        self.form = form;
        self.last = None;
        self.below(root, 0, &mut each)?;
        Ok(())
    }

    /// Calls `each` with the rows of a table under some numbers, which are in order; all must be
    /// there.
    pub(in crate::ledger) fn picked(
        &mut self,
        root: u32,
        numbers: &[i64],
        mut each: impl FnMut(i64, &[u8]) -> Result<(), Doubt>,
    ) -> Result<(), Doubt> {
        self.form = Form::Table;
        self.pick(root, 0, numbers, &mut each)
    }

    /// Looks for rows on a page and on those below it that may have them.
    fn pick(
        &mut self,
        number: u32,
        depth: usize,
        mut numbers: &[i64],
        each: &mut impl FnMut(i64, &[u8]) -> Result<(), Doubt>,
    ) -> Result<(), Doubt> {
        let (data, page) = self.open(number, depth)?;
        for index in 0..page.cells {
            let Some(first) = numbers.first() else {
                break;
            };
            let place = usize::from(half(&data, page.places + 2 * index)?);
            let cell = self.cell(&data, place, page.right.is_none())?;
            if cell.number < *first {
                continue;
            }
            let (here, after) = match cell.left {
                Some(_) => numbers.split_at(numbers.partition_point(|n| *n <= cell.number)),
                None => numbers.split_at(1),
            };
            numbers = after;
            match (cell.left, cell.more) {
                (Some(left), _) => self.pick(left, depth + 1, here, each)?,
                (None, _) if cell.number != here[0] => return Err(Doubt),
                (None, None) => each(cell.number, cell.local)?,
                (None, Some(more)) => {
                    self.gather(&cell, more)?;
                    each(cell.number, &self.long.0)?;
                }
            }
        }
        if !numbers.is_empty() {
            self.pick(page.right.ok_or(Doubt)?, depth + 1, numbers, each)?;
        }
        self.levels[depth] = data;
        Ok(())
    }

    /// Walks through a page and what is below it; gives how many levels there are.
    fn below(
        &mut self,
        number: u32,
        depth: usize,
        each: &mut impl FnMut(i64, &[u8]) -> Result<(), Doubt>,
    ) -> Result<usize, Doubt> {
        let (data, page) = self.open(number, depth)?;
        let mut height = None;
        for index in 0..page.cells {
            let place = usize::from(half(&data, page.places + 2 * index)?);
            let cell = self.cell(&data, place, page.right.is_none())?;
            if let Some(left) = cell.left {
                let below = self.below(left, depth + 1, each)?;
                must(*height.get_or_insert(below) == below)?;
            }
            if self.form == Form::Table {
                let after = |last| match cell.left {
                    // a page above repeats the number of the last row below it, or a later one
                    Some(_) => last <= cell.number,
                    None => last < cell.number,
                };
                must(self.last.is_none_or(after))?;
                self.last = Some(cell.number);
                if cell.left.is_some() {
                    continue;
                }
            }
            match cell.more {
                None => each(cell.number, cell.local)?,
                Some(more) => {
                    self.gather(&cell, more)?;
                    each(cell.number, &self.long.0)?;
                }
            }
        }
        if let Some(right) = page.right {
            let below = self.below(right, depth + 1, each)?;
            must(*height.get_or_insert(below) == below)?;
        }
        self.levels[depth] = data;
        Ok(height.unwrap_or_default() + 1)
    }

    /// Takes a page of a level, whose bytes are put back when it is done with.
    fn open(&mut self, number: u32, depth: usize) -> Result<(Vec<u8>, Page), Doubt> {
        must(depth < DEEPEST)?;
        if self.levels.len() == depth {
            self.levels.push(Vec::new());
        }
        let mut data = std::mem::take(&mut self.levels[depth]);
        self.pages.read(number, &mut data)?;
        let page = self.check(&data, if number == 1 { 100 } else { 0 })?;
        Ok((data, page))
    }

    /// Reads the head of a page.
    fn check(&mut self, data: &[u8], head: usize) -> Result<Page, Doubt> {
        let leaf = match (self.form, *data.get(head).ok_or(Doubt)?) {
            (Form::Table, 13) | (Form::Index, 10) => true,
            (Form::Table, 5) | (Form::Index, 2) => false,
            _ => return Err(Doubt),
        };
        let cells = usize::from(half(data, head + 3)?);
        let places = head + if leaf { 8 } else { 12 };
        if self.strict {
            self.cover(data, head, (cells, places), leaf)?;
        }
        let right = (!leaf).then(|| word(data, head + 8)).transpose()?;
        Ok(Page {
            cells,
            places,
            right,
        })
    }

    /// Checks that what stands on a page covers it and nothing stands there twice.
    fn cover(
        &mut self,
        data: &[u8],
        head: usize,
        (cells, places): (usize, usize),
        leaf: bool,
    ) -> Result<(), Doubt> {
        // pages are not so large that this would not fit
        let content = usize::from(half(data, head + 5)?);
        must(places + 2 * cells <= content && content <= data.len())?;
        self.spans.clear();
        for index in 0..cells {
            let place = usize::from(half(data, places + 2 * index)?);
            must(place >= content && place + 4 <= data.len())?;
            let size = self.cell(data, place, leaf)?.size;
            must(place + size <= data.len())?;
            self.spans.push(span(place, size)?);
        }
        let mut free = usize::from(half(data, head + 1)?);
        while free != 0 {
            must(free >= content && free + 4 <= data.len())?;
            let (next, size) = (half(data, free)?, half(data, free + 2)?);
            let (next, size) = (usize::from(next), usize::from(size));
            must(size >= 4 && free + size <= data.len())?;
            must(next == 0 || next > free + size + 3)?;
            self.spans.push(span(free, size)?);
            free = next;
        }
        // mostly they stand from the end to the beginning
        if self.spans.is_sorted_by(|a, b| a > b) {
            self.spans.reverse();
        } else {
            self.spans.sort_unstable();
        }
        let (mut end, mut gaps) = (u32::try_from(content).map_err(|_| Doubt)?, 0);
        for span in &self.spans {
            gaps += (span >> 16).checked_sub(end).ok_or(Doubt)?;
            end = (span & 0xFFFF) + 1;
        }
        let whole = u32::try_from(data.len()).map_err(|_| Doubt)?;
        gaps += whole.checked_sub(end).ok_or(Doubt)?;
        must(gaps == u32::from(data[head + 7]))
    }

    #[inline]
    fn cell<'a>(&self, data: &'a [u8], place: usize, leaf: bool) -> Result<Cell<'a>, Doubt> {
        let table = self.form == Form::Table;
        let mut at = place;
        let mut left = None;
        if !leaf {
            left = Some(word(data, at)?);
            at += 4;
        }
        if table && !leaf {
            let number = varint(data, &mut at)?;
            return Ok(Cell {
                left,
                number,
                length: 0,
                local: &[],
                more: None,
                size: at - place,
            });
        }
        let length = usize::try_from(varint(data, &mut at)?).map_err(|_| Doubt)?;
        let number = if table { varint(data, &mut at)? } else { 0 };
        let usable = data.len();
        let most = if table {
            usable - 35
        } else {
            (usable - 12) * 64 / 255 - 23
        };
        let here = if length <= most {
            length
        } else {
            let least = (usable - 12) * 32 / 255 - 23;
            let here = least + (length - least) % (usable - 4);
            if here <= most { here } else { least }
        };
        let local = data.get(at..at + here).ok_or(Doubt)?;
        at += here;
        let more = (here < length).then(|| word(data, at)).transpose()?;
        at += if more.is_some() { 4 } else { 0 };
        Ok(Cell {
            left,
            number,
            length,
            local,
            more,
            size: (at - place).max(4),
        })
    }

    /// Gathers a row that goes on on other pages.
    fn gather(&mut self, cell: &Cell<'_>, more: u32) -> Result<(), Doubt> {
        let (long, page) = &mut self.long;
        long.clear();
        long.extend_from_slice(cell.local);
        let mut next = more;
        while long.len() < cell.length {
            self.pages.read(next, page)?;
            next = word(page, 0)?;
            let rest = (cell.length - long.len()).min(page.len() - 4);
            long.extend_from_slice(&page[4..4 + rest]);
        }
        must(next == 0)
    }
}

/// First and last byte of something on a page.
fn span(place: usize, size: usize) -> Result<u32, Doubt> {
    u32::try_from(place << 16 | (place + size - 1)).map_err(|_| Doubt)
}

/// The number in two bytes of a page.
#[inline]
fn half(page: &[u8], at: usize) -> Result<u16, Doubt> {
    let bytes = page.get(at..).and_then(|rest| rest.first_chunk());
    Ok(u16::from_be_bytes(*bytes.ok_or(Doubt)?))
}

/// A number of one to nine bytes, as `SQLite` writes them.
#[inline]
pub(in crate::ledger) fn varint(data: &[u8], at: &mut usize) -> Result<i64, Doubt> {
    let first = *data.get(*at).ok_or(Doubt)?;
    *at += 1;
    if first < 128 {
        return Ok(i64::from(first));
    }
    let mut number = u64::from(first & 127);
    for _ in 0..7 {
        let byte = *data.get(*at).ok_or(Doubt)?;
        *at += 1;
        number = number << 7 | u64::from(byte & 127);
        if byte < 128 {
            return Ok(number.cast_signed());
        }
    }
    let byte = *data.get(*at).ok_or(Doubt)?;
    *at += 1;
    Ok((number << 8 | u64::from(byte)).cast_signed())
}
