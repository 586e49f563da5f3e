#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check.sh PROGRAM EXPECTED
#
# Runs PROGRAM once for each line of EXPECTED that begins with "$ " and compares all output. The
# line gives the arguments; "[killed]" stands for the message of a shell whose child was killed.
set -eu
program=$1
expected=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

grep '^\$ ' "$expected" | while read -r _ _ arguments; do
  echo "\$ $(basename "$program") $arguments" | sed 's/ *$//'
  status=0
  # shellcheck disable=SC2086  # several arguments
  "$program" $arguments || status=$?
  case $status in
    0) ;;
    137) echo "[killed]" ;;
    *) echo "[exit status $status]" ;;
  esac
done >actual 2>messages
# A crashing program prints nothing to compare; what the shell and it said helps.
cat messages >&2
diff -u "$expected" actual
