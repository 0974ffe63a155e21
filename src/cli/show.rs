//! `show`, `list`, `log`, `explain`: reading the ledger.

use clap::ArgMatches;
use serde_json::json;

use super::context::{Context, Format, day};
use super::{Exit, Fail};
use crate::corridor::{book_of, whole_book};
use crate::judge;
use crate::law::Day;
use crate::ledger::{Event, Ledger};
use crate::report::dossier::Source as Dossier;
use crate::report::fund::{self as report_fund, Account};
use crate::report::show::{Opener, cases, demands, life, log as log_table};
use crate::report::{Table, explain as words_of, json as contract};
use crate::state::{Book, Subject, View};
use crate::words;
use crate::words::did_you_mean;

/// Events that were recorded by the end of some UTC day.
fn known_by(matches: &ArgMatches) -> anyhow::Result<Option<String>> {
    matches
        .get_one::<String>("known-by")
        .map(|text| Ok(format!("{}T23:59:59Z", day(text)?)))
        .transpose()
}

fn known(event: &Event, limit: Option<&String>) -> bool {
    limit.is_none_or(|limit| event.recorded_at.as_str() <= limit.as_str())
}

/// Says that nothing is recorded of a subject, or when the first thing is.
fn nothing(book: &Book, subject: &str, as_of: Day) -> anyhow::Error {
    let later = View::new(book, subject, Day::MAX);
    if let Some(first) = later.own().filter_map(|fact| fact.occurred).min() {
        return Fail(words!(
            "{0} 的登记从{1}开始，晚于截至日期{2}；加 --as-of {1} 再看。",
            "What is recorded of {0} begins on {1}, after the day {2} that is looked at; add --as-of {1}.",
            subject,
            first,
            as_of
        ))
        .into();
    }
    let near = did_you_mean(subject, book.subjects());
    Fail(words!(
        "账本中没有 {0} 的记录。{1}用 minsheng list 查看编号。",
        "The ledger has nothing on {0}.{2} See minsheng list.",
        subject,
        near.zh,
        near.en
    ))
    .into()
}

/// The life of a case as a page.
fn dossier(file: &str, matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[])?;
    let id = subject(matches);
    super::files::refuse_database(file)?;
    if matches.get_one::<String>("known-by").is_some() {
        return Err(Fail(words!(
            "卷宗按现在的账本写，不能加 --known-by；要看某天的情况，用 --as-of。",
            "A dossier is made from the ledger as it is, without --known-by; for a day use --as-of."
        ))
        .into());
    }
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let book = whole_book(&ledger)?;
    let view = View::new(&book, &id, context.as_of);
    if view.own().next().is_none() {
        return Err(nothing(&book, &id, context.as_of));
    }
    let Some(year) = view
        .year()
        .filter(|_| matches!(view.subject, Subject::Case(..)))
    else {
        return Err(Fail(words!(
            "{0} 不是项目；卷宗只有项目有（minsheng list cases）。",
            "{0} is no case; only cases have a dossier (minsheng list cases).",
            id
        ))
        .into());
    };
    let page = Dossier {
        ledger: &ledger,
        view: &view,
        voice: context.voice(&pack),
        flags: &crate::report::flags::flags(&pack, &book, year, context.as_of),
        plain: matches.get_flag("plain"),
        public: matches.get_flag("public"),
        back: None,
    };
    let page = page.html()?.map_err(Fail)?;
    super::files::write_file(file, page.as_bytes(), matches.get_flag("force"))?;
    super::talk(
        context,
        &format!("已写入卷宗 {file}，用浏览器打开或打印。"),
        &format!("Dossier written to {file}; open or print it in a browser."),
    );
    super::proof::tell_head(context, &ledger)?;
    Ok(Exit::Done)
}

/// Everything recorded of one subject.
pub(super) fn show(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    if let Some(file) = matches.get_one::<String>("dossier") {
        return dossier(file, matches, context);
    }
    context.only(&[Format::Json])?;
    let subject = subject(matches);
    let limit = known_by(matches)?;
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let book = limited(&ledger, &subject, limit.as_ref())?;
    let view = View::new(&book, &subject, context.as_of);
    if view.own().next().is_none() {
        return Err(nothing(&book, &subject, context.as_of));
    }
    let opener = Opener {
        ledger: &ledger,
        plain: matches.get_flag("plain"),
    };
    if context.format == Format::Table {
        let text = life(&view, context.voice(&pack), opener);
        write!(context.out, "{text}")?;
        if matches!(view.subject, Subject::Case(..)) && view.withdrawn().is_none() {
            super::talk(
                context,
                &format!("接下来能办什么、最早哪天：minsheng todo {subject}"),
                &format!("What may come next, and when at the earliest: minsheng todo {subject}"),
            );
        }
        return Ok(Exit::Done);
    }
    let facts: Vec<_> = view
        .own()
        .map(|fact| {
            let values: serde_json::Map<_, _> = fact
                .def
                .fields
                .iter()
                .enumerate()
                .filter(|(index, _)| !fact.values[*index].is_none())
                .map(|(index, field)| {
                    let text =
                        crate::report::show::value_text(fact, index, context.voice(&pack), opener);
                    (field.name.to_owned(), json!(text))
                })
                .collect();
            json!({
                "origin": fact.key.origin, "seq": fact.key.seq, "step": fact.def.id,
                "subject": fact.subject, "occurred": fact.occurred.map(|d| d.to_string()),
                "recorded_at": fact.recorded_at, "actor": fact.actor, "values": values,
                "amended_by": fact.amended,
            })
        })
        .collect();
    context.json(&json!({ "schema": "minsheng.show/1", "subject": subject, "facts": facts }))?;
    Ok(Exit::Done)
}

/// The two ledgers of a street's fund.
pub(super) fn fund(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let year = super::audit::year(matches)?.unwrap_or_else(|| context.as_of.year());
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let book = whole_book(&ledger)?;
    let codes = book.communities();
    let mut streets: Vec<&str> = codes.iter().filter_map(|code| book.street(code)).collect();
    streets.sort_unstable();
    streets.dedup();
    if let Some(wanted) = matches.get_one::<String>("street") {
        if !streets.contains(&wanted.as_str()) {
            let near = did_you_mean(wanted, streets.iter().copied());
            return Err(Fail(words!(
                "没有登记街道“{0}”。{2}已登记的有：{1}。",
                "There is no street “{0}”.{3} There are: {1}.",
                wanted,
                streets.join("、"),
                near.zh,
                near.en
            ))
            .into());
        }
        streets.retain(|street| street == wanted);
    }
    let accounts: Vec<Account> = streets
        .iter()
        .filter_map(|street| {
            let view = View::new(&book, &format!("{street}{year}"), context.as_of);
            Account::of(&view).filter(|account| !account.is_empty())
        })
        .collect();
    if accounts.is_empty() {
        return Err(Fail(words!(
            "{0}年度没有登记资金；先登记：minsheng fund budget 街道 --year {0} --total 金额 --date 日期",
            "Nothing is recorded of funds in {0}; first: minsheng fund budget STREET --year {0} --total YUAN --date DATE",
            year
        ))
        .into());
    }
    if context.format == Format::Json {
        let list: Vec<_> = accounts.iter().map(report_fund::json).collect();
        context.json(&json!({ "schema": "minsheng.funds/1", "accounts": list }))?;
        return Ok(Exit::Done);
    }
    let texts: Vec<String> = accounts
        .iter()
        .map(|account| report_fund::text(account, context.voice(&pack)))
        .collect();
    write!(context.out, "{}", texts.join("\n"))?;
    Ok(Exit::Done)
}

fn subject(matches: &ArgMatches) -> String {
    matches
        .get_one::<String>("subject")
        .cloned()
        .unwrap_or_default()
}

fn limited(ledger: &Ledger, subject: &str, limit: Option<&String>) -> anyhow::Result<Book> {
    if limit.is_none() {
        return book_of(ledger, &[subject.to_owned()]);
    }
    let mut book = Book::new();
    ledger.reader().all(|event| {
        if known(&event, limit) {
            book.take(event);
        }
        true
    })?;
    Ok(book)
}

/// Lists of cases, demands or communities.
pub(super) fn list(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let limit = known_by(matches)?;
    let year = super::audit::year(matches)?;
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let mut book = Book::new();
    ledger.reader().all(|event| {
        if known(&event, limit.as_ref()) {
            book.take(event);
        }
        true
    })?;
    let voice = context.voice(&pack);
    let opener = Opener {
        ledger: &ledger,
        plain: matches.get_flag("plain"),
    };
    let what = matches
        .get_one::<String>("what")
        .map_or("cases", String::as_str);
    let mut table = match what {
        "cases" | "项目" => cases(&book, context.as_of, voice),
        "demands" | "需求" => demands(&book, context.as_of, voice, opener),
        "communities" | "社区" => communities(&book, context),
        other => {
            return Err(Fail(words!(
                "不能列出“{0}”；可用：cases demands communities。",
                "Cannot list “{0}”; use cases, demands or communities.",
                other
            ))
            .into());
        }
    };
    let community = matches.get_one::<String>("community");
    table.rows.retain(|row| {
        let subject = Subject::parse(&row[0]);
        let code = subject.community().unwrap_or_default();
        community.is_none_or(|c| c == code || book.community_name(code) == Some(c))
            && (what == "communities" || year.is_none_or(|y| subject.year() == Some(y)))
    });
    context.table(&table, "minsheng.list/1")?;
    Ok(Exit::Done)
}

fn communities(book: &Book, context: &Context<'_>) -> Table {
    let lang = context.lang;
    let mut table = Table::new(vec![
        ("code", lang.pick("代码", "Code").into()),
        ("name", lang.pick("社区", "Community").into()),
        ("street", lang.pick("街道", "Street").into()),
    ]);
    for code in book.communities() {
        table.rows.push(vec![
            code.clone(),
            book.community_name(&code).unwrap_or_default().to_owned(),
            book.street(&code).unwrap_or_default().to_owned(),
        ]);
    }
    table
}

/// The log, of one subject or all.
pub(super) fn log(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let limit = known_by(matches)?;
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let mut events = if let Some(subject) = matches.get_one::<String>("subject") {
        ledger.reader().of_subject(subject)?
    } else {
        let mut events = Vec::new();
        ledger.reader().all(|event| {
            events.push(event);
            true
        })?;
        events
    };
    events.retain(|event| known(event, limit.as_ref()));
    if context.as_of_given {
        let day = context.as_of.to_string();
        events.retain(|event| event.occurred <= day);
    }
    if let Some(subject) = matches
        .get_one::<String>("subject")
        .filter(|_| events.is_empty())
    {
        let book = limited(&ledger, subject, limit.as_ref())?;
        return Err(nothing(&book, subject, context.as_of));
    }
    if context.format == Format::Json {
        // one event a line, the payload as stored
        for event in &events {
            let json = json!({
                "origin": event.origin, "seq": event.seq, "step": event.step,
                "subject": event.subject, "occurred": event.occurred,
                "recorded_at": event.recorded_at, "actor": event.actor,
                "payload": serde_json::from_str::<serde_json::Value>(&event.payload).unwrap_or_default(),
                "hash": crate::ledger::chain::hex(&event.hash),
            });
            writeln!(context.out, "{json}")?;
        }
        return Ok(Exit::Done);
    }
    let table = log_table(&events, context.voice(&pack));
    context.table(&table, "minsheng.log/1")?;
    Ok(Exit::Done)
}

/// Every verdict on one subject, with facts, count and clause.
pub(super) fn explain(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let subject = subject(matches);
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let book = book_of(&ledger, std::slice::from_ref(&subject))?;
    let parsed = Subject::parse(&subject);
    let view = View::new(&book, &subject, context.as_of);
    // the district's year rests on the lists of the district
    let known = match &parsed {
        Subject::DistrictYear(_) => true,
        Subject::StreetYear(street, _) => {
            let codes = book.communities();
            codes.iter().any(|code| book.street(code) == Some(street))
        }
        Subject::CommunityYear(code, _) => book.street(code).is_some(),
        _ => view.own().next().is_some(),
    };
    if judge::scope_of(&parsed).is_none() || !known {
        return Err(nothing(&book, &subject, context.as_of));
    }
    let mut findings = judge::judge(&pack, &book, &subject, context.as_of);
    if let Some(rule) = matches.get_one::<String>("rule") {
        if pack.rule(rule).is_none() {
            return Err(super::book::no_rule(&pack, rule).into());
        }
        findings.retain(|f| f.rule == *rule);
        if findings.is_empty() {
            return Err(Fail(words!(
                "规则 {} 不以 {} 这类对象来判断；用 minsheng rule {} 查看它的对象。",
                "Rule {} is not judged on a subject like {}; see minsheng rule {}.",
                rule,
                subject,
                rule
            ))
            .into());
        }
    }
    if context.format == Format::Table {
        findings.sort_by_key(|f| (f.verdict == judge::Verdict::NotApplicable, f.verdict));
        write!(
            context.out,
            "{}",
            words_of::explain(&findings, context.voice(&pack))
        )?;
    } else {
        let lang = context.lang;
        let list: Vec<_> = findings
            .iter()
            .map(|f| {
                let mut json = contract::finding(
                    f,
                    &|code| book.community_name(code).map(str::to_owned),
                    lang,
                );
                json["count"] = f.count.iter().map(|line| line.in_lang(lang)).collect();
                json
            })
            .collect();
        context.json(&json!({ "schema": "minsheng.explain/1", "subject": subject, "as_of": context.as_of.to_string(), "findings": list }))?;
    }
    Ok(Exit::Done)
}
