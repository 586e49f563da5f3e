# SPDX-License-Identifier: Apache-2.0
"""Every rule is fed what it must refuse and what it must let pass: a rule that was never seen to
fail proves nothing."""

import tempfile
import unittest
from pathlib import Path

import banned
import docs
import layers
import registered
import size
import symbols
import text
from source import Tree, bare

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def findings(rule, files):
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        return [str(f) for f in rule(Tree(folder))]


class RuleTest(unittest.TestCase):
    def refused(self, rule, files, words):
        found = findings(rule, files)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def passed(self, rule, files):
        self.assertEqual(findings(rule, files), [])


class Layers(RuleTest):
    def include(self, path, target):
        return {path: f"#include {target}\n"}

    def test_upward(self):
        self.refused(layers.check, self.include("src/codec/a.cc", '"rules/b.h"'), "point down")

    def test_downward(self):
        self.passed(layers.check, self.include("src/rules/a.cc", '"codec/b.h"'))
        self.passed(layers.check, self.include("src/rules/a.cc", '"rules/b.h"'))

    def test_siblings(self):
        self.refused(layers.check, self.include("src/capi/a.cc", '"adapters/b.h"'), "one rank")

    def test_stores(self):
        self.refused(layers.check,
                     self.include("src/storage/memory/a.cc", '"storage/rocks/b.h"'), "the seam")
        self.refused(layers.check,
                     self.include("src/storage/rocks/a.cc", '"storage/memory/b.h"'), "the seam")
        self.refused(layers.check,
                     self.include("src/storage/a.h", '"storage/rocks/b.h"'), "the seam")
        self.passed(layers.check, self.include("src/storage/rocks/a.cc", '"storage/store.h"'))
        self.passed(layers.check, self.include("src/storage/rocks/a.cc", '"storage/rocks/b.h"'))

    def test_rocksdb_has_one_place(self):
        self.refused(layers.check, self.include("src/sink/a.cc", "<rocksdb/db.h>"), "storage/rocks")
        self.passed(layers.check, self.include("src/storage/rocks/a.cc", "<rocksdb/db.h>"))

    def test_public_headers_bring_nobody(self):
        for library in ("rocksdb/db.h", "fmt/core.h", "spdlog/spdlog.h", "simdjson.h", "xxhash.h"):
            self.refused(layers.check,
                         self.include("include/idem/a.h", f"<{library}>"), "dependency")
        self.refused(layers.check, self.include("include/idem/a.h", '"base/b.h"'), "public header")
        self.passed(layers.check,
                    self.include("include/idem/spdlog_logger.h", "<spdlog/spdlog.h>"))
        self.passed(layers.check, self.include("include/idem/a.h", "<tl/expected.hpp>"))

    def test_handles_stay_above(self):
        self.refused(layers.check,
                     self.include("src/rules/a.cc", "<idem/idempotent_sink.h>"), "handle")
        self.passed(layers.check, self.include("src/sink/a.cc", "<idem/idempotent_sink.h>"))
        self.passed(layers.check, self.include("src/rules/a.cc", "<idem/verdict.h>"))

    def test_short_and_unknown_paths(self):
        self.refused(layers.check, self.include("src/codec/a.cc", '"b.h"'), "from src/")
        self.refused(layers.check, self.include("src/codec/a.cc", '"util/b.h"'), "no layer")


class Banned(RuleTest):
    BAD = {
        "auto* it = db->NewIterator(options);": "iterator_factory",
        "db->NewIterators(options, handles, &out);": "iterator_factory",
        "batch.DeleteRange(a, b);": "one by one",
        "db->Resume();": "poison",
        "rocksdb::WriteBatch batch(std::move(bytes));": "plan_batch",
        "WriteBatch(std::string(rep));": "plan_batch",
        "write_options.disableWAL = true;": "kAsync",
        "std::cout << 1;": "Logger",
        "std::cerr << 1;": "Logger",
        'printf("x");': "Logger",
        'std::fprintf(f, "x");': "Logger",
        "#include <iostream>": "<ostream>",
        "std::abort();": "return an Error",
        "exit(1);": "return an Error",
        "std::terminate();": "return an Error",
        "assert(x > 0);": "assert.h",
        "auto t = std::chrono::system_clock::now();": "Clock",
        "auto t = time(nullptr);": "Clock",
        "std::random_device seed;": "injected",
        "strcpy(a, b);": "std::string",
        "int n = std::atoi(text);": "from_chars",
        "using namespace std;": "name what you use",
    }
    GOOD = (
        "// printf(1) and abort() in a comment",
        'const char* text = "std::cout << abort()";',
        "auto raw = R\"(exit(1); DeleteRange)\";",
        'snprintf(buffer, sizeof(buffer), "x");',
        "static_assert(sizeof(int) == 4);",
        "IDEM_ASSERT(x > 0);",
        "on_exit(1); logger.puts(1); span.time(0);",
        "const auto n = 1'000'000; batch.Delete(key);",
        "rocksdb::WriteBatch batch;",
    )

    def test_bad(self):
        for line, instead in self.BAD.items():
            with self.subTest(line):
                self.refused(banned.check, {"src/storage/rocks/a.cc": line + "\n"}, instead)

    def test_good(self):
        for line in self.GOOD:
            with self.subTest(line):
                self.passed(banned.check, {"src/rules/a.cc": line + "\n"})

    def test_places(self):
        self.passed(banned.check, {"src/cli/a.cc": "std::cout << 1;\n"})
        self.passed(banned.check, {"tests/unit/a.cc": 'printf("x"); exit(1);\n'})
        self.passed(banned.check,
                    {"src/storage/rocks/iterator_factory.cc": "db->NewIterator(options);\n"})
        self.refused(banned.check, {"include/idem/a.h": "std::abort();\n"}, "return an Error")


class Text(RuleTest):
    def line(self, line, path="src/a.cc"):
        return {path: SPDX + line + "\n"}

    def test_width(self):
        self.passed(text.check, self.line("x" * 100))
        self.refused(text.check, self.line("x" * 101), "101 columns")

    def test_characters(self):
        self.refused(text.check, self.line("// caf\u00e9"), "U+00E9")
        self.refused(text.check, self.line("int x; "), "trailing")
        self.refused(text.check, self.line("\tint x;"), "tab")

    def test_licence(self):
        self.refused(text.check, {"src/a.cc": "int x;\n"}, "SPDX")
        self.passed(text.check, {"a.sh": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"})

    def test_leftovers(self):
        self.passed(text.check, self.line("// TODO(perf): sort once"))
        self.refused(text.check, self.line("// TODO: sort once"), "TODO(kind)")
        self.refused(text.check, self.line("// FIXME"), "TODO(kind)")
        self.refused(text.check, self.line("// TODO(ann): sort"), "kinds are")

    def test_pragma(self):
        self.refused(text.check, {"src/a.h": SPDX}, "#pragma once")
        self.passed(text.check, {"src/a.h": SPDX + "#pragma once\n"})


class Size(RuleTest):
    @staticmethod
    def function(lines, head="int F(int x) {"):
        return head + "\n" + "  x();\n" * (lines - 2) + "}\n"

    def test_file(self):
        self.passed(size.check, {"src/a.cc": "// x\n" * 400})
        self.refused(size.check, {"src/a.cc": "// x\n" * 401}, "401 lines")

    def test_function(self):
        self.passed(size.check, {"src/a.cc": self.function(70)})
        self.refused(size.check, {"src/a.cc": self.function(71)}, "F has 71 lines")

    def test_heads(self):
        heads = (
            "std::vector<int> Class::F(int x) const noexcept {",
            "Class::F(int x) : a_{x}, b_(x) {",
            "template <typename T> requires (sizeof(T) > 1) auto F(T x) -> int {",
            "static int F(std::span<int> x = {}) {",
        )
        for head in heads:
            with self.subTest(head):
                text_ = self.function(71, head)
                self.assertEqual([(n.split("::")[-1], at, lines)
                                  for n, at, lines in size.functions(text_)], [("F", 1, 71)])

    def test_scopes_are_not_functions(self):
        body = "int F() {\n  return 1;\n}\n" * 30
        for head in ("namespace a {", "class A final : public B {", "struct alignas(8) A {",
                     "enum class A {", "const int kA[] = {", 'extern "C" {'):
            with self.subTest(head):
                self.passed(size.check, {"src/a.cc": head + "\n" + body + "};\n"})

    def test_ratchet(self):
        def tree(lines, allowed):
            return {"src/a.cc": self.function(lines), size.RATCHET: f"src/a.cc:F {allowed}\n"}
        self.passed(size.check, tree(80, 80))
        self.refused(size.check, tree(81, 80), "the limit is 80")
        self.refused(size.check, tree(75, 80), "shrank to 75")
        self.refused(size.check, tree(60, 80), "remove its entry")


class Registered(RuleTest):
    ROOT = {"CMakeLists.txt": "add_subdirectory(src)\nadd_subdirectory(tests)\n",
            "src/CMakeLists.txt": "target_sources(x PRIVATE a.cc)\n",
            "src/a.cc": '#include "b.h"\n', "src/b.h": "",
            "tests/CMakeLists.txt": "idem_add_test(NAME x SOURCES x_test.cc)\n",
            "tests/x_test.cc": ""}

    def test_all_in_use(self):
        self.passed(registered.check, self.ROOT)

    def test_dead_source(self):
        self.refused(registered.check, {**self.ROOT, "src/dead.cc": ""}, "not built")

    def test_similar_names_do_not_hide(self):
        self.refused(registered.check, {**self.ROOT, "src/aa.cc": ""}, "not built")
        self.refused(registered.check, {**self.ROOT, "tests/my_x_test.cc": ""}, "not registered")

    def test_commented_out_test(self):
        self.refused(registered.check,
                     {**self.ROOT, "tests/CMakeLists.txt": "# idem_add_test(SOURCES x_test.cc)\n"},
                     "not registered")

    def test_dead_header(self):
        self.refused(registered.check, {**self.ROOT, "src/c.h": ""}, "no file includes")

    def test_public_header_not_installed(self):
        layer = self.ROOT["src/CMakeLists.txt"] + "include(headers.cmake)\n"
        tree = {**self.ROOT, "src/CMakeLists.txt": layer, "src/headers.cmake": "set(X a.h)\n",
                "include/idem/a.h": "", "include/idem/aa.h": ""}
        self.refused(registered.check, tree, "never installed")

    def test_folder_never_entered(self):
        self.refused(registered.check,
                     {**self.ROOT, "tests/more/CMakeLists.txt": ""}, "never enters")

    def test_data_that_nobody_reads(self):
        self.refused(registered.check,
                     {**self.ROOT, "examples/data/x.ndjson": ""}, "reads this file")
        self.passed(registered.check, {**self.ROOT, "tests/data/x.ndjson": "",
                                       "tests/x_test.cc": 'Open("x.ndjson");'})

    def test_scripts(self):
        tree = {**self.ROOT, "tests/cli/a_test.py": "import common\n", "tests/cli/common.py": "",
                "tests/CMakeLists.txt": "add_subdirectory(cli)\n"
                                        "idem_add_test(NAME x SOURCES x_test.cc)\n",
                "tests/cli/CMakeLists.txt": "foreach(_n a)\n run(${_n}_test.py)\nendforeach()\n"}
        self.passed(registered.check, tree)
        self.refused(registered.check, {**tree, "tests/cli/b_test.py": ""}, "reads this file")
        self.refused(registered.check, {**tree, "tests/cli/unused.py": ""}, "reads this file")

    def test_shared_program(self):
        tree = {"CMakeLists.txt": "add_subdirectory(tests)\n", "tests/main.cc": "",
                "tests/CMakeLists.txt": "idem_add_consumer_test(SOURCE_DIR user)\n",
                "tests/user/CMakeLists.txt": "project(user)\nadd_executable(x ../main.cc)\n"}
        self.passed(registered.check, tree)


class Docs(RuleTest):
    def test_titles(self):
        self.passed(docs.check, {"a.md": "# One\n```\n# comment\n```\n"})
        self.refused(docs.check, {"a.md": "# One\n# Two\n"}, "one title")
        self.refused(docs.check, {"a.md": "none\n"}, "one title")

    def test_links(self):
        codes = {"include/idem/error.h": "enum {\n  kIoError = 15,  // why\n};\n"}
        self.passed(docs.check, {"docs/operations.md": "# O\n| `IoError` | why |\n", **codes})
        self.refused(docs.check, {"docs/operations.md": "# O\n", **codes}, "IoError")
        self.refused(docs.check, {"docs/operations.md": "# O\n| `IoError` | |\n| `Gone` | |\n",
                                  **codes}, "Gone")
        other = {"docs/b.md": "# B\n## The way out\n"}
        self.passed(docs.check, {"a.md": "# A\n[b](docs/b.md#the-way-out) [x](https://x.org)\n",
                                 **other})
        self.refused(docs.check, {"a.md": "# A\n[b](docs/c.md)\n", **other}, "leads nowhere")
        self.refused(docs.check, {"a.md": "# A\n[b](docs/b.md#nope)\n", **other}, "no heading")
        self.refused(docs.check, {"a.md": "# A\n[b](../c.md)\n", **other}, "leaves the repository")


class Symbols(unittest.TestCase):
    LINE = "libidem.a:{}.cc.o:                 U {}\n"

    def test_bad(self):
        for symbol in ("stderr", "stdout", "abort", "exit", "__assert_fail", "_ZSt4cout", "puts"):
            with self.subTest(symbol):
                listing = self.LINE.format("good", "memcpy") + self.LINE.format("bad", symbol)
                self.assertEqual([f.path for f in symbols.check_listing(listing)], ["bad.cc.o"])

    def test_good(self):
        listing = self.LINE.format("a", "memcpy") + self.LINE.format("a", "__cxa_atexit")
        self.assertEqual(list(symbols.check_listing(listing)), [])

    def test_nothing_to_check_is_not_a_pass(self):
        self.assertEqual(len(list(symbols.check_listing(""))), 1)


class Bare(unittest.TestCase):
    def test_lines_are_kept(self):
        text_ = 'a /* b\n c */ d // e\n"f\\"g" \'"\' h R"x(\n)y" )x" 1\'000 i\n'
        self.assertEqual(bare(text_).count("\n"), text_.count("\n"))
        self.assertEqual("".join(bare(text_).split()), "ad\"\"''h\"\"1'000i")


if __name__ == "__main__":
    unittest.main()
