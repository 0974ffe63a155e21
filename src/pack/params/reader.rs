//! Reading the parameters of a primitive, each by its name and type.

use super::super::check::{Gate, Least, Span};
use super::super::compile::Compiler;
use super::super::expr::{Expr, Path};
use super::find_step;
use crate::law::Unit;
use crate::step::StepDef;
use crate::words::Words;

/// The parameters of one primitive; what is left over at the end is a mistake.
pub(super) struct Params<'a> {
    pub(super) compiler: &'a Compiler,
    pub(super) table: toml::Table,
}

impl Params<'_> {
    pub(super) fn optional<T: serde::de::DeserializeOwned>(
        &mut self,
        key: &str,
    ) -> Result<Option<T>, String> {
        self.table
            .remove(key)
            .map(|value| value.try_into().map_err(|e| format!("{key}: {e}")))
            .transpose()
    }

    pub(super) fn get<T: serde::de::DeserializeOwned>(&mut self, key: &str) -> Result<T, String> {
        self.optional(key)?
            .ok_or_else(|| format!("{key} is missing"))
    }

    pub(super) fn or<T: serde::de::DeserializeOwned>(
        &mut self,
        key: &str,
        other: T,
    ) -> Result<T, String> {
        Ok(self.optional(key)?.unwrap_or(other))
    }

    pub(super) fn path(&mut self, key: &str) -> Result<Path, String> {
        let name: String = self.get(key)?;
        self.compiler.path(&name)
    }

    /// As [`Self::path`], leaving the parameter where it is.
    pub(super) fn path_of(&self, key: &str) -> Result<Path, String> {
        match self.table.get(key) {
            Some(toml::Value::String(name)) => self.compiler.path(name),
            _ => Err(format!("{key} is missing")),
        }
    }

    pub(super) fn paths(&mut self, key: &str) -> Result<Vec<Path>, String> {
        let names: Vec<String> = self.get(key)?;
        self.compiler.paths(&names)
    }

    pub(super) fn gate(&mut self) -> Result<Gate, String> {
        let names: Vec<String> = self.or("gate", Vec::new())?;
        self.compiler.paths(&names)
    }

    /// The condition on cases, as `among`.
    pub(super) fn among(&mut self) -> Result<Option<Expr>, String> {
        self.optional::<String>("among")?
            .map(|text| self.compiler.expr(&text, None))
            .transpose()
    }

    /// What is counted or asked for, in words.
    pub(super) fn what(&mut self) -> Result<Words, String> {
        let zh = self.or("what", String::new())?;
        Ok(Words::new(zh, self.or("what_en", String::new())?))
    }

    /// The condition on the records, as `where`.
    pub(super) fn filter(
        &mut self,
        record: Option<&'static StepDef>,
    ) -> Result<Option<Expr>, String> {
        self.condition("where", record)
    }

    /// A condition on records under some other name.
    pub(super) fn condition(
        &mut self,
        key: &str,
        record: Option<&'static StepDef>,
    ) -> Result<Option<Expr>, String> {
        self.optional::<String>(key)?
            .map(|text| self.compiler.expr(&text, record))
            .transpose()
    }

    /// How many of the projects: `percent`, `number`, one in `each` community, or all.
    pub(super) fn least(&mut self) -> Result<Least, String> {
        let percent = self.optional("percent")?.map(Least::Percent);
        let number = self.optional("number")?.map(Least::Number);
        let each = self
            .word("each", "community")?
            .then_some(Least::EachCommunity);
        let all = self.word("least", "all")?.then_some(Least::All);
        let mut given = percent.into_iter().chain(number).chain(each).chain(all);
        match (given.next(), given.next()) {
            (Some(least), None) => Ok(least),
            _ => Err("give one of percent, number, each and least".into()),
        }
    }

    /// True if a parameter is given; it can only be this word.
    pub(super) fn word(&mut self, key: &str, only: &str) -> Result<bool, String> {
        match self.optional::<String>(key)? {
            None => Ok(false),
            Some(word) if word == only => Ok(true),
            Some(word) => Err(format!("{key} is {word}, it can only be {only}")),
        }
    }

    /// A month and a day: `due = "12-31"`, or `month` and `day`.
    pub(super) fn month_day(&mut self, key: &str) -> Result<Option<(u32, u32)>, String> {
        if let Some(text) = self.optional::<String>(key)? {
            let parts = text.split_once('-');
            let parsed = parts.and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
            return parsed
                .map(Some)
                .ok_or_else(|| format!("{key} is {text}, it must be MM-DD"));
        }
        match (self.optional("month")?, self.optional("day")?) {
            (Some(month), Some(day)) => Ok(Some((month, day))),
            (None, None) => Ok(None),
            _ => Err("month and day go together".into()),
        }
    }

    /// A yearly day, the end of the year if none is given, and how many years later.
    pub(super) fn until(&mut self) -> Result<(u32, u32, i32), String> {
        let (month, day) = self.month_day("due")?.unwrap_or((12, 31));
        Ok((month, day, self.or("year_offset", 0)?))
    }

    pub(super) fn span(&mut self) -> Result<Span, String> {
        Ok(Span {
            n: self.get("n")?,
            unit: self.get::<Unit>("unit")?,
        })
    }

    /// One name or a list of them.
    pub(super) fn names(&mut self, key: &str) -> Result<Vec<String>, String> {
        match self.table.get(key) {
            Some(toml::Value::String(_)) => Ok(vec![self.get(key)?]),
            _ => self.get(key),
        }
    }

    pub(super) fn step(&mut self, key: &str) -> Result<&'static StepDef, String> {
        find_step(&self.get::<String>(key)?)
    }

    pub(super) fn field(&mut self, def: &'static StepDef, key: &str) -> Result<usize, String> {
        let name: String = self.get(key)?;
        def.index(&name)
            .ok_or_else(|| format!("{} has no field {name}", def.id))
    }
}
