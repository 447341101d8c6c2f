"""What a clause gives its leads, told from what only names the clause."""

import attrs

from turnout.compiler.program import Clause

SAYS_WHICH = {
    "name",
    "is_rule",
    "condition",
    "around",
    "own",
    "own_attempts",
    "span",
    "steward",
    "row",
    "validity",
    "goes_on",
    "going_on",
}
TELLS = {"attempts", "sla", "actions", "offer"}


def test_an_outcome_is_made_of_all_that_a_lead_could_notice_of_a_clause() -> None:
    # Who adds to a clause decides here, and in `outcomes.py`, whether two clauses differ by it.
    assert {each.name for each in attrs.fields(Clause)} == SAYS_WHICH | TELLS
