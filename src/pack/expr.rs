//! The small closed language of guards: facts, comparisons, `and`, `or`, `not`, `in`.

mod tokens;

use crate::law::{Day, Money};
use crate::step::{self, StepDef};
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

/// Facts computed by code that a pack switches on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleFact {
    /// The chosen library item is in the library on the day it was chosen.
    LibraryInForce,
    /// Number of communities that the case serves.
    Communities,
    /// The contractor operates this community's service centre on the day of signing.
    OperatorHere,
    /// The people of the operator's purchased service on the day of signing.
    OperatorPersonnel,
    /// All payments of the case.
    CasePaid,
    /// All that was misused of the case's money.
    CaseMisused,
    /// All of it that was paid back.
    CaseClawed,
    /// How often the acceptance of the case failed.
    CaseFailures,
    /// The payment at hand is the last one, as declared or by its sum.
    PayCloses,
    /// Result of the latest acceptance up to the record at hand.
    AcceptStanding,
    /// Day of the first acceptance; the day that is judged while there is none.
    AcceptFirst,
    /// All that the same body contracted out of the same kind in the year, up to the record at hand.
    CommissionTotal,
    /// All payments from the fund of the street's year.
    FundPaid,
    /// All that the street handed out in the year.
    FundDisbursed,
    /// Units that paid more than they were handed.
    FundOverdrawn,
    /// Day of the last payment from the fund of the street's year.
    FundLastPayment,
    /// Last day of the year that is judged.
    YearEnd,
    /// First day on which a project of the year was started.
    FirstStart,
}

impl ModuleFact {
    /// Every module fact with its name and the module that gives it.
    pub const ALL: [(&'static str, &'static str, Self); 18] = [
        ("library.in_force", "library", Self::LibraryInForce),
        ("case.communities", "case", Self::Communities),
        ("operator.here", "operator", Self::OperatorHere),
        ("operator.personnel", "operator", Self::OperatorPersonnel),
        ("case.paid", "money", Self::CasePaid),
        ("case.misused", "money", Self::CaseMisused),
        ("case.clawed", "money", Self::CaseClawed),
        ("case.failures", "accept", Self::CaseFailures),
        ("pay.closes", "money", Self::PayCloses),
        ("accept.standing", "accept", Self::AcceptStanding),
        ("accept.first", "accept", Self::AcceptFirst),
        ("commission.total", "works", Self::CommissionTotal),
        ("fund.paid", "money", Self::FundPaid),
        ("fund.disbursed", "money", Self::FundDisbursed),
        ("fund.overdrawn", "money", Self::FundOverdrawn),
        ("fund.last_payment", "money", Self::FundLastPayment),
        ("year.end", "case", Self::YearEnd),
        ("street.first_start", "case", Self::FirstStart),
    ];
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
    /// So many times a number compared with another: `for * 2 > members`.
    Scaled(Path, i64, Op, Path),
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
    tokens: &'a [Token],
    at: usize,
    names: &'a Names<'a>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(w)) if w == word);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(s)) if *s == sign);
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
        let Some(Token::Word(name)) = self.peek().cloned() else {
            return Err(format!("expected a fact, found {:?}", self.peek()));
        };
        self.at += 1;
        if name == "present" && self.sign("(") {
            let Some(Token::Word(inner)) = self.peek().cloned() else {
                return Err(format!("expected a fact, found {:?}", self.peek()));
            };
            self.at += 1;
            self.expect(")")?;
            return Ok(Expr::Present(self.names.path(&inner)?));
        }
        if name == "exists" && self.sign("(") {
            return self.exists();
        }
        if let Some(index) = self.names.conditions.iter().position(|c| *c == name) {
            return Ok(Expr::Condition(index));
        }
        let path = self.names.path(&name)?;
        if self.word("in") {
            return Ok(Expr::In(path, self.literals()?));
        }
        if self.word("mentions") {
            return Ok(Expr::Mentions(path, self.literals()?));
        }
        if self.sign("*") {
            return self.scaled(path);
        }
        for (sign, op) in OPS {
            if self.sign(sign) {
                return match self.peek().cloned() {
                    Some(Token::Word(other)) if other != "true" && other != "false" => {
                        self.at += 1;
                        Ok(Expr::Facts(path, op, self.names.path(&other)?))
                    }
                    _ => Ok(Expr::Compare(path, op, self.literal()?)),
                };
            }
        }
        Ok(Expr::Flag(path))
    }

    /// The rest of `exists(step, condition on the record)`.
    fn exists(&mut self) -> Result<Expr, String> {
        let Some(Token::Word(name)) = self.peek().cloned() else {
            return Err(format!("expected a step, found {:?}", self.peek()));
        };
        let def = step::find(&name).ok_or_else(|| format!("no step is called {name}"))?;
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

    /// The rest of `path * 2 > other`.
    fn scaled(&mut self, path: Path) -> Result<Expr, String> {
        let Literal::Count(factor) = self.literal()? else {
            return Err("expected a whole number after *".into());
        };
        let Some((_, op)) = OPS.into_iter().find(|(sign, _)| self.sign(sign)) else {
            return Err(format!("expected a comparison, found {:?}", self.peek()));
        };
        let Some(Token::Word(other)) = self.peek().cloned() else {
            return Err(format!("expected a fact, found {:?}", self.peek()));
        };
        self.at += 1;
        Ok(Expr::Scaled(path, factor, op, self.names.path(&other)?))
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
        let token = self.peek().cloned();
        self.at += 1;
        match token {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Word(word)) if word == "true" => Ok(Literal::Flag(true)),
            Some(Token::Word(word)) if word == "false" => Ok(Literal::Flag(false)),
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

fn one_or(mut list: Vec<Expr>, wrap: fn(Vec<Expr>) -> Expr) -> Expr {
    if list.len() == 1 {
        list.remove(0)
    } else {
        wrap(list)
    }
}

#[cfg(test)]
mod tests;
