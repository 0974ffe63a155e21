//! Reasons that were given with a step: recorded beside the breach that they answer.

use super::gather::Gathered;
use super::{Receipt, Terms, key};
use crate::judge::{self, Finding};
use crate::law::Day;
use crate::ledger::{Draft, Writer};
use crate::state::EventKey;
use crate::step::{Step, register};

/// A reason, with the event that it was given with.
pub(super) struct Given {
    pub(super) event: EventKey,
    pub(super) rule: String,
    pub(super) text: String,
}

/// Records the reasons that answer a breach of their own step, and notes those that answer none.
pub(super) fn explain(
    writer: &mut Writer<'_>,
    receipt: &mut Receipt,
    caused: &mut [Finding],
    reasons: &[Given],
    gathered: &Gathered,
    terms: &Terms,
) -> anyhow::Result<()> {
    let mut answered: Vec<(String, String)> = Vec::new();
    for given in reasons {
        let targets = gathered.targets(&given.event);
        let mut matched = false;
        for finding in caused.iter_mut() {
            let own = finding.causes.iter().any(|cause| targets.contains(cause))
                || gathered.struck_by(&given.event, &finding.subject);
            if finding.rule != given.rule || !finding.is_breach() || !own {
                continue;
            }
            matched = true;
            let pair = (finding.subject.clone(), given.rule.clone());
            if answered.contains(&pair) && finding.reason.as_deref() == Some(&given.text) {
                continue;
            }
            answered.push(pair);
            append_reason(writer, receipt, finding, given, terms)?;
        }
        let unmatched = (given.rule.clone(), given.text.clone());
        if !matched && !receipt.unmatched.contains(&unmatched) {
            receipt.unmatched.push(unmatched);
        }
    }
    // a reason given for a whole batch answers where it answers
    receipt
        .unmatched
        .retain(|(rule, _)| !answered.iter().any(|(_, r)| r == rule));
    Ok(())
}

fn append_reason(
    writer: &mut Writer<'_>,
    receipt: &mut Receipt,
    finding: &mut Finding,
    given: &Given,
    terms: &Terms,
) -> anyhow::Result<()> {
    // the reason belongs to the fact that it explains
    let date = receipt
        .events
        .iter()
        .find(|event| key(event) == given.event)
        .and_then(|event| event.occurred.parse::<Day>().ok())
        .unwrap_or(terms.today);
    let step = Step::of(&register::Reason {
        subject: crate::step::Ref(finding.subject.clone()),
        rule: given.rule.clone(),
        text: given.text.clone(),
        date: Some(date),
    })?;
    let event = writer.append(Draft {
        step,
        subject: finding.subject.clone(),
        occurred: date.to_string(),
    })?;
    receipt.events.push(event);
    judge::give_reason(finding, &given.text);
    Ok(())
}
