#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which branches of rules, pipeline and codec do the tests take?

    cmake --preset coverage
    cmake --build build/coverage --target unit_codec unit_rules unit_pipeline \\
        unit_pipeline_threads unit_sink conformance scenario model memory
    tests/coverage/run.py            # fails on a branch that is not taken and not waived
    tests/coverage/run.py --list     # prints them as lines for waivers.txt

A branch is a condition of the source and one of its two outcomes. waivers.txt names those that no
test can or need take, one a line, with the reason; a waiver that is not needed any more fails too.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WAIVERS = HERE / "waivers.txt"
LAYERS = ("src/codec/", "src/rules/", "src/pipeline/")
TESTS = ("unit/codec/unit_codec", "unit/rules/unit_rules", "unit/pipeline/unit_pipeline",
         "unit/pipeline/unit_pipeline_threads", "unit/sink/unit_sink", "conformance/conformance",
         "scenario/scenario", "model/model", "memory/memory")
# Counting takes time; a smaller share reaches the same branches.
SETTINGS = {"IDEM_MODEL_OPS": "60000", "IDEM_MEMORY_STRIDE": "13"}


def tool(name):
    for candidate in (f"{name}-14", name):
        if subprocess.run(["which", candidate], capture_output=True, check=False).returncode == 0:
            return candidate
    sys.exit(f"{name} is missing; install llvm-14")


def run(program, profile):
    done = subprocess.run([program, "--gtest_brief=1"], cwd=program.parent, check=False,
                          env=os.environ | SETTINGS | {"LLVM_PROFILE_FILE": str(profile)},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{program.name} fails; mend it first:\n{done.stdout[-2000:]}")


def export(program, profile):
    merged = profile.with_suffix(".profdata")
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", "-o", merged, profile], check=True)
    sources = [str(ROOT / layer) for layer in LAYERS]
    done = subprocess.run([tool("llvm-cov"), "export", f"-instr-profile={merged}", program,
                           *sources], check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)["data"][0]["functions"]


class Branches:
    """Counts of each condition, (path, line, column, end line, end column) -> [true, false].

    What is compiled more than once is one: a branch is taken when one of its copies takes it, in
    whatever program.
    """

    def __init__(self):
        self.counts = defaultdict(lambda: [0, 0])

    def add(self, functions):
        for function in functions:
            for line, column, end, end_column, true, false, file, *_ in function["branches"]:
                path = os.path.normpath(function["filenames"][file])
                if not path.startswith(tuple(str(ROOT / layer) for layer in LAYERS)):
                    continue
                taken = self.counts[path, line, column, end, end_column]
                taken[0] += true
                taken[1] += false

    def untaken(self):
        """As lines of waivers.txt without their reason, in the order of the source."""
        texts = {}
        for (path, line, column, end, end_column), taken in sorted(self.counts.items()):
            lines = texts.setdefault(path, Path(path).read_text().splitlines())
            piece = lines[line - 1:end]
            piece[-1] = piece[-1][:end_column - 1]
            piece[0] = piece[0][column - 1:]
            condition = " ".join(" ".join(piece).split())
            name = Path(path).relative_to(ROOT).as_posix()
            for outcome, count in zip(("true", "false"), taken):
                if count == 0:
                    yield f"{name} | {condition} | never {outcome}", line


def waivers():
    """Branch -> how many of this text there are."""
    found = Counter()
    for line in WAIVERS.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        branch, separator, reason = line.rpartition(" | ")
        if not separator or " | never " not in branch or not reason.strip():
            sys.exit(f"{WAIVERS.name}: write `file | condition | never true | reason`, not: {line}")
        found[branch] += 1
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "coverage")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    work = options.build / "profiles"
    work.mkdir(exist_ok=True)
    branches = Branches()
    for test in TESTS:
        program = options.build.resolve() / "tests" / test
        profile = work / f"{program.name}.profraw"
        run(program, profile)
        branches.add(export(program, profile))
    untaken = list(branches.untaken())
    if options.list:
        print("\n".join(branch for branch, _ in untaken))
        return 0
    waived = waivers()
    found = Counter(branch for branch, _ in untaken)
    new, stale = found - waived, waived - found
    for branch in sorted(new):
        lines = ", ".join(str(line) for other, line in untaken if other == branch)
        print(f"not taken: {branch} (line {lines})")
    for branch in sorted(stale):
        print(f"taken, strike the waiver: {branch}")
    whole = 2 * len(branches.counts)
    taken = whole - len(untaken)
    print(f"{taken} of {whole} branches taken ({100 * taken / whole:.2f} %), "
          f"{len(untaken) - sum(new.values())} waived")
    return 1 if new or stale or whole == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
