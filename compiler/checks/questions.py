"""What several checks ask: every condition as written, who meets a rule, a lead executed."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

import attrs

from turnout.compiler.analysis import Analysis
from turnout.compiler.cubes import Index, index, of_boxes
from turnout.compiler.program import Around, RouteProgram
from turnout.compiler.regions import Masks, truth
from turnout.compiler.witness import example, shown
from turnout.dsl.conditions import Condition
from turnout.dsl.findings import Witness
from turnout.dsl.source import Span

MOST_SAMPLED = 4
"""Boxes of a clause of which points are looked at."""


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


@attrs.frozen(eq=False)
class Points:
    """Who takes single points, for looks at one lead that cost next to nothing.

    boxes: of the clauses. impossible: of what no lead is. starts: for each clause the
    number of its first box, and one past the last.
    """

    analysis: Analysis
    boxes: Index
    impossible: Index
    starts: tuple[int, ...]

    def taker(self, point: Sequence[int], after: int = -1) -> int | None:
        """Return the first clause after `after` that takes the point, None where none does."""
        found = self.boxes.meeting(point) >> self.starts[after + 1] << self.starts[after + 1]
        first = self.boxes.owners[(found & -found).bit_length() - 1] if found else None
        for at in self.boxes.rest:
            is_next = at > after and (first is None or at < first)
            if is_next and truth(self.analysis.taken[at], point):
                return at
        return first

    def samples(self, at: int) -> Iterator[Masks]:
        """Yield a few points of clause `at` that a lead can be."""
        for number in range(
            self.starts[at], min(self.starts[at + 1], self.starts[at] + MOST_SAMPLED)
        ):
            box = list(self.analysis.space.full)
            for dimension, mask in self.boxes.boxes[number]:
                box[dimension] &= mask
            if not all(box):
                continue
            highest = tuple(1 << mask.bit_length() - 1 for mask in box)
            for point in (tuple(mask & -mask for mask in box), highest):
                if not self.impossible.meeting(point):
                    yield point


@lru_cache(maxsize=1)
def points(analysis: Analysis) -> Points:
    """Return who takes which points of a route; that of the last route asked for is kept."""
    boxes = indexed(analysis)
    impossible = of_boxes(
        analysis.space, range(len(analysis.space.impossible)), analysis.space.impossible
    )
    starts = [bisect_left(boxes.owners, at) for at in range(len(analysis.taken) + 1)]
    return Points(analysis, boxes, impossible, tuple(starts))
