# SPDX-License-Identifier: Apache-2.0
"""The real inputs, what their referee says about them, and the command under test."""

import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import sys

SKIPPED = 77
MARK = b'"record":'


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def folder():
    """Where the inputs are: IDEM_DATA_DIR, or shared/data beside the repository."""
    named = os.environ.get("IDEM_DATA_DIR")
    repository = pathlib.Path(__file__).resolve().parents[2]
    path = pathlib.Path(named) if named else repository.parent / "shared" / "data"
    if not (path / "expected.json").is_file():
        skip(f"no real inputs in {path}; name their folder with IDEM_DATA_DIR")
    return path


class Input:
    """One set: its compressed file, its lines, its expected answers."""

    def __init__(self, name):
        data = folder()
        self.name = name
        [self.file] = data.glob(name + ".ndjson.*")
        self.expected = json.loads((data / "expected.json").read_text())[name]
        self.lines = _read(self.file).splitlines(keepends=True)
        if len(self.lines) != self.expected["lines"]:
            raise AssertionError(f"{self.file} is not the file that expected.json describes")


def _read(file):
    if file.suffix == ".gz":
        return gzip.decompress(file.read_bytes())
    try:
        return subprocess.run(["zstd", "-dcq", file], check=True, capture_output=True).stdout
    except FileNotFoundError:
        skip("the program zstd is not installed")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sorted_sha256(lines):
    """The checksum of expected.json: over the bytewise sorted lines."""
    return sha256(b"".join(sorted(lines)))


def record_bytes(line):
    """What follows the first "record": up to the last brace, as the referee cuts it."""
    line = line.rstrip(b"\n")
    return line[line.index(MARK) + len(MARK):-1]


class Store:
    """One store and the command that works on it."""

    def __init__(self, directory):
        self.directory = directory

    def idem(self, *arguments, code=0):
        command = [os.environ["IDEM_COMMAND"], *map(str, arguments), "--db", str(self.directory)]
        done = subprocess.run(command, capture_output=True, timeout=500)
        if done.returncode != code:
            raise AssertionError(f"{command} returned {done.returncode}, not {code}\n"
                                 f"{done.stdout[-2000:]!r}\n{done.stderr.decode()[-2000:]}")
        return done.stdout

    def ingest(self, *arguments, code=0):
        """Ingests and returns the summary. Not durable against power loss: that is not tested."""
        out = self.idem("ingest", "--table", "t", "--durability", "async", "--json", *arguments,
                        code=code)
        summary = json.loads(out)
        assert sum(summary["verdicts"].values()) == summary["records"], summary
        return summary

    def rows(self):
        """The table as [key, version, value]."""
        tsv = self.idem("scan", "--table", "t", "--format", "tsv")
        return [line.split(b"\t", 2) for line in tsv.split(b"\n")[:-1]]

    def digest(self):
        [(name, digest)] = [line.split("\t") for line in self.idem("digest").decode().splitlines()]
        assert name == "t" and len(digest) == 32, (name, digest)
        return digest

    def checkpoints(self):
        return json.loads(self.idem("checkpoints", "list", "--json"))["checkpoints"]

    def verified(self):
        return json.loads(self.idem("verify", "--json"))["ok"]
