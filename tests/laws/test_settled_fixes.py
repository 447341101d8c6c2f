"""Whatever fix is chosen in an editor: made with what follows, its finding goes and none comes.

Held on every wrong file of the tests and on drawn policies, of findings of each severity. Three
kinds may come to light, of which the finding that went had kept the checks from speaking: a
rule that was there only against a rule that is gone now, or that does what a new fallback
does; a `not` that also holds for leads without a value, where a part that went asked for one;
and rows without a required field, of which nothing is said while there is a gap. Where a
policy could not be read, its checks had said nothing yet: there nothing new may stand on what
was written, but for what the rows of a table say whose column is known now.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings

from tests.support.policies import laid_down
from tests.support.strategies import Written, policies
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.files import Files
from turnout.dsl.findings import Finding, Fix
from turnout.dsl.fixes import applied
from turnout.lsp.actions import chosen
from turnout.lsp.diagnostics import Locator, path_of_source
from turnout.lsp.following import Follower, Insight
from turnout.lsp.open_texts import Documents, path_of
from turnout.lsp.proposing import proposals
from turnout.lsp.settling import FOLLOWING, can_settle

CASES = Path(__file__).parents[1] / "cases"
WRONG = sorted([*CASES.glob("*/bad/*.route"), *CASES.glob("wanting/*.route")])

HIDDEN = {"redundant-rule", "lost-row", "negation-matches-missing"}
MOST_FINDINGS = 6


def known(path: Path) -> Insight:
    """Return what an editor knows of a policy that is open."""
    follower = Follower(number=1)
    found: dict[Path, Insight] = {}
    # What the worker does, without its thread.
    follower._follow(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        1,
        Files({path: path.read_text("utf-8")}),
        frozenset([path]),
        lambda _, __, answers: found.update(answers),
    )
    return found[path]


def fixes(answer: Insight, finding: Finding) -> Iterator[Fix]:
    """Yield the fixes of a finding, and those that take out what nothing uses."""
    yield from finding.fixes
    if finding.name in FOLLOWING and not finding.fixes:
        yield from proposals(answer, finding)


def made(answer: Insight, finding: Finding, fix: Fix, documents: Documents) -> dict[Path, str]:
    """Return the texts after the edit that an editor is given for a fix."""
    assert finding.span is not None
    data = {
        "uri": documents.uri(path_of_source(finding.span.source)),
        "name": finding.name,
        "start": finding.span.start,
        "title": fix.title,
    }
    edit = chosen(answer, data, Locator(documents))
    texts: dict[Path, str] = {}
    for uri, edits in edit.changes.items():
        path = path_of(uri)
        text = Files().text(path, 1_000_000)
        assert isinstance(text, str)
        document = Documents().put(uri, text, 1)
        changes = [
            {"text": each.new_text, "range": attrs.asdict(each.range)}
            for each in sorted(edits, key=lambda each: -each.range.start.line)
        ]
        texts[path] = document.edited(changes, 2, documents.encoding).text
    return texts


def said(compiled: Compiled) -> Counter[tuple[str, str]]:
    return Counter((each.name, each.message) for each in compiled.findings)


def stands_in(finding: Finding, fix: Fix) -> bool:
    """Return whether a finding is about what a fix has written."""
    at = finding.span
    end = fix.span.start + len(fix.replacement)
    same = at is not None and path_of_source(at.source) == path_of_source(fix.span.source)
    return at is not None and same and fix.span.start <= at.start and at.end <= end


def held(main: Path, most: int) -> int:
    """Hold each fix of a policy to the law; return how many there were."""
    answer, number = known(main), 0
    before = answer.compiled
    assert before is not None
    for finding in before.findings[:most]:
        if finding.span is None:
            continue
        for fix in fixes(answer, finding):
            number += 1
            is_read = can_settle(answer)
            alone = {path_of_source(fix.span.source): applied(fix)}
            texts = made(answer, finding, fix, Documents()) if is_read else alone
            after = compile_policy(main, files=Files(texts))
            told = finding.name, finding.message
            assert said(after)[told] < said(before)[told], (fix.title, told)
            new = said(after) - said(before)
            if is_read:
                assert {name for name, _ in new} <= HIDDEN, (fix.title, told, new)
                continue
            on_it = [
                each
                for each in after.findings
                if (each.name, each.message) in new and stands_in(each, fix)
            ]
            is_of_rows = finding.message.startswith("the table has no column")
            assert is_of_rows or not on_it, (fix.title, told, on_it)
    return number


@pytest.mark.parametrize("path", WRONG, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_fix_of_a_case_takes_its_finding_away_and_adds_none(path: Path) -> None:
    held(path, 1_000)


@settings(max_examples=20)
@given(policies(rules=4))
def test_a_fix_of_a_drawn_policy_takes_its_finding_away_and_adds_none(written: Written) -> None:
    with laid_down(written) as main:
        held(main, MOST_FINDINGS)
