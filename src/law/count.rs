//! Counting of days, months, working days and reporting periods.

use chrono::{Duration, Months, NaiveDate};
use serde::{Deserialize, Serialize};

pub use super::CountError;
use super::{Calendar, Day};

/// A unit of time in a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// An hour (小时).
    Hour,
    /// A calendar day (日).
    Day,
    /// A working day (工作日).
    Workday,
    /// A calendar month (个月).
    Month,
    /// A calendar year (年).
    Year,
}

/// Whether the first day of a span is part of the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FirstDay {
    /// The count begins on the next day (当日不计入).
    Excluded,
    /// The first day is day 1.
    Counted,
}

/// The days from one day to another, negative when `to` is the earlier; one more when the first
/// day is counted.
#[must_use]
pub fn days(from: Day, to: Day, first: FirstDay) -> i64 {
    let gap = to.date().signed_duration_since(from.date()).num_days();
    gap + i64::from(first == FirstDay::Counted)
}

/// The day that lies `n` units after `from`, before it when `n` is negative.
///
/// Months and years keep the day of the month, or take the last one of a shorter month. Working
/// days are counted from the next one on.
///
/// # Errors
/// [`CountError::HourToDay`] for hours, [`CountError::BeyondCalendar`] for working days of years
/// without a notice, [`CountError::OutOfRange`] for a result outside 1990 to 2100.
pub fn add(from: Day, n: i64, unit: Unit, calendar: &Calendar) -> Result<Day, CountError> {
    let months = |n: i64| {
        let count = Months::new(u32::try_from(n.unsigned_abs()).ok()?);
        let date = from.date();
        if n < 0 {
            date.checked_sub_months(count)
        } else {
            date.checked_add_months(count)
        }
    };
    let date = match unit {
        Unit::Hour => return Err(CountError::HourToDay),
        Unit::Workday => return add_workdays(from, n, calendar),
        Unit::Day => Duration::try_days(n).and_then(|n| from.date().checked_add_signed(n)),
        Unit::Month => months(n),
        Unit::Year => n.checked_mul(12).and_then(months),
    };
    date.and_then(Day::from_date)
        .ok_or(CountError::OutOfRange { from })
}

/// The `n`th working day after `from`, before it when `n` is negative, `from` itself when 0.
fn add_workdays(from: Day, n: i64, calendar: &Calendar) -> Result<Day, CountError> {
    let step = if n < 0 {
        NaiveDate::pred_opt
    } else {
        NaiveDate::succ_opt
    };
    let (mut at, mut left) = (from, n.unsigned_abs());
    while left > 0 {
        let next = step(&at.date()).and_then(Day::from_date);
        at = next.ok_or(CountError::OutOfRange { from })?;
        left -= u64::from(calendar.is_workday(at)?);
    }
    Ok(at)
}

/// One line of an explained count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The day.
    pub day: Day,
    /// Its number from 1; `None` for a first day that is not counted.
    pub number: Option<u32>,
    /// Its place in the count.
    pub note: Note,
}

/// The place of a day in a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The first day, not counted.
    NotCounted,
    /// Day 1.
    First,
    /// A day in between.
    Between,
    /// The last day.
    Last,
}

impl Note {
    /// The note in Chinese; empty for a day in between.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::NotCounted => "当日不计入",
            Self::First => "起算",
            Self::Between => "",
            Self::Last => "末日",
        }
    }

    /// The note in English; empty for a day in between.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::NotCounted => "not counted",
            Self::First => "first day",
            Self::Between => "",
            Self::Last => "last day",
        }
    }
}

/// Every day from one day to another with its number; empty when `to` is the earlier.
#[must_use]
pub fn days_listed(from: Day, to: Day, first: FirstDay) -> Vec<Counted> {
    let offset = u32::from(first == FirstDay::Counted);
    let line = |(at, day): (u32, Day)| {
        let number = Some(at + offset).filter(|number| *number > 0);
        let note = match number {
            None => Note::NotCounted,
            Some(1) if day != to || at == 0 => Note::First,
            Some(_) if day == to => Note::Last,
            Some(_) => Note::Between,
        };
        Counted { day, number, note }
    };
    let days = from.date().iter_days().filter_map(Day::from_date);
    let days = days.take_while(|day| *day <= to);
    (0..).zip(days).map(line).collect()
}

/// A reporting period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// A calendar year.
    Year,
    /// A half-year, from January or July.
    Half,
    /// A quarter, from January, April, July or October.
    Quarter,
}

impl Period {
    /// The months in a period.
    const fn months(self) -> u32 {
        match self {
            Self::Year => 12,
            Self::Half => 6,
            Self::Quarter => 3,
        }
    }

    /// How many of them make a year.
    #[must_use]
    pub const fn of_year(self) -> u32 {
        12 / self.months()
    }

    /// The year and the period in it, from 1, that a day belongs to.
    #[must_use]
    pub fn period_of(self, day: Day) -> (i32, u32) {
        (day.year(), (day.month() - 1) / self.months() + 1)
    }

    /// The first and the last day of a period. A year outside 1990 to 2100 and an index that the
    /// year does not have are taken as the nearest there is.
    #[must_use]
    pub fn bounds(self, year: i32, index: u32) -> (Day, Day) {
        let year = year.clamp(Day::MIN.year(), Day::MAX.year());
        let months = self.months();
        let month = (index.clamp(1, 12 / months) - 1) * months + 1;
        let first = Day::new(year, month, 1).unwrap_or(Day::MIN);
        let next = first.date().checked_add_months(Months::new(months));
        let last = next
            .and_then(|date| date.pred_opt())
            .and_then(Day::from_date);
        (first, last.unwrap_or(Day::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::Note::{Between, First, Last, NotCounted};
    use super::*;
    use crate::law::day;

    fn after(from: Day, n: i64, unit: Unit) -> Result<Day, CountError> {
        add(from, n, unit, Calendar::embedded())
    }

    #[test]
    fn days_between() {
        let (from, to) = (day(2024, 2, 28), day(2024, 3, 1));
        assert_eq!(days(from, to, FirstDay::Excluded), 2);
        assert_eq!(days(from, to, FirstDay::Counted), 3);
        assert_eq!(days(to, from, FirstDay::Excluded), -2);
        assert_eq!(days(from, from, FirstDay::Excluded), 0);
        assert_eq!(days(from, from, FirstDay::Counted), 1);
    }

    #[test]
    fn months_and_years_end_with_shorter_months() {
        for (from, n, unit, to) in [
            (day(2022, 1, 31), 1, Unit::Month, day(2022, 2, 28)),
            (day(2024, 1, 31), 1, Unit::Month, day(2024, 2, 29)),
            (day(2022, 1, 28), 1, Unit::Month, day(2022, 2, 28)),
            (day(2022, 2, 28), 1, Unit::Month, day(2022, 3, 28)),
            (day(2022, 3, 31), -1, Unit::Month, day(2022, 2, 28)),
            (day(2022, 11, 30), 3, Unit::Month, day(2023, 2, 28)),
            (day(2024, 2, 29), 1, Unit::Year, day(2025, 2, 28)),
            (day(2024, 2, 29), 4, Unit::Year, day(2028, 2, 29)),
            (day(2024, 2, 28), 1, Unit::Day, day(2024, 2, 29)),
            (day(2023, 2, 28), 1, Unit::Day, day(2023, 3, 1)),
            (day(2023, 1, 1), -1, Unit::Day, day(2022, 12, 31)),
        ] {
            assert_eq!(after(from, n, unit), Ok(to), "{from} + {n} {unit:?}");
        }
    }

    #[test]
    fn counts_without_a_result_are_refused() {
        let from = day(2100, 12, 31);
        let out = Err(CountError::OutOfRange { from });
        for unit in [Unit::Day, Unit::Month, Unit::Year] {
            for n in [1, i64::MAX, i64::MIN] {
                assert_eq!(after(from, n, unit), out, "{n} {unit:?}");
            }
        }
        assert_eq!(after(from, 1, Unit::Hour), Err(CountError::HourToDay));
        assert_eq!(after(from, 0, Unit::Workday), Ok(from));
        assert!(after(day(2026, 12, 31), 1, Unit::Workday).is_err());
        assert!(after(day(2020, 1, 1), -1, Unit::Workday).is_err());
    }

    #[test]
    fn workdays_follow_the_notices() {
        for (from, n, to) in [
            (day(2022, 4, 1), 1, day(2022, 4, 2)),  // a make-up Saturday
            (day(2022, 4, 1), 2, day(2022, 4, 6)),  // past 清明节
            (day(2022, 4, 8), 1, day(2022, 4, 11)), // a plain weekend
            (day(2022, 9, 30), 1, day(2022, 10, 8)),
            (day(2022, 10, 8), -1, day(2022, 9, 30)),
            (day(2022, 10, 1), 0, day(2022, 10, 1)),
        ] {
            assert_eq!(after(from, n, Unit::Workday), Ok(to), "{from} + {n}");
        }
    }

    #[test]
    fn listed_days_agree_with_their_count() {
        let (from, to) = (day(2022, 2, 27), day(2022, 3, 1));
        let lines = |first| {
            let listed = days_listed(from, to, first).into_iter();
            listed.map(|c| (c.number, c.note)).collect::<Vec<_>>()
        };
        let excluded = [(None, NotCounted), (Some(1), First), (Some(2), Last)];
        assert_eq!(lines(FirstDay::Excluded), excluded);
        let counted = [(Some(1), First), (Some(2), Between), (Some(3), Last)];
        assert_eq!(lines(FirstDay::Counted), counted);
        assert!(days_listed(to, from, FirstDay::Counted).is_empty());
        assert_eq!(days_listed(to, to, FirstDay::Excluded)[0].number, None);
    }

    #[test]
    #[rustfmt::skip]
    fn periods_part_the_year() {
        for (period, on, index, bounds) in [
            (Period::Half, day(2022, 6, 30), 1, (day(2022, 1, 1), day(2022, 6, 30))),
            (Period::Half, day(2022, 7, 1), 2, (day(2022, 7, 1), day(2022, 12, 31))),
            (Period::Quarter, day(2024, 3, 31), 1, (day(2024, 1, 1), day(2024, 3, 31))),
            (Period::Quarter, day(2024, 4, 1), 2, (day(2024, 4, 1), day(2024, 6, 30))),
            (Period::Year, day(2100, 12, 31), 1, (day(2100, 1, 1), day(2100, 12, 31))),
        ] {
            assert_eq!(period.period_of(on), (on.year(), index));
            assert_eq!(period.bounds(on.year(), index), bounds);
        }
        assert_eq!(Period::Half.bounds(2022, 3), Period::Half.bounds(2022, 2));
        assert_eq!(Period::Half.bounds(2022, 0), Period::Half.bounds(2022, 1));
    }
}
