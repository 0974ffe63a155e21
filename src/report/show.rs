//! What is recorded: the facts of a case, lists of cases and demands, the log.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Voice;
use super::table::{Table, clean};
use crate::law::Money;
use crate::ledger::{Event, Ledger};
use crate::pack::{Pack, Path};
use crate::state::{Book, Fact, Subject, Value, View};
use crate::step::mask::mask;
use crate::step::{self, Kind, StepDef};

/// What stands where a personal value was erased.
const ERASED: &str = "（已删除）";

/// Opens personal values, masked unless they are asked for.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    /// The ledger that holds them.
    pub ledger: &'a Ledger,
    /// Show them in full.
    pub plain: bool,
}

impl Opener<'_> {
    /// The value behind a token, as it may be shown.
    #[must_use]
    pub fn open(&self, token: &str) -> String {
        self.shown(self.ledger.reader().personal(token).ok().flatten())
    }

    /// A value that was found, or not, as it may be shown.
    #[must_use]
    pub fn shown(&self, value: Option<String>) -> String {
        match value {
            Some(value) if self.plain => value,
            Some(value) => mask(&value),
            None => ERASED.to_owned(),
        }
    }
}

/// A value of a fact as text for people.
#[must_use]
pub fn value_text(fact: &Fact, index: usize, voice: Voice<'_>, opener: Opener<'_>) -> String {
    let field = &fact.def.fields[index];
    one(
        &fact.values[index],
        field.kind,
        field.vocabulary,
        voice,
        opener,
    )
}

fn one(
    value: &Value,
    kind: Kind,
    vocabulary: &str,
    voice: Voice<'_>,
    opener: Opener<'_>,
) -> String {
    match value {
        Value::None => String::new(),
        Value::Flag(flag) => voice
            .lang
            .pick(
                if *flag { "是" } else { "否" },
                if *flag { "yes" } else { "no" },
            )
            .to_owned(),
        Value::Count(number) => number.to_string(),
        Value::Money(money) => format!("{money}"),
        Value::Day(day) => day.to_string(),
        Value::Moment(moment) => moment.to_string().replace('T', " "),
        Value::Text(text) => match kind {
            Kind::Personal => said(opener.open(text), voice),
            Kind::Term => voice.term(vocabulary, text).to_owned(),
            _ => text.to_string(),
        },
        Value::Member(person) => format!(
            "{}:{}",
            voice.term(vocabulary, &person.role),
            said(opener.open(&person.who), voice)
        ),
        Value::List(list) => {
            let items: Vec<String> = list
                .iter()
                .map(|item| one(item, kind, vocabulary, voice, opener))
                .collect();
            // a word of the regulation may hold the sign that parts the others
            let parted = items.iter().any(|item| item.contains('、'));
            let signs = (voice.lang.pick("；", "; "), voice.lang.pick("、", ", "));
            items.join(if parted { signs.0 } else { signs.1 })
        }
    }
}

/// A personal value, or the word for one that was erased.
fn said(value: String, voice: Voice<'_>) -> String {
    if value == ERASED {
        voice.lang.pick(ERASED, "(erased)").to_owned()
    } else {
        value
    }
}

/// More records of one step than this are told as a number.
const MANY: usize = 6;

/// The life of one subject: its facts in order of their dates.
#[must_use]
pub fn life(view: &View<'_>, voice: Voice<'_>, opener: Opener<'_>) -> String {
    let lang = voice.lang;
    let mut facts: Vec<&Fact> = view.own().collect();
    facts.sort_by_key(|fact| (fact.occurred, fact.key.seq));
    let mut text = String::new();
    let many = |fact: &Fact| facts.iter().filter(|f| f.def.id == fact.def.id).count() > MANY;
    let mut collapsed: Vec<&str> = Vec::new();
    for &fact in &facts {
        if many(fact) {
            if !collapsed.contains(&fact.def.id) {
                collapsed.push(fact.def.id);
                let count = facts.iter().filter(|f| f.def.id == fact.def.id).count();
                let _ = writeln!(
                    text,
                    "{} {} × {count}{}",
                    fact.occurred.map_or(String::new(), |d| d.to_string()),
                    lang.pick(fact.def.zh, fact.def.id),
                    lang.pick(
                        "（逐条见 --format json）",
                        " (one by one with --format json)"
                    )
                );
            }
            continue;
        }
        let _ = writeln!(
            text,
            "{} {}  {} {} · {} · {}{}",
            fact.occurred.map_or(String::new(), |d| d.to_string()),
            lang.pick(fact.def.zh, fact.def.id),
            lang.pick("事件号", "event"),
            fact.key.seq,
            clean(&fact.actor),
            fact.recorded_at,
            if fact.amended.is_empty() {
                String::new()
            } else {
                let seqs: Vec<String> = fact.amended.iter().map(|k| k.seq.to_string()).collect();
                format!(
                    "  {}{}",
                    lang.pick("已更正：", "amended by "),
                    seqs.join(" ")
                )
            }
        );
        for (index, field) in fact.def.fields.iter().enumerate() {
            if fact.values[index].is_none() || field.name == fact.def.subject {
                continue;
            }
            let shown = clean(&value_text(fact, index, voice, opener)).replace('\n', " ");
            let _ = writeln!(
                text,
                "    {}{}{shown}",
                lang.pick(field.heading, field.name),
                lang.pick("：", ": ")
            );
        }
    }
    text
}

/// A case with what is recorded of it itself, in order of its dates.
pub struct Case<'a> {
    /// What is known of it.
    pub view: View<'a>,
    /// Its own facts, never none.
    pub own: Vec<&'a Fact>,
}

impl<'a> Case<'a> {
    /// What was said last of a field, whatever the step.
    #[must_use]
    pub fn find(&self, field: &str) -> Option<&'a Value> {
        let values = self.own.iter().rev().map(|fact| fact.value(field));
        values.into_iter().find(|value| !value.is_none())
    }

    /// The fact that was last by its date.
    #[must_use]
    pub fn last(&self) -> &'a Fact {
        self.own[self.own.len() - 1]
    }

    /// The last fact of a step.
    #[must_use]
    pub fn latest(&self, def: &StepDef) -> Option<&'a Fact> {
        self.own.iter().rev().copied().find(|fact| fact.def == def)
    }

    /// The amount of a project, by the fact that the pack calls so.
    #[must_use]
    pub fn amount(&self, pack: &Pack) -> Option<Money> {
        let named = pack.facts.iter().find(|fact| fact.id == "amount")?;
        named.from.iter().find_map(|path| match path {
            Path::Field(def, index) => self.view.last(def)?.values[*index].money(),
            _ => None,
        })
    }
}

/// The cases of a book, by number.
pub fn cases_of(book: &Book, as_of: crate::law::Day) -> impl Iterator<Item = Case<'_>> {
    book.subjects().filter_map(move |id| {
        if !matches!(Subject::parse(id), Subject::Case(..)) {
            return None;
        }
        let view = View::new(book, id, as_of);
        let own = view.own();
        let own = own.filter(|fact| fact.subject == id && fact.def.stage() != "register");
        let mut own: Vec<&Fact> = own.collect();
        own.sort_by_key(|fact| (fact.occurred, fact.key.seq));
        (!own.is_empty()).then_some(Case { view, own })
    })
}

/// The cases of a book.
#[must_use]
pub fn cases(book: &Book, as_of: crate::law::Day, voice: Voice<'_>) -> Table {
    let lang = voice.lang;
    let mut table = Table::new(vec![
        ("case", lang.pick("项目编号", "Case").into()),
        ("community", lang.pick("社区", "Community").into()),
        ("title", lang.pick("项目名称", "Title").into()),
        ("type", lang.pick("类型", "Type").into()),
        ("amount", lang.pick("金额（元）", "Amount (yuan)").into()),
        ("last", lang.pick("最近一步", "Last step").into()),
        ("date", lang.pick("日期", "Date").into()),
    ]);
    table.whole = vec![0, 4, 6];
    table.right = vec![4];
    for case in cases_of(book, as_of) {
        let view = &case.view;
        let code = view.subject.community().unwrap_or_default();
        let last = case.last();
        table.rows.push(vec![
            view.id.clone(),
            book.community_name(code).unwrap_or(code).to_owned(),
            case.find("title")
                .and_then(|v| v.text().map(clean))
                .unwrap_or_default(),
            case.find("type")
                .and_then(|v| v.text().map(|t| voice.term("type", t).to_owned()))
                .unwrap_or_default(),
            case.amount(voice.pack)
                .map_or(String::new(), |m| m.to_string()),
            if view.withdrawn().is_some() {
                lang.pick("已撤回", "withdrawn").into()
            } else {
                lang.pick(last.def.zh, last.def.id).into()
            },
            last.occurred.map_or(String::new(), |d| d.to_string()),
        ]);
    }
    table
}

/// The demands of a book.
#[must_use]
pub fn demands(book: &Book, as_of: crate::law::Day, voice: Voice<'_>, opener: Opener<'_>) -> Table {
    let lang = voice.lang;
    let mut table = Table::new(vec![
        ("demand", lang.pick("需求编号", "Demand").into()),
        ("received", lang.pick("提出日期", "Received").into()),
        ("title", lang.pick("项目名称", "Title").into()),
        ("type", lang.pick("类型", "Type").into()),
        ("proposer", lang.pick("提议人", "Proposer").into()),
        ("phone", lang.pick("联系方式", "Phone").into()),
        ("cases", lang.pick("列入项目", "Cases").into()),
    ]);
    table.whole = vec![0, 1, 5];
    for id in book.subjects() {
        if !matches!(Subject::parse(id), Subject::Demand(..)) {
            continue;
        }
        let view = View::new(book, id, as_of);
        let Some(demand) = view.own().find(|f| f.def.id == "collect.demand") else {
            continue;
        };
        let cases: BTreeSet<&str> = view
            .own()
            .filter(|f| f.def.id == "shortlist.candidate")
            .map(|f| f.subject.as_str())
            .collect();
        let text = |field: &str| {
            demand.def.index(field).map_or(String::new(), |index| {
                clean(&value_text(demand, index, voice, opener)).replace('\n', " ")
            })
        };
        table.rows.push(vec![
            id.to_owned(),
            text("received"),
            text("title"),
            text("type"),
            text("proposer"),
            text("phone"),
            cases.into_iter().collect::<Vec<_>>().join(" "),
        ]);
    }
    table
}

/// The log as a table, newest last.
#[must_use]
pub fn log(events: &[Event], voice: Voice<'_>) -> Table {
    let lang = voice.lang;
    let mut table = Table::new(vec![
        ("seq", lang.pick("事件号", "Event").into()),
        ("occurred", lang.pick("业务日期", "Occurred").into()),
        ("step", lang.pick("步骤", "Step").into()),
        ("subject", lang.pick("对象", "Subject").into()),
        ("actor", lang.pick("登记人", "Actor").into()),
        (
            "recorded_at",
            lang.pick("登记时间（UTC）", "Recorded (UTC)").into(),
        ),
        ("hash", lang.pick("摘要", "Hash").into()),
    ]);
    table.whole = vec![0, 1, 3, 5, 6];
    table.right = vec![0];
    // a number names an event only together with its chain
    let several = events
        .windows(2)
        .any(|pair| pair[0].origin != pair[1].origin);
    if several {
        table
            .columns
            .push(("origin", lang.pick("账本", "Ledger").into()));
    }
    for event in events {
        let name =
            step::find(&event.step).map_or(event.step.as_str(), |def| lang.pick(def.zh, def.id));
        table.rows.push(vec![
            event.seq.to_string(),
            event.occurred.clone(),
            name.to_owned(),
            event.subject.clone(),
            clean(&event.actor),
            event.recorded_at.clone(),
            crate::ledger::chain::hex(&event.hash)[..12].to_owned(),
        ]);
        if several && let Some(row) = table.rows.last_mut() {
            row.push(event.origin.clone());
        }
    }
    table
}
