//! `audit sample`: a draw of projects to inspect, recorded, and redone.

use std::collections::HashMap;

use clap::ArgMatches;
use serde_json::json;

use super::context::{Context, Format};
use super::{Exit, Fail, talk};
use crate::corridor::{self, Entry};
use crate::law::Day;
use crate::ledger::{Head, Ledger, chain};
use crate::pack::Pack;
use crate::report::draw::{Draw, draw};
use crate::state::subject::DISTRICT;
use crate::state::{Book, Fact, Value};
use crate::step::{Recorded, Step, oversight};
use crate::words;

/// The book as it stood when the chains ended there.
fn book_until(ledger: &Ledger, heads: &[(String, i64)]) -> anyhow::Result<Book> {
    let ends: HashMap<&str, i64> = heads.iter().map(|(o, size)| (o.as_str(), *size)).collect();
    let reader = ledger.reader();
    let mut book = Book::new()
        .with_aliases(reader.aliases()?)
        .of_chain(reader.own()?);
    reader.all(|event| {
        if ends
            .get(event.origin.as_str())
            .is_some_and(|size| event.seq <= *size)
        {
            book.take(event);
        }
        true
    })?;
    Ok(book)
}

/// Draws, or redoes what was drawn.
pub(super) fn sample(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    if let Some(id) = matches.get_one::<String>("check") {
        return check(id, matches, context);
    }
    let year = super::audit::year(matches)?.unwrap_or_else(|| context.today.year());
    let seed = matches
        .get_one::<String>("seed")
        .map(|seed| seed.trim().to_owned())
        .unwrap_or_default();
    if seed.is_empty() || seed.contains(['|', '\'', '\n', '\r']) {
        return Err(Fail(words!(
            "种子不能为空，也不能有竖线、单引号或换行（重算票号时要原样写进命令）。",
            "The seed must not be empty, nor hold a bar, a single quote or a line break (it is written into the command that redoes the tickets)."
        ))
        .into());
    }
    let mut ledger = if context.dry_run {
        context.open_read()?
    } else {
        context.open()?
    };
    let pack = context.pack(&ledger)?;
    // what is appended from here on is not drawn from
    let heads = ledger.reader().heads()?;
    let ends: Vec<(String, i64)> = heads.iter().map(|h| (h.origin.clone(), h.size)).collect();
    let book = book_until(&ledger, &ends)?;
    let drawn = draw(&pack, &book, year, context.as_of, &seed);
    if drawn.tickets.is_empty() {
        return Err(nothing(&pack, year).into());
    }
    let cases: Vec<String> = drawn.drawn().map(|t| t.case.clone()).collect();
    let earlier: Vec<&Fact> = recorded(&book, year);
    let same = earlier.iter().find(|fact| {
        let list = fact.value("cases").items().iter().filter_map(Value::text);
        fact.value("seed").text() == Some(&seed) && list.eq(cases.iter().map(String::as_str))
    });
    if let Some(same) = same {
        let id = same.subject.clone();
        show(&drawn, &book, &pack, Some(&id), &heads, matches, context)?;
        talk(
            context,
            &format!("这次抽样已登记为 {id}，没有重复登记。"),
            &format!("This draw is recorded as {id} already and was not recorded again."),
        );
        return Ok(Exit::Done);
    }
    if let Some(last) = earlier
        .last()
        .filter(|_| !matches.get_flag("again") && !context.dry_run)
    {
        return Err(Fail(words!(
            "{0}年度已有抽样 {1}（种子“{2}”）；换种子重抽会留在账上，确要另抽，加 --again。",
            "The year {0} has the draw {1} (seed “{2}”); drawing anew with another seed stays visible. If you mean it, add --again.",
            year,
            last.subject,
            last.value("seed").text().unwrap_or_default()
        ))
        .into());
    }
    let mut id = None;
    if !context.dry_run {
        let step = step(&drawn, &pack, &heads, context.today)?;
        let terms = context.terms(false);
        match corridor::record(&mut ledger, &pack, vec![Entry::new(step)], &terms)? {
            Ok(receipt) => {
                context.recorded = !receipt.events.is_empty();
                id = receipt.events.first().map(|event| event.subject.clone());
            }
            Err(refusal) => return super::steps::refuse(context, refusal),
        }
    }
    show(
        &drawn,
        &book,
        &pack,
        id.as_deref(),
        &heads,
        matches,
        context,
    )?;
    let list = cases.join("、");
    match id {
        Some(id) => talk(
            context,
            &format!(
                "已登记抽样 {id}。查完登记：minsheng audit inspect {DISTRICT} --year {year} --kind 类别 --by 单位 --date 日期 --cases {list}"
            ),
            &format!(
                "Recorded as {id}. After the inspection: minsheng audit inspect {DISTRICT} --year {year} --kind KIND --by BODY --date DATE --cases {list}"
            ),
        ),
        None => talk(
            context,
            "只是试抽，没有登记。",
            "A trial only; nothing was recorded.",
        ),
    }
    Ok(Exit::Done)
}

/// The draws of a year, in order.
fn recorded(book: &Book, year: i32) -> Vec<&Fact> {
    book.of_step(oversight::Sample::DEF)
        .filter(|fact| fact.value("year").count() == Some(i64::from(year)))
        .collect()
}

fn nothing(pack: &Pack, year: i32) -> Fail {
    Fail(words!(
        "{0}年度没有可抽的项目：《{1}》没有抽查数量的要求，或该年度没有开工的项目（minsheng list --year {0}）。",
        "Nothing to draw from in {0}: {2} asks for no number of inspections, or no project of the year was started (minsheng list --year {0}).",
        year,
        pack.meta.name,
        pack.meta.name_en
    ))
}

fn step(drawn: &Draw, pack: &Pack, heads: &[Head], today: Day) -> anyhow::Result<Step> {
    let heads = heads
        .iter()
        .filter(|head| head.size > 0)
        .map(|head| format!("{}:{}:{}", head.origin, head.size, head.hex()));
    Ok(Step::of(&oversight::Sample {
        scope: DISTRICT.to_owned(),
        year: i64::from(drawn.year),
        sample: None,
        date: today,
        as_of: drawn.as_of,
        seed: drawn.seed.clone(),
        heads: heads.collect(),
        regime: pack.meta.id.clone(),
        pack_sha256: pack.sha256.clone(),
        population: i64::try_from(drawn.tickets.len())?,
        cases: drawn
            .drawn()
            .map(|t| crate::step::Ref(t.case.clone()))
            .collect(),
        clauses: drawn.clauses(),
    })?)
}

fn show(
    drawn: &Draw,
    book: &Book,
    pack: &Pack,
    id: Option<&str>,
    heads: &[Head],
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let all = matches.get_flag("all");
    match context.format {
        Format::Json => {
            let mut json = json!({
                "schema": "minsheng.sample/1",
                "sample": id,
                "regime": pack.meta.id,
                "pack_sha256": pack.sha256,
                "heads": heads.iter().map(|head| json!({
                    "origin": head.origin, "size": head.size, "head": head.hex(),
                })).collect::<Vec<_>>(),
            });
            if let (Some(frame), Some(own)) = (json.as_object_mut(), drawn.json().as_object()) {
                frame.extend(own.clone());
            }
            context.json(&json)
        }
        Format::Csv => drawn
            .table(book, context.lang, all, true)
            .csv(&mut *context.out),
        _ => {
            let text = drawn.text(book, context.voice(pack), all);
            write!(context.out, "{text}")?;
            Ok(())
        }
    }
}

/// One end of a chain as it was recorded.
fn end_of(text: &str) -> Option<(String, i64, String)> {
    let (rest, hash) = text.rsplit_once(':')?;
    let (origin, size) = rest.rsplit_once(':')?;
    Some((origin.to_owned(), size.parse().ok()?, hash.to_owned()))
}

/// What redoing a draw showed.
struct Redone {
    id: String,
    /// What does not hold; nothing if all does.
    wrong: Option<words::Words>,
    /// The ledger is not the one that was drawn from.
    history: bool,
}

fn redo(fact: &Fact, ledger: &Ledger, pack: &Pack) -> anyhow::Result<Redone> {
    let mut redone = Redone {
        id: fact.subject.clone(),
        wrong: None,
        history: false,
    };
    let ends: Vec<(String, i64, String)> = fact
        .value("heads")
        .items()
        .iter()
        .filter_map(|value| end_of(value.text()?))
        .collect();
    for (origin, size, hash) in &ends {
        let there = ledger.reader().at(origin, *size)?;
        if there.is_none_or(|event| chain::hex(&event.hash) != *hash) {
            redone.history = true;
            redone.wrong = Some(words!(
                "账本 {0} 的第{1}个事件不是抽样时的那一个",
                "event {1} of {0} is not the one that was drawn from",
                origin,
                size
            ));
            return Ok(redone);
        }
    }
    let text = |field: &str| fact.value(field).text().unwrap_or_default();
    if text("pack_sha256") != pack.sha256 {
        redone.wrong = Some(words!(
            "抽样所用的依据 {0}（摘要 {1}…）与现在的不同，不能重抽",
            "the regulation {0} ({1}…) of the draw is not the present one, so it cannot be redone",
            text("regime"),
            text("pack_sha256").get(..12).unwrap_or_default()
        ));
        return Ok(redone);
    }
    let (Some(year), Some(as_of)) = (fact.value("year").count(), fact.value("as_of").day()) else {
        redone.wrong = Some(words!(
            "抽样记录不全",
            "the record of the draw is not whole"
        ));
        return Ok(redone);
    };
    let ends: Vec<(String, i64)> = ends.into_iter().map(|(o, size, _)| (o, size)).collect();
    let book = book_until(ledger, &ends)?;
    let year = i32::try_from(year)?;
    let again = draw(pack, &book, year, as_of, text("seed"));
    let said = |field: &str| -> Vec<&str> {
        fact.value(field)
            .items()
            .iter()
            .filter_map(Value::text)
            .collect()
    };
    let cases: Vec<&str> = again.drawn().map(|t| t.case.as_str()).collect();
    let population = i64::try_from(again.tickets.len())?;
    if cases != said("cases") {
        redone.wrong = Some(words!(
            "重抽得到 {0}，登记的是 {1}",
            "redone it gives {0}, recorded is {1}",
            cases.join("、"),
            said("cases").join("、")
        ));
    } else if fact.value("population").count() != Some(population)
        || again.clauses() != said("clauses")
    {
        redone.wrong = Some(words!(
            "项目数量或各条要求与登记的不同",
            "the number of projects or what the clauses ask is not as recorded"
        ));
    }
    Ok(redone)
}

/// Redoes recorded draws and says whether they hold.
fn check(id: &str, matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let year = super::audit::year(matches)?;
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let book = corridor::whole_book(&ledger)?;
    let wanted = |fact: &&Fact| {
        (id.is_empty() || fact.subject == id)
            && year.is_none_or(|year| fact.value("year").count() == Some(i64::from(year)))
    };
    let facts: Vec<&Fact> = book
        .of_step(oversight::Sample::DEF)
        .filter(wanted)
        .collect();
    if facts.is_empty() {
        return Err(Fail(words!(
            "没有登记这样的抽样；先抽：minsheng audit sample --year 年度 --seed 种子",
            "No such draw is recorded; first: minsheng audit sample --year YEAR --seed TEXT"
        ))
        .into());
    }
    let list: Vec<Redone> = facts
        .iter()
        .map(|fact| redo(fact, &ledger, &pack))
        .collect::<anyhow::Result<_>>()?;
    let lang = context.lang;
    if context.format == Format::Json {
        let rows: Vec<_> = list
            .iter()
            .map(|one| {
                json!({
                    "sample": one.id, "holds": one.wrong.is_none(),
                    "why": one.wrong.as_ref().map(|words| words.in_lang(lang).to_owned()),
                })
            })
            .collect();
        context.json(&json!({ "schema": "minsheng.sample-check/1", "samples": rows }))?;
    } else {
        for (one, fact) in list.iter().zip(&facts) {
            let seed = fact.value("seed").text().unwrap_or_default();
            let said = match &one.wrong {
                None => lang
                    .pick(
                        &format!("✓ {}：按种子“{seed}”重抽，与登记的一致。", one.id),
                        &format!("✓ {}: redone with the seed “{seed}”, as recorded.", one.id),
                    )
                    .to_owned(),
                Some(wrong) => lang
                    .pick(
                        &format!("✗ {}：{}。", one.id, wrong.zh),
                        &format!("✗ {}: {}.", one.id, wrong.en),
                    )
                    .to_owned(),
            };
            writeln!(context.out, "{}", crate::report::table::clean(&said))?;
        }
    }
    Ok(if list.iter().any(|one| one.history) {
        Exit::Integrity
    } else if list.iter().any(|one| one.wrong.is_some()) {
        Exit::Findings
    } else {
        Exit::Done
    })
}
