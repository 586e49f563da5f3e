# SPDX-License-Identifier: Apache-2.0
"""What a table becomes: mode, kind of version, ties, deletes, event ids, values, CSV."""

import unittest

from command import CommandTest

VERSIONED = ("--version", "v")


class IngestTable(CommandTest):
    def table(self, name="t"):
        [table] = [t for t in self.read("tables")["tables"] if t["name"] == name]
        return table

    def define(self, *arguments, record='{"k":"a","v":1}', **options):
        self.ingest(*arguments, self.lines("d.ndjson", record), **options)
        return self.table()

    def test_append_without_a_version(self):
        table = self.define()
        self.assertEqual((table["mode"], table["version"]), ("append", "none"))

    def test_upsert_with_a_version(self):
        table = self.define(*VERSIONED)
        self.assertEqual((table["mode"], table["version"], table["tie"]),
                         ("upsert", "integer", "converge"))

    def test_the_first_version_tells_its_kind(self):
        self.assertEqual(self.define(*VERSIONED, record='{"k":1,"v":"2024-01-01"}')["version"],
                         "bytes")

    def test_the_kind_may_be_given(self):
        self.define(*VERSIONED, "--version-kind", "hex", record='{"k":1,"v":"FFF/B"}')
        self.ingest(*VERSIONED, self.lines("e.ndjson", '{"k":1,"v":"FFF/ABC"}'))
        self.assertEqual(self.table()["version"], "hex")
        self.assertEqual(self.scan(), '1\tFFF/ABC\t{"k":1,"v":"FFF/ABC"}\n')

    def test_upsert_without_versions_needs_a_rule(self):
        first = self.lines("a.ndjson", {"k": "a", "x": 1}, {"k": "a", "x": 2})
        self.ingest("--mode", "upsert", "--tie", "last", first)
        self.assertEqual(self.scan(), 'a\t\t{"k": "a", "x": 2}\n')
        self.ingest("--mode", "upsert", "--tie", "first", first, table="f")
        self.assertEqual(self.scan(table="f"), 'a\t\t{"k": "a", "x": 1}\n')

    def test_another_definition_is_refused_with_the_difference(self):
        self.define(*VERSIONED)
        file = self.lines("e.ndjson", '{"k":"b","v":1}')
        for arguments, word in ((("--mode", "append"), "mode"), (("--tie", "first"), "tie")):
            refused = self.ingest(*VERSIONED, *arguments, file, code=1)
            self.assertEqual((refused["error"]["code"], refused["rows"]),
                             ("DefinitionChanged", 1))
            self.assertIn(word, self.err)
        self.assertEqual(self.ingest(*VERSIONED, "--mode", "upsert", file)["rows"], 2)

    def test_a_versioned_table_needs_the_version(self):
        self.define(*VERSIONED)
        self.ingest(self.lines("e.ndjson", '{"k":"b","v":1}'), code=1)
        self.assertIn("--version PATH", self.err)
        self.ingest(self.lines("p.ndjson", '{"k":"b","v":1}'), table="plain")
        self.ingest(*VERSIONED, self.lines("q.ndjson", '{"k":"c","v":1}'), code=1, table="plain")
        self.assertIn("without versions", self.err)

    def test_a_slip_in_the_first_command_leaves_no_table_behind(self):
        file = self.lines("f.ndjson", {"k": "a", "v": "1.1"}, {"k": "b", "v": "1.2"})
        csv = self.write("f.csv", "k,v,w\na,x,\nb,y,\n")
        for slip, text in ((("--version", "vv", file), "version_missing; there is no 'vv'"),
                           (("--version", "w", csv), "version_missing; there is no 'w'")):
            error = self.ingest(*slip, code=1)["error"]
            self.assertIn("INVALID: " + text, error["message"])
            self.ingest(*slip, "--on-invalid", "quarantine", code=1)
            self.assertIn("none of the first 2 lines has", self.err)
            self.assertIn("--version-kind", self.err)
            self.assertEqual(self.read("tables"), {"tables": []})
            self.assertLessEqual({c["next"] for c in self.checkpoints()}, {1})  # a header
        torn = self.lines("torn.ndjson", "torn")
        self.ingest(*VERSIONED, "--on-invalid", "quarantine", torn, code=1)
        self.assertIn("none of the first 1 lines has", self.err)
        self.assertEqual(self.read("tables"), {"tables": []})
        error = self.ingest(*VERSIONED, file, key="kk", code=1)["error"]
        self.assertIn("INVALID: key_missing; there is no 'kk'", error["message"])
        self.assertEqual(self.read("tables"), {"tables": []})
        self.ingest(*VERSIONED, file)
        self.assertEqual(self.table()["version"], "bytes")

    def test_a_kind_that_is_given_needs_no_version_to_make_the_table(self):
        summary = self.ingest("--version", "vv", "--version-kind", "bytes", "--on-invalid",
                              "quarantine", self.lines("f.ndjson", {"k": "a", "v": 1}))
        self.assertEqual(self.counts(summary), {"INVALID": 1})
        self.assertEqual(self.table()["version"], "bytes")

    def test_ties(self):
        file = self.lines("a.ndjson", {"k": "a", "v": 1, "x": 1}, {"k": "a", "v": 1, "x": 2})
        verdicts = {}
        for tie in ("first", "last", "conflict"):
            summary = self.ingest(*VERSIONED, "--tie", tie, "--value", "x", file, table=tie)
            verdicts[tie] = self.counts(summary), self.scan(table=tie)
        self.assertEqual(verdicts, {
            "first": ({"INSERTED": 1, "STALE": 1}, "a\t1\t1\n"),
            "last": ({"INSERTED": 1, "UPDATED": 1}, "a\t1\t2\n"),
            "conflict": ({"INSERTED": 1, "CONFLICT": 1}, "a\t1\t1\n")})

    def test_converge_does_not_depend_on_order(self):
        one, two = {"k": "a", "v": 1, "x": 1}, {"k": "a", "v": 1, "x": 2}
        a = self.ingest(*VERSIONED, self.lines("a.ndjson", one, two), table="a")
        b = self.ingest(*VERSIONED, self.lines("b.ndjson", two, one), table="b")
        self.assertEqual(a["digest"], b["digest"])

    def test_ignored_members_do_not_make_another_content(self):
        records = [{"k": "a", "v": v, "x": 1, "ts": v} for v in (1, 2)]
        options = (*VERSIONED, "--ignore", "ts,v")
        summary = self.ingest(*options, self.lines("a.ndjson", *records))
        self.assertEqual(self.counts(summary), {"INSERTED": 1, "UNCHANGED": 1})
        self.ingest(*options, self.lines("b.ndjson", records[0]))
        self.ingest(*VERSIONED, self.lines("c.ndjson", records[0]))

    def test_canonical_json(self):
        file = self.lines("a.ndjson", '{"k":"a","v":{"x":1,"y":2}}', '{"v":{"y":2, "x":1},"k":"a"}')
        summary = self.ingest("--canonical-json", file)
        self.assertEqual(self.counts(summary), {"INSERTED": 1, "DUPLICATE": 1})

    def test_delete_when(self):
        file = self.lines("a.ndjson", {"k": "a", "v": 1, "op": "u", "d": 1},
                          {"k": "a", "v": 3, "op": "del"}, {"k": "a", "v": 2, "op": "u", "d": 2})
        summary = self.ingest(*VERSIONED, "--value", "d", "--delete-when", "op=del", file)
        self.assertEqual(self.counts(summary), {"INSERTED": 1, "DELETED": 1, "STALE": 1})
        self.assertEqual(self.scan(), "")
        self.assertEqual(self.table()["tombstones"], 1)
        flags = self.lines("b.ndjson", {"k": "a", "v": 1, "gone": False},
                           {"k": "a", "v": 2, "gone": True})
        summary = self.ingest(*VERSIONED, "--delete-when", "gone=true", flags, table="flags")
        self.assertEqual((summary["rows"], summary["verdicts"]["DELETED"]), (0, 1))

    def test_an_append_table_takes_neither_deletes_nor_ties(self):
        for option in (("--delete-when", "op=d"), ("--tie", "first")):
            self.ingest(*option, self.lines("f.ndjson", '{"k":"a","op":"d"}'), code=1)
            self.assertIn(option[0] + " is for upsert tables", self.err)
            self.assertEqual(self.read("tables"), {"tables": []})
        self.ingest(self.lines("f.ndjson", '{"k":"a"}'))
        self.ingest("--tie", "first", self.lines("f.ndjson", '{"k":"a"}'), code=1)
        self.assertIn("--tie is for upsert tables", self.err)

    def test_event_ids(self):
        file = self.lines("a.ndjson", {"k": "a", "v": 1, "e": "x"}, {"k": "a", "v": 2, "e": "x"},
                          {"k": "a", "v": 3, "e": "y"})
        summary = self.ingest(*VERSIONED, "--event-id", "e", file)
        self.assertEqual(summary["verdicts"]["INSERTED"], 1)
        self.assertEqual(summary["verdicts"]["UPDATED"], 1)
        self.assertEqual(self.table()["event_ids"], 2)

    def test_a_member_that_no_line_has_is_said(self):
        lines = self.lines("a.ndjson", {"k": "a", "v": 1, "e": "x"}, {"k": "b", "v": 1})
        other = self.lines("b.ndjson", {"k": "c", "v": 1, "op": "d"}, "torn")
        slips = (*VERSIONED, "--event-id", "e,ee", "--delete-when", "op=d")
        self.ingest(*slips, lines)
        self.assertEqual(self.err, "idem: no line had 'ee' (--event-id)\n"
                                   "idem: no line had 'op' (--delete-when)\n")
        self.ingest(*slips, "--from-start", lines, other, code=1)
        self.assertIn("idem: no line had 'ee' (--event-id)\n", self.err)
        self.assertNotIn("(--delete-when)", self.err)
        self.ingest(*slips, lines)
        self.assertNotIn("no line had", self.err)
        self.assertEqual(self.table()["event_ids"], 0)

    def test_composite_keys_keep_their_types(self):
        file = self.lines("a.ndjson", '{"a":"x","b":{"c":1}}', '{"a":"x","b":{"c":"1"}}',
                          '{"a":"x","b":{"c":1.0}}', '{"a":"x","b":{"c":null}}',
                          '{"a":"xy","b":{"c":true}}')
        self.ingest("--value", "a", file, key="a,b.c")
        self.assertEqual(self.scan(), '["x",null]\t\t"x"\n["x",1]\t\t"x"\n["x",1.0]\t\t"x"\n'
                                      '["x","1"]\t\t"x"\n["xy",true]\t\t"xy"\n')

    def test_values_are_stored_byte_for_byte(self):
        value = '{ "x" : 1e-05, "y":"\\u00e9/\\/", "z":123456789012345678901234567890 }'
        line = '{"k":"a", "r": ' + value + ' }'
        self.ingest("--value", "r", self.lines("a.ndjson", line))
        self.assertEqual(self.scan(), f"a\t\t{value}\n")
        self.ingest(self.lines("b.ndjson", line), table="whole")
        self.assertEqual(self.scan(table="whole"), f"a\t\t{line}\n")

    def test_csv(self):
        file = self.write("a.csv", 'id,name,rev\r\n1,"Smith, ""J""",2\r\n2,"two\nlines",1\r\n'
                                   '1,new,3\r\n')
        summary = self.ingest("--version", "rev", "--value", "name", file, key="id")
        self.assertEqual(self.counts(summary), {"INSERTED": 2, "UPDATED": 1})
        self.assertEqual(self.scan(), "1\t3\tnew\n2\t1\ttwo\nlines\n")
        self.assertEqual(self.table()["version"], "integer")
        [checkpoint] = self.checkpoints()
        self.assertEqual((checkpoint["next"], checkpoint["holes"]), (5, []))
        self.assertEqual(self.ingest("--version", "rev", "--value", "name", file,
                                     key="id")["skipped"], 5)
        with open(file, "a") as grown:
            grown.write("3,three,1\n")
        self.assertEqual(self.counts(self.ingest("--version", "rev", "--value", "name", file,
                                                 key="id")), {"INSERTED": 1})

    def test_csv_whole_line_and_bad_records(self):
        file = self.write("a.csv", 'id,x\n1,"a"\n2\n3,b"c\n4,d\n')
        stopped = self.ingest(file, key="id", code=1)
        self.assertEqual((stopped["rows"], stopped["error"]["line"]), (1, 3))
        self.assertEqual(self.scan(), '1\t\t1,"a"\n')
        summary = self.ingest("--on-invalid", "quarantine", file, key="id")
        self.assertEqual(self.counts(summary), {"INSERTED": 1, "INVALID": 2})

    def test_csv_columns_and_headers(self):
        self.ingest(self.write("a.csv", "id,x\n1,a\n"), key="nope", code=1)
        self.assertIn("no column named 'nope'; it has: id, x", self.err)
        self.assertEqual(self.ingest(self.write("e.csv", ""), key="id")["rows"], 0)
        self.assertEqual(self.ingest(self.write("h.csv", "id,x\n"), key="id")["lines"], 1)
        self.assertEqual(self.ingest("--format", "csv", key="id", stdin=b"id\n7\n")["rows"], 1)

    def test_csv_blank_lines_before_the_header(self):
        for name, blank in (("one", "\n"), ("more", "\r\n \t\n\n")):
            lines = blank.count("\n")
            file = self.write(name + ".csv", blank + "id,x\n1,a\n")
            first = self.ingest(file, key="id", table=name)
            self.assertEqual((first["rows"], first["lines"]), (1, lines + 2))
            self.assertEqual(self.ingest(file, key="id", table=name)["skipped"], lines + 2)
            self.write(name + ".csv", blank + "id,x\n1,a\n2\n")
            stopped = self.ingest(file, key="id", table=name, code=1)["error"]
            self.assertEqual((stopped["line"], stopped["byte"]),
                             (lines + 3, len(blank) + len("id,x\n1,a\n")))
            self.write(name + ".csv", " \n" + blank + "id,x\n1,a\n2,b\n")
            self.ingest(file, key="id", table=name, code=1)
            self.assertIn("another incarnation", self.err)

    def test_csv_of_blank_lines_is_as_empty_as_an_empty_one(self):
        file = self.write("b.csv", "\n\n")
        self.assertEqual(self.ingest(file, key="id")["lines"], 0)
        self.write("b.csv", "\n\nid\n7\n")
        self.assertEqual(self.ingest(file, key="id")["rows"], 1)
        endless = self.write("e.csv", b"\n" * (33 << 20))
        self.ingest(endless, key="id", code=1)
        self.assertIn("no header", self.err)

    def test_csv_with_bare_carriage_returns_is_refused(self):
        self.ingest(self.write("cr.csv", "id,x\r1,a\r2,b\r"), key="id", code=1)
        self.assertIn("carriage return", self.err)
        self.assertIn("tr '\\r' '\\n'", self.err)
        self.assertEqual(self.read("tables"), {"tables": []})
        self.assertEqual(self.checkpoints(), [])

    def test_durability_and_text_summary(self):
        file = self.lines("a.ndjson", '{"k":"a"}', '{"k":"a"}', '{"k":"b"}')
        text = self.idem("ingest", "--db", self.db, "--table", "t", "--key", "k", "--durability",
                         "async", file).text
        self.assertRegex(text, r"^lines 3, INSERTED 2, DUPLICATE 1, rows 2, "
                               r"digest [0-9a-f]{32}, \d+ records/s\n$")


if __name__ == "__main__":
    unittest.main()
