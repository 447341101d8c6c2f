"""What a clause does with its leads, so that two clauses can be compared.

Two consequences are equal when no lead could tell them apart: the same targets are tried in
the same order, and whatever else the rule says (an SLA, actions) is the same. Targets
after one that always accepts are never tried, so they don't count.
"""

from typing import TypeAlias

import attrs

from turnout.compiler.program import Attempt, Clause
from turnout.dsl.targets import Target

Consequence: TypeAlias = tuple[object, ...]
"""Comparable and hashable; made of the clause's own values."""

_IDENTITY = frozenset(
    {"name", "is_rule", "condition", "around", "own", "attempts", "own_attempts", "span", "steward"}
)
"""What tells clauses apart, or whose they are, without a lead noticing."""


def consequence(clause: Clause) -> Consequence:
    """Return what becomes of a lead that the clause takes."""
    # Every further attribute counts, so that one a clause gains later is compared, too.
    rest = (getattr(clause, a.name) for a in attrs.fields(Clause) if a.name not in _IDENTITY)
    return (tried(clause.attempts), *rest)


def tried(attempts: tuple[Attempt, ...]) -> tuple[Target, ...]:
    """Return the targets that a lead may get to, in order."""
    found: list[Target] = []
    for attempt in attempts:
        found.append(attempt.target)
        if attempt.target.kind.always_accepts:
            break
    return tuple(found)
