"""The ways that leads take through a route, as clauses of which the first that holds decides.

Where a rule lets leads on, two leads that it takes can come to different ends. So it stands
here once for each clause that may be asked next, with what both ask and the targets of both,
and so on from there: of a route without such rules the ways are its clauses. A way is left
out only where its clauses plainly share no lead; how many there are is bounded.
"""

from collections.abc import Iterator

import attrs

from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Region, is_nothing, truth
from turnout.compiler.outcomes import Outcome, outcome_of_way
from turnout.compiler.program import Clause, Program
from turnout.compiler.questions.analysis import Analysis, analyse
from turnout.dsl.conditions import And
from turnout.frozen import frozen

MOST_WAYS = 20_000
"""Ways of one route; where there are more it is not compared."""


@frozen(eq=False)
class ClauseWay:
    """The clauses that a lead is asked, each but the last of which lets it on.

    clause: all of them as one, with what they all ask and the targets of all.
    """

    clauses: tuple[Clause, ...]
    clause: Clause

    @property
    def title(self) -> str:
        """The way as a sentence names it."""
        *before, last = (clause.title for clause in self.clauses)
        return f"{last} after {' and '.join(before)}" if before else last

    @property
    def whole(self) -> Outcome:
        """What its leads get."""
        return outcome_of_way(self.clauses)

    @property
    def own(self) -> Outcome:
        """What they get without the fallbacks around the last clause."""
        last = self.clauses[-1]
        trimmed = attrs.evolve(last, attempts=last.attempts[: last.own_attempts])
        return attrs.evolve(
            self.whole, targets=outcome_of_way([*self.clauses[:-1], trimmed]).targets
        )


def ways(program: Program, route: str) -> list[ClauseWay]:
    """Return the ways of a route, in the order in which they are tried. Raises OutOfSteps."""
    clauses = program.routes[route].clauses
    if not any(clause.lets_on for clause in clauses):
        return [ClauseWay((clause,), clause) for clause in clauses]
    made = _made(analyse(program, route))
    return [ClauseWay(tuple(clauses[at] for at in way), _joined(clauses, way)) for way in made]


_Way = tuple[int, ...]


def _made(analysis: Analysis) -> list[_Way]:
    """Return the ways by the numbers of their clauses."""
    count = len(analysis.route.clauses)
    from_here: list[list[tuple[_Way, Region]]] = [[] for _ in range(count)]
    total = 0
    for at in reversed(range(count)):
        if at in analysis.letting_on:
            for found in _followed(analysis, at, from_here):
                from_here[at].append(found)
                total += 1
                if total > MOST_WAYS:
                    raise OutOfSteps
        if not from_here[at] or not _is_kept(analysis, at, from_here[at][-1][0][1]):
            from_here[at].append(((at,), analysis.taken[at]))
            total += 1
    return [way for found in from_here for way, _ in found]


def _followed(
    analysis: Analysis, at: int, from_here: list[list[tuple[_Way, Region]]]
) -> Iterator[tuple[_Way, Region]]:
    """Yield the ways that go on from a clause, up to one that takes all of its leads."""
    own = analysis.taken[at]
    for by in analysis.index.clauses_meeting(own, len(from_here)):
        if by <= at:
            continue
        for way, region in from_here[by]:
            both = analysis.regions.both((own, region))
            if not is_nothing(both):
                yield (at, *way), both
        if _is_kept(analysis, at, by):
            return


def _is_kept(analysis: Analysis, at: int, by: int) -> bool:
    """Return whether a clause plainly keeps all that another lets on."""
    box = analysis.within(analysis.taken[at].box)
    return by not in analysis.letting_on and truth(analysis.taken[by], box) is True


def _joined(clauses: tuple[Clause, ...], way: _Way) -> Clause:
    """Return the clauses of a way as one."""
    *before, last = (clauses[at] for at in way)
    if not before:
        return last
    attempts = tuple(attempt for clause in before for attempt in clause.attempts)
    condition = And(tuple(clause.condition for clause in (*before, last)))
    return attrs.evolve(
        last,
        condition=condition,
        attempts=attempts + last.attempts,
        own_attempts=len(attempts) + last.own_attempts,
    )
