//! Whether the rows of a pack use words that its vocabularies have, and its papers slots that
//! there are.

use std::collections::BTreeSet;

use super::Flaw;
use crate::pack::expr::{Literal, Path};
use crate::pack::{Expr, Pack, Primitive, Treatment};
use crate::step::{self, StepDef};
use crate::words;

/// Slots that are no field of a step.
const SLOTS: [&str; 13] = [
    "#",
    "street",
    "community",
    "case",
    "year",
    "office",
    "date",
    "n",
    "batch",
    "wan",
    "works",
    "service",
    "goods",
];

/// A word of a vocabulary that a row uses.
type Used = (&'static str, String);

/// Flaws of the words that rows use.
pub(super) fn terms(pack: &Pack) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for rule in &pack.rules {
        let Treatment::Computed(checks) = rule.treatment() else {
            continue;
        };
        let mut used: Vec<Used> = Vec::new();
        for check in checks {
            let mut of = |expr: Option<&Expr>, record: Option<&'static StepDef>| {
                if let Some(expr) = expr {
                    collect(pack, expr, record, &mut used);
                }
            };
            of(check.when.as_ref(), None);
            if let Some(each) = &check.each {
                of(each.filter.as_ref(), Some(each.of));
            }
            match &check.primitive {
                Primitive::Holds { that, .. } => of(Some(that), None),
                Primitive::SetCover { of: path, need, .. } => {
                    let vocabulary = vocabulary(pack, path, None);
                    used.extend(need.iter().map(|term| (vocabulary, term.clone())));
                }
                Primitive::Role { of: paths, is } => {
                    for path in paths {
                        let vocabulary = vocabulary(pack, path, None);
                        used.extend(is.iter().map(|term| (vocabulary, term.clone())));
                    }
                }
                Primitive::Count { of: records, .. } => {
                    for (def, filter) in records {
                        of(filter.as_ref(), Some(def));
                    }
                }
                _ => {}
            }
            if check.when.is_some() && check.unless.is_empty() {
                flaws.push(Flaw::new(
                    &rule.id,
                    words!(
                        "有 when 却没有 unless：不适用时说不出原因。",
                        "There is a when and no unless: nothing is said where it does not apply."
                    ),
                ));
            }
        }
        let unknown: BTreeSet<Used> = used
            .into_iter()
            .filter(|(vocabulary, term)| !has(pack, vocabulary, term))
            .collect();
        for (vocabulary, term) in unknown {
            flaws.push(Flaw::new(
                &rule.id,
                words!(
                    "词表 {} 里没有“{}”，这条核对永远对不上；改用词表里的词，或补进 words.toml。",
                    "The vocabulary {} has no “{}”, so the check never fits: use a term of it, or add it to words.toml.",
                    vocabulary,
                    term
                ),
            ));
        }
    }
    flaws
}

/// True for a term of a vocabulary, and for any word of one that is open or not there.
fn has(pack: &Pack, vocabulary: &str, term: &str) -> bool {
    let list = pack.vocabularies.iter().find(|v| v.id == vocabulary);
    list.is_none_or(|list| list.open || list.terms.iter().any(|t| t.id == term))
}

/// The vocabulary of what stands under a path.
fn vocabulary(pack: &Pack, path: &Path, record: Option<&'static StepDef>) -> &'static str {
    match path {
        Path::Field(def, index) => def.fields[*index].vocabulary,
        Path::Item(index) => record.map_or("", |def| def.fields[*index].vocabulary),
        Path::Named(index) => pack.facts[*index]
            .from
            .iter()
            .map(|path| vocabulary(pack, path, None))
            .find(|vocabulary| !vocabulary.is_empty())
            .unwrap_or_default(),
        Path::Step(_) | Path::Module(_) => "",
    }
}

fn collect(pack: &Pack, expr: &Expr, record: Option<&'static StepDef>, used: &mut Vec<Used>) {
    match expr {
        Expr::All(list) | Expr::Any(list) => {
            for inner in list {
                collect(pack, inner, record, used);
            }
        }
        Expr::Not(inner) => collect(pack, inner, record, used),
        Expr::Exists(def, inner) => collect(pack, inner, Some(def), used),
        Expr::Compare(path, _, Literal::Text(term)) => {
            used.push((vocabulary(pack, path, record), term.clone()));
        }
        Expr::In(path, list) => {
            let vocabulary = vocabulary(pack, path, record);
            used.extend(list.iter().filter_map(|literal| match literal {
                Literal::Text(term) => Some((vocabulary, term.clone())),
                _ => None,
            }));
        }
        _ => {}
    }
}

/// Flaws of the slots of tables and forms.
pub(super) fn slots(pack: &Pack) -> Vec<Flaw> {
    let of_tables = pack.tables.iter().flat_map(|table| {
        let own = [
            Some(&table.title),
            Some(&table.header),
            table.summary.as_ref(),
        ];
        let cells = table.columns.iter().map(|column| &column.value);
        let texts = own.into_iter().flatten().chain(cells);
        texts.map(|text| (table.id.as_str(), text.as_str()))
    });
    let of_forms = pack.forms.iter().flat_map(|form| {
        let cells = form.rows.iter().flatten();
        cells.map(|piece| (form.id.as_str(), piece.parts().0))
    });
    let mut flaws = Vec::new();
    for (paper, text) in of_tables.chain(of_forms) {
        let parts = text.split('{').skip(1);
        for slot in parts.filter_map(|rest| rest.split_once('}').map(|(slot, _)| slot)) {
            let path = slot.trim_start_matches('?').trim_start_matches("date:");
            let path = if path == "#" {
                path
            } else {
                path.split('#').next().unwrap_or(path)
            };
            let field = path.rsplit_once('.').is_some_and(|(head, name)| {
                step::find(head).is_some_and(|d| d.field(name).is_some())
            });
            let named = pack.facts.iter().any(|fact| fact.id == path);
            if !field && !named && !SLOTS.contains(&path) {
                flaws.push(Flaw::new(
                    paper,
                    words!(
                        "没有“{0}”这个栏目，表里会是空的。",
                        "There is no “{0}”; the cell would stay empty.",
                        slot
                    ),
                ));
            }
        }
    }
    flaws
}
