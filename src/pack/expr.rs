//! The small closed language of guards: facts, comparisons, `and`, `or`, `not`, `in`.

mod module;
mod tokens;

use crate::law::{Day, Money};
use crate::step::{self, StepDef};
pub use module::ModuleFact;
use tokens::{Token, tokens};

/// Where a fact stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Path {
    /// All facts of a step.
    Step(&'static StepDef),
    /// A field of a step, by position.
    Field(&'static StepDef, usize),
    /// A named fact of the pack, by position.
    Named(usize),
    /// A field of the record at hand, by position (in `where`).
    Item(usize),
    /// A fact that a module of code computes.
    Module(ModuleFact),
}

impl Path {
    /// The step that the path looks at, if it is one.
    #[must_use]
    pub fn step(&self) -> Option<&'static StepDef> {
        match self {
            Self::Step(def) | Self::Field(def, _) => Some(def),
            _ => None,
        }
    }
}

/// A value in an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Text or a canonical term.
    Text(String),
    /// A whole number.
    Count(i64),
    /// An amount, written with two decimals.
    Money(Money),
    /// A day.
    Day(Day),
    /// Yes or no.
    Flag(bool),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// A part of a sum.
#[derive(Clone, Debug, PartialEq)]
pub enum Summand {
    /// So many times a number or an amount.
    Times(Path, i64),
    /// A number, or an amount in fen.
    Plain(i64),
}

/// A condition over facts; a missing fact makes it unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All must hold.
    All(Vec<Expr>),
    /// One must hold.
    Any(Vec<Expr>),
    /// Must not hold.
    Not(Box<Expr>),
    /// A fact compared with a value.
    Compare(Path, Op, Literal),
    /// Two facts compared.
    Facts(Path, Op, Path),
    /// Sums of numbers or amounts compared: `for * 2 > members`,
    /// `gov * 5 <= total * 3`, `raised + 200000.00 >= needed`.
    Sums(Vec<Summand>, Op, Vec<Summand>),
    /// A fact is one of several values.
    In(Path, Vec<Literal>),
    /// A text contains one of several words.
    Mentions(Path, Vec<Literal>),
    /// A fact is recorded at all.
    Present(Path),
    /// Some record of a step fits: `exists(accept.defer, to == 'street')`.
    Exists(&'static StepDef, Box<Expr>),
    /// A yes-or-no fact is yes.
    Flag(Path),
    /// A named condition of the pack, by position.
    Condition(usize),
}

/// The names that an expression may use.
pub struct Names<'a> {
    /// Named facts of the pack.
    pub facts: &'a [String],
    /// Conditions of the pack that are defined so far.
    pub conditions: &'a [String],
    /// Modules that the pack switches on.
    pub modules: &'a [String],
    /// The record at hand, in `where`.
    pub record: Option<&'static StepDef>,
}

impl Names<'_> {
    /// Finds a path by its written name.
    ///
    /// # Errors
    /// Says which name is not known.
    pub fn path(&self, name: &str) -> Result<Path, String> {
        if let Some(index) = self.record.and_then(|def| def.index(name)) {
            return Ok(Path::Item(index));
        }
        if let Some(index) = self.facts.iter().position(|fact| fact == name) {
            return Ok(Path::Named(index));
        }
        if let Some((_, module, fact)) = ModuleFact::ALL.iter().find(|(n, _, _)| *n == name) {
            if self.modules.iter().any(|m| m == module) {
                return Ok(Path::Module(*fact));
            }
            return Err(format!(
                "{name}: the pack does not switch on the module {module}"
            ));
        }
        if let Some(def) = step::find(name) {
            return Ok(Path::Step(def));
        }
        if let Some((head, field)) = name.rsplit_once('.')
            && let Some(def) = step::find(head)
        {
            return match def.index(field) {
                Some(index) => Ok(Path::Field(def, index)),
                None => Err(format!("{head} has no field {field}")),
            };
        }
        Err(format!("no fact is called {name}"))
    }
}

/// Reads an expression.
///
/// # Errors
/// Says what was expected and where.
pub fn parse(text: &str, names: &Names<'_>) -> Result<Expr, String> {
    let tokens = tokens(text)?;
    // the parser goes into each bracket; a hostile file must not exhaust the stack
    if tokens.len() > 500 {
        return Err("the expression is too long".to_owned());
    }
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        names,
    };
    let expr = parser.any()?;
    if parser.at < tokens.len() {
        return Err(format!("unexpected {:?} in “{text}”", tokens[parser.at]));
    }
    Ok(expr)
}

const OPS: [(&str, Op); 6] = [
    ("==", Op::Eq),
    ("!=", Op::Ne),
    ("<=", Op::Le),
    (">=", Op::Ge),
    ("<", Op::Lt),
    (">", Op::Gt),
];

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    names: &'a Names<'a>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(w)) if w == word);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(s)) if s == sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.sign(sign) {
            Ok(())
        } else {
            Err(format!("expected {sign}, found {:?}", self.peek()))
        }
    }

    fn any(&mut self) -> Result<Expr, String> {
        let mut list = vec![self.all()?];
        while self.word("or") {
            list.push(self.all()?);
        }
        Ok(one_or(list, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr, String> {
        let mut list = vec![self.not()?];
        while self.word("and") {
            list.push(self.not()?);
        }
        Ok(one_or(list, Expr::All))
    }

    fn not(&mut self) -> Result<Expr, String> {
        if self.word("not") {
            return Ok(Expr::Not(Box::new(self.not()?)));
        }
        if self.sign("(") {
            let inner = self.any()?;
            self.expect(")")?;
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let Some(Token::Word(name)) = self.peek() else {
            return Err(format!("expected a fact, found {:?}", self.peek()));
        };
        self.at += 1;
        if name == "present" && self.sign("(") {
            let Some(Token::Word(inner)) = self.peek() else {
                return Err(format!("expected a fact, found {:?}", self.peek()));
            };
            self.at += 1;
            self.expect(")")?;
            return Ok(Expr::Present(self.names.path(inner)?));
        }
        if name == "exists" && self.sign("(") {
            return self.exists();
        }
        // of a record its own field is meant
        let own = self
            .names
            .record
            .is_some_and(|def| def.index(name).is_some());
        let condition = self.names.conditions.iter().position(|c| *c == name);
        if let Some(index) = condition.filter(|_| !own) {
            return Ok(Expr::Condition(index));
        }
        let path = self.names.path(name)?;
        if self.word("in") {
            return Ok(Expr::In(path, self.literals()?));
        }
        if self.word("mentions") {
            return Ok(Expr::Mentions(path, self.literals()?));
        }
        let left = self.sum(path.clone())?;
        let Some((_, op)) = OPS.into_iter().find(|(sign, _)| self.sign(sign)) else {
            return match left[..] {
                [Summand::Times(_, 1)] => Ok(Expr::Flag(path)),
                _ => Err(format!("expected a comparison, found {:?}", self.peek())),
            };
        };
        let right = match self.peek() {
            Some(Token::Word(other)) if other != "true" && other != "false" => {
                self.at += 1;
                let other = self.names.path(other)?;
                let right = self.sum(other.clone())?;
                if let ([Summand::Times(_, 1)], [Summand::Times(_, 1)]) = (&left[..], &right[..]) {
                    return Ok(Expr::Facts(path, op, other));
                }
                right
            }
            _ => {
                let literal = self.literal()?;
                if let [Summand::Times(_, 1)] = left[..] {
                    return Ok(Expr::Compare(path, op, literal));
                }
                vec![plain(&literal)?]
            }
        };
        Ok(Expr::Sums(left, op, right))
    }

    /// The rest of a sum that begins with a fact: `* 2 + other + 200000.00`.
    fn sum(&mut self, path: Path) -> Result<Vec<Summand>, String> {
        let mut list = vec![Summand::Times(path, self.times()?)];
        while self.sign("+") {
            list.push(match self.peek() {
                Some(Token::Word(name)) => {
                    self.at += 1;
                    let path = self.names.path(name)?;
                    Summand::Times(path, self.times()?)
                }
                _ => plain(&self.literal()?)?,
            });
        }
        Ok(list)
    }

    /// A whole number after `*`; once if there is none.
    fn times(&mut self) -> Result<i64, String> {
        if !self.sign("*") {
            return Ok(1);
        }
        match self.literal()? {
            Literal::Count(times) => Ok(times),
            _ => Err("expected a whole number after *".into()),
        }
    }

    /// The rest of `exists(step, condition on the record)`.
    fn exists(&mut self) -> Result<Expr, String> {
        let Some(Token::Word(name)) = self.peek() else {
            return Err(format!("expected a step, found {:?}", self.peek()));
        };
        let def = step::find(name).ok_or_else(|| format!("no step is called {name}"))?;
        self.at += 1;
        self.expect(",")?;
        let mut inner = Parser {
            tokens: self.tokens,
            at: self.at,
            names: &Names {
                record: Some(def),
                ..*self.names
            },
        };
        let fits = inner.any()?;
        self.at = inner.at;
        self.expect(")")?;
        Ok(Expr::Exists(def, Box::new(fits)))
    }

    fn literals(&mut self) -> Result<Vec<Literal>, String> {
        self.expect("[")?;
        let mut list = Vec::new();
        while !self.sign("]") {
            list.push(self.literal()?);
            self.sign(",");
        }
        Ok(list)
    }

    fn literal(&mut self) -> Result<Literal, String> {
        let token = self.peek();
        self.at += 1;
        match token {
            Some(Token::Text(text)) => Ok(Literal::Text(text.to_owned())),
            Some(Token::Word("true")) => Ok(Literal::Flag(true)),
            Some(Token::Word("false")) => Ok(Literal::Flag(false)),
            Some(Token::Number(number)) if number.contains('-') => number
                .parse()
                .map(Literal::Day)
                .map_err(|_| format!("{number} is no day")),
            Some(Token::Number(number)) if number.contains('.') => number
                .parse()
                .map(Literal::Money)
                .map_err(|_| format!("{number} is no amount")),
            Some(Token::Number(number)) => number
                .parse()
                .map(Literal::Count)
                .map_err(|_| format!("{number} is no number")),
            other => Err(format!("expected a value, found {other:?}")),
        }
    }
}

/// A number or an amount as a part of a sum.
fn plain(literal: &Literal) -> Result<Summand, String> {
    match literal {
        Literal::Count(number) => Ok(Summand::Plain(*number)),
        Literal::Money(money) => Ok(Summand::Plain(money.fen())),
        other => Err(format!("{other:?} cannot be added up")),
    }
}

fn one_or(mut list: Vec<Expr>, wrap: fn(Vec<Expr>) -> Expr) -> Expr {
    if list.len() == 1 {
        list.remove(0)
    } else {
        wrap(list)
    }
}

#[cfg(test)]
mod tests;
