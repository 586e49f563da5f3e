# SPDX-License-Identifier: Apache-2.0
"""A file is read in one sitting, a function on one screen.

What is longer must stand in ratchet.txt with its length, and may only shrink: an entry that allows
more than the file or function still needs is an error too.
"""

import re

from source import Finding, bare, line_of

FILE_LINES = 400
FUNCTION_LINES = 70
RATCHET = "tests/tidy/ratchet.txt"
FOLDERS = ("src/", "include/")


def check(tree):
    allowed = dict(_allowances(tree))
    seen = set()
    for path in tree.code(*FOLDERS):
        lengths = [(1, path, len(tree.lines(path)), FILE_LINES)]
        lengths += [(at, f"{path}:{name}", n, FUNCTION_LINES)
                    for name, at, n in functions(tree.text(path))]
        for line, name, length, limit in lengths:
            if length <= limit:
                continue
            seen.add(name)
            most = allowed.get(name, limit)
            if length > most:
                yield Finding(path, line, "size", f"{name} has {length} lines; the limit is {most}")
            elif length < most:
                yield Finding(path, line, "size",
                              f"{name} shrank to {length} lines: write that into {RATCHET}")
    for name in sorted(set(allowed) - seen):
        yield Finding(RATCHET, 1, "size", f"{name} is within the limits: remove its entry")


def _allowances(tree):
    if RATCHET in tree.files:
        for line in tree.lines(RATCHET):
            if line.strip() and not line.startswith("#"):
                name, length = line.rsplit(None, 1)
                yield name, int(length)


_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
_NAME = re.compile(r"([\w:~]+|operator\s*\S+)\s*\(")


def functions(text):
    """(name, first line, number of lines) of each function; lambdas count with their function."""
    text = bare(text)
    text = _PREPROCESSOR.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)
    scopes = []  # (name of the function or None, where it begins, does it end a declaration)
    begin = 0  # where the current declaration begins
    depth = 0  # of parentheses: a brace within them is an argument
    for position, char in enumerate(text):
        if char in "()":
            depth += 1 if char == "(" else -1
        elif char == "{":
            head = text[begin:position]
            value = depth > 0 or _is_member_initializer(head)
            inside = any(name for name, _, _ in scopes)
            name = None if inside or value else _function_name(head)
            scopes.append((name, begin + len(head) - len(head.lstrip()), not value))
            if not value:
                begin = position + 1
        elif char == "}" and scopes:
            name, start, ends = scopes.pop()
            if name:
                first = line_of(text, start)
                yield name, first, line_of(text, position) - first + 1
            if ends:
                begin = position + 1
        elif char == ";" and depth == 0:
            begin = position + 1


def _is_member_initializer(head):
    return re.search(r"\)[\w\s]*:(?!:)", head) and re.search(r"[\w>]\s*$", head) is not None


def _function_name(head):
    head = re.sub(r"\balignas\s*\([^)]*\)|\[\[.*?\]\]|__attribute__\s*\(\(.*?\)\)", " ", head)
    words = head.split()
    # A brace after `=` opens an initializer; one after these words opens another kind of scope.
    if not words or "(" not in head or re.search(r"(?<![=!<>])=\s*$", head):
        return None
    if words[0] in ("namespace", "enum", "extern"):
        return None
    if re.match(r"\s*(?:template\s*<.*>\s*)?(?:class|struct|union)\b[^()]*$", head, re.DOTALL):
        return None
    names = (m.group(1) for m in _NAME.finditer(head))
    return next((n for n in names if n not in ("requires", "sizeof", "decltype")), None)
