//! The examples of a pack, judged on all processors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::Flaw;
use crate::pack::Pack;
use crate::report::examples::{self, Base, Example};
use crate::words;

/// The examples of a folder, by rule.
#[derive(Debug)]
pub struct Examples {
    bases: BTreeMap<String, Base>,
    of: Vec<(String, Example)>,
}

impl Examples {
    /// Reads a folder: `base.jsonl` and a file for each rule.
    ///
    /// # Errors
    /// Names the file and the line that cannot be read.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let at =
            |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let bases = examples::bases(folder)?;
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
            .map_err(|error| at(folder, &error))?;
        files.retain(|path| path.extension().is_some_and(|e| e == "jsonl"));
        files.sort();
        let mut of = Vec::new();
        for path in files {
            let rule = path.file_stem().unwrap_or_default().to_string_lossy();
            if rule == "base" {
                continue;
            }
            let text = std::fs::read_to_string(&path).map_err(|error| at(&path, &error))?;
            let list = examples::of_rule(&text, &rule)?;
            of.extend(list.into_iter().map(|example| (rule.to_string(), example)));
        }
        Ok(Self { bases, of })
    }

    /// The verdicts that the examples of each rule expect.
    #[must_use]
    pub fn expected(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (rule, example) in &self.of {
            let verdicts = expected.entry(rule.clone()).or_default();
            verdicts.insert(example.expect.clone());
        }
        expected
    }

    /// Judges every example; says which of them the book contradicts, in their order.
    #[must_use]
    pub fn untrue(&self, pack: &Pack) -> Vec<Flaw> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut told = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some((rule, example)) = self.of.get(at) else {
                    return told;
                };
                let said = self.said(pack, rule, example);
                if said != example.expect {
                    told.push((at, flaw(rule, example, &said)));
                }
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut told = thread::scope(|scope| {
            let hands: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            hands
                .into_iter()
                .flat_map(|hand| match hand.join() {
                    Ok(told) => told,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
                .collect::<Vec<_>>()
        });
        told.sort_by_key(|(at, _)| *at);
        told.into_iter().map(|(_, flaw)| flaw).collect()
    }

    /// The verdict of an example's rule, or why there is none.
    fn said(&self, pack: &Pack, rule: &str, example: &Example) -> String {
        let Some(base) = self.bases.get(&example.base) else {
            return format!("no base {}", example.base);
        };
        let found = tempfile::tempdir()
            .map_err(|error| error.to_string())
            .and_then(|place| examples::findings(place.path(), pack, base, example));
        match found {
            Err(error) => error,
            Ok(found) => {
                let own = found.iter().find(|finding| finding.rule == rule);
                own.map_or("—", |finding| finding.verdict.id()).to_owned()
            }
        }
    }
}

fn flaw(rule: &str, example: &Example, said: &str) -> Flaw {
    Flaw::new(
        rule,
        words!(
            "例子“{}”应为 {}，实为 {}。",
            "The example “{}” expects {}, it is {}.",
            example.name,
            example.expect,
            said
        ),
    )
}
