//! The analyst's parameter file: display limits, words and sources of the indicators.
//!
//! No number of it is law; each stands in the file with its source. The file that comes with the
//! tool can be taken as a pattern: `audit --year Y --report DIR --indicators FILE`.

use serde::Deserialize;

use crate::law::Day;
use crate::pack::INDICATORS;
use crate::words::{Lang, Words};

/// A parameter file, read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The text that the indicators follow.
    pub source: String,
    /// It, in English.
    pub source_en: String,
    /// Display limits.
    pub limit: Limit,
    /// Households of communities, which no step records.
    #[serde(default, rename = "households")]
    pub households: Vec<Households>,
    /// What may be missing.
    #[serde(rename = "lack")]
    pub lacks: Vec<LackWords>,
    /// The indicators, in order.
    #[serde(rename = "indicator")]
    pub indicators: Vec<Words4>,
    /// SHA-256 of the file.
    #[serde(skip)]
    pub sha256: String,
}

/// Display limits; see the file for what each is and where it comes from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// P-01: line of the majority.
    pub majority: f64,
    /// P-02: minutes of a burst.
    pub burst_minutes: i64,
    /// P-02: likeness of two texts.
    pub likeness: f64,
    /// P-02: last days of a round.
    pub last_days: i64,
    /// P-02: least records of a round.
    pub round_least: usize,
    /// P-04: least sources.
    pub sources_least: usize,
    /// P-05: days after which a demand is old.
    pub backlog_days: i64,
    /// P-06: least selected and rejected.
    pub selected_least: usize,
    /// P-08: days of a late entry.
    pub lag_days: i64,
    /// P-08: projects shorter than this are exempt.
    pub short_days: i64,
    /// P-09: line of one-off services.
    pub one_off: f64,
    /// P-11: share of round numbers to expect.
    pub round_numbers: f64,
    /// P-11: attained below this stands out.
    pub attainment: f64,
    /// P-12: surveys by one organiser.
    pub same_organiser: usize,
    /// P-13: least projects of a group.
    pub group_projects: usize,
    /// P-13: least communities of a group.
    pub group_communities: usize,
    /// P-13: spreads beyond which a price stands out.
    pub spreads: f64,
    /// P-13: ratio to the median beyond which a price stands out where there is no spread.
    pub ratio: f64,
    /// P-16: days between starts.
    pub split_days: i64,
    /// P-16: share of the limit that is near.
    pub near: f64,
    /// P-16: from how many projects just below a limit bunching stands out.
    pub bunch_least: usize,
    /// P-16: from how many times as many as just above.
    pub bunch_ratio: f64,
    /// P-16: names of the pack's amounts that are thresholds.
    pub thresholds: Vec<String>,
    /// P-12: name of the pack's least number of answers.
    pub answers: String,
    /// P-01: name of the rule on the number of sources.
    pub sources: String,
}

/// Households of one community.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Households {
    /// Code of the community.
    pub community: String,
    /// How many.
    pub number: usize,
    /// Day of the register.
    pub date: Day,
    /// Where the number stands.
    pub source: String,
}

/// A fact that may be missing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LackWords {
    /// Name.
    pub id: String,
    /// The fact.
    pub zh: String,
    /// The fact, in English.
    pub en: String,
    /// What records it.
    pub step: String,
    /// What records it, in English.
    pub step_en: String,
}

/// The words of an indicator.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words4 {
    /// `P-01`.
    pub id: String,
    /// Name.
    pub title: String,
    /// Name, in English.
    pub title_en: String,
    /// The problem in the words of the evaluation.
    pub problem: String,
    /// It, in English.
    pub problem_en: String,
    /// What is computed.
    pub definition: String,
    /// It, in English.
    pub definition_en: String,
    /// What must not be concluded.
    pub caution: String,
    /// It, in English.
    pub caution_en: String,
}

impl Limits {
    /// The file that comes with the tool.
    ///
    /// # Errors
    /// If it cannot be read; a test says that it can.
    pub fn embedded() -> Result<Self, Words> {
        Self::parse(INDICATORS)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Words> {
        let mut limits: Self = toml::from_str(text).map_err(|error| {
            crate::words!(
                "指标参数文件有误：{0}。可照内置的写：minsheng 源码 src/packs/indicators.toml。",
                "The parameter file of the indicators is wrong: {0}. The built-in one is src/packs/indicators.toml of the source.",
                error.message()
            )
        })?;
        limits.sha256 = crate::ledger::chain::digest(text.as_bytes());
        Ok(limits)
    }

    /// The words of a fact that is missing.
    #[must_use]
    pub fn lack(&self, id: &str, lang: Lang) -> super::figures::Lack {
        let words = self.lacks.iter().find(|lack| lack.id == id);
        let pick = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
        super::figures::Lack {
            id: id.to_owned(),
            fact: words.map_or_else(|| id.to_owned(), |w| pick(&w.zh, &w.en)),
            step: words.map_or_else(String::new, |w| pick(&w.step, &w.step_en)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_file_names_seventeen_indicators() {
        let limits = Limits::embedded().unwrap();
        let ids: Vec<String> = (1..=17).map(|n| format!("P-{n:02}")).collect();
        let named: Vec<&str> = limits.indicators.iter().map(|i| i.id.as_str()).collect();
        assert_eq!(named, ids);
        assert!(Limits::parse("source = 1").is_err());
    }
}
