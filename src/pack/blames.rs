//! Which steps a check can blame, read from its parameters.

use super::check::{IfMissing, Primitive};
use super::expr::Path;
use crate::step::{self, StepDef};

/// Primitives that blame steps which their text does not name, with the names of these.
pub(super) const UNNAMED: [(&str, &[&str]); 2] = [
    (
        "conflict",
        &[
            "shortlist.plan",
            "implement.award",
            "implement.contract",
            "implement.commission",
            "accept.record",
            "evaluate.daily",
            "audit.inspect",
        ],
    ),
    ("running_sum", &["implement.contract"]),
];

/// The steps that a primitive blames without naming them.
fn unnamed(primitive: &str) -> Vec<&'static StepDef> {
    let of = UNNAMED.iter().filter(|(name, _)| *name == primitive);
    of.flat_map(|(_, steps)| *steps)
        .filter_map(|id| step::find(id))
        .collect()
}

impl Primitive {
    /// The steps whose records this primitive can blame: a step that is none of them
    /// cannot be refused by it.
    #[must_use]
    pub fn blames(&self) -> Vec<&'static StepDef> {
        let steps = |paths: &mut dyn Iterator<Item = &Path>| -> Vec<&'static StepDef> {
            paths
                .filter_map(|path| match path {
                    Path::Step(def) | Path::Field(def, _) => Some(*def),
                    _ => None,
                })
                .collect()
        };
        match self {
            // what is only missing is nobody's breach
            Self::Presence {
                if_missing: IfMissing::Unverifiable,
                ..
            }
            | Self::Register { .. }
            | Self::Validity
            | Self::Coverage { .. }
            | Self::Periods { .. }
            | Self::Share { .. }
            | Self::Portion(_)
            | Self::Total(_)
            | Self::Members(_)
            | Self::Overflow(_)
            | Self::Lag(_) => Vec::new(),
            Self::Tally(tally) => vec![tally.of],
            Self::Season(season) => steps(&mut [&season.of].into_iter()),
            Self::Presence { of, gate, .. } => steps(&mut of.iter().chain(gate)),
            Self::Holds { uses, gate, .. } => steps(&mut uses.iter().chain(gate)),
            Self::SetCover { of, .. } | Self::Subset { of, .. } | Self::Disjoint { of, .. } => {
                steps(&mut [of].into_iter())
            }
            Self::Order { first, then, .. } => steps(&mut [first, then].into_iter()),
            Self::Deadline { to, .. } => steps(&mut [to].into_iter()),
            Self::FixedDate { of, .. } => steps(&mut [of].into_iter()),
            Self::Window { event, .. } => vec![event],
            Self::Duration { of, .. } | Self::Majority { of, .. } | Self::Ratio { of, .. } => {
                vec![of]
            }
            Self::Cap { of, .. } | Self::Role { of, .. } | Self::Blocklist { of, .. } => {
                steps(&mut of.iter())
            }
            Self::TakenUp { by, .. } => vec![by],
            Self::Conflict { .. } => unnamed("conflict"),
            Self::Count { gate, .. } => steps(&mut gate.iter()),
            Self::RunningSum { .. } => unnamed("running_sum"),
        }
    }
}
