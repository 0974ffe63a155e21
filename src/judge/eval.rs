//! Facts by path, and conditions over them with three answers: yes, no, unknown.

mod compare;
mod memo;

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use super::modules;
use crate::law::Money;
use crate::pack::Pack;
use crate::pack::expr::{Expr, Literal, Op, Path, Summand};
use crate::state::{Fact, Value, View};
use crate::step::{Kind, StepDef};
use crate::words;
use crate::words::{Words, is_silent};
use compare::{combine, compare, compare_values, ordered, yes};
pub(super) use memo::{Cases, Memo};

/// The answer of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Yes,
    No,
    /// These facts are missing.
    Unknown(Vec<Words>),
}

/// A value with the fact that gives it.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub(super) value: Cow<'a, Value>,
    pub(super) fact: Option<&'a Fact>,
}

/// Where expressions find their facts.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) pack: &'a Pack,
    pub(super) view: &'a View<'a>,
    /// The record that a check is run for, if it is run for each.
    pub(super) focus: Option<Focus<'a>>,
    /// A condition of the pack that is read otherwise.
    pub(super) read_as: Option<(usize, &'a Expr)>,
    /// What was found out before about the same subject.
    pub(super) memo: Option<&'a Memo<'a>>,
}

/// The record at hand, and the field that the records belonging to it share with it.
#[derive(Clone, Copy)]
pub(super) struct Focus<'a> {
    pub(super) fact: &'a Fact,
    pub(super) same: &'a [&'static str],
}

impl Focus<'_> {
    /// Whether a record is the one at hand, or belongs to it; nothing if the step has no
    /// say in that.
    fn holds(&self, fact: &Fact) -> Option<bool> {
        if fact.def == self.fact.def {
            return Some(fact.key == self.fact.key);
        }
        let mut shared = self
            .same
            .iter()
            .filter(|same| fact.def.index(same).is_some())
            .peekable();
        shared.peek()?;
        Some(shared.all(|same| fact.value(same) == self.fact.value(same)))
    }
}

impl<'a> Facts<'a> {
    /// The facts of a subject, as the pack stands.
    pub(super) fn new(pack: &'a Pack, view: &'a View<'a>) -> Self {
        Self {
            pack,
            view,
            focus: None,
            read_as: None,
            memo: None,
        }
    }

    /// The facts of another subject, read in the same way.
    pub(super) fn of<'b>(&self, view: &'b View<'b>) -> Facts<'b>
    where
        'a: 'b,
    {
        Facts {
            pack: self.pack,
            view,
            focus: None,
            read_as: self.read_as,
            memo: None,
        }
    }

    /// The same facts, seen from one record.
    pub(super) fn at(self, fact: &'a Fact, same: &'a [&'static str]) -> Self {
        Self {
            focus: Some(Focus { fact, same }),
            ..self
        }
    }

    /// All records of a step, or those that belong to the record at hand.
    pub(super) fn records(&self, def: &'static StepDef) -> impl Iterator<Item = &'a Fact> + '_ {
        self.view
            .facts(def)
            .filter(|fact| self.focus.and_then(|f| f.holds(fact)).unwrap_or(true))
    }

    /// True if the record at hand decides which records of a step count.
    pub(super) fn is_focused(&self, def: &'static StepDef) -> bool {
        self.focus.is_some_and(|focus| {
            def == focus.fact.def || focus.same.iter().any(|same| def.index(same).is_some())
        })
    }

    /// The records of a step that count.
    fn counting(&self, def: &'static StepDef) -> Vec<&'a Fact> {
        if self.is_focused(def) {
            self.records(def).collect()
        } else {
            self.view.counting(def).collect()
        }
    }

    /// The facts that count under a path.
    pub(super) fn facts(&self, path: &Path) -> Vec<&'a Fact> {
        match path {
            Path::Step(def) | Path::Field(def, _) => self.counting(def),
            Path::Named(index) => self.pack.facts[*index]
                .from
                .iter()
                .map(|path| self.facts(path))
                .find(|list| !list.is_empty())
                .unwrap_or_default(),
            Path::Item(_) | Path::Module(_) => Vec::new(),
        }
    }

    /// Each of the facts that count under a path.
    pub(super) fn each_fact(&self, path: &Path, each: &mut dyn FnMut(&'a Fact)) {
        match path {
            Path::Step(def) | Path::Field(def, _) if !self.is_focused(def) => {
                self.view.counting(def).for_each(each);
            }
            _ => self.facts(path).into_iter().for_each(each),
        }
    }

    /// True if any fact counts under a path.
    pub(super) fn is_there(&self, path: &Path) -> bool {
        match path {
            Path::Step(def) | Path::Field(def, _) if self.focus.is_none() => self.view.has(def),
            Path::Step(_) | Path::Field(..) => !self.facts(path).is_empty(),
            Path::Named(index) => self.pack.facts[*index]
                .from
                .iter()
                .any(|path| self.is_there(path)),
            Path::Item(_) | Path::Module(_) => false,
        }
    }

    fn found(&self, path: &Path) -> Vec<Found<'a>> {
        match path {
            Path::Field(def, index) if !self.is_focused(def) => {
                let facts = self.view.counting(def);
                let said = facts.filter(|fact| !fact.values[*index].is_none());
                said.map(|fact| Found {
                    value: Cow::Borrowed(&fact.values[*index]),
                    fact: Some(fact),
                })
                .collect()
            }
            Path::Field(_, index) => self
                .facts(path)
                .into_iter()
                .filter(|fact| !fact.values[*index].is_none())
                .map(|fact| Found {
                    value: Cow::Borrowed(&fact.values[*index]),
                    fact: Some(fact),
                })
                .collect(),
            Path::Step(_) => self
                .facts(path)
                .into_iter()
                .map(|fact| Found {
                    value: Cow::Owned(fact.occurred.map_or(Value::None, Value::Day)),
                    fact: Some(fact),
                })
                .collect(),
            Path::Named(index) => self.pack.facts[*index]
                .from
                .iter()
                .map(|path| self.found(path))
                .find(|list| !list.is_empty())
                .unwrap_or_default(),
            Path::Module(fact) => self.computed(*fact).into_iter().collect(),
            Path::Item(_) => Vec::new(),
        }
    }

    /// The single value that counts: the last.
    pub(super) fn value(&self, path: &Path) -> Option<Found<'a>> {
        match path {
            Path::Field(def, index) if !self.is_focused(def) => {
                let said = |fact: &&Fact| !fact.values[*index].is_none();
                let fact = self.view.counting(def).rfind(said)?;
                Some(Found {
                    value: Cow::Borrowed(&fact.values[*index]),
                    fact: Some(fact),
                })
            }
            Path::Named(_) => self.last_of(path),
            Path::Module(fact) => self.computed(*fact),
            _ => self.found(path).pop(),
        }
    }

    /// All single values under a path, lists taken apart.
    pub(super) fn items(&self, path: &Path) -> Vec<Value> {
        self.values(path)
            .iter()
            .flat_map(|found| found.value.items().iter().cloned())
            .collect()
    }

    /// The name of a path for people.
    pub(super) fn label(&self, path: &Path) -> Words {
        if is_silent() {
            return Words::default();
        }
        match path {
            Path::Step(def) => step_label(def),
            Path::Field(def, index) => {
                let field = &def.fields[*index];
                words!(
                    "{}的“{}”",
                    "{2} of {3}",
                    def.zh,
                    field.heading,
                    field.name,
                    def.id
                )
            }
            Path::Named(index) => self.pack.facts[*index].label.told(),
            Path::Item(_) => Words::default(),
            Path::Module(fact) => modules::label(*fact),
        }
    }

    /// A condition of the pack, as it is read here.
    pub(super) fn condition(&self, index: usize) -> &'a Expr {
        match self.read_as {
            Some((other, is)) if other == index => is,
            _ => &self.pack.conditions[index].is,
        }
    }

    /// Answers a condition; `record` is the fact at hand in `where`.
    pub(super) fn test(&self, expr: &Expr, record: Option<&Fact>) -> Answer {
        match expr {
            Expr::All(list) => combine(list.iter().map(|e| self.test(e, record)), &Answer::No),
            Expr::Any(list) => combine(list.iter().map(|e| self.test(e, record)), &Answer::Yes),
            Expr::Not(inner) => match self.test(inner, record) {
                Answer::Yes => Answer::No,
                Answer::No => Answer::Yes,
                unknown @ Answer::Unknown(_) => unknown,
            },
            Expr::Condition(index) => self.answer(*index),
            Expr::Present(path) => yes(match path {
                Path::Step(_) => self.is_there(path),
                _ => self.single(path, record).is_some(),
            }),
            Expr::Exists(def, fits) => {
                let answers = self.records(def).map(|fact| self.test(fits, Some(fact)));
                combine(answers, &Answer::Yes)
            }
            Expr::Flag(path) => self.with(path, record, |value| matches!(value, Value::Flag(true))),
            Expr::Compare(path, op, literal) => {
                self.with(path, record, |value| compare(value, *op, literal))
            }
            Expr::In(path, list) => self.with(path, record, |value| {
                value
                    .items()
                    .iter()
                    .any(|item| list.iter().any(|literal| compare(item, Op::Eq, literal)))
            }),
            Expr::Mentions(path, list) => self.with(path, record, |value| {
                value.items().iter().filter_map(Value::text).any(|text| {
                    list.iter()
                        .any(|word| matches!(word, Literal::Text(word) if text.contains(word)))
                })
            }),
            Expr::Sums(left, op, right) => {
                match (self.summed(left, record), self.summed(right, record)) {
                    (Ok(left), Ok(right)) => yes(ordered(*op, left.cmp(&right))),
                    (Err(label), _) | (_, Err(label)) => Answer::Unknown(vec![label]),
                }
            }
            Expr::Facts(path, op, other) => match self.single(other, record) {
                None => Answer::Unknown(vec![self.label(other)]),
                Some(right) => self.with(path, record, |left| compare_values(left, *op, &right)),
            },
        }
    }

    /// A sum of numbers, or of amounts in fen; the name of what is missing otherwise.
    fn summed(&self, parts: &[Summand], record: Option<&Fact>) -> Result<i128, Words> {
        parts.iter().try_fold(0, |sum, part| {
            let (path, times) = match part {
                Summand::Plain(number) => return Ok(sum + i128::from(*number)),
                Summand::Times(path, times) => (path, times),
            };
            let value = self.single(path, record);
            let number = value.and_then(|v| v.count().or(v.money().map(Money::fen)));
            let number = number.ok_or_else(|| self.named(path, record))?;
            Ok(sum + i128::from(number) * i128::from(*times))
        })
    }

    /// The name of a path, also of a field of the record at hand.
    fn named(&self, path: &Path, record: Option<&Fact>) -> Words {
        match (path, record) {
            (Path::Item(index), Some(fact)) => self.label(&Path::Field(fact.def, *index)),
            _ => self.label(path),
        }
    }

    fn single<'r>(&self, path: &Path, record: Option<&'r Fact>) -> Option<Cow<'r, Value>>
    where
        'a: 'r,
    {
        match (path, record) {
            (Path::Item(index), Some(fact)) => {
                let value = &fact.values[*index];
                (!value.is_none()).then_some(Cow::Borrowed(value))
            }
            _ => self.value(path).map(|found| found.value),
        }
    }

    fn with(&self, path: &Path, record: Option<&Fact>, holds: impl Fn(&Value) -> bool) -> Answer {
        match self.single(path, record) {
            Some(value) => yes(holds(&value)),
            None => Answer::Unknown(vec![self.named(path, record)]),
        }
    }

    /// A value as JSON, terms by their canonical form, personal values as tokens.
    pub(super) fn json(value: &Value) -> Json {
        match value {
            Value::None => Json::Null,
            Value::Flag(flag) => json!(flag),
            Value::Count(number) => json!(number),
            Value::Money(money) => json!(money.to_string()),
            Value::Day(day) => json!(day.to_string()),
            Value::Moment(moment) => json!(moment.to_string()),
            Value::Text(text) => json!(text),
            Value::Member(person) => json!(person.role),
            Value::List(list) => Json::Array(list.iter().map(Self::json).collect()),
        }
    }

    /// The label of a term of a field, for people.
    pub(super) fn term(&self, path: &Path, term: &str) -> Words {
        let vocabulary = match path {
            Path::Field(def, index) => def.fields[*index].vocabulary,
            _ => "",
        };
        let label = self.pack.label(vocabulary, term);
        words!("{}", "{1}", label, term)
    }
}

/// The name of a step for people.
pub(super) fn step_label(def: &StepDef) -> Words {
    words!("{}记录", "record {1}", def.zh, def.id)
}

/// Canonical dotted name of a path, for the facts of a finding.
pub(super) fn path_id(pack: &Pack, path: &Path) -> String {
    match path {
        Path::Step(def) => def.id.to_owned(),
        Path::Field(def, index) => format!("{}.{}", def.id, def.fields[*index].name),
        Path::Named(index) => pack.facts[*index].id.clone(),
        Path::Module(fact) => crate::pack::expr::ModuleFact::ALL
            .iter()
            .find(|(_, _, f)| f == fact)
            .map_or(String::new(), |(name, _, _)| (*name).to_owned()),
        Path::Item(_) => String::new(),
    }
}

/// True for a field that holds personal values.
pub(super) fn is_personal(path: &Path) -> bool {
    matches!(path, Path::Field(def, index) if matches!(def.fields[*index].kind, Kind::Personal | Kind::Member))
}
