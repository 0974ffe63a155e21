//! Rows that say which record they are: compared with the ledger, value by value.

use std::collections::BTreeSet;

use serde_json::json;

use crate::cli::{files, template};
use crate::corridor::whole_book;
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::report::show::{Opener, value_text};
use crate::report::template::{RECORD, headings};
use crate::sheet::table::Table;
use crate::state::{Book, Fact, Value};
use crate::step::input::{Problem, read, read_field};
use crate::step::{Kind, Step, StepDef, Values, find};
use crate::words;
use crate::words::{Lang, Words};

/// What the ledger holds, and which of its records the rows named so far.
pub(super) struct Editor {
    pub(super) book: Book,
    seen: BTreeSet<(String, i64)>,
    /// Rows that say what the ledger says.
    pub(super) same: usize,
    /// Rows that correct a record.
    pub(super) changed: usize,
    /// Rows that withdraw their record and are recorded anew.
    pub(super) replaced: usize,
    file: String,
}

/// What a row comes to.
pub(super) enum Outcome {
    /// It says what the ledger says.
    Same,
    /// It is a correction.
    Changed(Step),
    /// Its record is withdrawn, and it is recorded anew.
    Replaced([Step; 2]),
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
            replaced: 0,
            file: file.to_owned(),
        })
    }

    /// Compares a row with its record.
    pub(super) fn row(
        &mut self,
        ledger: &Ledger,
        pack: &Pack,
        why: Option<&String>,
        replace: bool,
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
        let fact = super::gone::fact(id, &self.book).filter(|fact| fact.def == def);
        let Some(fact) = fact else {
            return wrong(words!(
                "账本里没有这条“{0}”记录；记录号由程序填写，新增的行请把这一格清空。",
                "The ledger has no such record of {1}; this cell is filled in by the tool: leave it blank in new rows.",
                def.zh,
                def.id
            ));
        };
        let key = (fact.key.origin.to_string(), fact.key.seq);
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
        let Differences {
            set,
            fixed,
            problems,
        } = differences(fact, pack, opener, table, index);
        if !problems.is_empty() || !fixed.is_empty() && (!replace || is_paper(def)) {
            let mut all = problems;
            all.extend(fixed);
            return Outcome::Wrong(all);
        }
        let why = why
            .cloned()
            .unwrap_or_else(|| format!("按工作簿{}更正", short(&self.file)));
        if !fixed.is_empty() {
            return match replaced(fact, pack, opener, (table, index), &why) {
                Ok(steps) => {
                    self.replaced += 1;
                    Outcome::Replaced(steps)
                }
                Err(problems) => Outcome::Wrong(problems),
            };
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
        let mut values = Values::default();
        values.insert("event", json!(key.1));
        if key.0 != ledger.origin().name {
            values.insert("origin", json!(key.0));
        }
        values.insert("set", json!(set));
        values.insert("why", json!(why));
        Outcome::Changed(Step { def: amend, values })
    }
}

/// The name of a file without its folder.
fn short(file: &str) -> &str {
    let name = std::path::Path::new(file).file_name();
    name.and_then(|name| name.to_str()).unwrap_or(file)
}

/// What a row gives otherwise than its record.
struct Differences {
    /// Values that a correction may set.
    set: Vec<String>,
    /// Values that no correction may set.
    fixed: Vec<Problem>,
    /// What is wrong with others.
    problems: Vec<Problem>,
}

/// The values that a row gives otherwise than its record, and what is wrong with them.
fn differences(
    fact: &Fact,
    pack: &Pack,
    masked: Opener<'_>,
    table: &Table,
    index: usize,
) -> Differences {
    let def = fact.def;
    let (mut set, mut problems, mut unset) = (Vec::new(), Vec::new(), Vec::new());
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
        let text = cell.map_or("", |cell| cell.text);
        let said = |opener| flat(&value_text(fact, slot, voice, opener));
        if def.filled_in(field) || flat(text) == said(masked) || flat(text) == said(plain) {
            continue;
        }
        let problem = |words: Words| Problem {
            field: field.name.to_owned(),
            value: text.to_owned(),
            words,
        };
        if let Some(words) = fixed(fact, slot, masked.ledger) {
            unset.push(problem(words));
            continue;
        }
        let mut wrong = |words: Words| problems.push(problem(words));
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
            values: Values::default(),
        }),
    ) {
        let told = problems.iter().chain(&unset);
        let told: Vec<String> = told.map(|p| p.field.clone()).collect();
        let more = more.into_iter().filter(|p| !told.contains(&p.field));
        problems.extend(more);
    }
    Differences {
        set,
        fixed: unset,
        problems,
    }
}

/// The withdrawal of a record, and the row as a new one; values that are masked in the row and
/// were left so are those of the record.
fn replaced(
    fact: &Fact,
    pack: &Pack,
    masked: Opener<'_>,
    (table, index): (&Table, usize),
    why: &str,
) -> Result<[Step; 2], Vec<Problem>> {
    let def = fact.def;
    let plain = Opener {
        plain: true,
        ..masked
    };
    let voice = template::chinese(pack);
    let mut raw = files::raw(def, table, index);
    raw.remove(RECORD);
    for (slot, field) in def.fields.iter().enumerate() {
        let personal = matches!(field.kind, Kind::Personal | Kind::Member);
        let said = raw.get(field.name).and_then(|value| value.as_str());
        let left =
            said.is_some_and(|text| flat(text) == flat(&value_text(fact, slot, voice, masked)));
        if personal && left {
            let value = value_text(fact, slot, voice, plain);
            raw.insert(field.name.to_owned(), json!(value));
        }
    }
    let anew = files::checked(table, index, read(def, &raw, pack))?;
    let mut values = Values::default();
    values.insert("subject", json!(fact.subject));
    values.insert("event", json!(fact.key.seq));
    if fact.key.origin.to_string() != masked.ledger.origin().name {
        values.insert("origin", json!(fact.key.origin.to_string()));
    }
    values.insert("why", json!(why));
    let strike = find("withdraw").ok_or_else(Vec::new)?;
    let strike = Step {
        def: strike,
        values,
    };
    Ok([strike, anew])
}

/// Why a value of a record cannot be corrected in its place.
fn fixed(fact: &Fact, slot: usize, ledger: &Ledger) -> Option<Words> {
    let def = fact.def;
    let field = &def.fields[slot];
    let withdraw = |zh: &str, en: &str| {
        let command = super::gone::withdraw(fact, ledger);
        if is_paper(def) {
            return words!(
                "{0}；改回原样，或撤回这条记录（{1} --why 理由）后，用命令重新登记（附件要重新读一遍）。",
                "{2}; put it back, or withdraw the record ({1} --why REASON) and record it anew by its command, which reads the file again.",
                zh,
                command,
                en
            );
        }
        words!(
            "{0}；改回原样，或加 --replace 再登记一次：撤回这条记录，按这一行重新登记。也可以分两步：{1} --why 理由，再清空这一行的记录号登记。",
            "{2}; put it back, or record the file again with --replace: it withdraws the record and records this row anew. In two steps: {1} --why REASON, then record the row without its number.",
            zh,
            command,
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

/// A record that rests on a copy of a file, which a row does not bring along.
fn is_paper(def: &StepDef) -> bool {
    matches!(def.id, "attach" | "register.document")
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
        let text = cell.map_or("", |cell| cell.text);
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
