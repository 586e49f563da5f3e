# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command share: a scratch directory, running the command, reading back."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

IDEM = os.environ["IDEM_COMMAND"]


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr.decode("utf-8", "replace")

    @property
    def text(self):
        return self.out.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.out)


class CommandTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="idem-cli-")
        self.addCleanup(scratch.cleanup)
        self.directory = pathlib.Path(os.path.realpath(scratch.name))
        self.db = self.directory / "db"

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def lines(self, name, *records):
        """An NDJSON file of these records."""
        return self.write(name, "".join(
            (r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records))

    def idem(self, *arguments, code=0, stdin=b""):
        done = subprocess.run([IDEM, *map(str, arguments)], input=stdin, capture_output=True,
                              cwd=self.directory, timeout=120)
        result = Result(done)
        self.assertEqual(result.code, code, f"{arguments}\n{result.out!r}\n{result.err}")
        return result

    def ingest(self, *arguments, code=0, stdin=b"", table="t", key="k"):
        """Runs ingest with --json and returns its summary."""
        result = self.idem("ingest", "--db", self.db, "--table", table, "--key", key, "--json",
                           *arguments, code=code, stdin=stdin)
        self.assertEqual(result.out.count(b"\n"), 1, result.out)
        self.err = result.err
        summary = result.json
        self.assertEqual(sum(summary["verdicts"].values()), summary["records"])
        return summary

    def counts(self, summary):
        """The verdicts that were given at all."""
        return {v: n for v, n in summary["verdicts"].items() if n}

    def scan(self, *arguments, table="t"):
        """The table as TSV."""
        return self.idem("scan", "--db", self.db, "--table", table, "--format", "tsv",
                         *arguments).text

    def read(self, *arguments, code=0):
        return self.idem(*arguments, "--db", self.db, "--json", code=code).json

    def checkpoints(self):
        return self.read("checkpoints", "list")["checkpoints"]

    def wait_until(self, holds, what):
        """Waits for it, but not for ever: a test that hangs says nothing."""
        deadline = time.monotonic() + 60
        while not holds():
            self.assertLess(time.monotonic(), deadline, f"not within a minute: {what}")
            time.sleep(0.01)

    def wait_for_writer(self, process):
        """Waits until this process has the store."""
        lock = self.db / "IDEM_LOCK"
        self.wait_until(lambda: lock.exists() and lock.read_text() == f"{process.pid}\n",
                        f"process {process.pid} has the store")

    @contextlib.contextmanager
    def writer(self):
        """An ingest into a table of its own, which has committed and waits for more lines."""
        process = subprocess.Popen(
            [IDEM, "ingest", "--db", self.db, "--table", "held", "--key", "k", "--source", "held"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            process.stdin.write(b'{"k":"held"}\n' * 1000)  # a batch
            process.stdin.flush()
            self.wait_until(lambda: any(c["source"] == "held" for c in self.checkpoints()),
                            "the writer has committed")
            yield process
        finally:
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def assert_verified(self):
        self.assertTrue(self.read("verify")["ok"])
