//! Completing a step: identifiers, dates, and whether what it names is there.

use std::collections::{BTreeMap, HashSet};

use rustc_hash::FxHashMap;

use super::Entry;
use super::numbered::Numbered;
use crate::law::{Calendar, Day};
use crate::ledger::{Draft, read::Reader};
use crate::pack::Pack;
use crate::state::subject::{DISTRICT, next_number};
use crate::step::{Said, Step, StepDef};
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
    pub(super) reader: Reader<'a>,
    pub(super) pack: &'a Pack,
    today: Day,
    next: FxHashMap<String, u64>,
    numbered: Numbered,
    communities: FxHashMap<String, bool>,
    /// Events that this batch withdraws.
    struck: HashSet<(String, i64)>,
    /// The street of each registered community, those of this batch included.
    pub(super) streets: Option<BTreeMap<String, String>>,
}

impl<'a> Completer<'a> {
    pub(super) fn new(reader: Reader<'a>, pack: &'a Pack, today: Day) -> Self {
        Self {
            reader,
            pack,
            today,
            next: FxHashMap::default(),
            numbered: Numbered::default(),
            communities: FxHashMap::default(),
            struck: HashSet::new(),
            streets: None,
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
        // the highest level by the name that the regulation gives it
        let whole = self.pack.meta.roles.district.as_deref();
        if whole.is_some() && step.text("scope") == whole {
            step.values.insert("scope", DISTRICT);
        }
        if let Some(code) = step.text("community").map(str::to_owned) {
            if step.def.id == "register.community" {
                if let Some(words) = self.renames(&code, &step)? {
                    say(words);
                }
                let street = step.text("street").unwrap_or_default().to_owned();
                self.streets()?.insert(code.clone(), street);
                self.communities.insert(code, true);
            } else if !self.is_community(&code)? {
                say(words!(
                    "社区代码 {0} 没有登记；先登记：minsheng register community {0} --name 社区名称 --street 街道名称",
                    "Community {0} is not registered; first: minsheng register community {0} --name NAME --street STREET",
                    code
                ));
            }
        }
        if let Some(words) = only_by_command(&step) {
            say(words);
        }
        if let Some(words) = self.unknown_place(&step)? {
            say(words);
        }
        if let Some(words) = self.unknown_body(&step)? {
            say(words);
        }
        if let Some(words) = self.unknown_rule(&step) {
            say(words);
        }
        if let Some(words) = self.withdrawn(&step)? {
            say(words);
        }
        if let Some(words) = backwards(&step) {
            say(words);
        }
        if let Some(words) = self.shortens(&step)? {
            say(words);
        }
        if let Some(words) = self.no_reading(&step) {
            say(words);
        }
        if let Some(words) = no_notice(&step) {
            say(words);
        }
        if step.def.stage() == "regime"
            && step.text("ledger").is_none()
            && let Some(head) = self.reader.heads()?.first()
        {
            step.values.insert("ledger", head.origin.as_str());
        }
        match step.def.id {
            "amend" | "withdraw" => {
                if let Some(words) = self.aim(&mut step)? {
                    say(words);
                }
                self.strikes(&step)?;
            }
            _ => {
                if let Some(words) = self.identify(&mut step)? {
                    say(words);
                }
                self.shelve(&mut step)?;
            }
        }
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        let subject = step.text(step.def.subject).unwrap_or_default().to_owned();
        let occurred = step
            .text(step.def.dated)
            // of a minute the day
            .map_or_else(
                || self.today.to_string(),
                |text| text.get(..10).unwrap_or(text).to_owned(),
            );
        Ok(Ok(Draft {
            step,
            subject,
            occurred,
        }))
    }

    /// A ruling on a reading that the rule does not have.
    fn no_reading(&self, step: &Step) -> Option<Words> {
        if step.def.id != "regime.ruling" {
            return None;
        }
        let rule = self.pack.rule(step.text("rule")?)?;
        let mut known: Vec<&str> = rule.readings().collect();
        known.push("default");
        let reading = step.text("reading")?;
        (!known.contains(&reading)).then(|| {
            words!(
                "{} 没有读法“{}”；有：{}（default 为条文目前所取的读法）。",
                "{} has no reading “{}”; there are: {} (default is the one that is taken now).",
                rule.id,
                reading,
                known.join("、")
            )
        })
    }

    /// A renewal moves the end of the validity forward.
    fn shortens(&self, step: &Step) -> anyhow::Result<Option<Words>> {
        if step.def.id != "regime.extend" {
            return Ok(None);
        }
        let mut book = crate::state::Book::new();
        book.extend(self.reader.about(step.text("ledger").unwrap_or_default())?);
        let recorded = book
            .of_step(step.def)
            .filter_map(|fact| fact.value("until").day());
        let until = recorded.chain(self.pack.meta.to).max();
        let given = step.text("until").and_then(|text| text.parse::<Day>().ok());
        Ok(until.zip(given).filter(|(until, given)| given <= until).map(|(until, _)| {
            words!(
                "依据现已有效至{0}，续期应晚于这一天。",
                "The regulation is in force until {0} already; a renewal must reach beyond that day.",
                until
            )
        }))
    }

    /// A code stands for one community for ever; its name is corrected, not given anew.
    fn renames(&self, code: &str, step: &Step) -> anyhow::Result<Option<Words>> {
        let mut book = crate::state::Book::new();
        book.extend(self.reader.about(code)?);
        let (name, street) = (step.text("name"), step.text("street"));
        let same = book.community_name(code) == name && book.street(code) == street;
        Ok(book.community_name(code).filter(|_| !same).map(|known| {
            words!(
                "社区代码 {0} 已登记为“{1}”；要更正名称或街道，用 minsheng amend（事件号见 minsheng log {0}）；另一个社区请换一个代码。",
                "Code {0} is registered as “{1}”; correct its name or street with minsheng amend (see minsheng log {0}); take another code for another community.",
                code,
                known
            )
        }))
    }

    pub(super) fn is_community(&mut self, code: &str) -> anyhow::Result<bool> {
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
        let Some(under) = under(step) else {
            return Ok(None);
        };
        if def.subject == "subject" {
            step.values.insert("subject", under);
            return Ok(None);
        }
        let Some((letter, width)) = series(def.subject) else {
            return Ok(None);
        };
        let prefix = [&under, "-", letter].concat();
        if let Some(id) = step.text(def.subject).map(str::to_owned) {
            if next_number(&prefix, [id.as_str()].into_iter()) == 1 && !ends_in_zero(&id, &prefix) {
                return Ok(Some(words!(
                    "编号 {} 与 {} 不符，应为 {}加数字；也可以不填，由程序编号。",
                    "Identifier {} does not fit {}: it must be {} and a number; or leave it out and let the tool number it.",
                    id,
                    under,
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
        let number = next.to_string();
        let zeros = "0".repeat(width.saturating_sub(number.len()));
        let id = [&*prefix, &zeros, &number].concat();
        step.values.insert(def.subject, id);
        match self.next.get_mut(&prefix) {
            Some(known) => *known = next + 1,
            None => {
                self.next.insert(prefix, next + 1);
            }
        }
        Ok(None)
    }

    fn next_of(&mut self, prefix: &str) -> anyhow::Result<u64> {
        if let Some(next) = self.next.get(prefix) {
            return Ok(*next);
        }
        let taken = self.reader.subjects(prefix)?;
        let free = next_number(prefix, taken.iter().map(String::as_str));
        self.numbered.free.insert(prefix.to_owned(), free);
        Ok(free)
    }

    /// What was found out about free numbers.
    pub(super) fn numbered(self) -> Numbered {
        self.numbered
    }

    /// Keeps in mind which event this batch withdraws.
    fn strikes(&mut self, step: &Step) -> anyhow::Result<()> {
        let event = step.values.get("event").and_then(Said::as_i64);
        if let Some(seq) = event.filter(|_| step.def.id == "withdraw") {
            let origin = match step.text("origin") {
                Some(origin) => Some(origin.to_owned()),
                None => self.reader.own()?,
            };
            self.struck.extend(origin.map(|origin| (origin, seq)));
        }
        Ok(())
    }

    fn created(&self, def: &StepDef, id: &str) -> anyhow::Result<bool> {
        if !self.reader.made_by(id, &[def])? {
            return Ok(false);
        }
        // what was struck, or is struck by this very batch, may be recorded anew
        let mut book = crate::state::Book::new();
        book.extend(self.reader.about(id)?);
        let mut standing = book.of_step(def).filter(|fact| fact.subject == id);
        let withdrawn = book.is_withdrawn(id);
        let struck = |fact: &crate::state::Fact| {
            let key = (fact.key.origin.to_string(), fact.key.seq);
            self.struck.contains(&key)
        };
        Ok(withdrawn || standing.any(|fact| !struck(fact)))
    }
}

/// A holiday notice that cannot be read.
fn no_notice(step: &Step) -> Option<Words> {
    if step.def.id != "regime.calendar" {
        return None;
    }
    let days = step.values.get("days")?.as_array()?.iter();
    let table = Calendar::table(days.filter_map(serde_json::Value::as_str), "");
    let error = Calendar::embedded().extend(&table).err()?;
    Some(Words::new(error.zh(), error.en()))
}

/// What a command of its own records, because it does more than record.
fn only_by_command(step: &Step) -> Option<Words> {
    let command = match step.def.id {
        "erase" => "erase",
        "ledger.receive" => "merge",
        _ => return None,
    };
    Some(words!(
        "“{}”只能用 minsheng {} 登记。",
        "{2} is recorded by minsheng {1} only.",
        step.def.zh,
        command,
        step.def.id
    ))
}

/// Periods that end before they begin.
fn backwards(step: &Step) -> Option<Words> {
    const PAIRS: [(&str, &str); 4] = [
        ("started", "completed"),
        ("start", "end"),
        ("begin", "finish"),
        ("from", "to"),
    ];
    let heading = |name: &str| step.def.field(name).map_or("", |field| field.heading);
    PAIRS.iter().find_map(|(first, last)| {
        let (a, b) = (step.text(first)?, step.text(last)?);
        // days in canonical form compare as text
        (b < a).then(|| {
            words!(
                "“{}”（{}）早于“{}”（{}），请核对。",
                "{5} ({1}) is before {4} ({3}); check them.",
                heading(last),
                b,
                heading(first),
                a,
                first,
                last
            )
        })
    })
}

fn ends_in_zero(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix)
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b == b'0'))
}

/// The letter and width of the numbers of a kind of subject.
pub(super) fn series(subject: &str) -> Option<(&'static str, usize)> {
    match subject {
        "case" => Some(("", 3)),
        "demand" => Some(("D", 4)),
        "round" => Some(("R", 1)),
        "meeting" => Some(("M", 1)),
        "session" => Some(("E", 1)),
        "inspection" => Some(("I", 1)),
        "sample" => Some(("S", 1)),
        "finding" => Some(("F", 1)),
        _ => None,
    }
}

/// The community and programme year that a step names.
pub(super) fn community_year(step: &Step) -> Option<(String, i64)> {
    let scope = || {
        step.text("scope")
            .filter(|s| s.bytes().all(|b| b.is_ascii_uppercase()))
    };
    let community = step.text("community").or_else(scope)?.to_owned();
    let year = step.values.get("year")?.as_i64()?;
    Some((community, year))
}

/// What a step's subject stands under: the year of a street, a scope or a community, or
/// the inspection of a finding.
pub(super) fn under(step: &Step) -> Option<String> {
    if step.def.id == "audit.finding" {
        return step.text("inspection").map(str::to_owned);
    }
    let year = step.values.get("year")?.as_i64()?;
    let owner = step
        .text("street")
        .or_else(|| step.text("scope"))
        .or_else(|| step.text("community"))?;
    let year = year.to_string();
    Some([owner, &year].concat())
}

/// The prefix under which the tool numbers a step's subject, if the step names none.
pub(super) fn numbered_prefix(step: &Step) -> Option<String> {
    if step.text(step.def.subject).is_some() {
        return None;
    }
    let (letter, _) = series(step.def.subject)?;
    Some([&under(step)?, "-", letter].concat())
}

/// True if the step itself names the subject that it is about.
pub(super) fn has_own_subject(step: &Step) -> bool {
    step.def.subject != "subject" && step.text(step.def.subject).is_some()
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
                "没有规则“{0}”。{1}用 minsheng rule --all 查看规则编号。",
                "There is no rule “{0}”.{2} See the identifiers with minsheng rule --all.",
                rule,
                pack.near_rule(rule).zh,
                pack.near_rule(rule).en
            ),
        })
        .collect()
}
