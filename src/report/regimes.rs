//! Regulations side by side, and what a pack still lacks.

pub mod begin;
pub mod diff;
pub mod lint;
