//! An official table as rows of text: its title, its header, its sentence, its columns.

use std::fmt::Write as _;

use super::super::context::Context;
use super::super::{Fail, talk};
use crate::law::{Day, Money};
use crate::pack::{Pack, TableDef};
use crate::report::show::Opener;
use crate::state::{Book, Fact, Subject, Value, View};
use crate::step::{self, Kind, Recorded, StepDef, general};
use crate::words;

/// Fills one official table from a book.
pub(super) struct Exporter<'a> {
    pub(super) pack: &'a Pack,
    pub(super) def: &'a TableDef,
    pub(super) book: &'a Book,
    pub(super) as_of: Day,
    pub(super) opener: Opener<'a>,
    /// Residents are masked.
    pub(super) public: bool,
    pub(super) community: Option<String>,
    pub(super) year: Option<i32>,
    pub(super) round: Option<String>,
    pub(super) batch: Option<i64>,
    pub(super) date: Day,
}

impl<'a> Exporter<'a> {
    /// The subjects of the rows, in order of their identifiers.
    pub(super) fn rows(&self) -> anyhow::Result<Vec<View<'a>>> {
        let step = step::find(&self.def.rows)
            .ok_or_else(|| anyhow::anyhow!("{}: no step {}", self.def.id, self.def.rows))?;
        let per_community = !matches!(step.stage(), "register");
        if per_community && self.community.is_none() {
            return Err(Fail(words!(
                "这张表按社区导出，请加 --community 社区代码。",
                "This table is made per community; add --community CODE."
            ))
            .into());
        }
        let mut views = Vec::new();
        for id in self.book.subjects() {
            let subject = Subject::parse(id);
            if per_community && subject.community() != self.community.as_deref() {
                continue;
            }
            if self
                .year
                .is_some_and(|year| per_community && subject.year() != Some(year))
            {
                continue;
            }
            let view = View::new(self.book, id, self.as_of);
            let Some(fact) = view
                .own()
                .filter(|f| f.def.id == step.id && f.subject == id)
                .last()
            else {
                continue;
            };
            let value = |path: &str| fact.value(path).clone();
            if self
                .round
                .as_ref()
                .is_some_and(|r| value("round").text() != Some(r))
                || self
                    .batch
                    .is_some_and(|b| candidate_batch(&view) != Some(b))
                || view.withdrawn().is_some()
                || self.struck(&view)
            {
                continue;
            }
            views.push(view);
        }
        Ok(views)
    }

    /// True if a record takes the row out of the table.
    fn struck(&self, view: &View<'_>) -> bool {
        let Some((step, field)) = self
            .def
            .struck_by
            .as_deref()
            .and_then(|path| path.rsplit_once('.'))
        else {
            return false;
        };
        let mut records = view.own().filter(|fact| fact.def.id == step);
        records.any(|fact| fact.value(field) == &Value::Flag(true))
    }

    /// Tells which rows were not yet determined, where the table's words say that all were.
    pub(super) fn undetermined(&self, rows: &[View<'_>], context: &mut Context<'_>) {
        let Some(step) = self.def.requires.as_deref().and_then(step::find) else {
            return;
        };
        let open: Vec<&str> = rows
            .iter()
            .filter(|v| v.last(step).is_none())
            .map(|v| v.id.as_str())
            .collect();
        if !open.is_empty() {
            let list = open.join(" ");
            talk(
                context,
                &format!(
                    "注意：表中写明全部通过审定，但 {list} 没有“{}”记录。",
                    step.zh
                ),
                &format!(
                    "Note: the table says that all are determined, but {list} have no {}.",
                    step.id
                ),
            );
        }
    }

    pub(super) fn grid(&self, rows: &[View<'_>], bare: bool) -> Vec<Vec<String>> {
        let mut grid = Vec::new();
        if !bare {
            grid.push(vec![self.def.title.clone()]);
            grid.push(vec![self.fill(&self.def.header, None, 0, rows)]);
            if let Some(summary) = &self.def.summary {
                grid.push(vec![self.fill(summary, None, 0, rows)]);
            }
        }
        grid.push(self.def.columns.iter().map(|c| c.heading.clone()).collect());
        for (index, view) in rows.iter().enumerate() {
            grid.push(
                self.def
                    .columns
                    .iter()
                    .map(|c| guard(&self.fill(&c.value, Some(view), index + 1, rows)))
                    .collect(),
            );
        }
        grid
    }

    /// Fills the slots of a text: of a row, or of the whole table.
    fn fill(
        &self,
        template: &str,
        view: Option<&View<'_>>,
        number: usize,
        rows: &[View<'_>],
    ) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (slot, tail) = after.split_once('}').unwrap_or((after, ""));
            let _ = write!(text, "{}", self.slot(slot, view, number, rows));
            rest = tail;
        }
        text.push_str(rest);
        text
    }

    fn slot(
        &self,
        slot: &str,
        view: Option<&View<'_>>,
        number: usize,
        rows: &[View<'_>],
    ) -> String {
        let code = self.community.clone().unwrap_or_default();
        match slot {
            "#" => number.to_string(),
            "street" => self.book.street(&code).unwrap_or_default().to_owned(),
            "community" => self
                .book
                .community_name(&code)
                .unwrap_or_default()
                .to_owned(),
            "office" => self
                .book
                .of_step(general::Init::DEF)
                .filter_map(|fact| fact.value("name").text().map(str::to_owned))
                .last()
                .unwrap_or_default(),
            "date" => format!(
                "{}年{}月{}日",
                self.date.year(),
                self.date.month(),
                self.date.date().format("%-d")
            ),
            "n" => rows.len().to_string(),
            "batch" => Self::batches(rows),
            "wan" => self.sum(rows),
            kind @ ("works" | "service" | "goods") => rows
                .iter()
                .filter(|v| Self::find_type(v).as_deref() == Some(kind))
                .count()
                .to_string(),
            path => view.map_or(String::new(), |view| self.value(path, view)),
        }
    }

    fn batches(rows: &[View<'_>]) -> String {
        let mut list: Vec<i64> = rows.iter().filter_map(candidate_batch).collect();
        list.sort_unstable();
        list.dedup();
        list.iter()
            .map(i64::to_string)
            .collect::<Vec<_>>()
            .join("、")
    }

    /// The sum of the rows: added in fen, converted once, never rounded.
    fn sum(&self, rows: &[View<'_>]) -> String {
        let Some((def, index)) = self.def.amount.as_deref().and_then(field) else {
            return String::new();
        };
        rows.iter()
            .filter_map(|view| view.last(def)?.values[index].money())
            .try_fold(Money::ZERO, Money::checked_add)
            .map_or(String::new(), |sum| sum.to_wan())
    }

    fn find_type(view: &View<'_>) -> Option<String> {
        view.own()
            .filter(|f| f.subject == view.id)
            .find_map(|f| f.value("type").text().map(str::to_owned))
    }

    fn value(&self, path: &str, view: &View<'_>) -> String {
        let Some((def, index)) = field(path) else {
            return String::new();
        };
        let Some(fact) = view.last(def) else {
            return String::new();
        };
        self.text(fact, index)
    }

    fn text(&self, fact: &Fact, index: usize) -> String {
        let field = &fact.def.fields[index];
        // who leads a project and who is listed are named in public by the law itself
        let named = matches!(field.name, "leader" | "person");
        let opener = Opener {
            plain: named || !self.public,
            ..self.opener
        };
        let one = |value: &Value| match value {
            Value::Money(money) => money.to_wan(),
            Value::Member(who, _) => opener.open(who),
            Value::Text(text) if field.kind == Kind::Personal => opener.open(text),
            Value::Text(text) if field.kind == Kind::Term => {
                self.pack.label(field.vocabulary, text).to_owned()
            }
            Value::Text(text) => text.clone(),
            Value::Day(day) => day.to_string(),
            Value::Count(number) => number.to_string(),
            Value::Flag(flag) => if *flag { "是" } else { "否" }.to_owned(),
            Value::None | Value::List(_) => String::new(),
        };
        fact.values[index]
            .items()
            .iter()
            .map(one)
            .collect::<Vec<_>>()
            .join("、")
    }
}

fn candidate_batch(view: &View<'_>) -> Option<i64> {
    view.last(step::find("shortlist.candidate")?)?
        .value("batch")
        .count()
}

/// A field by its dotted name.
fn field(path: &str) -> Option<(&'static StepDef, usize)> {
    let (head, name) = path.rsplit_once('.')?;
    let def = step::find(head)?;
    Some((def, def.index(name)?))
}

/// Keeps a spreadsheet from reading text of residents as a formula.
fn guard(cell: &str) -> String {
    crate::report::table::inert(&crate::report::table::clean(cell)).into_owned()
}
