//! The child as the parent sees it, good or failing.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;
use crate::sheet::book::tests::{SHEET, STRINGS, altered, pack};

/// Runs as the child of the other tests, whose limits must not fall on themselves.
#[test]
#[ignore = "started by the other tests"]
fn as_worker() {
    let path = std::env::var("SHEET_PATH").unwrap();
    let mut out = fs::File::create(std::env::var("SHEET_OUT").unwrap()).unwrap();
    worker(Path::new(&path), &mut out);
}

fn script(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("worker");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn run(text: &str, file: &[u8], limits: Limits) -> Result<Workbook, ReadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("-名单.xlsx");
    fs::write(&path, file).unwrap();
    let options = ReadOptions {
        worker: Some(script(folder.path(), text)),
        limits,
        encoding: None,
    };
    crate::sheet::read(&path, &options)
}

fn real(file: &[u8], limits: Limits) -> Result<Workbook, ReadError> {
    let exe = std::env::current_exe().unwrap();
    let (_, module) = module_path!().split_once("::").unwrap();
    let text = format!(
        "export SHEET_PATH=\"$2\" SHEET_OUT=\"$2.out\"\n'{}' --ignored --exact {module}::as_worker >/dev/null 2>&1 || exit 9\ncat \"$2.out\"",
        exe.display(),
    );
    run(&text, file, limits)
}

#[test]
fn a_workbook_comes_back_through_the_child() {
    let book = real(&altered(SHEET, "A2", "A2"), Limits::default()).unwrap();
    assert_eq!(book.sheets[0].rows[1].cells.get(0).unwrap().text, "1.15");
    let book = real("名称,金额\n路灯,1".as_bytes(), Limits::default()).unwrap();
    assert_eq!(book.encoding.as_deref(), Some("UTF-8"));
}

#[test]
fn errors_come_back_through_the_child() {
    let started = Instant::now();
    let far = altered(SHEET, "r=\"A2\"", "r=\"XFD1048576\"");
    let many = altered(STRINGS, "uniqueCount=\"1\"", "uniqueCount=\"4294967295\"");
    let bomb = pack(&[("xl/workbook.xml", &vec![b' '; 100 << 20])]);
    for bytes in [far, many, bomb] {
        let error = real(&bytes, Limits::default()).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { .. }), "{error}");
    }
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(matches!(
        real(b"a\xff,b", Limits::default()),
        Err(ReadError::BadEncoding { .. })
    ));
}

#[test]
fn memory_past_the_limit_ends_the_child_only() {
    let limits = Limits {
        memory: 48 << 20,
        ..Limits::default()
    };
    let text = "甲,乙\n".repeat(3_000_000);
    let error = real(text.as_bytes(), limits).unwrap_err();
    assert!(matches!(error, ReadError::WorkerDied { .. }), "{error}");
}

#[test]
fn a_child_that_fails_is_told() {
    let limits = Limits {
        seconds: 1,
        ..Limits::default()
    };
    let error = |text: &str| run(text, b"x", limits).unwrap_err();
    assert_eq!(error("exec sleep 30"), ReadError::TimedOut { seconds: 1 });
    assert_eq!(
        error("exec >&-; exec sleep 30"),
        ReadError::TimedOut { seconds: 1 }
    );
    assert!(matches!(error("kill -ABRT $$"), ReadError::WorkerDied { how } if how == "signal 6"));
    assert!(matches!(error("kill -XCPU $$"), ReadError::TimedOut { .. }));
    assert!(matches!(
        error("echo garbage; exit 3"),
        ReadError::WorkerDied { .. }
    ));
    let small = Limits {
        inflated: 10,
        cells: 10,
        ..limits
    };
    let flood = run("exec yes", b"x", small).unwrap_err();
    assert!(matches!(
        flood,
        ReadError::TooLarge {
            bound: Bound::Output,
            ..
        }
    ));
    let options = ReadOptions {
        worker: Some("/nonexistent".into()),
        ..Default::default()
    };
    let none = crate::sheet::read(Path::new("/dev/null"), &options);
    assert!(matches!(none, Err(ReadError::WorkerDied { .. })));
}
