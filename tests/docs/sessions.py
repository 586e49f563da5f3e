# SPDX-License-Identifier: Apache-2.0
"""Sessions: runs the commands of console blocks and compares what they print."""

import dataclasses
import os
import pathlib
import re
import secrets
import subprocess
import tempfile

_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")


@dataclasses.dataclass
class Step:
    line: int
    command: str
    expected: list
    first: int  # index of the first expected line in the block


def steps(block, script=False):
    """The commands of a block, each with the lines that are to follow. The output of a script may
    hold lines that look like commands: there the first line is the only one."""
    found, at, lines = [], 0, block.lines
    while at < len(lines):
        start = at
        command = [lines[at][2:]] if lines[at].startswith("$ ") else None
        if command is None:
            raise ValueError(f"{block.page}:{block.line + at}: a session begins with `$ `")
        at += 1
        while command[-1].endswith("\\") and at < len(lines):
            command.append(re.sub(r"^> ", "", lines[at]))
            at += 1
        if match := _HEREDOC.search(" ".join(command)):
            while at < len(lines):
                command.append(re.sub(r"^> ", "", lines[at]))
                at += 1
                if command[-1] == match.group(2):
                    break
        first = at
        while at < len(lines) and (script or not lines[at].startswith("$ ")):
            at += 1
        found.append(Step(block.line + start, "\n".join(command), lines[first:at], first))
    return found


def matches(expected, actual):
    """Whether lines are as expected: `...` stands for any lines, and inside a line for any text."""
    if not expected:
        return not actual
    if expected[0].strip() == "...":
        return any(matches(expected[1:], actual[n:]) for n in range(len(actual) + 1))
    if not actual:
        return False
    pattern = ".*".join(re.escape(part) for part in expected[0].rstrip().split("..."))
    return re.fullmatch(pattern, actual[0].rstrip()) is not None and \
        matches(expected[1:], actual[1:])


class Runner:
    """The blocks of one page share one folder, so a page may build on what it did above."""

    def __init__(self, root, idem, bin_dir):
        self._root = pathlib.Path(root).resolve()
        self._scratch = tempfile.TemporaryDirectory(prefix="idem-docs-")
        path = [str(pathlib.Path(idem).resolve().parent), str(pathlib.Path(bin_dir).resolve())]
        self._environment = {**os.environ, "IDEM": str(pathlib.Path(idem).resolve()),
                             "LC_ALL": "C.UTF-8", "TZ": "UTC",
                             "PATH": os.pathsep.join(path + [os.environ["PATH"]])}

    def close(self):
        self._scratch.cleanup()

    def outputs(self, commands, in_repository):
        """What each command printed. One shell runs them all, so variables stay."""
        mark = f"--- {secrets.token_hex(8)} "
        script = "".join(f"{command}\nprintf '\\n{mark}%d\\n' $?\n" for command in commands)
        done = subprocess.run(
            ["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=self._environment, check=False, timeout=100,
            cwd=self._root if in_repository else self._scratch.name)
        found = re.split(r"\n" + mark + r"(\d+)\n", done.stdout.decode("utf-8", "replace"))
        for number in range(len(commands)):
            lines = found[2 * number].splitlines() if 2 * number < len(found) else ["[not run]"]
            if 2 * number + 1 < len(found) and found[2 * number + 1] != "0":
                lines.append(f"[exit status {found[2 * number + 1]}]")
            yield lines


def check(runner, block):
    """Runs a block; yields (step, actual) for each step that printed something else."""
    if block.directive.startswith("elsewhere:"):
        return
    script = block.directive == "a script of the repository"
    if block.directive and not script:
        raise ValueError(f"{block.where}: unknown comment `{block.directive}`")
    found = steps(block, script)
    outputs = runner.outputs([step.command for step in found], in_repository=script)
    for step, actual in zip(found, outputs):
        if not matches(step.expected, actual):
            yield step, actual
