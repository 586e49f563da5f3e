# SPDX-License-Identifier: Apache-2.0
"""What the command says on stderr holds nothing of what is in a store or goes into one."""

import unittest

from command import CommandTest

MARK = "mark-of-a"


class Secrets(CommandTest):
    def quiet(self, *arguments, code=1, stdin=b""):
        result = self.idem(*arguments, code=code, stdin=stdin)
        self.assertNotIn(MARK, result.err)
        return result

    def ingest_quietly(self, *arguments, code=1):
        return self.quiet("ingest", "--db", self.db, "--table", "t", "--key", "k", *arguments,
                          code=code)

    def test_refused_lines(self):
        key = f"{MARK}-key"
        value = f"{MARK}-value"
        for number, line in enumerate((f'{{"k":"{key}","v":"{value}', f'{{"v":"{value}"}}',
                                       f'{{"k":["{key}"]}}', f'{{"k":"{key}","k":"{value}"}}',
                                       f'{value}', f'{{"k":"{key * 500}"}}')):
            path = self.lines(f"{number}.ndjson", line)
            self.ingest_quietly(path)
            self.ingest_quietly("--on-invalid", "quarantine", path, code=0)

    def test_conflicts_and_versions(self):
        a = self.lines("a.ndjson", {"k": f"{MARK}-key", "v": f"{MARK}-1"},
                       {"k": f"{MARK}-key", "v": f"{MARK}-2"})
        self.ingest_quietly(a, code=0)
        self.ingest_quietly("--version", "v", a)
        b = self.lines("b.ndjson", {"k": f"{MARK}-key", "r": 1}, {"k": "x", "r": f"{MARK}-version"})
        self.quiet("ingest", "--db", self.db, "--table", "u", "--key", "k", "--version", "r", b)

    def test_a_row_that_is_not_there(self):
        self.ingest_quietly(self.lines("a.ndjson", {"k": "a"}), code=0)
        self.quiet("get", "--db", self.db, "--table", "t", f"{MARK}-key")


if __name__ == "__main__":
    unittest.main()
