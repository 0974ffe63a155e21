//! The words to choose from: those of the regulation, and what the ledger holds.

use crate::pack::Pack;
use crate::state::{Book, Subject};
use crate::step::{Field, Kind, StepDef};

/// One list of words.
#[derive(Clone, Debug)]
pub struct List {
    /// Its key, see [`key`].
    pub key: String,
    /// What it is a list of.
    pub title: String,
    /// The words, each with what it stands for.
    pub words: Vec<(String, String)>,
    /// Other words are refused.
    pub closed: bool,
}

/// Words of a list at most: a drop-down of more is no help.
const MOST: usize = 3000;

/// The list that a field's values are chosen from, if it has one.
pub(super) fn key(def: &StepDef, field: &Field, pack: &Pack) -> Option<String> {
    let of_pack = || {
        let known = pack.vocabularies.iter().find(|v| v.id == field.vocabulary);
        known.filter(|v| !v.terms.is_empty()).map(|v| v.id.clone())
    };
    match field.kind {
        Kind::Flag => Some("flag".to_owned()),
        Kind::Term => of_pack(),
        Kind::Code => Some("communities".to_owned()),
        // what the tool numbers is new
        Kind::Ref if field.name == def.subject && !field.required => None,
        Kind::Ref => match field.name.trim_end_matches('s') {
            "case" | "subject" => Some("cases".to_owned()),
            "demand" | "unresolvable" => Some("demands".to_owned()),
            "round" => Some("rounds".to_owned()),
            "meeting" => Some("meetings".to_owned()),
            "session" => Some("sessions".to_owned()),
            "inspection" => Some("inspections".to_owned()),
            _ => None,
        },
        Kind::Text if field.name == "street" => Some("streets".to_owned()),
        Kind::Text if field.name == "rule" => Some("rules".to_owned()),
        _ => None,
    }
}

/// Every list: of the regulation, and of the ledger if there is one.
#[must_use]
pub fn lists(pack: &Pack, book: Option<&Book>) -> Vec<List> {
    let mut all = vec![List {
        key: "flag".to_owned(),
        title: "是否".to_owned(),
        words: ["是", "否"].map(|w| (w.to_owned(), String::new())).into(),
        closed: true,
    }];
    for known in pack.vocabularies.iter().filter(|v| !v.terms.is_empty()) {
        let terms = known.terms.iter();
        all.push(List {
            key: known.id.clone(),
            title: title(&known.id),
            words: terms
                .map(|term| (term.label.clone(), term.id.clone()))
                .collect(),
            closed: !known.open,
        });
    }
    let rules = pack.rules.iter();
    all.push(List {
        key: "rules".to_owned(),
        title: "规则编号".to_owned(),
        words: rules
            .map(|rule| (rule.id.clone(), rule.title.zh.clone()))
            .collect(),
        closed: false,
    });
    let Some(book) = book else {
        return all;
    };
    for (key, title, words) in of_ledger(book) {
        if !words.is_empty() {
            all.push(List {
                key: key.to_owned(),
                title: title.to_owned(),
                words: words.into_iter().take(MOST).collect(),
                closed: false,
            });
        }
    }
    all
}

/// The Chinese name of a vocabulary: the heading of the first field that uses it.
fn title(vocabulary: &str) -> String {
    let fields = crate::step::STEPS.iter().flat_map(|def| def.fields);
    let mut fields = fields.filter(|field| field.vocabulary == vocabulary);
    fields
        .next()
        .map_or(vocabulary, |field| field.heading)
        .to_owned()
}

type Words = Vec<(String, String)>;

fn of_ledger(book: &Book) -> Vec<(&'static str, &'static str, Words)> {
    let codes = book.communities();
    let name = |code: &str| book.community_name(code).unwrap_or_default().to_owned();
    let communities: Words = codes.iter().map(|c| (c.clone(), name(c))).collect();
    let mut streets: Vec<&str> = codes.iter().filter_map(|c| book.street(c)).collect();
    streets.sort_unstable();
    streets.dedup();
    let streets: Words = streets
        .into_iter()
        .map(|s| (s.to_owned(), String::new()))
        .collect();
    let (mut cases, mut demands) = (Words::new(), Words::new());
    let mut others = [
        ("-R", Words::new()),
        ("-M", Words::new()),
        ("-E", Words::new()),
    ];
    let mut inspections = Words::new();
    for id in book.subjects() {
        let about = book.about(id).iter().map(|&index| book.fact(index));
        let mut about = about.filter(|fact| !fact.struck).peekable();
        if about.peek().is_none() {
            continue;
        }
        let title = about.find_map(|fact| fact.value("title").text().map(str::to_owned));
        let word = (id.to_owned(), title.unwrap_or_default());
        match Subject::parse(id) {
            Subject::Case(..) if !book.is_withdrawn(id) => cases.push(word),
            Subject::Demand(..) if !book.is_withdrawn(id) => demands.push(word),
            Subject::Other => {
                let series = |sign: &str| {
                    let number = id.rsplit_once(sign).map(|(_, number)| number);
                    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
                };
                if let Some((_, list)) = others.iter_mut().find(|(sign, _)| series(sign)) {
                    list.push(word);
                } else if series("-I") {
                    inspections.push(word);
                }
            }
            _ => {}
        }
    }
    let [(_, rounds), (_, meetings), (_, sessions)] = others;
    vec![
        ("communities", "社区代码", communities),
        ("streets", "街道", streets),
        ("cases", "项目编号", cases),
        ("demands", "需求编号", demands),
        ("rounds", "征集编号", rounds),
        ("meetings", "会议编号", meetings),
        ("sessions", "评价编号", sessions),
        ("inspections", "检查编号", inspections),
    ]
}
