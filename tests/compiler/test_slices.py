"""Parts of all leads in checks, plans and differences."""

import json
from datetime import date

import pytest

from tests.support.policies import compiled, named
from turnout.compiler.plan.decide import decider
from turnout.compiler.plan.from_json import loads
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.shape import PlanError
from turnout.compiler.plan.writing import dumps, hash_of
from turnout.dsl.values.slices import slice_of

HEAD = """lead { id: text id  email: email  zip: code 5 digits }
queue q
queue rest
"""


def policy(*conditions: str, last: str = "fallback to queue rest") -> str:
    rules = "".join(
        f"  rule r{at} {{ when {condition} to queue q{at} }}\n"
        for at, condition in enumerate(conditions)
    )
    queues = "".join(f"queue q{at}\n" for at in range(len(conditions)))
    return f"{HEAD}{queues}route r {{\n{rules}  {last}\n}}\n"


def said(*conditions: str, last: str = "fallback to queue rest") -> set[str]:
    found = compiled(policy(*conditions, last=last)).findings
    return {each.name for each in found} - {"unused-definition", "conflicting-overlap"}


def test_parts_in_ascending_order_each_have_leads() -> None:
    assert said('id in first 30% of "x"', 'id in first 60% of "x"', "id is present") == set()


def test_a_part_within_an_earlier_one_is_unreachable() -> None:
    assert said('id in first 60% of "x"', 'id in first 30% of "x"') == {"unreachable-rule"}


def test_parts_by_other_names_are_free_of_each_other() -> None:
    assert said('id in first 60% of "x"', 'id in first 30% of "y"') == set()


def test_the_whole_is_every_lead_with_the_field() -> None:
    parts = 'id in first 30% of "x"', 'id not in first 30% of "x"', "id is present"
    assert said(*parts) == {"unreachable-rule"}
    (gap,) = named(compiled(policy(*parts[:2], last="")).findings, "coverage-gap")
    assert "id missing" in gap.message


@pytest.mark.parametrize("text", ["l-1", "l-2", "l-17"])
def test_a_value_that_is_named_falls_where_it_falls(text: str) -> None:
    tenth = slice_of("x", text) // 10
    first = f'id is "{text}" and id in first {tenth + 1}% of "x"'
    assert "impossible-condition" not in said(first)
    if tenth:
        assert said(f'id is "{text}" and id in first {tenth}% of "x"') == {"impossible-condition"}


@pytest.mark.parametrize(
    "condition",
    [
        'id in first 0.1% of "x"',
        'email in first 0.5% of "x" and email ends with "@acme.example"',
        'id in first 10% of "x" and id in first 10% of "y" and id contains "a"',
        'id not in first 99.9% of "x"',
    ],
)
def test_a_witness_falls_into_the_part(condition: str) -> None:
    text = policy(condition) + f"guarantee g {{ when {condition} never reaches queue q0 }}"
    (broken,) = named(compiled(text).findings, "refuted-guarantee")
    assert broken.witness is not None
    assert broken.witness.confirmed


def test_a_plan_decides_by_the_place() -> None:
    plan = plan_of(
        compiled(policy('id in first 30% of "x"', 'id in first 60% of "x"')).program, "r"
    )
    assert loads(dumps(plan)) == plan
    decide = decider(plan)
    for number in range(200):
        at = slice_of("x", f"l-{number}")
        assert decide({"id": f"l-{number}"}, date(2026, 1, 1)) == (at >= 300) + (at >= 600)


def test_a_plan_with_slices_out_of_order_is_refused() -> None:
    made = compiled(policy('id in first 30% of "x"', 'id in first 60% of "x"')).program
    content = json.loads(dumps(plan_of(made, "r")))
    content["columns"][0]["cuts"] = [600, 300]
    content["sha256"] = hash_of({key: each for key, each in content.items() if key != "sha256"})
    with pytest.raises(PlanError, match="not in order"):
        loads(json.dumps(content))
