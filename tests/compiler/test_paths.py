"""Paths through a plan's questions: what they remember, and what a new value costs."""

from collections import Counter
from datetime import date

import attrs

from tests.support.policies import resolved
from turnout.compiler.plan.asking import FieldQuestion, parts_in_full, questions
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.paths import Paths
from turnout.compiler.program import lower
from turnout.dsl.types import Values

POLICY = """
lead { employees: integer 0..1_000_000, country: country, domain: domain, tier: one of [free, pro] }
queue a
queue b
route inbound {
  rule one { when employees >= 1_000 and country is Germany and tier is pro to queue a }
  rule two { when employees >= 50 and domain is "acme.example" to queue b }
  rule three { when employees < 10 and tier is free and country is France to queue a }
  fallback to queue b
}
"""
TODAY = date(2026, 11, 23)
FEW_BYTES = 40_000
"""Enough for the paths of this policy, and for a hundredth of the values below."""


class Walk:
    """Leads that go along the paths, and how often each field's boxes are looked up meanwhile."""

    def __init__(self, most_bytes: int) -> None:
        plan = plan_of(lower(resolved(POLICY)), "inbound")
        self.asked = Counter[str]()
        counted = tuple(self._counted(each) for each in questions(plan).values())
        clauses = [box.clause for box in plan.boxes]
        self.paths = Paths(counted, clauses, parts_in_full(plan), most_bytes)
        self.start = self.paths.start((1 << len(clauses)) - 1)

    def _counted(self, question: FieldQuestion) -> FieldQuestion:
        def accepts(answer: object) -> int:
            self.asked[question.field] += 1
            return question.accepts(answer)

        return attrs.evolve(question, accepts=accepts)

    def clause(self, values: Values) -> object:
        field, known, told = self.start
        while known is not None:
            value = values.get(field)
            crossing = field, known, told
            if value in known:
                field, known, told = known[value]
            else:
                field, known, told = self.paths.beyond(crossing, value, values, TODAY)
        return told


def lead(number: int) -> Values:
    """Return a lead of numbers and texts that come once."""
    tier = "pro" if number % 2 else "free"
    return {
        "employees": number,
        "country": "DE" if number % 3 else "FR",
        "domain": f"firm{number}.example",
        "tier": tier,
    }


def test_values_that_come_once_lead_where_others_went_and_use_up_no_memory() -> None:
    walk, free = Walk(FEW_BYTES), Walk(100_000_000)
    for number in range(20_000):
        assert walk.clause(lead(number)) == free.clause(lead(number))
    # Nothing but what a crossing asks is looked up, though no value was met before and there is
    # no memory left for a single one more.
    walk.asked.clear()
    numbers = range(20_000, 21_000)
    clauses = [walk.clause(lead(number)) for number in numbers]
    assert walk.asked == {"employees": 1_000, "domain": sum(clause != 0 for clause in clauses)}


def test_a_value_that_comes_again_is_not_looked_up_again() -> None:
    walk = Walk(100_000_000)
    for _ in range(2):
        walk.asked.clear()
        for number in range(1_000):
            walk.clause(lead(number))
    assert not walk.asked


def test_without_memory_a_lead_is_decided_by_the_bits() -> None:
    walk, free = Walk(0), Walk(100_000_000)
    for number in (0, 5, 9, 49, 50, 999, 1_000, 1_001, 1_002):
        assert walk.clause(lead(number)) == free.clause(lead(number))
    acme = {**lead(60), "domain": "acme.example"}
    assert walk.clause(acme) == free.clause(acme) == 1
