//! `todo`: what is due, missing, or may come next.

use clap::ArgMatches;

use super::context::{Context, Format};
use super::{Exit, Fail, talk};
use crate::corridor::whole_book;
use crate::report::{audit, todo};
use crate::state::subject::DISTRICT;
use crate::state::{Book, Subject};
use crate::words;
use crate::words::did_you_mean;

/// The matters of a case, a community, a street, or of all.
pub(super) fn todo(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    // what a year owes falls due in the next one
    let years = match super::audit::year(matches)? {
        Some(year) => vec![year],
        None => vec![context.as_of.year() - 1, context.as_of.year()],
    };
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let book = whole_book(&ledger)?;
    let mut subjects: Vec<String> = Vec::new();
    for year in years {
        let more = match matches.get_one::<String>("subject") {
            None => audit::subjects(&book, year, context.as_of),
            Some(id) => subjects_of(&book, id, year, context)?,
        };
        subjects.extend(more);
    }
    subjects.sort();
    subjects.dedup();
    let busy = context.busy("正在核对…", "Judging…");
    let matters = todo::matters(&pack, &book, &subjects, context.as_of);
    drop(busy);
    if let Some(path) = matches.get_one::<String>("ics") {
        let text = todo::icalendar(&matters, context.surroundings.now, context.lang);
        super::files::refuse_database(path)?;
        super::files::write_file(path, text.as_bytes(), true)?;
        let dated = matters
            .iter()
            .filter(|matter| matter.date.is_some())
            .count();
        talk(
            context,
            &format!("已写入日历：{path}（{dated}项）"),
            &format!("Calendar written: {path} ({dated} matters)"),
        );
        return Ok(Exit::Done);
    }
    // of a single case also what is to be typed, and what must wait
    let case = matches
        .get_one::<String>("subject")
        .filter(|id| matches!(Subject::parse(id), Subject::Case(..)));
    let waiting = case.map_or_else(Vec::new, |id| {
        todo::waiting(&pack, &book, id, context.as_of)
    });
    if context.format == Format::Json {
        let json = todo::json(&matters, &waiting, context.as_of, context.lang);
        context.json(&json)?;
        return Ok(Exit::Done);
    }
    if matters.is_empty() {
        talk(context, "没有待办事项。", "Nothing to do.");
    }
    let text = todo::text(
        &matters,
        context.as_of,
        case.is_some(),
        context.voice(&pack),
    );
    let waiting = todo::waiting_text(&waiting, context.lang);
    write!(context.out, "{text}{waiting}")?;
    Ok(Exit::Done)
}

/// The subjects that an identifier stands for: a case itself, a community or a street with
/// its year and the cases in it.
fn subjects_of(
    book: &Book,
    id: &str,
    year: i32,
    context: &Context<'_>,
) -> anyhow::Result<Vec<String>> {
    let parsed = Subject::parse(id);
    if id.trim_end_matches(|c: char| c.is_ascii_digit()) == DISTRICT {
        let year = parsed.year().unwrap_or(year);
        return Ok(vec![format!("{DISTRICT}{year}")]);
    }
    if matches!(parsed, Subject::Case(..) | Subject::Demand(..)) {
        if book.about(id).is_empty() {
            return Err(unknown(&book_names(book), id));
        }
        return Ok(vec![id.to_owned()]);
    }
    let year = parsed.year().unwrap_or(year);
    let name = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let in_street = |code: &str| book.street(code) == Some(name);
    let codes: Vec<String> = book
        .communities()
        .into_iter()
        .filter(|code| code == name || in_street(code) || book.community_name(code) == Some(name))
        .collect();
    if codes.is_empty() {
        return Err(unknown(&book_names(book), id));
    }
    let street = codes
        .iter()
        .any(|code| in_street(code))
        .then(|| format!("{name}{year}"));
    let mine = |subject: &String| match Subject::parse(subject).community() {
        Some(code) => codes.iter().any(|c| c == code),
        None => Some(subject) == street.as_ref(),
    };
    let all = audit::subjects(book, year, context.as_of);
    Ok(all.into_iter().filter(mine).collect())
}

/// Every name that may be asked for: cases, communities, streets.
fn book_names(book: &Book) -> Vec<String> {
    let codes = book.communities();
    let streets = codes.iter().filter_map(|code| book.street(code));
    let names = codes.iter().filter_map(|code| book.community_name(code));
    let mut all: Vec<String> = streets.chain(names).map(str::to_owned).collect();
    let cases = |id: &&str| matches!(Subject::parse(id), Subject::Case(..) | Subject::Demand(..));
    all.extend(book.subjects().filter(cases).map(str::to_owned));
    all.extend(codes);
    all
}

fn unknown(known: &[String], id: &str) -> anyhow::Error {
    let near = did_you_mean(id, known.iter().map(String::as_str));
    Fail(words!(
        "账本中没有 {0}。{1}给出项目编号、社区代码或街道名称（见 minsheng list、minsheng list communities）。",
        "The ledger has nothing on {0}.{2} Give a case, a community's code or a street (see minsheng list, minsheng list communities).",
        id,
        near.zh,
        near.en
    ))
    .into()
}
