//! `demo`: a year of three communities, by the public commands and nothing else.

use clap::ArgMatches;

use super::Exit;
use super::context::Context;

pub(super) fn demo(_: &ArgMatches, _: &mut Context<'_>) -> anyhow::Result<Exit> {
    Ok(Exit::Done)
}
