# SPDX-License-Identifier: Apache-2.0
"""No dead files: what lies in the tree is built, tested, installed or read by something."""

import posixpath
import re

from source import Finding, includes

FOLDERS = ("src/", "include/", "tests/", "bench/", "examples/")
BUILD_FILES = ("CMakeLists.txt", ".cmake")
# What may name a file of another kind: a script, a data file, a scenario.
USERS = (".py", ".sh", ".cc", ".h", ".json", ".in", ".supp", ".scenario") + BUILD_FILES


def check(tree):
    build = {f: _without_comments(tree.text(f)) for f in tree.files if f.endswith(BUILD_FILES)}
    included = _included(tree)
    for path in tree.files:
        if not path.startswith(FOLDERS) or path.endswith(".md"):
            continue
        name = posixpath.basename(path)
        if name == "CMakeLists.txt":
            yield from _folder(path, build)
        elif path.endswith(".cc"):
            yield from _source(path, build)
        elif path.startswith("include/idem/"):
            if not _named(path, "src/headers.cmake", build) and \
                    not _named(path, "src/CMakeLists.txt", build):
                yield Finding(path, 1, "registered", "not in src/headers.cmake: never installed")
        elif path.endswith(".h"):
            if path not in included:
                yield Finding(path, 1, "registered", "no file includes this header")
        elif not _mentioned(tree, path, build):
            yield Finding(path, 1, "registered", "nothing in the tree reads this file")


def _without_comments(text):
    return re.sub(r"(?m)#.*$", "", text)


def _token(word, text):
    return re.search(r"(?<![\w./-])" + re.escape(word) + r"(?![\w.-])", text) is not None


def _named(path, build_file, build):
    return build_file in build and re.search(
        r"(?<![\w.-])" + re.escape(posixpath.basename(path)) + r"(?![\w.-])", build[build_file])


def _source(path, build):
    folder = posixpath.dirname(path)
    while folder:
        text = build.get(posixpath.join(folder, "CMakeLists.txt"))
        if text is not None:
            local = posixpath.relpath(path, folder)
            if _token(local, text):
                return
            # A folder may hold one program a file, named without the suffix.
            if re.search(r"\bforeach\b", text) and _token(local[:-len(".cc")], text):
                return
        if text is not None and re.search(r"(?m)^\s*project\s*\(", text):
            break
        folder = posixpath.dirname(folder)
    # A program that several small projects share is named as ../main.cc by each of them.
    users = [f for f, text in build.items() if posixpath.basename(path) in text
             and any(posixpath.normpath(posixpath.join(posixpath.dirname(f), w)) == path
                     for w in re.findall(r"[\w./-]+\.cc", text))]
    if not users:
        kind = "test is not registered" if path.endswith("_test.cc") else "file is not built"
        yield Finding(path, 1, "registered", f"this {kind}: list it in its folder's CMakeLists.txt")


def _folder(path, build):
    folder, own = posixpath.dirname(path), ""
    while folder:
        own = posixpath.join(posixpath.basename(folder), own).rstrip("/")
        folder = posixpath.dirname(folder)
        text = build.get(posixpath.join(folder, "CMakeLists.txt"))
        if text is not None:
            if not _token(own, text):
                yield Finding(path, 1, "registered",
                              f"{folder or '.'}/CMakeLists.txt never enters {own}/")
            return


def _included(tree):
    found = set()
    for path in tree.code():
        for _, include in includes(tree.text(path)):
            target = include[1:-1]
            found.add(posixpath.normpath(posixpath.join(posixpath.dirname(path), target)))
            found.update(posixpath.join(root, target)
                         for root in ("src", "include", "tests", "bench"))
    return found


def _composed(name, text):
    """A build file that loops over names writes `${_name}_test.py`."""
    return any(name.endswith(suffix) and _token(name[:-len(suffix)], text)
               for suffix in re.findall(r"\$\{\w+\}([\w.]+)", text))


def _imported(path, user, text):
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    return suffix == ".py" and posixpath.dirname(path) == posixpath.dirname(user) and \
        re.search(r"(?m)^\s*(?:from|import)\s+" + re.escape(stem) + r"\b", text) is not None


def _mentioned(tree, path, build):
    name = posixpath.basename(path)
    suffix = posixpath.splitext(name)[1]
    for user in tree.files:
        if user == path or not user.endswith(USERS):
            continue
        text = build.get(user) or tree.text(user)
        if name in text or user in build and _composed(name, text) or _imported(path, user, text):
            return True
        # A folder of data is read whole: by a pattern, from a program in or above that folder.
        if suffix and re.search(r"\*\*?" + re.escape(suffix) + r"\b|\"" + re.escape(suffix) + "\"",
                                text) and path.startswith(posixpath.dirname(user) + "/"):
            return True
    return name in tree.text("README.md") if "README.md" in tree.files else False
