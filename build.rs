//! Turns the packs that come with the tool from TOML into texts of JSON, one for each rule and each
//! other part, of which a command reads those that it needs; indexes their words; hashes their files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

#[path = "src/pack/said.rs"]
mod said;

const PACKS: &str = "src/packs";

/// What stands in a pack beside its rules.
const PARTS: [&str; 10] = [
    "meta",
    "vocabulary",
    "fact",
    "condition",
    "stage",
    "table",
    "parameter",
    "form",
    "redaction",
    "notice",
];

/// What leads to the places of rules.
type Words = BTreeMap<String, BTreeSet<usize>>;

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

/// The rows of a part.
fn rows<'a>(all: &'a Map<String, Value>, part: &str) -> &'a [Value] {
    let rows = all.get(part).and_then(Value::as_array);
    rows.map_or(&[], Vec::as_slice)
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The words of what a row says under some keys, and what stands before the last dot of each.
fn words(row: &Value, keys: &[&str]) -> BTreeSet<String> {
    let said: Vec<String> = keys
        .iter()
        .filter_map(|key| row.get(*key))
        .map(Value::to_string)
        .collect();
    let words = said.iter().flat_map(|text| said::words_of(text));
    words.flat_map(with_head).map(str::to_owned).collect()
}

/// Which rules say a word in their checks.
fn said(rules: &[Value]) -> Words {
    let mut all = Words::new();
    for (place, rule) in rules.iter().enumerate() {
        for word in words(rule, &["check"]) {
            all.entry(word).or_default().insert(place);
        }
    }
    all
}

/// Which rules come to a word: by what they say themselves, by the facts and conditions that stand
/// there, by the gate of their stage, and by each condition that may be read otherwise.
fn reached(all: &Map<String, Value>) -> Words {
    let mut behind = BTreeMap::<&str, BTreeSet<String>>::new();
    let mut every = BTreeSet::new();
    for fact in rows(all, "fact") {
        behind.insert(text(fact, "id"), words(fact, &["from"]));
    }
    for condition in rows(all, "condition") {
        behind.insert(text(condition, "id"), words(condition, &["is", "reading"]));
        if condition.get("reading").is_some() {
            every.insert(text(condition, "id").to_owned());
        }
    }
    let mut found = Words::new();
    for (place, rule) in rows(all, "rule").iter().enumerate() {
        let keys = ["check", "exempt", "justified_by", "justified_if"];
        let mut open: Vec<String> = words(rule, &keys).into_iter().collect();
        open.extend(every.iter().cloned());
        open.extend(rule.get("attest").map(|_| "attest".to_owned()));
        let stages = rows(all, "stage").iter();
        let own = stages.filter(|stage| text(stage, "id") == text(rule, "stage"));
        open.extend(own.flat_map(|stage| words(stage, &["passed"])));
        while let Some(word) = open.pop() {
            if let Some(more) = behind.get(word.as_str())
                && !found.get(&word).is_some_and(|at| at.contains(&place))
            {
                open.extend(more.iter().cloned());
            }
            found.entry(word).or_default().insert(place);
        }
    }
    found
}

/// An index as text: each line a word and the places that it leads to.
fn index(words: &Words) -> String {
    let mut text = String::new();
    for (word, places) in words {
        text.push_str(word);
        for place in places {
            let _ = write!(text, " {place}");
        }
        text.push('\n');
    }
    text
}

/// A pack as code.
fn embedded(id: &str, digest: &str, all: &Map<String, Value>) -> String {
    for key in all.keys() {
        assert!(
            key == "rule" || PARTS.contains(&key.as_str()),
            "{id}: {key} is no part of a pack"
        );
    }
    let mut code = format!("Embedded {{ id: {id:?}, sha256: {digest:?}");
    for part in PARTS {
        let said = all.get(part).map_or("[]".to_owned(), Value::to_string);
        let _ = write!(code, ", {part}: {said:?}");
    }
    let ids = |part: &str| -> Vec<&str> { rows(all, part).iter().map(|r| text(r, "id")).collect() };
    let rules = rows(all, "rule").iter();
    let rules: Vec<_> = rules
        .map(|rule| (text(rule, "id"), rule.to_string()))
        .collect();
    let mut values: Vec<_> = rows(all, "parameter")
        .iter()
        .filter_map(|row| Some((text(row, "id"), row.get("value")?.to_string())))
        .collect();
    values.sort();
    let _ = write!(
        code,
        ", rules: &{rules:?}, facts: &{:?}, conditions: &{:?}, values: &{values:?}, said: {:?}, reached: {:?} }}",
        ids("fact"),
        ids("condition"),
        index(&said(rows(all, "rule"))),
        index(&reached(all)),
    );
    code
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
        let _ = writeln!(code, "{},", embedded(id, &digest, &all));
    }
    code.push_str("]\n");
    let path = Path::new(&out).join("packs.rs");
    std::fs::write(&path, code).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    println!("cargo::rerun-if-changed=build.rs");
}
