//! The audit on Spark: several workers, one of them killed in the middle, and the same bytes as
//! one process gives. Skips where there is no `PySpark` or no Java.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "only its ledgers of many communities are wanted")]
#[path = "../examples/generate/made.rs"]
mod made;

mod common;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::cli::Office;
use common::parts::{YEAR, difference, must};
use made::world::World;
use made::write::{Target, write};

/// Where `PySpark` stands, if it is there and Java too.
fn spark() -> Option<PathBuf> {
    let python = Command::new("python3")
        .args([
            "-c",
            "import pyspark, os; print(os.path.dirname(pyspark.__file__))",
        ])
        .output()
        .ok()?;
    let java = Command::new("java").arg("-version").output().ok()?;
    let home = String::from_utf8(python.stdout).ok()?;
    (python.status.success() && java.status.success()).then(|| PathBuf::from(home.trim()))
}

/// The program as the workers get it: the second time that one of them starts it, its executor
/// is killed before it answers.
fn killing(folder: &Path) -> PathBuf {
    let script = format!(
        r#"#!/bin/sh
if ! mkdir '{mark}.first' 2>/dev/null && mkdir '{mark}.second' 2>/dev/null; then
  at=$$
  while [ "$at" -gt 1 ]; do
    if tr '\0' ' ' < "/proc/$at/cmdline" | grep -q CoarseGrainedExecutorBackend; then
      echo "$at" > '{mark}.killed'
      kill -9 "$at"
      sleep 120
    fi
    at=$(ps -o ppid= -p "$at" | tr -d ' ')
  done
fi
exec '{program}' "$@"
"#,
        mark = folder.join("mark").display(),
        program = env!("CARGO_BIN_EXE_minsheng"),
    );
    let path = folder.join("minsheng");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_lost_worker_changes_no_byte() {
    let Some(home) = spark() else {
        assert!(
            std::env::var_os("MINSHENG_REQUIRE_ALL").is_none(),
            "PySpark and Java are required: pip install pyspark, apt-get install default-jre-headless"
        );
        eprintln!("skipped: no PySpark or no Java here");
        return;
    };
    let office = Office::empty();
    let folder = office.path("ledgers");
    let world = World::new(40, 5, Some(4), vec![2021, 2022, 2023]);
    let mut target = Target::split(&folder, &world).unwrap();
    write(&world, &mut target, &|_| ()).unwrap();
    drop(target);
    std::fs::write(office.path("key"), [9; 32]).unwrap();
    let output = Command::new(home.join("bin/spark-submit"))
        .current_dir(office.dir.path())
        .env("SPARK_HOME", &home)
        .env("SPARK_LOCAL_DIRS", office.path("spark"))
        .env("MINSHENG_NOW", "2024-07-01T02:03:04Z")
        .args([
            "--master",
            "local-cluster[3,1,1024]",
            "--driver-memory",
            "512m",
        ])
        .args(["--conf", "spark.ui.enabled=false"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tools/spark_audit.py"))
        .arg("ledgers")
        .arg("--binary")
        .arg(killing(office.dir.path()))
        .args(["--driver-binary", env!("CARGO_BIN_EXE_minsheng")])
        .args(["--year", "2022", "--as-of", "2024-06-01", "--key", "key"])
        .args(["--first", "DISTRICT", "--out", "spark.json"])
        .args(["--", "--format", "json", "--all", "--fail-on", "never"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(office.path("mark.killed").exists(), "no worker was killed");
    assert!(said.contains("Lost executor"), "{said}");
    std::fs::copy(folder.join("DISTRICT.db"), office.ledger()).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "db") && !path.ends_with("DISTRICT.db") {
            must(&office, &format!("merge {}", path.display()));
        }
    }
    let whole = must(
        &office,
        &format!("audit {YEAR} --fail-on never --all --format json"),
    );
    let spark = std::fs::read_to_string(office.path("spark.json")).unwrap();
    assert!(whole == spark, "{:?}", difference(&[whole], &[spark]));
}
