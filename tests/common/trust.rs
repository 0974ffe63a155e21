//! Other offices, the second verifier: what the tests of trust share.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::{Path, PathBuf};
use std::process::Command;

use super::cli::{Answer, Office, answer};

/// A ledger of a community with one demand of one resident, in a folder of its own.
pub fn community(code: &str, name: &str, phone: &str) -> Office {
    let office = Office::empty();
    office.run(&format!("init --origin {code}.1")).ends(0);
    office
        .run(&format!(
            "register community {code} --name {name} --street 粤海街道 --date 2020-09-10"
        ))
        .ends(0);
    office.run(&demand(code, "测试甲", phone)).ends(0);
    office
}

/// A command that records one demand.
pub fn demand(code: &str, who: &str, phone: &str) -> String {
    format!(
        "collect demand {code} --year 2022 --received 2022-01-03 --title 加装扶手 --type 工程类 --summary 楼梯 --grounds 安全 --proposer {who} --phone {phone} --again"
    )
}

/// Where the ledger of another office stands.
pub fn path(office: &Office) -> String {
    office.ledger().to_str().unwrap().to_owned()
}

/// The second verifier; none where there is no Python 3.
pub fn second(ledger: &Path, more: &[&str]) -> Option<Answer> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tools/verify.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(ledger)
        .args(more)
        .output()
        .ok()?;
    Some(answer(&output))
}
