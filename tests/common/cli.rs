//! The real program in a folder of its own, with a fixed clock.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;
use tempfile::TempDir;

/// A folder with a ledger.
pub struct Office {
    pub dir: TempDir,
}

/// What a command answered.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.out, self.err
        );
        self
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out))
    }
}

/// A file of the project's fixtures.
pub fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    path.to_str().unwrap().to_owned()
}

impl Office {
    /// A folder with a copy of a kept ledger, its evidence beside it.
    pub fn kept(format: u32) -> Self {
        let office = Self::empty();
        let from = fixture(&format!("ledger/format-{format}.ledger"));
        std::fs::copy(&from, office.ledger()).unwrap();
        let evidence = PathBuf::from(format!("{from}.evidence"));
        copy_tree(&evidence, &office.path("minsheng.db.evidence"));
        office
    }

    /// An empty folder.
    pub fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder with a new ledger and one community.
    pub fn new() -> Self {
        let office = Self::empty();
        office.run("init --origin TEST.1").ends(0);
        office
            .run("register community HZ --name 海珠社区 --street 粤海街道 --date 2020-09-10")
            .ends(0);
        office
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn ledger(&self) -> PathBuf {
        self.path("minsheng.db")
    }

    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.ledger()).unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_minsheng"));
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("MINSHENG_NOW", "2023-07-01T02:03:04Z")
            .env("MINSHENG_ACTOR", "测试员")
            .args(args);
        command
    }

    /// Runs a command line; words are split at blanks, quotes hold them together.
    pub fn run(&self, line: &str) -> Answer {
        let words = words(line);
        self.args(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub fn args(&self, args: &[&str]) -> Answer {
        answer(&self.command(args).output().unwrap())
    }

    /// Records JSON Lines.
    pub fn record(&self, lines: &str, more: &str) -> Answer {
        let file = self.path("steps.jsonl");
        std::fs::write(&file, lines).unwrap();
        self.run(&format!("record steps.jsonl {more}"))
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }
}

/// Copies a folder, if it is there.
pub fn copy_tree(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).into_iter().flatten() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_tree(&path, &target);
        } else {
            std::fs::create_dir_all(to).unwrap();
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

pub fn answer(output: &Output) -> Answer {
    Answer {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Splits a line as a shell does, double quotes only.
pub fn words(line: &str) -> Vec<String> {
    let mut list = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut any) = (false, false);
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                any = true;
            }
            c if c.is_whitespace() && !quoted => {
                if any || !word.is_empty() {
                    list.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if any || !word.is_empty() {
        list.push(word);
    }
    list
}

/// A complete case of the examples as JSON Lines, `HZ2022-001`.
pub fn base_case(name: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules/nanshan-2020");
    let example = super::examples::Example::plain(name);
    super::examples::steps(&folder, &example)
        .into_iter()
        .filter(|step| step["step"] != "register.community")
        .map(|step| Json::Object(step).to_string())
        .collect()
}

/// The steps of a base case up to, not including, the first of some name.
pub fn before(name: &str, step: &str) -> String {
    let lines = base_case(name);
    let end = lines
        .iter()
        .position(|line| line.contains(&format!("\"step\":\"{step}\"")))
        .unwrap();
    lines[..end].join("\n")
}

pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// What a rule says of a subject.
pub fn judged(office: &Office, subject: &str, rule: &str, as_of: &str) -> Json {
    let json = office
        .run(&format!(
            "explain {subject} {rule} --as-of {as_of} --format json"
        ))
        .ends(0)
        .json();
    json["findings"].as_array().unwrap()[0].clone()
}
