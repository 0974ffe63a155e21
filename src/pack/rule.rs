//! A clause of a regulation: its words, how hard it is, and how it is treated.

use std::collections::BTreeSet;
use std::ops::Deref;

use super::body::{Body, LateClause};
use super::{Check, Expr, Scope, Severity};
use crate::step::StepDef;
use crate::words::Words;

/// One clause of the regulation; what it says is read when it is first asked for.
#[derive(Debug)]
pub struct Rule {
    /// Identifier, for ever.
    pub id: String,
    pub(super) clause: LateClause,
}

impl Deref for Rule {
    type Target = Clause;

    fn deref(&self) -> &Clause {
        self.clause.read()
    }
}

/// What a rule says.
#[derive(Debug)]
pub struct Clause {
    /// Article, paragraph, item.
    pub cite: String,
    /// The operative words.
    pub quotes: Vec<String>,
    /// Names the defect.
    pub title: Words,
    /// How hard.
    pub severity: Severity,
    /// A permission: never a finding.
    pub permit: bool,
    /// Where in a case's life it matters first.
    pub stage: String,
    /// What it is judged on.
    pub scope: Scope,
    /// The next move after a breach.
    pub remedy: Words,
    /// Conditions, any of which exempts.
    pub exempt: Vec<usize>,
    /// The only record that justifies a breach of this rule, where the text names one.
    pub justified_by: Option<Filing>,
    /// Another defensible reading of how hard the clause is.
    pub contested: Option<Contested>,
    /// What its checks say, compiled when it is first asked for.
    pub(super) body: Body,
}

/// Another defensible reading of how hard a clause is.
#[derive(Debug)]
pub struct Contested {
    /// Identifier, for rulings.
    pub id: String,
    /// How hard it is by that reading.
    pub severity: Severity,
    /// Why it can be read so.
    pub why: Words,
}

impl Rule {
    /// True if the rule is judged on subjects of this scope.
    #[must_use]
    pub fn judged_in(&self, scope: Scope) -> bool {
        self.scope == scope
            || self.body.is_scoped()
                && matches!(self.treatment(), Treatment::Computed(checks)
                    if checks.iter().any(|check| check.scope == Some(scope)))
    }

    /// The other readings of the clause: of its checks, and of how hard it is.
    pub fn readings(&self) -> impl Iterator<Item = &str> {
        let checks = match self.treatment() {
            Treatment::Computed(checks) => checks.as_slice(),
            _ => &[],
        };
        let of_checks = checks.iter().flat_map(|check| &check.readings);
        of_checks
            .map(|reading| reading.id.as_str())
            .chain(self.contested.iter().map(|c| c.id.as_str()))
    }

    /// True if a check of this scope can blame one of these steps.
    #[must_use]
    pub fn blames(&self, scope: Scope, steps: &BTreeSet<&str>) -> bool {
        let Treatment::Computed(checks) = self.treatment() else {
            return false;
        };
        checks
            .iter()
            .filter(|check| check.scope.unwrap_or(self.scope) == scope)
            .flat_map(|check| check.primitive.blames())
            .any(|def| steps.contains(def.id))
    }

    /// The word for the treatment in JSON.
    #[must_use]
    pub fn check_id(&self) -> &'static str {
        match self.treatment() {
            Treatment::Computed(_) => "computed",
            Treatment::Attested { .. } => "attested",
            Treatment::Recorded(_) => "recorded",
        }
    }
}

/// The filing that the text of a clause asks for where it is not kept.
#[derive(Debug)]
pub struct Filing {
    /// The step.
    pub of: &'static StepDef,
    /// What must hold of it.
    pub must: Option<Expr>,
}

/// How a clause is treated.
#[derive(Debug)]
pub enum Treatment {
    /// Judged from facts, by one or more checks.
    Computed(Vec<Check>),
    /// Met by a document that a body recorded.
    Attested {
        /// Which body answers: `street` or `community`.
        body: String,
        /// A document of that very year is wanted.
        yearly: bool,
    },
    /// Nothing can be checked; says why.
    Recorded(Words),
}
