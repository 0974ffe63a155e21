//! The manual is executed: every command of README.md and of the guide, in order.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::path::{Path, PathBuf};

use common::cli::{Office, words};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The commands of the `console` blocks, each with the exit code it must end with.
fn commands(page: &str) -> Vec<(String, i32)> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let mut inside = false;
    let mut list = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = line.trim() == "```console";
            continue;
        }
        let Some(rest) = line.strip_prefix('$').filter(|_| inside) else {
            continue;
        };
        let (code, command) = rest.split_once(' ').unwrap();
        list.push((
            command.to_owned(),
            if code.is_empty() {
                0
            } else {
                code.parse().unwrap()
            },
        ));
    }
    list
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

fn execute(page: &str, at_least: usize) {
    let office = Office::empty();
    for folder in ["fixtures/import", "fixtures/demo", "fixtures/workbooks"] {
        copy_all(&root().join(folder), office.dir.path());
    }
    let commands = commands(page);
    assert!(commands.len() >= at_least, "{page}: {}", commands.len());
    for (command, code) in commands {
        let args = words(&command);
        assert_eq!(args[0], "minsheng", "{page}: {command}");
        let mut args: Vec<&str> = args[1..].iter().map(String::as_str).collect();
        // `> FILE` keeps the answer, as a shell does
        let kept = args.iter().position(|arg| *arg == ">");
        let file = kept.map(|at| args.split_off(at)[1]);
        let answer = office.args(&args);
        if let Some(file) = file {
            std::fs::write(office.path(file), &answer.out).unwrap();
        }
        assert_eq!(
            answer.code, code,
            "{page}: {command}\n{}\n{}",
            answer.out, answer.err
        );
    }
}

#[test]
fn the_readme_is_true() {
    execute("README.md", 15);
}

#[test]
fn the_guide_is_true() {
    execute("docs/guide.zh.md", 20);
}

#[test]
fn the_page_of_the_report_is_true() {
    execute("docs/report.md", 4);
}

#[test]
fn the_clerks_year_in_workbooks_is_true() {
    execute("docs/clerk-year.zh.md", 15);
}

#[test]
fn the_page_of_the_cities_is_true() {
    execute("docs/cities.zh.md", 40);
}

#[test]
fn the_page_of_many_machines_is_true() {
    execute("docs/beyond-one-machine.md", 5);
}

#[test]
fn the_day_of_the_auditor_is_true() {
    execute("docs/auditor-day.zh.md", 20);
}

#[test]
fn the_demo_walks_its_year_and_says_what_to_open() {
    let office = Office::empty();
    let answer = office.run("demo year").ends(0);
    for part in [
        "未登记",
        "已说明",
        "临界",
        "资料不足",
        "$ minsheng audit --year 2022",
        "T3-海珠.csv",
        "核验通过",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
    assert!(office.path("year/minsheng.db").exists() && office.path("year/T1-海珠.csv").exists());
    assert!(office.run("demo year").ends(2).err.contains("不是空的"));
    let audit = office
        .run("audit --ledger year/minsheng.db --year 2022 --as-of 2023-07-01 --format json --fail-on never")
        .ends(0)
        .json();
    assert!(audit["summary"]["projects"].as_u64().unwrap() >= 12);
    assert!(audit["summary"]["communities"].as_u64().unwrap() >= 3);
    for verdict in ["violation", "deviation", "justified", "unverifiable"] {
        assert!(
            audit["summary"]["verdicts"][verdict].as_u64().unwrap() > 0,
            "{verdict}"
        );
    }
}

#[test]
fn links_of_the_pages_lead_somewhere() {
    for page in [
        "README.md",
        "docs/guide.zh.md",
        "docs/beyond-one-machine.md",
        "docs/clerk-year.zh.md",
        "docs/cities.zh.md",
        "docs/auditor-day.zh.md",
        "docs/flags.md",
        "docs/packs.md",
        "docs/parquet.md",
        "docs/sync.md",
        "docs/personal-data.md",
        "docs/reliability.md",
        "docs/report.md",
        "CHANGELOG.md",
    ] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let folder = root().join(page).parent().unwrap().to_owned();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if link.starts_with("http") || link.starts_with('#') {
                continue;
            }
            let file = link.split('#').next().unwrap();
            assert!(folder.join(file).exists(), "{page}: {link}");
        }
    }
}

#[test]
fn every_test_that_a_promise_names_is_there() {
    let text = std::fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let mut named = 0;
    for word in text.split('`') {
        let Some((file, name)) = word.split_once("::") else {
            continue;
        };
        let Ok(source) = std::fs::read_to_string(root().join(format!("tests/{file}.rs"))) else {
            continue;
        };
        // a long name may be cut: its beginning must be that of a test
        let begin = name.trim_end_matches(['…', '*']);
        assert!(source.contains(&format!("fn {begin}")), "{word}");
        named += 1;
    }
    assert!(named >= 20, "{named}");
}
