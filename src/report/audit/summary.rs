//! An audit in numbers: how many of each verdict each rule gave.

use std::io::Write;

use serde_json::{Map, Value as Json, json};

use super::text::{notes, numbers, top};
use super::{Heading, Wanted};
use crate::judge::Verdict;
use crate::pack::{Pack, Rule};
use crate::report::Voice;
use crate::report::json::summary as verdicts;
use crate::report::table::Table;
use crate::words::Lang;

impl Heading {
    /// The rules that are wanted and found something to judge, with their places in the pack.
    fn rules<'p>(&self, pack: &'p Pack, wanted: &Wanted) -> Vec<(usize, &'p Rule)> {
        let rules = pack.rules.iter().enumerate();
        rules
            .filter(|(place, rule)| {
                wanted.takes(rule) && {
                    let counts = self.tally.of(*place);
                    let judged = |verdict| verdict != Verdict::NotApplicable;
                    Verdict::ALL
                        .into_iter()
                        .any(|verdict| judged(verdict) && counts.get(verdict) > 0)
                }
            })
            .collect()
    }

    /// The numbers as a table: a row for each rule, the worst verdict first.
    fn by_rule(&self, pack: &Pack, wanted: &Wanted, lang: Lang) -> Table {
        let mut columns = vec![
            ("rule", lang.pick("规则", "Rule").to_owned()),
            ("title", lang.pick("问题", "Defect").to_owned()),
        ];
        columns.extend(Verdict::ALL.map(|verdict| (verdict.id(), verdict.label(lang).to_owned())));
        let mut table = Table::new(columns);
        table.whole = vec![0];
        table.right = (2..2 + Verdict::ALL.len()).collect();
        for (place, rule) in self.rules(pack, wanted) {
            let counts = self.tally.of(place);
            let mut row = vec![rule.id.clone(), rule.title.in_lang(lang).to_owned()];
            row.extend(Verdict::ALL.map(|verdict| counts.get(verdict).to_string()));
            table.rows.push(row);
        }
        table
    }
}

/// Where the columns begin that say of nothing that it is wrong, missing or open.
const QUIET: usize = 2 + Verdict::NotApplicable as usize;

/// Writes the numbers for people: the rules that found something, and how many did not.
///
/// # Errors
/// If they cannot be written.
pub fn text(
    heading: &Heading,
    wanted: &Wanted,
    voice: Voice<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut table = heading.by_rule(voice.pack, wanted, voice.lang);
    let (quiet, found): (Vec<_>, Vec<_>) = std::mem::take(&mut table.rows)
        .into_iter()
        .partition(|row| row[2..QUIET].iter().all(|number| number == "0"));
    // a number that is none is easier to see where nothing stands
    table.rows = found;
    for cell in table.rows.iter_mut().flatten().filter(|cell| *cell == "0") {
        cell.clear();
    }
    write!(out, "{}", top(heading, voice))?;
    if !table.rows.is_empty() {
        write!(out, "\n{}", table.terminal(voice.width))?;
    }
    if !quiet.is_empty() {
        let number = quiet.len();
        let line = voice
            .lang
            .pick(
                &format!("另有{number}条规则，判断的都合规或不适用。"),
                &format!("{number} more rules: all that was judged is in order or does not apply."),
            )
            .to_owned();
        writeln!(out, "{line}")?;
    }
    write!(out, "\n{}", numbers(heading, voice))?;
    notes(heading, voice, true, out)
}

/// Writes the numbers as CSV.
///
/// # Errors
/// If they cannot be written.
pub fn csv(
    heading: &Heading,
    wanted: &Wanted,
    voice: Voice<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    heading.by_rule(voice.pack, wanted, voice.lang).csv(out)
}

/// The numbers, as `minsheng.summary/1`.
#[must_use]
pub fn json(heading: &Heading, wanted: &Wanted, voice: Voice<'_>) -> Json {
    let rules: Vec<Json> = heading
        .rules(voice.pack, wanted)
        .into_iter()
        .map(|(place, rule)| {
            let mut row = Map::new();
            row.insert("rule".into(), json!(rule.id));
            row.insert("title".into(), json!(rule.title.in_lang(voice.lang)));
            row.insert("verdicts".into(), verdicts(&heading.tally.of(place)));
            Json::Object(row)
        })
        .collect();
    json!({
        "schema": "minsheng.summary/1",
        "regime": heading.regime,
        "year": heading.year,
        "as_of": heading.as_of.to_string(),
        "ledger": { "events": heading.events, "head": heading.head },
        "projects": heading.projects,
        "communities": heading.communities,
        "verdicts": verdicts(&heading.counts),
        "rules": rules,
    })
}
