# SPDX-License-Identifier: Apache-2.0
"""What a text looks like: width, characters, licence line, leftovers."""

import re

from source import CODE, Finding

COLUMNS = 100
WIDTH_CHECKED = CODE + (".py", ".sh", ".cmake", ".in", "CMakeLists.txt")
LICENSED = CODE + (".py", ".sh", ".cmake", "CMakeLists.txt")
SCRIPTS = (".ci/",)

# KJ's habit: a TODO says what kind of debt it is, not whose.
TODO = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?P<kind>\([a-z]+\):)?")
KINDS = ("perf", "api", "test", "port")
# The rules' own words and their bad examples.
ABOUT_TIDY = ("tests/tidy/",)


def check(tree):
    for path in tree.files:
        if path.endswith(WIDTH_CHECKED) or path.startswith(SCRIPTS):
            yield from _width(tree, path)
        if path.endswith(LICENSED):
            head = "\n".join(tree.lines(path)[:2])
            if "SPDX-License-Identifier: Apache-2.0" not in head:
                yield Finding(path, 1, "spdx", "begin with `SPDX-License-Identifier: Apache-2.0`")
        if path.endswith(LICENSED + (".md",)):
            yield from _leftovers(tree, path)
        if path.endswith(".h") and not path.startswith("examples/"):
            if "#pragma once" not in tree.text(path):
                yield Finding(path, 1, "pragma", "a header has `#pragma once`")


def _width(tree, path):
    for number, line in enumerate(tree.lines(path), 1):
        if len(line) > COLUMNS and "http" not in line:
            yield Finding(path, number, "columns", f"{len(line)} columns; the limit is {COLUMNS}")
        if not line.isascii():
            odd = next(c for c in line if not c.isascii())
            yield Finding(path, number, "ascii",
                          f"U+{ord(odd):04X}: sources are ASCII; write it as an escape")
        if line != line.rstrip():
            yield Finding(path, number, "blank", "trailing blanks")
        if "\t" in line:
            yield Finding(path, number, "tab", "a tab; write it as an escape, indent with blanks")


def _leftovers(tree, path):
    if path.startswith(ABOUT_TIDY) or path == "CONTRIBUTING.md":
        return
    for number, line in enumerate(tree.lines(path), 1):
        match = TODO.search(line)
        if match is None:
            continue
        if not line[match.start():].startswith("TODO") or match.group("kind") is None:
            yield Finding(path, number, "todo", "write TODO(kind): with one of " + ", ".join(KINDS))
        elif match.group("kind")[1:-2] not in KINDS:
            yield Finding(path, number, "todo", "the kinds are " + ", ".join(KINDS))
