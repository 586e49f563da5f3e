# SPDX-License-Identifier: Apache-2.0
"""The tree that the rules look at, and just enough C++ lexing to look past comments and strings."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

CODE = (".cc", ".h")
SKIPPED_FOLDERS = {".git", ".cache", "__pycache__", "build"}


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


class Tree:
    """All files of a checkout, by path relative to its root. Read once, shared by all rules."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self._texts = {}
        self.files = sorted(self._walk())

    def _walk(self):
        for folder, subfolders, names in os.walk(self.root):
            at = Path(folder)
            subfolders[:] = [
                s for s in subfolders
                # A build folder may have any name; its cache gives it away.
                if s not in SKIPPED_FOLDERS and not (at / s / "CMakeCache.txt").exists()
            ]
            for name in names:
                yield (at / name).relative_to(self.root).as_posix()

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_bytes().decode("utf-8", "replace")
        return self._texts[path]

    def lines(self, path):
        return self.text(path).splitlines()

    def code(self, *folders):
        """C++ files under the given folders, or all of them."""
        return [f for f in self.files
                if f.endswith(CODE) and (not folders or f.startswith(folders))]


_TOKEN = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL | re.VERBOSE,
)


def bare(text):
    """The text with comments and the insides of literals blanked; every line keeps its number."""

    def blank(match):
        token = match.group(0)
        if token[0] in "\"R":
            return '"' + re.sub(r"[^\n]", " ", token[1:-1]) + '"'
        if token[0] == "'":
            return "'" + " " * (len(token) - 2) + "'"
        return re.sub(r"[^\n]", " ", token)

    return _TOKEN.sub(blank, text)


_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(<[^>]+>|"[^"]+")', re.MULTILINE)


def includes(text):
    """Pairs of (line number, '<x>' or '"x"')."""
    return [(text.count("\n", 0, m.start()) + 1, m.group(1)) for m in _INCLUDE.finditer(text)]


def line_of(text, position):
    return text.count("\n", 0, position) + 1
