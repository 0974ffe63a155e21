//! A notice as plain text, and the command that records it.

use std::fmt::Write as _;

use super::{Notice, Period};
use crate::pack::{NoticeDef, Pack};
use crate::report::command;
use crate::words::Words;

/// 一、二、…
fn numeral(number: usize) -> String {
    const DIGITS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    match number {
        1..=10 => DIGITS[number - 1].to_owned(),
        11..=19 => format!("十{}", DIGITS[number - 11]),
        _ => number.to_string(),
    }
}

/// The command that records that the notice was posted.
#[must_use]
pub fn recording(def: &NoticeDef, notice: &Notice, pack: &Pack, days: Option<Period>) -> Words {
    let start = days.map(|days| days.start);
    let base = command::record(def.step, &notice.subject, start, &[]);
    let mut more = String::new();
    if let Some(end) = days.and_then(|days| days.end)
        && let Some(field) = def.step.field("end")
    {
        if field.required {
            // it stands there as a word to be replaced
            let put = |text: &str, word: &str| text.replace(&format!(" --end {word}"), "");
            let base = Words::new(put(&base.zh, field.heading), put(&base.en, "DATE"));
            return finish(def, notice, pack, &base, &format!(" --end {end}"));
        }
        let _ = write!(more, " --end {end}");
    }
    finish(def, notice, pack, &base, &more)
}

fn finish(def: &NoticeDef, notice: &Notice, pack: &Pack, base: &Words, more: &str) -> Words {
    let mut tail = more.to_owned();
    if !notice.by.is_empty() && def.step.index("by").is_some() {
        let _ = write!(tail, " --by {}", notice.by);
    }
    if !def.options.is_empty() {
        let _ = write!(tail, " {}", def.options);
    }
    let list = ["content", "items"];
    let field = list.iter().find_map(|name| def.step.field(name));
    let terms: Vec<&str> = def
        .items
        .iter()
        .filter_map(|item| item.term.as_deref())
        .map(|term| pack.label(field.map_or("", |field| field.vocabulary), term))
        .collect();
    if let Some(field) = field.filter(|_| !terms.is_empty()) {
        let _ = write!(tail, " --{} {}", field.option(), terms.join("、"));
    }
    Words::new(format!("{}{tail}", base.zh), format!("{}{tail}", base.en))
}

/// The notice as plain text, to be pasted or printed.
#[must_use]
pub fn text(notice: &Notice) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "　　　　{}\n", notice.title);
    if !notice.head.is_empty() {
        let _ = writeln!(text, "　　{}", notice.head);
    }
    for (index, line) in notice.lines.iter().enumerate() {
        let _ = writeln!(
            text,
            "　　{}、{}：{}",
            numeral(index + 1),
            line.heading,
            line.shown()
        );
    }
    if let Some(period) = &notice.period {
        let word = notice.kind.word().zh;
        let word = if word.ends_with("公示") {
            "公示"
        } else {
            &word
        };
        let _ = writeln!(text, "　　{word}时间：{period}");
    }
    if !notice.signed.is_empty() {
        let _ = writeln!(text, "\n　　　　　　　　　　　　　　{}", notice.signed);
        let _ = writeln!(text, "　　　　　　　　　　　　　　{}", notice.date);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_chinese() {
        let said: Vec<String> = [1, 10, 11, 19, 20].map(numeral).into();
        assert_eq!(said, ["一", "十", "十一", "十九", "20"]);
    }
}
