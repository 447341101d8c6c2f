"""Titles that have one word and not another: as many as assignment rules of a CRM ask for."""

from random import Random

import pytest

from tests.support.policies import compiled, named
from turnout.compiler.leads.budget import stoppable

WORDS = """sales manager director head chief vp engineer student intern marketing operations
finance supply chain logistics planner buyer hr legal founder owner assistant junior senior lead
group team global regional retail wholesale food pharma auto energy water steel print""".split()

MOST_LOOKS = 1_000
"""Looks at the clock, one in 2,000 steps. A walk through what all parts have in common takes more
for a single question."""


def policy(kind: str, seed: int, asked: int) -> str:
    """Return a policy whose rules ask for parts of two texts of a type."""
    random = Random(seed)  # noqa: S311 - the same in every run

    def part() -> str:
        word, other = random.choice(WORDS), random.choice(WORDS)
        return word if random.random() < 0.5 else word[: random.randint(2, len(word))] + other[:4]

    def condition() -> str:
        field, text, chance = random.choice("ab"), part(), random.random()
        words = "has word" if kind in {"text", "company name"} else "contains"
        end = {"email": f"@{text}.com", "domain": f"{text}.com"}.get(kind, text)
        which = (
            f'contains "{text}"'
            if chance < 0.6
            else f'{words} "{text}"'
            if chance < 0.75
            else f'ends with "{end}"'
            if chance < 0.9
            else f'starts with "{text}"'
        )
        return f"{'not ' if random.random() < 0.3 else ''}{field} {which}"

    rules = [
        f"  rule r{number} {{\n    when {' and '.join(condition() for _ in range(3))}\n"
        f"    to   queue q{number % 3}\n  }}\n"
        for number in range(asked // 3)
    ]
    fields = f"  id: text id required\n  a: {kind}\n  b: {kind}\n"
    queues = "".join(f"queue {name}\n" for name in ("q0", "q1", "q2", "rest"))
    return (
        f"policy p\nlead {{\n{fields}}}\n{queues}"
        f"route main {{\n{''.join(rules)}  fallback to queue rest\n}}\n"
    )


# A domain's name has at most 63 characters, which five parts may have.
@pytest.mark.parametrize(
    ("kind", "asked"), [("text", 90), ("company name", 90), ("email", 90), ("domain", 40)]
)
@pytest.mark.parametrize("seed", range(2))
def test_what_many_parts_of_texts_leave_is_decided_in_few_steps(
    kind: str, asked: int, seed: int
) -> None:
    looks = 0

    def looked() -> bool:
        nonlocal looks
        looks += 1
        return False

    with stoppable(looked):
        found = compiled(policy(kind, seed, asked))
    assert not named(found.findings, "undecided")
    assert looks < MOST_LOOKS
