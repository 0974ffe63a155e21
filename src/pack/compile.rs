//! Compiling rules: from names and parameters to facts and primitives.

use serde::Deserialize;

use super::check::{Check, Gate, IfMissing, Primitive, Reading, Span};
use super::expr::{self, Expr, Names, Path};
use super::load::RawRule;
use super::{Rule, Treatment};
use crate::law::{Money, Unit, count::FirstDay};
use crate::step::{self, StepDef};
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
pub(super) struct Compiler {
    pub(super) facts: Vec<String>,
    pub(super) conditions: Vec<String>,
    pub(super) modules: Vec<String>,
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

    pub(super) fn rule(&self, raw: RawRule) -> Result<Rule, String> {
        let exempt = raw
            .exempt
            .iter()
            .map(|name| {
                self.conditions
                    .iter()
                    .position(|c| c == name)
                    .ok_or_else(|| format!("no condition is called {name}"))
            })
            .collect::<Result<_, _>>()?;
        let treatment = match (raw.recorded, raw.attest, raw.check.is_empty()) {
            (Some(why), None, true) => Treatment::Recorded(Words::new(why, raw.recorded_en)),
            (None, Some(attest), true) => Treatment::Attested { body: attest.body },
            (None, None, false) => Treatment::Computed(
                raw.check
                    .into_iter()
                    .map(|table| self.check(table))
                    .collect::<Result<_, _>>()?,
            ),
            _ => return Err("give exactly one of check, attest and recorded".into()),
        };
        Ok(Rule {
            id: raw.id,
            cite: raw.cite,
            quotes: raw.quotes,
            title: Words::new(raw.title, raw.title_en),
            severity: raw.severity,
            permit: raw.permit,
            stage: raw.stage,
            scope: raw.scope,
            remedy: Words::new(raw.remedy, raw.remedy_en),
            exempt,
            treatment,
            later: raw.later,
        })
    }

    fn check(&self, mut table: toml::Table) -> Result<Check, String> {
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
        let mut entries = table.into_iter();
        let (Some((name, toml::Value::Table(params))), None) = (entries.next(), entries.next())
        else {
            return Err("a check has exactly one primitive with a table of parameters".into());
        };
        let readings = readings
            .into_iter()
            .map(|raw| {
                let mut overlaid = params.clone();
                overlaid.extend(raw.set);
                Ok(Reading {
                    id: raw.id,
                    why: Words::new(raw.why, raw.why_en),
                    primitive: self.primitive(&name, overlaid)?,
                })
            })
            .collect::<Result<_, String>>()?;
        Ok(Check {
            when: when.map(|text| self.expr(&text, None)).transpose()?,
            unless,
            scope,
            primitive: self.primitive(&name, params)?,
            readings,
        })
    }

    fn primitive(&self, name: &str, params: toml::Table) -> Result<Primitive, String> {
        let mut p = Params {
            compiler: self,
            table: params,
        };
        let primitive = match name {
            "presence" => Primitive::Presence {
                of: p.paths("of")?,
                any: p.or("any", false)?,
                gate: p.gate()?,
                if_missing: p.or("if_missing", IfMissing::Breach)?,
                after: match p.optional::<String>("after")? {
                    None => None,
                    Some(name) => Some((self.path(&name)?, p.span()?)),
                },
            },
            "holds" => Primitive::Holds {
                that: self.expr(&p.get::<String>("that")?, None)?,
                gate: p.gate()?,
                uses: p.paths("uses")?,
                broken: Words::new(p.get::<String>("broken")?, p.get::<String>("broken_en")?),
            },
            "set_cover" => Primitive::SetCover {
                of: p.path("of")?,
                need: p.get("need")?,
                min: p.optional("min")?,
                persons: p.or("persons", false)?,
                gate: p.gate()?,
            },
            "subset" => Primitive::Subset {
                of: p.path("of")?,
                within: p.path("within")?,
                if_missing: p.or("if_missing", IfMissing::Unverifiable)?,
            },
            "disjoint" => Primitive::Disjoint {
                of: p.path("of")?,
                from: p.path("from")?,
                known: p.or("known", false)?,
            },
            "cap" => Primitive::Cap {
                of: p.paths("of")?,
                max: p.get::<Money>("max")?,
            },
            "count" => {
                let names = p.names("of")?;
                let filter = p.optional::<String>("where")?;
                let of = names
                    .iter()
                    .map(|name| {
                        let def = find_step(name)?;
                        let filter = filter.as_deref().map(|f| self.expr(f, Some(def)));
                        Ok((def, filter.transpose()?))
                    })
                    .collect::<Result<_, String>>()?;
                Primitive::Count {
                    of,
                    sources: p.or("sources", false)?,
                    min: p.get("min")?,
                    headcount: p
                        .optional::<String>("headcount")?
                        .map(|name| self.path(&name))
                        .transpose()?,
                    gate: p.gate()?,
                    yearly: if p.or("yearly", false)? {
                        Some((p.or("month", 12)?, p.or("day", 31)?))
                    } else {
                        None
                    },
                    if_missing: p.or("if_missing", IfMissing::Breach)?,
                    what: Words::new(
                        p.or("what", String::new())?,
                        p.or("what_en", String::new())?,
                    ),
                }
            }
            "role" => Primitive::Role {
                of: p.paths("of")?,
                is: p.get("is")?,
            },
            "running_sum" => Primitive::RunningSum {
                max: p.get::<Money>("max")?,
            },
            "register" => Primitive::Register {
                of: p.step("of")?,
                key: "household",
                until: match p.optional::<String>("until")? {
                    None => None,
                    Some(name) => Some((self.path(&name)?, p.or("until_nth", 1)?)),
                },
                within: p
                    .get::<Vec<String>>("within")?
                    .iter()
                    .map(|name| find_step(name))
                    .collect::<Result<_, _>>()?,
            },
            _ => dated(name, &mut p)?,
        };
        match p.table.keys().next() {
            Some(key) => Err(format!("{name} has no parameter {key}")),
            None => Ok(primitive),
        }
    }
}

/// The primitives over dates.
fn dated(name: &str, p: &mut Params<'_>) -> Result<Primitive, String> {
    Ok(match name {
        "order" => {
            let then = p.path("then")?;
            let record = match &then {
                Path::Step(def) | Path::Field(def, _) => Some(*def),
                _ => None,
            };
            Primitive::Order {
                first: p.path("first")?,
                filter: p
                    .optional::<String>("where")?
                    .map(|text| p.compiler.expr(&text, record))
                    .transpose()?,
                then,
                strict: p.or("strict", false)?,
                any: p.or("any", false)?,
            }
        }
        "deadline" => Primitive::Deadline {
            from: p.path("from")?,
            to: p.path("to")?,
            within: p.span()?,
        },
        "fixed_date" => {
            let (month, day) = (p.get("month")?, p.get("day")?);
            Primitive::FixedDate {
                of: p.path("of")?,
                slot: p.get("slot")?,
                slots: p.get("slots")?,
                month,
                day,
                year_offset: p.or("year_offset", 0)?,
                last: (p.or("last_month", month)?, p.or("last_day", day)?),
            }
        }
        "window" => {
            let event = p.step("event")?;
            Primitive::Window {
                each: p.step("each")?,
                event,
                key: p.field(event, "key")?,
                date: p.field(event, "date")?,
                unless: if p.table.contains_key("unless") {
                    Some(p.field(event, "unless")?)
                } else {
                    None
                },
                from: p.path("from")?,
                to: p.path("to")?,
            }
        }
        "duration" => {
            let of = p.step("of")?;
            Primitive::Duration {
                of,
                from: p.field(of, "from")?,
                to: p.field(of, "to")?,
                min: p.get("min")?,
                first_day: p.or("first_day", FirstDay::Excluded)?,
            }
        }
        "validity" => Primitive::Validity,
        other => return Err(format!("no primitive is called {other}")),
    })
}

fn take_text(table: &mut toml::Table, key: &str) -> Result<Option<String>, String> {
    match table.remove(key) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{key} must be text")),
    }
}

fn find_step(name: &str) -> Result<&'static StepDef, String> {
    step::find(name).ok_or_else(|| format!("no step is called {name}"))
}

/// The parameters of one primitive; what is left over at the end is a mistake.
struct Params<'a> {
    compiler: &'a Compiler,
    table: toml::Table,
}

impl Params<'_> {
    fn optional<T: serde::de::DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, String> {
        self.table
            .remove(key)
            .map(|value| value.try_into().map_err(|e| format!("{key}: {e}")))
            .transpose()
    }

    fn get<T: serde::de::DeserializeOwned>(&mut self, key: &str) -> Result<T, String> {
        self.optional(key)?
            .ok_or_else(|| format!("{key} is missing"))
    }

    fn or<T: serde::de::DeserializeOwned>(&mut self, key: &str, other: T) -> Result<T, String> {
        Ok(self.optional(key)?.unwrap_or(other))
    }

    fn path(&mut self, key: &str) -> Result<Path, String> {
        let name: String = self.get(key)?;
        self.compiler.path(&name)
    }

    fn paths(&mut self, key: &str) -> Result<Vec<Path>, String> {
        let names: Vec<String> = self.get(key)?;
        self.compiler.paths(&names)
    }

    fn gate(&mut self) -> Result<Gate, String> {
        let names: Vec<String> = self.or("gate", Vec::new())?;
        self.compiler.paths(&names)
    }

    fn span(&mut self) -> Result<Span, String> {
        Ok(Span {
            n: self.get("n")?,
            unit: self.get::<Unit>("unit")?,
        })
    }

    /// One name or a list of them.
    fn names(&mut self, key: &str) -> Result<Vec<String>, String> {
        match self.table.get(key) {
            Some(toml::Value::String(_)) => Ok(vec![self.get(key)?]),
            _ => self.get(key),
        }
    }

    fn step(&mut self, key: &str) -> Result<&'static StepDef, String> {
        find_step(&self.get::<String>(key)?)
    }

    fn field(&mut self, def: &'static StepDef, key: &str) -> Result<usize, String> {
        let name: String = self.get(key)?;
        def.index(&name)
            .ok_or_else(|| format!("{} has no field {name}", def.id))
    }
}
