//! The files of a pack as they are written, before their names are looked up.

use serde::Deserialize;

use super::notice::RawNotice;
use super::parameter::Parameter;
use super::{FormDef, Meta, Scope, Severity, TableDef, VocabularyDef};

/// What a file says; `C` is the text of a check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub(super) struct FileText<C> {
    pub(super) meta: Option<Meta>,
    #[serde(default)]
    pub(super) vocabulary: Vec<VocabularyDef>,
    #[serde(default)]
    pub(super) fact: Vec<RawFact>,
    #[serde(default)]
    pub(super) condition: Vec<RawCondition>,
    #[serde(default)]
    pub(super) stage: Vec<RawStage>,
    #[serde(default = "Vec::new")]
    pub(super) rule: Vec<RawRule<C>>,
    #[serde(default)]
    pub(super) table: Vec<TableDef>,
    #[serde(default)]
    pub(super) parameter: Vec<Parameter>,
    #[serde(default)]
    pub(super) form: Vec<FormDef>,
    #[serde(default)]
    pub(super) redaction: Vec<RawRedaction>,
    #[serde(default)]
    pub(super) notice: Vec<RawNotice>,
}

impl<C> Default for FileText<C> {
    fn default() -> Self {
        Self {
            meta: None,
            vocabulary: Vec::new(),
            fact: Vec::new(),
            condition: Vec::new(),
            stage: Vec::new(),
            rule: Vec::new(),
            table: Vec::new(),
            parameter: Vec::new(),
            form: Vec::new(),
            redaction: Vec::new(),
            notice: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRedaction {
    pub(super) when: String,
    pub(super) fields: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFact {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) label_en: String,
    pub(super) from: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStage {
    pub(super) id: String,
    pub(super) passed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCondition {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) label_en: String,
    pub(super) is: String,
    pub(super) reading: Option<RawTurned>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTurned {
    pub(super) id: String,
    pub(super) rule: String,
    pub(super) why: String,
    pub(super) why_en: String,
    pub(super) is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub(super) struct RawRule<C> {
    pub(super) id: String,
    pub(super) cite: String,
    pub(super) quotes: Vec<String>,
    pub(super) title: String,
    pub(super) title_en: String,
    pub(super) severity: Severity,
    #[serde(default)]
    pub(super) permit: bool,
    pub(super) stage: String,
    pub(super) scope: Scope,
    #[serde(default)]
    pub(super) remedy: String,
    #[serde(default)]
    pub(super) remedy_en: String,
    #[serde(default)]
    pub(super) recorded: Option<String>,
    #[serde(default)]
    pub(super) recorded_en: String,
    #[serde(default)]
    pub(super) justified_by: Option<String>,
    #[serde(default)]
    pub(super) justified_if: Option<String>,
    #[serde(default)]
    pub(super) attest: Option<RawAttest>,
    #[serde(default)]
    pub(super) contested: Option<RawContested>,
    #[serde(default)]
    pub(super) exempt: Vec<String>,
    #[serde(default = "Vec::new")]
    pub(super) check: Vec<C>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawContested {
    pub(super) id: String,
    pub(super) severity: Severity,
    pub(super) why: String,
    pub(super) why_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttest {
    pub(super) body: String,
    #[serde(default)]
    pub(super) yearly: bool,
}

impl<C> RawRule<C> {
    /// The rule with its checks as other texts.
    pub(super) fn checks<D, E>(self, other: impl Fn(C) -> Result<D, E>) -> Result<RawRule<D>, E> {
        Ok(RawRule {
            check: self
                .check
                .into_iter()
                .map(other)
                .collect::<Result<_, _>>()?,
            id: self.id,
            cite: self.cite,
            quotes: self.quotes,
            title: self.title,
            title_en: self.title_en,
            severity: self.severity,
            permit: self.permit,
            stage: self.stage,
            scope: self.scope,
            remedy: self.remedy,
            remedy_en: self.remedy_en,
            recorded: self.recorded,
            recorded_en: self.recorded_en,
            justified_by: self.justified_by,
            justified_if: self.justified_if,
            attest: self.attest,
            contested: self.contested,
            exempt: self.exempt,
        })
    }
}
