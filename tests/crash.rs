//! Killed at any moment, the ledger opens, verifies, and holds every acknowledged event.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::process::Stdio;
use std::time::Duration;

use common::cli::{Office, fixture};

/// A small generator of delays, so that a failure can be run again by its seed.
struct Delays(u64);

impl Delays {
    fn next(&mut self, most: u64) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Duration::from_micros((self.0 >> 33) % most)
    }
}

#[test]
fn killed_while_importing() {
    let office = Office::new();
    office
        .run("collect round HZ --year 2022 --completed 2021-12-20 --organiser 社区党委")
        .ends(0);
    let contacts = fixture("import/contacts-haizhu-2022.csv");
    let seed = 20_220_401;
    let mut delays = Delays(seed);
    let mut landed = 0;
    for round in 0..40 {
        let before = office.run("log --format csv").ends(0).out.lines().count();
        let line = [
            "record",
            &contacts,
            "--step",
            "collect.contact",
            "--set",
            "community=HZ",
            "--set",
            &format!("year={}", 2000 + round),
        ];
        let mut child = office
            .command(&line)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(delays.next(120_000));
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let acknowledged = !output.stdout.is_empty();
        let answer = office.run("verify");
        assert_eq!(answer.code, 0, "seed {seed} round {round}: {}", answer.out);
        let after = office.run("log --format csv").ends(0).out.lines().count();
        // all of the file or nothing of it, and all if it was acknowledged
        assert!(
            after == before || after == before + 520,
            "seed {seed} round {round}: {before} {after}"
        );
        assert!(
            !acknowledged || after == before + 520,
            "seed {seed} round {round}: acknowledged and lost"
        );
        landed += usize::from(after > before);
    }
    assert!(
        landed < 40,
        "no kill hit the work: lengthen the work or shorten the delays"
    );
}

#[test]
fn eight_writers_at_once_lose_nothing() {
    let office = Office::new();
    let line = |n: usize, i: usize| {
        format!(
            "register document --rule A6-STREETTF --body 粤海街道 --date 2022-01-01 --title 第{n}-{i}份"
        )
    };
    std::thread::scope(|scope| {
        for n in 0..8 {
            let office = &office;
            scope.spawn(move || {
                for i in 0..5 {
                    office.run(&line(n, i)).ends(0);
                }
            });
        }
    });
    office.run("verify").ends(0);
    // header, init, one community, forty documents
    assert_eq!(
        office.run("log --format csv").ends(0).out.lines().count(),
        43
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::new();
    let bytes = office.bytes();
    let set = |mode: u32| {
        std::fs::set_permissions(office.dir.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o500);
    let probe = office.path("probe");
    let root = std::fs::write(&probe, "x").is_ok();
    if root {
        // the superuser writes everywhere: nothing to see, but the ledger must be whole
        std::fs::remove_file(probe).unwrap();
        set(0o700);
        office.run("verify").ends(0);
        return;
    }
    let answer = office.run("register document --rule A6-STREETTF --body 街道 --date 2022-01-01");
    set(0o700);
    assert_eq!(answer.code, 2);
    assert_eq!(office.bytes(), bytes);
}
