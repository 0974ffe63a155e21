//! Keys that sign checkpoints: made, read, and never made to say two things.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;

use super::context::{Context, Format};
use super::{Exit, Fail, talk};
use crate::ledger::checkpoint::Anchor;
use crate::ledger::note::{Key, NoteError, Verifier};
use crate::ledger::{Checkpoint, Ledger, create_private};
use crate::words;
use crate::words::Words;

/// A problem with a file of a key or a checkpoint.
fn with_file(file: &str, words: &Words) -> Fail {
    Fail(Words::new(
        format!("{file}：{}", words.zh),
        format!("{file}: {}", words.en),
    ))
}

/// Makes a key file that only its owner can read and prints the key that verifies.
pub(super) fn make(
    file: &str,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<Exit> {
    let name = match matches.get_one::<String>("key-name") {
        Some(name) => name.clone(),
        None => context.open_read()?.origin().name.clone(),
    };
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|e| anyhow::anyhow!("no random numbers: {e}"))?;
    let key = Key::new(&name, seed).map_err(|error| Fail(error.words()))?;
    let written = create_private(Path::new(file)).and_then(|mut out| {
        out.write_all(key.secret().as_bytes())?;
        out.sync_all()
    });
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Fail(words!(
            "{0} 已经存在，没有改动；密钥不覆盖，请换一个文件名。",
            "{0} exists already and was left alone; keys are not overwritten, choose another name.",
            file
        )),
        _ => Fail(words!(
            "写不了 {}：{}。",
            "Cannot write {}: {}.",
            file,
            error
        )),
    })?;
    let text = key.verifier().text();
    if context.format == Format::Json {
        context.json(&json!({ "schema": "minsheng.key/1", "file": file, "verifier": text }))?;
        return Ok(Exit::Done);
    }
    writeln!(context.out, "{text}")?;
    talk(
        context,
        &format!(
            "私钥在 {file}，只有本人能读，不要外传；上面一行是公钥，交给要核对的人（verify --verifier-key）。"
        ),
        &format!(
            "The private key is in {file}, for its owner only; give the line above to whoever checks (verify --verifier-key)."
        ),
    );
    Ok(Exit::Done)
}

/// Reads a private key.
pub(super) fn read(file: &str) -> anyhow::Result<Key> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Fail(words!(
            "读不到密钥 {}：{}。",
            "Cannot read the key {}: {}.",
            file,
            error
        ))
    })?;
    Ok(Key::parse(&text).map_err(|error| with_file(file, &error.words()))?)
}

/// The keys of `--verifier-key`, each given itself or as a file.
pub(super) fn verifiers(matches: &ArgMatches) -> anyhow::Result<Vec<Verifier>> {
    let given = matches
        .get_many::<String>("verifier-key")
        .into_iter()
        .flatten();
    given
        .map(|text| {
            let key = Verifier::parse(text).or_else(|error| match std::fs::read_to_string(text) {
                Ok(content) => Verifier::parse(&content),
                Err(_) => Err(error),
            });
            Ok(key.map_err(|error| with_file(text, &error.words()))?)
        })
        .collect()
}

/// The text of a checkpoint file; where keys are given, only what one of them signed.
pub(super) fn open(verifiers: &[Verifier], file: &str, text: String) -> anyhow::Result<String> {
    let mut worst = None;
    for verifier in verifiers {
        match verifier.open(&text) {
            Ok(text) => return Ok(text),
            Err(NoteError::WrongSignature) => worst = Some(NoteError::WrongSignature),
            Err(error) => worst = worst.or(Some(error)),
        }
    }
    match worst {
        None => Ok(text),
        Some(error) => Err(with_file(file, &error.words()).into()),
    }
}

/// Where it stands what a key has signed.
fn memory(key: &Path) -> PathBuf {
    let mut name = key.as_os_str().to_owned();
    name.push(".signed");
    PathBuf::from(name)
}

/// What a key has signed of this ledger.
pub(super) fn signed(key: &Path, ledger: &Ledger) -> anyhow::Result<Vec<Anchor>> {
    let path = memory(key);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let mut last: Option<Checkpoint> = None;
    for body in text.split("\n\n").filter(|body| !body.trim().is_empty()) {
        let checkpoint = Checkpoint::parse(body.trim_start()).map_err(|error| {
            Fail(words!(
                "{} 被改动过（{}）；请恢复它，或换一个新密钥。",
                "{} was changed ({}); restore it, or make a new key.",
                path.display(),
                error
            ))
        })?;
        if checkpoint.origin == ledger.origin().name {
            last = Some(checkpoint);
        }
    }
    Ok(last.into_iter().map(Anchor::Whole).collect())
}

/// Notes durably what a key is about to sign.
pub(super) fn remember(key: &Path, checkpoint: &Checkpoint) -> anyhow::Result<()> {
    let path = memory(key);
    if !path.exists() {
        create_private(&path)?;
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(&path)?;
    file.write_all(format!("{}\n", checkpoint.body()).as_bytes())?;
    file.sync_all()?;
    Ok(())
}
