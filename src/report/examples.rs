//! Examples of rules: a base case that is in order, a few changes, what the book must say.
//!
//! A folder of examples holds `base.jsonl` and a file `RULE.jsonl` for each rule. Authors of
//! packs write them; `regime lint --examples` and the project's tests judge them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::corridor::{Entry, Refusal, Terms, record, whole_book};
use crate::judge::{self, Finding};
use crate::law::Day;
use crate::ledger::{Draft, Ledger};
use crate::pack::Pack;
use crate::state::Book;
use crate::step::{self, Step, general, input};

/// The fields of a step by name, with its name under `step`.
pub type Fields = Map<String, Json>;

/// One example.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows, as a sentence.
    pub name: String,
    /// The base case.
    pub base: String,
    /// The day up to which facts count; that of the base if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Steps to leave out, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// Fields to change, `step.field`; null takes the field away.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub set: Fields,
    /// Steps to add; `repeat` makes several, `{n}` or `{n:04}` their number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Fields>,
    /// The subject that is judged; the case `HZ2022-001` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What the rule of the file says.
    pub expect: String,
    /// What the rest of the book says, but for what passes or does not apply.
    #[serde(default)]
    pub says: BTreeMap<String, BTreeSet<String>>,
}

/// One base case: something that is entirely in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Name.
    #[serde(rename = "base")]
    pub name: String,
    /// Its steps.
    pub steps: Vec<Fields>,
    /// The subjects that must be entirely in order; its cases and demands if left out.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// The day up to which its facts count; 2023-07-01 if left out.
    #[serde(default)]
    pub as_of: Option<String>,
}

/// The subject of an example that names none.
const CASE: &str = "HZ2022-001";
/// The day of an example and a base that name none.
const AS_OF: &str = "2023-07-01";

/// Reads the base cases of a folder.
///
/// # Errors
/// Names the line that cannot be read.
pub fn bases(folder: &Path) -> Result<BTreeMap<String, Base>, String> {
    let path = folder.join("base.jsonl");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    lines(&text, "base.jsonl", |base: Base| (base.name.clone(), base))
}

/// Reads the examples of one rule.
///
/// # Errors
/// Names the line that cannot be read.
pub fn of_rule(text: &str, rule: &str) -> Result<Vec<Example>, String> {
    lines(text, &format!("{rule}.jsonl"), |example: Example| example)
}

fn lines<T, L>(text: &str, file: &str, of: impl Fn(T) -> L::Item) -> Result<L, String>
where
    T: serde::de::DeserializeOwned,
    L: FromIterator<L::Item> + IntoIterator,
{
    let numbered = text
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty());
    numbered
        .map(|(number, line)| {
            let read = serde_json::from_str::<T>(line);
            read.map(&of)
                .map_err(|e| format!("{file}:{}: {e}", number + 1))
        })
        .collect()
}

/// True if a step is the one that is meant: by its name, or as
/// `register.document[rule=A28-CENSUSRULE]` by its name and one of its values.
#[must_use]
pub fn chosen(step: &Fields, selector: &str) -> bool {
    let (id, with) = selector
        .trim_end_matches(']')
        .split_once('[')
        .map_or((selector, None), |(id, with)| (id, with.split_once('=')));
    let fits = |(field, value): (&str, &str)| step.get(field).is_some_and(|v| v == value);
    step.get("step").is_some_and(|name| name == id) && with.is_none_or(fits)
}

/// What is left out, changed and added.
pub struct Change<'a> {
    /// Steps to leave out.
    pub drop: &'a [String],
    /// Fields to change, `step.field` or `step#1.field` for the second; null takes it away.
    pub set: &'a Fields,
    /// Steps to add.
    pub add: &'a [Fields],
}

impl Change<'_> {
    /// Changes some steps; `meant` says which of them are looked at.
    ///
    /// # Errors
    /// If there is nothing to drop or to change.
    pub fn make(
        &self,
        steps: &mut Vec<Fields>,
        meant: &dyn Fn(&Fields) -> bool,
    ) -> Result<(), String> {
        for dropped in self.drop {
            let before = steps.len();
            steps.retain(|step| !(chosen(step, dropped) && meant(step)));
            if steps.len() == before {
                return Err(format!("nothing to drop: {dropped}"));
            }
        }
        for (path, value) in self.set {
            let nothing = || format!("nothing to set: {path}");
            let (id, field) = path.rsplit_once('.').ok_or_else(nothing)?;
            let (id, nth) = match id.split_once('#') {
                Some((id, n)) => (id, n.parse().map_err(|_| nothing())?),
                None => (id, 0),
            };
            let step = steps
                .iter_mut()
                .filter(|step| chosen(step, id) && meant(step))
                .nth(nth)
                .ok_or_else(nothing)?;
            if value.is_null() {
                step.remove(field);
            } else {
                step.insert(field.to_owned(), value.clone());
            }
        }
        steps.extend(self.add.iter().cloned());
        Ok(())
    }
}

/// A step with `repeat` as so many steps.
#[must_use]
pub fn repeated(mut step: Fields) -> Vec<Fields> {
    let Some(times) = step.remove("repeat") else {
        return vec![step];
    };
    let text = Json::Object(step).to_string();
    (1..=times.as_u64().unwrap_or(0))
        .filter_map(|n| {
            let one = text
                .replace("{n:04}", &format!("{n:04}"))
                .replace("{n}", &n.to_string());
            serde_json::from_str(&one).ok()
        })
        .collect()
}

/// The steps of an example, in the order of its base.
///
/// # Errors
/// If there is no such base, or nothing of it to change.
pub fn steps(base: &Base, example: &Example) -> Result<Vec<Fields>, String> {
    let mut steps = base.steps.clone();
    let change = Change {
        drop: &example.drop,
        set: &example.set,
        add: &example.add,
    };
    change.make(&mut steps, &|_| true)?;
    // a community is registered before anything is said of it
    steps.sort_by_key(|step| step.get("step").is_none_or(|s| s != "register.community"));
    Ok(steps.into_iter().flat_map(repeated).collect())
}

/// Reads a JSON step in the words of a pack.
///
/// # Errors
/// Says what is wrong with it.
pub fn read(pack: &Pack, mut map: Fields) -> Result<Step, String> {
    let id = map.remove("step").unwrap_or_default();
    let def = id.as_str().and_then(step::find);
    let def = def.ok_or_else(|| format!("no step {id}"))?;
    input::read(def, &map, pack).map_err(|problems| {
        let said: Vec<String> = problems.into_iter().map(|p| p.words.zh).collect();
        format!("{} {}: {}", def.id, Json::Object(map), said.join(" "))
    })
}

/// A new ledger in a folder, bound to a pack.
///
/// # Errors
/// If it cannot be made.
pub fn ledger(folder: &Path, pack: &Pack) -> anyhow::Result<Ledger> {
    let mut ledger = Ledger::create(&folder.join("ledger.db"), "TEST.1")?;
    let date = pack.meta.from.unwrap_or(Day::MIN);
    let step = Step::of(&general::Init {
        ledger: "TEST.1".into(),
        name: None,
        regime: pack.meta.id.clone(),
        pack_sha256: pack.sha256.clone(),
        date,
    })?;
    let mut writer = ledger.write("测试", "2023-07-01T00:00:00Z")?;
    writer.append(Draft {
        step,
        subject: "TEST.1".into(),
        occurred: date.to_string(),
    })?;
    writer.commit()?;
    Ok(ledger)
}

/// How examples are recorded.
#[must_use]
pub fn terms(today: Day, as_is: bool) -> Terms {
    Terms {
        actor: "测试".into(),
        now: "2023-07-01T00:00:00Z".into(),
        today,
        as_of: today,
        as_is,
        dry_run: false,
    }
}

/// Records an example as it is in a ledger in `place`, and judges its subject by the whole
/// book.
///
/// # Errors
/// If it cannot be read or recorded.
pub fn findings(
    place: &Path,
    pack: &Pack,
    base: &Base,
    example: &Example,
) -> Result<Vec<Finding>, String> {
    let said = |error: anyhow::Error| error.to_string();
    let mut ledger = ledger(place, pack).map_err(said)?;
    let day = |text: &str| text.parse::<Day>().map_err(|e| e.to_string());
    let entries: Vec<Entry> = steps(base, example)?
        .into_iter()
        .map(|map| read(pack, map).map(Entry::new))
        .collect::<Result<_, _>>()?;
    let answer = record(&mut ledger, pack, entries, &terms(day(AS_OF)?, true));
    if let Err(Refusal::Input(problems)) = answer.map_err(said)? {
        let problems: Vec<String> = problems.into_iter().map(|p| p.said().zh).collect();
        return Err(problems.join(" "));
    }
    let as_of = example.as_of.as_deref().or(base.as_of.as_deref());
    let as_of = day(as_of.unwrap_or(AS_OF))?;
    let book = whole_book(&ledger).map_err(said)?;
    let subjects: Vec<String> = match example.subject.as_deref() {
        Some("*") if base.subjects.is_empty() => book
            .subjects()
            .filter(|id| id.contains('-'))
            .map(str::to_owned)
            .collect(),
        Some("*") => base.subjects.clone(),
        Some(subject) => vec![subject.to_owned()],
        None => vec![CASE.to_owned()],
    };
    let judged = subjects
        .iter()
        .flat_map(|subject| judged_both_ways(pack, &book, subject, as_of));
    Ok(judged.collect())
}

impl Example {
    /// A base as it stands, all its subjects.
    #[must_use]
    pub fn plain(base: &str) -> Self {
        Self {
            name: base.to_owned(),
            base: base.to_owned(),
            subject: Some("*".into()),
            ..Self::default()
        }
    }
}

/// Judges a subject with words and without; in tests both must come to the same.
fn judged_both_ways(pack: &Pack, book: &Book, subject: &str, as_of: Day) -> Vec<Finding> {
    let mut findings = Vec::new();
    let all = pack.rules.iter().map(|rule| ((), rule));
    judge::judge_for(
        pack,
        book,
        (subject, as_of),
        all,
        &|_| true,
        |(), _, told| {
            findings.extend(told);
        },
    );
    findings
}
