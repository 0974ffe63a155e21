//! What a report needs of the book: the year's cases, demands and communities.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::figures::{Case, Verdicts, Yuan};
use super::limits::Limits;
use crate::judge::{self, Finding, Verdict};
use crate::law::{Day, Money};
use crate::ledger::Ledger;
use crate::pack::{Pack, Path};
use crate::report::audit::{subjects, title};
use crate::report::official::persons as persons_of;
use crate::state::{Book, Fact, Subject, Value, View};
use crate::step::mask::{Sure, hide};
use crate::step::{
    Recorded, accept, close, collect, fund, handle, implement, publicize, shortlist,
};
use crate::words::Lang;

/// The year with everything that figures are made from.
pub struct Year<'a> {
    /// The facts.
    pub book: &'a Book,
    /// The regulation.
    pub pack: &'a Pack,
    /// The ledger, for what the public must not read.
    pub ledger: &'a Ledger,
    /// The year.
    pub year: i32,
    /// The day up to which facts count.
    pub as_of: Day,
    /// The language.
    pub lang: Lang,
    /// A public edition.
    pub public: bool,
    /// Limits of the indicators.
    pub limits: &'a Limits,
    /// Codes of the communities that are judged.
    pub codes: Vec<String>,
    /// Cases.
    pub cases: Vec<Case>,
    /// Demands.
    pub demands: Vec<Demand<'a>>,
    /// Contacts.
    pub contacts: Vec<&'a Fact>,
    /// Distinct residents that each community was asked by or asked.
    pub sources: BTreeMap<String, BTreeSet<&'a str>>,
    /// What the records of a subject hold of persons, once looked up.
    pub persons: RefCell<HashMap<String, Vec<String>>>,
}

/// A demand and what became of it.
pub struct Demand<'a> {
    /// The fact.
    pub fact: &'a Fact,
    /// Code of its community.
    pub community: String,
    /// Cases that name it.
    pub cases: Vec<String>,
    /// A meeting studied it, or it was routed.
    pub studied: bool,
    /// A meeting found that it cannot be met here.
    pub unresolvable: bool,
    /// The day on which its fate was recorded.
    pub disposed: Option<Day>,
    /// Its proposer was told.
    pub replied: bool,
}

/// Counts verdicts.
#[must_use]
pub fn verdicts<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Verdicts {
    let mut counts: Verdicts = Verdict::ALL.iter().map(|v| (v.id(), 0)).collect();
    for finding in findings {
        *counts.entry(finding.verdict.id()).or_default() += 1;
    }
    counts
}

/// The stages of a project, each with the steps that show it.
pub const STAGES: [(&str, [&str; 2], &[&str]); 10] = [
    (
        "candidate",
        ["列为候选", "Candidate"],
        &["shortlist.candidate", "implement.emergency"],
    ),
    (
        "planned",
        ["列入拟实施或获审批", "Planned or approved"],
        &["shortlist.plan", "shortlist.confirm"],
    ),
    ("posted", ["公示", "Notice posted"], &["publicize.post"]),
    (
        "determined",
        ["确定", "Determined"],
        &["implement.determine"],
    ),
    (
        "contracted",
        ["签订合同或成交", "Contract or award"],
        &["implement.contract", "implement.award"],
    ),
    ("started", ["开工", "Started"], &["implement.start"]),
    (
        "completed",
        ["完工", "Completed"],
        &["implement.complete", "accept.close"],
    ),
    (
        "accepted",
        ["验收或结项", "Accepted or closed"],
        &["accept.record", "accept.close"],
    ),
    (
        "settled",
        ["结算或结项", "Settled or closed"],
        &["accept.settle", "accept.close"],
    ),
    (
        "evaluated",
        ["评价或测评", "Evaluated or surveyed"],
        &[
            "evaluate.daily",
            "evaluate.session",
            "evaluate.survey",
            "evaluate.assess",
        ],
    ),
];

/// The stages that the facts of a case show.
#[must_use]
pub fn reached(view: &View<'_>) -> BTreeSet<&'static str> {
    let done: BTreeSet<&str> = view.own().map(|fact| fact.def.id).collect();
    STAGES
        .iter()
        .filter(|(_, _, steps)| steps.iter().any(|step| done.contains(step)))
        .map(|(id, _, _)| *id)
        .collect()
}

impl<'a> Year<'a> {
    /// Words in the report's language.
    #[must_use]
    pub fn say<'w>(&self, zh: &'w str, en: &'w str) -> &'w str {
        self.lang.pick(zh, en)
    }

    /// A view on a subject of the year.
    #[must_use]
    pub fn view(&self, id: &str) -> View<'a> {
        View::new(self.book, id, self.as_of)
    }

    /// The name of a community.
    #[must_use]
    pub fn name<'c>(&'c self, code: &'c str) -> &'c str {
        self.book.community_name(code).unwrap_or(code)
    }

    /// True for a fact of the year's communities that counts.
    #[must_use]
    pub fn counts(&self, fact: &Fact) -> bool {
        !fact.struck && fact.occurred.is_none_or(|day| day <= self.as_of)
    }

    /// The facts of a step that count, of any subject.
    pub fn facts<T: Recorded>(&self) -> impl Iterator<Item = &'a Fact> + '_ {
        self.book.of_step(T::DEF).filter(|fact| self.counts(fact))
    }

    /// The live facts of a step about one case.
    #[must_use]
    pub fn of<T: Recorded>(&self, case: &str) -> Vec<&'a Fact> {
        let book = self.book;
        book.about(case)
            .iter()
            .map(|&index| book.fact(index))
            .filter(|fact| fact.def == T::DEF && self.counts(fact))
            .collect()
    }

    /// The last of them by business date.
    #[must_use]
    pub fn last<T: Recorded>(&self, case: &str) -> Option<&'a Fact> {
        self.of::<T>(case)
            .into_iter()
            .max_by_key(|fact| fact.occurred)
    }

    /// The cases of the year that are not withdrawn.
    pub fn live(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| !case.withdrawn)
    }

    /// Free text about a subject, as this edition may print it.
    #[must_use]
    pub fn free(&self, subject: &str, text: &str) -> String {
        if !self.public || text.is_empty() {
            return text.to_owned();
        }
        let mut known = self.persons.borrow_mut();
        let persons = known
            .entry(subject.to_owned())
            .or_insert_with(|| persons_of(&self.view(subject), self.ledger.reader()));
        hide(text, Sure::Likely, persons)
    }

    /// True if the pack keeps a field of a case from the public.
    fn kept_back(&self, view: &View<'_>, field: &str) -> bool {
        self.public
            && self.pack.redactions.iter().any(|redaction| {
                redaction.fields.iter().any(|f| f == field)
                    && judge::holds(self.pack, view, &redaction.when)
            })
    }

    /// Gathers the cases, the demands and the contacts of the year.
    pub fn fill(&mut self, findings: &[Finding]) {
        let all = subjects(self.book, self.year, self.as_of);
        self.codes = all
            .iter()
            .filter_map(|id| match Subject::parse(id) {
                Subject::CommunityYear(code, _) => Some(code),
                _ => None,
            })
            .collect();
        let mut by_case: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in findings {
            by_case.entry(&finding.subject).or_default().push(finding);
        }
        self.cases = all
            .iter()
            .filter(|id| matches!(Subject::parse(id), Subject::Case(..)))
            .map(|id| {
                let found = by_case.get(id.as_str()).map_or(&[][..], Vec::as_slice);
                self.case(id, verdicts(found.iter().copied()))
            })
            .collect();
        self.demands = self.all_demands();
        self.contacts = self
            .facts::<collect::Contact>()
            .filter(|fact| fact.value("year").count() == Some(i64::from(self.year)))
            .collect();
        let demands = self.demands.iter().map(|d| d.fact);
        let mut sources: BTreeMap<String, BTreeSet<&'a str>> = BTreeMap::new();
        for fact in demands.chain(self.contacts.iter().copied()) {
            if let (Some(code), Some(key)) =
                (Subject::parse(&fact.subject).community(), source(fact))
            {
                sources.entry(code.to_owned()).or_default().insert(key);
            }
        }
        self.sources = sources;
    }

    fn case(&self, id: &str, verdicts: Verdicts) -> Case {
        let view = self.view(id);
        let named = |name: &str| {
            let index = self.pack.facts.iter().position(|fact| fact.id == name)?;
            judge::value(self.pack, &view, &Path::Named(index))
        };
        let word = |value: Option<Value>| {
            value
                .and_then(|v| v.text().map(str::to_owned))
                .unwrap_or_default()
        };
        let kind = word(named("type"));
        let stages = reached(&view);
        let stage = STAGES
            .iter()
            .rev()
            .find(|(s, _, _)| stages.contains(s))
            .unwrap_or(&STAGES[0]);
        let day = |fact: Option<&Fact>| fact.and_then(|f| f.occurred).map(|d| d.to_string());
        let money = |fact: Option<&Fact>, field: &str| fact.and_then(|f| f.value(field).money());
        let yuan = |amount: Option<Money>| amount.map(|m| Yuan(m.fen()));
        let contract = self.last::<implement::Contract>(id);
        let pays = self.of::<implement::Pay>(id);
        let paid = pays.iter().try_fold(0_i64, |sum, fact| {
            sum.checked_add(fact.value("amount").money()?.fen())
        });
        let title = if self.kept_back(&view, "shortlist.candidate.title") {
            self.say("（不公开）", "(not public)").to_owned()
        } else {
            self.free(id, &title(self.book, id, self.as_of).unwrap_or_default())
        };
        let code = view.subject.community().unwrap_or_default().to_owned();
        Case {
            id: id.to_owned(),
            title,
            community: code,
            kind_label: self.pack.label("type", &kind).to_owned(),
            kind,
            category: word(named("category")),
            level: self
                .last::<implement::Determine>(id)
                .and_then(|fact| fact.value("fund_level").text())
                .unwrap_or_default()
                .to_owned(),
            stage: stage.0,
            stage_label: self.lang.pick(stage.1[0], stage.1[1]).to_owned(),
            withdrawn: view.withdrawn().is_some(),
            budget: yuan(named("budget").and_then(|v| v.money())),
            contract: yuan(money(contract, "amount")),
            settled: yuan(self.settled(id)),
            paid: paid.filter(|_| !pays.is_empty()).map(Yuan),
            started: day(self.last::<implement::Start>(id)),
            completed: day(self.last::<implement::Complete>(id)),
            contractor: contract
                .and_then(|fact| fact.value("unit").text())
                .map(|unit| self.free(id, unit)),
            verdicts,
            dossier: None,
        }
    }

    /// What a case cost in the end: its settlement, else its closing form, else the settled mix.
    #[must_use]
    pub fn settled(&self, id: &str) -> Option<Money> {
        if let Some(amount) = self
            .last::<accept::Settle>(id)
            .and_then(|fact| fact.value("amount").money())
        {
            return Some(amount);
        }
        let added = |fact: &Fact, fields: &[&str], whole: bool| {
            let given: Vec<Money> = fields
                .iter()
                .filter_map(|f| fact.value(f).money())
                .collect();
            let enough = if whole {
                given.len() == fields.len()
            } else {
                !given.is_empty()
            };
            let sum = given.into_iter().try_fold(Money::ZERO, Money::checked_add);
            sum.filter(|_| enough)
        };
        let closed = self
            .last::<close::Close>(id)
            .and_then(|fact| added(fact, &["special_spent", "own_spent", "social_spent"], true));
        closed.or_else(|| {
            let mixes = self.of::<fund::Mix>(id);
            let last = mixes
                .into_iter()
                .filter(|fact| fact.value("phase").text() == Some("settlement"))
                .max_by_key(|fact| fact.occurred)?;
            let fields = [
                "special", "match", "fiscal", "own", "cash", "inkind", "labour",
            ];
            added(last, &fields, false)
        })
    }

    fn all_demands(&self) -> Vec<Demand<'a>> {
        let mut linked: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for fact in self.facts::<shortlist::Candidate>() {
            if !self.book.is_withdrawn(&fact.subject) {
                for id in fact.value("demands").items().iter().filter_map(Value::text) {
                    linked.entry(id).or_default().push(fact.subject.clone());
                }
            }
        }
        let (mut studied, mut cannot) = (BTreeSet::new(), BTreeMap::new());
        for fact in self.facts::<shortlist::Meet>() {
            let ids = |field: &str| -> Vec<&'a str> {
                fact.value(field)
                    .items()
                    .iter()
                    .filter_map(Value::text)
                    .collect()
            };
            studied.extend(ids("demands"));
            cannot.extend(
                ids("unresolvable")
                    .into_iter()
                    .map(|id| (id, fact.occurred)),
            );
        }
        let mut fate: BTreeMap<&str, Option<Day>> = BTreeMap::new();
        let routed = self
            .facts::<handle::Route>()
            .chain(self.facts::<handle::Transfer>());
        for fact in routed {
            studied.insert(&fact.subject);
            let day = fate.entry(&fact.subject).or_insert(fact.occurred);
            *day = (*day).min(fact.occurred);
        }
        let told = self
            .facts::<publicize::Notify>()
            .filter_map(|f| f.value("demand").text());
        let answered = self
            .facts::<handle::Feedback>()
            .filter(|fact| fact.value("kind").text() != Some("ack"))
            .map(|fact| fact.subject.as_str());
        let replied: BTreeSet<&str> = told.chain(answered).collect();
        let mut list: Vec<Demand<'a>> = self
            .facts::<collect::Demand>()
            .filter(|fact| fact.value("year").count() == Some(i64::from(self.year)))
            .filter(|fact| !self.book.is_withdrawn(&fact.subject))
            .filter_map(|fact| {
                let id = fact.subject.as_str();
                let cases = linked.get(id).cloned().unwrap_or_default();
                let decided = cases.iter().filter_map(|case| {
                    self.last::<implement::Determine>(case)
                        .and_then(|f| f.occurred)
                });
                let days = decided
                    .chain(fate.get(id).copied().flatten())
                    .chain(cannot.get(id).copied().flatten());
                Some(Demand {
                    fact,
                    community: Subject::parse(id).community()?.to_owned(),
                    studied: studied.contains(id),
                    unresolvable: cannot.contains_key(id),
                    disposed: days.min(),
                    replied: replied.contains(id),
                    cases,
                })
            })
            .collect();
        list.sort_by(|a, b| a.fact.subject.cmp(&b.fact.subject));
        list
    }
}

/// Who stands behind a demand or a contact, if it is known: the person, else the phone, else the
/// household. Organisations are no residents.
#[must_use]
pub fn source(fact: &Fact) -> Option<&str> {
    if fact.value("source").text() == Some("organisation") {
        return None;
    }
    ["proposer", "who", "phone", "household"]
        .iter()
        .find_map(|field| fact.value(field).text())
        .filter(|token| !token.is_empty())
}
