//! The fuzz targets on the stable compiler: the corpus replayed, mutations of it, and any bytes.
//! The long versions: `cargo run --release --example torture -- fuzz` and `-- worker`, and with a
//! nightly compiler `cargo +nightly fuzz run NAME`.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::path::Path;

use common::torture::fuzz::targets::{self, TARGETS};
use common::torture::fuzz::{Fuzzed, fuzz, seeds, workers};
use proptest::prelude::*;

#[test]
fn the_corpus_is_replayed_and_every_target_has_one() {
    for (name, run) in TARGETS {
        for seed in seeds(name) {
            run(&seed);
        }
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(name);
        assert!(corpus.is_dir(), "{name}");
        let bin =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz/fuzz_targets/{name}.rs"));
        assert!(
            std::fs::read_to_string(bin)
                .unwrap()
                .contains(&format!("minsheng_fuzz::{name}("))
        );
    }
}

#[test]
fn mutations_of_the_corpus_find_nothing() {
    let mut found = Fuzzed::default();
    for (name, _) in TARGETS {
        fuzz(name, 250, 11, &mut found);
    }
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
}

#[test]
fn mutated_files_are_contained_by_the_worker() {
    let mut found = Fuzzed::default();
    workers(
        Path::new(env!("CARGO_BIN_EXE_minsheng")),
        60,
        12,
        &mut found,
    );
    assert!(found.wrong.is_empty(), "{found}: {:#?}", found.wrong);
    assert!(found.read > 0 && found.refused > 0, "{found}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_value_or_none(text in "\\PC{0,24}") {
        targets::values(text.as_bytes());
        targets::guard(text.as_bytes());
        targets::checkpoint(text.as_bytes());
    }

    #[test]
    fn any_amount_comes_back(yuan in -1_000_000_000_i64..1_000_000_000, fen in 0_u8..100) {
        targets::values(format!("{yuan}.{fen:02}").as_bytes());
        targets::values(format!("{yuan}.{fen:02}万").as_bytes());
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        targets::text(&bytes);
        targets::workbook(&[b"PK\x03\x04".as_slice(), &bytes].concat());
    }

    /// All of GB18030, the signs of four bytes included, comes back as it was.
    #[test]
    fn any_name_survives_gb18030(name in prop::collection::vec(prop::char::ranges(std::borrow::Cow::Borrowed(&[
        '\u{4E00}'..='\u{9FFF}', '\u{3400}'..='\u{4DBF}', '\u{20000}'..='\u{2A6DF}', 'a'..='z',
    ])), 1..20)) {
        let name: String = name.into_iter().collect();
        let (bytes, _, lost) = encoding_rs::GB18030.encode(&name);
        prop_assert!(!lost);
        let mut file = "名称,金额\n".to_owned().into_bytes();
        file = encoding_rs::GB18030.encode(std::str::from_utf8(&file).unwrap()).0.into_owned();
        file.extend_from_slice(&bytes);
        file.extend_from_slice(b",1\n");
        let options = minsheng::sheet::ReadOptions { encoding: Some("gb18030".into()), ..Default::default() };
        let book = minsheng::sheet::parse(&file, &options).unwrap();
        prop_assert_eq!(book.sheets[0].rows[1].cells.get(0).unwrap().text, &name);
    }
}
