//! Which fields a rule reads, taken from its text: what a form can say of each field.

use super::expr::Path;
use super::{Pack, Rule};
use crate::step::{self, StepDef};

/// Checks of days.
const DAYS: [&str; 7] = [
    "duration",
    "deadline",
    "order",
    "window",
    "fixed_date",
    "season",
    "lag",
];

/// Words of checks behind which code reads further records.
const CODE: [(&str, &[&str]); 3] = [
    (
        "conflict",
        &[
            "register.staff",
            "register.relation",
            "register.interest",
            "register.recusal",
            "register.remind",
        ],
    ),
    ("operator.here", &["register.operator"]),
    ("operator.personnel", &["register.operator"]),
];

/// Every step, field and named fact that the checks of a rule name.
///
/// A bare word is a field of a step that the same check names.
pub(super) fn named(checks: &[toml::Table], facts: &[String]) -> Vec<Path> {
    let mut list: Vec<Path> = Vec::new();
    for check in checks {
        let mut words = Vec::new();
        for value in check.values() {
            words_of(value, &mut words);
        }
        let mut found: Vec<Path> = Vec::new();
        for word in &words {
            let path = step::find(word).map(Path::Step).or_else(|| {
                let (head, field) = word.rsplit_once('.')?;
                let def = step::find(head)?;
                Some(Path::Field(def, def.index(field)?))
            });
            let named = || facts.iter().position(|fact| fact == word).map(Path::Named);
            found.extend(path.or_else(named));
        }
        for (word, steps) in CODE {
            if check.contains_key(word) || words.iter().any(|known| known == word) {
                found.extend(steps.iter().filter_map(|id| step::find(id)).map(Path::Step));
            }
        }
        let steps: Vec<&'static StepDef> = found.iter().filter_map(Path::step).collect();
        // a check of days reads the day of a record, or the first and the last, unsaid
        if DAYS.iter().any(|key| check.contains_key(*key)) {
            words.extend(["start", "end"].map(str::to_owned));
            let dated = found.iter().filter_map(|path| match path {
                Path::Step(def) => Some(Path::Field(def, def.index(def.dated)?)),
                _ => None,
            });
            let dated: Vec<Path> = dated.collect();
            found.extend(dated);
        }
        for word in &words {
            let fields = steps.iter().filter_map(|def| {
                let index = def.index(word)?;
                Some(Path::Field(def, index))
            });
            found.extend(fields);
        }
        for path in found {
            if !list.contains(&path) {
                list.push(path);
            }
        }
    }
    list
}

fn words_of(value: &toml::Value, words: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => {
            words.extend(super::said::words_of(text).map(str::to_owned));
        }
        toml::Value::Array(list) => list.iter().for_each(|value| words_of(value, words)),
        toml::Value::Table(table) => table.values().for_each(|value| words_of(value, words)),
        _ => {}
    }
}

impl Rule {
    /// True if the rule reads a field of a step; without a field, if it reads the step at all.
    #[must_use]
    pub fn names_field(&self, pack: &Pack, def: &StepDef, field: Option<usize>) -> bool {
        let fits = |path: &Path| match (path, field) {
            (Path::Field(step, index), Some(field)) => step.id == def.id && *index == field,
            (Path::Step(step) | Path::Field(step, _), None) => step.id == def.id,
            _ => false,
        };
        self.names().iter().any(|path| match path {
            Path::Named(index) => pack.facts.get(*index).is_some_and(|fact| {
                fact.from.iter().any(|path| match path {
                    // a fact may rest on one before it
                    Path::Named(inner) => pack
                        .facts
                        .get(*inner)
                        .is_some_and(|fact| fact.from.iter().any(fits)),
                    path => fits(path),
                })
            }),
            path => fits(path),
        })
    }
}

impl Pack {
    /// The rules that read a field of a step, in the order of the law.
    pub fn readers<'a>(
        &'a self,
        def: &'a StepDef,
        field: Option<usize>,
    ) -> impl Iterator<Item = &'a Rule> {
        self.rules
            .iter()
            .filter(move |rule| rule.names_field(self, def, field))
    }

    /// The official papers that print a field of a step: where they stand, and their titles.
    pub fn papers_with<'a>(
        &'a self,
        def: &StepDef,
        field: &str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let slot = format!("{}.{field}", def.id);
        let slots = move |text: &str| {
            text.match_indices(&slot).any(|(at, _)| {
                let after = &text[at + slot.len()..];
                after.starts_with(['}', '#'])
            })
        };
        let again = slots.clone();
        let tables = self.tables.iter().filter(move |table| {
            let mut columns = table.columns.iter();
            columns.any(|column| slots(&column.value))
        });
        let forms = self.forms.iter().filter(move |form| {
            let mut pieces = form.rows.iter().flatten();
            pieces.any(|piece| again(piece.parts().0))
        });
        let tables = tables.map(|table| (table.cite.as_str(), table.title.as_str()));
        tables.chain(forms.map(|form| (form.cite.as_str(), form.title.as_str())))
    }

    /// True if the regulation has anything to do with a step: a rule reads it, a stage, a fact
    /// or a condition rests on it, or a paper prints it.
    #[must_use]
    pub fn knows(&self, def: &StepDef) -> bool {
        let names = |path: &Path| path.step().is_some_and(|step| step.id == def.id);
        let printed = |text: &str| text.contains(&format!("{}.", def.id));
        self.readers(def, None).next().is_some()
            || self.stages.iter().any(|(_, gate)| gate.iter().any(names))
            || self.facts.iter().any(|fact| fact.from.iter().any(names))
            || self.tables.iter().any(|table| {
                table.rows == def.id || table.columns.iter().any(|column| printed(&column.value))
            })
            || self.forms.iter().any(|form| {
                let mut pieces = form.rows.iter().flatten();
                pieces.any(|piece| printed(piece.parts().0))
            })
    }
}
