//! Completing a step: identifiers, dates, and whether what it names is there.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::{Entry, EventKey};
use crate::law::Day;
use crate::ledger::{Draft, Event, read::Reader};
use crate::pack::Pack;
use crate::state::{Subject, subject::next_number};
use crate::step::{self, Kind, Step, StepDef};
use crate::words;
use crate::words::Words;

/// A step that cannot be appended as it is.
#[derive(Clone, Debug)]
pub struct Incomplete {
    /// Where it comes from.
    pub place: Option<String>,
    /// What is wrong, and the next step.
    pub words: Words,
}

/// Numbers subjects and fills in what follows from the rest of a step.
pub(super) struct Completer<'a> {
    reader: Reader<'a>,
    pack: &'a Pack,
    today: Day,
    next: HashMap<String, u64>,
    communities: HashMap<String, bool>,
}

impl<'a> Completer<'a> {
    pub(super) fn new(reader: Reader<'a>, pack: &'a Pack, today: Day) -> Self {
        Self {
            reader,
            pack,
            today,
            next: HashMap::new(),
            communities: HashMap::new(),
        }
    }

    pub(super) fn complete(
        &mut self,
        mut step: Step,
        place: Option<&str>,
    ) -> anyhow::Result<Result<Draft, Vec<Incomplete>>> {
        let mut problems = Vec::new();
        let mut say = |words: Words| {
            problems.push(Incomplete {
                place: place.map(str::to_owned),
                words,
            });
        };
        if let Some(code) = step.text("community").map(str::to_owned) {
            if step.def.id == "register.community" {
                self.communities.insert(code, true);
            } else if !self.is_community(&code)? {
                say(words!(
                    "社区代码 {0} 没有登记；先登记：minsheng register community {0} --name 社区名称 --street 街道名称",
                    "Community {0} is not registered; first: minsheng register community {0} --name NAME --street STREET",
                    code
                ));
            }
        }
        if let Some(words) = self.withdrawn(&step)? {
            say(words);
        }
        match step.def.id {
            "amend" | "withdraw" => {
                if let Some(words) = self.aim(&mut step)? {
                    say(words);
                }
            }
            _ => {
                if let Some(words) = self.identify(&mut step)? {
                    say(words);
                }
            }
        }
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        let subject = step.text(step.def.subject).unwrap_or_default().to_owned();
        let occurred = step
            .text(step.def.dated)
            .map_or_else(|| self.today.to_string(), str::to_owned);
        Ok(Ok(Draft {
            step,
            subject,
            occurred,
        }))
    }

    /// A withdrawn case takes no further steps.
    fn withdrawn(&self, step: &Step) -> anyhow::Result<Option<Words>> {
        let Some(case) = step.text("case").filter(|_| step.def.subject == "case") else {
            return Ok(None);
        };
        let mut book = crate::state::Book::new();
        book.extend(self.reader.of_subject(case)?);
        let view = crate::state::View::new(&book, case, Day::MAX);
        Ok(view.withdrawn().map(|fact| {
            words!(
                "{0} 已撤回（第{1}号事件），不能再登记；如撤回有误，先撤销它：minsheng withdraw {0} --event {1} --why 理由",
                "{0} was withdrawn (event {1}) and takes no steps; if that was wrong: minsheng withdraw {0} --event {1} --why REASON",
                case,
                fact.key.seq
            )
        }))
    }

    fn is_community(&mut self, code: &str) -> anyhow::Result<bool> {
        if let Some(known) = self.communities.get(code) {
            return Ok(*known);
        }
        let known = self
            .reader
            .of_subject(code)?
            .iter()
            .any(|event| event.step == "register.community");
        self.communities.insert(code.to_owned(), known);
        Ok(known)
    }

    /// Gives the step the identifier of its subject, or checks the one it has.
    fn identify(&mut self, step: &mut Step) -> anyhow::Result<Option<Words>> {
        let def = step.def;
        let Some((community, year)) = community_year(step) else {
            return Ok(None);
        };
        if def.subject == "subject" {
            step.values
                .insert("subject".into(), json!(format!("{community}{year}")));
            return Ok(None);
        }
        let Some((letter, width)) = series(def.subject) else {
            return Ok(None);
        };
        let prefix = format!("{community}{year}-{letter}");
        if let Some(id) = step.text(def.subject).map(str::to_owned) {
            if next_number(&prefix, [id.as_str()].into_iter()) == 1 && !ends_in_zero(&id, &prefix) {
                return Ok(Some(words!(
                    "编号 {} 与社区 {}、年度 {} 不符，应为 {}加数字；也可以不填，由程序编号。",
                    "Identifier {} does not fit community {} and year {}: it must be {} and a number; or leave it out and let the tool number it.",
                    id,
                    community,
                    year,
                    prefix
                )));
            }
            if self.created(def, &id)? {
                return Ok(Some(words!(
                    "{} 已经登记过；要更正，用 minsheng amend；要新增，不填编号。",
                    "{} is recorded already; to correct it use minsheng amend; to add another leave the identifier out.",
                    id
                )));
            }
            let after = next_number(&prefix, [id.as_str()].into_iter());
            let next = self.next_of(&prefix)?;
            self.next.insert(prefix, next.max(after));
            return Ok(None);
        }
        let next = self.next_of(&prefix)?;
        self.next.insert(prefix.clone(), next + 1);
        step.values
            .insert(def.subject.into(), json!(format!("{prefix}{next:0width$}")));
        Ok(None)
    }

    fn next_of(&mut self, prefix: &str) -> anyhow::Result<u64> {
        if let Some(next) = self.next.get(prefix) {
            return Ok(*next);
        }
        let taken = self.reader.subjects(prefix)?;
        Ok(next_number(prefix, taken.iter().map(String::as_str)))
    }

    fn created(&self, def: &StepDef, id: &str) -> anyhow::Result<bool> {
        Ok(self
            .reader
            .of_subject(id)?
            .iter()
            .any(|event| event.subject == id && event.step == def.id))
    }

    /// Finds the event that a correction or withdrawal is about.
    fn aim(&self, step: &mut Step) -> anyhow::Result<Option<Words>> {
        let Some(seq) = step.values.get("event").and_then(serde_json::Value::as_i64) else {
            return Ok(None);
        };
        let own = self.reader.heads()?.first().map(|head| head.origin.clone());
        let origin = step.text("origin").map(str::to_owned).or(own).unwrap_or_default();
        let Some(event) = self.reader.at(&origin, seq)? else {
            return Ok(Some(words!(
                "账本 {} 没有第{}号事件；用 minsheng log 查看事件号。",
                "Ledger {} has no event {}; see the numbers with minsheng log.",
                origin,
                seq
            )));
        };
        let Some(def) = step::find(&event.step) else {
            return Ok(Some(words!(
                "第{0}号事件（{1}）是较新版本写的，本程序不能更正。",
                "Event {0} ({1}) was written by a newer version; this one cannot correct it.",
                seq,
                event.step
            )));
        };
        let undo = def.id == "withdraw" && step.def.id == "withdraw";
        if matches!(def.id, "init" | "amend" | "withdraw") && !undo {
            return Ok(Some(words!(
                "第{0}号事件（{1}）不能更正或撤回。",
                "Event {0} ({2}) cannot be corrected or withdrawn.",
                seq,
                def.zh,
                def.id
            )));
        }
        let values = serde_json::from_str(&event.payload).unwrap_or_default();
        let target = Step { def, values };
        if step.def.id == "amend"
            && let Err(words) = self.amended(step, &target)
        {
            return Ok(Some(words));
        }
        if step.def.id == "withdraw" && step.text("subject") != Some(&event.subject) {
            return Ok(Some(words!(
                "第{}号事件的对象是 {}，不是 {}。",
                "Event {} is about {}, not about {}.",
                seq,
                event.subject,
                step.text("subject").unwrap_or_default()
            )));
        }
        let concerns: Vec<String> = target
            .mentions()
            .into_iter()
            .filter(|subject| *subject != event.subject)
            .collect();
        if !concerns.is_empty() {
            step.values.insert("concerns".into(), json!(concerns));
        }
        step.values.insert("subject".into(), json!(event.subject));
        Ok(None)
    }

    /// Checks the corrected values and writes them in canonical form.
    fn amended(&self, step: &mut Step, target: &Step) -> Result<(), Words> {
        let mut lines = Vec::new();
        let set = step.values.get("set").and_then(serde_json::Value::as_array);
        for line in set.into_iter().flatten().filter_map(serde_json::Value::as_str) {
            let Some((name, value)) = line.split_once('=') else {
                return Err(words!(
                    "更正内容“{}”应写作“栏目=值”，例如 --set end=2022-04-05。",
                    "“{}” must read field=value, for example --set end=2022-04-05.",
                    line
                ));
            };
            let Some(field) = step::input::find_field(target.def, name) else {
                let all: Vec<_> = target.def.fields.iter().map(|f| f.name).collect();
                return Err(words!(
                    "“{0}”没有“{1}”这一栏；可用的有：{2}。",
                    "“{3}” has no field “{1}”; it has: {2}.",
                    target.def.zh,
                    name,
                    all.join(" "),
                    target.def.id
                ));
            };
            if field.name == target.def.subject || matches!(field.kind, Kind::Personal | Kind::Member) {
                return Err(words!(
                    "“{0}”不能用更正改；请撤回该事件（minsheng withdraw 对象 --event N）后重新登记。",
                    "“{1}” cannot be amended; withdraw the event (minsheng withdraw SUBJECT --event N) and record it anew.",
                    field.heading,
                    field.name
                ));
            }
            let mut raw = target.values.clone();
            raw.insert(field.name.to_owned(), json!(value));
            let read = step::input::read(target.def, &raw, self.pack).map_err(|problems| {
                problems.into_iter().next().map(|p| p.words).unwrap_or_default()
            })?;
            let json = read.values.get(field.name).cloned().unwrap_or_default();
            lines.push(json!(format!("{}={json}", field.name)));
        }
        if lines.is_empty() {
            return Err(words!(
                "没有更正内容；写作 --set 栏目=值。",
                "Nothing to correct; write --set field=value."
            ));
        }
        step.values.insert("set".into(), json!(lines));
        Ok(())
    }
}

fn ends_in_zero(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix)
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b == b'0'))
}

/// The letter and width of the numbers of a kind of subject.
fn series(subject: &str) -> Option<(&'static str, usize)> {
    match subject {
        "case" => Some(("", 3)),
        "demand" => Some(("D", 4)),
        "round" => Some(("R", 1)),
        "meeting" => Some(("M", 1)),
        "session" => Some(("E", 1)),
        _ => None,
    }
}

/// The community and programme year that a step names.
pub(super) fn community_year(step: &Step) -> Option<(String, i64)> {
    let community = step.text("community")?.to_owned();
    let year = step.values.get("year")?.as_i64()?;
    Some((community, year))
}

/// The prefix under which the tool numbers a step's subject, if the step names none.
pub(super) fn numbered_prefix(step: &Step) -> Option<String> {
    if step.text(step.def.subject).is_some() {
        return None;
    }
    let (community, year) = community_year(step)?;
    let (letter, _) = series(step.def.subject)?;
    Some(format!("{community}{year}-{letter}"))
}

/// References of the new events to subjects that nobody has recorded.
pub(super) fn dangling(
    reader: Reader<'_>,
    events: &[Event],
    places: &HashMap<EventKey, String>,
) -> anyhow::Result<Vec<Incomplete>> {
    let mut checked = BTreeSet::new();
    let mut missing = Vec::new();
    for event in events {
        let Some(def) = step::find(&event.step) else {
            continue;
        };
        let values = serde_json::from_str(&event.payload).unwrap_or_default();
        let step = Step { def, values };
        for field in def.fields.iter().filter(|field| field.kind == Kind::Ref) {
            let makes = field.name == def.subject && series(field.name).is_some() && !field.required;
            if makes || matches!(field.name, "body" | "subject" | "concerns" | "entry") {
                continue;
            }
            if field.name == "item" && def.id == "register.library" {
                continue;
            }
            let names: Vec<String> = match step.values.get(field.name) {
                Some(serde_json::Value::String(text)) => vec![text.clone()],
                Some(serde_json::Value::Array(list)) => list
                    .iter()
                    .filter_map(|v| v.as_str().map(str::to_owned))
                    .collect(),
                _ => Vec::new(),
            };
            for name in names {
                if !checked.insert(name.clone()) || exists(reader, &name)? {
                    continue;
                }
                missing.push(Incomplete {
                    place: places.get(&super::key(event)).cloned(),
                    words: unknown_subject(reader, field.heading, field.name, &name)?,
                });
            }
        }
    }
    Ok(missing)
}

/// True if some step made this subject.
fn exists(reader: Reader<'_>, subject: &str) -> anyhow::Result<bool> {
    Ok(reader.of_subject(subject)?.iter().any(|event| {
        event.subject == subject
            && step::find(&event.step).is_some_and(|def| {
                def.id == "register.library"
                    || series(def.subject).is_some()
                        && def.field(def.subject).is_some_and(|field| !field.required)
            })
    }))
}

fn unknown_subject(
    reader: Reader<'_>,
    heading: &str,
    name: &str,
    subject: &str,
) -> anyhow::Result<Words> {
    let near = match Subject::parse(subject) {
        Subject::Case(code, year) | Subject::Demand(code, year) => {
            let all = reader.subjects(&format!("{code}{year}-"))?;
            let digits = |id: &str| id.bytes().filter(u8::is_ascii_digit).count();
            all.into_iter()
                .filter(|id| digits(id) == digits(subject) && id.len() == subject.len() && id != subject)
                .find(|id| id.bytes().zip(subject.bytes()).filter(|(a, b)| a != b).count() <= 1)
        }
        _ => None,
    };
    let (zh, en) = near.map_or((String::new(), String::new()), |id| {
        (format!("是不是 {id}？"), format!(" Did you mean {id}?"))
    });
    Ok(words!(
        "{}“{}”不存在。{}用 minsheng list 查看已有的编号。",
        "{3} “{1}” does not exist.{4} See what there is with minsheng list.",
        heading,
        subject,
        zh,
        name,
        en
    ))
}

/// Reasons for rules that the pack does not have.
pub(super) fn unknown_rules(pack: &Pack, entry: &Entry) -> Vec<Incomplete> {
    entry
        .reasons
        .iter()
        .filter(|(rule, _)| pack.rule(rule).is_none())
        .map(|(rule, _)| Incomplete {
            place: entry.place.clone(),
            words: words!(
                "没有规则“{0}”；用 minsheng rule --all 查看规则编号。",
                "There is no rule “{0}”; see the identifiers with minsheng rule --all.",
                rule
            ),
        })
        .collect()
}
