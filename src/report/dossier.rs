//! A dossier: the whole life of a case on one page, for the screen and for paper, without script
//! and without network.

mod parts;

use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

use super::flags::{Flags, Limits, entered, lag};
use super::show::{Opener, value_text};
use super::{Voice, official};
use crate::judge::{self, Finding, Verdict};
use crate::ledger::Ledger;
use crate::state::{Fact, Value, View};
use crate::step::mask::{self, Sure};
use crate::step::{Kind, Recorded, register};
use crate::words;
use crate::words::Words;

/// The page; every value is escaped by the engine.
const PAGE: &str = include_str!("dossier/page.html");

/// More records of one step than this stand folded together.
const MANY: usize = 6;

/// What a dossier is made from.
pub struct Source<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The case.
    pub view: &'a View<'a>,
    /// The language and the regulation.
    pub voice: Voice<'a>,
    /// The flags of its year.
    pub flags: &'a Flags,
    /// Names and phone numbers in full.
    pub plain: bool,
    /// The edition for the public: no person is named, masked or not.
    pub public: bool,
    /// The report of a year that it lies in.
    pub back: Option<Back>,
}

/// Where the pages of a report are that a dossier lies beside.
#[derive(Clone, Debug, Serialize)]
pub struct Back {
    /// The year of the report.
    pub report: i32,
    /// Code of the community, which has a page of its own.
    pub community: String,
}

/// One fact of the life.
#[derive(Serialize)]
struct Entry {
    day: String,
    name: String,
    place: String,
    actor: String,
    entered: String,
    /// Days from the day it names to the day it was entered; none if it was entered in time.
    late: Option<i64>,
    amended: Vec<i64>,
    struck: bool,
    /// Of another subject: an inspection, an evaluation of several projects.
    of: Option<String>,
    values: Vec<(String, String)>,
}

/// Records of one step that come often.
#[derive(Serialize)]
struct Block {
    name: String,
    first: String,
    last: String,
    entries: Vec<Entry>,
}

impl Source<'_> {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.voice.lang.pick(zh, en)
    }

    fn opener(&self) -> Opener<'_> {
        Opener {
            ledger: self.ledger,
            plain: self.plain && !self.public,
        }
    }

    /// A value as this edition may show it; nothing if it may not.
    fn value(
        &self,
        fact: &Fact,
        index: usize,
        persons: &[String],
        kept: &[String],
    ) -> Option<String> {
        let field = &fact.def.fields[index];
        if fact.values[index].is_none() || field.name == fact.def.subject {
            return None;
        }
        if !self.public {
            return Some(value_text(fact, index, self.voice, self.opener()));
        }
        if kept.contains(&format!("{}.{}", fact.def.id, field.name)) {
            return None;
        }
        // what an office wrote to explain itself may name people that no record names
        if fact.def == register::Reason::DEF && field.name == "text" {
            return None;
        }
        match field.kind {
            Kind::Personal => None,
            // of a member of a team the role
            Kind::Member => {
                let roles = fact.values[index].items().iter().filter_map(|v| match v {
                    Value::Member(person) => {
                        Some(self.voice.pack.label(field.vocabulary, &person.role))
                    }
                    _ => None,
                });
                Some(roles.collect::<Vec<_>>().join("、"))
            }
            _ => {
                let text = value_text(fact, index, self.voice, self.opener());
                Some(match mask::sureness(field) {
                    Some(sure) => mask::hide(&text, sure, persons),
                    None => text,
                })
            }
        }
    }

    fn entry(&self, fact: &Fact, persons: &[String], kept: &[String]) -> Entry {
        let late = lag(fact).filter(|lag| *lag > i64::from(Limits::get().late.days.value));
        Entry {
            day: fact.occurred.map_or(String::new(), |day| day.to_string()),
            name: self.pick(fact.def.zh, fact.def.id).to_owned(),
            place: format!("{}:{}", fact.key.origin, fact.key.seq),
            actor: if self.public {
                mask::mask(&fact.actor)
            } else {
                fact.actor.to_string()
            },
            entered: entered(fact)
                .map_or_else(|| fact.recorded_at.to_string(), |day| day.to_string()),
            late,
            amended: fact.amended.iter().map(|key| key.seq).collect(),
            struck: fact.struck,
            of: (fact.subject != self.view.id).then(|| fact.subject.clone()),
            values: fact
                .def
                .fields
                .iter()
                .enumerate()
                .filter_map(|(index, field)| {
                    let value = self.value(fact, index, persons, kept)?;
                    Some((self.pick(field.heading, field.name).to_owned(), value))
                })
                .collect(),
        }
    }

    /// Every record that concerns the case, the struck ones too, in order of their days; those
    /// of a step that comes often together, where the first of them stands.
    fn life(&self) -> Vec<Block> {
        let book = self.view.book;
        // with the demands that it answers, the meeting, the library item
        let mut places = book.of_subject(&self.view.id).to_vec();
        for link in book.links(&self.view.id) {
            places.extend_from_slice(book.about(link));
        }
        places.sort_unstable();
        places.dedup();
        let mut facts: Vec<&Fact> = places
            .into_iter()
            .map(|index| book.fact(index))
            .filter(|fact| fact.occurred.is_none_or(|day| day <= self.view.as_of))
            .collect();
        facts.sort_by_key(|fact| (fact.occurred, fact.key.clone()));
        let persons = official::persons_about(self.view, self.ledger);
        let kept = self.kept();
        let mut blocks: Vec<Block> = Vec::new();
        for fact in &facts {
            let entry = self.entry(fact, &persons, &kept);
            let often = facts.iter().filter(|f| f.def.id == fact.def.id).count() > MANY;
            let open = blocks
                .iter_mut()
                .find(|block| often && block.name == entry.name);
            match open {
                Some(block) => {
                    block.last.clone_from(&entry.day);
                    block.entries.push(entry);
                }
                None => blocks.push(Block {
                    name: entry.name.clone(),
                    first: entry.day.clone(),
                    last: entry.day.clone(),
                    entries: vec![entry],
                }),
            }
        }
        blocks
    }

    /// The name of the case, as this edition may print it.
    fn title(&self) -> String {
        let view = self.view;
        let title = super::audit::title(view.book, &view.id, view.as_of).unwrap_or_default();
        if !self.public {
            return title;
        }
        let kept = self.kept();
        if kept
            .iter()
            .any(|field| field == "shortlist.candidate.title")
        {
            return self.pick("（不公开）", "(not public)").to_owned();
        }
        mask::hide(
            &title,
            Sure::Likely,
            &official::persons_about(view, self.ledger),
        )
    }

    /// The fields that the pack keeps from the public.
    fn kept(&self) -> Vec<String> {
        let held = |when: &_| judge::holds(self.voice.pack, self.view, when);
        let redactions = self.voice.pack.redactions.iter();
        redactions
            .filter(|redaction| self.public && held(&redaction.when))
            .flat_map(|redaction| redaction.fields.iter().cloned())
            .collect()
    }

    /// A verdict for the page.
    fn verdict(&self, finding: &Finding) -> minijinja::Value {
        let lang = self.voice.lang;
        let persons = official::persons_about(self.view, self.ledger);
        let hide = |text: &str| {
            if self.public {
                mask::hide(text, Sure::Likely, &persons)
            } else {
                text.to_owned()
            }
        };
        context! {
            rule => finding.rule.clone(),
            verdict => finding.verdict.label(lang),
            class => finding.verdict.id(),
            severity => finding.severity.label(lang),
            title => finding.title.in_lang(lang),
            message => hide(finding.message.in_lang(lang)),
            cite => finding.cite.clone(),
            quote => finding.quote.clone(),
            count => finding.count.iter().map(|line| line.in_lang(lang).to_owned()).collect::<Vec<_>>(),
            due => finding.due.map(|day| day.to_string()),
            reason => finding.reason.as_deref().map(|text| {
                if self.public {
                    self.pick("公开版不列原文", "not in the public edition").to_owned()
                } else {
                    text.to_owned()
                }
            }),
            remedy => finding.remedy.in_lang(lang),
            events => finding.events.iter().map(|key| key.seq).collect::<Vec<_>>(),
        }
    }

    /// The page.
    ///
    /// # Errors
    /// If the template does not fit what it is given; a test says that it does.
    pub fn html(&self) -> anyhow::Result<Result<String, Words>> {
        let (view, lang) = (self.view, self.voice.lang);
        let pack = self.voice.pack;
        let mut findings = judge::judge(pack, view.book, &view.id, view.as_of);
        findings.sort_by_key(|finding| finding.verdict);
        let quiet = |f: &&Finding| {
            matches!(
                f.verdict,
                Verdict::Pass | Verdict::NotApplicable | Verdict::Pending | Verdict::OutOfForce
            )
        };
        let (rest, open): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(quiet);
        let counts: Vec<(String, &str, usize)> = Verdict::ALL
            .iter()
            .map(|verdict| {
                let count = findings.iter().filter(|f| f.verdict == *verdict).count();
                (verdict.label(lang).to_owned(), verdict.id(), count)
            })
            .filter(|(.., count)| *count > 0)
            .collect();
        let flags: Vec<_> = self
            .flags
            .of_subject(&view.id)
            .map(|flag| {
                context! {
                    id => flag.id,
                    title => flag.title.in_lang(lang),
                    statistic => flag.statistic.in_lang(lang),
                    line => flag.threshold.value.in_lang(lang),
                    source => flag.threshold.source.in_lang(lang),
                    caution => flag.caution.in_lang(lang),
                    subjects => flag.subjects.clone(),
                }
            })
            .collect();
        let head = self.ledger.reader().heads()?;
        let heads: Vec<(String, i64, String)> = head
            .iter()
            .filter(|head| head.size > 0)
            .map(|head| (head.origin.clone(), head.size, head.hex()))
            .collect();
        let code = view.subject.community().unwrap_or_default();
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let page = environment.render_str(
            PAGE,
            context! {
                zh => lang == crate::words::Lang::Zh,
                id => view.id.clone(),
                title => self.title(),
                community => view.book.community_name(code).unwrap_or(code),
                street => view.book.street(code),
                withdrawn => view.withdrawn().is_some(),
                regime => self.pick(&pack.meta.name, &pack.meta.name_en),
                document => pack.meta.document.clone(),
                as_of => view.as_of.to_string(),
                public => self.public,
                back => minijinja::value::Serde(&self.back),
                plain => self.plain && !self.public,
                late_days => Limits::get().late.days.value,
                late_source => words!("{}", "{1}", Limits::get().late.days.source, Limits::get().late.days.source_en).in_lang(lang),
                counts,
                open => open.into_iter().map(|f| self.verdict(f)).collect::<Vec<_>>(),
                rest => rest.into_iter().map(|f| self.verdict(f)).collect::<Vec<_>>(),
                life => minijinja::value::Serde(self.life()),
                money => minijinja::value::Serde(self.money()),
                evidence => minijinja::value::Serde(self.evidence()),
                surveys => minijinja::value::Serde(self.surveys()),
                flags,
                heads,
            },
        );
        Ok(page.map_err(|error| {
            words!(
                "卷宗写不出来：{}。",
                "The dossier cannot be made: {}.",
                error
            )
        }))
    }
}
