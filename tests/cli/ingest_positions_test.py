# SPDX-License-Identifier: Apache-2.0
"""Records that say themselves where they were read: --offset, --partition, --source-field."""

import random
import unittest

from command import CommandTest

POSITIONS = ("--source-field", "s", "--partition", "p", "--offset", "o")


def record(source, partition, offset):
    return {"s": source, "p": partition, "o": offset, "k": f"{source}-{partition}-{offset}"}


class IngestPositions(CommandTest):
    def setUp(self):
        super().setUp()
        self.records = [record("x", p, o) for o in range(5, 25) for p in (0, 1)]
        self.records += [record("y", "name", o) for o in range(3)]
        self.file = self.lines("f.ndjson", *self.records)

    def test_checkpoints_come_from_the_records(self):
        summary = self.ingest(*POSITIONS, self.file)
        self.assertEqual(self.counts(summary), {"INSERTED": 43})
        self.assertEqual([(c["source"], c["partition"], c["start"], c["next"])
                          for c in self.checkpoints()],
                         [("x", 0, 5, 25), ("x", 1, 5, 25), ("y", "name", 0, 3)])

    def test_what_was_done_is_replayed_in_any_order_and_batch(self):
        digest = self.ingest(*POSITIONS, self.file)["digest"]
        for seed, batch in enumerate((1, 7, 1000)):
            random.Random(seed).shuffle(self.records)
            again = self.ingest(*POSITIONS, "--batch", batch,
                                self.lines("shuffled.ndjson", *self.records))
            self.assertEqual(self.counts(again), {"REPLAYED": 43})
            self.assertEqual(again["digest"], digest)

    def test_from_start_decides_by_keys_again(self):
        digest = self.ingest(*POSITIONS, self.file)["digest"]
        before = self.checkpoints()
        again = self.ingest(*POSITIONS, "--from-start", self.file)
        self.assertEqual(self.counts(again), {"DUPLICATE": 43})
        self.assertEqual(again["digest"], digest)
        self.assertEqual([(c["partition"], c["start"], c["next"], c["holes"]) for c in before],
                         [(c["partition"], c["start"], c["next"], c["holes"])
                          for c in self.checkpoints()])
        self.assert_verified()

    def test_from_start_leaves_no_hole_whatever_the_order(self):
        digest = self.ingest(*POSITIONS, self.file)["digest"]
        for seed in range(3):
            random.Random(seed).shuffle(self.records)
            file = self.lines("shuffled.ndjson", *self.records)
            self.assertEqual(self.ingest(*POSITIONS, "--from-start", file)["digest"], digest)
            self.assertEqual([c["next"] for c in self.checkpoints()], [25, 25, 3])
            self.assertEqual([c["holes"] for c in self.checkpoints()], [[], [], []])

    def test_the_same_key_at_another_position_is_decided_by_key(self):
        self.ingest(*POSITIONS, self.file)
        moved = {**record("x", 0, 5), "o": 25}
        summary = self.ingest(*POSITIONS, "--value", "k", self.lines("g.ndjson", moved))
        self.assertEqual(summary["verdicts"]["CONFLICT"], 1)

    def test_the_partition_has_a_default(self):
        self.ingest("--offset", "o", "--source", "named", self.lines("h.ndjson", {"k": 2, "o": 0}))
        self.assertEqual([(c["source"], c["partition"]) for c in self.checkpoints()],
                         [("named", 0)])

    def test_a_source_is_done_once_for_the_whole_store(self):
        self.ingest(*POSITIONS, self.file)
        other = self.ingest(*POSITIONS, self.file, table="other")
        self.assertEqual((self.counts(other), other["rows"]), ({"REPLAYED": 43}, 0))

    def test_a_record_without_its_position_is_refused(self):
        for bad in ({"k": 1}, {"k": 1, "o": "5"}, {"k": 1, "o": 1.5}, {"k": 1, "o": -1}):
            summary = self.ingest("--offset", "o", "--source", "s",
                                  self.lines("g.ndjson", {"k": 0, "o": 0}, bad), code=1,
                                  table="bad")
            self.assertEqual(summary["error"]["line"], 2, bad)

    def test_a_name_that_no_source_may_have_is_a_bad_line(self):
        good = record("x", "name", 0)
        for member, what in (("s", "the source"), ("p", "the partition")):
            for name in ("", "a\u0007b", "a\u007f", "n" * 1025):
                self.db = self.directory / f"db-{member}-{len(name)}-{ascii(name[:3])}"
                bad = {**record("x", "name", 1), member: name}
                file = self.lines("g.ndjson", good, bad, record("x", "name", 2))
                stopped = self.ingest(*POSITIONS, file, code=1)
                self.assertEqual((stopped["error"]["line"], stopped["rows"]), (2, 1))
                self.assertIn(f"{member}: {what}", self.err)
                summary = self.ingest(*POSITIONS, "--on-invalid", "quarantine", file)
                self.assertEqual(self.counts(summary),
                                 {"REPLAYED": 1, "INVALID": 1, "INSERTED": 1})
        longest = {**record("\u00e9" * 512, "n" * 1024, 0), "k": "longest"}
        self.ingest(*POSITIONS, self.lines("h.ndjson", longest))

    def test_csv_positions(self):
        file = self.write("f.csv", "k,p,o\na,0,10\nb,7,11\nc,x,3\n")
        self.ingest("--partition", "p", "--offset", "o", "--source", "s", file)
        self.assertEqual([(c["partition"], c["next"]) for c in self.checkpoints()],
                         [(0, 11), (7, 12), ("x", 4)])


if __name__ == "__main__":
    unittest.main()
