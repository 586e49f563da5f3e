#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts each mistake of mutants.py into the library and expects the tests to notice.

    cmake --build build/dev && tests/mutation/run.py
    tests/mutation/run.py --part 2/4          # every fourth, from the second on
    tests/mutation/run.py horizon_wraps_around
    tests/mutation/run.py --check             # only that every mutant still has its place

The sources are left alone: a changed copy of one file is compiled as the build did (of a header it
is put in front of the original), put into a copy of libidem.a, and the tests of the layer and the
scenarios are linked with that. No store on disk is
used. A mutant that no test notices is a survivor, and one survivor fails the run.
"""

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from mutants import MUTANTS

ROOT = Path(__file__).resolve().parent.parent.parent
FILTER = "-*rocks*:*Rocks*"
SCENARIO = "tests/scenario/scenario"
MODEL = "tests/model/model"
# The nearest first.
TESTS = {
    "rules": ("tests/unit/rules/unit_rules", SCENARIO, MODEL),
    "codec": ("tests/unit/codec/unit_codec", SCENARIO, MODEL),
    "pipeline": ("tests/unit/pipeline/unit_pipeline", "tests/unit/pipeline/unit_pipeline_threads",
                 SCENARIO, "tests/unit/sink/unit_sink", MODEL),
    "sink": ("tests/unit/sink/unit_sink", SCENARIO, MODEL),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mutants", nargs="*", metavar="MUTANT", help="default: all")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "dev")
    parser.add_argument("--part", default="1/1", metavar="N/OF")
    parser.add_argument("--check", action="store_true", help="builds nothing")
    parser.add_argument("--stop-on-failure", action="store_true", help="at the first survivor")
    return parser.parse_args()


def mutated(mutant):
    text = (ROOT / mutant.path).read_text()
    if text.count(mutant.old) != 1:
        sys.exit(f"{mutant.name}: its text stands {text.count(mutant.old)} times in {mutant.path}; "
                 "bring tests/mutation/mutants.py up to date")
    return text.replace(mutant.old, mutant.new)


class Laboratory:
    def __init__(self, build):
        self.build = build
        self.work = build / "mutation"
        self.work.mkdir(exist_ok=True)
        commands = json.loads((build / "compile_commands.json").read_text())
        self.compile = {Path(c["file"]).resolve(): c for c in commands}
        self.links = {}

    def objects_of(self, mutant):
        """Compiles the mutant; the names are those of the members it replaces in the archive."""
        in_front = self.work / "in_front"
        shutil.rmtree(in_front, ignore_errors=True)
        changed = in_front / Path(mutant.path).relative_to("src")
        changed.parent.mkdir(parents=True)
        changed.write_text(mutated(mutant))
        return [self.object_of(mutant, source, changed) for source in mutant.sources]

    def object_of(self, mutant, source, changed):
        path = ROOT / source
        command = self.compile[path]
        output = self.work / f"{path.name}.o"
        words = shlex.split(command["command"])
        words[words.index("-o") + 1] = str(output)
        if source == mutant.path:
            words[-1] = str(changed)
        else:
            words.insert(1, f"-I{self.work / 'in_front'}")
        self.call(mutant, [*words, "-Wno-error"], Path(command["directory"]))
        return str(output)

    def link(self, mutant, test, archive):
        if test not in self.links:
            lines = subprocess.run(["ninja", "-C", self.build, "-t", "commands", test], text=True,
                                   check=True, capture_output=True).stdout.splitlines()
            self.links[test] = lines[-1]
        program = self.work / Path(test).name
        line = self.links[test].replace("src/libidem.a", str(archive))
        words = shlex.split(line.replace(f"-o {test} ", f"-o {program} "))
        self.call(mutant, words[words.index("&&") + 1:words.index("&&", 3)], self.build)
        return program

    @staticmethod
    def call(mutant, words, folder):
        done = subprocess.run(words, cwd=folder, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{mutant.name} does not build:\n{done.stdout}{done.stderr}")

    def killer_of(self, mutant):
        """The test that notices, or nothing."""
        archive = self.work / "libidem.a"
        shutil.copyfile(self.build / "src" / "libidem.a", archive)
        self.call(mutant, ["ar", "r", str(archive), *self.objects_of(mutant)], self.work)
        for test in TESTS[mutant.path.split("/")[1]]:
            if not self.passes(self.link(mutant, test, archive), test):
                return Path(test).name
        return None

    def passes(self, program, test):
        try:
            return subprocess.run([program, f"--gtest_filter={FILTER}", "--gtest_fail_fast"],
                                  cwd=self.build / Path(test).parent, timeout=120, check=False,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def check_tests(self, mutants):
        """A test that fails anyway notices nothing."""
        for test in {test for m in mutants for test in TESTS[m.path.split("/")[1]]}:
            if not self.passes(self.build / test, test):
                sys.exit(f"{test} fails without any mutant; build and mend it first")


def main():
    options = arguments()
    for mutant in MUTANTS:
        mutated(mutant)
    if options.check:
        print(f"{len(MUTANTS)} mutants have their place")
        return 0
    part, parts = map(int, options.part.split("/"))
    chosen = [m for i, m in enumerate(MUTANTS) if i % parts == part - 1]
    if options.mutants:
        chosen = [m for m in MUTANTS if m.name in options.mutants]
    laboratory = Laboratory(options.build.resolve())
    laboratory.check_tests(chosen)
    began = time.monotonic()
    survivors = []
    for mutant in chosen:
        killer = laboratory.killer_of(mutant)
        print(f"{mutant.path.removeprefix('src/'):32} {mutant.name:36} {killer or 'SURVIVED'}",
              flush=True)
        if killer is None:
            survivors.append(mutant)
            if options.stop_on_failure:
                return 1
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants caught (part {options.part}), "
          f"{time.monotonic() - began:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
