//! Writes made-up ledgers of any size: `cargo run --release --example generate -- --cases 2000`.

#![allow(clippy::print_stdout, reason = "an example says what it wrote")]

#[path = "made.rs"]
mod made;

use std::path::PathBuf;

use clap::Parser;

use made::world::{World, YEARS};
use made::write::{Target, write};

/// Writes a made-up ledger of a district, the same for the same seed.
#[derive(Parser)]
#[command(name = "generate")]
struct Args {
    /// How many projects in all
    #[arg(long, default_value_t = 2000)]
    cases: u64,
    /// What everything is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many communities; one for every sixty projects if left out
    #[arg(long)]
    communities: Option<u64>,
    /// Only these programme years, instead of 2021 to 2023 (repeat)
    #[arg(long)]
    year: Vec<i32>,
    /// The ledger to write
    #[arg(long, default_value = "made.db")]
    out: PathBuf,
    /// A folder for one ledger of each community and one of the district, instead of `--out`
    #[arg(long)]
    split: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut years = args.year;
    years.sort_unstable();
    years.dedup();
    if years.is_empty() {
        years.extend(YEARS);
    }
    let world = World::new(args.cases, args.seed, args.communities, years);
    let mut target = match &args.split {
        Some(folder) => Target::split(folder, &world)?,
        None => Target::one(&args.out, &world)?,
    };
    let events = write(&world, &mut target, &|count| eprint!("\r{count} events"))?;
    eprintln!();
    println!(
        "{events} events of {} cases in {} communities, seed {}",
        world.cases, world.communities, world.seed
    );
    Ok(())
}
