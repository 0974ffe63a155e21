//! Loading a pack: TOML to rules, with every mistake named by file and rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path as FilePath;
use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};

use super::compile::Compiler;
use super::embedded::{EMBEDDED, Said};
use super::expr::Path;
use super::index::Index;
use super::notice::Notices;
use super::parameter::{Filler, referred};
use super::raw::{FileText, RawCondition, RawRule};
use super::{Condition, NamedFact, Pack, Redaction, Rule, Turned};
use crate::ledger::chain;
use crate::words::Words;

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No embedded pack and no folder of that name.
    #[error(
        "没有名为“{0}”的依据；内置的有：{1}（或给出依据文件夹的路径） / no regulation “{0}”; built in: {1} (or give a folder)"
    )]
    Unknown(String, String),
    /// A file of the pack cannot be read.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// A file or a rule is wrong.
    #[error("{0}")]
    Wrong(String),
}

impl Pack {
    /// Names of the embedded packs.
    pub fn embedded() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(id, ..)| *id)
    }

    /// Loads an embedded pack by name, or a pack from a folder of TOML files.
    ///
    /// # Errors
    /// Names the file and rule of the first mistake.
    pub fn load(name: &str) -> Result<Self, LoadError> {
        if let Some((_, digest, text, words)) = EMBEDDED.iter().find(|(id, ..)| *id == name) {
            let file: FileText<Box<RawValue>> =
                serde_json::from_str(text).map_err(|error| LoadError::Wrong(error.to_string()))?;
            return build(name, (*digest).to_owned(), file, Some(words));
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
        let (digest, file) = read(&files)?;
        let pack = build(name, digest, file, None)?;
        pack.whole().map_err(LoadError::Wrong)?;
        Ok(pack)
    }
}

/// What the files of a pack say together, and the SHA-256 over them.
fn read(files: &[(String, String)]) -> Result<(String, FileText<Box<RawValue>>), LoadError> {
    let mut digest = String::new();
    let mut all = FileText::default();
    for (name, text) in files {
        let _ = writeln!(digest, "{name} {}", chain::digest(text.as_bytes()));
        let at = |error: &dyn std::fmt::Display| LoadError::Wrong(format!("{name}: {error}"));
        let file: FileText<toml::Table> = toml::from_str(text).map_err(|error| at(&error))?;
        all.meta = all.meta.take().or(file.meta);
        all.vocabulary.extend(file.vocabulary);
        all.fact.extend(file.fact);
        all.condition.extend(file.condition);
        all.stage.extend(file.stage);
        for rule in file.rule {
            let rule = rule.checks(|table| to_raw_value(&table));
            all.rule.push(rule.map_err(|error| at(&error))?);
        }
        all.table.extend(file.table);
        all.parameter.extend(file.parameter);
        all.form.extend(file.form);
        all.redaction.extend(file.redaction);
        all.notice.extend(file.notice);
    }
    Ok((chain::digest(digest.as_bytes()), all))
}

/// A mistake in one part of a pack.
fn wrong(part: &str, id: &str) -> impl Fn(String) -> LoadError {
    let at = format!("{part} {id}");
    move |error| LoadError::Wrong(format!("{at}: {error}"))
}

fn condition(compiler: &Compiler, raw: RawCondition) -> Result<Condition, LoadError> {
    let read = |text: &str| {
        let text = compiler.filler.text(text);
        let read = text.and_then(|text| compiler.expr(&text, None));
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
    })
}

fn build(
    source: &str,
    sha256: String,
    file: FileText<Box<RawValue>>,
    words: Option<Said>,
) -> Result<Pack, LoadError> {
    let meta = file
        .meta
        .ok_or_else(|| LoadError::Wrong("no file of the pack has [meta]".into()))?;
    let parameters = file.parameter;
    let mut seen = BTreeSet::new();
    if let Some(twice) = parameters.iter().find(|p| !seen.insert(&p.id)) {
        let error = format!("parameter {} stands twice", twice.id);
        return Err(LoadError::Wrong(error));
    }
    let mut used = BTreeSet::new();
    let mut compiler = Compiler {
        facts: file.fact.iter().map(|fact| fact.id.clone()).collect(),
        conditions: Vec::new(),
        modules: meta.modules.clone(),
        filler: Filler::new(&parameters),
    };
    let mut facts = Vec::new();
    for raw in file.fact {
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
    let mut conditions = Vec::new();
    for raw in file.condition {
        let id = raw.id.clone();
        used.extend(referred(&raw.is).map(str::to_owned));
        conditions.push(condition(&compiler, raw)?);
        compiler.conditions.push(id);
    }
    let mut redactions = Vec::new();
    for raw in file.redaction {
        let when = compiler.expr(&raw.when, None);
        redactions.push(Redaction {
            when: when.map_err(wrong("redaction", &raw.when))?,
            fields: raw.fields,
        });
    }
    let mut stages = Vec::new();
    for raw in file.stage {
        let gate = compiler.paths(&raw.passed);
        let gate = gate.map_err(wrong("stage", &raw.id))?;
        stages.push((raw.id, gate));
    }
    let mut rows = BTreeMap::new();
    for table in &file.table {
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
            rows.insert(table.id.clone(), condition);
        }
    }
    let compiler = Arc::new(compiler);
    let rules = rules(&compiler, file.rule)?;
    for text in rules.iter().flat_map(|rule| rule.body.texts()) {
        used.extend(referred(text).map(str::to_owned));
    }
    let notices = Notices::new(file.notice, compiler);
    used.extend(notices.referred().map(str::to_owned));
    Ok(Pack {
        source: source.to_owned(),
        meta,
        sha256,
        vocabularies: file.vocabulary,
        facts,
        conditions,
        stages,
        index: words.map_or(Index::Texts, Index::Fixed),
        rules,
        tables: file.table,
        rows,
        forms: file.form,
        redactions,
        notices,
        parameters,
        used,
    })
}

/// The rows.
fn rules(
    compiler: &Arc<Compiler>,
    rows: Vec<RawRule<Box<RawValue>>>,
) -> Result<Vec<Rule>, LoadError> {
    let mut seen = BTreeSet::new();
    let mut rules: Vec<Rule> = Vec::with_capacity(rows.len());
    for raw in rows {
        let id = raw.id.clone();
        rules.push(Compiler::rule(compiler, raw).map_err(wrong("rule", &id))?);
        if !seen.insert(id.clone()) {
            return Err(LoadError::Wrong(format!("rule {id} stands twice")));
        }
    }
    Ok(rules)
}
