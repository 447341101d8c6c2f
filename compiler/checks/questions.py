"""What several checks ask: every condition as written, who meets a rule, a lead executed."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import attrs

from turnout.compiler.analysis import Analysis
from turnout.compiler.cubes import Index, index
from turnout.compiler.program import Around, RouteProgram
from turnout.compiler.regions import All, Masks, truth
from turnout.compiler.witness import example, shown
from turnout.dsl.conditions import Condition
from turnout.dsl.findings import Witness
from turnout.dsl.source import Span


@attrs.frozen
class Written:
    """A condition as it stands in a policy: that of a rule, or of a block.

    at: the rule's clause, or the first clause inside the block. outer: the conditions of
    the blocks around it, outermost first. word: the keyword before it. title: whose it is.
    """

    at: int
    condition: Condition
    outer: tuple[Condition, ...]
    word: str
    title: str
    span: Span


def written_conditions(route: RouteProgram) -> Iterator[Written]:
    """Yield the condition of each block and rule of a route, in written order."""
    seen: set[Around] = set()
    for at, clause in enumerate(route.clauses):
        outer: tuple[Condition, ...] = ()
        for around in clause.around:
            if around not in seen:
                seen.add(around)
                title = f"`within {around.span.text}`"
                yield Written(at, around.condition, outer, "within", title, around.span)
            outer = (*outer, around.condition)
        if clause.is_rule:
            yield Written(at, clause.own, outer, "when", clause.title, clause.span)


@lru_cache(maxsize=1)
def indexed(analysis: Analysis) -> Index:
    """Return the index of a route's clauses; that of the last route asked for is kept."""
    return index(analysis.space, analysis.taken, range(len(analysis.taken)))


def meeting(analysis: Analysis, at: int) -> list[int]:
    """Return the clauses that may share a lead with clause `at`, itself included, ascending."""
    limits = list(analysis.space.full)
    for dimension, mask in analysis.taken[at].box:
        limits[dimension] &= mask
    return meeting_box(analysis, limits)


def meeting_box(analysis: Analysis, box: Sequence[int]) -> list[int]:
    """Return the clauses that may share a lead with `box`, ascending."""
    found = indexed(analysis)
    trees = [at for at in found.rest if truth(analysis.taken[at], box) is not False]
    return sorted({*found.owned(found.meeting(box)), *trees})


def followed(analysis: Analysis, found: Masks, telling: Masks | None = None) -> Witness | None:
    """Return a lead of `found` with what the interpreter does with it; None where none is made."""
    lead = example(analysis.space, found, telling=telling)
    if lead is None:
        return None
    policy = analysis.program.policy
    rule, attempts = analysis.oracle(policy, analysis.route.name, lead.values, lead.clock)
    taken = f"rule `{rule}`" if rule is not None else (attempts[0] if attempts else "no rule")
    return shown(lead, policy.fields, f"{taken} has it")


def reaching(analysis: Analysis, at: int, wanted: Sequence[All] = ()) -> Masks | None:
    """Return a box of leads that clause `at` gets, inside `wanted`; None where there is none.

    Raises OutOfSteps.
    """
    before = [other for other in meeting(analysis, at) if other < at]
    return analysis.find([analysis.taken[at], *wanted], outside=before)
