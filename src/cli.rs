//! The command line: the only module that knows a clock, a terminal and the environment.

mod args;
mod attach;
mod audit;
mod book;
mod busy;
mod complete;
mod console;
mod context;
mod demo;
mod erase;
mod export;
mod fail;
mod files;
mod freetext;
mod import;
mod keep;
mod keys;
mod manual;
mod notice;
mod pages;
mod proof;
mod record;
mod regimes;
mod results;
mod rollup;
mod sample;
mod show;
mod site;
mod steps;
mod stop;
mod streams;
mod sync;
mod template;
mod todo;
mod union;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

pub use fail::Fail;

use context::Context;

use crate::words::Lang;

/// What the process finds around it.
pub struct Surroundings {
    /// The clock.
    pub now: DateTime<Utc>,
    /// Standard output is a terminal.
    pub terminal: bool,
    /// Standard error is a terminal.
    pub talk_terminal: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// The program's own file, to start the spreadsheet worker.
    pub exe: Option<PathBuf>,
    /// Reads an environment variable.
    pub env: fn(&str) -> Option<String>,
}

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; nothing at or above `--fail-on`.
    Done = 0,
    /// A refused step, or findings.
    Findings = 1,
    /// Usage, bad input, or could not do it.
    Failed = 2,
    /// The ledger's integrity check failed.
    Integrity = 3,
}

/// The clock: `MINSHENG_NOW` (RFC 3339) where tests and the demo set it.
#[must_use]
pub fn clock() -> DateTime<Utc> {
    std::env::var("MINSHENG_NOW")
        .ok()
        .and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
        .map_or_else(Utc::now, |at| at.with_timezone(&Utc))
}

/// Runs one command line and gives the exit code.
pub fn run(
    args: &[OsString],
    surroundings: &Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    // the worker must start before anything else is set up: its limits cover all it does
    if args.get(1).is_some_and(|arg| arg == "sheet-worker") {
        let path = args.get(2).map(PathBuf::from).unwrap_or_default();
        return u8::try_from(crate::sheet::worker(&path, out)).unwrap_or(2);
    }
    stop::survive_full_files();
    let lang = args::language(args, surroundings.env);
    let encoding = match console::encoding(args, surroundings.env) {
        Ok(encoding) => encoding,
        Err(name) => {
            let words = console::unknown(&name);
            let _ = writeln!(err, "{}", words.in_lang(lang));
            return Exit::Failed as u8;
        }
    };
    let args = console::decoded(args, encoding);
    if let Some(shell) = (surroundings.env)(manual::COMPLETE) {
        return manual::complete(&shell, &args, lang, surroundings, out) as u8;
    }
    walk(&args, lang, encoding, surroundings, out, err)
}

/// Walks one command line whose encoding is known.
fn walk(
    args: &[OsString],
    lang: Lang,
    encoding: Option<&'static encoding_rs::Encoding>,
    surroundings: &Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let mut answer = streams::Answer::new(out);
    // a Windows console takes Unicode and nothing else
    let fits = |terminal: bool| encoding.filter(|_| !(cfg!(windows) && terminal));
    let mut err = streams::Talk {
        err,
        encoding: fits(surroundings.talk_terminal),
    };
    let (code, recorded) = match args::parse(args, lang) {
        Ok(matches) => {
            let result = perform(&matches, lang, surroundings, &mut answer, &mut err);
            if is_text(&matches) {
                answer.encoding = fits(surroundings.terminal);
            }
            result
        }
        Err(error) => {
            let exit = args::complain(&error, lang, &mut answer, &mut err);
            answer.encoding = fits(surroundings.terminal);
            (exit as u8, false)
        }
    };
    match answer.flush() {
        Ok(()) => code,
        Err(error) => {
            let words = fail::unwritten(&error, recorded);
            let _ = writeln!(err, "{}", words.in_lang(lang));
            code.max(Exit::Failed as u8)
        }
    }
}

/// The answer is for people: no form for machines, and no file that says its own encoding.
fn is_text(matches: &clap::ArgMatches) -> bool {
    let (mut deepest, mut name) = (matches, "");
    while let Some((sub, inner)) = deepest.subcommand() {
        (deepest, name) = (inner, if name.is_empty() { sub } else { name });
    }
    let form = deepest.get_one::<String>("format");
    form.is_none_or(|form| form == "table")
        && !matches!(name, "export" | "schema" | "man" | "completions")
}

/// Performs one command; says the exit code and whether anything was recorded.
fn perform(
    matches: &clap::ArgMatches,
    lang: Lang,
    surroundings: &Surroundings,
    answer: &mut streams::Answer<'_>,
    err: &mut dyn Write,
) -> (u8, bool) {
    let mut context = match Context::new(matches, lang, surroundings, answer, err) {
        Ok(context) => context,
        Err(error) => return (fail::tell(&error, lang, None, err) as u8, false),
    };
    let result = dispatch(matches, &mut context);
    let (recorded, raw) = (context.recorded, context.raw_on_terminal());
    let code = match (result, stop::code()) {
        (Ok(exit), _) => exit as u8,
        (Err(_), Some(code)) if !recorded => {
            let words = fail::stopped();
            let _ = writeln!(context.err, "{}", words.in_lang(lang));
            code
        }
        (Err(error), _) => fail::tell(&error, lang, Some(&context.ledger), context.err) as u8,
    };
    if raw && let Err(error) = answer.clean() {
        let words = fail::unwritten(&error, recorded);
        let _ = writeln!(err, "{}", words.in_lang(lang));
        return (code.max(Exit::Failed as u8), recorded);
    }
    (code, recorded)
}

fn dispatch(matches: &clap::ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let Some((name, sub)) = matches.subcommand() else {
        return Ok(Exit::Failed);
    };
    if context.markdown && name != "rule" {
        return Err(Fail(crate::words!(
            "只有 minsheng rule 有 markdown 格式。",
            "Only minsheng rule has the form markdown."
        ))
        .into());
    }
    if context.parquet && name != "export" {
        return Err(Fail(crate::words!(
            "只有 minsheng export 有 parquet 格式。",
            "Only minsheng export has the form parquet."
        ))
        .into());
    }
    let inner = sub.subcommand();
    let fits = match context.format {
        context::Format::Sarif | context::Format::Junit => {
            name == "audit" && inner.is_none_or(|(verb, _)| verb == "roll-up")
        }
        context::Format::Ocds => name == "export",
        _ => true,
    };
    if !fits {
        return Err(Fail(crate::words!(
            "sarif、junit 只有 minsheng audit 有，ocds 只有 minsheng export 有。",
            "Only minsheng audit has the forms sarif and junit, only minsheng export the form ocds."
        ))
        .into());
    }
    match (name, inner) {
        ("init", _) => keep::init(sub, context),
        ("record", _) => record::record(sub, context),
        ("collect", Some(("import", sub))) => import::import(sub, context),
        ("regime", Some(("list", _))) => regimes::regimes(context),
        ("regime", Some(("show", sub))) => regimes::regime(sub, context),
        ("regime", Some(("diff", sub))) => regimes::compare(sub, context),
        ("regime", Some(("lint", sub))) => regimes::check(sub, context),
        ("regime", Some(("new", sub))) => regimes::new(sub, context),
        ("audit", Some(("sample", sub))) => sample::sample(sub, context),
        ("audit", Some(("flags", sub))) => audit::flags(sub, context),
        ("audit", None) => audit::audit(sub, context),
        ("audit", Some(("roll-up", sub))) => rollup::roll_up(sub, context),
        ("explain", _) => show::explain(sub, context),
        ("show", Some(("fund", sub))) => show::fund(sub, context),
        ("show", _) => show::show(sub, context),
        ("todo", _) => todo::todo(sub, context),
        ("help", _) => manual::help(sub, context),
        ("man", _) => manual::man(sub, context),
        ("completions", _) => manual::completions(sub, context),
        ("notice", _) => notice::notice(None, sub, context),
        (stage, Some(("notice", sub))) => {
            notice::notice(Some(notice::of_stage(stage)), sub, context)
        }
        ("list", _) => show::list(sub, context),
        ("log", _) => show::log(sub, context),
        ("export", _) => export::export(sub, context),
        ("template", _) => template::template(sub, context),
        ("rule", _) => book::rule(sub, context),
        ("schema", _) => book::schema(sub, context),
        ("verify", _) => proof::verify(sub, context),
        ("checkpoint", _) => proof::checkpoint(sub, context),
        ("sync", Some((verb, sub))) => sync::sync(verb, sub, context),
        ("merge", _) => union::merge(sub, context),
        ("backup", _) => keep::backup(sub, context),
        ("upgrade", _) => keep::upgrade(context),
        ("erase", _) => erase::erase(sub, context),
        ("demo", _) => demo::demo(sub, context),
        (stage, Some((verb, sub))) => steps::one(&format!("{stage}.{verb}"), sub, context),
        (step, None) => steps::one(step, sub, context),
    }
}

/// A line for people on standard error, unless `--quiet`.
fn talk(context: &mut Context<'_>, zh: &str, en: &str) {
    if !context.quiet {
        let text = if context.lang == Lang::Zh { zh } else { en };
        let _ = writeln!(context.err, "{text}");
    }
}
