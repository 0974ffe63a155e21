//! The blocklist: whether a unit is barred on the day on which it takes a case.

use super::eval::Facts;
use super::outcome::Outcome;
use crate::law::{Day, Unit, add};
use crate::pack::expr::Path;
use crate::state::Fact;
use crate::step::{Recorded, implement, library, works};
use crate::words;

impl Facts<'_> {
    /// No unit of these records is barred on its day.
    pub(super) fn blocklist(&self, of: &[Path], years: i64) -> Outcome {
        let mut parts = Vec::new();
        for path in of {
            let Path::Field(def, index) = path else {
                continue;
            };
            // of plans and contracts the last counts, of commissions every one
            let facts = if *def == works::Commission::DEF {
                self.view.facts(def).collect()
            } else {
                self.facts(path)
            };
            for fact in facts {
                let Some(unit) = fact.values[*index].text() else {
                    continue;
                };
                let field = def.fields[*index].name;
                let code = fact
                    .value(if field == "provider" {
                        "provider_code"
                    } else {
                        "code"
                    })
                    .text();
                parts.push(self.barred(fact, unit, code, fact.occurred, years));
                // a unit that was free when it signed may be barred when work begins
                if *def == implement::Contract::DEF
                    && let Some(start) = self.view.last(implement::Start::DEF)
                    && fact.occurred <= start.occurred
                {
                    parts.push(self.barred(start, unit, code, start.occurred, years));
                }
            }
        }
        Outcome::join(parts).unwrap_or_else(|| Outcome::waits_for(words!("执行单位", "contractor")))
    }

    fn barred(
        &self,
        fact: &Fact,
        unit: &str,
        code: Option<&str>,
        day: Option<Day>,
        years: i64,
    ) -> Outcome {
        let Some(day) = day else {
            return Outcome::missing(self.label(&Path::Step(fact.def))).uses([fact]);
        };
        let book = self.view.book;
        let same = |entry: &&Fact| match (code, entry.value("code").text()) {
            (Some(a), Some(b)) => a == b,
            _ => entry.value("unit").text() == Some(unit),
        };
        let struck = |entry: &Fact| {
            book.of_step(library::Reply::DEF).any(|reply| {
                reply.subject == entry.subject
                    && reply.value("struck") == &crate::state::Value::Flag(true)
                    && reply.occurred.is_some_and(|on| on <= day)
            })
        };
        for entry in book.of_step(library::Blocklist::DEF).filter(same) {
            let Some(listed) = entry.value("listed").day() else {
                continue;
            };
            if listed > self.view.as_of {
                continue;
            }
            let Ok(last) = add(listed, years, Unit::Year, self.view.book.calendar()) else {
                continue;
            };
            if listed <= day && day <= last && !struck(entry) {
                return Outcome::broken(words!(
                    "“{}”于{}列入异常名录（{}），至{}（含当日）不能执行项目；{}为{}。",
                    "“{0}” was listed on {1} ({2}) and is barred until {3}, that day included; {6} is of {5}.",
                    unit,
                    listed,
                    entry.subject,
                    last,
                    fact.def.zh,
                    day,
                    fact.def.id
                ))
                .blames([fact])
                .uses([entry])
                .fact("listed", listed.to_string())
                .fact("barred_until", last.to_string());
            }
        }
        Outcome::kept(words!(
            "执行单位不在异常名录中。",
            "The unit is not barred."
        ))
        .uses([fact])
    }
}
