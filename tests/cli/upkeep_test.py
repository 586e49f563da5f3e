# SPDX-License-Identifier: Apache-2.0
"""Checkpoints moved by hand, quarantine resolved, verification."""

import os
import shlex
import subprocess
import unittest

from command import CommandTest


class Upkeep(CommandTest):
    def conflict(self):
        self.ingest("--value", "x", self.lines("a.ndjson", {"k": "a", "x": 1}, {"k": "a", "x": 2}))
        [entry] = self.read("quarantine", "list")["entries"]
        return entry

    def test_checkpoints_list(self):
        self.ingest("--offset", "o", "--source", "s",
                    self.lines("a.ndjson", {"k": 1, "o": 0}, {"k": 2, "o": 1}, {"k": 3, "o": 5}))
        self.assertEqual(self.idem("checkpoints", "list", "--db", self.db).text,
                         "s\t0\t0\t2\t[2,5)\t\t\n")
        [checkpoint] = self.checkpoints()
        self.assertEqual(checkpoint["holes"], [{"begin": 2, "end": 5}])
        other = self.idem("checkpoints", "list", "--db", self.db, "--source", "z", code=1)
        self.assertIn("no checkpoint of a source 'z'", other.err)
        missing = self.read("checkpoints", "list", "--source", "z", code=1)
        self.assertEqual(missing["error"]["code"], "NotFound")

    def test_quarantine_of_an_unknown_table(self):
        self.conflict()
        result = self.idem("quarantine", "list", "--db", self.db, "--table", "z", code=1)
        self.assertIn("there is no table 'z'", result.err)
        self.assertEqual(self.read("quarantine", "list", "--table", "t")["entries"],
                         self.read("quarantine", "list")["entries"])

    def test_a_page_of_quarantine_says_how_to_go_on(self):
        self.ingest("--on-invalid", "quarantine", "--version", "v", "--version-kind", "integer",
                    self.lines("f.ndjson", *[{"k": i} for i in range(5)]))
        seen = []
        command = ["quarantine", "list", "--db", str(self.db), "--table", "t", "--limit", "2"]
        while command:
            result = self.idem(*command)
            seen += [line.split("\t")[0] for line in result.text.splitlines()]
            self.assertEqual(bool(result.err), len(seen) < 5, result.err)
            command = shlex.split(result.err.split("idem quarantine", 1)[1]) if result.err else []
            command = ["quarantine", *command] if command else []
        self.assertEqual(len(set(seen)), 5)
        whole = self.idem("quarantine", "list", "--db", self.db, "--limit", 5)
        self.assertEqual(whole.err, "")

    def test_checkpoints_rewind(self):
        self.ingest("--offset", "o", "--source", "s",
                    self.lines("a.ndjson", *[{"k": i, "o": i} for i in range(5)]))
        rewind = ("checkpoints", "rewind", "--db", self.db, "--source", "s", "--reason", "test")
        self.idem(*rewind, "--partition", 0, "--to", 2)
        self.assertEqual(self.checkpoints()[0]["next"], 2)
        self.idem(*rewind, "--partition-name", 0, "--to", 2, code=1)
        for number in (-1, "0x10", "1.0", ""):
            self.idem(*rewind, "--partition", 0, "--to", number, code=2)
        self.assertEqual(self.idem(*rewind, "--partition", 0, "--to", "010").text, "s\t0\t10\n")
        self.idem(*rewind, "--to", 2, code=2)
        moved = self.idem(*rewind, "--partition", 0, "--to", 4, "--incarnation", "x", "--json").json
        self.assertEqual((moved["source"], moved["partition"], moved["next"]), ("s", 0, 4))
        self.assertEqual(self.checkpoints()[0]["incarnation"], "x")

    def test_a_conflict_is_kept_and_accepted(self):
        entry = self.conflict()
        self.assertEqual((entry["verdict"], entry["key"], entry["value"]), ("CONFLICT", "a", 2))
        shown = self.idem("quarantine", "show", "--db", self.db, entry["id"]).json
        self.assertEqual(shown, entry)
        resolve = ("quarantine", "resolve", "--db", self.db, entry["id"])
        self.idem(*resolve, code=2)
        self.idem(*resolve, "--accept", "--discard", code=2)
        self.assertEqual(self.idem(*resolve, "--accept").text, entry["id"] + "\taccepted\n")
        self.assertEqual(self.scan(), "a\t\t2\n")
        self.assertEqual(self.read("quarantine", "list")["entries"], [])
        [resolved] = self.read("quarantine", "list", "--all")["entries"]
        self.assertEqual(resolved["state"], "accepted")
        self.assert_verified()

    def test_a_conflict_is_discarded(self):
        entry = self.conflict()
        done = self.read("quarantine", "resolve", entry["id"], "--discard")
        self.assertEqual(done, {"entries": [{"id": entry["id"], "state": "discarded"}]})
        self.assertEqual(self.scan(), "a\t\t1\n")

    def test_many_entries_are_resolved_at_once(self):
        self.ingest(self.lines("a.ndjson", *[{"k": i // 2, "x": i % 2} for i in range(6)]))
        first, second, third = [e["id"] for e in self.read("quarantine", "list")["entries"]]
        resolve = ("quarantine", "resolve", "--db", self.db, "--accept")
        self.idem(*resolve, first, "no id", code=1)
        self.assertEqual(len(self.read("quarantine", "list")["entries"]), 3)
        stopped = self.idem(*resolve, first, "0" * 32, second, code=1)
        self.assertEqual(stopped.text, first + "\taccepted\n")
        self.assertIn(f"NotFound: entry {'0' * 32}: ", stopped.err)
        stopped = self.idem(*resolve, first, "0" * 32, "--json", code=1).json
        self.assertEqual(stopped["entries"], [{"id": first, "state": "accepted"}])
        self.assertIn("the entries are resolved", stopped["error"]["remedy"])
        nothing = self.idem(*resolve, "0" * 32, "--json", code=1).json
        self.assertIn("nothing was changed", nothing["error"]["remedy"])
        self.assertEqual(self.idem(*resolve, first, second).text,
                         f"{first}\taccepted\n{second}\taccepted\n")
        [left] = self.read("quarantine", "list")["entries"]
        self.assertEqual(left["id"], third)
        self.assert_verified()

    def test_resolved_entries_are_purged(self):
        entry = self.conflict()
        purge = ("quarantine", "purge", "--db", self.db)
        after = entry["commit"] + 1
        self.assertEqual(self.idem(*purge, "--below-commit", after).text, "purged\t0\n")
        self.idem("quarantine", "resolve", "--db", self.db, entry["id"], "--discard")
        early = self.idem(*purge, "--below-commit", entry["commit"])
        self.assertEqual(early.text, "purged\t0\n")
        self.assertEqual(len(self.read("quarantine", "list", "--all")["entries"]), 1)
        late = self.idem(*purge, "--below-commit", after, "--json")
        self.assertEqual(late.json, {"purged": 1})
        self.assertEqual(self.read("quarantine", "list", "--all")["entries"], [])
        self.assert_verified()

    def test_purging_takes_the_number_of_a_commit(self):
        self.conflict()
        purge = ("quarantine", "purge", "--db", self.db)
        self.idem(*purge, code=2)
        for number in ("-1", "1.5", "x", "", "99999999999999999999"):
            self.idem(*purge, "--below-commit", number, code=2)
        nowhere = self.idem("quarantine", "purge", "--db", self.directory / "none",
                            "--below-commit", 1, code=3)
        self.assertIn("none", nowhere.err)

    def test_quarantine_list_as_text(self):
        entry = self.conflict()
        text = self.idem("quarantine", "list", "--db", self.db, "--table", "t").text
        self.assertEqual(text.split("\t")[:4], [entry["id"], "t", "open", "CONFLICT"])
        self.ingest(self.lines("u.ndjson", {"k": 1}), table="u")
        self.assertEqual(self.idem("quarantine", "list", "--db", self.db, "--table", "u").out, b"")

    def test_quarantine_list_in_pages(self):
        self.ingest(self.lines("a.ndjson", *[{"k": i // 2, "x": i % 2} for i in range(10)]))
        whole = [entry["id"] for entry in self.read("quarantine", "list")["entries"]]
        self.assertEqual(len(whole), 5)
        pages, after = [], ()
        while page := self.read("quarantine", "list", "--limit", 2, *after)["entries"]:
            pages.append([entry["id"] for entry in page])
            after = "--after", pages[-1][-1]
        self.assertEqual(pages, [whole[:2], whole[2:4], whole[4:]])
        self.idem("quarantine", "list", "--db", self.db, "--after", "x", code=1)
        self.assertEqual(self.read("quarantine", "list", "--limit", 0)["entries"], [])

    def test_quarantine_knows_no_such_entry(self):
        self.conflict()
        self.idem("quarantine", "show", "--db", self.db, "0" * 32, code=1)
        self.idem("quarantine", "show", "--db", self.db, "x", code=1)
        self.idem("quarantine", "resolve", "--db", self.db, "0" * 32, "--discard", code=1)

    def test_backup(self):
        self.ingest(self.lines("a.ndjson", *[{"k": i} for i in range(5)]))
        copy = self.directory / "backups" / "copy"
        text = self.idem("backup", "--db", self.db, "--to", copy).text
        self.assertTrue(text.startswith(f"wrote {copy} at commit "), text)
        self.assertIn(" 5 rows, ", text)
        for command in ("digest", "verify", "tables"):
            self.assertEqual(self.idem(command, "--db", copy).text,
                             self.idem(command, "--db", self.db).text)
        again = self.read("backup", "--to", copy, code=1)
        self.assertEqual(again["error"]["code"], "InvalidArgument")
        other = self.directory / "other"
        report = self.read("backup", "--to", other)
        self.assertEqual(report["to"], str(other))
        self.assertEqual(report["rows"], 5)

    def test_backup_beside_the_writer(self):
        self.ingest(self.lines("a.ndjson", {"k": 1}))
        with self.writer():
            self.assertEqual(self.read("backup", "--to", self.directory / "copy")["rows"], 2)

    def test_the_backup_of_a_damaged_store_is_none(self):
        self.ingest(self.lines("a.ndjson", {"k": 1}))
        subprocess.run([os.environ["IDEM_FALSIFY"], self.db], check=True, timeout=60)
        failed = self.read("backup", "--to", self.directory / "copy", code=1)
        self.assertEqual(failed["error"]["code"], "Corruption")
        self.assertIn("idem verify", failed["error"]["message"])
        missing = self.idem("verify", "--db", self.directory / "copy", code=3)
        self.assertIn("there is no store", missing.err)

    def test_verify(self):
        self.conflict()
        report = self.read("verify")
        self.assertEqual((report["ok"], report["rows"], report["quarantined"]), (True, 1, 1))
        self.assertEqual(report["findings"], [])
        self.assertTrue(self.idem("verify", "--db", self.db).text.startswith("ok at commit "))

    def test_verify_names_what_it_finds_and_changes_nothing(self):
        self.conflict()
        subprocess.run([os.environ["IDEM_FALSIFY"], self.db], check=True, timeout=60)
        for _ in range(2):
            lines = self.idem("verify", "--db", self.db, code=4).text.splitlines()
            self.assertIn("FOUND a row belongs to no table", lines)
            self.assertIn("FOUND t: 1 rows are stored as the count, 0 are there", lines)
            self.assertEqual([line[:6] for line in lines[:-1]], ["FOUND "] * (len(lines) - 1))
            self.assertRegex(lines[-1], f"^NOT OK at commit .* {len(lines) - 1} findings$")
        report = self.read("verify", code=4)
        self.assertEqual((report["ok"], report["finding_count"]), (False, len(lines) - 1))
        self.assertIn({"table": "t", "what": "1 rows are stored as the count, 0 are there"},
                      report["findings"])

    def test_a_locked_store(self):
        self.conflict()
        with self.writer():
            self.ingest_locked()
            self.idem("checkpoints", "rewind", "--db", self.db, "--source", "held", "--partition",
                      "-", "--to", 0, "--reason", "x", code=3)

    def ingest_locked(self):
        result = self.idem("ingest", "--db", self.db, "--table", "t", "--key", "k", "--json",
                           code=3)
        self.assertEqual(result.json["error"]["code"], "StoreLocked")


if __name__ == "__main__":
    unittest.main()
