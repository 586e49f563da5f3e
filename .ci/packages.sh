# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The one list of Debian packages, and the function that installs what is missing of it.

IDEM_PACKAGES_BUILD=(g++ cmake ninja-build pkg-config librocksdb-dev libxxhash-dev libfmt-dev
  libsimdjson-dev libexpected-dev libspdlog-dev libcli11-dev nlohmann-json3-dev zlib1g-dev
  libzstd-dev)
IDEM_PACKAGES_TEST=(libgtest-dev libgmock-dev python3 zstd spin)
IDEM_PACKAGES_BENCH=(libbenchmark-dev libsqlite3-dev liblmdb-dev)
IDEM_PACKAGES_PEERS=(redis-server libhiredis-dev postgresql libpq-dev zstd) # bench/install_peers.sh
IDEM_PACKAGES_CHECK=(clang-format-14 clang-tidy-14)
IDEM_PACKAGES_CLANG=(clang-14 libclang-rt-14-dev llvm-14) # fuzzers, coverage

# install_missing PACKAGE...: nothing to do is quick and needs no rights.
install_missing() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This script installs packages with apt-get, which is not here. It wanted:" >&2
    echo "  $*" >&2
    return 1
  fi
  local package missing=() as_root=()
  for package in "$@"; do
    if ! dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null |
      grep -qx installed; then
      missing+=("$package")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then
    return 0
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing, and to install them takes root or sudo:" >&2
      echo "  ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "== Installing: ${missing[*]}"
  "${as_root[@]}" apt-get -qq update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
    --no-install-recommends "${missing[@]}" >/dev/null
}

# Jobs: one per processor, but no more than memory has room for (a compiler wants about 1 GB).
build_jobs() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/^MemTotal:/ { print int($2 / 1024 / 1024) }' /proc/meminfo)
  if [ "$memory_gb" -lt 1 ]; then memory_gb=1; fi
  echo $((cores < memory_gb ? cores : memory_gb))
}
