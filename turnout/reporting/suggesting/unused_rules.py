"""Rules that took no lead, though every version of the policy had them: they are taken out.

How many leads of their kind may come all the same is said by the rule of three (Hanley and
Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249, 1983). Whom their leads
would go to is proved, not guessed: by the exact difference that stands below each suggestion.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from turnout.compiler.compiled import Compiled
from turnout.reporting.suggesting.edited_policy import without_rule
from turnout.reporting.suggesting.evidence import Proposal
from turnout.reporting.suggesting.lived_leads import LivedLead
from turnout.reporting.suggesting.rule_texts import clauses

_LEAST_LEADS: Final = 200
"""Leads that came in the time in which a rule took none."""


def unused_rules(
    compiled: Compiled, route: str, leads: Sequence[LivedLead], had: frozenset[str]
) -> Iterator[Proposal]:
    """Yield the rules without a lead. had: rules that were there all along."""
    if len(leads) < _LEAST_LEADS:
        return
    taken = {lead.rule for lead in leads}
    most = -(-3 * 1000 // len(leads)) / 10
    for clause, span in clauses(compiled, route):
        if clause.name not in taken and clause.name in had:
            none = f"it took none of {len(leads):,} leads"
            told = f"{none}: at most {most} % of such leads are its own, by an interval of 95 %"
            yield Proposal("unused", f"rule {clause.name}", (told,), (without_rule(span),))
