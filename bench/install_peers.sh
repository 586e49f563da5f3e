#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the servers that idem is compared with, and their client libraries. Without them the
# benchmarks build and run all the same, and their tables say what is missing. Configure the build
# again afterwards. No service is started; the benchmarks run servers of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/packages.sh
source .ci/packages.sh
RUNLEVEL=1 install_missing "${IDEM_PACKAGES_PEERS[@]}"
