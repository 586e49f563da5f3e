# SPDX-License-Identifier: Apache-2.0
"""C++ blocks: programs become executables, fragments become functions of one file."""

import pathlib
import subprocess

from pages import PageError

TEMPLATE = pathlib.Path(__file__).parent / "fragments.cc.in"
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-Wno-unused"]


def sort(root, blocks):
    """(programs by name, fragments): what each C++ block asks to be."""
    programs, fragments = {}, []
    for block in blocks:
        if block.language != "cpp":
            continue
        words = block.directive.split()
        if words[:1] == ["program"] and len(words) in (2, 4):
            if words[1] in programs:
                raise PageError(f"{block.where}: a second program called {words[1]}")
            if len(words) == 4:
                _compare(root, block, words)
            programs[words[1]] = block
        elif words == ["fragment"]:
            fragments.append(block)
        else:
            raise PageError(f"{block.where}: say `program NAME` or `fragment` in a comment before "
                            "this block, see tests/docs/README.md")
    return programs, fragments


def _compare(root, block, words):
    if words[2] != "from":
        raise PageError(f"{block.where}: expected `program NAME from FILE`")
    if (pathlib.Path(root) / words[3]).read_text(encoding="utf-8") != block.text:
        raise PageError(f"{block.where}: this block is not what {words[3]} holds")


def fragment_source(fragments):
    """One file with a function a fragment; the compiler names page and line in its messages."""
    head, function = TEMPLATE.read_text(encoding="utf-8").split("// @FRAGMENT@\n")
    parts = [head]
    for number, block in enumerate(fragments):
        body = f'#line {block.line} "{block.page}"\n{block.text}#line 1 "fragments.cc"\n'
        parts.append(function.replace("@NUMBER@", str(number)).replace("// @BODY@\n", body))
    return "".join(parts)


def build(root, blocks, out, compiler, library, includes):
    """Compiles everything; returns what went wrong, empty when all is well."""
    programs, fragments = sort(root, blocks)
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    common = [compiler, *FLAGS, *(f"-I{path}" for path in includes)]
    library = pathlib.Path(library)
    jobs = []
    for name, block in programs.items():
        source = out / f"{name}.cc"
        source.write_text(f'#line {block.line} "{block.page}"\n{block.text}', encoding="utf-8")
        jobs.append([*common, str(source), "-o", str(out / name), str(library),
                     f"-Wl,-rpath,{library.parent}"])
    source = out / "fragments.cc"
    source.write_text(fragment_source(fragments), encoding="utf-8")
    jobs.append([*common, "-fsyntax-only", str(source)])
    messages = [_run(job) for job in jobs]
    print(f"{len(programs)} programs, {len(fragments)} fragments")
    return [message for message in messages if message]


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr or f"{command[0]} failed"
