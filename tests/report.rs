//! The report's indicators on a year in which every fact of them exists, against plain SQL and
//! against figures reckoned by hand; and the dossiers beside the report.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use common::cli::{Office, answer, fixture};
use minsheng::step::survey::QUESTIONS;
use rusqlite::Connection;
use serde_json::{Value as Json, json};

/// A year that was entered by several people at several times: lines that begin with `#` set the
/// clock and say who records.
fn year() -> &'static Office {
    static YEAR: OnceLock<Office> = OnceLock::new();
    YEAR.get_or_init(|| {
        let office = Office::empty();
        office
            .run("init --origin SITE.1 --regime dongguan-2020")
            .ends(0);
        let text = std::fs::read_to_string(fixture("report/year.jsonl")).unwrap();
        for part in text.split("# ").skip(1) {
            let (head, lines) = part.split_once('\n').unwrap();
            let (now, who) = head.split_once(' ').unwrap();
            if lines.is_empty() {
                continue;
            }
            office.write("part.jsonl", lines);
            let mut command = office.command(&["record", "part.jsonl", "--as-is"]);
            command.env("MINSHENG_NOW", now).env("MINSHENG_ACTOR", who);
            answer(&command.output().unwrap()).ends(0);
        }
        office
    })
}

/// Writes a report of the year into a folder of this name.
fn report(folder: &str, more: &str) -> PathBuf {
    let line =
        format!("audit --year 2022 --as-of 2023-07-01 --fail-on never --report {folder} {more}");
    year().run(&line).ends(0);
    year().path(folder)
}

/// The data of a report, written once.
fn data() -> &'static Json {
    static DATA: OnceLock<Json> = OnceLock::new();
    DATA.get_or_init(|| read(&report("data", "")))
}

fn read(folder: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(folder.join("data.json")).unwrap()).unwrap()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

fn named<'d>(items: &'d Json, id: &str) -> &'d Json {
    list(items)
        .iter()
        .find(|item| item["id"] == id)
        .unwrap_or_else(|| panic!("{id}"))
}

fn measure(indicator: &str, id: &str) -> (Json, Json) {
    let of = named(&data()["indicators"], indicator);
    let measure = named(&of["measures"], id);
    (measure["numerator"].clone(), measure["denominator"].clone())
}

fn value(indicator: &str, id: &str) -> f64 {
    let of = named(&data()["indicators"], indicator);
    named(&of["measures"], id)["value"].as_f64().unwrap()
}

fn grid(indicator: &str, id: &str) -> Vec<Vec<Json>> {
    let of = named(&data()["indicators"], indicator);
    let rows = list(&named(&of["grids"], id)["rows"]);
    rows.iter().map(|row| list(row).to_vec()).collect()
}

fn lacks(indicator: &str) -> BTreeSet<&'static str> {
    let of = named(&data()["indicators"], indicator);
    let lacks = list(&of["lacks"]).iter();
    lacks.map(|lack| lack["id"].as_str().unwrap()).collect()
}

/// The last event of each step about each case of the year.
fn facts() -> Connection {
    let db = Connection::open(year().ledger()).unwrap();
    db.execute_batch(
        "CREATE TEMP VIEW fact AS SELECT * FROM event WHERE subject LIKE '__2022-%';
         CREATE TEMP VIEW last AS SELECT * FROM (SELECT *, row_number() OVER
           (PARTITION BY step, subject ORDER BY occurred DESC, id DESC) AS n FROM fact)
           WHERE n = 1;",
    )
    .unwrap();
    db
}

fn count(sql: &str) -> i64 {
    facts()
        .query_row(sql, [], |row| row.get(0))
        .unwrap_or_else(|e| panic!("{e}: {sql}"))
}

#[test]
fn each_signal_of_a_survey_is_what_sql_counts() {
    let answers = "FROM fact WHERE step = 'evaluate.answer'";
    let sheets = count(&format!("SELECT count(*) {answers}"));
    let same = QUESTIONS
        .map(|q| {
            format!(" AND json_extract(payload, '$.{q}') = json_extract(payload, '$.overall')")
        })
        .concat();
    for (id, hits) in [
        ("b", count(&format!("SELECT count(*) {answers} {same}"))),
        (
            "i",
            count(&format!(
                "SELECT count(json_extract(payload, '$.comment')) {answers}"
            )),
        ),
        (
            "h2",
            count(&format!(
                "SELECT sum(n) FROM (SELECT max(n) AS n FROM (SELECT subject, count(*) AS n {answers}
                 GROUP BY subject, occurred) GROUP BY subject)"
            )),
        ),
    ] {
        assert!(hits > 0 && hits < sheets, "{id} tests nothing");
        assert_eq!(measure("P-12", id), (json!(hits), json!(sheets)), "{id}");
    }
    let begun =
        "SELECT subject, min(occurred) AS began, max(json_extract(payload, '$.answered')) AS n,
        count(*) AS sheets, step FROM fact WHERE step IN ('evaluate.survey', 'evaluate.answer')
        GROUP BY subject";
    let surveys = count(&format!("SELECT count(*) FROM ({begun})"));
    let early = count(&format!(
        "SELECT count(*) FROM ({begun}) s JOIN last c ON c.subject = s.subject
         AND c.step = 'implement.complete' WHERE s.began < c.occurred"
    ));
    assert_eq!((surveys, early), (5, 1));
    assert_eq!(measure("P-12", "h"), (json!(early), json!(surveys)));
    assert_eq!(
        measure("P-12", "a"),
        (
            json!(count(&format!(
                "SELECT count(*) FROM ({begun}) WHERE coalesce(n, sheets) < 30"
            ))),
            json!(surveys)
        )
    );
    let answered = count(&format!("SELECT sum(coalesce(n, sheets)) FROM ({begun})"));
    let reached = count(&format!(
        "SELECT sum(coalesce(json_extract(k.payload, '$.participants'),
         json_extract(k.payload, '$.served_number'))) FROM ({begun}) s JOIN last k
         ON k.subject = s.subject AND k.step = 'accept.close'"
    ));
    assert_eq!(measure("P-12", "a2"), (json!(answered), json!(reached)));
    // one of two surveys with something to mend was followed by a rectification
    assert_eq!(measure("P-12", "j"), (json!(1), json!(2)));
    assert_eq!(measure("P-12", "c"), (json!(1), json!(5)));
    assert_eq!(measure("P-12", "d"), (json!(1), json!(5)));
    assert_eq!(lacks("P-12"), ["followup", "hour", "respondents"].into());
}

/// The answers to the first question of each survey, as places from the best level.
fn firsts() -> BTreeMap<String, Vec<f64>> {
    let db = facts();
    let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut add = |sql: &str| {
        let mut query = db.prepare(sql).unwrap();
        let rows = query.query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, i32>(1)?,
                row.get::<_, u32>(2)?,
            ))
        });
        for (case, level, number) in rows.unwrap().map(Result::unwrap) {
            let group = groups.entry(case).or_default();
            let number = usize::try_from(number).unwrap();
            group.extend(std::iter::repeat_n(f64::from(level), number));
        }
    };
    add(
        "SELECT subject, j.key, j.value FROM last, json_each(payload, '$.overall') j
         WHERE step = 'evaluate.survey'",
    );
    add(
        "SELECT subject, CASE json_extract(payload, '$.overall') WHEN 'very-satisfied' THEN 0
         WHEN 'satisfied' THEN 1 WHEN 'fair' THEN 2 WHEN 'dissatisfied' THEN 3 ELSE 4 END,
         count(*) FROM fact WHERE step = 'evaluate.answer' GROUP BY 1, 2",
    );
    groups
}

#[test]
fn how_far_surveys_tell_projects_apart_is_the_icc_of_their_answers() {
    let groups = firsts();
    let size = |n: usize| f64::from(u32::try_from(n).unwrap());
    let n: f64 = groups.values().map(|g| size(g.len())).sum();
    let k = size(groups.len());
    let mean = |g: &[f64]| g.iter().sum::<f64>() / size(g.len());
    let grand = groups.values().flatten().sum::<f64>() / n;
    let between: f64 = groups
        .values()
        .map(|g| size(g.len()) * (mean(g) - grand).powi(2))
        .sum();
    let within: f64 = groups
        .values()
        .flat_map(|g| g.iter().map(|v| (v - mean(g)).powi(2)))
        .sum();
    let (msb, msw) = (between / (k - 1.0), within / (n - k));
    let icc = (msb - msw) / (msb + (n / k - 1.0) * msw);
    let told = value("P-12", "f");
    assert!((told - icc).abs() < 1e-5 && icc > 0.05, "{told} {icc}");
    assert_eq!(measure("P-12", "f"), (json!(5), json!(138)));
    let streets = grid("P-12", "streets");
    assert_eq!(streets.len(), 3, "two streets and all");
    assert_eq!(streets[2][3], json!(told));
}

#[test]
fn a_card_shows_the_survey_as_it_was_recorded() {
    let cards = grid("P-12", "cards");
    assert_eq!(cards.len(), 5);
    let ids: Vec<&str> = cards.iter().map(|card| card[0].as_str().unwrap()).collect();
    assert!(ids.is_sorted(), "in order of their numbers: {ids:?}");
    let db = facts();
    for card in &cards {
        let case = card[0].as_str().unwrap();
        let form = db.query_row(
            "SELECT payload FROM last WHERE step = 'evaluate.survey' AND subject = ?1",
            [case],
            |row| row.get::<_, String>(0),
        );
        let Ok(form) = form else {
            assert_eq!((case, &card[2]), ("AA2022-002", &json!(12)));
            assert_eq!(card[15][0], json!([7, 4, 0, 1, 0]));
            continue;
        };
        let form: Json = serde_json::from_str(&form).unwrap();
        assert_eq!(card[2], form["answered"]);
        let rows = QUESTIONS.map(|q| form[q].clone());
        assert_eq!(card[15], json!(rows), "{case}");
    }
    let html = std::fs::read_to_string(report("cards", "").join("indicators.html")).unwrap();
    assert_eq!(html.matches("<table class=\"margins\">").count(), 5);
}

#[test]
fn records_on_the_way_are_drawn_where_they_belong() {
    let late = count(
        "SELECT count(*) FROM fact f JOIN last c ON c.subject = f.subject AND c.step =
         'implement.complete' WHERE f.step = 'implement.progress'
         AND date(f.recorded_at, '+8 hours') > c.occurred",
    );
    let all = count("SELECT count(*) FROM fact WHERE step = 'implement.progress'");
    assert_eq!((late, all), (5, 8));
    assert_eq!(measure("P-08", "backfill"), (json!(late), json!(all)));
    assert_eq!(measure("P-08", "bare"), (json!(2), json!(6)));
    let html = std::fs::read_to_string(report("lives", "").join("indicators.html")).unwrap();
    let drawing = html.split("<figure id=\"p08-lives\">").nth(1).unwrap();
    let drawing = drawing.split("</figure>").next().unwrap();
    assert_eq!(drawing.matches("<circle").count(), 8);
    for case in ["AA2022-001", "AA2022-003", "BB2022-002"] {
        assert!(drawing.contains(case), "{case}");
    }
}

#[test]
fn what_was_attained_is_read_from_plan_and_closing_form() {
    // planned 50, 40, 60, 300, 45; of the flats' number nothing follows
    let plans = grid("P-11", "numbers");
    let plan = |row: &Vec<Json>| (row[2].as_i64(), row[3].as_i64().unwrap());
    let pairs: Vec<(Option<i64>, i64)> = plans.iter().map(plan).collect();
    let wanted = [
        (Some(50), 50),
        (Some(40), 36),
        (None, 200),
        (Some(60), 30),
        (Some(300), 300),
        (Some(45), 54),
    ];
    assert_eq!(pairs, wanted);
    assert_eq!(measure("P-11", "exact"), (json!(2), json!(5)));
    assert_eq!(measure("P-11", "below"), (json!(1), json!(5)));
    assert_eq!(measure("P-11", "tens"), (json!(4), json!(6)));
    assert!((value("P-11", "attained") - 1.0).abs() < 1e-9);
    let html = std::fs::read_to_string(report("attained", "").join("indicators.html")).unwrap();
    let drawing = html.split("<figure id=\"p11\">").nth(1).unwrap();
    let drawing = drawing.split("</figure>").next().unwrap();
    assert_eq!(drawing.matches("fill=\"var(--hollow-exact)\"").count(), 1);
}

#[test]
fn streets_stand_beside_their_earlier_years() {
    let rows: Vec<(String, i64, String)> = grid("P-15", "streets")
        .iter()
        .map(|row| {
            let text = |at: usize| row[at].as_str().unwrap().to_owned();
            (text(0), row[1].as_i64().unwrap(), text(2))
        })
        .collect();
    let wanted = [
        ("乙街道 2021", 1, "50000.00"),
        ("乙街道 2022", 2, "32000.00"),
        ("甲街道 2021", 1, "100000.00"),
        ("甲街道 2022", 5, "121000.00"),
    ]
    .map(|(name, number, total)| (name.to_owned(), number, total.to_owned()));
    assert_eq!(rows, wanted);
    assert!(!lacks("P-15").contains("year_before"));
    let settled = count(
        "SELECT sum(CAST(json_extract(payload, '$.amount') AS INTEGER)) FROM last
         WHERE step = 'accept.settle'",
    );
    assert_eq!(settled, 32_000 + 121_000);
}

#[test]
fn contractors_prices_and_payments_are_told_apart() {
    let firms: Vec<Json> = grid("P-17", "contractors")
        .iter()
        .map(|row| json!([row[0], row[1], row[2]]))
        .collect();
    let wanted = json!([["公司乙", 1, 3], ["公司甲", 0, 3], ["公司丙", 0, 1]]);
    assert_eq!(json!(firms), wanted);
    assert_eq!(measure("P-17", "any"), (json!(1), json!(7)));
    // the street park is another place, the other way of writing the content is not another content
    assert_eq!(measure("P-17", "place").0, json!(1));
    assert_eq!(measure("P-17", "content").0, json!(3));
    let far = grid("P-13", "outliers");
    assert_eq!((far.len(), &far[0][1]), (1, &json!("AB2022-002")));
    let told = count(
        "SELECT sum(CAST(json_extract(payload, '$.amount') AS INTEGER)) FROM fact
         WHERE step = 'implement.pay' AND json_extract(payload, '$.cost') IS NOT NULL",
    );
    let paid = count(
        "SELECT sum(CAST(json_extract(payload, '$.amount') AS INTEGER)) FROM fact
         WHERE step = 'implement.pay'",
    );
    let yuan = |amount: i64| json!(format!("{amount}.00"));
    assert!(told < paid);
    assert_eq!(measure("P-13", "told"), (yuan(told), yuan(paid)));
    let sum: f64 = grid("P-13", "structure")
        .iter()
        .map(|row| row[2].as_str().unwrap().parse::<f64>().unwrap())
        .sum();
    assert!((sum - f64::from(i32::try_from(told).unwrap())).abs() < 1e-9);
}

#[test]
fn who_entered_a_round_when_is_drawn_and_the_funnel_stands_with_its_indicator() {
    let round = &grid("P-02", "rounds")[0];
    assert_eq!(round[1], json!(32));
    assert_eq!(round[2], json!(0.6875), "22 of 32 within ten minutes");
    let html = std::fs::read_to_string(report("rounds", "").join("indicators.html")).unwrap();
    let drawing = html.split("<figure id=\"p02-0\">").nth(1).unwrap();
    let drawing = drawing.split("</figure>").next().unwrap();
    for word in ["登记员甲", "登记员乙", "市民群众", "党员", "组织"] {
        assert!(drawing.contains(word), "{word}");
    }
    let open = report("open", "--public");
    let open = std::fs::read_to_string(open.join("indicators.html")).unwrap();
    assert!(!open.contains("登记员甲"));
    assert!(html.contains("<figure id=\"p05-funnel\">"));
    let flow = &data()["flow"];
    for row in grid("P-05", "funnel") {
        let place = list(flow).iter().find(|f| f["label"] == row[0]).unwrap();
        let counts: Vec<Json> = list(&place["demands"])
            .iter()
            .map(|stage| stage["count"].clone())
            .collect();
        assert_eq!(row[1..], counts[..], "{}", row[0]);
    }
}

/// The dossiers in a folder.
fn dossiers(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("d-"))
        .collect()
}

#[test]
fn dossiers_lie_beside_the_report_and_are_linked_both_ways() {
    let audit = year()
        .run("audit --year 2022 --as-of 2023-07-01 --format json --all --fail-on never")
        .ends(0)
        .json();
    let of = |keep: &dyn Fn(&Json) -> bool| -> BTreeSet<String> {
        list(&audit["findings"])
            .iter()
            .filter(|f| f["scope"] == "case" && keep(f))
            .map(|f| format!("d-{}.html", f["subject"].as_str().unwrap()))
            .collect()
    };
    let broken = ["violation", "deviation", "borderline", "justified"];
    let found = of(&|f| broken.contains(&f["verdict"].as_str().unwrap()));
    let folder = report("found", "--dossiers");
    assert_eq!(dossiers(&folder), found);
    assert!(!found.is_empty());
    let all = report("every", "--dossiers=all");
    assert_eq!(dossiers(&all), of(&|_| true));
    assert!(dossiers(&report("none", "")).is_empty());
    for name in dossiers(&all) {
        let page = std::fs::read_to_string(all.join(&name)).unwrap();
        let case = name.trim_start_matches("d-").trim_end_matches(".html");
        let back = format!("href=\"c-{}.html#{case}\"", &case[..2]);
        assert!(page.contains(&back), "{name}");
        for link in page.split("href=\"").skip(1) {
            let link = link.split(['"', '#']).next().unwrap();
            assert!(
                !link.contains(':') && all.join(link).exists(),
                "{name}: {link}"
            );
        }
        let community = format!("c-{}.html", &case[..2]);
        for other in [community.as_str(), "findings.js"] {
            let text = std::fs::read_to_string(all.join(other)).unwrap();
            assert!(text.contains(&name), "{other} does not name {name}");
        }
    }
    // the list of digests holds them, so that a renewed report takes away those that are no more
    let sums = std::fs::read_to_string(all.join("SHA256SUMS")).unwrap();
    assert_eq!(sums.matches("  d-").count(), dossiers(&all).len());
    report("every", "--force --dossiers");
    assert_eq!(dossiers(&all), found);
    let wrong = "audit --year 2022 --report wrong --dossiers=some";
    year().run(wrong).ends(2);
    year().run("audit --year 2022 --dossiers").ends(2);
}

#[test]
fn a_public_report_has_public_dossiers() {
    let folder = report("public", "--public --dossiers=all");
    let db = Connection::open(year().ledger()).unwrap();
    let persons: Vec<String> = db
        .prepare("SELECT value FROM personal")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(persons.len() > 30);
    for name in dossiers(&folder) {
        let page = std::fs::read_to_string(folder.join(&name)).unwrap();
        for person in &persons {
            assert!(!page.contains(person.as_str()), "{name}: {person}");
        }
        assert!(!page.contains("登记员甲"), "{name}");
    }
}
