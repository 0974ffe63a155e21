//! The report in a real browser, from a file: no console error, the right numbers, filters that work.
//!
//! Chromium is asked for the page as its script left it (`--dump-dom`), with the filters in the
//! address. Without Chromium the test says so and passes, unless `MINSHENG_REQUIRE_ALL=1` is set.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::cli::Office;
use serde_json::Value as Json;

/// The browser, if there is one.
fn browser() -> Option<PathBuf> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("MINSHENG_REQUIRE_ALL").is_none_or(|v| v != "1"),
            "Chromium is required here and was not found"
        );
        eprintln!("skipped: no Chromium on this machine");
    }
    found
}

/// A page after its script ran, and what the console said.
fn open(browser: &Path, page: &Path, fragment: &str) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let url = format!("file://{}{fragment}", page.display());
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--enable-logging=stderr",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(&url)
        .output()
        .unwrap();
    let console = String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect::<Vec<_>>()
        .join("\n");
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        dom.contains("</html>"),
        "{url}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    (dom, console)
}

/// The number of findings that the page says fit its filter, and the rows that it shows.
fn found(dom: &str) -> (u64, usize) {
    let said = dom
        .split("data-found=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let body = dom.split("<tbody data-page").nth(1).unwrap();
    let rows = body
        .split("</tbody>")
        .next()
        .unwrap()
        .matches("<tr>")
        .count();
    (said.parse().unwrap(), rows)
}

fn year() -> (Office, Json, PathBuf) {
    let office = Office::empty();
    office.run("demo year").ends(0);
    std::fs::copy(office.path("year/minsheng.db"), office.ledger()).unwrap();
    let audit = office
        .run("audit --year 2022 --as-of 2023-07-01 --format json --fail-on never")
        .ends(0)
        .json();
    office
        .run("audit --year 2022 --as-of 2023-07-01 --fail-on never --report site")
        .ends(0);
    let folder = office.path("site");
    (office, audit, folder)
}

#[test]
fn the_pages_open_from_a_file_without_a_word_on_the_console() {
    let Some(browser) = browser() else { return };
    let (_office, audit, folder) = year();
    let data: Json =
        serde_json::from_str(&std::fs::read_to_string(folder.join("data.json")).unwrap()).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let page = entry.unwrap().path();
        if page.extension().is_none_or(|e| e != "html") {
            continue;
        }
        let (dom, console) = open(&browser, &page, "");
        assert_eq!(console, "", "{}", page.display());
        // the headings of tables became buttons: the script ran
        let sortable = dom.contains("<table class=\"sort\">");
        assert!(
            !sortable
                || dom.contains("<button type=\"button\">")
                || dom.matches("<tr>").count() < 4
        );
        if page.ends_with("index.html") {
            for (verdict, number) in audit["summary"]["verdicts"].as_object().unwrap() {
                let figure =
                    format!("data-figure=\"summary.verdicts.{verdict}\" value=\"{number}\"");
                assert!(dom.contains(&figure), "{figure}");
            }
            let money = data["money"]["all"]["contract"].as_str().unwrap();
            assert!(dom.contains(&format!("value=\"{money}\"")));
        }
    }
}

#[test]
fn the_filters_find_what_the_audit_lists() {
    let Some(browser) = browser() else { return };
    let (_office, audit, folder) = year();
    let findings = audit["findings"].as_array().unwrap();
    let count = |keep: &dyn Fn(&Json) -> bool| findings.iter().filter(|f| keep(f)).count() as u64;
    let rule = "A15-DAYS";
    let cases: [(&str, u64); 8] = [
        ("", findings.len() as u64),
        (
            "#verdict=violation",
            count(&|f| f["verdict"] == "violation"),
        ),
        (
            "#severity=principle",
            count(&|f| f["severity"] == "principle"),
        ),
        ("#stage=accept", count(&|f| f["stage"] == "accept")),
        ("#community=TG", count(&|f| f["community"] == "铜鼓社区")),
        ("#rule=A15-DAYS", count(&|f| f["rule"] == rule)),
        (
            "#verdict=unverifiable&community=DL",
            count(&|f| f["verdict"] == "unverifiable" && f["community"] == "登良社区"),
        ),
        (
            "#q=DL2022-001",
            count(&|f| {
                let text = |key: &str| f[key].as_str().unwrap_or_default();
                let all = [text("subject"), text("message"), text("reason")];
                all.iter().any(|text| text.contains("DL2022-001"))
            }),
        ),
    ];
    for (fragment, wanted) in cases {
        assert!(wanted > 0, "{fragment} tests nothing");
        let (dom, console) = open(&browser, &folder.join("findings.html"), fragment);
        assert_eq!(console, "", "{fragment}");
        let (said, rows) = found(&dom);
        assert_eq!(said, wanted, "{fragment}");
        assert_eq!(rows as u64, wanted.min(100), "{fragment}");
    }
    let (dom, _) = open(
        &browser,
        &folder.join("findings.html"),
        "#q=nothing-is-called-that",
    );
    assert_eq!(found(&dom), (0, 0));
}

#[test]
fn the_findings_lead_to_the_dossiers_and_back() {
    let Some(browser) = browser() else { return };
    let (office, audit, _) = year();
    office
        .run("audit --year 2022 --as-of 2023-07-01 --fail-on never --report whole --dossiers")
        .ends(0);
    let folder = office.path("whole");
    let broken = audit["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["scope"] == "case" && f["verdict"] == "violation")
        .unwrap();
    let case = broken["subject"].as_str().unwrap();
    let asked = format!("#q={case}&verdict=violation");
    let (dom, console) = open(&browser, &folder.join("findings.html"), &asked);
    assert_eq!(console, "");
    assert!(found(&dom).0 > 0);
    let link = format!("<a class=\"file\" href=\"d-{case}.html\">卷宗</a>");
    assert!(dom.contains(&link), "{link}");
    let (dom, console) = open(&browser, &folder.join(format!("d-{case}.html")), "");
    assert_eq!(console, "");
    assert!(dom.contains(&format!("href=\"findings.html#q={case}\"")));
}
