# SPDX-License-Identifier: Apache-2.0
"""A plain file is a source of its own: resume, growth, replacement, --from-start."""

import gzip
import os
import unittest

from command import CommandTest

VERSIONED = ("--version", "v")


class IngestFile(CommandTest):
    def setUp(self):
        super().setUp()
        self.file = self.lines("a.ndjson", {"k": "a", "v": 1}, {"k": "b", "v": 1},
                               {"k": "a", "v": 2})

    def append(self, text):
        with open(self.file, "a") as file:
            file.write(text)

    def test_running_again_adds_nothing(self):
        first = self.ingest(*VERSIONED, self.file)
        self.assertEqual(self.counts(first), {"INSERTED": 2, "UPDATED": 1})
        self.assertEqual((first["lines"], first["skipped"], first["rows"]), (3, 0, 2))
        again = self.ingest(*VERSIONED, self.file)
        self.assertEqual((again["lines"], again["skipped"], again["records"]), (0, 3, 0))
        self.assertEqual((again["rows"], again["digest"]), (2, first["digest"]))
        self.assertIn("resumed at line 4", self.err)
        self.assert_verified()

    def test_the_checkpoint_is_the_number_of_lines_of_the_canonical_path(self):
        (self.directory / "sub").mkdir()
        self.ingest(*VERSIONED, self.directory / "sub" / ".." / "a.ndjson")
        [checkpoint] = self.checkpoints()
        self.assertEqual(checkpoint["source"], "file:t")
        self.assertEqual(checkpoint["partition"], str(self.file))
        self.assertEqual((checkpoint["next"], checkpoint["holes"]), (3, []))
        self.assertRegex(checkpoint["note"], r"^lines:3 xxh3:[0-9a-f]{32} bytes:57$")

    def test_a_grown_file_adds_its_tail(self):
        self.ingest(*VERSIONED, self.file)
        self.append('{"k":"c","v":1}\n')
        grown = self.ingest(*VERSIONED, self.file)
        self.assertEqual((grown["lines"], grown["skipped"]), (1, 3))
        self.assertEqual(self.counts(grown), {"INSERTED": 1})

    def test_a_last_line_without_its_end_may_get_it_later(self):
        self.append('{"k":"c","v":1}')
        self.assertEqual(self.ingest(*VERSIONED, self.file)["lines"], 4)
        self.append('\n{"k":"d","v":1}\n')
        self.assertEqual(self.counts(self.ingest(*VERSIONED, self.file)), {"INSERTED": 1})

    def test_a_last_line_that_changes_makes_another_incarnation(self):
        self.append('{"k":"c","v":1}')
        self.ingest(*VERSIONED, self.file)
        self.append(" \n")
        self.ingest(*VERSIONED, self.file, code=1)
        self.assertIn("another incarnation", self.err)

    def test_a_replaced_file_is_refused_with_the_way_out(self):
        before = self.ingest(*VERSIONED, self.file)
        self.lines("a.ndjson", {"k": "x", "v": 1}, {"k": "b", "v": 1}, {"k": "a", "v": 2},
                   {"k": "y", "v": 1})
        state = self.scan(), self.checkpoints()
        refused = self.ingest(*VERSIONED, self.file, code=1)
        self.assertEqual(list(refused["error"]), ["code", "message", "next_step", "remedy"])
        self.assertEqual(refused["error"]["code"], "SourceReplaced")
        for word in ("another incarnation", "--from-start", "--source NAME", "3 lines"):
            self.assertIn(word, self.err)
        self.assertEqual((self.scan(), self.checkpoints()), state)
        self.assertEqual(refused["digest"], before["digest"])

        renamed = self.ingest(*VERSIONED, "--source", "second", self.file)
        self.assertEqual(self.counts(renamed), {"INSERTED": 2, "DUPLICATE": 2})
        fresh = self.ingest(*VERSIONED, "--from-start", self.file)
        self.assertEqual(self.counts(fresh), {"DUPLICATE": 4})
        self.assertEqual(self.ingest(*VERSIONED, self.file)["skipped"], 4)

    def test_a_shorter_file_is_refused(self):
        self.ingest(*VERSIONED, self.file)
        self.lines("a.ndjson", {"k": "a", "v": 1})
        self.ingest(*VERSIONED, self.file, code=1)
        self.assertIn("another incarnation", self.err)

    def test_a_file_that_was_emptied_is_refused(self):
        for name, text in (("a.ndjson", '{"k":"a","v":1}\n'), ("a.csv", "k,v\na,1\n")):
            file = self.write(name, text)
            self.ingest(*VERSIONED, file, table=name)
            self.write(name, "")
            state = self.scan(table=name), self.checkpoints()
            refused = self.ingest(*VERSIONED, file, code=1, table=name)
            self.assertEqual(refused["error"]["code"], "SourceReplaced")
            self.assertEqual((self.scan(table=name), self.checkpoints()), state)
            self.ingest(*VERSIONED, "--from-start", file, table=name)
            self.write(name, text)
            self.assertEqual(self.counts(self.ingest(*VERSIONED, file, table=name)),
                             {"DUPLICATE": 1})

    def test_an_empty_csv_file_may_be_filled_later(self):
        file = self.write("b.csv", "")
        self.assertEqual(self.ingest(*VERSIONED, file)["lines"], 0)
        self.write("b.csv", "k,v\na,1\n")
        self.assertEqual(self.ingest(*VERSIONED, file)["rows"], 1)

    def test_from_start_offers_everything_and_changes_nothing(self):
        first = self.ingest(*VERSIONED, self.file)
        for _ in range(2):
            again = self.ingest(*VERSIONED, "--from-start", self.file)
            self.assertEqual((again["lines"], again["skipped"]), (3, 0))
            self.assertEqual(again["records"], 3)
            self.assertEqual(again["verdicts"]["REPLAYED"], 0)
            self.assertEqual((again["rows"], again["digest"]), (2, first["digest"]))
        [checkpoint] = self.checkpoints()
        self.assertEqual((checkpoint["next"], checkpoint["holes"]), (3, []))
        self.assert_verified()

    def test_from_start_on_a_new_file_is_a_first_run(self):
        first = self.ingest(*VERSIONED, "--from-start", self.file)
        self.assertEqual(self.counts(first), {"INSERTED": 2, "UPDATED": 1})

    def test_batches_do_not_matter(self):
        digests = set()
        for batch in (1, 2, 1000):
            self.db = self.directory / f"db{batch}"
            digests.add(self.ingest(*VERSIONED, "--batch", batch, self.file)["digest"])
            self.assertEqual(self.checkpoints()[0]["next"], 3)
        self.assertEqual(len(digests), 1)

    def test_compressed_or_not_is_the_same_content(self):
        first = self.ingest(*VERSIONED, self.file)
        os.replace(self.write("packed", gzip.compress(self.file.read_bytes())), self.file)
        self.assertEqual(self.ingest(*VERSIONED, self.file)["skipped"], 3)
        self.assertEqual(self.ingest(*VERSIONED, "--from-start", self.file)["digest"],
                         first["digest"])

    def test_a_checkpoint_rewound_by_hand_goes_on_from_there(self):
        self.ingest(*VERSIONED, self.file)
        self.idem("checkpoints", "rewind", "--db", self.db, "--source", "file:t", "--partition",
                  self.file, "--to", 1, "--reason", "test")
        again = self.ingest(*VERSIONED, self.file)
        self.assertEqual((again["skipped"], again["lines"]), (1, 2))
        self.assertEqual(self.checkpoints()[0]["next"], 3)
        self.idem("checkpoints", "rewind", "--db", self.db, "--source", "file:t", "--partition",
                  self.file, "--to", 1, "--reason", "test")
        self.lines("a.ndjson", {"k": "a", "v": 1}, {"k": "other", "v": 1}, {"k": "a", "v": 2})
        self.ingest(*VERSIONED, self.file, code=1)
        self.assertIn("another incarnation", self.err)

    def test_several_files_have_one_summary(self):
        other = self.lines("b.ndjson", {"k": "c", "v": 1})
        both = self.ingest(*VERSIONED, self.file, other)
        self.assertEqual((both["lines"], both["rows"]), (4, 3))
        self.assertEqual(len(self.checkpoints()), 2)

    def test_a_file_is_named_as_it_is_named(self):
        files = [self.lines(name, {"k": name, "v": 1}).name for name in ("[y]", "[a,b]", "{}")]
        for file in files:
            self.ingest(*VERSIONED, file)
        summary = self.ingest(*VERSIONED, "--from-start", *files, self.file)
        self.assertEqual((summary["lines"], summary["rows"]), (6, 5))

    def test_one_file_fills_several_tables(self):
        first = self.ingest(*VERSIONED, self.file)
        other = self.ingest(*VERSIONED, self.file, table="other")
        self.assertEqual((other["rows"], other["digest"]), (2, first["digest"]))

    def test_standard_input_has_no_position_without_a_name(self):
        text = self.file.read_bytes()
        self.ingest(*VERSIONED, stdin=text)
        again = self.ingest(*VERSIONED, "-", stdin=text)
        self.assertEqual(again["records"], 3)
        self.assertEqual(self.checkpoints(), [])

    def test_standard_input_with_a_name_resumes_like_a_file(self):
        text = self.file.read_bytes()
        self.ingest(*VERSIONED, "--source", "pipe", stdin=text)
        [checkpoint] = self.checkpoints()
        self.assertEqual((checkpoint["source"], checkpoint["partition"]), ("pipe", "-"))
        grown = self.ingest(*VERSIONED, "--source", "pipe", stdin=text + b'{"k":"z","v":1}\n')
        self.assertEqual((grown["skipped"], grown["lines"]), (3, 1))
        self.ingest(*VERSIONED, "--source", "pipe", stdin=b'{"k":"q","v":1}\n' * 4, code=1)
        self.assertIn("another incarnation", self.err)

    def test_blank_lines_count_as_lines_but_not_as_records(self):
        file = self.write("blank.ndjson", '\n{"k":"a","v":1}\n  \n{"k":"b","v":1}\n\n')
        summary = self.ingest(*VERSIONED, file)
        self.assertEqual((summary["lines"], summary["records"]), (5, 2))
        [checkpoint] = self.checkpoints()
        self.assertEqual((checkpoint["next"], checkpoint["holes"]), (5, []))
        self.assertEqual(self.ingest(*VERSIONED, file)["skipped"], 5)


if __name__ == "__main__":
    unittest.main()
