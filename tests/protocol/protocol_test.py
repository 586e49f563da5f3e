# SPDX-License-Identifier: Apache-2.0
"""Checks the model of the commit protocol, and that each known mistake put into it is found.

    protocol_test.py [--heavy]     needs spin and gcc; without spin it is skipped (exit status 77)

What a mistake leads to is written as a trail; to see it, run in an empty folder
    spin -a -DNAME .../commit.pml && gcc -o pan pan.c && ./pan -a -E -N PROPERTY
    spin -DNAME -t -p -g .../commit.pml
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = "docs/internals/protocol.md"
MODEL = pathlib.Path(__file__).resolve().parent / "commit.pml"
SKIPPED = 77

SAFETY = ("once", "not_ahead", "kept", "forward", "fenced", "no_false_alarm")
QUICK = ("-DRECORDS=2",)
HEAVY = ("-DRECORDS=3",)

# (mistake, with it, the property that it must break)
MUTANTS = (
    ("OFFSET_FIRST", (), "not_ahead"),
    ("NO_DEDUP", (), "once"),
    ("ACK_BEFORE_SYNC", (), "kept"),
    ("SYNC_RETRIED", (), "kept"),
    ("WATERMARK_BEFORE_SYNC", (), "no_false_alarm"),
    ("NO_FENCE_TWO_HANDLES", (), "kept"),
    ("NO_FENCE_ONE_STORE", (), "fenced"),
    ("UNKNOWN_COMPENSATED", (), "once"),
    ("RESUMED_WITHOUT_READING", (), "not_ahead"),
    ("CHECKPOINT_FROM_MEMORY", (), "not_ahead"),
    ("SILENT_OPEN", ("LIES",), "told"),
    ("WATERMARK_NOT_FENCED", ("LIES",), "told"),
    ("STALE_LOCK", (), "arrives"),
    ("NEVER_REOPENED", (), "arrives"),
)
# Rows in one write and the checkpoint in the next: harmless, because a row without its checkpoint
# is delivered again and known by its key. The library writes both at once for another reason: a
# reader and a token's report must not see the one without the other.
HARMLESS = ("OFFSET_LAST", ("safe", "arrives"))


class Checker:
    """The verifier of one variant of the model."""

    def __init__(self, sizes, names, folder, optimise="-O0"):
        self.folder = pathlib.Path(folder)
        defines = list(sizes) + [f"-D{name}" for name in names]
        made = subprocess.run(["spin", "-a", *defines, str(MODEL)], cwd=folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if made.returncode != 0 or "Error" in made.stdout:
            sys.exit(f"spin refuses the model with {defines}:\n{made.stdout}")
        subprocess.run(["gcc", optimise, "-w", "-o", "pan", "pan.c"], cwd=folder, check=True)

    def breaks(self, prop):
        """(whether the property is broken, states)"""
        ran = subprocess.run(["./pan", "-a", "-E", "-m1000000", "-w22", "-N", prop],
                             cwd=self.folder, text=True, capture_output=True, check=False)
        errors = re.search(r"errors: (\d+)", ran.stdout)
        states = re.search(r"([\d.e+]+) states, stored", ran.stdout)
        cut_short = "max search depth too small" in ran.stdout or "out of memory" in ran.stdout
        if errors is None or cut_short:
            sys.exit(f"{prop}: the search did not end:\n{ran.stdout}{ran.stderr}")
        return errors.group(1) != "0", states.group(1) if states else "?"


def check(sizes, names, props, broken):
    """Prints what became of each property; how many were not as wanted."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(sizes, names, folder, "-O0" if broken else "-O1")
        for prop in props:
            found, states = checker.breaks(prop)
            as_wanted = found == broken
            wrong += not as_wanted
            said = "broken" if found else "holds"
            print(f"  {' '.join(names) or 'as it is':34} {prop:15} {said:7} {states:>9} states"
                  f"{'' if as_wanted else '   <-- not as wanted'}", flush=True)
    return wrong


def check_page():
    """Each function that the page names stands in the file that it names; how many do not."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    named = re.findall(r"^\|[^|]*\| `(?:\w+::)?(\w+)` \| `(src/[^`]+)` \|$", text, re.MULTILINE)
    wrong = 0
    for function, path in named:
        file = ROOT / path
        if file.is_file() and re.search(rf"\b{function}\(", file.read_text(encoding="utf-8")):
            continue
        print(f"{PAGE}: there is no {function} in {path}; name what performs the step now")
        wrong += 1
    for name in [HARMLESS[0]] + [mutant[0] for mutant in MUTANTS]:
        if f"`{name}`" not in text:
            print(f"{PAGE}: {name} is missing from the mistakes; say what it is about")
            wrong += 1
    return wrong + (not named)


def main():
    if check_page():
        return 1
    if shutil.which("spin") is None:
        print("skipped: spin is not installed; the protocol was not checked")
        return SKIPPED
    heavy = "--heavy" in sys.argv[1:]
    sizes = HEAVY if heavy else QUICK
    safety = SAFETY if heavy else ("safe",)
    wrong = check(sizes, (), (*safety, "arrives"), broken=False)
    wrong += check(QUICK, ("LIES",), ("told",), broken=False)
    wrong += check(QUICK, (HARMLESS[0],), HARMLESS[1] if heavy else ("safe",), broken=False)
    killed = 0
    for name, with_it, prop in MUTANTS:
        survived = check(QUICK, (name, *with_it), (prop,), broken=True)
        killed += not survived
        wrong += survived
    print(f"{killed} of {len(MUTANTS)} mistakes were found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
