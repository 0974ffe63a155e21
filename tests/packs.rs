//! Several regulations on one engine: whole years through the public commands, the traps of
//! each text, the same facts under all, answers that settle a reading, papers of each city.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::BTreeSet;

use common::cli::{Office, fixture};
use common::examples::examples_of;
use common::traps;
use minsheng::pack::{Catalogue, Pack};
use minsheng::report::regimes::lint::{Examples, lint};
use serde_json::Value as Json;

type Triple = (String, String, String);

/// What an audit says besides what passes or does not apply.
fn audited(office: &Office, line: &str) -> BTreeSet<Triple> {
    let json = office
        .run(&format!("audit {line} --format json --fail-on never"))
        .ends(0)
        .json();
    let findings = json["findings"].as_array().unwrap();
    let text = |f: &Json, key: &str| f[key].as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|f| (text(f, "rule"), text(f, "subject"), text(f, "verdict")))
        .collect()
}

/// A ledger with a year in it.
fn year(regime: &str, file: &str) -> Office {
    let office = Office::empty();
    office
        .run(&format!("init --origin YEAR.1 --regime {regime}"))
        .ends(0);
    office
        .args(&["record", &fixture(file), "--as-is", "--quiet"])
        .ends(0);
    office
}

/// The year of a pack gives exactly the verdicts that were worked by hand.
fn golden(regime: &str, name: &str, line: &str) {
    let office = year(regime, &format!("golden/{name}.jsonl"));
    let text = std::fs::read_to_string(fixture(&format!("golden/{name}.expected.json"))).unwrap();
    let expected: BTreeSet<Triple> = serde_json::from_str(&text).unwrap();
    let found = audited(&office, line);
    let more: Vec<_> = found.difference(&expected).collect();
    let less: Vec<_> = expected.difference(&found).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "{name}\nnot expected: {more:#?}\nnot found: {less:#?}"
    );
}

#[test]
fn a_year_of_a_town_gives_exactly_the_expected_verdicts() {
    golden(
        "dongguan-2020",
        "dongguan-2021",
        "--year 2021 --as-of 2022-12-31",
    );
}

#[test]
fn a_year_of_shares_gives_exactly_the_expected_verdicts() {
    golden(
        "haicang-2018",
        "haicang-2022",
        "--year 2022 --as-of 2023-07-01",
    );
}

/// Every trap from 1 to the last is shown, or says why it concerns no behaviour.
fn all_traps(id: &str, prefix: &str, last: usize) {
    let lines = traps::lines(id);
    for number in 1..=last {
        let wanted = format!("{prefix}{number}");
        assert!(lines.iter().any(|line| line.number == wanted), "{wanted}");
    }
    let wrong = traps::wrong(id, lines);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_traps_of_the_guide() {
    all_traps("dongguan-2020", "T-D", 13);
}

#[test]
fn the_traps_of_the_plan() {
    all_traps("haicang-2018", "T-H", 16);
}

#[test]
fn every_clause_is_in_the_book() {
    for (regime, clauses) in [
        ("nanshan-2020", 346),
        ("dongguan-2020", 85),
        ("haicang-2018", 65),
    ] {
        let office = Office::empty();
        let json = office
            .run(&format!("rule --coverage --regime {regime} --format json"))
            .ends(0)
            .json();
        let total = &json["total"];
        assert_eq!(total["clauses"], clauses, "{regime}");
        let number = |key: &str| total[key].as_u64().unwrap();
        assert_eq!(
            number("computed") + number("attested") + number("recorded"),
            clauses
        );
    }
}

#[test]
fn every_pack_answers_every_question_and_states_its_numbers_once() {
    let questions = &Catalogue::get().questions;
    assert!(questions.len() > 100);
    for id in Pack::embedded() {
        let pack = Pack::load(id).unwrap();
        let expected = Examples::read(&examples_of(id)).unwrap().expected();
        let flaws = lint(&pack, None, Some(&expected));
        assert!(flaws.is_empty(), "{id}: {flaws:#?}");
    }
}

/// The fourth city: a folder of data, made by the documented steps.
const FOURTH: &str = "packs/baishi-2024";

#[test]
fn a_fourth_city_is_data_alone() {
    let folder = fixture(FOURTH);
    let office = Office::empty();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let ending = path.extension().map(|e| e.to_string_lossy().into_owned());
        assert_ne!(ending.as_deref(), Some("rs"), "{}", path.display());
    }
    office
        .args(&[
            "regime",
            "lint",
            &folder,
            "--text",
            &format!("{folder}/law.txt"),
            "--examples",
            &format!("{folder}/examples"),
        ])
        .ends(0);
    let text = std::fs::read_to_string(format!("{folder}/year.expected.json")).unwrap();
    let expected: BTreeSet<Triple> = serde_json::from_str(&text).unwrap();
    let office = year(&folder, &format!("{FOURTH}/year.jsonl"));
    let found = audited(&office, "--year 2024 --as-of 2025-06-30");
    assert_eq!(found, expected);
    // the ledger knows its pack; another one is told
    assert!(office.run("audit --year 2024").out.contains("2024"));
    let shown = office.run("regime show").ends(0).out;
    assert!(shown.contains("baishi-2024"), "{shown}");
}

#[test]
fn one_set_of_facts_is_judged_under_every_pack() {
    let office = Office::empty();
    office.run("init --origin WHATIF.1").ends(0);
    office
        .args(&["record", &fixture("golden/what-if.jsonl"), "--as-is"])
        .ends(0);
    let verdict = |regime: &str, rule: &str| {
        let json = office
            .run(&format!(
                "audit --year 2022 --as-of 2023-07-01 --regime {regime} --all --rule {rule} --format json --fail-on never"
            ))
            .ends(0)
            .json();
        assert_eq!(json["regime"], regime);
        let found = json["findings"].as_array().unwrap().iter();
        found
            .filter(|f| f["subject"] == "HZ2022-001")
            .map(|f| f["verdict"].as_str().unwrap().to_owned())
            .next()
            .unwrap_or_else(|| panic!("{regime} {rule}"))
    };
    // a service project of 180,000 from the fund and 30,000 of the village's own money: the
    // fund's part alone, or the whole, against 500,000, 200,000 and 200,000
    assert_eq!(verdict("nanshan-2020", "A16-CAP"), "pass");
    assert_eq!(verdict("dongguan-2020", "D1-CAP-S"), "borderline");
    assert_eq!(verdict("haicang-2018", "H5.1-CAPS"), "borderline");
    assert_eq!(verdict("haicang-2018", "H3.3-EXCESS"), "pass");
    // the notice: four days, after the list and before the start
    assert_eq!(verdict("nanshan-2020", "A15-DAYS"), "pass");
    assert_eq!(verdict("dongguan-2020", "D2.4-5D"), "borderline");
    // before the application, which came later
    assert_eq!(verdict("haicang-2018", "H3.2-PUB"), "pass");
    // nothing of the what-if is recorded
    let own = office
        .run("audit --year 2022 --as-of 2023-07-01 --format json --fail-on never")
        .ends(0)
        .json();
    assert_eq!(own["regime"], "nanshan-2020");
    office.run("verify").ends(0);
}

#[test]
fn every_pack_of_the_program_compiles_whole() {
    for id in Pack::embedded() {
        let pack = Pack::load(id).unwrap();
        assert_eq!(pack.whole(), Ok(()), "{id}");
    }
}

/// A step asks only the rules that the index names, so the index must name every rule that
/// compiled checks read or blame it by.
#[test]
fn the_index_passes_over_no_rule() {
    use minsheng::pack::Scope;
    use minsheng::step::STEPS;
    let scopes = [
        Scope::Case,
        Scope::Demand,
        Scope::CommunityYear,
        Scope::StreetYear,
        Scope::DistrictYear,
        Scope::Ledger,
    ];
    // from a folder the texts are searched, which may call a step by its Chinese name
    let folder = tempfile::tempdir().unwrap();
    let consult = minsheng::step::find("shortlist.consult").unwrap();
    let law = concat!(env!("CARGO_MANIFEST_DIR"), "/src/packs/nanshan-2020");
    let mut renamed = 0;
    for file in std::fs::read_dir(law).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let (old, new) = ("\"shortlist.consult", format!("\"{}", consult.zh));
            renamed += text.matches(old).count();
            let place = folder.path().join(path.file_name().unwrap());
            std::fs::write(place, text.replace(old, &new)).unwrap();
        }
    }
    assert!(renamed > 0);
    let own = folder.path().to_str().unwrap().to_owned();
    for id in Pack::embedded().map(str::to_owned).chain([own]) {
        let pack = Pack::load(&id).unwrap();
        let mut passed_over = 0;
        for step in STEPS {
            let one = BTreeSet::from([step.id]);
            let may = pack.may_read(&one);
            let blaming: BTreeSet<&str> = pack
                .blaming(step)
                .iter()
                .map(|rule| rule.id.as_str())
                .collect();
            for rule in &pack.rules {
                for scope in scopes {
                    if pack.reads(rule, scope).steps.contains(step.id) {
                        assert!(
                            may.contains(rule.id.as_str()),
                            "{id}: {} reads {}",
                            rule.id,
                            step.id
                        );
                    }
                    if rule.blames(scope, &one) {
                        assert!(
                            blaming.contains(rule.id.as_str()),
                            "{id}: {} blames {}",
                            rule.id,
                            step.id
                        );
                    }
                }
            }
            passed_over += pack.rules.len() - may.len();
        }
        assert!(
            passed_over > pack.rules.len(),
            "{id}: it passes over nothing"
        );
    }
}

#[test]
fn what_the_rules_of_a_demand_do_not_look_at_changes_no_verdict() {
    use minsheng::judge::judge;
    use minsheng::ledger::Event;
    use minsheng::pack::{Rule, Scope};
    use minsheng::state::Book;
    use minsheng::step::{Kind, Recorded as _, collect::Demand};
    use serde_json::{Map, Value as Json, json};

    let def = Demand::DEF;
    let mut apart = 0;
    for id in Pack::embedded() {
        let pack = Pack::load(id).unwrap();
        let rules = pack.rules.iter().filter(|r| r.judged_in(Scope::Demand));
        let rules: Vec<&Rule> = rules.collect();
        let Some(looked_at) = pack.looked_at(def, &rules, Scope::Demand) else {
            continue;
        };
        apart += usize::from(!rules.is_empty());
        let verdicts = |blank: Option<usize>, word: &str| {
            let mut values = Map::new();
            for (index, field) in def.fields.iter().enumerate() {
                if blank == Some(index) {
                    continue;
                }
                let word = if looked_at.contains(&index) {
                    "online"
                } else {
                    word
                };
                let value = match field.kind {
                    Kind::Text | Kind::Term => json!(word),
                    Kind::Personal => json!({ "personal": word }),
                    Kind::Day => json!("2022-03-01"),
                    Kind::Count => json!(2022),
                    Kind::Code => json!("HZ"),
                    _ => Json::from("HZ2022-D0001"),
                };
                values.insert(field.name.to_owned(), value);
            }
            let mut book = Book::new();
            book.take(Event {
                id: 1,
                origin: "T".into(),
                seq: 1,
                step: def.id.into(),
                subject: "HZ2022-D0001".into(),
                occurred: "2022-03-01".into(),
                recorded_at: "2022-03-01T00:00:00Z".into(),
                actor: "甲".into(),
                payload: Json::from(values).to_string(),
                hash: [0; 32],
            });
            let as_of = "2022-12-31".parse().unwrap();
            let found = judge(&pack, &book, "HZ2022-D0001", as_of).into_iter();
            let found = found.map(|f| (f.rule, f.verdict));
            found.collect::<Vec<_>>()
        };
        for blank in std::iter::once(None).chain((0..def.fields.len()).map(Some)) {
            let words = ["甲", "service", "concentrated", "乙乙乙"];
            let mut all = words.map(|word| verdicts(blank, word)).into_iter();
            let first = all.next().unwrap();
            assert!(all.all(|other| other == first), "{id} {blank:?}");
        }
    }
    assert!(apart > 0);
}
