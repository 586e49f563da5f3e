#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what the tests need, builds with the preset `dev` and runs the tests. Safe to repeat; a
# second run does only what changed. Arguments go to ctest:
#
#   ./tests/run.sh                 all tests but the heavy ones
#   ./tests/run.sh -L unit         those of one label
#   ./tests/run.sh -R Checkpoint   those whose name matches
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/packages.sh
source .ci/packages.sh

install_missing "${IDEM_PACKAGES_BUILD[@]}" "${IDEM_PACKAGES_TEST[@]}"

echo "== Configuring (build/dev)"
mkdir -p build
cmake --preset dev >build/configure.log 2>&1 || { cat build/configure.log >&2; exit 1; }
echo "== Building"
cmake --build --preset dev --parallel "$(build_jobs)"
echo "== Testing"
ctest --preset dev --parallel "$(nproc)" "$@"
