//! Rows that say which record they are: compared with the ledger, value by value.

use std::collections::BTreeSet;

use serde_json::{Map, json};

use crate::cli::{files, template};
use crate::corridor::whole_book;
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::report::show::{Opener, value_text};
use crate::report::template::{RECORD, headings};
use crate::sheet::table::Table;
use crate::state::{Book, EventKey, Fact, Value};
use crate::step::input::{Problem, read_field};
use crate::step::{Kind, Step, StepDef, find};
use crate::words;
use crate::words::{Lang, Words};

/// What the ledger holds, and which of its records the rows named so far.
pub(super) struct Editor {
    book: Book,
    seen: BTreeSet<(String, i64)>,
    /// Rows that say what the ledger says.
    pub(super) same: usize,
    /// Rows that correct a record.
    pub(super) changed: usize,
    file: String,
}

/// What a row comes to.
pub(super) enum Outcome {
    /// It says what the ledger says.
    Same,
    /// It is a correction.
    Changed(Step),
    /// It cannot be recorded.
    Wrong(Vec<Problem>),
}

impl Editor {
    pub(super) fn new(ledger: &Ledger, file: &str) -> anyhow::Result<Self> {
        Ok(Self {
            book: whole_book(ledger)?,
            seen: BTreeSet::new(),
            same: 0,
            changed: 0,
            file: file.to_owned(),
        })
    }

    /// Compares a row with its record.
    pub(super) fn row(
        &mut self,
        ledger: &Ledger,
        pack: &Pack,
        why: Option<&String>,
        (def, table, index): (&'static StepDef, &Table, usize),
        id: &str,
    ) -> Outcome {
        let wrong = |words: Words| {
            Outcome::Wrong(vec![Problem {
                field: RECORD.to_owned(),
                value: id.to_owned(),
                words,
            }])
        };
        let key = id.rsplit_once('/').and_then(|(origin, seq)| {
            let seq = seq.trim().parse().ok()?;
            Some((origin.trim().to_owned(), seq))
        });
        let place = key.clone().and_then(|(origin, seq)| {
            let origin = origin.into();
            let place = self.book.place(&EventKey { origin, seq })?;
            Some(self.book.fact(place)).filter(|fact| fact.def == def)
        });
        let (Some(key), Some(fact)) = (key, place) else {
            return wrong(words!(
                "账本里没有这条“{0}”记录；记录号由程序填写，新增的行请把这一格清空。",
                "The ledger has no such record of {1}; this cell is filled in by the tool: leave it blank in new rows.",
                def.zh,
                def.id
            ));
        };
        if !self.seen.insert(key.clone()) {
            return wrong(words!(
                "前面已有一行是这条记录；新增的行请把这一格清空。",
                "An earlier row is this record already; leave this cell blank in new rows."
            ));
        }
        let opener = Opener {
            ledger,
            plain: false,
        };
        let (set, problems) = differences(fact, pack, opener, table, index);
        if !problems.is_empty() {
            return Outcome::Wrong(problems);
        }
        if set.is_empty() {
            self.same += 1;
            return Outcome::Same;
        }
        if fact.struck {
            return wrong(words!(
                "这条记录已撤回，不能再更正。",
                "This record was withdrawn and cannot be corrected."
            ));
        }
        let Some(amend) = find("amend") else {
            return Outcome::Same;
        };
        self.changed += 1;
        let mut values = Map::new();
        values.insert("event".into(), json!(key.1));
        if key.0 != ledger.origin().name {
            values.insert("origin".into(), json!(key.0));
        }
        values.insert("set".into(), json!(set));
        let why = why
            .cloned()
            .unwrap_or_else(|| format!("按工作簿{}更正", short(&self.file)));
        values.insert("why".into(), json!(why));
        Outcome::Changed(Step { def: amend, values })
    }
}

/// The name of a file without its folder.
fn short(file: &str) -> &str {
    let name = std::path::Path::new(file).file_name();
    name.and_then(|name| name.to_str()).unwrap_or(file)
}

/// The values that a row gives otherwise than its record, and what is wrong with them.
fn differences(
    fact: &Fact,
    pack: &Pack,
    masked: Opener<'_>,
    table: &Table,
    index: usize,
) -> (Vec<String>, Vec<Problem>) {
    let def = fact.def;
    let (mut set, mut problems) = (Vec::new(), Vec::new());
    let raw = files::raw(def, table, index);
    let plain = Opener {
        plain: true,
        ..masked
    };
    let voice = template::chinese(pack);
    for column in &table.columns {
        let Some(slot) = def.index(&column.key) else {
            continue;
        };
        let field = &def.fields[slot];
        let cell = table.rows[index].cells.get(&column.key);
        let text = cell.map_or("", |cell| cell.text.as_str());
        let said = |opener| flat(&value_text(fact, slot, voice, opener));
        if def.filled_in(field) || flat(text) == said(masked) || flat(text) == said(plain) {
            continue;
        }
        let mut wrong = |words: Words| {
            problems.push(Problem {
                field: field.name.to_owned(),
                value: text.to_owned(),
                words,
            });
        };
        if let Some(words) = fixed(fact, slot) {
            wrong(words);
            continue;
        }
        let Some(value) = raw.get(field.name) else {
            if field.required {
                wrong(words!(
                    "“{0}”必填，不能清空。",
                    "“{1}” must be given and cannot be cleared.",
                    field.heading,
                    field.name
                ));
            } else {
                set.push(format!("{}=", field.name));
            }
            continue;
        };
        match read_field(field, value, pack) {
            Ok(json) if Value::decode(field, &json) == fact.values[slot] => {}
            Ok(_) => set.push(format!("{}={}", field.name, value.as_str().unwrap_or(text))),
            Err(words) => wrong(words),
        }
    }
    if let Err(more) = files::checked(
        table,
        index,
        Ok(Step {
            def,
            values: Map::new(),
        }),
    ) {
        let told: Vec<String> = problems.iter().map(|p| p.field.clone()).collect();
        let more = more.into_iter().filter(|p| !told.contains(&p.field));
        problems.extend(more);
    }
    (set, problems)
}

/// Why a value of a record cannot be corrected in its place.
fn fixed(fact: &Fact, slot: usize) -> Option<Words> {
    let def = fact.def;
    let field = &def.fields[slot];
    let withdraw = |zh: &str, en: &str| {
        words!(
            "{0}；改回原样，或撤回这条记录（minsheng withdraw {1} --event {2} --why 理由）后，清空记录号重新登记。",
            "{3}; put it back, or withdraw the record (minsheng withdraw {1} --event {2} --why REASON) and record the row anew without its number.",
            zh,
            fact.subject,
            fact.key.seq,
            en
        )
    };
    if matches!(field.kind, Kind::Personal | Kind::Member) {
        return Some(withdraw(
            "姓名、电话、住址不能用更正改（更正会把它留在链里，删不掉）",
            "Names, phone numbers and addresses cannot be corrected (a correction would keep them in the chain for ever)",
        ));
    }
    // the identifier of the subject, and what it is made of
    let numbered = def.subject != "case" || def.id == "shortlist.candidate";
    let part = numbered
        && matches!(field.name, "community" | "year" | "street" | "scope")
        && def.field("year").is_some();
    if field.name == def.subject || part {
        return Some(withdraw(
            "记录所属的编号、社区和年度不能用更正改",
            "The identifier, the community and the year that a record belongs to cannot be corrected",
        ));
    }
    None
}

/// A text without what a spreadsheet may change of it.
fn flat(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .trim()
        .to_owned()
}

/// A note if the example row was written over: it is never recorded.
pub(super) fn example_changed(
    pack: &Pack,
    file: &str,
    def: &'static StepDef,
    table: &Table,
    index: usize,
) -> Option<Words> {
    let record = &table.rows[index];
    let headings = headings(def, pack, Lang::Zh);
    let changed = headings.iter().any(|heading| {
        let cell = record.cells.get(heading.field.name);
        let text = cell.map_or("", |cell| cell.text.as_str());
        let read = |text: &str| read_field(heading.field, &json!(text), pack).ok();
        !text.is_empty() && text != heading.example && read(text) != read(&heading.example)
    });
    changed.then(|| {
        words!(
            "注意：{}!{}第{}行标着“示例”，没有登记，但内容改过；要登记请把这一行的“记录号”清空。",
            "Note: {}!{} row {} is marked as the example and was not recorded, but its content was changed; to record it clear its 记录号.",
            file,
            table.sheet,
            record.row
        )
    })
}
