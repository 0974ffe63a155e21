//! The numbered traps of the regulation's text: places where a quick reading goes wrong.
//!
//! `fixtures/traps/nanshan-2020.jsonl` holds for each number the facts and what the book
//! must say of them, or why the trap concerns nothing that a ledger does.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Office, base_case};
use common::examples::pack_folder;
use common::traps::{self, Line};
use minsheng::pack::Pack;

const PACK: &str = "nanshan-2020";

fn of(number: u32) -> Vec<Line> {
    let mut lines = traps::lines(PACK);
    lines.retain(|line| line.number == number.to_string());
    lines
}

/// Runs every line of a trap that concerns behaviour.
fn trap(number: u32) {
    let lines = of(number);
    let shown = lines.iter().any(|line| line.facts.is_some());
    assert!(shown, "no facts for trap {number}");
    let wrong = traps::wrong(PACK, lines);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! traps {
    ($($name:ident = $number:literal),* $(,)?) => {
        $(#[test] fn $name() { trap($number); })*

        /// Every number from 1 to 63 has its test, or says why it needs none.
        #[test]
        fn every_trap_is_shown_or_concerns_no_behaviour() {
            let shown = [$($number),*];
            for number in 1..=63 {
                if shown.contains(&number) || EXPORTED.contains(&number) {
                    continue;
                }
                let lines = of(number);
                assert!(!lines.is_empty(), "trap {number} is not told");
                assert!(lines.iter().all(|line| line.facts.is_none()), "trap {number} has facts and no test");
            }
        }
    };
}

traps! {
    trap_01 = 1, trap_02 = 2, trap_03 = 3, trap_04 = 4, trap_05 = 5, trap_06 = 6, trap_07 = 7, trap_08 = 8, trap_10 = 10, trap_11 = 11, trap_12 = 12, trap_13 = 13, trap_14 = 14, trap_15 = 15, trap_16 = 16, trap_17 = 17, trap_18 = 18, trap_19 = 19, trap_20 = 20, trap_21 = 21, trap_22 = 22, trap_23 = 23, trap_25 = 25, trap_26 = 26, trap_27 = 27, trap_28 = 28, trap_29 = 29, trap_30 = 30, trap_31 = 31, trap_32 = 32, trap_33 = 33, trap_34 = 34, trap_35 = 35, trap_36 = 36, trap_37 = 37, trap_38 = 38, trap_39 = 39, trap_40 = 40, trap_41 = 41, trap_42 = 42, trap_43 = 43, trap_44 = 44, trap_46 = 46, trap_47 = 47, trap_48 = 48, trap_49 = 49, trap_50 = 50, trap_51 = 51, trap_52 = 52, trap_53 = 53, trap_54 = 54, trap_55 = 55, trap_56 = 56, trap_57 = 57, trap_58 = 58, trap_59 = 59, trap_60 = 60, trap_61 = 61
}

/// Traps of the exported tables.
const EXPORTED: [u32; 3] = [9, 24, 48];

fn planned(amount: &str) -> Office {
    let office = Office::new();
    let lines: Vec<String> = base_case("service")
        .into_iter()
        .map(|line| line.replace("\"80000\"", &format!("\"{amount}\"")))
        .collect();
    office.record(&lines.join("\n"), "--as-is").ends(0);
    office
}

#[test]
fn trap_09_a_fen_above_the_limit_is_seen_in_the_table() {
    let office = planned("500000.01");
    for table in ["T2", "T3"] {
        office
            .run(&format!(
                "export {table} --community HZ --year 2022 --date 2022-06-30 -o {table}.csv --force"
            ))
            .ends(0);
        let text = std::fs::read_to_string(office.path(&format!("{table}.csv"))).unwrap();
        // in the row and in the sum of the sentence
        assert_eq!(text.matches("50.000001").count(), 2, "{text}");
        assert!(
            !text.contains("50.00,") && !text.contains("50.00万"),
            "{text}"
        );
    }
}

#[test]
fn trap_24_there_are_four_forms_and_no_more() {
    let pack = Pack::load(&pack_folder()).unwrap();
    let ids: Vec<&str> = pack.tables.iter().map(|table| table.id.as_str()).collect();
    assert_eq!(ids, ["T1", "T2", "T3", "T4"]);
    let office = Office::new();
    let answer = office.run("export T5 --community HZ --year 2022").ends(2);
    assert!(answer.err.contains("T4"), "{}", answer.err);
}

#[test]
fn trap_48_the_form_of_the_blocklist_has_five_columns() {
    let office = Office::new();
    office
        .run("register blocklist YC-1 --unit 示例公司 --code 91440300MA5EXAMPLE --person 法人甲 --cause 中途退出 --listed 2022-07-01")
        .ends(0);
    office
        .run("export T4 --date 2022-12-30 -o T4.csv --bare")
        .ends(0);
    let text = std::fs::read_to_string(office.path("T4.csv")).unwrap();
    let head = text.trim_start_matches('\u{feff}').lines().next().unwrap();
    assert_eq!(head, "序号,统一社会信用代码,单位名称,法人,列入事由");
    assert!(!text.contains("2022-07-01"), "{text}");
}
