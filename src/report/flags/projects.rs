//! The year's projects as flags see them: name, text, money, contractor, days.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::law::{Day, Money};
use crate::pack::{Pack, Path};
use crate::report::audit::subjects;
use crate::state::{Book, Fact, Subject, Value, View};
use crate::step::{Recorded, close, implement, procure, shortlist};

/// A contractor: the credit code, or the name without its dress.
#[derive(Clone, Debug)]
pub(super) struct Contractor {
    pub(super) key: String,
    pub(super) name: String,
}

/// One project of the year.
#[derive(Debug)]
pub(super) struct Project<'a> {
    pub(super) id: &'a str,
    pub(super) view: View<'a>,
    pub(super) community: String,
    pub(super) street: Option<&'a str>,
    pub(super) title: String,
    /// Title, description and content, as one text.
    pub(super) text: String,
    pub(super) r#type: Option<String>,
    pub(super) category: Option<String>,
    /// First day of the implementation, else of the first record.
    pub(super) begun: Option<Day>,
    pub(super) contractor: Option<Contractor>,
    /// Amount of the contract, else of the project.
    pub(super) contract: Option<(Money, &'a Fact)>,
    pub(super) place: Option<String>,
    pub(super) item: Option<String>,
}

/// What the pack calls by some name, of one project, with its fact.
pub(in crate::report) fn named<'a>(
    pack: &Pack,
    view: &View<'a>,
    id: &str,
) -> Option<(&'a Value, &'a Fact)> {
    let named = pack.facts.iter().find(|fact| fact.id == id)?;
    named.from.iter().find_map(|path| match path {
        Path::Field(def, index) => {
            let fact = view.last(def)?;
            let value = &fact.values[*index];
            (!value.is_none()).then_some((value, fact))
        }
        _ => None,
    })
}

/// An amount that the pack calls by some name.
pub(super) fn money<'a>(pack: &Pack, view: &View<'a>, id: &str) -> Option<(Money, &'a Fact)> {
    named(pack, view, id).and_then(|(value, fact)| Some((value.money()?, fact)))
}

fn text(view: &View<'_>, def: &'static crate::step::StepDef, field: &str) -> Option<String> {
    let fact = view.last(def)?;
    fact.value(field).text().map(str::to_owned)
}

/// Letters and digits alone, in one width and one case.
pub(super) fn plain(text: &str) -> String {
    text.nfkc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The projects of a year that were not withdrawn, in order.
pub(super) fn of_year<'a>(pack: &Pack, book: &'a Book, year: i32, as_of: Day) -> Vec<Project<'a>> {
    let wanted: BTreeSet<String> = subjects(book, year, as_of).into_iter().collect();
    let cases = book
        .subjects()
        .filter(|id| wanted.contains(*id) && matches!(Subject::parse(id), Subject::Case(..)))
        .filter(|id| !book.is_withdrawn(id));
    let mut list: Vec<Project<'a>> = cases.map(|id| project(pack, book, id, as_of)).collect();
    one_key_each(&mut list);
    list
}

fn project<'a>(pack: &Pack, book: &'a Book, id: &'a str, as_of: Day) -> Project<'a> {
    let view = View::new(book, id, as_of);
    let term = |name: &str| {
        named(pack, &view, name).and_then(|(value, _)| value.text().map(str::to_owned))
    };
    let title = term("title").unwrap_or_default();
    let parts = [
        text(&view, shortlist::Candidate::DEF, "summary"),
        text(&view, implement::Emergency::DEF, "summary"),
        text(&view, shortlist::Plan::DEF, "summary"),
        text(&view, shortlist::Design::DEF, "content"),
        text(&view, shortlist::Design::DEF, "benefit"),
        text(&view, close::Close::DEF, "content"),
    ];
    let mut whole = title.clone();
    for part in parts.into_iter().flatten() {
        if !whole.contains(&part) {
            whole.push('\n');
            whole.push_str(&part);
        }
    }
    let community = Subject::parse(id)
        .community()
        .unwrap_or_default()
        .to_owned();
    let first = view
        .own()
        .filter(|fact| fact.subject == id && fact.def.stage() != "register")
        .filter_map(|fact| fact.occurred);
    let begun = view
        .last(implement::Start::DEF)
        .and_then(|fact| fact.occurred)
        .or_else(|| first.min());
    let amount = money(pack, &view, "amount");
    let signed = view.last(implement::Contract::DEF);
    let contract = signed.and_then(|fact| Some((fact.value("amount").money()?, fact)));
    Project {
        id,
        street: book.street(&community),
        text: whole,
        r#type: term("type"),
        category: term("category"),
        begun,
        contractor: contractor(&view),
        contract: contract.or(amount),
        place: text(&view, shortlist::Design::DEF, "place"),
        item: text(&view, shortlist::Search::DEF, "item"),
        title,
        community,
        view,
    }
}

/// Who carries the project out: by the contract, else the award, else the closing form.
fn contractor(view: &View<'_>) -> Option<Contractor> {
    let steps = [
        implement::Contract::DEF,
        procure::Award::DEF,
        close::Close::DEF,
    ];
    steps.iter().find_map(|def| {
        let fact = view.last(def)?;
        let name = fact.value("unit").text()?.to_owned();
        let code = fact.value("code").text().map(plain);
        let key = code
            .filter(|code| code.len() == 18)
            .map(|code| code.to_uppercase());
        Some(Contractor {
            key: key.unwrap_or_else(|| bare_name(&name)),
            name,
        })
    })
}

/// A company's name without the words that offices leave out.
fn bare_name(name: &str) -> String {
    let mut name = plain(name);
    for word in ["有限责任公司", "股份有限公司", "有限公司"] {
        name = name.replace(word, "公司");
    }
    name
}

/// A contractor that is written now with its code, now without, is one.
fn one_key_each(projects: &mut [Project<'_>]) {
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for contractor in projects.iter().filter_map(|p| p.contractor.as_ref()) {
        let name = bare_name(&contractor.name);
        if contractor.key != name {
            let known = codes.entry(name).or_default();
            known.insert(contractor.key.clone());
        }
    }
    for contractor in projects.iter_mut().filter_map(|p| p.contractor.as_mut()) {
        // two codes of one name are two companies
        let known = codes.get(&contractor.key).filter(|known| known.len() == 1);
        if let Some(code) = known.and_then(|known| known.first()) {
            contractor.key.clone_from(code);
        }
    }
}

/// The leader of a group, the way to it made short.
fn find(leader: &mut [usize], mut at: usize) -> usize {
    while leader[at] != at {
        leader[at] = leader[leader[at]];
        at = leader[at];
    }
    at
}

/// Groups of what is linked in pairs, each in order; what stands alone is left out.
pub(super) fn groups(
    count: usize,
    pairs: impl IntoIterator<Item = (usize, usize)>,
) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..count).collect();
    for (a, b) in pairs {
        let (a, b) = (find(&mut leader, a), find(&mut leader, b));
        leader[a.max(b)] = a.min(b);
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..count {
        groups.entry(find(&mut leader, at)).or_default().push(at);
    }
    groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect()
}

/// How far two names are alike, in percent.
pub(super) fn alike(a: &str, b: &str, least: u32) -> bool {
    let (long, short) = (a.chars().count(), b.chars().count());
    let (long, short) = (long.max(short), long.min(short));
    // names of very different lengths cannot be alike
    if short == 0 || short * 100 < long * usize::try_from(least).unwrap_or(100) {
        return false;
    }
    strsim::normalized_levenshtein(a, b) * 100.0 + 1e-9 >= f64::from(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_follow_chains() {
        assert_eq!(
            groups(6, [(4, 1), (1, 0), (3, 5)]),
            [vec![0, 1, 4], vec![3, 5]]
        );
        assert!(groups(3, []).is_empty());
    }

    #[test]
    fn names_are_compared_in_percent() {
        assert!(alike("健身路径改造一期工程", "健身路径改造二期工程", 80));
        assert!(!alike("健身路径改造一期工程", "长者健康讲座", 80));
        assert!(
            alike("甲乙丙丁戊", "甲乙丙丁己", 80),
            "four of five is 80 percent"
        );
        assert!(!alike("", "", 80));
    }

    #[test]
    fn companies_lose_their_dress() {
        assert_eq!(
            bare_name("甲 乙（深）有限责任公司"),
            bare_name("甲乙(深)有限公司")
        );
    }
}
