"""The evaluator of "try a lead" says what the interpreter says, or that it isn't sure.

Policies and raw leads are drawn first, and all of them are decided in one process of Node. Held
to the reader and the interpreter are each value, each issue and the clause with its targets; of
what the evaluator leaves to `turnout explain`, only that it says so.
"""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.support.counting import goes_on
from tests.support.policies import resolved
from tests.support.strategies import Written, leads, policies
from turnout.compiler.meaning.identity import NEW
from turnout.compiler.meaning.interpreter import holds, match
from turnout.compiler.picture import Page
from turnout.compiler.picture.marking import with_way, without_way
from turnout.compiler.picture.paging import one_page
from turnout.compiler.plan.decide import facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import Program, lower
from turnout.compiler.tree.grow import decision_tree
from turnout.dsl import expectations, types
from turnout.dsl.conditions import SEEN
from turnout.dsl.files import parse_files
from turnout.dsl.resolve import resolve
from turnout.dsl.targets import said
from turnout.dsl.types import Value
from turnout.dsl.values import jsonable, show
from turnout.rendering.site.form import form_data, form_fields
from turnout.rendering.site.way import questions_of, questions_plan, rows_of
from turnout.runtime.leads import Lead, lead_reader

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "turnout/rendering/site/assets"
SCRIPTS = (str(ASSETS / "decide.js"), str(ASSETS / "way.js"))
ROUTE = "inbound"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node to run the evaluator")

MESSY = (
    ' |n/a|N/A|-|--|unknown|Unknown|null|=5|\'5|"x"|1,200|1.5|2k|5|-3|50|51|99|100|yes|JA|nein'
    "|2026-01-01|2026-02-30|31.12.2026|Germany|germany|DEU|U.S.|USA|Côte d'Ivoire|Cote dIvoire"
    "|Deutschland (DE)|Bahamas (the)|Iran (Islamic Republic of)|EU|DE, FR|Frankreich"
    "|california|Calif.|US-CA|us ca|CA-ON|Bayern|English"
    "|Deutsch|de-AT|fre|ido|Ana|ANA |zed|Big-One|big one|BIG_ONE|any|core; more|core,extra"
    "|core, nope|[core]|ana@firm.example|Ana@Firm.example|kim|a@b@c|Straße|STRASSE|strasse"
    "|new   york|NEW YORK|İstanbul|ΣΑΣ|02134|021 34|02134-1000|sw1a 2aa|1e9|$5|5 %|१२|²"
    "|PE RU|pe-ru|EN DE|Ko re a|CH IN A|BR EM EN|DE_AT|US.A|de fr|Por tu gal"
    "|\u00adRome|\ufeffro|\U0001f1e9\U0001f1ea|<test lead: x>|\0x"
).split("|")


@attrs.frozen
class Case:
    """A lead to be decided. route: the number of its route's data."""

    route: int
    route_name: str
    program: Program
    raw: Mapping[str, str]
    facts: Mapping[str, bool]
    clock: date


@attrs.define
class Drawn:
    """What has been drawn so far."""

    routes: list[dict[str, Any]]
    cases: list[Case]


def answers(drawn: Drawn) -> list[dict[str, Any]]:
    """Return what the evaluator says of each case."""
    cases = [
        {"route": c.route, "raw": c.raw, "facts": c.facts, "today": f"{c.clock:%Y-%m-%d}"}
        for c in drawn.cases
    ]
    assert NODE is not None
    done = subprocess.run(
        [NODE, str(ROOT / "tests/support/decide_cases.js"), *SCRIPTS],
        input=json.dumps({"routes": with_picture(drawn), "cases": cases}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(found) == len(cases)
    return found


def with_picture(drawn: Drawn) -> list[dict[str, Any]]:
    """Return the data of each route, with the rows of its picture."""
    owners = {case.route: (case.program, case.route_name) for case in drawn.cases}
    found: list[dict[str, Any]] = []
    for number, data in enumerate(drawn.routes):
        if number not in owners:  # its leads could not be drawn
            found.append(data)
            continue
        page = picture(*owners[number])
        questions = questions_of([page])
        asked = {"questions": questions_plan(*owners[number], questions)}
        found.append({**data, **asked, "rows": rows_of(page, questions)})
    return found


def picture(program: Program, route: str) -> Page:
    return one_page(decision_tree(program, route).steps, program.policy, has_gap=True)


@st.composite
def raw_leads(draw: DrawFn, program: Program) -> tuple[dict[str, str], dict[str, bool], date]:
    """Return the texts of a lead: a drawn lead as it is shown, some of it messy or respelled."""
    values, today = draw(leads(program.policy, complete=False))
    raw: dict[str, str] = {}
    for field in form_fields(program, ROUTE):
        if draw(st.integers(0, 7)) == 0:
            raw[field.name] = draw(st.sampled_from(MESSY))
        elif field.name in values:
            text = show(field, values[field.name]).removeprefix('"').removesuffix('"')
            if isinstance(field.type, types.AnyOf):
                text = "; ".join(sorted(str(one) for one in values[field.name]))  # type: ignore[union-attr]
            if isinstance(field.type, types.Integer | types.Number | types.Money):
                text = format(Decimal(str(values[field.name])), "f")
            raw[field.name] = draw(st.sampled_from((text.upper(), text.title(), text)))
    return raw, {SEEN: bool(values.get(SEEN))} if program.policy.identities else {}, today


@cache
def drawn_answers() -> tuple[tuple[Case, ...], list[dict[str, Any]]]:
    """Draw policies and leads, and have them decided: once for all tests here."""
    drawn = Drawn([], [])

    @settings(max_examples=settings().max_examples // 2)
    @given(policies(), st.data())
    def collect(written: Written, data: st.DataObject) -> None:
        program = lower(resolved(written))
        number = len(drawn.routes)
        drawn.routes.append(form_data(program, ROUTE))
        for _ in range(12):
            raw, facts, today = data.draw(raw_leads(program))
            drawn.cases.append(Case(number, ROUTE, program, raw, facts, today))

    collect()
    return tuple(drawn.cases), answers(drawn)


def expected(case: Case) -> tuple[Lead, dict[str, Any], list[list[str]]]:
    """Return the lead as the reader has it, its values as the evaluator writes them, its issues."""
    lead = lead_reader(case.program.policy.fields)(dict(case.raw), None)
    form = {field.name for field in form_fields(case.program, case.route_name)}
    values = {name: _written(value) for name, value in lead.values.items() if name in form}
    issues = [[each.field, each.reason.partition("; nearest")[0]] for each in lead.issues]
    return lead, values, issues


def _written(value: Value) -> object:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return {"number": format(Decimal(str(value)), "f")} if is_number else jsonable(value)


NEVER_SURE = (types.Phone, types.Domain, types.SalesforceId, types.CompanyName)
"""Types whose tables a page doesn't carry; it says so of each value of them."""


def is_unsure(value: object) -> bool:
    return isinstance(value, dict) and "unsure" in value


def test_every_value_and_issue_is_the_readers_or_said_to_be_unsure() -> None:
    assert values_counted(*drawn_answers())["issues"] > 20


def values_counted(cases: Sequence[Case], answered: Sequence[dict[str, Any]]) -> Counter[str]:
    """Hold each value to the reader's, and return how many the evaluator is sure of."""
    counts: Counter[str] = Counter()
    for case, found in zip(cases, answered, strict=True):
        fields = case.program.policy.fields
        _, values, issues = expected(case)
        unsure = {name for name, value in found["values"].items() if is_unsure(value)}
        read = {name: value for name, value in found["values"].items() if name not in unsure}
        kept = {name: value for name, value in values.items() if name not in unsure}
        assert read == kept, (case.raw, found)
        told = [each for each in found["issues"] if each[0] not in unsure]
        assert told == [each for each in issues if each[0] not in unsure], (case.raw, found)
        never_sure = {name for name in unsure if isinstance(fields[name].type, NEVER_SURE)}
        counts.update(sure=len(read), unsure=len(unsure - never_sure), issues=len(told))
    return counts


def test_every_decision_is_the_interpreters_or_said_to_be_unsure() -> None:
    counts = decisions_counted(*drawn_answers())
    assert counts["others"] > counts["sure"] / 4


def decisions_counted(cases: Sequence[Case], answered: Sequence[dict[str, Any]]) -> Counter[str]:
    """Hold each decision to the interpreter's, and return how many the evaluator is sure of."""
    counts: Counter[str] = Counter()
    for case, found in zip(cases, answered, strict=True):
        if found["clause"] == "unsure":
            counts["unsure"] += 1
            continue
        lead, _, _ = expected(case)
        asked = {**NEW.facts, **lead.values, **case.facts}
        meant = match(case.program.policy, case.route_name, asked, case.clock)
        attempts = [[t.kind.word, said(t).name, by] for t, by in meant.attempts]
        assert found["attempts"] == attempts, (case.raw, found)
        if lead.complaint is None:
            clauses = case.program.routes[case.route_name].clauses
            fits = [n for n, c in enumerate(clauses) if holds(c.condition, asked, case.clock)]
            told = [found["clause"], *found["later"]]
            end = next((at for at, n in enumerate(fits) if not goes_on(clauses[n])), len(fits))
            way = [*fits[: end + 1], *([None] if end == len(fits) else [])]
            is_known = "unsure" not in told
            assert told == way if is_known else told[:-1] == way[: len(told) - 1], (case.raw, found)
        counts["sure"] += 1
        counts["others"] += len(found["others"])
    return counts


def test_the_way_of_every_lead_is_that_of_the_picture_or_not_drawn() -> None:
    assert ways_counted(*drawn_answers())["drawn"] > 0


def ways_counted(cases: Sequence[Case], answered: Sequence[dict[str, Any]]) -> Counter[str]:
    """Hold each way to the picture that `turnout diagram --lead` draws, row by row."""
    counts: Counter[str] = Counter()
    for case, found in zip(cases, answered, strict=True):
        if found["way"] is None:
            counts["not drawn"] += 1
            continue
        lead, _, _ = expected(case)
        asked = {**NEW.facts, **lead.values, **case.facts}
        page = picture(case.program, case.route_name)
        if lead.complaint is None:
            followed = with_way(page, partial(holds, values=asked, clock=case.clock), {})
            counts["left a part again"] += _is_left_again(followed)
        else:
            followed = without_way(page)
        assert found["way"] == [row.state for row in followed.rows], (case.raw, found)
        counts["drawn"] += 1
    return counts


def _is_left_again(page: Page) -> bool:
    """Return whether the lead came into a part in which nothing took it."""
    states = [(row.state, row.level) for row in page.rows]
    return any(
        one[0] == "yes" and two[0] in {"yes", "no"} and two[1] <= one[1]
        for one, two in combinations(states, 2)
    )


def test_most_leads_of_an_ordinary_policy_are_decided_and_their_ways_drawn() -> None:
    """Held with the same leads each time; what Hypothesis draws depends on what was imported."""
    written = Random(7)  # noqa: S311 - no secret
    main = ROOT / "tests/support/ordinary.route"
    program = lower(resolve(parse_files(main), main).policy)
    data = form_data(program, ROUTE)
    leads = [ordinary_lead(program, written) for _ in range(400)]
    today = date(2026, 11, 30)
    cases = [Case(0, ROUTE, program, raw, {SEEN: written.random() < 0.2}, today) for raw in leads]
    answered = answers(Drawn([data], cases))
    values = values_counted(cases, answered)
    assert values["sure"] > 5 * values["unsure"] > 0, values
    decisions = decisions_counted(cases, answered)
    assert decisions["sure"] > 4 * decisions["unsure"] > 0, decisions
    ways = ways_counted(cases, answered)
    assert ways["drawn"] > 4 * ways["not drawn"] > 0, ways
    assert ways["left a part again"] > 25, ways


def ordinary_lead(program: Program, chance: Random) -> dict[str, str]:
    """Return the texts of a lead, one in ten of them messy, one in four left out."""
    raw: dict[str, str] = {}
    for field in form_fields(program, ROUTE):
        by = chance.random()
        if by < 0.1:
            raw[field.name] = chance.choice(MESSY)
        elif by < 0.75:
            raw[field.name] = chance.choice(ORDINARY[field.name])
    return raw


ORDINARY = {
    "country": ("DE", "Germany", "France", "US", "Austria", "Japan", "gb"),
    "employees": ("1", "49", "50", "999", "1000", "25000"),
    "title": ("CTO", "Head of Sales", "Director", "Data Engineer", "vp marketing"),
    "industry": ("software", "retail", "public-sector"),
    "interests": ("demo", "demo; pricing", "webinar"),
    "consent": ("yes", "no", "true"),
    "postcode": ("10115", "80331", "20095", "1010"),
    "trial_end": ("2026-12-24", "2026-11-30", "2026-10-01"),
    "email": ("ana@firm.example", "kim@else.example"),
}
"""Texts of the fields of `ordinary.route`, of each some that its rules tell apart."""


def test_the_examples_own_leads_are_decided_as_they_are_expected() -> None:
    drawn = Drawn([], [])
    for name in ("saas-inbound", "b2b-intent", "retention"):
        parsed = resolve(parse_files(main := ROOT / f"examples/{name}/tests.route"), main)
        program = lower(parsed.policy)
        for route in program.routes:
            drawn.routes.append(form_data(program, route))
            for test in program.policy.tests:
                if test.route == route:
                    drawn.cases += _arrivals(len(drawn.routes) - 1, program, test)
    sure = 0
    for case, found in zip(drawn.cases, answers(drawn), strict=True):
        if found["clause"] == "unsure":
            continue
        lead, _, _ = expected(case)
        asked = {**NEW.facts, **lead.values, **case.facts}
        meant = match(case.program.policy, case.route_name, asked, case.clock)
        assert [by for _, _, by in found["attempts"]] == list(meant.named_by), case.raw
        sure += 1
    assert sure > 40
    assert sure > 0.9 * len(drawn.cases)


def _arrivals(route: int, program: Program, test: expectations.TestCase) -> list[Case]:
    moment = datetime(2026, 11, 23, 10, tzinfo=UTC)
    beside = {name: bool(of) for name, of in facts(plan_of(program, test.route), moment).items()}
    form = {field.name for field in form_fields(program, test.route)}
    raws = (dict(step.raw) for step in test.steps if isinstance(step, expectations.Arrival))
    return [
        Case(
            route,
            test.route,
            program,
            {k: str(v) for k, v in raw.items() if k in form},
            beside,
            moment,
        )
        for raw in raws
        if all(isinstance(v, str | int) and not isinstance(v, bool) for v in raw.values())
    ]
