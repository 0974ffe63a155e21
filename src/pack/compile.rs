//! Compiling rules: from names and parameters to facts and primitives.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::body::{Body, Said};
use super::check::{Check, Each, Latest, Reading};
use super::expr::{self, Expr, Names, Path};
use super::parameter::Filler;
use super::raw::RawRule;
use super::{Clause, Contested, Filing, params};
use crate::step::StepDef;
use crate::words::Words;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReading {
    id: String,
    why: String,
    why_en: String,
    set: toml::Table,
}

/// Turns the text of rules into checks over facts.
#[derive(Debug)]
pub(super) struct Compiler {
    pub(super) facts: Vec<String>,
    pub(super) conditions: Vec<String>,
    pub(super) modules: Vec<String>,
    pub(super) filler: Filler,
}

impl Compiler {
    fn names(&self, record: Option<&'static StepDef>) -> Names<'_> {
        Names {
            facts: &self.facts,
            conditions: &self.conditions,
            modules: &self.modules,
            record,
        }
    }

    pub(super) fn path(&self, name: &str) -> Result<Path, String> {
        self.names(None).path(name)
    }

    pub(super) fn paths(&self, names: &[String]) -> Result<Vec<Path>, String> {
        names.iter().map(|name| self.path(name)).collect()
    }

    pub(super) fn expr(
        &self,
        text: &str,
        record: Option<&'static StepDef>,
    ) -> Result<Expr, String> {
        expr::parse(text, &self.names(record))
    }

    /// An expression that may ask only the conditions before a place.
    pub(super) fn expr_before(&self, text: &str, place: usize) -> Result<Expr, String> {
        let names = Names {
            conditions: &self.conditions[..place],
            ..self.names(None)
        };
        expr::parse(text, &names)
    }

    /// What a rule says; its checks stay text until they are asked for.
    pub(super) fn clause(this: &Arc<Self>, raw: RawRule<Box<RawValue>>) -> Result<Clause, String> {
        let exempt = raw
            .exempt
            .iter()
            .map(|name| {
                this.conditions
                    .iter()
                    .position(|c| c == name)
                    .ok_or_else(|| format!("no condition is called {name}"))
            })
            .collect::<Result<_, _>>()?;
        let said = match (raw.recorded, raw.attest, raw.check.is_empty()) {
            (Some(why), None, true) => Said::Recorded(Words::new(why, raw.recorded_en)),
            (None, Some(attest), true) => Said::Attested {
                body: attest.body,
                yearly: attest.yearly,
            },
            (None, None, false) => Said::Checks(raw.check),
            _ => return Err("give exactly one of check, attest and recorded".into()),
        };
        let filing = raw
            .justified_by
            .map(|name| {
                let of = params::find_step(&name)?;
                let must = raw.justified_if.map(|text| this.expr(&text, Some(of)));
                Ok::<_, String>(Filing {
                    of,
                    must: must.transpose()?,
                })
            })
            .transpose()?;
        Ok(Clause {
            body: Body::new(&raw.id, said, this),
            cite: raw.cite,
            quotes: raw.quotes,
            title: Words::new(raw.title, raw.title_en),
            severity: raw.severity,
            permit: raw.permit,
            stage: raw.stage,
            scope: raw.scope,
            remedy: Words::new(raw.remedy, raw.remedy_en),
            exempt,
            justified_by: filing,
            contested: raw.contested.map(|raw| Contested {
                id: raw.id,
                severity: raw.severity,
                why: Words::new(raw.why, raw.why_en),
            }),
        })
    }

    /// A check, from its table with the parameters filled in.
    pub(super) fn check(&self, mut table: toml::Table) -> Result<Check, String> {
        let when = take_text(&mut table, "when")?;
        let unless = Words::new(
            take_text(&mut table, "unless")?.unwrap_or_default(),
            take_text(&mut table, "unless_en")?.unwrap_or_default(),
        );
        let scope = table
            .remove("scope")
            .map(|value| value.try_into().map_err(|e| format!("scope: {e}")))
            .transpose()?;
        let readings: Vec<RawReading> = match table.remove("readings") {
            Some(value) => value.try_into().map_err(|e| format!("readings: {e}"))?,
            None => Vec::new(),
        };
        let each = self.each(&mut table)?;
        let mut entries = table.into_iter();
        let (Some((name, toml::Value::Table(params))), None) = (entries.next(), entries.next())
        else {
            return Err("a check has exactly one primitive with a table of parameters".into());
        };
        let readings = readings
            .into_iter()
            .map(|raw| {
                let mut overlaid = params.clone();
                let mut set = raw.set;
                let when = take_text(&mut set, "when")?;
                overlaid.extend(set);
                Ok(Reading {
                    id: raw.id,
                    why: Words::new(raw.why, raw.why_en),
                    when: when.map(|text| self.expr(&text, None)).transpose()?,
                    primitive: params::primitive(self, &name, overlaid)?,
                })
            })
            .collect::<Result<_, String>>()?;
        Ok(Check {
            when: when.map(|text| self.expr(&text, None)).transpose()?,
            unless,
            scope,
            each,
            primitive: params::primitive(self, &name, params)?,
            readings,
        })
    }
}

impl Compiler {
    /// The records that a check is run for, one by one.
    fn each(&self, table: &mut toml::Table) -> Result<Option<Each>, String> {
        let filter = take_text(table, "each_where")?;
        let same: Vec<String> = match table.remove("same") {
            None => Vec::new(),
            Some(toml::Value::String(one)) => vec![one],
            Some(list) => list.try_into().map_err(|e| format!("same: {e}"))?,
        };
        let last = table.remove("each_last");
        let year_of = take_text(table, "year_of")?;
        let Some(name) = take_text(table, "each")? else {
            return if filter.is_some() || year_of.is_some() || !same.is_empty() || last.is_some() {
                Err("each_where, each_last, same and year_of need each".into())
            } else {
                Ok(None)
            };
        };
        let of = params::find_step(&name)?;
        let field = |name: String| {
            let known = of.field(&name).map(|field| field.name);
            known.ok_or_else(|| format!("{} has no field {name}", of.id))
        };
        let last = match last {
            None | Some(toml::Value::Boolean(false)) => Latest::Each,
            Some(toml::Value::Boolean(true)) => Latest::One,
            Some(toml::Value::String(name)) => Latest::Per(field(name)?),
            Some(other) => return Err(format!("each_last is {other}, it is true or a field")),
        };
        Ok(Some(Each {
            of,
            filter: filter.map(|text| self.expr(&text, Some(of))).transpose()?,
            same: same.into_iter().map(field).collect::<Result<_, _>>()?,
            last,
            year_of: year_of.map(field).transpose()?,
        }))
    }
}

fn take_text(table: &mut toml::Table, key: &str) -> Result<Option<String>, String> {
    match table.remove(key) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{key} must be text")),
    }
}
