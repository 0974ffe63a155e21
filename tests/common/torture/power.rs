//! Power cuts: an ext4 file system on a loop device is shut down without flushing its journal
//! (`FS_IOC_SHUTDOWN`), which loses all that was not synced, then mounted again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Desk, Dice, has, is_root, said, surround};

/// What the power cuts found.
#[derive(Default)]
pub struct Cuts {
    pub seed: u64,
    /// Syncs reach the disk; in the control they do not.
    pub synced: bool,
    pub count: usize,
    pub hot: usize,
    pub acked: usize,
    pub lost: usize,
    /// Ledgers that no longer verify or cannot be opened.
    pub broken: usize,
    pub wrong: Vec<String>,
}

impl fmt::Display for Cuts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}seed {}: {} power cuts, {} left a hot journal; {} events acknowledged, {} lost, \
             {} ledgers broken",
            if self.synced {
                ""
            } else {
                "control without syncs, "
            },
            self.seed,
            self.count,
            self.hot,
            self.acked,
            self.lost,
            self.broken
        )
    }
}

/// Why the test cannot run here.
pub fn missing() -> Option<String> {
    let mut needs = Vec::new();
    if !is_root() {
        needs.push("the superuser (mount, loop devices)");
    }
    for (program, arg, need) in [
        ("mkfs.ext4", "-V", "mkfs.ext4 (e2fsprogs)"),
        ("losetup", "-V", "losetup (util-linux)"),
        ("python3", "-V", "python3 (calls FS_IOC_SHUTDOWN)"),
        ("strace", "-V", "strace (swallows the syncs of the control)"),
    ] {
        if !has(program, arg) {
            needs.push(need);
        }
    }
    (!needs.is_empty()).then(|| format!("needs {}", needs.join(", ")))
}

/// A file system that can lose its power.
struct Disk {
    image: PathBuf,
    at: PathBuf,
    _own: tempfile::TempDir,
}

impl Disk {
    fn new() -> Result<Self, String> {
        let own = tempfile::tempdir().unwrap();
        let disk = Self {
            image: own.path().join("disk.img"),
            at: own.path().join("disk"),
            _own: own,
        };
        std::fs::create_dir(&disk.at).unwrap();
        let image = std::fs::File::create(&disk.image).unwrap();
        image.set_len(64 << 20).unwrap();
        tool("mkfs.ext4", &["-q", "-F", path(&disk.image)])?;
        disk.mount()?;
        Ok(disk)
    }

    fn mount(&self) -> Result<(), String> {
        tool("mount", &["-o", "loop", path(&self.image), path(&self.at)])
    }

    fn unmount(&self) -> Result<(), String> {
        for _ in 0..50 {
            if tool("umount", &[path(&self.at)]).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        tool("umount", &[path(&self.at)])
    }

    /// `EXT4_IOC_SHUTDOWN` without flushing the journal.
    fn cut(&self) -> Result<(), String> {
        const CUT: &str = "import fcntl,os,struct,sys\n\
             fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587d,struct.pack('I',2))";
        tool("python3", &["-c", CUT, path(&self.at)])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.unmount();
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn tool(program: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("{program}: {}", said(&output)))
    }
}

/// Cuts the power `count` times while steps, batches and imports run.
pub fn cuts(exe: &Path, count: usize, seed: u64, synced: bool) -> Result<Cuts, String> {
    let mut dice = Dice::new(seed);
    let mut found = Cuts {
        seed,
        synced,
        ..Cuts::default()
    };
    let drive = Disk::new()?;
    for number in 0..count {
        let folder = drive.at.join(format!("cut-{number}"));
        std::fs::create_dir(&folder).unwrap();
        let mut desk = Desk::at(exe, &folder);
        desk.open();
        if !synced {
            // what stands before the control begins is on the disk
            tool("sync", &[])?;
        }
        let over = AtomicBool::new(false);
        let wait = Duration::from_micros(50_000 + dice.below(400_000) as u64);
        let cut = std::thread::scope(|scope| {
            let desk = &mut desk;
            let (dice, over) = (&mut dice, &over);
            let writer = scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let job = match dice.below(8) {
                        0 | 1 => desk.batch(200),
                        2 => desk.import(40),
                        _ => desk.step(),
                    };
                    let mut command = if synced {
                        desk.command(&job.args)
                    } else {
                        without_syncs(desk, &job.args)
                    };
                    let output = command.output().unwrap();
                    desk.note(&job, &output.stdout);
                }
            });
            std::thread::sleep(wait);
            let cut = drive.cut();
            over.store(true, Ordering::SeqCst);
            writer.join().map(|()| cut)
        });
        match cut {
            Ok(cut) => cut?,
            // the file for the next batch could not be written any more: the power was off
            Err(_) => found.wrong.push("the writer stopped".into()),
        }
        drive.unmount()?;
        drive.mount()?;
        found.count += 1;
        found.hot += usize::from(desk.is_hot());
        found.acked += desk.acked.len();
        judge(&desk, &mut found, number);
        let _ = std::fs::remove_dir_all(&folder);
    }
    Ok(found)
}

fn judge(desk: &Desk, found: &mut Cuts, number: usize) {
    let verified = desk.run("verify");
    let stored: std::collections::BTreeSet<String> = {
        let log = desk.run("log --format json");
        String::from_utf8_lossy(&log.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter_map(|event| Some(event["hash"].as_str()?.to_owned()))
            .collect()
    };
    let lost = desk
        .acked
        .iter()
        .filter(|(_, hash)| !stored.contains(hash))
        .count();
    found.lost += lost;
    let whole = verified.status.success();
    found.broken += usize::from(!whole);
    if lost > 0 || !whole {
        found
            .wrong
            .push(format!("cut {number}: {lost} lost; {}", said(&verified)));
    } else if let Some(wrong) = desk.wrong() {
        found.wrong.push(format!("cut {number}: {wrong}"));
    }
}

/// The program with every sync swallowed: it believes that it is on the disk.
fn without_syncs(desk: &Desk, args: &[String]) -> Command {
    let mut command = Command::new("strace");
    surround(&mut command, &desk.folder);
    command
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(["-e", "trace=fsync,fdatasync"])
        .args(["-e", "inject=fsync,fdatasync:retval=0"])
        .arg(&desk.exe)
        .args(args);
    command
}
