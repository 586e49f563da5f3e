#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make.sh BUILD NAME: writes NAME.tar and NAME.txt beside this script with the library in the build
# folder BUILD. See README.md for when.
set -euo pipefail
build=${1:?the build folder} name=${2:?the name, such as format-1}
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --build "$build" --target make_golden
"$build/tests/golden/make_golden" "$scratch/store" >"$here/$name.txt"
tar --create --file="$here/$name.tar" --directory="$scratch" --sort=name --mtime=@0 --owner=0 \
  --group=0 --numeric-owner store
ls -l "$here/$name.tar" "$here/$name.txt"
