//! The packs that come with the tool, as `build.rs` makes them of their files.

/// A year of three communities under the first pack, as a script of commands.
pub const DEMO: &str = include_str!("nanshan-2020/demo/year.txt");

/// The parameters of flags, which are no law.
pub const FLAGS: &str = include_str!("flags.toml");

/// What the indicators of a report are reckoned by, after an evaluation; no law.
pub const INDICATORS: &str = include_str!("indicators.toml");

/// Words of the rules' checks in their order, each with the places of the rules that say it.
pub(super) type Said = &'static [(&'static str, &'static [u16])];

/// Each pack: its name, the SHA-256 over its files in hexadecimal, all that they say as JSON, and
/// which rules say a word.
pub(super) const EMBEDDED: &[(&str, &str, &str, Said)] =
    include!(concat!(env!("OUT_DIR"), "/packs.rs"));
