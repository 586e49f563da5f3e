# SPDX-License-Identifier: Apache-2.0
"""Lines that are no records: stop or quarantine, and where the report points."""

import fcntl
import gzip
import json
import shlex
import signal
import subprocess
import sys
import termios
import unittest

from command import IDEM, CommandTest

GOOD = '{"k":"a","v":1}'
VERSIONED = ("--version", "v")


def unread(pipe):
    """The bytes in a pipe that nobody has taken out yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


class IngestLines(CommandTest):
    def bad_line(self, summary):
        """Where it is; the rest of the error is what every error has."""
        error = summary["error"]
        self.assertEqual(list(error), ["code", "message", "next_step", "remedy",
                                       "file", "line", "byte"])
        self.assertEqual((error["code"], error["next_step"]), ("InvalidRecord", "fix_input"))
        return error["file"], error["line"], error["byte"]

    def test_stop_keeps_all_before_a_torn_line_and_says_where(self):
        file = self.lines("f.ndjson", GOOD, '{"k":"b","v":1}', '{"k":"c","v"', '{"k":"d","v":1}')
        summary = self.ingest(*VERSIONED, file, code=1)
        self.assertEqual(self.counts(summary), {"INSERTED": 2})
        self.assertEqual(summary["lines"], 2)
        self.assertEqual(self.bad_line(summary), (str(file), 3, 32 + 12))
        self.assertIn(f"{file}:3:44: the JSON text ends early", self.err)
        self.assertEqual(self.scan(), 'a\t1\t{"k":"a","v":1}\nb\t1\t{"k":"b","v":1}\n')
        self.assertEqual(self.checkpoints()[0]["next"], 2)

        fixed = self.lines("f.ndjson", GOOD, '{"k":"b","v":1}', '{"k":"c","v":1}')
        self.assertEqual(self.counts(self.ingest(*VERSIONED, fixed)), {"INSERTED": 1})

    def test_a_line_torn_at_any_byte_is_no_record(self):
        line = '{"k":"b","v":1,"x":[true,null]}'
        for cut in range(1, len(line)):
            self.db = self.directory / f"db{cut}"
            file = self.write(f"{cut}.ndjson", GOOD + "\n" + line[:cut])
            summary = self.ingest(*VERSIONED, file, code=1)
            self.assertEqual((summary["rows"], summary["error"]["line"]), (1, 2))

    def test_stop_at_what_the_library_refuses(self):
        for bad, reason in (('{"k":"c"}', "version_missing"), ('{"v":1}', "key_missing"),
                            ('{"k":"c","v":"text"}', "version_kind_mismatch")):
            for batch in (1, 4, 1000):
                self.db = self.directory / f"db-{bad}-{batch}"
                records = ['{"k":"%d","v":1}' % i for i in range(10)]
                file = self.lines("f.ndjson", *records, bad, '{"k":"after","v":1}', bad)
                summary = self.ingest(*VERSIONED, "--batch", batch, file, code=1)
                self.assertEqual(self.counts(summary), {"INSERTED": 10}, bad)
                said = summary["error"]["message"]
                self.assertTrue(said.startswith("INVALID: " + reason), said)
                self.assertEqual(self.bad_line(summary), (str(file), 11, 160))
                [checkpoint] = self.checkpoints()
                self.assertEqual((checkpoint["next"], checkpoint["holes"]), (10, []))

    def stopped(self, *arguments, **options):
        summary = self.ingest(*arguments, code=1, **options)
        return summary["error"]["message"]

    def test_a_missing_member_is_named_with_its_option(self):
        said = self.stopped(self.lines("a.ndjson", '{"id":1,"b":2}'), key="id,id.sub,c")
        self.assertIn("'id.sub' (--key)", said)
        said = self.stopped("--version", "rev", self.lines("b.ndjson", '{"k":1}'), table="b")
        self.assertIn("'rev' (--version)", said)

    def test_what_the_library_refuses_is_told_in_a_sentence(self):
        for bad, arguments, words in (
                ('{"k":"c","v":"text"}', VERSIONED,
                 "version_kind_mismatch; 'v' (--version) is a string, and the table's versions "
                 "are integers"),
                ('{"k":"c","v":"F-"}', (*VERSIONED, "--version-kind", "hex"),
                 "version_malformed; 'v' (--version) is not 1 to 16 sections of hexadecimal "
                 "digits"),
                ('{"k":"c","v":"%s"}' % ("x" * 65), (*VERSIONED, "--version-kind", "bytes"),
                 "version_malformed; 'v' (--version) has more than 64 bytes"),
                ('{"k":"c","x":"y}', ("--canonical-json", "--value", "x", "--format", "csv"),
                 "payload_not_json; "),
                ('{"k":"%s","v":1}' % ("k" * 2000), VERSIONED,
                 "key_too_large; it takes more than 1024 bytes"),
                ('{"k":"c","v":1,"e":"%s"}' % ("e" * 2000), (*VERSIONED, "--event-id", "e"),
                 "event_id_too_large; it takes more than 1024 bytes")):
            self.db = self.directory / f"db-{bad[:20]}{len(arguments)}"
            with self.subTest(words):
                good = {"hex": '{"k":"a","v":"F"}', "bytes": '{"k":"a","v":"x"}'}.get(
                    arguments[-1], GOOD)
                content = f"{good}\n{bad}\n" if "csv" not in arguments else "k,x\na,1\nc,{\n"
                said = self.stopped(*arguments, self.write("f", content))
                self.assertIn("INVALID: " + words, said)

    def test_an_offset_out_of_range_is_told_with_its_member(self):
        said = self.stopped("--source", "s", "--offset", "o", stdin=b'{"k":"a","o":-7}\n')
        self.assertIn("INVALID: offset_out_of_range; 'o' (--offset) is not 0 .. "
                      "9223372036854775806", said)

    def test_input_of_another_shape_is_told_what_to_do(self):
        for content, hint in (('[{"k":1},{"k":2}]\n', "jq -c '.[]'"), ("[\n{}\n]\n", "jq -c '.[]'"),
                              ('{\n"k":1\n}\n', "jq -c ."), ("5\n", "no JSON object"),
                              ('{"k":1}\n'.encode("utf-16"), "iconv -f UTF-16")):
            self.assertIn(hint, self.stopped(self.write("f", content)), content)
        self.ingest(self.write("u.csv", "k\n1\n".encode("utf-16")), code=1)
        self.assertIn("iconv -f UTF-16", self.err)
        self.assertIn("--format csv", self.stopped(stdin=b"k,x\n1,2\n"))
        self.assertNotIn("--format csv", self.stopped(self.write("g", "k,x\n1,2\n")))
        self.assertNotIn("--format csv", self.stopped("--format", "ndjson", stdin=b"k,x\n1,2\n"))

    def test_a_bad_first_line_leaves_no_table_behind(self):
        file = self.lines("f.ndjson", "torn", GOOD)
        summary = self.ingest(*VERSIONED, file, code=1)
        self.assertEqual((summary["rows"], summary["digest"]), (0, "0" * 32))
        self.assertEqual(self.read("tables"), {"tables": []})

    def test_quarantine_sets_aside_and_goes_on(self):
        file = self.lines("f.ndjson", GOOD, '{"k":"b","v"', '{"k":"c"}', '{"k":"d","v":1}', "\x00")
        summary = self.ingest(*VERSIONED, "--on-invalid", "quarantine", file)
        self.assertEqual(self.counts(summary), {"INSERTED": 2, "INVALID": 3})
        self.assertIsNone(summary["error"])
        entries = self.read("quarantine", "list")["entries"]
        self.assertEqual(sorted(e["reason"] for e in entries),
                         ["rejected_by_host", "rejected_by_host", "version_missing"])
        [torn] = [e for e in entries if e["value"] == '{"k":"b","v"']
        self.assertEqual(torn["why"], f"{file}:2:28: the JSON text ends early")
        self.assertEqual(torn["offset"], 1)
        again = self.ingest(*VERSIONED, "--on-invalid", "quarantine", file)
        self.assertEqual(again["skipped"], 5)
        self.ingest(*VERSIONED, "--on-invalid", "quarantine", "--from-start", file)
        self.assertEqual(len(self.read("quarantine", "list")["entries"]), 3)
        self.assert_verified()

    def test_what_was_refused_is_said_with_the_command_that_shows_it(self):
        self.db = self.directory / "a store"
        file = self.lines("f.ndjson", GOOD, '{"k":"b","v"', '{"k":"c"}')
        result = self.idem("ingest", "--db", self.db, "--table", "t", "--key", "kay", *VERSIONED,
                           "--on-invalid", "quarantine", file)
        said = result.err.splitlines()[-1]
        command = f"idem quarantine list --db '{self.db}' --table t"
        self.assertEqual(said, f"idem: refused: INVALID 3; see them: {command}")
        shown = self.idem(*shlex.split(command)[1:]).text
        self.assertEqual(len(shown.splitlines()), 3)

        self.ingest(self.lines("g.ndjson", '{"k":"a","x":1}', '{"k":"a","x":2}'), table="log")
        self.assertIn("idem: refused: CONFLICT 1; see them: ", self.err)
        self.ingest(self.lines("h.ndjson", '{"k":"b"}'), table="log")
        self.assertEqual(self.err, "")

    def test_quarantine_from_the_first_line_on(self):
        file = self.lines("f.ndjson", "torn", '{"k":"a","v":"2024"}')
        summary = self.ingest(*VERSIONED, "--on-invalid", "quarantine", file)
        self.assertEqual(self.counts(summary), {"INSERTED": 1, "INVALID": 1})
        self.assertEqual(self.read("tables")["tables"][0]["version"], "bytes")

    def test_a_torn_tail_may_be_completed_later(self):
        options = (*VERSIONED, "--on-invalid", "quarantine")
        file = self.write("f.ndjson", GOOD + '\n{"k":"b"')
        self.assertEqual(self.counts(self.ingest(*options, file)), {"INSERTED": 1, "INVALID": 1})
        self.assertEqual(self.checkpoints()[0]["next"], 1)
        self.ingest(*options, file)
        self.assertEqual(len(self.read("quarantine", "list")["entries"]), 1)
        self.write("f.ndjson", GOOD + '\n{"k":"b","v":1}\n')
        self.assertEqual(self.counts(self.ingest(*options, file)), {"INSERTED": 1})

    def test_numbers_are_exact_or_refused(self):
        file = self.lines("f.ndjson", '{"k":9223372036854775807,"v":-9223372036854775808}',
                          '{"k":1,"v":9223372036854775808}')
        summary = self.ingest(*VERSIONED, file, code=1)
        self.assertIn("64-bit", summary["error"]["message"])
        self.assertTrue(self.scan().startswith("9223372036854775807\t-9223372036854775808\t"))
        big = self.lines("g.ndjson", '{"k":"a","x":123456789012345678901234567890,"y":1e999}')
        self.assertEqual(self.ingest(big, table="big")["rows"], 1)

    def test_overlong_lines_are_refused_in_bounded_memory(self):
        file = self.write("f.ndjson", GOOD.encode() + b'\n{"k":"b","v":1,"x":"' +
                          b"x" * (40 << 20) + b'"}\n{"k":"c","v":1}\n')
        stopped = self.ingest(*VERSIONED, file, code=1)
        self.assertIn("the limit is", stopped["error"]["message"])
        summary = self.ingest(*VERSIONED, "--on-invalid", "quarantine", file)
        self.assertEqual(self.counts(summary), {"INSERTED": 1, "INVALID": 1})
        [entry] = self.read("quarantine", "list")["entries"]
        self.assertLessEqual(len(entry["value"]), 65536)
        self.write("f.ndjson", b'{"k":"b","v":1,"x":"' + b"x" * (33 << 20) + b'2"}\n')
        summary = self.ingest(*VERSIONED, "--on-invalid", "quarantine", "--from-start", file)
        self.assertEqual(self.counts(summary), {"INVALID": 1})
        self.assertEqual(len(self.read("quarantine", "list")["entries"]), 1)

    def test_a_value_over_the_limit_is_invalid(self):
        file = self.write("f.ndjson", GOOD.encode() + b'\n{"k":"b","v":1,"x":"' +
                          b"x" * (17 << 20) + b'"}\n')
        stopped = self.ingest(*VERSIONED, file, code=1)
        self.assertEqual(stopped["error"]["line"], 2)
        self.assertIn("INVALID: value_too_large; it has more than 16777216 bytes",
                      stopped["error"]["message"])
        summary = self.ingest(*VERSIONED, "--on-invalid", "quarantine", file)
        self.assertEqual(self.counts(summary), {"INVALID": 1})
        [entry] = self.read("quarantine", "list")["entries"]
        self.assertEqual(entry["reason"], "value_too_large")

    def test_truncated_gzip_keeps_what_came_before_and_fails(self):
        lines = "".join('{"k":"%d","v":1}\n' % i for i in range(20000)).encode()
        file = self.write("f.gz", gzip.compress(lines)[:-2000])
        summary = self.ingest(*VERSIONED, file, code=1)
        self.assertIn("truncated", summary["error"]["message"])
        self.assertEqual(summary["error"]["code"], "InvalidArgument")  # no word of the store
        self.assertGreater(summary["rows"], 0)
        self.assertEqual(summary["rows"], summary["lines"])
        self.write("f.gz", gzip.compress(lines))
        self.assertEqual(self.ingest(*VERSIONED, file)["rows"], 20000)

    def test_a_byte_order_mark_and_crlf_are_no_content(self):
        file = self.write("f.ndjson", b'\xef\xbb\xbf{"k":"a","v":1}\r\n{"k":"b","v":1}\r\n')
        self.ingest(*VERSIONED, "--value", "k", file)
        self.assertEqual(self.scan(), 'a\t1\t"a"\nb\t1\t"b"\n')

    def test_a_crlf_file_is_its_lf_twin(self):
        records = ('{"k":"a","v":1}', ' {"k":"b", "v":2}\t ')
        self.ingest(*VERSIONED, self.write("lf.ndjson", "".join(r + "\n" for r in records)))
        summary = self.ingest(*VERSIONED, self.write("crlf.ndjson",
                                                     "".join(r + "\r\n" for r in records)))
        self.assertEqual(self.counts(summary), {"DUPLICATE": 2})
        self.assertEqual(self.scan(), 'a\t1\t{"k":"a","v":1}\nb\t2\t{"k":"b", "v":2}\n')

    def test_a_signal_in_the_middle_of_much_input(self):
        """What is counted is what is there, and the next run goes on behind it."""
        file = self.write("f.ndjson", "".join('{"k":"%d"}\n' % i for i in range(400_000)))
        process = subprocess.Popen(
            [IDEM, "ingest", "--db", self.db, "--table", "t", "--key", "k", "--batch", "50",
             "--json", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.wait_until(
            lambda: sum(log.stat().st_size for log in self.db.glob("*.log")) > 100_000,
            "some hundred batches are committed")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)
        summary = json.loads(out)
        self.assertTrue(summary["interrupted"])
        self.assertLess(summary["lines"], 400_000)
        self.assertEqual(summary["rows"], summary["lines"])
        again = self.ingest(file)
        self.assertEqual((again["skipped"], again["rows"]), (summary["lines"], 400_000))

    def test_a_signal_ends_the_run_with_everything_committed(self):
        process = subprocess.Popen(
            [IDEM, "ingest", "--db", self.db, "--table", "t", "--key", "k", "--source", "s",
             "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(b'{"k":"a"}\n{"k":"b"}\n')
        process.stdin.flush()
        self.wait_until(lambda: unread(process.stdin) == 0, "both lines are read")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn(b'"interrupted":true', out)
        self.assertEqual(self.checkpoints()[0]["next"], 2)


if __name__ == "__main__":
    unittest.main()
