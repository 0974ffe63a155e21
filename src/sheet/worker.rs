//! The limited child process that reads a file, and the parent that waits for it.

use std::fs;
use std::io::{BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Bound, Limits, ReadError, ReadOptions, Workbook, wire};

/// The environment variable that carries the task to the worker.
const TASK: &str = "MINSHENG_SHEET_TASK";

/// What the parent asks for beyond the path.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Task {
    encoding: Option<String>,
    limits: Limits,
}

/// What the worker answers as one line if there is no workbook to send.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Error(ReadError),
}

/// Bytes that are sent at once.
const PACKET: usize = 1 << 16;

/// Reads `path` inside limits and writes the workbook, or one line `{"error":…}`.
///
/// The exit code is 0 for a workbook, 1 for an error told, 2 when the answer could not be written.
/// The limits fall on the whole process and cannot be lifted again.
pub fn worker(path: &Path, out: &mut dyn Write) -> i32 {
    let task = std::env::var(TASK).ok();
    let task = task.and_then(|task| serde_json::from_str::<Task>(&task).ok());
    let task = task.unwrap_or_default();
    let options = ReadOptions {
        encoding: task.encoding,
        worker: None,
        limits: task.limits,
    };
    let read = limit(&task.limits).and_then(|()| caught(path, &options));
    let mut out = BufWriter::with_capacity(PACKET, out);
    let (written, code) = match read {
        Ok(workbook) => (wire::write(&workbook, &mut out), 0),
        Err(error) => {
            let told = serde_json::to_writer(&mut out, &Answer::Error(error));
            let told = told.map_err(std::io::Error::from);
            (told.and_then(|()| out.write_all(b"\n")), 1)
        }
    };
    match written.and_then(|()| out.flush()) {
        Err(_) => 2,
        Ok(()) => code,
    }
}

/// Reads in this process; a panic of a reader becomes an error.
pub(super) fn caught(path: &Path, options: &ReadOptions) -> Result<Workbook, ReadError> {
    let read = AssertUnwindSafe(|| super::read_here(path, options));
    catch_unwind(read).unwrap_or_else(|_| {
        Err(ReadError::Corrupt {
            part: path.display().to_string(),
            detail: "panic".to_owned(),
        })
    })
}

#[cfg(unix)]
fn limit(limits: &Limits) -> Result<(), ReadError> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // the kernel warns at the soft limit and kills at the hard one, so they must differ
    let lower = |resource, soft: u64, grace: u64| {
        let hard = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Rlimit {
            current: Some(soft.min(hard)),
            maximum: Some(soft.saturating_add(grace).min(hard)),
        };
        setrlimit(resource, limit)
    };
    let set = lower(Resource::As, limits.memory, 0)
        .and_then(|()| lower(Resource::Cpu, limits.seconds.max(1), 1))
        .and_then(|()| lower(Resource::Core, 0, 0));
    match set {
        Err(e) if cfg!(target_os = "linux") => Err(died(format!("setrlimit: {e}"))),
        // macOS refuses RLIMIT_AS; the parent's clock still holds there
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn limit(_: &Limits) -> Result<(), ReadError> {
    Ok(())
}

fn died(how: String) -> ReadError {
    ReadError::WorkerDied { how }
}

/// Starts `exe sheet-worker path`, waits inside the limits, and ends it whatever happens.
pub(super) fn start(exe: &Path, path: &Path, options: &ReadOptions) -> Result<Workbook, ReadError> {
    let limits = options.limits;
    let task = Task {
        encoding: options.encoding.clone(),
        limits,
    };
    let task = serde_json::to_string(&task).map_err(|e| died(e.to_string()))?;
    // an absolute path never looks like an option
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !fs::exists(&path).unwrap_or(true) {
        return Err(ReadError::Missing {
            path: path.display().to_string(),
        });
    }
    let child = Command::new(exe)
        .arg("sheet-worker")
        .arg(&path)
        .env(TASK, task)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| died(format!("{}: {e}", exe.display())))?;
    let mut child = Guard(child);
    let deadline = Instant::now() + Duration::from_secs(limits.seconds);
    let output = collect(&mut child.0, &limits, deadline)?;
    if let Some(workbook) = wire::read(&output) {
        return Ok(workbook);
    }
    match serde_json::from_slice(&output) {
        Ok(Answer::Error(error)) => Err(error),
        Err(_) => Err(ended(&mut child.0, &limits, deadline)),
    }
}

/// Ends the child when the parent is done with it.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        // both fail only when the child is already gone
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn collect(child: &mut Child, limits: &Limits, deadline: Instant) -> Result<Vec<u8>, ReadError> {
    let pipe = child.stdout.take();
    let pipe = pipe.ok_or_else(|| died("no output".to_owned()))?;
    // escaped text, and the frame of every cell
    let limit = limits.inflated.saturating_mul(2);
    let limit = limit.saturating_add(limits.cells.saturating_mul(64));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut output = Vec::new();
        let read = pipe.take(limit.saturating_add(1)).read_to_end(&mut output);
        // the parent may have stopped waiting
        let _ = sender.send(read.map(|_| output));
    });
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Ok(output)) if output.len() as u64 > limit => Err(ReadError::TooLarge {
            bound: Bound::Output,
            limit,
            at: None,
        }),
        Ok(Ok(output)) => Ok(output),
        Ok(Err(e)) => Err(died(e.to_string())),
        Err(RecvTimeoutError::Timeout) => Err(late(limits)),
        Err(RecvTimeoutError::Disconnected) => Err(died("no output".to_owned())),
    }
}

fn late(limits: &Limits) -> ReadError {
    ReadError::TimedOut {
        seconds: limits.seconds,
    }
}

/// How a child ended that gave no answer.
fn ended(child: &mut Child, limits: &Limits, deadline: Instant) -> ReadError {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return told(status, limits),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            Ok(None) => return late(limits),
            Err(e) => return died(e.to_string()),
        }
    }
}

fn told(status: ExitStatus, limits: &Limits) -> ReadError {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        // SIGXCPU: the processor time is used up
        return match signal {
            24 => late(limits),
            _ => died(format!("signal {signal}")),
        };
    }
    let _ = limits;
    died(status.to_string())
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests;
