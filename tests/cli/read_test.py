# SPDX-License-Identifier: Apache-2.0
"""Reading back: scan, get, tables, digest, stats."""

import csv
import io
import json
import subprocess
import unittest

from command import IDEM, CommandTest


class Read(CommandTest):
    def setUp(self):
        super().setUp()
        self.summary = self.ingest("--version", "v", self.lines(
            "a.ndjson", '{"a":"x","b":1,"v":1}', '{"a":"x","b":2,"v":5}', '{"a":"y","b":1,"v":1}'),
            key="a,b")
        self.ingest("--value", "r", self.lines("b.ndjson", '{"k":"p","r":"tab\\t"}',
                                               '{"k":"q","r":[1, 2]}', '{"k":"[","r":3}'),
                    table="u")

    def test_scan_ndjson(self):
        rows = [json.loads(line) for line in
                self.idem("scan", "--db", self.db, "--table", "t").text.splitlines()]
        self.assertEqual([r["key"] for r in rows], [["x", 1], ["x", 2], ["y", 1]])
        self.assertEqual([r["version"] for r in rows], [1, 5, 1])
        self.assertEqual(rows[0]["value"], {"a": "x", "b": 1, "v": 1})
        self.assertEqual(self.read("scan", "--table", "t"), {"rows": rows})

    def test_scan_tsv(self):
        self.assertEqual(self.scan(table="u"), '["["]\t\t3\np\t\t"tab\\t"\nq\t\t[1, 2]\n')

    def test_scan_csv(self):
        text = self.idem("scan", "--db", self.db, "--table", "t", "--format", "csv").text
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(rows[0], ["key", "version", "value"])
        self.assertEqual(rows[2], ['["x",2]', "5", '{"a":"x","b":2,"v":5}'])

    def test_scan_by_prefix_and_limit(self):
        self.assertEqual(self.scan("--prefix", "x").count("\n"), 2)
        self.assertEqual(self.scan("--prefix", '["x",2]').count("\n"), 1)
        self.assertEqual(self.scan("--prefix", "x,2"), "")
        self.assertEqual(self.scan("--limit", 1).count("\n"), 1)
        self.assertEqual(self.scan("--limit", 0), "")

    def test_scan_into_a_closed_pipe_fails_silently(self):
        lines = "".join('{"k":%d,"x":"%s"}\n' % (i, "y" * 200) for i in range(20000))
        self.ingest("--durability", "async", stdin=lines.encode(), table="large")
        process = subprocess.Popen([IDEM, "scan", "--db", self.db, "--table", "large"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual((process.wait(timeout=60), process.stderr.read()), (1, b""))
        process.stderr.close()

    def test_scan_to_a_full_device_fails(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([IDEM, "scan", "--db", self.db, "--table", "t"], stdout=full,
                                  stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)

    def test_get(self):
        self.assertEqual(self.idem("get", "--db", self.db, "--table", "u", "q").text, "[1, 2]\n")
        typed = self.idem("get", "--db", self.db, "--table", "t", "--key-json", '["x",2]')
        self.assertEqual(typed.text, '{"a":"x","b":2,"v":5}\n')
        row = self.read("get", "--table", "u", "q")
        self.assertEqual((row["key"], row["value"]), ("q", [1, 2]))
        missing = self.idem("get", "--db", self.db, "--table", "u", "none", code=1)
        self.assertEqual(missing.out, b"")
        self.assertIn("no row with this key", missing.err)

    def test_get_takes_each_word_as_it_stands(self):
        keys = ("[a,b]", "[y]", "[]", "{}", "[", "a,b", "%%", "")
        self.ingest(self.lines("words.ndjson", *[{"k": key} for key in keys]), table="words")
        for key in keys:
            row = self.read("get", "--table", "words", key)
            self.assertEqual(row["key"], key)
        pairs = self.lines("pairs.ndjson", {"a": "[x]", "b": "[y,z]"})
        self.ingest(pairs, table="pairs", key="a,b")
        self.assertEqual(self.read("get", "--table", "pairs", "[x]", "[y,z]")["key"],
                         ["[x]", "[y,z]"])

    def test_digest(self):
        text = self.idem("digest", "--db", self.db).text
        self.assertRegex(text, r"^t\t[0-9a-f]{32}\nu\t[0-9a-f]{32}\n$")
        one = self.idem("digest", "--db", self.db, "--table", "t").text
        self.assertEqual(one, f"t\t{self.summary['digest']}\n")
        self.assertEqual(self.read("digest")["t"], self.summary["digest"])

    def test_tables(self):
        text = self.idem("tables", "--db", self.db).text
        self.assertEqual(text, "t\tupsert\tinteger\tconverge\t3\nu\tappend\tnone\tconverge\t3\n")
        self.assertEqual([t["name"] for t in self.read("tables")["tables"]], ["t", "u"])

    def test_stats(self):
        stats = self.read("stats")
        self.assertEqual([t["rows"] for t in stats["tables"]], [3, 3])
        self.assertEqual(len(stats["checkpoints"]), 2)
        self.assertGreater(stats["disk_bytes"], stats["log_bytes"])
        self.assertGreater(stats["free_disk_bytes"], 0)
        self.assertIn("table t: 3 rows", self.idem("stats", "--db", self.db).text)

    def test_reading_beside_a_writer(self):
        with self.writer():
            for command in (("scan", "--table", "t"), ("digest",), ("stats",), ("verify",),
                            ("tables",), ("checkpoints", "list"), ("quarantine", "list")):
                self.idem(*command, "--db", self.db)


if __name__ == "__main__":
    unittest.main()
