# SPDX-License-Identifier: Apache-2.0
"""Finds the fenced blocks of a page, each with what the HTML comment before it says."""

import dataclasses
import pathlib
import re

_FENCE = re.compile(r"^(```+)\s*([\w+-]*)\s*$")
_DIRECTIVE = re.compile(r"^<!--\s*docs-test:\s*(.*?)\s*-->$")


@dataclasses.dataclass
class Block:
    page: str
    line: int  # of the first line inside the fence
    language: str
    directive: str  # "" where no comment stands before the block
    lines: list

    @property
    def where(self):
        return f"{self.page}:{self.line}"

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"


class PageError(Exception):
    pass


def pages(root):
    root = pathlib.Path(root)
    found = sorted(root.glob("docs/**/*.md"))
    return ["README.md"] + [str(path.relative_to(root)) for path in found]


def blocks(page, text):
    """The blocks of `text`, in order."""
    found, current, fence, directive = [], None, "", ""
    for number, line in enumerate(text.splitlines(), 1):
        if current is not None:
            if line.strip() == fence:
                found.append(current)
                current = None
            else:
                current.lines.append(line)
            continue
        opening = _FENCE.match(line)
        if opening:
            fence = opening.group(1)
            current = Block(page, number + 1, opening.group(2), directive, [])
            directive = ""
        elif match := _DIRECTIVE.match(line.strip()):
            directive = match.group(1)
        elif line.strip():
            if directive:
                raise PageError(f"{page}:{number}: no block follows the comment before this line")
    if current is not None:
        raise PageError(f"{current.where}: this block never ends")
    return found


def read(root, page):
    return blocks(page, (pathlib.Path(root) / page).read_text(encoding="utf-8"))
