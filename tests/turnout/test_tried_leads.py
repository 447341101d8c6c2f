# ruff: noqa: ANN401 - Playwright may not be installed, and then has no types
"""Two hundred leads of each example in the form of its site, in a real browser, from a disk.

Each lead is said in the form's own controls. Held to the reader and the interpreter are the
clause that takes it, and to `turnout diagram --lead` its way in the picture; of what the browser
isn't sure of, only that it says so. One page is opened for each route, and asked once.
"""

import json
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest

from tests.support.browsing import Opened, launched
from tests.support.strategies import edges, policy_atoms
from turnout.compiler.compiled import Compiled
from turnout.compiler.meaning.identity import NEW
from turnout.compiler.meaning.interpreter import holds
from turnout.compiler.picture import Masthead, Page
from turnout.compiler.picture.marking import with_way, without_way
from turnout.compiler.picture.paging import one_page
from turnout.compiler.picture.placing import laid_out
from turnout.compiler.plan.decide import day, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.compiler.tree.grow import decision_tree
from turnout.dsl import types
from turnout.dsl.conditions import SEEN
from turnout.dsl.files import parse_files
from turnout.dsl.resolve import resolve
from turnout.dsl.types import Field, Value
from turnout.dsl.values import jsonable
from turnout.rendering.site import files_of_form
from turnout.rendering.site.addresses import form_page_of
from turnout.rendering.site.form import form_fields
from turnout.rendering.site.subject import SiteSubject
from turnout.runtime.leads import lead_reader

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / "tests/support/tried_leads.js").read_text("utf-8")
EXAMPLES = tuple(
    sorted(
        main.relative_to(ROOT).as_posix()
        for main in (ROOT / "examples").glob("*/*.route")
        if main.name != "tests.route" and "\nroute " in main.read_text("utf-8")
    )
)
LEADS = 200
MOMENTS = (datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 29, 3, tzinfo=UTC))
ODD = ("n/a", "-", "unknown", "=5", "1,200", "2k", "-3", "Germany", "U.S.", "01234 or so")
FREE = (types.Text, types.Code, types.Country, types.Integer, types.Number, types.Money)
"""Types whose controls take any text."""

NEVER_SURE = (types.Phone, types.Domain, types.SalesforceId, types.CompanyName)
LOOKED_AT = 5
"""Leads whose lines are held to the picture's, too; their places take long to find."""


@pytest.fixture(scope="module")
def browser() -> Generator[Any, None, None]:
    with launched() as started:
        yield started


@attrs.frozen
class Tried:
    """A lead as it is said in the form, and when it arrives."""

    raw: dict[str, str | list[str]]
    seen: bool
    moment: datetime


@pytest.mark.parametrize("example", EXAMPLES)
def test_two_hundred_leads_are_decided_and_their_ways_drawn(
    browser: Any, tmp_path: Path, example: str
) -> None:
    compiled = unchecked(ROOT / example)
    routes = list(compiled.program.routes)
    seen: set[int | None] = set()
    sure = ways = 0
    for route in routes:
        page = picture(compiled, route)
        lay_down(compiled, route, page, tmp_path)
        leads = list(tried(compiled, route, -(-LEADS // len(routes))))
        found = said_in_the_form(browser, tmp_path, compiled, route, leads)
        for number, (lead, told) in enumerate(zip(leads, found, strict=True)):
            if told["clause"] is None:
                continue
            clause, followed = meant(compiled, route, page, lead)
            assert told["clause"] == ("none" if clause is None else str(clause)), lead
            seen.add(clause)
            sure += 1
            if not told["isDrawn"]:
                continue
            ways += 1
            assert drawn(told["boxes"]) == shown_boxes(followed), lead
            if number < LOOKED_AT:
                lines = laid_out(followed, Masthead("")).lines
                assert told["lines"] == [" ".join(each.ends) for each in lines if each.is_way]
                assert told["pale"] == [" ".join(each.ends) for each in lines if each.is_faint]
    assert sure > LEADS / 2
    assert ways > 0.9 * sure
    assert len(seen) > 3 * len(routes)


def unchecked(main: Path) -> Compiled:
    """Return an example as it was read; that nothing is wrong with it is told by its own tests."""
    parsed = parse_files(main)
    found = resolve(parsed, main)
    sources = tuple(file.source for file in parsed.files)
    return Compiled(
        found.policy, lower(found.policy), (), sources, found.declared, found.references
    )


def picture(compiled: Compiled, route: str) -> Page:
    return one_page(decision_tree(compiled.program, route).steps, compiled.policy)


def lay_down(compiled: Compiled, route: str, page: Page, folder: Path) -> None:
    """Write the form of a route with its picture, and what it loads."""
    subject = SiteSubject(compiled, {}, pictures={route: ((page,), Masthead("the example"))})
    for name, content in files_of_form(subject, route):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


# -- leads --


def tried(compiled: Compiled, route: str, count: int) -> Iterator[Tried]:
    """Yield leads, half of their values at the edges of the policy's conditions."""
    chance = Random(route)  # noqa: S311 - the same leads every time
    pools = {f.name: pool(compiled, f) for f in form_fields(compiled.program, route)}
    for _ in range(count):
        raw: dict[str, str | list[str]] = {}
        for field in form_fields(compiled.program, route):
            some = pools[field.name]
            if isinstance(field.type, types.AnyOf):
                kept = chance.sample(some, chance.choice((0, 0, 1, 1, 2)) % (len(some) + 1))
                raw |= {field.name: kept} if kept else {}
            elif some and chance.random() < often(compiled, field):
                is_odd = isinstance(field.type, FREE) and chance.random() < 0.03
                raw[field.name] = chance.choice(ODD if is_odd else some)
        seen = bool(compiled.policy.identities) and chance.random() < 0.3
        yield Tried(raw, seen, chance.choice(MOMENTS))


def often(compiled: Compiled, field: Field) -> float:
    """Return how often a field is said: seldom where a page is never sure of what it says."""
    kinds = [each.type for each in compiled.policy.fields.values()]
    of = {name for kind in kinds if isinstance(kind, types.Domain) for name in kind.of}
    if isinstance(field.type, NEVER_SURE) or field.name in of:
        return 0.1
    return 0.9 if field.required else 0.7


def pool(compiled: Compiled, field: Field) -> list[str]:
    """Return texts that may be said of a field, in its own control."""
    own = [atom for atom in policy_atoms(compiled.policy) if atom.field == field.name]
    near = dict.fromkeys(map(written, edges(field, own, MOMENTS[0].date())))
    match field.type:
        case types.OneOf(values) | types.AnyOf(values):
            return list(values)
        case types.Boolean():
            return ["yes", "no"]
        case types.PersonName(people):
            return sorted(set(people.values()))
        case types.Date():
            days = [(MOMENTS[0].date() + timedelta(days=n)).isoformat() for n in (-400, -30, 0, 9)]
            return [*near, *days]
        case types.Email():
            return ["kim@firm.example", "lea@else.example"]
        case types.Country():
            return [*near, "DE", "France", "US", "JP", "Deutschland (DE)"]
        case _:
            return [*near, "US-CA", "7"]


def written(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else str(jsonable(value))


def said_in_the_form(
    browser: Any, folder: Path, compiled: Compiled, route: str, leads: Sequence[Tried]
) -> list[dict[str, Any]]:
    """Return what the page shows of each lead."""
    plan = plan_of(compiled.program, route)
    said = [
        {
            "raw": lead.raw,
            "facts": {**facts(plan, lead.moment), SEEN: lead.seen},
            "today": day(plan, lead.moment).isoformat(),
        }
        for lead in leads
    ]
    opened = Opened(browser)
    page = opened.go(folder, form_page_of(compiled.program.routes, route))
    found: list[dict[str, Any]] = json.loads(page.evaluate(SCRIPT, json.dumps(said)))
    assert opened.said == []
    opened.page.context.close()
    return found


# -- what is meant --


def meant(compiled: Compiled, route: str, page: Page, tried_: Tried) -> tuple[int | None, Page]:
    """Return the clause that takes a lead, None for none, and its way."""
    lead = lead_reader(compiled.policy.fields)(dict(tried_.raw), None)
    if lead.complaint is not None:
        return None, without_way(page)
    asked = {**NEW.facts, **lead.values, SEEN: tried_.seen}
    is_true = partial(holds, values=asked, clock=tried_.moment)
    clauses = compiled.program.routes[route].clauses
    fits = (at for at, clause in enumerate(clauses) if is_true(clause.condition))
    return next(fits, None), with_way(page, is_true, {})


def shown_boxes(followed: Page) -> set[str]:
    """Return the boxes of the rows that a lead comes to, and the card that it gets."""
    rows = list(enumerate(followed.rows))
    asked = {f"n{at}" for at, row in rows if row.state != "unasked"}
    return asked | {f"t{at}" for at, row in rows if row.state == "yes" and row.card is not None}


def drawn(boxes: Sequence[str]) -> set[str]:
    return {name for name in boxes if name[0] in "nt" and name[1:].isdigit()}
