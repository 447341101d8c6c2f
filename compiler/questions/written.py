"""Every condition of a route as it is written: those of rules, and those of blocks."""

from collections.abc import Iterator

from turnout.compiler.program import OuterBlock, RouteProgram
from turnout.dsl.conditions import Condition
from turnout.dsl.source import Span
from turnout.frozen import frozen


@frozen
class Written:
    """A condition as it stands in a policy: that of a rule, or of a block.

    at: the rule's clause, or the first clause inside the block. outer: the conditions of
    the blocks around it, outermost first, and on which days it is asked. word: the keyword
    before it. title: whose it is.
    """

    at: int
    condition: Condition
    outer: tuple[Condition, ...]
    word: str
    title: str
    span: Span


def written_conditions(route: RouteProgram) -> Iterator[Written]:
    """Yield the condition of each block and rule of a route, in written order."""
    seen: set[OuterBlock] = set()
    for at, clause in enumerate(route.clauses):
        outer: tuple[Condition, ...] = ()
        for around in clause.around:
            if around not in seen:
                seen.add(around)
                title = f"`within {around.span.text}`"
                yield Written(at, around.condition, outer, "within", title, around.span)
            outer = (*outer, around.condition)
        if clause.is_rule:
            outer = (*outer, *clause.asked[1:])
            yield Written(at, clause.own, outer, "when", clause.title, clause.span)
