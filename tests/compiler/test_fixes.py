"""Each fix of a finding, made in the file: it can be read, and the finding is gone."""

import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.findings import Finding, Fix
from turnout.dsl.fixes import applied, misspelt, without
from turnout.dsl.source import Source, Span

CASES = Path(__file__).parents[1] / "cases"
BAD = sorted(CASES.glob("*/bad/*.route"))

MENDED = {
    "unreachable-alternative",
    "coverage-gap",
    "dead-end",
    "impossible-condition",
    "redundant-condition",
    "redundant-rule",
    "unknown-name",
    "unknown-value",
    "unknown-zone",
    "unreachable-block",
    "unreachable-rule",
    "syntax-error",
    "unreachable-target",
    "unused-allowance",
    "void-allowance",
}
"""Findings of which some case has a fix."""


@cache
def checked(path: Path) -> Compiled:
    return compile_policy(path)


def offered(path: Path) -> Iterator[tuple[Finding, Fix]]:
    for finding in checked(path).findings:
        for fix in finding.fixes:
            yield finding, fix


def said(compiled: Compiled, folder: Path) -> Counter[tuple[str, str]]:
    return Counter((f.name, f.message.replace(str(folder), "")) for f in compiled.findings)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_fix_leaves_a_file_that_can_be_read_without_the_finding(
    path: Path, tmp_path: Path
) -> None:
    for at, (finding, fix) in enumerate(offered(path)):
        folder = tmp_path / str(at)
        shutil.copytree(path.parent, folder)
        mended = folder / Path(fix.span.source.name).relative_to(path.parent)
        mended.write_text(applied(fix), encoding="utf-8")
        before, after = (
            said(checked(path), path.parent),
            said(compile_policy(folder / path.name), folder),
        )
        told = finding.name, finding.message.replace(str(path.parent), "")
        assert after[told] < before[told], (fix, after)
        new = {name for name, _ in after} - {name for name, _ in before}
        assert not new & {"syntax-error", "incomplete-rule", "duplicate-clause"}, (fix, after)


def test_which_findings_of_the_cases_have_fixes() -> None:
    assert {finding.name for path in BAD for finding, _ in offered(path)} >= MENDED


def fixed(text: str, piece: str, title: str = "delete it") -> str:
    start = text.index(piece)
    return applied(without(Span(Source("a.route", text), start, start + len(piece)), title))


@pytest.mark.parametrize(
    ("text", "piece", "left"),
    [
        ("{\n  a\n  b\n}\n", "a", "{\n  b\n}\n"),
        ("{ a b c }\n", "b", "{ a c }\n"),
        ("{ a b }\n", "b", "{ a }\n"),
        ("{ a } # why\n", "a", "{ } # why\n"),
        ("x # why\n", "# why", "x\n"),
        ("a", "a", ""),
    ],
)
def test_what_is_taken_out_takes_its_line_or_one_blank_with_it(
    text: str, piece: str, left: str
) -> None:
    assert fixed(text, piece) == left


@pytest.mark.parametrize(
    ("text", "meant", "written"),
    [
        ("smbb", "SMB", "SMB"),
        ('"smbb"', "SMB", '"SMB"'),
        ("yorc", "New York", '"New York"'),
        ('"a"', 'say "hi"', r'"say \"hi\""'),
    ],
)
def test_a_word_put_right_stands_in_quotes_where_it_has_to(
    text: str, meant: str, written: str
) -> None:
    assert misspelt(Span(Source("a.route", text), 0, len(text)), meant).replacement == written
