//! A view: what is known of one subject on one day.

use super::subject::{BLOCKED, DISTRICT, LIBRARY};
use super::{Book, Fact, Subject, Value};
use crate::law::Day;
use crate::step::StepDef;

/// The facts that bear on one subject, as of a day.
#[derive(Debug)]
pub struct View<'a> {
    /// The book behind it.
    pub book: &'a Book,
    /// Identifier of the subject.
    pub id: String,
    /// What the identifier names.
    pub subject: Subject,
    /// The day up to which facts count.
    pub as_of: Day,
    /// Facts that concern the subject itself.
    own: Vec<usize>,
    /// Facts of the subjects that it names: demands, meetings, library items.
    linked: Vec<usize>,
}

impl<'a> View<'a> {
    /// Gathers the facts of a case, a demand or a community's year.
    #[must_use]
    pub fn new(book: &'a Book, id: &str, as_of: Day) -> Self {
        let subject = Subject::parse(id);
        let own = match &subject {
            // what others record of a community's projects is no act of the community
            Subject::CommunityYear(..) => {
                let mut own = book.of_prefix(id);
                own.retain(|&index| book.fact(index).subject.starts_with(id));
                own
            }
            Subject::StreetYear(..) | Subject::DistrictYear(_) => book.of_prefix(id),
            _ => book.of_subject(id).to_vec(),
        };
        let mut linked = Vec::new();
        // only a case rests on other subjects: its demands, its meeting, its library item
        if matches!(subject, Subject::Case(..)) {
            let links = book.links(id);
            // a meeting that the case does not name is found by the demands that it studied
            let named = links.iter().any(|link| {
                book.about(link)
                    .iter()
                    .any(|&i| book.fact(i).def.subject == "meeting")
            });
            for link in links {
                linked.extend(
                    book.about(&link)
                        .iter()
                        .copied()
                        .filter(|i| !own.contains(i)),
                );
                if named {
                    continue;
                }
                linked.extend(book.of_subject(&link).iter().copied().filter(|&index| {
                    let fact = book.fact(index);
                    fact.def.subject == "meeting"
                        && fact
                            .value("demands")
                            .items()
                            .iter()
                            .any(|d| d.text() == Some(&link))
                }));
            }
        }
        if let Some(code) = subject.community() {
            linked.extend(book.of_subject(code).iter().copied());
        }
        let shared: &[&str] = match &subject {
            Subject::StreetYear(street, _) => &[street],
            // the lists of the whole district
            Subject::DistrictYear(_) => &[DISTRICT, BLOCKED, LIBRARY],
            _ => &[],
        };
        for name in shared {
            linked.extend(book.of_subject(name).iter().copied());
        }
        Self {
            book,
            id: id.to_owned(),
            subject,
            as_of,
            own,
            linked,
        }
    }

    fn live(&self, index: usize) -> Option<&'a Fact> {
        let fact = self.book.fact(index);
        let known = fact.occurred.is_none_or(|day| day <= self.as_of);
        (!fact.struck && known).then_some(fact)
    }

    /// The live facts of a step, own before linked, each in order of arrival.
    pub fn facts(&self, def: &'static StepDef) -> impl Iterator<Item = &'a Fact> + '_ {
        self.own
            .iter()
            .chain(&self.linked)
            .filter_map(|&index| self.live(index))
            .filter(move |fact| fact.def.id == def.id)
    }

    /// All live facts that concern the subject itself.
    pub fn own(&self) -> impl Iterator<Item = &'a Fact> + '_ {
        self.own.iter().filter_map(|&index| self.live(index))
    }

    /// The fact of a step that counts: the latest own one, else the latest linked one.
    #[must_use]
    pub fn last(&self, def: &'static StepDef) -> Option<&'a Fact> {
        // by business date, and of one day the one that was recorded last
        let last = |list: &[usize]| {
            list.iter()
                .filter_map(|&index| self.live(index))
                .filter(|fact| fact.def.id == def.id)
                .max_by_key(|fact| fact.occurred)
        };
        last(&self.own).or_else(|| last(&self.linked))
    }

    /// True if the facts of this step stand with linked subjects, so that all of them count.
    #[must_use]
    pub fn is_linked(&self, def: &'static StepDef) -> bool {
        !self
            .own
            .iter()
            .any(|&index| self.live(index).is_some_and(|fact| fact.def.id == def.id))
    }

    /// The facts of a step that count: the last own one, or all linked ones.
    #[must_use]
    pub fn counting(&self, def: &'static StepDef) -> Vec<&'a Fact> {
        let year = matches!(
            self.subject,
            Subject::CommunityYear(..) | Subject::StreetYear(..) | Subject::DistrictYear(_)
        );
        if year || self.is_linked(def) {
            self.facts(def).collect()
        } else {
            self.last(def).into_iter().collect()
        }
    }

    /// The subject was withdrawn; gives the withdrawal.
    #[must_use]
    pub fn withdrawn(&self) -> Option<&'a Fact> {
        self.own().find(|fact| {
            fact.def.id == "withdraw"
                && fact.subject == self.id
                && matches!(fact.value("event"), Value::None)
        })
    }

    /// The year that the subject belongs to: that of its first day of implementation, else
    /// the programme year.
    #[must_use]
    pub fn year(&self) -> Option<i32> {
        let started = self
            .own()
            .filter(|fact| fact.def.id == "implement.start")
            .filter_map(|fact| fact.occurred)
            .map(Day::year)
            .last();
        started.or(self.subject.year())
    }
}
