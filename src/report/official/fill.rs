//! Slots: what stands in the cells of an official paper.
//!
//! `{step.field}` the value of a record, `{step.field#2}` the second of a list,
//! `{?step.field}` every word of its vocabulary with a tick at those that are meant
//! (`{?step.field#17}` of its first seventeen),
//! `{date:step.field}` a day in words, `{name}` a named fact of the pack, `{#}` the running number,
//! and the slots of a whole table.

use super::plan::{Piece, Plan, Slot, field};
use super::rows::{Chosen, Row};
use crate::judge;
use crate::law::{Day, Money};
use crate::ledger::read::Reader;
use crate::ledger::{Ledger, Persons};
use crate::pack::{Pack, Path, TableDef};
use crate::report::show::Opener;
use crate::state::{Book, Fact, Subject, Value, View};
use crate::step::mask::{self, Sure};
use crate::step::{self, Field, Kind, Recorded, StepDef, general};

/// Fills the slots of official papers from a book.
pub struct Filler<'a> {
    /// The regulation whose words are used.
    pub pack: &'a Pack,
    /// The facts.
    pub book: &'a Book,
    /// Opens names and phone numbers.
    pub opener: Opener<'a>,
    /// All names and phone numbers, if so many are shown that they were read at once.
    pub persons: Option<Persons>,
    /// Residents are masked, and what the pack keeps from the public.
    pub public: bool,
    /// What of a table is wanted.
    pub chosen: Chosen,
    /// Day of the header.
    pub date: Day,
}

/// What a slot is filled from.
#[derive(Default)]
struct At<'s, 'v> {
    view: Option<&'s View<'v>>,
    fact: Option<&'s Fact>,
    number: usize,
    /// Of a text of a whole table: its rows, as far as they are known, and how many there are.
    table: Option<(&'s TableDef, &'s [Row<'v>])>,
    count: usize,
}

impl At<'_, '_> {
    /// The identifier of what it is about.
    fn subject(&self) -> Option<&str> {
        let of_view = self.view.map(|view| view.id.as_str());
        of_view.or_else(|| self.fact.map(|fact| fact.subject.as_str()))
    }

    fn community(&self) -> Option<String> {
        Subject::parse(self.subject()?)
            .community()
            .map(str::to_owned)
    }
}

impl Filler<'_> {
    /// Fills a text of a whole table.
    #[must_use]
    pub fn of_table(
        &self,
        template: &str,
        def: &TableDef,
        rows: &[Row<'_>],
        count: usize,
    ) -> String {
        self.fill(
            &Plan::of(template),
            &At {
                table: Some((def, rows)),
                count,
                ..At::default()
            },
        )
    }

    /// Fills a cell of a row, after what `text` holds.
    pub(super) fn put_row(&self, plan: &Plan<'_>, row: &Row<'_>, number: usize, text: &mut String) {
        let at = At {
            view: Some(&row.view),
            fact: Some(row.fact),
            number,
            ..At::default()
        };
        self.put_all(plan, &at, text);
    }

    /// As [`Filler::put_row`], for a row of which nothing is shown but what its record says.
    pub(super) fn put_record(&self, plan: &Plan<'_>, record: &Fact, text: &mut String) {
        let at = At {
            fact: Some(record),
            ..At::default()
        };
        self.put_all(plan, &at, text);
    }

    /// Fills a cell of a form.
    #[must_use]
    pub fn of_case(&self, template: &str, view: &View<'_>) -> String {
        self.fill(
            &Plan::of(template),
            &At {
                view: Some(view),
                ..At::default()
            },
        )
    }

    fn fill(&self, plan: &Plan<'_>, at: &At<'_, '_>) -> String {
        let mut text = String::new();
        self.put_all(plan, at, &mut text);
        text
    }

    fn put_all(&self, plan: &Plan<'_>, at: &At<'_, '_>, text: &mut String) {
        for piece in &plan.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Slot(slot) => self.slot(slot, at, text),
            }
        }
    }

    fn slot(&self, slot: &Slot<'_>, at: &At<'_, '_>, out: &mut String) {
        if slot.field.is_some() {
            return self.value(slot, at, out);
        }
        let code = || at.community().or_else(|| self.chosen.community.clone());
        let code = || code().unwrap_or_default();
        let rows = at.table.map_or(&[][..], |(_, rows)| rows);
        let text = match slot.name {
            "#" => at.number.to_string(),
            "street" => {
                let chosen = self.chosen.street.as_deref();
                let street = chosen.map_or_else(|| self.book.street(&code()), Some);
                self.hidden(street.unwrap_or_default(), Some(Sure::Likely), at.view)
            }
            "community" => {
                let name = self.book.community_name(&code()).unwrap_or_default();
                self.hidden(name, Some(Sure::Likely), at.view)
            }
            "case" => at.subject().unwrap_or_default().to_owned(),
            "year" => self.chosen.year.map_or(String::new(), |y| y.to_string()),
            "office" => {
                let offices = self.book.of_step(general::Init::DEF);
                let name = offices.filter_map(|fact| fact.value("name").text()).last();
                self.hidden(name.unwrap_or_default(), Some(Sure::Likely), at.view)
            }
            "date" => in_words(self.date),
            "n" => at.count.to_string(),
            "batch" => batches(rows),
            "wan" => at
                .table
                .map_or(String::new(), |(def, rows)| self.sum(def, rows)),
            kind @ ("works" | "service" | "goods") => rows
                .iter()
                .filter(|row| type_of(&row.view).as_deref() == Some(kind))
                .count()
                .to_string(),
            _ => return self.value(slot, at, out),
        };
        out.push_str(&text);
    }

    /// The sum of the rows: added in fen, converted once, never rounded.
    fn sum(&self, def: &TableDef, rows: &[Row<'_>]) -> String {
        let Some(path) = def.amount.as_deref() else {
            return String::new();
        };
        let amount = |row: &Row<'_>| match field(path) {
            Some((step, index)) if row.fact.def == step => row.fact.values[index].money(),
            Some((step, index)) => row.view.last(step)?.values[index].money(),
            None => {
                let fact = self.pack.facts.iter().find(|fact| fact.id == path)?;
                let values = fact.from.iter();
                let mut values = values.filter_map(|p| judge::value(self.pack, &row.view, p));
                values.next()?.money()
            }
        };
        rows.iter()
            .filter_map(amount)
            .try_fold(Money::ZERO, Money::checked_add)
            .map_or(String::new(), |sum| sum.to_wan())
    }

    /// The value of a record of a case, or a named fact of the pack.
    fn value(&self, slot: &Slot<'_>, at: &At<'_, '_>, out: &mut String) {
        let view = at.view;
        let field = slot.field.or_else(|| self.named(slot.path, view?));
        let Some((def, index)) = field else {
            if let Some(view) = view {
                let text = self.computed(slot.path, view);
                out.push_str(&self.hidden(&text, Some(Sure::Certain), Some(view)));
            }
            return;
        };
        if self.public && view.is_some_and(|view| self.redacted(def, index, view)) {
            out.push_str("（不公开）");
            return;
        }
        let fact = match at.fact.filter(|fact| fact.def == def) {
            Some(fact) => Some(fact),
            None => view.and_then(|view| view.last(def)),
        };
        if slot.ticks && at.subject().is_some() {
            out.push_str(&self.ticked(fact, def, index, slot.nth));
            return;
        }
        let Some(fact) = fact else {
            return;
        };
        if slot.dated {
            let day = fact.values[index].day();
            out.push_str(&day.map_or(String::new(), in_words));
            return;
        }
        self.text(fact, index, slot.nth, view, out);
    }

    /// The first field of a named fact that says something, if no computed one says it before.
    fn named(&self, name: &str, view: &View<'_>) -> Option<(&'static StepDef, usize)> {
        let fact = self.pack.facts.iter().find(|fact| fact.id == name)?;
        let said = fact.from.iter().find(|path| match path {
            Path::Field(def, index) => {
                let last = view.last(def);
                last.is_some_and(|fact| !fact.values[*index].is_none())
            }
            path => judge::value(self.pack, view, path).is_some(),
        });
        match said {
            Some(Path::Field(def, index)) => Some((*def, *index)),
            _ => None,
        }
    }

    /// A named fact that code computes.
    fn computed(&self, name: &str, view: &View<'_>) -> String {
        let fact = self.pack.facts.iter().find(|fact| fact.id == name);
        let paths = fact.map_or(&[][..], |fact| &fact.from);
        let value = paths.iter().find_map(|p| judge::value(self.pack, view, p));
        match value {
            Some(Value::Money(money)) => money.to_wan(),
            Some(Value::Day(day)) => day.to_string(),
            Some(Value::Count(number)) => number.to_string(),
            Some(Value::Text(text)) => text.into(),
            _ => String::new(),
        }
    }

    /// Every word of a vocabulary with a box, ticked at those that are meant.
    fn ticked(
        &self,
        fact: Option<&Fact>,
        def: &StepDef,
        index: usize,
        first: Option<usize>,
    ) -> String {
        let field = &def.fields[index];
        let list = self
            .pack
            .vocabularies
            .iter()
            .find(|v| v.id == field.vocabulary);
        let Some(list) = list else {
            return String::new();
        };
        let meant = |term: &str| {
            fact.is_some_and(|fact| {
                let items = fact.values[index].items().iter();
                items.filter_map(Value::text).any(|text| text == term)
            })
        };
        let terms = list.terms.iter().take(first.unwrap_or(usize::MAX));
        let boxes = terms.map(|term| {
            let mark = if meant(&term.id) { '☑' } else { '□' };
            format!("{mark}{}", term.label)
        });
        boxes.collect::<Vec<_>>().join("  ")
    }

    /// True if the pack keeps a field of this case from the public.
    fn redacted(&self, def: &StepDef, index: usize, view: &View<'_>) -> bool {
        let path = format!("{}.{}", def.id, def.fields[index].name);
        self.pack.redactions.iter().any(|redaction| {
            redaction.fields.contains(&path) && judge::holds(self.pack, view, &redaction.when)
        })
    }

    /// A text as the public may read it: no numbers of persons, nor what the records of the
    /// same subject hold of persons.
    fn hidden(&self, text: &str, sure: Option<Sure>, view: Option<&View<'_>>) -> String {
        let (true, Some(sure)) = (self.public && !text.is_empty(), sure) else {
            return text.to_owned();
        };
        let persons = view.map_or_else(Vec::new, |view| persons(view, self.opener.ledger.reader()));
        mask::hide(text, sure, &persons)
    }

    fn text(
        &self,
        fact: &Fact,
        index: usize,
        nth: Option<usize>,
        view: Option<&View<'_>>,
        out: &mut String,
    ) {
        let items = fact.values[index].items();
        let items = match nth {
            Some(nth) => nth.checked_sub(1).and_then(|i| items.get(i..=i)),
            None => Some(items),
        };
        for (number, item) in items.unwrap_or_default().iter().enumerate() {
            if number > 0 {
                out.push('、');
            }
            self.one(item, &fact.def.fields[index], view, out);
        }
    }

    fn one(&self, value: &Value, field: &Field, view: Option<&View<'_>>, out: &mut String) {
        // who leads a project and who is listed are named in public by the law itself
        let named = matches!(field.name, "leader" | "person");
        let opener = Opener {
            plain: named || !self.public,
            ..self.opener
        };
        let open = |token: &str| match &self.persons {
            Some(all) => opener.shown(all.get(token).map(str::to_owned)),
            None => opener.open(token),
        };
        if let (true, Value::Text(token), Kind::Personal) = (opener.plain, value, field.kind)
            && let Some(name) = self.persons.as_ref().and_then(|all| all.get(token))
        {
            return out.push_str(name);
        }
        let text = match value {
            Value::Money(money) => money.to_wan(),
            Value::Member(person) => open(&person.who),
            Value::Text(text) if field.kind == Kind::Personal => open(text),
            Value::Text(text) if field.kind == Kind::Term => {
                let word = self.pack.label(field.vocabulary, text);
                // a word of no list is free text
                let sure = || (word == &**text).then_some(Sure::Likely);
                return self.put(word, sure, view, out);
            }
            Value::Text(code) if field.kind == Kind::Code => {
                let name = self.book.community_name(code);
                return out.push_str(name.unwrap_or(code));
            }
            Value::Text(text) => return self.put(text, || mask::sureness(field), view, out),
            Value::Day(day) => day.to_string(),
            Value::Moment(moment) => moment.to_string().replace('T', " "),
            Value::Count(number) => number.to_string(),
            Value::Flag(flag) => if *flag { "是" } else { "否" }.to_owned(),
            Value::None | Value::List(_) => return,
        };
        out.push_str(&text);
    }

    /// A text as its readers may see it.
    fn put(
        &self,
        text: &str,
        sure: impl FnOnce() -> Option<Sure>,
        view: Option<&View<'_>>,
        out: &mut String,
    ) {
        if self.public {
            out.push_str(&self.hidden(text, sure(), view));
        } else {
            out.push_str(text);
        }
    }
}

/// What the records of a subject hold of persons.
pub(in crate::report) fn persons(view: &View<'_>, reader: Reader<'_>) -> Vec<String> {
    let mut tokens: Vec<&str> = Vec::new();
    for fact in view.own() {
        for (field, value) in fact.def.fields.iter().zip(&fact.values) {
            if matches!(field.kind, Kind::Personal | Kind::Member) {
                tokens.extend(value.items().iter().filter_map(Value::person));
            }
        }
    }
    tokens.sort_unstable();
    tokens.dedup();
    let open = |token: &&str| reader.personal(token).ok().flatten();
    tokens.iter().filter_map(open).collect()
}

/// What the records of a case and of the demands that it answers hold of persons.
pub(in crate::report) fn persons_about(view: &View<'_>, ledger: &Ledger) -> Vec<String> {
    let mut list = persons(view, ledger.reader());
    for link in view.book.links(&view.id) {
        if matches!(Subject::parse(link), Subject::Demand(..)) {
            let demand = View::new(view.book, link, view.as_of);
            list.extend(persons(&demand, ledger.reader()));
        }
    }
    list.sort();
    list.dedup();
    list
}

/// A day as papers write it.
#[must_use]
pub fn in_words(day: Day) -> String {
    format!(
        "{}年{}月{}日",
        day.year(),
        day.month(),
        day.date().format("%-d")
    )
}

/// The batch of a candidate.
pub(super) fn batch(view: &View<'_>) -> Option<i64> {
    view.last(step::find("shortlist.candidate")?)?
        .value("batch")
        .count()
}

fn batches(rows: &[Row<'_>]) -> String {
    let mut list: Vec<i64> = rows.iter().filter_map(|row| batch(&row.view)).collect();
    list.sort_unstable();
    list.dedup();
    let texts: Vec<String> = list.iter().map(i64::to_string).collect();
    texts.join("、")
}

fn type_of(view: &View<'_>) -> Option<String> {
    view.own()
        .filter(|f| f.subject == view.id)
        .find_map(|f| f.value("type").text().map(str::to_owned))
}
