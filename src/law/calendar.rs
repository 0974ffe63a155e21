//! China's working days, from the yearly holiday notices of the State Council's General Office.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use chrono::{Datelike, Weekday};

use super::{CountError, Day, shown};

/// The notices for 2020 to 2026.
const EMBEDDED: &str = include_str!("workdays.csv");

/// The listed days of covered years; every other day follows the week.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    listed: BTreeMap<Day, Listed>,
    years: BTreeSet<i32>,
}

/// A day that a holiday notice names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The holiday that the day belongs to, such as 国庆节.
    pub holiday: Cow<'static, str>,
    /// Whether people work on it: a make-up day (班), not a day off (休).
    pub works: bool,
    /// Where the notice is published.
    pub notice: Cow<'static, str>,
}

/// The columns of the calendar file; others are ignored.
const COLUMNS: [&str; 4] = ["date", "holiday", "kind", "paper_url"];

impl Calendar {
    /// The calendar inside the program, 2020 to 2026.
    ///
    /// Should its file ever be damaged, the calendar is empty and refuses every day.
    pub fn embedded() -> &'static Calendar {
        static CALENDAR: OnceLock<Calendar> = OnceLock::new();
        CALENDAR.get_or_init(|| {
            let days = EMBEDDED.lines().skip(1).map(listed);
            let days: Option<_> = days.collect();
            days.and_then(|days| Calendar::covering(days).ok())
                .unwrap_or_default()
        })
    }

    /// This calendar and the days of a CSV file with the columns date, holiday, kind, `paper_url`;
    /// the file prevails on a day that both list.
    ///
    /// A year is covered once its 1 January and 1 October are listed as days off; until then it
    /// may have December days only, which belong to the notice of the next year.
    ///
    /// # Errors
    /// [`CountError::BadRow`] for a line that cannot be read, a day listed twice or a file without
    /// days; [`CountError::IncompleteYear`] for a year that is not listed in full.
    pub fn extend(&self, csv_text: &str) -> Result<Calendar, CountError> {
        let text = csv_text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let bad = |line: u64, text: &str| CountError::BadRow {
            line,
            text: shown(text),
        };
        let headers = reader.headers().map_err(|e| bad(1, &e.to_string()))?;
        let columns = COLUMNS.map(|name| headers.iter().position(|heading| heading == name));
        let mut added = BTreeMap::new();
        for (at, record) in (2..).zip(reader.records()) {
            let record =
                record.map_err(|e| bad(e.position().map_or(at, csv::Position::line), ""))?;
            let line = record.position().map_or(at, csv::Position::line);
            let seen = || record.iter().collect::<Vec<_>>().join(",");
            let cells = columns.map(|at| at.and_then(|at| record.get(at)));
            let [Some(date), Some(holiday), Some(kind), Some(notice)] = cells else {
                return Err(bad(line, &seen()));
            };
            let day: Day = date.parse().map_err(|_| bad(line, &seen()))?;
            let works = match kind {
                "休" => false,
                "班" => true,
                _ => return Err(bad(line, &seen())),
            };
            let listed = Listed {
                holiday: Cow::Owned(holiday.to_owned()),
                works,
                notice: Cow::Owned(notice.to_owned()),
            };
            if added.insert(day, listed).is_some() {
                return Err(bad(line, &seen()));
            }
        }
        if added.is_empty() {
            return Err(bad(1, text.lines().next().unwrap_or_default()));
        }
        if self.listed.is_empty() {
            return Calendar::covering(added);
        }
        // a notice is of a whole year: a line of it alone replaces nothing that is known
        Calendar::covering(added.clone())?;
        let mut listed = self.listed.clone();
        listed.extend(added);
        Calendar::covering(listed)
    }

    /// The table of a notice, from lines `date 休|班 holiday`.
    pub fn table<'l>(lines: impl Iterator<Item = &'l str>, notice: &str) -> String {
        let notice = notice.replace([',', '"', '\n'], " ");
        let rows = lines.map(|line| {
            let mut words = line.split_whitespace();
            let date = words.next().unwrap_or_default();
            let kind = words.next().unwrap_or_default();
            let holiday = words.next().unwrap_or_default().replace([',', '"'], "");
            format!("{date},{holiday},{kind},{notice}\n")
        });
        let rows: String = rows.collect();
        format!("date,holiday,kind,paper_url\n{rows}")
    }

    /// The calendar of these days, with the years they cover.
    fn covering(listed: BTreeMap<Day, Listed>) -> Result<Calendar, CountError> {
        let off = |day: Option<Day>| day.is_some_and(|d| listed.get(&d).is_some_and(|l| !l.works));
        let full = |year| off(Day::new(year, 1, 1)) && off(Day::new(year, 10, 1));
        let mut years = BTreeSet::new();
        for day in listed.keys() {
            if years.contains(&day.year()) {
                continue;
            }
            if full(day.year()) {
                years.insert(day.year());
            } else if day.month() != 12 {
                return Err(CountError::IncompleteYear { year: day.year() });
            }
        }
        Ok(Calendar { listed, years })
    }

    /// Whether people work on the day: a listed day as its notice says, any other day from Monday
    /// to Friday.
    ///
    /// # Errors
    /// [`CountError::BeyondCalendar`] for a day of a year without a notice.
    pub fn is_workday(&self, day: Day) -> Result<bool, CountError> {
        if !self.years.contains(&day.year()) {
            let last = self.last();
            return Err(CountError::BeyondCalendar { day, last });
        }
        let weekend = matches!(day.date().weekday(), Weekday::Sat | Weekday::Sun);
        Ok(self
            .listed
            .get(&day)
            .map_or(!weekend, |listed| listed.works))
    }

    /// What a notice says of the day, if one names it.
    #[must_use]
    pub fn listed(&self, day: Day) -> Option<&Listed> {
        self.listed.get(&day)
    }

    /// 31 December of the last covered year; [`Day::MIN`] when none is.
    #[must_use]
    pub fn last(&self) -> Day {
        let year = self.years.last();
        year.and_then(|year| Day::new(*year, 12, 31))
            .unwrap_or(Day::MIN)
    }
}

/// A line of the file inside the program, which has its four columns in this order and quotes none.
fn listed(line: &'static str) -> Option<(Day, Listed)> {
    let mut cells = line.split(',');
    let [day, holiday, kind, notice] = [(); 4].map(|()| cells.next());
    let listed = Listed {
        holiday: Cow::Borrowed(holiday?),
        works: kind? == "班",
        notice: Cow::Borrowed(notice?),
    };
    Some((day?.parse().ok()?, listed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::day;

    fn works(on: Day) -> bool {
        Calendar::embedded().is_workday(on).expect("covered")
    }

    #[test]
    fn embedded_file_is_whole() {
        let calendar = Calendar::embedded();
        assert_eq!(Calendar::default().extend(EMBEDDED).as_ref(), Ok(calendar));
        assert_eq!(calendar.listed.len(), 255);
        assert_eq!(calendar.listed.values().filter(|l| l.works).count(), 47);
        assert_eq!(calendar.years, (2020..=2026).collect());
        assert!(
            calendar
                .listed
                .values()
                .all(|l| l.notice.contains("www.gov.cn"))
        );
    }

    #[test]
    fn notices_prevail_over_the_week() {
        for (on, expected) in [
            (day(2022, 4, 1), true),   // a Friday
            (day(2022, 4, 2), true),   // a make-up Saturday
            (day(2022, 4, 5), false),  // a Tuesday, 清明节
            (day(2022, 4, 9), false),  // a plain Saturday
            (day(2022, 4, 24), true),  // a make-up Sunday
            (day(2022, 12, 30), true), // a Friday
            (day(2022, 12, 31), false),
            (day(2024, 2, 9), true),   // 除夕 of 2024 was no day off
            (day(2020, 1, 31), false), // the lengthened Spring Festival of 2020
            (day(2020, 2, 3), true),
        ] {
            assert_eq!(works(on), expected, "{on}");
        }
        let listed = Calendar::embedded()
            .listed(day(2022, 4, 2))
            .map(|l| &*l.holiday);
        assert_eq!(listed, Some("清明节"));
        assert_eq!(Calendar::embedded().listed(day(2022, 4, 1)), None);
    }

    #[test]
    fn uncovered_years_are_refused() {
        let calendar = Calendar::embedded();
        assert!(calendar.is_workday(day(2020, 1, 1)).is_ok());
        assert!(calendar.is_workday(day(2026, 12, 31)).is_ok());
        let last = day(2026, 12, 31);
        for day in [day(2019, 12, 31), day(2027, 1, 1)] {
            let error = CountError::BeyondCalendar { day, last };
            assert_eq!(calendar.is_workday(day), Err(error.clone()));
            assert!(error.zh().contains("date,holiday,kind,paper_url"));
            assert!(error.en().contains("date,holiday,kind,paper_url"));
        }
        assert!(Calendar::default().is_workday(day(2022, 1, 4)).is_err());
    }

    #[test]
    fn a_file_extends_the_calendar() {
        let head = "\u{feff}date,weekday,holiday,kind,paper_url\r\n";
        let year = "2027-01-01,周五,元旦,休,n\r\n2027-10-01,周五,国庆节,休,n\r\n2027/10/9,周六,国庆节,班,n\r\n";
        let longer = Calendar::embedded()
            .extend(&format!("{head}{year}"))
            .expect("extended");
        assert_eq!(longer.last(), day(2027, 12, 31));
        assert_eq!(longer.is_workday(day(2027, 1, 1)), Ok(false));
        assert_eq!(longer.is_workday(day(2027, 10, 9)), Ok(true));
        assert!(longer.is_workday(day(2028, 1, 1)).is_err());
        // the notice of the next year may name December days of a covered one
        let eve = Calendar::embedded().extend(&format!("{head}2026-12-31,周四,元旦,休,n\n{year}"));
        assert_eq!(eve.and_then(|c| c.is_workday(day(2026, 12, 31))), Ok(false));
        // a gap stays refused
        let gap = Calendar::embedded().extend(&format!("{head}{}", year.replace("2027", "2028")));
        assert!(gap.and_then(|c| c.is_workday(day(2027, 6, 1))).is_err());
    }

    #[test]
    fn damaged_files_are_refused_with_their_line() {
        let line = |body: &str| {
            let text = format!("date,holiday,kind,paper_url\n{body}");
            match Calendar::embedded().extend(&text) {
                Err(CountError::BadRow { line, .. }) => Some(line),
                _ => None,
            }
        };
        let good = "2027-01-01,元旦,休,n\n";
        assert_eq!(line(good), None);
        assert_eq!(line(""), Some(1));
        assert_eq!(line(&format!("{good}2027-02-30,春节,休,n\n")), Some(3));
        assert_eq!(line(&format!("{good}2027-02-03,春节,假,n\n")), Some(3));
        assert_eq!(line(&format!("{good}2027-02-03,春节\n")), Some(3));
        assert_eq!(line(&format!("{good}{good}")), Some(3));
        assert!(
            Calendar::embedded()
                .extend("day,kind\n2027-01-01,休\n")
                .is_err()
        );
        let half = Calendar::embedded().extend(&format!("date,holiday,kind,paper_url\n{good}"));
        assert_eq!(half, Err(CountError::IncompleteYear { year: 2027 }));
    }
}
