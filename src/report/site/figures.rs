//! The figures of a report: one structure, written as `data.json` and shown by the pages.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::law::Money;

/// An amount in JSON: yuan as decimal text, as everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Yuan(pub i64);

impl Serialize for Yuan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Money::from_fen(self.0).to_string())
    }
}

/// Everything that a report says in numbers.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// `minsheng.report/1`.
    pub schema: &'static str,
    /// The year.
    pub year: i32,
    /// The day up to which facts count.
    pub as_of: String,
    /// A public edition.
    pub public: bool,
    /// The regulation.
    pub regime: Regime,
    /// The ledger.
    pub ledger: Source,
    /// Where the limits of the indicators come from.
    pub parameters: Provenance,
    /// The year at a glance.
    pub summary: Summary,
    /// Money.
    pub money: MoneyFigures,
    /// From demand to finished project.
    pub flow: Vec<Flow>,
    /// Days against limits.
    pub deadlines: Vec<Deadline>,
    /// Communities.
    pub communities: Vec<Community>,
    /// Cases.
    pub cases: Vec<Case>,
    /// Indicators.
    pub indicators: Vec<Indicator>,
    /// What stands out across projects.
    pub flags: Vec<super::findings::Flagged>,
    /// What of that could not be looked for.
    pub silent: Vec<super::findings::Unsought>,
}

/// The regulation.
#[derive(Debug, Serialize)]
pub struct Regime {
    /// Identifier of the pack.
    pub id: String,
    /// Title.
    pub name: String,
    /// Number of the document.
    pub document: Option<String>,
    /// First day in force.
    pub from: Option<String>,
    /// Last day in force.
    pub to: Option<String>,
    /// SHA-256 of the pack.
    pub sha256: String,
}

/// The ledger that a report rests on.
#[derive(Debug, Serialize)]
pub struct Source {
    /// Its own chain.
    pub origin: String,
    /// Events in all chains.
    pub events: i64,
    /// Chains.
    pub chains: i64,
    /// Hash of the last event of its own chain.
    pub head: String,
    /// Events of its own chain under the checkpoint.
    pub size: u64,
    /// The checkpoint's fingerprint.
    pub fingerprint: String,
    /// Events of steps that this version does not know.
    pub unknown: usize,
}

/// Where the limits of the indicators come from.
#[derive(Debug, Serialize)]
pub struct Provenance {
    /// The text.
    pub source: String,
    /// SHA-256 of the parameter file.
    pub sha256: String,
}

/// How many of each verdict.
pub type Verdicts = BTreeMap<&'static str, usize>;

/// The year at a glance.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Cases of the year.
    pub projects: usize,
    /// Of them withdrawn.
    pub withdrawn: usize,
    /// Communities that were judged.
    pub communities: usize,
    /// Every verdict on every subject.
    pub judgements: usize,
    /// How many of each verdict.
    pub verdicts: Verdicts,
    /// Deviations from advisory clauses: told, held against nobody.
    pub advice: usize,
    /// Demands of the year.
    pub demands: usize,
    /// By stage.
    pub stages: Vec<Group>,
    /// By severity.
    pub severities: Vec<Group>,
    /// Rules with breaches, most first.
    pub rules: Vec<RuleCount>,
}

/// Verdicts of a group of findings.
#[derive(Debug, Serialize)]
pub struct Group {
    /// Name.
    pub id: String,
    /// For people.
    pub label: String,
    /// How many of each verdict.
    pub verdicts: Verdicts,
}

/// How often a rule was broken.
#[derive(Debug, Serialize)]
pub struct RuleCount {
    /// The rule.
    pub rule: String,
    /// Names the defect.
    pub title: String,
    /// The clause.
    pub cite: String,
    /// How hard it is.
    pub severity: &'static str,
    /// Violations.
    pub violation: usize,
    /// Deviations.
    pub deviation: usize,
    /// Borderline.
    pub borderline: usize,
    /// Justified.
    pub justified: usize,
    /// All four.
    pub all: usize,
}

/// Money added up over some cases.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sums {
    /// Name of the group.
    pub id: String,
    /// For people.
    pub label: String,
    /// Cases.
    pub projects: usize,
    /// Budgets.
    pub budget: Yuan,
    /// Cases with a budget.
    pub with_budget: usize,
    /// Contracts.
    pub contract: Yuan,
    /// Cases with a contract amount.
    pub with_contract: usize,
    /// Settlements.
    pub settled: Yuan,
    /// Cases with a settlement.
    pub with_settled: usize,
    /// Payments.
    pub paid: Yuan,
    /// Cases with a payment.
    pub with_paid: usize,
    /// Of the cases that have all three: budgets, contracts and settlements, comparable.
    pub like: Like,
}

/// Budget, contract and settlement of the same cases.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Like {
    /// Cases that have all three amounts.
    pub projects: usize,
    /// Budgets.
    pub budget: Yuan,
    /// Contracts.
    pub contract: Yuan,
    /// Settlements.
    pub settled: Yuan,
    /// Cases whose settlement is above the contract.
    pub above: usize,
}

/// Money.
#[derive(Debug, Serialize)]
pub struct MoneyFigures {
    /// All cases.
    pub all: Sums,
    /// By type.
    pub types: Vec<Sums>,
    /// By level of the fund.
    pub levels: Vec<Sums>,
    /// By street.
    pub streets: Vec<Sums>,
    /// Funds of the streets.
    pub funds: Vec<FundYear>,
}

/// A street's fund year.
#[derive(Debug, Serialize)]
pub struct FundYear {
    /// The street's year.
    pub id: String,
    /// The fund's total.
    pub total: Option<Yuan>,
    /// Handed out.
    pub disbursed: Option<Yuan>,
    /// Paid.
    pub paid: Option<Yuan>,
    /// Came back.
    pub returned: Option<Yuan>,
    /// Bound for support.
    pub support: Option<Yuan>,
}

/// From demand to finished project, of one place.
#[derive(Debug, Serialize)]
pub struct Flow {
    /// A community's code, or `all`.
    pub id: String,
    /// For people.
    pub label: String,
    /// Demands, step by step.
    pub demands: Vec<Stage>,
    /// Projects, step by step.
    pub projects: Vec<Stage>,
}

/// One step of a flow.
#[derive(Clone, Debug, Serialize)]
pub struct Stage {
    /// Name.
    pub id: &'static str,
    /// For people.
    pub label: String,
    /// How many came so far.
    pub count: usize,
}

/// Days against the limit of one rule.
#[derive(Debug, Serialize)]
pub struct Deadline {
    /// The rule.
    pub rule: String,
    /// Names the defect.
    pub title: String,
    /// The clause.
    pub cite: String,
    /// `due` for a last day, `length` for a number of days.
    pub kind: &'static str,
    /// Done, and in time.
    pub met: usize,
    /// Done, but late or too short.
    pub late: usize,
    /// Not done, and the last day has passed.
    pub open: usize,
    /// Not done, the last day is still to come.
    pub running: usize,
    /// Days to spare: below zero is late.
    pub days: Vec<i64>,
    /// The middle of them.
    pub median: Option<f64>,
    /// Share met of those that are decided, with its interval.
    pub share: Measure,
}

/// A community in the year.
#[derive(Debug, Serialize)]
pub struct Community {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Street.
    pub street: String,
    /// Cases.
    pub projects: usize,
    /// Demands.
    pub demands: usize,
    /// Distinct sources asked.
    pub sources: usize,
    /// Verdicts on its cases, its demands and its year.
    pub verdicts: Verdicts,
    /// Money.
    pub money: Sums,
}

/// One case.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// Identifier.
    pub id: String,
    /// Name of the project.
    pub title: String,
    /// Code of the community.
    pub community: String,
    /// Canonical type.
    pub kind: String,
    /// Type, for people.
    pub kind_label: String,
    /// Canonical category.
    pub category: String,
    /// Level of the fund.
    pub level: String,
    /// The last stage that is recorded.
    pub stage: &'static str,
    /// It, for people.
    pub stage_label: String,
    /// Withdrawn.
    pub withdrawn: bool,
    /// Budget.
    pub budget: Option<Yuan>,
    /// Contract.
    pub contract: Option<Yuan>,
    /// Settlement.
    pub settled: Option<Yuan>,
    /// Payments.
    pub paid: Option<Yuan>,
    /// First day.
    pub started: Option<String>,
    /// Last day.
    pub completed: Option<String>,
    /// Contractor.
    pub contractor: Option<String>,
    /// How many of each verdict.
    pub verdicts: Verdicts,
    /// The page of its dossier, if the report has one.
    pub dossier: Option<String>,
}

/// One measure with everything that it rests on.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Measure {
    /// Name inside its indicator.
    pub id: String,
    /// For people.
    pub label: String,
    /// What is counted: a number, or yuan as text.
    pub numerator: Json,
    /// Of what.
    pub denominator: Json,
    /// Share, index or days; none if it is held back or cannot be told.
    pub value: Option<f64>,
    /// `share`, `index`, `days`, `number` or `yuan`.
    pub form: &'static str,
    /// Lower end of the interval of 95 %.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Least denominator at which the value is shown.
    pub least: usize,
    /// Below it.
    pub held_back: bool,
    /// Stands for a fact that is missing; no answer by itself.
    pub proxy: bool,
    /// Stands out by the display limit of the parameter file.
    pub flag: bool,
}

/// A fact that an indicator lacks.
#[derive(Clone, Debug, Serialize)]
pub struct Lack {
    /// Name.
    pub id: String,
    /// The fact.
    pub fact: String,
    /// The step that records it, or what would have to.
    pub step: String,
}

/// A table behind a chart.
#[derive(Clone, Debug, Serialize)]
pub struct Grid {
    /// Name inside its indicator.
    pub id: String,
    /// What it shows.
    pub caption: String,
    /// Headings, each with the form of its cells.
    pub columns: Vec<(String, &'static str)>,
    /// Cells.
    pub rows: Vec<Vec<Json>>,
}

/// One indicator.
#[derive(Clone, Debug, Serialize)]
pub struct Indicator {
    /// `P-01`.
    pub id: String,
    /// Name.
    pub title: String,
    /// The problem, as the evaluation put it.
    pub problem: String,
    /// What is computed.
    pub definition: String,
    /// What must not be concluded.
    pub caution: String,
    /// `measured`, `part`, `held-back` or `missing`.
    pub status: &'static str,
    /// Measures.
    pub measures: Vec<Measure>,
    /// What is missing.
    pub lacks: Vec<Lack>,
    /// Tables.
    pub grids: Vec<Grid>,
    /// Drawings, one after the other.
    #[serde(skip)]
    pub charts: Vec<super::charts::Chart>,
}
