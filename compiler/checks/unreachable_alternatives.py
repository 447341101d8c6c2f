"""Report parts of a rule's lists, and of its `or`s, by which no lead reaches the rule.

Which they are is found in `questions.alternatives`; here it is put into words, in one finding
a rule. The rules that take their leads are named as for a rule that is unreachable.
"""

from collections.abc import Collection, Iterator

import attrs

from turnout.compiler.checks.cells import cell_of, without_values
from turnout.compiler.checks.mending import rule_of
from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.program import Clause
from turnout.compiler.questions.alternatives import (
    UnreachableAlternatives,
    unreachable_alternatives,
)
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.reach import blockers
from turnout.dsl.conditions import Condition, IsIn
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Fix, Label
from turnout.dsl.wording import written

UNREACHABLE_ALTERNATIVE = warning(
    "unreachable-alternative",
    "No lead reaches a rule by a part of one of its lists, or of an `or`.",
    needs_whole=True,
)

MOST_NAMED = 8
"""Alternatives that a message names."""

MOST_LABELS = 3


def check_unreachable_alternatives(
    analysis: Analysis, known: Collection[int] = ()
) -> Iterator[Finding]:
    """Yield an `unreachable-alternative` for each rule that has some, in order.

    known: rules, by clause, of which it is known that each alternative brings them leads.
    """
    for at, clause in enumerate(analysis.route.clauses):
        if at in known or not clause.is_rule:
            continue
        try:
            found = unreachable_alternatives(analysis, at)
            if found is not None:
                yield _finding(analysis, at, found)
        except OutOfSteps as stopped:
            yield undecided(
                clause, "gets leads by each of its alternatives", analysis.budget, stopped
            )


def _finding(analysis: Analysis, at: int, found: UnreachableAlternatives) -> Finding:
    clauses, fields = analysis.route.clauses, analysis.program.policy.fields
    clause = clauses[at]
    by = _takers(analysis, at, found)
    takes = "takes all of them" if len(by) == 1 else "takes some of them"
    labels = tuple(Label(clauses[one].span, takes) for one in by[:MOST_LABELS])
    more = len(by) - len(labels)
    short = written(found.short, fields)
    place, fixes = clause.span, _fixes(analysis, clause, short)
    help_ = f"write `when {short}`"
    cell = None if clause.row is None else cell_of(clause.row, found.dead)
    if cell is not None:
        place, fixes = cell.place, without_values(cell, found.dead)
        help_ = f"take it out of the cell `{cell.heading}`"
    return UNREACHABLE_ALTERNATIVE.finding(
        place,
        f"no lead reaches {clause.title} by {_named(analysis, found)}",
        text="every lead with it is taken earlier" if by else "no lead with it can be here",
        labels=labels,
        notes=(f"{more} more rule{'s' * (more > 1)} take some of them",) if more else (),
        help=(f"{help_}{_or_move(by, clauses[by[0]].title if by else '')}",),
        fixes=fixes,
    )


def _fixes(analysis: Analysis, clause: Clause, short: str) -> tuple[Fix, ...]:
    rule = rule_of(analysis, clause)
    when = None if rule is None else rule.when
    return () if when is None else (Fix(f"write `when {short}`", when, short),)


def _or_move(by: list[int], first: str) -> str:
    return f", or move the rule above {first} if it is to have them" if by else ""


def _takers(analysis: Analysis, at: int, found: UnreachableAlternatives) -> list[int]:
    """Return the rules that together take the leads, none if there are no such leads."""
    if analysis.find([found.region]) is None:
        return []
    return blockers(analysis, found.region, at)


def _named(analysis: Analysis, found: UnreachableAlternatives) -> str:
    """Return the alternatives in words, many values of a list cut short."""
    fields = analysis.program.policy.fields
    room = MOST_NAMED
    named: list[str] = []
    more = 0
    for condition in found.dead:
        values = len(condition.values) if isinstance(condition, IsIn) else 1
        if room <= 0:
            more += values
            continue
        named.append(f"`{written(_cut(condition, room), fields)}`")
        more += max(0, values - room)
        room -= values
    if more:
        return f"{', '.join(named)} and {more} more"
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"


def _cut(condition: Condition, most: int) -> Condition:
    if not isinstance(condition, IsIn) or len(condition.values) <= most:
        return condition
    order = {value: at for at, (value, _) in enumerate(condition.order)}
    first = sorted(condition.values, key=lambda value: (order.get(value, len(order)), str(value)))
    return attrs.evolve(condition, values=frozenset(first[:most]))
