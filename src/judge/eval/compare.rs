//! Answers combined, and values compared.

use super::Answer;
use crate::law::Money;
use crate::pack::expr::{Literal, Op};
use crate::state::Value;

pub(super) fn yes(holds: bool) -> Answer {
    if holds { Answer::Yes } else { Answer::No }
}

/// `decisive` wins at once; else unknown wins over the other.
pub(super) fn combine(answers: impl Iterator<Item = Answer>, decisive: &Answer) -> Answer {
    let mut missing = Vec::new();
    for answer in answers {
        match answer {
            Answer::Unknown(list) => missing.extend(list),
            other if other == *decisive => return other,
            _ => {}
        }
    }
    if !missing.is_empty() {
        return Answer::Unknown(missing);
    }
    match decisive {
        Answer::No => Answer::Yes,
        _ => Answer::No,
    }
}

pub(super) fn compare(value: &Value, op: Op, literal: &Literal) -> bool {
    match literal {
        Literal::Text(text) => match value {
            Value::Text(value) => ordered(op, (**value).cmp(text.as_str())),
            _ => op == Op::Ne,
        },
        Literal::Count(number) => match value {
            // the same person or thing named twice is one
            Value::List(list) => {
                let first = |i: &usize| !list[..*i].iter().any(|other| other.same(&list[*i]));
                let distinct = (0..list.len()).filter(first).count();
                ordered(op, i64::try_from(distinct).unwrap_or(i64::MAX).cmp(number))
            }
            // a bare number is yuan
            Value::Money(_) => match number.checked_mul(100) {
                Some(fen) => compare_values(value, op, &Value::Money(Money::from_fen(fen))),
                None => op == Op::Ne,
            },
            _ => compare_values(value, op, &Value::Count(*number)),
        },
        Literal::Money(money) => compare_values(value, op, &Value::Money(*money)),
        Literal::Day(day) => compare_values(value, op, &Value::Day(*day)),
        Literal::Flag(flag) => compare_values(value, op, &Value::Flag(*flag)),
    }
}

pub(super) fn compare_values(left: &Value, op: Op, right: &Value) -> bool {
    let ordering = match (left, right) {
        (Value::Count(a), Value::Count(b)) => a.cmp(b),
        (Value::Money(a), Value::Money(b)) => a.cmp(b),
        (Value::Day(_) | Value::Moment(_), Value::Day(_) | Value::Moment(_)) => {
            left.day().cmp(&right.day())
        }
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
        _ => return op == Op::Ne,
    };
    ordered(op, ordering)
}

pub(super) fn ordered(op: Op, ordering: std::cmp::Ordering) -> bool {
    match op {
        Op::Eq => ordering.is_eq(),
        Op::Ne => ordering.is_ne(),
        Op::Lt => ordering.is_lt(),
        Op::Le => ordering.is_le(),
        Op::Gt => ordering.is_gt(),
        Op::Ge => ordering.is_ge(),
    }
}
