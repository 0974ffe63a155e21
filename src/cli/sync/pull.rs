//! `sync pull`: what others have brought, taken in as `merge` takes in a ledger.
//!
//! The chains come as a parcel: a ledger file of its own, verified and merged by the same code
//! as any other, then gone.

use std::collections::HashMap;
use std::path::Path;

use clap::ArgMatches;
use tempfile::TempDir;

use super::connect::{agreed, connect};
use super::papers;
use crate::cli::context::{Context, Format};
use crate::cli::union::{Allowed, Outcome, answer, take, tell};
use crate::cli::{Exit, Fail};
use crate::ledger::Ledger;
use crate::server::{BATCH, Server};
use crate::words;

/// One chain that is to come.
struct Wanted {
    origin: String,
    /// Events that are the same here and there.
    agreed: i64,
}

pub(super) fn pull(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[Format::Json])?;
    let mut ledger = context.open()?;
    let (mut server, name) = connect(matches, context)?;
    server.freeze()?;
    let wanted = wanted(&ledger, &mut server, matches)?;
    let outcome = if wanted.is_empty() {
        let mut outcome = Outcome::of(&name, Exit::Done);
        outcome.said.push(words!(
            "服务器上没有别的账本的新内容。",
            "The server has nothing new of other ledgers."
        ));
        outcome
    } else {
        let values = matches.get_flag("with-personal");
        let (folder, parcel) = parcel(&ledger, &mut server, &wanted, values)?;
        let mut came = 0;
        if matches.get_flag("with-evidence") && !context.dry_run {
            came = papers::pull(ledger.path(), &parcel, folder.path(), &mut server)?;
        }
        let allowed = Allowed {
            conflicts: matches.get_flag("as-is"),
            erasures: matches.get_flag("accept-erasures"),
        };
        let mut outcome = take(&mut ledger, &parcel, &name, allowed, context)?;
        outcome.copied += came;
        outcome
    };
    if context.format != Format::Json {
        tell(context, &outcome)?;
    }
    answer(context, &[outcome])
}

/// The chains that have something new, or have branched; with `--with-personal` or
/// `--with-evidence` all of them.
fn wanted(
    ledger: &Ledger,
    server: &mut Server,
    matches: &ArgMatches,
) -> anyhow::Result<Vec<Wanted>> {
    let heads = ledger.reader().heads()?.into_iter();
    let ours: HashMap<String, i64> = heads.map(|head| (head.origin, head.size)).collect();
    let chosen = matches.get_many::<String>("origin");
    let chosen: Vec<&String> = chosen.into_iter().flatten().collect();
    let chains = server.chains()?;
    if let Some(odd) = chosen
        .iter()
        .find(|name| chains.iter().all(|chain| chain.head.origin != ***name))
    {
        return Err(Fail(words!(
            "服务器上没有账本 {}；用 minsheng sync status 查看。",
            "The server has no ledger {}; see minsheng sync status.",
            odd
        ))
        .into());
    }
    // what was left out before may stand in chains that are here already
    let whole = matches.get_flag("with-personal") || matches.get_flag("with-evidence");
    let mut list = Vec::new();
    for chain in chains {
        let (origin, size) = (chain.head.origin, chain.head.size);
        if !chosen.is_empty() && !chosen.contains(&&origin) {
            continue;
        }
        let here = ours.get(&origin).copied().unwrap_or(0);
        let agreed = agreed(ledger.reader(), server, &origin, here.min(size))?;
        // what a ledger received is no news to others: two that pull from each other would
        // answer each receipt with another one
        let news =
            size > here && (server.has_news(&origin, here)? || origin == ledger.origin().name);
        if agreed < here.min(size) || news || whole {
            list.push(Wanted { origin, agreed });
        }
    }
    Ok(list)
}

/// The chains as a ledger file in a folder that goes with the answer: what is the same from
/// here, the rest from the server.
fn parcel(
    ledger: &Ledger,
    server: &mut Server,
    wanted: &[Wanted],
    values: bool,
) -> anyhow::Result<(TempDir, Ledger)> {
    let home = ledger.path().parent().unwrap_or_else(|| Path::new("."));
    let folder = tempfile::Builder::new()
        .prefix(".minsheng-pull-")
        .tempdir_in(home)?;
    let first = wanted.first().map_or("", |chain| chain.origin.as_str());
    let mut parcel = Ledger::parcel(&folder.path().join("parcel.db"), first)?;
    let mut packing = parcel.pack()?;
    for chain in wanted {
        ledger
            .reader()
            .of_chain(&chain.origin, 0, |event| -> anyhow::Result<()> {
                if event.seq <= chain.agreed {
                    packing.put(&event)?;
                }
                Ok(())
            })?;
        server.after(&chain.origin, chain.agreed, &mut |event| {
            packing.put(&event)
        })?;
    }
    if values {
        for tokens in packing.tokens().chunks(BATCH) {
            for (token, salt, value) in server.values(tokens)? {
                packing.value(&token, &salt, &value)?;
            }
        }
    }
    packing.close()?;
    Ok((folder, parcel))
}
