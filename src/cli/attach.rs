//! Files that records rest on: measured before the step is judged, kept before it is recorded.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::Fail;
use crate::corridor::Entry;
use crate::ledger::Ledger;
use crate::ledger::evidence::{self, Stored};
use crate::step::{Field, StepDef, input};

/// A file that a record names.
#[derive(Clone, Debug)]
pub(super) struct Attached {
    path: PathBuf,
    found: Stored,
}

/// Takes the digest and size of the file that a record names, and of its path only the name.
pub(super) fn measure(
    def: &'static StepDef,
    raw: &mut Map<String, Json>,
) -> anyhow::Result<Option<Attached>> {
    if def.field("digest").is_none() {
        return Ok(None);
    }
    let is_file = |field: &Field| field.name == "file";
    let key = raw
        .keys()
        .find(|key| input::find_field(def, key).is_some_and(is_file));
    let Some(key) = key.cloned() else {
        return Ok(None);
    };
    let Some(path) = raw.get(&key).and_then(Json::as_str).map(PathBuf::from) else {
        return Ok(None);
    };
    let found = evidence::measure(&path).map_err(|error| Fail(error.words()))?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    raw.insert(key, json!(name));
    raw.insert("digest".into(), json!(found.digest));
    raw.insert("size".into(), json!(found.size));
    Ok(Some(Attached { path, found }))
}

/// Keeps a copy of the file beside the ledger; it must still be the one that was measured.
pub(super) fn keep(ledger: &Path, attached: &Attached) -> anyhow::Result<()> {
    let stored = evidence::store(ledger, &attached.path).map_err(|error| Fail(error.words()))?;
    if stored == attached.found {
        return Ok(());
    }
    Err(Fail(crate::words!(
        "{0} 在登记的同时被改动了，没有登记；请关闭正在编辑它的程序后重试。",
        "{0} was changed while it was being recorded; nothing was recorded. Close the program that edits it and try again.",
        attached.path.display()
    ))
    .into())
}

/// A file whose copy was erased and that is attached again is no repetition: it is recorded.
pub(super) fn anew(ledger: &Ledger, entries: &mut [Entry]) -> anyhow::Result<()> {
    if entries
        .iter()
        .all(|entry| entry.step.text("digest").is_none())
    {
        return Ok(());
    }
    let gone = ledger.erased_evidence()?;
    for entry in entries {
        entry.again |= entry.step.text("digest").is_some_and(|d| gone.contains(d));
    }
    Ok(())
}
