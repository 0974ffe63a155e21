//! SIGKILL at any moment of a step, a batch, an import, a new ledger, an export or a merge, and
//! once more while the next command recovers.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Output};
use std::time::{Duration, Instant};

use super::{Desk, Dice, Job, said};

/// What a series of kills found.
#[derive(Default)]
pub struct Kills {
    pub seed: u64,
    pub count: usize,
    /// Kills by what was running.
    pub by_job: [usize; 6],
    /// Kills that left a write to roll back.
    pub hot: usize,
    /// Recoveries that were killed themselves.
    pub twice: usize,
    /// Kills that came before anything was written, after the work was durable but not yet
    /// told, and after the answer.
    pub nothing: usize,
    pub untold: usize,
    pub told: usize,
    pub acked: usize,
    pub wrong: Vec<String>,
}

pub const JOBS: [&str; 6] = ["step", "batch", "import", "init", "export", "merge"];

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_job: Vec<String> = JOBS
            .iter()
            .zip(self.by_job)
            .map(|(job, kills)| format!("{job} {kills}"))
            .collect();
        write!(
            f,
            "seed {}: {} kills ({}), {} left a hot journal, {} recoveries killed too; \
             nothing landed {}, landed untold {}, told {}; {} events acknowledged, {} wrong",
            self.seed,
            self.count,
            by_job.join(", "),
            self.hot,
            self.twice,
            self.nothing,
            self.untold,
            self.told,
            self.acked,
            self.wrong.len()
        )
    }
}

/// Places in [`JOBS`], as often as each is killed: drawn like cards, so that within so many kills
/// each has its turn, whatever the moments of the kills.
const TURNS: [usize; 18] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5];

/// Kills `count` runs of the program.
pub fn kills(exe: &Path, count: usize, seed: u64) -> Kills {
    let mut found = Kills {
        seed,
        ..Kills::default()
    };
    let mut dice = Dice::new(seed);
    let mut desk = Desk::new(exe);
    let mut usual = usual(&mut desk);
    let apart = Apart::new(exe);
    let mut turns = Vec::new();
    while found.count < count && found.wrong.len() < 5 {
        if desk.events() > 3000 {
            found.acked += desk.acked.len();
            desk = Desk::new(exe);
        }
        if turns.is_empty() {
            turns = TURNS.to_vec();
        }
        let kind = turns.swap_remove(dice.below(turns.len()));
        if kind == 3 {
            kill_init(exe, &mut dice, &mut usual[3], &mut found);
            continue;
        }
        if kind == 5 {
            kill_merge(&apart, &mut dice, &mut usual[5], &mut found);
            continue;
        }
        let job = match kind {
            0 => desk.step(),
            1 => {
                let size = [2, 7, 50, 200, 1500][dice.below(5)];
                desk.batch(size)
            }
            2 => {
                let size = [3, 40, 300][dice.below(3)];
                desk.import(size)
            }
            _ => Job {
                args: "export T1 --community HZ --year 2022 -o out.csv --force"
                    .split(' ')
                    .map(str::to_owned)
                    .collect(),
                group: ("无".into(), 0),
            },
        };
        // a third of the kills waits for the moment in which the file itself is written
        let aim = (kind < 3 && dice.below(3) == 0).then(|| desk.journal());
        let (output, took) = killed(desk.command(&job.args), &mut dice, usual[kind], aim);
        found.count += 1;
        found.by_job[kind] += 1;
        if let Some(took) = took {
            usual[kind] = (usual[kind] * 3 + took) / 4;
        } else {
            // a job that is never over in time is given more of it
            usual[kind] += usual[kind] / 10;
        }
        let told = desk.note(&job, &output.stdout);
        if desk.is_hot() {
            found.hot += 1;
            if dice.below(2) == 0 {
                killed(
                    desk.command(&["list"]),
                    &mut dice,
                    Duration::from_millis(8),
                    None,
                );
                found.twice += 1;
            }
        }
        // the next command succeeds, and after it everything acknowledged is there
        let next = desk.step();
        let output = desk.command(&next.args).output().unwrap();
        if !output.status.success() || !desk.note(&next, &output.stdout) {
            found.wrong.push(format!("next command: {}", said(&output)));
        }
        if let Some(wrong) = desk.wrong() {
            found.wrong.push(format!("kill {}: {wrong}", found.count));
        }
        let landed = desk.landed(&job.group.0);
        match (told, landed) {
            _ if job.group.1 == 0 => whole_export(&desk, &mut found),
            (true, _) => found.told += 1,
            (false, 0) => found.nothing += 1,
            (false, _) => found.untold += 1,
        }
    }
    found.acked += desk.acked.len();
    found
}

/// How long each job takes here and now, when nobody kills it.
fn usual(desk: &mut Desk) -> [Duration; 6] {
    let mut time = |make: &dyn Fn(&mut Desk) -> Job| {
        let job = make(desk);
        let begun = Instant::now();
        desk.done(&job);
        begun.elapsed()
    };
    let step = time(&Desk::step);
    let (batch, import) = (time(&|d| d.batch(50)), time(&|d| d.import(40)));
    [step, batch, import, step * 2, step, batch]
}

/// What stands under the name of an export is a whole table.
fn whole_export(desk: &Desk, found: &mut Kills) {
    let Ok(bytes) = std::fs::read(desk.folder.join("out.csv")) else {
        return;
    };
    if !bytes.starts_with(b"\xef\xbb\xbf") || !bytes.ends_with(b"\r\n") {
        found
            .wrong
            .push(format!("half an export: {} bytes", bytes.len()));
    }
}

/// A ledger that is being made is there whole, or not at all and can be made again.
fn kill_init(exe: &Path, dice: &mut Dice, usual: &mut Duration, found: &mut Kills) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::at(exe, folder.path());
    let args: Vec<&str> = "init --origin TEST.1 --name 粤海街道".split(' ').collect();
    let (_, took) = killed(desk.command(&args), dice, *usual, None);
    found.count += 1;
    found.by_job[3] += 1;
    *usual = match took {
        Some(took) => (*usual * 3 + took) / 4,
        None => *usual + *usual / 10,
    };
    if desk.ledger().exists() {
        found.untold += 1;
        let log = desk.run("log --format json");
        let text = String::from_utf8_lossy(&log.stdout).into_owned();
        if !text.contains("粤海街道") || desk.wrong().is_some() {
            found.wrong.push(format!("half a ledger: {}", said(&log)));
        }
    } else {
        found.nothing += 1;
        let output = desk.command(&args).output().unwrap();
        if !output.status.success() || desk.wrong().is_some() {
            found
                .wrong
                .push(format!("init after a kill: {}", said(&output)));
        }
    }
}

/// Two ledgers that have nothing to do with each other, to be merged again and again.
struct Apart {
    home: Desk,
    other: Desk,
    /// Events of the other one.
    events: i64,
}

impl Apart {
    fn new(exe: &Path) -> Self {
        let home = Desk::new(exe);
        let mut other = Desk::new(exe);
        std::fs::remove_file(other.ledger()).unwrap();
        for line in [
            "init --origin OTHER.1",
            "register community QJ --name 示例社区 --street 粤海街道 --date 2020-09-10",
        ] {
            let output = other.run(line);
            assert!(output.status.success(), "{line}: {}", said(&output));
        }
        let batch = other.batch(300);
        other.done(&batch);
        let events = other.events();
        Self {
            home,
            other,
            events,
        }
    }
}

/// A ledger that is being merged has come whole, or not at all and can be merged again.
fn kill_merge(apart: &Apart, dice: &mut Dice, usual: &mut Duration, found: &mut Kills) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::at(&apart.home.exe, folder.path());
    std::fs::copy(apart.home.ledger(), desk.ledger()).unwrap();
    let (own, other) = (desk.events(), apart.other.ledger());
    let args = ["merge".as_ref(), other.as_os_str()];
    let aim = (dice.below(3) == 0).then(|| desk.journal());
    let (_, took) = killed(desk.command(&args), dice, *usual, aim);
    found.count += 1;
    found.by_job[5] += 1;
    found.hot += usize::from(desk.is_hot());
    *usual = match took {
        Some(took) => (*usual * 3 + took) / 4,
        None => *usual + *usual / 10,
    };
    // with the chain comes one event that says so
    let whole = own + apart.events + 1;
    let landed = desk.events();
    if desk.wrong().is_some() || (landed != own && landed != whole) {
        found.wrong.push(format!("half a merge: {landed} events"));
    }
    found.nothing += usize::from(landed == own);
    found.untold += usize::from(landed == whole);
    let output = desk.command(&args).output().unwrap();
    if !output.status.success() || desk.events() != whole || desk.wrong().is_some() {
        found
            .wrong
            .push(format!("merge after a kill: {}", said(&output)));
    }
}

/// Starts a command and kills it at a random moment of what it usually takes; says how long it
/// took if it was over before.
fn killed(
    mut command: std::process::Command,
    dice: &mut Dice,
    usual: Duration,
    aim: Option<PathBuf>,
) -> (Output, Option<Duration>) {
    // files, because who writes a long receipt into a pipe waits for its reader
    let (mut answer, mut talk) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    let begun = Instant::now();
    let mut child = command
        .stdout(answer.try_clone().unwrap())
        .stderr(talk.try_clone().unwrap())
        .spawn()
        .unwrap();
    let most = usize::try_from(usual.as_micros()).unwrap();
    let at = Duration::from_micros(dice.below(most * 11 / 10) as u64);
    let ended = match aim {
        None => wait(&mut child, begun, at),
        Some(journal) => {
            while !is_synced(&journal) && child.try_wait().unwrap().is_none() {
                assert!(begun.elapsed() < Duration::from_secs(60), "it never ends");
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_micros(dice.below(1500) as u64));
            child.try_wait().unwrap().map(|_| begun.elapsed())
        }
    };
    let _ = child.kill();
    let status = child.wait().unwrap();
    let read = |file: &mut File| {
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let output = Output {
        status,
        stdout: read(&mut answer),
        stderr: read(&mut talk),
    };
    (output, ended)
}

/// True while the journal is on the disk and the file may be changed: its first byte is set.
fn is_synced(journal: &Path) -> bool {
    let mut first = [0];
    let read = std::fs::File::open(journal).and_then(|mut file| file.read(&mut first));
    matches!(read, Ok(1)) && first != [0]
}

fn wait(child: &mut Child, begun: Instant, at: Duration) -> Option<Duration> {
    while begun.elapsed() < at {
        if child.try_wait().unwrap().is_some() {
            return Some(begun.elapsed());
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    None
}
