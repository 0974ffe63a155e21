#!/usr/bin/env bash
# Builds ocdscardinal 0.0.8 (Cardinal, cardinal-rs) from its source package on PyPI into a folder:
#   benches/peers/cardinal.sh /tmp/cardinal      then CARDINAL=/tmp/cardinal/ocdscardinal
# crates.io does not have it. Needs pip, maturin (pip install maturin), Rust, libpython's headers.
set -euo pipefail
folder="${1:?a folder}"
mkdir -p "$folder" && cd "$folder"
pip download -q --no-build-isolation --no-deps --no-binary :all: ocdscardinal==0.0.8
tar xzf ocdscardinal-0.0.8.tar.gz && cd ocdscardinal-0.0.8
# its nightly toolchain is for its own benchmarks; a program cannot be an extension module
rm -f rust-toolchain.toml
sed -i 's/features = \["extension-module"\]/default-features = true/' Cargo.toml
cargo build --release --bin ocdscardinal
cp "${CARGO_TARGET_DIR:-target}/release/ocdscardinal" ..
