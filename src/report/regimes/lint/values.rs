//! Whether the answers of a pack are what their clauses say.

use super::Flaw;
use crate::law::Day;
use crate::pack::parameter::{Catalogue, Parameter};
use crate::pack::{Meta, Pack};
use crate::words;

/// Digits as the law writes them.
const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// Flaws of the values of a pack's parameters.
pub(super) fn values(pack: &Pack) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for parameter in pack.parameters.iter() {
        let Some(value) = &parameter.value else {
            continue;
        };
        let form = Catalogue::get()
            .question(&parameter.id)
            .map_or("", |q| q.form.as_str());
        if let toml::Value::String(text) = value
            && form == "date"
            && !is_date(text)
        {
            flaws.push(Flaw::new(
                &parameter.id,
                words!(
                    "“{0}”不是日期；写 2022-01-01，或每年的月日 12-31。",
                    "“{0}” is no date: write 2022-01-01, or 12-31 for every year.",
                    text
                ),
            ));
        }
        let number = match (form, value) {
            ("money", toml::Value::String(text)) => text.split('.').next().map(str::to_owned),
            ("days" | "months" | "number" | "percent", value) => Some(value.to_string()),
            _ => None,
        };
        let Some(number) = number.and_then(|text| text.parse::<i64>().ok()) else {
            continue;
        };
        let quotes = quotes(pack, parameter);
        if !quotes.is_empty() && !ways(number).iter().any(|way| quotes.contains(way)) {
            flaws.push(Flaw::new(
                &parameter.id,
                words!(
                    "条款原文里没有“{0}”这个数；核对 value，或引用写明它的条款。",
                    "The words of the clause do not say {0}: check the value, or cite the clause that does.",
                    number
                ),
            ));
        }
    }
    flaws.extend(validity(&pack.meta, pack));
    flaws
}

/// The words of the clause that an answer cites.
fn quotes(pack: &Pack, parameter: &Parameter) -> String {
    let of_rule = parameter.rule.as_deref().and_then(|id| pack.rule(id));
    let mut text = of_rule.map_or(String::new(), |rule| rule.quotes.concat());
    text.push_str(&parameter.quote);
    text
}

fn is_date(text: &str) -> bool {
    let yearly = format!("2024-{text}");
    text.parse::<Day>().is_ok() || (text.len() <= 5 && yearly.parse::<Day>().is_ok())
}

/// How the law may write a number.
fn ways(number: i64) -> Vec<String> {
    let mut ways = vec![number.to_string()];
    if let Some(word) = in_words(number) {
        ways.push(word);
    }
    if number == 2 {
        ways.push("两".to_owned());
    }
    for (unit, sign) in [(10_000, '万'), (100_000_000, '亿')] {
        if number >= unit && number % (unit / 100) == 0 {
            let wan = format!("{}.{:02}", number / unit, number % unit * 100 / unit);
            let wan = wan.trim_end_matches('0').trim_end_matches('.');
            ways.push(format!("{wan}{sign}"));
            if let Some(word) = in_words(number / unit).filter(|_| number % unit == 0) {
                ways.push(format!("{word}{sign}"));
            }
        }
    }
    // a limit of hours or a month may be written by its unit alone
    ways
}

/// A number up to ninety-nine in words.
fn in_words(number: i64) -> Option<String> {
    let digit = |n: i64| usize::try_from(n).ok().and_then(|n| DIGITS.get(n)).copied();
    match number {
        0..=9 => digit(number).map(String::from),
        10..=99 => {
            let (tens, ones) = (number / 10, number % 10);
            let mut text = String::new();
            if tens > 1 {
                text.push(digit(tens)?);
            }
            text.push('十');
            if ones > 0 {
                text.push(digit(ones)?);
            }
            Some(text)
        }
        _ => None,
    }
}

/// The validity that is judged by against the validity that is answered.
fn validity(meta: &Meta, pack: &Pack) -> Vec<Flaw> {
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    let pairs = [
        ("force.from", day(meta.from), "from"),
        ("force.to", day(meta.to), "to"),
        ("document.number", meta.document.clone(), "document"),
    ];
    let mut flaws = Vec::new();
    for (id, of_meta, name) in pairs {
        let answer = pack.parameter(id).and_then(|p| p.value.as_ref());
        let answer = answer.and_then(toml::Value::as_str).map(str::to_owned);
        if pack.parameter(id).is_some_and(Parameter::is_answered) && answer != of_meta {
            flaws.push(Flaw::new(
                id,
                words!(
                    "与 pack.toml 的 [meta] {} 不一致（{} / {}）。",
                    "Differs from [meta] {} of pack.toml ({} / {}).",
                    name,
                    answer.unwrap_or_default(),
                    of_meta.unwrap_or_default()
                ),
            ));
        }
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_as_the_law_writes_them() {
        for (number, written) in [
            (500_000, "50万"),
            (30_000_000, "3000万"),
            (5, "五"),
            (12, "十二"),
            (24, "24"),
            (25, "二十五"),
            (2, "两"),
            (485_000, "48.5万"),
        ] {
            assert!(ways(number).iter().any(|way| way == written), "{number}");
        }
        assert!(!ways(5).iter().any(|way| "7日".contains(way.as_str())));
    }

    #[test]
    fn dates_are_days_or_days_of_every_year() {
        for (text, fine) in [
            ("2022-01-01", true),
            ("12-31", true),
            ("02-29", true),
            ("3-32", false),
            ("六月", false),
        ] {
            assert_eq!(is_date(text), fine, "{text}");
        }
    }
}
