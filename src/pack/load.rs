//! Loading a pack: TOML to rules, with every mistake named by file and rule.

use std::path::Path as FilePath;

use serde::Deserialize;

use super::check::{Check, Gate, IfMissing, Primitive, Reading, Span};
use super::expr::{self, Expr, Names, Path};
use super::{
    Condition, Meta, NamedFact, Pack, Rule, Scope, Severity, TableDef, Treatment, VocabularyDef,
};
use crate::law::{Money, Unit, count::FirstDay};
use crate::ledger::chain;
use crate::step::{self, StepDef};
use crate::words::Words;

macro_rules! embedded {
    ($pack:literal, $($file:literal),*) => {
        [$((
            concat!($file, ".toml"),
            include_str!(concat!("../packs/", $pack, "/", $file, ".toml")),
        )),*]
    };
}
/// The packs that come with the tool: identifier and files in the order of the law.
const EMBEDDED: &[(&str, &[(&str, &str)])] = &[(
    "nanshan-2020",
    &embedded!(
        "nanshan-2020",
        "pack",
        "01-general",
        "02-collect",
        "03-shortlist",
        "04-publicize",
        "05-implement",
        "06-accept-evaluate",
        "07-oversight",
        "08-final",
        "tables"
    ),
)];

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No embedded pack and no folder of that name.
    #[error("没有名为“{0}”的依据；内置的有：{1}（或给出依据文件夹的路径） / no regulation “{0}”; built in: {1} (or give a folder)")]
    Unknown(String, String),
    /// A file of the pack cannot be read.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// A file or a rule is wrong.
    #[error("{0}")]
    Wrong(String),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    meta: Option<Meta>,
    #[serde(default)]
    vocabulary: Vec<VocabularyDef>,
    #[serde(default)]
    fact: Vec<RawFact>,
    #[serde(default)]
    condition: Vec<RawCondition>,
    #[serde(default)]
    rule: Vec<RawRule>,
    #[serde(default)]
    table: Vec<TableDef>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFact {
    id: String,
    label: String,
    label_en: String,
    from: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    id: String,
    label: String,
    label_en: String,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    cite: String,
    quotes: Vec<String>,
    title: String,
    title_en: String,
    severity: Severity,
    #[serde(default)]
    permit: bool,
    stage: String,
    scope: Scope,
    #[serde(default)]
    remedy: String,
    #[serde(default)]
    remedy_en: String,
    #[serde(default)]
    recorded: Option<String>,
    #[serde(default)]
    recorded_en: String,
    #[serde(default)]
    later: bool,
    #[serde(default)]
    attest: Option<RawAttest>,
    #[serde(default)]
    exempt: Vec<String>,
    #[serde(default)]
    check: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAttest {
    body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReading {
    id: String,
    why: String,
    why_en: String,
    set: toml::Table,
}

impl Pack {
    /// Names of the embedded packs.
    pub fn embedded() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(id, _)| *id)
    }

    /// Loads an embedded pack by name, or a pack from a folder of TOML files.
    ///
    /// # Errors
    /// Names the file and rule of the first mistake.
    pub fn load(name: &str) -> Result<Self, LoadError> {
        if let Some((_, files)) = EMBEDDED.iter().find(|(id, _)| *id == name) {
            return build(files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect());
        }
        let folder = FilePath::new(name);
        if !folder.is_dir() {
            let all: Vec<_> = Self::embedded().collect();
            return Err(LoadError::Unknown(name.to_owned(), all.join("、")));
        }
        let wrap = |error| LoadError::File(folder.display().to_string(), error);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(wrap)? {
            let path = entry.map_err(wrap)?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| LoadError::File(path.display().to_string(), error))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                files.push((name.into_owned(), text));
            }
        }
        // pack.toml defines what the others use; the rest in the order of their names
        files.sort_by_key(|(name, _)| (name != "pack.toml", name.clone()));
        build(files)
    }
}

fn build(files: Vec<(String, String)>) -> Result<Pack, LoadError> {
    let mut digest = String::new();
    let mut meta = None;
    let (mut vocabularies, mut raw_facts, mut raw_conditions) = (vec![], vec![], vec![]);
    let (mut raw_rules, mut tables) = (vec![], vec![]);
    for (name, text) in &files {
        digest.push_str(&format!("{name} {}\n", chain::digest(text.as_bytes())));
        let file: FileText =
            toml::from_str(text).map_err(|error| LoadError::Wrong(format!("{name}: {error}")))?;
        meta = meta.or(file.meta);
        vocabularies.extend(file.vocabulary);
        raw_facts.extend(file.fact);
        raw_conditions.extend(file.condition);
        raw_rules.extend(file.rule);
        tables.extend(file.table);
    }
    let meta = meta.ok_or_else(|| LoadError::Wrong("no file of the pack has [meta]".into()))?;
    let mut compiler = Compiler {
        facts: raw_facts.iter().map(|fact| fact.id.clone()).collect(),
        conditions: Vec::new(),
        modules: meta.modules.clone(),
    };
    let mut facts = Vec::new();
    for raw in raw_facts {
        let from = compiler
            .paths(&raw.from)
            .map_err(|e| LoadError::Wrong(format!("fact {}: {e}", raw.id)))?;
        facts.push(NamedFact {
            id: raw.id,
            label: Words::new(raw.label, raw.label_en),
            from,
        });
    }
    let mut conditions = Vec::new();
    for raw in raw_conditions {
        let is = compiler
            .expr(&raw.is, None)
            .map_err(|e| LoadError::Wrong(format!("condition {}: {e}", raw.id)))?;
        compiler.conditions.push(raw.id.clone());
        conditions.push(Condition {
            id: raw.id,
            label: Words::new(raw.label, raw.label_en),
            is,
        });
    }
    let mut rules = Vec::new();
    for raw in raw_rules {
        let id = raw.id.clone();
        if rules.iter().any(|rule: &Rule| rule.id == id) {
            return Err(LoadError::Wrong(format!("rule {id} stands twice")));
        }
        rules.push(
            compiler
                .rule(raw)
                .map_err(|e| LoadError::Wrong(format!("rule {id}: {e}")))?,
        );
    }
    Ok(Pack {
        meta,
        sha256: chain::digest(digest.as_bytes()),
        vocabularies,
        facts,
        conditions,
        rules,
        tables,
    })
}

struct Compiler {
    facts: Vec<String>,
    conditions: Vec<String>,
    modules: Vec<String>,
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

    fn path(&self, name: &str) -> Result<Path, String> {
        self.names(None).path(name)
    }

    fn paths(&self, names: &[String]) -> Result<Vec<Path>, String> {
        names.iter().map(|name| self.path(name)).collect()
    }

    fn expr(&self, text: &str, record: Option<&'static StepDef>) -> Result<Expr, String> {
        expr::parse(text, &self.names(record))
    }

    fn rule(&self, raw: RawRule) -> Result<Rule, String> {
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
            },
            "order" => Primitive::Order {
                first: p.path("first")?,
                then: p.path("then")?,
                strict: p.or("strict", false)?,
            },
            "deadline" => Primitive::Deadline {
                from: p.path("from")?,
                to: p.path("to")?,
                within: p.span()?,
            },
            "fixed_date" => Primitive::FixedDate {
                of: p.path("of")?,
                slot: p.get("slot")?,
                slots: p.get("slots")?,
                month: p.get("month")?,
                day: p.get("day")?,
                year_offset: p.or("year_offset", 0)?,
            },
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
            "cap" => Primitive::Cap {
                of: p.paths("of")?,
                max: p.get::<Money>("max")?,
            },
            "count" => {
                let of = p.step("of")?;
                Primitive::Count {
                    of,
                    filter: p
                        .optional::<String>("where")?
                        .map(|text| self.expr(&text, Some(of)))
                        .transpose()?,
                    also: p
                        .optional::<String>("also")?
                        .map(|name| find_step(&name))
                        .transpose()?,
                    sources: p.or("sources", false)?,
                    min: p.get("min")?,
                    headcount: p
                        .optional::<String>("headcount")?
                        .map(|name| self.path(&name))
                        .transpose()?,
                    gate: p.gate()?,
                    yearly: p.or("yearly", false)?,
                    if_missing: p.or("if_missing", IfMissing::Breach)?,
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
                within: p
                    .get::<Vec<String>>("within")?
                    .iter()
                    .map(|name| find_step(name))
                    .collect::<Result<_, _>>()?,
            },
            "validity" => Primitive::Validity,
            other => return Err(format!("no primitive is called {other}")),
        };
        match p.table.keys().next() {
            Some(key) => Err(format!("{name} has no parameter {key}")),
            None => Ok(primitive),
        }
    }
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

    fn step(&mut self, key: &str) -> Result<&'static StepDef, String> {
        find_step(&self.get::<String>(key)?)
    }

    fn field(&mut self, def: &'static StepDef, key: &str) -> Result<usize, String> {
        let name: String = self.get(key)?;
        def.index(&name)
            .ok_or_else(|| format!("{} has no field {name}", def.id))
    }
}
