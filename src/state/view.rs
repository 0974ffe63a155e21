//! A view: what is known of one subject on one day.

use super::subject::{BLOCKED, DISTRICT, LIBRARY};
use super::{Book, Fact, Subject, Value};
use crate::law::Day;
use crate::step::{Recorded, StepDef, general, implement};

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
    own: Live<'a>,
    /// Facts of the subjects that it names: demands, meetings, library items.
    linked: Live<'a>,
}

/// The facts of a list that stand and are known, in order of arrival and by their step.
#[derive(Debug)]
struct Live<'a> {
    all: Vec<&'a Fact>,
    /// The same facts, those of one step together.
    sorted: Vec<&'a Fact>,
    /// Where in `sorted` each step's facts begin and end.
    steps: Vec<(u64, u32, u32)>,
}

impl<'a> Live<'a> {
    fn new(book: &'a Book, list: &[usize], as_of: Day) -> Self {
        let known = |fact: &&Fact| fact.occurred.is_none_or(|day| day <= as_of);
        let all: Vec<&Fact> = list
            .iter()
            .map(|&index| book.fact(index))
            .filter(|fact| !fact.struck)
            .filter(known)
            .collect();
        let mut sorted = all.clone();
        sorted.sort_by_key(|fact| fact.def.mark);
        let mut steps: Vec<(u64, u32, u32)> = Vec::new();
        for (at, fact) in (0_u32..).zip(&sorted) {
            match steps.last_mut() {
                Some((mark, _, end)) if *mark == fact.def.mark => *end = at + 1,
                _ => steps.push((fact.def.mark, at, at + 1)),
            }
        }
        Self { all, sorted, steps }
    }

    /// The facts of one step, in order of arrival.
    fn of(&self, def: &StepDef) -> &[&'a Fact] {
        let place = self.steps.binary_search_by_key(&def.mark, |step| step.0);
        place.map_or(&[], |at| {
            let (_, from, to) = self.steps[at];
            &self.sorted[from as usize..to as usize]
        })
    }

    /// The latest by business date, and of one day the one that was recorded last.
    fn last(&self, def: &StepDef) -> Option<&'a Fact> {
        self.of(def)
            .iter()
            .copied()
            .max_by_key(|fact| fact.occurred)
    }
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
            own: Live::new(book, &own, as_of),
            linked: Live::new(book, &linked, as_of),
        }
    }

    /// As [`View::new`], but nothing of the subjects that it names: for who asks only for steps
    /// that it has records of itself.
    #[must_use]
    pub fn alone(book: &'a Book, id: &str, as_of: Day) -> Self {
        let subject = Subject::parse(id);
        if matches!(
            subject,
            Subject::CommunityYear(..) | Subject::StreetYear(..) | Subject::DistrictYear(_)
        ) {
            return Self::new(book, id, as_of);
        }
        Self {
            book,
            id: id.to_owned(),
            subject,
            as_of,
            own: Live::new(book, book.of_subject(id), as_of),
            linked: Live::new(book, &[], as_of),
        }
    }

    /// The live facts of a step, own before linked, each in order of arrival.
    pub fn facts(&self, def: &'static StepDef) -> impl Iterator<Item = &'a Fact> + '_ {
        let own = self.own.of(def).iter();
        own.chain(self.linked.of(def)).copied()
    }

    /// True if there is a live fact of a step.
    #[must_use]
    pub fn has(&self, def: &StepDef) -> bool {
        !self.own.of(def).is_empty() || !self.linked.of(def).is_empty()
    }

    /// All live facts that concern the subject itself.
    pub fn own(&self) -> impl Iterator<Item = &'a Fact> + '_ {
        self.own.all.iter().copied()
    }

    /// The fact of a step that counts: the latest own one, else the latest linked one.
    #[must_use]
    pub fn last(&self, def: &'static StepDef) -> Option<&'a Fact> {
        self.own.last(def).or_else(|| self.linked.last(def))
    }

    /// True if the facts of this step stand with linked subjects, so that all of them count.
    #[must_use]
    pub fn is_linked(&self, def: &'static StepDef) -> bool {
        self.own.of(def).is_empty()
    }

    /// The facts of a step that count: the last own one, or all linked ones.
    #[must_use]
    pub fn counting(
        &self,
        def: &'static StepDef,
    ) -> impl DoubleEndedIterator<Item = &'a Fact> + use<'a, '_> {
        let year = matches!(
            self.subject,
            Subject::CommunityYear(..) | Subject::StreetYear(..) | Subject::DistrictYear(_)
        );
        let (own, linked) = (self.own.of(def), self.linked.of(def));
        let (own, linked, one) = if year || own.is_empty() {
            (own, linked, None)
        } else {
            (&[][..], &[][..], self.own.last(def))
        };
        own.iter().chain(linked).copied().chain(one)
    }

    /// The subject was withdrawn; gives the withdrawal.
    #[must_use]
    pub fn withdrawn(&self) -> Option<&'a Fact> {
        let withdrawals = self.own.of(general::Withdraw::DEF).iter().copied();
        withdrawals
            .into_iter()
            .find(|fact| fact.subject == self.id && matches!(fact.value("event"), Value::None))
    }

    /// The year that the subject belongs to: that of its first day of implementation, else
    /// the programme year.
    #[must_use]
    pub fn year(&self) -> Option<i32> {
        let started = self
            .own
            .of(implement::Start::DEF)
            .iter()
            .filter_map(|fact| fact.occurred)
            .map(Day::year)
            .next_back();
        started.or(self.subject.year())
    }
}
