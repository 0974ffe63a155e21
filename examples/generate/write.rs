//! Writing what was made: one ledger of the district, or one of each community.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use minsheng::ledger::{Draft, Ledger, Writer};
use minsheng::pack::Pack;
use minsheng::step::{Said, Step, general};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::world::{Fact, Facts, Home, PACK, World, code};
use super::{community, district};

/// Streets that are made and sorted together: what bounds the memory.
const WAVE: u64 = 8;

/// The ledgers that are being written.
pub enum Target {
    /// One for all.
    One(Ledger, u64),
    /// A folder with one of each community and one of the district.
    Split(PathBuf, u64),
}

impl Target {
    /// A new ledger of a district.
    ///
    /// # Errors
    /// If the file is there or cannot be written.
    pub fn one(path: &Path, world: &World) -> anyhow::Result<Self> {
        let origin = format!("MADE.{}", world.seed);
        Ok(Self::One(open(path, &origin)?, world.seed))
    }

    /// A folder of ledgers.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn split(folder: &Path, world: &World) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self::Split(folder.to_owned(), world.seed))
    }

    /// Appends the facts of a wave, each to the ledger that it belongs to.
    fn take(&mut self, facts: Vec<Fact>, year: i32) -> anyhow::Result<u64> {
        match self {
            Self::One(ledger, seed) => append(ledger, facts, year, *seed),
            Self::Split(folder, seed) => {
                let mut homes: BTreeMap<Home, Vec<Fact>> = BTreeMap::new();
                for fact in facts {
                    homes.entry(fact.home).or_default().push(fact);
                }
                let mut count = 0;
                for (home, facts) in homes {
                    let name = match home {
                        Home::District => "DISTRICT".to_owned(),
                        Home::Community(number) => code(number),
                    };
                    let path = folder.join(format!("{name}.db"));
                    let mut ledger = if path.exists() {
                        Ledger::open(&path)?
                    } else {
                        open(&path, &format!("MADE.{seed}.{name}"))?
                    };
                    count += append(&mut ledger, facts, year, *seed)?;
                }
                Ok(count)
            }
        }
    }
}

/// Makes everything and appends it, wave by wave; `tell` hears how many events there are.
///
/// The library's own writer appends, in one transaction for each wave, as `record --as-is`
/// would; the events are not judged one by one, which is what makes it quick.
///
/// # Errors
/// If a ledger cannot be written.
pub fn write(world: &World, target: &mut Target, tell: &dyn Fn(u64)) -> anyhow::Result<u64> {
    let mut count = 0;
    for &year in &world.years {
        let mut sample = Vec::new();
        let mut seen = 0_u64;
        for first in (0..world.streets()).step_by(usize::try_from(WAVE)?) {
            let mut facts = Facts::default();
            for number in first..(first + WAVE).min(world.streets()) {
                let mut cases = Vec::new();
                for community in world.of_street(number) {
                    cases.extend(community::year(world, community, year, &mut facts));
                }
                for case in cases.iter().filter(|case| case.accepted) {
                    if seen.is_multiple_of(20) {
                        sample.push(case.id.clone());
                    }
                    seen += 1;
                }
                district::street_year(world, number, year, &cases, &mut facts);
            }
            facts.sort();
            count += target.take(facts.list, year)?;
            tell(count);
        }
        let mut facts = Facts::default();
        district::district_year(world, year, &sample, &mut facts);
        facts.sort();
        count += target.take(facts.list, year)?;
    }
    Ok(count)
}

fn open(path: &Path, origin: &str) -> anyhow::Result<Ledger> {
    let pack = Pack::load(PACK)?;
    let mut ledger =
        Ledger::create(path, origin).with_context(|| format!("create {}", path.display()))?;
    let step = Step::of(&general::Init {
        ledger: origin.to_owned(),
        name: Some("示例区".into()),
        regime: PACK.into(),
        pack_sha256: pack.sha256.clone(),
        date: "2020-09-10".parse()?,
    })?;
    let extend = Step::of(&general::Extend {
        ledger: Some(origin.to_owned()),
        until: "2026-09-09".parse()?,
        basis: "示例规〔2023〕1号".into(),
        date: Some("2023-08-30".parse()?),
    })?;
    let mut writer = ledger.write("generate", "2020-09-10T01:00:00Z")?;
    for (step, occurred) in [(step, "2020-09-10"), (extend, "2023-08-30")] {
        writer.append(Draft {
            step,
            subject: origin.to_owned(),
            occurred: occurred.to_owned(),
        })?;
    }
    writer.commit()?;
    Ok(ledger)
}

fn append(ledger: &mut Ledger, facts: Vec<Fact>, year: i32, seed: u64) -> anyhow::Result<u64> {
    let now = format!("{}-07-01T00:00:00Z", year + 1);
    let mut writer = ledger.write("generate", &now)?;
    let mut count = 0;
    for mut fact in facts {
        for value in fact.step.values.values_mut() {
            match value {
                Said::Personal(plain) => *plain = token(&mut writer, plain, seed)?.into(),
                Said::Json(json) => enter(&mut writer, json, seed)?,
                _ => {}
            }
        }
        writer.append(Draft {
            step: fact.step,
            subject: fact.subject,
            occurred: fact.occurred,
        })?;
        count += 1;
    }
    writer.commit()?;
    Ok(count)
}

/// Enters personal values under salts that follow from the seed, and leaves their tokens.
fn enter(writer: &mut Writer<'_>, value: &mut Json, seed: u64) -> anyhow::Result<()> {
    match value {
        Json::Array(list) => list
            .iter_mut()
            .try_for_each(|item| enter(writer, item, seed)),
        Json::Object(map) => {
            if let Some(Json::String(plain)) = map.get_mut("personal") {
                *plain = token(writer, plain, seed)?;
                return Ok(());
            }
            map.values_mut()
                .try_for_each(|item| enter(writer, item, seed))
        }
        _ => Ok(()),
    }
}

/// Enters one personal value, and gives its token.
fn token(writer: &mut Writer<'_>, plain: &str, seed: u64) -> anyhow::Result<String> {
    let digest = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update(plain.as_bytes())
        .finalize();
    let mut salt = [0; 16];
    salt.copy_from_slice(&digest[..16]);
    writer.enter_personal(plain, salt)
}
