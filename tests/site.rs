//! The report of a year: its numbers are those of the audit and of the ledger, its pages work in a
//! browser, it names nobody in public, and the same ledger gives the same bytes.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::cli::{Office, fixture};
use rusqlite::Connection;
use serde_json::Value as Json;

const AS_OF: &str = "2023-07-01";

/// A ledger with a year in it.
struct Book {
    office: Office,
    year: i32,
}

impl Book {
    fn golden(regime: &str, file: &str, year: i32) -> Self {
        let office = Office::empty();
        office
            .run(&format!("init --origin SITE.1 --regime {regime}"))
            .ends(0);
        office.args(&["record", &fixture(file), "--as-is"]).ends(0);
        Self { office, year }
    }

    fn demo() -> Self {
        let office = Office::empty();
        office.run("demo year").ends(0);
        std::fs::copy(office.path("year/minsheng.db"), office.ledger()).unwrap();
        Self { office, year: 2022 }
    }

    /// The years of all regulations, and the demo's; made once.
    fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<Book>> = OnceLock::new();
        ALL.get_or_init(|| {
            vec![
                Self::golden("nanshan-2020", "golden/two-communities.jsonl", 2022),
                Self::golden("dongguan-2020", "golden/dongguan-2021.jsonl", 2021),
                Self::golden("haicang-2018", "golden/haicang-2022.jsonl", 2022),
                Self::demo(),
            ]
        })
    }

    fn audit(&self) -> Json {
        let line = format!(
            "audit --year {} --as-of {AS_OF} --format json --all --fail-on never",
            self.year
        );
        self.office.run(&line).ends(0).json()
    }

    /// Writes a report into a folder of its own.
    fn report(&self, more: &str) -> PathBuf {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let folder = format!("r{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let line = format!(
            "audit --year {} --as-of {AS_OF} --fail-on never --report {folder} {more}",
            self.year
        );
        self.office.run(&line).ends(0);
        self.office.path(&folder)
    }

    /// The facts as they hold, in a database of their own: corrections and withdrawals applied.
    fn facts(&self) -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute(
            "ATTACH ?1 AS ledger",
            [self.office.ledger().to_str().unwrap()],
        )
        .unwrap();
        db.execute_batch(
            "CREATE TABLE fact AS SELECT id, seq, step, subject, occurred, recorded_at, actor,
               payload FROM ledger.event;
             CREATE TABLE gone AS SELECT subject FROM fact WHERE step = 'withdraw'
               AND json_extract(payload, '$.event') IS NULL;
             DELETE FROM fact WHERE seq IN (SELECT json_extract(payload, '$.event') FROM fact
               WHERE step = 'withdraw');",
        )
        .unwrap();
        let amends: Vec<(i64, String)> = db
            .prepare(
                "SELECT json_extract(payload, '$.event'), s.value FROM fact,
                 json_each(payload, '$.set') s WHERE step = 'amend'",
            )
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for (seq, set) in amends {
            let (field, value) = set.split_once('=').unwrap();
            let json: Json = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
            let value = json.as_str().unwrap_or(value).to_owned();
            db.execute(
                "UPDATE fact SET payload = json_set(payload, '$.' || ?2, ?3) WHERE seq = ?1",
                (seq, field, value),
            )
            .unwrap();
        }
        db.execute(
            "CREATE TABLE last AS SELECT * FROM (SELECT *, row_number() OVER
               (PARTITION BY step, subject ORDER BY occurred DESC, id DESC) AS n
               FROM fact WHERE occurred <= ?1) WHERE n = 1",
            [AS_OF],
        )
        .unwrap();
        db
    }
}

fn data(folder: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(folder.join("data.json")).unwrap()).unwrap()
}

fn number(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))
        .unwrap_or_else(|e| panic!("{e}: {sql}"))
        .unwrap_or(0)
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

fn findings(audit: &Json) -> &[Json] {
    list(&audit["findings"])
}

fn count(audit: &Json, keep: impl Fn(&Json) -> bool) -> u64 {
    findings(audit).iter().filter(|f| keep(f)).count() as u64
}

/// The live cases of the year, as SQL: what the audit judged, without the withdrawn.
fn cases(audit: &Json, db: &Connection) -> BTreeSet<String> {
    let gone: BTreeSet<String> = db
        .prepare("SELECT subject FROM gone")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let all: BTreeSet<String> = findings(audit)
        .iter()
        .filter(|f| f["scope"] == "case")
        .map(|f| f["subject"].as_str().unwrap().to_owned())
        .collect();
    db.execute_batch("DROP TABLE IF EXISTS live; CREATE TABLE live (id TEXT)")
        .unwrap();
    for id in all.difference(&gone) {
        db.execute("INSERT INTO live VALUES (?1)", [id]).unwrap();
    }
    all.difference(&gone).cloned().collect()
}

#[test]
fn every_verdict_on_the_report_is_one_of_the_audit() {
    for book in Book::all() {
        let audit = book.audit();
        let folder = book.report("");
        let data = data(&folder);
        assert_eq!(data["summary"]["projects"], audit["summary"]["projects"]);
        assert_eq!(
            data["summary"]["communities"],
            audit["summary"]["communities"]
        );
        assert_eq!(data["ledger"]["events"], audit["ledger"]["events"]);
        assert_eq!(data["ledger"]["head"], audit["ledger"]["head"]);
        assert_eq!(data["summary"]["judgements"], findings(&audit).len());
        let verdicts = audit["summary"]["verdicts"].as_object().unwrap();
        for (verdict, number) in verdicts {
            assert_eq!(data["summary"]["verdicts"][verdict], *number, "{verdict}");
            for (key, groups) in [("stage", "stages"), ("severity", "severities")] {
                for group in list(&data["summary"][groups]) {
                    let own = count(&audit, |f| {
                        f[key] == group["id"] && f["verdict"] == *verdict
                    });
                    assert_eq!(group["verdicts"][verdict], own, "{group}");
                }
            }
            for case in list(&data["cases"]) {
                let own = count(&audit, |f| {
                    f["subject"] == case["id"] && f["verdict"] == *verdict
                });
                assert_eq!(case["verdicts"][verdict], own, "{case}");
            }
            for place in list(&data["communities"]) {
                let own = count(&audit, |f| {
                    f["community"] == place["name"] && f["verdict"] == *verdict
                });
                assert_eq!(place["verdicts"][verdict], own, "{place}");
            }
        }
        let broken: BTreeSet<&str> = findings(&audit)
            .iter()
            .filter(|f| {
                ["violation", "deviation", "borderline", "justified"]
                    .contains(&f["verdict"].as_str().unwrap())
            })
            .map(|f| f["rule"].as_str().unwrap())
            .collect();
        assert_eq!(list(&data["summary"]["rules"]).len(), broken.len());
        for rule in list(&data["summary"]["rules"]) {
            for verdict in ["violation", "deviation", "borderline", "justified"] {
                let own = count(&audit, |f| {
                    f["rule"] == rule["rule"] && f["verdict"] == verdict
                });
                assert_eq!(rule[verdict], own, "{rule}");
            }
        }
        rows_of_the_script(&folder, &audit);
    }
}

/// The data of the filters are the findings that the audit lists without `--all`.
fn rows_of_the_script(folder: &Path, audit: &Json) {
    let text = std::fs::read_to_string(folder.join("findings.js")).unwrap();
    let json = text
        .trim_start_matches("window.minsheng = ")
        .trim_end()
        .trim_end_matches(';');
    let script: Json = serde_json::from_str(json).unwrap();
    let told: Vec<(Json, Json, Json, Json)> = list(&script["rows"])
        .iter()
        .map(|row| {
            let rule = usize::try_from(row[0].as_u64().unwrap()).unwrap();
            (
                script["rules"][rule]["id"].clone(),
                row[1].clone(),
                row[2].clone(),
                row[4].clone(),
            )
        })
        .collect();
    let wanted: Vec<(Json, Json, Json, Json)> = findings(audit)
        .iter()
        .filter(|f| f["verdict"] != "pass" && f["verdict"] != "not-applicable")
        .map(|f| {
            (
                f["rule"].clone(),
                f["verdict"].clone(),
                f["subject"].clone(),
                f["message"].clone(),
            )
        })
        .collect();
    assert_eq!(told, wanted);
}

#[test]
fn days_against_limits_are_those_of_the_findings() {
    let mut seen = 0;
    for book in Book::all() {
        let audit = book.audit();
        let data = data(&book.report(""));
        for deadline in list(&data["deadlines"]) {
            let of = findings(&audit).iter().filter(|f| {
                f["rule"] == deadline["rule"]
                    && !["unverifiable", "not-applicable", "out-of-force"]
                        .contains(&f["verdict"].as_str().unwrap())
            });
            let (mut days, mut open, mut running) = (Vec::new(), 0, 0);
            for finding in of {
                let facts = &finding["facts"];
                if let (Some(due), Some(spare)) = (facts["due"].as_str(), facts.get("spare")) {
                    match spare.as_i64() {
                        Some(spare) => days.push(spare),
                        None if due < AS_OF => open += 1,
                        None => running += 1,
                    }
                } else if let (Some(n), Some(min)) = (facts["days"].as_i64(), facts["min"].as_i64())
                {
                    if finding["verdict"] == "pending" {
                        running += 1;
                    } else {
                        days.push(n - min);
                    }
                }
            }
            days.sort_unstable();
            assert_eq!(deadline["days"], serde_json::json!(days), "{deadline}");
            let late = days.iter().filter(|d| **d < 0).count();
            assert_eq!(deadline["late"], late, "{deadline}");
            assert_eq!(deadline["met"], days.len() - late, "{deadline}");
            assert_eq!(deadline["open"], open, "{deadline}");
            assert_eq!(deadline["running"], running, "{deadline}");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}

/// An amount of the payload in fen.
fn fen(path: &str) -> String {
    format!("CAST(replace(json_extract(payload, '$.{path}'), '.', '') AS INTEGER)")
}

#[test]
fn money_is_what_plain_sql_adds_up() {
    for book in Book::all() {
        let audit = book.audit();
        let data = data(&book.report(""));
        let db = book.facts();
        let live = cases(&audit, &db);
        assert_eq!(data["money"]["all"]["projects"], live.len());
        let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
        let sum = |step: &str, field: &str, more: &str| {
            number(
                &db,
                &format!(
                    "SELECT sum({}) FROM last WHERE step = '{step}' AND subject IN (SELECT id FROM live) {more}",
                    fen(field)
                ),
            )
        };
        let all = &data["money"]["all"];
        assert_eq!(
            all["contract"],
            yuan(sum("implement.contract", "amount", ""))
        );
        let settled = sum("accept.settle", "amount", "");
        let closed: i64 = ["special_spent", "own_spent", "social_spent"]
            .iter()
            .map(|field| sum("accept.close", field, ""))
            .sum();
        let mixed: i64 = if settled + closed == 0 {
            [
                "special", "match", "fiscal", "own", "cash", "inkind", "labour",
            ]
            .iter()
            .map(|field| {
                number(
                    &db,
                    &format!(
                        "SELECT sum({}) FROM fact WHERE step = 'fund.mix' AND subject IN
                         (SELECT id FROM live) AND json_extract(payload, '$.phase') = 'settlement'",
                        fen(field)
                    ),
                )
            })
            .sum()
        } else {
            0
        };
        assert_eq!(
            all["settled"],
            yuan(settled + closed + mixed),
            "{}",
            book.year
        );
        let paid = number(
            &db,
            &format!(
                "SELECT sum({}) FROM fact WHERE step = 'implement.pay' AND occurred <= '{AS_OF}'",
                fen("amount")
            ),
        );
        assert_eq!(all["paid"], yuan(paid));
        // what stands in groups is what stands together
        for groups in ["types", "levels", "streets"] {
            for key in [
                "projects",
                "with_budget",
                "with_contract",
                "with_settled",
                "with_paid",
            ] {
                let parts: u64 = list(&data["money"][groups])
                    .iter()
                    .map(|g| g[key].as_u64().unwrap())
                    .sum();
                assert_eq!(all[key], parts, "{groups} {key}");
            }
        }
        let demands = number(&db, &format!(
            "SELECT count(*) FROM fact WHERE step = 'collect.demand' AND occurred <= '{AS_OF}'
             AND json_extract(payload, '$.year') = {} AND subject NOT IN (SELECT subject FROM gone)",
            book.year
        ));
        assert_eq!(data["summary"]["demands"], demands);
        assert_eq!(data["flow"][0]["demands"][0]["count"], demands);
        for (stage, steps) in [
            ("posted", "'publicize.post'"),
            ("determined", "'implement.determine'"),
            ("started", "'implement.start'"),
            ("completed", "'implement.complete', 'accept.close'"),
            ("settled", "'accept.settle', 'accept.close'"),
        ] {
            let own = number(
                &db,
                &format!(
                    "SELECT count(DISTINCT subject) FROM fact WHERE step IN ({steps})
                 AND occurred <= '{AS_OF}' AND subject IN (SELECT id FROM live)"
                ),
            );
            let stages = list(&data["flow"][0]["projects"]);
            let told = stages.iter().find(|s| s["id"] == stage).unwrap();
            assert_eq!(told["count"], own, "{stage}");
        }
    }
}

/// A measure of an indicator.
fn measure<'d>(data: &'d Json, indicator: &str, id: &str) -> &'d Json {
    let indicator = list(&data["indicators"])
        .iter()
        .find(|i| i["id"] == indicator)
        .unwrap();
    list(&indicator["measures"])
        .iter()
        .find(|m| m["id"] == id)
        .unwrap_or_else(|| panic!("{indicator} {id}"))
}

#[test]
fn indicators_are_what_plain_sql_counts() {
    for book in Book::all() {
        let audit = book.audit();
        let data = data(&book.report(""));
        let db = book.facts();
        let live = cases(&audit, &db).len();
        let ids: Vec<&str> = list(&data["indicators"])
            .iter()
            .map(|i| i["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), 17);
        for indicator in list(&data["indicators"]) {
            let told =
                !list(&indicator["measures"]).is_empty() || !list(&indicator["lacks"]).is_empty();
            assert!(told, "{indicator}");
            for lack in list(&indicator["lacks"]) {
                assert!(!lack["step"].as_str().unwrap().is_empty(), "{lack}");
            }
        }
        let key = |table: &str| {
            format!(
                "coalesce(json_extract({table}.payload, '$.proposer.personal'),
                 json_extract({table}.payload, '$.who.personal'),
                 json_extract({table}.payload, '$.phone.personal'),
                 json_extract({table}.payload, '$.household.personal'))"
            )
        };
        let year = book.year;
        let sources = number(&db, &format!(
            "SELECT count(DISTINCT {}) FROM fact f WHERE step IN ('collect.demand', 'collect.contact')
             AND json_extract(payload, '$.year') = {year}
             AND coalesce(json_extract(payload, '$.source'), '') <> 'organisation'
             AND subject NOT IN (SELECT subject FROM gone)",
            key("f")
        ));
        assert_eq!(measure(&data, "P-01", "sources")["numerator"], sources);
        let online =
            "FROM fact WHERE step = 'collect.demand' AND subject NOT IN (SELECT subject FROM gone)
            AND json_extract(payload, '$.year') =";
        assert_eq!(
            measure(&data, "P-03", "online")["denominator"],
            number(
                &db,
                &format!("SELECT count(json_extract(payload, '$.way')) {online} {year}")
            )
        );
        assert_eq!(
            measure(&data, "P-03", "online")["numerator"],
            number(
                &db,
                &format!(
                    "SELECT count(*) {online} {year} AND json_extract(payload, '$.way') = 'online'"
                )
            )
        );
        let led = number(
            &db,
            "SELECT count(*) FROM last WHERE step = 'shortlist.candidate' AND subject IN
             (SELECT id FROM live) AND json_array_length(payload, '$.led') > 0",
        );
        assert_eq!(measure(&data, "P-06", "led")["numerator"], led);
        assert_eq!(measure(&data, "P-06", "led")["denominator"], live);
        contractors(&data, &db);
        works(&data, &db);
        surveys(&data, &db);
        sizes(&data);
    }
}

/// P-07: concentration, by SQL.
fn contractors(data: &Json, db: &Connection) {
    let contracts =
        "FROM last WHERE step = 'implement.contract' AND subject IN (SELECT id FROM live)";
    let all = number(db, &format!("SELECT count(*) {contracts}"));
    if all == 0 {
        return;
    }
    let qualified = number(
        db,
        &format!(
            "SELECT count(*) {contracts} AND json_extract(payload, '$.qualification') IS NOT NULL"
        ),
    );
    assert_eq!(measure(data, "P-07", "qualified")["numerator"], qualified);
    assert_eq!(measure(data, "P-07", "qualified")["denominator"], all);
    let hhi: f64 = db
        .query_row(
            &format!(
                "WITH firm AS (SELECT sum({0}) * 1.0 AS s {contracts} AND {0} IS NOT NULL
                   GROUP BY json_extract(payload, '$.unit'))
                 SELECT sum(s * s) / (sum(s) * sum(s)) FROM firm",
                fen("amount")
            ),
            [],
            |row| row.get(0),
        )
        .unwrap();
    let told = measure(data, "P-07", "hhi")["value"].as_f64().unwrap();
    assert!((told - hhi).abs() < 1e-5, "{told} {hhi}");
}

/// P-08, P-14: supervision and upkeep, by SQL.
fn works(data: &Json, db: &Connection) {
    let records = "FROM fact f JOIN last s ON s.subject = f.subject AND s.step = 'implement.start'
        JOIN last c ON c.subject = f.subject AND c.step = 'implement.complete'
        WHERE f.step IN ('implement.progress', 'evaluate.daily') AND f.subject IN (SELECT id FROM live)";
    let all = number(db, &format!("SELECT count(*) {records}"));
    assert_eq!(measure(data, "P-08", "late")["denominator"], all);
    let late = number(
        db,
        &format!(
            "SELECT count(*) {records} AND julianday(substr(f.recorded_at, 1, 10)) - julianday(f.occurred) > 7"
        ),
    );
    assert_eq!(measure(data, "P-08", "late")["numerator"], late);
    let after = number(
        db,
        &format!("SELECT count(*) {records} AND substr(f.recorded_at, 1, 10) > c.occurred"),
    );
    assert_eq!(measure(data, "P-08", "backfill")["numerator"], after);
    let works = "FROM last k JOIN last c ON c.subject = k.subject AND c.step = 'implement.complete'
        WHERE k.step IN ('shortlist.candidate', 'implement.emergency')
        AND k.subject IN (SELECT id FROM live) AND json_extract(k.payload, '$.type') = 'works'";
    let finished = number(db, &format!("SELECT count(*) {works}"));
    if finished > 0 {
        let kept = number(db, &format!(
            "SELECT count(*) {works} AND EXISTS (SELECT 1 FROM last m WHERE m.step = 'accept.maintain'
             AND m.subject = k.subject AND json_extract(m.payload, '$.unit') IS NOT NULL)"
        ));
        assert_eq!(measure(data, "P-14", "unit")["numerator"], kept);
        assert_eq!(measure(data, "P-14", "unit")["denominator"], finished);
    }
}

/// P-12: surveys whose seven rows are equal, by SQL.
fn surveys(data: &Json, db: &Connection) {
    let surveys = "FROM last WHERE step = 'evaluate.survey' AND subject IN (SELECT id FROM live)";
    let all = number(db, &format!("SELECT count(*) {surveys}"));
    assert_eq!(measure(data, "P-12", "c")["denominator"], all);
    let same = |question: &str| {
        format!(" AND json_extract(payload, '$.{question}') = json_extract(payload, '$.overall')")
    };
    let same = [
        "quality",
        "effect",
        "attitude",
        "efficiency",
        "fit",
        "openness",
    ]
    .map(same)
    .concat();
    let perfect = "json_extract(payload, '$.overall[1]') + json_extract(payload, '$.overall[2]')
        + json_extract(payload, '$.overall[3]') + json_extract(payload, '$.overall[4]') = 0";
    let equal = number(
        db,
        &format!("SELECT count(*) {surveys} {same} AND NOT ({perfect})"),
    );
    assert_eq!(measure(data, "P-12", "c")["numerator"], equal);
}

/// P-15, P-16: sizes and limits, from the amounts of the cases.
fn sizes(data: &Json) {
    let fen = |json: &Json| {
        json.as_str()
            .and_then(|t| t.replace('.', "").parse::<i64>().ok())
    };
    let cost = |case: &Json| {
        fen(&case["settled"])
            .or(fen(&case["contract"]))
            .or(fen(&case["budget"]))
    };
    let mut amounts: Vec<i64> = list(&data["cases"])
        .iter()
        .filter(|case| case["withdrawn"] == false)
        .filter_map(cost)
        .collect();
    amounts.sort_unstable();
    let total: i64 = amounts.iter().sum();
    let told = measure(data, "P-15", "mean");
    assert_eq!(fen(&told["numerator"]), Some(total));
    assert_eq!(told["denominator"], amounts.len());
    let ten: i64 = amounts.iter().rev().take(10).sum();
    assert_eq!(fen(&measure(data, "P-15", "ten")["numerator"]), Some(ten));
    let indicator = list(&data["indicators"])
        .iter()
        .find(|i| i["id"] == "P-16")
        .unwrap();
    for row in list(&indicator["grids"])
        .iter()
        .filter(|g| g["id"] == "limits")
        .flat_map(|g| list(&g["rows"]))
    {
        let limit = fen(&row[1]).unwrap();
        let contracts: Vec<i64> = list(&data["cases"])
            .iter()
            .filter(|case| case["withdrawn"] == false)
            .filter_map(|case| fen(&case["contract"]).or(fen(&case["budget"])))
            .collect();
        let below = contracts
            .iter()
            .filter(|a| **a * 10 >= limit * 9 && **a <= limit)
            .count();
        let above = contracts
            .iter()
            .filter(|a| **a > limit && **a * 10 <= limit * 11)
            .count();
        assert_eq!(
            (&row[3], &row[4]),
            (&Json::from(below), &Json::from(above)),
            "{row}"
        );
    }
}

#[test]
fn flags_are_those_of_the_command() {
    for book in Book::all() {
        let data = data(&book.report(""));
        let line = format!(
            "audit flags --year {} --as-of {AS_OF} --format json",
            book.year
        );
        let told = book.office.run(&line).json();
        let same = |json: &Json| -> Vec<(Json, Json, Json, Json)> {
            list(json)
                .iter()
                .map(|f| {
                    let of = |key: &str| f[key].clone();
                    (of("id"), of("subjects"), of("numerator"), of("denominator"))
                })
                .collect()
        };
        assert_eq!(same(&data["flags"]), same(&told["flags"]));
        assert_eq!(list(&data["silent"]).len(), list(&told["silent"]).len());
    }
}

/// The pages of a report.
fn pages(folder: &Path) -> Vec<(String, String)> {
    let mut list: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "html"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    list.sort();
    list
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

fn at<'d>(data: &'d Json, path: &str) -> &'d Json {
    path.split('.')
        .fold(data, |json, key| match key.parse::<usize>() {
            Ok(index) if json.is_array() => &json[index],
            _ => &json[key],
        })
}

/// Checks every figure of a page against the data; says how many there are.
fn check_figures(page: &str, text: &str, data: &Json) -> usize {
    let mut number = 0;
    for part in text.split("<data data-figure=\"").skip(1) {
        let (path, rest) = part.split_once("\" value=\"").unwrap();
        let (raw, rest) = rest.split_once("\">").unwrap();
        let shown = unescaped(rest.split_once("</data>").unwrap().0);
        let value = at(data, &unescaped(path));
        let exact = match value {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(unescaped(raw), exact, "{page} {path}");
        // what is shown is the exact value, but for thousands, percent and rounding
        let plain = shown.replace(',', "");
        let same = match value {
            Json::Null => plain == "–",
            Json::String(text) => plain == text.replace(',', ""),
            Json::Number(n) if n.is_f64() || plain.ends_with('%') => {
                let n = n.as_f64().unwrap();
                let said = plain.trim_end_matches('%').parse::<f64>().unwrap();
                let (n, near) = if plain.ends_with('%') {
                    (n * 100.0, 0.051)
                } else {
                    (n, 0.0051)
                };
                (said - n).abs() < near
            }
            other => *other == plain.parse::<i64>().map_or(Json::Null, Json::from),
        };
        assert!(same, "{page} {path}: {shown} is not {value}");
        number += 1;
    }
    number
}

#[test]
fn every_number_on_a_page_is_looked_up_in_the_data() {
    for book in Book::all() {
        for lang in ["", "--lang en"] {
            let folder = book.report(lang);
            let data = data(&folder);
            let mut all = 0;
            for (name, text) in pages(&folder) {
                let own = check_figures(&name, &text, &data);
                assert!(own > 0 || name == "flags.html", "{name} shows no figure");
                all += own;
            }
            assert!(all > 300, "{all}");
        }
    }
}

#[test]
fn pages_link_to_what_is_there_and_to_nothing_outside() {
    let book = Book::demo();
    let folder = book.report("");
    let pages = pages(&folder);
    let ids: BTreeMap<&str, BTreeSet<&str>> = pages
        .iter()
        .map(|(name, text)| {
            let ids = text
                .split(" id=\"")
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap());
            (name.as_str(), ids.collect())
        })
        .collect();
    for (name, text) in &pages {
        for attribute in ["href=\"", "src=\""] {
            for link in text
                .split(attribute)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap())
            {
                let link = unescaped(link);
                if link == "data:," {
                    continue;
                }
                assert!(!link.contains("//"), "{name}: {link}");
                let (file, part) = link.split_once('#').unwrap_or((&link, ""));
                let file = if file.is_empty() { name.as_str() } else { file };
                assert!(folder.join(file).exists(), "{name}: {link}");
                if !part.is_empty() && !part.contains('=') && file != "findings.html" {
                    let known = ids[file].contains(part) || part.contains("20");
                    assert!(known, "{name}: {link}");
                }
            }
        }
        assert!(
            !text.contains("http://www.w3.org/1999") && !text.contains("https://"),
            "{name}"
        );
        // the names inside drawings are their own
        let own: Vec<&str> = text
            .split(" id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(
            own.len(),
            ids[name.as_str()].len(),
            "{name}: a name stands twice"
        );
    }
}

#[test]
fn the_same_ledger_gives_the_same_bytes_and_a_used_folder_is_left_alone() {
    let book = Book::golden("nanshan-2020", "golden/two-communities.jsonl", 2022);
    let (one, two) = (book.report(""), book.report(""));
    let files = |folder: &Path| -> BTreeMap<String, Vec<u8>> {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, std::fs::read(path).unwrap())
            })
            .collect()
    };
    assert_eq!(files(&one), files(&two));
    let line = format!(
        "audit --year 2022 --as-of {AS_OF} --fail-on never --report {}",
        one.display()
    );
    assert!(book.office.run(&line).ends(2).err.contains("--force"));
    // a page of a community that is no more goes, what others put there stays
    std::fs::write(one.join("mine.txt"), "mine").unwrap();
    let mut sums = std::fs::read_to_string(one.join("SHA256SUMS")).unwrap();
    sums.push_str("00  c-ZZ.html\n00  ../escape\n");
    std::fs::write(one.join("SHA256SUMS"), sums).unwrap();
    std::fs::write(one.join("c-ZZ.html"), "old").unwrap();
    std::fs::write(book.office.path("escape"), "outside").unwrap();
    book.office.run(&format!("{line} --force")).ends(0);
    assert!(one.join("mine.txt").exists() && !one.join("c-ZZ.html").exists());
    assert!(book.office.path("escape").exists());
    let mut renewed = files(&one);
    renewed.remove("mine.txt");
    assert_eq!(renewed, files(&two));
    for more in ["--community AA", "--rule A15-DAYS", "--all"] {
        let line = format!("audit --year 2022 --report three {more}");
        book.office.run(&line).ends(2);
    }
    assert!(
        book.office
            .run("audit --year 2022 --public")
            .ends(2)
            .err
            .contains("--report")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&two), 0o700);
        assert_eq!(mode(&two.join("data.json")), 0o600);
        std::os::unix::fs::symlink(&two, book.office.path("link")).unwrap();
        let line = format!("audit --year 2022 --as-of {AS_OF} --report link --force");
        book.office.run(&line).ends(2);
    }
}

#[test]
fn a_public_edition_names_no_resident() {
    for book in Book::all() {
        let folder = book.report("--public");
        let db = Connection::open(book.office.ledger()).unwrap();
        let values: Vec<String> = db
            .prepare("SELECT value FROM personal")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(!values.is_empty());
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            for value in values.iter().filter(|v| v.chars().count() >= 2) {
                // a household number may be part of an identifier
                let found = text.match_indices(value.as_str()).any(|(place, _)| {
                    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
                    edge(text[..place].chars().next_back())
                        && edge(text[place + value.len()..].chars().next())
                });
                assert!(!found, "{}: {value}", path.display());
            }
        }
    }
}

#[test]
fn what_was_written_into_a_reason_or_title_is_not_public_and_stays_text() {
    let office = Office::new();
    let title = "<script>alert(1)</script> $\\\\frac{1}{2}$ </title> \\\"& 13800000001";
    let lines = format!(
        "{{\"step\":\"shortlist.candidate\",\"community\":\"HZ\",\"year\":2022,\"case\":\"HZ2022-001\",\"date\":\"2022-01-15\",\"title\":\"{title}\",\"type\":\"服务类\",\"amount\":\"80000\"}}\n\
         {{\"step\":\"implement.contract\",\"case\":\"HZ2022-001\",\"signed\":\"2022-03-01\",\"unit\":\"<img src=x onerror=alert(2)>\",\"amount\":\"80000\"}}\n\
         {{\"step\":\"register.reason\",\"subject\":\"HZ2022-001\",\"rule\":\"A11-30\",\"text\":\"提出人王某某搬走了 <b>\"}}\n"
    );
    office.record(&lines, "--as-is").ends(0);
    let line = format!("audit --year 2022 --as-of {AS_OF} --fail-on never --report");
    office.run(&format!("{line} own")).ends(0);
    office.run(&format!("{line} open --public")).ends(0);
    for folder in ["own", "open"] {
        for (name, text) in pages(&office.path(folder)) {
            for bad in ["<script>alert", "<img", "onerror=alert(2)>", "</title> \""] {
                assert!(!text.contains(bad), "{folder}/{name}: {bad}");
            }
        }
    }
    let read =
        |folder: &str, file: &str| std::fs::read_to_string(office.path(folder).join(file)).unwrap();
    assert!(read("own", "c-HZ.html").contains("13800000001"));
    for file in [
        "c-HZ.html",
        "data.json",
        "findings.js",
        "indicators.html",
        "findings.html",
    ] {
        let text = read("open", file);
        assert!(
            !text.contains("13800000001") && !text.contains("王某某"),
            "{file}"
        );
    }
}

#[test]
fn a_parameter_file_gives_households_and_a_wrong_one_is_told() {
    let book = Book::demo();
    let built_in = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/packs/indicators.toml"),
    )
    .unwrap();
    let more = "\n[[households]]\ncommunity = \"HZ\"\nnumber = 6000\ndate = \"2022-01-01\"\nsource = \"统计\"\n";
    book.office.write("own.toml", &format!("{built_in}{more}"));
    let data = data(&book.report("--indicators own.toml"));
    let coverage = measure(&data, "P-01", "coverage");
    assert_eq!(coverage["denominator"], 6000);
    assert_eq!(coverage["numerator"], 508);
    assert!(coverage["low"].as_f64().unwrap() < 508.0 / 6000.0);
    book.office.write("bad.toml", "source = 3");
    let line = "audit --year 2022 --report r2 --indicators bad.toml";
    assert!(book.office.run(line).ends(2).err.contains("bad.toml"));
    assert!(!book.office.path("r2").exists());
}

#[test]
fn support_is_weighed_in_each_community_that_has_enough_of_both() {
    let book = Book::demo();
    let built_in = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/packs/indicators.toml"),
    )
    .unwrap();
    let few = built_in.replacen("selected_least = 10", "selected_least = 1", 1);
    assert_ne!(few, built_in);
    book.office.write("few.toml", &few);
    let data = data(&book.report("--indicators few.toml"));
    let indicator = list(&data["indicators"])
        .iter()
        .find(|i| i["id"] == "P-06")
        .unwrap();
    let mut grids = list(&indicator["grids"]).iter();
    let rows = list(&grids.find(|g| g["id"] == "support").unwrap()["rows"]);
    let sum = |at: usize| rows.iter().filter_map(|row| row[at].as_u64()).sum::<u64>();
    let all = measure(&data, "P-06", "auc");
    assert_eq!(
        (sum(1), sum(2)),
        (
            all["numerator"].as_u64().unwrap(),
            all["denominator"].as_u64().unwrap()
        )
    );
    for row in rows {
        let both = row[1].as_u64() > Some(0) && row[2].as_u64() > Some(0);
        assert_eq!(row[3].is_number(), both, "{row}");
    }
    assert!(rows.iter().any(|row| row[3].is_number()), "{rows:?}");
    assert!(rows.iter().any(|row| row[3].is_null()), "{rows:?}");
}
