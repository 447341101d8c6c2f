"""Two fields that are compared: what goes together, and leads that show it."""

import json
from datetime import date
from fractions import Fraction

import pytest

from tests.support.policies import compiled, named
from turnout.compiler.leads.differences import ZERO, DifferenceBound, LineValue, found
from turnout.compiler.plan.decide import decider
from turnout.compiler.plan.from_json import loads
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.shape import PlanError
from turnout.compiler.plan.writing import dumps, hash_of

FIELDS = """lead {
  id: text id  a: date  b: date  c: date  n: integer 0..10  m: integer 0..10  x: number  y: number
  one: text  two: text  here: country  there: country  state: subdivision of here
  plan: one of [p, q]  tier: one of [q, r]  site: domain  home: domain
}
queue q
queue rest
"""


def said(condition: str) -> set[str]:
    """Return what is found of a rule with this condition, unused fields apart."""
    route = f"route r {{ rule asked {{ when {condition} to queue q }} fallback to queue rest }}"
    findings = compiled(FIELDS + route).findings
    return {each.name for each in findings} - {"unused-definition"}


@pytest.mark.parametrize(
    "condition",
    [
        "a > b and b > a",
        "a > b and b >= c and c >= a",
        "a > b and b = c and a <= c",
        "n > m and m > 9",
        "n > m and m > 8 and n < 10",
        "x > y and y > 1 and x < 1",
        "x > n and x < m and m <= n",
        "n < x and x < m and n is 3 and m is 3",
        "n < x and x < m and n in 3..4 and m in ..3",
        "a > b and a older than 30 days and b within 7 days",
        "a > b and a older than 30 days and b older than 30 days and b is 9999-12-31",
        "a is 2026-01-05 and b is 2026-01-01 and a older than 9 days and b within 2 days and b < a",
        "a > b and b is missing",
        'one = two and one is "x" and two is "y"',
        'one = two and one starts with "x" and two starts with "y"',
        'one != two and one is "x" and two is "x"',
        "here = there and here is DE and there is FR",
        'here = there and state is "US-CA" and there is CA',
        "plan = tier and plan is p",
        "plan = tier and tier is not q",
        'site = home and site is "acme.example" and home is free-mail',
    ],
)
def test_what_cant_be_at_once_is_told(condition: str) -> None:
    assert said(condition) == {"impossible-condition"}


@pytest.mark.parametrize(
    "condition",
    [
        "a > b and b > c and c within 30 days",
        "n > m and m > 8",
        "x > n and x < m",
        "x > y and x < 1 and y > 0.99",
        "a > b and b within 7 days",
        'one = two and one starts with "x" and two ends with "y"',
        "one != two and two is present",
        "here = there and here not in [DE, FR]",
        'here = there and state is "US-CA"',
        "plan = tier",
        "plan != tier and plan is q",
        "site = home and site is free-mail",
    ],
)
def test_what_can_be_is_shown_by_a_lead(condition: str) -> None:
    route = f"route r {{ rule asked {{ when {condition} to queue q }} fallback to queue rest }}"
    claim = f"guarantee never {{ when {condition} never reaches queue q }}"
    (broken,) = named(compiled(f"{FIELDS}{route}\n{claim}").findings, "refuted-guarantee")
    assert broken.witness is not None
    assert broken.witness.confirmed


def test_what_is_left_open_of_two_texts_is_said() -> None:
    hard = 'one = two and one ends with "10" and two ends with "11"'
    assert said(hard) == {"undecided"}


def test_values_between_whole_numbers_are_found_and_refuted() -> None:
    whole, dense = LineValue(True, Fraction(0)), LineValue(False, Fraction(0))
    below = [DifferenceBound(*pair, (Fraction(0), 0)) for pair in (("n", "x"), ("x", "m"))]
    at_most = DifferenceBound("m", ZERO, (Fraction(1), 1))
    at_least = DifferenceBound(ZERO, "n", (Fraction(0), 1))
    values = {"n": whole, "x": dense, "m": whole}
    made = found(values, [*below, at_most, at_least])
    assert made is not None
    assert made["n"] == 0 < made["x"] < made["m"] == 1
    tight = DifferenceBound("m", ZERO, (Fraction(1), 0))
    assert found(values, [*below, tight, at_least]) is None


def test_a_plan_keeps_how_fields_stand_to_each_other() -> None:
    route = "route r { rule asked { when a > b or one = two to queue q } fallback to queue rest }"
    plan = plan_of(compiled(FIELDS + route).program, "r")
    assert loads(dumps(plan)) == plan
    assert {(each.field, each.than) for each in plan.columns} == {("a", "b"), ("one", "two")}
    decide = decider(plan)
    today = date(2026, 1, 1)
    assert decide({"id": "1", "one": "x", "two": "x"}, today) == 0
    assert decide({"id": "1", "a": date(2026, 1, 2), "b": date(2026, 1, 1)}, today) == 0
    assert decide({"id": "1", "a": date(2026, 1, 1), "b": date(2026, 1, 1)}, today) == 1
    assert decide({"id": "1", "a": date(2026, 1, 2)}, today) == 1


def test_a_plan_whose_column_compares_a_field_with_itself_is_refused() -> None:
    route = "route r { rule asked { when a > b to queue q } fallback to queue rest }"
    content = json.loads(dumps(plan_of(compiled(FIELDS + route).program, "r")))
    content["columns"][0]["than"] = content["columns"][0]["field"]
    content["sha256"] = hash_of({key: each for key, each in content.items() if key != "sha256"})
    with pytest.raises(PlanError, match="names the field itself"):
        loads(json.dumps(content))
