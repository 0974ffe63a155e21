//! Parameters of primitives: from TOML tables to typed checks.

mod reader;
mod sums;

use super::check::{Cohort, IfMissing, Primitive};
use reader::Params;

use super::compile::Compiler;
use super::expr::Path;
use crate::law::{Money, count::FirstDay};
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
        distinct: match (p.optional::<String>("distinct")?, first) {
            (None, _) => None,
            (Some(name), Some(def)) => Some(
                def.field(&name)
                    .ok_or_else(|| format!("{} has no field {name}", def.id))?
                    .name,
            ),
            (Some(_), None) => return Err("distinct looks at one step".into()),
        },
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

/// A step as its day.
fn dated_field(path: Path) -> Path {
    match path {
        Path::Step(def) => def
            .index(def.dated)
            .map_or(path, |index| Path::Field(def, index)),
        other => other,
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
            let from = dated_field(p.path("from")?);
            let to = dated_field(to);
            Primitive::Deadline {
                start: p.condition("from_where", from.step())?,
                from,
                rollover: p.or("rollover", false)?,
                first_day: p.or("first_day", FirstDay::Excluded)?,
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
                terms: p.or("terms", Vec::new())?,
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
                cohort: p.or("cohort", Cohort::Started)?,
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
                gap: p.optional("gap")?,
                part: if p.table.contains_key("part") {
                    Some(p.field(of, "part")?)
                } else {
                    None
                },
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
