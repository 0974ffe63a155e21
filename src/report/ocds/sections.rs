//! The sections of a release: planning, tender, award, contract with its implementation.

use serde_json::{Map, Value as Json, json};

use super::parties::Parties;
use super::{Case, date, put, value};
use crate::law::Money;
use crate::state::Fact;
use crate::step::{Recorded, accept, close, implement, procure, shortlist};

/// The methods of the standard for those of the regulations.
fn method(term: &str) -> Option<&'static str> {
    Some(match term {
        "open" => "open",
        "invited" => "selective",
        "negotiation" | "consultation" | "inquiry" | "preselected" => "limited",
        "single" | "self" => "direct",
        _ => return None,
    })
}

impl Case<'_> {
    fn text(&self, def: &'static crate::step::StepDef, field: &str) -> Option<Json> {
        let fact = self.last(def)?;
        fact.value(field).text().map(|text| self.free(text))
    }

    fn title(&self) -> Option<Json> {
        self.named("title")
            .and_then(|v| v.text())
            .map(|text| self.free(text))
    }

    fn description(&self) -> Option<Json> {
        self.text(shortlist::Candidate::DEF, "summary")
            .or_else(|| self.text(implement::Emergency::DEF, "summary"))
            .or_else(|| self.text(shortlist::Design::DEF, "content"))
    }

    fn amount(&self, name: &str) -> Option<Money> {
        self.named(name).and_then(crate::state::Value::money)
    }

    pub(super) fn planning(&self) -> Json {
        let mut planning = Map::new();
        put(&mut planning, "rationale", self.description());
        let mut budget = Map::new();
        let determined = self.last(implement::Determine::DEF);
        let level = determined.and_then(|fact| fact.value("fund_level").text());
        let level = level.map(|term| json!(self.pack.label("fund", term)));
        put(&mut budget, "description", level);
        let amount = self.amount("budget").or_else(|| self.amount("amount"));
        put(&mut budget, "amount", amount.map(value));
        put(&mut budget, "project", self.title());
        put(&mut budget, "projectID", json!(self.id));
        put(&mut planning, "budget", Json::Object(budget));
        let plan = self.last(shortlist::Plan::DEF);
        let mut milestones = Vec::new();
        for (field, title) in [("begin", "预计实施"), ("finish", "预计完成")] {
            if let Some(day) = plan.and_then(|fact| fact.value(field).day()) {
                milestones.push(json!({
                    "id": format!("{}-plan-{field}", self.id), "title": title, "type": "preProcurement",
                    "dueDate": date(day), "status": "scheduled",
                }));
            }
        }
        put(&mut planning, "milestones", json!(milestones));
        Json::Object(planning)
    }

    /// The choice of who carries the project out; there once any of it is recorded.
    pub(super) fn tender(&self, parties: &mut Parties) -> Option<Json> {
        let procured = self.last(procure::Procure::DEF);
        let known = [
            procure::Award::DEF,
            implement::Contract::DEF,
            implement::Determine::DEF,
            close::Close::DEF,
        ];
        procured.or_else(|| known.iter().find_map(|def| self.last(def)))?;
        let mut tender = Map::new();
        put(&mut tender, "id", json!(format!("{}-tender", self.id)));
        put(&mut tender, "title", self.title());
        put(&mut tender, "description", self.description());
        let settled = self.last(implement::Contract::DEF).is_some()
            || self.last(procure::Award::DEF).is_some();
        let status = match (self.view.withdrawn().is_some(), settled) {
            (true, _) => "cancelled",
            (_, true) => "complete",
            _ => "planned",
        };
        put(&mut tender, "status", json!(status));
        let amount = self.amount("budget").or_else(|| self.amount("amount"));
        put(&mut tender, "value", amount.map(value));
        let term = procured.and_then(|fact| fact.value("method").text());
        put(
            &mut tender,
            "procurementMethod",
            term.and_then(method).map(|m| json!(m)),
        );
        put(
            &mut tender,
            "procurementMethodDetails",
            term.map(|term| json!(self.pack.label("method", term))),
        );
        let category = match self.named("type").and_then(|v| v.text()) {
            Some("works") => Some(json!("works")),
            Some("goods") => Some(json!("goods")),
            Some("service") => Some(json!("services")),
            _ => None,
        };
        put(&mut tender, "mainProcurementCategory", category);
        let purchaser = procured.and_then(|fact| fact.value("purchaser").text());
        let purchaser = purchaser.or_else(|| {
            let fact = self.last(implement::Determine::DEF)?;
            fact.value("responsible").text()
        });
        let entity = parties.body(self, purchaser.unwrap_or("community"), "procuringEntity");
        put(&mut tender, "procuringEntity", entity);
        if let Some(start) = procured.and_then(|fact| fact.occurred) {
            let end = self
                .last(procure::Award::DEF)
                .and_then(|fact| fact.occurred)
                .filter(|end| *end >= start);
            let mut period = Map::new();
            put(&mut period, "startDate", date(start));
            put(&mut period, "endDate", end.map(date));
            put(&mut tender, "awardPeriod", Json::Object(period));
        }
        Some(Json::Object(tender))
    }

    /// The record that names the contractor, with name, code and day.
    fn chosen(&self) -> Option<(&Fact, &str, Option<&str>)> {
        let steps = [
            procure::Award::DEF,
            implement::Contract::DEF,
            close::Close::DEF,
        ];
        steps.iter().find_map(|def| {
            let fact = self.last(def)?;
            let unit = fact.value("unit").text()?;
            Some((fact, unit, fact.value("code").text()))
        })
    }

    /// The award; where none is recorded beside a contract, the contract tells it.
    pub(super) fn award(&self, parties: &mut Parties, contracted: bool) -> Option<Json> {
        let chosen = self.chosen();
        if chosen.is_none() && !contracted {
            return None;
        }
        let mut award = Map::new();
        put(&mut award, "id", json!(format!("{}-award", self.id)));
        put(&mut award, "title", self.title());
        put(&mut award, "status", json!("active"));
        if let Some((fact, unit, code)) = chosen {
            put(&mut award, "date", fact.occurred.map(date));
            let supplier = parties.unit(unit, code, "supplier");
            put(&mut award, "suppliers", json!([supplier]));
        }
        let amount = self
            .last(implement::Contract::DEF)
            .and_then(|fact| fact.value("amount").money())
            .or_else(|| self.amount("amount"));
        put(&mut award, "value", amount.map(value));
        Some(Json::Object(award))
    }

    /// The contract with what was paid and done.
    pub(super) fn contract(&self, parties: &mut Parties) -> Option<Json> {
        let signed = self.last(implement::Contract::DEF);
        let start = self.last(implement::Start::DEF);
        let fact = signed.or(start)?;
        let done = self.last(implement::Complete::DEF);
        let mut contract = Map::new();
        put(&mut contract, "id", json!(format!("{}-contract", self.id)));
        put(
            &mut contract,
            "awardID",
            json!(format!("{}-award", self.id)),
        );
        put(&mut contract, "title", self.title());
        let status = match (done, start) {
            (Some(_), _) => "terminated",
            (None, Some(_)) => "active",
            _ => "pending",
        };
        put(&mut contract, "status", json!(status));
        let number = fact.value("number").text();
        put(
            &mut contract,
            "description",
            number.map(|text| self.free(text)),
        );
        let begun = start.and_then(|fact| fact.occurred);
        let ended = done
            .and_then(|fact| fact.occurred)
            .filter(|end| begun.is_none_or(|begin| begin <= *end));
        let mut period = Map::new();
        put(&mut period, "startDate", begun.map(date));
        put(&mut period, "endDate", ended.map(date));
        put(&mut contract, "period", Json::Object(period));
        let amount = signed
            .and_then(|fact| fact.value("amount").money())
            .or_else(|| self.amount("amount"));
        put(&mut contract, "value", amount.map(value));
        let signing = signed.and_then(|fact| fact.occurred);
        put(&mut contract, "dateSigned", signing.map(date));
        let mut implementation = Map::new();
        put(
            &mut implementation,
            "transactions",
            self.transactions(parties),
        );
        put(&mut implementation, "milestones", self.milestones());
        put(
            &mut contract,
            "implementation",
            Json::Object(implementation),
        );
        Some(Json::Object(contract))
    }

    fn transactions(&self, parties: &mut Parties) -> Json {
        let list: Vec<&Fact> = self
            .view
            .facts(implement::Pay::DEF)
            .filter(|fact| fact.subject == self.id)
            .collect();
        let paid = list.into_iter().filter_map(|fact| {
            let amount = fact.value("amount").money()?;
            let mut transaction = Map::new();
            put(
                &mut transaction,
                "id",
                json!(format!("{}-{}", fact.key.origin, fact.key.seq)),
            );
            put(&mut transaction, "date", fact.occurred.map(date));
            put(&mut transaction, "value", value(amount));
            if let Some(payer) = fact.value("payer").text() {
                let payer = parties.body(self, payer, "payer");
                put(&mut transaction, "payer", payer);
            }
            if let Some((_, unit, code)) = self.chosen() {
                let payee = parties.unit(unit, code, "payee");
                put(&mut transaction, "payee", payee);
            }
            Some(Json::Object(transaction))
        });
        paid.collect()
    }

    fn milestones(&self) -> Json {
        let steps = [
            (implement::Start::DEF, "delivery"),
            (implement::Complete::DEF, "delivery"),
            (accept::Record::DEF, "assessment"),
            (accept::Settle::DEF, "financing"),
            (close::Close::DEF, "assessment"),
        ];
        let list = steps.iter().filter_map(|(def, kind)| {
            let fact = self.last(def)?;
            let failed = fact.value("result").text() == Some("fail");
            Some(json!({
                "id": format!("{}-{}", fact.key.origin, fact.key.seq),
                "title": def.zh,
                "type": kind,
                "status": if failed { "notMet" } else { "met" },
                "dateMet": date(fact.occurred?),
            }))
        });
        let mut list: Vec<Json> = list.collect();
        // a milestone that was not met has no day on which it was
        for milestone in &mut list {
            if milestone["status"] == "notMet"
                && let Some(map) = milestone.as_object_mut()
                && let Some(day) = map.remove("dateMet")
            {
                map.insert("dateModified".to_owned(), day);
            }
        }
        Json::Array(list)
    }
}
