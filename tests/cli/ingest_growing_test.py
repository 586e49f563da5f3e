# SPDX-License-Identifier: Apache-2.0
"""Files that are still written: the last line without a line end is left for the next run."""

import gzip
import unittest

from command import CommandTest

GROWING = ("--growing", "--on-invalid", "quarantine")


class IngestGrowing(CommandTest):
    def left(self, *arguments, **options):
        summary = self.ingest(*GROWING, *arguments, **options)
        self.assertIn("left for the next run", self.err)
        return summary

    def assert_nothing_set_aside(self):
        self.assertEqual(self.read("quarantine", "list")["entries"], [])

    def test_an_ndjson_line_is_left_until_it_is_complete(self):
        whole = '{"k":"a"}\n{"k":"b","x":1}\n'
        file = self.write("f.ndjson", whole)
        for cut in range(11, len(whole)):
            self.db = self.directory / f"db{cut}"
            self.write("f.ndjson", whole[:cut])
            summary = self.left(file)
            self.assertEqual((summary["lines"], summary["rows"]), (1, 1))
            self.assertEqual(self.checkpoints()[0]["next"], 1)
            self.left(file)
            self.write("f.ndjson", whole)
            self.assertEqual(self.counts(self.ingest(*GROWING, file)), {"INSERTED": 1})
            self.assertNotIn("left", self.err)
            self.assert_nothing_set_aside()
        self.assert_verified()

    def test_a_csv_line_is_left_until_it_is_complete(self):
        whole = 'k,x\na,1\nb,"2\n3"\n'
        file = self.write("f.csv", whole)
        for cut in range(9, len(whole)):
            self.db = self.directory / f"db{cut}"
            self.write("f.csv", whole[:cut])
            self.assertEqual(self.left(file)["rows"], 1, whole[:cut])
            self.write("f.csv", whole)
            self.assertEqual(self.ingest(*GROWING, file)["rows"], 2)
            self.assertEqual(self.scan(), 'a\t\ta,1\nb\t\tb,"2\n3"\n')
            self.assert_nothing_set_aside()

    def test_a_csv_header_is_left_too(self):
        file = self.write("f.csv", "k,nam")
        self.assertEqual(self.left(file)["lines"], 0)
        self.write("f.csv", "k,name\na,Ann\n")
        self.assertEqual(self.ingest(*GROWING, "--value", "name", file)["rows"], 1)

    def test_a_header_that_was_taken_without_its_end_is_not_called_replaced(self):
        file = self.write("f.csv", "k")
        self.assertEqual(self.ingest(file)["lines"], 1)
        for _ in range(2):
            self.assertEqual(self.left(file)["lines"], 0)
        self.write("f.csv", "k\na\n")
        self.assertEqual(self.ingest(*GROWING, file)["rows"], 1)
        self.write("f.csv", "")
        self.ingest(*GROWING, file, code=1)
        self.assertIn("another incarnation", self.err)

    def test_blank_lines_before_a_csv_header_that_is_left(self):
        file = self.write("f.csv", "\n \nk,nam")
        self.assertEqual(self.left(file)["lines"], 0)
        self.write("f.csv", "\n \nk,name\na,Ann\n")
        self.assertEqual(self.ingest(*GROWING, "--value", "name", file)["lines"], 4)

    def test_a_first_line_alone_makes_no_table(self):
        file = self.write("f.ndjson", '{"k":')
        self.left(file)
        self.assertEqual(self.read("tables"), {"tables": []})

    def test_stop_does_not_stop_there(self):
        file = self.write("f.ndjson", '{"k":"a"}\n{"k":')
        self.assertEqual(self.ingest("--growing", file)["rows"], 1)
        self.assertIn(f"{file}:2:10: ", self.err)

    def test_other_sources_and_positions(self):
        self.assertEqual(self.left(stdin=b'{"k":"a"}\n{"k":"b"}')["rows"], 1)
        file = self.write("f.gz", gzip.compress(b'{"k":"c"}\n{"k":"d"'))
        self.assertEqual(self.left(file)["rows"], 2)
        file = self.write("o.ndjson", '{"k":"e","o":0}\n{"k":"f","o":1}')
        self.assertEqual(self.left("--offset", "o", "--source", "s", file, table="o")["rows"], 1)

    def test_an_overlong_line_is_left_too(self):
        file = self.write("f.ndjson", b'{"k":"a"}\n{"x":"' + b"x" * (33 << 20))
        self.assertEqual(self.left(file)["rows"], 1)

    def test_without_it_a_last_line_needs_no_end(self):
        file = self.write("f.csv", "k,x\na,1\nb,2")
        self.assertEqual(self.ingest(file)["rows"], 2)
        file = self.write("f.ndjson", '{"k":"c"}')
        self.assertEqual(self.ingest(file)["rows"], 3)


if __name__ == "__main__":
    unittest.main()
