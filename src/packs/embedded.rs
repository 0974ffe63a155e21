//! The packs that come with the tool, as `build.rs` makes them of their files.

/// A year of three communities under the first pack, as a script of commands.
pub const DEMO: &str = include_str!("nanshan-2020/demo/year.txt");

/// The parameters of flags, which are no law.
pub const FLAGS: &str = include_str!("flags.toml");

/// What the indicators of a report are reckoned by, after an evaluation; no law.
pub const INDICATORS: &str = include_str!("indicators.toml");

/// A pack inside the program. Each text is the JSON of what stands under a key of its files.
pub(super) struct Embedded {
    pub(super) id: &'static str,
    /// SHA-256 over its files, in hexadecimal.
    pub(super) sha256: &'static str,
    pub(super) meta: &'static str,
    pub(super) vocabulary: &'static str,
    pub(super) fact: &'static str,
    pub(super) condition: &'static str,
    pub(super) stage: &'static str,
    pub(super) table: &'static str,
    pub(super) parameter: &'static str,
    pub(super) form: &'static str,
    pub(super) redaction: &'static str,
    pub(super) notice: &'static str,
    /// Each rule: its identifier, and what it says.
    pub(super) rules: &'static [(&'static str, &'static str)],
    /// The identifiers of its facts.
    pub(super) facts: &'static [&'static str],
    /// The identifiers of its conditions.
    pub(super) conditions: &'static [&'static str],
    /// The values of its parameters, in the order of their identifiers.
    pub(super) values: &'static [(&'static str, &'static str)],
    /// Which rules say a word in their checks: lines in the order of their words, each a word and
    /// the places of the rules.
    pub(super) said: &'static str,
    /// Which rules come to a word, also through facts, conditions, stages and filings.
    pub(super) reached: &'static str,
}

/// Each of them.
pub(super) const EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));
