#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone to the main job: installs what the build needs, builds the library and the
# command with the preset `release`, and ingests examples/data/orders.ndjson into an embedded store.
# Safe to repeat; a second run builds nothing.
#
# With IDEM=/path/to/idem it uses that command, and neither installs nor builds.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${IDEM:-}" ]; then
  # shellcheck source=.ci/packages.sh
  source .ci/packages.sh
  install_missing "${IDEM_PACKAGES_BUILD[@]}"
  echo "== Building the library and the command (build/release)"
  cmake --preset release >/dev/null
  cmake --build --preset release --parallel "$(build_jobs)"
  IDEM=build/release/bin/idem
fi

store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT

say() { printf '\n== %s\n' "$*"; }
# Prints a command as a reader would type it, then runs it.
run() {
  printf '$ %s\n' "${*//"$store"/store}"
  "$@"
}
idem() { "$IDEM" "$@"; }
digest() { idem digest --db "$store/db"; }

ingest=(idem ingest --db "$store/db" --table orders --mode upsert --key order_id --version version)
orders=examples/data/orders.ndjson

say "24 lines about 8 orders: some delivered twice, some older than what is stored"
run "${ingest[@]}" "$orders"
first=$(digest)

say "The same command again: the file was read to its end, so there is nothing to do"
run "${ingest[@]}" "$orders"

say "Every line offered once more: each is recognised, and nothing changes"
run "${ingest[@]}" --from-start "$orders"

say "What is in the table: one row an order, the highest version of each"
run idem scan --db "$store/db" --table orders --format tsv

say "One number for the content: two stores with the same digest hold the same rows"
run idem digest --db "$store/db"
if [ "$(digest)" != "$first" ]; then
  echo "The digest was '$first' after the first run: this is a bug, please report it" >&2
  exit 1
fi

say "Counted and hashed again from the rows themselves"
run idem verify --db "$store/db"
