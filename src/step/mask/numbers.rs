//! Numbers of persons in free text: telephones, identity numbers, bank cards.

use super::mask;
use crate::step::Kind;

/// How sure a number must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// Everything that looks like one.
    Likely,
    /// Mobile telephones and identity numbers only: among document numbers.
    Certain,
}

/// The fewest digits of a number of a person: a telephone of the place.
const SHORTEST: usize = 7;

/// A run of digits, and what stands right before and behind it.
struct Run {
    from: usize,
    to: usize,
}

/// Hides the numbers of persons in a text.
#[must_use]
pub fn hide_numbers(text: &str, sure: Sure) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = String::with_capacity(text.len());
    let mut at = 0;
    for (from, to) in places(&chars, sure) {
        hidden.extend(&chars[at..from]);
        let number: String = chars[from..to].iter().map(|c| plain(*c)).collect();
        hidden.push_str(&mask(&number));
        at = to;
    }
    hidden.extend(&chars[at..]);
    hidden
}

/// True if a text holds the number of a person.
#[must_use]
pub fn holds_number(text: &str, sure: Sure) -> bool {
    // a full-width digit begins with this byte; most texts have few of either
    let may = text.bytes().filter(|b| b.is_ascii_digit() || *b == 0xEF);
    if may.count() < SHORTEST {
        return false;
    }
    let digits = text.chars().filter(|c| plain(*c).is_ascii_digit());
    if digits.count() < SHORTEST {
        return false;
    }
    let chars: Vec<char> = text.chars().collect();
    !places(&chars, sure).is_empty()
}

/// A text that quotes input: numbers of persons are hidden, and every long run of digits that is
/// neither a day nor an amount where the field wants one.
#[must_use]
pub fn hide_runs(text: &str, kind: Option<Kind>) -> String {
    let text = hide_numbers(text, Sure::Certain);
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = String::with_capacity(text.len());
    let mut at = 0;
    for run in runs(&chars) {
        let digits: String = chars[run.from..run.to].iter().map(|c| plain(*c)).collect();
        let fits = match kind {
            Some(Kind::Day | Kind::Moment) => is_date(&digits),
            Some(Kind::Money) => digits.len() <= 10,
            _ => false,
        };
        if digits.len() >= 7 && !fits && !in_a_hash(&chars, run.from, run.to) {
            hidden.extend(&chars[at..run.from]);
            hidden.push_str(&mask(&digits));
            at = run.to;
        }
    }
    hidden.extend(&chars[at..]);
    hidden
}

/// Full-width digits as the others.
fn plain(c: char) -> char {
    match c {
        '０'..='９' => {
            char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c)
        }
        c => c,
    }
}

/// Where such numbers stand, in order, none within another.
fn places(chars: &[char], sure: Sure) -> Vec<(usize, usize)> {
    let runs = runs(chars);
    let mut list = Vec::new();
    let mut first = 0;
    while first < runs.len() {
        // the runs that follow with one or two separators between
        let mut reach = first;
        while reach < first + 6 && reach + 1 < runs.len() {
            let between = &chars[runs[reach].to..runs[reach + 1].from];
            if between.len() > 2 || !between.iter().all(|c| separates(*c)) {
                break;
            }
            reach += 1;
        }
        let found = (first..=reach)
            .rev()
            .find(|&end| is_number(chars, &runs[first..=end], sure));
        match found {
            Some(end) => {
                let mut to = runs[end].to;
                let digits: usize = runs[first..=end].iter().map(|r| r.to - r.from).sum();
                if digits == 17 && matches!(chars.get(to), Some('x' | 'X' | 'Ｘ' | 'ｘ')) {
                    to += 1;
                }
                list.push((runs[first].from, to));
                first = end + 1;
            }
            None => first += 1,
        }
    }
    list
}

fn runs(chars: &[char]) -> Vec<Run> {
    let mut list: Vec<Run> = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        if !plain(*c).is_ascii_digit() {
            continue;
        }
        match list.last_mut() {
            Some(run) if run.to == at => run.to = at + 1,
            _ => list.push(Run {
                from: at,
                to: at + 1,
            }),
        }
    }
    list
}

fn separates(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '－' | '—' | '–' | '\u{3000}' | '(' | ')' | '（' | '）' | '\u{a0}'
    )
}

/// Judges one number that is written in one or several groups.
fn is_number(chars: &[char], runs: &[Run], sure: Sure) -> bool {
    let (Some(head), Some(tail)) = (runs.first(), runs.last()) else {
        return false;
    };
    let of = |run: &Run| -> String { chars[run.from..run.to].iter().map(|c| plain(*c)).collect() };
    let groups: Vec<String> = runs.iter().map(of).collect();
    let all = groups.concat();
    let behind = chars.get(tail.to).copied().unwrap_or(' ');
    let before: String = chars[head.from.saturating_sub(8)..head.from]
        .iter()
        .collect();
    if in_a_hash(chars, head.from, tail.to) {
        return false;
    }
    let shape: Vec<usize> = groups.iter().map(String::len).collect();
    let one = shape.len() == 1;
    if is_mobile(&all)
        && (one
            || matches!(shape.as_slice(), [3, 4, 4] | [2, 3, 4, 4] | [2 | 4, 11])
            || shape.iter().all(|n| *n >= 2))
    {
        return true;
    }
    let checked = matches!(behind, 'x' | 'X' | 'Ｘ' | 'ｘ');
    let parted = one
        || matches!(
            shape.as_slice(),
            [6, 8, 3 | 4] | [6, 4, 4, 3 | 4] | [3, 3, 4, 4, 3 | 4]
        );
    if parted && is_identity(&all, checked) {
        return true;
    }
    if sure == Sure::Certain || is_quantity(&before, behind, chars, tail.to) {
        return false;
    }
    let lettered = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if lettered(before.chars().last()) || lettered(Some(behind)) {
        return false;
    }
    if one {
        return match all.len() {
            7..=12 => !is_date(&all),
            13..=19 => !is_credit_code(&all),
            _ => false,
        };
    }
    let local = all.strip_prefix("86").unwrap_or(&all);
    let area = local.starts_with('0') && (shape[0] >= 3 || all.starts_with("86"));
    let service = ["400", "800"].contains(&groups[0].as_str()) && all.len() == 10;
    let card = (16..=19).contains(&all.len()) && shape.iter().rev().skip(1).all(|n| *n == 4);
    let year =
        |text: &String| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let split = matches!(shape.as_slice(), [3 | 4, 4])
        && chars[head.to] == '-'
        && !groups.iter().all(year)
        && groups.iter().all(|g| !year(g));
    (area && (9..=16).contains(&all.len())) || service || card || split
}

/// A mobile telephone, with or without the prefix of the country.
fn is_mobile(digits: &str) -> bool {
    let local = match digits.len() {
        13 => digits.strip_prefix("86"),
        15 => digits.strip_prefix("0086"),
        12 => digits.strip_prefix('0'),
        _ => Some(digits),
    };
    let local = local.unwrap_or_default().as_bytes();
    local.len() == 11 && local[0] == b'1' && (b'3'..=b'9').contains(&local[1])
}

/// An identity number: its middle is a day of birth.
fn is_identity(digits: &str, checked: bool) -> bool {
    match digits.len() {
        17 => checked && is_day(&digits[6..14]),
        18 => is_day(&digits[6..14]),
        15 => is_day(&format!("19{}", &digits[6..12])) && !digits.starts_with('0'),
        _ => false,
    }
}

fn is_day(text: &str) -> bool {
    let number = |part: &str| part.parse::<u32>().unwrap_or_default();
    let (month, day) = (number(&text[4..6]), number(&text[6..8]));
    (1900..=2099).contains(&number(&text[..4]))
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
}

/// A day, or a day and a time.
fn is_date(digits: &str) -> bool {
    matches!(digits.len(), 8 | 12) && is_day(&digits[..8])
}

/// An amount, a number of a document, a part of a decimal.
fn is_quantity(before: &str, behind: char, chars: &[char], to: usize) -> bool {
    let next = chars
        .get(to + 1)
        .is_some_and(|c| plain(*c).is_ascii_digit());
    if matches!(
        behind,
        '元' | '万' | '亿' | '号' | '%' | '％' | '角' | '户' | '㎡' | '平' | '〕' | ']'
    ) || (matches!(behind, '.' | ',' | '，') && next && !before.contains('话'))
    {
        return true;
    }
    let before = before.trim_end_matches([':', '：', ' ', '.', '，', '为']);
    let ends = [
        "编号",
        "文号",
        "合同号",
        "凭证号",
        "发票号",
        "信用代码",
        "第",
        "〕",
        "]",
        "】",
        "¥",
        "￥",
        "金额",
        "字",
    ];
    ends.iter().any(|end| before.ends_with(end))
}

/// A long word of hexadecimal digits.
fn in_a_hash(chars: &[char], from: usize, to: usize) -> bool {
    let hex = |c: &&char| c.is_ascii_hexdigit();
    let before = chars[..from].iter().rev().take_while(hex).count();
    let behind = chars[to..].iter().take_while(hex).count();
    before + behind > 0 && before + behind + (to - from) >= 32
}

/// A credit code of a unit that happens to have no letter, by its check digit.
fn is_credit_code(digits: &str) -> bool {
    if digits.len() != 18 {
        return false;
    }
    let values: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    (31 - sum % 31) % 31 == values[17]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_persons_are_hidden() {
        for text in [
            "请联系13812345678",
            "微信wx13812345678",
            "138-1234-5678，晚上",
            "+86 138 1234 5678",
            "电话０７５５－２６１２３４５６",
            "(0755)26123456",
            "0755-26123456-801",
            "座机26123456",
            "2612-3456",
            "400-800-1234",
            "身份证440305198001011234",
            "44030519800101123X",
            "440305 19800101 123x",
            "440305800101123",
            "卡6222021234567890123",
            "6222 0212 3456 7890 123",
        ] {
            let hidden = hide_numbers(text, Sure::Likely);
            assert!(hidden.contains('*'), "{text}: {hidden}");
        }
    }

    #[test]
    fn what_is_no_number_of_a_person_stays() {
        for text in [
            "91440300MA5G12345X",
            "52440305MJL1234567",
            "深民微〔2020〕1234567号",
            "合同编号：20221234567",
            "1234567.00",
            "1234567.89元",
            "12,345,678元",
            "金额1234567",
            "2022-01-03",
            "20220103",
            "2022-2023年",
            "2022年1月3日10:30",
            "HZ2022-D0001、HZ2022-007",
            "SZ20220001234567",
            "第1234567号",
            "123456",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ] {
            assert_eq!(hide_numbers(text, Sure::Likely), text);
        }
        let number = "ZB-0755-2022001";
        assert_eq!(hide_numbers(number, Sure::Certain), number);
        assert_ne!(hide_numbers("13812345678", Sure::Certain), "13812345678");
    }
}
