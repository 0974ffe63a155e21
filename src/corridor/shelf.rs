//! Shelves: the lists that facts of many subjects stand in, so that they are found together.

use std::collections::BTreeMap;

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
            step.values.insert("shelf", name);
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
            self.look_through()?;
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

    /// A body or subject of which nothing was ever registered.
    pub(super) fn unknown_body(&mut self, step: &Step) -> anyhow::Result<Option<Words>> {
        let field = match step.def.id {
            "register.document" => "body",
            "implement.decide" | "register.reason" => "subject",
            _ => return Ok(None),
        };
        let name = step.text(field).unwrap_or_default().to_owned();
        let known = match Subject::parse(&name) {
            Subject::Community(code) | Subject::CommunityYear(code, _) => {
                self.is_community(&code)?
            }
            Subject::StreetYear(street, _) => self.is_known_place(&street)?,
            // cases and demands are looked up with the references
            Subject::Case(..)
            | Subject::Demand(..)
            | Subject::DistrictYear(_)
            | Subject::Ledger => true,
            Subject::Other => {
                name == DISTRICT
                    || self.is_known_place(&name)?
                    || !self.reader.about(&name)?.is_empty()
            }
        };
        Ok((!known).then(|| {
            words!(
                "没有登记“{0}”：{1}应为已登记社区的代码、其街道的名称、“全区”，或已有的项目编号；见 minsheng list communities。",
                "“{0}” is not registered: {2} must be a registered community's code, its street, 全区, or a case; see minsheng list communities.",
                name,
                step.def.field(field).map_or("", |f| f.heading),
                field
            )
        }))
    }

    /// A document or a reason for a rule that the regulation does not have.
    pub(super) fn unknown_rule(&self, step: &Step) -> Option<Words> {
        let named = matches!(
            step.def.id,
            "register.document" | "register.reason" | "regime.ruling"
        );
        let rule = step.text("rule").filter(|_| named)?;
        self.pack.rule(rule).is_none().then(|| {
            words!(
                "没有规则“{0}”。{1}用 minsheng rule --all 查看规则编号。",
                "There is no rule “{0}”.{2} See the identifiers with minsheng rule --all.",
                rule,
                self.pack.near_rule(rule).zh,
                self.pack.near_rule(rule).en
            )
        })
    }

    /// True for the street of a community, once all registrations were looked through.
    fn is_known_place(&mut self, name: &str) -> anyhow::Result<bool> {
        if !self.is_place("street", name)? {
            self.look_through()?;
        }
        self.is_place("street", name)
    }

    /// Communities may have been registered before there was a list of them.
    fn look_through(&mut self) -> anyhow::Result<()> {
        let mut book = Book::new();
        book.extend(self.reader.of_prefix_steps("", &["register.community"])?);
        let known = streets_of(&book);
        self.streets()?.extend(known);
        Ok(())
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
