//! Shelves: the lists that facts of many subjects stand in, so that they are found together.

use std::collections::BTreeMap;

use serde_json::json;

use super::complete::Completer;
use crate::state::subject::{BLOCKED, COMMUNITIES, DISTRICT, INTERESTS, LIBRARY};
use crate::state::{Book, Subject};
use crate::step::Step;
use crate::words;
use crate::words::Words;

/// The list that facts of a kind stand in, whatever their subject.
fn list_of(step: &Step) -> Option<&'static str> {
    Some(match step.def.id {
        "register.community" => COMMUNITIES,
        "register.library" => LIBRARY,
        "register.blocklist" | "register.publish" | "register.appeal" | "register.reply" => BLOCKED,
        "register.relation" | "register.interest" => INTERESTS,
        _ => return None,
    })
}

impl Completer<'_> {
    /// Puts a step on the list that it belongs to.
    pub(super) fn shelve(&mut self, step: &mut Step) -> anyhow::Result<()> {
        if step.def.field("shelf").is_none() {
            return Ok(());
        }
        let name = match list_of(step) {
            Some(list) => Some(list.to_owned()),
            None => self.year_of_case(step)?,
        };
        if let Some(name) = name {
            step.values.insert("shelf".into(), json!(name));
        }
        Ok(())
    }

    /// The calendar year of the street of a case, in which its body's contracts add up.
    fn year_of_case(&mut self, step: &Step) -> anyhow::Result<Option<String>> {
        let subject = Subject::parse(step.text("case").unwrap_or_default());
        let year = step.text(step.def.dated).and_then(|day| day.get(..4));
        let (Some(code), Some(year)) = (subject.community(), year) else {
            return Ok(None);
        };
        let street = self.streets()?.get(code);
        Ok(street.map(|street| format!("{street}{year}")))
    }

    /// A street or scope that no community was registered under.
    pub(super) fn unknown_place(&mut self, step: &Step) -> anyhow::Result<Option<Words>> {
        if step.def.id == "register.community" {
            return Ok(None);
        }
        let Some((field, name)) = ["street", "scope"]
            .into_iter()
            .find_map(|field| Some((field, step.text(field)?)))
        else {
            return Ok(None);
        };
        if field == "scope" && name == DISTRICT {
            return Ok(None);
        }
        if !self.is_place(field, name)? {
            // communities may have been registered before there was a list of them
            let mut book = Book::new();
            book.extend(self.reader.of_prefix_steps("", &["register.community"])?);
            let known = streets_of(&book);
            self.streets()?.extend(known);
        }
        if self.is_place(field, name)? {
            return Ok(None);
        }
        let streets = self.streets()?;
        let mut known: Vec<&str> = streets.values().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        let known = known.join("、");
        Ok(Some(words!(
            "没有登记“{0}”：应为{1}已登记社区所属的街道（现有：{2}）；先登记社区：minsheng register community 代码 --name 社区名称 --street 街道名称",
            "“{0}” is not registered: give{3} the street of a registered community (there are: {2}); first: minsheng register community CODE --name NAME --street STREET",
            name,
            if field == "scope" {
                "“全区”、社区代码，或"
            } else {
                ""
            },
            known,
            if field == "scope" {
                " 全区, a community's code, or"
            } else {
                ""
            }
        )))
    }

    /// True for the street of a community, and as a scope for the community itself.
    fn is_place(&mut self, field: &str, name: &str) -> anyhow::Result<bool> {
        let streets = self.streets()?;
        let code = field == "scope" && streets.contains_key(name);
        Ok(code || streets.values().any(|street| street == name))
    }

    /// The street of each registered community.
    pub(super) fn streets(&mut self) -> anyhow::Result<&mut BTreeMap<String, String>> {
        if self.streets.is_none() {
            let mut book = Book::new();
            book.extend(self.reader.of_subject(COMMUNITIES)?);
            self.streets = Some(streets_of(&book));
        }
        Ok(self.streets.get_or_insert_with(BTreeMap::new))
    }
}

/// The street of each community of a book.
fn streets_of(book: &Book) -> BTreeMap<String, String> {
    let codes = book.communities().into_iter();
    let streets = codes.filter_map(|code| {
        let street = book.street(&code)?.to_owned();
        Some((code, street))
    });
    streets.collect()
}
