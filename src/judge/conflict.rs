//! Conflicts of interest: who has an interest in whom, and who took part all the same.

use std::collections::{BTreeMap, BTreeSet};

use super::eval::{Facts, step_label};
use super::modules::same_unit;
use super::outcome::Outcome;
use crate::law::Day;
use crate::pack::check::Side;
use crate::state::subject::DISTRICT;
use crate::state::{Fact, Value, View};
use crate::step::{
    Recorded, StepDef, accept, conflict, evaluate, implement, library, oversight, procure,
    shortlist, works,
};
use crate::words;
use crate::words::Words;

/// Which relatives count.
pub(super) struct Kin<'p> {
    /// The relations.
    pub(super) relations: &'p [String],
    /// Collateral kin up to so many generations.
    pub(super) generations: i64,
}

/// One act of supervision of a case.
struct Act<'a> {
    person: String,
    fact: &'a Fact,
    day: Day,
    /// Being named in the team is no act yet.
    member: bool,
}

/// The interests of some people, themselves or by those related to them.
struct Interests<'a> {
    of: BTreeMap<String, Vec<&'a Fact>>,
    /// Relations of which it cannot be told whether they count.
    unclear: Vec<&'a Fact>,
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
    fn in_charge(&self) -> BTreeSet<String> {
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
        values
            .flatten()
            .filter_map(|value| value.person().map(str::to_owned))
            .collect()
    }

    /// The live records of a step in the whole book, up to the day that is judged.
    fn known(&self, def: &'static StepDef) -> impl Iterator<Item = &'a Fact> + '_ {
        let until = self.view.as_of;
        self.view
            .book
            .of_step(def)
            .filter(move |fact| fact.occurred.is_none_or(|day| day <= until))
    }

    /// The people who are registered where the case belongs, on a day.
    fn registered(&self, day: Option<Day>) -> Vec<&'a Fact> {
        let view = self.view;
        let mut scopes = view.book.served(&view.id);
        let streets: Vec<String> = scopes
            .iter()
            .filter_map(|code| view.book.street(code).map(str::to_owned))
            .collect();
        scopes.extend(streets);
        scopes.push(DISTRICT.to_owned());
        self.known(conflict::Staff::DEF)
            .filter(|fact| scopes.contains(&fact.subject) && active(fact, day))
            .collect()
    }

    /// What these people, and those related to them, have an interest in.
    fn interests(&self, people: &BTreeSet<String>, kin: &Kin<'_>) -> Interests<'a> {
        let declared: Vec<&Fact> = self.known(conflict::Interest::DEF).collect();
        let has_any = |person: &str| {
            let mut of = declared.iter();
            of.any(|interest| interest.value("person").person() == Some(person))
        };
        let mut near: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut unclear = Vec::new();
        for relation in self.known(conflict::Relation::DEF) {
            let (Some(one), Some(other), Some(kind)) = (
                relation.value("person").person(),
                relation.value("other").person(),
                relation.value("kind").text(),
            ) else {
                continue;
            };
            if !kin.relations.iter().any(|known| known == kind) {
                continue;
            }
            if !people.contains(one) && !people.contains(other) {
                continue;
            }
            match relation.value("generations").count() {
                Some(generations) if kind == "collateral" && generations > kin.generations => {
                    continue;
                }
                None if kind == "collateral" => {
                    // kin without an interest matter in no generation
                    if has_any(one) || has_any(other) {
                        unclear.push(relation);
                    }
                    continue;
                }
                _ => {}
            }
            near.entry(one).or_default().insert(other);
            near.entry(other).or_default().insert(one);
        }
        let mut of: BTreeMap<String, Vec<&Fact>> = BTreeMap::new();
        for person in people {
            let mut circle = near.get(person.as_str()).cloned().unwrap_or_default();
            circle.insert(person);
            let mine = declared.iter().copied().filter(|interest| {
                let who = interest.value("person").person();
                who.is_some_and(|who| circle.contains(who))
            });
            of.insert(person.clone(), mine.collect());
        }
        Interests { of, unclear }
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
                None if !interests.unclear.is_empty() => generations(&interests),
                None => Outcome::kept(words!("没有登记利益关系。", "No interest is recorded.")).uses([taker]),
            });
        }
        Outcome::join(parts).unwrap_or_else(|| Outcome::kept(Words::default()))
    }

    /// A unit that took a case in spite of an interest is entered in the blocklist.
    fn listed(&self, kin: &Kin<'_>) -> Outcome {
        let breach = self.staff(kin);
        if breach.causes.is_empty() {
            return Outcome::exempt(words!("没有发现应列入的单位。", "No unit to be listed."));
        }
        let parts = self
            .takers()
            .into_iter()
            .filter(|taker| breach.causes.contains(&taker.key))
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
        Outcome::join(parts.collect()).unwrap_or_else(|| Outcome::exempt(Words::default()))
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
                        person: person.to_owned(),
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
        let people = acts.iter().map(|act| act.person.clone()).collect();
        let interests = self.interests(&people, kin);
        let found: Vec<Act<'a>> = acts
            .into_iter()
            .filter(|act| {
                let mine = interests.of.get(&act.person);
                mine.is_some_and(|list| self.takes_nearby(list, act.day, wide))
            })
            .collect();
        if found.is_empty() && !interests.unclear.is_empty() {
            return Err(Box::new(generations(&interests)));
        }
        Ok(found)
    }

    /// True if one of these units takes a case that is near this one, in the same year or
    /// still at the day of an act.
    fn takes_nearby(&self, interests: &[&Fact], act: Day, wide: bool) -> bool {
        if interests.is_empty() {
            return false;
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
            .filter(|taker| {
                let both = |interest: &&&Fact| {
                    same_unit(interest, taker)
                        && (active(interest, taker.occurred) || active(interest, Some(act)))
                };
                interests.iter().any(|interest| both(&interest))
            })
            .any(|taker| {
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
            .filter(|act| !act.member || self.recusal(&act.person, None).is_none())
            .map(|act| {
                Outcome::broken(words!(
                    "{}（{}）的监督人员或其特定关系人的利益相关单位在同一街道、社区承接项目，不得参加监督。",
                    "A supervisor of {2} ({1}), or a relation, has an interest in a unit that takes cases here and may not supervise.",
                    act.fact.def.zh,
                    act.day,
                    act.fact.def.id
                ))
                .blames([act.fact])
            });
        Outcome::join(broken.collect()).unwrap_or_else(|| {
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
        let parts = found.iter().map(|act| {
            let before = (!act.member).then_some(act.day);
            let after = |recusal: &&Fact| {
                let mut later = found.iter().filter(|a| a.person == act.person && !a.member);
                later.any(|a| recusal.occurred.is_some_and(|day| day < a.day))
            };
            let recusal = self.recusal(&act.person, before);
            // who takes part after stepping aside has not stepped aside
            let recusal = recusal.filter(|r| !after(r));
            if let Some(recusal) = recusal {
                return Outcome::kept(words!("已回避。", "Stepped aside.")).uses([recusal]);
            }
            if role == Side::Unrecused {
                return Outcome::broken(words!(
                    "{}（{}）的监督人员应当回避而未申请回避。",
                    "A supervisor of {2} ({1}) has to step aside and did not.",
                    act.fact.def.zh,
                    act.day,
                    act.fact.def.id
                ))
                .blames([act.fact]);
            }
            let told = self
                .view
                .facts(conflict::Remind::DEF)
                .find(|fact| fact.value("person").person() == Some(&act.person));
            match told {
                Some(told) => {
                    Outcome::kept(words!("已通知回避。", "Told to step aside.")).uses([told])
                }
                None => Outcome::missing(step_label(conflict::Remind::DEF)).uses([act.fact]),
            }
        });
        Outcome::join(parts.collect()).unwrap_or_else(|| Outcome::exempt(Words::default()))
    }

    /// The record that a person stepped aside from the case, no later than a day.
    fn recusal(&self, person: &str, before: Option<Day>) -> Option<&'a Fact> {
        self.view.facts(conflict::Recusal::DEF).find(|fact| {
            fact.value("person").person() == Some(person)
                && before.is_none_or(|day| fact.occurred.is_some_and(|on| on <= day))
        })
    }
}

/// A case that the street leads for another cause than the number of its communities.
fn led_by_street(view: &View<'_>) -> bool {
    let led = view.last(shortlist::Candidate::DEF);
    led.is_some_and(|fact| !fact.value("led").is_none())
        || view.last(implement::Emergency::DEF).is_some()
}

/// In force on a day, as far as its dates say.
fn active(fact: &Fact, day: Option<Day>) -> bool {
    let Some(day) = day else { return true };
    fact.value("from").day().is_none_or(|from| from <= day)
        && fact.value("to").day().is_none_or(|to| day <= to)
}

fn tokens(people: &[&Fact]) -> BTreeSet<String> {
    people
        .iter()
        .filter_map(|fact| fact.value("person").person().map(str::to_owned))
        .collect()
}

fn unregistered() -> Words {
    words!(
        "工作人员和监督人员的登记（register staff）",
        "register of staff and supervisors (register staff)"
    )
}

fn generations(interests: &Interests<'_>) -> Outcome {
    let label = words!("旁系血亲的代数", "generations between collateral kin");
    Outcome::missing(label).uses(interests.unclear.iter().copied())
}
