//! Loading a pack: TOML to rules, with every mistake named by file and rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path as FilePath;

use serde::Deserialize;

use super::compile::Compiler;
use super::embedded::EMBEDDED;
use super::expr::Path;
use super::notice::RawNotice;
use super::parameter::{Filler, Parameter};
use super::{
    Condition, FormDef, Meta, NamedFact, Pack, Redaction, Rule, Scope, Severity, TableDef, Turned,
    VocabularyDef,
};
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
    stage: Vec<RawStage>,
    #[serde(default)]
    rule: Vec<RawRule>,
    #[serde(default)]
    table: Vec<TableDef>,
    #[serde(default)]
    parameter: Vec<Parameter>,
    #[serde(default)]
    form: Vec<FormDef>,
    #[serde(default)]
    redaction: Vec<RawRedaction>,
    #[serde(default)]
    notice: Vec<RawNotice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRedaction {
    when: String,
    fields: Vec<String>,
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
struct RawStage {
    id: String,
    passed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    id: String,
    label: String,
    label_en: String,
    is: String,
    reading: Option<RawTurned>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTurned {
    id: String,
    rule: String,
    why: String,
    why_en: String,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub(super) id: String,
    pub(super) cite: String,
    pub(super) quotes: Vec<String>,
    pub(super) title: String,
    pub(super) title_en: String,
    pub(super) severity: Severity,
    #[serde(default)]
    pub(super) permit: bool,
    pub(super) stage: String,
    pub(super) scope: Scope,
    #[serde(default)]
    pub(super) remedy: String,
    #[serde(default)]
    pub(super) remedy_en: String,
    #[serde(default)]
    pub(super) recorded: Option<String>,
    #[serde(default)]
    pub(super) recorded_en: String,
    #[serde(default)]
    pub(super) justified_by: Option<String>,
    #[serde(default)]
    pub(super) justified_if: Option<String>,
    #[serde(default)]
    pub(super) attest: Option<RawAttest>,
    #[serde(default)]
    pub(super) contested: Option<RawContested>,
    #[serde(default)]
    pub(super) exempt: Vec<String>,
    #[serde(default)]
    pub(super) check: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawContested {
    pub(super) id: String,
    pub(super) severity: Severity,
    pub(super) why: String,
    pub(super) why_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttest {
    pub(super) body: String,
    #[serde(default)]
    pub(super) yearly: bool,
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
            let files: Vec<_> = files
                .iter()
                .map(|(n, t)| ((*n).to_owned(), (*t).to_owned()))
                .collect();
            return build(name, &files);
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
        build(name, &files)
    }
}

/// What the files of a pack say together.
#[derive(Default)]
struct Texts {
    digest: String,
    meta: Option<Meta>,
    file: FileText,
}

impl Texts {
    fn read(files: &[(String, String)]) -> Result<Self, LoadError> {
        let mut all = Self::default();
        for (name, text) in files {
            let _ = writeln!(all.digest, "{name} {}", chain::digest(text.as_bytes()));
            let file: FileText = toml::from_str(text)
                .map_err(|error| LoadError::Wrong(format!("{name}: {error}")))?;
            all.meta = all.meta.take().or(file.meta);
            let into = &mut all.file;
            into.vocabulary.extend(file.vocabulary);
            into.fact.extend(file.fact);
            into.condition.extend(file.condition);
            into.stage.extend(file.stage);
            into.rule.extend(file.rule);
            into.table.extend(file.table);
            into.parameter.extend(file.parameter);
            into.form.extend(file.form);
            into.redaction.extend(file.redaction);
            into.notice.extend(file.notice);
        }
        Ok(all)
    }
}

/// A mistake in one part of a pack.
fn wrong(part: &str, id: &str) -> impl Fn(String) -> LoadError {
    let at = format!("{part} {id}");
    move |error| LoadError::Wrong(format!("{at}: {error}"))
}

fn condition(
    compiler: &Compiler,
    filler: &mut Filler,
    raw: RawCondition,
) -> Result<Condition, LoadError> {
    let mut read = |text: &str| {
        let text = filler.text(text);
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

/// A condition that may be read otherwise names the reading of a rule that settles it.
fn settled_by_rules(conditions: &[Condition], rules: &[Rule]) -> Result<(), LoadError> {
    for turned in conditions.iter().filter_map(|c| c.reading.as_ref()) {
        let rule = rules.iter().find(|rule| rule.id == turned.rule);
        let there = rule.is_some_and(|rule| rule.readings().any(|id| id == turned.id));
        if !there {
            let error = format!("{} has no reading {}", turned.rule, turned.id);
            return Err(wrong("condition", &turned.id)(error));
        }
    }
    Ok(())
}

fn build(source: &str, files: &[(String, String)]) -> Result<Pack, LoadError> {
    let Texts { digest, meta, file } = Texts::read(files)?;
    let meta = meta.ok_or_else(|| LoadError::Wrong("no file of the pack has [meta]".into()))?;
    let parameters = file.parameter;
    let mut seen = BTreeSet::new();
    if let Some(twice) = parameters.iter().find(|p| !seen.insert(&p.id)) {
        let error = format!("parameter {} stands twice", twice.id);
        return Err(LoadError::Wrong(error));
    }
    let mut filler = Filler::new(&parameters);
    let mut compiler = Compiler {
        facts: file.fact.iter().map(|fact| fact.id.clone()).collect(),
        conditions: Vec::new(),
        modules: meta.modules.clone(),
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
        conditions.push(condition(&compiler, &mut filler, raw)?);
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
    let rules = rules(&compiler, &mut filler, file.rule)?;
    settled_by_rules(&conditions, &rules)?;
    let mut notices = Vec::new();
    for raw in file.notice {
        let name = raw.name();
        let notice = raw.compile(&compiler, &mut filler, &rules);
        notices.push(notice.map_err(wrong("notice", &name))?);
    }
    Ok(Pack {
        source: source.to_owned(),
        meta,
        sha256: chain::digest(digest.as_bytes()),
        vocabularies: file.vocabulary,
        facts,
        conditions,
        stages,
        rules,
        tables: file.table,
        rows,
        forms: file.form,
        redactions,
        notices,
        parameters,
        used: filler.used,
    })
}

/// The rows, with the parameters in the place of their names.
fn rules(
    compiler: &Compiler,
    filler: &mut Filler,
    rows: Vec<RawRule>,
) -> Result<Vec<Rule>, LoadError> {
    let mut rules: Vec<Rule> = Vec::with_capacity(rows.len());
    for mut raw in rows {
        let id = raw.id.clone();
        if rules.iter().any(|rule| rule.id == id) {
            return Err(LoadError::Wrong(format!("rule {id} stands twice")));
        }
        let values = raw.check.iter_mut().flat_map(|table| table.iter_mut());
        for (_, value) in values {
            filler.fill(value).map_err(wrong("rule", &id))?;
        }
        rules.push(compiler.rule(raw).map_err(wrong("rule", &id))?);
    }
    Ok(rules)
}
