//! Calendar days and minutes as the papers write them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{digits, plain, shown};

/// The first and the last year that a day may have.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// A calendar day from 1990-01-01 to 2100-12-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

/// A minute of a day in the clock time of the place, or the day alone where the minute is
/// not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    day: Day,
    minute: Option<u16>,
}

/// Minutes of a day.
const MINUTES: i64 = 24 * 60;

text_error! {
    /// Why a text is not a day or a minute.
    DayError: "日期", "date";
    /// A year of fewer than four digits.
    ShortYear: "的年份不足四位；请写四位年份，如 2022-04-01",
        "has a short year; write four digits, e.g. 2022-04-01";
    /// A day that no calendar has, such as 30 February.
    Impossible: "不存在；请核对月和日", "does not exist; check month and day";
    /// A day before 1990 or after 2100.
    OutOfRange: "不在 1990 至 2100 年之间；请核对年份", "is not in 1990 to 2100; check the year";
    /// Not a day at all.
    NotADay: "读不懂；请写如 2022-04-01 或 2022年4月1日",
        "cannot be read; write e.g. 2022-04-01 or 2022年4月1日";
    /// A day without a readable hour and minute.
    NotAMinute: "没有读得懂的时分；请写到分钟，如 2022-04-01 09:30",
        "lacks a readable hour and minute; write e.g. 2022-04-01 09:30";
}

/// The day of a literal, for constants.
///
/// # Panics
/// On a date that does not exist or lies outside 1990 to 2100: use [`Day::new`] for any input.
#[must_use]
pub const fn day(year: i32, month: u32, day: u32) -> Day {
    match Day::new(year, month, day) {
        Some(day) => day,
        None => panic!("not a day from 1990 to 2100"),
    }
}

impl Day {
    /// The first day there is.
    pub const MIN: Day = day(1990, 1, 1);
    /// The last day there is.
    pub const MAX: Day = day(2100, 12, 31);

    /// The day of a year, a month from 1 and a day from 1; `None` when it does not exist or its
    /// year is not in 1990 to 2100.
    #[must_use]
    pub const fn new(year: i32, month: u32, day: u32) -> Option<Day> {
        if year < *YEARS.start() || year > *YEARS.end() {
            return None;
        }
        match NaiveDate::from_ymd_opt(year, month, day) {
            Some(date) => Some(Day(date)),
            None => None,
        }
    }

    /// The day of a date; `None` when its year is not in 1990 to 2100.
    #[must_use]
    pub fn from_date(date: NaiveDate) -> Option<Day> {
        YEARS.contains(&date.year()).then_some(Day(date))
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, from 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day as a `chrono` date.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The day of the week in Chinese, 周一 to 周日.
    #[must_use]
    pub fn weekday_zh(self) -> &'static str {
        match self.0.weekday() {
            Weekday::Mon => "周一",
            Weekday::Tue => "周二",
            Weekday::Wed => "周三",
            Weekday::Thu => "周四",
            Weekday::Fri => "周五",
            Weekday::Sat => "周六",
            Weekday::Sun => "周日",
        }
    }
}

/// The day of a text that is written as the ledger writes it, `2022-04-01`; nothing for any
/// other way of writing, and for days that cannot be.
fn canonical(text: &str) -> Option<Day> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |sum, digit| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let known = YEARS.contains(&year);
    known.then(|| Day::new(year, number(&[m1, m2])?, number(&[d1, d2])?))?
}

impl FromStr for Day {
    type Err = DayError;

    /// Reads `2022-04-01`, `2022/4/1`, `2022.4.1`, `2022年4月1日` or `20220401`.
    fn from_str(text: &str) -> Result<Day, DayError> {
        if let Some(day) = canonical(text) {
            return Ok(day);
        }
        let not_a_day = || DayError::NotADay(shown(text));
        let clean = plain(text).ok_or_else(not_a_day)?;
        let parts: Vec<&str> = if let Some(rest) = clean.strip_suffix(['日', '号']) {
            let (year, rest) = rest.split_once('年').ok_or_else(not_a_day)?;
            let (month, day) = rest.split_once('月').ok_or_else(not_a_day)?;
            vec![year.trim(), month.trim(), day.trim()]
        } else if digits(&clean) && clean.len() == 8 {
            vec![&clean[..4], &clean[4..6], &clean[6..]]
        } else {
            let sign = ['-', '/', '.']
                .into_iter()
                .find(|sign| clean.contains(*sign));
            clean.split(sign.ok_or_else(not_a_day)?).collect()
        };
        let [year, month, day] = parts[..] else {
            return Err(not_a_day());
        };
        let small = |part: &str| {
            let number = part.parse::<u32>().ok();
            number.filter(|_| digits(part) && part.len() <= 2)
        };
        let (Some(month), Some(day), true) = (small(month), small(day), digits(year)) else {
            return Err(not_a_day());
        };
        if year.len() < 4 {
            return Err(DayError::ShortYear(shown(text)));
        }
        let year: i32 = year.parse().map_err(|_| not_a_day())?;
        if !YEARS.contains(&year) {
            return Err(DayError::OutOfRange(shown(text)));
        }
        Day::new(year, month, day).ok_or_else(|| DayError::Impossible(shown(text)))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the years are four digits
        let mut text = *b"0000-00-00";
        let mut put = |at: usize, digits: usize, mut number: u32| {
            for place in (at..at + digits).rev() {
                text[place] = b'0' + u8::try_from(number % 10).unwrap_or_default();
                number /= 10;
            }
        };
        put(0, 4, self.0.year().unsigned_abs());
        put(5, 2, self.0.month());
        put(8, 2, self.0.day());
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl Moment {
    /// The minute of a day, an hour from 0 to 23 and a minute from 0 to 59.
    #[must_use]
    pub fn new(day: Day, hour: u32, minute: u32) -> Option<Moment> {
        let at = u16::try_from(hour.checked_mul(60)?.checked_add(minute)?).ok()?;
        (hour < 24 && minute < 60).then_some(Moment {
            day,
            minute: Some(at),
        })
    }

    /// A day of which the time is not known.
    #[must_use]
    pub const fn of_day(day: Day) -> Moment {
        Moment { day, minute: None }
    }

    /// The day of it.
    #[must_use]
    pub const fn day(self) -> Day {
        self.day
    }

    /// The first and the last minute that it can be, in minutes since the year 1; the same where
    /// the minute is known.
    #[must_use]
    pub fn span(self) -> (i64, i64) {
        let start = i64::from(self.day.0.num_days_from_ce()) * MINUTES;
        match self.minute {
            Some(minute) => (start + i64::from(minute), start + i64::from(minute)),
            None => (start, start + MINUTES - 1),
        }
    }
}

impl FromStr for Moment {
    type Err = DayError;

    /// Reads `2022-04-01 09:30`, `2022-04-01T09:30`, `2022年4月1日 9:30`, or only the day.
    fn from_str(text: &str) -> Result<Moment, DayError> {
        if let Some(day) = canonical(text) {
            return Ok(Moment::of_day(day));
        }
        let not_a_minute = || DayError::NotAMinute(shown(text));
        let clean = plain(text).ok_or_else(not_a_minute)?;
        let Some((day, time)) = clean
            .rsplit_once(['T', ' '])
            .filter(|(_, t)| t.contains(':'))
        else {
            return clean.parse().map(Moment::of_day);
        };
        let day: Day = day.parse()?;
        let number = |part: &str, least: usize| {
            let fits = (least..=2).contains(&part.len()) && digits(part);
            let number = fits.then(|| part.parse().ok());
            number.flatten().ok_or_else(not_a_minute)
        };
        let (hour, minute) = time.split_once(':').ok_or_else(not_a_minute)?;
        Moment::new(day, number(hour, 1)?, number(minute, 2)?).ok_or_else(not_a_minute)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minute {
            None => self.day.fmt(f),
            Some(at) => f.pad(&format!("{}T{:02}:{:02}", self.day, at / 60, at % 60)),
        }
    }
}

from_text!(Day);
from_text!(Moment);
as_text!(Day);
as_text!(Moment);

#[cfg(test)]
mod tests {
    use super::DayError as E;
    use super::*;
    use proptest::prelude::*;

    type Refused<'a> = (fn(String) -> E, &'a [&'a str]);

    #[test]
    #[rustfmt::skip]
    fn days_are_read_as_papers_write_them() {
        let same = [
            "2022-04-01", "2022/4/1", "2022.4.1", "2022年4月1日", "20220401", "２０２２－０４－０１",
            " 2022 年 04 月 01 日 ", "２０２２．４．１",
        ];
        for text in same {
            assert_eq!(text.parse(), Ok(day(2022, 4, 1)), "{text}");
        }
        for text in ["1990-01-01", "2100-12-31", "2024-02-29", "2000-02-29"] {
            assert_eq!(text.parse::<Day>().map(|d| d.to_string()), Ok(text.into()));
        }
        assert_eq!(day(2022, 4, 1).weekday_zh(), "周五");
        assert_eq!((day(2022, 4, 1).year(), day(2022, 4, 1).month()), (2022, 4));
    }

    #[test]
    #[rustfmt::skip]
    fn other_days_are_refused_by_name() {
        let refused: [Refused; 4] = [
            (E::ShortYear, &["22-4-1", "22年4月1日", "022/4/1"]),
            (E::Impossible, &["2023-02-29", "2100-02-29", "2022-04-31", "2022-13-01", "20220400"]),
            (E::OutOfRange, &["1989-12-31", "2101-01-01", "0022-04-01", "20220-1-1"]),
            (E::NotADay, &["", "4/1/2022", "2022-4/1", "2022-04", "2022年4月", "44652", "2022-04-01 09:30",
                "二〇二二年四月一日", "2022-4-①", "220401", "2022--4-1", "99999999999-1-1"]),
        ];
        for (error, texts) in refused {
            for text in texts {
                assert_eq!(text.parse::<Day>(), Err(error((*text).into())), "{text}");
            }
        }
        assert_eq!((Day::new(1989, 12, 31), Day::new(2023, 2, 29)), (None, None));
        assert_eq!(E::Impossible("2023-02-29".into()).zh(), "日期“2023-02-29”不存在；请核对月和日");
        assert!(E::ShortYear("22-4-1".into()).en().starts_with("date \"22-4-1\" has a short year"));
    }

    #[test]
    #[rustfmt::skip]
    fn moments_are_minutes_or_days() {
        for text in ["2022-04-01 09:30", " 2022-04-01T09:30 ", "2022年4月1日 ０９：３０", "2022年4月1日 9:30",
            "2022-04-01T9：30"] {
            let moment: Moment = text.parse().expect(text);
            assert_eq!(moment.to_string(), "2022-04-01T09:30");
            assert_eq!(moment.day(), day(2022, 4, 1));
            assert_eq!(moment.span().0, moment.span().1);
        }
        let known: Moment = "2022-04-01".parse().expect("a day");
        assert_eq!(known.to_string(), "2022-04-01");
        assert_eq!(known.span().1 - known.span().0, 24 * 60 - 1);
        let midnight: Moment = "2022-04-02 00:00".parse().expect("a minute");
        assert_eq!(midnight.span().0, known.span().1 + 1);
        for text in ["2022-04-01 24:00", "2022-04-01 09:60", "2022-04-01 09:30:00",
            "2022-04-01 9:3", "2022-04-01 +9:30", "2022-04-01 :30"] {
            assert_eq!(text.parse::<Moment>(), Err(E::NotAMinute(text.into())));
        }
        assert!("2022-04".parse::<Moment>().is_err());
    }

    #[test]
    #[rustfmt::skip]
    fn json_is_the_plain_form() {
        let day: Day = serde_json::from_str("\"2022/4/1\"").expect("day");
        assert_eq!(serde_json::to_string(&day).expect("json"), "\"2022-04-01\"");
        assert!(serde_json::from_str::<Day>("20220401").is_err());
        let moment: Moment = serde_json::from_str("\"2022-04-01 09:30\"").expect("moment");
        assert_eq!(serde_json::to_string(&moment).expect("json"), "\"2022-04-01T09:30\"");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), near in "[0-9./年月日T: -]{0,20}") {
            for text in [text, near] {
                let _ = (text.parse::<Day>(), text.parse::<Moment>());
            }
        }
    }
}
