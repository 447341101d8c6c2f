"""A test for each entry of an imported policy: a lead that it takes, found by the analysis.

The tests say what the policy does as it stands, so that whoever mends it sees what changes.
"""

from time import monotonic

from turnout.compiler.compiled import Compiled
from turnout.compiler.leads.budget import Budget
from turnout.compiler.questions.testable import coverables
from turnout.frozen import frozen
from turnout.trials.generation import NO_TIME, generate

DEADLINE = 120.0
"""Seconds for the tests of a policy; a thousand entries take some 20, so that this ends abuse."""


@frozen
class WitnessedEntries:
    """Tests in canonical form. unmade: rules and fallbacks for whose tests no time was left."""

    tests: tuple[str, ...]
    unmade: int


def tests_of_rules(compiled: Compiled) -> WitnessedEntries:
    """Return a test for each rule and fallback that some lead comes to.

    There are none where the policy can't be run.
    """
    if not compiled.can_be_tried:
        return WitnessedEntries((), 0)
    wanted = (each for each in coverables(compiled.program) if each.kind in {"rule", "fallback"})
    made = generate(compiled.program, wanted, Budget(deadline=monotonic() + DEADLINE))
    unmade = sum(each.reason == NO_TIME for each in made.untestable)
    return WitnessedEntries(tuple(text for _, text in made.tests), unmade)
