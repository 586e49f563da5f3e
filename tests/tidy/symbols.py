# SPDX-License-Identifier: Apache-2.0
"""The built library neither prints nor ends its host's process: ask its symbol table.

The text rules see what we wrote; this sees what was compiled, inline functions of other people's
headers included.
"""

import re
import subprocess

from source import Finding

FORBIDDEN = {
    **dict.fromkeys(
        ("stdout", "stderr", "puts", "fputs", "putchar", "fputc", "putc", "perror", "printf",
         "fprintf", "vprintf", "vfprintf", "__printf_chk", "__fprintf_chk", "__vfprintf_chk",
         "_ZSt4cout", "_ZSt4cerr", "_ZSt4clog", "_ZNSt8ios_base4InitC1Ev"),
        "the library prints; use the injected Logger"),
    **dict.fromkeys(
        ("abort", "exit", "_exit", "_Exit", "quick_exit", "__assert_fail", "__assert_perror_fail"),
        "the library ends its host's process; return an Error"),
}


def check_archive(archive, nm="nm"):
    """Findings for a static library: undefined symbols, with the object that wants them."""
    listing = subprocess.run([nm, "--undefined-only", "--print-file-name", archive], check=True,
                             capture_output=True, text=True).stdout
    return list(check_listing(listing))


def check_listing(listing):
    lines = listing.splitlines()
    if not lines:
        yield Finding("libidem.a", 1, "symbols", "the symbol table is empty: nothing was checked")
    for line in lines:
        match = re.match(r"(?P<object>.*):\s+U\s+(?P<symbol>[^@\s]+)", line)
        if match and match.group("symbol") in FORBIDDEN:
            name = match.group("object").rsplit(":", 1)[-1]
            symbol = match.group("symbol")
            yield Finding(name, 1, "symbols", f"wants `{symbol}`: {FORBIDDEN[symbol]}")
