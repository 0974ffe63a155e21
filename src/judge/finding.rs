//! Findings: a verdict with everything that it rests on.

use serde_json::{Map, Value as Json};

use crate::law::Day;
use crate::pack::{Scope, Severity};
use crate::state::EventKey;
use crate::words::{Lang, Words};

/// The nine verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// A MUST is broken; no reason cures it.
    Violation,
    /// A softer duty is broken, no reason recorded.
    Deviation,
    /// Two defensible readings disagree.
    Borderline,
    /// A fact is missing.
    Unverifiable,
    /// A softer duty is broken, reason recorded.
    Justified,
    /// Due after the day of judgement.
    Pending,
    /// The clause was not in force on the governing date.
    OutOfForce,
    /// Exempt.
    NotApplicable,
    /// The duty is met.
    Pass,
}

impl Verdict {
    /// All nine, worst first.
    pub const ALL: [Self; 9] = [
        Self::Violation,
        Self::Deviation,
        Self::Borderline,
        Self::Unverifiable,
        Self::Justified,
        Self::Pending,
        Self::OutOfForce,
        Self::NotApplicable,
        Self::Pass,
    ];

    /// The word in JSON and on the command line.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Deviation => "deviation",
            Self::Borderline => "borderline",
            Self::Unverifiable => "unverifiable",
            Self::Justified => "justified",
            Self::Pending => "pending",
            Self::OutOfForce => "out-of-force",
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
        }
    }

    /// The word for people.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Violation => lang.pick("违规", "violation"),
            Self::Deviation => lang.pick("偏离", "deviation"),
            Self::Borderline => lang.pick("临界", "borderline"),
            Self::Unverifiable => lang.pick("资料不足", "unverifiable"),
            Self::Justified => lang.pick("已说明", "justified"),
            Self::Pending => lang.pick("未到期", "pending"),
            Self::OutOfForce => lang.pick("依据失效", "out of force"),
            Self::NotApplicable => lang.pick("不适用", "not applicable"),
            Self::Pass => lang.pick("合规", "pass"),
        }
    }

    /// A verdict by its word.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|v| v.id() == word || v.label(Lang::Zh) == word)
    }
}

/// One rule judged on one subject.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// The verdict.
    pub verdict: Verdict,
    /// How hard the clause is.
    pub severity: Severity,
    /// Stage of the rule.
    pub stage: String,
    /// What was judged.
    pub scope: Scope,
    /// The subject.
    pub subject: String,
    /// Code of its community, if it has one.
    pub community: Option<String>,
    /// Names the defect.
    pub title: Words,
    /// What was found.
    pub message: Words,
    /// The clause.
    pub cite: String,
    /// Its operative words.
    pub quote: String,
    /// The facts used.
    pub facts: Map<String, Json>,
    /// The events used.
    pub events: Vec<EventKey>,
    /// The events that make a breach.
    pub causes: Vec<EventKey>,
    /// When it is due.
    pub due: Option<Day>,
    /// The reading that disagrees.
    pub reading: Option<String>,
    /// The recorded reason.
    pub reason: Option<String>,
    /// The next move.
    pub remedy: Words,
    /// What is missing.
    pub missing: Vec<Words>,
    /// How it was counted.
    pub count: Vec<Words>,
}

impl Finding {
    /// True if a step that causes this finding is refused.
    #[must_use]
    pub fn blocks(&self) -> bool {
        match self.verdict {
            Verdict::Violation => self.reason.is_none(),
            Verdict::Deviation => self.severity == Severity::Principle,
            _ => false,
        }
    }

    /// True if a duty is broken, with or without a reason.
    #[must_use]
    pub fn is_breach(&self) -> bool {
        matches!(
            self.verdict,
            Verdict::Violation | Verdict::Deviation | Verdict::Justified
        )
    }
}

/// How many of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts([usize; 9]);

impl Counts {
    /// Counts findings.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            counts.add(finding.verdict);
        }
        counts
    }

    /// Counts one verdict.
    pub fn add(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    /// Adds what was counted elsewhere.
    pub fn join(&mut self, other: Self) {
        for (here, there) in self.0.iter_mut().zip(other.0) {
            *here += there;
        }
    }

    /// How many of one verdict.
    #[must_use]
    pub fn get(&self, verdict: Verdict) -> usize {
        self.0[verdict as usize]
    }
}
