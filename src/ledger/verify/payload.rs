//! What a payload names, found in one pass over its text.

use crate::ledger::personal::{self, Token};
use crate::step::payload::Cursor;
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
        at: Cursor::new(payload),
        named: Named::default(),
        tokens,
    };
    pass.object(def)?;
    pass.at.is_at_end().then_some(pass.named)
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

/// A pass over a text. Where it comes upon another form than the usual one, of which JSON has
/// many, it ends with none.
struct Pass<'a, 't> {
    at: Cursor<'a>,
    named: Named<'a>,
    tokens: &'t mut Vec<Token>,
}

impl Pass<'_, '_> {
    /// Passes a personal value in its usual form, if it is the next one.
    #[inline]
    fn token(&mut self) -> Option<()> {
        let token = self.at.token(personal::bytes)?;
        self.tokens.push(token);
        Some(())
    }

    /// The object of the whole payload.
    fn object(&mut self, def: &'static StepDef) -> Option<()> {
        let (mut seen, mut next) = (0_u64, 0);
        self.at.must(b'{')?;
        if self.at.passes(b'}') {
            return Some(());
        }
        loop {
            // the fields mostly stand in the order of the form
            let ahead = def.fields.get(next..).unwrap_or_default();
            let place = ahead.iter().position(|field| self.at.names(field.name));
            let index = if let Some(at) = place {
                next + at
            } else {
                let name = self.at.plain()?;
                self.at.must(b':')?;
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
            if !self.at.passes(b',') {
                return self.at.must(b'}');
            }
        }
    }

    fn value(&mut self, take: Take) -> Option<()> {
        match self.at.peek()? {
            b'"' => {
                let (text, escapes) = self.at.string()?;
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
            b't' => self.at.word("true"),
            b'f' => self.at.word("false"),
            b'n' => self.at.word("null"),
            b'-' | b'0'..=b'9' => self.at.whole().map(drop),
            _ => None,
        }
    }

    fn list(&mut self, several: bool) -> Option<()> {
        self.at.must(b'[')?;
        if self.at.passes(b']') {
            return Some(());
        }
        loop {
            self.value(Take {
                single: several,
                several: false,
                inside: Inside::List,
            })?;
            if !self.at.passes(b',') {
                return self.at.must(b']');
            }
        }
    }

    /// A personal value `{"personal": TOKEN}`, or a member `{"who": {…}, "role": TEXT}`.
    fn person(&mut self, inside: Inside) -> Option<()> {
        self.at.must(b'{')?;
        if self.at.passes(b'}') {
            return Some(());
        }
        let (mut who, mut role) = (false, false);
        loop {
            let name = self.at.plain()?;
            self.at.must(b':')?;
            match name {
                "personal" if !who && !role => {
                    let token = self.at.plain()?;
                    self.tokens.extend(personal::bytes(token));
                    return self.at.must(b'}');
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
                    self.at.plain()?;
                }
                _ => return None,
            }
            if !self.at.passes(b',') {
                return self.at.must(b'}');
            }
        }
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
