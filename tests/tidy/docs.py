# SPDX-License-Identifier: Apache-2.0
"""Markdown: one title a file, links that lead somewhere, and a row for every error code."""

import posixpath
import re

from source import Finding

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
_CODES = "include/idem/error.h"
_CODE_TABLE = "docs/operations.md"
_FENCE = re.compile(r"^\s*(```|~~~)")


def check(tree):
    for path in tree.files:
        if path.endswith(".md"):
            yield from _titles(tree, path)
            yield from _links(tree, path)
    if _CODES in tree.files:
        yield from _error_codes(tree)


def _error_codes(tree):
    """The operations guide has one row for each code, and none for others."""
    codes = set(re.findall(r"^  k(\w+) = \d+,", "\n".join(tree.lines(_CODES)), re.MULTILINE))
    table = tree.lines(_CODE_TABLE) if _CODE_TABLE in tree.files else []
    rows = [match.group(1) for line in table if (match := re.match(r"\| `([A-Z]\w+)` \|", line))]
    for code in sorted(codes.symmetric_difference(rows)):
        yield Finding(_CODE_TABLE, 1, "error-code",
                      f"{code} is in only one of {_CODES} and the table of errors")


def _prose(tree, path):
    """Numbered lines outside fenced code."""
    fenced = False
    for number, line in enumerate(tree.lines(path), 1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def _titles(tree, path):
    titles = [number for number, line in _prose(tree, path) if line.startswith("# ")]
    if len(titles) != 1:
        yield Finding(path, titles[1] if titles else 1, "title",
                      f"{len(titles)} lines begin with `# `; a document has one title")


def _anchors(tree, path):
    found = {}
    for _, line in _prose(tree, path):
        if match := re.match(r"#{1,6}\s+(.*?)\s*#*$", line):
            heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1))
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            count = found.get(slug, 0)
            found[slug] = count + 1
            if count:
                found[f"{slug}-{count}"] = 1
        for name in re.findall(r"<a (?:name|id)=\"([^\"]+)\"", line):
            found[name] = 1
    return found


def _links(tree, path):
    for number, line in _prose(tree, path):
        for match in _LINK.finditer(re.sub(r"`[^`]*`", "", line)):
            link = match.group(1) or match.group(2)
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            target, _, anchor = link.partition("#")
            full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) \
                if target else path
            if full.startswith("..") or target.startswith("/"):
                yield Finding(path, number, "link", f"{link} leaves the repository")
            elif full not in tree.files and not (tree.root / full).is_dir():
                yield Finding(path, number, "link", f"{link} leads nowhere")
            elif anchor and full.endswith(".md") and anchor not in _anchors(tree, full):
                yield Finding(path, number, "link", f"{full} has no heading #{anchor}")
