"""Whatever an editor offers about a finding: made in the text, the finding is gone, no error new.

Held on the wrong files of the tests, some of them, with --thorough on all. That covers what
is proposed besides a finding's own fixes: rules for gaps, rules moved, names declared,
allowances. A test made of a witness leaves the finding, and passes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.compiler.verdict import catalogue as proved
from turnout.dsl.files import Files
from turnout.dsl.findings import Severity
from turnout.dsl.source import Span
from turnout.lsp.actions import actions
from turnout.lsp.diagnostics import Locator
from turnout.lsp.following import Follower, Insight
from turnout.lsp.open_texts import Documents, path_of
from turnout.lsp.shapes import CodeAction
from turnout.trials.testing import Tester

PROVED = {kind.name for kind in proved.PROVED}
"""What is only looked for where all can be read."""

BAD = sorted((Path(__file__).parents[1] / "cases").glob("*/bad/*.route"))
EVERY = 23
"""Of so many files one is tried."""

_NO_REASON = re.compile(r"(# allow [a-z-]+: )\n")
"""What an editor leaves for its author to write."""

WITNESSED = "make a test of the witness"


def known(path: Path) -> Insight:
    """Return what an editor knows of a policy."""
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


def offered(answer: Insight, documents: Documents) -> Iterator[CodeAction]:
    for file in answer.read.files:
        whole = Span(file.source, 0, len(file.source.text))
        yield from actions(answer, whole, Locator(documents))


def after(action: CodeAction, main: Path, documents: Documents) -> Compiled:
    """Return the policy once an action is done."""
    texts = documents.texts()
    assert action.edit is not None  # no editor here asks for it later
    for uri, edits in action.edit.changes.items():
        path = path_of(uri)
        disk = Files(documents.texts())
        text = disk.text(path, 1_000_000)
        assert isinstance(text, str)
        document = documents.put(uri, text, 1)
        changes = [
            {
                "text": edit.new_text,
                "range": {
                    end: {"line": place.line, "character": place.character}
                    for end, place in (("start", edit.range.start), ("end", edit.range.end))
                },
            }
            for edit in edits
        ]
        edited = document.edited(changes, 2, documents.encoding).text
        texts = {**texts, path: _NO_REASON.sub(r"\1it is meant\n", edited)}
        documents.put(uri, text, 1)
    return compile_policy(main, files=Files(texts))


def said(compiled: Compiled) -> Counter[tuple[str, str]]:
    return Counter((each.name, each.message) for each in compiled.findings)


def errors(compiled: Compiled) -> set[str]:
    return {each.name for each in compiled.findings if each.severity is Severity.ERROR}


@pytest.mark.parametrize("path", BAD, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_what_is_offered_takes_its_finding_away(path: Path, pytestconfig: pytest.Config) -> None:
    if BAD.index(path) % EVERY and not pytestconfig.getoption("thorough"):
        pytest.skip("one of several")
    answer = known(path)
    before = answer.compiled
    assert before is not None
    for action in offered(answer, Documents()):
        (shown,) = action.diagnostics
        told = [each for each in before.findings if each.name == shown.code]
        now = after(action, path, Documents())
        if action.title == WITNESSED:
            made = now.policy.tests[-1]
            assert Tester(now.program).run(made).is_passed, action.title
            continue
        names = {message for name, message in said(now) if name == shown.code}
        gone = [
            each
            for each in told
            if said(now)[each.name, each.message] < said(before)[each.name, each.message]
        ]
        assert gone, (action.title, names)
        new = errors(now) - errors(before)
        new -= {"duplicate-name"}  # what couldn't be read declared nothing until then
        assert not new - (PROVED if errors(before) - PROVED else set()), (action.title, new)
