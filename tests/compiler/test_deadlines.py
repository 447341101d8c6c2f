"""Nothing goes on past the deadline, whatever a policy multiplies."""

import runpy
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import monotonic, process_time
from typing import Any

import pytest

from tests.support.policies import resolved
from tests.support.strategies import Written
from turnout.compiler.checks import check
from turnout.compiler.leads.budget import Budget
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.program import lower

ROOT = Path(__file__).parents[2]
IS_CHECKOUT = (ROOT / "bench").is_dir()
pytestmark = pytest.mark.skipif(not IS_CHECKOUT, reason="not a checkout")


def families() -> dict[str, tuple[Callable[[int], Any], int]]:
    """Return what the bench has; its modules stand beside each other, in no package."""
    known = list(sys.path)
    try:
        found: dict[str, tuple[Callable[[int], Any], int]]
        found = runpy.run_path(str(ROOT / "bench" / "adversarial.py"))["FAMILIES"]
        return found
    finally:
        sys.path[:] = known


FAMILIES = families() if IS_CHECKOUT else {}

SLACK = 1.0
"""Seconds past the deadline, of the processor: a busy machine makes those that pass longer."""

SMALL = {
    "xor": 40,
    "doubled": 60,
    "sat": 60,
    "wide": 150,
    "or": 600,
    "product": 40,
    "nested": 25,
    "texts": 150,
    "regexes": 60,
    "fields": 150,
    "references": 80,
    "chains": 30,
    "held": 60,
}
"""Families that multiply, at sizes that are read in no time."""


@pytest.mark.parametrize("family", SMALL)
def test_a_family_made_to_hang_ends_by_its_deadline(family: str) -> None:
    made, _ = FAMILIES[family]
    text = made(SMALL[family])
    program = lower(resolved(Written(text.text, text.tables)))
    start, used = monotonic(), process_time()
    check(program, budget=Budget(deadline=start + 0.3))
    assert process_time() - used < 0.3 + SLACK


def test_a_name_that_forty_others_build_on_is_asked_once_for_a_lead() -> None:
    made, _ = FAMILIES["xor"]
    policy = resolved(Written(made(40).text, {}))
    found = match(policy, "main", {f"b{at}": at % 2 == 0 for at in range(41)}, date(2026, 1, 1))
    assert found.rule == "r0"
