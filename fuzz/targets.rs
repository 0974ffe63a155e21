//! What is fuzzed: every place where bytes of strangers are read. Each target takes any bytes and
//! panics only where the product is wrong.
//!
//! libFuzzer (`cargo +nightly fuzz run NAME`), the loop of `torture fuzz` and `tests/fuzz.rs`
//! call the same functions.

use std::sync::OnceLock;

use minsheng::law::{Day, Moment, Money};
use minsheng::ledger::Checkpoint;
use minsheng::pack::{Pack, expr};
use minsheng::sheet::table::{ColumnSpec, locate};
use minsheng::sheet::{Limits, ReadOptions, Workbook, parse};
use minsheng::step::{self, input};
use serde_json::{Map, Value as Json};

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// Every target with its name, which is also the name of its folder of `corpus`.
pub const TARGETS: [(&str, Target); 7] = [
    ("workbook", workbook),
    ("text", text),
    ("jsonl", jsonl),
    ("values", values),
    ("guard", guard),
    ("pack", pack),
    ("checkpoint", checkpoint),
];

/// Limits that a small input cannot pass by being slow.
pub fn limits() -> Limits {
    Limits {
        bytes: 4 << 20,
        inflated: 16 << 20,
        cells: 100_000,
        rows: 20_000,
        columns: 500,
        ..Limits::default()
    }
}

fn nanshan() -> &'static Pack {
    static PACK: OnceLock<Pack> = OnceLock::new();
    PACK.get_or_init(|| {
        let name = Pack::embedded().next().expect("a pack is built in");
        Pack::load(name).expect("it loads")
    })
}

/// XLSX and ODS as the worker reads them. XLS is left to the real worker: nothing but its limits
/// bounds what the reader of that form takes.
pub fn workbook(data: &[u8]) {
    if data.starts_with(b"PK") {
        let options = ReadOptions {
            limits: limits(),
            ..ReadOptions::default()
        };
        match parse(data, &options) {
            Ok(book) => within(&book),
            Err(error) => assert!(!error.zh().is_empty() && !error.en().is_empty()),
        }
    }
}

/// CSV and TSV in any encoding; the first byte says which one is asked for.
pub fn text(data: &[u8]) {
    const NAMES: [&str; 6] = ["utf-8", "gb18030", "gbk", "big5", "utf-16le", "none such"];
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    if rest.starts_with(b"PK") || rest.starts_with(b"\xd0\xcf\x11\xe0") {
        return;
    }
    let options = ReadOptions {
        encoding: NAMES
            .get(usize::from(*first))
            .map(|name| (*name).to_owned()),
        limits: limits(),
        worker: None,
    };
    match parse(rest, &options) {
        Ok(book) => {
            within(&book);
            // a sign that stands for a lost one is never made here
            let cells = book
                .sheets
                .iter()
                .flat_map(|s| &s.rows)
                .flat_map(|r| r.cells.iter());
            let replaced = cells.clone().any(|cell| cell.text.contains('\u{FFFD}'));
            if replaced {
                let held = |bytes: &[u8]| rest.windows(bytes.len()).any(|w| w == bytes);
                assert!(
                    held("\u{FFFD}".as_bytes())
                        || held(&[0xFD, 0xFF])
                        || held(&[0xFF, 0xFD])
                        || held(&[0x84, 0x31, 0xA4, 0x37]),
                    "a byte was replaced"
                );
            }
        }
        Err(error) => assert!(!error.zh().is_empty() && !error.en().is_empty()),
    }
}

/// What was read stays inside its limits, and a table is looked for in it.
fn within(book: &Workbook) {
    let most = limits();
    for sheet in &book.sheets {
        for row in &sheet.rows {
            assert!(row.number <= most.rows && row.cells.len() <= most.columns as usize);
            for cell in row.cells.iter() {
                assert!(cell.text.chars().count() <= most.cell_chars as usize);
            }
        }
        let def = step::find("collect.demand").expect("a step");
        let specs: Vec<ColumnSpec<'_>> = def
            .fields
            .iter()
            .map(|field| ColumnSpec {
                key: field.name,
                heading: field.heading,
                aliases: field.aliases,
            })
            .collect();
        match locate(sheet, &specs, &["title", "type"]) {
            Ok(table) => assert!(table.rows.len() <= sheet.rows.len()),
            Err(none) => assert!(!none.zh().is_empty() && !none.en().is_empty()),
        }
    }
}

/// Steps as JSON Lines: what is read is a payload, and reads again as itself.
pub fn jsonl(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for line in text.lines() {
        let Ok(Json::Object(mut map)) = serde_json::from_str::<Json>(line) else {
            continue;
        };
        let name = map.remove("step");
        let Some(def) = name.as_ref().and_then(Json::as_str).and_then(step::find) else {
            continue;
        };
        match input::read(def, &map, nanshan()) {
            Ok(step) => {
                assert!(!step.mentions().iter().any(String::is_empty));
                let values = step.values.clone().into_map();
                let payload = Json::Object(values.clone()).to_string();
                let again: Map<String, Json> =
                    serde_json::from_str(&payload).expect("a payload is JSON");
                assert_eq!(again, values);
                for (name, value) in &values {
                    let field = def.field(name).expect("a field of the step");
                    let decoded = minsheng::state::Value::decode(field, value);
                    assert!(!decoded.is_none(), "{}.{name}: {value}", def.id);
                }
                let twice = input::read(def, &values, nanshan());
                let twice = twice.unwrap_or_else(|problems| {
                    panic!(
                        "{payload}: {:?}",
                        problems.iter().map(|p| &p.words.en).collect::<Vec<_>>()
                    )
                });
                assert_eq!(twice.values, step.values);
            }
            Err(problems) => assert!(problems.iter().all(|p| !p.words.is_empty())),
        }
    }
}

/// Amounts, days and moments: what is understood is written so that it is understood again.
pub fn values(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match text.parse::<Money>() {
        Ok(money) => assert_eq!(money.to_string().parse(), Ok(money), "{text}"),
        Err(error) => assert!(!error.zh().is_empty() && !error.en().is_empty()),
    }
    if let Ok(money) = Money::parse_wan(text) {
        let wan = money.to_wan();
        assert_eq!(Money::parse_wan(&wan), Ok(money), "{text}: {wan}");
    }
    match text.parse::<Day>() {
        Ok(day) => assert_eq!(day.to_string().parse(), Ok(day), "{text}"),
        Err(error) => assert!(!error.zh().is_empty() && !error.en().is_empty()),
    }
    if let Ok(moment) = text.parse::<Moment>() {
        assert_eq!(moment.to_string().parse(), Ok(moment), "{text}");
    }
}

/// The expressions of packs.
pub fn guard(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (facts, conditions) = (["amount".to_owned()], ["small".to_owned()]);
    let modules = &nanshan().meta.modules;
    let names = expr::Names {
        facts: &facts,
        conditions: &conditions,
        modules,
        record: step::find("accept.defer"),
    };
    if let Err(error) = expr::parse(text, &names) {
        assert!(!error.is_empty());
    }
}

/// A pack from a folder: files divided by a line `%%%`, the first is `pack.toml`.
pub fn pack(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (number, part) in text.split("\n%%%\n").take(4).enumerate() {
        let name = match number {
            0 => "pack.toml".to_owned(),
            n => format!("part-{n}.toml"),
        };
        std::fs::write(folder.path().join(name), part).expect("a file");
    }
    if let Err(error) = Pack::load(folder.path().to_str().expect("a path")) {
        assert!(!error.to_string().is_empty());
    }
}

/// Checkpoints: what is understood is written so that it is understood again.
pub fn checkpoint(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Checkpoint::parse(text) {
        Ok(read) => {
            assert!(!read.fingerprint().is_empty());
            assert_eq!(Checkpoint::parse(&read.body()).ok().as_ref(), Some(&read));
        }
        Err(error) => assert!(!error.is_empty()),
    }
}
