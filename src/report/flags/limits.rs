//! The parameters of flags: an analyst's, each with its source, none of them law.

use std::sync::OnceLock;

use serde::Deserialize;

use super::Line;
use crate::pack::{FLAGS, Pack, Parameter};
use crate::words;
use crate::words::Words;

/// A figure with its source.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The figure, whole.
    pub value: u32,
    /// Where it comes from.
    pub source: String,
    /// The same in English.
    pub source_en: String,
}

impl Limit {
    /// The figure as a size.
    #[must_use]
    pub fn size(&self) -> usize {
        usize::try_from(self.value).unwrap_or(usize::MAX)
    }

    /// The figure as people see it, with a sign for its unit.
    #[must_use]
    pub fn line(&self, unit: &str) -> Line {
        self.counted(unit, unit)
    }

    /// The figure as people see it, with the name of what is counted.
    #[must_use]
    pub fn counted(&self, zh: &str, en: &str) -> Line {
        Line {
            value: Words::new(format!("{}{zh}", self.value), format!("{}{en}", self.value)),
            source: Words::new(&*self.source, &*self.source_en),
        }
    }
}

/// A number of the regulation that projects may be kept below.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Below {
    /// The parameter of the pack.
    pub parameter: String,
    /// Only projects of this type.
    #[serde(default)]
    pub r#type: Option<String>,
    /// The named fact of the pack that is compared; the amount if it names none.
    #[serde(default)]
    pub fact: Option<String>,
}

impl Below {
    /// Where the number comes from: the rule of the pack.
    #[must_use]
    pub fn source(pack: &Pack, parameter: &Parameter) -> Words {
        let rule = parameter.rule.as_deref().unwrap_or_default();
        let cite = pack.rule(rule).map_or(&parameter.cite, |rule| &rule.cite);
        words!("{} {}", "{} {}", rule, cite)
    }
}

macro_rules! groups {
    ($($(#[doc = $doc:literal])+ $group:ident { $($field:ident),* })*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug, Default, Deserialize)]
            #[serde(deny_unknown_fields)]
            #[allow(missing_docs, reason = "each says itself what it is, in the file")]
            pub struct $group { $(pub $field: Limit),* }
        )*
    };
}
groups! {
    /// Splitting.
    Split { days, alike }
    /// Bunching.
    Bunch { band, least, chance }
    /// Texts alike.
    Clone_ { alike, length, demand_length, minutes, share, least }
    /// Costs of one function.
    Cost { least, communities, deviations, ratio }
    /// Shares of contractors.
    Contractor { share, least }
    /// Surveys.
    Survey { least, perfect }
    /// Late entry.
    Late { days, share, least }
    /// Process records after completion.
    Backfill { least }
    /// Demands after the design.
    Reverse { most }
    /// Entries before an inspection.
    Rush { days, least, times }
}

/// Every parameter of flags.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each says itself what it is, in the file")]
pub struct Limits {
    pub split: Split,
    pub bunch: Bunch,
    pub clone: Clone_,
    pub cost: Cost,
    pub contractor: Contractor,
    pub survey: Survey,
    pub late: Late,
    pub backfill: Backfill,
    pub reverse: Reverse,
    pub rush: Rush,
    #[serde(rename = "threshold")]
    pub thresholds: Vec<Below>,
}

impl Limits {
    /// The parameters inside the program; a test says that they can be read.
    pub fn get() -> &'static Self {
        static READ: OnceLock<Limits> = OnceLock::new();
        READ.get_or_init(|| toml::from_str(FLAGS).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_can_be_read_and_each_has_its_source() {
        let read: Limits = toml::from_str(FLAGS).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(read.split.days.value, 180);
        assert!(read.thresholds.len() >= 5);
        let table: toml::Table = toml::from_str(FLAGS).unwrap_or_default();
        let groups = table.values().filter_map(toml::Value::as_table);
        for limit in groups.flat_map(toml::Table::values) {
            for source in ["source", "source_en"] {
                let text = limit.get(source).and_then(toml::Value::as_str);
                assert!(text.is_some_and(|text| text.len() > 10), "{limit}");
            }
        }
    }

    #[test]
    fn thresholds_are_parameters_of_every_regulation() {
        for id in Pack::embedded() {
            let pack = Pack::load(id).unwrap_or_else(|e| panic!("{e}"));
            for below in &Limits::get().thresholds {
                assert!(pack.parameter(&below.parameter).is_some(), "{id}");
            }
        }
    }
}
