//! minsheng: case files and audits for neighbourhood micro-projects (民生微实事).
//!
//! Imports point one way, as the modules stand here: `words` and `law` know nothing of
//! the rest, `cli` knows all.

pub mod cli;
pub mod corridor;
pub mod judge;
pub mod law;
pub mod ledger;
pub mod pack;
pub mod report;
#[cfg(feature = "postgres")]
pub mod server;
pub mod sheet;
pub mod state;
pub mod step;
pub mod words;
