"""Some hundred wrong lines, in every construct: each is told with the line as it should be.

Nothing else is told, the fix that an editor applies gives a text without syntax errors, and
that text means what the wrong one was read as, so that nothing of the file was lost.
"""

from functools import cache

import pytest

from tests.dsl.test_mistakes import words_of
from tests.support.wrong_lines import WrongLine, wrong_lines
from turnout.dsl import nodes
from turnout.dsl.findings import Finding
from turnout.dsl.fixes import applied
from turnout.dsl.mistakes.phrases import PHRASES
from turnout.dsl.parse import parse
from turnout.dsl.source import Source

LINES = list(wrong_lines())


@cache
def read(line: WrongLine) -> tuple[nodes.File, Finding]:
    file, found = parse(Source("p.route", line.text))
    assert [finding.name for finding in found] == ["syntax-error"]
    return file, found[0]


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.place}: {line.wrong}")
def test_a_wrong_line_is_told_with_the_right_one(line: WrongLine) -> None:
    file, finding = read(line)
    assert finding.span is not None
    start = finding.span.start
    # What is missing at the end of a line is missing before the next.
    at = len(line.text[:start].rstrip()) if line.text[start].isspace() else start
    near = line.text[line.text.rfind("\n", 0, at) + 1 :].split("\n")[0]
    assert line.wrong in near
    assert f"write `{line.right}`" in finding.help
    assert not file.broken
    mended, none = parse(Source("p.route", applied(finding.fixes[0])))
    assert not none
    assert words_of(mended) == words_of(file)


def test_every_phrase_has_an_example() -> None:
    told = {finding.message for _, finding in map(read, LINES)}
    assert {phrase.message for phrase in PHRASES if phrase.is_meant and phrase.by} <= told
