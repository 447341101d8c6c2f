"""Report parts of a rule's lists, and of its `or`s, by which no lead reaches the rule.

Which they are is found in `questions.alternatives`; here it is put into words, in one finding
a rule or block. The rules that take their leads are named as for a rule that is unreachable.
"""

from collections.abc import Collection, Iterator

import attrs

from turnout.compiler.checks.asking_cells import AskingCell, cell_of, without_values
from turnout.compiler.checks.mending import rule_of
from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.program import OuterBlock
from turnout.compiler.questions.alternatives import (
    UnreachableAlternatives,
    unreachable_alternatives,
    unreachable_alternatives_of_block,
)
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.reach import blockers
from turnout.dsl.conditions import Condition, IsIn, Or
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Fix, Label
from turnout.dsl.source import Span
from turnout.dsl.wording import is_list_of_texts, written

UNREACHABLE_ALTERNATIVE = warning(
    "unreachable-alternative",
    "No lead reaches a rule, or a block, by a part of one of its lists or of an `or`.",
    needs_whole=True,
)

MOST_NAMED = 8
"""Alternatives that a message names."""

MOST_LABELS = 3

LONGEST = 60
"""Characters of a block's condition that are shown."""


def check_unreachable_alternatives(
    analysis: Analysis, known: Collection[int] = ()
) -> Iterator[Finding]:
    """Yield an `unreachable-alternative` for each block and rule that has some, in order.

    known: rules, by clause, of which it is known that each alternative brings them leads.
    """
    for at, clause in enumerate(analysis.route.clauses):
        try:
            for level, around in _beginning(analysis, at):
                found = unreachable_alternatives_of_block(analysis, at, level)
                if found is not None:
                    yield _of_block(analysis, at, around, found)
            if clause.is_rule and at not in known:
                found = unreachable_alternatives(analysis, at)
                if found is not None:
                    yield _of_rule(analysis, at, found)
        except OutOfSteps as stopped:
            yield undecided(
                clause, "gets leads by each of its alternatives", analysis.budget, stopped
            )


def _beginning(analysis: Analysis, at: int) -> Iterator[tuple[int, OuterBlock]]:
    """Yield the blocks whose first clause this is, each with its level."""
    before = analysis.route.clauses[at - 1].around if at else ()
    around = analysis.route.clauses[at].around
    for level, block in enumerate(around):
        if before[: level + 1] != around[: level + 1]:
            yield level, block


def _of_rule(analysis: Analysis, at: int, found: UnreachableAlternatives) -> Finding:
    clause = analysis.route.clauses[at]
    rule = rule_of(analysis, clause)
    when = None if rule is None else rule.when
    said = f"no lead reaches {clause.title}"
    cell = None if clause.row is None else cell_of(clause.row, found.dead)
    if cell is not None:
        return _in_cell(analysis, at, found, said, cell)
    return _finding(analysis, at, found, said, ("when", clause.span, when, "the rule"))


def _in_cell(
    analysis: Analysis, at: int, found: UnreachableAlternatives, said: str, cell: AskingCell
) -> Finding:
    """Return the finding at the cell of a row, mended in it."""
    whole = _finding(analysis, at, found, said, ("when", cell.place, None, "the row"))
    advice = whole.help[0].partition(", or move")
    help_ = f"take it out of the cell `{cell.heading}`{advice[1]}{advice[2]}"
    return attrs.evolve(whole, help=(help_,), fixes=without_values(cell, found.dead))


def _of_block(
    analysis: Analysis, at: int, around: OuterBlock, found: UnreachableAlternatives
) -> Finding:
    text = " ".join(around.span.text.split())
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 4].rstrip()} ..."
    said = f"no lead gets into `within {shown}`"
    return _finding(analysis, at, found, said, ("within", around.span, around.span, "the block"))


def _finding(
    analysis: Analysis,
    at: int,
    found: UnreachableAlternatives,
    said: str,
    where: tuple[str, Span, Span | None, str],
) -> Finding:
    """Return the finding. where: its keyword, its place, its condition's, what it is."""
    clauses, fields = analysis.route.clauses, analysis.program.policy.fields
    word, span, condition, what = where
    by = _takers(analysis, at, found)
    takes = "takes all of them" if len(by) == 1 else "takes some of them"
    labels = tuple(Label(clauses[one].span, takes) for one in by[:MOST_LABELS])
    more = len(by) - len(labels)
    rest = written(found.short, fields)
    short = f"{word} {rest}"
    move = f", or move {what} above {clauses[by[0]].title} if it is to have them" if by else ""
    return UNREACHABLE_ALTERNATIVE.finding(
        span,
        f"{said} by {_named(analysis, found)}",
        text="every lead with it is taken earlier" if by else "no lead with it can be here",
        labels=labels,
        notes=(f"{more} more rule{'s' * (more > 1)} take some of them",) if more else (),
        help=(f"write `{short}`{move}",),
        fixes=()
        if condition is None
        else (Fix(f"write `{short}`", condition, short[len(word) + 1 :]),),
    )


def _takers(analysis: Analysis, at: int, found: UnreachableAlternatives) -> list[int]:
    """Return the rules that together take the leads, none if there are no such leads."""
    if analysis.find([found.region]) is None:
        return []
    return blockers(analysis, found.region, at)


def _named(analysis: Analysis, found: UnreachableAlternatives) -> str:
    """Return the alternatives in words, many values of a list cut short."""
    fields = analysis.program.policy.fields
    if is_list_of_texts(Or(found.dead), fields):
        first, others = found.dead[:MOST_NAMED], found.dead[MOST_NAMED:]
        said = written(Or(first), fields)
        return f"`{said}`{f' and {len(others)} more' if others else ''}"
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
