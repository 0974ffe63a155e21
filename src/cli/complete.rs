//! What a shell may put at the cursor: cases, communities, rules, words, from ledger and pack.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::Surroundings;
use super::{args, console, context};
use crate::corridor::whole_book;
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::state::Subject;
use crate::step::{self, Kind};
use crate::words::Lang;

/// What ledger and pack know, read when it is first asked for.
struct Known {
    ledger: PathBuf,
    regime: Option<String>,
    lang: Lang,
    words: OnceLock<Words>,
}

#[derive(Default)]
struct Words {
    cases: Vec<(String, String)>,
    subjects: Vec<(String, String)>,
    communities: Vec<(String, String)>,
    streets: Vec<(String, String)>,
    rules: Vec<(String, String)>,
    papers: Vec<(String, String)>,
    terms: Vec<(String, Vec<(String, String)>)>,
}

/// What a value is.
#[derive(Clone)]
enum What {
    Case,
    Subject,
    Community,
    Street,
    Rule,
    Paper,
    Step,
    Regime,
    Term(&'static str),
}

/// The command line with what may stand in it.
pub(super) fn command(lang: Lang, typed: &[OsString], surroundings: &Surroundings) -> Command {
    let ledger = console::option(typed, "--ledger")
        .or_else(|| (surroundings.env)("MINSHENG_LEDGER"))
        .unwrap_or_else(|| "minsheng.db".to_owned());
    let known = Arc::new(Known {
        ledger: PathBuf::from(ledger),
        regime: console::option(typed, "--regime"),
        lang,
        words: OnceLock::new(),
    });
    attach(args::command(lang), "", &known)
}

/// Gives the values of a command and of those below it what is known of them.
fn attach(command: Command, path: &str, known: &Arc<Known>) -> Command {
    let def = step::find(path);
    let command = command.mut_args(|arg| {
        let value = arg
            .get_value_names()
            .and_then(|names| names.first())
            .map_or_else(String::new, ToString::to_string);
        let name = arg.get_id().to_string();
        let field = def.and_then(|def| def.field(&name));
        let what = match field {
            Some(field) if field.kind == Kind::Code => Some(What::Community),
            Some(field) if field.kind == Kind::Term => Some(What::Term(field.vocabulary)),
            Some(field) if field.name == "rule" => Some(What::Rule),
            Some(field) if matches!(field.name, "case" | "cases") => Some(What::Case),
            Some(field) if field.name == "street" => Some(What::Street),
            Some(field) if field.kind == Kind::Ref => Some(What::Subject),
            Some(_) => None,
            None => of_option(&name, &value),
        };
        match what {
            Some(what) => {
                let known = known.clone();
                let values = move |current: &OsStr| known.fitting(&what, current);
                arg.add(ArgValueCompleter::new(values))
            }
            None => arg,
        }
    });
    let names = command.get_subcommands().map(Command::get_name);
    let names: Vec<String> = names.map(str::to_owned).collect();
    names.into_iter().fold(command, |command, name| {
        let below = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        command.mut_subcommand(name, |sub| attach(sub, &below, known))
    })
}

/// What an option of a command that is no step is about.
fn of_option(name: &str, value: &str) -> Option<What> {
    match (name, value) {
        ("id", "RULE") | ("rule" | "reason", _) => Some(What::Rule),
        ("community", _) => Some(What::Community),
        ("street", _) => Some(What::Street),
        ("case", _) => Some(What::Case),
        ("subject" | "round", _) => Some(What::Subject),
        ("table", _) => Some(What::Paper),
        ("step", _) => Some(What::Step),
        ("regime" | "a" | "b" | "id", _) => Some(What::Regime),
        _ => None,
    }
}

impl Known {
    /// The values that begin like what is typed.
    fn fitting(&self, what: &What, current: &OsStr) -> Vec<CompletionCandidate> {
        let typed = current.to_string_lossy();
        // of a list the last item is typed
        let (done, typed) = match typed.rfind('、') {
            Some(at) => typed.split_at(at + '、'.len_utf8()),
            None => ("", typed.as_ref()),
        };
        let own;
        let words = self.words();
        let list: &[(String, String)] = match what {
            What::Case => &words.cases,
            What::Subject => &words.subjects,
            What::Community => &words.communities,
            What::Street => &words.streets,
            What::Rule => &words.rules,
            What::Paper => &words.papers,
            What::Term(name) => {
                let mut terms = words.terms.iter();
                terms
                    .find(|(id, _)| id == name)
                    .map_or(&[], |(_, list)| list)
            }
            What::Step => {
                let steps = step::STEPS.iter();
                let named = |def: &&step::StepDef| (def.id.to_owned(), def.zh.to_owned());
                own = steps.map(named).collect::<Vec<_>>();
                &own
            }
            What::Regime => {
                own = Pack::embedded()
                    .map(|id| (id.to_owned(), String::new()))
                    .collect();
                &own
            }
        };
        let fits = |value: &str| {
            let head: String = value.chars().take(typed.chars().count()).collect();
            head.eq_ignore_ascii_case(typed)
        };
        list.iter()
            .filter(|(value, _)| fits(value))
            .map(|(value, help)| {
                let help = Some(help.clone()).filter(|help| !help.is_empty());
                CompletionCandidate::new(format!("{done}{value}")).help(help.map(Into::into))
            })
            .collect()
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| self.read().unwrap_or_default())
    }

    /// Reads ledger and pack; what cannot be read is not offered.
    fn read(&self) -> Option<Words> {
        let ledger = Ledger::open_read(&self.ledger).ok();
        let bound = ledger
            .as_ref()
            .and_then(|ledger| context::bound(ledger, "init", "regime").ok().flatten());
        let name = self.regime.clone().or(bound);
        let name = name.unwrap_or_else(|| context::default_pack().to_owned());
        let pack = context::load(&name)
            .or_else(|_| context::load(&self.ledger.with_file_name(&name).to_string_lossy()))
            .ok()?;
        let mut words = Words {
            rules: pack
                .rules
                .iter()
                .map(|rule| (rule.id.clone(), rule.title.in_lang(self.lang).to_owned()))
                .collect(),
            ..Words::default()
        };
        let tables = pack.tables.iter().map(|t| (t.id.clone(), t.title.clone()));
        let forms = pack.forms.iter().map(|f| (f.id.clone(), f.title.clone()));
        words.papers = tables.chain(forms).collect();
        for list in pack.vocabularies.iter() {
            let term = |term: &crate::pack::Term| match self.lang {
                Lang::Zh => (term.label.clone(), term.id.clone()),
                Lang::En => (term.id.clone(), term.label.clone()),
            };
            let terms = list.terms.iter().map(term).collect();
            words.terms.push((list.id.clone(), terms));
        }
        let Some(ledger) = ledger else {
            return Some(words);
        };
        let book = whole_book(&ledger).ok()?;
        for id in book.subjects() {
            let entry = (id.to_owned(), String::new());
            if matches!(Subject::parse(id), Subject::Case(..)) {
                words.cases.push(entry.clone());
            }
            words.subjects.push(entry);
        }
        for code in book.communities() {
            let name = book.community_name(&code).unwrap_or_default().to_owned();
            if let Some(street) = book.street(&code) {
                let entry = (street.to_owned(), String::new());
                if !words.streets.contains(&entry) {
                    words.streets.push(entry);
                }
            }
            words.communities.push((code, name));
        }
        Some(words)
    }
}
