//! `notice`: what is told to the public, as text and as a page to print.

use clap::ArgMatches;

use super::context::{Context, day};
use super::{Exit, Fail, talk};
use crate::corridor::whole_book;
use crate::judge;
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::pack::notice::{NoticeDef, NoticeKind};
use crate::report::notice::{self as paper, Notice, Period, Source};
use crate::report::official::{Chosen, Filler};
use crate::report::show::Opener;
use crate::state::{Book, Subject, Value, View};
use crate::words;
use crate::words::{Words, did_you_mean};

/// The kind that a stage's own command writes.
pub(super) fn of_stage(stage: &str) -> NoticeKind {
    match stage {
        "accept" => NoticeKind::Acceptance,
        "implement" => NoticeKind::Emergency,
        _ => NoticeKind::Publicity,
    }
}

/// Writes a notice.
pub(super) fn notice(
    kind: Option<NoticeKind>,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<Exit> {
    context.only(&[])?;
    let word = || matches.get_one::<String>("kind").cloned();
    let Some(kind) = kind.or_else(|| NoticeKind::find(&word()?)) else {
        return Ok(Exit::Failed);
    };
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    // a text that has no such notice says so whatever the subject is
    if let Err(why) = paper::find(&pack, kind, None) {
        return Err(Fail(why).into());
    }
    let book = whole_book(&ledger)?;
    let id = matches
        .get_one::<String>("subject")
        .cloned()
        .unwrap_or_default();
    let view = View::new(&book, &id, context.as_of);
    exists(kind, &view)?;
    let def = paper::find(&pack, kind, Some(&view)).map_err(Fail)?;
    let days = match days(def, &view, matches, context)? {
        Ok(days) => days,
        Err(refused) => {
            let text = refused.in_lang(context.lang);
            writeln!(context.err, "{text}")?;
            return Ok(Exit::Findings);
        }
    };
    let notice = fill(def, &pack, &book, &ledger, &view, days, matches, context)?;
    write(&notice, matches, context)?;
    tell(def, &notice, &pack, &view, days, context);
    Ok(Exit::Done)
}

/// The subject is there, of the kind that the notice is of, and not withdrawn.
fn exists(kind: NoticeKind, view: &View<'_>) -> anyhow::Result<()> {
    let of_entry = kind == NoticeKind::Blocklist;
    let fits = |view: &View<'_>| {
        if of_entry {
            view.own()
                .any(|fact| fact.def.id == "register.blocklist" && fact.subject == view.id)
        } else {
            matches!(view.subject, Subject::Case(..)) && view.own().next().is_some()
        }
    };
    if !fits(view) {
        let known: Vec<&str> = view
            .book
            .subjects()
            .filter(|id| fits(&View::new(view.book, id, view.as_of)))
            .collect();
        let near = did_you_mean(&view.id, known.iter().copied());
        let (zh, en) = if of_entry {
            ("名录条目", "entry of the blocklist")
        } else {
            ("项目", "case")
        };
        let list = if of_entry {
            known.join("、")
        } else {
            "minsheng list cases".to_owned()
        };
        return Err(Fail(words!(
            "账本中没有{0}“{1}”。{2}已有的：{3}。",
            "The ledger has no {4} “{1}”.{5} There are: {3}.",
            zh,
            view.id,
            near.zh,
            list,
            en,
            near.en
        ))
        .into());
    }
    let struck = |fact: &crate::state::Fact| {
        fact.def.id == "register.reply" && fact.value("struck") == &Value::Flag(true)
    };
    if of_entry && view.own().any(struck) {
        return Err(Fail(words!(
            "{0} 经申诉已撤销列入，不再公布；用 minsheng show {0} 查看。",
            "The entry {0} was struck on appeal and is not published; see minsheng show {0}.",
            view.id
        ))
        .into());
    }
    if view.withdrawn().is_some() {
        return Err(Fail(words!(
            "{0} 已撤回，不写文书；撤回的原因用 minsheng show {0} 查看。",
            "{0} was withdrawn; no notice is written. See minsheng show {0}.",
            view.id
        ))
        .into());
    }
    Ok(())
}

/// The days of a notice that has some: as asked for, as recorded, or from today on. A last day
/// before the earliest lawful one is refused.
fn days(
    def: &NoticeDef,
    view: &View<'_>,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<Result<Option<Period>, Words>> {
    let given = |name: &str| {
        matches
            .get_one::<String>(name)
            .map(|text| day(text))
            .transpose()
    };
    let (start, end) = (given("start")?, given("end")?);
    let stands = def.standing.is_some() || !def.standing_note.is_empty();
    let recorded = view.last(def.step).filter(|_| start.is_none());
    let of = |name: &str| recorded.and_then(|fact| fact.value(name).day());
    let (first, last) = (of("start").or(of("date")), of("end"));
    if !stands {
        if end.is_some() {
            return Err(Fail(words!(
                "条文没有给“{0}”规定起止日期，不用写 --end。",
                "The text gives {1} no period; leave --end out.",
                def.kind.word().zh,
                def.kind.word().en
            ))
            .into());
        }
        return Ok(Ok(None));
    }
    let begin = start.or(first).unwrap_or(context.as_of);
    if first.is_some() && end.is_none() {
        talk(
            context,
            "日期取自已登记的公示；另行公示的，加 --start 日期。",
            "The days are those of the recorded notice; add --start DATE for another one.",
        );
    }
    let period = paper::period(def.standing.as_ref(), begin, end.or(last), view);
    let period = period.map_err(|error| Fail(Words::new(error.zh(), error.en())))?;
    if let Some(wrong) = period.end.filter(|end| *end < begin) {
        return Err(Fail(words!(
            "最后一天{}早于第一天{}；改 --end 或 --start。",
            "The last day {} is before the first day {}; change --end or --start.",
            wrong,
            begin
        ))
        .into());
    }
    if let (Some(standing), Some(last), Some(earliest)) =
        (&def.standing, period.end, period.earliest)
        && last < earliest
    {
        return Ok(Err(words!(
            "没有写：{0}开始、{1}结束，不足{2}天（{3}，{4}）；最早应到{5}结束，改 --end {5}。",
            "Not written: from {0} to {1} is shorter than {2} days ({3}, {4}); it may end on {5} at the earliest: --end {5}.",
            begin,
            last,
            standing.min,
            standing.rule,
            standing.cite,
            earliest
        )));
    }
    Ok(Ok(Some(period)))
}

#[expect(clippy::too_many_arguments, reason = "what a notice is made of")]
fn fill(
    def: &NoticeDef,
    pack: &Pack,
    book: &Book,
    ledger: &Ledger,
    view: &View<'_>,
    days: Option<Period>,
    matches: &ArgMatches,
    context: &Context<'_>,
) -> anyhow::Result<Notice> {
    let date = match (days, matches.get_one::<String>("start")) {
        (Some(days), _) => days.start,
        (None, Some(text)) => day(text)?,
        (None, None) => context.as_of,
    };
    let filler = |public: bool| Filler {
        pack,
        book,
        opener: Opener {
            ledger,
            plain: true,
        },
        persons: None,
        public,
        chosen: Chosen::default(),
        date,
    };
    let (public, named) = (filler(true), filler(false));
    let own = |fact: &&crate::state::Fact| fact.def.subject != "case";
    let case = view
        .own()
        .filter(own)
        .find_map(|fact| fact.value("case").text());
    let case = case.map(|id| View::new(book, id, view.as_of));
    let set = sets(def, matches)?;
    let source = Source {
        public: &public,
        named: &named,
        view,
        case: case.as_ref(),
        set: &set,
    };
    Ok(paper::fill(def, &source, days))
}

/// What `--set` says, each of an item of the notice.
fn sets(def: &NoticeDef, matches: &ArgMatches) -> anyhow::Result<Vec<(String, String)>> {
    let given = matches.get_many::<String>("set").into_iter().flatten();
    let headings = || def.items.iter().map(|item| item.heading.as_str());
    given
        .map(|text| {
            let (heading, value) = text.split_once('=').unwrap_or((text, ""));
            let (heading, value) = (heading.trim(), value.trim());
            if headings().any(|known| known == heading) && !value.is_empty() {
                return Ok((heading.to_owned(), value.to_owned()));
            }
            let near = did_you_mean(heading, headings());
            let all: Vec<&str> = headings().collect();
            Err(Fail(words!(
                "--set {0} 应写作“项目=内容”。{1}这份文书的项目：{2}。",
                "--set {0} must read HEADING=TEXT.{3} The headings of this notice: {2}.",
                text,
                near.zh,
                all.join("、"),
                near.en
            ))
            .into())
        })
        .collect()
}

fn write(notice: &Notice, matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<()> {
    let Some(file) = matches.get_one::<String>("output") else {
        write!(context.out, "{}", paper::text(notice))?;
        return Ok(());
    };
    let end = std::path::Path::new(file).extension();
    let page = end.is_some_and(|e| e.eq_ignore_ascii_case("html") || e.eq_ignore_ascii_case("htm"));
    let text = if page {
        paper::html(notice).map_err(Fail)?
    } else {
        paper::text(notice)
    };
    super::files::refuse_database(file)?;
    super::files::write_file(file, text.as_bytes(), matches.get_flag("force"))?;
    talk(
        context,
        &format!(
            "已写入：{file}{}",
            if page {
                "（用浏览器打开，A4打印）"
            } else {
                ""
            }
        ),
        &format!(
            "Written: {file}{}",
            if page {
                " (open it in a browser; A4)"
            } else {
                ""
            }
        ),
    );
    Ok(())
}

/// What else is to be known: what is missing, the days, where it goes, how it is recorded.
fn tell(
    def: &NoticeDef,
    notice: &Notice,
    pack: &Pack,
    view: &View<'_>,
    days: Option<Period>,
    context: &mut Context<'_>,
) {
    for lack in &notice.lacks {
        talk(
            context,
            &format!("缺：{}。{}", lack.what, lack.remedy.zh),
            &format!("Missing: {}. {}", lack.what, lack.remedy.en),
        );
    }
    if let (Some(days), Some(standing)) = (days, &def.standing)
        && let Some(earliest) = days.earliest
    {
        talk(
            context,
            &format!(
                "期限：{}开始，最早{earliest}结束（不少于{}天，{}，{}）。",
                days.start, standing.min, standing.rule, standing.cite
            ),
            &format!(
                "Period: from {}, to {earliest} at the earliest (at least {} days, {}, {}).",
                days.start, standing.min, standing.rule, standing.cite
            ),
        );
    }
    if !def.standing_note.is_empty() {
        let note = &def.standing_note;
        talk(
            context,
            &format!("期限：{note}。"),
            &format!("Period: {note}."),
        );
    }
    if let Some(days) = days {
        too_early(def, view, pack, days, context);
    }
    for place in &def.places {
        talk(
            context,
            &format!("张贴：{place}。"),
            &format!("Where: {place}."),
        );
    }
    let command = paper::recording(def, notice, pack, days);
    talk(
        context,
        &format!("办完以后登记：{}", command.zh),
        &format!("Then record it: {}", command.en),
    );
}

/// A notice that begins before what must come first is done.
fn too_early(
    def: &NoticeDef,
    view: &View<'_>,
    pack: &Pack,
    days: Period,
    context: &mut Context<'_>,
) {
    for next in judge::earliest(pack, view) {
        if next.def != def.step {
            continue;
        }
        match next.date {
            Some(date) if days.start < date => talk(
                context,
                &format!("注意：最早{date}可以开始（{}，{}）。", next.rule, next.cite),
                &format!(
                    "Note: it may begin on {date} at the earliest ({}, {}).",
                    next.rule, next.cite
                ),
            ),
            Some(_) => {}
            None => {
                let said = |f: fn(&Words) -> &str| {
                    let waits = next.waits.iter();
                    waits
                        .map(|w| format!("{}〔{}〕", f(&w.what), w.rule))
                        .collect::<Vec<_>>()
                };
                talk(
                    context,
                    &format!("注意：先要登记：{}。", said(|w| &w.zh).join("、")),
                    &format!(
                        "Note: to be recorded first: {}.",
                        said(|w| &w.en).join(", ")
                    ),
                );
            }
        }
    }
}
