//! Conflicts of interest: who has an interest in whom, and who took part all the same.

use std::collections::BTreeSet;

use super::eval::{Facts, step_label};
use super::interests::{Kin, active, generations, unregistered};
use super::modules::same_unit;
use super::outcome::{Outcome, Status};
use crate::law::Day;
use crate::pack::check::Side;
use crate::state::{Fact, Value, View};
use crate::step::{
    Recorded, StepDef, accept, conflict, evaluate, implement, library, oversight, procure,
    shortlist, works,
};
use crate::words;
use crate::words::{Words, aloud};

/// One act of supervision of a case.
struct Act<'a> {
    /// The interest, and the record by which its unit takes a case nearby.
    because: Option<(&'a Fact, &'a Fact)>,
    person: &'a str,
    fact: &'a Fact,
    day: Day,
    /// Being named in the team is no act yet.
    member: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn conflict(&self, role: Side, kin: &Kin<'_>, wide: bool) -> Outcome {
        match role {
            Side::Staff => self.staff(kin),
            Side::Listed => self.listed(kin),
            Side::Supervisor => self.supervisors(kin, wide),
            Side::Unrecused | Side::Reminded => self.recused(role, kin, wide),
        }
    }

    /// The records that say which unit takes the case. A planned unit counts until one is
    /// engaged.
    fn takers(&self) -> Vec<&'a Fact> {
        let engaged: [&'static StepDef; 3] = [
            procure::Award::DEF,
            implement::Contract::DEF,
            works::Commission::DEF,
        ];
        let mut takers: Vec<&Fact> = engaged
            .into_iter()
            .flat_map(|def| self.view.facts(def))
            .collect();
        if takers.is_empty() {
            takers.extend(self.view.last(shortlist::Plan::DEF));
        }
        takers.retain(|fact| !fact.value("unit").is_none());
        takers
    }

    /// The people who lead the case or buy for it: staff without an entry of their own.
    fn in_charge(&self) -> BTreeSet<&'a str> {
        let fields: [(&'static StepDef, &str); 4] = [
            (shortlist::Plan::DEF, "leader"),
            (procure::Procure::DEF, "team"),
            (procure::Procure::DEF, "head"),
            (procure::Procure::DEF, "representative"),
        ];
        let values = fields.into_iter().filter_map(|(def, field)| {
            let fact = self.view.last(def)?;
            Some(fact.value(field).items())
        });
        values.flatten().filter_map(Value::person).collect()
    }

    /// Staff, or their circle, must have no interest in the unit that takes the case.
    fn staff(&self, kin: &Kin<'_>) -> Outcome {
        let takers = self.takers();
        if takers.is_empty() {
            return Outcome::waits_for(words!("执行单位", "a unit that takes the case"));
        }
        let mut parts = Vec::new();
        for taker in takers {
            let staff: Vec<&Fact> = self
                .registered(taker.occurred)
                .into_iter()
                .filter(|fact| fact.value("role").text() == Some("staff"))
                .collect();
            if staff.is_empty() {
                parts.push(Outcome::missing(unregistered()).uses([taker]));
                continue;
            }
            let mut people = tokens(&staff);
            people.extend(self.in_charge());
            let interests = self.interests(&people, kin);
            let found =
                interests.of.values().flatten().find(|interest| {
                    same_unit(interest, taker) && active(interest, taker.occurred)
                });
            parts.push(match found {
                Some(interest) => Outcome::broken(words!(
                    "“{}”是工作人员本人或特定关系人的利益相关单位，不得承接本项目；回避不能消除。",
                    "“{}” is a unit in which staff or their relations have an interest and may not take the case; recusal does not cure it.",
                    taker.value("unit").text().unwrap_or_default()
                ))
                .blames([taker])
                .uses([*interest]),
                // kin of unknown degree matter only to a unit in which they have an interest
                None if self.unclear(&interests, taker) => generations(&interests),
                None => Outcome::kept(words!("没有登记利益关系。", "No interest is recorded.")).uses([taker]),
            });
        }
        Outcome::join(parts).unwrap_or_else(|| Outcome::kept(Words::default()))
    }

    /// A unit that took a case in spite of an interest is entered in the blocklist.
    fn listed(&self, kin: &Kin<'_>) -> Outcome {
        if self.staff(kin).status != Status::Broken {
            return Outcome::exempt(words!("没有发现应列入的单位。", "No unit to be listed."));
        }
        // what is decided here rests on who is to blame
        let breach = aloud(|| self.staff(kin));
        if breach
            .told
            .as_ref()
            .is_none_or(|told| told.causes.is_empty())
        {
            return Outcome::exempt(words!("没有发现应列入的单位。", "No unit to be listed."));
        }
        let parts = self
            .takers()
            .into_iter()
            .filter(|taker| breach.is_caused_by(&taker.key))
            .map(|taker| {
                let entry = self
                    .known(library::Blocklist::DEF)
                    .find(|entry| same_unit(entry, taker));
                match entry {
                    Some(entry) => {
                        Outcome::kept(words!("单位已列入异常名录。", "The unit is listed."))
                            .uses([entry])
                    }
                    None => Outcome::missing(step_label(library::Blocklist::DEF)).uses([taker]),
                }
            });
        Outcome::join(parts).unwrap_or_else(|| Outcome::exempt(Words::default()))
    }

    /// Everything that somebody did to supervise the case.
    fn acts(&self) -> Vec<Act<'a>> {
        let sources: [(&'static StepDef, &str, bool); 4] = [
            (shortlist::Plan::DEF, "team", true),
            (accept::Record::DEF, "people", false),
            (evaluate::Daily::DEF, "who", false),
            (oversight::Inspect::DEF, "people", false),
        ];
        let mut acts = Vec::new();
        for (def, field, member) in sources {
            // a team that was replaced is no team any more
            let facts: Vec<&Fact> = if member {
                self.view.last(def).into_iter().collect()
            } else {
                self.view.facts(def).collect()
            };
            for fact in facts {
                let Some(day) = fact.occurred else { continue };
                for person in fact.value(field).items().iter().filter_map(Value::person) {
                    acts.push(Act {
                        because: None,
                        person,
                        fact,
                        day,
                        member,
                    });
                }
            }
        }
        acts
    }

    /// The acts of people with an interest in a unit that takes a case nearby.
    fn conflicted(&self, kin: &Kin<'_>, wide: bool) -> Result<Vec<Act<'a>>, Box<Outcome>> {
        let acts = self.acts();
        if acts.is_empty() {
            return Err(Box::new(Outcome::waits_for(words!(
                "监督人员",
                "people who supervise"
            ))));
        }
        if self.registered(None).is_empty() {
            return Err(Box::new(Outcome::missing(unregistered())));
        }
        let people: BTreeSet<&str> = acts.iter().map(|act| act.person).collect();
        let interests = self.interests(&people, kin);
        let found: Vec<Act<'a>> = acts
            .into_iter()
            .filter_map(|act| {
                let mine = interests.of.get(act.person)?;
                let because = self.takes_nearby(mine, act.day, wide)?;
                Some(Act {
                    because: Some(because),
                    ..act
                })
            })
            .collect();
        if found.is_empty() && !interests.unclear.is_empty() {
            return Err(Box::new(generations(&interests)));
        }
        Ok(found)
    }

    /// The interest in a unit that takes a case near this one, in the same year or still at
    /// the day of an act, with the record by which it takes it.
    fn takes_nearby(
        &self,
        interests: &[&'a Fact],
        act: Day,
        wide: bool,
    ) -> Option<(&'a Fact, &'a Fact)> {
        if interests.is_empty() {
            return None;
        }
        let view = self.view;
        let book = view.book;
        let served = book.served(&view.id);
        let streets: BTreeSet<&str> = served.iter().filter_map(|code| book.street(code)).collect();
        let takers = self
            .known(implement::Contract::DEF)
            .chain(self.known(shortlist::Plan::DEF))
            .chain(self.known(works::Commission::DEF));
        takers
            .filter(|taker| !taker.value("unit").is_none() && !book.is_withdrawn(&taker.subject))
            .filter_map(|taker| {
                let both = |interest: &&&Fact| {
                    same_unit(interest, taker)
                        && (active(interest, taker.occurred) || active(interest, Some(act)))
                };
                let interest = interests.iter().find(both)?;
                Some((*interest, taker))
            })
            .find(|(_, taker)| {
                let other = View::new(book, &taker.subject, view.as_of);
                let ended = other
                    .last(implement::Complete::DEF)
                    .and_then(|f| f.occurred);
                let running = taker.occurred.is_some_and(|day| day <= act)
                    && ended.is_none_or(|day| act <= day);
                if other.year() != view.year() && !running {
                    return false;
                }
                let there = book.served(&taker.subject);
                if there.iter().any(|code| served.contains(code)) {
                    return true;
                }
                let same_street = there
                    .iter()
                    .filter_map(|code| book.street(code))
                    .any(|street| streets.contains(street));
                same_street && (wide || there.len() > 1 || led_by_street(&other))
            })
    }

    /// People with an interest nearby do not supervise.
    fn supervisors(&self, kin: &Kin<'_>, wide: bool) -> Outcome {
        let found = match self.conflicted(kin, wide) {
            Ok(found) => found,
            Err(outcome) => return *outcome,
        };
        let broken = found
            .iter()
            .filter(|act| !act.member || self.recusal(act.person, None).is_none())
            .map(|act| {
                let (unit, case) = act.taken();
                Outcome::broken(words!(
                    "{}（{}）的监督人员或其特定关系人的利益相关单位“{}”承接同一街道、社区的项目{}，不得参加监督。",
                    "A supervisor of {4} ({1}), or a relation, has an interest in “{2}”, which takes {3} here, and may not supervise.",
                    act.fact.def.zh,
                    act.day,
                    unit,
                    case,
                    act.fact.def.id
                ))
                .blames([act.fact])
                .uses(act.because.into_iter().flat_map(|(a, b)| [a, b]))
            });
        Outcome::join(broken).unwrap_or_else(|| {
            Outcome::kept(words!("没有登记利益关系。", "No interest is recorded."))
        })
    }

    /// A person with an interest stepped aside before acting, or was told to.
    fn recused(&self, role: Side, kin: &Kin<'_>, wide: bool) -> Outcome {
        let found = match self.conflicted(kin, wide) {
            Ok(found) if found.is_empty() => {
                return Outcome::exempt(words!("没有应回避的人员。", "Nobody has to step aside."));
            }
            Ok(found) => found,
            Err(outcome) => return *outcome,
        };
        let parts =
            found.iter().map(|act| {
                let before = (!act.member).then_some(act.day);
                let after = |recusal: &&Fact| {
                    let mut later = found.iter().filter(|a| a.person == act.person && !a.member);
                    later.any(|a| recusal.occurred.is_some_and(|day| day < a.day))
                };
                let recusal = self.recusal(act.person, before);
                // who takes part after stepping aside has not stepped aside
                let recusal = recusal.filter(|r| !after(r));
                if let Some(recusal) = recusal {
                    return Outcome::kept(words!("已回避。", "Stepped aside.")).uses([recusal]);
                }
                if role == Side::Unrecused {
                    let (unit, case) = act.taken();
                    let anew = self.recusal(act.person, before).is_some();
                    return Outcome::broken(words!(
                    "{}（{}）的监督人员与承接{}的“{}”有利益关系，{}。",
                    "A supervisor of {5} ({1}) has an interest in “{3}”, which takes {2}, and {6}.",
                    act.fact.def.zh,
                    act.day,
                    case,
                    unit,
                    if anew { "申请回避后仍参加监督" } else { "应当回避而未申请回避" },
                    act.fact.def.id,
                    if anew { "took part after stepping aside" } else { "did not step aside" }
                ))
                .blames([act.fact])
                .uses(act.because.into_iter().flat_map(|(a, b)| [a, b]));
                }
                let told = self
                    .view
                    .facts(conflict::Remind::DEF)
                    .find(|fact| fact.value("person").person() == Some(act.person));
                match told {
                    Some(told) => {
                        Outcome::kept(words!("已通知回避。", "Told to step aside.")).uses([told])
                    }
                    None => Outcome::missing(step_label(conflict::Remind::DEF)).uses([act.fact]),
                }
            });
        Outcome::join(parts).unwrap_or_else(|| Outcome::exempt(Words::default()))
    }

    /// The record that a person stepped aside from the case, no later than a day.
    fn recusal(&self, person: &str, before: Option<Day>) -> Option<&'a Fact> {
        self.view.facts(conflict::Recusal::DEF).find(|fact| {
            fact.value("person").person() == Some(person)
                && before.is_none_or(|day| fact.occurred.is_some_and(|on| on <= day))
        })
    }
}

impl<'a> Act<'a> {
    /// The unit that takes a case nearby, and that case.
    fn taken(&self) -> (&'a str, &'a str) {
        self.because.map_or(("", ""), |(_, taker)| {
            let unit = taker.value("unit").text().unwrap_or_default();
            (unit, taker.subject.as_str())
        })
    }
}

/// A case that the street leads for another cause than the number of its communities.
fn led_by_street(view: &View<'_>) -> bool {
    let led = view.last(shortlist::Candidate::DEF);
    led.is_some_and(|fact| !fact.value("led").is_none())
        || view.last(implement::Emergency::DEF).is_some()
}

fn tokens<'a>(people: &[&'a Fact]) -> BTreeSet<&'a str> {
    let persons = people.iter().map(|fact| fact.value("person").person());
    persons.flatten().collect()
}
