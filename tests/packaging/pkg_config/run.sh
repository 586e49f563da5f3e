#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh PKG_CONFIG CXX PREFIX WORK_DIR: what a host with a plain makefile does, shared and static.
set -eu

pkg_config=$1 cxx=$2 prefix=$3 work=$4
here=$(cd "$(dirname "$0")" && pwd)

pc=$(find "$prefix" -name idem.pc)
[ -n "$pc" ] || { echo "no idem.pc under $prefix" >&2; exit 1; }
pc=$(dirname "$pc")
mkdir -p "$work"

# build NAME FLAGS: the program of that name. What is looked for elsewhere is said in the
# environment, so a flag that is missing is missed.
build() {
  echo "$1: $2"
  # shellcheck disable=SC2086
  "$cxx" -std=c++20 "$here/../main.cc" $2 -o "$work/$1"
}

libdir=$(PKG_CONFIG_PATH="$pc" "$pkg_config" --variable=libdir idem)
if [ -e "$libdir/libidem.so" ]; then
  # A host of the shared library has installed nothing for developing that idem itself was built
  # with: PKG_CONFIG_LIBDIR stands in for all folders of the system.
  build shared "$(PKG_CONFIG_LIBDIR="$pc" "$pkg_config" --cflags --libs idem)"
  LD_LIBRARY_PATH="$libdir" "$work/shared"
fi

if [ -e "$libdir/libidem.a" ]; then
  build static "$(PKG_CONFIG_PATH="$pc" "$pkg_config" --cflags --libs idem-static)"
  env -u LD_LIBRARY_PATH "$work/static"
fi
