//! Which facts concern a subject.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// The facts that concern a subject, as places in a book.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// All of them, in order of arrival.
    pub(super) all: Vec<usize>,
    /// Those that are about it.
    pub(super) about: Vec<usize>,
}

static NOWHERE: Places = Places {
    all: Vec::new(),
    about: Vec::new(),
};

/// The subjects of a book with their facts.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    places: FxHashMap<String, Places>,
    /// The subjects in order; made when first asked for.
    order: OnceLock<Vec<String>>,
}

impl Subjects {
    /// The facts of a subject.
    pub(super) fn of(&self, subject: &str) -> &Places {
        self.places.get(subject).unwrap_or(&NOWHERE)
    }

    /// Adds a fact that concerns a subject; named twice is named.
    pub(super) fn add(&mut self, subject: &str, index: usize) {
        let all = &mut self.known(subject).all;
        if all.last() != Some(&index) {
            all.push(index);
        }
    }

    /// Adds a fact that is about a subject itself.
    pub(super) fn add_own(&mut self, subject: &str, index: usize) {
        let places = self.known(subject);
        places.all.push(index);
        places.about.push(index);
    }

    fn known(&mut self, subject: &str) -> &mut Places {
        if !self.places.contains_key(subject) {
            self.order.take();
            self.places.insert(subject.to_owned(), Places::default());
        }
        match self.places.get_mut(subject) {
            Some(places) => places,
            None => unreachable!("{subject} was entered"),
        }
    }

    /// All subjects, in order.
    pub(super) fn in_order(&self) -> &[String] {
        self.order.get_or_init(|| {
            let mut subjects: Vec<String> = self.places.keys().cloned().collect();
            subjects.sort_unstable();
            subjects
        })
    }

    /// Those that begin with `prefix`, in order.
    pub(super) fn with(&self, prefix: &str) -> impl Iterator<Item = &str> {
        let subjects = self.in_order();
        let from = subjects.partition_point(|subject| subject.as_str() < prefix);
        let subjects = subjects[from..].iter().map(String::as_str);
        subjects.take_while(move |subject| subject.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_in_order_and_found_by_how_they_begin() {
        let mut subjects = Subjects::default();
        subjects.add_own("HZ2022-002", 0);
        subjects.add("HZ2022-001", 0);
        subjects.add("HZ2022-001", 0);
        assert_eq!(subjects.in_order(), ["HZ2022-001", "HZ2022-002"]);
        subjects.add_own("HZ", 1);
        subjects.add("TG2022-001", 1);
        assert_eq!(subjects.in_order().len(), 4);
        let with = |prefix| subjects.with(prefix).collect::<Vec<_>>();
        assert_eq!(with("HZ2022"), ["HZ2022-001", "HZ2022-002"]);
        assert_eq!(with("HZ2023"), Vec::<&str>::new());
        let named = subjects.of("HZ2022-001");
        assert_eq!((&named.all[..], &named.about[..]), (&[0][..], &[][..]));
        assert_eq!(subjects.of("HZ").about, [1]);
        assert!(subjects.of("X").all.is_empty());
    }
}
