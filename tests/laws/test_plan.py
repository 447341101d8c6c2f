"""Laws of the plan: it is a value, its JSON is the same value, and it says what the policy says."""

import json
from datetime import date
from functools import cache
from pathlib import Path

import attrs
import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pickled import pickled
from tests.support.policies import kept_legs, resolved
from tests.support.strategies import Written, leads, policies
from turnout.compiler.meaning.interpreter import Match, match
from turnout.compiler.plan.decide import Decider, answer, decider
from turnout.compiler.plan.from_json import loads
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.compiler.plan.writing import dumps
from turnout.compiler.program import lower
from turnout.compiler.written_values import rows_of, value_of
from turnout.dsl.policy import Policy
from turnout.dsl.types import Values

ROUTE = "inbound"
SCHEMA = Path(__file__).parents[2] / "docs/reference/plan.schema.json"


def said(plan: Plan, decide: Decider, values: Values, today: date) -> Match:
    """Return what the plan says of a lead, as the interpreter would."""
    legs: list[Match] = []
    number = decide(values, today)
    while True:
        found = answer(plan, number)
        attempts = tuple((each.target, each.by) for each in found.attempts)
        legs.append(Match(found.rule, attempts, found.sla, found.actions))
        if not found.goes_on:
            return attrs.evolve(legs[0], later=tuple(legs[1:]))
        number = decide(values, today, number)


def meant(policy: Policy, values: Values, today: date) -> Match:
    """Return what the interpreter says, up to the first leg that takes every lead."""
    first, *later = kept_legs(match(policy, ROUTE, values, today))
    return attrs.evolve(first, later=tuple(later))


def agrees(plan: Plan, policy: Policy, data: st.DataObject) -> None:
    """Hold a plan to the interpreter, on leads that may lack a required field, too."""
    decide = decider(plan)
    drawn = data.draw(st.lists(leads(policy, complete=False), min_size=1, max_size=8))
    for values, today in drawn:
        assert said(plan, decide, values, today) == meant(policy, values, today)


@given(policies(), st.data())
def test_the_plan_says_what_the_interpreter_says(written: Written, data: st.DataObject) -> None:
    policy = resolved(written)
    agrees(plan_of(lower(policy), ROUTE), policy, data)


@given(policies(), st.data())
def test_the_plan_from_its_json_says_what_the_interpreter_says(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    agrees(pickled(loads(dumps(plan_of(lower(policy), ROUTE)))), policy, data)


@given(policies())
def test_the_json_of_a_plan_is_the_plan(written: Written) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE, "hash")
    text = dumps(plan)
    assert loads(text) == loads(text.encode()) == pickled(plan) == plan
    assert dumps(loads(text)) == text
    assert value_of(json.loads(json.dumps(rows_of(policy, Policy))), Policy) == policy


@cache
def checker() -> jsonschema.Draft202012Validator:
    """Return what checks the JSON of a plan; the schema itself is checked once."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@given(policies())
def test_the_json_of_a_plan_is_as_its_schema_says(written: Written) -> None:
    plan = plan_of(lower(resolved(written)), ROUTE)
    checked = checker()
    checked.validate(json.loads(dumps(plan)))  # pyright: ignore[reportUnknownMemberType] - a gap of its stubs


@given(policies())
def test_a_policy_that_is_read_again_has_the_same_plan(written: Written) -> None:
    one, two = (plan_of(lower(resolved(written)), ROUTE) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
