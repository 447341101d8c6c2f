"""The golden cases: policies that each show one claim, seen through every lens.

`tests/cases/<theme>/{good,bad}/<the_claim>.route` is a policy; what it includes and reads
lies in folders beside it. A finding is expected on its line as `# ! its-name`, several as
`# ! one, another`. Beside each policy, `<the_claim>.expected` holds for a bad one what
`turnout check` prints, and for a good one where its leads go, which it writes as
`# > {"country": "DE"}`. `pytest --rewrite` writes these files anew.

Whatever is fit to run is also drawn, compiled, and routed with leads drawn from it.
"""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import click
import pytest
from hypothesis import given, settings

from tests.support.pictures import complaints, scenes
from tests.support.strategies import leads
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.compiler.meaning.interpreter import holds, match
from turnout.compiler.plan.making import plan_of
from turnout.compiler.tree import follow
from turnout.compiler.tree.grow import decision_tree
from turnout.compiler.tree.tree_json import as_json
from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.conditions import SEEN
from turnout.rendering.jsons import json_text
from turnout.rendering.pretty import pretty
from turnout.rendering.report import Report
from turnout.runtime.engine import engine
from turnout.runtime.leads import Lead
from turnout.runtime.router import Router
from turnout.runtime.stores.memory import MemoryStore

ROOT = Path(__file__).parent.parent
GOOD = sorted(ROOT.glob("tests/cases/*/good/*.route"))
BAD = sorted(ROOT.glob("tests/cases/*/bad/*.route"))
WANTING = sorted(ROOT.glob("tests/cases/wanting/*.route"))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

_EXPECTED = re.compile(r"# ! ([a-z0-9, -]+)$", re.MULTILINE)
_WANTED = re.compile(r"\A# \? (.+)$", re.MULTILINE)
_LEAD = re.compile(r"^# > (.+)$", re.MULTILINE)

ELSEWHERE = {
    "undecided": "tests/turnout/test_cli.py, with a budget of one step",
    "missing-extra": "tests/dsl/test_policy_files.py, without the library",
}
"""Findings that no file can show by itself, and where they are tested."""


def case_name(path: Path) -> str:
    return path.relative_to(ROOT / "tests/cases").with_suffix("").as_posix()


@pytest.fixture(autouse=True)
def _root(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """Paths in the expected output are relative to the checkout."""
    monkeypatch.chdir(ROOT)


@cache
def checked(path: Path) -> Compiled:
    return compile_policy(path.relative_to(ROOT), at=AT)


def held_to(path: Path, said: str, *, rewrite: bool) -> None:
    """Compare what was said with what is expected, or expect it from now on."""
    expected = path.with_suffix(".expected")
    if rewrite:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("rewrite"))


@pytest.mark.parametrize("path", BAD, ids=case_name)
def test_each_finding_stands_where_it_is_expected(path: Path) -> None:
    compiled = checked(path)
    expected = Counter(
        (source.name, number, name)
        for source in compiled.sources
        for number, line in enumerate(source.text.split("\n"), start=1)
        for found in [_EXPECTED.search(line)]
        if found
        for name in found[1].split(", ")
    )
    found = Counter(
        (place.source.name, place.line, finding.name)
        for finding in compiled.findings
        if finding.span is not None
        # What stands in a table of rules is expected where the policy names it.
        for place in [finding.span.source.asked or finding.span]
    )
    assert found == expected
    assert all(finding.span is not None for finding in compiled.findings)
    assert found


@pytest.mark.parametrize("path", BAD, ids=case_name)
def test_each_bad_case_is_reported_as_expected(path: Path, *, rewrite: bool) -> None:
    held_to(path, printed(path), rewrite=rewrite)


def printed(path: Path) -> str:
    """Return what `turnout check` prints of a policy, 80 columns wide."""
    compiled = checked(path)
    files = tuple(source.name for source in compiled.sources)
    lines = pretty(Report(compiled.findings, files), 80)
    return "".join(f"{click.unstyle(line)}\n" for line in lines)


@pytest.mark.parametrize("path", WANTING, ids=case_name)
def test_what_should_be_told_better_moves_once_it_is(path: Path, *, rewrite: bool) -> None:
    said = printed(path)
    held_to(path, said, rewrite=rewrite)
    wanted = _WANTED.match(path.read_text(encoding="utf-8"))
    assert wanted is not None
    plain = " ".join(said.replace("=", " ").split())
    assert wanted[1] not in plain, f"it has become good: see {path.parent / 'README.md'}"


@pytest.mark.parametrize("path", GOOD, ids=case_name)
def test_each_good_case_has_no_finding_and_sends_its_leads_as_expected(
    path: Path, *, rewrite: bool
) -> None:
    compiled = checked(path)
    assert [finding.message for finding in compiled.findings] == []
    raw = _LEAD.findall(path.read_text(encoding="utf-8"))
    assert raw
    said = ""
    with Router(compiled, route=next(iter(compiled.program.routes))) as router:
        for text in raw:
            decision = router.route(json.loads(text), at=AT)
            passed = "".join(f", {each.target}: {each.reason}" for each in decision.passed_over)
            issues = "".join(f"\n  {each.field}: {each.reason}" for each in decision.issues)
            who = f" ({decision.assignee})" if decision.assignee else ""
            due = f", due {decision.due:%Y-%m-%d %H:%M}" if decision.due else ""
            due += "".join(f", {each.kind} {' '.join(each.arguments)}" for each in decision.actions)
            target = f"{decision.kind} {decision.target}".strip()
            what = f"{target}{who}, by {decision.by}{passed}{due}"
            said += f"{text}\n  {what}{issues}\n"
    held_to(path, said, rewrite=rewrite)


@pytest.mark.parametrize("path", GOOD + BAD, ids=case_name)
def test_each_case_is_drawn_and_what_is_fit_is_compiled(path: Path) -> None:
    compiled = checked(path)
    for name in compiled.program.routes:
        for scene in scenes(compiled, name):
            assert complaints(scene) == []
        if compiled.is_fit:
            tree = decision_tree(compiled.program, name)
            document = json.loads(json_text(as_json(tree, compiled.program), indent=2))
            assert len(document["nodes"]) >= len(compiled.program.routes[name].clauses)


@pytest.mark.parametrize("path", GOOD + BAD, ids=case_name)
def test_each_case_that_is_fit_decides_drawn_leads_in_one_way(path: Path) -> None:
    compiled = checked(path)
    if compiled.is_fit:
        for name in compiled.program.routes:
            _decides_in_one_way(compiled, name)


def _decides_in_one_way(compiled: Compiled, name: str) -> None:
    tree = decision_tree(compiled.program, name)
    decide = engine(compiled.policy, plan_of(compiled.program, name))

    @settings(max_examples=10)
    @given(leads(compiled.policy))
    def claim(lead: tuple[dict[str, object], object]) -> None:
        drawn, today = lead
        values = {**drawn, SEEN: False}  # nothing is in the state
        said = match(compiled.policy, name, values, today)  # type: ignore[arg-type]
        leaf = follow(tree, lambda condition: holds(condition, values, today))  # type: ignore[arg-type]
        clause = None if leaf is None else leaf.clause
        assert (clause.name if clause is not None and clause.is_rule else None) == said.rule
        attempts = () if clause is None else clause.attempts
        assert [attempt.by for attempt in attempts] == [by for _, by in said.attempts]
        with MemoryStore().begin() as state:
            at = datetime.combine(today, AT.timetz())  # type: ignore[arg-type]
            own = {name: value for name, value in drawn.items() if name in compiled.policy.fields}
            rules = [leg.rule for leg in said.legs]
            assert decide(Lead("1", own), at, state).rule in rules  # type: ignore[arg-type]

    claim()


@pytest.mark.skipif(not (ROOT / "compiler").is_dir(), reason="not a checkout")
def test_every_finding_has_a_case() -> None:
    shown = {name for path in BAD for name in _names_expected(path)}
    assert shown | set(ELSEWHERE) == set(CATALOGUE)


def _names_expected(path: Path) -> set[str]:
    texts = [source.text for source in checked(path).sources]
    return {
        name for text in texts for found in _EXPECTED.findall(text) for name in found.split(", ")
    }


@pytest.mark.parametrize("path", GOOD + BAD + WANTING, ids=case_name)
def test_each_case_is_named_as_its_claim(path: Path) -> None:
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+){2,}", path.stem)


def test_no_expected_output_is_left_over() -> None:
    expected = {path.with_suffix(".route") for path in ROOT.glob("tests/cases/**/*.expected")}
    assert expected == {*GOOD, *BAD, *WANTING}
