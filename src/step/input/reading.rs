//! A step while its values are read, one after the other.

use serde_json::Value as Json;

use super::{Problem, Vocabulary, is_empty, personal, read_text, read_value, shown};
use crate::step::{Kind, Said, Step, StepDef, Values};
use crate::words;

/// A step while it is read.
pub(super) struct Reading<'v> {
    def: &'static StepDef,
    vocabulary: &'v dyn Vocabulary,
    values: Vec<Option<Said>>,
    pub(super) problems: Vec<Problem>,
}

impl<'v> Reading<'v> {
    pub(super) fn new(def: &'static StepDef, vocabulary: &'v dyn Vocabulary) -> Self {
        Self {
            def,
            vocabulary,
            values: vec![None; def.fields.len()],
            problems: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, index: usize, value: &Json) {
        if is_empty(value) {
            return;
        }
        let field = &self.def.fields[index];
        match read_value(field, value, self.vocabulary) {
            Ok(Json::Null) => {}
            Ok(json) => self.values[index] = Some(json.into()),
            Err(words) => {
                let problem = Problem::new(field, &shown(value), words);
                self.problems.push(problem);
            }
        }
    }

    /// As [`Reading::take`], of a text.
    pub(super) fn take_text(&mut self, index: usize, text: &str) {
        let field = &self.def.fields[index];
        if field.list {
            return self.take(index, &Json::String(text.to_owned()));
        }
        if text.trim().is_empty() {
            return;
        }
        let said = match field.kind {
            Kind::Personal => personal(field, text).map(|text| Said::Personal(text.into())),
            _ => read_text(field, text, self.vocabulary).map(Said::from),
        };
        match said {
            Ok(said) => self.values[index] = Some(said),
            Err(words) => self.problems.push(Problem::new(field, text, words)),
        }
    }

    /// The step, or all that is wrong with it; what `persons` gives is hidden then.
    pub(super) fn done(self, persons: impl FnOnce() -> Vec<String>) -> Result<Step, Vec<Problem>> {
        let Self {
            def,
            values,
            mut problems,
            ..
        } = self;
        for (field, value) in def.fields.iter().zip(&values) {
            let already = |p: &Problem| p.field == field.name;
            if field.required && value.is_none() && !problems.iter().any(already) {
                problems.push(Problem::new(
                    field,
                    "",
                    words!(
                        "缺少“{}”，请填写（{}）。",
                        "“{1}” is missing; fill it in ({0}).",
                        field.heading,
                        field.option()
                    ),
                ));
            }
        }
        if !problems.is_empty() {
            let persons = persons();
            for problem in &mut problems {
                problem.hide(def, &persons);
            }
            return Err(problems);
        }
        // the order of the form, whatever the order of the input
        // a number of its own is often added
        let mut ordered = Values::with_capacity(values.iter().flatten().count() + 1);
        for (field, value) in def.fields.iter().zip(values) {
            if let Some(value) = value {
                ordered.push(field, value);
            }
        }
        Ok(Step {
            def,
            values: ordered,
        })
    }
}

/// The personal values among some, as they were given.
pub(super) fn persons<'v>(
    def: &StepDef,
    given: impl Iterator<Item = (usize, &'v Json)>,
) -> Vec<String> {
    let personal = given.filter(|(index, _)| def.fields[*index].kind == Kind::Personal);
    let texts = personal.filter_map(|(_, value)| value.as_str());
    texts.map(str::to_owned).collect()
}
