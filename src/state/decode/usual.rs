//! Payloads of the form in which this program writes them, read sign by sign.

use std::borrow::Cow;

use super::{One, Value, Wanted};
use crate::step::payload::{Cursor, without_escapes};
use crate::step::{Kind, StepDef};

/// As [`super::values`]; none if the payload is of any other form, or is not to be told apart
/// from one that is.
pub(super) fn values(def: &'static StepDef, payload: &str, wanted: Wanted) -> Option<Vec<Value>> {
    let mut values: Vec<Value> = def.fields.iter().map(|_| Value::None).collect();
    let mut at = Cursor::new(payload);
    at.must(b'{')?;
    if at.passes(b'}') {
        return at.is_at_end().then_some(values);
    }
    let (mut seen, mut next) = (0_u64, 0);
    loop {
        // the fields mostly stand in the order of the form
        let ahead = def.fields.get(next..).unwrap_or_default();
        let place = ahead.iter().position(|field| at.names(field.name));
        let index = if let Some(ahead) = place {
            next + ahead
        } else {
            let name = at.plain()?;
            at.must(b':')?;
            def.index(name)?
        };
        // of a field that stands there twice the last one counts
        (index < 64 && seen & (1 << index) == 0).then_some(())?;
        seen |= 1 << index;
        next = index + 1;
        if wanted.has(index) {
            let field = &def.fields[index];
            let one = One {
                kind: field.kind,
                list: field.list,
                inside: false,
            };
            values[index] = one.read(&mut at)?;
        } else {
            pass(&mut at)?;
        }
        if !at.passes(b',') {
            break;
        }
    }
    at.must(b'}')?;
    at.is_at_end().then_some(values)
}

impl One {
    fn read(self, at: &mut Cursor<'_>) -> Option<Value> {
        let value = match at.peek()? {
            b'"' => {
                let (text, escapes) = at.string()?;
                self.text(if escapes {
                    Cow::Owned(without_escapes(text))
                } else {
                    Cow::Borrowed(text)
                })
            }
            b'[' if !self.inside => return self.items(at),
            b'{' => Some(self.object(at)?),
            b't' => {
                at.word("true")?;
                (self.kind == Kind::Flag).then_some(Value::Flag(true))
            }
            b'f' => {
                at.word("false")?;
                (self.kind == Kind::Flag).then_some(Value::Flag(false))
            }
            b'n' => {
                at.word("null")?;
                None
            }
            _ => {
                let number = at.whole()?;
                (self.kind == Kind::Count).then_some(Value::Count(number))
            }
        };
        Some(self.done(value))
    }

    fn items(self, at: &mut Cursor<'_>) -> Option<Value> {
        at.must(b'[')?;
        let mut items = Vec::new();
        let item = Self {
            inside: true,
            ..self
        };
        if at.passes(b']') {
            return Some(Value::List(items.into()));
        }
        loop {
            items.push(item.read(at)?);
            if !at.passes(b',') {
                at.must(b']')?;
                return Some(Value::List(items.into()));
            }
        }
    }

    /// A personal value `{"personal": TOKEN}`, or a member `{"who": {…}, "role": TEXT}`.
    fn object(self, at: &mut Cursor<'_>) -> Option<Value> {
        if let Some(token) = token(at) {
            let is = matches!(
                self.kind,
                Kind::Text | Kind::Ref | Kind::Code | Kind::Term | Kind::Personal
            );
            return Some(if is {
                Value::from_text(token)
            } else {
                Value::None
            });
        }
        let (who, role) = member(at)?;
        Some(if self.kind == Kind::Member {
            Value::member(who, role)
        } else {
            Value::None
        })
    }
}

/// Passes a value that is not wanted.
fn pass(at: &mut Cursor<'_>) -> Option<()> {
    match at.peek()? {
        b'"' => at.string().map(drop),
        b'[' => {
            at.must(b'[')?;
            if at.passes(b']') {
                return Some(());
            }
            loop {
                // of a list in a list there is none
                (at.peek() != Some(b'[')).then_some(())?;
                pass(at)?;
                if !at.passes(b',') {
                    return at.must(b']');
                }
            }
        }
        b'{' => match token(at) {
            Some(_) => Some(()),
            None => member(at).map(drop),
        },
        b't' => at.word("true"),
        b'f' => at.word("false"),
        b'n' => at.word("null"),
        _ => at.whole().map(drop),
    }
}

/// A token in its usual form.
fn token<'a>(at: &mut Cursor<'a>) -> Option<&'a str> {
    let spelt = |byte: u8| byte.is_ascii_digit() | (b'a'..=b'f').contains(&byte);
    // all at once, without a stop at each
    let are = |token: &str| token.bytes().fold(true, |are, byte| are & spelt(byte));
    at.token(|token| are(token).then_some(token))
}

/// A member in its usual form: the token of a person, and a role.
fn member<'a>(at: &mut Cursor<'a>) -> Option<(&'a str, &'a str)> {
    at.must(b'{')?;
    at.names("who").then_some(())?;
    let who = token(at)?;
    at.must(b',')?;
    at.names("role").then_some(())?;
    let role = at.plain()?;
    at.must(b'}')?;
    Some((who, role))
}
