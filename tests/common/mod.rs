//! What several tests share.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod books;
pub mod cli;
pub mod examples;
pub mod forge;
pub mod parts;
#[cfg(all(feature = "postgres", unix))]
pub mod postgres;
pub mod schedules;
pub mod tools;
pub mod torture;
pub mod traps;
pub mod trust;
pub mod years;
