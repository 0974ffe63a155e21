//! Parameters of primitives: from TOML tables to typed checks.

mod sums;

use super::check::{Gate, IfMissing, Least, Primitive, Span};
use super::compile::Compiler;
use super::expr::{Expr, Path};
use crate::law::{Money, Unit, count::FirstDay};
use crate::step::{self, StepDef};
use crate::words::Words;

/// Makes a primitive from its name and parameters.
pub(super) fn primitive(
    compiler: &Compiler,
    name: &str,
    params: toml::Table,
) -> Result<Primitive, String> {
    let mut p = Params {
        compiler,
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
                Some(name) => Some((compiler.path(&name)?, p.span()?)),
            },
        },
        "holds" => Primitive::Holds {
            that: compiler.expr(&p.get::<String>("that")?, None)?,
            gate: p.gate()?,
            uses: p.paths("uses")?,
            broken: Words::new(p.get::<String>("broken")?, p.get::<String>("broken_en")?),
        },
        "set_cover" => Primitive::SetCover {
            filter: {
                let record = match p.path_of("of")? {
                    Path::Step(def) | Path::Field(def, _) => Some(def),
                    _ => None,
                };
                p.filter(record)?
            },
            of: p.path("of")?,
            need: p.get("need")?,
            min: p.optional("min")?,
            persons: p.or("persons", false)?,
            together: p.or("together", false)?,
            gate: p.gate()?,
            lacking: p.or("lacking", IfMissing::Breach)?,
        },
        "subset" => Primitive::Subset {
            of: p.path("of")?,
            within: p.path("within")?,
            standing: p.or("standing", false)?,
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
        "count" => count(&mut p)?,
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
                Some(name) => Some((compiler.path(&name)?, p.or("until_nth", 1)?)),
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

/// The primitive that counts records.
fn count(p: &mut Params<'_>) -> Result<Primitive, String> {
    let names = p.names("of")?;
    let filter = p.optional::<String>("where")?;
    let among = p.optional::<String>("among")?;
    let first = names.first().map(|name| find_step(name)).transpose()?;
    if among.is_some() && names.len() > 1 {
        return Err("among looks at one step; give one in of".into());
    }
    let of = names
        .iter()
        .map(|name| {
            let def = find_step(name)?;
            let filter = filter.as_deref().map(|f| p.compiler.expr(f, Some(def)));
            Ok((def, filter.transpose()?))
        })
        .collect::<Result<_, String>>()?;
    Ok(Primitive::Count {
        of,
        among: among
            .map(|text| p.compiler.expr(&text, first))
            .transpose()?,
        sources: p.or("sources", false)?,
        min: p.get("min")?,
        headcount: p
            .optional::<String>("headcount")?
            .map(|name| p.compiler.path(&name))
            .transpose()?,
        gate: p.gate()?,
        yearly: if p.or("yearly", false)? {
            Some(p.until()?)
        } else {
            None
        },
        if_missing: p.or("if_missing", IfMissing::Breach)?,
        what: p.what()?,
    })
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
                filter: p.filter(record)?,
                then,
                strict: p.or("strict", false)?,
                any: p.or("any", false)?,
            }
        }
        "deadline" => {
            let to = p.path("to")?;
            let record = match &to {
                Path::Step(def) | Path::Field(def, _) => Some(*def),
                _ => None,
            };
            let from = p.path("from")?;
            Primitive::Deadline {
                start: p.condition("from_where", from.step())?,
                from,
                rollover: p.or("rollover", false)?,
                filter: p.filter(record)?,
                to,
                within: p.span()?,
                first: p.or("first", false)?,
            }
        }
        "fixed_date" => {
            let (month, day) = p.month_day("due")?.ok_or("month and day are missing")?;
            let of = p.path("of")?;
            let record = match &of {
                Path::Step(def) | Path::Field(def, _) => Some(*def),
                _ => None,
            };
            Primitive::FixedDate {
                of,
                filter: p.filter(record)?,
                slot: p.get("slot")?,
                slots: p.get("slots")?,
                month,
                day,
                year_offset: p.or("year_offset", 0)?,
                last: (p.or("last_month", month)?, p.or("last_day", day)?),
                what: p.what()?,
                rollover: p.or("rollover", false)?,
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
                per: if p.table.contains_key("per") {
                    Some(p.field(of, "per")?)
                } else {
                    None
                },
            }
        }
        "validity" => Primitive::Validity,
        _ => yearly(name, p)?,
    })
}

/// The primitives over the projects, the records and the money of a year, and over units.
fn yearly(name: &str, p: &mut Params<'_>) -> Result<Primitive, String> {
    Ok(match name {
        "coverage" => {
            let by = p.step("by")?;
            Primitive::Coverage {
                by,
                filter: p.filter(Some(by))?,
                among: p.among()?,
                least: p.least()?,
                until: p.until()?,
                what: p.what()?,
            }
        }
        "periods" => {
            let of = p.step("of")?;
            Primitive::Periods {
                of,
                filter: p.filter(Some(of))?,
                per: p.get("per")?,
                among: p.among()?,
                needs: if p.table.contains_key("needs") {
                    Some(p.step("needs")?)
                } else {
                    None
                },
                partly: p.or("partly", false)?,
            }
        }
        "share" => {
            let (of, done) = (p.step("of")?, p.step("done")?);
            let key = p.field(of, "same")?;
            Primitive::Share {
                of,
                done,
                same: of.fields[key].name,
                percent: p.get("percent")?,
                per: p.get("per")?,
                down: p.or("down", false)?,
            }
        }
        "ratio" => {
            let of = p.step("of")?;
            Primitive::Ratio {
                of,
                filter: p.filter(Some(of))?,
                total: p.path("total")?,
                percent: p.get("percent")?,
            }
        }
        "majority" => {
            let of = p.step("of")?;
            Primitive::Majority {
                of,
                votes: p.field(of, "for")?,
                against: p.field(of, "against")?,
                members: p.field(of, "members")?,
                times: p.or("times", 2)?,
            }
        }
        "taken_up" => {
            let by = p.step("by")?;
            Primitive::TakenUp {
                by,
                filter: p.filter(Some(by))?,
                list: p.field(by, "list")?,
                from: p.path("from")?,
                per: p.get("per")?,
            }
        }
        "blocklist" => Primitive::Blocklist {
            of: p.paths("of")?,
            years: p.get("years")?,
        },
        "conflict" => Primitive::Conflict {
            role: p.get("role")?,
            relations: p.get("relations")?,
            generations: p.get("generations")?,
            wide: p.or("wide", false)?,
        },
        other => return sums::primitive(other, p),
    })
}

pub(super) fn find_step(name: &str) -> Result<&'static StepDef, String> {
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

    /// As [`Self::path`], leaving the parameter where it is.
    fn path_of(&self, key: &str) -> Result<Path, String> {
        match self.table.get(key) {
            Some(toml::Value::String(name)) => self.compiler.path(name),
            _ => Err(format!("{key} is missing")),
        }
    }

    fn paths(&mut self, key: &str) -> Result<Vec<Path>, String> {
        let names: Vec<String> = self.get(key)?;
        self.compiler.paths(&names)
    }

    fn gate(&mut self) -> Result<Gate, String> {
        let names: Vec<String> = self.or("gate", Vec::new())?;
        self.compiler.paths(&names)
    }

    /// The condition on cases, as `among`.
    fn among(&mut self) -> Result<Option<Expr>, String> {
        self.optional::<String>("among")?
            .map(|text| self.compiler.expr(&text, None))
            .transpose()
    }

    /// What is counted or asked for, in words.
    fn what(&mut self) -> Result<Words, String> {
        let zh = self.or("what", String::new())?;
        Ok(Words::new(zh, self.or("what_en", String::new())?))
    }

    /// The condition on the records, as `where`.
    fn filter(&mut self, record: Option<&'static StepDef>) -> Result<Option<Expr>, String> {
        self.condition("where", record)
    }

    /// A condition on records under some other name.
    fn condition(
        &mut self,
        key: &str,
        record: Option<&'static StepDef>,
    ) -> Result<Option<Expr>, String> {
        self.optional::<String>(key)?
            .map(|text| self.compiler.expr(&text, record))
            .transpose()
    }

    /// How many of the projects: `percent`, `number`, one in `each` community, or all.
    fn least(&mut self) -> Result<Least, String> {
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
    fn word(&mut self, key: &str, only: &str) -> Result<bool, String> {
        match self.optional::<String>(key)? {
            None => Ok(false),
            Some(word) if word == only => Ok(true),
            Some(word) => Err(format!("{key} is {word}, it can only be {only}")),
        }
    }

    /// A month and a day: `due = "12-31"`, or `month` and `day`.
    fn month_day(&mut self, key: &str) -> Result<Option<(u32, u32)>, String> {
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
    fn until(&mut self) -> Result<(u32, u32, i32), String> {
        let (month, day) = self.month_day("due")?.unwrap_or((12, 31));
        Ok((month, day, self.or("year_offset", 0)?))
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
