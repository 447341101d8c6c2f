"""Clauses in their order as one CASE, with what neighbours share asked once for all of them.

Neighbours that begin with the same question, such as a country's, stand in a CASE of their own
behind it. Where none of them takes a lead it is NULL, and COALESCE goes on with what comes after.
"""

from collections.abc import Sequence

from sqlglot import exp

from turnout.compiler.plan.value import ClauseBox, Side
from turnout.frozen import frozen
from turnout.warehouse.clause_conditions import ClauseConditions
from turnout.warehouse.syntax import Sql, choice, every, is_never, noted, number

FEWEST = 3
"""Neighbours that share a question have it in common from so many on."""

_Case = tuple[Sql, Sql]


@frozen
class AskedClause:
    """A clause: its number, what is noted beside it, and the boxes of which one has to hold."""

    number: int
    note: str
    boxes: Sequence[ClauseBox]

    def common(self) -> frozenset[Side]:
        """Return the sides that all its boxes have."""
        sides = [frozenset(box.sides) for box in self.boxes]
        return frozenset[Side].intersection(*sides) if sides else frozenset()


class Neighbours:
    """Writes clauses as cases. left: the number of what is left for the batch."""

    def __init__(self, conditions: ClauseConditions, left: int) -> None:
        """Begin."""
        self._conditions = conditions
        self._left = left

    def chain(
        self,
        first: Sequence[_Case],
        clauses: Sequence[AskedClause],
        otherwise: Sql | None,
        known: frozenset[Side] = frozenset(),
    ) -> Sql | None:
        """Return the number of the clause that takes a lead, None where no case is left.

        first: what is asked before them. otherwise: what it is where none does; NULL without it.
        known: sides that hold whoever is asked.
        """
        pieces: list[Sql | None] = []
        cases, at = [*first], 0
        while at < len(clauses):
            shared, end = self._run(clauses, at, known)
            if not shared or end - at < FEWEST:
                cases += self._alone(clauses[at], known)
                at += 1
                continue
            is_last = end == len(clauses)
            within = self.chain((), clauses[at:end], otherwise if is_last else None, known | shared)
            if within is not None:
                cases.append((self._holds(shared), within))
                if not is_last:
                    pieces.append(_case(cases, None))
                    cases = []
            at = end
        pieces.append(_case(cases, otherwise))
        told = [each for each in pieces if each is not None]
        if len(told) < 2:
            return told[0] if told else None
        found: Sql = exp.Coalesce(this=told[0], expressions=told[1:])
        return found

    def _run(
        self, clauses: Sequence[AskedClause], at: int, known: frozenset[Side]
    ) -> tuple[frozenset[Side], int]:
        """Return what a clause shares with those behind it, and where they end."""
        shared = self._sure(clauses[at].common() - known)
        end = at + 1
        while end < len(clauses) and (both := shared & clauses[end].common()):
            shared, end = both, end + 1
        return shared, end

    def _sure(self, sides: frozenset[Side]) -> frozenset[Side]:
        """Return the sides of which it can be told for sure whether they hold."""
        held = {each: self._conditions.side(each) for each in sides}
        return frozenset(each for each, of in held.items() if of.surely == of.perhaps)

    def _holds(self, sides: frozenset[Side]) -> Sql:
        return every(self._conditions.side(each).surely for each in sorted(sides))

    def _alone(self, clause: AskedClause, known: frozenset[Side]) -> list[_Case]:
        held = self._conditions.of(clause.boxes, known).whole()
        cases = [(held.surely, noted(number(clause.number), clause.note))]
        if held.perhaps != held.surely:
            cases.append((held.perhaps, noted(number(self._left), "left for the batch")))
        return cases


def _case(cases: Sequence[_Case], otherwise: Sql | None) -> Sql | None:
    """Return cases as one expression, None where nothing can come of them."""
    kept = [each for each in cases if not is_never(each[0])]
    if not kept and otherwise is None:
        return None
    return choice(kept, None if otherwise is None else otherwise.copy())
