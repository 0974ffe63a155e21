//! A view: what is known of one subject on one day.

use std::borrow::Cow;
use std::cell::OnceCell;

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
    own: Live,
    /// Facts of the subjects that it names: demands, meetings, library items.
    linked: OnceCell<Live>,
}

/// The facts of a list that stand and are known, as places in the book, in order of arrival and
/// by their step.
#[derive(Debug)]
struct Live {
    all: Vec<usize>,
    /// The same facts, those of one step together.
    sorted: Vec<(u64, usize)>,
    /// A bit for the mark of each step that is there: most that are asked for are not.
    present: u64,
}

/// The bit that stands for a step, and for a few others.
fn bit(mark: u64) -> u64 {
    1 << (mark & 63)
}

impl Live {
    fn new(book: &Book, list: &[usize], as_of: Day) -> Self {
        let mut all = Vec::with_capacity(list.len());
        let mut sorted = Vec::with_capacity(list.len());
        let mut present = 0;
        for &index in list {
            let fact = book.fact(index);
            if !fact.struck && fact.occurred.is_none_or(|day| day <= as_of) {
                all.push(index);
                sorted.push((fact.def.mark, index));
                present |= bit(fact.def.mark);
            }
        }
        // a list is in order of arrival, but that of several subjects is not
        sorted.sort_by_key(|(mark, _)| *mark);
        Self {
            all,
            sorted,
            present,
        }
    }

    /// The facts of one step, in order of arrival.
    #[inline]
    fn of(&self, def: &StepDef) -> &[(u64, usize)] {
        if self.present & bit(def.mark) == 0 {
            return &[];
        }
        let from = self.sorted.partition_point(|(mark, _)| *mark < def.mark);
        let more = &self.sorted[from..];
        let end = more.iter().position(|(mark, _)| *mark != def.mark);
        &more[..end.unwrap_or(more.len())]
    }
}

impl<'a> View<'a> {
    /// Gathers the facts of a case, a demand or a community's year.
    #[must_use]
    pub fn new(book: &'a Book, id: &str, as_of: Day) -> Self {
        let subject = Subject::parse(id);
        let own = Live::new(book, &own_of(book, id, &subject), as_of);
        Self {
            book,
            id: id.to_owned(),
            subject,
            as_of,
            own,
            linked: OnceCell::new(),
        }
    }

    /// The facts of the subjects that it names; most questions are answered by its own.
    fn linked(&self) -> &Live {
        self.linked.get_or_init(|| {
            let own = own_of(self.book, &self.id, &self.subject);
            let linked = linked_to(self.book, &self.id, &self.subject, &own);
            Live::new(self.book, &linked, self.as_of)
        })
    }

    fn fact(&self, place: &(u64, usize)) -> &'a Fact {
        self.book.fact(place.1)
    }

    /// The latest by business date, and of one day the one that was recorded last.
    fn latest(&self, places: &[(u64, usize)]) -> Option<&'a Fact> {
        match places {
            [one] => Some(self.fact(one)),
            several => {
                let facts = several.iter().map(|place| self.fact(place));
                facts.max_by_key(|fact| fact.occurred)
            }
        }
    }

    /// The live facts of a step, own before linked, each in order of arrival.
    pub fn facts(&self, def: &'static StepDef) -> impl Iterator<Item = &'a Fact> + '_ {
        let own = self.own.of(def).iter();
        let places = own.chain(self.linked().of(def));
        places.map(|place| self.fact(place))
    }

    /// True if there is a live fact of a step.
    #[must_use]
    pub fn has(&self, def: &StepDef) -> bool {
        !self.own.of(def).is_empty() || !self.linked().of(def).is_empty()
    }

    /// All live facts that concern the subject itself.
    pub fn own(&self) -> impl Iterator<Item = &'a Fact> + '_ {
        self.own.all.iter().map(|&index| self.book.fact(index))
    }

    /// The fact of a step that counts: the latest own one, else the latest linked one.
    #[must_use]
    pub fn last(&self, def: &'static StepDef) -> Option<&'a Fact> {
        let own = self.latest(self.own.of(def));
        own.or_else(|| self.latest(self.linked().of(def)))
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
        let own = self.own.of(def);
        let (own, linked, one) = if year || own.is_empty() {
            (own, self.linked().of(def), None)
        } else {
            (&[][..], &[][..], self.latest(own))
        };
        let places = own.iter().chain(linked);
        places.map(|place| self.fact(place)).chain(one)
    }

    /// The subject was withdrawn; gives the withdrawal.
    #[must_use]
    pub fn withdrawn(&self) -> Option<&'a Fact> {
        let own = self.own.of(general::Withdraw::DEF).iter();
        own.map(|place| self.fact(place))
            .find(|fact| fact.subject == self.id && matches!(fact.value("event"), Value::None))
    }

    /// The year that the subject belongs to: that of its first day of implementation, else
    /// the programme year.
    #[must_use]
    pub fn year(&self) -> Option<i32> {
        let started = self.own.of(implement::Start::DEF).iter();
        let days = started.filter_map(|place| self.fact(place).occurred);
        days.map(Day::year).next_back().or(self.subject.year())
    }
}

/// The facts that concern a subject itself, as places in the book.
fn own_of<'b>(book: &'b Book, id: &str, subject: &Subject) -> Cow<'b, [usize]> {
    match subject {
        // what others record of a community's projects is no act of the community
        Subject::CommunityYear(..) => {
            let mut own = book.of_prefix(id);
            own.retain(|&index| book.fact(index).subject.starts_with(id));
            own.into()
        }
        Subject::StreetYear(..) | Subject::DistrictYear(_) => book.of_prefix(id).into(),
        _ => book.of_subject(id).into(),
    }
}

/// The facts of the subjects that a subject names, as places in the book.
fn linked_to(book: &Book, id: &str, subject: &Subject, own: &[usize]) -> Vec<usize> {
    let mut linked = Vec::new();
    // only a case rests on other subjects: its demands, its meeting, its library item
    if matches!(subject, Subject::Case(..)) {
        let links = book.links(id);
        // a meeting that the case does not name is found by the demands that it studied
        let named = links.iter().any(|link| {
            let mut about = book.about(link).iter();
            about.any(|&i| book.fact(i).def.subject == "meeting")
        });
        for link in links {
            let about = book.about(link).iter().copied();
            // a correction may put an earlier record behind later ones
            linked.extend(about.filter(|index| !own.contains(index)));
            if named {
                continue;
            }
            let studied = |index: &usize| {
                let fact = book.fact(*index);
                fact.def.subject == "meeting" && {
                    let mut demands = fact.value("demands").items().iter();
                    demands.any(|demand| demand.text() == Some(link))
                }
            };
            linked.extend(book.of_subject(link).iter().copied().filter(studied));
        }
    }
    if let Some(code) = subject.community() {
        linked.extend(book.of_subject(code));
    }
    let shared: &[&str] = match subject {
        Subject::StreetYear(street, _) => &[street],
        // the lists of the whole district
        Subject::DistrictYear(_) => &[DISTRICT, BLOCKED, LIBRARY],
        _ => &[],
    };
    for name in shared {
        linked.extend(book.of_subject(name));
    }
    linked
}
