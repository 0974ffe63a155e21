//! From outcomes to a verdict: exemption, validity, readings, severity, reasons.

use super::eval::{Answer, Facts};
use super::finding::{Finding, Verdict};
use super::outcome::{Outcome, Status};
use super::rulings::{DEFAULT, Judged, Ruled, crosses, ruling};
use super::run::computed;
use crate::law::Day;
use crate::pack::{Check, Pack, Rule, Scope, Severity, Treatment};
use crate::state::subject::DISTRICT;
use crate::state::{Fact, Subject, View};
use crate::step::{Recorded, register};
use crate::words;
use crate::words::{Words, aloud, is_silent, silently};

/// Judges one rule on one subject.
#[must_use]
pub fn judge_rule(pack: &Pack, view: &View<'_>, rule: &Rule) -> Finding {
    found(&Facts::new(pack, view), rule)
}

/// One rule on the subject of these facts.
pub(super) fn found<'a>(facts: &Facts<'a>, rule: &'a Rule) -> Finding {
    let settled = settle(facts, rule, under_readings(facts, rule));
    finding(facts.view, rule, settled)
}

/// The verdict alone, without its words: much cheaper, and the same.
pub(super) fn weigh<'a>(facts: &Facts<'a>, rule: &'a Rule) -> Verdict {
    silently(|| settle(facts, rule, under_readings(facts, rule)).verdict)
}

/// What a rule comes to, and why.
struct Settled {
    verdict: Verdict,
    severity: Severity,
    message: Vec<Words>,
    reading: Option<String>,
    reason: Option<String>,
    outcome: Outcome,
}

/// Judges by the conditions of the pack as they stand and as they may be read otherwise: a
/// condition that is read otherwise is so for every rule that asks it.
fn under_readings<'a>(facts: &Facts<'a>, rule: &'a Rule) -> Judged {
    let mut judged = judged(facts, rule);
    for (index, condition) in facts.pack.conditions.iter().enumerate() {
        let Some(turned) = &condition.reading else {
            continue;
        };
        let day = judged.outcome.governed.unwrap_or(facts.view.as_of);
        let answer = ruling(facts, &turned.rule, day);
        let settled = answer.as_ref().map(|answer| answer.reading == turned.id);
        // which facts are missing is told by their names
        let differs = || aloud(|| facts.test(&condition.is, None) != facts.test(&turned.is, None));
        if settled == Some(false) || settled.is_none() && !differs() {
            continue;
        }
        let other = self::judged(
            &Facts {
                read_as: Some((index, &turned.is)),
                ..*facts
            },
            rule,
        );
        let (here, there) = (judged.outcome.status, other.outcome.status);
        if settled.is_some() {
            let ruled = answer.filter(|_| here != there).map(Box::new);
            judged = Judged {
                ruled: other.ruled.or(ruled),
                ..other
            };
        } else if judged.disagrees.is_none() && crosses(here, there) {
            judged.disagrees = Some(Box::new((turned.id.clone(), turned.why.clone())));
        }
    }
    judged
}

fn judged<'a>(facts: &Facts<'a>, rule: &'a Rule) -> Judged {
    let view = facts.view;
    let passed = facts.stage_passed(&rule.stage);
    match rule.treatment() {
        Treatment::Recorded(why) => Judged::alone(Outcome::exempt(why.told())),
        _ if view.withdrawn().is_some() => Judged::alone(Outcome::exempt(words!(
            "项目已撤回。",
            "The subject was withdrawn."
        ))),
        Treatment::Attested { body, yearly } => Judged::alone(attested(facts, rule, body, *yearly)),
        Treatment::Computed(checks) => {
            let scope = super::scope_of(&view.subject);
            let mine = checks
                .iter()
                .filter(move |check| Some(check.scope.unwrap_or(rule.scope)) == scope);
            // exemptions are of cases: a year is not exempt because a case of it is
            let own = scope == Some(rule.scope);
            match exemption(facts, rule).filter(|_| own) {
                // a check that does not apply anyway needs no exemption
                Some(outcome)
                    if outcome.status == Status::Missing && none_applies(facts, mine.clone()) =>
                {
                    computed(facts, &rule.id, mine, passed)
                }
                Some(outcome) => Judged::alone(outcome),
                None => computed(facts, &rule.id, mine, passed),
            }
        }
    }
}

/// True if the guard of every check says that it does not apply.
fn none_applies<'c>(facts: &Facts<'_>, mut checks: impl Iterator<Item = &'c Check>) -> bool {
    checks.all(|check| {
        check
            .when
            .as_ref()
            .is_some_and(|when| facts.test(when, None) == Answer::No)
    })
}

fn finding(view: &View<'_>, rule: &Rule, settled: Settled) -> Finding {
    let mut outcome = settled.outcome;
    let told = std::mem::take(outcome.told());
    Finding {
        rule: rule.id.clone(),
        verdict: settled.verdict,
        severity: settled.severity,
        stage: rule.stage.clone(),
        scope: super::scope_of(&view.subject).unwrap_or(rule.scope),
        subject: view.id.clone(),
        community: view.subject.community().map(str::to_owned),
        title: rule.title.clone(),
        message: Words::join(&settled.message),
        cite: rule.cite.clone(),
        quote: rule.quotes.join(" … "),
        facts: told.facts,
        events: told.uses,
        causes: told.causes,
        due: outcome.due,
        reading: settled.reading,
        reason: settled.reason,
        remedy: rule.remedy.clone(),
        missing: told.missing,
        count: told.count,
    }
}

fn exemption(facts: &Facts<'_>, rule: &Rule) -> Option<Outcome> {
    for &index in &rule.exempt {
        let condition = &facts.pack.conditions[index];
        match facts.answer(index) {
            Answer::Yes => return Some(Outcome::exempt(condition.label.told())),
            Answer::No => {}
            Answer::Unknown(missing) => return Some(Outcome::lacking(missing)),
        }
    }
    None
}

/// A standing duty: a document of the body, dated by the end of the year.
fn attested(facts: &Facts<'_>, rule: &Rule, body: &str, yearly: bool) -> Outcome {
    let view = facts.view;
    let own = view.subject.community().unwrap_or_default();
    let name = match (body, &view.subject) {
        ("street", Subject::StreetYear(street, _)) => street.clone(),
        ("street", _) => view.book.street(own).unwrap_or(&view.id).to_owned(),
        ("community", _) => own.to_owned(),
        ("district", _) => DISTRICT.to_owned(),
        _ => view.id.clone(),
    };
    let year_end = view.year().and_then(|year| Day::new(year, 12, 31));
    let document = view
        .book
        .of_step(register::Document::DEF)
        .filter(|fact| fact.subject == name && fact.value("rule").text() == Some(&rule.id))
        .find(|fact| {
            fact.occurred.is_none_or(|day| {
                let of_year = !yearly || view.year() == Some(day.year());
                of_year && day <= view.as_of && year_end.is_none_or(|end| day <= end)
            })
        });
    match document {
        Some(document) => Outcome::kept(words!("已登记文件。", "The document is recorded."))
            .uses([document])
            .fact(
                "document",
                document.value("title").text().unwrap_or_default(),
            ),
        None => Outcome::missing(words!(
            "文件（register document --rule {1} --body {0}）",
            "document (register document --rule {1} --body {0})",
            name,
            rule.id
        )),
    }
}

/// The last steps from an outcome to a verdict.
fn settle(facts: &Facts<'_>, rule: &Rule, judged: Judged) -> Settled {
    let Judged {
        mut outcome,
        mut disagrees,
        mut ruled,
    } = judged;
    // what is kept needs none
    let asked = !is_silent() || outcome.status == Status::Broken;
    let reason = asked.then(|| reason(facts, rule)).flatten();
    let mut severity = rule.severity;
    if let (Some(contested), Status::Broken) = (&rule.contested, outcome.status) {
        let day = outcome.governed.unwrap_or(facts.view.as_of);
        match ruling(facts, &rule.id, day) {
            Some(answer) if answer.reading == contested.id || answer.reading == DEFAULT => {
                if answer.reading == contested.id {
                    severity = contested.severity;
                }
                ruled = Some(Box::new(answer));
            }
            // with a reason one reading cures what the other does not
            _ if reason.is_some() && disagrees.is_none() => {
                disagrees = Some(Box::new((contested.id.clone(), contested.why.clone())));
            }
            _ => {}
        }
    }
    let mut reading = None;
    let mut verdict = match outcome.status {
        Status::Exempt => Verdict::NotApplicable,
        Status::Kept => Verdict::Pass,
        Status::Pending => Verdict::Pending,
        Status::Missing => Verdict::Unverifiable,
        // a permission is used or not
        Status::Broken if rule.permit => Verdict::NotApplicable,
        Status::Broken => match (severity, &reason) {
            (Severity::Must, _) => Verdict::Violation,
            (Severity::Principle | Severity::Advisory, Some(_)) => Verdict::Justified,
            (Severity::Principle | Severity::Advisory, None) => Verdict::Deviation,
            (Severity::Info, _) => Verdict::NotApplicable,
        },
    };
    let mut message = Vec::new();
    if !is_silent() {
        message.push(std::mem::take(&mut outcome.told().words));
    }
    if let Some((id, why)) = disagrees.map(|other| *other) {
        verdict = Verdict::Borderline;
        message.push(words!(
            "另一种读法结论相反：{1}",
            "Another reading ({0}) says the opposite: {2}",
            id,
            why.zh,
            why.en
        ));
        reading = Some(id);
    } else if let Some(Ruled {
        reading: taken,
        basis,
    }) = ruled.map(|ruled| *ruled)
    {
        message.push(words!(
            "按{}的答复，采用读法“{}”。",
            "By the answer {}, the reading “{}” holds.",
            basis,
            taken
        ));
        reading = Some(taken);
    }
    if verdict != Verdict::NotApplicable {
        let governed = outcome.governed.or_else(|| {
            let year = facts.view.subject.year()?;
            let scope = super::scope_of(&facts.view.subject).unwrap_or(rule.scope);
            let yearly = matches!(
                scope,
                Scope::CommunityYear | Scope::StreetYear | Scope::DistrictYear
            );
            yearly.then(|| Day::new(year, 12, 31))?
        });
        // what was broken in force stays broken, whatever else lies outside
        let within = |day: &Day| {
            facts.pack.meta.from.is_none_or(|from| from <= *day)
                && facts.in_force_until().is_none_or(|to| *day <= to)
        };
        let governed = outcome.also.iter().copied().find(within).or(governed);
        if let Some(day) = governed
            && let Some(other) = out_of_force(facts, day, &mut message)
        {
            verdict = other;
            if other == Verdict::Borderline {
                reading = Some("last-day".into());
            }
        }
    }
    Settled {
        verdict,
        severity,
        message,
        reading,
        reason,
        outcome,
    }
}

/// Outside the validity no duty is judged; the last day may be open to readings.
fn out_of_force(facts: &Facts<'_>, day: Day, message: &mut Vec<Words>) -> Option<Verdict> {
    let meta = &facts.pack.meta;
    let until = facts.in_force_until();
    let outside = meta.from.is_some_and(|from| day < from) || until.is_some_and(|to| day > to);
    if !outside {
        return None;
    }
    // the other reading moves the last day only, and only until a renewal moves it further
    let open = until.is_some_and(|to| day > to) && until == meta.to;
    if open && meta.to_reading.is_some_and(|to| day <= to) {
        message.push(words!(
            "{}是否仍在有效期内，{}可有两种读法。",
            "Whether {} is still in force can be read in two ways ({}).",
            day,
            meta.validity_cite
        ));
        return Some(Verdict::Borderline);
    }
    message.clear();
    message.push(words!(
        "{}不在依据的有效期内（{}至{}）。",
        "{} lies outside the validity of the regulation ({} to {}).",
        day,
        meta.from.map_or(String::new(), |d| d.to_string()),
        until.map_or(String::new(), |d| d.to_string())
    ));
    Some(Verdict::OutOfForce)
}

/// Takes a reason that has just been recorded into a finding.
pub fn give_reason(finding: &mut Finding, text: &str) {
    finding.reason = Some(text.to_owned());
    if finding.verdict == Verdict::Deviation {
        finding.verdict = Verdict::Justified;
    }
}

/// The reason recorded for this rule on this subject.
fn reason(facts: &Facts<'_>, rule: &Rule) -> Option<String> {
    if let Some(filing) = &rule.justified_by {
        let fits = |fact: &&Fact| {
            let must = filing.must.as_ref();
            must.is_none_or(|must| facts.test(must, Some(fact)) != Answer::No)
        };
        let found = facts.view.facts(filing.of).find(fits);
        return found.map(|filing| {
            let day = filing.occurred.map_or(String::new(), |day| day.to_string());
            let why = filing.value("why").text().unwrap_or_default();
            format!("{}（{day}）：{why}", filing.def.zh)
        });
    }
    let reasons = facts.view.facts(register::Reason::DEF);
    reasons
        .filter(|fact| fact.subject == facts.view.id)
        .filter(|fact| fact.value("rule").text() == Some(&rule.id))
        .filter_map(|fact| fact.value("text").text().map(str::to_owned))
        .last()
}
