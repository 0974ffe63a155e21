//! A damaged file changes no fact unseen, and no command panics on it. The long version:
//! `cargo run --release --example torture -- flips` and `-- pages`.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::path::Path;

use common::torture::damage::{self, Case, PAGE};

fn year() -> (Vec<u8>, Vec<u8>) {
    common::torture::year(Path::new(env!("CARGO_BIN_EXE_minsheng")))
}

#[test]
fn no_flipped_bit_changes_a_fact_unseen() {
    let (good, _) = year();
    let all = damage::flips(&good, 1000, 7);
    // every seventh bit of the header, then some of the rest
    let some = |n: usize| all(if n < 115 { n * 7 } else { 800 + n - 115 }).filter(|_| n < 265);
    let found = damage::damage(&good, &some, 20, 2);
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
    assert!(found.tried == 265 && found.detected > 80, "{found}");
}

#[test]
fn no_cut_or_exchanged_page_passes() {
    let (good, old) = year();
    let cases = damage::pages(&good, &old, PAGE);
    let some = |n: usize| {
        let case = cases.get(n * 4)?;
        Some(Case {
            name: case.name.clone(),
            bytes: case.bytes.clone(),
        })
    };
    let found = damage::damage(&good, &some, 20, 2);
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
    assert_eq!(found.harmless, 0, "{found}");
    assert!(cases.iter().any(|case| case.name.contains("older copy")));
}

/// The detector itself is shown to see: a changed fact in a file that still verifies is told.
#[test]
fn a_change_that_verify_does_not_see_would_be_told() {
    let (good, old) = year();
    // an older ledger verifies and reads otherwise: exactly what must never count as harmless
    let found = damage::damage(
        &good,
        &|n| {
            (n == 0).then(|| Case {
                name: "an older ledger".into(),
                bytes: old.clone(),
            })
        },
        1,
        1,
    );
    assert_eq!(found.wrong, ["an older ledger: changed unseen"]);
}
