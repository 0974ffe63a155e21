//! `sync`: the chains of a district's ledgers on a server, pushed and pulled.

#[cfg(feature = "postgres")]
mod connect;
#[cfg(feature = "postgres")]
mod home;
#[cfg(feature = "postgres")]
mod papers;
#[cfg(feature = "postgres")]
mod pull;
#[cfg(feature = "postgres")]
mod push;

use clap::ArgMatches;

use super::Exit;
use super::context::Context;

/// One of the verbs of `sync`.
#[cfg(feature = "postgres")]
pub(super) fn sync(
    verb: &str,
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<Exit> {
    let done = match verb {
        "init" => home::init(matches, context),
        "push" => push::push(matches, context),
        "pull" => pull::pull(matches, context),
        "erase" => home::erase(matches, context),
        _ => home::status(matches, context),
    };
    done.or_else(|error| connect::tell(error, context))
}

/// One of the verbs of `sync`, in a program that was built without it.
#[cfg(not(feature = "postgres"))]
pub(super) fn sync(_: &str, _: &ArgMatches, _: &mut Context<'_>) -> anyhow::Result<Exit> {
    Err(super::Fail(crate::words!(
        "这个程序编译时没有带 postgres；带上它：cargo install --path . --features postgres",
        "This program was built without postgres; with it: cargo install --path . --features postgres"
    ))
    .into())
}
