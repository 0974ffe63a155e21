//! The findings of a year that were kept: what an audit found is told again while nothing has
//! changed on which it rests.
//!
//! They are the user's own: in a folder for what can be made again, never beside the ledger, so
//! that a ledger that somebody hands over brings no findings along.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::context::Context;
use crate::ledger::{Ledger, chain, private_folder};
use crate::pack::Pack;
use crate::report::audit::{Kept, Stamp, Wanted, audit_to_file, renewed};

/// Ledgers with fewer events are judged in less than half a second: nothing is kept of them.
const SMALL: i64 = 20_000;

/// Judges a year, or tells what was found before if it still holds; `anew` asks for the former.
pub(super) fn audit<'p>(
    context: &Context<'_>,
    (ledger, pack): (&Ledger, &'p Pack),
    (year, anew): (i32, bool),
    wanted: &Wanted,
) -> anyhow::Result<Kept<'p>> {
    let of = (year, context.as_of);
    // of one community alone only its quarter is read
    let kept = if wanted.community.is_none() && !wanted.all {
        place(context, ledger, pack, year)?
    } else {
        None
    };
    let Some((path, stamp)) = kept else {
        return audit_to_file(ledger, pack, of, wanted, None);
    };
    if !anew && let Some(kept) = Kept::open(&path, &stamp, pack, wanted) {
        return Ok(kept);
    }
    if !anew && let Some(kept) = renewed(ledger, pack, (&path, &stamp), wanted)? {
        return Ok(kept);
    }
    if !wanted.is_of_all_rules() {
        return audit_to_file(ledger, pack, of, wanted, None);
    }
    audit_to_file(ledger, pack, of, wanted, Some((&path, &stamp)))
}

/// Where the findings of a year are kept, and what they rest on; nothing if they are not.
fn place(
    context: &Context<'_>,
    ledger: &Ledger,
    pack: &Pack,
    year: i32,
) -> anyhow::Result<Option<(PathBuf, Stamp)>> {
    let Some((folder, any)) = folder(context) else {
        return Ok(None);
    };
    let reader = ledger.reader();
    if !any && reader.count()? < SMALL {
        return Ok(None);
    }
    if private_folder(&folder).is_err() {
        return Ok(None);
    }
    let mut persons: Vec<(String, String)> = reader.aliases()?.into_iter().collect();
    persons.sort();
    let persons = serde_json::to_string(&persons)?;
    let stamp = Stamp {
        program: env!("MINSHENG_SOURCES").to_owned(),
        pack: pack.sha256.clone(),
        year,
        as_of: context.as_of,
        chains: ledger.stated()?,
        persons: digest(&persons),
    };
    let file = real(&context.ledger);
    let name = digest(&format!("{}\n{}\n{year}", file.display(), pack.meta.id));
    Ok(Some((folder.join(&name[..32]), stamp)))
}

/// The folder in which findings are kept, and whether those of small ledgers are, too.
fn folder(context: &Context<'_>) -> Option<(PathBuf, bool)> {
    let set = |name: &str| (context.surroundings.env)(name).filter(|value| !value.is_empty());
    if let Some(folder) = (context.surroundings.env)("MINSHENG_RESULTS") {
        // an empty one says that nothing is to be kept
        return (!folder.is_empty()).then(|| (PathBuf::from(folder), true));
    }
    let caches = set("XDG_CACHE_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| Path::new(&home).join(".cache")))?;
    Some((caches.join("minsheng"), false))
}

fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn digest(text: &str) -> String {
    chain::hex(&Sha256::digest(text.as_bytes()))
}
