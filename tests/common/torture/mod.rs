//! What the long tests and their small versions share: a ledger in a folder, the program in a
//! process of its own, and the question whether anything was lost.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

pub mod crowd;
pub mod damage;
pub mod faults;
pub mod full;
pub mod fuzz;
pub mod kills;
pub mod power;
pub mod signals;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use minsheng::ledger::Ledger;
use serde_json::Value as Json;
use tempfile::TempDir;

/// The random numbers of a run; the same seed gives the same run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    /// A number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }
}

/// An event that was acknowledged: its place in the chain and its hash.
pub type Acked = (i64, String);

/// A folder with a ledger, and everything that the program acknowledged in it.
pub struct Desk {
    pub exe: PathBuf,
    pub folder: PathBuf,
    pub acked: Vec<Acked>,
    /// Groups that stand or fall together: a mark in their titles, and how many they are.
    pub groups: Vec<(String, usize)>,
    pub serial: usize,
    own: Option<TempDir>,
}

/// A command of the program that records something.
pub struct Job {
    pub args: Vec<String>,
    /// A mark in the titles of its events, and how many it records.
    pub group: (String, usize),
}

impl Desk {
    /// A new ledger in a folder of its own.
    pub fn new(exe: &Path) -> Self {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path().to_owned();
        let mut desk = Self::at(exe, &folder);
        desk.own = Some(own);
        desk.open();
        desk
    }

    /// A desk in a folder that stands already, still without a ledger.
    pub fn at(exe: &Path, folder: &Path) -> Self {
        Self {
            exe: exe.to_owned(),
            folder: folder.to_owned(),
            acked: Vec::new(),
            groups: Vec::new(),
            serial: 0,
            own: None,
        }
    }

    /// Makes the ledger with a community and a round.
    pub fn open(&mut self) {
        for line in [
            "init --origin TEST.1",
            "register community HZ --name 海珠社区 --street 粤海街道 --date 2020-09-10",
            "collect round HZ --year 2022 --completed 2021-12-20 --organiser 社区党委 --support 居委会",
        ] {
            let args: Vec<&str> = line.split(' ').collect();
            let output = self.command(&args).output().unwrap();
            assert!(output.status.success(), "{line}: {}", said(&output));
        }
    }

    pub fn ledger(&self) -> PathBuf {
        self.folder.join("minsheng.db")
    }

    pub fn journal(&self) -> PathBuf {
        self.folder.join("minsheng.db-journal")
    }

    /// True if a write was cut off that the next command must roll back: the journal was
    /// synced, which is when its first byte is set, and the file may be changed.
    pub fn is_hot(&self) -> bool {
        std::fs::read(self.journal()).is_ok_and(|bytes| bytes.first().is_some_and(|b| *b != 0))
    }

    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(&self.exe);
        surround(&mut command, &self.folder);
        command.args(args);
        command
    }

    pub fn run(&self, line: &str) -> Output {
        let args: Vec<&str> = line.split(' ').collect();
        self.command(&args).output().unwrap()
    }

    fn next(&mut self) -> usize {
        self.serial += 1;
        self.serial
    }

    /// One step by arguments.
    pub fn step(&mut self) -> Job {
        let mark = format!("单份{}号", self.next());
        let line = format!(
            "register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01 --title {mark} --format json"
        );
        Job {
            args: line.split(' ').map(str::to_owned).collect(),
            group: (mark, 1),
        }
    }

    /// A file of steps.
    pub fn batch(&mut self, size: usize) -> Job {
        let mark = format!("成批{}号", self.next());
        let lines: Vec<String> = (0..size)
            .map(|n| {
                format!(
                    r#"{{"step":"register.document","rule":"A6-STREETTF","body":"粤海街道","date":"2022-01-01","title":"{mark}之{n}"}}"#
                )
            })
            .collect();
        let file = format!("batch-{}.jsonl", self.serial);
        // where the disk is gone the job fails, as it should
        let _ = std::fs::write(self.folder.join(&file), lines.join("\n"));
        Job {
            args: ["record", &file, "--format", "json"]
                .map(str::to_owned)
                .into(),
            group: (mark, size),
        }
    }

    /// A list of demands as an office sends it.
    pub fn import(&mut self, size: usize) -> Job {
        let mark = format!("清单{}号", self.next());
        let mut text = "项目名称,项目类型,需求概述,需求理由,提议人,联系方式,提出日期\n".to_owned();
        for n in 0..size {
            let _ = writeln!(
                text,
                "{mark}之{n},工程类,修路灯,夜里太暗,居民{n},138{n:08},2021-12-01"
            );
        }
        let file = format!("list-{}.csv", self.serial);
        let _ = std::fs::write(self.folder.join(&file), text);
        let line = format!("collect import {file} --community HZ --round HZ2022-R1 --format json");
        Job {
            args: line.split(' ').map(str::to_owned).collect(),
            group: (mark, size),
        }
    }

    /// Takes note of what a job acknowledged; false if it acknowledged nothing.
    pub fn note(&mut self, job: &Job, stdout: &[u8]) -> bool {
        self.groups.push(job.group.clone());
        let acked = acknowledged(stdout);
        let any = !acked.is_empty();
        self.acked.extend(acked);
        any
    }

    /// Runs a job to its end; it must succeed.
    pub fn done(&mut self, job: &Job) {
        let output = self.command(&job.args).output().unwrap();
        assert!(output.status.success(), "{:?}: {}", job.args, said(&output));
        assert!(
            self.note(job, &output.stdout),
            "no receipt: {}",
            said(&output)
        );
    }

    /// What is wrong with the ledger: a lost event, a broken chain, a group half there.
    pub fn wrong(&self) -> Option<String> {
        let ledger = match Ledger::open_read(&self.ledger()) {
            Ok(ledger) => ledger,
            Err(error) => return Some(format!("cannot be opened: {error}")),
        };
        match ledger.verify(&[]) {
            Ok(found) if found.faults.is_empty() => {}
            Ok(found) => return Some(format!("does not verify: {}", found.faults[0].en)),
            Err(error) => return Some(format!("cannot be verified: {error}")),
        }
        let mut stored = BTreeMap::new();
        let mut titles: BTreeMap<String, usize> = BTreeMap::new();
        let read = ledger.reader().all(|event| {
            stored.insert(event.seq, minsheng::ledger::chain::hex(&event.hash));
            let payload: Json = serde_json::from_str(&event.payload).unwrap();
            if let Some(title) = payload["title"].as_str() {
                let mark = title.split('之').next().unwrap_or_default();
                *titles.entry(mark.to_owned()).or_default() += 1;
            }
            true
        });
        if let Err(error) = read {
            return Some(format!("cannot be read: {error}"));
        }
        let lost = |(seq, hash): &&Acked| stored.get(seq) != Some(hash);
        if let Some((seq, _)) = self.acked.iter().find(lost) {
            return Some(format!("event {seq} was acknowledged and is lost"));
        }
        for (mark, size) in &self.groups {
            let found = titles.get(mark).copied().unwrap_or(0);
            if found != 0 && found != *size {
                return Some(format!("{mark}: {found} of {size} landed"));
            }
        }
        None
    }

    /// How many events of a group are in the ledger.
    pub fn landed(&self, mark: &str) -> usize {
        let mut count = 0;
        if let Ok(ledger) = Ledger::open_read(&self.ledger()) {
            let _ = ledger.reader().all(|event| {
                count += usize::from(
                    event.payload.contains(&format!("\"{mark}之"))
                        || event.payload.contains(&format!("\"{mark}\"")),
                );
                true
            });
        }
        count
    }

    pub fn events(&self) -> i64 {
        Ledger::open_read(&self.ledger()).map_or(0, |ledger| ledger.reader().count().unwrap_or(0))
    }
}

/// The surroundings of every run: no environment but a fixed clock and a name.
pub fn surround(command: &mut Command, folder: &Path) {
    command
        .current_dir(folder)
        .env_clear()
        .env("MINSHENG_NOW", "2023-07-01T02:03:04Z")
        .env("MINSHENG_ACTOR", "测试员")
        .stdin(Stdio::null());
}

/// The events of a whole receipt; a receipt cut off acknowledges nothing.
pub fn acknowledged(stdout: &[u8]) -> Vec<Acked> {
    let Ok(receipt) = serde_json::from_slice::<Json>(stdout) else {
        return Vec::new();
    };
    if receipt["durable"] != true {
        return Vec::new();
    }
    let event = |event: &Json| {
        let hash = event["hash"].as_str()?.to_owned();
        Some((event["seq"].as_i64()?, hash))
    };
    receipt["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(event)
        .collect()
}

/// Both streams of a run, for a message.
pub fn said(output: &Output) -> String {
    format!(
        "{} {} {}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// True for a program that can be started.
pub fn has(program: &str, arg: &str) -> bool {
    Command::new(program)
        .arg(arg)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// True for the superuser.
pub fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// The ledger of a whole case with demands, and an older copy of the same file.
pub fn year(exe: &Path) -> (Vec<u8>, Vec<u8>) {
    let mut desk = Desk::new(exe);
    let (first, rest) = case();
    let record = |desk: &Desk, name: &str, lines: &[String]| {
        std::fs::write(desk.folder.join(name), lines.join("\n")).unwrap();
        let output = desk.run(&format!("record {name}"));
        assert!(output.status.success(), "{}", said(&output));
    };
    record(&desk, "first.jsonl", &first);
    let old = std::fs::read(desk.ledger()).unwrap();
    record(&desk, "rest.jsonl", &rest);
    let job = desk.import(30);
    desk.done(&job);
    (std::fs::read(desk.ledger()).unwrap(), old)
}

/// A case of the examples of rules, in two halves.
fn case() -> (Vec<String>, Vec<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules/nanshan-2020/base.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let bases = text
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap());
    let base = bases.into_iter().find(|base| base["base"] == "service");
    let mut lines = Vec::new();
    for step in base.unwrap()["steps"].as_array().unwrap() {
        let times = step["repeat"].as_u64().unwrap_or(1);
        let mut step = step.clone();
        step.as_object_mut().unwrap().remove("repeat");
        if matches!(
            step["step"].as_str(),
            Some("register.community" | "collect.round")
        ) {
            continue;
        }
        for n in 1..=times {
            let text = step.to_string();
            lines.push(
                text.replace("{n:04}", &format!("{n:04}"))
                    .replace("{n}", &n.to_string()),
            );
        }
    }
    let rest = lines.split_off(lines.len() / 2);
    (lines, rest)
}
