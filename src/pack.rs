//! Packs: a regulation as data. Every clause is a row that cites its words.

mod alike;
mod blames;
mod body;
pub mod check;
mod compile;
#[path = "packs/embedded.rs"]
mod embedded;
pub mod expr;
mod index;
mod late;
mod load;
mod make;
pub mod notice;
pub mod paper;
pub mod parameter;
mod params;
mod raw;
mod readers;
pub mod reads;
mod rule;
mod said;
mod vocabulary;

use std::collections::{BTreeMap, BTreeSet};

use crate::law::Day;
use crate::words::{Lang, Words};

use notice::Notices;

pub use check::{Check, Primitive, Reading};
pub use embedded::{DEMO, FLAGS, INDICATORS};
pub use expr::{Expr, Path};
pub use late::Late;
pub use load::LoadError;
pub use notice::{NoticeDef, NoticeKind};
pub use paper::{ColumnDef, FormDef, Piece, Redaction, TableDef};
pub use parameter::{Catalogue, Parameter};
pub use reads::{Population, Reads};
pub use rule::{Clause, Contested, Filing, Rule, Treatment};
pub use vocabulary::{Term, VocabularyDef};

/// A regulation, ready to be judged by.
#[derive(Debug)]
pub struct Pack {
    /// The name or folder that it was loaded by.
    pub source: String,
    /// What the regulation is.
    pub meta: Meta,
    /// SHA-256 over the pack's files, in hexadecimal.
    pub sha256: String,
    /// The words of the regulation for canonical terms.
    pub vocabularies: Late<Vec<VocabularyDef>>,
    /// Facts that several steps may give.
    pub facts: Late<Vec<NamedFact>>,
    /// Conditions under which rules apply or do not.
    pub conditions: Late<Vec<Condition>>,
    /// Stages, and the facts that show that a stage has passed.
    pub stages: Late<Vec<(String, check::Gate)>>,
    /// Every clause, in the order of the law.
    pub rules: Vec<Rule>,
    /// Where words stand in them.
    index: index::Index,
    /// The official tables.
    pub tables: Late<Vec<TableDef>>,
    /// The conditions on the rows of tables, by their names.
    pub rows: Late<BTreeMap<String, Expr>>,
    /// The official forms, one of each case.
    pub forms: Late<Vec<FormDef>>,
    /// What public copies leave out beside names.
    pub redactions: Late<Vec<Redaction>>,
    /// What is told to the public, and how, compiled when it is first asked for.
    notices: Notices,
    /// The answers to the catalogue of questions.
    pub parameters: Late<Vec<Parameter>>,
}

/// Name, number and validity of a regulation.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Identifier of the pack.
    pub id: String,
    /// Title of the regulation.
    pub name: String,
    /// Title in English.
    pub name_en: String,
    /// Number of the document.
    #[serde(default)]
    pub document: Option<String>,
    /// First day in force.
    #[serde(default)]
    pub from: Option<Day>,
    /// Last day in force.
    #[serde(default)]
    pub to: Option<Day>,
    /// Last day in force by another reading of the clause.
    #[serde(default)]
    pub to_reading: Option<Day>,
    /// The clause on validity, for the message.
    #[serde(default)]
    pub validity_cite: String,
    /// Modules of code that the pack switches on.
    #[serde(default)]
    pub modules: Vec<String>,
    /// What the levels are called here.
    #[serde(default)]
    pub roles: Roles,
}

/// What the levels are called in a city.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// The community: 社区, 村（社区）, 村居.
    #[serde(default)]
    pub community: Option<String>,
    /// The level above: 街道, 镇（街道）.
    #[serde(default)]
    pub street: Option<String>,
    /// The level above that: 区, 市.
    #[serde(default)]
    pub district: Option<String>,
}

/// How hard a clause is: follows the verb of the text.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// 应、须、不得、不少于…: no reason cures a breach.
    Must,
    /// 原则上: a recorded reason justifies a breach.
    Principle,
    /// Soft wording: a breach is told, never blocks.
    Advisory,
    /// Nothing to break.
    Info,
}

impl Severity {
    /// The word in JSON.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Principle => "principle",
            Self::Advisory => "advisory",
            Self::Info => "info",
        }
    }

    /// The word for people.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Must => lang.pick("必须", "must"),
            Self::Principle => lang.pick("原则上", "principle"),
            Self::Advisory => lang.pick("提倡", "advisory"),
            Self::Info => lang.pick("说明", "info"),
        }
    }
}

/// What a judgement is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// One project.
    Case,
    /// One demand.
    Demand,
    /// A community in a programme year.
    CommunityYear,
    /// A street in a year.
    StreetYear,
    /// The district in a year.
    DistrictYear,
    /// The ledger.
    Ledger,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Case,
        Self::Demand,
        Self::CommunityYear,
        Self::StreetYear,
        Self::DistrictYear,
        Self::Ledger,
    ];

    /// The word in JSON.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Demand => "demand",
            Self::CommunityYear => "community-year",
            Self::StreetYear => "street-year",
            Self::DistrictYear => "district-year",
            Self::Ledger => "ledger",
        }
    }

    /// The word for people.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Case => lang.pick("项目", "case"),
            Self::Demand => lang.pick("需求", "demand"),
            Self::CommunityYear => lang.pick("社区年度", "community-year"),
            Self::StreetYear => lang.pick("街道年度", "street-year"),
            Self::DistrictYear => lang.pick("全区年度", "district-year"),
            Self::Ledger => lang.pick("账本", "ledger"),
        }
    }
}

/// A fact that several fields may give: the first that has a value counts.
#[derive(Debug)]
pub struct NamedFact {
    /// Name in expressions.
    pub id: String,
    /// Words for people.
    pub label: Words,
    /// Where it may stand.
    pub from: Vec<Path>,
}

/// A named condition.
#[derive(Debug)]
pub struct Condition {
    /// Name in expressions and in `exempt`.
    pub id: String,
    /// Why a rule does not apply.
    pub label: Words,
    /// The condition.
    pub is: Expr,
    /// Another defensible reading of it, for every rule that asks it.
    pub reading: Option<Turned>,
    /// The condition as it is written.
    text: String,
}

/// Another reading of a condition; the answer on one rule settles it for all.
#[derive(Debug)]
pub struct Turned {
    /// Name, also that of the reading of the rule.
    pub id: String,
    /// The rule on which the competent office answers.
    pub rule: String,
    /// Its grounds.
    pub why: Words,
    /// The condition as it reads then.
    pub is: Expr,
}

impl Pack {
    /// A rule by identifier.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The rule that was probably meant: `是不是 A15-DAYS？`
    #[must_use]
    pub fn near_rule(&self, typed: &str) -> Words {
        crate::words::did_you_mean(typed, self.rules.iter().map(|rule| rule.id.as_str()))
    }

    /// The label of a canonical term, for people.
    #[must_use]
    pub fn label<'a>(&'a self, vocabulary: &str, term: &'a str) -> &'a str {
        self.vocabularies
            .iter()
            .find(|v| v.id == vocabulary)
            .and_then(|v| v.terms.iter().find(|t| t.id == term))
            .map_or(term, |t| &t.label)
    }

    /// What is judged, in the regulation's words for its levels.
    #[must_use]
    pub fn scope_label(&self, scope: Scope, lang: Lang) -> String {
        let level = match scope {
            Scope::CommunityYear => &self.meta.roles.community,
            Scope::StreetYear => &self.meta.roles.street,
            Scope::DistrictYear => &self.meta.roles.district,
            _ => &None,
        };
        match (level, lang) {
            (Some(level), Lang::Zh) => format!("{level}年度"),
            _ => scope.label(lang).to_owned(),
        }
    }

    /// True if some check of a single case also looks at the other cases of its year.
    #[must_use]
    pub fn looks_around(&self) -> bool {
        let over = |primitive: &Primitive| match primitive {
            Primitive::Portion(portion) => portion.among.over.is_some(),
            Primitive::Total(total) => total.among.over.is_some(),
            _ => false,
        };
        let mut may = self.saying(&["over"]).into_iter();
        may.any(|rule| match rule.treatment() {
            Treatment::Computed(checks) => checks.iter().any(|check| {
                over(&check.primitive) || check.readings.iter().any(|r| over(&r.primitive))
            }),
            _ => false,
        })
    }

    /// The parameters that rules, conditions or notices refer to.
    #[must_use]
    pub fn used(&self) -> BTreeSet<String> {
        let conditions = self
            .conditions
            .iter()
            .map(|condition| condition.text.as_str());
        let rules = self.rules.iter().flat_map(|rule| rule.body.texts());
        let texts = conditions.chain(rules).flat_map(parameter::referred);
        let all = texts.chain(self.notices.referred());
        all.map(str::to_owned).collect()
    }

    /// A parameter by name.
    #[must_use]
    pub fn parameter(&self, id: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|p| p.id == id)
    }

    /// A module is switched on.
    #[must_use]
    pub fn has_module(&self, name: &str) -> bool {
        self.meta.modules.iter().any(|m| m == name)
    }
}
