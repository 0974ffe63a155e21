//! What a rule says, compiled when it is first asked for: a step needs three rules of three
//! hundred.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::value::RawValue;

use super::check::Check;
use super::compile::Compiler;
use super::expr::Path;
use super::late::{said, sound};
use super::make::once;
use super::raw::RawRule;
use super::{Clause, Pack, Rule, Treatment, readers};
use crate::words::Words;

/// The checks of a rule as text, or what stands instead of them.
#[derive(Debug)]
pub(super) enum Said {
    Checks(Vec<Box<RawValue>>),
    Attested { body: String, yearly: bool },
    Recorded(Words),
}

/// The text of a rule's treatment, and what has been compiled of it.
pub(super) struct Body {
    rule: String,
    said: Said,
    compiler: Arc<Compiler>,
    treatment: OnceLock<Treatment>,
    names: OnceLock<Vec<Path>>,
    /// A check is of another scope than its rule.
    scoped: OnceLock<bool>,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said.fmt(f)
    }
}

impl Body {
    pub(super) fn new(rule: &str, said: Said, compiler: &Arc<Compiler>) -> Self {
        Self {
            rule: rule.to_owned(),
            said,
            compiler: Arc::clone(compiler),
            treatment: OnceLock::new(),
            names: OnceLock::new(),
            scoped: OnceLock::new(),
        }
    }

    fn checks(&self) -> &[Box<RawValue>] {
        match &self.said {
            Said::Checks(checks) => checks,
            _ => &[],
        }
    }

    /// The parameters in the place of their names.
    fn filled(&self, text: &RawValue) -> Result<toml::Table, String> {
        let table: toml::Table = serde_json::from_str(text.get()).map_err(|e| e.to_string())?;
        let mut table = toml::Value::Table(table);
        self.compiler.filler.fill(&mut table)?;
        match table {
            toml::Value::Table(table) => Ok(table),
            _ => Ok(toml::Table::new()),
        }
    }

    fn compile(&self) -> Result<Treatment, String> {
        let check =
            |text: &RawValue| -> Result<Check, String> { self.compiler.check(self.filled(text)?) };
        Ok(match &self.said {
            Said::Checks(list) => Treatment::Computed(
                list.iter()
                    .map(|text| check(text))
                    .collect::<Result<_, _>>()?,
            ),
            Said::Attested { body, yearly } => Treatment::Attested {
                body: body.clone(),
                yearly: *yearly,
            },
            Said::Recorded(why) => Treatment::Recorded(why.clone()),
        })
    }

    /// Compiles now what would be compiled later.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub(super) fn whole(&self) -> Result<&Treatment, String> {
        if self.treatment.get().is_none() {
            let treatment = self.compile()?;
            let _ = self.treatment.set(treatment);
        }
        Ok(self.treatment())
    }

    fn treatment(&self) -> &Treatment {
        self.treatment.get_or_init(|| match self.compile() {
            Ok(treatment) => treatment,
            // a pack from a folder is compiled whole when it is loaded, and so are the
            // embedded ones by the tests
            Err(error) => unreachable!("rule {}: {error}", self.rule),
        })
    }

    /// True if a document is asked for.
    pub(super) fn is_attested(&self) -> bool {
        matches!(self.said, Said::Attested { .. })
    }

    /// True if a check has a key of this name, or a text that is just this word.
    pub(super) fn says(&self, word: &str) -> bool {
        let quoted = format!("\"{word}\"");
        self.checks()
            .iter()
            .any(|text| text.get().contains(&quoted))
    }

    /// True if a check may be of another scope than its rule.
    pub(super) fn is_scoped(&self) -> bool {
        *self.scoped.get_or_init(|| self.says("scope"))
    }

    /// Every text of the checks.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.checks().iter().map(|text| text.get())
    }
}

/// A clause that is read when it is first asked for: of the rules inside the program only a few
/// are needed for a step.
pub(super) struct LateClause {
    text: &'static str,
    compiler: Arc<Compiler>,
    read: OnceLock<Box<Clause>>,
}

impl fmt::Debug for LateClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}

impl LateClause {
    pub(super) fn read(&self) -> &Clause {
        self.read
            .get_or_init(|| Box::new(sound(Compiler::clause(&self.compiler, said(self.text)))))
    }
}

impl Rule {
    /// A rule inside the program.
    pub(super) fn of_text(id: &str, text: &'static str, compiler: &Arc<Compiler>) -> Self {
        Self {
            id: id.to_owned(),
            clause: LateClause {
                text,
                compiler: Arc::clone(compiler),
                read: OnceLock::new(),
            },
        }
    }

    /// A rule of a folder.
    pub(super) fn read(
        id: &str,
        raw: RawRule<Box<RawValue>>,
        compiler: &Arc<Compiler>,
    ) -> Result<Self, String> {
        let clause = Compiler::clause(compiler, raw)?;
        let rule = Self::of_text(id, "", compiler);
        let _ = rule.clause.read.set(Box::new(clause));
        Ok(rule)
    }

    /// How it is treated.
    #[must_use]
    pub fn treatment(&self) -> &Treatment {
        self.body.treatment()
    }

    /// The steps, fields and named facts that its checks name.
    #[must_use]
    pub fn names(&self) -> &[Path] {
        self.body.names.get_or_init(|| {
            let checks = self.body.checks().iter();
            let checks: Vec<_> = checks
                .filter_map(|text| self.body.filled(text).ok())
                .collect();
            readers::named(&checks, &self.body.compiler.facts)
        })
    }
}

impl Pack {
    /// Compiles everything that would be compiled when it is first asked for.
    ///
    /// # Errors
    /// Names the first rule or notice that is wrong, and what is wrong.
    pub fn whole(&self) -> Result<(), String> {
        let papers = (self.tables.len(), self.rows.len(), self.forms.len());
        let words = (self.vocabularies.len(), self.redactions.len());
        let _ = (papers, words, self.facts.len(), self.stages.len());
        let told = once("parameter", self.parameters.iter().map(|p| &p.id))
            .and_then(|()| once("rule", self.rules.iter().map(|rule| &rule.id)));
        told.map_err(|error| error.to_string())?;
        for rule in &self.rules {
            let told = rule.body.whole();
            told.map_err(|error| format!("rule {}: {error}", rule.id))?;
        }
        self.settled_by_rules()?;
        self.notices.compile(self).map(|_| ())
    }

    /// A condition that may be read otherwise names the reading of a rule that settles it.
    fn settled_by_rules(&self) -> Result<(), String> {
        for turned in self.conditions.iter().filter_map(|c| c.reading.as_ref()) {
            let there = self
                .rule(&turned.rule)
                .is_some_and(|rule| rule.readings().any(|id| id == turned.id));
            if !there {
                let (condition, rule) = (&turned.id, &turned.rule);
                return Err(format!(
                    "condition {condition}: {rule} has no reading {condition}"
                ));
            }
        }
        Ok(())
    }
}
