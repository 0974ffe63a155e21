//! Exact money, days, deadlines and China's working-day calendar.

/// Reads a type from JSON text by its `FromStr`.
macro_rules! from_text {
    ($type:ident) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$type, D::Error> {
                let text = Cow::<str>::deserialize(from)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

/// An error about a text: each variant holds the text as given and says in Chinese and English
/// what is wrong and what to write.
macro_rules! text_error {
    ($(#[$doc:meta])* $name:ident: $zh:literal, $en:literal;
     $($(#[$why:meta])* $variant:ident: $zh_says:literal, $en_says:literal;)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[error("{} / {}", self.zh(), self.en())]
        pub enum $name {
            $($(#[$why])* $variant(String),)+
        }

        impl $name {
            /// What is wrong and what to write, in Chinese.
            #[must_use]
            pub fn zh(&self) -> String {
                match self {
                    $(Self::$variant(text) => format!(concat!($zh, "“{}”", $zh_says), text),)+
                }
            }

            /// What is wrong and what to write, in English.
            #[must_use]
            pub fn en(&self) -> String {
                match self {
                    $(Self::$variant(text) => format!(concat!($en, " \"{}\" ", $en_says), text),)+
                }
            }
        }
    };
}

/// Writes a type as its displayed text.
macro_rules! as_text {
    ($type:ident) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    };
}

pub mod calendar;
pub mod count;
pub mod day;
pub mod money;

pub use calendar::{Calendar, Listed};
pub use count::{Counted, FirstDay, Note, Period, Unit, add, days, days_listed};
pub use day::{Day, DayError, Moment, day};
pub use money::{Money, MoneyError};

use unicode_normalization::UnicodeNormalization;

/// Why a count has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} / {}", self.zh(), self.en())]
pub enum CountError {
    /// A day of a year whose holiday notice is not in the calendar, which ends with `last`.
    BeyondCalendar {
        /// The day asked for.
        day: Day,
        /// The last day of the calendar.
        last: Day,
    },
    /// Hours cannot be added to a day.
    HourToDay,
    /// The result is not in 1990 to 2100.
    OutOfRange {
        /// The day counted from.
        from: Day,
    },
    /// A line of a calendar file that cannot be read or repeats a day.
    BadRow {
        /// The line, from 1.
        line: u64,
        /// The line's text, shortened.
        text: String,
    },
    /// A year of a calendar file without a day off on 1 January or 1 October.
    IncompleteYear {
        /// The year.
        year: i32,
    },
}

impl CountError {
    /// What is wrong and what to do, in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::BeyondCalendar { day, last } => format!(
                "{day} 所在年份不在工作日日历内（日历止于 {last}）；请按国务院办公厅当年放假通知补一个 \
                 CSV 文件，表头为 date,holiday,kind,paper_url，每行一天，kind 写“休”或“班”"
            ),
            Self::HourToDay => "日期不能加小时；请改用日或工作日，或写明时刻".into(),
            Self::OutOfRange { from } => {
                format!("自 {from} 起算的结果不在 1990 至 2100 年之间；请核对天数")
            }
            Self::BadRow { line, text } => format!(
                "日历文件第 {line} 行“{text}”读不懂或日期重复；表头应为 \
                 date,holiday,kind,paper_url，kind 写“休”或“班”"
            ),
            Self::IncompleteYear { year } => {
                format!("日历文件中 {year} 年不完整，缺元旦或国庆节当日；请写全当年的放假和调休")
            }
        }
    }

    /// What is wrong and what to do, in English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::BeyondCalendar { day, last } => format!(
                "the year of {day} is not in the working-day calendar, which ends on {last}; add a \
                 CSV file of its holiday notice: columns date,holiday,kind,paper_url, one day a \
                 line, kind 休 (off) or 班 (working)"
            ),
            Self::HourToDay => {
                "hours cannot be added to a day; use days or working days, or give the minute"
                    .into()
            }
            Self::OutOfRange { from } => {
                format!("the count from {from} leaves 1990 to 2100; check the number")
            }
            Self::BadRow { line, text } => format!(
                "line {line} of the calendar file, \"{text}\", cannot be read or repeats a day; \
                 columns are date,holiday,kind,paper_url, kind is 休 or 班"
            ),
            Self::IncompleteYear { year } => format!(
                "the calendar file lacks 1 January or 1 October of {year}; list its whole notice"
            ),
        }
    }
}

/// The text with full-width forms made plain and outer spaces removed.
///
/// `None` when it holds a number sign that is neither an ASCII nor a full-width digit: NFKC would
/// turn `5²` into `52` and `①` into `1`.
fn plain(text: &str) -> Option<String> {
    let odd = |c: char| c.is_numeric() && !c.is_ascii_digit() && !('０'..='９').contains(&c);
    if text.chars().any(odd) {
        return None;
    }
    Some(text.nfkc().collect::<String>().trim().to_owned())
}

/// The text as an error message may repeat it: one line of at most 40 characters.
fn shown(text: &str) -> String {
    let mut short: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(40)
        .collect();
    if text.trim().chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

/// Whether the text is one or more ASCII digits.
fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_becomes_plain_and_odd_numbers_are_refused() {
        assert_eq!(plain("　１２，３．４ ").as_deref(), Some("12,3.4"));
        for odd in ["5²", "①", "½", "Ⅳ", "٣", "〇"] {
            assert_eq!(plain(odd), None, "{odd}");
        }
    }

    #[test]
    fn shown_text_is_short_and_on_one_line() {
        assert_eq!(shown(" a\nb "), "a b");
        assert_eq!(shown(&"字".repeat(40)), "字".repeat(40));
        assert_eq!(shown(&"字".repeat(41)), format!("{}…", "字".repeat(40)));
    }

    #[test]
    fn digits_need_at_least_one() {
        assert!(digits("0"));
        assert!(!digits(""));
        assert!(!digits("+1"));
    }
}
