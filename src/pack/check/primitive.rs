//! The primitives with their parameters.

use super::sums::{Cohort, Lag, Members, Overflow, Portion, Season, Tally, Total};
use crate::law::{Money, Period, Unit, count::FirstDay};
use crate::pack::expr::{Expr, Path};
use crate::step::StepDef;
use crate::words::Words;

/// How many of the projects of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Least {
    /// All of them.
    All,
    /// So many percent, rounded up.
    Percent(i64),
    /// So many, or all if there are fewer.
    Number(i64),
    /// One in each community that has one.
    EachCommunity,
}

/// Which side of a conflict of interest is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Staff, or those related to them, have an interest in the unit that takes the case.
    Staff,
    /// A unit in breach of that is in the blocklist.
    Listed,
    /// People who supervise have an interest in a unit that takes a case nearby.
    Supervisor,
    /// Such a person has stepped aside.
    Unrecused,
    /// Such a person who has not was told to.
    Reminded,
}

/// When a duty falls due: once any of these facts is recorded.
pub type Gate = Vec<Path>;

/// What to say of a missing thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IfMissing {
    /// A duty was not done.
    Breach,
    /// A fact is not known.
    #[default]
    Unverifiable,
}

/// A number of something on a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub n: i64,
    /// Of what.
    pub unit: Unit,
}

/// The kinds of checks. None knows a city or a stage.
#[derive(Debug)]
pub enum Primitive {
    /// Records or fields that must be there once the gate is passed.
    Presence {
        /// Steps or fields.
        of: Vec<Path>,
        /// One of them is enough.
        any: bool,
        /// When they are due.
        gate: Gate,
        /// What a missing one means.
        if_missing: IfMissing,
        /// Not before so long after this day.
        after: Option<(Path, Span)>,
    },
    /// Something that must hold.
    Holds {
        /// The condition.
        that: Expr,
        /// When it is due; at once if empty.
        gate: Gate,
        /// The facts shown and blamed.
        uses: Vec<Path>,
        /// What is said if it does not hold.
        broken: Words,
    },
    /// A list that must contain certain terms.
    SetCover {
        /// The list.
        of: Path,
        /// The terms that must be in it.
        need: Vec<String>,
        /// At least so many of them; all if none.
        min: Option<usize>,
        /// One person counts for one role only.
        persons: bool,
        /// What several records name counts together.
        together: bool,
        /// Only these records, and they count together.
        filter: Option<Expr>,
        /// When it is due, if nothing is recorded.
        gate: Gate,
        /// What a term that is not in it means.
        lacking: IfMissing,
    },
    /// Each item of one list stands in another.
    Subset {
        /// The items.
        of: Path,
        /// The list that they must stand in.
        within: Path,
        /// The list as it stood on the day of the record at hand.
        standing: bool,
        /// What an empty list of items means.
        if_missing: IfMissing,
    },
    /// Two lists have nothing in common.
    Disjoint {
        /// One list.
        of: Path,
        /// The other.
        from: Path,
        /// The other must be known: nothing recorded there is a missing fact.
        known: bool,
    },
    /// One day is not before another.
    Order {
        /// The earlier.
        first: Path,
        /// The later.
        then: Path,
        /// They may not be the same day.
        strict: bool,
        /// Only these records of the later.
        filter: Option<Expr>,
        /// One earlier record before the later one is enough.
        any: bool,
    },
    /// Something must happen within a span after something else.
    Deadline {
        /// Start of the clock.
        from: Path,
        /// What must have happened.
        to: Path,
        /// The span.
        within: Span,
        /// The earliest record answers, not the latest.
        first: bool,
        /// Only these records answer, and only since the clock started.
        filter: Option<Expr>,
        /// Only these records start the clock.
        start: Option<Expr>,
        /// Whether the day that starts it counts.
        first_day: FirstDay,
        /// A due day that is a day of rest moves to the next working day.
        rollover: bool,
    },
    /// The n-th of several yearly dates that records must meet.
    FixedDate {
        /// The dates of the records.
        of: Path,
        /// Only these records.
        filter: Option<Expr>,
        /// Which one, from 1.
        slot: usize,
        /// Of how many.
        slots: usize,
        /// Month.
        month: u32,
        /// Day of the month.
        day: u32,
        /// Added to the programme year.
        year_offset: i32,
        /// Month and day of the last of the dates, in the programme year: until then the
        /// records answer the dates from the first on, after it from the last back.
        last: (u32, u32),
        /// What the records are, in words; the field's name if empty.
        what: Words,
        /// A due day that is a day of rest moves to the next working day.
        rollover: bool,
    },
    /// For each linked record, something within a window of days.
    Window {
        /// The linked records.
        each: &'static StepDef,
        /// The records that answer.
        event: &'static StepDef,
        /// Field of the answer that names the linked record.
        key: usize,
        /// Field of the answer with its day.
        date: usize,
        /// Field of the answer that excuses.
        unless: Option<usize>,
        /// First day.
        from: Path,
        /// Last day.
        to: Path,
    },
    /// A period of at least so many days.
    Duration {
        /// The records.
        of: &'static StepDef,
        /// Field with the first day.
        from: usize,
        /// Field with the last day.
        to: usize,
        /// At least so many.
        min: i64,
        /// Whether the first day counts.
        first_day: FirstDay,
        /// A list of the records: of each of its items the longest period counts, and the
        /// shortest of those decides.
        per: Option<usize>,
        /// Only these items of that list; all if empty.
        terms: Vec<String>,
    },
    /// Amounts of at most so much, each by itself.
    Cap {
        /// The amounts.
        of: Vec<Path>,
        /// The most.
        max: Money,
    },
    /// Between so many and so many records.
    Count {
        /// The records, each kind with what counts of it.
        of: Vec<(&'static StepDef, Option<Expr>)>,
        /// Count distinct sources 名（户）, not records.
        sources: bool,
        /// Count the distinct values of this field, not records.
        distinct: Option<&'static str>,
        /// At least so many.
        min: i64,
        /// A number that stands for records without names.
        headcount: Option<Path>,
        /// When it is due.
        gate: Gate,
        /// Only these records are looked at.
        among: Option<Expr>,
        /// Due on this month and day, so many years after the one that is judged.
        yearly: Option<(u32, u32, i32)>,
        /// What none at all means.
        if_missing: IfMissing,
        /// What is counted, in words; the names of the steps if empty.
        what: Words,
    },
    /// A body acts that the clause names.
    Role {
        /// Where bodies are named.
        of: Vec<Path>,
        /// The bodies that may act.
        is: Vec<String>,
    },
    /// The sum over the contracts with one unit in one year and community.
    RunningSum {
        /// The most.
        max: Money,
    },
    /// Each household of the latest register has been asked.
    Register {
        /// The register.
        of: &'static StepDef,
        /// Field of the register and of the contacts that names the household.
        key: &'static str,
        /// Versions after the n-th of these days do not count, once there are so many.
        until: Option<(Path, usize)>,
        /// The contacts.
        within: Vec<&'static StepDef>,
    },
    /// The dates of a case lie within the validity of the regulation.
    Validity,
    /// So many of the projects of a year stand in the lists of some records.
    Coverage {
        /// The records with a list of cases.
        by: &'static StepDef,
        /// Only these records.
        filter: Option<Expr>,
        /// Which projects of the year.
        cohort: Cohort,
        /// Only those for which this holds.
        among: Option<Expr>,
        /// How many of them.
        least: Least,
        /// Pending until this month and day, so many years after the one that is judged.
        until: (u32, u32, i32),
        /// What is counted, in words; the step's name if empty.
        what: Words,
    },
    /// A record in each part of the year.
    Periods {
        /// The records.
        of: &'static StepDef,
        /// Only these records.
        filter: Option<Expr>,
        /// The parts.
        per: Period,
        /// Only parts in which a case of the same body has such a record.
        needs: Option<&'static StepDef>,
        /// Only such cases.
        among: Option<Expr>,
        /// Parts that are only partly in force count too.
        partly: bool,
        /// Two records that follow one another are at most so many months apart.
        gap: Option<i64>,
        /// The field that says which part a record is about; its day, if none does.
        part: Option<usize>,
    },
    /// Of the records of each part of the year so many percent are done.
    Share {
        /// The records.
        of: &'static StepDef,
        /// What shows that one is done.
        done: &'static StepDef,
        /// The field that is the same.
        same: &'static str,
        /// At least so many percent.
        percent: i64,
        /// The parts.
        per: Period,
        /// A part of a record need not be done.
        down: bool,
    },
    /// A sum is at most so many percent of a total.
    Ratio {
        /// The expenses: of each contract its amount or what is paid counts.
        of: &'static StepDef,
        /// Only these records.
        filter: Option<Expr>,
        /// The total: the last one counts.
        total: Path,
        /// At most so many percent.
        percent: i64,
    },
    /// More votes for than against, and for more than half of all members.
    Majority {
        /// The decisions.
        of: &'static StepDef,
        /// Field with the votes for.
        votes: usize,
        /// Field with the votes against.
        against: usize,
        /// Field with the number of members.
        members: usize,
        /// So many times the votes for must be more than the members.
        times: i64,
    },
    /// The case stands in the first such record after some day.
    TakenUp {
        /// The records.
        by: &'static StepDef,
        /// Only these records.
        filter: Option<Expr>,
        /// Their list of cases.
        list: usize,
        /// The day.
        from: Path,
        /// Due by the end of the next part of the year.
        per: Period,
    },
    /// The units of these records are not barred on their days.
    Blocklist {
        /// Fields that name units.
        of: Vec<Path>,
        /// How long a listing bars.
        years: i64,
    },
    /// Nobody with an interest takes part.
    Conflict {
        /// Which side.
        role: Side,
        /// The relations that count.
        relations: Vec<String>,
        /// Collateral kin count up to so many generations.
        generations: i64,
        /// Every case of the street is near.
        wide: bool,
    },
    /// A part of the projects, or of their money, against the whole.
    Portion(Portion),
    /// A sum over projects, or their number, within a bound.
    Total(Total),
    /// Each community of a street has a record by a date.
    Members(Members),
    /// What holds of the projects beyond a budget.
    Overflow(Overflow),
    /// The rows of a table of answers add up.
    Tally(Tally),
    /// The time between two records, shown and never judged.
    Lag(Lag),
    /// A record within a season of the year.
    Season(Season),
}
