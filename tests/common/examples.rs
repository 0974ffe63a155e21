//! Examples of rules: a base case, a few changes, what the book says.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use minsheng::corridor::{Entry, Terms, record};
use minsheng::judge::Finding;
use minsheng::law::Day;
use minsheng::ledger::{Draft, Ledger};
use minsheng::pack::Pack;
use minsheng::state::Book;
use minsheng::step::{self, Step, general, input};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// One example.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows, as a sentence.
    pub name: String,
    /// The base case.
    pub base: String,
    /// The day up to which facts count; 2023-07-01 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Steps to leave out, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// Fields to change, `step.field`; null takes the field away.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub set: Map<String, Json>,
    /// Steps to add; `repeat` makes several, `{n}` or `{n:04}` their number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Map<String, Json>>,
    /// The subject that is judged; the case `HZ2022-001` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What the rule of the file says.
    pub expect: String,
    /// What the rest of the book says, but for what passes or does not apply.
    #[serde(default)]
    pub says: BTreeMap<String, BTreeSet<String>>,
}

impl Example {
    pub fn plain(base: &str) -> Self {
        Self {
            name: base.to_owned(),
            base: base.to_owned(),
            subject: Some("*".into()),
            ..Self::default()
        }
    }
}

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

/// One base case: something that is entirely in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Name.
    #[serde(rename = "base")]
    pub name: String,
    /// Its steps.
    pub steps: Vec<Map<String, Json>>,
    /// The subjects that must be entirely in order; its cases and demands if left out.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// The day up to which its facts count.
    #[serde(default)]
    pub as_of: Option<String>,
}

/// The base cases by name.
pub fn bases(folder: &Path) -> BTreeMap<String, Base> {
    let text = std::fs::read_to_string(folder.join("base.jsonl")).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str::<Base>(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .map(|base| (base.name.clone(), base))
        .collect()
}

/// True if a step is the one that is meant: by its name, or as
/// `register.document[rule=A28-CENSUSRULE]` by its name and one of its values.
pub fn chosen(step: &Map<String, Json>, selector: &str) -> bool {
    let (id, with) = selector
        .trim_end_matches(']')
        .split_once('[')
        .map_or((selector, None), |(id, with)| (id, with.split_once('=')));
    let fits = |(field, value): (&str, &str)| step.get(field).is_some_and(|v| v == value);
    step["step"] == id && with.is_none_or(fits)
}

/// What is left out, changed and added.
pub struct Change<'a> {
    /// Steps to leave out.
    pub drop: &'a [String],
    /// Fields to change, `step.field` or `step#1.field` for the second; null takes it away.
    pub set: &'a Map<String, Json>,
    /// Steps to add.
    pub add: &'a [Map<String, Json>],
}

impl Change<'_> {
    /// Changes some steps; `meant` says which of them are looked at.
    pub fn make(
        &self,
        steps: &mut Vec<Map<String, Json>>,
        name: &str,
        meant: &dyn Fn(&Map<String, Json>) -> bool,
    ) {
        for dropped in self.drop {
            let before = steps.len();
            steps.retain(|step| !(chosen(step, dropped) && meant(step)));
            assert!(steps.len() < before, "{name}: nothing to drop: {dropped}");
        }
        for (path, value) in self.set {
            let (id, field) = path.rsplit_once('.').unwrap();
            let (id, nth) = id
                .split_once('#')
                .map_or((id, 0), |(id, n)| (id, n.parse().unwrap()));
            let step = steps
                .iter_mut()
                .filter(|step| chosen(step, id) && meant(step))
                .nth(nth)
                .unwrap_or_else(|| panic!("{name}: nothing to set: {path}"));
            if value.is_null() {
                step.remove(field);
            } else {
                step.insert(field.to_owned(), value.clone());
            }
        }
        steps.extend(self.add.iter().cloned());
    }
}

/// The steps of an example, in the order of the base.
pub fn steps(folder: &Path, example: &Example) -> Vec<Map<String, Json>> {
    let mut steps = bases(folder)
        .remove(&example.base)
        .unwrap_or_else(|| panic!("{}: no base {}", example.name, example.base))
        .steps;
    let change = Change {
        drop: &example.drop,
        set: &example.set,
        add: &example.add,
    };
    change.make(&mut steps, &example.name, &|_| true);
    // a community is registered before anything is said of it
    steps.sort_by_key(|step| step["step"] != "register.community");
    steps.into_iter().flat_map(repeated).collect()
}

pub fn repeated(mut step: Map<String, Json>) -> Vec<Map<String, Json>> {
    let Some(times) = step.remove("repeat") else {
        return vec![step];
    };
    (1..=times.as_u64().unwrap())
        .map(|n| {
            let text = Json::Object(step.clone())
                .to_string()
                .replace("{n:04}", &format!("{n:04}"))
                .replace("{n}", &n.to_string());
            serde_json::from_str(&text).unwrap()
        })
        .collect()
}

/// A ledger in a folder of its own.
pub fn ledger(folder: &Path, pack: &Pack) -> Ledger {
    let mut ledger = Ledger::create(&folder.join("ledger.db"), "TEST.1").unwrap();
    let step = Step::of(&general::Init {
        ledger: "TEST.1".into(),
        name: None,
        regime: pack.meta.id.clone(),
        pack_sha256: pack.sha256.clone(),
        date: "2020-09-10".parse().unwrap(),
    })
    .unwrap();
    let mut writer = ledger.write("测试", "2023-07-01T00:00:00Z").unwrap();
    writer
        .append(Draft {
            step,
            subject: "TEST.1".into(),
            occurred: "2020-09-10".into(),
        })
        .unwrap();
    writer.commit().unwrap();
    ledger
}

pub fn terms(as_is: bool) -> Terms {
    let today: Day = "2023-07-01".parse().unwrap();
    Terms {
        actor: "测试".into(),
        now: "2023-07-01T00:00:00Z".into(),
        today,
        as_of: today,
        as_is,
        dry_run: false,
    }
}

/// Reads a JSON step.
pub fn read(pack: &Pack, mut map: Map<String, Json>) -> Step {
    let id = map.remove("step").unwrap();
    let def = step::find(id.as_str().unwrap()).unwrap_or_else(|| panic!("no step {id}"));
    input::read(def, &map, pack).unwrap_or_else(|problems| {
        panic!(
            "{}: {:?}",
            json!(map),
            problems.iter().map(|p| &p.words.zh).collect::<Vec<_>>()
        )
    })
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
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = ledger(dir.path(), pack);
    let entries = steps(folder, example)
        .into_iter()
        .map(|map| Entry::new(read(pack, map)))
        .collect();
    record(&mut ledger, pack, entries, &terms(true))
        .unwrap()
        .unwrap_or_else(|refusal| panic!("{}: {refusal:?}", example.name));
    let base = bases(folder).remove(&example.base).unwrap();
    let as_of: Day = example
        .as_of
        .as_deref()
        .or(base.as_of.as_deref())
        .unwrap_or("2023-07-01")
        .parse()
        .unwrap();
    let subject = example
        .subject
        .clone()
        .unwrap_or_else(|| "HZ2022-001".into());
    let mut book = Book::new();
    ledger
        .reader()
        .all(|event| {
            book.take(event);
            true
        })
        .unwrap();
    let subjects: Vec<String> = if subject == "*" {
        let cases = book.subjects().filter(|id| id.contains('-'));
        let cases = cases.map(str::to_owned);
        if base.subjects.is_empty() {
            cases.collect()
        } else {
            base.subjects
        }
    } else {
        vec![subject]
    };
    subjects
        .iter()
        .flat_map(|subject| minsheng::judge::judge(pack, &book, subject, as_of))
        .collect()
}
