//! Loading a pack by its name, or from a folder with every mistake named by file and rule.

use std::fmt::Write as _;
use std::path::Path as FilePath;

use serde_json::value::{RawValue, to_raw_value};

use super::Pack;
use super::embedded::EMBEDDED;
use super::make::Parts;
use super::raw::FileText;
use crate::ledger::chain;

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
        EMBEDDED.iter().map(|pack| pack.id)
    }

    /// Loads an embedded pack by name, or a pack from a folder of TOML files.
    ///
    /// # Errors
    /// Names the file and rule of the first mistake.
    pub fn load(name: &str) -> Result<Self, LoadError> {
        if let Some(pack) = EMBEDDED.iter().find(|pack| pack.id == name) {
            return Parts::embedded(pack).pack(name, pack.sha256);
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
        let pack = Parts::read(file)?.pack(name, &digest)?;
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
