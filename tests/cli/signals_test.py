# SPDX-License-Identifier: Apache-2.0
"""SIGINT and SIGTERM: the first one ends every command, and ingest with its work done."""

import os
import signal
import subprocess
import unittest

from command import IDEM, CommandTest


def full_pipe():
    """The ends of a pipe into which no byte fits any more."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    try:
        while os.write(write_end, b"x" * 65536):
            pass
    except BlockingIOError:
        os.set_blocking(write_end, True)
    return read_end, write_end


class Signals(CommandTest):
    def start_on_a_full_pipe(self, *arguments):
        """Runs idem with a stdout that takes nothing, so that it cannot end by itself."""
        read_end, write_end = full_pipe()
        self.addCleanup(os.close, read_end)
        process = subprocess.Popen([IDEM, *map(str, arguments), "--db", self.db],
                                   stdin=subprocess.PIPE, stdout=write_end, stderr=subprocess.PIPE)
        os.close(write_end)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdin.close)
        return process

    def test_a_command_that_does_not_ask_ends_at_once(self):
        rows = "".join('{"k":%d,"x":"%s"}\n' % (i, "y" * 200) for i in range(5000))
        self.ingest("--durability", "async", stdin=rows.encode())
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([IDEM, "scan", "--db", self.db, "--table", "t"],
                                       stdout=subprocess.PIPE)
            process.stdout.read(10)  # it is at work, and more is to come than a pipe holds
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=60), -number)
            process.stdout.close()

    def test_a_second_signal_of_the_other_kind_ends_an_ingest(self):
        for first, second in ((signal.SIGINT, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT)):
            process = self.start_on_a_full_pipe("ingest", "--table", "t", "--key", "k", "-")
            self.wait_for_writer(process)
            process.send_signal(first)
            self.assertIn(b"interrupted", process.stderr.readline())
            process.send_signal(second)
            self.assertEqual(process.wait(timeout=60), -second)


if __name__ == "__main__":
    unittest.main()
