//! Making a partial result from a ledger.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value as Json;
use sha2::Sha256;

use super::read::{Stock, read};
use super::{Carried, Found, Listed, Part, Partial, Reach, Rules, SCHEMA};
use crate::corridor::numbers;
use crate::judge::{Finding, Verdict};
use crate::law::Day;
use crate::ledger::{Ledger, Stated, chain};
use crate::pack::Pack;
use crate::report::audit::{Wanted, subjects_of, title};
use crate::state::subject::code_of;
use crate::state::{Book, Fact, Subject, Value};
use crate::words::Words;

/// A secret that the ledgers of a district share: with it a person is known in all of them,
/// without it nobody can try names.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// A key of at least 32 bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let key = Hmac::new_from_slice(bytes).ok()?;
        (bytes.len() >= 32).then_some(Self(key))
    }

    /// What stands for a value under this key.
    fn mark(&self, value: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(value.as_bytes());
        chain::hex(&mac.finalize().into_bytes())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// What a partial result is made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// Only this part of it; all of it if none.
    pub part: Option<Part>,
    /// Only its own chain: what it received from others is left to them.
    pub own: bool,
    /// The key for persons of several ledgers.
    pub key: Option<&'a Key>,
    /// Also tell what passes and what does not apply.
    pub all: bool,
}

/// Judges one part of a year.
///
/// # Errors
/// If the ledger cannot be read.
pub fn partial(source: Source<'_>, pack: &Pack, year: i32, as_of: Day) -> anyhow::Result<Partial> {
    let reach = Reach::of(pack);
    let Source { part, key, all, .. } = source;
    let stock = read(source, &reach)?;
    let book = &stock.book;
    let own = source.ledger.reader().own()?;
    let mut chains = source.ledger.stated()?;
    chains.retain(|chain| !source.own || Some(&chain.origin) == own.as_ref());
    let places = places(&chains);
    let mine = |id: &str| match part {
        None => true,
        Some(part) => code_of(id).is_some_and(|code| part.holds(code)),
    };
    let mut lexicon = Lexicon::default();
    let wanted = Wanted {
        all,
        ..Wanted::default()
    };
    let subjects: Vec<Listed> = subjects_of(book, year, as_of, &mine, false)
        .into_iter()
        .filter(|id| mine(id))
        .map(|id| {
            let mut listed = listed(book, id, as_of);
            let subject = (listed.id.as_str(), as_of);
            let take = |place: usize, verdict, told: Option<Finding>| match (told, verdict) {
                (Some(finding), _) => {
                    let found = lexicon.found(finding, place, pack, &places);
                    listed.findings.push(found);
                }
                (None, Verdict::Pass) => listed.kept.push(place),
                (None, _) => listed.exempt.push(place),
            };
            reach.judge(book, subject, Rules::Inside, &wanted, take);
            listed
        })
        .collect();
    let mut carrying = Carrying {
        stock: &stock,
        places: &places,
        part,
        as_of,
        seen: BTreeSet::new(),
    };
    let events = carrying.needed(&reach);
    let more = match part {
        None => carrying.others(&reach, year),
        Some(_) => Vec::new(),
    };
    let people = people(source, events.iter().chain(&more))?;
    Ok(Partial {
        schema: SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        regime: pack.meta.id.clone(),
        pack: pack.sha256.clone(),
        year,
        as_of,
        all,
        part,
        own,
        key: key.map(|key| key.mark("minsheng.partial")),
        communities: communities(book, &subjects),
        words: lexicon.list,
        subjects,
        events,
        more,
        people,
        unknown: stock.unknown,
        chains,
    })
}

fn places(chains: &[Stated]) -> HashMap<&str, usize> {
    let names = chains.iter().map(|chain| chain.origin.as_str());
    names.zip(0..).collect()
}

fn listed(book: &Book, id: String, as_of: Day) -> Listed {
    let about = || book.about(&id).iter().map(|&index| book.fact(index));
    let is_case = matches!(Subject::parse(&id), Subject::Case(..));
    let serves: BTreeSet<String> = about()
        .flat_map(|fact| fact.value("communities").items())
        .filter_map(Value::text)
        .map(str::to_owned)
        .collect();
    Listed {
        title: is_case.then(|| title(book, &id, as_of)).flatten(),
        serves: serves.into_iter().filter(|_| is_case).collect(),
        made: about().any(|fact| numbers(fact.def)),
        findings: Vec::new(),
        kept: Vec::new(),
        exempt: Vec::new(),
        id,
    }
}

/// What the cases of each community that is judged rest on outside it.
fn communities(book: &Book, subjects: &[Listed]) -> BTreeMap<String, Vec<String>> {
    let mut links: BTreeMap<String, BTreeSet<String>> = subjects
        .iter()
        .filter_map(|listed| Some((code_of(&listed.id)?.to_owned(), BTreeSet::new())))
        .collect();
    for id in book.subjects() {
        if let (Subject::Case(code, _), Some(list)) = (
            Subject::parse(id),
            code_of(id).and_then(|c| links.get_mut(c)),
        ) {
            let of_case = book.links(id).into_iter();
            let elsewhere = of_case.filter(|link| code_of(link) != Some(&code));
            list.extend(elsewhere.map(str::to_owned));
        }
    }
    let lists = links.into_iter();
    lists
        .map(|(code, list)| (code, list.into_iter().collect()))
        .collect()
}

/// Messages, each kept once.
#[derive(Default)]
struct Lexicon {
    list: Vec<(String, String)>,
    places: HashMap<(String, String), usize>,
}

impl Lexicon {
    fn place(&mut self, words: Words) -> usize {
        let pair = (words.zh, words.en);
        if let Some(&place) = self.places.get(&pair) {
            return place;
        }
        self.list.push(pair.clone());
        self.places.insert(pair, self.list.len() - 1);
        self.list.len() - 1
    }

    fn found(
        &mut self,
        finding: Finding,
        rule: usize,
        pack: &Pack,
        places: &HashMap<&str, usize>,
    ) -> Found {
        let usual = pack.rules[rule].severity;
        Found {
            rule,
            verdict: finding.verdict.id().to_owned(),
            severity: (finding.severity != usual).then_some(finding.severity),
            message: self.place(finding.message),
            facts: finding.facts,
            events: finding
                .events
                .iter()
                .map(|key| (places[&*key.origin], key.seq))
                .collect(),
            due: finding.due,
            reading: finding.reading,
            reason: finding.reason,
            missing: finding
                .missing
                .into_iter()
                .map(|words| self.place(words))
                .collect(),
        }
    }
}

/// Choosing what is carried along.
struct Carrying<'a> {
    stock: &'a Stock,
    places: &'a HashMap<&'a str, usize>,
    part: Option<Part>,
    as_of: Day,
    /// Facts that are carried, by their places in the book.
    seen: BTreeSet<usize>,
}

impl Carrying<'_> {
    /// What belongs to this part: its communities, and to the first what belongs to none.
    fn belongs(&self, id: &str) -> bool {
        match (self.part, code_of(id)) {
            (None, _) => true,
            (Some(part), Some(code)) => part.holds(code),
            (Some(part), None) => part.number == 1,
        }
    }

    /// The events that the rules beyond a community read, with what makes a case one and what
    /// links it to others.
    fn needed(&mut self, reach: &Reach<'_>) -> Vec<Carried> {
        let book = &self.stock.book;
        for (index, fact) in book.facts().iter().enumerate() {
            if self.belongs(&fact.subject) && (reach.carries(fact.def.id) || links(fact)) {
                self.seen.insert(index);
            }
        }
        let cases = book
            .subjects()
            .filter(|id| matches!(Subject::parse(id), Subject::Case(..)) && self.belongs(id));
        let mut witnesses: Vec<usize> = Vec::new();
        for case in cases {
            let all = book.of_subject(case);
            let known = |index: &&usize| self.has(**index);
            if !all.iter().any(|index| self.seen.contains(index)) {
                witnesses.extend(all.iter().find(known));
            }
            let made: Vec<&usize> = all
                .iter()
                .filter(|index| {
                    let fact = book.fact(**index);
                    fact.subject == case
                        && fact.def.stage() != "register"
                        && !fact.struck
                        && fact.occurred.is_none_or(|day| day <= self.as_of)
                })
                .collect();
            if !made.iter().any(|index| self.seen.contains(index)) {
                witnesses.extend(made.into_iter().find(|index| self.has(**index)));
            }
        }
        self.seen.extend(witnesses);
        let chosen: Vec<usize> = self.seen.iter().copied().collect();
        self.carried(&chosen)
    }

    /// The rest of a ledger, as far as it bears on the year.
    fn others(&self, reach: &Reach<'_>, year: i32) -> Vec<Carried> {
        let book = &self.stock.book;
        let mut linked: BTreeSet<String> = BTreeSet::new();
        for id in book.subjects() {
            if matches!(Subject::parse(id), Subject::Case(..)) {
                linked.extend(book.links(id).into_iter().map(str::to_owned));
            }
        }
        // a demand, a round or a meeting of another year that no case rests on does not matter
        let relevant = |id: &&str| {
            let of_case = matches!(Subject::parse(id), Subject::Case(..));
            let tail = code_of(id).map_or("", |code| &id[code.len()..]);
            let its_year = tail.get(..4).and_then(|text| text.parse::<i32>().ok());
            of_case || its_year.is_none_or(|of| of == year) || linked.contains(*id)
        };
        let chosen: Vec<usize> = (0..book.facts().len())
            .filter(|index| !self.seen.contains(index))
            .filter(|&index| {
                let fact = book.fact(index);
                let of_case = matches!(Subject::parse(&fact.subject), Subject::Case(..));
                (of_case || reach.reads(fact.def.id)) && fact.mentions().iter().any(relevant)
            })
            .collect();
        self.carried(&chosen)
    }

    fn has(&self, index: usize) -> bool {
        let key = &self.stock.book.fact(index).key;
        self.stock.raw.contains_key(key)
    }

    fn carried(&self, chosen: &[usize]) -> Vec<Carried> {
        let list = chosen.iter().filter_map(|&index| {
            let (at, event) = self.stock.raw.get(&self.stock.book.fact(index).key)?;
            Some(Carried(
                self.places[event.origin.as_str()],
                event.seq,
                at.clone(),
                event.step.clone(),
                event.subject.clone(),
                event.occurred.clone(),
                serde_json::from_str(&event.payload).unwrap_or(Json::Null),
            ))
        });
        list.collect()
    }
}

/// True for a record by which a case rests on something else.
fn links(fact: &Fact) -> bool {
    let of_year = |id: &str| {
        matches!(
            Subject::parse(id),
            Subject::StreetYear(..) | Subject::DistrictYear(_)
        )
    };
    matches!(Subject::parse(&fact.subject), Subject::Case(..))
        && fact.def.stage() != "publicize"
        && fact
            .mentions()
            .iter()
            .any(|id| *id != fact.subject && !of_year(id))
}

/// What stands for the persons of some events.
fn people<'e>(
    source: Source<'_>,
    events: impl Iterator<Item = &'e Carried>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut tokens = BTreeSet::new();
    for event in events {
        collect(&event.6, &mut tokens);
    }
    let reader = source.ledger.reader();
    // the parts of one ledger know by themselves who is who
    let Some(key) = source.key.filter(|_| source.part.is_none()) else {
        let aliases = reader.aliases()?.into_iter();
        return Ok(aliases
            .filter(|(token, _)| tokens.contains(token))
            .collect());
    };
    let mut people = BTreeMap::new();
    for token in tokens {
        if let Some(value) = reader.personal(&token)? {
            people.insert(token, key.mark(&value));
        }
    }
    Ok(people)
}

/// The tokens of persons in a value.
pub(in crate::report) fn collect(value: &Json, tokens: &mut BTreeSet<String>) {
    match value {
        Json::Array(list) => list.iter().for_each(|item| collect(item, tokens)),
        Json::Object(map) => match map.get("personal") {
            Some(Json::String(token)) => {
                tokens.insert(token.clone());
            }
            _ => map.values().for_each(|item| collect(item, tokens)),
        },
        _ => {}
    }
}
