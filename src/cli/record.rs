//! `record`: many steps from JSON Lines or tables, all or none.

use std::io::Read;
use std::path::Path;

use clap::ArgMatches;
use serde_json::{Map, Value as Json, json};

use super::attach::{self, Attached};
use super::context::Context;
use super::steps::{reasons, refuse};
use super::{Exit, Fail, files, freetext, talk};
use crate::corridor::{self, Entry, Incomplete, Refusal, Terms};
use crate::pack::Pack;
use crate::sheet::table::locate;
use crate::sheet::{Row, Sheet};
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
        reasons: given,
        entries: Vec::new(),
        problems: Vec::new(),
        attached: Vec::new(),
    };
    match json_lines(&file)? {
        Some(text) => batch.lines(&file, &text),
        None => batch.tables(&file, matches, context)?,
    }
    if !batch.problems.is_empty() {
        return refuse(context, Refusal::Input(batch.problems));
    }
    if batch.entries.is_empty() {
        return Err(Fail(words!(
            "{0} 里没有可登记的内容。",
            "There is nothing to record in {0}.",
            file
        ))
        .into());
    }
    let terms = context.terms(matches.get_flag("as-is"));
    attach::anew(&ledger, &mut batch.entries)?;
    if !batch.attached.is_empty() && !terms.dry_run {
        let trial = Terms {
            dry_run: true,
            ..terms.clone()
        };
        let entries = batch.entries.clone();
        if let Err(refusal) = corridor::record(&mut ledger, &pack, entries, &trial)? {
            return refuse(context, refusal);
        }
        for file in &batch.attached {
            attach::keep(ledger.path(), file)?;
        }
    }
    let places = freetext::places(&batch.entries);
    let entries = batch.entries;
    let answer = context.stepwise(entries.len(), |told| {
        corridor::record_telling(&mut ledger, &pack, entries, &terms, told)
    });
    let answer = answer?;
    freetext::answer_telling(context, answer, &places)
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
    reasons: Vec<(String, String)>,
    entries: Vec<Entry>,
    problems: Vec<Incomplete>,
    /// Files whose copies are kept.
    attached: Vec<Attached>,
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

    fn tables(
        &mut self,
        file: &str,
        matches: &ArgMatches,
        context: &mut Context<'_>,
    ) -> anyhow::Result<()> {
        let book = files::read(
            Path::new(file),
            matches.get_one::<String>("encoding"),
            context,
        )?;
        let named = match matches.get_one::<String>("step") {
            Some(name) => Some(step::find(name).ok_or_else(|| Fail(unknown_step(name)))?),
            None => None,
        };
        let common = common(matches)?;
        let mut notes = Vec::new();
        for sheet in &book.sheets {
            let Some(def) = named.or_else(|| step::find(sheet.name.trim())) else {
                if !sheet.name.trim().is_empty() && looks_like_records(sheet) {
                    self.wrong(
                        &format!("{file}!{}", sheet.name),
                        &unnamed_sheet(&sheet.name),
                    );
                    continue;
                }
                let zh = format!("工作表“{}”不是步骤名，未读取。", sheet.name);
                let en = format!(
                    "Sheet “{}” is not named after a step and was not read.",
                    sheet.name
                );
                talk(context, &zh, &en);
                continue;
            };
            self.table(file, sheet, def, &common, &mut notes)?;
        }
        for note in notes {
            talk(context, &note.zh, &note.en);
        }
        if named.is_none() && self.entries.is_empty() && self.problems.is_empty() {
            return Err(Fail(words!(
                "看不出 {} 是哪个步骤：请加 --step，例如 --step collect.contact，或把工作表改名为步骤名（{}）。",
                "Cannot tell which step {} records: add --step, for example --step collect.contact, or name the sheet after a step ({}).",
                file,
                STEPS.iter().map(|def| def.zh).collect::<Vec<_>>().join("、")
            ))
            .into());
        }
        Ok(())
    }

    fn table(
        &mut self,
        file: &str,
        sheet: &crate::sheet::Sheet,
        def: &'static StepDef,
        common: &Map<String, Json>,
        notes: &mut Vec<Words>,
    ) -> anyhow::Result<()> {
        let required: Vec<&str> = def
            .fields
            .iter()
            .filter(|f| f.required && input_of(def, common, f.name).is_none())
            .map(|f| f.name)
            .collect();
        let table = locate(sheet, &files::specs(def), &required).map_err(|none| {
            Fail(Words::new(
                format!("{file}：{}", none.zh()),
                format!("{file}: {}", none.en()),
            ))
        })?;
        for (number, why) in &table.skipped {
            notes.push(words!(
                "{}第{}行未登记：{}",
                "{0} row {1} was not recorded: {3}",
                file,
                number,
                why,
                files::why_skipped(why)
            ));
        }
        if !table.unknown.is_empty() {
            let names: Vec<&str> = table
                .unknown
                .iter()
                .map(|(_, name)| name.as_str())
                .collect();
            notes.push(words!(
                "{}：未读取的列：{}",
                "{}: columns that were not read: {}",
                file,
                names.join("、")
            ));
        }
        for index in 0..table.rows.len() {
            let mut raw = files::raw(def, &table, index);
            for (key, value) in common {
                raw.entry(key.clone()).or_insert_with(|| value.clone());
            }
            let sheet = if sheet.name.is_empty() {
                String::new()
            } else {
                format!("!{}", sheet.name)
            };
            let place = format!("{file}{sheet}!{}", table.rows[index].row);
            let mut reasons = self.reasons.clone();
            if let Some(cell) = table.rows[index].cells.get("reason")
                && let Some((rule, text)) = cell.text.split_once(['=', '：', ':'])
            {
                reasons.push((rule.trim().to_owned(), text.trim().to_owned()));
            }
            self.measure(&place, def, &mut raw);
            let read = input::read(def, &raw, self.pack);
            match files::checked(&table, index, read) {
                Ok(step) => self.entries.push(Entry {
                    step,
                    place: Some(place),
                    reasons,
                    again: false,
                }),
                Err(problems) => {
                    for problem in problems {
                        let cell = files::at_cell(file, def, &table, index, &problem);
                        self.wrong(&cell.place(), &cell.words);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Two rows or more of three cells or more: a table, not a note.
fn looks_like_records(sheet: &Sheet) -> bool {
    let wide = |row: &&Row| {
        row.cells
            .iter()
            .filter(|cell| !cell.text.is_empty())
            .count()
            >= 3
    };
    sheet.rows.iter().filter(wide).count() >= 2
}

fn unnamed_sheet(name: &str) -> Words {
    let near = STEPS
        .iter()
        .map(|def| def.zh)
        .filter(|zh| name.contains(zh) || zh.contains(name.trim()))
        .max_by_key(|zh| zh.len());
    let (zh, en) = near.map_or((String::new(), String::new()), |zh| {
        (format!("是不是“{zh}”？"), format!(" Did you mean “{zh}”?"))
    });
    let all: Vec<&str> = STEPS.iter().map(|def| def.zh).collect();
    words!(
        "工作表“{}”里有数据，但不是步骤名，不能登记。{}请改为步骤名：{}。",
        "Sheet “{0}” holds records but is not named after a step.{3} Name it after one: {2}.",
        name,
        zh,
        all.join("、"),
        en
    )
}

fn input_of<'a>(
    def: &'static StepDef,
    common: &'a Map<String, Json>,
    field: &str,
) -> Option<&'a Json> {
    common
        .iter()
        .find(|(key, _)| input::find_field(def, key).is_some_and(|f| f.name == field))
        .map(|(_, value)| value)
}

fn common(matches: &ArgMatches) -> anyhow::Result<Map<String, Json>> {
    matches
        .get_many::<String>("set")
        .into_iter()
        .flatten()
        .map(|text| match text.split_once('=') {
            Some((key, value)) => Ok((key.to_owned(), json!(value))),
            None => Err(Fail(words!(
                "--set “{0}”应写作“栏目=值”。",
                "--set “{0}” must read FIELD=VALUE.",
                text
            ))
            .into()),
        })
        .collect()
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
