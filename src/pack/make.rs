//! Making a pack of its parts: names are looked up, and every mistake is named by its row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::value::RawValue;

use super::compile::Compiler;
use super::embedded::Embedded;
use super::expr::{Expr, Path};
use super::index::Index;
use super::late::{Part, said};
use super::load::LoadError;
use super::notice::{Notices, RawNotice};
use super::parameter::{Filler, Parameter};
use super::raw::{FileText, RawCondition, RawFact, RawRedaction, RawRule, RawStage};
use super::{
    Condition, FormDef, Meta, NamedFact, Pack, Redaction, Rule, TableDef, Turned, VocabularyDef,
};
use crate::words::Words;

/// All that a pack says, whether it has been read or not.
pub(super) struct Parts {
    meta: Meta,
    vocabulary: Part<Vec<VocabularyDef>>,
    fact: Part<Vec<RawFact>>,
    condition: Part<Vec<RawCondition>>,
    stage: Part<Vec<RawStage>>,
    table: Part<Vec<TableDef>>,
    parameter: Part<Vec<Parameter>>,
    form: Part<Vec<FormDef>>,
    redaction: Part<Vec<RawRedaction>>,
    notice: Part<Vec<RawNotice>>,
    rule: Clauses,
    index: Index,
    /// The names of facts and conditions, and the values of parameters.
    compiler: Compiler,
}

/// The rules.
enum Clauses {
    Read(Vec<RawRule<Box<RawValue>>>),
    Texts(&'static [(&'static str, &'static str)]),
}

impl Parts {
    /// A pack inside the program.
    pub(super) fn embedded(pack: &'static Embedded) -> Self {
        let meta: Meta = said(pack.meta);
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Self {
            compiler: Compiler {
                facts: names(pack.facts),
                conditions: names(pack.conditions),
                modules: meta.modules.clone(),
                filler: Filler::Texts(pack.values),
            },
            meta,
            vocabulary: Part::Text(pack.vocabulary),
            fact: Part::Text(pack.fact),
            condition: Part::Text(pack.condition),
            stage: Part::Text(pack.stage),
            table: Part::Text(pack.table),
            parameter: Part::Text(pack.parameter),
            form: Part::Text(pack.form),
            redaction: Part::Text(pack.redaction),
            notice: Part::Text(pack.notice),
            rule: Clauses::Texts(pack.rules),
            index: Index::Fixed {
                said: pack.said,
                reached: pack.reached,
            },
        }
    }

    /// What the files of a folder say.
    pub(super) fn read(file: FileText<Box<RawValue>>) -> Result<Self, LoadError> {
        let meta = file
            .meta
            .ok_or_else(|| LoadError::Wrong("no file of the pack has [meta]".into()))?;
        once("parameter", file.parameter.iter().map(|p| &p.id))?;
        Ok(Self {
            compiler: Compiler {
                facts: file.fact.iter().map(|fact| fact.id.clone()).collect(),
                conditions: file.condition.iter().map(|c| c.id.clone()).collect(),
                modules: meta.modules.clone(),
                filler: Filler::new(&file.parameter),
            },
            meta,
            vocabulary: Part::Read(file.vocabulary),
            fact: Part::Read(file.fact),
            condition: Part::Read(file.condition),
            stage: Part::Read(file.stage),
            table: Part::Read(file.table),
            parameter: Part::Read(file.parameter),
            form: Part::Read(file.form),
            redaction: Part::Read(file.redaction),
            notice: Part::Read(file.notice),
            rule: Clauses::Read(file.rule),
            index: Index::Texts,
        })
    }

    /// The pack, by the name or folder of which it was loaded.
    pub(super) fn pack(self, source: &str, sha256: &str) -> Result<Pack, LoadError> {
        let compiler = Arc::new(self.compiler);
        let facts = self.fact.compiled(&compiler, facts)?;
        let conditions = self.condition.compiled(&compiler, conditions)?;
        let redactions = self.redaction.compiled(&compiler, redactions)?;
        let stages = self.stage.compiled(&compiler, stages)?;
        let rows = self.table.clone().compiled(&compiler, rows)?;
        Ok(Pack {
            source: source.to_owned(),
            meta: self.meta,
            sha256: sha256.to_owned(),
            vocabularies: self.vocabulary.late(Ok)?,
            facts,
            conditions,
            stages,
            index: self.index,
            rules: rules(&compiler, self.rule)?,
            tables: self.table.late(Ok)?,
            rows,
            forms: self.form.late(Ok)?,
            redactions,
            notices: Notices::new(self.notice.late(Ok)?, compiler),
            parameters: self.parameter.late(Ok)?,
        })
    }
}

/// A mistake in one row of a part.
fn wrong(part: &str, id: &str) -> impl Fn(String) -> LoadError {
    move |error| LoadError::Wrong(format!("{part} {id}: {error}"))
}

fn twice(part: &str, name: &str) -> LoadError {
    LoadError::Wrong(format!("{part} {name} stands twice"))
}

/// No name stands twice.
pub(super) fn once<'a>(
    part: &str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), LoadError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(twice(part, name));
        }
    }
    Ok(())
}

/// The rules; those inside the program stay texts.
fn rules(compiler: &Arc<Compiler>, rows: Clauses) -> Result<Vec<Rule>, LoadError> {
    let rows = match rows {
        Clauses::Read(rows) => rows,
        Clauses::Texts(texts) => {
            let texts = texts.iter();
            return Ok(texts
                .map(|(id, text)| Rule::of_text(id, text, compiler))
                .collect());
        }
    };
    let mut seen = BTreeSet::new();
    let mut rules: Vec<Rule> = Vec::with_capacity(rows.len());
    for raw in rows {
        let id = raw.id.clone();
        rules.push(Rule::read(&id, raw, compiler).map_err(wrong("rule", &id))?);
        if !seen.insert(id.clone()) {
            return Err(twice("rule", &id));
        }
    }
    Ok(rules)
}

fn facts(compiler: &Compiler, rows: Vec<RawFact>) -> Result<Vec<NamedFact>, LoadError> {
    let mut facts = Vec::with_capacity(rows.len());
    for raw in rows {
        let from = compiler.paths(&raw.from).map_err(wrong("fact", &raw.id))?;
        let later = |path: &Path| matches!(path, Path::Named(index) if *index >= facts.len());
        if from.iter().any(later) {
            let error = "it may rest only on facts that stand before it".to_owned();
            return Err(wrong("fact", &raw.id)(error));
        }
        facts.push(NamedFact {
            id: raw.id,
            label: Words::new(raw.label, raw.label_en),
            from,
        });
    }
    Ok(facts)
}

fn conditions(compiler: &Compiler, rows: Vec<RawCondition>) -> Result<Vec<Condition>, LoadError> {
    let rows = rows.into_iter().enumerate();
    rows.map(|(place, raw)| condition(compiler, place, raw))
        .collect()
}

/// A condition; it may rest only on those that stand before it.
fn condition(compiler: &Compiler, place: usize, raw: RawCondition) -> Result<Condition, LoadError> {
    let read = |text: &str| {
        let text = compiler.filler.text(text);
        let read = text.and_then(|text| compiler.expr_before(&text, place));
        read.map_err(wrong("condition", &raw.id))
    };
    let is = read(&raw.is)?;
    let reading = match raw.reading {
        None => None,
        Some(turned) => Some(Turned {
            is: read(&turned.is)?,
            id: turned.id,
            rule: turned.rule,
            why: Words::new(turned.why, turned.why_en),
        }),
    };
    Ok(Condition {
        id: raw.id,
        label: Words::new(raw.label, raw.label_en),
        is,
        reading,
        text: raw.is,
    })
}

fn redactions(compiler: &Compiler, rows: Vec<RawRedaction>) -> Result<Vec<Redaction>, LoadError> {
    let mut redactions = Vec::with_capacity(rows.len());
    for raw in rows {
        let when = compiler.expr(&raw.when, None);
        redactions.push(Redaction {
            when: when.map_err(wrong("redaction", &raw.when))?,
            fields: raw.fields,
        });
    }
    Ok(redactions)
}

fn stages(compiler: &Compiler, rows: Vec<RawStage>) -> Result<Vec<(String, Vec<Path>)>, LoadError> {
    let mut stages = Vec::with_capacity(rows.len());
    for raw in rows {
        let gate = compiler.paths(&raw.passed);
        let gate = gate.map_err(wrong("stage", &raw.id))?;
        stages.push((raw.id, gate));
    }
    Ok(stages)
}

/// The conditions on the rows of tables.
fn rows(compiler: &Compiler, tables: Vec<TableDef>) -> Result<BTreeMap<String, Expr>, LoadError> {
    let mut rows = BTreeMap::new();
    for table in tables {
        for name in [Some(&table.rows), table.requires.as_ref()]
            .into_iter()
            .flatten()
        {
            if crate::step::find(name).is_none() {
                let error = format!("no step is called {name}");
                return Err(wrong("table", &table.id)(error));
            }
        }
        if let Some(text) = &table.r#where {
            let condition = compiler
                .expr(text, None)
                .map_err(wrong("table", &table.id))?;
            rows.insert(table.id, condition);
        }
    }
    Ok(rows)
}
