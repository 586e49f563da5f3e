# SPDX-License-Identifier: Apache-2.0
"""The documentation test, fed with what it must refuse."""

import pathlib
import tempfile
import unittest

import pages
import sessions
import snippets


def one(text):
    return pages.blocks("page.md", text)[0]


class Pages(unittest.TestCase):
    def test_finds_blocks_with_their_comments(self):
        block = one("# T\n\n<!-- docs-test: fragment -->\n```cpp\nint a;\n```\n")
        self.assertEqual((block.line, block.language, block.directive, block.lines),
                         (5, "cpp", "fragment", ["int a;"]))

    def test_a_comment_belongs_to_the_next_block_alone(self):
        text = "<!-- docs-test: fragment -->\n```cpp\n```\n```cpp\n```\n"
        self.assertEqual([b.directive for b in pages.blocks("p", text)], ["fragment", ""])

    def test_refuses_a_comment_without_a_block_and_a_block_without_an_end(self):
        for text in ("<!-- docs-test: fragment -->\nwords\n", "```cpp\nint a;\n"):
            with self.assertRaises(pages.PageError):
                pages.blocks("p", text)


class Snippets(unittest.TestCase):
    def test_refuses_a_block_that_does_not_say_what_it_is(self):
        for directive in ("", "<!-- docs-test: fragmnt -->\n"):
            with self.assertRaises(pages.PageError):
                snippets.sort(".", [one(f"{directive}```cpp\nint a;\n```\n")])

    def test_refuses_a_copy_that_differs_from_its_file(self):
        with tempfile.TemporaryDirectory() as root:
            pathlib.Path(root, "a.cc").write_text("int main() {}\n", encoding="utf-8")
            page = "<!-- docs-test: program a from a.cc -->\n```cpp\n%s\n```\n"
            programs, _ = snippets.sort(root, [one(page % "int main() {}")])
            self.assertEqual(list(programs), ["a"])
            with self.assertRaises(pages.PageError):
                snippets.sort(root, [one(page % "int main() { return 1; }")])

    def test_fragments_keep_the_lines_of_their_page(self):
        block = one("<!-- docs-test: fragment -->\n```cpp\nint a;\n```\n")
        self.assertIn('#line 3 "page.md"\nint a;\n', snippets.fragment_source([block]))


class Sessions(unittest.TestCase):
    def test_reads_commands_with_their_output(self):
        block = one("```console\n$ cat <<'END'\na\nEND\na\n$ echo \\\n> b\nb\n```\n")
        self.assertEqual([(s.command, s.expected) for s in sessions.steps(block)],
                         [("cat <<'END'\na\nEND", ["a"]), ("echo \\\nb", ["b"])])

    def test_a_script_is_one_command(self):
        block = one("```console\n$ ./run\n$ a\nb\n```\n")
        self.assertEqual([s.expected for s in sessions.steps(block, script=True)], [["$ a", "b"]])

    def test_compares_with_wildcards(self):
        self.assertTrue(sessions.matches(["a", "...", "d"], ["a", "b", "c", "d"]))
        self.assertTrue(sessions.matches(["in ... s (x)"], ["in 0.3 s (x)"]))
        self.assertFalse(sessions.matches(["a", "...", "d"], ["a", "b"]))
        self.assertFalse(sessions.matches(["a"], ["a", "b"]))
        self.assertFalse(sessions.matches(["a.c"], ["abc"]))
        self.assertFalse(sessions.matches([], ["a"]))

    def test_runs_and_reports_what_differs(self):
        text = "```console\n$ echo a\na\n$ false\n$ touch f\n$ ls\ng\n$ a=b\n$ printf $a\nb\n```\n"
        runner = sessions.Runner(".", "/nowhere/idem", "/nowhere")
        try:
            wrong = [(s.command, actual) for s, actual in sessions.check(runner, one(text))]
        finally:
            runner.close()
        self.assertEqual(wrong, [("false", ["[exit status 1]"]), ("ls", ["f"])])

    def test_refuses_output_before_the_first_command(self):
        with self.assertRaises(ValueError):
            sessions.steps(one("```console\na\n```\n"))


if __name__ == "__main__":
    unittest.main()
