"""Laws of plans as SQL: a view says of each lead what the interpreter and the plan say."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.policies import resolved
from tests.support.servers import server_uri
from tests.support.strategies import Written, leads, policies
from tests.support.warehouse_leads import KEY, fits, in_duckdb, in_postgres
from turnout.compiler.leads.boxes import boxes
from turnout.compiler.leads.regions import Region
from turnout.compiler.leads.space import Box
from turnout.compiler.masks import Mask
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.plan import making
from turnout.compiler.plan.decide import answer, decider
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Answer, Plan
from turnout.compiler.program import lower
from turnout.dsl.policy import Policy
from turnout.dsl.types import Values
from turnout.dsl.wording import worded
from turnout.warehouse import class_tables, column_tests, neighbours
from turnout.warehouse import view as view_module
from turnout.warehouse.dialects import DIALECTS, Dialect
from turnout.warehouse.view import CannotSayError, ViewWanted, WarehouseView, printed, view_of

ROUTE = "inbound"


def share(part: int) -> int:
    """Return a part of the examples that a law gets: each of these is a database of its own."""
    return settings().max_examples // part


def drawn_leads(data: st.DataObject, policy: Policy) -> tuple[list[Values], date]:
    """Return leads that one day has, whose values typed columns can hold."""
    found = data.draw(st.lists(leads(policy, complete=False), min_size=3, max_size=12))
    return [values for values, _ in found if fits(values)], found[0][1]


def said(of: Answer) -> dict[str, object]:
    """Return what a view has to say of a lead that has an answer."""
    due = of.sla.period.minutes if of.sla else None
    return {
        "clause": f"rule {of.name}" if of.is_rule else of.name,
        "rule": of.rule,
        "targets": json.dumps([worded(each.target) for each in of.attempts], ensure_ascii=False),
        "goes_on": of.goes_on,
        "due_minutes": due,
        "due_clock": ("wall" if of.sla.wall else "calendar") if of.sla else None,
    }


def agrees(
    policy: Policy,
    plan: Plan,
    rows: Sequence[Mapping[str, Any]],
    values: Sequence[Values],
    day: date,
) -> int:
    """Hold the rows of a view to the plan and the interpreter; return how many were decided."""
    decide, decided = decider(plan), 0
    assert [row["lead"] for row in rows] == [*range(len(values))]
    for row, lead in zip(rows, values, strict=True):
        lacking = [name for name in plan.required if name not in lead]
        assert row["lacking"] == (", ".join(lacking) or None)
        assert row["issues"] is None
        if row["for_batch"]:
            assert row["clause"] is row["rule"] is row["targets"] is None
            continue
        decided += 1
        told = answer(plan, decide(lead, day))
        assert {name: row[name] for name in said(told)} == said(told)
        assert row["rule"] == match(policy, ROUTE, lead, day).rule
    return decided


def wanted(day: date, *, is_normal: bool = False) -> ViewWanted:
    return ViewWanted(key=KEY, today=day, leaves=True, is_normal=is_normal)


@settings(max_examples=share(10))
@given(policies(), st.data())
def test_a_large_policy_asked_by_classes_says_the_same(
    written: Written, data: st.DataObject
) -> None:
    """By tables of any size, and without any, by bits."""
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE)
    values, day = drawn_leads(data, policy)
    dialect = DIALECTS["duckdb"]
    view = by_classes(data, plan, policy, dialect, day)
    agrees(policy, plan, in_duckdb(policy.fields, view, dialect, values), values, day)


@settings(max_examples=5)
@given(policies(), st.data())
def test_postgres_says_the_same_of_a_large_policy(written: Written, data: st.DataObject) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE)
    values, day = drawn_leads(data, policy)
    dialect = DIALECTS["postgres"]
    view = by_classes(data, plan, policy, dialect, day)
    rows = in_postgres(server_uri(), policy.fields, view, dialect, values)
    agrees(policy, plan, rows, values, day)


def by_classes(
    data: st.DataObject, plan: Plan, policy: Policy, dialect: Dialect, day: date
) -> WarehouseView:
    """Return the view that a policy with many boxes has, of one with few."""
    at_once, most = data.draw(st.sampled_from([(0, 0), (4, 8), (12, 40), (4_000, 20_000)]))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(view_module, "MOST_BOXES", 0)
        patched.setattr(view_module, "SHORT_LIST", 1)
        patched.setattr(column_tests, "MANY_PIECES", data.draw(st.sampled_from([1, 8])))
        patched.setattr(class_tables, "AT_ONCE", at_once)
        patched.setattr(class_tables, "MOST_ROWS", most)
        patched.setattr(class_tables, "AS_MANY_ROWS", data.draw(st.sampled_from([1, 4_000])))
        asked = wanted(day, is_normal=data.draw(st.booleans()))
        return view_of(plan, policy.fields, dialect, asked)


@settings(max_examples=share(4))
@given(policies(), st.data())
def test_duckdb_says_what_the_plan_and_the_interpreter_say(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE)
    values, day = drawn_leads(data, policy)
    dialect = DIALECTS["duckdb"]
    asked = wanted(day, is_normal=data.draw(st.booleans()))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(neighbours, "FEWEST", data.draw(st.sampled_from([1, 2, 3])))
        view = view_of(plan, policy.fields, dialect, asked)
    agrees(policy, plan, in_duckdb(policy.fields, view, dialect, values), values, day)


@settings(max_examples=3)
@given(policies(), st.data())
@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_conditions_that_are_asked_in_full_say_the_same(
    engine: str, written: Written, data: st.DataObject
) -> None:
    """Every condition of more than a box is kept as parts."""
    policy = resolved(written)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(making, "boxes", one_box)
        plan = plan_of(lower(policy), ROUTE)
    values, day = drawn_leads(data, policy)
    dialect = DIALECTS[engine]
    try:
        view = view_of(plan, policy.fields, dialect, wanted(day))
    except CannotSayError as refused:
        assert "parts that are asked in full" in str(refused)  # noqa: PT017 - few are so large
        return
    if engine == "duckdb":
        rows = in_duckdb(policy.fields, view, dialect, values)
    else:
        rows = in_postgres(server_uri(), policy.fields, view, dialect, values)
    agrees(policy, plan, rows, values, day)


def one_box(region: Region, full: Sequence[Mask]) -> tuple[Box, ...] | None:
    return boxes(region, full, 1)


@settings(max_examples=share(6))
@given(policies(), st.data())
def test_postgres_says_what_the_plan_and_the_interpreter_say(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE)
    values, day = drawn_leads(data, policy)
    dialect = DIALECTS["postgres"]
    view = view_of(plan, policy.fields, dialect, wanted(day))
    rows = in_postgres(server_uri(), policy.fields, view, dialect, values)
    agrees(policy, plan, rows, values, day)


@settings(max_examples=share(16))
@given(policies())
def test_every_dialect_writes_what_its_grammar_reads(written: Written) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE)
    for dialect in DIALECTS.values():
        view = view_of(plan, policy.fields, dialect, wanted(date(2026, 1, 1)))
        (read,) = sqlglot.parse(printed(view.query, dialect), read=dialect.name)
        assert read is not None
