//! One step from the command line, and the answer to any recording.

use clap::ArgMatches;
use serde_json::{Map, Value as Json, json};

use super::context::{Context, Format};
use super::{Exit, Fail, attach, talk};
use crate::corridor::{self, Entry, Incomplete, Receipt, Refusal, Terms};
use crate::judge::{Finding, Verdict};
use crate::ledger::Event;
use crate::report;
use crate::state::Book;
use crate::step::{self, StepDef, input};
use crate::words;
use crate::words::{Lang, Words};

/// Records one step given by arguments.
pub(super) fn one(
    id: &str,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<Exit> {
    let Some(def) = step::find(id) else {
        return Err(Fail(words!("没有步骤 {0}。", "There is no step {0}.", id)).into());
    };
    let mut ledger = context.open()?;
    let pack = context.pack(&ledger)?;
    let mut raw = raw(def, matches);
    if def.stage() == "regime" {
        raw.insert("ledger".into(), json!(ledger.origin().name));
    }
    let attached = attach::measure(def, &mut raw)?;
    if def.id == "regime.calendar"
        && let Some(file) = matches.get_one::<String>("file")
    {
        raw.insert("days".into(), json!(notice(file)?));
    }
    let reasons = reasons(matches)?;
    let step = match input::read(def, &raw, &pack) {
        Ok(step) => step,
        Err(problems) => {
            let list: Vec<Incomplete> = problems
                .into_iter()
                .map(|p| Incomplete {
                    place: None,
                    words: at_option(def, &p),
                })
                .collect();
            return refuse(context, Refusal::Input(list));
        }
    };
    let mut entry = Entry {
        step,
        place: None,
        reasons,
        again: matches.get_flag("again"),
    };
    attach::anew(&ledger, std::slice::from_mut(&mut entry))?;
    let terms = context.terms(matches.get_flag("as-is"));
    if let Some(attached) = attached.filter(|_| !terms.dry_run) {
        // nothing is copied for a record that would be refused
        let trial = Terms {
            dry_run: true,
            ..terms.clone()
        };
        if let Err(refusal) = corridor::record(&mut ledger, &pack, vec![entry.clone()], &trial)? {
            return refuse(context, refusal);
        }
        attach::keep(ledger.path(), &attached)?;
    }
    let places = super::freetext::places(std::slice::from_ref(&entry));
    let answer = corridor::record(&mut ledger, &pack, vec![entry], &terms)?;
    super::freetext::answer_telling(context, answer, &places)
}

/// The message of a problem with the option that it is about.
fn at_option(def: &'static StepDef, problem: &input::Problem) -> Words {
    match def.field(&problem.field) {
        Some(field) if !def.positional.contains(&field.name) => Words::new(
            format!("--{}：{}", field.option(), problem.words.zh),
            format!("--{}: {}", field.option(), problem.words.en),
        ),
        _ => problem.words.clone(),
    }
}

/// The days of a holiday notice in a CSV file, a line each.
fn notice(file: &str) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Fail(words!(
            "读不到 {}：{}。",
            "Cannot read {}: {}.",
            file,
            error
        ))
    })?;
    let wrong = |error: &dyn std::fmt::Display| Fail(words!("{}：{}", "{}: {}", file, error));
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers().map_err(|e| wrong(&e))?.clone();
    let place = |name: &str| headers.iter().position(|h| h == name);
    let (Some(date), Some(kind)) = (place("date"), place("kind")) else {
        return Err(Fail(words!(
            "{0}：表头应为 date,holiday,kind，每行一天，kind 写“休”或“班”。",
            "{0}: the columns must be date,holiday,kind, a day a line, kind 休 or 班.",
            file
        ))
        .into());
    };
    let mut days = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| wrong(&e))?;
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let holiday = place("holiday").map_or("", cell);
        days.push(format!("{} {} {holiday}", cell(date), cell(kind)));
    }
    Ok(days)
}

fn raw(def: &'static StepDef, matches: &ArgMatches) -> Map<String, Json> {
    let mut raw = Map::new();
    for field in def.fields {
        let Ok(Some(values)) = matches.try_get_many::<String>(field.name) else {
            continue;
        };
        let values: Vec<Json> = values.map(|v| json!(v)).collect();
        let value = if field.list {
            Json::Array(values)
        } else {
            values.into_iter().next().unwrap_or_default()
        };
        raw.insert(field.name.to_owned(), value);
    }
    raw
}

/// The reasons given by `--reason RULE=TEXT`.
pub(super) fn reasons(matches: &ArgMatches) -> anyhow::Result<Vec<(String, String)>> {
    let given = matches.get_many::<String>("reason").into_iter().flatten();
    given
        .map(|text| match text.split_once('=') {
            Some((rule, text)) if !rule.trim().is_empty() && !text.trim().is_empty() => {
                Ok((rule.trim().to_owned(), text.trim().to_owned()))
            }
            _ => Err(Fail(words!(
                "说明“{0}”应写作“规则=理由”，例如 --reason A11-DAYS=台风停工。",
                "The reason “{0}” must read RULE=TEXT, for example --reason A11-DAYS=typhoon.",
                text
            ))
            .into()),
        })
        .collect()
}

/// Answers a recording: what was recorded, or why nothing was.
pub(super) fn answer_with(
    context: &mut Context<'_>,
    answer: Result<Receipt, Refusal>,
) -> anyhow::Result<Exit> {
    match answer {
        Ok(receipt) => {
            context.recorded = !context.dry_run && !receipt.events.is_empty();
            tell(context, &receipt)?;
            Ok(Exit::Done)
        }
        Err(refusal) => refuse(context, refusal),
    }
}

fn tell(context: &mut Context<'_>, receipt: &Receipt) -> anyhow::Result<()> {
    let lang = context.lang;
    if context.format == Format::Json {
        let json = json!({
            "schema": "minsheng.receipt/1",
            "dry_run": context.dry_run,
            "durable": !context.dry_run,
            "events": receipt.events.iter().map(|e| json!({
                "origin": e.origin, "seq": e.seq, "step": e.step, "subject": e.subject,
                "occurred": e.occurred, "hash": crate::ledger::chain::hex(&e.hash),
            })).collect::<Vec<_>>(),
            "known": receipt.known,
            "facts_read": receipt.read,
            "breaches": receipt.breaches.iter()
                .map(|f| report::json::finding(f, &|_| None, lang)).collect::<Vec<_>>(),
            "unmatched": receipt.unmatched.iter().map(|(rule, _)| rule).collect::<Vec<_>>(),
            "clock_back": receipt.clock_back,
        });
        clock_back(context, receipt);
        return context.json(&json);
    }
    let verb = match (context.dry_run, lang) {
        (true, Lang::Zh) => "将登记",
        (false, Lang::Zh) => "已登记",
        (true, Lang::En) => "Would record",
        (false, Lang::En) => "Recorded",
    };
    for line in summary(&receipt.events, lang) {
        writeln!(context.out, "{verb}{}{line}", lang.pick("：", ": "))?;
    }
    if !receipt.known.is_empty() {
        writeln!(
            context.out,
            "{}",
            lang.pick(
                &format!(
                    "账本中已有相同的记录{}条，未重复登记（{}）；确是另一条的，加 --again 登记。",
                    receipt.known.len(),
                    few(&receipt.known)
                ),
                &format!(
                    "{} records stand in the ledger already and were not added again ({}); if it is another one, add --again.",
                    receipt.known.len(),
                    few(&receipt.known)
                ),
            )
        )?;
    }
    clock_back(context, receipt);
    recorded_breaches(context, &receipt.breaches);
    still_blank(context, receipt);
    for (rule, _) in &receipt.unmatched {
        talk(
            context,
            &format!("注意：{rule} 没有问题，所附说明未登记。"),
            &format!("Note: nothing breaks {rule}; its reason was not recorded."),
        );
    }
    Ok(())
}

/// The clock stands before the last event: recorded, and told.
fn clock_back(context: &mut Context<'_>, receipt: &Receipt) {
    let (Some(last), false) = (&receipt.clock_back, receipt.events.is_empty()) else {
        return;
    };
    let now = context.now();
    talk(
        context,
        &format!(
            "注意：计算机的时钟是 {now}，早于上一条记录的登记时间 {last}。已照此登记，先后次序不受影响；请校准时钟。"
        ),
        &format!(
            "Note: the clock says {now}, earlier than {last}, when the event before was recorded. It was recorded so, and the order stands; set the clock."
        ),
    );
}

/// What a record leaves blank although a rule asks for it: told where one step was given,
/// not where a whole list was.
fn still_blank(context: &mut Context<'_>, receipt: &Receipt) {
    let [event, rest @ ..] = receipt.events.as_slice() else {
        return;
    };
    let Some(def) = step::find(&event.step).filter(|_| rest.len() < 3) else {
        return;
    };
    if let Some((fields, rules)) = report::lacks::of_step(&receipt.blanks, def) {
        let rules = rules.join(" ");
        talk(
            context,
            &format!(
                "还没有填——{}（{rules}）；补填：minsheng amend {} --set 栏目=值 --why 补填",
                fields.zh, event.seq
            ),
            &format!(
                "Still blank: {} ({rules}); fill in: minsheng amend {} --set field=value --why REASON",
                fields.en, event.seq
            ),
        );
    }
}

/// One line per event, or per step where a step comes often.
fn summary(events: &[Event], lang: Lang) -> Vec<String> {
    let mut by_step: Vec<(&str, Vec<&Event>)> = Vec::new();
    for event in events {
        match by_step.iter_mut().find(|(step, _)| *step == event.step) {
            Some((_, list)) => list.push(event),
            None => by_step.push((&event.step, vec![event])),
        }
    }
    let mut lines = Vec::new();
    for (step, list) in by_step {
        let name = step::find(step).map_or(step, |d| lang.pick(d.zh, d.id));
        let number = lang.pick("事件号", "event");
        match (list.as_slice(), list.first(), list.last()) {
            (many, Some(first), Some(last)) if many.len() > 3 => {
                let range = if first.subject == last.subject {
                    first.subject.clone()
                } else {
                    format!("{} … {}", first.subject, last.subject)
                };
                lines.push(format!(
                    "{name} × {}  {range}  {number} {}–{}",
                    many.len(),
                    first.seq,
                    last.seq
                ));
            }
            (few, ..) => lines.extend(
                few.iter()
                    .map(|e| format!("{name} {}  {number} {}", e.subject, e.seq)),
            ),
        }
    }
    lines
}

fn few(list: &[String]) -> String {
    let mut text = list.iter().take(3).cloned().collect::<Vec<_>>().join(" ");
    if list.len() > 3 {
        text.push_str(" …");
    }
    text
}

fn recorded_breaches(context: &mut Context<'_>, breaches: &[Finding]) {
    let lang = context.lang;
    for finding in breaches.iter().take(20) {
        let (zh, en) = match finding.verdict {
            Verdict::Violation => (
                "已照实登记，仍属违规",
                "recorded as it was; it stays a violation",
            ),
            Verdict::Justified => ("已记说明", "reason recorded"),
            Verdict::Borderline => ("临界", "borderline"),
            _ => ("提示", "note"),
        };
        talk(
            context,
            &format!(
                "{zh}：{} {}（{}）",
                finding.rule,
                finding.title.in_lang(lang),
                finding.subject
            ),
            &format!(
                "{en}: {} {} ({})",
                finding.rule,
                finding.title.in_lang(lang),
                finding.subject
            ),
        );
    }
    if breaches.len() > 20 {
        let more = breaches.len() - 20;
        talk(
            context,
            &format!("……另有{more}项，见 minsheng audit。"),
            &format!("… and {more} more, see minsheng audit."),
        );
    }
}

/// Says why nothing was recorded, with the next move.
pub(super) fn refuse(context: &mut Context<'_>, refusal: Refusal) -> anyhow::Result<Exit> {
    let lang = context.lang;
    match refusal {
        Refusal::Input(problems) => {
            if context.format == Format::Json {
                let json = report::json::problems(&problems, lang);
                context.json(&json)?;
            }
            for problem in &problems {
                writeln!(
                    context.err,
                    "{}{}",
                    lang.pick("错误：", "error: "),
                    report::table::clean(problem.said().in_lang(lang))
                )?;
            }
            talk(
                context,
                &format!("共{}处，账本没有改动。", problems.len()),
                &format!("{} problems; the ledger was not changed.", problems.len()),
            );
            Ok(Exit::Failed)
        }
        Refusal::Breach(findings) => {
            if context.format == Format::Json {
                let mut book = Book::new();
                if let Ok(ledger) = context.open_read() {
                    for (finding, _) in &findings {
                        let code = finding.community.as_deref().unwrap_or_default();
                        book.extend(ledger.reader().about(code)?);
                    }
                }
                let names = |code: &str| book.community_name(code).map(str::to_owned);
                let json = report::json::refusal(&findings, &names, lang);
                context.json(&json)?;
                return Ok(Exit::Findings);
            }
            writeln!(
                context.err,
                "{}",
                lang.pick(
                    "未登记：与下列规定不符，账本没有改动。",
                    "Not recorded: it breaks the rules below; the ledger was not changed."
                )
            )?;
            let mut rules: Vec<&str> = Vec::new();
            let mut said = String::new();
            for (subjects, finding, place) in together(&findings) {
                let place = place.map_or(String::new(), |p| format!(" {p}"));
                let heading = format!("{}{place}", subjects.join(" "));
                if heading != said {
                    writeln!(context.err, "{heading}")?;
                    said = heading;
                }
                write!(context.err, "{}", report::audit::entry(finding, lang, "  "))?;
                if !rules.contains(&finding.rule.as_str()) {
                    rules.push(&finding.rule);
                }
            }
            let options: Vec<String> = rules
                .iter()
                .map(|rule| format!("--reason {rule}={}", lang.pick("理由", "REASON")))
                .collect();
            talk(
                context,
                &format!("如确已发生，请加说明照实登记：{}", options.join(" ")),
                &format!(
                    "If it did happen, record it with the reason: {}",
                    options.join(" ")
                ),
            );
            Ok(Exit::Findings)
        }
    }
}

/// The same breach of several subjects at one place is told once.
fn together(findings: &[(Finding, Option<String>)]) -> Vec<(Vec<&str>, &Finding, Option<&str>)> {
    let mut list: Vec<(Vec<&str>, &Finding, Option<&str>)> = Vec::new();
    for (finding, place) in findings {
        let place = place.as_deref();
        let same = list.iter_mut().find(|(_, known, at)| {
            (&known.rule, &known.message, *at) == (&finding.rule, &finding.message, place)
        });
        match same {
            Some((subjects, ..)) => subjects.push(&finding.subject),
            None => list.push((vec![&finding.subject], finding, place)),
        }
    }
    list
}
