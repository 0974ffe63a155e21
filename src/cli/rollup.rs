//! `audit --partition`, `audit --partial` and `audit roll-up`: a year audited in parts.

use std::fs;

use clap::ArgMatches;

use super::audit::{exit, tell_held, threshold, wanted, year};
use super::context::{Context, load};
use super::{Exit, Fail, files, talk};
use crate::report::partial::{self, Key, Part, Partial, Source};
use crate::report::rollup;
use crate::words;
use crate::words::Words;

/// Judges a part of a year and writes the partial result.
pub(super) fn partial(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let year = year(matches)?.unwrap_or_else(|| context.today.year());
    let part = match matches.get_one::<String>("partition") {
        Some(text) => Some(text.parse::<Part>().map_err(Fail)?),
        None => None,
    };
    let key = matches.get_one::<String>("key").map(|file| key(file));
    let key = key.transpose()?;
    let ledger = context.open_read()?;
    let pack = context.pack(&ledger)?;
    let source = Source {
        ledger: &ledger,
        part,
        own: matches.get_flag("own"),
        key: key.as_ref(),
        all: matches.get_flag("all"),
    };
    let partial = partial::partial(source, &pack, year, context.as_of)?;
    let mut bytes = serde_json::to_vec(&partial)?;
    bytes.push(b'\n');
    let Some(file) = matches.get_one::<String>("output") else {
        context.out.write_all(&bytes)?;
        return Ok(Exit::Done);
    };
    files::write_file(file, &bytes, matches.get_flag("force"))?;
    let (subjects, communities) = (partial.subjects.len(), partial.communities.len());
    talk(
        context,
        &format!("已写入 {file}：社区{communities}个，对象{subjects}个。"),
        &format!("Written {file}: {communities} communities, {subjects} subjects."),
    );
    Ok(Exit::Done)
}

fn key(file: &str) -> anyhow::Result<Key> {
    let bytes = fs::read(file).map_err(|error| unread(file, &error))?;
    Key::new(&bytes).ok_or_else(|| {
        Fail(words!(
            "密钥 {0} 太短：至少32字节的随机数，例如 head -c 32 /dev/urandom > {0}",
            "The key {0} is too short: at least 32 random bytes, for example head -c 32 /dev/urandom > {0}",
            file
        ))
        .into()
    })
}

fn unread(file: &str, error: &std::io::Error) -> Fail {
    Fail(words!(
        "读不了 {}：{}。",
        "Cannot read {}: {}.",
        file,
        error
    ))
}

/// Puts partial results together and prints the audit.
pub(super) fn roll_up(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let threshold = threshold(matches)?;
    let mut given = Vec::new();
    let mut refused: Vec<Words> = Vec::new();
    for file in matches.get_many::<String>("file").into_iter().flatten() {
        let bytes = fs::read(file).map_err(|error| unread(file, &error))?;
        match serde_json::from_slice::<Partial>(&bytes) {
            Ok(partial) => given.push((file.clone(), partial)),
            Err(error) => refused.push(unknown(file, &bytes, &error)),
        }
    }
    let regime = context.regime.clone();
    let regime = regime.or_else(|| given.first().map(|(_, first)| first.regime.clone()));
    if let (Some(regime), true) = (regime, refused.is_empty()) {
        let pack = load(&regime)?;
        let wanted = wanted(matches, &pack)?;
        match rollup::roll_up(&pack, given, &wanted) {
            Ok(audit) => {
                tell_held(&audit, &pack, &wanted, matches, context)?;
                return Ok(exit(&audit, matches.get_flag("all"), threshold));
            }
            Err(words) => refused = words,
        }
    }
    let all: Vec<Words> = refused.iter().map(on_a_line).collect();
    Err(Fail(Words::join(&all)).into())
}

fn on_a_line(words: &Words) -> Words {
    Words::new(format!("\n{}", words.zh), format!("\n{}", words.en))
}

/// A file that is no partial result of this version.
fn unknown(file: &str, bytes: &[u8], error: &serde_json::Error) -> Words {
    let json: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let schema = json.and_then(|json| Some(json.get("schema")?.as_str()?.to_owned()));
    match schema {
        Some(schema) if schema != partial::SCHEMA => words!(
            "{0} 是 {1}，本程序认识的是 {2}：请用同一版本重做。",
            "{0} is {1}; this version knows {2}: make it again with one version.",
            file,
            schema,
            partial::SCHEMA
        ),
        _ => words!(
            "{0} 不是分部结果（{1}）；用 minsheng audit --year 年度 --partition 1/8 -o 文件 生成。",
            "{0} is no partial result ({1}); make one with minsheng audit --year YEAR --partition 1/8 -o FILE.",
            file,
            error
        ),
    }
}
