# SPDX-License-Identifier: Apache-2.0
"""Calls that have cost somebody dearly, each with what to write instead."""

import re

from source import Finding, bare, line_of

LIBRARY = ("src/", "include/")
COMMAND = "src/cli/"
ITERATORS = "src/storage/rocks/iterator_factory.cc"
BATCHES = "src/storage/rocks/plan_batch.cc"
# What it does is done in the host, which was built without exceptions and asked for a value.
RESULT = "include/idem/result.h"

# (pattern, where it applies, files where it is right, what to do instead)
RULES = (
    (r"\bNewIterators?\s*\(", ("src/",), (ITERATORS,),
     "make iterators in src/storage/rocks/iterator_factory.cc: an iterator without bounds, or one "
     "whose status nobody reads, silently shortens a scan"),
    (r"\bDeleteRange\b", ("src/",), (),
     "delete keys one by one or drop the column family: range tombstones slow every later read"),
    (r"->\s*Resume\s*\(", ("src/storage/",), (),
     "poison the handle and reopen: after a background error only a reopen knows what is there"),
    (r"\bWriteBatch\s*(?:\w+\s*)?[({]\s*(?:const\s+)?std::(?:string|move)", ("src/",), (BATCHES,),
     "make batches in src/storage/rocks/plan_batch.cc: RocksDB does not check one that is made of "
     "bytes, so they must never have been anywhere else"),
    (r"\bdisableWAL\b", ("src/",), (),
     "use Durability::kAsync: without the log a commit does not even survive kill -9"),
    (r"\bstd::(?:cout|cerr|clog)\b", LIBRARY, (COMMAND,),
     "use the injected Logger: a library that prints corrupts its host's output"),
    (r"(?<![\w.>:])(?:std::)?(?:printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror)\s*\(",
     LIBRARY, (COMMAND, RESULT),
     "use the injected Logger: a library that prints corrupts its host's output"),
    (r"#\s*include\s*<iostream>", LIBRARY, (COMMAND,),
     "include <ostream> or <istream>: <iostream> runs initializers in every host"),
    (r"(?<![\w.>:])(?:std::)?(?:abort|exit|_exit|_Exit|quick_exit|terminate)\s*\(", LIBRARY,
     (COMMAND, RESULT), "return an Error: the host decides about its own life"),
    (r"(?<![\w.>:_])assert\s*\(", LIBRARY, (),
     "use the macros of src/base/assert.h: assert() prints and aborts in the host's process"),
    (r"\bsystem_clock::now\b|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0)", LIBRARY,
     (COMMAND, "src/base/clock.cc", "src/sink/", "include/idem/clock.h"),
     "ask the injected Clock: nothing below src/sink/ reads the wall clock"),
    # (Hashes in memory are seeded against chosen keys; no result depends on that seed.)
    (r"\brandom_device\b|(?<![\w.>:])(?:std::)?s?rand\s*\(", LIBRARY,
     ("src/base/", "src/pipeline/key_hash.cc", "src/pipeline/row_fingerprints.cc", COMMAND),
     "take randomness from the injected source, so that a run can be repeated"),
    (r"(?<![\w.>:])(?:std::)?(?:strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atof)\s*\(",
     ("src/", "include/", "tests/", "bench/", "examples/"), (),
     "use std::string, fmt::format or std::from_chars: these know no bounds or no errors"),
    (r"\busing\s+namespace\b(?!\s+std::(?:string_view_|chrono_)?literals)",
     ("src/", "include/", "tests/", "bench/", "examples/"), (),
     "name what you use: `using idem::Batch;`"),
)


def check(tree):
    compiled = [(re.compile(p), where, right, instead) for p, where, right, instead in RULES]
    for path in tree.code():
        text = bare(tree.text(path))
        for pattern, where, right, instead in compiled:
            if not path.startswith(where) or path.startswith(right or ("\0",)):
                continue
            for match in pattern.finditer(text):
                found = re.sub(r"\s+", " ", match.group(0)).strip()
                yield Finding(path, line_of(text, match.start()), "banned",
                              f"`{found}`: {instead}")
