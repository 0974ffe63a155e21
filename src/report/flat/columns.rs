//! The columns of the flat rows.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Text.
    Text,
    /// A whole number; of money the fen.
    Whole,
    /// A day.
    Day,
    /// A moment in UTC.
    Instant,
    /// 32 bytes.
    Digest,
    /// Yes or no.
    Flag,
}

/// A column of a dataset.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub sort: Sort,
    /// It is never empty.
    pub full: bool,
}

/// A kind of rows.
#[derive(Debug)]
pub struct Dataset {
    /// Its name, and that of its folder.
    pub name: &'static str,
    /// Its columns, the cells of a row in this order.
    pub columns: &'static [Column],
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    None,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Days since 1970.
    Day(i32),
    /// Microseconds since 1970, UTC.
    Instant(i64),
    /// 32 bytes.
    Digest([u8; 32]),
    /// Yes or no.
    Flag(bool),
}

/// The cells of one row.
pub type Row = Vec<Cell>;

const fn full(name: &'static str, sort: Sort) -> Column {
    Column {
        name,
        sort,
        full: true,
    }
}

const fn some(name: &'static str, sort: Sort) -> Column {
    Column {
        name,
        sort,
        full: false,
    }
}

/// The log: one row per event, as it stands in the ledger.
pub static EVENTS: Dataset = Dataset {
    name: "events",
    columns: &[
        full("origin", Sort::Text),
        full("seq", Sort::Whole),
        full("step", Sort::Text),
        full("subject", Sort::Text),
        some("occurred_date", Sort::Day),
        some("recorded", Sort::Instant),
        some("amount_fen", Sort::Whole),
        full("masked", Sort::Flag),
        // as hashed
        full("occurred", Sort::Text),
        full("recorded_at", Sort::Text),
        full("actor", Sort::Text),
        full("payload", Sort::Text),
        // not in a public copy: a masked number could be found by trying until the hash fits
        some("hash", Sort::Digest),
    ],
};

/// What the events say: one row per value, corrections applied.
pub static FACTS: Dataset = Dataset {
    name: "facts",
    columns: &[
        full("origin", Sort::Text),
        full("seq", Sort::Whole),
        full("step", Sort::Text),
        full("subject", Sort::Text),
        some("occurred_date", Sort::Day),
        full("field", Sort::Text),
        full("item", Sort::Whole),
        full("kind", Sort::Text),
        full("text", Sort::Text),
        some("fen", Sort::Whole),
        some("number", Sort::Whole),
        some("day", Sort::Day),
        some("flag", Sort::Flag),
        some("role", Sort::Text),
        full("amended", Sort::Flag),
        full("struck", Sort::Flag),
    ],
};

/// The cases: one row each.
pub static CASES: Dataset = Dataset {
    name: "cases",
    columns: &[
        full("case_id", Sort::Text),
        some("title", Sort::Text),
        some("type", Sort::Text),
        some("category", Sort::Text),
        some("community_name", Sort::Text),
        some("street", Sort::Text),
        full("status", Sort::Text),
        full("last_step", Sort::Text),
        some("last_date", Sort::Day),
        some("candidate_date", Sort::Day),
        some("applied_date", Sort::Day),
        some("planned_date", Sort::Day),
        some("noticed_date", Sort::Day),
        some("determined_date", Sort::Day),
        some("contracted_date", Sort::Day),
        some("started_date", Sort::Day),
        some("completed_date", Sort::Day),
        some("accepted_date", Sort::Day),
        some("settled_date", Sort::Day),
        some("closed_date", Sort::Day),
        some("evaluated_date", Sort::Day),
        some("amount_fen", Sort::Whole),
        some("candidate_fen", Sort::Whole),
        some("planned_fen", Sort::Whole),
        some("contract_fen", Sort::Whole),
        some("settled_fen", Sort::Whole),
        full("paid_fen", Sort::Whole),
        full("events", Sort::Whole),
    ],
};
