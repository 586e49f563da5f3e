# SPDX-License-Identifier: Apache-2.0
"""The main job on one real input, compared with what an independent referee computed from it.

usage: data_test.py SET [unittest options]     IDEM_COMMAND=path/to/idem [IDEM_DATA_DIR=folder]
"""

import collections
import decimal
import json
import pathlib
import random
import sys
import tempfile
import unittest

import inputs
from inputs import record_bytes, sha256, sorted_sha256

SEED = 20260101


class DataTest(unittest.TestCase):
    maxDiff = None
    set_name = None  # from the command line

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="idem-data-")
        self.addCleanup(scratch.cleanup)
        self.directory = pathlib.Path(scratch.name)

    def store(self, name):
        return inputs.Store(self.directory / name)

    def write(self, name, lines):
        path = self.directory / name
        path.write_bytes(b"".join(lines))
        return path

    def shuffled(self, name, lines):
        lines = list(lines)
        random.Random(SEED).shuffle(lines)
        return self.write(name, lines)

    def counts(self, summary):
        return {verdict: n for verdict, n in summary["verdicts"].items() if n}


class Upsert(DataTest):
    """Sets whose records have a key and a version."""

    OPTIONS = ("--mode", "upsert", "--key", "key", "--version", "version", "--value", "record")

    def setUp(self):
        super().setUp()
        self.input = inputs.Input(self.set_name)
        self.latest = self.input.expected["upsert_latest"]

    def assert_rows(self, store, state):
        """`state` has a count, a checksum and optionally the one of the first-wins content."""
        rows = store.rows()
        self.assertEqual(len(rows), state["rows"])
        self.assertEqual(sorted_sha256(b"%s\t%s\n" % (k, v) for k, v, _ in rows),
                         state["key_version_sha256"])

    def content(self, store):
        return sorted_sha256(b"%s\t%s\t%s\n" % (k, v, sha256(value).encode())
                             for k, v, value in store.rows())

    def test_converge(self):
        """The default tie rule: run, resume, from the start, in another order, in other batches."""
        store = self.store("db")
        first = store.ingest(*self.OPTIONS, self.input.file)
        self.assertEqual(first["lines"], self.input.expected["lines"])
        self.assert_rows(store, self.latest)
        digest = store.digest()
        self.assertEqual(first["digest"], digest)

        again = store.ingest(*self.OPTIONS, self.input.file)
        self.assertEqual((self.counts(again), again["digest"]), ({}, digest))
        over = store.ingest(*self.OPTIONS, "--from-start", "--batch", 333, self.input.file)
        self.assertEqual(sum(self.counts(over).values()), self.input.expected["lines"])
        self.assertFalse({"INSERTED", "UPDATED", "UNCHANGED"} & set(self.counts(over)), over)
        self.assertEqual(store.digest(), digest)
        self.assertTrue(store.verified())

        shuffled = self.store("shuffled")
        file = self.shuffled("shuffled.ndjson", self.input.lines)
        shuffled.ingest(*self.OPTIONS, "--batch", 77, file)
        self.assertEqual(shuffled.digest(), digest)
        self.assert_rows(shuffled, self.latest)

    def test_ties_by_arrival(self):
        """--tie first and --tie last, each in two cuts, with the referee's class of every line."""
        classes = self.input.expected["classification_in_file_order"]
        for tie in ("first", "last"):
            digests = set()
            for batch in (50, 5000):
                store = self.store(f"{tie}-{batch}")
                summary = store.ingest(*self.OPTIONS, "--tie", tie, "--batch", batch,
                                       self.input.file)
                self.assertEqual(self.content(store), self.latest[f"content_sha256_tie_{tie}_wins"])
                self.assert_rows(store, self.latest)
                digests.add(store.digest())
                counts = collections.Counter(summary["verdicts"])
                newer = (classes["newer_version_same_content"] +
                         classes["newer_version_new_content"])
                if tie == "first":
                    self.assertEqual(counts["INSERTED"], classes["new"])
                    self.assertEqual(counts["DUPLICATE"], classes["exact_replay"])
                    self.assertEqual(counts["UPDATED"] + counts["UNCHANGED"], newer)
                    self.assertEqual(counts["STALE"], classes["stale_older_version"] +
                                     classes["same_version_other_content"])
            self.assertEqual(len(digests), 1)

    def test_a_growing_file(self):
        """Each prefix has its state; the command is the same each time."""
        store = self.store("db")
        for state in self.input.expected["prefix_states"]:
            file = self.write("grows.ndjson", self.input.lines[:state["after_line"]])
            store.ingest(*self.OPTIONS, "--tie", "first", file)
            self.assert_rows(store, state)
            self.assertEqual(self.content(store), state["content_sha256_tie_first_wins"])
        file = self.write("grows.ndjson", self.input.lines)
        store.ingest(*self.OPTIONS, "--tie", "first", file)
        self.assertEqual(self.content(store), self.latest["content_sha256_tie_first_wins"])
        whole = self.store("whole")
        whole.ingest(*self.OPTIONS, "--tie", "first", self.input.file)
        self.assertEqual(store.digest(), whole.digest())


class Positions(DataTest):
    """Sets whose records say where they were read: identity is the position, the table appends."""

    def setUp(self):
        super().setUp()
        self.input = inputs.Input(self.set_name)
        self.positions = self.input.expected["positions"]
        sourced = "source" in json.loads(self.input.lines[0])
        key = "source,partition,offset" if sourced else "partition,offset"
        source = ("--source-field", "source") if sourced else ("--source", self.set_name)
        self.options = ("--mode", "append", "--key", key, *source, "--partition", "partition",
                        "--offset", "offset")

    def assert_rows(self, store):
        """Also that the key is the position, in the order of the positions."""
        rows = [(json.loads(key), version, value) for key, version, value in store.rows()]
        parts = collections.defaultdict(list)
        lines = []
        quantity, revenue = 0, decimal.Decimal(0)
        for (*partition, offset), version, value in rows:
            line = json.loads(value)
            self.assertEqual((*partition, offset, version), (
                *([line["source"]] if "source" in line else []), line["partition"],
                line["offset"], b""))
            name = "/".join(map(str, partition))
            parts[name].append(offset)
            record = sha256(record_bytes(value))
            lines.append(f"{name}\t{offset}\t{line['key']}\t{record}\n".encode())
            if "retail" in self.input.expected:
                quantity += int(line["record"]["Quantity"])
                revenue += (int(line["record"]["Quantity"]) *
                            decimal.Decimal(line["record"]["UnitPrice"]))
        self.assertEqual(len(rows), self.positions["distinct"])
        self.assertEqual(sorted_sha256(lines),
                         self.positions["sha256_of_partition_offset_key_record"])
        self.assert_partitions((name, len(offsets), max(offsets))
                               for name, offsets in parts.items())
        if "retail" in self.input.expected:
            retail = self.input.expected["retail"]
            self.assertEqual(quantity, retail["sum_quantity"])
            self.assertEqual(str(revenue), retail["sum_quantity_x_unitprice"])

    def assert_partitions(self, partitions):
        self.assertEqual(sorted_sha256(f"{n}\t{count}\t{last}\n".encode()
                                       for n, count, last in partitions),
                         self.positions["sha256_of_partition_count_maxoffset"])

    def assert_checkpoints(self, store):
        """The checkpoints alone tell the same counts and last offsets as the rows."""
        partitions = []
        for c in store.checkpoints():
            self.assertEqual(c["holes"], [])
            name = str(c["partition"])
            if c["source"] != self.set_name:
                name = f"{c['source']}/{name}"
            partitions.append((name, c["next"] - c["start"], c["next"] - 1))
        self.assert_partitions(partitions)

    def test_replays(self):
        """Replayed three times: as it was, shuffled, and from the start; each in other batches."""
        store = self.store("db")
        lines = self.input.expected["lines"]
        first = store.ingest(*self.options, self.input.file)
        self.assertEqual(self.counts(first), {"INSERTED": lines})
        digest = store.digest()
        self.assert_rows(store)
        self.assert_checkpoints(store)

        shuffled = self.shuffled("shuffled.ndjson", self.input.lines)
        for batch, file in ((7, self.input.file), (333, shuffled), (20000, self.input.file)):
            again = store.ingest(*self.options, "--batch", batch, file)
            self.assertEqual((self.counts(again), again["digest"]), ({"REPLAYED": lines}, digest))
        over = store.ingest(*self.options, "--from-start", "--batch", 999, self.input.file)
        self.assertEqual((self.counts(over), over["digest"]), ({"DUPLICATE": lines}, digest))
        self.assert_checkpoints(store)
        self.assert_rows(store)
        self.assertTrue(store.verified())

    def test_shuffled_into_a_new_store(self):
        """Out of order from the first record on, every line twice."""
        store = self.store("db")
        straight = self.store("straight")
        straight.ingest(*self.options, "--batch", 4321, self.input.file)
        lines = self.input.expected["lines"]
        twice = self.shuffled("twice.ndjson", self.input.lines * 2)
        counts = self.counts(store.ingest(*self.options, "--batch", 2500, twice))
        self.assertEqual(counts.pop("INSERTED"), lines)
        self.assertEqual(sum(counts.values()), lines)
        self.assertLessEqual(set(counts), {"REPLAYED", "DUPLICATE"})
        self.assertEqual(store.digest(), straight.digest())
        self.assert_rows(store)
        self.assertTrue(store.verified())


class TornCatalogue(DataTest):
    """A catalogue that its publisher cut off: rejected whole, the state stays as it was."""

    def test_torn(self):
        data = inputs.folder()
        kev = inputs.Input("cisa_kev")
        torn = data / "cisa_kev_torn_snapshot_23.json.gz"
        # The stream up to the torn snapshot and after it.
        cut = next(i for i, line in enumerate(kev.lines) if json.loads(line)["snapshot"] > 23)
        store = self.store("db")
        store.ingest(*Upsert.OPTIONS, self.write("kev.ndjson", kev.lines[:cut]))
        before = (store.digest(), store.checkpoints(), store.rows())

        for options in (Upsert.OPTIONS, ("--mode", "upsert", "--key", "cveID", "--version",
                                         "dateReleased")):
            summary = store.ingest(*options, torn, code=1)
            self.assertEqual(self.counts(summary), {})
            self.assertEqual(summary["error"]["line"], 1)
            self.assertEqual((store.digest(), store.checkpoints(), store.rows()), before)

        store.ingest(*Upsert.OPTIONS, self.write("kev.ndjson", kev.lines))
        rows = store.rows()
        self.assertEqual(sorted_sha256(b"%s\t%s\n" % (k, v) for k, v, _ in rows),
                         kev.expected["upsert_latest"]["key_version_sha256"])
        self.assertTrue(store.verified())


def main():
    DataTest.set_name = sys.argv.pop(1)
    # Absent inputs end the program here, before unittest takes that for an error.
    if DataTest.set_name == "cisa_kev_torn":
        inputs.Input("cisa_kev")
        cases = [TornCatalogue]
    else:
        expected = inputs.Input(DataTest.set_name).expected
        cases = [Upsert] if "upsert_latest" in expected else []
        cases += [Positions] if "positions" in expected else []
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(c) for c in cases)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(not (result.wasSuccessful() and result.testsRun))


if __name__ == "__main__":
    main()
