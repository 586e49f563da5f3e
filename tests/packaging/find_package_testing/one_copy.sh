#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# one_copy.sh PROGRAM: fails when a program that holds the library loads it a second time.
set -eu

if LC_ALL=C ldd "$1" | grep libidem; then
  echo "$1 links two copies of idem" >&2
  exit 1
fi
