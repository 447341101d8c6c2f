"""A test for each entry of an imported policy: a lead that it takes, found by the analysis.

The tests say what the policy does as it stands, so that whoever mends it sees what changes.
"""

from turnout.compiler.compiled import Compiled
from turnout.compiler.questions.testable import coverables
from turnout.trials.generation import generate

MOST_ENTRIES = 200
"""Rules of a policy for which tests are made; finding leads for more takes too long."""


def tests_of_rules(compiled: Compiled) -> tuple[str, ...]:
    """Return tests in canonical form, one for each rule and fallback that some lead comes to.

    None where there are more than `MOST_ENTRIES`, or where the policy can't be run.
    """
    wanted = [each for each in coverables(compiled.program) if each.kind in {"rule", "fallback"}]
    if not compiled.can_be_tried or len(wanted) > MOST_ENTRIES + len(compiled.program.routes):
        return ()
    return tuple(text for _, text in generate(compiled.program, wanted).tests)
