//! The long tests: kills, power cuts, failing disks, full disks, crowds, signals, damaged files.
//!
//! `cargo run --release --example torture -- WHAT [--count N] [--seed N]`; see docs/reliability.md.

#![allow(clippy::print_stdout, reason = "its report is its answer")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "../tests/common/torture/mod.rs"]
mod torture;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use torture::{crowd, damage, faults, full, fuzz, kills, power, signals};

const USAGE: &str = "torture WHAT [--count N] [--seed N]

  kills     SIGKILL while steps, batches, imports, init and export run      (--count 10000)
  power     power cuts on ext4, and the control without syncs; superuser     (--count 300)
  faults    every system call fails in turn; needs strace                    (--count 400: most per series)
  full      small disks filled to the end; superuser                         (--count 50)
  crowd     eight writers, two readers, one ledger                           (--count 1000 each)
  signals   Ctrl-C, SIGTERM, SIGHUP while an import runs                      (--count 200)
  flips     every bit of the header, random bits of the whole file           (--count 20000)
  pages     cut tails, pages swapped, emptied, taken from an old copy
  fuzz      mutated inputs for every target of fuzz/, without libFuzzer       (--count 20000 each)
  worker    mutated workbooks for the limited worker of the real program      (--count 5000)";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| {
        let at = args.iter().position(|arg| arg == name)?;
        args.get(at + 1)?.parse::<u64>().ok()
    };
    let what = args.first().map_or("", String::as_str);
    let count = |usual: u64| usize::try_from(option("--count").unwrap_or(usual)).unwrap();
    let seed = option("--seed").unwrap_or(1);
    let exe = program();
    let (report, wrong): (String, Vec<String>) = match what {
        "kills" => {
            let found = kills::kills(&exe, count(10_000), seed);
            let mut wrong = found.wrong.clone();
            if found.hot == 0 || found.nothing == 0 || found.told == 0 {
                wrong.push("no kill hit the work: the test showed nothing".into());
            }
            (found.to_string(), wrong)
        }
        "power" => return power_cuts(&exe, count(300), seed),
        "faults" => {
            if let Some(needs) = faults::missing() {
                return cannot(needs);
            }
            let found = faults::faults(&exe, count(400));
            (found.to_string(), found.wrong)
        }
        "full" => {
            let found = full::disks(&exe, count(50), seed);
            let Some(found) = found else {
                return cannot("needs the superuser (mounts small file systems in memory)");
            };
            (found.to_string(), found.wrong)
        }
        "crowd" => {
            let found = crowd::crowd(&exe, 8, count(1000));
            (found.to_string(), found.wrong)
        }
        "signals" => {
            let found = signals::signals(&exe, count(200), 5_000, seed);
            let mut wrong = found.wrong.clone();
            if found.rolled_back == 0 {
                wrong.push("no signal hit the work: the test showed nothing".into());
            }
            (found.to_string(), wrong)
        }
        "flips" => {
            let (good, _) = torture::year(&exe);
            let make = damage::flips(&good, count(20_000), seed);
            let found = damage::damage(&good, &make, 10, 2);
            (format!("seed {seed}: {found}"), found.wrong)
        }
        "pages" => {
            let (good, old) = torture::year(&exe);
            let cases = damage::pages(&good, &old, 512);
            let make = |n: usize| {
                let case = cases.get(n)?;
                Some(damage::Case {
                    name: case.name.clone(),
                    bytes: case.bytes.clone(),
                })
            };
            let found = damage::damage(&good, &make, 1, 2);
            (found.to_string(), found.wrong)
        }
        "fuzz" => {
            let mut found = fuzz::Fuzzed::default();
            for (target, _) in fuzz::targets::TARGETS {
                fuzz::fuzz(target, count(20_000), seed, &mut found);
            }
            (found.to_string(), found.wrong)
        }
        "worker" => {
            let mut found = fuzz::Fuzzed::default();
            fuzz::workers(&exe, count(5_000), seed, &mut found);
            (found.to_string(), found.wrong)
        }
        _ => {
            println!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    println!("{what}: {report}");
    ended(&wrong)
}

/// Power cuts, and the control: the same without syncs must lose events, or nothing is shown.
fn power_cuts(exe: &Path, count: usize, seed: u64) -> ExitCode {
    if let Some(needs) = power::missing() {
        return cannot(&needs);
    }
    let run = |count, synced| power::cuts(exe, count, seed, synced);
    match (run(count, true), run((count / 10).max(5), false)) {
        (Ok(cuts), Ok(control)) => {
            println!("power: {cuts}\npower: {control}");
            let mut wrong = cuts.wrong;
            if control.lost == 0 {
                wrong.push("the control lost nothing: the test showed nothing".into());
            }
            ended(&wrong)
        }
        (Err(error), _) | (_, Err(error)) => cannot(&error),
    }
}

fn ended(wrong: &[String]) -> ExitCode {
    for wrong in wrong.iter().take(20) {
        println!("WRONG {wrong}");
    }
    ExitCode::from(u8::from(!wrong.is_empty()))
}

fn cannot(why: &str) -> ExitCode {
    println!("cannot run here: {why}");
    ExitCode::from(2)
}

/// The program, built as this example is.
fn program() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let folder = here.parent().and_then(Path::parent).unwrap();
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    cargo.args(["build", "--quiet", "--bin", "minsheng"]);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(
        cargo.status().unwrap().success(),
        "the program does not build"
    );
    folder.join("minsheng")
}
