//! Programs that a test needs and a machine may not have.

use std::process::{Command, Stdio};

/// True if what a test needs is there. If not, the test says that it is passed over, or fails
/// where `MINSHENG_REQUIRE_ALL` says that nothing may be missing.
#[track_caller]
pub fn have(what: &str, there: bool) -> bool {
    if !there {
        let all = std::env::var_os("MINSHENG_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!all, "{what} is not there");
        eprintln!("passed over: {what} is not there");
    }
    there
}

/// True if Python 3 is there with these modules.
#[track_caller]
pub fn python(modules: &[&str]) -> bool {
    let found = Command::new("python3")
        .args(["-c", &format!("import sys, {}", modules.join(", "))])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    have(
        &format!("Python with {}", modules.join(", ")),
        found.is_ok_and(|status| status.success()),
    )
}

/// True if a program answers.
#[track_caller]
pub fn program(name: &str, arg: &str) -> bool {
    let found = Command::new(name)
        .arg(arg)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    have(name, found.is_ok_and(|status| status.success()))
}
