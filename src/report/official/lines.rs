//! A table as lines of texts, one at a time: for a file that shows nothing else of it.

use super::{Filler, Plan, Row, guard};
use crate::pack::TableDef;

/// Gives the texts of a table line by line, as [`super::Paper::texts`] gives those of
/// [`super::table`]; `take` says when to stop.
///
/// # Errors
/// As `take` says.
pub fn lines<E>(
    def: &TableDef,
    filler: &Filler<'_>,
    rows: &[Row<'_>],
    bare: bool,
    mut take: impl FnMut(&[String]) -> Result<(), E>,
) -> Result<(), E> {
    if !bare {
        let above = [Some(&def.title), Some(&def.header), def.summary.as_ref()];
        for template in above.into_iter().flatten() {
            take(&[filler.of_table(template, def, rows)])?;
        }
    }
    let headings: Vec<String> = def.columns.iter().map(|c| c.heading.clone()).collect();
    take(&headings)?;
    let plans = def.columns.iter().map(|column| Plan::of(&column.value));
    let plans: Vec<Plan<'_>> = plans.collect();
    let mut texts = vec![String::new(); plans.len()];
    for (index, row) in rows.iter().enumerate() {
        for (text, plan) in texts.iter_mut().zip(&plans) {
            text.clear();
            filler.put_row(plan, row, index + 1, text);
            guard(text);
        }
        take(&texts)?;
    }
    Ok(())
}
