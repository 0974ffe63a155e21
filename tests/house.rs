//! The house is kept: imports point one way, the clock stays outside, files stay short.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::{Path, PathBuf};

/// The modules in order: each may use those before it.
const ORDER: [&str; 11] = [
    "words", "law", "step", "ledger", "server", "pack", "state", "judge", "sheet", "corridor",
    "report",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, list: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, list);
        } else if path.extension().is_some_and(|e| e == "rs") {
            list.push(path);
        }
    }
}

/// Every source file with its top module and its text.
fn files() -> Vec<(PathBuf, String, String)> {
    let mut list = Vec::new();
    sources(&root().join("src"), &mut list);
    list.sort();
    list.into_iter()
        .map(|path| {
            let inside = path.strip_prefix(root().join("src")).unwrap().to_owned();
            let first = inside
                .components()
                .next()
                .unwrap()
                .as_os_str()
                .to_string_lossy()
                .into_owned();
            let module = first.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (inside, module, text)
        })
        .collect()
}

#[test]
fn imports_point_one_way() {
    let place = |module: &str| ORDER.iter().position(|m| *m == module);
    let mut wrong = Vec::new();
    for (path, module, text) in files() {
        let Some(own) = place(&module) else {
            continue;
        };
        for used in text.split("crate::").skip(1) {
            let name: String = used
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if name == "cli" || place(&name).is_some_and(|other| other > own) {
                wrong.push(format!("{} uses {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_command_line_knows_clock_terminal_and_environment() {
    for (path, module, text) in files() {
        let worker = path.starts_with("sheet");
        if matches!(module.as_str(), "cli" | "main") || worker {
            continue;
        }
        for word in [
            "Utc::now",
            "SystemTime",
            "std::env::",
            "println!",
            "stdout()",
            "IsTerminal",
        ] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn one_place_names_the_database() {
    for (path, module, text) in files() {
        if module != "ledger" {
            assert!(!text.contains("rusqlite"), "{}", path.display());
        }
    }
}

/// Every file below `src` but for the packs.
fn outside_the_packs(folder: &Path, list: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("src/packs") {
            continue;
        }
        if path.is_dir() {
            outside_the_packs(&path, list);
        } else {
            list.push(path);
        }
    }
}

#[test]
fn no_city_outside_the_packs() {
    let mut list = Vec::new();
    outside_the_packs(&root().join("src"), &mut list);
    assert!(list.len() > 100, "{}", list.len());
    for path in list {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in [
            "南山", "东莞", "海沧", "深圳", "厦门", "nanshan", "dongguan", "haicang", "Nanshan",
            "Dongguan", "Haicang", "莞家",
        ] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    for (path, _, text) in files() {
        assert!(
            text.lines().count() <= 450,
            "{}: {}",
            path.display(),
            text.lines().count()
        );
        assert!(text.starts_with("//!"), "{}", path.display());
    }
}
