# SPDX-License-Identifier: Apache-2.0
"""A store that lost something is refused, planned and recovered."""

import os
import unittest

from command import CommandTest


class Recover(CommandTest):
    def setUp(self):
        super().setUp()
        for i in range(5):
            self.ingest("--offset", "o", "--source", "s",
                        self.lines(f"{i}.ndjson", {"k": i, "o": i, "v": "x" * 200}))

    def file_with(self, suffix):
        [path] = [p for p in self.db.iterdir() if p.name.endswith(suffix)]
        return path

    def lose_the_log(self):
        """The last batch is in no sorted file yet."""
        self.file_with(".log").unlink()

    def content(self):
        return {p.name: p.read_bytes() for p in self.db.iterdir() if p.name != "IDEM_LOCK"}

    def recover(self, *arguments, code):
        return self.idem("recover", "--db", self.db, *arguments, code=code)

    def test_a_whole_store_needs_nothing(self):
        before = self.content()
        self.assertIn("nothing to recover\n", self.recover(code=0).text)
        plan = self.recover("--json", code=0).json
        self.assertFalse(plan["needed"])
        self.assertEqual(plan["lost"], 0)
        self.assertEqual(plan["sources"],
                         [{"source": "s", "partition": 0, "kept": 5, "acknowledged": 5}])
        self.recover("--accept", plan["commit"], code=1)
        self.assertEqual(self.content(), before)

    def test_lost_commits_are_named_and_accepted(self):
        self.lose_the_log()
        before = self.content()
        error = self.read("stats", code=1)["error"]
        self.assertEqual(error["code"], "StoreBehind")
        self.assertIn("idem recover", error["message"])
        self.ingest_fails()
        plan = self.recover("--json", code=4).json
        self.assertEqual((plan["needed"], plan["possible"], plan["lost"]), (True, True, 1))
        self.assertEqual(plan["sources"],
                         [{"source": "s", "partition": 0, "kept": 4, "acknowledged": 5}])
        text = self.recover(code=4).text
        self.assertIn(f"commit {plan['commit']} can be kept; "
                      f"{plan['durable_commit']} was acknowledged, 1 lost\ns\t0\t4\t5\n", text)
        self.assertIn(f"--accept {plan['commit']}\n", text)
        self.recover("--accept", plan["commit"] + 1, code=1)
        self.assertEqual(self.content(), before)

        done = self.recover("--accept", plan["commit"], "--json", code=0).json
        self.assertEqual(done["commit"], plan["commit"])
        self.assertGreater(done["writer_epoch"], 0)
        self.assertEqual(len(self.scan().splitlines()), 4)
        self.assert_verified()
        summary = self.ingest("--offset", "o", "--source", "s", self.directory / "4.ndjson")
        self.assertEqual(self.counts(summary), {"INSERTED": 1})

    def ingest_fails(self):
        result = self.idem("ingest", "--db", self.db, "--table", "t", "--key", "k", "--json",
                           self.directory / "4.ndjson", code=1)
        self.assertEqual(result.json["error"]["code"], "StoreBehind")

    def test_a_damaged_manifest_leaves_nothing(self):
        [manifest] = [p for p in self.db.iterdir() if p.name.startswith("MANIFEST")]
        os.truncate(manifest, manifest.stat().st_size - 1)
        text = self.recover(code=4).text
        self.assertIn("DAMAGED the manifest", text)
        self.assertIn("nothing can be kept: restore a backup", text)
        self.assertFalse(self.recover("--json", code=4).json["possible"])
        self.recover("--accept", 1, code=1)

    def test_no_store(self):
        self.idem("recover", "--db", self.directory / "none", code=3)
        self.recover("--accept", "x", code=2)


if __name__ == "__main__":
    unittest.main()
