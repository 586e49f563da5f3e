#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone to the main job: installs what the build needs, builds the library and the
# command with the preset `release`, and ingests examples/data/orders.ndjson into an embedded store.
# Safe to repeat; a second run builds nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/packages.sh
source .ci/packages.sh

install_missing "${IDEM_PACKAGES_BUILD[@]}"

echo "== Building the library and the command (build/release)"
cmake --preset release -DIDEM_BUILD_TESTS=OFF >/dev/null
cmake --build --preset release --parallel "$(build_jobs)"

idem=build/release/bin/idem
store=build/quickstart/store
orders=examples/data/orders.ndjson
rm -rf "$store"
mkdir -p "$(dirname "$store")"

say() { printf '\n== %s\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}
ingest=("$idem" ingest --db "$store" --table orders --mode upsert --key order_id --version version)

say "24 lines about 8 orders: some delivered twice, some older than what is stored"
run "${ingest[@]}" "$orders"

say "The same command again: the file was read to its end, so there is nothing to do"
run "${ingest[@]}" "$orders"

say "Every line offered once more: each is recognised, and the digest is still the same"
run "${ingest[@]}" --from-start "$orders"

say "What is in the table: one row an order, the highest version of each"
run "$idem" scan --db "$store" --table orders --format tsv

say "One number for the content: two stores with the same digest hold the same rows"
run "$idem" digest --db "$store"

say "Counted and hashed again from the rows themselves"
run "$idem" verify --db "$store"
