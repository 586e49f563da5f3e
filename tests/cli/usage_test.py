# SPDX-License-Identifier: Apache-2.0
"""Exit codes, help, and what a wrong command line is told."""

import unittest

from command import CommandTest

INGEST = ("ingest", "--table", "t", "--key", "k")
READERS = (("scan", "--table", "t"), ("get", "--table", "t", "x"), ("tables",), ("digest",),
           ("stats",), ("verify",), ("checkpoints", "list"), ("quarantine", "list"),
           ("quarantine", "show", "0" * 32))


class Usage(CommandTest):
    def refused(self, *arguments, word):
        result = self.idem(*arguments, code=2)
        self.assertEqual(result.out, b"")
        self.assertIn(word, result.err)
        self.assertFalse(self.db.exists())

    def ingest_refused(self, *arguments, word):
        self.refused("ingest", "--db", self.db, "--table", "t", "--key", "k", *arguments, word=word)

    def test_help_and_version(self):
        self.assertIn("ingest", self.idem("--help").text)
        for command in ("ingest", "scan", "get", "tables", "digest", "stats", "verify", "backup",
                        "checkpoints", "quarantine"):
            self.assertIn("--db", self.idem(command, "--help").text)
        self.assertRegex(self.idem("--version").text, r"^idem \d+\.\d+\.\d+\n$")

    def test_wrong_words(self):
        self.refused(word="subcommand")
        self.refused("nonsense", "--db", self.db, word="")
        self.refused("tables", word="--db")
        self.refused("scan", "--db", self.db, word="--table")
        self.refused("scan", "--db", self.db, "--table", "t", "--format", "xml", word="xml")
        self.refused("get", "--db", self.db, "--table", "t", word="KEY")
        self.refused("backup", "--db", self.db, word="--to")
        self.refused("checkpoints", "--db", self.db, word="subcommand")
        self.ingest_refused("--unknown", word="--unknown")

    def test_an_unknown_word_is_named(self):
        self.refused("ingst", "--db", self.db, word="'ingst' is no subcommand of idem")
        self.refused("ingst", "--db", self.db, word="ingest, scan")
        self.refused(word="ingest, scan")
        self.refused("checkpoints", "lst", "--db", self.db, word="'lst' is no subcommand")
        self.refused("scan", "--db", self.db, "--tabel", "t",
                     word="'--tabel' is no option of idem scan")
        self.refused("tables", "t", "--db", self.db, word="'t' is more than idem tables takes")
        self.ingest_refused("--unknown", word="'--unknown' is no option of idem ingest")

    def test_with_json_a_wrong_command_line_is_an_object(self):
        for words in (("ingst",), (), ("scan", "--db", self.db), ("scan", "--tabel", "t"),
                      ("scan", "--db", self.db, "--table", "t", "--limit", "-1"),
                      (*INGEST, "--db", self.db, "--tie", "x"),
                      (*INGEST, "--db", self.db, "--partition", "p")):
            error = self.idem(*words, "--json", code=2).json["error"]
            self.assertEqual((error["code"], error["next_step"]), ("InvalidArgument", "fix_input"))
            self.assertTrue(error["message"])
        missing = self.read("tables", code=3)["error"]
        self.assertEqual(missing["next_step"], "fix_input")
        self.assertIn("correct the input", missing["remedy"])
        gone = self.read("ingest", "--table", "t", "--key", "k", "nope", code=1)["error"]
        self.assertEqual(gone["code"], "NotFound")

    def test_what_does_not_fit_together(self):
        self.ingest_refused("--source-field", "s", word="--source-field needs --offset")
        self.ingest_refused("--partition", "p", word="--partition needs --offset")
        self.ingest_refused("--offset", "o", word="--offset needs --source or --source-field")
        self.ingest_refused("--mode", "upsert", word="--mode upsert needs --version")
        self.ingest_refused("--mode", "upsert", "--tie", "converge", word="--tie first, last")
        self.ingest_refused("--mode", "append", "--delete-when", "op=d", word="--delete-when needs")
        self.ingest_refused("--mode", "append", "--tie", "first", word="--tie needs")
        self.ingest_refused("--version-kind", "hex", word="--version-kind needs --version")
        for option in (("--canonical-json",), ("--ignore", "x")):
            for csv in (("a.csv.gz",), ("--format", "csv"), ("a.ndjson", "a.csv")):
                self.ingest_refused(*option, *csv, word=f"{option[0]} needs --value")
        self.ingest_refused("--source", "a", "--source-field", "s", "--offset", "o",
                            word="--source")

    def test_values_out_of_range(self):
        self.ingest_refused("--batch", "0", word="--batch")
        self.ingest_refused("--batch", "100001", word="--batch")
        self.ingest_refused("--batch", "x", word="--batch")
        for command in (("scan", "--table", "t"), ("quarantine", "list")):
            for limit in ("-1", "x"):
                self.refused(*command, "--db", self.db, "--limit", limit,
                             word=f"--limit: '{limit}' is not a whole number, 0 .. ")
        self.ingest_refused("--mode", "merge", word="--mode")
        self.ingest_refused("--tie", "x", word="--tie")
        self.ingest_refused("--durability", "x", word="--durability")
        self.ingest_refused("--on-invalid", "x", word="--on-invalid")
        self.ingest_refused("--value", "a..b", word="--value")
        self.ingest_refused("--delete-when", "a", word="PATH=VALUE")
        self.refused("ingest", "--db", self.db, "--table", "t", "--key", "a,,b", word="--key")

    def test_more_members_than_can_be_looked_for(self):
        names = [f"m{i}" for i in range(65)]
        self.refused("ingest", "--db", self.db, "--table", "t", "--key", ",".join(names),
                     word="65 members")
        self.refused("ingest", "--db", self.db, "--table", "t", "--key", ",".join(names[:32]),
                     "--event-id", ",".join(names[:32]), "--value", "m0", word="65 members")
        summary = self.ingest(self.lines("a.ndjson", {name: 1 for name in names}), "--event-id",
                              ",".join(names[32:64]), key=",".join(names[:32]))
        self.assertEqual(summary["verdicts"]["INSERTED"], 1)

    def test_a_missing_file_creates_no_store(self):
        result = self.idem("ingest", "--db", self.db, "--table", "t", "--key", "k", "nope", code=1)
        self.assertIn("nope: no such file", result.err)
        self.assertFalse(self.db.exists())

    def test_a_file_that_cannot_be_reached_is_not_called_missing(self):
        (self.directory / "loop").symlink_to("loop")
        result = self.idem("ingest", "--db", self.db, "--table", "t", "--key", "k", "loop/file",
                           code=1)
        self.assertIn("loop/file: Too many levels of symbolic links", result.err)
        self.assertFalse(self.db.exists())

    def test_a_missing_store(self):
        for command in READERS:
            result = self.idem(*command, "--db", self.db, code=3)
            self.assertEqual(result.out, b"")
            self.assertFalse(self.db.exists())
            missing = self.idem(*command, "--db", self.db, "--json", code=3).json
            self.assertEqual(missing["error"]["code"], "StoreMissing")
            self.assertIn("check --db", missing["error"]["message"])
            self.assertNotIn("create_if_missing", result.err)
        self.idem("checkpoints", "rewind", "--db", self.db, "--source", "s", "--partition", 0,
                  "--to", 0, "--reason", "x", code=3)
        self.idem("quarantine", "resolve", "--db", self.db, "0" * 32, "--discard", code=3)

    def test_a_missing_table(self):
        self.ingest(stdin=b'{"k":1}\n')
        for command in (("scan", "--table", "x"), ("get", "--table", "x", "k"),
                        ("digest", "--table", "x")):
            self.idem(*command, "--db", self.db, code=1)

    def test_the_store_may_be_named_before_the_command(self):
        self.ingest(stdin=b'{"k":1}\n')
        self.assertEqual(self.idem("--db", self.db, "tables").text,
                         self.idem("tables", "--db", self.db).text)
        self.assertEqual(self.idem("--db", self.db, "--json", "checkpoints", "list").json,
                         {"checkpoints": []})
        self.idem("checkpoints", "--db", self.db, "list")


if __name__ == "__main__":
    unittest.main()
