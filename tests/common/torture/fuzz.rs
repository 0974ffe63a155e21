//! A loop of mutations on the stable compiler: the targets of `fuzz/` without libFuzzer, and the
//! spreadsheet worker as the program starts it.

#[path = "../../../fuzz/targets.rs"]
pub mod targets;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use minsheng::sheet::{ReadError, ReadOptions, read};
use zip::write::SimpleFileOptions;

use super::Dice;

/// What the mutations found.
#[derive(Default)]
pub struct Fuzzed {
    pub seed: u64,
    /// Executions by target.
    pub by_target: BTreeMap<&'static str, usize>,
    /// Files that the worker did not survive, each told as bad input.
    pub deaths: usize,
    /// Files that it read, and that it refused.
    pub read: usize,
    pub refused: usize,
    pub wrong: Vec<String>,
}

impl fmt::Display for Fuzzed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_target: Vec<String> = self
            .by_target
            .iter()
            .map(|(target, runs)| format!("{target} {runs}"))
            .collect();
        write!(f, "seed {}: {}", self.seed, by_target.join(", "))?;
        if self.read + self.refused > 0 {
            write!(
                f,
                " ({} read, {} refused, {} of these by the death of the worker)",
                self.read, self.refused, self.deaths
            )?;
        }
        write!(f, "; {} wrong", self.wrong.len())
    }
}

/// The seeds of a target: its corpus, and for tables the fixtures that offices would send.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = list(&root.join("fuzz/corpus").join(target));
    let fixtures = list(&root.join("fixtures/import"));
    let fixture = |ending: &[&str]| {
        let fits = |path: &&PathBuf| {
            let name = path.to_string_lossy().into_owned();
            ending.iter().any(|ending| name.ends_with(ending))
        };
        fixtures.iter().filter(fits).cloned().collect::<Vec<_>>()
    };
    match target {
        "workbook" => files.extend(fixture(&[".xlsx", ".ods"])),
        "worker" => files.extend(fixture(&[".xls", ".xlsx", ".ods", ".csv", ".tsv"])),
        _ => {}
    }
    let mut seeds: Vec<Vec<u8>> = files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect();
    if target == "text" {
        seeds.extend(
            fixture(&["r1.csv", "gb18030.csv", "utf16.tsv"])
                .iter()
                .map(|file| [vec![6], std::fs::read(file).unwrap()].concat()),
        );
    }
    if target == "pack" {
        let folder = root.join("src/packs/nanshan-2020");
        let part = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        for second in [
            "04-publicize.toml",
            "07-final.toml",
            "tables.toml",
            "words.toml",
        ] {
            seeds.push(
                [part("pack.toml"), part(second)]
                    .join("\n%%%\n")
                    .into_bytes(),
            );
        }
    }
    assert!(!seeds.is_empty(), "no seeds for {target}");
    seeds
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Runs one target on `count` mutations of its seeds.
pub fn fuzz(target: &'static str, count: usize, seed: u64, found: &mut Fuzzed) {
    let run = targets::TARGETS
        .iter()
        .find(|(name, _)| *name == target)
        .unwrap()
        .1;
    let seeds = seeds(target);
    let mut dice = Dice::new(seed);
    found.seed = seed;
    let watch = Watch::new();
    for number in 0..count {
        let input = mutated(&seeds, &mut dice);
        watch.begin(target, &input);
        let whole = catch_unwind(AssertUnwindSafe(|| run(&input)));
        watch.end();
        if whole.is_err() {
            let kept = keep(target, &input);
            found
                .wrong
                .push(format!("{target}, input {number}: panic, kept as {kept}"));
        }
        *found.by_target.entry(target).or_default() += 1;
        if found.wrong.len() > 20 {
            return;
        }
    }
}

/// Gives `count` mutated files to the worker of the real program.
pub fn workers(exe: &Path, count: usize, seed: u64, found: &mut Fuzzed) {
    let seeds = seeds("worker");
    let mut dice = Dice::new(seed);
    found.seed = seed;
    let own = tempfile::tempdir().unwrap();
    let path = own.path().join("list.xls");
    let options = ReadOptions {
        encoding: None,
        worker: Some(exe.to_owned()),
        limits: minsheng::sheet::Limits {
            seconds: 20,
            memory: 512 << 20,
            ..targets::limits()
        },
    };
    for number in 0..count {
        let input = mutated(&seeds, &mut dice);
        std::fs::write(&path, &input).unwrap();
        let begun = Instant::now();
        match read(&path, &options) {
            Ok(_) => found.read += 1,
            Err(error) => {
                found.refused += 1;
                let died = matches!(
                    error,
                    ReadError::WorkerDied { .. } | ReadError::TimedOut { .. }
                );
                found.deaths += usize::from(died);
            }
        }
        if begun.elapsed() > Duration::from_secs(options.limits.seconds + 5) {
            let kept = keep("worker", &input);
            found.wrong.push(format!(
                "worker, input {number}: not ended in time, kept as {kept}"
            ));
        }
        *found.by_target.entry("worker").or_default() += 1;
    }
}

/// One input made of the seeds: in a zip container a part is changed and packed again, else the
/// bytes are.
pub fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let seed = &seeds[dice.below(seeds.len())];
    if seed.starts_with(b"PK")
        && dice.below(4) > 0
        && let Some(input) = repacked(seed, dice)
    {
        return input;
    }
    let mut bytes = seed.clone();
    for _ in 0..=dice.below(4) {
        change(&mut bytes, seeds, dice);
    }
    bytes
}

fn repacked(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let chosen = dice.below(zip.len());
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).ok()?;
        let name = part.name().ok()?.into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).ok()?;
        if index == chosen {
            let own = [content.clone()];
            for _ in 0..=dice.below(3) {
                change(&mut content, &own, dice);
            }
        }
        out.start_file(&*name, SimpleFileOptions::default()).ok()?;
        out.write_all(&content).ok()?;
    }
    Some(out.finish().ok()?.into_inner())
}

/// What often matters to a reader.
const WORDS: [&[u8]; 28] = [
    b"4294967295",
    b"-1",
    b"18446744073709551616",
    b"1048576",
    b"XFD1048576",
    b"1e308",
    b"NaN",
    b"<",
    b">",
    b"&#x0;",
    b"&lol;",
    b"<!DOCTYPE x [<!ENTITY a \"b\">]>",
    b"\"",
    b"'",
    b",",
    b"\t",
    b"\r\n",
    b"\0",
    b"((((((((((((((((",
    b"[[[[[[[[",
    b"{\"a\":",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x81\x30\x81",
    "\u{202E}".as_bytes(),
    "９９９９".as_bytes(),
    "万".as_bytes(),
    "年".as_bytes(),
];

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let end = (at + dice.below(64)).min(bytes.len());
    match dice.below(8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
        2 => {
            bytes.drain(at..end);
        }
        3 => {
            let piece = bytes[at..end].to_vec();
            let to = dice.below(bytes.len() + 1);
            bytes.splice(to..to, piece);
        }
        4 | 5 => {
            let word = WORDS[dice.below(WORDS.len())];
            let over = if dice.below(2) == 0 { at } else { end };
            bytes.splice(at..over, word.iter().copied());
        }
        6 => {
            let other = &seeds[dice.below(seeds.len())];
            let from = dice.below(other.len() + 1);
            let to = (from + dice.below(512)).min(other.len());
            bytes.splice(at..at, other[from..to].iter().copied());
        }
        _ => {
            // a number becomes another
            let digits = |b: &u8| b.is_ascii_digit();
            if let Some(start) = bytes[at..].iter().position(digits) {
                let start = at + start;
                let length = bytes[start..].iter().take_while(|b| digits(b)).count();
                let word = WORDS[dice.below(7)];
                bytes.splice(start..start + length, word.iter().copied());
            }
        }
    }
}

/// Keeps an input that went wrong, and says where.
fn keep(target: &str, input: &[u8]) -> String {
    let folder = std::env::temp_dir().join("minsheng-fuzz");
    let _ = std::fs::create_dir_all(&folder);
    let name = &minsheng::ledger::chain::digest(input)[..16];
    let path = folder.join(format!("{target}-{name}"));
    let _ = std::fs::write(&path, input);
    path.display().to_string()
}

/// Ends the process when one input takes for ever, keeping it.
struct Watch {
    begun: Arc<AtomicU64>,
    input: Arc<Mutex<(String, Vec<u8>)>>,
    epoch: Instant,
}

impl Watch {
    fn new() -> Self {
        let watch = Self {
            begun: Arc::default(),
            input: Arc::default(),
            epoch: Instant::now(),
        };
        let (begun, input, epoch) = (watch.begun.clone(), watch.input.clone(), watch.epoch);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let at = begun.load(Ordering::SeqCst);
                if at == u64::MAX {
                    return;
                }
                if at > 0 && epoch.elapsed().as_secs() > at + 60 {
                    let (target, input) = &*input.lock().unwrap();
                    eprintln!(
                        "{target}: an input takes for ever, kept as {}",
                        keep(target, input)
                    );
                    std::process::abort();
                }
            }
        });
        watch
    }

    fn begin(&self, target: &str, input: &[u8]) {
        *self.input.lock().unwrap() = (target.to_owned(), input.to_vec());
        self.begun
            .store(self.epoch.elapsed().as_secs() + 1, Ordering::SeqCst);
    }

    fn end(&self) {
        self.begun.store(0, Ordering::SeqCst);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.begun.store(u64::MAX, Ordering::SeqCst);
    }
}
