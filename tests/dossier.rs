//! A dossier holds the whole life of a case on one page, without script or network, and its
//! public edition names no resident.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Office, base_case};
use serde_json::Value as Json;

fn office() -> Office {
    let office = Office::new();
    office.record(&base_case("service").join("\n"), "").ends(0);
    office
}

fn page(office: &Office, more: &str) -> String {
    let line = format!("show HZ2022-001 --dossier d.html --force --as-of 2023-07-01 {more}");
    office.run(&line).ends(0);
    std::fs::read_to_string(office.path("d.html")).unwrap()
}

#[test]
fn every_fact_and_every_verdict_is_on_the_page() {
    let office = office();
    let html = page(&office, "");
    let log = office.run("log HZ2022-001 --format json").ends(0).out;
    for line in log.lines() {
        let event: Json = serde_json::from_str(line).unwrap();
        let place = format!("TEST.1:{} ", event["seq"]);
        assert!(html.contains(place.trim_end()), "{place}");
    }
    let explained = office
        .run("explain HZ2022-001 --as-of 2023-07-01 --format json")
        .ends(0)
        .json();
    for finding in explained["findings"].as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap();
        assert!(
            html.contains(&format!("{rule} ")) || html.contains(&format!("{rule}<")),
            "{rule}"
        );
        let cite = finding["cite"].as_str().unwrap();
        assert!(html.contains(cite), "{cite}");
    }
    for part in [
        "测试员",
        "2023-07-01 登记",
        "晚登",
        "占单项限额",
        "A16-CAP",
        "已付合计",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let head = office.run("checkpoint --format json").ends(0).json();
    assert!(html.contains(head["head"].as_str().unwrap()));
}

#[test]
fn the_page_stands_by_itself() {
    let office = office();
    let html = page(&office, "");
    for word in ["<script", "http://", "https://", "src=", "@import", "url("] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains("@page") && html.contains("prefers-color-scheme: dark"));
    let en = page(&office, "--lang en");
    for part in [
        "Verdicts to look at",
        "Skip to the text",
        "late by",
        "Paid in all",
    ] {
        assert!(en.contains(part), "{part}");
    }
}

#[test]
fn what_people_wrote_is_text_and_nothing_else() {
    let office = office();
    office
        .args(&[
            "implement",
            "progress",
            "HZ2022-001",
            "--date",
            "2022-05-20",
            "--note",
            "<img src=x onerror=alert(1)> & \"引号\"",
            "--as-is",
        ])
        .ends(0);
    let html = page(&office, "");
    assert!(!html.contains("<img") && html.contains("&lt;img"));
}

#[test]
fn names_are_masked_shown_or_left_out() {
    let office = office();
    let persons: Vec<String> = base_case("service")
        .iter()
        .flat_map(|line| {
            let step: Json = serde_json::from_str(line).unwrap();
            let fields = ["leader", "leader_phone", "proposer", "phone", "who"];
            let said = fields.map(|f| step[f].as_str().map(str::to_owned));
            said.into_iter().flatten().collect::<Vec<_>>()
        })
        .collect();
    assert!(!persons.is_empty());
    let (masked, plain, public) = (
        page(&office, ""),
        page(&office, "--plain"),
        page(&office, "--public"),
    );
    let mut shown = 0;
    for person in &persons {
        assert!(!masked.contains(person.as_str()), "{person}");
        assert!(!public.contains(person.as_str()), "{person}");
        shown += usize::from(plain.contains(person.as_str()));
    }
    assert!(shown > 0);
    // masked names are no names in the public edition either
    assert!(masked.contains("项目负责人") && !public.contains("项目负责人</dt>"));
    assert!(public.contains("公开版") && !public.contains("测试员"));
    office
        .run("show HZ2022-001 --dossier d.html --public --plain --force")
        .ends(2);
}

#[test]
fn only_a_case_has_a_dossier_and_no_file_is_overwritten() {
    let office = office();
    office.run("show HZ2022 --dossier x.html").ends(2);
    office.run("show HZ2022-099 --dossier x.html").ends(2);
    page(&office, "");
    office.run("show HZ2022-001 --dossier d.html").ends(2);
    office
        .run("show HZ2022-001 --dossier minsheng.db --force")
        .ends(2);
    assert!(!office.path("x.html").exists());
}
