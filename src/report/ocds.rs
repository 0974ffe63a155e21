//! Cases as releases of the Open Contracting Data Standard 1.1: one release for each case, with
//! as much of planning, tender, award, contract and implementation as is recorded.
//!
//! Residents never appear: no field that holds a person is read, and numbers of persons in free
//! text are hidden. Parties are communities, streets and the units that carry projects out.

mod parties;
mod sections;

use serde_json::{Map, Value as Json, json};

use self::parties::Parties;
use crate::law::{Day, Money};
use crate::ledger::Ledger;
use crate::pack::Pack;
use crate::report::audit::subjects;
use crate::report::official::persons_about;
use crate::state::{Book, Fact, Subject, View};
use crate::step::mask::{Sure, hide};

/// What a package of releases is made of.
pub struct Source<'a> {
    /// The regulation.
    pub pack: &'a Pack,
    /// The ledger, for what must be hidden.
    pub ledger: &'a Ledger,
    /// The facts.
    pub book: &'a Book,
    /// The year of the projects.
    pub year: i32,
    /// The day up to which facts count.
    pub as_of: Day,
    /// Registered prefix of the identifiers, `ocds-` and six letters or digits.
    pub prefix: &'a str,
    /// Name of the publisher.
    pub publisher: &'a str,
    /// The ledger's own chain, for the identifier of the package.
    pub origin: &'a str,
    /// Time of publication, UTC.
    pub now: &'a str,
}

/// One case on its way to a release.
struct Case<'a> {
    pack: &'a Pack,
    view: View<'a>,
    id: &'a str,
    /// Names and numbers that the records of the case and of its demands hold.
    persons: Vec<String>,
}

/// A day as the standard wants it: the first minute of it in China.
fn date(day: Day) -> Json {
    json!(format!("{day}T00:00:00+08:00"))
}

/// An amount as the standard wants it: a number, exact to the fen.
fn value(money: Money) -> Json {
    let fen = money.fen();
    let amount = if fen % 100 == 0 {
        json!(fen / 100)
    } else {
        // two decimals are read back as they are written, up to 2^53 fen
        money
            .to_string()
            .parse::<serde_json::Number>()
            .map_or(Json::Null, Json::Number)
    };
    json!({ "amount": amount, "currency": "CNY" })
}

/// Puts a value under a key, unless there is none.
fn put(map: &mut Map<String, Json>, key: &str, value: impl Into<Option<Json>>) {
    let value = value.into().unwrap_or_default();
    let empty = match &value {
        Json::Null => true,
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::String(text) => text.is_empty(),
        _ => false,
    };
    if !empty {
        map.insert(key.to_owned(), value);
    }
}

impl<'a> Case<'a> {
    /// Free text without the persons that the records name, and without numbers of persons.
    fn free(&self, text: &str) -> Json {
        json!(hide(text, Sure::Likely, &self.persons))
    }

    /// The last live record of a step that is about the case itself.
    fn last(&self, def: &'static crate::step::StepDef) -> Option<&'a Fact> {
        self.view.last(def).filter(|fact| fact.subject == self.id)
    }

    /// What the pack calls by some name.
    fn named(&self, name: &str) -> Option<&'a crate::state::Value> {
        super::flags::named(self.pack, &self.view, name).map(|(value, _)| value)
    }

    fn release(&self, prefix: &str) -> Option<Json> {
        let own: Vec<&Fact> = self
            .view
            .own()
            .filter(|fact| fact.subject == self.id)
            .collect();
        let last = own
            .iter()
            .max_by_key(|fact| (&fact.recorded_at, &fact.key))?;
        let mut parties = Parties::default();
        let mut release = Map::new();
        let mut tags = vec!["planning"];
        put(&mut release, "ocid", json!(format!("{prefix}-{}", self.id)));
        // a release is of what was known: the last event names it
        put(
            &mut release,
            "id",
            json!(format!("{}-{}", self.id, own.len())),
        );
        put(&mut release, "date", json!(last.recorded_at));
        put(&mut release, "language", json!("zh"));
        put(&mut release, "initiationType", json!("tender"));
        let buyer = parties.buyer(self);
        let planning = self.planning();
        let tender = self.tender(&mut parties);
        let contract = self.contract(&mut parties);
        let award = self.award(&mut parties, contract.is_some());
        if tender.is_some() {
            tags.push("tender");
        }
        if award.is_some() {
            tags.push("award");
        }
        if let Some(contract) = &contract {
            tags.push("contract");
            if contract.get("implementation").is_some() {
                tags.push("implementation");
            }
        }
        put(&mut release, "tag", json!(tags));
        put(&mut release, "parties", parties.list());
        put(&mut release, "buyer", buyer);
        put(&mut release, "planning", planning);
        put(&mut release, "tender", tender);
        put(&mut release, "awards", award.map(|award| json!([award])));
        put(
            &mut release,
            "contracts",
            contract.map(|contract| json!([contract])),
        );
        Some(Json::Object(release))
    }
}

/// The release package of a year.
#[must_use]
pub fn package(source: &Source<'_>) -> Json {
    let Source { pack, book, .. } = *source;
    let wanted = subjects(book, source.year, source.as_of);
    let releases = book
        .subjects()
        .filter(|id| matches!(Subject::parse(id), Subject::Case(..)))
        .filter(|id| wanted.iter().any(|wanted| wanted == id))
        .filter_map(|id| {
            let view = View::new(book, id, source.as_of);
            let case = Case {
                pack,
                persons: persons_about(&view, source.ledger),
                view,
                id,
            };
            case.release(source.prefix)
        });
    json!({
        "uri": format!("urn:minsheng:{}:{}:{}", source.origin, source.year, source.as_of),
        "version": "1.1",
        "publishedDate": source.now,
        "publisher": { "name": source.publisher },
        "releases": releases.collect::<Vec<_>>(),
    })
}
