"""Classes, partitions and spaces are values: compared, pickled, and the same however made."""

from datetime import date
from decimal import Decimal

import pytest

from tests.support.pickled import pickled
from tests.support.policies import resolved
from turnout.compiler.classes import MISSING, class_of
from turnout.compiler.leads import partitions
from turnout.compiler.leads.prefixes import text
from turnout.compiler.leads.space import Space, space
from turnout.compiler.program import lower
from turnout.dsl.conditions import Between, EndsWith, Has, IsIn, Present, StartsWith, atoms
from turnout.dsl.types import Values

POLICY = """
lead {
  id: text required
  email: email
  country: country
  state: subdivision
  employees: integer 0..1_000_000
  amount: money EUR
  created: date
  tier: one of [free, pro]
  products: any of [crm, chat]
}
queue a
calendar office { timezone "Europe/Berlin"  open mon..fri 09:00-17:00 }
route inbound {
  rule one { when email ends with "@big.com" or email starts with "ann" to queue a }
  rule two { when state is US-CA and employees > 100 and created older than 30 days to queue a }
  rule three { when amount < 12.5 and tier is pro and products has any [crm] to queue a }
  rule four { when created < 2026-02-01 and open office to queue a }
  fallback to queue a
}
"""


def made() -> Space:
    """Return the space of the policy, from its text."""
    program = lower(resolved(POLICY))
    clauses = program.routes["inbound"].clauses
    return space(program.policy.fields, [a for each in clauses for a in atoms(each.condition)])


def test_a_space_is_a_value() -> None:
    one, two = made(), made()
    assert one is not two
    assert one == two
    assert {dimension.kind for dimension in one.dimensions} == {"value", "has", "pattern", "age"}
    assert pickled(one) == one
    assert one != space({}, [])


def test_a_space_says_the_same_before_and_after_it_was_pickled() -> None:
    one = made()
    lead: Values = {
        "email": "anna@big.com",
        "state": "US-CA",
        "employees": 7,
        "created": date(2026, 1, 3),
    }
    before = one.classify(lead, date(2026, 3, 1))
    assert pickled(one).classify(lead, date(2026, 3, 1)) == before
    assert one == made()  # what is looked up once and kept is no part of the value


@pytest.mark.parametrize(
    ("value", "same_as"),
    [
        ("acme", None),
        ("acme-x", "acme-labs-2"),
        ("acme2", "acme3"),
        ("ac", "zulu"),
        ("\U0010ffff", "zulu"),
    ],
)
def test_a_text_has_the_class_of_its_literal_else_of_its_longest_prefix(
    value: str, same_as: str | None
) -> None:
    asked: list[IsIn | StartsWith] = [
        StartsWith("name", "acme"),
        StartsWith("name", "acme-"),
        IsIn("name", frozenset({"acme", "beta"})),
    ]
    partition = text([*asked])
    number = class_of(partition.classes, value)
    for atom in asked:
        holds = value.startswith(atom.text) if isinstance(atom, StartsWith) else value == "acme"
        assert bool(partition.masks[atom] >> number & 1) == holds
    if same_as is not None:
        assert class_of(partition.classes, same_as) == number


def test_the_cuts_of_a_line_lie_before_or_after_a_number() -> None:
    low, high = Between("x", low=Decimal(1), low_open=True), Between("x", high=Decimal(3))
    partition = partitions.dense([low, high], None, None)
    for value in (Decimal("0.5"), Decimal(1), Decimal("1.01"), Decimal(3), 4):
        number = class_of(partition.classes, value)
        assert bool(partition.masks[low] >> number & 1) == (value > 1)
        assert bool(partition.masks[high] >> number & 1) == (value <= 3)


def test_missing_is_class_0_of_every_kind() -> None:
    kinds = [
        partitions.finite(["a", "b"], [IsIn("x", frozenset({"a"}))]),
        partitions.presence(has_values=True),
        partitions.yes_no(Has("x", "a")),
        partitions.yes_no(EndsWith("x", "a")),
        partitions.whole([], None, None),
        partitions.days([]),
        partitions.dense([], None, None),
        text([]),
    ]
    assert [class_of(each.classes, None) for each in kinds] == [MISSING] * len(kinds)
    assert all(pickled(each) == each for each in kinds)
    assert Present("x") not in kinds[0].masks
