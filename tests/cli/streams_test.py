# SPDX-License-Identifier: Apache-2.0
"""Standard streams that are full, closed or no longer read."""

import os
import subprocess
import unittest

from command import IDEM, CommandTest


class Streams(CommandTest):
    def run_in_shell(self, redirection, *arguments, stdin=b""):
        """Runs idem as `idem ARGUMENTS REDIRECTION`."""
        return subprocess.run(["sh", "-c", f'exec "$0" "$@" {redirection}', IDEM,
                               *map(str, arguments)], input=stdin, capture_output=True,
                              cwd=self.directory, timeout=60)

    def ingest_arguments(self):
        file = self.lines("a.ndjson", {"k": "a"}, {"k": "b"})
        return "ingest", "--db", self.db, "--table", "t", "--key", "k", file

    def assert_no_file_holds(self, *texts):
        for path in self.db.rglob("*"):
            for text in texts if path.is_file() else ():
                self.assertNotIn(text, path.read_bytes(), path)

    def test_what_is_said_on_a_full_stderr_is_lost_and_no_more(self):
        for redirection in ("2>/dev/full", "2>&-"):
            missing = self.run_in_shell(redirection, "tables", "--db", self.directory / "none")
            self.assertEqual((missing.returncode, missing.stdout), (3, b""), redirection)
        arguments = self.ingest_arguments()
        self.assertEqual(self.run_in_shell("2>/dev/full", *arguments).returncode, 0)
        for redirection in ("2>/dev/full", "2>&-"):
            again = self.run_in_shell(redirection, *arguments)
            self.assertEqual(again.returncode, 0, redirection)
            self.assertIn(b"lines 0, skipped 2", again.stdout)
        self.assert_verified()

    def test_a_usage_error_nobody_reads_is_a_usage_error(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        with open(write_end, "wb") as stderr:
            done = subprocess.run([IDEM, "nonsense"], stderr=stderr, timeout=60)
        self.assertEqual(done.returncode, 2)

    def test_help_that_nobody_gets_is_an_error(self):
        for arguments in (("--help",), ("ingest", "--help"), ("--version",)):
            done = self.run_in_shell(">/dev/full", *arguments)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(b"standard output: No space left", done.stderr)

    def test_no_file_of_the_store_takes_the_place_of_a_closed_stream(self):
        arguments = self.ingest_arguments()
        self.assertEqual(self.run_in_shell(">&-", *arguments).returncode, 1)
        self.assert_no_file_holds(b"records/s")
        with open(self.directory / "a.ndjson", "ab") as file:
            file.write(b"torn\n")
        self.assertEqual(self.run_in_shell("2>&-", *arguments).returncode, 1)
        self.assertEqual(self.run_in_shell("<&- >&- 2>&-", *arguments).returncode, 1)
        self.assert_no_file_holds(b"records/s", b"a.ndjson:3", b"resumed")
        self.assertEqual(self.ingest("--from-start", self.lines("a.ndjson", {"k": "c"}))["rows"], 3)
        self.assert_verified()

    def test_a_closed_stdin_is_no_empty_input(self):
        done = self.run_in_shell("<&-", *self.ingest_arguments()[:-1])
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"standard input: Bad file descriptor", done.stderr)


if __name__ == "__main__":
    unittest.main()
