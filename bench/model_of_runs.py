#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How often universal compaction writes a byte again, by how many sorted runs there may be.

    bench/model_of_runs.py                # the rows of the table in ADR 10
    bench/model_of_runs.py --check FILE   # whether that has them all

RocksDB's rules, in their order, with its defaults: once there are so many runs, all of them are
merged when the others are twice as large as the oldest; else the newest ones that are of like size;
else the newest ones until there are fewer. Every flush is one unit of distinct keys chosen at
random. First all keys are new, then each is replaced twelve times in the mean. A merge is over
before the next flush. Reads look through all runs, so their mean number is what reads pay.
"""

import math
import sys
from pathlib import Path

SIZE_AMPLIFICATION = 2.0
SIZE_RATIO = 1.01
UPSERTS = 12


def merged(runs, keys):
    """The size of the union of random sets; keys: how many there are, or None while all are new."""
    if keys is None:
        return sum(runs)
    return keys * (1 - math.prod(1 - min(run / keys, 1) for run in runs))


def of_like_size(runs):
    """First and last of them, newest first."""
    for first in range(len(runs)):
        total = runs[first]
        last = first + 1
        while last < len(runs) and total * SIZE_RATIO >= runs[last]:
            total += runs[last]
            last += 1
        if last - first > 1:
            return first, last
    return None


def chosen(runs, most):
    if sum(runs[:-1]) >= SIZE_AMPLIFICATION * runs[-1]:
        return 0, len(runs)
    return of_like_size(runs) or (0, max(len(runs) - most + 1, 2))


def ingest(runs, flushes, most, keys):
    """Bytes that flushes and merges write for each that is flushed, and the mean number of runs."""
    written = looked_through = 0
    for _ in range(flushes):
        runs.insert(0, 1.0)
        written += 1
        while len(runs) >= most:
            first, last = chosen(runs, most)
            runs[first:last] = [merged(runs[first:last], keys)]
            written += runs[first]
        looked_through += len(runs)
    return written / flushes, looked_through / flushes


def row(flushes):
    cells = [str(flushes)]
    for most in (8, 10, 12):
        runs = []
        new, _ = ingest(runs, flushes, most, None)
        upserts, mean = ingest(runs, UPSERTS * flushes, most, flushes)
        cells += [f"{new:.1f}", f"{upserts:.1f}", f"{mean:.1f}"]
    return f"| {' | '.join(cells)} |"


def main():
    rows = [row(flushes) for flushes in (23, 40, 66, 100)]
    if len(sys.argv) != 3 or sys.argv[1] != "--check":
        print("\n".join(rows))
        return 0
    text = Path(sys.argv[2]).read_text()
    missing = [line for line in rows if line not in text]
    for line in missing:
        print(f"{sys.argv[2]} lacks this row:\n{line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
