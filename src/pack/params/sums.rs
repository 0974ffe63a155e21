//! Parameters of the checks over many projects, over questionnaires and over seasons.

use super::super::check::IfMissing;
use super::super::check::{
    Among, Amount, Bound, Cohort, Lag, Members, Overflow, Per, Portion, Primitive, Season, Tally,
    Total,
};
use super::super::expr::Path;
use super::Params;
use crate::law::Money;

/// Makes one of these primitives.
pub(super) fn primitive(name: &str, p: &mut Params<'_>) -> Result<Primitive, String> {
    Ok(match name {
        "portion" => Primitive::Portion(portion(p)?),
        "total" => Primitive::Total(total(p)?),
        "members" => Primitive::Members(members(p)?),
        "overflow" => {
            let budget = p.path("budget")?;
            Primitive::Overflow(Overflow {
                among: among(p)?,
                of: p.path("of")?,
                by: p.path("by")?,
                budget: (budget.clone(), p.condition("budget_where", budget.step())?),
                then: p
                    .condition("then", None)?
                    .ok_or_else(|| "then is missing".to_owned())?,
                broken: crate::words::Words::new(
                    p.get::<String>("broken")?,
                    p.get::<String>("broken_en")?,
                ),
            })
        }
        "tally" => Primitive::Tally(tally(p)?),
        "lag" => Primitive::Lag(Lag {
            from: p.path("from")?,
            to: p.path("to")?,
        }),
        "season" => {
            let of = p.path("of")?;
            Primitive::Season(Season {
                filter: p.filter(of.step())?,
                of,
                from: p.month_day("from")?.ok_or("from is missing")?,
                to: p.month_day("to")?.ok_or("to is missing")?,
                if_missing: p.or("if_missing", IfMissing::Unverifiable)?,
                what: p.what()?,
            })
        }
        other => return Err(format!("no primitive is called {other}")),
    })
}

fn among(p: &mut Params<'_>) -> Result<Among, String> {
    Ok(Among {
        over: p.optional("over")?,
        cohort: p.or("cohort", Cohort::Started)?,
        which: p.among()?,
    })
}

/// Month, day and how many years later, if the check waits for a day.
fn until(p: &mut Params<'_>) -> Result<Option<(u32, u32, i32)>, String> {
    let offset = p.or("year_offset", 0)?;
    let day = p.month_day("due")?;
    Ok(day.map(|(month, day)| (month, day, offset)))
}

fn portion(p: &mut Params<'_>) -> Result<Portion, String> {
    let mut path = |key: &str| match p.optional::<String>(key)? {
        None => Ok::<_, String>(None),
        Some(name) => Ok(Some(p.compiler.path(&name)?)),
    };
    let (part, whole) = (path("part")?, path("whole")?);
    if part.is_some() != whole.is_some() {
        return Err("part and whole go together".into());
    }
    let ratio: (i64, i64) = p.get("ratio")?;
    if ratio.0 < 0 || ratio.1 <= 0 {
        return Err("ratio is [part, whole], for example [2, 5]".into());
    }
    Ok(Portion {
        among: among(p)?,
        part_where: p.condition("part_where", None)?,
        part,
        whole,
        ratio,
        at_most: match p.get::<String>("op")?.as_str() {
            "least" => false,
            "most" => true,
            other => return Err(format!("op is {other}, it can be least or most")),
        },
        min: p.or("min", 0)?,
        until: until(p)?,
        what: p.what()?,
    })
}

fn total(p: &mut Params<'_>) -> Result<Total, String> {
    let of = match p.optional::<String>("of")? {
        None => None,
        Some(name) => Some(p.compiler.path(&name)?),
    };
    let money = of.is_some();
    let mut given = Vec::new();
    for (key, wrap) in [
        ("least", Bound::Least as fn(Amount) -> Bound),
        ("most", Bound::Most),
        ("against", Bound::Shown),
    ] {
        if let Some(value) = p.table.remove(key) {
            let amount = amount(p, value, money).map_err(|e| format!("{key}: {e}"))?;
            given.push(wrap(amount));
        }
    }
    let (Some(bound), true) = (given.pop(), given.is_empty()) else {
        return Err("give one of least, most and against".into());
    };
    let records = if p.table.contains_key("records") {
        let step = p.step("records")?;
        if of.as_ref().and_then(Path::step) != Some(step) {
            return Err("of must be a field of the records".into());
        }
        Some((step, p.condition("records_where", Some(step))?))
    } else {
        None
    };
    Ok(Total {
        among: among(p)?,
        records,
        of,
        bound,
        per: p.or("per", Per::Whole)?,
        until: until(p)?,
        what: p.what()?,
    })
}

/// A number of projects, money, or the path of what is recorded.
fn amount(p: &mut Params<'_>, value: toml::Value, money: bool) -> Result<Amount, String> {
    let text = match value {
        toml::Value::Integer(number) if !money => return Ok(Amount::Number(number)),
        toml::Value::String(text) => text,
        other => return Err(format!("{other} is no amount")),
    };
    if let Ok(amount) = text.parse::<Money>() {
        if !money {
            return Err("projects are counted: write a whole number".into());
        }
        return Ok(Amount::Money(amount));
    }
    if !money {
        return Err("what is recorded is money: say what is added up with of".into());
    }
    let path = p.compiler.path(&text)?;
    let filter = p.condition("where", path.step())?;
    Ok(Amount::Recorded(path, filter))
}

fn members(p: &mut Params<'_>) -> Result<Members, String> {
    let of = p.step("of")?;
    Ok(Members {
        of,
        filter: p.filter(Some(of))?,
        date: p.field(of, "date")?,
        due: until(p)?.unwrap_or((12, 31, 0)),
        all: p.or("all", false)?,
        rollover: p.or("rollover", false)?,
        what: p.what()?,
    })
}

fn tally(p: &mut Params<'_>) -> Result<Tally, String> {
    let of = p.step("of")?;
    let field = |name: &String| {
        let index = of.index(name);
        index.ok_or_else(|| format!("{} has no field {name}", of.id))
    };
    let rows: Vec<String> = p.get("rows")?;
    Ok(Tally {
        of,
        rows: rows.iter().map(field).collect::<Result<_, _>>()?,
        full: p.field(of, "full")?,
        total: p.field(of, "total")?,
        blanks: p.field(of, "blanks")?,
        levels: p.get("levels")?,
        answers: p.step("answers")?,
    })
}
