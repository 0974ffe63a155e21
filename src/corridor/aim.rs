//! Corrections and withdrawals: finding the event that they are about.

use serde_json::{Map, Value as Json, json};

use super::complete::Completer;
use crate::law::Day;
use crate::state::{Book, View};
use crate::step::{self, Held as _, Kind, Recorded, Said, Step, general};
use crate::words;
use crate::words::Words;

impl Completer<'_> {
    /// A withdrawn case takes no further steps.
    pub(super) fn withdrawn(&self, step: &Step) -> anyhow::Result<Option<Words>> {
        let Some(case) = step.text("case").filter(|_| step.def.subject == "case") else {
            return Ok(None);
        };
        if !self.reader.made_by(case, &[general::Withdraw::DEF])? {
            return Ok(None);
        }
        let mut book = Book::new();
        book.extend(self.reader.of_subject(case)?);
        let view = View::new(&book, case, Day::MAX);
        Ok(view.withdrawn().map(|fact| {
            words!(
                "{0} 已撤回（第{1}号事件），不能再登记；如撤回有误，先撤销它：minsheng withdraw {0} --event {1} --why 理由",
                "{0} was withdrawn (event {1}) and takes no steps; if that was wrong: minsheng withdraw {0} --event {1} --why REASON",
                case,
                fact.key.seq
            )
        }))
    }

    /// Finds the event that a correction or withdrawal is about.
    pub(super) fn aim(&self, step: &mut Step) -> anyhow::Result<Option<Words>> {
        let Some(seq) = step.values.get("event").and_then(Said::as_i64) else {
            return Ok(None);
        };
        let own = self.reader.own()?;
        let origin = step
            .text("origin")
            .map(str::to_owned)
            .or(own)
            .unwrap_or_default();
        let Some(event) = self.reader.at(&origin, seq)? else {
            return Ok(Some(words!(
                "账本 {} 没有第{}号事件；用 minsheng log 查看事件号。",
                "Ledger {} has no event {}; see the numbers with minsheng log.",
                origin,
                seq
            )));
        };
        let Some(def) = step::find(&event.step) else {
            return Ok(Some(words!(
                "第{0}号事件（{1}）是较新版本写的，本程序不能更正。",
                "Event {0} ({1}) was written by a newer version; this one cannot correct it.",
                seq,
                event.step
            )));
        };
        let undo = def.id == "withdraw" && step.def.id == "withdraw";
        if matches!(
            def.id,
            "init" | "amend" | "withdraw" | "erase" | "ledger.receive"
        ) && !undo
        {
            return Ok(Some(words!(
                "第{0}号事件（{1}）不能更正或撤回。",
                "Event {0} ({2}) cannot be corrected or withdrawn.",
                seq,
                def.zh,
                def.id
            )));
        }
        let values: Map<String, Json> = serde_json::from_str(&event.payload).unwrap_or_default();
        let target = Step { def, values };
        if step.def.id == "amend"
            && let Err(words) = self.amended(step, &target)
        {
            return Ok(Some(words));
        }
        if step.def.id == "withdraw" && step.text("subject") != Some(&event.subject) {
            return Ok(Some(words!(
                "第{}号事件的对象是 {}，不是 {}。",
                "Event {} is about {}, not about {}.",
                seq,
                event.subject,
                step.text("subject").unwrap_or_default()
            )));
        }
        let concerns: Vec<String> = target
            .mentions()
            .into_iter()
            .filter(|subject| *subject != event.subject)
            .collect();
        if !concerns.is_empty() {
            step.values.insert("concerns", json!(concerns));
        }
        step.values.insert("subject", event.subject.as_str());
        Ok(None)
    }

    /// Checks the corrected values and writes them in canonical form.
    fn amended(&self, step: &mut Step, target: &Step<Map<String, Json>>) -> Result<(), Words> {
        let mut lines = Vec::new();
        let set = step.values.list("set").iter();
        // a list of values was cut at its signs: what names no field goes on with the last
        let mut whole: Vec<String> = Vec::new();
        for part in set.filter_map(Json::as_str) {
            match whole.last_mut().filter(|_| !part.contains('=')) {
                Some(last) => *last = format!("{last}、{part}"),
                None => whole.push(part.to_owned()),
            }
        }
        for line in &whole {
            let Some((name, value)) = line.split_once('=') else {
                return Err(words!(
                    "更正内容“{}”应写作“栏目=值”，例如 --set end=2022-04-05。",
                    "“{}” must read field=value, for example --set end=2022-04-05.",
                    line
                ));
            };
            let Some(field) = step::input::find_field(target.def, name) else {
                let all: Vec<_> = target.def.fields.iter().map(|f| f.name).collect();
                return Err(words!(
                    "“{0}”没有“{1}”这一栏；可用的有：{2}。",
                    "“{3}” has no field “{1}”; it has: {2}.",
                    target.def.zh,
                    name,
                    all.join(" "),
                    target.def.id
                ));
            };
            if field.name == target.def.subject
                || matches!(field.kind, Kind::Personal | Kind::Member)
            {
                return Err(words!(
                    "“{0}”不能用更正改；请撤回该事件（minsheng withdraw 对象 --event N）后重新登记。",
                    "“{1}” cannot be amended; withdraw the event (minsheng withdraw SUBJECT --event N) and record it anew.",
                    field.heading,
                    field.name
                ));
            }
            let mut raw = target.values.clone();
            raw.insert(field.name.to_owned(), json!(value));
            let read = step::input::read(target.def, &raw, self.pack).map_err(|problems| {
                problems
                    .into_iter()
                    .next()
                    .map(|p| p.words)
                    .unwrap_or_default()
            })?;
            // what is cleared is nothing, or a list of nothing
            let nothing = || if field.list { json!([]) } else { json!(null) };
            let value = read.values.get(field.name).map(Said::to_string);
            let json = value.unwrap_or_else(|| nothing().to_string());
            lines.push(json!(format!("{}={json}", field.name)));
        }
        if lines.is_empty() {
            return Err(words!(
                "没有更正内容；写作 --set 栏目=值。",
                "Nothing to correct; write --set field=value."
            ));
        }
        step.values.insert("set", json!(lines));
        Ok(())
    }
}
