//! What a payload names, found in one pass over its text.

use crate::ledger::personal::{self, Token};
use crate::step::{Kind, StepDef};

/// The subjects that a payload names, each once, borrowed from it.
#[derive(Debug, Default)]
pub(super) struct Named<'a> {
    /// Mostly there are few.
    first: [&'a str; 4],
    count: usize,
    rest: Vec<&'a str>,
}

impl<'a> Named<'a> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a str> {
        let first = self.first.iter().take(self.count);
        first.chain(&self.rest).copied()
    }

    fn add(&mut self, subject: &'a str) {
        if self.iter().any(|other| other == subject) {
            return;
        }
        match self.first.get_mut(self.count) {
            Some(place) => {
                *place = subject;
                self.count += 1;
            }
            None => self.rest.push(subject),
        }
    }
}

/// Reads a payload of the form in which this program writes them, to its last byte, and gives
/// the tokens of personal values to `tokens`; none if it is any other text, which is then to be
/// read as JSON and field by field.
pub(super) fn named<'a>(
    def: &'static StepDef,
    payload: &'a str,
    tokens: &mut Vec<Token>,
) -> Option<Named<'a>> {
    tokens.clear();
    let mut pass = Pass {
        text: payload,
        at: 0,
        named: Named::default(),
        tokens,
    };
    pass.object(def)?;
    (pass.at == payload.len()).then_some(pass.named)
}

/// What a value stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Field,
    List,
    Member,
}

/// How a value is to be taken.
#[derive(Clone, Copy)]
struct Take {
    /// A text here is a subject.
    single: bool,
    /// A text in a list here is a subject.
    several: bool,
    inside: Inside,
}

/// Where the first byte stands that ends a text, begins an escape or may not stand in one.
#[inline]
fn stop(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // the high bit of every byte below `limit`; above such a byte perhaps of others, too
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let escape = below(word ^ (ONES * u64::from(b'\\')), 1);
        let hits = (quote | escape | below(word, 32)) & HIGH;
        if hits != 0 {
            return Some(8 * index + hits.trailing_zeros() as usize / 8);
        }
    }
    let stops = |byte: &u8| *byte < 32 || matches!(byte, b'"' | b'\\');
    Some(bytes.len() - rest.len() + rest.iter().position(stops)?)
}

/// A pass over a text. Where it comes upon another form than the usual one, of which JSON has
/// many, it ends with none.
struct Pass<'a, 't> {
    text: &'a str,
    at: usize,
    named: Named<'a>,
    tokens: &'t mut Vec<Token>,
}

impl<'a> Pass<'a, '_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes a sign, if it is the next one.
    fn passes(&mut self, sign: u8) -> bool {
        let is = self.peek() == Some(sign);
        self.at += usize::from(is);
        is
    }

    fn must(&mut self, sign: u8) -> Option<()> {
        self.passes(sign).then_some(())
    }

    /// Passes a name with its colon, if it is the next one.
    #[inline]
    fn names(&mut self, name: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let end = name.len() + 1;
        let is = rest.get(end..end + 2) == Some(b"\":")
            && rest[0] == b'"'
            && rest[1..end] == *name.as_bytes();
        self.at += if is { end + 2 } else { 0 };
        is
    }

    /// Passes a personal value in its usual form, if it is the next one.
    #[inline]
    fn token(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let rest = rest.strip_prefix("{\"personal\":\"")?;
        let (token, rest) = rest.split_at_checked(64)?;
        let bytes = personal::bytes(token).filter(|_| rest.starts_with("\"}"))?;
        self.tokens.push(bytes);
        self.at += 13 + 64 + 2;
        Some(())
    }

    /// The object of the whole payload.
    fn object(&mut self, def: &'static StepDef) -> Option<()> {
        let (mut seen, mut next) = (0_u64, 0);
        self.must(b'{')?;
        if self.passes(b'}') {
            return Some(());
        }
        loop {
            // the fields mostly stand in the order of the form
            let ahead = def.fields.get(next..).unwrap_or_default();
            let place = ahead.iter().position(|field| self.names(field.name));
            let index = if let Some(at) = place {
                next + at
            } else {
                let name = self.plain()?;
                self.must(b':')?;
                def.index(name)?
            };
            (index < 64).then_some(())?;
            // of a field that stands there twice the last one counts
            if seen & (1 << index) != 0 {
                return None;
            }
            seen |= 1 << index;
            next = index + 1;
            let field = &def.fields[index];
            self.value(Take {
                single: field.name == def.subject || field.kind == Kind::Ref,
                several: field.kind == Kind::Ref,
                inside: Inside::Field,
            })?;
            if !self.passes(b',') {
                return self.must(b'}');
            }
        }
    }

    fn value(&mut self, take: Take) -> Option<()> {
        match self.peek()? {
            b'"' => {
                let (text, escapes) = self.string()?;
                if take.single {
                    // one with escapes cannot be borrowed
                    (!escapes).then_some(())?;
                    if !text.is_empty() {
                        self.named.add(text);
                    }
                }
                Some(())
            }
            b'[' if take.inside == Inside::Field => self.list(take.several),
            b'{' => self.token().or_else(|| self.person(take.inside)),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            b'-' | b'0'..=b'9' => self.whole(),
            _ => None,
        }
    }

    fn list(&mut self, several: bool) -> Option<()> {
        self.must(b'[')?;
        if self.passes(b']') {
            return Some(());
        }
        loop {
            self.value(Take {
                single: several,
                several: false,
                inside: Inside::List,
            })?;
            if !self.passes(b',') {
                return self.must(b']');
            }
        }
    }

    /// A personal value `{"personal": TOKEN}`, or a member `{"who": {…}, "role": TEXT}`.
    fn person(&mut self, inside: Inside) -> Option<()> {
        self.must(b'{')?;
        if self.passes(b'}') {
            return Some(());
        }
        let (mut who, mut role) = (false, false);
        loop {
            let name = self.plain()?;
            self.must(b':')?;
            match name {
                "personal" if !who && !role => {
                    let token = self.plain()?;
                    self.tokens.extend(personal::bytes(token));
                    return self.must(b'}');
                }
                "who" if !who && inside != Inside::Member => {
                    who = true;
                    self.value(Take {
                        single: false,
                        several: false,
                        inside: Inside::Member,
                    })?;
                }
                "role" if !role => {
                    role = true;
                    self.plain()?;
                }
                _ => return None,
            }
            if !self.passes(b',') {
                return self.must(b'}');
            }
        }
    }

    /// A text without escapes.
    fn plain(&mut self) -> Option<&'a str> {
        let (text, escapes) = self.string()?;
        (!escapes).then_some(text)
    }

    /// A text, and whether it has escapes, as line breaks and quotes are written.
    fn string(&mut self) -> Option<(&'a str, bool)> {
        self.must(b'"')?;
        let from = self.at;
        let mut escapes = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            self.at += stop(rest)?;
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    escapes = true;
                    self.at += 1;
                    matches!(self.peek()?, b'"' | b'\\' | b'n' | b'r' | b't').then_some(())?;
                    self.at += 1;
                }
                _ => return None,
            }
        }
        // it ends at a quote, which is a character of its own
        let text = self.text.get(from..self.at)?;
        self.at += 1;
        Some((text, escapes))
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        rest.starts_with(word).then(|| self.at += word.len())
    }

    /// A whole number of a usual length.
    fn whole(&mut self) -> Option<()> {
        self.passes(b'-');
        let zero = self.peek() == Some(b'0');
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        let digits = self.at - from;
        // what follows, a fraction or an exponent, is no sign that may follow
        ((1..=18).contains(&digits) && (digits == 1 || !zero)).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value as Json};

    use super::*;
    use crate::step::{STEPS, Step};

    /// The slow way: the whole text as JSON, then field by field.
    fn slowly(def: &'static StepDef, payload: &str) -> Option<(Vec<String>, Vec<Token>)> {
        let values: Map<String, Json> = serde_json::from_str(payload).ok()?;
        let mut tokens = Vec::new();
        personal::tokens(&values, &mut |token| tokens.extend(personal::bytes(token)));
        let mut subjects = Step { def, values }.mentions();
        subjects.sort();
        Some((subjects, tokens))
    }

    /// What the pass says is what the slow way says; gives whether it said anything.
    fn agrees(def: &'static StepDef, payload: &str) -> bool {
        let mut tokens = Vec::new();
        let Some(quick) = named(def, payload, &mut tokens) else {
            return false;
        };
        let mut subjects: Vec<String> = quick.iter().map(str::to_owned).collect();
        subjects.sort_unstable();
        let quick = (subjects, tokens);
        assert_eq!(Some(quick), slowly(def, payload), "{payload}");
        true
    }

    #[test]
    fn both_ways_of_reading_agree_on_every_field_and_form() {
        let token = "0123456789abcdef".repeat(4);
        let forms = [
            "null",
            "true",
            "-3",
            "2.5",
            "18446744073709551615",
            "\"\"",
            "\"HZ2022-001\"",
            "\"a\\n\\u4e2d\"",
            "\"a\\n\\\"\\\\\\t中\"",
            "\"a\\\"",
            "0",
            "-0",
            "-",
            "01",
            "truth",
            "[]",
            "[null]",
            "[\"a\",\"b\",\"a\",7]",
            "[\"a\",\"b\",\"c\",\"d\",\"e\",\"b\",\"f\",\"e\"]",
            "[[\"a\"]]",
            "{}",
            "{\"personal\":\"T\"}",
            "{\"personal\":\"t\"}",
            "{\"personal\":7}",
            "{\"personal\":{\"personal\":\"T\"}}",
            "{\"personal\":\"T\",\"personal\":\"t\"}",
            "{\"personal\":\"T\",\"x\":1}",
            "{\"role\":\"r\",\"personal\":\"T\"}",
            "{\"who\":{\"personal\":\"T\"},\"role\":\"r\"}",
            "{\"role\":\"r\"}",
            "{\"who\":{\"who\":{\"personal\":\"T\"}},\"role\":\"r\"}",
            "{\"who\":\"t\",\"role\":\"r\"}",
            "{\"who\":[{\"personal\":\"T\"}],\"role\":\"r\"}",
            "[{\"who\":{\"personal\":\"T\"},\"role\":\"r\"},{\"personal\":\"T\"}]",
        ];
        let mut usual = 0;
        for def in STEPS {
            for field in def.fields {
                for form in &forms {
                    let form = form.replace('T', &token);
                    let name = field.name;
                    for payload in [
                        format!("{{\"{name}\":{form}}}"),
                        format!("{{\"{name}\":\"HZ\",\"{name}\":{form}}}"),
                        format!("{{\"zz\":1,\"{name}\":{form}}}"),
                    ] {
                        usual += usize::from(agrees(def, &payload));
                    }
                }
            }
        }
        assert!(usual > 10_000, "{usual}");
    }

    #[test]
    fn the_first_byte_that_stops_a_text_is_found_wherever_it_stands() {
        for stopping in 0..=u8::MAX {
            let stops = stopping < 32 || stopping == b'"' || stopping == b'\\';
            for at in 0..20 {
                let mut bytes = [b' ', b'!', b'#', b'~', 127, 128, 160, 162, 220, 255].repeat(3);
                bytes[at] = stopping;
                let usual = stop(&bytes);
                assert_eq!(usual, stops.then_some(at), "{stopping} at {at}");
                bytes[at + 1] = b'"';
                assert_eq!(stop(&bytes), Some(at + usize::from(!stops)));
            }
        }
        assert_eq!(stop(b""), None);
    }

    #[test]
    fn a_text_that_is_no_json_object_is_never_said_to_be_usual() {
        let def = STEPS[0];
        for broken in [
            "",
            "[]",
            "7",
            "{\"name\":",
            "{} x",
            "{\"name\":\"a\"}}",
            "{\"name\":\"\\ud800\"}",
            "{\"name\":\"a\nb\"}",
            "{\"name\":1e999}",
            "{\"name\":01}",
            "{\"name\":\"\\q\"}",
        ] {
            assert!(named(def, broken, &mut Vec::new()).is_none(), "{broken}");
            assert!(
                serde_json::from_str::<Map<String, Json>>(broken).is_err(),
                "{broken}"
            );
        }
        assert!(named(def, "{}", &mut Vec::new()).is_some());
    }
}
