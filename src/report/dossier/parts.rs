//! Parts of a dossier that are reckoned: money against its limits, evidence, satisfaction.

use serde::Serialize;

use super::Source;
use crate::law::Money;
use crate::report::flags::Limits;
use crate::state::{Fact, Value};
use crate::step::{Recorded, accept, close, general, implement, register, shortlist, survey};

/// One line of money.
#[derive(Serialize)]
pub(super) struct Sum {
    name: String,
    day: String,
    amount: String,
    event: i64,
}

/// The amount of the case beside a limit of the regulation.
#[derive(Serialize)]
pub(super) struct Share {
    limit: String,
    rule: String,
    cite: String,
    percent: String,
    /// For the bar, at most 100.
    bar: i128,
    over: bool,
}

/// The money of the case.
#[derive(Serialize)]
pub(super) struct Account {
    sums: Vec<Sum>,
    paid: Option<String>,
    payments: usize,
    shares: Vec<Share>,
}

/// A paper, with its copy.
#[derive(Serialize)]
pub(super) struct Paper {
    name: String,
    file: String,
    day: String,
    digest: Option<String>,
    size: Option<i64>,
    kept: bool,
    event: i64,
}

/// A question of a survey.
#[derive(Serialize)]
pub(super) struct Question {
    name: String,
    counts: Vec<i64>,
    best: String,
    interval: String,
}

/// A satisfaction survey.
#[derive(Serialize)]
pub(super) struct Survey {
    day: String,
    answered: Option<i64>,
    levels: Vec<String>,
    questions: Vec<Question>,
}

/// The Wilson interval at 95 percent of `part` in `whole`, in percent with one decimal.
pub(super) fn wilson(part: i64, whole: i64) -> Option<(f64, f64)> {
    let (part, whole) = (u32::try_from(part).ok()?, u32::try_from(whole).ok()?);
    if whole == 0 || part > whole {
        return None;
    }
    let (n, z) = (f64::from(whole), 1.959_964);
    let p = f64::from(part) / n;
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + z * z / n);
    Some(((middle - half) * scale, (middle + half) * scale))
}

/// So many percent, one decimal, reckoned in whole fen.
fn percent(part: Money, whole: Money) -> String {
    let tenths = i128::from(part.fen()) * 1000 / i128::from(whole.fen().max(1));
    format!("{}.{}%", tenths / 10, tenths % 10)
}

impl Source<'_> {
    /// Every amount that is recorded of the case, and the case beside the limits.
    pub(super) fn money(&self) -> Account {
        let view = self.view;
        let steps = [
            (shortlist::Candidate::DEF, "amount"),
            (shortlist::Plan::DEF, "amount"),
            (shortlist::Design::DEF, "amount"),
            (implement::Emergency::DEF, "amount"),
            (implement::Determine::DEF, "budget"),
            (implement::Contract::DEF, "amount"),
            (implement::Pay::DEF, "amount"),
            (accept::Settle::DEF, "amount"),
            (close::Close::DEF, "special_spent"),
            (close::Close::DEF, "own_spent"),
            (close::Close::DEF, "social_spent"),
        ];
        let mut sums = Vec::new();
        for (def, name) in steps {
            let Some(field) = def.field(name) else {
                continue;
            };
            for fact in view.facts(def).filter(|fact| fact.subject == view.id) {
                if let Some(amount) = fact.value(name).money() {
                    sums.push(Sum {
                        name: format!(
                            "{} · {}",
                            self.pick(def.zh, def.id),
                            self.pick(field.heading, field.name)
                        ),
                        day: fact.occurred.map_or(String::new(), |d| d.to_string()),
                        amount: amount.to_string(),
                        event: fact.key.seq,
                    });
                }
            }
        }
        let payments: Vec<Money> = view
            .facts(implement::Pay::DEF)
            .filter_map(|fact| fact.value("amount").money())
            .collect();
        let paid = payments
            .iter()
            .try_fold(Money::ZERO, |sum, amount| sum.checked_add(*amount));
        Account {
            sums,
            paid: paid.filter(|_| !payments.is_empty()).map(|p| p.to_string()),
            payments: payments.len(),
            shares: self.shares(),
        }
    }

    fn shares(&self) -> Vec<Share> {
        let pack = self.voice.pack;
        let named = |id: &str| crate::report::flags::named(pack, self.view, id);
        let amount = named("amount").and_then(|(value, _)| value.money());
        let kind = named("type").and_then(|(value, _)| value.text());
        let (Some(amount), Some(kind)) = (amount, kind) else {
            return Vec::new();
        };
        let own = Limits::get()
            .thresholds
            .iter()
            .filter(|below| below.r#type.as_deref() == Some(kind));
        own.filter_map(|below| {
            let parameter = pack.parameter(&below.parameter)?;
            let limit: Money = parameter.value.as_ref()?.as_str()?.parse().ok()?;
            let rule = parameter.rule.clone().unwrap_or_default();
            let tenths = i128::from(amount.fen()) * 100 / i128::from(limit.fen().max(1));
            Some(Share {
                limit: limit.to_string(),
                cite: pack.rule(&rule).map_or(String::new(), |r| r.cite.clone()),
                rule,
                percent: percent(amount, limit),
                bar: tenths.min(100),
                over: amount > limit,
            })
        })
        .collect()
    }

    /// The papers of the case with the digests by which their copies are known.
    pub(super) fn evidence(&self) -> Vec<Paper> {
        let view = self.view;
        let papers = view
            .facts(general::Attach::DEF)
            .chain(view.facts(register::Document::DEF));
        papers
            .filter(|fact| fact.mentions().contains(&view.id.as_str()))
            .map(|fact| {
                let text = |field: &str| fact.value(field).text().map(str::to_owned);
                let name = text("as").map(|term| {
                    let vocabulary = fact.def.field("as").map_or("", |f| f.vocabulary);
                    self.voice.pack.label(vocabulary, &term).to_owned()
                });
                let size = fact.value("size").count();
                Paper {
                    name: name.or_else(|| text("title")).unwrap_or_default(),
                    // a file's name may hold a person's
                    file: text("file").filter(|_| !self.public).unwrap_or_default(),
                    day: fact.occurred.map_or(String::new(), |d| d.to_string()),
                    digest: text("digest"),
                    kept: size.is_some(),
                    size,
                    event: fact.key.seq,
                }
            })
            .collect()
    }

    /// The satisfaction surveys, of each question the share of the best level with its interval.
    pub(super) fn surveys(&self) -> Vec<Survey> {
        let levels = self
            .voice
            .pack
            .vocabularies
            .iter()
            .find(|v| v.id == "level");
        let levels: Vec<String> = levels.map_or_else(Vec::new, |v| {
            v.terms.iter().map(|term| term.label.clone()).collect()
        });
        let of = |fact: &Fact| Survey {
            day: fact.occurred.map_or(String::new(), |d| d.to_string()),
            answered: fact.value("answered").count(),
            levels: levels.clone(),
            questions: fact
                .def
                .fields
                .iter()
                .filter(|field| field.list)
                .filter_map(|field| {
                    let counts: Vec<i64> = fact
                        .value(field.name)
                        .items()
                        .iter()
                        .filter_map(Value::count)
                        .collect();
                    let (best, all) = (*counts.first()?, counts.iter().sum::<i64>());
                    let (low, high) = wilson(best, all)?;
                    Some(Question {
                        name: self.pick(field.heading, field.name).to_owned(),
                        best: format!("{best}/{all}"),
                        interval: format!("{low:.1}%–{high:.1}%"),
                        counts,
                    })
                })
                .collect(),
        };
        self.view.facts(survey::Survey::DEF).map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_table() {
        for (part, low, high) in [(30, 88.6, 100.0), (28, 78.7, 98.2), (24, 62.7, 90.5)] {
            let (a, b) = wilson(part, 30).unwrap_or_default();
            assert!((a - low).abs() < 0.06 && (b - high).abs() < 0.06, "{a} {b}");
        }
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None);
    }
}
