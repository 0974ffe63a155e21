#!/usr/bin/env bash
# Runs each job beside what a user would pick instead, in pairs, and prints the ratios as a
# Markdown table:  benches/compare.sh > table.md        (what happens is told on stderr)
#
#   --quick          2,000 cases and 10,000 rows: a few minutes, to see that all of it works
#   (default)        100,000 cases and 100,000 rows
#   --large          adds a ledger of 1,000,000 cases (29 million events; 12 GB of disk, 24 while a copy is written to)
#   --cases N        another number of cases;  --rows N  of demand rows;  --times N  of pairs
#   --only JOB       one job (repeat): step record csv xlsx audit events verify export growth
#   --work DIR       where the made-up ledgers are kept between runs (default target/compare)
#   --bin FILE       the program to measure (default: the release build, made first)
#
# Needed: Rust, python3. Rows whose tool is missing are left out, and say so:
#   sqlite3 (CLI, with .sha3sum: Debian's package)      every SQL row
#   pip install duckdb pyarrow                          the DuckDB rows
#   pip install xlsx2csv XlsxWriter                     the spreadsheet rows
#   ocdscardinal (benches/peers/cardinal.sh builds it)  the Cardinal row; CARDINAL=FILE names it
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v python3 >/dev/null; then
  echo "compare.sh needs python3 (3.9 or newer) to start, time and pair the programs." >&2
  exit 2
fi
target="${CARGO_TARGET_DIR:-target}"
export COMPARE_GENERATE="$target/release/examples/generate"
export COMPARE_BIN="$target/release/minsheng"
export COMPARE_WORK="$target/compare"
if [ "${COMPARE_NO_BUILD:-}" = "" ]; then
  cargo build --release --locked --bin minsheng --example generate >&2
fi
exec python3 benches/peers/compare.py "$@"
