//! The examples of the project's packs, judged in ledgers of their own.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minsheng::corridor::Terms;
use minsheng::judge::Finding;
use minsheng::ledger::Ledger;
use minsheng::pack::Pack;
use minsheng::report::examples;
#[allow(unused_imports, reason = "each test uses a part of it")]
pub use minsheng::report::examples::{Base, Change, Example, Fields, repeated};
use minsheng::step::Step;

/// The pack from its files, so that a changed row is judged without a new build; a test
/// says that it is the pack that is built in.
pub fn pack_folder() -> String {
    folder_of("nanshan-2020")
}

/// The files of a pack.
pub fn folder_of(pack: &str) -> String {
    format!("{}/src/packs/{pack}", env!("CARGO_MANIFEST_DIR"))
}

/// The examples of a pack's rules.
pub fn examples_of(pack: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/rules")
        .join(pack)
}

pub fn bases(folder: &Path) -> BTreeMap<String, Base> {
    examples::bases(folder).unwrap()
}

/// The base of an example.
fn base(folder: &Path, example: &Example) -> Base {
    bases(folder)
        .remove(&example.base)
        .unwrap_or_else(|| panic!("{}: no base {}", example.name, example.base))
}

/// The steps of an example, in the order of the base.
pub fn steps(folder: &Path, example: &Example) -> Vec<Fields> {
    examples::steps(&base(folder, example), example)
        .unwrap_or_else(|e| panic!("{}: {e}", example.name))
}

/// A ledger in a folder of its own.
pub fn ledger(folder: &Path, pack: &Pack) -> Ledger {
    examples::ledger(folder, pack).unwrap()
}

pub fn terms(as_is: bool) -> Terms {
    examples::terms("2023-07-01".parse().unwrap(), as_is)
}

/// Reads a JSON step.
pub fn read(pack: &Pack, map: Fields) -> Step {
    examples::read(pack, map).unwrap_or_else(|e| panic!("{e}"))
}

/// Records an example as it is and says what the whole book says of its subject.
pub fn judge(folder: &Path, pack: &Pack, example: &Example) -> BTreeMap<String, String> {
    findings(folder, pack, example)
        .into_iter()
        .map(|finding| (finding.rule, finding.verdict.id().to_owned()))
        .collect()
}

/// As [`judge`], the findings themselves.
pub fn findings(folder: &Path, pack: &Pack, example: &Example) -> Vec<Finding> {
    let place = tempfile::tempdir().unwrap();
    examples::findings(place.path(), pack, &base(folder, example), example)
        .unwrap_or_else(|e| panic!("{}: {e}", example.name))
}
