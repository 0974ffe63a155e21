//! Two regulations side by side, parameter by parameter, in the order of a project's life.

use crate::pack::parameter::{Aspect, Catalogue, Parameter, Question};
use crate::pack::{Pack, Severity};
use crate::report::Table;
use crate::words::Lang;

/// How two answers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    /// They do not.
    Same,
    /// Both are silent.
    Silent,
    /// One text has no such rule.
    Absent,
    /// Another value.
    Value,
    /// Another place in the order, another start of the clock.
    Position,
    /// Another instrument.
    Instrument,
    /// The same word for another thing.
    FalseFriend,
}

impl Difference {
    fn of(question: &Question, a: Option<&Parameter>, b: Option<&Parameter>) -> Self {
        let value = |p: Option<&Parameter>| p.and_then(|p| p.value.clone());
        match (value(a), value(b)) {
            (None, None) => Self::Silent,
            (None, _) | (_, None) => Self::Absent,
            (a, b) if a == b => Self::Same,
            _ => match question.aspect {
                Aspect::Value => Self::Value,
                Aspect::Position => Self::Position,
                Aspect::Instrument => Self::Instrument,
                Aspect::Meaning => Self::FalseFriend,
            },
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Same => "=",
            Self::Silent => "—",
            Self::Absent => "A",
            Self::Value => "P",
            Self::Position => "O",
            Self::Instrument => "X",
            Self::FalseFriend => "F",
        }
    }

    fn said(self, lang: Lang) -> &'static str {
        match self {
            Self::Same => lang.pick("相同", "same"),
            Self::Silent => lang.pick("都未规定", "both silent"),
            Self::Absent => lang.pick("一方未规定", "absent in one"),
            Self::Value => lang.pick("数值不同", "another value"),
            Self::Position => lang.pick("次序或起算不同", "another position or start"),
            Self::Instrument => lang.pick("做法不同", "another instrument"),
            Self::FalseFriend => lang.pick("同词异义", "false friend"),
        }
    }
}

/// The answer of a pack, with how hard it is and its clause.
fn answer(pack: &Pack, parameter: Option<&Parameter>, lang: Lang) -> (String, String) {
    let Some(parameter) = parameter else {
        return (lang.pick("（未答）", "(unanswered)").into(), String::new());
    };
    let said = parameter.said().in_lang(lang).to_owned();
    if parameter.absent {
        return (said, String::new());
    }
    let rule = parameter.rule.as_deref().and_then(|id| pack.rule(id));
    let hard = match rule.map(|rule| rule.severity) {
        // the note may say so itself
        Some(Severity::Principle) if !parameter.note.contains("原则上") => {
            lang.pick("（原则上）", " (principle)")
        }
        _ => "",
    };
    let cite = rule.map_or(parameter.cite.clone(), |rule| rule.cite.clone());
    (format!("{said}{hard}"), cite)
}

/// The table of two packs; only what differs unless `all`.
#[must_use]
pub fn diff(a: &Pack, b: &Pack, all: bool, lang: Lang) -> Table {
    let catalogue = Catalogue::get();
    let mut table = Table::new(vec![
        ("step", lang.pick("环节", "Step").into()),
        ("parameter", lang.pick("参数", "Parameter").into()),
        ("a", a.meta.id.clone()),
        ("a_cite", lang.pick("条款", "Clause").into()),
        ("b", b.meta.id.clone()),
        ("b_cite", lang.pick("条款", "Clause").into()),
        ("class", lang.pick("类", "Class").into()),
        ("difference", lang.pick("差异", "Difference").into()),
    ]);
    table.whole = vec![6];
    let mut last = "";
    for question in &catalogue.questions {
        let (of_a, of_b) = (a.parameter(&question.id), b.parameter(&question.id));
        let difference = Difference::of(question, of_a, of_b);
        if !all && matches!(difference, Difference::Same | Difference::Silent) {
            continue;
        }
        let step = catalogue.step(&question.step, lang);
        let (a_said, a_cite) = answer(a, of_a, lang);
        let (b_said, b_cite) = answer(b, of_b, lang);
        table.rows.push(vec![
            if step == last {
                String::new()
            } else {
                step.into()
            },
            question.said(lang).into(),
            a_said,
            a_cite,
            b_said,
            b_cite,
            difference.id().into(),
            difference.said(lang).into(),
        ]);
        last = step;
    }
    table
}
