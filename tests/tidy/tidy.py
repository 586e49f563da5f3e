# SPDX-License-Identifier: Apache-2.0
"""House rules as tests.

    tidy.py ROOT layers|banned|text|size|registered|docs     one family of rules
    tidy.py ROOT symbols LIBRARY.a [NM]                      the built library
"""

import sys

import banned
import docs
import layers
import registered
import size
import symbols
import text
from source import Tree

FAMILIES = {
    "layers": layers.check,
    "banned": banned.check,
    "text": text.check,
    "size": size.check,
    "registered": registered.check,
    "docs": docs.check,
}


def main(arguments):
    if len(arguments) >= 3 and arguments[1] == "symbols":
        findings = symbols.check_archive(*arguments[2:4])
    elif len(arguments) == 2 and arguments[1] in FAMILIES:
        findings = list(FAMILIES[arguments[1]](Tree(arguments[0])))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    for finding in findings:
        print(finding)
    print(f"{arguments[1]}: {len(findings)} finding(s)")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
