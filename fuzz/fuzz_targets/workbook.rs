#![no_main]
//! Fuzzes [`minsheng_fuzz::workbook`] with libFuzzer.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| minsheng_fuzz::workbook(data));
