#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh PKG_CONFIG CXX PREFIX WORK_DIR: what a host with a plain makefile does, shared and static.
set -eu

pkg_config=$1 cxx=$2 prefix=$3 work=$4
here=$(cd "$(dirname "$0")" && pwd)

pc=$(find "$prefix" -name idem.pc)
[ -n "$pc" ] || { echo "no idem.pc under $prefix" >&2; exit 1; }
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
libdir=$("$pkg_config" --variable=libdir idem)
mkdir -p "$work"

echo "shared: $("$pkg_config" --cflags --libs idem)"
# shellcheck disable=SC2046
"$cxx" -std=c++20 "$here/../main.cc" $("$pkg_config" --cflags --libs idem) -o "$work/shared"
LD_LIBRARY_PATH="$libdir" "$work/shared"

if [ -e "$libdir/libidem.a" ]; then
  # Where both libraries are installed the linker prefers the shared one; naming the archive is how
  # a host asks for the other.
  libs=$("$pkg_config" --static --libs idem | sed 's/-lidem\b/-l:libidem.a/')
  echo "static: $libs"
  # shellcheck disable=SC2046,SC2086
  "$cxx" -std=c++20 "$here/../main.cc" $("$pkg_config" --cflags idem) $libs -o "$work/static"
  env -u LD_LIBRARY_PATH "$work/static"
fi
