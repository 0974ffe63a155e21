//! The packs that come with the tool: identifier and files in the order of the law.

macro_rules! pack {
    ($pack:literal, $($file:literal),* $(,)?) => {
        ($pack, &[$((
            concat!($file, ".toml"),
            include_str!(concat!($pack, "/", $file, ".toml")),
        )),*])
    };
}

/// A year of three communities under the first pack, as a script of commands.
pub const DEMO: &str = include_str!("nanshan-2020/demo/year.txt");

/// The parameters of flags, which are no law.
pub const FLAGS: &str = include_str!("flags.toml");

/// What the indicators of a report are reckoned by, after an evaluation; no law.
pub const INDICATORS: &str = include_str!("indicators.toml");

/// A pack: its name, and its files by name.
type Files = (&'static str, &'static [(&'static str, &'static str)]);

/// The packs that come with the tool; the first is the one that is taken where none is named.
pub(super) const EMBEDDED: &[Files] = &[
    pack!(
        "nanshan-2020",
        "pack",
        "words",
        "parameters",
        "01-general",
        "02-collect",
        "03-shortlist",
        "04-publicize",
        "05-implement",
        "06-oversight",
        "07-final",
        "08-annex1",
        "09-annex2",
        "10-annex3",
        "11-annex4",
        "12-annex5",
        "13-annex6",
        "14-annex7",
        "15-annex8",
        "16-interpretation",
        "tables",
        "notices",
    ),
    pack!(
        "dongguan-2020",
        "pack",
        "words",
        "parameters",
        "01-scope",
        "02-collect",
        "03-deliberate",
        "04-confirm",
        "05-publicize",
        "06-close",
        "07-matters",
        "08-forms",
        "tables",
        "forms",
        "notices",
    ),
    pack!(
        "haicang-2018",
        "pack",
        "words",
        "parameters",
        "01-aims",
        "02-bodies",
        "03-projects",
        "04-collect",
        "05-approve",
        "06-implement",
        "07-manage",
        "08-assess",
        "09-steps",
        "10-money",
        "tables",
        "notices",
    ),
];
