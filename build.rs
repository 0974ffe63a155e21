//! Turns the packs that come with the tool from TOML into one JSON text each, which is read
//! ten times faster than TOML, and hashes their files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

#[path = "src/pack/said.rs"]
mod said;

const PACKS: &str = "src/packs";

fn read(path: &str) -> String {
    println!("cargo::rerun-if-changed={path}");
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table(path: &str, text: &str) -> Map<String, Value> {
    let table: toml::Table = toml::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    match json!(table) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A digest of all sources, by which findings of another program are known.
fn sources(folder: &Path, digest: &mut Sha256) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{error}"));
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sources(&path, digest);
        } else {
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{error}"));
            digest.update(Sha256::digest(&bytes));
        }
    }
}

/// All files of a pack as one table: what is a list in several of them becomes one list.
fn merged(pack: &str, files: &[Value]) -> (String, Map<String, Value>) {
    let mut digest = String::new();
    let mut all = Map::new();
    for file in files.iter().filter_map(Value::as_str) {
        let path = format!("{PACKS}/{pack}/{file}.toml");
        let text = read(&path);
        let _ = writeln!(
            digest,
            "{file}.toml {}",
            hex(&Sha256::digest(text.as_bytes()))
        );
        for (key, value) in table(&path, &text) {
            match (all.get_mut(&key), value) {
                (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
                (Some(_), _) => panic!("{path}: {key} stands in two files"),
                (None, value) => {
                    all.insert(key, value);
                }
            }
        }
    }
    (hex(&Sha256::digest(digest.as_bytes())), all)
}

/// A word, and what stands before its last dot.
fn with_head(word: &str) -> impl Iterator<Item = &str> {
    let head = word.rsplit_once('.').map(|(head, _)| head);
    std::iter::once(word).chain(head)
}

/// Which rules say a word in their checks, as code.
fn index(rules: &[Value]) -> String {
    let mut all = BTreeMap::<String, Vec<usize>>::new();
    for (place, rule) in rules.iter().enumerate() {
        let text = rule.get("check").map_or_else(String::new, Value::to_string);
        let words = said::words_of(&text).flat_map(with_head);
        for word in words.collect::<BTreeSet<_>>() {
            all.entry(word.to_owned()).or_default().push(place);
        }
    }
    let words: Vec<_> = all
        .iter()
        .map(|(word, places)| format!("({word:?}, &{places:?})"))
        .collect();
    format!("&[{}]", words.join(", "))
}

fn main() {
    println!("cargo::rerun-if-changed=src");
    let mut digest = Sha256::new();
    sources(Path::new("src"), &mut digest);
    println!(
        "cargo::rustc-env=MINSHENG_SOURCES={}",
        hex(&digest.finalize())
    );
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    let list = format!("{PACKS}/packs.toml");
    let text = read(&list);
    let packs = table(&list, &text).remove("pack");
    let mut code = "&[\n".to_owned();
    for pack in packs
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let id = pack["id"].as_str().unwrap_or_default();
        let files = pack["files"].as_array().map_or(&[][..], Vec::as_slice);
        let (digest, all) = merged(id, files);
        let rules = all.get("rule").and_then(Value::as_array).cloned();
        let rules = rules.unwrap_or_default();
        let path = Path::new(&out).join(format!("{id}.json"));
        std::fs::write(&path, Value::Object(all).to_string())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (file, words) = (format!("/{id}.json"), index(&rules));
        let _ = writeln!(
            code,
            "    ({id:?}, {digest:?}, include_str!(concat!(env!(\"OUT_DIR\"), {file:?})), {words}),"
        );
    }
    code.push_str("]\n");
    let path = Path::new(&out).join("packs.rs");
    std::fs::write(&path, code).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    println!("cargo::rerun-if-changed=build.rs");
}
