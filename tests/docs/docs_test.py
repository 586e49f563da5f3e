# SPDX-License-Identifier: Apache-2.0
"""Compiles every C++ block and runs every session of README.md and docs/.

    docs_test.py --root ROOT --bin DIR code --compiler CXX --library LIBIDEM.so --include DIR...
    docs_test.py --root ROOT --bin DIR sessions --idem IDEM [--update] PAGE

The parts are pages.py (finds the blocks), snippets.py (C++) and sessions.py (console).
"""

import argparse
import difflib
import pathlib
import sys

import pages
import sessions
import snippets


def _code(arguments):
    blocks = [block for page in pages.pages(arguments.root)
              for block in pages.read(arguments.root, page)]
    errors = snippets.build(arguments.root, blocks, arguments.bin, arguments.compiler,
                            arguments.library, arguments.include)
    print("\n".join(errors), end="", file=sys.stderr)
    return 1 if errors else 0


def _sessions(arguments):
    runner = sessions.Runner(arguments.root, arguments.idem, arguments.bin)
    failed = []
    try:
        for block in pages.read(arguments.root, arguments.page):
            if block.language == "console":
                for step, actual in sessions.check(runner, block):
                    failed.append((block, step, actual))
                    _report(block, step, actual)
    finally:
        runner.close()
    if arguments.update:
        _update(pathlib.Path(arguments.root) / arguments.page, failed)
    return 1 if failed else 0


def _report(block, step, actual):
    print(f"{block.page}:{step.line}: $ {step.command}", file=sys.stderr)
    for line in difflib.unified_diff(step.expected, actual, "the page", "this run", lineterm=""):
        print("  " + line, file=sys.stderr)


def _update(path, failed):
    """Writes what was printed into the page; its author reads the difference."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for block, step, actual in reversed(failed):
        first = block.line - 1 + step.first
        lines[first:first + len(step.expected)] = actual
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True)
    parser.add_argument("--bin", required=True, help="where programs of the pages are built")
    commands = parser.add_subparsers(required=True)
    code = commands.add_parser("code")
    code.add_argument("--compiler", required=True)
    code.add_argument("--library", required=True)
    code.add_argument("--include", nargs="+", required=True)
    code.set_defaults(run=_code)
    session = commands.add_parser("sessions")
    session.add_argument("--idem", required=True)
    session.add_argument("--update", action="store_true")
    session.add_argument("page")
    session.set_defaults(run=_sessions)
    arguments = parser.parse_args()
    try:
        return arguments.run(arguments)
    except (pages.PageError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
