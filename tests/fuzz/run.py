#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every fuzzer for its share of the executions and prints what it reached.

    cmake --preset fuzz && cmake --build --preset fuzz
    tests/fuzz/run.py --total 50000000            # all targets, two at a time
    tests/fuzz/run.py --total 1000000 row batch   # some
    tests/fuzz/run.py --keep                      # then make the kept inputs of what was found

A finding stays in build/fuzz/findings/ and its path is printed; the fuzzer with that path as its
only argument repeats it. `--seed` is part of the run: another one goes other ways.
"""

import argparse
import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
KEPT_MAX = 200
KEPT_BYTES_MAX = 1024

# Executions a second and core, roughly: each target gets the same time, so the cheap ones get most
# of the executions.
SPEEDS = {
    "batch": 4_000, "byte_source": 800, "canonical_json": 100_000, "checkpoint": 150_000,
    "coding": 300_000, "csv": 50_000, "definition": 250_000, "event": 500_000, "header": 600_000,
    "ingest_line": 100_000, "json": 70_000, "key": 80_000, "key_order": 100_000,
    "key_text": 30_000, "keyspace": 160_000, "lines": 1_500, "member_path": 40_000,
    "names": 30_000, "note": 200_000, "operations": 200, "quarantine": 300_000,
    "recovery": 300_000, "rewind": 300_000, "row": 400_000, "source": 800_000, "state": 600_000,
    "text": 80_000, "token": 180_000, "version": 280_000, "watermark_image": 150_000,
}
# Where the work is: these get as many times the time of the others.
FAVOURED = {"batch": 3, "operations": 4, "canonical_json": 2, "ingest_line": 2, "json": 2}
LENGTHS = {"batch": 600, "operations": 1024}
LENGTH = 256


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="default: all")
    parser.add_argument("--total", type=int, default=1_000_000, help="executions of all targets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time")
    parser.add_argument("--build", type=Path, default=HERE.parent.parent / "build" / "fuzz")
    parser.add_argument("--stop-on-failure", action="store_true", help="at the first finding")
    parser.add_argument("--keep", action="store_true", help="make the corpus; runs nothing")
    return parser.parse_args()


def unpack(target, folder):
    """The kept inputs as the files that the fuzzer wants."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = CORPUS / f"{target}.txt"
    for line in kept.read_text().split() if kept.exists() else []:
        data = bytes.fromhex(line)
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)
    return folder


class Fuzzers:
    def __init__(self, options):
        self.options = options
        self.programs = options.build / "tests" / "fuzz"
        self.findings = options.build / "findings"
        self.work = options.build / "corpus"
        self.targets = options.targets or sorted(SPEEDS)
        self.started = []
        self.stopping = False
        unknown = set(self.targets) - set(SPEEDS)
        if unknown:
            sys.exit(f"no such target: {' '.join(sorted(unknown))}; there are "
                     f"{' '.join(sorted(SPEEDS))}")

    def shares(self):
        """Target -> executions."""
        weights = {t: SPEEDS[t] * FAVOURED.get(t, 1) for t in self.targets}
        whole = sum(weights.values())
        return {t: max(self.options.total * w // whole + 1, 100) for t, w in weights.items()}

    def command(self, target):
        return [str(self.programs / f"fuzz_{target}"),
                f"-max_len={LENGTHS.get(target, LENGTH)}", "-timeout=20", "-rss_limit_mb=2048",
                f"-artifact_prefix={self.findings}/{target}-"]

    def run(self, target, runs):
        folder = unpack(target, self.work / target)
        log = self.work / f"{target}.log"
        began = time.monotonic()
        with log.open("w") as out:
            fuzzer = subprocess.Popen(
                self.command(target) + [f"-runs={runs}", f"-seed={self.options.seed}",
                                        "-print_final_stats=1", str(folder)],
                stdout=out, stderr=subprocess.STDOUT)
            self.started.append(fuzzer)
            if self.stopping:
                fuzzer.terminate()
            code = fuzzer.wait()
        return Row(target, log, code, time.monotonic() - began)

    def stop(self, pool):
        self.stopping = True  # for one that a thread begins at this moment
        pool.shutdown(wait=False, cancel_futures=True)
        for fuzzer in self.started:
            fuzzer.terminate()  # one that has ended is left alone

    def run_all(self):
        self.findings.mkdir(parents=True, exist_ok=True)
        shares = sorted(self.shares().items(), key=lambda share: -FAVOURED.get(share[0], 1))
        print(f"{'target':15} {'executions':>11} {'per s':>8} {'edges':>6} {'features':>8} "
              f"{'inputs':>6} {'seconds':>7} findings")
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            rows = []
            runs = [pool.submit(self.run, *share) for share in shares]
            for run in concurrent.futures.as_completed(runs):
                rows.append(run.result())
                print(rows[-1], flush=True)
                if rows[-1].findings and self.options.stop_on_failure:
                    self.stop(pool)
                    break
        found = sum(row.findings for row in rows)
        print(f"{'all':15} {sum(row.executions for row in rows):11} {'':8} "
              f"{sum(row.edges for row in rows):6} {'':15} "
              f"{sum(row.seconds for row in rows):7.0f} {found}")
        for row in rows:
            row.explain(self.command(row.target)[0])
        return found

    def keep(self):
        """The smallest inputs that reach all that the inputs at hand reach."""
        for target in self.targets:
            folder = unpack(target, self.work / target)
            merged = self.work / f"{target}.merged"
            shutil.rmtree(merged, ignore_errors=True)
            merged.mkdir()
            subprocess.run(self.command(target) + ["-merge=1", str(merged), str(folder)],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            inputs = sorted((path.read_bytes() for path in merged.iterdir()),
                            key=lambda data: (len(data), data))
            inputs = [data for data in inputs if 0 < len(data) <= KEPT_BYTES_MAX]
            if len(inputs) > KEPT_MAX:  # of all sizes
                inputs = [inputs[i * len(inputs) // KEPT_MAX] for i in range(KEPT_MAX)]
            (CORPUS / f"{target}.txt").write_text("".join(f"{d.hex()}\n" for d in inputs))
            print(f"{target:15} {len(inputs):4} inputs, {sum(map(len, inputs)):6} bytes")


class Row:
    def __init__(self, target, log, code, seconds):
        text = log.read_text(errors="replace")
        self.target, self.log, self.seconds = target, log, seconds
        executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
        reached = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", text)
        self.executions = int(executed.group(1)) if executed else 0
        self.edges, self.features, self.inputs = map(int, reached[-1] if reached else (0, 0, 0))
        self.findings = int(code != 0)
        self.artifact = re.search(r"Test unit written to (\S+)", text)

    def __str__(self):
        return (f"{self.target:15} {self.executions:11} {self.executions / self.seconds:8.0f} "
                f"{self.edges:6} {self.features:8} {self.inputs:6} {self.seconds:7.1f} "
                f"{self.findings or '-'}")

    def explain(self, program):
        if not self.findings:
            return
        text = self.log.read_text(errors="replace")
        what = re.search(r"(?m)^(?:.*what\(\):.*|.*ERROR: .*)$", text)
        print(f"{self.target}: {what.group(0).strip() if what else 'ended early'}")
        if self.artifact:
            print(f"  repeat: {os.path.relpath(program)} {os.path.relpath(self.artifact.group(1))}")
        print(f"  log:    {os.path.relpath(self.log)}")


def main():
    fuzzers = Fuzzers(arguments())
    if fuzzers.options.keep:
        fuzzers.keep()
        return 0
    return 1 if fuzzers.run_all() else 0


if __name__ == "__main__":
    sys.exit(main())
