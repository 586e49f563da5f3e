# SPDX-License-Identifier: Apache-2.0
"""What `idem doctor` finds in a store, beside a writer, and in places that are not fit for one."""

import os
import pathlib
import unittest

from command import CommandTest


class Doctor(CommandTest):
    def make_store(self):
        self.ingest(self.lines("a.ndjson", {"k": "a"}))

    def doctor(self, code=0, db=None):
        return self.idem("doctor", "--db", db or self.db, "--json", code=code).json

    def whats(self, report, level, topic):
        return " / ".join(f["what"] for f in report["findings"]
                          if (f["level"], f["topic"]) == (level, topic))

    def problem(self, topic, word, db=None):
        report = self.doctor(code=4, db=db)
        self.assertFalse(report["ok"])
        self.assertIn(word, self.whats(report, "problem", topic))
        for finding in report["findings"]:
            self.assertEqual(finding["remedy"] == "", finding["level"] == "info", finding)

    def test_a_sound_store(self):
        self.make_store()
        before = sorted((p.name, p.read_bytes()) for p in self.db.iterdir())
        report = self.doctor()
        self.assertTrue(report["ok"])
        self.assertIn("format version", self.whats(report, "info", "store"))
        self.assertIn("nobody has it open", self.whats(report, "info", "store"))
        self.assertRegex(self.whats(report, "info", "build"), r"^idem \d.* RocksDB \d")
        self.assertEqual(sorted((p.name, p.read_bytes()) for p in self.db.iterdir()), before)
        text = self.idem("doctor", "--db", self.db).text
        self.assertTrue(text.endswith("\nok\n"), text)

    def test_a_store_without_its_watermark(self):
        self.make_store()
        watermark = self.db / "IDEM_WATERMARK"
        watermark.write_bytes(b"x" * watermark.stat().st_size)
        self.problem("store", "IDEM_WATERMARK is damaged")
        watermark.unlink()
        self.problem("store", "IDEM_WATERMARK is missing")

    def test_a_directory_that_does_not_exist(self):
        report = self.doctor(db=self.directory / "x" / "y")
        self.assertIn("there is none", self.whats(report, "info", "store"))
        self.assertFalse((self.directory / "x").exists())

    def test_beside_a_writer(self):
        self.make_store()
        with self.writer() as writer:
            self.assertIn(f"open in process {writer.pid}",
                          self.whats(self.doctor(), "info", "store"))

    def test_unsafe_directories(self):
        self.make_store()
        link = self.directory / "link"
        link.symlink_to(self.db)
        self.problem("access", "symbolic link", db=link)
        self.db.chmod(0o777)
        self.problem("access", "may be written to by others")

    def test_what_is_no_store(self):
        self.write("file", "x")
        self.problem("store", "is not a directory", db=self.directory / "file")
        self.problem("store", "not a store of idem", db=self.directory)

    def test_damage_that_shows_from_outside(self):
        self.make_store()
        (self.db / "CURRENT").unlink()
        self.problem("store", "files are gone")
        (self.db / "IDEM_FORMAT").write_bytes(b"x")
        self.problem("store", "damaged")

    @unittest.skipUnless(pathlib.Path("/dev/shm").is_dir(), "needs a file system in memory")
    def test_a_file_system_in_memory(self):
        place = pathlib.Path("/dev/shm") / f"idem-doctor-{os.getpid()}"
        report = self.doctor(db=place)
        self.assertIn("tmpfs", self.whats(report, "warning", "file_system"))


if __name__ == "__main__":
    unittest.main()
