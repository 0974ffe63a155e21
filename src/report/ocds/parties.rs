//! The parties of a release: communities, streets, and the units that carry projects out.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::{Case, put};
use crate::ledger::chain::hex;
use crate::step::{Recorded, implement};

/// The parties, each once, with all its roles.
#[derive(Default)]
pub(super) struct Parties(Vec<(Map<String, Json>, Vec<&'static str>)>);

/// An identifier made of a name: the same for the same name.
fn by_name(kind: &str, name: &str) -> String {
    let digest = hex(&Sha256::digest(name));
    format!("{kind}-{}", &digest[..12])
}

impl Parties {
    fn add(&mut self, party: Map<String, Json>, role: &'static str) -> Json {
        let reference = json!({ "id": party["id"], "name": party["name"] });
        let known = self.0.iter_mut().find(|(p, _)| p["id"] == party["id"]);
        match known {
            Some((_, roles)) if roles.contains(&role) => {}
            Some((_, roles)) => roles.push(role),
            None => self.0.push((party, vec![role])),
        }
        reference
    }

    /// A body as the regulation calls it, of the case's street or community.
    pub(super) fn body(&mut self, case: &Case<'_>, body: &str, role: &'static str) -> Json {
        let book = case.view.book;
        let code = case.view.subject.community().unwrap_or_default();
        let place = match body {
            "street" | "street-taskforce" => book.street(code).unwrap_or(code),
            "community" | "committee" | "branch" => book.community_name(code).unwrap_or(code),
            _ => "",
        };
        let label = case.pack.label("body", body);
        // a place may end in the word with which its body begins
        let name = label.strip_prefix(
            ["街道", "社区"]
                .iter()
                .find(|w| place.ends_with(**w))
                .unwrap_or(&"\u{0}"),
        );
        let name = format!("{place}{}", name.unwrap_or(label));
        let mut party = Map::new();
        put(&mut party, "id", json!(by_name("body", &name)));
        put(&mut party, "name", json!(name));
        self.add(party, role)
    }

    /// A unit with its unified social credit code, if it is known.
    pub(super) fn unit(&mut self, name: &str, code: Option<&str>, role: &'static str) -> Json {
        let code = code.map(str::trim).filter(|code| code.len() == 18);
        let mut party = Map::new();
        let id = code.map_or_else(|| by_name("unit", name), |code| format!("CN-USCI-{code}"));
        put(&mut party, "id", json!(id));
        put(&mut party, "name", json!(name));
        let identifier =
            code.map(|code| json!({ "scheme": "CN-USCI", "id": code, "legalName": name }));
        put(&mut party, "identifier", identifier);
        self.add(party, role)
    }

    /// Who answers for the project and pays for it.
    pub(super) fn buyer(&mut self, case: &Case<'_>) -> Json {
        let body = case
            .last(implement::Determine::DEF)
            .and_then(|fact| fact.value("responsible").text())
            .unwrap_or("community");
        self.body(case, body, "buyer")
    }

    pub(super) fn list(self) -> Json {
        self.0
            .into_iter()
            .map(|(mut party, roles)| {
                party.insert("roles".to_owned(), json!(roles));
                Json::Object(party)
            })
            .collect()
    }
}
