//! `record`: many steps from JSON Lines or tables, all or none.

mod answers;
mod copy;
mod edits;
mod gone;
mod tables;

use std::io::Read;

use clap::ArgMatches;
use serde_json::{Map, Value as Json};

use super::attach::{self, Attached};
use super::context::Context;
use super::steps::{reasons, refuse};
use super::{Exit, Fail, freetext, talk};
use crate::corridor::{self, Entry, Incomplete, Receipt, Refusal, Terms};
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::step::mask::{Sure, hide_numbers};
use crate::step::{self, STEPS, StepDef, input};
use crate::words;
use crate::words::{Words, did_you_mean};

/// Records a file.
pub(super) fn record(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let file = matches
        .get_one::<String>("file")
        .cloned()
        .unwrap_or_default();
    let mut ledger = context.open()?;
    let pack = context.pack(&ledger)?;
    let given = reasons(matches)?;
    let mut batch = Batch {
        pack: &pack,
        ledger: &ledger,
        reasons: given,
        why: matches.get_one::<String>("why").cloned(),
        replace: matches.get_flag("replace"),
        entries: Vec::new(),
        problems: Vec::new(),
        attached: Vec::new(),
        editor: None,
        desk: tables::Desk::default(),
    };
    match json_lines(&file)? {
        Some(text) => batch.lines(&file, &text),
        None => batch.tables(&file, matches, context)?,
    }
    let Batch {
        mut entries,
        problems,
        attached,
        editor,
        desk,
        ..
    } = batch;
    let (same, changed, replaced) = editor.map_or((0, 0, 0), |editor| {
        (editor.same, editor.changed, editor.replaced)
    });
    if !problems.is_empty() {
        let refusal = Refusal::Input(problems);
        return refused(context, refusal, &desk, &pack, &ledger);
    }
    if entries.is_empty() && same > 0 {
        let exit = freetext::answer_telling(context, Ok(Receipt::default()), &[])?;
        talk(
            context,
            &format!("没有改动：{same}行与账本一致，没有登记任何内容。"),
            &format!(
                "Nothing changed: {same} rows say what the ledger says; nothing was recorded."
            ),
        );
        return Ok(exit);
    }
    if entries.is_empty() {
        return Err(Fail(words!(
            "{0} 里没有可登记的内容。",
            "There is nothing to record in {0}.",
            file
        ))
        .into());
    }
    let terms = context.terms(matches.get_flag("as-is"));
    attach::anew(&ledger, &mut entries)?;
    if !attached.is_empty() && !terms.dry_run {
        let trial = Terms {
            dry_run: true,
            ..terms.clone()
        };
        let entries = entries.clone();
        if let Err(refusal) = corridor::record(&mut ledger, &pack, entries, &trial)? {
            return refused(context, refusal, &desk, &pack, &ledger);
        }
        for file in &attached {
            attach::keep(ledger.path(), file)?;
        }
    }
    let places = freetext::places(&entries);
    let answer = context.stepwise(entries.len(), |told| {
        corridor::record_telling(&mut ledger, &pack, entries, &terms, told)
    });
    match answer? {
        Err(refusal) => refused(context, refusal, &desk, &pack, &ledger),
        Ok(receipt) => {
            let exit = freetext::answer_telling(context, Ok(receipt), &places)?;
            editions(context, same, changed, replaced);
            Ok(exit)
        }
    }
}

/// Tells what became of rows that name a record.
fn editions(context: &mut Context<'_>, same: usize, changed: usize, replaced: usize) {
    if same + changed > 0 {
        talk(
            context,
            &format!("已登记过的行：{changed}行有改动，成为更正；{same}行没有改动。"),
            &format!("Rows recorded before: {changed} corrected, {same} unchanged."),
        );
    }
    if replaced > 0 {
        talk(
            context,
            &format!(
                "{replaced}行撤回了原记录，按新内容重新登记。原来的姓名、电话仍存着，要删除：minsheng erase --value 原文 --why 理由"
            ),
            &format!(
                "{replaced} rows withdrew their records and were recorded anew. The former names and numbers are kept until they are erased: minsheng erase --value TEXT --why REASON"
            ),
        );
    }
}

/// Says why nothing was recorded; of a workbook also in a copy of it.
fn refused(
    context: &mut Context<'_>,
    refusal: Refusal,
    desk: &tables::Desk,
    pack: &Pack,
    ledger: &Ledger,
) -> anyhow::Result<Exit> {
    let wrongs = copy::wrongs(desk, &refusal);
    let exit = refuse(context, refusal)?;
    copy::write(context, desk, &wrongs, pack, ledger)?;
    Ok(exit)
}

/// Bytes of one JSON Lines file: more than a year of a district.
const MOST: u64 = 64 << 20;

/// The text of a JSON Lines file; none if the file is a table.
fn json_lines(file: &str) -> anyhow::Result<Option<String>> {
    let unread = |error: std::io::Error| {
        Fail(words!(
            "读不到 {}：{}。",
            "Cannot read {}: {}.",
            file,
            error
        ))
    };
    let mut bytes = Vec::new();
    if file == "-" {
        std::io::stdin()
            .take(MOST + 1)
            .read_to_end(&mut bytes)
            .map_err(unread)?;
    } else {
        // a device or a pipe never ends
        if !std::fs::metadata(file).map_err(unread)?.is_file() {
            let what = std::io::Error::other("not a regular file");
            return Err(unread(what).into());
        }
        let mut opened = std::fs::File::open(file).map_err(unread)?;
        let start = &mut opened;
        start
            .take(1 << 12)
            .read_to_end(&mut bytes)
            .map_err(unread)?;
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let first = body.iter().find(|b| !b.is_ascii_whitespace());
        if first != Some(&b'{') {
            return Ok(None);
        }
        let rest = MOST + 1 - bytes.len() as u64;
        opened.take(rest).read_to_end(&mut bytes).map_err(unread)?;
    }
    if bytes.len() as u64 > MOST {
        return Err(Fail(words!(
            "{} 超过{}字节，没有登记任何内容；请分成几个文件。",
            "{} has more than {} bytes; nothing was recorded. Split it into several files.",
            file,
            MOST
        ))
        .into());
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match std::str::from_utf8(body) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(error) => Err(Fail(words!(
            "{} 第{}个字节不是UTF-8；JSONL应为UTF-8编码。",
            "{}: byte {} is not UTF-8; JSON Lines must be UTF-8.",
            file,
            error.valid_up_to()
        ))
        .into()),
    }
}

struct Batch<'a> {
    pack: &'a Pack,
    ledger: &'a Ledger,
    reasons: Vec<(String, String)>,
    /// Why records are corrected, if it is said.
    why: Option<String>,
    /// A row whose persons or identifiers changed withdraws its record and is recorded anew.
    replace: bool,
    entries: Vec<Entry>,
    problems: Vec<Incomplete>,
    /// Files whose copies are kept.
    attached: Vec<Attached>,
    /// Made when the first row names a record.
    editor: Option<edits::Editor>,
    desk: tables::Desk,
}

impl Batch<'_> {
    /// Measures the file that an attachment names.
    fn measure(&mut self, place: &str, def: &'static StepDef, raw: &mut Map<String, Json>) {
        if def.id != "attach" {
            return;
        }
        match attach::measure(def, raw) {
            Ok(file) => self.attached.extend(file),
            Err(error) => {
                let words = error.downcast::<Fail>().map(|fail| fail.0);
                self.wrong(place, &words.unwrap_or_else(Words::same));
            }
        }
    }

    fn wrong(&mut self, place: &str, words: &Words) {
        let hide = |text: &str| hide_numbers(text, Sure::Certain);
        self.problems.push(Incomplete {
            place: Some(place.to_owned()),
            words: Words::new(hide(&words.zh), hide(&words.en)),
        });
    }

    fn lines(&mut self, file: &str, text: &str) {
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let place = format!("{file}:{}", index + 1);
            match serde_json::from_str::<Json>(line) {
                Ok(Json::Object(map)) => self.object(&place, map),
                Ok(_) => self.wrong(
                    &place,
                    &words!("应为一个JSON对象。", "This must be a JSON object."),
                ),
                Err(error) => self.wrong(
                    &place,
                    &words!(
                        "JSON写得不对（第{}列）：{}。",
                        "Bad JSON (column {}): {}.",
                        error.column(),
                        error
                    ),
                ),
            }
        }
    }

    fn object(&mut self, place: &str, mut map: Map<String, Json>) {
        let name = map
            .remove("step")
            .and_then(|v| v.as_str().map(str::to_owned))
            .unwrap_or_default();
        let Some(def) = step::find(&name) else {
            self.wrong(place, &unknown_step(&name));
            return;
        };
        let mut reasons = self.reasons.clone();
        match map.remove("reason") {
            Some(Json::Object(given)) => reasons.extend(
                given
                    .into_iter()
                    .filter_map(|(rule, text)| Some((rule, text.as_str()?.to_owned()))),
            ),
            None => {}
            Some(_) => self.wrong(
                place,
                &words!(
                    "reason 应为“规则: 理由”的对象。",
                    "reason must be an object of rule and text."
                ),
            ),
        }
        self.measure(place, def, &mut map);
        match input::read(def, &map, self.pack) {
            Ok(step) => self.entries.push(Entry {
                step,
                place: Some(place.to_owned()),
                reasons,
                again: false,
            }),
            Err(problems) => {
                for problem in problems {
                    let place = if problem.field.is_empty() {
                        place.to_owned()
                    } else {
                        format!("{place} {}", problem.field)
                    };
                    self.wrong(&place, &problem.words);
                }
            }
        }
    }
}

fn unknown_step(name: &str) -> Words {
    let all: Vec<&str> = STEPS.iter().map(|def| def.id).collect();
    let names = STEPS.iter().flat_map(|def| [def.id, def.zh, def.verb()]);
    let near = did_you_mean(name, names);
    words!(
        "没有步骤“{}”。{2}有：{1}。",
        "There is no step “{}”.{3} There are: {1}.",
        name,
        all.join(" "),
        near.zh,
        near.en
    )
}
