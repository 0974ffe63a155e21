//! The two languages in which the tool speaks to people.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// A language of messages: Chinese by default, English by `--lang en`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// Chooses the text of this language.
    #[must_use]
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// One message in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Words {
    /// The Chinese text, as printed by default.
    pub zh: String,
    /// The English text.
    pub en: String,
}

impl Words {
    /// Pairs a Chinese text with its English one.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The same text in both languages: a name, a number, a date.
    pub fn same(text: impl fmt::Display) -> Self {
        let text = text.to_string();
        Self {
            zh: text.clone(),
            en: text,
        }
    }

    /// The same message where somebody will read it, else nothing.
    #[must_use]
    pub fn told(&self) -> Self {
        if is_silent() {
            return Self::default();
        }
        self.clone()
    }

    /// The text in one language; the Chinese one where the English is missing.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.en.is_empty() => &self.en,
            _ => &self.zh,
        }
    }

    /// True if nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty()
    }

    /// Joins messages as sentences of one text.
    #[must_use]
    pub fn join(parts: &[Self]) -> Self {
        if is_silent() {
            return Self::default();
        }
        let list = |f: fn(&Self) -> &str, gap: &str| {
            parts
                .iter()
                .map(f)
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(gap)
        };
        Self {
            zh: list(|w| &w.zh, ""),
            en: list(|w| &w.en, " "),
        }
    }
}

/// Builds [`Words`] from a Chinese and an English text that share their arguments.
///
/// `{}` stands for the next argument, `{2}` for the third; each text uses those it needs.
#[macro_export]
macro_rules! words {
    ($zh:literal, $en:literal $(, $arg:expr)* $(,)?) => {{
      if $crate::words::is_silent() {
        $crate::words::Words::default()
      } else {
        let args: &[&dyn std::fmt::Display] = &[$(&$arg),*];
        $crate::words::Words::new(
            $crate::words::render($zh, args),
            $crate::words::render($en, args),
        )
      }
    }};
}

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// True while nobody will read the messages that are built.
#[must_use]
pub fn is_silent() -> bool {
    SILENT.get()
}

/// Runs `work` without building its messages: for who wants the answer and not the words.
/// What `work` decides must not depend on a message; the rules' examples are judged both ways.
pub fn silently<T>(work: impl FnOnce() -> T) -> T {
    speaking(true, work)
}

/// Runs `work` with messages, also inside [`silently`].
pub fn aloud<T>(work: impl FnOnce() -> T) -> T {
    speaking(false, work)
}

fn speaking<T>(silent: bool, work: impl FnOnce() -> T) -> T {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            SILENT.set(self.0);
        }
    }
    let _restore = Restore(SILENT.replace(silent));
    work()
}

/// Fills the slots of a text.
#[must_use]
pub fn render(template: &str, args: &[&dyn fmt::Display]) -> String {
    use fmt::Write as _;
    let mut text = String::with_capacity(template.len() + 16);
    let mut next = 0;
    let mut rest = template;
    let find = |text: &str, sign: u8| text.bytes().position(|byte| byte == sign);
    while let Some(opens) = find(rest, b'{') {
        text.push_str(&rest[..opens]);
        let after = &rest[opens + 1..];
        let Some(closes) = find(after, b'}') else {
            text.push('{');
            rest = after;
            continue;
        };
        let (slot, tail) = (&after[..closes], &after[closes + 1..]);
        let index = slot.parse().unwrap_or(next);
        next += usize::from(slot.is_empty());
        debug_assert!(index < args.len(), "no argument {index} in “{template}”");
        if let Some(arg) = args.get(index) {
            let _ = write!(text, "{arg}");
        }
        rest = tail;
    }
    text.push_str(rest);
    text
}

/// Text that is safe on a terminal: no control characters, no changes of direction, nothing
/// invisible.
#[must_use]
pub fn clean(text: &str) -> String {
    if is_clean(text) {
        return text.to_owned();
    }
    text.chars()
        .filter_map(|c| match c {
            '\n' => Some('\n'),
            '\t' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
            '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{00AD}'
            | '\u{061C}'
            | '\u{180E}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}' => None,
            c if c.is_control() => Some('\u{FFFD}'),
            c => Some(c),
        })
        .collect()
}

/// True if [`clean`] surely changes nothing, told by the bytes alone: none of them begins a
/// character that it takes out.
#[must_use]
pub fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    let any = bytes
        .iter()
        .fold(0, |any, byte| any | SUSPECT[usize::from(*byte)]);
    let fine = |(index, byte): (usize, &u8)| {
        *byte != 0xEF || !matches!(bytes.get(index + 1), Some(0xBB | 0xBF))
    };
    any == 0 || any == PERHAPS && bytes.iter().enumerate().all(fine)
}

/// What a byte says of its character: nothing, that it is taken out or changed, or that it may be.
const SUSPECT: [u8; 256] = {
    let mut list = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        list[byte] = match byte {
            // U+FEFF and U+FFF9 to U+FFFB; beside them stand the full-width forms
            0xEF => PERHAPS,
            0xC2 | 0xD8 | 0xE1 | 0xE2 | 0xF3 => SURELY,
            0x0A | 0x20..=0x7E | 0x80..=0xBF | 0xC3.. => 0,
            _ => SURELY,
        };
        byte += 1;
    }
    list
};
const PERHAPS: u8 = 1;
const SURELY: u8 = 2;

/// The compatibility form of a text (NFKC): full-width letters and digits are plain ones.
#[must_use]
pub fn nfkc(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| settled(c) == Some(c)) {
        return Cow::Borrowed(text);
    }
    let form: Option<String> = text.chars().map(settled).collect();
    Cow::Owned(form.unwrap_or_else(|| text.nfkc().collect()))
}

/// The compatibility form of a character that has this form whatever of its kind it stands
/// beside; most texts have no others.
#[must_use]
pub fn settled(c: char) -> Option<char> {
    match c {
        '\0'..='\u{7F}'
        | '\u{4E00}'..='\u{9FFF}'
        | '、'..='〟'
        | '“'
        | '”'
        | '‘'
        | '’'
        | '—'
        | '·' => Some(c),
        '\u{3000}' => Some(' '),
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => None,
    }
}

/// The known name that looks most like a mistyped one, if one does.
#[must_use]
pub fn near<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.trim().to_lowercase();
    let typed = fold(typed);
    let length = typed.chars().count();
    let mut best: Option<(usize, f64, &str)> = None;
    for name in known {
        let folded = fold(name);
        // a slip is one sign in three at most, and two at most in a short code
        let most = (length.max(folded.chars().count()) / 3).clamp(1, 3);
        let slips = strsim::damerau_levenshtein(&typed, &folded);
        let likeness = strsim::jaro_winkler(&typed, &folded);
        let better = best.is_none_or(|(least, most_like, _)| {
            slips < least || slips == least && likeness > most_like
        });
        if slips <= most && slips < length.max(2) && better {
            best = Some((slips, likeness, name));
        }
    }
    best.map(|(_, _, name)| name)
}

/// The question after a mistyped name: `是不是 HZ2022-001？`
#[must_use]
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Words {
    match near(typed, known) {
        Some(name) => words!("是不是 {}？", " Did you mean {}?", name),
        None => Words::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_takes_the_arguments_it_needs() {
        let said = words!("{}为{}。", "{2} is {1}.", "甲", 3, "A");
        assert_eq!(said, Words::new("甲为3。", "A is 3."));
        assert_eq!(Words::new("仅中文", "").in_lang(Lang::En), "仅中文");
    }

    #[test]
    fn what_is_told_to_be_clean_is() {
        let all = || ('\0'..='\u{1FFFF}').chain('\u{E0000}'..='\u{E01FF}');
        for c in all() {
            let text = format!("a{c}b");
            assert!(!is_clean(&text) || clean(&text) == text, "{c:?}");
        }
        assert!(is_clean("每周五天，午餐（8万元）：\n"));
        assert!(all().filter(|c| is_clean(&c.to_string())).count() > 100_000);
    }

    #[test]
    fn what_is_its_own_form_is_left_as_it_is() {
        for c in '\0'..='\u{2FFFF}' {
            let text = format!("e{c}{c}中{c}");
            assert_eq!(nfkc(&text), text.nfkc().collect::<String>(), "{c:?}");
        }
        assert_eq!(nfkc("（１２）ｅ\u{301}"), "(12)é");
    }

    #[test]
    fn a_slip_is_recognised_and_nothing_else() {
        let cases = ["HZ2022-001", "HZ2022-002", "TG2022-001"];
        assert_eq!(near("HZ2022-01", cases), Some("HZ2022-001"));
        assert_eq!(near("hz2022-001", cases), Some("HZ2022-001"));
        assert_eq!(near("TH2022-001", cases), Some("TG2022-001"));
        assert_eq!(near("XX", cases), None);
        assert_eq!(near("", cases), None);
        assert_eq!(near("HX", ["HZ", "TG"]), Some("HZ"));
        assert_eq!(near("A15-DAY", ["A15-DAYS", "A11-DAYS"]), Some("A15-DAYS"));
        assert_eq!(did_you_mean("Q", ["HZ", "TG"]), Words::default());
    }

    #[test]
    fn joins_sentences() {
        let joined = Words::join(&[Words::same("a"), Words::default(), Words::same("b")]);
        assert_eq!((joined.zh.as_str(), joined.en.as_str()), ("ab", "a b"));
    }
}
