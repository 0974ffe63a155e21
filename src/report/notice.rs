//! Notices to the public: what the clause wants, filled from the ledger; as text and as a page.

mod page;
mod text;

use std::fmt::Write as _;

pub use page::html;
pub use text::{recording, text};

use super::command;
use super::official::{Filler, in_words};
use crate::judge;
use crate::law::{CountError, Day, FirstDay, Unit, add};
use crate::pack::notice::{ItemDef, NoticeDef, NoticeKind, Standing, slots};
use crate::pack::{Pack, Path};
use crate::state::{Value, View};
use crate::step::{self, Field, StepDef};
use crate::words;
use crate::words::{Words, clean};

/// One thing that a notice says.
#[derive(Clone, Debug)]
pub struct Line {
    /// Heading.
    pub heading: String,
    /// What it says; nothing if the ledger does not know.
    pub text: Option<String>,
    /// A place to stick something on.
    pub place: bool,
    /// The clause.
    pub cite: String,
}

impl Line {
    /// The text, or a blank that says what is missing.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.text {
            Some(text) => text.clone(),
            None => blank(&self.heading),
        }
    }
}

/// The days of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub start: Day,
    /// Last day; none where the text gives no number and none was chosen.
    pub end: Option<Day>,
    /// The earliest last day that is lawful.
    pub earliest: Option<Day>,
}

/// What is missing, and the command that brings it.
#[derive(Clone, Debug)]
pub struct Lack {
    /// What.
    pub what: String,
    /// How.
    pub remedy: Words,
}

/// A notice, ready to be written.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What it tells.
    pub kind: NoticeKind,
    /// The case or the entry.
    pub subject: String,
    /// Title.
    pub title: String,
    /// What stands before the items.
    pub head: String,
    /// What it says.
    pub lines: Vec<Line>,
    /// The sentence on its days.
    pub period: Option<String>,
    /// Who signs.
    pub signed: String,
    /// The word for `--by`.
    pub by: String,
    /// Its day, in words.
    pub date: String,
    /// The clause.
    pub cite: String,
    /// What the ledger lacks.
    pub lacks: Vec<Lack>,
}

/// What a notice is filled from.
pub struct Source<'a, 'v> {
    /// Fills slots for the public.
    pub public: &'a Filler<'a>,
    /// Fills slots with the names that the clause wants.
    pub named: &'a Filler<'a>,
    /// The case or the entry.
    pub view: &'a View<'v>,
    /// The case of an entry, if it names one.
    pub case: Option<&'a View<'v>>,
    /// What is not in the ledger, by heading.
    pub set: &'a [(String, String)],
}

/// A visible blank.
fn blank(what: &str) -> String {
    format!("「　　　　（缺：{what}）」")
}

/// The notice of a pack for a subject: the first of its kind whose condition holds.
///
/// # Errors
/// Says why there is none.
pub fn find<'p>(
    pack: &'p Pack,
    kind: NoticeKind,
    view: Option<&View<'_>>,
) -> Result<&'p NoticeDef, Words> {
    let word = kind.word();
    let mut of_kind = pack
        .notices()
        .iter()
        .filter(|def| def.kind == kind)
        .peekable();
    if of_kind.peek().is_none() {
        return Err(words!(
            "依据 {0} 没有写明“{1}”的内容（依据文件夹里没有这一种 [[notice]]）。",
            "The pack {0} does not describe the notice {2} (it has no [[notice]] of this kind).",
            pack.meta.id,
            word.zh,
            word.en
        ));
    }
    let Some(def) = of_kind.find(|def| match (&def.when, view) {
        (Some(when), Some(view)) => judge::holds(pack, view, when),
        _ => true,
    }) else {
        return Err(words!(
            "{0} 不适用“{1}”，或还没有登记判断所需的事实（如金额、应急立项）；用 minsheng show {0} 查看。",
            "The notice {2} does not apply to {0}, or a fact it depends on is not recorded (amount, emergency); see minsheng show {0}.",
            view.map_or("", |view| view.id.as_str()),
            word.zh,
            word.en
        ));
    };
    match &def.absent {
        Some(why) => Err(words!(
            "本依据没有这种文书（{0}）：{1}",
            "This regulation has no such notice ({2}): {3}",
            word.zh,
            why.zh,
            word.en,
            why.en
        )),
        None => Ok(def),
    }
}

/// The days of a notice that begins on `start`.
///
/// # Errors
/// If the days leave the calendar.
pub fn period(
    standing: Option<&Standing>,
    start: Day,
    end: Option<Day>,
    view: &View<'_>,
) -> Result<Period, CountError> {
    let earliest = match standing {
        Some(standing) => {
            let counted = i64::from(standing.first_day == FirstDay::Counted);
            let days = (standing.min - counted).max(0);
            Some(add(start, days, Unit::Day, view.book.calendar())?)
        }
        None => None,
    };
    Ok(Period {
        start,
        end: end.or(earliest),
        earliest,
    })
}

/// Fills a notice.
#[must_use]
pub fn fill(def: &NoticeDef, source: &Source<'_, '_>, days: Option<Period>) -> Notice {
    let mut lacks: Vec<Lack> = Vec::new();
    let lines = def.items.iter().map(|item| {
        let text = source.item(item, def, &mut lacks);
        Line {
            heading: item.heading.clone(),
            place: !item.place.is_empty(),
            text,
            cite: if item.cite.is_empty() {
                def.cite.clone()
            } else {
                item.cite.clone()
            },
        }
    });
    let lines = lines.collect();
    let title = source.sentence(&def.title, &mut lacks);
    let head = source.sentence(&def.head, &mut lacks);
    let pack = source.public.pack;
    let who = def.signed.iter().find(|who| {
        let when = who.when.as_ref();
        when.is_none_or(|when| judge::holds(pack, source.view, when))
    });
    let signed = who.map_or(String::new(), |s| source.sentence(&s.text, &mut lacks));
    Notice {
        kind: def.kind,
        subject: source.view.id.clone(),
        title,
        head,
        lines,
        period: days.map(|days| said(def, days)),
        signed,
        by: who.map_or(String::new(), |who| who.by.clone()),
        date: in_words(source.public.date),
        cite: def.cite.clone(),
        lacks,
    }
}

/// The sentence on the days: `2022年2月17日至2022年2月20日（不少于3天，首日不计）`.
fn said(def: &NoticeDef, days: Period) -> String {
    let mut text = match days.end {
        Some(end) => format!("{}至{}", in_words(days.start), in_words(end)),
        None => format!("自{}起", in_words(days.start)),
    };
    if let Some(standing) = &def.standing {
        let first = match standing.first_day {
            FirstDay::Excluded => "首日不计",
            FirstDay::Counted => "首日计入",
        };
        let _ = write!(text, "（不少于{}天，{first}）", standing.min);
    }
    text
}

impl Source<'_, '_> {
    /// What an item says: the first text of which every slot is filled.
    fn item(&self, item: &ItemDef, def: &NoticeDef, lacks: &mut Vec<Lack>) -> Option<String> {
        if !item.place.is_empty() {
            return Some(item.place.clone());
        }
        let filler = if item.named { self.named } else { self.public };
        let view = if item.of_case {
            self.case
        } else {
            Some(self.view)
        };
        if let Some(view) = view {
            for template in &item.from {
                if slots(template).all(|slot| self.knows(slot, view)) {
                    return Some(one_line(&filler.of_case(template, view)));
                }
            }
        }
        let mut set = self.set.iter();
        if let Some((_, text)) = set.find(|(heading, _)| *heading == item.heading) {
            return Some(one_line(text));
        }
        let remedy = if item.of_case && view.is_none() {
            self.remedy(&format!("{}.case", def.step_of_entry()), self.view)
        } else {
            let slot = item.from.first().and_then(|template| {
                let mut open = slots(template);
                open.find(|slot| view.is_none_or(|view| !self.knows(slot, view)))
            });
            slot.and_then(|slot| self.remedy(slot, view.unwrap_or(self.view)))
        };
        lacks.push(Lack {
            what: item.heading.clone(),
            remedy: remedy.unwrap_or_else(|| {
                words!(
                    "账本不登记这一项，写在命令里：--set {0}=内容",
                    "the ledger has no place for it, give it here: --set {0}=TEXT",
                    item.heading
                )
            }),
        });
        None
    }

    /// A sentence with its slots filled, or blanks in their place.
    fn sentence(&self, template: &str, lacks: &mut Vec<Lack>) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (slot, tail) = after.split_once('}').unwrap_or((after, ""));
            rest = tail;
            if self.knows(slot, self.view) {
                text.push_str(&self.public.of_case(&format!("{{{slot}}}"), self.view));
                continue;
            }
            let what = self.name_of(slot);
            text.push_str(&blank(&what));
            if lacks.iter().all(|lack| lack.what != what) {
                let remedy = self.remedy(slot, self.view).unwrap_or_else(|| {
                    words!(
                        "用 minsheng register community 登记社区和街道，用 minsheng init --name 登记单位",
                        "record it with minsheng register community, or minsheng init --name"
                    )
                });
                lacks.push(Lack { what, remedy });
            }
        }
        text.push_str(rest);
        one_line(&text)
    }

    /// True if a slot has a value that still stands in the ledger.
    fn knows(&self, slot: &str, view: &View<'_>) -> bool {
        if let Some((def, index)) = self.field(slot, view)
            && let Some(fact) = view.last(def)
        {
            let reader = self.public.opener.ledger.reader();
            let field = &def.fields[index];
            let personal = matches!(field.kind, step::Kind::Personal | step::Kind::Member);
            let open = |token: &str| reader.personal(token).ok().flatten().is_some();
            let mut items = fact.values[index].items().iter();
            let erased = personal && !items.all(|v| v.person().is_some_and(open));
            return !fact.values[index].is_none() && !erased;
        }
        !self
            .named
            .of_case(&format!("{{{slot}}}"), view)
            .trim()
            .is_empty()
    }

    /// The field that a slot stands for; of a named fact the first that says something.
    fn field(&self, slot: &str, view: &View<'_>) -> Option<(&'static StepDef, usize)> {
        let path = slot.strip_prefix("date:").unwrap_or(slot);
        let path = path.split('#').next().unwrap_or(path);
        if let Some((head, name)) = path.rsplit_once('.')
            && let Some(def) = step::find(head)
        {
            return Some((def, def.index(name)?));
        }
        let fact = self.public.pack.facts.iter().find(|fact| fact.id == path)?;
        let fields = fact.from.iter().filter_map(|path| match path {
            Path::Field(def, index) => Some((*def, *index)),
            _ => None,
        });
        let fields: Vec<_> = fields.collect();
        let said = fields.iter().find(|(def, index)| {
            let last = view.last(def);
            last.is_some_and(|fact| !matches!(fact.values[*index], Value::None))
        });
        said.or(fields.first()).copied()
    }

    fn name_of(&self, slot: &str) -> String {
        match slot {
            "community" => return "社区名称".to_owned(),
            "street" => return "街道名称".to_owned(),
            "office" => return "单位名称".to_owned(),
            _ => {}
        }
        let field = self.field(slot, self.view);
        field.map_or_else(
            || slot.to_owned(),
            |(def, index)| def.fields[index].heading.to_owned(),
        )
    }

    /// The command that brings what a slot lacks.
    fn remedy(&self, slot: &str, view: &View<'_>) -> Option<Words> {
        let (def, index) = self.field(slot, view)?;
        let field: &Field = &def.fields[index];
        Some(match view.last(def) {
            Some(fact) => command::amend(fact, &[field], view.book.is_own(fact)),
            None => command::record(def, &view.id, None, &[field]),
        })
    }
}

impl NoticeDef {
    /// The step that makes an entry, for notices of entries.
    fn step_of_entry(&self) -> &'static str {
        step::STEPS
            .iter()
            .find(|def| def.subject == self.step.subject && def.index("case").is_some())
            .map_or(self.step.id, |def| def.id)
    }
}

/// Text of residents as a part of a line: no control characters, no line breaks.
fn one_line(text: &str) -> String {
    clean(text).replace('\n', "；").trim().to_owned()
}
