"""The edits that bring a file into canonical form make it that, whatever differs."""

from random import Random

from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source
from turnout.lsp.diagnostics import Locator
from turnout.lsp.layout import differences, format_edits
from turnout.lsp.open_texts import Documents

RULES = 400
"""Compared at once, so many lines that differ would take a second."""


def test_the_pieces_that_differ_make_one_of_the_other() -> None:
    random = Random(20261130)  # noqa: S311 - the same lists each time
    for _ in range(500):
        old, new = ([random.choice("abcdefgh") for _ in range(random.randrange(12))] for _ in "ab")
        made, last = list[str](), 0
        for tag, low, high, begin, end in differences(old, new):
            made += old[last:low]
            made += old[low:high] if tag == "equal" else new[begin:end]
            last = high
        assert made + old[last:] == new


def test_a_long_file_is_formatted_line_by_line() -> None:
    rules = "".join(f"  rule r{n} {{ when n is {n}   to queue q }}\n" for n in range(RULES))
    text = f"lead {{ n: integer }}\nqueue q\nroute r {{\n{rules}  fallback to queue q\n}}\n"
    source = Source("/p.route", text)
    edits = format_edits(source, Locator(Documents()))
    lines = text.splitlines(keepends=True)
    for edit in reversed(edits):
        lines[edit.range.start.line : edit.range.end.line] = [edit.new_text]
    assert "".join(lines) == formatted(source)


def test_only_the_lines_that_are_marked_are_laid_out() -> None:
    rules = "".join(f"  rule  r{n} {{\n when n is {n}\n to queue q }}\n" for n in range(9))
    text = f"lead {{ n: integer }}\nqueue   q\nroute r {{\n{rules}  fallback  to queue q\n}}\n"
    (edit,) = format_edits(Source("/p.route", text), Locator(Documents()), (13, 13))
    assert (edit.range.start.line, edit.range.end.line) == (12, 15)
    assert edit.new_text == "  rule r3 {\n    when n is 3\n    to   queue q\n  }\n"
