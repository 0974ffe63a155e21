//! Money as whole fen: read from text exactly or refused, never rounded.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{digits, plain, shown};

/// An amount of money in fen (分, a hundredth of a yuan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

text_error! {
    /// Why a text is not an amount of money.
    MoneyError: "金额", "amount";
    /// Nothing was written.
    Empty: "是空的；请写一个数，如 485000.00 或 48.5万",
        "is empty; write a number such as 485000.00 or 48.5万";
    /// Below zero.
    Negative: "是负数；请写不小于零的数", "is negative; write zero or more";
    /// About so much: 约, 左右, 以上, …
    Approximate: "是约数；请写确切的数，如 485000.00",
        "is approximate; write the exact number, e.g. 485000.00";
    /// From one amount to another.
    Range: "是一个范围；请写一个确切的数，如 485000.00",
        "is a range; write one exact number, e.g. 485000.00";
    /// A part of a fen.
    TooPrecise: "有不足一分的部分；请最多写到分", "has a part of a fen; write no less than 0.01 yuan";
    /// Commas that do not part groups of three digits.
    Grouping: "的逗号位置不对；请每三位一个逗号，或不写逗号",
        "has misplaced commas; write one every three digits, or none";
    /// More than 92,233,720,368,547,758.07 yuan.
    Overflow: "过大；请核对单位和位数", "is too large; check the unit and digits";
    /// A yuan sign without 万 in a column headed 万元.
    UnclearUnit: "在万元栏内带元的符号；请写明单位，如 48.5万元 或 485000元",
        "has a yuan sign in a 万元 column; write the unit, e.g. 48.5万元 or 485000元";
    /// A JSON number with more digits than a float keeps, or more than two decimals.
    Float: "作为 JSON 小数不可靠；请写成带引号的文字，如 \"485000.00\"",
        "is not exact as a JSON float; write it as a string, e.g. \"485000.00\"";
    /// Anything else.
    NotMoney: "读不懂；请写如 485000.00、485,000元 或 48.5万",
        "cannot be read; write e.g. 485000.00, 485,000元 or 48.5万";
}

/// Words and signs that make an amount inexact.
const INEXACT: &str = "约 左右 上下 以上 以下 以内 近 余 多 几 数 不超过 不少于 ≈ ± < > ≤ ≥";

/// Signs between the two ends of a range.
const RANGE: [char; 7] = ['-', '~', '–', '—', '−', '至', '到'];

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);

    /// The amount of so many fen.
    #[must_use]
    pub const fn from_fen(fen: i64) -> Money {
        Money(fen)
    }

    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// The sum, or `None` when it is too large to hold.
    #[must_use]
    pub fn checked_add(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }

    /// Reads an amount from a column headed 万元: a bare number is 万元, a written unit is obeyed.
    ///
    /// # Errors
    /// As [`Money::from_str`], and [`MoneyError::UnclearUnit`] for a yuan sign without 万.
    pub fn parse_wan(text: &str) -> Result<Money, MoneyError> {
        read(text, true)
    }

    /// The exact amount in 万元 without trailing zeros, never rounded.
    #[must_use]
    pub fn to_wan(&self) -> String {
        let fen = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:06}", fen / 1_000_000, fen % 1_000_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// Reads an amount; `wan` says that a bare number is 万元.
fn read(text: &str, wan: bool) -> Result<Money, MoneyError> {
    let given = || shown(text);
    let clean = plain(text).ok_or_else(|| MoneyError::NotMoney(given()))?;
    if clean.is_empty() {
        return Err(MoneyError::Empty(given()));
    }
    if clean.starts_with('~') || INEXACT.split(' ').any(|word| clean.contains(word)) {
        return Err(MoneyError::Approximate(given()));
    }
    let inner = clean.trim_matches(|c: char| !c.is_ascii_digit());
    if inner.contains(RANGE) {
        return Err(MoneyError::Range(given()));
    }
    let (signed, body) = match clean.strip_prefix('¥') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, clean.as_str()),
    };
    let booked = body.starts_with('(') && body.ends_with(')'); // as bookkeepers write it
    if body.starts_with(['-', '−', '–', '—', '负']) || booked {
        return Err(MoneyError::Negative(given()));
    }
    let (body, yuan) = match body.strip_suffix('元') {
        Some(rest) => (rest.trim_end(), true),
        None => (body, false),
    };
    let (number, places) = match body.strip_suffix('万') {
        Some(rest) => (rest.trim_end(), 6),
        None if wan && signed && !yuan => return Err(MoneyError::UnclearUnit(given())),
        None if wan && !yuan => (body, 6),
        None => (body, 2),
    };
    fen(number, places).map_err(|problem| problem(given()))
}

/// The fen of a plain number with so many decimal places to the fen.
fn fen(number: &str, places: usize) -> Result<Money, fn(String) -> MoneyError> {
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let groups: Vec<&str> = whole.split(',').collect();
    let whole = groups.concat();
    if !digits(part) || !digits(&whole) {
        return Err(MoneyError::NotMoney);
    }
    let grouped = (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3);
    if groups.len() > 1 && !grouped {
        return Err(MoneyError::Grouping);
    }
    let part = part.trim_end_matches('0');
    if part.len() > places {
        return Err(MoneyError::TooPrecise);
    }
    let fen = format!("{whole}{part:0<places$}").parse();
    fen.map(Money).map_err(|_| MoneyError::Overflow as _)
}

impl FromStr for Money {
    type Err = MoneyError;

    /// Reads an amount: a bare number is yuan; 元, 万, 万元, ￥, commas and full-width forms are read.
    fn from_str(text: &str) -> Result<Money, MoneyError> {
        canonical(text).map_or_else(|| read(text, false), Ok)
    }
}

/// The amount of a text as the ledger writes it, `485000.00`; nothing for any other writing.
fn canonical(text: &str) -> Option<Money> {
    let (yuan, fen) = text.split_once('.')?;
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(yuan, 15) || fen.len() != 2 || !digits(fen, 2) {
        return None;
    }
    let yuan: i64 = yuan.parse().ok()?;
    Some(Money::from_fen(yuan * 100 + fen.parse::<i64>().ok()?))
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fen = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

as_text!(Money);

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
        from.deserialize_any(Reader)
    }
}

/// Reads money from a string, or from a number in yuan.
struct Reader;

impl de::Visitor<'_> for Reader {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of money such as \"485000.00\" / 金额，如 \"485000.00\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, yuan: i64) -> Result<Money, E> {
        self.visit_str(&yuan.to_string())
    }

    fn visit_u64<E: de::Error>(self, yuan: u64) -> Result<Money, E> {
        self.visit_str(&yuan.to_string())
    }

    fn visit_f64<E: de::Error>(self, yuan: f64) -> Result<Money, E> {
        let text = yuan.to_string();
        let part = text.split_once('.').map_or(0, |(_, part)| part.len());
        // a float keeps 15 decimal digits
        if part > 2 || text.bytes().filter(u8::is_ascii_digit).count() > 15 {
            return Err(E::custom(MoneyError::Float(shown(&text))));
        }
        self.visit_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::MoneyError as E;
    use super::*;
    use proptest::prelude::*;

    type Refused<'a> = (fn(String) -> E, &'a [&'a str]);

    #[test]
    #[rustfmt::skip]
    fn yuan_and_wan_are_read_exactly() {
        let same = [
            "485000", "485,000.00", "485000.00元", "48.5万", "48.5万元", "￥485000", "¥ 485,000 元",
            "　４８５，０００．００　", "0485000", "485000.0000", "48.50000000万",
        ];
        for text in same {
            assert_eq!(text.parse(), Ok(Money(48_500_000)), "{text}");
        }
        for (text, fen) in [("48.5", 48_500_000), ("485000元", 48_500_000), ("0.000001", 1)] {
            assert_eq!(Money::parse_wan(text), Ok(Money(fen)), "{text}");
        }
        assert_eq!("0.01".parse(), Ok(Money(1)));
        assert_eq!("92233720368547758.07".parse(), Ok(Money(i64::MAX)));
        assert_eq!([1, 0].map(|fen| Money(i64::MAX).checked_add(Money(fen))), [None, Some(Money(i64::MAX))]);
    }

    #[test]
    #[rustfmt::skip]
    fn anything_inexact_is_refused_by_its_own_name() {
        let refused: [Refused; 7] = [
            (E::Negative, &["-1", "－1", "−0", "￥-1", "负5万", "(500)"]),
            (E::Approximate, &["约5万", "5万左右", "5万余元", "~5万", "≤5万", "约5-6万"]),
            (E::Range, &["5-6万", "5～6万", "5万至6万"]),
            (E::TooPrecise, &["0.001", "1.0000001万", "0.001元"]),
            (E::Grouping, &["48,50", "4850,000", ",485", "1,,000", "485,"]),
            (E::Overflow, &["92233720368547758.08", "9223372036855万"]),
            (E::NotMoney, &["五万", "5²", "1e5", "+5", ".5", "5.", "1.2.3", "万", "元", "5 000", "5亿"]),
        ];
        for (error, texts) in refused {
            for text in texts {
                assert_eq!(text.parse::<Money>(), Err(error((*text).into())), "{text}");
            }
        }
        assert_eq!(" ".parse::<Money>(), Err(E::Empty(String::new())));
        assert_eq!(Money::parse_wan("￥48.5"), Err(E::UnclearUnit("￥48.5".into())));
        assert_eq!(E::Range("5-6万".into()).zh(), "金额“5-6万”是一个范围；请写一个确切的数，如 485000.00");
        assert_eq!(E::Negative("-1".into()).en(), "amount \"-1\" is negative; write zero or more");
    }

    #[test]
    #[rustfmt::skip]
    fn json_numbers_are_yuan_and_long_floats_are_refused() {
        for (json, fen) in [("485000", 48_500_000), ("0.1", 10), ("1e2", 10_000), ("\"1万\"", 1_000_000)] {
            assert_eq!(serde_json::from_str::<Money>(json).ok(), Some(Money(fen)), "{json}");
        }
        for json in ["0.001", "-1", "-0.5", "9007199254740993.5", "1e300", "null", "true", "\"\""] {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::to_string(&Money(48_500_000)).ok().as_deref(), Some("\"485000.00\""));
    }

    #[test]
    #[rustfmt::skip]
    fn wan_text_is_never_rounded() {
        let texts = [
            (50_000_001, "50.000001"), (0, "0"), (48_500_000, "48.5"), (10_000_000, "10"), (1, "0.000001"),
            (-1, "-0.000001"),
        ];
        for (fen, text) in texts {
            assert_eq!(Money(fen).to_wan(), text);
        }
        assert_eq!(Money(-1).to_string(), "-0.01");
    }

    proptest! {
        #[test]
        fn texts_round_trip(fen in 0..=i64::MAX) {
            prop_assert_eq!(Money(fen).to_string().parse(), Ok(Money(fen)));
            prop_assert_eq!(Money::parse_wan(&Money(fen).to_wan()), Ok(Money(fen)));
        }

        #[test]
        fn no_text_panics(text in any::<String>(), near in "[0-9,.万元￥~-]{0,24}") {
            for text in [text, near] {
                let _ = (text.parse::<Money>(), Money::parse_wan(&text));
            }
        }
    }
}
