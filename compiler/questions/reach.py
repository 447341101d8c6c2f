"""Which rules of a route get a lead, and which earlier ones take all where none is left.

Rules are tried in order, so a rule matches on its condition minus the union of the
conditions before it. Where that remainder is empty, the rule is unreachable. This is the
useless clause of Maranget, "Warnings for pattern matching" (Journal of Functional
Programming 17, 2007), with regions in place of patterns. The earlier rules that are to
blame are sorted by the share that they take, the shortest start of that list that takes
all is found by doubling and halving, and then one after the other is left out, and stays
out where the remainder is empty without it: of what is kept, every rule is needed.

A verdict names clauses by number and no place in the text, so that it outlives an edit
elsewhere; the wording of findings is made from it each time.
"""

from collections.abc import Mapping

import attrs

from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks, Region
from turnout.compiler.program import OuterBlock
from turnout.compiler.questions.analysis import Analysis
from turnout.dsl.conditions import And, Condition
from turnout.frozen import attribute, frozen

MOST_PASSED = 64
"""Rules that a rule may pass where it is proposed to move it; each of them is asked."""


@frozen
class Verdict:
    """What was found about a clause.

    by: the clauses that together take all its leads, in order, each needed; None where a
    lead is left for it. contradicting: where no lead can satisfy it, the parts of its
    condition that contradict each other, each needed. can_move: whether it would get
    leads above the first of `by` and starve no rule that it passes. passed: those rules, as
    far as they were looked at. left: a box of leads that are left for it, where some are.
    """

    by: tuple[int, ...] | None = None
    contradicting: tuple[Condition, ...] = ()
    can_move: bool = False
    passed: tuple[int, ...] = ()
    left: Masks | None = attribute(default=None, eq=False, repr=False)

    def shifted(self, start: int, by: int) -> "Verdict":
        """Return the verdict with the clauses from `start` on renumbered."""
        if self.by is None or not by:
            return self

        def moved(clauses: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(at + by if at >= start else at for at in clauses)

        return attrs.evolve(self, by=moved(self.by), passed=moved(self.passed))


@frozen
class ClosedBlock:
    """A block into which no lead gets, and the clauses that take all its leads."""

    around: OuterBlock
    by: tuple[int, ...]


def verdict(analysis: Analysis, at: int) -> Verdict:
    """Return what becomes of clause `at`. Raises OutOfSteps."""
    own = analysis.taken[at]
    left = analysis.remaining(at)
    if left is not None:
        return Verdict(left=left)
    if analysis.find([own]) is None:
        return Verdict((), contradiction(analysis, at))
    needed = blockers(analysis, own, at)
    passed = _passed(analysis, at, needed)
    is_moved = passed is not None and _can_pass(analysis, at, passed)
    return Verdict(tuple(needed), (), is_moved, passed or ())


def verdicts(
    analysis: Analysis, known: Mapping[int, Verdict] | None = None
) -> list[Verdict | ClosedBlock | OutOfSteps | None]:
    """Return what becomes of each clause, in order.

    None for what is not asked: fallbacks, and clauses in a block that was found closed
    before. OutOfSteps where a question was left undecided. known: verdicts by clause that
    hold already.
    """
    silent: set[OuterBlock] = set()
    found: list[Verdict | ClosedBlock | OutOfSteps | None] = []
    for at, clause in enumerate(analysis.route.clauses):
        try:
            block = _closed_block(analysis, at, silent)
            if block is not None:
                silent.add(block.around)
                found.append(block)
            elif not clause.is_rule or silent.intersection(clause.around):
                found.append(None)
            elif known is not None and at in known:
                found.append(known[at])
                if (left := known[at].left) is not None:
                    analysis.remember(at, left)
            else:
                found.append(verdict(analysis, at))
        except OutOfSteps as stopped:
            found.append(stopped)
    return found


def contradiction(analysis: Analysis, at: int) -> tuple[Condition, ...]:
    """Return the parts of a condition that no lead satisfies together, each needed."""
    kept = _conjuncts(analysis.route.clauses[at].condition)
    for part in list(kept):
        rest = [other for other in kept if other is not part]
        if rest and analysis.find([analysis.regions.region(other) for other in rest]) is None:
            kept = rest
    return tuple(kept)


def _conjuncts(condition: Condition) -> list[Condition]:
    if isinstance(condition, And):
        return [inner for part in condition.parts for inner in _conjuncts(part)]
    return [condition]


def _closed_block(analysis: Analysis, at: int, silent: set[OuterBlock]) -> ClosedBlock | None:
    """Return the outermost block that starts at clause `at` and lets no lead in, if any."""
    clause = analysis.route.clauses[at]
    before = set(analysis.route.clauses[at - 1].around) if at else set[OuterBlock]()
    if silent.intersection(clause.around):
        return None
    for depth, around in enumerate(clause.around):
        if around in before:
            continue
        inside = analysis.regions.both(
            analysis.regions.region(outer.condition) for outer in clause.around[: depth + 1]
        )
        if analysis.find([inside], outside=range(at)) is None:
            return ClosedBlock(around, tuple(blockers(analysis, inside, at)))
    return None


def blockers(analysis: Analysis, wanted: Region, before: int) -> list[int]:
    """Return clauses before `before` that together take all leads of `wanted`, each needed.

    They do take them; that was asked before. Those that take most come first in the
    search, so that the set is small.
    """
    found = _fewest(analysis, wanted, _by_share(analysis, wanted, before))
    # Later rules are tried first, so that of two sets the one higher in the file is named.
    for candidate in sorted(found, reverse=True):
        rest = [other for other in found if other != candidate]
        if analysis.find([wanted], outside=rest) is None:
            found = rest
    return sorted(found)


def _by_share(analysis: Analysis, wanted: Region, before: int) -> list[int]:
    """Return the clauses that meet `wanted`, from the one that takes most of it."""
    shares = analysis.shares(wanted, before)
    return sorted(shares, key=lambda by: (-shares[by], by))


def _fewest(analysis: Analysis, wanted: Region, candidates: list[int]) -> list[int]:
    """Return the shortest start of `candidates` that takes all of `wanted`.

    Few are needed as a rule, so the length is doubled until it does, and then halved.
    """

    def suffices(count: int) -> bool:
        return analysis.find([wanted], outside=candidates[:count]) is None

    low, high = 0, 1
    while high < len(candidates) and not suffices(high):
        low, high = high, 2 * high
    high = min(high, len(candidates))
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return candidates[:high]


def _passed(analysis: Analysis, at: int, needed: list[int]) -> tuple[int, ...] | None:
    """Return the rules that a rule passes where it is moved above its first blocker.

    Those that share no lead with it are left out. None where it should stay: that rule is
    in another block, it gets no lead there either, or too many would have to be looked at.
    """
    clauses = analysis.route.clauses
    if clauses[at].around != clauses[needed[0]].around:
        return None
    near = analysis.meeting(at)
    passed = tuple(by for by in near if by >= needed[0] and clauses[by].is_rule)
    if len(passed) > MOST_PASSED:
        return None
    above = [by for by in near if by < needed[0]]
    return passed if analysis.find([analysis.taken[at]], outside=above) is not None else None


def _can_pass(analysis: Analysis, at: int, passed: tuple[int, ...]) -> bool:
    """Return whether each of these rules that gets leads keeps some where `at` comes first."""
    return all(
        analysis.find([analysis.taken[by]], outside=[*analysis.meeting(by), at]) is not None
        or analysis.remaining(by) is None
        for by in passed
    )
