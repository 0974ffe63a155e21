//! What a table reads: the steps whose facts can stand in it, so that no others are loaded.

use crate::law::Day;
use crate::pack::{Pack, TableDef};
use crate::step::{self, Kind, Recorded, STEPS, StepDef, general, register};

use super::Chosen;
use super::plan::{Plan, Slot, field};
use crate::state::{Book, Subject, Wanted};

/// The steps that bear on a table, with the fields that are read of each.
#[derive(Debug)]
pub struct Reads {
    /// Those whose records stand with the subjects of the rows.
    pub own: Vec<(&'static StepDef, Wanted)>,
    /// Those, and what leads to other subjects.
    pub all: Vec<(&'static StepDef, Wanted)>,
    /// Steps of which the last record is shown, if not of the subject, then of one that it names.
    last: Vec<&'static StepDef>,
}

impl Reads {
    /// True if the subjects of all rows have records of their own of every step that is shown, so
    /// that nothing is asked of the subjects that they name; the book holds the own steps.
    #[must_use]
    pub fn suffice(&self, book: &Book, chosen: &Chosen, def: &TableDef, as_of: Day) -> bool {
        let Some(rows) = step::find(&def.rows) else {
            return true;
        };
        let has = |id: &str, step| book.live(id, step, as_of).next().is_some();
        let mut records = book.of_step(rows);
        records.all(|fact| {
            let id = fact.subject.as_str();
            self.last.iter().all(|step| *step == rows || has(id, step))
                || !chosen.wants(book, def, rows, &Subject::parse(id))
        })
    }
}

/// What bears on a table that is not masked; none if it may be any step. `of_batch` says that
/// the rows of one batch are wanted.
#[must_use]
pub fn reads(pack: &Pack, def: &TableDef, of_batch: bool) -> Option<Reads> {
    // a condition, and what code computes, may look at anything
    if pack.rows.contains_key(&def.id) {
        return None;
    }
    let rows = step::find(&def.rows)?;
    let mut steps: Vec<&'static StepDef> = vec![
        rows,
        general::Init::DEF,
        general::Amend::DEF,
        general::Withdraw::DEF,
        register::Community::DEF,
    ];
    let mut shown: Vec<(&'static StepDef, usize)> = Vec::new();
    // of another step than that of the rows the last record is shown
    let mut last: Vec<&'static StepDef> = Vec::new();
    let mut batch = of_batch;
    let texts = [Some(&def.title), Some(&def.header), def.summary.as_ref()];
    let columns = def.columns.iter().map(|column| &column.value);
    for template in texts.into_iter().flatten().chain(columns) {
        for slot in Plan::of(template).slots() {
            steps.extend(of_slot(slot, rows)?);
            last.extend(slot.field.map(|(step, _)| step));
            shown.extend(slot.field);
            batch |= slot.name == "batch";
        }
    }
    if let Some(path) = &def.amount {
        last.push(field(path)?.0);
        shown.extend(field(path));
    }
    if let Some(path) = &def.struck_by {
        steps.push(step::find(path.rsplit_once('.')?.0)?);
        shown.extend(field(path));
    }
    if let Some(name) = &def.requires {
        last.push(step::find(name)?);
    }
    if batch {
        // a batch is that of the last candidate
        last.push(step::find("shortlist.candidate")?);
    }
    let others = last.iter().any(|step| *step != rows);
    steps.extend(&last);
    let wanted = |mut steps: Vec<&'static StepDef>| {
        steps.sort_by_key(|def| def.mark);
        steps.dedup();
        let wanted = steps.into_iter().map(|def| (def, wanted(def, &shown)));
        wanted.collect::<Vec<_>>()
    };
    let own = wanted(steps.clone());
    if rows.subject != "demand" && others {
        // what a case names may hold what it lacks itself
        steps.extend(STEPS.iter().filter(|def| links(def)));
    }
    let all = wanted(steps);
    Some(Reads { own, all, last })
}

/// What is read of a step: what is shown, and what says where a record belongs.
fn wanted(def: &'static StepDef, shown: &[(&'static StepDef, usize)]) -> Wanted {
    let whole = [
        general::Init::DEF,
        general::Amend::DEF,
        general::Withdraw::DEF,
    ];
    if whole.contains(&def) || def == register::Community::DEF {
        return Wanted::ALL;
    }
    Wanted::of(def, |index, field| {
        let places = matches!(field.kind, Kind::Ref | Kind::Day | Kind::Moment);
        // a correction can change the subject, the round, the batch; the type is counted
        let asked = [def.subject, "round", "batch", "type"].contains(&field.name);
        places || asked || shown.contains(&(def, index))
    })
}

fn of_slot(slot: &Slot<'_>, rows: &StepDef) -> Option<Vec<&'static StepDef>> {
    match slot.name {
        "#" | "street" | "community" | "case" | "year" | "office" | "date" | "n" | "batch"
        | "wan" => Some(Vec::new()),
        "works" | "service" | "goods" => {
            // the type of a row's subject is said by its own records
            let own = STEPS
                .iter()
                .filter(|def| [rows.subject, "subject"].contains(&def.subject));
            Some(
                own.copied()
                    .filter(|def| def.index("type").is_some())
                    .collect(),
            )
        }
        _ => slot.field.map(|(def, _)| vec![def]),
    }
}

/// True if facts of this step may name other subjects than their own, which are then known of
/// it; what is told to somebody makes no link.
fn links(def: &StepDef) -> bool {
    if def.stage() == "publicize" {
        return false;
    }
    let other = |name: &str| name != def.subject && name != "shelf";
    let mut refs = def.fields.iter().filter(|field| field.kind == Kind::Ref);
    refs.any(|field| other(field.name))
}
